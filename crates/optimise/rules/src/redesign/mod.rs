//! The redesign (再造, O1–O3, O7): the unique least constrained lawful plan, with its proof.
//!
//! Every order that law or need forces stays, every other goes; materials and fields are judged; the five
//! reductions are counted before and after, per situation and weighted. Pure: a function of the model.

mod fields;
mod figures;
mod materials;
mod orders;
mod staffed;
mod text;

use kernel::Said;
use serde::{Deserialize, Serialize, Serializer};

use crate::OptimiseError;
use crate::model::{Linked, Model};
pub use fields::{MergedField, MergedForm};
pub use materials::{MaterialVerdict, Verdict};
pub use orders::{KeptOrder, RemovedOrder};
pub use staffed::Staffed;

/// The figures of the five reductions (减环节 减材料 减时限 减跑动 减费用) and the copies; how each is counted
/// is said in `figures.rs` and in docs/redesign-model.md.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// 环节
    #[serde(serialize_with = "tidy")]
    pub steps: f64,
    /// 材料: hand-ins by the applicant
    #[serde(serialize_with = "tidy")]
    pub materials: f64,
    /// 时限: working days along the longest path
    #[serde(serialize_with = "tidy")]
    pub working_days: f64,
    /// 跑动次数
    #[serde(serialize_with = "tidy")]
    pub visits: f64,
    /// 费用, yuan
    #[serde(serialize_with = "tidy")]
    pub fees: f64,
    /// 份数: paper copies handed in
    #[serde(serialize_with = "tidy")]
    pub copies: f64,
}

/// Writes a whole number without a point and everything else with at most six digits after it.
pub(crate) fn tidy<S: Serializer>(x: &f64, out: S) -> Result<S::Ok, S::Error> {
    let r = (x * 1e6).round() / 1e6;
    if r.fract() == 0.0 && r.abs() < 9e15 { out.serialize_i64(r as i64) } else { out.serialize_f64(r) }
}

/// A figure before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// before
    #[serde(serialize_with = "tidy")]
    pub before: f64,
    /// after
    #[serde(serialize_with = "tidy")]
    pub after: f64,
}

/// The figures of one situation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SituationFigures {
    /// id of the situation
    pub id: String,
    /// its name
    pub name: String,
    /// its share of all cases
    pub frequency: f64,
    /// before
    pub before: Figures,
    /// after
    pub after: Figures,
    /// ids along the longest path today
    pub critical_path_before: Vec<String>,
    /// ids along the longest path of the lawful plan
    pub critical_path: Vec<String>,
    /// fields to fill in
    pub form_fields: BeforeAfter,
}

/// When one step runs, today and in the lawful plan, in working days from the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedStep {
    /// id
    pub id: String,
    /// name
    pub name: String,
    /// name of the unit
    pub unit: String,
    /// how long it takes
    #[serde(serialize_with = "tidy")]
    pub days: f64,
    /// earliest start today
    #[serde(serialize_with = "tidy")]
    pub before_start: f64,
    /// earliest start in the plan; none when the step is dropped
    pub after_start: Option<f64>,
    /// by how much it may be late without making the plan longer
    pub slack: Option<f64>,
}

/// A step that goes, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DroppedStep {
    /// id
    pub id: String,
    /// name
    pub name: String,
    /// `dropped` or `merged`
    pub how: &'static str,
    /// why
    pub reason: Said,
}

/// A model redesigned: what changes, what must stay, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Redesign {
    /// id of the model
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// its name
    pub name: String,
    /// weighted over the situations
    pub before: Figures,
    /// weighted over the situations
    pub after: Figures,
    /// orders that go
    pub removed_orders: Vec<RemovedOrder>,
    /// orders that stay
    pub kept_orders: Vec<KeptOrder>,
    /// ids of steps that may run at once: no member comes before another (only groups of two and more)
    pub parallel_groups: Vec<Vec<String>>,
    /// ids along the longest path of the lawful plan when every step occurs
    pub critical_path: Vec<String>,
    /// ids along the longest path today
    pub critical_path_before: Vec<String>,
    /// every material with its verdict
    pub materials: Vec<MaterialVerdict>,
    /// fields to fill in, weighted
    pub form_fields: BeforeAfter,
    /// the one form
    pub form: MergedForm,
    /// steps that go
    pub dropped_steps: Vec<DroppedStep>,
    /// when every step runs
    pub plan: Vec<PlannedStep>,
    /// the shortest schedule of one case with the staff there is; none when no unit states its staff
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staffed: Option<Staffed>,
    /// per situation; empty when the model has none
    pub situations: Vec<SituationFigures>,
    /// target and whether the plan reaches it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Reached>,
    /// what was assumed or is doubtful
    pub warnings: Vec<Said>,
}

