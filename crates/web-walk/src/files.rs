//! 导出: items as JSON lines or as the eight sheets, the three lists as a workbook. Bounded.

use app::Error;
use axum::extract::{Path, Query as Ask, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use paper::sheet::write_book;
use web_kit::{Desk, Kit, Oops, blocking};

use crate::items::ListAsk;

/// Items of one file; more is for the program's own export.
const ITEMS_MAX: usize = 2_000;
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(crate) fn download(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}

async fn found(kit: &Kit, ask: &ListAsk) -> Result<Vec<catalogue::ServiceItem>, Oops> {
    let shelf = kit.app.shelf().await?;
    let mut wants = ask.wants(1_000);
    let mut rows = Vec::new();
    loop {
        let page = shelf.search(&wants);
        rows.extend(page.items);
        match page.next {
            Some(next) if rows.len() < ITEMS_MAX => wants.skip = next,
            _ => break,
        }
    }
    rows.truncate(ITEMS_MAX);
    Ok(kit.app.items_today(rows).await?)
}

/// `GET /desk/items/export.jsonl`: with the same address as the list.
pub(crate) async fn json_lines(
    State(kit): State<Kit>,
    _: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    let mut out = String::new();
    for item in found(&kit, &ask).await? {
        out.push_str(&catalogue::json::export_line(&item).map_err(Error::bug)?);
        out.push('\n');
    }
    Ok(download("application/jsonl; charset=utf-8", "items.jsonl", out.into_bytes()))
}

/// `GET /desk/items/export.xlsx`
pub(crate) async fn sheets(
    State(kit): State<Kit>,
    _: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    let items = found(&kit, &ask).await?;
    let bytes = blocking(move || {
        let sheets = catalogue::rows::export(&items);
        write_book(sheets.into_iter().map(|s| (s.name, s.rows))).map_err(Error::bug)
    })
    .await?;
    Ok(download(XLSX, "items.xlsx", bytes))
}

/// `GET /desk/walks/{id}/lists.xlsx`: problems, demands, measures.
pub(crate) async fn three_lists(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let t = desk.page.t.walk;
    let all = kit.app.three_lists(desk.actor(), id).await?;
    let office = kit.app.office_now().await?;
    let head =
        [t.th_item, t.th_step, t.th_words, t.th_unit, t.th_case, t.th_state].map(str::to_owned).to_vec();
    let (mut problems, mut demands) = (vec![head.clone()], vec![head]);
    let mut measures = vec![[t.th_words, t.th_measure, t.th_by, t.th_state].map(str::to_owned).to_vec()];
    for l in &all {
        let state = crate::walks::state(desk.page.t, l).to_owned();
        let unit = l.row.unit.map_or_else(String::new, |u| office.unit_name(u));
        let number = l.row.number.clone().unwrap_or_default();
        let row = vec![l.item.clone(), l.step.clone(), l.row.words.clone(), unit, number, state.clone()];
        if l.row.kind == "problem" { &mut problems } else { &mut demands }.push(row);
        for (words, by) in &l.measures {
            let by = by.map_or_else(|| t.at_once.to_owned(), |d| d.to_string());
            measures.push(vec![l.row.words.clone(), words.clone(), by, state.clone()]);
        }
    }
    let names = [t.problems, t.demands, t.measures].map(str::to_owned);
    let book = names.into_iter().zip([problems, demands, measures]);
    let bytes = write_book(book).map_err(Error::bug)?;
    Ok(download(XLSX, "three-lists.xlsx", bytes))
}
