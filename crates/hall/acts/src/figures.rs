//! 数字: waits, no-shows, estimates against what happened, by queue and window, each opening its list; presence without work.

use access::op;
use city::{Door as _, Error, Later};
use hall::appointment::Appointment;
use hall::figures::{Load, Show, Shows, Waits, kept, show, waits};
use hall::ticket::{Stage, Ticket};
use hall::{Done, Hours, Presence, presence};
use kernel::{Actor, Date, Moment, StaffId, US_PER_DAY};
use store::{Rd, appointments, tickets as rows};
use workday::WorkCalendar;

use crate::doors::{Loaded, door, load};
use crate::rosters::rostered;
use crate::tickets::read;
use crate::{Halls, saved};

/// What is counted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// all of the hall
    Hall,
    /// one queue, by letter
    Queue(String),
    /// one window, by number
    Window(u16),
    /// taken in an hour of a weekday: 0 Monday
    Hour(u8, u8),
    /// called in hours of this kind
    Kind(Hours),
}

/// Figures of a hall, a queue or a window.
#[derive(Clone, Debug)]
pub struct FigureLine {
    /// what is counted
    pub what: What,
    /// its name
    pub name: String,
    /// tickets taken
    pub taken: usize,
    /// tickets ended
    pub ended: usize,
    /// waits of those called
    pub waits: Waits,
    /// estimates kept, of those that were told
    pub kept: (usize, usize),
}

/// Figures of a hall over some days.
#[derive(Clone, Debug)]
pub struct HallFigures {
    /// name of the hall
    pub hall: String,
    /// the hall, its queues, its windows
    pub lines: Vec<FigureLine>,
    /// what became of appointments
    pub shows: Shows,
    /// tickets taken by weekday (Monday first) and hour
    pub load: Load,
    /// people called outside of office hours, by the kind of hours
    pub off_hours: Vec<(Hours, usize)>,
}

/// A ticket behind a figure.
#[derive(Clone, Debug)]
pub struct TicketLine {
    /// the ticket
    pub ticket: Ticket,
    /// how long it waited, microseconds
    pub waited_us: Option<i64>,
}

/// Somebody posted, and what they ended.
#[derive(Clone, Debug)]
pub struct PresenceLine {
    /// the figures
    pub of: Presence,
    /// name of the account
    pub name: String,
    /// short name of the unit
    pub unit: String,
}

/// Tickets and appointments counted at once.
const MOST: u32 = 200_000;
/// Days at most.
const DAYS: i64 = 366;

fn days(first: Date, last: Date) -> Result<(i64, i64), Error> {
    let (a, b) = (Moment::start_of(first).day_number(), Moment::start_of(last).day_number());
    if a <= b && b - a <= DAYS {
        return Ok((a, b));
    }
    Err(Error::invalid("to", "请选一年以内的起止日期", "choose a first and a last day within a year"))
}

fn is_of(t: &Ticket, what: &What) -> bool {
    match what {
        What::Hall | What::Kind(_) => true,
        What::Hour(day, hour) => Load::cell(t.taken) == (usize::from(*day), usize::from(*hour)),
        What::Queue(letter) => t.queue == *letter,
        What::Window(n) => t.window == Some(*n),
    }
}

fn tickets(rd: &mut Rd<'_>, id: i64, first: Date, last: Date) -> Result<Vec<Ticket>, Error> {
    let (a, b) = days(first, last)?;
    rows::of_days(rd, id, a, b, MOST)?.iter().map(read).collect()
}

/// Who was posted in a hall over some days, and what they ended.
pub(crate) fn posted(
    rd: &mut Rd<'_>,
    l: &Loaded,
    calendar: &WorkCalendar,
    first: Date,
    last: Date,
) -> Result<Vec<Presence>, Error> {
    let mut ended = std::collections::HashMap::new();
    for t in tickets(rd, l.row.id, first, last)?.iter().filter(|t| t.stage == Stage::Ended) {
        if let (Some(staff), Some(window)) = (t.staff, t.window) {
            *ended.entry((staff, window, t.taken.date())).or_insert(0u32) += 1;
        }
    }
    let rostered = rostered(rd, l, first, last)?;
    let (from, to) = (Moment::start_of(first).day_number(), Moment::start_of(last).day_number());
    let mut handled = std::collections::HashMap::new();
    let mut people: Vec<StaffId> = l.hall.posts.iter().map(|p| p.staff).collect();
    people.sort_unstable();
    people.dedup();
    for staff in people {
        for (day, n) in store::applications::work_of(rd, staff, from, to)? {
            handled.insert((staff, day), u32::try_from(n).unwrap_or(u32::MAX));
        }
    }
    Ok(presence(&l.hall, calendar, first, last, &rostered, |staff, window, day| Done {
        ended: ended.get(&(staff, window, day)).copied().unwrap_or(0),
        handled: handled.get(&(staff, Moment::start_of(day).day_number())).copied().unwrap_or(0),
    }))
}

