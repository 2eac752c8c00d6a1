//! A model mined from a log (日志 → 流程模型, O4 → O1): steps, how often, how long, in which order, by whom, with the
//! unknowns marked; and whether a simulation of it reproduces the history before it may predict (O6).
//!
//! A log shows what happened, never why: every order it shows is of unknown ground and is kept until somebody names the law,
//! the need or the habit. Pure and deterministic.

use std::collections::{BTreeSet, HashMap};

use eventlog::Log;
use kernel::Said;
use serde::Serialize;
use serde_json::json;

use crate::evidence::Ran;
use crate::model::{Arrivals, Ground, Model, Order, Rework, Shift};
use crate::sim::Calendar;
use crate::{Dag, Design, Estimate, Fit, OptimiseError, Options, arrival_gaps, fit, simulate};

/// Steps mined at most, and the share of cases below which an activity is left out.
const STEPS: usize = 80;
const RARE: f64 = 0.01;
/// An order is taken as one when at least this share of the cases with both steps has it.
const ALWAYS: f64 = 0.95;
/// 1970-01-05 0:00 in Beijing was a Monday; microseconds.
const MONDAY_US: f64 = (4.0 * 86_400.0 - 8.0 * 3_600.0) * 1e6;

/// How well the duration of one step was fitted.
#[derive(Clone, Debug, Serialize)]
pub struct StepFit {
    /// the step
    pub step: String,
    /// the fit; none when the log has no begin times
    pub fit: Option<Fit>,
}

/// What was mined.
#[derive(Clone, Debug)]
pub struct Mined {
    /// the model, unknowns in its warnings
    pub model: Model,
    /// cases in the log
    pub cases: usize,
    /// hours from the first event of a case to its last, nights and week ends included
    pub hours: Vec<f64>,
    /// the fits of the durations
    pub fits: Vec<StepFit>,
}

/// The events of every case, for [`crate::Redesign::observe`].
pub fn cases_of(log: &Log) -> Vec<Vec<Ran>> {
    let begin = log.begin();
    let ran = |e: usize| {
        let end = log.time()[e];
        let start = begin.map_or(end, |b| b[e]);
        let known = |us: i64| us != eventlog::when::NO_TIME;
        known(end).then(|| Ran {
            activity: log.activities.get(log.activity()[e]).to_owned(),
            start: if known(start) { start.min(end) } else { end },
            end,
        })
    };
    log.cases().map(|c| c.filter_map(ran).collect()).collect()
}

/// One activity as it was seen.
#[derive(Default)]
struct Seen {
    cases: u64,
    events: u64,
    place: f64,
    hours: Vec<f64>,
    by: BTreeSet<u32>,
}

/// Hours of the week in which anything happens, as shifts: those with at least a twentieth of the busiest hour.
fn shifts(cases: &[Vec<Ran>]) -> Vec<Shift> {
    let mut bins = [0u64; 168];
    for r in cases.iter().flatten() {
        for us in [r.start, r.end] {
            let hour = ((us as f64 - MONDAY_US) / 3.6e9).rem_euclid(168.0) as usize;
            bins[hour.min(167)] += 1;
        }
    }
    let least = bins.iter().max().map_or(0, |m| m / 20).max(1);
    // An hour without anything between two busy ones is no break.
    let busy = |h: usize| bins[h % 168] >= least;
    let open = |h: usize| busy(h) || (busy(h + 1) && busy(h + 167));
    let mut out: Vec<Shift> = Vec::new();
    for h in (0..168).filter(|h| open(*h)) {
        let (day, hour) = ((h / 24 + 1) as u8, (h % 24) as u32);
        match out.last_mut() {
            Some(s) if s.days == [day] && s.to == hour * 3_600 => s.to += 3_600,
            _ => out.push(Shift { days: vec![day], from: hour * 3_600, to: (hour + 1) * 3_600 }),
        }
    }
    if out.is_empty() { Shift::always() } else { out }
}

