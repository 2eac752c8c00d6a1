//! 办理记录: everything that happened to a case.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Signed;
use crate::body::{Asked, Number};
use crate::problem::Problem;
use crate::views::{EventOut, Out, Problems};

/// 从哪里起
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// 此版本之后的,默认从头
    #[serde(default)]
    pub(super) after: i64,
}

/// Events of one answer.
const EVENTS_MAX: usize = 500;

/// 办理记录
#[derive(Serialize, ToSchema)]
pub(crate) struct Events<'a> {
    /// 按先后;最多 500 条,再取时 `after` 给最后一条的版本
    events: Vec<EventOut<'a>>,
}

/// 办理记录
#[utoipa::path(get, path = "/cases/{number}/events", operation_id = "case_events", tag = "件",
    params(("number" = String, Path, description = "受理编号"), After),
    responses((status = 200, description = "记录", body = Events), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn case_events(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
    Asked(asked): Asked<After>,
) -> Result<Response, Problem> {
    let events = api.app.cases.events(signed.actor(), number.0, asked.after).await?;
    let events = events.iter().take(EVENTS_MAX).map(EventOut::of).collect();
    Ok(Out(StatusCode::OK, Events { events }).into_response())
}
