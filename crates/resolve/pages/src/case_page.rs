//! 件: one page: the words of the person, what is due, what can be done now, and everything that happened.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use resolve::{Act, BeyondStep, Command, Light, Stage, StageKind, StepState, Word as _};
use resolve_acts::CaseView;
use web_kit::{
    CaseKey, Fields, Form, Fragment, Lamp, Oops, again, day, lamp, length, render, short_day, unit_choices,
    when, word,
};

use crate::acts::{self, FORMS, FormView};
use crate::lists::{self, Way};
use crate::reading::{self, CheckView, Read};
use crate::timeline::{FileView, Given, Line, Lines, Said, file_view, folded, line};
use crate::{Desk, Kit, Page, Slots};

/// One day of the explanation of a limit.
struct DayView {
    day: String,
    counts: &'static str,
    why: String,
    off: bool,
}

struct Part {
    kind: &'static str,
    what: String,
    who: String,
    due: String,
    state: String,
}

struct Known {
    name: String,
    phone: String,
    id_number: String,
    address: String,
    email: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CaseHtml {
    p: Page,
    number: String,
    title: String,
    ver: i64,
    words: String,
    brought: Vec<FileView>,
    added: Vec<Line>,
    lamp: Lamp,
    stage: String,
    duty: String,
    facts: Vec<Said>,
    forms: Vec<FormView>,
    parts: Vec<Part>,
    lines: Vec<Lines>,
    days: Vec<DayView>,
    limit: String,
    provisional: bool,
    calendar: String,
    contact: Option<Known>,
    hidden: bool,
    may_unmask: bool,
    purpose: String,
    units: Vec<(String, String)>,
    trouble: String,
    /// what was typed into a form that is gone
    typed: Vec<Said>,
    done: String,
    /// the list from which the reader came, and what is before and behind in it
    way: Way,
    receipt: bool,
    beside: Vec<Fragment>,
    r: Read,
    may_dispatch: bool,
    proposes: bool,
    checked: Option<(&'static str, CheckView)>,
}

impl CaseHtml {
    fn has_rare(&self) -> bool {
        self.forms.iter().any(|f| f.rare)
    }
    fn rare_open(&self) -> bool {
        self.forms.iter().any(|f| f.rare && f.open)
    }
}

/// What a page says besides the case itself.
#[derive(Default)]
struct Told<'a> {
    done: String,
    sent: Option<(Act, &'a Fields, Option<&'a Error>)>,
    checked: Option<(Act, resolve_acts::ReplyCheck)>,
    shown: Option<resolve_acts::Unmasked>,
    /// a precedent as it was filled in, when it was not taken
    precedent: Option<resolve_acts::NewPrecedent>,
    trouble: String,
    /// the list from which the reader came
    within: String,
}

fn facts(page: &Page, v: &CaseView, region: String) -> Vec<Said> {
    let (c, t, lang) = (&v.case, page.t, page.lang);
    let mut out = Vec::new();
    let mut put = |label: &str, value: String| {
        if !value.is_empty() {
            out.push(Said { label: label.to_owned(), value });
        }
    };
    put(t.f_kind, word(lang, c.kind));
    put(t.f_complexity, word(lang, c.complexity));
    put(t.f_channel, word(lang, c.channel));
    put(t.f_lodged, when(lang, c.lodged));
    put(t.f_first_asked, v.office.unit_name(c.first_asked));
    put(t.f_owner, v.owner.clone().unwrap_or_default());
    put(t.f_region, region);
    put(t.f_cause, c.cause.map_or_else(String::new, |w| word(lang, w)));
    put(t.f_item, c.item.clone().unwrap_or_default());
    put(t.f_campaign, c.campaign.clone().unwrap_or_default());
    let count = |n: u32| if n > 0 { n.to_string() } else { String::new() };
    put(t.f_reporters, if c.reporters > 1 { c.reporters.to_string() } else { String::new() });
    put(t.f_returns, count(c.returns));
    put(t.f_rounds, count(c.rounds));
    put(t.f_reminders, count(c.reminders));
    put(t.f_merged, c.merged.join("、"));
    match &c.stage {
        Stage::Merged { into, .. } => put(t.f_into, into.clone()),
        Stage::Conferring { meets, topic, .. } => {
            put(t.f_meets, when(lang, *meets));
            put(t.f_topic, topic.clone());
        }
        Stage::Escalated { level, office, .. } => {
            put(t.f_level, format!("{} · {office}", word(lang, *level)));
        }
        Stage::HandedOver { peer, .. } => {
            let number = peer.number.as_deref().unwrap_or_default();
            put(t.f_peer, format!("{} {number}", peer.name).trim().to_owned());
            let how = match peer.step {
                BeyondStep::Offered => t.peer_offered,
                BeyondStep::Taken => t.peer_taken,
                BeyondStep::Answered => t.peer_answered,
            };
            put(t.f_peer_step, how.to_owned());
        }
        Stage::ReturnAsked { reason, evidence, suggest, .. } => {
            put(t.f_return_reason, format!("{}\n{evidence}", word(lang, *reason)));
            put(t.f_suggest, suggest.map_or_else(String::new, |u| v.office.unit_name(u)));
        }
        Stage::Replied { missed_calls, .. } => put(t.f_missed_calls, count(*missed_calls)),
        _ => {}
    }
    if let Some(x) = &c.extension {
        put(t.f_extension, format!("{} {} · {}", x.days, t.unit_workdays, x.reason));
    }
    out
}

fn parts(page: &Page, v: &CaseView) -> Vec<Part> {
    let (t, lang, c) = (page.t, page.lang, &v.case);
    let state = |done: bool| if done { t.part_done } else { t.part_open }.to_owned();
    let mut out = Vec::new();
    let steps = if let Stage::Rectifying { steps, .. } = &c.stage { steps } else { &c.mended };
    for s in steps {
        let shape = if s.state == StepState::StruckOff { "✓ " } else { "○ " };
        out.push(Part {
            kind: t.part_step,
            what: s.what.clone(),
            who: v.owner.clone().unwrap_or_default(),
            due: short_day(lang, page.now, s.due),
            state: format!("{shape}{}", word(lang, s.state)),
        });
    }
    for co in &c.co {
        let (kind, who) = (t.part_co, v.office.unit_name(co.unit));
        out.push(Part { kind, what: co.task.clone(), who, due: String::new(), state: state(co.done) });
    }
    for m in &c.tasks {
        let (kind, who) = (t.part_task, v.office.unit_name(m.unit));
        out.push(Part {
            kind,
            what: m.what.clone(),
            who,
            due: short_day(lang, page.now, m.due),
            state: state(m.done),
        });
    }
    for o in &c.orders {
        let (kind, who) = (t.part_order, v.owner.clone().unwrap_or_default());
        let due = short_day(lang, page.now, o.answer_by);
        out.push(Part { kind, what: o.words.clone(), who, due, state: state(o.answered) });
    }
    out
}

fn duty(page: &Page, v: &CaseView) -> String {
    match v.case.duty() {
        None => page.t.duty_none.to_owned(),
        Some(d) => {
            let unit = d.unit.map_or_else(String::new, |u| format!("{} · ", v.office.unit_name(u)));
            format!("{unit}{}", web_kit::role(page.lang, d.role))
        }
    }
}

async fn page_of(
    kit: &Kit,
    slots: &Slots,
    desk: &Desk,
    number: String,
    mut told: Told<'_>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.cases.case(desk.actor(), number.clone()).await?;
    let (open, shown) = match told.shown.as_ref() {
        Some(shown) => (true, Some(shown.contact.clone()).filter(|c| !c.is_empty())),
        None => (false, None),
    };
    let events = match told.shown.take() {
        Some(shown) => shown.events,
        None => kit.acts.cases.events(desk.actor(), number.clone(), 0).await?,
    };
    let why = kit.acts.cases.explain(desk.actor(), number.clone()).await?;
    let read = kit.acts.cases.case_reading(desk.actor(), number.clone()).await?;
    let mut forms = forms(desk, &v, &told);
    if let Some((act, sent, _)) = told.sent {
        let tickets = sent.all("file").into_iter().map(str::to_owned).collect();
        let waiting = kit.city.waiting_files(&desk.actor(), tickets).await?;
        if let Some(form) = forms.iter_mut().find(|f| f.act == act.word()) {
            form.waiting = waiting;
        }
    }
    // The form may be gone with what somebody else did meanwhile: what was typed into it is not.
    let typed = told.sent.filter(|(act, ..)| forms.iter().all(|f| f.act != act.word()));
    let typed = typed.map_or_else(Vec::new, |(act, sent, _)| typed_in(&p, act, sent));
    let kept = kit.city.drafts(desk.actor(), format!("case/{number}/")).await?;
    for form in forms.iter_mut().filter(|f| told.sent.is_none_or(|s| s.0.word() != f.act)) {
        let within = web_kit::escape(&told.within);
        form.kept = kept
            .iter()
            .find(|d| d.0 == form.draft)
            .map(|d| (when(p.lang, d.1), format!("/desk/case/{number}?draft={}&in={within}", form.act)));
    }
    let words = events.iter().find_map(|e| match &e.happened.asked {
        Command::Register(r) => Some((r.words.clone(), r.place.clone(), &e.happened.files)),
        _ => None,
    });
    let brought = words.as_ref().map_or_else(Vec::new, |w| w.2.iter().map(file_view).collect());
    let (words, place) = words.map(|w| (w.0, w.1)).unwrap_or_default();
    let mut given = Given::default();
    let mut lines: Vec<_> = events.iter().map(|e| line(&p, &v.office, &mut given, e)).collect();
    let added = events.iter().zip(&lines).filter(|(e, _)| e.act == Act::AddWords).map(|(_, l)| l.clone());
    let added = added.collect();
    lines.reverse();
    let lines = folded(&p, lines);
    let mut facts = facts(&p, &v, kit.city.region_name(v.case.region.clone()).await?);
    if let Some(place) = place {
        facts.push(Said { label: p.t.f_place.to_owned(), value: place });
    }
    let days = why.as_ref().map_or_else(Vec::new, |w| {
        std::iter::once(&w.received).chain(&w.days).take(120).map(|d| day_view(&p, d)).collect()
    });
    let sees = access::may_see_reporter(&desk.actor(), &v.case);
    let hidden = v.case.hide_reporter && !sees;
    let contact = shown.or_else(|| v.contact.clone());
    let may_unmask = sees && access::decide(&desk.actor(), access::op::UnmaskContact, &v.case).is_ok();
    let key = CaseKey { id: v.case.id, number: v.case.number.clone() };
    let beside = slots.beside_case.fill(&p, &key).await;
    let template = CaseHtml {
        beside,
        number: v.case.number.clone(),
        title: v.case.title.clone(),
        ver: v.case.ver,
        words,
        brought,
        added,
        lamp: lamp(p.lang, p.t, v.clock.as_ref()),
        stage: word(p.lang, v.case.stage.kind()),
        duty: duty(&p, &v),
        facts,
        forms,
        parts: parts(&p, &v),
        lines,
        days,
        limit: why.as_ref().map_or_else(String::new, |w| length(p.t, w.length)),
        provisional: v.clock.as_ref().is_some_and(|c| c.provisional),
        calendar: why.map_or_else(String::new, |w| w.calendar),
        contact: contact.map(|c| Known {
            name: c.name,
            phone: c.phone,
            id_number: c.id_number,
            address: c.address,
            email: c.email,
            open,
        }),
        hidden,
        may_unmask: may_unmask && !open,
        purpose: String::new(),
        units: unit_choices(&v.office),
        trouble: told.trouble,
        typed,
        done: told.done,
        way: lists::way(kit, desk, told.within, &v.case.number).await,
        r: told.precedent.map_or_else(
            || Read::of_case(&p, &read),
            |form| Read { form, sent: true, ..Read::of_case(&p, &read) },
        ),
        may_dispatch: v.acts.contains(&Act::Dispatch),
        proposes: v.acts.iter().any(|a| matches!(a, Act::Dispatch | Act::Arbitrate)),
        checked: told.checked.map(|(act, c)| (act.word(), reading::check(&p, &c))),
        receipt: v.acts.contains(&Act::PrintReceipt) && desk.me.actor.unit.is_none_or(|u| !v.case.answers(u)),
        p,
    };
    Ok(render(&template))
}

/// The words of a form that is not drawn any more: label and text.
fn typed_in(p: &Page, act: Act, sent: &Fields) -> Vec<Said> {
    let fields = acts::form_of(act).map_or(&[][..], |f| f.fields);
    let texts = fields.iter().filter(|f| f.is_words() && !sent.get(f.name).trim().is_empty());
    texts.map(|f| Said { label: (f.label)(p.t).to_owned(), value: sent.get(f.name).to_owned() }).collect()
}

fn day_view(p: &Page, d: &workday::DayLine) -> DayView {
    let counts = if d.counts { p.t.day_counts } else { p.t.day_not };
    DayView { day: day(p.lang, d.date), counts, why: d.why.clone(), off: !d.counts }
}

fn forms(desk: &Desk, v: &CaseView, told: &Told<'_>) -> Vec<FormView> {
    let mine = desk.me.actor.unit;
    let may = FORMS.iter().filter(|f| v.acts.contains(&f.act));
    let mut may: Vec<_> = may.filter(|f| sensible(f.act, v, mine)).collect();
    by_need(v, mine, &mut may);
    let dispatches = may.iter().any(|f| f.act == Act::Dispatch);
    let mut all: Vec<FormView> = may
        .into_iter()
        .map(|f| {
            let sent = told.sent.filter(|(act, ..)| *act == f.act).map(|(_, s, e)| (s, e));
            let mut form = acts::show(f, &desk.page, &v.case, &v.office, mine, sent);
            match f.act {
                // Dispatching accepts: nobody needs to press twice.
                Act::Dispatch if v.case.stage.kind() == StageKind::Registered => {
                    form.title = desk.page.t.accept_and_dispatch.to_owned();
                }
                Act::Accept => form.rare = dispatches,
                _ => {}
            }
            form
        })
        .collect();
    if told.sent.is_none()
        && let Some(first) = all.iter_mut().find(|f| !f.rare)
        && first.act != Act::Note.word()
    {
        first.open = true;
    }
    all
}

/// What is needed comes first: a reminder when the end is near and it is for others to act, an answer when somebody
/// only asks, the step that is under way while something is being put right. An act that says the same in two steps is rare.
fn by_need(v: &CaseView, mine: Option<kernel::UnitId>, all: &mut Vec<&'static acts::ActForm>) {
    let late = v.clock.as_ref().is_some_and(|k| matches!(k.light, Light::Yellow | Light::Red));
    let elsewhere = v.case.duty().and_then(|d| d.unit).is_some_and(|u| Some(u) != mine);
    let open_step = |s: &resolve::RectStep| s.state == StepState::Open;
    let rectifies = matches!(&v.case.stage, Stage::Rectifying { steps, .. } if steps.iter().any(open_step));
    let first = if rectifies {
        Some(Act::FinishStep)
    } else if v.case.kind == resolve::Kind::Consultation {
        Some(Act::AnswerOnSpot)
    } else {
        (late && elsewhere).then_some(Act::Remind)
    };
    if let Some(at) = all.iter().position(|f| Some(f.act) == first) {
        all[..=at].rotate_right(1);
    }
}

/// Acts that the loop permits but that have nothing to act on are not offered.
fn sensible(act: Act, v: &CaseView, mine: Option<kernel::UnitId>) -> bool {
    let c = &v.case;
    let paused = v.clock.as_ref().is_some_and(|k| k.light == resolve::Light::Paused);
    let step = |state: StepState| matches!(&c.stage, Stage::Rectifying { steps, .. } if steps.iter().any(|s| s.state == state));
    match act {
        Act::GrantExtension | Act::DenyExtension => c.extension.is_some(),
        Act::AskExtension => c.extension.is_none() && !paused,
        Act::AnswerOrder => c.orders.iter().any(|o| !o.answered),
        Act::FinishTask => c.tasks.iter().any(|t| !t.done && Some(t.unit) == mine),
        Act::CoReply => c.co.iter().any(|t| !t.done && Some(t.unit) == mine),
        Act::DropCo => c.co.iter().any(|t| !t.done),
        Act::Pause => v.clock.is_some() && !paused,
        Act::Resume => paused,
        Act::FinishStep => step(StepState::Open),
        Act::StrikeOff | Act::RejectStep => step(StepState::Finished),
        _ => true,
    }
}

#[derive(serde::Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    done: String,
    #[serde(default, rename = "in")]
    within: String,
    /// the act of which the draft is shown
    #[serde(default)]
    draft: String,
}

