//! 试算: what people, hours, order, parallel steps, batches or the share of a channel would change, tried with a simulation
//! that is learned from a log whose steps have a begin and an end (O6).
//!
//! A simulated case is a real one that arrives on another real day: its steps, its handling and the delays that no queue
//! explains are its own; waiting for people and for office hours is simulated. How many work at once is learned, so that as
//! much is waited for them as really was. What the log does not tell is never guessed: without begins nothing is tried.
//! Deterministic by seed, every change on the same cases and days.

mod flow;
mod learn;
mod open;
mod run;
mod words;

use std::collections::BTreeMap;

use kernel::Said;
use serde::Serialize;

use crate::learned::{Arrivals, Reproduced};

pub use flow::{Check, Tried};
pub use open::Hours;

/// Runs that are compared.
pub const RUNS: usize = 24;
/// Options of a share that are offered at most: each is a bit of a case.
const OPTIONS: usize = 64;
/// Cases drawn from at most, the last ones.
const CASES: usize = 20_000;
/// Cases of one run, about.
const RUN_CASES: usize = 800;

/// Who works together: the steps that the same people do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// its steps, the most frequent first
    pub steps: Vec<String>,
    /// different people in the log
    pub people: usize,
    /// so many cases are worked on at once, learned from how long is waited for them
    pub at_once: u32,
    /// when it works
    pub hours: Hours,
    /// part of its time that is worked
    pub busy: f64,
    /// hours that a step of it waits for somebody to be free, in the log
    pub queue_hours: f64,
}

/// A step with what was learned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepKnown {
    /// its name
    pub name: String,
    /// times it was done
    pub times: u64,
    /// part of them that were done together with others
    pub batched: f64,
    /// hours that those waited for their batch
    pub batch_hours: f64,
    /// hours of handling
    pub work_hours: f64,
}

/// A passing from a step to the next with what was learned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passing {
    /// the step before
    pub from: String,
    /// the step after
    pub to: String,
    /// times
    pub times: u64,
    /// hours between, by the clock
    pub wait_hours: f64,
}

/// A value that a part of the cases has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShareOf {
    /// the attribute
    pub key: String,
    /// its value
    pub value: String,
    /// part of the cases that have it
    pub share: f64,
}

/// What was learned, for who fills in a form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Known {
    /// cases learned from
    pub cases: usize,
    /// cases that arrive in a week
    pub per_week: f64,
    /// mean hours of a case
    pub mean_hours: f64,
    /// groups of people, those with most work first
    pub groups: Vec<Group>,
    /// steps, the most frequent first
    pub steps: Vec<StepKnown>,
    /// passings, those that take most time together first
    pub passings: Vec<Passing>,
    /// values whose share can be changed
    pub shares: Vec<ShareOf>,
}

/// What is tried; what is not said stays as learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Change {
    /// group by its place in [`Known::groups`]: so many work at once
    pub people: BTreeMap<usize, u32>,
    /// group: its hours
    pub hours: BTreeMap<usize, Hours>,
    /// steps that are no longer done in batches
    pub no_batch: Vec<String>,
    /// two steps that follow each other are done at the same time
    pub parallel: Vec<(String, String)>,
    /// the second is done before the first
    pub earlier: Vec<(String, String)>,
    /// the delay from one step to another is multiplied
    pub faster: Vec<(String, String, f64)>,
    /// steps left out
    pub without: Vec<String>,
    /// place in [`Known::shares`], and the share it is to have
    pub share: Option<(usize, f64)>,
    /// so many times the arrivals
    pub arrivals: Option<f64>,
}

/// A figure with the interval in which 95 % of the runs lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Between {
    /// mean of the runs
    pub mean: f64,
    /// 95 % of the runs lie above
    pub low: f64,
    /// and below
    pub high: f64,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// hours of a case in the mean
    pub mean_hours: Between,
    /// half of the cases are faster
    pub median_hours: Between,
    /// nine in ten are faster
    pub p90_hours: Between,
    /// hours a case waits for somebody to be free
    pub queue_hours: Between,
    /// share of the cases within the limit that was given
    pub within: Option<Between>,
    /// part of its time that each group works
    pub busy: Vec<f64>,
    /// a group has more to do than time: its queue grows without end
    pub overloaded: Option<usize>,
}

/// Two scenarios beside today, all on the same cases and days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// as it is
    pub today: Outcome,
    /// the first scenario
    pub first: Outcome,
    /// the second
    pub second: Outcome,
    /// hours that a case is faster by in the mean: first than today, second than today, second than first
    pub saved: [Between; 3],
    /// share of the runs in which it is faster, in the same order
    pub better: [f64; 3],
}

/// Does the simulation reproduce months it has not seen?
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// the flow: arrivals, load, durations, with what moved
    pub flow: Reproduced,
    /// distance of the durations with queues and hours from the months held out, divided by their mean
    pub distance: f64,
    /// and from the months learned from
    pub distance_learned: f64,
    /// mean hours: learned from, held out, simulated
    pub mean_hours: (f64, f64, f64),
    /// it may be used
    pub holds: bool,
    /// in words, with the part that fails
    pub reading: Said,
}

/// A step of a real case.
#[derive(Clone, Copy, Debug)]
struct Done {
    step: u16,
    /// waited for its batch, working time
    batch: i64,
    /// waited for somebody to be free, working time
    queued: i64,
    /// waited for what no queue explains, working time
    extra: i64,
    /// handling, working time
    work: i64,
}

/// A real case: what was done at the same time stands together.
#[derive(Clone, Debug)]
struct Template {
    blocks: Vec<Vec<Done>>,
    /// which of the values it has
    bits: u64,
    arrival: i64,
    /// microseconds by the clock
    lasted: i64,
}

/// A simulation learned from a log.
#[derive(Clone, Debug)]
pub struct Trial {
    names: Vec<String>,
    /// the group of each step
    group_of: Vec<usize>,
    known: Known,
    cases: Vec<Template>,
    /// part of the waiting for people that is bound to one of them, by group: it does not go when there are more
    bound: Vec<f64>,
    arrivals: Arrivals,
    /// the days that are simulated, since the epoch in Beijing
    window: (i64, i64),
    seed: u64,
}

impl Trial {
    /// What was learned.
    pub const fn known(&self) -> &Known {
        &self.known
    }
}

#[cfg(test)]
mod tests;
