//! 号票: tickets of a day as rows. A save appends the event and moves the row in one transaction. Must not decide anything.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::vals;
use crate::value::Row;

/// A ticket as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRow {
    /// id
    pub id: i64,
    /// what is called: `A012`
    pub number: String,
    /// events so far
    pub ver: i64,
    /// the hall
    pub hall: i64,
    /// Beijing day number
    pub day: i64,
    /// letter of the queue
    pub queue: String,
    /// word of the stage
    pub stage: String,
    /// number of the window
    pub desk: Option<i64>,
    /// who served it
    pub staff: Option<StaffId>,
    /// the appointment it belongs to
    pub appointment: Option<i64>,
    /// since when it waits
    pub waits_from: Moment,
    /// when it was taken
    pub taken: Moment,
    /// when it was called first
    pub called: Option<Moment>,
    /// when the window began
    pub started: Option<Moment>,
    /// when it was over
    pub ended: Option<Moment>,
    /// the wait as it was told, minutes
    pub estimate: Option<i64>,
    /// the whole state, JSON
    pub state: String,
}

/// The stream of a ticket.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Ticket, id)
}

const COLUMNS: &str = "id, number, ver, hall, day, queue, stage, desk, staff, appointment, waits_from, taken, called, \
                       started, ended, estimate, state";

fn row_of(r: &Row<'_>) -> Result<TicketRow> {
    Ok(TicketRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        hall: r.i64(3)?,
        day: r.i64(4)?,
        queue: r.string(5)?,
        stage: r.string(6)?,
        desk: r.opt_i64(7)?,
        staff: r.opt_i64(8)?.map(StaffId),
        appointment: r.opt_i64(9)?,
        waits_from: r.moment(10)?,
        taken: r.moment(11)?,
        called: r.opt_moment(12)?,
        started: r.opt_moment(13)?,
        ended: r.opt_moment(14)?,
        estimate: r.opt_i64(15)?,
        state: r.string(16)?,
    })
}

/// Saves a ticket after one more event; `t.ver` is the version it has now, 1 for a new one.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn save(tx: &mut Tx<'_>, permit: &Permit, t: &TicketRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(t.id), t.ver - 1, now, permit.actor(), act, data)?;
    let sql = "INSERT INTO ticket (id, number, ver, hall, day, queue, stage, desk, staff, appointment, waits_from, taken, \
               called, started, ended, estimate, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
               $14, $15, $16, $17) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, queue = excluded.queue, \
               stage = excluded.stage, desk = excluded.desk, staff = excluded.staff, waits_from = excluded.waits_from, \
               called = excluded.called, started = excluded.started, ended = excluded.ended, state = excluded.state";
    let done = tx.exec(
        sql,
        vals![
            t.id,
            &t.number,
            t.ver,
            t.hall,
            t.day,
            &t.queue,
            &t.stage,
            t.desk,
            t.staff,
            t.appointment,
            t.waits_from,
            t.taken,
            t.called,
            t.started,
            t.ended,
            t.estimate,
            &t.state
        ],
    )?;
    if done == 1 { Ok(()) } else { Err(StoreError::Bug(format!("ticket {} was not saved", t.number))) }
}

/// The ticket with this id.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<TicketRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM ticket WHERE id = $1"), vals![id], row_of)
}

/// Tickets of a hall on a day, in the order in which they were taken.
pub fn of_day(rd: &mut Rd<'_>, hall: i64, day: i64, limit: u32) -> Result<Vec<TicketRow>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket WHERE hall = $1 AND day = $2 ORDER BY id LIMIT $3");
    rd.query(&sql, vals![hall, day, limit], row_of)
}

/// Tickets of a hall on some days, in order.
pub fn of_days(rd: &mut Rd<'_>, hall: i64, first: i64, last: i64, limit: u32) -> Result<Vec<TicketRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM ticket WHERE hall = $1 AND day >= $2 AND day <= $3 ORDER BY day, id LIMIT $4"
    );
    rd.query(&sql, vals![hall, first, last, limit], row_of)
}

/// Tickets of days before that of `now` which nobody ended; those that `care` put aside wait for their time.
pub fn left_open(rd: &mut Rd<'_>, care: &str, now: Moment, limit: u32) -> Result<Vec<TicketRow>> {
    let (first, day) = (stream(0).0, now.day_number());
    let sql = format!(
        "SELECT {COLUMNS} FROM ticket WHERE stage NOT IN ('ended', 'left') AND day < $1 AND NOT EXISTS \
         (SELECT 1 FROM aside x WHERE x.care = $3 AND x.subject = ticket.id + $4 \
         AND (x.again IS NULL OR x.again > $5)) ORDER BY day, id LIMIT $2"
    );
    rd.query(&sql, vals![day, limit, care, first, now], row_of)
}
