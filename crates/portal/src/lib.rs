//! 群众门户: the front door of the public: what can be done here without an account.
//!
//! Knows the shared parts of pages and addresses. Must not know a rule, nor who works on a case.

pub mod texts;
mod verify;
mod verify_code;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::get;
use seals::Seals;
use web_kit::{Asset, JS, render};

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 印章
    pub seals: Seals,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;

/// What residents' pages have in the browser: an addition, every page works without it.
pub const ASSETS: &[Asset] =
    &[Asset { plain: "resident.js", kind: JS, bytes: include_bytes!("../assets/resident.js") }];

#[derive(Template)]
#[template(path = "front.html")]
struct FrontHtml {
    p: Page,
}

async fn front(p: Page) -> Response {
    render(&FrontHtml { p })
}

/// The front page.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/", get(front))
        .route(
            "/verify",
            get(verify::form).post(verify::check).layer(DefaultBodyLimit::max(verify::FILE_MAX)),
        )
        .route("/verify/{code}", get(verify_code::show))
        .route("/verify/{code}/{file}", get(verify_code::file))
}
