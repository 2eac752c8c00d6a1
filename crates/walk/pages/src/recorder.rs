//! 走访记录器: a page that works without a network. The shell, its script and its style are kept by the browser; the
//! pack holds what a walker needs for the day; operations go up whenever there is a network.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Json, Query as Ask, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use catalogue::ServiceItem;
use city::Error;
use kernel::Actor;
use serde::Deserialize;
use serde_json::{Value, json};
use shelf::ItemAsk;
use sm3::{Digest, Sm3};
use walk::checklist::CHECKLIST;
use walk::forms::FORMS;
use walk_acts::WalkSync;
use web_kit::{Lang, Oops, Uploading, blocking, explain, in_words, render, said};

use crate::{Kit, Page, texts};

#[derive(Template)]
#[template(path = "recorder.html")]
struct ShellHtml {
    p: Page,
}

/// `GET /walk/`: the shell, the same for everybody.
pub(crate) async fn shell(p: Page) -> Response {
    render(&ShellHtml { p })
}

/// What the service worker keeps. Its text changes with every asset, so that browsers take the new one.
fn kept(p: &Page) -> Vec<String> {
    let assets = ["style.css", "recorder.css", "recorder.js", "icon.svg"].map(|a| p.asset(a));
    ["/walk/".to_owned(), "/walk/manifest.json".to_owned()].into_iter().chain(assets).collect()
}

/// The templates of the shell belong to its version too.
static SHELL: LazyLock<String> = LazyLock::new(|| {
    let digest =
        Sm3::digest(concat!(include_str!("../templates/recorder.html"), include_str!("../assets/sw.js")));
    digest.iter().take(6).map(|b| format!("{b:02x}")).collect()
});

