//! 查进度: a case for the person who has its number and code: where it stands, what was answered, what they
//! can say now.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use resolve::{Act, Command, Satisfaction, Solved, StageKind, Word as _};
use resolve_acts::ResidentView;
use serde::Deserialize;
use web_kit::{Fields, FollowedCase, Form, Fragment, Oops, Opt, again, lamp, opt, render, when, word};

use crate::{Kit, Page, Slots};

#[derive(Template)]
#[template(path = "follow.html")]
struct FollowHtml {
    p: Page,
    number: String,
    trouble: String,
}

/// `GET /follow`
pub(crate) async fn form(p: Page) -> Response {
    render(&FollowHtml { p, number: String::new(), trouble: String::new() })
}

/// `POST /follow`
pub(crate) async fn find(State(kit): State<Kit>, p: Page, fields: Fields) -> Result<Response, Oops> {
    let clean = |name: &str, most: usize| -> String {
        let kept = fields.get(name).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        kept.take(most).collect()
    };
    let (number, code) = (clean("number", 40), clean("code", 12).replace('-', ""));
    match kit.acts.cases.follow(p.signed(), number.clone(), code.clone()).await {
        Ok(_) => Ok(Redirect::to(&format!("/r/{number}/{code}")).into_response()),
        Err(Error::NotFound) => {
            let trouble = p.t.follow_wrong.to_owned();
            let page = render(&FollowHtml { p, number, trouble });
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(Oops(e)),
    }
}

pub(crate) struct Step {
    pub label: &'static str,
    pub past: bool,
    pub now: bool,
}

struct Line {
    at: String,
    who: String,
    act: String,
    said: Vec<String>,
    files: Vec<kernel::FileRef>,
}

#[derive(Template)]
#[template(path = "mine.html")]
struct MineHtml {
    p: Page,
    number: String,
    code: String,
    spoken: String,
    title: String,
    /// in one sentence: who has it and until when
    now: String,
    /// number and code as a sentence to copy or to send on; the browser puts the address in
    receipt: String,
    words: String,
    stage: String,
    steps: Vec<Step>,
    due: String,
    left: String,
    unit: String,
    lines: Vec<Line>,
    /// what was answered last
    answered: Option<Line>,
    may_add: bool,
    may_answer: bool,
    beside: Vec<Fragment>,
    solved: Vec<Opt>,
    levels: Vec<Opt>,
    trouble: String,
    fresh: bool,
    thanks: bool,
    sent: Fields,
    waiting: Vec<city::Uploaded>,
}

/// Four steps in the words of who waits: taken in, given to an office, being done, answered.
pub(crate) fn steps(p: &Page, stage: StageKind) -> Vec<Step> {
    use StageKind as S;
    let at = match stage {
        S::Registered => 0,
        S::Accepted | S::Dispatched => 1,
        S::Handling
        | S::ReturnAsked
        | S::Conferring
        | S::Escalated
        | S::HandedOver
        | S::NegativeReview
        | S::Rectifying
        | S::Merged => 2,
        S::Replied => 3,
        S::Refused | S::CalledBack | S::Archived => 4,
    };
    let labels = [p.t.step_taken_in, p.t.step_given, p.t.step_doing, p.t.step_answered];
    let one = |(i, label)| Step { label, past: i < at, now: i == at };
    labels.into_iter().enumerate().map(one).collect()
}

/// Where it stands, in one sentence.
pub(crate) fn now(p: &Page, stage: StageKind, unit: &str, due: &str, left: &str) -> String {
    use StageKind as S;
    let text = match stage {
        S::Registered | S::Accepted if due.is_empty() => p.t.now_taken_in,
        S::Registered | S::Accepted => p.t.now_taken_in_by,
        S::Dispatched
        | S::Handling
        | S::ReturnAsked
        | S::Conferring
        | S::Escalated
        | S::HandedOver
        | S::NegativeReview
        | S::Rectifying => {
            if due.is_empty() {
                p.t.now_handled
            } else {
                p.t.now_handled_by
            }
        }
        S::Replied => p.t.now_replied,
        S::CalledBack | S::Archived => p.t.now_ended,
        S::Refused => p.t.now_refused,
        S::Merged => p.t.now_merged,
    };
    text.replace("{unit}", unit).replace("{due}", due).replace("{left}", left)
}

/// Is it an answer to the person?
const fn answers(act: Act) -> bool {
    matches!(
        act,
        Act::Reply | Act::ReplyNegative | Act::AnswerOnSpot | Act::Backfill | Act::PeerAnswer | Act::Refuse
    )
}

/// What of an event is for the person: answers, reasons, their own words.
pub(crate) fn said(p: &Page, asked: &Command) -> Vec<String> {
    match asked {
        Command::AddWords { words } => vec![words.clone()],
        Command::Refuse { reason, explain, where_to } => {
            vec![word(p.lang, *reason), explain.clone(), where_to.clone()]
        }
        Command::AnswerOnSpot { text } | Command::Backfill { text } => vec![text.clone()],
        Command::Reply { text, basis } => vec![text.clone(), basis.clone()],
        Command::PeerAnswer { text, office, .. } => vec![text.clone(), office.clone()],
        Command::HandOver { name, .. } => vec![name.clone()],
        Command::Pause { reason, notice, .. } => vec![word(p.lang, *reason), notice.clone()],
        Command::Merge { into } => vec![into.clone()],
        Command::Callback { solved, satisfied, words } => {
            let satisfied = satisfied.map_or_else(String::new, |s| word(p.lang, s));
            vec![word(p.lang, *solved), satisfied, words.clone()]
        }
        _ => Vec::new(),
    }
}

async fn mine(slots: &Slots, p: Page, code: String, v: &ResidentView, told: Told) -> Response {
    let case = &v.view.case;
    let key = FollowedCase { number: case.number.clone(), code: code.clone() };
    let beside = slots.beside_followed_case.fill(&p, &key).await;
    let words = v.events.iter().find_map(|e| match &e.happened.asked {
        Command::Register(r) => Some(r.words.clone()),
        _ => None,
    });
    // A unit is named, people are not.
    let line = |e: &resolve_acts::EventView| Line {
        at: when(p.lang, e.at),
        who: e.unit.clone().unwrap_or_else(|| p.t.you.to_owned()),
        act: word(p.lang, e.act),
        said: said(&p, &e.happened.asked).into_iter().filter(|s| !s.is_empty()).collect(),
        files: e.happened.files.clone(),
    };
    let lamp = lamp(p.lang, p.t, v.view.clock.as_ref());
    let unit = v.view.owner.clone().unwrap_or_else(|| v.view.office.unit_name(case.first_asked));
    let spoken = format!("{}-{}", code.get(..4).unwrap_or_default(), code.get(4..).unwrap_or_default());
    let receipt = p.t.mine_receipt.replace("{city}", &p.city).replace("{number}", &case.number);
    let receipt = receipt.replace("{code}", &spoken);
    render(&MineHtml {
        now: now(&p, case.stage.kind(), &unit, &lamp.due, &lamp.left),
        receipt,
        number: case.number.clone(),
        spoken,
        title: case.title.clone(),
        words: words.unwrap_or_default(),
        stage: word(p.lang, case.stage.kind()),
        steps: steps(&p, case.stage.kind()),
        due: lamp.due,
        left: lamp.left,
        unit,
        answered: v.events.iter().rev().find(|e| answers(e.act)).map(line),
        lines: v.events.iter().rev().map(line).collect(),
        may_add: v.view.acts.contains(&Act::AddWords),
        beside,
        may_answer: v.view.acts.contains(&Act::Callback),
        solved: Solved::ALL.iter().map(|w| opt(w.word(), &word(p.lang, *w), "")).collect(),
        levels: Satisfaction::ALL.iter().map(|w| opt(w.word(), &word(p.lang, *w), "")).collect(),
        trouble: told.trouble,
        fresh: told.fresh,
        thanks: told.thanks,
        sent: told.sent,
        waiting: told.waiting,
        code,
        p,
    })
}

/// What the page says besides the case.
#[derive(Default)]
struct Told {
    trouble: String,
    fresh: bool,
    thanks: bool,
    sent: Fields,
    waiting: Vec<city::Uploaded>,
}

#[derive(Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    new: String,
    #[serde(default)]
    done: String,
}

