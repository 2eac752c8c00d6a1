//! 改了什么: two versions side by side.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use papers::{Change, Part, Piece};
use serde::Deserialize;
use web_kit::{Oops, render, when};

use crate::{Desk, Kit, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    a: i64,
    b: i64,
}

struct Side {
    name: String,
    who: String,
    at: String,
}

struct Row {
    changed: bool,
    pieces: Vec<PieceView>,
}

struct PieceView {
    part: u8,
    text: String,
}

#[derive(Template)]
#[template(path = "paper_compare.html")]
struct CompareHtml {
    p: Page,
    id: i64,
    title: String,
    sides: [Side; 2],
    rows: Vec<Row>,
    changed: usize,
}

fn row(c: Change) -> Row {
    let piece = |p: Piece| PieceView {
        part: match p.part {
            Part::Same => 0,
            Part::Gone => 1,
            Part::New => 2,
        },
        text: p.text,
    };
    Row { changed: c.changed(), pieces: c.pieces.into_iter().map(piece).collect() }
}

/// `GET /desk/papers/{id}/compare?a=&b=`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (papers, actor) = (&kit.acts.papers, desk.actor());
    // Without two named: the newest against the one before.
    let newest = papers.paper(actor.clone(), id).await?.way.version;
    let b = if ask.b > 0 { ask.b } else { newest };
    let a = if ask.a > 0 { ask.a } else { (b - 1).max(1) };
    let v = papers.compare(actor, id, a, b).await?;
    let side = |s: papers::VersionView| Side {
        name: p.t.version.replace("{n}", &s.n.to_string()),
        who: s.who,
        at: when(p.lang, s.at),
    };
    let rows: Vec<Row> = v.changes.into_iter().map(row).collect();
    Ok(render(&CompareHtml {
        id,
        title: v.title,
        sides: [side(v.older), side(v.newer)],
        changed: rows.iter().filter(|r| r.changed).count(),
        rows,
        p,
    }))
}
