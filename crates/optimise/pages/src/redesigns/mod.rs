//! 流程: pages of redesigns on record: list, proposal, form with the plan beside it, review, downloads.
//!
//! Knows the use cases of its movement (`optimise-acts`), the plans of `optimise` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod acts;
mod edit;
mod export;
mod form;
mod list;
mod options;
mod proposal;
mod report;
mod report_word;
mod view;

use crate::Kit;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use web_kit::UPLOAD_MAX;

/// The pages of this room.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/redesigns", get(list::list).post(list::draw))
        .route("/desk/redesigns/{number}", get(proposal::show))
        .route("/desk/redesigns/{number}/edit", get(edit::form).post(edit::save))
        .route("/desk/redesigns/{number}/preview", post(edit::preview))
        .route("/desk/redesigns/{number}/act/{act}", post(acts::act))
        .route("/desk/redesigns/{number}/options", get(options::show))
        .route(
            "/desk/redesigns/{number}/measure-log",
            post(acts::measure_log).layer(DefaultBodyLimit::max(UPLOAD_MAX)),
        )
        .route("/desk/redesigns/{number}/report", get(report::report))
        .route("/desk/redesigns/{number}/{file}", get(export::file))
}
