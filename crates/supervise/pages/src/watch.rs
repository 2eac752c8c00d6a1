//! 督查页: the weekly list, draws anyone can repeat, the accountability register.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use supervise::{FIGURES, Rule, figure};
use supervise_acts::{AccountState, Measure};
use web_kit::{Fields, Lang, Oops, Opt, again, day, opt, render, when};

use crate::boards::{AskForm, name};
use crate::{Desk, Kit, Page};
use crate::{may, ready};

struct StaleRow {
    number: String,
    title: String,
    unit: String,
    days: i64,
    late: bool,
}

struct PaperRow {
    number: String,
    title: String,
    unit: String,
    at: String,
}

#[derive(Template)]
#[template(path = "weekly.html")]
struct WeeklyHtml {
    p: Page,
    idle: Vec<(String, u64)>,
    stale: Vec<StaleRow>,
    paper: Vec<PaperRow>,
}

/// `GET /desk/watch`
pub(crate) async fn weekly(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    ready(&kit).await?;
    let p = desk.page.clone();
    let w = kit.acts.supervision.weekly(desk.actor()).await?;
    let stale = |(number, title, unit, days, late)| StaleRow { number, title, unit, days, late };
    let paper = |e: supervise_acts::FigureEntry| PaperRow {
        number: e.number,
        title: e.title,
        unit: e.unit,
        at: when(p.lang, e.at),
    };
    Ok(render(&WeeklyHtml {
        idle: w.idle,
        stale: w.stale.into_iter().map(stale).collect(),
        paper: w.paper.into_iter().map(paper).collect(),
        p,
    }))
}

struct CheckRow {
    name: String,
    /// the reader may know its number, so it can be opened
    known: bool,
    stratum: String,
    lot: String,
    result: String,
    evidence: String,
}

struct DrawRow {
    id: i64,
    seed: String,
    at: String,
    figure: &'static str,
    span: String,
    strata: String,
    rows: Vec<CheckRow>,
}

#[derive(Template)]
#[template(path = "draws.html")]
struct DrawsHtml {
    p: Page,
    rows: Vec<DrawRow>,
    figures: Vec<Opt>,
    from: String,
    to: String,
    writes: bool,
    trouble: String,
    sent: Fields,
}

async fn draws_page(kit: &Kit, desk: &Desk, trouble: String, sent: Fields) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let row = |d: supervise_acts::DrawView| DrawRow {
        id: d.id,
        seed: d.seed,
        at: when(p.lang, d.at),
        figure: figure(&d.figure).map_or("", |f| name(p.lang, f)),
        span: format!("{} – {}", day(p.lang, d.ask.from), day(p.lang, d.ask.to)),
        strata: d
            .strata
            .iter()
            .map(|s| format!("{} {}/{}", s.name, s.drawn, s.of))
            .collect::<Vec<_>>()
            .join("、"),
        rows: d
            .drawn
            .into_iter()
            .map(|c| CheckRow {
                known: c.name.starts_with(|c: char| c.is_ascii_digit()),
                name: c.name,
                stratum: c.stratum,
                lot: c.lot,
                result: c.result,
                evidence: c.evidence,
            })
            .collect(),
    };
    let ask = AskForm::default().ask(p.now);
    let figures = FIGURES.iter().filter(|f| !matches!(f.rule, Rule::Share(..)));
    Ok(render(&DrawsHtml {
        rows: kit.acts.supervision.draws(desk.actor()).await?.into_iter().map(row).collect(),
        figures: figures.map(|f| opt(f.key, name(p.lang, f), "archived")).collect(),
        from: ask.from.to_string(),
        to: ask.to.to_string(),
        writes: may(desk, access::Operation::WriteDraws),
        trouble,
        sent,
        p,
    }))
}

/// `GET /desk/watch/draws`
pub(crate) async fn draws(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    draws_page(&kit, &desk, String::new(), Fields::default()).await
}

async fn after_draw(
    kit: &Kit,
    desk: &Desk,
    done: Result<(), city::Error>,
    sent: Fields,
) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to("/desk/watch/draws").into_response()),
        Err(e) => again(&desk.page, e, |trouble| draws_page(kit, desk, trouble, sent)).await,
    }
}

/// `POST /desk/watch/draws`
pub(crate) async fn draw(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    ready(&kit).await?;
    let ask = AskForm {
        from: fields.get("from").to_owned(),
        to: fields.get("to").to_owned(),
        ..AskForm::default()
    };
    let n = fields.get("n").parse().unwrap_or(0);
    let (key, seed) = (fields.get("figure").to_owned(), fields.get("seed").to_owned());
    let done = kit.acts.supervision.draw(desk.actor(), ask.ask(desk.page.now), key, seed, n).await.map(drop);
    after_draw(&kit, &desk, done, fields).await
}

