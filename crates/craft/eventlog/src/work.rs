//! Working time (工作时间): how many microseconds of office hours lie between two moments.
//!
//! Knows days and the slots of each day, given by whoever knows the calendar; nothing of holidays or of law.
//! One table lookup for each moment: the office time before each day is added up beforehand.

const DAY_US: i64 = 86_400_000_000;

/// A calendar made into running sums. Days outside of its table follow the week it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkClock {
    /// East of UTC; a day begins at local midnight.
    offset_us: i64,
    first_day: i64,
    /// Office time before day `first_day + i`.
    before: Vec<i64>,
    /// Which pattern day `first_day + i` has.
    pattern: Vec<u8>,
    patterns: Vec<Pattern>,
    /// Patterns of Monday to Sunday, for days outside of the table.
    week: [u8; 7],
    week_us: i64,
}

/// Office hours of one day: slots in microseconds since midnight, in order, apart.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Pattern {
    slots: Vec<(i64, i64)>,
    total: i64,
}

impl Pattern {
    fn new(slots: &[(i64, i64)]) -> Self {
        let mut sorted: Vec<(i64, i64)> = slots
            .iter()
            .map(|&(a, b)| (a.clamp(0, DAY_US), b.clamp(0, DAY_US)))
            .filter(|s| s.0 < s.1)
            .collect();
        sorted.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for slot in sorted {
            match merged.last_mut() {
                Some(last) if slot.0 <= last.1 => last.1 = last.1.max(slot.1),
                _ => merged.push(slot),
            }
        }
        let total = merged.iter().map(|s| s.1 - s.0).sum();
        Self { slots: merged, total }
    }
    #[inline]
    fn until(&self, in_day: i64) -> i64 {
        self.slots.iter().map(|&(a, b)| (in_day.min(b) - a).max(0)).sum()
    }
}

/// Monday is 0.
fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

impl WorkClock {
    /// A clock of a plain week: slots in microseconds since local midnight for Monday to Sunday, at
    /// `offset_s` seconds east of UTC.
    pub fn weekly(offset_s: i32, week: &[Vec<(i64, i64)>; 7]) -> Self {
        let patterns: Vec<Pattern> = week.iter().map(|slots| Pattern::new(slots)).collect();
        let week_us = patterns.iter().map(|p| p.total).sum();
        Self {
            offset_us: i64::from(offset_s) * 1_000_000,
            first_day: 0,
            before: Vec::new(),
            pattern: Vec::new(),
            patterns,
            week: [0, 1, 2, 3, 4, 5, 6],
            week_us,
        }
    }

    /// Monday to Friday, the same slots each day, in hours.
    pub fn office(offset_s: i32, from_hour: i64, to_hour: i64) -> Self {
        let day = vec![(from_hour * 3_600_000_000, to_hour * 3_600_000_000)];
        let off = Vec::new;
        Self::weekly(offset_s, &[day.clone(), day.clone(), day.clone(), day.clone(), day, off(), off()])
    }

    /// The same clock with a table for `days` days from `first_day` (days since 1970-01-01, local), in which
    /// `slots_of` gives the slots of a day: holidays, make-up workdays, short days.
    #[must_use]
    pub fn with_days(
        mut self,
        first_day: i64,
        days: usize,
        slots_of: impl Fn(i64) -> Vec<(i64, i64)>,
    ) -> Self {
        self.first_day = first_day;
        self.before = Vec::with_capacity(days);
        self.pattern = Vec::with_capacity(days);
        let mut sum = self.week_before(first_day);
        for day in first_day..first_day + days as i64 {
            let pattern = Pattern::new(&slots_of(day));
            let known = self.patterns.iter().position(|p| *p == pattern);
            let id = known.unwrap_or_else(|| {
                // More than 255 kinds of day are not kept apart: the last kind stands for the rest.
                if self.patterns.len() < 255 {
                    self.patterns.push(pattern);
                }
                self.patterns.len() - 1
            });
            self.before.push(sum);
            self.pattern.push(id as u8);
            sum += self.patterns[id].total;
        }
        self
    }

    /// Office time of the plain week before a day, counted from day 0.
    fn week_before(&self, day: i64) -> i64 {
        let monday = day - weekday(day) as i64;
        let weeks = (monday + 3) / 7;
        let in_week: i64 = self.week[..weekday(day)].iter().map(|&p| self.patterns[p as usize].total).sum();
        weeks * self.week_us + in_week
    }

