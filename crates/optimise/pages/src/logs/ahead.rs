//! 预测: the open cases of a log with how long they will still take, how likely they will be late, and how well this held in
//! months not learned from (O5, R3).

use askama::Template;
use axum::response::Response;
use optimise::remaining::{Ahead, Foretold, foretell};
use web_kit::{Oops, render, said};

use crate::logs::asked::{Head, Seen, grouped, half};
use crate::logs::shelf::blocking;
use crate::{Desk, Page};

/// Open cases on the page.
const SHOWN: usize = 60;
/// From here on a case is called one that will be late, or that may be.
const WILL: f64 = 0.5;
const MAY: f64 = 0.2;

struct Row {
    case: (String, String),
    last: String,
    age: String,
    still: String,
    late: String,
    /// `late`, `will`, `may`, `` — how it is coloured; the words stand beside it
    light: &'static str,
    said: &'static str,
}

#[derive(Template)]
#[template(path = "log_ahead.html")]
struct AheadHtml {
    p: Page,
    h: Head,
    limit: String,
    trouble: String,
    honest: bool,
    reading: String,
    limit_said: String,
    ends: String,
    counts: String,
    rows: Vec<Row>,
    more: String,
}

fn row(p: &Page, seen: &Seen, a: &Ahead) -> Row {
    let t = p.t.log;
    let name = seen.log.case_name(a.case as usize).to_owned();
    let href = if seen.book.at.is_empty() { String::new() } else { format!("{}/{name}", seen.book.at) };
    let (light, said) = match a.late {
        _ if a.alike == 0 => ("", t.ahead_stalled),
        _ if a.is_late => ("late", t.ahead_late),
        l if l >= WILL => ("will", t.ahead_will),
        l if l >= MAY => ("may", t.ahead_may),
        _ => ("", t.ahead_fine),
    };
    let (middle, low, high) = a.still_days;
    Row {
        case: (name, href),
        last: a.in_step.as_ref().map_or_else(|| a.last.clone(), |step| format!("{step}{}", t.ahead_in_step)),
        age: format!("{:.1}", a.age_days),
        still: if a.alike == 0 {
            t.ahead_unknown.to_owned()
        } else {
            format!("{middle:.1}（{low:.1} – {high:.1}）")
        },
        late: if a.is_late || a.alike == 0 { String::new() } else { format!("{:.0}%", a.late * 100.0) },
        light,
        said,
    }
}

fn html(p: &Page, seen: Seen) -> AheadHtml {
    let limit: String = seen.asked.get("limit_days").chars().take(8).collect();
    let days = limit.parse::<f64>().ok().filter(|d| d.is_finite() && *d > 0.0 && *d <= 3_650.0);
    let found = foretell(&seen.log, &seen.office, seen.book.as_of, days);
    let t = p.t.log;
    let mut out = AheadHtml {
        limit,
        trouble: String::new(),
        honest: true,
        reading: String::new(),
        limit_said: String::new(),
        ends: String::new(),
        counts: String::new(),
        rows: Vec::new(),
        more: String::new(),
        h: Head::default(),
        p: p.clone(),
    };
    match found {
        Err(e) => out.trouble = half(p, &e.to_string()),
        Ok(Foretold { limit_days, given, judged, open, ends }) => {
            out.honest = judged.honest;
            out.reading = said(p.lang, &judged.reading);
            let text = if given { t.ahead_limit_given } else { t.ahead_limit_usual };
            out.limit_said = text.replace("{n}", &format!("{limit_days:.1}"));
            out.ends = t.ahead_ends.replace("{a}", &ends.join("、"));
            let count = |f: &dyn Fn(&Ahead) -> bool| grouped(open.iter().filter(|a| f(a)).count());
            out.counts = t
                .ahead_counts
                .replace("{n}", &grouped(open.len()))
                .replace("{stalled}", &count(&|a| a.alike == 0))
                .replace("{late}", &count(&|a| a.is_late && a.alike > 0))
                .replace("{will}", &count(&|a| !a.is_late && a.alike > 0 && a.late >= WILL))
                .replace("{may}", &count(&|a| !a.is_late && a.late < WILL && a.late >= MAY));
            out.rows = open.iter().take(SHOWN).map(|a| row(p, &seen, a)).collect();
            let rest = open.len().saturating_sub(SHOWN);
            if rest > 0 {
                out.more = t.more_cases.replace("{n}", &grouped(rest));
            }
        }
    }
    out.h = seen.head;
    out
}

/// `GET /desk/logs/{id}/ahead`
pub(crate) async fn page(desk: Desk, seen: Seen) -> Result<Response, Oops> {
    let p = desk.page;
    Ok(render(&blocking(move || html(&p, seen)).await?))
}
