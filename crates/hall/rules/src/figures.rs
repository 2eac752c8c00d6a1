//! 数字: waits, no-shows and estimates against what happened. Definitions stand in docs/hall.md.

use kernel::Moment;

use crate::appointment::{Appointment, Stage};
use crate::words::words;

/// Waits of some tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// how many
    pub n: usize,
    /// half waited no longer, microseconds
    pub median_us: i64,
    /// nine of ten waited no longer, microseconds
    pub p90_us: i64,
}

/// The value that `percent` of a hundred do not pass (nearest rank); 0 of none.
pub fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Waits in microseconds, in any order.
pub fn waits(all: &mut [i64]) -> Waits {
    all.sort_unstable();
    Waits { n: all.len(), median_us: percentile(all, 50), p90_us: percentile(all, 90) }
}

words! {
    /// What became of an appointment (预约的去向).
    inherent Show {
        Came = "came", "到厅";
        /// an appeal that is not decided counts here
        Missed = "missed", "爽约";
        /// within `late_minutes`: no no-show
        LateCancel = "late_cancel", "临时取消";
        /// the office itself was late
        Excused = "excused", "单位延误，不计";
        CalledOff = "called_off", "单位取消";
    }
}

/// What became of it; none while it stands, and of one that was given back in time.
pub fn show(a: &Appointment) -> Option<Show> {
    Some(match a.stage {
        Stage::Arrived | Stage::Served | Stage::Left => Show::Came,
        Stage::Missed | Stage::Appealed => Show::Missed,
        Stage::Excused => Show::Excused,
        Stage::CalledOff => Show::CalledOff,
        Stage::Cancelled if a.late_cancel => Show::LateCancel,
        _ => return None,
    })
}

/// What became of appointments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shows {
    /// came
    pub came: u32,
    /// missed
    pub missed: u32,
    /// cancelled late
    pub late_cancels: u32,
    /// missed because the office itself was late
    pub excused: u32,
    /// cancelled by the office
    pub called_off: u32,
}

impl Shows {
    /// One more.
    pub fn add(&mut self, show: Show) {
        *match show {
            Show::Came => &mut self.came,
            Show::Missed => &mut self.missed,
            Show::LateCancel => &mut self.late_cancels,
            Show::Excused => &mut self.excused,
            Show::CalledOff => &mut self.called_off,
        } += 1;
    }
    /// How many of a kind.
    pub const fn of(&self, show: Show) -> u32 {
        match show {
            Show::Came => self.came,
            Show::Missed => self.missed,
            Show::LateCancel => self.late_cancels,
            Show::Excused => self.excused,
            Show::CalledOff => self.called_off,
        }
    }
    /// 爽约率: missed of those that were still standing when their time came and that the office kept, per cent; none of none.
    pub fn missed_percent(&self) -> Option<f64> {
        let of = self.came + self.missed;
        (of > 0).then(|| f64::from(self.missed) * 100.0 / f64::from(of))
    }
}

/// 预计与实际: of so many estimates so many were kept: the wait was at most the estimate and `within` minutes.
pub fn kept(pairs: &[(u32, i64)], within_minutes: u32) -> (usize, usize) {
    let minute = 60 * kernel::US_PER_SECOND;
    let good = pairs.iter().filter(|(told, us)| *us <= i64::from(told + within_minutes) * minute);
    (good.count(), pairs.len())
}

/// 忙闲: how many came in each hour of each weekday, Monday first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load([[u32; 24]; 7]);

impl Load {
    /// Weekday and hour of a moment, by the clock of Beijing.
    pub fn cell(at: Moment) -> (usize, usize) {
        let day = at.date().weekday().to_monday_zero_offset().unsigned_abs();
        let hour = at.us_of_day() / kernel::US_PER_HOUR;
        (usize::from(day) % 7, usize::try_from(hour).unwrap_or(0) % 24)
    }
    /// Of these moments.
    pub fn of(all: impl Iterator<Item = Moment>) -> Self {
        let mut load = Self::default();
        for at in all {
            let (day, hour) = Self::cell(at);
            load.0[day][hour] += 1;
        }
        load
    }
    /// How many in this hour of this weekday.
    pub fn at(&self, day: usize, hour: usize) -> u32 {
        self.0.get(day).and_then(|d| d.get(hour)).copied().unwrap_or(0)
    }
    /// The most of any hour.
    pub fn most(&self) -> u32 {
        self.0.iter().flatten().copied().max().unwrap_or(0)
    }
    /// First and last hour at which anybody came; none of none.
    pub fn hours(&self) -> Option<(usize, usize)> {
        let came = |h: &usize| self.0.iter().any(|d| d[*h] > 0);
        Some(((0..24).find(came)?, (0..24).rev().find(came)?))
    }
}
