//! 工作台: what waits for a unit, and one application with everything that can be done with it now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use serde::Deserialize;
use service::{Act, StageKind};
use service_acts::{ApplicationView, EventView, Line, Waiting};
use web_kit::{Fields, Lamp, Oops, render, serve_file, when, word};

use crate::acts::{ActForm, command, offered};
use crate::parts::{
    EventLine, MaterialLine, PartLine, TaskLine, lamp, lines, materials, papers, results, tasks,
};
use crate::{Desk, Kit, Page, service};

/// One application of a list.
pub(crate) struct Row {
    pub number: String,
    pub name: String,
    pub stage: String,
    pub tasks: String,
    pub due: String,
    pub submitted: String,
    pub channel: String,
    pub lead: String,
    pub lamp: Lamp,
}

struct List {
    title: String,
    rows: Vec<Row>,
    /// what is said of those that are not shown
    more: String,
    /// where the rest is
    rest: &'static str,
}

#[derive(Template)]
#[template(path = "services.html")]
struct ServicesHtml {
    p: Page,
    lists: Vec<List>,
}

pub(crate) fn row(p: &Page, l: Line) -> Row {
    let mut lamp = lamp(p, None);
    (lamp.class, lamp.shape, lamp.word) = match l.light {
        service::Light::Green => ("green", "●", p.t.light_green),
        service::Light::Yellow => ("yellow", "▲", p.t.light_yellow),
        service::Light::Red => ("red", "■", p.t.light_red),
        service::Light::Paused => ("paused", "Ⅱ", p.t.light_paused),
        service::Light::Off => ("off", "–", p.t.light_off),
    };
    Row {
        number: l.number,
        name: l.name,
        stage: word(p.lang, l.stage),
        tasks: l.tasks.join("、"),
        due: l.due.map_or_else(String::new, |d| when(p.lang, d)),
        submitted: l.submitted.map_or_else(String::new, |d| when(p.lang, d)),
        channel: word(p.lang, l.channel),
        lead: l.lead,
        lamp,
    }
}

/// `GET /desk/services`
pub(crate) async fn lists(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let found = service(&kit).desk(desk.actor()).await?;
    let list = |title: &str, all: Waiting, rest| {
        let shown = i64::try_from(all.lines.len()).unwrap_or(i64::MAX);
        let hidden = all.all - shown;
        List {
            title: format!("{title}{}{}{}", p.t.open_p, all.all, p.t.close_p),
            rows: all.lines.into_iter().map(|l| row(&p, l)).collect(),
            more: if hidden > 0 { p.t.svc_more.replace("{n}", &hidden.to_string()) } else { String::new() },
            rest,
        }
    };
    let mut lists = vec![
        list(p.t.svc_intake, found.intake, "/desk/services/all"),
        list(p.t.svc_tasks, found.tasks, "/desk/services/all?stage=handling"),
        list(p.t.svc_deliver, found.deliver, "/desk/services/all?stage=issued"),
    ];
    if !found.region.is_empty() {
        lists.push(List {
            title: p.t.svc_region.to_owned(),
            rows: found.region.into_iter().map(|l| row(&p, l)).collect(),
            more: String::new(),
            rest: "/desk/services/all",
        });
    }
    Ok(render(&ServicesHtml { lists, p }))
}

#[derive(Template)]
#[template(path = "service.html")]
struct ServiceHtml {
    p: Page,
    base: String,
    number: String,
    name: String,
    stage: String,
    ver: i64,
    lamp: Lamp,
    source: String,
    by_law: String,
    answers: Vec<service::Answered>,
    tasks: Vec<TaskLine>,
    results: Vec<PartLine>,
    values: Vec<(String, String)>,
    materials: Vec<MaterialLine>,
    papers: Vec<(i64, String)>,
    lines: Vec<EventLine>,
    acts: Vec<ActForm>,
    form: bool,
    may_show: bool,
    code: String,
    trouble: String,
    done: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    done: String,
}