/// `GET /walk/sw.js`
pub(crate) async fn worker(p: Page) -> Response {
    let list = json!(kept(&p)).to_string();
    let version: String = Sm3::digest(list.as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let text = include_str!("../assets/sw.js")
        .replace("\"__KEEP__\"", &list)
        .replace("__VERSION__", &format!("{version}-{}", *SHELL));
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response()
}

/// `GET /walk/manifest.json`: it can be put on the home screen.
pub(crate) async fn manifest(p: Page) -> Response {
    let t = p.t.walk;
    let body = json!({
        "name": format!("{} · {}", p.t.brand, t.rec_title), "short_name": t.rec_title, "start_url": "/walk/",
        "scope": "/walk/", "display": "standalone", "background_color": "#f4f6f8", "theme_color": "#14558f",
        "icons": [{ "src": p.asset("icon.svg"), "sizes": "any", "type": "image/svg+xml" }],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], body.to_string()).into_response()
}

fn answer(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Who is signed in; a phone is told in its own words, not by a page.
fn me(p: &Page) -> Result<Actor, Box<Response>> {
    let signed_out =
        || (StatusCode::UNAUTHORIZED, answer(&json!({ "error": p.t.walk.rec_sign_in }))).into_response();
    p.me.as_ref().map(|m| m.actor.clone()).ok_or_else(|| Box::new(signed_out()))
}

fn refused(p: &Page, e: &Error) -> Response {
    let status = match e {
        Error::Forbidden(_) | Error::NotFound => StatusCode::FORBIDDEN,
        Error::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, answer(&json!({ "error": explain(p, e) }))).into_response()
}

/// An item as the recorder needs it.
fn slim(lang: Lang, item: &ServiceItem) -> Value {
    let limit = |l: Option<catalogue::Limit>| {
        l.map_or_else(String::new, |l| format!("{} {}", l.amount, in_words(lang, l.unit.zh(), l.unit.word())))
    };
    let steps: Vec<_> = item
        .steps
        .iter()
        .map(|s| {
            json!({
                "id": s.id, "name": s.name, "kind": in_words(lang, s.kind.zh(), s.kind.word()), "attend": s.attend,
                "limit": limit(s.limit), "consumes": s.consumes,
            })
        })
        .collect();
    let materials: Vec<_> = item
        .materials
        .iter()
        .map(|m| {
            json!({
                "id": m.id, "name": m.name, "originals": m.originals, "copies": m.copies, "shared": m.shared,
                "need": in_words(lang, m.need.zh(), m.need.word()),
            })
        })
        .collect();
    let windows: Vec<_> = item.windows.iter().take(6).map(|w| format!("{} {}", w.hall, w.counter)).collect();
    json!({
        "code": item.code, "version": item.version, "name": item.name, "unit": item.unit,
        "promised": limit(item.promised_limit), "visits": item.visits, "steps": steps, "materials": materials,
        "fees": item.fees, "windows": windows,
    })
}

fn texts(lang: Lang) -> BTreeMap<&'static str, &'static str> {
    let mine = texts::walk::ALL.iter().filter_map(|(key, zh, en)| Some((key.strip_prefix("rec_")?, zh, en)));
    mine.map(|(key, zh, en)| (key, if lang == Lang::Zh { *zh } else { *en })).collect()
}

async fn packed(kit: &Kit, p: &Page, actor: Actor) -> Result<Value, Error> {
    let given = kit.acts.walks.my_assignments(actor.clone()).await?;
    let walks = kit.acts.walks.my_walks(actor.clone()).await?;
    let shelf = kit.acts.items.shelf().await?;
    let codes = given.iter().map(|g| g.row.item.as_str()).chain(walks.iter().map(|w| w.row.item.as_str()));
    let codes: std::collections::BTreeSet<&str> = codes.collect();
    let rows = codes.into_iter().filter_map(|c| shelf.by_code(c)).cloned().collect();
    let items = kit.acts.items.items_today(rows).await?;
    let items: BTreeMap<&str, Value> = items.iter().map(|i| (i.code.as_str(), slim(p.lang, i))).collect();
    let tasks: Vec<_> = given
        .iter()
        .map(|g| {
            json!({
                "id": g.row.id, "campaign": g.row.campaign, "name": g.campaign, "item": g.row.item, "title": g.item,
                "by": g.row.by_day, "done": g.row.done, "crosses": g.row.crosses,
            })
        })
        .collect();
    let mine: Vec<_> = walks
        .iter()
        .map(|w| {
            json!({
                "name": w.row.name, "item": w.row.item, "version": w.row.version, "form": w.row.form,
                "campaign": w.row.campaign, "assignment": w.row.assignment, "finished": w.row.finished.is_some(),
                "counted": w.row.counted, "id": w.row.id,
            })
        })
        .collect();
    let forms: Vec<_> = FORMS
        .iter()
        .map(|f| {
            json!({
                "form": f.form, "identity": f.identity, "name": in_words(p.lang, f.zh, f.en),
                "authorisation": f.needs_authorisation, "companion": f.needs_companion, "case": f.needs_case,
                "simulate": f.may_simulate, "online": f.online_only,
            })
        })
        .collect();
    let checklist: Vec<_> = CHECKLIST
        .iter()
        .map(|g| {
            let elements: Vec<_> = g
                .elements
                .iter()
                .map(|e| json!({ "id": e.id, "name": in_words(p.lang, e.zh, e.en) }))
                .collect();
            json!({ "name": in_words(p.lang, g.zh, g.en), "elements": elements })
        })
        .collect();
    let name = p.me.as_ref().map_or_else(String::new, |m| m.staff.name.clone());
    Ok(json!({
        "me": { "id": actor.staff, "name": name }, "texts": texts(p.lang), "forms": forms, "checklist": checklist,
        "tasks": tasks, "walks": mine, "items": items, "at": p.now,
    }))
}

/// `GET /walk/pack.json`: everything for the day: tasks, items, forms, checklist, texts.
pub(crate) async fn pack(State(kit): State<Kit>, p: Page) -> Response {
    let actor = match me(&p) {
        Ok(actor) => actor,
        Err(answer) => return *answer,
    };
    match packed(&kit, &p, actor).await {
        Ok(body) => answer(&body),
        Err(e) => refused(&p, &e),
    }
}

#[derive(Deserialize)]
pub(crate) struct FindAsk {
    #[serde(default)]
    q: String,
}

/// `GET /walk/find.json?q=`: other items to walk, while there is a network.
pub(crate) async fn find(State(kit): State<Kit>, p: Page, Ask(ask): Ask<FindAsk>) -> Result<Response, Oops> {
    if let Err(answer) = me(&p) {
        return Ok(*answer);
    }
    let shelf = kit.acts.items.shelf().await?;
    let text = ask.q.chars().take(40).collect();
    let rows = shelf.search(&ItemAsk { text, limit: 20, ..ItemAsk::default() }).items;
    let items = kit.acts.items.items_today(rows).await?;
    let items: Vec<Value> = items.iter().map(|i| slim(p.lang, i)).collect();
    Ok(answer(&json!({ "items": items })))
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    walks: Vec<WalkSync>,
}

/// `POST /walk/sync`: operations of walks; answered when they are durable.
pub(crate) async fn sync(State(kit): State<Kit>, p: Page, sent: Option<Json<Sent>>) -> Response {
    let actor = match me(&p) {
        Ok(actor) => actor,
        Err(answer) => return *answer,
    };
    let Some(Json(sent)) = sent else {
        let e = Error::invalid("walks", "读不懂，请更新走访页面", "not understood: reload the recorder");
        return refused(&p, &e);
    };
    match kit.acts.walks.sync_walks(actor, sent.walks).await {
        Ok(done) => {
            let walks: Vec<Value> = done
                .iter()
                .map(|s| {
                    let cases: Vec<_> = s.cases.iter().map(|(id, n)| json!({ "id": id, "number": n })).collect();
                    let refused: Vec<_> =
                        s.refused_ops.iter().map(|r| json!({ "id": r.id, "said": said(p.lang, &r.said) })).collect();
                    json!({
                        "name": s.name, "refused": s.refused.as_ref().map(|r| said(p.lang, r)), "refused_ops": refused,
                        "ops": s.ops, "lacks": s.lacks.iter().map(|l| said(p.lang, l)).collect::<Vec<_>>(),
                        "cases": cases, "id": s.id,
                    })
                })
                .collect();
            answer(&json!({ "walks": walks }))
        }
        Err(e) => refused(&p, &e),
    }
}

#[derive(Deserialize)]
pub(crate) struct FileAsk {
    walk: String,
    digest: String,
    #[serde(default)]
    title: String,
}

/// `POST /walk/file?walk=&digest=`: a photo or recording; its bytes are the body.
pub(crate) async fn file(
    State(kit): State<Kit>,
    p: Page,
    _place: Uploading,
    Ask(ask): Ask<FileAsk>,
    body: Bytes,
) -> Response {
    let actor = match me(&p) {
        Ok(actor) => actor,
        Err(answer) => return *answer,
    };
    let (city, who, title) = (kit.city.clone(), actor.clone(), ask.title);
    let done = match blocking(move || city.upload(&who, &title, body.to_vec())).await {
        Ok(up) => kit.acts.walks.attach_to_walk(actor, ask.walk, ask.digest, up.ticket).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(fresh) => answer(&json!({ "fresh": fresh })),
        Err(e) => refused(&p, &e),
    }
}
