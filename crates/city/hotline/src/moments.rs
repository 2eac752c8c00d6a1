//! 热线时限: the limits of a hotline stand beside our own clock. Who has an order is told a working day before and when it is over.

use access::{City, decide, op};
use city::{Error, Office};
use kernel::{Actor, Moment, US_PER_DAY};
use store::Tx;
use store::hotline::{self as rows, OrderRow};
use workday::Length;

use crate::Hotlines;
use crate::apply::{known_of, save, state_of};
use crate::life::{Known, State};

/// The limit that counts in a state: to take it, or to answer.
pub(crate) fn limit_of(row: &OrderRow, known: &Known) -> Result<Option<Moment>, Error> {
    Ok(match state_of(row)? {
        State::Offered => known.take_by.or(row.due),
        State::Accepted => row.due,
        _ => None,
    })
}

/// When an order is looked at next: a working day before its limit, then when the limit is over.
pub(crate) fn next_moment(office: &Office, row: &OrderRow, known: &Known) -> Result<Option<Moment>, Error> {
    let Some(limit) = limit_of(row, known)? else { return Ok(None) };
    Ok(match known.warned {
        0 => Some(workday::yellow_at(limit, Length::Workdays(1), &office.rules.calendar)),
        1 => Some(limit),
        _ => None,
    })
}

impl Hotlines {
    /// Looks at the orders whose moment has come: reminds who has them, and ends cases that nobody waits for any more.
    ///
    /// # Errors
    /// The store could not.
    pub fn moments(&self) -> Result<usize, Error> {
        let now = self.city.store().now();
        let due = self.city.store().read(|rd| rows::orders_due(rd, now, 200))?;
        let n = due.len();
        for order in due {
            let own = self.clone();
            self.city.store().write(move |tx| {
                match tx.part(|tx| own.look_at(tx, order.id)) {
                    // What is wrong with one order holds up no other; it is looked at again tomorrow.
                    Err(e) if e.is_about_the_subject() => {
                        let Some(mut row) = rows::order_by_id(tx, order.id)? else { return Ok(()) };
                        (row.at, row.next_at) = (tx.now(), Some(tx.now().plus_us(US_PER_DAY)));
                        rows::save_order(tx, &row)?;
                        Ok(())
                    }
                    other => other,
                }
            })?;
        }
        Ok(n)
    }

    fn look_at(&self, tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
        let office = self.city.office(tx)?;
        decide(&Actor::system(), op::TakeOrders, City(&office.settings.city))?;
        let Some(mut row) = rows::order_by_id(tx, id)? else { return Ok(()) };
        let mut known = known_of(&row)?;
        let now = tx.now();
        if let Some(limit) = limit_of(&row, &known)? {
            let over = now >= limit;
            known.warned = if over { 2 } else { 1 };
            let day = limit.date();
            let what = if over { "已超过热线时限" } else { "热线时限将到" };
            let words = format!("{what}（{}月{}日）", day.month(), day.day());
            match row.case {
                Some(case) => self.tell_owner(tx, &office, case, &words)?,
                None => {
                    self.tell_coordinator(tx, &office, &format!("{words}，请接单或退回：{}", row.number))?;
                }
            }
        } else if let Some(case) = row.case.filter(|_| row.state == State::Withdrawn.word()) {
            self.closed_unasked(tx, case)?;
        }
        save(tx, &office, &mut row, &known)
    }
}
