//! 进厅不办事 (K6): who was posted at a window by roster, and how many tickets they ended there. From real figures; the list
//! names days, so that a unit can answer for each.

use kernel::{Date, StaffId, UnitId};
use workday::WorkCalendar;

use crate::halls::Hall;
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
    /// of these, days on which they ended nothing
    pub idle: Vec<Date>,
    /// tickets ended
    pub ended: u32,
}

impl Presence {
    /// Present without work the whole time?
    pub const fn without_work(&self) -> bool {
        self.days > 0 && self.ended == 0
    }
}

/// Everybody posted from `first` to `last`, those without work first; `ended(staff, window, day)` says how many tickets were
/// ended. Counted are days with office hours: extended, weekend and holiday service is by turns. Seconds (B 岗) stand in only
/// when needed and are not counted.
pub fn presence(
    hall: &Hall,
    calendar: &WorkCalendar,
    first: Date,
    last: Date,
    ended: impl Fn(StaffId, u16, Date) -> u32,
) -> Vec<Presence> {
    let mut out = Vec::new();
    for p in hall.posts.iter().filter(|p| p.part == crate::Part::First) {
        let mut line =
            Presence { window: p.window, staff: p.staff, unit: p.unit, days: 0, idle: Vec::new(), ended: 0 };
        let mut day = first;
        while day <= last {
            if p.is_on(day) && hall.open_on(day, calendar).iter().any(|o| o.kind == Hours::Office) {
                let n = ended(p.staff, p.window, day);
                line.days += 1;
                line.ended += n;
                if n == 0 {
                    line.idle.push(day);
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        if line.days > 0 {
            out.push(line);
        }
    }
    out.sort_by_key(|p| (!p.without_work(), std::cmp::Reverse(p.idle.len()), p.window, p.staff));
    out
}
