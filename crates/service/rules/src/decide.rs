//! May this be done, and what happens then? Runs from [`crate::TABLE`].

use kernel::{Actor, Moment};

use crate::application::{Application, relations};
use crate::clock::{ClockChange, Phase};
use crate::command::{Act, Beginning, Command, HandedIn, How, TEXT_MAX};
use crate::guard::{Scene, last_day};
use crate::happened::Happened;
use crate::limits::Rules;
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::stage::StageKind;
use crate::table::{ClockEffect, Row, TABLE, To, Who, row};
use crate::words::Word as _;

/// 开始填写: an application is made from nothing. Who may is asked at the door (`access`), not here.
///
/// # Errors
/// A basis that cannot be walked to its end.
pub fn begin(beginning: Beginning, rules: &Rules) -> Result<Happened, Refusal> {
    beginning.basis.check().map_err(|said| Refusal { said, ..Refusal::new(Code::BadBasis, "", "") })?;
    let clock = vec![ClockChange::Start {
        phase: Phase::Draft,
        since: None,
        length: rules.numbers.draft,
        legal: None,
        source: "草稿保存期".to_owned(),
    }];
    Ok(Happened {
        asked: Command::Begin(Box::new(beginning)),
        to: StageKind::Draft,
        clock,
        promises: Vec::new(),
    })
}

