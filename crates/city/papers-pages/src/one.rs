//! 一份文: as it is printed, beside what is asked of who looks.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::StaffId;
use paper::gongwen::{Block, words, zh_date};
use papers::{Act, Address, Doing, Named, PaperView, Sealed, Stage};
use web_kit::{Fields, Lang, Oops, Opt, again, base, blocking, day, opt, render, role, when};

use crate::file::print;
use crate::list::stage;
use crate::new::{TextView, address_of, document_of, text_view};
use crate::{Desk, Kit, Page};

struct ActView {
    word: &'static str,
    name: String,
    /// shown open, as what is asked now
    main: bool,
    /// whom to name: the label, and who may be
    next_label: String,
    next: Vec<Opt>,
    asks_next: bool,
    words_label: &'static str,
    words: bool,
    words_needed: bool,
}

struct BlockView {
    level: u8,
    words: String,
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    table: bool,
}

struct UnitLine {
    name: String,
    taken: String,
    answered: String,
    answer: String,
}

struct StepView {
    at: String,
    who: String,
    what: String,
    words: String,
    next: String,
    back: bool,
}

struct VersionLine {
    n: i64,
    name: String,
    who: String,
    at: String,
}

struct StageView {
    name: String,
    here: bool,
    past: bool,
}

struct SealedView {
    code: String,
    href: String,
    at: String,
    trial: bool,
    withdrawn: String,
}

#[derive(Template)]
#[template(path = "paper_one.html")]
struct OneHtml {
    p: Page,
    id: i64,
    ver: i64,
    title: String,
    number: String,
    unit: String,
    kind: &'static str,
    stages: Vec<StageView>,
    stage: String,
    waits: String,
    why: String,
    why_label: &'static str,
    mark: String,
    to: String,
    blocks: Vec<BlockView>,
    attachments: Vec<String>,
    org: String,
    date: String,
    copies: String,
    acts: Vec<ActView>,
    others: Vec<ActView>,
    edits: bool,
    addresses: bool,
    t: TextView,
    href: String,
    edits_there: bool,
    sealing: bool,
    seals: Vec<papers::Usable>,
    no_seal: String,
    sealed: Option<SealedView>,
    agreeing: Vec<UnitLine>,
    receivers: Vec<UnitLine>,
    until: String,
    steps: Vec<StepView>,
    versions: Vec<VersionLine>,
    fonts: bool,
    trouble: String,
}

fn act_name(lang: Lang, a: Act) -> &'static str {
    if lang == Lang::Zh { a.zh() } else { a.en() }
}

fn people(p: &Page, all: &[Named], chosen: &str) -> Vec<Opt> {
    let one =
        |n: &Named| opt(&n.id.0.to_string(), &format!("{}（{}）", n.name, role(p.lang, n.role)), chosen);
    let mut people: Vec<Opt> = all.iter().map(one).collect();
    // Where there is one only, nobody is asked whom.
    if let [only] = people.as_mut_slice() {
        only.on = true;
    }
    people
}

fn act_view(p: &Page, v: &PaperView, a: Act, sent: &Fields) -> ActView {
    let t = p.t;
    let chosen = if sent.get("act") == a.word() { sent.get("next") } else { "" };
    let names = v.way.names().filter(|_| matches!(a, Act::Submit | Act::Approve));
    let (next, next_label) = match (a, names) {
        (Act::Pass, _) => (people(p, &v.pass, chosen), t.pass_who.to_owned()),
        (_, Some(s)) => (people(p, &v.next, chosen), t.next_who.replace("{stage}", &stage(p.lang, s))),
        _ => (Vec::new(), String::new()),
    };
    let onward = v.way.next_stage().map(|s| t.send_to.replace("{stage}", &stage(p.lang, s)));
    let needed = matches!(a, Act::SendBack | Act::Drop | Act::Revoke | Act::Comment | Act::Answer);
    ActView {
        word: a.word(),
        name: match a {
            Act::Submit => onward.unwrap_or_default(),
            _ => act_name(p.lang, a).to_owned(),
        },
        main: matches!(
            a,
            Act::Submit
                | Act::Approve
                | Act::Agree
                | Act::Issue
                | Act::Publish
                | Act::Take
                | Act::Answer
                | Act::Archive
        ),
        asks_next: a == Act::Pass || names.is_some(),
        next,
        next_label,
        words: !matches!(a, Act::Publish | Act::Take | Act::Pass | Act::Submit),
        words_label: match a {
            Act::SendBack | Act::Drop | Act::Revoke => t.reason,
            Act::Answer => t.answer,
            Act::Archive => t.archive_words,
            _ => t.words,
        },
        words_needed: needed,
    }
}

