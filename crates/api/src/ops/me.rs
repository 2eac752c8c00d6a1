//! 我是谁: the account behind the token.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Signed;
use crate::views::{Out, Problems};

/// 账号
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// 账号
    login: String,
    /// 姓名
    name: String,
    /// 角色
    role: &'static str,
    /// 角色(中文)
    role_zh: &'static str,
    /// 单位编号
    unit: i64,
    /// 区划代码
    region: String,
    /// 职务
    position: String,
}

/// 我的账号
#[utoipa::path(get, path = "/me", operation_id = "me", tag = "人员",
    responses((status = 200, description = "账号", body = Me), Problems), security(("token" = []), ("session" = [])))]
pub(crate) async fn me(signed: Signed) -> Out<Me> {
    let s = &signed.staff;
    let me = Me {
        login: s.login.clone(),
        name: s.name.clone(),
        role: s.role.word(),
        role_zh: s.role.zh(),
        unit: s.unit.0,
        region: s.region.to_string(),
        position: s.position.clone(),
    };
    Out(StatusCode::OK, me)
}
