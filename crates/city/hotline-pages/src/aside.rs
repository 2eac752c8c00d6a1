//! 搁置: what came and was not understood or not done, with its reason; a word that is lacking is said here, and all is tried again.

use access::Operation;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hotline::{AsideView, Sort};
use web_kit::{Fields, Oops, Opt, again, blocking, opt, render, unit_choices, when, word};

use crate::list::said_of;
use crate::{Desk, Kit, Page};

struct Lack {
    code: String,
    sort: &'static str,
    sort_name: String,
    word: String,
    /// what it can mean; empty for a text
    choices: Vec<Opt>,
}

struct Line {
    id: i64,
    hotline: String,
    which: &'static str,
    number: String,
    kind: String,
    at: String,
    why: String,
    came: bool,
    aside: bool,
    lack: Option<Lack>,
    /// a word is lacking
    lacks: bool,
}

#[derive(Template)]
#[template(path = "asides.html")]
struct AsidesHtml {
    p: Page,
    lines: Vec<Line>,
    may: bool,
    admin: bool,
    done: String,
    trouble: String,
}

/// What a word can mean here: of a closed vocabulary, a unit; none for a text.
pub(crate) fn meanings(p: &Page, units: &[(String, String)], sort: Sort, chosen: &str) -> Vec<Opt> {
    if sort == Sort::Unit {
        return units.iter().map(|(short, name)| opt(short, name, chosen)).collect();
    }
    let said = |w: &(&'static str, &'static str)| opt(w.0, &web_kit::in_words(p.lang, w.1, w.0), chosen);
    sort.ours().iter().map(said).collect()
}

async fn page(kit: &Kit, desk: &Desk, done: String, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.hotlines.asides(desk.actor()).await?;
    let office = kit.city.office_now().await?;
    let units = unit_choices(&office);
    let admin = p.may(Operation::WriteHotlines);
    let line = |a: AsideView| Line {
        id: a.id,
        which: match (a.state.as_str(), a.came) {
            ("waits", _) => p.t.aside_waits,
            (_, true) => p.t.aside_here,
            _ => p.t.aside_there,
        },
        lacks: a.lack.is_some(),
        lack: a.lack.filter(|_| admin).map(|(sort, w)| Lack {
            code: a.hotline.clone(),
            sort: sort.word(),
            sort_name: word(p.lang, sort),
            choices: meanings(&p, &units, sort, ""),
            word: w,
        }),
        hotline: a.hotline_name,
        number: a.number,
        kind: said_of(&p, &a.kind),
        at: when(p.lang, a.at),
        why: web_kit::said(p.lang, &kernel::Said::of_both(&a.why)),
        aside: a.state == "aside",
        came: a.came,
    };
    let lines = all.into_iter().map(line).collect();
    let may = p.may(Operation::TakeOrders) || admin;
    Ok(render(&AsidesHtml { lines, may, admin, done, trouble, p }))
}

/// `GET /desk/hotline/aside`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, String::new(), String::new()).await
}

/// `POST /desk/hotline/aside`
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let hotlines = kit.acts.hotlines.clone();
    let actor = desk.actor();
    let tried = match f.get("act") {
        "again" => blocking(move || hotlines.try_messages_again(&actor)).await.map(Some),
        "drop" => {
            let id = f.get("id").parse().unwrap_or(0);
            hotlines.drop_aside(actor, id, f.get("reason").to_owned()).await.map(|()| None)
        }
        // The word that is lacking is said, and what waits for it is tried at once.
        "word" => {
            let sort = Sort::read(f.get("sort")).ok_or(Error::NotFound)?;
            let (code, w, means) = (f.get("code"), f.get("word"), f.get("means"));
            let none = f.get("nothing") == "1";
            if means.is_empty() && !none {
                Err(Error::invalid(
                    "means",
                    "请选择对应的词，或勾选“不对应”",
                    "choose a meaning, or tick: none",
                ))
            } else {
                let means = if none { String::new() } else { means.to_owned() };
                let set = hotlines.set_word(actor.clone(), code.to_owned(), sort, w.to_owned(), means).await;
                match set {
                    Ok(()) => blocking(move || hotlines.try_messages_again(&actor)).await.map(Some),
                    Err(e) => Err(e),
                }
            }
        }
        _ => Err(Error::NotFound),
    };
    match tried {
        Ok(Some(n)) => {
            page(&kit, &desk, desk.page.t.tried.replace("{n}", &n.to_string()), String::new()).await
        }
        Ok(None) => Ok(Redirect::to("/desk/hotline/aside").into_response()),
        Err(e) => again(&desk.page.clone(), e, |trouble| page(&kit, &desk, String::new(), trouble)).await,
    }
}
