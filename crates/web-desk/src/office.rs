//! 办公设置与消息: units, staff, limits, calendar, jobs and seals; messages of the unit.

use app::{Error, NewStaff, NewUnit, StaffAct};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Role, StaffId};
use resolve::LimitRule;
use serde::Deserialize;
use web_kit::{Desk, Fields, Kit, Oops, Page, blocking, escape, length, render, role, when, word};

use crate::acts::Opt;
use crate::case_page;

struct Message {
    at: String,
    words: String,
    number: String,
    seen: bool,
}

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesHtml {
    p: Page,
    messages: Vec<Message>,
    last: i64,
    unseen: bool,
}

/// `GET /desk/messages`
pub(crate) async fn messages(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let inbox = kit.app.inbox(desk.actor()).await?;
    let last = inbox.iter().map(|(m, _)| m.id).max().unwrap_or(0);
    let unseen = inbox.iter().any(|(m, _)| !m.seen);
    let messages = inbox.into_iter().map(|(m, number)| Message {
        at: when(p.lang, m.at),
        words: m.words,
        number: number.unwrap_or_default(),
        seen: m.seen,
    });
    let messages = messages.collect();
    Ok(render(&MessagesHtml { p, messages, last, unseen }))
}

/// `POST /desk/messages`: all up to this one are seen.
pub(crate) async fn seen(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    kit.app.see_messages(desk.actor(), fields.get("last").parse().unwrap_or(0)).await?;
    Ok(Redirect::to("/desk/messages").into_response())
}

struct UnitLine {
    key: String,
    name: String,
    short: String,
    region: String,
    duties: String,
}

#[derive(Template)]
#[template(path = "office.html")]
struct OfficeHtml {
    p: Page,
    trouble: String,
    units: Vec<UnitLine>,
    parents: Vec<(String, String)>,
    sent: Fields,
    may_units: bool,
    may_calendar: bool,
    may_sign_on: bool,
    may_staff: bool,
    calendar: String,
    system: Option<Vec<(String, String)>>,
    dead: Vec<String>,
}

fn may(desk: &Desk, operation: access::Operation) -> bool {
    access::decide(&desk.actor(), operation, None).is_ok()
}

