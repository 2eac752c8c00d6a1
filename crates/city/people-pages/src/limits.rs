//! 期限规则: the table of limits; one limit is changed, added or taken out in a form.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Error, Office};
use kernel::{Date, Word};
use resolve::{Channel, Complexity, Kind, LimitRule, Phase};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, again, escape, length, opt, render, word};
use workday::{Length, Unit};

use crate::{Desk, Kit, Page};

struct Line {
    phase: String,
    length: String,
    yellow: String,
    only: String,
    since: String,
    source: String,
    edit: String,
}

/// The choices of the form.
struct Choices {
    phases: Vec<Opt>,
    units: Vec<Opt>,
    yellow_units: Vec<Opt>,
    kinds: Vec<Opt>,
    complexities: Vec<Opt>,
    channels: Vec<Opt>,
    sets: Vec<Opt>,
    of_units: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "limits.html")]
struct LimitsHtml {
    p: Page,
    trouble: String,
    lines: Vec<Line>,
    may_write: bool,
    calendar: String,
    /// the form is open
    open: bool,
    sent: Fields,
    of: Choices,
}

#[derive(Default, Deserialize)]
pub(crate) struct Ask {
    /// the limit whose form is open: its id and the day it is in force from
    #[serde(default)]
    id: String,
    #[serde(default)]
    from: String,
}

/// A limit as its form shows it: what is saved is in force from today on, unless another day is chosen, and what was
/// reckoned before keeps its ground.
fn form_of(l: &LimitRule, office: &Office, today: Date) -> Fields {
    let (n, yellow, since) = (l.length.n().to_string(), l.yellow.n().to_string(), l.effective.to_string());
    let unit = l.unit.and_then(|u| office.unit(u)).map_or_else(String::new, |u| u.name.clone());
    let pairs: [(&str, &str); 14] = [
        ("id", &l.id),
        ("was", &since),
        ("phase", l.phase.word()),
        ("n", &n),
        ("n_unit", l.length.unit().word()),
        ("yellow", &yellow),
        ("yellow_unit", l.yellow.unit().word()),
        ("kind", l.kind.map_or("", Kind::word)),
        ("complexity", l.complexity.map_or("", Complexity::word)),
        ("channel", l.channel.map_or("", Channel::word)),
        ("unit", &unit),
        ("item", l.item.as_deref().unwrap_or_default()),
        ("set", l.set.as_deref().unwrap_or_default()),
        ("source", &l.source),
    ];
    let mut fields: Vec<_> = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
    fields.push(("effective".to_owned(), today.to_string()));
    Fields(fields)
}

/// Up to which year the calendar is known.
pub(crate) fn calendar(p: &Page, office: &Office) -> String {
    let last = office.rules.calendar.last_published_year();
    last.map_or_else(|| "—".to_owned(), |y| p.t.calendar_until.replace("{year}", &y.to_string()))
}

fn choices(p: &Page, office: &Office, sent: &Fields) -> Choices {
    fn words<W: Word>(p: &Page, chosen: &str) -> Vec<Opt> {
        W::ALL
            .iter()
            .map(|w| Opt { value: w.word().into(), label: word(p.lang, *w), on: w.word() == chosen })
            .collect()
    }
    let any = |chosen: &str, mut all: Vec<Opt>| {
        all.insert(0, opt("", p.t.limit_any, chosen));
        all
    };
    let units = |chosen: &str| {
        let label = |u: Unit| match u {
            Unit::Workdays => p.t.unit_workdays,
            Unit::Days => p.t.unit_days,
            Unit::WorkingHours => p.t.unit_working_hours,
            Unit::Hours => p.t.unit_hours,
        };
        Unit::ALL.map(|u| opt(u.word(), label(u), chosen)).to_vec()
    };
    let mut sets: Vec<&str> = office.rules.limits.iter().filter_map(|l| l.set.as_deref()).collect();
    sets.sort_unstable();
    sets.dedup();
    Choices {
        phases: words::<Phase>(p, sent.get("phase")),
        units: units(sent.get("n_unit")),
        yellow_units: units(sent.get("yellow_unit")),
        kinds: any(sent.get("kind"), words::<Kind>(p, sent.get("kind"))),
        complexities: any(sent.get("complexity"), words::<Complexity>(p, sent.get("complexity"))),
        channels: any(sent.get("channel"), words::<Channel>(p, sent.get("channel"))),
        sets: any(sent.get("set"), sets.into_iter().map(|s| opt(s, s, sent.get("set"))).collect()),
        of_units: office.units().iter().map(|u| (u.name.clone(), u.short.clone())).collect(),
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    ask: Ask,
    sent: Option<Fields>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let limits = &office.rules.limits;
    let edited = limits.iter().find(|l| l.id == ask.id && l.effective.to_string() == ask.from);
    let open = sent.is_some() || edited.is_some();
    let sent = sent.or_else(|| edited.map(|l| form_of(l, &office, p.now.date())));
    let sent = sent.unwrap_or_else(|| Fields(vec![("effective".to_owned(), p.now.date().to_string())]));
    let lines = limits.iter().map(|l| {
        let only = [
            l.kind.map(|w| word(p.lang, w)),
            l.complexity.map(|w| word(p.lang, w)),
            l.channel.map(|w| word(p.lang, w)),
            l.unit.map(|u| office.unit_name(u)),
            l.item.clone(),
            l.set.clone(),
        ];
        Line {
            phase: word(p.lang, l.phase),
            length: length(p.t, l.length),
            yellow: length(p.t, l.yellow),
            only: only.into_iter().flatten().collect::<Vec<_>>().join("、"),
            since: l.effective.to_string(),
            source: l.source.clone(),
            edit: format!("/desk/office/limits?id={}&from={}#edit", escape(&l.id), l.effective),
        }
    });
    let lines = lines.collect();
    let city = access::City(&office.settings.city);
    let may_write = access::decide(&desk.actor(), access::op::WriteLimits, city).is_ok();
    let calendar = calendar(&p, &office);
    let of = choices(&p, &office, &sent);
    Ok(render(&LimitsHtml { p, trouble, lines, may_write, calendar, open, sent, of }))
}

/// `GET /desk/office/limits`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    page(&kit, &desk, ask, None, String::new()).await
}

