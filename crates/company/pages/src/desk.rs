//! 企业名录与档案: the list with its filters, and one file with everything that can be done with it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Contact;
use company_acts::CompanyView;
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, address, again, render, when};

use crate::aids::{AidRow, OrderRow, aid_row, order_row};
use crate::parts::{FactRow, LineRow, facts, industry, lines, sections, size, sizes};
use crate::pay::{ClaimRow, claim_row};
use crate::policies::{PackRows, pack_rows};
use crate::whistle::{WhistleRow, desk_row};
use crate::{Desk, Kit, Page};

struct Row {
    code: String,
    name: String,
    size: String,
    industry: String,
    region: String,
    commissioner: String,
}

#[derive(Template)]
#[template(path = "companies.html")]
struct CompaniesHtml {
    p: Page,
    text: String,
    sizes: Vec<Opt>,
    industries: Vec<Opt>,
    regions: Vec<Opt>,
    mine: bool,
    total: String,
    rows: Vec<Row>,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    size: String,
    #[serde(default)]
    industry: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    mine: String,
    #[serde(default)]
    after: String,
}

/// `GET /desk/companies`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let actor = desk.actor();
    let mine = asked.mine == "1";
    let query = store::companies::Query {
        region: asked.region.clone(),
        text: asked.q.trim().chars().take(100).collect(),
        size: asked.size.clone(),
        industry: asked.industry.clone(),
        commissioner: actor.staff.filter(|_| mine),
        after: asked.after.parse().unwrap_or(0),
        limit: 0,
    };
    let home = actor.region.clone();
    let page = kit.acts.companies.list(actor, query).await?;
    let next = page.next.map(|n| n.to_string()).unwrap_or_default();
    let pairs = [
        ("q", asked.q.as_str()),
        ("size", &asked.size),
        ("industry", &asked.industry),
        ("region", &asked.region),
        ("mine", &asked.mine),
        ("after", &next),
    ];
    let row = |(r, region, commissioner): (store::companies::CompanyRow, String, String)| Row {
        size: size(&p, &r.size),
        industry: industry(&r.industry),
        code: r.code,
        name: r.name,
        region,
        commissioner,
    };
    let regions = kit.city.regions().await?;
    let within = |code: &str| home.as_ref().is_some_and(|h| code.starts_with(h.as_str())) && code.len() <= 9;
    let html = CompaniesHtml {
        text: asked.q.clone(),
        sizes: sizes(p.lang, &asked.size),
        industries: sections(&asked.industry),
        regions: regions
            .into_iter()
            .filter(|r| within(&r.0))
            .map(|(code, name)| web_kit::opt(&code, &name, &asked.region))
            .collect(),
        mine,
        total: p.t.co_total.replace("{n}", &page.total.to_string()),
        rows: page.rows.into_iter().map(row).collect(),
        next: if next.is_empty() { String::new() } else { address("/desk/companies", &pairs) },
        p,
    };
    Ok(render(&html))
}

#[derive(Template)]
#[template(path = "company.html")]
struct CompanyHtml {
    p: Page,
    v: CompanyView,
    size: String,
    industry: String,
    facts: Vec<FactRow>,
    lines: Vec<LineRow>,
    whistles: Vec<WhistleRow>,
    pack: Option<PackRows>,
    claims: Vec<ClaimRow>,
    aids: Vec<AidRow>,
    orders: Vec<OrderRow>,
    talks: Vec<(String, String, String, String)>,
    contact: Contact,
    trouble: String,
    code: String,
    may_talk: bool,
}

struct Shown {
    contact: Option<Contact>,
    code: String,
    trouble: String,
}

async fn page(kit: &Kit, desk: &Desk, code: String, shown: Shown) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.companies.company(desk.actor(), code).await?;
    let html = CompanyHtml {
        size: size(&p, &v.row.size),
        industry: industry(&v.row.industry),
        facts: facts(&v),
        lines: lines(&p, &v.lines),
        pack: v.pack.as_ref().map(|k| pack_rows(&p, k, &v.claims)),
        claims: v.claims.iter().map(|c| claim_row(&p, c)).collect(),
        aids: v.aids.iter().map(|a| aid_row(&p, a)).collect(),
        orders: v.orders.iter().map(|o| order_row(&p, o)).collect(),
        talks: v
            .talks
            .iter()
            .map(|t| {
                let href = format!("/desk/companies/talks/{}", t.number);
                (href, t.title.clone(), when(p.lang, t.at), t.place.clone())
            })
            .collect(),
        whistles: v.whistles.iter().map(|w| desk_row(&p, w)).collect(),
        contact: shown.contact.unwrap_or_else(|| v.contact.clone()),
        trouble: shown.trouble,
        may_talk: access::offered(&desk.actor(), access::Operation::WriteTalks).is_ok(),
        code: if shown.code.is_empty() {
            String::new()
        } else {
            p.t.co_code_is.replace("{code}", &shown.code)
        },
        v,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/c/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    page(&kit, &desk, code, Shown { contact: None, code: String::new(), trouble: String::new() }).await
}

/// `POST /desk/companies/c/{code}/unmask`
pub(crate) async fn unmask(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let purpose = fields.get("purpose").to_owned();
    match kit.acts.companies.unmask(desk.actor(), code.clone(), purpose).await {
        Ok(contact) => {
            let shown = Shown { contact: Some(contact), code: String::new(), trouble: String::new() };
            page(&kit, &desk, code, shown).await
        }
        Err(e) => troubled(&kit, &desk, code, e).await,
    }
}

/// `POST /desk/companies/c/{code}/code`
pub(crate) async fn print_code(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let purpose = fields.get("purpose").to_owned();
    match kit.acts.companies.print_code(desk.actor(), code.clone(), purpose).await {
        Ok(pass) => {
            let shown = Shown { contact: None, code: pass, trouble: String::new() };
            page(&kit, &desk, code, shown).await
        }
        Err(e) => troubled(&kit, &desk, code, e).await,
    }
}

async fn troubled(kit: &Kit, desk: &Desk, code: String, e: city::Error) -> Result<Response, Oops> {
    let show = |trouble| page(kit, desk, code, Shown { contact: None, code: String::new(), trouble });
    again(&desk.page, e, show).await
}

/// `POST /desk/companies/c/{code}/account`: where it is paid to, taken down at the window.
pub(crate) async fn enter_account(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let get = |name: &str| fields.get(name).to_owned();
    let (bank, number, purpose) = (get("bank"), get("number"), get("purpose"));
    match kit.acts.companies.enter_account(desk.actor(), code.clone(), bank, number, purpose).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/companies/c/{code}")).into_response()),
        Err(e) => troubled(&kit, &desk, code, e).await,
    }
}

/// `POST /desk/companies/c/{code}/claim`: asks for an item in the place of the company.
pub(crate) async fn claim(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let item = fields.get("item").to_owned();
    match kit.acts.companies.ask_for(desk.actor(), code.clone(), item).await {
        Ok(_) => Ok(Redirect::to(&format!("/desk/companies/c/{code}")).into_response()),
        Err(e) => troubled(&kit, &desk, code, e).await,
    }
}

/// `POST /desk/companies/c/{code}/order`: orders a service in the place of the company.
pub(crate) async fn order(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (aid, words) = (fields.get("aid").to_owned(), fields.get("words").to_owned());
    match kit.acts.companies.order_for(desk.actor(), code.clone(), aid, words).await {
        Ok(number) => Ok(Redirect::to(&format!("/desk/companies/orders/{number}")).into_response()),
        Err(e) => troubled(&kit, &desk, code, e).await,
    }
}
