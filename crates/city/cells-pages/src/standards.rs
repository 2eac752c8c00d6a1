//! 省级标准: what came from the level above, which version, since when, and how what stands here differs from it; what was issued
//! here, and which city holds which version of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use cells::{CityHolds, ISSUED_MAX, Issued, IssuedView, TakenView};
use city::given::{Difference, How};
use city::{Error, StandardKind};
use kernel::{Moment, Said};
use web_kit::{Fields, Lang, Oops, Opt, address, again, opt, render, said, when};

use crate::{Desk, Kit, Page};

/// Differences that are written out.
const SHOWN: usize = 12;

struct Taken {
    kind: String,
    name: String,
    from: String,
    version: String,
    issued: String,
    since: String,
    note: String,
    withdrawn: bool,
    /// nothing differs
    same: bool,
    added: Vec<String>,
    altered: Vec<String>,
    refused: String,
    refused_id: i64,
}

struct City {
    name: String,
    said: String,
    bad: bool,
}

struct Given {
    kind: String,
    name: String,
    version: String,
    issued: String,
    about: &'static str,
    word: String,
    withdrawn: bool,
    /// some city does not hold the newest version
    behind: bool,
    cities: Vec<City>,
}

#[derive(Template)]
#[template(path = "standards.html")]
struct StandardsHtml {
    p: Page,
    taken: Vec<Taken>,
    issued: Vec<Given>,
    said: Vec<String>,
    next: String,
    kinds: Vec<Opt>,
    may_issue: bool,
    may_take: bool,
    done: String,
    sent: Fields,
    trouble: String,
}

fn kind(p: &Page, about: StandardKind) -> String {
    if p.lang == Lang::Zh { about.zh() } else { about.en() }.to_owned()
}

fn issued_at(p: &Page, at: Moment) -> String {
    p.t.issued_at.replace("{at}", &when(p.lang, at))
}

fn version(p: &Page, n: i64) -> String {
    p.t.version.replace("{n}", &n.to_string())
}

fn differences(p: &Page, all: &[Difference], how: How) -> Vec<String> {
    let line = |d: &Difference| format!("{} {}", said(p.lang, &d.named), d.what).trim().to_owned();
    let mut out: Vec<String> = all.iter().filter(|d| d.how == how).map(line).collect();
    let more = out.len().saturating_sub(SHOWN);
    out.truncate(SHOWN);
    if more > 0 {
        out.push(p.t.and_more.replace("{n}", &more.to_string()));
    }
    out
}

fn taken(p: &Page, t: TakenView) -> Taken {
    let both = |text: &str| if text.is_empty() { String::new() } else { said(p.lang, &Said::of_both(text)) };
    let (refused_id, refused) = t.refused.map_or((0, String::new()), |(id, n, why)| {
        (id, p.t.refused_here.replace("{n}", &n.to_string()).replace("{why}", &both(&why)))
    });
    Taken {
        kind: kind(p, t.about),
        same: t.held.is_some() && !t.withdrawn && t.differences.is_empty(),
        withdrawn: t.withdrawn,
        added: differences(p, &t.differences, How::Added),
        altered: differences(p, &t.differences, How::Altered),
        version: t.held.map_or_else(|| p.t.none_held.to_owned(), |h| version(p, h.0)),
        issued: t.held.map_or_else(String::new, |h| issued_at(p, h.1)),
        since: t.held.map_or_else(String::new, |h| when(p.lang, h.2)),
        note: both(&t.note),
        name: t.name,
        from: t.from,
        refused,
        refused_id,
    }
}

fn city(p: &Page, newest: i64, c: CityHolds) -> City {
    let mut parts = Vec::new();
    match c.since.filter(|_| c.version > 0) {
        Some(since) => parts.push(
            p.t.holds_since.replace("{v}", &version(p, c.version)).replace("{at}", &when(p.lang, since)),
        ),
        None => parts.push(p.t.none_held.to_owned()),
    }
    if c.added > 0 {
        parts.push(p.t.added_n.replace("{n}", &c.added.to_string()));
    }
    if c.altered > 0 {
        parts.push(p.t.altered_n.replace("{n}", &c.altered.to_string()));
    }
    if !c.refused.is_empty() {
        parts.push(p.t.refused_there.replace("{why}", &said(p.lang, &Said::of_both(&c.refused))));
    }
    if let Some((n, at)) = c.sent {
        let on_its_way = p.t.sent_since.replace("{v}", &version(p, n));
        parts.push(on_its_way.replace("{at}", &when(p.lang, at)));
        if let Some(since) = c.silent {
            parts.push(p.t.silent_since.replace("{at}", &when(p.lang, since)));
        }
    }
    let bad = c.version != newest || c.altered > 0 || !c.refused.is_empty();
    City { name: c.name, said: parts.join(p.t.joined), bad }
}

