//! 办件 (K8): applications as rows, what units have to do in them, the sealed form. A save appends the event and moves
//! the rows in one transaction. The state is a text that `service` folds and reads; what it says is copied here only as
//! far as lists and figures need it. Must not decide anything.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind, UnitId};
use ledger::Hash;

use crate::conditions::Where;
use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::ledger_rows::NewEvent;
use crate::vals;
use crate::value::{Row, Value};

/// An application as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// id
    pub id: i64,
    /// 办件编号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// code of the theme; empty for a single item
    pub theme: String,
    /// what is applied for
    pub name: String,
    /// region code
    pub region: String,
    /// 收件单位
    pub reception: UnitId,
    /// 牵头单位
    pub lead: UnitId,
    /// word of the channel
    pub channel: String,
    /// word of the stage
    pub stage: String,
    /// when the open clock ends
    pub due: Option<Moment>,
    /// when the system must act next
    pub next_at: Option<Moment>,
    /// the version of the calendar by which these two were worked out
    pub calendar: String,
    /// when it was begun
    pub begun: Moment,
    /// when it was handed in
    pub submitted: Option<Moment>,
    /// when it was accepted
    pub accepted: Option<Moment>,
    /// when everything was decided
    pub decided: Option<Moment>,
    /// when it ended
    pub ended: Option<Moment>,
    /// word of how it ended; empty while it is open
    pub ending: String,
    /// the whole state, JSON
    pub state: String,
}

/// One task of an application for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// its number in the application, from 0
    pub task: i64,
    /// who does it
    pub unit: UnitId,
    /// it can be worked on now
    pub open: bool,
    /// when it is due: by its own limit, else by that of the application
    pub due: Moment,
}

/// One item of an application for figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRow {
    /// code of the item
    pub item: String,
    /// who decides on it
    pub unit: UnitId,
}

/// The stream of an application.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Application, id)
}

fn row_of(r: &Row<'_>) -> Result<ApplicationRow> {
    Ok(ApplicationRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        theme: r.string(3)?,
        name: r.string(4)?,
        region: r.string(5)?,
        reception: UnitId(r.i64(6)?),
        lead: UnitId(r.i64(7)?),
        channel: r.string(8)?,
        stage: r.string(9)?,
        due: r.opt_moment(10)?,
        next_at: r.opt_moment(11)?,
        calendar: r.string(12)?,
        begun: r.moment(13)?,
        submitted: r.opt_moment(14)?,
        accepted: r.opt_moment(15)?,
        decided: r.opt_moment(16)?,
        ended: r.opt_moment(17)?,
        ending: r.string(18)?,
        state: r.string(19)?,
    })
}

const COLUMNS: &str = "a.id, a.number, a.ver, a.theme, a.name, a.region, a.reception, a.lead, a.channel, a.stage, \
                       a.due, a.next_at, a.calendar, a.begun, a.submitted, a.accepted, a.decided, a.ended, \
                       a.ending, a.state";

/// One event that is appended with a row.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// when it happened
    pub at: Moment,
    /// word of the act
    pub act: &'a str,
    /// the content, JSON
    pub data: &'a str,
}

/// Inserts an application with its first event; answers the hash of it.
pub fn insert(
    tx: &mut Tx<'_>,
    permit: &Permit,
    a: &ApplicationRow,
    told: Told<'_>,
    tasks: &[TaskRow],
    parts: &[PartRow],
) -> Result<Hash> {
    let event = NewEvent {
        stream: stream(a.id),
        expected: 0,
        at: told.at,
        actor: permit.actor(),
        act: told.act,
        data: told.data,
    };
    let (_, hashes) = tx.append_hashed(&[event])?;
    let sql = "INSERT INTO application (id, number, ver, theme, name, region, reception, lead, channel, stage, due, \
               next_at, calendar, begun, submitted, accepted, decided, ended, ending, state) VALUES \
               ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    tx.exec(
        sql,
        vals![
            a.id,
            &a.number,
            a.ver,
            &a.theme,
            &a.name,
            &a.region,
            a.reception,
            a.lead,
            &a.channel,
            &a.stage,
            a.due,
            a.next_at,
            &a.calendar,
            a.begun,
            a.submitted,
            a.accepted,
            a.decided,
            a.ended,
            &a.ending,
            &a.state
        ],
    )?;
    put_parts(tx, a.id, parts)?;
    put_tasks(tx, a.id, tasks)?;
    count_work(tx, permit, told.at)?;
    hashes.first().copied().ok_or_else(|| StoreError::Bug("one event, no hash".to_owned()))
}

