//! 解难题的页: for everybody: lodge, follow by number and code, add, answer the callback; at the desk: home, list,
//! case, registering, dispatching, and what the system reads in cases.
//!
//! Knows the use cases of its movement (`resolve-acts`) and the shared parts of pages. Must not know SQL, nor decide who may do what.

pub mod acts;
mod answers;
mod asked;
mod case_page;
mod columns;
mod dispatch;
mod erasures;
mod export;
mod follow;
mod lists;
mod lodge;
mod many;
mod reading;
mod register;
mod see;
pub mod texts;
mod timeline;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Extension, Router};
use kernel::Role::{self, *};
use resolve_acts::Cases;
use web_kit::{CaseKey, FollowedCase, FrontPlace, Lang, Place, Slot, Tile, UPLOAD_MAX, Words as _};

use texts::Texts;

pub use columns::LISTS;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 解难题
    pub cases: Cases,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

const READERS: &[Role] = &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin];

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).nav_cases
}

/// Name of the first page after signing in.
pub fn home_area(lang: Lang) -> &'static str {
    Texts::of(lang).nav_home
}

/// The first page after signing in.
pub const HOME: &[Place] = &[Place { path: "/desk", text: home_area, roles: &[] }];

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place { path: "/desk/cases", text: |l| Texts::of(l).nav_list, roles: READERS },
    Place {
        path: "/desk/register",
        text: |l| Texts::of(l).nav_register,
        roles: &[Clerk, Coordinator, Walker, Supervisor],
    },
    Place { path: "/desk/dispatch", text: |l| Texts::of(l).nav_dispatch, roles: &[Coordinator] },
    Place { path: "/desk/erasures", text: |l| Texts::of(l).nav_erasures, roles: &[Coordinator, Supervisor] },
    Place { path: "/desk/hot", text: |l| Texts::of(l).reading.nav_hot, roles: READERS },
    Place { path: "/desk/precedents", text: |l| Texts::of(l).reading.nav_precedents, roles: READERS },
    Place {
        path: "/desk/reading/replies",
        text: |l| Texts::of(l).reading.nav_replies,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/reading",
        text: |l| Texts::of(l).reading.nav_figures,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
    },
];

/// What other movements put on these pages; the router fills it in.
#[derive(Debug)]
pub struct Slots {
    /// on the page of a case
    pub beside_case: Slot<CaseKey>,
    /// on the page by which a person follows a case
    pub beside_followed_case: Slot<FollowedCase>,
    /// at home, above all else
    pub next: Slot<()>,
    /// at home
    pub home: Slot<(), Tile>,
}

/// Its places in the navigation of the portal.
pub const FRONT: &[FrontPlace] = &[
    FrontPlace { path: "/lodge", at: "/lodge", text: |l| Texts::of(l).portal_lodge },
    FrontPlace { path: "/follow", at: "/follow", text: |l| Texts::of(l).portal_follow },
];

/// The pages of the workbench.
pub fn routes(slots: Arc<Slots>) -> Router<Kit> {
    Router::new()
        .route("/desk", get(lists::home))
        .route("/desk/cases", get(lists::cases).post(many::act))
        .route("/desk/cases.xlsx", get(export::cases))
        .route("/desk/answers", get(answers::show).post(answers::act))
        .route("/desk/case/{number}", get(case_page::show))
        .route("/desk/case/{number}/act/{act}", post(case_page::act).layer(DefaultBodyLimit::max(UPLOAD_MAX)))
        .route("/desk/case/{number}/file/{hash}", get(case_page::file))
        .route("/desk/case/{number}/unmask", post(case_page::unmask))
        .route(
            "/desk/case/{number}/check/{act}",
            post(case_page::check).layer(DefaultBodyLimit::max(UPLOAD_MAX)),
        )
        .route("/desk/case/{number}/choose", post(reading::choose))
        .route("/desk/case/{number}/pair", post(reading::pair))
        .route("/desk/case/{number}/precedent", post(case_page::make_precedent))
        .route("/desk/erasures", get(erasures::list).post(erasures::ask))
        .route("/desk/erasures/{id}", post(erasures::step))
        .route("/desk/hot", get(reading::hot))
        .route("/desk/precedents", get(reading::precedents))
        .route("/desk/reading", get(reading::figures))
        .route("/desk/reading/replies", get(reading::replies))
        .route(
            "/desk/register",
            get(register::form).post(register::save).layer(DefaultBodyLimit::max(UPLOAD_MAX)),
        )
        .route("/desk/receipt/{number}", get(register::receipt).post(register::print_again))
        .route("/desk/dispatch", get(dispatch::form).post(dispatch::send))
        .layer(Extension(slots))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes(slots: Arc<Slots>) -> Router<Kit> {
    Router::new()
        .route("/lodge", get(lodge::form).post(lodge::save).layer(DefaultBodyLimit::max(UPLOAD_MAX)))
        .route("/follow", get(follow::form).post(follow::find))
        .route("/see/c/{number}/{token}", get(see::show))
        .route("/r/{number}/{code}", get(follow::show))
        .route("/r/{number}/{code}/add", post(follow::add).layer(DefaultBodyLimit::max(UPLOAD_MAX)))
        .route("/r/{number}/{code}/file/{hash}", get(follow::file))
        .route("/r/{number}/{code}/answer", post(follow::answer))
        .layer(Extension(slots))
}
