//! 数据申请的期限, as a table of working days.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use service::held::{RequestLimit, RequestStage, Sort};
use web_kit::{Fields, Oops, again, render, word};
use workday::Length;

use crate::{Desk, Kit, Page, service};

struct LimitLine {
    name: String,
    days: String,
    source: String,
}

#[derive(Template)]
#[template(path = "data_limits.html")]
struct LimitsHtml {
    p: Page,
    rows: Vec<LimitLine>,
    may: bool,
    trouble: String,
}

fn name(p: &Page, l: &RequestLimit) -> String {
    let stage = match (l.sort, l.stage) {
        (Sort::Correction, RequestStage::WithProvider) => p.t.dat_limit_mend.to_owned(),
        (_, stage) => word(p.lang, stage),
    };
    let which = match l.published {
        Some(true) => p.t.dat_limit_published,
        Some(false) => p.t.dat_limit_unpublished,
        None => "",
    };
    format!("{}{}{stage}{which}", word(p.lang, l.sort), p.t.colon)
}

fn page(p: Page, limits: &[RequestLimit], may: bool, typed: Option<&[String]>, trouble: String) -> Response {
    let rows = limits.iter().enumerate().map(|(n, l)| LimitLine {
        name: name(&p, l),
        days: typed.and_then(|t| t.get(n)).cloned().unwrap_or_else(|| match l.length {
            Length::Workdays(d) => d.to_string(),
            _ => String::new(),
        }),
        source: l.source.clone(),
    });
    render(&LimitsHtml { rows: rows.collect(), may, trouble, p })
}

/// `GET /desk/data/limits`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let (limits, may) = service(&kit).data_limits(desk.actor()).await?;
    Ok(page(desk.page, &limits, may, None, String::new()))
}

/// `POST /desk/data/limits`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let days: Vec<String> = fields.all("days").into_iter().map(str::to_owned).collect();
    let service = service(&kit);
    match service.set_data_limits(desk.actor(), days.clone()).await {
        Ok(()) => Ok(Redirect::to("/desk/data/limits").into_response()),
        Err(e) => {
            let (limits, may) = service.data_limits(desk.actor()).await?;
            let p = desk.page.clone();
            again(&desk.page, e, async |trouble| Ok(page(p, &limits, may, Some(&days), trouble))).await
        }
    }
}