/// Saves an application after one more event; `a.ver` is the version it has now.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn save(
    tx: &mut Tx<'_>,
    permit: &Permit,
    a: &ApplicationRow,
    told: Told<'_>,
    tasks: &[TaskRow],
) -> Result<()> {
    tx.append(stream(a.id), a.ver - 1, told.at, permit.actor(), told.act, told.data)?;
    let sql = "UPDATE application SET ver = $2, name = $3, lead = $4, stage = $5, due = $6, next_at = $7, \
               calendar = $8, submitted = $9, accepted = $10, decided = $11, ended = $12, ending = $13, state = $14 \
               WHERE id = $1 AND ver = $2 - 1";
    let moved = tx.exec(
        sql,
        vals![
            a.id,
            a.ver,
            &a.name,
            a.lead,
            &a.stage,
            a.due,
            a.next_at,
            &a.calendar,
            a.submitted,
            a.accepted,
            a.decided,
            a.ended,
            &a.ending,
            &a.state
        ],
    )?;
    if moved != 1 {
        return Err(StoreError::Conflict { stream: stream(a.id), expected: a.ver - 1, found: a.ver });
    }
    count_work(tx, permit, told.at)?;
    put_tasks(tx, a.id, tasks)
}

/// One act more of whoever did it, on its day.
fn count_work(tx: &mut Tx<'_>, permit: &Permit, at: Moment) -> Result<()> {
    let Some(staff) = permit.actor().staff else { return Ok(()) };
    let sql = "INSERT INTO application_work (staff, day, n) VALUES ($1, $2, 1) \
               ON CONFLICT (staff, day) DO UPDATE SET n = application_work.n + 1";
    tx.exec(sql, vals![staff, at.day_number()])?;
    Ok(())
}

/// How many acts an account did in applications on each day from `first` to `last` (day numbers).
pub fn work_of(rd: &mut Rd<'_>, staff: StaffId, first: i64, last: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT day, n FROM application_work WHERE staff = $1 AND day >= $2 AND day <= $3 ORDER BY day";
    rd.query(sql, vals![staff, first, last], |r| Ok((r.i64(0)?, r.i64(1)?)))
}

/// Items of an application that changed its basis before it was handed in.
pub fn replace_parts(tx: &mut Tx<'_>, _permit: &Permit, id: i64, parts: &[PartRow]) -> Result<()> {
    tx.exec("DELETE FROM application_part WHERE application = $1", vals![id])?;
    tx.exec("DELETE FROM application_task WHERE application = $1", vals![id])?;
    put_parts(tx, id, parts)
}

fn put_parts(tx: &mut Tx<'_>, id: i64, parts: &[PartRow]) -> Result<()> {
    let rows: Vec<[Value<'_>; 4]> = parts
        .iter()
        .zip(0i64..)
        .map(|(p, n)| [id.into(), n.into(), p.item.as_str().into(), p.unit.into()])
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 4]>::as_slice).collect();
    tx.exec_many(
        "INSERT INTO application_part (application, part, item, unit) VALUES ($1, $2, $3, $4)",
        &rows,
    )?;
    Ok(())
}

fn put_tasks(tx: &mut Tx<'_>, id: i64, tasks: &[TaskRow]) -> Result<()> {
    let rows: Vec<[Value<'_>; 5]> = tasks
        .iter()
        .map(|t| [id.into(), t.task.into(), t.unit.into(), t.open.into(), t.due.into()])
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 5]>::as_slice).collect();
    let sql = "INSERT INTO application_task (application, task, unit, open, due) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (application, task) DO UPDATE SET unit = excluded.unit, open = excluded.open, \
               due = excluded.due";
    tx.exec_many(sql, &rows)?;
    Ok(())
}

