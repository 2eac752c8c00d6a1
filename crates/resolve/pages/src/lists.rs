//! 首页与件列表: what needs a decision now, what expires first on top; filters stay in the address.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Query as Ask, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Moment, Role, US_PER_DAY};
use resolve::{Act, Kind, StageKind, Word as _};
use resolve_acts::CaseView;
use serde::Deserialize;
use store::cases::{Query, Scope, Sort};
use web_kit::{Lamp, Oops, Opt, Tile, escape, lamp, render, short_day, unit_choices, word};

use crate::{Desk, Kit, Page, Slots};

/// One row of a list.
pub(crate) struct Row {
    pub number: String,
    /// its page, which knows the list it was opened from
    pub href: String,
    /// the group that begins with this row
    pub head: String,
    pub title: String,
    pub lamp: Lamp,
    pub stage: String,
    pub kind: String,
    pub unit: String,
    pub lodged: String,
    pub due: String,
    /// people who said so, and those who support it
    pub people: i64,
    pub tags: Vec<String>,
    pub excerpt: String,
}

pub(crate) fn row(p: &Page, v: &CaseView) -> Row {
    let c = &v.case;
    let mut tags = Vec::new();
    let mut tag = |on: bool, text: &str, n: u32| {
        if on {
            tags.push(text.replace("{n}", &n.to_string()));
        }
    };
    tag(c.extension.is_some(), p.t.tag_extension, 0);
    tag(c.returns > 0, p.t.tag_returns, c.returns);
    tag(c.rounds > 0, p.t.tag_rounds, c.rounds);
    tag(c.orders.iter().any(|o| !o.answered), p.t.tag_order, 0);
    tag(c.reporters > 1, p.t.tag_reporters, c.reporters);
    Row {
        href: format!("/desk/case/{}", c.number),
        head: String::new(),
        number: c.number.clone(),
        title: c.title.clone(),
        lamp: lamp(p.lang, p.t, v.clock.as_ref()),
        stage: word(p.lang, c.stage.kind()),
        kind: word(p.lang, c.kind),
        unit: v.owner.clone().unwrap_or_else(|| v.office.unit_name(c.first_asked)),
        lodged: short_day(p.lang, p.now, c.lodged.date()),
        people: i64::from(c.reporters) + c.support,
        due: v.clock.as_ref().map_or_else(String::new, |k| short_day(p.lang, p.now, k.due.date())),
        tags,
        excerpt: String::new(),
    }
}

/// When a case must be done, as a list groups its rows.
fn when_due(p: &Page, v: &CaseView) -> &'static str {
    let Some(clock) = &v.clock else { return p.t.group_none };
    let (today, due) = (p.now.date(), clock.due.date());
    let days = |d: kernel::Date| Moment::start_of(d).us().div_euclid(US_PER_DAY);
    // Days after this one in its week.
    let rest = 6 - i64::from(today.weekday().to_monday_zero_offset());
    if clock.due < p.now {
        p.t.group_late
    } else if due == today {
        p.t.group_today
    } else if days(due) <= days(today) + rest {
        p.t.group_week
    } else {
        p.t.group_later
    }
}

/// The rows of a page of the list whose address is given: each opens with it, and each group has its head.
fn rows_of(p: &Page, cases: &[CaseView], list: &str, grouped: bool) -> Vec<Row> {
    // The list that opens first has an address without a question; a case opened from it still has a way back.
    let asked = list.trim_start_matches('?');
    let within = escape(if asked.is_empty() { "stage=" } else { asked });
    let mut head = "";
    let one = |v: &CaseView| {
        let mut r = row(p, v);
        r.href = format!("{}?in={within}", r.href);
        let group = when_due(p, v);
        if grouped && group != head {
            (r.head, head) = (group.to_owned(), group);
        }
        r
    };
    cases.iter().map(one).collect()
}

/// The list from which a case was opened: the way back to its row, and the rows before and behind it.
#[derive(Default)]
pub(crate) struct Way {
    /// address of the list
    pub back: String,
    /// what the address of the case says of it
    pub within: String,
    pub before: String,
    pub next: String,
}

