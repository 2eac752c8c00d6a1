//! 交接单 and AB 岗: what is due and what was handed over, one sheet to be given, taken or returned; items without a second.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use hall::handover::{HandStage, HandWhy};
use hall::ticket;
use hall_acts::{DueLine, HandOverView};
use kernel::StaffId;
use serde::Deserialize;
use web_kit::{Fields, Oops, again, render, short_day, when, word};

use crate::change::{chosen, number};
use crate::keep::{Sent, choices};
use crate::{Desk, Kit, Page, halls};

/// A sheet in a list.
pub(crate) struct SheetRow {
    pub id: i64,
    pub text: String,
    pub stage: String,
    /// this reader is asked for something
    pub asked: bool,
}

/// What is due.
pub(crate) struct DueRow {
    pub text: String,
    /// the page on which it is given; empty for who does not give
    pub give: String,
}

fn window_n(p: &Page, n: u16) -> String {
    p.t.hall_window_n.replace("{n}", &n.to_string())
}

pub(crate) fn sheet_row(p: &Page, v: &HandOverView) -> SheetRow {
    SheetRow {
        id: v.id,
        text: format!(
            "{} {} {} · {}",
            short_day(p.lang, p.now, v.day),
            v.hall_name,
            window_n(p, v.window),
            p.t.hand_from_to.replace("{gives}", &v.gives).replace("{takes}", &v.takes)
        ),
        stage: word(p.lang, v.sheet.stage),
        asked: v.may_answer || v.may_mend,
    }
}

pub(crate) fn due_row(p: &Page, d: &DueLine) -> DueRow {
    let why = word(p.lang, if d.due.post { HandWhy::Post } else { HandWhy::Shift });
    DueRow {
        text: format!(
            "{} {} {} · {} · {why}",
            short_day(p.lang, p.now, d.due.day),
            d.hall_name,
            window_n(p, d.due.window),
            p.t.hand_from_to.replace("{gives}", &d.gives).replace("{takes}", &d.takes)
        ),
        give: if d.mine {
            format!("/desk/halls/at/{}/handover/{}", d.hall, d.due.window)
        } else {
            String::new()
        },
    }
}

#[derive(Template)]
#[template(path = "handovers.html")]
struct ListHtml {
    p: Page,
    base: String,
    sheets: Vec<SheetRow>,
    due: Vec<DueRow>,
}

/// `GET /desk/halls/at/{id}/handovers`: sheets of the last days, and what is due without one.
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (sheets, due) = halls(&kit).hand_overs(desk.actor(), id).await?;
    Ok(render(&ListHtml {
        base: format!("/desk/halls/at/{id}"),
        sheets: sheets.iter().map(|v| sheet_row(&p, v)).collect(),
        due: due.iter().map(|d| due_row(&p, d)).collect(),
        p,
    }))
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Mend {
    /// the sheet that was returned
    #[serde(default)]
    mends: String,
}

/// Number, where it stands, what about.
type Open = (String, String, String);

#[derive(Template)]
#[template(path = "handover_give.html")]
struct GiveHtml {
    p: Page,
    action: String,
    title: String,
    open: Vec<Open>,
    expected: String,
    heirs: Vec<(String, String)>,
    next: String,
    whys: Vec<(String, String)>,
    mends: String,
    lines: String,
    missing: String,
    sent: Sent,
    trouble: String,
}

fn open_rows(p: &Page, all: &[hall::handover::OpenTicket]) -> Vec<Open> {
    let stage = |w: &str| ticket::Stage::read(w).map_or_else(|| w.to_owned(), |s| word(p.lang, s));
    all.iter().map(|t| (t.number.clone(), stage(&t.stage), t.words.clone())).collect()
}

