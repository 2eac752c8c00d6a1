//! 我的班: one's own shifts on the phone, the calendar, swaps and leave; and the wall, which shows everybody who sits where.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::Span;
use hall::roster::{Duty, LeaveKind};
use kernel::StaffId;
use web_kit::{Fields, Oops, again, render, short_day};

use crate::change::{date, number};
use crate::handover::{DueRow, SheetRow, due_row, sheet_row};
use crate::keep::{Sent, choices};
use crate::roster::{SwapRow, swap_act, swap_row};
use crate::rosters::{LeaveRow, act_of, leave_of, leave_row};
use crate::{Desk, Kit, Page, halls};

struct Shift {
    day: String,
    hours: String,
    what: String,
    place: String,
    is_today: bool,
}

#[derive(Template)]
#[template(path = "shifts.html")]
struct ShiftsHtml {
    p: Page,
    shifts: Vec<Shift>,
    swaps: Vec<SwapRow>,
    leave: Vec<LeaveRow>,
    halls: Vec<(String, String)>,
    /// roster and day, what it is
    mine: Vec<(String, String)>,
    /// id, name
    others: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    sheets: Vec<SheetRow>,
    due: Vec<DueRow>,
    calendar: String,
    today: String,
    sent: Sent,
    trouble: String,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    headers: &HeaderMap,
    sent: Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).my_shifts(desk.actor()).await?;
    let (sheets, due) = halls(kit).my_hand_overs(desk.actor()).await?;
    let today = p.now.date();
    let hours = |d: &hall_acts::MyDuty| d.shift.as_ref().map_or_else(String::new, |s| Span::shown(&s.hours));
    let line = |d: &hall_acts::MyDuty| Shift {
        day: short_day(p.lang, p.now, d.duty.day),
        hours: hours(d),
        what: d.shift.as_ref().map_or_else(|| d.duty.shift.clone(), |s| s.name.clone()),
        place: format!(
            "{} {} {}",
            d.hall,
            p.t.hall_window_n.replace("{n}", &d.duty.window.to_string()),
            d.window
        ),
        is_today: d.duty.day == today,
    };
    let mut others: Vec<(String, String)> = Vec::new();
    for (_, staff, name) in &v.others {
        let one = (staff.0.to_string(), name.clone());
        if !others.contains(&one) {
            others.push(one);
        }
    }
    let mine = v.duties.iter().filter(|d| d.duty.day >= today);
    Ok(render(&ShiftsHtml {
        shifts: v.duties.iter().map(line).collect(),
        swaps: v.swaps.iter().rev().map(|s| swap_row(&p, "/desk/shifts/swap", s)).collect(),
        leave: v.leave.iter().map(|l| leave_row(&p, l)).collect(),
        halls: v.halls.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
        mine: mine
            .map(|d| {
                let text = format!("{} {} {}", short_day(p.lang, p.now, d.duty.day), d.duty.shift, hours(d));
                (format!("{} {}", d.roster, d.duty.day), text)
            })
            .collect(),
        others,
        kinds: choices::<LeaveKind>(&p),
        sheets: sheets.iter().map(|v| sheet_row(&p, v)).collect(),
        due: due.iter().map(|d| due_row(&p, d)).collect(),
        calendar: format!("{}/shifts/{}", web_kit::base(kit, headers), v.calendar),
        today: today.to_string(),
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/shifts`
pub(crate) async fn show(State(kit): State<Kit>, headers: HeaderMap, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, &headers, Sent::default(), String::new()).await
}

/// `POST /desk/shifts/{act}`: `ask` a swap, `swap` to act on one, `leave` to ask or take back.
pub(crate) async fn act(
    State(kit): State<Kit>,
    headers: HeaderMap,
    desk: Desk,
    Path(act): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let done = async {
        match act.as_str() {
            "ask" => {
                let (roster, gives) = fields.get("mine").split_once(' ').unwrap_or_default();
                let gone = || Error::invalid("mine", "请选择要调的班", "choose the shift to swap");
                let (roster, gives) =
                    (roster.parse().map_err(|_| gone())?, web_kit::date_of(gives).ok_or_else(gone)?);
                let takes = if fields.has("takes") { Some(date(&fields, "takes")?) } else { None };
                let other = StaffId(number(&fields, "other")?);
                all.ask_swap(desk.actor(), roster, gives, other, takes).await?;
            }
            "swap" => {
                let act = swap_act(&fields)?;
                all.act_swap(desk.actor(), number(&fields, "roster")?, number(&fields, "swap")?, act).await?;
            }
            "leave" => match act_of(fields.get("act")) {
                Some(act) => {
                    let (one, ver) = (number(&fields, "leave")?, number(&fields, "ver")?);
                    all.act_leave(desk.actor(), one, ver, act).await?;
                }
                None => {
                    let (kind, days, hours) = leave_of(&fields)?;
                    all.ask_leave(desk.actor(), number(&fields, "hall")?, None, kind, days, hours).await?;
                }
            },
            _ => return Err(Error::NotFound),
        }
        Ok(())
    };
    match done.await {
        Ok(()) => Ok(Redirect::to("/desk/shifts").into_response()),
        Err(e) => {
            let sent = Sent { part: act, fields };
            again(&desk.page, e, |t| async { page(&kit, &desk, &headers, sent, t).await }).await
        }
    }
}

/// `GET /shifts/{staff}/{token}`: what a calendar asks again and again; it reads the shifts of one person and nothing else.
pub(crate) async fn calendar(
    State(kit): State<Kit>,
    Path((staff, token)): Path<(i64, String)>,
) -> Result<Response, Oops> {
    let text = halls(&kit).shifts_calendar(staff, token).await?;
    Ok(web_kit::download("text/calendar; charset=utf-8", "shifts.ics", text.into_bytes()))
}

struct WallDay {
    day: String,
    rows: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "roster_wall.html")]
struct WallHtml {
    p: Page,
    id: i64,
    hall: String,
    days: Vec<WallDay>,
}

/// Days on the wall, with today.
const WALL: i64 = 7;

/// `GET /halls/{id}/roster`: the wall.
pub(crate) async fn wall(State(kit): State<Kit>, p: Page, Path(id): Path<i64>) -> Result<Response, Oops> {
    let (hall, all) = halls(&kit).wall(id, p.now.date(), WALL).await?;
    let mut days: Vec<(kernel::Date, WallDay)> = Vec::new();
    let row = |d: &Duty, name: &str| {
        let window = hall.window(d.window).map_or("", |w| w.name.as_str());
        let hours = hall.rostering.shift(&d.shift).map_or_else(String::new, |s| Span::shown(&s.hours));
        (
            format!("{} {window}", p.t.hall_window_n.replace("{n}", &d.window.to_string())),
            hours,
            name.to_owned(),
        )
    };
    for (d, name) in &all {
        match days.last_mut() {
            Some((day, of)) if *day == d.day => of.rows.push(row(d, name)),
            _ => {
                let new = WallDay { day: short_day(p.lang, p.now, d.day), rows: vec![row(d, name)] };
                days.push((d.day, new));
            }
        }
    }
    Ok(render(&WallHtml { id, hall: hall.name.clone(), days: days.into_iter().map(|d| d.1).collect(), p }))
}
