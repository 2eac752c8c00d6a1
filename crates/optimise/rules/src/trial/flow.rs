//! A log whose steps have no begin: people and hours cannot be tried, delays and steps can, by the flow alone. One door for
//! both kinds of log.

use std::collections::HashMap;

use eventlog::Log;
use kernel::Said;

use super::open::HOUR;
use super::run::{self, Run};
use super::{Change, Checked, Compared, Known, Passing, RUNS, StepKnown, Trial};
use crate::OptimiseError;
use crate::learned::{self, Learned, Reproduced, WhatIf};
use crate::questions::Office;

/// Cases of one run.
const CASES: usize = 800;
/// Passings listed.
const PASSINGS: usize = 60;
/// Share of the cases that is held out.
pub(super) const HOLD_OUT: f64 = 0.4;

/// A simulation that changes can be tried with.
#[derive(Clone, Debug)]
pub enum Tried {
    /// people and hours are simulated
    Queues(Box<Trial>),
    /// the flow only, and why
    Flow(Box<Flow>, Said),
}

/// The flow alone.
#[derive(Clone, Debug)]
pub struct Flow {
    learned: Learned,
    known: Known,
    seed: u64,
}

/// The check against months held out.
#[derive(Clone, Debug)]
pub enum Check {
    /// with queues and hours
    Queues(Box<Checked>),
    /// of the flow
    Flow(Box<Reproduced>),
    /// there is too little to check with
    None(Said),
}

impl Check {
    /// It may be used.
    pub fn holds(&self) -> bool {
        match self {
            Self::Queues(c) => c.holds,
            Self::Flow(r) => r.holds,
            Self::None(_) => false,
        }
    }
    /// In words, with the part that fails.
    pub fn reading(&self) -> &Said {
        match self {
            Self::Queues(c) => &c.reading,
            Self::Flow(r) => &r.reading,
            Self::None(why) => why,
        }
    }
    /// The flow, with what moved.
    pub fn flow(&self) -> Option<&Reproduced> {
        match self {
            Self::Queues(c) => Some(&c.flow),
            Self::Flow(r) => Some(r),
            Self::None(_) => None,
        }
    }
}

fn told(e: &OptimiseError) -> Said {
    Said::of_both(&e.to_string())
}

impl Tried {
    /// Checks against the last months first, then learns from all of the log.
    ///
    /// # Errors
    /// Too few cases to learn from.
    pub fn learn(log: &Log, office: &Office, seed: u64) -> Result<(Self, Check), OptimiseError> {
        let queues = match Trial::held_out(log, office, seed) {
            Ok(checked) => Some(checked),
            Err(_) if log.begin().is_none() && eventlog::lifecycle::steps(log).0.begin().is_none() => None,
            Err(e) => {
                // Too few to hold anything out, perhaps enough to learn from.
                let trial = Trial::learn(log, office, 1.0, seed);
                return trial.map(|t| (Self::Queues(Box::new(t)), Check::None(told(&e)))).or_else(|_| {
                    Self::flow(log, office, seed, told(&e)).map(|f| (f, Check::None(told(&e))))
                });
            }
        };
        if let Some(checked) = queues {
            let trial = Trial::learn(log, office, checked.flow.recent, seed)?;
            return Ok((Self::Queues(Box::new(trial)), Check::Queues(Box::new(checked))));
        }
        let why = Said::new(
            "日志没有开始时间，分不出等待和办理，人手、时段、先后、并行、成批和占比不能试算；可以试等待和取消环节。要试人手，请上传含“开始时间”“完成时间”两列的日志",
            "the log has no begin times: waiting cannot be told from handling, so people, hours, order, parallel steps, batches and shares cannot be tried; delays and leaving steps out can. Bring a log with begin and end to try people",
        );
        let works = run::works(office);
        let check = match learned::reproduce(&learned::cases_of(log), HOLD_OUT, &works, seed) {
            Ok(r) => Check::Flow(Box::new(r)),
            Err(e) => Check::None(told(&e)),
        };
        Ok((Self::flow(log, office, seed, why)?, check))
    }

    fn flow(log: &Log, office: &Office, seed: u64, why: Said) -> Result<Self, OptimiseError> {
        let learned = Learned::from_cases(&learned::cases_of(log), &run::works(office), seed)?;
        let known = known(log, &learned);
        Ok(Self::Flow(Box::new(Flow { learned, known, seed }), why))
    }

