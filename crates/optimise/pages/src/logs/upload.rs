//! 上传: a log file, bounded; a table whose columns nobody can guess asks which means what.

use std::io::Cursor;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use eventlog::error::Limits;
use eventlog::{Mapping, Order};
use optimise_acts::logs::{Figures, KeptMeta, LogFileError, ReadOptions, ToKeep, Unnamed, read_log};
use tabular::DateOrder;
use web_kit::{Fields, Oops, again, render};

use crate::logs::asked::half;
use crate::logs::shelf::{Book, Shelf, blocking};
use crate::logs::{UPLOAD_MAX, sources};
use crate::{Desk, Kit, Page};

/// A log that a page reads at once.
fn limits() -> Limits {
    Limits { bytes: 1 << 30, ..Limits::small() }
}

fn broken() -> Oops {
    Oops(Error::invalid(
        "file",
        "文件没有传完或过大，请重试；更大的日志请用命令行 bancheng log",
        "the file did not arrive or is too large: try again; for larger logs use the program: bancheng log",
    ))
}

/// Bytes of a saved column mapping.
const MAPPING_MAX: usize = 16 << 10;

struct Came {
    name: String,
    bytes: Vec<u8>,
    token: String,
    order: Order,
    /// a saved column mapping, as it came
    mapping: Vec<u8>,
}

async fn receive(mut form: Multipart) -> Result<Came, Oops> {
    let mut came = Came {
        name: String::new(),
        bytes: Vec::new(),
        token: String::new(),
        order: Order::Time,
        mapping: Vec::new(),
    };
    while let Some(mut part) = form.next_field().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        let most = match name.as_str() {
            "log" => UPLOAD_MAX,
            "mapping" => MAPPING_MAX,
            _ => 1000,
        };
        if let Some(file) = part.file_name().filter(|_| name == "log") {
            came.name = file.chars().filter(|c| !c.is_control()).take(80).collect();
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|_| broken())? {
            if bytes.len() + chunk.len() > most {
                return Err(broken());
            }
            bytes.extend_from_slice(&chunk);
        }
        match name.as_str() {
            "log" => came.bytes = bytes,
            "mapping" => came.mapping = bytes,
            "_t" => came.token = String::from_utf8_lossy(&bytes).into_owned(),
            "order" if bytes == b"file" => came.order = Order::File,
            _ => {}
        }
    }
    Ok(came)
}

/// `POST /desk/logs/upload`
pub(crate) async fn take(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    form: Multipart,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::ReadLogs).map_err(Error::from)?;
    let Ok(_place) = shelf.uploads.clone().try_acquire_owned() else {
        return Err(Oops(Error::Store(store::StoreError::Busy)));
    };
    let came = tokio::time::timeout(std::time::Duration::from_mins(5), receive(form));
    let came = came.await.map_err(|_| broken())??;
    if came.token != desk.page.token {
        return Err(Oops(Error::Forbidden(kernel::Said::new(
            "页面已过期，请返回上一页刷新后再提交",
            "this page is out of date: go back, reload and submit again",
        ))));
    }
    let id = kit.city.vault().new_token().map_err(Oops)?[..16].to_owned();
    let bytes = Arc::new(came.bytes);
    // A browser sends an empty file where none was chosen.
    let mapping = match came.mapping.as_slice() {
        [] => None,
        json => Some(serde_json::from_slice::<Mapping>(json).map_err(|_| {
            Oops(Error::invalid(
                "mapping",
                "列对应模板不是有效的文件，请选择之前下载的 mapping.json",
                "the column template is no valid file: choose a mapping.json that was downloaded here",
            ))
        })?),
    };
    let options = ReadOptions { order: came.order, mapping, limits: limits(), ..ReadOptions::default() };
    read(&kit, &desk, &shelf, id, came.name, bytes, options).await
}

