//! 静态文件: embedded, named by their SM3 hash, so that they may be kept for ever. Each crate of pages brings its
//! own; the router gathers them.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sm3::{Digest, Sm3};

use crate::Kit;

/// A file of a crate of pages. A script is one of these or it does not run.
#[derive(Debug)]
pub struct Asset {
    /// its name in templates: `style.css`
    pub plain: &'static str,
    /// its kind: [`CSS`], [`JS`], …
    pub kind: &'static str,
    /// its content
    pub bytes: &'static [u8],
}

/// A style sheet.
pub const CSS: &str = "text/css; charset=utf-8";
/// A script.
pub const JS: &str = "text/javascript; charset=utf-8";

/// Every asset under the name that carries its hash.
#[derive(Debug)]
pub(crate) struct Assets(Vec<(String, &'static Asset)>);

impl Assets {
    pub(crate) fn new(tables: &[&'static [Asset]]) -> Self {
        let named = tables.iter().copied().flatten().map(|a| {
            let short: String = Sm3::digest(a.bytes).iter().take(6).map(|b| format!("{b:02x}")).collect();
            let (stem, ext) = a.plain.rsplit_once('.').unwrap_or((a.plain, "bin"));
            (format!("{stem}.{short}.{ext}"), a)
        });
        Self(named.collect())
    }
    /// Address of an asset by its plain name; a name that is not there leads to a page that is not there.
    pub(crate) fn address(&self, plain: &str) -> String {
        let name = self.0.iter().find(|(_, a)| a.plain == plain).map_or(plain, |(name, _)| name.as_str());
        format!("/assets/{name}")
    }
}

/// `GET /assets/{name}`
pub async fn asset(State(kit): State<Kit>, Path(name): Path<String>) -> Response {
    match kit.site.assets.0.iter().find(|(n, _)| *n == name) {
        Some((_, a)) => {
            let forever = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, a.kind), (header::CACHE_CONTROL, forever)], a.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
