//! 数据共享的页 (X8): the directory and one resource, papers that are asked for although they are held, requests and what is done with them.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use service::Word as _;
use service::held::{Party, RequestAct, Resource, Sharing, Sort, dcat};
use service_acts::{Asked, NewResource, RequestView, ResourceView};
use web_kit::{Fields, Oops, Opt, address, again, base, day, opt, render, said, when, word};

use crate::{Desk, Kit, Page, service};

/// What is said of a resource everywhere.
struct Line {
    id: i64,
    name: String,
    provider: String,
    sharing: String,
    updates: String,
    /// what the reader's unit may do with it
    use_of: &'static str,
}

fn line(p: &Page, v: &ResourceView) -> Line {
    Line {
        id: v.id,
        name: v.resource.name.clone(),
        provider: v.resource.provider.clone(),
        sharing: word(p.lang, v.resource.sharing),
        updates: v.resource.updates.clone(),
        use_of: match (v.sees, v.resource.sharing) {
            (true, _) => p.t.dat_open,
            (false, Sharing::Closed) => p.t.dat_closed,
            (false, _) => p.t.dat_ask_first,
        },
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: i64,
}

#[derive(Template)]
#[template(path = "data.html")]
struct ListHtml {
    p: Page,
    q: String,
    total: String,
    rows: Vec<Line>,
    next: String,
    may_enter: bool,
}

/// `GET /desk/data`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<ListAsk>,
) -> Result<Response, Oops> {
    let (found, total) = service(&kit).data_directory(desk.actor(), ask.q.clone(), ask.after).await?;
    let p = desk.page.clone();
    let last =
        found.last().filter(|_| found.len() == service_acts::DATA_PAGE as usize).map(|v| v.id.to_string());
    Ok(render(&ListHtml {
        total: p.t.dat_total.replace("{n}", total.to_string().as_str()),
        rows: found.iter().map(|v| line(&p, v)).collect(),
        next: last.map_or_else(String::new, |id| address("/desk/data", &[("q", &ask.q), ("after", &id)])),
        may_enter: access::offered(&desk.actor(), access::Operation::WriteData).is_ok()
            && desk.me.actor.unit.is_some(),
        q: ask.q,
        p,
    }))
}

/// `GET /desk/data/catalogue.jsonld`: the directory in the vocabulary of DCAT.
pub(crate) async fn as_dcat(
    State(kit): State<Kit>,
    desk: Desk,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let all = service(&kit).data_directory_whole(desk.actor()).await?;
    let title = format!("{}{}", desk.page.city, desk.page.t.dat_title);
    let body = dcat(&title, &base(&kit, &headers), &all);
    let file = "attachment; filename=\"catalogue.jsonld\"";
    Ok(([(header::CONTENT_TYPE, "application/ld+json"), (header::CONTENT_DISPOSITION, file)], body)
        .into_response())
}

#[derive(Template)]
#[template(path = "data_resource.html")]
struct OneHtml {
    p: Page,
    id: i64,
    ver: i64,
    line: Line,
    facts: Vec<(&'static str, String)>,
    items: Vec<(String, String)>,
    may_write: bool,
    may_ask: bool,
    may_report: bool,
    form: FormOf,
    purpose: String,
    basis: String,
    trouble: String,
}

/// What stands in the form of a resource.
#[derive(Default)]
struct FormOf {
    name: String,
    summary: String,
    condition: String,
    updates: String,
    items: String,
    sharing: Vec<Opt>,
}

fn sharing_of(p: &Page, now: &str) -> Vec<Opt> {
    Sharing::ALL.iter().map(|s| opt(s.word(), &word(p.lang, *s), now)).collect()
}

fn form_of(p: &Page, r: &Resource) -> FormOf {
    FormOf {
        name: r.name.clone(),
        summary: r.summary.clone(),
        condition: r.condition.clone(),
        updates: r.updates.clone(),
        items: r.items.iter().map(|i| format!("{} {}", i.name, i.kind)).collect::<Vec<_>>().join("\n"),
        sharing: sharing_of(p, r.sharing.word()),
    }
}

fn typed(p: &Page, fields: &Fields) -> FormOf {
    let text = |name: &str| fields.get(name).to_owned();
    FormOf {
        name: text("name"),
        summary: text("summary"),
        condition: text("condition"),
        updates: text("updates"),
        items: text("items"),
        sharing: sharing_of(p, fields.get("sharing")),
    }
}

fn new_of(fields: &Fields) -> NewResource {
    let text = |name: &str| fields.get(name).to_owned();
    NewResource {
        name: text("name"),
        summary: text("summary"),
        sharing: text("sharing"),
        condition: text("condition"),
        updates: text("updates"),
        items: text("items"),
    }
}

fn one_page(
    desk: &Desk,
    v: &ResourceView,
    form: FormOf,
    asked: (String, String),
    trouble: String,
) -> Response {
    let p = desk.page.clone();
    let r = &v.resource;
    let facts = vec![
        (p.t.dat_code, r.code.clone()),
        (p.t.dat_provider, r.provider.clone()),
        (p.t.dat_sharing, word(p.lang, r.sharing)),
        (p.t.dat_condition, r.condition.clone()),
        (p.t.dat_class, word(p.lang, r.class)),
        (p.t.dat_summary, r.summary.clone()),
        (p.t.dat_updates, r.updates.clone()),
        (p.t.dat_published, r.published.map_or_else(String::new, |d| day(p.lang, d))),
    ];
    render(&OneHtml {
        id: v.id,
        ver: v.ver,
        line: line(&p, v),
        facts: facts.into_iter().filter(|f| !f.1.is_empty()).collect(),
        items: r.items.iter().map(|i| (i.name.clone(), i.kind.clone())).collect(),
        may_write: v.may_write,
        may_ask: v.may_ask,
        may_report: v.may_report,
        form,
        purpose: asked.0,
        basis: asked.1,
        trouble,
        p,
    })
}

/// `GET /desk/data/r/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    let v = service(&kit).data_resource(desk.actor(), id).await?;
    let form = form_of(&desk.page, &v.resource);
    Ok(one_page(&desk, &v, form, Default::default(), String::new()))
}

