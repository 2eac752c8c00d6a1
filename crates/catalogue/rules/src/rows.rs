//! 表格导入导出 (K1, X4): items as sheets of rows of text, and back, with every wrong cell named. The file
//! format is another room's. Must not know Excel.

use std::collections::BTreeMap;

use kernel::Said;
use serde::Serialize;
use tabular::Told;
use tabular::header::Vocabulary;
use tabular::records::{self, Asked, Door, NOTHING_ASKED, Record as RowOf};
use tabular::told::{AsideTable, OtherSheet, Unknown};

use crate::check::validate;
use crate::fields::Record;
use crate::flat::{self, MANY, NAMES, Span};
use crate::item::{Faq, Fee, Material, Outcome, ServiceItem, Special, Step, Window};
use crate::words::{Handling, ItemState};

/// One sheet: a heading, then one row a record; all rows as wide as the heading when exported.
pub use tabular::records::Sheet;

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
        Sheet { name: ServiceItem::SHEET.to_owned(), rows: main, ..Sheet::default() },
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
    Sheet { name: T::SHEET.to_owned(), rows, ..Sheet::default() }
}

/// What became of the sheets of a file.
#[derive(Debug, Default)]
pub struct Imported {
    /// Items without a problem.
    pub items: Vec<ServiceItem>,
    /// What is wrong.
    pub problems: Vec<RowProblem>,
    /// How each sheet was read, that of the items first.
    pub told: Vec<Told>,
    /// The rows that were not taken, sheet by sheet, to be mended and brought again; a sheet may have none.
    pub aside: Vec<AsideTable>,
    /// It is a list on one sheet that does not say on which level its items stand: the units tell.
    pub levels_open: bool,
    /// Of each good item its rows: place of the sheet, row, cells.
    rows: Vec<Vec<(usize, u64, Vec<String>)>>,
}

impl Imported {
    /// A good item that is refused after all: its rows are set aside with the reason.
    pub fn refuse(&mut self, item: usize, why: &Said) {
        for (at, row, cells) in self.rows.get_mut(item).map(std::mem::take).unwrap_or_default() {
            self.told[at].aside(row, why.to_string());
            self.aside[at].rows.push((row, cells, why.zh.clone()));
        }
    }
}

/// What the columns of a sheet can be taken for: the heading, and in English. Of a sheet that is none of the parts:
/// those of the items.
pub fn columns(sheet: &str) -> Vec<(&'static str, &'static str)> {
    fn of<T: Record>(key: bool) -> Vec<(&'static str, &'static str)> {
        let named = KEY.into_iter().filter(|_| key).map(|k| (k, k));
        named.chain(T::FIELDS.iter().map(|f| (f.zh, f.en))).collect()
    }
    match sheet.trim() {
        s if s == Material::SHEET => of::<Material>(true),
        s if s == Step::SHEET => of::<Step>(true),
        s if s == Fee::SHEET => of::<Fee>(true),
        s if s == Window::SHEET => of::<Window>(true),
        s if s == Outcome::SHEET => of::<Outcome>(true),
        s if s == Special::SHEET => of::<Special>(true),
        s if s == Faq::SHEET => of::<Faq>(true),
        _ => of::<ServiceItem>(false).into_iter().chain(MANY.map(|m| (m.1, m.2))).collect(),
    }
}

/// Items and problems alone.
pub fn import(sheets: &[Sheet]) -> (Vec<ServiceItem>, Vec<RowProblem>) {
    let done = import_told(sheets, &NOTHING_ASKED);
    (done.items, done.problems)
}

/// Reads sheets in any order, with columns in any order and titles above them. Unknown sheets and columns are told,
/// wrong cells are problems. Items with a problem are left out of the answer. `asked` is what a person said of columns.
pub fn import_told(sheets: &[Sheet], asked: &Asked) -> Imported {
    let mut read = Read { asked: asked.clone(), ..Read::default() };
    let parts: [&str; 7] =
        [Material::SHEET, Step::SHEET, Fee::SHEET, Window::SHEET, Outcome::SHEET, Special::SHEET, Faq::SHEET];
    read.main(sheets, &parts);
    read.parts(sheets, |i| &mut i.materials);
    read.parts(sheets, |i| &mut i.steps);
    read.parts(sheets, |i| &mut i.fees);
    read.parts(sheets, |i| &mut i.windows);
    read.parts(sheets, |i| &mut i.results);
    read.parts::<Special>(sheets, |i| &mut i.special);
    read.parts::<Faq>(sheets, |i| &mut i.faq);
    read.end()
}

