//! 导出: items as JSON lines or as the eight sheets. Bounded.

use app::Error;
use axum::extract::{Query as Ask, State};
use axum::response::Response;
use paper::sheet::write_book;
use web_kit::{Kit, Oops, XLSX, blocking, download};

use crate::Desk;
use crate::items::ListAsk;

/// Items of one file; more is for the program's own export.
const ITEMS_MAX: usize = 2_000;

async fn found(kit: &Kit, ask: &ListAsk) -> Result<Vec<catalogue::ServiceItem>, Oops> {
    let shelf = kit.app.items.shelf().await?;
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
    Ok(kit.app.items.items_today(rows).await?)
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