/// Where a form of a case goes on: the page of the case, which still knows the list the reader came from.
pub(crate) fn back_to(number: &str, done: &str, fields: &Fields) -> Response {
    let within = fields.get("in");
    let list = if within.is_empty() { String::new() } else { format!("&in={}", web_kit::escape(within)) };
    Redirect::to(&format!("/desk/case/{number}?done={done}{list}")).into_response()
}

/// `GET /desk/case/{number}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    desk: Desk,
    Path(number): Path<String>,
    axum::extract::Query(ask): axum::extract::Query<Ask>,
) -> Result<Response, Oops> {
    let act = Act::ALL.iter().find(|a| a.word() == ask.done);
    let done = match (act, ask.done.as_str()) {
        (Some(a), _) => desk.page.t.done_act.replace("{act}", &word(desk.page.lang, *a)),
        (None, "judged") => desk.page.t.reading.judged_done.to_owned(),
        (None, "precedent") => desk.page.t.reading.precedent_done.to_owned(),
        _ => String::new(),
    };
    let drawn = Act::ALL.iter().copied().find(|a| a.word() == ask.draft);
    let kept = match drawn {
        Some(act) => kit.city.draft(desk.actor(), format!("case/{number}/{}", act.word())).await?,
        None => None,
    };
    let fields = kept.map(|d| Fields(d.fields));
    let sent = drawn.zip(fields.as_ref()).map(|(act, fields)| (act, fields, None));
    let told = Told { done, sent, within: ask.within, ..Told::default() };
    page_of(&kit, &slots, &desk, number, told).await
}

