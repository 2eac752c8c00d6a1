//! What readers see of an application: its clock, its acts for this reader, its line of events.

use std::sync::Arc;

use ::city::{Error, Office};
use access::op;
use kernel::{Actor, Moment, Role, UnitId};
use serde::Serialize;
use service::form::{FieldKind, Values};
use service::{Act, Application, Happened, Light, Phase};
use store::Rd;
use store::applications as rows;

use crate::city::City;
use crate::saved::door;

/// The clock as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// what is timed
    pub phase: Phase,
    /// since when
    pub started: Moment,
    /// until when, as promised
    pub due: Moment,
    /// until when by law, where that is later
    pub legal_due: Option<Moment>,
    /// it rests on a year whose calendar is not published
    pub provisional: bool,
    /// the light now
    pub light: Light,
    /// working days left, today not counted; negative when late
    pub workdays_left: i64,
    /// where the number comes from
    pub source: String,
}

/// An application for one reader.
#[derive(Clone, Debug)]
pub struct ApplicationView {
    /// the application
    pub application: Application,
    /// its clock
    pub clock: Option<ClockView>,
    /// acts allowed to this reader now
    pub acts: Vec<Act>,
    /// what was filled in, covered; in full for the applicant
    pub values: Values,
    /// the office it was read in
    pub office: Arc<Office>,
}

/// One event for a reader.
#[derive(Clone, Debug)]
pub struct EventView {
    /// version after it
    pub ver: i64,
    /// when
    pub at: Moment,
    /// who: account name, or the role
    pub who: String,
    /// for which unit
    pub unit: Option<String>,
    /// what
    pub act: Act,
    /// all of it
    pub happened: Happened,
}

/// The unit whose service is rated.
pub fn rates_unit(a: &Application) -> UnitId {
    a.basis.lead
}

pub(crate) fn clock_view(a: &Application, office: &Office, now: Moment) -> Option<ClockView> {
    let run = a.watched()?;
    let calendar = &office.rules.calendar;
    let (due, provisional) = run.due(calendar);
    let (today, last) = (now.date(), due.date());
    let left = if last >= today { calendar.count(today, last) } else { -calendar.count(last, today) };
    Some(ClockView {
        phase: run.phase,
        started: run.started,
        due,
        legal_due: run.legal_due(calendar).filter(|l| *l > due),
        provisional,
        light: run.light(now, calendar),
        workdays_left: left,
        source: run.source.clone(),
    })
}

/// What was filled in, as it lies sealed.
pub(crate) fn values(city: &City, rd: &mut Rd<'_>, id: i64) -> Result<Values, Error> {
    match rows::form(rd, id)? {
        None => Ok(Values::new()),
        Some(sealed) => {
            let text = city.unseal(id, &sealed)?;
            serde_json::from_slice(&text)
                .map_err(|_| Error::Store(store::StoreError::Damaged(format!("form of application {id}"))))
        }
    }
}

/// With everything personal covered but the ends.
pub(crate) fn covered(a: &Application, values: Values) -> Values {
    let kind = |code: &str| a.basis.fields.iter().find(|f| f.code == code).map(|f| f.kind);
    values
        .into_iter()
        .map(|(code, v)| {
            let shown = match kind(&code) {
                Some(FieldKind::Identity) => cover(&v, 4, 2),
                Some(FieldKind::Phone) => cover(&v, 3, 4),
                Some(FieldKind::Text) if code.contains("name") || code == "applicant" => {
                    // A company is no secret; a person's name is covered.
                    if v.chars().count() <= 4 { cover(&v, 1, 0) } else { v }
                }
                Some(FieldKind::Text) if code == "bank" => cover(&v, 4, 4),
                Some(FieldKind::Text) if code == "address" => cover(&v, 6, 0),
                _ => v,
            };
            (code, shown)
        })
        .collect()
}

fn cover(text: &str, head: usize, tail: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    let (head, tail) = if all.len() > head + tail { (head, tail) } else { (usize::from(all.len() > 1), 0) };
    let stars = (all.len() - head - tail).min(8);
    let start = all[..head].iter().copied();
    start.chain(std::iter::repeat_n('*', stars)).chain(all[all.len() - tail..].iter().copied()).collect()
}

pub(crate) fn view(
    city: &City,
    rd: &mut Rd<'_>,
    office: &Arc<Office>,
    actor: &Actor,
    a: Application,
) -> Result<ApplicationView, Error> {
    let all = values(city, rd, a.id)?;
    let values = if actor.role == Role::Resident { all } else { covered(&a, all) };
    let acts = if door(actor, op::HandleApplication, &a).is_ok() { a.permitted(actor) } else { Vec::new() };
    Ok(ApplicationView {
        clock: clock_view(&a, office, city.now()),
        acts,
        values,
        office: Arc::clone(office),
        application: a,
    })
}

pub(crate) fn events(rd: &mut Rd<'_>, office: &Office, id: i64) -> Result<Vec<EventView>, Error> {
    let mut names = std::collections::HashMap::new();
    let mut out = Vec::new();
    for e in rows::history(rd, id, 0)? {
        let happened: Happened = serde_json::from_str(&e.data).map_err(|err| {
            Error::Store(store::StoreError::Damaged(format!("{} {}: {err}", e.stream, e.ver)))
        })?;
        let who = match e.actor.staff {
            None => e.actor.role.zh().to_owned(),
            Some(staff) => {
                if let std::collections::hash_map::Entry::Vacant(v) = names.entry(staff) {
                    let found = store::office::staff_by_id(rd, staff)?;
                    v.insert(found.map_or_else(|| format!("#{staff}"), |s| s.name));
                }
                names.get(&staff).cloned().unwrap_or_default()
            }
        };
        out.push(EventView {
            ver: e.ver,
            at: e.at,
            who,
            unit: e.actor.unit.map(|u| office.unit_name(u)),
            act: happened.asked.act(),
            happened,
        });
    }
    Ok(out)
}
