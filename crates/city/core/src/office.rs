//! 办公设置: the rules of this city as they are in force: limits, calendar, numbers, units.
//!
//! Kept as versioned settings; a generation counter tells every node when to load them again.

use std::collections::HashMap;
use std::sync::Arc;

use access::{Own, Permit, decide, op};
use kernel::{Actor, Date, RegionCode, Role, StreamId, StreamKind, UnitId, Word as _};
use resolve::{LimitRule, Rules, default_limits, whistle_limits};
use serde::{Deserialize, Serialize};
use store::office::UnitRow;
use store::outbox::ReceiverRow;
use store::{Rd, Tx, counters, office, settings};
use workday::{WorkCalendar, YearNotice};

use crate::unit_names::UnitNames;
use crate::{City, Door as _, Error, Later, Outreach, standards};

const CITY: &str = "city";
pub(crate) const LIMITS: &str = "limits";
pub(crate) const CALENDAR: &str = "calendar";
/// The setting of what is demanded of whoever signs in.
pub const SIGN_IN: &str = "sign-in";
/// The setting of how people outside are told.
pub const OUTREACH: &str = "outreach";
const GENERATION: &str = "office-generation";

/// What a city demands of whoever signs in.
#[derive(Clone, Debug, Default, Deserialize)]
struct SignInRules {
    /// roles that must have a second factor
    #[serde(default)]
    factor: Vec<Role>,
}

/// What a city sets about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// its code: every number begins with it
    pub city: RegionCode,
    /// its name
    pub name: String,
    /// numbers of the loop that differ from the usual
    #[serde(default)]
    pub returns_max: Option<u32>,
    /// working days of one extension
    #[serde(default)]
    pub extension_days_max: Option<u32>,
    /// times an unhappy callback reopens a case
    #[serde(default)]
    pub rounds_max: Option<u32>,
}

/// The office as it is set up at one generation.
#[derive(Debug)]
pub struct Office {
    /// the city
    pub settings: Settings,
    /// the rules of the loop, with the calendar
    pub rules: Rules,
    /// roles that must have a second factor
    pub factor_roles: Vec<Role>,
    /// how people and systems outside are told
    pub outreach: Outreach,
    /// units and systems that asked to be told
    pub receivers: Vec<ReceiverRow>,
    units: HashMap<UnitId, UnitRow>,
    by_key: HashMap<String, UnitId>,
    names: UnitNames,
}

/// No one unit is meant by what somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoOneUnit {
    /// what was written
    pub text: String,
    /// the units that it can mean; none fits when it is empty
    pub candidates: Vec<String>,
}

/// Candidates that are named.
const CANDIDATES: usize = 6;

impl NoOneUnit {
    /// What to tell, and what to do.
    pub fn said(&self) -> kernel::Said {
        let text = &self.text;
        if self.candidates.is_empty() {
            return kernel::Said::new(
                format!("没有单位“{text}”，请先导入单位或更正"),
                format!("there is no unit “{text}”: import the units first or correct it"),
            );
        }
        let more = if self.candidates.len() > CANDIDATES { "……" } else { "" };
        let names = self.candidates.iter().take(CANDIDATES).map(String::as_str).collect::<Vec<_>>();
        kernel::Said::new(
            format!("“{text}”可能是{}{more}，请写明是哪一个", names.join("、")),
            format!("“{text}” can be {}{more}: say which", names.join(", ")),
        )
    }
}

