//! Orders between steps as a directed acyclic graph: cycles, closure, reduction, longest paths.
//!
//! Knows numbers only; names and grounds belong to the model.

/// A set of small numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Room for `0..n`, empty.
    pub fn new(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }
    /// Is `i` in the set?
    #[inline]
    pub fn has(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 == 1
    }
    /// Puts `i` in.
    #[inline]
    pub fn put(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }
    /// Puts in everything of `other`.
    pub fn join(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a |= b;
        }
    }
}

/// A directed acyclic graph over the steps `0..n`.
#[derive(Clone, Debug)]
pub struct Dag {
    n: usize,
    /// successors, sorted, each once
    next: Vec<Vec<usize>>,
    topo: Vec<usize>,
}

impl Dag {
    /// Builds it; `Err` holds one cycle (its nodes in order, the first not repeated).
    pub fn new(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Result<Self, Vec<usize>> {
        let mut next = vec![Vec::new(); n];
        for (a, b) in edges {
            next[a].push(b);
        }
        for list in &mut next {
            list.sort_unstable();
            list.dedup();
        }
        let topo = topological(&next)?;
        Ok(Self { n, next, topo })
    }
    /// Number of nodes.
    pub const fn len(&self) -> usize {
        self.n
    }
    /// Are there no nodes?
    pub const fn is_empty(&self) -> bool {
        self.n == 0
    }
    /// Direct successors.
    pub fn next(&self, i: usize) -> &[usize] {
        &self.next[i]
    }
    /// The nodes, each after all that come before it; small numbers first among equals.
    pub fn topo(&self) -> &[usize] {
        &self.topo
    }
    /// All edges.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.next.iter().enumerate().flat_map(|(a, list)| list.iter().map(move |b| (a, *b)))
    }
    /// For every node all nodes that come after it.
    pub fn closure(&self) -> Vec<Bits> {
        let mut after = vec![Bits::new(self.n); self.n];
        for &i in self.topo.iter().rev() {
            let mut set = Bits::new(self.n);
            for &j in &self.next[i] {
                set.put(j);
                set.join(&after[j]);
            }
            after[i] = set;
        }
        after
    }
    /// The edges that no other path implies (transitive reduction): what a drawing needs.
    pub fn reduction(&self) -> Vec<(usize, usize)> {
        let after = self.closure();
        self.edges().filter(|&(a, b)| !self.next[a].iter().any(|&c| c != b && after[c].has(b))).collect()
    }
    /// Earliest starts when step `i` takes `take[i]`, and the length of the whole.
    pub fn earliest(&self, take: &[f64]) -> (Vec<f64>, f64) {
        let mut start = vec![0.0f64; self.n];
        let mut end = 0.0f64;
        for &i in &self.topo {
            let done = start[i] + take[i];
            end = end.max(done);
            for &j in &self.next[i] {
                start[j] = start[j].max(done);
            }
        }
        (start, end)
    }
    /// Latest starts that keep the length `end`.
    pub fn latest(&self, take: &[f64], end: f64) -> Vec<f64> {
        let mut late: Vec<f64> = take.iter().map(|t| end - t).collect();
        for &i in self.topo.iter().rev() {
            for &j in &self.next[i] {
                late[i] = late[i].min(late[j] - take[i]);
            }
        }
        late
    }
    /// One longest path (ids in order). Among equals the one with the smallest numbers; nodes with
    /// `present[i] == false` are passed through without being named.
    pub fn critical(&self, take: &[f64], present: &[bool]) -> Vec<usize> {
        let mut tail = vec![0.0f64; self.n];
        for &i in self.topo.iter().rev() {
            tail[i] = take[i] + self.next[i].iter().map(|&j| tail[j]).fold(0.0, f64::max);
        }
        let best = |from: &mut dyn Iterator<Item = usize>| {
            from.fold(None, |b: Option<usize>, j| match b {
                Some(k) if tail[k] >= tail[j] - 1e-9 => Some(k),
                _ => Some(j),
            })
        };
        let mut path = Vec::new();
        let mut at = best(&mut (0..self.n));
        while let Some(i) = at.filter(|&i| tail[i] > 0.0 || path.is_empty()) {
            path.push(i);
            at = best(&mut self.next[i].iter().copied());
        }
        path.retain(|&i| present[i]);
        path
    }
    /// The depth of every node: 0 without predecessor, else one more than the deepest predecessor.
    pub fn levels(&self) -> Vec<usize> {
        let mut level = vec![0; self.n];
        for &i in &self.topo {
            for &j in &self.next[i] {
                level[j] = level[j].max(level[i] + 1);
            }
        }
        level
    }
    /// A shortest chain of nodes from `a` to `b` (both included), if `b` comes after `a`.
    pub fn chain(&self, a: usize, b: usize) -> Option<Vec<usize>> {
        let mut from = vec![usize::MAX; self.n];
        let mut queue = std::collections::VecDeque::from([a]);
        while let Some(i) = queue.pop_front() {
            for &j in &self.next[i] {
                if from[j] == usize::MAX {
                    from[j] = i;
                    queue.push_back(j);
                }
            }
        }
        (from[b] != usize::MAX).then(|| {
            let mut chain = vec![b];
            let mut at = b;
            while at != a {
                at = from[at];
                chain.push(at);
            }
            chain.reverse();
            chain
        })
    }
}

