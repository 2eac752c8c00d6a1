//! 指南对现实: the steps that the guide promises as the model, every deviation with its cases (O5).
//!
//! A line is a step. ` + ` between steps: in any order; ` | `: one of them; `?` at the end: may be left out;
//! `<= 5`: at most five working days after the step before it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use eventlog::conform::{Aligner, Budget, Move};
use eventlog::{Log, Net, Tree, Variants};
use web_kit::{Desk, Kit, Oops, Page, render};

use crate::asked::{Head, Seen, added, grouped, half, seen};
use crate::shelf::{Shelf, blocking};

/// Steps of a guide, and variants compared with it (the most frequent ones).
const STEPS_MAX: usize = 60;
const VARIANTS_MAX: usize = 3_000;
/// Cases named for one deviation.
const NAMED: usize = 10;

struct Row {
    what: String,
    cases: String,
    share: String,
    some: String,
}

#[derive(Template)]
#[template(path = "log_check.html")]
struct CheckHtml {
    p: Page,
    h: Head,
    guide: String,
    usual: String,
    trouble: String,
    answered: bool,
    fitting: String,
    fitness: String,
    unknown: String,
    rows: Vec<Row>,
    late: Vec<Row>,
}

/// A guide as it was typed.
struct Guide {
    tree: Tree,
    /// step, longest time since the step before it in working days
    limits: Vec<(String, f64)>,
}

fn step(text: &str) -> Tree {
    let text = text.trim();
    let (name, optional) = match text.strip_suffix(['?', '\u{ff1f}']) {
        Some(name) => (name.trim(), true),
        None => (text, false),
    };
    let tree = Tree::Activity(name.to_owned());
    if optional { Tree::Choice(vec![Tree::Tau, tree]) } else { tree }
}

fn read(text: &str) -> Guide {
    let mut limits = Vec::new();
    let mut steps = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()).take(STEPS_MAX) {
        let (line, limit) = match line.rsplit_once("<=").or_else(|| line.rsplit_once('\u{2264}')) {
            Some((name, days)) => (name.trim(), days.trim().parse::<f64>().ok().filter(|d| d.is_finite())),
            None => (line, None),
        };
        let many = |sep: &str| line.split(sep).map(step).collect::<Vec<_>>();
        let tree = if line.contains(" + ") {
            Tree::Parallel(many(" + "))
        } else if line.contains(" | ") {
            Tree::Choice(many(" | "))
        } else {
            step(line)
        };
        if let Some(days) = limit {
            let names = line.split(" + ").flat_map(|l| l.split(" | "));
            limits.extend(
                names.map(|n| (n.trim().trim_end_matches(['?', '\u{ff1f}']).trim().to_owned(), days)),
            );
        }
        steps.push(tree);
    }
    Guide { tree: Tree::Sequence(steps), limits }
}

/// The most frequent way, to begin with.
fn usual(log: &Log) -> String {
    let variants = Variants::of(log);
    let first = variants.ranked(log).first().copied();
    let trace = first.map(|v| variants.trace(log, v)).unwrap_or_default();
    let names: Vec<&str> = trace.iter().take(STEPS_MAX).map(|&a| log.activities.get(a)).collect();
    names.join("\n")
}

/// `GET /desk/logs/{id}/check`
pub(crate) async fn page(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    let seen = seen(&kit, &desk, &shelf, &id, pairs, "/check").await?;
    if let Some(to) = added(&seen) {
        return Ok(to);
    }
    let p = desk.page;
    Ok(render(&blocking(move || html(p, seen)).await?))
}

fn html(p: Page, seen: Seen) -> CheckHtml {
    let guide: String = seen.asked.get("guide").chars().take(8_000).collect();
    let mut out = CheckHtml {
        usual: usual(&seen.log),
        answered: false,
        trouble: String::new(),
        fitting: String::new(),
        fitness: String::new(),
        unknown: String::new(),
        rows: Vec::new(),
        late: Vec::new(),
        guide,
        h: seen.head,
        p,
    };
    let seen = (seen.log, seen.office);
    if out.guide.trim().is_empty() {
        return out;
    }
    let read = read(&out.guide);
    match compare(&out.p, &seen.0, &read, &mut out.rows) {
        Ok((fitting, fitness, unknown)) => {
            let share = fitting as f64 / seen.0.case_count().max(1) as f64 * 100.0;
            out.fitting = format!("{} ({share:.1}%)", grouped(fitting as usize));
            out.fitness = format!("{:.1}%", fitness * 100.0);
            out.unknown = if unknown > 0 { grouped(unknown as usize) } else { String::new() };
            out.answered = true;
        }
        Err(e) => out.trouble = half(&out.p, &e.to_string()),
    }
    out.late = late(&out.p, &seen.0, &seen.1, &read.limits);
    out
}

