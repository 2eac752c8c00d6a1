//! 选事、答题、一次告知: from the list of themes to exactly what applies. Each page is an address of its own: going back
//! works, nothing is kept before the form is begun.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::Need;
use city::Error;
use kernel::Actor;
use service::{Answered, Next, Package};
use service_acts::{Offered, What};
use web_kit::{Fields, Oops, again, escape, length, render};

use crate::{Desk, Kit, Page, service};

#[derive(Template)]
#[template(path = "apply.html")]
struct ApplyHtml {
    p: Page,
    /// where its questions are
    to: &'static str,
    themes: Vec<Offered>,
}

/// The address of the questions, for everybody and at the window.
const OPEN: &str = "/apply/to";
const WINDOW: &str = "/desk/services/new";

async fn list_page(kit: &Kit, p: Page, to: &'static str) -> Result<Response, Oops> {
    let mut themes = service(kit).offered().await?;
    themes.retain(|t| t.offered);
    Ok(render(&ApplyHtml { p, to, themes }))
}

impl ApplyHtml {
    fn limit(&self, t: &Offered) -> String {
        match t.promised {
            Some(l) => self.p.t.svc_promised.replace("{limit}", &length(self.p.common(), l)),
            None => self.p.t.svc_by_plan.to_owned(),
        }
    }
}

/// `GET /apply`
pub(crate) async fn list(State(kit): State<Kit>, p: Page) -> Result<Response, Oops> {
    list_page(&kit, p, OPEN).await
}

/// `GET /desk/services/new`
pub(crate) async fn at_window(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    list_page(&kit, desk.page, WINDOW).await
}

struct Choice {
    address: String,
    text: String,
}

#[derive(Template)]
#[template(path = "question.html")]
struct QuestionHtml {
    p: Page,
    name: String,
    anew: String,
    answered: Vec<Answered>,
    question: String,
    choices: Vec<Choice>,
    refused: String,
}

struct Material {
    name: String,
    need: String,
    note: String,
}
struct Step {
    name: String,
    unit: String,
    item: String,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeHtml {
    p: Page,
    name: String,
    anew: String,
    answered: Vec<Answered>,
    parts: Vec<(String, String)>,
    materials: Vec<Material>,
    inside: String,
    steps: Vec<Step>,
    promised: String,
    days: String,
    once: String,
    action: String,
    given: Vec<String>,
    trouble: String,
}

/// The answers in an address: `a=x&a=y`.
fn answers_of(query: Option<&str>) -> Vec<String> {
    let pairs = query.unwrap_or_default().split('&');
    let values = pairs.filter_map(|p| p.strip_prefix("a=")).filter(|v| !v.is_empty() && v.len() <= 40);
    values
        .filter(|v| v.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)))
        .map(str::to_owned)
        .take(100)
        .collect()
}

fn what(sort: &str, code: &str) -> Result<What, Oops> {
    match sort {
        "theme" => Ok(What::Theme(code.to_owned())),
        "item" => Ok(What::Item(code.to_owned())),
        _ => Err(Oops(Error::NotFound)),
    }
}

fn days(n: f64) -> String {
    let n = (n * 10.0).round() / 10.0;
    if n.fract() == 0.0 { format!("{n:.0}") } else { format!("{n:.1}") }
}

