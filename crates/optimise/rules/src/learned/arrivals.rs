//! When cases arrive: whole real weeks, and days of a kind for those that are worked otherwise.

use std::collections::{BTreeMap, HashMap};

use super::{BEIJING_US, DAY_US, Way, day_of, kind_of};
use crate::rng::Rng;

/// The days of the past: worked or not, and when cases arrived, microseconds since midnight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrivals {
    /// Monday to Sunday; a week that the log has only a part of is none
    weeks: Vec<[(bool, Vec<i64>); 7]>,
    /// the same days by their kind, for holidays and make-up days
    by_kind: HashMap<u8, Vec<Vec<i64>>>,
}

impl Arrivals {
    pub(crate) fn of(all: &[(i64, Way)], works: &dyn Fn(i64) -> bool) -> Self {
        let mut by_day: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (first, _) in all {
            by_day.entry(day_of(*first)).or_default().push((first + BEIJING_US).rem_euclid(DAY_US));
        }
        let mut out = Self::default();
        let (Some((&from, _)), Some((&to, _))) = (by_day.first_key_value(), by_day.last_key_value()) else {
            return out;
        };
        let mut week: Vec<(bool, Vec<i64>)> = Vec::new();
        for day in from..=to.min(from + 40_000) {
            let of = by_day.remove(&day).unwrap_or_default();
            if (day + 3).rem_euclid(7) == 0 {
                week.clear();
            }
            week.push((works(day), of.clone()));
            out.by_kind.entry(kind_of(day, works)).or_default().push(of);
            if let Ok(whole) = <[_; 7]>::try_from(week.clone()) {
                out.weeks.push(whole);
            }
        }
        out
    }

    /// Whole weeks that are drawn from.
    pub(crate) const fn weeks(&self) -> usize {
        self.weeks.len()
    }

    /// The arrivals of a day: of the same day of `week`, when that was worked alike, else of any day of its kind.
    pub(crate) fn draw<'a>(
        &'a self,
        day: i64,
        week: usize,
        works: &dyn Fn(i64) -> bool,
        rng: &mut Rng,
    ) -> &'a [i64] {
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
        if let Some((worked, of)) = self.weeks.get(week).map(|w| &w[weekday])
            && *worked == works(day)
        {
            return of;
        }
        let days = self.by_kind.get(&kind_of(day, works)).filter(|d| !d.is_empty());
        days.map_or(&[], |days| &days[rng.below(days.len())])
    }
}
