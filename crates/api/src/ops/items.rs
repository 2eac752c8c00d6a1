//! 事项: found as people look for them, and one as its guide has it today. Public, as the guide is.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use shelf::ItemAsk;
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Looker;
use crate::body::Asked;
use crate::ops::register_case::short;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 找什么
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Wanted {
    /// 名称、编码、单位,或日常说法
    text: Option<String>,
    /// 跳过几个
    #[param(minimum = 0)]
    skip: Option<u32>,
    /// 每页几个,1–200,默认 50
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// 一个事项
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemLine<'a> {
    /// 实施编码
    code: &'a str,
    /// 业务办理项编码
    handling: &'a str,
    /// 名称
    name: &'a str,
    /// 实施单位
    unit: &'a str,
}

/// 一页
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemPage<'a> {
    /// 事项,最合适的在前
    items: Vec<ItemLine<'a>>,
    /// 一共几个
    total: usize,
    /// 下一页的 `skip`;没有就是最后一页
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

/// 找事项
#[utoipa::path(get, path = "/items", operation_id = "list_items", tag = "事项", params(Wanted),
    responses((status = 200, description = "一页", body = ItemPage), Problems))]
pub(crate) async fn list_items(
    _: Looker,
    State(api): State<Api>,
    Asked(w): Asked<Wanted>,
) -> Result<Response, Problem> {
    short("text", w.text.as_ref(), 100)?;
    let ask = ItemAsk {
        text: w.text.unwrap_or_default(),
        unit: None,
        unit_called: None,
        rule: None,
        faulty: false,
        skip: w.skip.unwrap_or(0) as usize,
        limit: w.limit.unwrap_or(50).clamp(1, 200) as usize,
    };
    let shelf = api.house.items.shelf().await?;
    let found = shelf.search(&ask);
    let items = found.items.iter().map(|i| ItemLine {
        code: &i.code,
        handling: &i.handling,
        name: &i.name,
        unit: &i.unit,
    });
    let body = ItemPage { items: items.collect(), total: found.total, next: found.next };
    Ok(Out(StatusCode::OK, body).into_response())
}

/// 一个事项的要素
#[utoipa::path(get, path = "/items/{code}", operation_id = "read_item", tag = "事项",
    params(("code" = String, Path, description = "实施编码；有业务办理项的写作 编码.办理项")),
    responses((status = 200, description = "今天生效的版本，字段同事项导出（docs/catalogue.md）", body = Object), Problems))]
pub(crate) async fn read_item(
    _: Looker,
    State(api): State<Api>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    if code.len() > 200 {
        return Err(city::Error::NotFound.into());
    }
    let item = api.house.items.item_today(code).await?;
    Ok(Out(StatusCode::OK, item).into_response())
}
