//! 旁限: what is due beside the main clock of a case. An office that was called arrives, the company hears what will be done,
//! a co-handler does its task, an objection is decided. Each is reckoned from the events and the limits of the case; where no
//! limit is set nothing is due. R11 泉州: objection within a day, decided the same day, co-office 3 and lead 7 working days.

use kernel::{Actor, Moment, UnitId};

use crate::case::Case;
use crate::clock::Phase;
use crate::command::Command;
use crate::happened::Happened;
use crate::limits::Rules;

/// One event of a case, as its history has it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// when
    pub at: Moment,
    /// who
    pub actor: &'a Actor,
    /// what
    pub happened: &'a Happened,
}

/// One thing that is due beside the main clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// 报到联系, 反馈, 协办 or 裁定
    pub phase: Phase,
    /// who owes it; none when the coordinating office does
    pub unit: Option<UnitId>,
    /// since when
    pub since: Moment,
    /// until when
    pub due: Moment,
    /// done when; none while it is not
    pub done: Option<Moment>,
    /// no longer owed, though not done: the case came to its end, or another took it
    pub void: bool,
}

impl Side {
    /// It was done in time, or may still be.
    pub fn in_time(&self, now: Moment) -> bool {
        self.done.unwrap_or(now) <= self.due
    }
    /// Is it still owed?
    pub fn open(&self) -> bool {
        self.done.is_none() && !self.void
    }
}

impl Case {
    /// Until when its owner may object to having been given it; none where no limit is set.
    pub(crate) fn object_until(&self, rules: &Rules) -> Option<Moment> {
        let owner = self.stage.owner()?;
        let call = self.calls.iter().find(|c| c.unit == owner)?;
        self.due_of(Phase::Object, Some(owner), call.at, rules)
    }

    /// Until when an extension of the open run may be asked for; none where no limit is set but its end.
    pub(crate) fn extension_until(&self, rules: &Rules) -> Option<Moment> {
        let run = self.clock.open()?;
        let before = self.length_of(Phase::ExtensionAsk, self.stage.owner(), run.started, rules)?;
        Some(workday::ask_by(run.due(&rules.calendar).0, before, &rules.calendar))
    }

    /// What is and was due beside the main clock, in the order in which it began. `history` are all events of this case.
    pub fn sides<'a>(&self, history: impl Iterator<Item = Seen<'a>>, rules: &Rules) -> Vec<Side> {
        let mut all: Vec<Side> = Vec::new();
        let mut put = |phase, unit: Option<UnitId>, since, done| {
            if let Some(due) = self.due_of(phase, unit.or(self.stage.owner()), since, rules) {
                all.push(Side { phase, unit, since, due, done, void: false });
            }
        };
        for call in &self.calls {
            put(Phase::Contact, Some(call.unit), call.at, call.arrived.as_ref().map(|a| a.at));
        }
        put(Phase::Feedback, self.stage.owner(), self.lodged, self.heard);
        let mut tasks: Vec<(UnitId, Moment, Option<Moment>)> = Vec::new();
        let mut asked: Vec<(Moment, Option<Moment>)> = Vec::new();
        for e in history {
            match &e.happened.asked {
                Command::AddCo { unit, .. } => tasks.push((*unit, e.at, None)),
                Command::DropCo { unit, .. } => tasks.retain(|t| t.0 != *unit || t.2.is_some()),
                Command::CoReply { .. } => {
                    let mine = tasks.iter_mut().find(|t| Some(t.0) == e.actor.unit && t.2.is_none());
                    if let Some(task) = mine {
                        task.2 = Some(e.at);
                    }
                }
                Command::Return { .. } => asked.push((e.at, None)),
                Command::Arbitrate { .. } => {
                    if let Some(open) = asked.last_mut() {
                        open.1 = open.1.or(Some(e.at));
                    }
                }
                _ => {}
            }
        }
        for (unit, since, done) in tasks {
            put(Phase::Assist, Some(unit), since, done);
        }
        for (since, done) in asked {
            put(Phase::Ruling, None, since, done);
        }
        let over = self.stage.kind().is_end();
        for side in &mut all {
            let left = side.phase == Phase::Ruling && !matches!(self.stage, crate::Stage::ReturnAsked { .. });
            side.void = side.done.is_none() && (over || left);
        }
        all.sort_by_key(|s| s.since);
        all
    }
}
