//! 表格导入导出 (K1, X4): items as sheets of rows of text, and back, with every wrong cell named. The file
//! format is another room's. Must not know Excel.

use std::collections::BTreeMap;

use kernel::Said;
use serde::Serialize;

use crate::check::validate;
use crate::fields::Record;
use crate::item::{Faq, Fee, Material, Outcome, ServiceItem, Special, Step, Window};

/// One sheet: a heading row, then one row a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// 事项, 材料, 环节 …
    pub name: String,
    /// Heading first; all rows as wide as the heading when exported.
    pub rows: Vec<Vec<String>>,
}

/// One cell or row that cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The sheet.
    pub sheet: String,
    /// Row as a spreadsheet shows it, from 1 (the heading).
    pub row: usize,
    /// Heading of the column; empty when the whole row is meant.
    pub column: String,
    /// What is wrong and what to do.
    pub said: Said,
}

/// The most rows of one sheet (the limit of the spreadsheet format).
pub const ROWS_MAX: usize = 1_048_576;
/// The most problems reported.
pub const PROBLEMS_MAX: usize = 1_000;

/// The columns by which a part finds its item, before its own columns.
const KEY: [&str; 3] = ["实施编码", "业务办理项编码", "版本"];
type Key = (String, String, u32);

fn key(item: &ServiceItem) -> Key {
    (item.code.clone(), item.handling_code.clone(), item.version)
}

/// Eight sheets: items and their parts.
pub fn export(items: &[ServiceItem]) -> Vec<Sheet> {
    let mut main = vec![ServiceItem::FIELDS.iter().map(|f| f.zh.to_owned()).collect::<Vec<_>>()];
    main.extend(items.iter().map(|i| ServiceItem::FIELDS.iter().map(|f| (f.get)(i)).collect()));
    vec![
        Sheet { name: ServiceItem::SHEET.to_owned(), rows: main },
        part(items, |i| &i.materials),
        part(items, |i| &i.steps),
        part(items, |i| &i.fees),
        part(items, |i| &i.windows),
        part(items, |i| &i.results),
        part(items, |i| &i.special),
        part(items, |i| &i.faq),
    ]
}

fn part<T: Record>(items: &[ServiceItem], of: fn(&ServiceItem) -> &Vec<T>) -> Sheet {
    let heading = KEY.iter().copied().chain(T::FIELDS.iter().map(|f| f.zh));
    let mut rows = vec![heading.map(str::to_owned).collect::<Vec<_>>()];
    for item in items {
        for record in of(item) {
            let (code, handling, version) = key(item);
            let own = T::FIELDS.iter().map(|f| (f.get)(record));
            rows.push([code, handling, version.to_string()].into_iter().chain(own).collect());
        }
    }
    Sheet { name: T::SHEET.to_owned(), rows }
}

/// Reads sheets in any order, with columns in any order; unknown sheets are passed over, unknown columns and
/// wrong cells are problems. Items with a problem are left out of the answer.
pub fn import(sheets: &[Sheet]) -> (Vec<ServiceItem>, Vec<RowProblem>) {
    let mut read =
        Read { problems: Vec::new(), items: Vec::new(), index: BTreeMap::new(), spoilt: Vec::new() };
    // A file of one table needs no name for it.
    let only = || sheets.first().filter(|s| sheets.len() == 1 && heading_fits(s));
    if let Some(main) = sheets.iter().find(|s| s.name.trim() == ServiceItem::SHEET).or_else(only) {
        read.main(main);
    } else {
        read.problem(
            "事项",
            1,
            "",
            "没有“事项”这张表，请从导出的模板填写",
            "there is no sheet 事项; fill in an exported one",
        );
    }
    read.parts(sheets, |i| &mut i.materials);
    read.parts(sheets, |i| &mut i.steps);
    read.parts(sheets, |i| &mut i.fees);
    read.parts(sheets, |i| &mut i.windows);
    read.parts(sheets, |i| &mut i.results);
    read.parts::<Special>(sheets, |i| &mut i.special);
    read.parts::<Faq>(sheets, |i| &mut i.faq);
    let mut good = Vec::new();
    for (item, spoilt) in read.items.into_iter().zip(read.spoilt) {
        let faults = validate(&item);
        if !faults.is_empty() {
            for f in faults {
                if read.problems.len() < PROBLEMS_MAX {
                    read.problems.push(RowProblem {
                        sheet: ServiceItem::SHEET.to_owned(),
                        row: spoilt.row,
                        column: f.path,
                        said: f.said,
                    });
                }
            }
        } else if !spoilt.yes {
            good.push(item);
        }
    }
    (good, read.problems)
}

