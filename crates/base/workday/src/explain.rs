//! 期限说明: the same limit as `due`, told day by day: which day counts, which does not, and why.
//!
//! Walks one day at a time and is bounded; `due` is the fast way. Must not know who reads it.

use kernel::{Date, Moment, US_PER_DAY};
use serde::Serialize;

use crate::due::{paused_at_end_of, paused_spans};
use crate::{Due, Length, Pause, WorkCalendar, date_of, due, join, split};

/// So many days are listed at most (more than eleven years); `truncated` says that there were more.
pub const MAX_EXPLAINED_DAYS: usize = 4_096;

/// One day of an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayLine {
    /// Which day.
    pub date: Date,
    /// Does it use up a part of the limit?
    pub counts: bool,
    /// Why: `工作日`, `周六`, `中秋节`, `国庆节调休上班`, `暂停:听证(行政许可法第四十五条)`.
    pub why: String,
    /// The year has no notice yet.
    pub provisional: bool,
    /// For limits in hours: microseconds of this day that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_us: Option<i64>,
}

/// A limit with its reasons (期限说明).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// What `due` says.
    pub due: Due,
    /// The length asked for.
    pub length: Length,
    /// The day of receipt, which does not count for limits in days.
    pub received: DayLine,
    /// Every day up to the end (or up to the open pause); for limits in hours from the day of receipt on.
    pub days: Vec<DayLine>,
    /// There were more than [`MAX_EXPLAINED_DAYS`].
    pub truncated: bool,
    /// The version of the calendar that answered.
    pub calendar: String,
}

/// The end of a limit and every day on the way to it. Arguments as for [`due`].
pub fn explain(start: Moment, length: Length, calendar: &WorkCalendar, pauses: &[Pause]) -> Explained {
    let due = due(start, length, calendar, pauses);
    let first = split(start).0;
    let end = match due {
        Due::Runs { at, .. } => at,
        Due::Stands { since, .. } => since,
    };
    let last = split(end).0;
    let from = match length {
        Length::Workdays(0) | Length::WorkingHours(_) | Length::Hours(_) => first,
        Length::Workdays(_) | Length::Days(_) => first + 1,
    };
    let walk = (from..=last).take(MAX_EXPLAINED_DAYS);
    let mut teller = Teller { calendar, pauses, start, end, last, left: length.n() };
    let days: Vec<_> = walk
        .map(|day| match length {
            Length::Workdays(_) => teller.workday(day),
            Length::Days(_) => teller.natural_day(day),
            Length::WorkingHours(_) => teller.hours(day, true),
            Length::Hours(_) => teller.hours(day, false),
        })
        .collect();
    let why = match length {
        Length::Workdays(0) => "当日办结，逢休息日顺延",
        Length::Workdays(_) | Length::Days(_) => "收到当日不计入",
        Length::WorkingHours(_) | Length::Hours(_) => "自收到时起算",
    };
    let received = DayLine { why: why.into(), ..teller.line(first, false, String::new()) };
    let truncated = last - from >= MAX_EXPLAINED_DAYS as i64;
    Explained { due, length, received, days, truncated, calendar: calendar.version().to_owned() }
}

struct Teller<'a> {
    calendar: &'a WorkCalendar,
    pauses: &'a [Pause],
    start: Moment,
    end: Moment,
    last: i64,
    /// Natural days still to count.
    left: u32,
}

impl Teller<'_> {
    fn line(&self, day: i64, counts: bool, why: String) -> DayLine {
        let date = date_of(day);
        let provisional = self.calendar.day(date).provisional;
        DayLine { date, counts, why, provisional, counted_us: None }
    }

    fn workday(&self, day: i64) -> DayLine {
        let kind = self.calendar.day(date_of(day));
        match paused_at_end_of(day, self.pauses) {
            Some(pause) if kind.counts => self.line(day, false, paused(pause)),
            _ => self.line(day, kind.counts, kind.why.into_owned()),
        }
    }

    fn natural_day(&mut self, day: i64) -> DayLine {
        let kind = self.calendar.day(date_of(day));
        if let Some(pause) = paused_at_end_of(day, self.pauses) {
            return self.line(day, false, paused(pause));
        }
        if self.left > 0 {
            self.left -= 1;
            let why = if kind.counts { "自然日".into() } else { format!("自然日（{}）", kind.why) };
            return self.line(day, true, why);
        }
        let why = if day == self.last {
            "末日逢休息日，顺延至此".into()
        } else {
            format!("顺延：{}", kind.why)
        };
        self.line(day, false, why)
    }

    fn hours(&self, day: i64, working: bool) -> DayLine {
        let kind = self.calendar.day(date_of(day));
        let [from, to] = [join(day, 0), join(day, US_PER_DAY)].map(|m| m.clamp(self.start, self.end));
        let count =
            |a: Moment, b: Moment| if working { self.calendar.working_us(a, b) } else { b.us_since(a) };
        let cut = |(a, b): &(Moment, Option<Moment>)| count((*a).min(to), b.unwrap_or(to).min(to));
        let us = count(from, to) - paused_spans(self.pauses, from).iter().map(cut).sum::<i64>();
        let touches = |p: &&Pause| p.from < join(day, US_PER_DAY) && p.to.is_none_or(|t| t > join(day, 0));
        let why = match self.pauses.iter().find(touches) {
            Some(pause) if us == 0 && (kind.counts || !working) => paused(pause),
            _ if !working => "自然小时".into(),
            _ if us == 0 && kind.counts => "办公时间外".into(),
            _ => kind.why.into_owned(),
        };
        DayLine { counted_us: Some(us), ..self.line(day, us > 0, why) }
    }
}

fn paused(pause: &Pause) -> String {
    format!("暂停：{}", pause.reason)
}
