//! 临时关闭: first whom it would cancel, then the closing.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::{Closure, Span};
use web_kit::{Fields, Oops, again, date_of, render, said, when};

use crate::{Desk, Kit, Page, halls};

fn closure(asked: &Fields) -> Result<Closure, Error> {
    let day = |name: &str| {
        date_of(asked.get(name))
            .ok_or_else(|| Error::invalid(name, "请填写起止日期", "give the first and the last day"))
    };
    let hours = match asked.get("hours") {
        "" => None,
        text => {
            Some(text.parse::<Span>().map_err(|said| Error::Invalid { field: "hours".to_owned(), said })?)
        }
    };
    if !asked.has("reason") {
        return Err(Error::invalid(
            "reason",
            "请写明关闭的理由，预约的人会看到",
            "give the reason: who booked is told",
        ));
    }
    Ok(Closure {
        first: day("first")?,
        last: day("last")?,
        hours,
        queues: asked.all("queues").into_iter().map(str::to_owned).collect(),
        reason: asked.get("reason").to_owned(),
    })
}

#[derive(Template)]
#[template(path = "hall_close.html")]
struct CloseHtml {
    p: Page,
    id: i64,
    name: String,
    first: String,
    last: String,
    hours: String,
    reason: String,
    /// letter, name, ticked
    queues: Vec<(String, String, bool)>,
    touched: Option<Vec<(String, String)>>,
    told: usize,
    trouble: String,
}

async fn close_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    asked: &Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hall(desk.actor(), id).await?;
    halls(kit).kiosk_of(desk.actor(), id).await?;
    let (mut touched, mut trouble) = (None, trouble);
    if asked.has("first") {
        match closure(asked) {
            Ok(c) => {
                let found = halls(kit).preview_closure(desk.actor(), id, c).await?;
                touched = Some(
                    found
                        .into_iter()
                        .map(|t| (t.number, format!("{} · {}", when(p.lang, t.start), t.name)))
                        .collect(),
                );
            }
            Err(Error::Invalid { said: s, .. }) if trouble.is_empty() => trouble = said(p.lang, &s),
            Err(e) if trouble.is_empty() => return Err(Oops(e)),
            Err(_) => {}
        }
    }
    let told = touched.as_ref().map_or(0, Vec::len);
    let text = |name: &str| asked.get(name).to_owned();
    let ticked = asked.all("queues");
    let queues = v.hall.queues.iter();
    Ok(render(&CloseHtml {
        id,
        first: text("first"),
        last: text("last"),
        hours: text("hours"),
        reason: text("reason"),
        queues: queues
            .map(|q| (q.letter.clone(), q.name.clone(), ticked.contains(&q.letter.as_str())))
            .collect(),
        name: v.hall.name,
        touched,
        told,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/close`: with days, whom it would cancel.
pub(crate) async fn close_form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    close_page(&kit, &desk, id, &Fields(asked), String::new()).await
}

/// `POST /desk/halls/at/{id}/close`
pub(crate) async fn close(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    // Who may not close learns that first.
    halls(&kit).kiosk_of(desk.actor(), id).await?;
    let told = fields.get("told").parse().unwrap_or(0);
    let done = match closure(&fields) {
        Ok(c) => halls(&kit).close(desk.actor(), id, c, told).await.map(drop),
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/halls/at/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |t| close_page(&kit, &desk, id, &fields, t)).await,
    }
}