fn seen(cases: &[Vec<Ran>], log: &Log, calendar: &Calendar) -> HashMap<String, Seen> {
    let mut all: HashMap<String, Seen> = HashMap::new();
    let s = |us: i64| (us as f64 - MONDAY_US) / 1e6;
    for (c, case) in cases.iter().enumerate() {
        let mut first: HashMap<&str, usize> = HashMap::new();
        // A step whose beginning nobody wrote down did not take nought hours: it tells nothing.
        let timed = log.case(c).filter(|e| log.time()[*e] != eventlog::when::NO_TIME);
        let known = timed
            .map(|e| log.begin().is_some_and(|b| b[e] != eventlog::when::NO_TIME && b[e] <= log.time()[e]));
        for (k, (r, began)) in case.iter().zip(known).enumerate() {
            first.entry(&r.activity).or_insert(k);
            let a = all.entry(r.activity.clone()).or_default();
            a.events += 1;
            if began {
                a.hours.push(calendar.between(s(r.start), s(r.end)).max(0.0) / 3_600.0);
            }
        }
        let n = case.len().max(1) as f64;
        for (name, k) in first {
            if let Some(a) = all.get_mut(name) {
                a.cases += 1;
                a.place += k as f64 / n;
            }
        }
    }
    for e in 0..log.event_count() {
        let who = log.resource()[e];
        if who != Log::NONE
            && let Some(a) = all.get_mut(log.activities.get(log.activity()[e]))
        {
            a.by.insert(who);
        }
    }
    all
}

/// Activities done by nearly the same people are one unit; the number of its people is its staff.
fn units(steps: &[(String, Seen)]) -> (Vec<usize>, Vec<BTreeSet<u32>>) {
    let mut all: Vec<BTreeSet<u32>> = Vec::new();
    let of = steps
        .iter()
        .map(|(_, s)| {
            let like = |u: &BTreeSet<u32>| {
                let both = u.intersection(&s.by).count();
                both * 2 > u.len().min(s.by.len()) && both > 0
            };
            if let Some(k) = all.iter().position(like) {
                all[k].extend(&s.by);
                return k;
            }
            all.push(s.by.clone());
            all.len() - 1
        })
        .collect();
    (of, all)
}

/// Orders that nearly all cases keep, as few as draw them: (first, then, cases with both, share).
fn orders(cases: &[Vec<Ran>], names: &HashMap<&str, usize>) -> Vec<(usize, usize, u64, f64)> {
    let n = names.len();
    let (mut both, mut kept) = (vec![0u64; n * n], vec![0u64; n * n]);
    for case in cases {
        let mut spans: HashMap<usize, (i64, i64)> = HashMap::new();
        for r in case {
            if let Some(&k) = names.get(r.activity.as_str()) {
                let s = spans.entry(k).or_insert((r.start, r.end));
                s.0 = s.0.min(r.start);
                s.1 = s.1.min(r.end);
            }
        }
        for (&a, x) in &spans {
            for (&b, y) in spans.iter().filter(|(b, _)| **b != a) {
                both[a * n + b] += 1;
                kept[a * n + b] += u64::from(x.1 <= y.0 && x.0 < y.1.max(x.0 + 1));
            }
        }
    }
    let least = (cases.len() as u64 / 100).max(3);
    let share = |a: usize, b: usize| kept[a * n + b] as f64 / both[a * n + b].max(1) as f64;
    // Steps are numbered by their mean place: only orders that go forward are taken, so there is no circle.
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    let edges = pairs.filter(|&(a, b)| both[a * n + b] >= least && share(a, b) >= ALWAYS);
    let Ok(dag) = Dag::new(n, edges) else { return Vec::new() };
    dag.reduction().into_iter().map(|(a, b)| (a, b, both[a * n + b], share(a, b))).collect()
}

