//! 保存的日志: which logs were brought, whose they are, who else may read them. The bytes are in [`crate::blobs`]; nothing
//! here reads them.

use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A log that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLog {
    /// token of its addresses
    pub id: String,
    /// who brought it
    pub owner: StaffId,
    /// region of whoever brought it
    pub region: String,
    /// its name
    pub name: String,
    /// what it is
    pub note: String,
    /// colleagues of the region may read it
    pub shared: bool,
    /// SM3 of its Parquet
    pub hash: String,
    /// bytes of it
    pub size: i64,
    /// cases
    pub cases: i64,
    /// events
    pub events: i64,
    /// how it was read, as JSON
    pub meta: String,
    /// when it was brought
    pub at: Moment,
}

const COLUMNS: &str =
    "SELECT id, owner, region, name, note, shared, hash, size, cases, events, meta, at FROM kept_log";

fn of(row: &Row<'_>) -> Result<KeptLog> {
    Ok(KeptLog {
        id: row.string(0)?,
        owner: StaffId(row.i64(1)?),
        region: row.string(2)?,
        name: row.string(3)?,
        note: row.string(4)?,
        shared: row.i64(5)? == 1,
        hash: row.string(6)?,
        size: row.i64(7)?,
        cases: row.i64(8)?,
        events: row.i64(9)?,
        meta: row.string(10)?,
        at: row.moment(11)?,
    })
}

/// Keeps a log; its moment is now.
pub fn put(tx: &mut Tx<'_>, k: &KeptLog) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO kept_log (id, owner, region, name, note, shared, hash, size, cases, events, meta, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        vals![
            &k.id,
            k.owner,
            &k.region,
            &k.name,
            &k.note,
            i64::from(k.shared),
            &k.hash,
            k.size,
            k.cases,
            k.events,
            &k.meta,
            now
        ],
    )?;
    Ok(())
}

/// A log by its token.
pub fn get(rd: &mut Rd<'_>, id: &str) -> Result<Option<KeptLog>> {
    rd.query_opt(&format!("{COLUMNS} WHERE id = $1"), vals![id], of)
}

/// The logs of one person, and those that others share, the newest first.
pub fn list(rd: &mut Rd<'_>, owner: StaffId, limit: u32) -> Result<Vec<KeptLog>> {
    let mut all = rd.query(
        &format!("{COLUMNS} WHERE owner = $1 ORDER BY at DESC, id LIMIT $2"),
        vals![owner, limit],
        of,
    )?;
    let sql = format!("{COLUMNS} WHERE shared = 1 AND owner <> $1 ORDER BY at DESC, id LIMIT $2");
    all.extend(rd.query(&sql, vals![owner, limit], of)?);
    Ok(all)
}

/// Its name, what it is, and whether colleagues may read it.
pub fn describe(tx: &mut Tx<'_>, id: &str, name: &str, note: &str, shared: bool) -> Result<()> {
    tx.exec(
        "UPDATE kept_log SET name = $2, note = $3, shared = $4 WHERE id = $1",
        vals![id, name, note, i64::from(shared)],
    )?;
    Ok(())
}

/// Deletes a log; answers the hash when nothing refers to it now.
pub fn delete(tx: &mut Tx<'_>, k: &KeptLog) -> Result<Option<String>> {
    tx.exec("DELETE FROM kept_log WHERE id = $1", vals![&k.id])?;
    let free = crate::files::is_free(tx, &k.hash)?;
    Ok(free.then(|| k.hash.clone()))
}
