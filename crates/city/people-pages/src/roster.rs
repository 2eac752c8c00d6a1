//! 名册: the unit tree and the staff as one workbook, out and in; and what an administrator does about one account.

use std::io::Cursor;

use app::{Error, StaffAct, Taken};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use paper::sheet::{Limits, read_sheets, write_book};
use web_kit::{Fields, Kit, Lang, OneFile, Oops, XLSX, blocking, download, explain, render, said};

use crate::{Desk, Page};

/// Largest workbook, bytes.
pub(crate) const FILE_MAX: usize = 16 << 20;
/// Rows that are named when something is wrong.
const WRONG_MAX: usize = 200;

struct WrongLine {
    sheet: String,
    row: usize,
    what: String,
}

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterHtml {
    p: Page,
    trouble: String,
    wrong: Vec<WrongLine>,
    more: usize,
    done: String,
    /// How the sheets were read and what was left.
    read: Vec<String>,
}

fn page(p: Page, taken: Option<Taken>, trouble: String) -> Response {
    let (mut wrong, mut more, mut done, mut read) = (Vec::new(), 0, String::new(), Vec::new());
    if let Some(taken) = taken {
        read = taken.told.iter().flat_map(|t| t.said(p.lang == Lang::Zh)).collect();
        if taken.wrong.is_empty() {
            done = p.t.roster_done.to_owned();
            for (mark, n) in [
                ("{un}", taken.units.new),
                ("{uo}", taken.units.changed),
                ("{sn}", taken.staff.new),
                ("{so}", taken.staff.changed),
            ] {
                done = done.replace(mark, &n.to_string());
            }
        }
        more = taken.wrong.len().saturating_sub(WRONG_MAX);
        wrong = taken
            .wrong
            .into_iter()
            .take(WRONG_MAX)
            .map(|w| WrongLine { sheet: w.sheet, row: w.row, what: said(p.lang, &w.said) })
            .collect();
    }
    let bad = !trouble.is_empty() || !wrong.is_empty();
    let status = if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, render(&RosterHtml { p, trouble, wrong, more, done, read })).into_response()
}

fn may(desk: &Desk) -> Result<(), Oops> {
    access::offered(&desk.actor(), access::Operation::KeepRoster).map_err(Error::from)?;
    Ok(())
}

/// `GET /desk/office/roster`
pub(crate) async fn form(desk: Desk) -> Result<Response, Oops> {
    may(&desk)?;
    Ok(page(desk.page, None, String::new()))
}

fn take_in(kit: &Kit, actor: &kernel::Actor, bytes: Vec<u8>) -> Result<Taken, Error> {
    let sheets = read_sheets(Cursor::new(bytes), &Limits { rows: 50_000, ..Limits::default() });
    kit.app.people.take_in_roster(actor, &sheets.map_err(|e| Error::told("file", &e))?.1)
}

/// `POST /desk/office/roster`: a workbook.
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    OneFile(bytes): OneFile,
) -> Result<Response, Oops> {
    may(&desk)?;
    let actor = desk.actor();
    match blocking(move || take_in(&kit, &actor, bytes)).await {
        Ok(taken) => Ok(page(desk.page, Some(taken), String::new())),
        Err(e @ Error::Invalid { .. }) => {
            let trouble = explain(&desk.page, &e);
            Ok(page(desk.page, None, trouble))
        }
        Err(e) => Err(Oops(e)),
    }
}

/// `GET /desk/office/roster.xlsx`: the roster as it is, to be changed and brought back.
pub(crate) async fn book(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let sheets = kit.app.people.roster(desk.actor()).await?;
    let bytes = blocking(move || write_book(sheets).map_err(Error::bug)).await?;
    Ok(download(XLSX, &format!("roster-{}.xlsx", desk.page.now.date()), bytes))
}

/// `POST /desk/office/staff/act`: 停用、恢复、重置动态码、解除绑定.
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let act = StaffAct::ALL.into_iter().find(|a| a.word() == fields.get("act")).ok_or(Error::NotFound)?;
    kit.app.people.act_on_staff(desk.actor(), fields.get("login").to_owned(), act).await?;
    Ok(Redirect::to("/desk/office/staff").into_response())
}
