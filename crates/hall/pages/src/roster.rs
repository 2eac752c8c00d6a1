//! 一张排班表: the week as a table, people down and days across, gaps red with their reasons; cover against demand by half
//! hour; what is changed by hand, filled up, drawn anew, published.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::roster::{Duty, Gap, HALF, Line, Need, SheetState, Shift, SwapAct, Why, plus};
use hall::{Hall, Span, Word as _};
use hall_acts::{Redraw, RosterView, SwapLine, monday};
use kernel::{Date, StaffId};
use serde::Deserialize;
use web_kit::{Fields, Oops, again, render, said, short_day, weekdays, word};

use crate::change::{date, number};
use crate::{Desk, Kit, Page, halls};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    week: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    moved: String,
}

/// One cell: what somebody has on a day.
struct Cell {
    text: String,
    /// the shift in full, for who hovers and who listens
    full: String,
    /// `away`, `bad` or nothing
    class: &'static str,
}

struct PersonRow {
    name: String,
    hours: String,
    cells: Vec<Cell>,
}

/// A gap in words.
struct GapRow {
    text: String,
    why: String,
    must: bool,
}

struct DayColumn {
    date: String,
    name: String,
    gaps: Vec<GapRow>,
    is_shown: bool,
}

/// One bar of a chart: a half hour.
struct Bar {
    x: u32,
    need_y: u32,
    need_h: u32,
    cover_y: u32,
    cover_h: u32,
    short: bool,
}

/// Cover against demand of one line of a day.
struct Chart {
    name: String,
    says: String,
    width: u32,
    bars: Vec<Bar>,
    /// x and hour
    hours: Vec<(u32, String)>,
}

const BAR: u32 = 14;
const HIGH: u32 = 60;

fn line_name(p: &Page, hall: &Hall, line: &Line) -> String {
    match line {
        Line::Window(n) => p.t.hall_window_n.replace("{n}", &n.to_string()),
        Line::Queue(q) => hall.queue(q).map_or_else(|| q.clone(), |q| format!("{} {}", q.letter, q.name)),
        Line::Hall => p.t.roster_whole_hall.to_owned(),
    }
}

fn kind_of(p: &Page, must: bool) -> &'static str {
    if must { p.t.roster_must } else { p.t.roster_load }
}

fn why_text(p: &Page, why: &[(Why, u32)]) -> String {
    let one = |(why, n): &(Why, u32)| {
        let why = word(p.lang, *why);
        if *n == 0 { why } else { format!("{why} {}", p.t.roster_people.replace("{n}", &n.to_string())) }
    };
    why.iter().map(one).collect::<Vec<_>>().join("、")
}

fn gap_row(p: &Page, hall: &Hall, g: &Gap) -> GapRow {
    let short = p.t.roster_short.replace("{n}", &g.short.to_string());
    GapRow {
        text: format!("{} {} {short}", Span::shown(&[g.hours]), line_name(p, hall, &g.line)),
        why: format!("{}{}{}", kind_of(p, g.must), p.t.colon, why_text(p, &g.why)),
        must: g.must,
    }
}

fn chart(p: &Page, hall: &Hall, need: &Need, cover: &[u16]) -> Chart {
    let most = need.people.iter().chain(cover).copied().max().unwrap_or(1).max(1);
    let high = |n: u16| u32::from(n) * HIGH / u32::from(most);
    let bars = need.people.iter().zip(cover).enumerate().map(|(i, (n, c))| Bar {
        x: i as u32 * BAR,
        need_y: HIGH - high(*n),
        need_h: high(*n),
        cover_y: HIGH - high(*c),
        cover_h: high(*c),
        short: c < n,
    });
    let from = usize::from(need.from);
    let hours = (0..need.people.len()).filter(|i| (from + i).is_multiple_of(2));
    let short: u32 = need.people.iter().zip(cover).map(|(n, c)| u32::from(n.saturating_sub(*c))).sum();
    let sum = |all: &[u16]| all.iter().map(|n| u32::from(*n)).sum::<u32>().to_string();
    Chart {
        name: format!("{} · {}", line_name(p, hall, &need.line), kind_of(p, need.must)),
        says: p
            .t
            .roster_chart_says
            .replace("{asked}", &sum(&need.people))
            .replace("{short}", &short.to_string())
            .replace("{most}", &most.to_string()),
        width: need.people.len() as u32 * BAR,
        bars: bars.collect(),
        hours: hours.map(|i| (i as u32 * BAR, ((from + i) / 2).to_string())).collect(),
    }
}

