//! 面板: the figures of a campaign, each of which opens the list it counts; papers that units hand in.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::{StaffId, UnitId};
use serde::Deserialize;
use walk::board::{Side, SideFigures};
use walk::lists::{MeasureRow, Row, Standing, ThreeLists};
use walk::ops::OpId;
use walk::papers::{Block, Document, HandedIn, PaperKind, rectification_report, summary, three_list_form};
use walk::validity::Validity;
use walk_acts::BoardView;
use web_kit::{Fields, Oops, address, date_of, render, said};

use crate::texts::Texts;
use crate::{Desk, Kit, Page};
use crate::{campaigns, walks};

const SIDES: [(&str, Side); 3] =
    [("leader", Side::Leader), ("department", Side::Department), ("county", Side::County)];
const COLUMNS: [&str; 4] = ["expected", "walked", "on_time", "missing"];
const FIGURES: [&str; 5] = ["walks", "problems", "of_value", "planned", "fixed"];

fn side_name(t: &Texts, side: &str) -> &'static str {
    match side {
        "leader" => t.walk.leaders,
        "department" => t.walk.departments,
        _ => t.walk.counties,
    }
}
fn column_name(t: &Texts, column: &str) -> &'static str {
    match column {
        "expected" => t.walk.expected,
        "walked" => t.walk.walked,
        "on_time" => t.walk.on_time,
        _ => t.walk.missing,
    }
}
fn figure_name(t: &Texts, figure: &str) -> &'static str {
    match figure {
        "walks" => t.walk.walks_counted,
        "problems" => t.walk.problems,
        "of_value" => t.walk.of_value,
        "planned" => t.walk.planned,
        _ => t.walk.fixed,
    }
}

fn column<'a>(f: &'a SideFigures, column: &str) -> &'a [(Option<StaffId>, UnitId)] {
    match column {
        "expected" => &f.expected,
        "walked" => &f.walked,
        "on_time" => &f.on_time,
        _ => &f.missing,
    }
}
fn figure<'a>(b: &'a BoardView, name: &str) -> &'a [u32] {
    match name {
        "walks" => &b.board.walks,
        "problems" => &b.board.problems,
        "of_value" => &b.board.of_value,
        "planned" => &b.board.planned,
        _ => &b.board.fixed,
    }
}

struct Cell {
    column: &'static str,
    n: usize,
    href: String,
}
struct SideRow {
    name: &'static str,
    cells: Vec<Cell>,
    share: String,
}
struct Tile {
    name: &'static str,
    n: usize,
    href: String,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardHtml {
    p: Page,
    id: i64,
    name: String,
    span: String,
    today: String,
    sentence: String,
    columns: Vec<&'static str>,
    sides: Vec<SideRow>,
    tiles: Vec<Tile>,
    fixed: String,
    supervises: bool,
    may: bool,
    yearly: bool,
    trouble: String,
    ver: i64,
    v: Validity,
    conditions: Vec<String>,
}

fn share(permille: Option<u32>) -> String {
    permille.map_or_else(|| "–".to_owned(), |n| format!("{}.{} %", n / 10, n % 10))
}

#[derive(Deserialize)]
pub(crate) struct BoardAsk {
    #[serde(default)]
    day: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    skip: usize,
}

async fn read(kit: &Kit, desk: &Desk, id: i64, day: &str) -> Result<BoardView, Oops> {
    let today = date_of(day).unwrap_or_else(|| desk.page.now.date());
    Ok(kit.acts.walks.walk_board(desk.actor(), id, today).await?)
}

/// `GET /desk/walks/{id}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Ask(ask): Ask<BoardAsk>,
) -> Result<Response, Oops> {
    page(&kit, &desk, id, &ask.day, String::new()).await
}

pub(crate) async fn page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    day: &str,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let view = read(kit, desk, id, day).await?;
    let v = view.campaign.campaign.validity;
    let list = |what: &str| address(&format!("/desk/walks/{id}/list"), &[("what", what), ("day", day)]);
    let none = SideFigures::default();
    let sides = SIDES.iter().map(|(word, side)| {
        let f = view.board.sides.get(side).unwrap_or(&none);
        let cell = |c: &&str| Cell {
            column: column_name(p.t, c),
            n: column(f, c).len(),
            href: list(&format!("{word}.{c}")),
        };
        SideRow {
            name: side_name(p.t, word),
            cells: COLUMNS.iter().map(cell).collect(),
            share: share(view.board.covered_permille(*side)),
        }
    });
    let tiles =
        FIGURES.iter().map(|f| Tile { name: figure_name(p.t, f), n: figure(&view, f).len(), href: list(f) });
    Ok(render(&BoardHtml {
        id,
        sides: sides.collect(),
        tiles: tiles.collect(),
        columns: COLUMNS.iter().map(|c| column_name(p.t, c)).collect(),
        name: view.campaign.campaign.name.clone(),
        span: format!("{} – {}", view.campaign.campaign.from, view.campaign.campaign.to),
        today: view.today.to_string(),
        sentence: if p.lang == web_kit::Lang::Zh { view.board.sentence_zh() } else { String::new() },
        fixed: share(view.board.fixed_permille()),
        supervises: desk.role() == kernel::Role::Supervisor,
        may: view.campaign.may_organise,
        yearly: view.campaign.campaign.yearly,
        trouble,
        ver: view.campaign.ver,
        conditions: v.said().iter().map(|c| said(p.lang, c)).collect(),
        v,
        p,
    }))
}