impl Office {
    /// The generation that is in force.
    pub fn read_generation(rd: &mut Rd<'_>) -> Result<i64, Error> {
        Ok(counters::last(rd, GENERATION)?)
    }
    /// Loads what is in force: what was written last, whatever this node's clock says.
    pub fn load(rd: &mut Rd<'_>) -> Result<Self, Error> {
        let settings = match settings::newest(rd, CITY)? {
            Some(s) => parse::<Settings>(&s.doc)?,
            None => Settings {
                city: "0000".parse().unwrap_or_else(|_| unreachable!("four digits")),
                name: String::new(),
                returns_max: None,
                extension_days_max: None,
                rounds_max: None,
            },
        };
        let mut calendar = WorkCalendar::official();
        for setting in settings::history(rd, CALENDAR, 200)?.iter().rev() {
            let notice = YearNotice::parse(&setting.doc).map_err(Error::bug)?;
            calendar = calendar.with_notice(notice);
        }
        let mut rules = Rules::new(calendar);
        rules.limits = match settings::newest(rd, LIMITS)? {
            Some(s) => with_sets(parse::<Vec<LimitRule>>(&s.doc)?),
            None => default_limits(),
        };
        rules.returns_max = settings.returns_max.unwrap_or(rules.returns_max);
        rules.extension_days_max = settings.extension_days_max.unwrap_or(rules.extension_days_max);
        rules.rounds_max = settings.rounds_max.unwrap_or(rules.rounds_max);
        let units: HashMap<_, _> = office::units(rd)?.into_iter().map(|u| (u.id, u)).collect();
        let by_key = units.values().map(|u| (u.key.clone(), u.id)).collect();
        let factor_roles = match settings::newest(rd, SIGN_IN)? {
            Some(s) => parse::<SignInRules>(&s.doc)?.factor,
            None => Vec::new(),
        };
        let outreach = match settings::newest(rd, OUTREACH)? {
            Some(s) => parse::<Outreach>(&s.doc)?,
            None => Outreach::default(),
        };
        let receivers = store::outbox::receivers(rd)?;
        let there = units.values().filter(|u| u.active);
        let there = there.map(|u| (u.id, [u.name.as_str(), u.short.as_str()], &u.region));
        let names = UnitNames::new(&settings.name, &settings.city, there);
        Ok(Self { settings, rules, factor_roles, outreach, receivers, units, by_key, names })
    }
    /// Must who has this role have a second factor?
    pub fn demands_factor(&self, role: Role) -> bool {
        self.factor_roles.contains(&role)
    }
    /// A unit that is still there.
    pub fn unit(&self, id: UnitId) -> Option<&UnitRow> {
        self.units.get(&id)
    }
    /// A unit by key, full name or short name, or as people write it where exactly one is meant.
    pub fn unit_called(&self, text: &str) -> Option<&UnitRow> {
        self.exactly(text.trim()).into_iter().next().or_else(|| self.unit_meant(text).ok())
    }
    /// Units with exactly this key, full name or short name, those that are there first.
    fn exactly(&self, text: &str) -> Vec<&UnitRow> {
        if let Some(unit) = self.by_key.get(text).and_then(|id| self.units.get(id)) {
            return vec![unit];
        }
        let mut same: Vec<_> = self.units.values().filter(|u| u.name == text || u.short == text).collect();
        same.sort_by_key(|u| (!u.active, u.name != text, u.id));
        same
    }
    /// The one unit that is meant by what somebody wrote (单位的叫法): 城管, 市城管局, 市城市管理局.
    ///
    /// # Errors
    /// None fits, or several: then they are named.
    pub fn unit_meant(&self, text: &str) -> Result<&UnitRow, NoOneUnit> {
        let text = text.trim();
        let called = |units: &[&UnitRow]| NoOneUnit {
            text: text.to_owned(),
            candidates: units.iter().map(|u| u.name.clone()).collect(),
        };
        match self.exactly(text).as_slice() {
            [] => {}
            [one] => return Ok(one),
            // Of several with one short name the one whose full name it is, or the one that is still there.
            [first, second, ..]
                if first.active != second.active || (first.name == text) != (second.name == text) =>
            {
                return Ok(first);
            }
            several => return Err(called(several)),
        }
        let meant = self.names.meant(text);
        let meant: Vec<&UnitRow> = meant.iter().filter_map(|id| self.units.get(id)).collect();
        match meant.as_slice() {
            [one] => Ok(one),
            several => Err(called(several)),
        }
    }
    /// The unit that the first of several ways to say it means: a code, a name.
    ///
    /// # Errors
    /// None of them means one unit: what to tell of the first that was written.
    pub fn unit_of_any(&self, ways: &[&str]) -> Result<&UnitRow, kernel::Said> {
        let mut none = None;
        for way in ways.iter().filter(|w| !w.trim().is_empty()) {
            match self.unit_meant(way) {
                Ok(unit) => return Ok(unit),
                Err(e) => none = none.or(Some(e.said())),
            }
        }
        Err(none.unwrap_or_else(|| {
            kernel::Said::new("没有写部门，请补上", "it does not name the unit: fill it in")
        }))
    }
    /// All units, in the order of their ids.
    pub fn units(&self) -> Vec<&UnitRow> {
        let mut all: Vec<_> = self.units.values().collect();
        all.sort_by_key(|u| u.id);
        all
    }
    /// The unit that takes in what residents of a region lodge without naming one: the coordination office
    /// nearest above it.
    pub fn reception(&self, region: &RegionCode) -> Option<&UnitRow> {
        let near = |u: &&UnitRow| u.active && u.kind == "coordination" && u.region.contains(region);
        let rank = |u: &&UnitRow| (u.region.as_str().len(), std::cmp::Reverse(u.id));
        self.units.values().filter(near).max_by_key(rank)
    }
    /// The unit that takes in what residents of a region lodge: the reception, or in a city that has not set up one yet
    /// the first unit of the line.
    pub fn taker(&self, region: &RegionCode) -> Option<UnitId> {
        let line = |u: &&&UnitRow| u.active && (u.region.contains(region) || region.contains(&u.region));
        self.reception(region).map(|u| u.id).or_else(|| self.units().iter().find(line).map(|u| u.id))
    }
    /// The short name of a unit, for people.
    pub fn unit_name(&self, id: UnitId) -> String {
        self.units.get(&id).map_or_else(|| format!("#{id}"), |u| u.short.clone())
    }
}

