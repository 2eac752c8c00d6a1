//! Lower bounds and the heads and tails that bounds and priority rules are made of.

use super::Project;

/// Earliest starts and the longest path, without limits.
pub(super) fn heads(p: &Project) -> (Vec<u32>, u32) {
    let mut start = vec![0; p.len()];
    let mut end = 0;
    for &i in p.dag.topo() {
        let done = start[i] + p.durations[i];
        end = end.max(done);
        for &j in p.dag.next(i) {
            start[j] = start[j].max(done);
        }
    }
    (start, end)
}

/// For every job the longest path from its start to the end of the project.
pub(super) fn tails(p: &Project) -> Vec<u32> {
    let mut tail = vec![0; p.len()];
    for &i in p.dag.topo().iter().rev() {
        tail[i] = p.durations[i] + p.dag.next(i).iter().map(|&j| tail[j]).max().unwrap_or(0);
    }
    tail
}

/// The larger of: the longest path; and for every resource and every pair (earliest start at least `a`,
/// tail after the job at least `b`) the work of these jobs spread over all staff, plus `a` and `b`.
pub(super) fn lower(p: &Project) -> u32 {
    let (head, path) = heads(p);
    let after: Vec<u32> = tails(p).iter().zip(&p.durations).map(|(t, d)| t - d).collect();
    let mut best = u64::from(path);
    for (r, &cap) in p.capacity.iter().enumerate().filter(|(_, c)| **c > 0) {
        let jobs: Vec<usize> = (0..p.len()).filter(|&j| p.needs[j][r] > 0 && p.durations[j] > 0).collect();
        let mut starts: Vec<u32> = jobs.iter().map(|&j| head[j]).collect();
        let mut ends: Vec<u32> = jobs.iter().map(|&j| after[j]).collect();
        for list in [&mut starts, &mut ends] {
            list.sort_unstable();
            list.dedup();
            // Few are enough on large projects; every choice gives a valid bound.
            let step = list.len().div_ceil(64).max(1);
            *list = list.iter().step_by(step).copied().collect();
        }
        for &a in &starts {
            for &b in &ends {
                let inside = jobs.iter().filter(|&&j| head[j] >= a && after[j] >= b);
                let work: u64 = inside.map(|&j| u64::from(p.durations[j]) * u64::from(p.needs[j][r])).sum();
                if work > 0 {
                    best = best.max(u64::from(a) + u64::from(b) + work.div_ceil(u64::from(cap)));
                }
            }
        }
    }
    u32::try_from(best).unwrap_or(u32::MAX)
}
