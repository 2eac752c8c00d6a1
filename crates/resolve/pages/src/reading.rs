//! 读文: hot matters, precedents, how well it reads, replies that need a second look; and what is shown of a letter
//! beside a case and beside a registration. Knows the use cases of its movement (`resolve-acts`) only; what is proposed is decided there.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::response::Response;
use city::Error;
use resolve::Command;
use resolve_acts::{
    Back, CaseReading, DraftReading, Judged, NewPrecedent, PERIODS, PrecedentView, Proposal, ReplyCheck,
    Shown, Twin,
};
use serde::Deserialize;
use web_kit::{Fields, Oops, day, render, said, when, word};

use crate::case_page::back_to;
use crate::{Desk, Kit, Page};

/// A unit proposed, as shown.
pub(crate) struct UnitLine {
    pub unit: i64,
    pub name: String,
    pub percent: u32,
    pub words: String,
    pub cases: Vec<(String, String)>,
}

/// Units proposed, as shown.
pub(crate) struct Units {
    pub lines: Vec<UnitLine>,
    pub version: String,
    pub mark: String,
}

fn percent(x: f32) -> u32 {
    (x.clamp(0.0, 1.0) * 100.0).round() as u32
}

pub(crate) fn units(p: &Page, proposal: &Proposal) -> Units {
    let t = p.t.reading;
    let version = match proposal.model {
        0 => t.units_day_one.to_owned(),
        n => t.units_version.replace("{n}", &n.to_string()),
    };
    let lines = proposal.units.iter().map(|u| UnitLine {
        unit: u.unit.0,
        name: u.name.clone(),
        percent: percent(u.p),
        words: u.words.join("、"),
        cases: u.cases.clone(),
    });
    Units { lines: lines.collect(), version, mark: proposal.mark() }
}

/// Another case, as shown.
pub(crate) struct TwinLine {
    pub number: String,
    pub title: String,
    pub stage: String,
    pub lodged: String,
    pub unit: String,
    pub alike: String,
    pub after: String,
    pub why: Vec<String>,
}

fn twin(p: &Page, t: &Twin) -> TwinLine {
    let r = p.t.reading;
    TwinLine {
        number: t.number.clone(),
        title: t.title.clone(),
        stage: word(p.lang, t.stage),
        lodged: day(p.lang, t.lodged.date()),
        unit: t.unit.clone().unwrap_or_default(),
        alike: r.alike.replace("{n}", &percent(t.score).to_string()),
        after: t.days_after.map_or_else(String::new, |n| r.back_after.replace("{n}", &n.to_string())),
        why: t.why.iter().map(|w| said(p.lang, w)).collect(),
    }
}

/// A precedent, as shown.
pub(crate) struct PrecedentLine {
    pub form: NewPrecedent,
    pub number: String,
    pub unit: String,
    pub made: String,
    pub alike: String,
    pub why: String,
    pub since: String,
}

fn precedent(p: &Page, v: &PrecedentView) -> PrecedentLine {
    let r = p.t.reading;
    let some = |on: bool, text: &str, n: String| if on { text.replace("{n}", &n) } else { String::new() };
    PrecedentLine {
        form: v.form.clone(),
        number: v.number.clone().unwrap_or_default(),
        unit: v.unit.clone().unwrap_or_default(),
        made: day(p.lang, v.made.date()),
        alike: some(v.score > 0.0, r.alike, percent(v.score).to_string()),
        why: v.why.join("、"),
        since: some(v.since > 0, r.since, v.since.to_string()),
    }
}

/// What is shown of a letter.
pub(crate) struct Read {
    pub units: Units,
    pub same: Vec<TwinLine>,
    pub back: Vec<TwinLine>,
    pub earlier: Vec<TwinLine>,
    pub later: Vec<TwinLine>,
    pub precedents: Vec<PrecedentLine>,
    pub form: NewPrecedent,
    pub made: bool,
    /// the form comes back as it was filled in
    pub sent: bool,
    pub may_judge: bool,
    pub may_merge: bool,
    pub may_make: bool,
}

