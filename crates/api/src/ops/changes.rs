//! 变化: what happened since somebody last asked, for systems that keep a copy. At least once, in order; a place to go on from.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Moment;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 从哪里起
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Since {
    /// 上一次给出的 `next`,第一次为 0
    #[param(minimum = 0)]
    after: Option<i64>,
    /// 最多几条,1–500,默认 200
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// 一个变化
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeOut {
    /// 受理编号或办件编号
    number: String,
    /// 变化后的版本
    version: i64,
    /// 时间
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// 动作
    act: String,
}

/// 变化
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangesOut {
    /// 您看得到的变化,先发生的在前
    changes: Vec<ChangeOut>,
    /// 下一次的 `after`;与这一次相同就是没有更新的了
    next: i64,
}

/// 件的变化
#[utoipa::path(get, path = "/changes/cases", operation_id = "case_changes", tag = "变化", params(Since),
    responses((status = 200, description = "变化；一次可能没有，而 next 前移：接着问", body = ChangesOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn case_changes(
    signed: Signed,
    State(api): State<Api>,
    Asked(s): Asked<Since>,
) -> Result<Response, Problem> {
    let limit = s.limit.unwrap_or(200).clamp(1, 500);
    let (found, next) = api.house.cases.changes(signed.actor(), s.after.unwrap_or(0), limit).await?;
    let change =
        |c: resolve_acts::CaseChange| ChangeOut { number: c.number, version: c.ver, at: c.at, act: c.act };
    let body = ChangesOut { changes: found.into_iter().map(change).collect(), next };
    Ok(Out(StatusCode::OK, body).into_response())
}

/// 办件的变化
#[utoipa::path(get, path = "/changes/applications", operation_id = "application_changes", tag = "变化", params(Since),
    responses((status = 200, description = "变化；一次可能没有，而 next 前移：接着问", body = ChangesOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn application_changes(
    signed: Signed,
    State(api): State<Api>,
    Asked(s): Asked<Since>,
) -> Result<Response, Problem> {
    let limit = s.limit.unwrap_or(200).clamp(1, 500);
    let (found, next) = api.house.services.changes(signed.actor(), s.after.unwrap_or(0), limit).await?;
    let change = |c: service_acts::ApplicationChange| ChangeOut {
        number: c.number,
        version: c.ver,
        at: c.at,
        act: c.act,
    };
    let body = ChangesOut { changes: found.into_iter().map(change).collect(), next };
    Ok(Out(StatusCode::OK, body).into_response())
}
