//! 时钟所见: the open clock of a case as people see it.

use kernel::Moment;
use serde::Serialize;
use workday::WorkCalendar;

use crate::case::Case;
use crate::clock::{Light, Phase};

/// The clock as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// what is timed
    pub phase: Phase,
    /// since when
    pub started: Moment,
    /// until when
    pub due: Moment,
    /// it rests on a year whose calendar is not published
    pub provisional: bool,
    /// the light now
    pub light: Light,
    /// working days left, today not counted; negative when late
    pub workdays_left: i64,
    /// it ends today
    #[serde(skip)]
    pub today: bool,
    /// the rule that set it
    pub rule: String,
}

impl Case {
    /// The clock that is watched now; none when none runs.
    pub fn clock_view(&self, calendar: &WorkCalendar, now: Moment) -> Option<ClockView> {
        let run = self.watched()?;
        let (due, provisional) = run.due(calendar);
        let (today, last) = (now.date(), due.date());
        let left = if last >= today { calendar.count(today, last) } else { -calendar.count(last, today) };
        Some(ClockView {
            phase: run.phase,
            started: run.started,
            due,
            provisional,
            light: run.light(now, calendar),
            workdays_left: left,
            today: last == today,
            rule: run.rule.clone(),
        })
    }
}
