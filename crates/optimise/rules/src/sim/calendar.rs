//! Working time that repeats every week: adding work to a moment and measuring work between moments.
//!
//! Moments are seconds since a Monday, 0:00. Statutory days off are not known here: a simulated year is
//! 52 equal weeks (docs/optimise.md says what that leaves out).

use crate::model::Shift;

const WEEK: f64 = 604_800.0;

/// A weekly calendar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calendar {
    /// begin, end and the work done in the week before the begin; ascending, not overlapping
    open: Vec<(f64, f64, f64)>,
    /// work of a whole week
    week: f64,
}

impl Calendar {
    /// From shifts; overlapping shifts are joined. No shift at all means always.
    pub fn new(shifts: &[Shift]) -> Self {
        let mut spans: Vec<(u32, u32)> = shifts
            .iter()
            .flat_map(|s| {
                s.days.iter().map(move |d| {
                    ((u32::from(*d) - 1) * 86_400 + s.from, (u32::from(*d) - 1) * 86_400 + s.to)
                })
            })
            .filter(|(a, b)| a < b)
            .collect();
        spans.sort_unstable();
        if spans.is_empty() {
            spans.push((0, WEEK as u32));
        }
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (a, b) in spans {
            match joined.last_mut() {
                Some(last) if a <= last.1 => last.1 = last.1.max(b),
                _ => joined.push((a, b)),
            }
        }
        let mut done = 0.0;
        let mut open = Vec::with_capacity(joined.len());
        for (a, b) in joined {
            open.push((f64::from(a), f64::from(b), done));
            done += f64::from(b - a);
        }
        Self { open, week: done }
    }
    /// Work of a whole week, seconds.
    pub const fn week(&self) -> f64 {
        self.week
    }
    #[inline]
    fn split(t: f64) -> (f64, f64) {
        let weeks = (t / WEEK).floor();
        (weeks, t - weeks * WEEK)
    }
    /// The span that ends after `s` (seconds of the week), if any is left this week.
    #[inline]
    fn span(&self, s: f64) -> usize {
        if self.open.len() <= 12 {
            self.open.iter().position(|o| o.1 > s).unwrap_or(self.open.len())
        } else {
            self.open.partition_point(|o| o.1 <= s)
        }
    }
    /// Is it working time at `t`?
    #[inline]
    pub fn is_open(&self, t: f64) -> bool {
        let (_, s) = Self::split(t);
        self.open.get(self.span(s)).is_some_and(|o| o.0 <= s)
    }
    /// The first working moment from `t` on.
    pub fn next_open(&self, t: f64) -> f64 {
        let (weeks, s) = Self::split(t);
        match self.open.get(self.span(s)) {
            Some(o) if o.0 <= s => t,
            Some(o) => weeks * WEEK + o.0,
            None => (weeks + 1.0) * WEEK + self.open[0].0,
        }
    }
    /// Work done from the beginning of time to `t`.
    #[inline]
    pub fn worked(&self, t: f64) -> f64 {
        let (weeks, s) = Self::split(t);
        let inside = self.open.get(self.span(s)).map_or(self.week, |o| o.2 + (s - o.0).max(0.0));
        weeks * self.week + inside
    }
    /// Working time between two moments.
    pub fn between(&self, a: f64, b: f64) -> f64 {
        self.worked(b) - self.worked(a)
    }
    /// The moment at which `work` seconds of working time after `t` are done.
    #[inline]
    pub fn add(&self, t: f64, work: f64) -> f64 {
        let (weeks, s) = Self::split(t);
        // Most work ends in the span it began in.
        if let Some(o) = self.open.get(self.span(s))
            && o.0 <= s
            && s + work <= o.1
        {
            return t + work;
        }
        if work <= 0.0 {
            return t;
        }
        let mut target = weeks * self.week + self.worked(s) + work;
        let whole = (target / self.week).floor();
        target -= whole * self.week;
        if target <= 0.0 {
            // Exactly the end of a week's work.
            let last = self.open[self.open.len() - 1];
            return (whole - 1.0) * WEEK + last.1;
        }
        let k = self.open.partition_point(|o| o.2 + (o.1 - o.0) < target).min(self.open.len() - 1);
        whole * WEEK + self.open[k].0 + (target - self.open[k].2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn work_is_interrupted_by_nights_and_week_ends() {
        let c = Calendar::new(&Shift::office());
        assert_eq!(c.week(), 40.0 * 3600.0);
        let monday = 8.5 * 3600.0;
        assert_eq!(c.add(monday, 8.0 * 3600.0), 18.0 * 3600.0);
        assert_eq!(c.add(monday, 8.0 * 3600.0 + 60.0), 86_400.0 + monday + 60.0);
        let friday_evening = 4.0 * 86_400.0 + 19.0 * 3600.0;
        assert_eq!(c.next_open(friday_evening), WEEK + monday);
        assert_eq!(c.add(friday_evening, 3600.0), WEEK + monday + 3600.0);
        assert_eq!(c.add(monday, 80.0 * 3600.0), WEEK + 4.0 * 86_400.0 + 18.0 * 3600.0);
        assert!(c.is_open(monday) && !c.is_open(12.5 * 3600.0));
        assert_eq!(Calendar::new(&Shift::always()).add(5.0, 7.0), 12.0);
    }

    proptest! {
        #[test]
        fn adding_and_measuring_agree(
            spans in prop::collection::vec((1u8..=7, 0u32..86_000, 1u32..40_000), 1..9),
            t in 0.0f64..3e6, work in 0.0f64..2e6
        ) {
            let shifts: Vec<Shift> = spans
                .into_iter()
                .map(|(d, from, len)| Shift { days: vec![d], from, to: (from + len).min(86_400) })
                .collect();
            let c = Calendar::new(&shifts);
            let end = c.add(t, work);
            prop_assert!((c.between(t, end) - work).abs() < 1e-3, "{} {work}", c.between(t, end));
            prop_assert!(end >= t);
            prop_assert!(c.is_open(c.next_open(t)));
        }
    }
}
