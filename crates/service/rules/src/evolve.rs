//! An application is the fold of its events. Never refuses: what is on record happened.

use catalogue::deferred::{Deferred, Happens, Sort};
use kernel::{Actor, Moment};

use crate::application::{Application, MaterialState, PartState, Sent, Survey, TaskState};
use crate::basis::Basis;
use crate::clock::Clock;
use crate::command::{Command, FormSeal, HandedIn, How};
use crate::happened::Happened;
use crate::words::Delivery;

impl Application {
    /// The state after the first event, with the id and number that the store gives; none if that began nothing.
    pub fn begin(id: i64, number: String, happened: &Happened, at: Moment) -> Option<Self> {
        let Command::Begin(b) = &happened.asked else { return None };
        let mut clock = Clock::default();
        for change in &happened.clock {
            clock.apply(change, at);
        }
        let mut new = Self {
            id,
            number,
            ver: 1,
            basis: b.basis.clone(),
            channel: b.channel,
            stage: happened.to,
            clock,
            applicant: b.applicant.clone(),
            form: FormSeal::default(),
            materials: Vec::new(),
            tasks: Vec::new(),
            parts: Vec::new(),
            lacks: Vec::new(),
            told: false,
            surveys: Vec::new(),
            wish: None,
            sent: None,
            begun: at,
            submitted: None,
            accepted: None,
            decided: None,
            ended: None,
        };
        new.lay_out();
        Some(new)
    }

    /// One place for each material, task and part of the basis.
    fn lay_out(&mut self) {
        self.materials = vec![MaterialState::default(); self.basis.materials.len()];
        self.tasks = vec![TaskState::default(); self.basis.tasks.len()];
        self.parts = vec![PartState::default(); self.basis.parts.len()];
    }

    /// The state after one more event.
    #[must_use]
    pub fn evolve(mut self, happened: &Happened, actor: &Actor, at: Moment) -> Self {
        self.ver += 1;
        for change in &happened.clock {
            self.clock.apply(change, at);
        }
        self.note_form(happened, at);
        self.note_tasks(&happened.asked, actor, at);
        self.note_promises(&happened.asked, at);
        self.stage = happened.to;
        self.ended = if self.stage.is_end() { self.ended.or(Some(at)) } else { None };
        self
    }

    /// What the applicant fills in and hands in.
    fn note_form(&mut self, happened: &Happened, at: Moment) {
        match &happened.asked {
            Command::Save { form, materials } => {
                self.form = form.clone();
                self.take(materials, happened);
            }
            Command::Rebase { basis } => self.rebase(basis),
            Command::Submit { form, materials, delivery, applicant, .. } => {
                self.form = form.clone();
                self.wish = Some(*delivery);
                self.applicant = Some(applicant.clone());
                self.submitted = Some(at);
                self.take(materials, happened);
            }
            Command::TellCorrection { lacks, .. } => {
                self.told = true;
                self.lacks.clone_from(lacks);
            }
            Command::Supplement { form, materials } => {
                if let Some(form) = form {
                    self.form = form.clone();
                }
                self.lacks.clear();
                self.take(materials, happened);
            }
            Command::Accept {} => self.accepted = Some(at),
            // It counts as accepted since it was received.
            Command::AcceptBySilence {} => self.accepted = self.clock.open().map(|r| r.started),
            _ => {}
        }
    }

    fn take(&mut self, materials: &[HandedIn], happened: &Happened) {
        for h in materials {
            let Some(n) = self.basis.materials.iter().position(|m| m.id == h.material) else { continue };
            let name = self.basis.materials[n].name.clone();
            let sort = match h.how {
                How::Later { .. } => Some(Sort::HandInLater),
                How::Commitment { .. } => Some(Sort::Commitment),
                _ => None,
            };
            let due = happened.promises.iter().find(|(m, _)| *m == h.material).map(|(_, d)| *d);
            let promise = sort.zip(due).map(|(sort, due)| Deferred {
                material: h.material.clone(),
                name,
                sort,
                due,
                state: catalogue::deferred::Promise::Open,
                granted: false,
            });
            self.materials[n] = MaterialState { how: Some(h.how.clone()), promise, reminded: false };
        }
    }

