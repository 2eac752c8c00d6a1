//! Search for a better design (O6, O8): lawful options combined, the set that cannot be beaten in time, staff
//! and visits at once, each with its confidence and its legal ground.
//!
//! Every candidate is simulated on the same random numbers as today. Bounded by a number of candidates.

use std::collections::HashSet;

use kernel::Said;
use serde::Serialize;

use crate::OptimiseError;
use crate::knockout::early_refusal;
use crate::model::{Arrivals, Ground, Model, Order, normal};
use crate::redesign::redesign;
use crate::sim::{Design, Estimate, Options, SimReport, arrivals_of, measured};

/// One lawful change and what allows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// what is changed
    pub what: Said,
    /// on what legal ground
    pub ground: Said,
}

/// One design.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// changes against today; empty: today
    pub changes: Vec<Change>,
    /// hours from arrival to the end
    pub hours: Estimate,
    /// hours saved against today, from paired replications
    pub saved_hours: Estimate,
    /// is the saving beyond chance
    pub sure: bool,
    /// lawful longest path, working days
    pub lawful_days: f64,
    /// staff of all units
    pub staff: u32,
    /// visits of one applicant
    pub visits: f64,
}

/// What the search found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// today
    pub today: Candidate,
    /// designs that no other beats in time, staff and visits at once, fastest first
    pub best: Vec<Candidate>,
    /// designs simulated
    pub tried: usize,
    /// designs left out because a unit could not keep up
    pub overloaded: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Plan {
    parallel: bool,
    no_batches: bool,
    commitments: bool,
    early: bool,
    staff: Vec<Option<u32>>,
}

struct Tried {
    plan: Plan,
    candidate: Candidate,
    report: SimReport,
}

/// Tries at most `most` designs.
pub fn search(model: &Model, options: Options, most: usize) -> Result<Found, OptimiseError> {
    let mut base = model.clone();
    if base.arrivals.is_none() {
        base.arrivals = Some(Arrivals { between: arrivals_of(model)?, calendar: Vec::new() });
    }
    let staff: Vec<Option<u32>> = base.units.iter().map(|u| u.staff).collect();
    let now = Plan { parallel: false, no_batches: false, commitments: false, early: false, staff };
    let (today_report, today_hours) = measured(&base, Design::Today, options)?;
    let today = candidate(&base, &now, &now, &today_report, (&today_hours, &today_hours))?;
    let mut s = Search {
        base: &base,
        now: &now,
        today_hours: &today_hours,
        options,
        most,
        seen: HashSet::new(),
        tried: Vec::new(),
        overloaded: 0,
    };
    for plan in toggles(&base, &now)? {
        s.attempt(plan)?;
    }
    // Then staff: from those with time to those without, and one fewer where there is time, around the best.
    let mut round = 0;
    loop {
        let front: Vec<usize> = s.front();
        let next: Vec<Plan> = front.iter().flat_map(|&k| moves(&base, &s.tried[k])).collect();
        let before = s.tried.len() + s.overloaded;
        for plan in next {
            s.attempt(plan)?;
        }
        round += 1;
        if s.tried.len() + s.overloaded == before || round > 20 || s.seen.len() >= most {
            break;
        }
    }
    let mut best: Vec<Candidate> = s.front().into_iter().map(|k| s.tried[k].candidate.clone()).collect();
    best.sort_by(|a, b| a.hours.mean.total_cmp(&b.hours.mean));
    Ok(Found { today, best, tried: s.seen.len(), overloaded: s.overloaded })
}

struct Search<'a> {
    base: &'a Model,
    now: &'a Plan,
    today_hours: &'a [f64],
    options: Options,
    most: usize,
    seen: HashSet<Plan>,
    tried: Vec<Tried>,
    overloaded: usize,
}

