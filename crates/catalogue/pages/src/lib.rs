//! 事项的页: items with their check-up, public guides and plates, the hall register.
//!
//! Knows the use cases of its movement (`catalogue-acts`) and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod bulk;
mod edit;
mod files;
mod guides;
mod hall;
mod intake;
mod items;
mod plates;
pub mod texts;

use axum::Router;
use axum::routing::{get, post};
use catalogue_acts::Catalogue;
use shelf::Items;
use web_kit::{FrontPlace, Place, Words as _};

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 事项
    pub catalogue: Catalogue,
    /// 事项库, to read
    pub items: Items,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place { path: "/desk/items", text: |l| Texts::of(l).catalogue.items, roles: &[] },
    Place { path: "/desk/items/checkup", text: |l| Texts::of(l).catalogue.checkup, roles: &[] },
    Place { path: "/desk/items/hall", text: |l| Texts::of(l).catalogue.hall, roles: &[] },
    Place { path: "/desk/items/plates", text: |l| Texts::of(l).catalogue.plates, roles: &[] },
];

/// Its places in the navigation of the portal.
pub const FRONT: &[FrontPlace] =
    &[FrontPlace { path: "/guides", at: "/guide", text: |l| Texts::of(l).catalogue.guides }];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/items", get(items::list))
        .route("/desk/items/checkup", get(items::tally))
        .route("/desk/items/export.jsonl", get(files::json_lines))
        .route("/desk/items/export.xlsx", get(files::sheets))
        .route("/desk/items/template.xlsx", get(intake::template))
        .route("/desk/items/hall", get(hall::show).post(hall::save))
        .route("/desk/items/plates", get(plates::list).post(plates::save))
        .route("/desk/items/plates.pdf", get(plates::pdf))
        .route("/desk/items/plates/print", get(plates::print))
        .route("/desk/items/new", get(edit::show_new).post(edit::save_new))
        .route("/desk/items/bulk", get(bulk::show).post(bulk::save))
        .route("/desk/items/i/{key}", get(items::show))
        .route("/desk/items/i/{key}/edit", get(edit::show).post(edit::save))
        .route("/desk/items/i/{key}/compare", get(items::compare))
        .route("/desk/items/i/{key}/guide", post(guides::act))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new()
        .route("/guides", get(guides::list))
        .route("/guide/{key}", get(guides::show))
        .route("/guide/{key}/notice", get(guides::notice))
        .route("/guide/{key}/comment", post(guides::comment))
        .route("/p/{token}", get(plates::scan))
}
