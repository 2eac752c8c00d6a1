//! 交代: what every import says at its end, in one shape for all doors: what was read, what was not, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A sheet of the file that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSheet {
    /// Its name.
    pub name: String,
    /// It is hidden in the file.
    pub hidden: bool,
}

/// A column that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnUsed {
    /// Its name in the file.
    pub name: String,
    /// What it was taken for.
    pub field: String,
}

/// A column that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnUnused {
    /// Its name in the file.
    pub name: String,
    /// Three of its values.
    pub samples: Vec<String>,
    /// What it probably is.
    pub likely: Option<String>,
}

/// A column as a person is shown it, in the order of the file, to be taken for something else (列).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSeen {
    /// Its name in the file.
    pub name: String,
    /// What it was taken for; none: it is not read.
    pub field: Option<String>,
    /// Three of its values.
    pub samples: Vec<String>,
    /// What it probably is, where it is not read.
    pub likely: Option<String>,
}

/// A value that was not understood, and what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Its number in the file.
    pub row: u64,
    /// Why, in both languages.
    pub reason: String,
}

/// What an import says at its end (导入交代).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// All columns, for a preview; the answer has them by used and unused.
    #[serde(skip)]
    pub seen: Vec<ColumnSeen>,
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
    /// The rows that a reader of streams left, to be mended and brought again; other doors keep their own.
    #[serde(skip)]
    pub left: Box<AsideTable>,
}

/// Columns that a file of rows set aside has beside those of the file it came from; passed over when it comes back.
pub const ASIDE_COLUMNS: [&str; 2] = ["原行号", "未收原因"];
/// Values shown of a column that was not read.
const SAMPLES: usize = 3;
/// Rows set aside that are named one by one.
pub const NAMED: usize = 1_000;
/// Rows left that are written to a file.
const LEFT: usize = 100_000;
/// Different values that are named one by one.
const VALUES: usize = 200;

