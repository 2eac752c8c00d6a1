//! 静态文件: embedded, named by their SM3 hash, so that they may be kept for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sm3::{Digest, Sm3};

struct Asset {
    plain: &'static str,
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

/// Plain name, kind, bytes. A script is one of these or it does not run.
const TABLE: &[(&str, &str, &[u8])] = &[
    ("style.css", CSS, include_bytes!("../assets/style.css")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
    ("picture.js", JS, include_bytes!("../assets/picture.js")),
    ("redesign.js", JS, include_bytes!("../assets/redesign.js")),
    ("recorder.js", JS, include_bytes!("../assets/recorder.js")),
    ("recorder.css", CSS, include_bytes!("../assets/recorder.css")),
    ("log.js", JS, include_bytes!("../assets/log.js")),
    ("log.css", CSS, include_bytes!("../assets/log.css")),
];
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let named = TABLE.iter().map(|&(plain, kind, bytes)| {
        let short: String = Sm3::digest(bytes).iter().take(6).map(|b| format!("{b:02x}")).collect();
        let (stem, ext) = plain.rsplit_once('.').unwrap_or((plain, "bin"));
        Asset { plain, name: format!("{stem}.{short}.{ext}"), kind, bytes }
    });
    named.collect()
});

/// Address of an asset by its plain name; a name that is not there leads to a page that is not there.
pub(crate) fn address(plain: &str) -> String {
    let name = ASSETS.iter().find(|a| a.plain == plain).map_or(plain, |a| a.name.as_str());
    format!("/assets/{name}")
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
