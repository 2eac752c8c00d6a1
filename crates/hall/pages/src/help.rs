//! 申请帮办: for who cannot come, in three small steps on a phone: what it is about, how and where, who. No account; free of charge.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use hall::help::{Half, HelpKind, Wish};
use hall_acts::{HallLine, NewHelp};
use kernel::RegionCode;
use serde::Deserialize;
use shelf::ItemAsk;
use web_kit::{Fields, Oops, again, date_of, render, said, word};

use crate::follow::lang;
use crate::keep::choices;
use crate::{Kit, Page, halls};

/// In an address: no item of the catalogue, it is said in words.
pub(crate) const OTHER: &str = "other";

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpHtml {
    p: Page,
    q: String,
    items: Vec<(String, String, String)>,
    /// somebody helps somewhere
    offered: bool,
}

/// Halls that have helpers today.
async fn offering(kit: &Kit, p: &Page) -> Result<Vec<HallLine>, Error> {
    let mut all = halls(kit).public_halls().await?;
    all.retain(|l| l.hall.helping.offers(p.now.date()));
    Ok(all)
}

/// `GET /help`: what it is about.
pub(crate) async fn find(State(kit): State<Kit>, p: Page, Query(ask): Query<Ask>) -> Result<Response, Oops> {
    let q: String = ask.q.chars().take(60).collect();
    let shelf = kit.acts.items.shelf().await?;
    let found = shelf.search(&ItemAsk { text: q.clone(), limit: 20, ..ItemAsk::default() });
    let items = found.items.into_iter().map(|i| (i.code, i.name, i.unit)).collect();
    let offered = !offering(&kit, &p).await?.is_empty();
    Ok(render(&HelpHtml { q, items, offered, p }))
}

/// The code in the key of an item: a guide names one with its handling.
fn code_of(key: &str) -> &str {
    key.split_once('~').map_or(key, |(code, _)| code)
}

/// The code of the item in an address; empty for what is said in words.
pub(crate) fn item_of(path: &str) -> String {
    if path == OTHER { String::new() } else { path.to_owned() }
}

#[derive(Template)]
#[template(path = "help_how.html")]
struct HowHtml {
    p: Page,
    item: String,
    name: String,
    halls: Vec<(String, String)>,
    /// word, name, what it is
    kinds: Vec<(String, String, &'static str)>,
    grounds: Vec<(String, String)>,
    sent: Fields,
    trouble: String,
}

impl HowHtml {
    fn is(&self, field: &str, value: &str) -> bool {
        self.sent.get(field) == value
    }
}

pub(crate) fn kind_hint(p: &Page, kind: HelpKind) -> &'static str {
    match kind {
        HelpKind::Door => p.t.help_hint_door,
        HelpKind::Assist => p.t.help_hint_assist,
        HelpKind::ActFor => p.t.help_hint_act_for,
    }
}

/// The name of the item, for people.
async fn named(kit: &Kit, p: &Page, item: &str) -> Result<String, Error> {
    if item == OTHER {
        return Ok(p.t.help_other.to_owned());
    }
    let shelf = kit.acts.items.shelf().await?;
    if shelf.by_code(item).is_none() {
        return Err(Error::NotFound);
    }
    Ok(shelf.name(item))
}

async fn how_page(kit: &Kit, p: Page, item: &str, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let name = named(kit, &p, item).await?;
    let all = offering(kit, &p).await?;
    let mut grounds = vec![(String::new(), p.t.help_no_ground.to_owned())];
    for g in all.iter().flat_map(|l| &l.hall.helping.grounds) {
        if grounds.iter().all(|(code, _)| *code != g.code) {
            grounds.push((g.code.clone(), g.name.clone()));
        }
    }
    Ok(render(&HowHtml {
        name,
        item: item.to_owned(),
        halls: all.iter().map(|l| (l.id.to_string(), l.hall.name.clone())).collect(),
        kinds: HelpKind::ALL
            .iter()
            .map(|k| (k.word().to_owned(), word(p.lang, *k), kind_hint(&p, *k)))
            .collect(),
        grounds,
        sent,
        trouble,
        p,
    }))
}

