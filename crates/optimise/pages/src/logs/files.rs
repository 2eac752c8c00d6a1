//! 下载: pictures, models and the filtered log itself.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use eventlog::draw::{DottedOptions, dotted_chart};
use eventlog::{Map, bpmn, inductive_miner, model};
use web_kit::{Lang, Oops, XLSX};

use crate::logs::asked::Seen;
use crate::logs::overview::{options, working};
use crate::logs::shelf::{Shelf, blocking};
use crate::{Desk, Kit};

fn answer(kind: &'static str, name: Option<&str>, bytes: Vec<u8>) -> Response {
    let how = name.map_or_else(|| "inline".to_owned(), |n| format!("attachment; filename=\"{n}\""));
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, how)], bytes).into_response()
}

fn trouble(e: impl std::fmt::Display) -> Oops {
    let said = e.to_string();
    Oops(city::Error::invalid("log", said.clone(), said))
}

const SVG: &str = "image/svg+xml; charset=utf-8";

/// `GET …/map.svg`
pub(crate) async fn map(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let lang = desk.page.lang;
    let svg = blocking(move || {
        let (options, _, _) = options(&seen, lang);
        let clock = working(&seen.asked).then_some(&seen.office.clock);
        Map::of(&seen.log, &options, clock).svg(&options)
    });
    Ok(answer(SVG, Some("map.svg"), svg.await?.into_bytes()))
}

/// `GET …/dots.svg`: shown in the page.
pub(crate) async fn dots(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let english = desk.page.lang == Lang::En;
    let svg = blocking(move || {
        let relative = seen.asked.on("rel");
        dotted_chart(&seen.log, &DottedOptions { relative, english, ..DottedOptions::default() })
    });
    Ok(answer(SVG, None, svg.await?.into_bytes()))
}

/// Cases from which a model is discovered in a page: of larger logs the most frequent variants.
fn tree(seen: &Seen) -> Result<eventlog::Tree, eventlog::Error> {
    let noise = f64::from(seen.asked.number("noise", 20, 100)) / 100.0;
    inductive_miner(&eventlog::lifecycle::steps(&seen.log).0, noise)
}

/// `GET …/model.bpmn`
pub(crate) async fn bpmn(seen: Seen) -> Result<Response, Oops> {
    let text = blocking(move || tree(&seen).map(|t| bpmn::write_bpmn(&bpmn::of_tree(&t, &seen.book.name))));
    let text = text.await?.map_err(trouble)?;
    Ok(answer("application/xml; charset=utf-8", Some("model.bpmn"), text.into_bytes()))
}

/// `GET …/model.pnml`
pub(crate) async fn pnml(seen: Seen) -> Result<Response, Oops> {
    let text = blocking(move || tree(&seen).map(|t| model::write_pnml(&eventlog::Net::of_tree(&t))));
    let text = text.await?.map_err(trouble)?;
    Ok(answer("application/xml; charset=utf-8", Some("model.pnml"), text.into_bytes()))
}

/// `GET …/log.csv`
pub(crate) async fn csv(seen: Seen) -> Result<Response, Oops> {
    let bytes = blocking(move || {
        let mut out = Vec::new();
        eventlog::write_csv(&seen.log, &mut out).map(|()| out)
    });
    Ok(answer("text/csv; charset=utf-8", Some("log.csv"), bytes.await?.map_err(trouble)?))
}

/// `GET …/log.xes.gz`
pub(crate) async fn xes(seen: Seen) -> Result<Response, Oops> {
    let bytes = blocking(move || {
        let mut out = Vec::new();
        let done = {
            let mut packed = eventlog::gzip(&mut out);
            eventlog::write_xes(&seen.log, &mut packed)
        };
        done.map(|()| out)
    });
    Ok(answer("application/gzip", Some("log.xes.gz"), bytes.await?.map_err(trouble)?))
}

/// `GET …/log.parquet`
pub(crate) async fn parquet(seen: Seen) -> Result<Response, Oops> {
    let bytes = blocking(move || optimise_acts::logs::write_parquet(&seen.log)).await?;
    Ok(answer("application/vnd.apache.parquet", Some("log.parquet"), bytes.map_err(trouble)?))
}

/// `GET …/mapping.json`: which column meant what, to be used again with the next table.
pub(crate) async fn mapping(
    State(kit): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    Path(id): Path<String>,
) -> Result<Response, Oops> {
    let book = shelf.book(&kit, &desk, &id).await?;
    let mapping = book.mapping.as_ref().ok_or(Oops(city::Error::NotFound))?;
    let text = serde_json::to_vec_pretty(mapping).map_err(trouble)?;
    Ok(answer("application/json", Some("mapping.json"), text))
}

/// `GET …/log.xlsx`
pub(crate) async fn xlsx(seen: Seen) -> Result<Response, Oops> {
    let bytes = blocking(move || optimise_acts::logs::write_sheet(&seen.log, &seen.book.name)).await?;
    Ok(answer(XLSX, Some("log.xlsx"), bytes.map_err(trouble)?))
}
