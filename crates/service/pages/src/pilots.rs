//! 试点: which regions try a theme, set and seen beside the others.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use service::pilot::{Compared, Side, Verdict};
use service_acts::{PilotView, Pilots};
use web_kit::{Fields, Oops, again, date_of, render};

use crate::{Desk, Kit, Page, service};

struct SideLine {
    name: &'static str,
    regions: usize,
    before: i64,
    after: i64,
    change: String,
    rate: String,
}

struct RegionLine {
    code: String,
    name: String,
    pilot: bool,
    eligible: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "pilots.html")]
struct PilotsHtml {
    p: Page,
    code: String,
    theme: String,
    said: String,
    good: bool,
    how: String,
    sides: Vec<SideLine>,
    since: String,
    regions: Vec<RegionLine>,
    may_set: bool,
    trouble: String,
}

/// `+32 %`, `−5 %`
fn percent(times: f64) -> String {
    let n = (times - 1.0) * 100.0;
    if n.abs() < 0.5 { "±0%".to_owned() } else { format!("{n:+.0}%").replace('-', "−") }
}

fn verdict(p: &Page, c: &Compared) -> String {
    let text = match c.verdict {
        Verdict::Nothing => p.t.pil_nothing,
        Verdict::TooFew => p.t.pil_few,
        Verdict::Same => p.t.pil_same,
        Verdict::More => p.t.pil_more,
        Verdict::Less => p.t.pil_less,
    };
    let (low, high) = c.interval.unwrap_or_default();
    text.replace("{n}", &percent(c.ratio.unwrap_or(1.0)))
        .replace("{low}", &percent(low))
        .replace("{high}", &percent(high))
}

fn side(p: &Page, name: &'static str, s: &Side) -> SideLine {
    let rate = |r: Option<f64>| r.map(|r| format!("{r:.1}"));
    SideLine {
        name,
        regions: s.regions,
        before: s.before,
        after: s.after,
        change: s.change.map_or_else(|| "–".to_owned(), percent),
        rate: match (rate(s.rate_before), rate(s.rate_after)) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            _ => p.t.pil_no_rate.to_owned(),
        },
    }
}

fn page(p: Page, code: String, v: PilotView, trouble: String) -> Response {
    let of = |name: &str| v.arms.iter().find(|a| a.name == name);
    let regions = v.regions.iter().map(|(code, name)| RegionLine {
        pilot: v.pilots.regions.contains(code),
        eligible: v.pilots.eligible.get(code).map_or_else(String::new, i64::to_string),
        before: of(name).map_or_else(String::new, |a| a.before.to_string()),
        after: of(name).map_or_else(String::new, |a| a.after.to_string()),
        code: code.clone(),
        name: name.clone(),
    });
    let compared = v.compared.as_ref().filter(|_| !v.pilots.regions.is_empty());
    render(&PilotsHtml {
        code,
        theme: v.theme,
        said: compared.map_or_else(String::new, |c| verdict(&p, c)),
        good: compared.is_some_and(|c| c.verdict == Verdict::More),
        how: p.t.pil_how.replace("{days}", &v.days.0.to_string()),
        sides: compared.map_or_else(Vec::new, |c| {
            vec![side(&p, p.t.pil_pilots, &c.pilots), side(&p, p.t.pil_others, &c.others)]
        }),
        since: v.pilots.since.map_or_else(String::new, |d| d.to_string()),
        regions: regions.collect(),
        may_set: v.may_set,
        trouble,
        p,
    })
}

/// `GET /desk/services/pilots/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    let v = service(&kit).pilots(desk.actor(), code.clone()).await?;
    Ok(page(desk.page, code, v, String::new()))
}

/// `POST /desk/services/pilots/{code}`
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let service = service(&kit);
    let mut v = service.pilots(desk.actor(), code.clone()).await?;
    let mut new = Pilots {
        since: date_of(fields.get("since")),
        regions: fields.all("region").into_iter().map(str::to_owned).collect(),
        ..Pilots::default()
    };
    for (region, _) in &v.regions {
        let typed = fields.get(&format!("eligible.{region}")).trim().replace([',', '，', ' '], "");
        if !typed.is_empty() {
            // What is no number is told as one that cannot be.
            new.eligible.insert(region.clone(), typed.parse().unwrap_or(-1));
        }
    }
    match service.set_pilots(desk.actor(), code.clone(), new.clone()).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/services/pilots/{code}")).into_response()),
        Err(e) => {
            v.pilots = new;
            let p = desk.page.clone();
            again(&desk.page, e, async |trouble| Ok(page(p, code, v, trouble))).await
        }
    }
}
