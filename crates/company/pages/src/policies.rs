//! 政策厨房: the items in force, the draft with its contradictions, the replay, and the release by a second person.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use company::policy::Truth;
use company::policy::trace::told;
use company_acts::{BookView, ClaimLine, DocumentView, ItemView, Kitchen, PackView};
use serde::Deserialize;
use web_kit::{Fields, Oops, again, render};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "policies.html")]
struct KitchenHtml {
    p: Page,
    k: Kitchen,
    q: String,
    trouble: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Looked {
    #[serde(default)]
    q: String,
}

/// Items and documents in which every word of the search stands somewhere.
fn found_in(b: &mut BookView, q: &str) {
    let words: Vec<&str> = q.split_whitespace().collect();
    let has = |texts: &[&str]| words.iter().all(|w| texts.iter().any(|t| t.contains(w)));
    b.items.retain(|i| {
        let mut texts = vec![i.name.as_str(), &i.policy, &i.class, &i.office, &i.fund, &i.code];
        texts.extend(i.conditions.iter().map(|c| c.1.as_str()));
        has(&texts)
    });
    b.documents.retain(|d| {
        let mut texts = vec![d.row.number.as_str(), &d.row.name, &d.row.office, &d.row.summary, &d.row.text];
        texts.extend(d.items.iter().map(String::as_str));
        has(&texts)
    });
}

async fn page(kit: &Kit, desk: &Desk, q: String, trouble: String) -> Result<Response, Oops> {
    let mut k = kit.acts.companies.kitchen(desk.actor()).await?;
    let q: String = q.trim().chars().take(100).collect();
    if let Some(b) = k.released.as_mut().filter(|_| !q.is_empty()) {
        found_in(b, &q);
    }
    Ok(render(&KitchenHtml { k, q, trouble, p: desk.page.clone() }))
}

/// A document as a line of the kitchen: how it stands to others, in words.
fn relations(p: &Page, d: &DocumentView) -> Vec<String> {
    let t = p.t.pay;
    let list =
        |said: &str, all: &[String]| (!all.is_empty()).then(|| said.replace("{list}", &all.join("、")));
    let replaced = Some(d.replaced_by.clone()).filter(|r| !r.is_empty());
    [
        list(t.doc_replaces, &d.row.replaces),
        list(t.doc_details, &d.row.details),
        replaced.map(|r| t.doc_replaced.replace("{list}", &r)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl KitchenHtml {
    fn relations(&self, d: &DocumentView) -> Vec<String> {
        relations(&self.p, d)
    }
    fn document(&self, d: &DocumentView) -> String {
        web_kit::address("/desk/companies/policies/document", &[("of", d.row.number.as_str())])
    }
    fn by(&self, b: &BookView) -> String {
        let by = if b.by.is_empty() { self.p.t.po_by_system } else { &b.by };
        self.p.t.po_by.replace("{by}", by).replace("{why}", &b.why)
    }
    /// The page where an item is changed: by its code and its first day.
    fn edit(&self, i: &ItemView) -> String {
        let of = format!("{}@{}", i.code, i.from);
        web_kit::address("/desk/companies/policies/item", &[("of", of.as_str())])
    }
    /// What the draft would change, for whoever releases it.
    fn changes(&self) -> Vec<(&'static str, Vec<&ItemView>, bool)> {
        let t = self.p.t;
        // What is gone stands in no book that could be changed.
        let said = [(t.po_new, true), (t.po_changed, true), (t.po_gone, false)];
        said.into_iter().zip(self.k.changes()).map(|((said, there), list)| (said, list, there)).collect()
    }
}

/// `GET /desk/companies/policies`
pub(crate) async fn kitchen(
    State(kit): State<Kit>,
    desk: Desk,
    Query(looked): Query<Looked>,
) -> Result<Response, Oops> {
    page(&kit, &desk, looked.q, String::new()).await
}

/// `POST /desk/companies/policies/release`
pub(crate) async fn release(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let ver = fields.get("ver").parse().unwrap_or(0);
    match kit.acts.companies.release_policies(desk.actor(), ver).await {
        Ok(_) => Ok(Redirect::to("/desk/companies/policies").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, String::new(), trouble)).await,
    }
}

struct ReplayRow {
    name: String,
    met: usize,
    unmet: usize,
    unknown: usize,
    cost: String,
    gain: usize,
    lose: usize,
    boundary: usize,
    fund: String,
    short: bool,
    by: Vec<(String, usize, String)>,
}

#[derive(Template)]
#[template(path = "policy_replay.html")]
struct ReplayHtml {
    p: Page,
    rows: Vec<ReplayRow>,
}

/// `GET /desk/companies/policies/replay`
pub(crate) async fn replay(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let found = kit.acts.companies.replay_policies(desk.actor()).await?;
    let rows = found
        .into_iter()
        .map(|(name, r)| ReplayRow {
            name,
            met: r.all.met,
            unmet: r.all.unmet,
            unknown: r.all.unknown,
            cost: r.all.cost.to_string(),
            gain: r.gain,
            lose: r.lose,
            boundary: r.boundary.len(),
            short: r.fund.as_ref().is_some_and(|f| !f.2),
            fund: r.fund.as_ref().map_or_else(String::new, |f| format!("{} {}", f.0, f.1)),
            by: r
                .by
                .values()
                .flatten()
                .filter(|(_, t)| t.met > 0)
                .map(|(key, t)| (key.clone(), t.met, t.cost.to_string()))
                .collect(),
        })
        .collect();
    Ok(render(&ReplayHtml { rows, p }))
}

/// One item in the pack of a company, with its trace in words.
pub(crate) struct PackItem {
    /// its code where it can be asked for now
    pub apply: Option<String>,
    pub name: String,
    pub said: String,
    pub lines: Vec<(&'static str, String, String)>,
}

/// The pack of a company as its page shows it.
pub(crate) struct PackRows {
    pub said: String,
    pub met: Vec<PackItem>,
    pub near: Vec<PackItem>,
    pub unknown: Vec<PackItem>,
    pub asks: Vec<company_acts::Ask>,
}

pub(crate) fn pack_rows(p: &Page, v: &PackView, claims: &[ClaimLine]) -> PackRows {
    let mark = |t: Truth| match t {
        Truth::Met => "✓",
        Truth::Unmet => "✗",
        Truth::Unknown => "?",
    };
    let lines = |code: &str| {
        let answer = v.pack.answers.iter().find(|a| a.item == code);
        let lines = answer.map(|a| told(&a.trace)).unwrap_or_default();
        lines.into_iter().map(|t| (mark(t.result), t.text, t.how)).collect()
    };
    let name = |code: &str| v.names.get(code).cloned().unwrap_or_else(|| code.to_owned());
    PackRows {
        said: v.pack.said.clone(),
        met: v
            .pack
            .met
            .iter()
            .map(|g| {
                let amount = g.amount.map(|a| p.t.po_yuan.replace("{n}", &a.to_string())).unwrap_or_default();
                let next = match &g.instead {
                    Some(other) => p.t.po_instead.replace("{name}", &name(other)),
                    None => g.next.clone(),
                };
                let year = i64::from(p.now.date().year());
                let of_now = |c: &&company_acts::ClaimLine| c.row.item == g.item && c.row.year >= year;
                let live = claims.iter().filter(of_now).any(|c| c.state.is_live());
                let open = v.applies.contains(&g.item) && g.instead.is_none() && !live;
                PackItem {
                    apply: open.then(|| g.item.clone()),
                    name: g.name.clone(),
                    said: format!("{amount} {next}").trim().to_owned(),
                    lines: lines(&g.item),
                }
            })
            .collect(),
        near: v
            .pack
            .near
            .iter()
            .map(|n| PackItem {
                apply: None,
                name: n.name.clone(),
                said: format!("{} · {}", n.said, n.text),
                lines: lines(&n.item),
            })
            .collect(),
        unknown: v
            .pack
            .unknown
            .iter()
            .map(|c| PackItem { apply: None, name: name(c), said: String::new(), lines: lines(c) })
            .collect(),
        asks: v.asks.clone(),
    }
}
