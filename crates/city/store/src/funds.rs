//! 资金与收款账户 (P2): what policies are paid from, and where companies are paid to. What is left of a fund is never kept: it
//! follows from the claims (`claims.rs`). Must not decide anything, nor read what is sealed.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::value::Row;
use crate::{counters, vals};

/// A fund as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// its code, as policy items name it
    pub code: String,
    /// events so far
    pub ver: i64,
    /// 名称
    pub name: String,
    /// 资金来源
    pub source: String,
    /// 年度
    pub year: i64,
    /// 支付单位: who may pay from it
    pub unit: UnitId,
    /// 总额, in fen
    pub amount: i64,
    /// when anything of it changed
    pub updated: Moment,
}

const COLUMNS: &str = "f.id, f.code, f.ver, f.name, f.source, f.year, f.unit, f.amount, f.updated";

fn row_of(r: &Row<'_>) -> Result<FundRow> {
    Ok(FundRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        ver: r.i64(2)?,
        name: r.string(3)?,
        source: r.string(4)?,
        year: r.i64(5)?,
        unit: UnitId(r.i64(6)?),
        amount: r.i64(7)?,
        updated: r.moment(8)?,
    })
}

/// The events of a fund.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Fund, id)
}

/// All funds, the newest year first.
pub fn all(rd: &mut Rd<'_>) -> Result<Vec<FundRow>> {
    rd.query(&format!("SELECT {COLUMNS} FROM fund f ORDER BY f.year DESC, f.code"), &[], row_of)
}

/// The fund with this code.
pub fn by_code(rd: &mut Rd<'_>, code: &str) -> Result<Option<FundRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM fund f WHERE f.code = $1"), vals![code], row_of)
}

/// The fund with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<FundRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM fund f WHERE f.id = $1"), vals![id], row_of)
}

/// Holds a fund until the end of the transaction: what is left of it does not change meanwhile, whoever else writes to
/// the database. Answers it as it stands.
pub fn held(tx: &mut Tx<'_>, id: i64) -> Result<Option<FundRow>> {
    if !tx.lock_row("SELECT 1 FROM fund WHERE id = $1", vals![id])? {
        return Ok(None);
    }
    by_id(tx, id)
}

/// Keeps a fund with its event; `ver` counts this change. Answers its id.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, f: &FundRow, act: &str, data: &str) -> Result<i64> {
    let now = tx.now();
    let id = if f.id == 0 { counters::next(tx, "fund")? } else { f.id };
    tx.append(stream(id), f.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO fund (id, code, ver, name, source, year, unit, amount, updated) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
         name = excluded.name, source = excluded.source, year = excluded.year, unit = excluded.unit, \
         amount = excluded.amount, updated = excluded.updated",
        vals![id, &f.code, f.ver, &f.name, &f.source, f.year, f.unit, f.amount, now],
    )?;
    Ok(id)
}

/// Everything that happened to a fund.
pub fn history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, stream(id), 0)
}

/// 收款账户 of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// whose
    pub company: i64,
    /// bank and number, sealed
    pub sealed: Vec<u8>,
    /// keyed digest of the number
    pub digest: String,
    /// as it may be shown: the bank and the last digits
    pub shown: String,
}

fn account_row(r: &Row<'_>) -> Result<AccountRow> {
    Ok(AccountRow {
        company: r.i64(0)?,
        sealed: r.blob(1)?.to_vec(),
        digest: r.string(2)?,
        shown: r.string(3)?,
    })
}

/// The account of a company.
pub fn account(rd: &mut Rd<'_>, company: i64) -> Result<Option<AccountRow>> {
    let sql = "SELECT company, sealed, digest, shown FROM company_account WHERE company = $1";
    rd.query_opt(sql, vals![company], account_row)
}

/// Companies with this account, in their order.
pub fn who_has(rd: &mut Rd<'_>, digest: &str) -> Result<Vec<i64>> {
    let sql = "SELECT company FROM company_account WHERE digest = $1 ORDER BY company";
    rd.query(sql, vals![digest], |r| r.i64(0))
}

/// Every company with an account: its id and the digest.
pub fn accounts(rd: &mut Rd<'_>) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT company, digest FROM company_account ORDER BY company";
    rd.query(sql, &[], |r| Ok((r.i64(0)?, r.string(1)?)))
}

/// Keeps the account of a company; its event is one of the company.
pub fn put_account(tx: &mut Tx<'_>, _permit: &Permit, a: &AccountRow) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO company_account (company, sealed, digest, shown, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (company) DO UPDATE SET sealed = excluded.sealed, digest = excluded.digest, \
         shown = excluded.shown, at = excluded.at",
        vals![a.company, &a.sealed, &a.digest, &a.shown, now],
    )?;
    Ok(())
}
