//! 还要多久: how long the open cases of a log will still take, with honest intervals, and which will be late (O5, R3).
//!
//! An open case is compared with past cases that stood after the same steps at about the same age and were silent for as
//! long; what those still took is what it may take. Intervals are widened until they held in months not learned from, and
//! what they hold in the last months is said beside them. Everything in working time. Deterministic.

use std::collections::HashMap;

use eventlog::Log;
use eventlog::when::NO_TIME;
use kernel::Said;
use serde::Serialize;

use crate::OptimiseError;
use crate::questions::Office;

/// Steps of history that count at most; how many past cases a comparison needs, and takes at most.
const HISTORY: usize = 3;
const ALIKE_LEAST: usize = 20;
const ALIKE_MOST: usize = 200;
/// Finished cases that are learned from at least.
const FEWEST: usize = 60;
/// The interval is to hold for so many of ten cases.
const HOLDS: f64 = 0.8;
/// So much less is still called honest: months differ by more than chance.
const ROOM: f64 = 0.08;
/// An activity is a regular end when so many of the cases that reach it end there, and so many of all.
const ENDS: (f64, f64) = (0.4, 0.01);
/// Stretches of time that intervals are widened on.
const STRETCHES: usize = 5;
/// Prefixes of the held-out months that are looked at.
const JUDGED_MOST: usize = 20_000;

/// How well it foretells cases of the last months, which it has not seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// finished cases learned from, and moments of cases foretold
    pub cases: (usize, usize),
    /// share of the moments whose real remaining time lay in the interval; 0.8 is aimed at
    pub held: f64,
    /// mean error of the middle, working days
    pub error_days: f64,
    /// the same when the mean remaining time is said of everybody
    pub plain_error_days: f64,
    /// of those it called late (probability of at least a half), how many were; none without a limit or such a case
    pub late_right: Option<f64>,
    /// of those that were late, how many it called so
    pub late_found: Option<f64>,
    /// the intervals hold
    pub honest: bool,
    /// in words
    pub reading: Said,
}

/// An open case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ahead {
    /// its number in the log
    pub case: u32,
    /// the step it did last
    pub last: String,
    /// the step in which it stands: begun and not ended
    pub in_step: Option<String>,
    /// working days since it began
    pub age_days: f64,
    /// working days it will still take: as likely more as less, and the interval
    pub still_days: (f64, f64, f64),
    /// how likely it is to exceed the limit
    pub late: f64,
    /// it exceeds it already
    pub is_late: bool,
    /// past cases it was compared with
    pub alike: usize,
}

/// The open cases of a log, the likeliest late ones first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Foretold {
    /// the limit, working days; nine in ten finished cases keep it when none was given
    pub limit_days: f64,
    /// the limit was given
    pub given: bool,
    /// how well it foretells
    pub judged: Judged,
    /// open cases
    pub open: Vec<Ahead>,
    /// steps with which cases regularly end
    pub ends: Vec<String>,
}

/// A case in working time: its steps, and when each was done.
struct Way {
    case: u32,
    steps: Vec<u32>,
    at: Vec<i64>,
    /// by the clock, for the order of learning
    first: i64,
    last: i64,
}

impl Way {
    fn total(&self) -> i64 {
        self.at.last().copied().unwrap_or(0) - self.at.first().copied().unwrap_or(0)
    }
}

/// Recent steps → (age, still to come), by age.
type Past = HashMap<Vec<u32>, Vec<(i64, i64)>>;

fn learn<'a>(ways: impl Iterator<Item = &'a Way>) -> Past {
    let mut past = Past::new();
    for way in ways {
        let end = way.at.last().copied().unwrap_or(0);
        for i in 0..way.steps.len().saturating_sub(1) {
            for k in 0..=HISTORY.min(i + 1) {
                let key = way.steps[i + 1 - k..=i].to_vec();
                past.entry(key).or_default().push((way.at[i] - way.at[0], end - way.at[i]));
            }
        }
    }
    // Of many of one age each is as near as the other: sorted by what came, the quick ones would always be taken first.
    for list in past.values_mut() {
        let mut mixed: Vec<(i64, u64, i64)> =
            list.iter().enumerate().map(|(i, x)| (x.0, crate::rng::mix(i as u64), x.1)).collect();
        mixed.sort_unstable();
        *list = mixed.into_iter().map(|x| (x.0, x.2)).collect();
    }
    past
}

