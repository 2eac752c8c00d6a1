//! Gapless numbers by name: 受理编号 counts from 1 in each region and year.
//!
//! A number that was taken in a transaction that is undone is given again.

use crate::conn::Tx;
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
