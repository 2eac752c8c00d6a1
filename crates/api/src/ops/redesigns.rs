//! 流程再造: the redesigns that may be seen.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Moment;
use optimise_acts::RedesignLine;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::problem::Problem;
use crate::tag;
use crate::views::{Out, Problems};

/// 从哪里起
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Since {
    /// 上一页给出的 `next`
    cursor: Option<String>,
}

/// 一个再造方案
#[derive(Serialize, ToSchema)]
pub(crate) struct RedesignOut<'a> {
    /// 编号
    number: &'a str,
    /// 标题
    title: &'a str,
    /// 环节
    stage: &'static str,
    /// 最近一次变化
    #[schema(value_type = String, format = DateTime)]
    changed: Moment,
}

impl<'a> RedesignOut<'a> {
    fn of(l: &'a RedesignLine) -> Self {
        Self {
            number: &l.number,
            title: &l.proposal.title,
            stage: l.proposal.stage.word(),
            changed: l.changed,
        }
    }
}

/// 一页
#[derive(Serialize, ToSchema)]
pub(crate) struct RedesignPage<'a> {
    /// 方案,最近变化的在前
    redesigns: Vec<RedesignOut<'a>>,
    /// 下一页的 `cursor`;没有就是最后一页
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Redesigns of one page.
const PAGE: u32 = 100;

/// 再造方案
#[utoipa::path(get, path = "/redesigns", operation_id = "list_redesigns", tag = "流程再造", params(Since),
    responses((status = 200, description = "一页，最多 100 个", body = RedesignPage), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_redesigns(
    signed: Signed,
    State(api): State<Api>,
    Asked(s): Asked<Since>,
) -> Result<Response, Problem> {
    let after = s.cursor.as_deref().map(tag::cursor_of).transpose()?;
    let after = after.map(|(at, id)| (Moment::from_us(at), id));
    let all = api.house.redesigns.redesigns(signed.actor(), after, PAGE).await?;
    let next = all.last().filter(|_| all.len() == PAGE as usize).map(|l| (l.place.0.us(), l.place.1));
    let body = RedesignPage {
        redesigns: all.iter().map(RedesignOut::of).collect(),
        next: next.map(tag::cursor_text),
    };
    Ok(Out(StatusCode::OK, body).into_response())
}
