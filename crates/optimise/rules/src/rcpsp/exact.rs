//! Proof of the shortest schedule: depth-first branch and bound over minimal delaying alternatives
//! (Demeulemeester and Herroelen 1992), with the cut-set rule and work bounds.
//!
//! At each moment everything that may begin begins; where more is needed than there is, every smallest
//! set of running jobs that must be put off is tried.

use std::collections::HashMap;

use super::{Project, Schedule, bounds, sgs};

/// Jobs at most for which proof is tried.
const EXACT_JOBS: usize = 128;
/// States remembered at most.
const MEMORY: usize = 2_000_000;
/// Running jobs at most among which alternatives are enumerated.
const RUNNING: usize = 22;
const DEPTH: usize = 3_000;
const NOT_YET: u32 = u32::MAX;
const ROUNDS: u32 = 400;

/// What is remembered of a state: the moment and the ends of the running jobs.
struct Seen {
    at: u32,
    ends: Vec<(u8, u32)>,
}

struct Search<'a> {
    p: &'a Project,
    tails: Vec<u32>,
    best: Vec<u32>,
    upper: u32,
    lower: u32,
    nodes: u64,
    limit: u64,
    /// some part of the tree was left out
    cut_short: bool,
    seen: HashMap<u128, Vec<Seen>>,
    remembered: usize,
}

/// Searches at most `limit` nodes.
pub(super) fn solve(p: &Project, limit: u64) -> Schedule {
    let lower = bounds::lower(p);
    let (start, makespan) = sgs::best(p, ROUNDS, lower);
    if makespan <= lower || p.len() > EXACT_JOBS {
        return Schedule { start, makespan, lower_bound: lower, proven: makespan <= lower, nodes: 0 };
    }
    let mut search = Search {
        p,
        tails: bounds::tails(p),
        best: start,
        upper: makespan,
        lower,
        nodes: 0,
        limit,
        cut_short: false,
        seen: HashMap::new(),
        remembered: 0,
    };
    search.dive(vec![NOT_YET; p.len()], 0, lower, 0);
    let proven = !search.cut_short || search.upper <= lower;
    let lower_bound = if proven { search.upper } else { lower };
    Schedule { start: search.best, makespan: search.upper, lower_bound, proven, nodes: search.nodes }
}

