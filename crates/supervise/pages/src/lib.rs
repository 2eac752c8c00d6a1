//! 督查页: boards and the lists behind every figure, ratings, bulletins, scores, draws, the register, what is public.
//!
//! Knows the use cases of its movement (`supervise-acts`), `supervise` and the shared parts of pages. Must not count anything itself, nor know SQL.

mod boards;
mod bulletins;
mod indicators;
mod morning;
mod publish;
mod rate;
mod ratings;
mod scores;
mod slots;
pub mod texts;
mod wall;
mod watch;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use kernel::Role::*;
use supervise_acts::Supervision;
use web_kit::{Asset, JS, Lang, ListOf, Oops, Place, Words as _};

pub use slots::{at_home, beside_case, beside_followed_case};
use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 督
    pub supervision: Supervision,
    /// 发文: how far a bulletin is on its way
    pub papers: papers::Papers,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).supervise.title
}

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/boards",
        text: |l| Texts::of(l).supervise.boards,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
    },
    Place {
        path: "/desk/morning",
        text: |l| Texts::of(l).supervise.morning,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
    },
    Place { path: "/desk/wall", text: |l| Texts::of(l).supervise.wall, roles: &[Coordinator] },
    Place {
        path: "/desk/ratings",
        text: |l| Texts::of(l).supervise.nav_ratings,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, Handler, Clerk],
    },
    Place {
        path: "/desk/bulletins",
        text: |l| Texts::of(l).supervise.nav_bulletins,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
    },
    Place {
        path: "/desk/scores",
        text: |l| Texts::of(l).supervise.nav_scores,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, Evaluator],
    },
    Place {
        path: "/desk/indicators",
        text: |l| Texts::of(l).indicators.title,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin, Evaluator],
    },
    Place {
        path: "/desk/watch",
        text: |l| Texts::of(l).supervise.nav_watch,
        roles: &[Coordinator, Supervisor, UnitAdmin, Volunteer, Evaluator],
    },
];

/// The wall.
pub const ASSETS: &[Asset] =
    &[Asset { plain: "wall.js", kind: JS, bytes: include_bytes!("../assets/wall.js") }];

/// Its lists that have views.
pub const LISTS: &[ListOf] = ratings::LISTS;

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/boards", get(boards::board))
        .route("/desk/boards/league", get(boards::league))
        .route("/desk/boards/list/{figure}", get(boards::list))
        .route("/desk/morning", get(morning::show))
        .route("/desk/wall", get(wall::walls).post(wall::make))
        .route("/desk/wall/{id}", post(wall::end))
        // A wall asks again every few seconds and is known by its token, as a kiosk is.
        .route("/wall/{id}/{token}", get(wall::show))
        .route("/desk/ratings", get(ratings::list))
        .route("/desk/ratings/{id}/appeal", post(ratings::appeal))
        .route("/desk/ratings/{id}/decide", post(ratings::decide))
        .route("/desk/ratings/serve", get(ratings::serve_form).post(ratings::serve))
        .route("/desk/ratings/phone", get(ratings::phone_form).post(ratings::phone))
        .route("/desk/ratings/odd", get(ratings::odd))
        .route("/desk/bulletins", get(bulletins::list).post(bulletins::draft))
        .route("/desk/bulletins/{id}", get(bulletins::show).post(bulletins::save))
        .route("/desk/bulletins/{id}/{file}", get(bulletins::file))
        .route("/desk/scores", get(scores::show).post(scores::set_formula))
        .route("/desk/scores/adjust", post(scores::ask))
        .route("/desk/scores/adjust/{id}", post(scores::decide))
        .route("/desk/indicators", get(indicators::list).post(indicators::make))
        .route("/desk/indicators/{id}", get(indicators::show).post(indicators::change))
        .route(
            "/desk/indicators/{id}/fill",
            get(indicators::fill_form)
                .post(indicators::fill)
                .layer(DefaultBodyLimit::max(web_kit::UPLOAD_MAX)),
        )
        .route("/desk/indicators/{id}/file/{hash}", get(indicators::file))
        .route("/desk/watch", get(watch::weekly))
        .route("/desk/watch/draws", get(watch::draws).post(watch::draw))
        .route("/desk/watch/draws/{id}", post(watch::check))
        .route("/desk/watch/register", get(watch::register).post(watch::hold))
        .route("/desk/watch/register/{id}", post(watch::moved))
        .route("/desk/publish/{number}", get(publish::form).post(publish::save))
        .route("/desk/publish/{number}/withdraw", post(publish::withdraw))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new()
        .route("/rate/{token}", get(rate::show).post(rate::vote))
        .route("/r/{number}/{code}/rate", post(rate::of_case))
        .route("/ratings", get(rate::results))
        .route("/answers", get(publish::answers))
}

/// Brings the facts up to the record before figures are read: what is durable is counted.
pub(crate) async fn ready(kit: &Kit) -> Result<(), Oops> {
    Ok(kit.acts.supervision.figures_soon().await?)
}

/// Is the reader allowed to do this at all? Decides which forms are shown; the door decides again.
pub(crate) fn may(desk: &crate::Desk, operation: access::Operation) -> bool {
    access::offers(&desk.actor(), operation)
}