/// A swap as pages show it.
pub(crate) struct SwapRow {
    pub roster: i64,
    pub id: u32,
    pub text: String,
    pub stage: String,
    pub action: String,
    pub acts: Vec<(&'static str, String)>,
}

pub(crate) fn swap_row(p: &Page, action: &str, s: &SwapLine) -> SwapRow {
    let duty = |d: &Option<Duty>, day: Date| match d {
        Some(d) => format!("{} {}", short_day(p.lang, p.now, d.day), d.shift),
        None => short_day(p.lang, p.now, day),
    };
    let gives = duty(&s.duties[0], s.swap.gives);
    let text = match s.swap.takes {
        Some(day) => p.t.swap_both.replace("{takes}", &duty(&s.duties[1], day)),
        None => p.t.swap_away.to_owned(),
    };
    let text =
        text.replace("{gives}", &gives).replace("{asker}", &s.names[0]).replace("{other}", &s.names[1]);
    SwapRow {
        roster: s.roster,
        id: s.swap.id,
        text,
        stage: word(p.lang, s.swap.stage),
        action: action.to_owned(),
        acts: s.acts.iter().map(|a| (a.word(), word(p.lang, *a))).collect(),
    }
}

/// A burden in words: its name, what is said of it.
fn fair_rows(p: &Page, v: &RosterView) -> Vec<(String, String)> {
    let row = |f: &hall::roster::Fair| {
        let text = p.t.roster_fair.replace("{total}", &f.total.to_string());
        let text = text.replace("{people}", &f.people.to_string()).replace("{least}", &f.least.to_string());
        (
            word(p.lang, f.burden),
            text.replace("{most}", &f.most.to_string()).replace("{bound}", &f.bound.to_string()),
        )
    };
    v.report.fair.iter().filter(|f| f.total > 0).map(row).collect()
}

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterHtml {
    p: Page,
    id: i64,
    ver: i64,
    hall_base: String,
    title: String,
    hall: String,
    state: String,
    may: bool,
    /// it says what was moved just now
    moved: String,
    unpublished: String,
    may_publish: bool,
    /// label, of so many half hours, not covered, bound
    cover: Vec<(String, u32, u32, u32)>,
    fair: Vec<(String, String)>,
    broken: Vec<String>,
    weeks: Vec<(String, String, bool)>,
    week: String,
    days: Vec<DayColumn>,
    people: Vec<PersonRow>,
    shifts: Vec<String>,
    day: String,
    day_name: String,
    charts: Vec<Chart>,
    swaps: Vec<SwapRow>,
    // what is chosen in the form
    who: Vec<(String, String)>,
    dates: Vec<(String, String)>,
    codes: Vec<(String, String)>,
    windows: Vec<(String, String)>,
    sent: crate::keep::Sent,
    trouble: String,
}

fn cell(p: &Page, v: &RosterView, staff: StaffId, day: Date) -> Cell {
    let duty = v.shown.iter().find(|d| d.staff == staff && d.day == day);
    let hours = |s: Option<&Shift>| s.map_or_else(Vec::new, |s| s.hours.clone());
    let shift = duty.and_then(|d| v.hall.rostering.shift(&d.shift));
    let whole = Span::new(0, 24 * 60).into_iter().collect::<Vec<_>>();
    let of = if duty.is_some() { hours(shift) } else { whole };
    let away = v.leave.iter().any(|l| l.meets(staff, day, &of));
    let elsewhere = v.elsewhere.iter().any(|e| e.staff == staff && e.day == day);
    let bad = v.broken.iter().any(|b| b.staff == staff && b.day == day);
    let text = duty.map_or_else(String::new, |d| format!("{} {}", d.shift, d.window));
    let named = shift.map_or_else(String::new, |s| format!("{} {}", s.name, Span::shown(&s.hours)));
    let window = duty.map_or_else(String::new, |d| p.t.hall_window_n.replace("{n}", &d.window.to_string()));
    Cell {
        text: match (away, elsewhere) {
            (true, _) => format!("{text} {}", p.t.roster_away).trim().to_owned(),
            (_, true) => format!("{text} {}", p.t.roster_elsewhere).trim().to_owned(),
            _ => text,
        },
        full: format!("{named} {window}").trim().to_owned(),
        class: match (bad, away || elsewhere) {
            (true, _) => "bad",
            (_, true) => "away",
            _ => "",
        },
    }
}

pub(crate) async fn page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    ask: &Ask,
    sent: crate::keep::Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).roster(desk.actor(), id).await?;
    let swaps = if v.may_write { halls(kit).swaps(desk.actor(), id).await? } else { Vec::new() };
    let today = p.now.date();
    let asked = web_kit::date_of(&ask.week).or_else(|| web_kit::date_of(&ask.day)).unwrap_or(today);
    let first = monday(asked.clamp(v.first, v.last)).date();
    let dates: Vec<Date> = (0..7).map(|n| plus(first, n)).filter(|d| v.first <= *d && *d <= v.last).collect();
    let day = web_kit::date_of(&ask.day)
        .filter(|d| dates.contains(d))
        .or_else(|| dates.iter().copied().find(|d| *d >= today))
        .unwrap_or(first);
    let minutes = |staff: StaffId| -> u32 {
        let of = v.shown.iter().filter(|d| d.staff == staff && dates.contains(&d.day));
        of.filter_map(|d| v.hall.rostering.shift(&d.shift)).map(Shift::minutes).sum()
    };
    let names: Vec<&str> = weekdays(p.lang).collect();
    let name_of_day = |d: Date| {
        let n = usize::try_from(d.weekday().to_monday_zero_offset()).unwrap_or(0);
        format!("{} {}-{}", names.get(n).copied().unwrap_or_default(), d.month(), d.day())
    };
    let mut weeks = Vec::new();
    let mut from = monday(v.first).date();
    // A week more than there can be: the last days of the calendar have no week after them.
    while from <= v.last && weeks.len() < 60 {
        weeks.push((from.to_string(), format!("{}-{}", from.month(), from.day()), from == first));
        from = plus(from, 7);
    }
    let needs: Vec<(&Need, &Vec<u16>)> =
        v.sheet.needs.iter().zip(&v.report.cover).filter(|(n, c)| n.day == day && !c.is_empty()).collect();
    let r = &v.report;
    let row = |label: &str, n: usize| (label.to_owned(), r.asked[n], r.unmet[n], r.bound[n]);
    let mut windows: Vec<(String, String)> = Vec::new();
    windows.extend(v.hall.windows.iter().map(|w| (w.number.to_string(), format!("{} {}", w.number, w.name))));
    let mut codes = vec![(String::new(), p.t.roster_off.to_owned())];
    codes.extend(v.hall.rostering.shifts.iter().map(|s| (s.code.clone(), format!("{} {}", s.code, s.name))));
    let state = v.sheet.state();
    let unpublished = v.sheet.unpublished();
    Ok(render(&RosterHtml {
        ver: v.ver,
        hall_base: format!("/desk/halls/at/{}", v.hall_id),
        title: format!("{} – {}", v.first, v.last),
        hall: v.hall.name.clone(),
        state: word(p.lang, if v.may_write { state } else { SheetState::Published }),
        may: v.may_write,
        moved: if ask.moved.parse::<usize>().is_ok() {
            p.t.roster_moved.replace("{n}", &ask.moved)
        } else {
            String::new()
        },
        unpublished: if v.may_write && unpublished > 0 {
            p.t.roster_unpublished.replace("{n}", &unpublished.to_string())
        } else {
            String::new()
        },
        may_publish: v.may_write && state != SheetState::Published,
        cover: vec![row(p.t.roster_must, 0), row(p.t.roster_load, 1)],
        fair: fair_rows(&p, &v),
        broken: v
            .broken
            .iter()
            .map(|b| {
                let name = v.people.iter().find(|n| n.0 == b.staff).map_or("", |n| n.1.as_str());
                said(p.lang, &b.said(name))
            })
            .collect(),
        weeks,
        week: first.to_string(),
        days: dates
            .iter()
            .map(|d| DayColumn {
                date: d.to_string(),
                name: name_of_day(*d),
                gaps: r.gaps.iter().filter(|g| g.day == *d).map(|g| gap_row(&p, &v.hall, g)).collect(),
                is_shown: *d == day,
            })
            .collect(),
        people: v
            .people
            .iter()
            .map(|(staff, name)| PersonRow {
                name: name.clone(),
                hours: format!("{:.1}", f64::from(minutes(*staff)) / 60.0),
                cells: dates.iter().map(|d| cell(&p, &v, *staff, *d)).collect(),
            })
            .collect(),
        shifts: v
            .hall
            .rostering
            .shifts
            .iter()
            .map(|s| format!("{} {} {}", s.code, s.name, Span::shown(&s.hours)))
            .collect(),
        day: day.to_string(),
        day_name: name_of_day(day),
        charts: needs.iter().map(|(n, c)| chart(&p, &v.hall, n, c)).collect(),
        swaps: swaps.iter().map(|s| swap_row(&p, &format!("/desk/rosters/{id}/swap"), s)).collect(),
        who: v.people.iter().map(|(s, n)| (s.0.to_string(), n.clone())).collect(),
        dates: dates.iter().filter(|d| **d >= today).map(|d| (d.to_string(), name_of_day(*d))).collect(),
        codes,
        windows,
        id,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/rosters/{id}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    page(&kit, &desk, id, &ask, crate::keep::Sent::default(), String::new()).await
}

/// `POST /desk/rosters/{id}/{act}`: `publish`, `fill`, `anew`, `set` or `swap`.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, act)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let done = async {
        let redraw = async |how| {
            let drawn = all.redraw_roster(desk.actor(), id, number(&fields, "ver")?, how).await?;
            let moved = drawn.moved;
            all.keep_drawn(desk.actor(), drawn).await?;
            Ok::<_, Error>(format!("&moved={moved}"))
        };
        match act.as_str() {
            "publish" => all.publish_roster(desk.actor(), id, number(&fields, "ver")?).await?,
            "fill" => return redraw(Redraw::Least).await,
            "anew" => return redraw(Redraw::Anew).await,
            "set" => {
                let to = match fields.get("shift") {
                    "" => None,
                    code => Some((number(&fields, "window")?, code.to_owned())),
                };
                let on = (StaffId(number(&fields, "staff")?), date(&fields, "day")?);
                all.set_duty(desk.actor(), id, number(&fields, "ver")?, on, to).await?;
            }
            "swap" => {
                let act = swap_act(&fields)?;
                all.act_swap(desk.actor(), id, number(&fields, "swap")?, act).await?;
            }
            _ => return Err(Error::NotFound),
        }
        Ok(String::new())
    };
    let week = fields.get("week").to_owned();
    match done.await {
        Ok(more) => {
            let week = web_kit::date_of(&week).map_or_else(String::new, |d| d.to_string());
            Ok(Redirect::to(&format!("/desk/rosters/{id}?week={week}{more}")).into_response())
        }
        Err(e) => {
            let ask = Ask { week, ..Ask::default() };
            let sent = crate::keep::Sent { part: act, fields };
            again(&desk.page, e, |t| page(&kit, &desk, id, &ask, sent, t)).await
        }
    }
}

pub(crate) fn swap_act(fields: &Fields) -> Result<SwapAct, Error> {
    let text = fields.get("act");
    SwapAct::read(text)
        .ok_or_else(|| Error::Invalid { field: "act".to_owned(), said: SwapAct::unknown(text) })
}

/// Minutes of a half hour, so that a chart and a table say the same.
const _: () = assert!(HALF == 30, "a bar is half an hour");
