//! 对账: the lists of both sides compared, each difference named, and repaired at a click.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use city::Error;
use hotline::{Gaps, State as Stands};
use kernel::{Date, US_PER_DAY};
use web_kit::{Fields, Oops, Opt, again, blocking, date_of, opt, render, word};

use crate::{Desk, Kit, Page};

struct Line {
    number: String,
    sort: String,
    here: String,
    there: String,
}

#[derive(Template)]
#[template(path = "agree.html")]
struct AgreeHtml {
    p: Page,
    lines: Vec<Line>,
    hotlines: Vec<Opt>,
    from: Date,
    to: Date,
    list: String,
    /// what was found; empty before it was asked
    said: String,
    done: String,
    trouble: String,
}

type Theirs = Vec<(String, Result<Stands, String>)>;

async fn theirs(kit: &Kit, desk: &Desk, f: &Fields, (from, to): (Date, Date)) -> Result<Theirs, Error> {
    let (hotlines, actor, code) = (kit.acts.hotlines.clone(), desk.actor(), f.get("code").to_owned());
    if f.has("list") {
        return hotlines.read_list(actor, code, f.get("list").to_owned()).await;
    }
    blocking(move || hotlines.ask_list(&actor, &code, from, to)).await
}

fn days(kit: &Kit, f: &Fields) -> (Date, Date) {
    let today = kit.city.store().now();
    let from = date_of(f.get("from")).unwrap_or_else(|| today.plus_us(-6 * US_PER_DAY).date());
    (from, date_of(f.get("to")).unwrap_or_else(|| today.date()))
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    f: &Fields,
    found: Option<Gaps>,
    (done, trouble): (String, String),
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let lines = kit.acts.hotlines.lines(desk.actor()).await?;
    let (from, to) = days(kit, f);
    let said = found.as_ref().map_or_else(String::new, |g| {
        let t = if g.gaps.is_empty() { p.t.agree_same } else { p.t.agree_gaps };
        let n = g.gaps.len().to_string();
        t.replace("{here}", &g.here.to_string()).replace("{there}", &g.there.to_string()).replace("{n}", &n)
    });
    let line = |g: hotline::Gap| Line {
        number: g.number,
        sort: word(p.lang, g.sort),
        here: g.here.map_or_else(|| "—".to_owned(), |s| word(p.lang, s)),
        there: if g.there.is_empty() { "—".to_owned() } else { g.there },
    };
    Ok(render(&AgreeHtml {
        hotlines: lines.iter().map(|l| opt(&l.code, &l.name, f.get("code"))).collect(),
        lines: found.map(|g| g.gaps).unwrap_or_default().into_iter().map(line).collect(),
        from,
        to,
        list: f.get("list").to_owned(),
        said,
        done,
        trouble,
        p,
    }))
}

/// `GET /desk/hotline/agree`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, &Fields::default(), None, Default::default()).await
}

/// `POST /desk/hotline/agree`
pub(crate) async fn act(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let (hotlines, code, span) = (&kit.acts.hotlines, f.get("code").to_owned(), days(&kit, &f));
    let found = match theirs(&kit, &desk, &f, span).await {
        Ok(theirs) => hotlines.agree(desk.actor(), code.clone(), span, theirs).await,
        Err(e) => Err(e),
    };
    let done = match (found, f.get("act")) {
        (Ok(found), "repair") => {
            let n = hotlines.repair(desk.actor(), code, found.gaps).await;
            n.map(|n| (None, desk.page.t.repaired.replace("{n}", &n.to_string())))
        }
        (Ok(found), _) => Ok((Some(found), String::new())),
        (Err(e), _) => Err(e),
    };
    match done {
        Ok((found, said)) => page(&kit, &desk, &f, found, (said, String::new())).await,
        Err(e) => {
            let p = desk.page.clone();
            again(&p, e, |trouble| page(&kit, &desk, &f, None, (String::new(), trouble))).await
        }
    }
}
