//! 到点: mandates that are over suspend their orders, and what is kept of applicants ends. Each order is a transaction of its own
//! and harms itself alone.

use access::op;
use city::{Door as _, Error};
use kernel::Actor;
use store::help as rows;

use super::read;
use crate::doors::{door, load};
use crate::{HALLS, Halls};

/// Orders taken up in one round.
const BATCH: u32 = 100;

impl Halls {
    /// Everything that is due now; says how much moved.
    pub(crate) fn help_moments(&self) -> Result<usize, Error> {
        let mut moved = 0;
        loop {
            let due = self
                .read(|app, rd| Ok::<_, Error>(rows::due(rd, HALLS, app.city.store().now(), BATCH)?))
                .wait()?;
            let all = due.len();
            for row in due {
                moved += usize::from(self.help_moment(row.number)?);
            }
            if all < BATCH as usize {
                return Ok(moved);
            }
        }
    }

    fn help_moment(&self, number: String) -> Result<bool, Error> {
        let done = self.write(move |app, tx| {
            let row = rows::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let stream = rows::stream(row.id);
            let tried = tx.part(|tx| {
                let (l, o) = (load(tx, row.hall)?, read(&row)?);
                let now = tx.now();
                match o.owed(now, &l.hall.helping) {
                    Some(asked) => app.help_does(tx, &l.hall, &Actor::system(), o, asked).map(drop)?,
                    // The rules of the hall changed since: its moment is written anew.
                    None => {
                        let permit = door(&Actor::system(), op::HandleHelp, &l.hall, now.date())?;
                        rows::put_next(tx, &permit, o.id, o.next_at(&l.hall.helping))?;
                    }
                }
                Ok(true)
            });
            app.settled(tx, stream, tried)
        });
        done.wait()
    }
}
