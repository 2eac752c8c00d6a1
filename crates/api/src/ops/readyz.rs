//! 就绪: the store can be read and written.

use axum::extract::State;
use axum::http::StatusCode;

use crate::Api;
use crate::problem::Problem;
use crate::views::Problems;

/// 就绪
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "运行",
    responses((status = 204, description = "可读可写"), Problems))]
pub(crate) async fn readyz(State(api): State<Api>) -> Result<StatusCode, Problem> {
    api.app.city.office_now().await?;
    // An empty transaction takes the writer's seat and commits: a disk that refuses shows here.
    api.app.city.store().submit(|_| Ok::<_, store::StoreError>(())).await?;
    Ok(StatusCode::NO_CONTENT)
}
