//! A model as a network: today's orders or the lawful ones.

use super::calendar::Calendar;
use super::net::{Kind, Net, Node, Resource};
use crate::OptimiseError;
use crate::dist::Distribution;
use crate::model::{Model, Shift, Step};
use crate::redesign::Case;
use crate::rng::mix;

/// Which orders are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// 现行: every order of today, every step
    Today,
    /// 再造: the forced orders, the steps that stay
    Lawful,
}

const HOUR: f64 = 3_600.0;
/// How busy the busiest unit is made when the model says nothing about arrivals.
const ASSUMED_LOAD: f64 = 0.7;
/// Staff of all units at most.
const MOST_STAFF: usize = 20_000;

/// The network of a design; the flag says whether arrivals had to be assumed.
pub(crate) fn net(model: &Model, design: Design) -> Result<(Net, bool), OptimiseError> {
    if model.situations.len() > 64 {
        return Err(OptimiseError::TooMany {
            path: "situations".into(),
            count: model.situations.len(),
            limit: 64,
        });
    }
    let case = Case::new(model)?;
    let office = |shifts: &[Shift]| match (shifts.is_empty(), model.calendar.is_empty()) {
        (false, _) => Calendar::new(shifts),
        (true, false) => Calendar::new(&model.calendar),
        (true, true) => Calendar::new(&Shift::office()),
    };
    let mut net = Net {
        nodes: Vec::new(),
        first: 0,
        resources: Vec::new(),
        groups: Vec::new(),
        calendars: vec![office(&[])],
        dists: Vec::new(),
        situations: Vec::new(),
        arrivals: (0, 0),
        day: model.hours_per_day * HOUR,
        begin: 0.0,
        as_reference: false,
        within: model.target.as_ref().map(|t| t.working_days * model.hours_per_day * HOUR),
    };
    let mut end = 0.0;
    for s in &model.situations {
        end += s.frequency;
        net.situations.push(end);
    }
    let staff = staff(model, &mut net, &office)?;
    let calendars: Vec<u32> = model
        .steps
        .iter()
        .map(|s| {
            let unit = model.units.iter().find(|u| u.id == s.unit);
            net.calendar(office(unit.map_or(&[], |u| &u.calendar)))
        })
        .collect();
    steps(model, &case, design, &staff, &calendars, &mut net);
    net.assign();
    let assumed = arrivals(model, &mut net, &office);
    Ok((net, assumed))
}

/// One resource for every member of staff; for every unit the numbers of its resources.
fn staff(
    model: &Model,
    net: &mut Net,
    office: &dyn Fn(&[Shift]) -> Calendar,
) -> Result<Vec<Vec<u32>>, OptimiseError> {
    let mut all = Vec::new();
    for u in &model.units {
        let mut members = Vec::new();
        if let Some(n) = u.staff {
            let group = net.groups.len() as u32;
            net.groups.push(u.name.clone());
            let calendar = net.calendar(office(&u.calendar));
            if net.resources.len() + n as usize > MOST_STAFF {
                return Err(OptimiseError::TooMany {
                    path: "units".into(),
                    count: n as usize,
                    limit: MOST_STAFF,
                });
            }
            for _ in 0..n {
                members.push(net.resources.len() as u32);
                net.resources.push(Resource { group, calendar, tasks: Vec::new() });
            }
        }
        all.push(members);
    }
    Ok(all)
}

fn key(id: &str) -> u64 {
    id.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| mix(h ^ u64::from(b))) >> 21
}

/// The whole duration of a step, and the part of it for which staff is busy, in seconds.
fn times(model: &Model, s: &Step) -> (Distribution, Option<Distribution>) {
    let limit = || Distribution::fixed(model.days_of(s) * model.hours_per_day);
    let total = s.duration.clone().unwrap_or_else(limit).scaled(HOUR);
    (total, s.work.as_ref().map(|w| w.scaled(HOUR)))
}

fn steps(
    model: &Model,
    case: &Case<'_>,
    design: Design,
    staff: &[Vec<u32>],
    calendars: &[u32],
    net: &mut Net,
) {
    let here: Vec<bool> = match design {
        Design::Today => vec![true; model.steps.len()],
        Design::Lawful => case.stays.clone(),
    };
    let mut begin = Node::new("", Kind::Every, 0);
    begin.shown = false;
    net.nodes.push(begin);
    let number = |i: usize| i as u32 + 1;
    for (i, s) in model.steps.iter().enumerate() {
        let (total, work) = times(model, s);
        let unit = model.units.iter().position(|u| u.id == s.unit);
        let members = unit.map_or(&[][..], |u| &staff[u]);
        let kind = if members.is_empty() {
            Kind::Delay(net.dist(total), calendars[i])
        } else {
            let busy = net.dist(work.clone().unwrap_or_else(|| total.clone()));
            Kind::Task(members.iter().map(|r| (*r, busy)).collect())
        };
        let mut node = Node::new(s.name.clone(), kind, key(&s.id));
        if work.is_some() && !members.is_empty() && (s.duration.is_some() || s.days.is_some()) {
            let (total, _) = times(model, s);
            node.total = Some((net.dist(total), calendars[i]));
        }
        if !s.when.is_empty() && !model.situations.is_empty() {
            let bits = model.situations.iter().enumerate().filter(|(_, x)| s.when.contains(&x.id));
            node.when = bits.fold(0, |b, (k, _)| b | 1 << k);
        }
        node.probability = s.probability;
        node.refuse = s.refuse;
        node.rework = s.rework.as_ref().map(|r| {
            let to = model.steps.iter().position(|x| x.id == r.to).filter(|to| here[*to]);
            (r.probability, number(to.unwrap_or(i)))
        });
        node.batch = s.batch.as_ref().map(|b| (b.size, b.max_wait_hours.map(|h| h * HOUR)));
        node.priority = s.priority;
        node.shown = here[i];
        if !here[i] {
            node.when = 0;
        }
        net.nodes.push(node);
    }
    let mut waits = vec![0u32; model.steps.len()];
    for (&(a, b), link) in &case.linked.links {
        let keep = match design {
            Design::Today => true,
            Design::Lawful => link.forced() && here[a] && here[b],
        };
        if keep {
            net.nodes[a + 1].next.push(number(b));
            waits[b] += 1;
        }
    }
    for (i, n) in waits.into_iter().enumerate() {
        net.nodes[i + 1].joins = n;
        if n == 0 && here[i] {
            net.nodes[0].next.push(number(i));
        }
    }
}

fn arrivals(model: &Model, net: &mut Net, office: &dyn Fn(&[Shift]) -> Calendar) -> bool {
    let stated = model.arrivals.as_ref();
    let calendar = net.calendar(office(stated.map_or(&[], |a| &a.calendar)));
    let between = stated.map_or_else(|| Distribution::exponential(8.0 * HOUR), |a| a.between.scaled(HOUR));
    net.arrivals = (net.dist(between), calendar);
    if stated.is_some() {
        return false;
    }
    let busiest = net.load().into_iter().fold(0.0, f64::max);
    if busiest > 0.0 {
        net.arrivals.0 = net.dist(Distribution::exponential(8.0 * HOUR * busiest / ASSUMED_LOAD));
    }
    true
}
