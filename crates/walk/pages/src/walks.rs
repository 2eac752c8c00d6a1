//! 走访的页: one walk as it was walked, the three lists of a campaign, signals for a supervisor.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::US_PER_SECOND;
use walk::checklist::element;
use walk::ops::Verdict;
use walk::signals::DETECTORS;
use walk_acts::{Listed, Outcome};
use web_kit::{Oops, in_words, render, said, when};

use crate::campaigns;
use crate::campaigns::{form_name, line};
use crate::{Desk, Kit, Page};

/// A problem or demand in a list.
pub(crate) struct Found {
    pub item: String,
    pub step: String,
    pub words: String,
    pub unit: String,
    pub number: String,
    pub state: &'static str,
    pub class: &'static str,
    /// 0: not for this reader to open
    pub walk: i64,
    pub measures: Vec<String>,
    pub problem: bool,
}

/// How a finding stands.
pub(crate) fn state(t: &crate::texts::Texts, l: &Listed) -> &'static str {
    let t = t.walk;
    match (l.fixed, l.planned, l.row.number.is_some()) {
        (true, ..) => t.fixed,
        (false, true, _) => t.planned,
        (false, false, true) => t.in_hand,
        _ => t.no_case,
    }
}

pub(crate) fn found(p: &Page, office: &city::Office, l: Listed) -> Found {
    let t = p.t.walk;
    let class = match (l.fixed, l.planned) {
        (true, _) => "green",
        (false, true) => "yellow",
        _ => "off",
    };
    let by = |d: Option<kernel::Date>| d.map_or_else(|| t.at_once.to_owned(), |d| d.to_string());
    Found {
        state: state(p.t, &l),
        class,
        unit: l.row.unit.map_or_else(String::new, |u| office.unit_name(u)),
        measures: l.measures.iter().map(|(w, d)| format!("{w} ({})", by(*d))).collect(),
        item: l.item,
        step: l.step,
        problem: l.row.kind == "problem",
        words: l.row.words,
        number: l.row.number.unwrap_or_default(),
        walk: if l.opens { l.row.walk } else { 0 },
    }
}

#[derive(Template)]
#[template(path = "three_lists.html")]
struct ListsHtml {
    p: Page,
    id: i64,
    name: String,
    problems: Vec<Found>,
    demands: Vec<Found>,
    measures: usize,
}

