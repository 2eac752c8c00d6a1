//! The shortest lawful schedule of one case when every unit has the staff it has (O2).

use serde::Serialize;

use super::{Case, tidy};
use crate::OptimiseError;
use crate::rcpsp::Project;

/// A schedule with limited staff.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Staffed {
    /// its length
    #[serde(serialize_with = "tidy")]
    pub working_days: f64,
    /// no schedule is shorter
    #[serde(serialize_with = "tidy")]
    pub lower_bound_days: f64,
    /// is it proven shortest
    pub proven: bool,
    /// (id of the step, start in working days)
    pub start: Vec<(String, f64)>,
}

/// Nodes searched at most: well under a second.
const NODES: u64 = 100_000;
/// Grid points of the whole serial length at most; days are rounded up to the grid beyond.
const FINEST: f64 = 50_000.0;

pub(super) fn plan(case: &Case<'_>) -> Result<Option<Staffed>, OptimiseError> {
    let model = case.model;
    let limited: Vec<usize> = (0..model.units.len()).filter(|&u| model.units[u].staff.is_some()).collect();
    if limited.is_empty() {
        return Ok(None);
    }
    let present = case.present(None);
    let here: Vec<usize> = (0..model.steps.len()).filter(|&i| present[i] && case.stays[i]).collect();
    let total: f64 = here.iter().map(|&i| case.days[i]).sum();
    // A minute of an eight-hour day, or coarser when the whole is long.
    let grid = (1.0f64 / 480.0).max(total / FINEST);
    let units = |d: f64| (d / grid - 1e-6).ceil().max(0.0) as u32;
    let at = |i: usize| here.iter().position(|x| *x == i);
    let forced = case.forced()?;
    let edges: Vec<_> = forced.edges().filter_map(|(a, b)| at(a).zip(at(b))).collect();
    let needs = here
        .iter()
        .map(|&i| limited.iter().map(|&u| u32::from(model.units[u].id == model.steps[i].unit)).collect())
        .collect();
    let capacity = limited.iter().map(|&u| model.units[u].staff.unwrap_or(1)).collect();
    let durations = here.iter().map(|&i| units(case.days[i])).collect();
    let project = Project::new(durations, edges, needs, capacity)?;
    let s = if here.len() > 128 { project.heuristic(0) } else { project.solve(NODES) };
    Ok(Some(Staffed {
        working_days: f64::from(s.makespan) * grid,
        lower_bound_days: f64::from(s.lower_bound) * grid,
        proven: s.proven,
        start: here
            .iter()
            .zip(&s.start)
            .map(|(&i, t)| (model.steps[i].id.clone(), f64::from(*t) * grid))
            .collect(),
    }))
}
