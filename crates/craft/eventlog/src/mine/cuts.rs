//! Cuts of a directly-follows graph: choice, sequence, concurrency, loop; and how a log splits along each.

use super::graph::{Graph, Set};
use super::{Traces, joined};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Choice,
    Sequence,
    Parallel,
    Loop,
}

/// A cut: for each activity of the graph its part.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub kind: Kind,
    pub part: Vec<usize>,
    pub parts: usize,
}

impl Cut {
    fn of(kind: Kind, groups: &[Set], n: usize) -> Option<Self> {
        if groups.len() < 2 {
            return None;
        }
        let mut part = vec![0; n];
        groups.iter().enumerate().for_each(|(i, g)| g.iter().for_each(|a| part[a] = i));
        Some(Self { kind, part, parts: groups.len() })
    }
}

/// The first cut that holds.
pub(super) fn find(g: &Graph) -> Option<Cut> {
    if g.n() == 0 {
        return None;
    }
    let n = g.n();
    Cut::of(Kind::Choice, &components(g, |_| true), n)
        .or_else(|| Cut::of(Kind::Sequence, &sequence(g), n))
        .or_else(|| Cut::of(Kind::Parallel, &parallel(g), n))
        .or_else(|| Cut::of(Kind::Loop, &redo(g), n))
}

/// Connected components of the activities that are kept, by their first activity.
fn components(g: &Graph, keep: impl Fn(usize) -> bool) -> Vec<Set> {
    let n = g.n();
    let mut seen = vec![false; n];
    let mut groups = Vec::new();
    for first in (0..n).filter(|&a| keep(a)) {
        if seen[first] {
            continue;
        }
        let mut set = Set::new(n);
        let mut open = vec![first];
        seen[first] = true;
        while let Some(a) = open.pop() {
            set.insert(a);
            for b in (0..n).filter(|&b| keep(b)) {
                if !seen[b] && (g.edge(a, b) || g.edge(b, a)) {
                    seen[b] = true;
                    open.push(b);
                }
            }
        }
        groups.push(set);
    }
    groups
}

/// The representative of the group of `a`.
fn top(root: &mut [usize], mut a: usize) -> usize {
    while root[a] != a {
        root[a] = root[root[a]];
        a = root[a];
    }
    a
}

/// Groups by representative (their smallest member), rising.
fn gathered(root: &mut [usize]) -> Vec<(usize, Set)> {
    let n = root.len();
    let mut place = vec![usize::MAX; n];
    let mut groups: Vec<(usize, Set)> = Vec::new();
    for a in 0..n {
        let r = top(root, a);
        if place[r] == usize::MAX {
            place[r] = groups.len();
            groups.push((r, Set::new(n)));
        }
        groups[place[r]].1.insert(a);
    }
    groups
}

/// Strict sequence: activities that reach each other, or neither the other, belong together; so do groups that
/// can only be skipped together.
fn sequence(g: &Graph) -> Vec<Set> {
    let n = g.n();
    let reach = g.reachable();
    let mut root: Vec<usize> = (0..n).collect();
    // Members of joined groups are compared too, because every pair of activities is looked at.
    for a in 0..n {
        for b in a + 1..n {
            if reach[a].has(b) == reach[b].has(a) {
                let (x, y) = (top(&mut root, a), top(&mut root, b));
                root[x.max(y)] = x.min(y);
            }
        }
    }
    let mut groups = gathered(&mut root);
    if groups.len() < 2 {
        return Vec::new();
    }
    // Between two groups exactly one reaches the other: the one that reaches more comes first.
    groups.sort_by_key(|(first, _)| {
        let outside = reach[*first].iter().filter(|&b| b != *first).count();
        let before = (0..n).filter(|&b| b != *first && reach[b].has(*first)).count();
        (before + n).saturating_sub(outside)
    });
    strict(g, groups.into_iter().map(|g| g.1).collect())
}