/// `POST /desk/data/r/{id}`
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let ver = fields.get("ver").parse().unwrap_or(-1);
    match service(&kit).write_data_resource(desk.actor(), new_of(&fields), Some((id, ver))).await {
        Ok(id) => Ok(Redirect::to(&format!("/desk/data/r/{id}")).into_response()),
        Err(e) => {
            let v = service(&kit).data_resource(desk.actor(), id).await?;
            again(&desk.page, e, async |trouble| {
                Ok(one_page(&desk, &v, typed(&desk.page, &fields), Default::default(), trouble))
            })
            .await
        }
    }
}

#[derive(Template)]
#[template(path = "data_new.html")]
struct NewHtml {
    p: Page,
    form: FormOf,
    trouble: String,
}

/// `GET /desk/data/new`
pub(crate) async fn blank(desk: Desk) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WriteData).map_err(city::Error::from)?;
    let p = desk.page;
    let form = FormOf { sharing: sharing_of(&p, Sharing::Conditional.word()), ..FormOf::default() };
    Ok(render(&NewHtml { form, trouble: String::new(), p }))
}

/// `POST /desk/data/new`
pub(crate) async fn enter(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    match service(&kit).write_data_resource(desk.actor(), new_of(&fields), None).await {
        Ok(id) => Ok(Redirect::to(&format!("/desk/data/r/{id}")).into_response()),
        Err(e) => {
            again(&desk.page, e, async |trouble| {
                let form = typed(&desk.page, &fields);
                Ok(render(&NewHtml { form, trouble, p: desk.page.clone() }))
            })
            .await
        }
    }
}

/// `POST /desk/data/r/{id}/ask`
pub(crate) async fn ask(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (purpose, basis) = (fields.get("purpose").to_owned(), fields.get("basis").to_owned());
    match service(&kit).ask_for_data(desk.actor(), id, purpose.clone(), basis.clone()).await {
        Ok(number) => Ok(Redirect::to(&format!("/desk/data/requests/{number}")).into_response()),
        Err(e) => {
            let v = service(&kit).data_resource(desk.actor(), id).await?;
            let form = form_of(&desk.page, &v.resource);
            again(&desk.page, e, async |trouble| Ok(one_page(&desk, &v, form, (purpose, basis), trouble)))
                .await
        }
    }
}

/// `POST /desk/data/r/{id}/report`: what is wrong in it.
pub(crate) async fn report(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (wrong, proof) = (fields.get("wrong").to_owned(), fields.get("proof").to_owned());
    match service(&kit).report_data(desk.actor(), id, wrong.clone(), proof.clone()).await {
        Ok(number) => Ok(Redirect::to(&format!("/desk/data/requests/{number}")).into_response()),
        Err(e) => {
            let v = service(&kit).data_resource(desk.actor(), id).await?;
            let form = form_of(&desk.page, &v.resource);
            again(&desk.page, e, async |trouble| Ok(one_page(&desk, &v, form, (wrong, proof), trouble))).await
        }
    }
}

struct RequestRow {
    sort: String,
    number: String,
    resource: String,
    asker: String,
    provider: String,
    stage: String,
    due: String,
    late: bool,
    mine: bool,
}

