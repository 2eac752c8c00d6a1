//! 数字的页: waits, no-shows, estimates, each opening its list, and who is present without work.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use hall::Hours;
use hall::figures::Show;
use hall_acts::{CoverLine, FigureLine, What};
use kernel::US_PER_DAY;
use serde::Deserialize;
use web_kit::{Oops, date_of, render, weekdays, word};

use crate::help_desk::{FigureRow, figure_heads, figure_row};
use crate::parts::minutes;
use crate::window::at;
use crate::{Desk, Kit, Page, halls};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    what: String,
}

impl Days {
    fn of(&self, p: &Page) -> (kernel::Date, kernel::Date) {
        let to = date_of(&self.to).unwrap_or_else(|| p.now.date());
        (date_of(&self.from).unwrap_or_else(|| p.now.plus_us(-6 * US_PER_DAY).date()), to)
    }
    fn what(&self) -> What {
        match self.what.split_once('-') {
            Some(("queue", letter)) => What::Queue(letter.chars().take(2).collect()),
            Some(("hour", cell)) => cell
                .split_once('-')
                .and_then(|(d, h)| Some(What::Hour(d.parse().ok()?, h.parse().ok()?)))
                .unwrap_or(What::Hall),
            Some(("kind", kind)) => Hours::read(kind).map_or(What::Hall, What::Kind),
            Some(("window", n)) => n.parse().map_or(What::Hall, What::Window),
            _ => What::Hall,
        }
    }
}

struct Row {
    key: String,
    name: String,
    taken: usize,
    ended: usize,
    median: String,
    p90: String,
    kept: String,
}

fn row(l: &FigureLine) -> Row {
    let key = match &l.what {
        What::Hall => "hall".to_owned(),
        What::Queue(q) => format!("queue-{q}"),
        What::Window(n) => format!("window-{n}"),
        What::Hour(d, h) => format!("hour-{d}-{h}"),
        What::Kind(k) => format!("kind-{}", k.word()),
    };
    let none = || "–".to_owned();
    let waited = l.waits.n > 0;
    Row {
        key,
        name: l.name.clone(),
        taken: l.taken,
        ended: l.ended,
        median: if waited { minutes(l.waits.median_us) } else { none() },
        p90: if waited { minutes(l.waits.p90_us) } else { none() },
        kept: if l.kept.1 > 0 { format!("{} / {}", l.kept.0, l.kept.1) } else { none() },
    }
}

struct Cover {
    roster: i64,
    /// a day of its first week
    week: String,
    days: String,
    must: String,
    load: String,
    rate: String,
    windows: Vec<String>,
}

fn cover(p: &Page, named: &dyn Fn(u16) -> String, c: &CoverLine) -> Cover {
    // Half hours, as hours.
    let hours = |n: u32| if n.is_multiple_of(2) { (n / 2).to_string() } else { format!("{}.5", n / 2) };
    let pair = |n: usize| format!("{} / {}", hours(c.asked[n]), hours(c.unmet[n]));
    let short = |d| web_kit::short_day(p.lang, p.now, d);
    let rate = match c.asked[0] {
        0 => "–".to_owned(),
        n => format!("{:.1} %", f64::from(n - c.unmet[0]) * 100.0 / f64::from(n)),
    };
    let window = |(n, asked, unmet): &(u16, u32, u32)| {
        let text = p.t.cover_window.replace("{window}", &named(*n)).replace("{asked}", &hours(*asked));
        text.replace("{unmet}", &hours(*unmet))
    };
    Cover {
        roster: c.roster,
        week: c.first.to_string(),
        days: match c.first == c.last {
            true => short(c.first),
            false => format!("{} – {}", short(c.first), short(c.last)),
        },
        must: pair(0),
        load: pair(1),
        rate,
        windows: c.windows.iter().map(window).collect(),
    }
}

struct Present {
    window: u16,
    who: String,
    days: u32,
    ended: u32,
    handled: u32,
    idle: String,
    without_work: bool,
}

