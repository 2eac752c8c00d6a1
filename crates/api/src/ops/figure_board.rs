//! 统计: every figure of the board, for the city and line by line; the same numbers as the pages show.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Moment;
use serde::{Deserialize, Serialize};
use supervise::{Ask, Dim, FIGURES, Filter, Line, Value};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::ops::list_applications::day;
use crate::ops::register_case::short;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 哪几天、怎么分
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Wanted {
    /// 从此日
    #[param(required = true, format = Date)]
    from: String,
    /// 到此日
    #[param(required = true, format = Date)]
    to: String,
    /// 按什么分:region、unit、item、campaign、channel、kind、theme、window、cause,默认 unit
    by: Option<String>,
    /// 区划代码
    region: Option<String>,
}

/// 一个指标
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureOut {
    /// 多少
    part: u64,
    /// 其中多少个里面的;只是计数的指标没有
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<u64>,
}

/// 一行
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureLine {
    /// 分组的值
    key: String,
    /// 名称
    name: String,
    /// 指标编码和数值
    figures: BTreeMap<&'static str, FigureOut>,
}

/// 统计
#[derive(Serialize, ToSchema)]
pub(crate) struct BoardOut {
    /// 截至
    #[schema(value_type = String, format = DateTime)]
    as_of: Moment,
    /// 合计
    total: FigureLine,
    /// 分组
    lines: Vec<FigureLine>,
}

fn line(name: &str, line: &Line) -> FigureLine {
    let value = |v: Value| match v {
        Value::Count(n) => FigureOut { part: n, whole: None },
        Value::Share { part, whole } => FigureOut { part, whole: Some(whole) },
    };
    FigureLine {
        key: line.key.clone(),
        name: name.to_owned(),
        figures: FIGURES.iter().map(|f| (f.key, value(line.value(f)))).collect(),
    }
}

/// 统计数据
#[utoipa::path(get, path = "/figures/board", operation_id = "figure_board", tag = "统计", params(Wanted),
    responses((status = 200, description = "合计和分组", body = BoardOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn figure_board(
    signed: Signed,
    State(api): State<Api>,
    Asked(w): Asked<Wanted>,
) -> Result<Response, Problem> {
    short("region", w.region.as_ref(), 20)?;
    let missing = |field: &str| Problem::invalid(field, "请给出日期", "give a day");
    let from = day("from", Some(w.from))?.ok_or_else(|| missing("from"))?;
    let to = day("to", Some(w.to))?.ok_or_else(|| missing("to"))?;
    let by = w.by.as_deref().unwrap_or("unit");
    let by = Dim::read(by).ok_or_else(|| Problem::invalid("by", "不认识这种分组", "no such grouping"))?;
    let filter = Filter { region: w.region.unwrap_or_default(), ..Filter::default() };
    let board = api.house.supervision.board(signed.actor(), Ask { from, to, filter }, by).await?;
    let body = BoardOut {
        as_of: board.as_of,
        total: line("合计", &board.total),
        lines: board.lines.iter().map(|l| line(&l.name, &l.line)).collect(),
    };
    Ok(Out(StatusCode::OK, body).into_response())
}