/// The names of the columns of a sheet: the fields of its records, then the key of the item.
struct Named {
    /// Number of the field, name as it is compared.
    names: Vec<(usize, String)>,
    words: Vec<&'static str>,
    needed: usize,
    /// Of the table of items: the places of name, unit, and of the cells that hold several.
    flat: Option<(usize, usize)>,
}

impl Named {
    /// Those of the table of items: its own names, those that offices give them, and cells that hold several.
    fn main() -> Self {
        let mut named = Self::of::<ServiceItem>(false);
        let at = |key: &str| ServiceItem::FIELDS.iter().position(|f| f.key == key);
        for (key, names) in NAMES {
            let Some(i) = at(key) else { continue };
            named.names.extend(names.iter().map(|n| (i, tabular::header::name(n))));
        }
        for (n, (_, heading, _, names)) in MANY.iter().enumerate() {
            let i = ServiceItem::FIELDS.len() + n;
            named.words.push(heading);
            named.names.extend(names.iter().chain([heading]).map(|name| (i, tabular::header::name(name))));
        }
        named.flat = at("name").zip(at("unit"));
        named
    }

    fn of<T: Record>(keys: bool) -> Self {
        let fields = T::FIELDS.iter().map(|f| [f.zh, f.key]);
        let all: Vec<[&'static str; 2]> =
            fields.chain(KEY.into_iter().filter(|_| keys).map(|k| [k, k])).collect();
        let code = all.iter().rposition(|n| n[0] == KEY[0]).unwrap_or(0);
        // Of a part the key comes first: its own fields may be called the same.
        let names = all.iter().enumerate().rev().flat_map(|(i, n)| n.map(|n| (i, tabular::header::name(n))));
        Self { names: names.collect(), words: all.iter().map(|n| n[0]).collect(), needed: code, flat: None }
    }
}

impl Vocabulary for Named {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        let (rank, (field, _)) = self.names.iter().enumerate().find(|(_, n)| n.1 == name)?;
        // The own names of a field are worth the same; of those that offices give, the first in the list is best.
        let own = self.names.iter().position(|n| n.0 == *field).unwrap_or(rank);
        Some((*field, if self.flat.is_some() { rank - own } else { 0 }))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        // A list without codes has at least names and units.
        let flat = self.flat.is_some_and(|(name, unit)| fields.contains(&name) && fields.contains(&unit));
        fields.contains(&self.needed) || flat
    }
}

struct Spoilt {
    sheet: String,
    row: usize,
    yes: bool,
}
#[derive(Default)]
struct Read {
    asked: Asked,
    /// Values of the table that is being read of which something was decided.
    unknown: Unknown,
    problems: Vec<RowProblem>,
    items: Vec<ServiceItem>,
    index: BTreeMap<Key, usize>,
    spoilt: Vec<Spoilt>,
    told: Vec<Told>,
    aside: Vec<AsideTable>,
    /// A list on one sheet; whether it says levels.
    flat: Option<bool>,
    /// Of each row read: place of its table, row, cells, its item.
    rows: Vec<(usize, u64, Vec<String>, Option<usize>)>,
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

    /// Notes a table that was found.
    fn table(&mut self, mut told: Told, sheet: &str, header: &[String]) -> usize {
        told.values_unknown.extend(std::mem::take(&mut self.unknown).list());
        self.told.push(told);
        self.aside.push(AsideTable { sheet: sheet.to_owned(), header: header.to_vec(), rows: Vec::new() });
        self.aside.len() - 1
    }

