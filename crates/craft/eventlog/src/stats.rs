//! The figures of a log in one answer: what `bancheng log stats FILE --json` prints.
//!
//! Exact: sums are integers of microseconds, divided once at the end.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dfg::{Dfg, PairTimes, pair_medians, pair_times, twice_median};
use crate::log::{Log, Order};
use crate::variants::Variants;
use crate::when::{NO_TIME, write_time};
use crate::work::WorkClock;

/// The figures of a log. Times in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    pub cases: usize,
    pub events: usize,
    /// Different activities that occur.
    pub activities: usize,
    /// Different resources that occur.
    pub resources: usize,
    /// Cases without events.
    pub empty_cases: usize,
    pub order: Order,
    /// Consecutive events of a case, in the order used, with the same time: there the file decided.
    pub ties: u64,
    /// The same in the order of the file.
    pub ties_in_file: u64,
    /// Consecutive events of a case, in file order, with falling time.
    pub out_of_order: u64,
    /// Events without a time.
    pub without_time: u64,
    pub first_time: Option<String>,
    pub last_time: Option<String>,
    pub start_activities: BTreeMap<String, u64>,
    pub end_activities: BTreeMap<String, u64>,
    pub activity_counts: BTreeMap<String, u64>,
    /// By falling count, then by names.
    pub directly_follows: Vec<Follows>,
    /// Different sequences of activities.
    pub variants: usize,
    /// By falling count, then by names.
    pub top_variants: Vec<Variant>,
    /// Cases in which some activity is done more than once; records of one step (start, complete) count once.
    pub cases_with_rework: u64,
    pub rework_per_activity: BTreeMap<String, Rework>,
    /// The same by records, where one step leaves several.
    pub cases_with_repeat: u64,
    pub repeat_per_activity: BTreeMap<String, Rework>,
    /// None where no event has a time.
    pub case_duration_s: Option<Spread>,
    /// What cannot be answered from this log, in both languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cannot: Vec<String>,
    pub case_length: Length,
    pub handover: Handovers,
}

/// One pair of the directly-follows graph.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Follows {
    pub source: String,
    pub target: String,
    pub count: u64,
    pub mean_s: Option<f64>,
    pub median_s: Option<f64>,
    pub min_s: Option<f64>,
    pub max_s: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    pub trace: Vec<String>,
    pub count: u64,
}

/// How often an activity is done again (反复).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rework {
    pub cases_with_repeat: u64,
    pub extra_occurrences: u64,
}

/// Mean and percentiles (linear between the two nearest values).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    pub mean: f64,
    pub min: f64,
    pub median: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Length {
    pub mean: f64,
    pub min: u64,
    pub median: f64,
    pub max: u64,
}

/// Consecutive events of a case with two known resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Handovers {
    pub distinct_pairs: usize,
    pub total: u64,
    /// The same resource on both sides: no hand-over.
    #[serde(rename = "self")]
    pub same: u64,
    /// The most frequent pairs.
    pub top: Vec<Handover>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Handover {
    pub source: String,
    pub target: String,
    pub count: u64,
}

/// What is said of durations where no event has a time.
pub const NO_TIMES: &str = "日志里没有可用的时间，历时、等待、超时无法回答 / cannot be answered without times: durations, waiting and limits";

/// Variants and hand-overs listed unless asked otherwise.
pub const TOP: usize = 25;

/// The figures of a log in an order.
pub fn log_stats(log: &Log, order: Order) -> Stats {
    log_stats_top(log, order, TOP)
}

