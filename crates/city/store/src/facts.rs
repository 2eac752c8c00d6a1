//! 事实表: the facts that figures are counted from, as bytes, and how far the projector has read the record.
//! Must not know what the bytes mean.

use kernel::StreamId;

use crate::conn::{Rd, Tx};
use crate::engine::{Dialect, Result};
use crate::vals;
use crate::value::Value;

const NAME: &str = "facts";

/// The last place of the record that is in the facts, and how often they were made anew.
pub fn place(rd: &mut Rd<'_>) -> Result<(i64, i64)> {
    let sql = "SELECT epoch, seq FROM projection WHERE name = $1";
    Ok(rd.query_opt(sql, vals![NAME], |r| Ok((r.i64(0)?, r.i64(1)?)))?.unwrap_or((0, 0)))
}

/// The last place of the record that is in the facts.
pub fn reached(rd: &mut Rd<'_>) -> Result<i64> {
    let sql = "SELECT seq FROM projection WHERE name = $1";
    Ok(rd.query_opt(sql, vals![NAME], |r| r.i64(0))?.unwrap_or(0))
}

/// Notes how far the facts go.
pub fn set_reached(tx: &mut Tx<'_>, seq: i64) -> Result<()> {
    let sql = "INSERT INTO projection (name, seq) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";
    tx.exec(sql, vals![NAME, seq])?;
    Ok(())
}

/// Streams with events after place `seq`, each once, from at most `limit` events; and the last place looked at.
pub fn moved(rd: &mut Rd<'_>, seq: i64, limit: u32) -> Result<(Vec<StreamId>, i64)> {
    let sql = "SELECT seq, stream FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
    let (mut last, mut streams) = (seq, Vec::new());
    rd.each(sql, vals![seq, limit], |r| {
        last = r.i64(0)?;
        streams.push(StreamId(r.i64(1)?));
        Ok(true)
    })?;
    streams.sort_unstable();
    streams.dedup();
    Ok((streams, last))
}

/// The facts of one subject.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// what it is
    pub sort: u8,
    /// its id
    pub id: i64,
    /// the bytes
    pub data: Vec<u8>,
}

/// Keeps facts in place of what was there; `mark` is the place of the record they were made at.
pub fn put(tx: &mut Tx<'_>, mark: i64, rows: &[FactRow]) -> Result<()> {
    let sql = "INSERT INTO fact (sort, id, mark, data) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (sort, id) DO UPDATE SET mark = excluded.mark, data = excluded.data";
    let rows: Vec<[Value<'_>; 4]> =
        rows.iter().map(|r| [i64::from(r.sort).into(), r.id.into(), mark.into(), (&r.data).into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 4]>::as_slice).collect();
    tx.exec_many(sql, &rows)?;
    Ok(())
}

/// Hands over the facts that were made after place `mark`: what they are of, its id, the bytes.
pub fn each_after(
    rd: &mut Rd<'_>,
    mark: i64,
    mut f: impl FnMut(i64, i64, &[u8]) -> Result<()>,
) -> Result<()> {
    rd.each("SELECT sort, id, data FROM fact WHERE mark > $1", vals![mark], |r| {
        f(r.i64(0)?, r.i64(1)?, r.blob(2)?)?;
        Ok(true)
    })
}

/// Empties a table of a projection, however large it is.
pub(crate) fn empty(tx: &mut Tx<'_>, table: &'static str) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => format!("DELETE FROM {table}"),
        // Row by row it would outlast the patience of one statement.
        Dialect::Postgres => format!("TRUNCATE {table}"),
    };
    tx.exec(&sql, &[]).map(drop)
}

/// Throws all facts away; they are made again from the record.
pub fn clear(tx: &mut Tx<'_>) -> Result<()> {
    empty(tx, "fact")?;
    set_reached(tx, 0)?;
    new_epoch(tx)
}

/// What is held in memory of the facts is worth nothing any more, on every node.
pub fn new_epoch(tx: &mut Tx<'_>) -> Result<()> {
    tx.exec("UPDATE projection SET epoch = epoch + 1 WHERE name = $1", vals![NAME])?;
    Ok(())
}
