//! 出错: `city::Error`, mapped exhaustively to a status and a page in the reader's language.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use city::{Error, RequestNote};
use store::StoreError;

use crate::{Kit, Link, Page, Reader, header_of, nav, said};

/// An error on its way to become a page.
#[derive(Clone, Debug)]
pub struct Oops(pub Error);

impl From<Error> for Oops {
    fn from(e: Error) -> Self {
        Self(e)
    }
}

fn status(e: &Error) -> StatusCode {
    match e {
        Error::SignIn => StatusCode::SEE_OTHER,
        Error::NotSignedIn(_) => StatusCode::UNAUTHORIZED,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Refused(_) | Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Changed(_) => StatusCode::CONFLICT,
        Error::Behind { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Store(s) => match s {
            StoreError::Busy | StoreError::Locked(_) | StoreError::Closed => StatusCode::SERVICE_UNAVAILABLE,
            StoreError::Duplicate { .. } | StoreError::Conflict { .. } | StoreError::KeyReused => {
                StatusCode::CONFLICT
            }
            StoreError::Unacceptable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            StoreError::Full(_)
            | StoreError::ReadOnly(_)
            | StoreError::CannotOpen(_)
            | StoreError::Damaged(_)
            | StoreError::Disk(_)
            | StoreError::NewerSchema { .. }
            | StoreError::ClockBack { .. }
            | StoreError::ClockAhead { .. }
            | StoreError::Lost(_)
            | StoreError::Unknown(_)
            | StoreError::LeaseLost(_)
            | StoreError::WrongKeys(_)
            | StoreError::RolledBack(_)
            | StoreError::BadBackup(_)
            | StoreError::Bug(_) => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        if matches!(self.0, Error::SignIn) {
            return Redirect::to("/desk/sign-in").into_response();
        }
        let mut answer = status(&self.0).into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

/// What went wrong in one sentence of the reader's language, without the inside of the system.
pub fn explain(page: &Reader, e: &Error) -> String {
    let t = page.common();
    match e {
        Error::SignIn => t.err_sign_in.to_owned(),
        Error::NotSignedIn(s) | Error::Forbidden(s) => said(page.lang, s),
        Error::NotFound => t.err_not_found.to_owned(),
        Error::Refused(r) => said(page.lang, &r.said),
        Error::Invalid { said: s, .. } => said(page.lang, s),
        Error::Changed(_) => t.err_changed.to_owned(),
        Error::Behind { read, of } => {
            t.err_behind.replace("{n}", &read.to_string()).replace("{of}", &of.to_string())
        }
        Error::TooOften { .. } => t.err_busy.to_owned(),
        Error::Store(s) => match s {
            StoreError::Busy | StoreError::Locked(_) | StoreError::Closed => t.err_busy.to_owned(),
            StoreError::Duplicate { .. } | StoreError::KeyReused | StoreError::Conflict { .. } => {
                t.err_duplicate.to_owned()
            }
            StoreError::Unacceptable(_) => t.err_too_large.to_owned(),
            StoreError::Unknown(_) => t.err_unknown.to_owned(),
            _ => t.err_store.to_owned(),
        },
    }
}

/// What the one who filled in a form can mend: the form is shown `again` with what is wrong in it, as 422. Everything
/// else is a page of its own.
///
/// # Errors
/// What cannot be mended in the form, and what `page` answers.
pub async fn again<F>(reader: &Reader, e: Error, page: impl FnOnce(String) -> F) -> Result<Response, Oops>
where
    F: Future<Output = Result<Response, Oops>>,
{
    if let Some(note) = &reader.note {
        note.failed(&e);
    }
    match e {
        Error::Refused(_) | Error::Invalid { .. } | Error::Changed(_) | Error::NotSignedIn(_) => {
            let page = page(explain(reader, &e)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        e => Err(Oops(e)),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    p: Page,
    title: &'static str,
    sentence: String,
    /// the page of the navigation that this address lies under: the way back
    back: Option<Link>,
    /// how far something is that goes on by itself
    so_far: Option<(i64, i64)>,
    /// number of the request, where the reader can only tell somebody of it
    number: Option<String>,
}

/// Middleware: an answer that carries an error becomes a page.
pub async fn errors_as_pages(State(kit): State<Kit>, req: Request, next: Next) -> Response {
    let (mut parts, body) = req.into_parts();
    let asks = matches!(parts.method, Method::GET | Method::HEAD);
    // What scripts send and get is not for reading.
    let read_by_people = !header_of(&parts.headers, "content-type").starts_with("application/json");
    let page = Page::<crate::Texts>::from_request_parts(&mut parts, &kit).await;
    let note = parts.extensions.get::<RequestNote>().cloned();
    let path = parts.uri.path().to_owned();
    let answer = contained(next.run(Request::from_parts(parts, body))).await;
    let code = answer.status();
    if asks && code == StatusCode::METHOD_NOT_ALLOWED {
        // An address that only takes a form, opened by hand or by going back: the form is on the page above.
        return Redirect::to(&nav::holder(&path)).into_response();
    }
    let error = match answer.extensions().get::<Oops>() {
        Some(oops) => oops.0.clone(),
        // A page that has its own words for what is not there keeps them.
        None if matches!(code, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
            && !is_page(&answer) =>
        {
            Error::NotFound
        }
        None if code.is_client_error() && read_by_people && is_bare(&answer) => misread(code, asks),
        None => return answer,
    };
    if let Some(note) = &note {
        note.failed(&error);
    }
    let Ok(p) = page else { return answer };
    let title = match code {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => p.t.err_title_not_found,
        StatusCode::FORBIDDEN => p.t.err_title_forbidden,
        _ if matches!(error, Error::Behind { .. }) => p.t.err_title_behind,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => p.t.err_title_busy,
        StatusCode::INTERNAL_SERVER_ERROR => p.t.err_title_store,
        _ => p.t.err_title_refused,
    };
    let sentence = explain(&p, &error);
    let after_s = match &error {
        Error::TooOften { after_s } => Some(*after_s),
        _ if code == StatusCode::SERVICE_UNAVAILABLE => Some(60),
        _ => None,
    };
    let so_far = if let Error::Behind { read, of } = error { Some((read, of)) } else { None };
    let number = note.filter(|_| code.is_server_error()).map(|n| n.number().to_owned());
    let back = p.pages().into_iter().chain(p.areas()).find(|l| l.here && !p.is_at_exactly(l.path));
    let Ok(html) = (ErrorPage { p, title, sentence, back, so_far, number }).render() else { return answer };
    let mut page = (code, Html(html)).into_response();
    if so_far.is_some() {
        // The browser asks again by itself; a form that was sent is not sent twice.
        page.headers_mut().insert(header::REFRESH, HeaderValue::from_static("1"));
    }
    if let Some(after_s) = after_s {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after_s));
    }
    page
}

/// Words of the framework about a request it could not read, not a page of ours.
fn is_bare(answer: &Response) -> bool {
    header_of(answer.headers(), "content-type").starts_with("text/plain")
}

/// A page of ours.
fn is_page(answer: &Response) -> bool {
    header_of(answer.headers(), "content-type").starts_with("text/html")
}

/// What a reader is told of a request that no page could read: an address with a part missing or mistyped, a form
/// that is broken or too large.
fn misread(code: StatusCode, asks: bool) -> Error {
    match code {
        StatusCode::PAYLOAD_TOO_LARGE => Error::invalid(
            "form",
            "提交的内容过大，请减少或压缩附件后重试",
            "this is too large: send fewer or smaller files",
        ),
        _ if asks => Error::invalid(
            "address",
            "网址不完整或有误，请回到上一页，从页面上的链接或按钮再打开",
            "this address is incomplete or wrong: go back and open it by a link or button of the page",
        ),
        _ => Error::invalid(
            "form",
            "表单不完整或已失效，请回到上一页刷新后再提交",
            "the form is incomplete or out of date: go back, reload and submit again",
        ),
    }
}

/// A page that panics is a page that failed: it is told like any other fault, and the connection goes on.
async fn contained(page: impl Future<Output = Response>) -> Response {
    let mut page = pin!(page);
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| page.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(_) => Poll::Ready(Oops(Error::bug("panic in a page")).into_response()),
    })
    .await
}
