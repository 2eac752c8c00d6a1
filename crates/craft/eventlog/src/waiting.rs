//! Why a step waited (等待原因): batching, contention, priorities, unavailability, and the rest (外因).
//!
//! Needs start and end of every step. After Lashkevich et al. (waiting-time analysis of activity transitions):
//! a step is enabled when the last step before it that is not concurrent with it has ended; what its resource
//! did between then and its start, and when the resource was off duty, explains the waiting. Each stretch of
//! time is explained once, in the order batching, contention, priorities, unavailability.

use hashbrown::{HashMap, HashSet};
use serde::Serialize;

use crate::log::Log;
use crate::when::NO_TIME;
use crate::work::WorkClock;

/// Thresholds of the concurrency test, and the smallest batch.
#[derive(Clone, Copy, Debug)]
pub struct WaitingOptions {
    /// Two activities that follow each other both ways are concurrent when neither direction outweighs the
    /// other by this much…
    pub df: f64,
    /// …and they are not a loop of two by this much.
    pub l2l: f64,
    /// An activity that repeats itself by this much takes part in no loop of two.
    pub l1l: f64,
    pub smallest_batch: usize,
}

impl Default for WaitingOptions {
    fn default() -> Self {
        Self { df: 0.9, l2l: 0.9, l1l: 0.9, smallest_batch: 2 }
    }
}

/// Why a step waited, in the order in which a stretch of time is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// 攒批: it waited for others to be done with it.
    Batching,
    /// 经办人忙: its resource did steps that were enabled before it.
    Contention,
    /// 插队: its resource did steps that were enabled after it.
    Prioritization,
    /// 不在班: its resource was off duty.
    Unavailability,
    /// 日志之外: nothing in the log explains it.
    Extraneous,
}

impl Cause {
    /// All, in the order in which they explain.
    pub const ALL: [Self; 5] =
        [Self::Batching, Self::Contention, Self::Prioritization, Self::Unavailability, Self::Extraneous];
}

/// The waiting of one step, in microseconds; the causes add up to `total_us`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub total_us: i64,
    pub batching_us: i64,
    pub contention_us: i64,
    pub prioritization_us: i64,
    pub unavailability_us: i64,
    pub extraneous_us: i64,
}

impl Waiting {
    /// The part that a cause explains.
    pub fn part(&self, cause: Cause) -> i64 {
        match cause {
            Cause::Batching => self.batching_us,
            Cause::Contention => self.contention_us,
            Cause::Prioritization => self.prioritization_us,
            Cause::Unavailability => self.unavailability_us,
            Cause::Extraneous => self.extraneous_us,
        }
    }
    /// Adds another waiting, part by part.
    pub fn add(&mut self, o: &Self) {
        self.total_us += o.total_us;
        self.batching_us += o.batching_us;
        self.contention_us += o.contention_us;
        self.prioritization_us += o.prioritization_us;
        self.unavailability_us += o.unavailability_us;
        self.extraneous_us += o.extraneous_us;
    }
}

/// The waiting of one event, and the event it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventWaiting {
    pub case: u32,
    pub source: u32,
    pub target: u32,
    /// By the clock on the wall.
    pub waiting: Waiting,
    /// The same stretches counted in office hours; equal to `waiting` when none were given.
    pub working: Waiting,
    /// From start to end of the target, which is not waiting.
    pub handling_us: i64,
    /// The same in office hours.
    pub handling_working_us: i64,
}

/// The waiting between two activities done by two resources, over all cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransitionWaiting {
    pub source_activity: String,
    pub source_resource: String,
    pub target_activity: String,
    pub target_resource: String,
    pub count: u64,
    /// Numbers of the cases behind it.
    pub cases: Vec<u32>,
    /// Where in the list given its events stand, in the order of the list.
    #[serde(skip)]
    pub events: Vec<u32>,
    #[serde(flatten)]
    pub waiting: Waiting,
    /// The same in office hours.
    pub working: Waiting,
    /// Handling of the targets, by the clock and in office hours.
    pub handling_us: i64,
    pub handling_working_us: i64,
}

