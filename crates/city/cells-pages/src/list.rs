//! 跨域件: what waits to be decided, what was received, what was handed over, and who is silent.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cells::{MatterView, Side, State as Standing};
use resolve::StageKind;
use web_kit::{Oops, day, render, when, word};

use crate::{Desk, Kit, Page};

pub(crate) struct Line {
    pub id: i64,
    pub title: String,
    pub city: String,
    pub origin: String,
    pub number: String,
    pub state: String,
    pub there: String,
    pub clock: String,
    pub due: String,
    pub silent: String,
    pub at: String,
}

pub(crate) fn line(p: &Page, m: MatterView) -> Line {
    let read = |s: &str| {
        let stage = <StageKind as kernel::Word>::read(s);
        stage.map_or_else(String::new, |k| word(p.lang, k))
    };
    let there = [read(&m.known.stage), m.known.unit.clone()];
    let there: Vec<String> = there.into_iter().filter(|t| !t.is_empty()).collect();
    let ours = m.known.clock() == m.side;
    let ends = m.state.is_end();
    Line {
        id: m.id,
        title: m.known.title.clone(),
        origin: m.known.origin.clone(),
        number: if m.side == Side::Origin { m.known.number.unwrap_or_default() } else { m.number },
        state: if m.side == Side::Receiver && m.state == Standing::Offered {
            p.t.to_decide.to_owned()
        } else {
            word(p.lang, m.state)
        },
        there: there.join(" · "),
        clock: if ends {
            String::new()
        } else if ours {
            p.t.clock_here.to_owned()
        } else {
            p.t.clock_there.replace("{name}", &m.peer_name)
        },
        due: m.known.due.map_or_else(String::new, |d| day(p.lang, d.date())),
        silent: m.silent.map_or_else(String::new, |s| p.t.silent_since.replace("{at}", &when(p.lang, s))),
        at: when(p.lang, m.at),
        city: m.peer_name,
    }
}

struct Aside {
    city: String,
    which: &'static str,
    subject: String,
    kind: String,
    at: String,
    why: String,
}

pub(crate) struct Silent {
    pub name: String,
    pub said: String,
}

#[derive(Template)]
#[template(path = "cells.html")]
struct CellsHtml {
    p: Page,
    waiting: Vec<Line>,
    received: Vec<Line>,
    handed: Vec<Line>,
    silent: Vec<Silent>,
    asides: Vec<Aside>,
    admin: bool,
    none: bool,
    /// cities below this one tell their figures
    above: bool,
}

/// `GET /desk/cells`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let (p, actor) = (desk.page.clone(), desk.actor());
    let peers = kit.acts.cells.peers(actor.clone()).await?;
    let came = kit.acts.cells.matters(actor.clone(), Side::Receiver, None).await?;
    let went = kit.acts.cells.matters(actor.clone(), Side::Origin, None).await?;
    let asides = kit.acts.cells.asides(actor.clone()).await?;
    let waiting = kit.acts.cells.offered(actor).await?;
    let received: Vec<_> = came.into_iter().filter(|m| m.state != Standing::Offered).collect();
    let silent = peers.iter().filter_map(|peer| {
        let since = when(p.lang, peer.silent_since()?);
        let said = p.t.silent_peer.replace("{at}", &since).replace("{n}", &peer.waiting.to_string());
        Some(Silent { name: peer.name.clone(), said })
    });
    let aside = |a: cells::Aside| Aside {
        which: if a.state == "waits" {
            p.t.aside_waits
        } else if a.came {
            p.t.aside_here
        } else {
            p.t.aside_there
        },
        at: when(p.lang, a.at),
        why: web_kit::said(p.lang, &kernel::Said::of_both(&a.why)),
        city: a.peer,
        subject: a.subject,
        kind: a.kind,
    };
    Ok(render(&CellsHtml {
        silent: silent.collect(),
        asides: asides.into_iter().map(aside).collect(),
        waiting: waiting.into_iter().map(|m| line(&p, m)).collect(),
        received: received.into_iter().map(|m| line(&p, m)).collect(),
        handed: went.into_iter().map(|m| line(&p, m)).collect(),
        admin: p.may(access::Operation::WritePeers),
        none: peers.is_empty(),
        above: peers.iter().any(|p| p.rank == cells::Rank::Below),
        p,
    }))
}
