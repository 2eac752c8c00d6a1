//! 学得的仿真: a simulation learned from a log alone, and the proof that it reproduces months it has not seen (O6).
//!
//! A case goes from step to step as real cases with the same recent history and about the same age went: the next step
//! and the time until it is done are drawn together from what followed there, so that branches, rework, limits counted
//! from the begin and the delays that no log explains come as they came. How long a history counts is chosen by what reproduces cases left out. Cases arrive as on real days of
//! the same kind. People are no part of it: it cannot say what more staff would do, and never pretends to.
//!
//! Knows the events of cases and which days are worked. Deterministic by seed.

mod arrivals;
mod words;

use std::collections::HashMap;

use kernel::Said;
use serde::Serialize;

use crate::OptimiseError;
use crate::evidence::Ran;
use crate::rng::Rng;

pub(crate) use arrivals::Arrivals;

/// Longest history that is tried, and how often one must have been seen to count.
const HISTORY_MAX: usize = 5;
const SEEN_LEAST: u32 = 10;
/// Steps of one simulated case at most.
const STEPS_MAX: usize = 5_000;
/// Cases simulated for a comparison of durations, and runs of the window for intervals.
const CASES: usize = 4_000;
const RUNS: usize = 40;
/// Cases needed to learn from and to hold against.
const FEWEST: (usize, usize) = (50, 30);
/// The distance of the duration distributions, as a part of their mean, up to which the past counts as reproduced.
pub const DISTANCE_MOST: f64 = 0.15;
/// The begin and the end of a case among the steps.
const BEGIN: u16 = u16::MAX - 1;
const END: u16 = u16::MAX;
const HOUR_US: f64 = 3.6e9;
const DAY_US: i64 = 86_400_000_000;
const BEIJING_US: i64 = 8 * 3_600_000_000;

/// A case as (step, microseconds since the step before was done): the first counts from its own begin.
pub(crate) type Way = Vec<(u16, i64)>;

/// What was learned.
#[derive(Clone, Debug)]
pub struct Learned {
    names: Vec<String>,
    history: usize,
    /// recent steps → what followed there
    after: Flows,
    /// share of the cases, the last ones, that is learned from
    recent: f64,
    arrivals: Arrivals,
}

/// Recent steps → (age of the case, next step, time until it was done), by age; microseconds.
type Flows = HashMap<Vec<u16>, Vec<(i64, u16, i64)>>;

/// Of what followed a history, so large a part around the age of the case is drawn from, on each side; at least ten.
const ALIKE: (f64, usize) = (0.05, 10);

/// A change to try: the times before a step, or a step left out.
#[derive(Clone, Debug, PartialEq)]
pub enum WhatIf {
    /// the time from one step to another is multiplied
    Faster {
        /// the step before
        from: String,
        /// the step after
        to: String,
        /// 0.5: half the time
        times: f64,
    },
    /// a step is left out, with the time that passed before it
    Without(String),
}

/// One figure held against the past.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// what really was
    pub real: f64,
    /// 95 % of the runs lie between
    pub low: f64,
    /// and
    pub high: f64,
    /// does it
    pub holds: bool,
}

/// A passing whose time is another in the months held out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// the step before
    pub from: String,
    /// the step after
    pub to: String,
    /// mean hours in the months learned from
    pub learned_hours: f64,
    /// mean hours in the months held out
    pub real_hours: f64,
    /// hours a case that this adds to (or takes from) the mean of the months held out
    pub share_hours: f64,
}

/// Does the learned simulation reproduce months it has not seen?
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reproduced {
    /// cases learned from, and cases held against
    pub cases: (usize, usize),
    /// steps of history that count
    pub history: usize,
    /// share of the cases learned from, the last ones, that count
    pub recent: f64,
    /// distance of the durations: simulated against the months learned from, divided by their mean
    pub distance_learned: f64,
    /// the same against the months held out
    pub distance: f64,
    /// how far the months held out lie from those learned from, by themselves
    pub distance_of_months: f64,
    /// mean hours of a case: learned from, held out, simulated
    pub mean_hours: (f64, f64, f64),
    /// median and 90 % of the hours: held out, simulated
    pub quantiles_hours: ((f64, f64), (f64, f64)),
    /// cases that arrive in a week of the months held out
    pub arrivals_per_week: Held,
    /// cases inside at one time in the months held out
    pub load: Held,
    /// steps of a case
    pub steps_per_case: Held,
    /// which passings take another time in the months held out, those that weigh most first
    pub moved: Vec<Moved>,
    /// durations, arrivals and load are reproduced
    pub holds: bool,
    /// in words, with the part that fails
    pub reading: Said,
}

