//! 办公时段: the hours of a group as running sums over days, so that work goes on after nights and days off.

/// Microseconds of an hour.
pub(super) const HOUR: i64 = 3_600_000_000;
/// Beijing is so far ahead of UTC.
pub(super) const BEIJING: i64 = 8 * HOUR;

/// When a group works: from one full hour to another on worked days, and whether on days off too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Hours {
    /// first hour, 0–23
    pub from: u8,
    /// the hour at which it ends, 1–24
    pub to: u8,
    /// also on days off
    pub days_off: bool,
}

impl Hours {
    /// Are they hours at all?
    pub const fn sound(self) -> bool {
        self.from < self.to && self.to <= 24
    }
}

/// Hours over a window of days.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// the first hour of the window, since the epoch, in Beijing
    first: i64,
    /// open hours before each hour of the window
    sums: Vec<i64>,
}

impl Open {
    /// The hours of the days `from..=to`, since the epoch in Beijing.
    pub fn new(hours: Hours, (from, to): (i64, i64), works: &dyn Fn(i64) -> bool) -> Self {
        let mut sums = vec![0];
        let mut sum = 0;
        for day in from..=to.max(from) {
            let on = hours.days_off || works(day);
            for hour in 0..24u8 {
                sum += i64::from(on && hour >= hours.from && hour < hours.to);
                sums.push(sum);
            }
        }
        Self { first: from * 24, sums }
    }

    /// Open microseconds before a moment; beyond the window all is open, so that nothing waits for ever.
    fn before(&self, us: i64) -> i64 {
        let local = us + BEIJING - self.first * HOUR;
        let (hour, rest) = (local.div_euclid(HOUR), local.rem_euclid(HOUR));
        if hour < 0 {
            return local;
        }
        let last = self.sums.len() as i64 - 1;
        if hour >= last {
            return self.sums[last as usize] * HOUR + local - last * HOUR;
        }
        let (a, b) = (self.sums[hour as usize], self.sums[hour as usize + 1]);
        a * HOUR + if b > a { rest } else { 0 }
    }

    /// Working time between two moments.
    pub fn worked(&self, from: i64, to: i64) -> i64 {
        (self.before(to) - self.before(from)).max(0)
    }

    /// The moment at which so much working time has passed; of none the moment itself.
    pub fn add(&self, us: i64, work: i64) -> i64 {
        if work <= 0 {
            return us;
        }
        let target = self.before(us) + work;
        if target <= 0 {
            return us + work;
        }
        let last = self.sums.len() as i64 - 1;
        let whole = self.sums[last as usize] * HOUR;
        let local = if target > whole {
            last * HOUR + target - whole
        } else {
            // The first hour at whose end so much has passed.
            let at = self.sums.partition_point(|s| s * HOUR < target) as i64 - 1;
            at * HOUR + target - self.sums[at as usize] * HOUR
        };
        local + self.first * HOUR - BEIJING
    }

    /// The moment, or the next one at which it is open.
    pub fn next(&self, us: i64) -> i64 {
        let local = us + BEIJING - self.first * HOUR;
        let hour = local.div_euclid(HOUR);
        let last = self.sums.len() as i64 - 1;
        if hour < 0 || hour >= last {
            return us;
        }
        let a = self.sums[hour as usize];
        if self.sums[hour as usize + 1] > a {
            return us;
        }
        let at = (self.sums.partition_point(|s| *s <= a) as i64 - 1).max(hour + 1).min(last);
        at * HOUR + self.first * HOUR - BEIJING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_goes_on_after_nights_and_days_off() {
        // Day 4 is Monday 1970-01-05; 9 to 17 on weekdays.
        let works = |day: i64| (day + 3).rem_euclid(7) < 5;
        let open = Open::new(Hours { from: 9, to: 17, days_off: false }, (4, 40), &works);
        let at = |day: i64, hour: i64| day * 24 * HOUR + hour * HOUR - BEIJING;
        assert_eq!(open.add(at(4, 10), 2 * HOUR), at(4, 12));
        assert_eq!(open.add(at(4, 16), 2 * HOUR), at(5, 10));
        // Friday 16:00 and two hours: Monday 10:00.
        assert_eq!(open.add(at(8, 16), 2 * HOUR), at(11, 10));
        assert_eq!(open.worked(at(8, 16), at(11, 10)), 2 * HOUR);
        assert_eq!((open.next(at(8, 18)), open.next(at(4, 10))), (at(11, 9), at(4, 10)));
        assert_eq!(open.next(at(4, 3)), at(4, 9));
        assert_eq!(open.add(at(4, 3), 0), at(4, 3));
        let always = Open::new(Hours { from: 0, to: 24, days_off: true }, (4, 40), &works);
        assert_eq!(always.add(at(8, 23), 3 * HOUR), at(9, 2));
        // Beyond the window nothing waits for ever.
        assert!(open.add(at(40, 16), 100 * HOUR) > at(41, 0));
    }
}