#[derive(Template)]
#[template(path = "board_list.html")]
struct ListHtml {
    p: Page,
    id: i64,
    title: String,
    total: usize,
    people: Vec<(String, String)>,
    walks: Vec<campaigns::Line>,
    found: Vec<walks::Found>,
    next: String,
}

const AT_ONCE: usize = 200;

/// `GET /desk/walks/{id}/list?what=`: exactly what a figure counts.
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Ask(ask): Ask<BoardAsk>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let view = read(&kit, &desk, id, &ask.day).await?;
    let mut html = ListHtml {
        id,
        title: String::new(),
        total: 0,
        people: vec![],
        walks: vec![],
        found: vec![],
        next: String::new(),
        p,
    };
    if let Some((side, col)) = ask.what.split_once('.') {
        let of = SIDES.iter().find(|s| s.0 == side).and_then(|s| view.board.sides.get(&s.1));
        let all = of.map_or(&[][..], |f| column(f, col));
        html.title = format!("{} · {}", side_name(html.p.t, side), column_name(html.p.t, col));
        html.total = all.len();
        let page: Vec<_> = all.iter().skip(ask.skip).take(AT_ONCE).copied().collect();
        let ids = page.iter().filter_map(|(s, _)| *s).collect();
        let names = kit.city.staff_names(desk.actor(), ids).await?;
        let who = |s: Option<StaffId>| s.and_then(|s| names.get(&s).cloned()).unwrap_or_default();
        html.people = page.into_iter().map(|(s, u)| (who(s), view.office.unit_name(u))).collect();
    } else {
        let name = FIGURES.iter().find(|f| **f == ask.what).ok_or(Oops(Error::NotFound))?;
        let all = figure(&view, name);
        html.title = figure_name(html.p.t, name).to_owned();
        html.total = all.len();
        let page: Vec<i64> = all.iter().skip(ask.skip).take(AT_ONCE).map(|n| i64::from(*n)).collect();
        if *name == "walks" {
            let rows = kit.acts.walks.walks_with_ids(desk.actor(), page).await?;
            html.walks = rows.into_iter().map(|l| campaigns::line(&html.p, &view.office, l)).collect();
        } else {
            let rows = kit.acts.walks.three_lists(desk.actor(), id).await?;
            let wanted: std::collections::BTreeSet<i64> = page.into_iter().collect();
            let rows = rows.into_iter().filter(|l| wanted.contains(&l.row.id));
            html.found = rows.map(|l| walks::found(&html.p, &view.office, l)).collect();
        }
    }
    let next = ask.skip.saturating_add(AT_ONCE);
    if next < html.total {
        let skip = next.to_string();
        let pairs = [("what", ask.what.as_str()), ("day", &ask.day), ("skip", &skip)];
        html.next = address(&format!("/desk/walks/{id}/list"), &pairs);
    }
    Ok(render(&html))
}

struct PaperRow {
    unit: String,
    id: i64,
    cells: Vec<(String, &'static str, String)>,
}

#[derive(Template)]
#[template(path = "papers.html")]
struct PapersHtml {
    p: Page,
    id: i64,
    name: String,
    due: String,
    kinds: Vec<(String, String)>,
    rows: Vec<PaperRow>,
    may: bool,
}

fn kind_word(k: PaperKind) -> &'static str {
    match k {
        PaperKind::ThreeLists => "three_lists",
        PaperKind::Rectification => "rectification",
        PaperKind::Summary => "summary",
    }
}
fn kind_name(t: &Texts, k: PaperKind) -> &'static str {
    match k {
        PaperKind::ThreeLists => t.walk.paper_lists,
        PaperKind::Rectification => t.walk.paper_report,
        PaperKind::Summary => t.walk.paper_summary,
    }
}