    fn fill<T: Record>(&mut self, sheet: &str, record: RowOf<'_>) -> (T, bool) {
        let mut out = T::blank();
        let mut fine = true;
        for (i, field) in T::FIELDS.iter().enumerate() {
            let cell = record.get(i);
            if cell.is_empty() && !record.has(i) {
                continue;
            }
            if let Err(said) = (field.set)(&mut out, cell) {
                self.problem(sheet, record.row as usize, field.zh, said.zh, said.en);
                fine = false;
            } else if let Some(taken_as) = (field.taken_as)(&out, cell) {
                self.unknown.add(field.zh, cell, &taken_as);
            }
        }
        (out, fine)
    }

    /// The same of a list on one sheet: what is not understood is told and left empty, what is missing is completed.
    fn fill_flat(&mut self, sheet: &str, record: RowOf<'_>, list: &mut FlatList) -> (ServiceItem, bool) {
        let mut item = ServiceItem::blank();
        let mut fine = true;
        for (i, field) in ServiceItem::FIELDS.iter().enumerate().filter(|(i, _)| record.has(*i)) {
            let cell = record.get(i);
            if cell.is_empty() {
                continue;
            }
            let heading = list.headings.get(i).cloned().unwrap_or_default();
            let place = match field.key {
                "legal_limit" => Some(&mut item.legal_limit),
                "promised_limit" => Some(&mut item.promised_limit),
                _ => None,
            };
            if let Some(place) = place {
                match flat::limit(cell, &heading) {
                    Some(Span::Limit(limit, decided)) => {
                        *place = Some(limit);
                        if let Some(decided) = decided {
                            list.values.add(&heading, cell, &decided);
                        }
                    }
                    // What the law limits says nothing of how it is done here.
                    Some(Span::AtOnce) if field.key == "legal_limit" => {
                        list.values.add(&heading, cell, "法定时限留空 / the limit of the law is left empty");
                    }
                    Some(Span::AtOnce) => {
                        item.handling = Handling::AtOnce;
                        list.values.add(&heading, cell, "即办件 / done at once");
                    }
                    Some(Span::Nothing) => {}
                    None => list.values.add(&heading, cell, "没看懂，留空 / not understood: left empty"),
                }
                continue;
            }
            let read = match field.key {
                "name" | "unit" => cell.split_whitespace().collect::<Vec<_>>().join(""),
                "code" => {
                    let code: String = cell.split_whitespace().collect();
                    // A number of a list is no code of an item.
                    if code.len() <= 4 && code.bytes().all(|b| b.is_ascii_digit()) {
                        list.values.add(
                            &heading,
                            "1、2、3…",
                            "是序号，不当作编码 / numbers of rows are no codes",
                        );
                        continue;
                    }
                    code
                }
                "legal_basis" | "conditions" => flat::split_sentences(cell).join("\n"),
                "kind" => flat::kind(cell).map_or_else(|| cell.to_owned(), |k| k.zh().to_owned()),
                "visits" => cell.trim_end_matches('次').trim().to_owned(),
                _ => cell.to_owned(),
            };
            if let Err(said) = (field.set)(&mut item, &read) {
                match field.key {
                    "region" | "effective_from" | "effective_to" | "version" => {
                        self.problem(sheet, record.row as usize, field.zh, said.zh, said.en);
                        fine = false;
                    }
                    _ => list.values.add(&heading, cell, "没看懂，留空 / not understood: left empty"),
                }
            }
        }
        for (n, (many, ..)) in MANY.iter().enumerate() {
            let cell = record.get(ServiceItem::FIELDS.len() + n);
            if !cell.is_empty() {
                flat::fill(&mut item, *many, cell);
            }
        }
        // A row without a name goes on with the item above: one material a row.
        if !item.name.is_empty() || !item.code.is_empty() {
            list.complete(&mut item, record);
        }
        (item, fine)
    }

