//! 优服务的页: redesigns on record ([`redesigns`]) and case logs ([`logs`]).
//!
//! Knows the use cases of its movement (`optimise-acts`) and the shared parts of pages. Must not know SQL, nor decide who may do what.

pub mod logs;
pub mod redesigns;
mod slots;
pub mod texts;

use axum::Router;
use kernel::Role::*;
use optimise_acts::Logs;
use optimise_acts::Redesigns;
use shelf::Items;
use web_kit::{Asset, CSS, JS, Lang, Place, Words as _};

pub use slots::at_home;
use texts::Texts;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 流程再造
    pub redesigns: Redesigns,
    /// 日志
    pub logs: Logs,
    /// 事项库, to read
    pub items: Items,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).process.title
}

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/redesigns",
        text: |l| Texts::of(l).process.title,
        roles: &[Analyst, Coordinator, Supervisor, Handler, Clerk, UnitAdmin],
    },
    Place {
        path: "/desk/logs",
        text: |l| Texts::of(l).log.title,
        roles: &[Analyst, Coordinator, Supervisor],
    },
];

/// Its scripts and styles.
pub const ASSETS: &[Asset] = &[
    Asset { plain: "redesign.js", kind: JS, bytes: include_bytes!("../assets/redesign.js") },
    Asset { plain: "log.js", kind: JS, bytes: include_bytes!("../assets/log.js") },
    Asset { plain: "log.css", kind: CSS, bytes: include_bytes!("../assets/log.css") },
];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    redesigns::routes().merge(logs::routes())
}