/// `GET /help/for/{item}`: how, and where.
pub(crate) async fn how(State(kit): State<Kit>, p: Page, Path(key): Path<String>) -> Result<Response, Oops> {
    how_page(&kit, p, code_of(&key), Fields::default(), String::new()).await
}

#[derive(Template)]
#[template(path = "help_who.html")]
struct WhoHtml {
    p: Page,
    item: String,
    name: String,
    hall: String,
    hall_name: String,
    hall_phone: String,
    kind: String,
    kind_name: String,
    kind_hint: &'static str,
    ground: String,
    /// somebody comes to the door
    door: bool,
    /// why nobody comes to the door, and what else there is
    instead: String,
    regions: Vec<(String, String)>,
    halves: Vec<(String, String)>,
    today: String,
    sent: Fields,
    trouble: String,
}

async fn who_page(kit: &Kit, p: Page, item: &str, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let name = named(kit, &p, item).await?;
    let all = offering(kit, &p).await?;
    let chosen = all.into_iter().find(|l| l.id.to_string() == sent.get("hall"));
    let (Some(l), Some(asked)) = (chosen, HelpKind::read(sent.get("kind"))) else {
        let trouble = p.t.help_choose_both.to_owned();
        return how_page(kit, p, item, sent, trouble).await;
    };
    let may = l.hall.helping.may_come(sent.get("ground"), &item_of(item));
    let (kind, instead) = match (asked, may) {
        (HelpKind::Door, Err(r)) => (HelpKind::Assist, said(p.lang, &r.said)),
        _ => (asked, String::new()),
    };
    let region = &l.hall.region;
    let named = kit.city.regions().await?;
    let inside = |code: &str| code.parse::<RegionCode>().is_ok_and(|r| region.contains(&r));
    Ok(render(&WhoHtml {
        name,
        item: item.to_owned(),
        hall: l.id.to_string(),
        hall_name: l.hall.name.clone(),
        hall_phone: l.hall.phone.clone(),
        kind: kind.word().to_owned(),
        kind_name: word(p.lang, kind),
        kind_hint: kind_hint(&p, kind),
        ground: sent.get("ground").to_owned(),
        door: kind == HelpKind::Door,
        instead,
        regions: named.into_iter().filter(|(code, _)| inside(code)).collect(),
        halves: choices::<Half>(&p),
        today: p.now.date().to_string(),
        sent,
        trouble,
        p,
    }))
}

/// What was entered, as a use case takes it.
pub(crate) fn new_help(p: &Page, item: &str, fields: &Fields) -> Result<NewHelp, Error> {
    Ok(NewHelp {
        hall: fields.get("hall").parse().map_err(|_| Error::NotFound)?,
        kind: HelpKind::read(fields.get("kind"))
            .ok_or_else(|| Error::invalid("kind", "请选择怎么帮", "choose how you are helped"))?,
        item: item_of(item),
        wants: fields.get("wants").to_owned(),
        ground: fields.get("ground").to_owned(),
        exception: fields.get("exception").to_owned(),
        region: fields.get("region").to_owned(),
        wish: Wish {
            day: date_of(fields.get("day")),
            half: Half::read(fields.get("half")).unwrap_or(Half::Any),
        },
        contact: Contact {
            name: fields.get("name").to_owned(),
            phone: fields.get("phone").to_owned(),
            address: fields.get("address").to_owned(),
            email: fields.get("email").to_owned(),
            lang: lang(p),
            ..Contact::default()
        },
    })
}

/// `POST /help/for/{item}`: from how to who; from who to the order.
pub(crate) async fn ask(
    State(kit): State<Kit>,
    p: Page,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let item = code_of(&key).to_owned();
    if fields.get("step") != "send" {
        return who_page(&kit, p, &item, fields, String::new()).await;
    }
    let done = match new_help(&p, &item, &fields) {
        Ok(new) => halls(&kit).ask_help(p.signed(), new).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(begun) => Ok(Redirect::to(&format!("/h/{}/{}", begun.number, begun.code)).into_response()),
        Err(e) => {
            let q = p.clone();
            again(&p, e, |t| async move { who_page(&kit, q, &item, fields, t).await }).await
        }
    }
}
