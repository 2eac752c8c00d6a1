//! 登录、退出、首次设置: sessions, and the one-time address that makes the first administrator.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Error, Network};
use kernel::RegionCode;
use people::{FirstSetup, divisions};
use serde::Deserialize;
use web_kit::{Asking, Fields, Lang, Oops, again, blocking, cookie_header, desk_path, explain, render};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInHtml {
    p: Page,
    login: String,
    trouble: String,
    unified: Option<String>,
    /// where it goes on
    to: String,
    /// a session ended
    over: bool,
}

/// Where somebody was going who is asked to sign in first.
#[derive(Default, Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    to: String,
    #[serde(default)]
    over: String,
}

impl Way {
    fn of(f: &Fields) -> Self {
        Self { to: f.get("to").to_owned(), over: f.get("over").to_owned() }
    }
    fn path(&self) -> &str {
        desk_path(&self.to).unwrap_or("/desk")
    }
}

/// Seconds a session cookie lives; the session itself may end before.
pub(crate) const COOKIE_S: u32 = 10 * 3600;

/// `GET /desk/sign-in`
pub(crate) async fn form(State(kit): State<Kit>, p: Page, Query(way): Query<Way>) -> Result<Response, Oops> {
    if p.me.is_some() {
        return Ok(Redirect::to(way.path()).into_response());
    }
    form_again(&kit, p, String::new(), String::new(), &way).await
}

/// The form, with what went wrong.
pub(crate) async fn form_again(
    kit: &Kit,
    p: Page,
    login: String,
    trouble: String,
    way: &Way,
) -> Result<Response, Oops> {
    let unified = kit.acts.people.sign_on_label().await?;
    let to = desk_path(&way.to).unwrap_or_default().to_owned();
    Ok(render(&SignInHtml { p, login, trouble, unified, over: !way.over.is_empty(), to }))
}

pub(crate) async fn open(
    kit: &Kit,
    network: Network,
    login: String,
    password: String,
    code: String,
    to: &str,
) -> Result<Response, Error> {
    let acts = kit.acts.clone();
    let signed = blocking(move || acts.people.sign_in_at(network, &login, &password, &code)).await?;
    let mut answer = Redirect::to(to).into_response();
    let value = cookie_header(kit, kit.session_cookie(), &signed.token, COOKIE_S);
    answer.headers_mut().append(header::SET_COOKIE, value);
    Ok(answer)
}

/// `POST /desk/sign-in`
pub(crate) async fn enter(
    State(kit): State<Kit>,
    Asking(network): Asking,
    p: Page,
    fields: Fields,
) -> Result<Response, Oops> {
    let (login, password) = (fields.get("login").to_owned(), fields.get("password").to_owned());
    let way = Way::of(&fields);
    match open(&kit, network, login.clone(), password, fields.get("code").to_owned(), way.path()).await {
        Err(e @ Error::NotSignedIn(_)) => {
            let trouble = explain(&p, &e);
            let page = form_again(&kit, p, login, trouble, &way).await?;
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
        other => Ok(other?),
    }
}

/// `POST /desk/sign-out`
pub(crate) async fn out(State(kit): State<Kit>, desk: Desk, _: Fields) -> Result<Response, Oops> {
    kit.city.sign_out(&desk.page.session).await?;
    let mut answer = Redirect::to("/desk/sign-in").into_response();
    answer.headers_mut().append(header::SET_COOKIE, cookie_header(&kit, kit.session_cookie(), "", 0));
    Ok(answer)
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupHtml {
    p: Page,
    token: String,
    sent: Fields,
    trouble: String,
    cities: Vec<&'static str>,
}

fn setup_page(p: Page, token: String, sent: Fields, trouble: String) -> Response {
    render(&SetupHtml { p, token, sent, trouble, cities: divisions::cities().collect() })
}

fn may_set_up(kit: &Kit, token: &str) -> Result<(), Oops> {
    let vault = kit.city.vault();
    let fits = |t: &str| vault.token_digest(t) == vault.token_digest(token);
    let right = kit.options.setup_token.as_deref().is_some_and(fits);
    if right && kit.acts.people.is_empty()? { Ok(()) } else { Err(Oops(Error::NotFound)) }
}

/// `GET /setup/{token}`
pub(crate) async fn setup_form(
    State(kit): State<Kit>,
    p: Page,
    Path(token): Path<String>,
) -> Result<Response, Oops> {
    may_set_up(&kit, &token)?;
    Ok(setup_page(p, token, Fields::default(), String::new()))
}

async fn first(kit: &Kit, p: &Page, f: &Fields) -> Result<Response, Error> {
    for (name, zh, en) in [
        ("city", "城市名称", "name of the city"),
        ("unit", "单位全称", "full name of the unit"),
        ("login", "账号", "account"),
        ("name", "姓名", "name"),
    ] {
        if !f.has(name) {
            return Err(Error::invalid(name, format!("请填写“{zh}”"), format!("please fill in “{en}”")));
        }
    }
    if f.get("password") != f.get("again") {
        return Err(Error::invalid("again", "两次密码不一致", "the two passwords differ"));
    }
    let region: RegionCode = if f.has("region") {
        f.get("region").parse().map_err(|e: kernel::NotARegion| Error::told("region", &e))?
    } else {
        let unknown = |_: Lang| p.t.setup_unknown.replace("{city}", f.get("city"));
        divisions::code_of(f.get("city"))
            .ok_or_else(|| Error::invalid("region", unknown(Lang::Zh), unknown(Lang::En)))?
    };
    let unit = f.get("unit").to_owned();
    let first = FirstSetup {
        region,
        city: f.get("city").to_owned(),
        short: f.opt("short").unwrap_or_else(|| unit.clone()),
        unit,
        login: f.get("login").to_owned(),
        name: f.get("name").to_owned(),
        password: f.get("password").to_owned(),
    };
    let acts = kit.acts.clone();
    blocking(move || acts.people.set_up(first)).await?;
    open(
        kit,
        Network::default(),
        f.get("login").to_owned(),
        f.get("password").to_owned(),
        String::new(),
        "/desk",
    )
    .await
}

/// `POST /setup/{token}`
pub(crate) async fn setup(
    State(kit): State<Kit>,
    p: Page,
    Path(token): Path<String>,
    sent: Fields,
) -> Result<Response, Oops> {
    may_set_up(&kit, &token)?;
    match first(&kit, &p, &sent).await {
        Ok(answer) => Ok(answer),
        Err(e) => {
            again(&p.clone(), e, |trouble| std::future::ready(Ok(setup_page(p, token, sent, trouble)))).await
        }
    }
}
