//! 备份 of the embedded engine: a consistent copy while the city works on, checked before it is believed.
//!
//! The seal key is not part of a backup: keep `seal.key` and `seal.last` elsewhere, or a thief of the backup
//! could forge seals.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::engine::Result;
use crate::error::StoreError;
use crate::migrations;
use crate::store::{FILE, Place, Store};

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// Size of the copy, bytes.
    pub bytes: u64,
    /// Events in it.
    pub events: i64,
    /// Version of its schema.
    pub schema: i64,
}

/// Copies the database to a new file. The copy is checked and flushed before it gets its name.
///
/// # Errors
/// `UsePgDump` on PostgreSQL; `CannotOpen` when the file exists already.
pub fn backup(store: &Store, file: &Path) -> Result<Copied> {
    match store.place() {
        Place::Embedded { dir } => copy(&dir.join(FILE), file),
        Place::Postgres { schema, .. } => Err(StoreError::UsePgDump { schema: schema.clone() }),
    }
}

/// Makes a data directory from a backup. The directory must not hold a database yet.
pub fn restore(backup: &Path, dir: &Path) -> Result<Copied> {
    check(backup)?;
    fs::create_dir_all(dir).map_err(|e| StoreError::CannotOpen(format!("{}: {e}", dir.display())))?;
    copy(backup, &dir.join(FILE))
}

/// Checks a backup: it is a database of this program, whole, and not newer than the program.
pub fn check(file: &Path) -> Result<Copied> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags).map_err(|e| at(file, &e))?;
    let said: String =
        conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| at(file, &e))?;
    if said != "ok" {
        return Err(StoreError::Damaged(format!("{}: {said}", file.display())));
    }
    let int = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|e| at(file, &e));
    if int("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_step'")? == 0 {
        return Err(StoreError::Damaged(format!(
            "{}: 不是本程序的数据库 / not of this program",
            file.display()
        )));
    }
    let schema = int("SELECT coalesce(max(number), 0) FROM schema_step")?;
    if schema > migrations::latest() {
        return Err(StoreError::NewerSchema { found: schema, known: migrations::latest() });
    }
    let events = int("SELECT seq FROM ledger_state WHERE id = 1")?;
    let bytes = fs::metadata(file).map_or(0, |m| m.len());
    Ok(Copied { bytes, events, schema })
}

fn copy(from: &Path, to: &Path) -> Result<Copied> {
    if to.exists() {
        return Err(StoreError::CannotOpen(format!("{}: 已存在 / exists already", to.display())));
    }
    let beside = to.with_extension("part");
    drop(fs::remove_file(&beside));
    let copied = copy_beside(from, &beside, to);
    if copied.is_err() {
        drop(fs::remove_file(&beside));
    }
    copied
}

fn copy_beside(from: &Path, beside: &Path, to: &Path) -> Result<Copied> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags).map_err(|e| at(from, &e))?;
    source.busy_timeout(Duration::from_secs(10)).map_err(|e| at(from, &e))?;
    let mut target = Connection::open(beside).map_err(|e| at(beside, &e))?;
    {
        // All pages in one step: one snapshot, whatever is written meanwhile.
        let copying = Backup::new(&source, &mut target).map_err(|e| at(from, &e))?;
        copying.run_to_completion(i32::MAX, Duration::from_millis(50), None).map_err(|e| at(beside, &e))?;
    }
    // A backup is one file: no journal beside it.
    target.pragma_update(None, "journal_mode", "DELETE").map_err(|e| at(beside, &e))?;
    target.close().map_err(|(_, e)| at(beside, &e))?;
    let io = |e: std::io::Error| StoreError::Disk(format!("{}: {e}", to.display()));
    let copied = check(beside)?;
    File::open(beside).and_then(|f| f.sync_all()).map_err(io)?;
    fs::rename(beside, to).map_err(io)?;
    if let Some(dir) = to.parent().filter(|d| !d.as_os_str().is_empty()) {
        File::open(dir).and_then(|d| d.sync_all()).map_err(io)?;
    }
    Ok(copied)
}

fn at(file: &Path, e: &rusqlite::Error) -> StoreError {
    match StoreError::sqlite(e) {
        StoreError::CannotOpen(why) => StoreError::CannotOpen(format!("{}: {why}", file.display())),
        StoreError::Damaged(why) => StoreError::Damaged(format!("{}: {why}", file.display())),
        other => other,
    }
}
