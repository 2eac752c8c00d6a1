//! 带文件来: which doors there are, what this person has brought, and the form to bring a file.

use askama::Template;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use imports::{Brought, Counts, Gate, State as Stands};
use web_kit::{Arrived, Fields, Lang, Oops, again, blocking, render, when};

use crate::{Desk, Kit, Page};

/// A word in the language of the reader.
pub(crate) fn pick<'a>(p: &Page, said: (&'a str, &'a str)) -> &'a str {
    if p.lang == Lang::Zh { said.0 } else { said.1 }
}

pub(crate) fn state_of(p: &Page, b: &Brought) -> &'static str {
    match b.state {
        Stands::Waiting => p.t.state_waiting,
        Stands::Running => p.t.state_running,
        Stands::Done => p.t.state_done,
        Stands::Failed => p.t.state_failed,
    }
}

struct FileRow {
    id: i64,
    name: String,
    what: String,
    state: &'static str,
    at: String,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct OverviewHtml {
    p: Page,
    doors: Vec<(&'static str, &'static str)>,
    files: Vec<FileRow>,
}

/// `GET /desk/import`
pub(crate) async fn overview(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let imports = &kit.acts.imports;
    let doors = imports.doors(&desk.actor()).await?;
    let files = imports.list(&desk.actor()).await?;
    let p = desk.page;
    let row = |b: Brought| FileRow {
        id: b.id,
        what: imports.gate(&b.door).map_or_else(String::new, |g| pick(&p, g.said()).to_owned()),
        state: state_of(&p, &b),
        at: when(p.lang, b.at),
        name: b.name,
    };
    let files = files.into_iter().map(row).collect();
    let doors = doors.into_iter().map(|(word, said)| (word, pick(&p, said))).collect();
    Ok(render(&OverviewHtml { doors, files, p }))
}

#[derive(Template)]
#[template(path = "import_bring.html")]
struct BringHtml {
    p: Page,
    door: &'static str,
    what: &'static str,
    trouble: String,
    hint: String,
    accept: &'static str,
    templates: Vec<(i64, String)>,
}

const TABLES: &str = ".xlsx,.xls,.xlsb,.ods,.csv,.tsv,.txt,.xml,.html";
const LINES: &str = ".xlsx,.xls,.xlsb,.ods,.csv,.tsv,.txt,.xml,.html,.jsonl,.json";
const LOGS: &str =
    ".xes,.gz,.csv,.tsv,.txt,.xlsx,.xls,.xlsb,.ods,.parquet,.json,.jsonocel,.xmlocel,.sqlite,.db,.xml";

/// What the browser offers, and what is said beside it.
fn files_of(p: &Page, gate: &dyn Gate) -> (&'static str, String) {
    let most = match gate.most() >> 20 {
        m if m >= 1 << 10 && m.is_multiple_of(1 << 10) => format!("{} GB", m >> 10),
        m => format!("{m} MB"),
    };
    let (accept, hint) = match gate.word() {
        "items" | "services" => (LINES, p.t.file_hint),
        _ if gate.counts() == Counts::Megabytes => (LOGS, p.t.file_hint_log),
        _ => (TABLES, p.t.file_hint),
    };
    (accept, hint.replace("{most}", &most))
}

/// The door, where this person may send files to it.
async fn door_of(kit: &Kit, desk: &Desk, word: String) -> Result<std::sync::Arc<dyn Gate>, Error> {
    let (imports, actor) = (kit.acts.imports.clone(), desk.actor());
    blocking(move || imports.door_for(&actor, &word)).await
}

async fn bring(kit: &Kit, desk: &Desk, gate: &dyn Gate, trouble: String) -> Result<Response, Oops> {
    let templates = kit.acts.imports.templates(&desk.actor(), gate.word()).await?;
    let (p, said) = (desk.page.clone(), gate.said());
    let what = if p.lang == Lang::Zh { said.0 } else { said.1 };
    let (accept, hint) = files_of(&p, gate);
    Ok(render(&BringHtml { door: gate.word(), what, trouble, hint, accept, templates, p }))
}

/// `GET /desk/import/{door}`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(door): Path<String>,
) -> Result<Response, Oops> {
    let gate = door_of(&kit, &desk, door).await?;
    bring(&kit, &desk, &*gate, String::new()).await
}

/// Bytes of a form beside its file.
const FORM_MAX: u64 = 1 << 20;

/// `POST /desk/import/{door}`: a file; nothing of it is written yet.
pub(crate) async fn take(
    State(kit): State<Kit>,
    desk: Desk,
    Path(door): Path<String>,
    req: Request,
) -> Result<Response, Oops> {
    // Before the body is read.
    let gate = door_of(&kit, &desk, door).await?;
    let announced = req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    if announced.and_then(|n| n.parse::<u64>().ok()).is_some_and(|n| n > gate.most() + FORM_MAX) {
        let e = imports::too_large(gate.most());
        return again(&desk.page, e, |trouble| bring(&kit, &desk, &*gate, trouble)).await;
    }
    let came = match Arrived::from_request(req, &kit).await {
        Ok(came) => came,
        Err(Oops(e)) => return again(&desk.page, e, |trouble| bring(&kit, &desk, &*gate, trouble)).await,
    };
    let (imports, actor, word) = (kit.acts.imports.clone(), desk.actor(), gate.word());
    let done = blocking(move || imports.bring(&actor, word, &came.name, came.file)).await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/desk/import/file/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| bring(&kit, &desk, &*gate, trouble)).await,
    }
}

/// `POST /desk/import/{door}/templates`: one is deleted.
pub(crate) async fn forget_template(
    State(kit): State<Kit>,
    desk: Desk,
    Path(door): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (imports, actor, word) = (kit.acts.imports.clone(), desk.actor(), door.clone());
    let id = fields.get("id").parse().unwrap_or(0);
    blocking(move || imports.forget_template(&actor, &word, id)).await?;
    Ok(Redirect::to(&format!("/desk/import/{door}")).into_response())
}
