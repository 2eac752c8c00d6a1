//! 排班 (R12): who sits at which window in which shift. What is to be covered ([`Need`]) comes from [`demand`]; [`plan`] finds
//! duties that keep every hard rule and says what could not be covered and why; [`replan`] moves as little as it can;
//! [`broken`] says by itself which hard rules some duties break. Pure: same task, same plan.

mod board;
mod bound;
mod demand;
mod duties;
mod look;
mod repair;
mod search;
mod sheet;
mod swap;

use kernel::{Date, Moment, StaffId, US_PER_DAY};
use serde::{Deserialize, Serialize};

use crate::halls::Hall;
use crate::time::Span;
use crate::words::{DayRule, Hours, words};

pub use crate::shifts::{HALF, HALVES, Minimum, Rostering, Shift, ShiftRules};

pub use board::{Task, borne};
pub use demand::{Before, demand};
pub use duties::{Broken, HardRule, broken};
pub use look::{Fair, Gap, Report, Why, look};
pub use repair::{moved, replan};
pub use search::plan;
pub use sheet::{Sheet, SheetState};
pub use swap::{Side, Swap, SwapAct, SwapStage, TABLE as SWAPS, with_swap};

/// The usual shifts for the hours of a hall: a day shift, one that stays for the extended hours and begins later, one for
/// each kind of days off; and somebody at each window in office hours.
pub fn usual(hall: &Hall) -> Rostering {
    let hours = |kinds: &[Hours], rule: DayRule| {
        let of = hall.openings.iter().filter(|o| kinds.contains(&o.kind) && o.days.rule == rule);
        Span::joined(of.flat_map(|o| o.hours.iter().copied()))
    };
    let most = ShiftRules::default().day_hours * 60;
    let mut shifts = Vec::new();
    let mut add = |code: &str, name: &str, hours: Vec<Span>, rule: DayRule| {
        // Never longer than a day may be: what is over is cut from the beginning.
        let mut left = most;
        let mut kept = Vec::new();
        for h in hours.iter().rev() {
            let n = u32::from(h.minutes()).min(left / u32::from(HALF) * u32::from(HALF));
            kept.extend(Span::new(h.to() - n as u16, h.to()));
            left -= n;
        }
        kept.reverse();
        if !kept.is_empty() {
            shifts.push(Shift {
                code: code.to_owned(),
                name: name.to_owned(),
                hours: kept,
                rules: vec![rule],
            });
        }
    };
    add("日", "日班", hours(&[Hours::Office], DayRule::Workdays), DayRule::Workdays);
    let late = hours(&[Hours::Extended, Hours::Shifted, Hours::Elastic], DayRule::Workdays);
    if !late.is_empty() {
        let all = Span::joined(hours(&[Hours::Office], DayRule::Workdays).into_iter().chain(late));
        add("延", "延时班", all, DayRule::Workdays);
    }
    let off = Hours::ALL;
    add("周", "周末班", hours(&off, DayRule::Weekends), DayRule::Weekends);
    add("节", "节假日班", hours(&off, DayRule::Holidays), DayRule::Holidays);
    let each = |w: &crate::halls::Window| Minimum {
        window: Some(w.number),
        people: 1,
        rules: vec![DayRule::Workdays],
        hours: hours(&[Hours::Office], DayRule::Workdays),
    };
    let mut minimums: Vec<Minimum> = hall.windows.iter().map(each).collect();
    minimums.push(Minimum { window: None, people: 1, rules: DayRule::ALL.to_vec(), hours: Vec::new() });
    Rostering { shifts, minimums, rules: ShiftRules::default() }
}

words! {
    /// Why somebody is away (请假类别). No more is kept of it: not the illness, not the matter.
    inherent LeaveKind {
        Annual = "annual", "年休假";
        Sick = "sick", "病假";
        Personal = "personal", "事假";
        Family = "family", "婚产丧陪护假";
        Duty = "duty", "公差、培训";
    }
}

