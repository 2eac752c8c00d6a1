//! 导入台的页: one way to bring a file at the desk, whatever is in it.
//!
//! Knows the desk of imports and the shared parts of pages. Must not know any movement, SQL, or what a row means.

mod bring;
mod file;
mod seen;
pub mod texts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use imports::Imports;
use kernel::Role;
use web_kit::{Asset, JS, Lang, Place, Words as _};

use texts::Texts;

/// Largest file of any door, bytes; each door has its own bound below it.
pub const FILE_MAX: usize = 10 << 30;

/// What these pages bring with them.
pub const ASSETS: &[Asset] =
    &[Asset { plain: "import.js", kind: JS, bytes: include_bytes!("../assets/import.js") }];

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 导入台
    pub imports: Imports,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<Texts>;

fn name(lang: Lang) -> &'static str {
    Texts::of(lang).nav_imports
}

/// The desk of imports.
pub const PLACES: &[Place] = &[Place {
    path: "/desk/import",
    text: name,
    roles: &[
        Role::Coordinator,
        Role::SystemAdmin,
        Role::Analyst,
        Role::UnitAdmin,
        Role::Clerk,
        Role::Supervisor,
        Role::Walker,
    ],
}];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/import", get(bring::overview))
        .route(
            "/desk/import/{door}",
            get(bring::form).post(bring::take).layer(DefaultBodyLimit::max(FILE_MAX + (1 << 20))),
        )
        .route("/desk/import/{door}/templates", post(bring::forget_template))
        .route("/desk/import/file/{id}", get(file::show).post(file::act))
        .route("/desk/import/file/{id}/aside", get(file::aside))
        .route("/desk/import/file/{id}/answer.json", get(file::answer))
}
