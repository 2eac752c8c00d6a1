//! 待我办、我经手、已发、收文.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use papers::{Line, Stage, Tab};
use serde::Deserialize;
use web_kit::{Filling, Lang, Oops, Reader, Tile, day, render, when};

use crate::{Desk, Kit, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    tab: String,
}

pub(crate) struct LineView {
    pub id: i64,
    pub title: String,
    pub number: String,
    pub unit: String,
    pub stage: String,
    pub since: String,
    pub done: String,
    pub until: String,
    pub late: bool,
}

pub(crate) fn stage(lang: Lang, s: Stage) -> String {
    if lang == Lang::Zh { s.zh() } else { s.en() }.to_owned()
}

pub(crate) fn line(p: &Page, l: Line) -> LineView {
    let (done, all) = l.done;
    LineView {
        id: l.id,
        title: l.title,
        number: if l.number.is_empty() { p.t.no_number.to_owned() } else { l.number },
        unit: l.unit,
        stage: stage(p.lang, l.stage),
        since: when(p.lang, l.since),
        done: if all > 0 && l.stage.is_out() {
            p.t.done_of.replace("{n}", &done.to_string()).replace("{all}", &all.to_string())
        } else {
            String::new()
        },
        until: l.answer_by.map_or_else(String::new, |d| p.t.until.replace("{day}", &day(p.lang, d))),
        late: l.late,
    }
}

struct TabView {
    word: &'static str,
    name: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "papers.html")]
struct PapersHtml {
    p: Page,
    tabs: Vec<TabView>,
    lines: Vec<LineView>,
    none: &'static str,
    writes: bool,
}

const fn tab_en(tab: Tab) -> &'static str {
    match tab {
        Tab::Mine => "Waits for me",
        Tab::Handled => "Through my hands",
        Tab::Sent => "Issued",
        Tab::Received => "Received",
    }
}

/// `GET /desk/papers`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let tab = Tab::read(&ask.tab).unwrap_or(Tab::Mine);
    let lines = kit.acts.papers.list(desk.actor(), tab).await?;
    let tabs = Tab::ALL.into_iter().map(|t| TabView {
        word: t.word(),
        name: if p.lang == Lang::Zh { t.zh() } else { tab_en(t) }.to_owned(),
        on: t == tab,
    });
    Ok(render(&PapersHtml {
        tabs: tabs.collect(),
        lines: lines.into_iter().map(|l| line(&p, l)).collect(),
        none: match tab {
            Tab::Mine => p.t.none_mine,
            Tab::Handled => p.t.none_handled,
            Tab::Sent => p.t.none_sent,
            Tab::Received => p.t.none_received,
        },
        writes: p.may(access::Operation::WritePapers),
        p,
    }))
}

/// At home: papers that wait for whoever looks.
pub fn at_home(kit: Kit, reader: Reader, (): ()) -> Filling<Tile> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref().filter(|_| p.may(access::Operation::ListPapers)) else {
            return Ok(Vec::new());
        };
        let mine = kit.acts.papers.list(me.actor.clone(), Tab::Mine).await?;
        Ok(Vec::from_iter((!mine.is_empty()).then(|| Tile {
            label: p.t.home_mine.to_owned(),
            count: mine.len().to_string(),
            href: "/desk/papers".to_owned(),
            hot: mine.iter().any(|l| l.late),
        })))
    })
}
