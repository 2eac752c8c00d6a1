//! 线索与邀约、触发走访、倒推办的页: what the public sends about walks and what becomes of it, items that must be walked
//! at once, and the way of a case from its result backward.

use app::{Contact, Error, LeadMove, LeadView, NewLead};
use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::RegionCode;
use serde::Deserialize;
use walk::backward::Gap;
use walk::leads::{LeadAct, LeadKind, LeadState};
use web_kit::{Fields, Kit, Oops, Opt, again, date_of, escape, render, said, when};

use crate::texts::Texts;
use crate::{Desk, Page};

fn kind_text(t: &Texts, kind: LeadKind) -> &'static str {
    match kind {
        LeadKind::Lead => t.walk.lead_lead,
        LeadKind::Suggestion => t.walk.lead_suggestion,
        LeadKind::AskCompany => t.walk.lead_ask_company,
        LeadKind::Invited => t.walk.lead_invited,
    }
}

fn state_text(t: &Texts, state: LeadState) -> &'static str {
    match state {
        LeadState::New => t.walk.lead_new,
        LeadState::Planned => t.walk.lead_planned,
        LeadState::Walked => t.walk.lead_walked,
        LeadState::Declined => t.walk.lead_declined,
        LeadState::CalledBack => t.walk.lead_called_back,
    }
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinHtml {
    p: Page,
    sent: Fields,
    trouble: String,
    number: i64,
    kinds: Vec<Opt>,
    regions: Vec<Opt>,
}

async fn join_page(kit: &Kit, p: Page, sent: Fields, trouble: String, number: i64) -> Result<Response, Oops> {
    let chosen = if sent.has("kind") { sent.get("kind") } else { "lead" };
    let kinds = LeadKind::ALL.map(|k| Opt {
        value: k.word().to_owned(),
        label: kind_text(p.t, k).to_owned(),
        on: k.word() == chosen,
    });
    let city = kit.app.city.office_now().await?.settings.city.to_string();
    let region = sent.opt("region").unwrap_or(city);
    let all = kit.app.city.regions().await?.into_iter().filter(|(code, _)| code.len() <= 9);
    let regions = all.map(|(value, label)| Opt { on: value == region, label, value }).collect();
    let kinds = kinds.into_iter().collect();
    Ok(render(&JoinHtml { p, sent, trouble, number, kinds, regions }))
}

#[derive(Deserialize)]
pub(crate) struct JoinAsk {
    #[serde(default)]
    number: i64,
}

/// `GET /join`
pub(crate) async fn join(State(kit): State<Kit>, p: Page, Ask(ask): Ask<JoinAsk>) -> Result<Response, Oops> {
    join_page(&kit, p, Fields::default(), String::new(), ask.number).await
}

/// `POST /join`
pub(crate) async fn send(State(kit): State<Kit>, p: Page, f: Fields) -> Result<Response, Oops> {
    let city = kit.app.city.office_now().await?.settings.city.clone();
    let kind = LeadKind::ALL.into_iter().find(|k| k.word() == f.get("kind")).unwrap_or(LeadKind::Lead);
    let new = NewLead {
        kind,
        item: f.get("item").to_owned(),
        text: f.get("words").to_owned(),
        region: f.get("region").parse::<RegionCode>().ok().filter(|r| city.contains(r)).unwrap_or(city),
        contact: Contact {
            name: f.get("name").chars().take(60).collect(),
            phone: f.get("phone").chars().take(30).collect(),
            ..Contact::default()
        },
    };
    match kit.app.walks.lodge_lead(new).await {
        Ok(number) => Ok(Redirect::to(&format!("/join?number={number}")).into_response()),
        Err(e) => again(&p.clone(), e, |trouble| join_page(&kit, p, f, trouble, 0)).await,
    }
}

struct Line {
    id: i64,
    at: String,
    kind: &'static str,
    text: String,
    item: String,
    who: String,
    walk: String,
    reason: String,
    plan: bool,
    walked: bool,
    release: bool,
    call: bool,
    decline: bool,
}

#[derive(Template)]
#[template(path = "leads.html")]
struct LeadsHtml {
    p: Page,
    states: Vec<(&'static str, &'static str, bool)>,
    state: &'static str,
    rows: Vec<Line>,
    next: i64,
    campaigns: Vec<(i64, String)>,
    phone: Option<(i64, String)>,
    trouble: String,
}

#[derive(Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: i64,
}

fn line(p: &Page, v: LeadView) -> Line {
    let can = |a: LeadAct| v.acts.contains(&a);
    Line {
        id: v.id,
        at: when(p.lang, v.at),
        kind: kind_text(p.t, v.lead.kind),
        who: format!("{} {}", v.contact.name, v.contact.phone).trim().to_owned(),
        plan: can(LeadAct::Plan),
        walked: can(LeadAct::Walk),
        release: can(LeadAct::Release),
        call: can(LeadAct::CallBack),
        decline: can(LeadAct::Decline),
        text: v.lead.text,
        item: v.lead.item.unwrap_or_default(),
        walk: v.lead.walk.unwrap_or_default(),
        reason: v.lead.reason,
    }
}