#[derive(Default)]
struct Cell {
    cases: u64,
    some: Vec<String>,
}

impl Cell {
    fn row(self, what: String, all: usize) -> Row {
        let more = if self.cases as usize > self.some.len() { " …" } else { "" };
        Row {
            what,
            cases: grouped(self.cases as usize),
            share: format!("{:.1}%", self.cases as f64 / all.max(1) as f64 * 100.0),
            some: self.some.join(" ") + more,
        }
    }
}

/// Fitting cases, fitness over all cases, cases without an answer.
fn compare(
    p: &Page,
    log: &Log,
    guide: &Guide,
    rows: &mut Vec<Row>,
) -> Result<(u64, f64, u64), eventlog::Error> {
    let net = Net::of_tree(&guide.tree);
    let mut aligner = Aligner::new(&net, Budget { markings: 2_000_000, states: 200_000 })?;
    let labels = aligner.labels_of(log);
    let empty = aligner.align(&[]).map_or(0, |a| u64::from(a.cost));
    let variants = Variants::of(log);
    let (mut fitting, mut unknown, mut cost, mut worst) = (0u64, 0u64, 0u64, 0u64);
    let mut of_variant: Vec<Vec<(bool, String)>> = vec![Vec::new(); variants.len()];
    for (i, v) in variants.ranked(log).into_iter().enumerate() {
        let (trace, count) = (variants.trace(log, v), variants.count[v as usize]);
        let of_model: Vec<u32> = trace.iter().map(|&a| labels[a as usize]).collect();
        let aligned = if i < VARIANTS_MAX { aligner.align(&of_model) } else { None };
        let Some(aligned) = aligned else {
            unknown += count;
            continue;
        };
        fitting += if aligned.cost == 0 { count } else { 0 };
        cost += u64::from(aligned.cost) * count;
        worst += (trace.len() as u64 + empty) * count;
        let mut at = 0;
        let here = &mut of_variant[v as usize];
        for m in &aligned.moves {
            match *m {
                Move::Both(_) => at += 1,
                Move::Log => {
                    here.push((true, log.activities.get(trace[at]).to_owned()));
                    at += 1;
                }
                Move::Model(label) => here.push((false, aligner.label(label).to_owned())),
            }
        }
        here.sort();
        here.dedup();
    }
    let mut cells: BTreeMap<(bool, String), Cell> = BTreeMap::new();
    for (c, &v) in variants.of_case.iter().enumerate() {
        for what in &of_variant[v as usize] {
            let cell = cells.entry(what.clone()).or_default();
            cell.cases += 1;
            if cell.some.len() < NAMED {
                cell.some.push(log.case_name(c).to_owned());
            }
        }
    }
    let t = p.t.log;
    let mut all: Vec<((bool, String), Cell)> = cells.into_iter().collect();
    all.sort_by_key(|(_, c)| std::cmp::Reverse(c.cases));
    rows.extend(all.into_iter().take(100).map(|((extra, name), cell)| {
        let text = if extra { t.dev_extra } else { t.dev_missing };
        cell.row(text.replace("{a}", &name), log.case_count())
    }));
    let fitness = if worst == 0 { 1.0 } else { 1.0 - cost as f64 / worst as f64 };
    Ok((fitting, fitness, unknown))
}

/// Steps that took longer than the guide says.
fn late(p: &Page, log: &Log, office: &optimise::questions::Office, limits: &[(String, f64)]) -> Vec<Row> {
    let none = eventlog::when::NO_TIME;
    let mut rows = Vec::new();
    for (name, days) in limits {
        let Some(activity) = log.activities.find(name) else { continue };
        let (mut cell, mut having) = (Cell::default(), 0usize);
        for (c, r) in log.cases().enumerate() {
            let mut is_late = false;
            let mut has = false;
            for e in (r.start + 1..r.end).filter(|&e| log.activity()[e] == activity) {
                let (a, b) = (log.time()[e - 1], log.time()[e]);
                has = true;
                is_late |= a != none && b != none && office.days(office.clock.working_us(a, b)) > *days;
            }
            having += usize::from(has);
            if is_late {
                cell.cases += 1;
                if cell.some.len() < NAMED {
                    cell.some.push(log.case_name(c).to_owned());
                }
            }
        }
        let what = p.t.log.dev_late.replace("{a}", name).replace("{n}", &format!("{days}"));
        rows.push(cell.row(what, having));
    }
    rows
}
