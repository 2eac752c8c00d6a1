//! 办公时间: the statutory calendar and office hours as a clock that counts fast.

use eventlog::WorkClock;
use kernel::{Moment, US_PER_DAY, US_PER_HOUR};
use workday::WorkCalendar;

/// Days in the table of the clock: 1990-01-01 to about 2050; outside of it every week is plain.
const FIRST_DAY: i64 = 7_305;
const DAYS: usize = 21_915;

/// When the office works (Beijing time).
#[derive(Clone, Debug)]
pub struct Office {
    /// The calendar itself, for limits.
    pub calendar: WorkCalendar,
    /// The same as running sums, for millions of moments.
    pub clock: WorkClock,
    /// Office time of one working day, microseconds.
    pub day_us: i64,
}

impl Office {
    /// The office that follows a calendar.
    pub fn of(calendar: &WorkCalendar) -> Self {
        let hours = calendar.hours();
        let slots = slots(|us| hours.passed_us(us));
        let week = std::array::from_fn(|d| if d < 5 { slots.clone() } else { Vec::new() });
        let works = |day: i64| {
            let midnight = Moment::from_us(day * US_PER_DAY - 8 * US_PER_HOUR);
            if calendar.works(midnight.date()) { slots.clone() } else { Vec::new() }
        };
        let clock = WorkClock::weekly(8 * 3600, &week).with_days(FIRST_DAY, DAYS, works);
        Self { calendar: calendar.clone(), clock, day_us: hours.us_per_day().max(1) }
    }
    /// Working days (with fractions) that office time makes.
    pub fn days(&self, us: i64) -> f64 {
        us as f64 / self.day_us as f64
    }
    /// Hours of one working day.
    pub fn day_hours(&self) -> f64 {
        self.day_us as f64 / US_PER_HOUR as f64
    }
}

/// The spans of a day, to the minute, from how much of it has passed.
fn slots(passed: impl Fn(i64) -> i64) -> Vec<(i64, i64)> {
    const MINUTE: i64 = US_PER_HOUR / 60;
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for from in (0..1440).map(|m| m * MINUTE) {
        if passed(from + MINUTE) > passed(from) {
            match spans.last_mut() {
                Some(last) if last.1 == from => last.1 = from + MINUTE,
                _ => spans.push((from, from + MINUTE)),
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_what_the_calendar_counts() {
        let calendar = WorkCalendar::official();
        let office = Office::of(&calendar);
        assert_eq!(office.day_us, calendar.hours().us_per_day());
        // Every 7 hours through two years with holidays and make-up workdays, and long before and after.
        let start = Moment::from_us(1_690_000_000_000_000);
        for i in 0..2_500 {
            let at = start.plus_us(i * 7 * US_PER_HOUR + 123_456_789);
            assert_eq!(
                office.clock.working_us(start.us(), at.us()),
                calendar.working_us(start, at),
                "{at:?}"
            );
        }
    }
}
