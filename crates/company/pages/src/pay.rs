//! 资金与政策兑付: funds with what is left of them, the list of payments, and one payment with what can be done to it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use company::claim::{ClaimAct, ClaimState, Ground, yuan};
use company::policy::Truth;
use company_acts::{ClaimDoing, ClaimLine, ClaimView, ClaimsAsked, EventLine, FundView, NewFund};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, address, again, day, opt, render, when, word};

use crate::parts::LineRow;
use crate::{Desk, Kit, Page};

/// A payment as a list shows it.
pub(crate) struct ClaimRow {
    pub number: String,
    pub href: String,
    pub opens: bool,
    pub company: String,
    pub company_href: String,
    pub item: String,
    pub fund: String,
    pub sum: String,
    pub state: String,
    pub waits: bool,
    pub due: String,
    pub late: bool,
    pub soon: bool,
    pub account: String,
    pub receipt: String,
    pub reason: String,
    pub application: String,
    pub stage: String,
    /// where the company follows it itself; empty elsewhere
    pub application_href: String,
}

pub(crate) fn claim_row(p: &Page, c: &ClaimLine) -> ClaimRow {
    ClaimRow {
        href: format!("/desk/companies/payments/{}", c.row.number),
        number: c.row.number.clone(),
        opens: c.opens,
        company: c.company.clone(),
        company_href: format!("/desk/companies/c/{}", c.code),
        item: c.row.name.clone(),
        fund: c.fund.clone(),
        sum: yuan(c.row.amount),
        state: word(p.lang, c.state),
        waits: c.state == ClaimState::Asked,
        due: c.due.filter(|_| c.state.is_open()).map_or_else(String::new, |d| day(p.lang, d.date())),
        late: c.late,
        soon: c.soon,
        account: c.row.account.clone(),
        receipt: c.row.receipt.clone(),
        reason: c.row.reason.clone(),
        application: c.row.application.clone(),
        stage: if p.lang == web_kit::Lang::Zh { c.stage.0 } else { c.stage.1 }.to_owned(),
        application_href: if c.application_code.is_empty() {
            String::new()
        } else {
            format!("/a/{}/{}", c.row.application, c.application_code)
        },
    }
}

/// A sentence behind a verdict, with its mark.
pub(crate) fn ground_rows(all: &[Ground]) -> Vec<(&'static str, String, String)> {
    let mark = |g: &Ground| match g.result.as_str() {
        "met" => "✓",
        "unmet" => "✗",
        _ => "?",
    };
    all.iter().map(|g| (mark(g), g.text.clone(), g.how.clone())).collect()
}

/// What happened, in words.
pub(crate) fn told(p: &Page, all: &[EventLine]) -> Vec<LineRow> {
    let t = p.t.pay;
    let act = |w: &str| match w {
        "ask" => t.act_ask,
        "recount" => t.act_recount,
        "list" => t.act_list,
        "approve" => t.act_approve,
        "refuse" => t.act_refuse,
        "withdraw" => t.act_withdraw,
        "pay" => t.act_pay,
        "give_back" => t.act_give_back,
        "again" => t.act_again,
        "show_account" => t.act_show_account,
        "draw" => t.act_draw,
        "settle" => t.act_settle,
        "show" => t.act_show,
        "object" => t.act_object,
        "decide" => t.act_decide,
        "drop" => t.act_drop,
        "put_fund" => t.act_put_fund,
        "order" => p.t.aid.act_order,
        "take" => p.t.aid.act_take,
        "finish" => p.t.aid.act_finish,
        "decline" => p.t.aid.act_decline,
        "cancel" => p.t.aid.act_cancel,
        "plan" => t.act_plan,
        "hold" => t.act_hold,
        "promise" => t.act_promise,
        "call_off" => t.act_call_off,
        "pay_sheet" => t.act_pay_sheet,
        _ => "",
    };
    let line = |e: &EventLine| LineRow {
        at: when(p.lang, e.at),
        who: e.who.clone(),
        act: act(&e.act).to_owned(),
        purpose: e.purpose.clone(),
    };
    all.iter().map(line).collect()
}

