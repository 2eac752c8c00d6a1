//! 号源: slots laid out ahead and the places taken in them. A place is one row under a key, so that it cannot be given
//! twice; one that was given back stays taken until its moment comes. Must not know why a slot is there.

use access::Permit;
use kernel::Moment;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::value::Row;
use crate::{counters, vals};

/// A slot as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// the hall
    pub hall: i64,
    /// letter of the queue
    pub queue: String,
    /// when it begins
    pub start: Moment,
    /// minutes
    pub minutes: i64,
    /// word of its kind of hours
    pub kind: String,
    /// places by phone and at the counter
    pub places: [i64; 2],
    /// how many of them are taken
    pub used: [i64; 2],
    /// it can be booked from
    pub opens: Moment,
    /// until
    pub shuts: Moment,
}

/// Which of the places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// 网上
    Phone,
    /// 柜台
    Counter,
}

/// Places at the counter are numbered from here.
const COUNTER: i64 = 1_000;

impl SlotRow {
    /// When it is over.
    pub fn end(&self) -> Moment {
        self.start.plus_us(self.minutes * 60 * kernel::US_PER_SECOND)
    }
    /// Places left.
    pub fn free(&self, side: Side) -> i64 {
        let i = usize::from(side == Side::Counter);
        (self.places[i] - self.used[i]).max(0)
    }
}

const COLUMNS: &str = "id, hall, queue, start, minutes, kind, phone, counter, used_phone, used_counter, opens, \
                       shuts";

fn row_of(r: &Row<'_>) -> Result<SlotRow> {
    Ok(SlotRow {
        id: r.i64(0)?,
        hall: r.i64(1)?,
        queue: r.string(2)?,
        start: r.moment(3)?,
        minutes: r.i64(4)?,
        kind: r.string(5)?,
        places: [r.i64(6)?, r.i64(7)?],
        used: [r.i64(8)?, r.i64(9)?],
        opens: r.moment(10)?,
        shuts: r.moment(11)?,
    })
}

/// One slot.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<SlotRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM hall_slot WHERE id = $1"), vals![id], row_of)
}

/// Slots of a queue that begin from `from` on and before `to`, in order.
pub fn between(
    rd: &mut Rd<'_>,
    hall: i64,
    queue: &str,
    from: Moment,
    to: Moment,
    limit: u32,
) -> Result<Vec<SlotRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_slot WHERE hall = $1 AND queue = $2 AND start >= $3 AND start < $4 \
         ORDER BY start LIMIT $5"
    );
    rd.query(&sql, vals![hall, queue, from, to, limit], row_of)
}

/// Every slot of a hall that begins from `from` on.
pub fn of_hall(rd: &mut Rd<'_>, hall: i64, from: Moment) -> Result<Vec<SlotRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_slot WHERE hall = $1 AND start >= $2 ORDER BY queue, start LIMIT 200000"
    );
    rd.query(&sql, vals![hall, from], row_of)
}

