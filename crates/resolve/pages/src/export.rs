//! 导出: the list as it is filtered, as a spreadsheet that states its filter. Bounded.

use axum::extract::{Query as Ask, State};
use axum::response::Response;
use city::Error;
use paper::sheet::{Column, Kind, Table, Value, write_xlsx};
use resolve_acts::CaseView;
use web_kit::{Oops, XLSX, blocking, download, lamp, word};

use crate::lists::{ListAsk, query};
use crate::{Desk, Kit, Page};

/// Rows of one file; more is for the program's own export.
const ROWS_MAX: usize = 20_000;

fn columns(p: &Page) -> Vec<Column> {
    let t = p.t;
    let text = |name: &str, width| Column { name: name.to_owned(), kind: Kind::Text, width };
    let moment = |name: &str| Column { name: name.to_owned(), kind: Kind::DateTime, width: 18.0 };
    let count = |name: &str| Column { name: name.to_owned(), kind: Kind::Integer, width: 10.0 };
    vec![
        text(t.f_number, 20.0),
        text(t.th_stage, 12.0),
        text(t.f_kind, 10.0),
        text(t.f_title, 40.0),
        text(t.th_unit, 20.0),
        moment(t.f_lodged),
        moment(t.th_due),
        count(t.export_left),
        text(t.th_light, 8.0),
        count(t.f_returns),
        count(t.f_rounds),
        text(t.f_campaign, 20.0),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn row(p: &Page, v: &CaseView) -> Vec<Value> {
    let (c, clock) = (&v.case, v.clock.as_ref());
    let text = Value::Text;
    let n = |n: i64| Value::Number(n as f64);
    vec![
        text(c.number.clone()),
        text(word(p.lang, c.stage.kind())),
        text(word(p.lang, c.kind)),
        text(c.title.clone()),
        text(v.owner.clone().unwrap_or_else(|| v.office.unit_name(c.first_asked))),
        Value::Moment(c.lodged),
        clock.map_or(Value::Empty, |k| Value::Moment(k.due)),
        clock.map_or(Value::Empty, |k| n(k.workdays_left)),
        text(lamp(p.lang, p.t, clock).word.to_owned()),
        n(c.returns.into()),
        n(c.rounds.into()),
        text(c.campaign.clone().unwrap_or_default()),
    ]
}

/// `GET /desk/cases.xlsx`: with the same address as the list.
pub(crate) async fn cases(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::ExportCases).map_err(Error::from)?;
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let mut q = query(&desk, &ask, ask.unit_in(&office));
    (q.limit, q.after) = (500, None);
    let mut rows = Vec::new();
    let mut before = None;
    while !ask.words().is_empty() {
        let q = store::cases::Query { limit: 100, ..q.clone() };
        let found = kit.acts.cases.search(desk.actor(), ask.words().to_owned(), q, before).await?;
        rows.extend(found.hits.iter().map(|h| row(&p, &h.view)));
        before = found.next;
        if before.is_none() || rows.len() >= ROWS_MAX {
            break;
        }
    }
    while ask.words().is_empty() {
        let page = kit.acts.cases.list(desk.actor(), q.clone()).await?;
        rows.extend(page.cases.iter().map(|v| row(&p, v)));
        match page.next {
            Some(next) if rows.len() < ROWS_MAX => q.after = Some(next),
            _ => break,
        }
    }
    book(&kit, &desk, ask.told(&p), rows).await
}

/// The ticked rows of a list.
pub(crate) async fn picked(kit: &Kit, desk: &Desk, numbers: Vec<String>) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::ExportCases).map_err(Error::from)?;
    let mut rows = Vec::new();
    for number in numbers {
        rows.push(row(&desk.page, &kit.acts.cases.case(desk.actor(), number).await?));
    }
    book(kit, desk, desk.page.t.export_picked.to_owned(), rows).await
}

async fn book(kit: &Kit, desk: &Desk, filter: String, rows: Vec<Vec<Value>>) -> Result<Response, Oops> {
    let p = desk.page.clone();
    kit.acts.cases.note_export(desk.actor(), filter.clone(), rows.len()).await?;
    let title = p.t.export_title.replace("{city}", &p.city).replace("{filter}", &filter);
    let title = title.replace("{day}", &p.now.date().to_string()).replace("{n}", &rows.len().to_string());
    let table = Table { sheet: p.t.nav_list.to_owned(), title, columns: columns(&p) };
    let bytes = blocking(move || write_xlsx(&table, rows).map_err(Error::bug)).await?;
    Ok(download(XLSX, &format!("cases-{}.xlsx", p.now.date()), bytes))
}
