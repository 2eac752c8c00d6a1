//! 跨域转办: the form by which a coordinator hands a case to another city or to the province.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use cells::HandOver;
use city::Error;
use web_kit::{Fields, Oops, Opt, again, opt, render};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "hand.html")]
struct HandHtml {
    p: Page,
    number: String,
    peers: Vec<Opt>,
    sent: Fields,
    trouble: String,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    number: String,
    sent: Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let found = kit.acts.cells.beside(desk.actor(), number.clone()).await?;
    if found.peers.is_empty() {
        return Err(Oops(Error::NotFound));
    }
    let chosen = sent.get("peer").to_owned();
    let peers = found.peers.iter().map(|(code, name)| opt(code, name, &chosen)).collect();
    Ok(render(&HandHtml { p: desk.page.clone(), number, peers, sent, trouble }))
}

/// `GET /desk/cells/hand/{number}`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    page(&kit, &desk, number, Fields::default(), String::new()).await
}

/// `POST /desk/cells/hand/{number}`
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    f: Fields,
) -> Result<Response, Oops> {
    let asked = HandOver {
        number: number.clone(),
        peer: f.get("peer").to_owned(),
        note: f.get("note").to_owned(),
        contact_for: f.get("contact_for").to_owned(),
    };
    match kit.acts.cells.hand_over(desk.actor(), asked).await {
        Ok(_) => Ok(Redirect::to(&format!("/desk/case/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, number, f, trouble)).await,
    }
}
