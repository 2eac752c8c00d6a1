//! 件: cases as rows. Loads and saves whole cases with their events; lists by index.
//!
//! A save appends the event and moves the row in one transaction and wants a [`Permit`]. Must not decide
//! anything: the state comes from `resolve`, the figures in the row are copied from it.

mod list;
pub(crate) mod proof;

pub use list::{Query, Scope, Sort, count, cursor_of, list, list_by};

use access::Permit;
use kernel::{Actor, CaseId, Moment, StreamId, UnitId};
use ledger::Hash;
use resolve::{Case, Happened, StageKind, Word as _};
use workday::WorkCalendar;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::ledger_rows::NewEvent;
use crate::vals;
use crate::value::{Row, Value};

/// A case as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// id
    pub id: CaseId,
    /// 受理编号
    pub number: String,
    /// where it stands
    pub stage: StageKind,
    /// its title
    pub title: String,
    /// when the open clock ends
    pub due: Option<Moment>,
    /// the whole state
    pub case: Case,
}

/// What the row holds besides the state, computed once for a save.
struct Derived {
    state: String,
    due: Option<Moment>,
    provisional: bool,
    next_at: Option<Moment>,
    closed: Option<Moment>,
}

fn derive(case: &Case, calendar: &WorkCalendar, at: Moment) -> Result<Derived> {
    let (due, provisional, next_at) = limit_of(case, calendar);
    Ok(Derived {
        state: serde_json::to_string(case).map_err(|e| StoreError::Bug(e.to_string()))?,
        due,
        provisional,
        next_at,
        closed: case.stage.kind().is_end().then_some(at),
    })
}

/// When the limit ends, whether that rests on a year not yet published, and the next moment to act.
fn limit_of(case: &Case, calendar: &WorkCalendar) -> (Option<Moment>, bool, Option<Moment>) {
    let due = case.watched().map(|r| r.due(calendar));
    (due.map(|d| d.0), due.is_some_and(|d| d.1), case.next_at(calendar))
}

fn text_of(happened: &Happened) -> Result<String> {
    serde_json::to_string(happened).map_err(|e| StoreError::Bug(e.to_string()))
}

const INSERT: &str = "INSERT INTO case_file (id, number, ver, kind, channel, region, first_asked, unit, stage, title, \
    lodged, due, provisional, next_at, closed, rounds, returns, support, campaign, item, state) VALUES \
    ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
const UPDATE: &str = "UPDATE case_file SET ver = $2, kind = $3, unit = $4, stage = $5, title = $6, due = $7, \
    provisional = $8, next_at = $9, closed = $10, rounds = $11, returns = $12, item = $13, state = $14 \
    WHERE id = $1 AND ver = $15";
const COLUMNS: &str = "id, number, stage, title, due, state";

fn inserted<'a>(case: &'a Case, d: &'a Derived) -> [Value<'a>; 21] {
    [
        case.id.into(),
        (&case.number).into(),
        case.ver.into(),
        case.kind.word().into(),
        case.channel.word().into(),
        case.region.as_str().into(),
        case.first_asked.into(),
        case.stage.owner().into(),
        case.stage.kind().word().into(),
        (&case.title).into(),
        case.lodged.into(),
        d.due.into(),
        d.provisional.into(),
        d.next_at.into(),
        d.closed.into(),
        case.rounds.into(),
        case.returns.into(),
        case.support.into(),
        case.campaign.as_deref().into(),
        case.item.as_deref().into(),
        (&d.state).into(),
    ]
}

fn row_of(row: &Row<'_>) -> Result<CaseRow> {
    let state = row.text(5)?;
    let case: Case =
        serde_json::from_str(state).map_err(|e| StoreError::Damaged(format!("case state: {e}")))?;
    Ok(CaseRow {
        id: CaseId(row.i64(0)?),
        number: row.string(1)?,
        stage: case.stage.kind(),
        title: row.string(3)?,
        due: row.opt_moment(4)?,
        case,
    })
}

/// The case with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<Case>> {
    let sql = "SELECT id, number, stage, title, due, state FROM case_file WHERE number = $1";
    Ok(rd.query_opt(sql, vals![number], row_of)?.map(|r| r.case))
}

