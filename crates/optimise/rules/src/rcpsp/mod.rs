//! The shortest schedule when every unit has limited staff (RCPSP, O2): a good one, a bound, and where the
//! search ends in time, proof.
//!
//! Knows whole-number durations, precedence and renewable resources. Must not know steps, days or the
//! clock: how long may be searched is a number of nodes.

mod bounds;
mod exact;
mod psplib;
mod sgs;

use serde::Serialize;

use crate::OptimiseError;
use crate::graph::Dag;
pub use psplib::read_psplib;

/// Jobs of one project at most.
pub const MAX_JOBS: usize = 4_096;

/// A project: jobs with whole durations, orders, and how much of each resource a job holds while it runs.
#[derive(Clone, Debug)]
pub struct Project {
    durations: Vec<u32>,
    needs: Vec<Vec<u32>>,
    capacity: Vec<u32>,
    dag: Dag,
    /// for every job the jobs directly before it
    before: Vec<Vec<usize>>,
}

/// A schedule with how good it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// start of every job
    pub start: Vec<u32>,
    /// end of the last job
    pub makespan: u32,
    /// no schedule is shorter than this
    pub lower_bound: u32,
    /// is it proven that none is shorter
    pub proven: bool,
    /// nodes that were searched
    pub nodes: u64,
}

impl Project {
    /// Builds a project. `edges` are (before, after); `needs[job][resource]`.
    pub fn new(
        durations: Vec<u32>,
        edges: impl IntoIterator<Item = (usize, usize)>,
        needs: Vec<Vec<u32>>,
        capacity: Vec<u32>,
    ) -> Result<Self, OptimiseError> {
        let n = durations.len();
        if n > MAX_JOBS {
            return Err(OptimiseError::TooMany { path: "jobs".into(), count: n, limit: MAX_JOBS });
        }
        let longest: u64 = durations.iter().map(|d| u64::from(*d)).sum();
        if longest > 1_000_000 {
            return Err(OptimiseError::cannot(
                "工期之和超过 1,000,000 个时间单位，请用更大的单位",
                "the durations add up to more than 1,000,000 units: use a larger unit",
            ));
        }
        for (j, need) in needs.iter().enumerate() {
            if need.len() != capacity.len() || need.iter().zip(&capacity).any(|(a, c)| a > c) {
                return Err(OptimiseError::cannot(
                    format!("第 {} 项需要的人手超过单位所有，无法安排", j + 1),
                    format!("job {} needs more than there is: no schedule exists", j + 1),
                ));
            }
        }
        let edges: Vec<_> = edges.into_iter().collect();
        if needs.len() != n || edges.iter().any(|(a, b)| *a >= n || *b >= n) {
            return Err(OptimiseError::cannot("工序编号不一致", "job numbers do not agree"));
        }
        let dag = Dag::new(n, edges).map_err(|round| OptimiseError::Cycle {
            cycle: round.iter().map(|i| (i + 1).to_string()).collect::<Vec<_>>().join(" → "),
            steps: round.iter().map(|i| (i + 1).to_string()).collect(),
        })?;
        let mut before = vec![Vec::new(); n];
        for (a, b) in dag.edges() {
            before[b].push(a);
        }
        Ok(Self { durations, needs, capacity, dag, before })
    }
    /// Number of jobs.
    pub const fn len(&self) -> usize {
        self.durations.len()
    }
    /// Are there no jobs?
    pub const fn is_empty(&self) -> bool {
        self.durations.is_empty()
    }
    /// One after another.
    pub fn serial(&self) -> u32 {
        self.durations.iter().sum()
    }
    /// Longest path, as if nothing were limited.
    pub fn critical_path(&self) -> u32 {
        bounds::heads(self).1
    }
    /// Does the schedule keep every order and every limit?
    pub fn allows(&self, start: &[u32]) -> bool {
        let ordered = self.dag.edges().all(|(a, b)| start[a] + self.durations[a] <= start[b]);
        let mut events: Vec<u32> = start.to_vec();
        events.dedup();
        let fits = |t: u32| {
            (0..self.capacity.len()).all(|r| {
                let held = (0..self.len()).filter(|&j| start[j] <= t && t < start[j] + self.durations[j]);
                held.map(|j| self.needs[j][r]).sum::<u32>() <= self.capacity[r]
            })
        };
        start.len() == self.len() && ordered && events.into_iter().all(fits)
    }
    /// The shortest schedule found by searching at most `nodes` nodes; the same input gives the same answer.
    pub fn solve(&self, nodes: u64) -> Schedule {
        exact::solve(self, nodes)
    }
    /// A good schedule by priority rules, sampling and justification only, with a lower bound.
    pub fn heuristic(&self, rounds: u32) -> Schedule {
        let lower = bounds::lower(self);
        let (start, makespan) = sgs::best(self, rounds, lower);
        Schedule { start, makespan, lower_bound: lower, proven: makespan == lower, nodes: 0 }
    }
}

#[cfg(test)]
mod tests;
