//! 我的账号: password, second factor, sessions of whoever is signed in.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use people::Offered;
use serde::Deserialize;
use web_kit::{Asking, Fields, Oops, again, blocking, cookie_header, qr, render};

use crate::sign_in::open;
use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountHtml {
    p: Page,
    name: String,
    on: bool,
    key: String,
    qr: String,
    done: bool,
    trouble: String,
}

#[derive(Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    done: String,
}

async fn page(kit: &Kit, desk: &Desk, key: &str, done: bool, trouble: String) -> Result<Response, Oops> {
    let on = desk.me.staff.totp.is_some();
    // The key that was shown is shown again after a wrong code: it is in the authenticator already.
    let offered = if on {
        Offered { key: String::new(), address: String::new() }
    } else {
        let (acts, actor, key) = (kit.acts.clone(), desk.actor(), key.to_owned());
        blocking(move || {
            if key.is_empty() {
                acts.people.offer_factor(&actor)
            } else {
                acts.people.offer_again(&actor, &key)
            }
        })
        .await?
    };
    let qr = if on { String::new() } else { qr(&offered.address) };
    let t = desk.page.t;
    let trouble = match (trouble.is_empty(), desk.page.owes_password, desk.page.owes_factor) {
        (true, true, _) => t.password_owed.to_owned(),
        (true, false, true) => t.factor_owed.to_owned(),
        _ => trouble,
    };
    let name = format!("{} · {}", desk.me.staff.name, desk.me.staff.login);
    Ok(render(&AccountHtml { p: desk.page.clone(), name, on, key: offered.key, qr, done, trouble }))
}

/// `GET /desk/account`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    page(&kit, &desk, "", !ask.done.is_empty(), String::new()).await
}

async fn answer(
    kit: &Kit,
    desk: &Desk,
    key: &str,
    result: Result<(), Error>,
    then: &str,
) -> Result<Response, Oops> {
    match result {
        Ok(()) => Ok(Redirect::to(then).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(kit, desk, key, false, trouble)).await,
    }
}

/// `POST /desk/account/password`
pub(crate) async fn password(
    State(kit): State<Kit>,
    Asking(network): Asking,
    desk: Desk,
    f: Fields,
) -> Result<Response, Oops> {
    let (acts, actor) = (kit.acts.clone(), desk.actor());
    let (old, new) = (f.get("old").to_owned(), f.get("new").to_owned());
    let own = new.clone();
    let result = blocking(move || acts.people.change_password(&actor, &old, &new)).await;
    // Who came with a first password and has typed his own goes on; with a second factor he signs in anew.
    if result.is_ok() && desk.page.owes_password && desk.me.staff.totp.is_none() {
        return Ok(open(&kit, network, desk.me.staff.login.clone(), own, String::new(), "/desk").await?);
    }
    answer(&kit, &desk, "", result, "/desk/sign-in").await
}

/// `POST /desk/account/factor`: on with key and code, off with a code.
pub(crate) async fn factor(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let (acts, actor) = (kit.acts.clone(), desk.actor());
    let (key, code) = (f.get("key").to_owned(), f.get("code").to_owned());
    let result = blocking(move || {
        if key.is_empty() {
            acts.people.drop_factor(&actor, &code)
        } else {
            acts.people.confirm_factor(&actor, &key, &code)
        }
    });
    let result = result.await;
    answer(&kit, &desk, f.get("key"), result, "/desk/account?done=1").await
}

/// `POST /desk/account/sessions`
pub(crate) async fn sessions(State(kit): State<Kit>, desk: Desk, _: Fields) -> Result<Response, Oops> {
    kit.acts.people.end_own_sessions(desk.actor()).await?;
    let mut answer = Redirect::to("/desk/sign-in").into_response();
    answer.headers_mut().append(header::SET_COOKIE, cookie_header(&kit, kit.session_cookie(), "", 0));
    Ok(answer)
}
