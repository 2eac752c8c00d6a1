//! 免申即享批次 (P3): lists of companies that are paid without applying, and the objections to them. Must not know what a state
//! means.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::value::{Row, Value};
use crate::{counters, vals};

/// A list as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// id
    pub id: i64,
    /// 批次编号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// code of the policy item
    pub item: String,
    /// its name
    pub name: String,
    /// version of the book it was drawn up by
    pub book: i64,
    /// the fund it is paid from
    pub fund: i64,
    /// the unit that pays
    pub unit: UnitId,
    /// word of the state
    pub state: String,
    /// the day of the question
    pub as_of: String,
    /// digest of what was found, in hexadecimal
    pub digest: String,
    /// 公示期, working days
    pub days: i64,
    /// companies of which something is still unknown
    pub unknown: i64,
    /// drawn up
    pub drawn: Moment,
    /// by whom
    pub drawn_by: Option<StaffId>,
    /// shown since
    pub shown: Option<Moment>,
    /// approved or given up
    pub ended: Option<Moment>,
    /// by whom
    pub ended_by: Option<StaffId>,
}

/// A company on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// id of the company
    pub company: i64,
    /// 统一社会信用代码
    pub code: String,
    /// its name on that day
    pub name: String,
    /// in fen
    pub amount: i64,
    /// word of where it stands on the list
    pub standing: String,
    /// why it stands so
    pub said: String,
    /// which sentences of the policy, and how the amount came about, JSON
    pub why: String,
}

/// An objection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectionRow {
    /// id
    pub id: i64,
    /// to which list
    pub batch: i64,
    /// about which company
    pub company: i64,
    /// the company that objects, when it was one on its own page
    pub by_company: Option<i64>,
    /// the words
    pub words: String,
    /// when
    pub at: Moment,
    /// who took it down; none when a company did on its own page
    pub taken_by: Option<StaffId>,
    /// word of the decision; empty while it is open
    pub decision: String,
    /// why it was decided so
    pub reason: String,
    /// when
    pub decided: Option<Moment>,
    /// by whom
    pub decided_by: Option<StaffId>,
}

const COLUMNS: &str = "b.id, b.number, b.ver, b.item, b.name, b.book, b.fund, b.unit, b.state, b.as_of, b.digest, b.days, b.unknown, b.drawn, b.drawn_by, b.shown, b.ended, b.ended_by";

fn row_of(r: &Row<'_>) -> Result<BatchRow> {
    Ok(BatchRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        item: r.string(3)?,
        name: r.string(4)?,
        book: r.i64(5)?,
        fund: r.i64(6)?,
        unit: UnitId(r.i64(7)?),
        state: r.string(8)?,
        as_of: r.string(9)?,
        digest: r.string(10)?,
        days: r.i64(11)?,
        unknown: r.i64(12)?,
        drawn: r.moment(13)?,
        drawn_by: r.opt_i64(14)?.map(StaffId),
        shown: r.opt_moment(15)?,
        ended: r.opt_moment(16)?,
        ended_by: r.opt_i64(17)?.map(StaffId),
    })
}

/// The events of a list.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::PayBatch, id)
}

/// An id for a new list, and its number in its year.
pub fn take_id(tx: &mut Tx<'_>, year: i16) -> Result<(i64, i64)> {
    Ok((counters::next(tx, "pay_batch")?, counters::next(tx, &format!("pay_batch/{year}"))?))
}

/// Keeps a list with its event; `ver` counts this change.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, b: &BatchRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(b.id), b.ver - 1, now, permit.actor(), act, data)?;
    tx.exec(
        "INSERT INTO pay_batch (id, number, ver, item, name, book, fund, unit, state, as_of, digest, days, unknown, \
         drawn, drawn_by, shown, ended, ended_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state, shown = excluded.shown, \
         ended = excluded.ended, ended_by = excluded.ended_by",
        vals![
            b.id, &b.number, b.ver, &b.item, &b.name, b.book, b.fund, b.unit, &b.state, &b.as_of, &b.digest,
            b.days, b.unknown, b.drawn, b.drawn_by, b.shown, b.ended, b.ended_by
        ],
    )?;
    Ok(())
}