async fn leads_page(
    kit: &Kit,
    desk: &Desk,
    ask: &ListAsk,
    phone: Option<(i64, String)>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let state = LeadState::ALL.into_iter().find(|s| s.word() == ask.state).unwrap_or(LeadState::New);
    let rows = kit.app.walks.leads(desk.actor(), state, ask.before).await?;
    let next = rows.last().filter(|_| rows.len() == 50).map_or(0, |r| r.id);
    let campaigns = kit.app.walks.campaigns(desk.actor()).await?;
    let html = LeadsHtml {
        states: LeadState::ALL.iter().map(|s| (s.word(), state_text(p.t, *s), *s == state)).collect(),
        state: state.word(),
        rows: rows.into_iter().map(|v| line(&p, v)).collect(),
        next,
        campaigns: campaigns.into_iter().map(|c| (c.id, c.campaign.name)).collect(),
        phone,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/walks/leads`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    leads_page(&kit, &desk, &ask, None, String::new()).await
}

fn read(f: &Fields) -> Result<LeadMove, Error> {
    Ok(match f.get("act") {
        "plan" => LeadMove::Plan(
            f.get("campaign").parse().unwrap_or(0),
            f.get("login").to_owned(),
            f.get("item").to_owned(),
            date_of(f.get("by")).ok_or_else(|| {
                Error::invalid("by", "请填写日期，如 2026-05-31", "give a date like 2026-05-31")
            })?,
        ),
        "walked" => LeadMove::Walked,
        "release" => LeadMove::Release,
        "call" => LeadMove::CalledBack(f.get("told").to_owned()),
        "decline" => LeadMove::Decline(f.get("reason").to_owned()),
        _ => return Err(Error::NotFound),
    })
}

/// `POST /desk/walks/leads/{id}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    let ask = ListAsk { state: f.get("state").to_owned(), before: 0 };
    if f.get("act") == "phone" {
        let c = kit.app.walks.unmask_lead(desk.actor(), id).await?;
        return leads_page(&kit, &desk, &ask, Some((id, format!("{} {}", c.name, c.phone))), String::new())
            .await;
    }
    let done = match read(&f) {
        Ok(doing) => kit.app.walks.move_lead(desk.actor(), id, doing).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => {
            Ok(Redirect::to(&format!("/desk/walks/leads?state={}", escape(&ask.state))).into_response())
        }
        Err(e) => again(&desk.page, e, |trouble| leads_page(&kit, &desk, &ask, None, trouble)).await,
    }
}

struct CalledLine {
    code: String,
    name: String,
    why: String,
    last: String,
}

#[derive(Template)]
#[template(path = "called_for.html")]
struct CalledHtml {
    p: Page,
    rows: Vec<CalledLine>,
    campaigns: Vec<(i64, String)>,
    may: bool,
    by: String,
}

/// `GET /desk/walks/called-for`: items that must be walked at once.
pub(crate) async fn called_for(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let today = p.now.date();
    let rows = kit.app.walks.called_for(desk.actor(), today).await?;
    let campaigns = kit.app.walks.campaigns(desk.actor()).await?;
    let by = kernel::Moment::start_of(today).plus_us(7 * kernel::US_PER_DAY).date();
    Ok(render(&CalledHtml {
        rows: rows
            .into_iter()
            .map(|c| CalledLine {
                why: said(p.lang, &c.why.said),
                last: c.last_walk.map_or_else(String::new, |d| d.to_string()),
                code: c.code,
                name: c.name,
            })
            .collect(),
        campaigns: campaigns.into_iter().map(|c| (c.id, c.campaign.name)).collect(),
        may: access::offers(&desk.actor(), access::Operation::WriteWalks),
        by: by.to_string(),
        p,
    }))
}

struct StretchLine {
    from: String,
    to: String,
    what: String,
    unit: String,
    days: String,
    gaps: Vec<String>,
}

#[derive(Template)]
#[template(path = "backward.html")]
struct BackwardHtml {
    p: Page,
    number: String,
    stage: String,
    item: String,
    rows: Vec<StretchLine>,
    trouble: String,
}

#[derive(Deserialize)]
pub(crate) struct BackwardAsk {
    #[serde(default)]
    number: String,
}

/// Working time in working days.
#[expect(clippy::cast_precision_loss, reason = "hours of a case")]
fn days(us: i64, of_day: i64) -> String {
    format!("{:.1}", us as f64 / of_day as f64)
}

/// `GET /desk/walks/backward`: a case from its result backward.
pub(crate) async fn backward(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<BackwardAsk>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let number: String = ask.number.trim().chars().take(40).collect();
    let mut html = BackwardHtml {
        number: number.clone(),
        stage: String::new(),
        item: String::new(),
        rows: Vec::new(),
        trouble: String::new(),
        p: p.clone(),
    };
    if number.is_empty() {
        access::offered(&desk.actor(), access::Operation::ReadWalks).map_err(Error::from)?;
        return Ok(render(&html));
    }
    let view = match kit.app.walks.walk_backward(desk.actor(), number).await {
        Err(Error::NotFound) => {
            html.trouble = p.t.walk.backward_none.to_owned();
            return Ok((StatusCode::NOT_FOUND, render(&html)).into_response());
        }
        other => other?,
    };
    let t = p.t.walk;
    let unit = |u: Option<kernel::UnitId>| u.and_then(|u| view.units.get(&u)).cloned().unwrap_or_default();
    html.rows = view
        .line
        .iter()
        .map(|s| StretchLine {
            from: when(p.lang, s.from),
            to: when(p.lang, s.to),
            what: s.what.clone(),
            unit: unit(s.unit),
            days: days(s.working_us, view.day_us),
            gaps: (s.gaps.iter())
                .map(|g| match g {
                    Gap::Still(us) => t.gap_still.replace("{n}", &days(*us, view.day_us)),
                    Gap::Returned(u) => t.gap_returned.replace("{u}", &unit(Some(*u))),
                    Gap::NobodysOwn => t.gap_nobody.to_owned(),
                    Gap::OverLimit => t.gap_over.to_owned(),
                })
                .collect(),
        })
        .collect();
    (html.number, html.stage, html.item) = (view.number, view.stage, view.item.unwrap_or_default());
    Ok(render(&html))
}
