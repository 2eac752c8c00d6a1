//! 指南对现实: the steps that the guide promises as the model, every deviation with its cases (O5).
//!
//! A line is a step. ` + ` between steps: in any order; ` | `: one of them; `?` at the end: may be left out;
//! `<= 5`: at most five working days after the step before it. Or an item of the catalogue, whose steps, orders and
//! limits are taken as they stand there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use city::Error;
use eventlog::conform::{Aligner, Budget, Move, Unanswered, bounded};
use eventlog::{Log, Net, Tree, Variants};
use optimise::promised::{Promised, promised};
use web_kit::{Oops, render};

use crate::logs::asked::{Head, Seen, grouped, half};
use crate::logs::shelf::blocking;
use crate::{Desk, Kit, Page};

/// Steps of a guide, and variants compared with it (the most frequent ones).
const STEPS_MAX: usize = 60;
const VARIANTS_MAX: usize = 3_000;
/// How long a person waits for a page; variants that were not compared by then are told.
const PATIENCE: Duration = Duration::from_secs(20);
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
    /// the key of the item that was asked for
    item: String,
    promised: Option<Shown>,
    trouble: String,
    answered: bool,
    fitting: String,
    fitness: String,
    /// cases without an answer and why, a sentence for each reason
    unknown: Vec<String>,
    rows: Vec<Row>,
    late: Vec<Row>,
    /// rules as they were typed, why they cannot be read, what became of them
    rules: String,
    rules_trouble: String,
    judged: Vec<RuleRow>,
}

/// What became of one rule.
struct RuleRow {
    what: String,
    about: String,
    broken: String,
    some: String,
    note: String,
}

/// Bytes of rules in the address.
const RULES_MAX: usize = 6_000;

/// Rules of a guide, one by one.
fn judged(p: &Page, seen: &Seen, rules: &str) -> Result<Vec<RuleRow>, String> {
    let read = optimise::declared::read(rules).map_err(|e| half(p, &e.to_string()))?;
    let row = |j: optimise::declared::Judged| {
        let share = j.broken as f64 / j.about.max(1) as f64 * 100.0;
        let named: Vec<&str> = j.cases.iter().take(NAMED).map(|&c| seen.log.case_name(c as usize)).collect();
        let more = if j.broken as usize > named.len() { " …" } else { "" };
        RuleRow {
            what: j.line,
            about: grouped(j.about as usize),
            broken: if j.broken == 0 {
                p.t.log.rules_kept.to_owned()
            } else {
                format!("{} ({share:.1}%)", grouped(j.broken as usize))
            },
            some: named.join(" ") + more,
            note: j.note.map_or_else(String::new, |n| web_kit::said(p.lang, &n)),
        }
    };
    Ok(optimise::declared::judge(&seen.log, &seen.office, &read).into_iter().map(row).collect())
}

/// What an item promises, for the page.
struct Shown {
    title: String,
    /// step, after which, limit
    steps: Vec<(String, String, String)>,
    /// steps that the log does not name
    unnamed: String,
    as_listed: bool,
}

