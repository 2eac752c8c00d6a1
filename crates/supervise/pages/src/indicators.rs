//! 考核指标页: sets of indicators, a period of one with gaps first, what is filled in by hand with its evidence (S7).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use supervise::{FIGURES, Fill, INDICATOR_SAMPLES, IndicatorSet, Period, formula_named, plain_number};
use supervise_acts::{ByHand, Filled, IndicatorLine, SetView, ValueFrom};
use web_kit::{Fields, Form, Lang, Oops, Opt, again, escape, opt, render, said, serve_file, when};

use crate::boards::list_href;
use crate::{Desk, Kit, Page, ready};

struct SetRow {
    id: i64,
    name: String,
    period: String,
    count: usize,
    auto: usize,
    hand: usize,
    ended: bool,
}

#[derive(Template)]
#[template(path = "indicator_sets.html")]
struct SetsHtml {
    p: Page,
    rows: Vec<SetRow>,
    samples: Vec<(usize, String)>,
    may_write: bool,
    name: String,
    periods: Vec<Opt>,
    lines: String,
    figures: Vec<(&'static str, &'static str)>,
    trouble: String,
}

fn period_word(lang: Lang, period: Period) -> &'static str {
    match (lang, period) {
        (Lang::Zh, p) => p.zh(),
        (_, Period::Year) => "Yearly",
        (_, Period::Quarter) => "Quarterly",
        (_, Period::Month) => "Monthly",
    }
}

fn periods(lang: Lang, chosen: Period) -> Vec<Opt> {
    Period::ALL.iter().map(|p| opt(p.word(), period_word(lang, *p), chosen.word())).collect()
}

fn figures(lang: Lang) -> Vec<(&'static str, &'static str)> {
    FIGURES.iter().map(|f| (f.zh, if lang == Lang::Zh { f.how } else { f.how_en })).collect()
}

/// The lines of a sample without its explanations: what is edited is what is kept.
fn sample(at: usize) -> Option<(&'static str, Period, String)> {
    let (name, _, period, text) = INDICATOR_SAMPLES.get(at)?;
    let set = IndicatorSet::read(name, *period, text).ok()?;
    Some((name, *period, set.text()))
}

/// What the address of the list says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListForm {
    sample: String,
}

async fn sets_page(
    kit: &Kit,
    desk: &Desk,
    form: &ListForm,
    trouble: String,
    sent: Fields,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let all = kit.acts.supervision.indicator_sets(desk.actor()).await?;
    let rows = all.into_iter().map(|l| {
        let auto = l.set.indicators.iter().filter(|i| i.fill != Fill::ByHand).count();
        SetRow {
            id: l.id,
            period: period_word(p.lang, l.set.period).to_owned(),
            count: l.set.indicators.len(),
            auto,
            hand: l.set.indicators.len() - auto,
            name: l.set.name,
            ended: l.ended,
        }
    });
    let office = kit.city.office_now().await?;
    let begun = form.sample.parse().ok().and_then(sample);
    let period = Period::read(sent.get("period")).or(begun.as_ref().map(|b| b.1)).unwrap_or(Period::Year);
    Ok(render(&SetsHtml {
        rows: rows.collect(),
        samples: INDICATOR_SAMPLES
            .iter()
            .enumerate()
            .map(|(i, s)| (i, (if p.lang == Lang::Zh { s.0 } else { s.1 }).to_owned()))
            .collect(),
        may_write: access::decide(
            &desk.actor(),
            access::op::WriteIndicators,
            access::City(&office.settings.city),
        )
        .is_ok(),
        name: sent.opt("name").or_else(|| begun.as_ref().map(|b| b.0.to_owned())).unwrap_or_default(),
        periods: periods(p.lang, period),
        lines: sent.opt("lines").or_else(|| begun.map(|b| b.2)).unwrap_or_default(),
        figures: figures(p.lang),
        trouble,
        p,
    }))
}

/// `GET /desk/indicators`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(form): Query<ListForm>,
) -> Result<Response, Oops> {
    sets_page(&kit, &desk, &form, String::new(), Fields::default()).await
}

fn read(fields: &Fields) -> Result<IndicatorSet, city::Error> {
    let period = Period::read(fields.get("period")).unwrap_or(Period::Year);
    IndicatorSet::read(fields.get("name"), period, fields.get("lines")).map_err(|e| {
        let said = kernel::Said::new(
            if e.part.is_empty() { e.said.zh.clone() } else { format!("{}：{}", e.part, e.said.zh) },
            if e.part.is_empty() { e.said.en.clone() } else { format!("{}: {}", e.part, e.said.en) },
        );
        city::Error::Invalid { field: "lines".to_owned(), said }
    })
}

