//! 办理: one form for each act that somebody at the desk may do now, and the command that a sent form means.

use catalogue::StepKind;
use city::Error;
use kernel::Actor;
use service::{
    Act, Application, Command, Delivery, HandedIn, How, Lack, RefuseGround, SpecialKind, Task, TaskState,
    Word as _,
};
use service_acts::ApplicationView;
use web_kit::{Fields, Lang, Opt, opt, word};

use crate::Page;
use crate::parts::{ELSEWHERE, decides};

/// What a field of an act is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Line,
    Text,
    Day,
    Number,
    Choice,
}

/// One field of an act.
pub(crate) struct Ask {
    pub name: String,
    pub label: String,
    pub sort: Sort,
    pub required: bool,
    pub value: String,
    pub options: Vec<Opt>,
}

impl Ask {
    pub const fn is(&self, word: &str) -> bool {
        matches!(
            (self.sort, word.as_bytes()),
            (Sort::Line, b"line")
                | (Sort::Text, b"text")
                | (Sort::Day, b"day")
                | (Sort::Number, b"number")
                | (Sort::Choice, b"choice")
        )
    }
}

/// One act with its fields.
pub(crate) struct ActForm {
    pub act: &'static str,
    pub label: String,
    pub hint: String,
    pub asks: Vec<Ask>,
}

fn ask(name: &str, label: &str, sort: Sort, required: bool) -> Ask {
    Ask {
        name: name.to_owned(),
        label: label.to_owned(),
        sort,
        required,
        value: String::new(),
        options: Vec::new(),
    }
}
fn choice(name: &str, label: &str, options: Vec<Opt>) -> Ask {
    Ask { options, ..ask(name, label, Sort::Choice, true) }
}
fn with(mut of: Ask, value: &str) -> Ask {
    value.clone_into(&mut of.value);
    of
}

fn all<W: service::Word>(lang: Lang) -> Vec<Opt> {
    W::ALL.iter().map(|w| Opt { value: w.word().to_owned(), label: word(lang, *w), on: false }).collect()
}

fn task_options(a: &Application, fits: impl Fn(&Task, &TaskState) -> bool) -> Vec<Opt> {
    let name = |t: &Task| match a.basis.parts.get(t.part).filter(|_| a.basis.is_joint()) {
        Some(part) => format!("{}（{}）", t.name, part.name),
        None => t.name.clone(),
    };
    a.basis
        .tasks
        .iter()
        .zip(&a.tasks)
        .filter(|(t, s)| fits(t, s))
        .map(|(t, _)| opt(&t.id, &name(t), ""))
        .collect()
}

fn promise_options(a: &Application, fits: impl Fn(&catalogue::deferred::Deferred) -> bool) -> Vec<Opt> {
    let promised = a.materials.iter().filter_map(|m| m.promise.as_ref());
    promised.filter(|d| fits(d)).map(|d| opt(&d.material, &d.name, "")).collect()
}

/// The acts that this reader may do now, each with what it asks for. An act that nothing is left for is not offered.
pub(crate) fn offered(p: &Page, v: &ApplicationView, me: &Actor) -> Vec<ActForm> {
    let mut seen = Vec::new();
    let mut out = Vec::new();
    for act in &v.acts {
        if ELSEWHERE.contains(act) || seen.contains(act) {
            continue;
        }
        seen.push(*act);
        if let Some(asks) = asks(p, &v.application, me, *act) {
            let hint = if *act == Act::TellCorrection { p.t.svc_lack_hint } else { "" };
            out.push(ActForm { act: act.word(), label: word(p.lang, *act), hint: hint.to_owned(), asks });
        }
    }
    out
}

