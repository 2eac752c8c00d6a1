//! 存活: the process answers.

use axum::http::StatusCode;

/// 存活
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "运行",
    responses((status = 204, description = "进程在运行")))]
pub(crate) async fn healthz() -> StatusCode {
    StatusCode::NO_CONTENT
}
