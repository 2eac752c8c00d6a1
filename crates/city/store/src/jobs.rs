//! 作业: what has to be done later, exactly once. Rows R3, X3.
//!
//! A job is enqueued in the transaction that makes it necessary. A worker claims what is due, the earliest
//! first, for a limited time (lease), and finishes it in the transaction that has its effect: if the lease
//! was lost meanwhile, that transaction is refused and the effect with it. So a job may be begun twice but
//! takes effect once.

use kernel::{Moment, US_PER_HOUR, US_PER_SECOND};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::vals;
use crate::value::Row;

/// How often a job is begun before it is put aside as dead.
pub const ATTEMPTS_MAX: i64 = 8;
const BACKOFF_FIRST_US: i64 = 10 * US_PER_SECOND;
const BACKOFF_MAX_US: i64 = US_PER_HOUR;

/// A job to be enqueued, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// What to do, in one word.
    pub kind: &'a str,
    /// At most one job of this kind with this key exists at a time.
    pub unique: Option<&'a str>,
    /// Not before this moment.
    pub due: Moment,
    /// JSON text.
    pub payload: &'a str,
}

/// A job that a worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: i64,
    /// What to do.
    pub kind: String,
    /// Its unique key.
    pub unique: Option<String>,
    /// When it became due.
    pub due: Moment,
    /// JSON text.
    pub payload: String,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// Number of this lease; it must still be the same at the end.
    pub lease: i64,
}

/// A job that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJob {
    /// Its id.
    pub id: i64,
    /// What to do.
    pub kind: String,
    /// JSON text.
    pub payload: String,
    /// Why the last attempt failed.
    pub error: String,
}

/// Enqueues a job. `None`: one with the same kind and key is there already and stays as it is.
pub fn enqueue(tx: &mut Tx<'_>, job: &NewJob<'_>) -> Result<Option<i64>> {
    let sql = "INSERT INTO job (kind, unique_key, due_at, payload) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING RETURNING id";
    let id = tx.query_opt(sql, vals![job.kind, job.unique, job.due, job.payload], |row| row.i64(0));
    tx.note(id)
}

/// Enqueues a job with a key, or moves the one that is there to the new moment and payload. A worker that
/// holds the old one loses its lease.
pub fn enqueue_or_move(tx: &mut Tx<'_>, kind: &str, key: &str, due: Moment, payload: &str) -> Result<i64> {
    tx.insert(
        "INSERT INTO job (kind, unique_key, due_at, payload) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL DO UPDATE SET due_at = excluded.due_at, \
         payload = excluded.payload, state = 'waiting', attempts = 0, lease = job.lease + 1, error = NULL \
         RETURNING id",
        vals![kind, key, due, payload],
    )
}

/// Removes the job with this key; says whether there was one.
pub fn cancel(tx: &mut Tx<'_>, kind: &str, key: &str) -> Result<bool> {
    Ok(tx.exec("DELETE FROM job WHERE kind = $1 AND unique_key = $2", vals![kind, key])? > 0)
}

/// Claims what is due, the earliest first, for `lease_us` microseconds, at most `limit` jobs.
/// Leases that ran out are taken back first; what was begun too often is put aside.
pub fn claim(tx: &mut Tx<'_>, lease_us: i64, limit: u32) -> Result<Vec<Job>> {
    let now = tx.now();
    tx.exec(
        "UPDATE job SET state = 'dead', error = coalesce(error, 'the worker never came back') \
         WHERE state = 'leased' AND leased_until <= $1 AND attempts >= $2",
        vals![now, ATTEMPTS_MAX],
    )?;
    tx.exec("UPDATE job SET state = 'waiting' WHERE state = 'leased' AND leased_until <= $1", vals![now])?;
    let due = "SELECT id, kind, unique_key, due_at, payload, attempts + 1, lease + 1 FROM job \
               WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT $2";
    let jobs = tx.query(due, vals![now, limit], job_of)?;
    for job in &jobs {
        tx.exec(
            "UPDATE job SET state = 'leased', leased_until = $2, attempts = $3, lease = $4 WHERE id = $1",
            vals![job.id, now.plus_us(lease_us), job.attempts, job.lease],
        )?;
    }
    Ok(jobs)
}

