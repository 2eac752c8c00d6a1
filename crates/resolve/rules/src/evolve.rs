//! A case is the fold of its events. Never refuses: what is on record happened.

use kernel::{Actor, CaseId, Moment, UnitId};

use crate::case::{Arrival, Call, Case, CoTask, ExtensionAsked, MeetingTask, Order};
use crate::clock::Clock;
use crate::command::{Command, Solved};
use crate::happened::Happened;
use crate::stage::{Beyond, BeyondStep, Stage, StageKind};
use crate::step::{RectStep, StepState};
use crate::words::Channel;

/// The state after the first event.
fn begin(id: CaseId, number: String, happened: &Happened, at: Moment) -> Option<Case> {
    let Command::Register(r) = &happened.asked else { return None };
    let mut clock = Clock::default();
    for change in &happened.clock {
        clock.apply(change, at);
    }
    Some(Case {
        id,
        number,
        ver: 1,
        kind: r.kind,
        channel: r.channel,
        complexity: r.complexity,
        region: r.region.clone(),
        title: r.title.clone(),
        cause: r.cause,
        item: r.item.clone(),
        campaign: r.campaign.clone(),
        first_asked: r.first_asked,
        hide_reporter: r.hide_reporter,
        ordered: r.ordered,
        lodged: r.lodged_at.unwrap_or(at),
        reporters: 1,
        support: r.support,
        stage: Stage::Registered,
        clock,
        taken: false,
        returns: 0,
        rounds: 0,
        reminders: 0,
        bound: false,
        co: Vec::new(),
        tasks: Vec::new(),
        orders: Vec::new(),
        extension: None,
        mended: Vec::new(),
        merged: Vec::new(),
        past_owners: Vec::new(),
        set: r.set.clone(),
        calls: Vec::new(),
        heard: None,
        reprinted: None,
    })
}

impl Case {
    /// The state after the first event, with the id and number that the store gives; none if that is not a
    /// registration.
    pub fn begin(id: CaseId, number: String, happened: &Happened, at: Moment) -> Option<Self> {
        begin(id, number, happened, at)
    }
    /// The state after one more event.
    #[must_use]
    pub fn evolve(mut self, happened: &Happened, actor: &Actor, at: Moment) -> Self {
        self.ver += 1;
        for change in &happened.clock {
            self.clock.apply(change, at);
        }
        self.note_parts(&happened.asked, actor);
        self.note_facts(&happened.asked, actor);
        if self.channel == Channel::Whistle {
            self.note_calls(&happened.asked, actor, at);
        }
        self.stage = self.next_stage(happened);
        self
    }

    /// Tasks, orders, steps and merged cases.
    fn note_parts(&mut self, asked: &Command, actor: &Actor) {
        match asked {
            Command::AddCo { unit, task } => {
                self.co.push(CoTask { unit: *unit, task: task.clone(), done: false });
            }
            Command::CoReply { .. } => {
                if let Some(c) = self.co.iter_mut().find(|c| Some(c.unit) == actor.unit && !c.done) {
                    c.done = true;
                }
            }
            Command::DropCo { unit, .. } => self.co.retain(|c| c.unit != *unit || c.done),
            Command::Conclude { tasks, .. } => {
                self.tasks.extend(tasks.iter().map(|t| MeetingTask {
                    unit: t.unit,
                    what: t.what.clone(),
                    due: t.due,
                    done: false,
                }));
            }
            Command::FinishTask { task, .. } => {
                if let Some(t) = nth(&mut self.tasks, *task) {
                    t.done = true;
                }
            }
            Command::Supervise { words, answer_by } => {
                self.orders.push(Order { words: words.clone(), answer_by: *answer_by, answered: false });
            }
            Command::AnswerOrder { order, .. } => {
                if let Some(o) = nth(&mut self.orders, *order) {
                    o.answered = true;
                }
            }
            Command::Absorb { from, reporters } => {
                self.merged.push(from.clone());
                self.reporters = self.reporters.saturating_add(*reporters);
            }
            Command::Release { from, reporters } => {
                self.merged.retain(|n| n != from);
                self.reporters = self.reporters.saturating_sub(*reporters).max(1);
            }
            Command::FinishStep { step, evidence } => self.step(*step, |s| {
                s.state = StepState::Finished;
                s.finished_by = actor.staff;
                s.evidence.clone_from(evidence);
            }),
            Command::StrikeOff { step, .. } => self.step(*step, |s| s.state = StepState::StruckOff),
            Command::RejectStep { step, .. } => self.step(*step, |s| s.state = StepState::Open),
            _ => {}
        }
    }

