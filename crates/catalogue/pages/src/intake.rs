//! 导入: items from a spreadsheet or from JSON lines, in the browser; what became of each is told at once.

use std::io::Cursor;

use app::{Error, ItemOutcome};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use catalogue::ServiceItem;
use kernel::Said;
use paper::sheet::{Limits, read_sheets, write_book};
use tabular::Told;
use web_kit::{Kit, Lang, OneFile, Oops, XLSX, again, blocking, download, render, said};

use crate::{Desk, Page};

/// Largest file, bytes; more goes through the program's own import.
pub(crate) const FILE_MAX: usize = 32 << 20;

#[derive(Default)]
struct Done {
    added: usize,
    versions: usize,
    unchanged: usize,
    refused: Vec<(String, Said)>,
    read: Vec<Told>,
}

#[derive(Template)]
#[template(path = "intake.html")]
struct IntakeHtml {
    p: Page,
    told: bool,
    added: usize,
    versions: usize,
    unchanged: usize,
    refused: Vec<(String, String)>,
    /// How the sheets were read and what was left.
    read: Vec<String>,
    more: usize,
    trouble: String,
}

fn page(p: Page, done: Option<Done>, trouble: String) -> Response {
    let told = done.is_some();
    let done = done.unwrap_or_default();
    let refused: Vec<_> = done.refused.iter().take(100).map(|(w, s)| (w.clone(), said(p.lang, s))).collect();
    render(&IntakeHtml {
        told,
        added: done.added,
        versions: done.versions,
        unchanged: done.unchanged,
        more: done.refused.len() - refused.len(),
        refused,
        read: done.read.iter().flat_map(|t| t.said(p.lang == Lang::Zh)).collect(),
        trouble,
        p,
    })
}

/// `GET /desk/items/import`
pub(crate) async fn form(desk: Desk) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WriteCatalogue).map_err(Error::from)?;
    Ok(page(desk.page, None, String::new()))
}

/// `GET /desk/items/template.xlsx`: the eight sheets with their headings.
pub(crate) async fn template(_: Desk) -> Result<Response, Oops> {
    let sheets = catalogue::rows::template().into_iter().map(|s| (s.name, s.rows));
    let bytes = write_book(sheets).map_err(Error::bug)?;
    Ok(download(XLSX, "items-template.xlsx", bytes))
}

/// The items of a file, what could not be read, and how its sheets were read.
struct Read {
    items: Vec<ServiceItem>,
    refused: Vec<(String, Said)>,
    told: Vec<Told>,
}

fn read(bytes: Vec<u8>) -> Result<Read, Error> {
    let head = &bytes[..bytes.len().min(tabular::kind::HEAD)];
    if tabular::kind::FileKind::of(head) != tabular::kind::FileKind::Json {
        let limits = Limits { file_bytes: FILE_MAX as u64, unzipped_bytes: 256 << 20, ..Limits::default() };
        let (_, sheets) = read_sheets(Cursor::new(bytes), &limits)
            .map_err(|e| Error::invalid("file", e.to_string(), e.to_string()))?;
        let done = catalogue::rows::import_told(&sheets);
        let problems = done.problems.into_iter();
        let problems = problems.map(|p| (format!("{} {} {}", p.sheet, p.row, p.column), p.said));
        return Ok(Read { items: done.items, refused: problems.collect(), told: done.told });
    }
    let mut items = Vec::new();
    let sum = catalogue::json::import_lines(Cursor::new(bytes), |i| items.push(i)).map_err(|e| {
        Error::invalid("file", format!("读不了文件：{e}"), format!("the file cannot be read: {e}"))
    })?;
    let problems = sum.problems.into_iter().map(|p| (format!("{} {}", p.line, p.path), p.said));
    Ok(Read { items, refused: problems.collect(), told: Vec::new() })
}

fn take_in(kit: &Kit, actor: &kernel::Actor, bytes: Vec<u8>) -> Result<Done, Error> {
    let Read { items, refused, told } = read(bytes)?;
    let mut done = Done { refused, read: told, ..Done::default() };
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        let chunk: Vec<_> = items.by_ref().take(1_000).collect();
        let codes: Vec<_> = chunk.iter().map(|i| i.code.clone()).collect();
        for (code, outcome) in codes.into_iter().zip(kit.app.catalogue.take_in_items(actor, chunk)?.wait()?) {
            match outcome {
                ItemOutcome::Added => done.added += 1,
                ItemOutcome::NewVersion => done.versions += 1,
                ItemOutcome::Unchanged => done.unchanged += 1,
                ItemOutcome::Refused(said) => done.refused.push((code, said)),
            }
        }
    }
    Ok(done)
}

/// `POST /desk/items/import`
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    OneFile(bytes): OneFile,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WriteCatalogue).map_err(Error::from)?;
    let actor = desk.actor();
    match blocking(move || take_in(&kit, &actor, bytes)).await {
        Ok(done) => Ok(page(desk.page, Some(done), String::new())),
        Err(e) => {
            again(&desk.page, e, |trouble| std::future::ready(Ok(page(desk.page.clone(), None, trouble))))
                .await
        }
    }
}
