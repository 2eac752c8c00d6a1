//! 期限说明: why the open limit of a case ends when it ends, day by day.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::Api;
use crate::auth::Signed;
use crate::body::Number;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 期限说明
#[utoipa::path(get, path = "/cases/{number}/clock", operation_id = "case_clock", tag = "件",
    params(("number" = String, Path, description = "受理编号")),
    responses((status = 200, description = "逐日说明；没有在走的期限，或期限是固定日期时为 null", body = Option<Object>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn case_clock(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
) -> Result<Response, Problem> {
    let explained = api.house.cases.explain(signed.actor(), number.0).await?;
    Ok(Out(StatusCode::OK, explained).into_response())
}