/// Joins groups that are skipped together.
fn strict(g: &Graph, mut groups: Vec<Set>) -> Vec<Set> {
    let (starts, ends) = (g.start_set(), g.end_set());
    let count = groups.len() as isize;
    let mut group_of = vec![0isize; g.n()];
    groups.iter().enumerate().for_each(|(i, s)| s.iter().for_each(|a| group_of[a] = i as isize));
    let mut min_from: Vec<isize> =
        groups.iter().map(|s| if s.meets(&starts) { isize::MIN } else { isize::MAX }).collect();
    let mut max_to: Vec<isize> =
        groups.iter().map(|s| if s.meets(&ends) { isize::MAX } else { isize::MIN }).collect();
    let all = |a: usize| (0..g.n()).filter(move |&b| g.edge(a, b)).map(move |b| (a, b));
    let edges: Vec<(usize, usize)> = (0..g.n()).flat_map(all).collect();
    for &(a, b) in &edges {
        let (x, y) = (group_of[a], group_of[b]);
        min_from[y as usize] = min_from[y as usize].min(x);
        max_to[x as usize] = max_to[x as usize].max(y);
    }
    let empty = Set::new(g.n());
    for p in 0..count {
        let beside = |a: usize, b: usize| group_of[a] < p && group_of[b] > p;
        let skippable = edges.iter().any(|&(a, b)| beside(a, b))
            || starts.iter().any(|a| group_of[a] > p)
            || ends.iter().any(|a| group_of[a] < p);
        if !skippable {
            continue;
        }
        let mut q = p - 1;
        while q >= 0 && max_to[q as usize] <= p {
            let taken = std::mem::replace(&mut groups[q as usize], empty.clone());
            taken.iter().for_each(|a| group_of[a] = p);
            groups[p as usize].join(&taken);
            q -= 1;
        }
        let mut q = p + 1;
        while q < count && min_from[q as usize] >= p {
            let taken = std::mem::replace(&mut groups[q as usize], empty.clone());
            taken.iter().for_each(|a| group_of[a] = p);
            groups[p as usize].join(&taken);
            q += 1;
        }
    }
    groups.retain(|s| s.len() > 0);
    groups
}

/// Concurrency: activities that do not follow each other both ways belong together; every part must hold a
/// start and an end.
fn parallel(g: &Graph) -> Vec<Set> {
    let n = g.n();
    let mut root: Vec<usize> = (0..n).collect();
    for a in 0..n {
        for b in a + 1..n {
            if !(g.edge(a, b) && g.edge(b, a)) {
                let (x, y) = (top(&mut root, a), top(&mut root, b));
                root[x.max(y)] = x.min(y);
            }
        }
    }
    let mut groups: Vec<Set> = gathered(&mut root).into_iter().map(|g| g.1).collect();
    groups.sort_by_key(Set::len);
    let (starts, ends) = (g.start_set(), g.end_set());
    let mut i = 0;
    while i < groups.len() && groups.len() > 1 {
        if groups[i].meets(&starts) && groups[i].meets(&ends) {
            i += 1;
            continue;
        }
        let taken = groups.remove(i);
        groups[i.saturating_sub(1)].join(&taken);
    }
    groups
}

