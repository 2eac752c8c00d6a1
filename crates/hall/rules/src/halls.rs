//! 大厅: one document with everything about a hall but its bookings: windows, queues, hours, places, who is posted where.

use kernel::{Date, Moment, RegionCode, StaffId, US_PER_DAY, UnitId};
use serde::{Deserialize, Serialize};
use workday::WorkCalendar;

use crate::availability::Availability;
use crate::help::Helping;
use crate::numbers::{BookingRules, MisuseRules, QueueRules};
use crate::opening::{Closure, Open, Opening, open_on};
use crate::shifts::Rostering;
use crate::words::{Hours, Part};

/// A hall (政务服务大厅).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hall {
    /// its name
    pub name: String,
    /// the unit that runs it
    pub unit: UnitId,
    /// where it is
    pub region: RegionCode,
    /// how to get there
    pub address: String,
    /// to book by telephone
    #[serde(default)]
    pub phone: String,
    /// windows, by number
    pub windows: Vec<Window>,
    /// what people queue for
    pub queues: Vec<Queue>,
    /// when it is open
    pub openings: Vec<Opening>,
    /// when it is closed all the same
    #[serde(default)]
    pub closures: Vec<Closure>,
    /// who is posted where
    #[serde(default)]
    pub posts: Vec<Post>,
    /// numbers of booking
    #[serde(default)]
    pub booking: BookingRules,
    /// numbers of the queue
    #[serde(default)]
    pub queueing: QueueRules,
    /// what misuse is, and what follows
    #[serde(default)]
    pub misuse: MisuseRules,
    /// shifts, least people and the numbers of rosters
    #[serde(default)]
    pub rostering: Rostering,
    /// who is helped at home, and who helps
    #[serde(default)]
    pub helping: Helping,
}

/// A window (窗口).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// its number, as it hangs above it
    pub number: u16,
    /// its name: 综合受理, 办不成事
    pub name: String,
    /// letters of the queues it serves
    pub queues: Vec<String>,
}

/// What people queue for (业务队列): one list, one letter before its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// its letter: `A`
    pub letter: String,
    /// its name
    pub name: String,
    /// what is handled
    pub handles: Handles,
    /// how long one person takes, minutes, before there are figures
    pub minutes: u16,
    /// which places there are
    #[serde(default)]
    pub availability: Vec<Availability>,
}

/// What a queue takes (办理范围).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handles {
    /// whatever comes (一窗受理)
    #[serde(default)]
    pub everything: bool,
    /// every item of these units
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitId>,
    /// these items, by code, with the slots one takes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<(String, u8)>,
    /// these themes, by code
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
}

impl Handles {
    /// Slots that an item takes here; none when it is not handled.
    pub fn slots_for(&self, item: &str, unit: Option<UnitId>) -> Option<u8> {
        if let Some((_, n)) = self.items.iter().find(|(code, _)| code == item) {
            return Some((*n).max(1));
        }
        let known = self.everything || unit.is_some_and(|u| self.units.contains(&u));
        (known || self.themes.iter().any(|t| t == item)).then_some(1)
    }
}

/// Somebody posted at a window (定岗).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// number of the window
    pub window: u16,
    /// the account
    pub staff: StaffId,
    /// the unit that posted them there (派驻单位)
    pub unit: UnitId,
    /// first or second
    pub part: Part,
    /// first day
    pub from: Date,
    /// last day; none: until it is changed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// what they may decide there (授权)
    #[serde(default)]
    pub authority: String,
    /// what they were trained in
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
}

/// A training record (培训记录), R12.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// course
    pub course: String,
    /// when it was passed
    pub passed: Date,
    /// last day on which it holds
    pub valid_until: Date,
    /// the mark, as the course gives it: 92, 合格
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark: String,
}

impl Post {
    /// Is it in force on this day: posted, trained, and authorised?
    pub fn holds(&self, day: Date) -> bool {
        self.is_on(day)
            && !self.authority.trim().is_empty()
            && self.training.as_ref().is_some_and(|t| t.passed <= day && day <= t.valid_until)
    }
    /// Is it a day of the posting, whatever the training says?
    pub fn is_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|u| day <= u)
    }
}

impl Hall {
    /// The queue of a letter.
    pub fn queue(&self, letter: &str) -> Option<&Queue> {
        self.queues.iter().find(|q| q.letter == letter)
    }
    /// The window of a number.
    pub fn window(&self, number: u16) -> Option<&Window> {
        self.windows.iter().find(|w| w.number == number)
    }
    /// Windows that serve a queue.
    pub fn serving<'h>(&'h self, letter: &'h str) -> impl Iterator<Item = &'h Window> {
        self.windows.iter().filter(move |w| w.queues.iter().any(|q| q == letter))
    }
    /// Queues that handle an item of a unit, with the slots it takes.
    pub fn handling<'h>(
        &'h self,
        item: &'h str,
        unit: Option<UnitId>,
    ) -> impl Iterator<Item = (&'h Queue, u8)> {
        self.queues.iter().filter_map(move |q| Some((q, q.handles.slots_for(item, unit)?)))
    }
    /// When the hall is open on a day.
    pub fn open_on(&self, day: Date, calendar: &WorkCalendar) -> Vec<Open> {
        open_on(&self.openings, &self.closures, None, day, calendar)
    }
    /// This moment when the hall is open, else when it opens next; none when it does not within a month.
    pub fn next_open(&self, from: Moment, calendar: &WorkCalendar) -> Option<Moment> {
        (0..31).find_map(|n| {
            let day = from.plus_us(n * US_PER_DAY).date();
            let open = self.open_on(day, calendar);
            let spans = open.iter().map(|o| (crate::at(day, o.span.from()), crate::at(day, o.span.to())));
            spans.filter(|s| from < s.1).map(|s| s.0.max(from)).min()
        })
    }
    /// In which kind of hours a moment lies; none when the hall is closed.
    pub fn hours_at(&self, at: Moment, calendar: &WorkCalendar) -> Option<Hours> {
        let day = at.date();
        let open = self.open_on(day, calendar);
        open.iter()
            .find(|o| crate::at(day, o.span.from()) <= at && at < crate::at(day, o.span.to()))
            .map(|o| o.kind)
    }
    /// Windows at which somebody may sit on a day: posted, trained, authorised.
    pub fn posts_of(&self, staff: StaffId, day: Date) -> impl Iterator<Item = &Post> {
        self.posts.iter().filter(move |p| p.staff == staff && p.holds(day))
    }
}
