//! 地址里的提问: filters and settings as they stand in the address, so that a page can be kept, sent and undone.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use eventlog::Log;
use eventlog::filter::{Filter, Within, apply};
use kernel::{Date, Moment, Said, US_PER_DAY};
use optimise::questions::Office;
use web_kit::{Lang, Oops, escape, said};

use crate::logs::shelf::{Book, Shelf, blocking};
use crate::texts::log::Room;
use crate::{Desk, Kit, Page};

/// Filters at once, and bytes of one in the address.
const FILTERS_MAX: usize = 12;
const FILTER_BYTES: usize = 6_000;

/// What stands in the address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub pairs: Vec<(String, String)>,
    pub filters: Vec<Filter>,
}

impl Asked {
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        let filters = pairs
            .iter()
            .filter(|(k, v)| k == "f" && v.len() <= FILTER_BYTES)
            .filter_map(|(_, v)| serde_json::from_str(v).ok())
            .take(FILTERS_MAX)
            .collect();
        Self { pairs, filters }
    }
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }
    /// A number in an interval; otherwise the usual one.
    pub fn number(&self, name: &str, usual: u32, most: u32) -> u32 {
        self.get(name).parse().map_or(usual, |n: u32| n.min(most))
    }
    pub fn on(&self, name: &str) -> bool {
        self.get(name) == "1"
    }
}

/// Filters as they stand in an address; begins with `?`, empty without any.
pub(crate) fn query(filters: &[Filter]) -> String {
    let one = |f: &Filter| format!("f={}", escape(&serde_json::to_string(f).unwrap_or_default()));
    let all: Vec<String> = filters.iter().map(one).collect();
    if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) }
}

/// A filter that is on: in words, what it leaves, and the address without it.
pub(crate) struct Chip {
    pub text: String,
    pub left: String,
    pub undo: String,
}

/// A link.
pub(crate) struct Tab {
    pub href: String,
    pub text: &'static str,
    pub here: bool,
}

/// What every page of a log shows above its own part.
#[derive(Default)]
pub(crate) struct Head {
    pub id: String,
    pub name: String,
    pub cases: String,
    pub all: String,
    pub events: String,
    pub span: String,
    pub chips: Vec<Chip>,
    pub tabs: Vec<Tab>,
    /// filters as values of hidden fields
    pub hidden: Vec<String>,
    /// filters as they stand in an address
    pub query: String,
    /// the part of the address that names this page
    pub here: &'static str,
    pub activities: Vec<String>,
    pub keys: Vec<String>,
    pub notes: Vec<String>,
    /// boards of the reader that this page can be put on; none where a page cannot be kept
    pub boards: Option<Vec<(i64, String)>>,
    /// the whole of what was asked, as it stands in the address
    pub whole: String,
    /// questions that can be kept, by word and name
    pub questions: Vec<(&'static str, String)>,
}

/// A log as it is looked at: filtered, with the office that counts its time.
pub(crate) struct Seen {
    pub book: Arc<Book>,
    pub log: Arc<Log>,
    pub office: Arc<Office>,
    pub asked: Asked,
    pub head: Head,
}

type TabName = fn(&Room) -> &'static str;

/// The pages of a log: the part of the address that names each, and its name.
const TABS: &[(&str, TabName)] = &[
    ("", |t| t.tab_map),
    ("/variants", |t| t.tab_variants),
    ("/dots", |t| t.tab_dots),
    ("/questions", |t| t.tab_questions),
    ("/beside", |t| t.tab_beside),
    ("/check", |t| t.tab_check),
    ("/trial", |t| t.tab_trial),
    ("/ahead", |t| t.tab_ahead),
];

/// The log of the address, with its filters. A filter that a form adds is put into the address first.
impl FromRequestParts<Kit> for Seen {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, kit: &Kit) -> Result<Self, Response> {
        fn page(e: impl IntoResponse) -> Response {
            e.into_response()
        }
        let desk = Desk::from_request_parts(parts, kit).await?;
        let Extension(shelf) = Extension::<Shelf>::from_request_parts(parts, kit).await.map_err(page)?;
        let Path(id) = Path::<String>::from_request_parts(parts, kit).await.map_err(page)?;
        let Query(pairs) =
            Query::<Vec<(String, String)>>::from_request_parts(parts, kit).await.map_err(page)?;
        let here = TABS.iter().map(|t| t.0).rfind(|tab| parts.uri.path().ends_with(tab)).unwrap_or("");
        let seen = seen(kit, &desk, &shelf, &id, pairs, here).await.map_err(page)?;
        match added(&seen) {
            Some(there) => Err(there),
            None => Ok(seen),
        }
    }
}

