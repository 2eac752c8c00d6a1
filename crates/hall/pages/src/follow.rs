//! 我的预约: where an appointment stands, for the person who has its number and code, and what they can do now. Opening the
//! link changes nothing; every act is a form that is sent.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use hall::appointment::{Act, Stage};
use hall::{Channel, ical};
use hall_acts::{AppointmentView, Asked};
use web_kit::{Fields, Oops, again, render, said, word};

use crate::bring::{Bring, bring};
use crate::parts::{OfferHall, by_hall};
use crate::{Kit, Page, halls};

/// Times offered for moving, of one hall.
const EACH: u32 = 4;

#[derive(Template)]
#[template(path = "mine.html")]
struct MineHtml {
    p: Page,
    number: String,
    trouble: String,
}

/// `GET /book/mine`
pub(crate) async fn form(p: Page) -> Response {
    render(&MineHtml { p, number: String::new(), trouble: String::new() })
}

/// `POST /book/mine`
pub(crate) async fn find(State(kit): State<Kit>, p: Page, fields: Fields) -> Result<Response, Oops> {
    let clean = |name: &str, most: usize| -> String {
        let kept = fields.get(name).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        kept.take(most).collect()
    };
    let (number, code) = (clean("number", 40), clean("code", 12).replace('-', ""));
    match halls(&kit).follow(p.signed(), number.clone(), code.clone()).await {
        Ok(_) => Ok(Redirect::to(&format!("/b/{number}/{code}")).into_response()),
        Err(Error::NotFound) => {
            let trouble = p.t.hall_wrong.to_owned();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&MineHtml { p, number, trouble })).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

#[derive(Template)]
#[template(path = "appointment.html")]
struct AppointmentHtml {
    p: Page,
    base: String,
    keep: String,
    name: String,
    bring: Bring,
    item: String,
    stage: String,
    when: String,
    hall: String,
    address: String,
    phone: String,
    queue: String,
    until: String,
    until_known: String,
    /// what who stands by waits for
    standby: String,
    /// name and telephone are there already
    known: bool,
    warning: String,
    who: Contact,
    may_confirm: bool,
    may_move: bool,
    may_cancel: bool,
    may_appeal: bool,
    may_erase: bool,
    offers: Vec<OfferHall>,
    /// answers of a move: those of the booking stay
    none: Vec<String>,
    trouble: String,
}

async fn page(kit: &Kit, p: Page, code: &str, v: AppointmentView, trouble: String) -> Result<Response, Oops> {
    let a = &v.appointment;
    let may = |act: Act| v.acts.contains(&act);
    let offers = if may(Act::Move) {
        halls(kit).earliest(a.item.clone(), None, None, EACH, Channel::Phone).await?
    } else {
        Vec::new()
    };
    let stands_by = a.stage == Stage::Standby;
    let placeless = !a.has_place();
    let days = crate::desk::days(&p, a);
    let bring = if a.ended.is_none() { bring(kit, &a.item, &a.answers).await? } else { Bring::default() };
    Ok(render(&AppointmentHtml {
        bring,
        base: format!("/b/{}/{code}", a.number),
        keep: p.t.hall_keep.replace("{number}", &a.number).replace("{code}", code),
        name: a.name.clone(),
        item: a.item.clone(),
        stage: word(p.lang, a.stage),
        when: if placeless { days.clone() } else { crate::parts::soon(&p, p.t, a.at.start) },
        standby: if stands_by {
            p.t.hall_standby_told.replace("{days}", &days).replace("{phone}", &v.phone)
        } else {
            String::new()
        },
        known: a.offered && a.person_there,
        until_known: p.t.hall_offered_until.replace("{time}", &crate::parts::soon(&p, p.t, a.held_until)),
        hall: v.hall.clone(),
        address: v.address.clone(),
        phone: v.phone.clone(),
        queue: v.queue.clone(),
        until: p.t.hall_held_until.replace("{time}", &crate::parts::clock(a.held_until)),
        warning: v.warning.as_ref().map_or_else(String::new, |s| said(p.lang, s)),
        who: v.contact.clone(),
        may_confirm: may(Act::Confirm),
        may_move: may(Act::Move),
        may_cancel: may(Act::Cancel) && !may(Act::Confirm),
        may_appeal: may(Act::Appeal) && !a.appealed,
        may_erase: may(Act::Erase) && a.person_there,
        offers: by_hall(&p, p.t, offers),
        none: Vec::new(),
        trouble,
        p,
    }))
}

/// `GET /b/{number}/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).follow(p.signed(), number, code.clone()).await?;
    page(&kit, p, &code, v, String::new()).await
}

/// In which language somebody is told later: the one they read now.
pub(crate) fn lang(p: &Page) -> String {
    if p.lang == web_kit::Lang::En { "en".to_owned() } else { String::new() }
}

/// `POST /b/{number}/{code}/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code, act)): Path<(String, String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let asked = match act.as_str() {
        "confirm" => Asked::Confirm(Contact {
            name: fields.get("name").to_owned(),
            phone: fields.get("phone").to_owned(),
            email: fields.get("email").to_owned(),
            lang: lang(&p),
            ..Contact::default()
        }),
        "cancel" => Asked::Cancel,
        "move" => Asked::Move(fields.get("slot").parse().unwrap_or(0)),
        "appeal" => Asked::Appeal(fields.get("words").to_owned()),
        "erase" => Asked::Erase,
        _ => return Err(Oops(Error::NotFound)),
    };
    match halls(&kit).act_by_code(p.signed(), number.clone(), code.clone(), asked).await {
        Ok(_) => Ok(Redirect::to(&format!("/b/{number}/{code}")).into_response()),
        Err(e) => {
            let q = p.clone();
            again(&p, e, |trouble| async move {
                let v = halls(&kit).follow(q.signed(), number, code.clone()).await?;
                page(&kit, q, &code, v, trouble).await
            })
            .await
        }
    }
}

/// `GET /b/{number}/{code}/calendar.ics`: for the calendar of the phone, which reminds a day and two hours before.
pub(crate) async fn calendar(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).follow(p.signed(), number, code).await?;
    let a = &v.appointment;
    let entry = ical::Entry {
        uid: format!("{}@bancheng", a.number),
        sequence: a.ver,
        start: a.at.start,
        end: a.at.end,
        summary: p.t.hall_calendar_title.replace("{name}", &a.name),
        place: format!("{} {}", v.hall, v.address),
        words: p.t.hall_calendar_words.replace("{number}", &a.number),
        cancelled: !matches!(a.stage, Stage::Held | Stage::Confirmed | Stage::Arrived),
        remind_minutes: vec![24 * 60, 120],
    };
    let text = ical::calendar(&[entry], p.now);
    Ok(web_kit::download("text/calendar; charset=utf-8", &format!("{}.ics", a.number), text.into_bytes()))
}
