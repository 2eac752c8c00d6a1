//! 读表: the records of a table that is held in memory, for every door: its sheet and header found, its columns
//! understood, what is no record set aside, everything told.
//!
//! Knows sheets of text and a [`Vocabulary`]; not what a door does with a record.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::beside::{self, Grid};
use crate::header::{self, Header, Vocabulary};
use crate::told::{OtherSheet, Told};
use crate::when::{DateOrder, Evidence};
use crate::{aside, value};

/// A sheet as text (文字表): row `n` of the list is row `n + 1` of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Its name; empty for a file without sheets.
    pub name: String,
    /// It is hidden in the file.
    pub hidden: bool,
    /// Its rows; merged cells are filled.
    pub rows: Vec<Vec<String>>,
    /// Rows that are hidden in the file, from 1.
    #[serde(skip)]
    pub hidden_rows: Vec<u64>,
    /// Rows that are damaged as a whole, from 1, and why.
    #[serde(skip)]
    pub faults: Vec<(u64, &'static str)>,
}

/// What a door asks of a table.
pub struct Door<'a> {
    /// The names it understands.
    pub words: &'a dyn Vocabulary,
    /// The word of a field.
    pub word: &'a dyn Fn(usize) -> String,
    /// How many fields there are.
    pub fields: usize,
    /// What a person said about the file.
    pub asked: &'a Asked,
}

/// A column that a person took for something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedColumn {
    /// Its sheet; empty: of any.
    #[serde(default)]
    pub sheet: String,
    /// Its name as it is shown.
    pub column: String,
    /// The word of the field; empty: it is not read.
    pub field: String,
}

/// What a person says about a file beyond its bytes (读法).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The sheet to be read; the first that people see and that has a header when missing.
    #[serde(default)]
    pub sheet: Option<String>,
    /// What columns mean.
    #[serde(default)]
    pub columns: Vec<AskedColumn>,
    /// `dmy`, `mdy` or `ymd`; the column decides when missing.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
}

/// Nothing was said.
pub static NOTHING_ASKED: Asked = Asked { sheet: None, columns: Vec::new(), date_order: None };

/// The vocabulary of a door for one sheet, with what a person said about its columns.
struct AsAsked<'a> {
    door: &'a Door<'a>,
    columns: Vec<&'a AskedColumn>,
}

impl<'a> AsAsked<'a> {
    fn of(door: &'a Door<'a>, sheet: &str) -> Self {
        let here = |c: &&AskedColumn| c.sheet.is_empty() || c.sheet.trim() == sheet.trim();
        Self { door, columns: door.asked.columns.iter().filter(here).collect() }
    }
    fn field_of(&self, word: &str) -> Option<usize> {
        (!word.is_empty()).then(|| (0..self.door.fields).find(|f| (self.door.word)(*f) == word)).flatten()
    }
}

impl Vocabulary for AsAsked<'_> {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        match self.columns.iter().find(|c| header::name(&c.column) == name) {
            Some(c) => self.field_of(&c.field).map(|f| (f, 0)),
            None => self.door.words.field(name).map(|(f, rank)| (f, rank + 1)),
        }
    }
    fn told(&self, shown: &str) -> Option<Option<usize>> {
        self.columns.iter().find(|c| c.column == shown).map(|c| self.field_of(&c.field))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        self.door.words.enough(fields)
    }
}

/// A table that was found in a file.
#[derive(Debug)]
pub struct Records<'a> {
    /// What there is to tell; the door adds the rows that it refuses.
    pub told: Told,
    sheet: &'a Sheet,
    header: Header,
    fields: Vec<Option<usize>>,
    /// Fields whose time stands in two columns: that of the day and that of the clock.
    clocks: Clocks,
    /// What the two say together, by row and field.
    joined: HashMap<(u64, usize), String>,
}

/// By field the column of its day and that of its clock.
type Clocks = BTreeMap<usize, (usize, usize)>;
/// Rows by which it is told which columns belong together.
const LOOKED: usize = 2_000;

