//! 评价管理: ratings for staff, appeals, services and their receipts, ratings by telephone, odd patterns.

use askama::Template;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::US_PER_DAY;
use serde::Deserialize;
use supervise::{RateChannel, Way, reasons_for};
use supervise_acts::{NewService, RatingView};
use web_kit::{
    COUNTED_TO, Fields, Filter, Lang, ListOf, Oops, Opt, Tab, Views, Words as _, address, again, cut_count,
    day, opt, plain, qr, render, when,
};

use crate::may;
use crate::rate::{LevelView, entered, level_label, levels, reason_label};
use crate::texts::Texts;
use crate::{Desk, Kit, Page};

struct RatingRow {
    id: i64,
    level: &'static str,
    bad: bool,
    again: bool,
    by_default: bool,
    unit: String,
    item: String,
    place: String,
    at: String,
    channel: String,
    reasons: String,
    words: String,
    case: String,
    state: &'static str,
    ground: String,
    decision: String,
    may_appeal: bool,
    may_decide: bool,
}

fn row(p: &Page, v: RatingView) -> RatingRow {
    let t = p.t.supervise;
    let channel = RateChannel::read(&v.rating.channel);
    let named = |c: &str| {
        let r = supervise::REASONS.iter().find(|r| r.code == c)?;
        Some(match (p.lang, v.level.is_bad()) {
            (Lang::Zh, true) => r.bad,
            (Lang::Zh, false) => r.good,
            _ => r.en,
        })
    };
    RatingRow {
        id: v.rating.id,
        level: level_label(p.lang, v.level),
        bad: v.level.is_bad(),
        again: v.rating.times == 2,
        by_default: v.rating.by_default,
        unit: v.of.unit,
        item: v.of.service.item,
        place: v.of.service.place,
        at: if v.rating.at.us_of_day() == 0 {
            day(p.lang, v.rating.at.date())
        } else {
            when(p.lang, v.rating.at)
        },
        channel: channel.map_or(v.rating.channel.clone(), |c| {
            if p.lang == Lang::Zh { c.zh().to_owned() } else { c.word().to_owned() }
        }),
        reasons: v.rating.reasons.split(',').filter_map(named).collect::<Vec<_>>().join("、"),
        words: v.rating.words,
        case: v.case,
        state: match v.rating.state.as_str() {
            "appealed" => t.st_appealed,
            "upheld" => t.st_upheld,
            "excluded" => t.st_excluded,
            _ => "",
        },
        ground: v.rating.ground,
        decision: v.rating.decision,
        may_appeal: v.may_appeal,
        may_decide: v.may_decide,
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct ListAsk {
    state: String,
    before: String,
    view: String,
}

const STATES: [&str; 3] = ["appealed", "excluded", "upheld"];

fn state_name(l: Lang, state: &str) -> &'static str {
    let t = Texts::of(l).supervise;
    match state {
        "appealed" => t.st_appealed,
        "excluded" => t.st_excluded,
        "upheld" => t.st_upheld,
        _ => t.st_all,
    }
}

/// 好差评 as a list with views; a rating is a card, its columns are fixed.
pub(crate) const LISTS: &[ListOf] = &[ListOf {
    key: "ratings",
    path: "/desk/ratings",
    text: |l| Texts::of(l).supervise.nav_ratings,
    open: access::Operation::ReadRatings,
    filters: &[
        Filter {
            name: "state",
            text: |l| Texts::of(l).th_state,
            say: |l, v| state_name(l, v).to_owned(),
            known: |v, _| STATES.contains(&v),
            kept: true,
        },
        Filter {
            name: "before",
            text: |l| Texts::of(l).page_next,
            say: plain,
            known: |v, _| v.parse::<i64>().is_ok(),
            kept: false,
        },
    ],
    columns: &[],
    usual: |_| &[],
}];

/// What stands above the list.
async fn views(kit: &Kit, desk: &Desk, ask: &ListAsk) -> Result<Views, Oops> {
    let (list, lang) = (&LISTS[0], desk.page.lang);
    let office = kit.city.office_now().await?;
    let saved = kit.city.views(desk.actor(), list.key.to_owned()).await?;
    let kept = web_kit::countable(list, lang, &saved, &office);
    let mut states = vec![String::new(), STATES[0].to_owned()];
    states.extend(kept.iter().flatten().map(|q| q.strip_prefix("state=").unwrap_or_default().to_owned()));
    let counts = kit.acts.supervision.rating_counts(desk.actor(), states, COUNTED_TO).await?;
    let mut counts = counts.into_iter();
    let tab = |(state, n): (&str, i64)| Tab {
        name: state_name(lang, state).to_owned(),
        count: cut_count(lang, n),
        href: address(list.path, &[("state", state)]),
        on: ask.state == state,
        note: String::new(),
    };
    let tabs = ["", STATES[0]].into_iter().zip(counts.by_ref()).map(tab).collect();
    let counts: Vec<Option<i64>> = kept.iter().map(|q| q.as_ref().and_then(|_| counts.next())).collect();
    let at = address("", &[("state", &ask.state), ("before", &ask.before)]);
    Ok(Views::of(&desk.page, list, (&at, ask.view.parse().ok()), &saved, tabs, (&counts, &office)))
}

#[derive(Template)]
#[template(path = "ratings.html")]
struct RatingsHtml {
    p: Page,
    rows: Vec<RatingRow>,
    views: Views,
    states: Vec<Opt>,
    next: String,
    trouble: String,
    serves: bool,
    phones: bool,
    decides: bool,
}

async fn page(kit: &Kit, desk: &Desk, ask: ListAsk, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let t = p.t.supervise;
    let before = ask.before.parse().unwrap_or(0);
    let all = kit.acts.supervision.ratings(desk.actor(), ask.state.clone(), before).await?;
    let last = all.last().map(|v| v.rating.id).filter(|_| all.len() == 50);
    let states =
        [("", t.st_all), ("appealed", t.st_appealed), ("excluded", t.st_excluded), ("upheld", t.st_upheld)];
    Ok(render(&RatingsHtml {
        views: views(kit, desk, &ask).await?,
        rows: all.into_iter().map(|v| row(&p, v)).collect(),
        states: states.into_iter().map(|(v, l)| opt(v, l, &ask.state)).collect(),
        next: last.map_or_else(String::new, |id| {
            address(
                "/desk/ratings",
                &[("state", &ask.state), ("view", &ask.view), ("before", &id.to_string())],
            )
        }),
        trouble,
        serves: may(desk, access::Operation::WriteServices),
        phones: may(desk, access::Operation::EnterRating),
        decides: may(desk, access::Operation::DecideRating),
        p,
    }))
}

/// `GET /desk/ratings`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    RawQuery(asked): RawQuery,
    Query(ask): Query<ListAsk>,
) -> Result<Response, Oops> {
    // Who asks for nothing in particular gets the view that opens first.
    if asked.is_none() {
        let saved = kit.city.views(desk.actor(), LISTS[0].key.to_owned()).await?;
        if let Some(view) = saved.first.and_then(|id| saved.view(id)) {
            return Ok(Redirect::to(&LISTS[0].href(view)).into_response());
        }
    }
    page(&kit, &desk, ask, String::new()).await
}

