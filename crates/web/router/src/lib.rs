//! 页: the one router over the portal and the workbench, behind the guard. `docs/web.md`.
//!
//! Knows which crate has which pages and in which order a request passes: guard, errors as pages, rate of
//! public forms, page. Must not know any page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use web_kit::{Kit, asset, errors_as_pages, guard, prefs, slow_down};

pub use web_kit::Options;

/// Largest body of a form, bytes.
const FORM_MAX: usize = 1 << 20;

/// All pages over a system.
pub fn router(app: app::App, options: Options) -> Router {
    let kit = Kit::new(app, options);
    let public = web_portal::routes()
        .merge(web_desk::public_routes())
        .merge(web_supervise::public_routes())
        .merge(web_walk::public_routes())
        .layer(from_fn_with_state(kit.clone(), slow_down));
    Router::new()
        .merge(public)
        .merge(web_desk::routes())
        .merge(web_process::routes())
        .merge(web_supervise::routes())
        .merge(web_walk::routes())
        .merge(web_log::routes())
        .route("/prefs", post(prefs))
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(|| async { "ok" }))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(from_fn_with_state(kit.clone(), errors_as_pages))
        .layer(from_fn_with_state(kit.clone(), guard))
        .layer(CompressionLayer::new())
        .with_state(kit)
}

/// A token for the one-time set-up address of a system without accounts: 64 hexadecimal digits, printed once
/// by the program and given back in [`Options::setup_token`].
///
/// # Errors
/// The system gives no randomness.
pub fn setup_token(app: &app::App) -> Result<String, app::Error> {
    app.vault().new_token()
}