/// A scenario beside the past.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// mean hours of a case without and with the change
    pub mean_hours: (f64, f64),
    /// median and 90 %, without and with
    pub quantiles_hours: ((f64, f64), (f64, f64)),
    /// hours saved in the mean, with the 95 % interval of paired runs
    pub saved_hours: (f64, f64, f64),
    /// share of the runs in which the change is better
    pub better: f64,
    /// in words
    pub reading: Said,
}

/// The events of every case, a step told by what became of it too (begun, put off …) where the log says so: what
/// follows depends on it.
pub fn cases_of(log: &eventlog::Log) -> Vec<Vec<Ran>> {
    let mut out = crate::mined::cases_of(log);
    let done = |l: &str| l.is_empty() || l.eq_ignore_ascii_case("complete");
    if log.lifecycles.iter().any(|l| !done(l)) {
        for (case, ran) in log.cases().zip(&mut out) {
            let known = case.filter(|e| log.time()[*e] != eventlog::when::NO_TIME);
            for (e, r) in known.zip(ran) {
                let l = log.lifecycle()[e];
                if l != eventlog::Log::NO_LIFECYCLE && !done(log.lifecycles.get(u32::from(l))) {
                    r.activity = format!("{}+{}", r.activity, log.lifecycles.get(u32::from(l)));
                }
            }
        }
    }
    out
}

fn hours(way: &Way) -> f64 {
    way.iter().map(|s| s.1).sum::<i64>() as f64 / HOUR_US
}

/// Every case by the ends of its steps, with its first moment; by first moment.
fn ways(cases: &[Vec<Ran>]) -> (Vec<String>, Vec<(i64, Way)>) {
    let mut ids: HashMap<&str, u16> = HashMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut out = Vec::with_capacity(cases.len());
    for case in cases.iter().filter(|c| !c.is_empty()) {
        let mut by_end: Vec<&Ran> = case.iter().collect();
        by_end.sort_by_key(|r| (r.end, r.start));
        let first = case.iter().map(|r| r.start).min().unwrap_or_default();
        let mut before = first;
        let mut way = Vec::with_capacity(by_end.len());
        for r in by_end {
            let next = ids.len();
            // The 65,533rd name and all after it are one: no log of an office has so many steps.
            let id = *ids.entry(&r.activity).or_insert_with(|| {
                let id = u16::try_from(next).unwrap_or(BEGIN - 1).min(BEGIN - 1);
                if usize::from(id) == names.len() {
                    names.push(r.activity.clone());
                }
                id
            });
            way.push((id, (r.end - before).max(0)));
            before = before.max(r.end);
        }
        out.push((first, way));
    }
    out.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    (names, out)
}

/// Which kind of day: worked or not, and the day of the week.
fn kind_of(day: i64, works: &dyn Fn(i64) -> bool) -> u8 {
    let week = u8::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
    week * 2 + u8::from(works(day))
}

fn day_of(us: i64) -> i64 {
    (us + BEIJING_US).div_euclid(DAY_US)
}

fn flows<'a>(all: impl Iterator<Item = &'a Way> + Clone, history: usize) -> Flows {
    let mut seen: HashMap<Vec<u16>, u32> = HashMap::new();
    for way in all.clone() {
        let steps: Vec<u16> = std::iter::once(BEGIN).chain(way.iter().map(|s| s.0)).collect();
        for i in 0..steps.len() {
            for k in 1..=history.min(i + 1) {
                *seen.entry(steps[i + 1 - k..=i].to_vec()).or_default() += 1;
            }
        }
    }
    seen.retain(|key, n| key.len() == 1 || *n >= SEEN_LEAST);
    let mut after = Flows::new();
    for way in all {
        let (mut recent, mut age) = (vec![BEGIN], 0);
        for (step, time) in way.iter().copied().chain([(END, 0)]) {
            let key = longest(&recent, history, |k| seen.contains_key(k));
            after.entry(key.to_vec()).or_default().push((age, step, time));
            recent.push(step);
            age += time;
        }
    }
    after.values_mut().for_each(|list| list.sort_unstable());
    after
}

/// Weeks from which arrivals are drawn at least.
const WEEKS_LEAST: i64 = 12;
/// Shares of the past that are tried.
const BACK: [f64; 5] = [1.0, 0.6, 0.35, 0.2, 0.1];
/// Cases that are learned from at least.
const BACK_CASES: usize = 150;
/// History with which they are compared.
const BACK_HISTORY: usize = 3;