/// `POST /desk/indicators`: a new set.
pub(crate) async fn make(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let done = match read(&fields) {
        Err(e) => Err(e),
        Ok(set) => kit.acts.supervision.write_indicators(desk.actor(), None, set, false).await,
    };
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/desk/indicators/{id}")).into_response()),
        Err(e) => {
            let form = ListForm::default();
            again(&desk.page, e, |trouble| sets_page(&kit, &desk, &form, trouble, fields)).await
        }
    }
}

struct Line {
    name: String,
    how: String,
    measure: String,
    target: String,
    value: String,
    href: String,
    before: String,
    /// `""`, `yes`, `no`
    met: &'static str,
    gap: &'static str,
    from: String,
    source: String,
    unit: String,
    explained: String,
    files: Vec<(String, String)>,
    fill: String,
    filled: bool,
}

#[derive(Template)]
#[template(path = "indicator_set.html")]
struct SetHtml {
    p: Page,
    id: i64,
    ver: i64,
    name: String,
    period: String,
    told: String,
    before: String,
    after: String,
    running: bool,
    ended: bool,
    gaps: usize,
    met: String,
    counted: String,
    lines: Vec<Line>,
    may_write: bool,
    periods: Vec<Opt>,
    text: String,
    figures: Vec<(&'static str, &'static str)>,
    trouble: String,
}

/// What the address of a set says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SetForm {
    period: String,
    name: String,
}

fn line(p: &Page, v: &SetView, l: &IndicatorLine) -> Line {
    let t = p.t.indicators;
    let i = &l.indicator;
    let number = |n: Option<f64>| n.map(|n| plain_number((n * 100.0).round() / 100.0)).unwrap_or_default();
    let hand: Option<&ByHand> = match &l.from {
        ValueFrom::Hand(h, ..) => Some(h),
        _ => None,
    };
    let files = hand.map(|h| h.files.as_slice()).unwrap_or_default();
    Line {
        how: match &i.fill {
            Fill::ByHand => t.by_hand.to_owned(),
            Fill::Figures(expr) => formula_named(expr),
        },
        target: i.target.map_or_else(String::new, supervise::Target::text),
        value: number(l.value),
        href: i.one_figure().map(|f| list_href(f, &v.ask)).unwrap_or_default(),
        before: number(l.before),
        met: match l.met {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        },
        gap: match (&l.from, &i.fill) {
            (ValueFrom::Gap, Fill::ByHand) => t.gap_hand,
            (ValueFrom::Gap, Fill::Figures(_)) => t.gap_figure,
            _ => "",
        },
        from: match &l.from {
            ValueFrom::Figures => t.auto.to_owned(),
            ValueFrom::Hand(_, who, at) => {
                t.filled_by.replace("{name}", who).replace("{at}", &when(p.lang, *at))
            }
            ValueFrom::Gap => t.gap.to_owned(),
        },
        explained: hand.map(|h| h.how.clone()).unwrap_or_default(),
        files: files
            .iter()
            .map(|f| (format!("/desk/indicators/{}/file/{}", v.id, f.hash), f.name.clone()))
            .collect(),
        fill: if l.may_fill {
            format!("/desk/indicators/{}/fill?period={}&name={}", v.id, escape(&v.period), escape(&i.name))
        } else {
            String::new()
        },
        filled: hand.is_some(),
        unit: if i.unit.is_empty() { t.office.to_owned() } else { i.unit.clone() },
        name: i.name.clone(),
        measure: i.measure.clone(),
        source: i.source.clone(),
    }
}

async fn set_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    form: &SetForm,
    trouble: String,
    sent: Fields,
) -> Result<Response, Oops> {
    ready(kit).await?;
    let p = desk.page.clone();
    let v = kit.acts.supervision.indicator_set(desk.actor(), id, form.period.clone()).await?;
    let t = p.t.indicators;
    let mut shown: Vec<&IndicatorLine> = v.lines.iter().collect();
    // Gaps first, then what misses its target: what is to be done stands on top.
    shown.sort_by_key(|l| (l.value.is_some(), l.met != Some(false)));
    let with_target = v.lines.iter().filter(|l| l.met.is_some()).count();
    let met = v.lines.iter().filter(|l| l.met == Some(true)).count();
    let count = |f: fn(&ValueFrom) -> bool| v.lines.iter().filter(|l| f(&l.from)).count().to_string();
    let to = |period: String| format!("/desk/indicators/{id}?period={period}");
    // The period after: the one in which the day after the last lies; none after the running one.
    let after = v.set.period.days(&v.period).filter(|_| !v.running).map(|(_, last)| {
        let next = kernel::Moment::start_of(last).plus_us(kernel::US_PER_DAY).date();
        to(v.set.period.of(next))
    });
    Ok(render(&SetHtml {
        id,
        ver: v.ver,
        name: v.set.name.clone(),
        told: said(p.lang, &v.set.period.told(&v.period)),
        before: v.set.period.before(&v.period).map(to).unwrap_or_default(),
        after: after.unwrap_or_default(),
        running: v.running,
        ended: v.ended,
        gaps: v.lines.iter().filter(|l| l.value.is_none()).count(),
        met: t.met.replace("{n}", &met.to_string()).replace("{all}", &with_target.to_string()),
        counted: t
            .sources
            .replace("{a}", &count(|f| matches!(f, ValueFrom::Figures)))
            .replace("{b}", &count(|f| matches!(f, ValueFrom::Hand(..)))),
        lines: shown.into_iter().map(|l| line(&p, &v, l)).collect(),
        may_write: v.may_write,
        periods: periods(p.lang, v.set.period),
        text: sent.opt("lines").unwrap_or_else(|| v.set.text()),
        figures: figures(p.lang),
        period: v.period,
        trouble,
        p,
    }))
}

