//! An application (办件): what its events add up to. What the applicant filled in is not here: it lies sealed.

use catalogue::StepKind;
use catalogue::deferred::{Deferred, Promise, Sort};
use kernel::{Actor, Date, Moment, Relation, Role, StaffId, UnitId};
use serde::{Deserialize, Serialize};

use crate::basis::{Basis, Task};
use crate::clock::{Clock, Run};
use crate::command::{FormSeal, How, Lack};
use crate::stage::StageKind;
use crate::words::{Channel, Delivery, Ending};

/// Where one step at a unit stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    /// when somebody began
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// who
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffId>,
    /// when it was finished
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Moment>,
    /// does it meet the conditions
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// how often it was sent back
    #[serde(default, skip_serializing_if = "is_zero")]
    pub again: u32,
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What was decided on one part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartState {
    /// granted or not; none while it is open
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// when
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Moment>,
    /// number of the certificate
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate: String,
    /// last day on which it holds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// when it was made
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Moment>,
}

/// Where one material stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialState {
    /// how it came in; none while it is lacking
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// what the applicant promised: to bring it later, or that it is so
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Deferred>,
    /// the applicant was reminded
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
}

/// A joint survey (联合踏勘).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// on which day
    pub day: Date,
    /// where and who
    pub words: String,
    /// does it meet the conditions; none until it was held
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
}

/// How the result went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// how
    pub delivery: Delivery,
    /// when
    pub at: Moment,
    /// when it was signed for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Moment>,
}

/// One application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// id
    pub id: i64,
    /// 办件编号
    pub number: String,
    /// number of events it is the fold of
    pub ver: i64,
    /// what it goes by
    pub basis: Basis,
    /// how it came in
    pub channel: Channel,
    /// where it stands
    pub stage: StageKind,
    /// its clock
    pub clock: Clock,
    /// keyed digest of the applicant
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicant: Option<String>,
    /// the form
    #[serde(default)]
    pub form: FormSeal,
    /// one for each material of the basis
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<MaterialState>,
    /// one for each task of the basis
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskState>,
    /// one for each part of the basis
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartState>,
    /// what must be put right, as told once
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Lack>,
    /// it was told already
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
    /// joint surveys
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surveys: Vec<Survey>,
    /// how the applicant wants the result
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Delivery>,
    /// how it went out
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// when it was begun
    pub begun: Moment,
    /// when it was handed in
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Moment>,
    /// when it was accepted, or counts as accepted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Moment>,
    /// when everything was decided
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Moment>,
    /// when it ended
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// Who owes the next step, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// the applicant
    Applicant,
    /// a unit, by somebody in one of these roles
    Unit(UnitId),
}

impl Application {
    /// The state of a task.
    pub fn task(&self, id: &str) -> Option<(&Task, &TaskState)> {
        let n = self.basis.tasks.iter().position(|t| t.id == id)?;
        Some((&self.basis.tasks[n], self.tasks.get(n)?))
    }
    /// The state of a material.
    pub fn material(&self, id: &str) -> Option<&MaterialState> {
        let n = self.basis.materials.iter().position(|m| m.id == id)?;
        self.materials.get(n)
    }
    /// Is everything finished that comes before this task?
    pub fn is_ready(&self, task: &Task) -> bool {
        task.after.iter().all(|a| self.task(a).is_some_and(|(_, s)| s.finished.is_some()))
    }
    /// Tasks that can be worked on now: nothing before them is open, and they are not finished.
    pub fn at_hand(&self) -> impl Iterator<Item = (&Task, &TaskState)> {
        self.basis.tasks.iter().zip(&self.tasks).filter(|(t, s)| s.finished.is_none() && self.is_ready(t))
    }
    /// Was everything decided?
    pub fn all_decided(&self) -> bool {
        self.parts.iter().all(|p| p.granted.is_some())
    }
    /// Parts whose certificate is still to be made.
    pub fn to_issue(&self) -> impl Iterator<Item = usize> {
        let open = |(b, s): (&crate::basis::Part, &PartState)| {
            s.granted == Some(true) && !b.result.is_empty() && s.issued.is_none()
        };
        self.basis.parts.iter().zip(&self.parts).enumerate().filter(move |(_, p)| open(*p)).map(|(n, _)| n)
    }
    /// Promises of the applicant that are not settled yet, with the number of their material.
    pub fn open_promises(&self) -> impl Iterator<Item = (usize, &Deferred)> {
        let open = |d: &&Deferred| !matches!(d.state, Promise::Kept | Promise::Closed);
        self.materials
            .iter()
            .enumerate()
            .filter_map(move |(n, m)| Some((n, m.promise.as_ref().filter(open)?)))
    }
    /// How it ended, once everything was decided.
    pub fn ending(&self) -> Option<Ending> {
        if !self.all_decided() {
            return None;
        }
        let granted = self.parts.iter().filter(|p| p.granted == Some(true)).count();
        Some(match granted {
            0 => Ending::Denied,
            n if n == self.parts.len() => Ending::Granted,
            _ => Ending::Partly,
        })
    }
    /// The run that is watched; none at an end.
    pub fn watched(&self) -> Option<&Run> {
        self.clock.open().filter(|_| !self.stage.is_end())
    }
    /// When a task is due by its own limit: from the moment on which it could be begun.
    pub fn task_due(&self, task: &Task, calendar: &workday::WorkCalendar) -> Option<Moment> {
        let from = task
            .after
            .iter()
            .filter_map(|a| self.task(a)?.1.finished)
            .max()
            .or(self.accepted)
            .filter(|_| self.is_ready(task))?;
        let pauses = self.clock.last(crate::clock::Phase::Handle).map(Run::pauses).unwrap_or_default();
        workday::due(from, task.limit?, calendar, &pauses).at()
    }

