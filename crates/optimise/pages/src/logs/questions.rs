//! 提问: the nine questions with their answers, and 转为问题: one act that registers a case with its evidence.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::Said;
use optimise::questions::{Answer, AskOptions, Finding, Question, ask, ask_all};
use optimise_acts::logs::LogProblem;
use resolve::Cause;
use web_kit::{Fields, Oops, render, said};

use crate::logs::asked::{Asked, Head, Seen, grouped, query, seen};
use crate::logs::shelf::{Shelf, blocking};
use crate::{Desk, Kit, Page};

/// One cause of a waiting as a bar: its words, its share of the widest in per cent, its days, its cases.
struct Bar {
    said: String,
    share: u32,
    days: String,
    cases: String,
}

struct One {
    said: String,
    bars: Vec<Bar>,
    suggestion: String,
    cases: Vec<(String, String)>,
    more: String,
    filter: String,
    /// names the finding when it is made a problem
    key: String,
}

struct Block {
    word: &'static str,
    asked: String,
    said: String,
    findings: Vec<One>,
    more: String,
    notes: Vec<String>,
    open: bool,
}

#[derive(Template)]
#[template(path = "log_questions.html")]
struct QuestionsHtml {
    p: Page,
    h: Head,
    blocks: Vec<Block>,
    /// settings of the questions as hidden fields
    settings: Vec<(String, String)>,
    limit_days: String,
    unit: String,
    material: String,
    since: String,
    roster: String,
    ends: String,
    may_register: bool,
}

/// Names of settings in the address.
const SETTINGS: [&str; 6] = ["limit_days", "unit", "material", "since", "roster", "ends"];
/// Cases named under one finding.
const NAMED: usize = 12;

fn lines(text: &str) -> Vec<String> {
    let parts = text.split(['\n', ',', '\u{ff0c}', ';', '\u{3001}']);
    parts.map(str::trim).filter(|l| !l.is_empty()).take(200).map(str::to_owned).collect()
}

fn options(get: impl Fn(&str) -> String, as_of: Option<i64>) -> AskOptions {
    let text = |name: &str| Some(get(name).trim().to_owned()).filter(|t| !t.is_empty());
    AskOptions {
        as_of_us: as_of,
        limit_days: get("limit_days").trim().parse().ok().filter(|n| *n <= 3650),
        unit: text("unit"),
        material: text("material"),
        since_us: eventlog::when::read_time(get("since").as_bytes(), 8 * 3600).map(|r| r.us),
        roster: lines(&get("roster")),
        ends: lines(&get("ends")),
        ..AskOptions::default()
    }
}

pub(crate) fn asked_options(asked: &Asked, as_of: Option<i64>) -> AskOptions {
    options(|name| asked.get(name).to_owned(), as_of)
}

/// `GET /desk/logs/{id}/questions`
pub(crate) async fn page(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let may_register = access::offers(&desk.actor(), access::Operation::RegisterCase);
    let p = desk.page;
    let html = blocking(move || {
        let options = asked_options(&seen.asked, seen.book.as_of);
        let answers = ask_all(&seen.log, &seen.office, &options);
        let one = |name: &str| seen.asked.get(name).to_owned();
        let base = format!("/desk/logs/{}", seen.book.id);
        let blocks = answers.into_iter().map(|a| block(&p, &seen.asked, &base, seen.book.at, &a));
        QuestionsHtml {
            blocks: blocks.collect(),
            settings: SETTINGS
                .iter()
                .map(|s| ((*s).to_owned(), one(s)))
                .filter(|s| !s.1.is_empty())
                .collect(),
            limit_days: one("limit_days"),
            unit: one("unit"),
            material: one("material"),
            since: one("since"),
            roster: one("roster"),
            ends: one("ends"),
            may_register,
            h: seen.head,
            p,
        }
    });
    Ok(render(&html.await?))
}

