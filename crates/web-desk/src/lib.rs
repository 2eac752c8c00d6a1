//! 工作台: what staff see and do: home, list, case, registering, dispatching, messages, the office.
//!
//! Knows `app` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod account;
pub mod acts;
mod case_page;
mod dispatch;
mod export;
mod lists;
mod office;
mod reading;
mod register;
mod roster;
mod sign_in;
mod sign_on;
mod staff;
mod units;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use web_kit::{Kit, UPLOAD_MAX};

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk", get(lists::home))
        .route("/desk/cases", get(lists::cases))
        .route("/desk/cases.xlsx", get(export::cases))
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
        .route("/desk/case/{number}/precedent", post(reading::make))
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
        .route("/desk/messages", get(office::messages).post(office::seen))
        .route("/desk/office", get(office::overview))
        .route("/desk/office/units", get(units::list).post(units::save))
        .route("/desk/office/staff", get(staff::list).post(staff::save))
        .route("/desk/office/staff/act", post(roster::act))
        .route(
            "/desk/office/roster",
            get(roster::form).post(roster::save).layer(DefaultBodyLimit::max(roster::FILE_MAX)),
        )
        .route("/desk/office/roster.xlsx", get(roster::book))
        .route("/desk/office/sign-on", get(sign_on::form).post(sign_on::save))
        .route("/desk/office/limits", get(office::limits).post(office::put_limits))
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
