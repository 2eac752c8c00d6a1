//! 搬运: the rows of a city from one engine to the other, table by table, in one consistent view. What is an index of
//! something else (the text index) is left out and made again from the record.

use std::path::Path;

use kernel::Moment;

use crate::engine::{Dialect, Engine, Result};
use crate::error::StoreError;
use crate::migrations;
use crate::sqlite::{Sqlite, SqliteOptions};
use crate::store::{Place, connect, private_file};
use crate::value::{Row, Value};

/// Tables that the other engine keeps in another form; they are made again from the record.
const MADE_AGAIN: &[&str] = &["text_doc", "text_term", "text_band", "text_reply"];
/// Tables that stay with their database: attachments leave as files, and marks of commits mean nothing elsewhere.
const STAYS: &[&str] = &["blob", "blob_piece", "blob_home", "committed", "asked_lately"];
/// Rows on the way at a time.
const AT_ONCE: usize = 200;

#[derive(Clone, Copy)]
enum Kind {
    Int,
    Real,
    Text,
    Blob,
}

struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
}

enum Owned {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    fn of(row: &Row<'_>, i: usize, kind: Kind) -> Result<Self> {
        Ok(match kind {
            Kind::Int => row.opt_i64(i)?.map_or(Self::Null, Self::Int),
            Kind::Real => row.opt_f64(i)?.map_or(Self::Null, Self::Real),
            Kind::Text => row.opt_text(i)?.map_or(Self::Null, |t| Self::Text(t.to_owned())),
            Kind::Blob => row.opt_blob(i)?.map_or(Self::Null, |b| Self::Blob(b.to_vec())),
        })
    }
    fn lend(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(n) => Value::Int(*n),
            Self::Real(x) => Value::Real(*x),
            Self::Text(t) => Value::Text(t),
            Self::Blob(b) => Value::Blob(b),
        }
    }
}

fn embedded(file: &Path) -> Result<Engine> {
    let options = SqliteOptions { busy_ms: 10_000, max_bytes: None, cache_kib: 65_536, log_pages: 4_000 };
    Sqlite::open(file, options, true).map(|e| Engine::Sqlite(Box::new(e)))
}

/// The tables that hold rows of their own, as the embedded engine describes them.
fn tables(sqlite: &mut Engine) -> Result<Vec<Table>> {
    let mut names = Vec::new();
    let all = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    sqlite.each(all, &[], &mut |row| {
        names.push(row.string(0)?);
        Ok(true)
    })?;
    let own = |n: &String| {
        !n.starts_with("sqlite_")
            && n != "schema_step"
            && !STAYS.contains(&n.as_str())
            && !MADE_AGAIN.iter().any(|m| n == m || n.starts_with(&format!("{m}_")))
    };
    let mut out = Vec::new();
    for name in names.into_iter().filter(own) {
        let mut columns = Vec::new();
        let sql = "SELECT name, type FROM pragma_table_info($1) ORDER BY cid";
        sqlite.each(sql, &[Value::Text(&name)], &mut |row| {
            let kind = match row.text(1)? {
                "INTEGER" => Kind::Int,
                "REAL" => Kind::Real,
                "BLOB" => Kind::Blob,
                _ => Kind::Text,
            };
            columns.push((row.string(0)?, kind));
            Ok(true)
        })?;
        out.push(Table { name, columns });
    }
    Ok(out)
}

