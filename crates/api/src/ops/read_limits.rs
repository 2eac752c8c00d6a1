//! 期限: the limits in force.

use access::{Nothing, decide, op};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 期限规则
#[utoipa::path(get, path = "/limits", operation_id = "read_limits", tag = "办公设置",
    responses((status = 200, description = "现行期限规则", body = Vec<Object>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn read_limits(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    decide(&signed.actor(), op::ReadOffice, Nothing).map_err(app::Error::from)?;
    let office = api.app.city.office_now().await?;
    Ok(Out(StatusCode::OK, &office.rules.limits).into_response())
}
