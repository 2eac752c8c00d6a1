//! 我的帮办: where an order stands, for the applicant who has its number and code, and what they can do now. Opening a link changes
//! nothing; every act is a form that is sent.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use hall::help::{Act, Command, HelpOrder};
use hall_acts::{HelpAsked, HelpView};
use web_kit::{Fields, Oops, again, render, short_day, when, word};

use crate::help_paper::{PaperRow, paper_rows};
use crate::{Kit, Page, halls};

#[derive(Template)]
#[template(path = "help_mine.html")]
struct MineHtml {
    p: Page,
    number: String,
    trouble: String,
}

/// `GET /help/mine`
pub(crate) async fn form(p: Page) -> Response {
    render(&MineHtml { p, number: String::new(), trouble: String::new() })
}

/// `POST /help/mine`
pub(crate) async fn find(State(kit): State<Kit>, p: Page, fields: Fields) -> Result<Response, Oops> {
    let clean = |name: &str, most: usize| -> String {
        let kept = fields.get(name).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        kept.take(most).collect()
    };
    let (number, code) = (clean("number", 40), clean("code", 12).replace('-', ""));
    match halls(&kit).follow_help(p.signed(), number.clone(), code.clone()).await {
        Ok(_) => Ok(Redirect::to(&format!("/h/{number}/{code}")).into_response()),
        Err(Error::NotFound) => {
            let trouble = p.t.help_wrong.to_owned();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&MineHtml { p, number, trouble })).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

/// A paper of the list, for people.
pub(crate) struct SheetRow {
    pub at: usize,
    pub name: String,
    pub what: String,
    pub handed: String,
    pub back: String,
    pub is_back: bool,
}

pub(crate) fn sheet_rows(p: &Page, o: &HelpOrder) -> Vec<SheetRow> {
    let said =
        |text: String, both: bool| if both { text } else { p.t.help_waits_both.replace("{day}", &text) };
    let day = |m: kernel::Moment| short_day(p.lang, p.now, m.date());
    let row = |(at, s): (usize, &hall::help::Sheet)| SheetRow {
        at,
        name: s.line.name.clone(),
        what: format!(
            "{} × {}",
            if s.line.original { p.t.help_original } else { p.t.help_copy },
            s.line.pieces
        ),
        handed: said(day(s.handed), s.handed_both),
        back: s.back.map_or_else(String::new, |b| said(day(b), s.back_both)),
        is_back: s.back.is_some() && s.back_both,
    };
    o.papers.iter().enumerate().map(row).collect()
}

/// When somebody comes.
pub(crate) fn visit_of(p: &Page, o: &HelpOrder) -> String {
    let said = |v: &hall::help::Visit| {
        format!("{} {}", short_day(p.lang, p.now, v.day), hall::Span::shown(&[v.hours]))
    };
    o.visit.as_ref().map_or_else(String::new, said)
}

/// What happened, as the applicant reads it: who looked at their data, and what for, is among it.
pub(crate) fn event_row(p: &Page, e: &hall_acts::HelpEvent) -> (String, String) {
    let act = word(p.lang, e.happened.asked.act());
    let words: Vec<&str> = match &e.happened.asked {
        Command::Receive { .. } => Vec::new(),
        asked => asked.words().into_iter().filter(|w| !w.trim().is_empty()).collect(),
    };
    let words = words.join(" · ");
    let said = if words.is_empty() { String::new() } else { format!("{}{words}", p.t.colon) };
    (when(p.lang, e.at), format!("{} {act}{said}", e.who))
}

#[derive(Template)]
#[template(path = "help_order_mine.html")]
struct OrderHtml {
    p: Page,
    base: String,
    keep: String,
    name: String,
    kind: String,
    stage: String,
    hall: String,
    phone: String,
    helper: String,
    visit: String,
    mandate: String,
    reason: String,
    instead: String,
    done: String,
    who: Contact,
    wants: String,
    words: Vec<(String, String)>,
    sheets: Vec<SheetRow>,
    papers: Vec<PaperRow>,
    events: Vec<(String, String)>,
    rate: String,
    may_withdraw: bool,
    may_say: bool,
    may_acknowledge: bool,
    may_erase: bool,
    trouble: String,
}

async fn page(p: Page, code: &str, v: HelpView, trouble: String) -> Result<Response, Oops> {
    let o = &v.order;
    let may = |act: Act| v.acts.contains(&act);
    Ok(render(&OrderHtml {
        base: format!("/h/{}/{code}", o.number),
        keep: p.t.help_keep.replace("{number}", &o.number).replace("{code}", code),
        name: o.name.clone(),
        kind: word(p.lang, o.kind),
        stage: word(p.lang, o.stage),
        hall: v.hall.clone(),
        phone: v.phone.clone(),
        helper: o.helper.as_ref().map_or_else(String::new, |h| h.name.clone()),
        visit: visit_of(&p, o),
        mandate: o
            .mandate
            .as_ref()
            .map_or_else(String::new, |m| format!("{}；{}（{} – {}）", m.matter, m.scope, m.signed, m.until)),
        reason: o.reason.clone(),
        instead: o.instead.clone(),
        done: o.done.clone(),
        who: v.contact.clone(),
        wants: v.wants.clone(),
        words: v.words.iter().map(|(at, w)| (when(p.lang, *at), w.clone())).collect(),
        sheets: sheet_rows(&p, o),
        papers: paper_rows(&p, &v),
        events: v.events.iter().map(|e| event_row(&p, e)).collect(),
        rate: v.rate.as_ref().map_or_else(String::new, |t| format!("/rate/{t}")),
        may_withdraw: may(Act::Withdraw),
        may_say: may(Act::Say),
        may_acknowledge: may(Act::Acknowledge) && o.papers.iter().any(hall::help::Sheet::waits),
        may_erase: may(Act::Erase) && o.person_there && o.originals_out() == 0,
        trouble,
        p,
    }))
}

/// `GET /h/{number}/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).follow_help(p.signed(), number, code.clone()).await?;
    page(p, &code, v, String::new()).await
}

