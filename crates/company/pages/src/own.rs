//! 企业自己的页: opened on a phone by credit code and code. What is said here is the word of the company.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use company_acts::{CompanyView, Own};
use serde::Deserialize;
use web_kit::{Fields, Oops, again, render};

use crate::aids::{AidRow, OrderRow, aid_row, order_row};
use crate::parts::{FactRow, LineRow, facts, industry, lines, size};
use crate::pay::{ClaimRow, claim_row};
use crate::policies::{PackRows, pack_rows};
use crate::whistle::{WhistleRow, own_row, waits_for_word};
use crate::{Kit, Page};

#[derive(Template)]
#[template(path = "own_find.html")]
struct FindHtml {
    p: Page,
    code: String,
    trouble: String,
}

/// `GET /company`
pub(crate) async fn find_form(p: Page) -> Response {
    render(&FindHtml { p, code: String::new(), trouble: String::new() })
}

/// `POST /company`
pub(crate) async fn find(State(kit): State<Kit>, p: Page, fields: Fields) -> Result<Response, Oops> {
    let clean = |name: &str, most: usize| -> String {
        let kept = fields.get(name).chars().filter(char::is_ascii_alphanumeric);
        kept.take(most).collect::<String>().to_ascii_uppercase()
    };
    let (code, pass) = (clean("code", 20), clean("pass", 12));
    match kit.acts.companies.follow(p.signed(), code.clone(), pass.clone()).await {
        Ok(_) => Ok(Redirect::to(&format!("/c/{code}/{pass}")).into_response()),
        Err(Error::NotFound) => {
            let trouble = p.t.co_wrong.to_owned();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&FindHtml { p, code, trouble })).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

#[derive(Template)]
#[template(path = "own.html")]
struct OwnHtml {
    p: Page,
    base: String,
    v: CompanyView,
    size: String,
    industry: String,
    facts: Vec<FactRow>,
    lines: Vec<LineRow>,
    whistles: Vec<(WhistleRow, bool)>,
    pack: Option<PackRows>,
    claims: Vec<ClaimRow>,
    shown: Vec<(String, String)>,
    aids: Vec<AidRow>,
    orders: Vec<OrderRow>,
    talks: Vec<(String, String, String, String)>,
    note: String,
    trouble: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    done: String,
    #[serde(default)]
    number: String,
}

async fn page(
    kit: &Kit,
    p: Page,
    (code, pass): (String, String),
    note: String,
    trouble: String,
) -> Result<Response, Oops> {
    let Own { view: v, whistles, shown } = kit.acts.companies.follow(p.signed(), code, pass.clone()).await?;
    let html = OwnHtml {
        base: format!("/c/{}/{pass}", v.row.code),
        size: size(&p, &v.row.size),
        industry: industry(&v.row.industry),
        facts: facts(&v),
        lines: lines(&p, &v.lines),
        pack: v.pack.as_ref().map(|k| pack_rows(&p, k, &v.claims)),
        claims: v.claims.iter().map(|c| claim_row(&p, c)).collect(),
        shown,
        aids: v.aids.iter().map(|a| aid_row(&p, a)).collect(),
        orders: v.orders.iter().map(|o| order_row(&p, o)).collect(),
        talks: v
            .talks
            .iter()
            .map(|t| (t.title.clone(), web_kit::when(p.lang, t.at), t.place.clone(), t.agenda.clone()))
            .collect(),
        whistles: whistles.iter().map(|w| (own_row(&p, w), waits_for_word(w))).collect(),
        v,
        note,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /c/{code}/{pass}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    Query(told): Query<Told>,
) -> Result<Response, Oops> {
    let note = match told.done.as_str() {
        "renew" => p.t.co_renewed.replace("{code}", &at.1),
        "say" => p.t.co_saved.to_owned(),
        "whistle" => p.t.wh_blown.to_owned(),
        "account" => p.t.pay.account_done.to_owned(),
        "claim" => p.t.pay.asked_done.replace("{number}", &told.number),
        "withdraw" => p.t.pay.withdrawn_done.to_owned(),
        "order" => p.t.aid.ordered_done.replace("{number}", &told.number),
        "cancel" => p.t.aid.cancelled_done.to_owned(),
        "object" => p.t.pay.object_done.to_owned(),
        _ => String::new(),
    };
    page(&kit, p, at, note, String::new()).await
}

/// `POST /c/{code}/{pass}/say`: what the company says of itself, a field `f.…` for each.
pub(crate) async fn say(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let facts = fields.0.iter().filter_map(|(n, v)| Some((n.strip_prefix("f.")?.to_owned(), v.clone())));
    let facts = facts.filter(|(_, v)| !v.trim().is_empty()).take(50).collect();
    let (code, pass) = at.clone();
    match kit.acts.companies.say_facts(p.signed(), code.clone(), pass.clone(), facts).await {
        Ok(()) => Ok(Redirect::to(&format!("/c/{code}/{pass}?done=say")).into_response()),
        Err(e) => again(&p.clone(), e, |trouble| page(&kit, p.clone(), at, String::new(), trouble)).await,
    }
}

/// `POST /c/{code}/{pass}/renew`
pub(crate) async fn renew(
    State(kit): State<Kit>,
    p: Page,
    Path((code, pass)): Path<(String, String)>,
    _fields: Fields,
) -> Result<Response, Oops> {
    let new = kit.acts.companies.renew_code(p.signed(), code.clone(), pass).await?;
    Ok(Redirect::to(&format!("/c/{code}/{new}?done=renew")).into_response())
}

async fn done(
    kit: &Kit,
    p: Page,
    at: (String, String),
    answer: Result<String, Error>,
) -> Result<Response, Oops> {
    match answer {
        Ok(done) => Ok(Redirect::to(&format!("/c/{}/{}?done={done}", at.0, at.1)).into_response()),
        Err(e) => again(&p.clone(), e, |trouble| page(kit, p, at, String::new(), trouble)).await,
    }
}

/// `POST /c/{code}/{pass}/account`: where it is paid to.
pub(crate) async fn account(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (bank, number) = (fields.get("bank").to_owned(), fields.get("number").to_owned());
    let (code, pass) = at.clone();
    let answer = kit.acts.companies.set_account(p.signed(), code, pass, bank, number).await;
    done(&kit, p, at, answer.map(|()| "account".to_owned())).await
}

/// `POST /c/{code}/{pass}/claim`: asks for an item.
pub(crate) async fn claim(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let item = fields.get("item").to_owned();
    let (code, pass) = at.clone();
    let answer = kit.acts.companies.ask_as_company(p.signed(), code, pass, item).await;
    done(&kit, p, at, answer.map(|number| format!("claim&number={number}"))).await
}

/// `POST /c/{code}/{pass}/withdraw`
pub(crate) async fn withdraw(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let number = fields.get("number").to_owned();
    let (code, pass) = at.clone();
    let answer = kit.acts.companies.withdraw_claim(p.signed(), code, pass, number).await;
    done(&kit, p, at, answer.map(|()| "withdraw".to_owned())).await
}

/// `POST /c/{code}/{pass}/object`: an objection to a list that is being shown.
pub(crate) async fn object(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let get = |name: &str| fields.get(name).to_owned();
    let (number, about, words) = (get("list"), get("about"), get("words"));
    let (code, pass) = at.clone();
    let answer = kit.acts.companies.object_as_company(p.signed(), code, pass, number, about, words).await;
    done(&kit, p, at, answer.map(|()| "object".to_owned())).await
}

/// `POST /c/{code}/{pass}/order`: one of the services of the catalogue.
pub(crate) async fn order(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (aid, words) = (fields.get("aid").to_owned(), fields.get("words").to_owned());
    let (code, pass) = at.clone();
    let answer = kit.acts.companies.order_as_company(p.signed(), code, pass, aid, words).await;
    done(&kit, p, at, answer.map(|number| format!("order&number={number}"))).await
}

/// `POST /c/{code}/{pass}/cancel`: what was ordered.
pub(crate) async fn cancel(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let number = fields.get("number").to_owned();
    let (code, pass) = at.clone();
    let answer = kit.acts.companies.cancel_order(p.signed(), code, pass, number).await;
    done(&kit, p, at, answer.map(|()| "cancel".to_owned())).await
}
