//! 静态文件: embedded, named by their SM3 hash, so that they may be kept for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sm3::{Digest, Sm3};

struct Asset {
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

fn named(stem: &str, ext: &str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    let hash = Sm3::digest(bytes);
    let short: String = hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
    Asset { name: format!("{stem}.{short}.{ext}"), kind, bytes }
}

static ASSETS: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        named("style", "css", "text/css; charset=utf-8", include_bytes!("../assets/style.css")),
        named("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
    ]
});

/// Address of the style sheet.
pub(crate) fn style() -> String {
    format!("/assets/{}", ASSETS[0].name)
}
/// Address of the icon.
pub(crate) fn icon() -> String {
    format!("/assets/{}", ASSETS[1].name)
}

/// `GET /assets/{name}`
pub async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|a| a.name == name) {
        Some(a) => {
            let forever = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, a.kind), (header::CACHE_CONTROL, forever)], a.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
