//! 名册: the unit tree and the staff as one workbook, out; it comes back at the desk of imports. And what an
//! administrator does about one account.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use paper::sheet::write_book;
use people::StaffAct;
use web_kit::{Fields, Oops, XLSX, blocking, download, render};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterHtml {
    p: Page,
}

/// `GET /desk/office/roster`
pub(crate) async fn form(desk: Desk) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::KeepRoster).map_err(Error::from)?;
    Ok(render(&RosterHtml { p: desk.page }))
}

/// `GET /desk/office/roster.xlsx`: the roster as it is, to be changed and brought back.
pub(crate) async fn book(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let sheets = kit.acts.people.roster(desk.actor()).await?;
    let bytes = blocking(move || write_book(sheets).map_err(Error::bug)).await?;
    Ok(download(XLSX, &format!("roster-{}.xlsx", desk.page.now.date()), bytes))
}

/// `POST /desk/office/staff/act`: 停用、恢复、重置动态码、解除绑定.
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let act = StaffAct::ALL.into_iter().find(|a| a.word() == fields.get("act")).ok_or(Error::NotFound)?;
    kit.acts.people.act_on_staff(desk.actor(), fields.get("login").to_owned(), act).await?;
    Ok(Redirect::to("/desk/office/staff").into_response())
}
