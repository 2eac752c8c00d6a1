//! 名册: the unit tree and the staff as one workbook, out; it comes back at the desk of imports. And what an
//! administrator does about one account.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use paper::sheet::write_book;
use people::StaffAct;
use web_kit::{Fields, Oops, XLSX, again, blocking, download, render, word};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterHtml {
    p: Page,
    /// accounts without a way to sign in
    open: usize,
    trouble: String,
}

struct Slip {
    unit: String,
    name: String,
    role: String,
    login: String,
    password: String,
}

#[derive(Template)]
#[template(path = "passwords.html")]
struct PasswordsHtml {
    p: Page,
    slips: Vec<Slip>,
    left: usize,
    /// what comes next in a new city
    next: Option<String>,
}

async fn page(kit: &Kit, desk: &Desk, trouble: String) -> Result<Response, Oops> {
    let open = kit.acts.people.without_password(desk.actor()).await?;
    Ok(render(&RosterHtml { p: desk.page.clone(), open, trouble }))
}

/// `GET /desk/office/roster`
pub(crate) async fn form(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, String::new()).await
}

/// `POST /desk/office/roster/passwords`: 发初始密码, shown in the answer and never again.
pub(crate) async fn passwords(State(kit): State<Kit>, desk: Desk, _: Fields) -> Result<Response, Oops> {
    let (people, actor) = (kit.acts.people.clone(), desk.actor());
    // Whatever can fail does so before: what was given is shown this once.
    let office = kit.city.office_now().await?;
    match blocking(move || people.give_first_passwords(&actor)).await {
        Ok(done) => {
            let p = desk.page.clone();
            let slip = |(s, password): (store::office::StaffRow, String)| Slip {
                unit: office.unit_name(s.unit),
                role: word(p.lang, s.role),
                name: s.name,
                login: s.login,
                password,
            };
            let slips = done.given.into_iter().map(slip).collect();
            // What was given is shown this once: it does not hang on the list of what comes next.
            let next = crate::next::next_list(&kit, p.clone()).await.unwrap_or_default();
            Ok(render(&PasswordsHtml { slips, left: done.left, next, p }))
        }
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, trouble)).await,
    }
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
