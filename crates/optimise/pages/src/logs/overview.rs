//! 流程图: the figures of a log, its map with sliders that work as a form, and the exact figures as a table.

use askama::Template;
use axum::response::Response;
use eventlog::draw::Measure;
use eventlog::stats::{case_durations, spread, working_stats};
use eventlog::{Map, MapOptions, Variants};
use optimise::questions::Office;
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
    /// shades tell rework
    rework: bool,
    /// what was clicked
    panel: Option<Panel>,
    hidden: String,
    rows: Vec<PathRow>,
    nodes: Vec<ActivityRow>,
    /// the part of the address with filters and settings, for downloads
    settings: String,
    /// the log came as a table: its column mapping can be kept
    mapped: bool,
}

/// What was clicked on the map: its figures, some of its cases, what can be done with it.
struct Panel {
    title: String,
    figures: Vec<Figure>,
    cases: Vec<(String, String)>,
    more: String,
    only: String,
    without: String,
    close: String,
}

/// Cases named in the panel.
const PANEL_CASES: usize = 30;

fn panel(p: &Page, seen: &Seen, map: &Map, day: f64) -> Option<Panel> {
    let t = p.t.log;
    let (at, to) = (seen.asked.get("at"), seen.asked.get("to"));
    let log = &seen.log;
    let activity = log.activities.find(at)?;
    let target = if to.is_empty() { None } else { Some(log.activities.find(to)?) };
    let figure = |label, value| Figure { label, value };
    let days = |us: Option<f64>| us.map_or_else(|| "—".to_owned(), |us| format!("{:.2}", us / day));
    let found: Vec<usize> = (0..log.case_count())
        .filter(|&c| {
            let trace = &log.activity()[log.case(c)];
            match target {
                None => trace.contains(&activity),
                Some(target) => trace.windows(2).any(|w| w[0] == activity && w[1] == target),
            }
        })
        .collect();
    let share = found.len() as f64 / log.case_count().max(1) as f64 * 100.0;
    let mut figures = vec![figure(t.fig_cases, format!("{} ({share:.1}%)", grouped(found.len())))];
    match target {
        None => {
            let node = map.nodes.iter().find(|n| n.name == at);
            if let Some(n) = node {
                let again = n.repeats as f64 / n.events.max(1) as f64 * 100.0;
                figures.push(figure(t.th_count, grouped(n.events as usize)));
                figures.push(figure(t.th_starts, grouped(n.starts as usize)));
                figures.push(figure(t.th_ends, grouped(n.ends as usize)));
                figures.push(figure(t.panel_again, format!("{} ({again:.1}%)", grouped(n.repeats as usize))));
            }
        }
        Some(_) => {
            let name = |i: Option<usize>| i.map_or("", |i| map.nodes[i].name.as_str());
            if let Some(e) = map.edges.iter().find(|e| name(e.source) == at && name(e.target) == to) {
                figures.push(figure(t.th_count, grouped(e.count as usize)));
                figures.push(figure(t.th_mean, days(e.mean_us)));
                figures.push(figure(t.th_median, days(e.median_us)));
                figures.push(figure(t.th_sum, days(e.sum_us)));
            }
        }
    }
    let filter = match target {
        None => eventlog::Filter::Attribute {
            of_case: false,
            key: "concept:name".to_owned(),
            values: vec![at.to_owned()],
        },
        Some(_) => eventlog::Filter::Follows {
            source: at.to_owned(),
            target: to.to_owned(),
            eventually: false,
            within_us: None,
        },
    };
    let base = format!("/desk/logs/{}", seen.book.id);
    let with = |f: eventlog::Filter| {
        let mut filters = seen.asked.filters.clone();
        filters.push(f);
        format!("{base}{}", crate::logs::asked::query(&filters))
    };
    let link = |&c: &usize| {
        let name = log.case_name(c).to_owned();
        let href = if seen.book.at.is_empty() { String::new() } else { format!("{}/{name}", seen.book.at) };
        (name, href)
    };
    let rest = found.len().saturating_sub(PANEL_CASES);
    Some(Panel {
        title: if to.is_empty() { at.to_owned() } else { format!("{at} → {to}") },
        figures,
        cases: found.iter().take(PANEL_CASES).map(link).collect(),
        more: if rest > 0 { t.more_cases.replace("{n}", &grouped(rest)) } else { String::new() },
        only: with(filter.clone()),
        without: with(eventlog::Filter::Not { filter: Box::new(filter) }),
        close: format!("{base}{}", seen.head.query),
    })
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
        rework: a.get("c") == "rework",
        link: String::new(),
    };
    (options, activities, paths)
}

/// Times are working time unless the address says otherwise.
pub(crate) fn working(a: &Asked) -> bool {
    a.get("w") != "0"
}

/// The SVG without the style that it carries: pages have it in their style sheet.
pub(crate) fn bare(svg: &str) -> String {
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
    let (mut options, activities, paths) = options(&seen, p.lang);
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
        "{}{glue}a={activities}&p={paths}&m={measure}&w={}&c={}",
        seen.head.query,
        u8::from(clock.is_some()),
        if options.rework { "rework" } else { "" }
    );
    options.link = format!("{base}{settings}&");
    let panel = panel(&p, &seen, &map, day);
    MapHtml {
        figures: figures(&p, &seen),
        svg: if map.nodes.is_empty() { String::new() } else { bare(&map.svg(&options)) },
        activities,
        paths,
        measure: measure.to_owned(),
        working: clock.is_some(),
        rework: options.rework,
        panel,
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
pub(crate) fn figures(p: &Page, seen: &Seen) -> Vec<Figure> {
    figures_of(p, &seen.log, &seen.office)
}

/// The figures of a log.
pub(crate) fn figures_of(p: &Page, log: &eventlog::Log, office: &Office) -> Vec<Figure> {
    let t = p.t.log;
    let working = working_stats(log, &office.clock, office.day_us).case_duration_days;
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
