//! 回拨未接来电: who called and was not answered, who rings back, and what came of it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hotline::{CallState, CallView, Ring, Rung};
use web_kit::{Fields, Oops, Opt, again, opt, render, when, word};

use crate::{Desk, Kit, Page};

struct Line {
    id: i64,
    called: String,
    times: u32,
    hotline: String,
    phone: String,
    by: String,
    tries: String,
    words: String,
    case: String,
    result: String,
}

#[derive(Template)]
#[template(path = "calls.html")]
struct CallsHtml {
    p: Page,
    mine: Vec<Line>,
    waiting: Vec<Line>,
    others: Vec<Line>,
    ended: Vec<Line>,
    results: Vec<Opt>,
    open: bool,
    coordinates: bool,
    sent: Fields,
    trouble: String,
}

fn line(p: &Page, c: CallView) -> Line {
    let tries: Vec<String> =
        c.rung.iter().map(|(at, r)| format!("{} {}", when(p.lang, *at), word(p.lang, *r))).collect();
    Line {
        id: c.id,
        called: when(p.lang, c.called),
        times: c.times,
        hotline: c.hotline_name,
        phone: c.phone,
        by: c.by,
        result: c.rung.last().map_or_else(String::new, |r| word(p.lang, r.1)),
        tries: tries.join("；"),
        words: c.words,
        case: c.case,
    }
}

async fn page(kit: &Kit, desk: &Desk, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.hotlines.calls(desk.actor()).await?;
    let (mut mine, mut waiting, mut others, mut ended) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for c in all {
        let at = match c.state {
            CallState::Ringing if c.mine => &mut mine,
            CallState::Ringing => &mut others,
            CallState::Waiting => &mut waiting,
            CallState::Ended => &mut ended,
        };
        at.push(line(&p, c));
    }
    Ok(render(&CallsHtml {
        mine,
        waiting,
        others,
        ended,
        results: Rung::ALL.into_iter().map(|r| opt(r.word(), &word(p.lang, r), sent.get("result"))).collect(),
        open: p.may(access::Operation::ReadCase),
        coordinates: p.may(access::Operation::TakeOrders),
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/calls`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, Fields::default(), String::new()).await
}

/// `POST /desk/calls`
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let (hotlines, actor) = (&kit.acts.hotlines, desk.actor());
    let id = f.get("id").parse().unwrap_or(0);
    let done = match f.get("act") {
        "take" => hotlines.take_call(actor, id).await.map(|()| String::new()),
        "leave" => hotlines.leave_call(actor, id).await.map(|()| String::new()),
        "note" => match Rung::read(f.get("result")) {
            Some(result) => {
                let text = |name: &str| f.get(name).to_owned();
                let ring = Ring { result, words: text("words"), title: text("title"), name: text("name") };
                hotlines.note_call(actor, id, ring).await
            }
            None => Err(Error::invalid("result", "请选择回拨结果", "choose what came of it")),
        },
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(number) if number.is_empty() => Ok(Redirect::to("/desk/calls").into_response()),
        Ok(number) => Ok(Redirect::to(&format!("/desk/case/{number}")).into_response()),
        Err(e) => again(&desk.page.clone(), e, |trouble| page(&kit, &desk, f, trouble)).await,
    }
}
