//! The clock of an application: runs that start, stand still, are extended and stop, as its events say. Nothing counts
//! down: due moments, lights and the next moment are functions of the runs, the calendar and `now`.

use kernel::{Date, Moment, US_PER_DAY};
use serde::{Deserialize, Serialize};
use workday::{Length, Pause, WorkCalendar};

use crate::words::{SpecialKind, Word as _, words};

words! {
    /// What is being timed.
    Phase {
        Draft = "draft", "草稿保存";
        Accept = "accept", "收件审查";
        Correct = "correct", "补正";
        Handle = "handle", "办理";
        Deliver = "deliver", "送达";
    }
}
words! {
    /// The light (红黄绿灯).
    Light {
        Green = "green", "绿灯";
        Yellow = "yellow", "黄灯";
        Red = "red", "红灯";
        Paused = "paused", "特别程序";
        Off = "off", "无";
    }
}

/// A time during which the clock stood still for a special procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standstill {
    /// which
    pub kind: SpecialKind,
    /// from when
    pub from: Moment,
    /// it ends at the close of this day at the latest, as told
    pub until: Date,
    /// when it ended
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
}

impl Standstill {
    /// The moment at which the clock goes on by itself.
    pub fn ends_by(&self) -> Moment {
        Moment::start_of(self.until).plus_us(US_PER_DAY - 1)
    }
}

/// One run of the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// what is timed
    pub phase: Phase,
    /// since when
    pub started: Moment,
    /// how long, as promised
    pub length: Length,
    /// how long at most by law, where that is more than was promised
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<Length>,
    /// where the number comes from
    pub source: String,
    /// working days on top
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extended: u32,
    /// when it stood still
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standstills: Vec<Standstill>,
    /// when it was stopped
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Moment>,
    /// the yellow light is on record
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub yellow_lit: bool,
    /// the red light is on record
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub red_lit: bool,
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What an event does to the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ClockChange {
    /// A run begins; one that was open is stopped.
    Start {
        /// what is timed
        phase: Phase,
        /// from an earlier moment than now: an application that counts as accepted since it was received
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Moment>,
        /// how long
        length: Length,
        /// how long at most by law
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal: Option<Length>,
        /// where the number comes from
        source: String,
    },
    /// The open run is stopped.
    Stop,
    /// The clock stands still.
    Pause {
        /// which procedure
        kind: SpecialKind,
        /// to the close of this day at the latest
        until: Date,
    },
    /// It goes on.
    Resume,
    /// So many working days more.
    Extend {
        /// working days
        days: u32,
    },
    /// The yellow light is on record.
    Yellow,
    /// The red light is on record.
    Red,
}

/// All runs, in order; at most the last one is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clock {
    /// the runs
    pub runs: Vec<Run>,
}

impl Clock {
    /// The run that is open.
    pub fn open(&self) -> Option<&Run> {
        self.runs.last().filter(|r| r.stopped.is_none())
    }
    /// The last run of a phase.
    pub fn last(&self, phase: Phase) -> Option<&Run> {
        self.runs.iter().rev().find(|r| r.phase == phase)
    }

    /// One change, at the moment of its event.
    pub(crate) fn apply(&mut self, change: &ClockChange, at: Moment) {
        if let ClockChange::Start { phase, since, length, legal, source } = change {
            self.apply(&ClockChange::Stop, at);
            self.runs.push(Run {
                phase: *phase,
                started: since.unwrap_or(at),
                length: *length,
                legal: *legal,
                source: source.clone(),
                extended: 0,
                standstills: Vec::new(),
                stopped: None,
                yellow_lit: false,
                red_lit: false,
            });
            return;
        }
        let Some(run) = self.runs.last_mut().filter(|r| r.stopped.is_none()) else { return };
        match change {
            ClockChange::Start { .. } => {}
            ClockChange::Stop => {
                run.end_standstill(at);
                run.stopped = Some(at);
            }
            ClockChange::Pause { kind, until } => {
                run.standstills.push(Standstill { kind: *kind, from: at, until: *until, to: None });
            }
            ClockChange::Resume => run.end_standstill(at),
            ClockChange::Extend { days } => {
                run.extended = run.extended.saturating_add(*days);
                (run.yellow_lit, run.red_lit) = (false, false);
            }
            ClockChange::Yellow => run.yellow_lit = true,
            ClockChange::Red => run.red_lit = true,
        }
    }
}