/// `POST /h/{number}/{code}/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code, act)): Path<(String, String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let asked = match act.as_str() {
        "withdraw" => HelpAsked::Withdraw,
        "say" => HelpAsked::Say(fields.get("words").to_owned()),
        "acknowledge" => HelpAsked::Acknowledge,
        "erase" => HelpAsked::Erase,
        _ => return Err(Oops(Error::NotFound)),
    };
    match halls(&kit).help_act_by_code(p.signed(), number.clone(), code.clone(), asked).await {
        Ok(_) => Ok(Redirect::to(&format!("/h/{number}/{code}")).into_response()),
        Err(e) => {
            let q = p.clone();
            again(&p, e, |trouble| async move {
                let v = halls(&kit).follow_help(q.signed(), number, code.clone()).await?;
                page(q, &code, v, trouble).await
            })
            .await
        }
    }
}

/// `GET /h/{number}/{code}/paper/{file}`: a paper of one's own order.
pub(crate) async fn paper(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code, file)): Path<(String, String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).follow_help(p.signed(), number, code).await?;
    crate::help_paper::answer(&v, &file).await
}

#[derive(Template)]
#[template(path = "see_help.html")]
struct SeeHtml {
    p: Page,
    number: String,
    name: String,
    kind: String,
    stage: String,
    hall: String,
    phone: String,
    visit: String,
    reason: String,
    instead: String,
}

/// `GET /see/h/{number}/{token}`: the page behind the link of a message. It has no form and nothing of who asked.
pub(crate) async fn see(
    State(kit): State<Kit>,
    p: Page,
    Path((number, token)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).look_help(number, token).await?;
    let o = &v.order;
    Ok(render(&SeeHtml {
        number: o.number.clone(),
        name: o.name.clone(),
        kind: word(p.lang, o.kind),
        stage: word(p.lang, o.stage),
        hall: v.hall.clone(),
        phone: v.phone.clone(),
        visit: visit_of(&p, o),
        reason: o.reason.clone(),
        instead: o.instead.clone(),
        p,
    }))
}
