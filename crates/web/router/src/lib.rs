//! 页: the one router over the portal and the workbench, behind the guard. `docs/web.md`.
//!
//! Knows which crate has which pages, joins their navigation and assets, and knows in which order a request
//! passes: guard, errors as pages, rate of public forms, page. Must not know any page.

mod slots;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use web_kit::{
    Area, Asset, CSS, FrontPlace, JS, Kit, Site, Text, asset, errors_as_pages, guard, prefs, slow_down,
};

pub use web_kit::Options;

/// Largest body of a form, bytes.
const FORM_MAX: usize = 1 << 20;

/// The areas of the workbench in their order.
pub const AREAS: &[Area] = &[
    Area { text: resolve_pages::home_area, places: &[resolve_pages::HOME] },
    Area { text: resolve_pages::area, places: &[resolve_pages::PLACES] },
    Area { text: walk_pages::area, places: &[walk_pages::PLACES, catalogue_pages::PLACES] },
    Area { text: optimise_pages::area, places: &[optimise_pages::PLACES] },
    Area { text: supervise_pages::area, places: &[supervise_pages::PLACES] },
    Area { text: people_pages::messages_area, places: &[people_pages::MESSAGES] },
    Area { text: people_pages::office_area, places: &[people_pages::OFFICE] },
];

/// The navigation of the portal.
pub const FRONT: &[&[FrontPlace]] = &[catalogue_pages::FRONT, resolve_pages::FRONT];

/// What every page shares in the browser: here and not in the kit, so that a line of style makes no page build again.
const SHARED: &[Asset] = &[
    Asset { plain: "style.css", kind: CSS, bytes: include_bytes!("../assets/style.css") },
    Asset { plain: "icon.svg", kind: "image/svg+xml", bytes: include_bytes!("../assets/icon.svg") },
    Asset { plain: "picture.js", kind: JS, bytes: include_bytes!("../assets/picture.js") },
];
const ASSETS: &[&[Asset]] = &[SHARED, walk_pages::ASSETS, optimise_pages::ASSETS];

/// Every text of every page: the crate, its own words, then each of its rooms.
pub const TEXTS: &[(&str, &[&[Text]])] = &[
    ("web-kit", &[web_kit::COMMON_TEXTS]),
    ("portal", portal::texts::ALL),
    ("catalogue-pages", catalogue_pages::texts::ALL),
    ("walk-pages", walk_pages::texts::ALL),
    ("resolve-pages", resolve_pages::texts::ALL),
    ("optimise-pages", optimise_pages::texts::ALL),
    ("supervise-pages", supervise_pages::texts::ALL),
    ("people-pages", people_pages::texts::ALL),
];

/// All pages over a system.
pub fn router(app: app::House, options: Options) -> Router {
    let kit = Kit::new(app, options, Site::new(AREAS, FRONT, ASSETS));
    let public = portal::routes()
        .merge(resolve_pages::public_routes(slots::CASES))
        .merge(people_pages::public_routes())
        .merge(supervise_pages::public_routes())
        .merge(catalogue_pages::public_routes())
        .merge(walk_pages::public_routes())
        .layer(from_fn_with_state(kit.clone(), slow_down));
    Router::new()
        .merge(public)
        .merge(resolve_pages::routes(slots::CASES))
        .merge(people_pages::routes())
        .merge(optimise_pages::routes())
        .merge(supervise_pages::routes())
        .merge(catalogue_pages::routes())
        .merge(walk_pages::routes())
        .route("/prefs", post(prefs))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(from_fn_with_state(kit.clone(), errors_as_pages))
        // Who asks for a picture or whether the house stands is not looked up.
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(|| async { "ok" }))
        .layer(from_fn_with_state(kit.clone(), guard))
        .layer(CompressionLayer::new())
        .with_state(kit)
}

/// A token for the one-time set-up address of a system without accounts: 64 hexadecimal digits, printed once
/// by the program and given back in [`Options::setup_token`].
///
/// # Errors
/// The system gives no randomness.
pub fn setup_token(app: &app::House) -> Result<String, app::Error> {
    app.city.vault().new_token()
}