/// Writes what another calendar makes of the moments of an application; nothing happened, so nothing is told.
pub fn put_moments(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    id: i64,
    due: Option<Moment>,
    next_at: Option<Moment>,
    calendar: &str,
) -> Result<()> {
    let sql = "UPDATE application SET due = $2, next_at = $3, calendar = $4 WHERE id = $1";
    tx.exec(sql, vals![id, due, next_at, calendar])?;
    Ok(())
}

/// The application with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<ApplicationRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM application a WHERE a.number = $1"), vals![number], row_of)
}

/// The application with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<ApplicationRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM application a WHERE a.id = $1"), vals![id], row_of)
}

/// The place and the hash of the event that began an application.
pub fn birth(rd: &mut Rd<'_>, id: i64) -> Result<Option<(i64, Hash)>> {
    let sql = "SELECT seq, hash FROM event WHERE stream = $1 AND ver = 1";
    rd.query_opt(sql, vals![stream(id)], |r| Ok((r.i64(0)?, r.hash(1)?)))
}

/// Everything that happened to an application after version `after`.
pub fn history(rd: &mut Rd<'_>, id: i64, after: i64) -> Result<Vec<ledger::Event>> {
    crate::ledger_rows::stream(rd, stream(id), after)
}

/// What a unit has to work on now: applications with an open task of it, what is due first on top.
pub fn at_hand(rd: &mut Rd<'_>, unit: UnitId, limit: u32) -> Result<Vec<ApplicationRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application_task t JOIN application a ON a.id = t.application \
         WHERE t.unit = $1 AND t.open = 1 ORDER BY t.due, t.application LIMIT $2"
    );
    let mut rows = rd.query(&sql, vals![unit, limit], row_of)?;
    let mut seen = std::collections::HashSet::new();
    rows.retain(|a| seen.insert(a.id));
    Ok(rows)
}

/// Applications that a unit received, in one stage whose clock runs, what is due first on top; after (`due`, id).
pub fn received(
    rd: &mut Rd<'_>,
    unit: UnitId,
    stage: &str,
    after: (i64, i64),
    limit: u32,
) -> Result<Vec<ApplicationRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application a WHERE a.reception = $1 AND a.stage = $2 \
         AND (a.due > $3 OR (a.due = $3 AND a.id > $4)) \
         ORDER BY a.due, a.id LIMIT $5"
    );
    rd.query(&sql, vals![unit, stage, after.0, after.1, limit], row_of)
}

/// How many applications a unit has to work on now.
pub fn count_at_hand(rd: &mut Rd<'_>, unit: UnitId) -> Result<i64> {
    let sql = "SELECT count(DISTINCT t.application) FROM application_task t WHERE t.unit = $1 AND t.open = 1";
    rd.query_one(sql, vals![unit], |r| r.i64(0))
}

/// How many applications a unit received that stand in a stage whose clock runs.
pub fn count_received(rd: &mut Rd<'_>, unit: UnitId, stage: &str) -> Result<i64> {
    let sql =
        "SELECT count(*) FROM application a WHERE a.reception = $1 AND a.stage = $2 AND a.due IS NOT NULL";
    rd.query_one(sql, vals![unit, stage], |r| r.i64(0))
}

/// Applications of a region and its parts, the newest first, before this id.
pub fn of_region(rd: &mut Rd<'_>, region: &str, before: i64, limit: u32) -> Result<Vec<ApplicationRow>> {
    list(rd, &Listed { region: Some(region), before, limit, drafts: true, ..Listed::default() })
}

/// Which applications a list asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listed<'a> {
    /// of a region and its parts; none: of all
    pub region: Option<&'a str>,
    /// of which a unit is the reception or the lead, or has a task
    pub unit: Option<UnitId>,
    /// word of the stage
    pub stage: Option<&'a str>,
    /// code of the theme; empty for single items
    pub theme: Option<&'a str>,
    /// code of an item that is part of it
    pub item: Option<&'a str>,
    /// word of the channel
    pub channel: Option<&'a str>,
    /// the leading unit
    pub lead: Option<UnitId>,
    /// everything of it was decided
    pub decided: bool,
    /// still open although due before this moment
    pub late: Option<Moment>,
    /// handed in from
    pub from: Option<Moment>,
    /// handed in before
    pub to: Option<Moment>,
    /// also what was not handed in
    pub drafts: bool,
    /// older than this id
    pub before: i64,
    /// at most so many
    pub limit: u32,
}

