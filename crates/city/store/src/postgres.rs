//! PostgreSQL: one connection, driven from the thread that owns it.
//!
//! The driver is asynchronous inside; each connection has its own small runtime, so that nothing outside
//! of this file is. Every wait has an end: a server that does not answer counts as lost.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{join, try_join_all};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::engine::{EachRow, LedgerState, Result};
use crate::error::StoreError;
use crate::tls;
use crate::value::{Row, Value};

/// Statements kept prepared on each connection.
const STATEMENTS: usize = 512;
/// How long to wait for a connection at most.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection to a standby is used before the server that leads is tried again.
const OF_STANDBY: Duration = Duration::from_secs(1);
/// How long one statement of a migration may take.
const MIGRATION: Duration = Duration::from_secs(6 * 3600);
/// Statements that are on the way at once.
const PIPELINE: usize = 256;
/// Rows that one insert takes: parsed, planned and answered once for all of them.
const TOGETHER: usize = 50;

#[derive(Clone)]
pub(crate) struct PostgresPlace {
    pub config: tokio_postgres::Config,
    /// Set when the connection must be protected.
    tls: Option<MakeRustlsConnect>,
    pub schema: String,
    /// How long to wait for an answer.
    pub patience: Duration,
    /// How long to wait for the seat of another writer.
    pub lock_ms: u64,
}

pub(crate) struct Postgres {
    client: Client,
    runtime: tokio::runtime::Runtime,
    statements: HashMap<Box<str>, Statement>,
    patience: Duration,
    usual: Duration,
    /// the mark of this connection in `committed`
    mark: String,
    /// groups begun on it
    groups: i64,
    /// the group that is open did more than look
    touched: bool,
    /// reads a standby, and since when
    standby: Option<Instant>,
    clock_us: Option<i64>,
    broken: bool,
    /// Statements without answer that travel with the next one, so that they cost no round trip.
    ahead: String,
}

/// The same insert for [`TOGETHER`] rows; none when it is no plain insert of one row. A row that may change another
/// one goes alone: two of a kind in one statement would be an error.
fn together(sql: &str, width: usize) -> Option<String> {
    let marks = |row: usize| {
        let all: Vec<_> = (1..=width).map(|i| format!("${}", row * width + i)).collect();
        format!("({})", all.join(", "))
    };
    if width * TOGETHER > usize::from(u16::MAX) || sql.contains("DO UPDATE") || sql.contains("RETURNING") {
        return None;
    }
    let (head, tail) = sql.split_once(&marks(0))?;
    let rows: Vec<_> = (0..TOGETHER).map(marks).collect();
    head.trim_end().ends_with("VALUES").then(|| format!("{head}{}{tail}", rows.join(", ")))
}

impl PostgresPlace {
    /// Reads the address; refuses a schema whose name would need quoting.
    pub(crate) fn new(url: &str, schema: &str, patience: Duration, lock_ms: u64) -> Result<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let starts = schema.as_bytes().first().is_some_and(|b| b.is_ascii_lowercase() || *b == b'_');
        if !starts || schema.len() > 60 || !schema.bytes().all(plain) {
            return Err(StoreError::CannotOpen(format!("schema {schema:?}: a-z 0-9 _")));
        }
        let asked = tls::asked(url);
        let mut config: tokio_postgres::Config =
            asked.address.parse().map_err(|e: tokio_postgres::Error| StoreError::CannotOpen(said(&e)))?;
        let protected = config.get_ssl_mode() == tokio_postgres::config::SslMode::Require;
        let tls = protected.then(|| tls::connector(asked.roots.as_ref())).transpose()?;
        config.application_name("bancheng");
        config.keepalives_idle(Duration::from_secs(15));
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(patience.min(Duration::from_secs(5)));
        }
        Ok(Self { config, tls, schema: schema.to_owned(), patience, lock_ms })
    }
}

fn said(e: &tokio_postgres::Error) -> String {
    match StoreError::postgres(e) {
        StoreError::Bug(s) | StoreError::Lost(s) | StoreError::CannotOpen(s) => s,
        other => other.to_string(),
    }
}

fn late() -> StoreError {
    StoreError::Lost("no answer from the server".into())
}

