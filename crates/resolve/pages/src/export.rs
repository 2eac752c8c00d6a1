//! 导出: the list as it is filtered, as a spreadsheet that states its filter. Bounded.

use axum::extract::{Query as Ask, State};
use axum::response::Response;
use city::Error;
use paper::sheet::{Table, Value, write_xlsx};
use web_kit::{Oops, XLSX, blocking, download};

use crate::asked::{ListAsk, query};
use crate::columns::{Shown, list};
use crate::{Desk, Kit};

/// Rows of one file; more is for the program's own export.
const ROWS_MAX: usize = 20_000;

/// The columns of a file: those that the list has for this reader.
async fn columns(kit: &Kit, desk: &Desk, ask: &ListAsk) -> Result<Shown, Oops> {
    let saved = kit.city.views(desk.actor(), list().key.to_owned()).await?;
    Shown::of(kit, &list().columns(desk.role(), &saved, ask.view()).0).await
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
    let shown = columns(&kit, &desk, &ask).await?;
    let mut q = query(&desk, &ask, ask.unit_in(&office));
    (q.limit, q.after) = (500, None);
    let mut rows = Vec::new();
    let mut before = None;
    while !ask.words().is_empty() {
        let q = store::cases::Query { limit: 100, ..q.clone() };
        let found = kit.acts.cases.search(desk.actor(), ask.words().to_owned(), q, before).await?;
        rows.extend(found.hits.iter().map(|h| shown.values(&p, &h.view)));
        before = found.next;
        if before.is_none() || rows.len() >= ROWS_MAX {
            break;
        }
    }
    while ask.words().is_empty() {
        let page = kit.acts.cases.list(desk.actor(), q.clone()).await?;
        rows.extend(page.cases.iter().map(|v| shown.values(&p, v)));
        match page.next {
            Some(next) if rows.len() < ROWS_MAX => q.after = Some(next),
            _ => break,
        }
    }
    book(&kit, &desk, ask.told(&p), &shown, rows).await
}

/// The ticked rows of a list.
pub(crate) async fn picked(
    kit: &Kit,
    desk: &Desk,
    ask: &ListAsk,
    numbers: Vec<String>,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::ExportCases).map_err(Error::from)?;
    let shown = columns(kit, desk, ask).await?;
    let mut rows = Vec::new();
    for number in numbers {
        rows.push(shown.values(&desk.page, &kit.acts.cases.case(desk.actor(), number).await?));
    }
    book(kit, desk, desk.page.t.export_picked.to_owned(), &shown, rows).await
}

async fn book(
    kit: &Kit,
    desk: &Desk,
    filter: String,
    shown: &Shown,
    rows: Vec<Vec<Value>>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    kit.acts.cases.note_export(desk.actor(), filter.clone(), rows.len()).await?;
    let title = p.t.export_title.replace("{city}", &p.city).replace("{filter}", &filter);
    let title = title.replace("{day}", &p.now.date().to_string()).replace("{n}", &rows.len().to_string());
    let table = Table { sheet: p.t.nav_list.to_owned(), title, columns: shown.sheet(&p) };
    let bytes = blocking(move || write_xlsx(&table, rows).map_err(Error::bug)).await?;
    Ok(download(XLSX, &format!("cases-{}.xlsx", p.now.date()), bytes))
}
