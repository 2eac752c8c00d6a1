//! Versions in headers: `ETag`, `If-Match`, `If-None-Match`; and the pages of lists as opaque cursors.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::Moment;
use resolve::Word as _;

use crate::Api;
use crate::problem::Problem;

/// What a case looks like to a reader: its version, and what only time changes about it (day and light).
pub(crate) fn etag(view: &resolve_acts::CaseView, now: Moment) -> String {
    let light = view.clock.as_ref().map_or("off", |c| c.light.word());
    format!("\"{}.{}.{light}\"", view.case.ver, now.day_number())
}

/// Is the reader's copy still good?
pub(crate) fn unchanged(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    given.is_some_and(|list| {
        list.split(',').any(|t| t.trim().trim_start_matches("W/") == etag || t.trim() == "*")
    })
}

pub(crate) fn header_of(etag: &str) -> HeaderValue {
    HeaderValue::from_str(etag).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// The version that `If-Match` names: an `ETag` of this interface, or the bare version `"7"`.
pub(crate) struct Expect(pub Option<i64>);

impl FromRequestParts<Api> for Expect {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let Some(given) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let bad = || {
            let zh = "If-Match 须是读取本件时得到的 ETag";
            let en = "If-Match must be the ETag with which the case was read";
            Problem::malformed(zh, en).at("If-Match")
        };
        let text = given.to_str().map_err(|_| bad())?.trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).ok_or_else(bad)?;
        let version = inner.split('.').next().unwrap_or_default();
        version.parse().map(|v| Self(Some(v))).map_err(|_| bad())
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A place in a list, as clients hand it back: 16 bytes in base64url.
pub(crate) fn cursor_text(at: (i64, i64)) -> String {
    let n = (at.0 as u64 as u128) << 64 | at.1 as u64 as u128;
    (0..22).map(|i| DIGITS[((n >> (126 - 6 * i)) & 63) as usize] as char).collect()
}

pub(crate) fn cursor_of(text: &str) -> Result<(i64, i64), Problem> {
    let bad =
        || Problem::invalid("cursor", "cursor 须原样取自上一页", "take the cursor from the page before");
    if text.len() != 22 {
        return Err(bad());
    }
    let mut n = 0u128;
    for (i, b) in text.bytes().enumerate() {
        let digit = DIGITS.iter().position(|d| *d == b).ok_or_else(bad)? as u128;
        // The first digit carries the two bits that 21 others leave.
        if i == 0 && digit > 3 {
            return Err(bad());
        }
        n = n << 6 | digit;
    }
    Ok(((n >> 64) as u64 as i64, n as u64 as i64))
}

/// 304 with its tag.
pub(crate) fn not_modified(etag: &str) -> axum::response::Response {
    use axum::response::IntoResponse as _;
    (StatusCode::NOT_MODIFIED, [(header::ETAG, header_of(etag))]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for at in
            [(0, 0), (1, 2), (i64::MAX, 7), (-1, -1), (i64::MIN, i64::MAX), (1_790_000_000_000_000, 120_000)]
        {
            let text = cursor_text(at);
            assert_eq!(text.len(), 22);
            assert_eq!(cursor_of(&text).unwrap(), at, "{text}");
        }
        for bad in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAA*", "_AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA"]
        {
            assert!(cursor_of(bad).is_err(), "{bad}");
        }
    }
}