/// The same with another number of variants and hand-overs listed.
pub fn log_stats_top(log: &Log, order: Order, top: usize) -> Stats {
    if log.order() != order {
        return log_stats_top(&log.in_order(order), order, top);
    }
    let dfg = Dfg::of(log);
    let variants = Variants::of(log);
    let name = |a: u32| log.activities.get(a).to_owned();
    let counted = |counts: &[u64]| {
        counts.iter().enumerate().filter(|c| *c.1 > 0).map(|(a, &n)| (name(a as u32), n)).collect()
    };
    let trace = |v: u32| variants.trace(log, v).iter().map(|&a| name(a)).collect();
    let ranked = variants.ranked(log);
    // What is done again is counted by steps, not by the records that one step leaves.
    let (steps, several) = crate::lifecycle::steps(log);
    let (cases_with_repeat, repeat_per_activity) = rework(log, &variants);
    let (cases_with_rework, rework_per_activity) = if several {
        rework(&steps, &Variants::of(&steps))
    } else {
        (cases_with_repeat, repeat_per_activity.clone())
    };
    let times = log.time().iter().copied().filter(|&t| t != NO_TIME);
    let begins = log.begin().unwrap_or_default().iter().copied().filter(|&t| t != NO_TIME);
    let resources: hashbrown::HashSet<u32> =
        log.resource().iter().copied().filter(|&r| r != Log::NONE).collect();
    Stats {
        cases: log.case_count(),
        events: log.event_count(),
        activities: dfg.events.iter().filter(|&&n| n > 0).count(),
        resources: resources.len(),
        empty_cases: log.cases().filter(|c| c.start == c.end).count(),
        order,
        ties: ties(log),
        ties_in_file: ties_in_file(log),
        out_of_order: log.out_of_order(),
        without_time: log.time().iter().filter(|&&t| t == NO_TIME).count() as u64,
        first_time: times.clone().chain(begins).min().map(write_time),
        last_time: times.max().map(write_time),
        start_activities: counted(&dfg.starts),
        end_activities: counted(&dfg.ends),
        activity_counts: counted(&dfg.events),
        directly_follows: follows(log),
        variants: variants.len(),
        top_variants: ranked
            .into_iter()
            .take(top)
            .map(|v| Variant { trace: trace(v), count: variants.count[v as usize] })
            .collect(),
        cases_with_rework,
        rework_per_activity,
        cases_with_repeat,
        repeat_per_activity,
        case_duration_s: Some(case_durations(log)).filter(|d| !d.is_empty()).map(|mut d| spread(&mut d)),
        cannot: if log.time().iter().all(|&t| t == NO_TIME) && log.event_count() > 0 {
            vec![NO_TIMES.to_owned()]
        } else {
            Vec::new()
        },
        case_length: lengths(log),
        handover: handovers(log, top),
    }
}

fn ties(log: &Log) -> u64 {
    let time = log.time();
    let pairs = log.cases().flat_map(|c| c.start + 1..c.end.max(c.start + 1));
    pairs.filter(|&e| time[e] != NO_TIME && time[e] == time[e - 1]).count() as u64
}

fn ties_in_file(log: &Log) -> u64 {
    let time = log.time();
    let (mut rows, mut count) = (Vec::new(), 0);
    for case in log.cases() {
        rows.clear();
        rows.extend(case.map(|e| (log.row(e), time[e])));
        rows.sort_unstable();
        count += rows.windows(2).filter(|w| w[0].1 != NO_TIME && w[0].1 == w[1].1).count() as u64;
    }
    count
}

/// Durations in working time: of cases and of what lies between two activities. Days are working days.
#[derive(Clone, Debug, Serialize)]
pub struct WorkingStats {
    /// Hours of one working day.
    pub day_hours: f64,
    /// None where no event has a time.
    pub case_duration_days: Option<Spread>,
    /// By falling sum.
    pub directly_follows: Vec<WorkingFollows>,
}

/// One pair of the directly-follows graph in working days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkingFollows {
    pub source: String,
    pub target: String,
    pub count: u64,
    pub sum_days: f64,
    pub mean_days: f64,
    pub median_days: f64,
    pub max_days: f64,
}

