//! 吹哨报到: the form (for the company on its phone, and for staff in its place), how a whistle stands, and the figures with
//! the lists behind them.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use company_acts::{By, NewWhistle, OwnWhistle, What, WhistleLine, WhistleView};
use kernel::{Moment, US_PER_DAY, Word as _};
use resolve::{LimitSet, Solved};
use serde::Deserialize;
use web_kit::{
    CaseKey, Fields, Filling, Fragment, Oops, Opt, Reader, again, date_of, length, render, when, word,
};

use crate::{Desk, Kit, Page};

/// One office that was called, as a page shows it.
pub(crate) struct CallRow {
    pub name: String,
    pub leads: bool,
    pub at: String,
    pub due: String,
    pub arrived: String,
    pub late: bool,
}

/// What is due beside the clock, as a page shows it.
pub(crate) struct SideRow {
    pub what: String,
    pub due: String,
    pub done: String,
    pub late: bool,
}

/// A whistle as a page shows it.
pub(crate) struct WhistleRow {
    pub number: String,
    pub href: String,
    pub title: String,
    pub company: String,
    pub code: String,
    pub at: String,
    pub set: String,
    pub stage: String,
    pub due: String,
    pub said: String,
    pub raised: String,
    pub again: String,
    pub secret: bool,
    pub calls: Vec<CallRow>,
    pub sides: Vec<SideRow>,
    pub arrival_code: String,
}

pub(crate) fn row(p: &Page, w: &WhistleView, href: String) -> WhistleRow {
    let call = |c: &company_acts::CallView| CallRow {
        name: c.name.clone(),
        leads: c.leads,
        at: when(p.lang, c.at),
        due: c.due.map_or_else(String::new, |d| when(p.lang, d)),
        arrived: c.arrived.as_ref().map_or_else(String::new, |(at, who, way)| {
            format!("{} {} {}", when(p.lang, *at), word(p.lang, *way), who)
        }),
        late: c.late(p.now),
    };
    let side = |s: &resolve::Side| SideRow {
        what: word(p.lang, s.phase),
        due: when(p.lang, s.due),
        done: s.done.map_or_else(String::new, |at| when(p.lang, at)),
        late: !s.in_time(p.now),
    };
    let said = w.said.map_or_else(String::new, |(solved, how)| {
        let how = how.map(|h| format!(" · {}", word(p.lang, h))).unwrap_or_default();
        format!("{}{how}", word(p.lang, solved))
    });
    WhistleRow {
        number: w.number.clone(),
        href,
        title: w.title.clone(),
        company: w.company.as_ref().map_or_else(|| p.t.wh_hidden.to_owned(), |c| c.name.clone()),
        code: w.company.as_ref().map_or_else(String::new, |c| c.code.clone()),
        at: when(p.lang, w.at),
        set: w.set.clone(),
        stage: word(p.lang, w.stage),
        due: w.due.map_or_else(String::new, |d| when(p.lang, d)),
        said,
        raised: if w.raised > 0 {
            p.t.wh_raised.replace("{n}", &w.raised.to_string())
        } else {
            String::new()
        },
        again: w.again.as_ref().map_or_else(String::new, |n| p.t.wh_again.replace("{number}", n)),
        secret: w.secret,
        calls: w.calls.iter().map(call).collect(),
        sides: w.sides.iter().filter(|s| !s.void).map(side).collect(),
        arrival_code: String::new(),
    }
}

pub(crate) fn desk_row(p: &Page, w: &WhistleView) -> WhistleRow {
    row(p, w, format!("/desk/case/{}", w.number))
}

pub(crate) fn own_row(p: &Page, w: &OwnWhistle) -> WhistleRow {
    let mut out = row(p, &w.view, format!("/r/{}/{}", w.view.number, w.code));
    let open = w.view.calls.iter().any(|c| c.arrived.is_none());
    if open || w.view.calls.is_empty() && !w.view.stage.is_end() {
        out.arrival_code.clone_from(&w.arrival_code);
    }
    out
}

/// What a set of limits promises, in words.
fn set_said(p: &Page, s: &LimitSet) -> String {
    let part = |(phase, long): &(resolve::Phase, workday::Length)| {
        format!("{} {}", word(p.lang, *phase), length(p.common(), *long))
    };
    s.parts.iter().map(part).collect::<Vec<_>>().join(p.t.wh_set)
}

#[derive(Template)]
#[template(path = "whistle_form.html")]
struct FormHtml {
    p: Page,
    name: String,
    to: String,
    back: String,
    sets: Vec<Opt>,
    earlier: Vec<Opt>,
    n: NewWhistle,
    trouble: String,
}

