//! 印章登记簿: the seals that the reader may see, and applying for one.

use access::{Operation, decide, op};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::Role;
use seals::{NewSeal, PaperKind, SealKind};
use web_kit::{Fields, Form, Lang, Oops, Opt, again, blocking, render, role, word};

use crate::directory::{span, stands};
use crate::{Desk, Kit, Page};

struct Line {
    id: i64,
    name: String,
    number: String,
    kind: String,
    unit: String,
    state: String,
    trial: bool,
    until: String,
}

struct Choice {
    value: String,
    label: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "seals.html")]
struct SealsHtml {
    p: Page,
    lines: Vec<Line>,
    units: Vec<Opt>,
    kinds: Vec<Opt>,
    papers: Vec<Choice>,
    roles: Vec<Choice>,
    sent: Fields,
    trouble: String,
}

pub(crate) fn paper(lang: Lang, kind: PaperKind) -> String {
    if lang == Lang::Zh { kind.zh().to_owned() } else { kind.en().to_owned() }
}

async fn page(kit: &Kit, desk: &Desk, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let (p, actor) = (desk.page.clone(), desk.actor());
    let all = kit.acts.seals.seals(actor.clone()).await?;
    let lines = all
        .into_iter()
        .map(|s| Line {
            id: s.row.id,
            kind: word(p.lang, s.kind),
            state: stands(&p, s.state, s.row.valid_to),
            until: span(&p, s.row.valid_from, s.row.valid_to),
            trial: s.row.trial,
            name: s.row.name,
            number: s.row.number,
            unit: s.unit,
        })
        .collect();
    let office = kit.city.office_now().await?;
    let chosen = sent.get("unit").to_owned();
    let mine = actor.unit.map(|u| u.to_string()).unwrap_or_default();
    let chosen = if chosen.is_empty() { mine } else { chosen };
    let units = office.units().into_iter().filter(|u| u.active).filter(|u| {
        let subject = access::Unit { unit: Some(u.id), region: &u.region };
        decide(&actor, op::AskSeals, subject).is_ok()
    });
    let first = !sent.has("kind");
    Ok(render(&SealsHtml {
        lines,
        units: units.map(|u| web_kit::opt(&u.id.to_string(), &u.name, &chosen)).collect(),
        kinds: SealKind::ALL
            .into_iter()
            .map(|k| web_kit::opt(k.word(), &word(p.lang, k), sent.get("kind")))
            .collect(),
        papers: PaperKind::ALL
            .into_iter()
            .map(|k| Choice {
                value: k.word().to_owned(),
                label: paper(p.lang, k),
                on: first || sent.all("papers").contains(&k.word()),
            })
            .collect(),
        roles: seals::USERS
            .iter()
            .map(|&r| Choice {
                value: r.word().to_owned(),
                label: role(p.lang, r),
                on: if first { r == Role::Coordinator } else { sent.all("roles").contains(&r.word()) },
            })
            .collect(),
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/seals`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, Fields::default(), String::new()).await
}

/// The picture that came with the form.
async fn picture(kit: &Kit, desk: &Desk, form: &mut Form) -> Result<Option<Vec<u8>>, Error> {
    form.whole()?;
    let waiting = kit.city.waiting_files(&desk.actor(), form.tickets()).await?;
    let Some(file) = waiting.into_iter().next() else { return Ok(None) };
    let city = kit.city.clone();
    Ok(Some(blocking(move || Ok(city.blobs().get(&file.file.hash)?)).await?))
}

/// `POST /desk/seals`
pub(crate) async fn apply(State(kit): State<Kit>, desk: Desk, mut form: Form) -> Result<Response, Oops> {
    // Who may ask for no seal anywhere leaves no file here.
    access::offered(&desk.actor(), Operation::AskSeals).map_err(Error::from)?;
    let done = match picture(&kit, &desk, &mut form).await {
        Ok(picture) => {
            let f = &form.fields;
            let new = NewSeal {
                name: f.get("name").to_owned(),
                kind: SealKind::read(f.get("kind")).unwrap_or(SealKind::Unit),
                unit: kernel::UnitId(f.get("unit").parse().unwrap_or(-1)),
                papers: f.all("papers").into_iter().filter_map(PaperKind::read).collect(),
                roles: f.all("roles").into_iter().filter_map(Role::read).collect(),
                picture,
            };
            kit.acts.seals.apply(desk.actor(), new).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/desk/seals/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, form.fields, trouble)).await,
    }
}
