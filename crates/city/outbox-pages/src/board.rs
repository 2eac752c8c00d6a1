//! 现状: how each way stands, what did not arrive, a test.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Said;
use outbox::{Topic, Way};
use serde::Deserialize;
use web_kit::{Fields, Oops, again, blocking, render, said, when};

use crate::{Desk, Kit, Page, listed};

struct Lane {
    name: String,
    waiting: i64,
    oldest: String,
    sent: i64,
    dead: i64,
    error: String,
}

struct Letter {
    id: i64,
    lane: String,
    subject: String,
    topic: String,
    made: String,
    tries: i64,
    why: String,
}

#[derive(Template)]
#[template(path = "outreach.html")]
struct BoardHtml {
    p: Page,
    lanes: Vec<Lane>,
    dead: Vec<Letter>,
    sent: Fields,
    tested: bool,
    trouble: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    tested: String,
}

fn lane_name(p: &Page, lane: &str, hooks: &[outbox::Receiver]) -> String {
    match lane {
        "mail" => p.t.lane_mail.to_owned(),
        "sms" => p.t.lane_sms.to_owned(),
        hook => {
            let id = hook.strip_prefix("hook/").and_then(|id| id.parse::<i64>().ok());
            let name = hooks.iter().find(|r| Some(r.id) == id).map_or(hook, |r| r.name.as_str());
            format!("{}{name}", p.t.lane_hook)
        }
    }
}

async fn page(kit: &Kit, desk: &Desk, sent: Fields, tested: bool, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let board = kit.acts.outbox.board(desk.actor()).await?;
    let hooks = kit.acts.outbox.set_up(desk.actor()).await?.receivers;
    let lane = |s: outbox::Standing| Lane {
        name: lane_name(&p, &s.lane, &hooks),
        waiting: s.waiting,
        oldest: s.oldest.map_or_else(|| "—".to_owned(), |at| when(p.lang, at)),
        sent: s.sent,
        dead: s.dead,
        error: said(p.lang, &Said::of_both(&s.error)),
    };
    let letter = |d: outbox::Dead| Letter {
        id: d.id,
        lane: lane_name(&p, &d.lane, &hooks),
        subject: d.subject,
        topic: Topic::read(&d.topic).map_or(d.topic, |t| listed(&p, t)),
        made: when(p.lang, d.made),
        tries: d.attempts,
        why: said(p.lang, &Said::of_both(&d.error)),
    };
    let (lanes, dead) =
        (board.lanes.into_iter().map(lane).collect(), board.dead.into_iter().map(letter).collect());
    Ok(render(&BoardHtml { lanes, dead, sent, tested, trouble, p }))
}

/// `GET /desk/outreach`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(told): Query<Told>,
) -> Result<Response, Oops> {
    page(&kit, &desk, Fields::default(), !told.tested.is_empty(), String::new()).await
}

/// `POST /desk/outreach/letters`: a dead letter is tried again or given up.
pub(crate) async fn letters(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let id = f.get("id").parse().unwrap_or(-1);
    kit.acts.outbox.settle_dead(desk.actor(), id, f.get("do") != "drop").await?;
    Ok(Redirect::to("/desk/outreach").into_response())
}

/// `POST /desk/outreach/test`
pub(crate) async fn test(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let way = Way::read(f.get("way")).unwrap_or(Way::Mail);
    let (acts, actor, to) = (kit.acts.clone(), desk.actor(), f.get("to").to_owned());
    match blocking(move || acts.outbox.test(&actor, way, &to)).await {
        Ok(()) => Ok(Redirect::to("/desk/outreach?tested=1").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, f, false, trouble)).await,
    }
}
