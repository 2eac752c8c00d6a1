//! One run: cases arrive as on real days, take their own handling and delays, and wait for people and office hours.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use kernel::Said;

use super::flow::HOLD_OUT;
use super::learn::day_of;
use super::open::{BEIJING, HOUR, Open};
use super::{Between, Change, Checked, Compared, Done, Outcome, RUNS, Template, Trial};
use crate::OptimiseError;
use crate::learned::{self, DISTANCE_MOST};
use crate::questions::Office;
use crate::rng::Rng;

const DAY: i64 = 24 * HOUR;
/// Cases of one run at most, whatever arrives.
const ARRIVALS_MOST: usize = 20_000;
/// A group that works more than this part of its time is never done.
const OVERLOAD: f64 = 0.995;
/// People that are taken at most.
pub(super) const PEOPLE_MOST: u32 = 5_000;

/// A change as the runs need it.
pub(super) struct Setting {
    at_once: Vec<u32>,
    /// the hours in which people work, and those in which delays pass: what no queue explains does not go faster because
    /// the office is open for longer
    open: Vec<Open>,
    learned: Vec<Open>,
    /// the last day until which hours are known
    to: i64,
    /// days before the window that fill it up
    fill: i64,
    share: Option<(u64, f64)>,
    arrivals: f64,
    edits: Edits,
}

#[derive(Default)]
struct Edits {
    no_batch: Vec<bool>,
    without: Vec<bool>,
    parallel: Vec<(u16, u16)>,
    earlier: Vec<(u16, u16)>,
    faster: HashMap<(u16, u16), f64>,
}

/// What one run gave.
pub(super) struct Run {
    /// hours of the cases that arrived in the window
    pub hours: Vec<f64>,
    /// hours that a case waited for people
    pub queue: f64,
    /// microseconds that a visit of a group waited for people
    pub queue_of: Vec<f64>,
    /// part of its time that each group worked
    pub busy: Vec<f64>,
}

impl Setting {
    pub fn new(trial: &Trial, change: &Change, works: &dyn Fn(i64) -> bool, at_once: Option<&[u32]>) -> Self {
        let mut lasted: Vec<i64> = trial.cases.iter().map(|c| c.lasted).collect();
        lasted.sort_unstable();
        let long = lasted[lasted.len() * 95 / 100].div_euclid(DAY) + 1;
        let fill = long.clamp(7, 250);
        let span = (trial.window.0 - fill - 1, trial.window.1 + 2 * long.min(400) + 120);
        let number = |name: &String| trial.names.iter().position(|n| n == name).map(|n| n as u16);
        let pairs = |all: &[(String, String)]| -> Vec<(u16, u16)> {
            all.iter().filter_map(|(a, b)| Some((number(a)?, number(b)?))).collect()
        };
        let flags = |all: &[String]| -> Vec<bool> { trial.names.iter().map(|n| all.contains(n)).collect() };
        let groups = &trial.known.groups;
        let hours_of = |g: usize| change.hours.get(&g).copied().unwrap_or(groups[g].hours);
        let learned: Vec<Open> = groups.iter().map(|g| Open::new(g.hours, span, works)).collect();
        let open = (0..groups.len())
            .map(|g| match hours_of(g) {
                h if h == groups[g].hours => learned[g].clone(),
                h => Open::new(h, span, works),
            })
            .collect();
        let usual = |g: usize| at_once.map_or(groups[g].at_once, |all| all[g]);
        Self {
            at_once: (0..groups.len())
                .map(|g| change.people.get(&g).copied().unwrap_or_else(|| usual(g)).clamp(1, PEOPLE_MOST))
                .collect(),
            open,
            learned,
            to: span.1,
            fill,
            share: change.share.map(|(option, share)| (1 << option, share.clamp(0.0, 1.0))),
            arrivals: change.arrivals.unwrap_or(1.0).clamp(0.05, 10.0),
            edits: Edits {
                no_batch: flags(&change.no_batch),
                without: flags(&change.without),
                parallel: pairs(&change.parallel),
                earlier: pairs(&change.earlier),
                faster: change
                    .faster
                    .iter()
                    .filter_map(|(a, b, t)| Some(((number(a)?, number(b)?), t.clamp(0.0, 100.0))))
                    .collect(),
            },
        }
    }
}

