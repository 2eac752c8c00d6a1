//! 求解: first the duty that covers most, again and again; then many small random changes, fewer and fewer of them for the worse
//! (simulated annealing); then repair until nothing more can be covered. Cover set by hand goes before cover by demand, and
//! that before fairness. The dice are the same each time: same task, same plan.

use super::board::{Board, Choice, Gain, Task};
use super::repair::repair;
use super::{Duty, number};

/// A half hour of hand-set cover; of cover by demand; one step of a burden that is squared; a second where the first could be.
const MUST: i64 = 100_000_000;
const LOAD: i64 = 1_000_000;
const SHARE: i64 = 400;
const SECOND: i64 = 100;
/// A duty costs a little: nobody is called in for nothing.
const DUTY: i64 = 50;

/// Random changes for each day of each person, and at most.
const TRIES: u64 = 400;
const TRIES_MAX: u64 = 600_000;

struct Dice(u64);
impl Dice {
    fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn worth(gain: Gain) -> i64 {
    i64::from(gain.must) * MUST + i64::from(gain.load) * LOAD
}

/// What is won by this duty, beyond what it burdens.
fn value(b: &Board<'_>, p: usize, d: usize, c: Choice) -> i64 {
    let bears = b.bears(d, c).into_iter().zip(b.load[p]);
    // The square of a burden grows by this: the next one goes to who has fewest.
    let burden: i64 = bears.filter(|(bears, _)| *bears).map(|(_, n)| 2 * i64::from(n) + 1).sum();
    worth(b.gain(d, c)) - burden * SHARE - i64::from(c.second) * SECOND - DUTY
}

/// The best duty that nobody has yet, while one is worth it.
pub(super) fn fill(b: &mut Board<'_>, d: usize) {
    loop {
        let mut best: Option<(i64, usize, Choice)> = None;
        for p in 0..b.people.len() {
            if b.has(p, d).is_some() {
                continue;
            }
            for c in &b.choices[p][d] {
                let v = value(b, p, d, *c);
                if v > 0 && best.is_none_or(|x| v > x.0) && b.forbids(p, d, *c).is_none() {
                    best = Some((v, p, *c));
                }
            }
        }
        let Some((_, p, c)) = best else { break };
        b.put(p, d, c);
    }
}

/// A plan for the task: duties that break no hard rule.
pub fn plan(task: &Task<'_>) -> Vec<Duty> {
    let mut b = Board::new(*task);
    // The days with fewest people for what they ask go first.
    let mut order: Vec<usize> = (0..b.days).collect();
    let room = |d: &usize| b.choices.iter().filter(|of| !of[*d].is_empty()).count();
    order.sort_by_key(|d| (room(d), *d));
    for d in order {
        fill(&mut b, d);
    }
    anneal(&mut b);
    repair(&mut b);
    b.duties()
}

fn anneal(b: &mut Board<'_>) {
    let places: Vec<(usize, usize)> = (0..b.people.len())
        .flat_map(|p| (0..b.days).map(move |d| (p, d)))
        .filter(|(p, d)| !b.choices[*p][*d].is_empty())
        .collect();
    if places.is_empty() {
        return;
    }
    let seed = number(b.task.first).unsigned_abs() ^ (places.len() as u64) << 20 ^ 0x9E37_79B9_7F4A_7C15;
    let mut dice = Dice(seed | 1);
    let n = (places.len() as u64 * TRIES).min(TRIES_MAX);
    let (hot, cold) = (2.0 * LOAD as f64, SECOND as f64);
    let mut best = (total(b), b.duties());
    let mut now = best.0;
    for i in 0..n {
        let heat = hot * (cold / hot).powf(i as f64 / n as f64);
        let (p, d) = places[dice.below(places.len())];
        let all = &b.choices[p][d];
        let pick = dice.below(all.len() + 1);
        let Some(won) = change(b, p, d, all.get(pick).copied(), |won| {
            won >= 0 || dice.unit() < (won as f64 / heat).exp()
        }) else {
            continue;
        };
        now += won;
        if now > best.0 && (i % 64 == 0 || i + 1 == n) {
            best = (now, b.duties());
        }
    }
    if best.0 > now {
        for d in 0..b.days {
            for p in 0..b.people.len() {
                b.take(p, d);
            }
        }
        b.seat_all(&best.1);
    }
}

/// Worth of all, to compare two states of one board.
fn total(b: &Board<'_>) -> i64 {
    let mut out = -worth(b.unmet());
    for n in b.load.iter().flatten() {
        out -= i64::from(*n).pow(2) * SHARE;
    }
    for d in 0..b.days {
        for c in (0..b.people.len()).filter_map(|p| b.has(p, d)) {
            out -= DUTY + i64::from(c.second) * SECOND;
        }
    }
    out
}

/// Somebody takes another duty of the day, or none; who sat there takes theirs, where they may, or none. Answers what was won
/// when it is kept.
fn change(
    b: &mut Board<'_>,
    p: usize,
    d: usize,
    to: Option<Choice>,
    keep: impl FnOnce(i64) -> bool,
) -> Option<i64> {
    let old = b.has(p, d);
    if old == to {
        return None;
    }
    let sitting = to.map(|c| {
        let mut all = b.seated(d, c.window, b.halves(c)).filter(|q| *q != p);
        (all.next(), all.next())
    });
    let q = match sitting {
        Some((_, Some(_))) => return None,
        Some((q, None)) => q,
        None => None,
    };
    let mut won = 0;
    let take = |b: &mut Board<'_>, who: usize| {
        let had = b.take(who, d);
        (had, had.map_or(0, |c| value(b, who, d, c)))
    };
    let (_, lost) = take(b, p);
    won -= lost;
    let (had, lost) = q.map_or((None, 0), |q| take(b, q));
    won -= lost;
    let mut ok = true;
    if let Some(c) = to {
        ok = b.forbids(p, d, c).is_none();
        if ok {
            won += value(b, p, d, c);
            b.put(p, d, c);
        }
    }
    let mut back = None;
    if let (true, Some(q), Some(o)) = (ok, q, old) {
        back = b.choices[q][d].iter().copied().find(|c| (c.shift, c.window) == (o.shift, o.window));
        back = back.filter(|c| b.forbids(q, d, *c).is_none());
        if let Some(c) = back {
            won += value(b, q, d, c);
            b.put(q, d, c);
        }
    }
    if ok && keep(won) {
        return Some(won);
    }
    if let (Some(q), Some(_)) = (q, back) {
        b.take(q, d);
    }
    if ok && to.is_some() {
        b.take(p, d);
    }
    if let (Some(q), Some(c)) = (q, had) {
        b.put(q, d, c);
    }
    if let Some(c) = old {
        b.put(p, d, c);
    }
    None
}
