//! 大厅: the document of each hall in force, and what happened to it. Must not know what the document says.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::value::Row;
use crate::{counters, vals};

/// A hall as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HallRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// events so far
    pub ver: i64,
    /// its name
    pub name: String,
    /// region code
    pub region: String,
    /// who runs it
    pub unit: UnitId,
    /// `open` or `gone`
    pub state: String,
    /// JSON text
    pub doc: String,
}

const COLUMNS: &str = "id, ver, name, region, unit, state, doc";

fn row_of(r: &Row<'_>) -> Result<HallRow> {
    Ok(HallRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        name: r.string(2)?,
        region: r.string(3)?,
        unit: UnitId(r.i64(4)?),
        state: r.string(5)?,
        doc: r.string(6)?,
    })
}

/// All halls, by id.
pub fn all(rd: &mut Rd<'_>) -> Result<Vec<HallRow>> {
    rd.query(&format!("SELECT {COLUMNS} FROM hall ORDER BY id LIMIT 2000"), &[], row_of)
}

/// One hall.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<HallRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM hall WHERE id = $1"), vals![id], row_of)
}

/// Keeps a version of a hall and what happened to it; `h.ver` is the number of events with this one. Answers its id.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, h: &HallRow, act: &str, data: &str) -> Result<i64> {
    let id = if h.id == 0 { counters::next(tx, "hall")? } else { h.id };
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Hall, id), h.ver - 1, now, permit.actor(), act, data)?;
    let sql = "INSERT INTO hall (id, ver, name, region, unit, state, doc) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, name = excluded.name, region = excluded.region, \
               unit = excluded.unit, state = excluded.state, doc = excluded.doc";
    let done = tx.exec(sql, vals![id, h.ver, &h.name, &h.region, h.unit, &h.state, &h.doc])?;
    if done == 1 { Ok(id) } else { Err(StoreError::Bug(format!("hall {id} was not kept"))) }
}

/// What a unit said about a week at a window (说明).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyRow {
    /// the hall
    pub hall: i64,
    /// number of the first day of the week
    pub week: i64,
    /// number of the window
    pub desk: i64,
    /// who is posted there
    pub staff: StaffId,
    /// when it was said
    pub at: Moment,
    /// who said it
    pub actor: Option<StaffId>,
    /// what
    pub words: String,
}

/// Keeps what a unit said; the event stands in the record of the hall, whose document stays as it is.
pub fn reply(tx: &mut Tx<'_>, permit: &Permit, h: &HallRow, r: &ReplyRow, data: &str) -> Result<()> {
    put(tx, permit, h, "reply", data)?;
    tx.exec(
        "INSERT INTO posted_reply (hall, week, desk, staff, at, actor, words) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vals![r.hall, r.week, r.desk, r.staff, r.at, r.actor, &r.words],
    )?;
    Ok(())
}

/// What was said about a week in a hall, in order.
pub fn replies(rd: &mut Rd<'_>, hall: i64, week: i64) -> Result<Vec<ReplyRow>> {
    let sql = "SELECT hall, week, desk, staff, at, actor, words FROM posted_reply WHERE hall = $1 AND week = $2 \
               ORDER BY desk, staff, at LIMIT 2000";
    rd.query(sql, vals![hall, week], |r| {
        Ok(ReplyRow {
            hall: r.i64(0)?,
            week: r.i64(1)?,
            desk: r.i64(2)?,
            staff: StaffId(r.i64(3)?),
            at: r.moment(4)?,
            actor: r.opt_i64(5)?.map(StaffId),
            words: r.string(6)?,
        })
    })
}

/// Generation of all documents: it is another one after each change.
pub fn generation(rd: &mut Rd<'_>) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(ver), 0) AS BIGINT) FROM hall";
    Ok(rd.query_opt(sql, &[], |r| Ok((r.i64(0)?, r.i64(1)?)))?.unwrap_or_default())
}
