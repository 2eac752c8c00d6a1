//! 件列表: what expires first on top, in pages.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::{Moment, UnitId};
use resolve::{Kind, StageKind, Word};
use serde::{Deserialize, Serialize};
use store::cases::{Query, Scope, Sort};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::problem::Problem;
use crate::tag;
use crate::views::{CaseOut, Out, Problems};

/// 查询条件
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Filter {
    /// 环节,多个用逗号分开
    stage: Option<String>,
    /// 类别
    kind: Option<String>,
    /// 行动
    campaign: Option<String>,
    /// 承办单位编号
    unit: Option<i64>,
    /// 在此时刻之前到期
    due_before: Option<String>,
    /// 只要已超期的
    late: bool,
    /// 标题包含
    text: Option<String>,
    /// 只要被退回过的
    returned: bool,
    /// 只要重新办理过的
    reopened: bool,
    /// 顺序:due(先到期的在前,默认)、newest(新登记的在前)、support(支持多的在前)
    sort: Option<String>,
    /// 范围:region(本区划)、owned(本单位承办)、first_asked(本单位首问)、party(协办或曾承办);按角色收窄
    scope: Option<String>,
    /// 范围为 region 时的区划代码,默认本人的区划
    region: Option<String>,
    /// 每页几件,1–500,默认 50
    limit: Option<u32>,
    /// 上一页给出的 `next`
    cursor: Option<String>,
}

/// 一页
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<'a> {
    /// 件,按所要的顺序
    cases: Vec<CaseOut<'a>>,
    /// 下一页的 `cursor`;没有就是最后一页
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

fn words<W: Word>(field: &str, text: &str) -> Result<Vec<W>, Problem> {
    let read = |t: &str| {
        let wrong = W::unknown(t);
        W::read(t).ok_or_else(|| Problem::invalid(field, wrong.zh, wrong.en))
    };
    text.split(',').filter(|t| !t.trim().is_empty()).take(20).map(read).collect()
}

fn query(f: Filter, signed: &Signed, now: Moment) -> Result<Query, Problem> {
    let unit = signed.staff.unit;
    let scope = match f.scope.as_deref().unwrap_or("region") {
        "region" => Scope::Region(f.region.unwrap_or_else(|| signed.staff.region.to_string())),
        "owned" => Scope::Owned(unit),
        "first_asked" => Scope::FirstAsked(unit),
        "party" => Scope::Party(unit),
        _ => {
            let zh = "scope 须为 region、owned、first_asked 或 party";
            let en = "scope is one of region, owned, first_asked, party";
            return Err(Problem::invalid("scope", zh, en));
        }
    };
    let mut q = Query::of(scope);
    q.stages = f.stage.as_deref().map_or(Ok(Vec::new()), |t| words::<StageKind>("stage", t))?;
    q.stages.sort_unstable();
    q.stages.dedup();
    q.kind = match f.kind.as_deref().map(|t| words::<Kind>("kind", t)).transpose()?.as_deref() {
        None | Some([]) => None,
        Some([kind]) => Some(kind.word().to_owned()),
        Some(_) => return Err(Problem::invalid("kind", "kind 只能给一个", "give one kind")),
    };
    q.campaign = f.campaign;
    q.unit = f.unit.map(UnitId);
    if let Some(text) = f.due_before {
        let at = text
            .parse::<Moment>()
            .map_err(|e| Problem::invalid("due_before", e.to_string(), e.to_string()))?;
        q.due_before = Some(at);
    }
    if f.late {
        q.due_before = Some(q.due_before.map_or(now, |at| at.min(now)));
    }
    if f.text.as_ref().is_some_and(|t| t.chars().count() > 100) {
        return Err(Problem::invalid("text", "最多 100 个字", "100 characters at most"));
    }
    q.text = f.text;
    q.returned = f.returned;
    q.reopened = f.reopened;
    q.sort = match f.sort.as_deref() {
        None | Some("due") => Sort::Due,
        Some("newest") => Sort::Newest,
        Some("support") => Sort::Support,
        Some(_) => {
            return Err(Problem::invalid("sort", "应为 due、newest 或 support", "due, newest or support"));
        }
    };
    q.limit = f.limit.unwrap_or(50).clamp(1, 500);
    q.after = f.cursor.as_deref().map(tag::cursor_of).transpose()?;
    Ok(q)
}

/// 件列表
#[utoipa::path(get, path = "/cases", operation_id = "list_cases", tag = "件", params(Filter),
    responses((status = 200, description = "一页", body = Page), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_cases(
    signed: Signed,
    State(api): State<Api>,
    Asked(filter): Asked<Filter>,
) -> Result<Response, Problem> {
    let query = query(filter, &signed, api.app.city.store().now())?;
    let page = api.app.cases.list(signed.actor(), query).await?;
    let cases = page.cases.iter().map(CaseOut::of).collect();
    Ok(Out(StatusCode::OK, Page { cases, next: page.next.map(tag::cursor_text) }).into_response())
}
