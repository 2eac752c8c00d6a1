//! 再造案: one redesign as a page: figures, picture, proof, materials, reality, reviews, what may be done, history.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use city::Error;
use kernel::UnitId;
use optimise::Judgement;
use optimise::proposal::{Answer, Happened, Measured, Proposal};
use optimise_acts::RedesignView;
use serde::Deserialize;
use web_kit::{Fields, Oops, blocking, render, said, when};

use crate::redesigns::view::{Plan, Reality, name_of, num};
use crate::texts::Texts;
use crate::{Desk, Kit, Page};

/// Steps up to which a page simulates.
const SIMULATED: usize = 200;

pub(crate) struct Review {
    pub name: String,
    pub answer: &'static str,
    pub class: &'static str,
    pub shape: &'static str,
    pub words: String,
    pub at: String,
    pub insists: Vec<Insists>,
}

/// An order that a unit insists on.
pub(crate) struct Insists {
    pub line: String,
    pub cite: String,
    pub from: String,
    pub to: String,
    pub mine: bool,
}

pub(crate) struct Event {
    pub act: String,
    pub at: String,
    pub by: String,
    pub words: Vec<String>,
}

pub(crate) struct Effect {
    pub judgement: &'static str,
    pub class: &'static str,
    pub cases: String,
    pub source: String,
    pub predicted: String,
    pub reading: String,
}

/// What was typed and what was wrong, when a form comes back.
#[derive(Default)]
pub(crate) struct Back {
    pub act: String,
    pub sent: Fields,
    pub trouble: String,
}

#[derive(Template)]
#[template(path = "redesign.html")]
struct PageHtml {
    p: Page,
    number: String,
    title: String,
    stage: String,
    unit: String,
    from_item: String,
    ver: i64,
    done: bool,
    back: Back,
    plan: Plan,
    reality: Option<Reality>,
    too_large: String,
    foretold: bool,
    published: String,
    guide: Vec<String>,
    effects: Vec<Effect>,
    reviews: Vec<Review>,
    may: optimise_acts::RedesignActs,
    any: bool,
    agreed: bool,
    steps: Vec<(String, String)>,
    asked: String,
    unknown: String,
    history: Vec<Event>,
}

fn judged(t: &Texts, j: Judgement) -> (&'static str, &'static str) {
    let t = t.process;
    match j {
        Judgement::Helped => (t.j_helped, "green"),
        Judgement::Hurt => (t.j_hurt, "red"),
        Judgement::NoEvidence => (t.j_no_evidence, "yellow"),
        Judgement::Doubtful => (t.j_doubtful, "yellow"),
        Judgement::TooFew => (t.j_too_few, "off"),
    }
}

fn effect(p: &Page, m: &Measured) -> Effect {
    let (judgement, class) = judged(p.t, m.judgement);
    let t = p.t.process;
    let cases = t.effect_cases.replace("{a}", &m.cases.0.to_string()).replace("{b}", &m.cases.1.to_string());
    Effect {
        judgement,
        class,
        cases: cases.replace("{x}", &num(m.mean.0)).replace("{y}", &num(m.mean.1)),
        source: m.source.clone(),
        predicted: m.predicted.map_or_else(String::new, |(n, held)| {
            let how = if held { t.predicted_yes } else { t.predicted_no };
            t.effect_predicted.replace("{n}", &num(n)).replace("{how}", how)
        }),
        reading: said(p.lang, &m.reading),
    }
}

fn insists(p: &Page, v: &RedesignView, unit: UnitId, mine: bool) -> Vec<Insists> {
    let all = v.proposal.constraints.iter().filter(|c| c.unit == unit);
    all.map(|c| Insists {
        line: p
            .t
            .process
            .constraint
            .replace("{a}", &name_of(&v.model, &c.from))
            .replace("{b}", &name_of(&v.model, &c.to)),
        cite: format!("{}{}{}", crate::redesigns::view::ground(p.t, c.ground), p.t.colon, c.cite),
        from: c.from.clone(),
        to: c.to.clone(),
        mine,
    })
    .collect()
}

fn reviews(p: &Page, v: &RedesignView, me: Option<UnitId>) -> Vec<Review> {
    let t = p.t.process;
    let all = v.proposal.reviews.iter();
    all.map(|r| {
        let (answer, class, shape) = match r.answer {
            Answer::Pending => (t.r_pending, "off", "–"),
            Answer::Agreed => (t.r_agreed, "green", "●"),
            Answer::Objected => (t.r_objected, "yellow", "▲"),
        };
        Review {
            name: r.name.clone(),
            answer,
            class,
            shape,
            words: r.words.clone(),
            at: r.at.map_or_else(String::new, |at| when(p.lang, at)),
            insists: insists(p, v, r.unit, v.may.review && me == Some(r.unit)),
        }
    })
    .collect()
}

