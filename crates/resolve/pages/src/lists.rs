//! 首页与件列表: what needs a decision now, what expires first on top; filters stay in the address.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Query as Ask, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{ListViews, Office};
use kernel::{Moment, Role, US_PER_DAY};
use resolve::{Act, Kind, Lateness, StageKind, Stretch, Word as _, stretches};
use resolve_acts::CaseView;
use store::cases::{Query, Scope};
use web_kit::{
    COUNTED_TO, Lamp, Oops, Opt, Tab, Tile, Views, cut_count, escape, lamp, render, short_day, unit_choices,
    word,
};

use crate::asked::{ListAsk, address, query};
use crate::columns::{Cell, Head, Shown, list};
use crate::{Desk, Kit, Page, Slots};

/// One row of a list.
pub(crate) struct Row {
    pub number: String,
    /// its page, which knows the list it was opened from
    pub href: String,
    /// what stands in its columns, on the list of cases
    pub cells: Vec<Cell>,
    pub title: String,
    pub lamp: Lamp,
    pub stage: String,
    pub kind: String,
    pub unit: String,
    pub lodged: String,
    pub due: String,
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
        cells: Vec::new(),
        number: c.number.clone(),
        title: c.title.clone(),
        lamp: lamp(p.lang, p.t, v.clock.as_ref()),
        stage: word(p.lang, c.stage.kind()),
        kind: word(p.lang, c.kind),
        unit: v.owner.clone().unwrap_or_else(|| v.office.unit_name(c.first_asked)),
        lodged: short_day(p.lang, p.now, c.lodged.date()),
        due: v.clock.as_ref().map_or_else(String::new, |k| short_day(p.lang, p.now, k.due.date())),
        tags,
        excerpt: String::new(),
    }
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
    let Ok((groups, _)) = pages(kit, desk, &ask, &office).await else { return way };
    let cases: Vec<CaseView> = groups.into_iter().flat_map(|g| g.cases).collect();
    let of = |v: Option<&CaseView>| {
        v.map_or_else(String::new, |v| format!("/desk/case/{}?in={}", v.case.number, escape(&way.within)))
    };
    (way.before, way.next) = match cases.iter().position(|v| v.case.number == number) {
        Some(at) => (of(at.checked_sub(1).and_then(|i| cases.get(i))), of(cases.get(at + 1))),
        None => (String::new(), of(cases.first())),
    };
    way
}

/// The end of the day.
pub(crate) fn tomorrow(now: Moment) -> Moment {
    Moment::start_of(now.date()).plus_us(US_PER_DAY)
}

use StageKind as S;

pub(crate) const OPEN: &[S] = &[
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
        // An analyst deals with no case: what they are about is in the logs and on the boards.
        Role::Analyst => &[],
        _ => OPEN,
    }
}

pub(crate) fn scope(desk: &Desk, wish: &str) -> Scope {
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
        Role::Clerk => vec![
            ("/desk/windows", t.begin_window, t.begin_window_lead),
            ("/desk/services/new", t.begin_apply, t.begin_apply_lead),
            ("/guides", t.begin_guides, t.begin_guides_lead),
        ],
        Role::Analyst => vec![
            ("/desk/logs", t.begin_logs, t.begin_logs_lead),
            ("/desk/redesigns", t.begin_redesigns, t.begin_redesigns_lead),
            ("/desk/boards", t.begin_boards, t.begin_boards_lead),
        ],
        Role::SystemAdmin | Role::UnitAdmin => vec![
            ("/desk/office/staff", p.common().staff_title, p.common().staff_lead),
            ("/desk/office", t.begin_office, t.office_lead),
        ],
        _ => Vec::new(),
    }
}