type Span = (i64, i64);

struct Steps<'a> {
    log: &'a Log,
    begin: &'a [i64],
    /// When each event could have begun.
    enabled: Vec<i64>,
    /// For each event its batch and when the whole batch was enabled.
    batch: Vec<Option<(u32, i64)>>,
    /// Events of a resource by start, with the largest end up to each.
    by_resource: HashMap<u32, Vec<(i64, u32, i64)>>,
}

/// Explains the waiting of every event that has one before it. `None` when the log has no start times.
/// `duty` gives the hours of a resource; without them nothing counts as unavailable. `office` are the hours in which
/// working time is counted.
pub fn waiting_of_events<'c>(
    log: &Log,
    options: &WaitingOptions,
    duty: impl Fn(&str) -> Option<&'c WorkClock>,
    office: Option<&WorkClock>,
) -> Option<Vec<EventWaiting>> {
    let begin = log.begin()?;
    let concurrent = concurrency(log, options);
    let ordered: Vec<Vec<u32>> = (0..log.case_count()).map(|c| by_end(log, begin, c)).collect();
    let enabled = enabled_times(log, begin, &ordered, &concurrent);
    let by_resource = resources(log, begin);
    let batch = batches(log, begin, &enabled, &by_resource, options.smallest_batch);
    let steps = Steps { log, begin, enabled, batch, by_resource };
    let clocks: Vec<Option<&WorkClock>> = log.resources.iter().map(duty).collect();
    let mut found = Vec::new();
    for (case, events) in ordered.iter().enumerate() {
        for (i, &e) in events.iter().enumerate() {
            let comes_before = |s: u32| {
                let pair = (log.activity()[s as usize], log.activity()[e as usize]);
                log.time()[s as usize] <= begin[e as usize] && !concurrent.contains(&pair)
            };
            let Some(&source) = events[..i].iter().rev().find(|&&s| comes_before(s)) else { continue };
            let clock = clocks.get(log.resource()[e as usize] as usize).copied().flatten();
            let (waiting, working) = steps.explain(e, clock, office);
            let span = (begin[e as usize], log.time()[e as usize]);
            found.push(EventWaiting {
                case: case as u32,
                source,
                target: e,
                waiting,
                working,
                handling_us: span.1 - span.0,
                handling_working_us: worked(office, span),
            });
        }
    }
    Some(found)
}

#[derive(Default)]
struct Cell {
    count: u64,
    cases: Vec<u32>,
    events: Vec<u32>,
    waiting: Waiting,
    working: Waiting,
    handling: (i64, i64),
}

fn worked(office: Option<&WorkClock>, (from, to): Span) -> i64 {
    office.map_or(to - from, |c| c.working_us(from, to))
}

/// The same, summed over pairs of activities, or of (activity, resource), by names.
pub fn waiting_of_transitions(
    log: &Log,
    events: &[EventWaiting],
    by_resource: bool,
) -> Vec<TransitionWaiting> {
    let mut cells: HashMap<[u32; 4], Cell> = HashMap::new();
    let resource = |e: usize| if by_resource { log.resource()[e] } else { Log::NONE };
    for (i, w) in events.iter().enumerate() {
        let (s, t) = (w.source as usize, w.target as usize);
        let key = [log.activity()[s], resource(s), log.activity()[t], resource(t)];
        let cell = cells.entry(key).or_default();
        cell.count += 1;
        cell.cases.push(w.case);
        cell.events.push(i as u32);
        cell.waiting.add(&w.waiting);
        cell.working.add(&w.working);
        cell.handling.0 += w.handling_us;
        cell.handling.1 += w.handling_working_us;
    }
    let named = |(key, mut cell): ([u32; 4], Cell)| {
        cell.cases.dedup();
        TransitionWaiting {
            source_activity: log.activities.get(key[0]).into(),
            source_resource: log.resources.get(key[1]).into(),
            target_activity: log.activities.get(key[2]).into(),
            target_resource: log.resources.get(key[3]).into(),
            count: cell.count,
            cases: cell.cases,
            events: cell.events,
            waiting: cell.waiting,
            working: cell.working,
            handling_us: cell.handling.0,
            handling_working_us: cell.handling.1,
        }
    };
    let mut all: Vec<TransitionWaiting> = cells.into_iter().map(named).collect();
    all.sort_by(|a, b| {
        let names = |t: &TransitionWaiting| {
            [&t.source_activity, &t.source_resource, &t.target_activity, &t.target_resource].map(Clone::clone)
        };
        names(a).cmp(&names(b))
    });
    all
}

