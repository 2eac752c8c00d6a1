//! 维护事项 (K1): an item in a form, checked before it is published as the next version; a new one from nothing or from another.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::edit::{Group, Part, Raw, Wrong, draw, number, other_item, raw_of, read};
use catalogue::edit_tree::{self, Choice, Tree};
use catalogue::notice::Notice;
use catalogue::{ItemState, Record as _, ServiceItem, checkup, validate};
use catalogue_acts::ItemOutcome;
use city::Error;
use kernel::Said;
use serde::Deserialize;
use web_kit::{Fields, Oops, again, date_of, render, said, when};

use crate::{Desk, Kit, Page};

/// What a check found, before it is published.
#[derive(Default)]
struct Looked {
    /// what cannot stand
    faults: Vec<String>,
    /// what the check-up of guides would find, and how to mend it
    findings: Vec<(String, String)>,
    /// what changes
    changes: Vec<String>,
    /// what an applicant would be told along each way through the questions
    notices: Vec<Notice>,
    /// ways that are not shown
    beyond: usize,
    done: bool,
}

/// Ways through the questions that are shown at most.
const WAYS_SHOWN: usize = 40;

#[derive(Template)]
#[template(path = "item_edit.html")]
struct EditHtml {
    p: Page,
    title: String,
    action: String,
    /// the page of the item, or the list
    back: String,
    groups: Vec<Group>,
    parts: Vec<Part>,
    tree: Tree,
    /// id and name of what an answer can ask for, or spare
    materials: Vec<(String, String)>,
    steps: Vec<(String, String)>,
    since: String,
    version: u32,
    looked: Looked,
    trouble: String,
    draft_name: String,
    draft_back: String,
    draft: Option<(String, String)>,
}

/// Which item is edited.
struct Of {
    key: String,
    base: ServiceItem,
    /// it is there and gets its next version
    next: bool,
}

impl Of {
    fn path(&self) -> String {
        if self.next { format!("/desk/items/i/{}/edit", self.key) } else { "/desk/items/new".to_owned() }
    }
    fn draft(&self) -> String {
        if self.next { format!("item/{}", self.key) } else { "item/new".to_owned() }
    }
}

fn sent_raw(fields: &Fields) -> Raw {
    let mut raw = Raw::new();
    for (name, value) in fields.0.iter().filter(|(name, _)| name.contains('.')) {
        // Several ticks of one name stand on a line each.
        let all = raw.entry(name.clone()).or_default();
        if !all.is_empty() && !value.is_empty() {
            all.push('\n');
        }
        all.push_str(&value.replace("\r\n", "\n"));
    }
    raw
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    of: &Of,
    (raw, wrong, since): (&Raw, &Wrong, String),
    looked: Looked,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (groups, parts) = draw(raw, wrong);
    let item = read(&of.base, raw).0;
    let draft_name = of.draft();
    let kept = kit.city.drafts(desk.actor(), draft_name.clone()).await?;
    let fresh = !looked.done && trouble.is_empty() && wrong.is_empty();
    let kept = kept.into_iter().find(|d| d.0 == draft_name && fresh);
    let t = p.t.catalogue;
    let title = if of.next { t.edit_title.replace("{name}", &of.base.name) } else { t.new_item.to_owned() };
    Ok(render(&EditHtml {
        title,
        action: of.path(),
        back: if of.next { format!("/desk/items/i/{}", of.key) } else { "/desk/items".to_owned() },
        groups,
        parts,
        tree: edit_tree::draw(raw, wrong),
        materials: item.materials.into_iter().map(|m| (m.id, m.name)).collect(),
        steps: item.steps.into_iter().map(|s| (s.id, s.name)).collect(),
        since,
        version: if of.next { of.base.version + 1 } else { 1 },
        looked,
        trouble,
        draft_back: of.path(),
        draft: kept.map(|d| (when(p.lang, d.1), format!("{}?draft=1", of.path()))),
        draft_name,
        p,
    }))
}

/// The newest version of an item that this reader may write.
async fn newest(kit: &Kit, desk: &Desk, key: String) -> Result<Of, Oops> {
    let view = kit.acts.catalogue.item(Some(desk.actor()), key.clone()).await?;
    if !view.may_write {
        return Err(Oops(Error::Forbidden(Said::new(
            "只能维护本单位或本区划的事项",
            "you may write items of your own unit or region only",
        ))));
    }
    let base = view.history.versions().last().cloned().unwrap_or(view.today);
    Ok(Of { key, base, next: true })
}

