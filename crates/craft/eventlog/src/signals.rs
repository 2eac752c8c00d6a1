//! Figures that questions are made of: where time is lost, what comes back, who sends back, since when it is
//! different. Answers in words belong to whoever asks.

use hashbrown::HashMap;
use serde::Serialize;

use crate::dfg::{pair_medians, pair_times};
use crate::log::Log;
use crate::when::NO_TIME;
use crate::work::WorkClock;

/// Cases listed as evidence for one answer.
pub const EVIDENCE: usize = 100;

/// Time lost between two activities (堵点), by falling sum.
#[derive(Clone, Debug, Serialize)]
pub struct Lost {
    pub source: String,
    pub target: String,
    pub count: u64,
    pub sum_us: i64,
    pub mean_us: i64,
    /// A median far below the mean: a few cases lose most of the time.
    pub median_us: i64,
    pub max_us: i64,
}

/// Where time is lost, in working time when a clock is given.
pub fn lost_time(log: &Log, clock: Option<&WorkClock>) -> Vec<Lost> {
    let pairs = pair_times(log, clock);
    let medians = pair_medians(log, &pairs, clock);
    let one = |(p, twice): (&crate::dfg::PairTimes, Option<i64>)| {
        (p.timed > 0).then(|| Lost {
            source: log.activities.get(p.source).into(),
            target: log.activities.get(p.target).into(),
            count: p.count,
            sum_us: i64::try_from(p.sum_us).unwrap_or(i64::MAX),
            mean_us: (p.sum_us / i128::from(p.timed)) as i64,
            median_us: twice.unwrap_or(0) / 2,
            max_us: p.max_us,
        })
    };
    let mut all: Vec<Lost> = pairs.iter().zip(medians).filter_map(one).collect();
    all.sort_by_key(|l| std::cmp::Reverse(l.sum_us));
    all
}

/// A way back to an activity that was done before (反复): what lay between, how often, and what it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loop {
    pub activity: String,
    /// Activities between the two occurrences.
    pub through: Vec<String>,
    pub count: u64,
    pub cases: u64,
    pub sum_us: i64,
    /// The first cases with it.
    pub evidence: Vec<u32>,
}

/// Loops through at most `longest` activities in between, by falling count.
pub fn loops(log: &Log, longest: usize, clock: Option<&WorkClock>) -> Vec<Loop> {
    struct Cell {
        count: u64,
        cases: u64,
        last: u32,
        sum: i64,
        evidence: Vec<u32>,
    }
    let (activity, time) = (log.activity(), log.time());
    let mut cells: HashMap<&[u32], Cell> = HashMap::new();
    let mut last_at: HashMap<u32, usize> = HashMap::new();
    for (c, r) in log.cases().enumerate() {
        last_at.clear();
        for e in r {
            if let Some(before) = last_at.insert(activity[e], e)
                && e - before - 1 <= longest
            {
                let fresh = || Cell { count: 0, cases: 0, last: u32::MAX, sum: 0, evidence: Vec::new() };
                let cell = cells.entry(&activity[before..e]).or_insert_with(fresh);
                cell.count += 1;
                if cell.last != c as u32 {
                    cell.cases += 1;
                    cell.last = c as u32;
                    if cell.evidence.len() < EVIDENCE {
                        cell.evidence.push(c as u32);
                    }
                }
                let (a, b) = (time[before], time[e]);
                if a != NO_TIME && b != NO_TIME {
                    cell.sum += clock.map_or(b - a, |k| k.working_us(a, b));
                }
            }
        }
    }
    let named = |(path, cell): (&[u32], Cell)| Loop {
        activity: log.activities.get(path[0]).into(),
        through: path[1..].iter().map(|&a| log.activities.get(a).to_owned()).collect(),
        count: cell.count,
        cases: cell.cases,
        sum_us: cell.sum,
        evidence: cell.evidence,
    };
    let mut all: Vec<Loop> = cells.into_iter().map(named).collect();
    all.sort_by(|a, b| {
        b.count.cmp(&a.count).then_with(|| (&a.activity, &a.through).cmp(&(&b.activity, &b.through)))
    });
    all
}

/// A hand-over that comes back (踢皮球): from one to another and back to the first, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PingPong {
    pub first: String,
    pub second: String,
    pub count: u64,
    pub cases: u64,
    pub evidence: Vec<u32>,
}

