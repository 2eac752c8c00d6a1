//! 进厅不办事 (K6): who was posted at a window by roster, how many tickets they ended there, and how much they did in applications.
//! From real figures; the list names days, so that a unit can answer for each.

use std::collections::BTreeMap;

use kernel::{Date, StaffId, UnitId};
use workday::WorkCalendar;

use crate::halls::Hall;
use crate::roster::{Duty, days};
use crate::words::Hours;

/// One posting over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// number of the window
    pub window: u16,
    /// the account
    pub staff: StaffId,
    /// the unit that posted them
    pub unit: UnitId,
    /// days with office hours on which they were posted
    pub days: u32,
    /// of these, days on which they neither ended a ticket nor did anything in an application
    pub idle: Vec<Date>,
    /// tickets ended
    pub ended: u32,
    /// acts in applications (办件), wherever they came in
    pub handled: u32,
}

/// What somebody did on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// tickets ended at the window
    pub ended: u32,
    /// acts in applications
    pub handled: u32,
}

impl Presence {
    /// Present without work the whole time?
    pub const fn without_work(&self) -> bool {
        self.days > 0 && self.ended == 0 && self.handled == 0
    }
}

/// Days for which a roster was published, and who was on duty on them, without who was away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rostered {
    /// first and last day of each roster
    pub days: Vec<(Date, Date)>,
    /// duties of these days
    pub duties: Vec<Duty>,
}

/// Who counts as present on a day: window, account, unit.
fn on_day(
    hall: &Hall,
    calendar: &WorkCalendar,
    day: Date,
    rostered: &Rostered,
) -> Vec<(u16, StaffId, UnitId)> {
    let office: Vec<_> =
        hall.open_on(day, calendar).into_iter().filter(|o| o.kind == Hours::Office).collect();
    if office.is_empty() {
        return Vec::new();
    }
    let mut out: Vec<(u16, StaffId, UnitId)> = if rostered.days.iter().any(|(a, b)| *a <= day && day <= *b) {
        let in_office = |d: &&Duty| {
            let hours = hall.rostering.shift(&d.shift).map_or(&[][..], |s| &s.hours);
            d.day == day && hours.iter().any(|h| office.iter().any(|o| o.span.meets(*h)))
        };
        let unit = |d: &Duty| {
            let post = hall.posts.iter().find(|p| p.staff == d.staff && p.window == d.window);
            post.map(|p| (d.window, d.staff, p.unit))
        };
        rostered.duties.iter().filter(in_office).filter_map(unit).collect()
    } else {
        let first = hall.posts.iter().filter(|p| p.part == crate::Part::First && p.is_on(day));
        first.map(|p| (p.window, p.staff, p.unit)).collect()
    };
    out.sort_unstable();
    out.dedup();
    out
}

/// Everybody present from `first` to `last`, those without work first; `done(staff, window, day)` says what was done. Where a roster was published, who is on it was present, first or second; else whoever is posted first (A 岗), for
/// seconds stand in only when needed. Counted are days with office hours: extended, weekend and holiday service is by turns.
pub fn presence(
    hall: &Hall,
    calendar: &WorkCalendar,
    first: Date,
    last: Date,
    rostered: &Rostered,
    done: impl Fn(StaffId, u16, Date) -> Done,
) -> Vec<Presence> {
    let mut by: BTreeMap<(u16, StaffId), Presence> = BTreeMap::new();
    for day in days(first, last) {
        for (window, staff, unit) in on_day(hall, calendar, day, rostered) {
            let line = by.entry((window, staff)).or_insert(Presence {
                window,
                staff,
                unit,
                days: 0,
                idle: Vec::new(),
                ended: 0,
                handled: 0,
            });
            let on = done(staff, window, day);
            line.days += 1;
            line.ended += on.ended;
            line.handled += on.handled;
            if on == Done::default() {
                line.idle.push(day);
            }
        }
    }
    let mut out: Vec<Presence> = by.into_values().collect();
    out.sort_by_key(|p| (!p.without_work(), std::cmp::Reverse(p.idle.len()), p.window, p.staff));
    out
}