fn topological(next: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let n = next.len();
    let mut waiting = vec![0usize; n];
    for &j in next.iter().flatten() {
        waiting[j] += 1;
    }
    let mut ready: std::collections::BinaryHeap<_> =
        (0..n).filter(|&i| waiting[i] == 0).map(std::cmp::Reverse).collect();
    let mut topo = Vec::with_capacity(n);
    while let Some(std::cmp::Reverse(i)) = ready.pop() {
        topo.push(i);
        for &j in &next[i] {
            waiting[j] -= 1;
            if waiting[j] == 0 {
                ready.push(std::cmp::Reverse(j));
            }
        }
    }
    if topo.len() == n { Ok(topo) } else { Err(cycle(next, &waiting)) }
}

/// A cycle among the nodes that still wait. Every such node has a predecessor that waits, so walking
/// backwards must meet a node twice.
fn cycle(next: &[Vec<usize>], waiting: &[usize]) -> Vec<usize> {
    let n = next.len();
    let mut before = vec![usize::MAX; n];
    for a in (0..n).filter(|&a| waiting[a] > 0) {
        for &b in next[a].iter().filter(|&&b| waiting[b] > 0) {
            before[b] = before[b].min(a);
        }
    }
    let Some(mut at) = (0..n).find(|&i| before[i] != usize::MAX) else { return Vec::new() };
    for _ in 0..n {
        at = before[at];
    }
    let mut round = vec![at];
    let mut i = before[at];
    while i != at {
        round.push(i);
        i = before[i];
    }
    round.reverse();
    let first = round.iter().enumerate().min_by_key(|(_, v)| **v).map_or(0, |(k, _)| k);
    round.rotate_left(first);
    round
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cycle_is_named() {
        let e = Dag::new(5, [(0, 1), (1, 2), (2, 3), (3, 1), (0, 4)]).unwrap_err();
        assert_eq!(e, vec![1, 2, 3]);
        assert_eq!(Dag::new(1, [(0, 0)]).unwrap_err(), vec![0]);
    }

    proptest! {
        #[test]
        fn reduction_keeps_the_closure_and_is_minimal(
            edges in prop::collection::vec((0usize..12, 0usize..12), 0..40)
        ) {
            let edges: Vec<_> = edges.into_iter().filter(|(a, b)| a < b).collect();
            let g = Dag::new(12, edges).unwrap();
            let small = g.reduction();
            let h = Dag::new(12, small.clone()).unwrap();
            prop_assert_eq!(g.closure(), h.closure());
            for k in 0..small.len() {
                let mut less = small.clone();
                less.remove(k);
                prop_assert_ne!(Dag::new(12, less).unwrap().closure(), g.closure());
            }
        }
        #[test]
        fn the_critical_path_is_as_long_as_the_plan(
            edges in prop::collection::vec((0usize..10, 0usize..10), 0..30),
            take in prop::collection::vec(0u8..9, 10)
        ) {
            let g = Dag::new(10, edges.into_iter().filter(|(a, b)| a < b)).unwrap();
            let take: Vec<f64> = take.into_iter().map(f64::from).collect();
            let path = g.critical(&take, &[true; 10]);
            let (_, end) = g.earliest(&take);
            prop_assert_eq!(path.iter().map(|&i| take[i]).sum::<f64>(), end);
        }
    }
}