async fn after(kit: &Kit, desk: &Desk, done: Result<(), city::Error>) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to("/desk/ratings").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(kit, desk, ListAsk::default(), trouble)).await,
    }
}

/// `POST /desk/ratings/{id}/appeal`
pub(crate) async fn appeal(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let done = kit.acts.supervision.appeal_rating(desk.actor(), id, fields.get("ground").to_owned()).await;
    after(&kit, &desk, done).await
}

/// `POST /desk/ratings/{id}/decide`
pub(crate) async fn decide(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let exclude = fields.get("decision") == "exclude";
    let done =
        kit.acts.supervision.decide_rating(desk.actor(), id, exclude, fields.get("why").to_owned()).await;
    after(&kit, &desk, done).await
}

#[derive(Template)]
#[template(path = "serve.html")]
struct ServeHtml {
    p: Page,
    unit: String,
    units: Vec<(String, String)>,
    trouble: String,
    sent: Fields,
    code: String,
    address: String,
    tablet: String,
    qr: String,
}

async fn serve_page(
    kit: &Kit,
    desk: &Desk,
    receipt: Option<supervise_acts::Receipt>,
    trouble: String,
    sent: Fields,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let base = kit.options.public_url.trim_end_matches('/');
    let address = receipt.as_ref().map_or_else(String::new, |r| format!("{base}/rate/{}", r.token));
    let qr = if address.is_empty() { String::new() } else { qr(&address) };
    Ok(render(&ServeHtml {
        unit: desk.me.unit.clone(),
        units: office
            .units()
            .iter()
            .filter(|u| u.active)
            .map(|u| (u.short.clone(), u.name.clone()))
            .collect(),
        code: receipt.as_ref().map_or_else(String::new, |r| r.code.trim_start_matches("own/").to_owned()),
        tablet: receipt.map_or_else(String::new, |r| format!("{base}/rate/{}?by=tablet", r.token)),
        address,
        qr,
        trouble,
        sent,
        p,
    }))
}

