//! Who asks: a token in `Authorization`, or the session cookie of the pages.
//!
//! A cookie is sent by a browser whoever made the page, so with a cookie a write must come from our own
//! pages (`Sec-Fetch-Site`, else `Origin`).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use city::{Network, RequestNote, Way};
use kernel::Actor;
use store::office::StaffRow;

use crate::Api;
use crate::problem::Problem;

/// The session cookie of the pages.
pub(crate) const COOKIE: &str = "__Host-session";
const TOKEN_MAX: usize = 128;

/// Somebody with an account.
pub(crate) struct Signed {
    pub staff: Arc<StaffRow>,
    pub token: String,
}

impl Signed {
    /// How they act.
    pub(crate) fn actor(&self) -> Actor {
        self.staff.actor()
    }
}

impl FromRequestParts<Api> for Signed {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let sign_in = || Problem::from(city::Error::SignIn);
        let (token, by_cookie) = token_of(&parts.headers).ok_or_else(sign_in)?;
        if by_cookie && !matches!(parts.method, Method::GET | Method::HEAD) && !from_our_pages(&parts.headers)
        {
            let zh = "此请求不是从本系统页面发出的，已拒绝";
            let en = "this request did not come from our own pages: refused";
            return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", zh, en));
        }
        let staff = match api.house.city.known(token) {
            Some(staff) => staff,
            None => Arc::new(api.house.city.who(token).await?),
        };
        if by_cookie && staff.lent {
            let zh = "现在的密码是别人给的初始密码，请先登录页面换成自己的";
            let en =
                "your password is one that somebody gave you: sign in on the pages and make your own first";
            return Err(Problem::new(StatusCode::FORBIDDEN, "first_password", zh, en));
        }
        if api.house.city.owes_factor(&staff) {
            let zh = "您的岗位必须启用动态验证码，请先登录页面启用";
            let en = "your role needs a second factor: sign in on the pages and set it up first";
            return Err(Problem::new(StatusCode::FORBIDDEN, "second_factor", zh, en));
        }
        if let Some(note) = parts.extensions.get::<RequestNote>() {
            note.asked_by(staff.id);
        }
        Ok(Self { staff, token: token.to_owned() })
    }
}

/// The token, and whether it came in the cookie.
fn token_of(headers: &HeaderMap) -> Option<(&str, bool)> {
    let fits = |t: &&str| (16..=TOKEN_MAX).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric());
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = given.to_str().ok()?.split_once(' ')?;
        let token = token.trim();
        return (scheme.eq_ignore_ascii_case("bearer")).then_some(token).filter(fits).map(|t| (t, false));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let named = |c: &'_ str| c.trim().split_once('=').is_some_and(|(name, _)| name == COOKIE);
    let found = cookies.flat_map(|line| line.split(';')).find(|c| named(c))?;
    found.trim().split_once('=').map(|(_, token)| token).filter(fits).map(|t| (t, true))
}

fn from_our_pages(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|v: &axum::http::HeaderValue| v.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    origin.split_once("://").is_some_and(|(_, from)| from == host)
}

/// Who is signed in where no account is needed: residents have none, staff must not pass for them.
pub(crate) struct AsWho(pub Option<Actor>);

impl FromRequestParts<Api> for AsWho {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if token_of(&parts.headers).is_none() {
            return Ok(Self(None));
        }
        match Signed::from_request_parts(parts, api).await {
            Ok(signed) => Ok(Self(Some(signed.actor()))),
            Err(p) if p.is_sign_in() => Ok(Self(None)),
            Err(p) => Err(p),
        }
    }
}

/// Where a stranger asks from: passes only while there is something left for that network.
pub(crate) struct Stranger(pub Network);

impl FromRequestParts<Api> for Stranger {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let lines = parts.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let network = Network::asking(peer, lines, api.options.proxy_hops);
        api.house.city.ask_as_stranger(Way::Form, network)?;
        Ok(Self(network))
    }
}

/// Somebody who reads what is public: an account, or a stranger while there is something left for that network.
pub(crate) struct Looker;

impl FromRequestParts<Api> for Looker {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if token_of(&parts.headers).is_some() && Signed::from_request_parts(parts, api).await.is_ok() {
            return Ok(Self);
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let lines = parts.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let network = Network::asking(peer, lines, api.options.proxy_hops);
        api.house.city.ask_as_stranger(Way::Page, network)?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_with_a_cookie_must_come_from_our_pages() {
        let ours = |list: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in list {
                headers.insert(*name, value.parse().unwrap());
            }
            from_our_pages(&headers)
        };
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(!ours(&[("sec-fetch-site", "cross-site"), ("origin", "https://a.cn"), ("host", "a.cn")]));
        assert!(ours(&[("origin", "https://a.cn"), ("host", "a.cn")]));
        assert!(!ours(&[("origin", "https://b.cn"), ("host", "a.cn")]));
        assert!(!ours(&[("host", "a.cn")]));
    }
}
