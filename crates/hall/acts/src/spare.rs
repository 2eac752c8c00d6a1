//! 断网取号: a kiosk goes on when the network fails. It makes numbers of its own (`hall::ticket::spare_number`) and tells them
//! when the network is back; each stands in the queue at the moment it was taken, once, however often it is told. Nobody is
//! called by such a number before the queue knows it, so nobody is called twice.

use access::op;
use city::reach::public;
use city::{Door as _, Error, Later};
use hall::ticket::{self, Act, Command, SPARE_MAX, Stage, Taken, Tap, Ticket, spare_number};
use hall::{Hall, Priority};
use kernel::{Actor, Date, Moment, US_PER_DAY, US_PER_SECOND};
use store::tickets as rows;
use store::{Tx, counters};

use crate::doors::{door, load};
use crate::tickets::{of_day, row_of};
use crate::{Halls, refused};

/// A number that a kiosk handed out without a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateTicket {
    /// letter of the queue
    pub letter: String,
    /// which of its numbers, from 1
    pub n: u8,
    /// who goes before others
    pub priority: Priority,
    /// seconds since it was handed out, by the clock of the kiosk
    pub ago: i64,
    /// by what the tap is known
    pub tap: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateTold {
    /// the number
    pub number: String,
    /// it stands in the queue; else nobody serves this any more
    pub stands: bool,
}

/// Numbers told at once.
const LATE_MAX: usize = 1_000;

fn counter(hall: i64, day: Date) -> String {
    format!("kiosk/{hall}/{}", Moment::start_of(day).day_number())
}

impl Halls {
    /// Which kiosk of the hall this is today; it keeps the number, to make its own when the network fails.
    pub fn kiosk_number(&self, id: i64, token: String) -> Later<(Date, u8)> {
        self.write(move |app, tx| {
            public(op::PublicHalls)?;
            app.at_kiosk(id, &token)?;
            load(tx, id)?;
            let day = tx.now().date();
            let n = counters::last(tx, &counter(id, day))? + 1;
            let which = u8::try_from(n).ok().filter(|n| *n <= SPARE_MAX).ok_or_else(|| {
                Error::invalid(
                    "kiosk",
                    format!("今天已有 {SPARE_MAX} 台取号机，这一台断网时不能取号"),
                    format!("{SPARE_MAX} kiosks today: this one gives no numbers without a network"),
                )
            })?;
            counters::next(tx, &counter(id, day))?;
            Ok((day, which))
        })
    }

    /// What a kiosk handed out without a network on a day. Told again, nothing is added.
    pub fn told_late(
        &self,
        id: i64,
        token: String,
        (day, kiosk): (Date, u8),
        all: Vec<LateTicket>,
    ) -> Later<Vec<LateTold>> {
        self.write(move |app, tx| {
            app.at_kiosk(id, &token)?;
            let l = load(tx, id)?;
            let (now, yesterday) = (tx.now(), tx.now().plus_us(-US_PER_DAY).date());
            let known = i64::from(kiosk) <= counters::last(tx, &counter(id, day))?;
            if !known || kiosk == 0 || day > now.date() || day < yesterday || all.len() > LATE_MAX {
                return Err(Error::invalid(
                    "kiosk",
                    "这台取号机断网时的号已过期，请到导办台重新取号",
                    "these numbers are too old, or not of this kiosk: take new ones at the desk",
                ));
            }
            let mut there = of_day(tx, id, Moment::start_of(day).day_number())?;
            let mut out = Vec::with_capacity(all.len());
            for t in &all {
                let number = spare_number(&t.letter, kiosk, t.n).ok_or(Error::NotFound)?;
                let stands = match there.iter().any(|x| x.number == number) {
                    true => true,
                    false => match app.late(tx, (id, &l.hall), (day, &number), t, &there)? {
                        Some(new) => {
                            there.push(new);
                            true
                        }
                        None => false,
                    },
                };
                out.push(LateTold { number, stands });
            }
            Ok(out)
        })
    }

    /// One of them, into the queue. What the queue gave for the same tap, with an answer that did not arrive, goes.
    fn late(
        &self,
        tx: &mut Tx<'_>,
        (id, of): (i64, &Hall),
        (day, number): (Date, &str),
        t: &LateTicket,
        there: &[Ticket],
    ) -> Result<Option<Ticket>, Error> {
        let now = tx.now();
        let permit = door(&Actor::resident(), op::TakeTicket, of, now.date())?;
        let (first, last) = (Moment::start_of(day), Moment::start_of(day).plus_us(US_PER_DAY - 1).min(now));
        let ago = t.ago.clamp(0, 2 * US_PER_DAY / US_PER_SECOND) * US_PER_SECOND;
        let mut given = now.plus_us(-ago).clamp(first, last);
        let tap = Tap::id_of(&t.tap);
        let same = |x: &&Ticket| tap.is_some() && x.tap == tap && x.stage == Stage::Waiting;
        let unheard = there.iter().find(same).cloned();
        if let Some(other) = &unheard {
            given = given.min(other.taken);
        }
        let taken = Taken {
            queue: t.letter.clone(),
            priority: t.priority,
            booked: None,
            item: String::new(),
            ahead: 0,
            estimate: None,
            tap: Some(Tap { id: tap.clone().unwrap_or_else(|| number.to_owned()), given: Some(given) }),
        };
        let Ok(happened) = ticket::take(taken, of).map_err(refused) else { return Ok(None) };
        if let Some(other) = unheard {
            let reason = format!("取号时网络中断，本人拿的是 {number}");
            let leave = Command::Leave { reason };
            self.ticket_act(tx, &Actor::system(), (id, of), None, other, leave)?;
        }
        let new = Ticket::begin(counters::next(tx, "ticket")?, id, number.to_owned(), &happened, now)
            .ok_or_else(|| Error::bug("not a beginning"))?;
        let data = serde_json::to_string(&happened).map_err(Error::bug)?;
        rows::save(tx, &permit, &row_of(&new)?, Act::Take.word(), &data)?;
        Ok(Some(new))
    }
}