fn asks(p: &Page, a: &Application, me: &Actor, act: Act) -> Option<Vec<Ask>> {
    use catalogue::deferred::{Promise, Sort as Of};
    let t = p.t;
    let mine = |x: &Task| me.unit == Some(x.unit);
    let some = |options: Vec<Opt>| (!options.is_empty()).then_some(options);
    let yes_no = |yes: &str, no: &str| vec![opt("yes", yes, "yes"), opt("no", no, "yes")];
    let words = |label: &str| ask("words", label, Sort::Text, true);
    let reason = || ask("reason", t.svc_f_reason, Sort::Text, true);
    Some(match act {
        Act::Receive | Act::Accept => Vec::new(),
        Act::TellCorrection => {
            let one = |what: &str, name: &str| ask(&format!("lack.{what}"), name, Sort::Line, false);
            let mut all: Vec<Ask> = a.basis.materials.iter().map(|m| one(&m.id, &m.name)).collect();
            all.extend(a.basis.fields.iter().map(|f| one(&f.code, &f.name)));
            all.push(ask("advice", t.svc_advice, Sort::Line, false));
            (!a.told).then_some(all)?
        }
        Act::Refuse => vec![
            choice("ground", t.svc_f_ground, all::<RefuseGround>(p.lang)),
            reason(),
            with(ask("remedy", t.svc_f_remedy, Sort::Text, true), t.svc_remedy_default),
        ],
        Act::StartTask => {
            let open = |x: &Task, s: &TaskState| {
                mine(x) && s.started.is_none() && s.finished.is_none() && a.is_ready(x)
            };
            vec![choice("task", t.svc_f_task, some(task_options(a, open))?)]
        }
        Act::FinishTask => {
            let begun = |x: &Task, s: &TaskState| {
                mine(x) && s.started.is_some() && s.finished.is_none() && x.kind != StepKind::Decide
            };
            vec![
                choice("task", t.svc_f_task, some(task_options(a, begun))?),
                choice("passed", t.svc_f_passed, yes_no(t.svc_yes, t.svc_no)),
                words(t.svc_f_words),
            ]
        }
        Act::SendBack => {
            let back = |x: &Task, s: &TaskState| {
                let of = a.basis.parts.get(x.part).zip(a.parts.get(x.part));
                let ours = of.is_some_and(|(b, _)| me.unit == Some(b.unit)) || me.unit == Some(a.basis.lead);
                ours && s.finished.is_some()
                    && x.kind != StepKind::Decide
                    && of.is_some_and(|(_, s)| s.granted.is_none())
            };
            vec![choice("task", t.svc_f_task, some(task_options(a, back))?), reason()]
        }
        Act::CallSurvey => {
            let day = with(ask("day", t.svc_f_day, Sort::Day, true), &p.now.date().to_string());
            vec![day, words(t.svc_f_words)]
        }
        Act::FinishSurvey => {
            a.surveys.last().filter(|s| s.passed.is_none())?;
            vec![choice("passed", t.svc_f_passed, yes_no(t.svc_yes, t.svc_no)), words(t.svc_f_words)]
        }
        Act::Pause => {
            a.watched().filter(|r| r.standing_still().is_none())?;
            vec![
                choice("kind", t.svc_f_kind, all::<SpecialKind>(p.lang)),
                ask("days", t.svc_f_days, Sort::Number, true),
                ask("notice", t.svc_f_notice, Sort::Text, true),
            ]
        }
        Act::Resume => {
            a.watched().and_then(|r| r.standing_still())?;
            vec![ask("result", t.svc_f_result, Sort::Text, true)]
        }
        Act::Extend => {
            a.watched().filter(|r| r.extended == 0)?;
            vec![ask("days", t.svc_f_days, Sort::Number, true), reason()]
        }
        Act::Decide => {
            let open = |x: &Task, s: &TaskState| {
                mine(x) && x.kind == StepKind::Decide && s.finished.is_none() && a.is_ready(x)
            };
            vec![
                choice("task", t.svc_f_part, some(task_options(a, open))?),
                choice("granted", t.svc_f_granted, yes_no(t.svc_granted, t.svc_denied)),
                reason(),
                with(ask("remedy", t.svc_f_remedy, Sort::Text, false), t.svc_remedy_default),
            ]
        }
        Act::Issue => {
            let ours = |n: &usize| a.basis.parts.get(*n).is_some_and(|b| me.unit == Some(b.unit));
            let name = |n: usize| {
                a.basis.parts.get(n).map_or_else(String::new, |b| format!("{}（{}）", b.result, b.name))
            };
            let open = a.to_issue().filter(ours).map(|n| opt(&n.to_string(), &name(n), "")).collect();
            vec![
                choice("part", t.svc_f_part, some(open)?),
                ask("certificate", t.svc_f_certificate, Sort::Line, true),
                ask("until", t.svc_f_until, Sort::Day, false),
            ]
        }
        Act::Deliver => {
            let wish = a.wish.unwrap_or(Delivery::Window);
            let options = Delivery::ALL
                .iter()
                .map(|d| Opt { value: d.word().to_owned(), label: word(p.lang, *d), on: *d == wish })
                .collect();
            vec![choice("delivery", t.svc_f_delivery, options), ask("trace", t.svc_f_trace, Sort::Line, true)]
        }
        Act::Sign => {
            a.sent.as_ref().filter(|s| s.signed.is_none())?;
            vec![ask("words", t.svc_f_trace, Sort::Line, true)]
        }
        Act::HandIn => {
            let later = |d: &catalogue::deferred::Deferred| {
                d.sort == Of::HandInLater && matches!(d.state, Promise::Open | Promise::Overdue)
            };
            vec![choice("material", t.svc_f_material, some(promise_options(a, later))?)]
        }
        Act::CheckCommitment => {
            let open = |d: &catalogue::deferred::Deferred| {
                d.sort == Of::Commitment && matches!(d.state, Promise::Open | Promise::Kept)
            };
            vec![
                choice("material", t.svc_f_material, some(promise_options(a, open))?),
                choice("kept", t.svc_f_kept, yes_no(t.svc_kept_yes, t.svc_kept_no)),
                words(t.svc_f_words),
            ]
        }
        Act::SettlePromise => {
            decides(a, me.unit).then_some(())?;
            let broken =
                |d: &catalogue::deferred::Deferred| matches!(d.state, Promise::Overdue | Promise::Untrue);
            vec![
                choice("material", t.svc_f_material, some(promise_options(a, broken))?),
                words(t.svc_f_words),
            ]
        }
        Act::Withdraw => vec![ask("reason", t.svc_f_reason, Sort::Line, false)],
        Act::Note => vec![words(t.svc_f_words)],
        _ => return None,
    })
}