/// The case with this id.
pub fn by_id(rd: &mut Rd<'_>, id: CaseId) -> Result<Option<Case>> {
    let sql = "SELECT id, number, stage, title, due, state FROM case_file WHERE id = $1";
    Ok(rd.query_opt(sql, vals![id], row_of)?.map(|r| r.case))
}

/// The cases with these ids, in no order; those that are not there are left out.
pub fn by_ids(rd: &mut Rd<'_>, ids: &[CaseId]) -> Result<Vec<CaseRow>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    rd.query_ids(&format!("SELECT {COLUMNS} FROM case_file WHERE id IN"), &ids, row_of)
}

/// The cases with these numbers, in their order, asked all at once; those that are not there are left out.
pub fn by_numbers(rd: &mut Rd<'_>, numbers: &[String]) -> Result<Vec<Case>> {
    let sql = format!("SELECT {COLUMNS} FROM case_file WHERE number = $1");
    let rows: Vec<[Value<'_>; 1]> = numbers.iter().map(|n| [n.into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    Ok(rd.query_each(&sql, &rows, row_of)?.into_iter().flatten().map(|r| r.case).collect())
}

/// What is gathered over many cases leaves out a row that cannot be read: the index puts it aside with its reason, and
/// the comparison with the record names it.
fn readable(rows: Vec<Option<CaseRow>>) -> Vec<Case> {
    rows.into_iter().flatten().map(|r| r.case).collect()
}

/// Cases that a unit answers for, before `before` (an id), the newest first.
pub fn owned_before(rd: &mut Rd<'_>, before: CaseId, limit: u32) -> Result<Vec<Case>> {
    let sql = "SELECT id, number, stage, title, due, state FROM case_file \
               WHERE unit IS NOT NULL AND id < $1 ORDER BY id DESC LIMIT $2";
    Ok(readable(rd.query(sql, vals![before, limit], |r| Ok(row_of(r).ok()))?))
}

/// Cases before `before` (an id), the newest first.
pub fn newest(rd: &mut Rd<'_>, before: CaseId, limit: u32) -> Result<Vec<Case>> {
    let sql = "SELECT id, number, stage, title, due, state FROM case_file \
               WHERE id < $1 ORDER BY id DESC LIMIT $2";
    Ok(readable(rd.query(sql, vals![before, limit], |r| Ok(row_of(r).ok()))?))
}

/// A new case with everything that has happened to it so far: its registration and what followed at once.
#[derive(Debug)]
pub struct NewCase {
    /// the state after all of `events`
    pub case: Case,
    /// what happened, the first first
    pub events: Vec<Told>,
}

/// Something that happened, as it will stand on record. It does not know its case, so that it can be written down
/// before the case has a number, on any thread.
#[derive(Clone, Debug)]
pub struct Told {
    at: Moment,
    actor: Actor,
    act: &'static str,
    text: String,
}

impl Told {
    /// Writes down what an actor did at a moment.
    ///
    /// # Errors
    /// It cannot be written as JSON: a fault of this program.
    pub fn of(happened: &Happened, at: Moment, actor: &Actor) -> Result<Self> {
        Ok(Self { at, actor: actor.clone(), act: happened.asked.act().word(), text: text_of(happened)? })
    }
}

/// Saves new cases with their events, many at once; answers the hash of the first event of each.
pub fn insert_many(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    new: &[&NewCase],
    calendar: &WorkCalendar,
) -> Result<Vec<Hash>> {
    let mut events = Vec::with_capacity(new.iter().map(|n| n.events.len()).sum());
    let mut firsts = Vec::with_capacity(new.len());
    let mut derived = Vec::with_capacity(new.len());
    for n in new {
        let stream = StreamId::case(n.case.id);
        firsts.push(events.len());
        for (i, Told { at, actor, act, text }) in n.events.iter().enumerate() {
            events.push(NewEvent { stream, expected: i as i64, at: *at, actor, act, data: text });
        }
        let last = n.events.last().map_or(n.case.lodged, |e| e.at);
        derived.push(derive(&n.case, calendar, last)?);
    }
    let (_, hashes) = tx.append_hashed(&events)?;
    let rows: Vec<_> = new.iter().zip(&derived).map(|(n, d)| inserted(&n.case, d)).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 21]>::as_slice).collect();
    tx.exec_many(INSERT, &rows)?;
    Ok(firsts.into_iter().filter_map(|i| hashes.get(i).copied()).collect())
}

