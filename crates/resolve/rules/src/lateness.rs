//! 紧迫程度: a list in five stretches by when its cases are due. Together they are the whole list, and none shares a case
//! with another, so their counts add up to the count of the list.

use kernel::{Date, Moment, US_PER_DAY};
use workday::WorkCalendar;

kernel::words! {
    /// How near its end a case is.
    inherent Lateness {
        Late = "late", "逾期";
        Today = "today", "今天到期";
        /// Within three working days behind this one; a case due on a day of rest between them is here too.
        Soon = "soon", "3 个工作日内";
        Later = "later", "更晚";
        /// No clock runs.
        Untimed = "untimed", "不计时";
    }
}

/// Working days behind today that are soon.
const SOON: i64 = 3;
/// The longest run of days without three working days in it; no calendar has a longer one.
const DAYS_MOST: i64 = 60;

/// The due moments of one stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// its name
    pub of: Lateness,
    /// due then or later
    pub from: Option<Moment>,
    /// due before
    pub before: Option<Moment>,
}

impl Stretch {
    /// Does a case with this due moment lie in it?
    pub fn holds(&self, due: Option<Moment>) -> bool {
        match due {
            None => self.of == Lateness::Untimed,
            Some(due) => {
                self.of != Lateness::Untimed
                    && self.from.is_none_or(|from| due >= from)
                    && self.before.is_none_or(|before| due < before)
            }
        }
    }
}

fn plus(day: Date, days: i64) -> Moment {
    Moment::start_of(day).plus_us(days * US_PER_DAY)
}

/// The five stretches as they lie now, in the order of a list.
pub fn stretches(now: Moment, calendar: &WorkCalendar) -> [Stretch; 5] {
    let today = now.date();
    let tomorrow = plus(today, 1);
    // The first day with more than three working days behind today up to it.
    let far = (1..=DAYS_MOST).find(|n| calendar.count(today, plus(today, *n).date()) > SOON);
    let behind = plus(today, far.unwrap_or(DAYS_MOST));
    let stretch = |of, from, before| Stretch { of, from, before };
    [
        stretch(Lateness::Late, None, Some(now)),
        stretch(Lateness::Today, Some(now), Some(tomorrow)),
        stretch(Lateness::Soon, Some(tomorrow), Some(behind)),
        stretch(Lateness::Later, Some(behind), None),
        stretch(Lateness::Untimed, None, None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }
    fn of(now: &str, due: Option<&str>) -> Lateness {
        let all = stretches(at(now), &WorkCalendar::official());
        let due = due.map(at);
        let found: Vec<_> = all.iter().filter(|s| s.holds(due)).map(|s| s.of).collect();
        assert_eq!(found.len(), 1, "{now} {due:?}: {found:?}");
        found[0]
    }

    #[test]
    fn every_due_moment_lies_in_one_stretch() {
        // Tuesday, 10 March 2026.
        let now = "2026-03-10 10:00";
        assert_eq!(of(now, Some("2026-03-10 09:59")), Lateness::Late);
        assert_eq!(of(now, Some("2026-03-10 10:00")), Lateness::Today);
        assert_eq!(of(now, Some("2026-03-10 23:59")), Lateness::Today);
        assert_eq!(of(now, Some("2026-03-11 00:00")), Lateness::Soon);
        assert_eq!(of(now, Some("2026-03-13 17:30")), Lateness::Soon);
        assert_eq!(of(now, Some("2026-03-16 09:00")), Lateness::Later);
        assert_eq!(of(now, None), Lateness::Untimed);
        for hour in 0..24 * 40 {
            let due = at("2026-02-20 00:00").plus_us(hour * kernel::US_PER_HOUR);
            let all = stretches(at(now), &WorkCalendar::official());
            assert_eq!(all.iter().filter(|s| s.holds(Some(due))).count(), 1, "{due:?}");
        }
    }

    #[test]
    fn days_of_rest_do_not_count() {
        // Friday: Saturday and Sunday lie between, three working days end on Wednesday.
        assert_eq!(of("2026-03-13 10:00", Some("2026-03-18 17:00")), Lateness::Soon);
        assert_eq!(of("2026-03-13 10:00", Some("2026-03-19 09:00")), Lateness::Later);
        assert_eq!(of("2026-03-13 10:00", Some("2026-03-14 09:00")), Lateness::Soon);
        // Before the holidays of October 2025 (1 to 8 October): the next working days are 9, 10 and 11 October.
        assert_eq!(of("2025-09-30 10:00", Some("2025-10-11 17:00")), Lateness::Soon);
        assert_eq!(of("2025-09-30 10:00", Some("2025-10-13 09:00")), Lateness::Later);
    }
}
