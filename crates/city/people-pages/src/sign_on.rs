//! 统一身份认证: leaving for the identity provider, coming back from it, and the page where it is set up.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::Role;
use people::{Claim, SignOn};
use serde::Deserialize;
use web_kit::{Asking, Fields, Oops, Opt, again, blocking, cookie, cookie_header, explain, render, role};

use crate::sign_in::{COOKIE_S, Way, form_again};
use crate::{Desk, Kit, Page};

/// Carries what was begun to the coming back; the browser brings it from the provider's site too.
const ERRAND: &str = "errand";

fn errand_cookie(kit: &Kit, value: &str, age: u32) -> HeaderValue {
    let secure = if kit.options.secure { "; Secure" } else { "" };
    let text =
        format!("{ERRAND}={value}; Path=/desk/sign-in/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// `GET /desk/sign-in/unified`
pub(crate) async fn leave(State(kit): State<Kit>, p: Page) -> Result<Response, Oops> {
    let acts = kit.acts.clone();
    match blocking(move || acts.people.leave_for_sign_on()).await {
        Ok((address, sealed)) => {
            let mut answer = Redirect::to(&address).into_response();
            let value = errand_cookie(&kit, &sealed, people::ERRAND_S);
            answer.headers_mut().append(header::SET_COOKIE, value);
            Ok(answer)
        }
        Err(e) => failed(&kit, p, e).await,
    }
}

async fn failed(kit: &Kit, p: Page, e: Error) -> Result<Response, Oops> {
    if !matches!(e, Error::NotSignedIn(_)) {
        return Err(Oops(e));
    }
    let trouble = explain(&p, &e);
    Ok((StatusCode::UNAUTHORIZED, form_again(kit, p, String::new(), trouble, &Way::default()).await?)
        .into_response())
}

#[derive(Deserialize)]
pub(crate) struct Brought {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
}

#[derive(Template)]
#[template(path = "entered.html")]
struct EnteredHtml {
    p: Page,
}

/// `GET /desk/sign-in/unified/back`
pub(crate) async fn back(
    State(kit): State<Kit>,
    Asking(network): Asking,
    p: Page,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, Oops> {
    let sealed = cookie(&headers, ERRAND).unwrap_or_default().to_owned();
    let (acts, refused) = (kit.acts.clone(), brought.error.clone());
    let signed = blocking(move || {
        if refused.is_empty() {
            return acts.people.sign_in_from(network, &sealed, &brought.code, &brought.state);
        }
        let what: String =
            refused.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
        Err(Error::NotSignedIn(kernel::Said::new(
            format!("认证平台没有放行（{what}），请重新登录"),
            format!("the identity provider said no ({what}): start again"),
        )))
    });
    let mut answer = match signed.await {
        Ok(signed) => {
            // The session is for our own pages only (SameSite=Strict): the first step onto one must begin here.
            let mut answer = render(&EnteredHtml { p });
            let value = cookie_header(&kit, kit.session_cookie(), &signed.token, COOKIE_S);
            answer.headers_mut().append(header::SET_COOKIE, value);
            answer
        }
        Err(e) => failed(&kit, p, e).await?,
    };
    answer.headers_mut().append(header::SET_COOKIE, errand_cookie(&kit, "", 0));
    Ok(answer)
}

#[derive(Template)]
#[template(path = "sign_on.html")]
struct SignOnHtml {
    p: Page,
    s: SignOn,
    claims: Vec<Opt>,
    /// roles that can be demanded a second factor
    roles: Vec<Opt>,
    back: String,
    trouble: String,
}

async fn page(kit: &Kit, desk: &Desk, mut s: SignOn, host: &str, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let demanded = kit.acts.people.factor_roles(desk.actor()).await?;
    let roles = Role::ALL.into_iter().filter(|r| !matches!(r, Role::Resident | Role::System));
    let roles =
        roles.map(|r| Opt { value: r.word().into(), label: role(p.lang, r), on: demanded.contains(&r) });
    if s.site.is_empty() {
        let scheme = if kit.options.secure { "https" } else { "http" };
        s.site = Some(kit.options.public_url.clone())
            .filter(|u| !u.is_empty())
            .unwrap_or_else(|| format!("{scheme}://{host}"));
    }
    let claims = Claim::ALL.into_iter().map(|c| Opt {
        value: c.word().into(),
        label: c.claim().into(),
        on: c == s.claim,
    });
    let back = format!("{}{}", s.site.trim_end_matches('/'), people::BACK);
    Ok(render(&SignOnHtml { claims: claims.collect(), roles: roles.collect(), back, s, p, trouble }))
}

/// `GET /desk/office/sign-on`
pub(crate) async fn form(State(kit): State<Kit>, desk: Desk, headers: HeaderMap) -> Result<Response, Oops> {
    let setting = kit.acts.people.sign_on(desk.actor()).await?;
    page(&kit, &desk, setting, web_kit::header_of(&headers, "host"), String::new()).await
}

/// `POST /desk/office/sign-on`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let new = SignOn {
        on: f.has("on"),
        label: f.get("label").to_owned(),
        issuer: f.get("issuer").trim_end_matches('/').to_owned(),
        client: f.get("client").to_owned(),
        secret: f.get("secret").to_owned(),
        site: f.get("site").trim_end_matches('/').to_owned(),
        second_factor: f.has("second_factor"),
        claim: Claim::ALL.into_iter().find(|c| c.word() == f.get("claim")).unwrap_or_default(),
    };
    let (acts, actor, sent) = (kit.acts.clone(), desk.actor(), new.clone());
    match blocking(move || acts.people.set_sign_on(&actor, new)).await {
        Ok(()) => Ok(Redirect::to("/desk/office/sign-on").into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| {
                page(&kit, &desk, SignOn { secret: String::new(), ..sent }, "", trouble)
            })
            .await
        }
    }
}

/// `POST /desk/office/second-factor`: which roles must have one.
pub(crate) async fn demand(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let sent = f.all("role");
    let roles = Role::ALL.into_iter().filter(|r| sent.contains(&r.word())).collect();
    kit.acts.people.set_factor_roles(desk.actor(), roles).await?;
    Ok(Redirect::to("/desk/office/sign-on").into_response())
}