impl Search<'_> {
    fn attempt(&mut self, plan: Plan) -> Result<(), OptimiseError> {
        if self.seen.len() >= self.most || !self.seen.insert(plan.clone()) {
            return Ok(());
        }
        let model = apply(self.base, &plan)?;
        let design = if plan.parallel { Design::Lawful } else { Design::Today };
        let (report, hours) = measured(&model, design, self.options)?;
        if report.overloaded {
            self.overloaded += 1;
            return Ok(());
        }
        let candidate = candidate(&model, &plan, self.now, &report, (self.today_hours, &hours))?;
        self.tried.push(Tried { plan, candidate, report });
        Ok(())
    }

    /// Designs that no other beats: another beats when it is no worse in all three and better in one.
    fn front(&self) -> Vec<usize> {
        let key = |t: &Tried| [t.candidate.hours.mean, f64::from(t.candidate.staff), t.candidate.visits];
        let beats = |a: &[f64; 3], b: &[f64; 3]| {
            let worse = a.iter().zip(b).any(|(x, y)| x > &(y + 1e-9));
            let better = a.iter().zip(b).any(|(x, y)| x < &(y - 1e-9));
            better && !worse
        };
        let keys: Vec<_> = self.tried.iter().map(key).collect();
        (0..keys.len())
            .filter(|&k| !keys.iter().any(|other| beats(other, &keys[k])))
            .filter(|&k| !keys[..k].contains(&keys[k]))
            .collect()
    }
}

/// All combinations of the changes that this model offers.
fn toggles(model: &Model, now: &Plan) -> Result<Vec<Plan>, OptimiseError> {
    let batches = model.steps.iter().any(|s| s.batch.is_some());
    let commitments = !promised(model).is_empty();
    let early = {
        let e = early_refusal(model)?;
        e.hours_best < e.hours_today - 1e-9
    };
    let both = |offered: bool| if offered { &[false, true][..] } else { &[false][..] };
    let mut all = Vec::new();
    for &parallel in &[false, true] {
        for &no_batches in both(batches) {
            for &commitments in both(commitments) {
                for &early in both(early) {
                    all.push(Plan { parallel, no_batches, commitments, early, staff: now.staff.clone() });
                }
            }
        }
    }
    Ok(all)
}

/// Results that a commitment or a later hand-in may stand in for.
fn promised(model: &Model) -> HashSet<String> {
    let made: HashSet<String> = model.steps.iter().flat_map(|s| &s.makes).map(|m| normal(m)).collect();
    let rows = model.materials.iter().filter(|m| m.promise || m.defer);
    rows.map(|m| normal(&m.name)).filter(|n| made.contains(n)).collect()
}

/// The model of a plan.
fn apply(base: &Model, plan: &Plan) -> Result<Model, OptimiseError> {
    let mut m = base.clone();
    for (u, n) in m.units.iter_mut().zip(&plan.staff) {
        u.staff = *n;
    }
    if plan.no_batches {
        for s in &mut m.steps {
            s.batch = None;
        }
    }
    if plan.commitments {
        let gone = promised(base);
        for s in &mut m.steps {
            s.needs.retain(|n| !gone.contains(&normal(n)));
        }
        m.orders.retain(|o| o.ground != Ground::Need || !gone.contains(&normal(&o.what)));
    }
    if plan.early {
        let line = early_refusal(&m)?.best;
        // Habit among the checks gives way to the better order.
        m.orders.retain(|o| o.ground != Ground::Habit || !(line.contains(&o.from) && line.contains(&o.to)));
        for w in line.windows(2) {
            m.orders.push(Order {
                from: w[0].clone(),
                to: w[1].clone(),
                ground: Ground::Need,
                cite: String::new(),
                what: "前一审核通过".into(),
            });
        }
        if redesign(&m).is_err() {
            // Today's other habits contradict the order of the checks: only the lawful orders remain.
            m.orders.retain(|o| o.ground != Ground::Habit);
        }
    }
    Ok(m)
}

/// One member of staff from the least busy unit to the busiest, and one fewer in the least busy.
fn moves(base: &Model, t: &Tried) -> Vec<Plan> {
    let busy = |u: usize| {
        let group = t.report.utilisation.iter().find(|g| g.name == base.units[u].name);
        group.map_or(0.0, |g| g.utilisation.mean)
    };
    let mut units: Vec<usize> = (0..base.units.len()).filter(|&u| t.plan.staff[u].is_some()).collect();
    units.sort_by(|a, b| busy(*a).total_cmp(&busy(*b)));
    let Some(&busiest) = units.last() else { return Vec::new() };
    let spare = units.iter().copied().filter(|&u| u != busiest && t.plan.staff[u] > Some(1)).take(2);
    spare
        .flat_map(|u| {
            let mut fewer = t.plan.clone();
            fewer.staff[u] = fewer.staff[u].map(|n| n - 1);
            let mut moved = fewer.clone();
            moved.staff[busiest] = moved.staff[busiest].map(|n| n + 1);
            [moved, fewer]
        })
        .collect()
}

