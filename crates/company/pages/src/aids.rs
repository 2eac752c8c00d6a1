//! 增值服务: the catalogue with its figures, one service, the orders, and on the page of a company what it may order.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use company::aid::{AidKind, OrderAct, OrderState};
use company_acts::{AidView, NewAid, OrderView, OrdersAsked};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, address, again, day, opt, render, word};

use crate::parts::LineRow;
use crate::pay::told;
use crate::{Desk, Kit, Page};

/// A service as lists show it.
pub(crate) struct AidRow {
    pub code: String,
    pub href: String,
    pub name: String,
    pub kind: String,
    pub unit: String,
    pub about: String,
    pub price: String,
    pub phone: String,
    pub days: i64,
    pub offered: bool,
    /// orders in each state, with the list each opens
    pub counts: Vec<(String, i64, String)>,
    pub rated: String,
}

pub(crate) fn aid_row(p: &Page, a: &AidView) -> AidRow {
    let list = |s: OrderState| {
        address("/desk/companies/orders", &[("aid", a.row.code.as_str()), ("state", s.word())])
    };
    let mean = format!("{}.{}", a.tenths / 10, a.tenths % 10);
    AidRow {
        code: a.row.code.clone(),
        href: format!("/desk/companies/aids/{}", web_kit::escape(&a.row.code)),
        name: a.row.name.clone(),
        kind: word(p.lang, a.kind),
        unit: a.unit.clone(),
        about: a.row.about.clone(),
        price: a.row.price.clone(),
        phone: a.row.phone.clone(),
        days: a.row.days,
        offered: a.offered,
        counts: a.counts.iter().filter(|c| c.1 > 0).map(|(s, n)| (word(p.lang, *s), *n, list(*s))).collect(),
        rated: if a.rated == 0 {
            String::new()
        } else {
            p.t.aid.mean.replace("{mean}", &mean).replace("{n}", &a.rated.to_string())
        },
    }
}

/// An order as lists show it.
pub(crate) struct OrderRow {
    pub number: String,
    pub href: String,
    pub opens: bool,
    pub name: String,
    pub company: String,
    pub company_href: String,
    pub unit: String,
    pub state: String,
    pub began: String,
    pub due: String,
    pub late: bool,
    pub words: String,
    pub result: String,
    pub rated: String,
    pub rate_href: String,
    pub may_cancel: bool,
}

pub(crate) fn order_row(p: &Page, o: &OrderView) -> OrderRow {
    OrderRow {
        number: o.row.number.clone(),
        href: format!("/desk/companies/orders/{}", o.row.number),
        opens: o.opens,
        name: o.name.clone(),
        company: o.company.clone(),
        company_href: format!("/desk/companies/c/{}", o.company_code),
        unit: o.unit.clone(),
        state: word(p.lang, o.state),
        began: day(p.lang, o.row.began.date()),
        due: o.due.filter(|_| o.state.is_open()).map_or_else(String::new, |d| day(p.lang, d.date())),
        late: o.late,
        words: o.row.words.clone(),
        result: o.row.result.clone(),
        rated: o.level.map_or_else(String::new, |l| p.t.aid.level.replace("{n}", &l.to_string())),
        rate_href: if o.token.is_empty() { String::new() } else { format!("/rate/{}", o.token) },
        may_cancel: o.acts.contains(&OrderAct::Cancel),
    }
}

#[derive(Template)]
#[template(path = "aids.html")]
struct AidsHtml {
    p: Page,
    rows: Vec<AidRow>,
    n: NewAid,
    kinds: Vec<Opt>,
    units: Vec<Opt>,
    may_write: bool,
    trouble: String,
}

fn kinds(p: &Page, chosen: &str) -> Vec<Opt> {
    AidKind::ALL.iter().map(|k| opt(k.word(), &word(p.lang, *k), chosen)).collect()
}

