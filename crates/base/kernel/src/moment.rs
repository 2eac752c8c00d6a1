//! Moments (microseconds since 1970-01-01T00:00Z) and Beijing dates.
//!
//! Every rule of an office is about Beijing time, UTC+8 without daylight saving since 1991, so a fixed
//! offset is exact for every moment this system can meet and no time-zone database is carried.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Serialize};

/// A civil date in Beijing (北京日期).
pub type Date = civil::Date;

/// Microseconds in a second.
pub const US_PER_SECOND: i64 = 1_000_000;
/// Microseconds in an hour.
pub const US_PER_HOUR: i64 = 3_600 * US_PER_SECOND;
/// Microseconds in a day.
pub const US_PER_DAY: i64 = 24 * US_PER_HOUR;
const BEIJING_US: i64 = 8 * US_PER_HOUR;

/// A moment (时刻): microseconds since the Unix epoch, UTC. Written as `2026-09-24T09:32:09+08:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

/// The text is not a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAMoment(pub String);

impl fmt::Display for NotAMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "不是时间 / not a date or time: {:?}", self.0)
    }
}
impl std::error::Error for NotAMoment {}

impl Moment {
    /// From microseconds since the epoch.
    pub const fn from_us(us: i64) -> Self {
        Self(us)
    }
    /// Microseconds since the epoch.
    pub const fn us(self) -> i64 {
        self.0
    }
    /// The moment at which a Beijing date and time of day is reached.
    pub fn from_beijing(at: civil::DateTime) -> Self {
        let days = days_since_epoch(at.date());
        let t = at.time();
        let s = i64::from(t.hour()) * 3600 + i64::from(t.minute()) * 60 + i64::from(t.second());
        let us = s * US_PER_SECOND + i64::from(t.subsec_nanosecond()) / 1000;
        Self(days * US_PER_DAY + us - BEIJING_US)
    }
    /// Midnight at the start of a Beijing date.
    pub fn start_of(date: Date) -> Self {
        Self(days_since_epoch(date) * US_PER_DAY - BEIJING_US)
    }
    /// The Beijing date of this moment.
    pub fn date(self) -> Date {
        date_of_day((self.0 + BEIJING_US).div_euclid(US_PER_DAY))
    }
    /// Microseconds since Beijing midnight, `0..US_PER_DAY`.
    pub const fn us_of_day(self) -> i64 {
        (self.0 + BEIJING_US).rem_euclid(US_PER_DAY)
    }
    /// Beijing days since 1970-01-01 (a day number for tables and arithmetic).
    pub const fn day_number(self) -> i64 {
        (self.0 + BEIJING_US).div_euclid(US_PER_DAY)
    }
    /// The Beijing date and time of day.
    pub fn beijing(self) -> civil::DateTime {
        let us = self.us_of_day();
        let s = us / US_PER_SECOND;
        let time = civil::time(
            (s / 3600) as i8,
            (s / 60 % 60) as i8,
            (s % 60) as i8,
            (us % US_PER_SECOND * 1000) as i32,
        );
        self.date().to_datetime(time)
    }
    /// This moment, `us` microseconds later (earlier when negative); saturates at the ends of time.
    pub const fn plus_us(self, us: i64) -> Self {
        Self(self.0.saturating_add(us))
    }
    /// Microseconds from `earlier` to this moment.
    pub const fn us_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Days from 1970-01-01 to `date` (howard-hinnant civil arithmetic, proleptic Gregorian).
fn days_since_epoch(date: Date) -> i64 {
    let (y, m, d) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

fn date_of_day(day: i64) -> Date {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    Date::new(y as i16, m as i8, d as i8).unwrap_or(if day < 0 { Date::MIN } else { Date::MAX })
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.beijing();
        let (d, t) = (at.date(), at.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            d.year(),
            d.month(),
            d.day(),
            t.hour(),
            t.minute(),
            t.second()
        )?;
        let us = self.us_of_day() % US_PER_SECOND;
        if us != 0 {
            write!(f, ".{us:06}")?;
        }
        f.write_str("+08:00")
    }
}
impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;
    /// Reads RFC 3339 with any offset, or a Beijing date with or without a time of day
    /// (`2026-09-24`, `2026-09-24 09:32:09`, `2026-09-24T09:32`).
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let s = s.trim();
        if let Ok(ts) = s.parse::<jiff::Timestamp>() {
            return Ok(Self(ts.as_microsecond()));
        }
        if let Ok(at) = s.parse::<civil::DateTime>() {
            return Ok(Self::from_beijing(at));
        }
        if let Ok(date) = s.parse::<Date>() {
            return Ok(Self::start_of(date));
        }
        Err(NotAMoment(s.chars().take(60).collect()))
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn beijing_is_eight_hours_ahead() {
        let m: Moment = "2026-09-24T23:30:00Z".parse().unwrap();
        assert_eq!(m.to_string(), "2026-09-25T07:30:00+08:00");
        assert_eq!(m.date(), civil::date(2026, 9, 25));
        assert_eq!("2026-09-25 07:30:00".parse::<Moment>().unwrap(), m);
        assert!("next week".parse::<Moment>().is_err());
    }

    proptest! {
        #[test]
        fn text_and_parts_round_trip(us in -2_000_000_000_000_000i64..10_000_000_000_000_000) {
            let m = Moment::from_us(us);
            prop_assert_eq!(m.to_string().parse::<Moment>().unwrap(), m);
            prop_assert_eq!(Moment::from_beijing(m.beijing()), m);
            prop_assert_eq!(Moment::start_of(m.date()).plus_us(m.us_of_day()), m);
            // jiff is the oracle of the civil arithmetic.
            let ts = jiff::Timestamp::from_microsecond(us + BEIJING_US).unwrap();
            let oracle = jiff::tz::Offset::UTC.to_datetime(ts);
            prop_assert_eq!(m.beijing(), oracle);
        }
    }
}