    /// Office time from a fixed origin to a moment (microseconds since the epoch); only differences mean
    /// something.
    #[inline]
    pub fn worked_us(&self, us: i64) -> i64 {
        let local = us.saturating_add(self.offset_us);
        let (day, in_day) = (local.div_euclid(DAY_US), local.rem_euclid(DAY_US));
        let i = day.wrapping_sub(self.first_day) as usize;
        if let (Some(&before), Some(&pattern)) = (self.before.get(i), self.pattern.get(i)) {
            return before + self.patterns[pattern as usize].until(in_day);
        }
        self.outside(day, in_day)
    }

    fn outside(&self, day: i64, in_day: i64) -> i64 {
        let plain = self.week_before(day) + self.patterns[self.week[weekday(day)] as usize].until(in_day);
        match (self.before.last(), self.pattern.last()) {
            (Some(&last), Some(&pattern)) if day > self.first_day => {
                let after = self.first_day + self.before.len() as i64;
                let shift = last + self.patterns[pattern as usize].total - self.week_before(after);
                plain + shift
            }
            _ => plain,
        }
    }

    /// The stretches between two moments outside of office hours, at most the first 100,000.
    pub fn off_spans(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut off = Vec::new();
        let mut at = from;
        let mut day = from.saturating_add(self.offset_us).div_euclid(DAY_US);
        while at < to && off.len() < 100_000 {
            let midnight = day * DAY_US - self.offset_us;
            let i = day.wrapping_sub(self.first_day) as usize;
            let pattern = self.pattern.get(i).copied().unwrap_or(self.week[weekday(day)]);
            for &(a, b) in &self.patterns[pattern as usize].slots {
                let (a, b) = (midnight + a, midnight + b);
                if a > at && at < to {
                    off.push((at, a.min(to)));
                }
                at = at.max(b);
            }
            day += 1;
            let next = day * DAY_US - self.offset_us;
            if at < next && at < to {
                off.push((at, next.min(to)));
                at = next;
            }
        }
        off
    }

    /// Working time between two moments, negative when they are the wrong way round.
    #[inline]
    pub fn working_us(&self, from: i64, to: i64) -> i64 {
        self.worked_us(to) - self.worked_us(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::when::read_time;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        read_time(text.as_bytes(), 0).unwrap().us
    }
    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn nights_weekends_and_holidays_do_not_count() {
        let clock = WorkClock::office(8 * 3600, 9, 17);
        let (fri, mon) = (at("2026-09-25T16:00:00+08:00"), at("2026-09-28T10:00:00+08:00"));
        assert_eq!(clock.working_us(fri, mon), 2 * HOUR);
        assert_eq!(clock.working_us(mon, fri), -2 * HOUR);
        // A Saturday that is worked, a Monday that is free.
        let day = |text| (at(text) + 8 * HOUR).div_euclid(DAY_US);
        let (sat, free) = (day("2026-09-26T00:00:00+08:00"), day("2026-09-28T00:00:00+08:00"));
        let moved = clock.clone().with_days(sat - 10, 40, |d| match weekday(d) {
            _ if d == sat => vec![(9 * HOUR, 17 * HOUR)],
            _ if d == free => vec![],
            5 | 6 => vec![],
            _ => vec![(9 * HOUR, 17 * HOUR)],
        });
        assert_eq!(moved.working_us(fri, mon), 9 * HOUR);
        let later = at("2027-03-03T12:00:00+08:00");
        assert_eq!(moved.working_us(fri, later), clock.working_us(fri, later));
    }

    proptest! {
        #[test]
        fn adds_up_and_never_exceeds_the_wall_clock(a in -4_000i64..4_000, b in 0i64..200, c in 0i64..200, first in -100i64..100, days in 0usize..50) {
            let clock = WorkClock::office(3600, 8, 18).with_days(first, days, |d| if d % 3 == 0 { vec![] } else { vec![(HOUR, 5 * HOUR), (6 * HOUR, 7 * HOUR)] });
            let a = a * HOUR + 17;
            let (b, c) = (a + b * HOUR, a + (b + c) * HOUR);
            let (ab, bc, ac) = (clock.working_us(a, b), clock.working_us(b, c), clock.working_us(a, c));
            prop_assert_eq!(ab + bc, ac);
            prop_assert!(ab >= 0 && ab <= b - a && bc >= 0);
            let off: i64 = clock.off_spans(a, b).iter().map(|s| s.1 - s.0).sum();
            prop_assert_eq!(ab + off, b - a);
        }
    }
}