fn read(fields: &Fields) -> NewWhistle {
    NewWhistle {
        set: fields.get("set").to_owned(),
        title: fields.get("title").to_owned(),
        words: fields.get("words").to_owned(),
        secret: fields.has("secret"),
        about: fields.get("about").to_owned(),
    }
}

struct Form {
    name: String,
    to: String,
    back: String,
    earlier: Vec<(String, String)>,
}

async fn form(kit: &Kit, p: Page, f: Form, n: NewWhistle, trouble: String) -> Result<Response, Oops> {
    let sets = kit.acts.companies.limit_sets().await?;
    let chosen = if n.set.is_empty() { sets.first().map(|s| s.name.clone()) } else { Some(n.set.clone()) };
    let chosen = chosen.unwrap_or_default();
    let html = FormHtml {
        name: f.name,
        to: f.to,
        back: f.back,
        sets: sets.iter().map(|s| web_kit::opt(&s.name, &set_said(&p, s), &chosen)).collect(),
        earlier: f.earlier.iter().map(|(number, said)| web_kit::opt(number, said, &n.about)).collect(),
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

async fn own_form(
    kit: &Kit,
    p: Page,
    (code, pass): (String, String),
    n: NewWhistle,
    trouble: String,
) -> Result<Response, Oops> {
    let own = kit.acts.companies.follow(p.signed(), code.clone(), pass.clone()).await?;
    let earlier = own.whistles.iter().map(|w| (w.view.number.clone(), said_of(&w.view)));
    let f = Form {
        name: own.view.row.name.clone(),
        to: format!("/c/{code}/{pass}/whistle"),
        back: format!("/c/{code}/{pass}"),
        earlier: earlier.collect(),
    };
    form(kit, p, f, n, trouble).await
}

fn said_of(w: &WhistleView) -> String {
    format!("{} {}", w.number, w.title)
}

/// `GET /c/{code}/{pass}/whistle`
pub(crate) async fn own(
    State(kit): State<Kit>,
    p: Page,
    Path(at): Path<(String, String)>,
) -> Result<Response, Oops> {
    own_form(&kit, p, at, NewWhistle::default(), String::new()).await
}

/// `POST /c/{code}/{pass}/whistle`
pub(crate) async fn own_blow(
    State(kit): State<Kit>,
    p: Page,
    Path((code, pass)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let n = read(&fields);
    let done = kit.acts.companies.whistle_as_company(p.signed(), code.clone(), pass.clone(), n.clone()).await;
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/c/{code}/{pass}?done=whistle")).into_response()),
        Err(e) => {
            let again_at = |trouble| own_form(&kit, p.clone(), (code, pass), n, trouble);
            again(&p.clone(), e, again_at).await
        }
    }
}

async fn desk_form(
    kit: &Kit,
    desk: &Desk,
    code: String,
    n: NewWhistle,
    trouble: String,
) -> Result<Response, Oops> {
    let v = kit.acts.companies.company(desk.actor(), code.clone()).await?;
    if !v.may_write {
        access::offered(&desk.actor(), access::Operation::WriteCompany).map_err(|e| Oops(e.into()))?;
    }
    let f = Form {
        name: v.row.name.clone(),
        to: format!("/desk/companies/c/{code}/whistle"),
        back: format!("/desk/companies/c/{code}"),
        earlier: v.whistles.iter().map(|w| (w.number.clone(), said_of(w))).collect(),
    };
    form(kit, desk.page.clone(), f, n, trouble).await
}

/// `GET /desk/companies/c/{code}/whistle`
pub(crate) async fn at_desk(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    desk_form(&kit, &desk, code, NewWhistle::default(), String::new()).await
}

/// `POST /desk/companies/c/{code}/whistle`
pub(crate) async fn desk_blow(
    State(kit): State<Kit>,
    desk: Desk,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let n = read(&fields);
    match kit.acts.companies.whistle(desk.actor(), code.clone(), n.clone()).await {
        Ok(number) => Ok(Redirect::to(&format!("/desk/case/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| desk_form(&kit, &desk, code, n, trouble)).await,
    }
}

#[derive(Template)]
#[template(path = "whistle_beside.html")]
struct BesideHtml {
    p: Page,
    w: WhistleRow,
}

/// Beside a case that is a whistle: the company, the offices that were called, and who is there.
#[expect(clippy::needless_pass_by_value, reason = "every filler has this form")]
pub fn beside_case(kit: Kit, reader: Reader, case: CaseKey) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref() else { return Ok(Vec::new()) };
        let found = kit.acts.companies.whistle_of_case(me.actor.clone(), case.id).await?;
        let Some(found) = found else { return Ok(Vec::new()) };
        let html = BesideHtml { w: desk_row(&p, &found), p };
        let html = html.render().map_err(|e| Oops(city::Error::bug(e)))?;
        Ok(vec![Fragment { html }])
    })
}

struct FigureRow {
    name: String,
    href: String,
    l: WhistleLine,
    in_time: String,
    feedback: String,
    assist: String,
    solved: String,
    minutes: String,
    /// 未按时报到, 未按时反馈, 协办超期, 没解决, 复发: the lists behind the figures
    lists: [String; 5],
}

struct FigurePart {
    title: &'static str,
    rows: Vec<FigureRow>,
}

#[derive(Template)]
#[template(path = "whistles.html")]
struct FiguresHtml {
    p: Page,
    from: String,
    to: String,
    all: FigureRow,
    parts: Vec<FigurePart>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    what: String,
}

/// The days that are asked for: from the first to the end of the last; the last ninety when none are.
fn days(p: &Page, asked: &Asked) -> (Moment, Moment, String, String) {
    let to = date_of(&asked.to).unwrap_or_else(|| p.now.date());
    let from = date_of(&asked.from).unwrap_or_else(|| p.now.plus_us(-90 * US_PER_DAY).date());
    (Moment::start_of(from), Moment::start_of(to).plus_us(US_PER_DAY), from.to_string(), to.to_string())
}

fn percent(part: usize, of: usize) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1}%", part as f64 * 100.0 / of as f64) }
}