async fn aids_page(kit: &Kit, desk: &Desk, sent: Option<NewAid>, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.companies.aids(desk.actor()).await?;
    let n = sent.unwrap_or_else(|| NewAid { offered: true, ..NewAid::default() });
    let html = AidsHtml {
        rows: all.iter().map(|a| aid_row(&p, a)).collect(),
        kinds: kinds(&p, &n.kind),
        units: crate::pay::units(kit, &n.unit).await?,
        may_write: access::offered(&desk.actor(), access::Operation::WriteAids).is_ok(),
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

fn read(fields: &Fields, code: Option<&str>) -> NewAid {
    let get = |name: &str| fields.get(name).to_owned();
    NewAid {
        code: code.map_or_else(|| get("code"), str::to_owned),
        name: get("name"),
        kind: get("kind"),
        unit: get("unit"),
        about: get("about"),
        price: get("price"),
        phone: get("phone"),
        days: get("days"),
        offered: fields.get("offered") == "1",
    }
}

/// `GET /desk/companies/aids`
pub(crate) async fn aids(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    aids_page(&kit, &desk, None, String::new()).await
}

/// `POST /desk/companies/aids`
pub(crate) async fn enter(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let n = read(&fields, None);
    match kit.acts.companies.put_aid(desk.actor(), n.clone(), None).await {
        Ok(_) => Ok(Redirect::to("/desk/companies/aids").into_response()),
        Err(e) => again(&desk.page, e, |trouble| aids_page(&kit, &desk, Some(n), trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "aid.html")]
struct AidHtml {
    p: Page,
    a: AidRow,
    n: NewAid,
    ver: i64,
    kinds: Vec<Opt>,
    units: Vec<Opt>,
    may_write: bool,
    trouble: String,
}

async fn aid_page(
    kit: &Kit,
    desk: &Desk,
    code: String,
    sent: Option<NewAid>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.companies.aids(desk.actor()).await?;
    let a = all.into_iter().find(|a| a.row.code == code).ok_or(Oops(city::Error::NotFound))?;
    let n = sent.unwrap_or_else(|| NewAid {
        code: a.row.code.clone(),
        name: a.row.name.clone(),
        kind: a.row.kind.clone(),
        unit: a.unit.clone(),
        about: a.row.about.clone(),
        price: a.row.price.clone(),
        phone: a.row.phone.clone(),
        days: a.row.days.to_string(),
        offered: a.offered,
    });
    let html = AidHtml {
        a: aid_row(&p, &a),
        ver: a.row.ver,
        kinds: kinds(&p, &n.kind),
        units: crate::pay::units(kit, &n.unit).await?,
        may_write: access::offered(&desk.actor(), access::Operation::WriteAids).is_ok(),
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/aids/{code}`
pub(crate) async fn aid(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    aid_page(&kit, &desk, code, None, String::new()).await
}

/// `POST /desk/companies/aids/{code}`
pub(crate) async fn change(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let n = read(&fields, Some(&code));
    let ver = fields.get("ver").parse().unwrap_or(0);
    match kit.acts.companies.put_aid(desk.actor(), n.clone(), Some(ver)).await {
        Ok(_) => Ok(Redirect::to("/desk/companies/aids").into_response()),
        Err(e) => again(&desk.page, e, |trouble| aid_page(&kit, &desk, code, Some(n), trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersHtml {
    p: Page,
    rows: Vec<OrderRow>,
    states: Vec<Opt>,
    aid: String,
    late: bool,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    aid: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    late: String,
    #[serde(default)]
    before: i64,
}

/// `GET /desk/companies/orders`
pub(crate) async fn orders(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let late = asked.late == "1";
    let what = OrdersAsked {
        aid: asked.aid.clone(),
        state: OrderState::read(&asked.state),
        late,
        before: asked.before,
    };
    let (all, next) = kit.acts.companies.orders(desk.actor(), what).await?;
    let before = next.to_string();
    let pairs =
        [("aid", &*asked.aid), ("state", &*asked.state), ("late", &*asked.late), ("before", &*before)];
    let next = if next == 0 { String::new() } else { address("/desk/companies/orders", &pairs) };
    let html = OrdersHtml {
        rows: all.iter().map(|o| order_row(&p, o)).collect(),
        states: OrderState::ALL.iter().map(|s| opt(s.word(), &word(p.lang, *s), &asked.state)).collect(),
        aid: asked.aid,
        late,
        next,
        p,
    };
    Ok(render(&html))
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderHtml {
    p: Page,
    o: OrderRow,
    v: OrderView,
    lines: Vec<LineRow>,
    trouble: String,
}

impl OrderHtml {
    fn may(&self, act: &str) -> bool {
        self.v.acts.iter().any(|a| a.word() == act)
    }
}

async fn order_page(kit: &Kit, desk: &Desk, number: String, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.companies.order(desk.actor(), number).await?;
    Ok(render(&OrderHtml { o: order_row(&p, &v), lines: told(&p, &v.lines), v, trouble, p }))
}

/// `GET /desk/companies/orders/{number}`
pub(crate) async fn order(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    order_page(&kit, &desk, number, String::new()).await
}

/// `POST /desk/companies/orders/{number}`: one act, by its word in `do`.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let act = OrderAct::read(fields.get("do")).ok_or(Oops(city::Error::NotFound))?;
    let (ver, said) = (fields.get("ver").parse().unwrap_or(0), fields.get("result").to_owned());
    match kit.acts.companies.act_on_order(desk.actor(), number.clone(), ver, act, said).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/companies/orders/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| order_page(&kit, &desk, number, trouble)).await,
    }
}
