//! Waiting causes against the hand-made tables of `wta`, and working time against the reference figures.

use eventlog::error::Limits;
use eventlog::waiting::{WaitingOptions, waiting_of_events, waiting_of_transitions};
use eventlog::{CsvReader, Mapping, Order, WorkClock, read_csv};

use super::{expected, open, xes};

/// `1 days 12:00:00`, `0 days`, in microseconds.
fn duration_us(text: &str) -> i64 {
    let (days, rest) = text.split_once(" days").expect("a duration");
    let mut us = days.parse::<i64>().unwrap() * 86_400;
    for (part, s) in rest.trim().split(':').filter(|p| !p.is_empty()).zip([3600, 60, 1]) {
        us += part.parse::<i64>().unwrap() * s;
    }
    us * 1_000_000
}

#[test]
fn waiting_causes_equal_the_hand_made_tables() {
    const HOUR: i64 = 3_600_000_000;
    let week = |day: Vec<(i64, i64)>| {
        let off = Vec::new;
        WorkClock::weekly(8 * 3600, &[day.clone(), day.clone(), day.clone(), day.clone(), day, off(), off()])
    };
    // The duty hours that the tables were made for: everybody 10–20, Marcus with a pause at noon.
    let (all, marcus) = (
        week(vec![(10 * HOUR, 20 * HOUR)]),
        week(vec![(10 * HOUR, 12 * HOUR), (12 * HOUR + HOUR / 2, 20 * HOUR)]),
    );
    for n in 1..=4 {
        let mapping = Mapping {
            case: "case_id".into(),
            activity: "Activity".into(),
            time: Some("end_time".into()),
            start: Some("start_time".into()),
            resource: Some("Resource".into()),
            ..Mapping::default()
        };
        let file = open(&format!("wta/manual_log_{n}.csv"));
        let (log, _, _) = read_csv(file, Some(&mapping), Limits::small(), Order::Time).unwrap();
        let duty = |r: &str| Some(if r == "Marcus" { &marcus } else { &all });
        let events = waiting_of_events(&log, &WaitingOptions::default(), duty, None).unwrap();
        let table = waiting_of_transitions(&log, &events, true);
        let mut csv =
            CsvReader::new(open(&format!("wta/manual_log_{n}_expected.csv")), None, Limits::small()).unwrap();
        let mut row = Vec::new();
        assert!(csv.next_row(&mut row).unwrap());
        let mut rows = 0;
        while csv.next_row(&mut row).unwrap() {
            let t = table
                .iter()
                .find(|t| {
                    [&t.source_activity, &t.source_resource, &t.target_activity, &t.target_resource]
                        == [&row[0], &row[1], &row[2], &row[3]]
                })
                .unwrap_or_else(|| panic!("log {n}: {row:?} is missing"));
            let w = t.waiting;
            let ours = [
                w.total_us,
                w.batching_us,
                w.prioritization_us,
                w.contention_us,
                w.unavailability_us,
                w.extraneous_us,
            ];
            let theirs: Vec<i64> = row[6..12].iter().map(|d| duration_us(d)).collect();
            assert_eq!(ours.to_vec(), theirs, "log {n}: {row:?}");
            assert_eq!(t.count as f64, row[4].parse::<f64>().unwrap(), "log {n}: {row:?}");
            let names: Vec<&str> = t.cases.iter().map(|&c| log.case_name(c as usize)).collect();
            assert_eq!(names.join(","), row[5], "log {n}");
            rows += 1;
        }
        assert_eq!(table.len(), rows, "log {n}");
    }
}

/// Office hours Monday to Friday 7–17 in UTC, as in the reference.
#[test]
fn working_time_between_steps_equals_the_reference() {
    let clock = WorkClock::office(0, 7, 17);
    for (file, reference) in [("receipt.xes", "receipt"), ("bpic2012.xes.gz", "bpic2012")] {
        let log = xes(file).0;
        let pairs = eventlog::dfg::pair_times(&log, Some(&clock));
        let e = expected(&format!("expected_{reference}.json"));
        for w in e["performance_dfg_business_hours_mean_seconds"].as_array().unwrap() {
            let named = |p: &&eventlog::dfg::PairTimes| {
                log.activities.get(p.source) == w["source"] && log.activities.get(p.target) == w["target"]
            };
            let p = pairs.iter().find(named).expect("every pair");
            let (mean, wanted) = (p.sum_us as f64 / p.timed as f64 / 1e6, w["mean"].as_f64().unwrap());
            assert!((mean - wanted).abs() < 2e-6 * wanted.max(1.0), "{file} {w}: {mean}");
        }
    }
}
