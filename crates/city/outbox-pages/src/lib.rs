//! 发件箱的页: how people and systems outside are told, how it stands, dead letters, the words, and the public page where one
//! says that no more is wanted.
//!
//! Knows the outbox and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod board;
mod stop;
pub mod texts;
mod ways;
mod words;

use axum::Router;
use axum::routing::{get, post};
use kernel::Said;
use outbox::{Outbox, Topic};

use texts::Texts;
use web_kit::said;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 发件箱
    pub outbox: Outbox,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<Texts>;

/// What is told, in a list.
pub(crate) fn listed(p: &Page, topic: Topic) -> String {
    let (zh, en) = topic.listed();
    said(p.lang, &Said { zh, en })
}

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/outreach", get(board::show))
        .route("/desk/outreach/letters", post(board::letters))
        .route("/desk/outreach/test", post(board::test))
        .route("/desk/outreach/ways", get(ways::form).post(ways::save))
        .route("/desk/outreach/receivers", get(ways::receivers).post(ways::save_receiver))
        .route("/desk/outreach/words", get(words::form).post(words::save))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new().route("/stop/{who}", get(stop::form).post(stop::save))
}
