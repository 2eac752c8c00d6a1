//! 看板: the themes with their check-up, and handled numbers with the lists of ten or fewer and of zero (S6).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kernel::{Moment, US_PER_DAY};
use serde::Deserialize;
use service::ThemeCheck;
use service_acts::{Handled, Offered};
use web_kit::{Oops, date_of, length, render, said};

use crate::{Desk, Kit, Page, service};

struct ThemeLine {
    theme: Offered,
    limit: String,
    items: String,
    version: String,
}

#[derive(Template)]
#[template(path = "themes.html")]
struct ThemesHtml {
    p: Page,
    rows: Vec<ThemeLine>,
}

/// `GET /desk/services/themes`
pub(crate) async fn themes(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let p = desk.page;
    let line = |t: Offered| ThemeLine {
        limit: t.promised.map_or_else(|| p.t.svc_by_plan.to_owned(), |l| length(p.common(), l)),
        items: p.t.svc_items.replace("{n}", &t.items.to_string()),
        version: p.t.svc_versions.replace("{n}", &t.version.to_string()),
        theme: t,
    };
    let rows = service(&kit).offered().await?.into_iter().map(line).collect();
    Ok(render(&ThemesHtml { rows, p }))
}

#[derive(Template)]
#[template(path = "theme.html")]
struct ThemeHtml {
    p: Page,
    name: String,
    summary: String,
    source: String,
    state: String,
    faults: Vec<String>,
    ways: String,
    days: String,
    once: String,
    code: String,
}

fn short(n: f64) -> String {
    let n = (n * 10.0).round() / 10.0;
    if n.fract() == 0.0 { format!("{n:.0}") } else { format!("{n:.1}") }
}

fn theme_page(p: Page, theme: service::Theme, c: &ThemeCheck) -> Response {
    let faults: Vec<String> = c.faults.iter().map(|f| said(p.lang, f)).collect();
    render(&ThemeHtml {
        state: if faults.is_empty() {
            p.t.svc_check_ok.to_owned()
        } else {
            p.t.svc_check_bad.replace("{n}", &faults.len().to_string())
        },
        faults,
        ways: p.t.svc_ways.replace("{n}", &c.ways.to_string()),
        days: p.t.svc_days.replace("{days}", &short(c.days)).replace("{apart}", &short(c.days_apart)),
        once: p
            .t
            .svc_once
            .replace("{apart}", &c.materials_apart.to_string())
            .replace("{now}", &c.materials.to_string()),
        name: theme.name,
        summary: theme.summary,
        source: theme.source,
        code: theme.code,
        p,
    })
}

/// `GET /desk/services/themes/{code}`
pub(crate) async fn theme(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    let (theme, check) = service(&kit).check_theme(desk.actor(), code).await?;
    Ok(theme_page(desk.page, theme, &check))
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

#[derive(Template)]
#[template(path = "numbers.html")]
struct NumbersHtml {
    p: Page,
    from: String,
    to: String,
    h: Handled,
    few: String,
    none: String,
}

/// `GET /desk/services/numbers`: of the days given, of the last thirty when none are.
pub(crate) async fn numbers(
    State(kit): State<Kit>,
    desk: Desk,
    Query(days): Query<Days>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let to = date_of(&days.to).unwrap_or_else(|| p.now.date());
    let from = date_of(&days.from).unwrap_or_else(|| p.now.plus_us(-30 * US_PER_DAY).date());
    let end = Moment::start_of(to).plus_us(US_PER_DAY);
    let h = service(&kit).handled(desk.actor(), Moment::start_of(from), end).await?;
    let names = |text: &str, all: &[String]| {
        if all.is_empty() { String::new() } else { text.replace("{names}", &all.join("、")) }
    };
    Ok(render(&NumbersHtml {
        few: names(p.t.svc_few, &h.few),
        none: names(p.t.svc_zero, &h.none),
        from: from.to_string(),
        to: to.to_string(),
        h,
        p,
    }))
}
