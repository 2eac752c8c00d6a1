//! Simulation (仿真, O6): discrete events over calendars, with intervals, and designs compared on the same
//! random numbers.
//!
//! Knows networks of tasks and resources. Must not know the clock: a seed and a number of cases are given.

mod bpmn;
mod calendar;
mod drawn;
mod engine;
mod from_model;
mod net;
mod parameters;
mod report;
mod stats;
mod text;

pub use bpmn::{Scenario, read_scenario};
pub(crate) use calendar::Calendar;
pub use from_model::Design;
pub use report::{
    Comparison, Estimate, GroupReport, Options, SimReport, StepReport, TARGET_SHARE, TargetShare, compare,
    simulate, simulate_scenario,
};
pub(crate) use report::{arrivals_of, measured};

#[cfg(test)]
mod tests;
