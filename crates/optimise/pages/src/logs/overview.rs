//! 流程图: the figures of a log, its map with sliders that work as a form, and the exact figures as a table.

use askama::Template;
use axum::response::Response;
use eventlog::draw::Measure;
use eventlog::stats::{case_durations, spread, working_stats};
use eventlog::{Map, MapOptions, Variants};
use web_kit::{Lang, Oops, render};

use crate::logs::asked::{Asked, Head, Seen, grouped};
use crate::logs::shelf::blocking;
use crate::{Desk, Page};

/// One figure of the log.
pub(crate) struct Figure {
    pub label: &'static str,
    pub value: String,
}

/// One path with its exact figures.
struct PathRow {
    source: String,
    target: String,
    count: String,
    mean: String,
    median: String,
    sum: String,
    filter: String,
}

/// One activity with its figures.
struct ActivityRow {
    name: String,
    events: String,
    starts: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "log_map.html")]
struct MapHtml {
    p: Page,
    h: Head,
    figures: Vec<Figure>,
    svg: String,
    activities: u32,
    paths: u32,
    measure: String,
    working: bool,
    hidden: String,
    rows: Vec<PathRow>,
    nodes: Vec<ActivityRow>,
    /// the part of the address with filters and settings, for downloads
    settings: String,
    /// the log came as a table: its column mapping can be kept
    mapped: bool,
}

/// Paths listed with exact figures.
const ROWS_MAX: usize = 300;
/// Activities and paths shown when nobody has said anything.
const NODES_USUAL: f64 = 36.0;
const PATHS_USUAL: f64 = 70.0;

/// The settings of the map in the address; of a large log only its main part is shown at first.
pub(crate) fn options(seen: &Seen, lang: Lang) -> (MapOptions, u32, u32) {
    let a = &seen.asked;
    let dfg = eventlog::Dfg::of(&seen.log);
    let kinds = dfg.events.iter().filter(|&&n| n > 0).count().max(1) as f64;
    let pairs = dfg.pairs.len().max(1) as f64;
    let usual = |most: f64, all: f64| ((most / all).clamp(0.01, 1.0) * 100.0).ceil() as u32;
    let activities = a.number("a", usual(NODES_USUAL, kinds), 100);
    let paths = a.number("p", usual(PATHS_USUAL, pairs).min(60), 100);
    let measure = match a.get("m") {
        "mean" => Measure::Mean,
        "median" => Measure::Median,
        "sum" => Measure::Sum,
        _ => Measure::Count,
    };
    let options = MapOptions {
        activities: f64::from(activities) / 100.0,
        paths: f64::from(paths) / 100.0,
        measure,
        day_hours: if working(a) { seen.office.day_hours() } else { 24.0 },
        english: lang == Lang::En,
    };
    (options, activities, paths)
}

/// Times are working time unless the address says otherwise.
pub(crate) fn working(a: &Asked) -> bool {
    a.get("w") != "0"
}

/// The SVG without the style that it carries: pages have it in their style sheet.
fn bare(svg: &str) -> String {
    match (svg.find("<style>"), svg.find("</style>")) {
        (Some(a), Some(b)) if a < b => format!("{}{}", &svg[..a], &svg[b + "</style>".len()..]),
        _ => svg.to_owned(),
    }
}

/// `GET /desk/logs/{id}`
pub(crate) async fn page(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let p = desk.page;
    Ok(render(&blocking(move || html(p, seen)).await?))
}