impl Read {
    pub(crate) fn of_case(p: &Page, r: &CaseReading) -> Self {
        let history = |earlier: bool| {
            let of = r.history.iter().filter(move |b: &&Back| b.earlier == earlier);
            of.map(|b| twin(p, &b.twin)).collect()
        };
        Self {
            units: units(p, &r.proposal),
            same: r.same.iter().map(|t| twin(p, t)).collect(),
            back: r.back.iter().map(|t| twin(p, t)).collect(),
            earlier: history(true),
            later: history(false),
            precedents: r.precedents.iter().map(|v| precedent(p, v)).collect(),
            form: r.own.clone().unwrap_or_default(),
            made: r.own.is_some(),
            sent: false,
            may_judge: r.may_judge,
            may_merge: r.may_merge,
            may_make: r.may_make,
        }
    }
    pub(crate) fn of_draft(p: &Page, r: &DraftReading) -> Self {
        let case = CaseReading {
            proposal: r.proposal.clone(),
            same: r.same.clone(),
            precedents: r.precedents.clone(),
            ..CaseReading::default()
        };
        Self::of_case(p, &case)
    }
}

/// A reply as checked, as shown.
pub(crate) struct CheckView {
    pub title: String,
    pub good: bool,
    pub relevance: String,
    pub has: String,
    pub advice: Vec<String>,
    pub signals: Vec<String>,
    pub copied: String,
    pub copied_case: String,
}

pub(crate) fn check(p: &Page, c: &ReplyCheck) -> CheckView {
    let r = p.t.reading;
    let list = |all: &[kernel::Said]| -> Vec<String> { all.iter().map(|s| said(p.lang, s)).collect() };
    let n = |text: &str, n: u32| text.replace("{n}", &n.to_string());
    CheckView {
        title: n(r.check_title, c.score),
        good: c.advice.is_empty() && c.signals.is_empty() && c.copied.is_none(),
        relevance: n(r.check_relevance, percent(c.relevance)),
        has: list(&c.present).join("、"),
        advice: list(&c.advice),
        signals: list(&c.signals),
        copied: c.copied.as_ref().map_or_else(String::new, |(_, share)| n(r.check_copied, *share)),
        copied_case: c.copied.as_ref().and_then(|(number, _)| number.clone()).unwrap_or_default(),
    }
}

/// `POST /desk/case/{number}/choose`: a unit that was proposed is chosen.
pub(crate) async fn choose(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let unit = fields.get("unit").parse().map(kernel::UnitId);
    let unit = unit.map_err(|_| Oops(Error::invalid("unit", "没有选择单位", "no unit was chosen")))?;
    let asked = Command::Dispatch { unit, note: String::new() };
    let shown = Shown::parse(fields.get("shown"));
    kit.acts
        .cases
        .act_shown(desk.actor(), number.clone(), asked, fields.get("ver").parse().ok(), shown, Vec::new())
        .await?;
    Ok(back_to(&number, "dispatch", &fields))
}

/// `POST /desk/case/{number}/pair`: what a person says about this case and another.
pub(crate) async fn pair(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (other, said) = (fields.get("other").to_owned(), fields.get("judged"));
    if said == "merge" {
        if !fields.has("sure") {
            let wrong = Error::invalid(
                "sure",
                "请勾选“确认是同一件事”后再并案",
                "tick the box to confirm, then merge",
            );
            return Err(Oops(wrong));
        }
        let asked = Command::Merge { into: other };
        kit.acts.cases.act(desk.actor(), number.clone(), asked, fields.get("ver").parse().ok()).await?;
        return Ok(back_to(&number, "merge", &fields));
    }
    let judged = Judged::ALL.into_iter().find(|j| j.word() == said).ok_or(Oops(Error::NotFound))?;
    kit.acts.cases.judge(desk.actor(), number.clone(), other, judged).await?;
    Ok(back_to(&number, "judged", &fields))
}

#[derive(Template)]
#[template(path = "precedents.html")]
struct PrecedentsHtml {
    p: Page,
    q: String,
    precedents: Vec<PrecedentLine>,
}

