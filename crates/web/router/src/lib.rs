//! 页: the one router over the portal and the workbench, behind the guard. `docs/web.md`.
//!
//! Knows which crate has which pages, joins their navigation and assets, and knows in which order a request
//! passes: guard, errors as pages, rate of public forms, page. Must not know any page.

mod sheets_out;
mod slots;

use std::sync::Arc;

use assembly::House;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use web_kit::{
    Area, Asset, CSS, FrontPlace, JS, Kit, ListOf, Oops, Site, Text, asset, errors_as_pages, guard,
    keep_draft, keep_view, prefs, slow_down, views_page,
};

pub use web_kit::Options;

/// Largest body of a form, bytes.
const FORM_MAX: usize = 1 << 20;

/// The areas of the workbench in their order.
pub const AREAS: &[Area] = &[
    Area { text: resolve_pages::home_area, places: &[resolve_pages::HOME] },
    Area {
        text: resolve_pages::area,
        places: &[resolve_pages::PLACES, hotline_pages::PLACES, cells_pages::PLACES],
    },
    Area { text: service_pages::area, places: &[service_pages::PLACES] },
    Area { text: company_pages::area, places: &[company_pages::PLACES] },
    Area { text: hall_pages::area, places: &[hall_pages::PLACES] },
    Area { text: walk_pages::area, places: &[walk_pages::PLACES, catalogue_pages::PLACES] },
    Area { text: optimise_pages::area, places: &[optimise_pages::PLACES] },
    Area { text: supervise_pages::area, places: &[supervise_pages::PLACES] },
    Area { text: papers_pages::area, places: &[papers_pages::PLACES] },
    Area { text: people_pages::messages_area, places: &[people_pages::MESSAGES] },
    Area {
        text: people_pages::office_area,
        places: &[people_pages::OFFICE, imports_pages::PLACES, seals_pages::PLACES],
    },
];

/// Pages of the workbench and the place that each belongs to, where its address does not say so.
pub const BELOW: &[(&str, &str)] = &[
    ("/desk/case", "/desk/cases"),
    ("/desk/answers", "/desk/cases"),
    ("/desk/receipt", "/desk/register"),
    ("/desk/publish", "/desk/cases"),
    ("/desk/outreach", "/desk/office"),
    ("/desk/rosters", "/desk/halls"),
    ("/desk/handovers", "/desk/halls"),
    ("/desk/views/cases", "/desk/cases"),
    ("/desk/views/ratings", "/desk/ratings"),
];

/// The lists that have views and columns of their own.
pub const LISTS: &[&[ListOf]] = &[resolve_pages::LISTS, supervise_pages::LISTS];

/// The navigation of the portal.
pub const FRONT: &[&[FrontPlace]] = &[
    catalogue_pages::FRONT,
    service_pages::FRONT,
    hall_pages::FRONT,
    resolve_pages::FRONT,
    company_pages::FRONT,
];

/// The style sheet, from its sections in their order: later ones override earlier ones.
const STYLE: &str = concat!(
    include_str!("../assets/style/1-frame.css"),
    include_str!("../assets/style/2-parts.css"),
    include_str!("../assets/style/3-tables.css"),
    include_str!("../assets/style/4-figures.css"),
    include_str!("../assets/style/5-redesign.css"),
    include_str!("../assets/style/6-desk.css"),
    include_str!("../assets/style/7-hall.css"),
    include_str!("../assets/style/8-wall.css"),
    include_str!("../assets/style/9-paper.css"),
);

/// What every page shares in the browser: here and not in the kit, so that a line of style makes no page build again.
const SHARED: &[Asset] = &[
    Asset { plain: "style.css", kind: CSS, bytes: STYLE.as_bytes() },
    Asset { plain: "icon.svg", kind: "image/svg+xml", bytes: include_bytes!("../assets/icon.svg") },
    Asset { plain: "desk.js", kind: JS, bytes: include_bytes!("../assets/desk.js") },
    Asset { plain: "picture.js", kind: JS, bytes: include_bytes!("../assets/picture.js") },
];
const ASSETS: &[&[Asset]] = &[
    SHARED,
    portal::ASSETS,
    walk_pages::ASSETS,
    hall_pages::ASSETS,
    optimise_pages::ASSETS,
    imports_pages::ASSETS,
    supervise_pages::ASSETS,
];

/// Every text of every page: the crate, its own words, then each of its rooms.
pub const TEXTS: &[(&str, &[&[Text]])] = &[
    ("web-kit", &[web_kit::COMMON_TEXTS]),
    ("portal", portal::texts::ALL),
    ("catalogue-pages", catalogue_pages::texts::ALL),
    ("walk-pages", walk_pages::texts::ALL),
    ("resolve-pages", resolve_pages::texts::ALL),
    ("service-pages", service_pages::texts::ALL),
    ("company-pages", company_pages::texts::ALL),
    ("hall-pages", hall_pages::texts::ALL),
    ("optimise-pages", optimise_pages::texts::ALL),
    ("supervise-pages", supervise_pages::texts::ALL),
    ("people-pages", people_pages::texts::ALL),
    ("imports-pages", imports_pages::texts::ALL),
    ("outbox-pages", outbox_pages::texts::ALL),
    ("seals-pages", seals_pages::texts::ALL),
    ("papers-pages", papers_pages::texts::ALL),
    ("cells-pages", cells_pages::texts::ALL),
    ("hotline-pages", hotline_pages::texts::ALL),
];