/// `POST /desk/case/{number}/act/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    desk: Desk,
    Path((number, act)): Path<(String, String)>,
    mut sent: Form,
) -> Result<Response, Oops> {
    let form = Act::ALL.iter().find(|a| a.word() == act).and_then(|a| acts::form_of(*a));
    let form = form.ok_or(Oops(Error::NotFound))?;
    let office = kit.city.office_now().await?;
    let expect: Option<i64> = sent.fields.get("ver").parse().ok();
    let asked = sent.whole().and_then(|()| acts::read(form, &sent.fields, &office));
    let tickets = sent.tickets();
    let result = match asked {
        Ok(asked) => {
            let shown = resolve_acts::Shown::parse(sent.fields.get("shown"));
            let number = number.clone();
            kit.acts.cases.act_shown(desk.actor(), number, asked, expect, shown, tickets).await.map(|_| ())
        }
        Err(e) => Err(e),
    };
    match result {
        Ok(()) => {
            kit.city.forget_draft(desk.actor(), format!("case/{number}/{act}")).await.ok();
            Ok(back_to(&number, &act, &sent.fields))
        }
        Err(e) => {
            let wrong = e.clone();
            again(&desk.page, e, |trouble| {
                let told = Told {
                    sent: Some((form.act, &sent.fields, Some(&wrong))),
                    trouble,
                    within: sent.fields.get("in").to_owned(),
                    ..Told::default()
                };
                page_of(&kit, &slots, &desk, number, told)
            })
            .await
        }
    }
}