    /// Another version: what was handed in under the same name stays.
    fn rebase(&mut self, basis: &Basis) {
        let names: Vec<String> = self.basis.materials.iter().map(|m| m.name.clone()).collect();
        let before = std::mem::take(&mut self.materials);
        self.basis = basis.clone();
        self.lay_out();
        for (name, state) in names.iter().zip(before) {
            if let Some(n) = self.basis.materials.iter().position(|m| m.name == *name) {
                self.materials[n] = state;
            }
        }
    }

    /// Steps, decisions, certificates, surveys, delivery.
    fn note_tasks(&mut self, asked: &Command, actor: &Actor, at: Moment) {
        match asked {
            Command::StartTask { task } => self.on_task(task, |t| {
                t.started = Some(at);
                t.by = actor.staff;
            }),
            Command::FinishTask { task, passed, .. } => self.on_task(task, |t| {
                t.finished = Some(at);
                t.passed = Some(*passed);
                t.by = actor.staff.or(t.by);
            }),
            Command::SendBack { task, .. } => self.on_task(task, |t| {
                *t = TaskState { again: t.again + 1, ..TaskState::default() };
            }),
            Command::Decide { task, granted, .. } => {
                let part = self.basis.task(task).map(|t| t.part);
                self.on_task(task, |t| {
                    t.started = t.started.or(Some(at));
                    t.finished = Some(at);
                    t.passed = Some(*granted);
                    t.by = actor.staff.or(t.by);
                });
                if let Some(p) = part.and_then(|n| self.parts.get_mut(n)) {
                    p.granted = Some(*granted);
                    p.decided = Some(at);
                }
                if self.all_decided() {
                    self.decided = Some(at);
                }
            }
            Command::Issue { part, certificate, until } => {
                if let Some(p) = self.parts.get_mut(*part) {
                    p.certificate.clone_from(certificate);
                    p.until = *until;
                    p.issued = Some(at);
                }
            }
            Command::CallSurvey { day, words } => {
                self.surveys.push(Survey { day: *day, words: words.clone(), passed: None });
            }
            Command::FinishSurvey { passed, .. } => {
                if let Some(s) = self.surveys.last_mut() {
                    s.passed = Some(*passed);
                }
            }
            Command::Deliver { delivery, .. } => {
                // At the window it is signed for at once; what is sent electronically has arrived when it is sent.
                let signed = (*delivery != Delivery::Post).then_some(at);
                self.sent = Some(Sent { delivery: *delivery, at, signed });
            }
            Command::Sign { .. } => {
                if let Some(s) = &mut self.sent {
                    s.signed = Some(at);
                }
            }
            _ => {}
        }
    }

    /// What the applicant promised.
    fn note_promises(&mut self, asked: &Command, at: Moment) {
        match asked {
            Command::HandIn { handed } => {
                let how = handed.how.clone();
                self.on_promise(&handed.material, Happens::Fulfilled, at);
                self.on_material(&handed.material, |m| m.how = Some(how));
            }
            Command::RemindPromise { material } => self.on_material(material, |m| m.reminded = true),
            Command::MissPromise { material } => self.on_promise(material, Happens::DayPassed, at),
            Command::CheckCommitment { material, kept, .. } => {
                let what = if *kept { Happens::Fulfilled } else { Happens::FoundUntrue };
                self.on_promise(material, what, at);
            }
            Command::SettlePromise { material, .. } => self.on_promise(material, Happens::Settled, at),
            _ => {}
        }
    }

    fn on_task(&mut self, id: &str, change: impl FnOnce(&mut TaskState)) {
        let n = self.basis.tasks.iter().position(|t| t.id == id);
        if let Some(t) = n.and_then(|n| self.tasks.get_mut(n)) {
            change(t);
        }
    }
    fn on_material(&mut self, id: &str, change: impl FnOnce(&mut MaterialState)) {
        let n = self.basis.materials.iter().position(|m| m.id == id);
        if let Some(m) = n.and_then(|n| self.materials.get_mut(n)) {
            change(m);
        }
    }
    fn on_promise(&mut self, id: &str, what: Happens, at: Moment) {
        self.on_material(id, |m| {
            // What is on record was possible when it happened; a state it cannot be in is left as it is.
            if let Some(p) = &m.promise
                && let Ok(next) = p.clone().step(what, at.date(), None)
            {
                m.promise = Some(next);
            }
        });
    }
}