#[derive(Template)]
#[template(path = "hall_figures.html")]
struct FiguresHtml {
    p: Page,
    id: i64,
    name: String,
    from: String,
    to: String,
    rows: Vec<Row>,
    /// word, name, how many
    shows: Vec<(&'static str, String, u32)>,
    missed: String,
    /// hours that have anybody
    hours: Vec<usize>,
    /// weekday, its hours: how many, how full from 0 to 4
    load: Vec<(String, Vec<(usize, u32, u32)>)>,
    /// word, name, how many
    off_hours: Vec<(&'static str, String, usize)>,
    covers: Vec<Cover>,
    present: Vec<Present>,
    /// names of the columns of help
    heads: Vec<String>,
    help: Vec<FigureRow>,
}

/// `GET /desk/halls/at/{id}/figures`: of the days given, of the last seven when none are.
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(days): Query<Days>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (from, to) = days.of(&p);
    let f = halls(&kit).figures(desk.actor(), id, from, to).await?;
    let present = halls(&kit).presence(desk.actor(), id, from, to).await?;
    let covers = halls(&kit).coverage(desk.actor(), id, from, to).await?;
    let window = |n: u16| {
        let line = f.lines.iter().find(|l| l.what == What::Window(n)).map(|l| l.name.clone());
        line.unwrap_or_else(|| p.t.hall_window_n.replace("{n}", &n.to_string()))
    };
    let covers = covers.iter().map(|c| cover(&p, &window, c)).collect();
    let help = halls(&kit).help_figures(desk.actor(), Some(id), from, to).await?;
    let named = kit.city.regions().await?;
    let present = present.into_iter().map(|l| Present {
        window: l.of.window,
        who: format!("{} · {}", l.unit, l.name),
        days: l.of.days,
        ended: l.of.ended,
        handled: l.of.handled,
        idle: l.of.idle.iter().map(|d| web_kit::short_day(p.lang, p.now, *d)).collect::<Vec<_>>().join("、"),
        without_work: l.of.without_work(),
    });
    let hours: Vec<usize> = f.load.hours().map_or_else(Vec::new, |(a, b)| (a..=b).collect());
    Ok(render(&FiguresHtml {
        id,
        from: from.to_string(),
        to: to.to_string(),
        rows: f.lines.iter().map(row).collect(),
        load: weekdays(p.lang)
            .enumerate()
            .map(|(d, name)| {
                let cell = |h: usize| {
                    let n = f.load.at(d, h);
                    (h, n, (n * 4).div_ceil(f.load.most().max(1)))
                };
                (name.to_owned(), hours.iter().copied().map(cell).collect())
            })
            .collect(),
        hours,
        off_hours: f.off_hours.iter().map(|(k, n)| (k.word(), word(p.lang, *k), *n)).collect(),
        missed: f.shows.missed_percent().map_or_else(|| "–".to_owned(), |m| format!("{m:.1} %")),
        shows: Show::ALL.iter().map(|s| (s.word(), word(p.lang, *s), f.shows.of(*s))).collect(),
        covers,
        present: present.collect(),
        heads: figure_heads(&p),
        help: help.into_iter().map(|f| figure_row(&p, &named, f)).collect(),
        name: f.hall,
        p,
    }))
}

/// Lines of a list that a page draws; what is left is said.
const DRAWN: usize = 500;

/// How many lines of a list the page leaves out, in words; none: empty.
fn left_out(p: &Page, all: usize) -> String {
    if all <= DRAWN {
        return String::new();
    }
    p.t.hall_first_of.replace("{n}", &DRAWN.to_string()).replace("{all}", &all.to_string())
}

#[derive(Template)]
#[template(path = "hall_shows.html")]
struct ShowsHtml {
    p: Page,
    left_out: String,
    id: i64,
    title: String,
    /// number, when, item, stage
    rows: Vec<(String, String, String, String)>,
}

async fn shows(kit: &Kit, desk: Desk, id: i64, days: &Days, became: Show) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (from, to) = days.of(&p);
    let all = halls(kit).show_list(desk.actor(), id, from, to, became).await?;
    let row = |a: &hall::appointment::Appointment| {
        (a.number.clone(), at(&p, Some(a.at.start)), a.name.clone(), word(p.lang, a.stage))
    };
    let rows = all.iter().take(DRAWN).map(row).collect();
    Ok(render(&ShowsHtml { id, title: word(p.lang, became), rows, left_out: left_out(&p, all.len()), p }))
}

#[derive(Template)]
#[template(path = "hall_tickets.html")]
struct TicketsHtml {
    p: Page,
    left_out: String,
    id: i64,
    rows: Vec<(String, String, String, String, String, String)>,
}

/// `GET /desk/halls/at/{id}/figures/list`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(days): Query<Days>,
) -> Result<Response, Oops> {
    if let Some(became) = days.what.strip_prefix("show-").and_then(Show::read) {
        return shows(&kit, desk, id, &days, became).await;
    }
    let p = desk.page.clone();
    let (from, to) = days.of(&p);
    let all = halls(&kit).figure_list(desk.actor(), id, from, to, days.what()).await?;
    let rows = all
        .iter()
        .take(DRAWN)
        .map(|l| {
            let t = &l.ticket;
            (
                t.number.clone(),
                at(&p, Some(t.taken)),
                at(&p, t.called),
                l.waited_us.map_or_else(String::new, minutes),
                t.window.map_or_else(String::new, |w| w.to_string()),
                word(p.lang, t.stage),
            )
        })
        .collect();
    Ok(render(&TicketsHtml { id, rows, left_out: left_out(&p, all.len()), p }))
}
