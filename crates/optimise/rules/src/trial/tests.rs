//! Made-up offices whose answers are known.

use eventlog::{Limits, Log, Order, read_csv};
use kernel::Moment;
use workday::WorkCalendar;

use super::*;
use crate::questions::Office;
use crate::rng::Rng;

const HOUR: i64 = 3_600_000_000;

/// Weekdays 9 to 17: received, checked by one of `staff` people (six hours each), half of the cases sealed by another.
/// Cases of the window wait two days more for their papers.
fn city(n: i64, staff: usize, seed: u64) -> String {
    let calendar = WorkCalendar::official();
    let works = |day: i64| calendar.works(Moment::from_us(day * 24 * HOUR - 8 * HOUR).date());
    let open = open::Open::new(Hours { from: 9, to: 17, days_off: false }, (20_000, 22_000), &works);
    let mut rng = Rng::new(seed);
    let mut csv = String::from("case,activity,start,end,resource,case:渠道\n");
    // 2026-01-05 9:00 in Beijing.
    let mut at = 20_458 * 24 * HOUR + HOUR;
    let stamp = |us: i64| Moment::from_us(us).beijing().to_string();
    let mut row = |k: i64, step: &str, (from, to): (i64, i64), who: &str, way: &str| {
        csv += &format!("{k},{step},{},{},{who},{way}\n", stamp(from), stamp(to));
    };
    let mut waiting = Vec::new();
    for k in 0..n {
        at = open.add(at, (rng.unit() * 7.0 * HOUR as f64) as i64);
        let online = rng.unit() < 0.4;
        let way = if online { "网上" } else { "窗口" };
        let received = open.add(at, HOUR / 4);
        row(k, "受理", (at, received), "窗口员", way);
        let ready = if online { received } else { open.add(received, 16 * HOUR) };
        waiting.push((ready, k, way));
    }
    // Who is ready first is checked first.
    waiting.sort_unstable();
    let mut free = vec![0i64; staff];
    for (ready, k, way) in waiting {
        let who = (0..staff).min_by_key(|&s| free[s]).unwrap();
        let start = open.next(ready.max(free[who]));
        let end = open.add(start, ((4.0 + 4.0 * rng.unit()) * HOUR as f64) as i64);
        free[who] = end;
        row(k, "审查", (start, end), &format!("审查员{who}"), way);
        row(k, "用印", (end, open.add(end, HOUR / 2)), "印章员", way);
    }
    csv
}

fn log(csv: &str) -> Log {
    read_csv(csv.as_bytes(), None, Limits::default(), Order::Time).unwrap().0
}

fn office() -> Office {
    Office::of(&WorkCalendar::official())
}

fn group(trial: &Trial, step: &str) -> usize {
    trial.known().groups.iter().position(|g| g.steps.iter().any(|s| s == step)).unwrap()
}

#[test]
fn people_hours_and_queues_are_learned_and_more_people_wait_less() {
    let office = office();
    let trial = Trial::learn(&log(&city(700, 2, 3)), &office, 1.0, 7).unwrap();
    let known = trial.known();
    let g = group(&trial, "审查");
    assert_eq!(known.groups[g].hours, Hours { from: 9, to: 17, days_off: false });
    assert_eq!((known.groups[g].people, known.groups[g].at_once), (2, 2), "{:?}", known.groups[g]);
    assert!(known.groups[g].busy > 0.7 && known.groups[g].queue_hours > 1.0, "{:?}", known.groups[g]);
    let more = Change { people: [(g, 3)].into(), ..Change::default() };
    let less = Change { people: [(g, 1)].into(), ..Change::default() };
    let c = trial.compare(&office, &more, &less, Some(72.0)).unwrap();
    let real = known.mean_hours;
    assert!((c.today.mean_hours.mean / real - 1.0).abs() < 0.15, "{} {real}", c.today.mean_hours.mean);
    assert!(c.saved[0].low > 0.0 && c.better[0] > 0.95, "{c:?}");
    assert!(c.first.queue_hours.mean < c.today.queue_hours.mean / 2.0, "{c:?}");
    assert!(c.better[1] < 0.05 && c.second.overloaded == Some(g), "{c:?}");
    let within = |o: &Outcome| o.within.unwrap().mean;
    assert!(within(&c.first) >= within(&c.today) && within(&c.today) > within(&c.second));
}

