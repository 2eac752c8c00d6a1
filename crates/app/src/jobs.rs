//! Jobs: each is claimed in a transaction of its own, so that an attempt counts even when its effect is undone; it is
//! tried again later and later, and put aside as dead with its reason when that does not help.

use kernel::US_PER_SECOND;
use store::StoreError;
use store::jobs::{self, Job};

use crate::House;
use crate::city::{Error, contained};
use crate::resolve::RECOMPUTE;

/// How long a worker may hold a job.
const LEASE_US: i64 = 120 * US_PER_SECOND;
/// What each kind of job does; it ends the job in the transaction that has its effect.
type Kind = (&'static str, fn(&House, &Job) -> Result<usize, Error>);
const KINDS: &[Kind] = &[(RECOMPUTE, |house, job| house.cases.recompute_limits(job))];

/// Every job that is due, and what a job put aside; says how many limits were computed again.
pub(crate) fn run(house: &House) -> Result<usize, Error> {
    let mut done = house.cases.limits_again()?;
    while let Some(job) =
        house.city.store().write(|tx| Ok::<_, StoreError>(jobs::claim(tx, LEASE_US, 1)?.pop()))?
    {
        let run = KINDS.iter().find(|k| k.0 == job.kind).map(|k| k.1);
        let ran = match run {
            Some(run) => contained(|| run(house, &job)),
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
                house.city.store().write(move |tx| {
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
