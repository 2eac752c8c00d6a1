//! 体征: numbers that say how the database stands, for those who watch it.

use kernel::Moment;

use crate::conn::Rd;
use crate::engine::{Dialect, Result};
use crate::vals;

/// Cases that have not ended.
pub fn open_cases(rd: &mut Rd<'_>) -> Result<i64> {
    let sql = "SELECT count(*) FROM case_file WHERE stage NOT IN ('archived', 'refused', 'merged')";
    rd.query_one(sql, &[], |r| r.i64(0))
}

/// Open cases past their due moment.
pub fn late_cases(rd: &mut Rd<'_>, now: Moment) -> Result<i64> {
    let sql = "SELECT count(*) FROM case_file WHERE due IS NOT NULL AND due < $1 AND closed IS NULL";
    rd.query_one(sql, vals![now], |r| r.i64(0))
}

/// Moments of cases that came and were not yet acted on.
pub fn waiting_moments(rd: &mut Rd<'_>, now: Moment) -> Result<i64> {
    let sql = "SELECT count(*) FROM case_file WHERE next_at IS NOT NULL AND next_at <= $1";
    rd.query_one(sql, vals![now], |r| r.i64(0))
}

/// Indexes that should be there and are not: somebody took them away, and what they answer is slow.
pub fn missing_indexes(rd: &mut Rd<'_>) -> Result<Vec<String>> {
    let sql = match rd.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index'",
        Dialect::Postgres => "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
    };
    let there = rd.query(sql, &[], |r| r.string(0))?;
    Ok(crate::migrations::indexes().into_iter().filter(|name| !there.contains(name)).collect())
}

/// Sessions and tokens that are good.
pub fn sessions(rd: &mut Rd<'_>, now: Moment) -> Result<i64> {
    rd.query_one("SELECT count(*) FROM session WHERE until > $1", vals![now], |r| r.i64(0))
}