/// All pages over the house.
pub fn router(house: &House, options: Options) -> Router {
    let kit = Kit::new(house.city.clone(), options, Site::new(AREAS, BELOW, FRONT, ASSETS, LISTS));
    let rooms = Rooms::of(house, &kit);
    let slots = Arc::new(slots::of_cases(&rooms));
    let public = portal::routes()
        .with_state(rooms.portal.clone())
        .merge(seals_pages::public_routes().with_state(rooms.seals.clone()))
        .merge(resolve_pages::public_routes(Arc::clone(&slots)).with_state(rooms.resolve.clone()))
        .merge(people_pages::public_routes().with_state(rooms.people.clone()))
        .merge(supervise_pages::public_routes().with_state(rooms.supervise.clone()))
        .merge(catalogue_pages::public_routes().with_state(rooms.catalogue.clone()))
        .merge(walk_pages::public_routes().with_state(rooms.walk.clone()))
        .merge(service_pages::public_routes().with_state(rooms.service.clone()))
        .merge(company_pages::public_routes().with_state(rooms.company.clone()))
        .merge(outbox_pages::public_routes().with_state(rooms.outbox.clone()))
        .merge(hall_pages::public_routes().with_state(rooms.hall.clone()))
        .layer(from_fn_with_state(kit.clone(), slow_down));
    Router::new()
        .merge(public)
        .merge(resolve_pages::routes(slots).with_state(rooms.resolve))
        .merge(people_pages::routes().with_state(rooms.people))
        .merge(imports_pages::routes().with_state(rooms.imports))
        .merge(outbox_pages::routes().with_state(rooms.outbox))
        .merge(seals_pages::routes().with_state(rooms.seals))
        .merge(papers_pages::routes().with_state(rooms.papers))
        .merge(cells_pages::routes().with_state(rooms.cells))
        .merge(hotline_pages::routes().with_state(rooms.hotline))
        .merge(optimise_pages::routes().with_state(rooms.optimise))
        .merge(supervise_pages::routes().with_state(rooms.supervise))
        .merge(catalogue_pages::routes().with_state(rooms.catalogue))
        .merge(walk_pages::routes().with_state(rooms.walk))
        .merge(service_pages::routes().with_state(rooms.service))
        .merge(company_pages::routes().with_state(rooms.company))
        .merge(hall_pages::routes().with_state(rooms.hall))
        .route("/prefs", post(prefs))
        .route("/desk/drafts", post(keep_draft))
        .route("/desk/views/{list}", get(views_page).post(keep_view))
        .fallback(async || Oops(city::Error::NotFound))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(from_fn_with_state(kit.clone(), sheets_out::as_workbook))
        .layer(from_fn_with_state(kit.clone(), errors_as_pages))
        // Who asks for a picture or whether the house stands is not looked up.
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(|| async { "ok" }))
        .layer(from_fn_with_state(kit.clone(), guard))
        .layer(CompressionLayer::new())
        .with_state(kit)
}

/// Where other cities and hotlines send their messages: from no page of this site, so beside the pages and their guard; what they send is
/// signed.
pub fn between(house: &House) -> Router {
    cells_pages::between(house.cells.clone()).merge(hotline_pages::between(house.hotlines.clone()))
}

/// What each crate of pages may ask.
pub(crate) struct Rooms {
    pub catalogue: catalogue_pages::Kit,
    pub walk: walk_pages::Kit,
    pub service: service_pages::Kit,
    pub company: company_pages::Kit,
    pub hall: hall_pages::Kit,
    pub resolve: resolve_pages::Kit,
    pub optimise: optimise_pages::Kit,
    pub supervise: supervise_pages::Kit,
    pub people: people_pages::Kit,
    pub imports: imports_pages::Kit,
    pub outbox: outbox_pages::Kit,
    pub seals: seals_pages::Kit,
    pub papers: papers_pages::Kit,
    pub cells: cells_pages::Kit,
    pub hotline: hotline_pages::Kit,
    pub portal: portal::Kit,
}

impl Rooms {
    fn of(house: &House, kit: &Kit) -> Self {
        let House {
            people,
            items,
            catalogue,
            walks,
            cases,
            redesigns,
            logs,
            supervision,
            services,
            companies,
            imports,
            outbox,
            halls,
            seals,
            papers,
            cells,
            hotlines,
            ..
        } = house.clone();
        Self {
            catalogue: kit.with(catalogue_pages::Acts { catalogue, items: items.clone() }),
            walk: kit.with(walk_pages::Acts { walks, items: items.clone() }),
            service: kit.with(service_pages::Acts { services }),
            company: kit.with(company_pages::Acts { companies }),
            hall: kit.with(hall_pages::Acts { halls, items: items.clone() }),
            resolve: kit.with(resolve_pages::Acts { cases }),
            optimise: kit.with(optimise_pages::Acts { redesigns, logs, items }),
            supervise: kit.with(supervise_pages::Acts { supervision, papers: papers.clone() }),
            people: kit.with(people_pages::Acts { people }),
            imports: kit.with(imports_pages::Acts { imports }),
            outbox: kit.with(outbox_pages::Acts { outbox }),
            portal: kit.with(portal::Acts { seals: seals.clone() }),
            papers: kit.with(papers_pages::Acts { papers, seals: seals.clone() }),
            seals: kit.with(seals_pages::Acts { seals }),
            cells: kit.with(cells_pages::Acts { cells }),
            hotline: kit.with(hotline_pages::Acts { hotlines }),
        }
    }
}

/// The token of the one-time set-up address of a system without accounts: 64 hexadecimal digits, printed by the program
/// and given back in [`Options::setup_token`]. It follows from the secret of the city, so that the address that one node
/// printed opens at every other.
pub fn setup_token(house: &House) -> String {
    house.city.vault().setup_token()
}
