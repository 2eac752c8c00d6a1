//! The model of a process (流程模型): what a redesign and a simulation are computed from.
//!
//! Knows the words of a model and how they are written. Reading is liberal (`read.rs`, table `words.rs`),
//! writing is canonical: what is written is read back unchanged. Must not know any rule of redesign.

mod duration;
mod entries;
mod link;
mod part;
mod read;
mod share;
#[cfg(test)]
mod tests;
mod value;
mod week;
mod words;

use serde::Serialize;

use crate::dist::Distribution;
use kernel::Said;
pub(crate) use link::{Link, Linked, normal};
pub use part::{Arrivals, Field, Form, Material, Necessity, Shift, Source};
pub(crate) use share::on_one_scale;
pub(crate) use week::{clock_s, shifts, weekday};
pub use words::{FIELDS, FieldRow};

/// The version of the file format that is written; also the only one that is read.
pub const FORMAT: u32 = 1;
/// Steps of one model at most.
pub const MAX_STEPS: usize = 2_000;
/// Bytes of one model file at most.
pub(crate) const MAX_BYTES: usize = 16 << 20;
/// Entries of any other list at most.
pub(crate) const MAX_LIST: usize = 20_000;

kernel::words! {
    /// Why one step comes before another (先后依据, O2).
    inherent Ground {
        /// A rule says so.
        Law = "law", "法定";
        /// One makes what the other needs.
        Need = "need", "需要";
        /// Nobody has said yet; kept until somebody does.
        Unknown = "unknown", "依据未知";
        /// It has always been so.
        Habit = "habit", "习惯";
    }
}

/// What the design shall reach (O8).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// 工作日
    pub working_days: f64,
    /// where the target is set
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// One unit that handles steps (承办单位).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unit {
    /// id, unique among units
    pub id: String,
    /// name
    pub name: String,
    /// how many can work at once; none: not limited
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<u32>,
    /// its own shifts; empty: those of the model
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<Shift>,
}

/// A variant of the item that changes which steps and materials apply (情形, K2).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Situation {
    /// id, unique among situations
    pub id: String,
    /// name
    pub name: String,
    /// share of all cases, all shares add up to 1
    pub frequency: f64,
}

/// After this step the case may go back (补正/返工).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rework {
    /// how often, `0..1`
    pub probability: f64,
    /// the step that is done again; this step itself when empty
    #[serde(skip_serializing_if = "String::is_empty")]
    pub to: String,
}

/// Cases are gathered before the step begins (成批办理).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Batch {
    /// cases in one batch
    pub size: u32,
    /// working hours that the first case waits at most; none: until the batch is full
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_wait_hours: Option<f64>,
}

/// One step of the process (环节, K1).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// id, unique among steps
    pub id: String,
    /// name
    pub name: String,
    /// the item of a theme it belongs to
    #[serde(skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// id of the unit that handles it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// limit in working days
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<f64>,
    /// how long it takes, working hours
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "duration::write")]
    pub duration: Option<Distribution>,
    /// how long one of the staff is busy with it, working hours; none: as long as it takes
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "duration::write")]
    pub work: Option<Distribution>,
    /// names of the materials, fields, results and steps it needs
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// names of the results it makes
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub makes: Vec<String>,
    /// ids of the situations in which it occurs; empty: always
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// how often it occurs where it may occur, `0..=1`
    pub probability: f64,
    /// how often it ends the case with a refusal, `0..1`
    pub refuse: f64,
    /// how often the case goes back
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rework: Option<Rework>,
    /// cases gathered before it begins
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// higher is served first among the waiting
    pub priority: i32,
    /// visits of the applicant (跑动次数)
    pub visits: f64,
    /// materials for whose sake alone the visit is made
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visit_for: Vec<String>,
    /// can it be done online (全程网办): its visits go
    pub online: bool,
    /// fee, yuan
    pub fee: f64,
    /// is the fee charged without a legal basis: it goes
    pub fee_without_basis: bool,
    /// paper copies handed in beyond those of the materials
    pub copies: f64,
    /// why the step exists
    pub ground: Ground,
    /// the rule that demands it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cite: String,
    /// steps with the same word that may begin together are one step for the applicant (一窗受理)
    #[serde(skip_serializing_if = "String::is_empty")]
    pub merge: String,
}

/// One order between two steps (先后).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Order {
    /// id of the step that comes first
    pub from: String,
    /// id of the step that comes after
    pub to: String,
    /// why
    pub ground: Ground,
    /// the rule, for the ground law
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cite: String,
    /// the result handed over, for the ground need
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what: String,
}

/// A process (流程模型): one item or several joined as one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// version of the file format
    pub format: u32,
    /// id
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// name
    pub name: String,
    /// where it was drawn from
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// working hours of a working day
    pub hours_per_day: f64,
    /// what shall be reached
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// situations; empty: one
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Situation>,
    /// units
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// steps, in today's order
    pub steps: Vec<Step>,
    /// orders between steps
    pub orders: Vec<Order>,
    /// materials the applicant is asked for
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<Material>,
    /// forms the applicant fills in
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
    /// how cases arrive
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<Arrivals>,
    /// shifts of all units; empty: Monday to Friday, 8:30–12:00 and 13:30–18:00
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<Shift>,
    /// what the reader had to assume (not written)
    #[serde(skip)]
    pub warnings: Vec<Said>,
}

impl Model {
    /// Reads a model from its JSON text; says what is wrong and where.
    pub fn from_json(text: &str) -> Result<Self, crate::OptimiseError> {
        read::model(text)
    }
    /// The canonical JSON of this model.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
    /// How long step `s` takes by its limit, in working days: the limit, else the mean duration, else 0.
    pub fn days_of(&self, s: &Step) -> f64 {
        s.days.or_else(|| s.duration.as_ref().map(|d| d.mean() / self.hours_per_day)).unwrap_or(0.0)
    }
    /// Does step `s` occur in situation number `k`? With no situations everything occurs.
    pub fn occurs(&self, when: &[String], k: Option<usize>) -> bool {
        when.is_empty() || k.is_none_or(|k| when.iter().any(|w| *w == self.situations[k].id))
    }
}