    /// 吹哨报到: who was called, who is there, when the company first heard what will be done.
    fn note_calls(&mut self, asked: &Command, actor: &Actor, at: Moment) {
        // Whoever gave it back or lost the task before coming was called in vain.
        let left = match asked {
            Command::Redispatch { .. } | Command::Arbitrate { .. } => self.stage.owner(),
            Command::DropCo { unit, .. } => Some(*unit),
            _ => None,
        };
        self.calls.retain(|c| c.arrived.is_some() || Some(c.unit) != left);
        match asked {
            Command::Arrive { way, .. } => {
                if let Some(call) =
                    self.calls.iter_mut().find(|c| Some(c.unit) == actor.unit && c.arrived.is_none())
                {
                    call.arrived = Some(Arrival { at, staff: actor.staff, way: *way });
                }
            }
            Command::Plan { .. } | Command::Reply { .. } | Command::ApproveNegative {} => {
                self.heard = self.heard.or(Some(at));
            }
            _ => {}
        }
        let co = match asked {
            Command::AddCo { unit, .. } => Some(*unit),
            _ => None,
        };
        for unit in new_owner(asked).into_iter().chain(co) {
            if !self.calls.iter().any(|c| c.unit == unit) {
                self.calls.push(Call { unit, at, arrived: None });
            }
        }
    }

    fn step(&mut self, number: u32, change: impl FnOnce(&mut RectStep)) {
        if let Stage::Rectifying { steps, .. } = &mut self.stage
            && let Some(step) = nth(steps, number)
        {
            change(step);
        }
    }

    /// Counters and facts of the case itself.
    fn note_facts(&mut self, asked: &Command, actor: &Actor) {
        match asked {
            Command::Archive { cause, .. } => self.cause = cause.or(self.cause),
            Command::Amend { kind, complexity, cause, item, title, .. } => {
                self.kind = kind.unwrap_or(self.kind);
                self.complexity = complexity.unwrap_or(self.complexity);
                self.cause = cause.or(self.cause);
                if let Some(item) = item {
                    self.item = Some(item.clone());
                }
                if let Some(title) = title {
                    self.title.clone_from(title);
                }
            }
            // Whoever answers has it: a reply signs for it too.
            Command::Take {} | Command::Reply { .. } => self.taken = true,
            Command::Return { .. } => self.returns += 1,
            Command::Arbitrate { .. } => self.bound = true,
            Command::Redispatch { .. } => self.bound = false,
            Command::Remind { .. } => self.reminders += 1,
            Command::AskExtension { days, reason } => {
                self.extension =
                    Some(ExtensionAsked { by: actor.staff, days: *days, reason: reason.clone() });
            }
            Command::GrantExtension { .. } | Command::DenyExtension { .. } => self.extension = None,
            Command::Reopen { .. } => self.rounds += 1,
            Command::PrintReceipt { .. } => self.reprinted = self.reprinted.or(Some(self.ver)),
            _ => {}
        }
        if let Some(next) = new_owner(asked)
            && let Some(owner) = self.stage.owner()
            && owner != next
            && !self.past_owners.contains(&owner)
        {
            self.past_owners.push(owner);
        }
    }

    fn next_stage(&mut self, happened: &Happened) -> Stage {
        let asked = &happened.asked;
        let before = std::mem::replace(&mut self.stage, Stage::Registered);
        if let Command::Merge { into } = asked {
            return Stage::Merged { into: into.clone(), was: Box::new(before) };
        }
        if let (Command::Unmerge { .. }, Stage::Merged { was, .. }) = (asked, &before) {
            return (**was).clone();
        }
        if let (Command::MissedCall { .. }, Stage::Replied { owner, negative, missed_calls }) =
            (asked, &before)
        {
            return Stage::Replied { owner: *owner, negative: *negative, missed_calls: missed_calls + 1 };
        }
        if let Stage::HandedOver { owner, peer } = &before
            && happened.to == StageKind::HandedOver
        {
            self.leave(&before, asked);
            return Stage::HandedOver { owner: *owner, peer: beyond(peer.clone(), asked) };
        }
        if before.kind() == happened.to && new_owner(asked).is_none() {
            return before;
        }
        self.leave(&before, asked);
        let mut owner = new_owner(asked).or(before.owner());
        // What another cell answered is not to the credit of who had it here.
        if matches!((&before, asked), (Stage::HandedOver { .. }, Command::Callback { .. })) {
            owner = None;
        }
        arrive(happened, owner).unwrap_or(before)
    }