fn copy(from: &mut Engine, to: &mut Engine, table: &Table) -> Result<()> {
    let names: Vec<&str> = table.columns.iter().map(|c| c.0.as_str()).collect();
    let marks: Vec<String> = (1..=names.len()).map(|i| format!("${i}")).collect();
    let (name, names) = (&table.name, names.join(", "));
    let insert = format!("INSERT INTO {name} ({names}) VALUES ({})", marks.join(", "));
    to.exec(&format!("DELETE FROM {name}"), &[])?;
    let mut waiting: Vec<Vec<Owned>> = Vec::with_capacity(AT_ONCE);
    let mut put = |rows: &mut Vec<Vec<Owned>>| {
        let values: Vec<Vec<Value<'_>>> = rows.iter().map(|r| r.iter().map(Owned::lend).collect()).collect();
        let values: Vec<&[Value<'_>]> = values.iter().map(Vec::as_slice).collect();
        let done = to.exec_many(&insert, &values).map(drop);
        drop(values);
        rows.clear();
        done
    };
    from.each(&format!("SELECT {names} FROM {name}"), &[], &mut |row| {
        let columns = table.columns.iter().enumerate();
        waiting.push(columns.map(|(i, (_, kind))| Owned::of(row, i, *kind)).collect::<Result<_>>()?);
        if waiting.len() == AT_ONCE {
            put(&mut waiting)?;
        }
        Ok(true)
    })?;
    put(&mut waiting)
}

fn read_again(to: &mut Engine) -> Result<()> {
    to.exec("DELETE FROM text_state WHERE name = 'read'", &[]).map(drop)
}

/// Writes a city on PostgreSQL to a file of the embedded engine, in one consistent view.
pub(crate) fn export(place: &Place, file: &Path, now: Moment) -> Result<()> {
    drop(private_file(file).map_err(|e| StoreError::Disk(format!("{}: {e}", file.display())))?);
    let mut to = embedded(file)?;
    let here = Place::Embedded { dir: file.to_owned() };
    migrations::migrate(&mut to, &here, now, None)?;
    let mut from = connect(place)?;
    from.be_patient(true)?;
    from.begin_read()?;
    to.batch("BEGIN IMMEDIATE")?;
    for table in tables(&mut to)? {
        copy(&mut from, &mut to, &table)?;
    }
    read_again(&mut to)?;
    to.batch("COMMIT")?;
    from.rollback();
    to.batch("PRAGMA journal_mode = DELETE")
}

/// Fills an empty schema of PostgreSQL from a file of the embedded engine.
pub(crate) fn import(file: &Path, place: &Place) -> Result<()> {
    let mut from = embedded(file)?;
    let mut state = from_state(&mut from)?;
    migrations::migrate(&mut from, &Place::Embedded { dir: file.to_owned() }, Moment::from_us(state), None)?;
    let mut to = connect(place)?;
    migrations::migrate(&mut to, place, Moment::from_us(state), None)?;
    to.be_patient(true)?;
    to.batch("BEGIN")?;
    to.each("SELECT seq + (SELECT count(*) FROM staff) FROM ledger_state WHERE id = 1", &[], &mut |row| {
        state = row.i64(0)?;
        Ok(false)
    })?;
    if state != 0 {
        to.rollback();
        return Err(StoreError::CannotOpen("这个模式里已有数据 / the schema is not empty".to_owned()));
    }
    let all = tables(&mut from)?;
    for table in &all {
        copy(&mut from, &mut to, table)?;
    }
    read_again(&mut to)?;
    for table in all {
        go_on(&mut to, &table.name)?;
    }
    to.batch("COMMIT")
}

fn from_state(engine: &mut Engine) -> Result<i64> {
    let mut recorded = 0;
    engine.each("SELECT recorded FROM ledger_state WHERE id = 1", &[], &mut |row| {
        recorded = row.i64(0)?;
        Ok(false)
    })?;
    Ok(recorded)
}

/// Ids that the database gives go on after those that are there.
fn go_on(to: &mut Engine, table: &str) -> Result<()> {
    debug_assert_eq!(to.dialect(), Dialect::Postgres);
    let mut given = false;
    let sql = "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() \
               AND table_name = CAST($1 AS TEXT) AND column_name = 'id' AND is_identity = 'YES'";
    to.each(sql, &[Value::Text(table)], &mut |row| {
        given = row.bool(0)?;
        Ok(false)
    })?;
    if !given {
        return Ok(());
    }
    let next = format!(
        "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"
    );
    to.each(&next, &[], &mut |_| Ok(false))
}