async fn give_page(
    kit: &Kit,
    desk: &Desk,
    (id, window): (i64, u16),
    mends: String,
    sent: Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).open_at(desk.actor(), id, window).await?;
    let old = match mends.parse::<i64>() {
        Ok(sheet) => Some(halls(kit).hand_over(desk.actor(), sheet).await?),
        Err(_) => None,
    };
    let written = old.as_ref().map_or_else(String::new, |o| o.sheet.lines.join("\n"));
    Ok(render(&GiveHtml {
        action: format!("/desk/halls/at/{id}/handover/{window}"),
        title: format!("{} {}", v.hall_name, window_n(&p, window)),
        open: open_rows(&p, &v.tickets),
        expected: p.t.hand_expected.replace("{n}", &v.expected.to_string()),
        heirs: v.heirs.iter().map(|(s, n)| (s.0.to_string(), n.clone())).collect(),
        next: sent.value("give", "takes", &v.next.map_or_else(String::new, |s| s.0.to_string())),
        whys: choices::<HandWhy>(&p),
        lines: sent.value("give", "lines", &written),
        missing: old.map_or_else(String::new, |o| o.sheet.missing),
        mends,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/handover/{window}`: a sheet to be given.
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(at): Path<(i64, u16)>,
    Query(ask): Query<Mend>,
) -> Result<Response, Oops> {
    match give_page(&kit, &desk, at, ask.mends, Sent::default(), String::new()).await {
        // Who is not posted there is told so on a page of its own.
        Err(Oops(city::Error::Invalid { said, .. })) => Err(Oops(city::Error::Forbidden(said))),
        other => other,
    }
}

/// `POST /desk/halls/at/{id}/handover/{window}`
pub(crate) async fn give(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, window)): Path<(i64, u16)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let mends = fields.get("mends").to_owned();
    // Whether they may hand over here is asked before anything is read.
    if let Err(e) = halls(&kit).open_at(desk.actor(), id, window).await {
        return Err(Oops(match e {
            city::Error::Invalid { said, .. } => city::Error::Forbidden(said),
            e => e,
        }));
    }
    let done = async {
        let (why, takes) = (chosen(&fields, "why")?, StaffId(number(&fields, "takes")?));
        let lines = fields.get("lines").to_owned();
        let mends = if mends.is_empty() { None } else { Some(number(&fields, "mends")?) };
        halls(&kit).give_over(desk.actor(), (id, window), why, takes, lines, mends).await
    };
    match done.await {
        Ok(sheet) => Ok(Redirect::to(&format!("/desk/handovers/{sheet}")).into_response()),
        Err(e) => {
            let sent = Sent { part: "give".to_owned(), fields };
            again(&desk.page, e, |t| give_page(&kit, &desk, (id, window), mends, sent, t)).await
        }
    }
}

#[derive(Template)]
#[template(path = "handover.html")]
struct SheetHtml {
    p: Page,
    id: i64,
    ver: i64,
    title: String,
    people: String,
    why: String,
    stage: String,
    open: Vec<Open>,
    expected: String,
    lines: Vec<String>,
    given: String,
    answered: String,
    missing: String,
    may_answer: bool,
    mend: String,
    trouble: String,
}

async fn sheet_page(kit: &Kit, desk: &Desk, id: i64, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hand_over(desk.actor(), id).await?;
    let s = &v.sheet;
    Ok(render(&SheetHtml {
        id,
        ver: v.ver,
        title: format!("{} {} {}", short_day(p.lang, p.now, v.day), v.hall_name, window_n(&p, v.window)),
        people: p.t.hand_from_to.replace("{gives}", &v.gives).replace("{takes}", &v.takes),
        why: word(p.lang, s.why),
        stage: word(p.lang, s.stage),
        open: open_rows(&p, &s.open),
        expected: p.t.hand_expected.replace("{n}", &s.expected.to_string()),
        lines: s.lines.clone(),
        given: when(p.lang, s.given),
        answered: s.answered.map_or_else(String::new, |at| when(p.lang, at)),
        missing: if s.stage == HandStage::Returned { s.missing.clone() } else { String::new() },
        may_answer: v.may_answer,
        mend: if v.may_mend {
            format!("/desk/halls/at/{}/handover/{}?mends={id}", v.hall, v.window)
        } else {
            String::new()
        },
        trouble,
        p,
    }))
}

/// `GET /desk/handovers/{id}`: the sheet, which prints as it is.
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    sheet_page(&kit, &desk, id, String::new()).await
}

/// `POST /desk/handovers/{id}`: taken, or returned with what is missing.
pub(crate) async fn answer(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    // Who may not see it is not asked for more.
    all.hand_over(desk.actor(), id).await?;
    let missing = (fields.get("act") == "return").then(|| fields.get("missing").to_owned());
    let done = async { all.answer_hand_over(desk.actor(), id, number(&fields, "ver")?, missing).await };
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/handovers/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |t| sheet_page(&kit, &desk, id, t)).await,
    }
}

#[derive(Template)]
#[template(path = "ab.html")]
struct AbHtml {
    p: Page,
    base: String,
    hall: String,
    /// name, firsts, seconds
    queues: Vec<(String, String, String)>,
    items: String,
    /// code, name, unit, queues, nobody is first
    rows: Vec<(String, String, String, String, bool)>,
    left_out: String,
}

/// Items that the page draws; what is left is said.
const DRAWN: usize = 500;

/// `GET /desk/halls/at/{id}/ab`: AB 岗 of the hall today.
pub(crate) async fn ab(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(&kit).first_and_second(desk.actor(), id).await?;
    let n = v.uncovered.len();
    let items = p.t.ab_items.replace("{n}", &v.items.to_string()).replace("{lack}", &n.to_string());
    Ok(render(&AbHtml {
        base: format!("/desk/halls/at/{id}"),
        hall: v.hall,
        queues: v
            .queues
            .into_iter()
            .map(|q| (format!("{} {}", q.queue.0, q.queue.1), q.first.join("、"), q.second.join("、")))
            .collect(),
        items,
        rows: v
            .uncovered
            .into_iter()
            .take(DRAWN)
            .map(|u| (u.code, u.name, u.unit, u.queues.join("、"), u.no_first))
            .collect(),
        left_out: if n > DRAWN {
            p.t.hall_first_of.replace("{n}", &DRAWN.to_string()).replace("{all}", &n.to_string())
        } else {
            String::new()
        },
        p,
    }))
}
