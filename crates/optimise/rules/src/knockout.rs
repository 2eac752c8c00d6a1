//! Early refusal (先易后难、早退): checks that refuse often and cost little come first where nothing forbids it.
//!
//! The expected work of a line of checks is the sum of each check's work times the chance that every check
//! before it let the case pass. Without orders between checks the best line is by work per refusal,
//! ascending; with orders the best is found exactly for up to 16 checks, by that rule greedily beyond.

use kernel::Said;
use serde::Serialize;

use crate::OptimiseError;
use crate::evidence::Ran;
use crate::model::Model;
use crate::redesign::Case;

/// One check in the line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// id of the step
    pub id: String,
    /// name
    pub name: String,
    /// hours of work
    pub hours: f64,
    /// share of cases it refuses
    pub refuse: f64,
    /// hours of work for one refusal
    pub hours_per_refusal: f64,
}

/// The line of checks today and the best one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EarlyRefusal {
    /// in today's order
    pub today: Vec<Check>,
    /// ids in the best order that law and need allow
    pub best: Vec<String>,
    /// expected hours of work on checks per case, today
    pub hours_today: f64,
    /// the same in the best order
    pub hours_best: f64,
    /// is the order proven best
    pub proven: bool,
    /// in words
    pub reading: Said,
}

const EXACT: usize = 16;

/// Expected work of a line.
pub fn expected_work(line: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    line.into_iter()
        .fold((0.0, 1.0), |(sum, pass), (work, refuse)| (sum + pass * work, pass * (1.0 - refuse)))
        .0
}

/// The best order of `(work, refuse)` checks, given for each the checks that must come before it; whether
/// it is proven.
pub fn best_line(checks: &[(f64, f64)], before: &[Vec<usize>]) -> (Vec<usize>, bool) {
    let n = checks.len();
    if n <= EXACT { (exact(checks, before), true) } else { (greedy(checks, before), false) }
}

fn exact(checks: &[(f64, f64)], before: &[Vec<usize>]) -> Vec<usize> {
    let n = checks.len();
    let need: Vec<u32> = before.iter().map(|b| b.iter().fold(0, |m, i| m | 1 << i)).collect();
    // cost[set]: least expected work of the checks of `set`, placed first in some allowed order.
    let mut cost = vec![f64::INFINITY; 1 << n];
    let mut last = vec![usize::MAX; 1 << n];
    let mut pass = vec![1.0f64; 1 << n];
    cost[0] = 0.0;
    for set in 0..1usize << n {
        if !cost[set].is_finite() {
            continue;
        }
        for (k, (work, refuse)) in checks.iter().enumerate() {
            let to = set | 1 << k;
            if to != set && need[k] & !(set as u32) == 0 {
                let c = pass[set].mul_add(*work, cost[set]);
                pass[to] = pass[set] * (1.0 - refuse);
                if c < cost[to] - 1e-12 {
                    cost[to] = c;
                    last[to] = k;
                }
            }
        }
    }
    let mut line = Vec::new();
    let mut set = (1 << n) - 1;
    while set != 0 && last[set] != usize::MAX {
        line.push(last[set]);
        set &= !(1 << last[set]);
    }
    line.reverse();
    line
}

fn greedy(checks: &[(f64, f64)], before: &[Vec<usize>]) -> Vec<usize> {
    let ratio = |k: usize| if checks[k].1 > 0.0 { checks[k].0 / checks[k].1 } else { f64::INFINITY };
    let mut line: Vec<usize> = Vec::new();
    while line.len() < checks.len() {
        let open =
            (0..checks.len()).filter(|k| !line.contains(k) && before[*k].iter().all(|b| line.contains(b)));
        let Some(k) = open.min_by(|a, b| ratio(*a).total_cmp(&ratio(*b))) else { break };
        line.push(k);
    }
    line
}