impl Edits {
    /// A case as it would go.
    fn apply(&self, case: &Template) -> Vec<Vec<Done>> {
        let mut blocks = case.blocks.clone();
        for &(before, step) in &self.earlier {
            let has = |b: &[Done], s: u16| b.iter().any(|d| d.step == s);
            let (Some(i), Some(j)) =
                (blocks.iter().position(|b| has(b, before)), blocks.iter().rposition(|b| has(b, step)))
            else {
                continue;
            };
            if i < j {
                let last = j + 1 == blocks.len();
                let moved = blocks.remove(j);
                blocks.insert(i, moved);
                // A case that ended with this step was decided by it: what it now comes before is spared.
                if last {
                    blocks.truncate(i + 1);
                }
            }
        }
        if !self.faster.is_empty() {
            for i in 1..blocks.len() {
                let (before, rest) = blocks.split_at_mut(i);
                for d in &mut rest[0] {
                    for b in &before[i - 1] {
                        if let Some(times) = self.faster.get(&(b.step, d.step)) {
                            d.extra = (d.extra as f64 * times) as i64;
                            d.batch = (d.batch as f64 * times) as i64;
                            break;
                        }
                    }
                }
            }
        }
        for &(a, b) in &self.parallel {
            let mut i = 0;
            while i + 1 < blocks.len() {
                let has = |block: &[Done], s: u16| block.iter().any(|d| d.step == s);
                let both = (has(&blocks[i], a) && has(&blocks[i + 1], b))
                    || (has(&blocks[i], b) && has(&blocks[i + 1], a));
                if both {
                    let with = blocks.remove(i + 1);
                    blocks[i].extend(with);
                } else {
                    i += 1;
                }
            }
        }
        for block in &mut blocks {
            block.retain(|d| !self.without[usize::from(d.step)]);
            for d in block.iter_mut() {
                if self.no_batch[usize::from(d.step)] {
                    d.batch = 0;
                }
            }
        }
        blocks.retain(|b| !b.is_empty());
        blocks
    }
}

struct Case {
    blocks: Vec<Vec<Done>>,
    arrived: i64,
    left: usize,
    end: i64,
    counts: bool,
}

impl Trial {
    /// The run of this number: the same cases on the same days whatever the change.
    pub(super) fn run(&self, setting: &Setting, works: &dyn Fn(i64) -> bool, number: u64) -> Run {
        let mut days = Rng::stream(self.seed, number * 4 + 1);
        let (from, to) = self.window;
        let begin = from * DAY - BEIJING;
        let (has, not): (Vec<usize>, Vec<usize>) = match setting.share {
            Some((bit, _)) => (0..self.cases.len()).partition(|&i| self.cases[i].bits & bit != 0),
            None => ((0..self.cases.len()).collect(), Vec::new()),
        };
        let mut cases: Vec<Case> = Vec::new();
        let mut week = 0;
        for day in from - setting.fill..=to {
            if day == from - setting.fill || (day + 3).rem_euclid(7) == 0 {
                week = days.below(self.arrivals.weeks().max(1));
            }
            let drawn = self.arrivals.draw(day, week, works, &mut days);
            for (k, at) in drawn.iter().enumerate() {
                // Each arrival of a day has its own numbers: a change draws the same cases.
                let purpose = (day.unsigned_abs() << 20 | k as u64).wrapping_mul(64) + number;
                let mut rng = Rng::stream(self.seed ^ 0x5EED, purpose);
                let copies = (setting.arrivals + rng.unit()).floor() as usize;
                for copy in 0..copies.max(usize::from(setting.arrivals >= 1.0)) {
                    let i = self.draw(setting, &has, &not, &mut rng);
                    let case = &self.cases[i];
                    let arrived = day * DAY - BEIJING + at + copy as i64 * HOUR / 7;
                    cases.push(Case {
                        blocks: setting.edits.apply(case),
                        arrived,
                        left: 0,
                        end: arrived,
                        counts: arrived >= begin,
                    });
                }
            }
            if cases.len() > ARRIVALS_MOST {
                break;
            }
        }
        self.flow(setting, cases, begin)
    }

