//! 城市间的页: what was handed over and received, the cities that this one speaks with, and the door where their messages come
//! in.
//!
//! Knows the use cases of cells and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod board;
mod hand;
mod inbox;
mod league;
mod list;
mod one;
mod peers;
mod standards;
pub mod texts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use cells::Cells;
use kernel::Role::{Analyst, Coordinator, Supervisor, SystemAdmin};
use web_kit::{Place, Words as _};

pub use one::beside_case;

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 城市间
    pub cells: Cells,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<Texts>;

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[Place {
    path: "/desk/cells",
    text: |l| Texts::of(l).title,
    roles: &[Coordinator, Supervisor, Analyst, SystemAdmin],
}];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/cells", get(list::show))
        .route("/desk/cells/board", get(board::show))
        .route("/desk/cells/league", get(league::show))
        .route("/desk/cells/standards", get(standards::show).post(standards::issue))
        .route("/desk/cells/standards/withdraw", post(standards::withdraw))
        .route("/desk/cells/standards/again", post(standards::send_again))
        .route("/desk/cells/standards/try", post(standards::try_again))
        .route("/desk/cells/peers", get(peers::show).post(peers::save))
        .route("/desk/cells/again", post(peers::try_again))
        .route("/desk/cells/hand/{number}", get(hand::form).post(hand::save))
        .route("/desk/cells/{id}", get(one::show).post(one::act))
}

/// Where other cells send their messages: signed, from no page of this site, outside of the guard of pages.
pub fn between(cells: Cells) -> Router {
    Router::new()
        .route("/cells/inbox", post(inbox::take))
        .layer(DefaultBodyLimit::max(cells::MESSAGE_MAX))
        .with_state(cells)
}