    fn main(&mut self, sheets: &[Sheet], parts: &[&str]) {
        let named = Named::main();
        let word = |f: usize| named.words[f].to_owned();
        let asked = self.asked.clone();
        let door = Door { words: &named, word: &word, fields: named.words.len(), asked: &asked };
        // A file whose table has another name: any sheet that is none of the parts.
        let called = |s: &&Sheet| s.name.trim() == ServiceItem::SHEET;
        let others = sheets.iter().filter(move |s| !called(s) && !parts.contains(&s.name.trim()));
        let Some(mut table) = records::find(sheets.iter().filter(called).chain(others), None, &door) else {
            self.problem(
                "事项",
                1,
                "",
                "没有找到事项表：表头须有“实施编码”，或者有“事项名称”和“单位”；列名不同的在下面逐列指定",
                "no table of items: its header needs 实施编码, or 事项名称 and 单位; say below what the columns are",
            );
            return;
        };
        let sheet = if table.sheet().is_empty() { ServiceItem::SHEET } else { table.sheet() };
        let header = table.names().to_vec();
        let at = |key: &str| ServiceItem::FIELDS.iter().position(|f| f.key == key).unwrap_or(usize::MAX);
        let own = |s: &Sheet| s.rows.len() > 1 && parts.contains(&s.name.trim());
        // The full template says the state of each item and has sheets for its parts.
        let flat = !table.has(at("state")) && !sheets.iter().any(own);
        let headings: Vec<String> = (0..ServiceItem::FIELDS.len())
            .map(|i| {
                table
                    .told
                    .columns_used
                    .iter()
                    .find(|c| c.field == named.words[i])
                    .map_or_else(String::new, |c| c.name.clone())
            })
            .collect();
        let mut list = FlatList { flat, headings, ..FlatList::default() };
        let records: Vec<(u64, Vec<String>, ServiceItem, bool)> = table
            .rows()
            .into_iter()
            .map(|r| {
                let (item, fine) = match flat {
                    true => self.fill_flat(sheet, r, &mut list),
                    false => self.fill::<ServiceItem>(sheet, r),
                };
                (r.row, r.cells.to_vec(), item, fine)
            })
            .collect();
        let mut told = table.told;
        list.tell(&mut told);
        self.flat = flat.then_some(list.levelled);
        let parts = sheets.iter().filter(|s| s.hidden && parts.contains(&s.name.trim()));
        told.sheets_other.extend(parts.map(|s| OtherSheet { name: s.name.clone(), hidden: true }));
        let at = self.table(told, sheet, &header);
        for (row, cells, item, fine) in records {
            let key = key(&item);
            let above = if item.name.is_empty() && item.code.is_empty() {
                self.items.len().checked_sub(1)
            } else {
                self.index.get(&key).copied()
            };
            if let Some(above) = above.filter(|a| flat && fine && flat::goes_on(&self.items[*a], &item)) {
                flat::append(&mut self.items[above], item);
                self.rows.push((at, row, cells, Some(above)));
                continue;
            }
            if self.index.contains_key(&key) {
                let zh = "这个实施编码和版本前面已经有了，请删去一行";
                let en = "this code and version came before; remove one row";
                self.problem(sheet, row as usize, KEY[0], zh, en);
                self.rows.push((at, row, cells, None));
                continue;
            }
            self.rows.push((at, row, cells, Some(self.items.len())));
            self.index.insert(key, self.items.len());
            self.items.push(item);
            self.spoilt.push(Spoilt { sheet: sheet.to_owned(), row: row as usize, yes: !fine });
        }
    }

