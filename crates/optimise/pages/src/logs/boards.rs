//! 看板: findings that are looked at again: every part is computed anew from its log with its filters.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use optimise::questions::{Question, ask};
use optimise::remaining::foretell;
use optimise_acts::logs::{Board, BoardChange, BoardPart};
use web_kit::{Fields, Oops, again, render, said};

use crate::logs::asked::{Seen, grouped, half, seen};
use crate::logs::overview::{Figure, figures};
use crate::logs::questions::asked_options;
use crate::logs::shelf::{Shelf, blocking};
use crate::{Desk, Kit, Page};

struct Tile {
    title: String,
    log: String,
    href: String,
    said: String,
    lines: Vec<String>,
    figures: Vec<Figure>,
    trouble: String,
}

struct Row {
    id: i64,
    name: String,
    parts: usize,
    owner: String,
    own: bool,
    shared: bool,
}

#[derive(Template)]
#[template(path = "log_boards.html")]
struct BoardsHtml {
    p: Page,
    rows: Vec<Row>,
    trouble: String,
}

#[derive(Template)]
#[template(path = "log_board.html")]
struct BoardHtml {
    p: Page,
    row: Row,
    tiles: Vec<Tile>,
}

fn row(b: &Board) -> Row {
    Row {
        id: b.id,
        name: b.name.clone(),
        parts: b.parts.len(),
        owner: b.owner.clone(),
        own: b.own,
        shared: b.shared,
    }
}

async fn list_page(kit: &Kit, desk: &Desk, trouble: String) -> Result<Response, Oops> {
    let all = kit.acts.logs.boards(&desk.actor()).await?;
    Ok(render(&BoardsHtml { rows: all.iter().map(row).collect(), trouble, p: desk.page.clone() }))
}

/// `GET /desk/logs/boards`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    list_page(&kit, &desk, String::new()).await
}

/// The pairs of an address.
fn pairs(query: &str) -> Vec<(String, String)> {
    let text = query.trim_start_matches('?');
    let decode = |t: &str| {
        let mut out = Vec::with_capacity(t.len());
        let mut bytes = t.bytes();
        while let Some(b) = bytes.next() {
            match b {
                b'+' => out.push(b' '),
                b'%' => {
                    let hex = [bytes.next().unwrap_or(b'0'), bytes.next().unwrap_or(b'0')];
                    let text = String::from_utf8_lossy(&hex);
                    out.push(u8::from_str_radix(&text, 16).unwrap_or(b' '));
                }
                b => out.push(b),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    let pair = |p: &str| p.split_once('=').map(|(k, v)| (decode(k), decode(v)));
    text.split('&').filter(|p| !p.is_empty()).take(64).filter_map(pair).collect()
}

/// What a part shows now.
fn shown(p: &Page, part: &BoardPart, seen: &Seen) -> Tile {
    let t = p.t.log;
    let mut tile = Tile {
        title: part.title.clone(),
        log: format!(
            "{} · {}",
            seen.book.name,
            t.cases_of.replace("{n}", &seen.head.cases).replace("{all}", &seen.head.all)
        ),
        href: format!("/desk/logs/{}{}{}", part.log, part.page, part.query),
        said: String::new(),
        lines: Vec::new(),
        figures: Vec::new(),
        trouble: String::new(),
    };
    if let Some(question) = Question::read(&part.question) {
        let answer = ask(&seen.log, question, &seen.office, &asked_options(&seen.asked, seen.book.as_of));
        tile.said = said(p.lang, &answer.said);
        tile.lines = answer.findings.iter().take(3).map(|f| said(p.lang, &f.said)).collect();
        return tile;
    }
    if part.page == "/ahead" {
        let days = seen.asked.get("limit_days").parse::<f64>().ok().filter(|d| *d > 0.0);
        match foretell(&seen.log, &seen.office, seen.book.as_of, days) {
            Err(e) => tile.trouble = half(p, &e.to_string()),
            Ok(f) => {
                let count = |of: &dyn Fn(&optimise::remaining::Ahead) -> bool| {
                    grouped(f.open.iter().filter(|a| of(a)).count())
                };
                tile.said = t
                    .ahead_counts
                    .replace("{n}", &grouped(f.open.len()))
                    .replace("{stalled}", &count(&|a| a.alike == 0))
                    .replace("{late}", &count(&|a| a.is_late && a.alike > 0))
                    .replace("{will}", &count(&|a| !a.is_late && a.alike > 0 && a.late >= 0.5))
                    .replace("{may}", &count(&|a| !a.is_late && (0.2..0.5).contains(&a.late)));
            }
        }
        return tile;
    }
    tile.figures = figures(p, seen);
    tile
}

/// `GET /desk/logs/boards/{id}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let all = kit.acts.logs.boards(&desk.actor()).await?;
    let board = all.into_iter().find(|b| b.id == id).ok_or(Oops(city::Error::NotFound))?;
    let mut tiles = Vec::with_capacity(board.parts.len());
    for part in board.parts.clone() {
        // A log that is gone, or no longer shared, says so in its place: the others are shown all the same.
        let tile = match seen(&kit, &desk, &shelf, &part.log, pairs(&part.query), "").await {
            Ok(seen) => {
                let p = desk.page.clone();
                blocking(move || shown(&p, &part, &seen)).await?
            }
            Err(_) => Tile {
                trouble: desk.page.t.log.board_gone.to_owned(),
                title: part.title,
                log: String::new(),
                href: String::new(),
                said: String::new(),
                lines: Vec::new(),
                figures: Vec::new(),
            },
        };
        tiles.push(tile);
    }
    Ok(render(&BoardHtml { row: row(&board), tiles, p: desk.page.clone() }))
}

/// `POST /desk/logs/boards`: a part is put on a board.
pub(crate) async fn put(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let get = |n: &str| fields.get(n).to_owned();
    let part = BoardPart {
        log: get("log"),
        page: get("page"),
        query: get("query"),
        question: get("question"),
        title: get("title"),
    };
    let (name, id) = (get("name"), get("board").parse().ok());
    match kit.acts.logs.put_on_board(&desk.actor(), id, &name, part).await {
        Ok(id) => Ok(Redirect::to(&format!("/desk/logs/boards/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| list_page(&kit, &desk, trouble)).await,
    }
}

/// `POST /desk/logs/boards/{id}`: shared or no longer, a part taken away, deleted.
pub(crate) async fn change(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let change = match (fields.get("act"), fields.get("at").parse()) {
        ("delete", _) => BoardChange::Delete,
        ("take", Ok(at)) => BoardChange::Take(at),
        (act, _) => BoardChange::Share(act == "share"),
    };
    kit.acts.logs.change_board(&desk.actor(), id, change).await?;
    let to = match change {
        BoardChange::Delete => "/desk/logs/boards".to_owned(),
        _ => format!("/desk/logs/boards/{id}"),
    };
    Ok(Redirect::to(&to).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_was_kept_is_read_back() {
        let kept = "?f=%7B%22by%22%3A%22x%22%7D&limit_days=5&unit=%E5%8D%95+%E4%BD%8D&broken=%ZZ";
        let read = pairs(kept);
        assert_eq!(read[0], ("f".to_owned(), "{\"by\":\"x\"}".to_owned()));
        assert_eq!(read[1].1, "5");
        assert_eq!(read[2].1, "单 位");
        assert_eq!((read.len(), pairs("").len()), (4, 0));
    }
}
