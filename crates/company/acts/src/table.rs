//! 企业表: a company a row. Columns of the file by the names that offices give them; every other column is something known of
//! the company, as policies read it (`参保人数@2024`).

use std::collections::BTreeMap;

use city::Contact;
use company::file::fact_list;
use company::policy::{Book, Facts, PolicyError};
use tabular::Told;
use tabular::header::{self, Fields, Vocabulary};
use tabular::records::{self, Asked, Sheet};
use tabular::told::{ASIDE_COLUMNS, ColumnUsed, Unknown};
use tabular::{value, when};

use crate::{Incoming, NewCompany};

const FIELDS: &Fields<'_> = &[
    (
        "统一社会信用代码",
        &[
            "统一社会信用代码",
            "社会信用代码",
            "信用代码",
            "统一信用代码",
            "企业代码",
            "credit_code",
            "company",
        ],
        true,
    ),
    ("企业名称", &["企业名称", "名称", "单位名称", "主体名称", "市场主体名称", "name"], true),
    ("规模", &["规模", "企业规模", "企业划型", "划型", "size"], false),
    ("行业", &["行业", "行业代码", "所属行业", "行业门类", "国民经济行业", "industry"], false),
    (
        "区划",
        &["区划", "行政区划", "行政区划代码", "区划代码", "所属区划", "所在区县", "所属地区", "region"],
        false,
    ),
    ("服务专员", &["服务专员", "专员账号", "服务专员账号", "commissioner"], false),
    ("联系人", &["联系人", "联系人姓名", "法定代表人", "contact"], false),
    ("联系电话", &["联系电话", "联系人电话", "电话", "手机", "手机号", "phone"], false),
    ("地址", &["地址", "住所", "注册地址", "经营地址", "address"], false),
];
/// Words that say two sizes at once.
const SIZES_AT_ONCE: [&str; 6] = ["小微", "小微型", "中小", "中小微", "中小型", "大中型"];
const CODE: usize = 0;
const NAME: usize = 1;
const PHONE: usize = 7;

/// What a file says.
#[derive(Debug, Default)]
pub struct Table {
    /// its rows
    pub rows: Vec<Incoming>,
    /// how it was read and what was left
    pub told: Told,
    /// values that could not be used, with their reason
    pub set_aside: Vec<PolicyError>,
    /// the names of its columns, for the file of what was not taken
    pub header: Vec<String>,
    /// the cells of each row as they stand
    pub cells: BTreeMap<u64, Vec<String>>,
}

/// A column that is something known of the company, where a person says so.
pub(crate) const FACT: &str = "已知情况";

/// The names of the fields of a file, without those that a person took for something known.
struct Columns {
    known: Vec<String>,
}

impl Vocabulary for Columns {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        if self.known.iter().any(|k| k == name) { None } else { of_file(name) }
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&CODE) && fields.contains(&NAME)
    }
}

/// The field of a file with this name, and how well it is named.
fn of_file(name: &str) -> Option<(usize, usize)> {
    let called = |f: &(&str, &[&str], bool)| f.1.iter().position(|n| header::name(n) == name);
    FIELDS.iter().enumerate().find_map(|(i, f)| Some((i, called(f)?)))
}

/// The column of a field that a refusal names: 规模 of `size`.
pub(crate) fn called(field: &str) -> Option<&'static str> {
    let of_file = || FIELDS.iter().find(|f| f.1.last() == Some(&field)).map(|f| f.0);
    if field == "facts" { Some(FACT) } else { of_file() }
}

/// What a column can be taken for: the fields of a file, and something known.
pub(crate) fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    let named = FIELDS.iter().map(|f| (f.0, f.1.last().copied().unwrap_or(f.0)));
    named.chain([(FACT, "known")])
}

/// The columns that are something known of the company: of those that are read as nothing else every one with a name of
/// its own that no field of a file has, and that nobody said is not to be read.
fn facts_of(header: &[String], left: &[bool], words: &Columns, asked: &Asked) -> Vec<usize> {
    let shown = header::unique(header);
    let unread = |c: usize, name: &str| {
        asked
            .columns
            .iter()
            .any(|a| a.field.is_empty() && (a.column == shown[c] || header::name(&a.column) == name))
    };
    let mut names = Vec::new();
    let mut fits = |c: &usize| {
        let name = header::name(&header[*c]);
        let fact = left[*c]
            && !name.is_empty()
            && !ASIDE_COLUMNS.contains(&header[*c].trim())
            && (of_file(&name).is_none() || words.known.contains(&name))
            && !unread(*c, &name)
            && !names.contains(&name);
        names.push(name);
        fact
    };
    (0..header.len()).filter(|c| fits(c)).collect()
}

