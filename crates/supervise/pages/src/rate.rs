//! 评价: the page behind the code on a receipt; opening it is not a vote. And the open results.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use supervise::{Dim, LEVELS, Level, RateChannel, Reason, reasons_for};
use supervise_acts::NewRating;
use web_kit::{Asking, Fields, Lang, Oops, Opt, again, escape, header_of, opt, render, when};

use crate::ready;
use crate::{Kit, Page};

/// One level as a button: never by colour alone.
pub(crate) struct LevelView {
    pub word: &'static str,
    pub label: &'static str,
    pub face: &'static str,
    pub on: bool,
}

pub(crate) fn level_label(lang: Lang, l: Level) -> &'static str {
    match (lang, l) {
        (Lang::Zh, l) => l.zh(),
        (_, Level::VerySatisfied) => "Very satisfied",
        (_, Level::Satisfied) => "Satisfied",
        (_, Level::Basically) => "Basically satisfied",
        (_, Level::Dissatisfied) => "Dissatisfied",
        (_, Level::VeryDissatisfied) => "Very dissatisfied",
    }
}

pub(crate) fn levels(lang: Lang, chosen: &str) -> Vec<LevelView> {
    let face = |l| match l {
        Level::VerySatisfied => "★★★★★",
        Level::Satisfied => "★★★★",
        Level::Basically => "★★★",
        Level::Dissatisfied => "★★",
        Level::VeryDissatisfied => "★",
    };
    let view = |l: Level| LevelView {
        word: l.word(),
        label: level_label(lang, l),
        face: face(l),
        on: l.word() == chosen,
    };
    LEVELS.into_iter().map(view).collect()
}

pub(crate) fn reason_label(lang: Lang, r: &Reason) -> String {
    if lang == Lang::Zh { format!("{} / {}", r.good, r.bad) } else { r.en.to_owned() }
}

/// What the address says: how the page was reached.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct By {
    by: String,
    done: String,
}

fn channel(by: &str) -> RateChannel {
    match by {
        "tablet" => RateChannel::Tablet,
        "web" => RateChannel::Web,
        _ => RateChannel::Qr,
    }
}

#[derive(Template)]
#[template(path = "rate.html")]
struct RateHtml {
    p: Page,
    token: String,
    by: String,
    unit: String,
    item: String,
    place: String,
    at: String,
    open: bool,
    second: bool,
    done: bool,
    was: String,
    case: String,
    levels: Vec<LevelView>,
    reasons: Vec<(String, String, bool)>,
    trouble: String,
    sent: Fields,
}

async fn page(
    kit: &Kit,
    p: Page,
    token: String,
    by: By,
    trouble: String,
    sent: Fields,
) -> Result<Response, Oops> {
    let v = kit.acts.supervision.rate_page(p.signed(), token.clone()).await?;
    let way = channel(&by.by).way();
    let ticked = |code: &str| sent.all("reason").contains(&code);
    let reasons =
        reasons_for(way).map(|r| (r.code.to_owned(), reason_label(p.lang, r), ticked(r.code))).collect();
    Ok(render(&RateHtml {
        unit: v.unit,
        item: v.service.item,
        place: v.service.place,
        at: when(p.lang, v.service.at),
        open: v.open && by.done.is_empty(),
        second: v.second,
        done: !by.done.is_empty(),
        was: v.rated.map_or_else(String::new, |l| level_label(p.lang, l).to_owned()),
        case: v.case.unwrap_or_default(),
        levels: levels(p.lang, sent.get("level")),
        reasons,
        by: by.by,
        token,
        trouble,
        sent,
        p,
    }))
}

/// `GET /rate/{token}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path(token): Path<String>,
    Query(by): Query<By>,
) -> Result<Response, Oops> {
    page(&kit, p, token, by, String::new(), Fields::default()).await
}

