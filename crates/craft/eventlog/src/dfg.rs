//! Directly-follows (直接跟随): which activity follows which, how often, and after how long.
//!
//! Knows the columns of a log; nothing of pictures or of working time except through the clock it is given.

use hashbrown::HashMap;
use serde::Serialize;

use crate::log::Log;
use crate::when::NO_TIME;
use crate::work::WorkClock;

/// Up to this many activities a full table is kept; beyond it only the pairs that occur.
const DENSE: usize = 1024;

/// A pair of activities, the second directly after the first in some case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    pub source: u32,
    pub target: u32,
    pub count: u64,
}

/// How long the second of a pair came after the first, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PairTimes {
    pub source: u32,
    pub target: u32,
    pub count: u64,
    /// Pairs of which both events have a time; the other figures are about these.
    pub timed: u64,
    pub sum_us: i128,
    pub min_us: i64,
    pub max_us: i64,
}

/// The directly-follows graph of a log: pairs by falling count, first and last activities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dfg {
    pub pairs: Vec<Pair>,
    /// For each activity the cases that begin with it.
    pub starts: Vec<u64>,
    /// For each activity the cases that end with it.
    pub ends: Vec<u64>,
    /// For each activity its events.
    pub events: Vec<u64>,
}

/// A cell of a table for every pair that occurs.
fn table<T: Clone + Default>(log: &Log, mut visit: impl FnMut(&mut T, usize, usize)) -> Vec<(u32, u32, T)> {
    let n = log.activities.len();
    let activity = log.activity();
    if n <= DENSE {
        let mut cells: Vec<Option<T>> = Vec::new();
        cells.resize_with(n * n, || None);
        for case in log.cases() {
            for e in case.start + 1..case.end {
                let cell = activity[e - 1] as usize * n + activity[e] as usize;
                visit(cells[cell].get_or_insert_with(T::default), e - 1, e);
            }
        }
        let named = |(i, c): (usize, Option<T>)| c.map(|c| ((i / n) as u32, (i % n) as u32, c));
        return cells.into_iter().enumerate().filter_map(named).collect();
    }
    let mut cells: HashMap<(u32, u32), T> = HashMap::new();
    for case in log.cases() {
        for e in case.start + 1..case.end {
            visit(cells.entry((activity[e - 1], activity[e])).or_default(), e - 1, e);
        }
    }
    cells.into_iter().map(|((s, t), c)| (s, t, c)).collect()
}

/// Counts pairs only: the fast way.
fn counts(log: &Log) -> Vec<(u32, u32, u64)> {
    let n = log.activities.len();
    if n > DENSE {
        return table(log, |count: &mut u64, _, _| *count += 1);
    }
    let activity = log.activity();
    // Two tables in turn, so that a loop on one pair does not wait for its own last increment.
    let mut even = vec![0u32; n * n];
    let mut odd = vec![0u32; n * n];
    for case in log.cases() {
        let mut trace = activity[case].chunks_exact(2);
        let mut last = None;
        for two in &mut trace {
            let (a, b) = (two[0] as usize, two[1] as usize);
            if let Some(last) = last {
                odd[last * n + a] += 1;
            }
            even[a * n + b] += 1;
            last = Some(b);
        }
        if let (Some(last), [a]) = (last, trace.remainder()) {
            odd[last * n + *a as usize] += 1;
        }
    }
    let cells = even.iter().zip(&odd).enumerate();
    let seen = cells.filter(|(_, (a, b))| **a + **b > 0);
    seen.map(|(i, (a, b))| ((i / n) as u32, (i % n) as u32, u64::from(*a) + u64::from(*b))).collect()
}

