//! What comes in: JSON bodies, case numbers, queries. Everything is bounded and every refusal says why.

use axum::body::Body as HttpBody;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use city::Once;
use serde::de::DeserializeOwned;
use sm3::{Digest as _, Sm3};

use crate::Api;
use crate::problem::Problem;

const NUMBER_MAX: usize = 40;

/// A JSON body with the key under which the request is to be done once, if it has one.
pub(crate) struct Json<T> {
    pub value: T,
    pub once: Option<Once>,
}

impl<T: DeserializeOwned> FromRequest<Api> for Json<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let text = Text::from_request(request, api).await?;
        let value = parse(&text.bytes)?;
        Ok(Self { value, once: text.once })
    }
}

/// A JSON body as bytes.
pub(crate) struct Text {
    pub bytes: bytes::Bytes,
    pub once: Option<Once>,
}

impl FromRequest<Api> for Text {
    type Rejection = Problem;
    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        is_json(&parts.headers)?;
        let key = key_of(&parts.headers)?;
        let bytes = read(body, &parts.headers, api.options.body_bytes_max).await?;
        let once = key.map(|key| {
            let mut sm3 = Sm3::new();
            // On which version it rests is part of a request.
            let version = parts.headers.get(header::IF_MATCH).map(|v| v.as_bytes()).unwrap_or_default();
            for part in [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), version, &bytes] {
                sm3.update((part.len() as u64).to_be_bytes());
                sm3.update(part);
            }
            Once { key, digest: sm3.finalize().into() }
        });
        Ok(Self { bytes, once })
    }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let zh = "请用 Content-Type: application/json 提交 JSON";
    let en = "send JSON with Content-Type: application/json";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", zh, en).at("Content-Type"))
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(given) = headers.get("idempotency-key") else { return Ok(None) };
    let key = given.to_str().unwrap_or_default();
    if (8..=200).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(Some(key.to_owned()));
    }
    let zh = "Idempotency-Key 须为 8–200 个可见字符，建议用 UUID";
    let en = "Idempotency-Key is 8 to 200 visible characters: use a UUID";
    Err(Problem::malformed(zh, en).at("Idempotency-Key"))
}

async fn read(body: HttpBody, headers: &HeaderMap, most: usize) -> Result<bytes::Bytes, Problem> {
    let too_large = || {
        let zh = format!("内容超过 {} KiB，请缩短或分开提交", most / 1024);
        let en = format!("the body is larger than {} KiB: shorten it or send it in parts", most / 1024);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", zh, en)
    };
    let said = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|n| n > most as u64) {
        return Err(too_large());
    }
    axum::body::to_bytes(body, most).await.map_err(|e| {
        if std::error::Error::source(&e).is_some_and(|s| s.to_string().contains("length limit")) {
            return too_large();
        }
        Problem::malformed("请求体没有收全，请重试", "the body did not arrive whole: try again")
    })
}

/// Does a string in this JSON hold U+0000, which no database keeps? As bytes it is no JSON anyway.
fn has_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(i) = rest.iter().position(|b| *b == b'\\') {
        if rest[i..].starts_with(b"\\u0000") {
            return true;
        }
        // What a backslash stands before is no backslash of its own.
        rest = rest.get(i + 2..).unwrap_or_default();
    }
    false
}

/// Reads JSON; says where it is wrong.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if has_nul(bytes) {
        let (zh, en) = ("内容含有空字符 U+0000，请删除", "a text holds U+0000: take it out");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unacceptable", zh, en));
    }
    serde_json::from_slice(bytes).map_err(|e| {
        let (line, column, said) = (e.line(), e.column(), e.to_string());
        if e.is_data() {
            let zh = format!("字段不合要求（第 {line} 行第 {column} 列）：{said}");
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", zh, said.clone());
            return match named(&said) {
                Some(field) => problem.at(field),
                None => problem,
            };
        }
        let zh = format!("不是合格的 JSON（第 {line} 行第 {column} 列）：{said}");
        Problem::malformed(zh, format!("not well-formed JSON: {said}"))
    })
}

/// The field that serde names in “missing field `x`” and “unknown field `x`”.
fn named(said: &str) -> Option<&str> {
    let rest = said.strip_prefix("missing field `").or_else(|| said.strip_prefix("unknown field `"))?;
    rest.split('`').next()
}

/// 受理编号 in the path. One that cannot be a number belongs to no case.
pub(crate) struct Number(pub String);

impl FromRequestParts<Api> for Number {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let nothing = || Problem::from(city::Error::NotFound);
        let Path(number) = Path::<String>::from_request_parts(parts, api).await.map_err(|_| nothing())?;
        let could_be =
            number.len() <= NUMBER_MAX && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if could_be { Ok(Self(number)) } else { Err(nothing()) }
    }
}

/// The query behind `?`.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, api).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(e) => {
                let said = e.body_text();
                let said = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(&said);
                Err(Problem::malformed(
                    format!("查询参数有误：{said}"),
                    format!("a parameter is wrong: {said}"),
                ))
            }
        }
    }
}
