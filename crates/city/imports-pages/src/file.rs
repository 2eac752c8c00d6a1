//! 一个文件: before it is taken in what it would be read as, then how far it is, then what came of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use imports::{Answer, Counts, How, Preview, Question, State as Stands, View};
use web_kit::{Fields, Oops, Opt, again, blocking, download, opt, render};

use crate::bring::pick;
use crate::seen::{ASIDE_SHOWN, PartView, half, how_of, orders, part, sheets};
use crate::{Desk, Kit, Page};

struct QuestionView {
    word: &'static str,
    label: &'static str,
    choices: Vec<Opt>,
    now: String,
}

#[derive(Template)]
#[template(path = "import_preview.html")]
struct PreviewHtml {
    p: Page,
    id: i64,
    door: String,
    what: String,
    name: String,
    trouble: String,
    /// it cannot be taken in as it is
    stuck: bool,
    recognised: String,
    summary: String,
    more: String,
    sheets: Vec<Opt>,
    orders: Vec<Opt>,
    questions: Vec<QuestionView>,
    parts: Vec<PartView>,
    template: String,
}

#[derive(Template)]
#[template(path = "import_running.html")]
struct RunningHtml {
    p: Page,
    what: String,
    name: String,
    done: i64,
    total: i64,
    said: String,
}

struct ToldView {
    sheet: String,
    lines: Vec<String>,
    aside: Vec<(u64, String)>,
    aside_more: u64,
}

#[derive(Template)]
#[template(path = "import_done.html")]
struct DoneHtml {
    p: Page,
    id: i64,
    door: String,
    what: String,
    name: String,
    counts: Vec<(String, u64)>,
    told: Vec<ToldView>,
    has_aside: bool,
    seen_at: String,
}

fn questions(p: &Page, all: Vec<Question>, how: &How) -> Vec<QuestionView> {
    let view = |q: Question| {
        let first = q.choices.first().map_or("", |c| c.0);
        let now = Some(how.answer(q.word)).filter(|a| !a.is_empty()).unwrap_or(first).to_owned();
        let choices = q.choices.iter().map(|(v, zh, en)| opt(v, pick(p, (zh, en)), &now)).collect();
        QuestionView { word: q.word, label: pick(p, q.said), choices, now }
    };
    all.into_iter().map(view).collect()
}

fn preview(kit: &Kit, p: Page, v: View, seen: &Preview, trouble: String) -> Response {
    let gate = kit.acts.imports.gate(&v.brought.door);
    let aside: u64 = seen.parts.iter().map(|p| p.told.set_aside_count).sum();
    let fill = |text: &str| {
        let text = text.replace("{rows}", &seen.rows.to_string()).replace("{good}", &seen.good.to_string());
        text.replace("{aside}", &aside.to_string())
    };
    let in_bytes = gate.as_ref().is_some_and(|g| g.counts() == Counts::Megabytes);
    let failed = match v.brought.state {
        Stands::Failed => p.t.failed.replace("{why}", &half(&p, &v.brought.answer)),
        _ => String::new(),
    };
    let mut parts: Vec<PartView> = Vec::with_capacity(seen.parts.len());
    for one in &seen.parts {
        let first = parts.iter().map(|p| p.columns.len()).sum();
        parts.push(part(&p, one, first));
    }
    let stuck = seen.trouble.as_ref().map(|s| web_kit::said(p.lang, s));
    render(&PreviewHtml {
        id: v.brought.id,
        what: gate.as_ref().map_or_else(String::new, |g| pick(&p, g.said()).to_owned()),
        questions: gate.map_or_else(Vec::new, |g| questions(&p, g.questions(), &v.how)),
        door: v.brought.door,
        name: v.brought.name,
        stuck: stuck.is_some(),
        trouble: [trouble, stuck.unwrap_or_default(), failed]
            .into_iter()
            .find(|t| !t.is_empty())
            .unwrap_or_default(),
        recognised: v
            .how
            .template
            .as_ref()
            .map_or_else(String::new, |name| p.t.template_is.replace("{name}", name)),
        summary: fill(if in_bytes { p.t.preview_mb } else { p.t.preview_rows }),
        more: if seen.more { fill(p.t.preview_more) } else { String::new() },
        sheets: sheets(&p, seen, &v.how),
        orders: orders(&p, &v.how),
        parts,
        template: v.how.template.unwrap_or_default(),
        p,
    })
}

