//! 柜台: the bookings of a day, booking for others, numbers at the desk, and one booking with what can be done.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use hall::appointment::{Act, Command};
use hall::{Channel, Priority};
use hall_acts::{Asked, BookingLine};
use serde::Deserialize;
use shelf::ItemAsk;
use web_kit::{Fields, Oops, again, date_of, render, when, word};

use crate::parts::{OfferHall, by_hall, clock, soon, wait};
use crate::{Desk, Kit, Page, halls};

struct Row {
    number: String,
    when: String,
    name: String,
    queue: String,
    who: String,
    why: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Day {
    #[serde(default)]
    day: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "bookings.html")]
struct BookingsHtml {
    p: Page,
    id: i64,
    name: String,
    day: String,
    rows: Vec<Row>,
    /// days from today on which something is booked: the day, the day with how many
    ahead: Vec<(String, String)>,
    appeals: Vec<Row>,
    stands_by: Vec<Row>,
    /// who is to be told by telephone, with why
    to_tell: Vec<Row>,
    queues: Vec<(String, String)>,
    priorities: Vec<(String, String)>,
    ticket: String,
    trouble: String,
}

/// The days that suit somebody who has no place: the end of the last one is the beginning of the next.
pub(crate) fn days(p: &Page, a: &hall::appointment::Appointment) -> String {
    let day = |m: kernel::Moment| web_kit::short_day(p.lang, p.now, m.date());
    format!("{} – {}", day(a.at.start), day(a.at.end.plus_us(-1)))
}

fn row(p: &Page, b: &BookingLine) -> Row {
    let a = &b.appointment;
    Row {
        number: a.number.clone(),
        when: if a.has_place() { clock(a.at.start) } else { days(p, a) },
        why: word(p.lang, a.stage),
        name: a.name.clone(),
        queue: b.queue.clone(),
        who: format!("{} {}", b.contact.name, b.contact.phone),
    }
}

/// Who is to be told, and why.
fn tell_row(p: &Page, b: &BookingLine) -> Row {
    let why = b.tell.map_or_else(String::new, |t| word(p.lang, t));
    let why = if b.said { p.t.hall_said.replace("{why}", &why) } else { why };
    Row { when: soon(p, p.t, b.appointment.at.start), why, ..row(p, b) }
}

