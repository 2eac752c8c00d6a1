//! 企业 (R11): the file of each company as a row, its sealed contact, and what is known of it. Every change is an event.
//! Must not decide anything, nor read what is sealed.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind};
use ledger::Hash;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::ledger_rows::NewEvent;
use crate::value::{Row, Value};
use crate::{counters, vals};

/// A company as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// 统一社会信用代码
    pub code: String,
    /// events so far
    pub ver: i64,
    /// 名称
    pub name: String,
    /// word of the size
    pub size: String,
    /// code of the industry (GB/T 4754); empty when not known
    pub industry: String,
    /// region code
    pub region: String,
    /// 服务专员
    pub commissioner: Option<StaffId>,
    /// how often its code was changed
    pub pass: i64,
    /// when anything of it changed
    pub updated: Moment,
}

const COLUMNS: &str =
    "c.id, c.code, c.ver, c.name, c.size, c.industry, c.region, c.commissioner, c.pass, c.updated";

fn row_of(r: &Row<'_>) -> Result<CompanyRow> {
    Ok(CompanyRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        ver: r.i64(2)?,
        name: r.string(3)?,
        size: r.string(4)?,
        industry: r.string(5)?,
        region: r.string(6)?,
        commissioner: r.opt_i64(7)?.map(StaffId),
        pass: r.i64(8)?,
        updated: r.moment(9)?,
    })
}

/// The events of a company.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Company, id)
}

/// What a list is asked for; what is empty narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// a region with its parts
    pub region: String,
    /// a part of the name, or the code
    pub text: String,
    /// word of the size
    pub size: String,
    /// beginning of the code of the industry
    pub industry: String,
    /// whose they are
    pub commissioner: Option<StaffId>,
    /// behind this id
    pub after: i64,
    /// so many
    pub limit: u32,
}

/// Companies in the order in which they came.
pub fn list(rd: &mut Rd<'_>, q: &Query) -> Result<Vec<CompanyRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM company c WHERE c.region >= $1 AND c.region < $2 AND c.id > $3 \
         AND ($4 = '' OR replace(c.name, $4, '') <> c.name OR c.code = $4) AND ($5 = '' OR c.size = $5) \
         AND ($6 = '' OR (c.industry >= $6 AND c.industry < $7)) AND (CAST($8 AS BIGINT) = 0 OR c.commissioner = $8) \
         ORDER BY c.id LIMIT $9"
    );
    let (region, industry) = (format!("{}:", q.region), format!("{}:", q.industry));
    let mine = q.commissioner.map_or(0, |s| s.0);
    rd.query(
        &sql,
        vals![&q.region, &region, q.after, &q.text, &q.size, &q.industry, &industry, mine, q.limit],
        row_of,
    )
}

/// How many a list has.
pub fn count(rd: &mut Rd<'_>, q: &Query) -> Result<i64> {
    let sql = "SELECT count(*) FROM company c WHERE c.region >= $1 AND c.region < $2 \
         AND ($3 = '' OR replace(c.name, $3, '') <> c.name OR c.code = $3) AND ($4 = '' OR c.size = $4) \
         AND ($5 = '' OR (c.industry >= $5 AND c.industry < $6)) AND (CAST($7 AS BIGINT) = 0 OR c.commissioner = $7)";
    let (region, industry) = (format!("{}:", q.region), format!("{}:", q.industry));
    let mine = q.commissioner.map_or(0, |s| s.0);
    let values = vals![&q.region, &region, &q.text, &q.size, &q.industry, &industry, mine];
    rd.query_one(sql, values, |r| r.i64(0))
}

/// The company with this code.
pub fn by_code(rd: &mut Rd<'_>, code: &str) -> Result<Option<CompanyRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM company c WHERE c.code = $1"), vals![code], row_of)
}

/// The company with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<CompanyRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM company c WHERE c.id = $1"), vals![id], row_of)
}