/// Names offered for typing.
const OFFERED: usize = 400;

/// Loads a log and applies the filters of the address.
pub(crate) async fn seen(
    kit: &Kit,
    desk: &Desk,
    shelf: &Shelf,
    id: &str,
    pairs: Vec<(String, String)>,
    here: &'static str,
) -> Result<Seen, Oops> {
    let book = shelf.book(kit, desk, id).await?;
    let office = shelf.office(kit).await?;
    let asked = Asked::of(pairs);
    let (whole, clock, filters) = (Arc::clone(&book.log), Arc::clone(&office), asked.filters.clone());
    let (log, effects) = blocking(move || {
        if filters.is_empty() {
            return (whole, Vec::new());
        }
        let (log, effects) = apply(&whole, &filters, Some(&clock.clock));
        (Arc::new(log), effects)
    })
    .await?;
    let p = &desk.page;
    let chips = effects.iter().enumerate().map(|(i, e)| {
        let mut without = asked.filters.clone();
        without.remove(i);
        let left = p.t.log.left.replace("{n}", &grouped(e.left)).replace("{alone}", &grouped(e.alone));
        Chip {
            text: told(p, &office, &e.filter),
            left,
            undo: format!("/desk/logs/{id}{here}{}", query(&without)),
        }
    });
    let head = head(p, &book, &log, &asked, here, chips.collect());
    let mut head = head;
    if KEPT_PAGES.contains(&here) && access::offers(&desk.actor(), access::Operation::KeepLogs) {
        let mine = kit.acts.logs.boards(&desk.actor()).await?;
        head.boards = Some(mine.into_iter().filter(|b| b.own).map(|b| (b.id, b.name)).collect());
        if here == "/questions" {
            let named = |q: &optimise::questions::Question| (q.word(), said(p.lang, &q.said()));
            head.questions = optimise::questions::Question::ALL.iter().map(named).collect();
        }
    }
    Ok(Seen { book, log, office, asked, head })
}

fn head(p: &Page, book: &Book, log: &Log, asked: &Asked, here: &'static str, chips: Vec<Chip>) -> Head {
    let t = p.t.log;
    let query = query(&asked.filters);
    let base = format!("/desk/logs/{}", book.id);
    let tab = |(path, text): &(&'static str, TabName)| Tab {
        href: format!("{base}{path}{query}"),
        text: text(t),
        here: *path == here,
    };
    let known = || log.time().iter().copied().filter(|&t| t != eventlog::when::NO_TIME);
    let date = |us: i64| Moment::from_us(us).date().to_string();
    let span = match (known().min(), known().max()) {
        (Some(a), Some(b)) => format!("{} – {}", date(a), date(b)),
        _ => String::new(),
    };
    let mut notes: Vec<String> = book
        .report
        .problems
        .iter()
        .take(8)
        .map(|q| {
            let what = if q.what.is_empty() { String::new() } else { format!(" ({})", q.what) };
            format!("×{} {}{what}", grouped(q.count as usize), half(p, q.said))
        })
        .collect();
    if let Some(told) = &book.told {
        let zh = p.lang == Lang::Zh;
        notes.extend(told.said(zh));
        notes.extend(told.set_aside.iter().take(8).map(|a| {
            let why = half(p, &a.reason);
            if zh {
                format!("第 {} 行未收：{why}", a.row)
            } else {
                format!("row {} set aside: {why}", a.row)
            }
        }));
    }
    if book.cut {
        notes.push(t.cut.replace("{n}", &grouped(book.log.case_count())));
    }
    if log.out_of_order() > 0 {
        notes.push(t.disorder.replace("{n}", &grouped(log.out_of_order() as usize)));
    }
    let columns = log.case_columns.iter().chain(&*log.event_columns);
    let mut keys: Vec<String> = columns.filter(|c| c.parent.is_none()).map(|c| c.key.clone()).collect();
    keys.push("org:resource".to_owned());
    keys.sort();
    keys.dedup();
    keys.truncate(OFFERED);
    Head {
        id: book.id.clone(),
        name: book.name.clone(),
        cases: grouped(log.case_count()),
        all: grouped(book.log.case_count()),
        events: grouped(log.event_count()),
        span,
        chips,
        tabs: TABS.iter().map(tab).collect(),
        hidden: asked.filters.iter().map(|f| serde_json::to_string(f).unwrap_or_default()).collect(),
        query,
        here,
        activities: log.activities.iter().take(OFFERED).map(str::to_owned).collect(),
        keys,
        notes,
        boards: None,
        whole: whole(&asked.pairs),
        questions: Vec::new(),
    }
}

