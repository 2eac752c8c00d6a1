//! Learning: groups, hours, handling, delays and how many work at once.

use std::collections::{BTreeSet, HashMap};

use eventlog::Log;
use eventlog::log::{Column, Value};
use eventlog::waiting::{EventWaiting, WaitingOptions, waiting_of_events};
use eventlog::when::NO_TIME;

use super::open::{BEIJING, HOUR, Hours, Open};
use super::run::Setting;
use super::{
    CASES, Change, Done, Group, Known, OPTIONS, Passing, RUN_CASES, ShareOf, StepKnown, Template, Trial,
};
use crate::OptimiseError;
use crate::learned::Arrivals;
use crate::questions::Office;

const DAY: i64 = 24 * HOUR;
/// Cases that are learned from at least.
const FEWEST: usize = 50;
/// Steps that are told apart; the rarest beyond are one.
const STEPS: usize = 400;
/// Groups that are told apart.
const GROUPS: usize = 24;
/// Different values of an attribute whose share can be asked for.
const VALUES: usize = 8;
/// Passings listed.
const PASSINGS: usize = 60;

pub(super) fn day_of(us: i64) -> i64 {
    (us + BEIJING).div_euclid(DAY)
}

/// A step of a case as it was.
#[derive(Clone, Copy)]
struct Was {
    event: usize,
    step: u16,
    start: i64,
    end: i64,
}

struct Read {
    names: Vec<String>,
    cases: Vec<(usize, Vec<Vec<Was>>)>,
}

/// Cases of which every step has a begin and an end, in blocks of what was done at the same time.
fn read(log: &Log, begin: &[i64]) -> Read {
    let mut times = vec![0u64; log.activities.len()];
    log.activity().iter().for_each(|&a| times[a as usize] += 1);
    let mut ranked: Vec<usize> = (0..times.len()).filter(|&a| times[a] > 0).collect();
    ranked.sort_by_key(|&a| std::cmp::Reverse(times[a]));
    let mut number = vec![0u16; times.len()];
    let mut names = Vec::new();
    for (i, &a) in ranked.iter().enumerate() {
        number[a] = i.min(STEPS) as u16;
        if i < STEPS {
            names.push(log.activities.get(a as u32).to_owned());
        } else if i == STEPS {
            names.push("其他环节".to_owned());
        }
    }
    let mut cases = Vec::new();
    for (c, range) in log.cases().enumerate() {
        let mut steps: Vec<Was> = range
            .filter(|&e| log.time()[e] != NO_TIME && begin[e] != NO_TIME && begin[e] <= log.time()[e])
            .map(|e| Was {
                event: e,
                step: number[log.activity()[e] as usize],
                start: begin[e],
                end: log.time()[e],
            })
            .collect();
        steps.sort_by_key(|w| (w.start, w.end, w.event));
        let mut blocks: Vec<Vec<Was>> = Vec::new();
        let mut until = i64::MIN;
        for w in steps {
            match blocks.last_mut() {
                Some(block) if w.start < until => block.push(w),
                _ => blocks.push(vec![w]),
            }
            until = until.max(w.end);
        }
        if !blocks.is_empty() {
            cases.push((c, blocks));
        }
    }
    cases.sort_by_key(|(c, blocks)| (blocks[0][0].start, *c));
    Read { names, cases }
}

/// When each person worked on something, apart and in order.
fn spans(log: &Log, begin: &[i64]) -> HashMap<u32, Vec<(i64, i64)>> {
    let mut all: HashMap<u32, Vec<(i64, i64)>> = HashMap::new();
    for (e, &who) in log.resource().iter().enumerate() {
        let (from, to) = (begin[e], log.time()[e]);
        if who != Log::NONE && from != NO_TIME && to != NO_TIME && from < to {
            all.entry(who).or_default().push((from, to));
        }
    }
    for list in all.values_mut() {
        list.sort_unstable();
        let mut apart: Vec<(i64, i64)> = Vec::with_capacity(list.len());
        for &(from, to) in &*list {
            match apart.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => apart.push((from, to)),
            }
        }
        *list = apart;
    }
    all
}

