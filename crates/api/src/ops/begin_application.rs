//! 开始一件办件: for somebody who stands at a window, or whose system asks for it.

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use service_acts::{Begun, What};
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::Json;
use crate::ops::register_case::short;
use crate::problem::Problem;
use crate::tag;
use crate::views::{self, Problems};

/// 申请什么:`theme` 和 `item` 给其中一个
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApplication {
    /// 一件事编码
    #[schema(max_length = 100)]
    theme: Option<String>,
    /// 事项实施编码
    #[schema(max_length = 100)]
    item: Option<String>,
    /// 情形问题的回答,按顺序,见 `GET /services/next`
    #[serde(default)]
    #[schema(max_items = 100)]
    answers: Vec<String>,
}

/// 已开始
#[derive(Serialize, ToSchema)]
pub(crate) struct BegunOut<'a> {
    /// 办件编号
    number: &'a str,
    /// 查询码
    code: &'a str,
}

fn text(b: &Begun) -> String {
    serde_json::to_string(&BegunOut { number: &b.number, code: &b.code }).unwrap_or_default()
}

pub(super) fn what(theme: Option<String>, item: Option<String>) -> Result<What, Problem> {
    short("theme", theme.as_ref(), 100)?;
    short("item", item.as_ref(), 100)?;
    match (theme, item) {
        (Some(theme), None) => Ok(What::Theme(theme)),
        (None, Some(item)) => Ok(What::Item(item)),
        _ => Err(Problem::invalid("theme", "theme 和 item 给其中一个", "give one of theme and item")),
    }
}

/// 开始一件办件
#[utoipa::path(post, path = "/applications", operation_id = "begin_application", tag = "办件",
    request_body = NewApplication,
    params(("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    responses((status = 201, description = "已开始，表单见 form", body = BegunOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn begin_application(
    signed: Signed,
    State(api): State<Api>,
    Json { value: new, once }: Json<NewApplication>,
) -> Result<Response, Problem> {
    let what = what(new.theme, new.item)?;
    if new.answers.len() > 100 || new.answers.iter().any(|a| a.chars().count() > 200) {
        return Err(Problem::invalid("answers", "回答过多或过长", "too many answers, or too long"));
    }
    let services = &api.house.services;
    let (begun, replayed) = match once {
        Some(name) => services.begin_once(signed.actor(), what, new.answers, name).await?,
        None => (services.begin(signed.actor(), what, new.answers).await?, false),
    };
    let mut response = views::made(text(&begun), replayed);
    response.headers_mut().insert(header::CACHE_CONTROL, tag::header_of("no-store"));
    Ok(response)
}
