//! May this be done, and what happens then? Runs from [`crate::TABLE`].

use kernel::{Actor, Moment, UnitId};
use workday::Length;

use crate::case::{Case, relations};
use crate::clock::{ClockChange, Extent, Phase};
use crate::command::{Act, Command, PlannedStep, Registration, Solved, TEXT_MAX, TITLE_MAX};
use crate::guard::{Guard, Scene};
use crate::happened::Happened;
use crate::limits::{Rules, Subject};
use crate::refusal::{Refusal, RefusalCode as Code};
use crate::stage::{Stage, StageKind};
use crate::table::{ClockEffect, Row, TABLE, To, Who, row};
use crate::words::{PauseReason, Satisfaction, Word as _};

/// One act that an actor may do now.
#[derive(Clone, Copy, Debug)]
pub struct Permitted {
    /// the act
    pub act: Act,
    /// the row that permits it
    pub row: &'static Row,
}

/// 登记: a case is made from nothing. Who may register is asked at the door (`access`), not here.
///
/// # Errors
/// A text that is missing or too long.
pub fn register(registration: Registration, now: Moment, rules: &Rules) -> Result<Happened, Refusal> {
    let asked = Command::Register(Box::new(registration));
    check_texts(&asked)?;
    let Command::Register(r) = &asked else { unreachable!("built above") };
    if r.lodged_at.is_some_and(|at| at > now) {
        return Err(Refusal::new(
            Code::BadDate,
            "反映时间在现在之后，请核对",
            "the matter was lodged in the future; check the date",
        )
        .at("lodged_at"));
    }
    let of = Subject {
        phase: Phase::Intake,
        kind: r.kind,
        complexity: r.complexity,
        channel: r.channel,
        unit: None,
        item: r.item.as_deref(),
        set: r.set.as_deref(),
        start: now,
    };
    let clock = vec![start(rules, &of)];
    Ok(Happened { asked, to: StageKind::Registered, clock, files: Vec::new() })
}

fn start(rules: &Rules, of: &Subject<'_>) -> ClockChange {
    let (length, yellow, rule) = rules.limit(of);
    ClockChange::Start { phase: of.phase, extent: Extent::Length(length), yellow, rule }
}

impl Case {
    /// One act: the new state and its event, or the old state and a refusal.
    ///
    /// # Errors
    /// A [`Refusal`] that names the rule and what would be allowed; the case comes back unchanged.
    #[expect(clippy::result_large_err, reason = "the unchanged case is given back, as the loop consumes it")]
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
    /// As [`Case::act`].
    pub fn decide(
        &self,
        asked: Command,
        actor: &Actor,
        now: Moment,
        rules: &Rules,
    ) -> Result<Happened, Refusal> {
        self.judge(asked, actor, now, rules).map_err(|mut refusal| {
            refusal.allowed = self.permitted(actor).into_iter().map(|p| p.act).collect();
            refusal
        })
    }

    fn judge(&self, asked: Command, actor: &Actor, now: Moment, rules: &Rules) -> Result<Happened, Refusal> {
        let stage = self.stage.kind();
        let act = asked.act();
        let Some(row) = row(stage, act) else {
            return Err(Refusal::new(
                Code::NotAtThisStage,
                format!("本件{}，不能{}", stage.zh(), act.zh()),
                format!("the case is at “{}”: “{}” cannot be done now", stage.word(), act.word()),
            ));
        };
        if !self.may(row, actor) {
            return Err(Refusal::new(
                Code::NotYours,
                format!("{}无权对本件{}", actor.role.zh(), act.zh()),
                format!("as {} you may not do “{}” on this case", actor.role.word(), act.word()),
            ));
        }
        check_texts(&asked)?;
        let scene = Scene { case: self, asked: &asked, actor, now, rules };
        for guard in row.guards {
            guard.check(&scene)?;
        }
        let to = self.target(row, &asked, rules);
        let clock = self.clock_changes(row, &asked, to, now, rules);
        Ok(Happened { asked, to, clock, files: Vec::new() })
    }

    fn may(&self, row: &Row, actor: &Actor) -> bool {
        let stands = relations(self, actor);
        row.who.iter().any(|Who(role, relation)| *role == actor.role && stands.contains(relation))
    }

    /// The acts this actor may do now, by stage and person; guards may still refuse what is entered.
    pub fn permitted(&self, actor: &Actor) -> Vec<Permitted> {
        let stage = self.stage.kind();
        TABLE
            .iter()
            .filter(|row| row.from.contains(&stage) && self.may(row, actor))
            // Only who was whistled for has anywhere to arrive.
            .filter(|row| row.act != Act::Arrive || self.awaited(actor.unit))
            .filter(|row| self.offers_between_cells(row))
            // Arbitration binds: what is always refused is not offered.
            .filter(|row| row.act != Act::Return || !self.bound)
            .map(|row| Permitted { act: row.act, row })
            .collect()
    }

