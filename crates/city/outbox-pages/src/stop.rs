//! 退订: whoever has the link of a message says that no more is wanted, or wants to be told again. The link alone does
//! nothing: programs follow links.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use web_kit::{Fields, Oops, render};

use crate::{Kit, Page};

#[derive(Template)]
#[template(path = "stop.html")]
struct StopHtml {
    p: Page,
    who: String,
    stopped: bool,
}

/// The digest in an address: 32 hexadecimal digits.
fn digest(text: &str) -> Result<Vec<u8>, Error> {
    let byte = |i: usize| text.get(i..i + 2).and_then(|s| u8::from_str_radix(s, 16).ok());
    let bytes: Option<Vec<u8>> = (0..32).step_by(2).map(byte).collect();
    bytes.filter(|_| text.len() == 32).ok_or(Error::NotFound)
}

/// `GET /stop/{who}`
pub(crate) async fn form(State(kit): State<Kit>, p: Page, Path(who): Path<String>) -> Result<Response, Oops> {
    let stopped = kit.acts.outbox.stopped(digest(&who)?).await?;
    Ok(render(&StopHtml { p, who, stopped }))
}

/// `POST /stop/{who}`
pub(crate) async fn save(
    State(kit): State<Kit>,
    Path(who): Path<String>,
    f: Fields,
) -> Result<Response, Oops> {
    kit.acts.outbox.set_stopped(digest(&who)?, f.get("stop") == "1").await?;
    Ok(Redirect::to(&format!("/stop/{who}")).into_response())
}