/// What a person worked, as running sums of working time.
struct Busy {
    spans: Vec<(i64, i64)>,
    before: Vec<i64>,
}

impl Busy {
    fn of(all: &HashMap<u32, Vec<(i64, i64)>>, who: u32, clock: &Open) -> Self {
        let spans = all.get(&who).cloned().unwrap_or_default();
        let mut sum = 0;
        let mut before = Vec::with_capacity(spans.len());
        for s in &spans {
            before.push(sum);
            sum += clock.worked(s.0, s.1);
        }
        Self { spans, before }
    }
    fn until(&self, clock: &Open, us: i64) -> i64 {
        let at = self.spans.partition_point(|s| s.0 < us);
        let Some(i) = at.checked_sub(1) else { return 0 };
        self.before[i] + clock.worked(self.spans[i].0, self.spans[i].1.min(us))
    }
    fn between(&self, clock: &Open, from: i64, to: i64) -> i64 {
        if from < to { self.until(clock, to) - self.until(clock, from) } else { 0 }
    }
}

/// Steps done by the same people are a group. Steps of nobody are a group each has no people to wait for: one together.
fn groups(log: &Log, read: &Read) -> (Vec<usize>, Vec<BTreeSet<u32>>) {
    let mut by: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); read.names.len()];
    for w in read.cases.iter().flat_map(|c| c.1.iter().flatten()) {
        let who = log.resource()[w.event];
        if who != Log::NONE {
            by[usize::from(w.step)].insert(who);
        }
    }
    let mut all: Vec<BTreeSet<u32>> = Vec::new();
    let of = by
        .iter()
        .map(|mine| {
            let alike = |g: &BTreeSet<u32>| {
                let both = g.intersection(mine).count();
                (g.is_empty() && mine.is_empty()) || both * 2 > g.len().min(mine.len())
            };
            let found = all.iter().position(alike).or((all.len() == GROUPS).then_some(GROUPS - 1));
            let at = found.unwrap_or_else(|| {
                all.push(BTreeSet::new());
                all.len() - 1
            });
            all[at].extend(mine);
            at
        })
        .collect();
    (of, all)
}

/// The hours in which nearly all of what a group does begins and ends.
fn hours(moments: &[i64], works: &dyn Fn(i64) -> bool) -> Hours {
    let (mut bins, mut on, mut off) = ([0u64; 24], 0u64, 0u64);
    for &us in moments {
        bins[((us + BEIJING).rem_euclid(DAY) / HOUR) as usize] += 1;
        *(if works(day_of(us)) { &mut on } else { &mut off }) += 1;
    }
    let all: u64 = bins.iter().sum();
    // Two in a hundred at each end are people who came early or stayed late.
    let few = all / 50;
    let edge = |order: [usize; 24]| {
        let mut sum = 0;
        order.into_iter().find(|&h| {
            sum += bins[h];
            sum > few
        })
    };
    let from = edge(std::array::from_fn(|h| h)).unwrap_or(0) as u8;
    let to = edge(std::array::from_fn(|h| 23 - h)).unwrap_or(23) as u8 + 1;
    let days_off = off * 10 > on;
    if to - from >= 20 { Hours { from: 0, to: 24, days_off } } else { Hours { from, to, days_off } }
}

