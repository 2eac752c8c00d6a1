//! The gate around every request: sheds load before queues grow, gives each request a number and a time
//! limit, catches panics, and writes problems in the reader's language.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use city::RequestNote;
use futures_util::FutureExt as _;

use crate::Api;
use crate::problem::{Problem, Tongue};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where something new begins.
const BEGINS: [&str; 3] = ["/cases", "/lodge", "/sessions"];
/// Reading the whole record takes as long as it takes.
const LONG: Duration = Duration::from_secs(600);

pub(crate) struct Gate {
    inside: AtomicUsize,
    most: usize,
    /// start of the process, so that numbers of two runs differ
    run: u64,
    count: AtomicU64,
}

struct Inside<'a>(&'a AtomicUsize);
impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

impl Gate {
    pub(crate) fn new(most: usize) -> Self {
        let run = store::system_clock().us() as u64;
        Self { inside: AtomicUsize::new(0), most: most.max(1), run, count: AtomicU64::new(0) }
    }
    /// Lets one in. What begins something new (a case, a session) is turned away first, so that what was
    /// begun can be finished: otherwise a rush ends with many half-done matters and few whole ones.
    fn enter(&self, begins: bool) -> Option<Inside<'_>> {
        let most = if begins { (self.most * 5 / 8).max(1) } else { self.most };
        if self.inside.fetch_add(1, Ordering::Acquire) < most {
            return Some(Inside(&self.inside));
        }
        self.inside.fetch_sub(1, Ordering::Release);
        None
    }
    fn number(&self, request: &Request) -> String {
        let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
        match given.filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())) {
            Some(id) => id.to_owned(),
            None => format!("{:x}-{:x}", self.run, self.count.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

/// Around every request.
pub(crate) async fn around(State(api): State<Api>, request: Request, next: Next) -> Response {
    let note = request.extensions().get::<RequestNote>().cloned();
    let id = note.as_ref().map_or_else(|| api.gate.number(&request), |n| n.number().to_owned());
    let tongue = {
        let accept = request.headers().get(header::ACCEPT_LANGUAGE);
        Tongue::of(accept.and_then(|v| v.to_str().ok()))
    };
    let path = request.uri().path();
    // The one who asks whether the house stands must be answered when it is full.
    let is_probe = path.ends_with("/healthz") || path.ends_with("/readyz");
    let patience = if path.ends_with("/ledger/verify") { LONG } else { api.options.patience };
    let begins = request.method() == Method::POST && BEGINS.iter().any(|end| path.ends_with(end));
    let inside = api.gate.enter(begins);
    let mut response = if inside.is_none() && !is_probe {
        Problem::busy().into_response()
    } else {
        let work = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(patience, work).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => Problem::fault().into_response(),
            Err(_) => Problem::took_too_long().into_response(),
        }
    };
    drop(inside);
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        note.inspect(|n| problem.note_in(n));
        let allow = response.headers_mut().remove(header::ALLOW);
        response = problem.render(tongue, &id);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_something_is_turned_away_first() {
        let gate = Gate::new(8);
        let begun: Vec<_> = (0..6).map_while(|_| gate.enter(true)).collect();
        assert_eq!(begun.len(), 5);
        let others: Vec<_> = (0..6).map_while(|_| gate.enter(false)).collect();
        assert_eq!(others.len(), 3);
        drop((begun, others));
        assert!(gate.enter(true).is_some(), "who leaves makes room");
    }
}
