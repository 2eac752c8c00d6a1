//! 交代: what every import says at its end, in one shape for all doors: what was read, what was not, and why.

use std::collections::BTreeMap;

use serde::Serialize;

/// A sheet of the file that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherSheet {
    /// Its name.
    pub name: String,
    /// It is hidden in the file.
    pub hidden: bool,
}

/// A column that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnUsed {
    /// Its name in the file.
    pub name: String,
    /// What it was taken for.
    pub field: String,
}

/// A column that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnUnused {
    /// Its name in the file.
    pub name: String,
    /// Three of its values.
    pub samples: Vec<String>,
    /// What it probably is.
    pub likely: Option<String>,
}

/// A value that was not understood, and what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueUnknown {
    /// Its column.
    pub column: String,
    /// The value.
    pub value: String,
    /// How often.
    pub count: u64,
    /// What it was taken for.
    pub taken_as: String,
}

/// A row that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// Its number in the file.
    pub row: u64,
    /// Why, in both languages.
    pub reason: String,
}

/// What an import says at its end (导入交代).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What the file is.
    pub format: String,
    /// The sheet that was read; none of a file without sheets.
    pub sheet: Option<String>,
    /// The rows of the header.
    pub header_rows: Vec<u64>,
    /// Sheets that were not read.
    pub sheets_other: Vec<OtherSheet>,
    /// Columns that were read.
    pub columns_used: Vec<ColumnUsed>,
    /// Columns that were not.
    pub columns_unused: Vec<ColumnUnused>,
    /// Values that were not understood.
    pub values_unknown: Vec<ValueUnknown>,
    /// Rows that were not taken, the first [`NAMED`] of them.
    pub set_aside: Vec<SetAside>,
    /// Rows that were not taken, all of them.
    pub set_aside_count: u64,
    /// Rows that are hidden in the file and were read all the same.
    pub hidden_rows: u64,
    /// How day and month were told apart, and by which cell.
    pub date_order: Option<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Rows set aside that are named one by one.
pub const NAMED: usize = 1_000;
/// Different values that are named one by one.
const VALUES: usize = 200;

impl Told {
    /// Notes a row that is not taken.
    pub fn aside(&mut self, row: u64, reason: impl Into<String>) {
        self.set_aside_count += 1;
        if self.set_aside.len() < NAMED {
            self.set_aside.push(SetAside { row, reason: reason.into() });
        }
    }
    /// Notes something said once.
    pub fn note(&mut self, said: impl Into<String>) {
        let said = said.into();
        if !self.notes.contains(&said) {
            self.notes.push(said);
        }
    }
    /// The same for people to read; nothing where there is nothing to say.
    pub fn lines(&self) -> Vec<String> {
        let mut out = Vec::new();
        let rows = |rows: &[u64]| rows.iter().map(u64::to_string).collect::<Vec<_>>().join("、");
        if let Some(sheet) = &self.sheet {
            let others: Vec<String> = self
                .sheets_other
                .iter()
                .map(|s| format!("{}{}", s.name, if s.hidden { "（隐藏）" } else { "" }))
                .collect();
            let more = if others.is_empty() {
                String::new()
            } else {
                format!("；另有 {} 张未读：{}（用 --sheet 指定）", others.len(), others.join("、"))
            };
            out.push(format!("读的是工作表“{sheet}”，表头在第 {} 行{more}", rows(&self.header_rows)));
        } else if self.header_rows.iter().any(|r| *r != 1) {
            out.push(format!("表头在第 {} 行", rows(&self.header_rows)));
        }
        if let Some(order) = &self.date_order {
            out.push(order.clone());
        }
        if self.hidden_rows > 0 {
            out.push(format!("有 {} 行在表里是隐藏的，也读了；不要的请先删去", self.hidden_rows));
        }
        for c in &self.columns_unused {
            let likely = c.likely.as_ref().map_or(String::new(), |l| format!("，像是 {l}"));
            out.push(format!("未用的列“{}”（如 {}{likely}）", c.name, c.samples.join("、")));
        }
        for v in &self.values_unknown {
            out.push(format!("“{}”里的“{}”（{} 处）：{}", v.column, v.value, v.count, v.taken_as));
        }
        out.extend(self.notes.iter().cloned());
        out
    }
}

/// Values that were not understood, counted while rows go by.
#[derive(Clone, Debug, Default)]
pub struct Unknown(BTreeMap<(String, String, String), u64>, u64);

impl Unknown {
    /// Counts one.
    pub fn add(&mut self, column: &str, value: &str, taken_as: &str) {
        let key = (column.to_owned(), crate::value::sample(value), taken_as.to_owned());
        if let Some(n) = self.0.get_mut(&key) {
            *n += 1;
        } else if self.0.len() < VALUES {
            self.0.insert(key, 1);
        } else {
            self.1 += 1;
        }
    }
    /// The list, the most frequent first.
    pub fn list(&self) -> Vec<ValueUnknown> {
        let mut all: Vec<ValueUnknown> = self
            .0
            .iter()
            .map(|((column, value, taken_as), n)| ValueUnknown {
                column: column.clone(),
                value: value.clone(),
                count: *n,
                taken_as: taken_as.clone(),
            })
            .collect();
        all.sort_by_key(|v| std::cmp::Reverse(v.count));
        if self.1 > 0 {
            all.push(ValueUnknown {
                column: "…".into(),
                value: "…".into(),
                count: self.1,
                taken_as: "其余未逐一列出 / not listed one by one".into(),
            });
        }
        all
    }
}
