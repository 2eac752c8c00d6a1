//! Gapless numbers by name: 受理编号 counts from 1 in each region and year.
//!
//! A number that was taken in a transaction that is undone is given again.

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;

/// The next number of `name`.
pub fn next(tx: &mut Tx<'_>, name: &str) -> Result<i64> {
    take(tx, name, 1)
}

/// Takes `n` numbers of `name` at once; answers the first of them.
pub fn take(tx: &mut Tx<'_>, name: &str, n: u32) -> Result<i64> {
    let last = tx.insert(
        "INSERT INTO counter (name, last) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET last = counter.last + excluded.last RETURNING last",
        vals![name, n],
    )?;
    Ok(last - i64::from(n) + 1)
}

/// The last number of `name` that was given; 0 before the first.
pub fn last(rd: &mut Rd<'_>, name: &str) -> Result<i64> {
    let sql = "SELECT last FROM counter WHERE name = $1";
    Ok(rd.query_opt(sql, vals![name], |r| r.i64(0))?.unwrap_or(0))
}

/// Every counter with the last number it gave.
pub fn all(rd: &mut Rd<'_>) -> Result<Vec<(String, i64)>> {
    rd.query("SELECT name, last FROM counter ORDER BY name", &[], |r| Ok((r.string(0)?, r.i64(1)?)))
}

/// No number of `name` up to `past` is given any more.
pub fn skip_past(tx: &mut Tx<'_>, name: &str, past: i64) -> Result<()> {
    tx.exec(
        "INSERT INTO counter (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = \
         CASE WHEN counter.last < excluded.last THEN excluded.last ELSE counter.last END",
        vals![name, past],
    )?;
    Ok(())
}
