//! 查办件: where an application stands, for the person who has its number and code, and what they can do now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::Actor;
use serde::Deserialize;
use service::{Act, Command, StageKind};
use service_acts::ApplicantView;
use web_kit::{Fields, Form, Lamp, Oops, render, serve_file, word};

use crate::parts::{
    EventLine, MaterialLine, PartLine, TaskLine, lamp, lines, materials, papers, results, tasks,
};
use crate::{Kit, Page, service};

#[derive(Template)]
#[template(path = "find.html")]
struct FindHtml {
    p: Page,
    number: String,
    trouble: String,
}

/// `GET /apply/find`
pub(crate) async fn find_form(p: Page) -> Response {
    render(&FindHtml { p, number: String::new(), trouble: String::new() })
}

/// `POST /apply/find`
pub(crate) async fn find(State(kit): State<Kit>, p: Page, fields: Fields) -> Result<Response, Oops> {
    let clean = |name: &str, most: usize| -> String {
        let kept = fields.get(name).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        kept.take(most).collect()
    };
    let (number, code) = (clean("number", 40), clean("code", 12).replace('-', ""));
    match service(&kit).follow(number.clone(), code.clone()).await {
        Ok(_) => Ok(Redirect::to(&format!("/a/{number}/{code}")).into_response()),
        Err(Error::NotFound) => {
            let trouble = p.t.svc_wrong.to_owned();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&FindHtml { p, number, trouble })).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

#[derive(Template)]
#[template(path = "followed.html")]
struct FollowedHtml {
    p: Page,
    base: String,
    number: String,
    keep: String,
    name: String,
    stage: String,
    fresh: bool,
    lamp: Lamp,
    by_law: String,
    tasks: Vec<TaskLine>,
    results: Vec<PartLine>,
    materials: Vec<MaterialLine>,
    papers: Vec<(i64, String)>,
    lines: Vec<EventLine>,
    uses: Vec<String>,
    may_withdraw: bool,
    may_sign: bool,
    may_hand_in: bool,
    rate: String,
    trouble: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    done: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    saved: String,
}

async fn page(
    kit: &Kit,
    p: Page,
    code: &str,
    v: &ApplicantView,
    fresh: bool,
    trouble: String,
) -> Result<Response, Oops> {
    let a = &v.view.application;
    let may = |act: Act| v.view.acts.contains(&act);
    let rate = if a.stage.is_decided() {
        service(kit).rating_of(a.number.clone(), code.to_owned()).await?
    } else {
        None
    };
    let clock = v.view.clock.as_ref().filter(|c| c.phase != service::Phase::Draft);
    let by_law = clock.and_then(|c| c.legal_due).map(|m| web_kit::when(p.lang, m));
    let html = FollowedHtml {
        base: format!("/a/{}/{code}", a.number),
        number: a.number.clone(),
        keep: p.t.svc_keep_code.replace("{number}", &a.number).replace("{code}", code),
        name: a.basis.name.clone(),
        stage: word(p.lang, a.stage),
        fresh,
        lamp: lamp(&p, clock),
        by_law: by_law.map_or_else(String::new, |d| p.t.svc_by_law.replace("{day}", &d)),
        tasks: if a.accepted.is_some() { tasks(&p, &v.view) } else { Vec::new() },
        results: results(&p, &v.view),
        materials: materials(&p, a),
        papers: papers(&p, &v.events),
        lines: lines(&p, a, &v.events, false),
        uses: v
            .uses
            .iter()
            .map(|u| {
                let result = match u.result.as_str() {
                    "used" => p.t.svc_use_used,
                    "refused" => p.t.svc_use_refused,
                    _ => p.t.svc_use_expired,
                };
                format!(
                    "{} · {} · {} · {} · {result}",
                    web_kit::when(p.lang, u.at),
                    u.unit,
                    u.name,
                    u.purpose
                )
            })
            .collect(),
        may_withdraw: may(Act::Withdraw),
        may_sign: may(Act::Sign) && a.sent.as_ref().is_some_and(|s| s.signed.is_none()),
        may_hand_in: may(Act::HandIn),
        rate: rate.map_or_else(String::new, |t| format!("/rate/{t}")),
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /a/{number}/{code}`: the form while it is the applicant's turn to fill in, else where it stands.
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
    Query(told): Query<Told>,
) -> Result<Response, Oops> {
    let v = service(&kit).follow(number.clone(), code.clone()).await?;
    if matches!(v.view.application.stage, StageKind::Draft | StageKind::Correcting) {
        let told = crate::form::Told { new: told.new, saved: told.saved };
        return crate::form::shown(&kit, p, Actor::resident(), number, Some(code), &told).await;
    }
    page(&kit, p, &code, &v, told.done == "submit", String::new()).await
}

async fn answer(
    kit: &Kit,
    p: Page,
    number: &str,
    code: &str,
    done: Result<(), Error>,
) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/a/{number}/{code}?done=1")).into_response()),
        Err(Error::Invalid { said, .. }) => {
            let v = service(kit).follow(number.to_owned(), code.to_owned()).await?;
            let trouble = web_kit::said(p.lang, &said);
            let mut answer = page(kit, p, code, &v, false, trouble).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(e) => Err(Oops(e)),
    }
}

/// `POST /a/{number}/{code}/act/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code, act)): Path<(String, String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let asked = match act.as_str() {
        "withdraw" => Command::Withdraw { reason: fields.get("reason").to_owned() },
        "sign" => Command::Sign { words: "申请人凭查询码签收".to_owned() },
        _ => return Err(Oops(Error::NotFound)),
    };
    let done = service(&kit).act_by_code(number.clone(), code.clone(), asked).await.map(drop);
    answer(&kit, p, &number, &code, done).await
}

/// `POST /a/{number}/{code}/hand/{material}`
pub(crate) async fn hand_in(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code, material)): Path<(String, String, String)>,
    mut sent: Form,
) -> Result<Response, Oops> {
    let done = match sent.whole() {
        Ok(()) => {
            let (tickets, code) = (sent.tickets(), Some(code.clone()));
            let service = service(&kit);
            service.hand_in(Actor::resident(), number.clone(), code, material, tickets).await.map(drop)
        }
        Err(e) => Err(e),
    };
    answer(&kit, p, &number, &code, done).await
}

/// `GET /a/{number}/{code}/file/{hash}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    Path((number, code, hash)): Path<(String, String, String)>,
) -> Result<Response, Oops> {
    let (file, bytes) = service(&kit).file(Actor::resident(), number, Some(code), hash).await?;
    Ok(serve_file(&file, bytes))
}

/// `GET /a/{number}/{code}/paper/{file}`
pub(crate) async fn paper(
    State(kit): State<Kit>,
    Path((number, code, file)): Path<(String, String, String)>,
) -> Result<Response, Oops> {
    let v = service(&kit).follow(number, code).await?;
    crate::paper::answer(&v.view, &v.events, &file).await
}
