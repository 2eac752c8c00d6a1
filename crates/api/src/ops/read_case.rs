//! 一件: as this reader may see it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::Api;
use crate::auth::Signed;
use crate::body::Number;
use crate::problem::Problem;
use crate::tag;
use crate::views::{CaseOut, Out, Problems};

/// 查看一件
#[utoipa::path(get, path = "/cases/{number}", operation_id = "read_case", tag = "件",
    params(("number" = String, Path, description = "受理编号"),
           ("If-None-Match" = Option<String>, Header, description = "上次得到的 ETag；未变则答 304")),
    responses((status = 200, description = "件，版本在 ETag 中", body = CaseOut),
              (status = 304, description = "没有变化"), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn read_case(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = api.app.cases.case(signed.actor(), number.0).await?;
    let etag = tag::etag(&view, api.app.city.store().now());
    if tag::unchanged(&headers, &etag) {
        return Ok(tag::not_modified(&etag));
    }
    let mut response = Out(StatusCode::OK, CaseOut::of(&view)).into_response();
    response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
    Ok(response)
}
