//! 考核页: scores line by line, the formula, objections and adjustments.

use app::ScoreView;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Date;
use supervise::{Adjust, AdjustKind, FIGURES, Formula, Part};
use web_kit::{Fields, Kit, Oops, again, render, said};

use crate::boards::{AskForm, name};
use crate::{Desk, Page};
use crate::{may, ready};

struct LineView {
    name: String,
    how: String,
    points: String,
    most: String,
    left_out: String,
}

struct CardView {
    name: String,
    place: String,
    total: String,
    lines: Vec<LineView>,
}

struct AdjustRow {
    id: i64,
    unit: String,
    kind: &'static str,
    points: String,
    part: String,
    reason: String,
    day: String,
    state: &'static str,
    may_decide: bool,
}

#[derive(Template)]
#[template(path = "scores.html")]
struct ScoresHtml {
    p: Page,
    from: String,
    to: String,
    formula: String,
    since: String,
    text: String,
    groups: Vec<(String, Vec<CardView>)>,
    adjusts: Vec<AdjustRow>,
    figures: Vec<(&'static str, &'static str)>,
    units: Vec<(String, String)>,
    my_unit: String,
    sets: bool,
    asks: bool,
    trouble: String,
    sent: Fields,
    today: String,
}

fn number(n: f64) -> String {
    let text = format!("{n:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn card(p: &Page, s: &ScoreView) -> CardView {
    let line = |l: &supervise::CardLine| LineView {
        name: l.name.clone(),
        how: l.how.clone(),
        points: l.points.map_or_else(|| "–".to_owned(), number),
        most: number(l.most),
        left_out: l.left_out.as_ref().map_or_else(String::new, |w| said(p.lang, w)),
    };
    CardView {
        name: s.name.clone(),
        place: s.place.map_or_else(|| p.t.supervise.too_small.to_owned(), |n| n.to_string()),
        total: number(s.card.total),
        lines: s.card.lines.iter().map(line).collect(),
    }
}

/// A formula as lines that people edit: `name | most | expression | figure>=least`.
fn as_text(f: &Formula) -> String {
    let part = |p: &Part| {
        let needs = p.needs.as_ref().map_or_else(String::new, |(k, n)| format!(" | {k}>={n}"));
        format!("{} | {} | {}{needs}", p.name, number(p.most), p.expr)
    };
    f.parts.iter().map(part).collect::<Vec<_>>().join("\n")
}

const EXAMPLE: &str = "按期答复 | 40 | 40 * on_time_rate / 100 | replied>=5\n解决率 | 30 | 30 * solved_rate / 100 | called>=5\n整改完成 | 20 | 20 * mended_rate / 100 | plans>=1\n评价 | 10 | 10 * good_rate / 100 | ratings>=30\n退回和超期 | -10 | 0 - bounced - 2 * late";

fn parts(text: &str) -> Result<Vec<Part>, app::Error> {
    let wrong = |line: &str| {
        app::Error::invalid(
            "parts",
            format!("这一行读不懂：“{line}”。格式：名称 | 分值 | 算式 | 指标>=下限"),
            format!("this line cannot be read: “{line}”; name | most | expression | figure>=least"),
        )
    };
    let read = |line: &str| -> Result<Part, app::Error> {
        let f: Vec<_> = line.split('|').map(str::trim).collect();
        let needs = match f.get(3).filter(|n| !n.is_empty()) {
            None => None,
            Some(n) => {
                let (key, least) = n.split_once(">=").ok_or_else(|| wrong(line))?;
                Some((key.trim().to_owned(), least.trim().parse().map_err(|_| wrong(line))?))
            }
        };
        let most = f.get(1).and_then(|n| n.parse().ok()).ok_or_else(|| wrong(line))?;
        let expr = f.get(2).filter(|e| !e.is_empty()).ok_or_else(|| wrong(line))?;
        Ok(Part { name: f[0].to_owned(), expr: (*expr).to_owned(), most, needs })
    };
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(read).collect()
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    form: AskForm,
    trouble: String,
    sent: Fields,
) -> Result<Response, Oops> {
    ready(kit).await?;
    let p = desk.page.clone();
    let t = p.t.supervise;
    let ask = form.ask(p.now);
    let board = kit.app.supervision.scores(desk.actor(), ask.clone()).await?;
    let mut groups: Vec<(String, Vec<CardView>)> = Vec::new();
    for s in &board.scores {
        match groups.last_mut() {
            Some((g, cards)) if *g == s.group => cards.push(card(&p, s)),
            _ => groups.push((s.group.clone(), vec![card(&p, s)])),
        }
    }
    for (g, _) in &mut groups {
        *g = match g.as_str() {
            "department" => t.g_department,
            "county" | "government" => t.g_county,
            "hall" => t.g_hall,
            _ => t.g_other,
        }
        .to_owned();
    }
    let row = |a: app::AdjustView| AdjustRow {
        id: a.id,
        unit: a.unit,
        kind: match a.adjust.kind {
            AdjustKind::Bonus => t.bonus,
            AdjustKind::Deduction => t.deduction,
            AdjustKind::Leave => t.leave,
        },
        points: number(a.adjust.points),
        part: a.adjust.part,
        reason: a.adjust.reason,
        day: a.adjust.day.to_string(),
        state: match a.state.as_str() {
            "approved" => t.st_approved,
            "refused" => t.st_refused,
            _ => t.st_asked,
        },
        may_decide: a.may_decide,
    };
    let office = kit.app.city.office_now().await?;
    let text = board.formula.as_ref().map_or_else(|| EXAMPLE.to_owned(), as_text);
    Ok(render(&ScoresHtml {
        from: ask.from.to_string(),
        to: ask.to.to_string(),
        formula: board.formula.as_ref().map_or_else(String::new, |f| f.name.clone()),
        since: board.formula.as_ref().map_or_else(String::new, |f| f.since.to_string()),
        text: sent.opt("parts").unwrap_or(text),
        groups,
        adjusts: kit.app.supervision.adjusts(desk.actor()).await?.into_iter().map(row).collect(),
        figures: FIGURES.iter().map(|f| (f.key, name(p.lang, f))).collect(),
        units: office.units().iter().map(|u| (u.short.clone(), u.name.clone())).collect(),
        my_unit: desk.me.unit.clone(),
        sets: access::decide(&desk.actor(), access::op::WriteScores, access::City(&office.settings.city))
            .is_ok(),
        asks: may(desk, access::Operation::AskAdjust),
        today: p.now.date().to_string(),
        trouble,
        sent,
        p,
    }))
}

/// `GET /desk/scores`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(form): Query<AskForm>,
) -> Result<Response, Oops> {
    page(&kit, &desk, form, String::new(), Fields::default()).await
}

