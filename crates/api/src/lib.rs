//! 开放: the JSON interface. One file for each operation: what it is, its errors, its handler; the tests call every
//! one of them in every role (`tests/it/matrix.rs`).
//!
//! What is here: sessions, cases and their acts, applications from the question to the delivery, services and ratings of other
//! systems, items, companies and whistles, places of halls, campaigns and walks, bulletins and redesigns to read, figures, feeds of
//! changes, messages, units, limits, calendar, timeliness, the record. What is not: files, logs and what is set up, which have
//! pages only. Both go through the same use cases. The document `openapi.json` is generated from the code. Must not know SQL or pages, and decides nothing: who may do
//! what is decided behind them.

mod acts;
mod auth;
mod body;
mod gate;
mod ops;
mod problem;
mod tag;
mod views;
mod views_application;

use std::sync::Arc;
use std::time::Duration;

use assembly::House;
use axum::Router;
use tokio::sync::Semaphore;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use problem::Problem;

/// How the interface behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Requests that are worked on at the same time; one more is answered 503 at once.
    pub in_flight_max: usize,
    /// How long one request may take.
    pub patience: Duration,
    /// Bytes of a body.
    pub body_bytes_max: usize,
    /// Own proxies in front, each of which adds one address to `X-Forwarded-For`.
    pub proxy_hops: u8,
}

impl Default for Options {
    fn default() -> Self {
        Self { in_flight_max: 256, patience: Duration::from_secs(10), body_bytes_max: 1 << 20, proxy_hops: 0 }
    }
}

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct Api(Arc<Inner>);

pub(crate) struct Inner {
    pub house: House,
    pub options: Options,
    pub gate: gate::Gate,
    pub long_work: Semaphore,
}

impl std::ops::Deref for Api {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "办成 Bancheng",
        description = "走流程·解难题·优服务的开放接口。错误一律为 application/problem+json;\
                       写请求可带 Idempotency-Key,重发不重办;件的版本在 ETag 中,If-Match 防止覆盖他人的办理。",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/api/v1")),
    modifiers(&Security),
    components(schemas(problem::ProblemBody))
)]
struct Document;

struct Security;
impl utoipa::Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
        let parts = openapi.components.get_or_insert_default();
        parts.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(auth::COOKIE));
        parts.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

/// All operations with their description.
fn operations() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(ops::sign_in::sign_in))
        .routes(routes!(ops::sign_out::sign_out))
        .routes(routes!(ops::me::me))
        .routes(routes!(ops::make_token::make_token))
        .routes(routes!(ops::list_cases::list_cases, ops::register_case::register_case))
        .routes(routes!(ops::read_case::read_case))
        .routes(routes!(ops::case_events::case_events))
        .routes(routes!(ops::case_clock::case_clock))
        .routes(routes!(ops::act::act))
        .routes(routes!(ops::unmask_contact::unmask_contact))
        .routes(routes!(ops::lodge::lodge))
        .routes(routes!(ops::follow::follow))
        .routes(routes!(ops::act_as_resident::act_as_resident))
        .routes(routes!(ops::services_next::list_services))
        .routes(routes!(ops::services_next::services_next))
        .routes(routes!(ops::push_services::push_services))
        .routes(routes!(ops::push_services::push_ratings))
        .routes(routes!(ops::list_applications::list_applications, ops::begin_application::begin_application))
        .routes(routes!(ops::read_application::read_application))
        .routes(routes!(ops::send_application::application_form, ops::send_application::send_application))
        .routes(routes!(ops::act_on_application::act_on_application))
        .routes(routes!(ops::changes::case_changes))
        .routes(routes!(ops::changes::application_changes))
        .routes(routes!(ops::items::list_items))
        .routes(routes!(ops::items::read_item))
        .routes(routes!(ops::companies::read_company))
        .routes(routes!(ops::companies::blow_whistle))
        .routes(routes!(ops::halls::earliest_slots))
        .routes(routes!(ops::halls::book))
        .routes(routes!(ops::halls::read_booking))
        .routes(routes!(ops::bulletins::list_bulletins))
        .routes(routes!(ops::bulletins::read_bulletin))
        .routes(routes!(ops::redesigns::list_redesigns))
        .routes(routes!(ops::campaigns::list_campaigns))
        .routes(routes!(ops::campaigns::list_walks))
        .routes(routes!(ops::figure_board::figure_board))
        .routes(routes!(ops::list_units::list_units))
        .routes(routes!(ops::read_limits::read_limits, ops::write_limits::write_limits))
        .routes(routes!(ops::import_calendar::import_calendar))
        .routes(routes!(ops::calendar_due::calendar_due))
        .routes(routes!(ops::timeliness::timeliness))
        .routes(routes!(ops::list_seals::list_seals))
        .routes(routes!(ops::verify_ledger::verify_ledger))
        .routes(routes!(ops::messages::messages))
        .routes(routes!(ops::healthz::healthz))
        .routes(routes!(ops::readyz::readyz))
        .routes(routes!(ops::openapi::openapi))
}

/// The description of the interface.
pub fn document() -> utoipa::openapi::OpenApi {
    operations().into_openapi()
}

/// The interface over a system, to be mounted at `/api/v1`.
///
/// Give the client's address with `into_make_service_with_connect_info::<SocketAddr>()`; without it all
/// strangers share one bucket.
pub fn router(house: House, options: Options) -> Router {
    let api = Api(Arc::new(Inner {
        house,
        gate: gate::Gate::new(options.in_flight_max),
        long_work: Semaphore::new(1),
        options,
    }));
    let (routes, _) = operations().split_for_parts();
    routes
        .fallback(|| async { Problem::no_such_place() })
        .method_not_allowed_fallback(|| async { Problem::no_such_method() })
        .layer(axum::middleware::from_fn_with_state(api.clone(), gate::around))
        .with_state(api)
}
