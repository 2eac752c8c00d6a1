//! 排队叫号: taking a number at the kiosk or the desk, signing in by the number of the appointment, the window, the screen.

use access::op;
use city::reach::public;
use city::{Door as _, Error, Later};
use hall::appointment::Command as Booking;
use hall::ticket::{self, Act, Command, Doing, Stage, Taken, Ticket};
use hall::{Hall, Priority, queue};
use kernel::{Actor, Moment, US_PER_SECOND};
use store::ratings::ServiceRow;
use store::tickets::{self as rows, TicketRow};
use store::{Rd, Tx, appointments, counters};

use crate::booking::digits;
use crate::doors::{at_window, door, here, load};
use crate::{Halls, refused, saved};

/// A ticket as the person takes it along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketView {
    /// what is called
    pub number: String,
    /// name of the queue
    pub queue: String,
    /// people before it
    pub ahead: u32,
    /// the wait in minutes; none when no window works: nothing is promised
    pub estimate: Option<u32>,
    /// windows that serve it
    pub windows: Vec<u16>,
}

/// A queue as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueNow {
    /// its letter
    pub letter: String,
    /// its name
    pub name: String,
    /// people waiting
    pub waiting: u32,
    /// windows at work
    pub windows: u32,
    /// the wait of who comes now, minutes
    pub estimate: Option<u32>,
}

/// A ticket that is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// its number
    pub number: String,
    /// to which window
    pub window: u16,
    /// how often by now
    pub calls: u32,
}

/// What hangs in the hall.
#[derive(Clone, Debug)]
pub struct Screen {
    /// name of the hall
    pub hall: String,
    /// what was called last first
    pub called: Vec<Call>,
    /// its queues
    pub queues: Vec<QueueNow>,
    /// it is open now
    pub open: bool,
}

/// A window and who waits for it.
#[derive(Clone, Debug)]
pub struct AtWindow {
    /// the document of the hall
    pub hall: Hall,
    /// number of the window
    pub window: u16,
    /// what it has now
    pub current: Option<Ticket>,
    /// who waits for it, in the order in which they are called
    pub line: Vec<Ticket>,
    /// parked and missed ones of today
    pub aside: Vec<Ticket>,
    /// ended here today
    pub ended: usize,
    /// what may be done with the current one
    pub acts: Vec<Act>,
    /// the token to rate what was ended last, for the person
    pub rate: Option<String>,
}

/// Tickets of a day in a hall.
const DAY_MAX: u32 = 20_000;
/// A window works that did something within this time.
const AT_WORK_US: i64 = 45 * 60 * US_PER_SECOND;

pub(crate) fn read(row: &TicketRow) -> Result<Ticket, Error> {
    serde_json::from_str(&row.state)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("ticket {}: {e}", row.number))))
}

pub(crate) fn of_day(rd: &mut Rd<'_>, id: i64, day: i64) -> Result<Vec<Ticket>, Error> {
    rows::of_day(rd, id, day, DAY_MAX)?.iter().map(read).collect()
}

pub(crate) fn row_of(t: &Ticket) -> Result<TicketRow, Error> {
    Ok(TicketRow {
        id: t.id,
        number: t.number.clone(),
        ver: t.ver,
        hall: t.hall,
        day: t.taken.day_number(),
        queue: t.queue.clone(),
        stage: t.stage.word().to_owned(),
        desk: t.window.map(i64::from),
        staff: t.staff,
        appointment: t.booked.map(|b| b.0),
        waits_from: t.waits_from,
        taken: t.taken,
        called: t.called,
        started: t.started,
        ended: t.ended,
        estimate: t.estimate.map(i64::from),
        state: serde_json::to_string(t).map_err(Error::bug)?,
    })
}

/// How a queue stands, counted from the tickets of today.
pub(crate) fn queue_now(of: &Hall, letter: &str, all: &[Ticket], now: Moment) -> QueueNow {
    let Some(q) = of.queue(letter) else {
        let letter = letter.to_owned();
        return QueueNow { name: letter.clone(), letter, waiting: 0, windows: 0, estimate: None };
    };
    let waiting = all.iter().filter(|t| t.stage == Stage::Waiting && t.queue == letter).count();
    let serves = |t: &&Ticket| t.window.is_some_and(|w| of.serving(letter).any(|s| s.number == w));
    let fresh = |t: &&Ticket| {
        let last = [t.called_last, t.started, t.ended].into_iter().flatten().max();
        t.stage.at_a_window() || last.is_some_and(|l| now.us_since(l) < AT_WORK_US)
    };
    let mut at_work: Vec<u16> = all.iter().filter(serves).filter(fresh).filter_map(|t| t.window).collect();
    at_work.sort_unstable();
    at_work.dedup();
    // In the morning nobody was called yet: the windows with somebody posted are at work.
    let called = all.iter().any(|t| t.called.is_some());
    let windows = if called {
        at_work.len()
    } else {
        let held = |n: u16| of.posts.iter().any(|p| p.window == n && p.holds(now.date()));
        of.serving(letter).filter(|w| held(w.number)).count()
    };
    let ended = all.iter().filter(|t| t.queue == letter && t.stage == Stage::Ended);
    let mut took: Vec<i64> = ended.filter_map(|t| Some(t.ended?.us_since(t.started?))).collect();
    let each = queue::minutes_each(&mut took, q.minutes);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    QueueNow {
        letter: letter.to_owned(),
        name: q.name.clone(),
        waiting: count(waiting),
        windows: count(windows),
        estimate: queue::estimate(count(waiting), count(windows), each),
    }
}

