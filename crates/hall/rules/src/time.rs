//! Minutes of a day and spans of them: `09:00-12:00`.

use std::fmt;
use std::str::FromStr;

use kernel::{Date, Moment, Said, US_PER_SECOND};
use serde::{Deserialize, Serialize};

pub(crate) const US_PER_MINUTE: i64 = 60 * US_PER_SECOND;
const DAY: u16 = 24 * 60;

/// The moment so many minutes after Beijing midnight.
pub fn at(day: Date, minute: u16) -> Moment {
    Moment::start_of(day).plus_us(i64::from(minute) * US_PER_MINUTE)
}

/// A part of a day: minutes since midnight, `from` in, `to` out. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    from: u16,
    to: u16,
}

impl Span {
    /// None when it is empty or beyond the day.
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < to && to <= DAY).then_some(Self { from, to })
    }
    /// First minute.
    pub const fn from(self) -> u16 {
        self.from
    }
    /// The minute at which it is over.
    pub const fn to(self) -> u16 {
        self.to
    }
    /// Minutes.
    pub const fn minutes(self) -> u16 {
        self.to - self.from
    }
    /// Have the two a minute in common?
    pub const fn meets(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
    /// Is the other one inside?
    pub const fn holds(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }
    /// What is left of these when this one is taken out, in order.
    pub fn cut_from(self, spans: &[Self]) -> Vec<Self> {
        spans
            .iter()
            .flat_map(|s| [Self::new(s.from, s.to.min(self.from)), Self::new(s.from.max(self.to), s.to)])
            .flatten()
            .collect()
    }
    /// The same minutes with none of them twice, in order.
    pub fn apart(spans: &[Self]) -> Vec<Self> {
        let mut out: Vec<Self> = Vec::new();
        for s in spans {
            let new = out.iter().fold(vec![*s], |left, o| o.cut_from(&left));
            out.extend(new);
        }
        out.sort_unstable();
        out
    }
    /// The same minutes in as few spans as can be, in order: as people read when something is open.
    pub fn joined(spans: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut all: Vec<Self> = spans.into_iter().collect();
        all.sort_unstable();
        let mut out: Vec<Self> = Vec::new();
        for s in all {
            match out.last_mut() {
                Some(last) if s.from <= last.to => last.to = last.to.max(s.to),
                _ => out.push(s),
            }
        }
        out
    }
    /// Reads spans as offices write them, in any order; they may not meet.
    ///
    /// # Errors
    /// What is wrong, with an example.
    pub fn read_all(text: &str) -> Result<Vec<Self>, Said> {
        let pairs = crate::said::spans(text)?;
        let mut all: Vec<Self> = pairs.into_iter().filter_map(|(a, b)| Self::new(a, b)).collect();
        all.sort_unstable();
        if let Some(pair) = all.windows(2).find(|p| p[0].meets(p[1])) {
            return Err(Said::new(
                format!("时段 {} 与 {} 重叠，请改成不重叠的时段", pair[0], pair[1]),
                format!("{} and {} overlap: give hours that do not", pair[0], pair[1]),
            ));
        }
        Ok(all)
    }
    /// As people read them: 09:00–12:00、13:00–17:00.
    pub fn shown(spans: &[Self]) -> String {
        let one = |s: &Self| format!("{}–{}", clock(s.from), clock(s.to));
        spans.iter().map(one).collect::<Vec<_>>().join("、")
    }
    /// As [`Span::read_all`] reads them.
    pub fn list(spans: &[Self]) -> String {
        spans.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// Minutes as `09:30`.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(text: &str) -> Option<u16> {
    let (h, m) = text.trim().split_once([':', '：'])?;
    let (h, m) = (h.trim().parse::<u16>().ok()?, m.trim().parse::<u16>().ok()?);
    (h <= 24 && m < 60).then_some(h * 60 + m)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", clock(self.from), clock(self.to))
    }
}
impl FromStr for Span {
    type Err = Said;
    fn from_str(text: &str) -> Result<Self, Said> {
        let parts = text.trim().split_once(['-', '–', '~', '至']);
        let read = parts.and_then(|(a, b)| Self::new(minute(a)?, minute(b)?));
        read.ok_or_else(|| {
            let text: String = text.chars().take(20).collect();
            Said::new(
                format!("“{text}”不是时段，请写成 09:00-12:00"),
                format!("“{text}” is no span of hours: write 09:00-12:00"),
            )
        })
    }
}
impl TryFrom<String> for Span {
    type Error = Said;
    fn try_from(text: String) -> Result<Self, Said> {
        text.parse()
    }
}
impl From<Span> for String {
    fn from(s: Span) -> Self {
        s.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_touch_are_read_as_one() {
        let joined = |text: &str| Span::list(&Span::joined(text.split(',').map(|s| s.parse().unwrap())));
        assert_eq!(joined("13:00-17:00,09:00-12:00,12:00-13:00,17:00-18:00"), "09:00-18:00");
        assert_eq!(joined("09:00-12:00,13:00-17:00"), "09:00-12:00,13:00-17:00");
        assert_eq!(joined("09:00-12:00,10:00-11:00"), "09:00-12:00");
    }
}
