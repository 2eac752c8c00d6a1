//! 省级标准: what a city holds of what the level above gave. Each movement that a standard is about keeps to it where it writes
//! ([`keeps_to`]) and makes a new version its own; how versions come and go is `cells`' matter.

use access::{City as OfCity, Permit, decide, op};
use kernel::{Actor, Date, Said};
use resolve::LimitRule;
use serde_json::{Map, Value, json};
use sm3::{Digest as _, Sm3};
use store::standards::{self as rows, StandardRow};
use store::{Rd, StoreError, Tx, settings};
use workday::YearNotice;

use crate::given::{How, differences, merged, text_of};
use crate::office::{CALENDAR, LIMITS, record};
use crate::{City, Error};

kernel::words! {
    /// What a standard is about (标准种类).
    inherent StandardKind {
        Calendar = "calendar", "放假安排";
        Limits = "limits", "期限规则";
        Formula = "formula", "考核公式";
        Regions = "regions", "区划代码";
        Item = "item", "事项要素";
    }
}

impl StandardKind {
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Calendar => "holiday notice",
            Self::Limits => "limits",
            Self::Formula => "score formula",
            Self::Regions => "codes of regions",
            Self::Item => "item of the catalogue",
        }
    }
}

/// One version of a standard that this city holds.
#[derive(Clone, Debug)]
pub struct Standard {
    /// its number
    pub version: i64,
    /// its text
    pub doc: Value,
}

/// The digest that a text is named by.
pub fn digest_of(doc: &Value) -> String {
    ledger::hex(&<[u8; 32]>::from(Sm3::digest(text_of(doc).as_bytes())))
}

/// A text as it was kept, when it is still what its digest says.
///
/// # Errors
/// It was changed past the record.
pub fn standard_in(row: &StandardRow) -> Result<Standard, Error> {
    let doc: Value = serde_json::from_str(&row.doc).map_err(Error::bug)?;
    if digest_of(&doc) != row.digest {
        let what = format!("standard {}/{} version {}", row.kind, row.word, row.version);
        return Err(Error::Store(StoreError::Damaged(what)));
    }
    Ok(Standard { version: row.version, doc })
}

/// 撤回: a version without a text. What was given before binds nobody from then on.
pub fn withdrawn(row: &StandardRow) -> bool {
    row.doc == "null"
}

/// The versions that bind this city of one standard, the newest first; none when it was withdrawn.
///
/// # Errors
/// The store could not; a text was changed past the record.
pub fn held(rd: &mut Rd<'_>, kind: StandardKind, word: &str) -> Result<Vec<Standard>, Error> {
    let all = rows::versions(rd, "held", kind.word(), word, 50)?;
    all.iter().take_while(|r| !withdrawn(r)).map(standard_in).collect()
}

/// Does this city hold any standard of a kind?
///
/// # Errors
/// The store could not.
pub fn any_held(rd: &mut Rd<'_>, kind: StandardKind) -> Result<bool, Error> {
    Ok(rows::any(rd, "held", kind.word())?)
}

/// 可以补充，不能改动: refuses what alters a standard; to the lists in `closed` nothing is added, and `named` says what a field is
/// called.
///
/// # Errors
/// What is altered, and where it comes from.
pub fn keeps_to(
    kind: StandardKind,
    of: &Standard,
    own: &Value,
    (closed, named): (&[&str], &dyn Fn(&str) -> Said),
) -> Result<(), Error> {
    let found = differences(&of.doc, own, closed);
    let Some(first) = found.iter().find(|d| d.how == How::Altered) else { return Ok(()) };
    let name = named(&first.field);
    Err(altered(kind, of.version, &Said::new(with(&name.zh, &first.what), with(&name.en, &first.what))))
}

fn with(name: &str, what: &str) -> String {
    if what.is_empty() { name.to_owned() } else { format!("{name} {what}") }
}

/// What a field of a standard is called; those of items have names of their own.
pub fn field_named(field: &str) -> Said {
    let (zh, en) = match field {
        "days" => ("日期", "day"),
        "papers" => ("通知出处", "where it was published"),
        "year" => ("年份", "year"),
        "limits" => ("期限", "limit"),
        "regions" => ("区划", "region"),
        "parts" => ("考核项", "part"),
        "size" => ("工作量指标", "figure of the size"),
        "size_min" => ("参加排名的最少工作量", "least size to be ranked"),
        "adjust_most" => ("加减分上限", "most that bonus and deduction reach"),
        other => (other, other),
    };
    Said::new(zh, en)
}

