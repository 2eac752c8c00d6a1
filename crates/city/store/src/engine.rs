//! One connection to one of the two engines: statements in, rows out, transactions.
//!
//! Must not know what a table means. Portable SQL has `$1..$n` for its parameters.

use crate::error::StoreError;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::value::{Row, Value};

pub(crate) type Result<T> = std::result::Result<T, StoreError>;
/// Takes one row; `false` ends the reading.
pub(crate) type EachRow<'f> = dyn FnMut(&Row<'_>) -> Result<bool> + 'f;

/// Which of the two engines (one SQL text for both; where that is impossible, ask this).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// the embedded engine
    Sqlite,
    /// PostgreSQL
    Postgres,
}

pub(crate) enum Engine {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

/// The single row of `ledger_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LedgerState {
    /// Last place given.
    pub seq: i64,
    /// When the last event was written, µs.
    pub recorded: i64,
}

pub(crate) const READ_STATE: &str = "SELECT seq, recorded FROM ledger_state WHERE id = 1";

impl Engine {
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }
    /// What the clock of the database said when the transaction that is open for writing began. The embedded engine has
    /// none of its own.
    pub(crate) fn clock(&self) -> Option<kernel::Moment> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(e) => e.clock_us().map(kernel::Moment::from_us),
        }
    }
    /// Runs a statement that answers nothing; says how many rows it touched.
    pub(crate) fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        check(params)?;
        match self {
            Self::Sqlite(e) => e.exec(sql, params),
            Self::Postgres(e) => e.exec(sql, params),
        }
    }
    /// Runs one statement for many rows of parameters, in as few round trips as the engine allows.
    pub(crate) fn exec_many(&mut self, sql: &str, rows: &[&[Value<'_>]]) -> Result<u64> {
        for row in rows {
            check(row)?;
        }
        match self {
            Self::Sqlite(e) => e.exec_many(sql, rows),
            Self::Postgres(e) => e.exec_many(sql, rows),
        }
    }
    /// Prepares a statement; the types of its columns.
    pub(crate) fn describe(&mut self, sql: &str) -> Result<Vec<String>> {
        match self {
            Self::Sqlite(e) => e.describe(sql),
            Self::Postgres(e) => e.describe(sql),
        }
    }
    /// Runs a statement and hands each row to `f`.
    pub(crate) fn each(&mut self, sql: &str, params: &[Value<'_>], f: &mut EachRow<'_>) -> Result<()> {
        check(params)?;
        match self {
            Self::Sqlite(e) => e.each(sql, params, f),
            Self::Postgres(e) => e.each(sql, params, f),
        }
    }
    /// Asks the same for many rows of parameters: for each the first row of its answer, if there is one.
    pub(crate) fn query_many<T>(
        &mut self,
        sql: &str,
        rows: &[&[Value<'_>]],
        most: usize,
        f: &dyn Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Vec<T>>> {
        match self {
            Self::Sqlite(e) => {
                let one = |row: &&[Value<'_>]| {
                    let mut all = Vec::new();
                    e.each(sql, row, &mut |r| {
                        all.push(f(r)?);
                        Ok(all.len() < most)
                    })?;
                    Ok(all)
                };
                rows.iter().map(one).collect()
            }
            Self::Postgres(e) => e.query_many(sql, rows, most, f),
        }
    }
    /// Runs several statements without parameters.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(e) => e.batch(sql),
            Self::Postgres(e) => e.batch(sql),
        }
    }
    /// Takes the one seat of a writer in this city and reads the state of the ledger.
    pub(crate) fn begin_write(&mut self) -> Result<LedgerState> {
        match self {
            Self::Sqlite(e) => {
                e.exec("BEGIN IMMEDIATE", &[])?;
                e.state()
            }
            Self::Postgres(e) => e.begin_write(),
        }
    }
    /// Begins a consistent view that writes nothing.
    pub(crate) fn begin_read(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(e) => e.exec("BEGIN", &[]).map(drop),
            Self::Postgres(e) => e.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }
    /// Lets statements take their time, or not any more.
    pub(crate) fn be_patient(&mut self, patient: bool) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(e) => e.be_patient(patient),
        }
    }
    /// Marks the place to which one closure can be undone.
    pub(crate) fn mark(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(e) => e.exec("SAVEPOINT closure", &[]).map(drop),
            Self::Postgres(e) => {
                e.later("SAVEPOINT closure;");
                Ok(())
            }
        }
    }
    /// Keeps what the closure wrote.
    pub(crate) fn keep(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(e) => e.exec("RELEASE closure", &[]).map(drop),
            Self::Postgres(e) => {
                e.later("RELEASE closure;");
                Ok(())
            }
        }
    }
    /// Undoes what the closure wrote.
    pub(crate) fn undo(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(e) => {
                e.exec("ROLLBACK TO closure", &[])?;
                e.exec("RELEASE closure", &[]).map(drop)
            }
            Self::Postgres(e) => {
                e.later("ROLLBACK TO closure; RELEASE closure;");
                Ok(())
            }
        }
    }
    /// Keeps what was written; `state` when the ledger grew.
    pub(crate) fn commit(&mut self, state: Option<LedgerState>) -> Result<()> {
        match self {
            Self::Sqlite(e) => {
                if let Some(s) = state {
                    let values = [Value::Int(s.seq), Value::Int(s.recorded)];
                    e.exec("UPDATE ledger_state SET seq = $1, recorded = $2 WHERE id = 1", &values)?;
                }
                e.exec("COMMIT", &[]).map(drop)
            }
            Self::Postgres(e) => e.commit(state),
        }
    }
    /// Gives up the transaction; errors do not matter any more.
    pub(crate) fn rollback(&mut self) {
        match self {
            Self::Sqlite(e) => e.rollback(),
            Self::Postgres(e) => e.rollback(),
        }
    }
    /// Is the transaction still open? SQLite gives it up by itself when the disk fails.
    pub(crate) fn transaction_is_open(&self) -> bool {
        match self {
            Self::Sqlite(e) => !e.connection().is_autocommit(),
            Self::Postgres(_) => true,
        }
    }
    /// Is the connection gone for good?
    pub(crate) fn is_broken(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(e) => e.is_broken(),
        }
    }
}

/// PostgreSQL cannot keep U+0000 in text, SQLite can; neither gets it.
fn check(params: &[Value<'_>]) -> Result<()> {
    let bad = |v: &Value<'_>| matches!(v, Value::Text(s) if s.as_bytes().contains(&0));
    if params.iter().any(bad) {
        return Err(StoreError::Unacceptable("U+0000".into()));
    }
    Ok(())
}
