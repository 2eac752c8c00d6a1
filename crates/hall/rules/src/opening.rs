//! 开放时间: when a hall is open, by the statutory calendar: office, extended, shifted, weekend and holiday hours, less
//! what is closed. A make-up workday is a workday; a holiday on a Saturday is a holiday.

use kernel::{Date, Moment};
use serde::{Deserialize, Serialize};
use workday::WorkCalendar;

use crate::time::Span;
use crate::words::{DayRule, Hours};

/// Which days something is on: by the calendar, some days of the week, every so many weeks, from – to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// by the calendar
    pub rule: DayRule,
    /// 1 Monday … 7 Sunday; empty: each that the rule has
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<u8>,
    /// 1: each week; 2: every second, counted from the week of `first`
    #[serde(default = "one")]
    pub every_weeks: u8,
    /// first day
    pub first: Date,
    /// last day; none: until it is changed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
}

const fn one() -> u8 {
    1
}

/// Number of the week of a day, Monday first.
fn week(day: Date) -> i64 {
    // 1970-01-05 was a Monday.
    (Moment::start_of(day).day_number() - 4).div_euclid(7)
}

const fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// What a day is by the calendar.
pub(crate) fn rule_of(day: Date, calendar: &WorkCalendar) -> DayRule {
    let kind = calendar.day(day);
    if kind.counts {
        DayRule::Workdays
    } else if matches!(&*kind.why, "周六" | "周日") {
        DayRule::Weekends
    } else {
        DayRule::Holidays
    }
}

impl Days {
    /// Each day of a rule from a day on.
    pub const fn each(rule: DayRule, first: Date) -> Self {
        Self { rule, weekdays: Vec::new(), every_weeks: 1, first, last: None }
    }
    /// Is it on this day?
    pub fn holds(&self, day: Date, calendar: &WorkCalendar) -> bool {
        let weekday = day.weekday().to_monday_one_offset().unsigned_abs();
        let weeks = i64::from(self.every_weeks.max(1));
        day >= self.first
            && self.last.is_none_or(|l| day <= l)
            && (self.weekdays.is_empty() || self.weekdays.contains(&weekday))
            && (week(day) - week(self.first)).rem_euclid(weeks) == 0
            && rule_of(day, calendar) == self.rule
    }
    /// Can there be a day on which both are?
    pub fn can_meet(&self, other: &Self) -> bool {
        let shared = |a: &[u8], b: &[u8]| a.is_empty() || b.is_empty() || a.iter().any(|d| b.contains(d));
        let (a, b) = (i64::from(self.every_weeks.max(1)), i64::from(other.every_weeks.max(1)));
        self.rule == other.rule
            && self.last.is_none_or(|l| l >= other.first)
            && other.last.is_none_or(|l| l >= self.first)
            && shared(&self.weekdays, &other.weekdays)
            && (week(self.first) - week(other.first)).rem_euclid(gcd(a, b)) == 0
    }
}

/// Something that comes again on some days at some hours.
pub trait Recurring {
    /// which days
    fn days(&self) -> &Days;
    /// which hours
    fn hours(&self) -> &[Span];
    /// Can the two be at the same minute?
    fn can_overlap(&self, other: &Self) -> bool {
        self.days().can_meet(other.days())
            && self.hours().iter().any(|a| other.hours().iter().any(|b| a.meets(*b)))
    }
}

/// Hours of a hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// of which kind
    pub kind: Hours,
    /// on which days
    #[serde(flatten)]
    pub days: Days,
    /// at which hours
    pub hours: Vec<Span>,
}
impl Recurring for Opening {
    fn days(&self) -> &Days {
        &self.days
    }
    fn hours(&self) -> &[Span] {
        &self.hours
    }
}

/// 临时关闭: days on which a hall, or some of its queues, is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// first day
    pub first: Date,
    /// last day
    pub last: Date,
    /// part of each day; none: the whole day
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Span>,
    /// letters of queues; empty: the whole hall
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// why, as people are told
    pub reason: String,
}

impl Closure {
    /// Does it close this queue on this day? The whole day when it names no hours.
    pub fn closes(&self, queue: &str, day: Date) -> Option<Span> {
        let on = day >= self.first && day <= self.last;
        let whole = Span::new(0, 24 * 60);
        (on && (self.queues.is_empty() || self.queues.iter().any(|q| q == queue)))
            .then(|| self.hours.or(whole))
            .flatten()
    }
}

/// One stretch of a day at which a queue is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// when
    pub span: Span,
    /// of which kind
    pub kind: Hours,
}

/// When it is open on a day, in order, without overlap; `queue` none asks for the hall itself.
pub(crate) fn open_on(
    openings: &[Opening],
    closures: &[Closure],
    queue: Option<&str>,
    day: Date,
    calendar: &WorkCalendar,
) -> Vec<Open> {
    let shut: Vec<Span> = closures
        .iter()
        .filter(|c| queue.is_some() || c.queues.is_empty())
        .filter_map(|c| c.closes(queue.unwrap_or_default(), day))
        .collect();
    let mut out: Vec<Open> = Vec::new();
    for o in openings.iter().filter(|o| o.days.holds(day, calendar)) {
        let mut spans = shut.iter().fold(Span::apart(&o.hours), |left, s| s.cut_from(&left));
        // Whatever two openings say of the same minute, it is open once.
        spans = out.iter().fold(spans, |left, o| o.span.cut_from(&left));
        out.extend(spans.into_iter().map(|span| Open { span, kind: o.kind }));
    }
    out.sort_unstable();
    out
}
