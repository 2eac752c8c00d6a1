//! 登录: a name and a password for a token. Slow on purpose, so only a few at a time.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Stranger;
use crate::body::Json;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 登录
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// 账号
    login: String,
    /// 密码
    password: String,
    /// 动态验证码,账号启用时必填
    #[serde(default)]
    code: String,
}

/// 已登录
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// 令牌,放在 `Authorization: Bearer`
    pub(super) token: String,
    /// 有效期至
    #[schema(value_type = String, format = DateTime)]
    pub(super) until: Moment,
    /// 角色
    pub(super) role: &'static str,
    /// 姓名
    pub(super) name: String,
}

impl From<people::SignedIn> for SignedIn {
    fn from(s: people::SignedIn) -> Self {
        Self { token: s.token, until: s.until, role: s.staff.role.word(), name: s.staff.name }
    }
}

/// 登录
#[utoipa::path(post, path = "/sessions", operation_id = "sign_in", tag = "人员", request_body = SignIn,
    responses((status = 201, description = "已登录", body = SignedIn), Problems))]
pub(crate) async fn sign_in(
    Stranger(network): Stranger,
    State(api): State<Api>,
    Json { value, .. }: Json<SignIn>,
) -> Result<Out<SignedIn>, Problem> {
    let house = api.house.clone();
    let work = tokio::task::spawn_blocking(move || {
        house.people.sign_in_at(network, &value.login, &value.password, &value.code)
    });
    let signed = work.await.map_err(|_| Problem::fault())??;
    Ok(Out(StatusCode::CREATED, signed.into()))
}
