//! 消息: the newest messages of the unit.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Moment;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 消息
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    /// 编号
    id: i64,
    /// 时间
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// 内容
    words: String,
    /// 已读
    seen: bool,
}

/// 本单位的最新消息
#[utoipa::path(get, path = "/messages", operation_id = "messages", tag = "人员",
    responses((status = 200, description = "最新 50 条", body = Vec<Message>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn messages(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    let rows = api.app.city.messages(&signed.actor()).await?;
    let out = |m: store::office::MessageRow| Message { id: m.id, at: m.at, words: m.words, seen: m.seen };
    let messages: Vec<_> = rows.into_iter().map(out).collect();
    Ok(Out(StatusCode::OK, messages).into_response())
}