/// Which share of the past, the last of it, best foretells its own last fifth.
fn how_far_back(all: &[(i64, Way)], seed: u64) -> f64 {
    let (old, last) = all.split_at(all.len() * 4 / 5);
    let real: Vec<f64> = last.iter().map(|c| hours(&c.1)).collect();
    let mut best = (f64::INFINITY, 1.0);
    for share in BACK {
        let n = (old.len() as f64 * share) as usize;
        if n < BACK_CASES {
            break;
        }
        let trial = Learned::flow_of(old[old.len() - n..].iter().map(|c| &c.1), BACK_HISTORY);
        let apart = distance(&trial.durations(CASES / 2, seed, &[]), &real);
        // Less of the past must be worth it.
        if apart < best.0 * 0.75 {
            best = (apart, share);
        }
    }
    best.1
}

/// The longest recent history that is known.
fn longest(recent: &[u16], history: usize, known: impl Fn(&[u16]) -> bool) -> &[u16] {
    (1..=history.min(recent.len()))
        .rev()
        .map(|k| &recent[recent.len() - k..])
        .find(|k| known(k))
        .unwrap_or(&[])
}

impl Learned {
    /// Learns from cases. The length of the history is that which best reproduces cases left out; how far back is
    /// learned from is what best reproduces the last of them, since offices change.
    ///
    /// # Errors
    /// Fewer than fifty cases.
    pub fn from_cases(
        cases: &[Vec<Ran>],
        works: &dyn Fn(i64) -> bool,
        seed: u64,
    ) -> Result<Self, OptimiseError> {
        let (names, all) = ways(cases);
        Self::learn(&names, &all, works, seed)
    }

    fn learn(
        names: &[String],
        all: &[(i64, Way)],
        works: &dyn Fn(i64) -> bool,
        seed: u64,
    ) -> Result<Self, OptimiseError> {
        if all.len() < FEWEST.0 {
            return Err(OptimiseError::cannot(
                format!("至少要有 {} 件（不含留作核对的）才能学出仿真，现有 {} 件", FEWEST.0, all.len()),
                format!(
                    "a simulation is learned from at least {} cases beside those held out, there are {}",
                    FEWEST.0,
                    all.len()
                ),
            ));
        }
        let (recent, all_cases) = (how_far_back(all, seed), all);
        let all = &all[all.len() - ((all.len() as f64 * recent) as usize).clamp(FEWEST.0, all.len())..];
        // Every other case is learned from, the rest is reproduced, and the other way round.
        let half = |odd: usize| all.iter().enumerate().filter(move |(i, _)| i % 2 == odd).map(|(_, c)| &c.1);
        let mut best = (f64::INFINITY, 1);
        for history in 1..=HISTORY_MAX {
            let mut apart = 0.0;
            for odd in 0..2 {
                let trial = Self::flow_of(half(odd), history);
                let real: Vec<f64> = half(1 - odd).map(hours).collect();
                let mean = real.iter().sum::<f64>() / real.len() as f64;
                apart += distance(&trial.durations(CASES / 2, seed, &[]), &real) / mean.max(1e-9);
            }
            // A longer history must be worth it.
            if apart < best.0 * 0.97 {
                best = (apart, history);
            }
        }
        let mut learned = Self::flow_of(all.iter().map(|c| &c.1), best.1);
        let weeks =
            all_cases.iter().rposition(|c| c.0 < all_cases[all_cases.len() - 1].0 - WEEKS_LEAST * 7 * DAY_US);
        let few = weeks.map_or(all_cases, |i| &all_cases[i..]);
        let arrivals = Arrivals::of(if few.len() > all.len() { few } else { all }, works);
        (learned.names, learned.arrivals, learned.recent) = (names.to_vec(), arrivals, recent);
        Ok(learned)
    }

