//! 收信处: a message of a hotline; the answer is its receipt. Who is no hotline of this city learns nothing.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use city::Error;
use hotline::{Arrived, Hotlines};
use web_kit::{blocking, header_of};

/// `POST /hotline/inbox`
pub(crate) async fn take(State(hotlines): State<Hotlines>, headers: HeaderMap, body: String) -> Response {
    let arrived = Arrived {
        id: header_of(&headers, "webhook-id").to_owned(),
        at_s: header_of(&headers, "webhook-timestamp").parse().unwrap_or(0),
        signature: header_of(&headers, "webhook-signature").to_owned(),
        body,
    };
    match blocking(move || hotlines.receive(&arrived)).await {
        Ok(receipt) => Json(receipt).into_response(),
        Err(Error::NotFound | Error::Invalid { .. }) => StatusCode::NOT_FOUND.into_response(),
        // The store could not: the sender tries again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
