//! 大屏: what hangs on a wall, by its link, and where walls are made and ended.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use supervise::{
    Big, District, Figure, SECONDS, Screen, Standing, TILES, Value, WALL_FIGURES, WallSpec, Weeks,
    districts_svg, figure, figures_svg, heat_svg, nothing_svg, ranking_svg,
};
use supervise_acts::{WallFigures, WallNow, WallView};
use web_kit::{Fields, Lang, Oops, again, base, render, when};

use crate::boards::name;
use crate::ready;
use crate::{Desk, Kit, Page};

/// Days a link is good for, before anybody says otherwise.
const DAYS: i64 = 90;
/// Seconds a board stands, before anybody says otherwise.
const USUAL_SECONDS: u32 = 20;
/// Targets before anybody says otherwise.
const USUAL_TARGETS: [(&str, u32); 3] = [("on_time_rate", 95), ("solved_rate", 90), ("satisfied_rate", 90)];

fn screen_name(p: &Page, s: Screen) -> &'static str {
    let t = p.t.supervise;
    match s {
        Screen::Figures => t.wall_figures,
        Screen::Districts => t.wall_districts,
        Screen::Heat => t.wall_heat,
        Screen::Ranking => t.wall_ranking,
    }
}

fn standing_name(p: &Page, s: Standing) -> &'static str {
    let t = p.t.supervise;
    match (p.lang, s) {
        (Lang::Zh, s) => s.zh(),
        (Lang::En, Standing::Intake) => t.wall_en_intake,
        (Lang::En, Standing::Waiting) => t.wall_en_waiting,
        (Lang::En, Standing::Handling) => t.wall_en_handling,
        (Lang::En, Standing::Conferring) => t.wall_en_conferring,
        (Lang::En, Standing::Rectifying) => t.wall_en_rectifying,
        (Lang::En, Standing::Replied) => t.wall_en_replied,
        (Lang::En, Standing::CalledBack) => t.wall_en_called_back,
        (Lang::En, s) => s.zh(),
    }
}

struct Slide {
    title: &'static str,
    seconds: u32,
    svg: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "wall.html")]
struct WallHtml {
    p: Page,
    name: String,
    at: String,
    slides: Vec<Slide>,
    /// without scripts the page goes on by itself: after so long, to this address
    seconds: u32,
    next: String,
}

#[derive(Template)]
#[template(path = "wall_over.html")]
struct OverHtml {
    p: Page,
}

fn difference(now: Value, then: Value) -> f64 {
    now.number().zip(then.number()).map_or(0.0, |(a, b)| a - b)
}

fn big(p: &Page, spec: &WallSpec, f: &'static Figure, figures: &WallFigures) -> Big {
    let t = p.t.supervise;
    let (now, then) = (figures.total.value(f), figures.before.value(f));
    let by = difference(now, then);
    let size = by.abs();
    let amount = if matches!(now, Value::Share { .. }) { format!("{size:.1}") } else { format!("{size:.0}") };
    let moved = size >= 0.05;
    let target = spec.target(f.key);
    // What must not be late has a target of its own: nothing.
    let met = match (target, now.number()) {
        (Some(target), Some(n)) => Some(n >= f64::from(target)),
        (None, Some(n)) if f.worse => Some(n <= 0.0),
        _ => None,
    };
    Big {
        name: name(p.lang, f).to_owned(),
        value: now.text(),
        change: if moved {
            format!("{} {amount}", if by > 0.0 { "▲" } else { "▼" })
        } else {
            String::new()
        },
        better: moved.then_some((by > 0.0) != f.worse),
        target: match target {
            Some(percent) => t.wall_target.replace("{n}", &format!("{percent}%")),
            None if f.worse => t.wall_target.replace("{n}", "0"),
            None => String::new(),
        },
        met,
    }
}

