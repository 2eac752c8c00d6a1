//! 事项与走流程的页: items with their check-up, public guides and plates, campaigns, walks, the board, and the
//! recorder, which works a whole day without a network.
//!
//! Knows `app` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod board;
mod campaigns;
mod files;
mod guides;
mod hall;
mod intake;
mod items;
mod leads;
mod plates;
mod recorder;
mod walks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use web_kit::{Kit, escape};

/// The pages of this room.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/items", get(items::list))
        .route("/desk/items/checkup", get(items::tally))
        .route("/desk/items/export.jsonl", get(files::json_lines))
        .route("/desk/items/export.xlsx", get(files::sheets))
        .route("/desk/items/template.xlsx", get(intake::template))
        .route(
            "/desk/items/import",
            get(intake::form).post(intake::save).layer(DefaultBodyLimit::max(intake::FILE_MAX)),
        )
        .route("/desk/items/hall", get(hall::show).post(hall::save))
        .route("/desk/items/plates", get(plates::list).post(plates::save))
        .route("/desk/items/plates.pdf", get(plates::pdf))
        .route("/desk/items/plates/print", get(plates::print))
        .route("/desk/items/i/{key}", get(items::show))
        .route("/desk/items/i/{key}/compare", get(items::compare))
        .route("/desk/items/i/{key}/guide", post(guides::act))
        .route("/desk/walks", get(campaigns::list).post(campaigns::make))
        .route("/desk/walks/leads", get(leads::list))
        .route("/desk/walks/leads/{id}", post(leads::act))
        .route("/desk/walks/called-for", get(leads::called_for))
        .route("/desk/walks/backward", get(leads::backward))
        .route("/desk/walks/{id}", get(board::show))
        .route("/desk/walks/{id}/list", get(board::list))
        .route("/desk/walks/{id}/given", get(campaigns::given).post(campaigns::give))
        .route("/desk/walks/{id}/repeat", post(campaigns::repeat))
        .route("/desk/walks/{id}/lists", get(walks::three_lists))
        .route("/desk/walks/{id}/lists.xlsx", get(files::three_lists))
        .route("/desk/walks/{id}/signals", get(walks::signals))
        .route("/desk/walks/{id}/papers", get(board::papers).post(board::hand_in))
        .route("/desk/walks/{id}/paper/{kind}", get(board::paper))
        .route("/desk/walks/w/{id}", get(walks::show))
        .route("/desk/walks/w/{id}/file/{digest}", get(walks::file))
        .route("/walk/file", post(recorder::file).layer(DefaultBodyLimit::max(app::FILE_MOST)))
        .route("/walk/", get(recorder::shell))
        .route("/walk/sw.js", get(recorder::worker))
        .route("/walk/manifest.json", get(recorder::manifest))
        .route("/walk/pack.json", get(recorder::pack))
        .route("/walk/find.json", get(recorder::find))
        .route("/walk/sync", post(recorder::sync))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new()
        .route("/guides", get(guides::list))
        .route("/guide/{key}", get(guides::show))
        .route("/guide/{key}/notice", get(guides::notice))
        .route("/guide/{key}/comment", post(guides::comment))
        .route("/join", get(leads::join).post(leads::send))
        .route("/p/{token}", get(plates::scan))
}

/// An address with the pairs that are not empty.
pub(crate) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let set: Vec<_> =
        pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("{n}={}", escape(v))).collect();
    if set.is_empty() { path.to_owned() } else { format!("{path}?{}", set.join("&")) }
}

/// A QR code as an image of its own.
pub(crate) fn qr(link: &str) -> String {
    let made = fast_qr::QRBuilder::new(link.to_owned()).build();
    made.map_or_else(|_| String::new(), |q| fast_qr::convert::svg::SvgBuilder::default().to_str(&q))
}

/// The address under which people reach this site.
pub(crate) fn base(kit: &Kit, headers: &axum::http::HeaderMap) -> String {
    match kit.options.public_url.trim_end_matches('/') {
        "" => format!("http://{}", web_kit::header_of(headers, "host")),
        url => url.to_owned(),
    }
}

/// A closed word of the catalogue in the reader's language.
pub(crate) fn in_words(lang: web_kit::Lang, zh: &str, word: &str) -> String {
    if lang == web_kit::Lang::Zh { zh.to_owned() } else { word.replace('_', " ") }
}
