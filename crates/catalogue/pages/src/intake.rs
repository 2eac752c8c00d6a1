//! 事项模板: the workbook that offices fill in; it is taken in at the desk of imports.

use axum::response::Response;
use city::Error;
use paper::sheet::write_book;
use web_kit::{Oops, XLSX, download};

use crate::Desk;

/// `GET /desk/items/template.xlsx`: the eight sheets with their headings.
pub(crate) async fn template(_: Desk) -> Result<Response, Oops> {
    let sheets = catalogue::rows::template().into_iter().map(|s| (s.name, s.rows));
    let bytes = write_book(sheets).map_err(Error::bug)?;
    Ok(download(XLSX, "items-template.xlsx", bytes))
}
