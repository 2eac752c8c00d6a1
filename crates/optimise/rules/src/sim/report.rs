//! Replications, intervals, and two designs compared on common random numbers.

use kernel::Said;
use serde::Serialize;

use super::Scenario;
use super::engine::{self, Run};
use super::from_model::{self, Design};
use super::net::Net;
use super::stats::{Histogram, half_width};
use crate::OptimiseError;
use crate::model::Model;

const HOUR: f64 = 3_600.0;

/// How to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// cases in each replication
    pub cases: u64,
    /// seed
    pub seed: u64,
    /// independent replications
    pub replications: u32,
    /// cut the warm-up (MSER-5)
    pub settle: bool,
    /// events of one replication at most: beyond it the run ends and its means are called meaningless
    pub events_max: u64,
}

impl Options {
    /// `cases` cases in each of ten replications (five when there are very many).
    pub const fn new(cases: u64, seed: u64) -> Self {
        Self {
            cases,
            seed,
            replications: if cases > 200_000 { 5 } else { 10 },
            settle: true,
            events_max: EVENTS_LEAST.saturating_add(cases.saturating_mul(EVENTS_PER_CASE)),
        }
    }
}

/// Events of one replication that are never too many, and those of a case beside them: in a process that grows without
/// end a run would never be over.
const EVENTS_LEAST: u64 = 2_000_000;
const EVENTS_PER_CASE: u64 = 1_000;
/// Cases of one run at most.
const MOST_CASES: u64 = 50_000_000;

/// A mean with its 95 % interval over the replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// mean
    pub mean: f64,
    /// lower end
    pub low: f64,
    /// upper end
    pub high: f64,
}

impl Estimate {
    pub(crate) fn of(values: &[f64]) -> Self {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let half = half_width(values);
        let half = if half.is_finite() { half } else { 0.0 };
        Self { mean, low: mean - half, high: mean + half }
    }
    /// Does the interval hold `x`?
    pub fn holds(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }
}

/// Figures of one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepReport {
    /// name
    pub name: String,
    /// times handled, per case
    pub per_case: f64,
    /// hours from ready to begun, each time
    pub waiting_hours: f64,
    /// working hours it took, each time
    pub processing_hours: f64,
    /// hours from begin to end with nights and weekends, each time
    pub lasting_hours: f64,
}

/// How busy a unit is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupReport {
    /// unit or resource
    pub name: String,
    /// how many
    pub staff: u32,
    /// share of its working time
    pub utilisation: Estimate,
}

/// What a simulation says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimReport {
    /// name of the model
    pub name: String,
    /// cases in each replication
    pub cases: u64,
    /// replications
    pub replications: u32,
    /// seed
    pub seed: u64,
    /// events of all replications
    pub events: u64,
    /// hours from arrival to the end, nights and weekends included
    pub cycle_time: Estimate,
    /// the same in working days of the office calendar
    pub cycle_working_days: Estimate,
    /// share of the cases that took no longer than the target of the model, when it has one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_target: Option<Estimate>,
    /// hours of waiting of a case, all steps together
    pub waiting: Estimate,
    /// working hours of handling of a case, all steps together
    pub processing: Estimate,
    /// quantiles of the hours from arrival to the end: 50, 80, 90, 95, 99 %
    pub quantiles: Vec<(f64, f64)>,
    /// cases refused, share
    pub refused: Estimate,
    /// units
    pub utilisation: Vec<GroupReport>,
    /// steps
    pub steps: Vec<StepReport>,
    /// cases cut off as warm-up, mean of the replications
    pub warm_up_cases: f64,
    /// most cases inside at one time
    pub most_inside: usize,
    /// a queue grew without end: the figures mean nothing
    pub overloaded: bool,
    /// what was assumed
    pub warnings: Vec<Said>,
}

/// Simulates today's design or the lawful one of a model.
pub fn simulate(model: &Model, design: Design, options: Options) -> Result<SimReport, OptimiseError> {
    let (net, assumed) = from_model::net(model, design)?;
    let mut report = of_runs(&net, &model.name, options, &runs(&net, options)?);
    if assumed {
        report.warnings.push(assumption(&net));
    }
    Ok(report)
}

/// What was assumed about arrivals that the model does not state.
fn assumption(net: &Net) -> Said {
    if net.resources.is_empty() {
        return Said::new(
            "模型未写到达和人手：按平均每个工作日一件、不排队计",
            "the model states neither arrivals nor staff: one case a working day in the mean, and no queues",
        );
    }
    Said::new(
        "模型未写到达：按最忙单位忙碌七成设定",
        "the model states no arrivals: assumed so that the busiest unit is busy 70 % of its time",
    )
}

/// The figures of a design and the mean hours of each replication, for paired comparison.
pub(crate) fn measured(
    model: &Model,
    design: Design,
    options: Options,
) -> Result<(SimReport, Vec<f64>), OptimiseError> {
    let (net, _) = from_model::net(model, design)?;
    let runs = runs(&net, options)?;
    let hours = runs.iter().map(|r| settled(r, options.settle).0).collect();
    Ok((of_runs(&net, &model.name, options, &runs), hours))
}

