//! 进驻的页: which items must be in the hall, which are, unit by unit.

use app::HallSettings;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use web_kit::{Fields, Kit, Oops, render};

use crate::{Desk, Page};

struct Row {
    unit: String,
    must: usize,
    present: usize,
    missing: Vec<(String, String)>,
    exempt: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "hall.html")]
struct HallHtml {
    p: Page,
    must: usize,
    present: usize,
    share: String,
    rows: Vec<Row>,
    utilities: String,
    exempt: String,
    may: bool,
}

/// `GET /desk/items/hall`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (set, report) = kit.app.catalogue.hall(desk.actor()).await?;
    let office = kit.app.city.office_now().await?;
    let city = access::City(&office.settings.city);
    let may_write = access::decide(&desk.actor(), access::op::WriteLimits, city).is_ok();
    let shelf = kit.app.items.shelf().await?;
    let named = |code: &String| (code.clone(), shelf.name(code));
    let mut rows: Vec<Row> = report
        .units
        .into_iter()
        .map(|(unit, s)| Row {
            unit,
            must: s.must.len(),
            present: s.present.len(),
            missing: s.missing.iter().take(200).map(named).collect(),
            exempt: s.exempt.iter().map(|(c, why)| (shelf.name(c), why.clone())).collect(),
        })
        .collect();
    rows.sort_by_key(|r| (std::cmp::Reverse(r.must - r.present), r.unit.clone()));
    let share =
        report.concentration_permille.map_or_else(|| "–".to_owned(), |n| format!("{}.{} %", n / 10, n % 10));
    let exempt: Vec<_> = set.exempt.iter().map(|(c, why)| format!("{c} {why}")).collect();
    Ok(render(&HallHtml {
        must: report.must,
        present: report.present,
        share,
        rows,
        utilities: set.utilities.join("\n"),
        exempt: exempt.join("\n"),
        may: may_write,
        p,
    }))
}

/// `POST /desk/items/hall`: the rule of the hall.
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let lines = |name: &str| -> Vec<String> {
        fields.get(name).lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
    };
    let all = lines("exempt");
    let exempt = all.iter().map(|l| match l.split_once(' ') {
        Some((code, why)) => (code.to_owned(), why.trim().to_owned()),
        None => (l.clone(), String::new()),
    });
    let set = HallSettings { utilities: lines("utilities"), named: lines("named"), exempt: exempt.collect() };
    kit.app.catalogue.set_hall(desk.actor(), set).await?;
    Ok(Redirect::to("/desk/items/hall").into_response())
}
