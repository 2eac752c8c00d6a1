//! 看板: figures of a period by region, unit, item …, as of any day; every figure opens its list.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kernel::{Date, Moment, US_PER_DAY};
use serde::Deserialize;
use supervise::{Ask, Bars, Dim, FIGURES, Figure, Filter, Lines, Sort, Value, bars, figure, lines};
use supervise_acts::{FigureBoard, NamedLine, fields_of, query_of};
use web_kit::{Lang, Oops, Opt, day, opt, render, when};

use crate::ready;
use crate::{Desk, Kit, Page};

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskForm {
    pub from: String,
    pub to: String,
    pub by: String,
    pub sort: String,
    pub page: String,
    pub region: String,
    pub unit: String,
    pub item: String,
    pub campaign: String,
    pub channel: String,
    pub kind: String,
    pub theme: String,
    pub window: String,
    pub cause: String,
}

impl AskForm {
    /// What is asked; without days the last thirty.
    pub(crate) fn ask(&self, now: Moment) -> Ask {
        let day = |text: &str| text.trim().parse::<Date>().ok();
        let to = day(&self.to).unwrap_or_else(|| now.date());
        let from = day(&self.from).unwrap_or_else(|| Moment::start_of(to).plus_us(-29 * US_PER_DAY).date());
        let cut = |t: &str| t.trim().chars().take(120).collect::<String>();
        let filter = Filter {
            region: cut(&self.region),
            unit: self.unit.trim().parse().ok(),
            item: cut(&self.item),
            campaign: cut(&self.campaign),
            channel: cut(&self.channel),
            kind: cut(&self.kind),
            theme: cut(&self.theme),
            window: cut(&self.window),
            cause: cut(&self.cause),
        };
        Ask { from, to, filter }
    }
}

/// The filter of one line of a board.
pub(crate) fn of_line(ask: &Ask, by: Dim, key: &str) -> Ask {
    let mut ask = ask.clone();
    let f = &mut ask.filter;
    match by {
        Dim::Region => f.region = key.to_owned(),
        Dim::Unit => f.unit = key.parse().ok(),
        Dim::Item => f.item = key.to_owned(),
        Dim::Campaign => f.campaign = key.to_owned(),
        Dim::Channel => f.channel = key.to_owned(),
        Dim::Kind => f.kind = key.to_owned(),
        Dim::Theme => f.theme = key.to_owned(),
        Dim::Window => f.window = key.to_owned(),
        Dim::Cause => f.cause = key.to_owned(),
    }
    ask
}

pub(crate) fn list_href(f: &Figure, ask: &Ask) -> String {
    format!("/desk/boards/list/{}?{}", f.key, query_of(ask))
}

pub(crate) fn name(lang: Lang, f: &Figure) -> &'static str {
    if lang == Lang::Zh { f.zh } else { f.en }
}
fn dim_name(p: &Page, d: Dim) -> &'static str {
    let t = p.t.supervise;
    match d {
        Dim::Region => t.by_region,
        Dim::Unit => t.by_unit,
        Dim::Item => t.by_item,
        Dim::Campaign => t.by_campaign,
        Dim::Channel => t.by_channel,
        Dim::Kind => t.by_kind,
        Dim::Theme => t.by_theme,
        Dim::Window => t.by_window,
        Dim::Cause => t.by_cause,
    }
}

/// A figure as shown: name, value, list.
struct Cell {
    name: &'static str,
    value: String,
    href: String,
    hot: bool,
    how: &'static str,
    /// length of the bar in the cell beside the longest of its column, in twentieths
    bar: usize,
    /// is there anything to open?
    any: bool,
}

/// One of the four large figures: how it stands beside the time before, as long as this one.
struct Large {
    cell: Cell,
    /// ▲2.1, ▼3; empty when nothing changed or there is nothing to compare with
    change: String,
    /// is the change for the worse?
    worse: bool,
    /// the value before
    before: String,
}

/// A district on the map of tiles: what of its open cases is late.
struct Tile {
    name: String,
    href: String,
    /// 0 none late … 4 a fifth and more
    heat: usize,
    late: String,
    open: String,
}

struct RowView {
    name: String,
    href: String,
    cells: Vec<Cell>,
}