/// A guide: an item's, or as it was typed.
struct Guide {
    net: Net,
    /// step, longest time since the step before it in working days
    limits: Vec<(String, f64)>,
    /// longest time of a case, working days
    whole: Option<f64>,
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
    Guide { net: Net::of_tree(&Tree::Sequence(steps)), limits, whole: None }
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
pub(crate) async fn page(State(kit): State<Kit>, desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let p = desk.page;
    let key = seen.asked.get("item").to_owned();
    let item = match key.as_str() {
        "" => None,
        _ => Some(match kit.acts.items.item_today(key).await {
            Ok(item) => Ok(item),
            Err(Error::NotFound) => Err(p.t.log.check_no_item.to_owned()),
            Err(e) => return Err(Oops(e)),
        }),
    };
    let promised = item
        .map(|item| item.and_then(|item| promised(&item).ok_or_else(|| p.t.log.check_no_steps.to_owned())));
    Ok(render(&blocking(move || html(p, seen, promised)).await?))
}

/// An item's promise as the page shows it.
fn shown(p: &Page, log: &Log, promised: &Promised) -> Shown {
    let days =
        |d: Option<f64>| d.map_or_else(String::new, |d| p.t.log.check_days.replace("{n}", &format!("{d}")));
    let unnamed: Vec<&str> = promised.steps.iter().map(|s| s.name.as_str()).collect();
    let unnamed = unnamed.into_iter().filter(|n| log.activities.find(n).is_none()).collect::<Vec<_>>();
    Shown {
        title: format!("{} {}", promised.name, days(promised.limit_days)),
        steps: promised
            .steps
            .iter()
            .map(|s| (s.name.clone(), s.after.join(" "), days(s.limit_days)))
            .collect(),
        unnamed: unnamed.join(" "),
        as_listed: promised.as_listed,
    }
}

fn guide_of(promised: Promised) -> Guide {
    let limits = promised.steps.iter().filter_map(|s| s.limit_days.map(|d| (s.name.clone(), d)));
    Guide { limits: limits.collect(), whole: promised.limit_days, net: promised.net }
}

fn html(p: Page, seen: Seen, promised: Option<Result<Promised, String>>) -> CheckHtml {
    let rules: String = seen.asked.get("rules").chars().take(RULES_MAX).collect();
    let of_rules = if rules.trim().is_empty() { Ok(Vec::new()) } else { judged(&p, &seen, &rules) };
    let guide: String = seen.asked.get("guide").chars().take(8_000).collect();
    let mut out = CheckHtml {
        usual: usual(&seen.log),
        item: seen.asked.get("item").chars().take(80).collect(),
        promised: None,
        answered: false,
        trouble: String::new(),
        fitting: String::new(),
        fitness: String::new(),
        unknown: Vec::new(),
        rows: Vec::new(),
        late: Vec::new(),
        rules: seen.asked.get("rules").chars().take(RULES_MAX).collect(),
        rules_trouble: String::new(),
        judged: Vec::new(),
        guide,
        h: seen.head,
        p,
    };
    match of_rules {
        Ok(all) => out.judged = all,
        Err(trouble) => out.rules_trouble = trouble,
    }
    let seen = (seen.log, seen.office);
    let read = match promised {
        Some(Ok(promised)) => {
            out.promised = Some(shown(&out.p, &seen.0, &promised));
            guide_of(promised)
        }
        Some(Err(trouble)) => {
            out.trouble = trouble;
            return out;
        }
        None if out.guide.trim().is_empty() => return out,
        None => read(&out.guide),
    };
    match compare(&out.p, &seen.0, &read, &mut out.rows) {
        Ok((fitting, fitness, unknown)) => {
            let share = fitting as f64 / seen.0.case_count().max(1) as f64 * 100.0;
            out.fitting = format!("{} ({share:.1}%)", grouped(fitting as usize));
            out.fitness = format!("{:.1}%", fitness * 100.0);
            out.unknown = unknown.said(out.p.t.log);
            out.answered = true;
        }
        Err(trouble) => out.trouble = trouble,
    }
    out.late = late(&out.p, &seen.0, &seen.1, &read.limits);
    out.late.extend(read.whole.map(|days| late_cases(&out.p, &seen.0, &seen.1, days)));
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

/// Cases without an answer, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Unknown {
    /// The guide never ends, whatever is done.
    no_end: u64,
    /// Too many steps side by side or left out.
    wide: u64,
    /// Not found in time.
    late: u64,
    /// Beyond the most frequent ways.
    rare: u64,
}

impl Unknown {
    const fn add(&mut self, why: Option<Unanswered>, cases: u64) {
        match why {
            Some(Unanswered::NoEnd) => self.no_end += cases,
            Some(Unanswered::Budget) => self.wide += cases,
            Some(Unanswered::Time) => self.late += cases,
            None => self.rare += cases,
        }
    }
    /// A sentence for each reason that there is.
    fn said(self, t: &crate::texts::log::Room) -> Vec<String> {
        let most = [("{s}", PATIENCE.as_secs().to_string()), ("{m}", grouped(VARIANTS_MAX))];
        [
            (self.no_end, t.check_no_end),
            (self.wide, t.check_wide),
            (self.late, t.check_slow),
            (self.rare, t.check_rare),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, text)| {
            let text = text.replace("{n}", &grouped(n as usize));
            most.iter().fold(text, |text, (mark, value)| text.replace(mark, value))
        })
        .collect()
    }
}