    /// The steps it knows.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Steps and times only.
    fn flow_of<'a>(all: impl Iterator<Item = &'a Way> + Clone, history: usize) -> Self {
        let after = flows(all, history);
        Self { names: Vec::new(), history, after, recent: 1.0, arrivals: Arrivals::default() }
    }

    /// One case: its steps and times.
    fn case(&self, rng: &mut Rng, change: &[WhatIf]) -> (f64, usize) {
        let mut recent: Vec<u16> = vec![BEGIN];
        let (mut us, mut steps) = (0.0, 0);
        // How old the real cases were that this one follows: a change to be tried does not make it another case.
        let mut age = 0i64;
        // The step before, as it is after what was left out.
        let mut before: Option<u16> = None;
        while recent.len() < STEPS_MAX {
            let key = longest(&recent, self.history, |k| self.after.contains_key(k));
            let Some(list) = self.after.get(key).filter(|l| !l.is_empty()) else { break };
            let (from, to) = (list.partition_point(|x| x.0 < age), list.partition_point(|x| x.0 <= age));
            let here = from + rng.below(to - from + 1);
            let around = ((list.len() as f64 * ALIKE.0) as usize).max(ALIKE.1);
            let at = (here + rng.below(2 * around + 1)).saturating_sub(around).min(list.len() - 1);
            let (_, next, time) = list[at];
            if next == END {
                break;
            }
            age += time;
            recent.push(next);
            let name = self.names.get(usize::from(next)).map_or("", |n| n);
            if change.iter().any(|c| matches!(c, WhatIf::Without(step) if step == name)) {
                continue;
            }
            let from = before.and_then(|b| self.names.get(usize::from(b))).map_or("", |n| n);
            let factor: f64 = change
                .iter()
                .filter_map(|c| match c {
                    WhatIf::Faster { from: f, to, times } if f == from && to == name => Some(*times),
                    _ => None,
                })
                .product();
            us += time as f64 * factor;
            steps += 1;
            before = Some(next);
        }
        (us / HOUR_US, steps)
    }

    pub(crate) fn durations(&self, n: usize, seed: u64, change: &[WhatIf]) -> Vec<f64> {
        (0..n as u64).map(|k| self.case(&mut Rng::stream(seed, k + 11), change).0).collect()
    }

    /// Arrivals and cases inside over the days of a window, after a time to fill up.
    fn window(
        &self,
        (from, to): (i64, i64),
        fill: i64,
        works: &dyn Fn(i64) -> bool,
        rng: &mut Rng,
    ) -> (f64, f64, f64) {
        let (begin, end) = (from * DAY_US - BEIJING_US, (to + 1) * DAY_US - BEIJING_US);
        let (mut arrived, mut inside, mut steps, mut all) = (0u64, 0.0, 0u64, 0u64);
        let mut week = 0;
        for day in from - fill..=to {
            if day == from - fill || (day + 3).rem_euclid(7) == 0 {
                week = rng.below(self.arrivals.weeks().max(1));
            }
            for at in self.arrivals.draw(day, week, works, rng) {
                let first = day * DAY_US - BEIJING_US + at;
                let (hours, n) = self.case(rng, &[]);
                let last = (hours * HOUR_US) as i64 + first;
                inside += (last.min(end) - first.max(begin)).max(0) as f64;
                arrived += u64::from(first >= begin);
                steps += n as u64;
                all += 1;
            }
        }
        let days = (to - from + 1) as f64;
        (arrived as f64 / days * 7.0, inside / (end - begin) as f64, steps as f64 / all.max(1) as f64)
    }

    /// Are the steps of a change those of the log?
    pub(crate) fn knows(&self, change: &[WhatIf]) -> Result<(), OptimiseError> {
        for name in change.iter().flat_map(|c| match c {
            WhatIf::Faster { from, to, .. } => vec![from, to],
            WhatIf::Without(step) => vec![step],
        }) {
            if !self.names.contains(name) {
                return Err(OptimiseError::cannot(
                    format!("日志里没有环节“{name}”"),
                    format!("the log has no step {name:?}"),
                ));
            }
        }
        Ok(())
    }

    /// Compares the past with the past under a change, on the same random numbers.
    ///
    /// # Errors
    /// A step that the log does not have.
    pub fn what_if(&self, change: &[WhatIf], seed: u64) -> Result<Scenario, OptimiseError> {
        self.knows(change)?;
        let n = CASES / 4;
        let mut saved: Vec<f64> = Vec::with_capacity(RUNS);
        let (mut was, mut is) = (Vec::new(), Vec::new());
        for run in 0..RUNS as u64 {
            let (a, b) =
                (self.durations(n, seed ^ run << 32, &[]), self.durations(n, seed ^ run << 32, change));
            saved.push((a.iter().sum::<f64>() - b.iter().sum::<f64>()) / n as f64);
            was.extend(a);
            is.extend(b);
        }
        let better = saved.iter().filter(|s| **s > 0.0).count() as f64 / RUNS as f64;
        saved.sort_by(f64::total_cmp);
        let mean = saved.iter().sum::<f64>() / RUNS as f64;
        let (low, high) = (saved[RUNS / 40], saved[RUNS - 1 - RUNS / 40]);
        let mean_hours = (mean_of(&was), mean_of(&is));
        let quantiles_hours = (middle(&mut was), middle(&mut is));
        let reading = Said::new(
            format!(
                "平均由 {:.1} 小时变为 {:.1} 小时，每件少 {mean:.1} 小时（95% 区间 {low:.1} 到 {high:.1}），有 {:.0}% 的把握更快；人手不变、排队不变",
                mean_hours.0,
                mean_hours.1,
                better * 100.0
            ),
            format!(
                "the mean goes from {:.1} to {:.1} hours, {mean:.1} hours saved a case (95 % interval {low:.1} to {high:.1}), better with a probability of {:.0} %; staff and queues as they were",
                mean_hours.0,
                mean_hours.1,
                better * 100.0
            ),
        );
        Ok(Scenario { mean_hours, quantiles_hours, saved_hours: (mean, low, high), better, reading })
    }
}