impl Halls {
    pub(crate) fn at_kiosk(&self, id: i64, token: &str) -> Result<(), Error> {
        if self.kiosk_token(id) == token.trim() { Ok(()) } else { Err(Error::NotFound) }
    }

    /// The hall behind the address of a kiosk, with its queues as they stand.
    pub fn kiosk(&self, id: i64, token: String) -> Later<Screen> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            app.at_kiosk(id, &token)?;
            app.screen_in(rd, id)
        })
    }

    /// What hangs in the hall, for everybody: honest, also when it is long.
    pub fn screen(&self, id: i64) -> Later<Screen> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            app.screen_in(rd, id)
        })
    }

    fn screen_in(&self, rd: &mut Rd<'_>, id: i64) -> Result<Screen, Error> {
        let l = load(rd, id)?;
        let now = self.city.store().now();
        let all = of_day(rd, id, now.day_number())?;
        let mut called: Vec<&Ticket> = all.iter().filter(|t| t.stage == Stage::Called).collect();
        called.sort_by_key(|t| std::cmp::Reverse(t.called_last));
        let office = self.city.office(rd)?;
        let minute = hall_minute(now);
        let open = l.hall.open_on(now.date(), &office.rules.calendar);
        Ok(Screen {
            called: called
                .iter()
                .filter_map(|t| Some(Call { number: t.number.clone(), window: t.window?, calls: t.calls }))
                .collect(),
            queues: l.hall.queues.iter().map(|q| queue_now(&l.hall, &q.letter, &all, now)).collect(),
            open: open.iter().any(|o| o.span.from() <= minute && minute < o.span.to()),
            hall: l.hall.name,
        })
    }

    fn take_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        (id, of): (i64, &Hall),
        mut taken: Taken,
    ) -> Result<TicketView, Error> {
        let now = tx.now();
        let all = of_day(tx, id, now.day_number())?;
        let stands = queue_now(of, &taken.queue, &all, now);
        let tap = taken.tap.as_ref().map(|t| t.id.as_str());
        if let Some(t) = all.iter().find(|t| t.tap.is_some() && t.tap.as_deref() == tap) {
            let before =
                all.iter().filter(|o| o.stage == Stage::Waiting && o.queue == t.queue && o.id < t.id);
            return Ok(TicketView {
                number: t.number.clone(),
                queue: of.queue(&t.queue).map_or_else(String::new, |q| q.name.clone()),
                ahead: u32::try_from(before.count()).unwrap_or(u32::MAX),
                estimate: t.estimate,
                windows: of.serving(&t.queue).map(|w| w.number).collect(),
            });
        }
        (taken.ahead, taken.estimate) = (stands.waiting, stands.estimate);
        let letter = taken.queue.clone();
        let happened = ticket::take(taken, of).map_err(refused)?;
        let n = counters::next(tx, &format!("ticket/{id}/{}/{letter}", now.day_number()))?;
        let ticket_id = counters::next(tx, "ticket")?;
        let t = Ticket::begin(ticket_id, id, ticket::queue_number(&letter, n), &happened, now)
            .ok_or_else(|| Error::bug("not a beginning"))?;
        let data = serde_json::to_string(&happened).map_err(Error::bug)?;
        rows::save(tx, permit, &row_of(&t)?, Act::Take.word(), &data)?;
        Ok(TicketView {
            number: t.number,
            queue: stands.name,
            ahead: stands.waiting,
            estimate: stands.estimate,
            windows: of.serving(&letter).map(|w| w.number).collect(),
        })
    }

    fn take_as(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        id: i64,
        letter: &str,
        priority: Priority,
        tap: Option<String>,
    ) -> Result<TicketView, Error> {
        let l = load(tx, id)?;
        let now = tx.now();
        let permit = door(actor, op::TakeTicket, &l.hall, now.date())?;
        let office = self.city.office(tx)?;
        ticket::takes_walk_ins(&l.hall, now, &office.rules.calendar).map_err(refused)?;
        let taken = Taken {
            queue: letter.to_owned(),
            priority,
            booked: None,
            item: String::new(),
            ahead: 0,
            estimate: None,
            tap: tap.map(|id| ticket::Tap { id, given: None }),
        };
        self.take_in(tx, &permit, (id, &l.hall), taken)
    }

    /// A number at the kiosk of the hall. A tap that is sent again is answered with the number that it had.
    pub fn take_at_kiosk(
        &self,
        id: i64,
        token: String,
        letter: String,
        priority: Priority,
        tap: Option<String>,
    ) -> Later<TicketView> {
        self.write(move |app, tx| {
            app.at_kiosk(id, &token)?;
            let tap = tap.as_deref().and_then(ticket::Tap::id_of);
            app.take_as(tx, &Actor::resident(), id, &letter, priority, tap)
        })
    }

    /// A number at the desk, for who cannot use the kiosk.
    pub fn take_for(&self, actor: Actor, id: i64, letter: String, priority: Priority) -> Later<TicketView> {
        self.write(move |app, tx| app.take_as(tx, &actor, id, &letter, priority, None))
    }

    /// 到厅签到: by the number of the appointment and the last four digits of the telephone. `number` may be its last digits.
    pub fn sign_in(&self, id: i64, token: String, number: String, last_four: String) -> Later<TicketView> {
        self.write(move |app, tx| {
            app.at_kiosk(id, &token)?;
            let me = Actor::resident();
            let l = load(tx, id)?;
            let now = tx.now();
            let permit = door(&me, op::TakeTicket, &l.hall, now.date())?;
            let whole = app.whole_number(tx, &number)?;
            let row = appointments::by_number(tx, &whole)?;
            let wrong = || {
                Error::invalid(
                    "number",
                    "预约号或电话后四位不对，请核对；也可以直接取号",
                    "the number or the last four digits are wrong: check them, or take a number",
                )
            };
            let row = row.filter(|r| r.hall == id).ok_or_else(wrong)?;
            let phone = app.booker(tx, row.id)?.contact.phone;
            let right =
                digits(&phone).is_ok_and(|d| d.ends_with(last_four.trim()) && last_four.trim().len() == 4);
            if !right {
                return Err(wrong());
            }
            let a = app.act(tx, &l.hall, &me, saved::read(&row)?, Booking::Arrive {})?;
            let taken = Taken {
                queue: a.at.queue.clone(),
                priority: Priority::Normal,
                booked: Some((a.id, a.at.start)),
                item: a.name.clone(),
                ahead: 0,
                estimate: None,
                tap: None,
            };
            app.take_in(tx, &permit, (id, &l.hall), taken)
        })
    }

    /// The whole number of which somebody typed the last digits.
    fn whole_number(&self, rd: &mut Rd<'_>, typed: &str) -> Result<String, Error> {
        let typed = typed.trim().to_ascii_uppercase();
        let serial = typed.trim_start_matches('Y');
        if serial.is_empty() || serial.len() > 7 || !serial.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(typed.chars().take(40).collect());
        }
        let office = self.city.office(rd)?;
        let year = self.city.store().now().date().year();
        Ok(format!("{}-{year}-Y{serial:0>7}", office.settings.city.as_str()))
    }

    /// A window as who is posted there sees it.
    pub fn window(&self, actor: Actor, id: i64, window: u16) -> Later<AtWindow> {
        self.read(move |app, rd| {
            let l = load(rd, id)?;
            let today = app.city.store().now().date();
            door(&actor, op::ServeWindow, &l.hall, today)?;
            at_window(&l.hall, &actor, window, today)?;
            app.window_in(rd, &actor, id, l.hall, window, None)
        })
    }

    fn window_in(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        id: i64,
        of: Hall,
        window: u16,
        rate: Option<String>,
    ) -> Result<AtWindow, Error> {
        let w = of.window(window).ok_or(Error::NotFound)?.clone();
        let now = self.city.store().now();
        let all = of_day(rd, id, now.day_number())?;
        let current = all.iter().find(|t| t.stage.at_a_window() && t.window == Some(window)).cloned();
        let doing = Doing {
            actor,
            here: here(&of, actor, Some(window), now.date()),
            window: Some(window),
            busy: None,
        };
        let served = |t: &&Ticket| w.queues.contains(&t.queue) || t.window == Some(window);
        Ok(AtWindow {
            acts: current.as_ref().map_or_else(Vec::new, |t| t.permitted(&doing)),
            line: queue::line(&all, &w, &of, now).into_iter().take(50).cloned().collect(),
            aside: all
                .iter()
                .filter(|t| matches!(t.stage, Stage::Parked | Stage::Missed))
                .filter(served)
                .cloned()
                .collect(),
            ended: all.iter().filter(|t| t.stage == Stage::Ended && t.window == Some(window)).count(),
            current,
            window,
            rate,
            hall: of,
        })
    }

    /// 下一位: what is in hand here is ended, and who is next is called.
    pub fn next(&self, actor: Actor, id: i64, window: u16, seen: Option<i64>) -> Later<AtWindow> {
        self.write(move |app, tx| {
            let l = load(tx, id)?;
            let now = tx.now();
            door(&actor, op::ServeWindow, &l.hall, now.date())?;
            at_window(&l.hall, &actor, window, now.date())?;
            let all = of_day(tx, id, now.day_number())?;
            let mut rate = None;
            if let Some(t) = all.iter().find(|t| t.stage == Stage::Serving && t.window == Some(window)) {
                if seen != Some(t.id) {
                    return Err(Error::Changed(store::StoreError::Conflict {
                        stream: rows::stream(t.id),
                        expected: 0,
                        found: t.ver,
                    }));
                }
                rate = app.ticket_act(tx, &actor, (id, &l.hall), Some(window), t.clone(), Command::End {})?;
            }
            let w = l.hall.window(window).ok_or(Error::NotFound)?;
            let Some(next) = queue::next(&all, w, &l.hall, now).cloned() else {
                return app.window_in(tx, &actor, id, l.hall, window, rate);
            };
            app.ticket_act(tx, &actor, (id, &l.hall), Some(window), next, Command::Call {})?;
            app.window_in(tx, &actor, id, l.hall, window, rate)
        })
    }

    /// One act on a ticket at a window. `ver` is the version the person saw: a second tap of the same key does nothing.
    pub fn serve(
        &self,
        actor: Actor,
        id: i64,
        window: u16,
        ticket: i64,
        ver: i64,
        asked: Command,
    ) -> Later<AtWindow> {
        self.write(move |app, tx| {
            let l = load(tx, id)?;
            door(&actor, op::ServeWindow, &l.hall, tx.now().date())?;
            at_window(&l.hall, &actor, window, tx.now().date())?;
            let t = read(&rows::by_id(tx, ticket)?.filter(|t| t.hall == id).ok_or(Error::NotFound)?)?;
            if t.ver != ver {
                let stream = rows::stream(ticket);
                return Err(Error::Changed(store::StoreError::Conflict {
                    stream,
                    expected: ver,
                    found: t.ver,
                }));
            }
            let rate = app.ticket_act(tx, &actor, (id, &l.hall), Some(window), t, asked.clone())?;
            app.window_in(tx, &actor, id, l.hall, window, rate)
        })
    }

    /// Decided, saved, and what follows: the appointment moves with it, what was ended can be rated. Answers the token.
    pub(crate) fn ticket_act(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        (id, of): (i64, &Hall),
        window: Option<u16>,
        t: Ticket,
        asked: Command,
    ) -> Result<Option<String>, Error> {
        let now = tx.now();
        let permit = door(actor, op::ServeWindow, of, now.date())?;
        let all = of_day(tx, id, now.day_number())?;
        let busy = window.and_then(|w| all.iter().find(|t| t.stage.at_a_window() && t.window == Some(w)));
        let at = here(of, actor, window, now.date());
        let doing = Doing { actor, here: at, window, busy: busy.map(|t| t.number.as_str()) };
        let happened = t.decide(asked, of, &doing).map_err(refused)?;
        let after = t.evolve(&happened, actor, now);
        let data = serde_json::to_string(&happened).map_err(Error::bug)?;
        rows::save(tx, &permit, &row_of(&after)?, happened.asked.act().word(), &data)?;
        if let Some((booking, _)) = after.booked.filter(|_| after.stage.is_end()) {
            let row = appointments::by_id(tx, booking)?.ok_or(Error::NotFound)?;
            let asked = if after.stage == Stage::Ended { Booking::Serve {} } else { Booking::Leave {} };
            self.act(tx, of, &Actor::system(), saved::read(&row)?, asked)?;
        }
        if happened.asked.act() != Act::End {
            return Ok(None);
        }
        let post =
            after.staff.and_then(|s| of.posts_of(s, now.date()).find(|p| Some(p.window) == after.window));
        let row = ServiceRow {
            id: 0,
            code: format!("hall/{id}/{}/{}", now.date(), after.number),
            unit: post.map_or(of.unit, |p| p.unit),
            region: of.region.as_str().to_owned(),
            place: format!("{} {} 号窗口", of.name, after.window.unwrap_or_default())
                .chars()
                .take(60)
                .collect(),
            item: after.item.chars().take(120).collect(),
            theme: String::new(),
            at: now,
            source: "own".to_owned(),
            case: None,
        };
        Ok(Some((self.hands.ticket_becomes_service)(&self.city, tx, &permit, &row)?))
    }
}

fn hall_minute(at: Moment) -> u16 {
    u16::try_from(at.us_of_day() / (60 * US_PER_SECOND)).unwrap_or(0)
}
