//! 热线设置: which hotlines send orders here, and the table of their words; kept by the system administrator.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hotline::{LineView, NewLine, SHIPPED, Sort};
use web_kit::{Fields, Oops, Opt, again, escape, opt, render, unit_choices, when, word};

use crate::aside::meanings;
use crate::{Desk, Kit, Page};

struct Line {
    code: String,
    name: String,
    address: String,
    fingerprint: String,
    waiting: i64,
    words: String,
    stands: String,
    silent: bool,
}

#[derive(Template)]
#[template(path = "lines_of.html")]
struct LinesHtml {
    p: Page,
    lines: Vec<Line>,
    shapes: Vec<Opt>,
    admin: bool,
    /// a key that was made just now
    key: String,
    /// the fingerprint of what was set just now
    done: String,
    sent: Fields,
    trouble: String,
}

fn line(p: &Page, v: LineView) -> Line {
    let stands = match (v.active, v.silent_since(), v.heard) {
        (false, ..) => p.t.line_off.to_owned(),
        (_, Some(since), _) => {
            let why = web_kit::said(p.lang, &kernel::Said::of_both(&v.why));
            format!("{} {why}", p.t.silent_since.replace("{at}", &when(p.lang, since)))
        }
        (_, None, Some(at)) => p.t.heard.replace("{at}", &when(p.lang, at)),
        (_, None, None) => p.t.never_heard.to_owned(),
    };
    Line {
        silent: v.silent_since().is_some(),
        code: v.code,
        name: v.name,
        address: if v.address.is_empty() { p.t.by_file.to_owned() } else { v.address },
        fingerprint: v.fingerprint,
        waiting: v.waiting,
        words: p.t.words_of.replace("{n}", &v.words.to_string()),
        stands,
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    sent: Fields,
    trouble: String,
    (key, done): (String, String),
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.hotlines.lines(desk.actor()).await?;
    let shape = |s: &hotline::Shipped| {
        opt(s.word, if p.lang == web_kit::Lang::Zh { s.said.0 } else { s.said.1 }, sent.get("shape"))
    };
    Ok(render(&LinesHtml {
        lines: all.into_iter().map(|v| line(&p, v)).collect(),
        shapes: SHIPPED.iter().map(shape).collect(),
        admin: p.may(access::Operation::WriteHotlines),
        key,
        done,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/hotline/lines`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, Fields::default(), String::new(), Default::default()).await
}

/// `POST /desk/hotline/lines`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let made = if f.get("make_key") == "1" { NewLine::new_key()? } else { String::new() };
    let new = NewLine {
        code: f.get("code").to_owned(),
        name: f.get("name").to_owned(),
        address: f.get("address").to_owned(),
        secret: if made.is_empty() { f.get("secret").to_owned() } else { made.clone() },
        active: f.get("active") != "0",
        shape: f.get("shape").to_owned(),
    };
    match kit.acts.hotlines.set_line(desk.actor(), new).await {
        Ok(print) => page(&kit, &desk, Fields::default(), String::new(), (made, print)).await,
        Err(e) => {
            again(&desk.page.clone(), e, |trouble| page(&kit, &desk, f, trouble, Default::default())).await
        }
    }
}

struct Row {
    word: String,
    word_said: String,
    means: String,
}

struct Block {
    word: &'static str,
    name: String,
    lead: &'static str,
    rows: Vec<Row>,
    /// our words, where they are chosen; on which side they stand
    choices: Vec<Opt>,
    theirs_first: bool,
}

#[derive(Template)]
#[template(path = "words.html")]
struct WordsHtml {
    p: Page,
    code: String,
    name: String,
    blocks: Vec<Block>,
    admin: bool,
    trouble: String,
}

async fn words_page(kit: &Kit, desk: &Desk, code: String, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let lines = kit.acts.hotlines.lines(desk.actor()).await?;
    let line = lines.into_iter().find(|l| l.code == code).ok_or(Oops(Error::NotFound))?;
    let rows = kit.acts.hotlines.words(desk.actor(), code.clone()).await?;
    let office = kit.city.office_now().await?;
    let units = unit_choices(&office);
    let block = |sort: Sort| {
        let ours = sort.ours();
        let named = |w: &str| {
            if w.is_empty() {
                return p.t.means_nothing.to_owned();
            }
            ours.iter()
                .find(|o| o.0 == w)
                .map_or_else(|| w.to_owned(), |o| web_kit::in_words(p.lang, o.1, o.0))
        };
        let row = |(_, word, means): &(String, String, String)| {
            let theirs = sort.is_theirs();
            Row {
                word: word.clone(),
                word_said: if theirs { word.clone() } else { named(word) },
                means: if theirs { named(means) } else { means.clone() },
            }
        };
        Block {
            word: sort.word(),
            name: word(p.lang, sort),
            lead: match sort {
                Sort::Field => p.t.lead_field,
                Sort::Constant => p.t.lead_constant,
                _ if sort.is_theirs() => p.t.lead_theirs,
                _ => p.t.lead_ours,
            },
            rows: rows.iter().filter(|r| r.0 == sort.word()).map(row).collect(),
            choices: meanings(&p, &units, sort, ""),
            theirs_first: sort.is_theirs(),
        }
    };
    let blocks = Sort::ALL.into_iter().map(block).collect();
    let admin = p.may(access::Operation::WriteHotlines);
    Ok(render(&WordsHtml { code, name: line.name, blocks, admin, trouble, p }))
}

/// `GET /desk/hotline/lines/{code}`
pub(crate) async fn words(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    words_page(&kit, &desk, code, String::new()).await
}

/// `POST /desk/hotline/lines/{code}`
pub(crate) async fn set_word(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    f: Fields,
) -> Result<Response, Oops> {
    let sort = Sort::read(f.get("sort")).ok_or(Oops(Error::NotFound))?;
    let (hotlines, actor) = (&kit.acts.hotlines, desk.actor());
    let word = f.get("word").to_owned();
    let done = if f.get("act") == "drop" {
        hotlines.drop_word(actor, code.clone(), sort, word).await.map(drop)
    } else {
        hotlines.set_word(actor, code.clone(), sort, word, f.get("means").to_owned()).await
    };
    match done {
        Ok(()) => {
            Ok(Redirect::to(&format!("/desk/hotline/lines/{}#{}", escape(&code), sort.word()))
                .into_response())
        }
        Err(e) => again(&desk.page.clone(), e, |trouble| words_page(&kit, &desk, code, trouble)).await,
    }
}