/// A heading: its row, which field each column fills, the places of the key columns.
struct Columns {
    at: usize,
    fields: Vec<Option<usize>>,
    key_at: [usize; 3],
}

fn is_called(zh: &str, key: &str, name: &str, plain: &str) -> bool {
    zh == name || key == name || tabular::header::name(zh) == plain
}

/// The row with the most known names; titles and notes may stand above it.
fn heading_of<T: Record>(sheet: &Sheet) -> usize {
    let known = |row: &Vec<String>| {
        let hit = |name: &&String| {
            let plain = tabular::header::name(name);
            KEY.contains(&plain.as_str())
                || T::FIELDS.iter().any(|f| is_called(f.zh, f.key, name.trim(), &plain))
        };
        row.iter().filter(|n| !n.trim().is_empty()).filter(hit).count()
    };
    let rows = sheet.rows.iter().take(tabular::header::HEADER_WITHIN).map(known).enumerate();
    rows.max_by_key(|(i, n)| (*n, std::cmp::Reverse(*i))).map_or(0, |r| r.0)
}

/// Does the sheet have the columns of items?
fn heading_fits(sheet: &Sheet) -> bool {
    let heading = sheet.rows.get(heading_of::<ServiceItem>(sheet));
    heading.is_some_and(|h| h.iter().any(|n| tabular::header::name(n) == KEY[0]))
}

struct Spoilt {
    row: usize,
    yes: bool,
}
struct Read {
    problems: Vec<RowProblem>,
    items: Vec<ServiceItem>,
    index: BTreeMap<Key, usize>,
    spoilt: Vec<Spoilt>,
}

impl Read {
    fn problem(
        &mut self,
        sheet: &str,
        row: usize,
        column: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(RowProblem {
                sheet: sheet.to_owned(),
                row,
                column: column.to_owned(),
                said: Said::new(zh, en),
            });
        }
    }

    /// Which field each column fills; the places of the key columns for a part.
    fn columns<T: Record>(&mut self, sheet: &Sheet, keys: bool) -> Option<Columns> {
        if sheet.rows.len() > ROWS_MAX {
            let zh = format!("超过 {ROWS_MAX} 行，请分几个文件");
            self.problem(&sheet.name, 1, "", zh, format!("more than {ROWS_MAX} rows; split the file"));
            return None;
        }
        let at = heading_of::<T>(sheet);
        let heading = sheet.rows.get(at)?;
        let mut key_at = [usize::MAX; 3];
        let mut fields = Vec::with_capacity(heading.len());
        for (c, name) in heading.iter().enumerate() {
            let name = name.trim();
            let plain = tabular::header::name(name);
            if keys && let Some(k) = KEY.iter().position(|k| *k == plain) {
                key_at[k] = c;
                fields.push(None);
                continue;
            }
            let field = T::FIELDS.iter().position(|f| is_called(f.zh, f.key, name, &plain));
            if field.is_none() && !name.is_empty() {
                let zh = format!("没有“{}”这一列，请对照导出的模板", crate::words::echo(name));
                self.problem(&sheet.name, at + 1, name, zh, "no such column; compare with an exported sheet");
            }
            fields.push(field);
        }
        if keys && key_at[0] == usize::MAX {
            self.problem(
                &sheet.name,
                at + 1,
                KEY[0],
                "缺少“实施编码”一列，请补上",
                "the column 实施编码 is missing",
            );
            return None;
        }
        Some(Columns { at, fields, key_at })
    }

    /// Is the row a record? What is none (sums, notes, the heading again) is told.
    fn is_record(&mut self, sheet: &Sheet, r: usize, heading: usize) -> bool {
        let row = &sheet.rows[r];
        if row.iter().all(|c| c.trim().is_empty()) {
            return false;
        }
        let again = tabular::aside::is_header_again(row, &sheet.rows[heading])
            .then_some(("重复的表头", "the heading again"));
        let Some((zh, en)) = again.or_else(|| tabular::aside::why(row, sheet.rows[heading].len())) else {
            return true;
        };
        self.problem(&sheet.name, r + 1, "", format!("{zh}，未收"), format!("{en}: set aside"));
        false
    }

    fn fill<T: Record>(&mut self, sheet: &Sheet, r: usize, fields: &[Option<usize>]) -> (T, bool) {
        let mut record = T::blank();
        let mut fine = true;
        for (cell, field) in sheet.rows[r].iter().zip(fields) {
            let Some(field) = field.map(|f| &T::FIELDS[f]) else { continue };
            if let Err(said) = (field.set)(&mut record, cell) {
                self.problem(&sheet.name, r + 1, field.zh, said.zh, said.en);
                fine = false;
            }
        }
        (record, fine)
    }

    fn main(&mut self, sheet: &Sheet) {
        let Some(Columns { at, fields, .. }) = self.columns::<ServiceItem>(sheet, false) else { return };
        for r in at + 1..sheet.rows.len() {
            if !self.is_record(sheet, r, at) {
                continue;
            }
            let (item, fine) = self.fill::<ServiceItem>(sheet, r, &fields);
            let key = key(&item);
            if self.index.contains_key(&key) {
                let zh = "这个实施编码和版本前面已经有了，请删去一行";
                self.problem(
                    &sheet.name,
                    r + 1,
                    KEY[0],
                    zh,
                    "this code and version came before; remove one row",
                );
                continue;
            }
            self.index.insert(key, self.items.len());
            self.items.push(item);
            self.spoilt.push(Spoilt { row: r + 1, yes: !fine });
        }
    }

    fn parts<T: Record>(&mut self, sheets: &[Sheet], of: fn(&mut ServiceItem) -> &mut Vec<T>) {
        let Some(sheet) = sheets.iter().find(|s| s.name.trim() == T::SHEET) else { return };
        let Some(Columns { at, fields, key_at }) = self.columns::<T>(sheet, true) else { return };
        for r in at + 1..sheet.rows.len() {
            if !self.is_record(sheet, r, at) {
                continue;
            }
            let row = &sheet.rows[r];
            let cell = |k: usize| row.get(key_at[k]).map_or("", |c| c.trim()).to_owned();
            let key = (cell(0), cell(1), cell(2).parse().unwrap_or(1));
            let (record, fine) = self.fill::<T>(sheet, r, &fields);
            let Some(i) = self.index.get(&key).copied() else {
                let zh = format!("“事项”表里没有实施编码 {} 第 {} 版，请先补事项", key.0, key.2);
                self.problem(
                    &sheet.name,
                    r + 1,
                    KEY[0],
                    zh,
                    "this item is not in the sheet 事项; add it first",
                );
                continue;
            };
            self.spoilt[i].yes |= !fine;
            of(&mut self.items[i]).push(record);
        }
    }
}

