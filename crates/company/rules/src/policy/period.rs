//! As of when: a condition asks for a value of a time, not for “the” value.

use std::fmt;
use std::str::FromStr;

use kernel::Date;

/// Which of the dated values of a field is meant (时点).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Period {
    /// the newest that is known on the day of the question
    #[default]
    Latest,
    /// 当年, 上年 …: the year of the question plus so many (0, −1, …)
    Year(i16),
    /// one calendar year
    In(i16),
    /// one month
    Month(i16, i8),
    /// one day
    Day(Date),
}

/// The text names no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "时点写作 latest、2024、2024-12、2024-12-31、Y(当年)或 Y-1(上年) / write the time as latest, 2024, 2024-12, 2024-12-31, Y or Y-1: {0:?}"
)]
pub struct NotAPeriod(pub String);

impl FromStr for Period {
    type Err = NotAPeriod;
    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let t = text.trim();
        let bad = || NotAPeriod(t.chars().take(40).collect());
        match t {
            "" | "latest" | "最新" => return Ok(Self::Latest),
            "Y" | "当年" | "本年" | "本年度" => return Ok(Self::Year(0)),
            "上年" | "上年末" | "上年度" => return Ok(Self::Year(-1)),
            _ => {}
        }
        if let Some(back) = t.strip_prefix('Y') {
            let n: i16 = back.parse().map_err(|_| bad())?;
            return if (-50..=0).contains(&n) { Ok(Self::Year(n)) } else { Err(bad()) };
        }
        let digits = t.strip_suffix('年').unwrap_or(t);
        if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self::In(digits.parse().map_err(|_| bad())?));
        }
        if let Some(day) = super::value::read_date(t) {
            return Ok(Self::Day(day));
        }
        let (y, m) = t.split_once(['-', '年']).ok_or_else(bad)?;
        let m = m.strip_suffix('月').unwrap_or(m);
        match (y.parse(), m.parse()) {
            (Ok(y), Ok(m @ 1..=12)) if y > 0 => Ok(Self::Month(y, m)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Year(0) => f.write_str("Y"),
            Self::Year(n) => write!(f, "Y{n}"),
            Self::In(y) => write!(f, "{y}"),
            Self::Month(y, m) => write!(f, "{y}-{m:02}"),
            Self::Day(d) => write!(f, "{d}"),
        }
    }
}

impl Period {
    /// Does a value of `as_of` answer a question asked on `at`? A value without a date answers only “latest”.
    pub fn holds(self, as_of: Option<Date>, at: Date) -> bool {
        let Some(day) = as_of else { return self == Self::Latest };
        match self {
            Self::Latest => day <= at,
            Self::Year(n) => day.year() == at.year() + n,
            Self::In(y) => day.year() == y,
            Self::Month(y, m) => day.year() == y && day.month() == m,
            Self::Day(d) => day == d,
        }
    }
    /// As one says it: “2024年”, “上年”.
    pub fn said(self) -> String {
        match self {
            Self::Latest => String::new(),
            Self::Year(0) => "当年".to_owned(),
            Self::Year(-1) => "上年".to_owned(),
            Self::Year(n) => format!("{}年前", -n),
            Self::In(y) => format!("{y}年"),
            Self::Month(y, m) => format!("{y}年{m}月"),
            Self::Day(d) => format!("{}年{}月{}日", d.year(), d.month(), d.day()),
        }
    }
}
