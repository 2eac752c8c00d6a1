//! 企业表: a company a row. Columns of the file by the names that offices give them; every other column is something known of
//! the company, as policies read it (`参保人数@2024`).

use std::cell::RefCell;

use city::Contact;
use company::file::fact_list;
use company::policy::{Book, Facts, PolicyError};
use tabular::Told;
use tabular::header::{self, Fields, Vocabulary};
use tabular::records::{self, Sheet};

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
const CODE: usize = 0;
const NAME: usize = 1;
/// Fields from here on are facts, numbered as they are met.
const FACTS: usize = FIELDS.len();

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
    /// the name of its sheet
    pub told_sheet: Option<String>,
}

struct Columns(RefCell<Vec<String>>);

impl Vocabulary for Columns {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        if name.is_empty() {
            return None;
        }
        let called = |f: &(&str, &[&str], bool)| f.1.iter().position(|n| header::name(n) == name);
        if let Some((field, rank)) = FIELDS.iter().enumerate().find_map(|(i, f)| Some((i, called(f)?))) {
            return Some((field, rank));
        }
        let mut names = self.0.borrow_mut();
        let at = names.iter().position(|n| n == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        Some((FACTS + at, 0))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&CODE) && fields.contains(&NAME)
    }
}

/// Reads the first sheet with a header of companies; none when there is none.
///
/// # Errors
/// The facts cannot be read at all.
pub fn read_table(sheets: &[Sheet], book: &Book) -> Result<Option<Table>, PolicyError> {
    let columns = Columns(RefCell::default());
    let word = |f: usize| FIELDS.get(f).map_or_else(|| "已知情况".to_owned(), |f| f.0.to_owned());
    let asked = records::Asked::default();
    let door = records::Door { words: &columns, word: &word, fields: FIELDS.len(), asked: &asked };
    let Some(mut table) = records::find(sheets, None, &door) else { return Ok(None) };
    let header: Vec<String> = table.names().to_vec();
    let facts_at: Vec<usize> = header
        .iter()
        .enumerate()
        .filter(|(_, n)| !n.trim().is_empty() && !is_file_field(n))
        .map(|(i, _)| i)
        .collect();
    let fact_names: Vec<String> =
        std::iter::once("company".to_owned()).chain(facts_at.iter().map(|i| header[*i].clone())).collect();
    let mut out = Table { header, ..Table::default() };
    let (mut numbers, mut cells) = (Vec::new(), Vec::new());
    for row in table.rows() {
        let get = |field: usize| row.get(field).to_owned();
        let new = NewCompany {
            code: get(CODE),
            name: get(NAME),
            size: get(2),
            industry: get(3),
            region: get(4),
            commissioner: get(5),
            contact: Contact { name: get(6), phone: get(7), address: get(8), ..Contact::default() },
        };
        if !facts_at.is_empty() {
            // The place in the table stands for the company: two rows of one company are told apart later.
            let known = facts_at.iter().map(|i| row.cells.get(*i).cloned().unwrap_or_default());
            cells.push(std::iter::once(out.rows.len().to_string()).chain(known).collect());
            numbers.push(out.rows.len());
        }
        out.rows.push(Incoming { row: row.row, new, facts: Vec::new() });
    }
    if !facts_at.is_empty() {
        let facts = Facts::from_table(&fact_names, cells.into_iter(), book)?;
        for (at, one) in numbers.into_iter().zip(&facts.companies) {
            if let Some(row) = out.rows.get_mut(at) {
                row.facts = fact_list(&facts, one);
            }
        }
        out.set_aside = facts.set_aside;
    }
    out.told_sheet = Some(table.sheet().to_owned());
    out.told = table.told;
    Ok(Some(out))
}

fn is_file_field(name: &str) -> bool {
    let name = header::name(name);
    FIELDS.iter().any(|f| f.1.iter().any(|n| header::name(n) == name))
}
