//! 我们自己的留痕作日志: every case of the closed loop is a case of a log without anyone exporting it. Only what
//! the actor may see; names of people who lodged never.

use std::collections::HashMap;

use access::{Region, decide, op};
use eventlog::{Log, Mapping, Order, Report, TableBuilder, error::Limits};
use kernel::{Actor, Moment, Role};
use resolve::{Act, Case, Happened, Kind, Word as _};
use store::cases::{self, Query, Scope};
use store::{Rd, office};

use crate::{App, Error, Office};

/// Cases read for one log.
pub const CASES_MAX: usize = 50_000;

/// Which part of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordAsk {
    /// lodged at or after this
    pub from: Option<Moment>,
    /// lodged before this
    pub to: Option<Moment>,
    /// of this kind
    pub kind: Option<Kind>,
    /// of this campaign
    pub campaign: Option<String>,
    /// acts of the system (lights, resumptions) as well
    pub with_system: bool,
}

/// The record as a log.
#[derive(Clone, Debug)]
pub struct RecordLog {
    /// a case for each 件, an event for each act
    pub log: Log,
    /// nothing, unless a number occurs twice
    pub report: Report,
    /// there are more cases than were read
    pub cut: bool,
    /// when it was read: until then the record is complete
    pub as_of: Moment,
}

/// The columns; those of the case begin with `case:`.
const COLUMNS: [&str; 12] = [
    "办件编号",
    "环节",
    "时间",
    "经办人",
    "单位",
    "原因",
    "case:类型",
    "case:渠道",
    "case:繁简",
    "case:区划",
    "case:首问单位",
    "case:事项",
];

fn mapping() -> Mapping {
    Mapping {
        case: COLUMNS[0].into(),
        activity: COLUMNS[1].into(),
        time: Some(COLUMNS[2].into()),
        resource: Some(COLUMNS[3].into()),
        ..Mapping::default()
    }
}

/// Reads the record as a log. Reads page by page: each page is one look at the store, no reader is held long.
///
/// # Errors
/// Not for this actor, or the store could not.
pub(super) fn read(app: &App, actor: &Actor, ask: &RecordAsk) -> Result<RecordLog, Error> {
    let home = crate::reach::home(actor, &*app.office_now().wait()?);
    decide(actor, op::ReadLogs, Region(&home))?;
    let as_of = app.store().now();
    let mut table = TableBuilder::new(COLUMNS.map(str::to_owned).to_vec(), &mapping(), Limits::small())
        .map_err(Error::bug)?;
    let mut names = HashMap::new();
    let (mut taken, mut cut) = (0usize, false);
    let mut query = Query {
        kind: ask.kind.map(|k| k.word().to_owned()),
        campaign: ask.campaign.clone(),
        limit: 200,
        ..Query::of(Scope::Region(String::new()))
    };
    query.scope = crate::cases::scope_of(actor, &query.scope)?;
    loop {
        let office = app.office_now().wait()?;
        let (rows, next) = app.store().read(|rd| {
            let found = cases::list(rd, &query)?;
            let next = (found.len() == query.limit as usize)
                .then(|| found.last().map(|r| cases::cursor_of(r, query.sort)))
                .flatten();
            let mut rows = Vec::new();
            for row in found.into_iter().filter(|r| wanted(actor, ask, &r.case)) {
                if taken >= CASES_MAX {
                    cut = true;
                    break;
                }
                taken += 1;
                rows.extend(events(app, rd, (actor, ask), &office, &row.case, &mut names)?);
            }
            Ok::<_, Error>((rows, next))
        })?;
        for row in rows {
            let line = taken as u64;
            table.row(row, line, 0).map_err(|e| Error::invalid("log", e.to_string(), e.to_string()))?;
        }
        match next {
            Some(next) if !cut => query.after = Some(next),
            _ => break,
        }
    }
    let (log, report) =
        table.finish(Order::Time).map_err(|e| Error::invalid("log", e.to_string(), e.to_string()))?;
    Ok(RecordLog { log, report, cut, as_of })
}

fn wanted(actor: &Actor, ask: &RecordAsk, case: &Case) -> bool {
    access::may_see(actor, case)
        && ask.from.is_none_or(|from| case.lodged >= from)
        && ask.to.is_none_or(|to| case.lodged < to)
}

fn events(
    app: &App,
    rd: &mut Rd<'_>,
    (actor, ask): (&Actor, &RecordAsk),
    office: &Office,
    case: &Case,
    names: &mut HashMap<kernel::StaffId, String>,
) -> Result<Vec<Vec<String>>, Error> {
    let mut rows = Vec::new();
    let veil = app.veil(rd, actor, case)?;
    for e in cases::history(rd, case.id, 0)? {
        let happened = e.happened;
        let act = happened.asked.act();
        if !ask.with_system && matches!(act, Act::WarnYellow | Act::WarnRed | Act::Recompute) {
            continue;
        }
        let who = match e.actor.staff {
            None => e.actor.role.zh().to_owned(),
            Some(id) => match names.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = office::staff_by_id(rd, id)?.map_or_else(|| format!("#{id}"), |s| s.name);
                    names.insert(id, name.clone());
                    name
                }
            },
        };
        rows.push(vec![
            case.number.clone(),
            act.zh().to_owned(),
            eventlog::when::write_time(veil.moment_of(e.at, e.actor.role == Role::Resident).us()),
            who,
            e.actor.unit.map(|u| office.unit_name(u)).unwrap_or_default(),
            veil.text(&reason(&happened)),
            case.kind.zh().to_owned(),
            case.channel.zh().to_owned(),
            case.complexity.zh().to_owned(),
            case.region.to_string(),
            office.unit_name(case.first_asked),
            case.item.clone().unwrap_or_default(),
        ]);
    }
    Ok(rows)
}

/// Why, where the act states a reason.
fn reason(happened: &Happened) -> String {
    if matches!(happened.asked.act(), Act::Register) {
        return String::new();
    }
    let value = serde_json::to_value(&happened.asked).unwrap_or_default();
    let stated = value.as_object().and_then(|o| {
        o.get("reason").or_else(|| o.values().find_map(|v| v.as_object().and_then(|o| o.get("reason"))))
    });
    stated.and_then(|r| r.as_str()).unwrap_or_default().chars().take(200).collect()
}

impl App {
    /// Our own record as a log (留痕即日志), as far as the actor may see it. Reads for seconds when there are
    /// many cases: call it on a thread of its own.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn record_log(&self, actor: &Actor, ask: &RecordAsk) -> Result<RecordLog, Error> {
        read(self, actor, ask)
    }
}