/// `GET /desk/walks/{id}/lists`
pub(crate) async fn three_lists(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let c = kit.acts.walks.campaign(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    let all = kit.acts.walks.three_lists(desk.actor(), id).await?;
    let measures = all.iter().map(|l| l.measures.len()).sum();
    let all = all.into_iter().map(|l| found(&p, &office, l));
    let (problems, demands) = all.partition(|f| f.problem);
    Ok(render(&ListsHtml { id, name: c.campaign.name, problems, demands, measures, p }))
}

struct Signalled {
    line: campaigns::Line,
    chance: u32,
    signals: Vec<(String, String)>,
    /// what was found, by whom and when, in his words
    settled: Option<(String, String, String)>,
    may_judge: bool,
}

#[derive(Template)]
#[template(path = "signals.html")]
struct SignalsHtml {
    p: Page,
    id: i64,
    name: String,
    trouble: String,
    rows: Vec<Signalled>,
    settled: Vec<Signalled>,
    verdicts: Vec<(&'static str, String)>,
}

/// `GET /desk/walks/{id}/signals`
pub(crate) async fn signals(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    signals_page(&kit, &desk, id, String::new()).await
}

pub(crate) async fn signals_page(kit: &Kit, desk: &Desk, id: i64, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let c = kit.acts.walks.campaign(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    let all = kit.acts.walks.signals(desk.actor(), id).await?;
    let rows = all.into_iter().map(|s| Signalled {
        // Never a certainty: a signal is a reason to look.
        chance: ((s.judged.chance * 100.0).round() as u32).min(99),
        signals: s
            .judged
            .signals
            .iter()
            .map(|s| {
                let d = DETECTORS.iter().find(|d| d.id == s.id);
                (d.map_or_else(String::new, |d| in_words(p.lang, d.zh, d.en)), said(p.lang, &s.said))
            })
            .collect(),
        settled: s.settled.map(|(who, j)| {
            let found = Outcome::read(&j.verdict).map_or_else(String::new, |v| said(p.lang, &v.said()));
            (found, format!("{who} · {}", when(p.lang, j.at)), j.words)
        }),
        may_judge: s.may_judge,
        line: line(&p, &office, s.line),
    });
    let (settled, rows) = rows.partition(|r| r.settled.is_some());
    let verdicts = Outcome::ALL.map(|v| (v.word(), said(p.lang, &v.said()))).into();
    Ok(render(&SignalsHtml { id, name: c.campaign.name, trouble, rows, settled, verdicts, p }))
}

struct StepRow {
    name: String,
    began: String,
    waiting: String,
    handling: String,
    through: &'static str,
}

#[derive(Template)]
#[template(path = "walk.html")]
struct WalkHtml {
    p: Page,
    line: campaigns::Line,
    lacks: Vec<String>,
    facts: Vec<(&'static str, String)>,
    steps: Vec<StepRow>,
    beyond: Vec<String>,
    never: Vec<String>,
    answers: Vec<(String, &'static str, &'static str, String)>,
    notes: Vec<String>,
    found: Vec<(String, String, String)>,
    campaign: i64,
    files: Vec<(String, String, bool)>,
}

fn minutes(us: i64) -> String {
    if us <= 0 {
        String::new()
    } else {
        format!("{}′{:02}″", us / US_PER_SECOND / 60, us / US_PER_SECOND % 60)
    }
}

/// `GET /desk/walks/w/{id}/file/{digest}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, digest)): Path<(i64, String)>,
) -> Result<Response, Oops> {
    let (file, bytes) = kit.acts.walks.walk_file(desk.actor(), id, digest).await?;
    Ok(web_kit::serve_file(&file, bytes))
}

/// `GET /desk/walks/w/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let t = p.t.walk;
    let v = kit.acts.walks.walk(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    let files = kit.acts.walks.walk_files(desk.actor(), id).await?;
    let item = v.item.as_ref();
    let step_name =
        |id: &str| item.and_then(|i| i.step(id)).map_or_else(|| id.to_owned(), |s| s.name.clone());
    let material =
        |id: &str| item.and_then(|i| i.material(id)).map_or_else(|| id.to_owned(), |m| m.name.clone());
    let r = &v.record;
    let (waiting, handling) = r.times_us();
    let facts = [
        (t.form, form_name(&p, &v.row.form)),
        (t.waited, minutes(waiting)),
        (t.handled, minutes(handling)),
        (t.visits, r.visits.join("、")),
        (
            t.paid,
            if r.paid_fen > 0 {
                format!("{}.{:02}", r.paid_fen / 100, r.paid_fen % 100)
            } else {
                String::new()
            },
        ),
        (t.reentered, r.reentered.iter().map(|(f, s)| format!("{f} ({s})")).collect::<Vec<_>>().join("、")),
        (t.redirected, r.redirected.iter().map(|(to, s)| format!("{to} {s}")).collect::<Vec<_>>().join("、")),
        (t.files, r.files.len().to_string()),
        (t.companion, r.companion.clone().unwrap_or_default()),
    ];
    let order = |id: &str| item.and_then(|i| i.steps.iter().position(|s| s.id == id)).unwrap_or(usize::MAX);
    let mut steps: Vec<_> = r.steps.iter().filter(|(id, _)| !id.is_empty()).collect();
    steps.sort_by_key(|(id, _)| order(id));
    let steps = steps.into_iter().map(|(id, s)| StepRow {
        name: step_name(id),
        began: s.began.map_or_else(String::new, |m| when(p.lang, m)),
        waiting: minutes(s.waiting_us),
        handling: minutes(s.handling_us),
        through: match (s.ended.is_some(), s.through) {
            (true, true) => t.step_through,
            (true, false) => t.step_stuck,
            _ => t.walk_open,
        },
    });
    let guide: Vec<&str> =
        item.map(|i| i.materials.iter().map(|m| m.id.as_str()).collect()).unwrap_or_default();
    let answers = r.answers.iter().map(|(id, a)| {
        let name = element(id).map_or_else(|| id.clone(), |e| in_words(p.lang, e.zh, e.en));
        let (word, class) = match a.verdict {
            Verdict::Good => (t.good, "green"),
            Verdict::Bad => (t.bad, "red"),
            Verdict::NotApplicable => (t.not_applicable, "off"),
        };
        (name, word, class, a.note.clone())
    });
    let seen = walk_acts::WalkLine {
        item: item.map_or_else(|| v.row.item.clone(), |i| i.name.clone()),
        walker: v.walker.clone(),
        row: v.row.clone(),
    };
    let note = |(step, text): &(String, String)| {
        if step.is_empty() { text.clone() } else { format!("{}: {text}", step_name(step)) }
    };
    let kind = |k: &str| if k == "problem" { t.problem } else { t.demand };
    Ok(render(&WalkHtml {
        lacks: if v.row.finished.is_some() {
            v.lacks.iter().map(|s| said(p.lang, s)).collect()
        } else {
            Vec::new()
        },
        facts: facts.into_iter().filter(|(_, f)| !f.is_empty() && f != "0").collect(),
        steps: steps.collect(),
        beyond: r
            .asked_beyond_guide
            .iter()
            .map(|(s, m)| format!("{} ({})", material(m), step_name(s)))
            .collect(),
        never: if r.asked_as_guide.is_empty() {
            Vec::new()
        } else {
            r.never_asked(&guide).into_iter().map(material).collect()
        },
        answers: answers.collect(),
        notes: r.notes.iter().map(note).collect(),
        found: v
            .findings
            .iter()
            .filter(|f| !f.gone)
            .map(|f| {
                let what = format!("{} · {}", kind(&f.kind), step_name(&f.step));
                (what, f.words.clone(), f.number.clone().unwrap_or_default())
            })
            .collect(),
        campaign: v.row.campaign.unwrap_or(0),
        files: files
            .into_iter()
            .map(|f| {
                (
                    format!("/desk/walks/w/{id}/file/{}", f.digest),
                    f.file.name,
                    f.file.kind.starts_with("image/"),
                )
            })
            .collect(),
        line: line(&p, &office, seen),
        p,
    }))
}
