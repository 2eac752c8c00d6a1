//! 合并 (K4, O2, O3): what one applicant must do, from the items of a theme and the answers: each question once, each
//! material once, one form, and the shortest lawful plan of the steps, worked out by `optimise`.

use std::collections::BTreeSet;

use catalogue::situation::{self, NoWay, Question};
use catalogue::{Material, Need, Paper, ServiceItem};
use kernel::{RegionCode, Said, UnitId};

use crate::basis::{Answered, Basis, Part, Wanted};
use crate::part::PartOf;
use crate::plan::{Plan, plan};
use crate::theme::{Theme, one_name, plain_name};

/// Where the questions lead.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// One more question.
    Ask(Asked),
    /// It cannot be done this way.
    Refused {
        /// what was answered
        answered: Vec<Answered>,
        /// why, and what to do instead
        why: String,
    },
    /// Everything is known.
    Ready(Box<Package>),
}

/// A question as it is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// what was answered so far
    pub answered: Vec<Answered>,
    /// the question
    pub question: String,
    /// id and text of each answer
    pub answers: Vec<(String, String)>,
}

/// What one applicant must do.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// what an application goes by
    pub basis: Basis,
    /// what is asked for without the theme: hand-ins at each item
    pub materials_apart: usize,
    /// names that are made by one item of the theme and needed by another: never asked for
    pub made_inside: Vec<String>,
    /// the plan and what it is measured against
    pub plan: Plan,
}

/// What the package needs to know of the office.
pub struct Office<'a> {
    /// the unit of a name
    pub unit: &'a dyn Fn(&str) -> Option<UnitId>,
    /// the city, where a theme names no region
    pub region: &'a RegionCode,
}

/// Goes through the questions of a theme and its items with these answers (ids, in the order in which they were put).
///
/// # Errors
/// The theme cannot be put together: an item that is not there, a unit nobody knows, orders in a circle.
pub fn package(
    theme: &Theme,
    items: &[&ServiceItem],
    given: &[String],
    office: &Office<'_>,
) -> Result<Next, Said> {
    let mut answers = Answers { given: given.iter(), asked: Vec::new() };
    let chosen = match choose(theme, items, &mut answers)? {
        Ok(chosen) => chosen,
        Err(next) => return Ok(next),
    };
    let mut parts: Vec<PartOf<'_>> = Vec::new();
    for item in chosen {
        match situation_of(item, &mut answers)? {
            Ok(part) => parts.push(part),
            Err(next) => return Ok(next),
        }
    }
    put_together(theme, &parts, answers.asked, office).map(|p| Next::Ready(Box::new(p)))
}

struct Answers<'a> {
    given: std::slice::Iter<'a, String>,
    asked: Vec<Answered>,
}

impl Answers<'_> {
    /// The answer to a question: as it was given to the same question before, or the next one; else it is put.
    fn to(&mut self, q: &Question) -> Result<Result<String, Next>, Said> {
        let text = plain_name(&q.ask);
        let before = self.asked.iter().find(|a| plain_name(&a.question) == text);
        if let Some(before) = before
            && let Some(same) = q.answers.iter().find(|a| plain_name(&a.text) == plain_name(&before.answer))
        {
            return Ok(Ok(same.id.clone()));
        }
        let Some(id) = self.given.next() else {
            return Ok(Err(Next::Ask(Asked {
                answered: self.asked.clone(),
                question: q.ask.clone(),
                answers: q.answers.iter().map(|a| (a.id.clone(), a.text.clone())).collect(),
            })));
        };
        let Some(a) = q.answers.iter().find(|a| a.id == *id) else {
            let id: String = id.chars().take(20).collect();
            return Err(Said::new(
                format!("问题“{}”没有选项“{id}”，请重新选择", q.ask),
                format!("question {:?} has no answer {id:?}; choose again", q.ask),
            ));
        };
        self.asked.push(Answered { question: q.ask.clone(), answer: a.text.clone() });
        Ok(Ok(a.id.clone()))
    }
}