fn candidate(
    model: &Model,
    plan: &Plan,
    now: &Plan,
    report: &SimReport,
    (today, hours): (&[f64], &[f64]),
) -> Result<Candidate, OptimiseError> {
    let r = redesign(model)?;
    let saved = Estimate::of(&today.iter().zip(hours).map(|(a, b)| a - b).collect::<Vec<_>>());
    let figures = if plan.parallel { r.after } else { r.before };
    Ok(Candidate {
        changes: changes(model, plan, now),
        hours: report.cycle_time,
        sure: saved.low > 0.0 || saved.high < 0.0,
        saved_hours: saved,
        lawful_days: figures.working_days,
        staff: plan.staff.iter().flatten().sum(),
        visits: figures.visits,
    })
}

fn changes(model: &Model, plan: &Plan, now: &Plan) -> Vec<Change> {
    let mut all = Vec::new();
    let mut add = |what: Said, ground: Said| all.push(Change { what, ground });
    if plan.parallel {
        add(
            Said::new("串联改并联", "serial to parallel"),
            Said::new(
                "只取消法律和交接都不要求的先后，逐条理由见再造方案",
                "only orders that neither law nor need asks for go; see the proof of the redesign",
            ),
        );
    }
    if plan.no_batches {
        add(
            Said::new("随到随办，不再成批", "no more batches"),
            Said::new(
                "成批是内部安排，没有法律要求",
                "batches are an inner arrangement, no law asks for them",
            ),
        );
    }
    if plan.commitments {
        add(
            Said::new(
                "以告知承诺或容缺先行办理",
                "commitment or later hand-in instead of waiting for a result",
            ),
            Said::new(
                "限于模型标明可告知承诺、可容缺的材料（K5）",
                "only materials marked as replaceable by commitment or deferrable (K5)",
            ),
        );
    }
    if plan.early {
        add(
            Said::new("先办省时而常退的审核", "cheap checks that refuse often come first"),
            Said::new("只在法律和交接允许的范围内调整次序", "only within what law and need allow"),
        );
    }
    for ((u, a), b) in model.units.iter().zip(&now.staff).zip(&plan.staff) {
        if let (Some(a), Some(b)) = (a, b)
            && a != b
        {
            add(
                Said::new(format!("{}人手 {a} → {b}", u.name), format!("staff of {}: {a} → {b}", u.name)),
                Said::new(
                    "单位之间调配人手须经编制和用工管理同意",
                    "moving staff between units needs the consent of those who manage posts",
                ),
            );
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_design_of_the_set_beats_another_and_the_search_repeats() {
        let text = r#"{"units":{"u":2,"v":4},"arrivals":{"per_day":3},
            "steps":[{"id":"a","unit":"u","hours":3,"visits":1,"refuse":0.1},{"id":"b","unit":"v","hours":4,"visits":1,"refuse":0.3,"batch":3},
                     {"id":"c","unit":"u","hours":1,"needs":["r"],"visits":1},{"id":"d","unit":"v","hours":2,"makes":["r"]}],
            "materials":[{"name":"r","promise":true}],
            "orders":[["a","b","habit"],["b","d","habit"],["d","c","habit"]]}"#;
        let m = Model::from_json(text).unwrap();
        let mut o = Options::new(60, 3);
        o.replications = 4;
        let f = search(&m, o, 40).unwrap();
        assert!(f.tried <= 40 && !f.best.is_empty());
        for a in &f.best {
            for b in &f.best {
                let better = a.hours.mean < b.hours.mean && a.staff < b.staff && a.visits < b.visits;
                assert!(!better);
            }
        }
        let first = &f.best[0];
        assert!(first.saved_hours.mean > 0.0 && first.changes.iter().all(|c| !c.ground.zh.is_empty()));
        assert_eq!(search(&m, o, 40).unwrap(), f);
    }
}
