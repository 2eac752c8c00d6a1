//! 办公时间: when the office is open on a working day, and when a day's limit ends.
//!
//! No rule fixes them for every city: they are configuration. Must not know which days are working days.

use std::fmt;
use std::str::FromStr;

use kernel::{US_PER_DAY, US_PER_HOUR};
use serde::{Deserialize, Serialize};

use crate::CalendarError;

const SPANS: usize = 3;
const US_PER_MINUTE: i64 = US_PER_HOUR / 60;

/// When a limit in days ends on its last day (民法典 203: 二十四时;有业务时间的,停止业务活动的时间).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// 24:00, kept as 23:59:59.999999 so that the moment has the date of the last day.
    #[default]
    Midnight,
    /// The close of office hours.
    OfficeHours,
}

/// Office hours of a working day: one to three spans, each `[start, end)` in microseconds since midnight.
/// Read and written as `09:00-12:00,13:00-17:00`, which is also the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficeHours {
    /// Start and length of each span; unused spans have length 0 and stand at the end of the last one.
    spans: [(i64, i64); SPANS],
    total: i64,
}

impl OfficeHours {
    /// From spans of minutes since midnight, such as `[(540, 720), (780, 1020)]`.
    pub fn from_minutes(spans: &[(u16, u16)]) -> Result<Self, CalendarError> {
        let bad = || CalendarError::BadHours(format!("{:?}", &spans[..spans.len().min(4)]));
        if spans.is_empty() || spans.len() > SPANS {
            return Err(bad());
        }
        let mut end_before = 0;
        let mut out = [(0, 0); SPANS];
        for (i, &(start, end)) in spans.iter().enumerate() {
            if start >= end || end > 1440 || (i > 0 && start < end_before) {
                return Err(bad());
            }
            out[i] = (i64::from(start) * US_PER_MINUTE, i64::from(end - start) * US_PER_MINUTE);
            end_before = end;
        }
        let close = i64::from(end_before) * US_PER_MINUTE;
        for span in &mut out[spans.len()..] {
            *span = (close, 0);
        }
        Ok(Self { spans: out, total: out.iter().map(|s| s.1).sum() })
    }

    /// Microseconds of office time in one working day.
    pub const fn us_per_day(&self) -> i64 {
        self.total
    }
    /// Microseconds since midnight at which the office opens.
    pub const fn open_us(&self) -> i64 {
        self.spans[0].0
    }
    /// Microseconds since midnight at which the office closes.
    pub const fn close_us(&self) -> i64 {
        let (start, len) = self.spans[SPANS - 1];
        start + len
    }
    /// Office time that has passed at `us` microseconds since midnight.
    #[inline]
    pub fn passed_us(&self, us: i64) -> i64 {
        let passed = |(start, len): (i64, i64)| (us - start).max(0).min(len);
        let [am, pm, late] = self.spans;
        let sum = passed(am) + passed(pm);
        // Hardly any office has a third span, and the processor learns that.
        if late.1 == 0 { sum } else { sum + passed(late) }
    }
    /// The first microsecond since midnight at which `passed` (`1..=us_per_day`) of office time has passed.
    pub(crate) fn at_passed(&self, passed: i64) -> i64 {
        let mut left = passed;
        for (start, len) in self.spans {
            if left <= len {
                return start + left;
            }
            left -= len;
        }
        self.close_us()
    }
    /// The first open microsecond of the day at or after `us`, if the office opens again today.
    pub(crate) fn next_open(&self, us: i64) -> Option<i64> {
        self.spans.iter().find(|(start, len)| us < start + len).map(|(start, _)| us.max(*start))
    }
    fn used(&self) -> impl Iterator<Item = (i64, i64)> {
        self.spans.into_iter().filter(|s| s.1 > 0).map(|(s, len)| (s, s + len))
    }
}

impl Default for OfficeHours {
    fn default() -> Self {
        let (am, pm) = ((9 * US_PER_HOUR, 3 * US_PER_HOUR), (13 * US_PER_HOUR, 4 * US_PER_HOUR));
        Self { spans: [am, pm, (17 * US_PER_HOUR, 0)], total: 7 * US_PER_HOUR }
    }
}

impl fmt::Display for OfficeHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (start, end)) in self.used().enumerate() {
            let [s, e] = [start, end].map(|us| us.min(US_PER_DAY) / US_PER_MINUTE);
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{:02}:{:02}-{:02}:{:02}", s / 60, s % 60, e / 60, e % 60)?;
        }
        Ok(())
    }
}

impl FromStr for OfficeHours {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || CalendarError::BadHours(crate::error::shown(text));
        let minutes = |s: &str| -> Option<u16> {
            let (h, m) = s.trim().split_once(':')?;
            let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
            (h <= 24 && m < 60).then_some(h * 60 + m)
        };
        let span = |s: &str| {
            let (a, b) = s.split_once('-')?;
            Some((minutes(a)?, minutes(b)?))
        };
        let spans: Option<Vec<_>> = text.split(',').take(SPANS + 1).map(span).collect();
        Self::from_minutes(&spans.ok_or_else(bad)?).map_err(|_| bad())
    }
}
impl TryFrom<String> for OfficeHours {
    type Error = CalendarError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}
impl From<OfficeHours> for String {
    fn from(h: OfficeHours) -> Self {
        h.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_seven_hours_in_two_spans() {
        let hours = OfficeHours::default();
        assert_eq!(hours, "09:00-12:00,13:00-17:00".parse().unwrap());
        assert_eq!(hours.to_string(), "09:00-12:00,13:00-17:00");
        assert_eq!(hours.us_per_day(), 7 * US_PER_HOUR);
        assert_eq!((hours.open_us(), hours.close_us()), (9 * US_PER_HOUR, 17 * US_PER_HOUR));
        for (h, passed) in [(0, 0), (9, 0), (10, 1), (12, 3), (13, 3), (14, 4), (17, 7), (23, 7)] {
            assert_eq!(hours.passed_us(h * US_PER_HOUR), passed * US_PER_HOUR, "{h}:00");
        }
        assert_eq!(hours.next_open(12 * US_PER_HOUR), Some(13 * US_PER_HOUR));
        assert_eq!(hours.next_open(17 * US_PER_HOUR), None);
    }

    #[test]
    fn spans_that_make_no_sense_are_refused() {
        for bad in [
            "",
            "9",
            "09:00",
            "12:00-09:00",
            "09:00-12:00,11:00-17:00",
            "09:00-25:00",
            "0:00-1:00,2:00-3:00,4:00-5:00,6:00-7:00",
        ] {
            assert!(bad.parse::<OfficeHours>().is_err(), "{bad}");
        }
        assert!("00:00-24:00".parse::<OfficeHours>().is_ok());
    }
}
