//! Good schedules: priority rules with serial and parallel generation, biased sampling, justification.

use super::{Project, bounds};
use crate::rng::Rng;

/// What is held at each moment, grown as needed.
struct Profile {
    used: Vec<u32>,
    kinds: usize,
}

impl Profile {
    const fn new(kinds: usize) -> Self {
        Self { used: Vec::new(), kinds }
    }
    /// The earliest moment from `t` at which a job fits for its whole duration.
    fn fit(&self, p: &Project, job: usize, from: u32) -> u32 {
        let (d, need) = (p.durations[job], &p.needs[job]);
        let mut t = from;
        let mut run = 0;
        let mut at = from;
        while run < d {
            let row = at as usize * self.kinds;
            if row >= self.used.len() {
                break;
            }
            let full = (0..self.kinds).any(|r| need[r] > 0 && self.used[row + r] + need[r] > p.capacity[r]);
            at += 1;
            if full {
                t = at;
                run = 0;
            } else {
                run += 1;
            }
        }
        t
    }
    fn hold(&mut self, p: &Project, job: usize, t: u32) {
        let end = (t + p.durations[job]) as usize * self.kinds;
        if self.used.len() < end {
            self.used.resize(end, 0);
        }
        for m in t..t + p.durations[job] {
            for r in 0..self.kinds {
                self.used[m as usize * self.kinds + r] += p.needs[job][r];
            }
        }
    }
}

/// Serial generation: jobs in the order of `rank` (smallest first) among those whose predecessors are
/// placed, each as early as it fits.
fn serial(p: &Project, rank: &[f64]) -> (Vec<u32>, u32) {
    let n = p.len();
    let mut waiting: Vec<usize> = p.before.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..n).filter(|&j| waiting[j] == 0).collect();
    let mut start = vec![0u32; n];
    let mut profile = Profile::new(p.capacity.len());
    let mut end = 0;
    while let Some(k) = (0..ready.len()).min_by(|&a, &b| rank[ready[a]].total_cmp(&rank[ready[b]])) {
        let j = ready.swap_remove(k);
        let from = p.before[j].iter().map(|&i| start[i] + p.durations[i]).max().unwrap_or(0);
        start[j] = profile.fit(p, j, from);
        profile.hold(p, j, start[j]);
        end = end.max(start[j] + p.durations[j]);
        for &s in p.dag.next(j) {
            waiting[s] -= 1;
            if waiting[s] == 0 {
                ready.push(s);
            }
        }
    }
    (start, end)
}

/// Parallel generation: at each moment as many as fit, best rank first.
fn parallel(p: &Project, rank: &[f64]) -> (Vec<u32>, u32) {
    let n = p.len();
    let mut start = vec![u32::MAX; n];
    let mut left = n;
    let (mut now, mut end) = (0u32, 0);
    let mut free = p.capacity.clone();
    let mut running: Vec<usize> = Vec::new();
    let done = |start: &[u32], j: usize, now: u32| start[j] != u32::MAX && start[j] + p.durations[j] <= now;
    while left > 0 {
        let mut ready: Vec<usize> = (0..n)
            .filter(|&j| start[j] == u32::MAX && p.before[j].iter().all(|&i| done(&start, i, now)))
            .collect();
        ready.sort_by(|&a, &b| rank[a].total_cmp(&rank[b]));
        let mut instant = false;
        for j in ready {
            if p.needs[j].iter().zip(&free).all(|(a, b)| a <= b) {
                start[j] = now;
                left -= 1;
                end = end.max(now + p.durations[j]);
                if p.durations[j] == 0 {
                    instant = true;
                    continue;
                }
                running.push(j);
                for (f, need) in free.iter_mut().zip(&p.needs[j]) {
                    *f -= need;
                }
            }
        }
        if instant {
            continue;
        }
        let Some(next) = running.iter().map(|&j| start[j] + p.durations[j]).min() else { break };
        now = next;
        running.retain(|&j| {
            let over = start[j] + p.durations[j] <= now;
            if over {
                for (f, need) in free.iter_mut().zip(&p.needs[j]) {
                    *f += need;
                }
            }
            !over
        });
    }
    (start, end)
}

/// Every job as late as it fits, last finished first; then as early as it fits, first started first.
fn justify(p: &Project, start: &[u32], end: u32) -> (Vec<u32>, u32) {
    let n = p.len();
    let mut order: Vec<usize> = (0..n).collect();
    let position = positions(p);
    order.sort_by_key(|&j| (std::cmp::Reverse(start[j] + p.durations[j]), std::cmp::Reverse(position[j])));
    // Mirrored in time the latest fit is the earliest fit.
    let mut profile = Profile::new(p.capacity.len());
    let mut mirrored = vec![0u32; n];
    for &j in &order {
        let from = p.dag.next(j).iter().map(|&s| mirrored[s] + p.durations[s]).max().unwrap_or(0);
        mirrored[j] = profile.fit(p, j, from);
        profile.hold(p, j, mirrored[j]);
    }
    let late: Vec<f64> =
        (0..n).map(|j| f64::from(end) - f64::from(mirrored[j]) - f64::from(p.durations[j])).collect();
    serial(p, &late)
}

fn positions(p: &Project) -> Vec<usize> {
    let mut position = vec![0; p.len()];
    for (k, &j) in p.dag.topo().iter().enumerate() {
        position[j] = k;
    }
    position
}

/// The best schedule of all rules, then of `rounds` samples around them, each justified.
pub(super) fn best(p: &Project, rounds: u32, lower: u32) -> (Vec<u32>, u32) {
    let tails = bounds::tails(p);
    let (heads, _) = bounds::heads(p);
    let n = p.len();
    let rules: [Vec<f64>; 4] = [
        // latest start, total work behind, number behind, shortest slack
        tails.iter().map(|t| -f64::from(*t)).collect(),
        (0..n)
            .map(|j| -f64::from(p.durations[j] + p.dag.next(j).iter().map(|&s| p.durations[s]).sum::<u32>()))
            .collect(),
        (0..n).map(|j| -(p.dag.next(j).len() as f64) - f64::from(tails[j]) / 1e6).collect(),
        (0..n).map(|j| f64::from(heads[j]) - f64::from(tails[j])).collect(),
    ];
    let mut best: Option<(Vec<u32>, u32)> = None;
    let mut keep = |s: (Vec<u32>, u32)| {
        let j = justify(p, &s.0, s.1);
        let s = if j.1 < s.1 { j } else { s };
        let better = best.as_ref().is_none_or(|b| s.1 < b.1);
        if better {
            best = Some(s);
        }
        best.as_ref().map_or(u32::MAX, |b| b.1)
    };
    for rule in &rules {
        keep(serial(p, rule));
        if keep(parallel(p, rule)) <= lower {
            return best.unwrap_or_default();
        }
    }
    let mut rng = Rng::new(1);
    let width = f64::from(tails.iter().copied().max().unwrap_or(1)).max(1.0);
    for k in 0..rounds {
        let rule = &rules[k as usize % 2 * 3];
        let noise = width * [0.05, 0.15, 0.4][k as usize % 3];
        let rank: Vec<f64> = rule.iter().map(|r| r + noise * rng.normal()).collect();
        let s = if k % 2 == 0 { serial(p, &rank) } else { parallel(p, &rank) };
        if keep(s) <= lower {
            break;
        }
    }
    best.unwrap_or_default()
}
