//! 一枚印章: what is registered, what can be done with it now, and every use of it.

use access::Operation;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::{Date, Moment, US_PER_DAY};
use seals::{Asked, PaperKind, SealAct, UseView};
use web_kit::{Fields, Oops, Opt, again, blocking, opt, render, role, when, word};

use crate::directory::{span, stands};
use crate::register::paper;
use crate::{Desk, Kit, Page};

struct Use {
    who: String,
    at: String,
    title: String,
    kind: String,
    result: String,
    class: &'static str,
    digest: String,
}

struct Act {
    word: &'static str,
    name: String,
    make: bool,
    file: bool,
    why: bool,
}

#[derive(Template)]
#[template(path = "seal.html")]
struct SealHtml {
    p: Page,
    id: i64,
    ver: i64,
    name: String,
    state: String,
    trial: bool,
    facts: Vec<(&'static str, String)>,
    has_picture: bool,
    acts: Vec<Act>,
    devices: Vec<Opt>,
    until: String,
    uses: Vec<Use>,
    sent: Fields,
    trouble: String,
}

/// Three years from now, to begin with.
const USUAL_DAYS: i64 = 1_095;

fn reason(p: &Page, code: &str) -> &'static str {
    let t = p.t;
    match code {
        "slow" => t.why_slow,
        "unreachable" | "address" => t.why_unreachable,
        "busy" => t.why_busy,
        "token" => t.why_token,
        "refused" | "refused_here" => t.why_refused,
        "wrong_answer" => t.why_wrong_answer,
        "garbled" => t.why_garbled,
        _ => t.why_other,
    }
}

fn device(p: &Page, name: &str) -> String {
    match name.strip_prefix("file:") {
        Some(file) => format!("{} {file}", p.t.device_file),
        None if name == "service" => p.t.device_service.to_owned(),
        None => name.to_owned(),
    }
}

fn grouped(hex: &str) -> String {
    let parts: Vec<String> =
        hex.as_bytes().chunks(8).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    parts.join(" ")
}

fn use_line(p: &Page, u: UseView) -> Use {
    let (result, class) = match u.state.as_str() {
        "kept" => (p.t.use_kept.to_owned(), "green"),
        "failed" => (format!("{}（{}）", p.t.use_failed, reason(p, &u.why)), "red"),
        _ => (p.t.use_begun.to_owned(), "grey"),
    };
    Use {
        who: u.who,
        at: when(p.lang, u.at),
        title: u.title,
        kind: PaperKind::read(&u.kind).map_or_else(String::new, |k| paper(p.lang, k)),
        result,
        class,
        // In groups, so that a narrow screen breaks it.
        digest: grouped(&u.digest),
    }
}

async fn page(kit: &Kit, desk: &Desk, id: i64, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let s = kit.acts.seals.seal(desk.actor(), id).await?;
    let t = p.t;
    let roles = s.row.roles.split(',').filter_map(kernel::Role::read).map(|r| role(p.lang, r));
    let papers = s.row.papers.split(',').filter_map(PaperKind::read).map(|k| paper(p.lang, k));
    let mut facts = vec![
        (t.th_number, s.row.number.clone()),
        (t.th_kind, word(p.lang, s.kind)),
        (t.th_unit, s.unit.clone()),
        (t.apply_papers, papers.collect::<Vec<_>>().join("、")),
        (t.apply_roles, roles.collect::<Vec<_>>().join("、")),
    ];
    for (name, value) in [
        (t.th_until, span(&p, s.row.valid_from, s.row.valid_to)),
        (t.device, device(&p, &s.row.device)),
        (t.certificate, s.row.certificate.clone()),
        (
            t.filed,
            if s.row.trial && !s.row.filed.is_empty() {
                t.file_trial.to_owned()
            } else {
                s.row.filed.clone()
            },
        ),
    ] {
        if !value.is_empty() && value != "—" {
            facts.push((name, value));
        }
    }
    let devices = if s.acts.contains(&SealAct::Make) {
        let (seals, actor) = (kit.acts.seals.clone(), desk.actor());
        blocking(move || seals.devices(&actor)).await?
    } else {
        Vec::new()
    };
    let act = |a: SealAct| Act {
        word: a.word(),
        name: word(p.lang, a),
        make: a == SealAct::Make,
        file: a == SealAct::File,
        why: matches!(a, SealAct::Suspend | SealAct::Restore | SealAct::Cancel),
    };
    let until = if sent.has("valid_to") {
        sent.get("valid_to").to_owned()
    } else {
        p.now.plus_us(USUAL_DAYS * US_PER_DAY).date().to_string()
    };
    Ok(render(&SealHtml {
        id,
        ver: s.row.ver,
        state: stands(&p, s.state, s.row.valid_to),
        trial: s.row.trial,
        facts,
        has_picture: s.has_picture,
        acts: s.acts.into_iter().map(act).collect(),
        devices: devices.iter().map(|d| opt(d, &device(&p, d), sent.get("device"))).collect(),
        until,
        uses: s.uses.into_iter().map(|u| use_line(&p, u)).collect(),
        name: s.row.name,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/seals/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, Fields::default(), String::new()).await
}

/// `POST /desk/seals/{id}`: what is done with it.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    // Who may do nothing to any seal is told so before the form is read.
    if !access::offers(&desk.actor(), Operation::AskSeals) {
        access::offered(&desk.actor(), Operation::WriteSeals).map_err(Error::from)?;
    }
    let done = match SealAct::read(f.get("act")) {
        None => Err(Error::invalid("act", "请选择要办的事", "choose what to do")),
        Some(act) => {
            let day: Option<Date> = f.get("valid_to").parse().ok();
            let asked = Asked {
                act,
                ver: f.get("ver").parse().unwrap_or(0),
                device: f.get("device").to_owned(),
                // The last moment of the last day.
                valid_to: day.map(|d| Moment::start_of(d).plus_us(US_PER_DAY - kernel::US_PER_SECOND)),
                filed: f.get("filed").to_owned(),
                why: f.get("why").to_owned(),
            };
            let (seals, actor) = (kit.acts.seals.clone(), desk.actor());
            blocking(move || seals.act(&actor, id, &asked)).await
        }
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/seals/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, id, f, trouble)).await,
    }
}

/// `GET /desk/seals/{id}/picture`
pub(crate) async fn picture(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let png = kit.acts.seals.picture(desk.actor(), id).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
