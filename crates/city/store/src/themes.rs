//! 一件事 (K4): themes as rows, the version in force; every version is an event. What a theme is says its text, which
//! `service` reads. Must not decide anything.

use access::Permit;
use kernel::{StreamId, StreamKind};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::value::Row;
use crate::{counters, vals};

/// A theme as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// short code
    pub code: String,
    /// events so far
    pub ver: i64,
    /// version
    pub version: i64,
    /// its name
    pub name: String,
    /// region code
    pub region: String,
    /// `offered` or `stopped`
    pub state: String,
    /// JSON text
    pub doc: String,
}

const COLUMNS: &str = "id, code, ver, version, name, region, state, doc";

fn row_of(r: &Row<'_>) -> Result<ThemeRow> {
    Ok(ThemeRow {
        id: r.i64(0)?,
        code: r.string(1)?,
        ver: r.i64(2)?,
        version: r.i64(3)?,
        name: r.string(4)?,
        region: r.string(5)?,
        state: r.string(6)?,
        doc: r.string(7)?,
    })
}

/// All themes, by code.
pub fn all(rd: &mut Rd<'_>) -> Result<Vec<ThemeRow>> {
    rd.query(&format!("SELECT {COLUMNS} FROM theme ORDER BY code LIMIT 2000"), &[], row_of)
}

/// The theme with this code.
pub fn by_code(rd: &mut Rd<'_>, code: &str) -> Result<Option<ThemeRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM theme WHERE code = $1"), vals![code], row_of)
}

/// Keeps a version of a theme and what happened to it; `t.ver` is the number of events with this one.
pub fn put(tx: &mut Tx<'_>, permit: &Permit, t: &ThemeRow, act: &str, data: &str) -> Result<()> {
    let id = if t.id == 0 { counters::next(tx, "theme")? } else { t.id };
    let now = tx.now();
    tx.append(StreamId::new(StreamKind::Theme, id), t.ver - 1, now, permit.actor(), act, data)?;
    let sql = "INSERT INTO theme (id, code, ver, version, name, region, state, doc) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, \
               version = excluded.version, name = excluded.name, region = excluded.region, \
               state = excluded.state, doc = excluded.doc";
    let done = tx.exec(sql, vals![id, &t.code, t.ver, t.version, &t.name, &t.region, &t.state, &t.doc])?;
    if done == 1 { Ok(()) } else { Err(StoreError::Bug(format!("theme {} was not kept", t.code))) }
}