async fn office_page(kit: &Kit, desk: &Desk, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = case_page::office(kit).await?;
    let units = office.units().into_iter().map(|u| UnitLine {
        key: u.key.clone(),
        name: u.name.clone(),
        short: u.short.clone(),
        region: u.region.to_string(),
        duties: u.duties.replace('\n', "、"),
    });
    let units = units.collect();
    let (mut system, mut dead) = (None, Vec::new());
    if may(desk, access::Operation::ReadJobs) {
        let v = kit.app.system_view(desk.actor()).await?;
        let seal = v.seal.map_or_else(String::new, |s| format!("#{} · {}", s.k, when(p.lang, s.at)));
        system = Some(vec![
            (p.t.sys_events.to_owned(), v.events.to_string()),
            (p.t.sys_seal.to_owned(), seal),
            (p.t.sys_jobs.to_owned(), v.jobs_open.to_string()),
            (p.t.sys_dead.to_owned(), v.jobs_dead.len().to_string()),
            (p.t.sys_staff.to_owned(), v.staff.to_string()),
        ]);
        dead = v.jobs_dead.into_iter().map(|d| format!("{} {}: {}", d.id, d.kind, d.error)).collect();
    }
    Ok(render(&OfficeHtml {
        may_units: may(desk, access::Operation::WriteUnits),
        may_calendar: may(desk, access::Operation::WriteCalendar),
        may_sign_on: may(desk, access::Operation::WriteSignOn),
        may_staff: may(desk, access::Operation::WriteStaff),
        parents: office.units().into_iter().map(|u| (u.key.clone(), u.name.clone())).collect(),
        calendar: office.rules.calendar.version().to_owned(),
        units,
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
        Err(e @ (Error::Invalid { .. } | Error::Refused(_))) => {
            let trouble = web_kit::explain(&desk.page, &e);
            let page = office_page(kit, desk, fields, trouble).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

async fn save_unit(kit: &Kit, desk: &Desk, f: &Fields) -> Result<(), Error> {
    let region = f.get("region").parse();
    let region =
        region.map_err(|e: kernel::NotARegion| Error::invalid("region", e.to_string(), e.to_string()))?;
    if !f.has("key") || !f.has("name") {
        return Err(Error::invalid("name", "请填写编码和全称", "fill in the code and the full name"));
    }
    let unit = NewUnit {
        key: f.get("key").to_owned(),
        name: f.get("name").to_owned(),
        short: f.opt("short").unwrap_or_else(|| f.get("name").to_owned()),
        kind: f.opt("kind").unwrap_or_else(|| "department".into()),
        parent: f.opt("parent"),
        region,
        duties: f.get("duties").to_owned(),
    };
    kit.app.put_units(desk.actor(), vec![unit]).await.map(|_| ())
}

/// `POST /desk/office/unit`
pub(crate) async fn put_unit(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let done = save_unit(&kit, &desk, &fields).await;
    or_again(&kit, &desk, fields, done).await
}

/// `POST /desk/office/calendar`: the notice of a year.
pub(crate) async fn put_calendar(
    State(kit): State<Kit>,
    desk: Desk,
    fields: Fields,
) -> Result<Response, Oops> {
    let done = kit.app.import_calendar(desk.actor(), fields.get("notice").to_owned()).await.map(|_| ());
    or_again(&kit, &desk, fields, done).await
}

struct Person {
    login: String,
    name: String,
    role: String,
    unit: String,
    position: String,
    state: &'static str,
    unified: bool,
    acts: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffHtml {
    p: Page,
    people: Vec<Person>,
    q: String,
    next: String,
    trouble: String,
    sent: Fields,
    roles: Vec<Opt>,
    units: Vec<(String, String)>,
    may_write: bool,
}

#[derive(Default, Deserialize)]
pub(crate) struct StaffAsk {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    q: String,
}

const PEOPLE: u32 = 30;

async fn staff_page(
    kit: &Kit,
    desk: &Desk,
    ask: StaffAsk,
    sent: Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = case_page::office(kit).await?;
    let q: String = ask.q.trim().chars().take(60).collect();
    let all = kit.app.staff_list(desk.actor(), q.clone(), StaffId(ask.after), PEOPLE).await?;
    let full = all.len() == PEOPLE as usize;
    let next = all
        .last()
        .filter(|_| full)
        .map_or_else(String::new, |s| format!("/desk/office/staff?q={}&after={}", escape(&q), s.id));
    let people = all.into_iter().map(|s| Person {
        role: role(p.lang, s.role),
        unit: office.unit_name(s.unit),
        state: match (s.active, s.locked_until.is_some_and(|t| t > p.now)) {
            (false, _) => p.t.staff_off,
            (true, true) => p.t.staff_locked,
            (true, false) => p.t.staff_on,
        },
        unified: s.subject.is_some(),
        acts: acts_on(&p, &s),
        login: s.login,
        name: s.name,
        position: s.position,
    });
    let people = people.collect();
    let roles = Role::ALL.into_iter().filter(|r| !matches!(r, Role::Resident | Role::System));
    let roles = roles.filter(|r| *r != Role::SystemAdmin || desk.role() == Role::SystemAdmin);
    let chosen = sent.get("role").to_owned();
    let roles = roles.map(|r| Opt { value: r.word().into(), label: role(p.lang, r), on: r.word() == chosen });
    Ok(render(&StaffHtml {
        people,
        q,
        next,
        trouble,
        roles: roles.collect(),
        units: case_page::units(&office),
        may_write: may(desk, access::Operation::WriteStaff),
        sent,
        p,
    }))
}

/// What may be done about an account now: code word and text.
fn acts_on(p: &Page, s: &store::office::StaffRow) -> Vec<(&'static str, &'static str)> {
    let fits = StaffAct::ALL.into_iter().filter(|a| a.fits(s));
    let text = |a| match a {
        StaffAct::ResetFactor => p.t.staff_reset_factor,
        StaffAct::Unbind => p.t.staff_unbind,
        StaffAct::TurnOff => p.t.staff_turn_off,
        StaffAct::TurnOn => p.t.staff_turn_on,
    };
    fits.map(|a| (a.word(), text(a))).collect()
}

/// `GET /desk/office/staff`
pub(crate) async fn staff(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<StaffAsk>,
) -> Result<Response, Oops> {
    staff_page(&kit, &desk, ask, Fields::default(), String::new()).await
}

async fn save_staff(kit: &Kit, desk: &Desk, f: &Fields) -> Result<(), Error> {
    if !f.has("login") || !f.has("name") {
        return Err(Error::invalid("login", "请填写账号和姓名", "fill in the account and the name"));
    }
    let role = f.get("role").parse::<Role>().ok().filter(|r| !matches!(r, Role::Resident | Role::System));
    let person = NewStaff {
        login: f.get("login").to_owned(),
        name: f.get("name").to_owned(),
        role: role.ok_or_else(|| Error::invalid("role", "请选择角色", "choose a role"))?,
        unit: f.opt("unit").unwrap_or_else(|| desk.me.unit.clone()),
        position: f.get("position").to_owned(),
        password: f.opt("password"),
    };
    let (app, actor) = (kit.app.clone(), desk.actor());
    blocking(move || app.put_staff(actor, vec![person])).await.map(|_| ())
}

/// `POST /desk/office/staff`
pub(crate) async fn put_staff(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    match save_staff(&kit, &desk, &fields).await {
        Ok(()) => Ok(Redirect::to("/desk/office/staff").into_response()),
        Err(e @ Error::Invalid { .. }) => {
            let trouble = web_kit::explain(&desk.page, &e);
            let page = staff_page(&kit, &desk, StaffAsk::default(), fields, trouble).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

struct LimitLine {
    id: String,
    phase: String,
    length: String,
    yellow: String,
    only: String,
    since: String,
    source: String,
}

#[derive(Template)]
#[template(path = "limits.html")]
struct LimitsHtml {
    p: Page,
    trouble: String,
    lines: Vec<LimitLine>,
    text: String,
    may_write: bool,
}

async fn limits_page(
    kit: &Kit,
    desk: &Desk,
    sent: Option<String>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = case_page::office(kit).await?;
    let lines = office.rules.limits.iter().map(|l| {
        let only = [
            l.kind.map(|w| word(p.lang, w)),
            l.complexity.map(|w| word(p.lang, w)),
            l.channel.map(|w| word(p.lang, w)),
            l.unit.map(|u| office.unit_name(u)),
            l.item.clone(),
        ];
        LimitLine {
            id: l.id.clone(),
            phase: word(p.lang, l.phase),
            length: length(p.t, l.length),
            yellow: length(p.t, l.yellow),
            only: only.into_iter().flatten().collect::<Vec<_>>().join("、"),
            since: l.effective.to_string(),
            source: l.source.clone(),
        }
    });
    let lines = lines.collect();
    let now = || serde_json::to_string_pretty(&office.rules.limits).unwrap_or_default();
    let text = sent.unwrap_or_else(now);
    let may_write = may(desk, access::Operation::WriteLimits);
    Ok(render(&LimitsHtml { p, trouble, lines, text, may_write }))
}

/// `GET /desk/office/limits`
pub(crate) async fn limits(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    limits_page(&kit, &desk, None, String::new()).await
}

/// `POST /desk/office/limits`: the whole table as JSON.
pub(crate) async fn put_limits(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let text = fields.get("limits").to_owned();
    let read = serde_json::from_str::<Vec<LimitRule>>(&text).map_err(|e| {
        Error::invalid(
            "limits",
            format!("期限表第 {} 行有误：{e}", e.line()),
            format!("line {}: {e}", e.line()),
        )
    });
    let done = match read {
        Ok(limits) => kit.app.set_limits(desk.actor(), limits).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/desk/office/limits").into_response()),
        Err(e @ Error::Invalid { .. }) => {
            let trouble = web_kit::explain(&desk.page, &e);
            let page = limits_page(&kit, &desk, Some(text), trouble).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}
