//! 恳谈、走访: the calendar of talks, one talk with its agenda, minutes and promises.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use company::talk::{TalkAct, TalkKind};
use company_acts::{NewTalk, NewWhistle, PromiseView, TalkView};
use kernel::{Moment, US_PER_DAY};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, again, date_of, moment_of, opt, render, when, word};

use crate::parts::LineRow;
use crate::pay::told;
use crate::{Desk, Kit, Page};

/// Days shown before and behind today where nobody asks for others.
const BEFORE: i64 = 30;
const BEHIND: i64 = 60;

struct TalkRow {
    href: String,
    title: String,
    kind: String,
    at: String,
    place: String,
    unit: String,
    state: String,
    invited: usize,
    came: usize,
    promises: usize,
    agreed: usize,
}

fn talk_row(p: &Page, t: &TalkView) -> TalkRow {
    TalkRow {
        href: format!("/desk/companies/talks/{}", t.row.number),
        title: t.row.title.clone(),
        kind: word(p.lang, t.kind),
        at: when(p.lang, t.row.at),
        place: t.row.place.clone(),
        unit: t.unit.clone(),
        state: word(p.lang, t.state),
        invited: t.companies.len(),
        came: t.companies.iter().filter(|c| c.1).count(),
        promises: t.promises.len(),
        agreed: t.agreed(),
    }
}

#[derive(Template)]
#[template(path = "talks.html")]
struct TalksHtml {
    p: Page,
    rows: Vec<TalkRow>,
    from: String,
    to: String,
    n: NewTalk,
    at: String,
    kinds: Vec<Opt>,
    codes: String,
    may_plan: bool,
    trouble: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    /// a company that is invited
    #[serde(default)]
    company: String,
}

fn kinds(p: &Page, chosen: &str) -> Vec<Opt> {
    TalkKind::ALL.iter().map(|k| opt(k.word(), &word(p.lang, *k), chosen)).collect()
}

/// `2026-03-05T09:30`, as a field of day and time has it.
fn field_of(at: Option<Moment>) -> String {
    at.map_or_else(String::new, |m| m.to_string().replace(' ', "T").chars().take(16).collect())
}

async fn talks_page(
    kit: &Kit,
    desk: &Desk,
    days: Days,
    sent: Option<NewTalk>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let start = |d| Moment::start_of(d);
    let from = date_of(&days.from).map_or_else(|| p.now.plus_us(-BEFORE * US_PER_DAY), start);
    let to = date_of(&days.to).map_or_else(|| p.now.plus_us(BEHIND * US_PER_DAY), start).plus_us(US_PER_DAY);
    let rows = kit.acts.companies.talks(desk.actor(), from, to).await?;
    let n = sent.unwrap_or_else(|| NewTalk { codes: vec![days.company.clone()], ..NewTalk::default() });
    let html = TalksHtml {
        rows: rows.iter().map(|t| talk_row(&p, t)).collect(),
        from: from.date().to_string(),
        to: to.plus_us(-US_PER_DAY).date().to_string(),
        kinds: kinds(&p, &n.kind),
        at: field_of(n.at),
        codes: n.codes.join("\n"),
        may_plan: access::offered(&desk.actor(), access::Operation::WriteTalks).is_ok(),
        n,
        trouble,
        p,
    };
    Ok(render(&html))
}

fn read(fields: &Fields) -> NewTalk {
    let get = |name: &str| fields.get(name).to_owned();
    let codes = fields.get("codes").split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、'));
    NewTalk {
        kind: get("kind"),
        title: get("title"),
        place: get("place"),
        at: moment_of(&get("at").replace('T', " ")),
        agenda: get("agenda"),
        codes: codes.filter(|c| !c.is_empty()).map(str::to_owned).collect(),
    }
}

/// `GET /desk/companies/talks`
pub(crate) async fn talks(
    State(kit): State<Kit>,
    desk: Desk,
    Query(days): Query<Days>,
) -> Result<Response, Oops> {
    talks_page(&kit, &desk, days, None, String::new()).await
}

