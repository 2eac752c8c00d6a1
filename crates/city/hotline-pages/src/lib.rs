//! 热线的页: orders by state, what stands aside, missed calls to ring back, the table of words, lists that are compared, and the door
//! where hotlines send their messages.
//!
//! Knows the use cases of hotlines and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod agree;
mod aside;
mod calls;
mod inbox;
mod lines;
mod list;
mod one;
mod out;
pub mod texts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use hotline::Hotlines;
use kernel::Role::{Analyst, Clerk, Coordinator, Supervisor, SystemAdmin};
use web_kit::{Place, Words as _};

pub use one::beside_case;

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 热线
    pub hotlines: Hotlines,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<Texts>;

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/hotline",
        text: |l| Texts::of(l).title,
        roles: &[Coordinator, Supervisor, Analyst, SystemAdmin],
    },
    Place { path: "/desk/calls", text: |l| Texts::of(l).calls, roles: &[Clerk, Coordinator] },
];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/hotline", get(list::show))
        .route("/desk/hotline/aside", get(aside::show).post(aside::act))
        .route("/desk/hotline/agree", get(agree::show).post(agree::act))
        .route("/desk/hotline/lines", get(lines::show).post(lines::save))
        .route("/desk/hotline/lines/{code}", get(lines::words).post(lines::set_word))
        .route("/desk/hotline/out/{code}", get(out::show).post(out::act))
        .route("/desk/hotline/orders/{id}", get(one::show).post(one::act))
        .route("/desk/calls", get(calls::show).post(calls::act))
}

/// Where hotlines send their messages: signed, from no page of this site, outside of the guard of pages.
pub fn between(hotlines: Hotlines) -> Router {
    Router::new()
        .route("/hotline/inbox", post(inbox::take))
        .layer(DefaultBodyLimit::max(hotline::BODY_MAX))
        .with_state(hotlines)
}