fn html(p: Page, seen: Seen) -> MapHtml {
    let (options, activities, paths) = options(&seen, p.lang);
    let clock = working(&seen.asked).then_some(&seen.office.clock);
    let map = Map::of(&seen.log, &options, clock);
    let t = p.t.log;
    let base = format!("/desk/logs/{}", seen.book.id);
    let day = if clock.is_some() { seen.office.day_us as f64 } else { 86_400e6 };
    let days = |us: Option<f64>| us.map_or_else(String::new, |us| format!("{:.2}", us / day));
    let name =
        |i: Option<usize>, none: &str| i.map_or_else(|| none.to_owned(), |i| map.nodes[i].name.clone());
    let mut rows = Vec::new();
    for e in map.edges.iter().take(ROWS_MAX) {
        let (source, target) = (name(e.source, "▶"), name(e.target, "■"));
        let mut filters = seen.asked.filters.clone();
        filters.push(eventlog::Filter::Follows {
            source: source.clone(),
            target: target.clone(),
            eventually: false,
            within_us: None,
        });
        let inside = e.source.is_some() && e.target.is_some();
        rows.push(PathRow {
            filter: if inside {
                format!("{base}{}", crate::logs::asked::query(&filters))
            } else {
                String::new()
            },
            source,
            target,
            count: grouped(e.count as usize),
            mean: days(e.mean_us),
            median: days(e.median_us),
            sum: days(e.sum_us),
        });
    }
    let nodes = map.nodes.iter().map(|n| ActivityRow {
        name: n.name.clone(),
        events: grouped(n.events as usize),
        starts: grouped(n.starts as usize),
        ends: grouped(n.ends as usize),
    });
    let hidden = t
        .map_hidden
        .replace("{a}", &grouped(map.hidden_activities))
        .replace("{p}", &grouped(map.hidden_paths));
    let glue = if seen.head.query.is_empty() { "?" } else { "&" };
    let measure = match options.measure {
        Measure::Count => "count",
        Measure::Mean => "mean",
        Measure::Median => "median",
        Measure::Sum => "sum",
    };
    let settings = format!(
        "{}{glue}a={activities}&p={paths}&m={measure}&w={}",
        seen.head.query,
        u8::from(clock.is_some())
    );
    MapHtml {
        figures: figures(&p, &seen),
        svg: if map.nodes.is_empty() { String::new() } else { bare(&map.svg(&options)) },
        activities,
        paths,
        measure: measure.to_owned(),
        working: clock.is_some(),
        hidden,
        rows,
        nodes: nodes.collect(),
        settings,
        mapped: seen.book.mapping.is_some(),
        h: seen.head,
        p,
    }
}

/// The figures above the map.
fn figures(p: &Page, seen: &Seen) -> Vec<Figure> {
    let (t, log) = (p.t.log, &seen.log);
    let working = working_stats(log, &seen.office.clock, seen.office.day_us).case_duration_days;
    // Without any time there is no duration, not one of nought.
    let clock = working.map(|_| spread(&mut case_durations(log)).median / 86_400.0);
    let days = |days: Option<f64>| days.map_or_else(|| "—".to_owned(), |d| format!("{d:.1}"));
    let variants = Variants::of(log);
    // A step that leaves several records (start, complete) is done once.
    let (steps, _) = eventlog::lifecycle::steps(log);
    let by_steps = Variants::of(&steps);
    let repeated = (0..by_steps.len() as u32).filter(|&v| {
        let mut trace = by_steps.trace(&steps, v).to_vec();
        trace.sort_unstable();
        trace.windows(2).any(|w| w[0] == w[1])
    });
    let rework: u64 = repeated.map(|v| by_steps.count[v as usize]).sum();
    let share = rework as f64 / log.case_count().max(1) as f64 * 100.0;
    let figure = |label, value| Figure { label, value };
    let kinds = eventlog::Dfg::of(log).events.iter().filter(|&&n| n > 0).count();
    vec![
        figure(t.fig_cases, grouped(log.case_count())),
        figure(t.fig_events, grouped(log.event_count())),
        figure(t.fig_activities, grouped(kinds)),
        figure(t.fig_variants, grouped(variants.len())),
        figure(t.fig_median, days(working.map(|w| w.median))),
        figure(t.fig_mean, days(working.map(|w| w.mean))),
        figure(t.fig_p90, days(working.map(|w| w.p90))),
        figure(t.fig_clock, days(clock)),
        figure(t.fig_rework, format!("{share:.1}%")),
    ]
}
