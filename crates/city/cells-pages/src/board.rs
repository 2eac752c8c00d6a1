//! 全省看板: what the cities below told, one line each and together; every number leads to the list of the city. A city that is
//! silent is shown as silent since when, never as nought.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cells::{BoardLine, middle};
use kernel::{Date, US_PER_DAY};
use supervise::{Figure, figure, of_counts};
use web_kit::{Lang, Oops, address, date_of, render, when};

use crate::{Desk, Kit, Page};

/// What the board shows.
const SHOWN: [&str; 9] = [
    "intake",
    "replied",
    "on_time_rate",
    "open",
    "late",
    "called",
    "solved_rate",
    "satisfied_rate",
    "handed_over",
];

struct Cell {
    text: String,
    /// the list of the city; empty for none
    href: String,
}

struct Line {
    name: String,
    cells: Vec<Cell>,
    middle: String,
    stands: String,
    silent: bool,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardHtml {
    p: Page,
    from: Date,
    to: Date,
    said: String,
    heads: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    total: Option<Line>,
    trouble: String,
}

fn shown() -> Vec<&'static Figure> {
    SHOWN.iter().filter_map(|key| figure(key)).collect()
}

fn line(p: &Page, l: &BoardLine, days: i64, (from, to): (Date, Date)) -> Line {
    let cell = |f: &Figure| {
        let Some(counts) = &l.counts else {
            return Cell { text: "—".to_owned(), href: String::new() };
        };
        let value = of_counts(f, &|key: &str| counts.get(key).copied().unwrap_or(0));
        let list = format!("/desk/boards/list/{}", f.key);
        let pairs = [("from", from.to_string()), ("to", to.to_string())];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let href = if l.address.is_empty() {
            String::new()
        } else {
            format!("{}{}", l.address, address(&list, &pairs))
        };
        Cell { text: value.text(), href }
    };
    let as_of = l.as_of.map_or_else(String::new, |at| p.t.as_of.replace("{at}", &when(p.lang, at)));
    let some = l.told > 0 && (l.told as i64) < days;
    let told = if some { p.t.told_days.replace("{n}", &l.told.to_string()) } else { String::new() };
    let stands = match l.silent {
        Some(since) => p.t.silent_since.replace("{at}", &when(p.lang, since)),
        None => as_of,
    };
    Line {
        name: l.name.clone(),
        cells: shown().into_iter().map(cell).collect(),
        middle: middle(&l.days).map_or_else(
            || "—".to_owned(),
            |n| if n + 1 == cells::DAYS_CLASSES { format!("≥{n}") } else { n.to_string() },
        ),
        stands: format!("{stands} {told}").trim().to_owned(),
        silent: l.silent.is_some(),
    }
}

/// `GET /desk/cells/board`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(q): Query<BTreeMap<String, String>>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let asked = |name: &str| q.get(name).and_then(|t| date_of(t));
    let to = asked("to").unwrap_or_else(|| p.now.date());
    let from = asked("from").unwrap_or_else(|| p.now.plus_us(-29 * US_PER_DAY).date());
    let (board, trouble) = match kit.acts.cells.province(desk.actor(), from, to).await {
        Ok(board) => (Some(board), String::new()),
        Err(e @ city::Error::Invalid { .. }) => (None, web_kit::explain(&desk.page, &e)),
        Err(e) => return Err(Oops(e)),
    };
    let span = (from, to);
    let (mut lines, mut total, mut said) = (Vec::new(), None, String::new());
    if let Some(b) = board {
        lines = b.cities.iter().map(|l| line(&p, l, b.days, span)).collect();
        let n = b.cities.iter().filter(|l| l.counts.is_some()).count();
        let silent = b.cities.iter().filter(|l| l.silent.is_some()).count();
        said =
            p.t.board_of
                .replace("{n}", &n.to_string())
                .replace("{all}", &b.cities.len().to_string())
                .replace("{silent}", &silent.to_string());
        total =
            (n > 0).then(|| line(&p, &b.total, b.days, span)).map(|l| Line { stands: String::new(), ..l });
    }
    let heads =
        shown().into_iter().map(|f| if p.lang == Lang::Zh { (f.zh, f.how) } else { (f.en, f.how_en) });
    Ok(render(&BoardHtml { heads: heads.collect(), lines, total, said, from, to, trouble, p }))
}