/// What past cases still took that stood there, were silent for `silent` and are nearest in age; from now on.
fn alike(past: &Past, steps: &[u32], age: i64, silent: i64) -> Vec<i64> {
    for k in (0..=HISTORY.min(steps.len())).rev() {
        let Some(list) = past.get(&steps[steps.len() - k..]) else { continue };
        let at = list.partition_point(|x| x.0 < age);
        let (mut low, mut high) = (at, at);
        let mut out = Vec::new();
        // The nearest in age on either side, of those that were not done by now.
        while out.len() < ALIKE_MOST && (low > 0 || high < list.len()) {
            let below = low.checked_sub(1).map(|i| age - list[i].0);
            let above = list.get(high).map(|x| x.0 - age);
            let still = match (below, above) {
                (Some(b), Some(a)) if b <= a => {
                    list[{
                        low -= 1;
                        low
                    }]
                    .1
                }
                (Some(_), None) => {
                    list[{
                        low -= 1;
                        low
                    }]
                    .1
                }
                _ => {
                    list[{
                        high += 1;
                        high - 1
                    }]
                    .1
                }
            };
            if still > silent {
                out.push(still - silent);
            }
        }
        if out.len() >= ALIKE_LEAST || (k == 0 && !out.is_empty()) {
            out.sort_unstable();
            return out;
        }
    }
    Vec::new()
}

