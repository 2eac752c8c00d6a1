//! 班次与规则: shifts, least people and the numbers of rosters, one small form for each; and the usual ones made from the hours
//! of the hall.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::roster::{Minimum, Shift, ShiftRules, usual};
use hall::{DayRule, Hall, Span, Word as _};
use web_kit::{Fields, Oops, again, render, word};

use crate::change::number;
use crate::keep::{Item, Sent, choices};
use crate::{Desk, Kit, Page, halls};

#[derive(Template)]
#[template(path = "roster_rules.html")]
struct RulesHtml {
    p: Page,
    base: String,
    hall_base: String,
    ver: i64,
    name: String,
    may: bool,
    shifts: Vec<Item>,
    minimums: Vec<Item>,
    numbers: Vec<(&'static str, &'static str, String)>,
    rules: Vec<(String, String)>,
    windows: Vec<(String, String)>,
    sent: Sent,
    trouble: String,
}

fn rules_text(p: &Page, all: &[DayRule]) -> String {
    all.iter().map(|r| word(p.lang, *r)).collect::<Vec<_>>().join("、")
}

async fn page(kit: &Kit, desk: &Desk, id: i64, sent: Sent, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hall(desk.actor(), id).await?;
    let of = &v.hall.rostering;
    let shift = |s: &Shift| {
        format!("{} {} · {} · {}", s.code, s.name, Span::shown(&s.hours), rules_text(&p, &s.rules))
    };
    let minimum = |m: &Minimum| {
        let at = m.window.map_or_else(
            || p.t.roster_whole_hall.to_owned(),
            |n| p.t.hall_window_n.replace("{n}", &n.to_string()),
        );
        let hours = if m.hours.is_empty() { p.t.roster_open_hours.to_owned() } else { Span::shown(&m.hours) };
        format!(
            "{at} · {} · {hours} · {}",
            p.t.roster_people.replace("{n}", &m.people.to_string()),
            rules_text(&p, &m.rules)
        )
    };
    let r = &of.rules;
    let numbers = [
        ("day_hours", p.t.roster_day_hours, r.day_hours),
        ("week_hours", p.t.roster_week_hours, r.week_hours),
        ("rest_hours", p.t.roster_rest_hours, r.rest_hours),
        ("row_days", p.t.roster_row_days, r.row_days),
        ("back_weeks", p.t.roster_back_weeks, r.back_weeks),
        ("busy_percent", p.t.roster_busy_percent, r.busy_percent),
    ];
    let mut windows = vec![(String::new(), p.t.roster_whole_hall.to_owned())];
    windows.extend(v.hall.windows.iter().map(|w| (w.number.to_string(), format!("{} {}", w.number, w.name))));
    Ok(render(&RulesHtml {
        base: format!("/desk/halls/at/{id}/shifts"),
        hall_base: format!("/desk/halls/at/{id}"),
        ver: v.ver,
        may: v.may_write,
        shifts: crate::keep::items(&of.shifts, shift),
        minimums: crate::keep::items(&of.minimums, minimum),
        numbers: numbers.map(|(n, label, value)| (n, label, value.to_string())).to_vec(),
        rules: choices::<DayRule>(&p),
        windows,
        name: v.hall.name,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/shifts`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, Sent::default(), String::new()).await
}

fn hours(fields: &Fields) -> Result<Vec<Span>, Error> {
    Span::read_all(fields.get("hours")).map_err(|said| Error::Invalid { field: "hours".to_owned(), said })
}

fn rules(fields: &Fields) -> Result<Vec<DayRule>, Error> {
    let read = |w: &str| {
        DayRule::read(w)
            .ok_or_else(|| Error::Invalid { field: "rules".to_owned(), said: DayRule::unknown(w) })
    };
    fields.all("rules").into_iter().map(read).collect()
}

/// The document with one part of its roster rules set anew.
fn changed(part: &str, fields: &Fields, mut h: Hall) -> Result<Hall, Error> {
    let of = &mut h.rostering;
    match part {
        "usual" => h.rostering = usual(&h),
        "shift" => {
            let new = Shift {
                code: fields.get("code").trim().to_owned(),
                name: fields.get("name").trim().to_owned(),
                hours: hours(fields)?,
                rules: rules(fields)?,
            };
            match of.shifts.iter_mut().find(|s| s.code == new.code) {
                Some(s) => *s = new,
                None => of.shifts.push(new),
            }
        }
        "minimum" => of.minimums.push(Minimum {
            window: if fields.has("window") { Some(number(fields, "window")?) } else { None },
            people: number(fields, "people")?,
            rules: rules(fields)?,
            hours: hours(fields)?,
        }),
        "numbers" => {
            let n = |name: &str| number::<u32>(fields, name);
            of.rules = ShiftRules {
                day_hours: n("day_hours")?,
                week_hours: n("week_hours")?,
                rest_hours: n("rest_hours")?,
                row_days: n("row_days")?,
                back_weeks: n("back_weeks")?,
                busy_percent: n("busy_percent")?,
            };
        }
        "drop" => {
            let at: usize = number(fields, "at")?;
            let gone = || Error::invalid("at", "这一条已经不在，请刷新", "it is gone already: reload");
            match fields.get("what") {
                "shift" if at < of.shifts.len() => drop(of.shifts.remove(at)),
                "minimum" if at < of.minimums.len() => drop(of.minimums.remove(at)),
                _ => return Err(gone()),
            }
        }
        _ => return Err(Error::NotFound),
    }
    Ok(h)
}

/// `POST /desk/halls/at/{id}/shifts/{part}`
pub(crate) async fn set(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, part)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let v = all.hall(desk.actor(), id).await?;
    let ver = fields.get("ver").parse().unwrap_or(v.ver);
    if !v.may_write {
        // The door says it in its own words.
        all.kiosk_of(desk.actor(), id).await?;
    }
    let done = match changed(&part, &fields, v.hall) {
        Ok(new) => all.put_hall(desk.actor(), id, ver, new).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/desk/halls/at/{id}/shifts")).into_response()),
        Err(e) => {
            let sent = Sent { part, fields };
            again(&desk.page, e, |t| page(&kit, &desk, id, sent, t)).await
        }
    }
}