/// The money of a fund as pages show it, each sum with the list it opens.
pub(crate) struct MoneyRow {
    pub code: String,
    pub name: String,
    pub year: i64,
    pub unit: String,
    pub source: String,
    pub amount: String,
    pub asked: String,
    pub reserved: String,
    pub paid: String,
    pub left: String,
    pub late: usize,
    pub said: String,
    /// of 160: paid, approved
    pub wide: (i64, i64),
    pub items: String,
    pub list: String,
}

pub(crate) fn money_row(p: &Page, f: &FundView) -> MoneyRow {
    let m = f.money;
    let part = |x: i64| if m.amount > 0 { (x.max(0) * 160 + m.amount / 2) / m.amount } else { 0 };
    let (amount, paid) = (yuan(m.amount), yuan(m.paid));
    let (reserved, left) = (yuan(m.reserved), yuan(m.left()));
    let said = p.t.pay.drawn.replace("{amount}", &amount).replace("{paid}", &paid);
    MoneyRow {
        code: f.row.code.clone(),
        name: f.row.name.clone(),
        year: f.row.year,
        unit: f.unit.clone(),
        source: f.row.source.clone(),
        said: said.replace("{reserved}", &reserved).replace("{left}", &left),
        asked: yuan(m.asked),
        wide: (part(m.paid), part(m.reserved)),
        late: f.late,
        items: f.items.join("、"),
        list: format!("/desk/companies/payments?fund={}", web_kit::escape(&f.row.code)),
        amount,
        reserved,
        paid,
        left,
    }
}

pub(crate) async fn units(kit: &Kit, chosen: &str) -> Result<Vec<Opt>, Oops> {
    let office = kit.city.office_now().await?;
    let all = web_kit::unit_choices(&office);
    Ok(all.iter().map(|(short, name)| opt(short, name, chosen)).collect())
}

