//! 幂等: a request that is sent twice with the same key is done once and answered the same.
//!
//! Look and keep in the same transaction as the effect: then even two copies at the same moment are one.

use kernel::Moment;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::vals;

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// HTTP status.
    pub status: i64,
    /// Its body.
    pub answer: String,
}

/// The answer that `actor` got for the key `name`, unless it expired.
///
/// # Errors
/// `KeyReused` when the key came with another request (another `digest`).
pub fn look(rd: &mut Rd<'_>, actor: &str, name: &str, digest: &[u8], now: Moment) -> Result<Option<Kept>> {
    let sql = "SELECT digest, status, answer FROM idempotency WHERE actor = $1 AND name = $2 AND until > $3";
    let found = rd.query_opt(sql, vals![actor, name, now], |row| {
        Ok((row.blob(0)? == digest, Kept { status: row.i64(1)?, answer: row.string(2)? }))
    })?;
    match found {
        Some((false, _)) => Err(StoreError::KeyReused),
        Some((true, kept)) => Ok(Some(kept)),
        None => Ok(None),
    }
}

/// Keeps an answer until a moment; an expired one with the same key is replaced.
pub fn keep(
    tx: &mut Tx<'_>,
    actor: &str,
    name: &str,
    digest: &[u8],
    kept: &Kept,
    until: Moment,
) -> Result<()> {
    tx.exec(
        "INSERT INTO idempotency (actor, name, digest, status, answer, until) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (actor, name) DO UPDATE SET digest = excluded.digest, status = excluded.status, \
         answer = excluded.answer, until = excluded.until",
        vals![actor, name, digest, kept.status, &kept.answer, until],
    )?;
    Ok(())
}

/// Removes what expired before `now`, at most `limit` rows; says how many went.
pub fn purge(tx: &mut Tx<'_>, now: Moment, limit: u32) -> Result<u64> {
    tx.exec(
        "DELETE FROM idempotency WHERE (actor, name) IN \
         (SELECT actor, name FROM idempotency WHERE until <= $1 ORDER BY until LIMIT $2)",
        vals![now, limit],
    )
}
