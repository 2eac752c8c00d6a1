//! 变体与点阵: which ways cases take, and when things happen.

use askama::Template;
use axum::response::Response;
use eventlog::Filter;
use eventlog::draw::variant_rows;
use web_kit::{Oops, render};

use crate::logs::asked::{Head, Seen, grouped, query};
use crate::logs::shelf::blocking;
use crate::{Desk, Page};

/// Variants on one page.
const PAGE: usize = 25;
/// Steps of a variant shown.
const STEPS_MAX: usize = 60;

struct Step {
    name: String,
    /// one of eight colours by how frequent the activity is; the name stands beside it
    hue: usize,
}

/// The time from one step to the next, as a part of the bar of a way.
struct Bar {
    x: String,
    width: String,
    /// the colour of the step that it leads to
    hue: usize,
    said: String,
}

/// Width of the longest bar, in units of the picture.
const WIDE: f64 = 1000.0;

struct Row {
    number: usize,
    bars: Vec<Bar>,
    steps: Vec<Step>,
    more: usize,
    count: String,
    share: String,
    cumulative: String,
    days: String,
    filter: String,
    some: String,
}

#[derive(Template)]
#[template(path = "log_variants.html")]
struct VariantsHtml {
    p: Page,
    h: Head,
    rows: Vec<Row>,
    before: String,
    after: String,
}

/// `GET /desk/logs/{id}/variants`
pub(crate) async fn variants(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let p = desk.page;
    let html = blocking(move || {
        let log = &seen.log;
        let skip = seen.asked.number("skip", 0, u32::MAX) as usize;
        let listed = variant_rows(log, skip, PAGE);
        let dfg = eventlog::Dfg::of(log);
        let mut ranked: Vec<u32> = (0..log.activities.len() as u32).collect();
        ranked.sort_by_key(|&a| std::cmp::Reverse(dfg.events[a as usize]));
        let hue = |name: &str| {
            let at = log.activities.find(name).and_then(|a| ranked.iter().position(|&r| r == a));
            at.map_or(8, |i| i.min(8))
        };
        let base = format!("/desk/logs/{}", seen.book.id);
        let full = listed.len() == PAGE;
        let whole = |gaps: &[Option<f64>]| gaps.iter().flatten().sum::<f64>();
        let longest = listed.iter().map(|v| whole(&v.gap_s)).fold(1.0, f64::max);
        let bars = |v: &eventlog::draw::VariantRow| {
            let mut x = 0.0;
            let bar = |(i, gap): (usize, &Option<f64>)| {
                let gap = (*gap)?;
                let width = gap / longest * WIDE;
                let at = x;
                x += width;
                let (from, to) = (&v.trace[i], &v.trace[i + 1]);
                let days = p.t.log.gap_days.replace("{n}", &format!("{:.1}", gap / 86_400.0));
                (width >= 0.5).then(|| Bar {
                    x: format!("{at:.1}"),
                    width: format!("{width:.1}"),
                    hue: hue(to),
                    said: format!("{from} → {to} {days}"),
                })
            };
            v.gap_s.iter().enumerate().filter_map(bar).collect::<Vec<_>>()
        };
        let rows = listed.into_iter().enumerate().map(|(i, v)| {
            let mut filters = seen.asked.filters.clone();
            filters.push(Filter::Variants { traces: vec![v.trace.clone()] });
            let some: Vec<String> =
                v.cases.iter().take(5).map(|&c| log.case_name(c as usize).to_owned()).collect();
            Row {
                number: skip + i + 1,
                bars: bars(&v),
                more: v.trace.len().saturating_sub(STEPS_MAX),
                steps: v
                    .trace
                    .iter()
                    .take(STEPS_MAX)
                    .map(|name| Step { hue: hue(name), name: name.clone() })
                    .collect(),
                count: grouped(v.count as usize),
                share: format!("{:.1}%", v.share * 100.0),
                cumulative: format!("{:.1}%", v.cumulative * 100.0),
                days: v.mean_duration_s.map_or_else(|| "–".to_owned(), |s| format!("{:.1}", s / 86_400.0)),
                filter: if v.trace.len() <= 100 {
                    format!("{base}{}", query(&filters))
                } else {
                    String::new()
                },
                some: some.join(" "),
            }
        });
        let rows: Vec<Row> = rows.collect();
        let glue = if seen.head.query.is_empty() { "?" } else { "&" };
        let to = |skip: usize| format!("{base}/variants{}{glue}skip={skip}", seen.head.query);
        VariantsHtml {
            before: if skip > 0 { to(skip.saturating_sub(PAGE)) } else { String::new() },
            after: if full { to(skip + PAGE) } else { String::new() },
            rows,
            h: seen.head,
            p,
        }
    });
    Ok(render(&html.await?))
}

#[derive(Template)]
#[template(path = "log_dots.html")]
struct DotsHtml {
    p: Page,
    h: Head,
    relative: bool,
    picture: String,
}

/// `GET /desk/logs/{id}/dots`
pub(crate) async fn dots(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let relative = seen.asked.on("rel");
    let glue = if seen.head.query.is_empty() { "?" } else { "&" };
    let picture =
        format!("/desk/logs/{}/dots.svg{}{glue}rel={}", seen.book.id, seen.head.query, u8::from(relative));
    Ok(render(&DotsHtml { relative, picture, h: seen.head, p: desk.page }))
}
