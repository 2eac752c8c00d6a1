//! 到点办理: what the system does when a moment comes. Driven by the index on the next moment, oldest
//! first; catches up after downtime; several workers never act twice, because the light or the resumption
//! is an event of the case, written in the same transaction that moves its next moment.

use kernel::{Actor, CaseId, Moment};
use resolve::{Case, Command};
use serde::{Deserialize, Serialize};
use store::jobs::{self, NewJob};
use store::{Tx, cases, counters, idempotency, ledger_rows, office};

use crate::{App, Error, Office};

/// Cases taken up in one transaction.
const BATCH: u32 = 200;
/// Steps of reading in one round.
const STEPS: usize = 100;
const RECOMPUTE: &str = "recompute-limits";

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// lights and resumptions
    pub acts: usize,
    /// limits that were computed again
    pub recomputed: usize,
    /// cases read for the index
    pub read: usize,
    /// seals made
    pub seals: usize,
}

/// Does what is due, round by round.
#[derive(Clone, Debug)]
pub struct Worker {
    app: App,
}

#[derive(Serialize, Deserialize)]
struct Recompute {
    after: i64,
}

pub(crate) fn enqueue_recompute(tx: &mut Tx<'_>) -> Result<(), Error> {
    // Each import is its own round, so that what a second one changes is looked at again.
    let round = counters::next(tx, RECOMPUTE)?;
    let payload = r#"{"after":0}"#;
    let due = tx.now();
    jobs::enqueue(tx, &NewJob { kind: RECOMPUTE, unique: Some(&round.to_string()), due, payload })?;
    Ok(())
}

/// The act that is due on a case at `now`, if any.
fn due_act(case: &Case, office: &Office, now: Moment) -> Option<Command> {
    let run = case.clock.open()?;
    let calendar = &office.rules.calendar;
    if let Some(still) = run.standing_still() {
        return (now >= still.ends_by()).then(|| Command::Resume { note: "暂停期满".to_owned() });
    }
    if !run.red_lit && now > run.due(calendar).0 {
        return Some(Command::WarnRed {});
    }
    (!run.yellow_lit && !run.red_lit && now >= run.yellow_at(calendar)).then_some(Command::WarnYellow {})
}

impl Worker {
    /// Over this system.
    pub const fn new(app: App) -> Self {
        Self { app }
    }

    /// Everything that is due now.
    ///
    /// # Errors
    /// The store refused; what was done before stays done and the rest is taken up again.
    pub fn tick(&self) -> Result<Tick, Error> {
        let mut done = Tick::default();
        loop {
            let n = self.lights()?;
            done.acts += n;
            if n == 0 {
                break;
            }
        }
        while let Some(n) = self.job()? {
            done.recomputed += n;
        }
        // Reading follows the record; a long way behind (a bulk import) it goes on at the next round.
        done.read = self.app.read_on(STEPS)?;
        if done.read == 0 {
            self.app.learn_if_due()?;
            self.app.heat_if_due()?;
        }
        done.seals = ledger_rows::seal_now(&self.app.store, Some(self.app.vault.seal_key()))?.len();
        while self.app.figures_behind().wait()? {
            self.app.catch_up().wait()?;
        }
        self.sweep()?;
        Ok(done)
    }

    /// Lights and resumptions of the cases that are due, at most one batch.
    fn lights(&self) -> Result<usize, Error> {
        let app = self.app.clone();
        self.app.store.write(move |tx| {
            let office = app.office(tx)?;
            let now = tx.now();
            let system = Actor::system();
            let mut done = 0;
            for case in cases::due_now(tx, now, BATCH)? {
                let number = case.number.clone();
                let Some(asked) = due_act(&case, &office, now) else {
                    // The calendar moved its moment: computed again, on record.
                    recompute(tx, &office, &system, case)?;
                    done += 1;
                    continue;
                };
                app.act_in(tx, &office, &system, &case, asked, None).map_err(|e| match e {
                    Error::Refused(r) => Error::bug(format!("{number}: {r}")),
                    other => other,
                })?;
                done += 1;
            }
            Ok(done)
        })
    }

    /// One step of one job; none when there is none.
    fn job(&self) -> Result<Option<usize>, Error> {
        let app = self.app.clone();
        self.app.store.write(move |tx| {
            let Some(job) = jobs::claim(tx, 60_000_000, 1)?.pop() else { return Ok(None) };
            if job.kind != RECOMPUTE {
                jobs::fail(tx, &job, "no such kind of job")?;
                return Ok(Some(0));
            }
            let at: Recompute = serde_json::from_str(&job.payload).unwrap_or(Recompute { after: 0 });
            let office = app.office(tx)?;
            let system = Actor::system();
            let list = cases::provisional_after(tx, CaseId(at.after), BATCH)?;
            let (n, last) = (list.len(), list.last().map(|c| c.id.0));
            for case in list {
                recompute(tx, &office, &system, case)?;
            }
            jobs::finish(tx, &job)?;
            if let Some(after) = last {
                let round = counters::next(tx, RECOMPUTE)?;
                let payload = format!(r#"{{"after":{after}}}"#);
                let due = tx.now();
                jobs::enqueue(
                    tx,
                    &NewJob { kind: RECOMPUTE, unique: Some(&round.to_string()), due, payload: &payload },
                )?;
            }
            Ok(Some(n))
        })
    }

    fn sweep(&self) -> Result<(), Error> {
        self.app.store.write(|tx| {
            let now = tx.now();
            office::sweep_sessions(tx, now)?;
            idempotency::purge(tx, now, 10_000)?;
            Ok::<_, Error>(())
        })?;
        self.app.sweep_files()
    }
}

/// Puts on record what the calendar in force makes of the open limit of a case.
fn recompute(tx: &mut Tx<'_>, office: &Office, system: &Actor, case: Case) -> Result<(), Error> {
    let calendar = &office.rules.calendar;
    let after = case.clock.open().map(|r| r.due(calendar).0);
    let before = cases::due_of(tx, case.id)?;
    let asked = Command::Recompute { calendar: calendar.version().to_owned(), before, after };
    let now = tx.now();
    let permit = access::decide(system, access::op::Doing(asked.act()), &case)?;
    let (after, happened) = case.act(asked, system, now, &office.rules).map_err(|(_, r)| r)?;
    cases::save(tx, &permit, &after, &happened, now, calendar)?;
    Ok(())
}