fn writes(desk: &Desk) -> Result<(), Oops> {
    Ok(access::offered(&desk.actor(), access::Operation::WriteCatalogue).map_err(Error::from)?)
}

#[derive(Default, Deserialize)]
pub(crate) struct EditAsk {
    #[serde(default)]
    draft: String,
    /// key of the item that a new one is copied from
    #[serde(default)]
    copy: String,
}

async fn begin(kit: &Kit, desk: &Desk, of: Of, kept: bool) -> Result<Response, Oops> {
    let tomorrow = desk.page.now.plus_us(kernel::US_PER_DAY).date().to_string();
    if kept && let Some(draft) = kit.city.draft(desk.actor(), of.draft()).await? {
        let fields = Fields(draft.fields);
        let since = fields.opt("since").unwrap_or(tomorrow);
        let mut raw = sent_raw(&fields);
        number(&mut raw);
        let wrong = read(&of.base, &raw).1;
        return page(kit, desk, &of, (&raw, &wrong, since), Looked::default(), String::new()).await;
    }
    let raw = raw_of(&of.base);
    page(kit, desk, &of, (&raw, &Wrong::new(), tomorrow), Looked::default(), String::new()).await
}

/// `GET /desk/items/i/{key}/edit`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    Ask(ask): Ask<EditAsk>,
) -> Result<Response, Oops> {
    writes(&desk)?;
    let of = newest(&kit, &desk, key).await?;
    begin(&kit, &desk, of, !ask.draft.is_empty()).await
}

async fn blank(kit: &Kit, desk: &Desk, copy: &str) -> Result<Of, Oops> {
    let mut base = ServiceItem::blank();
    if !copy.is_empty() {
        base = kit.acts.items.item_today(copy.to_owned()).await?;
        (base.code, base.handling_code, base.base_code) = Default::default();
    } else if let Some(unit) = desk.me.actor.unit {
        base.unit = kit.city.office_now().await?.unit(unit).map_or_else(String::new, |u| u.name.clone());
    }
    (base.version, base.state) = (1, ItemState::InForce);
    Ok(Of { key: String::new(), base, next: false })
}

/// `GET /desk/items/new`
pub(crate) async fn show_new(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<EditAsk>,
) -> Result<Response, Oops> {
    writes(&desk)?;
    let of = blank(&kit, &desk, &ask.copy).await?;
    begin(&kit, &desk, of, !ask.draft.is_empty()).await
}

/// `POST /desk/items/i/{key}/edit`
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    writes(&desk)?;
    let of = newest(&kit, &desk, key).await?;
    taken(&kit, &desk, of, fields).await
}

/// `POST /desk/items/new`
pub(crate) async fn save_new(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    writes(&desk)?;
    let of = blank(&kit, &desk, "").await?;
    taken(&kit, &desk, of, fields).await
}

async fn taken(kit: &Kit, desk: &Desk, of: Of, fields: Fields) -> Result<Response, Oops> {
    let (mut raw, lang) = (sent_raw(&fields), desk.page.lang);
    number(&mut raw);
    let since = fields.get("since").to_owned();
    let (mut item, mut wrong) = read(&of.base, &raw);
    if of.next {
        wrong.extend(other_item(&of.base, &item));
        item.version = of.base.version + 1;
    }
    item.effective_to = None;
    let day = date_of(&since).filter(|d| *d >= desk.page.now.date());
    let published = match day {
        _ if !wrong.is_empty() => Err(Error::invalid(
            "form",
            "有填写不对的地方，已在下面标出",
            "something cannot be read; it is marked below",
        )),
        None => Err(Error::invalid(
            "since",
            "请填写生效日期，不早于今天",
            "say from which day on, today or later",
        )),
        Some(day) if fields.get("do") == "publish" => {
            item.effective_from = Some(day);
            publish(kit, desk, &item).await
        }
        Some(day) => {
            item.effective_from = Some(day);
            let mut before = of.base.clone();
            (before.version, before.effective_from, before.effective_to) =
                (item.version, item.effective_from, None);
            let (notices, beyond) = edit_tree::notices(&item, day, WAYS_SHOWN);
            let looked = Looked {
                notices,
                beyond,
                faults: validate(&item).iter().map(|f| said(lang, &f.said)).collect(),
                findings: checkup(&item).iter().map(|f| (said(lang, &f.said), said(lang, &f.mend))).collect(),
                changes: catalogue::compare(&before, &item).iter().map(|c| said(lang, &c.said)).collect(),
                done: true,
            };
            return page(kit, desk, &of, (&raw, &wrong, since), looked, String::new()).await;
        }
    };
    match published {
        Ok(()) => {
            kit.city.forget_draft(desk.actor(), of.draft()).await.ok();
            let key = shelf::key_of(&item.code, &item.handling_code);
            Ok(Redirect::to(&format!("/desk/items/i/{key}?done=1")).into_response())
        }
        Err(e) => {
            let of = &of;
            again(&desk.page, e, async |trouble| {
                page(kit, desk, of, (&raw, &wrong, since), Looked::default(), trouble).await
            })
            .await
        }
    }
}

