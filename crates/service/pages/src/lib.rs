//! 办的页 (K4, K5, K8, S6): for everybody: themes, questions, one notice, the one form, following and acting by the code;
//! at the desk: the window, steps and decisions of units, the board of themes, handled numbers; papers.
//!
//! Knows `service-acts` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod acts;
mod apply;
mod board;
mod desk;
mod follow;
mod form;
mod listed;
mod paper;
mod parts;
mod pilots;
mod see;
mod sharing;
mod sharing_limits;
pub mod texts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use kernel::Role::*;
use service_acts::Service;
use web_kit::{FrontPlace, Lang, Place, UPLOAD_MAX, Words as _};

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 办
    pub services: Service,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// The movement over the city of the kit.
pub(crate) fn service(kit: &Kit) -> Service {
    kit.acts.services.clone()
}

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).svc_area
}

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/services",
        text: |l| Texts::of(l).svc_desk,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place { path: "/desk/services/new", text: |l| Texts::of(l).svc_new, roles: &[Clerk, Coordinator] },
    Place {
        path: "/desk/services/themes",
        text: |l| Texts::of(l).svc_themes,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/data",
        text: |l| Texts::of(l).dat_title,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin],
    },
    Place {
        path: "/desk/services/numbers",
        text: |l| Texts::of(l).svc_numbers,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
    },
];

/// Its places in the navigation of the portal.
pub const FRONT: &[FrontPlace] =
    &[FrontPlace { path: "/apply", at: "/apply", text: |l| Texts::of(l).svc_apply }];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    let upload = || DefaultBodyLimit::max(UPLOAD_MAX);
    Router::new()
        .route("/desk/services", get(desk::lists))
        .route("/desk/services/all", get(listed::list))
        .route("/desk/services/new", get(apply::at_window))
        .route("/desk/services/new/{sort}/{code}", get(apply::ask_at_window).post(apply::begin_at_window))
        .route("/desk/services/themes", get(board::themes))
        .route("/desk/services/themes/{code}", get(board::theme))
        .route("/desk/services/numbers", get(board::numbers))
        .route("/desk/services/pilots/{code}", get(pilots::show).post(pilots::save))
        .route("/desk/data", get(sharing::list))
        .route("/desk/data/catalogue.jsonld", get(sharing::as_dcat))
        .route("/desk/data/new", get(sharing::blank).post(sharing::enter))
        .route("/desk/data/r/{id}", get(sharing::show).post(sharing::save))
        .route("/desk/data/r/{id}/ask", post(sharing::ask))
        .route("/desk/data/r/{id}/report", post(sharing::report))
        .route("/desk/data/limits", get(sharing_limits::show).post(sharing_limits::save))
        .route("/desk/data/requests", get(sharing::requests))
        .route("/desk/data/requests/{number}", get(sharing::request).post(sharing::act))
        .route("/desk/data/asked", get(sharing::asked))
        .route("/desk/services/at/{number}", get(desk::show))
        .route("/desk/services/at/{number}/act/{act}", post(desk::act))
        .route("/desk/services/at/{number}/show", post(desk::unmask))
        .route(
            "/desk/services/at/{number}/form",
            get(form::at_window).post(form::send_at_window).layer(upload()),
        )
        .route("/desk/services/at/{number}/newer", post(form::newer_at_window))
        .route("/desk/services/at/{number}/file/{hash}", get(desk::file))
        .route("/desk/services/at/{number}/paper/{file}", get(desk::paper))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    let upload = || DefaultBodyLimit::max(UPLOAD_MAX);
    Router::new()
        .route("/apply", get(apply::list))
        .route("/apply/find", get(follow::find_form).post(follow::find))
        .route("/apply/to/{sort}/{code}", get(apply::ask).post(apply::begin))
        .route("/a/{number}/{code}", get(follow::show).post(form::send).layer(upload()))
        .route("/see/a/{number}/{token}", get(see::show))
        .route("/a/{number}/{code}/newer", post(form::newer))
        .route("/a/{number}/{code}/act/{act}", post(follow::act))
        .route("/a/{number}/{code}/hand/{material}", post(follow::hand_in).layer(upload()))
        .route("/a/{number}/{code}/file/{hash}", get(follow::file))
        .route("/a/{number}/{code}/paper/{file}", get(follow::paper))
}
