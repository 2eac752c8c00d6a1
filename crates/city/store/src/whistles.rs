//! 吹哨 (R11): which case of the loop is a whistle of which company. Where it stands says the case itself.

use access::Permit;
use kernel::{CaseId, Moment};

use crate::companies::CompanyRow;
use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A whistle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhistleRow {
    /// the case
    pub case: CaseId,
    /// the company
    pub company: i64,
    /// the case of the first whistle on this matter
    pub matter: CaseId,
    /// the case that it was settled in before, when it came again
    pub again: Option<CaseId>,
    /// when
    pub at: Moment,
}

const COLUMNS: &str = "w.case_id, w.company, w.matter, w.again, w.at";

fn row_of(r: &Row<'_>) -> Result<WhistleRow> {
    Ok(WhistleRow {
        case: CaseId(r.i64(0)?),
        company: r.i64(1)?,
        matter: CaseId(r.i64(2)?),
        again: r.opt_i64(3)?.map(CaseId),
        at: r.moment(4)?,
    })
}

/// Keeps a whistle.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, w: &WhistleRow) -> Result<()> {
    let sql = "INSERT INTO whistle (case_id, company, matter, again, at) VALUES ($1, $2, $3, $4, $5)";
    tx.exec(sql, vals![w.case, w.company, w.matter, w.again, w.at])?;
    Ok(())
}

/// The whistle that a case is.
pub fn of_case(rd: &mut Rd<'_>, case: CaseId) -> Result<Option<WhistleRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM whistle w WHERE w.case_id = $1"), vals![case], row_of)
}

/// The whistles of a company, the newest first.
pub fn of_company(rd: &mut Rd<'_>, company: i64, limit: u32) -> Result<Vec<WhistleRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM whistle w WHERE w.company = $1 ORDER BY w.at DESC, w.case_id DESC LIMIT $2"
    );
    rd.query(&sql, vals![company, limit], row_of)
}

/// Whistles from `from` up to `to`, in their order.
pub fn between(rd: &mut Rd<'_>, from: Moment, to: Moment, limit: u32) -> Result<Vec<WhistleRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM whistle w WHERE w.at >= $1 AND w.at < $2 ORDER BY w.at, w.case_id LIMIT $3"
    );
    rd.query(&sql, vals![from, to, limit], row_of)
}

/// Whistles that are to be looked at by now, the longest due first, each with the moment up to which its dues were told of.
pub fn to_look_at(rd: &mut Rd<'_>, now: Moment, limit: u32) -> Result<Vec<(WhistleRow, Moment)>> {
    let sql = format!(
        "SELECT {COLUMNS}, w.looked FROM whistle w WHERE w.look_at IS NOT NULL AND w.look_at <= $1 \
         ORDER BY w.look_at, w.case_id LIMIT $2"
    );
    rd.query(&sql, vals![now, limit], |r| Ok((row_of(r)?, r.moment(5)?)))
}

/// It was looked at; the next look is at `next`, or there is none.
pub fn looked_at(tx: &mut Tx<'_>, case: CaseId, looked: Moment, next: Option<Moment>) -> Result<()> {
    tx.exec("UPDATE whistle SET looked = $2, look_at = $3 WHERE case_id = $1", vals![case, looked, next])?;
    Ok(())
}

/// The companies of whistles, by id.
pub fn companies(rd: &mut Rd<'_>, ids: &[i64]) -> Result<std::collections::HashMap<i64, CompanyRow>> {
    let mut out = std::collections::HashMap::new();
    for id in ids {
        if !out.contains_key(id)
            && let Some(row) = crate::companies::by_id(rd, *id)?
        {
            out.insert(*id, row);
        }
    }
    Ok(out)
}
