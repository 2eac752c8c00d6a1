//! 发文的页: what waits for me, a paper beside what is asked of me, versions side by side, forms and signs of offices.
//!
//! Knows the use cases of papers and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod compare;
mod file;
mod list;
mod new;
mod one;
mod rules;
pub mod texts;

use axum::Router;
use axum::routing::{get, post};
use kernel::Role::{Analyst, Clerk, Coordinator, Handler, Supervisor, SystemAdmin, UnitAdmin, Walker};
use papers::Papers;
use web_kit::{Lang, Place, Words as _};

pub use list::at_home;

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 发文
    pub papers: Papers,
    /// 印章: what was sealed, by its code
    pub seals: papers::Seals,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<Texts>;

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).title
}

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/papers",
        text: |l| Texts::of(l).list,
        roles: &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/papers/new",
        text: |l| Texts::of(l).new,
        roles: &[Clerk, Handler, Coordinator, Walker, Supervisor, Analyst, UnitAdmin],
    },
    Place { path: "/desk/papers/rules", text: |l| Texts::of(l).rules, roles: &[Coordinator, SystemAdmin] },
];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/papers", get(list::show))
        .route("/desk/papers/new", get(new::form).post(new::begin))
        .route("/desk/papers/rules", get(rules::show).post(rules::save))
        .route("/desk/papers/{id}", get(one::show).post(one::act))
        .route("/desk/papers/{id}/text", post(one::write))
        .route("/desk/papers/{id}/seal", post(one::seal))
        .route("/desk/papers/{id}/compare", get(compare::show))
        .route("/desk/papers/{id}/{file}", get(file::give))
}