fn issued(p: &Page, i: IssuedView) -> Given {
    let newest = i.version;
    Given {
        kind: kind(p, i.about),
        version: version(p, newest),
        issued: issued_at(p, i.issued),
        about: i.about.word(),
        withdrawn: i.withdrawn,
        behind: i.cities.iter().any(|c| c.version != newest || !c.refused.is_empty()),
        cities: i.cities.into_iter().map(|c| city(p, newest, c)).collect(),
        name: i.name,
        word: i.word,
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    after: (String, String),
    sent: Fields,
    (done, trouble): (String, String),
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.cells.standards(desk.actor(), after).await?;
    let chosen = sent.get("kind").to_owned();
    let counted = [(v.totals.0, p.t.came_n), (v.totals.1, p.t.issued_n)];
    let counted = counted.into_iter().filter(|c| c.0 > 0).map(|(n, t)| t.replace("{n}", &n.to_string()));
    let next = v.next.map(|(k, w)| address("/desk/cells/standards", &[("k", &k), ("w", &w)]));
    Ok(render(&StandardsHtml {
        said: counted.collect(),
        taken: v.taken.into_iter().map(|t| taken(&p, t)).collect(),
        issued: v.issued.into_iter().map(|i| issued(&p, i)).collect(),
        next: next.unwrap_or_default(),
        kinds: StandardKind::ALL.into_iter().map(|k| opt(k.word(), &kind(&p, k), &chosen)).collect(),
        may_issue: v.may_issue,
        may_take: v.may_take,
        done,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/cells/standards`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Query(q): Query<BTreeMap<String, String>>,
) -> Result<Response, Oops> {
    let of = |key: &str| q.get(key).cloned().unwrap_or_default();
    page(&kit, &desk, (of("k"), of("w")), Fields::default(), Default::default()).await
}

/// What is to be issued: of calendars the years and of items the codes, a line each; of others there is one.
fn words(about: StandardKind, text: &str) -> Result<Vec<String>, Error> {
    if !matches!(about, StandardKind::Calendar | StandardKind::Item) {
        return Ok(vec![about.word().to_owned()]);
    }
    let lines = text.split(['\n', ',', '，', '、']).map(|l| l.trim().trim_end_matches('年').trim());
    let all: Vec<String> = lines.filter(|l| !l.is_empty()).map(str::to_owned).collect();
    if all.is_empty() || all.len() > ISSUED_MAX {
        return Err(Error::invalid(
            "words",
            format!("请填写年份或事项编码，一行一个，最多 {ISSUED_MAX} 个"),
            format!("years or codes, a line each, {ISSUED_MAX} at most"),
        ));
    }
    Ok(all)
}

/// `POST /desk/cells/standards`: issues.
pub(crate) async fn issue(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (mut new, mut same) = (0, 0);
    let done = async {
        let about = StandardKind::read(f.get("kind")).ok_or(Error::NotFound)?;
        for word in words(about, f.get("words"))? {
            match kit.acts.cells.issue(desk.actor(), about, word).await? {
                Issued::Version(_) => new += 1,
                Issued::Same(_) => same += 1,
            }
        }
        Ok::<_, Error>(())
    };
    let done = done.await;
    // What was issued before one that cannot be is issued: that is said beside the reason.
    let told = p.t.issued_done.replace("{n}", &new.to_string()).replace("{same}", &same.to_string());
    let told = if new + same > 0 { told } else { String::new() };
    match done {
        Ok(()) => page(&kit, &desk, Default::default(), Fields::default(), (told, String::new())).await,
        Err(e) => again(&desk.page, e, |t| page(&kit, &desk, Default::default(), f, (told, t))).await,
    }
}

/// `POST /desk/cells/standards/withdraw`: binds nobody from the next version on.
pub(crate) async fn withdraw(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let about = StandardKind::read(f.get("kind")).ok_or(Oops(Error::NotFound))?;
    kit.acts.cells.withdraw(desk.actor(), about, f.get("word").to_owned()).await?;
    Ok(Redirect::to("/desk/cells/standards").into_response())
}

/// `POST /desk/cells/standards/again`: once more to who does not hold the newest version.
pub(crate) async fn send_again(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let about = StandardKind::read(f.get("kind")).ok_or(Oops(Error::NotFound))?;
    kit.acts.cells.send_standard_again(desk.actor(), about, f.get("word").to_owned()).await?;
    Ok(Redirect::to("/desk/cells/standards").into_response())
}

/// `POST /desk/cells/standards/try`: a refused version is tried once more.
pub(crate) async fn try_again(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let id: i64 = f.get("id").parse().map_err(|_| Oops(Error::NotFound))?;
    kit.acts.cells.try_standard(desk.actor(), id).await?;
    Ok(Redirect::to("/desk/cells/standards").into_response())
}
