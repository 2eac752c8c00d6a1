//! The directly-follows graph of a part of a log, small and local: activities are numbered densely.

use super::Traces;

/// A set of local activities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub fn new(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }
    pub fn insert(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }
    pub fn has(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 == 1
    }
    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
    pub fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|&i| self.has(i))
    }
}

/// Directly-follows counts between the activities of some traces.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    /// Activities that occur, rising.
    pub activities: Vec<u16>,
    /// From activity to its place in `activities`.
    pub local: Vec<u16>,
    /// `n × n` counts.
    pub follows: Vec<u64>,
    pub starts: Vec<u64>,
    pub ends: Vec<u64>,
}

impl Graph {
    /// The graph of traces; with `without`, as if that activity had been taken out of every trace.
    pub fn of(traces: &Traces, without: Option<u16>) -> Self {
        let max = traces.iter().flat_map(|t| &t.0).max().map_or(0, |&m| m as usize + 1);
        let mut seen = vec![false; max];
        traces.iter().flat_map(|t| &t.0).for_each(|&a| seen[a as usize] = true);
        if let Some(w) = without {
            seen[w as usize] = false;
        }
        let activities: Vec<u16> = (0..max).filter(|&a| seen[a]).map(|a| a as u16).collect();
        let mut local = vec![u16::MAX; max];
        activities.iter().enumerate().for_each(|(i, &a)| local[a as usize] = i as u16);
        let n = activities.len();
        let mut g = Self { activities, local, follows: vec![0; n * n], starts: vec![0; n], ends: vec![0; n] };
        for (trace, count) in traces {
            let mut last = usize::MAX;
            for &a in trace {
                let at = g.local[a as usize] as usize;
                if at >= n {
                    continue;
                }
                if last == usize::MAX {
                    g.starts[at] += count;
                } else {
                    g.follows[last * n + at] += count;
                }
                last = at;
            }
            if last != usize::MAX {
                g.ends[last] += count;
            }
        }
        g
    }

    pub fn n(&self) -> usize {
        self.activities.len()
    }
    pub fn edge(&self, a: usize, b: usize) -> bool {
        self.follows[a * self.n() + b] > 0
    }
    pub fn start_set(&self) -> Set {
        self.set_of(&self.starts)
    }
    pub fn end_set(&self) -> Set {
        self.set_of(&self.ends)
    }
    fn set_of(&self, counts: &[u64]) -> Set {
        let mut set = Set::new(self.n());
        counts.iter().enumerate().filter(|c| *c.1 > 0).for_each(|(i, _)| set.insert(i));
        set
    }

    /// For each activity the activities that it can reach, itself only through a cycle.
    pub fn reachable(&self) -> Vec<Set> {
        let n = self.n();
        let mut reach: Vec<Set> = (0..n)
            .map(|a| {
                let mut set = Set::new(n);
                (0..n).filter(|&b| self.edge(a, b)).for_each(|b| set.insert(b));
                set
            })
            .collect();
        for via in 0..n {
            let through = reach[via].clone();
            reach.iter_mut().filter(|r| r.has(via)).for_each(|r| r.join(&through));
        }
        reach
    }

    /// The graph without pairs and starts that are rare beside the strongest.
    pub fn without_noise(&self, noise: f64) -> Self {
        let n = self.n();
        let mut g = self.clone();
        for a in 0..n {
            let row = &self.follows[a * n..(a + 1) * n];
            let strongest = row.iter().copied().max().unwrap_or(0).max(self.ends[a]);
            for (b, &count) in row.iter().enumerate() {
                if count as f64 <= noise * strongest as f64 {
                    g.follows[a * n + b] = 0;
                }
            }
        }
        let most = self.starts.iter().copied().max().unwrap_or(0) as f64;
        g.starts.iter_mut().filter(|s| (**s as f64) < noise * most).for_each(|s| *s = 0);
        g.prune()
    }

    /// Leaves out activities that nothing touches any more.
    fn prune(self) -> Self {
        let n = self.n();
        let touched = |a: usize| {
            self.starts[a] > 0 || self.ends[a] > 0 || (0..n).any(|b| self.edge(a, b) || self.edge(b, a))
        };
        let kept: Vec<usize> = (0..n).filter(|&a| touched(a)).collect();
        if kept.len() == n {
            return self;
        }
        let mut local = vec![u16::MAX; self.local.len()];
        kept.iter().enumerate().for_each(|(i, &a)| local[self.activities[a] as usize] = i as u16);
        Self {
            activities: kept.iter().map(|&a| self.activities[a]).collect(),
            local,
            follows: kept
                .iter()
                .flat_map(|&a| kept.iter().map(move |&b| (a, b)))
                .map(|(a, b)| self.follows[a * n + b])
                .collect(),
            starts: kept.iter().map(|&a| self.starts[a]).collect(),
            ends: kept.iter().map(|&a| self.ends[a]).collect(),
        }
    }

    /// The first activity that occurs exactly once in every trace.
    pub fn once_in_each_trace(&self, traces: &Traces) -> Option<u16> {
        let mut once = vec![true; self.n()];
        let mut count = vec![0u32; self.n()];
        for (trace, _) in traces {
            trace.iter().for_each(|&a| count[self.local[a as usize] as usize] += 1);
            for (ok, n) in once.iter_mut().zip(&mut count) {
                *ok &= *n == 1;
                *n = 0;
            }
        }
        once.iter().position(|&ok| ok).map(|i| self.activities[i])
    }

    /// Traces cut into passes: before a start activity (that comes after an end activity, when `strict`).
    pub fn passes(&self, traces: &Traces, strict: bool) -> Traces {
        let at = |a: u16| self.local[a as usize] as usize;
        let mut out = Vec::new();
        for (trace, count) in traces {
            let mut from = 0;
            for i in 1..trace.len() {
                if self.starts[at(trace[i])] > 0 && (!strict || self.ends[at(trace[i - 1])] > 0) {
                    out.push((trace[from..i].to_vec(), *count));
                    from = i;
                }
            }
            out.push((trace[from..].to_vec(), *count));
        }
        out
    }
}