/// `POST /desk/companies/talks`
pub(crate) async fn plan(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let n = read(&fields);
    match kit.acts.companies.plan_talk(desk.actor(), n.clone(), None).await {
        Ok(number) => Ok(Redirect::to(&format!("/desk/companies/talks/{number}")).into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| talks_page(&kit, &desk, Days::default(), Some(n), trouble)).await
        }
    }
}

struct Promise {
    number: String,
    href: String,
    company: String,
    unit: String,
    words: String,
    stage: String,
    due: String,
    late: bool,
    said: String,
}

fn promise(p: &Page, v: &PromiseView) -> Promise {
    let w = &v.whistle;
    Promise {
        number: w.number.clone(),
        href: format!("/desk/case/{}", w.number),
        company: v.company.clone(),
        unit: v.unit.clone(),
        words: v.row.words.clone(),
        stage: word(p.lang, w.stage),
        due: w.due.map_or_else(String::new, |d| when(p.lang, d)),
        late: v.late,
        said: match w.said {
            _ if w.solved() => p.t.pay.talk_agreed.to_owned(),
            Some(_) => p.t.pay.talk_not_agreed.to_owned(),
            None => String::new(),
        },
    }
}

#[derive(Template)]
#[template(path = "talk.html")]
struct TalkHtml {
    p: Page,
    t: TalkRow,
    v: TalkView,
    promises: Vec<Promise>,
    units: Vec<Opt>,
    sets: Vec<Opt>,
    kinds: Vec<Opt>,
    at: String,
    codes: String,
    lines: Vec<LineRow>,
    trouble: String,
}

impl TalkHtml {
    fn may(&self, act: &str) -> bool {
        self.v.acts.iter().any(|a| a.word() == act)
    }
}

async fn talk_page(kit: &Kit, desk: &Desk, number: String, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.companies.talk(desk.actor(), number).await?;
    let office = kit.city.office_now().await?;
    let sets = kit.acts.companies.limit_sets().await?;
    let html = TalkHtml {
        t: talk_row(&p, &v),
        promises: v.promises.iter().map(|x| promise(&p, x)).collect(),
        units: web_kit::unit_choices(&office).iter().map(|(s, n)| opt(s, n, "")).collect(),
        sets: sets.iter().map(|s| opt(&s.name, &s.name, "")).collect(),
        kinds: kinds(&p, v.kind.word()),
        at: field_of(Some(v.row.at)),
        codes: v.companies.iter().map(|c| c.0.code.clone()).collect::<Vec<_>>().join("\n"),
        lines: told(&p, &v.lines),
        v,
        trouble,
        p,
    };
    Ok(render(&html))
}

/// `GET /desk/companies/talks/{number}`
pub(crate) async fn talk(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    talk_page(&kit, &desk, number, String::new()).await
}

/// `POST /desk/companies/talks/{number}`: one act, by its word in `do`.
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let text = |name: &str| fields.get(name).to_owned();
    let (app, actor, at) = (&kit.acts.companies, desk.actor(), number.clone());
    let ver = fields.get("ver").parse().unwrap_or(0);
    let done = match TalkAct::read(fields.get("do")) {
        Some(TalkAct::Plan) => app.plan_talk(actor, read(&fields), Some((at, ver))).await.map(drop),
        Some(TalkAct::Hold) => {
            let came = fields.all("came").into_iter().map(str::to_owned).collect();
            app.hold_talk(actor, at, ver, text("minutes"), came).await
        }
        Some(TalkAct::CallOff) => app.call_off_talk(actor, at, ver, text("reason")).await,
        Some(TalkAct::Promise) => {
            let new = NewWhistle { set: text("set"), words: text("words"), ..NewWhistle::default() };
            app.promise(actor, at, ver, text("company"), text("unit"), new).await.map(drop)
        }
        None => return Err(Oops(city::Error::NotFound)),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/companies/talks/{number}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| talk_page(&kit, &desk, number, trouble)).await,
    }
}