#[derive(Deserialize)]
pub(crate) struct PrecedentAsk {
    #[serde(default)]
    q: String,
}

/// `GET /desk/precedents`
pub(crate) async fn precedents(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<PrecedentAsk>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let q: String = ask.q.trim().chars().take(500).collect();
    let found = kit.acts.cases.precedents(desk.actor(), q.clone()).await?;
    let precedents = found.iter().map(|v| precedent(&p, v)).collect();
    Ok(render(&PrecedentsHtml { q, precedents, p }))
}

struct MatterView {
    id: String,
    line: String,
    heat: String,
    place: String,
    facts: Vec<String>,
    parts: String,
    words: String,
    letters: Vec<LetterView>,
    more: bool,
}

struct LetterView {
    number: String,
    title: String,
    lodged: String,
    stage: String,
    unit: String,
    support: String,
}

struct Period {
    days: i64,
    name: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "hot.html")]
struct HotHtml {
    p: Page,
    periods: Vec<Period>,
    days: i64,
    made: String,
    matters: Vec<MatterView>,
    one: bool,
}

#[derive(Deserialize)]
pub(crate) struct HotAsk {
    #[serde(default)]
    days: Option<i64>,
    #[serde(default)]
    matter: Option<String>,
}

fn matter(p: &Page, m: &resolve_acts::HotMatter) -> MatterView {
    let r = p.t.reading;
    let n = |text: &str, n: String| text.replace("{n}", &n);
    let date = |at: Option<kernel::Moment>| at.map_or_else(String::new, |at| at.date().to_string());
    let mut facts = vec![
        n(r.hot_people, m.heat.people.to_string()),
        n(r.hot_letters, m.count.to_string()),
        r.hot_span.replace("{from}", &date(m.from)).replace("{to}", &date(m.to)),
    ];
    if m.heat.support > 0 {
        facts.push(n(r.hot_support, m.heat.support.to_string()));
    }
    let two = |x: f32| format!("{x:.2}");
    let parts = r.hot_parts.replace("{focus}", &two(m.heat.focus));
    let parts = parts.replace("{density}", &two(m.heat.density)).replace("{growth}", &two(m.heat.growth));
    let letters = m.letters.iter().map(|l| LetterView {
        number: l.number.clone(),
        title: l.title.clone(),
        lodged: day(p.lang, l.lodged.date()),
        stage: word(p.lang, l.stage),
        unit: l.unit.clone().unwrap_or_default(),
        support: if l.support > 0 { n(r.hot_support, l.support.to_string()) } else { String::new() },
    });
    MatterView {
        id: m.id.clone(),
        line: m.line.clone(),
        heat: n(r.hot_heat, format!("{:.1}", m.heat.value)),
        place: m.place.clone(),
        facts,
        parts,
        words: m.words.join("、"),
        letters: letters.collect(),
        more: m.count > m.letters.len(),
    }
}

/// `GET /desk/hot`
pub(crate) async fn hot(State(kit): State<Kit>, desk: Desk, Ask(ask): Ask<HotAsk>) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let r = p.t.reading;
    let days = ask.days.filter(|d| PERIODS.contains(d)).unwrap_or(PERIODS[1]);
    let one = ask.matter.is_some();
    let page = kit.acts.cases.hot(desk.actor(), days, ask.matter).await?;
    let name = |d: i64| if d == 0 { r.hot_all.to_owned() } else { r.hot_days.replace("{n}", &d.to_string()) };
    let periods = PERIODS.iter().map(|d| Period { days: *d, name: name(*d), on: *d == days }).collect();
    let made = page.made.map_or_else(String::new, |at| {
        r.hot_made.replace("{when}", &when(p.lang, at)).replace("{n}", &page.letters.to_string())
    });
    let matters = page.matters.iter().map(|m| matter(&p, m)).collect();
    Ok(render(&HotHtml { periods, days, made, matters, one, p }))
}