/// The time between arrivals (working hours) that today's design is simulated with.
pub(crate) fn arrivals_of(model: &Model) -> Result<crate::Distribution, OptimiseError> {
    let (net, _) = from_model::net(model, Design::Today)?;
    Ok(net.dists[net.arrivals.0 as usize].scaled(1.0 / HOUR))
}

/// Simulates a scenario of the reference tool.
pub fn simulate_scenario(scenario: &Scenario, options: Options) -> Result<SimReport, OptimiseError> {
    let net = &scenario.net;
    let mut report = of_runs(net, &scenario.name, options, &runs(net, options)?);
    report.warnings.extend(scenario.warnings.iter().cloned());
    Ok(report)
}

fn runs(net: &Net, options: Options) -> Result<Vec<Run>, OptimiseError> {
    let n = u64::from(options.replications);
    if options.cases == 0 || n == 0 || options.cases.saturating_mul(n) > MOST_CASES {
        return Err(OptimiseError::cannot(
            format!("件数应为 1 到 {MOST_CASES}（全部重复合计）"),
            format!("cases must be 1 to {MOST_CASES}, all replications together"),
        ));
    }
    Ok((0..n)
        .map(|k| {
            let seed = options.seed.wrapping_add(k.wrapping_mul(0x9E37_79B9));
            engine::run(net, options.cases, seed, options.events_max)
        })
        .collect())
}

/// (mean hours in the system, mean hours of waiting, warm-up cases) of one run.
fn settled(run: &Run, settle: bool) -> (f64, f64, f64) {
    if settle {
        let (cut, cycle, wait) = run.batches.settled();
        (cycle / HOUR, wait / HOUR, cut as f64)
    } else {
        let waits: f64 = run.nodes.iter().map(|n| n.waiting).sum();
        let n = run.cases.max(1) as f64;
        let lasting = run.batches.total();
        (lasting / n / HOUR, waits / n / HOUR, 0.0)
    }
}

fn of_runs(net: &Net, name: &str, options: Options, runs: &[Run]) -> SimReport {
    let load = net.load();
    let each = |f: &dyn Fn(&Run) -> f64| Estimate::of(&runs.iter().map(f).collect::<Vec<_>>());
    let mut histogram = Histogram::new();
    for r in runs {
        histogram.join(&r.histogram);
    }
    let per_case = |x: f64, r: &Run| x / r.cases.max(1) as f64;
    let mut warnings = Vec::new();
    for (g, l) in net.groups.iter().zip(&load).filter(|(_, l)| **l >= 1.0) {
        warnings.push(Said::new(
            format!("{g} 的工作量是其工时的 {:.0}%，排队会越来越长", l * 100.0),
            format!("{g} has {:.0} % of the work it has time for: its queue grows without end", l * 100.0),
        ));
    }
    if runs.iter().any(|r| r.events > options.events_max) {
        warnings.push(Said::new(
            format!("一次推演超过 {} 个事件，没有做完：请检查是否有环节越走越多，或减少返工、件数", options.events_max),
            format!(
                "a run passed {} events and was ended: look for steps that lead to more and more of themselves, or take less rework or fewer cases",
                options.events_max
            ),
        ));
    }
    SimReport {
        name: name.to_owned(),
        cases: options.cases,
        replications: options.replications,
        seed: options.seed,
        events: runs.iter().map(|r| r.events).sum(),
        cycle_time: each(&|r| settled(r, options.settle).0),
        cycle_working_days: each(&|r| per_case(r.worked_cycle, r) / net.day),
        within_target: net.within.map(|_| each(&|r| per_case(r.within as f64, r))),
        waiting: each(&|r| settled(r, options.settle).1),
        processing: each(&|r| per_case(r.processing, r) / HOUR),
        quantiles: [0.5, 0.8, 0.9, 0.95, 0.99].iter().map(|q| (*q, histogram.quantile(*q) / HOUR)).collect(),
        refused: each(&|r| per_case(r.refused as f64, r)),
        utilisation: groups(net, runs),
        steps: steps(net, runs),
        warm_up_cases: runs.iter().map(|r| settled(r, options.settle).2).sum::<f64>() / runs.len() as f64,
        most_inside: runs.iter().map(|r| r.most_inside).max().unwrap_or(0),
        overloaded: runs.iter().any(|r| r.overloaded) || load.iter().any(|l| *l >= 1.0),
        warnings,
    }
}

fn groups(net: &Net, runs: &[Run]) -> Vec<GroupReport> {
    let share = |g: usize, run: &Run| {
        let (mut busy, mut time) = (0.0, 0.0);
        for (r, b) in net.resources.iter().zip(&run.busy).filter(|(r, _)| r.group as usize == g) {
            busy += b;
            time += net.calendars[r.calendar as usize].between(run.began, run.ended);
        }
        if time > 0.0 { busy / time } else { 0.0 }
    };
    net.groups
        .iter()
        .enumerate()
        .map(|(g, name)| GroupReport {
            name: name.clone(),
            staff: net.resources.iter().filter(|r| r.group as usize == g).count() as u32,
            utilisation: Estimate::of(&runs.iter().map(|r| share(g, r)).collect::<Vec<_>>()),
        })
        .collect()
}