fn notice(
    p: Page,
    name: String,
    anew: String,
    given: Vec<String>,
    package: &Package,
    office: &city::Office,
    trouble: String,
) -> Response {
    let b = &package.basis;
    let need = |n: Need| match n {
        Need::Required => p.t.svc_need_required,
        Need::Optional => p.t.svc_need_optional,
        Need::Deferrable => p.t.svc_need_deferrable,
    };
    let materials = b
        .materials
        .iter()
        .filter(|m| !m.held)
        .map(|m| Material { name: m.name.clone(), need: need(m.need).to_owned(), note: m.note.clone() })
        .collect();
    let mut inside: Vec<String> = b.materials.iter().filter(|m| m.held).map(|m| m.name.clone()).collect();
    inside.extend(package.made_inside.iter().cloned());
    let part = |t: &service::Task| b.parts.get(t.part).map_or_else(String::new, |x| x.name.clone());
    let steps = b
        .tasks
        .iter()
        .map(|t| Step { name: t.name.clone(), unit: office.unit_name(t.unit), item: part(t) })
        .collect();
    let now = b.materials.iter().filter(|m| !m.held && m.need != Need::Optional).count();
    let joint = b.is_joint();
    let html = NoticeHtml {
        name,
        action: anew.clone(),
        anew,
        answered: b.answers.clone(),
        parts: b.parts.iter().map(|x| (x.name.clone(), x.result.clone())).collect(),
        materials,
        inside: if inside.is_empty() {
            String::new()
        } else {
            p.t.svc_inside.replace("{names}", &inside.join("、"))
        },
        steps,
        promised: p.t.svc_promised.replace("{limit}", &length(p.common(), b.promised)),
        days: if joint {
            p.t.svc_days
                .replace("{days}", &days(package.plan.days))
                .replace("{apart}", &days(package.plan.days_apart))
        } else {
            String::new()
        },
        once: if joint {
            p.t.svc_once
                .replace("{apart}", &package.materials_apart.to_string())
                .replace("{now}", &now.to_string())
        } else {
            String::new()
        },
        given,
        trouble,
        p,
    };
    render(&html)
}

async fn asked(
    kit: &Kit,
    p: Page,
    to: &str,
    sort: &str,
    code: &str,
    given: Vec<String>,
    trouble: String,
) -> Result<Response, Oops> {
    let what = what(sort, code)?;
    let anew = format!("{to}/{sort}/{}", escape(code));
    let (theme, next) = service(kit).ask(what, given.clone()).await?;
    let question = |p: Page, answered, question: String, choices, refused| {
        render(&QuestionHtml {
            p,
            name: theme.name.clone(),
            anew: anew.clone(),
            answered,
            question,
            choices,
            refused,
        })
    };
    Ok(match next {
        Next::Ask(q) => {
            let so_far: String = given.iter().map(|g| format!("a={g}&")).collect();
            let choice =
                |(id, text): (String, String)| Choice { address: format!("{anew}?{so_far}a={id}"), text };
            question(p, q.answered, q.question, q.answers.into_iter().map(choice).collect(), String::new())
        }
        Next::Refused { answered, why } => question(p, answered, String::new(), Vec::new(), why),
        Next::Ready(package) => {
            let office = kit.city.office_now().await?;
            notice(p, theme.name.clone(), anew, given, &package, &office, trouble)
        }
    })
}

/// `GET /apply/to/{sort}/{code}`
pub(crate) async fn ask(
    State(kit): State<Kit>,
    p: Page,
    Path((sort, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Oops> {
    asked(&kit, p, OPEN, &sort, &code, answers_of(query.as_deref()), String::new()).await
}

/// `GET /desk/services/new/{sort}/{code}`
pub(crate) async fn ask_at_window(
    State(kit): State<Kit>,
    desk: Desk,
    Path((sort, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Oops> {
    asked(&kit, desk.page, WINDOW, &sort, &code, answers_of(query.as_deref()), String::new()).await
}

async fn begun(
    kit: &Kit,
    p: Page,
    actor: Actor,
    (sort, code): (String, String),
    fields: &Fields,
    to: &str,
) -> Result<Response, Oops> {
    let given: Vec<String> = fields.all("a").into_iter().map(str::to_owned).collect();
    let window = to == WINDOW;
    match service(kit).begin(actor, what(&sort, &code)?, given.clone()).await {
        Ok(b) if window => {
            Ok(Redirect::to(&format!("/desk/services/at/{}/form?new=1", b.number)).into_response())
        }
        Ok(b) => Ok(Redirect::to(&format!("/a/{}/{}?new=1", b.number, b.code)).into_response()),
        Err(e) => {
            let page = |trouble| asked(kit, p.clone(), to, &sort, &code, given.clone(), trouble);
            let mut answer = again(&p.clone(), e, page).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

/// `POST /apply/to/{sort}/{code}`
pub(crate) async fn begin(
    State(kit): State<Kit>,
    p: Page,
    at: Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    begun(&kit, p, Actor::resident(), at.0, &fields, OPEN).await
}

/// `POST /desk/services/new/{sort}/{code}`
pub(crate) async fn begin_at_window(
    State(kit): State<Kit>,
    desk: Desk,
    at: Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let actor = desk.actor();
    begun(&kit, desk.page, actor, at.0, &fields, WINDOW).await
}
