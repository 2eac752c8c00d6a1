//! 事项的页: search, check-up by unit and by rule, one item with its versions, the comparison of two.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::response::Response;
use catalogue::review::MOVES;
use catalogue::{Effect, RULES, ServiceItem};
use catalogue_acts::ItemView;
use city::Error;
use kernel::{Role, UnitId};
use serde::Deserialize;
use shelf::{ItemAsk, UnitCheck, item_key};
use store::items::ItemRow;
use web_kit::{Lang, Oops, address, day, in_words, render, said};

use crate::{Desk, Kit, Page};

/// What the address of the list says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub named: String,
    #[serde(default)]
    pub rule: String,
    #[serde(default)]
    pub faulty: String,
    #[serde(default)]
    pub skip: usize,
}

impl ListAsk {
    pub(crate) fn wants(&self, limit: usize) -> ItemAsk {
        ItemAsk {
            text: self.q.chars().take(60).collect(),
            unit: self.unit.parse().ok().map(UnitId),
            unit_called: Some(self.named.clone()).filter(|n| !n.is_empty()),
            rule: RULES.iter().position(|r| r.id == self.rule),
            faulty: !self.faulty.is_empty(),
            skip: self.skip,
            limit,
        }
    }
    pub(crate) fn address(&self, path: &str, skip: &str) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("unit", &self.unit),
            ("named", &self.named),
            ("rule", &self.rule),
            ("faulty", &self.faulty),
            ("skip", skip),
        ];
        address(path, &pairs)
    }
}

struct Line {
    key: String,
    name: String,
    unit: String,
    code: String,
    version: i64,
    findings: i64,
}

fn line(r: ItemRow) -> Line {
    Line {
        key: item_key(&r),
        name: r.name,
        unit: r.unit,
        code: r.code,
        version: r.version,
        findings: r.findings,
    }
}

#[derive(Template)]
#[template(path = "items.html")]
struct ListHtml {
    p: Page,
    ask: ListAsk,
    rules: Vec<(&'static str, String, bool)>,
    units: Vec<(String, String, bool)>,
    rows: Vec<Line>,
    total: usize,
    next: String,
    first: String,
    export: [String; 2],
    may: bool,
}

/// The sentence of a rule in the reader's language.
fn rule_said(lang: Lang, r: &catalogue::Rule) -> String {
    let text = if lang == Lang::Zh { r.zh } else { r.en };
    format!("{} {text}", r.id)
}

/// `GET /desk/items`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let shelf = kit.acts.items.shelf().await?;
    let office = kit.city.office_now().await?;
    let found = shelf.search(&ask.wants(50));
    let rules = RULES.iter().map(|r| (r.id, rule_said(p.lang, r), r.id == ask.rule)).collect();
    let with_items: std::collections::BTreeSet<_> = shelf.rows().iter().filter_map(|r| r.unit_id).collect();
    let units =
        with_items.into_iter().map(|u| (u.to_string(), office.unit_name(u), u.to_string() == ask.unit));
    Ok(render(&ListHtml {
        rules,
        units: units.collect(),
        rows: found.items.into_iter().map(line).collect(),
        total: found.total,
        next: found.next.map_or_else(String::new, |n| ask.address("/desk/items", &n.to_string())),
        first: if ask.skip > 0 { ask.address("/desk/items", "") } else { String::new() },
        may: access::offers(&desk.actor(), access::Operation::WriteCatalogue),
        export: ["jsonl", "xlsx"].map(|e| ask.address(&format!("/desk/items/export.{e}"), "")),
        ask,
        p,
    }))
}

struct UnitRow {
    name: String,
    href: String,
    faults: String,
    check: UnitCheck,
}
struct RuleRow {
    text: String,
    mend: String,
    n: usize,
    href: String,
}

#[derive(Template)]
#[template(path = "checkup.html")]
struct TallyHtml {
    p: Page,
    items: usize,
    clean: usize,
    findings: i64,
    units: Vec<UnitRow>,
    rules: Vec<RuleRow>,
}

