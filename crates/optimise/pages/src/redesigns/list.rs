//! 列表: redesigns that wait for the reader's unit, all redesigns, and the form that draws up a new one.

use app::{Error, RedesignLine};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Moment;
use serde::Deserialize;
use web_kit::{Fields, Kit, Oops, again, blocking, render, said, when};

use crate::redesigns::view::num;
use crate::{Desk, Page};

/// The named targets (O8) as examples: file stem, model.
const EXAMPLES: [(&str, &str); 5] = [
    ("enterprise-start", include_str!("../../../../../data/redesign/enterprise-start.json")),
    ("land-to-start", include_str!("../../../../../data/redesign/land-to-start.json")),
    ("construction", include_str!("../../../../../data/redesign/construction.json")),
    ("utilities", include_str!("../../../../../data/redesign/utilities.json")),
    ("disabled-service", include_str!("../../../../../data/redesign/disabled-service.json")),
];

struct Line {
    number: String,
    title: String,
    stage: String,
    days: String,
    visits: String,
    materials: String,
    changed: String,
}

impl Line {
    fn of(p: &Page, l: &RedesignLine) -> Self {
        let (b, a) = (l.proposal.summary.before, l.proposal.summary.after);
        let pair = |b: f64, a: f64| format!("{} → {}", num(b), num(a));
        Self {
            number: l.number.clone(),
            title: l.proposal.title.clone(),
            stage: said(p.lang, &l.proposal.stage.said()),
            days: pair(b.working_days, a.working_days),
            visits: pair(b.visits, a.visits),
            materials: pair(b.materials, a.materials),
            changed: when(p.lang, l.changed),
        }
    }
}

#[derive(Template)]
#[template(path = "redesigns.html")]
struct ListHtml {
    p: Page,
    waiting: Vec<Line>,
    lines: Vec<Line>,
    next: String,
    item: String,
    may_draw: bool,
    examples: Vec<(String, String)>,
    sent: Fields,
    trouble: String,
}

/// Place after which the list goes on.
#[derive(Deserialize, Default)]
pub(crate) struct After {
    #[serde(default)]
    at: i64,
    #[serde(default)]
    id: i64,
    /// code of an item to begin with
    #[serde(default)]
    item: String,
}

const LINES: u32 = 50;

async fn page(
    kit: &Kit,
    desk: &Desk,
    after: &After,
    sent: Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let place = (after.at > 0).then(|| (Moment::from_us(after.at), after.id));
    let lines = kit.app.redesigns.redesigns(desk.actor(), place, LINES).await?;
    let waiting = kit.app.redesigns.redesigns_to_review(desk.actor()).await?;
    let full = lines.len() == LINES as usize;
    let next = lines.last().filter(|_| full);
    let next =
        next.map_or_else(String::new, |l| format!("/desk/redesigns?at={}&id={}", l.place.0.us(), l.place.1));
    let name = |text: &str| {
        let v: Option<serde_json::Value> = serde_json::from_str(text).ok();
        v.and_then(|v| Some(v.get("name")?.as_str()?.to_owned())).unwrap_or_default()
    };
    Ok(render(&ListHtml {
        waiting: waiting.iter().map(|l| Line::of(&p, l)).collect(),
        lines: lines.iter().map(|l| Line::of(&p, l)).collect(),
        next,
        item: after.item.chars().take(80).collect(),
        may_draw: access::offers(&desk.actor(), access::Operation::WriteRedesigns),
        examples: EXAMPLES.iter().map(|(key, text)| ((*key).to_owned(), name(text))).collect(),
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/redesigns`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(after): Query<After>,
) -> Result<Response, Oops> {
    page(&kit, &desk, &after, Fields::default(), String::new()).await
}

/// `POST /desk/redesigns`: draws one up.
pub(crate) async fn draw(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let example = EXAMPLES.iter().find(|(key, _)| *key == fields.get("example")).map(|e| e.1);
    let mut text = fields.opt("model").or_else(|| example.map(str::to_owned)).unwrap_or_default();
    let mut found = Ok(());
    if let Some(key) = fields.opt("item") {
        match kit.app.items.item_today(key).await {
            Ok(item) => text = serde_json::to_string(&item).unwrap_or_default(),
            Err(Error::NotFound) => {
                found = Err(Error::invalid(
                    "item",
                    "事项库里没有这个编码",
                    "the catalogue has no item of this code",
                ));
            }
            Err(e) => return Err(Oops(e)),
        }
    }
    let (app, actor, title) = (kit.app.clone(), desk.actor(), fields.get("title").to_owned());
    match blocking(move || found.and_then(|()| app.redesigns.draw_redesign(actor, &title, &text))).await {
        Ok(number) => Ok(Redirect::to(&format!("/desk/redesigns/{number}")).into_response()),
        Err(e) => {
            let after = After::default();
            again(&desk.page, e, |trouble| page(&kit, &desk, &after, fields, trouble)).await
        }
    }
}