/// `GET /r/{number}/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    p: Page,
    Path((number, code)): Path<(String, String)>,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    let v = kit.acts.cases.follow(p.signed(), number, code.clone()).await?;
    let told = Told { fresh: !ask.new.is_empty(), thanks: !ask.done.is_empty(), ..Told::default() };
    Ok(mine(&slots, p, code, &v, told).await)
}

async fn done(
    kit: &Kit,
    slots: &Slots,
    p: Page,
    (number, code): (String, String),
    asked: Result<Command, Error>,
    sent: Fields,
) -> Result<Response, Oops> {
    let tickets: Vec<String> = sent.all("file").into_iter().map(str::to_owned).collect();
    let result = match asked {
        Ok(asked) => {
            let tickets = tickets.clone();
            let (number, code) = (number.clone(), code.clone());
            kit.acts.cases.act_as_resident_with(p.signed(), number, code, asked, tickets).await.map(|_| ())
        }
        Err(e) => Err(e),
    };
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/r/{number}/{code}?done=1")).into_response()),
        Err(e) => {
            again(&p.clone(), e, |trouble| async move {
                let waiting = kit.city.waiting_files(&kernel::Actor::resident(), tickets).await?;
                let told = Told { trouble, sent, waiting, ..Told::default() };
                let v = kit.acts.cases.follow(p.signed(), number, code.clone()).await?;
                Ok(mine(slots, p, code, &v, told).await)
            })
            .await
        }
    }
}

/// `POST /r/{number}/{code}/add`
pub(crate) async fn add(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    p: Page,
    Path(which): Path<(String, String)>,
    mut sent: Form,
) -> Result<Response, Oops> {
    let asked = Command::AddWords { words: sent.fields.get("words").to_owned() };
    let asked = sent.whole().map(|()| asked);
    done(&kit, &slots, p, which, asked, sent.fields).await
}

/// `GET /r/{number}/{code}/file/{hash}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    p: Page,
    Path((number, code, hash)): Path<(String, String, String)>,
) -> Result<Response, Oops> {
    let (file, bytes) = kit.acts.cases.file_for_resident(p.signed(), number, code, hash).await?;
    Ok(web_kit::serve_file(&file, bytes))
}

/// `POST /r/{number}/{code}/answer`: solved? and satisfied? are two questions.
pub(crate) async fn answer(
    State(kit): State<Kit>,
    Extension(slots): Extension<Arc<Slots>>,
    p: Page,
    Path(which): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let solved = Solved::read(fields.get("solved"))
        .ok_or_else(|| Error::invalid("solved", "请选择问题是否已经解决", "say whether it has been solved"));
    let asked = solved.map(|solved| Command::Callback {
        solved,
        satisfied: Satisfaction::read(fields.get("satisfied")),
        words: fields.get("words").to_owned(),
    });
    done(&kit, &slots, p, which, asked, fields).await
}
