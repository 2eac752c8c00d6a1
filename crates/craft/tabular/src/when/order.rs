//! 日月次序: which of day and month comes first where the year stands last, decided by the whole column.

use serde::{Deserialize, Serialize};

use super::{Cursor, Date, civil, normal};

/// Which comes first where the year stands last (日在前还是月在前).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateOrder {
    /// 14/03/2024
    #[serde(rename = "dmy")]
    DayFirst,
    /// 03/14/2024
    #[serde(rename = "mdy")]
    MonthFirst,
}

impl std::str::FromStr for DateOrder {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s.trim().to_ascii_lowercase().as_str() {
            "dmy" => Ok(Self::DayFirst),
            "mdy" => Ok(Self::MonthFirst),
            _ => Err("日期次序应为 dmy（日/月/年）或 mdy（月/日/年）/ the order of a date is dmy or mdy"
                .to_owned()),
        }
    }
}

/// What the cells of a column say about the order of day and month (列内证据).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// A cell that can only be day first, and its row.
    pub day_first: Option<(String, u64)>,
    /// A cell that can only be month first.
    pub month_first: Option<(String, u64)>,
    /// A cell that can be both.
    pub open: Option<(String, u64)>,
}

/// Why a column's order cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// Nothing in the column decides.
    Ambiguous(String),
    /// Some cells can only be day first, others only month first.
    Mixed((String, u64), (String, u64)),
}

impl Evidence {
    /// Looks at one cell.
    pub fn see(&mut self, text: &str, row: u64) {
        // Most cells begin with a year and are passed over here.
        let b = text.as_bytes();
        if b.len() < 8 || !b.iter().take(6).any(|c| matches!(c, b'/' | b'-')) && text.is_ascii() {
            return;
        }
        if b.len() > 4 && b[..4].iter().all(u8::is_ascii_digit) {
            return;
        }
        let plain = normal(text);
        let mut c = Cursor::new(&plain);
        let Some(Date::YearLast(l)) = c.date().filter(|d| matches!(d, Date::YearLast(l) if !l.dots)) else {
            return;
        };
        let place = match (civil(l.year, l.second, l.first), civil(l.year, l.first, l.second)) {
            (Some(_), None) => &mut self.day_first,
            (None, Some(_)) => &mut self.month_first,
            (Some(_), Some(_)) if l.first != l.second => &mut self.open,
            _ => return,
        };
        place.get_or_insert_with(|| (text.chars().take(40).collect(), row));
    }
    /// Were there any dates with the year last?
    pub const fn any(&self) -> bool {
        self.day_first.is_some() || self.month_first.is_some() || self.open.is_some()
    }
    /// The order that the column shows; none when it needs none.
    ///
    /// # Errors
    /// The column contradicts itself, or nothing in it decides.
    pub fn order(&self) -> Result<Option<DateOrder>, Unclear> {
        match (&self.day_first, &self.month_first, &self.open) {
            (Some(d), Some(m), _) => Err(Unclear::Mixed(d.clone(), m.clone())),
            (Some(_), None, _) => Ok(Some(DateOrder::DayFirst)),
            (None, Some(_), _) => Ok(Some(DateOrder::MonthFirst)),
            (None, None, Some(open)) => Err(Unclear::Ambiguous(open.0.clone())),
            (None, None, None) => Ok(None),
        }
    }
}

impl Unclear {
    /// What to tell about a column, in both languages.
    pub fn said(&self, column: &str) -> (String, String) {
        match self {
            Self::Ambiguous(cell) => (
                format!(
                    "“{column}”里的日期（如 {cell}）分不清日和月，请用 --date-order dmy（日/月/年）或 mdy（月/日/年）指明"
                ),
                format!(
                    "day and month cannot be told apart in {column:?} (such as {cell}): say --date-order dmy or mdy"
                ),
            ),
            Self::Mixed((d, dr), (m, mr)) => (
                format!(
                    "“{column}”里日期写法不一：第 {dr} 行 {d} 只能是日/月/年，第 {mr} 行 {m} 只能是月/日/年；请改成 2024-03-05 这样的写法，或用 --date-order 指明一种（另一种的行不收）"
                ),
                format!(
                    "{column:?} mixes two orders: {d} in row {dr} can only be day/month, {m} in row {mr} only month/day; write them as 2024-03-05, or say --date-order (rows of the other order are set aside)"
                ),
            ),
        }
    }
}
