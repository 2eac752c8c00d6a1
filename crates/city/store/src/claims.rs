//! 兑付 (P2): what each company has of a policy item, from asking to payment. What a fund has left follows from these rows.
//! Must not know what a state means.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::value::Row;
use crate::{counters, vals};

/// A claim as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    /// id
    pub id: i64,
    /// 兑付编号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// who
    pub company: i64,
    /// code of the policy item
    pub item: String,
    /// its name
    pub name: String,
    /// 互斥组, else the item: a company has one of it a year
    pub slot: String,
    /// 年度 of the fund
    pub year: i64,
    /// the fund it is paid from
    pub fund: i64,
    /// the unit that decides and pays
    pub unit: UnitId,
    /// 免申即享: the list it came by
    pub batch: Option<i64>,
    /// word of the state
    pub state: String,
    /// in fen
    pub amount: i64,
    /// 兑现时限, working days
    pub pay_days: i64,
    /// since when these days count
    pub began: Moment,
    /// approved or refused
    pub decided: Option<Moment>,
    /// by whom
    pub decided_by: Option<StaffId>,
    /// paid
    pub paid: Option<Moment>,
    /// 支付凭证号
    pub receipt: String,
    /// where it was paid to, as it may be shown
    pub account: String,
    /// keyed digest of that account
    pub digest: String,
    /// why it was refused or came back
    pub reason: String,
    /// how the verdict and the amount came about, JSON
    pub why: String,
    /// 办件编号 it goes by; empty for what came with a list
    pub application: String,
}

const COLUMNS: &str = "c.id, c.number, c.ver, c.company, c.item, c.name, c.slot, c.year, c.fund, c.unit, c.batch, c.state, c.amount, c.pay_days, c.began, c.decided, c.decided_by, c.paid, c.receipt, c.account, c.digest, c.reason, c.why, c.application";

fn row_of(r: &Row<'_>) -> Result<ClaimRow> {
    Ok(ClaimRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        company: r.i64(3)?,
        item: r.string(4)?,
        name: r.string(5)?,
        slot: r.string(6)?,
        year: r.i64(7)?,
        fund: r.i64(8)?,
        unit: UnitId(r.i64(9)?),
        batch: r.opt_i64(10)?,
        state: r.string(11)?,
        amount: r.i64(12)?,
        pay_days: r.i64(13)?,
        began: r.moment(14)?,
        decided: r.opt_moment(15)?,
        decided_by: r.opt_i64(16)?.map(StaffId),
        paid: r.opt_moment(17)?,
        receipt: r.string(18)?,
        account: r.string(19)?,
        digest: r.string(20)?,
        reason: r.string(21)?,
        why: r.string(22)?,
        application: r.string(23)?,
    })
}

/// The events of a claim.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Claim, id)
}

/// Ids for so many new claims, and the number of the first in its year.
pub fn take_ids(tx: &mut Tx<'_>, year: i16, n: u32) -> Result<(i64, i64)> {
    Ok((counters::take(tx, "claim", n)?, counters::take(tx, &format!("claim/{year}"), n)?))
}

/// Keeps a claim with its event; `ver` counts this change.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, c: &ClaimRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(c.id), c.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO claim (id, number, ver, company, item, name, slot, year, fund, unit, batch, state, amount, \
         pay_days, began, decided, decided_by, paid, receipt, account, digest, reason, why, application) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) \
         ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state, amount = excluded.amount, \
         began = excluded.began, decided = excluded.decided, decided_by = excluded.decided_by, paid = excluded.paid, \
         receipt = excluded.receipt, account = excluded.account, digest = excluded.digest, \
         reason = excluded.reason, why = excluded.why, \
         look_at = CASE WHEN claim.began <> excluded.began THEN 0 ELSE claim.look_at END",
        vals![
            c.id, &c.number, c.ver, c.company, &c.item, &c.name, &c.slot, c.year, c.fund, c.unit, c.batch,
            &c.state, c.amount, c.pay_days, c.began, c.decided, c.decided_by, c.paid, &c.receipt,
            &c.account, &c.digest, &c.reason, &c.why, &c.application
        ],
    )?;
    Ok(())
}

/// Claims that are to be looked at by now, the longest due first.
pub fn to_look_at(rd: &mut Rd<'_>, now: Moment, limit: u32) -> Result<Vec<ClaimRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM claim c WHERE c.look_at IS NOT NULL AND c.look_at <= $1 ORDER BY c.look_at, c.id LIMIT $2"
    );
    rd.query(&sql, vals![now, limit], row_of)
}

/// It was looked at; the next look is at `next`, or there is none.
pub fn looked_at(tx: &mut Tx<'_>, id: i64, next: Option<Moment>) -> Result<()> {
    tx.exec("UPDATE claim SET look_at = $2 WHERE id = $1", vals![id, next])?;
    Ok(())
}

/// The claim with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<ClaimRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM claim c WHERE c.number = $1"), vals![number], row_of)
}

/// The claim that goes by this application.
pub fn by_application(rd: &mut Rd<'_>, number: &str) -> Result<Option<ClaimRow>> {
    let sql = format!("SELECT {COLUMNS} FROM claim c WHERE c.application = $1 AND c.application <> ''");
    rd.query_opt(&sql, vals![number], row_of)
}

/// The claims of a company, the newest first.
pub fn of_company(rd: &mut Rd<'_>, company: i64, limit: u32) -> Result<Vec<ClaimRow>> {
    let sql = format!("SELECT {COLUMNS} FROM claim c WHERE c.company = $1 ORDER BY c.id DESC LIMIT $2");
    rd.query(&sql, vals![company, limit], row_of)
}

