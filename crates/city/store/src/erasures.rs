//! 涂去申请: who asked that the data of a reporter end, who checked it and who approved it.

use kernel::{CaseId, Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    /// id
    pub id: i64,
    /// the case
    pub case: CaseId,
    /// `asked`, `checked`, `done`, `refused`
    pub state: String,
    /// why
    pub reason: String,
    /// who asked, checked, approved, in this order
    pub by: [Option<StaffId>; 3],
    /// when it last moved
    pub at: Moment,
}

const COLUMNS: &str = "id, case_id, state, reason, asked_by, checked_by, approved_by, at";

fn row_of(row: &Row<'_>) -> Result<ErasureRow> {
    Ok(ErasureRow {
        id: row.i64(0)?,
        case: CaseId(row.i64(1)?),
        state: row.string(2)?,
        reason: row.string(3)?,
        by: [row.opt_i64(4)?.map(StaffId), row.opt_i64(5)?.map(StaffId), row.opt_i64(6)?.map(StaffId)],
        at: row.moment(7)?,
    })
}

/// Adds a request.
pub fn put(tx: &mut Tx<'_>, case: CaseId, reason: &str, by: Option<StaffId>) -> Result<i64> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO erasure (case_id, state, reason, asked_by, at) VALUES ($1, 'asked', $2, $3, $4) RETURNING id",
        vals![case, reason, by, now],
    )
}

/// Moves a request on.
pub fn set(tx: &mut Tx<'_>, row: &ErasureRow) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "UPDATE erasure SET state = $2, checked_by = $3, approved_by = $4, at = $5 WHERE id = $1",
        vals![row.id, &row.state, row.by[1], row.by[2], now],
    )?;
    Ok(())
}

/// One request.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<ErasureRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM erasure WHERE id = $1"), vals![id], row_of)
}

/// Is a request about this case under way?
pub fn open_of(rd: &mut Rd<'_>, case: CaseId) -> Result<Option<ErasureRow>> {
    let sql = format!("SELECT {COLUMNS} FROM erasure WHERE case_id = $1 AND state IN ('asked', 'checked')");
    rd.query_opt(&sql, vals![case], row_of)
}

/// The newest requests.
pub fn newest(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<ErasureRow>> {
    rd.query(&format!("SELECT {COLUMNS} FROM erasure ORDER BY id DESC LIMIT $1"), vals![limit], row_of)
}