/// A target and whether it is reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reached {
    /// the target in working days
    #[serde(serialize_with = "tidy")]
    pub working_days: f64,
    /// where it is set
    pub source: String,
    /// does the longest situation of today reach it
    pub before: bool,
    /// does the longest situation of the lawful plan reach it
    pub after: bool,
}

/// Everything the parts of a redesign share.
pub(crate) struct Case<'a> {
    pub model: &'a Model,
    pub linked: Linked,
    /// steps that stay
    pub stays: Vec<bool>,
    /// days of every step
    pub days: Vec<f64>,
}

impl<'a> Case<'a> {
    pub fn new(model: &'a Model) -> Result<Self, OptimiseError> {
        let linked = Linked::new(model)?;
        let stays = orders::staying(model, &linked);
        let days = model.steps.iter().map(|s| model.days_of(s)).collect();
        Ok(Self { model, linked, stays, days })
    }
    /// The orders that must stay between steps that stay.
    pub fn forced(&self) -> Result<crate::Dag, OptimiseError> {
        orders::forced(self)
    }
    /// The situations to count: their numbers, or one for all when there are none.
    pub fn situations(&self) -> Vec<(Option<usize>, f64)> {
        match self.model.situations.len() {
            0 => vec![(None, 1.0)],
            n => (0..n).map(|k| (Some(k), self.model.situations[k].frequency)).collect(),
        }
    }
    /// Which steps occur in situation `k`.
    pub fn present(&self, k: Option<usize>) -> Vec<bool> {
        let occurs = |s: &crate::Step| s.probability > 0.0 && self.model.occurs(&s.when, k);
        self.model.steps.iter().map(occurs).collect()
    }
    pub fn ids(&self, path: &[usize]) -> Vec<String> {
        path.iter().map(|&i| self.model.steps[i].id.clone()).collect()
    }
    pub fn unit_name(&self, i: usize) -> String {
        let id = &self.model.steps[i].unit;
        self.model.units.iter().find(|u| u.id == *id).map_or_else(|| id.clone(), |u| u.name.clone())
    }
}

/// Redesigns `model`. The same model gives the same answer.
pub fn redesign(model: &Model) -> Result<Redesign, OptimiseError> {
    let case = Case::new(model)?;
    let (kept_orders, removed_orders) = orders::judged(&case)?;
    let groups = materials::groups(&case);
    let mut warnings = model.warnings.clone();
    orders::doubts(&case, &mut warnings);
    materials::doubts(&case, &mut warnings);
    let form = fields::merged(&case, None);
    let (mut before, mut after) = (Figures::default(), Figures::default());
    let mut form_fields = BeforeAfter::default();
    let mut situations = Vec::new();
    let mut longest = (0.0f64, 0.0f64);
    for (k, share) in case.situations() {
        let f = figures::of(&case, &groups, k)?;
        before = before.plus(&f.before, share);
        after = after.plus(&f.after, share);
        form_fields.before += f.form_fields.before * share;
        form_fields.after += f.form_fields.after * share;
        longest = (longest.0.max(f.before.working_days), longest.1.max(f.after.working_days));
        if k.is_some() {
            situations.push(f);
        }
    }
    let all = figures::of(&case, &groups, None)?;
    let target = model.target.as_ref().map(|t| Reached {
        working_days: t.working_days,
        source: t.source.clone(),
        before: longest.0 <= t.working_days + 1e-9,
        after: longest.1 <= t.working_days + 1e-9,
    });
    Ok(Redesign {
        id: model.id.clone(),
        name: model.name.clone(),
        before,
        after,
        parallel_groups: figures::parallel(&case)?,
        critical_path: all.critical_path,
        critical_path_before: all.critical_path_before,
        materials: materials::verdicts(&case, &groups),
        form_fields,
        form,
        dropped_steps: figures::dropped(&case)?,
        plan: figures::plan(&case)?,
        staffed: staffed::plan(&case)?,
        situations,
        target,
        removed_orders,
        kept_orders,
        warnings,
    })
}

#[cfg(test)]
mod tests;
