//! 零件: what the pages of an application show alike: the lamp, the steps, the materials, the line of events.

use catalogue::deferred::Promise;
use kernel::UnitId;
use service::{Act, Application, Command, How, Light, StageKind};
use service_acts::{ApplicationView, ClockView, EventView};
use web_kit::{Lamp, Lang, when, word};

use crate::Page;

/// The light of an application: never by colour alone.
pub(crate) fn lamp(p: &Page, clock: Option<&ClockView>) -> Lamp {
    let none = String::new;
    let Some(c) = clock else {
        return Lamp {
            class: "off",
            shape: "–",
            word: p.t.light_off,
            left: none(),
            due: none(),
            phase: none(),
        };
    };
    let (class, shape, text) = match c.light {
        Light::Green => ("green", "●", p.t.light_green),
        Light::Yellow => ("yellow", "▲", p.t.light_yellow),
        Light::Red => ("red", "■", p.t.light_red),
        Light::Paused => ("paused", "Ⅱ", p.t.light_paused),
        Light::Off => ("off", "–", p.t.light_off),
    };
    let left = match (c.light, c.workdays_left) {
        (Light::Paused, _) => p.t.svc_stage_paused.to_owned(),
        (Light::Red, 0) => p.t.left_just_late.to_owned(),
        (Light::Red, n) => p.t.left_late.replace("{n}", &n.abs().to_string()),
        (_, 0) if c.due.date() == p.now.date() => p.t.left_today.to_owned(),
        (_, 0) => p.t.left_rest.to_owned(),
        (_, n) => p.t.left_days.replace("{n}", &n.to_string()),
    };
    Lamp { class, shape, word: text, left, due: when(p.lang, c.due), phase: word(p.lang, c.phase) }
}

/// One step as shown.
pub(crate) struct TaskLine {
    pub name: String,
    pub item: String,
    pub unit: String,
    pub state: String,
    pub now: bool,
    pub times: String,
}

/// The steps of an application, each with its start and end.
pub(crate) fn tasks(p: &Page, v: &ApplicationView) -> Vec<TaskLine> {
    let a = &v.application;
    let line = |(t, s): (&service::Task, &service::TaskState)| {
        let state = match (s.finished, s.passed, s.started) {
            (Some(_), Some(false), _) => p.t.svc_task_failed,
            (Some(_), ..) => p.t.svc_task_done,
            (None, _, Some(_)) => p.t.svc_task_doing,
            (None, ..) if a.is_ready(t) => p.t.svc_task_ready,
            _ => p.t.svc_task_waits,
        };
        let moments: Vec<String> =
            [s.started, s.finished].into_iter().flatten().map(|m| when(p.lang, m)).collect();
        let mut times = moments.join(" → ");
        if s.again > 0 {
            times = format!("{times} {}", p.t.svc_again.replace("{n}", &s.again.to_string()));
        }
        TaskLine {
            name: t.name.clone(),
            item: a.basis.parts.get(t.part).map_or_else(String::new, |x| x.name.clone()),
            unit: v.office.unit_name(t.unit),
            state: state.to_owned(),
            now: s.finished.is_none() && a.stage == StageKind::Handling && a.is_ready(t),
            times: times.trim().to_owned(),
        }
    };
    a.basis.tasks.iter().zip(&a.tasks).map(line).collect()
}

/// One item with what was decided.
pub(crate) struct PartLine {
    pub name: String,
    pub unit: String,
    pub result: String,
}

/// The items of an application.
pub(crate) fn results(p: &Page, v: &ApplicationView) -> Vec<PartLine> {
    let a = &v.application;
    let line = |(b, s): (&service::Part, &service::PartState)| {
        let mut result = match s.granted {
            Some(true) => p.t.svc_granted.to_owned(),
            Some(false) => p.t.svc_denied.to_owned(),
            None => p.t.svc_open.to_owned(),
        };
        if !s.certificate.is_empty() {
            result =
                format!("{result} · {} · {}", b.result, p.t.svc_certificate.replace("{n}", &s.certificate));
        }
        PartLine { name: b.name.clone(), unit: v.office.unit_name(b.unit), result }
    };
    a.basis.parts.iter().zip(&a.parts).map(line).collect()
}

/// One material with how it came in.
pub(crate) struct MaterialLine {
    pub id: String,
    pub name: String,
    pub how: String,
    pub files: Vec<kernel::FileRef>,
    pub promise: String,
    pub owed: bool,
}

/// How a material came in, in words.
pub(crate) fn how_words(lang: Lang, how: &How) -> String {
    let way = word(lang, how.way());
    match how {
        How::Later { until } => format!("{way} · {until}"),
        How::Commitment { text } | How::Seen { note: text } if !text.is_empty() => format!("{way} · {text}"),
        _ => way,
    }
}

