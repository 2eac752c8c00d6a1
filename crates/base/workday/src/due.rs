//! 期限: when a limit ends, and what is left of it.
//!
//! Always computed from the start and the pauses, never from a counter. The rule for pauses, by which every
//! answer here agrees with the day-by-day explanation: **a day counts if and only if the clock runs at its end
//! (24:00)**. A pause from Monday 10:00 to Wednesday 15:00 takes out Monday and Tuesday. Ground: a day of a
//! limit is complete at 24:00 (民法典 203), and the time needed for 听证, 检验, 检测, 专家评审 is not in the limit
//! (行政许可法 45); a pause that begins and ends on one day takes out nothing. Hours stand still exactly while
//! paused. Must not know cases; who may pause and for how long is decided elsewhere.

use kernel::{Moment, US_PER_DAY, US_PER_HOUR};
use serde::{Deserialize, Serialize};

use crate::{LAST_DAY, Length, WorkCalendar, join, split};

/// The clock stands still (期限中止): 补正, 听证, 检验检测, 专家评审 …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// From this moment on.
    pub from: Moment,
    /// Up to this one (it runs again at it); none while it still stands.
    pub to: Option<Moment>,
    /// The legal reason, shown in the explanation.
    pub reason: String,
}

/// When a limit ends (到期).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "clock")]
pub enum Due {
    /// The clock runs, or the limit ends before the pause that is still open.
    Runs {
        /// The last moment in time.
        at: Moment,
        /// It rests on a year without a notice (暂定): compute again when the year is published.
        provisional: bool,
    },
    /// An open pause: nobody knows the end yet.
    Stands {
        /// Since when.
        since: Moment,
        /// What will be left when it runs again.
        left: Left,
    },
}

impl Due {
    /// The last moment in time; none while the clock stands.
    pub const fn at(&self) -> Option<Moment> {
        match self {
            Self::Runs { at, .. } => Some(*at),
            Self::Stands { .. } => None,
        }
    }
    /// Does it rest on a year without a notice?
    pub const fn provisional(&self) -> bool {
        matches!(self, Self::Runs { provisional: true, .. })
    }
}

/// An amount of what a limit is counted in; negative after the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Working days.
    Workdays(i64),
    /// Natural days.
    Days(i64),
    /// Office time, microseconds.
    WorkingUs(i64),
    /// Time, microseconds.
    Us(i64),
}

/// What is left of a limit at a moment (剩余).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remaining {
    /// How much; 0 on the last day, negative after it.
    pub left: Left,
    /// The end has passed. (On the weekend after it the limit is overdue by 0 working days.)
    pub overdue: bool,
    /// The clock stands at this moment.
    pub paused: bool,
}

/// When the limit that began at `start` ends.
///
/// - `Workdays`, `Days`: the day of `start` does not count; the end of the last day. A last natural day that is
///   no working day (or paused) rolls forward to the next. 0 means: on the day itself, or the next working day.
/// - `WorkingHours`, `Hours`: from the moment itself; `Hours` do not roll.
/// - Lengths beyond the year 9999 end there. Pauses may overlap, come in any order, lie before the start or
///   end before they begin (then they are none).
#[inline]
pub fn due(start: Moment, length: Length, calendar: &WorkCalendar, pauses: &[Pause]) -> Due {
    if !pauses.is_empty() {
        return due_paused(start, length, calendar, pauses);
    }
    let (day, _) = split(start);
    let last = match length {
        // n = 0: the first working day from the day itself on.
        Length::Workdays(0) => calendar.nth_after(day - 1, 1),
        Length::Workdays(n) => calendar.nth_after(day, i64::from(n)),
        Length::Days(n) => calendar.nth_after(day + i64::from(n).min(LAST_DAY) - 1, 1),
        Length::WorkingHours(n) => {
            let at = forward(calendar, start, hours_us(n));
            return Due::Runs { at, provisional: calendar.provisional_between(day, split(at).0) };
        }
        Length::Hours(n) => {
            return Due::Runs { at: start.plus_us(hours_us(n)), provisional: false };
        }
    };
    Due::Runs { at: calendar.close_of(last), provisional: provisional(calendar, day, last) }
}

/// Hours in microseconds; beyond 10,000 years it does not matter how many.
pub(crate) fn hours_us(n: u32) -> i64 {
    i64::from(n).min(87_660_000) * US_PER_HOUR
}

