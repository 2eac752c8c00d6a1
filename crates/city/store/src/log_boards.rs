//! 日志看板: what somebody looks at together of logs. What stands on a board is not known here.

use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A board of logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogBoard {
    /// id; 0 before it is stored
    pub id: i64,
    /// whose
    pub owner: StaffId,
    /// region of its owner
    pub region: String,
    /// colleagues of the region see it
    pub shared: bool,
    /// grows with each change
    pub ver: i64,
    /// when it was changed last
    pub at: Moment,
    /// what stands on it
    pub doc: String,
}

const COLUMNS: &str = "SELECT id, owner, region, shared, ver, at, doc FROM log_board";

fn of(r: &Row<'_>) -> Result<LogBoard> {
    Ok(LogBoard {
        id: r.i64(0)?,
        owner: StaffId(r.i64(1)?),
        region: r.string(2)?,
        shared: r.i64(3)? == 1,
        ver: r.i64(4)?,
        at: r.moment(5)?,
        doc: r.string(6)?,
    })
}

/// Adds a board.
pub fn put(tx: &mut Tx<'_>, b: &LogBoard) -> Result<i64> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO log_board (owner, region, shared, ver, at, doc) VALUES ($1, $2, $3, 1, $4, $5) RETURNING id",
        vals![b.owner, &b.region, i64::from(b.shared), now, &b.doc],
    )
}

/// Changes a board that is still at version `b.ver`; says whether it was.
pub fn save(tx: &mut Tx<'_>, b: &LogBoard) -> Result<bool> {
    let now = tx.now();
    let sql = "UPDATE log_board SET shared = $3, at = $4, doc = $5, ver = ver + 1 WHERE id = $1 AND ver = $2";
    Ok(tx.exec(sql, vals![b.id, b.ver, i64::from(b.shared), now, &b.doc])? == 1)
}

/// Deletes a board.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("DELETE FROM log_board WHERE id = $1", vals![id])?;
    Ok(())
}

/// One board.
pub fn get(rd: &mut Rd<'_>, id: i64) -> Result<Option<LogBoard>> {
    rd.query_opt(&format!("{COLUMNS} WHERE id = $1"), vals![id], of)
}

/// The boards of one person, and those that others share, the newest first.
pub fn list(rd: &mut Rd<'_>, owner: StaffId, limit: u32) -> Result<Vec<LogBoard>> {
    let mut all =
        rd.query(&format!("{COLUMNS} WHERE owner = $1 ORDER BY id DESC LIMIT $2"), vals![owner, limit], of)?;
    let sql = format!("{COLUMNS} WHERE shared = 1 AND owner <> $1 ORDER BY id DESC LIMIT $2");
    all.extend(rd.query(&sql, vals![owner, limit], of)?);
    Ok(all)
}
