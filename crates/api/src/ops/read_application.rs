//! 一件办件: what it goes by and where it stands; what happened to it.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::Number;
use crate::problem::Problem;
use crate::tag;
use crate::views::{Out, Problems};
use crate::views_application::{ApplicationEvent, ApplicationOut};

/// 办件和它的经过
#[derive(Serialize, ToSchema)]
pub(crate) struct Told<'a> {
    /// 办件
    application: ApplicationOut<'a>,
    /// 经过,先发生的在前
    events: Vec<ApplicationEvent<'a>>,
}

/// 读一件办件
#[utoipa::path(get, path = "/applications/{number}", operation_id = "read_application", tag = "办件",
    params(("number" = String, Path, description = "办件编号")),
    responses((status = 200, description = "办件和它的经过", body = Told), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn read_application(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
) -> Result<Response, Problem> {
    let (view, events) = api.house.services.application(signed.actor(), number.0).await?;
    let etag = format!("\"{}\"", view.application.ver);
    let body = Told {
        application: ApplicationOut::of(&view),
        events: events.iter().map(ApplicationEvent::of).collect(),
    };
    let mut response = Out(StatusCode::OK, body).into_response();
    response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
    Ok(response)
}