/// What is told to who would alter a standard.
pub fn altered(kind: StandardKind, version: i64, what: &Said) -> Error {
    let (zh, en) = (kind.zh(), kind.en());
    Error::invalid(
        kind.word(),
        format!("{zh}由上级统一下发（第 {version} 版），本市可以补充，不能改动：{}", what.zh),
        format!(
            "the {en} comes from the level above (version {version}): a city may add to it, not alter it: {}",
            what.en
        ),
    )
}

/// A notice of a year as a tree: a field for each day.
pub fn calendar_tree(notice: &YearNotice) -> Value {
    let day = |d: &workday::NoticeDay| (d.date.to_string(), json!({ "name": d.name, "off": d.off }));
    let days: Map<String, Value> = notice.days().iter().map(day).collect();
    json!({ "year": notice.year(), "papers": notice.papers(), "days": days })
}

fn notice_of(tree: &Value) -> Result<YearNotice, Error> {
    let day = |(date, d): (&String, &Value)| json!({ "date": date, "name": d["name"], "isOffDay": d["off"] });
    let days: Vec<Value> = tree["days"].as_object().into_iter().flatten().map(day).collect();
    let text = json!({ "year": tree["year"], "papers": tree["papers"], "days": days }).to_string();
    YearNotice::parse(&text).map_err(|e| Error::invalid("calendar", e.to_string(), e.to_string()))
}

/// Limits as a tree: those that hold at every unit.
pub fn limits_tree(limits: &[LimitRule]) -> Result<Value, Error> {
    let of_all: Vec<&LimitRule> = limits.iter().filter(|l| l.unit.is_none()).collect();
    Ok(json!({ "limits": serde_json::to_value(of_all).map_err(Error::bug)? }))
}

fn limits_of(tree: &Value) -> Result<Vec<LimitRule>, Error> {
    serde_json::from_value(tree["limits"].clone()).map_err(|e| {
        Error::invalid("limits", format!("期限读不懂：{e}"), format!("the limits cannot be read: {e}"))
    })
}

/// Refuses limits that alter what was given, or are laxer than it where they take its place.
pub(crate) fn limits_keep_to(rd: &mut Rd<'_>, limits: &[LimitRule]) -> Result<(), Error> {
    let kind = StandardKind::Limits;
    let Some(newest) = held(rd, kind, kind.word())?.into_iter().next() else { return Ok(()) };
    keeps_to(kind, &newest, &limits_tree(limits)?, (&[], &field_named))?;
    let given = limits_of(&newest.doc)?;
    match limits.iter().find_map(|l| resolve::laxer(&given, l).map(|g| (l, g))) {
        None => Ok(()),
        Some((own, than)) => {
            let (a, b) = (own.length, than.length);
            let what = Said::new(
                format!("{}（{}）比“{}”（{}）宽", own.source, a.zh(), than.source, b.zh()),
                format!("{} ({a}) is laxer than “{}” ({b})", own.source, than.source),
            );
            Err(altered(kind, newest.version, &what))
        }
    }
}

/// Refuses a notice that alters what was given for its year.
pub(crate) fn calendar_keeps_to(rd: &mut Rd<'_>, notice: &YearNotice) -> Result<(), Error> {
    let kind = StandardKind::Calendar;
    let newest = held(rd, kind, &notice.year().to_string())?.into_iter().next();
    newest.map_or(Ok(()), |of| keeps_to(kind, &of, &calendar_tree(notice), (&[], &field_named)))
}

/// Keeps the notice of a year, on record; open limits that it moves are computed again.
pub(crate) fn put_calendar(
    city: &City,
    tx: &mut Tx<'_>,
    permit: &Permit,
    notice: &YearNotice,
) -> Result<(), Error> {
    let now = tx.now();
    let doc = serde_json::to_string(notice).map_err(Error::bug)?;
    settings::put(tx, CALENDAR, now, permit.actor().staff, &doc)?;
    record(tx, permit, "import_calendar", &doc)?;
    (city.calendar_recomputes)(tx)
}

/// Keeps limits, on record.
pub(crate) fn put_limits(tx: &mut Tx<'_>, permit: &Permit, limits: &[LimitRule]) -> Result<(), Error> {
    let now = tx.now();
    let doc = serde_json::to_string(limits).map_err(Error::bug)?;
    settings::put(tx, LIMITS, now, permit.actor().staff, &doc)?;
    record(tx, permit, "set_limits", &doc)
}

impl City {
    /// What stands here of a calendar (`word`: its year) or of the limits, as a tree: what can be given to others, or all of it.
    ///
    /// # Errors
    /// The store could not.
    pub fn stands(
        &self,
        rd: &mut Rd<'_>,
        (kind, word): (StandardKind, &str),
        all: bool,
    ) -> Result<Option<Value>, Error> {
        let office = self.office(rd)?;
        match kind {
            StandardKind::Calendar => {
                let year: Option<i16> = word.trim().parse().ok();
                Ok(year.and_then(|y| office.rules.calendar.notice(y)).map(calendar_tree))
            }
            StandardKind::Limits if all => Ok(Some(json!({ "limits": office.rules.limits }))),
            StandardKind::Limits => limits_tree(&office.rules.limits).map(Some),
            _ => Ok(None),
        }
    }