/// A board in words, for who hears the page.
fn draw(p: &Page, spec: &WallSpec, figures: &WallFigures, screen: Screen) -> String {
    let t = p.t.supervise;
    let title = screen_name(p, screen);
    match screen {
        Screen::Figures => {
            let all = WALL_FIGURES.iter().filter_map(|k| figure(k));
            let all: Vec<Big> = all.map(|f| big(p, spec, f, figures)).collect();
            let said: Vec<_> = all.iter().map(|b| format!("{} {} {}", b.name, b.value, b.change)).collect();
            figures_svg(&said.join("; "), &all)
        }
        Screen::Districts if figures.districts.is_empty() => nothing_svg(t.wall_no_open),
        Screen::Districts => {
            let one = |d: &(String, u64, u64)| District { name: d.0.clone(), late: d.1, open: d.2 };
            let all: Vec<District> = figures.districts.iter().map(one).collect();
            let label = |d: &District| {
                let text = t.wall_late.replace("{late}", &d.late.to_string());
                text.replace("{open}", &d.open.to_string())
            };
            let said: Vec<_> = all.iter().take(TILES).map(|d| format!("{} {}", d.name, label(d))).collect();
            districts_svg(&format!("{title}: {}", said.join("; ")), &all, &label)
        }
        Screen::Heat => {
            let weeks = figures.weeks.iter().map(|d| format!("{}-{}", d.month(), d.day())).collect();
            let stages: Vec<_> =
                figures.stages.iter().map(|(s, n)| (standing_name(p, *s).to_owned(), n.clone())).collect();
            let last = |n: &Vec<u64>| n.last().copied().unwrap_or(0);
            let said: Vec<_> = stages.iter().map(|(s, n)| format!("{s} {}", last(n))).collect();
            heat_svg(&format!("{title}: {}", said.join("; ")), &Weeks { weeks, stages })
        }
        Screen::Ranking if figures.units.is_empty() => nothing_svg(t.wall_none_late),
        Screen::Ranking => {
            let said: Vec<_> = figures.units.iter().take(8).map(|u| format!("{} {}", u.0, u.1)).collect();
            ranking_svg(&format!("{title}: {}", said.join("; ")), &figures.units)
        }
    }
}

#[derive(Default, Deserialize)]
pub(crate) struct Turn {
    /// the board shown, where the page turns without a script
    #[serde(default)]
    s: usize,
}

/// `GET /wall/{id}/{token}`: the boards of a wall.
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((id, token)): Path<(i64, String)>,
    Query(turn): Query<Turn>,
) -> Result<Response, Oops> {
    // Before the figures: a link that is over makes nobody count.
    if matches!(kit.acts.supervision.wall_good(id, token.clone()).await, Ok(false)) {
        return Ok((StatusCode::GONE, render(&OverHtml { p })).into_response());
    }
    ready(&kit).await?;
    let WallNow::Live(spec, figures) = kit.acts.supervision.wall_now(id, token).await? else {
        return Ok((StatusCode::GONE, render(&OverHtml { p })).into_response());
    };
    let here = turn.s % spec.screens.len().max(1);
    let slides: Vec<Slide> = (spec.screens.iter().enumerate())
        .map(|(i, (screen, seconds))| Slide {
            title: screen_name(&p, *screen),
            seconds: *seconds,
            svg: draw(&p, &spec, &figures, *screen),
            on: i == here,
        })
        .collect();
    Ok(render(&WallHtml {
        at: when(p.lang, figures.at),
        seconds: slides.get(here).map_or(USUAL_SECONDS, |s| s.seconds),
        next: format!("?s={}", (here + 1) % slides.len().max(1)),
        name: spec.name,
        slides,
        p,
    }))
}

struct Line {
    id: i64,
    name: String,
    screens: String,
    by: String,
    ends: String,
    ended: String,
    link: String,
}

struct Choice {
    word: &'static str,
    name: &'static str,
    on: bool,
    seconds: String,
}

struct Target {
    key: &'static str,
    name: &'static str,
    percent: String,
}

#[derive(Template)]
#[template(path = "walls.html")]
struct WallsHtml {
    p: Page,
    lines: Vec<Line>,
    choices: Vec<Choice>,
    targets: Vec<Target>,
    name: String,
    days: String,
    least: u32,
    most: u32,
    trouble: String,
}