struct Shown {
    done: bool,
    trouble: String,
    values: Option<service::form::Values>,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    v: &ApplicationView,
    events: &[EventView],
    shown: Shown,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let a = &v.application;
    let clock = v.clock.as_ref();
    let code = match service(kit).code_at_window(desk.actor(), a.number.clone()).await {
        Ok(code) => p.t.svc_code_note.replace("{number}", &a.number).replace("{code}", &code),
        Err(Error::NotFound | Error::Forbidden(_)) => String::new(),
        Err(e) => return Err(Oops(e)),
    };
    let values = shown.values.as_ref().unwrap_or(&v.values);
    let may = |act: Act| v.acts.contains(&act);
    let html = ServiceHtml {
        base: format!("/desk/services/at/{}", a.number),
        number: a.number.clone(),
        name: a.basis.name.clone(),
        stage: word(p.lang, a.stage),
        ver: a.ver,
        lamp: lamp(&p, clock),
        source: clock.map_or_else(String::new, |c| c.source.clone()),
        by_law: clock
            .and_then(|c| c.legal_due)
            .map_or_else(String::new, |m| p.t.svc_by_law.replace("{day}", &when(p.lang, m))),
        answers: a.basis.answers.clone(),
        tasks: tasks(&p, v),
        results: results(&p, v),
        values: a
            .basis
            .fields
            .iter()
            .map(|f| (f.name.clone(), values.get(&f.code).cloned().unwrap_or_default()))
            .collect(),
        materials: materials(&p, a),
        papers: papers(&p, events),
        lines: lines(&p, a, events, true),
        acts: offered(&p, v, &desk.actor()),
        form: may(Act::Submit) && a.stage == StageKind::Draft || may(Act::Supplement),
        may_show: may(Act::Show) && shown.values.is_none(),
        code,
        trouble: shown.trouble,
        done: shown.done,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/services/at/{number}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Oops> {
    let (v, events) = service(&kit).application(desk.actor(), number).await?;
    let shown = Shown { done: !told.done.is_empty(), trouble: String::new(), values: None };
    page(&kit, &desk, &v, &events, shown).await
}

/// `POST /desk/services/at/{number}/act/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, act)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let service = service(&kit);
    let (v, events) = service.application(desk.actor(), number.clone()).await?;
    let expect = fields.get("ver").parse().ok();
    let done = match command(&act, &v.application, &fields) {
        Ok(asked) => service.act(desk.actor(), number.clone(), asked, expect).await.map(drop),
        Err(e) => Err(e),
    };
    let trouble = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/desk/services/at/{number}?done={act}")).into_response()),
        Err(Error::Invalid { said, .. }) => web_kit::said(desk.page.lang, &said),
        Err(Error::Changed(_)) => desk.page.t.svc_changed.to_owned(),
        Err(e) => return Err(Oops(e)),
    };
    let (v, events) = match service.application(desk.actor(), number).await {
        Ok(now) => now,
        Err(_) => (v, events),
    };
    let mut answer = page(&kit, &desk, &v, &events, Shown { done: false, trouble, values: None }).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// `POST /desk/services/at/{number}/show`: in full, on record.
pub(crate) async fn unmask(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let service = service(&kit);
    let seen = service.unmask(desk.actor(), number.clone(), fields.get("purpose").to_owned()).await;
    let (shown, refused) = match seen {
        Ok((_, values)) => (Shown { done: false, trouble: String::new(), values: Some(values) }, false),
        Err(Error::Invalid { said, .. }) => {
            (Shown { done: false, trouble: web_kit::said(desk.page.lang, &said), values: None }, true)
        }
        Err(e) => return Err(Oops(e)),
    };
    let (v, events) = service.application(desk.actor(), number).await?;
    let mut answer = page(&kit, &desk, &v, &events, shown).await?;
    if refused {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

/// `GET /desk/services/at/{number}/file/{hash}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, hash)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let (file, bytes) = service(&kit).file(desk.actor(), number, None, hash).await?;
    Ok(serve_file(&file, bytes))
}

/// `GET /desk/services/at/{number}/paper/{file}`
pub(crate) async fn paper(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, file)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let (v, events) = service(&kit).application(desk.actor(), number).await?;
    crate::paper::answer(&v, &events, &file).await
}