    /// Makes a calendar or limits that came from above those of this city, with what the city had added. Answers what of the
    /// city's own it took the place of.
    ///
    /// # Errors
    /// It cannot be in force here: why.
    pub fn take_standard(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        kind: StandardKind,
        (doc, before): (&Value, Option<&Value>),
    ) -> Result<Option<Said>, Error> {
        let office = self.office(tx)?;
        let at = &office.settings.city;
        match kind {
            StandardKind::Calendar => {
                let permit = decide(actor, op::WriteCalendar, OfCity(at))?;
                let given = notice_of(doc)?;
                let own = office.rules.calendar.notice(given.year()).map(calendar_tree);
                let mut after = merged(doc, before, own.as_ref());
                if let Some(own) = &own {
                    keep_papers(&mut after, own, before);
                }
                put_calendar(self, tx, &permit, &notice_of(&after)?)?;
                Ok(own.and_then(|own| days_replaced(doc, &own, before)))
            }
            StandardKind::Limits => {
                let permit = decide(actor, op::WriteLimits, OfCity(at))?;
                let given = limits_of(doc)?;
                if given.is_empty() || given.len() > 1_000 || given.iter().any(|l| l.unit.is_some()) {
                    let (zh, en) = ("期限须有 1–1000 条，不能指定单位", "1 to 1000 limits, of no unit");
                    return Err(Error::invalid("limits", zh, en));
                }
                let old = before.map(limits_of).transpose()?.unwrap_or_default();
                let same = |a: &LimitRule, b: &LimitRule| (&a.id, a.effective) == (&b.id, b.effective);
                let (mut after, mut gone) = (given.clone(), 0);
                for own in &office.rules.limits {
                    if given.iter().chain(&old).any(|g| same(g, own)) {
                        continue;
                    }
                    if resolve::laxer(&given, own).is_some() {
                        gone += 1;
                    } else {
                        after.push(own.clone());
                    }
                }
                put_limits(tx, &permit, &after)?;
                Ok((gone > 0).then(|| {
                    let zh = format!("本市比它宽的 {gone} 条期限不再使用");
                    Said::new(zh, format!("{gone} limits of this city that were laxer are in use no more"))
                }))
            }
            _ => Err(Error::bug("not of the office")),
        }
    }
}

/// Where the days that a city added were published stays with them.
fn keep_papers(after: &mut Value, own: &Value, before: Option<&Value>) {
    let old = before.and_then(|b| b["papers"].as_array()).cloned().unwrap_or_default();
    let Some(papers) = after["papers"].as_array_mut() else { return };
    for paper in own["papers"].as_array().into_iter().flatten() {
        if !papers.contains(paper) && !old.contains(paper) {
            papers.push(paper.clone());
        }
    }
}

/// Days of the city's own that the given ones take the place of; those of the version before are none.
fn days_replaced(doc: &Value, own: &Value, before: Option<&Value>) -> Option<Said> {
    let days = |tree: &Value| tree["days"].as_object().cloned().unwrap_or_default();
    let (given, old) = (days(doc), before.map(days).unwrap_or_default());
    let all: Vec<String> = days(own)
        .into_iter()
        .filter(|(date, d)| given.get(date).is_some_and(|g| g != d) && old.get(date) != Some(d))
        .map(|(date, d)| format!("{date} {}", d["name"].as_str().unwrap_or_default()))
        .collect();
    replaced(&all, "日", "days")
}

/// What of the city's own was given otherwise, by name: the first few, and how many there are.
pub fn replaced(all: &[String], zh: &str, en: &str) -> Option<Said> {
    const NAMED: usize = 5;
    let n = all.len();
    let names = |joint| all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(joint);
    let more = |text: &'static str| if n > NAMED { text } else { "" };
    (n > 0).then(|| {
        Said::new(
            format!("本市原来另有规定的 {n} {zh}以下发的为准：{}{}", names("、"), more(" 等")),
            format!("{n} {en} of this city are as given from now on: {}{}", names(", "), more(" …")),
        )
    })
}

/// The version that holds on a day, of versions that say from when they do in a field.
pub fn on_day<'a>(versions: &'a [Standard], field: &str, day: Date) -> Option<&'a Standard> {
    let since = |s: &Standard| s.doc.get(field).and_then(Value::as_str).and_then(|t| t.parse::<Date>().ok());
    versions.iter().filter(|s| since(s).is_some_and(|d| d <= day)).max_by_key(|s| (since(s), s.version))
}
