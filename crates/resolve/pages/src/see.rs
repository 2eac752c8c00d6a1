//! 看进度: the page behind the link of a message. It shows where a case stands and what was answered; it has no form, no
//! file and none of the words of the letter, for links are passed on and read ahead by programs.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use web_kit::{Oops, lamp, render, when, word};

use crate::follow::{Step, now, said, steps};
use crate::{Kit, Page};

struct Line {
    at: String,
    who: String,
    act: String,
    said: Vec<String>,
}

#[derive(Template)]
#[template(path = "see.html")]
struct SeeHtml {
    p: Page,
    number: String,
    now: String,
    stage: String,
    unit: String,
    due: String,
    left: String,
    steps: Vec<Step>,
    lines: Vec<Line>,
}

/// `GET /see/c/{number}/{token}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((number, token)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = kit.acts.cases.look(number, token).await?;
    let case = &v.view.case;
    let stage = case.stage.kind();
    let lamp = lamp(p.lang, p.t, v.view.clock.as_ref());
    let unit = v.view.owner.clone().unwrap_or_else(|| v.view.office.unit_name(case.first_asked));
    let line = |e: &resolve_acts::EventView| Line {
        at: when(p.lang, e.at),
        who: e.unit.clone().unwrap_or_else(|| p.t.see_person.to_owned()),
        act: word(p.lang, e.act),
        // What the person said stays theirs: what offices said is shown.
        said: if e.by_resident { Vec::new() } else { said(&p, &e.happened.asked) },
    };
    let mut lines: Vec<Line> = v.events.iter().rev().map(line).collect();
    lines.iter_mut().for_each(|l| l.said.retain(|s| !s.is_empty()));
    Ok(render(&SeeHtml {
        number: case.number.clone(),
        now: now(&p, stage, &unit, &lamp.due, &lamp.left),
        stage: word(p.lang, stage),
        steps: steps(&p, stage),
        due: lamp.due,
        left: lamp.left,
        unit,
        lines,
        p,
    }))
}
