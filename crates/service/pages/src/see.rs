//! 看办件: the page behind the link of a message. It shows where an application stands; it has no form, no file and nothing
//! that was filled in, for links are passed on and read ahead by programs.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use web_kit::{Lamp, Oops, render, word};

use crate::parts::{EventLine, PartLine, TaskLine, lamp, lines, results, tasks};
use crate::{Kit, Page, service};

#[derive(Template)]
#[template(path = "see_application.html")]
struct SeeHtml {
    p: Page,
    number: String,
    name: String,
    stage: String,
    lamp: Lamp,
    tasks: Vec<TaskLine>,
    results: Vec<PartLine>,
    lines: Vec<EventLine>,
}

/// `GET /see/a/{number}/{token}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((number, token)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = service(&kit).look(number, token).await?;
    let a = &v.view.application;
    let clock = v.view.clock.as_ref().filter(|c| c.phase != service::Phase::Draft);
    Ok(render(&SeeHtml {
        number: a.number.clone(),
        name: a.basis.name.clone(),
        stage: word(p.lang, a.stage),
        lamp: lamp(&p, clock),
        tasks: if a.accepted.is_some() { tasks(&p, &v.view) } else { Vec::new() },
        results: results(&p, &v.view),
        lines: lines(&p, a, &v.events, false),
        p,
    }))
}