/// Learns from the first part of a log and holds the simulation against the rest.
///
/// Cases are split by when they began; of the rest only those count that could have ended before the log does.
///
/// # Errors
/// Too few cases on one of the sides.
pub fn reproduce(
    cases: &[Vec<Ran>],
    hold_out: f64,
    works: &dyn Fn(i64) -> bool,
    seed: u64,
) -> Result<Reproduced, OptimiseError> {
    let (names, all) = ways(cases);
    if all.is_empty() && !cases.is_empty() {
        return Err(OptimiseError::cannot(
            format!("日志里的 {} 件都没有时间，学不出仿真", cases.len()),
            format!("none of the {} cases of the log has a time: no simulation can be learned", cases.len()),
        ));
    }
    let least = FEWEST.0 + FEWEST.1;
    if all.len() < least {
        return Err(OptimiseError::cannot(
            format!("日志至少要有 {least} 件才能学出仿真并核对，现有 {} 件", all.len()),
            format!(
                "at least {least} cases are needed to learn and check a simulation, there are {}",
                all.len()
            ),
        ));
    }
    let cut = (all.len() as f64 * (1.0 - hold_out.clamp(0.05, 0.8))) as usize;
    let (old, new) = all.split_at(cut.min(all.len()));
    let learned = Learned::learn(&names, old, works, seed)?;
    let ended = |c: &(i64, Way)| c.0 + c.1.iter().map(|s| s.1).sum::<i64>();
    let last = all.iter().map(ended).max().unwrap_or_default();
    let mut lasting: Vec<i64> = old.iter().map(|c| ended(c) - c.0).collect();
    lasting.sort_unstable();
    let long = lasting[lasting.len() * 95 / 100];
    let ripe: Vec<&(i64, Way)> = new.iter().filter(|c| c.0 <= last - long).collect();
    if ripe.len() < FEWEST.1 {
        return Err(OptimiseError::cannot(
            format!("留作核对的月份里能办完的只有 {} 件，至少要 {} 件", ripe.len(), FEWEST.1),
            format!(
                "only {} cases of the months held out could have ended, {} are needed",
                ripe.len(),
                FEWEST.1
            ),
        ));
    }
    let real: Vec<f64> = ripe.iter().map(|c| hours(&c.1)).collect();
    let used = (old.len() as f64 * learned.recent) as usize;
    let past: Vec<f64> =
        old[old.len() - used.clamp(FEWEST.0, old.len())..].iter().map(|c| hours(&c.1)).collect();
    let made = learned.durations(CASES, seed, &[]);
    let (mean_real, mean_past, mean_made) = (mean_of(&real), mean_of(&past), mean_of(&made));
    let window = (day_of(ripe[0].0), day_of(ripe[ripe.len() - 1].0));
    let runs: Vec<(f64, f64, f64)> = (0..RUNS as u64)
        .map(|k| {
            let fill = long.div_euclid(DAY_US).clamp(7, 1_000) + 1;
            learned.window(window, fill, works, &mut Rng::stream(seed, 1_000_000 + k))
        })
        .collect();
    let days = (window.1 - window.0 + 1) as f64;
    let (begin, end) = (window.0 * DAY_US - BEIJING_US, (window.1 + 1) * DAY_US - BEIJING_US);
    let inside = |c: &(i64, Way)| (ended(c).min(end) - c.0.max(begin)).max(0) as f64;
    let load = all.iter().map(inside).sum::<f64>() / (end - begin) as f64;
    let steps = ripe.iter().map(|c| c.1.len()).sum::<usize>() as f64 / ripe.len() as f64;
    let arrivals_per_week = held(ripe.len() as f64 / days * 7.0, runs.iter().map(|r| r.0).collect());
    let load = held(load, runs.iter().map(|r| r.1).collect());
    let steps_per_case = held(steps, runs.iter().map(|r| r.2).collect());
    let part = |a: &[f64], b: &[f64], mean: f64| distance(a, b) / mean.max(1e-9);
    let apart = part(&made, &real, mean_real);
    let mut found = Reproduced {
        cases: (old.len(), ripe.len()),
        history: learned.history,
        recent: learned.recent,
        distance_learned: part(&made, &past, mean_past),
        distance: apart,
        distance_of_months: part(&past, &real, mean_real),
        mean_hours: (mean_past, mean_real, mean_made),
        quantiles_hours: (middle(&mut real.clone()), middle(&mut made.clone())),
        holds: apart <= DISTANCE_MOST && arrivals_per_week.holds && load.holds,
        arrivals_per_week,
        load,
        steps_per_case,
        moved: moved(&names, old, &ripe),
        reading: Said::new("", ""),
    };
    found.reading = words::reading(&found);
    Ok(found)
}

