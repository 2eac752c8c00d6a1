//! 排班: the rosters of a hall, drawing a new one, and leave as the head decides it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::Span;
use hall::roster::{LeaveKind, plus};
use hall_acts::{LeaveAct, LeaveLine, monday};
use kernel::{Date, StaffId};
use web_kit::{Fields, Oops, again, render, short_day, word};

use crate::change::{chosen, date, number};
use crate::keep::choices;
use crate::{Desk, Kit, Page, halls};

/// A roster in the list.
struct Row {
    id: i64,
    days: String,
    state: String,
}

/// Leave as pages show it.
pub(crate) struct LeaveRow {
    pub id: i64,
    pub ver: i64,
    pub who: String,
    pub days: String,
    pub kind: String,
    pub state: String,
    pub meets: String,
    pub may_decide: bool,
    pub may_withdraw: bool,
}

pub(crate) fn leave_row(p: &Page, l: &LeaveLine) -> LeaveRow {
    let days = if l.first == l.last {
        short_day(p.lang, p.now, l.first)
    } else {
        format!("{} – {}", short_day(p.lang, p.now, l.first), short_day(p.lang, p.now, l.last))
    };
    LeaveRow {
        id: l.row.id,
        ver: l.row.ver,
        who: l.name.clone(),
        days: match l.row.hours.parse::<hall::Span>() {
            Ok(hours) => format!("{days} {}", hall::Span::shown(&[hours])),
            Err(_) => days,
        },
        kind: word(p.lang, l.kind),
        state: match l.row.state.as_str() {
            "asked" => p.t.leave_asked,
            "approved" => p.t.leave_approved,
            "refused" => p.t.leave_refused,
            _ => p.t.leave_withdrawn,
        }
        .to_owned(),
        meets: if l.meets > 0 && matches!(l.row.state.as_str(), "asked" | "approved") {
            p.t.leave_meets.replace("{n}", &l.meets.to_string())
        } else {
            String::new()
        },
        may_decide: l.may_decide,
        may_withdraw: l.may_withdraw,
    }
}

/// Leave of the form: kind, days, hours.
pub(crate) fn leave_of(fields: &Fields) -> Result<(LeaveKind, (Date, Date), Option<Span>), Error> {
    let first = date(fields, "first")?;
    let last = if fields.has("last") { date(fields, "last")? } else { first };
    let hours = match fields.get("hours").trim() {
        "" => None,
        text => {
            let read = text.parse::<Span>();
            Some(read.map_err(|said| Error::Invalid { field: "hours".to_owned(), said })?)
        }
    };
    Ok((chosen(fields, "kind")?, (first, last), hours))
}

#[derive(Template)]
#[template(path = "rosters.html")]
struct RostersHtml {
    p: Page,
    id: i64,
    base: String,
    name: String,
    rows: Vec<Row>,
    may: bool,
    no_shifts: bool,
    first: String,
    weeks: String,
    leave: Vec<LeaveRow>,
    people: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    today: String,
    sent: crate::keep::Sent,
    trouble: String,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    sent: crate::keep::Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = halls(kit).rosters(desk.actor(), id).await?;
    let v = halls(kit).hall(desk.actor(), id).await?;
    let leave = halls(kit).leave_of_hall(desk.actor(), id).await;
    let may = leave.is_ok();
    // The next roster begins where the last one ends.
    let today = p.now.date();
    let next = all.iter().map(|r| plus(r.last, 1)).max();
    let first = next.unwrap_or(monday(today).date()).max(monday(today).date());
    let first = if monday(first).date() == first { first } else { plus(monday(first).date(), 7) };
    Ok(render(&RostersHtml {
        base: format!("/desk/halls/at/{id}"),
        rows: all
            .iter()
            .map(|r| Row {
                id: r.id,
                days: format!("{} – {}", r.first, r.last),
                state: word(p.lang, r.state),
            })
            .collect(),
        may,
        no_shifts: v.hall.rostering.shifts.is_empty(),
        first: sent.value("draw", "first", &first.to_string()),
        weeks: sent.value("draw", "weeks", "4"),
        leave: leave.unwrap_or_default().iter().map(|l| leave_row(&p, l)).collect(),
        people: v.names.iter().map(|(s, n)| (s.0.to_string(), n.clone())).collect(),
        kinds: choices::<LeaveKind>(&p),
        today: today.to_string(),
        name: v.hall.name,
        id,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/rosters`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, crate::keep::Sent::default(), String::new()).await
}

/// `POST /desk/halls/at/{id}/rosters`: a roster of some weeks.
pub(crate) async fn draw(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let done = async {
        let (first, weeks) = (date(&fields, "first")?, number(&fields, "weeks")?);
        let drawn = all.draw_roster(desk.actor(), id, first, weeks).await?;
        all.keep_drawn(desk.actor(), drawn).await
    };
    match done.await {
        Ok(roster) => Ok(Redirect::to(&format!("/desk/rosters/{roster}")).into_response()),
        Err(e) => {
            let sent = crate::keep::Sent { part: "draw".to_owned(), fields };
            again(&desk.page, e, |t| page(&kit, &desk, id, sent, t)).await
        }
    }
}

/// `POST /desk/halls/at/{id}/leave`: leave put down for somebody who called, or one that was asked decided.
pub(crate) async fn leave(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let done = async {
        if let Some(act) = act_of(fields.get("act")) {
            let (one, ver) = (number(&fields, "leave")?, number(&fields, "ver")?);
            return all.act_leave(desk.actor(), one, ver, act).await;
        }
        let staff = Some(StaffId(number(&fields, "staff")?));
        let (kind, days, hours) = leave_of(&fields)?;
        all.ask_leave(desk.actor(), id, staff, kind, days, hours).await.map(drop)
    };
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/halls/at/{id}/rosters")).into_response()),
        Err(e) => {
            let sent = crate::keep::Sent { part: "leave".to_owned(), fields };
            again(&desk.page, e, |t| page(&kit, &desk, id, sent, t)).await
        }
    }
}

pub(crate) fn act_of(word: &str) -> Option<LeaveAct> {
    match word {
        "approve" => Some(LeaveAct::Approve),
        "refuse" => Some(LeaveAct::Refuse),
        "withdraw" => Some(LeaveAct::Withdraw),
        _ => None,
    }
}
