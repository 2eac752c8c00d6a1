//! 待认列的日志: a table that waits until somebody says which of its columns means what. One of each person; the bytes
//! are in [`crate::blobs`].

use kernel::{Moment, StaffId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;

/// A table that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingLog {
    /// whose it is
    pub owner: StaffId,
    /// token of its address
    pub id: String,
    /// name of the file
    pub name: String,
    /// its bytes
    pub hash: String,
    /// what was said of its columns so far, JSON
    pub mapping: String,
    /// why it waits
    pub trouble: String,
}

/// Keeps it in place of the one before; answers the hash of that when nothing refers to it now.
pub fn put(tx: &mut Tx<'_>, w: &WaitingLog) -> Result<Option<String>> {
    let (now, before) = (tx.now(), forget(tx, w.owner, None)?);
    tx.exec(
        "INSERT INTO log_waiting (owner, id, name, hash, mapping, trouble, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        vals![w.owner, &w.id, &w.name, &w.hash, &w.mapping, &w.trouble, now],
    )?;
    Ok(before.filter(|h| *h != w.hash))
}

/// The one of this person under this token.
pub fn get(rd: &mut Rd<'_>, owner: StaffId, id: &str) -> Result<Option<WaitingLog>> {
    let sql = "SELECT owner, id, name, hash, mapping, trouble FROM log_waiting WHERE owner = $1 AND id = $2";
    rd.query_opt(sql, vals![owner, id], |r| {
        Ok(WaitingLog {
            owner: StaffId(r.i64(0)?),
            id: r.string(1)?,
            name: r.string(2)?,
            hash: r.string(3)?,
            mapping: r.string(4)?,
            trouble: r.string(5)?,
        })
    })
}

/// Forgets what waits for this person, or only what has this token; answers its hash when nothing refers to it now.
pub fn forget(tx: &mut Tx<'_>, owner: StaffId, id: Option<&str>) -> Result<Option<String>> {
    let sql = "SELECT hash FROM log_waiting WHERE owner = $1 AND (CAST($2 AS TEXT) = '' OR id = $2)";
    let found = tx.query_opt(sql, vals![owner, id.unwrap_or("")], |r| r.string(0))?;
    let Some(hash) = found else { return Ok(None) };
    tx.exec("DELETE FROM log_waiting WHERE owner = $1", vals![owner])?;
    Ok(crate::files::is_free(tx, &hash)?.then_some(hash))
}

/// Forgets what waited since before `before`; answers the hashes that nothing refers to now.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<Vec<String>> {
    let sql = "SELECT owner FROM log_waiting WHERE at < $1 LIMIT $2";
    let old = tx.query(sql, vals![before, limit], |r| Ok(StaffId(r.i64(0)?)))?;
    let mut free = Vec::new();
    for owner in old {
        free.extend(forget(tx, owner, None)?);
    }
    Ok(free)
}
