//! 数字: what cities set differently, as data, with the defaults. Must not know what is decided by them.

use serde::{Deserialize, Serialize};

/// Longest text of a hall, characters.
pub const TEXT_MAX: usize = 200;

/// Numbers of booking, which cities set differently: data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookingRules {
    /// a place is held so long for whoever fills in their telephone, minutes
    pub hold_minutes: u32,
    /// a place given back is free again after so long, minutes: nobody trades it (黄牛)
    pub release_minutes: u32,
    /// whoever is not there so long after the beginning has missed it, minutes
    pub grace_minutes: u32,
    /// one may sign in so long before, minutes
    pub early_minutes: u32,
    /// cancelling later than so long before counts as late, minutes
    pub late_minutes: u32,
    /// so often one appointment is moved
    pub moves_max: u32,
    /// a missed one is appealed within so many days
    pub appeal_days: u32,
    /// a place offered to who stands by is kept for so long, minutes
    pub standby_minutes: u32,
    /// name and telephone end so many days after it is over
    pub keep_days: u32,
}
impl Default for BookingRules {
    fn default() -> Self {
        Self {
            hold_minutes: 10,
            release_minutes: 5,
            grace_minutes: 30,
            early_minutes: 60,
            late_minutes: 120,
            moves_max: 2,
            appeal_days: 15,
            standby_minutes: 120,
            keep_days: 60,
        }
    }
}

/// Numbers of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueRules {
    /// called so often before it may be put down as missed
    pub calls_min: u32,
    /// whoever comes back after being missed is taken in again so often
    pub returns_max: u32,
    /// whoever walked in and waited so long goes before the booked, minutes
    pub patience_minutes: u32,
    /// the wait may differ from the estimate by so much and still count as kept, minutes
    pub estimate_minutes: u32,
}
impl Default for QueueRules {
    fn default() -> Self {
        Self { calls_min: 2, returns_max: 1, patience_minutes: 60, estimate_minutes: 10 }
    }
}

/// What misuse is in a hall, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MisuseRules {
    /// looked back over so many days
    pub within_days: u32,
    /// so many missed: no booking online. At least two: the first is a warning. 0: never
    pub misses_max: u32,
    /// so many cancelled late: the same. 0: never
    pub late_cancels_max: u32,
    /// appointments for one item on one day
    pub same_item_day_max: u32,
    /// appointments that wait at a time
    pub open_max: u32,
    /// no booking online for so many days after the last of them
    pub bar_days: u32,
}
impl Default for MisuseRules {
    fn default() -> Self {
        Self {
            within_days: 30,
            misses_max: 3,
            late_cancels_max: 5,
            same_item_day_max: 2,
            open_max: 3,
            bar_days: 14,
        }
    }
}
