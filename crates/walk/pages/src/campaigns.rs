//! 行动的页: campaigns, what was given to me, a new campaign, walks given out by rule or by hand.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::{Date, Role};
use serde::Deserialize;
use walk::campaign::{Campaign, Lack, Target};
use walk::validity::Validity;
use walk_acts::{CampaignView, Given, Proposal, WalkLine};
use web_kit::{Fields, Oops, again, date_of, in_words, render, when};

use crate::{Desk, Kit, Page, validity};

/// A walk in a list.
pub(crate) struct Line {
    pub id: i64,
    pub item: String,
    pub who: String,
    pub unit: String,
    pub form: String,
    pub began: String,
    pub state: &'static str,
    pub class: &'static str,
    pub findings: i64,
}

pub(crate) fn form_name(p: &Page, word: &str) -> String {
    walk_acts::form_of(word).map_or_else(String::new, |f| in_words(p.lang, f.rule().zh, f.rule().en))
}

pub(crate) fn line(p: &Page, office: &city::Office, l: WalkLine) -> Line {
    let t = p.t.walk;
    let (state, class) = match (l.row.counted, l.row.finished) {
        (true, _) => (t.walk_counts, "green"),
        (false, Some(_)) => (t.walk_lacks, "yellow"),
        (false, None) => (t.walk_open, "off"),
    };
    Line {
        id: l.row.id,
        item: if l.item.is_empty() { t.not_begun.to_owned() } else { l.item },
        who: l.walker.unwrap_or_else(|| t.hidden.to_owned()),
        unit: office.unit_name(l.row.unit),
        form: form_name(p, &l.row.form),
        began: l.row.began.map_or_else(String::new, |m| when(p.lang, m)),
        state,
        class,
        findings: l.row.findings,
    }
}

struct Task {
    item: String,
    who: String,
    unit: String,
    campaign: String,
    by: String,
    state: &'static str,
    class: &'static str,
    walk: i64,
    crosses: bool,
}

fn task(p: &Page, g: Given) -> Task {
    let t = p.t.walk;
    let late = g.row.by_day < p.now.date().to_string();
    let (state, class) = match (g.row.done, late) {
        (true, _) => (t.task_done, "green"),
        (false, true) => (t.task_late, "red"),
        (false, false) => (t.task_open, "off"),
    };
    // Who only walks opens their own walks.
    let opens =
        p.me.as_ref()
            .is_some_and(|m| m.actor.role != kernel::Role::Walker || m.actor.staff == Some(g.row.staff));
    Task {
        item: g.item,
        who: g.who,
        unit: g.unit,
        campaign: g.campaign,
        by: g.row.by_day,
        state,
        class,
        walk: g.row.walk.filter(|_| opens).unwrap_or(0),
        crosses: g.row.crosses,
    }
}

#[derive(Template)]
#[template(path = "walks.html")]
struct ListHtml {
    p: Page,
    campaigns: Vec<(i64, String, String)>,
    tasks: Vec<Task>,
    mine: Vec<Line>,
    newest: Vec<Line>,
    may_make: bool,
    may_record: bool,
    sent: Fields,
    trouble: String,
    /// the form of a new campaign is open
    open: bool,
    /// the conditions that it offers
    v: Validity,
}

fn span(c: &CampaignView) -> String {
    format!("{} – {}", c.campaign.from, c.campaign.to)
}

