//! 核验留痕: reads the whole record and names the first break. One at a time; takes minutes for millions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 核验结果
#[derive(Serialize, ToSchema)]
pub(crate) struct Verdict {
    /// 完好
    intact: bool,
    /// 核验了什么
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    verified: Option<ledger::Verified>,
    /// 第一处破坏
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    broken: Option<Box<ledger::Break>>,
}

/// 核验留痕
#[utoipa::path(post, path = "/ledger/verify", operation_id = "verify_ledger", tag = "留痕",
    responses((status = 200, description = "核验结果", body = Verdict), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn verify_ledger(signed: Signed, State(api): State<Api>) -> Result<Response, Problem> {
    let actor = signed.actor();
    let office = api.app.city.office_now().await?;
    let city = access::City(&office.settings.city);
    access::decide(&actor, access::op::ReadLedger, city).map_err(app::Error::from)?;
    let _turn = api.long_work.try_acquire().map_err(|_| Problem::busy())?;
    let app = api.app.clone();
    let work = tokio::task::spawn_blocking(move || app.city.verify_record(&actor));
    let verdict = match work.await.map_err(|_| Problem::fault())?? {
        Ok(verified) => Verdict { intact: true, verified: Some(verified), broken: None },
        Err(broken) => Verdict { intact: false, verified: None, broken: Some(broken) },
    };
    Ok(Out(StatusCode::OK, verdict).into_response())
}