struct Told {
    name: &'static str,
    how: &'static str,
    unit: &'static str,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardHtml {
    p: Page,
    hidden: Vec<(&'static str, String)>,
    from: String,
    to: String,
    as_of: String,
    bys: Vec<Opt>,
    sorts: Vec<Opt>,
    larges: Vec<Large>,
    tiles: Vec<Cell>,
    districts: Vec<Tile>,
    spans: Vec<(&'static str, String, bool)>,
    heads: Vec<&'static str>,
    rows: Vec<RowView>,
    first: &'static str,
    bars: String,
    lines: String,
    trend_heads: Vec<&'static str>,
    trend_rows: Vec<(String, Vec<u64>)>,
    narrowed: Vec<(String, String)>,
    told: Vec<Told>,
    next: String,
    count: usize,
}

/// What a leader looks at first.
const LARGE: &[&str] = &["on_time_rate", "solved_rate", "satisfied_rate", "late"];
const TILES: &[&str] = &[
    "intake",
    "replied",
    "open",
    "near",
    "bounced",
    "reopened",
    "recurred",
    "problems",
    "plans",
    "mended",
    "ratings",
    "good_rate",
    "bad",
];
const CASES: &[&str] = &[
    "intake",
    "dispatched",
    "replied",
    "on_time_rate",
    "open",
    "late",
    "near",
    "bounced",
    "reopened",
    "recurred",
    "solved_rate",
    "plans",
    "mended",
];
const SERVICES: &[&str] =
    &["services", "ratings", "rated_rate", "good_rate", "bad", "second_good", "default_ratings", "excluded"];
const TREND: &[&str] = &["intake", "replied", "archived"];
const PAGE: usize = 50;

fn figures(keys: &[&str]) -> Vec<&'static Figure> {
    keys.iter().filter_map(|k| figure(k)).collect()
}

fn cell(p: &Page, f: &'static Figure, value: Value, ask: &Ask) -> Cell {
    let bad = f.worse && value.number().is_some_and(|n| n > 0.0);
    Cell {
        name: name(p.lang, f),
        value: value.text(),
        href: list_href(f, ask),
        hot: bad,
        how: if p.lang == Lang::Zh { f.how } else { f.how_en },
        bar: 0,
        any: value.number().is_some_and(|n| n > 0.0),
    }
}

/// The same number of days just before.
fn before(ask: &Ask) -> Ask {
    let (from, to) = (Moment::start_of(ask.from), Moment::start_of(ask.to));
    let days = to.us_since(from) / US_PER_DAY + 1;
    let shift = |m: Moment| m.plus_us(-days * US_PER_DAY).date();
    Ask { from: shift(from), to: shift(to), ..ask.clone() }
}

/// A figure beside its value in the time before.
fn large(p: &Page, f: &'static Figure, now: Value, then: Value, ask: &Ask) -> Large {
    let difference = now.number().zip(then.number()).map_or(0.0, |(a, b)| a - b);
    let size = difference.abs();
    let amount = match now {
        Value::Share { .. } => format!("{size:.1}"),
        Value::Count(_) => format!("{size:.0}"),
    };
    let shown = size >= 0.05;
    let arrow = if difference > 0.0 { "▲" } else { "▼" };
    Large {
        cell: cell(p, f, now, ask),
        change: if shown { format!("{arrow}{amount}") } else { String::new() },
        worse: shown && (difference > 0.0) == f.worse,
        before: then.text(),
    }
}

/// 本周、本月、本季、近 30 天: from, to, and whether it is what is shown.
fn spans(p: &Page, ask: &Ask, by: Dim, now: Moment) -> Vec<(&'static str, String, bool)> {
    let t = p.t.supervise;
    let today = now.date();
    let back = |days: i64| Moment::start_of(today).plus_us(-days * US_PER_DAY).date();
    let quarter = kernel::Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1);
    let all = [
        (t.this_week, back(i64::from(today.weekday().to_monday_zero_offset()))),
        (t.this_month, today.first_of_month()),
        (t.this_quarter, quarter.unwrap_or(today)),
        (t.thirty_days, back(29)),
    ];
    let link = |(name, from): (&'static str, Date)| {
        let of = Ask { from, to: today, ..ask.clone() };
        let here = of.from == ask.from && of.to == ask.to;
        (name, format!("/desk/boards?{}&by={}", query_of(&of), by.word()), here)
    };
    all.into_iter().map(link).collect()
}

