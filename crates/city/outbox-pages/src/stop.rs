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
    outbox::who_of(text).ok_or(Error::NotFound)
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
