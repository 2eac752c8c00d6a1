//! 来源: our own record, the logs that this person brought, and the form to bring one.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use web_kit::{Fields, Oops, render};

use crate::logs::asked::grouped;
use crate::logs::shelf::Shelf;
use crate::{Desk, Kit, Page};

struct Row {
    id: String,
    name: String,
    cases: String,
    events: String,
}

#[derive(Template)]
#[template(path = "log_sources.html")]
struct SourcesHtml {
    p: Page,
    rows: Vec<Row>,
    trouble: String,
    most: usize,
}

pub(crate) fn show(desk: &Desk, shelf: &Shelf, trouble: String) -> Response {
    let row = |b: std::sync::Arc<crate::logs::shelf::Book>| Row {
        id: b.id.clone(),
        name: b.name.clone(),
        cases: grouped(b.log.case_count()),
        events: grouped(b.log.event_count()),
    };
    render(&SourcesHtml {
        p: desk.page.clone(),
        rows: shelf.of(desk.me.staff.id).into_iter().map(row).collect(),
        trouble,
        most: crate::logs::UPLOAD_MAX >> 20,
    })
}

/// `GET /desk/logs`
pub(crate) async fn page(
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Query(_): Query<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::ReadLogs).map_err(city::Error::from)?;
    Ok(show(&desk, &shelf, String::new()))
}

/// `POST /desk/logs/{id}/forget`
pub(crate) async fn forget(
    State(_): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
    _fields: Fields,
) -> Result<Response, Oops> {
    shelf.forget(desk.me.staff.id, &id);
    Ok(Redirect::to("/desk/logs").into_response())
}
