//! 指标体系: sets of indicators, and what was filled in for their periods. What a set means is not known here.

use access::Permit;
use kernel::{Moment, StaffId, StreamId, StreamKind, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::proof::prove;
use crate::vals;
use crate::value::Row;

/// A set of indicators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// grows with each change
    pub ver: i64,
    /// its code word, unique
    pub word: String,
    /// `used`, `ended`
    pub state: String,
    /// the set
    pub doc: String,
}

/// What was filled in for one indicator and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// of which set
    pub of_set: i64,
    /// which indicator
    pub word: String,
    /// which period, as text
    pub period: String,
    /// for which unit it was filled in
    pub unit: Option<UnitId>,
    /// by whom
    pub staff: Option<StaffId>,
    /// when
    pub at: Moment,
    /// numbers, source and evidence
    pub doc: String,
}

/// The record of a set: its changes, and everything filled in.
pub const fn stream(set: i64) -> StreamId {
    StreamId::new(StreamKind::Indicators, set)
}

fn set_of(r: &Row<'_>) -> Result<SetRow> {
    Ok(SetRow { id: r.i64(0)?, ver: r.i64(1)?, word: r.string(2)?, state: r.string(3)?, doc: r.string(4)? })
}

/// Adds a set.
pub fn put_set(tx: &mut Tx<'_>, _permit: &Permit, s: &SetRow) -> Result<i64> {
    let sql = "INSERT INTO indicator_set (ver, word, state, doc) VALUES (1, $1, $2, $3) RETURNING id";
    let id = tx.insert(sql, vals![&s.word, &s.state, &s.doc])?;
    prove(tx, "indicator_set", id)?;
    Ok(id)
}

/// Changes a set that is still at version `s.ver`; says whether it was.
pub fn save_set(tx: &mut Tx<'_>, _permit: &Permit, s: &SetRow) -> Result<bool> {
    let sql = "UPDATE indicator_set SET state = $3, doc = $4, ver = ver + 1 WHERE id = $1 AND ver = $2";
    let saved = tx.exec(sql, vals![s.id, s.ver, &s.state, &s.doc])? == 1;
    if saved {
        prove(tx, "indicator_set", s.id)?;
    }
    Ok(saved)
}

/// One set.
pub fn set(rd: &mut Rd<'_>, id: i64) -> Result<Option<SetRow>> {
    rd.query_opt("SELECT id, ver, word, state, doc FROM indicator_set WHERE id = $1", vals![id], set_of)
}

/// The set of this word.
pub fn set_called(rd: &mut Rd<'_>, word: &str) -> Result<Option<SetRow>> {
    rd.query_opt("SELECT id, ver, word, state, doc FROM indicator_set WHERE word = $1", vals![word], set_of)
}

/// The sets, the oldest first.
pub fn sets(rd: &mut Rd<'_>, limit: u32) -> Result<Vec<SetRow>> {
    rd.query("SELECT id, ver, word, state, doc FROM indicator_set ORDER BY id LIMIT $1", vals![limit], set_of)
}

/// Fills in a value, or fills it in again.
pub fn put_value(tx: &mut Tx<'_>, _permit: &Permit, v: &ValueRow) -> Result<i64> {
    let sql = "INSERT INTO indicator_value (of_set, word, period, unit, staff, at, doc) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (of_set, period, word) \
               DO UPDATE SET unit = excluded.unit, staff = excluded.staff, at = excluded.at, doc = excluded.doc \
               RETURNING id";
    let staff = v.staff.map(|s| s.0);
    let unit = v.unit.map(|u| u.0);
    let id = tx.insert(sql, vals![v.of_set, &v.word, &v.period, unit, staff, v.at, &v.doc])?;
    prove(tx, "indicator_value", id)?;
    Ok(id)
}

/// What was filled in for these periods of a set.
pub fn values(rd: &mut Rd<'_>, of_set: i64, from: &str, to: &str) -> Result<Vec<ValueRow>> {
    let sql = "SELECT id, of_set, word, period, unit, staff, at, doc FROM indicator_value \
               WHERE of_set = $1 AND period >= $2 AND period <= $3 ORDER BY period, word";
    rd.query(sql, vals![of_set, from, to], |r| {
        Ok(ValueRow {
            id: r.i64(0)?,
            of_set: r.i64(1)?,
            word: r.string(2)?,
            period: r.string(3)?,
            unit: r.opt_i64(4)?.map(UnitId),
            staff: r.opt_i64(5)?.map(StaffId),
            at: r.moment(6)?,
            doc: r.string(7)?,
        })
    })
}
