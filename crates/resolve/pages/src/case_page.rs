//! 件: one page: the words of the person, what is due, what can be done now, and everything that happened.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Error, Office};
use resolve::{Act, Command, Stage, StepState, Word as _};
use resolve_acts::{CaseView, EventView};
use serde_json::Value;
use web_kit::{
    CaseKey, Fields, Form, Fragment, Lamp, Lang, Oops, again, date_of, day, lamp, length, render,
    unit_choices, when, word,
};

use crate::acts::{self, FORMS, FormView};
use crate::reading::{self, CheckView, Read};
use crate::{Desk, Kit, Page, Slots};

/// What an event says besides who and when.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub label: String,
    pub value: String,
}

/// One event as shown.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub at: String,
    pub who: String,
    pub act: String,
    pub stage: String,
    pub system: bool,
    pub said: Vec<Said>,
    pub files: Vec<FileView>,
}

/// A file as shown.
#[derive(Clone, Debug)]
pub(crate) struct FileView {
    pub hash: String,
    pub name: String,
    pub size: String,
    /// a picture that is small enough to be shown at once
    pub shown: bool,
}

/// Bytes of a picture that is shown in the timeline.
const SHOWN_MOST: i64 = 2 << 20;

fn file_view(f: &kernel::FileRef) -> FileView {
    let kib = (f.size + 1023) / 1024;
    let size = if kib >= 1024 { format!("{:.1} MB", kib as f64 / 1024.0) } else { format!("{kib} KB") };
    let shown = f.kind.starts_with("image/") && f.size <= SHOWN_MOST;
    FileView { hash: f.hash.clone(), name: f.name.clone(), size, shown }
}

/// One day of the explanation of a limit.
struct DayView {
    day: String,
    counts: &'static str,
    why: String,
    off: bool,
}

