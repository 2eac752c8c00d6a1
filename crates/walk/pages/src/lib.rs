//! 走流程的页: campaigns, walks, leads, the board, and the recorder, which works a whole day without a network.
//!
//! Knows the use cases of its movement (`walk-acts`) and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod board;
mod campaigns;
mod files;
mod leads;
mod recorder;
mod slots;
pub mod texts;
mod validity;
mod walks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use kernel::Role::{self, *};
use shelf::Items;
use walk_acts::Walks;
use web_kit::{Asset, CSS, JS, Lang, Place, Words as _};

pub use slots::{at_home, beside_case};
use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 走流程
    pub walks: Walks,
    /// 事项库, to read
    pub items: Items,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

const WALKERS: &[Role] = &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin, Volunteer, Evaluator];
/// Who may read what came in to be walked: people from outside see the walks, not the letters behind them.
const ORGANISERS: &[Role] = &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin];

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).walk.title
}

/// Its places in the navigation.
pub const PLACES: &[Place] = &[
    Place { path: "/desk/walks", text: |l| Texts::of(l).walk.title, roles: WALKERS },
    Place { path: "/desk/walks/leads", text: |l| Texts::of(l).walk.leads, roles: ORGANISERS },
    Place { path: "/desk/walks/called-for", text: |l| Texts::of(l).walk.called_for, roles: ORGANISERS },
    Place { path: "/desk/walks/backward", text: |l| Texts::of(l).walk.backward, roles: ORGANISERS },
];

/// Its scripts and styles.
pub const ASSETS: &[Asset] = &[
    Asset { plain: "recorder.js", kind: JS, bytes: include_bytes!("../assets/recorder.js") },
    Asset { plain: "recorder.css", kind: CSS, bytes: include_bytes!("../assets/recorder.css") },
];

/// The pages of the workbench, and the recorder.
pub fn routes() -> Router<Kit> {
    Router::new()
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
        .route("/desk/walks/{id}/signals", get(walks::signals).post(validity::judge))
        .route("/desk/walks/{id}/validity", post(validity::set))
        .route("/desk/walks/{id}/papers", get(board::papers).post(board::hand_in))
        .route("/desk/walks/{id}/paper/{kind}", get(board::paper))
        .route("/desk/walks/w/{id}", get(walks::show))
        .route("/desk/walks/w/{id}/file/{digest}", get(walks::file))
        .route("/walk/file", post(recorder::file).layer(DefaultBodyLimit::max(city::FILE_MOST)))
        .route("/walk/", get(recorder::shell))
        .route("/walk/sw.js", get(recorder::worker))
        .route("/walk/manifest.json", get(recorder::manifest))
        .route("/walk/pack.json", get(recorder::pack))
        .route("/walk/find.json", get(recorder::find))
        .route("/walk/sync", post(recorder::sync))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new().route("/join", get(leads::join).post(leads::send))
}
