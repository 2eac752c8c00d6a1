//! The plan of a theme (O2): which step waits for which, no more than law and need force, worked out by `optimise`. A
//! single item keeps the order of its guide.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{Limit, LimitUnit, StepKind};
use kernel::{Said, UnitId};
use serde_json::{Value, json};
use workday::Length;

use crate::basis::{Part, Task};
use crate::part::{PartOf, is_task};
use crate::theme::{Theme, one_name};

/// The plan, and what it is measured against.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// the steps at units
    pub tasks: Vec<Task>,
    /// working days along the longest path when every item is done after the other, as without the theme
    pub days_apart: f64,
    /// working days along the longest path of the plan
    pub days: f64,
    /// why an order stayed
    pub kept: Vec<(String, String, Said)>,
}

impl Plan {
    /// What can be promised: what the plan takes, and not more than the item that promises least.
    pub(crate) fn promised(&self, parts: &[PartOf<'_>]) -> Length {
        let longest = parts.iter().filter_map(|p| p.item.promised_limit).max_by_key(|l| l.work_hours());
        let planned = self.days.ceil().clamp(1.0, 1000.0) as u32;
        match longest {
            Some(l) if parts.len() == 1 || f64::from(l.work_hours()) / 8.0 > self.days => length(l),
            _ => Length::Workdays(planned),
        }
    }
}

/// A limit of the catalogue as the calendar counts it.
pub(crate) const fn length(l: Limit) -> Length {
    let n = l.amount as u32;
    match l.unit {
        LimitUnit::WorkDay => Length::Workdays(n),
        LimitUnit::Day => Length::Days(n),
        LimitUnit::Hour => Length::WorkingHours(n),
        LimitUnit::Month => Length::Days(n * 30),
    }
}

/// An order that law or need forces, or that is only habit.
struct Order {
    from: String,
    to: String,
    /// the law or the thing handed over; empty: habit
    ground: String,
    is_law: bool,
}

pub(crate) fn plan(
    theme: &Theme,
    parts: &[PartOf<'_>],
    of: &[Part],
    made: &BTreeSet<String>,
    unit: &dyn Fn(&str, &str) -> Result<UnitId, Said>,
) -> Result<Plan, Said> {
    let (mut tasks, orders) = laid_out(theme, parts, of, made, unit)?;
    let days: BTreeMap<String, f64> = tasks.iter().map(|t| (t.id.clone(), days_of(t))).collect();
    if theme.is_single() {
        for o in &orders {
            order(&mut tasks, o);
        }
        check_circle(of, &tasks)?;
        let days = longest(&tasks, &days);
        return Ok(Plan { tasks, days_apart: days, days, kept: Vec::new() });
    }
    let mut apart = 0.0;
    for n in 0..parts.len() {
        let mut own: Vec<Task> = tasks.iter().filter(|t| t.part == n).cloned().collect();
        for o in &orders {
            order(&mut own, o);
        }
        let ids: BTreeSet<String> = own.iter().map(|t| t.id.clone()).collect();
        for t in &mut own {
            t.after.retain(|a| ids.contains(a));
        }
        check_circle(of, &own)?;
        apart += longest(&own, &days);
    }
    // What law and need force must not go in a circle; said in the names of the steps.
    let mut forced = tasks.clone();
    for o in orders.iter().filter(|o| !o.ground.is_empty()) {
        order(&mut forced, o);
    }
    check_circle(of, &forced)?;
    let kept = lawful(theme, &mut tasks, &orders)?;
    let planned = longest(&tasks, &days);
    Ok(Plan { tasks, days_apart: apart, days: planned, kept })
}

/// Asks `optimise` which orders must stay.
fn lawful(theme: &Theme, tasks: &mut [Task], orders: &[Order]) -> Result<Vec<(String, String, Said)>, Said> {
    let steps: Vec<Value> = tasks
        .iter()
        .map(|t| json!({"id": t.id, "name": format!("{}（{}）", t.name, t.id), "unit": t.unit.to_string(), "days": days_of(t)}))
        .collect();
    let orders: Vec<Value> = orders
        .iter()
        .map(|o| {
            let ground = match (o.ground.is_empty(), o.is_law) {
                (true, _) => "habit",
                (false, true) => "law",
                (false, false) => "need",
            };
            json!({"from": o.from, "to": o.to, "ground": ground, "cite": o.ground})
        })
        .collect();
    let model = json!({"format": 1, "id": theme.code, "name": theme.name, "steps": steps, "orders": orders});
    let told = |e: &dyn std::fmt::Display| Said::of_both(&e.to_string());
    let model = optimise::Model::from_json(&model.to_string()).map_err(|e| told(&e))?;
    let redesign = optimise::redesign(&model).map_err(|e| told(&e))?;
    let mut kept = Vec::new();
    for o in redesign.kept_orders.iter().filter(|o| o.drawn) {
        if let Some(t) = tasks.iter_mut().find(|t| t.id == o.to)
            && !t.after.contains(&o.from)
        {
            t.after.push(o.from.clone());
        }
        kept.push((o.from.clone(), o.to.clone(), o.reason.clone()));
    }
    Ok(kept)
}

/// The steps at units with every order that anybody names.
fn laid_out(
    theme: &Theme,
    parts: &[PartOf<'_>],
    of: &[Part],
    made: &BTreeSet<String>,
    unit: &dyn Fn(&str, &str) -> Result<UnitId, Said>,
) -> Result<(Vec<Task>, Vec<Order>), Said> {
    let id = |n: usize, step: &str| format!("{}.{step}", n + 1);
    let decision = |n: usize| {
        let own = parts[n].steps.iter().find(|s| s.kind == StepKind::Decide);
        id(n, own.map_or("decide", |s| s.id.as_str()))
    };
    let (mut tasks, mut orders) = (Vec::new(), Vec::new());
    for (n, p) in parts.iter().enumerate() {
        let decides = decision(n);
        let mut one_decision = false;
        for s in p.steps.iter().filter(|s| is_task(s.kind)) {
            let name = if s.unit.is_empty() { &p.item.unit } else { &s.unit };
            // Only the first of several deciding steps decides; the others are reviews on the way there.
            let decides_here = s.kind == StepKind::Decide && !one_decision;
            one_decision |= decides_here;
            let kind = if s.kind == StepKind::Decide && !decides_here { StepKind::Review } else { s.kind };
            let by = if decides_here { of[n].unit } else { unit(name, &p.item.name)? };
            tasks.push(Task {
                id: id(n, &s.id),
                part: n,
                name: s.name.clone(),
                kind,
                unit: by,
                after: Vec::new(),
                limit: s.limit.map(length),
            });
            for before in through(p, s) {
                orders.push(Order {
                    from: id(n, before),
                    to: id(n, &s.id),
                    ground: s.order_basis.clone(),
                    is_law: true,
                });
            }
            if !decides_here {
                orders.push(Order {
                    from: id(n, &s.id),
                    to: decides.clone(),
                    ground: "行政许可法第三十七条：审查后作出决定".to_owned(),
                    is_law: true,
                });
            }
        }
        if !one_decision {
            tasks.push(Task {
                id: decides.clone(),
                part: n,
                name: "决定".to_owned(),
                kind: StepKind::Decide,
                unit: of[n].unit,
                after: Vec::new(),
                limit: None,
            });
        }
        let wants: Vec<String> = p.materials.iter().map(|m| one_name(&m.name, &theme.same)).collect();
        for name in wants.iter().filter(|w| made.contains(*w)) {
            let makes =
                |k: &usize| parts[*k].item.results.iter().any(|r| one_name(&r.name, &theme.same) == *name);
            let Some(maker) = (0..parts.len()).find(|k| *k != n && makes(k)) else { continue };
            // The steps that use it wait for it; when no step says so, the decision does.
            let uses = |s: &&catalogue::Step| {
                let names = s.consumes.iter().filter_map(|c| p.item.material(c));
                is_task(s.kind) && names.map(|m| one_name(&m.name, &theme.same)).any(|m| m == *name)
            };
            let users: Vec<String> = p.steps.iter().copied().filter(uses).map(|s| id(n, &s.id)).collect();
            let users = if users.is_empty() { vec![decides.clone()] } else { users };
            for to in users {
                orders.push(Order {
                    from: decision(maker),
                    to,
                    ground: format!("需要“{name}”"),
                    is_law: false,
                });
            }
        }
    }
    orders.retain(|o| o.from != o.to);
    Ok((tasks, orders))
}

/// Ids of the steps at units that come before this one, looking through receiving and accepting.
fn through<'a>(p: &PartOf<'a>, step: &catalogue::Step) -> BTreeSet<&'a str> {
    let find = |id: &str| p.steps.iter().copied().find(|s| s.id == id);
    let mut out = BTreeSet::new();
    let mut todo: Vec<&str> = step.after.iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = todo.pop() {
        let Some(s) = find(id) else { continue };
        if !seen.insert(s.id.as_str()) {
            continue;
        }
        if is_task(s.kind) {
            out.insert(s.id.as_str());
        } else {
            todo.extend(s.after.iter().map(String::as_str));
        }
    }
    out
}

fn order(tasks: &mut [Task], o: &Order) {
    if let Some(t) = tasks.iter_mut().find(|t| t.id == o.to)
        && !t.after.contains(&o.from)
    {
        t.after.push(o.from.clone());
    }
}

fn days_of(t: &Task) -> f64 {
    match t.limit {
        Some(Length::Workdays(n)) => f64::from(n),
        Some(Length::Days(n)) => f64::from(n) * 5.0 / 7.0,
        Some(Length::WorkingHours(n)) => f64::from(n) / 8.0,
        Some(Length::Hours(n)) => f64::from(n) / 24.0,
        None if t.kind == StepKind::Decide => 0.0,
        None => 1.0,
    }
}

fn check_circle(of: &[Part], tasks: &[Task]) -> Result<(), Said> {
    match crate::basis::circle(of, tasks) {
        None => Ok(()),
        Some(names) => Err(crate::basis::in_a_circle(&names)),
    }
}

/// Working days along the longest path. The orders go in no circle.
fn longest(tasks: &[Task], days: &BTreeMap<String, f64>) -> f64 {
    let mut end: BTreeMap<&str, f64> = BTreeMap::new();
    for _ in 0..tasks.len() {
        for t in tasks {
            let start = t.after.iter().filter_map(|a| end.get(a.as_str())).fold(0.0f64, |a, b| a.max(*b));
            end.insert(&t.id, start + days.get(&t.id).copied().unwrap_or(0.0));
        }
    }
    end.values().fold(0.0, |a, b| a.max(*b))
}
