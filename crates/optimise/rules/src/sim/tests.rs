//! Queueing results that are known exactly, within their intervals; laws of the simulation.

use serde_json::{Value, json};

use super::*;
use crate::Model;

fn model(v: &Value) -> Model {
    Model::from_json(&v.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

/// One station after another; arrivals with mean 10, all times in minutes, day and night.
fn line(stations: &[(u32, Value)]) -> Model {
    let steps: Vec<Value> = stations
        .iter()
        .enumerate()
        .map(|(i, (_, d))| json!({"id": format!("s{i}"), "unit": format!("u{i}"), "duration": d}))
        .collect();
    let units: Vec<Value> =
        stations.iter().enumerate().map(|(i, (n, _))| json!({"id": format!("u{i}"), "staff": n})).collect();
    model(&json!({"time_unit": "minutes", "calendar": "always", "steps": steps, "units": units,
        "arrivals": {"distribution": "exponential", "mean": 10}}))
}

fn minutes(e: Estimate) -> Estimate {
    Estimate { mean: e.mean * 60.0, low: e.low * 60.0, high: e.high * 60.0 }
}

fn exponential(mean: f64) -> Value {
    json!({"distribution": "exponential", "mean": mean})
}

/// The truth lies within twice the interval, and the interval is narrow enough to mean something.
fn agrees(e: Estimate, truth: f64, what: &str) {
    let half = (e.high - e.low) / 2.0;
    assert!((e.mean - truth).abs() <= 2.0 * half.max(truth * 0.005), "{what}: {e:?} against {truth}");
    assert!(half < truth * 0.08 + 1e-9, "{what}: {e:?} is too wide");
}

/// The time inside of M/M/1 is exponential: within an hour are 1 - exp(-60/40) of the cases. The path without queues
/// takes eight minutes and would call every target reached.
#[test]
fn a_target_is_judged_by_the_share_of_cases_that_meet_it() {
    let mut m = line(&[(1, exponential(8.0))]);
    m.hours_per_day = 24.0;
    m.target = Some(crate::model::Target { working_days: 1.0 / 24.0, source: "一小时办结".into() });
    let c = compare(&m, Options::new(60_000, 3)).unwrap();
    let t = c.target.unwrap();
    agrees(t.redesigned, 1.0 - (-1.5f64).exp(), "share within an hour");
    assert_eq!((t.reached, t.path_within), (false, true), "{t:?}");
    assert!(t.said().zh.contains("未达到"), "{}", t.said().zh);
    m.target = Some(crate::model::Target { working_days: 4.0 / 24.0, source: String::new() });
    assert!(compare(&m, Options::new(20_000, 3)).unwrap().target.unwrap().reached);
}

#[test]
fn one_server_waits_as_it_must() {
    // M/M/1 with load 0.8: 40 minutes in the queue, 48... W = 8 / (1 - 0.8) = 40 inside, 32 waiting.
    let r = simulate(&line(&[(1, exponential(8.0))]), Design::Today, Options::new(60_000, 3)).unwrap();
    agrees(minutes(r.cycle_time), 40.0, "M/M/1 time inside");
    agrees(minutes(r.waiting), 32.0, "M/M/1 waiting");
    agrees(r.utilisation[0].utilisation, 0.8, "M/M/1 load");
}

#[test]
fn several_servers_wait_as_erlang_says() {
    // M/M/3, offered 2.4: Erlang C = 0.6472, Wq = C × 24 / (3 − 2.4) = 25.89 minutes.
    let a: f64 = 2.4;
    let busy = a.powi(3) / 6.0 / (1.0 - a / 3.0);
    let c = busy / (1.0 + a + a * a / 2.0 + busy);
    let r = simulate(&line(&[(3, exponential(24.0))]), Design::Today, Options::new(60_000, 4)).unwrap();
    agrees(minutes(r.waiting), c * 24.0 / (3.0 - a), "M/M/3 waiting");
}

#[test]
fn general_service_waits_as_pollaczek_and_khinchine_say() {
    // Wq = λ (m² + v) / 2 (1 − ρ)
    for (d, mean, var) in [
        (json!({"distribution": "fixed", "value": 8}), 8.0, 0.0),
        (json!({"distribution": "uniform", "min": 4, "max": 10}), 7.0, 3.0),
        (json!({"distribution": "gamma", "mean": 7, "variance": 98}), 7.0, 98.0),
        (json!({"distribution": "lognormal", "mean": 6, "sd": 6}), 6.0, 36.0),
    ] {
        let r = simulate(&line(&[(1, d.clone())]), Design::Today, Options::new(60_000, 5)).unwrap();
        let truth = 0.1 * (mean * mean + var) / (2.0 * (1.0 - mean / 10.0));
        agrees(minutes(r.waiting), truth, &format!("M/G/1 {d}"));
    }
}

#[test]
fn stations_in_a_line_add_up() {
    // Burke: departures of M/M/1 are Poisson, so each station is M/M/1 for itself.
    let r = simulate(
        &line(&[(1, exponential(8.0)), (1, exponential(6.0))]),
        Design::Today,
        Options::new(60_000, 6),
    )
    .unwrap();
    agrees(minutes(r.cycle_time), 8.0 / 0.2 + 6.0 / 0.4, "tandem");
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let m = line(&[(2, exponential(15.0)), (1, exponential(3.0))]);
    let o = Options::new(500, 9);
    assert_eq!(simulate(&m, Design::Today, o).unwrap(), simulate(&m, Design::Today, o).unwrap());
    let other = simulate(&m, Design::Today, Options::new(500, 10)).unwrap();
    assert_ne!(simulate(&m, Design::Today, o).unwrap().cycle_time, other.cycle_time);
}

#[test]
fn without_limits_the_simulation_is_the_critical_path() {
    let v = json!({"steps": [
            {"id": "a", "days": 1, "makes": ["x"]}, {"id": "b", "days": 4, "needs": ["x"]}, {"id": "c", "days": 2, "needs": ["x"]}],
        "orders": [["a", "b", "habit"], ["b", "c", "habit"]], "arrivals": {"per_day": 3}});
    let c = compare(&model(&v), Options::new(200, 1)).unwrap();
    assert_eq!((c.lawful_days.before, c.lawful_days.after), (7.0, 5.0));
    assert!((c.today.cycle_working_days.mean - 7.0).abs() < 1e-6, "{:?}", c.today.cycle_working_days);
    assert!((c.redesigned.cycle_working_days.mean - 5.0).abs() < 1e-6);
    assert!(c.saved_hours.low > 0.0);
}

#[test]
fn refusals_rework_priorities_and_batches_do_what_they_say() {
    let v = json!({"time_unit": "minutes", "calendar": "always", "units": {"u": 1},
        "steps": [
            {"id": "a", "unit": "u", "duration": exponential(2.0), "refuse": 0.25, "priority": 0},
            {"id": "b", "unit": "u", "duration": exponential(2.0), "rework": 0.5, "priority": 5},
            {"id": "c", "duration": {"distribution": "fixed", "value": 1}, "when": "rare"}],
        "situations": {"rare": 0.1, "common": 0.9},
        "orders": [["a", "b", "law", "x"], ["b", "c", "law", "x"]],
        "arrivals": {"distribution": "exponential", "mean": 20}});
    let r = simulate(&model(&v), Design::Today, Options::new(20_000, 2)).unwrap();
    agrees(r.refused, 0.25, "refused");
    let per_case: Vec<f64> = r.steps.iter().map(|s| s.per_case).collect();
    assert!((per_case[0] - 1.0).abs() < 1e-9);
    assert!((per_case[1] - 1.5).abs() < 0.02, "{per_case:?}");
    assert!((per_case[2] - 0.075).abs() < 0.005, "{per_case:?}");
    assert!(r.steps[1].waiting_hours < r.steps[0].waiting_hours, "the urgent step waits less");

    let batch = json!({"time_unit": "minutes", "calendar": "always", "units": {"u": 1000},
        "steps": [{"id": "a", "unit": "u", "duration": {"distribution": "fixed", "value": 1}, "batch": 5}],
        "arrivals": {"distribution": "fixed", "value": 10}});
    let r = simulate(&model(&batch), Design::Today, Options::new(1_000, 2)).unwrap();
    // The five wait 40, 30, 20, 10 and 0 minutes.
    assert!((r.waiting.mean * 60.0 - 20.0).abs() < 1e-6, "{:?}", r.waiting);
}

#[test]
fn an_overloaded_unit_is_named() {
    let r = simulate(&line(&[(1, exponential(12.0))]), Design::Today, Options::new(500, 2)).unwrap();
    assert!(r.overloaded && r.warnings.iter().any(|w| w.zh.contains("u0")));
    assert!(simulate(&line(&[(1, exponential(1.0))]), Design::Today, Options::new(0, 2)).is_err());
}