/// Districts with open cases, the share of late ones as heat.
fn districts(b: &FigureBoard) -> Vec<Tile> {
    let (Some(open), Some(late)) = (figure("open"), figure("late")) else { return Vec::new() };
    let tile = |l: &NamedLine| {
        let count = |f| l.line.value(f).number().unwrap_or(0.0);
        let share = if count(open) > 0.0 { count(late) / count(open) } else { 0.0 };
        let heat = [0.0, 0.05, 0.1, 0.2].iter().filter(|limit| share > **limit).count();
        Tile {
            name: l.name.clone(),
            href: format!("/desk/boards?{}&by=unit", query_of(&of_line(&b.ask, Dim::Region, &l.line.key))),
            heat,
            late: l.line.value(late).text(),
            open: l.line.value(open).text(),
        }
    };
    b.lines.iter().filter(|l| !l.line.key.is_empty() && l.line.any()).map(tile).collect()
}

/// How long the bar of each cell is beside the longest of its column. Shares have none: they are read by their number.
fn with_bars(rows: &mut [RowView], keys: &[&'static Figure], lines: &[&NamedLine]) {
    for (column, f) in keys.iter().enumerate() {
        let counts = lines.iter().map(|l| match l.line.value(f) {
            Value::Count(n) => n,
            Value::Share { .. } => 0,
        });
        let most = counts.clone().max().unwrap_or(0);
        for (row, n) in rows.iter_mut().zip(counts) {
            row.cells[column].bar =
                (n * 20).checked_div(most).and_then(|b| usize::try_from(b).ok()).unwrap_or(0);
        }
    }
}

/// Lines in the order of a figure, the largest first.
fn sorted(lines: Vec<NamedLine>, f: &Figure) -> Vec<NamedLine> {
    let mut lines: Vec<_> = lines.into_iter().filter(|l| l.line.any()).collect();
    let n = |l: &NamedLine| l.line.value(f).number().unwrap_or(-1.0);
    lines.sort_by(|a, b| n(b).total_cmp(&n(a)).then_with(|| a.name.cmp(&b.name)));
    lines
}

fn chart(p: &Page, b: &FigureBoard, lines: &[NamedLine], f: &Figure) -> String {
    let row = |l: &NamedLine| {
        let v = l.line.value(f);
        let href = list_href(f, &of_line(&b.ask, b.by, &l.line.key));
        (l.name.clone(), v.number().unwrap_or(0.0), v.text(), href)
    };
    let rows: Vec<_> = lines.iter().take(15).map(row).filter(|r| r.1 > 0.0).collect();
    let title = format!("{} · {}", name(p.lang, f), dim_name(p, b.by));
    if rows.is_empty() { String::new() } else { bars(&Bars { title, rows }) }
}

/// `GET /desk/boards`
pub(crate) async fn board(
    State(kit): State<Kit>,
    desk: Desk,
    Query(form): Query<AskForm>,
) -> Result<Response, Oops> {
    ready(&kit).await?;
    let p = desk.page.clone();
    let by = Dim::read(&form.by).unwrap_or(Dim::Unit);
    let asked = form.ask(p.now);
    // Asked for together: each is on its way while another is waited for.
    let board = |ask: Ask, by: Dim| kit.acts.supervision.board(desk.actor(), ask, by);
    let then = board(before(&asked), by);
    let by_region = (by != Dim::Region).then(|| board(asked.clone(), Dim::Region));
    let b = board(asked, by).await?;
    let services = matches!(by, Dim::Theme | Dim::Window);
    let keys = figures(if services { SERVICES } else { CASES });
    let chosen = figure(&form.sort).unwrap_or(keys[if services { 0 } else { 4 }]);
    let all = sorted(b.lines.clone(), chosen);
    let page = form.page.parse::<usize>().unwrap_or(0);
    let row = |l: &NamedLine| {
        let of = of_line(&b.ask, by, &l.line.key);
        // A line without a value of the dimension cannot be asked for alone: it opens nothing.
        let here = |c: Cell| Cell { href: if l.line.key.is_empty() { String::new() } else { c.href }, ..c };
        RowView {
            name: l.name.clone(),
            href: drill(by, &of),
            cells: keys.iter().map(|f| here(cell(&p, f, l.line.value(f), &of))).collect(),
        }
    };
    let trend = figures(TREND);
    let (starts, series) = kit.acts.supervision.trend(desk.actor(), b.ask.clone(), trend.clone()).await?;
    let label = |d: &Date| format!("{}-{}", d.month(), d.day());
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let drawn = Lines {
        title: p.t.supervise.trend.to_owned(),
        labels: starts.iter().map(label).collect(),
        series: trend
            .iter()
            .zip(&series)
            .map(|(f, row)| (name(p.lang, f).to_owned(), row.iter().map(|n| *n as f64).collect()))
            .collect(),
    };
    let trend_rows =
        starts.iter().enumerate().map(|(i, d)| (label(d), series.iter().map(|s| s[i]).collect())).collect();
    let then = then.await?;
    let by_region = match by_region {
        None => districts(&b),
        Some(board) => districts(&board.await?),
    };
    let shown: Vec<&NamedLine> = all.iter().skip(page * PAGE).take(PAGE).collect();
    let mut rows: Vec<RowView> = shown.iter().map(|l| row(l)).collect();
    with_bars(&mut rows, &keys, &shown);
    let names = kit.city.regions().await?;
    let office = kit.city.office_now().await?;
    let more = (page + 1) * PAGE < all.len();
    let here = format!("/desk/boards?{}&by={}&sort={}", query_of(&b.ask), by.word(), chosen.key);
    Ok(render(&BoardHtml {
        from: b.ask.from.to_string(),
        to: b.ask.to.to_string(),
        as_of: when(p.lang, b.as_of),
        bys: Dim::ALL.iter().map(|d| opt(d.word(), dim_name(&p, *d), by.word())).collect(),
        sorts: keys.iter().map(|f| opt(f.key, name(p.lang, f), chosen.key)).collect(),
        larges: (figures(LARGE).into_iter())
            .map(|f| large(&p, f, b.total.value(f), then.total.value(f), &b.ask))
            .collect(),
        districts: if by_region.len() > 1 { by_region } else { Vec::new() },
        spans: spans(&p, &b.ask, by, p.now),
        tiles: figures(TILES).into_iter().map(|f| cell(&p, f, b.total.value(f), &b.ask)).collect(),
        heads: keys.iter().map(|f| name(p.lang, f)).collect(),
        rows,
        first: dim_name(&p, by),
        bars: chart(&p, &b, &all, chosen),
        lines: lines(&drawn),
        trend_heads: trend.iter().map(|f| name(p.lang, f)).collect(),
        trend_rows,
        narrowed: narrowed(&p, &b, &names, &office),
        told: FIGURES.iter().map(|f| about(&p, f)).collect(),
        next: if more { format!("{here}&page={}", page + 1) } else { String::new() },
        count: all.len(),
        hidden: fields_of(&b.ask.filter),
        p,
    }))
}

fn about(p: &Page, f: &'static Figure) -> Told {
    let zh = p.lang == Lang::Zh;
    Told {
        name: name(p.lang, f),
        how: if zh { f.how } else { f.how_en },
        unit: if zh { f.measure.zh() } else { "" },
    }
}

/// Where the name of a line leads: one level down, or the same board for this line by unit.
fn drill(by: Dim, of: &Ask) -> String {
    let next = match by {
        Dim::Region => "region",
        Dim::Unit => "item",
        _ => "unit",
    };
    format!("/desk/boards?{}&by={next}", query_of(of))
}

/// What the board is narrowed to, each with the address without it.
fn narrowed(
    p: &Page,
    b: &FigureBoard,
    names: &[(String, String)],
    office: &city::Office,
) -> Vec<(String, String)> {
    let f = &b.ask.filter;
    let unit = f.unit.map_or_else(String::new, |u| office.unit_name(kernel::UnitId(u)));
    let region = names.iter().find(|(code, _)| *code == f.region).map_or(&f.region, |(_, name)| name);
    let set = [
        (Dim::Region, region),
        (Dim::Unit, &unit),
        (Dim::Item, &f.item),
        (Dim::Campaign, &f.campaign),
        (Dim::Channel, &f.channel),
        (Dim::Kind, &f.kind),
        (Dim::Theme, &f.theme),
        (Dim::Window, &f.window),
        (Dim::Cause, &f.cause),
    ];
    set.into_iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(d, v)| {
            let v = supervise_acts::said(d, v);
            let without = of_line(&b.ask, d, "");
            (
                format!("{}：{v}", dim_name(p, d)),
                format!("/desk/boards?{}&by={}", query_of(&without), b.by.word()),
            )
        })
        .collect()
}

