//! 算期限: when a limit would end, and why, day by day.

use access::{Nothing, decide, op};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Moment;
use serde::Deserialize;
use utoipa::IntoParams;
use workday::Length;

use crate::Api;
use crate::auth::Signed;
use crate::body::Asked;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// So long a limit is explained at most, in its own unit (a year of working days, a month of hours).
const LENGTH_MAX: u32 = 750;

/// 从何时起、多长
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limit {
    /// 起算日期或时刻,如 2026-09-24
    from: String,
    /// 长度:3(工作日)、3wd、5d、4wh、24h
    length: String,
}

/// 算期限
#[utoipa::path(get, path = "/calendar/due", operation_id = "calendar_due", tag = "办公设置", params(Limit),
    responses((status = 200, description = "到期时刻和逐日说明", body = Object), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn calendar_due(
    signed: Signed,
    State(api): State<Api>,
    Asked(asked): Asked<Limit>,
) -> Result<Response, Problem> {
    decide(&signed.actor(), op::ReadOffice, Nothing).map_err(app::Error::from)?;
    let from: Moment = asked
        .from
        .parse()
        .map_err(|e: kernel::NotAMoment| Problem::invalid("from", e.to_string(), e.to_string()))?;
    let wrong = |e: workday::CalendarError| Problem::invalid("length", e.to_string(), e.to_string());
    let length: Length = asked.length.parse().map_err(wrong)?;
    if length.n() > LENGTH_MAX {
        let (zh, en) = (format!("最多 {LENGTH_MAX}"), format!("{LENGTH_MAX} at most"));
        return Err(Problem::invalid("length", zh, en));
    }
    let office = api.app.city.office_now().await?;
    let explained = workday::explain(from, length, &office.rules.calendar, &[]);
    Ok(Out(StatusCode::OK, explained).into_response())
}