/// Pages whose content a board can show.
const KEPT_PAGES: [&str; 3] = ["", "/questions", "/ahead"];

/// Everything that was asked, as it stands in an address.
fn whole(pairs: &[(String, String)]) -> String {
    let kept = pairs.iter().filter(|(k, v)| !v.is_empty() && k != "at" && k != "to");
    let all: Vec<String> = kept.map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
    if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) }
}

/// The half of a sentence in both languages that is the reader's.
pub(crate) fn half(p: &Page, both: &str) -> String {
    said(p.lang, &Said::of_both(both))
}

/// `12,345`
pub(crate) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

/// A filter in words.
fn told(p: &Page, office: &Office, f: &Filter) -> String {
    let t = p.t.log;
    let date = |us: i64| Moment::from_us(us).date().to_string();
    let days = |us: Option<i64>| us.map_or_else(|| "…".to_owned(), |us| format!("{:.1}", office.days(us)));
    match f {
        Filter::Time { from_us, to_us, .. } => {
            t.f_time.replace("{a}", &date(*from_us)).replace("{b}", &date(to_us.saturating_sub(1)))
        }
        Filter::Variants { traces } => t.f_variants.replace("{n}", &traces.len().to_string()),
        Filter::TopVariants { top } => t.f_top.replace("{n}", &top.to_string()),
        Filter::Attribute { key, values, .. } if key == "concept:name" => {
            t.f_has.replace("{a}", &values.join(" | "))
        }
        Filter::Attribute { key, values, .. } => {
            t.f_attr.replace("{key}", key).replace("{a}", &values.join(" | "))
        }
        Filter::Follows { source, target, eventually, .. } => {
            let text = if *eventually { t.f_then } else { t.f_follows };
            text.replace("{a}", source).replace("{b}", target)
        }
        Filter::Duration { min_us, max_us, .. } => {
            t.f_duration.replace("{a}", &days(*min_us)).replace("{b}", &days(*max_us))
        }
        Filter::Not { filter } => t.f_not.replace("{f}", &told(p, office, filter)),
    }
}

/// The filter that the form of a page adds; the page answers with the address that holds it.
fn added(seen: &Seen) -> Option<Response> {
    let (a, log) = (&seen.asked, &seen.book.log);
    let text = |name: &str| a.get(name).to_owned();
    let filter = match a.get("add") {
        "" => return None,
        "has" | "no" => {
            let values = vec![text("x")];
            let has = Filter::Attribute { of_case: false, key: "concept:name".to_owned(), values };
            if a.get("add") == "has" { Some(has) } else { Some(Filter::Not { filter: Box::new(has) }) }
        }
        "follows" | "then" => Some(Filter::Follows {
            source: text("x"),
            target: text("y"),
            eventually: a.get("add") == "then",
            within_us: None,
        }),
        "top" => a.get("n").parse().ok().map(|top| Filter::TopVariants { top }),
        "starts" => {
            let day = |name: &str| a.get(name).parse::<Date>().ok().map(|d| Moment::start_of(d).us());
            let (from, to) = (day("from"), day("to"));
            (from.is_some() || to.is_some()).then(|| Filter::Time {
                from_us: from.unwrap_or(i64::MIN / 2),
                to_us: to.map_or(i64::MAX / 2, |t| t + US_PER_DAY),
                within: Within::Starts,
            })
        }
        "duration" => {
            let us = |name: &str| {
                let days: Option<f64> = a.get(name).parse().ok().filter(|d: &f64| d.is_finite());
                days.map(|d| (d.clamp(0.0, 1e6) * seen.office.day_us as f64) as i64)
            };
            let (min_us, max_us) = (us("min"), us("max"));
            (min_us.is_some() || max_us.is_some()).then_some(Filter::Duration {
                min_us,
                max_us,
                working: true,
            })
        }
        "attr" => {
            let key = text("key");
            let of_case = log.case_column(&key).is_some();
            (!key.is_empty()).then(|| Filter::Attribute { of_case, key, values: vec![text("value")] })
        }
        _ => None,
    };
    let mut filters = a.filters.clone();
    filters.extend(filter.filter(|_| filters.len() < FILTERS_MAX));
    let to = format!("/desk/logs/{}{}{}", seen.book.id, seen.head.here, query(&filters));
    Some(Redirect::to(&to).into_response())
}
