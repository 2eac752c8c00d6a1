//! Lights and resumptions. Driven by the index on the next moment, oldest first; catches up after downtime; several
//! workers never act twice, because the light or the resumption is an event of the case, written in the same
//! transaction that moves its next moment.

use kernel::{Actor, CaseId, StreamId};
use resolve::{Case, Command};
use store::{Tx, cases};

use crate::city::{Door as _, Error, Office, one};
use crate::resolve::Cases;

/// 亮灯、到期恢复计时: the name of the care.
pub const LIGHTS: &str = "lights";
/// Cases taken up in one transaction.
const BATCH: u32 = 200;

impl Cases {
    /// Every light and resumption that is due now; says how many acts went on record.
    ///
    /// # Errors
    /// The store could not.
    pub fn lights_on(&self) -> Result<usize, Error> {
        // Filled here, so that the transactions find it.
        self.read(|cases, rd| cases.city.office(rd).map(drop)).wait()?;
        let mut acts = 0;
        loop {
            let at = self.clone();
            let (looked, done) = self.city.store().write(move |tx| {
                let office = at.city.office(tx)?;
                let now = tx.now();
                let due = cases::due_now(tx, LIGHTS, now, BATCH)?;
                let mut done = 0;
                for (id, was_aside) in &due {
                    let acted =
                        one(tx, LIGHTS, StreamId::case(*id), *was_aside, |tx| light(&at, tx, &office, *id))?;
                    done += usize::from(acted);
                }
                Ok::<_, Error>((due.len(), done))
            })?;
            acts += done;
            // Whatever was looked at has moved on or was put aside: an empty look ends it.
            if looked == 0 {
                return Ok(acts);
            }
        }
    }
}

/// What one case owes.
fn light(app: &Cases, tx: &mut Tx<'_>, office: &Office, id: CaseId) -> Result<bool, Error> {
    let case = cases::by_id(tx, id)?.ok_or(Error::NotFound)?;
    let system = Actor::system();
    match case.owed(tx.now(), &office.rules.calendar) {
        Some(asked) => app.act_in(tx, office, &system, &case, asked, None).map(|_| true),
        None if cases::limit_holds(tx, &case, &office.rules.calendar)? => {
            Err(Error::bug(format!("{}: its moment has come and nothing is owed", case.number)))
        }
        // The calendar moved its moment: computed again, on record.
        None => recompute(tx, office, &system, case).map(|()| true),
    }
}

/// Puts on record what the calendar in force makes of the open limit of a case.
pub(crate) fn recompute(tx: &mut Tx<'_>, office: &Office, system: &Actor, case: Case) -> Result<(), Error> {
    let calendar = &office.rules.calendar;
    let after = case.watched().map(|r| r.due(calendar).0);
    let before = cases::due_of(tx, case.id)?;
    let asked = Command::Recompute { calendar: calendar.version().to_owned(), before, after };
    let now = tx.now();
    let permit = access::decide(system, access::op::Doing(asked.act()), &case)?;
    let (after, happened) = case.act(asked, system, now, &office.rules).map_err(|(_, r)| r)?;
    cases::save(tx, &permit, &after, &happened, now, calendar)?;
    Ok(())
}