fn block_view(b: &Block) -> BlockView {
    let none = || BlockView {
        level: 0,
        words: String::new(),
        title: String::new(),
        head: Vec::new(),
        rows: Vec::new(),
        table: false,
    };
    match b {
        Block::Heading { level, text } => BlockView { level: *level, words: words(text), ..none() },
        Block::Text(text) => BlockView { words: words(text), ..none() },
        Block::Table { title, head, rows } => BlockView {
            title: title.clone(),
            head: head.clone(),
            rows: rows.iter().map(|r| r.iter().map(|c| words(c)).collect()).collect(),
            table: true,
            ..none()
        },
        Block::Chart { title, bars } => BlockView {
            title: title.clone(),
            rows: bars.iter().map(|(n, v)| vec![n.clone(), format!("{v}")]).collect(),
            table: true,
            ..none()
        },
    }
}

fn step_view(p: &Page, s: papers::Step) -> StepView {
    let mut what = s.act.map_or_else(|| p.t.began.to_owned(), |a| act_name(p.lang, a).to_owned());
    if let Some(n) = s.version {
        what = format!("{what} · {}", p.t.version.replace("{n}", &n.to_string()));
    }
    let who = if s.who.is_empty() { p.t.system.to_owned() } else { s.who };
    StepView {
        at: when(p.lang, s.at),
        who: if s.unit.is_empty() { who } else { format!("{} {who}", s.unit) },
        what,
        words: s.words,
        next: if s.next.is_empty() { String::new() } else { p.t.step_to.replace("{who}", &s.next) },
        back: matches!(s.act, Some(Act::SendBack | Act::Revoke | Act::Drop)),
    }
}

fn waits(p: &Page, v: &PaperView) -> String {
    let t = p.t;
    let open = |all: &[papers::UnitView], done: fn(&papers::UnitView) -> bool| {
        all.iter().filter(|u| !done(u)).map(|u| u.name.clone()).collect::<Vec<_>>().join("、")
    };
    match v.way.stage {
        s if s.is_end() => t.over.to_owned(),
        Stage::Agreeing => t.waits_agree.replace("{units}", &open(&v.agreeing, |u| !u.who.is_empty())),
        Stage::Published if !v.way.all_done() => {
            let units = if v.way.answer_by.is_some() {
                open(&v.receivers, |u| u.answered.is_some())
            } else {
                open(&v.receivers, |u| u.at.is_some())
            };
            t.waits_receivers.replace("{units}", &units)
        }
        _ => t.waits.replace("{who}", &v.holder),
    }
}

fn stages(p: &Page, v: &PaperView) -> Vec<StageView> {
    let all = v.way.steps();
    let here = all.iter().position(|s| *s == v.way.stage);
    let view = |(n, s): (usize, &Stage)| StageView {
        name: stage(p.lang, *s),
        here: Some(n) == here,
        past: here.is_some_and(|h| n < h),
    };
    all.iter().enumerate().map(view).collect()
}

