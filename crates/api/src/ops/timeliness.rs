//! 时效: how long real replies took, in working days.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 时效
#[utoipa::path(get, path = "/figures/timeliness", operation_id = "timeliness", tag = "数据",
    responses((status = 200, description = "件数、中位、平均、最长，3/5/10/15/20 个工作日内的比例", body = Object), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn timeliness(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    // It reads every reply: one at a time.
    let _turn = api.long_work.try_acquire().map_err(|_| Problem::busy())?;
    let (app, actor) = (api.app.clone(), signed.actor());
    let work = tokio::task::spawn_blocking(move || app.supervision.timeliness(&actor));
    let found = work.await.map_err(|_| Problem::fault())??;
    Ok(Out(StatusCode::OK, found).into_response())
}
