//! 数字: waits, no-shows and estimates against what happened. Definitions stand in docs/hall.md.

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