    fn parts<T: Record>(&mut self, sheets: &[Sheet], of: fn(&mut ServiceItem) -> &mut Vec<T>) {
        let seen = sheets.iter().any(|s| !s.hidden);
        let own = sheets.iter().filter(|s| s.name.trim() == T::SHEET && (!s.hidden || !seen));
        if own.clone().all(|s| s.rows.iter().all(Vec::is_empty)) {
            return;
        }
        let named = Named::of::<T>(true);
        let word = |f: usize| named.words[f].to_owned();
        let asked = self.asked.clone();
        let door = Door { words: &named, word: &word, fields: named.words.len(), asked: &asked };
        let Some(mut table) = records::find(own, None, &door) else {
            let zh = "缺少“实施编码”一列，请补上";
            self.problem(T::SHEET, 1, KEY[0], zh, "the column 实施编码 is missing");
            return;
        };
        let header = table.names().to_vec();
        let key_at = T::FIELDS.len();
        let records: Vec<(u64, Vec<String>, Key, T, bool)> = table
            .rows()
            .into_iter()
            .map(|r| {
                let cell = |k: usize| r.get(key_at + k).to_owned();
                let key = (cell(0), cell(1), cell(2).parse().unwrap_or(1));
                let (record, fine) = self.fill::<T>(T::SHEET, r);
                (r.row, r.cells.to_vec(), key, record, fine)
            })
            .collect();
        let mut told = table.told;
        told.sheets_other.clear();
        let at = self.table(told, T::SHEET, &header);
        for (row, cells, key, record, fine) in records {
            let Some(i) = self.index.get(&key).copied() else {
                let zh = format!("“事项”表里没有实施编码 {} 第 {} 版，请先补事项", key.0, key.2);
                let en = "this item is not in the sheet 事项; add it first";
                self.problem(T::SHEET, row as usize, KEY[0], zh, en);
                self.rows.push((at, row, cells, None));
                continue;
            };
            self.rows.push((at, row, cells, Some(i)));
            self.spoilt[i].yes |= !fine;
            of(&mut self.items[i]).push(record);
        }
    }

    fn end(mut self) -> Imported {
        let mut good = Vec::new();
        let mut taken = vec![false; self.items.len()];
        for (i, (item, spoilt)) in self.items.into_iter().zip(&self.spoilt).enumerate() {
            let faults = validate(&item);
            for f in &faults {
                if self.problems.len() < PROBLEMS_MAX {
                    self.problems.push(RowProblem {
                        sheet: spoilt.sheet.clone(),
                        row: spoilt.row,
                        // A field of the item by its heading; what lies deeper by its path.
                        column: heading_of(&f.path).unwrap_or_else(|| f.path.clone()),
                        said: f.said.clone(),
                    });
                }
            }
            if faults.is_empty() && !spoilt.yes {
                taken[i] = true;
                good.push(item);
            }
        }
        let mut why: BTreeMap<(&str, usize), String> = BTreeMap::new();
        for p in &self.problems {
            let said = why.entry((p.sheet.as_str(), p.row)).or_default();
            if !said.is_empty() {
                said.push('；');
            }
            said.push_str(&match p.column.as_str() {
                "" => p.said.to_string(),
                column => format!("“{column}”：{}", p.said),
            });
        }
        let mut good_of: Vec<Option<usize>> = Vec::with_capacity(taken.len());
        let mut n = 0;
        for taken in &taken {
            good_of.push(taken.then_some(n));
            n += usize::from(*taken);
        }
        let mut kept: Vec<Vec<(usize, u64, Vec<String>)>> = vec![Vec::new(); good.len()];
        for (at, row, cells, item) in self.rows {
            if let Some(good) = item.and_then(|i| good_of[i]) {
                kept[good].push((at, row, cells));
                continue;
            }
            let table = &mut self.aside[at];
            let said = why.get(&(table.sheet.as_str(), row as usize)).cloned().unwrap_or_default();
            let reason = match said.as_str() {
                "" => "所属事项未收 / its item was not taken".to_owned(),
                said => said.to_owned(),
            };
            self.told[at].aside(row, reason);
            table.rows.push((row, cells, said));
        }
        let levels_open = self.flat == Some(false);
        Imported {
            items: good,
            problems: self.problems,
            told: self.told,
            aside: self.aside,
            levels_open,
            rows: kept,
        }
    }
}

/// The heading of a field of an item.
fn heading_of(key: &str) -> Option<String> {
    ServiceItem::FIELDS.iter().find(|f| f.key == key).map(|f| f.zh.to_owned())
}

/// A list on one sheet while its rows go by: what was understood and completed, to be told once.
#[derive(Default)]
struct FlatList {
    flat: bool,
    /// Headings of the columns that are read, by field.
    headings: Vec<String>,
    values: Unknown,
    items: usize,
    materials: usize,
    sample: Option<String>,
    own_codes: usize,
    usual_steps: usize,
    levelled: bool,
}