async fn tile(kit: &Kit, desk: &Desk, label: &str, q: Query, href: &str, hot: bool) -> Result<Tile, Oops> {
    let n = kit.acts.cases.count(desk.actor(), q, COUNTED_TO).await?;
    Ok(Tile {
        label: label.to_owned(),
        count: cut_count(desk.page.lang, n),
        href: href.to_owned(),
        hot: hot && n > 0,
    })
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
    let owes = lists && !mine(role).is_empty();
    let (mut boxes, mut rows, mut helping) = (Vec::new(), Vec::new(), Vec::new());
    if lists {
        boxes = tiles(&kit, &desk).await?;
        let q = Query { stages: mine(role).to_vec(), limit: 20, ..Query::of(scope(&desk, "")) };
        // Without a stage the query would mean all of them.
        if owes {
            rows = kit.acts.cases.list(desk.actor(), q).await?.cases.iter().map(|v| row(&p, v)).collect();
        }
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
        lists: owes,
        may_register,
        may_dispatch,
        begin,
    }))
}

/// Rows that are due in the same stretch.
struct GroupView {
    /// its name; empty where the list has no groups
    head: String,
    count: String,
    /// where it is folded or opened
    href: String,
    folded: bool,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesHtml {
    p: Page,
    ask: ListAsk,
    stages: Vec<Opt>,
    kinds: Vec<Opt>,
    scopes: Vec<Opt>,
    views: Views,
    heads: Vec<Head>,
    /// more is asked than the field of words
    filtered: bool,
    many: Many,
    /// the address of this page of the list
    here: String,
    units: Vec<(String, String)>,
    unit_filter: bool,
    groups: Vec<GroupView>,
    count: String,
    next: String,
    first: String,
    export: String,
}

/// What can be done with several rows at once, and what came of it.
#[derive(Default)]
pub(crate) struct Many {
    pub dispatch: bool,
    pub remind: bool,
    pub answer: bool,
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
        self.dispatch || self.remind || self.answer || self.export
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

/// The lists that everybody of the role often asks for.
fn usual(desk: &Desk) -> Vec<(String, ListAsk)> {
    let t = desk.page.t;
    let set = || "1".to_owned();
    let none = ListAsk::default;
    let mut all = vec![
        (t.stage_open.to_owned(), ListAsk { stage: "open".to_owned(), ..none() }),
        (t.tile_today.to_owned(), ListAsk { today: set(), ..none() }),
        (t.tile_late.to_owned(), ListAsk { late: set(), ..none() }),
    ];
    for stage in mine(desk.role()).iter().take(3) {
        all.push((word(desk.page.lang, *stage), ListAsk { stage: stage.word().to_owned(), ..none() }));
    }
    let bad = ListAsk { kind: Kind::BadRating.word().to_owned(), ..none() };
    all.push((word(desk.page.lang, Kind::BadRating), bad));
    all
}

/// What stands above the list: the usual lists and the saved ones, each with how many are in it.
async fn views(
    kit: &Kit,
    desk: &Desk,
    ask: &ListAsk,
    (saved, office): (&ListViews, &Office),
) -> Result<Views, Oops> {
    let lang = desk.page.lang;
    let usual = usual(desk);
    let kept = web_kit::countable(list(), lang, saved, office);
    let of_kept = |q: &String| {
        let ask = ListAsk::of(q);
        query(desk, &ask, ask.unit_in(office))
    };
    let mut all: Vec<Query> = usual.iter().map(|(_, wish)| query(desk, wish, None)).collect();
    all.extend(kept.iter().flatten().map(of_kept));
    let counts = kit.acts.cases.counts(desk.actor(), all, COUNTED_TO).await?;
    let here = list().kept(&address(&ListAsk { sort: String::new(), ..ask.spelt() }, ""));
    let mut counts = counts.into_iter();
    let tab = |((name, wish), n): ((String, ListAsk), i64)| {
        let at = address(&wish, "");
        let on = list().kept(&at) == here || list().kept(&address(&wish.spelt(), "")) == here;
        Tab { name, count: cut_count(lang, n), on, href: format!("/desk/cases{at}"), note: String::new() }
    };
    let tabs = usual.into_iter().zip(counts.by_ref()).map(tab).collect();
    let of_kept: Vec<Option<i64>> = kept.iter().map(|q| q.as_ref().and_then(|_| counts.next())).collect();
    // A view that was kept from an address that says less is still itself.
    let asked = address(ask, &ask.after);
    let kept = ask.view().and_then(|id| saved.view(id)).is_some_and(|v| v.query == list().kept(&asked));
    let at = if kept { asked } else { address(&ask.spelt(), &ask.after) };
    Ok(Views::of(&desk.page, list(), (&at, ask.view()), saved, tabs, (&of_kept, office)))
}

/// A stretch of a page of the list; one without a name where rows are in another order.
struct Group {
    of: Option<Lateness>,
    count: i64,
    cases: Vec<CaseView>,
}

/// What is due in a stretch.
fn within(q: &Query, s: &Stretch) -> Query {
    Query {
        due_from: q.due_from.max(s.from),
        due_before: match (q.due_before, s.before) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        },
        untimed: s.of == Lateness::Untimed,
        ..q.clone()
    }
}

/// A page of the list: its stretches with what is in each, and where the next page goes on.
async fn pages(kit: &Kit, desk: &Desk, ask: &ListAsk, office: &Office) -> Result<(Vec<Group>, String), Oops> {
    let q = query(desk, ask, ask.unit_in(office));
    let cursor = |next: Option<(i64, i64)>| {
        next.map_or_else(String::new, |(due, id)| address(ask, &format!("{due}.{id}")))
    };
    if !ask.grouped() {
        let all = Query { after: None, ..q.clone() };
        let count = kit.acts.cases.count(desk.actor(), all, COUNTED_TO).await?;
        let page = kit.acts.cases.list(desk.actor(), q).await?;
        return Ok((vec![Group { of: None, count, cases: page.cases }], cursor(page.next)));
    }
    let all = stretches(desk.page.now, &office.rules.calendar);
    let queries: Vec<Query> = all.iter().map(|s| within(&q, s)).collect();
    let whole = queries.iter().map(|q| Query { after: None, ..q.clone() }).collect();
    let counts = kit.acts.cases.counts(desk.actor(), whole, COUNTED_TO).await?;
    let (folded, limit) = (ask.folded(), q.limit);
    let (mut groups, mut left, mut next) = (Vec::new(), limit, None);
    for ((s, q), count) in all.iter().zip(queries).zip(counts) {
        if count == 0 {
            continue;
        }
        let mut cases = Vec::new();
        if left > 0 && !folded.contains(&s.of) {
            let page = kit.acts.cases.list(desk.actor(), Query { limit: left, ..q }).await?;
            left = left.saturating_sub(u32::try_from(page.cases.len()).unwrap_or(left));
            // A page that is full goes on there, in this stretch or in the next.
            if page.next.is_some() {
                (next, left) = (page.next, 0);
            }
            cases = page.cases;
        }
        groups.push(Group { of: Some(s.of), count, cases });
    }
    Ok((groups, cursor(next)))
}

fn looks_like_number(q: &str) -> bool {
    let q = q.trim();
    q.len() >= 14 && q.matches('-').count() == 2 && q.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// `GET /desk/cases`
pub(crate) async fn cases(
    State(kit): State<Kit>,
    desk: Desk,
    RawQuery(asked): RawQuery,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    if looks_like_number(&ask.q) && kit.acts.cases.case(desk.actor(), ask.q.trim().to_owned()).await.is_ok() {
        return Ok(Redirect::to(&format!("/desk/case/{}", ask.q.trim())).into_response());
    }
    // Who asks for nothing in particular gets the view that opens first.
    if asked.is_none_or(|q| q.is_empty()) {
        let saved = kit.city.views(desk.actor(), list().key.to_owned()).await?;
        if let Some(view) = saved.first.and_then(|id| saved.view(id)) {
            return Ok(Redirect::to(&list().href(view)).into_response());
        }
    }
    list_page(&kit, &desk, ask, Many::default()).await
}

fn group_view(p: &Page, ask: &ListAsk, shown: &Shown, within: &str, g: &Group) -> GroupView {
    let one = |v: &CaseView| {
        let r = row(p, v);
        Row { href: format!("{}?in={within}", r.href), cells: shown.cells(p, v), ..r }
    };
    GroupView {
        head: g.of.map_or_else(String::new, |of| word(p.lang, of)),
        count: cut_count(p.lang, g.count),
        href: g
            .of
            .map_or_else(String::new, |of| format!("/desk/cases{}", address(&ask.toggled(of), &ask.after))),
        folded: g.of.is_some_and(|of| ask.folded().contains(&of)),
        rows: g.cases.iter().map(one).collect(),
    }
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
    let saved = kit.city.views(desk.actor(), list().key.to_owned()).await?;
    let shown = Shown::of(kit, &list().columns(desk.role(), &saved, ask.view()).0).await?;
    let here = address(&ask, &ask.after);
    // The list that opens first has an address without a question; a case opened from it still has a way back.
    let asked = here.trim_start_matches('?');
    let from = escape(if asked.is_empty() { "stage=" } else { asked });
    let mut may = |v: &CaseView| {
        many.dispatch |= v.acts.contains(&Act::Dispatch);
        many.remind |= v.acts.contains(&Act::Remind);
        many.answer |= v.acts.contains(&Act::Reply);
    };
    let (count, groups, next) = if ask.words().is_empty() {
        let (groups, next) = pages(kit, desk, &ask, &office).await?;
        groups.iter().flat_map(|g| &g.cases).for_each(&mut may);
        let count = cut_count(p.lang, groups.iter().map(|g| g.count).sum());
        // A page behind the first begins where it begins: what lies before it is said on the first.
        let begun = groups.iter().position(|g| !g.cases.is_empty()).unwrap_or(0);
        let skip = if ask.after.is_empty() { 0 } else { begun };
        let views = groups.iter().skip(skip).map(|g| group_view(&p, &ask, &shown, &from, g)).collect();
        (count, views, next)
    } else {
        let q = query(desk, &ask, ask.unit_in(&office));
        let before = ask.after.strip_prefix("s.").and_then(|id| id.parse().ok());
        let found = kit.acts.cases.search(desk.actor(), ask.q.clone(), q, before).await?;
        let more = if found.next.is_some() { "+" } else { "" };
        let count = format!("{}{more}", found.hits.len());
        let (cases, excerpts): (Vec<_>, Vec<_>) = found.hits.into_iter().map(|h| (h.view, h.excerpt)).unzip();
        cases.iter().for_each(&mut may);
        let mut group = group_view(&p, &ask, &shown, &from, &Group { of: None, count: 0, cases });
        for (row, excerpt) in group.rows.iter_mut().zip(excerpts) {
            row.excerpt = excerpt;
        }
        (count, vec![group], found.next.map_or_else(String::new, |id| address(&ask, &format!("s.{id}"))))
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
    let sorted =
        |sort: &str| format!("/desk/cases{}", address(&ListAsk { sort: sort.to_owned(), ..ask.clone() }, ""));
    let filtered = [&ask.kind, &ask.unit, &ask.scope, &ask.late, &ask.returned, &ask.reopened];
    let filtered = filtered.iter().any(|f| !f.is_empty()) || !matches!(ask.stage.as_str(), "" | "open");
    let first = if ask.after.is_empty() { String::new() } else { address(&ask, "") };
    let may_export = access::offers(&desk.actor(), access::Operation::ExportCases);
    many.export = may_export;
    let export = if may_export { format!("/desk/cases.xlsx{}", address(&ask, "")) } else { String::new() };
    Ok(render(&CasesHtml {
        export,
        groups,
        count,
        stages,
        kinds,
        scopes,
        heads: shown.heads(&p, &ask.sort, sorted),
        views: views(kit, desk, &ask, (&saved, &office)).await?,
        filtered,
        many,
        here: asked.to_owned(),
        units: unit_choices(&office),
        unit_filter: wide,
        next,
        first,
        ask,
        p,
    }))
}