/// The place and the hash of the event that began a case.
pub fn birth(rd: &mut Rd<'_>, id: CaseId) -> Result<Option<(i64, Hash)>> {
    let sql = "SELECT seq, hash FROM event WHERE stream = $1 AND ver = 1";
    rd.query_opt(sql, vals![StreamId::case(id)], |r| Ok((r.i64(0)?, r.hash(1)?)))
}

/// Saves one act: its event and the case as it stands after it.
///
/// # Errors
/// `Conflict` when the case is no longer at the version before `after`.
pub fn save(
    tx: &mut Tx<'_>,
    permit: &Permit,
    after: &Case,
    happened: &Happened,
    at: Moment,
    calendar: &WorkCalendar,
) -> Result<()> {
    let stream = StreamId::case(after.id);
    let before = after.ver - 1;
    tx.append(stream, before, at, permit.actor(), happened.asked.act().word(), &text_of(happened)?)?;
    let d = derive(after, calendar, at)?;
    let values: [Value<'_>; 15] = [
        after.id.into(),
        after.ver.into(),
        after.kind.word().into(),
        after.stage.owner().into(),
        after.stage.kind().word().into(),
        (&after.title).into(),
        d.due.into(),
        d.provisional.into(),
        d.next_at.into(),
        d.closed.into(),
        after.rounds.into(),
        after.returns.into(),
        after.item.as_deref().into(),
        (&d.state).into(),
        before.into(),
    ];
    if tx.exec(UPDATE, &values)? != 1 {
        return Err(StoreError::Conflict { stream, expected: before, found: after.ver });
    }
    for unit in parties(after) {
        tx.exec(
            "INSERT INTO case_party (unit, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            vals![unit, after.id],
        )?;
    }
    Ok(())
}

/// Writes what a case is after its words were covered in the record. It is at the same version as before.
pub fn rewrite(tx: &mut Tx<'_>, _permit: &Permit, case: &Case) -> Result<()> {
    let state = serde_json::to_string(case).map_err(|e| StoreError::Bug(e.to_string()))?;
    let sql = "UPDATE case_file SET title = $2, state = $3 WHERE id = $1 AND ver = $4";
    if tx.exec(sql, vals![case.id, &case.title, &state, case.ver])? != 1 {
        return Err(StoreError::Bug(format!("no case {}", case.id)));
    }
    Ok(())
}

/// Units that see the case besides its owner and the one asked first.
fn parties(case: &Case) -> impl Iterator<Item = UnitId> {
    let co = case.co.iter().map(|c| c.unit);
    co.chain(case.tasks.iter().map(|t| t.unit)).chain(case.past_owners.iter().copied())
}

/// The numbers of cases, by id.
pub fn numbers(rd: &mut Rd<'_>, ids: &[CaseId]) -> Result<std::collections::HashMap<i64, String>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let select = "SELECT id, number FROM case_file WHERE id IN";
    Ok(rd.query_ids(select, &ids, |r| Ok((r.i64(0)?, r.string(1)?)))?.into_iter().collect())
}

/// Cases whose next moment has come, the oldest first; of those that `care` put aside the ones that are to be tried
/// again. Says of each whether it was put aside. Rows are not read here: one that is damaged harms itself alone.
pub fn due_now(rd: &mut Rd<'_>, care: &str, now: Moment, limit: u32) -> Result<Vec<(CaseId, bool)>> {
    let sql = "SELECT c.id, a.tries FROM case_file c LEFT JOIN aside a ON a.care = $1 AND a.subject = c.id + $2 \
               WHERE c.next_at IS NOT NULL AND c.next_at <= $3 AND (a.tries IS NULL OR a.again <= $3) \
               ORDER BY c.next_at, c.id LIMIT $4";
    let values = vals![care, StreamId::case(CaseId(0)), now, limit];
    rd.query(sql, values, |r| Ok((CaseId(r.i64(0)?), r.opt_i64(1)?.is_some())))
}

