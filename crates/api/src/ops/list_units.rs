//! 单位: who there is to send a case to.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use store::office::UnitRow;
use utoipa::ToSchema;

use access::{Nothing, decide, op};

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 单位
#[derive(Serialize, ToSchema)]
pub(crate) struct Unit<'a> {
    /// 编号
    id: i64,
    /// 键
    key: &'a str,
    /// 全称
    name: &'a str,
    /// 简称
    short: &'a str,
    /// 性质
    kind: &'a str,
    /// 上级单位
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<i64>,
    /// 区划代码
    region: &'a str,
    /// 职责,一行一条
    duties: &'a str,
    /// 在用
    active: bool,
}

impl<'a> Unit<'a> {
    fn of(u: &'a UnitRow) -> Self {
        Self {
            id: u.id.0,
            key: &u.key,
            name: &u.name,
            short: &u.short,
            kind: &u.kind,
            parent: u.parent.map(|p| p.0),
            region: u.region.as_str(),
            duties: &u.duties,
            active: u.active,
        }
    }
}

/// 全部单位
#[utoipa::path(get, path = "/units", operation_id = "list_units", tag = "办公设置",
    responses((status = 200, description = "单位，按编号", body = Vec<Unit>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_units(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    decide(&signed.actor(), op::ReadOffice, Nothing).map_err(app::Error::from)?;
    let office = api.app.city.office_now().await?;
    let units: Vec<_> = office.units().into_iter().map(Unit::of).collect();
    Ok(Out(StatusCode::OK, units).into_response())
}
