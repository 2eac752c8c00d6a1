//! 排班表、请假、交接单: as rows. A save appends the event and moves the row in one transaction. Must not know what a document
//! says, nor decide anything.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::value::Row;
use crate::{counters, vals};

/// A roster as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// events so far
    pub ver: i64,
    /// the hall
    pub hall: i64,
    /// number of its first day
    pub first: i64,
    /// number of its last day
    pub last: i64,
    /// `draft`, `published`, or `changed`: published, with changes that are not
    pub state: String,
    /// JSON text
    pub doc: String,
}

const ROSTER: &str = "id, ver, hall, first, last, state, doc";

fn roster_of(r: &Row<'_>) -> Result<RosterRow> {
    Ok(RosterRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        hall: r.i64(2)?,
        first: r.i64(3)?,
        last: r.i64(4)?,
        state: r.string(5)?,
        doc: r.string(6)?,
    })
}

/// Keeps a version of a roster and what happened to it; `r.ver` is the number of events with this one. Answers its id.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, r: &RosterRow, act: &str, data: &str) -> Result<i64> {
    let id = if r.id == 0 { counters::next(tx, "roster")? } else { r.id };
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Roster, id), r.ver - 1, now, permit.actor(), act, data)?;
    let sql = "INSERT INTO roster (id, ver, hall, first, last, state, doc) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state, doc = excluded.doc";
    let done = tx.exec(sql, vals![id, r.ver, r.hall, r.first, r.last, &r.state, &r.doc])?;
    if done == 1 { Ok(id) } else { Err(StoreError::Bug(format!("roster {id} was not kept"))) }
}

/// One roster.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<RosterRow>> {
    rd.query_opt(&format!("SELECT {ROSTER} FROM roster WHERE id = $1"), vals![id], roster_of)
}

/// Rosters of a hall with a day from one day to another, in order of their days.
pub fn between(rd: &mut Rd<'_>, hall: i64, from: i64, to: i64) -> Result<Vec<RosterRow>> {
    let sql = format!(
        "SELECT {ROSTER} FROM roster WHERE hall = $1 AND first <= $3 AND last >= $2 ORDER BY first, id LIMIT 500"
    );
    rd.query(&sql, vals![hall, from, to], roster_of)
}

/// Rosters of all halls with a day from one day to another, in order of halls and days.
pub fn of_all(rd: &mut Rd<'_>, from: i64, to: i64) -> Result<Vec<RosterRow>> {
    let sql = format!(
        "SELECT {ROSTER} FROM roster WHERE first <= $2 AND last >= $1 ORDER BY hall, first, id LIMIT 10000"
    );
    rd.query(&sql, vals![from, to], roster_of)
}

/// Leave as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// events so far
    pub ver: i64,
    /// whose head decides
    pub hall: i64,
    /// who is away
    pub staff: StaffId,
    /// number of the first day
    pub first: i64,
    /// number of the last day
    pub last: i64,
    /// hours of each day; empty: the whole day
    pub hours: String,
    /// word of its kind
    pub kind: String,
    /// `asked`, `approved`, `refused` or `withdrawn`
    pub state: String,
    /// when it was asked
    pub at: Moment,
}

const LEAVE: &str = "id, ver, hall, staff, first, last, hours, kind, state, at";

fn leave_of(r: &Row<'_>) -> Result<LeaveRow> {
    Ok(LeaveRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        hall: r.i64(2)?,
        staff: StaffId(r.i64(3)?),
        first: r.i64(4)?,
        last: r.i64(5)?,
        hours: r.string(6)?,
        kind: r.string(7)?,
        state: r.string(8)?,
        at: r.moment(9)?,
    })
}

/// Keeps leave and what happened to it. Answers its id.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn put_leave(tx: &mut Tx<'_>, permit: &Permit, l: &LeaveRow, act: &str, data: &str) -> Result<i64> {
    let id = if l.id == 0 { counters::next(tx, "roster_leave")? } else { l.id };
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Leave, id), l.ver - 1, now, permit.actor(), act, data)?;
    let sql = "INSERT INTO roster_leave (id, ver, hall, staff, first, last, hours, kind, state, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
               ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state";
    let row = vals![id, l.ver, l.hall, l.staff, l.first, l.last, &l.hours, &l.kind, &l.state, l.at];
    let done = tx.exec(sql, row)?;
    if done == 1 { Ok(id) } else { Err(StoreError::Bug(format!("leave {id} was not kept"))) }
}

