//! What may happen to a proposal, when and by whom: one function of refusals, and what an objection does.

use kernel::{Date, Said, StaffId, UnitId};

use super::{Answer, Constraint, Happened, Proposal, Stage, Summary};
use crate::{Ground, Model, OptimiseError, Order, Redesign, redesign};

/// Grounds on which a unit may insist on an order: law, or a result that one step makes and the other needs. Habit is none.
pub const GROUNDS: [Ground; 2] = [Ground::Law, Ground::Need];
/// Characters of a statement at most.
pub const WORDS_MAX: usize = 2_000;
/// Bytes of a model on record at most: an event holds it whole.
pub const MODEL_MAX: usize = 1 << 20;

fn no(zh: &str, en: &str) -> Option<Said> {
    Some(Said::new(zh, en))
}

/// Why this may not happen now by this person; none when it may.
pub fn refusal(p: &Proposal, happened: &Happened, by: Option<StaffId>, today: Date) -> Option<Said> {
    let stage = |wanted: &[Stage]| {
        (!wanted.contains(&p.stage)).then(|| {
            let zh: Vec<_> = wanted.iter().map(|s| s.said().zh).collect();
            let en: Vec<_> = wanted.iter().map(|s| s.said().en).collect();
            let now = p.stage.said();
            Said::new(
                format!("现在是“{}”，此事须在“{}”时办理", now.zh, zh.join("、")),
                format!("it is “{}” now; this is done while “{}”", now.en, en.join(", ")),
            )
        })
    };
    match happened {
        Happened::Drafted { .. } => no("已经起草", "it is drawn up already"),
        Happened::Edited { words, model, .. } => {
            stage(&[Stage::Draft]).or_else(|| spoken(words)).or_else(|| fits(model))
        }
        Happened::Submitted { units } => stage(&[Stage::Draft]).or_else(|| asked(units)),
        Happened::Agreed { unit, words } => stage(&[Stage::Review])
            .or_else(|| of_the_asked(p, *unit))
            .or_else(|| short(words))
            .or_else(|| {
                (p.review_of(*unit)?.answer == Answer::Agreed)
                    .then(|| Said::new("本单位已同意", "your unit has agreed already"))
            }),
        Happened::Objected { constraint, model, .. } => stage(&[Stage::Review])
            .or_else(|| of_the_asked(p, constraint.unit))
            .or_else(|| grounded(constraint))
            .or_else(|| fits(model)),
        Happened::Recalled { unit, from, to, .. } => stage(&[Stage::Review]).or_else(|| {
            let mine = p.constraints.iter().any(|c| c.unit == *unit && c.from == *from && c.to == *to);
            if mine { None } else { no("本单位没有这条异议", "your unit made no such objection") }
        }),
        Happened::Returned { words } => stage(&[Stage::Review, Stage::Approved]).or_else(|| spoken(words)),
        Happened::Approved { words, .. } => stage(&[Stage::Review])
            .or_else(|| all_answered(p))
            .or_else(|| somebody_else(p, by))
            .or_else(|| short(words)),
        Happened::Published(publication) => stage(&[Stage::Approved]).or_else(|| {
            if publication.from > today {
                return None;
            }
            no("生效日期须在今天之后", "the first day must be after today")
        }),
        Happened::Measured(_) => stage(&[Stage::Published]),
        Happened::Withdrawn { words } => {
            stage(&[Stage::Draft, Stage::Review, Stage::Approved]).or_else(|| spoken(words))
        }
    }
}

fn short(words: &str) -> Option<Said> {
    (words.chars().count() > WORDS_MAX)
        .then(|| Said::new(format!("请控制在 {WORDS_MAX} 字以内"), format!("{WORDS_MAX} characters at most")))
}

fn spoken(words: &str) -> Option<Said> {
    if words.trim().is_empty() { no("请写明原因", "state the reason") } else { short(words) }
}

fn fits(model: &str) -> Option<Said> {
    (model.len() > MODEL_MAX)
        .then(|| Said::new("模型过大（上限 1 MiB），请拆分", "the model is larger than 1 MiB: split it"))
}

fn asked(units: &[(UnitId, String)]) -> Option<Said> {
    let mut ids: Vec<UnitId> = units.iter().map(|u| u.0).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > 50 || ids.len() != units.len() {
        return no("请选 1–50 个征求意见的单位，不重复", "choose 1 to 50 units to review it, each once");
    }
    None
}

fn of_the_asked(p: &Proposal, unit: UnitId) -> Option<Said> {
    if p.review_of(unit).is_some() {
        return None;
    }
    no("未征求本单位意见", "your unit was not asked")
}

fn grounded(c: &Constraint) -> Option<Said> {
    if c.from == c.to {
        return no("请选两个不同的环节", "choose two different steps");
    }
    match c.ground {
        Ground::Law if c.cite.trim().is_empty() => {
            no("依据为法定的，请写明法律名称和条款", "for a ground in law, cite the rule and its article")
        }
        Ground::Need if c.cite.trim().is_empty() => no(
            "依据为需要的，请写明后一环节需要前一环节的什么产出",
            "for a need, name the result of the first step that the second needs",
        ),
        Ground::Law | Ground::Need => short(&c.words).or_else(|| short(&c.cite)),
        _ => no(
            "异议须以法定或需要为依据，习惯不能作为依据",
            "an objection rests on law or need: habit is no ground",
        ),
    }
}