impl Search<'_> {
    fn end(&self, start: &[u32], j: usize) -> u32 {
        start[j] + self.p.durations[j]
    }

    fn dive(&mut self, mut start: Vec<u32>, now: u32, bound: u32, depth: usize) {
        if self.upper <= self.lower {
            return;
        }
        if self.nodes >= self.limit || depth >= DEPTH {
            self.cut_short = true;
            return;
        }
        self.nodes += 1;
        if self.dominated(&start, now) {
            return;
        }
        self.begin(&mut start, now);
        if start.iter().all(|s| *s != NOT_YET) && self.fits(&start, now) {
            let end = (0..start.len()).map(|j| self.end(&start, j)).max().unwrap_or(0);
            if end < self.upper {
                self.upper = end;
                self.best = start;
            }
            return;
        }
        let running: Vec<usize> =
            (0..start.len()).filter(|&j| start[j] != NOT_YET && self.end(&start, j) > now).collect();
        if running.len() > RUNNING {
            self.cut_short = true;
            return;
        }
        let mut next = Vec::new();
        for put_off in self.alternatives(&running) {
            let stays = running.iter().filter(|j| !put_off.contains(j));
            let Some(then) = stays.map(|&j| self.end(&start, j)).min() else { continue };
            let late = put_off.iter().map(|&j| then + self.tails[j]).max().unwrap_or(0);
            let mut child = start.clone();
            for &j in &put_off {
                child[j] = NOT_YET;
            }
            let bound = bound.max(late).max(self.work(&child, then));
            if bound < self.upper {
                next.push((bound, put_off.len(), then, child));
            }
        }
        next.sort_by_key(|(bound, n, then, _)| (*bound, *n, *then));
        for (bound, _, then, child) in next {
            if bound < self.upper {
                self.dive(child, then, bound, depth + 1);
            }
        }
    }

    /// Begins everything whose predecessors have ended; jobs without duration may free others at once.
    fn begin(&self, start: &mut [u32], now: u32) {
        loop {
            let mut instant = false;
            for j in 0..start.len() {
                let free = start[j] == NOT_YET
                    && self.p.before[j].iter().all(|&i| start[i] != NOT_YET && self.end(start, i) <= now);
                if free {
                    start[j] = now;
                    instant |= self.p.durations[j] == 0;
                }
            }
            if !instant {
                return;
            }
        }
    }

    fn fits(&self, start: &[u32], now: u32) -> bool {
        (0..self.p.capacity.len()).all(|r| {
            let held = (0..start.len()).filter(|&j| start[j] <= now && self.end(start, j) > now);
            held.map(|j| self.p.needs[j][r]).sum::<u32>() <= self.p.capacity[r]
        })
    }

    /// Every smallest set of running jobs without which the others fit; the empty set when all fit.
    fn alternatives(&self, running: &[usize]) -> Vec<Vec<usize>> {
        let over: Vec<u32> = (0..self.p.capacity.len())
            .map(|r| {
                running.iter().map(|&j| self.p.needs[j][r]).sum::<u32>().saturating_sub(self.p.capacity[r])
            })
            .collect();
        if over.iter().all(|o| *o == 0) {
            return vec![Vec::new()];
        }
        let useful: Vec<usize> = running
            .iter()
            .copied()
            .filter(|&j| over.iter().zip(&self.p.needs[j]).any(|(o, n)| *o > 0 && *n > 0))
            .collect();
        let relieves = |mask: u32| {
            over.iter().enumerate().all(|(r, o)| {
                let freed = useful.iter().enumerate().filter(|(k, _)| mask >> k & 1 == 1);
                freed.map(|(_, &j)| self.p.needs[j][r]).sum::<u32>() >= *o
            })
        };
        let mut sets = Vec::new();
        for mask in 1..1u32 << useful.len() {
            let smallest = || (0..useful.len()).all(|k| mask >> k & 1 == 0 || !relieves(mask & !(1 << k)));
            if relieves(mask) && smallest() {
                sets.push(
                    useful.iter().enumerate().filter(|(k, _)| mask >> k & 1 == 1).map(|(_, &j)| j).collect(),
                );
            }
        }
        sets
    }

    /// The work left from `then` on cannot be done faster than all staff working together, and every
    /// job that is not begun needs its tail.
    fn work(&self, start: &[u32], then: u32) -> u32 {
        let mut bound = 0;
        for (r, &cap) in self.p.capacity.iter().enumerate().filter(|(_, c)| **c > 0) {
            let mut left = 0u64;
            let mut least = u32::MAX;
            for j in 0..start.len() {
                let d = if start[j] == NOT_YET {
                    self.p.durations[j]
                } else {
                    self.end(start, j).saturating_sub(then)
                };
                if d > 0 && self.p.needs[j][r] > 0 {
                    left += u64::from(d) * u64::from(self.p.needs[j][r]);
                    least = least.min(self.tails[j] - self.p.durations[j]);
                }
            }
            if left > 0 {
                bound = bound.max(then + left.div_ceil(u64::from(cap)) as u32 + least);
            }
        }
        let open = (0..start.len()).filter(|&j| start[j] == NOT_YET);
        open.map(|j| then + self.tails[j]).fold(bound, u32::max)
    }

    /// Was the same set of jobs placed before, no later and with no job ending later?
    fn dominated(&mut self, start: &[u32], now: u32) -> bool {
        let mut key = 0u128;
        let mut ends = Vec::new();
        for (j, s) in start.iter().enumerate().filter(|(_, s)| **s != NOT_YET) {
            key |= 1 << j;
            let end = s + self.p.durations[j];
            if end > now {
                ends.push((j as u8, end));
            }
        }
        let list = self.seen.entry(key).or_default();
        let ends_now = |j: u8| ends.iter().find(|(k, _)| *k == j).map_or(now, |(_, e)| *e);
        if list.iter().any(|s| s.at <= now && s.ends.iter().all(|(j, e)| *e <= ends_now(*j).max(now))) {
            return true;
        }
        if self.remembered < MEMORY {
            self.remembered += 1;
            list.push(Seen { at: now, ends });
        }
        false
    }
}
