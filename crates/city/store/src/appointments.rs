//! 预约: appointments as rows, and the sealed contact beside them. A save appends the event and moves the row in one
//! transaction. The state is a text that `hall` folds and reads. Must not decide anything.

use access::Permit;
use kernel::{Moment, StreamId, StreamKind};
use ledger::Hash;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::ledger_rows::NewEvent;
use crate::vals;
use crate::value::Row;

/// An appointment as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentRow {
    /// id
    pub id: i64,
    /// 预约号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// the hall
    pub hall: i64,
    /// letter of the queue
    pub queue: String,
    /// when it begins
    pub start: Moment,
    /// code of the item
    pub item: String,
    /// word of the channel
    pub channel: String,
    /// word of the stage
    pub stage: String,
    /// keyed digest of who booked; empty while it is held
    pub person: String,
    /// when it was made
    pub made: Moment,
    /// when it was over
    pub ended: Option<Moment>,
    /// cancelled late
    pub late_cancel: bool,
    /// when the system must act next
    pub next_at: Option<Moment>,
    /// the whole state, JSON
    pub state: String,
}

/// The stream of an appointment.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Appointment, id)
}

const COLUMNS: &str = "id, number, ver, hall, queue, start, item, channel, stage, person, made, ended, late_cancel, \
                       next_at, state";

fn row_of(r: &Row<'_>) -> Result<AppointmentRow> {
    Ok(AppointmentRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        hall: r.i64(3)?,
        queue: r.string(4)?,
        start: r.moment(5)?,
        item: r.string(6)?,
        channel: r.string(7)?,
        stage: r.string(8)?,
        person: r.string(9)?,
        made: r.moment(10)?,
        ended: r.opt_moment(11)?,
        late_cancel: r.i64(12)? != 0,
        next_at: r.opt_moment(13)?,
        state: r.string(14)?,
    })
}

/// Inserts an appointment with its first event; answers the hash of it.
pub fn insert(tx: &mut Tx<'_>, permit: &Permit, a: &AppointmentRow, act: &str, data: &str) -> Result<Hash> {
    let at = tx.now();
    let event = NewEvent { stream: stream(a.id), expected: 0, at, actor: permit.actor(), act, data };
    let (_, hashes) = tx.append_hashed(&[event])?;
    let sql = "INSERT INTO appointment (id, number, ver, hall, queue, start, item, channel, stage, person, made, ended, \
               late_cancel, next_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    tx.exec(
        sql,
        vals![
            a.id,
            &a.number,
            a.ver,
            a.hall,
            &a.queue,
            a.start,
            &a.item,
            &a.channel,
            &a.stage,
            &a.person,
            a.made,
            a.ended,
            a.late_cancel,
            a.next_at,
            &a.state
        ],
    )?;
    hashes.first().copied().ok_or_else(|| StoreError::Bug("one event, no hash".to_owned()))
}

/// Saves an appointment after one more event; `a.ver` is the version it has now.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn save(tx: &mut Tx<'_>, permit: &Permit, a: &AppointmentRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(a.id), a.ver - 1, now, permit.actor(), act, data)?;
    let sql = "UPDATE appointment SET ver = $2, hall = $3, queue = $4, start = $5, stage = $6, person = $7, ended = $8, \
               late_cancel = $9, next_at = $10, state = $11 WHERE id = $1 AND ver = $2 - 1";
    let moved = tx.exec(
        sql,
        vals![
            a.id,
            a.ver,
            a.hall,
            &a.queue,
            a.start,
            &a.stage,
            &a.person,
            a.ended,
            a.late_cancel,
            a.next_at,
            &a.state
        ],
    )?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Bug(format!("appointment {} was not saved", a.number))) }
}

/// The appointment with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<AppointmentRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM appointment WHERE number = $1"), vals![number], row_of)
}

/// The appointment with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<AppointmentRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM appointment WHERE id = $1"), vals![id], row_of)
}

/// Appointments of a hall that begin from `from` on and before `to`, in order.
pub fn of_hall(
    rd: &mut Rd<'_>,
    hall: i64,
    from: Moment,
    to: Moment,
    limit: u32,
) -> Result<Vec<AppointmentRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM appointment WHERE hall = $1 AND start >= $2 AND start < $3 ORDER BY start, id LIMIT $4"
    );
    rd.query(&sql, vals![hall, from, to, limit], row_of)
}

