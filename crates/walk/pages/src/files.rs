//! 导出: the three lists as a workbook.

use app::Error;
use axum::extract::{Path, State};
use axum::response::Response;
use paper::sheet::write_book;
use web_kit::{Kit, Oops, XLSX, download};

use crate::Desk;

/// `GET /desk/walks/{id}/lists.xlsx`: problems, demands, measures.
pub(crate) async fn three_lists(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
) -> Result<Response, Oops> {
    let t = desk.page.t.walk;
    let all = kit.app.walks.three_lists(desk.actor(), id).await?;
    let office = kit.app.city.office_now().await?;
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