/// `GET /desk/items/checkup`: figures, each of which opens its list.
pub(crate) async fn tally(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let shelf = kit.acts.items.shelf().await?;
    let office = kit.city.office_now().await?;
    let units: Vec<UnitRow> = shelf
        .units(|_| false)
        .into_iter()
        .map(|check| {
            let unit = check.unit.map_or_else(String::new, |u| u.to_string());
            let named = if check.unit.is_some() { "" } else { check.name.as_str() };
            let link =
                |faulty| address("/desk/items", &[("unit", &unit), ("named", named), ("faulty", faulty)]);
            let name = check.unit.map_or_else(|| check.name.clone(), |u| office.unit_name(u));
            UnitRow { name, href: link(""), faults: link("1"), check }
        })
        .collect();
    let by_rule = shelf.by_rule();
    let mut rules: Vec<RuleRow> = RULES
        .iter()
        .zip(by_rule)
        .filter(|(_, n)| *n > 0)
        .map(|(r, n)| RuleRow {
            text: rule_said(p.lang, r),
            mend: if p.lang == Lang::Zh { r.mend_zh } else { r.mend_en }.to_owned(),
            n,
            href: address("/desk/items", &[("rule", r.id)]),
        })
        .collect();
    rules.sort_by_key(|r| std::cmp::Reverse(r.n));
    let sum = |f: fn(&UnitCheck) -> usize| units.iter().map(|u| f(&u.check)).sum();
    Ok(render(&TallyHtml {
        items: sum(|u| u.items),
        clean: sum(|u| u.clean),
        findings: units.iter().map(|u| u.check.findings).sum(),
        units,
        rules,
        p,
    }))
}

struct Found {
    rule: &'static str,
    path: String,
    said: String,
    mend: String,
}
struct Version {
    number: u32,
    since: String,
    now: bool,
    compare: String,
}
struct Acts {
    stage: String,
    acts: Vec<(String, String, bool)>,
    comments: Vec<(i64, String, Option<String>)>,
    tips: String,
    helper: String,
    region: String,
    score: u8,
    draft: bool,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemHtml {
    p: Page,
    key: String,
    item: ServiceItem,
    facts: Vec<(String, String)>,
    findings: Vec<Found>,
    versions: Vec<Version>,
    guide: Acts,
    trouble: String,
    done: bool,
    may: bool,
}

pub(crate) fn facts(p: &Page, item: &ServiceItem) -> Vec<(String, String)> {
    let t = p.t.catalogue;
    let lang = p.lang;
    let limit = |l: Option<catalogue::Limit>| {
        l.map_or_else(String::new, |l| format!("{} {}", l.amount, in_words(lang, l.unit.zh(), l.unit.word())))
    };
    let yes = |b: bool| if b { t.yes } else { t.no }.to_owned();
    let channels: Vec<_> = item.channels.iter().map(|c| in_words(lang, c.zh(), c.word())).collect();
    let results: Vec<_> = item.results.iter().map(|r| r.name.clone()).collect();
    let fees: Vec<_> = item.fees.iter().map(|f| format!("{} {}", f.name, f.standard)).collect();
    [
        (t.f_unit, item.unit.clone()),
        (t.f_kind, in_words(lang, item.kind.zh(), item.kind.word())),
        (t.f_handling, in_words(lang, item.handling.zh(), item.handling.word())),
        (t.f_legal, limit(item.legal_limit)),
        (t.f_promised, limit(item.promised_limit)),
        (t.f_visits, format!("{} {}", item.visits, item.visit_reason)),
        (t.f_fees, if item.charged { fees.join("、") } else { t.no.to_owned() }),
        (t.f_channels, channels.join("、")),
        (t.f_in_hall, yes(item.in_hall)),
        (t.f_results, results.join("、")),
        (t.f_consult, item.consult.clone()),
        (t.f_complain, item.complain.clone()),
        (t.f_code, item.code.clone()),
    ]
    .into_iter()
    .filter(|(_, v)| !v.trim().is_empty())
    .map(|(k, v)| (k.to_owned(), v))
    .collect()
}

async fn acts(kit: &Kit, desk: &Desk, key: &str, view: &ItemView) -> Result<Acts, Oops> {
    let region = view.today.region.clone();
    let g = kit.acts.catalogue.guide(key.to_owned(), region).await?;
    let role = desk.role();
    let mut acts = Vec::new();
    for m in MOVES.iter().filter(|m| m.from == g.review.stage && m.who.contains(&role)) {
        let word = crate::guides::act_word(m.act);
        let label = if desk.page.lang == Lang::Zh { m.act.zh().to_owned() } else { word.replace('_', " ") };
        acts.push((word, label, m.act == catalogue::review::Act::Try));
    }
    acts.retain(|(w, ..)| w != "answer" && w != "comment" && w != "item_changed");
    Ok(Acts {
        stage: crate::guides::stage_text(desk.page.t, g.review.stage).to_owned(),
        acts,
        comments: g.comments.iter().map(|c| (c.0, c.2.clone(), c.3.clone())).collect(),
        tips: g.variant.tips.join("\n"),
        helper: g.variant.helper.clone().unwrap_or_default(),
        region: g.variant.region.to_string(),
        score: g.guide.readability.score,
        draft: g.review.stage == catalogue::review::Stage::Draft
            && matches!(role, Role::Coordinator | Role::UnitAdmin | Role::Analyst),
    })
}

pub(crate) async fn page(
    kit: &Kit,
    desk: &Desk,
    key: String,
    trouble: String,
    done: bool,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let view = kit.acts.catalogue.item(Some(desk.actor()), key.clone()).await?;
    let guide = acts(kit, desk, &key, &view).await?;
    let findings = view.findings.iter().map(|f| Found {
        rule: f.rule,
        path: f.path.clone(),
        said: said(p.lang, &f.said),
        mend: said(p.lang, &f.mend),
    });
    let versions = view.history.versions().iter().rev().map(|v| Version {
        number: v.version,
        since: v.effective_from.map_or_else(String::new, |d| day(p.lang, d)),
        now: v.version == view.today.version,
        compare: if v.version > 1 {
            format!("/desk/items/i/{key}/compare?from={}&to={}", v.version - 1, v.version)
        } else {
            String::new()
        },
    });
    Ok(render(&ItemHtml {
        facts: facts(&p, &view.today),
        findings: findings.collect(),
        versions: versions.collect(),
        may: view.may_write,
        item: view.today,
        guide,
        trouble,
        done,
        key,
        p,
    }))
}

#[derive(Deserialize)]
pub(crate) struct DoneAsk {
    #[serde(default)]
    done: String,
}

/// `GET /desk/items/i/{key}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    Ask(ask): Ask<DoneAsk>,
) -> Result<Response, Oops> {
    page(&kit, &desk, key, String::new(), !ask.done.is_empty()).await
}

