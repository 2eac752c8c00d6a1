//! Errors as RFC 9457 `application/problem+json`, in the reader's language.
//!
//! [`city::Error`] is mapped exhaustively: a new variant does not compile until it has a status here.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use city::{Error, RequestNote};
use kernel::Said;
use resolve::{Refusal, RefusalCode, Word as _};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// Why a request was not done. Carried in the response until the gate writes it in the reader's language.
#[derive(Clone, Debug)]
pub struct Problem(Box<Facts>);

#[derive(Clone, Debug)]
struct Facts {
    status: StatusCode,
    code: &'static str,
    said: Said,
    field: Option<String>,
    allowed: Vec<&'static str>,
    retry_after_s: Option<u32>,
    /// for the log of the house, never for the reader
    cause: Option<Error>,
}

/// 出错说明 (RFC 9457)
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// 错误类别 `urn:bancheng:problem:CODE`
    #[serde(rename = "type")]
    kind: String,
    /// HTTP 状态
    status: u16,
    /// 一句话:是什么
    title: String,
    /// 具体原因和怎么办,按 Accept-Language 用中文或英文
    detail: String,
    /// 出错的字段
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// 此刻可以做的动作
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<&'static str>,
    /// 请求编号,报修时请告知
    instance: String,
}

/// A language of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    Zh,
    En,
}

impl Tongue {
    /// The first of Chinese and English with the highest weight in `Accept-Language`; Chinese when neither.
    pub(crate) fn of(accept: Option<&str>) -> Self {
        let mut best = (Self::Zh, 0.0);
        for part in accept.unwrap_or_default().split(',').take(20) {
            let mut pieces = part.split(';');
            let name = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let q = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            let tongue = match name.split('-').next() {
                Some("zh") => Self::Zh,
                Some("en") => Self::En,
                _ => continue,
            };
            if q > best.1 {
                best = (tongue, q);
            }
        }
        best.0
    }
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::said(status, code, Said::new(zh, en))
    }
    fn said(status: StatusCode, code: &'static str, said: Said) -> Self {
        let facts =
            Facts { status, code, said, field: None, allowed: Vec::new(), retry_after_s: None, cause: None };
        Self(Box::new(facts))
    }
    /// Notes, for the log, why the request was not done.
    pub(crate) fn note_in(&self, note: &RequestNote) {
        match &self.0.cause {
            Some(e) => note.failed(e),
            None => note.broke(self.0.code),
        }
    }
    /// Nobody is signed in.
    pub(crate) fn is_sign_in(&self) -> bool {
        self.0.status == StatusCode::UNAUTHORIZED
    }
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }
    pub(crate) fn retry(mut self, after_s: u32) -> Self {
        self.0.retry_after_s = Some(after_s);
        self
    }
    pub(crate) fn malformed(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", zh, en)
    }
    pub(crate) fn invalid(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", zh, en).at(field)
    }
    pub(crate) fn busy() -> Self {
        let (zh, en) = ("系统正忙，请稍后再试", "busy, try again in a moment");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", zh, en).retry(1)
    }
    pub(crate) fn too_often(after_s: u32) -> Self {
        let (zh, en) = ("操作过于频繁，请稍后再试", "too many requests, try again later");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_often", zh, en).retry(after_s)
    }
    pub(crate) fn no_such_place() -> Self {
        let (zh, en) = ("没有这个地址，见 /api/v1/openapi.json", "no such address, see /api/v1/openapi.json");
        Self::new(StatusCode::NOT_FOUND, "no_such_place", zh, en)
    }
    pub(crate) fn no_such_method() -> Self {
        let (zh, en) =
            ("这个地址不支持此方法，见 Allow", "this address does not take this method, see Allow");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", zh, en)
    }
    pub(crate) fn fault() -> Self {
        let zh = "程序出错，没有办成，请把请求编号告诉维护人员";
        let en = "a fault of the program, nothing was done: tell its maintainers the number of the request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", zh, en)
    }
    pub(crate) fn took_too_long() -> Self {
        let zh = "处理超时；是否办成尚不确定，请查看后再决定是否重试（带 Idempotency-Key 可放心重发）";
        let en = "it took too long and may have been done or not: look before you try again (with an \
                  Idempotency-Key it is safe to send it again)";
        Self::new(StatusCode::GATEWAY_TIMEOUT, "took_too_long", zh, en)
    }

    /// The answer in one language.
    pub(crate) fn render(&self, tongue: Tongue, request: &str) -> Response {
        let (title, detail) = match tongue {
            Tongue::Zh => (title_zh(self.0.status), &self.0.said.zh),
            Tongue::En => (self.0.status.canonical_reason().unwrap_or("error"), &self.0.said.en),
        };
        let body = ProblemBody {
            kind: format!("urn:bancheng:problem:{}", self.0.code),
            status: self.0.status.as_u16(),
            title: title.to_owned(),
            detail: detail.clone(),
            field: self.0.field.clone(),
            allowed: self.0.allowed.clone(),
            instance: request.to_owned(),
        };
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.0.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(match tongue {
                Tongue::Zh => "zh",
                Tongue::En => "en",
            }),
        );
        if let Some(s) = self.0.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(s));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

const fn title_zh(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "请求有误",
        401 => "请先登录",
        403 => "没有权限",
        404 => "没有找到",
        405 => "不支持的方法",
        409 => "当前不能这样办",
        412 => "已被他人更新",
        413 => "内容过大",
        415 => "不支持的内容类型",
        422 => "内容不合要求",
        429 => "操作过于频繁",
        431 => "请求头过大",
        503 => "暂时无法处理",
        504 => "处理超时",
        507 => "存储已满",
        _ => "系统出错",
    }
}

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        let cause = Some(e.clone());
        let mut problem = Self::of(e);
        problem.0.cause = cause;
        problem
    }
}