async fn after(kit: &Kit, desk: &Desk, done: Result<(), app::Error>, sent: Fields) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to("/desk/scores").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(kit, desk, AskForm::default(), trouble, sent)).await,
    }
}

/// `POST /desk/scores`: the formula.
pub(crate) async fn set_formula(
    State(kit): State<Kit>,
    desk: Desk,
    fields: Fields,
) -> Result<Response, Oops> {
    let day = |f: &Fields| f.get("since").parse::<Date>().unwrap_or_else(|_| desk.page.now.date());
    let done = match parts(fields.get("parts")) {
        Err(e) => Err(e),
        Ok(parts) => {
            let formula = Formula {
                name: fields.get("name").to_owned(),
                since: day(&fields),
                parts,
                size: "replied".to_owned(),
                size_min: fields.get("size_min").parse().unwrap_or(5),
                adjust_most: fields.get("adjust_most").parse().unwrap_or(10.0),
            };
            kit.app.supervision.set_formula(desk.actor(), formula).await
        }
    };
    after(&kit, &desk, done, fields).await
}

/// `POST /desk/scores/adjust`
pub(crate) async fn ask(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let office = kit.app.city.office_now().await?;
    let kind = match fields.get("kind") {
        "bonus" => AdjustKind::Bonus,
        "deduction" => AdjustKind::Deduction,
        _ => AdjustKind::Leave,
    };
    let adjust = Adjust {
        kind,
        points: fields.get("points").parse().unwrap_or(0.0),
        part: fields.get("part").to_owned(),
        reason: fields.get("reason").to_owned(),
        day: fields.get("day").parse().unwrap_or_else(|_| desk.page.now.date()),
    };
    let done = match office.unit_called(fields.get("unit")) {
        Some(unit) => kit.app.supervision.ask_adjust(desk.actor(), unit.id, adjust).await.map(drop),
        None => Err(app::Error::invalid("unit", "没有这个单位", "there is no such unit")),
    };
    after(&kit, &desk, done, fields).await
}

/// `POST /desk/scores/adjust/{id}`
pub(crate) async fn decide(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let done = kit.app.supervision.decide_adjust(desk.actor(), id, fields.get("decision") == "approve").await;
    after(&kit, &desk, done, fields).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_sound_formula_and_reads_back() {
        let f = Formula {
            name: "考核".into(),
            since: Date::constant(2026, 1, 1),
            parts: parts(EXAMPLE).unwrap(),
            size: "replied".into(),
            size_min: 5,
            adjust_most: 10.0,
        };
        f.check().unwrap();
        assert_eq!(parts(&as_text(&f)).unwrap(), f.parts);
        assert!(parts("没有分值").is_err());
    }
}
