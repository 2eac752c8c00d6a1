//! 帮办代办单: orders of help as rows, and who asked, sealed, beside them. A save appends the event and moves the row in one
//! transaction. The state is a text that `hall` folds and reads. Must not decide anything.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind};
use ledger::Hash;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::ledger_rows::NewEvent;
use crate::vals;
use crate::value::Row;

/// An order of help as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// id
    pub id: i64,
    /// 单号
    pub number: String,
    /// events so far
    pub ver: i64,
    /// the hall
    pub hall: i64,
    /// word of the kind
    pub kind: String,
    /// word of the stage
    pub stage: String,
    /// code of the item
    pub item: String,
    /// region of the applicant
    pub region: String,
    /// account of who helps
    pub staff: Option<StaffId>,
    /// number of the day on which somebody comes
    pub day: Option<i64>,
    /// originals that are out
    pub out: i64,
    /// when it was asked for
    pub asked: Moment,
    /// when it was over
    pub ended: Option<Moment>,
    /// when the system must act next
    pub next_at: Option<Moment>,
    /// the whole state, JSON
    pub state: String,
}

/// The stream of an order.
pub const fn stream(id: i64) -> StreamId {
    StreamId::new(StreamKind::Help, id)
}

const COLUMNS: &str = "id, number, ver, hall, kind, stage, item, region, staff, day, out, asked, ended, next_at, \
                       state";

fn row_of(r: &Row<'_>) -> Result<HelpRow> {
    Ok(HelpRow {
        id: r.i64(0)?,
        number: r.string(1)?,
        ver: r.i64(2)?,
        hall: r.i64(3)?,
        kind: r.string(4)?,
        stage: r.string(5)?,
        item: r.string(6)?,
        region: r.string(7)?,
        staff: r.opt_i64(8)?.map(StaffId),
        day: r.opt_i64(9)?,
        out: r.i64(10)?,
        asked: r.moment(11)?,
        ended: r.opt_moment(12)?,
        next_at: r.opt_moment(13)?,
        state: r.string(14)?,
    })
}

/// Inserts an order with its first event.
pub fn insert(tx: &mut Tx<'_>, permit: &Permit, o: &HelpRow, act: &str, data: &str) -> Result<()> {
    let at = tx.now();
    let event = NewEvent { stream: stream(o.id), expected: 0, at, actor: permit.actor(), act, data };
    tx.append_hashed(&[event])?;
    let sql = "INSERT INTO help_order (id, number, ver, hall, kind, stage, item, region, staff, day, out, asked, ended, \
               next_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let row = vals![
        o.id, &o.number, o.ver, o.hall, &o.kind, &o.stage, &o.item, &o.region, o.staff, o.day, o.out,
        o.asked, o.ended, o.next_at, &o.state
    ];
    tx.exec(sql, row)?;
    Ok(())
}

/// Saves an order after one more event; `o.ver` is the version it has now.
///
/// # Errors
/// `Conflict` when it is no longer at the version before.
pub fn save(tx: &mut Tx<'_>, permit: &Permit, o: &HelpRow, act: &str, data: &str) -> Result<()> {
    let now = tx.now();
    tx.append(stream(o.id), o.ver - 1, now, permit.actor(), act, data)?;
    let sql = "UPDATE help_order SET ver = $2, stage = $3, staff = $4, day = $5, out = $6, ended = $7, next_at = $8, \
               state = $9 WHERE id = $1 AND ver = $2 - 1";
    let row = vals![o.id, o.ver, &o.stage, o.staff, o.day, o.out, o.ended, o.next_at, &o.state];
    let moved = tx.exec(sql, row)?;
    if moved == 1 {
        Ok(())
    } else {
        Err(StoreError::Bug(format!("order of help {} was not saved", o.number)))
    }
}

/// The order with this number.
pub fn by_number(rd: &mut Rd<'_>, number: &str) -> Result<Option<HelpRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM help_order WHERE number = $1"), vals![number], row_of)
}

/// Orders of a hall that were asked for from `from` on and before `to`, the newest first.
pub fn of_hall(rd: &mut Rd<'_>, hall: i64, from: Moment, to: Moment, limit: u32) -> Result<Vec<HelpRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM help_order WHERE hall = $1 AND asked >= $2 AND asked < $3 ORDER BY asked DESC, id DESC \
         LIMIT $4"
    );
    rd.query(&sql, vals![hall, from, to, limit], row_of)
}

/// Orders of a hall in which something is to be done: open ones and those with an original out, the longest waiting first.
pub fn open(rd: &mut Rd<'_>, hall: i64, limit: u32) -> Result<Vec<HelpRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM help_order WHERE hall = $1 AND (ended IS NULL OR out > 0) ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![hall, limit], row_of)
}

/// Orders in which somebody helps and something is to be done.
pub fn of_helper(rd: &mut Rd<'_>, staff: StaffId, limit: u32) -> Result<Vec<HelpRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM help_order WHERE staff = $1 AND (ended IS NULL OR out > 0) ORDER BY id LIMIT $2"
    );
    rd.query(&sql, vals![staff, limit], row_of)
}

/// Orders for which the system must act by now, the longest due first; those that `care` put aside wait for their time.
pub fn due(rd: &mut Rd<'_>, care: &str, now: Moment, limit: u32) -> Result<Vec<HelpRow>> {
    let first = stream(0).0;
    let sql = format!(
        "SELECT {COLUMNS} FROM help_order WHERE next_at IS NOT NULL AND next_at <= $1 AND NOT EXISTS \
         (SELECT 1 FROM aside x WHERE x.care = $3 AND x.subject = help_order.id + $4 \
         AND (x.again IS NULL OR x.again > $1)) ORDER BY next_at, id LIMIT $2"
    );
    rd.query(&sql, vals![now, limit, care, first], row_of)
}

/// The rules of the hall moved the moment at which the system must act next.
pub fn put_next(tx: &mut Tx<'_>, _permit: &Permit, id: i64, next_at: Option<Moment>) -> Result<()> {
    tx.exec("UPDATE help_order SET next_at = $2 WHERE id = $1", vals![id, next_at])?;
    Ok(())
}

/// The hash of the event that began it.
pub fn birth(rd: &mut Rd<'_>, id: i64) -> Result<Option<Hash>> {
    crate::ledger_rows::birth(rd, stream(id))
}

/// Keeps who asked, sealed, with the keyed digest of their telephone.
pub fn put_person(tx: &mut Tx<'_>, id: i64, digest: Option<&str>, sealed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO help_person (help_order, digest, sealed) VALUES ($1, $2, $3) \
               ON CONFLICT (help_order) DO UPDATE SET digest = excluded.digest, sealed = excluded.sealed";
    tx.exec(sql, vals![id, digest, sealed])?;
    Ok(())
}

/// Orders of one person, by the digest of their telephone, that are at this stage in any hall.
pub fn of_person(rd: &mut Rd<'_>, digest: &str, stage: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM help_person p JOIN help_order o ON o.id = p.help_order \
               WHERE p.digest = $1 AND o.stage = $2";
    rd.query_one(sql, vals![digest, stage], |r| r.i64(0))
}

/// Who asked, sealed.
pub fn person(rd: &mut Rd<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM help_person WHERE help_order = $1";
    rd.query_opt(sql, vals![id], |r| Ok(r.blob(0)?.to_vec()))
}

/// Destroys what was sealed.
pub fn erase_person(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("DELETE FROM help_person WHERE help_order = $1", vals![id])?;
    Ok(())
}