/// The first slots of each of these queues with a free place that can be booked now and begin at `from` or later; all queues are
/// asked at once.
pub fn earliest(
    rd: &mut Rd<'_>,
    queues: &[(i64, &str)],
    side: Side,
    (from, now): (Moment, Moment),
    limit: u32,
) -> Result<Vec<Vec<SlotRow>>> {
    let sql = match side {
        Side::Phone => format!(
            "SELECT {COLUMNS} FROM hall_slot WHERE hall = $1 AND queue = $2 AND used_phone < phone \
             AND start >= $3 AND shuts > $4 AND opens <= $4 ORDER BY start LIMIT $5"
        ),
        Side::Counter => format!(
            "SELECT {COLUMNS} FROM hall_slot WHERE hall = $1 AND queue = $2 AND used_counter < counter \
             AND start >= $3 AND start > $4 ORDER BY start LIMIT $5"
        ),
    };
    let rows: Vec<[crate::value::Value<'_>; 5]> = queues
        .iter()
        .map(|(hall, queue)| [(*hall).into(), (*queue).into(), from.into(), now.into(), limit.into()])
        .collect();
    let rows: Vec<&[crate::value::Value<'_>]> = rows.iter().map(<[_; 5]>::as_slice).collect();
    rd.query_all(&sql, &rows, row_of)
}

/// Lays out a slot, or sets its places anew; what is taken stays taken.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, s: &SlotRow) -> Result<()> {
    let id = if s.id == 0 { counters::next(tx, "hall_slot")? } else { s.id };
    let sql = "INSERT INTO hall_slot (id, hall, queue, start, minutes, kind, phone, counter, used_phone, used_counter, \
               opens, shuts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10) \
               ON CONFLICT (id) DO UPDATE SET minutes = excluded.minutes, kind = excluded.kind, \
               phone = excluded.phone, counter = excluded.counter, opens = excluded.opens, shuts = excluded.shuts";
    let [phone, counter] = s.places;
    tx.exec(sql, vals![id, s.hall, &s.queue, s.start, s.minutes, &s.kind, phone, counter, s.opens, s.shuts])?;
    Ok(())
}

/// Takes a slot away in which nobody has a place.
pub fn remove(tx: &mut Tx<'_>, _permit: &Permit, id: i64) -> Result<()> {
    tx.exec("DELETE FROM hall_slot WHERE id = $1 AND used_phone = 0 AND used_counter = 0", vals![id])?;
    Ok(())
}

/// Takes a place for an appointment; false when none is free.
///
/// # Errors
/// `Duplicate` when the place is taken all the same: nobody gets it twice.
pub fn take(tx: &mut Tx<'_>, _permit: &Permit, slot: i64, side: Side, appointment: i64) -> Result<bool> {
    let Some(found) = by_id(tx, slot)? else { return Ok(false) };
    if found.free(side) == 0 {
        return Ok(false);
    }
    let base = if side == Side::Phone { 0 } else { COUNTER };
    let sql = "SELECT place FROM hall_place WHERE slot = $1 AND place >= $2 AND place < $3 ORDER BY place LIMIT 1000";
    let taken = tx.query(sql, vals![slot, base, base + COUNTER], |r| r.i64(0))?;
    let place = (base..base + COUNTER).find(|p| taken.binary_search(p).is_err());
    let Some(place) = place else { return Ok(false) };
    tx.exec(
        "INSERT INTO hall_place (slot, place, appointment, until) VALUES ($1, $2, $3, NULL)",
        vals![slot, place, appointment],
    )?;
    count(tx, slot, side, 1)?;
    Ok(true)
}

fn count(tx: &mut Tx<'_>, slot: i64, side: Side, by: i64) -> Result<()> {
    let done = match side {
        Side::Phone => {
            tx.exec("UPDATE hall_slot SET used_phone = used_phone + $2 WHERE id = $1", vals![slot, by])?
        }
        Side::Counter => {
            tx.exec("UPDATE hall_slot SET used_counter = used_counter + $2 WHERE id = $1", vals![slot, by])?
        }
    };
    if done == 1 { Ok(()) } else { Err(StoreError::Bug(format!("no slot {slot}"))) }
}

/// Gives the places of an appointment back: they are free from `until` on. With the slots to spare: those it keeps.
pub fn give_back(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    appointment: i64,
    slots: &[i64],
    until: Moment,
) -> Result<()> {
    for slot in slots {
        tx.exec(
            "UPDATE hall_place SET until = $3 WHERE appointment = $1 AND slot = $2 AND until IS NULL",
            vals![appointment, *slot, until],
        )?;
    }
    Ok(())
}

/// Makes places free whose moment has come; says how many.
pub fn release(tx: &mut Tx<'_>, now: Moment, limit: u32) -> Result<usize> {
    let sql =
        "SELECT slot, place FROM hall_place WHERE until IS NOT NULL AND until <= $1 ORDER BY until LIMIT $2";
    let due = tx.query(sql, vals![now, limit], |r| Ok((r.i64(0)?, r.i64(1)?)))?;
    for (slot, place) in &due {
        tx.exec("DELETE FROM hall_place WHERE slot = $1 AND place = $2", vals![*slot, *place])?;
        count(tx, *slot, if *place < COUNTER { Side::Phone } else { Side::Counter }, -1)?;
    }
    Ok(due.len())
}