async fn page(kit: &Kit, desk: &Desk, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let allowed = |o| access::offers(&desk.actor(), o);
    let (may_record, reads) = (allowed(access::Operation::RecordWalk), allowed(access::Operation::ReadWalks));
    let all = if reads { kit.acts.walks.campaigns(desk.actor()).await? } else { Vec::new() };
    let (mut tasks, mut mine, mut newest) = (Vec::new(), Vec::new(), Vec::new());
    if may_record {
        tasks = kit.acts.walks.my_assignments(desk.actor()).await?;
        mine = kit.acts.walks.my_walks(desk.actor()).await?;
    }
    if reads && desk.role() != Role::Walker {
        newest = kit.acts.walks.newest_walks(desk.actor(), 20).await?;
    }
    let lines = |l: Vec<WalkLine>| l.into_iter().map(|l| line(&p, &office, l)).collect();
    Ok(render(&ListHtml {
        campaigns: all.iter().map(|c| (c.id, c.campaign.name.clone(), span(c))).collect(),
        tasks: tasks.into_iter().map(|g| task(&p, g)).collect(),
        mine: lines(mine),
        newest: lines(newest),
        may_make: allowed(access::Operation::WriteWalks),
        may_record,
        open: !trouble.is_empty() || sent.has("new"),
        // What was sent stands again; a form that is new offers what is usual.
        v: if trouble.is_empty() {
            Validity::PROPOSED
        } else {
            validity::of(&sent).unwrap_or(Validity::PROPOSED)
        },
        sent,
        trouble,
        p,
    }))
}

#[derive(Default, Deserialize)]
pub(crate) struct ListAsk {
    /// the form of a new campaign is wanted, filled in for the month to come
    #[serde(default)]
    new: String,
}

/// A campaign of the days to come, to be changed: most begin so.
fn suggested(p: &Page) -> Fields {
    let (today, t) = (p.now.date(), p.t.walk);
    let to = p.now.plus_us(30 * kernel::US_PER_DAY).date().to_string();
    let name = t.suggested_name.replace("{year}", &today.year().to_string());
    let name = name.replace("{month}", &today.month().to_string());
    let all = [("new", "1".to_owned()), ("name", name), ("from", today.to_string()), ("to", to)];
    Fields(all.map(|(n, v)| (n.to_owned(), v)).into())
}

/// `GET /desk/walks`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    let sent = if ask.new.is_empty() { Fields::default() } else { suggested(&desk.page) };
    page(&kit, &desk, sent, String::new()).await
}

fn read(f: &Fields) -> Result<Campaign, Error> {
    let day = |name: &str| {
        date_of(f.get(name))
            .ok_or_else(|| Error::invalid(name, "请填写日期，如 2026-05-31", "give a date like 2026-05-31"))
    };
    let (from, to) = (day("from")?, day("to")?);
    let documents_due = date_of(f.get("due")).unwrap_or(to);
    let positions: Vec<String> = f
        .get("positions")
        .split(['、', ',', ' ', '\n'])
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    let by = date_of(f.get("by")).unwrap_or(to);
    let walks_each = f.get("each").parse().unwrap_or(1);
    let target = Target {
        positions,
        units: vec![],
        regions: vec![],
        walks_each,
        by,
        forms: vec![],
        cross: f.has("cross"),
    };
    Ok(Campaign {
        name: f.get("name").to_owned(),
        from,
        to,
        targets: vec![target],
        documents_due,
        yearly: f.has("yearly"),
        planned_groups: vec![],
        validity: validity::of(f)?,
    })
}

/// `POST /desk/walks`: a new campaign.
pub(crate) async fn make(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let made = match read(&fields) {
        Ok(c) => kit.acts.walks.make_campaign(desk.actor(), c).await,
        Err(e) => Err(e),
    };
    match made {
        Ok(id) => Ok(Redirect::to(&format!("/desk/walks/{id}/given")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, fields, trouble)).await,
    }
}