/// Mines a model from a log.
///
/// # Errors
/// A log without cases or without activities that are frequent enough.
pub fn from_log(name: &str, log: &Log, seed: u64) -> Result<Mined, OptimiseError> {
    // One step may have left several records (start, complete).
    let (log, _) = eventlog::lifecycle::steps(log);
    let log = &*log;
    let cases = cases_of(log);
    let total = cases.iter().filter(|c| !c.is_empty()).count();
    let week = shifts(&cases);
    let mut steps: Vec<(String, Seen)> = seen(&cases, log, &Calendar::new(&week))
        .into_iter()
        .filter(|(_, s)| s.cases as f64 >= RARE * total as f64)
        .collect();
    if total == 0 || steps.is_empty() {
        return Err(OptimiseError::cannot("日志里没有办件", "the log has no cases"));
    }
    steps.sort_by(|a, b| b.1.cases.cmp(&a.1.cases).then(a.0.cmp(&b.0)));
    steps.truncate(STEPS);
    let place = |s: &Seen| s.place / s.cases as f64;
    steps.sort_by(|a, b| place(&a.1).total_cmp(&place(&b.1)).then(a.0.cmp(&b.0)));
    let names: HashMap<&str, usize> = steps.iter().enumerate().map(|(k, s)| (s.0.as_str(), k)).collect();
    let (unit, people) = units(&steps);
    let minimal: Vec<_> = (0..steps.len())
        .map(|k| json!({"id": format!("s{}", k + 1), "name": steps[k].0, "days": 0}))
        .collect();
    let text = json!({"name": name, "source": format!("日志：{total} 件"), "steps": minimal, "orders": []});
    let mut model = Model::from_json(&text.to_string())?;
    model.calendar = week;
    let mut fits = Vec::new();
    for (k, (step, s)) in steps.iter().enumerate() {
        let m = &mut model.steps[k];
        m.days = None;
        m.probability = s.cases as f64 / total as f64;
        let again = (s.events - s.cases) as f64 / s.events.max(1) as f64;
        if again > 0.0 {
            m.rework = Some(Rework { probability: again.min(0.95), to: m.id.clone() });
        }
        let found = fit(&s.hours, seed).ok();
        m.duration = found.as_ref().map(|f| f.chosen.clone());
        if !s.by.is_empty() {
            m.unit = format!("u{}", unit[k] + 1);
        }
        fits.push(StepFit { step: step.clone(), fit: found });
    }
    for (k, by) in people.iter().enumerate().filter(|(_, by)| !by.is_empty()) {
        let of: Vec<&str> =
            (0..steps.len()).filter(|s| unit[*s] == k).map(|s| steps[s].0.as_str()).take(3).collect();
        model.units.push(crate::Unit {
            id: format!("u{}", k + 1),
            name: format!("经办组{}({})", k + 1, of.join("、")),
            staff: Some(by.len() as u32),
            calendar: Vec::new(),
        });
    }
    let found = orders(&cases, &names);
    model.orders = (found.iter())
        .map(|(a, b, ..)| Order {
            from: format!("s{}", a + 1),
            to: format!("s{}", b + 1),
            ground: Ground::Unknown,
            cite: String::new(),
            what: String::new(),
        })
        .collect();
    model.arrivals = between(&cases, &model.calendar, seed);
    unknowns(&mut model, log, (steps.len(), found.len()));
    let hours = cases.iter().filter_map(|c| span(c)).collect();
    Ok(Mined { model, cases: total, hours, fits })
}

fn span(case: &[Ran]) -> Option<f64> {
    let first = case.iter().map(|r| r.start).min()?;
    let last = case.iter().map(|r| r.end).max()?;
    Some((last - first) as f64 / 3.6e9)
}

fn between(cases: &[Vec<Ran>], week: &[Shift], seed: u64) -> Option<Arrivals> {
    let at: Vec<i64> = cases.iter().filter_map(|c| c.iter().map(|r| r.start).min()).collect();
    let gaps = arrival_gaps(&at, week);
    let found = fit(&gaps, seed).ok()?;
    Some(Arrivals { between: found.chosen, calendar: Vec::new() })
}