    /// What was learned.
    pub const fn known(&self) -> &Known {
        match self {
            Self::Queues(trial) => trial.known(),
            Self::Flow(flow, _) => &flow.known,
        }
    }

    /// Two scenarios beside today.
    ///
    /// # Errors
    /// What the log does not know.
    pub fn compare(
        &self,
        office: &Office,
        first: &Change,
        second: &Change,
        limit_hours: Option<f64>,
    ) -> Result<Compared, OptimiseError> {
        match self {
            Self::Queues(trial) => trial.compare(office, first, second, limit_hours),
            Self::Flow(flow, why) => flow.compare(first, second, limit_hours, why),
        }
    }
}

/// Passings and steps by what passed between their ends.
fn known(log: &Log, learned: &Learned) -> Known {
    let mut steps: HashMap<&str, u64> = HashMap::new();
    let mut passings: HashMap<(u32, u32), (u64, i64)> = HashMap::new();
    let (mut first, mut last, mut sum) = (i64::MAX, i64::MIN, 0i64);
    for (c, range) in log.cases().enumerate() {
        let mut before: Option<(u32, i64)> = None;
        for e in range.filter(|&e| log.time()[e] != eventlog::when::NO_TIME) {
            let (a, t) = (log.activity()[e], log.time()[e]);
            *steps.entry(log.activities.get(a)).or_default() += 1;
            if let Some((b, at)) = before {
                let p = passings.entry((b, a)).or_default();
                *p = (p.0 + 1, p.1 + (t - at).max(0));
            }
            before = Some((a, t));
        }
        if let Some((a, b)) = log.span(c) {
            (first, last, sum) = (first.min(a), last.max(a), sum + (b - a));
        }
    }
    let cases = log.case_count();
    let weeks = ((last.saturating_sub(first)) as f64 / (7.0 * 24.0 * HOUR as f64)).max(1.0 / 7.0);
    let mut passings: Vec<_> = passings.into_iter().collect();
    passings.sort_by(|a, b| b.1.1.cmp(&a.1.1).then(a.0.cmp(&b.0)));
    let known = |name: &str| learned.names().iter().any(|n| n == name);
    let mut steps: Vec<(&str, u64)> = steps.into_iter().filter(|s| known(s.0)).collect();
    steps.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    Known {
        cases,
        per_week: cases as f64 / weeks,
        mean_hours: sum as f64 / cases.max(1) as f64 / HOUR as f64,
        groups: Vec::new(),
        steps: steps
            .into_iter()
            .map(|(name, times)| StepKnown {
                name: name.to_owned(),
                times,
                batched: 0.0,
                batch_hours: 0.0,
                work_hours: 0.0,
            })
            .collect(),
        passings: passings
            .into_iter()
            .map(|((a, b), (times, us))| Passing {
                from: log.activities.get(a).to_owned(),
                to: log.activities.get(b).to_owned(),
                times,
                wait_hours: us as f64 / times as f64 / HOUR as f64,
            })
            .filter(|p| known(&p.from) && known(&p.to))
            .take(PASSINGS)
            .collect(),
        shares: Vec::new(),
    }
}

impl Flow {
    fn compare(
        &self,
        first: &Change,
        second: &Change,
        limit: Option<f64>,
        why: &Said,
    ) -> Result<Compared, OptimiseError> {
        let all = [Change::default(), first.clone(), second.clone()];
        for change in &all {
            let only = Change {
                faster: change.faster.clone(),
                without: change.without.clone(),
                ..Change::default()
            };
            if *change != only {
                return Err(OptimiseError::cannot(why.zh.clone(), why.en.clone()));
            }
        }
        let mut runs = Vec::with_capacity(3);
        for change in &all {
            let what: Vec<WhatIf> = change
                .faster
                .iter()
                .map(|(from, to, times)| WhatIf::Faster { from: from.clone(), to: to.clone(), times: *times })
                .chain(change.without.iter().cloned().map(WhatIf::Without))
                .collect();
            // Refuses what is not there.
            self.learned.knows(&what)?;
            let one = |r: u64| Run {
                hours: self.learned.durations(CASES, self.seed ^ r << 32, &what),
                queue: 0.0,
                queue_of: Vec::new(),
                busy: Vec::new(),
            };
            runs.push((0..RUNS as u64).map(one).collect());
        }
        run::compared(&runs, limit)
    }
}
