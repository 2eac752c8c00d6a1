//! 看板: the themes with their check-up, and handled numbers with the lists of ten or fewer and of zero (S6).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kernel::{Moment, US_PER_DAY};
use serde::Deserialize;
use service::ThemeCheck;
use service_acts::{HandledLine, Offered};
use web_kit::{Oops, address, date_of, length, render, said};

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
    pilots: bool,
}

fn short(n: f64) -> String {
    let n = (n * 10.0).round() / 10.0;
    if n.fract() == 0.0 { format!("{n:.0}") } else { format!("{n:.1}") }
}

fn theme_page(p: Page, theme: service::Theme, c: &ThemeCheck, pilots: bool) -> Response {
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
        pilots,
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
    let pilots = access::offered(&desk.actor(), access::Operation::ReadHandled).is_ok();
    Ok(theme_page(desk.page, theme, &check, pilots))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Days {
    from: String,
    to: String,
    by: String,
}

/// What can be counted by: word, name, and which filter of the list a line opens.
const BY: [(&str, fn(&Page) -> &'static str, &str); 5] = [
    ("theme", |p| p.t.svc_by_theme, "theme"),
    ("region", |p| p.t.svc_by_region, "region"),
    ("unit", |p| p.t.svc_by_unit, "lead"),
    ("item", |p| p.t.svc_by_item, "item"),
    ("channel", |p| p.t.svc_by_channel, "channel"),
];

struct Tab {
    name: &'static str,
    href: String,
    on: bool,
}

struct NumberLine {
    name: String,
    handed_in: i64,
    own: i64,
    /// of those handed in here
    decided: i64,
    online: i64,
    elsewhere: i64,
    href: String,
    href_decided: String,
    href_online: String,
}

#[derive(Template)]
#[template(path = "numbers.html")]
struct NumbersHtml {
    p: Page,
    from: String,
    to: String,
    by: &'static str,
    title: &'static str,
    tabs: Vec<Tab>,
    total: i64,
    lines: Vec<NumberLine>,
    elsewhere: bool,
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
    let service = service(&kit);
    let h = service.handled(desk.actor(), Moment::start_of(from), end).await?;
    let (by, name, filter) = BY.into_iter().find(|b| b.0 == days.by).unwrap_or(BY[0]);
    let (from, to) = (from.to_string(), to.to_string());
    let found = match by {
        "region" => h.regions,
        "unit" => h.units,
        "channel" => h.channels,
        "item" => {
            service
                .handled_items(desk.actor(), Moment::start_of(date_of(&from).unwrap_or_default()), end)
                .await?
        }
        _ => h.themes,
    };
    // Who sees the numbers and not the applications gets no link that would be refused.
    let opens = access::offered(&desk.actor(), access::Operation::ListApplications).is_ok();
    let list = |key: &str, more: (&str, &str)| {
        let pairs = [(filter, key), ("from", &from), ("to", &to), more];
        if opens { address("/desk/services/all", &pairs) } else { String::new() }
    };
    // A line of a channel is its own list: the channel is not asked for twice.
    let online = if filter == "channel" { ("", "") } else { ("channel", "online") };
    let line = |l: HandledLine| NumberLine {
        own: l.handed_in - l.elsewhere,
        decided: l.decided - l.elsewhere,
        href: list(&l.key, ("", "")),
        href_decided: list(&l.key, ("decided", "1")),
        href_online: list(&l.key, online),
        name: l.name,
        handed_in: l.handed_in,
        online: l.online,
        elsewhere: l.elsewhere,
    };
    let names = |text: &str, all: &[String]| {
        if all.is_empty() || by != "region" {
            String::new()
        } else {
            text.replace("{names}", &all.join("、"))
        }
    };
    let tab = |b: (&str, fn(&Page) -> &'static str, &str)| Tab {
        name: b.1(&p),
        href: address("/desk/services/numbers", &[("by", b.0), ("from", &from), ("to", &to)]),
        on: b.0 == by,
    };
    Ok(render(&NumbersHtml {
        few: names(p.t.svc_few, &h.few),
        none: names(p.t.svc_zero, &h.none),
        tabs: BY.into_iter().map(tab).collect(),
        title: name(&p),
        total: h.total.handed_in,
        elsewhere: h.total.elsewhere > 0,
        lines: found.into_iter().map(line).collect(),
        by,
        from: from.clone(),
        to: to.clone(),
        p,
    }))
}