impl Told {
    /// Says of each column what it was taken for, and shows values of those that were not read. `fields` gives the
    /// word of a column that is read; `likely` what another one probably is.
    pub fn columns<'a>(
        &mut self,
        names: &[String],
        fields: &dyn Fn(usize) -> Option<String>,
        rows: impl Iterator<Item = &'a [String]>,
        likely: &dyn Fn(usize, &[String]) -> Option<String>,
    ) {
        let rows: Vec<&[String]> = rows.collect();
        for (c, shown) in crate::header::unique(names).into_iter().enumerate() {
            if ASIDE_COLUMNS.contains(&shown.as_str()) {
                continue;
            }
            let mut samples: Vec<String> = Vec::new();
            let mut raw: Vec<String> = Vec::new();
            for text in rows.iter().filter_map(|r| r.get(c)).map(|t| t.trim()).filter(|t| !t.is_empty()) {
                let sample = crate::value::sample_of(&names[c], text);
                if !samples.contains(&sample) {
                    samples.push(sample);
                    raw.push(text.to_owned());
                }
                if samples.len() == SAMPLES {
                    break;
                }
            }
            let field = fields(c);
            if field.is_none() && samples.is_empty() && names[c].trim().is_empty() {
                continue;
            }
            let likely = if field.is_some() { None } else { likely(c, &raw) };
            let (name, given) = (shown.clone(), samples.clone());
            match &field {
                Some(field) => self.columns_used.push(ColumnUsed { name, field: field.clone() }),
                None => {
                    self.columns_unused.push(ColumnUnused { name, samples: given, likely: likely.clone() });
                }
            }
            self.seen.push(ColumnSeen { name: shown, field, samples, likely });
        }
    }
    /// Notes that a person took two columns for one field, of which one is read.
    pub fn two_for_one(&mut self, column: &str, read: &str, field: &str) {
        self.note(format!(
            "“{column}”和“{read}”都指定为“{field}”，只读“{read}”，“{column}”没有读；请把其中一列改指别的或不用 / {column:?} and {read:?} were both taken for {field:?}: only {read:?} is read; take one of them for something else"
        ));
    }
    /// Notes a row that is not taken.
    pub fn aside(&mut self, row: u64, reason: impl Into<String>) {
        self.set_aside_count += 1;
        if self.set_aside.len() < NAMED {
            self.set_aside.push(SetAside { row, reason: reason.into() });
        }
    }
    /// The same of a record, whose cells are kept to be mended and brought again.
    pub fn leave(&mut self, row: u64, reason: impl Into<String>, cells: Vec<String>) {
        let reason = reason.into();
        if self.left.rows.len() < LEFT {
            self.left.rows.push((row, cells, reason.clone()));
        }
        self.aside(row, reason);
    }
    /// Notes something said once.
    pub fn note(&mut self, said: impl Into<String>) {
        let said = said.into();
        if !self.notes.contains(&said) {
            self.notes.push(said);
        }
    }
    /// The same for people to read at the command line, in Chinese; nothing where there is nothing to say.
    pub fn lines(&self) -> Vec<String> {
        let mut said = self.said(true);
        if self.sheet.is_some() && !self.sheets_other.is_empty() {
            said.insert(1, "读另一张用 --sheet 指定".to_owned());
        }
        said
    }
    /// The same in Chinese or in English, for a page.
    pub fn said(&self, zh: bool) -> Vec<String> {
        let pick = |chinese: String, english: String| if zh { chinese } else { english };
        let both = |text: &str| match text.split_once(" / ") {
            Some((chinese, english)) => pick(chinese.to_owned(), english.to_owned()),
            None => text.to_owned(),
        };
        let mut out = Vec::new();
        let rows = |rows: &[u64]| {
            rows.iter().map(u64::to_string).collect::<Vec<_>>().join(pick("、".into(), ", ".into()).as_str())
        };
        let names = |names: &[String]| names.join(pick("、".into(), ", ".into()).as_str());
        let header = rows(&self.header_rows);
        if let Some(sheet) = &self.sheet {
            let other = |s: &OtherSheet| {
                let hidden =
                    if s.hidden { pick("（隐藏）".into(), " (hidden)".into()) } else { String::new() };
                format!("{}{hidden}", s.name)
            };
            let others: Vec<String> = self.sheets_other.iter().map(other).collect();
            let more = if others.is_empty() {
                String::new()
            } else {
                let (n, names) = (others.len(), names(&others));
                pick(format!("；另有 {n} 张未读：{names}"), format!("; {n} more not read: {names}"))
            };
            out.push(pick(
                format!("读的是工作表“{sheet}”，表头在第 {header} 行{more}"),
                format!("read from sheet {sheet:?}, header in row {header}{more}"),
            ));
        } else if self.header_rows.iter().any(|r| *r != 1) {
            out.push(pick(format!("表头在第 {header} 行"), format!("header in row {header}")));
        }
        out.extend(self.date_order.iter().map(|o| both(o)));
        if self.hidden_rows > 0 {
            let n = self.hidden_rows;
            out.push(pick(
                format!("有 {n} 行在表里是隐藏的，也读了；不要的请先删去"),
                format!("{n} rows are hidden in the sheet and were read all the same: delete those that are not wanted"),
            ));
        }
        for c in &self.columns_unused {
            let samples = names(&c.samples);
            let likely = c
                .likely
                .as_ref()
                .map_or(String::new(), |l| pick(format!("，像是 {l}"), format!(", probably {l}")));
            out.push(pick(
                format!("未用的列“{}”（如 {samples}{likely}）", c.name),
                format!("column not used: {:?} (such as {samples}{likely})", c.name),
            ));
        }
        for v in &self.values_unknown {
            let taken = both(&v.taken_as);
            out.push(pick(
                format!("“{}”里的“{}”（{} 处）：{taken}", v.column, v.value, v.count),
                format!("{:?} in {:?} ({} times): {taken}", v.value, v.column, v.count),
            ));
        }
        out.extend(self.notes.iter().map(|n| both(n)));
        out
    }
}

/// Rows that were not taken, of one sheet, as they stand: to be written to a file that can be mended and brought
/// again (未收的行).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AsideTable {
    /// The sheet.
    pub sheet: String,
    /// Names of its columns.
    pub header: Vec<String>,
    /// Row, cells, reason.
    pub rows: Vec<(u64, Vec<String>, String)>,
}

impl AsideTable {
    /// Its rows with the header, and with the row and the reason behind the cells.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let width = self.rows.iter().map(|r| r.1.len()).chain([self.header.len()]).max().unwrap_or(0);
        let line = |cells: &[String], last: [&str; 2]| {
            let padded = (0..width).map(|i| cells.get(i).map_or("", String::as_str)).chain(last);
            padded.map(str::to_owned).collect::<Vec<_>>()
        };
        let head = [line(&self.header, ASIDE_COLUMNS)].into_iter();
        head.chain(self.rows.iter().map(|(row, cells, why)| line(cells, [&row.to_string(), why]))).collect()
    }
    /// As a CSV with a mark, which every spreadsheet opens.
    pub fn csv(&self) -> String {
        let mut text = String::from("\u{feff}");
        for line in self.lines() {
            let quoted: Vec<String> =
                line.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            text.push_str(&quoted.join(","));
            text.push_str("\r\n");
        }
        text
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