/// Fields that a day and a clock beside it make together.
fn clocks(
    names: &[String],
    body: &[Vec<String>],
    fields: &[Option<usize>],
    words: &dyn Vocabulary,
) -> Clocks {
    let cell = |r: usize, c: usize| body.get(r).and_then(|r| r.get(c)).map_or("", String::as_str);
    let grid = Grid { names, rows: body.len().min(LOOKED), cell: &cell };
    let mut found = Clocks::new();
    for (at, field) in fields.iter().enumerate().filter_map(|(at, f)| Some((at, (*f)?))) {
        let taken: Vec<usize> = found.values().map(|p| p.1).collect();
        let free = |c: usize| fields[c].is_none() && !taken.contains(&c);
        let same = |c: usize| words.field(&header::name(&names[c])).is_some_and(|f| f.0 == field);
        if let Some(pair) = beside::pair(&grid, at, &free, &same) {
            found.insert(field, pair);
        }
    }
    found
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its row as the spreadsheet shows it, from 1.
    pub row: u64,
    /// Its cells as they stand.
    pub cells: &'a [String],
    fields: &'a [Option<usize>],
    joined: &'a HashMap<(u64, usize), String>,
}

impl<'a> Record<'a> {
    /// The text of a field; empty where there is none. Of a time that stands in two columns, both together.
    pub fn get(&self, field: usize) -> &'a str {
        if let Some(both) = self.joined.get(&(self.row, field)) {
            return both;
        }
        let at = self.fields.iter().position(|f| *f == Some(field));
        at.and_then(|c| self.cells.get(c)).map_or("", |t| t.trim())
    }
    /// Has the table a column for a field?
    pub fn has(&self, field: usize) -> bool {
        self.fields.contains(&Some(field))
    }
}

/// The sheet that is named, else the first that people see, in which the header of this door stands. Hidden sheets
/// are looked at only when they are named or when all are hidden.
pub fn find<'a>(
    sheets: impl IntoIterator<Item = &'a Sheet>,
    named: Option<&str>,
    door: &Door<'_>,
) -> Option<Records<'a>> {
    let sheets: Vec<&Sheet> = sheets.into_iter().collect();
    let all = || sheets.iter().copied();
    let seen = all().any(|s| !s.hidden);
    let may = |s: &&Sheet| named.map_or(!seen || !s.hidden, |n| s.name.trim() == n.trim());
    let fits = |s: &'a Sheet| {
        let first = &s.rows[..s.rows.len().min(header::HEADER_WITHIN + 3)];
        header::find(first, &AsAsked::of(door, &s.name)).map(|h| (s, h))
    };
    let known = |f: &(&Sheet, Header)| {
        let fields = header::fields(&f.1.names, &AsAsked::of(door, &f.0.name));
        (fields.iter().flatten().count(), f.0.rows.len() > f.1.at + f.1.lines)
    };
    let mut found: Vec<(&Sheet, Header)> = all().filter(may).filter_map(fits).collect();
    let at = header::which(&found.iter().map(known).collect::<Vec<_>>())?;
    let (sheet, header) = found.swap_remove(at);
    let mut names = header.names.clone();
    let body = &sheet.rows[header.at + header.lines..];
    names.resize(body.iter().map(Vec::len).max().unwrap_or(0).max(names.len()), String::new());
    let mut fields = header::fields(&header.names, &AsAsked::of(door, &sheet.name));
    fields.resize(names.len(), None);
    let others = all().filter(|s| !std::ptr::eq(*s, sheet) && !s.name.is_empty());
    let mut told = Told {
        sheet: Some(sheet.name.clone()).filter(|n| !n.is_empty()),
        header_rows: (header.at..header.at + header.lines).map(|r| r as u64 + 1).collect(),
        sheets_other: others.map(|s| OtherSheet { name: s.name.clone(), hidden: s.hidden }).collect(),
        ..Told::default()
    };
    for at in aside::above(&sheet.rows[..header.at], header.names.len()) {
        told.aside(at as u64 + 1, aside::ABOVE);
    }
    let clocks = clocks(&names, body, &fields, &AsAsked::of(door, &sheet.name));
    let paired = |c: usize| clocks.iter().find(|(_, p)| p.0 == c || p.1 == c).map(|(f, _)| *f);
    let word = |c: usize| fields[c].or_else(|| paired(c)).map(door.word);
    let mut rivals = header::rivals(&header.names, &AsAsked::of(door, &sheet.name));
    rivals.retain(|r| paired(r.column).is_none());
    let shown = header::unique(&names);
    let likely = |column: usize, samples: &[String]| {
        let rival = rivals.iter().find(|r| r.column == column).map(|r| (door.word)(r.field));
        rival.or_else(|| value::likely(samples).map(str::to_owned))
    };
    told.columns(&names, &word, body.iter().map(Vec::as_slice), &likely);
    for rival in rivals.iter().filter(|r| r.told) {
        told.two_for_one(&shown[rival.column], &shown[rival.read], &(door.word)(rival.field));
    }
    Some(Records { told, sheet, header, fields, clocks, joined: HashMap::new() })
}

