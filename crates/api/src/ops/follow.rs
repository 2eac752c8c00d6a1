//! 查进度: the person who has the number and the code sees how it goes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Api;
use crate::auth::{AsWho, Stranger};
use crate::body::{Asked, Number};
use crate::problem::Problem;
use crate::views::{FollowOut, Out, Problems};

/// 查询码
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Code {
    /// 登记时给出的八位查询码
    pub(super) code: String,
}

/// 查进度
#[utoipa::path(get, path = "/follow/{number}", operation_id = "follow", tag = "群众",
    params(("number" = String, Path, description = "受理编号"), Code),
    responses((status = 200, description = "进度", body = FollowOut), Problems))]
pub(crate) async fn follow(
    _: Stranger,
    AsWho(signed): AsWho,
    number: Number,
    State(api): State<Api>,
    Asked(asked): Asked<Code>,
) -> Result<Response, Problem> {
    let seen = api.app.cases.follow(signed, number.0, asked.code).await?;
    Ok(Out(StatusCode::OK, FollowOut::of(&seen.view, &seen.events)).into_response())
}
