//! 批量转办: cases that wait for a handler, each with its unit, sent together; a result for each row.

use askama::Template;
use axum::extract::{Query as Ask, State};
use axum::response::Response;
use city::Error;
use resolve::{Act, Command, StageKind};
use store::cases::{Query, Scope};
use web_kit::{Fields, Oops, render, unit_choices};

use crate::lists::{Outcome, Row, row};
use crate::reading::units;
use crate::{Desk, Kit, Page};

/// A case with what was chosen for it and what came of it.
struct Waiting {
    row: Row,
    ver: i64,
    /// how the letter begins
    opening: String,
    /// a unit that was not proposed
    other: String,
    /// units proposed, likeliest first
    offer: Vec<Chip>,
    picked: bool,
    mark: String,
}

/// A proposed unit, to be chosen by one tap.
struct Chip {
    name: String,
    percent: u32,
    on: bool,
}

#[derive(Template)]
#[template(path = "dispatch.html")]
struct DispatchHtml {
    p: Page,
    rows: Vec<Waiting>,
    outcomes: Vec<Outcome>,
    units: Vec<(String, String)>,
    /// cases of which the first proposal is all but certain
    certain: usize,
    note: String,
}

/// Percent from which a proposal stands chosen until somebody chooses otherwise.
const SURE: u32 = 60;
/// Percent from which cases are ticked at once when asked.
const CERTAIN: u32 = 90;
/// Cases on one page of this form.
const PAGE: u32 = 50;

async fn page(
    kit: &Kit,
    desk: &Desk,
    sent: &Fields,
    outcomes: Vec<Outcome>,
    certain: bool,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let region = desk.me.actor.region.as_ref().map_or_else(String::new, ToString::to_string);
    let stages = vec![StageKind::Registered, StageKind::Accepted];
    let q = Query { stages, limit: PAGE, ..Query::of(Scope::Region(region)) };
    let list = kit.acts.cases.list(desk.actor(), q).await?;
    let able: Vec<_> = list.cases.iter().filter(|v| v.acts.contains(&Act::Dispatch)).collect();
    let numbers = able.iter().map(|v| v.case.number.clone()).collect();
    let proposals = kit.acts.cases.propose_many(desk.actor(), numbers).await?;
    let mut rows = Vec::new();
    for v in able {
        let number = &v.case.number;
        let (proposal, opening) = proposals.get(number).cloned().unwrap_or_default();
        let units = units(&p, &proposal);
        let chosen = sent.opt(&format!("unit.{number}"));
        let chip = |(n, u): (usize, crate::reading::UnitLine)| Chip {
            on: chosen.as_ref().map_or(n == 0 && u.percent >= SURE, |c| *c == u.name),
            name: u.name,
            percent: u.percent,
        };
        let offer: Vec<Chip> = units.lines.into_iter().take(3).enumerate().map(chip).collect();
        let mark = if offer.is_empty() { String::new() } else { units.mark };
        let sure = offer.first().is_some_and(|o| o.percent >= CERTAIN);
        let again = sent.all("pick").contains(&number.as_str());
        rows.push(Waiting {
            row: row(&p, v),
            ver: v.case.ver,
            opening,
            other: sent.get(&format!("other.{number}")).to_owned(),
            picked: again || (certain && sure),
            offer,
            mark,
        });
    }
    let office = kit.city.office_now().await?;
    let units = unit_choices(&office);
    let certain = rows.iter().filter(|w| w.offer.first().is_some_and(|o| o.percent >= CERTAIN)).count();
    Ok(render(&DispatchHtml { rows, outcomes, units, certain, note: sent.get("note").to_owned(), p }))
}

#[derive(serde::Deserialize)]
pub(crate) struct FillAsk {
    #[serde(default)]
    certain: String,
}

/// `GET /desk/dispatch`; with `certain` those are ticked of which the proposal is all but certain.
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<FillAsk>,
) -> Result<Response, Oops> {
    page(&kit, &desk, &Fields::default(), Vec::new(), !ask.certain.is_empty()).await
}

async fn one(kit: &Kit, desk: &Desk, fields: &Fields, number: &str) -> Result<String, Error> {
    let office = kit.city.office_now().await?;
    let typed = fields.get(&format!("other.{number}"));
    let name = if typed.is_empty() { fields.get(&format!("unit.{number}")) } else { typed };
    let unit = office.unit_called(name).filter(|u| u.active).ok_or_else(|| {
        let name: String = name.chars().take(40).collect();
        if name.is_empty() {
            Error::invalid(
                "unit",
                "没有选择单位：请点一个建议的单位，或填写其他单位",
                "no unit was chosen: take a proposed one or type another",
            )
        } else {
            Error::invalid("unit", format!("没有单位“{name}”"), format!("there is no unit “{name}”"))
        }
    })?;
    let expect: Option<i64> = fields.get(&format!("ver.{number}")).parse().ok();
    let asked = Command::Dispatch { unit: unit.id, note: fields.get("note").to_owned() };
    let shown = resolve_acts::Shown::parse(fields.get(&format!("shown.{number}")));
    kit.acts.cases.act_shown(desk.actor(), number.to_owned(), asked, expect, shown, Vec::new()).await?;
    Ok(unit.short.clone())
}

/// `POST /desk/dispatch`
pub(crate) async fn send(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let mut outcomes = Vec::new();
    for number in fields.all("pick").into_iter().take(PAGE as usize) {
        let (good, said) = match one(&kit, &desk, &fields, number).await {
            Ok(unit) => (true, desk.page.t.dispatched_to.replace("{unit}", &unit)),
            Err(e) => (false, web_kit::explain(&desk.page, &e)),
        };
        outcomes.push(Outcome { number: number.to_owned(), good, said });
    }
    if outcomes.is_empty() {
        let said = desk.page.t.dispatch_none.to_owned();
        outcomes.push(Outcome { number: String::new(), good: false, said });
    }
    page(&kit, &desk, &fields, outcomes, false).await
}