fn request_row(p: &Page, v: &RequestView) -> RequestRow {
    RequestRow {
        sort: word(p.lang, v.request.sort),
        number: v.number.clone(),
        resource: v.resource.1.clone(),
        asker: v.asker.clone(),
        provider: v.provider.clone(),
        stage: word(p.lang, v.request.stage),
        due: v.due.map_or_else(String::new, |d| when(p.lang, d)),
        late: v.late,
        mine: !v.acts.is_empty(),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct RequestsAsk {
    #[serde(default)]
    before: i64,
}

#[derive(Template)]
#[template(path = "data_requests.html")]
struct RequestsHtml {
    p: Page,
    rows: Vec<RequestRow>,
    next: String,
}

/// `GET /desk/data/requests`
pub(crate) async fn requests(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<RequestsAsk>,
) -> Result<Response, Oops> {
    let (found, next) = service(&kit).data_requests(desk.actor(), ask.before).await?;
    let p = desk.page;
    let rows = found.iter().map(|v| request_row(&p, v)).collect();
    let next = if next == 0 { String::new() } else { format!("/desk/data/requests?before={next}") };
    Ok(render(&RequestsHtml { rows, next, p }))
}

struct Move {
    act: &'static str,
    label: String,
    /// a refusal, which owes its reason
    risk: bool,
}

struct Happened {
    at: String,
    who: String,
    act: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "data_request.html")]
struct RequestHtml {
    p: Page,
    ver: i64,
    id: i64,
    row: RequestRow,
    /// what the two texts are
    heads: (&'static str, &'static str),
    purpose: String,
    basis: String,
    reason: String,
    moves: Vec<Move>,
    lines: Vec<Happened>,
    trouble: String,
    typed: String,
}

async fn request_page(
    kit: &Kit,
    desk: &Desk,
    number: String,
    trouble: String,
    typed: String,
) -> Result<Response, Oops> {
    let v = service(kit).data_request(desk.actor(), number).await?;
    let p = desk.page.clone();
    let lines = v.lines.iter().map(|l| Happened {
        at: when(p.lang, l.at),
        who: l.who.clone(),
        act: said(p.lang, &l.act),
        reason: l.reason.clone(),
    });
    let moves = v.acts.iter().map(|(party, act)| Move {
        act: act.word(),
        label: match party {
            // What no unit here holds is answered for it.
            Party::Provider if v.acts.iter().any(|a| a.0 == Party::Authority) => {
                format!("{}{}", p.t.dat_for_provider, word(p.lang, *act))
            }
            _ => word(p.lang, *act),
        },
        risk: matches!(act, RequestAct::Refuse | RequestAct::Uphold | RequestAct::Keep | RequestAct::Settle),
    });
    Ok(render(&RequestHtml {
        ver: v.ver,
        id: v.resource.0,
        row: request_row(&p, &v),
        heads: match v.request.sort {
            Sort::Use => (p.t.dat_purpose, p.t.dat_basis),
            Sort::Correction => (p.t.dat_wrong, p.t.dat_proof),
        },
        purpose: v.request.purpose.clone(),
        basis: v.request.basis.clone(),
        reason: v.request.reason.clone(),
        moves: moves.collect(),
        lines: lines.collect(),
        trouble,
        typed,
        p,
    }))
}

/// `GET /desk/data/requests/{number}`
pub(crate) async fn request(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    request_page(&kit, &desk, number, String::new(), String::new()).await
}

/// `POST /desk/data/requests/{number}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let ver = fields.get("ver").parse().unwrap_or(-1);
    let (act, reason) = (fields.get("act").to_owned(), fields.get("reason").to_owned());
    match service(&kit).move_data_request(desk.actor(), number.clone(), ver, act, reason.clone()).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/data/requests/{number}")).into_response()),
        Err(e) => {
            again(&desk.page, e, async |trouble| request_page(&kit, &desk, number, trouble, reason).await)
                .await
        }
    }
}

struct Paper {
    unit: String,
    item: String,
    item_key: String,
    title: String,
    resource: i64,
    provider: String,
    sharing: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct AskedAsk {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    after: u32,
}

#[derive(Template)]
#[template(path = "data_asked.html")]
struct AskedHtml {
    p: Page,
    unit: String,
    units: Vec<(String, String, i64, i64)>,
    papers: Vec<Paper>,
    next: String,
}

/// `GET /desk/data/asked`
pub(crate) async fn asked(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<AskedAsk>,
) -> Result<Response, Oops> {
    let Asked { units, papers, more } =
        service(&kit).asked_although_held(desk.actor(), ask.unit.clone(), ask.after).await?;
    let p = desk.page;
    let sharing = |w: &str| Sharing::read(w).map_or_else(String::new, |s| word(p.lang, s));
    let next = ask.after + u32::try_from(papers.len()).unwrap_or(0);
    Ok(render(&AskedHtml {
        next: if more {
            address("/desk/data/asked", &[("unit", &ask.unit), ("after", &next.to_string())])
        } else {
            String::new()
        },
        units: units
            .into_iter()
            .map(|(unit, papers, items)| {
                (address("/desk/data/asked", &[("unit", &unit)]), unit, papers, items)
            })
            .collect(),
        papers: papers
            .into_iter()
            .map(|o| Paper {
                item_key: if o.item.1.is_empty() { o.item.0 } else { format!("{}~{}", o.item.0, o.item.1) },
                unit: o.unit,
                item: o.item_name,
                title: o.title,
                resource: o.resource,
                provider: o.provider,
                sharing: sharing(&o.sharing),
            })
            .collect(),
        unit: ask.unit,
        p,
    }))
}
