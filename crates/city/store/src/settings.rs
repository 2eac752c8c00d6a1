//! 设置: documents with versions, each in force from a moment on. Nothing is overwritten.

use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// One version of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// 1, 2, 3 …
    pub ver: i64,
    /// In force from this moment on, until a version with a later moment.
    pub since: Moment,
    /// When it was written.
    pub written: Moment,
    /// Who wrote it.
    pub staff: Option<StaffId>,
    /// JSON text.
    pub doc: String,
}

const COLUMNS: &str = "ver, since, written, staff, doc";

fn setting_of(row: &Row<'_>) -> Result<Setting> {
    Ok(Setting {
        ver: row.i64(0)?,
        since: row.moment(1)?,
        written: row.moment(2)?,
        staff: row.opt_i64(3)?.map(StaffId),
        doc: row.string(4)?,
    })
}

/// Adds a version; answers its number.
pub fn put(tx: &mut Tx<'_>, name: &str, since: Moment, staff: Option<StaffId>, doc: &str) -> Result<i64> {
    let sql = "SELECT coalesce(max(ver), 0) + 1 FROM setting WHERE name = $1";
    let ver = tx.query_one(sql, vals![name], |row| row.i64(0))?;
    let written = tx.now();
    tx.exec(
        "INSERT INTO setting (name, ver, since, written, staff, doc) VALUES ($1, $2, $3, $4, $5, $6)",
        vals![name, ver, since, written, staff, doc],
    )?;
    Ok(ver)
}

/// The version that was written last: what is in force for every node, whatever its clock says.
pub fn newest(rd: &mut Rd<'_>, name: &str) -> Result<Option<Setting>> {
    Ok(history(rd, name, 1)?.pop())
}

/// All versions, the newest first, at most `limit`.
pub fn history(rd: &mut Rd<'_>, name: &str, limit: u32) -> Result<Vec<Setting>> {
    let sql = format!("SELECT {COLUMNS} FROM setting WHERE name = $1 ORDER BY ver DESC LIMIT $2");
    rd.query(&sql, vals![name, limit], setting_of)
}