/// `POST /desk/walks/{id}/repeat`: the same a year later.
pub(crate) async fn repeat(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    match kit.acts.walks.repeat_campaign(desk.actor(), id).await {
        Ok(new) => Ok(Redirect::to(&format!("/desk/walks/{new}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, fields, trouble)).await,
    }
}

#[derive(Default, Deserialize)]
pub(crate) struct GivenAsk {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    item: String,
    #[serde(default)]
    by: String,
}

struct Proposed {
    seed: u64,
    walks: usize,
    people: usize,
    items: usize,
    missing: usize,
    /// why it gives out too little, and where that is mended
    lacks: Vec<(String, &'static str)>,
}

/// Where what a campaign lacks is mended, for who may go there.
fn mended_at(desk: &Desk, lack: &Lack) -> &'static str {
    let (operation, path) = match lack {
        Lack::NoWalkers => (access::Operation::WriteStaff, "/desk/import/roster"),
        Lack::NoUnits(_) => (access::Operation::WriteUnits, "/desk/import/roster"),
        Lack::NoItems | Lack::OnlyOwn(_) | Lack::FewItems(_) => {
            (access::Operation::WriteCatalogue, "/desk/import/items")
        }
        Lack::NobodyMeant(..) => (access::Operation::WriteWalks, "/desk/walks?new=1"),
    };
    if access::offers(&desk.actor(), operation) { path } else { "" }
}

#[derive(Template)]
#[template(path = "given.html")]
struct GivenHtml {
    p: Page,
    id: i64,
    name: String,
    rows: Vec<Task>,
    next: i64,
    proposed: Option<Proposed>,
    may: bool,
    trouble: String,
    sent: Fields,
}

async fn given_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    ask: &GivenAsk,
    sent: Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let c = kit.acts.walks.campaign(desk.actor(), id).await?;
    let rows = kit.acts.walks.given(desk.actor(), id, ask.after, 200).await?;
    let may = c.may_organise;
    let mut proposed = None;
    if may && rows.is_empty() && ask.after == 0 {
        let seed = ask.seed.unwrap_or(id.unsigned_abs());
        let Proposal { given, short, lacks } = kit.acts.walks.propose_walks(desk.actor(), id, seed).await?;
        let count = |f: fn(&walk::campaign::Assignment) -> String| {
            given.iter().map(f).collect::<std::collections::BTreeSet<_>>().len()
        };
        proposed = Some(Proposed {
            seed,
            walks: given.len(),
            people: count(|a| a.staff.to_string()),
            items: count(|a| a.item.clone()),
            missing: short.iter().map(|s| usize::from(s.missing)).sum(),
            lacks: lacks
                .iter()
                .map(|l| (l.said(), mended_at(desk, l)))
                .map(|(s, at)| (in_words(p.lang, &s.zh, &s.en), at))
                .collect(),
        });
    }
    let next = if rows.len() == 200 { rows.last().map_or(0, |g| g.row.id) } else { 0 };
    let rows = rows.into_iter().map(|g| task(&p, g)).collect();
    Ok(render(&GivenHtml { id, name: c.campaign.name, rows, next, proposed, may, trouble, sent, p }))
}

/// `GET /desk/walks/{id}/given`
pub(crate) async fn given(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Ask(ask): Ask<GivenAsk>,
) -> Result<Response, Oops> {
    // What called for the walk fills the form in.
    let sent = Fields(vec![("item".to_owned(), ask.item.clone()), ("by".to_owned(), ask.by.clone())]);
    given_page(&kit, &desk, id, &ask, sent, String::new()).await
}

/// `POST /desk/walks/{id}/given`: by rule with its seed, or one by hand.
pub(crate) async fn give(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let done = if fields.has("seed") {
        kit.acts.walks.give_walks(desk.actor(), id, fields.get("seed").parse().unwrap_or(0)).await
    } else {
        let by: Result<Date, Error> = date_of(fields.get("by"))
            .ok_or_else(|| Error::invalid("by", "请填写日期，如 2026-05-31", "give a date like 2026-05-31"));
        match by {
            Ok(by) => {
                let (login, item) = (fields.get("login").to_owned(), fields.get("item").to_owned());
                kit.acts.walks.give_walk(desk.actor(), id, login, item, by).await
            }
            Err(e) => Err(e),
        }
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/desk/walks/{id}/given")).into_response()),
        Err(e) => {
            let ask = GivenAsk::default();
            again(&desk.page, e, |trouble| given_page(&kit, &desk, id, &ask, fields, trouble)).await
        }
    }
}
