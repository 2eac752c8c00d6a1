//! 首页与件列表: what needs a decision now, what expires first on top; filters stay in the address.

use app::CaseView;
use askama::Template;
use axum::Extension;
use axum::extract::{Query as Ask, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Role;
use resolve::{Kind, StageKind, Word as _};
use serde::Deserialize;
use store::cases::{Query, Scope, Sort};
use web_kit::{Kit, Lamp, Oops, Opt, Tile, day, escape, lamp, render, unit_choices, word};

use crate::{Desk, Page, Slots};

/// One row of a list.
pub(crate) struct Row {
    pub number: String,
    pub title: String,
    pub lamp: Lamp,
    pub stage: String,
    pub kind: String,
    pub unit: String,
    pub lodged: String,
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
        number: c.number.clone(),
        title: c.title.clone(),
        lamp: lamp(p.lang, p.t, v.clock.as_ref()),
        stage: word(p.lang, c.stage.kind()),
        kind: word(p.lang, c.kind),
        unit: v.owner.clone().unwrap_or_else(|| v.office.unit_name(c.first_asked)),
        lodged: day(p.lang, c.lodged.date()),
        tags,
        excerpt: String::new(),
    }
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
    tiles: Vec<Tile>,
    rows: Vec<Row>,
    helping: Vec<Row>,
    lists: bool,
    may_register: bool,
    admin: bool,
}

const MOST: u32 = 1000;

fn shown(n: i64) -> String {
    if n >= i64::from(MOST) { format!("{}+", MOST - 1) } else { n.to_string() }
}

async fn tile(kit: &Kit, desk: &Desk, label: &str, q: Query, href: &str, hot: bool) -> Result<Tile, Oops> {
    let n = kit.app.cases.count(desk.actor(), q, MOST).await?;
    Ok(Tile { label: label.to_owned(), count: shown(n), href: href.to_owned(), hot: hot && n > 0 })
}

async fn tiles(kit: &Kit, desk: &Desk) -> Result<Vec<Tile>, Oops> {
    let (t, lang) = (desk.page.t, desk.page.lang);
    let base = || Query::of(scope(desk, ""));
    let mut out = Vec::new();
    let late = Query { stages: Vec::new(), due_before: Some(desk.page.now), ..base() };
    out.push(tile(kit, desk, t.tile_late, late, "/desk/cases?late=1", true).await?);
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
    Extension(slots): Extension<&'static Slots>,
    desk: Desk,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let role = desk.role();
    let lists = access::offers(&desk.actor(), access::Operation::ListCases);
    let (mut boxes, mut rows, mut helping) = (Vec::new(), Vec::new(), Vec::new());
    if lists {
        boxes = tiles(&kit, &desk).await?;
        let q = Query { stages: mine(role).to_vec(), limit: 20, ..Query::of(scope(&desk, "")) };
        rows = kit.app.cases.list(desk.actor(), q).await?.cases.iter().map(|v| row(&p, v)).collect();
        if role == Role::Handler {
            let q = Query { stages: OPEN.to_vec(), limit: 30, ..Query::of(scope(&desk, "co")) };
            let page = kit.app.cases.list(desk.actor(), q).await?;
            let unit = desk.me.actor.unit;
            let asked = page.cases.iter().filter(|v| {
                v.case.co.iter().any(|c| !c.done && Some(c.unit) == unit)
                    || v.case.tasks.iter().any(|t| !t.done && Some(t.unit) == unit)
            });
            helping = asked.map(|v| row(&p, v)).collect();
        }
    }
    boxes.extend(slots.home.fill(&kit, &p, &()).await);
    let hello = p.t.hello.replace("{name}", &desk.me.staff.name);
    let may_register = matches!(role, Role::Clerk | Role::Coordinator | Role::Walker | Role::Supervisor);
    let admin = matches!(role, Role::SystemAdmin | Role::UnitAdmin);
    Ok(render(&HomeHtml { p, hello, tiles: boxes, rows, helping, lists, may_register, admin }))
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
    sorts: Vec<Opt>,
    units: Vec<(String, String)>,
    unit_filter: bool,
    rows: Vec<Row>,
    count: String,
    next: String,
    first: String,
    export: String,
}

