//! 门牌的页: what a scan leads to, the list with counts, and sheets to print.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::plate::Plate;
use city::Error;
use paper::pdf::Fonts;
use paper::plates::PlateSheet;
use serde::Deserialize;
use web_kit::{Fields, Oops, again, base, blocking, download, qr, qr_squares, render, said};

use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "plate.html")]
struct PlateHtml {
    p: Page,
    good: bool,
    place: String,
    number: u64,
    sentence: String,
    items: Vec<(String, String)>,
    windows: Vec<(String, String)>,
}

/// `GET /p/{token}`: real or false, and what can be done here.
pub(crate) async fn scan(
    State(kit): State<Kit>,
    p: Page,
    Path(token): Path<String>,
) -> Result<Response, Oops> {
    let token: String = token.chars().take(64).collect();
    // Staff who check a plate are not counted.
    let found = kit.acts.catalogue.scan_plate(token, p.me.is_none()).await?;
    match found {
        Ok(plate) => {
            let shelf = kit.acts.items.shelf().await?;
            let rows: Vec<_> = plate.items.iter().filter_map(|c| shelf.by_code(c)).cloned().collect();
            let place = format!("?place={}", plate.region);
            let items = rows
                .iter()
                .map(|r| (format!("/guide/{}{place}", shelf::item_key(r)), r.name.clone()))
                .collect();
            let mut windows = Vec::new();
            for item in kit.acts.items.items_today(rows.into_iter().take(20).collect()).await? {
                for w in item.windows {
                    let line = (
                        format!("{} {}", w.hall, w.counter),
                        format!("{} {} {}", w.address, w.hours, w.phone),
                    );
                    if windows.len() < 6
                        && !windows
                            .iter()
                            .any(|(h, _): &(String, String)| h.split(' ').next() == line.0.split(' ').next())
                    {
                        windows.push(line);
                    }
                }
            }
            let sentence = p.t.catalogue.plate_true.to_owned();
            Ok(render(&PlateHtml {
                good: true,
                number: plate.number,
                place: plate.place,
                sentence,
                items,
                windows,
                p,
            }))
        }
        Err(why) => {
            let sentence = said(p.lang, &why.said());
            let page = PlateHtml {
                good: false,
                place: String::new(),
                number: 0,
                sentence,
                items: Vec::new(),
                windows: Vec::new(),
                p,
            };
            // Not 404: that page would say less.
            Ok((StatusCode::GONE, render(&page)).into_response())
        }
    }
}

struct Line {
    number: u64,
    place: String,
    region: String,
    items: usize,
    scans: i64,
    href: String,
    qr: String,
}

#[derive(Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    after: u64,
}

#[derive(Template)]
#[template(path = "plates.html")]
struct ListHtml {
    p: Page,
    rows: Vec<Line>,
    next: u64,
    after: u64,
    may: bool,
    trouble: String,
}
#[derive(Template)]
#[template(path = "plates_print.html")]
struct PrintHtml {
    p: Page,
    rows: Vec<Line>,
}

const AT_ONCE: u32 = 40;

async fn lines(
    kit: &Kit,
    desk: &Desk,
    after: u64,
    headers: &HeaderMap,
    qrs: bool,
) -> Result<Vec<Line>, Oops> {
    let names = kit.city.regions().await?;
    let base = base(kit, headers);
    let plates = kit.acts.catalogue.plates(desk.actor(), after, AT_ONCE).await?;
    Ok(plates
        .into_iter()
        .map(|v| {
            let code = v.plate.region.to_string();
            let href = format!("/p/{}", v.token);
            Line {
                number: v.plate.number,
                region: names.iter().find(|(c, _)| *c == code).map_or(code, |(_, n)| n.clone()),
                items: v.plate.items.len(),
                scans: v.scans,
                qr: if qrs { qr(&format!("{base}{href}")) } else { String::new() },
                place: v.plate.place,
                href,
            }
        })
        .collect())
}

/// `GET /desk/items/plates`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    page(&kit, &desk, ask.after, &headers, String::new()).await
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    after: u64,
    headers: &HeaderMap,
    trouble: String,
) -> Result<Response, Oops> {
    let rows = lines(kit, desk, after, headers, false).await?;
    let next = if rows.len() == AT_ONCE as usize { rows.last().map_or(0, |r| r.number) } else { 0 };
    let may = access::offers(&desk.actor(), access::Operation::WriteCatalogue);
    Ok(render(&ListHtml { p: desk.page.clone(), rows, next, after, may, trouble }))
}

/// `GET /desk/items/plates/print`: sheets of plates.
pub(crate) async fn print(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let rows = lines(&kit, &desk, ask.after, &headers, true).await?;
    Ok(render(&PrintHtml { p: desk.page.clone(), rows }))
}

/// `GET /desk/items/plates.pdf`: the same sheets, ready for the printer.
pub(crate) async fn pdf(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let base = base(&kit, &headers);
    let rows = lines(&kit, &desk, ask.after, &headers, false).await?;
    let sheets: Vec<PlateSheet> = rows
        .into_iter()
        .map(|r| PlateSheet {
            code: qr_squares(&format!("{base}{}", r.href)),
            line: format!("{} · № {} · {}", p.city, r.number, r.region),
            place: r.place,
            scan: p.t.catalogue.scan_me.to_owned(),
            warning: p.t.catalogue.false_plate_hint.to_owned(),
        })
        .collect();
    let made = blocking(move || {
        let fonts = Fonts::of_this_machine().map_err(|e| Error::told("fonts", e))?;
        paper::plates::write(p.t.catalogue.plates, &sheets, fonts).map_err(|e| Error::told("fonts", &e))
    });
    let bytes = made.await?;
    Ok(download("application/pdf", &format!("plates-{}.pdf", ask.after), bytes))
}

/// `POST /desk/items/plates`: hang a plate, or replace the one with this number.
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Oops> {
    let number = || fields.get("number").parse::<u64>().ok();
    let read = || -> Option<Plate> {
        Some(Plate {
            number: number()?,
            issue: fields.get("issue").parse().unwrap_or(1),
            place: fields.get("place").to_owned(),
            region: fields.get("region").parse().ok()?,
            items: fields.get("items").split_whitespace().map(str::to_owned).collect(),
        })
    };
    let wrong = || Error::invalid("number", "请填写编号和区划代码", "give a number and a division code");
    let done = match read() {
        Some(plate) => kit.acts.catalogue.put_plates(desk.actor(), vec![plate]).await,
        None => Err(wrong()),
    };
    match done {
        Ok(_) => Ok(Redirect::to("/desk/items/plates").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, 0, &headers, trouble)).await,
    }
}
