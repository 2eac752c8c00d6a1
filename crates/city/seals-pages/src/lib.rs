//! 印章的页: the register for the workbench, and the directory of seals for everybody.
//!
//! Knows the use cases of seals and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod directory;
mod one;
mod register;
pub mod texts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use kernel::Role::{Clerk, Coordinator, Handler, Supervisor, SystemAdmin, UnitAdmin};
use seals::Seals;
use web_kit::{Place, Words as _};

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 印章
    pub seals: Seals,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<Texts>;

/// Its place in the navigation of the workbench.
pub const PLACES: &[Place] = &[Place {
    path: "/desk/seals",
    text: |l| Texts::of(l).title,
    roles: &[Clerk, Handler, Coordinator, Supervisor, UnitAdmin, SystemAdmin],
}];

/// Largest body of an application: a picture and words.
const APPLY_MAX: usize = 1 << 20;

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route(
            "/desk/seals",
            get(register::list).post(register::apply).layer(DefaultBodyLimit::max(APPLY_MAX)),
        )
        .route("/desk/seals/{id}", get(one::show).post(one::act))
        .route("/desk/seals/{id}/picture", get(one::picture))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new().route("/seals", get(directory::show))
}
