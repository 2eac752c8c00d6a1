//! 批量修改 (K1): one change over many items, a telephone or an address, looked at before it is published.

use askama::Template;
use axum::extract::{Query as Ask, State};
use axum::response::Response;
use catalogue::edit::Swap;
use catalogue_acts::{ItemOutcome, SwapAsk};
use city::Error;
use web_kit::{Fields, Oops, again, date_of, render, said};

use crate::items::ListAsk;
use crate::{Desk, Kit, Page};

struct Line {
    key: String,
    name: String,
    unit: String,
    before: String,
    after: String,
    /// what became of it, once it was published
    said: String,
    good: bool,
}

#[derive(Template)]
#[template(path = "item_bulk.html")]
struct BulkHtml {
    p: Page,
    q: String,
    units: Vec<(String, String, bool)>,
    swaps: Vec<(&'static str, String, bool)>,
    from: String,
    to: String,
    since: String,
    lines: Vec<Line>,
    looked: bool,
    done: bool,
    changed: usize,
    trouble: String,
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    sent: &Fields,
    (lines, looked, done): (Vec<Line>, bool, bool),
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let units = office.units().into_iter().map(|u| (u.id.to_string(), u.name.clone()));
    let units = units.map(|(id, name)| (id.clone(), name, sent.get("unit") == id)).collect();
    let swaps = Swap::ALL.map(|s| (s.word(), said(p.lang, &s.said()), sent.get("what") == s.word())).into();
    let tomorrow = p.now.plus_us(kernel::US_PER_DAY).date().to_string();
    Ok(render(&BulkHtml {
        q: sent.get("q").to_owned(),
        units,
        swaps,
        from: sent.get("from").to_owned(),
        to: sent.get("to").to_owned(),
        since: sent.opt("since").unwrap_or(tomorrow),
        changed: lines.iter().filter(|l| l.good).count(),
        lines,
        looked,
        done,
        trouble,
        p,
    }))
}

/// `GET /desk/items/bulk`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<ListAsk>,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WriteCatalogue).map_err(Error::from)?;
    let sent = Fields(vec![("q".to_owned(), ask.q), ("unit".to_owned(), ask.unit)]);
    page(&kit, &desk, &sent, (Vec::new(), false, false), String::new()).await
}

fn asked(fields: &Fields, desk: &Desk) -> Result<SwapAsk, Error> {
    let swap = Swap::ALL.into_iter().find(|s| s.word() == fields.get("what"));
    let swap = swap.ok_or_else(|| Error::invalid("what", "请选择要改的内容", "choose what is changed"))?;
    let (from, to) = (fields.get("from").to_owned(), fields.get("to").to_owned());
    if to.is_empty() && from.is_empty() {
        return Err(Error::invalid("to", "请填写新的内容", "say what it is to be"));
    }
    let today = desk.page.now.date();
    let since = date_of(fields.get("since")).filter(|d| *d >= today).ok_or_else(|| {
        Error::invalid("since", "请填写生效日期，不早于今天", "say from which day on, today or later")
    })?;
    let list =
        ListAsk { q: fields.get("q").to_owned(), unit: fields.get("unit").to_owned(), ..ListAsk::default() };
    Ok(SwapAsk { items: list.wants(catalogue_acts::SWAP_MAX), swap, from, to, since })
}

/// `POST /desk/items/bulk`: what it would do, then, with the ticks, done.
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WriteCatalogue).map_err(Error::from)?;
    let publish = fields.get("do") == "publish";
    let ticked = publish.then(|| fields.all("item").into_iter().map(str::to_owned).collect());
    let done = match asked(&fields, &desk) {
        Ok(ask) => kit.acts.catalogue.swap_items(desk.actor(), ask, ticked).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(all) => {
            let lang = desk.page.lang;
            let t = desk.page.t.catalogue;
            let lines = all.into_iter().map(|l| Line {
                good: !matches!(l.outcome, Some(ItemOutcome::Refused(_) | ItemOutcome::Unchanged)),
                said: match &l.outcome {
                    None => String::new(),
                    Some(ItemOutcome::Refused(s)) => said(lang, s),
                    Some(_) => t.bulk_published.to_owned(),
                },
                key: l.key,
                name: l.name,
                unit: l.unit,
                before: l.before,
                after: l.after,
            });
            page(&kit, &desk, &fields, (lines.collect(), true, publish), String::new()).await
        }
        Err(e) => {
            let (kit, fields) = (&kit, &fields);
            again(&desk.page, e, async |trouble| {
                page(kit, &desk, fields, (Vec::new(), false, false), trouble).await
            })
            .await
        }
    }
}
