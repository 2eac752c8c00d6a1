//! Reading events back: pages, streams, verification, export.

use std::io::Write;

use kernel::{Actor, Moment, Role, StaffId, StreamId, StreamKind, UnitId};
use ledger::{
    Anchor, Break, Event, ExportError, Exporter, Hash, Head, Seal, SealKey, Totals, Verified, Verifier,
};

use crate::conn::Rd;
use crate::engine::{READ_STATE, Result};
use crate::error::StoreError;
use crate::ledger_rows::seals::{SEAL_COLUMNS, seal_of};
use crate::vals;
use crate::value::Row;

/// Rows read at a time.
const PAGE: i64 = 2_000;
const COLUMNS: &str = "seq, stream, ver, at, recorded, staff, role, unit, region, act, data, hash";

/// Why a ledger was not verified or exported.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database could not be read.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The record is broken.
    #[error("{0}")]
    Broken(#[from] Box<Break>),
    /// The file could not be written.
    #[error("{0}")]
    Export(#[from] ExportError),
}

fn event_of(row: &Row<'_>) -> Result<Event> {
    let role: Role = row.text(6)?.parse().map_err(|e| StoreError::Damaged(format!("{e}")))?;
    let region = row.opt_text(8)?.map(str::parse).transpose();
    let region = region.map_err(|e: kernel::NotARegion| StoreError::Damaged(e.to_string()))?;
    Ok(Event {
        seq: row.i64(0)?,
        stream: StreamId(row.i64(1)?),
        ver: row.i64(2)?,
        at: row.moment(3)?,
        recorded: row.moment(4)?,
        actor: Actor { staff: row.opt_i64(5)?.map(StaffId), role, unit: row.opt_i64(7)?.map(UnitId), region },
        act: row.string(9)?,
        data: row.string(10)?,
        hash: row.hash(11)?,
    })
}

/// The events of one stream after version `after`, at most `limit`, in order.
pub fn events_of(rd: &mut Rd<'_>, stream: StreamId, after: i64, limit: u32) -> Result<Vec<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE stream = $1 AND ver > $2 ORDER BY ver LIMIT $3");
    rd.query(&sql, vals![stream, after, limit], event_of)
}

/// The events of one stream after version `after`, all of them, however many there are.
pub fn stream(rd: &mut Rd<'_>, stream: StreamId, mut after: i64) -> Result<Vec<Event>> {
    const PAGE: u32 = 500;
    let mut all = Vec::new();
    loop {
        let page = events_of(rd, stream, after, PAGE)?;
        let whole = page.len() < PAGE as usize;
        after = page.last().map_or(after, |e| e.ver);
        all.extend(page);
        if whole {
            return Ok(all);
        }
    }
}

/// The events of the whole database after place `seq`, at most `limit`, in order.
pub fn events_after(rd: &mut Rd<'_>, seq: i64, limit: u32) -> Result<Vec<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE seq > $1 ORDER BY seq LIMIT $2");
    rd.query(&sql, vals![seq, limit], event_of)
}

/// The version of a stream and the hash of its last event; none when it is new.
pub fn head_of(rd: &mut Rd<'_>, stream: StreamId) -> Result<Option<(i64, Hash)>> {
    let sql = "SELECT ver, hash FROM stream_head WHERE stream = $1";
    rd.query_opt(sql, vals![stream], |row| Ok((row.i64(0)?, row.hash(1)?)))
}

/// One thing that happened, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// place in the whole record
    pub seq: i64,
    /// id of what it happened to
    pub subject: i64,
    /// place in its stream
    pub ver: i64,
    /// when
    pub at: Moment,
    /// word of the act
    pub act: String,
}

/// What happened to subjects of a kind after place `after`, at most `limit`, and the place up to which was looked: a record in
/// which nothing of the kind happens is passed over in bounded steps.
pub fn changes(rd: &mut Rd<'_>, kind: StreamKind, after: i64, limit: u32) -> Result<(Vec<Change>, i64)> {
    /// Places of one step.
    const STEP: i64 = 20_000;
    let (first, end) = (StreamId::new(kind, 0).0, (kind as i64 + 1) << 48);
    let last = event_count(rd)?;
    let upto = after.saturating_add(STEP).min(last).max(after);
    let sql = "SELECT seq, stream, ver, at, act FROM event WHERE seq > $1 AND seq <= $2 AND stream >= $3 AND stream < $4 \
               ORDER BY seq LIMIT $5";
    let found = rd.query(sql, vals![after, upto, first, end, limit], |r| {
        let stream = StreamId(r.i64(1)?);
        Ok(Change {
            seq: r.i64(0)?,
            subject: stream.subject(),
            ver: r.i64(2)?,
            at: r.moment(3)?,
            act: r.string(4)?,
        })
    })?;
    let seen = if found.len() < limit as usize { upto } else { found.last().map_or(upto, |c| c.seq) };
    Ok((found, seen))
}

