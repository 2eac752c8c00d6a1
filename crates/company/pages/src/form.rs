//! 建档与修改: one form for a new file and for putting one right.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Contact;
use company_acts::NewCompany;
use web_kit::{Fields, Oops, Opt, again, render};

use crate::parts::{sections, sizes};
use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "company_form.html")]
struct FormHtml {
    p: Page,
    title: String,
    to: String,
    fixed: String,
    ver: String,
    n: NewCompany,
    sizes: Vec<Opt>,
    industries: Vec<Opt>,
    regions: Vec<Opt>,
    trouble: String,
}

fn read(fields: &Fields, code: Option<&str>) -> NewCompany {
    let get = |name: &str| fields.get(name).to_owned();
    NewCompany {
        code: code.map_or_else(|| get("code"), str::to_owned),
        name: get("name"),
        size: get("size"),
        industry: get("industry"),
        region: get("region"),
        commissioner: get("commissioner"),
        contact: Contact {
            name: get("contact"),
            phone: get("phone"),
            address: get("address"),
            ..Contact::default()
        },
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    n: NewCompany,
    at: Option<(String, i64)>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let actor = desk.actor();
    access_offers(&actor)?;
    let regions = kit.city.regions().await?;
    let chosen = if n.region.is_empty() && at.is_none() {
        actor.region.as_ref().map(|r| r.as_str().to_owned()).unwrap_or_default()
    } else {
        n.region.clone()
    };
    let within =
        |code: &str| actor.region.as_ref().is_some_and(|h| code.starts_with(h.as_str())) && code.len() <= 9;
    let html = FormHtml {
        title: if at.is_some() { p.t.co_edit.to_owned() } else { p.t.co_new.to_owned() },
        to: at.as_ref().map_or_else(
            || "/desk/companies/new".to_owned(),
            |(code, _)| format!("/desk/companies/c/{code}/edit"),
        ),
        fixed: at.as_ref().map(|a| a.0.clone()).unwrap_or_default(),
        ver: at.map(|a| a.1.to_string()).unwrap_or_default(),
        sizes: sizes(p.lang, &n.size),
        industries: sections(&n.industry),
        regions: regions
            .into_iter()
            .filter(|r| within(&r.0))
            .map(|(code, name)| web_kit::opt(&code, &name, &chosen))
            .collect(),
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// Whoever may enter nothing is not shown a form.
fn access_offers(actor: &kernel::Actor) -> Result<(), Oops> {
    access::offered(actor, access::Operation::WriteCompany).map_err(|e| Oops(e.into()))
}

/// `GET /desk/companies/new`
pub(crate) async fn new(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, NewCompany::default(), None, String::new()).await
}

/// `POST /desk/companies/new`
pub(crate) async fn enter(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let n = read(&fields, None);
    match kit.acts.companies.put(desk.actor(), n.clone(), None).await {
        Ok(code) => Ok(Redirect::to(&format!("/desk/companies/c/{code}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, n, None, trouble)).await,
    }
}

/// `GET /desk/companies/c/{code}/edit`
pub(crate) async fn edit(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    let v = kit.acts.companies.company(desk.actor(), code).await?;
    let n = NewCompany {
        code: v.row.code.clone(),
        name: v.row.name,
        size: v.row.size,
        industry: v.row.industry,
        region: v.row.region,
        ..NewCompany::default()
    };
    page(&kit, &desk, n, Some((v.row.code, v.row.ver)), String::new()).await
}

/// `POST /desk/companies/c/{code}/edit`
pub(crate) async fn change(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let n = read(&fields, Some(&code));
    let ver: i64 = fields.get("ver").parse().unwrap_or(0);
    match kit.acts.companies.put(desk.actor(), n.clone(), Some(ver)).await {
        Ok(code) => Ok(Redirect::to(&format!("/desk/companies/c/{code}")).into_response()),
        Err(e) => {
            let now = kit.acts.companies.company(desk.actor(), code.clone()).await?.row.ver;
            again(&desk.page, e, |trouble| page(&kit, &desk, n, Some((code, now)), trouble)).await
        }
    }
}
