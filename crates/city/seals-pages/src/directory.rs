//! 印章名录: which seals there are, for everybody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::Moment;
use seals::SealState;
use web_kit::{Oops, day, render, word};

use crate::{Kit, Page};

struct Line {
    name: String,
    number: String,
    unit: String,
    kind: String,
    state: String,
    trial: bool,
    until: String,
}

#[derive(Template)]
#[template(path = "directory.html")]
struct DirectoryHtml {
    p: Page,
    lines: Vec<Line>,
}

pub(crate) fn span(p: &Page, from: Option<Moment>, to: Option<Moment>) -> String {
    let said = |m: Option<Moment>| m.map(|m| day(p.lang, m.date()));
    match (said(from), said(to)) {
        (Some(from), Some(to)) => format!("{from} – {to}"),
        _ => "—".to_owned(),
    }
}

/// Where a seal stands, as people are told.
pub(crate) fn stands(p: &Page, state: SealState, valid_to: Option<Moment>) -> String {
    if state.has_run_out(valid_to, p.now) { p.t.ended.to_owned() } else { word(p.lang, state) }
}

/// `GET /seals`
pub(crate) async fn show(State(kit): State<Kit>, p: Page) -> Result<Response, Oops> {
    let lines = kit.acts.seals.directory().await?;
    let lines = lines
        .into_iter()
        .map(|l| Line {
            kind: word(p.lang, l.kind),
            state: stands(&p, l.state, l.to),
            until: span(&p, l.from, l.to),
            name: l.name,
            number: l.number,
            unit: l.unit,
            trial: l.trial,
        })
        .collect();
    Ok(render(&DirectoryHtml { p, lines }))
}
