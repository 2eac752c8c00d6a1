//! 进厅不办事的周报: who was posted and what they ended, week by week, and what their unit says about it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall_acts::{PostedLine, monday};
use kernel::{Date, StaffId, US_PER_DAY};
use serde::Deserialize;
use web_kit::{Fields, Oops, again, date_of, render, short_day, when};

use crate::{Desk, Kit, Page, halls};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Week {
    #[serde(default)]
    week: String,
}

struct Row {
    hall: i64,
    hall_name: String,
    window: u16,
    staff: i64,
    who: String,
    days: u32,
    ended: u32,
    handled: u32,
    idle: String,
    without_work: bool,
    replies: Vec<String>,
    may_reply: bool,
    /// what was sent and refused
    words: String,
}

#[derive(Template)]
#[template(path = "posted.html")]
struct PostedHtml {
    p: Page,
    week: String,
    title: String,
    before: String,
    after: String,
    rows: Vec<Row>,
    trouble: String,
}

async fn page(kit: &Kit, desk: &Desk, day: Date, sent: &Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = halls(kit).posted_week(desk.actor(), day).await?;
    let first = monday(day);
    let moved = |days: i64| first.plus_us(days * US_PER_DAY).date();
    let row = |l: PostedLine| {
        let is_sent = sent.get("hall") == l.hall.to_string()
            && sent.get("window") == l.of.window.to_string()
            && sent.get("staff") == l.of.staff.0.to_string();
        Row {
            hall: l.hall,
            hall_name: l.hall_name,
            window: l.of.window,
            staff: l.of.staff.0,
            who: format!("{} · {}", l.unit, l.name),
            days: l.of.days,
            ended: l.of.ended,
            handled: l.of.handled,
            idle: l.of.idle.iter().map(|d| short_day(p.lang, p.now, *d)).collect::<Vec<_>>().join("、"),
            without_work: l.of.without_work(),
            replies: l
                .replies
                .iter()
                .map(|r| format!("{} {}{}{}", r.who, when(p.lang, r.at), p.t.colon, r.words))
                .collect(),
            may_reply: l.may_reply,
            words: if is_sent { sent.get("words").to_owned() } else { String::new() },
        }
    };
    Ok(render(&PostedHtml {
        week: moved(0).to_string(),
        title: format!("{} – {}", short_day(p.lang, p.now, moved(0)), short_day(p.lang, p.now, moved(6))),
        before: moved(-7).to_string(),
        after: if moved(7) <= p.now.date() { moved(7).to_string() } else { String::new() },
        rows: all.into_iter().map(row).collect(),
        trouble,
        p,
    }))
}

/// `GET /desk/posted`: the week of a day, this week when none is given.
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Week>,
) -> Result<Response, Oops> {
    let day = date_of(&ask.week).unwrap_or_else(|| desk.page.now.date());
    page(&kit, &desk, day, &Fields::default(), String::new()).await
}

/// `POST /desk/posted`: what the unit says.
pub(crate) async fn reply(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let day = date_of(fields.get("week")).unwrap_or_else(|| desk.page.now.date());
    let number = |name: &str| fields.get(name).parse::<i64>().ok();
    let done = match (number("hall"), number("window").and_then(|w| u16::try_from(w).ok()), number("staff")) {
        (Some(hall), Some(window), Some(staff)) => {
            let about = (day, window, StaffId(staff));
            halls(&kit).reply_posted(desk.actor(), hall, about, fields.get("words").to_owned()).await
        }
        _ => Err(Error::invalid("hall", "请从名单里选要说明的人", "choose somebody of the list")),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/posted?week={day}")).into_response()),
        Err(e) => again(&desk.page, e, |t| page(&kit, &desk, day, &fields, t)).await,
    }
}