/// Somebody is away (请假).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// who
    pub staff: StaffId,
    /// first day
    pub first: Date,
    /// last day
    pub last: Date,
    /// hours of each day; none: the whole day
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Span>,
}

impl Leave {
    /// Are they away for some of these hours?
    pub fn meets(&self, staff: StaffId, day: Date, hours: &[Span]) -> bool {
        self.staff == staff
            && self.first <= day
            && day <= self.last
            && self.hours.is_none_or(|away| hours.iter().any(|h| h.meets(away)))
    }
}

/// A duty of one of our people in another hall (在其他大厅值班): it takes the day, and counts for rest, hours and days in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// who
    pub staff: StaffId,
    /// day
    pub day: Date,
    /// hours of its shift, as they are there
    pub hours: Vec<Span>,
}

impl Elsewhere {
    /// Minutes worked, first and last minute counted from 1970; a duty whose shift is gone takes the day and no hours.
    pub(crate) fn times(&self) -> (u32, i64, i64) {
        let begins = number(self.day) * 1_440;
        let ends = |of: fn(&Span) -> u16, last: bool| {
            let all = self.hours.iter().map(of);
            begins + i64::from(if last { all.max() } else { all.min() }.unwrap_or(0))
        };
        let minutes = self.hours.iter().map(|h| u32::from(h.minutes())).sum();
        (minutes, ends(|h| h.from(), false), ends(|h| h.to(), true))
    }
}

/// One person at one window for one shift (值班).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Duty {
    /// day
    pub day: Date,
    /// who
    pub staff: StaffId,
    /// number of the window
    pub window: u16,
    /// code of the shift
    pub shift: String,
}

/// What is to be covered together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// one window
    Window(u16),
    /// the windows of a queue, by letter
    Queue(String),
    /// all windows
    Hall,
}

impl Line {
    /// Numbers of the windows that count for it.
    pub fn windows(&self, hall: &Hall) -> Vec<u16> {
        match self {
            Self::Window(n) => hall.window(*n).map(|w| w.number).into_iter().collect(),
            Self::Queue(letter) => hall.serving(letter).map(|w| w.number).collect(),
            Self::Hall => hall.windows.iter().map(|w| w.number).collect(),
        }
    }
}

/// How many windows are to be staffed on a day, half hour by half hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// day
    pub day: Date,
    /// which windows count
    pub line: Line,
    /// set by hand; else from what people ask for
    pub must: bool,
    /// number of the first half hour of the day
    pub from: u8,
    /// people, half hour by half hour
    pub people: Vec<u16>,
}

impl Need {
    /// At a half hour.
    pub fn at(&self, half: usize) -> u16 {
        half.checked_sub(usize::from(self.from)).and_then(|n| self.people.get(n)).copied().unwrap_or(0)
    }
    /// From all half hours of a day; none when nobody is needed.
    pub(crate) fn of(day: Date, line: Line, must: bool, all: &[u16; HALVES]) -> Option<Self> {
        let from = all.iter().position(|n| *n > 0)?;
        let to = all.iter().rposition(|n| *n > 0)?;
        Some(Self { day, line, must, from: u8::try_from(from).unwrap_or(0), people: all[from..=to].to_vec() })
    }
}

words! {
    /// What is shared evenly (要公平分担的班).
    inherent Burden {
        Weekend = "weekend", "双休日和节假日班";
        Evening = "evening", "延时、错时班";
        Busy = "busy", "忙窗口";
    }
}

/// Burdens of one person, in the order of [`Burden::ALL`].
pub type Burdens = [u32; 3];

/// Each day from one to another.
pub fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let n = number(last) - number(first);
    (0..=n).map(move |i| plus(first, i))
}
pub(crate) fn number(day: Date) -> i64 {
    Moment::start_of(day).day_number()
}
/// So many days later.
pub fn plus(day: Date, n: i64) -> Date {
    Moment::start_of(day).plus_us(n * US_PER_DAY).date()
}
/// Number of the week, Monday first.
pub(crate) fn week(day: Date) -> i64 {
    // 1970-01-05 was a Monday.
    (number(day) - 4).div_euclid(7)
}
