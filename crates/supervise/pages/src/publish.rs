//! 公开: typical cases and answers, after a check for personal data; withdrawn with a trace.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Moment;
use serde::Deserialize;
use supervise_acts::{Published, PublishedView};
use web_kit::{Fields, Oops, again, day, render, said};

use crate::{Desk, Kit, Page};

struct Shown {
    title: String,
    words: String,
    answer: String,
    unit: String,
    at: String,
    typical: bool,
}

#[derive(Template)]
#[template(path = "answers.html")]
struct AnswersHtml {
    p: Page,
    rows: Vec<Shown>,
    next: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Before {
    before: String,
}

/// `GET /answers`: for everybody.
pub(crate) async fn answers(
    State(kit): State<Kit>,
    p: Page,
    Query(ask): Query<Before>,
) -> Result<Response, Oops> {
    let before = ask
        .before
        .split_once('.')
        .and_then(|(at, id)| Some((Moment::from_us(at.parse().ok()?), id.parse().ok()?)));
    let all = kit.acts.supervision.published(before).await?;
    let last =
        all.last().filter(|_| all.len() == 20).map(|v| format!("/answers?before={}.{}", v.at.us(), v.id));
    let row = |v: PublishedView| Shown {
        title: v.shown.title,
        words: v.shown.words,
        answer: v.shown.answer,
        unit: v.shown.unit,
        at: day(p.lang, v.at.date()),
        typical: v.shown.typical,
    };
    Ok(render(&AnswersHtml { rows: all.into_iter().map(row).collect(), next: last.unwrap_or_default(), p }))
}

#[derive(Template)]
#[template(path = "publish.html")]
struct PublishHtml {
    p: Page,
    number: String,
    what: Published,
    found: Vec<(String, String)>,
    public: bool,
    was: bool,
    trouble: String,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    number: String,
    sent: Option<Published>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let there = kit.acts.supervision.published_of_case(desk.actor(), number.clone()).await?;
    let what = match (sent, &there) {
        (Some(sent), _) => sent,
        (None, Some(v)) => v.shown.clone(),
        (None, None) => kit.acts.supervision.publication_draft(desk.actor(), number.clone()).await?,
    };
    let found = kit.acts.supervision.personal_in(&what).into_iter();
    Ok(render(&PublishHtml {
        found: found.map(|(kind, words)| (said(p.lang, &kind), words)).collect(),
        public: there.as_ref().is_some_and(|v| v.public),
        was: there.is_some(),
        number,
        what,
        trouble,
        p,
    }))
}

/// `GET /desk/publish/{number}`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    page(&kit, &desk, number, None, String::new()).await
}

/// `POST /desk/publish/{number}`
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let get = |n: &str| fields.get(n).to_owned();
    let what = Published {
        title: get("title"),
        words: get("words"),
        answer: get("answer"),
        unit: String::new(),
        typical: fields.has("typical"),
    };
    match kit.acts.supervision.publish(desk.actor(), number.clone(), what.clone()).await {
        Ok(_) => Ok(Redirect::to("/answers").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, number, Some(what), trouble)).await,
    }
}

/// `POST /desk/publish/{number}/withdraw`
pub(crate) async fn withdraw(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let there = kit
        .acts
        .supervision
        .published_of_case(desk.actor(), number.clone())
        .await?
        .ok_or(Oops(city::Error::NotFound))?;
    match kit.acts.supervision.withdraw(desk.actor(), there.id, fields.get("why").to_owned()).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/publish/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, number, None, trouble)).await,
    }
}
