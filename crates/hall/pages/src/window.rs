//! 窗口: by keyboard only. N next, R recall, S start, E end, M missed, P park, T pass on.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::ticket::{Act, Command, Stage, Ticket};
use hall_acts::AtWindow;
use web_kit::{Fields, Oops, again, render, when, word};

use crate::parts::clock;
use crate::{Desk, Kit, halls};

#[derive(Template)]
#[template(path = "windows.html")]
struct WindowsHtml {
    p: crate::Page,
    rows: Vec<(String, String)>,
}

/// `GET /desk/windows`: the windows at which this account is posted today.
pub(crate) async fn mine(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let today = desk.page.now.date();
    let mut rows = Vec::new();
    for l in halls(&kit).halls(desk.actor()).await? {
        for p in desk.me.actor.staff.iter().flat_map(|s| l.hall.posts_of(*s, today)) {
            let name = l.hall.window(p.window).map_or_else(String::new, |w| w.name.clone());
            let window_n = desk.page.t.hall_window_n.replace("{n}", &p.window.to_string());
            rows.push((
                format!("/desk/halls/at/{}/window/{}", l.id, p.window),
                format!("{} · {} {name}", l.hall.name, window_n),
            ));
        }
    }
    Ok(render(&WindowsHtml { p: desk.page, rows }))
}

struct Line {
    id: i64,
    ver: i64,
    number: String,
    note: String,
    stage: String,
    act: &'static str,
}

fn line(p: &crate::Page, t: &Ticket) -> Line {
    let booked = t.booked.map(|(_, at)| p.t.hall_booked_at.replace("{time}", &clock(at)));
    let since = p.t.hall_since.replace("{time}", &clock(t.taken));
    let priority = (t.priority != hall::Priority::Normal).then(|| word(p.lang, t.priority));
    let item = (!t.item.is_empty()).then(|| t.item.clone());
    let note: Vec<String> = [booked, priority, item, Some(since)].into_iter().flatten().collect();
    Line {
        id: t.id,
        ver: t.ver,
        number: t.number.clone(),
        note: note.join(" · "),
        stage: word(p.lang, t.stage),
        act: if t.stage == Stage::Parked { "resume" } else { "return" },
    }
}

struct Key {
    act: &'static str,
    key: &'static str,
    label: String,
    /// what is usually done next
    first: bool,
}

#[derive(Template)]
#[template(path = "window.html")]
struct WindowHtml {
    p: crate::Page,
    base: String,
    title: String,
    now: Option<Line>,
    keys: Vec<Key>,
    may_next: bool,
    next: String,
    may_park: bool,
    may_pass: bool,
    targets: Vec<(String, String)>,
    waiting: String,
    line: Vec<Line>,
    aside: Vec<Line>,
    ended: String,
    rate: String,
    trouble: String,
}

const KEYS: &[(Act, &str, &str)] = &[
    (Act::Start, "s", "start"),
    (Act::Recall, "r", "recall"),
    (Act::Miss, "m", "miss"),
    (Act::End, "e", "end"),
];

fn page(desk: &Desk, id: i64, v: &AtWindow, trouble: String) -> Response {
    let p = desk.page.clone();
    let may = |act: Act| v.acts.contains(&act);
    let keys = KEYS
        .iter()
        .filter(|(act, ..)| may(*act))
        .map(|(act, key, name)| Key { act: name, key, label: word(p.lang, *act), first: *act == Act::Start })
        .collect();
    let targets = v.hall.queues.iter().flat_map(|q| {
        v.hall.serving(&q.letter).filter(|w| w.number != v.window).map(|w| {
            let window = p.t.hall_window_n.replace("{n}", &w.number.to_string());
            (format!("{}/{}", q.letter, w.number), format!("{} · {window} {}", q.name, w.name))
        })
    });
    let name = v.hall.window(v.window).map_or_else(String::new, |w| w.name.clone());
    render(&WindowHtml {
        base: format!("/desk/halls/at/{id}/window/{}", v.window),
        title: format!(
            "{} {name} · {}",
            p.t.hall_window_n.replace("{n}", &v.window.to_string()),
            v.hall.name
        ),
        now: v.current.as_ref().map(|t| line(&p, t)),
        keys,
        // Who is called is started, parked or missed first; who is served is ended by the same key.
        may_next: v.current.as_ref().is_none_or(|t| t.stage == Stage::Serving),
        next: if v.current.is_some() { p.t.hall_end_next } else { p.t.hall_next }.to_owned(),
        may_park: may(Act::Park),
        may_pass: may(Act::PassOn),
        targets: targets.collect(),
        waiting: p.t.hall_waiting.replace("{n}", &v.line.len().to_string()),
        line: v.line.iter().map(|t| line(&p, t)).collect(),
        aside: v.aside.iter().map(|t| line(&p, t)).collect(),
        ended: p.t.hall_ended_today.replace("{n}", &v.ended.to_string()),
        rate: v.rate.as_ref().map_or_else(String::new, |t| format!("/rate/{t}")),
        trouble,
        p,
    })
}

/// `GET /desk/halls/at/{id}/window/{window}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, window)): Path<(i64, u16)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).window(desk.actor(), id, window).await?;
    Ok(page(&desk, id, &v, String::new()))
}

fn command(act: &str, fields: &Fields) -> Result<Command, Error> {
    Ok(match act {
        "recall" => Command::Recall {},
        "start" => Command::Start {},
        "end" => Command::End {},
        "miss" => Command::Miss {},
        "resume" => Command::Resume {},
        "return" => Command::Return {},
        "park" => Command::Park { reason: fields.get("reason").to_owned() },
        "pass_on" => {
            let (queue, window) = fields.get("to").split_once('/').unwrap_or_default();
            Command::PassOn { queue: queue.to_owned(), window: window.parse().ok() }
        }
        _ => return Err(Error::NotFound),
    })
}

/// `POST /desk/halls/at/{id}/window/{window}/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, window, act)): Path<(i64, u16, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let done = if act == "next" {
        all.next(desk.actor(), id, window, fields.get("ticket").parse().ok()).await
    } else {
        let (ticket, ver) =
            (fields.get("ticket").parse().unwrap_or(0), fields.get("ver").parse().unwrap_or(0));
        all.serve(desk.actor(), id, window, ticket, ver, command(&act, &fields)?).await
    };
    match done {
        // The link to rate is shown once, to be handed on.
        Ok(v) if v.rate.is_some() => Ok(page(&desk, id, &v, String::new())),
        Ok(_) => Ok(Redirect::to(&format!("/desk/halls/at/{id}/window/{window}")).into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| async {
                let v = all.window(desk.actor(), id, window).await?;
                Ok(page(&desk, id, &v, trouble))
            })
            .await
        }
    }
}

/// For lists elsewhere.
pub(crate) fn at(p: &crate::Page, m: Option<kernel::Moment>) -> String {
    m.map_or_else(String::new, |m| when(p.lang, m))
}