/// `POST /desk/watch/draws/{id}`
pub(crate) async fn check(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let get = |n: &str| fields.get(n).to_owned();
    let done =
        kit.acts.supervision.check_drawn(desk.actor(), id, get("name"), get("result"), get("evidence")).await;
    after_draw(&kit, &desk, done, fields).await
}

struct AccountRow {
    id: i64,
    unit: String,
    at: String,
    measure: &'static str,
    reason: String,
    cases: Vec<String>,
    decided_by: String,
    reply: String,
    closing: String,
    state: &'static str,
    may_reply: bool,
    may_close: bool,
    /// its paper can be sent
    may_send: bool,
    may_withdraw: bool,
}

#[derive(Template)]
#[template(path = "register_of_account.html")]
struct RegisterHtml {
    p: Page,
    rows: Vec<AccountRow>,
    measures: Vec<Opt>,
    units: Vec<(String, String)>,
    writes: bool,
    trouble: String,
    sent: Fields,
}

async fn register_page(kit: &Kit, desk: &Desk, trouble: String, sent: Fields) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let zh = p.lang == Lang::Zh;
    let writes = may(desk, access::Operation::WriteSupervision);
    let own = desk.me.actor.unit;
    let office = kit.city.office_now().await?;
    let row = |a: supervise_acts::Account| {
        let writes = writes
            && office.unit(a.unit).is_some_and(|u| {
                let of = access::Unit { unit: Some(a.unit), region: &u.region };
                access::decide(&desk.actor(), access::op::WriteSupervision, of).is_ok()
            });
        let (measure, state) = (a.measure.words(), a.state.words());
        let mine = own == Some(a.unit);
        AccountRow {
            id: a.id,
            unit: a.name,
            at: when(p.lang, a.at),
            measure: if zh { measure.1 } else { measure.2 },
            reason: a.reason,
            cases: a.cases,
            decided_by: a.decided_by,
            reply: a.reply,
            closing: a.closing,
            state: if zh { state.1 } else { state.2 },
            may_reply: mine && a.state == AccountState::Open && may(desk, access::Operation::AnswerAccount),
            may_close: writes
                && !mine
                && a.measure != Measure::Notice
                && matches!(a.state, AccountState::Open | AccountState::Answered),
            may_send: writes && !mine && a.state != AccountState::Withdrawn,
            may_withdraw: writes && !mine && a.state != AccountState::Withdrawn,
        }
    };
    let measure = |m: &Measure| {
        let w = m.words();
        opt(w.0, if zh { w.1 } else { w.2 }, "warning")
    };
    Ok(render(&RegisterHtml {
        rows: kit.acts.supervision.accounts(desk.actor()).await?.into_iter().map(row).collect(),
        measures: Measure::ALL.iter().map(measure).collect(),
        units: office.units().iter().map(|u| (u.short.clone(), u.name.clone())).collect(),
        writes,
        trouble,
        sent,
        p,
    }))
}

/// `GET /desk/watch/register`
pub(crate) async fn register(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    register_page(&kit, &desk, String::new(), Fields::default()).await
}

async fn after_account(
    kit: &Kit,
    desk: &Desk,
    done: Result<(), city::Error>,
    sent: Fields,
) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to("/desk/watch/register").into_response()),
        Err(e) => again(&desk.page, e, |trouble| register_page(kit, desk, trouble, sent)).await,
    }
}

/// `POST /desk/watch/register`
pub(crate) async fn hold(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let office = kit.city.office_now().await?;
    let measure =
        Measure::ALL.into_iter().find(|m| m.words().0 == fields.get("measure")).unwrap_or(Measure::Warning);
    let cases = fields.get("cases").split_whitespace().map(ToOwned::to_owned).collect();
    let done = match office.unit_called(fields.get("unit")) {
        Some(u) => {
            let reason = fields.get("reason").to_owned();
            kit.acts.supervision.hold_account(desk.actor(), u.id, measure, reason, cases).await.map(drop)
        }
        None => Err(city::Error::invalid("unit", "没有这个单位", "there is no such unit")),
    };
    after_account(&kit, &desk, done, fields).await
}

/// `POST /desk/watch/register/{id}`
pub(crate) async fn moved(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let to = match fields.get("to") {
        "reply" => AccountState::Answered,
        "close" => AccountState::Final,
        _ => AccountState::Withdrawn,
    };
    let done = kit.acts.supervision.move_account(desk.actor(), id, to, fields.get("words").to_owned()).await;
    after_account(&kit, &desk, done, fields).await
}