/// `GET /desk/indicators/{id}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(form): Query<SetForm>,
) -> Result<Response, Oops> {
    set_page(&kit, &desk, id, &form, String::new(), Fields::default()).await
}

/// `POST /desk/indicators/{id}`: the set is changed or ended.
pub(crate) async fn change(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let ver = fields.get("ver").parse().unwrap_or(0);
    let done = match read(&fields) {
        Err(e) => Err(e),
        Ok(set) => {
            let ended = fields.has("ended");
            kit.acts.supervision.write_indicators(desk.actor(), Some((id, ver)), set, ended).await
        }
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/desk/indicators/{id}")).into_response()),
        Err(e) => {
            let form = SetForm::default();
            again(&desk.page, e, |trouble| set_page(&kit, &desk, id, &form, trouble, fields)).await
        }
    }
}

#[derive(Template)]
#[template(path = "indicator_fill.html")]
struct FillHtml {
    p: Page,
    id: i64,
    name: String,
    set: String,
    period: String,
    told: String,
    measure: String,
    target: String,
    source: String,
    value: String,
    how: String,
    kept: Vec<String>,
    waiting: Vec<city::Uploaded>,
    trouble: String,
}

async fn fill_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    form: &SetForm,
    trouble: String,
    sent: Form,
) -> Result<Response, Oops> {
    ready(kit).await?;
    let p = desk.page.clone();
    let v = kit.acts.supervision.indicator_set(desk.actor(), id, form.period.clone()).await?;
    let found =
        v.lines.iter().find(|l| l.may_fill && (form.name.is_empty() || l.indicator.name == form.name));
    let l = found.ok_or(Oops(city::Error::NotFound))?;
    let hand = match &l.from {
        ValueFrom::Hand(h, ..) => Some(h.clone()),
        _ => None,
    };
    let tickets = sent.tickets();
    Ok(render(&FillHtml {
        id,
        name: l.indicator.name.clone(),
        set: v.set.name.clone(),
        told: said(p.lang, &v.set.period.told(&v.period)),
        measure: l.indicator.measure.clone(),
        target: l.indicator.target.map_or_else(String::new, supervise::Target::text),
        source: l.indicator.source.clone(),
        value: sent
            .fields
            .opt("value")
            .or_else(|| hand.as_ref().map(|h| plain_number(h.value)))
            .unwrap_or_default(),
        how: sent.fields.opt("how").or_else(|| hand.as_ref().map(|h| h.how.clone())).unwrap_or_default(),
        kept: hand.map(|h| h.files.into_iter().map(|f| f.name).collect()).unwrap_or_default(),
        waiting: kit.city.waiting_files(&desk.actor(), tickets).await?,
        period: v.period,
        trouble,
        p,
    }))
}

/// `GET /desk/indicators/{id}/fill`
pub(crate) async fn fill_form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(form): Query<SetForm>,
) -> Result<Response, Oops> {
    fill_page(&kit, &desk, id, &form, String::new(), Form::default()).await
}

/// `POST /desk/indicators/{id}/fill`
pub(crate) async fn fill(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    mut form: Form,
) -> Result<Response, Oops> {
    let get = |n: &str| form.fields.get(n).to_owned();
    let at = SetForm { period: get("period"), name: get("name") };
    let filled = Filled {
        set: id,
        name: at.name.clone(),
        period: at.period.clone(),
        value: get("value"),
        how: get("how"),
        files: form.tickets(),
    };
    let done = match form.whole() {
        Err(e) => Err(e),
        Ok(()) => kit.acts.supervision.fill_indicator(desk.actor(), filled).await,
    };
    match done {
        Ok(()) => {
            let to = format!("/desk/indicators/{id}?period={}", escape(&at.period));
            Ok(Redirect::to(&to).into_response())
        }
        Err(e) => again(&desk.page, e, |trouble| fill_page(&kit, &desk, id, &at, trouble, form)).await,
    }
}

/// `GET /desk/indicators/{id}/file/{hash}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, hash)): Path<(i64, String)>,
) -> Result<Response, Oops> {
    let (file, bytes) = kit.acts.supervision.indicator_file(desk.actor(), id, hash).await?;
    Ok(serve_file(&file, bytes))
}
