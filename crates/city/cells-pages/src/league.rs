//! 各市排名: the cities side by side in groups of like size, with how sure each share is; who has none and few of a count; who told
//! nothing or not all is named with since when, and stands in no list.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cells::BoardLine;
use kernel::{Date, US_PER_DAY};
use supervise::{FEW, FIGURES, Figure, Rule, Value, comparable, figure, of_counts};
use web_kit::{Lang, Oops, Opt, address, date_of, opt, render, when};

use crate::{Desk, Kit, Page};

/// What sizes are measured by.
const SIZE: &str = "intake";
/// Wider than this, an interval is worth a look: half a percentage point to each side.
const WIDE: f64 = 0.005;

struct Line {
    place: String,
    name: String,
    size: String,
    size_href: String,
    share: String,
    href: String,
    of: String,
    interval: String,
}

struct GroupOf {
    title: String,
    lines: Vec<Line>,
}

struct Name {
    name: String,
    n: String,
    href: String,
}

#[derive(Template)]
#[template(path = "league.html")]
struct LeagueHtml {
    p: Page,
    from: Date,
    to: Date,
    shares: Vec<Opt>,
    counts: Vec<Opt>,
    share: String,
    how: String,
    count: String,
    count_how: String,
    groups: Vec<GroupOf>,
    none: Vec<Name>,
    few: Vec<Name>,
    /// who is not compared: who told nothing, or not all, since when; who has no size
    missing: Vec<(String, String)>,
    cities: bool,
    trouble: String,
}

fn name_of(p: &Page, f: &'static Figure) -> (&'static str, &'static str) {
    if p.lang == Lang::Zh { (f.zh, f.how) } else { (f.en, f.how_en) }
}

const fn is_share(f: &Figure) -> bool {
    matches!(f.rule, Rule::Share(..))
}

/// Shares and counts that cities tell.
fn choices(p: &Page, shares: bool, chosen: &str) -> Vec<Opt> {
    let all = FIGURES.iter().filter(|f| is_share(f) == shares);
    all.map(|f| opt(f.key, name_of(p, f).0, chosen)).collect()
}

fn list_of(l: &BoardLine, key: &str, (from, to): (Date, Date)) -> String {
    if l.address.is_empty() {
        return String::new();
    }
    let (from, to) = (from.to_string(), to.to_string());
    format!("{}{}", l.address, address(&format!("/desk/boards/list/{key}"), &[("from", &from), ("to", &to)]))
}

fn value(l: &BoardLine, f: &Figure) -> Value {
    let count = |key: &str| l.counts.as_ref().and_then(|c| c.get(key)).copied().unwrap_or(0);
    of_counts(f, &count)
}

fn count(l: &BoardLine, key: &str) -> u64 {
    l.counts.as_ref().and_then(|c| c.get(key)).copied().unwrap_or(0)
}

/// Told of all days asked for: nothing is missing that would make a count smaller than it is.
fn told_all(l: &BoardLine, days: i64) -> bool {
    l.counts.is_some() && l.told as i64 >= days
}

fn groups(p: &Page, all: &[&BoardLine], f: &'static Figure, span: (Date, Date)) -> Vec<GroupOf> {
    let cities: Vec<(u64, Value)> = all.iter().map(|l| (count(l, SIZE), value(l, f))).collect();
    let line = |c: &supervise::Placed| {
        let l = all[c.index];
        let (size, value) = cities[c.index];
        let of = if let Value::Share { part, whole } = value {
            format!("{part} / {whole}")
        } else {
            String::new()
        };
        let wide = c.interval.filter(|i| (i.high - i.low) / 2.0 > WIDE);
        Line {
            place: match c.place {
                None => p.t.too_few.replace("{n}", &supervise::LEAST.to_string()),
                Some((a, b)) if a == b => p.t.place_of.replace("{n}", &a.to_string()),
                Some((a, b)) => p.t.place_of.replace("{n}", &format!("{a}–{b}")),
            },
            name: l.name.clone(),
            size: size.to_string(),
            size_href: list_of(l, SIZE, span),
            share: value.text(),
            href: list_of(l, f.key, span),
            of,
            interval: wide
                .map_or_else(String::new, |i| format!("{:.1}%–{:.1}%", i.low * 100.0, i.high * 100.0)),
        }
    };
    let title = |g: &supervise::Group| {
        let said = p.t.group_of.replace("{from}", &g.from.to_string()).replace("{to}", &g.to.to_string());
        said.replace("{n}", &g.cities.len().to_string())
    };
    let groups = comparable(&cities, f.worse);
    groups.iter().map(|g| GroupOf { title: title(g), lines: g.cities.iter().map(line).collect() }).collect()
}

/// `GET /desk/cells/league`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(q): Query<BTreeMap<String, String>>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let day = |name: &str| q.get(name).and_then(|t| date_of(t));
    let to = day("to").unwrap_or_else(|| p.now.plus_us(-US_PER_DAY).date());
    let from = day("from").unwrap_or_else(|| p.now.plus_us(-30 * US_PER_DAY).date());
    let chosen = |name: &str, usual: &str, share: bool| {
        let asked = q.get(name).and_then(|key| figure(key)).filter(|f| is_share(f) == share);
        asked.or_else(|| figure(usual)).ok_or(Oops(city::Error::NotFound))
    };
    let share = chosen("share", "on_time_rate", true)?;
    let counted = chosen("count", "problems", false)?;
    let (board, trouble) = match kit.acts.cells.province(desk.actor(), from, to).await {
        Ok(board) => (Some(board), String::new()),
        Err(e @ city::Error::Invalid { .. }) => (None, web_kit::explain(&desk.page, &e)),
        Err(e) => return Err(Oops(e)),
    };
    let (cities, days) = board.map_or((Vec::new(), 0), |b| (b.cities, b.days));
    let span = (from, to);
    let (whole, part): (Vec<&BoardLine>, Vec<&BoardLine>) = cities.iter().partition(|l| told_all(l, days));
    let missing = part.iter().map(|l| {
        let told = p.t.told_days.replace("{n}", &l.told.to_string());
        let since = l.silent.map(|at| p.t.silent_since.replace("{at}", &when(p.lang, at)));
        (l.name.clone(), format!("{} {told}", since.unwrap_or_default()).trim().to_owned())
    });
    let sizeless = whole.iter().filter(|l| count(l, SIZE) == 0);
    let missing = missing.chain(sizeless.map(|l| (l.name.clone(), p.t.sizeless.to_owned())));
    let named = |most: std::ops::RangeInclusive<u64>| {
        let within = whole.iter().filter(|l| most.contains(&count(l, counted.key)));
        let line = |l: &&BoardLine| Name {
            name: l.name.clone(),
            n: count(l, counted.key).to_string(),
            href: list_of(l, counted.key, span),
        };
        within.map(line).collect::<Vec<_>>()
    };
    let (of_share, of_count) = (name_of(&p, share), name_of(&p, counted));
    Ok(render(&LeagueHtml {
        shares: choices(&p, true, share.key),
        counts: choices(&p, false, counted.key),
        share: of_share.0.to_owned(),
        how: of_share.1.to_owned(),
        count: of_count.0.to_owned(),
        count_how: of_count.1.to_owned(),
        groups: groups(&p, &whole, share, span),
        none: named(0..=0),
        few: named(1..=FEW),
        missing: missing.collect(),
        cities: !cities.is_empty(),
        from,
        to,
        trouble,
        p,
    }))
}