/// The command that a sent form means.
///
/// # Errors
/// No such act on this page, or a field that cannot be read.
pub(crate) fn command(act: &str, a: &Application, f: &Fields) -> Result<Command, Error> {
    let text = |name: &str| f.get(name).to_owned();
    let is = |name: &str| f.get(name) == "yes";
    let number = |name: &str| {
        f.get(name).parse::<u32>().map_err(|_| Error::invalid(name, "请填写整数", "fill in a whole number"))
    };
    let day = |name: &str| {
        web_kit::date_of(f.get(name)).ok_or_else(|| Error::invalid(name, "请选择日期", "choose a day"))
    };
    let picked = || Error::invalid("act", "请从列表中选择", "choose from the list");
    Ok(match Act::read(act).ok_or(Error::NotFound)? {
        Act::Receive => Command::Receive {},
        Act::Accept => Command::Accept {},
        Act::TellCorrection => {
            let whats = a.basis.materials.iter().map(|m| &m.id).chain(a.basis.fields.iter().map(|x| &x.code));
            let lack =
                |what: &String| Some(Lack { what: what.clone(), words: f.opt(&format!("lack.{what}"))? });
            Command::TellCorrection { lacks: whats.filter_map(lack).collect(), advice: text("advice") }
        }
        Act::Refuse => Command::Refuse {
            ground: RefuseGround::read(f.get("ground")).ok_or_else(picked)?,
            reason: text("reason"),
            remedy: text("remedy"),
        },
        Act::StartTask => Command::StartTask { task: text("task") },
        Act::FinishTask => {
            Command::FinishTask { task: text("task"), passed: is("passed"), words: text("words") }
        }
        Act::SendBack => Command::SendBack { task: text("task"), reason: text("reason") },
        Act::CallSurvey => Command::CallSurvey { day: day("day")?, words: text("words") },
        Act::FinishSurvey => Command::FinishSurvey { words: text("words"), passed: is("passed") },
        Act::Pause => Command::Pause {
            kind: SpecialKind::read(f.get("kind")).ok_or_else(picked)?,
            days: number("days")?,
            notice: text("notice"),
        },
        Act::Resume => Command::Resume { result: text("result") },
        Act::Extend => Command::Extend { days: number("days")?, reason: text("reason") },
        Act::Decide => {
            let granted = is("granted");
            let remedy = if granted { String::new() } else { text("remedy") };
            Command::Decide { task: text("task"), granted, reason: text("reason"), remedy }
        }
        Act::Issue => Command::Issue {
            part: f.get("part").parse().map_err(|_| picked())?,
            certificate: text("certificate"),
            until: if f.has("until") { Some(day("until")?) } else { None },
        },
        Act::Deliver => Command::Deliver {
            delivery: Delivery::read(f.get("delivery")).ok_or_else(picked)?,
            trace: text("trace"),
        },
        Act::Sign => Command::Sign { words: text("words") },
        Act::HandIn => {
            let how = How::Seen { note: "窗口核验原件".to_owned() };
            Command::HandIn { handed: HandedIn { material: text("material"), how } }
        }
        Act::CheckCommitment => {
            Command::CheckCommitment { material: text("material"), kept: is("kept"), words: text("words") }
        }
        Act::SettlePromise => Command::SettlePromise { material: text("material"), words: text("words") },
        Act::Withdraw => Command::Withdraw { reason: text("reason") },
        Act::Note => Command::Note { words: text("words") },
        _ => return Err(Error::NotFound),
    })
}