fn all_answered(p: &Proposal) -> Option<Said> {
    let names: Vec<&str> = p.pending().map(|r| r.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        Said::new(
            format!("还有单位未答复：{}", names.join("、")),
            format!("these units have not answered yet: {}", names.join(", ")),
        )
    })
}

fn somebody_else(p: &Proposal, by: Option<StaffId>) -> Option<Said> {
    if by.is_some_and(|b| !p.authors.contains(&b)) {
        return None;
    }
    no(
        "起草、修改或送审的人不能批准，请另一人批准",
        "who drew it up, changed it or sent it may not approve it",
    )
}

/// The figures of a model.
///
/// # Errors
/// A model that cannot be redesigned.
pub fn summary(model: &Model) -> Result<(Redesign, Summary), OptimiseError> {
    let r = redesign(model)?;
    let s = Summary { before: r.before, after: r.after };
    Ok((r, s))
}

/// Units (by number) whose steps begin at another time in `b` than in `a`.
fn moved(a: &Redesign, b: &Redesign, unit: &dyn Fn(&str) -> Option<UnitId>) -> Vec<UnitId> {
    let mut out = Vec::new();
    for (x, y) in a.plan.iter().zip(&b.plan) {
        let same = match (x.after_start, y.after_start) {
            (Some(x), Some(y)) => (x - y).abs() < 1e-9,
            (x, y) => x.is_none() == y.is_none(),
        };
        if let (false, Some(u)) = (same, unit(&x.unit)) {
            out.push(u);
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// What an objection does: the constraint is taken into the model, everything is computed again, and units whose steps
/// moved look again. `unit` finds a unit by the name it has in the model.
///
/// # Errors
/// A step that is not there, or an order that makes a circle: named with its steps.
pub fn objection(
    p: &Proposal,
    constraint: Constraint,
    unit: &dyn Fn(&str) -> Option<UnitId>,
) -> Result<Happened, OptimiseError> {
    let mut model = Model::from_json(&p.model)?;
    for id in [&constraint.from, &constraint.to] {
        if !model.steps.iter().any(|s| s.id == *id) {
            return Err(OptimiseError::cannot(
                format!("没有编号为“{id}”的环节"),
                format!("there is no step with the id “{id}”"),
            ));
        }
    }
    let (was, _) = summary(&model)?;
    let (cite, what) = match constraint.ground {
        Ground::Need => (String::new(), constraint.cite.clone()),
        _ => (constraint.cite.clone(), String::new()),
    };
    // A need that is only stated is kept by its result: the first step makes it and the second needs it.
    if constraint.ground == Ground::Need {
        for s in &mut model.steps {
            if s.id == constraint.from && !s.makes.contains(&what) {
                s.makes.push(what.clone());
            }
            if s.id == constraint.to && !s.needs.contains(&what) {
                s.needs.push(what.clone());
            }
        }
    }
    model.orders.push(Order {
        from: constraint.from.clone(),
        to: constraint.to.clone(),
        ground: constraint.ground,
        cite,
        what,
    });
    let text = model.to_json();
    let model = Model::from_json(&text)?;
    let (now, summary) = summary(&model)?;
    let lapsed = moved(&was, &now, unit).into_iter().filter(|u| *u != constraint.unit).collect();
    Ok(Happened::Objected { constraint, model: text, summary, lapsed })
}

/// What taking an objection back does.
///
/// # Errors
/// The unit made no such objection.
pub fn recall(
    p: &Proposal,
    by: UnitId,
    (from, to): (&str, &str),
    unit: &dyn Fn(&str) -> Option<UnitId>,
) -> Result<Happened, OptimiseError> {
    let mine = |c: &&Constraint| c.unit == by && c.from == from && c.to == to;
    let c = p
        .constraints
        .iter()
        .find(mine)
        .ok_or_else(|| OptimiseError::cannot("本单位没有这条异议", "your unit made no such objection"))?;
    let mut model = Model::from_json(&p.model)?;
    let (was, _) = summary(&model)?;
    let said = |o: &Order| {
        let ground = match c.ground {
            Ground::Need => &o.what,
            _ => &o.cite,
        };
        o.from == from && o.to == to && o.ground == c.ground && *ground == c.cite
    };
    if let Some(at) = model.orders.iter().rposition(said) {
        model.orders.remove(at);
    }
    if c.ground == Ground::Need {
        for s in &mut model.steps {
            if s.id == from {
                s.makes.retain(|m| *m != c.cite);
            }
            if s.id == to {
                s.needs.retain(|m| *m != c.cite);
            }
        }
    }
    let text = model.to_json();
    let model = Model::from_json(&text)?;
    let (now, summary) = summary(&model)?;
    let lapsed = moved(&was, &now, unit);
    Ok(Happened::Recalled { unit: by, from: from.into(), to: to.into(), model: text, summary, lapsed })
}
