//! Jobs: each is claimed in a transaction of its own, so that an attempt counts even when its effect is undone; it is
//! tried again later and later, and put aside as dead with its reason when that does not help.

use kernel::{Actor, CaseId, StreamId, US_PER_SECOND};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Job, NewJob};
use store::{StoreError, Tx, asides, cases, counters};

use super::RECOMPUTE;
use super::alone::{contained, one};
use super::lights::recompute;
use crate::{App, Error, Office};

/// How long a worker may hold a job.
const LEASE_US: i64 = 120 * US_PER_SECOND;
/// Rows looked through in one step of a recomputation, and cases computed again in one transaction.
const LOOKED: u32 = 5_000;
const BATCH: usize = 200;
/// What was put aside and is looked at in one round.
const ASIDE: u32 = 200;

/// What each kind of job does; it ends the job in the transaction that has its effect.
const KINDS: &[(&str, fn(&App, &Job) -> Result<usize, Error>)] = &[(RECOMPUTE, recompute_step)];

/// Every job that is due, and what a job put aside; says how many limits were computed again.
pub(super) fn run(app: &App) -> Result<usize, Error> {
    let mut done = again(app)?;
    while let Some(job) = app.store.write(|tx| Ok::<_, StoreError>(jobs::claim(tx, LEASE_US, 1)?.pop()))? {
        let run = KINDS.iter().find(|k| k.0 == job.kind).map(|k| k.1);
        let ran = match run {
            Some(run) => contained(|| run(app, &job)),
            // Another version of the program may know it: it waits, with a bound.
            None => Err(Error::bug(format!("不认识的作业 {0} / no such kind of job: {0}", job.kind))),
        };
        match ran {
            Ok(n) => done += n,
            // Another worker has it now: nothing of this one was kept.
            Err(Error::Store(StoreError::LeaseLost(_))) => {}
            Err(why) => {
                let damaged = matches!(&why, Error::Store(StoreError::Damaged(_)));
                let reason = why.to_string();
                app.store.write(move |tx| {
                    if damaged {
                        jobs::bury(tx, &job, &reason)
                    } else {
                        jobs::fail(tx, &job, &reason).map(drop)
                    }
                })?;
            }
        }
    }
    Ok(done)
}

#[derive(Serialize, Deserialize)]
struct Recompute {
    after: i64,
}

/// Every open limit is compared with the calendar now in force.
pub(crate) fn enqueue_recompute(tx: &mut Tx<'_>) -> Result<(), Error> {
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

/// One step: rows are looked through beside the writer; only limits that the calendar moves are written, on record.
fn recompute_step(app: &App, job: &Job) -> Result<usize, Error> {
    let at: Recompute = serde_json::from_str(&job.payload)
        .map_err(|e| StoreError::Damaged(format!("作业内容无法读出 / the payload cannot be read: {e}")))?;
    let (moved, next) = app
        .read(move |app, rd| {
            let office = app.office(rd)?;
            Ok(cases::moved_by(rd, &office.rules.calendar, CaseId(at.after), LOOKED)?)
        })
        .wait()?;
    // A corrected notice may move many: they are written in pieces, the job goes on behind the last of them.
    let next = if moved.len() > BATCH { moved.get(BATCH - 1).copied() } else { next };
    let (app, job) = (app.clone(), job.clone());
    app.store.clone().write(move |tx| {
        let office = app.office(tx)?;
        let mut done = 0;
        for id in moved.iter().take(BATCH) {
            done +=
                usize::from(one(tx, RECOMPUTE, StreamId::case(*id), false, |tx| limit(tx, &office, *id))?);
        }
        jobs::finish(tx, &job)?;
        if let Some(next) = next {
            enqueue(tx, next)?;
        }
        Ok(done)
    })
}

/// Computes the limit of one case again, if the calendar moves it.
fn limit(tx: &mut Tx<'_>, office: &Office, id: CaseId) -> Result<bool, Error> {
    let case = cases::by_id(tx, id)?.ok_or(Error::NotFound)?;
    if cases::limit_holds(tx, &case, &office.rules.calendar)? {
        return Ok(false);
    }
    recompute(tx, office, &Actor::system(), case).map(|()| true)
}

/// Limits that could not be computed are tried again.
fn again(app: &App) -> Result<usize, Error> {
    let now = app.store.now();
    let due = app.store.read(|rd| asides::of(rd, RECOMPUTE, ASIDE))?;
    let due: Vec<_> = due.into_iter().filter(|d| d.1.is_some_and(|again| again <= now)).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let app = app.clone();
    app.store.clone().write(move |tx| {
        let office = app.office(tx)?;
        let mut done = 0;
        for (stream, _) in &due {
            let id = CaseId(stream.subject());
            done += usize::from(one(tx, RECOMPUTE, *stream, true, |tx| limit(tx, &office, id))?);
        }
        Ok(done)
    })
}
