//! 对接城市: which cities this one speaks with; set by the system administrator.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use cells::{NewPeer, PeerView, Purpose, Rank};
use web_kit::{Fields, Oops, Opt, again, opt, render, when, word};

use crate::{Desk, Kit, Page};

struct Line {
    code: String,
    name: String,
    address: String,
    rank: String,
    purposes: String,
    fingerprint: String,
    waiting: i64,
    stands: String,
    silent: bool,
}

struct Choice {
    value: &'static str,
    label: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "peers.html")]
struct PeersHtml {
    p: Page,
    lines: Vec<Line>,
    ranks: Vec<Opt>,
    purposes: Vec<Choice>,
    admin: bool,
    /// a key that was made just now
    key: String,
    /// the fingerprint of what was set just now
    done: String,
    sent: Fields,
    trouble: String,
}

fn line(p: &Page, v: PeerView) -> Line {
    let names: Vec<_> = v.purposes.iter().map(|x| word(p.lang, *x)).collect();
    let stands = match (v.active, v.silent_since(), v.heard) {
        (false, ..) => p.t.peer_off.to_owned(),
        (_, Some(since), _) => {
            let why = web_kit::said(p.lang, &kernel::Said::of_both(&v.why));
            format!("{} {why}", p.t.silent_since.replace("{at}", &when(p.lang, since)))
        }
        (_, None, Some(at)) => p.t.heard.replace("{at}", &when(p.lang, at)),
        (_, None, None) => p.t.never_heard.to_owned(),
    };
    Line {
        silent: v.silent_since().is_some(),
        rank: word(p.lang, v.rank),
        purposes: names.join(if p.lang == web_kit::Lang::Zh { "、" } else { ", " }),
        code: v.code,
        name: v.name,
        address: v.address,
        fingerprint: v.fingerprint,
        waiting: v.waiting,
        stands,
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    sent: Fields,
    trouble: String,
    (key, done): (String, String),
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.cells.peers(desk.actor()).await?;
    let first = !sent.has("code");
    Ok(render(&PeersHtml {
        lines: all.into_iter().map(|v| line(&p, v)).collect(),
        ranks: Rank::ALL.into_iter().map(|r| opt(r.word(), &word(p.lang, r), sent.get("rank"))).collect(),
        purposes: Purpose::ALL
            .into_iter()
            .map(|x| Choice {
                value: x.word(),
                label: word(p.lang, x),
                on: if first { x == Purpose::Matters } else { sent.all("purposes").contains(&x.word()) },
            })
            .collect(),
        admin: p.may(access::Operation::WritePeers),
        key,
        done,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/cells/peers`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, Fields::default(), String::new(), Default::default()).await
}

/// `POST /desk/cells/peers`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let made = if f.get("make_key") == "1" { NewPeer::new_key()? } else { String::new() };
    let new = NewPeer {
        code: f.get("code").to_owned(),
        name: f.get("name").to_owned(),
        address: f.get("address").to_owned(),
        rank: Rank::read(f.get("rank")).unwrap_or(Rank::Beside),
        purposes: f.all("purposes").into_iter().filter_map(Purpose::read).collect(),
        secret: if made.is_empty() { f.get("secret").to_owned() } else { made.clone() },
        active: f.get("active") != "0",
    };
    match kit.acts.cells.set_peer(desk.actor(), new).await {
        Ok(print) => page(&kit, &desk, Fields::default(), String::new(), (made, print)).await,
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, f, trouble, Default::default())).await,
    }
}

/// `POST /desk/cells/again`
pub(crate) async fn try_again(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    kit.acts.cells.try_messages_again(desk.actor()).await?;
    Ok(Redirect::to("/desk/cells").into_response())
}