/// Values of the cases whose share can be asked for: attributes with few values, that the case keeps.
fn shares(log: &Log, read: &Read) -> (Vec<ShareOf>, Vec<u64>) {
    let mut bits = vec![0u64; read.cases.len()];
    let mut out: Vec<ShareOf> = Vec::new();
    let text = |column: &Column, row: u32| match column.get(row) {
        Some(Value::Text(t)) => Some(t.trim().to_owned()).filter(|t| !t.is_empty()),
        Some(Value::Bool(b)) => Some((if b { "是" } else { "否" }).to_owned()),
        _ => None,
    };
    let of_case = log.case_columns.iter().filter(|c| c.parent.is_none()).map(|c| (c, true));
    let of_event = log.event_columns.iter().filter(|c| c.parent.is_none()).map(|c| (c, false));
    for (column, whole) in of_case.chain(of_event) {
        if column.key.contains(':') && !whole {
            continue;
        }
        let mut values: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, (c, blocks)) in read.cases.iter().enumerate() {
            let row = if whole { log.case_row(*c) } else { log.row(blocks[0][0].event) };
            if let Some(value) = text(column, row) {
                values.entry(value).or_default().push(i);
            }
            if values.len() > VALUES {
                break;
            }
        }
        let told: usize = values.values().map(Vec::len).sum();
        if !(2..=VALUES).contains(&values.len()) || told * 2 < read.cases.len() {
            continue;
        }
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
        for (value, cases) in values {
            if out.len() == OPTIONS || cases.len() < 10 {
                continue;
            }
            cases.iter().for_each(|&i| bits[i] |= 1 << out.len());
            let share = cases.len() as f64 / read.cases.len() as f64;
            out.push(ShareOf { key: column.key.clone(), value, share });
        }
    }
    (out, bits)
}

fn few(n: usize) -> OptimiseError {
    OptimiseError::cannot(
        format!("至少要有 {FEWEST} 件各环节都有开始和完成时间，才能试算，现有 {n} 件"),
        format!("at least {FEWEST} cases whose steps have a begin and an end are needed, there are {n}"),
    )
}

impl Trial {
    /// Learns from a log; `most_recent` is the part of the cases, the last ones, that count.
    ///
    /// # Errors
    /// The log has no begins, or too few cases.
    pub fn learn(log: &Log, office: &Office, most_recent: f64, seed: u64) -> Result<Self, OptimiseError> {
        let (log, _) = eventlog::lifecycle::steps(log);
        let log = &*log;
        let Some(begin) = log.begin() else {
            return Err(OptimiseError::cannot(
                "日志没有开始时间，分不出等待和办理，人手、时段不能试算。请用含“开始时间”“完成时间”两列的日志",
                "the log has no begin times: waiting cannot be told from handling, so people and hours cannot be tried. Bring a log with begin and end",
            ));
        };
        let mut read = read(log, begin);
        if read.cases.len() < FEWEST {
            return Err(few(read.cases.len()));
        }
        let keep = ((read.cases.len() as f64 * most_recent.clamp(0.0, 1.0)) as usize).clamp(FEWEST, CASES);
        read.cases.drain(..read.cases.len().saturating_sub(keep));
        let works = |day: i64| office.calendar.works(kernel::Moment::from_us(day * DAY - BEIJING).date());
        let waits = waiting_of_events(log, &WaitingOptions::default(), |_| None, Some(&office.clock));
        let waits: HashMap<u32, EventWaiting> =
            waits.unwrap_or_default().into_iter().map(|w| (w.target, w)).collect();
        let (group_of, people) = groups(log, &read);
        let all = || read.cases.iter().flat_map(|c| c.1.iter().flatten());
        let hours: Vec<Hours> = (0..people.len())
            .map(|g| {
                let mine = all().filter(|w| group_of[usize::from(w.step)] == g);
                let moments: Vec<i64> = mine.flat_map(|w| [w.start, w.end]).collect();
                hours(&moments, &works)
            })
            .collect();
        let first = read.cases[0].1[0][0].start;
        let last = all().map(|w| w.end).max().unwrap_or(first);
        let span = (day_of(first), day_of(last).min(day_of(first) + 20_000));
        let open: Vec<Open> = hours.iter().map(|h| Open::new(*h, span, &works)).collect();
        let (shares, bits) = shares(log, &read);
        let spans = spans(log, begin);
        let mut busy: HashMap<(u32, usize), Busy> = HashMap::new();
        let mut cases = Vec::with_capacity(read.cases.len());
        let mut passings: HashMap<(u16, u16), (u64, i64)> = HashMap::new();
        for ((_, blocks), bits) in read.cases.iter().zip(bits) {
            let arrival = blocks[0][0].start;
            let (mut enabled, mut before): (i64, Option<u16>) = (arrival, None);
            let mut made = Vec::with_capacity(blocks.len());
            for block in blocks {
                let mut done = Vec::with_capacity(block.len());
                for w in block {
                    let clock = &open[group_of[usize::from(w.step)]];
                    let parts = waits.get(&(w.event as u32)).map(|x| x.working).unwrap_or_default();
                    let whole = clock.worked(enabled, w.start);
                    let (who, g) = (log.resource()[w.event], group_of[usize::from(w.step)]);
                    let theirs = busy.entry((who, g)).or_insert_with(|| Busy::of(&spans, who, clock));
                    let queued = theirs.between(clock, enabled, w.start).clamp(0, whole);
                    // Whoever works through a queue does one after the other too: only idle time is waiting for a batch.
                    let batch = parts.batching_us.clamp(0, whole - queued);
                    let spent = clock.worked(w.start, w.end);
                    // What is worked on outside of the hours was worked on all the same.
                    let work = if spent == 0 { w.end - w.start } else { spent };
                    done.push(Done { step: w.step, batch, queued, extra: whole - batch - queued, work });
                    if let Some(b) = before {
                        let p = passings.entry((b, w.step)).or_default();
                        *p = (p.0 + 1, p.1 + (w.start - enabled).max(0));
                    }
                }
                enabled = block.iter().map(|w| w.end).max().unwrap_or(enabled);
                before = block.iter().max_by_key(|w| w.end).map(|w| w.step);
                made.push(done);
            }
            cases.push(Template { blocks: made, bits, arrival, lasted: enabled - arrival });
        }
        let begins: Vec<(i64, _)> = cases.iter().map(|c| (c.arrival, Vec::new())).collect();
        let days = (day_of(cases[cases.len() - 1].arrival) - day_of(first) + 1).max(1) as f64;
        let per_day = cases.len() as f64 / days;
        let simulated = ((RUN_CASES as f64 / per_day.max(1e-6)).ceil() as i64).clamp(14, 730);
        let to = day_of(cases[cases.len() - 1].arrival);
        let known = Known {
            cases: cases.len(),
            per_week: per_day * 7.0,
            mean_hours: cases.iter().map(|c| c.lasted as f64).sum::<f64>() / cases.len() as f64 / HOUR as f64,
            groups: named_groups(&read.names, &cases, &group_of, &people, &hours),
            steps: named_steps(&read.names, &cases),
            passings: named_passings(&read.names, passings),
            shares,
        };
        let mut trial = Self {
            bound: vec![0.0; people.len()],
            names: read.names,
            group_of,
            known,
            arrivals: Arrivals::of(&begins, &works),
            window: (to - simulated + 1, to),
            cases,
            seed,
        };
        trial.sort_groups();
        trial.people_at_once(&works);
        Ok(trial)
    }