    /// A case, the same whatever the change as far as the share lets it be.
    fn draw(&self, setting: &Setting, has: &[usize], not: &[usize], rng: &mut Rng) -> usize {
        let (one, which, other) = (rng.below(self.cases.len()), rng.unit(), rng.unit());
        let Some((bit, share)) = setting.share else { return one };
        let real = has.len() as f64 / self.cases.len() as f64;
        let (list, change) = if self.cases[one].bits & bit != 0 {
            (not, (real - share) / real.max(1e-9))
        } else {
            (has, (share - real) / (1.0 - real).max(1e-9))
        };
        if which < change && !list.is_empty() {
            return list[((other * list.len() as f64) as usize).min(list.len() - 1)];
        }
        one
    }

    fn flow(&self, setting: &Setting, mut cases: Vec<Case>, begin: i64) -> Run {
        let n = self.known.groups.len();
        let mut free: Vec<BinaryHeap<Reverse<i64>>> = setting
            .at_once
            .iter()
            .map(|&c| std::iter::repeat_n(Reverse(i64::MIN), c as usize).collect())
            .collect();
        // (ready, order of coming, case, block, place in the block)
        let mut heap: BinaryHeap<Reverse<(i64, u32, u32, u16, u16)>> = BinaryHeap::new();
        let mut order = 0;
        let mut push = |heap: &mut BinaryHeap<_>, at: i64, case: usize, block: usize, k: usize| {
            heap.push(Reverse((at, order, case as u32, block as u16, k as u16)));
            order += 1;
        };
        for (i, case) in cases.iter_mut().enumerate() {
            if let Some(first) = case.blocks.first() {
                case.left = first.len();
                for (k, d) in first.iter().enumerate() {
                    let g = self.group_of[usize::from(d.step)];
                    let ready = setting.learned[g].add(case.arrived, self.delay(d, g));
                    push(&mut heap, ready, i, 0, k);
                }
            }
        }
        let (mut queue, mut counted) = (0i64, 0usize);
        let (mut queue_of, mut visits) = (vec![0i64; n], vec![0u64; n]);
        let mut worked = vec![0i64; n];
        while let Some(Reverse((ready, _, i, b, k))) = heap.pop() {
            let case = &mut cases[i as usize];
            let d = case.blocks[usize::from(b)][usize::from(k)];
            let g = self.group_of[usize::from(d.step)];
            let open = &setting.open[g];
            let first = free[g].pop().map_or(i64::MIN, |f| f.0);
            // The first step begins a case: it has not waited for anybody yet.
            let start = if b == 0 { ready } else { open.next(ready.max(first)) };
            let end = open.add(start, d.work);
            free[g].push(Reverse(end.max(first)));
            if ready >= begin && b > 0 {
                let waited = open.worked(ready, start);
                queue_of[g] += waited;
                visits[g] += 1;
                queue += if case.counts { waited } else { 0 };
            }
            worked[g] += open.worked(start.max(begin), end.max(begin));
            case.end = case.end.max(end);
            case.left -= 1;
            let next = usize::from(b) + 1;
            if case.left == 0 && next < case.blocks.len() {
                case.left = case.blocks[next].len();
                let enabled = case.end;
                for k in 0..case.left {
                    let d = case.blocks[next][k];
                    let g = self.group_of[usize::from(d.step)];
                    let at = setting.learned[g].add(enabled, self.delay(&d, g));
                    push(&mut heap, at, i as usize, next, k);
                }
            }
        }
        let mut hours = Vec::with_capacity(cases.len());
        for case in cases.iter().filter(|c| c.counts) {
            hours.push((case.end - case.arrived) as f64 / HOUR as f64);
            counted += 1;
        }
        let until = (self.window.1 + 1) * DAY - BEIJING;
        let whole = |g: usize| setting.open[g].worked(begin, until) as f64 * f64::from(setting.at_once[g]);
        debug_assert!(day_of(until) <= setting.to);
        Run {
            hours,
            queue: queue as f64 / counted.max(1) as f64 / HOUR as f64,
            queue_of: (0..n).map(|g| queue_of[g] as f64 / visits[g].max(1) as f64).collect(),
            busy: (0..n).map(|g| worked[g] as f64 / whole(g).max(1.0)).collect(),
        }
    }

