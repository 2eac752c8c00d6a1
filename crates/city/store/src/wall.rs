//! 大屏: boards that turn on a wall. Who has the link of one sees them until it ends or is ended.

use access::Permit;
use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A wall as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WallRow {
    /// id
    pub id: i64,
    /// whose figures it shows, by code
    pub region: String,
    /// who made it
    pub staff: StaffId,
    /// when
    pub made: Moment,
    /// its link is good until then
    pub ends: Moment,
    /// it was ended before
    pub ended: Option<Moment>,
    /// what it shows
    pub doc: String,
}

const COLUMNS: &str = "id, region, staff, made, ends, ended, doc";

fn row_of(r: &Row<'_>) -> Result<WallRow> {
    Ok(WallRow {
        id: r.i64(0)?,
        region: r.string(1)?,
        staff: StaffId(r.i64(2)?),
        made: r.moment(3)?,
        ends: r.moment(4)?,
        ended: r.opt_moment(5)?,
        doc: r.string(6)?,
    })
}

/// Keeps a new wall; its id is given.
pub fn insert(tx: &mut Tx<'_>, _permit: &Permit, w: &WallRow) -> Result<i64> {
    let sql = "INSERT INTO wall (region, staff, made, ends, doc) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    tx.insert(sql, vals![&w.region, w.staff, w.made, w.ends, &w.doc])
}

/// Keeps what a wall shows and until when, or that it was ended.
pub fn save(tx: &mut Tx<'_>, _permit: &Permit, w: &WallRow) -> Result<()> {
    let sql = "UPDATE wall SET ends = $2, ended = $3, doc = $4 WHERE id = $1";
    tx.exec(sql, vals![w.id, w.ends, w.ended, &w.doc])?;
    Ok(())
}

/// One wall.
pub fn get(rd: &mut Rd<'_>, id: i64) -> Result<Option<WallRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM wall WHERE id = $1"), vals![id], row_of)
}

/// The walls of a region and its parts, the newest first.
pub fn of_region(rd: &mut Rd<'_>, region: &str, limit: u32) -> Result<Vec<WallRow>> {
    // ':' follows '9', so this is the first text behind every code that begins so.
    let end = format!("{region}:");
    let sql =
        format!("SELECT {COLUMNS} FROM wall WHERE region >= $1 AND region < $2 ORDER BY id DESC LIMIT $3");
    rd.query(&sql, vals![region, &end, limit], row_of)
}