    /// What a matter between cells never allows is not offered.
    fn offers_between_cells(&self, row: &Row) -> bool {
        let cells = [
            Guard::NotFromPeer,
            Guard::FromPeer,
            Guard::BeyondOffered,
            Guard::BeyondTaken,
            Guard::BeyondAnswered,
        ];
        row.guards.iter().filter(|g| cells.contains(g)).all(|g| g.about_cells(self).is_ok())
    }

    fn target(&self, row: &Row, asked: &Command, rules: &Rules) -> StageKind {
        match row.to {
            To::Same => self.stage.kind(),
            To::Stage(kind) => kind,
            To::Before => match &self.stage {
                Stage::Merged { was, .. } => was.kind(),
                other => other.kind(),
            },
            To::OneOf(_) => match asked {
                Command::Callback { solved, satisfied, .. }
                    if matches!(self.stage, Stage::HandedOver { .. }) =>
                {
                    if unhappy(*solved, *satisfied) && self.rounds < rules.rounds_max {
                        StageKind::HandedOver
                    } else {
                        StageKind::CalledBack
                    }
                }
                // Who took it in decides whether it is dealt with again.
                Command::PeerCallback { again, .. } if !again => StageKind::CalledBack,
                Command::Callback { solved, satisfied, .. } => {
                    if unhappy(*solved, *satisfied) && self.rounds < rules.rounds_max {
                        StageKind::Handling
                    } else {
                        StageKind::CalledBack
                    }
                }
                // A consultation answered on the spot has no owner to go back to.
                _ if self.stage.owner().is_none() => StageKind::Accepted,
                _ => StageKind::Handling,
            },
        }
    }

    /// How long something of this case may take that began at `start`, where a limit is set for it.
    pub(crate) fn length_of(
        &self,
        phase: Phase,
        unit: Option<UnitId>,
        start: Moment,
        rules: &Rules,
    ) -> Option<workday::Length> {
        rules.rule(&self.subject(phase, unit, start)).map(|r| r.length)
    }

    /// When something of this case that began at `start` must be done, where a limit is set for it.
    pub(crate) fn due_of(
        &self,
        phase: Phase,
        unit: Option<UnitId>,
        start: Moment,
        rules: &Rules,
    ) -> Option<Moment> {
        let length = self.length_of(phase, unit, start, rules)?;
        Some(workday::due(start, length, &rules.calendar, &[]).at().unwrap_or(start))
    }

    fn subject(&self, phase: Phase, unit: Option<UnitId>, start: Moment) -> Subject<'_> {
        Subject {
            phase,
            kind: self.kind,
            complexity: self.complexity,
            channel: self.channel,
            unit,
            item: self.item.as_deref(),
            set: self.set.as_deref(),
            start,
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
        let unit = match asked {
            Command::Dispatch { unit, .. } => Some(*unit),
            _ => self.stage.owner(),
        };
        let begin = |phase| start(rules, &self.subject(phase, unit, now));
        match row.clock {
            ClockEffect::Keep => Vec::new(),
            // Who took it in calls back, by a clock of theirs: ours is at rest until they say how it was found.
            ClockEffect::Start(Phase::Callback) if self.closed_elsewhere() => vec![ClockChange::Stop],
            ClockEffect::Start(phase) => vec![begin(phase)],
            ClockEffect::Stop => vec![ClockChange::Stop],
            ClockEffect::Resume => vec![ClockChange::Resume],
            ClockEffect::ByAnswer if to == StageKind::HandedOver => vec![ClockChange::Stop],
            ClockEffect::Pass => self.pass(asked, rules),
            ClockEffect::ByAnswer => vec![begin(match to {
                StageKind::Handling => Phase::Handle,
                StageKind::Accepted => Phase::Intake,
                _ => Phase::File,
            })],
            ClockEffect::StartPlan => plan_run(asked).into_iter().collect(),
            ClockEffect::Pause => match asked {
                Command::Pause { reason, until, .. } => vec![pause(*reason, *until)],
                _ => Vec::new(),
            },
            ClockEffect::Extend => match asked {
                Command::GrantExtension { days } => vec![ClockChange::Extend { days: *days }],
                _ => Vec::new(),
            },
            ClockEffect::Light => match asked {
                Command::WarnYellow {} => vec![ClockChange::Yellow],
                _ => vec![ClockChange::Red],
            },
            ClockEffect::Relimit => self.relimit(asked, rules),
            ClockEffect::Relight => self.relight(now, rules),
        }
    }

    /// The run ended when the other cell took it: a light that came on while that was not yet known here is out again.
    fn pass(&self, asked: &Command, rules: &Rules) -> Vec<ClockChange> {
        let (Command::PeerAccept { at, .. }, Some(run)) = (asked, self.clock.open()) else {
            return Vec::new();
        };
        let early = run.red_lit && *at <= run.due(&rules.calendar).0;
        let dark = early.then_some(ClockChange::Dark);
        dark.into_iter().chain([ClockChange::Pass { at: *at }]).collect()
    }

