//! 区划: the districts of the city as one list, corrected by hand.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use web_kit::{Fields, Oops, again, render};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "regions.html")]
struct RegionsHtml {
    p: Page,
    city: String,
    text: String,
    rows: usize,
    may_write: bool,
    trouble: String,
}

/// Lines that the box shows without scrolling.
const ROWS: (usize, usize) = (8, 30);

async fn page(kit: &Kit, desk: &Desk, sent: Option<String>, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let own = office.settings.city.to_string();
    let all = kit.city.regions().await?;
    let below = all.iter().filter(|(code, _)| *code != own && code.starts_with(&own));
    let now = || below.map(|(code, name)| format!("{code} {name}")).collect::<Vec<_>>().join("\n");
    let text = sent.unwrap_or_else(now);
    let rows = (text.lines().count() + 2).clamp(ROWS.0, ROWS.1);
    let city = access::City(&office.settings.city);
    let may_write = access::decide(&desk.actor(), access::op::WriteUnits, city).is_ok();
    Ok(render(&RegionsHtml {
        city: format!("{} {own}", office.settings.name),
        text,
        rows,
        may_write,
        trouble,
        p,
    }))
}

/// `GET /desk/office/regions`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, None, String::new()).await
}

/// `POST /desk/office/regions`: the whole list.
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let text = fields.get("regions").to_owned();
    match kit.acts.people.keep_regions(desk.actor(), text.clone()).await {
        Ok(()) => Ok(Redirect::to("/desk").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, Some(text), trouble)).await,
    }
}