/// A city that set its limits before there were whistles has the usual sets for them.
fn with_sets(mut limits: Vec<LimitRule>) -> Vec<LimitRule> {
    if limits.iter().all(|r| r.set.is_none()) {
        limits.extend(whistle_limits());
    }
    limits
}

fn parse<T: for<'de> Deserialize<'de>>(doc: &str) -> Result<T, Error> {
    serde_json::from_str(doc).map_err(|e| Error::bug(format!("setting: {e}")))
}
fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::bug)
}

/// The stream on which changes to the office are recorded.
const OFFICE_STREAM: StreamId = StreamId::new(StreamKind::Office, 1);

/// Records a change to the office and makes every node load it again.
pub fn record(tx: &mut Tx<'_>, permit: &Permit, act: &str, data: &str) -> Result<(), Error> {
    note(tx, permit, act, data)?;
    counters::next(tx, GENERATION)?;
    Ok(())
}

/// Keeps what a city says about itself.
pub fn put_city(tx: &mut Tx<'_>, permit: &Permit, city: &Settings) -> Result<(), Error> {
    let now = tx.now();
    let doc = json(city)?;
    settings::put(tx, CITY, now, permit.actor().staff, &doc)?;
    record(tx, permit, "set_city", &doc)
}

/// Records an act that changes nothing about the office.
pub fn note(tx: &mut Tx<'_>, permit: &Permit, act: &str, data: &str) -> Result<(), Error> {
    let ver = store::ledger_rows::head_of(tx, OFFICE_STREAM)?.map_or(0, |h| h.0);
    let now = tx.now();
    tx.append(OFFICE_STREAM, ver, now, permit.actor(), act, data)?;
    Ok(())
}

/// The stream on which signing in and out, and failing to, is recorded.
const SIGN_INS: StreamId = StreamId::new(StreamKind::Office, 6);
/// The stream on which it is recorded who read a case that is not with their unit.
const READS: StreamId = StreamId::new(StreamKind::Office, 7);

fn append_to(tx: &mut Tx<'_>, stream: StreamId, actor: &Actor, act: &str, data: &str) -> Result<(), Error> {
    let ver = store::ledger_rows::head_of(tx, stream)?.map_or(0, |h| h.0);
    let now = tx.now();
    tx.append(stream, ver, now, actor, act, data)?;
    Ok(())
}

/// Records who signed in or out, or did not.
///
/// # Errors
/// The store could not.
pub fn note_sign_in(tx: &mut Tx<'_>, actor: &Actor, act: &str, data: &str) -> Result<(), Error> {
    append_to(tx, SIGN_INS, actor, act, data)
}

/// Records who read what is not with their unit.
///
/// # Errors
/// The store could not.
pub fn note_read(tx: &mut Tx<'_>, actor: &Actor, act: &str, data: &str) -> Result<(), Error> {
    append_to(tx, READS, actor, act, data)
}

impl City {
    /// Puts on record that the tables of a page leave the system: which page, how many rows.
    pub fn note_list_export(&self, actor: Actor, page: String, rows: usize) -> Later<()> {
        self.write(move |_, tx| {
            let permit = decide(&actor, op::OwnAccount, Own(actor.staff))?;
            let data = serde_json::json!({ "page": page, "rows": rows }).to_string();
            append_to(tx, READS, permit.actor(), "export_list", &data)
        })
    }
}

/// Characters of a text of a limit.
const LIMIT_TEXT_MAX: usize = 300;