struct MonthLine {
    month: String,
    choices: i64,
    first: String,
    three: String,
    sure: String,
    gap: String,
}

struct ModelLine {
    ver: i64,
    made: String,
    examples: i64,
    labels: i64,
    judged: i64,
    first: String,
    three: String,
    gap: String,
}

#[derive(Template)]
#[template(path = "reading_figures.html")]
struct FiguresHtml {
    p: Page,
    months: Vec<MonthLine>,
    models: Vec<ModelLine>,
    drift: String,
    bad: bool,
    stand: String,
}

#[expect(clippy::cast_precision_loss, reason = "counts of one office")]
fn share(part: i64, whole: i64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.0} %", part as f64 * 100.0 / whole as f64) }
}

/// From this loss of agreement a person should look.
const WORSE: f64 = 0.1;

/// `GET /desk/reading`
pub(crate) async fn figures(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let r = p.t.reading;
    let v = kit.acts.cases.reading_view(desk.actor()).await?;
    #[expect(clippy::cast_precision_loss, reason = "counts of one office")]
    let gap = |a: &resolve_acts::MonthView| {
        (a.agreement.p - a.agreement.first as f64 / a.agreement.choices as f64).abs()
    };
    let months = v.months.iter().filter(|m| m.agreement.choices > 0).map(|m| MonthLine {
        month: format!("{}-{:02}", m.from.year(), m.from.month()),
        choices: m.agreement.choices,
        first: share(m.agreement.first, m.agreement.choices),
        three: share(m.agreement.three, m.agreement.choices),
        sure: format!("{:.0} %", m.agreement.p * 100.0),
        gap: format!("{:.0} %", gap(m) * 100.0),
    });
    let months = months.collect();
    let models = v.models.iter().map(|m| ModelLine {
        ver: m.ver,
        made: when(p.lang, m.made),
        examples: m.examples,
        labels: m.labels,
        judged: m.judged,
        first: share(m.first, m.judged),
        three: share(m.three, m.judged),
        gap: if m.judged == 0 { "–".to_owned() } else { format!("{:.1} %", m.gap * 100.0) },
    });
    let models = models.collect();
    let bad = v.drift.is_some_and(|(now, before)| now + WORSE < before);
    let drift = match v.drift {
        None => r.drift_none.to_owned(),
        Some((now, before)) => {
            let said = r.figures_drift.replace("{now}", &format!("{:.0} %", now * 100.0));
            let said = said.replace("{before}", &format!("{:.0} %", before * 100.0));
            format!("{said} {}", if bad { r.drift_bad } else { r.drift_good })
        }
    };
    let stand =
        r.figures_behind.replace("{n}", &v.behind.to_string()).replace("{fresh}", &v.fresh.to_string());
    let stand =
        stand.replace("{back}", &v.came_back.0.to_string()).replace("{no}", &v.came_back.1.to_string());
    Ok(render(&FiguresHtml { months, models, drift, bad, stand, p }))
}

struct SignalLine {
    number: String,
    title: String,
    unit: String,
    at: String,
    score: i64,
    signals: Vec<String>,
    twin: String,
    twin_said: String,
}

#[derive(Template)]
#[template(path = "reply_signals.html")]
struct SignalsHtml {
    p: Page,
    rows: Vec<SignalLine>,
}

/// `GET /desk/reading/replies`
pub(crate) async fn replies(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let rows = kit.acts.cases.reply_signals(desk.actor()).await?;
    let line = |s: &resolve_acts::SignalView| SignalLine {
        number: s.number.clone(),
        title: s.title.clone(),
        unit: s.unit.clone().unwrap_or_default(),
        at: when(p.lang, s.at),
        score: s.score,
        signals: s.signals.iter().map(|x| said(p.lang, x)).collect(),
        twin_said: s.twin.as_ref().map_or_else(String::new, |n| p.t.reading.twin_of.replace("{n}", n)),
        twin: s.twin.clone().unwrap_or_default(),
    };
    let rows = rows.iter().map(line).collect();
    Ok(render(&SignalsHtml { rows, p }))
}
