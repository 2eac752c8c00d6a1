//! 柜台: the appointments of a day for who works in a hall, and what they do with them for others.

use access::op;
use city::{Contact, Door as _, Error, Later};
use hall::appointment::{Act, Appointment, Command, Stage, Telling};
use kernel::{Actor, Date, Moment, US_PER_DAY};
use store::appointments as rows;

use crate::booking::{AppointmentView, Asked};
use crate::doors::{door, here, load};
use crate::{Halls, saved};

/// An appointment as lists show it, its contact covered.
#[derive(Clone, Debug)]
pub struct BookingLine {
    /// the appointment
    pub appointment: Appointment,
    /// name of the queue
    pub queue: String,
    /// who booked, covered
    pub contact: Contact,
    /// what this reader may do with it
    pub acts: Vec<Act>,
    /// why the person is to be told
    pub tell: Option<Telling>,
    /// a message has said it to them
    pub said: bool,
}

/// What a desk has to do with appointments.
#[derive(Clone, Debug)]
pub struct Bookings {
    /// of the day
    pub booked: Vec<BookingLine>,
    /// appeals that wait
    pub appealed: Vec<BookingLine>,
    /// who stands by, the longest waiting first
    pub stands_by: Vec<BookingLine>,
    /// who is to be told by telephone
    pub to_tell: Vec<BookingLine>,
}

/// Lines of one list.
const LIST: u32 = 2_000;
/// Days that are looked ahead.
const AHEAD_DAYS: i64 = 15;

impl Halls {
    /// What is booked in a hall on a day, who waits for a word: appeals, who stands by, who is to be told.
    pub fn bookings(&self, actor: Actor, id: i64, day: Date) -> Later<Bookings> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            let now = app.city.store().now();
            let today = now.date();
            door(&actor, op::ReadHall, &l.hall, today)?;
            let at = here(&l.hall, &actor, None, today);
            let from = Moment::start_of(day);
            let booked = rows::of_hall(rd, id, from, from.plus_us(US_PER_DAY), LIST)?;
            let appealed = rows::appealed(rd, id, LIST)?;
            let stands_by = rows::standing_by(rd, id, LIST)?;
            let ahead = rows::of_hall(rd, id, now, now.plus_us(AHEAD_DAYS * US_PER_DAY), LIST)?;
            // Only who is shown is unsealed.
            let mut lines = |found: &[rows::AppointmentRow], shown: &dyn Fn(&Appointment) -> bool| {
                let mut out = Vec::new();
                for row in found {
                    let a = saved::read(row)?;
                    if !shown(&a) {
                        continue;
                    }
                    let tell = a.needs_telling(now);
                    let queue = l.hall.queue(&a.at.queue).map_or(&a.at.queue, |q| &q.name);
                    out.push(BookingLine {
                        queue: queue.clone(),
                        contact: app.booker(rd, a.id)?.contact.masked(),
                        acts: a.permitted(&actor, &at),
                        said: match tell {
                            Some(why) => app.has_said(rd, &a, why)?,
                            None => false,
                        },
                        tell,
                        appointment: a,
                    });
                }
                Ok::<_, Error>(out)
            };
            let to_tell = lines(&ahead, &|a| a.needs_telling(now).is_some())?;
            let booked = lines(&booked, &Appointment::has_place)?;
            let (appealed, stands_by) = (lines(&appealed, &|_| true)?, lines(&stands_by, &|_| true)?);
            Ok(Bookings { booked, appealed, stands_by, to_tell })
        })
    }

    /// Days from today on which somebody is still expected, with how many.
    pub fn days_ahead(&self, actor: Actor, id: i64) -> Later<Vec<(Date, usize)>> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            let from = Moment::start_of(app.city.store().now().date());
            door(&actor, op::ReadHall, &l.hall, from.date())?;
            let to = from.plus_us(AHEAD_DAYS * US_PER_DAY);
            let mut days = std::collections::BTreeMap::new();
            for row in rows::of_hall(rd, id, from, to, LIST)? {
                if matches!(Stage::read(&row.stage), Some(Stage::Confirmed | Stage::Arrived)) {
                    *days.entry(row.start.date()).or_insert(0) += 1;
                }
            }
            Ok(days.into_iter().collect())
        })
    }

    /// One act of staff on an appointment: moved or cancelled for the person, called off, an appeal decided.
    pub fn act_for(&self, actor: Actor, number: String, asked: Command) -> Later<Appointment> {
        self.write(move |app, tx| {
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let l = load(tx, row.hall)?;
            app.act(tx, &l.hall, &actor, saved::read(&row)?, asked.clone())
        })
    }

    /// Moves or cancels an appointment for who asks at the counter or on the telephone.
    pub fn change_for(&self, actor: Actor, number: String, asked: Asked) -> Later<Appointment> {
        self.write(move |app, tx| {
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let l = load(tx, row.hall)?;
            door(&actor, op::BookForOthers, &l.hall, tx.now().date())?;
            app.asked(tx, &actor, saved::read(&row)?, &asked)
        })
    }

    /// Name and telephone in full: an act on record, with its purpose.
    pub fn show_booker(
        &self,
        actor: Actor,
        number: String,
        purpose: String,
    ) -> Later<(AppointmentView, Contact)> {
        self.write(move |app, tx| {
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let l = load(tx, row.hall)?;
            door(&actor, op::UnmaskBooking, &l.hall, tx.now().date())?;
            let asked = Command::Show { purpose: purpose.clone() };
            let a = app.act(tx, &l.hall, &actor, saved::read(&row)?, asked)?;
            let contact = app.booker(tx, a.id)?.contact;
            Ok((app.view_for(tx, &actor, a)?, contact))
        })
    }
}