/// The limits after one was changed.
fn changed(
    there: &[LimitRule],
    old: Option<&(String, Date)>,
    new: Option<LimitRule>,
) -> Result<Vec<LimitRule>, Error> {
    let mut limits = there.to_vec();
    let at = old.map(|(id, from)| {
        limits.iter().position(|l| l.id == *id && l.effective == *from).ok_or_else(|| {
            Error::invalid(
                "id",
                "这条期限刚被别人改过，请刷新后再改",
                "this limit was changed meanwhile: reload the page",
            )
        })
    });
    let at = at.transpose()?;
    let Some(mut new) = new else {
        if let Some(at) = at {
            limits.remove(at);
        }
        return Ok(limits);
    };
    match at {
        Some(at) => {
            new.id.clone_from(&limits[at].id);
            if limits[at].effective == new.effective {
                limits[at] = new;
                return Ok(limits);
            }
        }
        None => {
            let free = |id: &String| limits.iter().all(|l| l.id != *id);
            let mut ids = (1..).map(|n: u32| format!("{}-{n}", new.phase.word()));
            new.id = ids.find(free).unwrap_or_default();
        }
    }
    if limits.iter().any(|l| l.id == new.id && l.effective == new.effective) {
        return Err(Error::invalid(
            "effective",
            format!("这条期限在 {} 生效的一版已经有了，请改那一版或换个日期", new.effective),
            format!("it has a version in force from {} already", new.effective),
        ));
    }
    limits.push(new);
    Ok(limits)
}

impl City {
    /// The office as it is now.
    pub fn office_now(&self) -> Later<Arc<Office>> {
        self.read(|app, rd| {
            crate::reach::public(op::PublicOffice)?;
            app.office(rd)
        })
    }

    /// Sets the city: once, at the start.
    pub fn set_city(&self, actor: Actor, city: Settings) -> Later<()> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteUnits, access::City(&app.office(tx)?.settings.city))?;
            put_city(tx, &permit, &city)
        })
    }

    /// Sets the limits; they are in force for clocks that start from now on, each from its own day.
    pub fn set_limits(&self, actor: Actor, limits: Vec<LimitRule>) -> Later<()> {
        self.keep_limits(actor, move |_| Ok(limits.clone()))
    }

    /// Changes one limit: `old` (its id and the day it is in force from) becomes `new`. With another day it stands beside
    /// the old one, which goes on for clocks that run; without `new` it is taken out; with neither all are kept as they stand.
    pub fn change_limit(
        &self,
        actor: Actor,
        old: Option<(String, Date)>,
        new: Option<LimitRule>,
    ) -> Later<()> {
        self.keep_limits(actor, move |there| changed(there, old.as_ref(), new.clone()))
    }

    fn keep_limits(
        &self,
        actor: Actor,
        change: impl Fn(&[LimitRule]) -> Result<Vec<LimitRule>, Error> + Send + 'static,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.office(tx)?;
            let permit = decide(&actor, op::WriteLimits, access::City(&office.settings.city))?;
            let limits = change(&office.rules.limits)?;
            if limits.is_empty() || limits.len() > 2000 {
                return Err(Error::invalid("limits", "请给出 1–2000 条期限", "give 1 to 2000 limits"));
            }
            if let Some(bad) = limits.iter().find(|l| l.id.trim().is_empty() || l.source.trim().is_empty()) {
                return Err(Error::invalid(
                    "limits",
                    "请写明期限的依据：哪份文件第几条",
                    format!("each limit needs an id and a source: {}", bad.id),
                ));
            }
            let texts = |l: &LimitRule| {
                [
                    l.id.clone(),
                    l.source.clone(),
                    l.item.clone().unwrap_or_default(),
                    l.set.clone().unwrap_or_default(),
                ]
            };
            if limits.iter().flat_map(texts).any(|t| t.chars().count() > LIMIT_TEXT_MAX) {
                return Err(Error::invalid(
                    "limits",
                    format!("期限的依据、事项、期限集最多各 {LIMIT_TEXT_MAX} 个字"),
                    format!("texts of a limit have {LIMIT_TEXT_MAX} characters at most"),
                ));
            }
            standards::limits_keep_to(tx, &limits)?;
            standards::put_limits(tx, &permit, &limits)
        })
    }

    /// Imports the notice of a year, for the first time or corrected. Every open limit that it moves is computed again
    /// by a job that records what changed.
    pub fn import_calendar(&self, actor: Actor, text: String) -> Later<i16> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteCalendar, access::City(&app.office(tx)?.settings.city))?;
            let notice =
                YearNotice::parse(&text).map_err(|e| Error::invalid("file", e.to_string(), e.to_string()))?;
            standards::calendar_keeps_to(tx, &notice)?;
            standards::put_calendar(app, tx, &permit, &notice)?;
            Ok(notice.year())
        })
    }
}