impl FlatList {
    /// What a list leaves out: it is in force, has a code, and goes the general way of a licence.
    fn complete(&mut self, item: &mut ServiceItem, record: RowOf<'_>) {
        self.items += 1;
        item.state = ItemState::InForce;
        let level = ServiceItem::FIELDS.iter().position(|f| f.key == "level");
        self.levelled |= level.is_some_and(|l| record.has(l));
        if item.code.is_empty() && !item.name.is_empty() {
            item.code = flat::own_code(&item.name, &item.unit);
            self.own_codes += 1;
        }
        if item.steps.is_empty() {
            flat::usual(item);
            self.usual_steps += 1;
        }
        self.materials += item.materials.len();
        if self.sample.is_none() && item.materials.len() > 1 {
            let names: Vec<&str> = item.materials.iter().map(|m| m.name.as_str()).take(4).collect();
            self.sample = Some(format!("{}：{}", item.name, names.join(" | ")));
        }
    }
    fn tell(&mut self, told: &mut Told) {
        if !self.flat || self.items == 0 {
            return;
        }
        told.values_unknown.extend(self.values.list());
        if let Some(sample) = &self.sample {
            let n = self.materials;
            told.note(format!("一格里的多项材料已分开，共 {n} 项，如 {sample} / several materials in a cell were told apart, {n} in all, such as {sample}"));
        }
        if self.own_codes > 0 {
            let n = self.own_codes;
            told.note(format!("{n} 个事项没有编码，按名称和单位自编，以后再导入不变 / {n} items have no code: one was made from name and unit, always the same"));
        }
        if self.usual_steps > 0 {
            let (n, steps) = (self.usual_steps, flat::USUAL_STEPS.join("、"));
            told.note(format!("{n} 个事项没有写流程，按一般程序填“{steps}”，以后可改 / {n} items name no steps: the usual ones were filled in, to be changed later"));
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
        // The item and all of its parts can be mended and brought again.
        let done = import_told(&sheets, &NOTHING_ASKED);
        assert_eq!(done.aside[0].rows.len(), 1);
        assert!(done.aside[0].rows[0].2.contains("承诺办结时限"), "{:?}", done.aside[0].rows);
        assert_eq!(done.aside[1].rows.len(), sheets[1].rows.len() - 1);
        assert_eq!(done.told[0].set_aside_count, 1);
    }

    #[test]
    fn whatever_was_decided_about_a_list_of_one_sheet_is_told() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["事项名称", "实施单位", "办理时限", "申请材料"]),
            row(["甲证", "市住建局", "即办件", "身份证"]),
            row(["乙证", "市住建局", "3-5个工作日", "身份证"]),
            row(["丙证", "市住建局", "7", "身份证"]),
        ];
        let sheets = [Sheet { name: "清单".to_owned(), rows, ..Sheet::default() }];
        let done = import_told(&sheets, &NOTHING_ASKED);
        assert_eq!(done.items.len(), 3, "{:?}", done.problems);
        let told: Vec<&str> = done.told[0].values_unknown.iter().map(|v| v.value.as_str()).collect();
        for value in ["即办件", "3-5个工作日", "7"] {
            assert!(told.contains(&value), "{value} of {told:?}");
        }
    }

    #[test]
    fn columns_and_sheets_that_are_not_read_are_told() {
        let mut sheets = export(&[sample::food_licence()]);
        sheets[0].rows[0].push("科室电话".to_owned());
        sheets[0].rows[1].push("0730-8888888".to_owned());
        sheets.push(Sheet { name: "字典".to_owned(), ..Sheet::default() });
        let done = import_told(&sheets, &NOTHING_ASKED);
        assert_eq!((done.items.len(), done.problems.len()), (1, 0));
        let unused = &done.told[0].columns_unused[0];
        assert_eq!((unused.name.as_str(), unused.likely.as_deref()), ("科室电话", Some("phone")));
        let others: Vec<_> = done.told[0].sheets_other.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(others, ["字典"]);
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
            let (items, problems) = import(&[Sheet { name: name.to_owned(), rows, ..Sheet::default() }]);
            prop_assert!(items.iter().all(|i| validate(i).is_empty()));
            prop_assert!(problems.len() <= PROBLEMS_MAX);
        }
    }
}