/// A column that the names alone leave unread is something known.
fn taken_for_fact(told: &mut Told, name: &str) {
    told.columns_unused.retain(|c| c.name != name);
    told.columns_used.push(ColumnUsed { name: name.to_owned(), field: FACT.to_owned() });
    for column in told.seen.iter_mut().filter(|c| c.name == name) {
        (column.field, column.likely) = (Some(FACT.to_owned()), None);
    }
}

/// Reads the sheet that is named, else the first with a header of companies; none when there is none.
///
/// # Errors
/// The facts cannot be read at all.
pub fn read_table(sheets: &[Sheet], book: &Book, asked: &Asked) -> Result<Option<Table>, PolicyError> {
    let (known, columns): (Vec<_>, Vec<_>) = asked.columns.iter().cloned().partition(|c| c.field == FACT);
    let asked = Asked { columns, ..asked.clone() };
    let words = Columns { known: known.iter().map(|c| header::name(&c.column)).collect() };
    let word = |f: usize| FIELDS[f].0.to_owned();
    let door = records::Door { words: &words, word: &word, fields: FIELDS.len(), asked: &asked };
    let Some(mut table) = records::find(sheets, asked.sheet.as_deref(), &door) else { return Ok(None) };
    let header: Vec<String> = table.names().to_vec();
    let left: Vec<bool> = (0..header.len()).map(|c| table.field_of(c).is_none()).collect();
    let facts_at = facts_of(&header, &left, &words, &asked);
    let shown = header::unique(&header);
    facts_at.iter().for_each(|c| taken_for_fact(&mut table.told, &shown[*c]));
    let fact_names: Vec<String> =
        std::iter::once("company".to_owned()).chain(facts_at.iter().map(|i| header[*i].clone())).collect();
    let mut out = Table { header, ..Table::default() };
    let (mut cells, mut unknown) = (Vec::new(), Unknown::default());
    for row in table.rows() {
        let get = |field: usize| row.get(field).to_owned();
        let phone = value::whole(row.get(PHONE)).to_owned();
        if !when::is_blank_word(&phone) && !value::is_phone(&phone) {
            unknown.add(
                FIELDS[PHONE].0,
                &phone,
                "不是电话号码，照原样记入，请核对 / no telephone number: kept as it stands, check it",
            );
        }
        let size = get(2);
        let several = SIZES_AT_ONCE.contains(&size.trim().trim_end_matches("企业"));
        if several {
            unknown.add(
                FIELDS[2].0,
                &size,
                "不止一种规模，留空；请写小型或微型 / more than one size: left empty, write one of them",
            );
        }
        let new = NewCompany {
            code: get(CODE).chars().map(when::half_width).collect(),
            name: get(NAME),
            size: if several { String::new() } else { size },
            industry: get(3),
            region: get(4),
            commissioner: get(5),
            contact: Contact { name: get(6), phone, address: get(8), ..Contact::default() },
        };
        if !facts_at.is_empty() {
            // The place in the table stands for the company: two rows of one company are told apart later.
            let known = facts_at.iter().map(|i| row.cells.get(*i).cloned().unwrap_or_default());
            cells.push(std::iter::once(out.rows.len().to_string()).chain(known).collect());
        }
        out.cells.insert(row.row, row.cells.to_vec());
        out.rows.push(Incoming { row: row.row, new, facts: Vec::new() });
    }
    if !facts_at.is_empty() {
        let facts = Facts::from_table(&fact_names, cells.into_iter(), book)?;
        for (row, one) in out.rows.iter_mut().zip(&facts.companies) {
            row.facts = fact_list(&facts, one);
        }
        out.set_aside = facts.set_aside;
    }
    out.told = Told { values_unknown: unknown.list(), ..table.told };
    Ok(Some(out))
}