/// `GET /desk/ratings/serve`
pub(crate) async fn serve_form(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WriteServices).map_err(city::Error::from)?;
    serve_page(&kit, &desk, None, String::new(), Fields::default()).await
}

/// `POST /desk/ratings/serve`: the service is on record, the receipt is on the page.
pub(crate) async fn serve(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let office = kit.city.office_now().await?;
    let new = NewService {
        unit: office.unit_called(fields.get("unit")).map(|u| u.id).filter(|_| fields.has("unit")),
        place: fields.get("place").to_owned(),
        item: fields.get("item").to_owned(),
        theme: fields.get("theme").to_owned(),
        project: fields.get("project").to_owned(),
    };
    match kit.acts.supervision.serve(desk.actor(), new).await {
        Ok(receipt) => serve_page(&kit, &desk, Some(receipt), String::new(), fields).await,
        Err(e) => again(&desk.page, e, |trouble| serve_page(&kit, &desk, None, trouble, fields)).await,
    }
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhoneHtml {
    p: Page,
    levels: Vec<LevelView>,
    reasons: Vec<(String, String)>,
    trouble: String,
    done: String,
    sent: Fields,
}

fn phone_page(desk: &Desk, trouble: String, done: String, sent: Fields) -> Response {
    let p = desk.page.clone();
    let reasons = reasons_for(Way::Offline).map(|r| (r.code.to_owned(), reason_label(p.lang, r))).collect();
    render(&PhoneHtml { levels: levels(p.lang, sent.get("level")), reasons, trouble, done, sent, p })
}

/// `GET /desk/ratings/phone`
pub(crate) async fn phone_form(desk: Desk) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::EnterRating).map_err(city::Error::from)?;
    Ok(phone_page(&desk, String::new(), String::new(), Fields::default()))
}

/// `POST /desk/ratings/phone`
pub(crate) async fn phone(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let done = match entered(&fields, RateChannel::Phone, "") {
        Ok(new) => kit.acts.supervision.rate_by_phone(desk.actor(), fields.get("code").to_owned(), new).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(case) => {
            Ok(phone_page(&desk, String::new(), case.unwrap_or_else(|| "–".to_owned()), Fields::default()))
        }
        Err(e) => {
            again(&desk.page, e, |trouble| {
                std::future::ready(Ok(phone_page(&desk, trouble, String::new(), fields)))
            })
            .await
        }
    }
}

struct OddRow {
    pattern: &'static str,
    place: String,
    n: usize,
    from: String,
    to: String,
    evidence: String,
}

#[derive(Template)]
#[template(path = "odd.html")]
struct OddHtml {
    p: Page,
    rows: Vec<OddRow>,
}

/// `GET /desk/ratings/odd`: patterns of the last thirty days, with what shows them.
pub(crate) async fn odd(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let found =
        kit.acts.supervision.odd_ratings(desk.actor(), p.now.plus_us(-30 * US_PER_DAY), p.now).await?;
    let row = |o: supervise::Odd| OddRow {
        pattern: if p.lang == Lang::Zh { o.pattern.zh() } else { o.pattern.en() },
        place: o.place,
        n: o.n,
        from: when(p.lang, o.from),
        to: when(p.lang, o.to),
        evidence: o.evidence.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(" "),
    };
    let rows = found.into_iter().map(row).collect();
    Ok(render(&OddHtml { p, rows }))
}