/// The durations of a log in working time; `day_us` is the office time of one working day.
pub fn working_stats(log: &Log, clock: &WorkClock, day_us: i64) -> WorkingStats {
    let day = day_us.max(1) as f64;
    let pairs = pair_times(log, Some(clock));
    let medians = pair_medians(log, &pairs, Some(clock));
    let one = |(p, twice): (&PairTimes, Option<i64>)| {
        (p.timed > 0).then(|| WorkingFollows {
            source: log.activities.get(p.source).into(),
            target: log.activities.get(p.target).into(),
            count: p.count,
            sum_days: round6(p.sum_us as f64 / day),
            mean_days: round6(p.sum_us as f64 / p.timed as f64 / day),
            median_days: round6(twice.unwrap_or(0) as f64 / 2.0 / day),
            max_days: round6(p.max_us as f64 / day),
        })
    };
    let mut all: Vec<WorkingFollows> = pairs.iter().zip(medians).filter_map(one).collect();
    all.sort_by(|a, b| {
        b.sum_days.total_cmp(&a.sum_days).then_with(|| (&a.source, &a.target).cmp(&(&b.source, &b.target)))
    });
    let of_case = |c: usize| log.span(c).map(|(first, last)| clock.working_us(first, last));
    let mut durations: Vec<i64> = (0..log.case_count()).filter_map(of_case).collect();
    let s = spread(&mut durations);
    let any = !durations.is_empty();
    let days = |seconds: f64| seconds * 1e6 / day;
    WorkingStats {
        day_hours: day / 3.6e9,
        case_duration_days: any.then(|| Spread {
            mean: days(s.mean),
            min: days(s.min),
            median: days(s.median),
            p90: days(s.p90),
            p95: days(s.p95),
            p99: days(s.p99),
            max: days(s.max),
        }),
        directly_follows: all,
    }
}

/// First to last moment of every case that has a time, in microseconds; a step with a known beginning counts from it.
pub fn case_durations(log: &Log) -> Vec<i64> {
    let of_case = |c: usize| log.span(c).map(|(first, last)| last.saturating_sub(first));
    (0..log.case_count()).filter_map(of_case).collect()
}

fn round6(x: f64) -> f64 {
    (x * 1e6).round() / 1e6
}

fn follows(log: &Log) -> Vec<Follows> {
    let pairs = pair_times(log, None);
    let medians = pair_medians(log, &pairs, None);
    let one = |(p, twice): (&PairTimes, Option<i64>)| {
        let timed = p.timed > 0;
        Follows {
            source: log.activities.get(p.source).into(),
            target: log.activities.get(p.target).into(),
            count: p.count,
            mean_s: timed.then(|| round6(p.sum_us as f64 / p.timed as f64 / 1e6)),
            median_s: twice.map(|t| round6(t as f64 / 2e6)),
            min_s: timed.then(|| p.min_us as f64 / 1e6),
            max_s: timed.then(|| p.max_us as f64 / 1e6),
        }
    };
    let mut all: Vec<Follows> = pairs.iter().zip(medians).map(one).collect();
    all.sort_by(|a, b| {
        b.count.cmp(&a.count).then_with(|| (&a.source, &a.target).cmp(&(&b.source, &b.target)))
    });
    all
}

fn rework(log: &Log, variants: &Variants) -> (u64, BTreeMap<String, Rework>) {
    let mut cases = 0;
    let mut by_activity: BTreeMap<u32, Rework> = BTreeMap::new();
    let mut seen = vec![0u64; log.activities.len()];
    for v in 0..variants.len() as u32 {
        let (trace, count) = (variants.trace(log, v), variants.count[v as usize]);
        trace.iter().for_each(|&a| seen[a as usize] += 1);
        let mut repeated = false;
        for &a in trace {
            let n = std::mem::take(&mut seen[a as usize]);
            if n > 1 {
                repeated = true;
                let cell = by_activity.entry(a).or_default();
                cell.cases_with_repeat += count;
                cell.extra_occurrences += count * (n - 1);
            }
        }
        cases += if repeated { count } else { 0 };
    }
    let named = by_activity.into_iter().map(|(a, r)| (log.activities.get(a).to_owned(), r));
    (cases, named.collect())
}

