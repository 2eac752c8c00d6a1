//! 走流程: the campaigns, and the walks of one.

use axum::extract::{Path, State};
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

/// 一次行动
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignOut<'a> {
    /// 编号
    id: i64,
    /// 名称
    name: &'a str,
    /// 从
    from: String,
    /// 到
    to: String,
}

/// 行动
#[utoipa::path(get, path = "/campaigns", operation_id = "list_campaigns", tag = "走流程",
    responses((status = 200, description = "行动", body = Vec<CampaignOut>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_campaigns(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    let all = api.house.walks.campaigns(signed.actor()).await?;
    let out = all.iter().map(|c| CampaignOut {
        id: c.id,
        name: &c.campaign.name,
        from: c.campaign.from.to_string(),
        to: c.campaign.to.to_string(),
    });
    Ok(Out(StatusCode::OK, out.collect::<Vec<_>>()).into_response())
}

/// 从哪里起
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct After {
    /// 上一页最后一次走访的编号
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// 一次走访
#[derive(Serialize, ToSchema)]
pub(crate) struct WalkOut<'a> {
    /// 编号
    id: i64,
    /// 事项
    item: &'a str,
    /// 走访人;此时不宜知道的没有
    #[serde(skip_serializing_if = "Option::is_none")]
    walker: Option<&'a str>,
    /// 开始
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    began: Option<Moment>,
    /// 计入行动
    counted: bool,
    /// 发现的问题
    findings: i64,
}

/// 一次行动的走访
#[utoipa::path(get, path = "/campaigns/{id}/walks", operation_id = "list_walks", tag = "走流程", params(After,
    ("id" = i64, Path, description = "行动编号")),
    responses((status = 200, description = "走访，按编号，每页最多 200 次", body = Vec<WalkOut>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_walks(
    signed: Signed,
    State(api): State<Api>,
    Path(id): Path<String>,
    Asked(w): Asked<After>,
) -> Result<Response, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::from(city::Error::NotFound))?;
    let all = api.house.walks.campaign_walks(signed.actor(), id, w.after.unwrap_or(0), 200).await?;
    let out = all.iter().map(|l| WalkOut {
        id: l.row.id,
        item: &l.item,
        walker: l.walker.as_deref(),
        began: l.row.began,
        counted: l.row.counted,
        findings: l.row.findings,
    });
    Ok(Out(StatusCode::OK, out.collect::<Vec<_>>()).into_response())
}