impl Problem {
    fn of(e: Error) -> Self {
        use StatusCode as S;
        match e {
            Error::SignIn => Self::new(S::UNAUTHORIZED, "sign_in", "请先登录", "sign in first"),
            Error::NotSignedIn(said) => Self::said(S::UNAUTHORIZED, "not_signed_in", said),
            Error::NotFound => {
                let (zh, en) = ("没有找到，或无权查看", "not found, or not yours to see");
                Self::new(S::NOT_FOUND, "not_found", zh, en)
            }
            Error::Forbidden(said) => Self::said(S::FORBIDDEN, "forbidden", said),
            Error::Refused(refusal) => Self::from(*refusal),
            Error::Invalid { field, said } => Self::said(S::UNPROCESSABLE_ENTITY, "invalid", said).at(field),
            Error::Changed(e) => Self::said(S::PRECONDITION_FAILED, "changed", both(&e)),
            Error::Behind { .. } => {
                Self::said(S::SERVICE_UNAVAILABLE, "behind", Said::of_both(&e.to_string()))
            }
            Error::TooOften { after_s } => Self::too_often(after_s),
            Error::Store(e) => Self::from(e),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(r: Refusal) -> Self {
        use RefusalCode as C;
        let status = match r.code {
            C::NotYours => StatusCode::FORBIDDEN,
            C::NeedsText
            | C::TooLong
            | C::SameUnit
            | C::TooLongExtension
            | C::BadDate
            | C::NoSuchTask
            | C::NothingPlanned
            | C::OwnCase => StatusCode::UNPROCESSABLE_ENTITY,
            C::NotAtThisStage
            | C::TooManyReturns
            | C::SamePerson
            | C::AfterExpiry
            | C::NoExtensionAsked
            | C::ExtensionPending
            | C::AlreadyPaused
            | C::NotPaused
            | C::TooManyPauses
            | C::StillOpen
            | C::NotReached
            | C::CauseOwed
            | C::HasMerged
            | C::NotDue => StatusCode::CONFLICT,
        };
        let mut problem = Self::said(status, r.code.word(), r.said);
        problem.0.field = r.field;
        problem.0.allowed = r.allowed.into_iter().map(resolve::Word::word).collect();
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(e: StoreError) -> Self {
        use StatusCode as S;
        use StoreError as E;
        let later = |code, after| Self::said(S::SERVICE_UNAVAILABLE, code, both(&e)).retry(after);
        match &e {
            E::Conflict { .. } => Self::said(S::PRECONDITION_FAILED, "changed", both(&e)),
            E::Duplicate { what } => Self::said(S::CONFLICT, "exists", both(&e)).at(column(what)),
            E::Busy => Self::busy(),
            E::Full(_) => Self::said(S::INSUFFICIENT_STORAGE, "full", bare(&e)),
            E::ReadOnly(_) | E::CannotOpen(_) | E::Disk(_) => {
                Self::said(S::SERVICE_UNAVAILABLE, "store", bare(&e)).retry(30)
            }
            E::Locked(_) | E::Lost(_) => Self::said(S::SERVICE_UNAVAILABLE, "store", bare(&e)).retry(5),
            E::ClockBack { .. } => later("clock_back", 60),
            E::ClockAhead { .. } => later("clock_ahead", 60),
            E::Closed => later("closing", 5),
            E::Unknown(_) => Self::said(S::INTERNAL_SERVER_ERROR, "unknown_outcome", bare(&e)),
            E::KeyReused => Self::said(S::UNPROCESSABLE_ENTITY, "key_reused", both(&e)).at("Idempotency-Key"),
            E::Unacceptable(_) => Self::said(S::UNPROCESSABLE_ENTITY, "unacceptable", both(&e)),
            E::Damaged(_) => Self::said(S::INTERNAL_SERVER_ERROR, "damaged", bare(&e)),
            E::NewerSchema { .. }
            | E::LeaseLost(_)
            | E::WrongKeys(_)
            | E::RolledBack(_)
            | E::BadBackup(_)
            | E::Bug(_) => Self::fault(),
        }
    }
}

/// Both halves of a message “中文 / English”.
fn both(e: &StoreError) -> Said {
    Said::of_both(&e.to_string())
}
/// The same without what the engine said: that is for the log of the server, not for strangers.
fn bare(e: &StoreError) -> Said {
    let said = both(e);
    let cut = said.en.find(" (").map_or(said.en.as_str(), |i| &said.en[..i]);
    Said::new(said.zh.clone(), cut)
}
/// `staff.login` → `login`
fn column(what: &str) -> String {
    what.rsplit('.').next().unwrap_or(what).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_weighs_most() {
        for (accept, is) in [
            (None, Tongue::Zh),
            (Some("en"), Tongue::En),
            (Some("fr, en;q=0.5"), Tongue::En),
            (Some("en;q=0.5, zh-CN;q=0.9"), Tongue::Zh),
            (Some("en-GB,zh;q=0.9"), Tongue::En),
            (Some("fr"), Tongue::Zh),
            (Some(";;q=,,"), Tongue::Zh),
        ] {
            assert_eq!(Tongue::of(accept), is, "{accept:?}");
        }
    }

    #[test]
    fn what_the_engine_said_stays_in_the_house() {
        let p = Problem::from(StoreError::CannotOpen("/srv/secret (os error 13)".into()));
        assert!(!p.0.said.en.contains("secret") && !p.0.said.zh.contains("secret"), "{:?}", p.0.said);
        assert_eq!(p.0.status, StatusCode::SERVICE_UNAVAILABLE);
        let p = Problem::from(StoreError::Bug("SELECT secret".into()));
        assert!(!p.0.said.en.contains("SELECT"));
    }
}
