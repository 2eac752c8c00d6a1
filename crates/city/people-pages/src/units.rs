//! 单位: found by name, code or duty, entered and changed one by one. Many at once come as a roster.

use app::{Error, NewUnit, UNIT_KINDS};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use store::office::UnitRow;
use web_kit::{Fields, Kit, Lang, Oops, Opt, again, escape, render};

use crate::{Desk, Page};

const LINES: usize = 30;

struct UnitLine {
    edit: String,
    key: String,
    name: String,
    short: String,
    kind: String,
    above: String,
    region: String,
    duties: String,
}

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsHtml {
    p: Page,
    q: String,
    total: usize,
    lines: Vec<UnitLine>,
    next: String,
    sent: Fields,
    trouble: String,
    kinds: Vec<Opt>,
    parents: Vec<(String, String)>,
    may_write: bool,
    open: bool,
}

#[derive(Default, Deserialize)]
pub(crate) struct UnitsAsk {
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: usize,
    /// the code of a unit whose form is open
    #[serde(default)]
    key: String,
}

fn holds(u: &UnitRow, q: &str) -> bool {
    q.is_empty() || [&u.name, &u.short, &u.key, &u.duties].iter().any(|t| t.contains(q))
}

fn kind_text(p: &Page, word: &str) -> String {
    let known = UNIT_KINDS.iter().find(|(w, _)| *w == word);
    known.filter(|_| p.lang == Lang::Zh).map_or(word, |(_, zh)| zh).to_owned()
}

/// A unit as its form shows it.
fn form_of(u: &UnitRow, above: &str) -> Fields {
    let region = u.region.to_string();
    let pairs: [(&str, &str); 7] = [
        ("key", &u.key),
        ("name", &u.name),
        ("short", &u.short),
        ("kind", &u.kind),
        ("parent", above),
        ("region", &region),
        ("duties", &u.duties),
    ];
    Fields(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into())
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    ask: UnitsAsk,
    sent: Option<Fields>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.app.city.office_now().await?;
    let all = office.units();
    let key_of =
        |u: &UnitRow| u.parent.and_then(|a| office.unit(a)).map_or_else(String::new, |a| a.key.clone());
    let edited = all.iter().find(|u| !ask.key.is_empty() && u.key == ask.key).map(|u| form_of(u, &key_of(u)));
    let open = sent.is_some() || edited.is_some();
    let sent = sent.or(edited).unwrap_or_default();
    let q: String = ask.q.trim().chars().take(60).collect();
    let found: Vec<_> = all.iter().filter(|u| holds(u, &q)).collect();
    let next = ask.from.saturating_add(LINES);
    let next = if next < found.len() {
        format!("/desk/office/units?q={}&from={next}", escape(&q))
    } else {
        String::new()
    };
    let lines = found.iter().skip(ask.from).take(LINES).map(|u| UnitLine {
        edit: format!("/desk/office/units?key={}#edit", escape(&u.key)),
        key: u.key.clone(),
        name: u.name.clone(),
        short: u.short.clone(),
        kind: kind_text(&p, &u.kind),
        above: u.parent.map_or_else(String::new, |a| office.unit_name(a)),
        region: u.region.to_string(),
        duties: u.duties.replace('\n', if p.lang == Lang::Zh { "、" } else { ", " }),
    });
    let lines = lines.collect();
    let chosen = if sent.has("kind") { sent.get("kind") } else { "department" };
    let kinds = UNIT_KINDS.map(|(w, _)| Opt { value: w.into(), label: kind_text(&p, w), on: w == chosen });
    Ok(render(&UnitsHtml {
        q,
        total: found.len(),
        lines,
        next,
        trouble,
        kinds: kinds.into(),
        parents: all.iter().map(|u| (u.key.clone(), u.name.clone())).collect(),
        may_write: access::decide(&desk.actor(), access::op::WriteUnits, access::City(&office.settings.city))
            .is_ok(),
        open,
        sent,
        p,
    }))
}

/// `GET /desk/office/units`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<UnitsAsk>,
) -> Result<Response, Oops> {
    page(&kit, &desk, ask, None, String::new()).await
}

async fn put(kit: &Kit, desk: &Desk, f: &Fields) -> Result<(), Error> {
    let region = f.get("region").parse();
    let region = region.map_err(|e: kernel::NotARegion| Error::told("region", &e))?;
    if !f.has("key") || !f.has("name") {
        return Err(Error::invalid("name", "请填写编码和全称", "fill in the code and the full name"));
    }
    let kind = UNIT_KINDS.iter().find(|(w, _)| *w == f.get("kind")).map(|(w, _)| (*w).to_owned());
    let unit = NewUnit {
        key: f.get("key").to_owned(),
        name: f.get("name").to_owned(),
        short: f.opt("short").unwrap_or_else(|| f.get("name").to_owned()),
        kind: kind.ok_or_else(|| Error::invalid("kind", "请选择类型", "choose a kind"))?,
        parent: f.opt("parent"),
        region,
        duties: f.get("duties").to_owned(),
    };
    kit.app.people.put_units(desk.actor(), vec![unit]).await.map(|_| ())
}

/// `POST /desk/office/units`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    match put(&kit, &desk, &fields).await {
        Ok(()) => {
            let at = format!("/desk/office/units?q={}", escape(fields.get("key")));
            Ok(Redirect::to(&at).into_response())
        }
        Err(e) => {
            again(&desk.page, e, |trouble| page(&kit, &desk, UnitsAsk::default(), Some(fields), trouble))
                .await
        }
    }
}