/// The items that the answers choose.
fn choose<'a>(
    theme: &Theme,
    items: &[&'a ServiceItem],
    answers: &mut Answers<'_>,
) -> Result<Result<Vec<&'a ServiceItem>, Next>, Said> {
    let optional = theme.optional();
    let mut codes: BTreeSet<&str> =
        theme.items.iter().map(String::as_str).filter(|c| !optional.contains(c)).collect();
    let mut now = theme.choose.as_ref().and_then(|t| t.questions.first());
    let mut seen = BTreeSet::new();
    while let Some(q) = now {
        if !seen.insert(&q.id) {
            return Err(Said::new(
                format!("选择事项的问题“{}”绕回了自己", q.ask),
                format!("question {:?} leads back to itself", q.ask),
            ));
        }
        let id = match answers.to(q)? {
            Ok(id) => id,
            Err(next) => return Ok(Err(next)),
        };
        let Some(a) = q.answers.iter().find(|a| a.id == id) else { break };
        if !a.refuse.is_empty() {
            return Ok(Err(Next::Refused { answered: answers.asked.clone(), why: a.refuse.clone() }));
        }
        codes.extend(a.adds.iter().map(String::as_str));
        for gone in &a.drops {
            codes.remove(gone.as_str());
        }
        now = a.next.as_ref().and_then(|n| theme.choose.as_ref().and_then(|t| t.question(n)));
    }
    let mut out = Vec::new();
    for code in theme.items.iter().filter(|c| codes.contains(c.as_str())) {
        let item = items.iter().find(|i| i.code == *code).ok_or_else(|| {
            Said::new(
                format!("“{}”里的事项 {code} 不在事项库，或当天不在用", theme.name),
                format!("item {code} of {:?} is not in the catalogue, or not in force that day", theme.name),
            )
        })?;
        out.push(*item);
    }
    Ok(Ok(out))
}

/// Exactly what applies of one item.
fn situation_of<'a>(
    item: &'a ServiceItem,
    answers: &mut Answers<'_>,
) -> Result<Result<PartOf<'a>, Next>, Said> {
    let mut ids: Vec<String> = Vec::new();
    loop {
        let so_far: Vec<&str> = ids.iter().map(String::as_str).collect();
        match situation::resolve(item, &so_far) {
            Ok(applies) => {
                if let Some(why) = applies.refused {
                    let why = why.to_owned();
                    return Ok(Err(Next::Refused { answered: answers.asked.clone(), why }));
                }
                return Ok(Ok(PartOf { item, materials: applies.materials, steps: applies.steps }));
            }
            Err(NoWay::Ask(id)) => {
                let Some(q) = item.situations.as_ref().and_then(|t| t.question(&id)) else {
                    return Err(NoWay::Broken(id).said());
                };
                match answers.to(q)? {
                    Ok(answer) => ids.push(answer),
                    Err(next) => return Ok(Err(next)),
                }
            }
            Err(other) => return Err(other.said()),
        }
    }
}

