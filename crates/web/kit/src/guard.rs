//! 门卫: what every request passes: same origin for everything that changes something, security headers on
//! every answer, and a bounded rate for what needs no account.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use city::{Network, Way};
use kernel::Said;

use crate::{Kit, Oops};

/// Everything from our own origin, nothing written into a page; no exceptions.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                   worker-src 'self'; manifest-src 'self'; img-src 'self' blob:; form-action 'self'; \
                   base-uri 'none'; frame-ancestors 'none'";

/// A header as text; empty when missing.
pub fn header_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// Did the browser send this from one of our own pages?
fn same_origin(headers: &HeaderMap) -> bool {
    match header_of(headers, "sec-fetch-site") {
        "same-origin" => return true,
        "" => {}
        _ => return false,
    }
    let host = header_of(headers, "host");
    let told = [header_of(headers, "origin"), header_of(headers, "referer")];
    told.iter().find(|t| !t.is_empty()).is_some_and(|from| {
        let rest = from.strip_prefix("https://").or_else(|| from.strip_prefix("http://"));
        !host.is_empty() && rest.and_then(|r| r.split('/').next()) == Some(host)
    })
}

/// Refuses what other sites send, and puts the security headers on every answer.
pub async fn guard(State(kit): State<Kit>, req: Request, next: Next) -> Response {
    let safe = matches!(*req.method(), Method::GET | Method::HEAD);
    let asset = req.uri().path().starts_with("/assets/");
    let mut answer = if safe || same_origin(req.headers()) {
        next.run(req).await
    } else {
        Oops(city::Error::Forbidden(Said::new(
            "请从本网站的页面提交",
            "submit this from a page of this site",
        )))
        .into_response()
    };
    let headers = answer.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    put(header::CONTENT_SECURITY_POLICY, CSP);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if kit.options.secure {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !asset {
        put(header::CACHE_CONTROL, "no-store");
    }
    answer
}

/// Where a request comes from: the peer, or what the trusted proxies in front say when there are any. A header that
/// anybody can write counts for nothing without a proxy.
pub(crate) fn network_of<A>(kit: &Kit<A>, headers: &HeaderMap, extensions: &Extensions) -> Network {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    Network::asking(peer, lines, kit.options.proxy_hops)
}

/// The network of who asks, as the guard sees it.
#[derive(Clone, Copy, Debug)]
pub struct Asking(pub Network);

impl<A: Send + Sync> FromRequestParts<Kit<A>> for Asking {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, kit: &Kit<A>) -> Result<Self, Self::Rejection> {
        Ok(Self(network_of(kit, &parts.headers, &parts.extensions)))
    }
}

/// Middleware for pages and forms that need no account: one network, so many a minute.
pub async fn slow_down(State(kit): State<Kit>, req: Request, next: Next) -> Response {
    let way = if matches!(*req.method(), Method::GET | Method::HEAD) { Way::Page } else { Way::Form };
    let network = network_of(&kit, req.headers(), req.extensions());
    match kit.city.ask_as_stranger(way, network) {
        Ok(()) => next.run(req).await,
        Err(e) => Oops(e).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_send() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            let mut h = HeaderMap::new();
            for (n, v) in pairs {
                h.insert(*n, HeaderValue::from_static(v));
            }
            same_origin(&h)
        };
        assert!(with(&[("sec-fetch-site", "same-origin")]));
        assert!(!with(&[("sec-fetch-site", "same-site"), ("origin", "http://a"), ("host", "a")]));
        assert!(with(&[("origin", "http://a:1"), ("host", "a:1")]));
        assert!(!with(&[("origin", "null"), ("host", "a:1"), ("referer", "http://a:1/")]));
        assert!(with(&[("host", "a:1"), ("referer", "http://a:1/x")]));
        assert!(!with(&[("host", "a:1")]));
    }
}
