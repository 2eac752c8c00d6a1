//! The embedded engine: one connection to one SQLite file.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{CachedStatement, Connection, OpenFlags};

use crate::engine::{EachRow, LedgerState, READ_STATE, Result};
use crate::error::StoreError;
use crate::value::{Row, Value};

/// Statements kept prepared on each connection.
const STATEMENTS: usize = 256;

pub(crate) struct Sqlite {
    conn: Connection,
    /// portable text → text with `?1..?n`
    texts: HashMap<Box<str>, Box<str>>,
}

#[derive(Clone, Copy)]
pub(crate) struct SqliteOptions {
    /// How long to wait for the lock of another program, milliseconds.
    pub busy_ms: u64,
    /// Most pages of the file; none for no limit.
    pub max_bytes: Option<u64>,
    /// Memory for pages, KiB.
    pub cache_kib: u32,
    /// Pages in the log before they are carried over into the file.
    pub log_pages: u32,
}

pub(crate) const PAGE_BYTES: u64 = 4096;

/// The change into WAL does not wait by itself when another program makes the same change at the same moment.
fn into_wal(conn: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match conn.execute_batch("PRAGMA journal_mode = WAL;") {
            Err(e)
                if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && begun.elapsed() < patience =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

impl Sqlite {
    /// Opens (and creates) the file; `write` decides whether this connection may ever write.
    pub(crate) fn open(file: &Path, options: SqliteOptions, write: bool) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | if write { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let said = |e: rusqlite::Error| match StoreError::sqlite(&e) {
            StoreError::CannotOpen(why) => StoreError::CannotOpen(format!("{}: {why}", file.display())),
            StoreError::ReadOnly(why) => StoreError::ReadOnly(format!("{}: {why}", file.display())),
            other => other,
        };
        let conn = Connection::open_with_flags(file, flags).map_err(said)?;
        conn.busy_timeout(Duration::from_millis(options.busy_ms)).map_err(said)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        let max_pages = options.max_bytes.map_or(4_294_967_294, |b| (b / PAGE_BYTES).max(1));
        into_wal(&conn, Duration::from_millis(options.busy_ms)).map_err(said)?;
        conn.execute_batch(&format!(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {};
             PRAGMA journal_size_limit = 67108864; PRAGMA max_page_count = {max_pages};
             PRAGMA trusted_schema = OFF; PRAGMA case_sensitive_like = ON; PRAGMA query_only = {};",
            options.cache_kib,
            options.log_pages,
            if write { "OFF" } else { "ON" },
        ))
        .map_err(said)?;
        Ok(Self { conn, texts: HashMap::new() })
    }

    pub(crate) const fn connection(&self) -> &Connection {
        &self.conn
    }

    fn prepared(&mut self, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'_>> {
        if self.texts.len() > 4 * STATEMENTS {
            self.texts.clear();
        }
        if !self.texts.contains_key(sql) {
            self.texts.insert(sql.into(), numbered(sql).into());
        }
        let text = self.texts.get(sql).map_or(sql, |t| t);
        let mut statement = self.conn.prepare_cached(text).map_err(|e| with_text(&e, sql))?;
        if statement.parameter_count() != params.len() {
            let n = statement.parameter_count();
            return Err(StoreError::Bug(format!("{n} parameters wanted, {} given: {sql}", params.len())));
        }
        for (i, value) in params.iter().enumerate() {
            statement.raw_bind_parameter(i + 1, value).map_err(|e| with_text(&e, sql))?;
        }
        Ok(statement)
    }

    pub(crate) fn describe(&mut self, sql: &str) -> Result<Vec<String>> {
        let statement = self.conn.prepare(&numbered(sql)).map_err(|e| with_text(&e, sql))?;
        Ok(vec![String::new(); statement.column_count()])
    }

    pub(crate) fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let mut statement = self.prepared(sql, params)?;
        statement.raw_execute().map(|n| n as u64).map_err(|e| with_text(&e, sql))
    }

    /// One prepared statement for all rows.
    pub(crate) fn exec_many(&mut self, sql: &str, rows: &[&[Value<'_>]]) -> Result<u64> {
        let Some((first, rest)) = rows.split_first() else { return Ok(0) };
        let mut statement = self.prepared(sql, first)?;
        let mut touched = statement.raw_execute().map_err(|e| with_text(&e, sql))? as u64;
        for row in rest {
            if row.len() != first.len() {
                return Err(StoreError::Bug(format!("rows of different lengths: {sql}")));
            }
            for (i, value) in row.iter().enumerate() {
                statement.raw_bind_parameter(i + 1, value).map_err(|e| with_text(&e, sql))?;
            }
            touched += statement.raw_execute().map_err(|e| with_text(&e, sql))? as u64;
        }
        Ok(touched)
    }

    pub(crate) fn each(&mut self, sql: &str, params: &[Value<'_>], f: &mut EachRow<'_>) -> Result<()> {
        let mut statement = self.prepared(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|e| with_text(&e, sql))? {
            if !f(&Row::Sqlite(row))? {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.conn.execute_batch(sql).map_err(|e| with_text(&e, sql))
    }

    pub(crate) fn state(&mut self) -> Result<LedgerState> {
        let mut state = None;
        self.each(READ_STATE, &[], &mut |row| {
            state = Some(LedgerState { seq: row.i64(0)?, recorded: row.i64(1)? });
            Ok(false)
        })?;
        state.ok_or_else(|| StoreError::Damaged("ledger_state is empty".into()))
    }

    pub(crate) fn rollback(&mut self) {
        if !self.conn.is_autocommit() {
            drop(self.conn.execute_batch("ROLLBACK"));
        }
    }
}

fn with_text(e: &rusqlite::Error, sql: &str) -> StoreError {
    match StoreError::sqlite(e) {
        StoreError::Bug(why) => {
            StoreError::Bug(format!("{why}: {}", sql.chars().take(200).collect::<String>()))
        }
        other => other,
    }
}

/// `$3` → `?3`, outside of quotes (SQLite would number `$n` by first appearance).
fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quote = None;
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        match quote {
            Some(q) if q == c => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            _ => {}
        }
        let parameter = quote.is_none() && c == '$' && rest.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_are_numbered_outside_of_quotes() {
        assert_eq!(
            super::numbered("SELECT '$1', \"$2\", $2 || '''$3' || $1"),
            "SELECT '$1', \"$2\", ?2 || '''$3' || ?1"
        );
    }
}