fn put_together(
    theme: &Theme,
    parts: &[PartOf<'_>],
    answers: Vec<Answered>,
    office: &Office<'_>,
) -> Result<Package, Said> {
    let unit = |name: &str, of: &str| {
        (office.unit)(name).ok_or_else(|| {
            Said::new(
                format!("“{of}”的办理单位“{name}”不在单位表中，请先登记单位"),
                format!("unit {name:?} of {of:?} is not among the units; enter it first"),
            )
        })
    };
    let lead = unit(&theme.lead, &theme.name)?;
    let reception = if theme.reception.is_empty() { lead } else { unit(&theme.reception, &theme.name)? };
    let mut of = Vec::with_capacity(parts.len());
    for p in parts {
        let result = p.item.results.first();
        let certificate = result.filter(|r| r.kind == catalogue::ResultKind::Certificate);
        of.push(Part {
            item: p.item.code.clone(),
            handling: p.item.handling_code.clone(),
            version: p.item.version,
            name: p.item.name.clone(),
            unit: unit(&p.item.unit, &p.item.name)?,
            result: certificate.map_or_else(String::new, |r| r.name.clone()),
        });
    }
    let made = made_inside(theme, parts);
    let (materials, apart) = materials(theme, parts, &made);
    let plan = plan(theme, parts, &of, &made, &|name, item| unit(name, item))?;
    let legal = parts.iter().filter_map(|p| p.item.legal_limit).max_by_key(|l| l.work_hours());
    let promised = theme.promised.unwrap_or_else(|| plan.promised(parts));
    let basis = Basis {
        theme: theme.code.clone(),
        theme_version: theme.version,
        name: theme.name.clone(),
        parts: of,
        answers,
        materials,
        tasks: plan.tasks.clone(),
        fields: theme.form(),
        legal: legal.map(crate::plan::length),
        promised,
        lead,
        reception,
        region: theme.region.clone().unwrap_or_else(|| office.region.clone()),
    };
    basis.check()?;
    Ok(Package { basis, materials_apart: apart, made_inside: made.into_iter().collect(), plan })
}

/// Names of what one item of the theme makes and another one wants.
fn made_inside(theme: &Theme, parts: &[PartOf<'_>]) -> BTreeSet<String> {
    let name = |n: &str| one_name(n, &theme.same);
    let mut made = BTreeSet::new();
    for (n, p) in parts.iter().enumerate() {
        let results: Vec<String> = p.item.results.iter().map(|r| name(&r.name)).collect();
        for (k, other) in parts.iter().enumerate() {
            if k != n {
                made.extend(other.materials.iter().map(|m| name(&m.name)).filter(|m| results.contains(m)));
            }
        }
    }
    made
}

/// Each material once, and how many hand-ins it would be apart.
fn materials(theme: &Theme, parts: &[PartOf<'_>], made: &BTreeSet<String>) -> (Vec<Wanted>, usize) {
    let mut out: Vec<Wanted> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut apart = 0;
    for (n, p) in parts.iter().enumerate() {
        for m in &p.materials {
            apart += usize::from(m.need != Need::Optional);
            let name = one_name(&m.name, &theme.same);
            // The one form stands for the forms of the items; what is made inside is handed over inside.
            if made.contains(&name) || (m.kind == Paper::Form && !theme.fields.is_empty()) {
                continue;
            }
            if let Some(k) = names.iter().position(|x| *x == name) {
                join(&mut out[k], m, n);
            } else {
                out.push(wanted(format!("m{}", names.len() + 1), &name, m, n));
                names.push(name);
            }
        }
    }
    (out, apart)
}

fn wanted(id: String, name: &str, m: &Material, part: usize) -> Wanted {
    let mut note = Vec::new();
    if m.originals > 0 {
        note.push(format!("原件 {} 份", m.originals));
    }
    if m.copies > 0 {
        note.push(format!("复印件 {} 份", m.copies));
    }
    if !m.fill_note.is_empty() {
        note.push(m.fill_note.clone());
    }
    if !m.accept_standard.is_empty() {
        note.push(m.accept_standard.clone());
    }
    Wanted {
        id,
        name: name.to_owned(),
        parts: vec![part],
        need: m.need,
        defer_days: m.defer_days.map(u32::from),
        commitment: m.commitment,
        held: m.shared,
        note: note.join("；"),
    }
}

/// The same material at another item: the stricter of both holds, but what one of them gets itself nobody is asked for.
fn join(w: &mut Wanted, m: &Material, part: usize) {
    let rank = |n: Need| match n {
        Need::Required => 2,
        Need::Deferrable => 1,
        Need::Optional => 0,
    };
    if rank(m.need) > rank(w.need) {
        w.need = m.need;
    }
    w.defer_days = match (w.defer_days, m.defer_days) {
        (Some(a), Some(b)) => Some(a.min(u32::from(b))),
        (a, b) => a.or(b.map(u32::from)),
    };
    w.commitment &= m.commitment;
    w.held |= m.shared;
    if !w.parts.contains(&part) {
        w.parts.push(part);
    }
}