impl Run {
    fn end_standstill(&mut self, at: Moment) {
        if let Some(s) = self.standstills.last_mut().filter(|s| s.to.is_none()) {
            s.to = Some(at.min(s.ends_by()));
        }
    }
    /// The standstill that is on.
    pub fn standing_still(&self) -> Option<&Standstill> {
        self.standstills.last().filter(|s| s.to.is_none())
    }
    /// Its standstills as the calendar wants them; an open one is taken to last as long as it may.
    pub fn pauses(&self) -> Vec<Pause> {
        let pause = |s: &Standstill| Pause {
            from: s.from,
            to: Some(s.to.unwrap_or_else(|| s.ends_by())),
            reason: s.kind.zh().to_owned(),
        };
        self.standstills.iter().map(pause).collect()
    }
    fn due_of(&self, length: Length, calendar: &WorkCalendar) -> (Moment, bool) {
        let pauses = self.pauses();
        let end = |start, length, pauses: &[Pause]| {
            let due = workday::due(start, length, calendar, pauses);
            (due.at().unwrap_or(start), due.provisional())
        };
        match length {
            // Working days more are counted with the limit; on top of a limit in another unit they follow it.
            Length::Workdays(n) => {
                end(self.started, Length::Workdays(n.saturating_add(self.extended)), &pauses)
            }
            other if self.extended == 0 => end(self.started, other, &pauses),
            other => {
                let (base, guess) = end(self.started, other, &pauses);
                let (at, more) = end(base, Length::Workdays(self.extended), &[]);
                (at, guess || more)
            }
        }
    }
    /// The moment the promised limit ends, and whether that rests on a year not yet published.
    pub fn due(&self, calendar: &WorkCalendar) -> (Moment, bool) {
        self.due_of(self.length, calendar)
    }
    /// The moment the legal limit ends.
    pub fn legal_due(&self, calendar: &WorkCalendar) -> Option<Moment> {
        self.legal.map(|l| self.due_of(l, calendar).0)
    }
    /// The length as it stands now, with what was granted on top; none when it is no single length.
    pub fn counted(&self) -> Option<Length> {
        match self.length {
            Length::Workdays(n) => Some(Length::Workdays(n.saturating_add(self.extended))),
            other => (self.extended == 0).then_some(other),
        }
    }
    /// So long before its end the yellow light comes on.
    fn yellow(&self) -> Length {
        match self.length {
            Length::Workdays(n) if n > 10 => Length::Workdays(3),
            Length::Workdays(n) if n > 3 => Length::Workdays(1),
            Length::Workdays(_) => Length::Workdays(0),
            Length::Days(_) => Length::Workdays(3),
            Length::WorkingHours(n) => Length::WorkingHours(n / 4),
            Length::Hours(n) => Length::Hours(n / 4),
        }
    }
    /// The moment the yellow light comes on: at the latest when nothing is left but today, for what is due today is
    /// never green.
    pub fn yellow_at(&self, calendar: &WorkCalendar) -> Moment {
        let due = self.due(calendar).0;
        let last = Moment::start_of(calendar.last_left(due.date()));
        workday::yellow_at(due, self.yellow(), calendar).min(last).max(self.started)
    }
    /// The light at `now`.
    pub fn light(&self, now: Moment, calendar: &WorkCalendar) -> Light {
        if self.stopped.is_some() {
            Light::Off
        } else if now > self.due(calendar).0 {
            Light::Red
        } else if self.standing_still().is_some() {
            Light::Paused
        } else if now >= self.yellow_at(calendar) {
            Light::Yellow
        } else {
            Light::Green
        }
    }
    /// The next moment at which the system must act on this run, if any.
    pub fn next_at(&self, calendar: &WorkCalendar) -> Option<Moment> {
        if self.stopped.is_some() {
            return None;
        }
        if let Some(s) = self.standing_still() {
            return Some(s.ends_by());
        }
        let end = (!self.red_lit).then(|| self.due(calendar).0.plus_us(1))?;
        if self.yellow_lit { Some(end) } else { Some(self.yellow_at(calendar).min(end)) }
    }
}
