//! 晨报: five sentences with figures that open their lists, for a phone in the morning.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::Date;
use supervise::{Ask, Dim, Figure, Value, figure};
use supervise_acts::MorningView;
use web_kit::{Oops, day, render, when};

use crate::boards::{list_href, name, of_line};
use crate::ready;
use crate::{Desk, Kit, Page};
use supervise_acts::query_of;

/// A sentence: what comes before its figure, the figure, what follows, and the list that it opens.
struct Sentence {
    before: String,
    figure: String,
    after: String,
    href: String,
    /// ● good, ■ bad, – neither
    hot: bool,
}

#[derive(Template)]
#[template(path = "morning.html")]
struct MorningHtml {
    p: Page,
    today: String,
    at: String,
    sentences: Vec<Sentence>,
}

/// A text with a figure in it: `{n}` is the figure.
fn sentence(text: &str, figure: &str, href: String, hot: bool) -> Sentence {
    let (before, after) = text.split_once("{n}").unwrap_or((text, ""));
    let has = text.contains("{n}");
    Sentence {
        before: before.to_owned(),
        figure: if has { figure.to_owned() } else { String::new() },
        after: after.to_owned(),
        href,
        hot,
    }
}

fn href(key: &str, ask: &Ask) -> String {
    figure(key).map_or_else(String::new, |f| list_href(f, ask))
}

/// Since when, in words: yesterday, or the day it began.
fn since(p: &Page, from: Date) -> String {
    let t = p.t.supervise;
    let yesterday = p.now.plus_us(-kernel::US_PER_DAY).date();
    if from == yesterday {
        t.morning_yesterday.to_owned()
    } else {
        t.morning_since.replace("{day}", &day(p.lang, from))
    }
}

fn beside(p: &Page, now: u64, before: u64) -> String {
    let t = p.t.supervise;
    let by = now.abs_diff(before).to_string();
    match now.cmp(&before) {
        std::cmp::Ordering::Greater => t.morning_more.replace("{d}", &by),
        std::cmp::Ordering::Less => t.morning_fewer.replace("{d}", &by),
        std::cmp::Ordering::Equal => t.morning_as_many.to_owned(),
    }
}

fn of_share(p: &Page, v: &MorningView) -> Sentence {
    let t = p.t.supervise;
    let Value::Share { part, whole } = v.told.solved else {
        return sentence(t.morning_no_calls, "", String::new(), false);
    };
    if whole == 0 {
        return sentence(t.morning_no_calls, "", href("called", &v.asked.week), false);
    }
    let text =
        t.morning_solved.replace("{whole}", &whole.to_string()).replace("{share}", &v.told.solved.text());
    sentence(&text, &part.to_string(), href("solved", &v.asked.week), false)
}

fn sentences(p: &Page, v: &MorningView) -> Vec<Sentence> {
    let t = p.t.supervise;
    let m = &v.told;
    let fresh = t.morning_fresh.replace("{since}", &since(p, v.asked.fresh.from));
    let fresh = fresh.replace("{beside}", &beside(p, m.fresh, m.fresh_before));
    let late = if m.late == 0 {
        sentence(
            &t.morning_none_late.replace("{open}", &m.open.to_string()),
            "",
            href("open", &v.asked.week),
            false,
        )
    } else {
        let text = t.morning_late.replace("{open}", &m.open.to_string());
        sentence(&text, &m.late.to_string(), href("late", &v.asked.week), true)
    };
    let worst = m.worst.as_ref().map_or_else(
        || sentence(t.morning_no_worst, "", String::new(), false),
        |w| {
            let text = if v.by == Dim::Unit { t.morning_worst } else { t.morning_worst_kind };
            let text = text.replace("{name}", &v.worst).replace("{open}", &w.open.to_string());
            sentence(&text, &w.late.to_string(), href("late", &of_line(&v.asked.week, v.by, &w.key)), true)
        },
    );
    let moved = m.moved.map_or_else(
        || sentence(t.morning_still, "", format!("/desk/boards?{}", query_of(&v.asked.week)), false),
        |moved| {
            let f: &'static Figure = moved.figure;
            let text = t.morning_moved.replace("{name}", name(p.lang, f));
            let text = text.replace("{before}", &moved.before.text());
            sentence(&text, &moved.now.text(), list_href(f, &v.asked.week), moved.worse)
        },
    );
    vec![
        sentence(&fresh, &m.fresh.to_string(), href("intake", &v.asked.fresh), false),
        late,
        worst,
        of_share(p, v),
        moved,
    ]
}

/// `GET /desk/morning`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    ready(&kit).await?;
    let p = desk.page.clone();
    let v = kit.acts.supervision.morning(desk.actor()).await?;
    Ok(render(&MorningHtml {
        today: day(p.lang, p.now.date()),
        at: when(p.lang, p.now),
        sentences: sentences(&p, &v),
        p,
    }))
}
