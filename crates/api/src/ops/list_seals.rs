//! 封签: the seals over the record.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::ops::case_events::After;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 封签
#[utoipa::path(get, path = "/ledger/seals", operation_id = "list_seals", tag = "留痕", params(After),
    responses((status = 200, description = "封签，按先后；最多 500 个", body = Vec<Object>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_seals(
    signed: Signed,
    State(api): State<Api>,
    Asked(asked): Asked<After>,
) -> Result<Response, Problem> {
    let seals = api.app.city.seals(signed.actor(), asked.after, 500).await?;
    Ok(Out(StatusCode::OK, seals).into_response())
}