/// How an application belongs to a unit: each way is walked by an index of its own.
const WAYS: [(&str, &str); 3] = [
    ("FROM application a", "a.reception = ?"),
    ("FROM application a", "a.lead = ?"),
    ("FROM application_task t JOIN application a ON a.id = t.application", "t.unit = ?"),
];

/// Applications that fit, the newest first.
pub fn list(rd: &mut Rd<'_>, q: &Listed<'_>) -> Result<Vec<ApplicationRow>> {
    let mut ids = Vec::new();
    match q.unit {
        None => ids = ids_of(rd, q, None)?,
        Some(unit) => {
            for way in WAYS {
                ids.extend(ids_of(rd, q, Some((way, unit)))?);
            }
            ids.sort_unstable_by(|a, b| b.cmp(a));
            ids.dedup();
            ids.truncate(q.limit as usize);
        }
    }
    let marks: Vec<_> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM application a WHERE a.id IN ({}) ORDER BY a.id DESC",
        marks.join(", ")
    );
    let ids: Vec<Value<'_>> = ids.into_iter().map(Value::from).collect();
    rd.query(&sql, &ids, row_of)
}

/// Ids only: the state of an application is large, and most that are looked at are not shown.
fn ids_of(rd: &mut Rd<'_>, q: &Listed<'_>, way: Option<((&str, &str), UnitId)>) -> Result<Vec<i64>> {
    let end = q.region.map(|r| format!("{r}:"));
    let mut w = Where::default();
    let from = match way {
        None => "FROM application a",
        Some(((from, condition), unit)) => {
            w.and(condition, &[unit.into()]);
            from
        }
    };
    w.and("a.id < ?", &[q.before.into()]);
    if let (Some(region), Some(end)) = (q.region, &end) {
        w.and("a.region >= ? AND a.region < ?", &[region.into(), end.into()]);
    }
    let texts = [("a.stage = ?", q.stage), ("a.theme = ?", q.theme), ("a.channel = ?", q.channel)];
    for (text, value) in texts {
        if let Some(value) = value {
            w.and(text, &[value.into()]);
        }
    }
    if let Some(item) = q.item {
        w.and("a.id IN (SELECT application FROM application_part WHERE item = ?)", &[item.into()]);
    }
    if let Some(lead) = q.lead {
        w.and("a.lead = ?", &[lead.into()]);
    }
    if let Some(now) = q.late {
        w.and("a.ended IS NULL AND a.due < ?", &[now.into()]);
    }
    if let Some(from) = q.from {
        w.and("a.submitted >= ?", &[from.into()]);
    }
    if let Some(to) = q.to {
        w.and("a.submitted < ?", &[to.into()]);
    }
    if q.decided {
        w.and("a.decided IS NOT NULL", &[]);
    }
    if !q.drafts {
        w.and("a.submitted IS NOT NULL", &[]);
    }
    w.params.push(q.limit.into());
    let sql =
        format!("SELECT a.id {from}{} GROUP BY a.id ORDER BY a.id DESC LIMIT ${}", w.sql, w.params.len());
    rd.query(&sql, &w.params, |r| r.i64(0))
}

/// Ids of applications whose next moment has come, the oldest first.
pub fn due_now(rd: &mut Rd<'_>, care: &str, now: Moment, limit: u32) -> Result<Vec<(i64, bool)>> {
    let sql = "SELECT c.id, a.tries FROM application c LEFT JOIN aside a ON a.care = $1 AND a.subject = c.id + $2 \
               WHERE c.next_at IS NOT NULL AND c.next_at <= $3 AND (a.tries IS NULL OR a.again <= $3) \
               ORDER BY c.next_at, c.id LIMIT $4";
    rd.query(sql, vals![care, stream(0), now, limit], |r| Ok((r.i64(0)?, r.opt_i64(1)?.is_some())))
}

/// Applications whose moments were worked out by another calendar.
pub fn by_another_calendar(rd: &mut Rd<'_>, calendar: &str, limit: u32) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM application WHERE calendar <> $1 AND next_at IS NOT NULL ORDER BY id LIMIT $2";
    rd.query(sql, vals![calendar, limit], |r| r.i64(0))
}

