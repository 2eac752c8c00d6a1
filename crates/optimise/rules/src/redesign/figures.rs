//! How the five reductions are counted (减环节 减材料 减时限 减跑动 减费用), by one rule each:
//!
//! | figure | before | after |
//! |---|---|---|
//! | steps | steps that occur | those that stay; steps with the same `merge` word and the same forced predecessors count as one |
//! | materials | hand-ins (see `asks` in `materials.rs`) | one for each material still handed in |
//! | working_days | longest path through all orders of today | longest path through the forced orders |
//! | visits | sum over the steps | largest number within each level of the plan, without steps that can be done online or whose `visit_for` materials all go |
//! | fees | steps and materials | without steps that go, fees without basis, and materials no longer handed in |
//! | copies | steps, and hand-ins × copies | steps that stay, and for each material still handed in the largest set once |

use std::collections::{BTreeMap, BTreeSet};

use kernel::Said;

use super::materials::Group;
use super::{BeforeAfter, Case, DroppedStep, Figures, PlannedStep, SituationFigures, fields, orders};
use crate::OptimiseError;
use crate::graph::Dag;
use crate::model::normal;

impl Figures {
    /// `self + other × share`.
    #[must_use]
    pub fn plus(&self, other: &Self, share: f64) -> Self {
        Self {
            steps: other.steps.mul_add(share, self.steps),
            materials: other.materials.mul_add(share, self.materials),
            working_days: other.working_days.mul_add(share, self.working_days),
            visits: other.visits.mul_add(share, self.visits),
            fees: other.fees.mul_add(share, self.fees),
            copies: other.copies.mul_add(share, self.copies),
        }
    }
}

/// Days of each step where it occurs, else 0: absent steps are passed through.
fn take(case: &Case<'_>, there: &[bool]) -> Vec<f64> {
    case.days.iter().zip(there).map(|(d, p)| if *p { *d } else { 0.0 }).collect()
}

/// The forced orders between steps that occur and stay.
fn plan_of(case: &Case<'_>, there: &[bool]) -> Result<Dag, OptimiseError> {
    let all = orders::forced(case)?;
    let edges = all.edges().filter(|(a, b)| there[*a] && there[*b]);
    Dag::new(all.len(), edges).map_err(|_| OptimiseError::cannot("先后顺序成环", "the orders form a cycle"))
}

/// The figures of situation `k`.
pub(super) fn of(
    case: &Case<'_>,
    groups: &[Group],
    k: Option<usize>,
) -> Result<SituationFigures, OptimiseError> {
    let present = case.present(k);
    let there: Vec<bool> = present.iter().zip(&case.stays).map(|(p, s)| *p && *s).collect();
    let today = case.linked.check(case.model)?;
    let plan = plan_of(case, &there)?;
    let (take_before, take_after) = (take(case, &present), take(case, &there));
    let steps = || case.model.steps.iter().enumerate();
    let (mut before, mut after) = (Figures::default(), Figures::default());
    before.steps = present.iter().filter(|p| **p).count() as f64;
    after.steps = there.iter().filter(|p| **p).count() as f64 - merged_away(case, &plan, &there).len() as f64;
    before.working_days = today.earliest(&take_before).1;
    after.working_days = plan.earliest(&take_after).1;
    for (i, s) in steps() {
        if present[i] {
            before.visits += s.visits;
            before.fees += s.fee;
            before.copies += s.copies;
        }
        if there[i] {
            after.fees += if s.fee_without_basis { 0.0 } else { s.fee };
            after.copies += s.copies;
        }
    }
    let mut handed_in = BTreeSet::new();
    for g in groups.iter().filter(|g| g.occurs(case, k)) {
        let (copies, fee) = g.today(case, k);
        before.materials += g.asks(case, k);
        before.copies += copies;
        before.fees += fee;
        if g.verdict(case, k).handed_in() {
            let (copies, fee) = g.once(case, k);
            after.materials += 1.0;
            after.copies += copies;
            after.fees += fee;
            handed_in.insert(normal(&case.model.materials[g.rows[0]].name));
        }
    }
    after.visits = visits(case, &plan, &there, &handed_in);
    let forms = fields::merged(case, k);
    let asked: usize =
        case.model.forms.iter().filter(|f| case.model.occurs(&f.when, k)).map(|f| f.fields.len()).sum();
    let (id, name, frequency) = k.map_or_else(
        || (String::new(), String::new(), 1.0),
        |k| {
            let s = &case.model.situations[k];
            (s.id.clone(), s.name.clone(), s.frequency)
        },
    );
    Ok(SituationFigures {
        id,
        name,
        frequency,
        before,
        after,
        critical_path_before: case.ids(&today.critical(&take_before, &present)),
        critical_path: case.ids(&plan.critical(&take_after, &there)),
        form_fields: BeforeAfter { before: asked as f64, after: forms.fields.len() as f64 },
    })
}