/// `GET /desk/case/{number}/file/{hash}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, hash)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let (file, bytes) = kit.acts.cases.file(desk.actor(), number, hash).await?;
    Ok(web_kit::serve_file(&file, bytes))
}

/// `POST /desk/case/{number}/check/{act}`: what a reply lacks, before it is sent. Only its files are kept waiting.
pub(crate) async fn check(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    desk: Desk,
    Path((number, act)): Path<(String, String)>,
    mut sent: Form,
) -> Result<Response, Oops> {
    let form = Act::ALL.iter().find(|a| a.word() == act).and_then(|a| acts::form_of(*a));
    let form = form.ok_or(Oops(Error::NotFound))?;
    let text = format!("{}\n{}", sent.fields.get("text"), sent.fields.get("basis"));
    let checked = kit.acts.cases.check_reply(desk.actor(), number.clone(), text).await?;
    let trouble = sent.whole().err().map_or_else(String::new, |e| web_kit::explain(&desk.page, &e));
    let told = Told {
        sent: Some((form.act, &sent.fields, None)),
        checked: Some((form.act, checked)),
        trouble,
        within: sent.fields.get("in").to_owned(),
        ..Told::default()
    };
    page_of(&kit, &slots, &desk, number, told).await
}

/// `POST /desk/case/{number}/unmask`: on record, with a purpose.
pub(crate) async fn unmask(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    match kit.acts.cases.unmask(desk.actor(), number.clone(), fields.get("purpose").to_owned()).await {
        Ok(shown) => {
            let within = fields.get("in").to_owned();
            page_of(&kit, &slots, &desk, number, Told { shown: Some(shown), within, ..Told::default() }).await
        }
        Err(e) => {
            again(&desk.page, e, |trouble| {
                page_of(&kit, &slots, &desk, number, Told { trouble, ..Told::default() })
            })
            .await
        }
    }
}

/// `POST /desk/case/{number}/precedent`: a closed case becomes a precedent.
pub(crate) async fn make_precedent(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let get = |name: &str| fields.get(name).to_owned();
    let form = resolve_acts::NewPrecedent {
        title: get("title"),
        problem: get("problem"),
        obstacle: get("obstacle"),
        solution: get("solution"),
        basis: get("basis"),
    };
    match kit.acts.cases.make_precedent(desk.actor(), number.clone(), form.clone()).await {
        Ok(()) => Ok(back_to(&number, "precedent", &fields)),
        Err(e) => {
            again(&desk.page, e, |trouble| {
                page_of(
                    &kit,
                    &slots,
                    &desk,
                    number,
                    Told { trouble, precedent: Some(form), ..Told::default() },
                )
            })
            .await
        }
    }
}