async fn day_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    ask: &Day,
    ticket: String,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let day = date_of(&ask.day).unwrap_or_else(|| p.now.date());
    let v = halls(kit).hall(desk.actor(), id).await?;
    let lists = halls(kit).bookings(desk.actor(), id, day).await?;
    let ahead = halls(kit).days_ahead(desk.actor(), id).await?;
    let ahead = ahead.into_iter().map(|(d, n)| {
        let named = p.t.hall_day_n.replace("{day}", &web_kit::day(p.lang, d)).replace("{n}", &n.to_string());
        (d.to_string(), named)
    });
    Ok(render(&BookingsHtml {
        id,
        day: day.to_string(),
        ahead: ahead.collect(),
        rows: lists.booked.iter().map(|b| row(&p, b)).collect(),
        stands_by: lists.stands_by.iter().map(|b| row(&p, b)).collect(),
        to_tell: lists.to_tell.iter().map(|b| tell_row(&p, b)).collect(),
        appeals: lists.appealed.iter().map(|b| row(&p, b)).collect(),
        queues: v.hall.queues.iter().map(|q| (q.letter.clone(), q.name.clone())).collect(),
        priorities: Priority::ALL.iter().map(|x| (x.word().to_owned(), word(p.lang, *x))).collect(),
        name: v.hall.name,
        ticket,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/bookings`
pub(crate) async fn bookings(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(ask): Query<Day>,
) -> Result<Response, Oops> {
    day_page(&kit, &desk, id, &ask, String::new(), String::new()).await
}

/// `POST /desk/halls/at/{id}/take`: a number for who cannot use the kiosk.
pub(crate) async fn take(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let priority = Priority::read(fields.get("priority")).unwrap_or(Priority::Normal);
    match halls(&kit).take_for(desk.actor(), id, fields.get("queue").to_owned(), priority).await {
        Ok(t) => {
            let told = format!("{} · {} · {}", t.number, t.queue, wait(desk.page.t, t.estimate));
            day_page(&kit, &desk, id, &Day::default(), told, String::new()).await
        }
        Err(e) => {
            again(&desk.page, e, |t| async {
                day_page(&kit, &desk, id, &Day::default(), String::new(), t).await
            })
            .await
        }
    }
}

#[derive(Template)]
#[template(path = "book_for.html")]
struct BookForHtml {
    p: Page,
    id: i64,
    name: String,
    q: String,
    item: String,
    item_name: String,
    items: Vec<(String, String)>,
    offers: Vec<OfferHall>,
    contact: Contact,
    trouble: String,
}

async fn for_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    ask: &Day,
    contact: Contact,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hall(desk.actor(), id).await?;
    let shelf = kit.acts.items.shelf().await?;
    let q: String = ask.q.chars().take(60).collect();
    let found = shelf.search(&ItemAsk { text: q.clone(), limit: 200, ..ItemAsk::default() });
    let taken = found.items.into_iter().filter(|i| v.hall.handling(&i.code, i.unit_id).next().is_some());
    let items =
        if ask.item.is_empty() { taken.take(20).map(|i| (i.code, i.name)).collect() } else { Vec::new() };
    let offers = if ask.item.is_empty() {
        Vec::new()
    } else {
        let mut all = halls(kit).earliest(ask.item.clone(), None, None, 12, Channel::Counter).await?;
        all.retain(|o| o.hall == id);
        all
    };
    Ok(render(&BookForHtml {
        id,
        name: v.hall.name,
        q,
        item_name: shelf.name(&ask.item),
        item: ask.item.clone(),
        items,
        offers: by_hall(&p, p.t, offers),
        contact,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/book`
pub(crate) async fn book_form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(ask): Query<Day>,
) -> Result<Response, Oops> {
    for_page(&kit, &desk, id, &ask, Contact::default(), String::new()).await
}

#[derive(Template)]
#[template(path = "booking_made.html")]
struct MadeHtml {
    p: Page,
    id: i64,
    keep: String,
}

/// `POST /desk/halls/at/{id}/book`
pub(crate) async fn book(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let contact = Contact {
        name: fields.get("name").to_owned(),
        phone: fields.get("phone").to_owned(),
        email: fields.get("email").to_owned(),
        ..Contact::default()
    };
    let ask = Day { item: fields.get("item").to_owned(), ..Day::default() };
    // Of a hall that is not theirs they learn nothing.
    halls(&kit).hall(desk.actor(), id).await?;
    let slot = fields.get("slot").parse().unwrap_or(0);
    match halls(&kit).book_for(desk.actor(), slot, ask.item.clone(), contact.clone()).await {
        Ok(b) => {
            let keep = desk.page.t.hall_keep.replace("{number}", &b.number).replace("{code}", &b.code);
            Ok(render(&MadeHtml { p: desk.page, id, keep }))
        }
        Err(e) => again(&desk.page, e, |t| async { for_page(&kit, &desk, id, &ask, contact, t).await }).await,
    }
}

#[derive(Template)]
#[template(path = "booking.html")]
struct BookingHtml {
    p: Page,
    base: String,
    number: String,
    name: String,
    stage: String,
    when: String,
    hall: String,
    queue: String,
    who: Contact,
    appeal: String,
    may_cancel: bool,
    may_call_off: bool,
    may_decide: bool,
    may_show: bool,
    may_tell: bool,
    /// when the person was told
    told: String,
    trouble: String,
}

async fn one(
    kit: &Kit,
    desk: &Desk,
    number: String,
    full: Option<Contact>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).appointment(desk.actor(), number).await?;
    let a = &v.appointment;
    let may = |act: Act| v.acts.contains(&act);
    Ok(render(&BookingHtml {
        base: format!("/desk/halls/booking/{}", a.number),
        number: a.number.clone(),
        name: a.name.clone(),
        stage: word(p.lang, a.stage),
        when: if a.has_place() { when(p.lang, a.at.start) } else { days(&p, a) },
        hall: v.hall.clone(),
        queue: v.queue.clone(),
        appeal: v.appeal.clone(),
        may_cancel: may(Act::Cancel),
        may_call_off: may(Act::CallOff),
        may_decide: may(Act::Uphold),
        may_tell: may(Act::Tell) && a.person_there,
        told: a.told.map_or_else(String::new, |m| when(p.lang, m)),
        may_show: may(Act::Show) && full.is_none() && a.person_there,
        who: full.unwrap_or_else(|| v.contact.clone()),
        trouble,
        p,
    }))
}

/// `GET /desk/halls/booking/{number}`
pub(crate) async fn booking(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    one(&kit, &desk, number, None, String::new()).await
}

/// `POST /desk/halls/booking/{number}/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, act)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (all, reason) = (halls(&kit), fields.get("reason").to_owned());
    let done = match act.as_str() {
        "show" => match all.show_booker(desk.actor(), number.clone(), reason).await {
            Ok((_, full)) => return one(&kit, &desk, number, Some(full), String::new()).await,
            Err(e) => Err(e),
        },
        "tell" => all.act_for(desk.actor(), number.clone(), Command::Tell {}).await.map(drop),
        "cancel" => all.change_for(desk.actor(), number.clone(), Asked::Cancel).await.map(drop),
        "call_off" => all.act_for(desk.actor(), number.clone(), Command::CallOff { reason }).await.map(drop),
        "uphold" => all.act_for(desk.actor(), number.clone(), Command::Uphold { reason }).await.map(drop),
        "reject" => all.act_for(desk.actor(), number.clone(), Command::Reject { reason }).await.map(drop),
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/halls/booking/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |t| one(&kit, &desk, number, None, t)).await,
    }
}