impl Application {
    /// One act: the new state and its event, or the old state and a refusal.
    ///
    /// # Errors
    /// A [`Refusal`] that names the rule and what would be allowed; the application comes back unchanged.
    #[expect(
        clippy::result_large_err,
        reason = "the unchanged application is given back, as the life consumes it"
    )]
    pub fn act(
        self,
        asked: Command,
        actor: &Actor,
        now: Moment,
        rules: &Rules,
    ) -> Result<(Self, Happened), (Self, Refusal)> {
        match self.decide(asked, actor, now, rules) {
            Ok(happened) => Ok((self.evolve(&happened, actor, now), happened)),
            Err(refusal) => Err((self, refusal)),
        }
    }

    /// What would happen, without doing it.
    ///
    /// # Errors
    /// As [`Application::act`].
    pub fn decide(
        &self,
        asked: Command,
        actor: &Actor,
        now: Moment,
        rules: &Rules,
    ) -> Result<Happened, Refusal> {
        self.judge(asked, actor, now, rules).map_err(|mut refusal| {
            refusal.allowed = self.permitted(actor);
            refusal
        })
    }

    fn judge(&self, asked: Command, actor: &Actor, now: Moment, rules: &Rules) -> Result<Happened, Refusal> {
        let act = asked.act();
        let Some(row) = row(self.stage, act) else {
            return Err(Refusal::new(
                Code::NotAtThisStage,
                format!("本件{}，不能{}", self.stage.zh(), act.zh()),
                format!("the application is at “{}”: “{}” cannot be done now", self.stage.word(), act.word()),
            ));
        };
        if !self.may(row, actor) {
            return Err(Refusal::new(
                Code::NotYours,
                format!("{}无权对本件{}", actor.role.zh(), act.zh()),
                format!("as {} you may not do “{}” on this application", actor.role.word(), act.word()),
            ));
        }
        check_texts(&asked)?;
        let scene = Scene { of: self, asked: &asked, actor, now, rules };
        for guard in row.guards {
            guard.check(&scene)?;
        }
        let promises = promises(&asked, now, rules);
        let to = self.target(row, &asked, actor, now, &promises);
        let clock = self.clock_changes(row, &asked, to, now, rules);
        Ok(Happened { asked, to, clock, promises })
    }

    fn may(&self, row: &Row, actor: &Actor) -> bool {
        let stands = relations(self, actor);
        row.who.iter().any(|Who(role, relation)| *role == actor.role && stands.contains(relation))
    }

    /// The acts this actor may do now, by stage and person; guards may still refuse what is entered.
    pub fn permitted(&self, actor: &Actor) -> Vec<Act> {
        let here = |r: &&Row| r.from.contains(&self.stage) && self.may(r, actor);
        TABLE.iter().filter(here).map(|r| r.act).collect()
    }

    /// Where it stands afterwards. What is left to do is seen on the state as it would be: the fold of the act itself.
    fn target(
        &self,
        row: &Row,
        asked: &Command,
        actor: &Actor,
        now: Moment,
        promises: &[(String, kernel::Date)],
    ) -> StageKind {
        match row.to {
            To::Same => self.stage,
            To::Stage(kind) => kind,
            To::OneOf(_) => {
                let as_if = Happened {
                    asked: asked.clone(),
                    to: self.stage,
                    clock: Vec::new(),
                    promises: promises.to_vec(),
                };
                self.clone().evolve(&as_if, actor, now).left_to_do()
            }
        }
    }

    /// The stage that what is left to do puts it in, once it was accepted.
    fn left_to_do(&self) -> StageKind {
        if !self.all_decided() {
            return StageKind::Handling;
        }
        if self.to_issue().next().is_some() {
            return StageKind::Decided;
        }
        match &self.sent {
            None => StageKind::Issued,
            Some(sent) if sent.signed.is_none() || self.open_promises().next().is_some() => {
                StageKind::Delivered
            }
            Some(_) => StageKind::Closed,
        }
    }

    fn clock_changes(
        &self,
        row: &Row,
        asked: &Command,
        to: StageKind,
        now: Moment,
        rules: &Rules,
    ) -> Vec<ClockChange> {
        let n = &rules.numbers;
        let start = |phase, length, source: &str| {
            vec![ClockChange::Start { phase, since: None, length, legal: None, source: source.to_owned() }]
        };
        match row.clock {
            ClockEffect::Keep => Vec::new(),
            ClockEffect::StartAccept => start(Phase::Accept, n.accept, "行政许可法第三十二条"),
            ClockEffect::StartCorrect => start(Phase::Correct, n.correct, "补正期限（本市设定）"),
            ClockEffect::StartHandle => vec![self.handling(None)],
            ClockEffect::StartHandleBack => {
                vec![self.handling(self.clock.open().map(|r| r.started))]
            }
            ClockEffect::DeliverWhenDecided if to == StageKind::Handling => Vec::new(),
            ClockEffect::DeliverWhenDecided => start(Phase::Deliver, n.deliver, "行政许可法第四十四条"),
            ClockEffect::Stop => vec![ClockChange::Stop],
            ClockEffect::StopAtEnd if to == StageKind::Closed => vec![ClockChange::Stop],
            ClockEffect::StopAtEnd => Vec::new(),
            ClockEffect::Resume => vec![ClockChange::Resume],
            ClockEffect::Pause => match asked {
                Command::Pause { kind, days, .. } => {
                    vec![ClockChange::Pause { kind: *kind, until: last_day(now, *days, &rules.calendar) }]
                }
                _ => Vec::new(),
            },
            ClockEffect::Extend => match asked {
                Command::Extend { days, .. } => vec![ClockChange::Extend { days: *days }],
                _ => Vec::new(),
            },
            ClockEffect::Light => match asked {
                Command::WarnYellow {} => vec![ClockChange::Yellow],
                _ => vec![ClockChange::Red],
            },
        }
    }

    fn handling(&self, since: Option<Moment>) -> ClockChange {
        let source = if self.basis.is_joint() { "“一件事”承诺时限" } else { "事项承诺时限" };
        ClockChange::Start {
            phase: Phase::Handle,
            since,
            length: self.basis.promised,
            legal: self.basis.legal,
            source: source.to_owned(),
        }
    }
}

/// The last days of what is promised by this command, by material.
fn promises(asked: &Command, now: Moment, rules: &Rules) -> Vec<(String, kernel::Date)> {
    let materials: &[HandedIn] = match asked {
        Command::Submit { materials, .. } | Command::Supplement { materials, .. } => materials,
        _ => &[],
    };
    let due = |h: &HandedIn| match &h.how {
        How::Later { until } => Some((h.material.clone(), *until)),
        How::Commitment { .. } => {
            Some((h.material.clone(), last_day(now, rules.numbers.check_days, &rules.calendar)))
        }
        _ => None,
    };
    materials.iter().filter_map(due).collect()
}

fn check_texts(asked: &Command) -> Result<(), Refusal> {
    for (field, text, needed) in asked.texts() {
        if needed && text.trim().is_empty() {
            return Err(Refusal::new(Code::NeedsText, "请填写此项", "this must not be empty").at(field));
        }
        if text.len() > TEXT_MAX && text.chars().count() > TEXT_MAX {
            return Err(Refusal::new(
                Code::TooLong,
                format!("最多 {TEXT_MAX} 个字，请精简或改用附件"),
                format!("at most {TEXT_MAX} characters; shorten it or attach a file"),
            )
            .at(field));
        }
    }
    Ok(())
}