/// Keeps the companies of a list.
pub fn put_lines(tx: &mut Tx<'_>, _permit: &Permit, batch: i64, lines: &[LineRow]) -> Result<()> {
    let rows: Vec<[Value<'_>; 8]> = lines
        .iter()
        .map(|l| {
            [
                batch.into(),
                l.company.into(),
                (&l.code).into(),
                (&l.name).into(),
                l.amount.into(),
                (&l.standing).into(),
                (&l.said).into(),
                (&l.why).into(),
            ]
        })
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 8]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO batch_line (batch, company, code, name, amount, standing, said, why) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (batch, company) DO UPDATE SET \
         standing = excluded.standing, said = excluded.said",
        &rows,
    )?;
    Ok(())
}

/// The list with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<BatchRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM pay_batch b WHERE b.number = $1"), vals![number], row_of)
}

/// The list with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<BatchRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM pay_batch b WHERE b.id = $1"), vals![id], row_of)
}

/// Lists, the newest first; of one unit when it is given.
pub fn list(rd: &mut Rd<'_>, unit: Option<UnitId>, limit: u32) -> Result<Vec<BatchRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM pay_batch b WHERE (CAST($1 AS BIGINT) = 0 OR b.unit = $1) ORDER BY b.id DESC LIMIT $2"
    );
    rd.query(&sql, vals![unit.map_or(0, |u| u.0), limit], row_of)
}

/// Lists in a state, the newest first.
pub fn in_state(rd: &mut Rd<'_>, state: &str, limit: u32) -> Result<Vec<BatchRow>> {
    let sql = format!("SELECT {COLUMNS} FROM pay_batch b WHERE b.state = $1 ORDER BY b.id DESC LIMIT $2");
    rd.query(&sql, vals![state, limit], row_of)
}

/// The companies of a list, by code.
pub fn lines(rd: &mut Rd<'_>, batch: i64) -> Result<Vec<LineRow>> {
    let sql = "SELECT company, code, name, amount, standing, said, why FROM batch_line WHERE batch = $1 ORDER BY code";
    rd.query(sql, vals![batch], |r| {
        Ok(LineRow {
            company: r.i64(0)?,
            code: r.string(1)?,
            name: r.string(2)?,
            amount: r.i64(3)?,
            standing: r.string(4)?,
            said: r.string(5)?,
            why: r.string(6)?,
        })
    })
}

/// How many companies of a list stand so, and how much that is in fen.
pub fn standing(rd: &mut Rd<'_>, batch: i64, standing: &str) -> Result<(i64, i64)> {
    let sql = "SELECT count(*), CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM batch_line WHERE batch = $1 AND standing = $2";
    rd.query_one(sql, vals![batch, standing], |r| Ok((r.i64(0)?, r.i64(1)?)))
}

/// Keeps an objection; an id of 0 gives it one. Its event is one of the list.
pub fn put_objection(tx: &mut Tx<'_>, _permit: &Permit, o: &ObjectionRow) -> Result<i64> {
    let id = if o.id == 0 { counters::next(tx, "objection")? } else { o.id };
    tx.exec(
        "INSERT INTO objection (id, batch, company, by_company, words, at, taken_by, decision, reason, decided, \
         decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
         decision = excluded.decision, reason = excluded.reason, decided = excluded.decided, \
         decided_by = excluded.decided_by",
        vals![
            id, o.batch, o.company, o.by_company, &o.words, o.at, o.taken_by, &o.decision, &o.reason, o.decided,
            o.decided_by
        ],
    )?;
    Ok(id)
}

/// The objections to a list, in their order.
pub fn objections(rd: &mut Rd<'_>, batch: i64) -> Result<Vec<ObjectionRow>> {
    let sql = "SELECT id, batch, company, by_company, words, at, taken_by, decision, reason, decided, decided_by \
               FROM objection WHERE batch = $1 ORDER BY id";
    rd.query(sql, vals![batch], |r| {
        Ok(ObjectionRow {
            id: r.i64(0)?,
            batch: r.i64(1)?,
            company: r.i64(2)?,
            by_company: r.opt_i64(3)?,
            words: r.string(4)?,
            at: r.moment(5)?,
            taken_by: r.opt_i64(6)?.map(StaffId),
            decision: r.string(7)?,
            reason: r.string(8)?,
            decided: r.opt_moment(9)?,
            decided_by: r.opt_i64(10)?.map(StaffId),
        })
    })
}

/// Everything that happened to a list.
pub fn history(rd: &mut Rd<'_>, id: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, stream(id), 0)
}