fn steps(net: &Net, runs: &[Run]) -> Vec<StepReport> {
    let cases: u64 = runs.iter().map(|r| r.cases).sum();
    let sum = |i: usize, f: &dyn Fn(&engine::NodeFigures) -> f64| -> f64 {
        runs.iter().map(|r| f(&r.nodes[i])).sum()
    };
    let shown = net.nodes.iter().enumerate().filter(|(_, n)| n.shown);
    shown
        .map(|(i, n)| {
            let count = sum(i, &|f| f.count as f64);
            let mean = |x: f64| if count > 0.0 { x / count / HOUR } else { 0.0 };
            StepReport {
                name: n.name.clone(),
                per_case: count / cases.max(1) as f64,
                waiting_hours: mean(sum(i, &|f| f.waiting)),
                processing_hours: mean(sum(i, &|f| f.working)),
                lasting_hours: mean(sum(i, &|f| f.lasting)),
            }
        })
        .collect()
}

/// Both answers, today and redesigned: the lawful critical path and the simulated reality.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// the lawful plan: working days before and after
    pub lawful_days: crate::BeforeAfter,
    /// today simulated
    #[serde(flatten)]
    pub today: SimReport,
    /// the lawful plan simulated on the same arrivals and durations
    pub redesigned: SimReport,
    /// hours saved in the mean, from paired replications
    pub saved_hours: Estimate,
    /// the target of the model, judged by the simulated cases
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetShare>,
    /// what the two answers say together
    pub reading: Said,
}

/// A target is reached when at least this share of the simulated cases meets it.
pub const TARGET_SHARE: f64 = 0.9;

/// How many simulated cases meet the target, with the path without queues beside it (O8).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetShare {
    /// the target in working days
    pub working_days: f64,
    /// where it is set
    pub source: String,
    /// share of the cases of today's design that meet it
    pub today: Estimate,
    /// share of the cases of the lawful design that meet it
    pub redesigned: Estimate,
    /// does the lawful design reach it: at least [`TARGET_SHARE`] of its cases do
    pub reached: bool,
    /// does the longest lawful path without any queue keep within it
    pub path_within: bool,
}

/// Simulates both designs on common random numbers.
pub fn compare(model: &Model, options: Options) -> Result<Comparison, OptimiseError> {
    let plan = crate::redesign(model)?;
    let (before, assumed) = from_model::net(model, Design::Today)?;
    let (mut after, _) = from_model::net(model, Design::Lawful)?;
    let between = before.dists[before.arrivals.0 as usize].clone();
    after.arrivals.0 = after.dist(between);
    let (a, b) = (runs(&before, options)?, runs(&after, options)?);
    let mut today = of_runs(&before, &model.name, options, &a);
    let redesigned = of_runs(&after, &model.name, options, &b);
    let hours = |r: &Run| settled(r, options.settle).0;
    let saved = Estimate::of(&a.iter().zip(&b).map(|(a, b)| hours(a) - hours(b)).collect::<Vec<_>>());
    if assumed {
        today.warnings.push(assumption(&before));
    }
    let (l0, l1) = (plan.before.working_days, plan.after.working_days);
    let (s0, s1) = (today.cycle_working_days.mean, redesigned.cycle_working_days.mean);
    let cut = |a: f64, b: f64| if a > 0.0 { (a - b) / a * 100.0 } else { 0.0 };
    let reading = Said::new(
        format!(
            "法定最长路径由 {l0:.2} 个工作日降到 {l1:.2}（降 {:.0}%）；仿真平均由 {s0:.2} 降到 {s1:.2}（降 {:.0}%）。两者之差是排队、日历和次数",
            cut(l0, l1),
            cut(s0, s1)
        ),
        format!(
            "the lawful path falls from {l0:.2} to {l1:.2} working days ({:.0} %), the simulated mean from {s0:.2} to {s1:.2} ({:.0} %); what lies between is queues, calendar and repetition",
            cut(l0, l1),
            cut(s0, s1)
        ),
    );
    let meaningless = today.overloaded || redesigned.overloaded;
    let shares = today.within_target.zip(redesigned.within_target).filter(|_| !meaningless);
    let target = model.target.as_ref().zip(shares).map(|(t, (was, is))| TargetShare {
        working_days: t.working_days,
        source: t.source.clone(),
        today: was,
        redesigned: is,
        reached: is.mean >= TARGET_SHARE,
        path_within: plan.target.as_ref().is_some_and(|t| t.after),
    });
    Ok(Comparison {
        target,
        lawful_days: crate::BeforeAfter { before: l0, after: l1 },
        today,
        redesigned,
        saved_hours: saved,
        reading,
    })
}