/// Fitting cases, fitness over the compared cases, cases without an answer.
fn compare(p: &Page, log: &Log, guide: &Guide, rows: &mut Vec<Row>) -> Result<(u64, f64, Unknown), String> {
    let said = |e: eventlog::Error| half(p, &e.to_string());
    bounded(&guide.net).map_err(said)?;
    let budget = Budget { markings: 2_000_000, states: 200_000 };
    let mut aligner = Aligner::new(&guide.net, budget).map_err(said)?;
    let labels = aligner.labels_of(log);
    let began = Instant::now();
    let over = || began.elapsed() >= PATIENCE;
    // Without it no case has an answer.
    let empty = aligner.answer(&[], &over).map_err(|why| {
        let mut all = Unknown::default();
        all.add(Some(why), log.case_count() as u64);
        all.said(p.t.log).join(" ")
    })?;
    let empty = u64::from(empty.cost);
    let variants = Variants::of(log);
    let (mut fitting, mut cost, mut worst) = (0u64, 0u64, 0u64);
    let mut unknown = Unknown::default();
    let mut of_variant: Vec<Vec<(bool, String)>> = vec![Vec::new(); variants.len()];
    for (i, v) in variants.ranked(log).into_iter().enumerate() {
        let (trace, count) = (variants.trace(log, v), variants.count[v as usize]);
        let of_model: Vec<u32> = trace.iter().map(|&a| labels[a as usize]).collect();
        let answer =
            if i < VARIANTS_MAX { aligner.answer(&of_model, &over).map_err(Some) } else { Err(None) };
        let aligned = match answer {
            Ok(aligned) => aligned,
            Err(why) => {
                unknown.add(why, count);
                continue;
            }
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

/// Cases that took longer from their first to their last record than the item promises.
fn late_cases(p: &Page, log: &Log, office: &optimise::questions::Office, days: f64) -> Row {
    let none = eventlog::when::NO_TIME;
    let (mut cell, mut timed) = (Cell::default(), 0usize);
    for (c, r) in log.cases().enumerate() {
        let times = || log.time()[r.clone()].iter().copied().filter(|&t| t != none);
        let (Some(a), Some(b)) = (times().min(), times().max()) else { continue };
        timed += 1;
        if office.days(office.clock.working_us(a, b)) > days {
            cell.cases += 1;
            if cell.some.len() < NAMED {
                cell.some.push(log.case_name(c).to_owned());
            }
        }
    }
    cell.row(p.t.log.dev_late_case.replace("{n}", &format!("{days}")), timed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_no_answer_is_told_in_words_of_the_page() {
        let mut unknown = Unknown::default();
        assert!(unknown.said(&crate::texts::log::ZH).is_empty());
        unknown.add(None, 1_234);
        assert_eq!(
            unknown.said(&crate::texts::log::ZH),
            [format!(
                "1,234 件没有比较：走法太多，只比较了最常见的 {} 种。请先筛选日志。",
                grouped(VARIANTS_MAX)
            )]
        );
        for why in [Unanswered::NoEnd, Unanswered::Budget, Unanswered::Time] {
            unknown.add(Some(why), 2);
        }
        for texts in [&crate::texts::log::ZH, &crate::texts::log::EN] {
            let said = unknown.said(texts);
            let mut different = said.clone();
            different.dedup();
            assert_eq!((said.len(), different.len()), (4, 4), "{said:?}");
            assert!(said.iter().all(|s| !s.contains("--") && !s.contains(['{', '}'])), "{said:?}");
            assert!(said[2].contains("20 "), "{said:?}");
        }
    }
}
