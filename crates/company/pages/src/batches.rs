//! 免申即享: lists that are drawn up, looked at, shown, objected to, approved by a second person and paid; and what is being
//! shown, for everybody.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use company::batch::{BatchAct, Decision};
use company::claim::yuan;
use company_acts::{BatchView, Rerun, SheetRow, ShownList};
use paper::sheet::write_book;
use web_kit::{Fields, Oops, XLSX, again, day, download, render, said, when, word};

use crate::parts::LineRow;
use crate::pay::{ClaimRow, claim_row, ground_rows, told};
use crate::{Desk, Kit, Page};

struct ListRow {
    number: String,
    href: String,
    item: String,
    state: String,
    as_of: String,
    due: usize,
    sum: String,
    until: String,
    unit: String,
}

fn list_row(p: &Page, b: &BatchView) -> ListRow {
    ListRow {
        number: b.row.number.clone(),
        href: format!("/desk/companies/batches/{}", b.row.number),
        item: b.row.name.clone(),
        state: word(p.lang, b.state),
        as_of: b.row.as_of.clone(),
        due: b.due,
        sum: yuan(b.sum),
        until: b.until.map_or_else(String::new, |u| day(p.lang, u.date())),
        unit: b.unit.clone(),
    }
}

#[derive(Template)]
#[template(path = "batches.html")]
struct BatchesHtml {
    p: Page,
    rows: Vec<ListRow>,
    items: Vec<(String, String)>,
    may_draw: bool,
    trouble: String,
}

