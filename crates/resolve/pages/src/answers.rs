//! 用模板答复: many cases of one matter are answered by a template with fields; each reply is seen before it goes, with a result for each.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use resolve::Command;
use resolve_acts::{FilledReply, ReplyTemplate};
use web_kit::{Fields, Oops, Opt, again, escape, explain, opt, render};

use crate::lists::Outcome;
use crate::{Desk, Kit};

/// Cases at once.
const MOST: usize = 50;

#[derive(Template)]
#[template(path = "answers.html")]
struct AnswersHtml {
    p: crate::Page,
    numbers: Vec<String>,
    templates: Vec<ReplyTemplate>,
    choices: Vec<Opt>,
    /// fields that are asked once for all, with what was typed
    asked: Vec<(String, String)>,
    filled: Vec<FilledReply>,
    basis: String,
    outcomes: Vec<Outcome>,
    sent: Fields,
    trouble: String,
}

/// The address of the page for some cases.
pub(crate) fn address(numbers: &[String]) -> String {
    let picks: Vec<String> = numbers.iter().take(MOST).map(|n| format!("pick={}", escape(n))).collect();
    format!("/desk/answers?{}", picks.join("&"))
}

#[derive(Default)]
struct Shown {
    filled: Vec<FilledReply>,
    outcomes: Vec<Outcome>,
    trouble: String,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    numbers: Vec<String>,
    f: Fields,
    shown: Shown,
) -> Result<Response, Oops> {
    let templates = kit.acts.cases.reply_templates(desk.actor()).await?;
    let chosen = f.get("template").parse::<i64>().ok();
    let template = templates.iter().find(|t| Some(t.id) == chosen);
    let asked = template.map(ReplyTemplate::asked).unwrap_or_default();
    Ok(render(&AnswersHtml {
        choices: templates.iter().map(|t| opt(&t.id.to_string(), &t.name, f.get("template"))).collect(),
        basis: template.map(|t| t.basis.clone()).unwrap_or_default(),
        asked: asked
            .into_iter()
            .map(|a| (f.get(&format!("f.{a}")).to_owned(), a))
            .map(|(v, a)| (a, v))
            .collect(),
        numbers,
        templates,
        filled: shown.filled,
        outcomes: shown.outcomes,
        trouble: shown.trouble,
        sent: f,
        p: desk.page.clone(),
    }))
}

/// `GET /desk/answers`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    RawQuery(query): RawQuery,
) -> Result<Response, Oops> {
    let query = query.unwrap_or_default();
    let picks = query.split('&').filter_map(|p| p.strip_prefix("pick=")).take(MOST);
    let plain = |n: &str| n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let numbers = picks.filter(|n| plain(n)).map(str::to_owned).collect();
    page(&kit, &desk, numbers, Fields::default(), Shown::default()).await
}

/// `POST /desk/answers`
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let numbers: Vec<String> = f.all("pick").into_iter().take(MOST).map(str::to_owned).collect();
    let done = match f.get("do") {
        "keep" | "off" => keep(&kit, &desk, &f).await.map(|()| None),
        "send" => Ok(Some(send(&kit, &desk, &numbers, &f).await)),
        _ => fill(&kit, &desk, &numbers, &f).await.map(|filled| Some(Shown { filled, ..Shown::default() })),
    };
    match done {
        Ok(None) => Ok(Redirect::to(&address(&numbers)).into_response()),
        Ok(Some(shown)) => {
            // What was sent is done; what was not stays to be looked at again.
            let left = if shown.outcomes.is_empty() {
                numbers
            } else {
                shown.outcomes.iter().filter(|o| !o.good).map(|o| o.number.clone()).collect()
            };
            page(&kit, &desk, left, f, shown).await
        }
        Err(e) => {
            let p = desk.page.clone();
            let shown = |trouble| Shown { trouble, ..Shown::default() };
            again(&p, e, |trouble| page(&kit, &desk, numbers, f, shown(trouble))).await
        }
    }
}

async fn keep(kit: &Kit, desk: &Desk, f: &Fields) -> Result<(), Error> {
    let text = |name: &str| f.get(name).to_owned();
    let new = ReplyTemplate { id: 0, name: text("name"), text: text("text"), basis: text("basis") };
    kit.acts.cases.set_reply_template(desk.actor(), new, f.get("do") == "keep").await.map(drop)
}

async fn fill(kit: &Kit, desk: &Desk, numbers: &[String], f: &Fields) -> Result<Vec<FilledReply>, Error> {
    let id = f
        .get("template")
        .parse()
        .map_err(|_| Error::invalid("template", "请先选择模板", "choose a template first"))?;
    if numbers.is_empty() {
        return Err(Error::invalid(
            "pick",
            "请先在件列表里勾选要答复的件",
            "tick the cases in the list first",
        ));
    }
    let templates = kit.acts.cases.reply_templates(desk.actor()).await?;
    let asked = templates.iter().find(|t| t.id == id).map(ReplyTemplate::asked).unwrap_or_default();
    let given =
        asked.into_iter().map(|a| (f.get(&format!("f.{a}")).to_owned(), a)).map(|(v, a)| (a, v)).collect();
    kit.acts.cases.fill_replies(desk.actor(), id, numbers.to_vec(), given).await
}

/// Each reply is an act of its own: one that is refused holds up no other, and its text stays.
async fn send(kit: &Kit, desk: &Desk, numbers: &[String], f: &Fields) -> Shown {
    let t = desk.page.t;
    let mut shown = Shown::default();
    for number in numbers {
        let text = f.get(&format!("t.{number}")).to_owned();
        let open: Vec<String> = resolve::fields_in(&text).into_iter().map(str::to_owned).collect();
        let done = if open.is_empty() {
            let asked = Command::Reply { text: text.clone(), basis: f.get("basis").to_owned() };
            kit.acts.cases.act(desk.actor(), number.clone(), asked, None).await.map(drop)
        } else {
            let names = open.join("、");
            Err(Error::invalid(
                "text",
                format!("还有没填的项：{names}"),
                format!("not filled in yet: {names}"),
            ))
        };
        let good = done.is_ok();
        let said = match done {
            Ok(()) => t.answers_sent.to_owned(),
            Err(e) => {
                shown.filled.push(FilledReply { number: number.clone(), title: String::new(), text, open });
                explain(&desk.page, &e)
            }
        };
        shown.outcomes.push(Outcome { number: number.clone(), good, said });
    }
    shown
}