impl Dfg {
    /// The graph of a log.
    pub fn of(log: &Log) -> Self {
        let n = log.activities.len();
        let mut dfg = Self { pairs: Vec::new(), starts: vec![0; n], ends: vec![0; n], events: vec![0; n] };
        for case in log.cases() {
            if let [first, ..] = log.activity()[case.clone()] {
                dfg.starts[first as usize] += 1;
                dfg.ends[log.activity()[case.end - 1] as usize] += 1;
            }
        }
        dfg.pairs =
            counts(log).into_iter().map(|(source, target, count)| Pair { source, target, count }).collect();
        // Every event but the last of its case begins a pair.
        dfg.events.clone_from(&dfg.ends);
        for p in &dfg.pairs {
            dfg.events[p.source as usize] += p.count;
        }
        dfg.pairs.sort_unstable_by_key(|p| (std::cmp::Reverse(p.count), p.source, p.target));
        dfg
    }
}

/// Directly-follows with times: by the wall clock, or in working time when a clock is given.
pub fn pair_times(log: &Log, clock: Option<&WorkClock>) -> Vec<PairTimes> {
    let time = log.time();
    let fresh = |t: &mut Option<PairTimes>, us: Option<i64>| {
        let cell = t.get_or_insert(PairTimes {
            source: 0,
            target: 0,
            count: 0,
            timed: 0,
            sum_us: 0,
            min_us: i64::MAX,
            max_us: i64::MIN,
        });
        cell.count += 1;
        if let Some(us) = us {
            cell.timed += 1;
            cell.sum_us += i128::from(us);
            cell.min_us = cell.min_us.min(us);
            cell.max_us = cell.max_us.max(us);
        }
    };
    let cells = match clock {
        None => table(log, |cell, a, b| {
            let both = time[a] != NO_TIME && time[b] != NO_TIME;
            fresh(cell, both.then(|| time[b].saturating_sub(time[a])));
        }),
        Some(clock) => {
            // Each event's place on the clock is looked up once, not once for each of its two pairs.
            let mut at = (usize::MAX, 0);
            table(log, |cell, a, b| {
                let both = time[a] != NO_TIME && time[b] != NO_TIME;
                let us = both.then(|| {
                    let from = if at.0 == a { at.1 } else { clock.worked_us(time[a]) };
                    let to = clock.worked_us(time[b]);
                    at = (b, to);
                    to - from
                });
                fresh(cell, us);
            })
        }
    };
    let named = cells
        .into_iter()
        .filter_map(|(source, target, cell)| cell.map(|cell| PairTimes { source, target, ..cell }));
    let mut pairs: Vec<PairTimes> = named.collect();
    pairs.sort_unstable_by_key(|p| (std::cmp::Reverse(p.count), p.source, p.target));
    pairs
}

/// Medians of the times of pairs, in half microseconds so that they are exact; `None` without any time.
/// In the order of `pairs`, which must be those of the same log.
pub fn pair_medians(log: &Log, pairs: &[PairTimes], clock: Option<&WorkClock>) -> Vec<Option<i64>> {
    let mut place: HashMap<(u32, u32), usize> = HashMap::new();
    let mut next = Vec::with_capacity(pairs.len());
    let mut total = 0;
    for (i, p) in pairs.iter().enumerate() {
        place.insert((p.source, p.target), i);
        next.push(total);
        total += p.timed as usize;
    }
    let from = next.clone();
    let mut all = vec![0i64; total];
    let (activity, time) = (log.activity(), log.time());
    for case in log.cases() {
        for e in case.start + 1..case.end {
            let (a, b) = (time[e - 1], time[e]);
            if a == NO_TIME || b == NO_TIME {
                continue;
            }
            if let Some(&i) = place.get(&(activity[e - 1], activity[e])) {
                all[next[i]] = clock.map_or_else(|| b.saturating_sub(a), |c| c.working_us(a, b));
                next[i] += 1;
            }
        }
    }
    let ranges = from.iter().zip(pairs).map(|(&f, p)| f..f + p.timed as usize);
    ranges.map(|r| twice_median(&mut all[r])).collect()
}

/// Twice the median, exact for an even number of values. Reorders the values.
pub(crate) fn twice_median(values: &mut [i64]) -> Option<i64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let (below, &mut high, _) = values.select_nth_unstable(n / 2);
    let low = if n % 2 == 1 { high } else { below.iter().copied().max().unwrap_or(high) };
    Some(low.saturating_add(high))
}
