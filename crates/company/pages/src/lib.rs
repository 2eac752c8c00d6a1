//! 企的页 (R11, P2, P3): at the desk the list of companies and the file of each; for their own people a page on the phone,
//! which they open by credit code and code.
//!
//! Knows `company-acts` and the shared parts of pages. Must not know SQL, nor decide who may do what.

mod aids;
mod batches;
mod book;
mod desk;
mod documents;
mod form;
mod own;
mod parts;
mod pay;
mod policies;
mod talks;
pub mod texts;
mod whistle;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use company_acts::Companies;
use kernel::Role::*;
use web_kit::{FrontPlace, Lang, Place, Words as _};

use texts::Texts;
pub use whistle::beside_case;

/// What these pages may ask; the router gives it.
#[derive(Clone, Debug)]
pub struct Acts {
    /// 企
    pub companies: Companies,
}

/// What all pages share, with what these may ask.
pub type Kit = web_kit::Kit<Acts>;
/// A page of this crate.
pub(crate) type Page = web_kit::Page<texts::Texts>;
/// A page of this crate that needs an account.
pub(crate) type Desk = web_kit::Desk<texts::Texts>;

/// Name of the area.
pub fn area(lang: Lang) -> &'static str {
    Texts::of(lang).co_area
}

/// Its places in the navigation of the workbench.
pub const PLACES: &[Place] = &[
    Place {
        path: "/desk/companies",
        text: |l| Texts::of(l).co_list,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/whistles",
        text: |l| Texts::of(l).wh_figures,
        roles: &[Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/talks",
        text: |l| Texts::of(l).pay.talks,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/aids",
        text: |l| Texts::of(l).aid.title,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/policies",
        text: |l| Texts::of(l).po_kitchen,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/payments",
        text: |l| Texts::of(l).pay.payments,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/batches",
        text: |l| Texts::of(l).pay.batches,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place {
        path: "/desk/companies/funds",
        text: |l| Texts::of(l).pay.funds,
        roles: &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
    },
    Place { path: "/desk/companies/new", text: |l| Texts::of(l).co_new, roles: &[Clerk, Coordinator] },
];

/// Its places in the navigation of the portal.
pub const FRONT: &[FrontPlace] = &[
    FrontPlace { path: "/company", at: "/company", text: |l| Texts::of(l).co_front },
    FrontPlace { path: "/publicity", at: "/publicity", text: |l| Texts::of(l).pay.publicity },
];

/// The pages of the workbench.
pub fn routes() -> Router<Kit> {
    Router::new()
        .route("/desk/companies", get(desk::list))
        .route("/desk/companies/new", get(form::new).post(form::enter))
        .route("/desk/companies/c/{code}", get(desk::show))
        .route("/desk/companies/c/{code}/edit", get(form::edit).post(form::change))
        .route("/desk/companies/c/{code}/whistle", get(whistle::at_desk).post(whistle::desk_blow))
        .route("/desk/companies/whistles", get(whistle::figures))
        .route("/desk/companies/policies", get(policies::kitchen))
        .route("/desk/companies/policies/release", post(policies::release))
        .route("/desk/companies/policies/item", get(book::item).post(book::put))
        .route("/desk/companies/policies/document", get(documents::document).post(documents::put))
        .route(
            "/desk/companies/policies/document/file",
            post(documents::file).layer(DefaultBodyLimit::max(company_acts::DOCUMENT_FILE_MOST)),
        )
        .route("/desk/companies/policies/book.xlsx", get(book::book))
        .route("/desk/companies/policies/replay", get(policies::replay))
        .route("/desk/companies/whistles/list", get(whistle::list))
        .route("/desk/companies/c/{code}/unmask", post(desk::unmask))
        .route("/desk/companies/c/{code}/code", post(desk::print_code))
        .route("/desk/companies/c/{code}/account", post(desk::enter_account))
        .route("/desk/companies/c/{code}/claim", post(desk::claim))
        .route("/desk/companies/talks", get(talks::talks).post(talks::plan))
        .route("/desk/companies/talks/{number}", get(talks::talk).post(talks::act))
        .route("/desk/companies/aids", get(aids::aids).post(aids::enter))
        .route("/desk/companies/aids/{code}", get(aids::aid).post(aids::change))
        .route("/desk/companies/orders", get(aids::orders))
        .route("/desk/companies/orders/{number}", get(aids::order).post(aids::act))
        .route("/desk/companies/c/{code}/order", post(desk::order))
        .route("/desk/companies/funds", get(pay::funds).post(pay::new_fund))
        .route("/desk/companies/funds/{code}", get(pay::fund).post(pay::change_fund))
        .route("/desk/companies/funds/{code}/sheet", post(pay::fund_sheet))
        .route("/desk/companies/twins", get(pay::twins))
        .route("/desk/companies/payments", get(pay::payments))
        .route("/desk/companies/payments/{number}", get(pay::payment).post(pay::act))
        .route("/desk/companies/payments/{number}/account", post(pay::account))
        .route("/desk/companies/batches", get(batches::lists).post(batches::draw))
        .route("/desk/companies/batches/{number}", get(batches::list).post(batches::act))
        .route("/desk/companies/batches/{number}/rerun", get(batches::rerun))
        .route("/desk/companies/batches/{number}/pay", post(batches::pay))
        .route("/desk/companies/batches/{number}/sheet", post(batches::sheet))
}

/// Pages for everybody: they pass the rate limit.
pub fn public_routes() -> Router<Kit> {
    Router::new()
        .route("/company", get(own::find_form).post(own::find))
        .route("/c/{code}/{pass}", get(own::show))
        .route("/c/{code}/{pass}/whistle", get(whistle::own).post(whistle::own_blow))
        .route("/c/{code}/{pass}/say", post(own::say))
        .route("/c/{code}/{pass}/renew", post(own::renew))
        .route("/c/{code}/{pass}/account", post(own::account))
        .route("/c/{code}/{pass}/claim", post(own::claim))
        .route("/c/{code}/{pass}/withdraw", post(own::withdraw))
        .route("/c/{code}/{pass}/object", post(own::object))
        .route("/c/{code}/{pass}/order", post(own::order))
        .route("/c/{code}/{pass}/cancel", post(own::cancel))
        .route("/see/p/{number}/{token}", get(pay::see))
        .route("/publicity", get(batches::publicity))
        .route("/publicity/{number}", get(batches::publicity_of))
}