fn provisional(calendar: &WorkCalendar, day: i64, last: i64) -> bool {
    calendar.provisional_between((day + 1).min(last), last)
}

fn forward(calendar: &WorkCalendar, from: Moment, us: i64) -> Moment {
    if us > 0 { calendar.after_working_us(from, us) } else { from }
}

#[inline(never)]
fn due_paused(start: Moment, length: Length, calendar: &WorkCalendar, pauses: &[Pause]) -> Due {
    let (day, _) = split(start);
    let open = pauses.iter().filter(|p| p.to.is_none()).map(|p| p.from).min();
    match length {
        Length::Workdays(n) => end_in_days(calendar, day, i64::from(n), true, &paused_days(pauses, day)),
        Length::Days(n) => end_in_days(calendar, day, i64::from(n), false, &paused_days(pauses, day)),
        Length::WorkingHours(n) => end_in_us(calendar, start, n, true, &paused_spans(pauses, start)),
        Length::Hours(n) => end_in_us(calendar, start, n, false, &paused_spans(pauses, start)),
    }
    .map_or_else(
        |left| Due::Stands { since: open.unwrap_or(start).max(start), left },
        |at| {
            let last = split(at).0;
            let provisional = match length {
                Length::Hours(_) => false,
                Length::WorkingHours(_) => calendar.provisional_between(day, last),
                Length::Workdays(_) | Length::Days(_) => provisional(calendar, day, last),
            };
            Due::Runs { at, provisional }
        },
    )
}

/// The end of a limit in days, or what is left when the clock stands for good.
fn end_in_days(
    calendar: &WorkCalendar,
    start: i64,
    n: i64,
    working: bool,
    paused: &[(i64, i64)],
) -> Result<Moment, Left> {
    let amount = |left| if working { Left::Workdays(left) } else { Left::Days(left) };
    // The day that does not count, and how many must.
    let (mut day, mut need) = if n == 0 && working { (start - 1, 1) } else { (start, n) };
    for &(from, to) in paused {
        let free = if working { calendar.count_days(day, from - 1) } else { from - 1 - day };
        if free >= need {
            break;
        }
        if to >= LAST_DAY {
            return Err(amount(if n == 0 { 0 } else { need - free.max(0) }));
        }
        need -= free.max(0);
        day = day.max(to - 1);
    }
    let last = if working {
        calendar.nth_after(day, need)
    } else {
        roll(calendar, day + need.min(LAST_DAY), paused).ok_or(amount(0))?
    };
    Ok(calendar.close_of(last))
}

/// The first working day at or after `day` at whose end the clock runs.
fn roll(calendar: &WorkCalendar, day: i64, paused: &[(i64, i64)]) -> Option<i64> {
    let mut last = calendar.nth_after(day - 1, 1);
    for &(from, to) in paused {
        if (from..to).contains(&last) {
            if to >= LAST_DAY {
                return None;
            }
            last = calendar.nth_after(to - 1, 1);
        }
    }
    Some(last)
}

/// The end of a limit in hours, or what is left when the clock stands for good.
fn end_in_us(
    calendar: &WorkCalendar,
    start: Moment,
    n: u32,
    working: bool,
    paused: &[(Moment, Option<Moment>)],
) -> Result<Moment, Left> {
    let mut need = hours_us(n);
    let mut at = start;
    for &(from, to) in paused {
        let free = if working { calendar.working_us(at, from) } else { from.us_since(at) };
        if free >= need {
            break;
        }
        need -= free;
        at = to.ok_or(if working { Left::WorkingUs(need) } else { Left::Us(need) })?;
    }
    Ok(if working { forward(calendar, at, need) } else { at.plus_us(need) })
}

/// The days at whose end the clock stands, as disjoint ascending `[from, to)`; an open one ends at `LAST_DAY`.
pub(crate) fn paused_days(pauses: &[Pause], first: i64) -> Vec<(i64, i64)> {
    let mut days: Vec<_> = pauses
        .iter()
        .map(|p| (split(p.from).0.max(first), p.to.map_or(LAST_DAY, |to| split(to).0)))
        .filter(|(from, to)| from < to)
        .collect();
    days.sort_unstable();
    days.dedup_by(|next, before| {
        let joined = next.0 <= before.1;
        if joined {
            before.1 = before.1.max(next.1);
        }
        joined
    });
    days
}

