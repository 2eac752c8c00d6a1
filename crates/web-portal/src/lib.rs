//! 群众页: without an account, on a phone: lodge, follow by number and code, add, answer the callback.
//!
//! Knows `app` and the shared parts of pages. Must not know who works on a case by name.

mod follow;
mod lodge;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};
use web_kit::{Kit, Page, UPLOAD_MAX, render};

#[derive(Template)]
#[template(path = "front.html")]
struct FrontHtml {
    p: Page,
}

async fn front(p: Page) -> Response {
    render(&FrontHtml { p })
}

/// The pages of the portal. All forms here are public and pass the rate limit.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/", get(front))
        .route("/lodge", get(lodge::form).post(lodge::save).layer(DefaultBodyLimit::max(UPLOAD_MAX)))
        .route("/follow", get(follow::form).post(follow::find))
        .route("/r/{number}/{code}", get(follow::show))
        .route("/r/{number}/{code}/add", post(follow::add).layer(DefaultBodyLimit::max(UPLOAD_MAX)))
        .route("/r/{number}/{code}/file/{hash}", get(follow::file))
        .route("/r/{number}/{code}/answer", post(follow::answer))
}