/// What the log does not say.
fn unknowns(model: &mut Model, log: &Log, (steps, orders): (usize, usize)) {
    let mut say = |zh: String, en: String| model.warnings.push(Said::new(zh, en));
    say(
        format!("日志只说发生了什么：{orders} 条先后的依据都不明，按保留处理；请逐条写明法定、需要或习惯"),
        format!(
            "a log says what happened, not why: {orders} orders are of unknown ground and kept; state law, need or habit for each"
        ),
    );
    say(
        format!("{steps} 个环节的材料、产出、法定时限、跑动和费用日志里没有，请补充"),
        format!(
            "materials, results, legal limits, visits and fees of {steps} steps are not in a log: add them"
        ),
    );
    if log.begin().is_none() {
        say(
            "日志没有开始时间：各环节用时未知，按 0 计，不能据此仿真".into(),
            "the log has no begin times: durations are unknown, taken as 0; nothing can be simulated from it"
                .into(),
        );
    }
}

/// Does a simulation reproduce the history it was fitted to?
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Validation {
    /// cases in the history
    pub cases: usize,
    /// mean hours from begin to end in the history
    pub history_hours: f64,
    /// the same simulated, with its interval
    pub simulated_hours: Estimate,
    /// median and 90 % of the history, hours
    pub history_quantiles: (f64, f64),
    /// median and 90 % simulated, hours
    pub simulated_quantiles: (f64, f64),
    /// may it predict
    pub holds: bool,
    /// in words
    pub reading: Said,
}

/// How far mean, median and 90 % may lie apart.
const APART: f64 = 0.15;