/// The claims of a list, in their order.
pub fn of_batch(rd: &mut Rd<'_>, batch: i64) -> Result<Vec<ClaimRow>> {
    rd.query(&format!("SELECT {COLUMNS} FROM claim c WHERE c.batch = $1 ORDER BY c.id"), vals![batch], row_of)
}

/// What of a slot, or of the item itself whatever its slot was then, a company has in a year that was not refused, withdrawn or
/// given back.
pub fn live(rd: &mut Rd<'_>, company: i64, year: i64, slot: &str, item: &str) -> Result<Option<ClaimRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM claim c WHERE c.company = $1 AND c.year = $2 AND (c.slot = $3 OR c.item = $4) \
         AND c.state IN ('asked', 'approved', 'paid') ORDER BY c.id LIMIT 1"
    );
    rd.query_opt(&sql, vals![company, year, slot, item], row_of)
}

/// Which companies have something of a slot, or of the item, in a year, with the number of it.
pub fn live_of_slot(rd: &mut Rd<'_>, year: i64, slot: &str, item: &str) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT c.company, c.number FROM claim c WHERE c.year = $1 AND (c.slot = $2 OR c.item = $3) \
               AND c.state IN ('asked', 'approved', 'paid')";
    rd.query(sql, vals![year, slot, item], |r| Ok((r.i64(0)?, r.string(1)?)))
}

/// What a list is asked for; what is empty narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// of this fund
    pub fund: Option<i64>,
    /// in this state
    pub state: String,
    /// decided or paid by this unit
    pub unit: Option<UnitId>,
    /// of this item
    pub item: String,
    /// before this id
    pub before: Option<i64>,
    /// so many
    pub limit: u32,
}

/// Claims, the newest first.
pub fn list(rd: &mut Rd<'_>, q: &Query) -> Result<Vec<ClaimRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM claim c WHERE (CAST($1 AS BIGINT) = 0 OR c.fund = $1) AND ($2 = '' OR c.state = $2) \
         AND (CAST($3 AS BIGINT) = 0 OR c.unit = $3 OR c.fund IN (SELECT id FROM fund WHERE unit = $3)) AND ($4 = '' OR c.item = $4) AND c.id < $5 \
         ORDER BY c.id DESC LIMIT $6"
    );
    let unit = q.unit.map_or(0, |u| u.0);
    let values = vals![q.fund.unwrap_or(0), &q.state, unit, &q.item, q.before.unwrap_or(i64::MAX), q.limit];
    rd.query(&sql, values, row_of)
}

/// Of each fund and state: how many claims, and how much in fen.
pub fn sums(rd: &mut Rd<'_>) -> Result<Vec<(i64, String, i64, i64)>> {
    let sql = "SELECT fund, state, count(*), CAST(sum(amount) AS BIGINT) FROM claim GROUP BY fund, state";
    rd.query(sql, &[], |r| Ok((r.i64(0)?, r.string(1)?, r.i64(2)?, r.i64(3)?)))
}

/// The same of one fund.
pub fn sums_of(rd: &mut Rd<'_>, fund: i64) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT state, count(*), CAST(sum(amount) AS BIGINT) FROM claim WHERE fund = $1 GROUP BY state";
    rd.query(sql, vals![fund], |r| Ok((r.string(0)?, r.i64(1)?, r.i64(2)?)))
}

/// The hash of the event that began a claim.
pub fn birth(rd: &mut Rd<'_>, id: i64) -> Result<Option<ledger::Hash>> {
    crate::ledger_rows::birth(rd, stream(id))
}

/// Everything that happened to a claim.
pub fn history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, stream(id), 0)
}

/// Number of what another company was paid of a slot in a year to this account.
pub fn paid_to(rd: &mut Rd<'_>, slot: &str, year: i64, digest: &str, but: i64) -> Result<Option<String>> {
    let sql = "SELECT number FROM claim WHERE slot = $1 AND year = $2 AND digest = $3 AND company <> $4 \
               AND state = 'paid' ORDER BY id LIMIT 1";
    rd.query_opt(sql, vals![slot, year, digest, but], |r| r.string(0))
}

/// What was paid in a year to one account under several names: claims by account, one account after another.
pub fn one_account(rd: &mut Rd<'_>, year: i64, limit: u32) -> Result<Vec<ClaimRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM claim c WHERE c.state = 'paid' AND c.year = $1 AND c.digest IN (SELECT o.digest FROM claim o \
         WHERE o.state = 'paid' AND o.year = $1 AND o.digest <> '' GROUP BY o.digest HAVING count(DISTINCT o.company) > 1) \
         ORDER BY c.digest, c.id LIMIT $2"
    );
    rd.query(&sql, vals![year, limit], row_of)
}

/// What was paid in a year to one subject under several credit codes: the nine characters of the organisation are the same.
pub fn one_subject(rd: &mut Rd<'_>, year: i64, limit: u32) -> Result<Vec<ClaimRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM claim c JOIN company k ON k.id = c.company WHERE c.state = 'paid' AND c.year = $1 \
         AND substr(k.code, 9, 9) IN (SELECT substr(m.code, 9, 9) FROM claim o JOIN company m ON m.id = o.company \
         WHERE o.state = 'paid' AND o.year = $1 GROUP BY substr(m.code, 9, 9) HAVING count(DISTINCT o.company) > 1) \
         ORDER BY substr(k.code, 9, 9), c.id LIMIT $2"
    );
    rd.query(&sql, vals![year, limit], row_of)
}