/// Appeals of a hall that wait.
pub fn appealed(rd: &mut Rd<'_>, hall: i64, limit: u32) -> Result<Vec<AppointmentRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM appointment WHERE hall = $1 AND stage = 'appealed' ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![hall, limit], row_of)
}

/// Appointments of a person, the newest first.
pub fn of_person(rd: &mut Rd<'_>, person: &str, limit: u32) -> Result<Vec<AppointmentRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM appointment WHERE person = $1 AND person <> '' ORDER BY id DESC LIMIT $2"
    );
    rd.query(&sql, vals![person, limit], row_of)
}

/// Appointments for which the system must act by now, the longest due first; those that `care` put aside wait for their time.
pub fn due(rd: &mut Rd<'_>, care: &str, now: Moment, limit: u32) -> Result<Vec<AppointmentRow>> {
    let first = stream(0).0;
    let sql = format!(
        "SELECT {COLUMNS} FROM appointment WHERE next_at IS NOT NULL AND next_at <= $1 AND NOT EXISTS \
         (SELECT 1 FROM aside x WHERE x.care = $3 AND x.subject = appointment.id + $4 \
         AND (x.again IS NULL OR x.again > $1)) ORDER BY next_at, id LIMIT $2"
    );
    rd.query(&sql, vals![now, limit, care, first], row_of)
}

/// Who stands by for a hall, the longest waiting first.
pub fn standing_by(rd: &mut Rd<'_>, hall: i64, limit: u32) -> Result<Vec<AppointmentRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM appointment WHERE stage = 'standby' AND hall = $1 ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![hall, limit], row_of)
}

/// Who stands by and can be offered a place now: one is free in their queue, within their days. The longest waiting first;
/// those that `care` put aside wait for their time.
pub fn can_be_offered(
    rd: &mut Rd<'_>,
    care: &str,
    now: Moment,
    after: i64,
    limit: u32,
) -> Result<Vec<AppointmentRow>> {
    let first = stream(0).0;
    let sql = format!(
        "SELECT {COLUMNS} FROM appointment WHERE stage = 'standby' AND EXISTS (SELECT 1 FROM hall_slot s WHERE \
         s.hall = appointment.hall AND s.queue = appointment.queue AND s.used_phone < s.phone AND s.opens <= $1 AND \
         s.shuts > $1 AND s.start >= appointment.start AND s.start < appointment.next_at) AND NOT EXISTS \
         (SELECT 1 FROM aside x WHERE x.care = $3 AND x.subject = appointment.id + $4 \
         AND (x.again IS NULL OR x.again > $1)) AND id > $5 ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![now, limit, care, first, after], row_of)
}

/// The rules of the hall moved the moment at which the system must act next.
pub fn put_next(tx: &mut Tx<'_>, _permit: &Permit, id: i64, next_at: Option<Moment>) -> Result<()> {
    tx.exec("UPDATE appointment SET next_at = $2 WHERE id = $1", vals![id, next_at])?;
    Ok(())
}

/// The hash of the event that began it.
pub fn birth(rd: &mut Rd<'_>, id: i64) -> Result<Option<Hash>> {
    crate::ledger_rows::birth(rd, stream(id))
}

/// Keeps the sealed contact.
pub fn put_contact(tx: &mut Tx<'_>, id: i64, sealed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO appointment_contact (appointment, sealed) VALUES ($1, $2) \
               ON CONFLICT (appointment) DO UPDATE SET sealed = excluded.sealed";
    tx.exec(sql, vals![id, sealed])?;
    Ok(())
}

/// The sealed contact.
pub fn contact(rd: &mut Rd<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM appointment_contact WHERE appointment = $1";
    rd.query_opt(sql, vals![id], |r| Ok(r.blob(0)?.to_vec()))
}

/// Destroys the sealed contact.
pub fn erase_contact(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("DELETE FROM appointment_contact WHERE appointment = $1", vals![id])?;
    Ok(())
}
