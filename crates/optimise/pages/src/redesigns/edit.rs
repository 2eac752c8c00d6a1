//! 修改: steps, orders and materials in a form, with the plan beside it: computed again at every change by a small
//! script of our own, or by a button without it.

use app::{Error, RedesignWish};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Said;
use optimise::Model;
use web_kit::{Fields, Kit, Oops, blocking, explain, render, said};

use crate::redesigns::form::{Form, fits};
use crate::redesigns::view::Plan;
use crate::{Desk, Page};

#[derive(Template)]
#[template(path = "redesign_edit.html")]
struct EditHtml {
    p: Page,
    number: String,
    title: String,
    ver: i64,
    form: Option<Form>,
    steps: Vec<(String, String)>,
    whole: String,
    words: String,
    trouble: String,
    plan: Option<Plan>,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewHtml {
    p: Page,
    trouble: String,
    plan: Option<Plan>,
}

/// What the form says: the JSON of the model.
fn text_of(base: &Model, f: &Fields) -> String {
    f.opt("whole").unwrap_or_else(|| Form::read(f).onto(base))
}

/// The plan of a text, or what is wrong with it.
async fn look(kit: &Kit, p: &Page, text: String) -> Result<(Option<Plan>, String), Error> {
    let office = kit.app.city.office_now().await?;
    let page = p.clone();
    blocking(move || {
        let read = Model::from_json(&text).and_then(|m| Ok((optimise::redesign(&m)?, m)));
        Ok(match read {
            Ok((r, m)) => (Some(Plan::of(&page, &office.rules.calendar, &m, &r)), String::new()),
            Err(e) => {
                let words = said(page.lang, &Said::of_both(&e.to_string()));
                (None, page.t.process.e_bad.replace("{s}", &words))
            }
        })
    })
    .await
}

async fn base(kit: &Kit, desk: &Desk, number: &str) -> Result<app::RedesignView, Oops> {
    let (app, actor, n) = (kit.app.clone(), desk.actor(), number.to_owned());
    let v = blocking(move || app.redesigns.redesign(&actor, &n)).await?;
    if v.may.edit { Ok(v) } else { Err(Oops(Error::NotFound)) }
}

fn steps_of(form: Option<&Form>, model: &Model) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = model.steps.iter().map(|s| (s.id.clone(), s.name.clone())).collect();
    let new = form.into_iter().flat_map(|f| &f.steps).filter(|s| s.id.is_empty() && !s.name.is_empty());
    all.extend(new.map(|s| (s.name.clone(), s.name.clone())));
    all
}

/// `GET /desk/redesigns/{number}/edit`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    let v = base(&kit, &desk, &number).await?;
    let (plan, trouble) = look(&kit, &desk.page, v.proposal.model.clone()).await?;
    let form = fits(&v.model).then(|| Form::of(&v.model));
    Ok(render(&EditHtml {
        p: desk.page.clone(),
        number,
        title: v.proposal.title.clone(),
        ver: v.proposal.ver,
        steps: steps_of(form.as_ref(), &v.model),
        form,
        whole: v.proposal.model.clone(),
        words: String::new(),
        trouble,
        plan,
    }))
}

/// `POST /desk/redesigns/{number}/preview`: the plan of what is typed, as a part of the page.
pub(crate) async fn preview(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let v = base(&kit, &desk, &number).await?;
    let (plan, trouble) = look(&kit, &desk.page, text_of(&v.model, &fields)).await?;
    Ok(render(&PreviewHtml { p: desk.page.clone(), trouble, plan }))
}

/// `POST /desk/redesigns/{number}/edit`: saves, or only looks.
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let v = base(&kit, &desk, &number).await?;
    let text = text_of(&v.model, &fields);
    let mut trouble = String::new();
    let mut status = StatusCode::OK;
    if fields.get("do") != "look" {
        let wish = RedesignWish::Edit { model: text.clone(), words: fields.get("words").to_owned() };
        let (app, actor, n) = (kit.app.clone(), desk.actor(), number.clone());
        let ver = fields.get("ver").parse().ok();
        match blocking(move || app.redesigns.act_on_redesign(&actor, &n, ver, &wish)).await {
            Ok(()) => return Ok(Redirect::to(&format!("/desk/redesigns/{number}?done=1")).into_response()),
            Err(e @ (Error::Invalid { .. } | Error::Changed(_))) => {
                trouble = explain(&desk.page, &e);
                status = StatusCode::UNPROCESSABLE_ENTITY;
            }
            Err(e) => return Err(Oops(e)),
        }
    }
    let (plan, wrong) = look(&kit, &desk.page, text.clone()).await?;
    if trouble.is_empty() {
        trouble = wrong;
    }
    let form = if fields.has("whole") {
        fits(&v.model).then(|| Form::of(&v.model))
    } else {
        Some(Form::read(&fields))
    };
    let page = render(&EditHtml {
        p: desk.page.clone(),
        title: v.proposal.title.clone(),
        ver: v.proposal.ver,
        steps: steps_of(form.as_ref(), &v.model),
        form,
        whole: fields.opt("whole").unwrap_or_else(|| v.proposal.model.clone()),
        words: fields.get("words").to_owned(),
        number,
        trouble,
        plan,
    });
    Ok((status, page).into_response())
}
