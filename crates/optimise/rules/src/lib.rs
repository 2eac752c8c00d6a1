//! 优 / 流程再造: process models, the shortest lawful redesign, schedules with limited staff, simulation.
//!
//! Knows steps, orders with their ground, materials, forms, units and time. Everything here is a pure
//! function of a model (and a seed). Must not know storage, pages, the clock, or where a model came from.

mod chart;
pub mod declared;
mod dist;
pub mod drawn;
mod effect;
mod error;
mod evidence;
mod fit;
mod graph;
mod knockout;
mod lanes;
pub mod learned;
pub mod mined;
mod model;
pub mod promised;
pub mod proposal;
pub mod questions;
mod rcpsp;
mod redesign;
pub mod remaining;
mod rng;
mod search;
mod sim;
mod special;
pub mod trial;

pub use dist::{Distribution, Shape};
pub use effect::{Effect, Judgement, Seen, effect};
pub use error::OptimiseError;
pub use evidence::{Observed, Ran};
pub use fit::{Fit, Fitted, arrival_gaps, fit};
pub use graph::Dag;
pub use knockout::{
    Check, CheckFigures, EarlyRefusal, best_line, check_figures, early_refusal, expected_work,
};
pub use lanes::LaneWords;
pub use model::{
    Arrivals, Batch, FIELDS, FORMAT, Field, FieldRow, Form, Ground, MAX_STEPS, Material, Model, Necessity,
    Order, Rework, Shift, Situation, Source, Step, Target, Unit,
};
pub use rcpsp::{MAX_JOBS, Project, Schedule, read_psplib};
pub use redesign::{
    BeforeAfter, DroppedStep, Figures, KeptOrder, MaterialVerdict, MergedField, MergedForm, PlannedStep,
    Reached, Redesign, RemovedOrder, SituationFigures, Staffed, Verdict, redesign,
};
pub use rng::Rng;
pub use search::{Candidate, Change, Found, search};
pub use sim::{
    Comparison, Design, Estimate, GroupReport, Options, Scenario, SimReport, StepReport, TARGET_SHARE,
    TargetShare, compare, read_scenario, simulate, simulate_scenario,
};
