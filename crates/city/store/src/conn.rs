//! What a closure works with: [`Rd`] asks, [`Tx`] asks and writes.

use std::ops::{Deref, DerefMut};

use kernel::Moment;
use ledger::Chain;

use crate::engine::{Dialect, Engine, LedgerState, Result};
use crate::error::StoreError;
use crate::value::{Row, Value};

/// A consistent view of the database. SQL is portable text with `$1..$n`; values are integers, reals,
/// text and bytes.
pub struct Rd<'a> {
    pub(crate) engine: &'a mut Engine,
    pub(crate) writes: bool,
}

impl std::fmt::Debug for Rd<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rd({:?})", self.dialect())
    }
}

impl Rd<'_> {
    /// Which engine answers, for the rare statement that cannot be the same on both.
    pub const fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }
    /// Prepares a statement and answers the types of its columns as the engine names them (empty for what
    /// answers nothing; the embedded engine has no types to name). For tests and for looking after a city.
    pub fn describe(&mut self, sql: &str) -> Result<Vec<String>> {
        self.engine.describe(sql)
    }
    /// Is this the view of a transaction that writes? What is read there may be given up: nobody may remember it.
    pub const fn writes(&self) -> bool {
        self.writes
    }
    /// Hands each row to `f` until it answers `false`.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut f: impl FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        self.engine.each(sql, params, &mut f)
    }
    /// All rows; the statement itself must bound them (`LIMIT`, or a small table).
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut f: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.engine.each(sql, params, &mut |row| {
            all.push(f(row)?);
            Ok(true)
        })?;
        Ok(all)
    }
    /// Asks the same for many rows of parameters, all of them on their way at once: for each the first row of its
    /// answer, if there is one.
    pub fn query_each<T>(
        &mut self,
        sql: &str,
        rows: &[&[Value<'_>]],
        f: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Option<T>>> {
        let all = self.engine.query_many(sql, rows, 1, &f)?;
        Ok(all.into_iter().map(|of| of.into_iter().next()).collect())
    }
    /// The same with all rows of each answer; the statement itself must bound them.
    pub fn query_all<T>(
        &mut self,
        sql: &str,
        rows: &[&[Value<'_>]],
        f: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Vec<T>>> {
        self.engine.query_many(sql, rows, usize::MAX, &f)
    }
    /// The rows of any number of ids. `select` ends before the list of ids: `SELECT … WHERE id IN`.
    pub fn query_ids<T>(
        &mut self,
        select: &str,
        ids: &[i64],
        mut f: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        const AT_ONCE: usize = 50;
        let marks: Vec<String> = (1..=AT_ONCE).map(|i| format!("${i}")).collect();
        let sql = format!("{select} ({})", marks.join(", "));
        let mut all = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(AT_ONCE) {
            // One statement for any number: the last id stands in for those that are missing.
            let full = chunk.iter().chain(std::iter::repeat(&chunk[chunk.len() - 1])).take(AT_ONCE);
            let params: Vec<Value<'_>> = full.map(|id| Value::Int(*id)).collect();
            all.extend(self.query(&sql, &params, &mut f)?);
        }
        Ok(all)
    }
    /// The first row, if there is one.
    pub fn query_opt<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        f: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let (mut first, mut f) = (None, Some(f));
        self.engine.each(sql, params, &mut |row| {
            if let Some(f) = f.take() {
                first = Some(f(row)?);
            }
            Ok(false)
        })?;
        Ok(first)
    }
    /// The one row that must be there.
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        f: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, f)?
            .ok_or_else(|| StoreError::Bug(format!("no row: {}", sql.chars().take(200).collect::<String>())))
    }
}

/// What the writer keeps while a batch runs.
pub(crate) struct Writing {
    pub ledger: LedgerState,
    pub now: Moment,
    pub chain: Chain,
    /// An error that ends the whole batch, noted even when the closure swallows it.
    pub fatal: Option<StoreError>,
    /// Depth of [`Tx::part`].
    pub depth: u32,
}

/// A transaction that writes. At most one runs at a time in one city, on either engine, so what it read
/// stays true until it ends; it is kept or given up as a whole.
pub struct Tx<'a> {
    pub(crate) rd: Rd<'a>,
    pub(crate) writing: &'a mut Writing,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tx({:?})", self.dialect())
    }
}
impl<'a> Deref for Tx<'a> {
    type Target = Rd<'a>;
    fn deref(&self) -> &Rd<'a> {
        &self.rd
    }
}
impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Rd<'a> {
        &mut self.rd
    }
}

impl Tx<'_> {
    /// The moment of this transaction: the clock, never earlier than the last event.
    pub const fn now(&self) -> Moment {
        self.writing.now
    }
    /// Runs a statement; says how many rows it touched.
    pub fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let done = self.rd.engine.exec(sql, params);
        self.note(done)
    }
    /// Runs one statement for many rows of parameters.
    pub fn exec_many(&mut self, sql: &str, rows: &[&[Value<'_>]]) -> Result<u64> {
        let done = self.rd.engine.exec_many(sql, rows);
        self.note(done)
    }
    /// Runs an insert that ends with `RETURNING id` and answers the id.
    pub fn insert(&mut self, sql: &str, params: &[Value<'_>]) -> Result<i64> {
        let id = self.rd.query_one(sql, params, |row| row.i64(0));
        self.note(id)
    }
    /// Holds the row that the statement reads until the end of the transaction, and says whether it is there.
    /// `sql` is a plain `SELECT 1 FROM … WHERE …`. The writer's seat makes this unnecessary inside one
    /// city; it is for rows that are also written by hand or by another program.
    pub fn lock_row(&mut self, sql: &str, params: &[Value<'_>]) -> Result<bool> {
        let found = match self.dialect() {
            Dialect::Sqlite => self.query_opt(sql, params, |_| Ok(())),
            Dialect::Postgres => self.query_opt(&format!("{sql} FOR UPDATE"), params, |_| Ok(())),
        };
        self.note(found).map(|row| row.is_some())
    }
    /// Runs a part that can be given up alone: when it fails, what it wrote is undone and the rest of the
    /// transaction goes on. At most eight parts inside each other.
    pub fn part<T, E: From<StoreError>>(
        &mut self,
        f: impl FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let depth = self.writing.depth;
        if depth >= 8 {
            return Err(StoreError::Bug("parts inside parts: more than eight".into()).into());
        }
        let kept = self.writing.ledger;
        self.rd.engine.batch(&format!("SAVEPOINT part{depth}"))?;
        self.writing.depth += 1;
        let done =
            f(&mut Tx { rd: Rd { engine: &mut *self.rd.engine, writes: true }, writing: &mut *self.writing });
        self.writing.depth = depth;
        let end = if done.is_ok() {
            format!("RELEASE part{depth}")
        } else {
            self.writing.ledger = kept;
            format!("ROLLBACK TO part{depth}; RELEASE part{depth}")
        };
        if let Err(e) = self.rd.engine.batch(&end) {
            self.writing.fatal.get_or_insert(e);
        }
        done
    }

    pub(crate) fn note<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(e) = &done
            && e.ends_batch()
        {
            self.writing.fatal.get_or_insert_with(|| e.clone());
        }
        done
    }
}