/// Mean and percentiles of microseconds, in seconds. Sorts the values.
pub fn spread(us: &mut [i64]) -> Spread {
    us.sort_unstable();
    let (Some(&min), Some(&max)) = (us.first(), us.last()) else { return Spread::default() };
    let percentile = |p: f64| {
        let at = p * (us.len() - 1) as f64;
        let low = at.floor() as usize;
        let high = (low + 1).min(us.len() - 1);
        let (a, b) = (us[low] as f64 / 1e6, us[high] as f64 / 1e6);
        a + (b - a) * (at - low as f64)
    };
    let sum: i128 = us.iter().map(|&v| i128::from(v)).sum();
    Spread {
        mean: sum as f64 / us.len() as f64 / 1e6,
        min: min as f64 / 1e6,
        median: percentile(0.5),
        p90: percentile(0.9),
        p95: percentile(0.95),
        p99: percentile(0.99),
        max: max as f64 / 1e6,
    }
}

fn lengths(log: &Log) -> Length {
    let mut all: Vec<i64> = log.cases().map(|c| c.len() as i64).collect();
    let (Some(&min), Some(&max)) = (all.iter().min(), all.iter().max()) else { return Length::default() };
    Length {
        mean: log.event_count() as f64 / all.len() as f64,
        min: min as u64,
        median: twice_median(&mut all).unwrap_or(0) as f64 / 2.0,
        max: max as u64,
    }
}

fn handovers(log: &Log, top: usize) -> Handovers {
    let mut pairs: hashbrown::HashMap<(u32, u32), u64> = hashbrown::HashMap::new();
    for case in log.cases() {
        for two in log.resource()[case].windows(2) {
            if two[0] != Log::NONE && two[1] != Log::NONE {
                *pairs.entry((two[0], two[1])).or_default() += 1;
            }
        }
    }
    let name = |r: u32| log.resources.get(r).to_owned();
    let listed =
        |(&(s, t), &count): (&(u32, u32), &u64)| Handover { source: name(s), target: name(t), count };
    let mut all: Vec<Handover> = pairs.iter().map(listed).collect();
    all.sort_by(|a, b| {
        b.count.cmp(&a.count).then_with(|| (&a.source, &a.target).cmp(&(&b.source, &b.target)))
    });
    all.truncate(top);
    Handovers {
        distinct_pairs: pairs.len(),
        total: pairs.values().sum(),
        same: pairs.iter().filter(|(p, _)| p.0 == p.1).map(|(_, n)| n).sum(),
        top: all,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, Order, ProblemKind, read_csv};

    /// The same case as start and end in two columns, and as two records: it lasts from the first beginning.
    #[test]
    fn a_case_lasts_from_its_first_beginning() {
        let columns = "case,activity,start,end\n1,a,2026-03-09 09:00,2026-03-09 09:30\n1,b,2026-03-09 10:00,2026-03-09 11:00\n";
        let records = "case,activity,time,lifecycle\n1,a,2026-03-09 09:00,start\n1,a,2026-03-09 09:30,complete\n1,b,2026-03-09 10:00,start\n1,b,2026-03-09 11:00,complete\n";
        for csv in [columns, records] {
            let (log, ..) = read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap();
            let (joined, _) = crate::lifecycle::steps(&log);
            for log in [&log, &*joined] {
                let stats = super::log_stats(log, Order::Time);
                assert_eq!(stats.case_duration_s.unwrap().mean, 7_200.0, "{csv}");
                assert!(stats.first_time.unwrap().contains("01:00:00"), "09:00 in Beijing");
                assert_eq!(crate::draw::variant_rows(log, 0, 1)[0].mean_duration_s, Some(7_200.0));
            }
        }
    }

    #[test]
    fn what_is_odd_in_a_table_is_told() {
        let told = |csv: &str| read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap().1;
        let empty = told(
            "办件编号,环节,办理时间\n1,受理,2026-03-05 09:00\n1,,2026-03-05 10:00\n1,办结,2026-03-05 11:00\n",
        );
        assert_eq!(empty.count(ProblemKind::NoActivity), 1);
        let back = told(
            "case,activity,start,end\n1,a,2024-03-04 10:00,2024-03-04 09:00\n1,b,2024-03-04 11:00,2024-03-04 12:00\n",
        );
        assert_eq!(back.count(ProblemKind::EndBeforeStart), 1);
    }
}