/// One leave.
pub fn leave_by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<LeaveRow>> {
    rd.query_opt(&format!("SELECT {LEAVE} FROM roster_leave WHERE id = $1"), vals![id], leave_of)
}

/// Leave that was approved anywhere and has a day from one day to another, in order.
pub fn away(rd: &mut Rd<'_>, from: i64, to: i64) -> Result<Vec<LeaveRow>> {
    let sql = format!(
        "SELECT {LEAVE} FROM roster_leave WHERE last >= $1 AND first <= $2 AND state = 'approved' ORDER BY first, id \
         LIMIT 20000"
    );
    rd.query(&sql, vals![from, to], leave_of)
}

/// Leave of a hall that ends on this day or later, in order.
pub fn leave_of_hall(rd: &mut Rd<'_>, hall: i64, from: i64) -> Result<Vec<LeaveRow>> {
    let sql = format!(
        "SELECT {LEAVE} FROM roster_leave WHERE hall = $1 AND last >= $2 ORDER BY first, id LIMIT 2000"
    );
    rd.query(&sql, vals![hall, from], leave_of)
}

/// Leave of one person that ends on this day or later, in order.
pub fn leave_of_staff(rd: &mut Rd<'_>, staff: StaffId, from: i64) -> Result<Vec<LeaveRow>> {
    let sql = format!(
        "SELECT {LEAVE} FROM roster_leave WHERE last >= $2 AND staff = $1 ORDER BY first, id LIMIT 200"
    );
    rd.query(&sql, vals![staff, from], leave_of)
}

/// A hand-over sheet as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// events so far
    pub ver: i64,
    /// the hall
    pub hall: i64,
    /// number of the window
    pub desk: i64,
    /// number of the day
    pub day: i64,
    /// who gives
    pub gives: StaffId,
    /// who takes
    pub takes: StaffId,
    /// `given`, `taken` or `returned`
    pub state: String,
    /// JSON text
    pub doc: String,
}

const SHEET: &str = "id, ver, hall, desk, day, gives, takes, state, doc";

fn sheet_of(r: &Row<'_>) -> Result<HandOverRow> {
    Ok(HandOverRow {
        id: r.i64(0)?,
        ver: r.i64(1)?,
        hall: r.i64(2)?,
        desk: r.i64(3)?,
        day: r.i64(4)?,
        gives: StaffId(r.i64(5)?),
        takes: StaffId(r.i64(6)?),
        state: r.string(7)?,
        doc: r.string(8)?,
    })
}

/// Keeps a hand-over sheet and what happened to it. Answers its id.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn put_hand_over(
    tx: &mut Tx<'_>,
    permit: &Permit,
    s: &HandOverRow,
    act: &str,
    data: &str,
) -> Result<i64> {
    let id = if s.id == 0 { counters::next(tx, "hand_over")? } else { s.id };
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::HandOver, id), s.ver - 1, now, permit.actor(), act, data)?;
    let sql = "INSERT INTO hand_over (id, ver, hall, desk, day, gives, takes, state, doc) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
               ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, state = excluded.state, doc = excluded.doc";
    let row = vals![id, s.ver, s.hall, s.desk, s.day, s.gives, s.takes, &s.state, &s.doc];
    let done = tx.exec(sql, row)?;
    if done == 1 { Ok(id) } else { Err(StoreError::Bug(format!("hand-over sheet {id} was not kept"))) }
}

/// One hand-over sheet.
pub fn hand_over_by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<HandOverRow>> {
    rd.query_opt(&format!("SELECT {SHEET} FROM hand_over WHERE id = $1"), vals![id], sheet_of)
}

/// Hand-over sheets of a hall from a day on, the newest first.
pub fn hand_overs(rd: &mut Rd<'_>, hall: i64, from: i64) -> Result<Vec<HandOverRow>> {
    let sql = format!(
        "SELECT {SHEET} FROM hand_over WHERE hall = $1 AND day >= $2 ORDER BY day DESC, id DESC LIMIT 500"
    );
    rd.query(&sql, vals![hall, from], sheet_of)
}

/// Hand-over sheets that somebody gives or takes, from a day on, the newest first.
pub fn hand_overs_of(rd: &mut Rd<'_>, staff: StaffId, from: i64) -> Result<Vec<HandOverRow>> {
    let sql = format!(
        "SELECT {SHEET} FROM hand_over WHERE day >= $2 AND (gives = $1 OR takes = $1) ORDER BY day DESC, id DESC \
         LIMIT 200"
    );
    rd.query(&sql, vals![staff, from], sheet_of)
}