/// Events of a case with both times, by end, then start.
fn by_end(log: &Log, begin: &[i64], case: usize) -> Vec<u32> {
    // What ends before it begins tells nothing of either.
    let timed = |e: &usize| log.time()[*e] != NO_TIME && begin[*e] != NO_TIME && begin[*e] <= log.time()[*e];
    let mut events: Vec<u32> = log.case(case).filter(timed).map(|e| e as u32).collect();
    events.sort_by_key(|&e| (log.time()[e as usize], begin[e as usize]));
    events
}

/// Pairs of activities that are done at the same time: they follow each other in both directions about equally
/// often, and not as a loop of two.
fn concurrency(log: &Log, o: &WaitingOptions) -> HashSet<(u32, u32)> {
    let mut follows: HashMap<(u32, u32), f64> = HashMap::new();
    let mut back: HashMap<(u32, u32), f64> = HashMap::new();
    for case in log.cases() {
        let trace = &log.activity()[case];
        trace.windows(2).for_each(|w| *follows.entry((w[0], w[1])).or_default() += 1.0);
        for w in trace.windows(3).filter(|w| w[0] == w[2]) {
            *back.entry((w[0], w[1])).or_default() += 1.0;
        }
    }
    let count = |map: &HashMap<(u32, u32), f64>, a, b| map.get(&(a, b)).copied().unwrap_or(0.0);
    let repeats = |a| {
        let n = count(&follows, a, a);
        n / (n + 1.0) >= o.l1l
    };
    let is_concurrent = |&(a, b): &(u32, u32)| {
        let (ab, ba) = (count(&follows, a, b), count(&follows, b, a));
        let loops = count(&back, a, b) + count(&back, b, a);
        let loop_of_two = if repeats(a) || repeats(b) { 0.0 } else { loops / (loops + 1.0) };
        let leaning: f64 = (ab - ba) / (ab + ba + 1.0);
        a != b && ab > 0.0 && ba > 0.0 && loop_of_two < o.l2l && leaning.abs() < o.df
    };
    follows.keys().copied().filter(is_concurrent).collect()
}

fn enabled_times(
    log: &Log,
    begin: &[i64],
    ordered: &[Vec<u32>],
    concurrent: &HashSet<(u32, u32)>,
) -> Vec<i64> {
    let mut enabled = begin.to_vec();
    for events in ordered {
        let first = events.iter().map(|&e| begin[e as usize].min(log.time()[e as usize])).min();
        for (i, &e) in events.iter().enumerate() {
            let (start, end) = (begin[e as usize], log.time()[e as usize]);
            let activity = log.activity()[e as usize];
            let before = events[..i].iter().rev().map(|&s| s as usize).find(|&s| {
                let t = log.time()[s];
                t < end && t <= start && !concurrent.contains(&(log.activity()[s], activity))
            });
            enabled[e as usize] = before.map(|s| log.time()[s]).or(first).unwrap_or(start);
        }
    }
    enabled
}