    /// The delay of a step that no simulated queue makes.
    fn delay(&self, d: &Done, g: usize) -> i64 {
        d.batch + d.extra + (d.queued as f64 * self.bound[g]) as i64
    }

    /// Refuses what the log does not know.
    ///
    /// # Errors
    /// Names the step, the group or the number.
    pub fn check(&self, change: &Change) -> Result<(), OptimiseError> {
        let named = change.no_batch.iter().chain(&change.without).cloned();
        let pairs = change.parallel.iter().chain(&change.earlier);
        let pairs = pairs.flat_map(|(a, b)| [a.clone(), b.clone()]);
        let faster = change.faster.iter().flat_map(|(a, b, _)| [a.clone(), b.clone()]);
        for name in named.chain(pairs).chain(faster) {
            if !self.names.contains(&name) {
                return Err(OptimiseError::cannot(
                    format!("日志里没有环节“{name}”，请从列出的环节里选"),
                    format!("the log has no step {name:?}: choose one that is listed"),
                ));
            }
        }
        for (a, b) in change.parallel.iter().chain(&change.earlier) {
            if a == b {
                return Err(OptimiseError::cannot(
                    format!("“{a}”不能和自己并行或调换先后"),
                    format!("{a:?} cannot be done beside or before itself"),
                ));
            }
        }
        let groups = self.known.groups.len();
        let wrong = change.people.iter().any(|(g, n)| *g >= groups || *n == 0 || *n > PEOPLE_MOST)
            || change.hours.iter().any(|(g, h)| *g >= groups || !h.sound())
            || change.share.is_some_and(|(o, s)| o >= self.known.shares.len() || !(0.0..=1.0).contains(&s))
            || change.arrivals.is_some_and(|a| !(0.05..=10.0).contains(&a))
            || change.faster.iter().any(|f| !(0.0..=100.0).contains(&f.2));
        if wrong {
            return Err(OptimiseError::cannot(
                format!(
                    "数字超出范围：人手 1–{PEOPLE_MOST}，时段从早到晚且不过 24 时，占比 0–100%，收件 0.05–10 倍，等待 0–100 倍"
                ),
                format!(
                    "out of range: 1–{PEOPLE_MOST} people, hours that begin before they end, a share of 0–100 %, 0.05–10 times the arrivals, 0–100 times the delay"
                ),
            ));
        }
        Ok(())
    }

    /// Two scenarios beside today; `limit_hours` counts who is done within it.
    ///
    /// # Errors
    /// What [`Trial::check`] refuses.
    pub fn compare(
        &self,
        office: &Office,
        first: &Change,
        second: &Change,
        limit_hours: Option<f64>,
    ) -> Result<Compared, OptimiseError> {
        self.check(first)?;
        self.check(second)?;
        let works = works(office);
        let today = Change::default();
        let runs: Vec<Vec<Run>> = [&today, first, second]
            .into_iter()
            .map(|change| {
                let setting = Setting::new(self, change, &works, None);
                (0..RUNS as u64).map(|r| self.run(&setting, &works, r)).collect()
            })
            .collect();
        compared(&runs, limit_hours)
    }