impl Postgres {
    pub(crate) fn open(place: &PostgresPlace) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| StoreError::CannotOpen(e.to_string()))?;
        let connect = async {
            let began = async {
                if let Some(tls) = place.tls.clone() {
                    let (client, connection) = place.config.connect(tls).await?;
                    tokio::spawn(async move { drop(connection.await) });
                    return Ok(client);
                }
                let (client, connection) = place.config.connect(NoTls).await?;
                tokio::spawn(async move { drop(connection.await) });
                Ok(client)
            };
            tokio::time::timeout(place.patience.min(CONNECT), began).await.map_err(|_| late())?.map_err(
                |e: tokio_postgres::Error| match StoreError::postgres(&e) {
                    StoreError::Bug(s) => StoreError::CannotOpen(s),
                    other => other,
                },
            )
        };
        let client = runtime.block_on(connect)?;
        let patience = place.patience;
        let mut me = Self {
            client,
            runtime,
            statements: HashMap::new(),
            patience,
            usual: patience,
            mark: mark(),
            groups: 0,
            touched: false,
            standby: None,
            clock_us: None,
            broken: false,
            ahead: String::new(),
        };
        me.batch(&format!(
            "SET search_path = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = 60000;
             SET client_min_messages = warning; SET statement_timeout = {}; SET timezone = 'UTC'; SET jit = off",
            place.schema,
            place.lock_ms,
            patience.as_millis(),
        ))?;
        Ok(me)
    }

    pub(crate) fn is_broken(&self) -> bool {
        let over = self.standby.is_some_and(|since| since.elapsed() > OF_STANDBY);
        over || self.broken || self.client.is_closed()
    }

    /// It leads to a standby: not for long, then somebody may lead again.
    pub(crate) fn of_standby(mut self) -> Self {
        self.standby = Some(Instant::now());
        self
    }

    /// Waits for an answer, but not for ever; notes when the connection is gone.
    fn wait<T>(
        &mut self,
        answer: impl AsyncFnOnce(&Client) -> std::result::Result<T, tokio_postgres::Error>,
    ) -> Result<T> {
        // The server's own timeout comes first; this one is for a server that is not there any more.
        let patience = self.patience + Duration::from_millis(500);
        let (client, ahead) = (&self.client, std::mem::take(&mut self.ahead));
        let both = async {
            if ahead.is_empty() {
                return answer(client).await;
            }
            // Both are on the way before the first answer is back.
            let (first, got) = join(client.batch_execute(&ahead), answer(client)).await;
            first.and(got)
        };
        let got = self.runtime.block_on(async { tokio::time::timeout(patience, both).await });
        let got = match got {
            Ok(Ok(t)) => return Ok(t),
            Ok(Err(e)) => StoreError::postgres(&e),
            Err(_) => late(),
        };
        if matches!(got, StoreError::Lost(_)) {
            self.broken = true;
        }
        Err(got)
    }

    /// Waits as long as it takes (migrations of large tables), or as usual again.
    pub(crate) fn be_patient(&mut self, patient: bool) -> Result<()> {
        self.patience = if patient { MIGRATION } else { self.usual };
        self.batch(&format!("SET statement_timeout = {}", self.patience.as_millis()))
    }

    /// Sends these statements with the next one.
    pub(crate) fn later(&mut self, sql: &str) {
        // A closure that did nothing leaves nothing to do.
        match self.ahead.strip_suffix("SAVEPOINT closure;").map(str::len) {
            Some(n) if sql != "SAVEPOINT closure;" => self.ahead.truncate(n),
            _ => self.ahead.push_str(sql),
        }
    }

    fn prepared(&mut self, sql: &str, params: usize) -> Result<Statement> {
        self.touched |= !sql.trim_start().starts_with("SELECT");
        let statement = match self.statements.get(sql) {
            Some(s) => s.clone(),
            None => {
                if self.statements.len() >= STATEMENTS {
                    self.statements.clear();
                }
                let s = self.wait(async |c| c.prepare(sql).await).map_err(|e| with_text(e, sql))?;
                self.statements.insert(sql.into(), s.clone());
                s
            }
        };
        if statement.params().len() != params {
            let n = statement.params().len();
            return Err(StoreError::Bug(format!("{n} parameters wanted, {params} given: {sql}")));
        }
        Ok(statement)
    }

    pub(crate) fn describe(&mut self, sql: &str) -> Result<Vec<String>> {
        let statement = self.wait(async |c| c.prepare(sql).await).map_err(|e| with_text(e, sql))?;
        Ok(statement.columns().iter().map(|c| c.type_().name().to_owned()).collect())
    }

    pub(crate) fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepared(sql, params.len())?;
        self.wait(async |c| c.execute_raw(&statement, params).await).map_err(|e| with_text(e, sql))
    }

    pub(crate) fn exec_many(&mut self, sql: &str, rows: &[&[Value<'_>]]) -> Result<u64> {
        let Some(first) = rows.first() else { return Ok(0) };
        let statement = self.prepared(sql, first.len())?;
        if rows.iter().any(|r| r.len() != first.len()) {
            return Err(StoreError::Bug(format!("rows of different lengths: {sql}")));
        }
        let mut touched = 0;
        let mut rest = rows;
        if rows.len() >= TOGETHER
            && let Some(wide) = together(sql, first.len())
        {
            let statement = self.prepared(&wide, first.len() * TOGETHER)?;
            let (groups, few) = rows.as_chunks::<TOGETHER>();
            for part in groups.chunks(PIPELINE / TOGETHER) {
                let all =
                    part.iter().map(|g| g.iter().copied().flatten().collect::<Vec<_>>()).collect::<Vec<_>>();
                let counts = self
                    .wait(async |c| {
                        try_join_all(all.iter().map(|g| c.execute_raw(&statement, g.iter().copied()))).await
                    })
                    .map_err(|e| with_text(e, sql))?;
                touched += counts.iter().sum::<u64>();
            }
            rest = few;
        }
        for part in rest.chunks(PIPELINE) {
            let counts = self
                .wait(async |c| try_join_all(part.iter().map(|row| c.execute_raw(&statement, *row))).await)
                .map_err(|e| with_text(e, sql))?;
            touched += counts.iter().sum::<u64>();
        }
        Ok(touched)
    }

    pub(crate) fn query_many<T>(
        &mut self,
        sql: &str,
        rows: &[&[Value<'_>]],
        most: usize,
        f: &dyn Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Vec<T>>> {
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let statement = self.prepared(sql, first.len())?;
        let mut all = Vec::with_capacity(rows.len());
        for part in rows.chunks(PIPELINE) {
            let answers = self
                .wait(async |c| {
                    try_join_all(part.iter().map(async |row| {
                        let mut rows = std::pin::pin!(c.query_raw(&statement, *row).await?);
                        let mut all = Vec::new();
                        while all.len() < most
                            && let Some(row) = rows.next().await
                        {
                            all.push(row?);
                        }
                        Ok(all)
                    }))
                    .await
                })
                .map_err(|e| with_text(e, sql))?;
            for answer in answers {
                all.push(answer.iter().map(|r| f(&Row::Postgres(r))).collect::<Result<_>>()?);
            }
        }
        Ok(all)
    }

    pub(crate) fn each(&mut self, sql: &str, params: &[Value<'_>], f: &mut EachRow<'_>) -> Result<()> {
        let statement = self.prepared(sql, params.len())?;
        let patience = self.patience + Duration::from_millis(500);
        let rows =
            self.wait(async |c| c.query_raw(&statement, params).await).map_err(|e| with_text(e, sql))?;
        let got = self.runtime.block_on(async {
            let mut rows = std::pin::pin!(rows);
            while let Some(row) = tokio::time::timeout(patience, rows.next()).await.map_err(|_| late())? {
                if !f(&Row::Postgres(&row.map_err(|e| StoreError::postgres(&e))?))? {
                    break;
                }
            }
            Ok(())
        });
        if matches!(got, Err(StoreError::Lost(_))) {
            self.broken = true;
        }
        got.map_err(|e| with_text(e, sql))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.wait(async |c| c.batch_execute(sql).await).map_err(|e| with_text(e, sql))
    }

    /// One round trip: begin, wait for the seat, read the state of the ledger.
    pub(crate) fn begin_write(&mut self) -> Result<LedgerState> {
        let sql = "BEGIN; SELECT seq, recorded, \
                   CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) \
                   FROM ledger_state WHERE id = 1 FOR UPDATE";
        let answer = self.wait(async |c| c.simple_query(sql).await)?;
        let row = answer.iter().find_map(|m| match m {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let int = |i: usize| row.and_then(|r| r.get(i)).and_then(|t| t.parse().ok());
        let (Some(seq), Some(recorded)) = (int(0), int(1)) else {
            return Err(StoreError::Damaged("ledger_state is empty".into()));
        };
        self.groups += 1;
        self.touched = false;
        self.clock_us = int(2);
        Ok(LedgerState { seq, recorded })
    }

    /// What the server's clock said when the transaction that is open for writing began, µs.
    pub(crate) const fn clock_us(&self) -> Option<i64> {
        self.clock_us
    }

    /// What tells the group that is or was open for writing from all others.
    pub(crate) fn group(&self) -> (String, i64) {
        (self.mark.clone(), self.groups)
    }

    pub(crate) fn commit(&mut self, state: Option<LedgerState>) -> Result<()> {
        if !self.touched && state.is_none() {
            return self.last("COMMIT");
        }
        // With the group goes a mark of it: whoever does not hear of the commit finds it, on whatever server leads then.
        let marked = marked(&self.mark, self.groups);
        match state {
            None => self.last(&format!("{marked}; COMMIT")),
            Some(LedgerState { seq, recorded }) => self.last(&format!(
                "UPDATE ledger_state SET seq = {seq}, recorded = {recorded} WHERE id = 1; {marked}; COMMIT"
            )),
        }
    }

    /// Everything that is still ahead and then this, as one message: when one part fails, the rest is not done.
    fn last(&mut self, sql: &str) -> Result<()> {
        let all = std::mem::take(&mut self.ahead) + sql;
        self.batch(&all)
    }

    pub(crate) fn rollback(&mut self) {
        self.ahead.clear();
        if !self.is_broken() {
            drop(self.batch("ROLLBACK"));
        }
    }

    /// Was a group committed whose commit was not answered? Asked from the seat of the writer, so that a lost connection
    /// that is still at work has ended, and answered by a commit of its own: what it says has reached every server that
    /// must have it. Numbers of transactions would not do: a server that leads after another gives them again.
    pub(crate) fn was_committed(&mut self, group: &(String, i64)) -> Result<bool> {
        let (mark, n) = group;
        let sql = format!(
            "BEGIN; SELECT id FROM ledger_state WHERE id = 1 FOR UPDATE; \
             SELECT n, writer FROM committed WHERE writer = '{mark}'; {}; COMMIT",
            marked(&self.mark, self.groups)
        );
        let answer = self.wait(async |c| c.simple_query(&sql).await)?;
        let found = answer.iter().find_map(|m| match m {
            SimpleQueryMessage::Row(row) => {
                (row.len() == 2).then(|| row.get(0)?.parse::<i64>().ok()).flatten()
            }
            _ => None,
        });
        Ok(found.is_some_and(|last| last >= *n))
    }
}

/// A name for one connection, never given twice.
fn mark() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// Notes how many groups a connection has committed.
fn marked(mark: &str, groups: i64) -> String {
    let at = crate::store::system_clock().us();
    format!(
        "INSERT INTO committed (writer, n, at) VALUES ('{mark}', {groups}, {at}) \
         ON CONFLICT (writer) DO UPDATE SET n = excluded.n, at = excluded.at"
    )
}

fn with_text(e: StoreError, sql: &str) -> StoreError {
    match e {
        StoreError::Bug(why) => {
            StoreError::Bug(format!("{why}: {}", sql.chars().take(200).collect::<String>()))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_inserts_take_many_rows() {
        let wide = together("INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING", 2).unwrap();
        assert!(wide.starts_with("INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ("), "{wide}");
        assert!(wide.ends_with(", ($99, $100) ON CONFLICT DO NOTHING"), "{wide}");
        for alone in [
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
            "INSERT INTO t (a, b) VALUES ($1, $2) RETURNING id",
            "UPDATE t SET a = $2 WHERE id = $1",
            "INSERT INTO t (a, b, c) VALUES ($1, $2, 1)",
        ] {
            assert_eq!(together(alone, 2), None, "{alone}");
        }
        assert_eq!(together("INSERT INTO t VALUES ($1)", 1).map(|s| s.matches('$').count()), Some(TOGETHER));
    }
}