/// Ping-pong between resources, or between the values of an attribute of events (a unit), by falling count.
pub fn ping_pong(log: &Log, attribute: Option<&str>) -> Vec<PingPong> {
    let mut texts = crate::intern::Interner::default();
    let who: Vec<u32> = match attribute {
        None => log.resource().to_vec(),
        Some(key) => (0..log.event_count())
            .map(|e| Some(log.text_of(e, key)).filter(|t| !t.is_empty()).and_then(|t| texts.intern(&t)))
            .map(|id| id.unwrap_or(Log::NONE))
            .collect(),
    };
    let mut cells: HashMap<(u32, u32), (u64, Vec<u32>, u64, u32)> = HashMap::new();
    for (c, r) in log.cases().enumerate() {
        // Runs of the same hand count once.
        let mut runs: Vec<u32> = who[r].iter().copied().filter(|&w| w != Log::NONE).collect();
        runs.dedup();
        for w in runs.windows(3).filter(|w| w[0] == w[2]) {
            let cell = cells.entry((w[0], w[1])).or_insert((0, Vec::new(), 0, u32::MAX));
            cell.0 += 1;
            if cell.3 != c as u32 {
                cell.3 = c as u32;
                cell.2 += 1;
                if cell.1.len() < EVIDENCE {
                    cell.1.push(c as u32);
                }
            }
        }
    }
    let name = |id: u32| if attribute.is_some() { texts.get(id) } else { log.resources.get(id) }.to_owned();
    let named = |((a, b), (count, evidence, cases, _)): ((u32, u32), (u64, Vec<u32>, u64, u32))| PingPong {
        first: name(a),
        second: name(b),
        count,
        cases,
        evidence,
    };
    let mut all: Vec<PingPong> = cells.into_iter().map(named).collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.first, &a.second).cmp(&(&b.first, &b.second))));
    all
}

/// How different the work was before and after a moment (漂移).
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The first case after the change begins here.
    pub at_us: i64,
    /// Jensen–Shannon distance of the directly-follows shares of the windows before and after: 0 the same, 1
    /// nothing in common.
    pub distance: f64,
    /// How many times the usual distance between neighbouring windows of this log.
    pub strength: f64,
    /// Pairs whose share changed most: source, target, share before, share after.
    pub pairs: Vec<(String, String, f64, f64)>,
}

/// Looks for changes between neighbouring windows of `window` cases by start time; those at least twice as
/// strong as the usual difference, strongest first. Needs three windows.
pub fn drift(log: &Log, window: usize) -> Vec<Change> {
    let mut cases: Vec<(i64, usize)> = (0..log.case_count())
        .filter_map(|c| log.time()[log.case(c)].iter().copied().find(|&t| t != NO_TIME).map(|t| (t, c)))
        .collect();
    cases.sort_unstable();
    let window = window.max(10);
    if cases.len() < window * 3 {
        return Vec::new();
    }
    let step = (window / 4).max(1);
    let share = |range: &[(i64, usize)]| {
        let mut map: HashMap<(u32, u32), f64> = HashMap::new();
        let mut all = 0.0;
        for &(_, c) in range {
            for w in log.activity()[log.case(c)].windows(2) {
                *map.entry((w[0], w[1])).or_default() += 1.0;
                all += 1.0;
            }
        }
        map.values_mut().for_each(|v| *v /= f64::max(all, 1.0));
        map
    };
    let mut found: Vec<Change> = Vec::new();
    let mut at = window;
    while at + window <= cases.len() {
        let (before, after) = (share(&cases[at - window..at]), share(&cases[at..at + window]));
        let mut pairs: Vec<((u32, u32), f64, f64)> = before
            .keys()
            .chain(after.keys().filter(|k| !before.contains_key(*k)))
            .map(|k| (*k, before.get(k).copied().unwrap_or(0.0), after.get(k).copied().unwrap_or(0.0)))
            .collect();
        let part = |p: f64, m: f64| if p > 0.0 { p * (p / m).log2() } else { 0.0 };
        let js: f64 =
            pairs.iter().map(|&(_, p, q)| (part(p, (p + q) / 2.0) + part(q, (p + q) / 2.0)) / 2.0).sum();
        pairs.sort_by(|a, b| (b.1 - b.2).abs().total_cmp(&(a.1 - a.2).abs()).then(a.0.cmp(&b.0)));
        let name = |a: u32| log.activities.get(a).to_owned();
        found.push(Change {
            at_us: cases[at].0,
            distance: js.max(0.0).sqrt(),
            strength: 0.0,
            pairs: pairs.into_iter().take(5).map(|((s, t), p, q)| (name(s), name(t), p, q)).collect(),
        });
        at += step;
    }
    let mut all: Vec<f64> = found.iter().map(|c| c.distance).collect();
    all.sort_by(f64::total_cmp);
    let usual = all.get(all.len() / 2).copied().unwrap_or(0.0).max(1e-9);
    found.iter_mut().for_each(|c| c.strength = c.distance / usual);
    // Of overlapping windows only the strongest stays.
    let peak = |i: usize| {
        let from = i.saturating_sub(4);
        let near = found[from..(i + 5).min(found.len())].iter().enumerate();
        let below = |(j, o): (usize, &Change)| {
            o.distance < found[i].distance || (o.distance == found[i].distance && from + j >= i)
        };
        found[i].strength >= 2.0 && near.clone().all(below)
    };
    let mut peaks: Vec<Change> = (0..found.len()).filter(|&i| peak(i)).map(|i| found[i].clone()).collect();
    peaks.sort_by(|a, b| b.distance.total_cmp(&a.distance).then(a.at_us.cmp(&b.at_us)));
    peaks
}
