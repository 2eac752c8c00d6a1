//! 攻略的页: find a guide, answer a few questions, see exactly what applies, print the one-time notice; and the
//! acts of the review round.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::guide::{Section, Variant};
use catalogue::notice::Notice;
use catalogue::review::{Act, Stage};
use catalogue::situation::{NoWay, resolve};
use catalogue_acts::GuideAct;
use city::Error;
use kernel::{Actor, RegionCode};
use serde::Deserialize;
use shelf::{ItemAsk, item_key};
use web_kit::{Fields, Oops, address, again, base, day, escape, qr, render, said};

use crate::items;
use crate::{Desk, Kit, Page};

pub(crate) fn act_word(act: Act) -> String {
    serde_json::to_value(act).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
fn act_of(word: &str) -> Option<Act> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
pub(crate) fn stage_text(t: &crate::texts::Texts, stage: Stage) -> &'static str {
    let t = t.catalogue;
    match stage {
        Stage::Draft => t.stage_draft,
        Stage::Trying => t.stage_trying,
        Stage::Commenting => t.stage_commenting,
        Stage::Improving => t.stage_improving,
        Stage::Published => t.stage_published,
    }
}

#[derive(Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    q: String,
    #[serde(default)]
    skip: usize,
}

#[derive(Template)]
#[template(path = "guides.html")]
struct ListHtml {
    p: Page,
    q: String,
    total: usize,
    rows: Vec<(String, String, String)>,
    next: String,
}

/// `GET /guides`
pub(crate) async fn list(State(kit): State<Kit>, p: Page, Ask(ask): Ask<ListAsk>) -> Result<Response, Oops> {
    let shelf = kit.acts.items.shelf().await?;
    let text: String = ask.q.chars().take(60).collect();
    let found = shelf.search(&ItemAsk { text, skip: ask.skip, limit: 30, ..ItemAsk::default() });
    let next = |n: usize| address("/guides", &[("q", &ask.q), ("skip", &n.to_string())]);
    Ok(render(&ListHtml {
        next: found.next.map_or_else(String::new, next),
        total: found.total,
        rows: found.items.iter().map(|r| (item_key(r), r.name.clone(), r.unit.clone())).collect(),
        q: ask.q,
        p,
    }))
}

/// The answers and the place in an address: `?a=b&a=a&place=990102`.
fn answers(query: &[(String, String)]) -> (Vec<&str>, Option<RegionCode>) {
    let a = query.iter().filter(|(n, _)| n == "a").map(|(_, v)| v.as_str()).take(60).collect();
    let place = query.iter().find(|(n, _)| n == "place").and_then(|(_, v)| v.parse().ok());
    (a, place)
}

struct Step {
    ask: String,
    answers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "guide.html")]
struct GuideHtml {
    p: Page,
    key: String,
    title: String,
    unit: String,
    stage: String,
    sections: Vec<Section>,
    ask: Option<Step>,
    way: Vec<(String, String)>,
    applies: bool,
    bring: Vec<(String, String)>,
    refused: String,
    notice: String,
    /// where a visit is booked, with what was answered
    book: String,
    restart: String,
    trouble: String,
    comments: Vec<(String, Option<String>)>,
    open: bool,
    region: String,
    thanks: bool,
}

