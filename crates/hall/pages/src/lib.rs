//! 厅的页 (R12, K6, K7): for everybody: the earliest slot in three taps, following and acting by the code, halls and what
//! hangs in them, the kiosk; at the desk: halls with windows, hours and posts, closures, bookings, the window by keyboard,
//! figures and presence;
//! help at home and on mandate, asked for and worked on.
//!
//! Knows `hall-acts` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod book;
mod bring;
mod change;
mod close;
mod desk;
mod figures;
mod follow;
mod handover;
mod help;
mod help_desk;
mod help_follow;
mod help_paper;
mod help_route;
mod help_rules;
mod keep;
mod kiosk;
mod parts;
mod posted;
mod roster;
mod roster_rules;
mod rosters;
mod see;
mod shifts;
pub mod texts;
mod window;

use axum::Router;
use axum::routing::{get, post};
use hall_acts::Halls;
use kernel::Role::*;
use shelf::Items;
use web_kit::{Asset, FrontPlace, JS, Lang, Place, Words as _};

use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 厅
    pub halls: Halls,
    /// 事项库, to read
    pub items: Items,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// The movement over the city of the kit.
pub(crate) fn halls(kit: &Kit) -> Halls {
    kit.acts.halls.clone()
}

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).hall_area
}

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/halls",
        text: |l| Texts::of(l).hall_list,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin],
    },
    Place {
        path: "/desk/help",
        text: |l| Texts::of(l).help_desk,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/help/mine",
        text: |l| Texts::of(l).help_my,
        roles: &[Clerk, Handler, Coordinator, Walker, UnitAdmin, Volunteer],
    },
    Place { path: "/desk/windows", text: |l| Texts::of(l).hall_windows, roles: &[Clerk, Handler] },
    Place {
        path: "/desk/shifts",
        text: |l| Texts::of(l).shift_mine,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/posted",
        text: |l| Texts::of(l).hall_posted,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
];

/// Its places in the navigation of the portal.
pub const FRONT: &[FrontPlace] =
    &[FrontPlace { path: "/book", at: "/book", text: |l| Texts::of(l).hall_book }];

/// The window by keyboard, the big screen, the kiosk.
pub const ASSETS: &[Asset] = &[
    Asset { plain: "window.js", kind: JS, bytes: include_bytes!("../assets/window.js") },
    Asset { plain: "screen.js", kind: JS, bytes: include_bytes!("../assets/screen.js") },
    Asset { plain: "kiosk.js", kind: JS, bytes: include_bytes!("../assets/kiosk.js") },
];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/halls", get(keep::list).post(keep::make))
        .route("/desk/halls/at/{id}", get(keep::show))
        .route("/desk/halls/at/{id}/{part}", post(change::set))
        .route("/desk/halls/at/{id}/shifts", get(roster_rules::show))
        .route("/desk/halls/at/{id}/shifts/{part}", post(roster_rules::set))
        .route("/desk/halls/at/{id}/rosters", get(rosters::list).post(rosters::draw))
        .route("/desk/halls/at/{id}/leave", post(rosters::leave))
        .route("/desk/halls/at/{id}/ab", get(handover::ab))
        .route("/desk/halls/at/{id}/handovers", get(handover::list))
        .route("/desk/halls/at/{id}/handover/{window}", get(handover::form).post(handover::give))
        .route("/desk/handovers/{id}", get(handover::show).post(handover::answer))
        .route("/desk/rosters/{id}", get(roster::show))
        .route("/desk/rosters/{id}/{act}", post(roster::act))
        .route("/desk/shifts", get(shifts::show))
        .route("/desk/shifts/{act}", post(shifts::act))
        .route("/desk/halls/at/{id}/helping", get(help_rules::show))
        .route("/desk/halls/at/{id}/helping/{part}", post(help_rules::set))
        .route("/desk/halls/at/{id}/help", get(help_desk::new_form).post(help_desk::new))
        .route("/desk/help", get(help_desk::list))
        .route("/desk/help/list", get(help_desk::figure))
        .route("/desk/help/mine", get(help_route::show).post(help_route::shown))
        .route("/desk/help/at/{number}", get(help_desk::show))
        .route("/desk/help/at/{number}/{act}", post(help_desk::act))
        .route("/desk/help/at/{number}/paper/{file}", get(help_desk::paper).post(help_desk::paper_in_full))
        .route("/desk/halls/at/{id}/close", get(close::close_form).post(close::close))
        .route("/desk/halls/at/{id}/bookings", get(desk::bookings))
        .route("/desk/halls/at/{id}/book", get(desk::book_form).post(desk::book))
        .route("/desk/halls/at/{id}/take", post(desk::take))
        .route("/desk/halls/booking/{number}", get(desk::booking))
        .route("/desk/halls/booking/{number}/{act}", post(desk::act))
        .route("/desk/halls/at/{id}/figures", get(figures::show))
        .route("/desk/halls/at/{id}/figures/list", get(figures::list))
        .route("/desk/posted", get(posted::show).post(posted::reply))
        .route("/desk/windows", get(window::mine))
        .route("/desk/halls/at/{id}/window/{window}", get(window::show))
        .route("/desk/halls/at/{id}/window/{window}/{act}", post(window::act))
        // A kiosk stands behind the one address of its hall and is known by its token: the limit of strangers would
        // stop it on a busy morning.
        .route("/k/{id}/{token}", get(kiosk::show))
        .route("/k/{id}/{token}/take", post(kiosk::take))
        .route("/k/{id}/{token}/which", post(kiosk::which))
        .route("/k/{id}/{token}/late", post(kiosk::late))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new()
        .route("/book", get(book::find))
        .route("/book/mine", get(follow::form).post(follow::find))
        .route("/book/for/{item}", get(book::offers).post(book::hold))
        .route("/book/for/{item}/standby", post(book::stand_by))
        .route("/b/{number}/{code}", get(follow::show))
        .route("/b/{number}/{code}/calendar.ics", get(follow::calendar))
        .route("/b/{number}/{code}/{act}", post(follow::act))
        .route("/see/b/{number}/{token}", get(see::show))
        .route("/help", get(help::find))
        .route("/help/mine", get(help_follow::form).post(help_follow::find))
        .route("/help/for/{item}", get(help::how).post(help::ask))
        .route("/h/{number}/{code}", get(help_follow::show))
        .route("/h/{number}/{code}/{act}", post(help_follow::act))
        .route("/h/{number}/{code}/paper/{file}", get(help_follow::paper))
        .route("/see/h/{number}/{token}", get(help_follow::see))
        .route("/halls", get(kiosk::halls_now))
        .route("/halls/{id}", get(kiosk::screen))
        .route("/halls/{id}/roster", get(shifts::wall))
        .route("/shifts/{staff}/{token}", get(shifts::calendar))
        .route("/k/{id}/{token}/sign-in", post(kiosk::sign_in))
}
