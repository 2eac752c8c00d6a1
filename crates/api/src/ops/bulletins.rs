//! 通报: the bulletins that may be seen, and one with its text and the figures it rests on.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Moment;
use serde::Serialize;
use store::supervision::BulletinRow;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 一份通报
#[derive(Serialize, ToSchema)]
pub(crate) struct BulletinOut<'a> {
    /// 编号
    id: i64,
    /// 种类
    form: &'a str,
    /// 标题
    title: &'a str,
    /// draft(草稿)、issued(已发)
    state: &'a str,
    /// 版本
    version: i64,
    /// 区划代码
    region: &'a str,
    /// 起草时间
    #[schema(value_type = String, format = DateTime)]
    made: Moment,
}

impl<'a> BulletinOut<'a> {
    fn of(b: &'a BulletinRow) -> Self {
        Self {
            id: b.id,
            form: &b.form,
            title: &b.title,
            state: &b.state,
            version: b.ver,
            region: &b.region,
            made: b.made,
        }
    }
}

/// 通报列表
#[utoipa::path(get, path = "/bulletins", operation_id = "list_bulletins", tag = "督导",
    responses((status = 200, description = "通报，新的在前", body = Vec<BulletinOut>), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn list_bulletins(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    let all = api.house.supervision.bulletins(signed.actor()).await?;
    Ok(Out(StatusCode::OK, all.iter().map(BulletinOut::of).collect::<Vec<_>>()).into_response())
}

/// 通报和它的内容
#[derive(Serialize, ToSchema)]
pub(crate) struct BulletinText<'a> {
    /// 通报
    bulletin: BulletinOut<'a>,
    /// 内容:标题、主送、段落和其中的数字
    #[schema(value_type = Object)]
    content: &'a supervise::Bulletin,
    /// 现在与当时不同的数字有几处
    differences: usize,
}

/// 读一份通报
#[utoipa::path(get, path = "/bulletins/{id}", operation_id = "read_bulletin", tag = "督导",
    params(("id" = i64, Path, description = "编号")),
    responses((status = 200, description = "通报和它的内容", body = BulletinText), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn read_bulletin(
    signed: Signed,
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::from(city::Error::NotFound))?;
    let v = api.house.supervision.bulletin(signed.actor(), id).await?;
    let body = BulletinText {
        bulletin: BulletinOut::of(&v.row),
        content: &v.bulletin,
        differences: v.differences.len(),
    };
    Ok(Out(StatusCode::OK, body).into_response())
}
