//! Which orders must stay and which may go (O2), each with its reason.

use std::collections::HashSet;

use kernel::Said;
use serde::Serialize;

use super::Case;
use crate::OptimiseError;
use crate::graph::Dag;
use crate::model::{Ground, Link, Linked, Model};

/// An order that goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RemovedOrder {
    /// id of the step that came first
    pub from: String,
    /// id of the step that came after
    pub to: String,
    /// why it was followed
    pub ground: Ground,
    /// why it may go
    pub reason: Said,
    /// what a log says: cases in which both ran, and in how many of them already otherwise
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<crate::evidence::Observed>,
}

/// An order that stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeptOrder {
    /// id of the step that comes first
    pub from: String,
    /// id of the step that comes after
    pub to: String,
    /// the strongest ground
    pub ground: Ground,
    /// the rules cited
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cite: Vec<String>,
    /// the results handed over
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<String>,
    /// ids in between, when only a chain of other orders forces it
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    /// does a drawing need it, or do other kept orders imply it
    pub drawn: bool,
    /// why it must stay
    pub reason: Said,
}

/// Steps that stay: all but those that exist by habit only, make nothing another step needs, and that no
/// law orders.
pub(super) fn staying(model: &Model, linked: &Linked) -> Vec<bool> {
    let mut stays: Vec<bool> = model.steps.iter().map(|s| s.ground != Ground::Habit).collect();
    // A step whose result is needed by one that stays stays too; repeat until nothing changes.
    loop {
        let mut changed = false;
        for ((a, b), link) in &linked.links {
            let lawful = !link.law.is_empty();
            let asked = |i: usize| stays[i] && (!link.need.is_empty() || link.need_unproven);
            if !stays[*a] && (lawful || asked(*b)) {
                stays[*a] = true;
                changed = true;
            }
            if !stays[*b] && lawful {
                stays[*b] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    if stays.iter().any(|s| *s) { stays } else { vec![true; stays.len()] }
}

/// The orders that stay and those that go.
pub(super) fn judged(case: &Case<'_>) -> Result<(Vec<KeptOrder>, Vec<RemovedOrder>), OptimiseError> {
    let forced = forced(case)?;
    let drawn: HashSet<_> = forced.reduction().into_iter().collect();
    let after = forced.closure();
    let (mut kept, mut removed) = (Vec::new(), Vec::new());
    for (&(a, b), link) in &case.linked.links {
        let gone = [a, b].into_iter().find(|&i| !case.stays[i]);
        if let Some(i) = gone {
            let name = &case.model.steps[i].name;
            removed.push(removal(
                case,
                a,
                b,
                link.ground(),
                Said::new(
                    format!("环节“{name}”只因习惯而设，产出无人需要，整体取消"),
                    format!("step {name:?} exists by habit only and nobody needs what it makes: it goes as a whole"),
                ),
            ));
        } else if link.forced() || after[a].has(b) {
            let chain = if link.forced() { None } else { forced.chain(a, b) };
            kept.push(keep(case, (a, b), link, chain.as_deref(), drawn.contains(&(a, b))));
        } else {
            removed.push(removal(case, a, b, Ground::Habit, may_go(case, a, b)));
        }
    }
    Ok((kept, removed))
}

/// The orders that must stay between steps that stay.
pub(super) fn forced(case: &Case<'_>) -> Result<Dag, OptimiseError> {
    let links = case.linked.links.iter();
    let edges = links.filter(|((a, b), l)| l.forced() && case.stays[*a] && case.stays[*b]).map(|(e, _)| *e);
    Dag::new(case.model.steps.len(), edges).map_err(|_| {
        // Linked::new has found every cycle already.
        OptimiseError::cannot("先后顺序成环", "the orders form a cycle")
    })
}

fn removal(case: &Case<'_>, a: usize, b: usize, ground: Ground, reason: Said) -> RemovedOrder {
    let id = |i: usize| case.model.steps[i].id.clone();
    RemovedOrder { from: id(a), to: id(b), ground, reason, observed: None }
}

fn may_go(case: &Case<'_>, a: usize, b: usize) -> Said {
    let (from, to) = (&case.model.steps[a], &case.model.steps[b]);
    let (made_zh, made_en) = if from.makes.is_empty() {
        (String::new(), String::new())
    } else {
        let list = from.makes.join("、");
        (format!("(产出：{list})"), format!(" (it makes {list})"))
    };
    Said::new(
        format!(
            "没有法律依据要求先“{}”后“{}”，后者也不需要前者的产出{made_zh}，只是习惯，可以并行",
            from.name, to.name
        ),
        format!(
            "no law puts {:?} before {:?} and the latter needs nothing the former makes{made_en}: habit only, they may run at once",
            from.name, to.name
        ),
    )
}

fn keep(
    case: &Case<'_>,
    (a, b): (usize, usize),
    link: &Link,
    chain: Option<&[usize]>,
    drawn: bool,
) -> KeptOrder {
    let step = |i: usize| &case.model.steps[i];
    let via = chain.map_or(&[][..], |c| &c[1..c.len() - 1]);
    let ground = match chain {
        None => link.ground(),
        Some(c) => {
            let of = |w: &[usize]| case.linked.links.get(&(w[0], w[1])).map_or(Ground::Need, Link::ground);
            c.windows(2).map(of).max().unwrap_or(Ground::Need)
        }
    };
    KeptOrder {
        from: step(a).id.clone(),
        to: step(b).id.clone(),
        ground,
        cite: link.law.iter().filter(|c| !c.is_empty()).cloned().collect(),
        results: link.need.clone(),
        via: case.ids(via),
        drawn,
        reason: must_stay(case, (a, b), link, via),
    }
}

fn must_stay(case: &Case<'_>, (a, b): (usize, usize), link: &Link, via: &[usize]) -> Said {
    let (from, to) = (&case.model.steps[a].name, &case.model.steps[b].name);
    let mut zh = Vec::new();
    let mut en = Vec::new();
    for cite in &link.law {
        if cite.is_empty() {
            zh.push("称有法律依据但未引条文，核实前保留".to_owned());
            en.push("said to be law without a citation; kept until checked".to_owned());
        } else {
            zh.push(format!("法定：{cite}"));
            en.push(format!("law: {cite}"));
        }
    }
    if !link.need.is_empty() {
        let list = link.need.join("、");
        zh.push(format!("“{to}”需要“{from}”的产出：{list}"));
        en.push(format!("{to:?} needs what {from:?} makes: {list}"));
    }
    if link.need_unproven {
        zh.push("称有需要但未写交接物，核实前保留".to_owned());
        en.push("said to be needed, but no result is named; kept until checked".to_owned());
    }
    if link.unknown {
        zh.push("依据未知，查明前保留".to_owned());
        en.push("ground unknown; kept until it is found out".to_owned());
    }
    if zh.is_empty() {
        let names: Vec<_> = via.iter().map(|&i| case.model.steps[i].name.as_str()).collect();
        zh.push(format!("经由“{}”必然在先", names.join("”“")));
        en.push(format!("it must come first by way of {}", names.join(", ")));
    }
    Said::new(zh.join(";"), en.join("; "))
}

/// Orders that were kept for want of knowledge.
pub(super) fn doubts(case: &Case<'_>, warnings: &mut Vec<Said>) {
    let count = |f: fn(&Link) -> bool| case.linked.links.values().filter(|l| f(l)).count();
    let unknown = count(|l| l.ground() == Ground::Unknown);
    if unknown > 0 {
        warnings.push(Said::new(
            format!("{unknown} 条先后依据未知，按必须保留处理；查明后可能还能并行"),
            format!("{unknown} orders of unknown ground were kept; once found out, more may run at once"),
        ));
    }
    let uncited = count(|l| l.law.iter().any(String::is_empty));
    if uncited > 0 {
        warnings.push(Said::new(
            format!("{uncited} 条先后称“法定”但没有引用条文，请补充"),
            format!("{uncited} orders are called law without a citation: add it"),
        ));
    }
    // “待核” in a citation: nobody has held it against the text of the rule yet.
    let unchecked = count(|l| l.law.iter().any(|cite| cite.contains("待核")));
    if unchecked > 0 {
        warnings.push(Said::new(
            format!("{unchecked} 条先后的法律依据待核：须经法制机构核对条文后方可作为依据"),
            format!("{unchecked} orders rest on citations not yet held against the text: the legal office confirms them first"),
        ));
    }
    let unproven = count(|l| l.need_unproven);
    if unproven > 0 {
        warnings.push(Said::new(
            format!("{unproven} 条先后称“需要”，但后者并不需要前者的任何产出，请写明交接物"),
            format!("{unproven} orders are called need, but nothing is handed over: name the result"),
        ));
    }
}
