//! 查看联系方式: who lodged a case, in full. It goes on record with its purpose.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::{Json, Number};
use crate::problem::Problem;
use crate::views::{Out, Person, Problems};

/// 用途
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Purpose {
    /// 为什么要看,200 字以内
    purpose: String,
}

/// 查看联系方式(留痕)
#[utoipa::path(post, path = "/cases/{number}/contact", operation_id = "unmask_contact", tag = "件",
    params(("number" = String, Path, description = "受理编号")), request_body = Purpose,
    responses((status = 200, description = "联系方式", body = Person), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn unmask_contact(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
    Json { value, .. }: Json<Purpose>,
) -> Result<Out<Person>, Problem> {
    let shown = api.app.cases.unmask(signed.actor(), number.0, value.purpose).await?;
    Ok(Out(StatusCode::OK, shown.contact.into()))
}
