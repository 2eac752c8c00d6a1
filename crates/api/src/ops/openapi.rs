//! The description of this interface, made from its code.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::response::Response;

use crate::views;

static TEXT: LazyLock<String> = LazyLock::new(|| crate::document().to_json().unwrap_or_default());

/// 接口说明
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "运行",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(crate) async fn openapi() -> Response {
    views::json(StatusCode::OK, TEXT.as_str())
}
