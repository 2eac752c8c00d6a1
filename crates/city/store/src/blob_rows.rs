//! 附件内容在库里: files in pieces under their hash, for a city of several nodes. Must not know what a file is for.

use kernel::Moment;

use crate::conn::{Rd, Tx};
use crate::engine::{Dialect, Result};
use crate::error::StoreError;
use crate::vals;

/// Bytes of a piece: one statement carries it, and no other writer waits long for it.
pub const PIECE: usize = 256 << 10;

/// Where new files go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// the directory beside the data of a node, or one that all nodes share
    Directory,
    /// the database
    Database,
}

impl Home {
    const fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Database => "database",
        }
    }
}

/// Where new files go: as somebody chose, else into the database where there can be several nodes.
pub fn home(rd: &mut Rd<'_>) -> Result<Home> {
    let chosen = rd.query_opt("SELECT home FROM blob_home WHERE id = 1", &[], |r| r.string(0))?;
    Ok(match chosen.as_deref() {
        Some("directory") => Home::Directory,
        Some(_) => Home::Database,
        None if rd.dialect() == Dialect::Postgres => Home::Database,
        None => Home::Directory,
    })
}

/// From now on new files go there.
pub fn choose(tx: &mut Tx<'_>, home: Home) -> Result<()> {
    tx.exec(
        "INSERT INTO blob_home (id, home) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET home = excluded.home",
        vals![home.word()],
    )?;
    Ok(())
}

/// A whole file is young again, so that no sweep takes it from whoever brings it now; false when there is none.
pub fn touch(tx: &mut Tx<'_>, hash: &str) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec("UPDATE blob SET at = $2 WHERE hash = $1 AND whole = 1", vals![hash, now])? > 0)
}

/// A file begins to come. Two may bring the same one at a time: pieces of one hash are the same.
pub fn begin(tx: &mut Tx<'_>, hash: &str, size: i64) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO blob (hash, size, whole, at) VALUES ($1, $2, 0, $3) \
         ON CONFLICT (hash) DO UPDATE SET at = excluded.at",
        vals![hash, size, now],
    )?;
    Ok(())
}

/// One piece of it.
pub fn put_piece(tx: &mut Tx<'_>, hash: &str, n: i64, bytes: &[u8]) -> Result<()> {
    tx.exec(
        "INSERT INTO blob_piece (hash, n, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        vals![hash, n, bytes],
    )?;
    Ok(())
}

/// It is whole. Says whether all of it is there: a sweep may have come between.
pub fn finish(tx: &mut Tx<'_>, hash: &str, size: i64) -> Result<bool> {
    let now = tx.now();
    let sql = "SELECT CAST(coalesce(sum(length(bytes)), 0) AS BIGINT) FROM blob_piece WHERE hash = $1";
    if tx.query_one(sql, vals![hash], |r| r.i64(0))? != size {
        return Ok(false);
    }
    Ok(tx.exec("UPDATE blob SET whole = 1, at = $2 WHERE hash = $1", vals![hash, now])? > 0)
}

/// How many bytes a whole file has; none when it is not here.
pub fn size_of(rd: &mut Rd<'_>, hash: &str) -> Result<Option<i64>> {
    rd.query_opt("SELECT size FROM blob WHERE hash = $1 AND whole = 1", vals![hash], |r| r.i64(0))
}

/// The pieces of a whole file in their order; false when it is not here.
pub fn pieces(rd: &mut Rd<'_>, hash: &str, f: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<bool> {
    if size_of(rd, hash)?.is_none() {
        return Ok(false);
    }
    // One at a time: what is sent by the server is not held as a whole.
    let mut n = 0;
    loop {
        let sql = "SELECT bytes FROM blob_piece WHERE hash = $1 AND n = $2";
        let Some(piece) = rd.query_opt(sql, vals![hash, n], |r| Ok(r.blob(0)?.to_vec()))? else {
            return Ok(true);
        };
        f(&piece)?;
        n += 1;
    }
}

/// Whole files after a hash, in their order, with their sizes.
pub fn after(rd: &mut Rd<'_>, hash: &str, limit: u32) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT hash, size FROM blob WHERE hash > $1 AND whole = 1 ORDER BY hash LIMIT $2";
    rd.query(sql, vals![hash, limit], |r| Ok((r.string(0)?, r.i64(1)?)))
}

/// How many whole files there are, and their bytes.
pub fn count(rd: &mut Rd<'_>) -> Result<(i64, i64)> {
    let sql = "SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM blob WHERE whole = 1";
    rd.query_one(sql, &[], |r| Ok((r.i64(0)?, r.i64(1)?)))
}

/// Removes a file that was not brought since `before`.
pub fn remove(tx: &mut Tx<'_>, hash: &str, before: Moment) -> Result<bool> {
    if tx.exec("DELETE FROM blob WHERE hash = $1 AND at <= $2", vals![hash, before])? == 0 {
        return Ok(false);
    }
    tx.exec("DELETE FROM blob_piece WHERE hash = $1", vals![hash])?;
    Ok(true)
}

/// Removes what began to come before `before` and never became whole; says how many.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, limit: u32) -> Result<usize> {
    let sql = "SELECT hash FROM blob WHERE whole = 0 AND at < $1 LIMIT $2";
    let old = tx.query(sql, vals![before, limit], |r| r.string(0))?;
    for hash in &old {
        remove(tx, hash, before)?;
    }
    Ok(old.len())
}

/// What is said of a file that cannot be found on any way.
pub(crate) fn missing(hash: &str) -> StoreError {
    StoreError::Disk(format!(
        "附件 {hash} 不在数据库里，也不在本节点的附件目录里（多个节点请用 bancheng files move database 移入数据库）/ the \
         file is neither in the database nor in the directory of this node: move the files of each node into the \
         database with bancheng files move database"
    ))
}
