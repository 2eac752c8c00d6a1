//! 期限长度: how long, in which unit. Must not know when a limit starts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::CalendarError;
use crate::error::shown;

/// The unit of a limit (期限单位).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 工作日
    Workdays,
    /// 自然日
    Days,
    /// 工作小时
    WorkingHours,
    /// 小时
    Hours,
}

impl Unit {
    /// All of them, in the order shown to people.
    pub const ALL: [Self; 4] = [Self::Workdays, Self::Days, Self::WorkingHours, Self::Hours];
    /// Its word, as in JSON and in forms.
    pub fn word(self) -> &'static str {
        Self::NAMES.iter().find(|u| u.0 == self).map_or("", |u| u.1)
    }
    /// Every unit with its word, its suffix in `3wd` and its Chinese word.
    const NAMES: [(Self, &'static str, &'static str, &'static str); 4] = [
        (Self::Workdays, "workdays", "wd", "工作日"),
        (Self::Days, "days", "d", "自然日"),
        (Self::WorkingHours, "working-hours", "wh", "工作小时"),
        (Self::Hours, "hours", "h", "小时"),
    ];
}

impl FromStr for Unit {
    type Err = CalendarError;
    /// Reads `workdays`, `wd` or `工作日`, and so on; `_` for `-`.
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let word = s.trim().replace('_', "-");
        let names = |u: &&(Self, &str, &str, &str)| [u.1, u.2, u.3].contains(&word.as_str());
        Self::NAMES.iter().find(names).map(|u| u.0).ok_or_else(|| CalendarError::NoSuchUnit(shown(s)))
    }
}

/// How long a limit is (期限). In JSON `{"workdays":3}`, in text `3wd`, `5d`, `4wh`, `24h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// 工作日
    Workdays(u32),
    /// 自然日; rolls forward when the last one is no working day
    Days(u32),
    /// 工作小时: office time only
    WorkingHours(u32),
    /// 小时: round the clock
    Hours(u32),
}

impl Length {
    /// So many of a unit.
    pub const fn new(n: u32, unit: Unit) -> Self {
        match unit {
            Unit::Workdays => Self::Workdays(n),
            Unit::Days => Self::Days(n),
            Unit::WorkingHours => Self::WorkingHours(n),
            Unit::Hours => Self::Hours(n),
        }
    }
    /// The unit.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Workdays(_) => Unit::Workdays,
            Self::Days(_) => Unit::Days,
            Self::WorkingHours(_) => Unit::WorkingHours,
            Self::Hours(_) => Unit::Hours,
        }
    }
    /// How many of it.
    pub const fn n(self) -> u32 {
        match self {
            Self::Workdays(n) | Self::Days(n) | Self::WorkingHours(n) | Self::Hours(n) => n,
        }
    }
    /// `3个工作日`, as on a page.
    pub fn zh(self) -> String {
        let word = Unit::NAMES.iter().find(|u| u.0 == self.unit()).map_or("", |u| u.3);
        format!("{}个{word}", self.n())
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = Unit::NAMES.iter().find(|u| u.0 == self.unit()).map_or("", |u| u.2);
        write!(f, "{}{suffix}", self.n())
    }
}

impl FromStr for Length {
    type Err = CalendarError;
    /// Reads `3` (working days), `3wd`, `5d`, `4wh`, `24h`, `3工作日`, `3个工作日`.
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let text = s.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (n, unit) = text.split_at(digits);
        let n = n.parse().map_err(|_| CalendarError::NotALength(shown(s)))?;
        let unit = unit.trim().trim_start_matches('个');
        let unit = if unit.is_empty() { Ok(Unit::Workdays) } else { unit.parse() };
        unit.map(|unit| Self::new(n, unit)).map_err(|_| CalendarError::NotALength(shown(s)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_the_same_way_everywhere() {
        for (text, length, json) in [
            ("3wd", Length::Workdays(3), r#"{"workdays":3}"#),
            ("5d", Length::Days(5), r#"{"days":5}"#),
            ("4wh", Length::WorkingHours(4), r#"{"working_hours":4}"#),
            ("24h", Length::Hours(24), r#"{"hours":24}"#),
        ] {
            assert_eq!(text.parse::<Length>().unwrap(), length);
            assert_eq!(length.to_string(), text);
            assert_eq!(serde_json::to_string(&length).unwrap(), json);
            assert_eq!(serde_json::from_str::<Length>(json).unwrap(), length);
            assert_eq!(length.zh().parse::<Length>().unwrap(), length);
        }
        assert_eq!("3".parse::<Length>().unwrap(), Length::Workdays(3));
        for bad in ["", "wd", "-3", "3.5", "3 weeks", "99999999999wd"] {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
    }
}