fn quantile(sorted: &[i64], q: f64) -> f64 {
    let at = ((sorted.len() as f64 * q) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(0) as f64
}

/// Low, middle, high, before widening.
fn three(sorted: &[i64]) -> (f64, f64, f64) {
    let out = (1.0 - HOLDS) / 2.0;
    (quantile(sorted, out), quantile(sorted, 0.5), quantile(sorted, 1.0 - out))
}

fn widened((low, middle, high): (f64, f64, f64), wide: f64) -> (f64, f64, f64) {
    ((middle - (middle - low) * wide).max(0.0), middle, middle + (high - middle) * wide)
}

/// Moments of finished cases as if they were open: (what was foretold, what came, what past cases say of the limit).
fn moments(past: &Past, ways: &[&Way], limit: i64) -> Vec<((f64, f64, f64), f64, f64, bool)> {
    let all: usize = ways.iter().map(|w| w.steps.len().saturating_sub(1)).sum();
    let every = (all / JUDGED_MOST).max(1);
    let mut out = Vec::new();
    let mut n = 0usize;
    for way in ways {
        let end = way.at.last().copied().unwrap_or(0);
        for i in 0..way.steps.len().saturating_sub(1) {
            n += 1;
            if !n.is_multiple_of(every) {
                continue;
            }
            let age = way.at[i] - way.at[0];
            let list = alike(past, &way.steps[..=i], age, 0);
            if list.is_empty() {
                continue;
            }
            let late = list.iter().filter(|s| age + **s > limit).count() as f64 / list.len() as f64;
            out.push((three(&list), (end - way.at[i]) as f64, late, way.total() > limit));
        }
    }
    out
}

/// How much wider the intervals must be to hold what came.
fn widening(seen: &[((f64, f64, f64), f64, f64, bool)]) -> f64 {
    let mut needed: Vec<f64> = seen
        .iter()
        .map(|((low, middle, high), came, ..)| {
            let (side, off) =
                if came < middle { (middle - low, middle - came) } else { (high - middle, came - middle) };
            if off <= 0.0 { 0.0 } else { off / side.max(1.0) }
        })
        .collect();
    needed.sort_by(f64::total_cmp);
    let at = ((needed.len() as f64 * HOLDS).ceil() as usize).min(needed.len().saturating_sub(1));
    needed.get(at).copied().unwrap_or(1.0).clamp(1.0, 20.0)
}

/// The open cases of a log as of a moment (the last one in it when none is given), with how long they will still take.
///
/// # Errors
/// Too few finished cases.
pub fn foretell(
    log: &Log,
    office: &Office,
    as_of_us: Option<i64>,
    limit_days: Option<f64>,
) -> Result<Foretold, OptimiseError> {
    let standing = eventlog::lifecycle::standing(log);
    let (log, _) = eventlog::lifecycle::steps(log);
    let log = &*log;
    let mut ways: Vec<Way> = log
        .cases()
        .enumerate()
        .filter_map(|(c, range)| {
            let known: Vec<usize> = range.filter(|&e| log.time()[e] != NO_TIME).collect();
            let since = standing[c].map(|s| s.since);
            let begin = log.span(c).map(|s| s.0).or(since)?;
            let first = office.clock.worked_us(begin);
            let at: Vec<i64> = known.iter().map(|&e| office.clock.worked_us(log.time()[e]) - first).collect();
            let steps: Vec<u32> = known.iter().map(|&e| log.activity()[e]).collect();
            let last = known.last().map(|e| log.time()[*e]).max(since)?;
            // Age counts from the begin of the case, also where its first step lasted.
            let (mut full, mut moments) = (vec![u32::MAX], vec![0]);
            full.extend(steps);
            moments.extend(at);
            Some(Way { case: c as u32, steps: full, at: moments, first: begin, last })
        })
        .collect();
    ways.sort_by_key(|w| (w.first, w.case));
    if ways.is_empty() && log.case_count() > 0 {
        return Err(OptimiseError::cannot(
            format!("日志里的 {} 件都没有时间，无法预测", log.case_count()),
            format!("none of the {} cases of the log has a time: nothing can be foretold", log.case_count()),
        ));
    }
    let as_of = as_of_us.unwrap_or_else(|| ways.iter().map(|w| w.last).max().unwrap_or_default());
    let ends = regular_ends(log, &ways);
    // An end that is never recorded leaves no case standing in its last step.
    let stands = |w: &Way| standing[w.case as usize].filter(|s| !ends.contains(&s.activity));
    let is_done = |w: &&Way| stands(w).is_none() && w.steps.last().is_some_and(|s| ends.contains(s));
    let mut done: Vec<&Way> = ways.iter().filter(is_done).collect();
    if done.len() < FEWEST {
        return Err(OptimiseError::cannot(
            format!("办结的至少要有 {FEWEST} 件才能预测，现有 {} 件", done.len()),
            format!("at least {FEWEST} finished cases are needed to foretell, there are {}", done.len()),
        ));
    }
    let day = office.day_us as f64;
    let mut totals: Vec<i64> = done.iter().map(|w| w.total()).collect();
    totals.sort_unstable();
    let limit = limit_days.map_or_else(|| quantile(&totals, 0.9), |d| d * day);
    // Learned, widened and judged on three parts one after another: nothing is judged by what it was learned from. What is
    // learned from was done before what is judged began, as it will be for the cases that are open now.
    done.sort_by_key(|w| w.last);
    let (a, b) = (done.len() * 6 / 10, done.len() * 8 / 10);
    let part = learn(done[..a].iter().copied());
    // Load comes and goes: the intervals are as wide as they had to be in the second worst of some stretches of time, each
    // foretold from what was done before it.
    let mut wide: Vec<f64> = (0..STRETCHES)
        .map(|k| {
            let at = |part: usize| done.len() * (30 + part * 50 / STRETCHES) / 100;
            let before = learn(done[..at(k)].iter().copied());
            widening(&moments(&before, &done[at(k)..at(k + 1)], limit as i64))
        })
        .collect();
    wide.sort_by(f64::total_cmp);
    let wide = wide[STRETCHES - 2];
    let seen = moments(&part, &done[b..], limit as i64);
    let plain = mean_remaining(&done[..a]);
    let judged = judged(&seen, wide, (a, plain), day, limit_days.is_some());
    let past = learn(done.iter().copied());
    let now = office.clock.worked_us(as_of);
    let mut open: Vec<Ahead> = ways
        .iter()
        .filter(|w| !is_done(w))
        .map(|w| {
            let age = w.at.last().copied().unwrap_or(0);
            let begin = office.clock.worked_us(w.first);
            let silent = (now - begin - age).max(0);
            let list = alike(&past, &w.steps, age, silent);
            let (low, middle, high) = widened(three(&list), wide);
            let so_far = age + silent;
            let over = list.iter().filter(|s| (so_far + **s) as f64 > limit).count();
            let is_late = so_far as f64 > limit;
            let last = w.steps.last().filter(|s| **s != u32::MAX);
            Ahead {
                case: w.case,
                last: last.map_or_else(String::new, |s| log.activities.get(*s).to_owned()),
                in_step: stands(w).map(|s| log.activities.get(s.activity).to_owned()),
                age_days: so_far as f64 / day,
                still_days: (middle / day, low / day, high / day),
                late: if is_late { 1.0 } else { over as f64 / list.len().max(1) as f64 },
                is_late,
                alike: list.len(),
            }
        })
        .collect();
    open.sort_by(|x, y| {
        // What is silent for longer than any past case was is stalled, and nothing is foretold of it.
        (x.alike == 0)
            .cmp(&(y.alike == 0))
            .then(y.late.total_cmp(&x.late))
            .then(y.age_days.total_cmp(&x.age_days))
            .then(x.case.cmp(&y.case))
    });
    let ends = ends.iter().map(|&a| log.activities.get(a).to_owned()).collect();
    Ok(Foretold { limit_days: limit / day, given: limit_days.is_some(), judged, open, ends })
}

fn regular_ends(log: &Log, ways: &[Way]) -> Vec<u32> {
    let (mut reach, mut end) = (vec![0u64; log.activities.len()], vec![0u64; log.activities.len()]);
    for w in ways {
        let mut seen: Vec<u32> = w.steps.iter().copied().filter(|s| *s != u32::MAX).collect();
        if let Some(&last) = seen.last() {
            end[last as usize] += 1;
        }
        seen.sort_unstable();
        seen.dedup();
        seen.iter().for_each(|&s| reach[s as usize] += 1);
    }
    let all = ways.len() as f64;
    (0..reach.len() as u32)
        .filter(|&a| {
            let (r, e) = (reach[a as usize] as f64, end[a as usize] as f64);
            e > 0.0 && e >= ENDS.0 * r && e >= ENDS.1 * all
        })
        .collect()
}

fn mean_remaining(ways: &[&Way]) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0f64);
    for w in ways {
        let end = w.at.last().copied().unwrap_or(0);
        for at in &w.at[..w.at.len().saturating_sub(1)] {
            (sum, n) = (sum + (end - at) as f64, n + 1.0);
        }
    }
    sum / n.max(1.0)
}