#[derive(Deserialize)]
pub(crate) struct CompareAsk {
    from: Option<u32>,
    to: Option<u32>,
}

struct Changed {
    said: String,
    effect: &'static str,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct CompareHtml {
    p: Page,
    key: String,
    name: String,
    from: u32,
    to: u32,
    versions: Vec<u32>,
    changes: Vec<Changed>,
}

/// `GET /desk/items/i/{key}/compare`: any two versions; the last two when none are said.
pub(crate) async fn compare(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    Ask(ask): Ask<CompareAsk>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let view = kit.acts.catalogue.item(Some(desk.actor()), key.clone()).await?;
    let of = |n: u32| view.history.versions().iter().find(|v| v.version == n).ok_or(Oops(Error::NotFound));
    let t = p.t.catalogue;
    let last = view.history.versions().iter().map(|v| v.version).max().unwrap_or(1);
    let to = ask.to.unwrap_or(last);
    let from = ask.from.unwrap_or_else(|| to.saturating_sub(1).max(1));
    let changes = catalogue::compare(of(from)?, of(to)?).into_iter().map(|c| {
        let (effect, class) = match c.effect {
            Effect::Lighter => (t.lighter, "green"),
            Effect::Heavier => (t.heavier, "red"),
            Effect::Neutral => (t.neutral, "off"),
        };
        Changed { said: said(p.lang, &c.said), effect, class }
    });
    Ok(render(&CompareHtml {
        changes: changes.collect(),
        versions: view.history.versions().iter().map(|v| v.version).collect(),
        name: view.today.name.clone(),
        from,
        to,
        key,
        p,
    }))
}
