//! 可比分组: a league of cities. Only cities of like size are set side by side, and a place says no more than the counts allow: it is
//! a span, from the cities that are surely better to those that are surely worse.

use crate::figures::Value;
use crate::rating::{Interval, wilson};

/// In a group the largest is at most so many times as large as the smallest.
pub const LIKE: u64 = 3;
/// A share of fewer than these has no place.
pub const LEAST: u64 = 30;
/// So many or fewer is few (十件以下).
pub const FEW: u64 = 10;

/// One city in a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// which of those that were handed in
    pub index: usize,
    /// its share, with how sure it is; none of nothing
    pub interval: Option<Interval>,
    /// behind how many of the group it surely is, and before how many: the first and the last place that it can have; none with
    /// too few
    pub place: Option<(usize, usize)>,
}

/// Cities of like size.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// size of the smallest
    pub from: u64,
    /// and of the largest
    pub to: u64,
    /// the best first, then those without a place
    pub cities: Vec<Placed>,
}

/// Groups by size, the largest first; of each city its size and its share. Less is better when `worse`. Who has no size is in none.
pub fn comparable(cities: &[(u64, Value)], worse: bool) -> Vec<Group> {
    let mut order: Vec<usize> = (0..cities.len()).filter(|i| cities[*i].0 > 0).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(cities[*i].0), *i));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match groups.last_mut() {
            Some(g) if cities[g[0]].0 <= cities[i].0.saturating_mul(LIKE) => g.push(i),
            _ => groups.push(vec![i]),
        }
    }
    groups.into_iter().map(|g| placed(cities, &g, worse)).collect()
}

fn placed(cities: &[(u64, Value)], group: &[usize], worse: bool) -> Group {
    let share = |i: usize| match cities[i].1 {
        Value::Share { part, whole } => wilson(part, whole),
        Value::Count(_) => None,
    };
    let sure: Vec<Interval> = group.iter().filter_map(|i| share(*i)).filter(|v| v.of >= LEAST).collect();
    let better = |a: &Interval, b: &Interval| if worse { a.high < b.low } else { a.low > b.high };
    let mut all: Vec<Placed> = group
        .iter()
        .map(|i| {
            let interval = share(*i);
            let ranked = interval.filter(|v| v.of >= LEAST);
            let place = ranked.map(|own| {
                let first = 1 + sure.iter().filter(|o| better(o, &own)).count();
                (first, sure.len() - sure.iter().filter(|o| better(&own, o)).count())
            });
            Placed { index: *i, interval, place }
        })
        .collect();
    let key = |p: &Placed| p.interval.map_or(f64::NAN, |v| if worse { v.share } else { -v.share });
    all.sort_by(|a, b| {
        let first = (a.place.is_none(), a.interval.is_none()).cmp(&(b.place.is_none(), b.interval.is_none()));
        first.then(key(a).total_cmp(&key(b))).then(a.index.cmp(&b.index))
    });
    let sizes = || group.iter().map(|i| cities[*i].0);
    Group { from: sizes().min().unwrap_or(0), to: sizes().max().unwrap_or(0), cities: all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn share(part: u64, whole: u64) -> Value {
        Value::Share { part, whole }
    }

    #[test]
    fn like_is_set_beside_like_and_who_cannot_be_told_apart_shares_a_span() {
        let cities = [
            (900, share(940, 1000)),
            (800, share(850, 1000)),
            (320, share(933, 1000)),
            (200, share(29, 29)),
            (0, share(1, 1)),
            (100, share(500, 1000)),
        ];
        let groups = comparable(&cities, false);
        let said: Vec<_> = groups
            .iter()
            .map(|g| (g.from, g.to, g.cities.iter().map(|p| (p.index, p.place)).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            said,
            [
                (320, 900, vec![(0, Some((1, 2))), (2, Some((1, 2))), (1, Some((3, 3)))]),
                (100, 200, vec![(5, Some((1, 1))), (3, None)]),
            ]
        );
        let late = [(9, share(10, 100)), (9, share(90, 100)), (9, Value::Count(3))];
        let late = comparable(&late, true);
        let places: Vec<_> = late[0].cities.iter().map(|p| (p.index, p.place)).collect();
        assert_eq!(places, [(0, Some((1, 1))), (1, Some((2, 2))), (2, None)], "less is better");
    }

    proptest! {
        /// Each city that has a size is in one group; no group is wider than it may be; the span of places holds the place by share
        /// alone, and somebody can be first and somebody last.
        #[test]
        fn groups_and_places_are_fair(
            cities in prop::collection::vec((0u64..5_000, 0u64..400, 0u64..400), 0..30),
            worse in any::<bool>(),
        ) {
            let cities: Vec<(u64, Value)> =
                cities.into_iter().map(|(size, a, b)| (size, share(a.min(b), a.max(b)))).collect();
            let groups = comparable(&cities, worse);
            let mut seen: Vec<usize> = groups.iter().flat_map(|g| g.cities.iter().map(|p| p.index)).collect();
            seen.sort_unstable();
            let all: Vec<usize> = (0..cities.len()).filter(|i| cities[*i].0 > 0).collect();
            prop_assert_eq!(seen, all);
            for g in &groups {
                prop_assert!(g.to <= g.from * LIKE);
                let ranked: Vec<_> = g.cities.iter().filter_map(|p| Some((p.place?, p.interval?))).collect();
                for (n, (place, own)) in ranked.iter().enumerate() {
                    // Equal shares stand in the order in which they came.
                    let as_good = ranked.iter().filter(|(_, o)| o.share == own.share).count();
                    prop_assert!(place.0 <= n + 1 && n < place.1, "{:?} at {}", place, n + 1);
                    prop_assert!(place.1 + 1 - place.0 >= as_good);
                }
                for (a, b) in ranked.iter().zip(ranked.iter().skip(1)) {
                    let in_order = if worse { a.1.share <= b.1.share } else { a.1.share >= b.1.share };
                    prop_assert!(in_order);
                }
            }
        }
    }
}