#[test]
fn each_lever_does_what_its_name_says() {
    let office = office();
    let trial = Trial::learn(&log(&city(500, 5, 5)), &office, 1.0, 7).unwrap();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let saved = |change: &Change| {
        let c = trial.compare(&office, &Change::default(), change, None).unwrap();
        assert_eq!((c.saved[0].mean, c.better[0]), (0.0, 0.5), "no change is no change");
        c.saved[1]
    };
    let online = trial.known().shares.iter().position(|s| s.value == "网上").unwrap();
    assert!((trial.known().shares[online].share - 0.4).abs() < 0.08);
    let all_online = Change { share: Some((online, 1.0)), ..Change::default() };
    // Six in ten wait sixteen office hours less: two days by the clock at least.
    assert!(saved(&all_online).mean > 20.0, "{:?} {:?}", saved(&all_online), trial.known());
    let halved = Change { faster: vec![("受理".into(), "审查".into(), 0.0)], ..Change::default() };
    assert!(saved(&halved).mean > 20.0);
    let parallel = Change { parallel: vec![pair("审查", "用印")], ..Change::default() };
    assert!(saved(&parallel).low > 0.0);
    let without = Change { without: vec!["用印".into()], ..Change::default() };
    assert!(saved(&without).low > 0.0);
    let g = group(&trial, "审查");
    let long = Change { hours: [(g, Hours { from: 8, to: 20, days_off: true })].into(), ..Change::default() };
    assert!(saved(&long).low > 0.0);
    let fewer = Change { arrivals: Some(0.5), ..Change::default() };
    assert!(saved(&fewer).mean > 0.0);
}

#[test]
fn an_order_turned_round_spares_what_a_refusal_makes_useless() {
    let office = office();
    // A third of the cases is refused by the second check.
    let calendar = WorkCalendar::official();
    let works = |day: i64| calendar.works(Moment::from_us(day * 24 * HOUR - 8 * HOUR).date());
    let open = open::Open::new(Hours { from: 9, to: 17, days_off: false }, (20_000, 22_000), &works);
    let mut csv = String::from("case,activity,start,end,resource\n");
    for k in 0..200 {
        let at = open.add(20_458 * 24 * HOUR + HOUR, k * 3 * HOUR);
        let stamp = |us: i64| Moment::from_us(us).beijing().to_string();
        let mut from = at;
        for (step, hours) in
            [("勘验", 3), ("资格", 1), ("发证", 1)].iter().take(if k % 3 == 0 { 2 } else { 3 })
        {
            let to = open.add(from, hours * HOUR);
            csv += &format!("{k},{step},{},{},{step}员\n", stamp(from), stamp(to));
            from = to;
        }
    }
    let trial = Trial::learn(&log(&csv), &office, 1.0, 7).unwrap();
    let turned = Change { earlier: vec![("勘验".into(), "资格".into())], ..Change::default() };
    let c = trial.compare(&office, &turned, &Change::default(), None).unwrap();
    assert!(c.saved[0].low > 0.0, "{:?}", c.saved);
}

#[test]
fn months_it_has_not_seen_are_reproduced_or_the_part_that_fails_is_named() {
    let office = office();
    let checked = Trial::held_out(&log(&city(900, 6, 11)), &office, 7).unwrap();
    let (_, real, made) = checked.mean_hours;
    assert!(
        checked.distance < 0.2 && (made / real - 1.0).abs() < 0.15,
        "{} {} {:?}",
        checked.reading,
        checked.distance,
        checked.mean_hours
    );
    // The same, but two of three people leave after two thirds.
    let (one, two) = (city(600, 3, 11), city(900, 3, 11));
    let slow: String =
        two.lines().skip(one.lines().count()).map(|l| l.replacen(",审查,", ",慢审,", 1) + "\n").collect();
    let mixed = log(&(one.clone() + &slow.replace("慢审", "复核").replace("用印", "公示")));
    let failed = Trial::held_out(&mixed, &office, 7);
    if let Ok(f) = failed {
        assert!(!f.reading.zh.is_empty() && !f.reading.en.is_empty());
    }
}

#[test]
fn what_the_log_does_not_know_is_refused_in_words() {
    let office = office();
    let trial = Trial::learn(&log(&city(120, 2, 1)), &office, 1.0, 7).unwrap();
    let bad = [
        Change { without: vec!["不存在".into()], ..Change::default() },
        Change { parallel: vec![("受理".into(), "受理".into())], ..Change::default() },
        Change { people: [(99, 1)].into(), ..Change::default() },
        Change { people: [(0, 0)].into(), ..Change::default() },
        Change { hours: [(0, Hours { from: 17, to: 9, days_off: false })].into(), ..Change::default() },
        Change { share: Some((0, 1.5)), ..Change::default() },
        Change { arrivals: Some(0.0), ..Change::default() },
    ];
    for change in bad {
        assert!(trial.compare(&office, &change, &Change::default(), None).is_err(), "{change:?}");
    }
    let no_begin = "case,activity,time\n".to_owned()
        + &(0..80)
            .map(|k| format!("{k},受理,2026-03-02 09:00\n{k},办结,2026-03-03 10:00\n"))
            .collect::<String>();
    let told = Trial::learn(&log(&no_begin), &office, 1.0, 7).unwrap_err().to_string();
    assert!(told.contains("开始时间"), "{told}");
    assert!(Trial::learn(&log(&city(20, 2, 1)), &office, 1.0, 7).is_err());
}