    /// Groups with most work first, as the form shows them.
    fn sort_groups(&mut self) {
        let mut work = vec![0i64; self.known.groups.len()];
        for d in self.cases.iter().flat_map(|c| c.blocks.iter().flatten()) {
            work[self.group_of[usize::from(d.step)]] += d.work + d.queued;
        }
        let mut order: Vec<usize> = (0..work.len()).collect();
        order.sort_by_key(|&g| std::cmp::Reverse(work[g]));
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, &g)| place[g] = at);
        self.known.groups = order.iter().map(|&g| self.known.groups[g].clone()).collect();
        self.group_of.iter_mut().for_each(|g| *g = place[*g]);
    }

    /// How many work at once: as many as make cases wait for them as long as they really did.
    fn people_at_once(&mut self, works: &dyn Fn(i64) -> bool) {
        let n = self.known.groups.len();
        let (mut waited, mut visits) = (vec![0i64; n], vec![0u64; n]);
        for d in self.cases.iter().flat_map(|c| c.blocks.iter().skip(1).flatten()) {
            let g = self.group_of[usize::from(d.step)];
            waited[g] += d.queued;
            visits[g] += 1;
        }
        let real = |g: usize| waited[g] as f64 / visits[g].max(1) as f64;
        for g in 0..n {
            self.known.groups[g].queue_hours = real(g) / HOUR as f64;
        }
        let change = Change::default();
        let queue = |trial: &Self, at_once: &[u32]| {
            let setting = Setting::new(trial, &change, works, Some(at_once));
            let run = trial.run(&setting, works, 0);
            (run.queue_of.clone(), run.busy)
        };
        let mut best: Vec<(f64, u32, f64)> = vec![(f64::INFINITY, 1, 0.0); n];
        // The least that can do the work at all, and from there up until nobody waits for longer than they did.
        let mut at_once: Vec<u32> = vec![1; n];
        let (_, busy) = queue(self, &vec![1_000; n]);
        for g in 0..n {
            at_once[g] = (busy[g] * 1_000.0).ceil().clamp(1.0, 5_000.0) as u32;
        }
        for _ in 0..12 {
            let (queued, _) = queue(self, &at_once);
            let mut moved = false;
            for g in 0..n {
                let apart = (queued[g] - real(g)).abs();
                if apart < best[g].0 {
                    best[g] = (apart, at_once[g], queued[g]);
                }
                if queued[g] > real(g) + 1.0 {
                    at_once[g] += (at_once[g] / 8).max(1);
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
        for (g, (_, people, queued)) in best.iter().enumerate() {
            self.known.groups[g].at_once = *people;
            // What is waited for one of them stays, however many there are.
            self.bound[g] = if real(g) > 0.0 { (1.0 - queued / real(g)).clamp(0.0, 1.0) } else { 0.0 };
        }
        let at_once: Vec<u32> = best.iter().map(|b| b.1).collect();
        let (_, busy) = queue(self, &at_once);
        self.known.groups.iter_mut().zip(busy).for_each(|(g, busy)| g.busy = busy);
    }
}

fn named_groups(
    names: &[String],
    cases: &[Template],
    group_of: &[usize],
    people: &[BTreeSet<u32>],
    hours: &[Hours],
) -> Vec<Group> {
    let mut times = vec![0u64; names.len()];
    cases.iter().flat_map(|c| c.blocks.iter().flatten()).for_each(|d| times[usize::from(d.step)] += 1);
    (0..people.len())
        .map(|g| {
            let mut steps: Vec<usize> = (0..names.len()).filter(|&s| group_of[s] == g).collect();
            steps.sort_by_key(|&s| std::cmp::Reverse(times[s]));
            Group {
                steps: steps.into_iter().map(|s| names[s].clone()).collect(),
                people: people[g].len(),
                at_once: 1,
                hours: hours[g],
                busy: 0.0,
                queue_hours: 0.0,
            }
        })
        .collect()
}

fn named_steps(names: &[String], cases: &[Template]) -> Vec<StepKnown> {
    let mut all = vec![(0u64, 0u64, 0i64, 0i64); names.len()];
    for d in cases.iter().flat_map(|c| c.blocks.iter().flatten()) {
        let s = &mut all[usize::from(d.step)];
        *s = (s.0 + 1, s.1 + u64::from(d.batch > 0), s.2 + d.batch, s.3 + d.work);
    }
    let hours = |us: i64, n: u64| us as f64 / n.max(1) as f64 / HOUR as f64;
    let steps = names.iter().zip(all).filter(|(_, s)| s.0 > 0);
    steps
        .map(|(name, (times, batched, waited, work))| StepKnown {
            name: name.clone(),
            times,
            batched: batched as f64 / times as f64,
            batch_hours: hours(waited, batched),
            work_hours: hours(work, times),
        })
        .collect()
}

fn named_passings(names: &[String], all: HashMap<(u16, u16), (u64, i64)>) -> Vec<Passing> {
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by(|a, b| b.1.1.cmp(&a.1.1).then(b.1.0.cmp(&a.1.0)).then(a.0.cmp(&b.0)));
    let named = all.into_iter().take(PASSINGS);
    named
        .map(|((from, to), (times, us))| Passing {
            from: names[usize::from(from)].clone(),
            to: names[usize::from(to)].clone(),
            times,
            wait_hours: us as f64 / times as f64 / HOUR as f64,
        })
        .collect()
}