fn line(p: &Page, base: &str, v: WallView) -> Line {
    let t = p.t.supervise;
    let seconds = |s: &(Screen, u32)| {
        format!("{} {}", screen_name(p, s.0), t.wall_seconds_n.replace("{n}", &s.1.to_string()))
    };
    Line {
        screens: v.spec.screens.iter().map(seconds).collect::<Vec<_>>().join(" → "),
        link: v.token.map_or_else(String::new, |token| format!("{base}/wall/{}/{token}", v.id)),
        ends: when(p.lang, v.ends),
        ended: v.ended.map_or_else(String::new, |m| when(p.lang, m)),
        id: v.id,
        name: v.spec.name,
        by: v.by,
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    base: &str,
    typed: Option<&Fields>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let walls = kit.acts.supervision.walls(desk.actor()).await?;
    let or = |name: &str, usual: String| typed.map_or(usual, |f| f.get(name).to_owned());
    let choice = |s: &Screen| Choice {
        word: s.word(),
        name: screen_name(&p, *s),
        on: typed.is_none_or(|f| f.all("screen").contains(&s.word())),
        seconds: or(&format!("seconds.{}", s.word()), USUAL_SECONDS.to_string()),
    };
    let target = |(key, percent): &(&'static str, u32)| Target {
        key,
        name: figure(key).map_or("", |f| name(p.lang, f)),
        percent: or(&format!("target.{key}"), percent.to_string()),
    };
    let choices = Screen::ALL.iter().map(choice).collect();
    let targets = USUAL_TARGETS.iter().map(target).collect();
    Ok(render(&WallsHtml {
        lines: walls.into_iter().map(|w| line(&p, base, w)).collect(),
        choices,
        targets,
        name: or("name", String::new()),
        days: or("days", DAYS.to_string()),
        least: SECONDS.0,
        most: SECONDS.1,
        trouble,
        p,
    }))
}

/// `GET /desk/wall`
pub(crate) async fn walls(
    State(kit): State<Kit>,
    desk: Desk,
    headers: axum::http::HeaderMap,
) -> Result<Response, Oops> {
    page(&kit, &desk, &base(&kit, &headers), None, String::new()).await
}

/// The wall that a form asks for: what is no number is out of bounds, and is refused as such.
fn spec_of(fields: &Fields) -> WallSpec {
    let on = fields.all("screen");
    let seconds = |s: Screen| fields.get(&format!("seconds.{}", s.word())).parse().unwrap_or(0);
    let targets = USUAL_TARGETS.iter().filter_map(|(key, _)| {
        let percent = fields.opt(&format!("target.{key}"))?;
        Some(((*key).to_owned(), percent.parse().unwrap_or(u32::MAX)))
    });
    WallSpec {
        name: fields.get("name").to_owned(),
        screens: Screen::ALL
            .into_iter()
            .filter(|s| on.contains(&s.word()))
            .map(|s| (s, seconds(s)))
            .collect(),
        targets: targets.collect(),
    }
}

/// `POST /desk/wall`: makes one.
pub(crate) async fn make(
    State(kit): State<Kit>,
    desk: Desk,
    headers: axum::http::HeaderMap,
    fields: Fields,
) -> Result<Response, Oops> {
    let days = fields.get("days").parse().unwrap_or(0);
    match kit.acts.supervision.make_wall(desk.actor(), spec_of(&fields), days).await {
        Ok(id) => Ok(Redirect::to(&format!("/desk/wall#w-{id}")).into_response()),
        Err(e) => {
            let base = base(&kit, &headers);
            again(&desk.page, e, |trouble| page(&kit, &desk, &base, Some(&fields), trouble)).await
        }
    }
}

/// `POST /desk/wall/{id}`: ends one.
pub(crate) async fn end(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    _: Fields,
) -> Result<Response, Oops> {
    kit.acts.supervision.end_wall(desk.actor(), id).await?;
    Ok(Redirect::to("/desk/wall").into_response())
}