/// Months differ by more than the chance of weeks alone: so much of the middle of the runs lies between still.
const ROOM: f64 = 0.05;

/// Is it within the middle 95 % of the runs?
fn held(real: f64, mut runs: Vec<f64>) -> Held {
    runs.sort_by(f64::total_cmp);
    let (low, high) = (runs[RUNS / 40], runs[RUNS - 1 - RUNS / 40]);
    let room = ROOM * runs[RUNS / 2];
    Held { real, low, high, holds: low - room <= real && real <= high + room }
}

/// Passings whose mean time differs, by what the difference weighs in the mean of a case.
fn moved(names: &[String], old: &[(i64, Way)], new: &[&(i64, Way)]) -> Vec<Moved> {
    type Sums = HashMap<(u16, u16), (f64, f64)>;
    fn sums<'a>(ways: impl Iterator<Item = &'a Way>) -> Sums {
        let mut all = Sums::new();
        for way in ways {
            for w in way.windows(2) {
                let s = all.entry((w[0].0, w[1].0)).or_default();
                *s = (s.0 + w[1].1 as f64 / HOUR_US, s.1 + 1.0);
            }
        }
        all
    }
    let (a, b) = (sums(old.iter().map(|c| &c.1)), sums(new.iter().map(|c| &c.1)));
    let mut out: Vec<Moved> = b
        .iter()
        .filter_map(|(pair, y)| {
            let x = a.get(pair)?;
            let (was, is) = (x.0 / x.1, y.0 / y.1);
            Some(Moved {
                from: names[usize::from(pair.0)].clone(),
                to: names[usize::from(pair.1)].clone(),
                learned_hours: was,
                real_hours: is,
                share_hours: (is - was) * y.1 / new.len() as f64,
            })
        })
        .collect();
    out.sort_by(|x, y| y.share_hours.abs().total_cmp(&x.share_hours.abs()).then_with(|| x.from.cmp(&y.from)));
    out.truncate(5);
    out
}

/// Earth mover's distance of two samples.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    let sorted = |v: &[f64]| {
        let mut v = v.to_vec();
        v.sort_by(f64::total_cmp);
        v
    };
    let (a, b) = (sorted(a), sorted(b));
    if a.is_empty() || b.is_empty() {
        return f64::INFINITY;
    }
    // Mass moves along both staircases at once; each piece is as wide as until the next stair of either.
    let (mut i, mut j, mut at, mut sum) = (0, 0, 0.0f64, 0.0);
    while i < a.len() && j < b.len() {
        let (x, y) = ((i + 1) as f64 / a.len() as f64, (j + 1) as f64 / b.len() as f64);
        let to = x.min(y);
        sum += (to - at) * (a[i] - b[j]).abs();
        at = to;
        i += usize::from(x <= to);
        j += usize::from(y <= to);
    }
    sum
}

fn mean_of(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len().max(1) as f64
}

/// Median and 90 %.
fn middle(v: &mut [f64]) -> (f64, f64) {
    v.sort_by(f64::total_cmp);
    let at = |q: f64| {
        v.get(((v.len() as f64 * q) as usize).min(v.len().saturating_sub(1))).copied().unwrap_or(0.0)
    };
    (at(0.5), at(0.9))
}

#[cfg(test)]
mod tests;
