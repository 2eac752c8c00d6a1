//! 接口令牌: a system administrator makes a token for an account, good for a year and shown once.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::Json;
use crate::ops::sign_in::SignedIn;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 发放令牌
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// 给哪个账号
    login: String,
    /// 用途,给人看
    label: String,
}

/// 发放接口令牌
#[utoipa::path(post, path = "/tokens", operation_id = "make_token", tag = "人员", request_body = NewToken,
    responses((status = 201, description = "令牌，只显示这一次", body = SignedIn), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn make_token(
    signed: Signed,
    State(api): State<Api>,
    Json { value, .. }: Json<NewToken>,
) -> Result<Out<SignedIn>, Problem> {
    if value.label.trim().is_empty() || value.label.chars().count() > 100 {
        return Err(Problem::invalid(
            "label",
            "请写明用途（100 字以内）",
            "say what it is for, in 100 characters",
        ));
    }
    let (app, actor) = (api.app.clone(), signed.actor());
    let work = tokio::task::spawn_blocking(move || app.people.make_token(&actor, &value.login, &value.label));
    let made = work.await.map_err(|_| Problem::fault())??;
    Ok(Out(StatusCode::CREATED, made.into()))
}
