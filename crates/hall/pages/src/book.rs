//! 预约: the earliest slot near me in three taps: item, time, telephone.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use hall::Channel;
use hall_acts::Standby;
use kernel::{Moment, RegionCode};
use serde::Deserialize;
use shelf::ItemAsk;
use web_kit::{Fields, Oops, again, date_of, render};

use crate::bring::{Bring, bring};
use crate::parts::{OfferHall, by_hall};
use crate::{Kit, Page, halls};

/// Times of one hall on the page.
const EACH: u32 = 6;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    region: String,
    /// what was answered in the guide
    #[serde(skip)]
    answers: Vec<String>,
}

#[derive(Template)]
#[template(path = "book.html")]
struct BookHtml {
    p: Page,
    q: String,
    items: Vec<(String, String, String)>,
}

/// `GET /book`: items that some hall takes by appointment.
pub(crate) async fn find(State(kit): State<Kit>, p: Page, Query(ask): Query<Ask>) -> Result<Response, Oops> {
    let shelf = kit.acts.items.shelf().await?;
    let all = halls(&kit).public_halls().await?;
    let q: String = ask.q.chars().take(60).collect();
    let found = shelf.search(&ItemAsk { text: q.clone(), limit: 200, ..ItemAsk::default() });
    // A queue without places is for who comes by.
    let taken = |code: &str, unit| {
        all.iter().any(|h| h.hall.handling(code, unit).any(|(q, _)| !q.availability.is_empty()))
    };
    let items = found
        .items
        .into_iter()
        .filter(|i| taken(&i.code, i.unit_id))
        .take(30)
        .map(|i| (i.code, i.name, i.unit))
        .collect();
    Ok(render(&BookHtml { q, items, p }))
}

#[derive(Template)]
#[template(path = "offers.html")]
struct OffersHtml {
    p: Page,
    item: String,
    answers: Vec<String>,
    bring: Bring,
    name: String,
    from: String,
    region: String,
    regions: Vec<(String, String)>,
    offers: Vec<OfferHall>,
    /// halls at which one can stand by
    waits_at: Vec<(String, String)>,
    /// what was sent to stand by, and refused
    kept: Fields,
    standby_open: bool,
    trouble: String,
}

async fn page(
    kit: &Kit,
    p: Page,
    item: &str,
    ask: &Ask,
    kept: Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let region: Option<RegionCode> = ask.region.trim().parse().ok();
    let from = date_of(&ask.from).map(Moment::start_of);
    let found = halls(kit).earliest(item.to_owned(), region, from, EACH, Channel::Phone).await?;
    let shelf = kit.acts.items.shelf().await?;
    let named = kit.city.regions().await?;
    let mut regions = vec![(String::new(), p.t.hall_anywhere.to_owned())];
    let mut waits_at = Vec::new();
    let unit = shelf.by_code(item).and_then(|i| i.unit_id);
    for l in halls(kit).public_halls().await? {
        if l.hall.handling(item, unit).any(|(q, _)| !q.availability.is_empty()) {
            waits_at.push((l.id.to_string(), l.hall.name.clone()));
        }
        let code = l.hall.region.as_str();
        if regions.iter().all(|(c, _)| c != code) {
            let name = named.iter().find(|(c, _)| c == code).map_or(code, |(_, n)| n);
            regions.push((code.to_owned(), name.to_owned()));
        }
    }
    Ok(render(&OffersHtml {
        regions,
        name: shelf.name(item),
        item: item.to_owned(),
        bring: bring(kit, item, &ask.answers).await?,
        answers: ask.answers.clone(),
        from: ask.from.chars().take(10).collect(),
        region: ask.region.chars().take(12).collect(),
        standby_open: found.is_empty() || !kept.0.is_empty(),
        offers: by_hall(&p, p.t, found),
        waits_at,
        kept,
        trouble,
        p,
    }))
}

/// `GET /book/for/{item}`
pub(crate) async fn offers(
    State(kit): State<Kit>,
    p: Page,
    Path(item): Path<String>,
    Query(mut ask): Query<Ask>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    ask.answers = pairs.into_iter().filter(|(name, _)| name == "a").map(|(_, id)| id).collect();
    page(&kit, p, &item, &ask, Fields::default(), String::new()).await
}

/// `POST /book/for/{item}`: the place is held.
pub(crate) async fn hold(
    State(kit): State<Kit>,
    p: Page,
    Path(item): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let slot = fields.get("slot").parse().unwrap_or(0);
    let answers: Vec<String> = fields.all("a").into_iter().map(str::to_owned).collect();
    match halls(&kit).hold_in_situation(slot, item.clone(), answers.clone()).await {
        Ok(begun) => Ok(Redirect::to(&format!("/b/{}/{}", begun.number, begun.code)).into_response()),
        Err(e) => {
            let (ask, q) = (Ask { answers, ..Ask::default() }, p.clone());
            again(&p, e, |t| async move { page(&kit, q, &item, &ask, Fields::default(), t).await }).await
        }
    }
}

/// `POST /book/for/{item}/standby`: 登记候补.
pub(crate) async fn stand_by(
    State(kit): State<Kit>,
    p: Page,
    Path(item): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let day = |name: &str| {
        date_of(fields.get(name))
            .ok_or_else(|| Error::invalid(name, "请填写起止日期", "give the first and the last day"))
    };
    let wish = || -> Result<Standby, Error> {
        Ok(Standby {
            item: item.clone(),
            hall: fields.get("hall").parse().map_err(|_| Error::NotFound)?,
            first: day("first")?,
            last: day("last")?,
            contact: Contact {
                name: fields.get("name").to_owned(),
                phone: fields.get("phone").to_owned(),
                email: fields.get("email").to_owned(),
                lang: crate::follow::lang(&p),
                ..Contact::default()
            },
        })
    };
    let done = match wish() {
        Ok(wish) => halls(&kit).stand_by(wish).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(begun) => Ok(Redirect::to(&format!("/b/{}/{}", begun.number, begun.code)).into_response()),
        Err(e) => {
            let (ask, q) = (Ask::default(), p.clone());
            again(&p, e, |trouble| async move { page(&kit, q, &item, &ask, fields, trouble).await }).await
        }
    }
}