struct Part {
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
    lines: Vec<Line>,
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
    done: String,
    receipt: bool,
    beside: Vec<Fragment>,
    r: Read,
    may_dispatch: bool,
    checked: Option<(&'static str, CheckView)>,
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
}

fn text_of(lang: Lang, office: &Office, name: &str, v: &Value) -> String {
    let unit_field = matches!(name, "unit" | "suggest" | "lead" | "units" | "first_asked");
    match v {
        Value::Number(n) if unit_field => {
            n.as_i64().map_or_else(String::new, |n| office.unit_name(kernel::UnitId(n)))
        }
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => if *b { "✓" } else { "–" }.to_owned(),
        Value::Array(all) => {
            let each: Vec<_> = all.iter().map(|v| text_of(lang, office, name, v)).collect();
            each.join(if each.iter().any(|e| e.contains(' ')) { "\n" } else { "、" })
        }
        Value::Object(map) => {
            let each: Vec<_> = map.iter().map(|(k, v)| text_of(lang, office, k, v)).collect();
            each.join(" · ")
        }
        Value::String(s) => closed_word(lang, name, s).unwrap_or_else(|| match (date_of(s), s.len()) {
            (Some(d), 10) => day(lang, d),
            _ if s.len() == 25 => s.parse().map_or_else(|_| s.clone(), |m| when(lang, m)),
            _ => s.clone(),
        }),
        Value::Null => String::new(),
    }
}

fn closed_word(lang: Lang, name: &str, s: &str) -> Option<String> {
    use resolve as r;
    fn read<W: resolve::Word>(lang: Lang, s: &str) -> Option<String> {
        W::ALL.iter().find(|w| w.word() == s).map(|w| word(lang, *w))
    }
    match name {
        "kind" => read::<r::Kind>(lang, s),
        "channel" => read::<r::Channel>(lang, s),
        "complexity" => read::<r::Complexity>(lang, s),
        "cause" => read::<r::Cause>(lang, s),
        "level" => read::<r::Level>(lang, s),
        "solved" => read::<r::Solved>(lang, s),
        "satisfied" => read::<r::Satisfaction>(lang, s),
        "reason" => read::<r::RefuseReason>(lang, s)
            .or_else(|| read::<r::ReturnReason>(lang, s))
            .or_else(|| read::<r::PauseReason>(lang, s)),
        _ => None,
    }
}

/// What an act says, field by field, for a timeline.
pub(crate) fn told(page: &Page, office: &Office, asked: &Command) -> Vec<Said> {
    if matches!(asked, Command::Register(_)) {
        return Vec::new();
    }
    let Ok(Value::Object(map)) = serde_json::to_value(asked) else { return Vec::new() };
    let act = asked.act();
    let mut out = Vec::new();
    let order = acts::form_of(act).map_or(&[][..], |f| f.fields);
    let mut names: Vec<&str> = order.iter().map(|f| f.name).collect();
    names.extend(
        map.keys().map(String::as_str).filter(|k| *k != "act" && !names.contains(k)).collect::<Vec<_>>(),
    );
    for name in names {
        let value = map.get(name).map_or_else(String::new, |v| text_of(page.lang, office, name, v));
        if !value.is_empty() {
            let label = acts::label_of(act, name, page.t).unwrap_or(match name {
                "from" => page.t.f_from,
                "calendar" => page.t.f_calendar,
                "before" => page.t.f_before,
                "after" => page.t.f_after,
                _ => "",
            });
            out.push(Said { label: label.to_owned(), value });
        }
    }
    out
}

fn line(page: &Page, office: &Office, e: &EventView) -> Line {
    let unit = e.unit.as_deref().map_or_else(String::new, |u| format!(" · {u}"));
    let mut said = told(page, office, &e.happened.asked);
    if e.reprinted {
        said.push(Said { label: String::new(), value: page.t.by_printed_code.to_owned() });
    }
    Line {
        at: when(page.lang, e.at),
        who: format!("{}{unit}", e.who),
        act: word(page.lang, e.act),
        stage: word(page.lang, e.happened.to),
        system: matches!(e.act, Act::WarnYellow | Act::WarnRed | Act::Recompute),
        said,
        files: e.happened.files.iter().map(file_view).collect(),
    }
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
            what: s.what.clone(),
            who: t.part_step.to_owned(),
            due: day(lang, s.due),
            state: format!("{shape}{}", word(lang, s.state)),
        });
    }
    for co in &c.co {
        let who = format!("{} · {}", t.part_co, v.office.unit_name(co.unit));
        out.push(Part { what: co.task.clone(), who, due: String::new(), state: state(co.done) });
    }
    for m in &c.tasks {
        let who = format!("{} · {}", t.part_task, v.office.unit_name(m.unit));
        out.push(Part { what: m.what.clone(), who, due: day(lang, m.due), state: state(m.done) });
    }
    for o in &c.orders {
        let who = t.part_order.to_owned();
        out.push(Part { what: o.words.clone(), who, due: day(lang, o.answer_by), state: state(o.answered) });
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
    let words = events.iter().find_map(|e| match &e.happened.asked {
        Command::Register(r) => Some((r.words.clone(), r.place.clone(), &e.happened.files)),
        _ => None,
    });
    let brought = words.as_ref().map_or_else(Vec::new, |w| w.2.iter().map(file_view).collect());
    let (words, place) = words.map(|w| (w.0, w.1)).unwrap_or_default();
    let mut lines: Vec<_> = events.iter().map(|e| line(&p, &v.office, e)).collect();
    let added = events.iter().zip(&lines).filter(|(e, _)| e.act == Act::AddWords).map(|(_, l)| l.clone());
    let added = added.collect();
    lines.reverse();
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
            open,
        }),
        hidden,
        may_unmask: may_unmask && !open,
        purpose: String::new(),
        units: unit_choices(&v.office),
        trouble: told.trouble,
        done: told.done,
        r: told.precedent.map_or_else(
            || Read::of_case(&p, &read),
            |form| Read { form, sent: true, ..Read::of_case(&p, &read) },
        ),
        may_dispatch: v.acts.contains(&Act::Dispatch),
        checked: told.checked.map(|(act, c)| (act.word(), reading::check(&p, &c))),
        receipt: v.acts.contains(&Act::PrintReceipt) && desk.me.actor.unit.is_none_or(|u| !v.case.answers(u)),
        p,
    };
    Ok(render(&template))
}

fn day_view(p: &Page, d: &workday::DayLine) -> DayView {
    let counts = if d.counts { p.t.day_counts } else { p.t.day_not };
    DayView { day: day(p.lang, d.date), counts, why: d.why.clone(), off: !d.counts }
}

fn forms(desk: &Desk, v: &CaseView, told: &Told<'_>) -> Vec<FormView> {
    let mine = desk.me.actor.unit;
    let may = FORMS.iter().filter(|f| v.acts.contains(&f.act));
    let mut all: Vec<FormView> = may
        .filter(|f| sensible(f.act, v, mine))
        .map(|f| {
            let sent = told.sent.filter(|(act, ..)| *act == f.act).map(|(_, s, e)| (s, e));
            acts::show(f, &desk.page, &v.case, &v.office, mine, sent)
        })
        .collect();
    if told.sent.is_none()
        && let Some(first) = all.first_mut()
        && first.act != Act::Note.word()
    {
        first.open = true;
    }
    all
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
    page_of(&kit, &slots, &desk, number, Told { done, ..Told::default() }).await
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
        Ok(()) => Ok(Redirect::to(&format!("/desk/case/{number}?done={act}")).into_response()),
        Err(e) => {
            let wrong = e.clone();
            again(&desk.page, e, |trouble| {
                let told =
                    Told { sent: Some((form.act, &sent.fields, Some(&wrong))), trouble, ..Told::default() };
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
            page_of(&kit, &slots, &desk, number, Told { shown: Some(shown), ..Told::default() }).await
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
        Ok(()) => Ok(Redirect::to(&format!("/desk/case/{number}?done=precedent")).into_response()),
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
