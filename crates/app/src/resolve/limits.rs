//! 重算期限: when a calendar is imported or corrected, every open limit that it moves is computed again, on record.

use kernel::{Actor, CaseId, StreamId};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Job, NewJob};
use store::{StoreError, Tx, asides, cases, counters};

use crate::city::{Door as _, Error, Office, one};
use crate::resolve::Cases;
use crate::resolve::lights::recompute;

/// The job of an imported calendar; a limit that cannot be computed is put aside under this name.
pub const RECOMPUTE: &str = "recompute-limits";
/// Rows looked through in one step of a recomputation, and cases computed again in one transaction.
const LOOKED: u32 = 5_000;
const BATCH: usize = 200;
/// What was put aside and is looked at in one round.
const ASIDE: u32 = 200;

#[derive(Serialize, Deserialize)]
struct Recompute {
    after: i64,
}

/// Every open limit is compared with the calendar now in force.
pub fn enqueue_recompute(tx: &mut Tx<'_>) -> Result<(), Error> {
    enqueue(tx, CaseId(0))
}

fn enqueue(tx: &mut Tx<'_>, after: CaseId) -> Result<(), Error> {
    // Each step is its own job, so that what a second import changes is looked at again.
    let round = counters::next(tx, RECOMPUTE)?;
    let payload = serde_json::to_string(&Recompute { after: after.0 }).map_err(Error::bug)?;
    let due = tx.now();
    jobs::enqueue(tx, &NewJob { kind: RECOMPUTE, unique: Some(&round.to_string()), due, payload: &payload })?;
    Ok(())
}

impl Cases {
    /// One step of a recomputation: rows are looked through beside the writer; only limits that the calendar moves are
    /// written, on record. Ends the job in the same transaction.
    ///
    /// # Errors
    /// The payload cannot be read, or the store could not.
    pub fn recompute_limits(&self, job: &Job) -> Result<usize, Error> {
        let at: Recompute = serde_json::from_str(&job.payload).map_err(|e| {
            StoreError::Damaged(format!("作业内容无法读出 / the payload cannot be read: {e}"))
        })?;
        let (moved, next) = self
            .read(move |app, rd| {
                let office = app.city.office(rd)?;
                Ok(cases::moved_by(rd, &office.rules.calendar, CaseId(at.after), LOOKED)?)
            })
            .wait()?;
        // A corrected notice may move many: they are written in pieces, the job goes on behind the last of them.
        let next = if moved.len() > BATCH { moved.get(BATCH - 1).copied() } else { next };
        let (app, job) = (self.clone(), job.clone());
        self.city.store().write(move |tx| {
            let office = app.city.office(tx)?;
            let mut done = 0;
            for id in moved.iter().take(BATCH) {
                done += usize::from(one(tx, RECOMPUTE, StreamId::case(*id), false, |tx| {
                    limit(tx, &office, *id)
                })?);
            }
            jobs::finish(tx, &job)?;
            if let Some(next) = next {
                enqueue(tx, next)?;
            }
            Ok(done)
        })
    }

    /// Limits that could not be computed and were put aside are tried again.
    ///
    /// # Errors
    /// The store could not.
    pub fn limits_again(&self) -> Result<usize, Error> {
        let now = self.city.store().now();
        let due = self.city.store().read(|rd| asides::of(rd, RECOMPUTE, ASIDE))?;
        let due: Vec<_> = due.into_iter().filter(|d| d.1.is_some_and(|again| again <= now)).collect();
        if due.is_empty() {
            return Ok(0);
        }
        let app = self.clone();
        self.city.store().write(move |tx| {
            let office = app.city.office(tx)?;
            let mut done = 0;
            for (stream, _) in &due {
                let id = CaseId(stream.subject());
                done += usize::from(one(tx, RECOMPUTE, *stream, true, |tx| limit(tx, &office, id))?);
            }
            Ok(done)
        })
    }
}

/// Computes the limit of one case again, if the calendar moves it.
fn limit(tx: &mut Tx<'_>, office: &Office, id: CaseId) -> Result<bool, Error> {
    let case = cases::by_id(tx, id)?.ok_or(Error::NotFound)?;
    if cases::limit_holds(tx, &case, &office.rules.calendar)? {
        return Ok(false);
    }
    recompute(tx, office, &Actor::system(), case).map(|()| true)
}
