//! 爽约规则: what misuse is, as data, and what follows: a warning first, then no booking online for some days; the counter and
//! the queue stay open. Counted from what happened, never by a counter; an appeal that is upheld counts nothing.

use kernel::{Date, Moment, US_PER_DAY};

use crate::appointment::Stage;
use crate::numbers::MisuseRules;

/// One earlier appointment of the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// where it stands
    pub stage: Stage,
    /// code of the item
    pub item: String,
    /// when it was made
    pub made: Moment,
    /// when it was over
    pub ended: Option<Moment>,
    /// cancelled late
    pub late_cancel: bool,
}

/// What follows from the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// nothing
    Free,
    /// one more, and it is barred: so many missed and cancelled late so far
    Warned {
        /// missed
        misses: u32,
        /// cancelled late
        cancels: u32,
    },
    /// no booking online up to and with this day
    Barred {
        /// last day
        until: Date,
        /// missed
        misses: u32,
        /// cancelled late
        cancels: u32,
    },
    /// as many as may wait at a time wait already
    Full {
        /// so many
        open: u32,
    },
    /// booked often enough for this item today
    Enough {
        /// so many
        today: u32,
    },
}

/// What follows for who wants to book `item` now.
pub fn verdict(rules: &MisuseRules, past: &[Past], item: &str, now: Moment) -> Verdict {
    let since = now.plus_us(-i64::from(rules.within_days) * US_PER_DAY);
    let recent = |p: &&Past| p.ended.is_some_and(|e| e >= since);
    let missed: Vec<_> = past.iter().filter(recent).filter(|p| p.stage == Stage::Missed).collect();
    let late: Vec<_> = past.iter().filter(recent).filter(|p| p.late_cancel).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (misses, cancels) = (count(missed.len()), count(late.len()));
    let over = |n: u32, most: u32| most > 0 && n >= most.max(2);
    let last = |of: &[&Past]| of.iter().filter_map(|p| p.ended).max();
    let bars = [
        last(&missed).filter(|_| over(misses, rules.misses_max)),
        last(&late).filter(|_| over(cancels, rules.late_cancels_max)),
    ];
    if let Some(until) =
        bars.into_iter().flatten().max().map(|m| m.plus_us(i64::from(rules.bar_days) * US_PER_DAY))
        && now < until
    {
        return Verdict::Barred { until: until.date(), misses, cancels };
    }
    let open = count(past.iter().filter(|p| p.stage == Stage::Confirmed).count());
    if rules.open_max > 0 && open >= rules.open_max {
        return Verdict::Full { open };
    }
    let today = past.iter().filter(|p| p.item == item && p.made.date() == now.date());
    let today = count(today.filter(|p| p.stage != Stage::CalledOff).count());
    if rules.same_item_day_max > 0 && today >= rules.same_item_day_max {
        return Verdict::Enough { today };
    }
    let near = |n: u32, most: u32| most > 0 && n + 1 >= most.max(2);
    if misses > 0 || near(cancels, rules.late_cancels_max) {
        return Verdict::Warned { misses, cancels };
    }
    Verdict::Free
}
