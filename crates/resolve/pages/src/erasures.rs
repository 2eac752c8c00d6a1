//! 涂去信息: asking, checking and approving that the data of who lodged a case end.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use resolve_acts::ErasureStep;
use web_kit::{Fields, Oops, again, render, when};

use crate::{Desk, Kit, Page};

struct Row {
    id: i64,
    number: String,
    state: &'static str,
    reason: String,
    by: String,
    at: String,
    step: &'static str,
    step_text: &'static str,
}

#[derive(Template)]
#[template(path = "erasures.html")]
struct ErasuresHtml {
    p: Page,
    rows: Vec<Row>,
    sent: Fields,
    trouble: String,
}

async fn page(kit: &Kit, desk: &Desk, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    if !resolve_acts::Cases::may_erase(&desk.actor()) {
        return Err(Oops(Error::NotFound));
    }
    let all = kit.acts.cases.erasures(desk.actor()).await?;
    let rows = all.into_iter().map(|v| {
        let (state, step, step_text) = match v.state.as_str() {
            "asked" => (p.t.erase_asked, "check", p.t.erase_check),
            "checked" => (p.t.erase_checked, "approve", p.t.erase_approve),
            "done" => (p.t.erase_done, "", ""),
            _ => (p.t.erase_refused, "", ""),
        };
        let step = if v.mine { step } else { "" };
        let (by, at) = (v.by.join(" → "), when(p.lang, v.at));
        Row { id: v.id, number: v.number, state, reason: v.reason, by, at, step, step_text }
    });
    Ok(render(&ErasuresHtml { rows: rows.collect(), sent, trouble, p }))
}

/// `GET /desk/erasures`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, Fields::default(), String::new()).await
}

async fn or_again(kit: &Kit, desk: &Desk, sent: Fields, done: Result<(), Error>) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to("/desk/erasures").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(kit, desk, sent, trouble)).await,
    }
}

/// `POST /desk/erasures`
pub(crate) async fn ask(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let number = f.get("number").trim().to_owned();
    let done = kit.acts.cases.ask_erasure(desk.actor(), number, f.get("reason").to_owned()).await.map(|_| ());
    or_again(&kit, &desk, f, done).await
}

/// `POST /desk/erasures/{id}`
pub(crate) async fn step(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    let step = match f.get("step") {
        "check" => ErasureStep::Check,
        "approve" => ErasureStep::Approve,
        "refuse" => ErasureStep::Refuse,
        _ => return Err(Oops(Error::NotFound)),
    };
    let done = kit.acts.cases.step_erasure(desk.actor(), id, step).await;
    or_again(&kit, &desk, Fields::default(), done).await
}