async fn page(kit: &Kit, desk: &Desk, id: i64, sent: Fields, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (papers, actor) = (&kit.acts.papers, desk.actor());
    let v = papers.paper(actor.clone(), id).await?;
    let office = kit.city.office_now().await?;
    let sealing = v.acts.contains(&Act::Seal);
    let offered = if sealing {
        let (papers, actor) = (papers.clone(), actor);
        blocking(move || papers.offered(&actor, id)).await?
    } else {
        papers::Offered::default()
    };
    let shown = |a: &&Act| !matches!(a, Act::Write | Act::Seal | Act::Remind);
    let views = v.acts.iter().filter(shown).map(|a| act_view(&p, &v, *a, &sent));
    let (acts, others): (Vec<_>, Vec<_>) = views.partition(|a| a.main);
    let address = Address {
        agree: v.way.agreeing.iter().map(|a| a.unit).collect(),
        to: v.way.receivers.iter().map(|r| r.unit).collect(),
        answer_by: v.way.answer_by,
    };
    let writes = v.acts.contains(&Act::Write);
    let agree = |u: &papers::UnitView| UnitLine {
        name: u.name.clone(),
        taken: if u.who.is_empty() { p.t.not_yet.to_owned() } else { p.t.agreed_by.replace("{who}", &u.who) },
        answered: String::new(),
        answer: String::new(),
    };
    let receive = |u: &papers::UnitView| UnitLine {
        name: u.name.clone(),
        taken: u.at.map_or_else(|| p.t.not_yet.to_owned(), |at| format!("{} {}", u.who, when(p.lang, at))),
        answered: u.answered.map_or_else(|| p.t.not_yet.to_owned(), |at| when(p.lang, at)),
        answer: u.answer.clone(),
    };
    let sealed = v.sealed.as_ref().map(|s| SealedView {
        code: Sealed { code: s.code.clone(), trial: s.trial }.printed(),
        href: format!("/verify/{}", s.code),
        at: when(p.lang, s.at),
        trial: s.trial,
        withdrawn: if s.state == "kept" { String::new() } else { s.why.clone() },
    });
    let d = &v.document;
    Ok(render(&OneHtml {
        id,
        ver: v.ver,
        title: d.title.clone(),
        number: d.number.clone(),
        unit: v.unit.clone(),
        kind: crate::new::kind_name(&p, v.way.kind),
        stages: stages(&p, &v),
        stage: stage(p.lang, v.way.stage),
        waits: waits(&p, &v),
        why: v.way.why.clone(),
        why_label: if v.way.stage == Stage::Drafting { p.t.why_back } else { p.t.why_end },
        mark: d.mark.clone().unwrap_or_default(),
        to: d.to.clone(),
        blocks: d.blocks.iter().map(block_view).collect(),
        attachments: d.attachments.iter().map(|a| format!("附件：{a}")).collect(),
        org: d.org.clone(),
        date: zh_date(d.date),
        copies: if d.copies.is_empty() { String::new() } else { format!("抄送：{}", d.copies) },
        acts,
        others,
        edits: writes && !v.way.written_there,
        edits_there: writes && v.way.written_there && v.way.stage == Stage::Drafting,
        addresses: writes && v.way.stage == Stage::Drafting,
        t: text_view(&office, d, &address),
        href: v.href.clone().unwrap_or_default(),
        sealing,
        no_seal: offered.why.map_or_else(String::new, |s| web_kit::said(p.lang, &s)),
        seals: offered.seals,
        sealed,
        agreeing: v.agreeing.iter().map(agree).collect(),
        receivers: v.receivers.iter().map(receive).collect(),
        until: v.way.answer_by.map_or_else(String::new, |d| p.t.until.replace("{day}", &day(p.lang, d))),
        versions: v
            .versions
            .iter()
            .map(|x| VersionLine {
                n: x.n,
                name: p.t.version.replace("{n}", &x.n.to_string()),
                who: x.who.clone(),
                at: when(p.lang, x.at),
            })
            .collect(),
        steps: v.steps.into_iter().rev().map(|s| step_view(&p, s)).collect(),
        fonts: paper::pdf::Fonts::of_this_machine().is_ok_and(|f| f.notice().is_empty()),
        trouble,
        p,
    }))
}

/// `GET /desk/papers/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, Fields::default(), String::new()).await
}

async fn after(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    done: Result<(), Error>,
    sent: Fields,
) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/papers/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(kit, desk, id, sent, trouble)).await,
    }
}

/// `POST /desk/papers/{id}`: what is done with it.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    let doing = Doing {
        act: Act::read(f.get("act")),
        ver: f.get("ver").parse().unwrap_or(0),
        words: f.get("words").to_owned(),
        next: f.get("next").parse().ok().map(StaffId),
    };
    let done = kit.acts.papers.act(desk.actor(), id, doing).await;
    after(&kit, &desk, id, done, f).await
}

/// `POST /desk/papers/{id}/text`: another version, and where it goes.
pub(crate) async fn write(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    f: Fields,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WritePapers).map_err(Error::from)?;
    let office = kit.city.office_now().await?;
    let address =
        if f.0.iter().any(|(n, _)| n == "units") { address_of(&office, &f).map(Some) } else { Ok(None) };
    let done = match address {
        Err(e) => Err(e),
        Ok(address) => {
            let text = f.0.iter().any(|(n, _)| n == "body").then(|| document_of(&f, desk.page.now));
            let ver = f.get("ver").parse().unwrap_or(0);
            kit.acts.papers.write_text(desk.actor(), id, ver, text, address).await
        }
    };
    after(&kit, &desk, id, done, f).await
}

/// `POST /desk/papers/{id}/seal`
pub(crate) async fn seal(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    headers: HeaderMap,
    f: Fields,
) -> Result<Response, Oops> {
    let (papers, actor, base) = (kit.acts.papers.clone(), desk.actor(), base(&kit, &headers));
    let public = kit.options.public_url.clone();
    let seal = f.get("seal").parse().unwrap_or(-1);
    let done = blocking(move || {
        papers.seal(&actor, id, seal, |doc, mark| print(doc, mark, &public, &base)).map(drop)
    })
    .await;
    after(&kit, &desk, id, done, f).await
}
