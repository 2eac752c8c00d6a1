//! 事项库 (K): service items with their implementation lists, what a person must know of them, and what is
//! wrong with them before anyone stumbles.
//!
//! Pure: readers, bytes, dates and keys are arguments. Must not know storage, pages, file formats or cases.

mod check;
mod checkup;
mod checkup_rules;
#[cfg(test)]
mod checkup_tests;
mod compare;
pub mod deferred;
pub mod edit;
pub mod edit_tree;
mod fault;
mod fields;
pub mod flat;
mod flat_names;
pub mod given;
pub mod guide;
pub mod hall;
pub mod interfaces;
mod item;
pub mod json;
pub mod notice;
pub mod plain;
pub mod plate;
pub mod review;
pub mod rows;
pub mod sample;
pub mod saying;
pub mod situation;
#[cfg(test)]
mod situation_tests;
mod versions;
mod words;

pub use check::{CODE_CHARS_MAX, LIST_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX, step_order, validate};
pub use checkup::{GuideFinding, Hit, RULES, Rule, Tally, checkup, tally};
pub use compare::{Change, ChangeKind, Effect, compare};
pub use fault::Fault;
pub use fields::{Field, Record};
pub use item::{Faq, Fee, FiveFigures, Limit, Material, Outcome, ServiceItem, Special, Step, Window};
pub use versions::{History, NotAVersion};
pub use words::{
    Audience, BodyNature, Cell, Channel, Depth, Handling, ItemKind, ItemState, Level, LimitUnit, Medium,
    Need, Paper, RatingChannel, ResultKind, Satisfaction, Scope, Source, StepKind,
};
