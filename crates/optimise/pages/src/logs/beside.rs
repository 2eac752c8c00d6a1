//! 对比: two periods or two groups of the cases side by side: their figures, their maps, and every step and path whose share or
//! time differs, the largest differences first (O5).

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::response::Response;
use eventlog::Log;
use eventlog::dfg::pair_times;
use kernel::{Date, Moment};
use web_kit::{Oops, render};

use crate::logs::asked::{Head, Seen, grouped};
use crate::logs::overview::{Figure, bare, figures_of, options};
use crate::logs::shelf::blocking;
use crate::{Desk, Page};

/// Differences listed.
const ROWS: usize = 60;
/// Values of an attribute offered.
const VALUES: usize = 30;

struct Side {
    name: String,
    figures: Vec<Figure>,
    svg: String,
}

struct Row {
    what: String,
    /// share of the cases on either side, and how it differs
    shares: [String; 2],
    share_differs: String,
    /// mean working days on either side, and how they differ
    days: [String; 2],
    days_differ: String,
    worse: bool,
}

#[derive(Template)]
#[template(path = "log_beside.html")]
struct BesideHtml {
    p: Page,
    h: Head,
    key: String,
    first: String,
    second: String,
    day: String,
    values: Vec<(String, String)>,
    trouble: String,
    sides: Vec<Side>,
    rows: Vec<Row>,
}

/// The value of an attribute that a case has: its own, or its first event's.
fn value(log: &Log, case: usize, key: &str) -> String {
    if key == "org:resource" {
        let first = log.case(case).next();
        return first.map_or_else(String::new, |e| log.resources.get(log.resource()[e]).to_owned());
    }
    if let Some(v) = log.case_column(key).and_then(|c| c.get(log.case_row(case))) {
        return eventlog::log::show(v);
    }
    let column = log.event_column(key);
    let found = column.and_then(|c| log.case(case).find_map(|e| c.get(log.row(e))));
    found.map(eventlog::log::show).unwrap_or_default()
}

/// Cases of each of two sides by what was asked, with their names.
fn split(p: &Page, seen: &Seen, out: &mut BesideHtml) -> Option<[(String, Vec<u32>); 2]> {
    let (log, t) = (&seen.log, p.t.log);
    if !out.key.is_empty() {
        let of: Vec<String> = (0..log.case_count()).map(|c| value(log, c, &out.key)).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        of.iter().filter(|v| !v.is_empty()).for_each(|v| *counts.entry(v).or_default() += 1);
        let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
        ranked.sort_by_key(|v| std::cmp::Reverse(v.1));
        out.values = ranked.iter().take(VALUES).map(|v| (v.0.to_owned(), grouped(v.1))).collect();
        if ranked.len() < 2 {
            t.beside_no_values.clone_into(&mut out.trouble);
            return None;
        }
        // Without values the two most frequent ones.
        let pick = |asked: &str, not: &str| {
            let known = ranked.iter().find(|v| v.0 == asked);
            known.or_else(|| ranked.iter().find(|v| v.0 != not)).map_or_else(String::new, |v| v.0.to_owned())
        };
        out.first = pick(&out.first, &out.second);
        out.second = pick(&out.second, &out.first);
        let side = |v: &str| (0..of.len()).filter(|&c| of[c] == v).map(|c| c as u32).collect::<Vec<_>>();
        return Some([&out.first, &out.second].map(|v| (format!("{} = {v}", out.key), side(v))));
    }
    let begun: Vec<Option<i64>> = (0..log.case_count()).map(|c| log.span(c).map(|s| s.0)).collect();
    let day = out.day.parse::<Date>().ok().map(Moment::start_of).or_else(|| {
        // Half of the cases on either side.
        let mut known: Vec<i64> = begun.iter().flatten().copied().collect();
        known.sort_unstable();
        known.get(known.len() / 2).map(|us| Moment::start_of(Moment::from_us(*us).date()))
    })?;
    out.day = day.date().to_string();
    let side = |after: bool| {
        let of = |c: &usize| begun[*c].is_some_and(|b| (b >= day.us()) == after);
        (0..begun.len()).filter(of).map(|c| c as u32).collect::<Vec<_>>()
    };
    Some([
        (t.beside_before.replace("{d}", &out.day), side(false)),
        (t.beside_since.replace("{d}", &out.day), side(true)),
    ])
}

