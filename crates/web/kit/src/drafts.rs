//! 草稿: a long form is kept while it is written. `desk.js` sends it here every ten seconds and when the page is left; the
//! form's own page offers it again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;

use crate::{Desk, Fields, Kit, Oops};

/// Fields that belong to one showing of a form, not to what was written.
const OF_THE_PAGE: [&str; 5] = ["ver", "in", "shown", "file", "look"];

/// `POST /desk/drafts`: keeps the fields under the name in `_draft`, or forgets them and goes back to `_back`.
pub async fn keep_draft(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let form = fields.get("_draft").to_owned();
    if fields.has("_forget") {
        kit.city.forget_draft(desk.actor(), form).await?;
        let back = fields.get("_back");
        let local = back.starts_with("/desk") && back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        return Ok(Redirect::to(if local { back } else { "/desk" }).into_response());
    }
    let kept =
        fields.0.into_iter().filter(|(n, _)| !n.starts_with('_') && !OF_THE_PAGE.contains(&n.as_str()));
    kit.city.keep_draft(desk.actor(), form, kept.collect()).await.map_err(|e| match e {
        // Nobody reads this answer: the page says only whether it was kept.
        Error::Invalid { .. } => Oops(Error::NotFound),
        e => Oops(e),
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