/// Loop: what lies between ends and starts is the redo, everything else the body.
fn redo(g: &Graph) -> Vec<Set> {
    let n = g.n();
    if g.follows.iter().all(|&c| c == 0) {
        return Vec::new();
    }
    let (starts, ends) = (g.start_set(), g.end_set());
    let mut body = starts.clone();
    body.join(&ends);
    let edge_of = body.clone();
    let mut groups = components(g, |a| !edge_of.has(a));
    let take = |groups: &mut Vec<Set>, body: &mut Set, hit: &dyn Fn(&Set) -> bool| {
        groups.retain(|s| {
            if hit(s) {
                body.join(s);
            }
            !hit(s)
        });
    };
    // A start that is no end leads into the body; an end that is no start is reached from the body.
    let inner = |s: &Set| {
        s.iter().any(|a| {
            (0..n).any(|x| starts.has(x) && !ends.has(x) && g.edge(x, a))
                || (0..n).any(|x| ends.has(x) && !starts.has(x) && g.edge(a, x))
        })
    };
    take(&mut groups, &mut body, &inner);
    // A redo comes from every end and leads to every start.
    let to_some = |s: &Set| {
        s.iter().any(|a| starts.iter().any(|x| g.edge(a, x)) && !starts.iter().all(|x| g.edge(a, x)))
    };
    take(&mut groups, &mut body, &to_some);
    let from_some =
        |s: &Set| s.iter().any(|a| ends.iter().any(|x| g.edge(x, a)) && !ends.iter().all(|x| g.edge(x, a)));
    take(&mut groups, &mut body, &from_some);
    let mut rest = Set::new(n);
    groups.iter().for_each(|s| rest.join(s));
    if rest.len() == 0 { Vec::new() } else { vec![body, rest] }
}

/// The parts of a log along a cut, one for each part of the cut.
pub(super) fn project(cut: &Cut, g: &Graph, traces: &Traces) -> Vec<Traces> {
    // An activity that the (filtered) graph has lost belongs to no part.
    let part = |a: u16| {
        let local = g.local.get(a as usize).map_or(usize::MAX, |&l| l as usize);
        cut.part.get(local).copied().unwrap_or(usize::MAX)
    };
    let mut out: Vec<Vec<(Vec<u16>, u64)>> = vec![Vec::new(); cut.parts];
    for (trace, count) in traces {
        match cut.kind {
            Kind::Choice => {
                let mut size = vec![0usize; cut.parts];
                for p in trace.iter().map(|&a| part(a)).filter(|&p| p < cut.parts) {
                    size[p] += 1;
                }
                let most = (0..cut.parts).max_by_key(|&p| (size[p], p)).unwrap_or(0);
                out[most].push((trace.iter().copied().filter(|&a| part(a) == most).collect(), *count));
            }
            Kind::Parallel => {
                for (p, list) in out.iter_mut().enumerate() {
                    list.push((trace.iter().copied().filter(|&a| part(a) == p).collect(), *count));
                }
            }
            Kind::Sequence => split_sequence(trace, *count, &part, &mut out),
            Kind::Loop => split_loop(trace, *count, &part, &mut out),
        }
    }
    out.into_iter().map(|list| joined(list.into_iter())).collect()
}

/// Each part takes the stretch that holds most of its own activities and fewest of later ones.
fn split_sequence(trace: &[u16], count: u64, part: &impl Fn(u16) -> usize, out: &mut [Vec<(Vec<u16>, u64)>]) {
    let mut from = 0;
    for (p, list) in out.iter_mut().enumerate() {
        let (mut cost, mut least, mut to) = (0i64, 0i64, from);
        for (i, &a) in trace.iter().enumerate().skip(from) {
            let q = part(a);
            if q == p {
                cost -= 1;
            } else if q > p {
                cost += 1;
            }
            if cost < least {
                (least, to) = (cost, i + 1);
            }
        }
        list.push((trace[from..to].iter().copied().filter(|&a| part(a) == p).collect(), count));
        from = to;
    }
}

/// Stretches of the body and of the redo in turn.
fn split_loop(trace: &[u16], count: u64, part: &impl Fn(u16) -> usize, out: &mut [Vec<(Vec<u16>, u64)>]) {
    let mut stretch: Vec<u16> = Vec::new();
    let mut of = 0;
    for &a in trace {
        let p = part(a);
        if p > 1 {
            continue;
        }
        if p != of {
            if !stretch.is_empty() || of == 0 {
                out[of].push((std::mem::take(&mut stretch), count));
            }
            of = p;
        }
        stretch.push(a);
    }
    out[of].push((stretch, count));
    if of == 1 {
        out[0].push((Vec::new(), count));
    }
}