/// Simulates the model as it is today and holds it against the history (hours from begin to end of real cases).
///
/// # Errors
/// No history, or a model that cannot be simulated.
pub fn validate(model: &Model, hours: &[f64], options: Options) -> Result<Validation, OptimiseError> {
    let mut sorted: Vec<f64> = hours.iter().copied().filter(|h| h.is_finite() && *h >= 0.0).collect();
    if sorted.len() < 20 {
        return Err(OptimiseError::cannot(
            "核对至少要 20 件历史办件",
            "validation needs at least 20 real cases",
        ));
    }
    sorted.sort_by(f64::total_cmp);
    let at = |q: f64| sorted[((sorted.len() as f64 * q) as usize).min(sorted.len() - 1)];
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let r = simulate(model, Design::Today, options)?;
    let quantile = |q: f64| r.quantiles.iter().find(|x| (x.0 - q).abs() < 1e-9).map_or(0.0, |x| x.1);
    let near = |a: f64, b: f64| (a - b).abs() <= APART * a.max(b).max(1e-9);
    let (h, s) = ((at(0.5), at(0.9)), (quantile(0.5), quantile(0.9)));
    let holds = near(mean, r.cycle_time.mean) && near(h.0, s.0) && near(h.1, s.1) && !r.overloaded;
    let figures =
        format!("{mean:.1} / {:.1}, {:.1} / {:.1}, {:.1} / {:.1}", r.cycle_time.mean, h.0, s.0, h.1, s.1);
    let reading = if holds {
        Said::new(
            format!("仿真再现了历史（平均、中位、90% 分位，历史/仿真小时：{figures}），可以用来预测"),
            format!(
                "the simulation reproduces the history (mean, median, 90 %, hours, history / simulated: {figures}) and may predict"
            ),
        )
    } else {
        Said::new(
            format!(
                "仿真没有再现历史（平均、中位、90% 分位，历史/仿真小时：{figures}），不能用来预测：先核对人手、班次、用时和分支"
            ),
            format!(
                "the simulation does not reproduce the history (mean, median, 90 %, hours, history / simulated: {figures}) and may not predict: check staff, shifts, durations and branches first"
            ),
        )
    };
    Ok(Validation {
        cases: sorted.len(),
        history_hours: mean,
        simulated_hours: r.cycle_time,
        history_quantiles: h,
        simulated_quantiles: s,
        holds,
        reading,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redesign;

    /// 600 cases day and night, one every hour and a half: a, then b and c at once, then d; one member of staff for each.
    fn log() -> Log {
        let mut csv = String::from("case,activity,start,end,resource\n");
        let monday = 1_772_413_200i64; // 2026-03-02 9:00 in Beijing
        let stamp = |s: i64| kernel::Moment::from_us(s * 1_000_000).to_string();
        for k in 0..600i64 {
            let t = monday + k * 5_400;
            for (name, from, to) in
                [("受理", 0, 600), ("审查", 610, 2_400), ("核查", 610, 1_800), ("发证", 2_410, 3_000)]
            {
                csv += &format!("{k},{name},{},{},{name}员\n", stamp(t + from), stamp(t + to + k % 7));
            }
        }
        let mapping = eventlog::Mapping { ..guessed(&csv) };
        eventlog::read_csv(csv.as_bytes(), Some(&mapping), eventlog::Limits::default(), eventlog::Order::Time)
            .unwrap()
            .0
    }

    fn guessed(csv: &str) -> eventlog::Mapping {
        eventlog::read_csv(csv.as_bytes(), None, eventlog::Limits::default(), eventlog::Order::Time)
            .unwrap()
            .2
    }

    /// The same history with the beginning and the end of a step in two records as in two columns.
    #[test]
    fn records_of_one_step_are_no_loop() {
        let mut csv = String::from("办件编号,环节,办理时间,状态,办理人\n");
        for k in 0..40 {
            let day = 1 + k % 20;
            for (step, who, from, to) in [("受理", "甲", "09:00", "09:30"), ("审查", "乙", "10:00", "12:00")]
            {
                csv += &format!("{k},{step},2026-06-{day:02} {from},开始,{who}\n");
                csv += &format!("{k},{step},2026-06-{day:02} {to},完成,{who}\n");
            }
        }
        let (log, ..) =
            eventlog::read_csv(csv.as_bytes(), None, eventlog::Limits::small(), eventlog::Order::Time)
                .unwrap();
        let m = from_log("试", &log, 1).unwrap();
        assert!(m.model.steps.iter().all(|s| s.rework.is_none()), "{:?}", m.model.steps);
        assert!(m.fits.iter().all(|f| f.fit.is_some()), "durations are known");
        assert!(m.model.warnings.iter().all(|w| !w.zh.contains("没有开始时间")), "{:?}", m.model.warnings);
        let hours: Vec<f64> = m.model.steps.iter().map(|s| s.duration.as_ref().unwrap().mean()).collect();
        assert!((hours[0] - 0.5).abs() < 0.05 && (hours[1] - 2.0).abs() < 0.2, "{hours:?}");
    }

    #[test]
    fn a_log_gives_steps_orders_of_unknown_ground_and_a_simulation_that_reproduces_it() {
        let m = from_log("试", &log(), 1).unwrap();
        let names: Vec<_> = m.model.steps.iter().map(|s| s.name.as_str()).collect();
        assert_eq!((names[0], names[3], m.cases), ("受理", "发证", 600));
        assert!(m.model.orders.iter().all(|o| o.ground == Ground::Unknown));
        assert_eq!(
            m.model.orders.len(),
            4,
            "two at once between the first and the last: {:?}",
            m.model.orders
        );
        assert_eq!(m.model.units.len(), 4);
        let r = redesign(&m.model).unwrap();
        assert!(r.removed_orders.is_empty(), "an unknown ground is kept");
        assert!(r.warnings.iter().any(|w| w.zh.contains("依据")));
        let v = validate(&m.model, &m.hours, Options::new(400, 3)).unwrap();
        assert!(v.holds, "{}", v.reading.zh);
        let slower: Vec<f64> = m.hours.iter().map(|h| h * 2.0).collect();
        assert!(!validate(&m.model, &slower, Options::new(400, 3)).unwrap().holds);
        assert!(validate(&m.model, &[1.0; 5], Options::new(400, 3)).is_err());
    }
}
