//! 办件列表: what may be seen, the newest first, in pages.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::{Date, UnitId, Word};
use serde::{Deserialize, Serialize};
use service_acts::ListAsk;
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::ops::register_case::short;
use crate::problem::Problem;
use crate::views::{Out, Problems};
use crate::views_application::ApplicationLine;

/// 查询条件
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Filter {
    /// 环节
    stage: Option<String>,
    /// 一件事编码;给空字符串只要单个事项
    theme: Option<String>,
    /// 事项实施编码
    item: Option<String>,
    /// 怎样来的
    channel: Option<String>,
    /// 牵头单位编号
    lead: Option<i64>,
    /// 区划代码,在本人区划之内
    region: Option<String>,
    /// 只要全部决定了的
    decided: bool,
    /// 只要超期未办完的
    late: bool,
    /// 此日起提交
    from: Option<String>,
    /// 此日止提交
    to: Option<String>,
    /// 上一页给出的 `next`
    #[param(minimum = 0)]
    before: Option<i64>,
}

/// 一页
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationPage<'a> {
    /// 办件,新的在前,每页 50 件
    applications: Vec<ApplicationLine<'a>>,
    /// 下一页的 `before`;没有就是最后一页
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

fn word<W: Word>(field: &str, text: Option<String>) -> Result<Option<W>, Problem> {
    let read = |t: String| {
        let wrong = W::unknown(&t);
        W::read(&t).ok_or_else(|| Problem::invalid(field, wrong.zh, wrong.en))
    };
    text.map(read).transpose()
}

pub(super) fn day(field: &str, text: Option<String>) -> Result<Option<Date>, Problem> {
    let read = |t: String| {
        t.parse::<Date>()
            .map_err(|_| Problem::invalid(field, "应为日期，如 2026-03-05", "a day such as 2026-03-05"))
    };
    text.map(read).transpose()
}

/// 办件列表
#[utoipa::path(get, path = "/applications", operation_id = "list_applications", tag = "办件", params(Filter),
    responses((status = 200, description = "一页", body = ApplicationPage), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_applications(
    signed: Signed,
    State(api): State<Api>,
    Asked(f): Asked<Filter>,
) -> Result<Response, Problem> {
    for (field, text) in [("theme", &f.theme), ("item", &f.item), ("region", &f.region)] {
        short(field, text.as_ref(), 100)?;
    }
    let ask = ListAsk {
        stage: word("stage", f.stage)?,
        theme: f.theme,
        item: f.item.unwrap_or_default(),
        channel: word("channel", f.channel)?,
        lead: f.lead.map(UnitId),
        region: f.region.unwrap_or_default(),
        decided: f.decided,
        late: f.late,
        from: day("from", f.from)?,
        to: day("to", f.to)?,
        before: f.before.unwrap_or(0),
    };
    let page = api.house.services.applications(signed.actor(), ask).await?;
    let body = ApplicationPage {
        applications: page.lines.iter().map(ApplicationLine::of).collect(),
        next: (page.next > 0).then_some(page.next),
    };
    Ok(Out(StatusCode::OK, body).into_response())
}
