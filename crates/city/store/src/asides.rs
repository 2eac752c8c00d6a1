//! 搁置: what the worker could not do: which care, about what, why, how often it was tried, when it is tried again.
//!
//! One bad case, letter or figure is put aside and harms itself alone. It is tried again later and later, at most
//! [`ATTEMPTS_MAX`] times, then it waits for a person. Must not know what the cares do.

use kernel::{Moment, StreamId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::jobs::{ATTEMPTS_MAX, backoff_us};
use crate::vals;

/// The subject of a care that failed as a whole; it is tried again for ever.
pub const WHOLE: StreamId = StreamId(0);
/// The name under which a round of the worker is noted.
const ROUND: &str = "worker";

/// Something that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// which care
    pub care: String,
    /// about what; [`WHOLE`] when it is the care itself
    pub subject: StreamId,
    /// why the last attempt failed
    pub reason: String,
    /// how often it was tried
    pub tries: i64,
    /// since when
    pub since: Moment,
    /// when it is tried again; none when it waits for a person
    pub again: Option<Moment>,
}

/// Puts something aside, or notes that it failed once more.
pub fn put(tx: &mut Tx<'_>, care: &str, subject: StreamId, reason: &str) -> Result<()> {
    let sql = "SELECT tries FROM aside WHERE care = $1 AND subject = $2";
    let tries = tx.query_opt(sql, vals![care, subject], |r| r.i64(0))?.unwrap_or(0) + 1;
    let now = tx.now();
    let last = tries >= ATTEMPTS_MAX && subject != WHOLE;
    let again = (!last).then(|| now.plus_us(backoff_us(tries)));
    let reason: String = reason.chars().take(2_000).collect();
    tx.exec(
        "INSERT INTO aside (care, subject, reason, tries, since, again) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (care, subject) DO UPDATE SET reason = excluded.reason, tries = excluded.tries, \
         again = excluded.again",
        vals![care, subject, &reason, tries, now, again],
    )?;
    Ok(())
}

/// Has something done once more in the next round, although nothing failed.
pub fn ask_again(tx: &mut Tx<'_>, care: &str, subject: StreamId, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.exec(
        "INSERT INTO aside (care, subject, reason, tries, since, again) VALUES ($1, $2, $3, 0, $4, $4) \
         ON CONFLICT (care, subject) DO UPDATE SET reason = excluded.reason, again = excluded.again",
        vals![care, subject, reason, now],
    )?;
    Ok(())
}

/// It was done after all, or is not owed any more; says whether it had been put aside.
pub fn done(tx: &mut Tx<'_>, care: &str, subject: StreamId) -> Result<bool> {
    Ok(tx.exec("DELETE FROM aside WHERE care = $1 AND subject = $2", vals![care, subject])? > 0)
}

/// What a care put aside, and when each is tried again; at most `limit`, what waits longest first.
pub fn of(rd: &mut Rd<'_>, care: &str, limit: u32) -> Result<Vec<(StreamId, Option<Moment>)>> {
    let sql = "SELECT subject, again FROM aside WHERE care = $1 AND subject <> 0 \
               ORDER BY coalesce(again, 9223372036854775807), subject LIMIT $2";
    rd.query(sql, vals![care, limit], |r| Ok((StreamId(r.i64(0)?), r.opt_moment(1)?)))
}

/// Is this put aside?
pub fn is_aside(rd: &mut Rd<'_>, care: &str, subject: StreamId) -> Result<bool> {
    let sql = "SELECT 1 FROM aside WHERE care = $1 AND subject = $2";
    Ok(rd.query_opt(sql, vals![care, subject], |_| Ok(()))?.is_some())
}

/// How much is put aside.
pub fn count(rd: &mut Rd<'_>) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM aside", &[], |r| r.i64(0))
}

/// What is put aside, by care, at most `limit`.
pub fn list(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<Aside>> {
    let sql = "SELECT care, subject, reason, tries, since, again FROM aside ORDER BY care, subject LIMIT $1";
    rd.query(sql, vals![limit], |r| {
        Ok(Aside {
            care: r.string(0)?,
            subject: StreamId(r.i64(1)?),
            reason: r.string(2)?,
            tries: r.i64(3)?,
            since: r.moment(4)?,
            again: r.opt_moment(5)?,
        })
    })
}

/// Everything that is put aside is tried again from now on; says how much that is.
pub fn revive(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("UPDATE aside SET tries = 0, again = $1", vals![now])
}

/// Forgets what is not owed any more: a case that has no moment before it.
pub fn sweep(tx: &mut Tx<'_>, care: &str) -> Result<u64> {
    let now = tx.now();
    tx.exec(
        "DELETE FROM aside WHERE care = $1 AND subject <> 0 AND NOT EXISTS \
         (SELECT 1 FROM case_file c WHERE c.id = aside.subject - $2 AND c.next_at <= $3)",
        vals![care, StreamId::case(kernel::CaseId(0)), now],
    )
}

/// Notes that a round of the worker was done.
pub fn note_round(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    let sql = "INSERT INTO projection (name, seq) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";
    tx.exec(sql, vals![ROUND, now])?;
    Ok(())
}

/// When the last round was noted; none when no worker ever ran.
pub fn last_round(rd: &mut Rd<'_>) -> Result<Option<Moment>> {
    rd.query_opt("SELECT seq FROM projection WHERE name = $1", vals![ROUND], |r| r.moment(0))
}
