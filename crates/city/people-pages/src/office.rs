//! 办公设置与消息: limits, calendar, jobs and seals; messages of the unit.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use web_kit::{Fields, Oops, again, render, when};

use crate::{Desk, Kit, Page};

struct Message {
    at: String,
    words: String,
    seen: bool,
}

/// What was told of one case, or of something else.
struct Told {
    number: String,
    title: String,
    fresh: usize,
    messages: Vec<Message>,
}

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesHtml {
    p: Page,
    /// what the reader must do, and what is only told
    groups: [(&'static str, Vec<Told>); 2],
    empty: bool,
    last: i64,
    unseen: bool,
}

/// `GET /desk/messages`
pub(crate) async fn messages(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let inbox = kit.city.inbox(desk.actor()).await?;
    let last = inbox.iter().map(|(m, _)| m.id).max().unwrap_or(0);
    let unseen = inbox.iter().any(|(m, _)| !m.seen);
    let empty = inbox.is_empty();
    let (mut mine, mut told): (Vec<Told>, Vec<Told>) = (Vec::new(), Vec::new());
    for (m, about) in inbox {
        let words = match &about {
            // Number and title stand above.
            Some(a) => m.words.replace(&format!("：{} {}", a.number, a.title), "").replace(&a.number, ""),
            None => m.words,
        };
        let words = words.trim_end_matches([' ', '：']).to_owned();
        let message = Message { at: when(p.lang, m.at), words, seen: m.seen };
        let list = if about.as_ref().is_some_and(|a| a.owed) { &mut mine } else { &mut told };
        let (number, title) = about.map_or_else(Default::default, |a| (a.number, a.title));
        let at = list.iter().position(|t| !number.is_empty() && t.number == number);
        let at = at.unwrap_or_else(|| {
            list.push(Told { number, title, fresh: 0, messages: Vec::new() });
            list.len() - 1
        });
        list[at].fresh += usize::from(!message.seen);
        list[at].messages.push(message);
    }
    let groups = [(p.t.messages_mine, mine), (p.t.messages_told, told)];
    Ok(render(&MessagesHtml { p, groups, empty, last, unseen }))
}

/// `POST /desk/messages`: all up to this one are seen.
pub(crate) async fn seen(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    kit.city.see_messages(desk.actor(), fields.get("last").parse().unwrap_or(0)).await?;
    Ok(Redirect::to("/desk/messages").into_response())
}

#[derive(Template)]
#[template(path = "office.html")]
struct OfficeHtml {
    p: Page,
    trouble: String,
    units: usize,
    sent: Fields,
    may_calendar: bool,
    may_sign_on: bool,
    may_outreach: bool,
    may_staff: bool,
    calendar: String,
    system: Option<Vec<(String, String)>>,
    dead: Vec<String>,
}

pub(crate) fn may(desk: &Desk, operation: access::Operation) -> bool {
    access::offers(&desk.actor(), operation)
}

async fn office_page(kit: &Kit, desk: &Desk, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let (mut system, mut dead) = (None, Vec::new());
    let (actor, city) = (desk.actor(), access::City(&office.settings.city));
    if access::decide(&actor, access::op::ReadJobs, city).is_ok() {
        let v = kit.city.system_view(desk.actor()).await?;
        let seal = v.seal.map_or_else(String::new, |s| format!("#{} · {}", s.k, when(p.lang, s.at)));
        system = Some(vec![
            (p.t.sys_events.to_owned(), v.events.to_string()),
            (p.t.sys_seal.to_owned(), seal),
            (p.t.sys_jobs.to_owned(), v.jobs_open.to_string()),
            (p.t.sys_dead.to_owned(), v.jobs_dead.len().to_string()),
            (p.t.sys_aside.to_owned(), v.aside.len().to_string()),
            (p.t.sys_round.to_owned(), v.last_round.map_or_else(|| "—".to_owned(), |at| when(p.lang, at))),
            (p.t.sys_staff.to_owned(), v.staff.to_string()),
        ]);
        dead = v.jobs_dead.into_iter().map(|d| format!("{} {}: {}", d.id, d.kind, d.error)).collect();
        dead.extend(v.aside.into_iter().map(|a| {
            let again = a.again.map_or_else(|| "—".to_owned(), |at| when(p.lang, at));
            format!("{} {} · {} × {} · {again}: {}", p.t.sys_aside, a.care, a.subject, a.tries, a.reason)
        }));
    }
    Ok(render(&OfficeHtml {
        may_calendar: access::decide(&actor, access::op::WriteCalendar, city).is_ok(),
        may_outreach: access::decide(&actor, access::op::WriteOutreach, city).is_ok(),
        may_sign_on: access::decide(&actor, access::op::WriteSignOn, city).is_ok(),
        may_staff: may(desk, access::Operation::WriteStaff),
        calendar: crate::limits::calendar(&p, &office),
        units: office.units().len(),
        system,
        dead,
        trouble,
        sent,
        p,
    }))
}

/// `GET /desk/office`
pub(crate) async fn overview(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    office_page(&kit, &desk, Fields::default(), String::new()).await
}

async fn or_again(kit: &Kit, desk: &Desk, fields: Fields, done: Result<(), Error>) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to("/desk/office").into_response()),
        Err(e) => again(&desk.page, e, |trouble| office_page(kit, desk, fields, trouble)).await,
    }
}

/// `POST /desk/office/again`: what was put aside is tried again.
pub(crate) async fn again_all(State(kit): State<Kit>, desk: Desk, _: Fields) -> Result<Response, Oops> {
    kit.city.try_again_by(desk.actor()).await?;
    Ok(Redirect::to("/desk/office").into_response())
}

/// `POST /desk/office/calendar`: the notice of a year.
pub(crate) async fn put_calendar(
    State(kit): State<Kit>,
    desk: Desk,
    fields: Fields,
) -> Result<Response, Oops> {
    let done = kit.city.import_calendar(desk.actor(), fields.get("notice").to_owned()).await.map(|_| ());
    or_again(&kit, &desk, fields, done).await
}
