//! 来源: our own record, the logs that are kept (one's own and those that colleagues share), and the form to bring one.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use optimise_acts::logs::{Kept, KeptMeta};
use web_kit::{Fields, Oops, again, render, when};

use crate::logs::asked::grouped;
use crate::logs::shelf::{Shelf, blocking};
use crate::{Desk, Kit, Page};

struct Row {
    id: String,
    name: String,
    note: String,
    figures: String,
    owner: String,
    own: bool,
    shared: bool,
    cases: String,
    events: String,
    at: String,
}

#[derive(Template)]
#[template(path = "log_sources.html")]
struct SourcesHtml {
    p: Page,
    rows: Vec<Row>,
    trouble: String,
    most: usize,
}

/// The figures that were saved with a log, in a line; none of one that was kept before there were any.
fn figures(p: &Page, meta: &str) -> String {
    let meta: KeptMeta = serde_json::from_str(meta).unwrap_or_default();
    let Some(f) = meta.figures else { return String::new() };
    let day = |t: &Option<String>| t.as_deref().and_then(|t| t.get(..10)).unwrap_or("—").to_owned();
    let days = f.median_s.map_or_else(|| "—".to_owned(), |s| format!("{:.1}", s / 86_400.0));
    let text = p.t.log.figures_line.replace("{steps}", &grouped(f.activities));
    let text = text.replace("{ways}", &grouped(f.variants)).replace("{from}", &day(&f.first_time));
    text.replace("{to}", &day(&f.last_time)).replace("{days}", &days)
}

pub(crate) async fn show(kit: &Kit, desk: &Desk, trouble: String) -> Result<Response, Oops> {
    let all = kit.acts.logs.kept_logs(&desk.actor()).await?;
    let p = desk.page.clone();
    let count = |n: i64| grouped(usize::try_from(n).unwrap_or(0));
    let row = |k: Kept| Row {
        cases: count(k.log.cases),
        events: count(k.log.events),
        at: when(p.lang, k.log.at),
        shared: k.log.shared,
        id: k.log.id,
        name: k.log.name,
        figures: figures(&p, &k.log.meta),
        note: k.log.note,
        owner: k.owner,
        own: k.own,
    };
    let rows = all.into_iter().map(row).collect();
    Ok(render(&SourcesHtml { rows, trouble, most: crate::logs::UPLOAD_MAX >> 20, p }))
}

/// `GET /desk/logs`
pub(crate) async fn page(
    State(kit): State<Kit>,
    desk: Desk,
    Query(_): Query<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::ReadLogs).map_err(city::Error::from)?;
    show(&kit, &desk, String::new()).await
}

/// `POST /desk/logs/{id}/keep`: its name, what it is, whether colleagues may read it.
pub(crate) async fn describe(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (name, note) = (fields.get("name"), fields.get("note"));
    let done = kit.acts.logs.describe_log(&desk.actor(), &id, name, note, fields.has("shared")).await;
    match done {
        Ok(()) => {
            shelf.forget(&id);
            Ok(Redirect::to("/desk/logs").into_response())
        }
        Err(e) => again(&desk.page, e, |trouble| show(&kit, &desk, trouble)).await,
    }
}

/// `POST /desk/logs/{id}/forget`: deleted, with its bytes.
pub(crate) async fn forget(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
    _fields: Fields,
) -> Result<Response, Oops> {
    let (acts, actor, key) = (kit.acts.clone(), desk.actor(), id.clone());
    blocking(move || acts.logs.delete_log(&actor, &key)).await??;
    shelf.forget(&id);
    Ok(Redirect::to("/desk/logs").into_response())
}