/// The companies with these codes in their order, asked all at once; none where there is none.
pub fn by_codes(rd: &mut Rd<'_>, codes: &[String]) -> Result<Vec<Option<CompanyRow>>> {
    let sql = format!("SELECT {COLUMNS} FROM company c WHERE c.code = $1");
    let rows: Vec<[Value<'_>; 1]> = codes.iter().map(|n| [n.into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    rd.query_each(&sql, &rows, row_of)
}

/// The sealed contact.
pub fn contact(rd: &mut Rd<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM company_contact WHERE company = $1";
    rd.query_opt(sql, vals![id], |r| Ok(r.blob(0)?.to_vec()))
}

/// What is known of a company, as JSON text.
pub fn facts(rd: &mut Rd<'_>, id: i64) -> Result<Option<String>> {
    let sql = "SELECT facts FROM company_fact WHERE company = $1";
    rd.query_opt(sql, vals![id], |r| r.string(0))
}

/// What is known of the companies with these ids, asked all at once.
pub fn facts_of(rd: &mut Rd<'_>, ids: &[i64]) -> Result<Vec<Option<String>>> {
    let sql = "SELECT facts FROM company_fact WHERE company = $1";
    let rows: Vec<[Value<'_>; 1]> = ids.iter().map(|n| [(*n).into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    rd.query_each(sql, &rows, |r| r.string(0))
}

/// Hands over every company of a region with what is known of it, in the order of ids.
pub fn each_with_facts(
    rd: &mut Rd<'_>,
    region: &str,
    mut f: impl FnMut(CompanyRow, Option<&str>) -> Result<()>,
) -> Result<()> {
    let sql = format!(
        "SELECT {COLUMNS}, f.facts FROM company c LEFT JOIN company_fact f ON f.company = c.id \
         WHERE c.region >= $1 AND c.region < $2 ORDER BY c.id"
    );
    let end = format!("{region}:");
    rd.each(&sql, vals![region, &end], |r| {
        f(row_of(r)?, r.opt_text(10)?)?;
        Ok(true)
    })
}

/// A change to a company: the row as it is afterwards, and what is told of it.
#[derive(Clone, Debug)]
pub struct Change {
    /// afterwards; `ver` counts this change; id 0 gives it one
    pub row: CompanyRow,
    /// its contact, sealed; none leaves it
    pub contact: Option<Vec<u8>>,
    /// what is known of it, as JSON text; none leaves it
    pub facts: Option<String>,
    /// word of the act
    pub act: &'static str,
    /// JSON text
    pub data: String,
}

/// Ids for companies that are new.
pub fn take_ids(tx: &mut Tx<'_>, n: u32) -> Result<i64> {
    counters::take(tx, "company", n)
}

/// Keeps changes with their events, many at once.
pub fn put_many(tx: &mut Tx<'_>, permit: &Permit, all: &[Change]) -> Result<()> {
    let now = tx.now();
    let events: Vec<NewEvent<'_>> = all
        .iter()
        .map(|c| NewEvent {
            stream: stream(c.row.id),
            expected: c.row.ver - 1,
            at: now,
            actor: permit.actor(),
            act: c.act,
            data: &c.data,
        })
        .collect();
    tx.append_many(&events)?;
    let rows: Vec<[Value<'_>; 10]> = all
        .iter()
        .map(|Change { row: c, .. }| {
            [
                c.id.into(),
                (&c.code).into(),
                c.ver.into(),
                (&c.name).into(),
                (&c.size).into(),
                (&c.industry).into(),
                (&c.region).into(),
                c.commissioner.into(),
                c.pass.into(),
                now.into(),
            ]
        })
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 10]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO company (id, code, ver, name, size, industry, region, commissioner, pass, updated) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
         name = excluded.name, size = excluded.size, industry = excluded.industry, region = excluded.region, \
         commissioner = excluded.commissioner, pass = excluded.pass, updated = excluded.updated",
        &rows,
    )?;
    let sealed: Vec<[Value<'_>; 2]> =
        all.iter().filter_map(|c| Some([c.row.id.into(), c.contact.as_deref()?.into()])).collect();
    let sealed: Vec<&[Value<'_>]> = sealed.iter().map(<[_; 2]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO company_contact (company, sealed) VALUES ($1, $2) \
         ON CONFLICT (company) DO UPDATE SET sealed = excluded.sealed",
        &sealed,
    )?;
    let facts: Vec<[Value<'_>; 2]> =
        all.iter().filter_map(|c| Some([c.row.id.into(), c.facts.as_deref()?.into()])).collect();
    let facts: Vec<&[Value<'_>]> = facts.iter().map(<[_; 2]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO company_fact (company, facts) VALUES ($1, $2) \
         ON CONFLICT (company) DO UPDATE SET facts = excluded.facts",
        &facts,
    )?;
    Ok(())
}

/// The hash of the event that began a company.
pub fn birth(rd: &mut Rd<'_>, id: i64) -> Result<Option<Hash>> {
    crate::ledger_rows::birth(rd, stream(id))
}

/// Everything that happened to a company.
pub fn history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, stream(id), 0)
}