/// The hash of the event that began a stream; none when it is new.
pub fn birth(rd: &mut Rd<'_>, stream: StreamId) -> Result<Option<Hash>> {
    rd.query_opt("SELECT hash FROM event WHERE stream = $1 AND ver = 1", vals![stream], |row| row.hash(0))
}

/// How many events there are: the last place given.
pub fn event_count(rd: &mut Rd<'_>) -> Result<i64> {
    rd.query_one(READ_STATE, &[], |row| row.i64(0))
}

/// When the last event was written; none on an empty record.
pub fn last_recorded(rd: &mut Rd<'_>) -> Result<Option<Moment>> {
    let last = rd.query_one(READ_STATE, &[], |row| Ok((row.i64(0)?, row.moment(1)?)))?;
    Ok((last.0 > 0).then_some(last.1))
}

/// Reads every event and every seal in the order in which they were made.
fn in_order(
    rd: &mut Rd<'_>,
    mut event: impl FnMut(&Event) -> std::result::Result<(), LedgerError>,
    mut seal: impl FnMut(&Seal) -> std::result::Result<(), LedgerError>,
) -> std::result::Result<i64, LedgerError> {
    let page = format!("SELECT {COLUMNS} FROM event WHERE seq > $1 ORDER BY seq LIMIT $2");
    let (mut seq, mut k) = (i64::MIN, i64::MIN);
    let mut next = next_seal(rd, &mut k)?;
    loop {
        let mut stopped = None;
        let mut rows = 0;
        // A seal is due right after its last event: the page ends there.
        let limit = next.as_ref().map_or(PAGE, |s| s.to.saturating_sub(seq.max(0)).clamp(1, PAGE));
        rd.each(&page, vals![seq, limit], |row| {
            rows += 1;
            let place = row.i64(0)?;
            let read =
                event_of(row).map_err(|e| LedgerError::Broken(Break::unreadable(place, &e.to_string())));
            if let Err(e) = read.and_then(|e| event(&e)) {
                stopped = Some(e);
                return Ok(false);
            }
            seq = place;
            Ok(true)
        })?;
        if let Some(e) = stopped {
            return Err(e);
        }
        match &next {
            Some(s) if s.to <= seq || rows == 0 => {
                seal(s)?;
                next = next_seal(rd, &mut k)?;
            }
            _ if rows == 0 => return Ok(k.max(0)),
            _ => {}
        }
    }
}

fn next_seal(rd: &mut Rd<'_>, k: &mut i64) -> std::result::Result<Option<Seal>, LedgerError> {
    let sql = format!("SELECT {SEAL_COLUMNS} FROM seal WHERE k > $1 ORDER BY k LIMIT 1");
    let row = rd.query_opt(&sql, vals![*k], |row| {
        *k = row.i64(0)?;
        Ok(seal_of(row).map_err(|e| Break::unreadable_seal(*k, &e.to_string())))
    })?;
    Ok(row.transpose()?)
}

/// Reads everything and names the first broken record. `key` proves who made the seals, `anchor` that the
/// last ones are there.
pub fn verify(
    rd: &mut Rd<'_>,
    key: Option<SealKey>,
    anchor: Option<Anchor>,
) -> std::result::Result<Verified, LedgerError> {
    let verifier = std::cell::RefCell::new(Verifier::new(key, anchor));
    let seals =
        in_order(rd, |e| Ok(verifier.borrow_mut().event(e)?), |s| Ok(verifier.borrow_mut().seal(s)?))?;
    let mut verifier = verifier.into_inner();
    let sql = "SELECT stream, ver, hash FROM stream_head WHERE stream > $1 ORDER BY stream LIMIT $2";
    let mut stream = i64::MIN;
    loop {
        let heads = rd.query(sql, vals![stream, PAGE], |row| {
            Ok(Head { stream: StreamId(row.i64(0)?), ver: row.i64(1)?, hash: row.hash(2)? })
        })?;
        let Some(last) = heads.last() else { break };
        stream = last.stream.0;
        for head in &heads {
            verifier.head(head)?;
        }
    }
    let seq = event_count(rd)?;
    Ok(verifier.finish_with_heads(Totals { seq, seals })?)
}

/// Writes everything to an export file (see `ledger::verify_export`), and says how many events it holds.
pub fn export<W: Write>(
    rd: &mut Rd<'_>,
    out: W,
    city: &str,
    now: kernel::Moment,
) -> std::result::Result<W, LedgerError> {
    let exporter = std::cell::RefCell::new(Exporter::new(out, city, now)?);
    in_order(rd, |e| Ok(exporter.borrow_mut().event(e)?), |s| Ok(exporter.borrow_mut().seal(s)?))?;
    Ok(exporter.into_inner().finish()?)
}