/// Keeps the sealed form.
pub fn put_form(tx: &mut Tx<'_>, id: i64, sealed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO application_form (application, sealed) VALUES ($1, $2) \
               ON CONFLICT (application) DO UPDATE SET sealed = excluded.sealed";
    tx.exec(sql, vals![id, sealed])?;
    Ok(())
}

/// Removes forms whose applications ended before `ended`; of those that were never handed in, before `drafts`. Looked at
/// are the ends of the sixty days before each moment: what is older was removed when it was that old, at most `limit`.
pub fn sweep_forms(tx: &mut Tx<'_>, ended: Moment, drafts: Moment, limit: u32) -> Result<u64> {
    let window = |before: Moment| Moment::from_us(before.us() - 60 * kernel::US_PER_DAY);
    let sql = "DELETE FROM application_form WHERE application IN (\
               SELECT a.id FROM application a JOIN application_form f ON f.application = a.id \
               WHERE (a.ended >= $1 AND a.ended < $2) \
                  OR (a.ended >= $3 AND a.ended < $4 AND a.submitted IS NULL) LIMIT $5)";
    tx.exec(sql, vals![window(ended), ended, window(drafts), drafts, limit])
}

/// The sealed form.
pub fn form(rd: &mut Rd<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM application_form WHERE application = $1";
    rd.query_opt(sql, vals![id], |r| Ok(r.blob(0)?.to_vec()))
}

/// Handled numbers: one line for each theme, region, channel and lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// code of the theme, empty for single items; of [`counts_by_item`] code of the item
    pub key: String,
    /// region code
    pub region: String,
    /// word of the channel
    pub channel: String,
    /// who leads
    pub lead: UnitId,
    /// how many were handed in
    pub n: i64,
    /// how many of them were decided
    pub decided: i64,
}

fn count_of(r: &Row<'_>) -> Result<Count> {
    Ok(Count {
        key: r.string(0)?,
        region: r.string(1)?,
        channel: r.string(2)?,
        lead: UnitId(r.i64(3)?),
        n: r.i64(4)?,
        decided: r.i64(5)?,
    })
}

/// Counts what was handed in from `from` up to `to`, by theme.
pub fn counts(rd: &mut Rd<'_>, from: Moment, to: Moment) -> Result<Vec<Count>> {
    let sql = "SELECT theme, region, channel, lead, count(*), count(decided) FROM application \
               WHERE submitted >= $1 AND submitted < $2 GROUP BY theme, region, channel, lead \
               ORDER BY theme, region, channel, lead";
    rd.query(sql, vals![from, to], count_of)
}

/// The same by item, with the unit that decides on it: an application of several items counts for each.
pub fn counts_by_item(rd: &mut Rd<'_>, from: Moment, to: Moment) -> Result<Vec<Count>> {
    let sql = "SELECT p.item, a.region, a.channel, p.unit, count(*), count(a.decided) FROM application a \
               JOIN application_part p ON p.application = a.id WHERE a.submitted >= $1 AND a.submitted < $2 \
               GROUP BY p.item, a.region, a.channel, p.unit ORDER BY p.item, a.region, a.channel, p.unit";
    rd.query(sql, vals![from, to], count_of)
}

/// Services that other systems handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// name of the theme
    pub theme: String,
    /// name of the item
    pub item: String,
    /// region code
    pub region: String,
    /// by which unit
    pub unit: UnitId,
    /// how many
    pub n: i64,
}

/// Services that other systems handled, from `from` up to `to`.
pub fn handled_elsewhere(rd: &mut Rd<'_>, from: Moment, to: Moment) -> Result<Vec<Elsewhere>> {
    let sql = "SELECT theme, item, region, unit, count(*) FROM service WHERE at >= $1 AND at < $2 AND source <> 'own' \
               GROUP BY theme, item, region, unit ORDER BY theme, item, region, unit";
    rd.query(sql, vals![from, to], |r| {
        Ok(Elsewhere {
            theme: r.string(0)?,
            item: r.string(1)?,
            region: r.string(2)?,
            unit: UnitId(r.i64(3)?),
            n: r.i64(4)?,
        })
    })
}
