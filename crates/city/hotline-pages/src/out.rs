//! 送交热线: what waits for a hotline without an interface, as a table to hand over; the workbook of this page is that file.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use hotline::OutView;
use kernel::Word as _;
use web_kit::{Fields, Oops, render, when, word};

use crate::{Desk, Kit, Page};

struct Line {
    number: String,
    says: String,
    at: String,
    our: String,
    status: String,
    unit: String,
    text: String,
}

#[derive(Template)]
#[template(path = "out.html")]
struct OutHtml {
    p: Page,
    code: String,
    lines: Vec<Line>,
    last: i64,
}

fn line(p: &Page, o: OutView) -> Line {
    let stage = resolve::StageKind::read(&o.say.status).map_or_else(String::new, |s| word(p.lang, s));
    let reason = resolve::ReturnReason::read(&o.say.reason).map(|r| word(p.lang, r));
    let result = hotline::Rung::read(&o.say.result).map(|r| word(p.lang, r));
    let words = [reason, result, Some(o.say.text), Some(o.say.words)];
    let text: Vec<String> = words.into_iter().flatten().filter(|w| !w.is_empty()).collect();
    Line {
        number: o.say.number,
        says: o.says.map_or_else(String::new, |s| word(p.lang, s)),
        at: o.say.at.map_or_else(String::new, |a| when(p.lang, a)),
        our: o.say.our_number,
        status: stage,
        unit: o.say.unit,
        text: text.join("；"),
    }
}

/// `GET /desk/hotline/out/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.hotlines.outgoing(desk.actor(), code.clone()).await?;
    let last = all.iter().map(|o| o.id).max().unwrap_or(0);
    let lines = all.into_iter().map(|o| line(&p, o)).collect();
    Ok(render(&OutHtml { code, lines, last, p }))
}

/// `POST /desk/hotline/out/{code}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    f: Fields,
) -> Result<Response, Oops> {
    let up_to = f.get("last").parse().unwrap_or(0);
    kit.acts.hotlines.handed_over(desk.actor(), code, up_to).await?;
    Ok(Redirect::to("/desk/hotline").into_response())
}