    /// A light on record whose moment has not come by the calendar in force goes out, and comes again in its time.
    fn relight(&self, now: Moment, rules: &Rules) -> Vec<ClockChange> {
        let Some(run) = self.clock.open() else { return Vec::new() };
        let early = if run.red_lit {
            now <= run.due(&rules.calendar).0
        } else {
            run.yellow_lit && now < run.yellow_at(&rules.calendar)
        };
        if early { vec![ClockChange::Dark] } else { Vec::new() }
    }

    /// An amended kind or complexity may carry another limit; the start of the clock stays.
    fn relimit(&self, asked: &Command, rules: &Rules) -> Vec<ClockChange> {
        let Command::Amend { kind, complexity, item, .. } = asked else { return Vec::new() };
        let Some(run) = self.clock.open() else { return Vec::new() };
        let mut of = self.subject(run.phase, self.stage.owner(), run.started);
        of.kind = kind.unwrap_or(of.kind);
        of.complexity = complexity.unwrap_or(of.complexity);
        of.item = item.as_deref().or(of.item);
        let (length, yellow, rule) = rules.limit(&of);
        if rule == run.rule || matches!(run.extent, Extent::Until(_)) {
            return Vec::new();
        }
        vec![ClockChange::Relimit { extent: Extent::Length(length), yellow, rule }]
    }
}

fn pause(reason: PauseReason, until: kernel::Date) -> ClockChange {
    ClockChange::Pause { reason, until }
}

/// Was the person left with their matter?
fn unhappy(solved: Solved, satisfied: Option<Satisfaction>) -> bool {
    solved == Solved::No || satisfied.is_some_and(|s| s.is_bad())
}

fn plan_run(asked: &Command) -> Option<ClockChange> {
    let Command::Plan { steps } = asked else { return None };
    let PlannedStep { due, .. } = steps.last()?;
    Some(ClockChange::Start {
        phase: Phase::Rectify,
        extent: Extent::Until(*due),
        yellow: Length::Workdays(2),
        rule: "plan".to_owned(),
    })
}

fn check_texts(asked: &Command) -> Result<(), Refusal> {
    for (field, text, needed) in asked.texts() {
        if needed && text.trim().is_empty() {
            return Err(Refusal::new(Code::NeedsText, "请填写此项", "this must not be empty").at(field));
        }
        let most = if field == "title" { TITLE_MAX } else { TEXT_MAX };
        if text.len() > most && text.chars().count() > most {
            return Err(Refusal::new(
                Code::TooLong,
                format!("最多 {most} 个字，请精简或改用附件"),
                format!("at most {most} characters; shorten it or attach a file"),
            )
            .at(field));
        }
    }
    all_bounded(asked)
}

/// Texts that may be long. Whatever else a command holds, in whichever field, is short.
const LONG: [&str; 19] = [
    "words", "text", "explain", "where_to", "evidence", "ground", "task", "tasks", "topic", "minutes",
    "question", "answer", "basis", "instead", "checked", "notice", "note", "reason", "summary",
];
/// The longest text of any other field, in characters.
const SHORT_MAX: usize = 500;
/// The most parts of a list: steps of a plan, tasks of a meeting.
const PARTS_MAX: usize = 200;

/// Every text and list of a command, also of those not yet thought of, is bounded: what stands on record is read for
/// ever.
fn all_bounded(asked: &Command) -> Result<(), Refusal> {
    // A negative answer of another city is three texts in one.
    let long = if matches!(asked, Command::PeerAnswer { .. }) { 3 * TEXT_MAX + 2 } else { TEXT_MAX };
    fn walk(field: &str, value: &serde_json::Value, long: usize) -> Result<(), Refusal> {
        use serde_json::Value;
        let too_long = |most: usize, zh: &str, en: &str| {
            Refusal::new(Code::TooLong, format!("最多 {most} {zh}"), format!("at most {most} {en}")).at(field)
        };
        match value {
            Value::String(text) => {
                let most = match field {
                    "title" => TITLE_MAX,
                    f if LONG.contains(&f) => long,
                    _ => SHORT_MAX,
                };
                if text.len() > most && text.chars().count() > most {
                    return Err(too_long(
                        most,
                        "个字，请精简或改用附件",
                        "characters; shorten it or attach a file",
                    ));
                }
                Ok(())
            }
            Value::Array(all) if all.len() > PARTS_MAX => {
                Err(too_long(PARTS_MAX, "项，请分次提交", "parts; send them in several acts"))
            }
            Value::Array(all) => all.iter().try_for_each(|v| walk(field, v, long)),
            Value::Object(all) => all.iter().try_for_each(|(name, v)| walk(name, v, long)),
            _ => Ok(()),
        }
    }
    // What cannot be written down is refused where it would be written down.
    serde_json::to_value(asked).map_or(Ok(()), |value| walk("", &value, long))
}
