//! 已有结果 (X8): results that were issued here, found again by whom they were issued to, and every use of them. The
//! subject is a keyed digest; what was found is on record with the act that used it. Must not decide anything.

use access::Permit;
use kernel::{Moment, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// One result that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// keyed digest of whom it was issued to
    pub subject: String,
    /// its name, as materials are compared
    pub name: String,
    /// number of the certificate
    pub number: String,
    /// who issued it
    pub unit: UnitId,
    /// when
    pub issued: Moment,
    /// last day on which it holds, `2031-05-31`; empty: for ever
    pub until: String,
    /// by which application
    pub application: i64,
}

/// One use of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// name of what was used
    pub name: String,
    /// the unit that looked
    pub unit: Option<UnitId>,
    /// when
    pub at: Moment,
    /// what for
    pub purpose: String,
    /// `used`, `expired`
    pub result: String,
}

fn row_of(r: &Row<'_>) -> Result<HeldRow> {
    Ok(HeldRow {
        id: r.i64(0)?,
        subject: r.string(1)?,
        name: r.string(2)?,
        number: r.string(3)?,
        unit: UnitId(r.i64(4)?),
        issued: r.moment(5)?,
        until: r.string(6)?,
        application: r.i64(7)?,
    })
}

/// Keeps a result that was issued.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, h: &HeldRow) -> Result<i64> {
    let sql = "INSERT INTO held_result (subject, name, number, unit, issued, until, application) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    tx.insert(sql, vals![&h.subject, &h.name, &h.number, h.unit, h.issued, &h.until, h.application])
}

/// What is held about a subject under a name, the one issued last; none when there is none.
pub fn find(rd: &mut Rd<'_>, subject: &str, name: &str) -> Result<Option<HeldRow>> {
    let sql = "SELECT id, subject, name, number, unit, issued, until, application FROM held_result \
               WHERE subject = $1 AND name = $2 ORDER BY issued DESC, id DESC LIMIT 1";
    rd.query_opt(sql, vals![subject, name], row_of)
}

/// Notes that somebody looked, and what was found.
pub fn note_use(
    tx: &mut Tx<'_>,
    permit: &Permit,
    held: i64,
    application: i64,
    purpose: &str,
    result: &str,
) -> Result<()> {
    let now = tx.now();
    let sql = "INSERT INTO held_use (held, application, unit, at, purpose, result) VALUES ($1, $2, $3, $4, $5, $6) \
               RETURNING id";
    tx.insert(sql, vals![held, application, permit.actor().unit, now, purpose, result])?;
    Ok(())
}

/// Who used the results of an application, the last first.
pub fn uses_of(rd: &mut Rd<'_>, application: i64, limit: u32) -> Result<Vec<UseRow>> {
    let sql = "SELECT h.name, u.unit, u.at, u.purpose, u.result FROM held_result h JOIN held_use u ON u.held = h.id \
               WHERE h.application = $1 ORDER BY u.id DESC LIMIT $2";
    rd.query(sql, vals![application, limit], |r| {
        Ok(UseRow {
            name: r.string(0)?,
            unit: r.opt_i64(1)?.map(UnitId),
            at: r.moment(2)?,
            purpose: r.string(3)?,
            result: r.string(4)?,
        })
    })
}
