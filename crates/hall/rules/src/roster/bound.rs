//! 下界: what no plan can cover, whatever it does. Counted without search, from rules that every plan keeps: a window has one
//! person and a person one window (a matching for each half hour); one shift a day; shifts
//! that meet do not sit at one window; hours and days of a week. Each is a
//! relaxation, so the true least is never below.

use std::collections::BTreeMap;

use super::HALVES;
use super::board::{Board, Gain, LineOn, week_of};

/// Half hours that no plan covers, at least: of what was set by hand, and by demand.
pub(super) fn least_unmet(b: &Board<'_>) -> Gain {
    let needs = b.task.needs;
    let mut out = Gain::default();
    // By line and week: what days lose at least, what they ask for, what each person can give.
    let mut weeks: BTreeMap<(bool, &super::Line, usize, i64), (i64, i64, Vec<Vec<i64>>)> = BTreeMap::new();
    for d in 0..b.days {
        for (n, l) in b.lines[d].iter().enumerate() {
            // One duty covers two needs of the same line at once: they are counted apart.
            let same = |o: &&LineOn| o.must == l.must && needs[o.need].line == needs[l.need].line;
            let twin = b.lines[d][..n].iter().filter(same).count();
            let asked: i64 = l.people.iter().map(|n| i64::from(*n)).sum();
            let wanted = (0..HALVES).filter(|h| l.people[*h] > 0).fold(0u64, |m, h| m | 1 << h);
            let matched: i64 = (0..HALVES)
                .filter(|h| l.people[*h] > 0)
                .map(|h| {
                    let most = usize::from(l.people[h]);
                    i64::try_from(matching(b, d, &l.windows, h, most)).unwrap_or(0)
                })
                .sum();
            let best = |p: usize| {
                let of = b.choices[p][d].iter().filter(|c| l.windows.contains(&c.window));
                of.map(|c| i64::from((b.halves(*c) & wanted).count_ones())).max().unwrap_or(0)
            };
            let gives: Vec<i64> = (0..b.people.len()).map(best).collect();
            let lost = (asked - matched).max(asked - gives.iter().sum::<i64>()).max(packed(b, d, l)).max(0);
            let key = (l.must, &needs[l.need].line, twin, week_of(&b.task, d));
            let of = weeks.entry(key).or_insert_with(|| (0, 0, vec![Vec::new(); b.people.len()]));
            of.0 += lost;
            of.1 += asked;
            for (all, n) in of.2.iter_mut().zip(gives) {
                all.push(n);
            }
        }
    }
    let rules = &b.task.hall.rostering.rules;
    let hours = i64::from(rules.week_hours) * 60 / i64::from(super::HALF);
    // After so many days in a row one is free: of seven days so many can be worked.
    let days = 7 - 7 / (usize::try_from(rules.row_days).unwrap_or(7) + 1);
    for ((must, ..), (lost, asked, mut gives)) in weeks {
        let most: i64 = gives
            .iter_mut()
            .map(|of| {
                of.sort_unstable_by(|a, b| b.cmp(a));
                of.iter().take(days).sum::<i64>().min(hours)
            })
            .sum();
        let least = i32::try_from(lost.max(asked - most)).unwrap_or(i32::MAX);
        *(if must { &mut out.must } else { &mut out.load }) += least;
    }
    out
}

/// Most windows of these that can be staffed at once at a half hour, up to `most` (augmenting paths).
fn matching(b: &Board<'_>, d: usize, windows: &[usize], half: usize, most: usize) -> usize {
    let can: Vec<Vec<usize>> = windows
        .iter()
        .map(|w| {
            let sits =
                |p: &usize| b.choices[*p][d].iter().any(|c| c.window == *w && b.halves(*c) >> half & 1 == 1);
            (0..b.people.len()).filter(sits).collect()
        })
        .collect();
    let mut at: Vec<Option<usize>> = vec![None; b.people.len()];
    let mut n = 0;
    for w in 0..windows.len() {
        if n == most {
            break;
        }
        let mut seen = vec![false; b.people.len()];
        n += usize::from(augment(&can, w, &mut at, &mut seen));
    }
    n
}

fn augment(can: &[Vec<usize>], w: usize, at: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for p in &can[w] {
        if std::mem::replace(&mut seen[*p], true) {
            continue;
        }
        if at[*p].is_none_or(|other| augment(can, other, at, seen)) {
            at[*p] = Some(w);
            return true;
        }
    }
    false
}

/// Ways to share patterns among windows that are tried one by one, at most.
const SHARES: usize = 1_000;
/// Patterns of a day that are looked at, at most.
const PATTERNS: usize = 64;

/// Half hours that are lost because shifts that meet cannot sit at one window, whoever there is. Nought where there are too many
/// ways to try.
fn packed(b: &Board<'_>, d: usize, l: &LineOn) -> i64 {
    let wanted = (0..HALVES).filter(|h| l.people[*h] > 0).fold(0u64, |m, h| m | 1 << h);
    let mut shifts: Vec<u64> = b.choices.iter().flat_map(|of| &of[d]).map(|c| b.halves(*c)).collect();
    shifts.sort_unstable();
    shifts.dedup();
    // What one window can have in a day: shifts that do not meet.
    let mut sets: Vec<u64> = vec![0];
    for s in &shifts {
        let more: Vec<u64> = sets.iter().filter(|set| *set & s == 0).map(|set| set | s).collect();
        sets.extend(more);
        if sets.len() > PATTERNS {
            return 0;
        }
    }
    let all: Vec<u64> = sets.into_iter().map(|s| s & wanted).collect();
    let mut best: Vec<u64> =
        all.iter().copied().filter(|s| !all.iter().any(|o| o != s && s & !o == 0)).collect();
    best.sort_unstable();
    best.dedup();
    // n windows share m patterns in (n + m - 1 over m - 1) ways.
    let (n, m) = (l.windows.len(), best.len());
    let mut ways = 1usize;
    for i in 1..m {
        ways = ways.saturating_mul(n + i) / i;
    }
    if ways > SHARES {
        return 0;
    }
    share(&best, n, &l.people.map(i64::from))
}

/// What is left of `asked` when so many windows take of these patterns, at least.
fn share(patterns: &[u64], windows: usize, asked: &[i64; HALVES]) -> i64 {
    let Some((first, rest)) = patterns.split_first() else {
        return asked.iter().map(|n| (*n).max(0)).sum();
    };
    let mut least = i64::MAX;
    let mut left = *asked;
    for taken in 0..=windows {
        // The last pattern is taken by all that are left: a pattern more does no harm.
        if !rest.is_empty() || taken == windows {
            least = least.min(share(rest, windows - taken, &left));
        }
        for (h, n) in left.iter_mut().enumerate() {
            *n -= i64::try_from(first >> h & 1).unwrap_or(0);
        }
    }
    least
}
