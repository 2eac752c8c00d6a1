//! 班次: shifts, least people and the numbers of rosters: the part of the document of a hall that people are rostered by. Must
//! not know who sits where.

use kernel::Date;
use serde::{Deserialize, Serialize};
use workday::WorkCalendar;

use crate::opening::rule_of;
use crate::time::Span;
use crate::words::DayRule;

/// Half hours of a day: what cover is counted by.
pub const HALVES: usize = 48;
/// Minutes of one.
pub const HALF: u16 = 30;

/// A shift (班次): hours that one person works on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// one or two characters, as tables show it: 早
    pub code: String,
    /// its name: 早班
    pub name: String,
    /// hours, on whole or half hours
    pub hours: Vec<Span>,
    /// on which days
    pub rules: Vec<DayRule>,
}

impl Shift {
    /// Minutes worked.
    pub fn minutes(&self) -> u32 {
        self.hours.iter().map(|h| u32::from(h.minutes())).sum()
    }
    /// First and last minute; none without hours.
    pub fn ends(&self) -> Option<(u16, u16)> {
        Some((self.hours.iter().map(|h| h.from()).min()?, self.hours.iter().map(|h| h.to()).max()?))
    }
    /// Half hours that it holds whole, as bits.
    pub(crate) fn halves(&self) -> u64 {
        let held = |n: usize| {
            let from = n as u16 * HALF;
            self.hours.iter().any(|h| h.from() <= from && from + HALF <= h.to())
        };
        (0..HALVES).filter(|n| held(*n)).fold(0, |m, n| m | 1 << n)
    }
    /// Is it a shift of this day?
    pub fn is_on(&self, day: Date, calendar: &WorkCalendar) -> bool {
        self.rules.contains(&rule_of(day, calendar))
    }
}

/// So many people at least (最低在岗), set by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minimum {
    /// at this window; none: at any windows of the hall
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u16>,
    /// how many
    pub people: u16,
    /// on which days
    pub rules: Vec<DayRule>,
    /// at which hours; empty: whenever the hall is open
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Span>,
}

/// Hard rules and what demand is read from, which cities set differently: data. The defaults are those of 劳动法 36, 38 and of
/// the 40 hours of 国务院令第174号; the rest between two shifts is eleven hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShiftRules {
    /// hours of one day at most
    pub day_hours: u32,
    /// hours of one week, Monday first, at most
    pub week_hours: u32,
    /// hours between two shifts at least
    pub rest_hours: u32,
    /// days in a row at most
    pub row_days: u32,
    /// demand looks back over so many weeks
    pub back_weeks: u32,
    /// a window is planned to be busy so much of its time, per cent
    pub busy_percent: u32,
}
impl Default for ShiftRules {
    fn default() -> Self {
        Self { day_hours: 8, week_hours: 40, rest_hours: 11, row_days: 6, back_weeks: 8, busy_percent: 85 }
    }
}

/// How a hall is rostered: part of its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rostering {
    /// shifts
    pub shifts: Vec<Shift>,
    /// least people
    pub minimums: Vec<Minimum>,
    /// numbers
    pub rules: ShiftRules,
}

impl Rostering {
    /// The shift of a code.
    pub fn shift(&self, code: &str) -> Option<&Shift> {
        self.shifts.iter().find(|s| s.code == code)
    }
}