/// The way through the list that the address of a case names. When the case has left it, the next is its first.
pub(crate) async fn way(kit: &Kit, desk: &Desk, within: String, number: &str) -> Way {
    let back = format!("/desk/cases{}{within}#c-{number}", if within.is_empty() { "" } else { "?" });
    let mut way = Way { back, within, ..Way::default() };
    let ask = ListAsk::of(&way.within);
    // Who came without a list, or from a search, has no rows beside this one.
    if way.within.is_empty() || !ask.words().is_empty() {
        return way;
    }
    let Ok(office) = kit.city.office_now().await else { return way };
    let q = query(desk, &ask, ask.unit_in(&office));
    let Ok(page) = kit.acts.cases.list(desk.actor(), q).await else { return way };
    let of = |v: Option<&CaseView>| {
        v.map_or_else(String::new, |v| format!("/desk/case/{}?in={}", v.case.number, escape(&way.within)))
    };
    (way.before, way.next) = match page.cases.iter().position(|v| v.case.number == number) {
        Some(at) => (of(at.checked_sub(1).and_then(|i| page.cases.get(i))), of(page.cases.get(at + 1))),
        None => (String::new(), of(page.cases.first())),
    };
    way
}

/// The end of the day.
fn tomorrow(now: Moment) -> Moment {
    Moment::start_of(now.date()).plus_us(US_PER_DAY)
}

use StageKind as S;

const OPEN: &[S] = &[
    S::Registered,
    S::Accepted,
    S::Dispatched,
    S::Handling,
    S::ReturnAsked,
    S::Conferring,
    S::Escalated,
    S::HandedOver,
    S::NegativeReview,
    S::Rectifying,
    S::Replied,
    S::CalledBack,
];
const FOR_COORDINATOR: &[S] = &[
    S::Registered,
    S::Accepted,
    S::ReturnAsked,
    S::NegativeReview,
    S::Conferring,
    S::Escalated,
    S::HandedOver,
    S::Replied,
    S::CalledBack,
];
const FOR_HANDLER: &[S] = &[S::Dispatched, S::Handling, S::Rectifying];

/// Stages in which this role owes the next step.
fn mine(role: Role) -> &'static [S] {
    match role {
        Role::Coordinator => FOR_COORDINATOR,
        Role::Handler => FOR_HANDLER,
        Role::Clerk => &[S::Registered, S::Accepted],
        _ => OPEN,
    }
}

