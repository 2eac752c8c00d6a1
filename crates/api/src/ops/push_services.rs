//! 别处办的件和收的评价: rows in the national field set come in, each is answered; what is there already changes nothing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use service_acts::{PUSH_MAX, Taken};
use supervise::{Codes, Convention, Record};
use supervise_acts::Pushed;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::Json;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 一批,最多 1000 条
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    /// 按全国“好差评”规范的字段:projectNo、taskCode、deptCode、pf、satisfaction …
    #[schema(value_type = Vec<Object>, max_items = 1000)]
    records: Vec<Record>,
    /// 评价数字 1 是最好(默认 5 最好);只对评价有用
    #[serde(default)]
    one_is_best: bool,
}

/// 一条的结果
#[derive(Serialize, ToSchema)]
pub(crate) struct RowOut {
    /// added、known、not_yet、refused
    what: &'static str,
    /// 差评成件的受理编号
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// 不合要求的字段
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// 怎样改
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
}

impl RowOut {
    const fn plain(what: &'static str) -> Self {
        Self { what, number: None, field: None, said: None }
    }
    fn refused(field: String, said: kernel::Said) -> Self {
        Self { field: Some(field), said: Some(said.zh), ..Self::plain("refused") }
    }
}

fn bounded(batch: &Batch) -> Result<(), Problem> {
    if batch.records.is_empty() || batch.records.len() > PUSH_MAX {
        let (zh, en) = (format!("一次 1 到 {PUSH_MAX} 条"), format!("1 to {PUSH_MAX} at a time"));
        return Err(Problem::invalid("records", zh, en));
    }
    Ok(())
}

/// 送来别处办结的件
#[utoipa::path(post, path = "/services/handled", operation_id = "push_services", tag = "办件", request_body = Batch,
    responses((status = 200, description = "逐条的结果，按送来的顺序", body = Vec<RowOut>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn push_services(
    signed: Signed,
    State(api): State<Api>,
    Json { value: batch, .. }: Json<Batch>,
) -> Result<Response, Problem> {
    bounded(&batch)?;
    let done = api.house.services.import_services(signed.actor(), batch.records).await?;
    let row = |t: Taken| match t {
        Taken::Added => RowOut::plain("added"),
        Taken::Known => RowOut::plain("known"),
        Taken::NotYet => RowOut::plain("not_yet"),
        Taken::Refused(field, said) => RowOut::refused(field, said),
    };
    Ok(Out(StatusCode::OK, done.into_iter().map(row).collect::<Vec<_>>()).into_response())
}

/// 送来别处收的评价
#[utoipa::path(post, path = "/ratings", operation_id = "push_ratings", tag = "好差评", request_body = Batch,
    responses((status = 200, description = "逐条的结果，按送来的顺序", body = Vec<RowOut>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn push_ratings(
    signed: Signed,
    State(api): State<Api>,
    Json { value: batch, .. }: Json<Batch>,
) -> Result<Response, Problem> {
    bounded(&batch)?;
    let convention = if batch.one_is_best { Convention::OneBest } else { Convention::FiveBest };
    let done =
        api.house.supervision.push_ratings(signed.actor(), batch.records, Codes { convention }).await?;
    let row = |p: Pushed| match p {
        Pushed::Taken(number) => RowOut { number, ..RowOut::plain("added") },
        Pushed::Known => RowOut::plain("known"),
        Pushed::Refused(field, said) => RowOut::refused(field, said),
    };
    Ok(Out(StatusCode::OK, done.into_iter().map(row).collect::<Vec<_>>()).into_response())
}
