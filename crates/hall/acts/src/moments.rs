//! 到点: what the system does in halls when a moment comes: holds that ran out, who did not come, places given back, what a
//! closed hall left open, slots of the next day. Each appointment harms itself alone.

use access::op;
use city::{Door as _, Error};
use hall::Hall;
use hall::appointment::{Appointment, Stage};
use hall::ticket::{Command, Stage as TicketStage};
use kernel::{Actor, Moment, US_PER_SECOND};
use store::{Rd, Tx, appointments, settings, slots, tickets};

use crate::doors::{door, load};
use crate::tickets::{of_day, read};
use crate::{Halls, places, saved};

/// The name of this care, for records and commands.
pub const HALLS: &str = "halls";

/// Appointments, places and tickets taken up in one transaction.
const BATCH: u32 = 100;
/// The setting that says for which day and calendar slots were laid out.
const LAID: &str = "hall-laid";

impl Halls {
    /// Everything that is due now; says how much moved.
    ///
    /// # Errors
    /// The store could not.
    pub fn moments(&self) -> Result<usize, Error> {
        self.lay_ahead()?;
        let mut moved = self.help_moments()?;
        loop {
            let done = self.write(|app, tx| app.some(tx)).wait()?;
            moved += done;
            if done == 0 {
                return Ok(moved);
            }
        }
    }

    fn some(&self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        let now = tx.now();
        let mut done = slots::release(tx, now, BATCH)?;
        let due = appointments::due(tx, HALLS, now, BATCH)?;
        let open = tickets::left_open(tx, HALLS, now, BATCH)?;
        for row in &due {
            let stream = appointments::stream(row.id);
            let tried = tx.part(|tx| {
                let l = load(tx, row.hall)?;
                let a = saved::read(row)?;
                let late = a.stage == Stage::Confirmed && self.office_was_late(tx, row.hall, &l.hall, &a)?;
                match a.owed(now, &l.hall.booking, || late) {
                    Some(asked) => self.act(tx, &l.hall, &Actor::system(), a, asked).map(drop)?,
                    // The rules of the hall changed since: its moment is written anew.
                    None => {
                        let permit = door(&Actor::system(), op::HandleAppointment, &l.hall, now.date())?;
                        appointments::put_next(tx, &permit, a.id, a.next_at(&l.hall.booking))?;
                    }
                }
                Ok(true)
            });
            done += usize::from(self.settled(tx, stream, tried)?);
        }
        for row in &open {
            let stream = tickets::stream(row.id);
            let tried = tx.part(|tx| {
                let l = load(tx, row.hall)?;
                let t = read(row)?;
                let asked = match t.stage {
                    TicketStage::Serving => Command::Break {},
                    _ => Command::Leave { reason: "当天闭馆".to_owned() },
                };
                self.ticket_act(tx, &Actor::system(), (row.hall, &l.hall), None, t, asked).map(|_| true)
            });
            done += usize::from(self.settled(tx, stream, tried)?);
        }
        // 候补: what was given back goes to who waits longest.
        // Who needs several places in a row and finds one only does not stand in the way of those behind.
        let mut after = 0;
        loop {
            let wait = appointments::can_be_offered(tx, HALLS, now, after, BATCH)?;
            let Some(last) = wait.last() else { break };
            after = last.id;
            for row in &wait {
                let tried = tx.part(|tx| {
                    let l = load(tx, row.hall)?;
                    self.offer(tx, &l.hall, saved::read(row)?)
                });
                done += usize::from(self.settled(tx, appointments::stream(row.id), tried)?);
            }
        }
        Ok(done)
    }

    /// One that cannot be done harms itself alone: put aside, told, tried again later.
    pub(crate) fn settled(
        &self,
        tx: &mut Tx<'_>,
        stream: kernel::StreamId,
        tried: Result<bool, Error>,
    ) -> Result<bool, Error> {
        match tried {
            Ok(moved) => {
                store::asides::done(tx, HALLS, stream)?;
                Ok(moved)
            }
            Err(e) if !e.is_about_the_subject() => Err(e),
            Err(e) => {
                store::asides::put(tx, HALLS, stream, &e.to_string())?;
                Ok(false)
            }
        }
    }

    /// 单位延误: was the office itself late at that time? Yes when the hall was closed then, when nobody was called in it that
    /// day, or when somebody of the same queue who came by then was called later than the estimate may differ, or never.
    fn office_was_late(&self, rd: &mut Rd<'_>, id: i64, of: &Hall, a: &Appointment) -> Result<bool, Error> {
        let office = self.city.office(rd)?;
        let (day, start) = (a.at.start.date(), a.at.start);
        let open = of.open_on(day, &office.rules.calendar);
        let closed =
            !open.iter().any(|o| hall::at(day, o.span.from()) <= start && start < hall::at(day, o.span.to()));
        let all = of_day(rd, id, start.day_number())?;
        let idle = all.iter().all(|t| t.called.is_none());
        let bound = start.plus_us(i64::from(of.queueing.estimate_minutes) * 60 * US_PER_SECOND);
        let behind = all
            .iter()
            .filter(|t| t.queue == a.at.queue && t.waits_from <= start && t.stage != TicketStage::Left)
            .any(|t| t.called.is_none_or(|c| c > bound));
        Ok(closed || idle || behind)
    }

    /// Each day, and when the calendar changed, slots are laid out up to the horizon.
    fn lay_ahead(&self) -> Result<(), Error> {
        let wanted = self.write(|app, tx| {
            let office = app.city.office(tx)?;
            let wanted = format!("{} {}", tx.now().date(), office.rules.calendar.version());
            Ok::<_, Error>(
                (settings::newest(tx, LAID)?.map(|s| s.doc) != Some(wanted.clone())).then_some(wanted),
            )
        });
        let Some(wanted) = wanted.wait()? else { return Ok(()) };
        let ids =
            self.read(|app, rd| Ok(app.all(rd)?.iter().map(|l| l.row.id).collect::<Vec<_>>())).wait()?;
        for id in ids {
            let laid = self.write(move |app, tx| {
                let l = load(tx, id)?;
                let office = app.city.office(tx)?;
                let permit = door(&Actor::system(), op::WriteHall, &l.hall, tx.now().date())?;
                places::lay(tx, &permit, id, &l.hall, &office.rules.calendar)
            });
            laid.wait()?;
        }
        let note = self.write(move |_, tx| {
            let now: Moment = tx.now();
            settings::put(tx, LAID, now, None, &wanted)?;
            Ok(())
        });
        note.wait()
    }
}