/// Within one level of the plan one visit serves all.
fn visits(case: &Case<'_>, plan: &Dag, there: &[bool], handed_in: &BTreeSet<String>) -> f64 {
    let mut most: BTreeMap<usize, f64> = BTreeMap::new();
    for (i, level) in plan.levels().into_iter().enumerate().filter(|(i, _)| there[*i]) {
        let s = &case.model.steps[i];
        let for_nothing =
            !s.visit_for.is_empty() && !s.visit_for.iter().any(|m| handed_in.contains(&normal(m)));
        if !s.online && !for_nothing {
            let best = most.entry(level).or_default();
            *best = best.max(s.visits);
        }
    }
    most.values().sum()
}

/// Steps that count with another: the same `merge` word, the same forced predecessors.
fn merged_away(case: &Case<'_>, plan: &Dag, there: &[bool]) -> Vec<(usize, usize)> {
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); plan.len()];
    for (a, b) in plan.edges() {
        before[b].insert(a);
    }
    let mut first: BTreeMap<(&str, &BTreeSet<usize>), usize> = BTreeMap::new();
    let mut away = Vec::new();
    for (i, s) in case.model.steps.iter().enumerate().filter(|(i, s)| there[*i] && !s.merge.is_empty()) {
        match first.get(&(s.merge.as_str(), &before[i])) {
            Some(&j) => away.push((i, j)),
            None => {
                first.insert((&s.merge, &before[i]), i);
            }
        }
    }
    away
}

/// Steps of one level of the plan when every step occurs; groups of one are left out.
pub(super) fn parallel(case: &Case<'_>) -> Result<Vec<Vec<String>>, OptimiseError> {
    let plan = orders::forced(case)?;
    let mut levels: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, level) in plan.levels().into_iter().enumerate().filter(|(i, _)| case.stays[*i]) {
        levels.entry(level).or_default().push(i);
    }
    Ok(levels.into_values().filter(|g| g.len() > 1).map(|g| case.ids(&g)).collect())
}

/// Steps that go or count with another.
pub(super) fn dropped(case: &Case<'_>) -> Result<Vec<DroppedStep>, OptimiseError> {
    let plan = orders::forced(case)?;
    let step = |i: usize| &case.model.steps[i];
    let gone = (0..plan.len()).filter(|&i| !case.stays[i]).map(|i| DroppedStep {
        id: step(i).id.clone(),
        name: step(i).name.clone(),
        how: "dropped",
        reason: Said::new(
            "只因习惯而设，法律未要求，产出无人需要",
            "it exists by habit only, no law asks for it and nobody needs what it makes",
        ),
    });
    let away = merged_away(case, &plan, &case.stays).into_iter().map(|(i, j)| DroppedStep {
        id: step(i).id.clone(),
        name: step(i).name.clone(),
        how: "merged",
        reason: Said::new(
            format!("与“{}”同时、同类（{}），一并办理，按一个环节计", step(j).name, step(i).merge),
            format!("done together with {:?} ({}), counted as one step", step(j).id, step(i).merge),
        ),
    });
    Ok(gone.chain(away).collect())
}

/// When every step runs, today and in the plan, when every step occurs.
pub(super) fn plan(case: &Case<'_>) -> Result<Vec<PlannedStep>, OptimiseError> {
    let present = case.present(None);
    let there: Vec<bool> = present.iter().zip(&case.stays).map(|(p, s)| *p && *s).collect();
    let (today, plan) = (case.linked.check(case.model)?, plan_of(case, &there)?);
    let (begin, _) = today.earliest(&take(case, &present));
    let days = take(case, &there);
    let (start, end) = plan.earliest(&days);
    let late = plan.latest(&days, end);
    let round = |x: f64| (x * 1e6).round() / 1e6;
    Ok(case
        .model
        .steps
        .iter()
        .enumerate()
        .map(|(i, s)| PlannedStep {
            id: s.id.clone(),
            name: s.name.clone(),
            unit: case.unit_name(i),
            days: case.days[i],
            before_start: begin[i],
            after_start: there[i].then(|| round(start[i])),
            slack: there[i].then(|| round(late[i] - start[i])),
        })
        .collect())
}