/// The time from `start` on during which the clock stands, disjoint and ascending.
pub(crate) fn paused_spans(pauses: &[Pause], start: Moment) -> Vec<(Moment, Option<Moment>)> {
    let mut spans: Vec<_> = pauses
        .iter()
        .map(|p| (p.from.max(start), p.to))
        .filter(|(from, to)| to.is_none_or(|to| *from < to))
        .collect();
    spans.sort_unstable_by_key(|s| s.0);
    spans.dedup_by(|next, before| {
        let joined = before.1.is_none_or(|end| next.0 <= end);
        if joined {
            before.1 = before.1.zip(next.1).map(|(a, b)| a.max(b));
        }
        joined
    });
    spans
}

/// What is left of a limit at `now`, in its own unit: the days after today up to the last one, or the time to
/// the end; paused days and time not counted.
pub fn remaining(
    now: Moment,
    start: Moment,
    length: Length,
    calendar: &WorkCalendar,
    pauses: &[Pause],
) -> Remaining {
    let stands = |p: &Pause| p.from <= now && p.to.is_none_or(|to| now < to);
    let paused = pauses.iter().any(stands);
    let at = match due(start, length, calendar, pauses) {
        // Still to come: what it will be when the clock stops, plus what runs until then.
        Due::Stands { since, left } => {
            let from = now.max(start);
            let more = between(from, since.max(from), length, calendar, pauses);
            return Remaining { left: plus(left, more), overdue: false, paused };
        }
        Due::Runs { at, .. } => at,
    };
    let overdue = now > at;
    let left = if overdue {
        negative(between(at, now, length, calendar, &[]))
    } else {
        between(now.max(start), at, length, calendar, pauses)
    };
    Remaining { left, overdue, paused }
}

/// How much of a limit's unit lies between two moments, `from` ≤ `to`, without what is paused.
fn between(from: Moment, to: Moment, length: Length, calendar: &WorkCalendar, pauses: &[Pause]) -> Left {
    let (first, last) = (split(from).0, split(to).0);
    let days = |count: &dyn Fn(i64, i64) -> i64| {
        let cut = |(a, b): &(i64, i64)| {
            let (a, b) = ((a - 1).clamp(first, last), (b - 1).clamp(first, last));
            count(a, b)
        };
        count(first, last) - paused_days(pauses, first).iter().map(cut).sum::<i64>()
    };
    let time = |count: &dyn Fn(Moment, Moment) -> i64| {
        let cut = |(a, b): &(Moment, Option<Moment>)| count((*a).min(to), b.unwrap_or(to).min(to));
        count(from, to) - paused_spans(pauses, from).iter().map(cut).sum::<i64>()
    };
    match length {
        Length::Workdays(_) => Left::Workdays(days(&|a, b| calendar.count_days(a, b))),
        Length::Days(_) => Left::Days(days(&|a, b| b - a)),
        Length::WorkingHours(_) => Left::WorkingUs(time(&|a, b| calendar.working_us(a, b))),
        Length::Hours(_) => Left::Us(time(&|a, b| b.us_since(a))),
    }
}

fn negative(left: Left) -> Left {
    match left {
        Left::Workdays(n) => Left::Workdays(-n),
        Left::Days(n) => Left::Days(-n),
        Left::WorkingUs(n) => Left::WorkingUs(-n),
        Left::Us(n) => Left::Us(-n),
    }
}

fn plus(a: Left, b: Left) -> Left {
    match (a, b) {
        (Left::Workdays(a), Left::Workdays(b)) => Left::Workdays(a + b),
        (Left::Days(a), Left::Days(b)) => Left::Days(a + b),
        (Left::WorkingUs(a), Left::WorkingUs(b)) => Left::WorkingUs(a + b),
        (Left::Us(a), Left::Us(b)) => Left::Us(a + b),
        (a, _) => a,
    }
}

/// Is the clock standing at the end of this day?
pub(crate) fn paused_at_end_of(day: i64, pauses: &[Pause]) -> Option<&Pause> {
    let end = join(day, US_PER_DAY - 1);
    pauses.iter().find(|p| p.from <= end && p.to.is_none_or(|to| end < to))
}
