//! 附件: which files belong to what. The bytes are in [`crate::blobs`]; nothing here reads them.

use kernel::{FileRef, Moment, StaffId, StreamId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// What was brought, before it is part of anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// what the form holds
    pub ticket: String,
    /// the file
    pub file: FileRef,
    /// who brought it; none: somebody without an account
    pub staff: Option<StaffId>,
}

fn file_of(row: &Row<'_>) -> Result<FileRef> {
    Ok(FileRef { hash: row.string(0)?, name: row.string(1)?, kind: row.string(2)?, size: row.i64(3)? })
}

/// Notes that a file is there.
pub fn put(tx: &mut Tx<'_>, w: &Waiting) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO upload (ticket, hash, name, kind, size, at, staff) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vals![&w.ticket, &w.file.hash, &w.file.name, &w.file.kind, w.file.size, now, w.staff],
    )?;
    Ok(())
}

/// The file behind a ticket that waits, brought by this account (or by nobody's) after `since`.
pub fn waiting(
    rd: &mut Rd<'_>,
    ticket: &str,
    staff: Option<StaffId>,
    since: Moment,
) -> Result<Option<FileRef>> {
    rd.query_opt(
        "SELECT hash, name, kind, size FROM upload WHERE ticket = $1 AND stream IS NULL AND at >= $3 \
         AND coalesce(staff, 0) = $2",
        vals![ticket, staff.map_or(0, |s| s.0), since],
        file_of,
    )
}

/// The file of a ticket becomes part of an event.
pub fn attach(tx: &mut Tx<'_>, ticket: &str, stream: StreamId, ver: i64) -> Result<u64> {
    tx.exec(
        "UPDATE upload SET stream = $2, ver = $3 WHERE ticket = $1 AND stream IS NULL",
        vals![ticket, stream.0, ver],
    )
}

/// A file of a stream, with the version of the event that brought it.
pub fn of_stream(rd: &mut Rd<'_>, stream: StreamId, hash: &str) -> Result<Option<(FileRef, i64)>> {
    rd.query_opt(
        "SELECT hash, name, kind, size, ver FROM upload WHERE stream = $1 AND hash = $2 ORDER BY ver LIMIT 1",
        vals![stream.0, hash],
        |row| Ok((file_of(row)?, row.i64(4)?)),
    )
}

/// Bytes that wait, brought without an account.
pub fn waiting_bytes(rd: &mut Rd<'_>) -> Result<i64> {
    let sql =
        "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM upload WHERE stream IS NULL AND staff IS NULL";
    rd.query_one(sql, &[], |row| row.i64(0))
}

/// Forgets what waited since before `before`, at most `limit`; answers the hashes that nothing refers to now.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<Vec<String>> {
    let sql = "SELECT id, hash FROM upload WHERE stream IS NULL AND at < $1 ORDER BY at LIMIT $2";
    let old = tx.query(sql, vals![before, limit], |row| Ok((row.i64(0)?, row.string(1)?)))?;
    let mut free = Vec::new();
    for (id, hash) in old {
        tx.exec("DELETE FROM upload WHERE id = $1", vals![id])?;
        let left =
            tx.query_opt("SELECT id FROM upload WHERE hash = $1 LIMIT 1", vals![&hash], |r| r.i64(0))?;
        if left.is_none() {
            free.push(hash);
        }
    }
    Ok(free)
}
