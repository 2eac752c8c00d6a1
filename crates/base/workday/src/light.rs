//! 亮灯: yellow before the limit, red after it. Must not know who is reminded.

use kernel::Moment;
use serde::{Deserialize, Serialize};

use crate::due::hours_us;
use crate::{Due, Length, WorkCalendar, join, split};

/// How urgent a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// 灰灯: the clock stands
    Standing,
    /// 绿灯: in time
    Green,
    /// 黄灯: the end is near
    Yellow,
    /// 红灯: the end has passed
    Red,
}

/// The moment at which a limit that ends at `at` turns yellow: when no more than `before` is left.
///
/// In working days (or natural days) it is the opening of the office on the day on which so many days are left
/// after today, so 0 is the last day itself; in hours it is exactly so long before.
pub fn yellow_at(at: Moment, before: Length, calendar: &WorkCalendar) -> Moment {
    let (day, _) = split(at);
    let open = calendar.hours().open_us();
    match before {
        Length::Workdays(n) => join(calendar.nth_after(day, -i64::from(n)), open),
        Length::Days(n) => join(day - i64::from(n), open),
        Length::WorkingHours(n) => calendar.after_working_us(at, -hours_us(n)),
        Length::Hours(n) => at.plus_us(-hours_us(n)),
    }
}

/// The last moment for what must be asked so long before a limit that ends at `at`: the close of the office on the day on
/// which so many days are left after it; in hours exactly so long before.
pub fn ask_by(at: Moment, before: Length, calendar: &WorkCalendar) -> Moment {
    let (day, _) = split(at);
    match before {
        Length::Workdays(n) => calendar.close_of(calendar.nth_after(day, -i64::from(n))).min(at),
        Length::Days(n) => calendar.close_of(day - i64::from(n)).min(at),
        Length::WorkingHours(_) | Length::Hours(_) => yellow_at(at, before, calendar),
    }
}

/// The light of a limit at `now`.
pub fn light(now: Moment, due: &Due, yellow_before: Length, calendar: &WorkCalendar) -> Light {
    match *due {
        Due::Stands { .. } => Light::Standing,
        Due::Runs { at, .. } if now > at => Light::Red,
        Due::Runs { at, .. } if now >= yellow_at(at, yellow_before, calendar) => Light::Yellow,
        Due::Runs { .. } => Light::Green,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yellow_comes_so_many_working_days_before_and_red_after() {
        let c = WorkCalendar::official();
        let at = |s: &str| s.parse::<Moment>().unwrap();
        let due = crate::due(at("2026-09-24 10:00"), Length::Workdays(3), &c, &[]);
        let lamp = |s: &str, before| light(at(s), &due, before, &c);
        // Due 09-30; 09-25..27 中秋节, so the 24th has three left after it.
        assert_eq!(lamp("2026-09-24 10:00", Length::Workdays(2)), Light::Green);
        assert_eq!(lamp("2026-09-28 08:59", Length::Workdays(2)), Light::Green);
        assert_eq!(lamp("2026-09-28 09:00", Length::Workdays(2)), Light::Yellow);
        assert_eq!(lamp("2026-09-30 08:59", Length::Workdays(0)), Light::Green);
        assert_eq!(lamp("2026-09-30 23:59:59", Length::Workdays(0)), Light::Yellow);
        assert_eq!(lamp("2026-10-01", Length::Workdays(0)), Light::Red);
        assert_eq!(lamp("2026-09-30 14:59", Length::WorkingHours(2)), Light::Green);
        assert_eq!(lamp("2026-09-30 15:00", Length::WorkingHours(2)), Light::Yellow);
        assert_eq!(lamp("2026-09-30 22:00", Length::Hours(2)), Light::Yellow);
        let stands = Due::Stands { since: at("2026-09-24"), left: crate::Left::Workdays(1) };
        assert_eq!(light(at("2027-01-01"), &stands, Length::Workdays(2), &c), Light::Standing);
    }
}
