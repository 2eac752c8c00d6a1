//! 再造案: redesigns on record as rows. A save appends the event and moves the row in one transaction.
//!
//! The state is a text that `app` folds and reads; what it says is copied here only as far as lists need it.
//! Must not decide anything.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::vals;
use crate::value::{Row, Value};

/// A redesign as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedesignRow {
    /// id; 0 before it is inserted
    pub id: i64,
    /// number for people
    pub number: String,
    /// events so far
    pub ver: i64,
    /// title
    pub title: String,
    /// code of the item it came from
    pub item: Option<String>,
    /// region code
    pub region: String,
    /// the unit that drew it up
    pub unit: UnitId,
    /// word of the stage
    pub stage: String,
    /// when it was drawn up
    pub made: Moment,
    /// when it changed last
    pub changed: Moment,
    /// the whole state, JSON
    pub state: String,
}

/// The stream of a redesign.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Redesign, id)
}

const COLUMNS: &str = "id, number, ver, title, item, region, unit, stage, made, changed, state";

fn row_of(row: &Row<'_>) -> Result<RedesignRow> {
    Ok(RedesignRow {
        id: row.i64(0)?,
        number: row.string(1)?,
        ver: row.i64(2)?,
        title: row.string(3)?,
        item: row.opt_text(4)?.map(str::to_owned),
        region: row.string(5)?,
        unit: UnitId(row.i64(6)?),
        stage: row.string(7)?,
        made: row.moment(8)?,
        changed: row.moment(9)?,
        state: row.string(10)?,
    })
}

/// Inserts a redesign with its first event; answers its id.
pub fn insert(tx: &mut Tx<'_>, permit: &Permit, r: &RedesignRow, act: &str, data: &str) -> Result<i64> {
    let now = tx.now();
    let id = tx.insert(
        "INSERT INTO redesign (number, ver, title, item, region, unit, stage, made, changed, state) \
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $7, $8) RETURNING id",
        vals![&r.number, &r.title, r.item.as_deref(), &r.region, r.unit, &r.stage, now, &r.state],
    )?;
    tx.append(stream(id), 0, now, permit.actor(), act, data)?;
    Ok(id)
}

/// Saves a redesign after one more event; `r.ver` is the version it has now. `reviews`: every unit that was
/// asked, and whether its answer is still awaited.
pub fn save(
    tx: &mut Tx<'_>,
    permit: &Permit,
    r: &RedesignRow,
    (act, data): (&str, &str),
    reviews: &[(UnitId, bool)],
) -> Result<()> {
    let now = tx.now();
    tx.append(stream(r.id), r.ver - 1, now, permit.actor(), act, data)?;
    let moved = tx.exec(
        "UPDATE redesign SET ver = $2, title = $3, stage = $4, changed = $5, state = $6 WHERE id = $1 AND ver = $2 - 1",
        vals![r.id, r.ver, &r.title, &r.stage, now, &r.state],
    )?;
    if moved != 1 {
        return Err(StoreError::Conflict { stream: stream(r.id), expected: r.ver - 1, found: r.ver });
    }
    tx.exec("DELETE FROM redesign_review WHERE redesign = $1", vals![r.id])?;
    let rows: Vec<[Value<'_>; 3]> =
        reviews.iter().map(|(unit, pending)| [(*unit).into(), r.id.into(), (*pending).into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 3]>::as_slice).collect();
    tx.exec_many("INSERT INTO redesign_review (unit, redesign, pending) VALUES ($1, $2, $3)", &rows)?;
    Ok(())
}

/// The redesign with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<RedesignRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM redesign WHERE number = $1"), vals![number], row_of)
}

/// Redesigns, the one that changed last first, those that changed before (`before`, id) only.
pub fn list(rd: &mut Rd<'_>, before: Option<(Moment, i64)>, limit: u32) -> Result<Vec<RedesignRow>> {
    let (at, id) = before.map_or((i64::MAX, i64::MAX), |(at, id)| (at.us(), id));
    let sql = format!(
        "SELECT {COLUMNS} FROM redesign WHERE changed < $1 OR (changed = $1 AND id < $2) \
         ORDER BY changed DESC, id DESC LIMIT $3"
    );
    rd.query(&sql, vals![at, id, limit], row_of)
}

/// Redesigns that wait for the answer of this unit, the oldest first.
pub fn waiting_for(rd: &mut Rd<'_>, unit: UnitId, limit: u32) -> Result<Vec<RedesignRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM redesign WHERE stage = 'review' AND id IN \
         (SELECT redesign FROM redesign_review WHERE unit = $1 AND pending = 1) ORDER BY changed, id LIMIT $2"
    );
    rd.query(&sql, vals![unit, limit], row_of)
}

/// Redesigns of an item that are published, the newest first.
pub fn published_of(rd: &mut Rd<'_>, item: &str, limit: u32) -> Result<Vec<RedesignRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM redesign WHERE item = $1 AND stage = 'published' ORDER BY changed DESC LIMIT $2"
    );
    rd.query(&sql, vals![item, limit], row_of)
}