fn job_of(row: &Row<'_>) -> Result<Job> {
    Ok(Job {
        id: row.i64(0)?,
        kind: row.string(1)?,
        unique: row.opt_text(2)?.map(str::to_owned),
        due: row.moment(3)?,
        payload: row.string(4)?,
        attempts: row.i64(5)?,
        lease: row.i64(6)?,
    })
}

/// Ends a job; call it in the transaction that has its effect.
///
/// # Errors
/// `LeaseLost` when another worker has it now: pass the error on, so that the effect is undone.
pub fn finish(tx: &mut Tx<'_>, job: &Job) -> Result<()> {
    let sql = "DELETE FROM job WHERE id = $1 AND lease = $2 AND state = 'leased'";
    if tx.exec(sql, vals![job.id, job.lease])? == 0 {
        return Err(StoreError::LeaseLost(job.id));
    }
    Ok(())
}

/// Gives a job back after a failure: it waits longer each time, and is put aside after [`ATTEMPTS_MAX`].
/// Says whether it is dead now.
pub fn fail(tx: &mut Tx<'_>, job: &Job, error: &str) -> Result<bool> {
    let dead = job.attempts >= ATTEMPTS_MAX;
    let due = tx.now().plus_us(backoff_us(job.attempts));
    put_aside(tx, job, error, if dead { "dead" } else { "waiting" }, due)?;
    Ok(dead)
}

/// Puts a job aside at once: trying it again cannot help (its payload is damaged).
pub fn bury(tx: &mut Tx<'_>, job: &Job, error: &str) -> Result<()> {
    let now = tx.now();
    put_aside(tx, job, error, "dead", now)
}

/// How long to wait after so many attempts that failed.
pub(crate) fn backoff_us(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    (BACKOFF_FIRST_US << doublings).min(BACKOFF_MAX_US)
}

fn put_aside(tx: &mut Tx<'_>, job: &Job, error: &str, state: &str, due: Moment) -> Result<()> {
    let error: String = error.chars().take(2_000).collect();
    let sql = "UPDATE job SET state = $3, due_at = $4, error = $5 WHERE id = $1 AND lease = $2 AND state = 'leased'";
    if tx.exec(sql, vals![job.id, job.lease, state, due, &error])? == 0 {
        return Err(StoreError::LeaseLost(job.id));
    }
    Ok(())
}

/// When the next waiting job is due, so that a worker knows how long it may sleep.
pub fn next_due(rd: &mut Rd<'_>) -> Result<Option<Moment>> {
    let sql = "SELECT due_at FROM job WHERE state = 'waiting' ORDER BY due_at, id LIMIT 1";
    rd.query_opt(sql, &[], |row| row.moment(0))
}

/// How many jobs wait or are being done.
pub fn open_count(rd: &mut Rd<'_>) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM job WHERE state <> 'dead'", &[], |row| row.i64(0))
}

/// Jobs that were put aside, at most `limit`.
pub fn dead(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<DeadJob>> {
    let sql =
        "SELECT id, kind, payload, coalesce(error, '') FROM job WHERE state = 'dead' ORDER BY id LIMIT $1";
    rd.query(sql, vals![limit], |row| {
        Ok(DeadJob { id: row.i64(0)?, kind: row.string(1)?, payload: row.string(2)?, error: row.string(3)? })
    })
}

/// Lets a dead job try again from now on; says whether it was there.
pub fn revive(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let now = tx.now();
    let sql = "UPDATE job SET state = 'waiting', attempts = 0, due_at = $2 WHERE id = $1 AND state = 'dead'";
    Ok(tx.exec(sql, vals![id, now])? > 0)
}

/// Lets every dead job try again from now on; says how many there were.
pub fn revive_all(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec("UPDATE job SET state = 'waiting', attempts = 0, due_at = $1 WHERE state = 'dead'", vals![now])
}
