//! A case (件): what its events add up to.

use kernel::{Actor, CaseId, Date, Moment, RegionCode, Relation, Role, StaffId, UnitId};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::stage::Stage;
use crate::step::{RectStep, StepState};
use crate::words::{ArriveWay, Cause, Channel, Complexity, Kind};

/// A co-handler's own task (协办任务).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoTask {
    /// who
    pub unit: UnitId,
    /// what
    pub task: String,
    /// done?
    pub done: bool,
}

/// An office that was whistled for (吹哨), and whether it is there (报到), R11.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// who
    pub unit: UnitId,
    /// called when
    pub at: Moment,
    /// there since when, and who came
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Arrival>,
}

/// An office is there (报到).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// when
    pub at: Moment,
    /// who
    pub staff: Option<StaffId>,
    /// how
    pub way: ArriveWay,
}

/// A task from a joint meeting (会商任务), R5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingTask {
    /// who
    pub unit: UnitId,
    /// what
    pub what: String,
    /// by when
    pub due: Date,
    /// done?
    pub done: bool,
}

/// An order of the supervision office (督办).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// what is ordered
    pub words: String,
    /// answer by the close of this day
    pub answer_by: Date,
    /// answered?
    pub answered: bool,
}

/// An extension that waits for a decision (延期申请).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionAsked {
    /// who asked
    pub by: Option<StaffId>,
    /// working days more
    pub days: u32,
    /// why
    pub reason: String,
}

/// One matter in the closed loop. Its words are in its events; this is what decisions need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// id
    pub id: CaseId,
    /// 受理编号
    pub number: String,
    /// number of events it is the fold of
    pub ver: i64,
    /// what it is about
    pub kind: Kind,
    /// how it came in
    pub channel: Channel,
    /// simple or complex
    pub complexity: Complexity,
    /// where it belongs
    pub region: RegionCode,
    /// one line
    pub title: String,
    /// why it could not be done
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// the service item
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// the campaign
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// asked first, responsible until another unit signs for it
    pub first_asked: UnitId,
    /// the unit complained about must not learn who lodged it
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hide_reporter: bool,
    /// a hotline sent it as an order and closes it
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// when it was lodged
    pub lodged: Moment,
    /// people who reported it, itself and merged ones
    pub reporters: u32,
    /// support it had when it came in
    pub support: i64,
    /// where it stands
    pub stage: Stage,
    /// its clock
    pub clock: Clock,
    /// somebody signed for it at least once (首问责任已移交)
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken: bool,
    /// how often it was given back
    #[serde(default, skip_serializing_if = "is_zero")]
    pub returns: u32,
    /// how often it was reopened
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rounds: u32,
    /// how often it was reminded
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reminders: u32,
    /// an arbitration was made that binds the owner
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bound: bool,
    /// tasks of co-handlers
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co: Vec<CoTask>,
    /// tasks of joint meetings
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<MeetingTask>,
    /// orders of the supervision office
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    /// an extension that waits for a decision
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<ExtensionAsked>,
    /// the plan that was carried out
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<RectStep>,
    /// numbers of cases that go on in this one
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<String>,
    /// units that owned it before
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_owners: Vec<UnitId>,
    /// the set of limits it goes by (期限集)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// offices that a company whistled for
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    /// when the company first heard what will be done
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Moment>,
    /// version at which its receipt was first printed again: from there on its code is known to staff
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprinted: Option<i64>,
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Who owes the next step (当前责任): never nobody while the case is not at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// the unit; none when any coordinator of the region owes it
    pub unit: Option<UnitId>,
    /// the role there
    pub role: Role,
}

