//! Discovery (发现流程): the inductive miner, also for logs with infrequent behaviour.
//!
//! From Leemans, *Robust Process Mining with Guarantees*: every tree is sound, and without a noise threshold
//! it fits the log completely. Ties and orders are fixed, so the same log always gives the same tree.

mod cuts;
mod graph;

use hashbrown::HashMap;

use crate::error::Error;
use crate::log::Log;
use crate::model::Tree;
use crate::variants::Variants;

use cuts::{Cut, Kind};
use graph::Graph;

/// Different traces with their number; activities are numbers in the order of their names.
type Traces = Vec<(Vec<u16>, u64)>;

/// Activities in a log that is mined, at most.
pub const MOST_ACTIVITIES: usize = 2_000;

/// Discovers a process tree. `noise` 0 gives the inductive miner (fits completely); above 0, at most 1, pairs
/// rarer than this part of the strongest pair of the same source are left out where nothing else is found.
/// Fails on more than [`MOST_ACTIVITIES`] activities: no tree of them could be read.
pub fn inductive_miner(log: &Log, noise: f64) -> Result<Tree, Error> {
    if log.activities.len() > MOST_ACTIVITIES {
        return Err(Error::TooLarge { what: "活动 / activities", limit: MOST_ACTIVITIES as u64 });
    }
    let variants = Variants::of(log);
    let mut names: Vec<&str> = log.activities.iter().collect();
    names.sort_unstable();
    let number: Vec<u16> = log
        .activities
        .iter()
        .map(|n| names.binary_search(&n).ok().and_then(|i| u16::try_from(i).ok()).unwrap_or(u16::MAX))
        .collect();
    let trace = |v: u32| variants.trace(log, v).iter().map(|&a| number[a as usize]).collect();
    let traces = (0..variants.len() as u32).map(|v| (trace(v), variants.count[v as usize])).collect();
    let miner = Miner { names, noise: noise.clamp(0.0, 1.0) };
    Ok(miner.mine(traces, 0).folded())
}

struct Miner<'a> {
    names: Vec<&'a str>,
    noise: f64,
}

/// Splits by projecting: traces that become equal are joined.
fn joined(traces: impl Iterator<Item = (Vec<u16>, u64)>) -> Traces {
    let mut all: HashMap<Vec<u16>, u64> = HashMap::new();
    for (trace, count) in traces {
        *all.entry(trace).or_default() += count;
    }
    let mut list: Traces = all.into_iter().collect();
    list.sort_unstable();
    list
}

impl Miner<'_> {
    fn mine(&self, mut traces: Traces, depth: usize) -> Tree {
        let empty: u64 = traces.iter().filter(|t| t.0.is_empty()).map(|t| t.1).sum();
        let all: u64 = traces.iter().map(|t| t.1).sum();
        if empty > 0 {
            traces.retain(|t| !t.0.is_empty());
            if traces.is_empty() {
                return Tree::Tau;
            }
            if self.noise == 0.0 || empty as f64 > self.noise * all as f64 {
                return Tree::Choice(vec![Tree::Tau, self.mine(traces, depth + 1)]);
            }
        }
        match &traces[..] {
            [] => return Tree::Tau,
            [(trace, _)] if trace.len() == 1 => return self.leaf(trace[0]),
            _ => {}
        }
        let graph = Graph::of(&traces, None);
        // Blocks deeper than a log can be long do not occur; the bound only guards the stack.
        if depth > 1000 {
            return self.flower(&graph);
        }
        if let Some(cut) = cuts::find(&graph) {
            return self.split(&cut, &graph, traces, depth);
        }
        if self.noise > 0.0 {
            let strong = graph.without_noise(self.noise);
            if let Some(cut) = cuts::find(&strong) {
                return self.split(&cut, &strong, traces, depth);
            }
        }
        self.fall_through(&graph, traces, depth)
    }

    fn leaf(&self, activity: u16) -> Tree {
        Tree::Activity(self.names.get(activity as usize).copied().unwrap_or_default().to_owned())
    }

    fn split(&self, cut: &Cut, graph: &Graph, traces: Traces, depth: usize) -> Tree {
        let parts = cuts::project(cut, graph, &traces);
        drop(traces);
        let children = parts.into_iter().map(|p| self.mine(p, depth + 1)).collect();
        match cut.kind {
            Kind::Choice => Tree::Choice(children),
            Kind::Sequence => Tree::Sequence(children),
            Kind::Parallel => Tree::Parallel(children),
            Kind::Loop => Tree::Loop(children),
        }
    }

    /// No cut: an activity beside the rest, a loop of whole passes, or at the very last a flower.
    fn fall_through(&self, graph: &Graph, traces: Traces, depth: usize) -> Tree {
        let beside = graph.once_in_each_trace(&traces).or_else(|| {
            graph.activities.iter().copied().find(|&a| cuts::find(&Graph::of(&traces, Some(a))).is_some())
        });
        if let Some(a) = beside {
            let only = |keep: bool| {
                joined(
                    traces
                        .iter()
                        .map(|(t, n)| (t.iter().copied().filter(|&x| (x == a) == keep).collect(), *n)),
                )
            };
            let (alone, rest) = (only(true), only(false));
            drop(traces);
            return Tree::Parallel(vec![self.mine(alone, depth + 1), self.mine(rest, depth + 1)]);
        }
        let before: u64 = traces.iter().map(|t| t.1).sum();
        for strict in [true, false] {
            let passes = graph.passes(&traces, strict);
            if passes.iter().map(|t| t.1).sum::<u64>() > before {
                return Tree::Loop(vec![self.mine(joined(passes.into_iter()), depth + 1), Tree::Tau]);
            }
        }
        self.flower(graph)
    }

    fn flower(&self, graph: &Graph) -> Tree {
        let leaves = graph.activities.iter().map(|&a| self.leaf(a)).collect();
        Tree::Loop(vec![Tree::Tau, Tree::Choice(leaves)])
    }
}
