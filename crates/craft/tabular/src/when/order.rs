//! 日月次序: which of day and month comes first where the year stands last or has two digits, decided by the whole
//! column.

use serde::{Deserialize, Serialize};

use super::spelled::{Cursor, Date, YearLast};
use super::{Civil, civil, normal};

/// Which part of a date comes first where its looks do not say (年月日的次序).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateOrder {
    /// 14/03/2024
    #[serde(rename = "dmy")]
    DayFirst,
    /// 03/14/2024
    #[serde(rename = "mdy")]
    MonthFirst,
    /// 24-03-14
    #[serde(rename = "ymd")]
    YearFirst,
}

const ORDERS: [DateOrder; 3] = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

impl DateOrder {
    /// The word by which it is named: `dmy`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
            Self::YearFirst => "ymd",
        }
    }
    /// As people read it: Chinese, English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::DayFirst => ("日/月/年", "day first"),
            Self::MonthFirst => ("月/日/年", "month first"),
            Self::YearFirst => ("年/月/日", "year first"),
        }
    }
}

impl std::str::FromStr for DateOrder {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s.trim().to_ascii_lowercase().as_str() {
            "dmy" => Ok(Self::DayFirst),
            "mdy" => Ok(Self::MonthFirst),
            "ymd" => Ok(Self::YearFirst),
            _ => Err("日期次序应为 dmy（日/月/年）、mdy（月/日/年）或 ymd（年/月/日）/ the order of a date is dmy, mdy or ymd"
                .to_owned()),
        }
    }
}

/// A date in each order; none where the order makes no date of it.
pub(super) fn readings(l: YearLast) -> [Option<Civil>; 3] {
    let century = |y: i64| if y < 70 { 2000 + y } else { 1900 + y };
    let year = if l.short { century(l.year) } else { l.year };
    let year_first = || l.short.then(|| civil(century(l.first), l.second, l.year))?;
    [civil(year, l.second, l.first), civil(year, l.first, l.second), year_first()]
}

/// A cell and its row.
type Seen = (String, u64);

/// What the cells of a column say about the order of day and month (列内证据).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// For each order the first cell that cannot be read so.
    against: [Option<Seen>; 3],
    /// For each pair of orders the first cell that says two different days.
    open: [Option<Seen>; 3],
    any: bool,
}

/// Why a column's order cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// Nothing in the column decides.
    Ambiguous(String),
    /// No order fits all cells: one that speaks against the day first, one that speaks against the month first.
    Mixed(Seen, Seen),
}

impl Evidence {
    /// Looks at one cell.
    pub fn see(&mut self, text: &str, row: u64) {
        // Most cells begin with a year and are passed over here.
        let b = text.as_bytes();
        if b.len() < 6 || b[..4].iter().all(u8::is_ascii_digit) {
            return;
        }
        let marked = b.iter().take(6).any(|c| matches!(c, b'/' | b'-' | b'.'));
        if !marked && text.is_ascii() && !b[0].is_ascii_alphabetic() {
            return;
        }
        let plain = normal(text);
        let mut c = Cursor::new(&plain);
        c.weekday();
        c.spaces();
        let Some(Date::YearLast(l)) = c.date().filter(|d| matches!(d, Date::YearLast(l) if !l.dots)) else {
            return;
        };
        let read = readings(l);
        if read.iter().all(Option::is_none) {
            return;
        }
        self.any = true;
        let here = || (text.chars().take(40).collect::<String>(), row);
        for (against, read) in self.against.iter_mut().zip(&read) {
            if read.is_none() {
                against.get_or_insert_with(here);
            }
        }
        for (open, (a, b)) in self.open.iter_mut().zip(PAIRS) {
            if read[a].is_some() && read[b].is_some() && read[a] != read[b] {
                open.get_or_insert_with(here);
            }
        }
    }
    /// Were there any dates with the year last?
    pub const fn any(&self) -> bool {
        self.any
    }
    /// The order that the column shows, with the cell that decides; none when it needs none.
    ///
    /// # Errors
    /// The column contradicts itself, or nothing in it decides.
    pub fn order(&self) -> Result<Option<(DateOrder, &Seen)>, Unclear> {
        let fits: Vec<usize> = (0..3).filter(|i| self.against[*i].is_none()).collect();
        match fits.as_slice() {
            _ if !self.any => Ok(None),
            // Day or month first decided against the other one; else against the year.
            [only] => {
                let against = [1, 0, 1][*only];
                Ok(self.against[against].as_ref().map(|cell| (ORDERS[*only], cell)))
            }
            [] => match &self.against {
                [Some(day), Some(month), _] => Err(Unclear::Mixed(day.clone(), month.clone())),
                _ => Ok(None),
            },
            several => {
                let both = |(_, (a, b)): &(&Option<Seen>, (usize, usize))| {
                    several.contains(a) && several.contains(b)
                };
                let open = self.open.iter().zip(PAIRS).filter(both).find_map(|(cell, _)| cell.as_ref());
                open.map_or(Ok(None), |cell| Err(Unclear::Ambiguous(cell.0.clone())))
            }
        }
    }
    /// How the column is read and why, in both languages; none when there was nothing to decide.
    ///
    /// # Errors
    /// As [`Self::order`]; never when somebody `told` the order.
    pub fn decide(
        &self,
        column: &str,
        told: Option<DateOrder>,
    ) -> Result<Option<(DateOrder, String)>, (String, String)> {
        if !self.any {
            return Ok(None);
        }
        if let Some(order) = told {
            let (zh, en) = order.said();
            return Ok(Some((order, format!("“{column}”按指定的 {zh} 读 / {column:?} read {en}, as told"))));
        }
        let decided = self.order().map_err(|unclear| unclear.said(column))?;
        Ok(decided.map(|(order, (cell, row))| {
            let (zh, en) = order.said();
            let said = format!(
                "“{column}”按 {zh} 读，因为第 {row} 行是 {cell} / {column:?} read {en}, because row {row} says {cell}"
            );
            (order, said)
        }))
    }
}

impl Unclear {
    /// What to tell about a column, in both languages.
    pub fn said(&self, column: &str) -> (String, String) {
        match self {
            Self::Ambiguous(cell) => (
                format!(
                    "“{column}”里的日期（如 {cell}）分不清年月日的次序，请指明日期次序：日/月/年、月/日/年或年/月/日"
                ),
                format!(
                    "the order of day and month cannot be told in {column:?} (such as {cell}): say which it is: day first, month first or year first"
                ),
            ),
            Self::Mixed((m, mr), (d, dr)) => (
                format!(
                    "“{column}”里日期写法不一：第 {dr} 行 {d} 不能是月/日/年，第 {mr} 行 {m} 不能是日/月/年；请改成 2024-03-05 这样的写法，或指明日期次序（另一种的行不收）"
                ),
                format!(
                    "{column:?} mixes orders: {d} in row {dr} cannot be month first, {m} in row {mr} cannot be day first; write them as 2024-03-05, or say which order holds (rows of the other one are set aside)"
                ),
            ),
        }
    }
}
