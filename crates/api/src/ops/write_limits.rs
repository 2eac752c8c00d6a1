//! 期限: the limits from now on. Clocks that run keep theirs.

use axum::extract::State;
use axum::http::StatusCode;
use resolve::LimitRule;

use crate::Api;
use crate::auth::Signed;
use crate::body::Json;
use crate::problem::Problem;
use crate::views::Problems;

/// 设置期限规则
#[utoipa::path(put, path = "/limits", operation_id = "write_limits", tag = "办公设置",
    request_body(content = Vec<Object>, description = "全部期限规则，形状同读取时；每条须有编号、生效日和依据"),
    responses((status = 204, description = "已设置，在走的时钟不变"), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn write_limits(
    signed: Signed,
    State(api): State<Api>,
    Json { value, .. }: Json<Vec<LimitRule>>,
) -> Result<StatusCode, Problem> {
    api.app.city.set_limits(signed.actor(), value).await?;
    Ok(StatusCode::NO_CONTENT)
}