impl Case {
    /// Every text in the state that somebody of an office wrote: tasks, orders, plans, reasons, what shows them. The
    /// title is apart: it is covered when it is written.
    pub fn office_words(&mut self) -> impl Iterator<Item = &mut String> {
        let (stage, steps) = match &mut self.stage {
            Stage::ReturnAsked { evidence: text, .. }
            | Stage::Conferring { topic: text, .. }
            | Stage::Escalated { office: text, .. } => (Some(text), None),
            Stage::Rectifying { steps, .. } => (None, Some(steps)),
            _ => (None, None),
        };
        let plan = steps.into_iter().flatten().chain(&mut self.mended);
        (self.co.iter_mut().map(|c| &mut c.task))
            .chain(self.tasks.iter_mut().map(|t| &mut t.what))
            .chain(self.orders.iter_mut().map(|o| &mut o.words))
            .chain(self.extension.iter_mut().map(|x| &mut x.reason))
            .chain(plan.flat_map(|s| [&mut s.what, &mut s.evidence]))
            .chain(stage)
    }
    /// Was this unit whistled for, and is not there yet?
    pub fn awaited(&self, unit: Option<UnitId>) -> bool {
        self.calls.iter().any(|c| Some(c.unit) == unit && c.arrived.is_none())
    }
    /// 办件: somebody came for something and it was not done. Why is owed before it is filed; an opinion or a question has no
    /// such cause, and of what another city or a hotline sent they know.
    pub fn owes_cause(&self) -> bool {
        self.kind == Kind::Matter && self.cause.is_none() && !self.closed_elsewhere()
    }
    /// Another city or a hotline sent it: they tell the person, call back and close it; here it is dealt with and answered.
    pub fn closed_elsewhere(&self) -> bool {
        self.ordered || self.channel == Channel::Peer
    }
    /// The unit whose service may be rated now: the one that answered. A case that came from a bad rating is not
    /// rated again as a service; its rating is.
    pub fn rateable(&self) -> Option<UnitId> {
        self.stage.owner().filter(|_| self.stage.kind().is_answered() && self.kind != Kind::BadRating)
    }
    /// Who owes the next step; none only at an end.
    pub fn duty(&self) -> Option<Duty> {
        let coordinator = Some(Duty { unit: None, role: Role::Coordinator });
        match &self.stage {
            Stage::Archived { .. } | Stage::Refused { .. } | Stage::Merged { .. } => None,
            Stage::Registered
            | Stage::Accepted
            | Stage::ReturnAsked { .. }
            | Stage::Conferring { .. }
            | Stage::Escalated { .. }
            | Stage::HandedOver { .. }
            | Stage::NegativeReview { .. }
            | Stage::Replied { .. }
            | Stage::CalledBack { .. } => coordinator,
            Stage::Dispatched { owner } | Stage::Handling { owner } | Stage::Rectifying { owner, .. } => {
                Some(Duty { unit: Some(*owner), role: Role::Handler })
            }
        }
    }
    /// The unit that is held to account now: the owner, and until a unit has signed for it the one asked first.
    pub fn accountable(&self) -> UnitId {
        match self.stage.owner() {
            Some(owner) if self.taken => owner,
            _ => self.first_asked,
        }
    }
    /// Does this unit answer for it, or did it: as owner, earlier owner, co-handler, or by a task of a meeting?
    pub fn answers(&self, unit: UnitId) -> bool {
        self.stage.owner() == Some(unit)
            || self.past_owners.contains(&unit)
            || self.co.iter().any(|c| c.unit == unit)
            || self.tasks.iter().any(|t| t.unit == unit)
    }
    /// Steps, tasks and orders that are not done.
    pub fn open_parts(&self) -> usize {
        let steps = match &self.stage {
            Stage::Rectifying { steps, .. } => {
                steps.iter().filter(|s| s.state != StepState::StruckOff).count()
            }
            _ => 0,
        };
        steps
            + self.co.iter().filter(|c| !c.done).count()
            + self.tasks.iter().filter(|t| !t.done).count()
            + self.orders.iter().filter(|o| !o.answered).count()
    }
}

/// How an actor stands to a case. A resident is the reporter: the caller has checked the code of the case.
pub fn relations(case: &Case, actor: &Actor) -> Vec<Relation> {
    let mut found = Vec::with_capacity(3);
    if actor.role == Role::Resident {
        found.push(Relation::Reporter);
        return found;
    }
    if let Some(unit) = actor.unit {
        if case.stage.owner() == Some(unit) {
            found.push(Relation::Owner);
        }
        if case.co.iter().any(|c| c.unit == unit) || case.tasks.iter().any(|t| t.unit == unit) {
            found.push(Relation::CoHandler);
        }
        if case.first_asked == unit {
            found.push(Relation::FirstAsked);
        }
    }
    let in_region = actor.role == Role::System
        || actor.region.as_ref().is_some_and(|region| region.contains(&case.region));
    if in_region {
        found.push(Relation::InRegion);
    }
    if found.is_empty() {
        found.push(Relation::Stranger);
    }
    found
}