/// `GET /guide/{key}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path(key): Path<String>,
    Ask(query): Ask<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    let (given, place) = answers(&query);
    let view = kit.acts.catalogue.guide(key.clone(), place.clone()).await?;
    let lang = p.lang;
    let query_of = |more: Option<&str>| {
        let mut all: Vec<String> =
            given.iter().copied().chain(more).map(|a| format!("a={}", escape(a))).collect();
        all.extend(place.iter().map(|r| format!("place={r}")));
        all.join("&")
    };
    let tree = view.item.situations.as_ref();
    let mut html = GuideHtml {
        title: view.guide.title.clone(),
        unit: view.item.unit.clone(),
        stage: match (view.review.stage, view.current, view.review.published) {
            (Stage::Published, true, Some(d)) => p.t.catalogue.published_on.replace("{day}", &day(lang, d)),
            (stage, ..) => stage_text(p.t, stage).to_owned(),
        },
        sections: view.guide.sections.clone(),
        ask: None,
        way: Vec::new(),
        applies: false,
        bring: Vec::new(),
        refused: String::new(),
        notice: format!("/guide/{key}/notice?{}", query_of(None)),
        book: {
            let pairs: Vec<(&str, &str)> = given.iter().map(|a| ("a", *a)).collect();
            address(&format!("/book/for/{}", key.split('~').next().unwrap_or(&key)), &pairs)
        },
        restart: place
            .as_ref()
            .map_or_else(|| format!("/guide/{key}"), |r| format!("/guide/{key}?place={r}")),
        trouble: String::new(),
        comments: view.comments.iter().map(|c| (c.2.clone(), c.3.clone())).collect(),
        open: view.review.stage == Stage::Commenting,
        region: view.variant.region.to_string(),
        thanks: query.iter().any(|(n, _)| n == "thanks"),
        key,
        p,
    };
    match resolve(&view.item, &given) {
        Ok(applies) => {
            html.applies = tree.is_some_and(|t| !t.questions.is_empty());
            html.way = applies.way.iter().map(|(q, a)| ((*q).to_owned(), (*a).to_owned())).collect();
            html.refused = applies.refused.unwrap_or_default().to_owned();
            let notice = catalogue::notice::notice(&view.item, &applies, html.p.now.date());
            html.bring =
                notice.bring.into_iter().map(|m| (m.name, format!("{} {}", m.number, m.note))).collect();
        }
        Err(NoWay::Ask(id)) => {
            html.ask = tree.and_then(|t| t.question(&id)).map(|q| Step {
                ask: q.ask.clone(),
                answers: q
                    .answers
                    .iter()
                    .map(|a| (format!("/guide/{}?{}#ask", html.key, query_of(Some(&a.id))), a.text.clone()))
                    .collect(),
            });
        }
        Err(other) => html.trouble = said(lang, &other.said()),
    }
    Ok(render(&html))
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeHtml {
    p: Page,
    n: Notice,
    date: String,
    size: &'static str,
    link: String,
    qr: String,
}

/// `GET /guide/{key}/notice`: one page, to print.
pub(crate) async fn notice(
    State(kit): State<Kit>,
    p: Page,
    Path(key): Path<String>,
    Ask(query): Ask<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let (given, place) = answers(&query);
    let view = kit.acts.catalogue.guide(key.clone(), place).await?;
    let applies = match resolve(&view.item, &given) {
        Ok(a) => a,
        Err(NoWay::Ask(_)) => return Ok(Redirect::to(&format!("/guide/{key}")).into_response()),
        Err(other) => {
            let said = other.said();
            return Err(Oops(Error::Invalid { field: "a".into(), said }));
        }
    };
    let n = catalogue::notice::notice(&view.item, &applies, p.now.date());
    let link = format!("{}/guide/{key}", base(&kit, &headers));
    let size = match n.fit.half_points {
        24 => "t24",
        21 => "t21",
        18 => "t18",
        _ => "t15",
    };
    Ok(render(&NoticeHtml { date: day(p.lang, n.date), qr: qr(&link), link, n, size, p }))
}

/// `POST /guide/{key}/comment`: while a guide is open for comments.
pub(crate) async fn comment(
    State(kit): State<Kit>,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let region = fields.get("region").parse::<RegionCode>().map_err(|_| Oops(Error::NotFound))?;
    let asked =
        GuideAct { act: Act::Comment, got_through: false, words: fields.get("words").to_owned(), comment: 0 };
    kit.acts.catalogue.review_guide(Actor::resident(), key.clone(), region, asked).await?;
    Ok(Redirect::to(&format!("/guide/{key}?thanks=1#comments")).into_response())
}

/// `POST /desk/items/i/{key}/guide`: write tips, or one act of the round.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let region = fields.get("region").parse::<RegionCode>().map_err(|_| Oops(Error::NotFound))?;
    let done = if fields.get("act") == "write" {
        let tips =
            fields.get("tips").lines().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
        let variant = Variant { region, helper: fields.opt("helper"), tips };
        kit.acts.catalogue.write_guide(desk.actor(), key.clone(), variant).await
    } else {
        let act = act_of(fields.get("act")).ok_or(Oops(Error::NotFound))?;
        let asked = GuideAct {
            act,
            got_through: fields.get("through") != "no",
            words: fields.get("words").to_owned(),
            comment: fields.get("comment").parse().unwrap_or(0),
        };
        kit.acts.catalogue.review_guide(desk.actor(), key.clone(), region, asked).await.map(|_| ())
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/items/i/{key}?done=1#guide")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| items::page(&kit, &desk, key, trouble, false)).await,
    }
}
