//! 补班: covers what is not covered with as few changes as can be: first somebody who has nothing that day; then one who takes
//! another duty; then one who moves while somebody free takes their place; then one whose duty of another day goes to
//! somebody else. Each step covers more than before, so it ends; what it leaves alone it would leave alone again.

use std::collections::BTreeMap;

use super::board::{Board, Choice, Gain, Task};
use super::search::fill;
use super::{Duty, number};

/// Duties after a change: every old one that breaks no hard rule stays, and what is not covered is covered with as few moves
/// as can be.
pub fn replan(task: &Task<'_>, old: &[Duty]) -> Vec<Duty> {
    let mut b = Board::new(*task);
    b.seat_all(old);
    repair(&mut b);
    b.duties()
}

/// Days of people on which something else stands than before.
pub fn moved(old: &[Duty], new: &[Duty]) -> usize {
    let key = |d: &Duty| ((d.day, d.staff), (d.window, d.shift.clone()));
    let (a, b): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (old.iter().map(key).collect(), new.iter().map(key).collect());
    let changed = b.iter().filter(|(k, v)| a.get(k) != Some(v)).count();
    changed + a.keys().filter(|k| !b.contains_key(k)).count()
}

pub(super) fn repair(b: &mut Board<'_>) {
    let short: Vec<usize> = (0..b.days).filter(|d| b.lacks(*d)).collect();
    for d in short {
        loop {
            fill(b, d);
            if !b.lacks(d) || !(change_one(b, d) || stand_in(b, d) || free_hours(b, d)) {
                break;
            }
        }
    }
    // A day that was done may have been given hours by a later one.
    if (0..b.days)
        .any(|d| b.lacks(d) && (can_fill(b, d) || change_one(b, d) || stand_in(b, d) || free_hours(b, d)))
    {
        repair(b);
    }
}

fn can_fill(b: &Board<'_>, d: usize) -> bool {
    (0..b.people.len()).any(|p| {
        b.has(p, d).is_none()
            && b.choices[p][d]
                .iter()
                .any(|c| b.gain(d, *c) > Gain::default() && b.forbids(p, d, *c).is_none())
    })
}

/// One who has a duty takes another that covers more.
fn change_one(b: &mut Board<'_>, d: usize) -> bool {
    for p in 0..b.people.len() {
        let Some(had) = b.take(p, d) else { continue };
        let kept = b.gain(d, had);
        let better = b.choices[p][d]
            .iter()
            .copied()
            .filter(|c| b.gain(d, *c) > kept && b.forbids(p, d, *c).is_none())
            .max_by_key(|c| (b.gain(d, *c), std::cmp::Reverse((c.second, c.shift, c.window))));
        b.put(p, d, better.unwrap_or(had));
        if better.is_some() {
            return true;
        }
    }
    false
}

/// One moves to what is not covered, and somebody who has nothing takes their place.
fn stand_in(b: &mut Board<'_>, d: usize) -> bool {
    for q in 0..b.people.len() {
        let Some(had) = b.take(q, d) else { continue };
        let kept = b.gain(d, had);
        for c in b.choices[q][d].clone() {
            if c == had || b.gain(d, c) == Gain::default() || b.forbids(q, d, c).is_some() {
                continue;
            }
            let won = b.gain(d, c);
            b.put(q, d, c);
            let takes = (0..b.people.len()).filter(|p| *p != q && b.has(*p, d).is_none()).find_map(|p| {
                let same = |c: &&Choice| (c.shift, c.window) == (had.shift, had.window);
                let place = b.choices[p][d].iter().find(same).copied()?;
                (won + b.gain(d, place) > kept && b.forbids(p, d, place).is_none()).then_some((p, place))
            });
            if let Some((p, place)) = takes {
                b.put(p, d, place);
                return true;
            }
            b.take(q, d);
        }
        b.put(q, d, had);
    }
    false
}

/// One whom hours, rest or a row of days forbid what is not covered gives a duty of a day near by to somebody else.
fn free_hours(b: &mut Board<'_>, d: usize) -> bool {
    for p in 0..b.people.len() {
        if b.has(p, d).is_some() {
            continue;
        }
        for c in b.choices[p][d].clone() {
            let won = b.gain(d, c);
            if won == Gain::default() || b.forbids(p, d, c).is_none() {
                continue;
            }
            for other in d.saturating_sub(6)..(d + 7).min(b.days) {
                let Some(had) = b.take(p, other) else { continue };
                let kept = b.gain(other, had);
                let takes = if b.forbids(p, d, c).is_some() {
                    None
                } else {
                    (0..b.people.len()).filter(|q| *q != p && b.has(*q, other).is_none()).find_map(|q| {
                        let same = |c: &&Choice| (c.shift, c.window) == (had.shift, had.window);
                        let place = b.choices[q][other].iter().find(same).copied()?;
                        b.forbids(q, other, place).is_none().then_some((q, place))
                    })
                };
                if let Some((q, place)) = takes {
                    b.put(p, d, c);
                    b.put(q, other, place);
                    return true;
                }
                if won > kept && b.forbids(p, d, c).is_none() {
                    b.put(p, d, c);
                    return true;
                }
                b.put(p, other, had);
            }
        }
    }
    false
}

/// Days of the task on which these duties are, for who asks whether a list is of the task.
pub(super) fn is_of(task: &Task<'_>, d: &Duty) -> bool {
    (number(task.first)..=number(task.last)).contains(&number(d.day))
}
