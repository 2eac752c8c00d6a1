//! 导入日历: the holiday notice of one year. Open limits that rested on it are computed again, on record.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::Text;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 已导入
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    /// 年份
    year: i16,
}

/// 导入一年的放假通知
#[utoipa::path(post, path = "/calendars", operation_id = "import_calendar", tag = "办公设置",
    request_body(content = Object, description = "年度通知：年份、文号、放假日和调休上班日"),
    responses((status = 201, description = "已导入，未结期限随后重算并留痕", body = Imported), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn import_calendar(
    signed: Signed,
    State(api): State<Api>,
    text: Text,
) -> Result<Out<Imported>, Problem> {
    let text = String::from_utf8(text.bytes.to_vec())
        .map_err(|_| Problem::malformed("不是 UTF-8 文本", "the text is not UTF-8"))?;
    let year = api.app.city.import_calendar(signed.actor(), text).await?;
    Ok(Out(StatusCode::CREATED, Imported { year }))
}
