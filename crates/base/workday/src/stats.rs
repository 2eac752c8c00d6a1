//! 时效: how many working days answers took (R3). Must not know where the pairs come from.

use std::collections::BTreeMap;

use kernel::Moment;
use serde::Serialize;

use crate::{WorkCalendar, split};

/// The shares that are reported: answered within so many working days.
pub const WITHIN: [u32; 5] = [3, 5, 10, 15, 20];

/// What the history says about timeliness (时效统计), in working days after the day of receipt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timeliness {
    /// How many pairs.
    pub count: usize,
    /// Middle value, the mean of the middle two for an even count; 0 for none.
    pub median_workdays: f64,
    /// Mean.
    pub mean_workdays: f64,
    /// Longest.
    pub max_workdays: i64,
    /// Share (0..=1) answered within 3, 5, 10, 15, 20 working days.
    pub within: BTreeMap<u32, f64>,
}

/// Working days from each first moment to its second: days after the first up to and including the second; an
/// answer on the day of receipt took 0, one before it too.
pub fn timeliness(pairs: impl IntoIterator<Item = (Moment, Moment)>, calendar: &WorkCalendar) -> Timeliness {
    let days = |(from, to): (Moment, Moment)| calendar.count_days(split(from).0, split(to).0).max(0);
    let mut took: Vec<i64> = pairs.into_iter().map(days).collect();
    took.sort_unstable();
    let count = took.len();
    let share = |n: usize| if count == 0 { 0.0 } else { n as f64 / count as f64 };
    let middle = |i: usize| took.get(i).copied().unwrap_or(0) as f64;
    Timeliness {
        count,
        median_workdays: f64::midpoint(middle(count.saturating_sub(1) / 2), middle(count / 2)),
        mean_workdays: if count == 0 { 0.0 } else { took.iter().sum::<i64>() as f64 / count as f64 },
        max_workdays: took.last().copied().unwrap_or(0),
        within: WITHIN
            .into_iter()
            .map(|limit| (limit, share(took.partition_point(|d| *d <= i64::from(limit)))))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_four_letters() {
        let c = WorkCalendar::official();
        let at = |s: &str| s.parse::<Moment>().unwrap();
        // 0 (same day), 3 (over 中秋节), 4, and 5 working days (Oct 8, 9, 10 make-up, 12, 13)
        let pairs = [
            ("2026-09-24 08:00", "2026-09-24 18:00"),
            ("2026-09-24 08:00", "2026-09-30 18:00"),
            ("2026-09-24 08:00", "2026-10-08 09:00"),
            ("2026-09-30 23:59", "2026-10-13 00:00"),
        ];
        let t = timeliness(pairs.map(|(a, b)| (at(a), at(b))), &c);
        assert_eq!((t.count, t.median_workdays, t.mean_workdays, t.max_workdays), (4, 3.5, 3.0, 5));
        assert_eq!(
            t.within.into_iter().collect::<Vec<_>>(),
            [(3, 0.5), (5, 1.0), (10, 1.0), (15, 1.0), (20, 1.0)]
        );
        let none = timeliness([], &c);
        assert_eq!((none.count, none.median_workdays, none.max_workdays), (0, 0.0, 0));
    }
}