fn figure(l: WhistleLine, href: String) -> FigureRow {
    FigureRow {
        name: l.name.clone(),
        lists: [What::Arrivals, What::Feedback, What::Assist, What::Unsolved, What::Again]
            .map(|what| format!("{href}&what={}", what.word())),
        href,
        feedback: percent(l.feedback_in_time, l.feedbacks),
        assist: percent(l.assist_in_time, l.assists),
        in_time: percent(l.in_time, l.called),
        solved: percent(l.solved, l.said),
        minutes: if l.contacted == 0 {
            "–".to_owned()
        } else {
            (l.contact_minutes / i64::try_from(l.contacted).unwrap_or(1)).to_string()
        },
        l,
    }
}

/// `GET /desk/companies/whistles`
pub(crate) async fn figures(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (from, to, from_said, to_said) = days(&p, &asked);
    let (all, parts) = kit.acts.companies.whistle_figures(desk.actor(), from, to).await?;
    let href = |by: &str, key: &str| {
        let pairs = [("from", from_said.as_str()), ("to", &to_said), ("by", by), ("key", key)];
        web_kit::address("/desk/companies/whistles/list", &pairs)
    };
    let parts = parts
        .into_iter()
        .map(|(by, lines)| FigurePart {
            title: match by {
                By::Unit => p.t.th_unit,
                By::Region => p.t.co_region,
                By::Industry => p.t.co_industry,
                By::Set => p.t.wh_kind,
            },
            rows: lines
                .into_iter()
                .map(|l| (href(by.word(), &l.key), l))
                .map(|(h, l)| figure(l, h))
                .collect(),
        })
        .collect();
    let all = figure(WhistleLine { name: p.t.wh_all.to_owned(), ..all }, href("", ""));
    Ok(render(&FiguresHtml { all, parts, from: from_said, to: to_said, p }))
}

#[derive(Template)]
#[template(path = "whistle_list.html")]
struct ListHtml {
    p: Page,
    what: String,
    more: String,
    rows: Vec<WhistleRow>,
}

/// Whistles of one list.
const LISTED: usize = 500;

/// `GET /desk/companies/whistles/list`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (from, to, ..) = days(&p, &asked);
    let only = By::read(&asked.by).map(|by| (by, asked.key.clone()));
    let what = What::read(&asked.what);
    let found = kit.acts.companies.whistles(desk.actor(), from, to, only, what).await?;
    let rows = found.iter().rev().take(LISTED).map(|w| desk_row(&p, w)).collect();
    let html = ListHtml {
        what: what.map_or_else(String::new, |w| word(p.lang, w)),
        more: match found.len().checked_sub(LISTED) {
            None | Some(0) => String::new(),
            Some(n) => p.t.wh_more.replace("{n}", &n.to_string()),
        },
        rows,
        p,
    };
    Ok(render(&html))
}

/// Does the company still have to say whether it is solved?
pub(crate) fn waits_for_word(w: &OwnWhistle) -> bool {
    w.view.stage == resolve::StageKind::Replied && !matches!(w.view.said, Some((Solved::Yes, _)))
}
