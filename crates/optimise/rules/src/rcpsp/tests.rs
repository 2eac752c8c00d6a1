//! Schedules against brute force and against known instances.

use proptest::prelude::*;

use super::*;

fn project(d: &[u32], edges: &[(usize, usize)], needs: &[u32], cap: u32) -> Project {
    Project::new(d.to_vec(), edges.to_vec(), needs.iter().map(|n| vec![*n]).collect(), vec![cap]).unwrap()
}

/// All orders of placing, each job as early as it fits: contains a shortest schedule.
fn brute(p: &Project) -> u32 {
    fn go(p: &Project, start: &mut Vec<u32>, best: &mut u32) {
        let open: Vec<usize> = (0..p.len())
            .filter(|&j| start[j] == u32::MAX && p.before[j].iter().all(|&i| start[i] != u32::MAX))
            .collect();
        if open.is_empty() {
            *best = (*best).min((0..p.len()).map(|j| start[j] + p.durations[j]).max().unwrap_or(0));
        }
        for j in open {
            let mut t = p.before[j].iter().map(|&i| start[i] + p.durations[i]).max().unwrap_or(0);
            let fits = |t: u32, start: &[u32]| {
                (t..t + p.durations[j]).all(|m| {
                    let held: u32 = (0..p.len())
                        .filter(|&i| start[i] != u32::MAX && start[i] <= m && m < start[i] + p.durations[i])
                        .map(|i| p.needs[i][0])
                        .sum();
                    held + p.needs[j][0] <= p.capacity[0]
                })
            };
            while !fits(t, start) {
                t += 1;
            }
            start[j] = t;
            go(p, start, best);
            start[j] = u32::MAX;
        }
    }
    let mut best = u32::MAX;
    go(p, &mut vec![u32::MAX; p.len()], &mut best);
    best
}

#[test]
fn two_jobs_that_need_everyone_follow_each_other() {
    let p = project(&[3, 4, 2], &[(0, 2)], &[2, 2, 1], 2);
    let s = p.solve(1000);
    assert!(s.proven && p.allows(&s.start));
    assert_eq!((s.makespan, p.critical_path(), p.serial()), (9, 5, 9));
    assert!(Project::new(vec![1], [], vec![vec![3]], vec![2]).is_err());
    assert!(Project::new(vec![1, 1], [(0, 1), (1, 0)], vec![vec![0]; 2], vec![2]).is_err());
}

#[test]
fn files_that_are_no_projects_are_refused() {
    for text in ["", "1", "2 1\n3\n1 1 1 9\n1 1 0", "3 x", "1 1\n5\n1 1 0\n7 7"] {
        assert!(read_psplib(text).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_search_finds_what_brute_force_finds(
        jobs in prop::collection::vec((0u32..5, 0u32..4), 1..7),
        edges in prop::collection::vec((0usize..7, 0usize..7), 0..8)
    ) {
        let n = jobs.len();
        let (d, need): (Vec<u32>, Vec<u32>) = jobs.into_iter().unzip();
        let edges: Vec<_> = edges.into_iter().filter(|(a, b)| a < b && *b < n).collect();
        let p = project(&d, &edges, &need, 4);
        let s = p.solve(100_000);
        prop_assert!(s.proven && p.allows(&s.start));
        prop_assert_eq!(s.makespan, brute(&p));
        let h = p.heuristic(5);
        prop_assert!(p.allows(&h.start) && h.lower_bound <= s.makespan && h.makespan >= s.makespan);
    }
}