fn running(kit: &Kit, p: Page, v: View) -> Response {
    let b = v.brought;
    let gate = kit.acts.imports.gate(&b.door);
    let in_bytes = gate.as_ref().is_some_and(|g| g.counts() == Counts::Megabytes);
    let said = if in_bytes { p.t.running_mb } else { p.t.running_of };
    let said = said.replace("{done}", &b.done.to_string());
    let mut answer = render(&RunningHtml {
        what: gate.map_or_else(String::new, |g| pick(&p, g.said()).to_owned()),
        name: b.name,
        said: said.replace("{total}", &b.total.to_string()),
        done: b.done,
        total: b.total.max(1),
        p,
    });
    // The browser asks again by itself.
    answer.headers_mut().insert(header::REFRESH, HeaderValue::from_static("2"));
    answer
}

fn done(kit: &Kit, p: Page, v: View) -> Result<Response, Oops> {
    let b = v.brought;
    let gate = kit.acts.imports.gate(&b.door);
    let answer: Answer = serde_json::from_str(&b.answer).map_err(Error::bug)?;
    let mut counts = vec![(p.t.r_rows.to_owned(), answer.rows), (p.t.r_accepted.to_owned(), answer.accepted)];
    if answer.changed > 0 {
        counts.push((p.t.r_changed.to_owned(), answer.changed));
    }
    counts.push((p.t.r_duplicates.to_owned(), answer.duplicates));
    counts.push((p.t.r_rejected.to_owned(), answer.rejected));
    counts.extend(answer.also.iter().map(|(zh, en, n)| (pick(&p, (zh, en)).to_owned(), *n)));
    let told = answer.told.iter().map(|t| {
        let used: Vec<String> = t.columns_used.iter().map(|c| format!("{} → {}", c.name, c.field)).collect();
        let mut lines = t.said(p.lang == web_kit::Lang::Zh);
        if !used.is_empty() {
            lines.push(p.t.used.replace("{list}", &used.join(p.t.list_comma)));
        }
        ToldView {
            sheet: t.sheet.clone().unwrap_or_default(),
            lines,
            aside: t.set_aside.iter().take(ASIDE_SHOWN).map(|a| (a.row, half(&p, &a.reason))).collect(),
            aside_more: t.set_aside_count.saturating_sub(ASIDE_SHOWN.min(t.set_aside.len()) as u64),
        }
    });
    Ok(render(&DoneHtml {
        id: b.id,
        what: gate.map_or_else(String::new, |g| pick(&p, g.said()).to_owned()),
        door: b.door,
        name: b.name,
        counts,
        told: told.collect(),
        has_aside: !b.aside.is_empty(),
        seen_at: answer.seen_at.unwrap_or_default(),
        p,
    }))
}

async fn page(kit: &Kit, desk: &Desk, id: i64, trouble: String) -> Result<Response, Oops> {
    let (imports, actor, p) = (kit.acts.imports.clone(), desk.actor(), desk.page.clone());
    let mut v = blocking(move || imports.view(&actor, id)).await?;
    match v.preview.take() {
        Some(seen) => Ok(preview(kit, p, v, &seen, trouble)),
        None if v.brought.state == Stands::Running => Ok(running(kit, p, v)),
        None => done(kit, p, v),
    }
}

/// `GET /desk/import/file/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, String::new()).await
}

/// `POST /desk/import/file/{id}`: look again, take it in, keep a template, remove it.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (imports, actor) = (kit.acts.imports.clone(), desk.actor());
    let to = format!("/desk/import/file/{id}");
    let done = blocking(move || {
        if fields.get("do") == "forget" {
            return imports.forget(&actor, id).map(|()| "/desk/import".to_owned());
        }
        let how = how_of(&imports.how(&actor, id)?, &fields);
        match fields.get("do") {
            "begin" => imports.begin(&actor, id, &how)?,
            "template" => imports.keep_template(&actor, id, fields.get("template"), &how)?,
            _ => drop(imports.ask(&actor, id, &how)?),
        }
        Ok(to)
    });
    match done.await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, id, trouble)).await,
    }
}

/// `GET /desk/import/file/{id}/aside`: the rows that were not taken.
pub(crate) async fn aside(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    let (imports, actor) = (kit.acts.imports.clone(), desk.actor());
    let (name, bytes) = blocking(move || imports.aside(&actor, id)).await?;
    let kind = if name.ends_with("xlsx") { web_kit::XLSX } else { "text/csv; charset=utf-8" };
    Ok(download(kind, &name, bytes))
}

/// `GET /desk/import/file/{id}/answer.json`: what came of it, as the program gives it.
pub(crate) async fn answer(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let (imports, actor) = (kit.acts.imports.clone(), desk.actor());
    let v = blocking(move || imports.stands(&actor, id)).await?;
    if v.state != Stands::Done {
        return Err(Oops(Error::NotFound));
    }
    Ok(([(header::CONTENT_TYPE, "application/json")], v.answer).into_response())
}
