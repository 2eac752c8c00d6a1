//! 办件日志的页: where a log comes from, its map, variants, dotted chart, the questions with their answers, and the
//! guide against reality. `docs/eventlog.md`.
//!
//! Knows the use cases of its movement (`optimise-acts`), `eventlog` and `optimise::questions`. Uploaded logs are kept by the
//! movement and held in memory while they are looked at ([`shelf`]), bounded. Must not know SQL, nor decide who may do what.

mod ahead;
mod asked;
mod beside;
mod boards;
mod check;
mod files;
mod overview;
mod questions;
mod shelf;
mod sources;
mod trial;
mod upload;
mod views;

use crate::Kit;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Extension, Router};

use self::shelf::Shelf;

/// Largest file that a page takes, bytes; larger ones are for the program's own `log`.
pub const UPLOAD_MAX: usize = 64 << 20;

/// The pages of case logs.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/logs", get(sources::page))
        .route("/desk/logs/upload", post(upload::take).layer(DefaultBodyLimit::max(UPLOAD_MAX + (1 << 20))))
        .route("/desk/logs/{id}/columns", get(upload::columns).post(upload::map))
        .route("/desk/logs/{id}/forget", post(sources::forget))
        .route("/desk/logs/{id}/keep", post(sources::describe))
        .route("/desk/logs/{id}", get(overview::page))
        .route("/desk/logs/{id}/map.svg", get(files::map))
        .route("/desk/logs/{id}/dots.svg", get(files::dots))
        .route("/desk/logs/{id}/model.bpmn", get(files::bpmn))
        .route("/desk/logs/{id}/model.pnml", get(files::pnml))
        .route("/desk/logs/{id}/log.csv", get(files::csv))
        .route("/desk/logs/{id}/log.xlsx", get(files::xlsx))
        .route("/desk/logs/{id}/log.xes.gz", get(files::xes))
        .route("/desk/logs/{id}/log.parquet", get(files::parquet))
        .route("/desk/logs/{id}/mapping.json", get(files::mapping))
        .route("/desk/logs/{id}/variants", get(views::variants))
        .route("/desk/logs/{id}/dots", get(views::dots))
        .route("/desk/logs/{id}/questions", get(questions::page))
        .route("/desk/logs/{id}/problem", post(questions::problem))
        .route("/desk/logs/{id}/check", get(check::page))
        .route("/desk/logs/boards", get(boards::list).post(boards::put))
        .route("/desk/logs/boards/{id}", get(boards::show).post(boards::change))
        .route("/desk/logs/{id}/beside", get(beside::page))
        .route("/desk/logs/{id}/trial", get(trial::page))
        .route("/desk/logs/{id}/ahead", get(ahead::page))
        .layer(Extension(Shelf::default()))
}