/// The materials of an application.
pub(crate) fn materials(p: &Page, a: &Application) -> Vec<MaterialLine> {
    let line = |(w, m): (&service::Wanted, &service::MaterialState)| {
        let promise = m.promise.as_ref().map_or_else(String::new, |d| {
            let state = match d.state {
                Promise::Open => p.t.svc_promise_open,
                Promise::Kept | Promise::Closed => p.t.svc_promise_kept,
                Promise::Overdue => p.t.svc_promise_overdue,
                Promise::Untrue => p.t.svc_promise_untrue,
            };
            format!("{state} · {}", p.t.svc_promise_due.replace("{day}", &d.due.to_string()))
        });
        let owed = m.promise.as_ref().is_some_and(|d| {
            d.sort == catalogue::deferred::Sort::HandInLater
                && matches!(d.state, Promise::Open | Promise::Overdue)
        });
        MaterialLine {
            id: w.id.clone(),
            name: w.name.clone(),
            how: m.how.as_ref().map_or_else(|| p.t.svc_none_word.to_owned(), |h| how_words(p.lang, h)),
            files: match &m.how {
                Some(How::File { files }) => files.clone(),
                _ => Vec::new(),
            },
            promise,
            owed,
        }
    };
    a.basis.materials.iter().zip(&a.materials).map(line).collect()
}

/// One event as shown.
pub(crate) struct EventLine {
    pub at: String,
    pub who: String,
    pub act: String,
    pub said: Vec<String>,
}

/// The line of events. For the applicant units are named, people are not.
pub(crate) fn lines(p: &Page, a: &Application, events: &[EventView], people: bool) -> Vec<EventLine> {
    let line = |e: &EventView| EventLine {
        at: when(p.lang, e.at),
        who: match (&e.unit, people) {
            (Some(unit), true) => format!("{} · {unit}", e.who),
            (Some(unit), false) => unit.clone(),
            (None, _) => e.who.clone(),
        },
        act: word(p.lang, e.act),
        said: said(p.lang, a, &e.happened.asked),
    };
    events.iter().map(line).collect()
}

fn task_name(a: &Application, id: &str) -> String {
    a.basis.task(id).map_or_else(|| id.to_owned(), |t| t.name.clone())
}

/// What of an event is said.
fn said(lang: Lang, a: &Application, asked: &Command) -> Vec<String> {
    let label = |what: &str| service::papers::label(a, what);
    match asked {
        Command::TellCorrection { lacks, advice } => {
            let mut all: Vec<String> =
                lacks.iter().map(|l| format!("{}：{}", label(&l.what), l.words)).collect();
            all.push(advice.clone());
            all
        }
        Command::Refuse { ground, reason, remedy } => {
            vec![word(lang, *ground), reason.clone(), remedy.clone()]
        }
        Command::StartTask { task } => vec![task_name(a, task)],
        Command::FinishTask { task, words, .. } => vec![task_name(a, task), words.clone()],
        Command::SendBack { task, reason } => vec![task_name(a, task), reason.clone()],
        Command::CallSurvey { day, words } => vec![day.to_string(), words.clone()],
        Command::FinishSurvey { words, .. }
        | Command::Sign { words }
        | Command::Note { words }
        | Command::Show { purpose: words }
        | Command::Resume { result: words }
        | Command::Withdraw { reason: words } => vec![words.clone()],
        Command::Pause { kind, days, notice } => {
            vec![format!("{} {days}", word(lang, *kind)), notice.clone()]
        }
        Command::Extend { days, reason } => vec![days.to_string(), reason.clone()],
        Command::Decide { task, reason, remedy, .. } => {
            vec![task_name(a, task), reason.clone(), remedy.clone()]
        }
        Command::Issue { certificate, .. } => vec![certificate.clone()],
        Command::Deliver { delivery, trace } => vec![word(lang, *delivery), trace.clone()],
        Command::HandIn { handed } => vec![label(&handed.material), how_words(lang, &handed.how)],
        Command::RemindPromise { material } | Command::MissPromise { material } => vec![label(material)],
        Command::CheckCommitment { material, words, .. } | Command::SettlePromise { material, words } => {
            vec![label(material), words.clone()]
        }
        _ => Vec::new(),
    }
    .into_iter()
    .filter(|t| !t.is_empty())
    .collect()
}

/// The papers of an application: the version whose event made it, and its name.
pub(crate) fn papers(p: &Page, events: &[EventView]) -> Vec<(i64, String)> {
    let of = |e: &EventView| service::papers::kind_of(&e.happened.asked).map(|k| (e.ver, word(p.lang, k)));
    events.iter().filter_map(of).collect()
}

/// Does this unit decide on a part of it?
pub(crate) fn decides(a: &Application, unit: Option<UnitId>) -> bool {
    a.basis.parts.iter().any(|x| Some(x.unit) == unit)
}

/// Acts that have a page of their own, or come by themselves.
pub(crate) const ELSEWHERE: [Act; 9] = [
    Act::Save,
    Act::Rebase,
    Act::Submit,
    Act::Supplement,
    Act::Show,
    Act::Begin,
    Act::RemindPromise,
    Act::MissPromise,
    Act::Expire,
];
