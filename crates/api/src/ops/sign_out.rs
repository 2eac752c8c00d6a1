//! 退出: the token is good no longer.

use axum::extract::State;
use axum::http::StatusCode;

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::Problems;

/// 退出登录
#[utoipa::path(delete, path = "/sessions/current", operation_id = "sign_out", tag = "人员",
    responses((status = 204, description = "已退出"), Problems), security(("token" = []), ("session" = [])))]
pub(crate) async fn sign_out(signed: Signed, State(api): State<Api>) -> Result<StatusCode, Problem> {
    api.app.city.sign_out(&signed.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