fn scope(desk: &Desk, wish: &str) -> Scope {
    let actor = &desk.me.actor;
    let unit = actor.unit.unwrap_or(kernel::UnitId(0));
    match wish {
        "co" => Scope::Party(unit),
        "first" => Scope::FirstAsked(unit),
        "unit" => Scope::Owned(unit),
        _ => Scope::Region(actor.region.as_ref().map_or_else(String::new, ToString::to_string)),
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomeHtml {
    p: Page,
    hello: String,
    next: Vec<web_kit::Fragment>,
    tiles: Vec<Tile>,
    rows: Vec<Row>,
    helping: Vec<Row>,
    lists: bool,
    may_register: bool,
    may_dispatch: bool,
    /// where the day begins for those who have no cases: page, name, what is there
    begin: Vec<(&'static str, &'static str, &'static str)>,
}

/// Where the day begins, by role: for those who have no list of cases, and for who keeps the house.
fn begin(p: &Page, role: Role) -> Vec<(&'static str, &'static str, &'static str)> {
    let t = p.t;
    let walk = ("/walk/", t.begin_walk, t.begin_walk_lead);
    let walks = ("/desk/walks", t.begin_walks, t.begin_walks_lead);
    match role {
        Role::Walker => vec![walk, walks, ("/desk/register", t.nav_register, t.begin_register_lead)],
        Role::Volunteer => vec![walk, walks, ("/desk/watch", t.begin_watch, t.begin_watch_lead)],
        Role::Evaluator => vec![
            ("/desk/watch/draws", t.begin_draws, t.begin_draws_lead),
            walk,
            ("/desk/boards", t.begin_boards, t.begin_boards_lead),
        ],
        Role::SystemAdmin | Role::UnitAdmin => vec![
            ("/desk/office/staff", p.common().staff_title, p.common().staff_lead),
            ("/desk/office", t.begin_office, t.office_lead),
        ],
        _ => Vec::new(),
    }
}

const MOST: u32 = 1000;

fn shown(n: i64) -> String {
    if n >= i64::from(MOST) { format!("{}+", MOST - 1) } else { n.to_string() }
}

async fn tile(kit: &Kit, desk: &Desk, label: &str, q: Query, href: &str, hot: bool) -> Result<Tile, Oops> {
    let n = kit.acts.cases.count(desk.actor(), q, MOST).await?;
    Ok(Tile { label: label.to_owned(), count: shown(n), href: href.to_owned(), hot: hot && n > 0 })
}

async fn tiles(kit: &Kit, desk: &Desk) -> Result<Vec<Tile>, Oops> {
    let (t, lang) = (desk.page.t, desk.page.lang);
    let base = || Query::of(scope(desk, ""));
    let mut out = Vec::new();
    let now = desk.page.now;
    let late = Query { stages: Vec::new(), due_before: Some(now), ..base() };
    let today = Query { due_from: Some(now), due_before: Some(tomorrow(now)), ..base() };
    out.push(tile(kit, desk, t.tile_late, late, "/desk/cases?late=1", true).await?);
    out.push(tile(kit, desk, t.tile_today, today, "/desk/cases?today=1", true).await?);
    for stage in mine(desk.role()) {
        let q = Query { stages: vec![*stage], ..base() };
        let href = format!("/desk/cases?stage={}", stage.word());
        out.push(tile(kit, desk, &word(lang, *stage), q, &href, false).await?);
    }
    if matches!(desk.role(), Role::Supervisor | Role::Coordinator | Role::Analyst) {
        let back = Query { returned: true, ..base() };
        out.push(tile(kit, desk, t.tile_returned, back, "/desk/cases?returned=1&stage=all", false).await?);
        let again = Query { reopened: true, ..base() };
        out.push(tile(kit, desk, t.tile_reopened, again, "/desk/cases?reopened=1&stage=all", false).await?);
    }
    Ok(out)
}

/// `GET /desk`
pub(crate) async fn home(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    desk: Desk,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let role = desk.role();
    let lists = access::offers(&desk.actor(), access::Operation::ListCases);
    let (mut boxes, mut rows, mut helping) = (Vec::new(), Vec::new(), Vec::new());
    if lists {
        boxes = tiles(&kit, &desk).await?;
        let q = Query { stages: mine(role).to_vec(), limit: 20, ..Query::of(scope(&desk, "")) };
        rows = kit.acts.cases.list(desk.actor(), q).await?.cases.iter().map(|v| row(&p, v)).collect();
        if role == Role::Handler {
            let q = Query { stages: OPEN.to_vec(), limit: 30, ..Query::of(scope(&desk, "co")) };
            let page = kit.acts.cases.list(desk.actor(), q).await?;
            let unit = desk.me.actor.unit;
            let asked = page.cases.iter().filter(|v| {
                v.case.co.iter().any(|c| !c.done && Some(c.unit) == unit)
                    || v.case.tasks.iter().any(|t| !t.done && Some(t.unit) == unit)
            });
            helping = asked.map(|v| row(&p, v)).collect();
        }
    }
    boxes.extend(slots.home.fill(&p, &()).await);
    let next = slots.next.fill(&p, &()).await;
    let hello = p.t.hello.replace("{name}", &desk.me.staff.name);
    let may_register = matches!(role, Role::Clerk | Role::Coordinator | Role::Walker | Role::Supervisor);
    let may_dispatch = role == Role::Coordinator;
    let begin = begin(&p, role);
    Ok(render(&HomeHtml {
        p,
        hello,
        next,
        tiles: boxes,
        rows,
        helping,
        lists,
        may_register,
        may_dispatch,
        begin,
    }))
}

/// What the address of the list says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    q: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    late: String,
    #[serde(default)]
    today: String,
    #[serde(default)]
    returned: String,
    #[serde(default)]
    reopened: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesHtml {
    p: Page,
    ask: ListAsk,
    stages: Vec<Opt>,
    kinds: Vec<Opt>,
    scopes: Vec<Opt>,
    sorts: Vec<SortLink>,
    views: Vec<View>,
    /// more is asked than the field of words
    filtered: bool,
    many: Many,
    /// the address of this page of the list
    here: String,
    units: Vec<(String, String)>,
    unit_filter: bool,
    rows: Vec<Row>,
    count: String,
    next: String,
    first: String,
    export: String,
}

/// A list that is often asked for, with how many are in it.
struct View {
    name: String,
    count: String,
    href: String,
    on: bool,
}

/// An order of the list: the head of its column.
struct SortLink {
    name: &'static str,
    href: String,
    on: bool,
}

/// What can be done with several rows at once, and what came of it.
#[derive(Default)]
pub(crate) struct Many {
    pub dispatch: bool,
    pub remind: bool,
    pub export: bool,
    pub outcomes: Vec<Outcome>,
    /// what was typed
    pub unit: String,
    pub words: String,
    /// numbers that stay ticked
    pub ticked: Vec<String>,
}

impl Many {
    /// Is there anything to tick rows for?
    const fn any(&self) -> bool {
        self.dispatch || self.remind || self.export
    }
    fn is_ticked(&self, number: &str) -> bool {
        self.ticked.iter().any(|n| n == number)
    }
}

/// What came of one of several.
pub(crate) struct Outcome {
    pub number: String,
    pub good: bool,
    pub said: String,
}

async fn views(kit: &Kit, desk: &Desk, ask: &ListAsk) -> Result<Vec<View>, Oops> {
    let t = desk.page.t;
    let set = || "1".to_owned();
    let none = ListAsk::default;
    let mut all = vec![
        (t.stage_open.to_owned(), none()),
        (t.tile_today.to_owned(), ListAsk { today: set(), ..none() }),
        (t.tile_late.to_owned(), ListAsk { late: set(), ..none() }),
    ];
    for stage in mine(desk.role()).iter().take(3) {
        all.push((word(desk.page.lang, *stage), ListAsk { stage: stage.word().to_owned(), ..none() }));
    }
    let bad = ListAsk { kind: Kind::BadRating.word().to_owned(), ..none() };
    all.push((word(desk.page.lang, Kind::BadRating), bad));
    let (mut out, here) = (Vec::new(), address(&ListAsk { sort: String::new(), ..ask.clone() }, ""));
    for (name, wish) in all {
        let n = kit.acts.cases.count(desk.actor(), query(desk, &wish, None), MOST).await?;
        let at = address(&wish, "");
        out.push(View { name, count: shown(n), on: at == here, href: format!("/desk/cases{at}") });
    }
    Ok(out)
}

fn address(ask: &ListAsk, after: &str) -> String {
    let pairs = [
        ("q", &*ask.q),
        ("stage", &ask.stage),
        ("kind", &ask.kind),
        ("unit", &ask.unit),
        ("scope", &ask.scope),
        ("late", &ask.late),
        ("today", &ask.today),
        ("returned", &ask.returned),
        ("reopened", &ask.reopened),
        ("sort", &ask.sort),
        ("after", after),
    ];
    let set: Vec<_> =
        pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("{n}={}", escape(v))).collect();
    format!("?{}", set.join("&"))
}

fn sort_of(word: &str) -> Sort {
    match word {
        "newest" => Sort::Newest,
        "support" => Sort::Support,
        _ => Sort::Due,
    }
}

impl ListAsk {
    /// What an address of the list asks for.
    pub(crate) fn of(address: &str) -> Self {
        let uri = format!("/?{}", address.trim_start_matches('?')).parse().ok();
        uri.and_then(|uri| Ask::<Self>::try_from_uri(&uri).ok()).map(|a| a.0).unwrap_or_default()
    }
}

pub(crate) fn query(desk: &Desk, ask: &ListAsk, unit: Option<kernel::UnitId>) -> Query {
    let stages = match ask.stage.as_str() {
        "all" => Vec::new(),
        "open" => OPEN.to_vec(),
        // Who looks for words looks through everything.
        "" if ask.late.is_empty() && ask.today.is_empty() && ask.q.trim().is_empty() => OPEN.to_vec(),
        "" => Vec::new(),
        one => StageKind::ALL.iter().copied().filter(|s| s.word() == one).collect(),
    };
    let after = ask.after.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    Query {
        stages,
        kind: Kind::ALL.iter().find(|k| k.word() == ask.kind).map(|k| k.word().to_owned()),
        due_before: match (ask.late.as_str(), ask.today.as_str()) {
            ("", "") => None,
            (_, "") => Some(desk.page.now),
            _ => Some(tomorrow(desk.page.now)),
        },
        due_from: (!ask.today.is_empty()).then_some(desk.page.now),
        unit,
        text: Some(ask.q.trim().chars().take(60).collect::<String>()).filter(|q| !q.is_empty()),
        returned: !ask.returned.is_empty(),
        reopened: !ask.reopened.is_empty(),
        sort: sort_of(&ask.sort),
        after,
        limit: 50,
        ..Query::of(scope(desk, &ask.scope))
    }
}

impl ListAsk {
    /// The unit asked for.
    pub(crate) fn unit_in(&self, office: &city::Office) -> Option<kernel::UnitId> {
        office.unit_called(&self.unit).map(|u| u.id).filter(|_| !self.unit.is_empty())
    }
    /// The words looked for.
    pub(crate) fn words(&self) -> &str {
        self.q.trim()
    }
    /// The filter in words, for a file that must say what it holds.
    pub(crate) fn told(&self, p: &Page) -> String {
        let stage = StageKind::ALL.iter().find(|s| s.word() == self.stage).map(|s| word(p.lang, *s));
        let kind = Kind::ALL.iter().find(|k| k.word() == self.kind).map(|k| word(p.lang, *k));
        let open = self.stage == "open"
            || (self.stage.is_empty()
                && self.today.is_empty()
                && self.late.is_empty()
                && self.q.trim().is_empty());
        let on = |set: &str, text: &str| (!set.is_empty()).then(|| text.to_owned());
        let parts = [
            stage,
            open.then(|| p.t.stage_open.to_owned()),
            kind,
            on(&self.unit, &self.unit),
            on(&self.late, p.t.tile_late),
            on(&self.today, p.t.tile_today),
            on(&self.returned, p.t.tile_returned),
            on(&self.reopened, p.t.tile_reopened),
            on(&self.q, &self.q),
        ];
        let told: Vec<_> = parts.into_iter().flatten().collect();
        if told.is_empty() { p.t.stage_all.to_owned() } else { told.join("、") }
    }
}

fn looks_like_number(q: &str) -> bool {
    let q = q.trim();
    q.len() >= 14 && q.matches('-').count() == 2 && q.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// `GET /desk/cases`
pub(crate) async fn cases(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    if looks_like_number(&ask.q) && kit.acts.cases.case(desk.actor(), ask.q.trim().to_owned()).await.is_ok() {
        return Ok(Redirect::to(&format!("/desk/case/{}", ask.q.trim())).into_response());
    }
    list_page(&kit, &desk, ask, Many::default()).await
}

/// The list that is asked for; with what came of an act on several of its rows.
pub(crate) async fn list_page(
    kit: &Kit,
    desk: &Desk,
    ask: ListAsk,
    mut many: Many,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let unit = ask.unit_in(&office);
    let q = query(desk, &ask, unit);
    let here = address(&ask, &ask.after);
    let mut may = |cases: &[CaseView]| {
        many.dispatch = cases.iter().any(|v| v.acts.contains(&Act::Dispatch));
        many.remind = cases.iter().any(|v| v.acts.contains(&Act::Remind));
    };
    let all = Query { after: None, ..q.clone() };
    // A count over several stages is one statement; a page over several is read stage by stage.
    let (count, rows, next) = if ask.q.trim().is_empty() {
        let n = kit.acts.cases.count(desk.actor(), all, MOST).await?;
        let page = kit.acts.cases.list(desk.actor(), q).await?;
        let next = page.next.map_or_else(String::new, |(due, id)| address(&ask, &format!("{due}.{id}")));
        may(&page.cases);
        let grouped = sort_of(&ask.sort) == Sort::Due;
        (shown(n), rows_of(&p, &page.cases, &here, grouped), next)
    } else {
        let before = ask.after.strip_prefix("s.").and_then(|id| id.parse().ok());
        let found = kit.acts.cases.search(desk.actor(), ask.q.clone(), q, before).await?;
        let more = if found.next.is_some() { "+" } else { "" };
        let count = format!("{}{more}", found.hits.len());
        let (views, excerpts): (Vec<_>, Vec<_>) = found.hits.into_iter().map(|h| (h.view, h.excerpt)).unzip();
        may(&views);
        let rows = rows_of(&p, &views, &here, false).into_iter().zip(excerpts);
        let rows = rows.map(|(row, excerpt)| Row { excerpt, ..row }).collect();
        (count, rows, found.next.map_or_else(String::new, |id| address(&ask, &format!("s.{id}"))))
    };
    let opt = |value: &str, label: String, on: &str| Opt { on: on == value, value: value.to_owned(), label };
    let on = match ask.stage.as_str() {
        "" if ask.q.trim().is_empty() && ask.late.is_empty() && ask.today.is_empty() => "open",
        "" => "all",
        chosen => chosen,
    };
    let mut stages =
        vec![opt("open", p.t.stage_open.to_owned(), on), opt("all", p.t.stage_all.to_owned(), on)];
    stages.extend(StageKind::ALL.iter().map(|s| opt(s.word(), word(p.lang, *s), on)));
    let mut kinds = vec![opt("", p.t.any_kind.to_owned(), &ask.kind)];
    kinds.extend(Kind::ALL.iter().map(|k| opt(k.word(), word(p.lang, *k), &ask.kind)));
    let wide = matches!(desk.role(), Role::Coordinator | Role::Supervisor | Role::Analyst);
    let mut scopes = if wide { vec![opt("", p.t.scope_region.to_owned(), &ask.scope)] } else { Vec::new() };
    let owned = if wide { "unit" } else { "" };
    scopes.push(opt(owned, p.t.scope_unit.to_owned(), &ask.scope));
    scopes.push(opt("first", p.t.scope_first.to_owned(), &ask.scope));
    scopes.push(opt("co", p.t.scope_co.to_owned(), &ask.scope));
    let sorts = [("", p.t.sort_due), ("newest", p.t.sort_newest), ("support", p.t.sort_support)];
    let sorts = sorts.map(|(word, name)| {
        let href = address(&ListAsk { sort: word.to_owned(), ..ask.clone() }, "");
        SortLink { name, href: format!("/desk/cases{href}"), on: ask.sort == word }
    });
    let filtered = [&ask.stage, &ask.kind, &ask.unit, &ask.scope, &ask.late, &ask.returned, &ask.reopened];
    let filtered = filtered.iter().any(|f| !f.is_empty());
    let first = if ask.after.is_empty() { String::new() } else { address(&ask, "") };
    let may_export = access::offers(&desk.actor(), access::Operation::ExportCases);
    many.export = may_export;
    let export = if may_export { format!("/desk/cases.xlsx{}", address(&ask, "")) } else { String::new() };
    Ok(render(&CasesHtml {
        export,
        rows,
        count,
        stages,
        kinds,
        scopes,
        sorts: sorts.into(),
        views: views(kit, desk, &ask).await?,
        filtered,
        many,
        here: here.trim_start_matches('?').to_owned(),
        units: unit_choices(&office),
        unit_filter: wide,
        next,
        first,
        ask,
        p,
    }))
}