/// A length from its two fields.
fn length_of(f: &Fields, n: &str, unit: &str, least: u32) -> Result<Length, Error> {
    let number = f.get(n).parse::<u32>().ok().filter(|v| (least..=3_650).contains(v));
    let of = f.get(unit).parse::<Unit>().ok();
    number.zip(of).map(|(n, u)| Length::new(n, u)).ok_or_else(|| {
        Error::invalid(
            n,
            format!("“{}”不是天数或小时数，请填 {least}–3650 的整数", f.get(n)),
            format!("a whole number from {least} to 3650 is needed"),
        )
    })
}

fn unknown(name: &str) -> Error {
    Error::invalid(name, "请从列表里选择", "choose from the list")
}

/// A chosen word; none where any is meant.
fn chosen<W: Word>(f: &Fields, name: &str) -> Result<Option<W>, Error> {
    f.opt(name).map(|v| W::read(&v).ok_or_else(|| unknown(name))).transpose()
}

fn rule_of(f: &Fields, office: &Office) -> Result<LimitRule, Error> {
    let phase: Phase = chosen(f, "phase")?.ok_or_else(|| unknown("phase"))?;
    let unit = f.opt("unit").map(|name| {
        office.unit_called(&name).map(|u| u.id).ok_or_else(|| {
            Error::invalid("unit", format!("没有单位“{name}”"), format!("there is no unit “{name}”"))
        })
    });
    let effective: Date = f
        .get("effective")
        .parse()
        .map_err(|_| Error::invalid("effective", "请填写生效日期", "say from which day on it is in force"))?;
    Ok(LimitRule {
        id: f.get("id").to_owned(),
        phase,
        length: length_of(f, "n", "n_unit", 1)?,
        yellow: length_of(f, "yellow", "yellow_unit", 0)?,
        kind: chosen(f, "kind")?,
        complexity: chosen(f, "complexity")?,
        channel: chosen(f, "channel")?,
        unit: unit.transpose()?,
        item: f.opt("item"),
        set: f.opt("set"),
        effective,
        source: f.get("source").to_owned(),
    })
}

async fn change(kit: &Kit, desk: &Desk, f: &Fields) -> Result<(), Error> {
    let office = kit.city.office_now().await?;
    let old = f.opt("was").and_then(|was| Some((f.get("id").to_owned(), was.parse::<Date>().ok()?)));
    let new = if f.get("act") == "drop" { None } else { Some(rule_of(f, &office)?) };
    kit.city.change_limit(desk.actor(), old, new).await
}

/// `POST /desk/office/limits`: one limit.
pub(crate) async fn put(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    match change(&kit, &desk, &fields).await {
        Ok(()) => Ok(Redirect::to("/desk/office/limits").into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| page(&kit, &desk, Ask::default(), Some(fields), trouble)).await
        }
    }
}

/// `POST /desk/office/limits/confirm`: 期限和日历照此执行, kept as they stand.
pub(crate) async fn confirm(State(kit): State<Kit>, desk: Desk, _: Fields) -> Result<Response, Oops> {
    match kit.city.change_limit(desk.actor(), None, None).await {
        Ok(()) => Ok(Redirect::to("/desk").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, Ask::default(), None, trouble)).await,
    }
}