fn words_of(p: &Page, v: &RedesignView, h: &Happened) -> Vec<String> {
    let words = match h {
        Happened::Edited { words, .. }
        | Happened::Agreed { words, .. }
        | Happened::Returned { words }
        | Happened::Approved { words, .. }
        | Happened::Withdrawn { words } => vec![words.clone()],
        Happened::Submitted { units } => {
            vec![units.iter().map(|u| u.1.as_str()).collect::<Vec<_>>().join("、")]
        }
        Happened::Objected { constraint: c, .. } => {
            let line = p.t.process.constraint.replace("{a}", &name_of(&v.model, &c.from));
            vec![line.replace("{b}", &name_of(&v.model, &c.to)), c.cite.clone(), c.words.clone()]
        }
        Happened::Recalled { from, to, .. } => {
            let line = p.t.process.constraint.replace("{a}", &name_of(&v.model, from));
            vec![line.replace("{b}", &name_of(&v.model, to))]
        }
        Happened::Measured(m) => vec![said(p.lang, &m.reading)],
        Happened::Drafted { .. } | Happened::Published(_) => Vec::new(),
    };
    words.into_iter().filter(|w| !w.trim().is_empty()).collect()
}

/// Names of the model's units that the office knows, one a line, and those it does not.
fn units_of(office: &city::Office, v: &RedesignView) -> (String, String) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let named =
        v.model.steps.iter().map(|s| {
            v.model.units.iter().find(|u| u.id == s.unit).map_or(s.unit.as_str(), |u| u.name.as_str())
        });
    for name in named.filter(|n| !n.is_empty()) {
        match office.unit_called(name) {
            Some(u) if !known.contains(&u.short) => known.push(u.short.clone()),
            None if !unknown.iter().any(|n: &String| n == name) => unknown.push(name.to_owned()),
            _ => {}
        }
    }
    (known.join("\n"), unknown.join("、"))
}

/// Lawful against simulated: what was foretold when approved, else computed now.
async fn reality(p: &Page, v: &RedesignView) -> Result<(Option<Reality>, bool), Error> {
    if let Some(f) = &v.proposal.prediction {
        return Ok((Some(Reality::of(p, f)), true));
    }
    if v.model.steps.len() > SIMULATED {
        return Ok((None, false));
    }
    let model = v.model.clone();
    // A model that cannot be simulated still has its lawful plan.
    let found = blocking(move || Ok(optimise_acts::foretell(&model).ok())).await?;
    Ok((found.map(|f| Reality::of(p, &f)), false))
}

/// The page of a redesign.
pub(crate) async fn page(
    kit: &Kit,
    desk: &Desk,
    number: &str,
    done: bool,
    back: Back,
) -> Result<Response, Oops> {
    let (acts, actor, n) = (kit.acts.clone(), desk.actor(), number.to_owned());
    let v = blocking(move || acts.redesigns.redesign(&actor, &n)).await?;
    let office = kit.city.office_now().await?;
    let p = desk.page.clone();
    let (reality, foretold) = reality(&p, &v).await?;
    let me = desk.actor().unit;
    let (asked, unknown) = if v.may.submit { units_of(&office, &v) } else { Default::default() };
    let t = p.t.process;
    let x: &Proposal = &v.proposal;
    let may = v.may;
    Ok(render(&PageHtml {
        number: v.number.clone(),
        title: x.title.clone(),
        stage: said(p.lang, &x.stage.said()),
        unit: v.unit.clone(),
        from_item: x.item.as_ref().map_or_else(String::new, |i| {
            t.from_item.replace("{code}", &i.code).replace("{n}", &i.version.to_string())
        }),
        ver: x.ver,
        done,
        plan: Plan::of(&p, &office.rules.calendar, &v.model, &v.redesign),
        too_large: if reality.is_none() && v.model.steps.len() > SIMULATED {
            t.too_large.replace("{n}", &SIMULATED.to_string())
        } else {
            String::new()
        },
        reality,
        foretold,
        published: x.publication.as_ref().map_or_else(String::new, |u| {
            let line = t.published_from.replace("{n}", &u.version.to_string());
            line.replace("{d}", &web_kit::day(p.lang, u.from))
        }),
        guide: x.publication.iter().flat_map(|u| &u.guide).map(|s| said(p.lang, s)).collect(),
        effects: x.effects.iter().rev().map(|m| effect(&p, m)).collect(),
        reviews: reviews(&p, &v, me),
        any: may.edit
            || may.review
            || may.approve
            || may.give_back
            || may.publish
            || may.measure
            || may.withdraw,
        may,
        agreed: me.and_then(|u| x.review_of(u)).is_some_and(|r| r.answer == Answer::Agreed),
        steps: v.model.steps.iter().map(|s| (s.id.clone(), s.name.clone())).collect(),
        asked,
        unknown,
        history: (v.events.iter().rev())
            .map(|e| Event {
                act: said(p.lang, &e.happened.said()),
                at: when(p.lang, e.at),
                by: e.by.clone(),
                words: words_of(&p, &v, &e.happened),
            })
            .collect(),
        back,
        p,
    }))
}

/// After something was done.
#[derive(Deserialize, Default)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /desk/redesigns/{number}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    Query(q): Query<Done>,
) -> Result<Response, Oops> {
    page(&kit, &desk, &number, !q.done.is_empty(), Back::default()).await
}