fn judged(
    seen: &[((f64, f64, f64), f64, f64, bool)],
    wide: f64,
    (cases, plain): (usize, f64),
    day: f64,
    given: bool,
) -> Judged {
    let n = seen.len().max(1) as f64;
    let inside = |(what, came, ..): &&((f64, f64, f64), f64, f64, bool)| {
        let (low, _, high) = widened(*what, wide);
        low - 1.0 <= *came && *came <= high + 1.0
    };
    let held = seen.iter().filter(inside).count() as f64 / n;
    let error = seen.iter().map(|s| (s.0.1 - s.1).abs()).sum::<f64>() / n / day;
    let plain_error = seen.iter().map(|s| (plain - s.1).abs()).sum::<f64>() / n / day;
    let called: Vec<bool> = seen.iter().filter(|s| s.2 >= 0.5).map(|s| s.3).collect();
    let late: Vec<f64> = seen.iter().filter(|s| s.3).map(|s| s.2).collect();
    let share = |hits: usize, all: usize| (all > 0).then(|| hits as f64 / all as f64);
    let late_right = share(called.iter().filter(|c| **c).count(), called.len());
    let late_found = share(late.iter().filter(|l| **l >= 0.5).count(), late.len());
    let honest = held >= HOLDS - ROOM;
    let percent = |x: f64| format!("{:.0}%", x * 100.0);
    let (zh, en) = if honest {
        ("区间可信", "the intervals hold")
    } else {
        (
            "区间偏窄，近几个月变了，只能参考",
            "the intervals are too narrow, the last months have changed: a hint only",
        )
    };
    let mut reading = Said::new(
        format!(
            "在没学过的最后一批办结件上核对：{} 的真实剩余时间落在区间里（目标 {}），{zh}；平均误差 {error:.1} 个工作日，一律按平均说误差 {plain_error:.1} 个工作日",
            percent(held),
            percent(HOLDS)
        ),
        format!(
            "on the last finished cases, not learned from, {} of the real remaining times lay in the interval ({} aimed at): {en}; off by {error:.1} working days in the mean, saying the mean of everybody by {plain_error:.1}",
            percent(held),
            percent(HOLDS)
        ),
    );
    if let (true, Some(right), Some(found)) = (given, late_right, late_found) {
        reading.zh +=
            &format!("；说会超期的 {} 真的超了，真超的 {} 事先说到了", percent(right), percent(found));
        reading.en += &format!(
            "; {} of those called late were, {} of the late ones were called so",
            percent(right),
            percent(found)
        );
    }
    Judged {
        cases: (cases, seen.len()),
        held,
        error_days: error,
        plain_error_days: plain_error,
        late_right,
        late_found,
        honest,
        reading,
    }
}