/// Reads the bytes; where a column is missing, asks for it.
async fn read(
    kit: &Kit,
    desk: &Desk,
    shelf: &Shelf,
    id: String,
    name: String,
    bytes: Arc<Vec<u8>>,
    options: ReadOptions,
) -> Result<Response, Oops> {
    let (given, same) = (options.mapping.clone(), Arc::clone(&bytes));
    let done = blocking(move || read_log(Cursor::new(same.as_slice()), &options)).await?;
    match done {
        Ok(read) => {
            let now = kit.city.store().now().us();
            let to = format!("/desk/logs/{id}");
            shelf.forget(&id);
            let mut meta = KeptMeta { mapping: read.mapping, told: read.told, figures: None };
            let (acts, actor, key, called) = (kit.acts.clone(), desk.actor(), id.clone(), name.clone());
            let log = read.log;
            let kept = blocking(move || {
                meta.figures = Some(Figures::of(&log));
                let keep = ToKeep { id: &key, name: &called, log: &log, meta: &meta };
                acts.logs.keep_log(&actor, keep)?;
                acts.logs.columns_are_named(&actor, &key).map(|()| (log, meta))
            });
            let (log, meta) = match kept.await? {
                Ok(kept) => kept,
                Err(e) => {
                    return again(&desk.page, e, |trouble| sources::show(kit, desk, trouble)).await;
                }
            };
            let mut book = Book::new(id, desk.me.staff.id, name, log, read.report, now);
            (book.mapping, book.told) = (meta.mapping, meta.told);
            shelf.put(book);
            Ok(Redirect::to(&to).into_response())
        }
        Err(
            e @ LogFileError::Log(
                eventlog::Error::Unmapped { .. }
                | eventlog::Error::NoColumn(_)
                | eventlog::Error::DateOrder { .. },
            ),
        ) => {
            let trouble = half(&desk.page, &e.to_string());
            let to = format!("/desk/logs/{id}/columns");
            let (acts, actor) = (kit.acts.clone(), desk.actor());
            let table = Unnamed { id, name, mapping: given.unwrap_or_default(), trouble };
            blocking(move || acts.logs.wait_for_columns(&actor, &table, &bytes)).await??;
            Ok(Redirect::to(&to).into_response())
        }
        Err(e) => {
            let page = sources::show(kit, desk, half(&desk.page, &e.to_string())).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// The table that waits under this token, with its bytes.
async fn unnamed(kit: &Kit, desk: &Desk, id: &str) -> Result<(Unnamed, Vec<u8>), Oops> {
    let (acts, actor, id) = (kit.acts.clone(), desk.actor(), id.to_owned());
    Ok(blocking(move || acts.logs.waiting_for_columns(&actor, &id)).await??)
}

/// One field of the mapping with what can be chosen.
struct Choice {
    name: &'static str,
    label: &'static str,
    must: bool,
    now: String,
}

#[derive(Template)]
#[template(path = "log_columns.html")]
struct ColumnsHtml {
    p: Page,
    id: String,
    name: String,
    trouble: String,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    choices: Vec<Choice>,
    orders: [(&'static str, &'static str); 3],
    order: &'static str,
}

/// `GET /desk/logs/{id}/columns`
pub(crate) async fn columns(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<String>,
) -> Result<Response, Oops> {
    let (waiting, bytes) = unnamed(&kit, &desk, &id).await?;
    let first = blocking(move || optimise_acts::logs::first_rows(Cursor::new(bytes.as_slice()), 12)).await?;
    let mut rows = first.map_err(|e| {
        let text = e.to_string();
        Oops(Error::invalid("log", text.clone(), text))
    })?;
    // The fullest of the first rows is the header, titles above it have few cells.
    let filled = |r: &Vec<String>| r.iter().filter(|c| !c.trim().is_empty()).count();
    let most = rows.iter().map(filled).max().unwrap_or(0);
    let at = rows.iter().position(|r| filled(r) == most).unwrap_or(0);
    let headers = if rows.is_empty() { Vec::new() } else { tabular::header::unique(&rows.remove(at)) };
    rows.drain(..at.min(rows.len()));
    let guess = Mapping::guess(&headers, &rows);
    let t = desk.page.t.log;
    let m = &waiting.mapping;
    let now =
        |given: &str, guessed: &str| if given.is_empty() { guessed.to_owned() } else { given.to_owned() };
    let of = |o: &Option<String>| o.clone().unwrap_or_default();
    let choice = |name, label, must, given: &str, guessed: &str| Choice {
        name,
        label,
        must,
        now: now(given, guessed),
    };
    let choices = vec![
        choice("case", t.col_case, true, &m.case, &guess.case),
        choice("activity", t.col_activity, true, &m.activity, &guess.activity),
        choice("time", t.col_time, true, &of(&m.time), &of(&guess.time)),
        choice("start", t.col_start, false, &of(&m.start), &of(&guess.start)),
        choice("resource", t.col_resource, false, &of(&m.resource), &of(&guess.resource)),
    ];
    Ok(render(&ColumnsHtml {
        id,
        name: waiting.name,
        trouble: waiting.trouble,
        headers,
        rows,
        choices,
        orders: [("dmy", t.col_dmy), ("mdy", t.col_mdy), ("ymd", t.col_ymd)],
        order: m.date_order.map_or("", DateOrder::word),
        p: desk.page,
    }))
}

/// `POST /desk/logs/{id}/columns`
pub(crate) async fn map(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (waiting, bytes) = unnamed(&kit, &desk, &id).await?;
    let mapping = Mapping {
        case: fields.get("case").to_owned(),
        activity: fields.get("activity").to_owned(),
        time: fields.opt("time"),
        start: fields.opt("start"),
        resource: fields.opt("resource"),
        date_order: fields.opt("date_order").and_then(|o| o.parse().ok()),
        ..Mapping::default()
    };
    let options = ReadOptions { mapping: Some(mapping), limits: limits(), ..ReadOptions::default() };
    read(&kit, &desk, &shelf, id, waiting.name, Arc::new(bytes), options).await
}