struct EntryView {
    at: String,
    number: String,
    title: String,
    stage: String,
    unit: String,
}

#[derive(Template)]
#[template(path = "figure.html")]
struct FigureHtml {
    p: Page,
    title: &'static str,
    how: &'static str,
    value: String,
    count: usize,
    share: bool,
    span: String,
    rows: Vec<EntryView>,
    back: String,
    next: String,
}

const ENTRIES: usize = 100;

/// `GET /desk/boards/list/{figure}`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    Query(form): Query<AskForm>,
) -> Result<Response, Oops> {
    ready(&kit).await?;
    let p = desk.page.clone();
    let f = figure(&key).ok_or(Oops(city::Error::NotFound))?;
    let page = form.page.parse::<usize>().unwrap_or(0).min(100_000);
    let l =
        kit.acts.supervision.figure_list(desk.actor(), form.ask(p.now), f, page * ENTRIES, ENTRIES).await?;
    let row = |e: supervise_acts::FigureEntry| EntryView {
        at: when(p.lang, e.at),
        title: match (e.title.is_empty(), e.sort) {
            (true, Sort::Service) => p.t.supervise.service.to_owned(),
            (true, Sort::Case) => p.t.supervise.not_yours.to_owned(),
            _ => e.title,
        },
        stage: e.stage.map_or_else(String::new, |s| web_kit::word(p.lang, s)),
        number: e.number,
        unit: e.unit,
    };
    let q = query_of(&l.ask);
    let more = (page + 1) * ENTRIES < l.count;
    Ok(render(&FigureHtml {
        title: name(p.lang, f),
        how: if p.lang == Lang::Zh { f.how } else { f.how_en },
        value: l.value.text(),
        count: l.count,
        share: matches!(l.value, Value::Share { .. }),
        span: format!("{} – {}", day(p.lang, l.ask.from), day(p.lang, l.ask.to)),
        back: format!("/desk/boards?{q}"),
        next: if more { format!("/desk/boards/list/{key}?{q}&page={}", page + 1) } else { String::new() },
        rows: l.entries.into_iter().map(row).collect(),
        p,
    }))
}

