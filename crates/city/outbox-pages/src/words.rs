//! 告知用语: the words of each topic in each language, as data.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Words;
use outbox::{Topic, usual};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, again, opt, render};

use crate::{Desk, Kit, Page, listed};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    topic: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    kept: String,
}

#[derive(Template)]
#[template(path = "outreach_words.html")]
struct WordsHtml {
    p: Page,
    topics: Vec<Opt>,
    langs: [Opt; 2],
    topic: &'static str,
    lang: &'static str,
    words: Words,
    template: String,
    on: bool,
    kept: bool,
    trouble: String,
}

fn which(topic: &str, lang: &str) -> (Topic, &'static str) {
    let topic = Topic::read(topic).unwrap_or(Topic::CaseRegistered);
    (topic, if lang == "en" { "en" } else { "zh" })
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    (topic, lang): (Topic, &'static str),
    typed: Option<Words>,
    kept: bool,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let set = kit.acts.outbox.set_up(desk.actor()).await?.set;
    let now = set.texts.get(&format!("{}/{lang}", topic.word())).cloned();
    let topics = Topic::ALL.map(|t| opt(t.word(), &listed(&p, t), topic.word()));
    Ok(render(&WordsHtml {
        topics: topics.into(),
        langs: [opt("zh", "中文", lang), opt("en", "English", lang)],
        topic: topic.word(),
        lang,
        words: typed.or(now).unwrap_or_else(|| usual(topic, lang)),
        template: set.sms_templates.get(topic.word()).cloned().unwrap_or_default(),
        on: !set.off.iter().any(|o| o == topic.word()),
        kept,
        trouble,
        p,
    }))
}

/// `GET /desk/outreach/words`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Query(q): Query<Which>,
) -> Result<Response, Oops> {
    page(&kit, &desk, which(&q.topic, &q.lang), None, !q.kept.is_empty(), String::new()).await
}

/// `POST /desk/outreach/words`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let (topic, lang) = which(f.get("topic"), f.get("lang"));
    let words = Words { subject: f.get("subject").to_owned(), text: f.get("text").to_owned() };
    let template = f.get("template").to_owned();
    let done =
        kit.acts.outbox.set_words(desk.actor(), topic, lang, words.clone(), template, f.has("on")).await;
    match done {
        Ok(()) => {
            let to = format!("/desk/outreach/words?topic={}&lang={lang}&kept=1", topic.word());
            Ok(Redirect::to(&to).into_response())
        }
        Err(e) => {
            again(&desk.page, e, |trouble| page(&kit, &desk, (topic, lang), Some(words), false, trouble))
                .await
        }
    }
}
