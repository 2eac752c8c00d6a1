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
    /// from which network, where nobody is signed in
    pub net: Option<i64>,
}

fn file_of(row: &Row<'_>) -> Result<FileRef> {
    Ok(FileRef { hash: row.string(0)?, name: row.string(1)?, kind: row.string(2)?, size: row.i64(3)? })
}

/// Notes that a file is there.
pub fn put(tx: &mut Tx<'_>, w: &Waiting) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO upload (ticket, hash, name, kind, size, at, staff, net) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vals![&w.ticket, &w.file.hash, &w.file.name, &w.file.kind, w.file.size, now, w.staff, w.net],
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

/// What waits and was brought without an account: bytes of each network, the most first. The same bytes of one network
/// count once, as they lie on the disk once.
pub fn waiting_of_strangers(rd: &mut Rd<'_>) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT net, CAST(sum(size) AS BIGINT) AS bytes FROM \
               (SELECT DISTINCT coalesce(net, 0) AS net, hash, size FROM upload WHERE stream IS NULL AND staff IS NULL) u \
               GROUP BY net ORDER BY bytes DESC, net";
    rd.query(sql, &[], |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// Lets what a network left waiting before `before` run out now: it is swept with the rest.
pub fn expire(tx: &mut Tx<'_>, net: i64, before: Moment) -> Result<u64> {
    tx.exec(
        "UPDATE upload SET at = 0 WHERE stream IS NULL AND staff IS NULL AND coalesce(net, 0) = $1 AND at < $2",
        vals![net, before],
    )
}

/// Refers nothing to the bytes of this hash: no form, no act, no import?
pub fn is_free(rd: &mut Rd<'_>, hash: &str) -> Result<bool> {
    for sql in [
        "SELECT 1 FROM upload WHERE hash = $1 LIMIT 1",
        "SELECT 1 FROM brought WHERE hash = $1 LIMIT 1",
        "SELECT 1 FROM brought WHERE aside = $1 LIMIT 1",
        "SELECT 1 FROM kept_log WHERE hash = $1 LIMIT 1",
        "SELECT 1 FROM log_waiting WHERE hash = $1 LIMIT 1",
    ] {
        if rd.query_opt(sql, vals![hash], |r| r.i64(0))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Forgets what waited since before `before`, or since before `strangers` when nobody's account brought it, at most
/// `limit`; answers the hashes that nothing refers to now.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, strangers: Moment, limit: u32) -> Result<Vec<String>> {
    let sql = "SELECT id, hash FROM upload WHERE stream IS NULL AND (at < $1 OR (staff IS NULL AND at < $2)) \
               ORDER BY at LIMIT $3";
    let old = tx.query(sql, vals![before, strangers, limit], |row| Ok((row.i64(0)?, row.string(1)?)))?;
    let mut free = Vec::new();
    for (id, hash) in old {
        tx.exec("DELETE FROM upload WHERE id = $1", vals![id])?;
        if is_free(tx, &hash)? {
            free.push(hash);
        }
    }
    Ok(free)
}