    /// What a stage leaves behind when the case goes on.
    fn leave(&mut self, before: &Stage, asked: &Command) {
        if let Stage::Rectifying { steps, .. } = before {
            self.mended.extend(steps.iter().cloned());
        }
        let again = match (before, asked) {
            (
                Stage::Replied { .. } | Stage::HandedOver { .. },
                Command::Callback { solved, satisfied, .. }
                | Command::PeerCallback { solved: Some(solved), satisfied, .. },
            ) => *solved == Solved::No || satisfied.is_some_and(|s| s.is_bad()),
            _ => false,
        };
        if again {
            self.rounds += 1;
        }
        if !matches!(asked, Command::GrantExtension { .. }) {
            self.extension = None;
        }
    }
}

/// How far the other cell is after this.
fn beyond(mut peer: Beyond, asked: &Command) -> Beyond {
    match asked {
        Command::PeerAccept { number, .. } => {
            peer.number = Some(number.clone());
            peer.step = BeyondStep::Taken;
        }
        Command::PeerAnswer { .. } => peer.step = BeyondStep::Answered,
        Command::Callback { .. } => peer.step = BeyondStep::Taken,
        _ => {}
    }
    peer
}

fn nth<T>(list: &mut [T], number: u32) -> Option<&mut T> {
    (number as usize).checked_sub(1).and_then(|i| list.get_mut(i))
}

/// The unit that owns the case after this command, where the command says so.
pub const fn new_owner(asked: &Command) -> Option<UnitId> {
    match asked {
        Command::Dispatch { unit, .. }
        | Command::Redispatch { unit, .. }
        | Command::Arbitrate { unit, .. } => Some(*unit),
        Command::Conclude { lead, .. } => Some(*lead),
        _ => None,
    }
}

/// The stage as this command makes it; none when the event does not carry what the stage needs.
fn arrive(happened: &Happened, owner: Option<UnitId>) -> Option<Stage> {
    let asked = &happened.asked;
    Some(match (happened.to, asked) {
        (StageKind::Registered, _) => Stage::Registered,
        (StageKind::Accepted, _) => Stage::Accepted,
        (StageKind::Dispatched, _) => Stage::Dispatched { owner: owner? },
        (StageKind::Handling, _) => Stage::Handling { owner: owner? },
        (StageKind::ReturnAsked, Command::Return { reason, evidence, suggest }) => Stage::ReturnAsked {
            owner: owner?,
            reason: *reason,
            evidence: evidence.clone(),
            suggest: *suggest,
        },
        (StageKind::Conferring, Command::Confer { meets, topic, .. }) => {
            Stage::Conferring { owner: owner?, meets: *meets, topic: topic.clone() }
        }
        (StageKind::Escalated, Command::Escalate { level, office, .. }) => {
            Stage::Escalated { owner: owner?, level: *level, office: office.clone() }
        }
        (StageKind::HandedOver, Command::HandOver { cell, name, .. }) => Stage::HandedOver {
            owner,
            peer: Beyond { cell: cell.clone(), name: name.clone(), number: None, step: BeyondStep::Offered },
        },
        (StageKind::NegativeReview, _) => Stage::NegativeReview { owner: owner? },
        (StageKind::Rectifying, Command::Plan { steps }) => Stage::Rectifying {
            owner: owner?,
            steps: steps
                .iter()
                .map(|p| RectStep {
                    what: p.what.clone(),
                    due: p.due,
                    state: StepState::Open,
                    finished_by: None,
                    evidence: String::new(),
                })
                .collect(),
        },
        (StageKind::Replied, _) => Stage::Replied {
            owner: owner?,
            negative: matches!(asked, Command::ApproveNegative {}),
            missed_calls: 0,
        },
        (
            StageKind::CalledBack,
            Command::Callback { solved, satisfied, .. }
            | Command::PeerCallback { solved: Some(solved), satisfied, .. },
        ) => Stage::CalledBack { owner, solved: *solved, satisfied: *satisfied },
        (StageKind::CalledBack, _) => Stage::CalledBack { owner, solved: Solved::Yes, satisfied: None },
        (StageKind::Archived, _) => Stage::Archived { owner },
        (StageKind::Refused, Command::Refuse { reason, .. }) => Stage::Refused { reason: *reason },
        _ => return None,
    })
}