/// Of each step and path: cases that have it, mean time in microseconds of working time.
fn measured(log: &Log, seen: &Seen) -> BTreeMap<String, (f64, Option<f64>)> {
    let all = log.case_count().max(1) as f64;
    let mut steps: HashMap<u32, usize> = HashMap::new();
    let mut pairs: HashMap<(u32, u32), usize> = HashMap::new();
    for r in log.cases() {
        let trace = &log.activity()[r];
        let mut once: Vec<u32> = trace.to_vec();
        once.sort_unstable();
        once.dedup();
        once.into_iter().for_each(|a| *steps.entry(a).or_default() += 1);
        let mut ways: Vec<(u32, u32)> = trace.windows(2).map(|w| (w[0], w[1])).collect();
        ways.sort_unstable();
        ways.dedup();
        ways.into_iter().for_each(|w| *pairs.entry(w).or_default() += 1);
    }
    let name = |a: u32| log.activities.get(a);
    let mut out: BTreeMap<String, (f64, Option<f64>)> =
        steps.into_iter().map(|(a, n)| (name(a).to_owned(), (n as f64 / all, None))).collect();
    let times: HashMap<(u32, u32), f64> = pair_times(log, Some(&seen.office.clock))
        .into_iter()
        .filter(|t| t.timed > 0)
        .map(|t| ((t.source, t.target), t.sum_us as f64 / t.timed as f64))
        .collect();
    for (pair, n) in pairs {
        let text = format!("{} → {}", name(pair.0), name(pair.1));
        out.insert(text, (n as f64 / all, times.get(&pair).copied()));
    }
    out
}

fn html(p: &Page, seen: Seen) -> BesideHtml {
    let get = |n: &str| seen.asked.get(n).chars().take(120).collect::<String>();
    let mut out = BesideHtml {
        key: get("key"),
        first: get("x"),
        second: get("y"),
        day: get("day"),
        values: Vec::new(),
        trouble: String::new(),
        sides: Vec::new(),
        rows: Vec::new(),
        h: Head::default(),
        p: p.clone(),
    };
    if let Some(sides) = split(p, &seen, &mut out) {
        if sides.iter().any(|s| s.1.is_empty()) {
            p.t.log.beside_empty.clone_into(&mut out.trouble);
        } else {
            let logs = sides.map(|(name, cases)| (name, seen.log.only_cases(&cases)));
            let (mut map_options, ..) = options(&seen, p.lang);
            map_options.measure = eventlog::draw::Measure::Mean;
            map_options.day_hours = seen.office.day_hours();
            out.sides = logs
                .iter()
                .enumerate()
                .map(|(i, (name, log))| Side {
                    name: format!(
                        "{name} · {}",
                        p.t.log.part_cases.replace("{n}", &grouped(log.case_count()))
                    ),
                    figures: figures_of(p, log, &seen.office),
                    // Two pictures of one page: the arrow heads of each have names of their own.
                    svg: bare(
                        &eventlog::Map::of(log, &map_options, Some(&seen.office.clock)).svg(&map_options),
                    )
                    .replace("<marker id=\"", &format!("<marker id=\"s{i}-"))
                    .replace("url(#", &format!("url(#s{i}-")),
                })
                .collect();
            out.rows = rows(&seen, &logs[0].1, &logs[1].1);
        }
    }
    out.h = seen.head;
    out
}

fn rows(seen: &Seen, first: &Log, second: &Log) -> Vec<Row> {
    let (a, b) = (measured(first, seen), measured(second, seen));
    let (n, m) = (first.case_count() as f64, second.case_count() as f64);
    let day = seen.office.day_us as f64;
    let mut all: Vec<(f64, Row)> = Vec::new();
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for what in names {
        let (x, y) = (a.get(what).copied().unwrap_or_default(), b.get(what).copied().unwrap_or_default());
        // A share that two such groups differ by through chance alone is not marked.
        let both = (x.0 * n + y.0 * m) / (n + m);
        let chance = 2.0 * (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt();
        let marked = (y.0 - x.0).abs() > chance.max(0.01);
        let slower = match (x.1, y.1) {
            (Some(x), Some(y)) if (y - x).abs() / day >= 0.1 && (y - x).abs() >= 0.1 * x.max(y) => {
                Some((y - x) / day)
            }
            _ => None,
        };
        if !marked && slower.is_none() {
            continue;
        }
        let signed = |d: f64, text: String| format!("{}{text}", if d > 0.0 { "▲" } else { "▼" });
        let days = |d: Option<f64>| d.map_or_else(String::new, |us| format!("{:.2}", us / day));
        let weight = (y.0 - x.0).abs() + slower.map_or(0.0, |d| d.abs() * both);
        all.push((
            weight,
            Row {
                what: what.clone(),
                shares: [x.0, y.0].map(|s| format!("{:.1}%", s * 100.0)),
                share_differs: if marked {
                    signed(y.0 - x.0, format!("{:.1}", (y.0 - x.0).abs() * 100.0))
                } else {
                    String::new()
                },
                days: [days(x.1), days(y.1)],
                days_differ: slower.map_or_else(String::new, |d| signed(d, format!("{:.2}", d.abs()))),
                worse: slower.is_some_and(|d| d > 0.0),
            },
        ));
    }
    all.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.what.cmp(&y.1.what)));
    all.into_iter().take(ROWS).map(|r| r.1).collect()
}

/// `GET /desk/logs/{id}/beside`
pub(crate) async fn page(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let p = desk.page;
    Ok(render(&blocking(move || html(&p, seen)).await?))
}
