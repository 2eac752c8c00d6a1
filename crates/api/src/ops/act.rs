//! 办理: one act of the closed loop on a case. What may be done, by whom and when is the loop table.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use resolve::{Command, Word as _};

use crate::Api;
use crate::auth::Signed;
use crate::body::{Json, Number};
use crate::problem::Problem;
use crate::tag::{self, Expect};
use crate::views::{self, CaseOut, Out, Problems};

/// 办理一件
#[utoipa::path(post, path = "/cases/{number}/acts", operation_id = "act", tag = "件",
    params(("number" = String, Path, description = "受理编号"),
           ("If-Match" = Option<String>, Header, description = "读取时的 ETag；件已变则答 412"),
           ("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    request_body(content = crate::acts::Acting, description = "动作和它的字段"),
    responses((status = 200, description = "办后的件", body = CaseOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn act(
    signed: Signed,
    number: Number,
    Expect(expect): Expect,
    State(api): State<Api>,
    Json { value: asked, once }: Json<Command>,
) -> Result<Response, Problem> {
    let act = asked.act();
    if crate::acts::is_closed(act) {
        let zh = format!("“{}”由系统办理或另有接口", act.zh());
        let en = format!("“{}” is done by the system or has an operation of its own", act.word());
        return Err(Problem::invalid("act", zh, en));
    }
    let Some(name) = once else {
        let view = api.app.cases.act(signed.actor(), number.0, asked, expect).await?;
        let etag = tag::etag(&view, api.app.city.store().now());
        let mut response = Out(StatusCode::OK, CaseOut::of(&view)).into_response();
        response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
        return Ok(response);
    };
    let done =
        api.app.cases.act_once(signed.actor(), number.0, asked, expect, name, views::case_text).await?;
    let etag = views::version_in(&done.body).map(|v| format!("\"{v}\""));
    let mut response = views::json(StatusCode::OK, done.body);
    if let Some(etag) = etag {
        response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
    }
    if done.replayed {
        response.headers_mut().insert("idempotency-replayed", tag::header_of("true"));
    }
    Ok(response)
}