async fn lists_page(kit: &Kit, desk: &Desk, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (rows, items) = kit.acts.companies.batches(desk.actor()).await?;
    let html = BatchesHtml {
        rows: rows.iter().map(|b| list_row(&p, b)).collect(),
        may_draw: access::offered(&desk.actor(), access::Operation::WriteBatches).is_ok(),
        items,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/batches`
pub(crate) async fn lists(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    lists_page(&kit, &desk, String::new()).await
}

/// `POST /desk/companies/batches`: draws a list up.
pub(crate) async fn draw(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let item = fields.get("item").to_owned();
    let done = match kit.acts.companies.draw_up(desk.actor(), item).await {
        Ok(drawn) => kit.acts.companies.keep_batch(desk.actor(), drawn).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(number) => Ok(Redirect::to(&format!("/desk/companies/batches/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| lists_page(&kit, &desk, trouble)).await,
    }
}

struct Line {
    code: String,
    name: String,
    href: String,
    sum: String,
    standing: String,
    due: bool,
    said: String,
    grounds: Vec<(&'static str, String, String)>,
}

struct Objection {
    id: i64,
    about: String,
    by: String,
    words: String,
    at: String,
    decision: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchHtml {
    p: Page,
    b: ListRow,
    v: BatchView,
    drawn: String,
    lines: Vec<Line>,
    objections: Vec<Objection>,
    claims: Vec<ClaimRow>,
    waits: usize,
    events: Vec<LineRow>,
    rerun: Option<Rerun>,
    note: String,
    problems: Vec<(String, String)>,
    trouble: String,
}

impl BatchHtml {
    fn may(&self, act: &str) -> bool {
        self.v.acts.iter().any(|a| a.word() == act)
    }
    fn sum(&self, fen: &Option<i64>) -> String {
        fen.map_or_else(|| self.p.t.pay.absent.to_owned(), yuan)
    }
}

#[derive(Default)]
struct Shown {
    rerun: Option<Rerun>,
    note: String,
    problems: Vec<(String, String)>,
    trouble: String,
}

async fn list_page(kit: &Kit, desk: &Desk, number: String, shown: Shown) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.companies.batch(desk.actor(), number).await?;
    let line = |l: &company_acts::BatchLine| Line {
        code: l.row.code.clone(),
        name: l.row.name.clone(),
        href: format!("/desk/companies/c/{}", l.row.code),
        sum: yuan(l.row.amount),
        standing: word(p.lang, l.standing),
        due: l.standing == company::batch::Standing::Due,
        said: l.row.said.clone(),
        grounds: ground_rows(&l.grounds),
    };
    let objection = |o: &company_acts::ObjectionView| Objection {
        id: o.row.id,
        about: o.about.clone(),
        by: o.by.clone(),
        words: o.row.words.clone(),
        at: when(p.lang, o.row.at),
        decision: o.decision.map_or_else(String::new, |d| word(p.lang, d)),
        reason: o.row.reason.clone(),
    };
    let html = BatchHtml {
        b: list_row(&p, &v),
        drawn: when(p.lang, v.row.drawn),
        lines: v.lines.iter().map(line).collect(),
        objections: v.objections.iter().map(objection).collect(),
        waits: v.claims.iter().filter(|c| c.state == company::claim::ClaimState::Approved).count(),
        claims: v.claims.iter().map(|c| claim_row(&p, c)).collect(),
        events: told(&p, &v.events),
        v,
        rerun: shown.rerun,
        note: shown.note,
        problems: shown.problems,
        trouble: shown.trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/batches/{number}`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    list_page(&kit, &desk, number, Shown::default()).await
}

/// `GET /desk/companies/batches/{number}/rerun`
pub(crate) async fn rerun(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    match kit.acts.companies.rerun_batch(desk.actor(), number.clone()).await {
        Ok(found) => list_page(&kit, &desk, number, Shown { rerun: Some(found), ..Shown::default() }).await,
        Err(e) => {
            let show = |trouble| list_page(&kit, &desk, number, Shown { trouble, ..Shown::default() });
            again(&desk.page, e, show).await
        }
    }
}

/// `POST /desk/companies/batches/{number}`: one act, by its word in `do`.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let text = |name: &str| fields.get(name).to_owned();
    let (app, actor, at) = (&kit.acts.companies, desk.actor(), number.clone());
    let ver = fields.get("ver").parse().unwrap_or(0);
    let done = match BatchAct::read(fields.get("do")) {
        Some(BatchAct::Settle) => {
            let due = fields.get("due") == "1";
            app.settle_line(actor, at, ver, text("code"), due, text("reason")).await
        }
        Some(BatchAct::Show) => app.show_batch(actor, at, ver).await,
        Some(BatchAct::Object) => app.take_objection(actor, at, text("code"), text("words")).await,
        Some(BatchAct::Decide) => match Decision::read(fields.get("decision")) {
            Some(decision) => {
                let id = fields.get("objection").parse().unwrap_or(0);
                app.decide_objection(actor, at, id, decision, text("reason")).await
            }
            None => Err(Error::invalid("decision", "请选择处理结果", "choose the decision")),
        },
        Some(BatchAct::Approve) => app.approve_batch(actor, at, ver).await.map(drop),
        Some(BatchAct::Drop) => app.drop_batch(actor, at, ver, text("reason")).await,
        Some(BatchAct::Draw) | None => Err(Error::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/companies/batches/{number}")).into_response()),
        Err(e) => {
            let show = |trouble| list_page(&kit, &desk, number, Shown { trouble, ..Shown::default() });
            again(&desk.page, e, show).await
        }
    }
}

/// `POST /desk/companies/batches/{number}/pay`: all that wait, under one receipt.
pub(crate) async fn pay(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let receipt = fields.get("receipt").to_owned();
    match kit.acts.companies.pay_batch(desk.actor(), number.clone(), receipt).await {
        Ok((paid, left)) => {
            let lang = desk.page.lang;
            let note = desk.page.t.pay.pay_batch_done.replace("{n}", &paid.to_string());
            let problems = left.into_iter().map(|(n, why)| (n, said(lang, &why))).collect();
            list_page(&kit, &desk, number, Shown { note, problems, ..Shown::default() }).await
        }
        Err(e) => {
            let show = |trouble| list_page(&kit, &desk, number, Shown { trouble, ..Shown::default() });
            again(&desk.page, e, show).await
        }
    }
}

/// The sheet for the bank as a workbook, with who is left out and why.
pub(crate) fn sheet_book(
    p: &Page,
    rows: Vec<SheetRow>,
    left: Vec<(String, kernel::Said)>,
) -> Result<Vec<u8>, Error> {
    let t = p.t;
    let head = [t.pay.number, t.pay.company, t.co_code, t.pay.bank, t.pay.account_number, t.pay.sum];
    let mut sheet = vec![head.map(str::to_owned).to_vec()];
    sheet.extend(
        rows.into_iter()
            .map(|r| vec![r.number, r.name, r.code, r.account.bank, r.account.number, yuan(r.amount)]),
    );
    let mut sheets = vec![(t.pay.batch.to_owned(), sheet)];
    if !left.is_empty() {
        let mut out = vec![vec![t.pay.number.to_owned(), t.pay.left_why.to_owned()]];
        out.extend(left.into_iter().map(|(number, why)| vec![number, web_kit::said(p.lang, &why)]));
        sheets.push((t.pay.left_out.to_owned(), out));
    }
    write_book(sheets).map_err(Error::bug)
}

/// `POST /desk/companies/batches/{number}/sheet`: who is to be paid to which account, on record.
pub(crate) async fn sheet(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let purpose = fields.get("purpose").to_owned();
    match kit.acts.companies.pay_sheet(desk.actor(), number.clone(), purpose).await {
        Ok((rows, left)) => {
            let bytes = sheet_book(&desk.page, rows, left)?;
            Ok(download(XLSX, &format!("{number}.xlsx"), bytes))
        }
        Err(e) => {
            let show = |trouble| list_page(&kit, &desk, number, Shown { trouble, ..Shown::default() });
            again(&desk.page, e, show).await
        }
    }
}

struct ShownRow {
    number: String,
    name: String,
    policy: String,
    days: String,
    lines: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "publicity.html")]
struct PublicityHtml {
    p: Page,
    lists: Vec<ShownRow>,
}

fn shown_row(p: &Page, l: &ShownList) -> ShownRow {
    let date = |m: kernel::Moment| day(p.lang, m.date());
    let days = p.t.pay.publicity_days.replace("{from}", &date(l.days.0)).replace("{to}", &date(l.days.1));
    ShownRow {
        number: l.number.clone(),
        name: l.name.clone(),
        policy: l.policy.clone(),
        days: days.replace("{unit}", &l.unit).replace("{phone}", &l.phone).trim().to_owned(),
        lines: l.lines.iter().map(|(name, sum)| (name.clone(), yuan(*sum))).collect(),
    }
}

/// `GET /publicity`
pub(crate) async fn publicity(State(kit): State<Kit>, p: Page) -> Result<Response, Oops> {
    let all = kit.acts.companies.publicity().await?;
    Ok(render(&PublicityHtml { lists: all.iter().map(|l| shown_row(&p, l)).collect(), p }))
}

/// `GET /publicity/{number}`: one list.
pub(crate) async fn publicity_of(
    State(kit): State<Kit>,
    p: Page,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    let all = kit.acts.companies.publicity().await?;
    let one = all.iter().find(|l| l.number == number).ok_or(Oops(Error::NotFound))?;
    Ok(render(&PublicityHtml { lists: vec![shown_row(&p, one)], p }))
}
