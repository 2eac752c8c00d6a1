//! The clock of a case: runs that start, pause, are extended and stop, as its events say.
//!
//! Nothing here counts down. A run keeps what happened to it; due moments, lights and the next moment at
//! which something must be done are functions of that, the calendar and `now`. Importing a calendar year
//! therefore changes every open due date by itself. A transfer leaves the run alone (R3).

use kernel::{Date, Moment, US_PER_DAY};
use serde::{Deserialize, Serialize};
use workday::{Length, Pause, WorkCalendar};

use crate::words::{PauseReason, Word as _, words};

words! {
    /// What is being timed.
    Phase {
        Intake = "intake", "受理转办";
        Contact = "contact", "报到联系";
        Feedback = "feedback", "反馈";
        Object = "object", "退回异议";
        Ruling = "ruling", "裁定";
        Assist = "assist", "协办";
        ExtensionAsk = "extension_ask", "延期申请提前";
        Handle = "handle", "办理";
        Rectify = "rectify", "整改";
        Callback = "callback", "回头看";
        File = "file", "归档";
    }
}
words! {
    /// The light of a case (红黄绿灯).
    Light {
        Green = "green", "绿灯";
        Yellow = "yellow", "黄灯";
        Red = "red", "红灯";
        Paused = "paused", "暂停";
        Off = "off", "无";
    }
}

/// How far a limit reaches: a length from its start, or a fixed day (a rectification plan).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// So long from the start.
    Length(Length),
    /// To the close of this day.
    Until(Date),
}

/// A time during which the clock stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standstill {
    /// On which legal ground.
    pub reason: PauseReason,
    /// From when.
    pub from: Moment,
    /// It ends at the close of this day at the latest.
    pub until: Date,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
}

impl Standstill {
    /// The moment at which the clock goes on by itself.
    pub fn ends_by(&self) -> Moment {
        Moment::start_of(self.until).plus_us(US_PER_DAY)
    }
}

/// One run of the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What is timed.
    pub phase: Phase,
    /// Since when.
    pub started: Moment,
    /// How long.
    pub extent: Extent,
    /// The yellow light comes on so long before the end.
    pub yellow: Length,
    /// The limit rule that said so.
    pub rule: String,
    /// Working days granted on top.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extended: u32,
    /// When it stood still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standstills: Vec<Standstill>,
    /// When it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Moment>,
    /// The yellow light is on record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub yellow_lit: bool,
    /// The red light is on record.
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
    /// A run begins; a run that was open is stopped.
    Start {
        /// what is timed
        phase: Phase,
        /// how long
        extent: Extent,
        /// so long before the end the yellow light comes on
        yellow: Length,
        /// the rule that said so
        rule: String,
    },
    /// The open run is stopped.
    Stop,
    /// The open run stopped at this moment, which is heard of later: the matter was taken elsewhere (跨域转办).
    Pass {
        /// when
        at: Moment,
    },
    /// The clock stands still.
    Pause {
        /// legal ground
        reason: PauseReason,
        /// at the latest to the close of this day
        until: Date,
    },
    /// It goes on.
    Resume,
    /// So many working days more.
    Extend {
        /// working days
        days: u32,
    },
    /// The open run gets another limit; its start stays.
    Relimit {
        /// how long
        extent: Extent,
        /// so long before the end the yellow light comes on
        yellow: Length,
        /// the rule that said so
        rule: String,
    },
    /// The yellow light is on record.
    Yellow,
    /// The red light is on record.
    Red,
    /// The lights on record are out again: the calendar moved the limit behind them.
    Dark,
}

/// All runs of a case, in order; at most the last one is open.
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
    fn open_mut(&mut self) -> Option<&mut Run> {
        self.runs.last_mut().filter(|r| r.stopped.is_none())
    }

    /// One change, at the moment of its event.
    pub(crate) fn apply(&mut self, change: &ClockChange, at: Moment) {
        if let ClockChange::Start { phase, extent, yellow, rule } = change {
            self.apply(&ClockChange::Stop, at);
            self.runs.push(Run {
                phase: *phase,
                started: at,
                extent: *extent,
                yellow: *yellow,
                rule: rule.clone(),
                extended: 0,
                standstills: Vec::new(),
                stopped: None,
                yellow_lit: false,
                red_lit: false,
            });
            return;
        }
        let Some(run) = self.open_mut() else { return };
        match change {
            ClockChange::Start { .. } => {}
            ClockChange::Stop => {
                run.end_standstill(at);
                run.stopped = Some(at);
            }
            ClockChange::Pass { at: taken } => run.stopped = Some((*taken).min(at).max(run.started)),
            ClockChange::Pause { reason, until } => {
                run.standstills.push(Standstill { reason: *reason, from: at, until: *until, to: None });
            }
            ClockChange::Resume => run.end_standstill(at),
            ClockChange::Extend { days } => {
                run.extended += days;
                run.yellow_lit = false;
                run.red_lit = false;
            }
            ClockChange::Relimit { extent, yellow, rule } => {
                run.extent = *extent;
                run.yellow = *yellow;
                run.rule.clone_from(rule);
                run.yellow_lit = false;
                run.red_lit = false;
            }
            ClockChange::Yellow => run.yellow_lit = true,
            ClockChange::Red => run.red_lit = true,
            ClockChange::Dark => {
                run.yellow_lit = false;
                run.red_lit = false;
            }
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
        self.standstills
            .iter()
            .map(|s| Pause {
                from: s.from,
                to: Some(s.to.unwrap_or_else(|| s.ends_by())),
                reason: s.reason.zh().to_owned(),
            })
            .collect()
    }
    /// The limit with what was granted on top, when it is counted in working days from the start.
    pub fn length(&self) -> Option<Length> {
        match self.extent {
            Extent::Length(Length::Workdays(n)) => Some(Length::Workdays(n.saturating_add(self.extended))),
            Extent::Length(other) if self.extended == 0 => Some(other),
            Extent::Length(_) | Extent::Until(_) => None,
        }
    }
    /// The moment the limit ends, and whether the calendar for it is not yet published.
    pub fn due(&self, calendar: &WorkCalendar) -> (Moment, bool) {
        let pauses = self.pauses();
        let of = |start, length| {
            let due = workday::due(start, length, calendar, &pauses);
            // Every pause handed over has an end, so the clock is never without one.
            (due.at().unwrap_or(start), due.provisional())
        };
        if let Some(length) = self.length() {
            return of(self.started, length);
        }
        let base = match self.extent {
            Extent::Until(day) => Moment::start_of(day).plus_us(US_PER_DAY - 1),
            Extent::Length(length) => of(self.started, length).0,
        };
        if self.extended == 0 { (base, false) } else { of(base, Length::Workdays(self.extended)) }
    }
    /// The moment the yellow light comes on: as long before the end as the rule says, and at the latest when nothing
    /// is left but today, for what is due today is never green.
    pub fn yellow_at(&self, calendar: &WorkCalendar) -> Moment {
        let due = self.due(calendar).0;
        let last = calendar.last_left(due.date());
        workday::yellow_at(due, self.yellow, calendar).min(Moment::start_of(last)).max(self.started)
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
        let red = (!self.red_lit).then(|| self.due(calendar).0.plus_us(1))?;
        if self.yellow_lit { Some(red) } else { Some(self.yellow_at(calendar).min(red)) }
    }
}