/// The best order of the checks of a model (steps that refuse), under the orders that must stay.
pub fn early_refusal(model: &Model) -> Result<EarlyRefusal, OptimiseError> {
    let case = Case::new(model)?;
    let today = case.linked.check(model)?;
    let forced = case.forced()?;
    let after = forced.closure();
    let position = |i: usize| today.topo().iter().position(|x| *x == i).unwrap_or(0);
    let mut steps: Vec<usize> =
        (0..model.steps.len()).filter(|&i| model.steps[i].refuse > 0.0 && case.stays[i]).collect();
    steps.sort_by_key(|&i| position(i));
    let hours = |i: usize| {
        let s = &model.steps[i];
        s.work.as_ref().map_or_else(|| model.days_of(s) * model.hours_per_day, crate::Distribution::mean)
    };
    let pairs: Vec<(f64, f64)> = steps.iter().map(|&i| (hours(i), model.steps[i].refuse)).collect();
    let before: Vec<Vec<usize>> = steps
        .iter()
        .map(|&j| steps.iter().enumerate().filter(|(_, i)| after[**i].has(j)).map(|(k, _)| k).collect())
        .collect();
    let (line, proven) = best_line(&pairs, &before);
    let (now, best) = (expected_work(pairs.iter().copied()), expected_work(line.iter().map(|&k| pairs[k])));
    let names: Vec<&str> = line.iter().map(|&k| model.steps[steps[k]].name.as_str()).collect();
    let reading = if steps.len() < 2 {
        Said::new("少于两个会退件的环节，无从排序", "fewer than two steps refuse: nothing to order")
    } else {
        Said::new(
            format!(
                "退件环节宜按“{}”的次序办理，每件用于审核的工时由 {now:.2} 小时降到 {best:.2} 小时",
                names.join("”→“")
            ),
            format!(
                "check in the order {}: {now:.2} hours of checking per case become {best:.2}",
                names.join(", ")
            ),
        )
    };
    let checks = steps.iter().zip(&pairs).map(|(&i, (work, refuse))| Check {
        id: model.steps[i].id.clone(),
        name: model.steps[i].name.clone(),
        hours: *work,
        refuse: *refuse,
        hours_per_refusal: work / refuse,
    });
    Ok(EarlyRefusal {
        today: checks.collect(),
        best: line.iter().map(|&k| model.steps[steps[k]].id.clone()).collect(),
        hours_today: now,
        hours_best: best,
        proven,
        reading,
    })
}

/// What a log says about one check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckFigures {
    /// activity
    pub name: String,
    /// times it ran
    pub runs: u64,
    /// cases in which it ran
    pub cases: u64,
    /// cases it refused
    pub refused: u64,
    /// mean hours from begin to end
    pub hours: f64,
}

impl CheckFigures {
    /// Share of the cases with this check that it refused.
    pub fn rate(&self) -> f64 {
        if self.cases == 0 { 0.0 } else { self.refused as f64 / self.cases as f64 }
    }
}

/// Counts refusals in a log. With `notices` (activities that follow a refusal) a case is refused by the
/// step directly before its first notice. Without, a case counts as refused by a check that is its last
/// step: a case that simply ends there counts too, so this is an upper bound and its meaning must be checked.
pub fn check_figures<'a>(
    cases: impl IntoIterator<Item = &'a [Ran]>,
    checks: &[&str],
    notices: &[&str],
) -> Vec<CheckFigures> {
    let mut out: Vec<CheckFigures> = checks
        .iter()
        .map(|name| CheckFigures { name: (*name).to_owned(), runs: 0, cases: 0, refused: 0, hours: 0.0 })
        .collect();
    for case in cases {
        let refused_by = if notices.is_empty() {
            case.last()
        } else {
            case.iter().position(|r| notices.contains(&r.activity.as_str())).and_then(|at| case[..at].last())
        };
        for f in &mut out {
            let runs = case.iter().filter(|r| r.activity == f.name);
            let (n, time) = runs.fold((0, 0.0), |(n, t), r| (n + 1, t + (r.end - r.start) as f64 / 3.6e9));
            f.runs += n;
            f.hours += time;
            f.cases += u64::from(n > 0);
            f.refused += u64::from(refused_by.is_some_and(|r| r.activity == f.name));
        }
    }
    for f in &mut out {
        f.hours /= f.runs.max(1) as f64;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cheap_checks_that_refuse_often_come_first_where_allowed() {
        let text = r#"{"steps":[
            {"id":"dear","hours":8,"refuse":0.1},{"id":"cheap","hours":0.5,"refuse":0.4},{"id":"site","hours":4,"refuse":0.3,"needs":["step:dear"]}],
            "orders":[["dear","cheap","habit"],["cheap","site","habit"]]}"#;
        let e = early_refusal(&Model::from_json(text).unwrap()).unwrap();
        assert_eq!(e.best, ["cheap", "dear", "site"]);
        assert!((e.hours_today - (8.0 + 0.9 * 0.5 + 0.54 * 4.0)).abs() < 1e-9);
        assert!(e.hours_best < e.hours_today && e.proven);
    }

    proptest! {
        #[test]
        fn without_orders_the_rule_is_the_optimum(checks in prop::collection::vec((0.1f64..9.0, 0.01f64..0.9), 1..7)) {
            let free = vec![Vec::new(); checks.len()];
            let of = |line: &[usize]| expected_work(line.iter().map(|&k| checks[k]));
            let (a, b) = (exact(&checks, &free), greedy(&checks, &free));
            prop_assert!((of(&a) - of(&b)).abs() < 1e-9);
        }
    }
}
