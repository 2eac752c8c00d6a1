//! 收信处: a message of another cell; the answer is its receipt. Who is no peer learns nothing.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use cells::{Arrived, Cells};
use city::Error;
use web_kit::header_of;

/// `POST /cells/inbox`
pub(crate) async fn take(State(cells): State<Cells>, headers: HeaderMap, body: String) -> Response {
    let arrived = Arrived {
        id: header_of(&headers, "webhook-id").to_owned(),
        at_s: header_of(&headers, "webhook-timestamp").parse().unwrap_or(0),
        signature: header_of(&headers, "webhook-signature").to_owned(),
        body,
    };
    match cells.receive(arrived).await {
        Ok(receipt) => Json(receipt).into_response(),
        Err(Error::NotFound | Error::Invalid { .. }) => StatusCode::NOT_FOUND.into_response(),
        // The store could not: the sender tries again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
