//! 号源: which places there are, as data. A slot is a stretch of a queue's open time with places for phone, counter and
//! walk-in apart. Slots of one queue never overlap, lie within open hours, and have no fewer than nought places.

use kernel::Moment;
use serde::{Deserialize, Serialize};

use crate::opening::{Days, Recurring};
use crate::time::{Span, US_PER_MINUTE};
use crate::words::{Channel, Hours};

/// Places of one slot, by how they are given away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// 网上
    pub phone: u16,
    /// 柜台、电话
    pub counter: u16,
    /// 现场: kept for whoever walks in; never booked
    pub walk_in: u16,
}

impl Places {
    /// Of one channel.
    pub const fn of(self, channel: Channel) -> u16 {
        match channel {
            Channel::Phone => self.phone,
            Channel::Counter => self.counter,
            Channel::WalkIn => self.walk_in,
        }
    }
}

/// How many are left of `places` when `taken` are; never below nought, whatever was taken before the places were cut.
pub const fn left(places: u16, taken: u32) -> u16 {
    (places as u32).saturating_sub(taken) as u16
}

/// A rule that makes slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// on which days
    #[serde(flatten)]
    pub days: Days,
    /// at which hours
    pub hours: Vec<Span>,
    /// breaks within them
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<Span>,
    /// length of a slot, minutes
    pub slot_minutes: u16,
    /// places of each slot
    pub places: Places,
    /// a slot is booked at least so many minutes before it begins
    #[serde(default)]
    pub lead_minutes: u32,
    /// and at most so many days ahead
    pub horizon_days: u16,
}
impl Recurring for Availability {
    fn days(&self) -> &Days {
        &self.days
    }
    fn hours(&self) -> &[Span] {
        &self.hours
    }
}

/// One slot of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// when it begins
    pub start: Moment,
    /// how long it is
    pub minutes: u16,
    /// in which kind of hours
    pub kind: Hours,
    /// its places
    pub places: Places,
    /// it can be booked from this moment
    pub opens: Moment,
    /// until this moment
    pub shuts: Moment,
}

impl Slot {
    /// When it is over.
    pub const fn end(&self) -> Moment {
        self.start.plus_us(self.minutes as i64 * US_PER_MINUTE)
    }
}

/// So many slots one after the other without a gap, from the one at `first`: a long item takes several. None when the run
/// is broken.
pub fn run<T>(all: &[T], first: usize, n: usize, span: impl Fn(&T) -> (Moment, Moment)) -> Option<&[T]> {
    let part = all.get(first..first.checked_add(n)?)?;
    let joined = part.windows(2).all(|p| span(&p[0]).1 == span(&p[1]).0);
    (n > 0 && joined).then_some(part)
}