    /// Learns from the first part of a log and holds the simulation against the rest, queues and hours included.
    ///
    /// # Errors
    /// No begins, or too few cases on one of the sides.
    pub fn held_out(log: &eventlog::Log, office: &Office, seed: u64) -> Result<Checked, OptimiseError> {
        let works = works(office);
        let flow = learned::reproduce(&learned::cases_of(log), HOLD_OUT, &works, seed)?;
        let mut begun: Vec<(i64, u32)> =
            (0..log.case_count()).filter_map(|c| Some((log.span(c)?.0, c as u32))).collect();
        begun.sort_unstable();
        let cut = (begun.len() as f64 * (1.0 - HOLD_OUT)) as usize;
        let mut old: Vec<u32> = begun[..cut].iter().map(|b| b.1).collect();
        old.sort_unstable();
        let trial = Self::learn(&log.only_cases(&old), office, flow.recent, seed)?;
        let past: Vec<f64> = trial.cases.iter().map(|c| c.lasted as f64 / HOUR as f64).collect();
        let (mut spans, last): (Vec<i64>, i64) = (
            trial.cases.iter().map(|c| c.lasted).collect(),
            (0..log.case_count()).filter_map(|c| log.span(c)).map(|s| s.1).max().unwrap_or_default(),
        );
        spans.sort_unstable();
        let long = spans[spans.len() * 95 / 100];
        let ripe = begun[cut..].iter().filter(|b| b.0 <= last - long);
        let real: Vec<f64> =
            ripe.filter_map(|b| log.span(b.1 as usize)).map(|(a, b)| (b - a) as f64 / HOUR as f64).collect();
        let setting = Setting::new(&trial, &Change::default(), &works, None);
        let made: Vec<f64> = (0..6).flat_map(|r| trial.run(&setting, &works, r).hours).collect();
        let means = (mean(&past), mean(&real), mean(&made));
        let part = |a: &[f64], b: &[f64], m: f64| learned::distance(a, b) / m.max(1e-9);
        let (distance, distance_learned) = (part(&made, &real, means.1), part(&made, &past, means.0));
        let holds = distance <= DISTANCE_MOST && flow.arrivals_per_week.holds && flow.load.holds;
        let mut checked = Checked {
            flow,
            distance,
            distance_learned,
            mean_hours: means,
            holds,
            reading: Said::new("", ""),
        };
        checked.reading = super::words::reading(&checked, real.len());
        Ok(checked)
    }
}

/// Today, the first and the second scenario, run by run on the same cases.
pub(super) fn compared(runs: &[Vec<Run>], limit: Option<f64>) -> Result<Compared, OptimiseError> {
    let means: Vec<Vec<f64>> = runs.iter().map(|all| all.iter().map(|r| mean(&r.hours)).collect()).collect();
    let saved =
        |a: usize, b: usize| -> Vec<f64> { means[a].iter().zip(&means[b]).map(|(x, y)| x - y).collect() };
    let all = [saved(0, 1), saved(0, 2), saved(1, 2)];
    let better = all.each_ref().map(|s| {
        let (more, same) =
            (s.iter().filter(|x| **x > 1e-9).count(), s.iter().filter(|x| x.abs() <= 1e-9).count());
        (more as f64 + same as f64 / 2.0) / s.len() as f64
    });
    let mut outcomes = runs.iter().map(|r| outcome(r, limit));
    let mut next = || outcomes.next().ok_or_else(|| OptimiseError::cannot("没有运行", "no runs"));
    Ok(Compared { today: next()?, first: next()?, second: next()?, saved: all.map(|s| between(&s)), better })
}

pub(super) fn works(office: &Office) -> impl Fn(i64) -> bool + '_ {
    move |day| office.calendar.works(kernel::Moment::from_us(day * DAY - BEIJING).date())
}

fn mean(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len().max(1) as f64
}

/// Mean and the middle 95 % of the runs.
fn between(values: &[f64]) -> Between {
    let mut v = values.to_vec();
    v.sort_by(f64::total_cmp);
    let out = v.len() / 40;
    Between { mean: mean(&v), low: v[out], high: v[v.len() - 1 - out] }
}

fn outcome(runs: &[Run], limit: Option<f64>) -> Outcome {
    let of = |f: &dyn Fn(&Run) -> f64| between(&runs.iter().map(f).collect::<Vec<_>>());
    let at = |q: f64| {
        of(&|r: &Run| {
            let mut v = r.hours.clone();
            v.sort_by(f64::total_cmp);
            v.get(((v.len() as f64 * q) as usize).min(v.len().saturating_sub(1))).copied().unwrap_or(0.0)
        })
    };
    let groups = runs.first().map_or(0, |r| r.busy.len());
    let busy: Vec<f64> =
        (0..groups).map(|g| mean(&runs.iter().map(|r| r.busy[g]).collect::<Vec<_>>())).collect();
    Outcome {
        mean_hours: of(&|r| mean(&r.hours)),
        median_hours: at(0.5),
        p90_hours: at(0.9),
        queue_hours: of(&|r| r.queue),
        within: limit.map(|limit| {
            of(&|r| r.hours.iter().filter(|h| **h <= limit).count() as f64 / r.hours.len().max(1) as f64)
        }),
        overloaded: busy.iter().position(|b| *b > OVERLOAD),
        busy,
    }
}