/// What is entered in a form of a rating; none without a level.
pub(crate) fn entered(fields: &Fields, channel: RateChannel, device: &str) -> Result<NewRating, city::Error> {
    let level = Level::read(fields.get("level"))
        .ok_or_else(|| city::Error::invalid("level", "请选择满意程度", "choose how satisfied you are"))?;
    Ok(NewRating {
        level,
        reasons: fields.all("reason").into_iter().map(ToOwned::to_owned).collect(),
        words: fields.get("words").to_owned(),
        channel,
        device: device.to_owned(),
        phone: fields.get("phone").to_owned(),
    })
}

/// `POST /rate/{token}`: the vote; works once.
pub(crate) async fn vote(
    State(kit): State<Kit>,
    p: Page,
    Path(token): Path<String>,
    Query(by): Query<By>,
    Asking(near): Asking,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Oops> {
    // A device is told apart by what it says of itself and where it asks from, as the guard of the pages sees it;
    // only a keyed digest is kept.
    let device = format!(
        "{}|{}|{}",
        near.text(),
        header_of(&headers, "user-agent"),
        header_of(&headers, "accept-language")
    );
    // A tablet at a window is one device for many people: it says nothing there.
    let device = if by.by == "tablet" || !near.is_known() { String::new() } else { device };
    let done = match entered(&fields, channel(&by.by), &device) {
        Ok(new) => kit.acts.supervision.rate(p.signed(), token.clone(), new).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(Some((number, code))) => Ok(Redirect::to(&format!("/r/{number}/{code}?new=1")).into_response()),
        Ok(None) => Ok(Redirect::to(&format!("/rate/{token}?by={}&done=1", escape(&by.by))).into_response()),
        Err(e) => again(&p.clone(), e, |trouble| page(&kit, p, token, by, trouble, fields)).await,
    }
}

/// `POST /r/{number}/{code}/rate`: who has the code of an answered case may rate the service.
pub(crate) async fn of_case(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
    _fields: Fields,
) -> Result<Response, Oops> {
    let receipt = kit.acts.supervision.case_receipt(p.signed(), number, code).await?;
    Ok(Redirect::to(&format!("/rate/{}?by=web", receipt.token)).into_response())
}

struct ResultView {
    name: String,
    ratings: u64,
    services: u64,
    good: String,
    interval: String,
    bad: u64,
    mended: u64,
    low: u32,
    wide: u32,
    at: u32,
}

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsHtml {
    p: Page,
    bys: Vec<Opt>,
    rows: Vec<ResultView>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct ResultsAsk {
    by: String,
}

/// `GET /ratings`: for everybody; by name, with number and interval, never a rank.
pub(crate) async fn results(
    State(kit): State<Kit>,
    p: Page,
    Query(ask): Query<ResultsAsk>,
) -> Result<Response, Oops> {
    ready(&kit).await?;
    let by = match ask.by.as_str() {
        "item" => Dim::Item,
        "window" => Dim::Window,
        _ => Dim::Unit,
    };
    let t = p.t.supervise;
    let bys = vec![
        opt("unit", t.by_unit, by.word()),
        opt("item", t.by_item, by.word()),
        opt("window", t.by_window, by.word()),
    ];
    let percent = |x: f64| format!("{:.1}%", x * 100.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share in pixels")]
    let px = |x: f64| (x * 160.0).round() as u32;
    let row = |r: supervise_acts::OpenResult| ResultView {
        good: r.good.map_or_else(|| t.too_few.to_owned(), |i| percent(i.share)),
        interval: r.good.map_or_else(String::new, |i| format!("{}–{}", percent(i.low), percent(i.high))),
        low: r.good.map_or(0, |i| px(i.low)),
        wide: r.good.map_or(0, |i| px(i.high - i.low).max(2)),
        at: r.good.map_or(0, |i| px(i.share)),
        name: r.name,
        ratings: r.ratings,
        services: r.services,
        bad: r.bad,
        mended: r.mended,
    };
    let rows = kit.acts.supervision.open_results(by).await?.into_iter().take(500).map(row).collect();
    Ok(render(&ResultsHtml { p, bys, rows }))
}