/// The headings of every sheet, for an empty template.
pub fn template() -> Vec<Sheet> {
    export(&[])
}

const _: fn() = || {
    fn record<T: Record>() {}
    record::<Material>();
    record::<Step>();
    record::<Fee>();
    record::<Window>();
    record::<Outcome>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use proptest::prelude::*;

    #[test]
    fn sheets_come_back_as_they_went_even_with_columns_moved() {
        let items = [sample::food_licence(), sample::full()];
        let mut sheets = export(&items);
        assert_eq!(import(&sheets), (items.to_vec(), vec![]));
        sheets.reverse();
        for s in &mut sheets {
            for row in &mut s.rows {
                row.rotate_left(2);
            }
        }
        assert_eq!(import(&sheets), (items.to_vec(), vec![]));
    }

    #[test]
    fn a_wrong_cell_is_named_with_sheet_row_and_column() {
        let mut sheets = export(&[sample::food_licence()]);
        let column = sheets[0].rows[0].iter().position(|h| h == "承诺办结时限").unwrap();
        sheets[0].rows[1][column] = "尽快".to_owned();
        let lost = sheets[1].rows[1].clone();
        sheets[1].rows.push(lost);
        sheets[1].rows.last_mut().unwrap()[0] = "没有的编码".to_owned();
        let (items, problems) = import(&sheets);
        assert!(items.is_empty(), "an item with a wrong cell is not taken in half");
        let at: Vec<_> = problems.iter().map(|p| (p.sheet.as_str(), p.row, p.column.as_str())).collect();
        assert_eq!(at, [("事项", 2, "承诺办结时限"), ("材料", 6, "实施编码")]);
        assert!(problems[0].said.zh.contains("5个工作日"), "{:?}", problems[0]);
    }

    proptest! {
        #[test]
        fn any_sheets_are_read_without_panic(
            cells in proptest::collection::vec(proptest::collection::vec("[\\PC\n]{0,12}", 0..6), 0..6),
            name in prop::sample::select(vec!["事项", "材料", "环节", "别的"]),
        ) {
            let mut rows = cells;
            let heading = template().into_iter().find(|s| s.name == name).map(|s| s.rows[0].clone());
            if let Some(heading) = heading {
                rows.insert(0, heading);
            }
            let (items, problems) = import(&[Sheet { name: name.to_owned(), rows }]);
            prop_assert!(items.iter().all(|i| validate(i).is_empty()));
            prop_assert!(problems.len() <= PROBLEMS_MAX);
        }
    }
}
