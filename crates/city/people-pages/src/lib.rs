//! 人员与办公设置的页: sign-in, account, second factor, units, staff, roster, the office, messages.
//!
//! Knows the use cases of `people` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod account;
mod limits;
mod next;
mod office;
mod regions;
mod roster;
mod sign_in;
mod sign_on;
mod staff;
pub mod texts;
mod units;

use axum::Router;
use axum::routing::{get, post};
use people::People;
use web_kit::{Lang, Place, Words as _};

pub use next::next_at_home;
use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 人员
    pub people: People,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// Name of the area of messages.
pub fn messages_area(lang: Lang) -> &'static str {
    Texts::of(lang).nav_messages
}

/// Name of the area of the office.
pub fn office_area(lang: Lang) -> &'static str {
    Texts::of(lang).nav_office
}

/// Messages of the reader's unit.
pub const MESSAGES: &[Place] = &[Place { path: "/desk/messages", text: messages_area, roles: &[] }];

/// The office.
pub const OFFICE: &[Place] = &[Place { path: "/desk/office", text: office_area, roles: &[] }];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/messages", get(office::messages).post(office::seen))
        .route("/desk/office", get(office::overview))
        .route("/desk/office/units", get(units::list).post(units::save))
        .route("/desk/office/staff", get(staff::list).post(staff::save))
        .route("/desk/office/staff/act", post(roster::act))
        .route("/desk/office/regions", get(regions::list).post(regions::save))
        .route("/desk/office/roster", get(roster::form))
        .route("/desk/office/roster/passwords", post(roster::passwords))
        .route("/desk/office/roster.xlsx", get(roster::book))
        .route("/desk/office/sign-on", get(sign_on::form).post(sign_on::save))
        .route("/desk/office/again", post(office::again_all))
        .route("/desk/office/second-factor", post(sign_on::demand))
        .route("/desk/office/limits/confirm", post(limits::confirm))
        .route("/desk/office/limits", get(limits::list).post(limits::put))
        .route("/desk/office/calendar", post(office::put_calendar))
        .route("/desk/account", get(account::show))
        .route("/desk/account/password", post(account::password))
        .route("/desk/account/factor", post(account::factor))
        .route("/desk/account/sessions", post(account::sessions))
        .route("/desk/sign-out", post(sign_in::out))
}

/// Pages where somebody without a session sends something: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new()
        .route("/desk/sign-in", get(sign_in::form).post(sign_in::enter))
        .route("/desk/sign-in/unified", get(sign_on::leave))
        .route("/desk/sign-in/unified/back", get(sign_on::back))
        .route("/setup/{token}", get(sign_in::setup_form).post(sign_in::setup))
}
