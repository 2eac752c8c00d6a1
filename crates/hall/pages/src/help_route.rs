//! 我的帮办单: what a helper has to do, and the way of today, door by door; for a phone, and to be printed.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use hall_acts::{HelpLine, Stop};
use kernel::Date;
use serde::Deserialize;
use web_kit::{Fields, Oops, again, date_of, render, word};

use crate::help_desk::{OrderRow, order_row};
use crate::{Desk, Kit, Page, halls};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Day {
    #[serde(default)]
    day: String,
}

struct StopRow {
    number: String,
    ver: i64,
    hours: String,
    name: String,
    hall: String,
    who: String,
    phone: String,
    address: String,
}

#[derive(Template)]
#[template(path = "help_route.html")]
struct RouteHtml {
    p: Page,
    day: String,
    day_name: String,
    stops: Vec<StopRow>,
    /// names and addresses are shown
    full: bool,
    rows: Vec<OrderRow>,
    /// address of one's own calendar
    calendar: String,
    trouble: String,
}

fn stop(s: Stop) -> StopRow {
    StopRow {
        ver: s.order.ver,
        hours: s.order.visit.as_ref().map_or_else(String::new, |v| hall::Span::shown(&[v.hours])),
        name: s.order.name,
        number: s.order.number,
        hall: s.hall,
        who: s.contact.name,
        phone: s.contact.phone,
        address: s.contact.address,
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    headers: &HeaderMap,
    day: Date,
    shown: Option<Vec<Stop>>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let full = shown.is_some();
    let all = match shown {
        Some(all) => all,
        None => halls(kit).my_route(desk.actor(), day).await?,
    };
    let rows: Vec<HelpLine> = halls(kit).my_help(desk.actor()).await?;
    Ok(render(&RouteHtml {
        day: day.to_string(),
        day_name: web_kit::day(p.lang, day),
        stops: all.into_iter().map(stop).collect(),
        full,
        rows: rows.iter().map(|l| order_row(&p, l)).collect(),
        calendar: format!(
            "{}/shifts/{}",
            web_kit::base(kit, headers),
            halls(kit).my_calendar(desk.actor()).await?
        ),
        trouble,
        p,
    }))
}

/// `GET /desk/help/mine`
pub(crate) async fn show(
    State(kit): State<Kit>,
    headers: HeaderMap,
    desk: Desk,
    Query(ask): Query<Day>,
) -> Result<Response, Oops> {
    let day = date_of(&ask.day).unwrap_or_else(|| desk.page.now.date());
    page(&kit, &desk, &headers, day, None, String::new()).await
}

/// `POST /desk/help/mine`: names, telephones and addresses of the day; on record, with the purpose.
pub(crate) async fn shown(
    State(kit): State<Kit>,
    headers: HeaderMap,
    desk: Desk,
    fields: Fields,
) -> Result<Response, Oops> {
    let day = date_of(fields.get("day")).unwrap_or_else(|| desk.page.now.date());
    match halls(&kit).my_route_shown(desk.actor(), day, fields.get("purpose").to_owned()).await {
        Ok(all) => page(&kit, &desk, &headers, day, Some(all), String::new()).await,
        Err(e) => again(&desk.page, e, |t| page(&kit, &desk, &headers, day, None, t)).await,
    }
}

/// What is done next, for people.
pub(crate) fn next_words(p: &Page, l: &HelpLine) -> String {
    l.next().map_or_else(String::new, |n| word(p.lang, n))
}