impl Halls {
    /// Figures of a hall from one day to another.
    pub fn figures(&self, actor: Actor, id: i64, first: Date, last: Date) -> Later<HallFigures> {
        self.study(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::ReadPresence, &l.hall, app.city.store().now().date())?;
            let all = tickets(rd, id, first, last)?;
            let within = l.hall.queueing.estimate_minutes;
            let line = |what: What, name: String| {
                let of: Vec<&Ticket> = all.iter().filter(|t| is_of(t, &what)).collect();
                let mut waited: Vec<i64> = of.iter().filter_map(|t| t.waited_us()).collect();
                let told: Vec<(u32, i64)> =
                    of.iter().filter_map(|t| Some((t.estimate?, t.waited_us()?))).collect();
                FigureLine {
                    taken: of.len(),
                    ended: of.iter().filter(|t| t.stage == Stage::Ended).count(),
                    waits: waits(&mut waited),
                    kept: kept(&told, within),
                    what,
                    name,
                }
            };
            let mut lines = vec![line(What::Hall, l.hall.name.clone())];
            lines.extend(l.hall.queues.iter().map(|q| line(What::Queue(q.letter.clone()), q.name.clone())));
            let window = |w: &hall::Window| line(What::Window(w.number), format!("{} {}", w.number, w.name));
            lines.extend(l.hall.windows.iter().map(window));
            let to = Moment::start_of(last).plus_us(US_PER_DAY);
            let mut shows = Shows::default();
            for row in appointments::of_hall(rd, id, Moment::start_of(first), to, MOST)? {
                let a = saved::read(&row)?;
                if let Some(became) = show(&a) {
                    shows.add(became);
                }
            }
            let office = app.city.office(rd)?;
            let mut off_hours = Vec::new();
            for kind in Hours::ALL.into_iter().filter(|k| *k != Hours::Office) {
                let n = all.iter().filter(|t| {
                    t.called.is_some_and(|c| l.hall.hours_at(c, &office.rules.calendar) == Some(kind))
                });
                off_hours.push((kind, n.count()));
            }
            let load = Load::of(all.iter().map(|t| t.taken));
            Ok(HallFigures { hall: l.hall.name, lines, shows, load, off_hours })
        })
    }

    /// The tickets behind a figure, the longest wait first.
    pub fn figure_list(
        &self,
        actor: Actor,
        id: i64,
        first: Date,
        last: Date,
        what: What,
    ) -> Later<Vec<TicketLine>> {
        self.study(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::ReadPresence, &l.hall, app.city.store().now().date())?;
            let office = app.city.office(rd)?;
            let in_kind = |t: &Ticket| match what {
                What::Kind(k) => {
                    t.called.is_some_and(|c| l.hall.hours_at(c, &office.rules.calendar) == Some(k))
                }
                _ => true,
            };
            let mut all: Vec<TicketLine> = tickets(rd, id, first, last)?
                .into_iter()
                .filter(|t| is_of(t, &what) && in_kind(t))
                .map(|ticket| TicketLine { waited_us: ticket.waited_us(), ticket })
                .collect();
            all.sort_by_key(|l| (std::cmp::Reverse(l.waited_us), l.ticket.id));
            Ok(all)
        })
    }

    /// The appointments behind a figure, the newest first.
    pub fn show_list(
        &self,
        actor: Actor,
        id: i64,
        first: Date,
        last: Date,
        became: Show,
    ) -> Later<Vec<Appointment>> {
        self.study(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::ReadPresence, &l.hall, app.city.store().now().date())?;
            days(first, last)?;
            let to = Moment::start_of(last).plus_us(US_PER_DAY);
            let mut all = Vec::new();
            for row in appointments::of_hall(rd, id, Moment::start_of(first), to, MOST)? {
                let a = saved::read(&row)?;
                if show(&a) == Some(became) {
                    all.push(a);
                }
            }
            all.sort_by_key(|a| (std::cmp::Reverse(a.at.start), a.id));
            Ok(all)
        })
    }

    /// 进厅不办事: everybody posted in a hall over some days, and what they ended there.
    pub fn presence(&self, actor: Actor, id: i64, first: Date, last: Date) -> Later<Vec<PresenceLine>> {
        self.study(move |app, rd| {
            let l = load(rd, id)?;
            door(&actor, op::ReadPresence, &l.hall, app.city.store().now().date())?;
            let office = app.city.office(rd)?;
            // As in the weekly list: today is not over.
            let yesterday = app.city.store().now().plus_us(-US_PER_DAY).date();
            let of = posted(rd, &l, &office.rules.calendar, first, last.min(yesterday))?;
            of.into_iter()
                .map(|p| {
                    let found = store::office::staff_by_id(rd, p.staff)?;
                    Ok(PresenceLine {
                        name: found.map_or_else(|| format!("#{}", p.staff), |s| s.name),
                        unit: office.unit_name(p.unit),
                        of: p,
                    })
                })
                .collect()
        })
    }
}
