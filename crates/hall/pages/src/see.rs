//! 看预约: the page behind the link of a message. It shows when and where; it has no form and nothing of who booked, for links
//! are passed on and read ahead by programs.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use hall::appointment::Stage;
use web_kit::{Oops, render, word};

use crate::parts::soon;
use crate::{Kit, Page, halls};

#[derive(Template)]
#[template(path = "see_booking.html")]
struct SeeHtml {
    p: Page,
    number: String,
    name: String,
    item: String,
    when: String,
    stage: String,
    hall: String,
    address: String,
    phone: String,
    queue: String,
    /// until when an offered place is to be confirmed; empty when nothing is
    until: String,
}

/// `GET /see/b/{number}/{token}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((number, token)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).look(number, token).await?;
    let a = &v.appointment;
    let until = p.t.hall_offered_until.replace("{time}", &soon(&p, p.t, a.held_until));
    Ok(render(&SeeHtml {
        number: a.number.clone(),
        name: a.name.clone(),
        item: a.item.clone(),
        when: if a.has_place() { soon(&p, p.t, a.at.start) } else { crate::desk::days(&p, a) },
        stage: word(p.lang, a.stage),
        until: if a.offered && a.stage == Stage::Held { until } else { String::new() },
        hall: v.hall,
        address: v.address,
        phone: v.phone,
        queue: v.queue,
        p,
    }))
}