impl<'a> Records<'a> {
    /// The name of the sheet.
    pub fn sheet(&self) -> &'a str {
        &self.sheet.name
    }
    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.header.names
    }
    /// Does the table have a column for this field?
    pub fn has(&self, field: usize) -> bool {
        self.fields.contains(&Some(field))
    }
    /// What a column is read as.
    pub fn field_of(&self, column: usize) -> Option<usize> {
        self.fields.get(column).copied().flatten()
    }
    /// Which part of a date comes first in a column of times, by what all of it shows.
    ///
    /// # Errors
    /// The column contradicts itself, or nothing in it decides: what to tell, in both languages.
    pub fn date_order(
        &mut self,
        field: usize,
        told: Option<DateOrder>,
    ) -> Result<Option<DateOrder>, (String, String)> {
        let day = self.clocks.get(&field).map(|p| p.0);
        let Some(c) = day.or_else(|| self.fields.iter().position(|f| *f == Some(field))) else {
            return Ok(told);
        };
        let mut seen = Evidence::default();
        for (i, row) in self.sheet.rows.iter().enumerate().skip(self.header.at + self.header.lines) {
            seen.see(row.get(c).map_or("", String::as_str), i as u64 + 1);
        }
        let Some((order, said)) = seen.decide(&self.header.names[c], told)? else { return Ok(told) };
        self.told.date_order = Some(said);
        Ok(Some(order))
    }
    /// The cells of a row as they stand, to be written to a file that can be mended.
    pub fn cells(&self, row: u64) -> &'a [String] {
        let at = usize::try_from(row.saturating_sub(1)).unwrap_or(usize::MAX);
        self.sheet.rows.get(at).map_or(&[], Vec::as_slice)
    }
    /// The records; rows that are none of them, that are damaged or that show an error where a value is read are
    /// told.
    pub fn rows<'s>(&'s mut self) -> Vec<Record<'s>>
    where
        'a: 's,
    {
        let mut good = Vec::new();
        let mut again = aside::Again::new(&self.header.names);
        for (i, cells) in self.sheet.rows.iter().enumerate().skip(self.header.at + self.header.lines) {
            let row = i as u64 + 1;
            if let Some((_, why)) = self.sheet.faults.iter().find(|f| f.0 == row) {
                self.told.aside(row, *why);
                continue;
            }
            if cells.iter().all(|c| c.trim().is_empty()) {
                continue;
            }
            self.told.hidden_rows += u64::from(self.sheet.hidden_rows.contains(&row));
            let why = if let Some(why) = again.aside(row, cells) {
                Some(why)
            } else {
                let shown = |c: usize| Some((c, value::error(cells.get(c)?)?));
                let paired = |c: usize| self.clocks.values().any(|p| p.0 == c || p.1 == c);
                let read = |c: &usize| self.fields[*c].is_some() || paired(*c);
                (0..self.fields.len()).filter(read).find_map(shown).map(|(c, e)| {
                    let name = self.header.names.get(c).map_or("", String::as_str);
                    format!(
                        "“{name}”里是错误值 {e}，请改正后再导入 / {name:?} holds the error {e}: correct it"
                    )
                })
            };
            match why {
                Some(why) => self.told.aside(row, why),
                None => good.push((row, cells)),
            }
        }
        for (row, cells) in &good {
            let cell = |c: usize| cells.get(c).map_or("", String::as_str);
            for (field, (day, clock)) in &self.clocks {
                self.joined.insert((*row, *field), beside::text(cell(*day), cell(*clock)));
            }
        }
        let (fields, joined) = (self.fields.as_slice(), &self.joined);
        good.into_iter().map(|(row, cells)| Record { row, cells, fields, joined }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Fields, Words};

    const FIELDS: &Fields<'_> = &[
        ("key", &["编码", "单位编码"], true),
        ("name", &["全称", "名称"], true),
        ("short", &["简称"], false),
    ];

    fn sheet(name: &str, hidden: bool, text: &str) -> Sheet {
        let rows = text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect();
        Sheet { name: name.to_owned(), hidden, rows, ..Sheet::default() }
    }
    fn door<'a>(words: &'a Words<'a>) -> Door<'a> {
        Door { words, word: &|f| FIELDS[f].0.to_owned(), fields: FIELDS.len(), asked: &NOTHING_ASKED }
    }

    #[test]
    fn what_a_person_says_of_a_column_wins_also_of_two_with_one_name() {
        let sheets = [sheet("单位", false, "代号,名称,备注,备注\n1,甲局,a,b")];
        let words = Words(FIELDS);
        let said = |columns: &[(&str, &str)]| Asked {
            columns: columns
                .iter()
                .map(|(c, f)| AskedColumn {
                    column: (*c).into(),
                    field: (*f).into(),
                    ..AskedColumn::default()
                })
                .collect(),
            ..Asked::default()
        };
        let read = |asked: &Asked| {
            let door = Door { asked, ..door(&words) };
            let found = find(&sheets, None, &door);
            found.map(|mut t| {
                t.rows().iter().map(|r| [0, 1, 2].map(|f| r.get(f).to_owned())).collect::<Vec<_>>()
            })
        };
        assert_eq!(read(&NOTHING_ASKED), None, "no code without being told");
        let all = [("代号", "key"), ("备注(2)", "short")];
        assert_eq!(read(&said(&all)).unwrap(), [["1", "甲局", "b"]]);
        assert_eq!(read(&said(&[("代号", "key"), ("备注", "short")])).unwrap(), [["1", "甲局", "a"]]);
        assert_eq!(read(&said(&[("代号", "key"), ("名称", ""), ("备注", "name")])).unwrap()[0][1], "a");
    }

    #[test]
    fn the_visible_sheet_with_the_header_is_read_and_everything_is_told() {
        let sheets = [
            sheet("旧", true, "编码,全称\n9,旧"),
            sheet("说明", false, "填表说明"),
            sheet(
                "单位",
                false,
                "单位一览,,\n单位编码,名称,联系人\n1,甲局,张\n编码,全称\n2,#REF!,李\n合计,2,\n3,丙局,王",
            ),
        ];
        let words = Words(FIELDS);
        let mut found = find(&sheets, None, &door(&words)).unwrap();
        let rows: Vec<_> =
            found.rows().iter().map(|r| (r.row, r.get(0).to_owned(), r.get(1).to_owned())).collect();
        assert_eq!(
            rows,
            [
                (3, "1".into(), "甲局".into()),
                (4, "编码".into(), "全称".into()),
                (7, "3".into(), "丙局".into())
            ]
        );
        let told = &found.told;
        assert_eq!((told.sheet.as_deref(), told.header_rows.as_slice()), (Some("单位"), &[2][..]));
        assert_eq!(told.sheets_other.len(), 2);
        assert_eq!(told.columns_unused[0].name, "联系人");
        assert_eq!(told.set_aside.iter().map(|a| a.row).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(find(&sheets, Some("旧"), &door(&words)).unwrap().rows().len(), 1);
        assert!(
            find(&sheets[..2], None, &door(&words)).is_none()
                && find(&sheets, Some("无"), &door(&words)).is_none()
        );
    }
}