fn address(ask: &ListAsk, after: &str) -> String {
    let pairs = [
        ("q", &*ask.q),
        ("stage", &ask.stage),
        ("kind", &ask.kind),
        ("unit", &ask.unit),
        ("scope", &ask.scope),
        ("late", &ask.late),
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

pub(crate) fn query(desk: &Desk, ask: &ListAsk, unit: Option<kernel::UnitId>) -> Query {
    let stages = match ask.stage.as_str() {
        "all" => Vec::new(),
        "open" => OPEN.to_vec(),
        // Who looks for words looks through everything.
        "" if ask.late.is_empty() && ask.q.trim().is_empty() => OPEN.to_vec(),
        "" => Vec::new(),
        one => StageKind::ALL.iter().copied().filter(|s| s.word() == one).collect(),
    };
    let after = ask.after.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    Query {
        stages,
        kind: Kind::ALL.iter().find(|k| k.word() == ask.kind).map(|k| k.word().to_owned()),
        due_before: (!ask.late.is_empty()).then_some(desk.page.now),
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
    pub(crate) fn unit_in(&self, office: &app::Office) -> Option<kernel::UnitId> {
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
            || (self.stage.is_empty() && self.late.is_empty() && self.q.trim().is_empty());
        let on = |set: &str, text: &str| (!set.is_empty()).then(|| text.to_owned());
        let parts = [
            stage,
            open.then(|| p.t.stage_open.to_owned()),
            kind,
            on(&self.unit, &self.unit),
            on(&self.late, p.t.tile_late),
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
    if looks_like_number(&ask.q) && kit.app.cases.case(desk.actor(), ask.q.trim().to_owned()).await.is_ok() {
        return Ok(Redirect::to(&format!("/desk/case/{}", ask.q.trim())).into_response());
    }
    let p = desk.page.clone();
    let office = kit.app.city.office_now().await?;
    let unit = ask.unit_in(&office);
    let q = query(&desk, &ask, unit);
    let all = Query { after: None, ..q.clone() };
    // A count over several stages is one statement; a page over several is read stage by stage.
    let (count, rows, next) = if ask.q.trim().is_empty() {
        let n = kit.app.cases.count(desk.actor(), all, MOST).await?;
        let page = kit.app.cases.list(desk.actor(), q).await?;
        let next = page.next.map_or_else(String::new, |(due, id)| address(&ask, &format!("{due}.{id}")));
        (shown(n), page.cases.iter().map(|v| row(&p, v)).collect::<Vec<_>>(), next)
    } else {
        let before = ask.after.strip_prefix("s.").and_then(|id| id.parse().ok());
        let found = kit.app.cases.search(desk.actor(), ask.q.clone(), q, before).await?;
        let more = if found.next.is_some() { "+" } else { "" };
        let count = format!("{}{more}", found.hits.len());
        let rows = found.hits.into_iter().map(|h| Row { excerpt: h.excerpt, ..row(&p, &h.view) }).collect();
        (count, rows, found.next.map_or_else(String::new, |id| address(&ask, &format!("s.{id}"))))
    };
    let opt = |value: &str, label: String, on: &str| Opt { on: on == value, value: value.to_owned(), label };
    let on = match ask.stage.as_str() {
        "" if ask.q.trim().is_empty() && ask.late.is_empty() => "open",
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
    let sorts = sorts.map(|(word, label)| opt(word, label.to_owned(), &ask.sort)).into();
    let first = if ask.after.is_empty() { String::new() } else { address(&ask, "") };
    let may_export = access::offers(&desk.actor(), access::Operation::ExportCases);
    let export = if may_export { format!("/desk/cases.xlsx{}", address(&ask, "")) } else { String::new() };
    Ok(render(&CasesHtml {
        export,
        rows,
        count,
        stages,
        kinds,
        scopes,
        sorts,
        units: unit_choices(&office),
        unit_filter: wide,
        next,
        first,
        ask,
        p,
    }))
}