/// `GET /desk/walks/{id}/papers`: which unit has handed in what.
pub(crate) async fn papers(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let t = p.t.walk;
    let c = kit.acts.walks.campaign(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    let all = kit.acts.walks.papers(desk.actor(), id, p.now.date()).await?;
    let mut rows: BTreeMap<UnitId, Vec<(String, &'static str, String)>> = BTreeMap::new();
    for ((unit, kind), standing) in all {
        let (text, class) = match standing {
            HandedIn::OnTime(d) => (t.paper_on_time.replace("{day}", &d.to_string()), "green"),
            HandedIn::Late(d, n) => {
                (t.paper_late.replace("{day}", &d.to_string()).replace("{n}", &n.to_string()), "yellow")
            }
            HandedIn::Open(n) => (t.paper_open.replace("{n}", &n.to_string()), "off"),
            HandedIn::Overdue(n) => (t.paper_over.replace("{n}", &n.to_string()), "red"),
        };
        let open = matches!(standing, HandedIn::Open(_) | HandedIn::Overdue(_));
        let word = if open { kind_word(kind).to_owned() } else { String::new() };
        rows.entry(unit).or_default().push((text, class, word));
    }
    let row = |(u, cells): (UnitId, _)| PaperRow { unit: office.unit_name(u), id: u.0, cells };
    Ok(render(&PapersHtml {
        id,
        name: c.campaign.name.clone(),
        due: c.campaign.documents_due.to_string(),
        kinds: PaperKind::ALL
            .iter()
            .map(|k| (kind_word(*k).to_owned(), kind_name(p.t, *k).to_owned()))
            .collect(),
        rows: rows.into_iter().map(row).collect(),
        may: c.may_organise,
        p,
    }))
}

/// `POST /desk/walks/{id}/papers`: a unit handed a paper in.
pub(crate) async fn hand_in(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let kind = PaperKind::ALL.into_iter().find(|k| kind_word(*k) == fields.get("kind"));
    let unit = fields.get("unit").parse().map(UnitId).ok();
    let (Some(kind), Some(unit)) = (kind, unit) else { return Err(Oops(Error::NotFound)) };
    kit.acts.walks.hand_in_paper(desk.actor(), id, unit, kind).await?;
    Ok(Redirect::to(&format!("/desk/walks/{id}/papers")).into_response())
}

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperHtml {
    p: Page,
    d: Document,
    date: String,
}

/// `GET /desk/walks/{id}/paper/{kind}`: the document in the format a city hands in, to print.
pub(crate) async fn paper(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, kind)): Path<(i64, String)>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let kind = PaperKind::ALL.into_iter().find(|k| kind_word(*k) == kind).ok_or(Oops(Error::NotFound))?;
    let view = read(&kit, &desk, id, "").await?;
    let today = view.today;
    let d = if kind == PaperKind::Summary {
        let missing = view.board.sides.values().flat_map(|f| &f.missing).filter_map(|m| m.0);
        let names = kit.city.staff_names(desk.actor(), missing.collect()).await?;
        let person = |s| names.get(&s).cloned().unwrap_or_default();
        summary(&p.city, today, &view.board, |u| view.office.unit_name(u), person)
    } else {
        let lists = as_lists(kit.acts.walks.three_lists(desk.actor(), id).await?);
        if kind == PaperKind::ThreeLists {
            three_list_form(&p.city, today, &lists)
        } else {
            rectification_report(&p.city, today, &lists)
        }
    };
    let date = format!("{}年{}月{}日", today.year(), today.month(), today.day());
    Ok(render(&PaperHtml { p, d, date }))
}

fn as_lists(all: Vec<walk_acts::Listed>) -> ThreeLists {
    let mut lists = ThreeLists::default();
    for l in all {
        let id =
            OpId { device: l.row.device.cast_unsigned(), counter: u32::try_from(l.row.counter).unwrap_or(0) };
        for (text, by) in &l.measures {
            let (found, text, by) = (l.row.words.clone(), text.clone(), *by);
            lists.measures.push(MeasureRow { finding: id, found, text, by, done: l.fixed });
        }
        let standing = l.row.number.clone().map(|number| Standing {
            number,
            struck_off: l.fixed,
            due: l.measures.iter().filter_map(|m| m.1).max(),
        });
        let row = Row {
            walk: l.row.walk.to_string(),
            finding: id,
            item: l.item,
            version: u32::try_from(l.row.version).unwrap_or(0),
            step: l.step,
            text: l.row.words,
            standing,
        };
        if l.row.kind == "problem" { &mut lists.problems } else { &mut lists.demands }.push(row);
    }
    lists
}
