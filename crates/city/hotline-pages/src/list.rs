//! 热线工单: orders by state, who is silent, what stands aside.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hotline::{OrderView, State as Stands};
use kernel::Word as _;
use std::collections::HashMap;
use web_kit::{Oops, day, in_words, render, when, word};

use crate::{Desk, Kit, Page};

pub(crate) struct Line {
    pub id: i64,
    pub title: String,
    pub hotline: String,
    pub number: String,
    pub case: String,
    pub kind: String,
    pub unit: String,
    pub state: String,
    pub limit: String,
    pub over: bool,
    pub urged: String,
    pub files: String,
    pub again: bool,
    pub at: String,
}

pub(crate) fn line(p: &Page, o: OrderView) -> Line {
    let kind = resolve::Kind::read(&o.known.kind).map_or_else(String::new, |k| word(p.lang, k));
    let many = |n: u32, t: &str| if n == 0 { String::new() } else { t.replace("{n}", &n.to_string()) };
    Line {
        id: o.id,
        hotline: o.hotline_name,
        kind,
        unit: o.known.unit_named.clone(),
        state: word(p.lang, o.state),
        limit: o.limit.map_or_else(String::new, |l| when(p.lang, l)),
        over: o.over,
        urged: many(o.known.urged, p.t.urged),
        files: many(o.known.files, p.t.files),
        again: o.known.again,
        at: when(p.lang, o.at),
        title: o.known.title,
        number: o.number,
        case: o.case,
    }
}

struct Tab {
    word: &'static str,
    text: String,
    here: bool,
}

struct Silent {
    name: String,
    said: String,
}

struct Hand {
    code: String,
    said: String,
}

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersHtml {
    p: Page,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    silent: Vec<Silent>,
    /// hotlines without an interface that have something to be handed over
    hand: Vec<Hand>,
    asides: String,
    calls: String,
    none: bool,
    takes: bool,
    more: Option<i64>,
    here: &'static str,
}

/// A page of the list.
const SHOWN: usize = 100;

/// `GET /desk/hotline`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(q): Query<HashMap<String, String>>,
) -> Result<Response, Oops> {
    let (p, actor) = (desk.page.clone(), desk.actor());
    let asked = |name: &str| q.get(name).map(String::as_str).unwrap_or_default();
    let state = Stands::read(asked("state")).unwrap_or(Stands::Offered);
    let before = asked("before").parse().ok();
    let lines = kit.acts.hotlines.lines(actor.clone()).await?;
    let stands = kit.acts.hotlines.standing(actor.clone()).await?;
    let orders = kit.acts.hotlines.orders(actor, state, before).await?;
    let tab = |s: Stands| Tab {
        word: s.word(),
        text: format!("{} {}", word(p.lang, s), stands.of(s)),
        here: s == state,
    };
    let many = |n: i64, t: &str| if n == 0 { String::new() } else { t.replace("{n}", &n.to_string()) };
    let silent = lines.iter().filter(|l| !l.address.is_empty()).filter_map(|l| {
        let since = when(p.lang, l.silent_since()?);
        let said = p.t.silent_line.replace("{at}", &since).replace("{n}", &l.waiting.to_string());
        Some(Silent { name: l.name.clone(), said })
    });
    let hand = lines.iter().filter(|l| l.address.is_empty() && l.waiting > 0).map(|l| Hand {
        code: l.code.clone(),
        said: p.t.to_hand.replace("{name}", &l.name).replace("{n}", &l.waiting.to_string()),
    });
    Ok(render(&OrdersHtml {
        tabs: Stands::ALL.into_iter().map(tab).collect(),
        silent: silent.collect(),
        hand: hand.collect(),
        asides: many(stands.asides, p.t.asides_many),
        calls: many(stands.calls, p.t.calls_many),
        none: lines.is_empty(),
        takes: p.may(access::Operation::TakeOrders),
        more: (orders.len() >= SHOWN).then(|| orders.last().map(|o| o.id)).flatten(),
        here: state.word(),
        lines: orders.into_iter().map(|o| line(&p, o)).collect(),
        p,
    }))
}

/// A day as a page writes it, or nothing.
pub(crate) fn day_or_nothing(p: &Page, at: Option<kernel::Moment>) -> String {
    at.map_or_else(String::new, |a| day(p.lang, a.date()))
}

/// The name of a message of either side.
pub(crate) fn said_of(p: &Page, kind: &str) -> String {
    if let Some(e) = hotline::Event::read(kind) {
        return word(p.lang, e);
    }
    hotline::Says::read(kind).map_or_else(|| in_words(p.lang, "看不出", "unknown"), |s| word(p.lang, s))
}