#[derive(Template)]
#[template(path = "funds.html")]
struct FundsHtml {
    p: Page,
    rows: Vec<MoneyRow>,
    missing: Vec<NewFund>,
    n: NewFund,
    units: Vec<Opt>,
    may_write: bool,
    trouble: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct FundAsked {
    #[serde(default)]
    code: String,
}

async fn funds_page(
    kit: &Kit,
    desk: &Desk,
    sent: Option<NewFund>,
    asked: &str,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (rows, missing) = kit.acts.companies.funds(desk.actor()).await?;
    let n = sent.unwrap_or_else(|| missing.iter().find(|f| f.code == asked).cloned().unwrap_or_default());
    let html = FundsHtml {
        rows: rows.iter().map(|f| money_row(&p, f)).collect(),
        units: units(kit, &n.unit).await?,
        may_write: access::offered(&desk.actor(), access::Operation::WriteFunds).is_ok(),
        missing,
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

fn read_fund(fields: &Fields, code: Option<&str>) -> NewFund {
    let get = |name: &str| fields.get(name).to_owned();
    NewFund {
        code: code.map_or_else(|| get("code"), str::to_owned),
        name: get("name"),
        source: get("source"),
        year: get("year"),
        unit: get("unit"),
        amount: get("amount"),
        why: get("why"),
    }
}

/// `GET /desk/companies/funds`
pub(crate) async fn funds(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<FundAsked>,
) -> Result<Response, Oops> {
    funds_page(&kit, &desk, None, &asked.code, String::new()).await
}

/// `POST /desk/companies/funds`
pub(crate) async fn new_fund(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let n = read_fund(&fields, None);
    match kit.acts.companies.put_fund(desk.actor(), n.clone(), None).await {
        Ok(code) => {
            let to = format!("/desk/companies/funds/{}", web_kit::escape(&code));
            Ok(Redirect::to(&to).into_response())
        }
        Err(e) => again(&desk.page, e, |trouble| funds_page(&kit, &desk, Some(n), "", trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "fund.html")]
struct FundHtml {
    p: Page,
    m: MoneyRow,
    counts: Vec<(String, i64, String)>,
    may_pay: bool,
    n: NewFund,
    ver: i64,
    units: Vec<Opt>,
    may_write: bool,
    lines: Vec<LineRow>,
    trouble: String,
}

async fn fund_page(
    kit: &Kit,
    desk: &Desk,
    code: String,
    sent: Option<NewFund>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let f = kit.acts.companies.fund(desk.actor(), code).await?;
    let office = kit.city.office_now().await?;
    let n = sent.unwrap_or_else(|| NewFund {
        code: f.row.code.clone(),
        name: f.row.name.clone(),
        source: f.row.source.clone(),
        year: f.row.year.to_string(),
        unit: office.unit_name(f.row.unit),
        amount: yuan(f.row.amount),
        why: String::new(),
    });
    let list = |s: ClaimState| {
        address("/desk/companies/payments", &[("fund", f.row.code.as_str()), ("state", s.word())])
    };
    let html = FundHtml {
        m: money_row(&p, &f),
        counts: f.counts.iter().map(|(s, n)| (word(p.lang, *s), *n, list(*s))).collect(),
        units: units(kit, &n.unit).await?,
        ver: f.row.ver,
        may_write: f.may_write,
        may_pay: f.may_pay,
        lines: told(&p, &f.lines),
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/funds/{code}`
pub(crate) async fn fund(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    fund_page(&kit, &desk, code, None, String::new()).await
}

/// `POST /desk/companies/funds/{code}/sheet`: who is to be paid to which account, on record.
pub(crate) async fn fund_sheet(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let purpose = fields.get("purpose").to_owned();
    match kit.acts.companies.fund_sheet(desk.actor(), code.clone(), purpose).await {
        Ok((rows, left)) => {
            let bytes = crate::batches::sheet_book(&desk.page, rows, left)?;
            Ok(web_kit::download(web_kit::XLSX, "payments.xlsx", bytes))
        }
        Err(e) => again(&desk.page, e, |trouble| fund_page(&kit, &desk, code, None, trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "twins.html")]
struct TwinsHtml {
    p: Page,
    account: Vec<ClaimRow>,
    subject: Vec<ClaimRow>,
    year: i64,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct YearAsked {
    #[serde(default)]
    year: String,
}

/// `GET /desk/companies/twins`: what was paid under several names.
pub(crate) async fn twins(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<YearAsked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let year = asked.year.parse().unwrap_or_else(|_| i64::from(p.now.date().year()));
    let (account, subject) = kit.acts.companies.paid_twice(desk.actor(), year).await?;
    let rows = |all: &[ClaimLine]| all.iter().map(|c| claim_row(&p, c)).collect();
    Ok(render(&TwinsHtml { account: rows(&account), subject: rows(&subject), year, p }))
}

/// `POST /desk/companies/funds/{code}`
pub(crate) async fn change_fund(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let n = read_fund(&fields, Some(&code));
    let ver = fields.get("ver").parse().unwrap_or(0);
    match kit.acts.companies.put_fund(desk.actor(), n.clone(), Some(ver)).await {
        Ok(code) => {
            let to = format!("/desk/companies/funds/{}", web_kit::escape(&code));
            Ok(Redirect::to(&to).into_response())
        }
        Err(e) => again(&desk.page, e, |trouble| fund_page(&kit, &desk, code, Some(n), trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "payments.html")]
struct PaymentsHtml {
    p: Page,
    rows: Vec<ClaimRow>,
    states: Vec<Opt>,
    funds: Vec<Opt>,
    late: bool,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    fund: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    late: String,
    #[serde(default)]
    before: String,
}

/// `GET /desk/companies/payments`
pub(crate) async fn payments(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let late = asked.late == "1";
    let query = ClaimsAsked {
        fund: asked.fund.clone(),
        state: ClaimState::read(&asked.state),
        late,
        before: asked.before.parse().ok(),
    };
    let page = kit.acts.companies.claims(desk.actor(), query).await?;
    let (funds, _) = kit.acts.companies.funds(desk.actor()).await?;
    let next = page.next.map(|n| n.to_string()).unwrap_or_default();
    let pairs = [("fund", asked.fund.as_str()), ("state", &asked.state), ("before", &next)];
    let html = PaymentsHtml {
        rows: page.lines.iter().map(|c| claim_row(&p, c)).collect(),
        states: ClaimState::ALL.iter().map(|s| opt(s.word(), &word(p.lang, *s), &asked.state)).collect(),
        funds: funds.iter().map(|f| opt(&f.row.code, &f.row.name, &asked.fund)).collect(),
        late,
        next: if next.is_empty() { String::new() } else { address("/desk/companies/payments", &pairs) },
        p,
    };
    Ok(render(&html))
}

#[derive(Template)]
#[template(path = "payment.html")]
struct PaymentHtml {
    p: Page,
    c: ClaimRow,
    v: ClaimView,
    grounds: Vec<(&'static str, String, String)>,
    left: String,
    today: Option<(String, bool, Vec<(&'static str, String, String)>)>,
    approve: Option<(i64, String)>,
    lines: Vec<LineRow>,
    account: String,
    trouble: String,
}

impl PaymentHtml {
    fn may(&self, act: &str) -> bool {
        self.v.acts.iter().any(|a| a.word() == act)
    }
    fn differs(&self) -> bool {
        self.today.as_ref().is_some_and(|t| t.1)
    }
}

async fn payment_page(
    kit: &Kit,
    desk: &Desk,
    number: String,
    account: String,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.companies.claim(desk.actor(), number).await?;
    let approve = v
        .today
        .as_ref()
        .filter(|t| t.0 == Truth::Met && v.acts.contains(&ClaimAct::Approve))
        .map(|t| (t.1, p.t.pay.approve_amount.replace("{n}", &yuan(t.1))));
    let today = v.today.as_ref().map(|(_, sum, grounds)| {
        (yuan(*sum), *sum != v.line.row.amount || *grounds != v.grounds, ground_rows(grounds))
    });
    let html = PaymentHtml {
        c: claim_row(&p, &v.line),
        grounds: ground_rows(&v.grounds),
        left: yuan(v.money.left()),
        today,
        approve,
        lines: told(&p, &v.lines),
        v,
        account,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/payments/{number}`
pub(crate) async fn payment(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    payment_page(&kit, &desk, number, String::new(), String::new()).await
}

/// `POST /desk/companies/payments/{number}`: one act, by its word in `do`.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let text = |name: &str| fields.get(name).to_owned();
    let doing = match ClaimAct::read(fields.get("do")) {
        Some(ClaimAct::Approve) => ClaimDoing::Approve(fields.get("amount").parse().unwrap_or(0)),
        Some(ClaimAct::Recount) => ClaimDoing::Recount,
        Some(ClaimAct::Refuse) => ClaimDoing::Refuse(text("reason")),
        Some(ClaimAct::Pay) => ClaimDoing::Pay(text("receipt")),
        Some(ClaimAct::GiveBack) => ClaimDoing::GiveBack(text("reason")),
        Some(ClaimAct::Again) => ClaimDoing::Again(text("reason")),
        _ => return Err(Oops(city::Error::NotFound)),
    };
    let ver = fields.get("ver").parse().unwrap_or(0);
    match kit.acts.companies.act_on_claim(desk.actor(), number.clone(), ver, doing).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/companies/payments/{number}")).into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| payment_page(&kit, &desk, number, String::new(), trouble)).await
        }
    }
}

/// `POST /desk/companies/payments/{number}/account`: the whole account, on record.
pub(crate) async fn account(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let purpose = fields.get("purpose").to_owned();
    match kit.acts.companies.show_account(desk.actor(), number.clone(), purpose).await {
        Ok(a) => {
            let is = desk.page.t.pay.account_is;
            let is = is.replace("{bank}", &a.bank).replace("{number}", &a.number);
            payment_page(&kit, &desk, number, is, String::new()).await
        }
        Err(e) => {
            again(&desk.page, e, |trouble| payment_page(&kit, &desk, number, String::new(), trouble)).await
        }
    }
}

#[derive(Template)]
#[template(path = "see_payment.html")]
struct SeeHtml {
    p: Page,
    c: ClaimRow,
    grounds: Vec<(&'static str, String, String)>,
}

/// `GET /see/p/{number}/{token}`: shows a payment and never acts.
pub(crate) async fn see(
    State(kit): State<Kit>,
    p: Page,
    Path((number, token)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let line = kit.acts.companies.see_claim(number, token).await?;
    let grounds: Vec<Ground> = serde_json::from_str(&line.row.why).unwrap_or_default();
    Ok(render(&SeeHtml { c: claim_row(&p, &line), grounds: ground_rows(&grounds), p }))
}