#[cfg(test)]
mod tests {
    use eventlog::{Limits, Order, read_csv};
    use kernel::Moment;
    use workday::WorkCalendar;

    use super::*;
    use crate::rng::Rng;

    /// Cases that are checked for about two days, a third of them for ten more; `open` of them stand after the first step.
    fn log(n: i64, open: i64, slower_from: i64) -> Log {
        let mut rng = Rng::new(3);
        let mut csv = String::from("case,activity,time\n");
        let day = 86_400_000_000i64;
        let begin = Moment::start_of(kernel::Date::constant(2026, 3, 2)).us() + day * 2 / 5;
        let stamp = |us: i64| Moment::from_us(us).beijing().to_string();
        for k in 0..n + open {
            let at = begin + k * day / 6;
            csv += &format!("{k},受理,{}\n", stamp(at));
            let slow = k % 3 == 0;
            if slow {
                csv += &format!("{k},补正,{}\n", stamp(at + day));
            }
            if k < n {
                let times = if k >= slower_from { 4.0 } else { 1.0 };
                let days = (2.0 + rng.unit()) * times + if slow { 10.0 * times } else { 0.0 };
                csv += &format!("{k},办结,{}\n", stamp(at + (days * day as f64) as i64));
            }
        }
        read_csv(csv.as_bytes(), None, Limits::default(), Order::Time).unwrap().0
    }

    #[test]
    fn open_cases_are_foretold_and_the_intervals_hold_on_cases_not_seen() {
        let office = Office::of(&WorkCalendar::official());
        let log = log(600, 12, i64::MAX);
        let as_of = (0..log.event_count()).map(|e| log.time()[e]).max().unwrap();
        let f = foretell(&log, &office, Some(as_of), Some(5.0)).unwrap();
        assert_eq!((f.ends.as_slice(), f.open.len()), (["办结".to_owned()].as_slice(), 12));
        assert!(f.judged.honest && f.judged.held > 0.75, "{:?}", f.judged);
        assert!(f.judged.error_days < f.judged.plain_error_days, "{:?}", f.judged);
        assert!(f.judged.late_found.unwrap() > 0.3 && f.judged.late_right.unwrap() > 0.8, "{:?}", f.judged);
        for a in &f.open {
            let (middle, low, high) = a.still_days;
            assert!(low <= middle && middle <= high && (0.0..=1.0).contains(&a.late), "{a:?}");
        }
        // What waits for a correction is likelier late than what does not.
        let of = |step: &str| {
            let some: Vec<f64> =
                f.open.iter().filter(|a| a.last == step && !a.is_late).map(|a| a.late).collect();
            some.iter().sum::<f64>() / some.len().max(1) as f64
        };
        assert!(of("补正") >= of("受理"), "{:?}", f.open);
    }

    #[test]
    fn months_that_changed_are_called_no_honest_ground() {
        let office = Office::of(&WorkCalendar::official());
        let f = foretell(&log(600, 5, 470), &office, None, None).unwrap();
        assert!(!f.judged.honest && f.judged.reading.zh.contains("只能参考"), "{:?}", f.judged);
        assert!(!f.given && f.limit_days > 0.0);
        let few = foretell(&log(20, 5, 470), &office, None, None).unwrap_err().to_string();
        assert!(few.contains("60"), "{few}");
    }
}
