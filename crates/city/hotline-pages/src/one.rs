//! 一张工单: what is known of it, taking it or giving it back; and what stands of it beside its case.

use access::Operation;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Error, Office};
use hotline::{OrderView, State as Stands, Taking};
use kernel::Word as _;
use resolve::ReturnReason;
use std::sync::Arc;
use web_kit::{
    CaseKey, Fields, Filling, Fragment, Oops, Opt, Reader, again, blocking, opt, render, unit_choices, when,
    word,
};

use crate::list::{Line, day_or_nothing, line};
use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "order.html")]
struct OrderHtml {
    p: Page,
    l: Line,
    dispatched: String,
    due: String,
    reason: String,
    answers: u32,
    satisfied: String,
    words: String,
    added: Vec<String>,
    place: String,
    contact: String,
    files: Vec<String>,
    offered: bool,
    may: bool,
    may_return: bool,
    was_returned: bool,
    open: bool,
    units: Vec<Opt>,
    reasons: Vec<Opt>,
    sent: Fields,
    trouble: String,
}

fn page_of(p: Page, office: &Arc<Office>, o: OrderView, sent: Fields, trouble: String) -> Response {
    let said = o.content.clone();
    let meant = o.known.unit.and_then(|u| office.unit(kernel::UnitId(u)));
    let chosen = if sent.has("unit") {
        sent.get("unit").to_owned()
    } else {
        meant.map(|u| u.short.clone()).unwrap_or_default()
    };
    let satisfied = o.known.satisfied.as_deref().and_then(resolve::Satisfaction::read);
    let contact = said.as_ref().map(|s| s.contact.clone()).unwrap_or_default();
    render(&OrderHtml {
        dispatched: when(p.lang, o.dispatched),
        due: day_or_nothing(&p, o.due),
        reason: o.known.reason.clone(),
        answers: o.known.answers,
        satisfied: satisfied.map_or_else(String::new, |s| word(p.lang, s)),
        words: said.as_ref().map(|s| s.words.clone()).unwrap_or_default(),
        added: said.as_ref().map(|s| s.added.clone()).unwrap_or_default(),
        place: said.as_ref().and_then(|s| s.place.clone()).unwrap_or_default(),
        files: said.map(|s| s.files.into_iter().map(|f| f.name).collect()).unwrap_or_default(),
        contact: format!("{} {}", contact.name, contact.phone).trim().to_owned(),
        offered: o.state == Stands::Offered,
        may: p.may(Operation::TakeOrders),
        may_return: o.may_return,
        was_returned: o.known.again && o.state == Stands::Offered,
        open: p.may(Operation::ReadCase),
        units: unit_choices(office).iter().map(|(short, name)| opt(short, name, &chosen)).collect(),
        reasons: ReturnReason::ALL
            .iter()
            .map(|r| opt(r.word(), &word(p.lang, *r), sent.get("reason")))
            .collect(),
        l: line(&p, o),
        sent,
        trouble,
        p,
    })
}

async fn page(kit: &Kit, desk: &Desk, id: i64, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let o = kit.acts.hotlines.order(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    Ok(page_of(desk.page.clone(), &office, o, sent, trouble))
}

/// `GET /desk/hotline/orders/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, Fields::default(), String::new()).await
}

async fn take(kit: &Kit, desk: &Desk, id: i64, f: &Fields) -> Result<String, Error> {
    let office = kit.city.office_now().await?;
    let unit = match f.get("unit") {
        "" => None,
        name => Some(office.unit_called(name).filter(|u| u.active).map(|u| u.id).ok_or_else(|| {
            Error::invalid("unit", "请从清单中选择承办单位", "choose the unit from the list")
        })?),
    };
    let how = Taking { unit, note: f.get("note").to_owned() };
    let (hotlines, actor) = (kit.acts.hotlines.clone(), desk.actor());
    let number = blocking(move || hotlines.accept(&actor, id, how)).await?;
    Ok(format!("/desk/case/{number}"))
}

/// `POST /desk/hotline/orders/{id}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    let done = match f.get("act") {
        "accept" => take(&kit, &desk, id, &f).await,
        "return" => {
            let reason = ReturnReason::read(f.get("reason"))
                .ok_or_else(|| Error::invalid("reason", "请选择退回理由", "choose why it is returned"));
            match reason {
                Ok(reason) => {
                    let words = f.get("words").to_owned();
                    let back = kit.acts.hotlines.give_back(desk.actor(), id, reason, words).await;
                    back.map(|()| format!("/desk/hotline/orders/{id}"))
                }
                Err(e) => Err(e),
            }
        }
        _ => Err(Error::NotFound),
    };
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(e) => again(&desk.page.clone(), e, |trouble| page(&kit, &desk, id, f, trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "order_beside.html")]
struct BesideHtml {
    p: Page,
    l: Line,
    due: String,
    open: bool,
}

/// Beside a case: the order it came from, and the limit of the hotline.
pub fn beside_case(kit: Kit, reader: Reader, case: CaseKey) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref() else { return Ok(Vec::new()) };
        let Some(o) = kit.acts.hotlines.beside(me.actor.clone(), case.number.clone()).await? else {
            return Ok(Vec::new());
        };
        let html = BesideHtml {
            due: o.due.map_or_else(String::new, |d| when(p.lang, d)),
            open: p.may(Operation::ReadOrders),
            l: line(&p, o),
            p,
        };
        let html = html.render().map_err(|e| Oops(Error::bug(e)))?;
        Ok(vec![Fragment { html }])
    })
}