fn resources(log: &Log, begin: &[i64]) -> HashMap<u32, Vec<(i64, u32, i64)>> {
    let mut all: HashMap<u32, Vec<(i64, u32, i64)>> = HashMap::new();
    for (e, &r) in log.resource().iter().enumerate() {
        if r != Log::NONE && begin[e] != NO_TIME && log.time()[e] != NO_TIME {
            all.entry(r).or_default().push((begin[e], e as u32, log.time()[e]));
        }
    }
    for list in all.values_mut() {
        list.sort_unstable();
        let mut latest = i64::MIN;
        for item in list.iter_mut() {
            latest = latest.max(item.2);
            item.2 = latest;
        }
    }
    all
}

/// Steps of one activity that one resource did without a pause and that were all enabled when the first began.
fn batches(
    log: &Log,
    begin: &[i64],
    enabled: &[i64],
    by_resource: &HashMap<u32, Vec<(i64, u32, i64)>>,
    smallest: usize,
) -> Vec<Option<(u32, i64)>> {
    let mut batch = vec![None; log.event_count()];
    let mut next = 0;
    let mut close = |events: &mut Vec<usize>, batch: &mut Vec<Option<(u32, i64)>>| {
        if events.len() >= smallest.max(2) {
            let ready = events.iter().map(|&e| enabled[e]).max().unwrap_or(0);
            events.iter().for_each(|&e| batch[e] = Some((next, ready)));
            next += 1;
        }
        events.clear();
    };
    for list in by_resource.values() {
        let mut open: HashMap<u32, (Vec<usize>, i64, i64)> = HashMap::new();
        for &(start, e, _) in list {
            let e = e as usize;
            let end = log.time()[e];
            let (events, first, last) =
                open.entry(log.activity()[e]).or_insert_with(|| (Vec::new(), begin[e], end));
            if !events.is_empty() && enabled[e] <= *first && start <= *last {
                *last = (*last).max(end);
            } else {
                close(events, &mut batch);
                (*first, *last) = (begin[e], end);
            }
            events.push(e);
        }
        open.values_mut().for_each(|(events, ..)| close(events, &mut batch));
    }
    batch
}

impl Steps<'_> {
    /// By the clock on the wall, and in office hours.
    fn explain(
        &self,
        event: u32,
        clock: Option<&WorkClock>,
        office: Option<&WorkClock>,
    ) -> (Waiting, Waiting) {
        let e = event as usize;
        let (enabled, start) = (self.enabled[e], self.begin[e]);
        let total_us = start - enabled;
        if total_us <= 0 {
            let of = |us| Waiting { total_us: us, extraneous_us: us, ..Waiting::default() };
            return (of(total_us), of(worked(office, (enabled, start))));
        }
        let ready = self.batch[e].map(|b| b.1);
        let batching: Vec<Span> = ready.filter(|&r| r > enabled).map(|r| (enabled, r)).into_iter().collect();
        let (mut contention, mut priorities) = (Vec::new(), Vec::new());
        for other in self.others(event) {
            // Steps of the same batch are looked at from when this one was enabled, others from when the batch
            // was.
            let same =
                self.batch[e].is_some() && self.batch[other].map(|b| b.0) == self.batch[e].map(|b| b.0);
            let since = if same { enabled } else { ready.map_or(enabled, |r| r.min(start)) };
            let span = (since.max(self.begin[other]), start.min(self.log.time()[other]));
            if span.0 < span.1 {
                if self.enabled[other] > since { &mut priorities } else { &mut contention }.push(span);
            }
        }
        let off = clock.map(|c| c.off_spans(enabled, start)).unwrap_or_default();
        let mut explained: Vec<Span> = Vec::new();
        // What a cause explains beyond the causes before it: (by the clock, in office hours).
        let mut take = |spans: Vec<Span>| {
            let before = lengths(&explained, office);
            explained = union(explained.iter().copied().chain(spans).collect());
            let after = lengths(&explained, office);
            (after.0 - before.0, after.1 - before.1)
        };
        let parts = [take(batching), take(contention), take(priorities), take(off)];
        let of = |total_us: i64, part: [i64; 4]| Waiting {
            total_us,
            batching_us: part[0],
            contention_us: part[1],
            prioritization_us: part[2],
            unavailability_us: part[3],
            extraneous_us: total_us - part.iter().sum::<i64>(),
        };
        (of(total_us, parts.map(|p| p.0)), of(worked(office, (enabled, start)), parts.map(|p| p.1)))
    }

    /// Other events of the same resource that ran while this one waited.
    fn others(&self, event: u32) -> impl Iterator<Item = usize> + '_ {
        let e = event as usize;
        let (enabled, start) = (self.enabled[e], self.begin[e]);
        let list = self.by_resource.get(&self.log.resource()[e]).map_or(&[][..], |l| &l[..]);
        let until = list.partition_point(|s| s.0 < start);
        let running = list[..until].iter().rev().take_while(move |s| s.2 > enabled);
        running.map(|s| s.1 as usize).filter(move |&o| o != e && self.log.time()[o] > enabled)
    }
}

fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for s in spans {
        match out.last_mut() {
            Some(last) if s.0 <= last.1 => last.1 = last.1.max(s.1),
            _ => out.push(s),
        }
    }
    out
}

/// Length of spans that are apart, by the clock and in office hours.
fn lengths(spans: &[Span], office: Option<&WorkClock>) -> (i64, i64) {
    spans.iter().fold((0, 0), |sum, s| (sum.0 + (s.1 - s.0), sum.1 + worked(office, *s)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Limits;
    use crate::{Mapping, Order, read_csv};
    use proptest::prelude::*;

    fn log_of(rows: &[(u8, u8, u16, u16, u8)]) -> Log {
        let stamp = |minutes: u32| {
            let (day, rest) = (1 + minutes / 1440, minutes % 1440);
            format!("2026-09-{day:02}T{:02}:{:02}:00+08:00", rest / 60, rest % 60)
        };
        let mut csv = String::from("case,activity,start,end,who\n");
        for &(case, activity, start, length, who) in rows {
            let (from, to) = (u32::from(start), u32::from(start) + u32::from(length));
            csv += &format!("c{case},a{activity},{},{},r{who}\n", stamp(from), stamp(to));
        }
        let mapping = Mapping {
            case: "case".into(),
            activity: "activity".into(),
            time: Some("end".into()),
            start: Some("start".into()),
            resource: Some("who".into()),
            ..Mapping::default()
        };
        read_csv(csv.as_bytes(), Some(&mapping), Limits::small(), Order::Time).unwrap().0
    }

    proptest! {
        /// Parts add up to the whole by both clocks, nothing is negative, office hours never exceed the clock, and
        /// what the duty hours call off duty is no working time when they are the office hours.
        #[test]
        fn parts_add_up_by_both_clocks(rows in prop::collection::vec((0u8..5, 0u8..4, 0u16..20_000, 0u16..2_000, 0u8..3), 1..40)) {
            let log = log_of(&rows);
            let office = WorkClock::office(8 * 3600, 9, 17);
            let found = waiting_of_events(&log, &WaitingOptions::default(), |_| Some(&office), Some(&office)).unwrap();
            for w in &found {
                for both in [&w.waiting, &w.working] {
                    let sum: i64 = Cause::ALL.iter().map(|c| both.part(*c)).sum();
                    prop_assert_eq!(sum, both.total_us);
                }
                for cause in Cause::ALL {
                    prop_assert!(w.working.part(cause) >= 0 && w.working.part(cause) <= w.waiting.part(cause));
                }
                prop_assert_eq!(w.working.unavailability_us, 0);
                prop_assert!(w.handling_us >= w.handling_working_us && w.handling_working_us >= 0);
            }
            let table = waiting_of_transitions(&log, &found, true);
            let total = |of: &dyn Fn(&TransitionWaiting) -> i64| table.iter().map(of).sum::<i64>();
            prop_assert_eq!(total(&|t| t.waiting.total_us), found.iter().map(|w| w.waiting.total_us).sum::<i64>());
            prop_assert_eq!(total(&|t| t.handling_us), found.iter().map(|w| w.handling_us).sum::<i64>());
        }
    }
}
