//! 一张表: the one form with its materials, for the applicant with the code and for the clerk at the window. Every sending
//! saves what was typed and brought; what keeps it from being submitted is said at its field.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::Need;
use city::Error;
use kernel::{Actor, Said};
use serde::Deserialize;
use service::form::{Field, FieldKind, hint};
use service::{Delivery, StageKind, Way, Word as _};
use service_acts::{Draft, DraftPage};
use web_kit::{Form, Oops, Opt, said, word};

use crate::parts::{how_words, materials};
use crate::{Desk, Kit, Page, service};

/// One field as shown.
struct FieldLine {
    name: String,
    label: String,
    kind: &'static str,
    required: bool,
    hint: String,
    value: String,
    options: Vec<Opt>,
    trouble: String,
}

/// One material as shown.
struct MaterialField {
    id: String,
    name: String,
    need: String,
    note: String,
    has: String,
    files: Vec<kernel::FileRef>,
    ways: Vec<Opt>,
    trouble: String,
    asked: String,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormHtml {
    p: Page,
    title: String,
    lead: String,
    number: String,
    /// where it is sent
    action: String,
    file_base: String,
    keep: String,
    saved: bool,
    newer: bool,
    correcting: bool,
    until: String,
    troubles: Vec<String>,
    fields: Vec<FieldLine>,
    materials: Vec<MaterialField>,
    delivery: Vec<Opt>,
    declared: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    pub new: String,
    #[serde(default)]
    pub saved: String,
}

/// Who sends the form, and by what.
struct Sender {
    actor: Actor,
    number: String,
    code: Option<String>,
}

impl Sender {
    fn base(&self) -> String {
        match &self.code {
            Some(code) => format!("/a/{}/{code}", self.number),
            None => format!("/desk/services/at/{}", self.number),
        }
    }
    fn action(&self) -> String {
        if self.code.is_some() { self.base() } else { format!("{}/form", self.base()) }
    }
}

fn field(p: &Page, f: &Field, value: &str, faults: &[(String, Said)]) -> FieldLine {
    let name = format!("f.{}", f.code);
    let options = match f.kind {
        FieldKind::Choice => f.options.clone(),
        FieldKind::YesNo => vec!["是".to_owned(), "否".to_owned()],
        _ => Vec::new(),
    };
    FieldLine {
        trouble: faults.iter().find(|x| x.0 == name).map_or_else(String::new, |x| said(p.lang, &x.1)),
        label: f.name.clone(),
        kind: match f.kind {
            FieldKind::Date | FieldKind::PastDate => "date",
            FieldKind::Phone => "tel",
            _ => "text",
        },
        required: f.required,
        hint: hint(f).to_owned(),
        value: value.to_owned(),
        options: options.into_iter().map(|o| Opt { on: o == value, label: o.clone(), value: o }).collect(),
        name,
    }
}

fn ways(p: &Page, w: &service::Wanted, now: Option<Way>, window: bool) -> Vec<Opt> {
    let mut out = Vec::new();
    let mut offer = |way: Way, label: String, first: bool| {
        let on = now == Some(way) || (now.is_none() && first);
        out.push(Opt { value: way.word().to_owned(), label, on });
    };
    if w.held {
        offer(Way::Held, p.t.svc_way_held.to_owned(), true);
    }
    if window {
        offer(Way::Seen, p.t.svc_way_seen.to_owned(), !w.held);
    }
    if w.need == Need::Deferrable {
        let days = w.defer_days.unwrap_or(service::Numbers::default().defer_days);
        offer(Way::Later, p.t.svc_way_later.replace("{days}", &days.to_string()), false);
    }
    if w.commitment {
        offer(Way::Commitment, p.t.svc_way_commitment.to_owned(), false);
    }
    out
}

fn page(
    p: Page,
    who: &Sender,
    d: &DraftPage,
    faults: &[(String, Said)],
    draft: &Draft,
    told: &Told,
) -> Response {
    let a = &d.view.application;
    let correcting = a.stage == StageKind::Correcting;
    let asked = |what: &str| a.lacks.iter().find(|l| l.what == what).map(|l| l.words.clone());
    let window = who.code.is_none();
    let shown = materials(&p, a);
    let material = |(w, m): (&service::Wanted, &crate::parts::MaterialLine)| {
        let state = a.material(&w.id).and_then(|s| s.how.as_ref());
        let name = format!("m.{}", w.id);
        MaterialField {
            id: w.id.clone(),
            name: w.name.clone(),
            need: match w.need {
                Need::Required => p.t.svc_need_required,
                Need::Optional => p.t.svc_need_optional,
                Need::Deferrable => p.t.svc_need_deferrable,
            }
            .to_owned(),
            note: w.note.clone(),
            has: state.map_or_else(String::new, |h| p.t.svc_has.replace("{how}", &how_words(p.lang, h))),
            files: m.files.clone(),
            ways: ways(&p, w, state.map(service::How::way), window),
            trouble: faults.iter().find(|x| x.0 == name).map_or_else(String::new, |x| said(p.lang, &x.1)),
            asked: asked(&w.id).unwrap_or_default(),
        }
    };
    let at_fields =
        |f: &str| f.starts_with("f.") || a.basis.materials.iter().any(|w| f == format!("m.{}", w.id));
    let mut troubles: Vec<String> =
        faults.iter().filter(|f| !at_fields(&f.0)).map(|f| said(p.lang, &f.1)).collect();
    if !faults.is_empty() {
        troubles.insert(0, p.t.svc_faults.replace("{n}", &faults.len().to_string()));
    }
    let until = a.watched().filter(|_| correcting).map(|r| r.due(&d.view.office.rules.calendar).0);
    let chosen = draft.delivery.or(a.wish).unwrap_or(Delivery::Electronic);
    let mut fields: Vec<FieldLine> = a
        .basis
        .fields
        .iter()
        .filter(|f| !correcting || asked(&f.code).is_some())
        .map(|f| field(&p, f, d.view.values.get(&f.code).map_or("", String::as_str), faults))
        .collect();
    for f in &mut fields {
        if let Some(words) = f.name.strip_prefix("f.").and_then(asked) {
            f.hint = words;
        }
    }
    let html = FormHtml {
        title: p.t.svc_form_title.replace("{name}", &a.basis.name),
        lead: if correcting { p.t.svc_correct_lead.to_owned() } else { p.t.svc_form_lead.to_owned() },
        number: a.number.clone(),
        action: who.action(),
        file_base: format!("{}/file", who.base()),
        keep: match &who.code {
            Some(code) if !told.new.is_empty() || !told.saved.is_empty() => {
                p.t.svc_keep_code.replace("{number}", &a.number).replace("{code}", code)
            }
            _ => String::new(),
        },
        saved: !told.saved.is_empty() && faults.is_empty(),
        newer: d.newer,
        correcting,
        until: until.map_or_else(String::new, |m| {
            p.t.svc_correct_by.replace("{day}", &web_kit::day(p.lang, m.date()))
        }),
        troubles,
        fields,
        materials: a
            .basis
            .materials
            .iter()
            .zip(&shown)
            .filter(|(w, _)| !correcting || asked(&w.id).is_some())
            .map(material)
            .collect(),
        delivery: Delivery::ALL
            .iter()
            .map(|x| Opt { value: x.word().to_owned(), label: word(p.lang, *x), on: *x == chosen })
            .collect(),
        declared: draft.declared,
        p,
    };
    web_kit::render(&html)
}

/// The page of a draft or a correction.
pub(crate) async fn shown(
    kit: &Kit,
    p: Page,
    actor: Actor,
    number: String,
    code: Option<String>,
    told: &Told,
) -> Result<Response, Oops> {
    let who = Sender { actor, number, code };
    let d = service(kit).draft(who.actor.clone(), who.number.clone(), who.code.clone()).await?;
    Ok(page(p, &who, &d, &[], &Draft::default(), told))
}

fn draft_of(sent: &Form) -> Draft {
    let mut draft = Draft::default();
    for (name, value) in &sent.fields.0 {
        if let Some(code) = name.strip_prefix("f.") {
            draft.values.insert(code.to_owned(), value.clone());
        } else if let Some(id) = name.strip_prefix("w.") {
            draft.ways.insert(id.to_owned(), value.clone());
        } else if let Some(id) = name.strip_prefix("t.") {
            draft.words.insert(id.to_owned(), value.clone());
        } else if let Some(id) = name.strip_prefix("file.") {
            draft.tickets.push((id.to_owned(), value.clone()));
        }
    }
    draft.delivery = Delivery::read(sent.fields.get("delivery"));
    draft.declared = sent.fields.has("declared");
    draft
}

async fn sent(kit: &Kit, p: Page, who: Sender, mut sent: Form) -> Result<Response, Oops> {
    let submit = sent.fields.get("do") == "submit";
    let draft = draft_of(&sent);
    let trouble = sent.whole().err();
    let mut faults = Vec::new();
    // A file that was not taken does not lose the form: the rest of it is saved, and it is said.
    let service = service(kit);
    let submit = submit && trouble.is_none();
    if let Some(Error::Invalid { field, said }) = trouble {
        faults.push((field, said));
    }
    let done =
        service.send(who.actor.clone(), who.number.clone(), who.code.clone(), draft.clone(), submit).await;
    match done {
        Ok(s) => faults.extend(s.faults),
        Err(Error::Invalid { field, said }) => faults.push((field, said)),
        Err(e) => return Err(Oops(e)),
    }
    if faults.is_empty() {
        let to = match (submit, &who.code) {
            (true, Some(_)) => format!("{}?done=submit", who.base()),
            (true, None) => format!("{}?done=submit", who.base()),
            (false, _) => format!("{}?saved=1", who.action()),
        };
        return Ok(Redirect::to(&to).into_response());
    }
    let d = service.draft(who.actor.clone(), who.number.clone(), who.code.clone()).await?;
    let mut answer = page(p, &who, &d, &faults, &draft, &Told::default());
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// `POST /a/{number}/{code}`
pub(crate) async fn send(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Oops> {
    let who = Sender { actor: Actor::resident(), number, code: Some(code) };
    sent(&kit, p, who, form).await
}

/// `GET /desk/services/at/{number}/form`
pub(crate) async fn at_window(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    Query(told): Query<Told>,
) -> Result<Response, Oops> {
    let actor = desk.actor();
    shown(&kit, desk.page, actor, number, None, &told).await
}

/// `POST /desk/services/at/{number}/form`
pub(crate) async fn send_at_window(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    form: Form,
) -> Result<Response, Oops> {
    let who = Sender { actor: desk.actor(), number, code: None };
    sent(&kit, desk.page, who, form).await
}

async fn take_newer(kit: &Kit, who: Sender) -> Result<Response, Oops> {
    service(kit).rebase(who.actor.clone(), who.number.clone(), who.code.clone()).await?;
    Ok(Redirect::to(&format!("{}?saved=1", who.action())).into_response())
}

/// `POST /a/{number}/{code}/newer`
pub(crate) async fn newer(
    State(kit): State<Kit>,
    Path((number, code)): Path<(String, String)>,
    _: web_kit::Fields,
) -> Result<Response, Oops> {
    take_newer(&kit, Sender { actor: Actor::resident(), number, code: Some(code) }).await
}

/// `POST /desk/services/at/{number}/newer`
pub(crate) async fn newer_at_window(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    _: web_kit::Fields,
) -> Result<Response, Oops> {
    take_newer(&kit, Sender { actor: desk.actor(), number, code: None }).await
}
