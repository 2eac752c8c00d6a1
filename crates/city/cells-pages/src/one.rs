//! 一件跨域件: what is known of it, and what can be done; and what stands of it beside its case.

use access::Operation;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use cells::{MatterView, Side, State as Standing};
use city::Error;
use web_kit::{CaseKey, Fields, Filling, Fragment, Oops, Reader, again, render, when};

use crate::list::{Line, line};
use crate::{Desk, Kit, Page};

struct TurnLine {
    at: String,
    whose: String,
}

#[derive(Template)]
#[template(path = "matter.html")]
struct MatterHtml {
    p: Page,
    l: Line,
    received: bool,
    /// the reader may open the case here
    open: bool,
    note: String,
    reason: String,
    words: String,
    contact: String,
    turns: Vec<TurnLine>,
    may_take: bool,
    may_return: bool,
    may_recall: bool,
    recalling: bool,
    again: bool,
    told: String,
    left: String,
    sent: Fields,
    trouble: String,
}

fn page_of(p: Page, m: MatterView, sent: Fields, trouble: String) -> Response {
    let may = p.may(Operation::HandMatters);
    let received = m.side == Side::Receiver;
    let offered = m.state == Standing::Offered;
    let turn = |t: &cells::Turn| TurnLine {
        at: when(p.lang, t.at),
        whose: if t.side == m.side { p.t.this_city.to_owned() } else { m.peer_name.clone() },
    };
    let content = m.content.clone();
    let contact = content.as_ref().and_then(|c| c.contact.clone());
    render(&MatterHtml {
        received,
        open: p.may(Operation::ReadCase),
        note: m.known.note.clone(),
        reason: m.known.reason.clone(),
        words: content.map(|c| c.words).unwrap_or_default(),
        contact: contact.map_or_else(String::new, |c| format!("{} {}", c.name, c.phone)),
        turns: m.known.turns.iter().map(turn).collect(),
        may_take: may && received && offered,
        may_return: may && received && offered && !m.known.again,
        may_recall: may && !received && offered && !m.known.recalling,
        recalling: m.known.recalling,
        again: m.known.again && received && offered,
        told: m.known.told.map_or_else(String::new, |t| when(p.lang, t)),
        left: m.known.left.map_or_else(String::new, |n| p.t.left.replace("{n}", &n.to_string())),
        l: line(&p, m),
        sent,
        trouble,
        p,
    })
}

/// `GET /desk/cells/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    let m = kit.acts.cells.matter(desk.actor(), id).await?;
    Ok(page_of(desk.page, m, Fields::default(), String::new()))
}

/// `POST /desk/cells/{id}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    let cells = &kit.acts.cells;
    let done = match f.get("act") {
        "accept" => cells.accept(desk.actor(), id).await.map(|number| format!("/desk/case/{number}")),
        "return" => cells
            .give_back(desk.actor(), id, f.get("reason").to_owned())
            .await
            .map(|()| format!("/desk/cells/{id}")),
        "recall" => cells.recall(desk.actor(), id).await.map(|()| format!("/desk/cells/{id}")),
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(e) => {
            again(&desk.page.clone(), e, |trouble| async {
                let m = kit.acts.cells.matter(desk.actor(), id).await?;
                Ok(page_of(desk.page, m, f, trouble))
            })
            .await
        }
    }
}

#[derive(Template)]
#[template(path = "beside.html")]
struct BesideHtml {
    p: Page,
    number: String,
    lines: Vec<(bool, Line)>,
    may_open: bool,
    may_hand: bool,
}

/// Beside a case: where it went or came from, and the way to hand it over.
pub fn beside_case(kit: Kit, reader: Reader, case: CaseKey) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref() else { return Ok(Vec::new()) };
        let found = kit.acts.cells.beside(me.actor.clone(), case.number.clone()).await?;
        if found.matters.is_empty() && found.peers.is_empty() {
            return Ok(Vec::new());
        }
        let lines = found.matters.into_iter().map(|m| (m.side == Side::Receiver, line(&p, m))).collect();
        let html = BesideHtml {
            number: case.number,
            lines,
            may_open: p.may(Operation::ReadCells),
            may_hand: !found.peers.is_empty(),
            p,
        };
        let html = html.render().map_err(|e| Oops(Error::bug(e)))?;
        Ok(vec![Fragment { html }])
    })
}
