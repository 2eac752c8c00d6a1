//! 批量转办: cases that wait for a handler, each with its unit, sent together; a result for each row.

use app::Error;
use askama::Template;
use axum::extract::{Query as Ask, State};
use axum::response::Response;
use resolve::{Act, Command, StageKind};
use store::cases::{Query, Scope};
use web_kit::{Fields, Kit, Oops, render, unit_choices};

use crate::lists::{Row, row};
use crate::reading::units;
use crate::{Desk, Page};

/// A case with what was chosen for it and what came of it.
struct Waiting {
    row: Row,
    ver: i64,
    unit: String,
    offer: Vec<(String, u32)>,
    mark: String,
}

struct Outcome {
    number: String,
    good: bool,
    said: String,
}

#[derive(Template)]
#[template(path = "dispatch.html")]
struct DispatchHtml {
    p: Page,
    rows: Vec<Waiting>,
    outcomes: Vec<Outcome>,
    units: Vec<(String, String)>,
    one: String,
    note: String,
}

/// Percent from which a proposal is filled in when asked.
const SURE: u32 = 60;
/// Cases on one page of this form.
const PAGE: u32 = 50;

async fn page(
    kit: &Kit,
    desk: &Desk,
    sent: &Fields,
    outcomes: Vec<Outcome>,
    fill: bool,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let region = desk.me.actor.region.as_ref().map_or_else(String::new, ToString::to_string);
    let stages = vec![StageKind::Registered, StageKind::Accepted];
    let q = Query { stages, limit: PAGE, ..Query::of(Scope::Region(region)) };
    let list = kit.app.cases.list(desk.actor(), q).await?;
    let able: Vec<_> = list.cases.iter().filter(|v| v.acts.contains(&Act::Dispatch)).collect();
    let numbers = able.iter().map(|v| v.case.number.clone()).collect();
    let proposals = kit.app.cases.propose_many(desk.actor(), numbers).await?;
    let mut rows = Vec::new();
    for v in able {
        let proposal = proposals.get(&v.case.number).cloned().unwrap_or_default();
        let units = units(&p, &proposal);
        let offer: Vec<(String, u32)> =
            units.lines.into_iter().take(3).map(|u| (u.name, u.percent)).collect();
        let sure = offer.first().filter(|o| fill && o.1 >= SURE).map(|o| o.0.clone());
        let typed = sent.opt(&format!("unit.{}", v.case.number));
        let mark = if offer.is_empty() { String::new() } else { units.mark };
        rows.push(Waiting {
            row: row(&p, v),
            ver: v.case.ver,
            unit: typed.or(sure).unwrap_or_default(),
            offer,
            mark,
        });
    }
    let office = kit.app.city.office_now().await?;
    let units = unit_choices(&office);
    Ok(render(&DispatchHtml {
        rows,
        outcomes,
        units,
        one: sent.get("one").to_owned(),
        note: sent.get("note").to_owned(),
        p,
    }))
}

#[derive(serde::Deserialize)]
pub(crate) struct FillAsk {
    #[serde(default)]
    fill: String,
}

/// `GET /desk/dispatch`; with `fill` the proposed units stand in the fields.
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<FillAsk>,
) -> Result<Response, Oops> {
    page(&kit, &desk, &Fields::default(), Vec::new(), !ask.fill.is_empty()).await
}

async fn one(kit: &Kit, desk: &Desk, fields: &Fields, number: &str) -> Result<String, Error> {
    let office = kit.app.city.office_now().await?;
    let own = fields.get(&format!("unit.{number}"));
    let name = if own.is_empty() { fields.get("one") } else { own };
    let unit = office.unit_called(name).filter(|u| u.active).ok_or_else(|| {
        let name: String = name.chars().take(40).collect();
        if name.is_empty() {
            Error::invalid("unit", "没有选择单位", "no unit was chosen")
        } else {
            Error::invalid("unit", format!("没有单位“{name}”"), format!("there is no unit “{name}”"))
        }
    })?;
    let expect: Option<i64> = fields.get(&format!("ver.{number}")).parse().ok();
    let asked = Command::Dispatch { unit: unit.id, note: fields.get("note").to_owned() };
    let shown = app::Shown::parse(fields.get(&format!("shown.{number}")));
    kit.app.cases.act_shown(desk.actor(), number.to_owned(), asked, expect, shown, Vec::new()).await?;
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