async fn publish(kit: &Kit, desk: &Desk, item: &ServiceItem) -> Result<(), Error> {
    let (acts, actor, item) = (kit.acts.catalogue.clone(), desk.actor(), item.clone());
    let later = web_kit::blocking(move || acts.take_in_items(&actor, vec![item])).await?;
    match later.await?.pop() {
        Some(ItemOutcome::Added | ItemOutcome::NewVersion) => Ok(()),
        Some(ItemOutcome::Unchanged) => Err(Error::invalid(
            "form",
            "没有改动，不用发布",
            "nothing was changed: there is nothing to publish",
        )),
        Some(ItemOutcome::Refused(said)) => Err(Error::Invalid { field: "form".to_owned(), said }),
        None => Err(Error::bug("an item without an outcome")),
    }
}

/// What an answer leads to, as the list of its questions offers it: id and words, the empty id is the end.
fn onward(p: &Page, tree: &Tree) -> Vec<(String, String)> {
    let t = p.t.catalogue;
    let ends = (String::new(), t.tree_ends.to_owned());
    let there = tree.questions.iter().map(|q| (q.id.clone(), numbered(p, &q.number, &q.ask)));
    let new = (tree.blank.id.clone(), t.tree_new.to_owned());
    std::iter::once(ends).chain(there).chain([new]).collect()
}

/// 第 2 题：…
fn numbered(p: &Page, n: &usize, ask: &str) -> String {
    let n = n.to_string();
    format!("{}{}{ask}", p.t.catalogue.tree_number.replace("{n}", n.as_str()), p.t.colon)
}

/// Name, heading and what can be ticked of each of the four sets of an answer.
type Sets<'a> = [(usize, &'static str, &'static str, &'a [(String, String)]); 4];

fn sets<'a>(p: &Page, materials: &'a [(String, String)], steps: &'a [(String, String)]) -> Sets<'a> {
    let (t, names) = (p.t.catalogue, edit_tree::SETS);
    [
        (0, names[0], t.tree_adds, materials),
        (1, names[1], t.tree_drops, materials),
        (2, names[2], t.tree_adds_steps, steps),
        (3, names[3], t.tree_drops_steps, steps),
    ]
}

/// 材料和环节（另需 2 项，免去 1 项）
fn weight(p: &Page, a: &Choice) -> String {
    let (more, less) = a.weight();
    let (more, less) = (more.to_string(), less.to_string());
    p.t.catalogue.tree_weight.replace("{more}", more.as_str()).replace("{less}", less.as_str())
}

/// 要带 3 样，不用带 1 样，2 个环节; nothing where it cannot be done.
fn short(p: &Page, n: &Notice) -> String {
    if n.refused.is_some() {
        return String::new();
    }
    let (bring, not, steps) = (n.bring.len(), n.not_needed.len(), n.steps.len());
    let text = p.t.catalogue.way_short.replace("{bring}", bring.to_string().as_str());
    text.replace("{not}", not.to_string().as_str()).replace("{steps}", steps.to_string().as_str())
}

/// In the reader's language.
fn say(p: &Page, s: &Said) -> String {
    said(p.lang, s)
}
