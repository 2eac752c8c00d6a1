//! 表格导入导出 (K1, X4): items as sheets of rows of text, and back, with every wrong cell named. The file
//! format is another room's. Must not know Excel.

use std::collections::BTreeMap;

use kernel::Said;
use serde::Serialize;
use tabular::header::Vocabulary;
use tabular::records::{self, Asked, Door, NOTHING_ASKED, Record as RowOf};
use tabular::told::{AsideTable, OtherSheet, Unknown};
use tabular::when::Reading;
use tabular::{DateOrder, Told};

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

/// Fields that are days.
const DAYS: [&str; 2] = ["effective_from", "effective_to"];
/// Fields that name an item.
const CODES: [&str; 3] = ["code", "handling_code", "base_code"];
const SPOILED: (&str, &str) = (
    "编码是被表格软件改坏的长数字，分不清是哪一项，未收；请把编码列设为文本后重新导出",
    "a long number spoiled by a spreadsheet names no item: set aside; format the column as text and export it again",
);

fn is_spoiled_code(key: &str, cell: &str) -> bool {
    CODES.contains(&key) && tabular::value::is_spoiled_number(cell)
}

struct Spoilt {
    sheet: String,
    row: usize,
    yes: bool,
}
#[derive(Default)]
struct Read {
    asked: Asked,
    /// Of the columns of days those where the year stands last.
    orders: Vec<(&'static str, DateOrder)>,
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

    /// A day of a column in which the year stands last, as the column shows it.
    fn day_of(&self, key: &str, cell: &str) -> Option<String> {
        let order = self.orders.iter().find(|o| o.0 == key)?.1;
        match tabular::when::read(cell, tabular::BEIJING_S, Some(order)) {
            Reading::Time { us, .. } => Some(kernel::Moment::from_us(us).date().to_string()),
            _ => None,
        }
    }

    /// Which of day and month comes first in the columns of days.
    fn find_orders(&mut self, sheet: &str, table: &mut records::Records<'_>) {
        self.orders.clear();
        for (i, field) in ServiceItem::FIELDS.iter().enumerate().filter(|(_, f)| DAYS.contains(&f.key)) {
            match table.date_order(i, self.asked.date_order) {
                Ok(Some(order)) => self.orders.push((field.key, order)),
                Ok(None) => {}
                Err((zh, en)) => {
                    let row = table.told.header_rows.last().copied().unwrap_or(1);
                    self.problem(sheet, row as usize, field.zh, zh, en);
                }
            }
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
            if is_spoiled_code(field.key, cell) {
                let (zh, en) = SPOILED;
                self.problem(sheet, record.row as usize, field.zh, zh, en);
                fine = false;
                continue;
            }
            let day = self.day_of(field.key, cell);
            if let Err(said) = (field.set)(&mut out, day.as_deref().unwrap_or(cell)) {
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
            // A rounded number names many items: it is the code of none.
            if is_spoiled_code(field.key, cell) {
                let (zh, en) = SPOILED;
                self.problem(sheet, record.row as usize, field.zh, zh, en);
                fine = false;
                continue;
            }
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
                // 进驻 below 是否进驻政务大厅 says 是.
                _ if flat::says_name(cell, &heading).is_some() => {
                    (if flat::says_name(cell, &heading) == Some(true) { "是" } else { "否" }).to_owned()
                }
                "effective_to" if flat::is_for_ever(cell) => continue,
                _ => self.day_of(field.key, cell).unwrap_or_else(|| cell.to_owned()),
            };
            let set = (field.set)(&mut item, &read);
            if set.is_ok()
                && let Some(taken_as) = (field.taken_as)(&item, cell)
            {
                list.values.add(&heading, cell, &taken_as);
            }
            if let Err(said) = set {
                match field.key {
                    "region" | "effective_from" | "effective_to" | "version" => {
                        self.problem(sheet, record.row as usize, field.zh, said.zh, said.en);
                        fine = false;
                    }
                    // Not every field can be empty: what stands there now is said.
                    _ => match (field.get)(&item).as_str() {
                        "" => list.values.add(&heading, cell, "没看懂，留空 / not understood: left empty"),
                        kept => {
                            let taken = format!(
                                "没看懂，按“{kept}”存，请核对 / not understood: kept as {kept}, check it"
                            );
                            list.values.add(&heading, cell, &taken);
                        }
                    },
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
        self.find_orders(sheet, &mut table);
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
#[path = "rows_tests.rs"]
mod tests;