#[derive(Template)]
#[template(path = "league.html")]
struct LeagueHtml {
    p: Page,
    ask: AskForm,
    from: String,
    to: String,
    themes: Vec<Opt>,
    total: u64,
    rows: Vec<(String, String, u64, String)>,
    few: String,
    few_n: usize,
    none: String,
    none_n: usize,
    bars: String,
}

/// `GET /desk/boards/league`: one theme, every region, also those with nothing.
pub(crate) async fn league(
    State(kit): State<Kit>,
    desk: Desk,
    Query(form): Query<AskForm>,
) -> Result<Response, Oops> {
    ready(&kit).await?;
    let p = desk.page.clone();
    let ask = form.ask(p.now);
    let without = Ask { filter: Filter { theme: String::new(), ..ask.filter.clone() }, ..ask.clone() };
    let all = kit.acts.supervision.board(desk.actor(), without, Dim::Theme).await?;
    let themes = all.lines.iter().filter(|l| !l.line.key.is_empty());
    let themes: Vec<_> = themes.map(|l| opt(&l.line.key, &l.name, &form.theme)).collect();
    let l = kit.acts.supervision.league(desk.actor(), ask.clone()).await?;
    let services = figure("services").ok_or(Oops(city::Error::NotFound))?;
    // A list of a region holds what lies below it: what is the region's alone has none of its own.
    let whole = |key: &str| l.rows.iter().any(|r| r.1.len() > key.len() && r.1.starts_with(key));
    let href = |key: &str| match whole(key) {
        true => String::new(),
        false => list_href(services, &of_line(&ask, Dim::Region, key)),
    };
    let share = |n: u64| Value::Share { part: n, whole: l.total }.text();
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let drawn = Bars {
        title: p.t.supervise.league.to_owned(),
        rows: l
            .rows
            .iter()
            .filter(|r| r.2 > 0)
            .take(15)
            .map(|r| (r.0.clone(), r.2 as f64, r.2.to_string(), href(&r.1)))
            .collect(),
    };
    // Where nothing was handled is said once.
    let few: Vec<&str> = l.few.iter().filter(|n| !l.none.contains(n)).map(String::as_str).collect();
    Ok(render(&LeagueHtml {
        from: ask.from.to_string(),
        to: ask.to.to_string(),
        themes,
        total: l.total,
        rows: l.rows.iter().map(|r| (r.0.clone(), href(&r.1), r.2, share(r.2))).collect(),
        few_n: few.len(),
        few: few.join("、"),
        none_n: l.none.len(),
        none: l.none.join("、"),
        bars: bars(&drawn),
        ask: form,
        p,
    }))
}