    /// Who owes the next step: never nobody while it is not at an end (a law that the tests walk).
    pub fn duties(&self) -> Vec<Duty> {
        let unit = |u: UnitId| vec![Duty::Unit(u)];
        match self.stage {
            StageKind::Closed | StageKind::Refused | StageKind::Withdrawn | StageKind::Lapsed => Vec::new(),
            StageKind::Draft | StageKind::Correcting => vec![Duty::Applicant],
            StageKind::Submitted | StageKind::Received => unit(self.basis.reception),
            StageKind::Handling => {
                let mut units: Vec<UnitId> = self.at_hand().map(|(t, _)| t.unit).collect();
                units.sort();
                units.dedup();
                units.into_iter().map(Duty::Unit).collect()
            }
            StageKind::Decided => {
                let mut units: Vec<UnitId> =
                    self.to_issue().filter_map(|n| self.basis.parts.get(n)).map(|p| p.unit).collect();
                units.sort();
                units.dedup();
                units.into_iter().map(Duty::Unit).collect()
            }
            StageKind::Issued => unit(self.basis.reception),
            StageKind::Delivered => self.duties_after_delivery(),
        }
    }

    fn duties_after_delivery(&self) -> Vec<Duty> {
        let mut out = Vec::new();
        if self.sent.as_ref().is_some_and(|s| s.signed.is_none()) {
            out.push(Duty::Applicant);
        }
        for (_, p) in self.open_promises() {
            let duty = match (p.state, p.sort) {
                (Promise::Open, Sort::HandInLater) => Duty::Applicant,
                _ => Duty::Unit(self.basis.lead),
            };
            if !out.contains(&duty) {
                out.push(duty);
            }
        }
        out
    }
    /// The deciding task of a part.
    pub fn decision_of(&self, part: usize) -> Option<(&Task, &TaskState)> {
        let n = self.basis.tasks.iter().position(|t| t.part == part && t.kind == StepKind::Decide)?;
        Some((&self.basis.tasks[n], self.tasks.get(n)?))
    }
}

/// How an actor stands to an application. A resident is the applicant: the caller has checked the code.
pub fn relations(application: &Application, actor: &Actor) -> Vec<Relation> {
    if actor.role == Role::Resident {
        return vec![Relation::Reporter];
    }
    let b = &application.basis;
    let mut found = Vec::with_capacity(4);
    if let Some(unit) = actor.unit {
        if b.lead == unit || b.parts.iter().any(|p| p.unit == unit) {
            found.push(Relation::Owner);
        }
        if b.tasks.iter().any(|t| t.unit == unit) {
            found.push(Relation::CoHandler);
        }
        if b.reception == unit {
            found.push(Relation::FirstAsked);
        }
    }
    if actor.role == Role::System || actor.region.as_ref().is_some_and(|r| r.contains(&b.region)) {
        found.push(Relation::InRegion);
    }
    if found.is_empty() {
        found.push(Relation::Stranger);
    }
    found
}