fn block(p: &Page, asked: &Asked, base: &str, at: &str, a: &Answer) -> Block {
    let t = p.t.log;
    let link = |name: &String| {
        let href = if at.is_empty() { String::new() } else { format!("{at}/{name}") };
        (name.clone(), href)
    };
    let one = |x: &Finding| {
        let filter = x.filter.as_ref().map(|f| {
            let mut filters = asked.filters.clone();
            filters.push(f.clone());
            format!("{base}{}", query(&filters))
        });
        let rest = x.case_count.saturating_sub(NAMED as u64);
        One {
            said: said(p.lang, &x.said),
            bars: bars(p, x),
            suggestion: said(p.lang, &x.suggestion),
            cases: x.cases.iter().take(NAMED).map(link).collect(),
            more: if rest > 0 { t.more_cases.replace("{n}", &grouped(rest as usize)) } else { String::new() },
            filter: filter.unwrap_or_default(),
            key: key(x),
        }
    };
    Block {
        word: a.question.word(),
        asked: said(p.lang, &a.asked),
        said: said(p.lang, &a.said),
        findings: a.findings.iter().map(one).collect(),
        more: if a.more > 0 { t.more_findings.replace("{n}", &grouped(a.more)) } else { String::new() },
        notes: a.notes.iter().map(|n| said(p.lang, n)).collect(),
        open: !a.findings.is_empty(),
    }
}

/// The causes of a waiting, drawn. Those off duty are no working time and stand in the sentence only.
fn bars(p: &Page, x: &Finding) -> Vec<Bar> {
    let whole = x.parts.iter().map(|part| part.days).sum::<f64>().max(f64::MIN_POSITIVE);
    let drawn = x.parts.iter().filter(|part| part.days > 0.0);
    drawn
        .map(|part| Bar {
            said: said(p.lang, &part.said),
            share: (part.days / whole * 100.0).round().clamp(0.0, 100.0) as u32,
            days: p.t.log.part_days.replace("{n}", &format!("{:.1}", part.days)),
            cases: p.t.log.part_cases.replace("{n}", &grouped(part.case_count as usize)),
        })
        .collect()
}

fn key(x: &Finding) -> String {
    x.about.join("\u{1f}")
}

/// What a problem of this kind is called by its cause.
const fn cause(q: Question) -> Cause {
    match q {
        Question::Rework => Cause::MaterialsIncomplete,
        Question::PingPong => Cause::UnclearDuty,
        Question::Overdue | Question::LostTime | Question::Stops => Cause::Overdue,
        _ => Cause::Other,
    }
}

/// `POST /desk/logs/{id}/problem`: computes the answer again and registers it with its evidence.
pub(crate) async fn problem(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::RegisterCase).map_err(Error::from)?;
    let seen = seen(&kit, &desk, &shelf, &id, fields.0.clone(), "/questions").await?;
    let question = Question::read(fields.get("question")).ok_or(Oops(Error::NotFound))?;
    let wanted = fields.get("key").to_owned();
    let settings = fields.clone();
    let (name, filters) = (seen.book.name.clone(), seen.asked.filters.len());
    let path = format!("/desk/logs/{id}/questions{}", seen.head.query);
    let found = blocking(move || {
        let mut options = options(|name| settings.get(name).to_owned(), seen.book.as_of);
        options.most = 200;
        let a = ask(&seen.log, question, &seen.office, &options);
        let one = a.findings.iter().find(|x| key(x) == wanted).cloned();
        one.map(|one| (a, one))
    });
    let Some((answer, one)) = found.await? else {
        return Err(Oops(Error::invalid(
            "key",
            "日志已有变化，这一条不在了，请返回刷新后再试",
            "the log has changed and this finding is gone: go back, reload and try again",
        )));
    };
    let title: String =
        format!("{}：{}", answer.asked.zh.split('：').next().unwrap_or_default(), one.about.join("→"));
    let found = LogProblem {
        title: title.chars().take(60).collect(),
        words: evidence(&answer, &one, &name, filters, &path),
        cause: cause(question),
        question: question.word().to_owned(),
    };
    let number = kit.acts.logs.take_up(desk.actor(), found).await?;
    Ok(Redirect::to(&format!("/desk/case/{number}")).into_response())
}

/// The words of the problem: what was found, by which figures, from where, which cases.
fn evidence(a: &Answer, x: &Finding, log: &str, filters: usize, path: &str) -> String {
    let notes: Vec<&str> = a.notes.iter().map(|n: &Said| n.zh.as_str()).collect();
    let parts = [
        format!("【发现】{}", x.said.zh),
        format!("【总体】{}", a.said.zh),
        format!("【建议】{}", x.suggestion.zh),
        format!("【来源】日志“{log}”，{filters} 个筛选条件；{path}"),
        format!("【口径】{}", notes.join("")),
        format!("【涉及 {} 件】{}", x.case_count, x.cases.join(" ")),
    ];
    let text = parts.join("\n");
    text.chars().take(4_000).collect()
}