/// Does the row of a case say of its limit what `calendar` makes of it?
pub fn limit_holds(rd: &mut Rd<'_>, case: &Case, calendar: &WorkCalendar) -> Result<bool> {
    let sql = "SELECT due, provisional, next_at FROM case_file WHERE id = $1";
    let said = rd.query_opt(sql, vals![case.id], |r| Ok((r.opt_moment(0)?, r.bool(1)?, r.opt_moment(2)?)))?;
    Ok(said == Some(limit_of(case, calendar)))
}

/// Looks through `limit` rows after `after` for open cases whose limit `calendar` moves, and says where to go on; none
/// at the end. A row that cannot be read is among them, so that it is named where it is worked on.
pub fn moved_by(
    rd: &mut Rd<'_>,
    calendar: &WorkCalendar,
    after: CaseId,
    limit: u32,
) -> Result<(Vec<CaseId>, Option<CaseId>)> {
    let sql = "SELECT id, due, provisional, next_at, state FROM case_file WHERE id > $1 ORDER BY id LIMIT $2";
    let (mut moved, mut last, mut n) = (Vec::new(), None, 0);
    rd.each(sql, vals![after, limit], |r| {
        let id = CaseId(r.i64(0)?);
        (last, n) = (Some(id), n + 1);
        if r.opt_i64(1)?.is_none() {
            return Ok(true);
        }
        let holds = serde_json::from_str::<Case>(r.text(4)?).is_ok_and(|case| {
            let made = limit_of(&case, calendar);
            (r.opt_moment(1), r.bool(2), r.opt_moment(3)) == (Ok(made.0), Ok(made.1), Ok(made.2))
        });
        if !holds {
            moved.push(id);
        }
        Ok(true)
    })?;
    Ok((moved, last.filter(|_| n == limit)))
}

/// One event of a case, read.
#[derive(Clone, Debug)]
pub struct Past {
    /// its place in the stream
    pub ver: i64,
    /// when it happened
    pub at: Moment,
    /// when it was written
    pub recorded: Moment,
    /// who did it
    pub actor: Actor,
    /// what happened
    pub happened: Happened,
}

/// Everything that happened to a case after version `after`, read whole however long it is.
pub fn history(rd: &mut Rd<'_>, case: CaseId, after: i64) -> Result<Vec<Past>> {
    let read = |e: ledger::Event| {
        let happened = serde_json::from_str(&e.data)
            .map_err(|err| StoreError::Damaged(format!("{} {}: {err}", e.stream, e.ver)))?;
        Ok(Past { ver: e.ver, at: e.at, recorded: e.recorded, actor: e.actor, happened })
    };
    crate::ledger_rows::stream(rd, StreamId::case(case), after)?.into_iter().map(read).collect()
}

/// When a case came to its end; none while it is open.
pub fn ended_at(rd: &mut Rd<'_>, id: CaseId) -> Result<Option<Moment>> {
    let sql = "SELECT closed FROM case_file WHERE id = $1";
    Ok(rd.query_opt(sql, vals![id], |r| r.opt_moment(0))?.flatten())
}

/// The due moment that the row of a case holds.
pub fn due_of(rd: &mut Rd<'_>, id: CaseId) -> Result<Option<Moment>> {
    let sql = "SELECT due FROM case_file WHERE id = $1";
    Ok(rd.query_opt(sql, vals![id], |r| r.opt_moment(0))?.flatten())
}

/// When each answered case was lodged, and when it was first answered.
pub fn replied(rd: &mut Rd<'_>) -> Result<Vec<(Moment, Moment)>> {
    let sql = "SELECT c.lodged, min(e.at) FROM event e JOIN case_file c ON e.stream = $1 + c.id \
               WHERE e.act IN ('reply', 'backfill', 'approve_negative', 'answer_on_spot') GROUP BY c.id, c.lodged";
    rd.query(sql, vals![StreamId::case(CaseId(0))], |r| Ok((r.moment(0)?, r.moment(1)?)))
}
