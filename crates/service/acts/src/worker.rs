//! 到点: what the system does in applications when a moment comes. Driven by the index on the next moment; several workers
//! never act twice, because the act is an event written with the row.

use ::city::Error;
use access::op;
use kernel::Actor;
use store::applications as rows;

use crate::Service;
use crate::city::City;
use crate::saved::{self, catch_up};

/// The name of this care, for records and commands.
pub const MOMENTS: &str = "applications";

/// Applications taken up in one transaction.
const BATCH: u32 = 100;

impl Service {
    /// Everything that is due now; says how many applications moved.
    ///
    /// # Errors
    /// The store could not.
    pub fn moments(&self) -> Result<usize, Error> {
        self.recount()?;
        let mut moved = 0;
        loop {
            let (looked, done) = self
                .city
                .write(|city, tx| {
                    let office = city.office(tx)?;
                    let now = tx.now();
                    let due = rows::due_now(tx, MOMENTS, now, BATCH)?;
                    let mut done = 0;
                    for (id, _) in &due {
                        let id = *id;
                        let tried = tx.part(|tx| {
                            let a = saved::read(&rows::by_id(tx, id)?.ok_or(Error::NotFound)?)?;
                            let before = a.ver;
                            let a = catch_up(city, tx, &office, a)?;
                            if a.ver == before {
                                // The calendar moved its moment: written anew.
                                write_moments(city, tx, &office, &a)?;
                            }
                            Ok::<_, Error>(())
                        });
                        match tried {
                            Ok(()) => {
                                store::asides::done(tx, MOMENTS, rows::stream(id))?;
                                done += 1;
                            }
                            Err(Error::Store(e))
                                if !matches!(
                                    e,
                                    store::StoreError::Damaged(_) | store::StoreError::Bug(_)
                                ) =>
                            {
                                return Err(Error::Store(e));
                            }
                            // One that cannot be read harms itself alone: put aside, told, tried again later.
                            Err(e) => store::asides::put(tx, MOMENTS, rows::stream(id), &e.to_string())?,
                        }
                    }
                    Ok((due.len(), done))
                })
                .wait()?;
            moved += done;
            if looked == 0 {
                return Ok(moved);
            }
        }
    }

    /// Moments that another calendar worked out are worked out anew.
    fn recount(&self) -> Result<(), Error> {
        loop {
            let done = self
                .city
                .write(|city, tx| {
                    let office = city.office(tx)?;
                    let version = office.rules.calendar.version().to_owned();
                    let some = rows::by_another_calendar(tx, &version, BATCH)?;
                    for id in &some {
                        let row = rows::by_id(tx, *id)?.ok_or(Error::NotFound)?;
                        write_moments(city, tx, &office, &saved::read(&row)?)?;
                    }
                    Ok(some.len())
                })
                .wait()?;
            if done == 0 {
                return Ok(());
            }
        }
    }
}

fn write_moments(
    _city: &City,
    tx: &mut store::Tx<'_>,
    office: &::city::Office,
    a: &service::Application,
) -> Result<(), Error> {
    let permit = saved::door(&Actor::system(), op::HandleApplication, a)?;
    let row = saved::row_of(a, &office.rules.calendar)?;
    rows::put_moments(tx, &permit, a.id, row.due, row.next_at, &row.calendar)?;
    Ok(())
}
