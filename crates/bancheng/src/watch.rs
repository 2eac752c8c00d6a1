//! 值守: one line of the log for each request and each care, and the addresses that machines ask: `/metrics`, `/healthz`,
//! `/readyz`, on a listener of their own. A line holds numbers and causes, never names or words of people.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use assembly::{House, Tick};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use city::{METER, RequestNote};
use futures_util::FutureExt as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Whether the database answers is known after this, or it does not.
const READY_WITHIN: Duration = Duration::from_secs(3);

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// for people
    #[default]
    Text,
    /// for machines: an object on each line
    Json,
}

/// 日志与监控 / the log, and what machines watch
#[derive(Clone, Debug, Default, clap::Args)]
pub struct WatchArgs {
    /// 日志格式 / form of the log, on standard error
    #[arg(long, env = "BANCHENG_LOG", value_enum, default_value_t)]
    log: Form,
    /// 供监控读取 /metrics、/healthz、/readyz 的地址，不对外 / address for /metrics, /healthz, /readyz; not for the public
    #[arg(long, env = "BANCHENG_WATCH_LISTEN")]
    watch_listen: Option<SocketAddr>,
}

impl WatchArgs {
    /// Begins the log of this process.
    pub fn begin(&self) {
        let to = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false);
        // A second beginning in one process (a demo that serves) keeps the first.
        drop(match self.log {
            Form::Text => to.try_init(),
            Form::Json => to.json().flatten_event(true).try_init(),
        });
    }
    /// The listener for machines, when one is asked for.
    pub async fn listen(&self, app: &House) -> Result<()> {
        let Some(at) = self.watch_listen else { return Ok(()) };
        let listener = tokio::net::TcpListener::bind(at)
            .await
            .with_context(|| format!("不能监听 {at} / cannot listen on {at}"))?;
        let router = machines(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(())
    }
}

/// What machines ask.
fn machines(app: House) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(app)
}

async fn metrics(State(app): State<House>) -> Response {
    match app.metrics().await {
        Ok(text) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
        }
        Err(e) => (StatusCode::SERVICE_UNAVAILABLE, format!("{e}\n")).into_response(),
    }
}

/// Ready is who can read and write, within a few seconds.
async fn ready(State(app): State<House>) -> Response {
    let both = async {
        app.city.office_now().await?;
        app.city.store().submit(|_| Ok::<_, store::StoreError>(())).await?;
        Ok::<_, city::Error>(())
    };
    match tokio::time::timeout(READY_WITHIN, both).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(e)) => (StatusCode::SERVICE_UNAVAILABLE, format!("{e}\n")).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "no answer of the database\n").into_response(),
    }
}

const fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Around every request: gives it its number, counts it, and writes its line. The route is the pattern, not the address:
/// addresses hold numbers, codes and what people search for.
pub async fn around(mut request: Request, next: Next) -> Response {
    let note = RequestNote::default();
    if let Ok(number) = HeaderValue::from_str(note.number()) {
        request.headers_mut().insert(REQUEST_ID, number);
    }
    request.extensions_mut().insert(note.clone());
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |p| p.as_str().to_owned());
    let method = word(request.method());
    let begun = Instant::now();
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut answer = answer.unwrap_or_else(|_| {
        note.broke("panic");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    });
    let (took, status) = (begun.elapsed(), answer.status());
    METER.request(&route, method, status.as_u16(), took);
    if let Ok(number) = HeaderValue::from_str(note.number()) {
        answer.headers_mut().insert(REQUEST_ID, number);
    }
    let ms = took.as_secs_f64() * 1_000.0;
    let ms = (ms * 10.0).round() / 10.0;
    let (number, actor, cause) = (note.number(), note.staff().map_or(0, |s| s.0), note.cause());
    let status = status.as_u16();
    if status >= 500 {
        tracing::error!(target: "request", number, route, method, status, actor, ms, cause);
    } else {
        tracing::info!(target: "request", number, route, method, status, actor, ms, cause);
    }
    answer
}

/// A line for each care of a round that did something or failed.
pub fn round(tick: &Tick) {
    for (care, took) in &tick.took {
        let (n, ms) = (tick.of(care), took.as_millis() as u64);
        if n > 0 {
            tracing::info!(target: "care", care, n, ms);
        }
    }
    for trouble in &tick.troubles {
        let note = RequestNote::default();
        note.failed(&trouble.why);
        tracing::error!(target: "care", care = trouble.care.name, cause = note.cause());
    }
}
