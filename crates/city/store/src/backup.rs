//! 备份: a consistent copy of a city while it works on, the same file from either engine, with a list of checksums.
//!
//! A backup is three things beside each other: the database as one SQLite file (`x`), the attachments (`x.files`) and
//! the list of every file with its size and SM3 (`x.list`). The file gets its name last, so what has the name is whole.
//! The keys are not part of a backup: keep `secret.key`, `seal.key` and `seal.last` elsewhere, or a thief of the backup
//! could read contacts and forge seals.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::blobs::Blobs;
use crate::engine::Result;
use crate::error::StoreError;
use crate::store::{FILE, Options, Place, Store, private_file};
use crate::{migrations, portable};

mod list;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// Size of the database, bytes.
    pub bytes: u64,
    /// Events in it.
    pub events: i64,
    /// Version of its schema.
    pub schema: i64,
    /// Its last seal; 0 for none.
    pub seal: i64,
    /// Attachments in it.
    pub files: u64,
}

/// Where the attachments of a backup lie.
pub fn files_of(file: &Path) -> PathBuf {
    file.with_extension("files")
}
/// Where the list of a backup lies.
pub fn list_of(file: &Path) -> PathBuf {
    file.with_extension("list")
}

/// Copies a city to a new file, with its attachments. The copy is checked and flushed before it gets its name.
///
/// # Errors
/// `CannotOpen` when the file exists already; what the disk refuses.
pub fn create(store: &Store, blobs: &Blobs, file: &Path) -> Result<Copied> {
    if file.exists() {
        return Err(StoreError::CannotOpen(format!("{}: 已存在 / exists already", file.display())));
    }
    let dir = dir_of(file);
    sweep(dir);
    let part = Part::new(dir);
    match store.place() {
        Place::Embedded { dir } => snapshot(&dir.join(FILE), &part.0)?,
        place @ Place::Postgres { .. } => portable::export(place, &part.0, store.now())?,
    }
    let mut copied = look(&part.0)?;
    // After the database: every file that it names is there by now.
    let files = files_of(file);
    blobs.copy_to(&files)?;
    let listed = list::write(&list_of(file), &part.0, file, &files, &copied)?;
    copied.files = listed;
    File::open(&part.0).and_then(|f| f.sync_all()).map_err(disk(&part.0))?;
    fs::rename(&part.0, file).map_err(disk(file))?;
    sync(dir)?;
    Ok(copied)
}

/// Checks a backup: every file is as it was when it was made, and the database is one of this program, whole, and not
/// newer than the program.
///
/// # Errors
/// `BadBackup` names the file that is missing or changed.
pub fn check(file: &Path) -> Result<Copied> {
    let listed = list::check(file)?;
    let found = look(file)?;
    Ok(Copied { files: listed, ..found })
}

/// Checks a backup of an older program, which made no list: only that its database can be read.
///
/// # Errors
/// The database is damaged or not one of this program.
pub fn check_unlisted(file: &Path) -> Result<Copied> {
    look(file)
}

/// Makes a city from a backup that was [checked](check): the database at `place`, the attachments below `data`. There
/// must be no database yet.
///
/// # Errors
/// There is one; the backup cannot be read; the disk or the server refuses.
pub fn restore(file: &Path, place: &Place, data: &Path) -> Result<Copied> {
    let found = look(file)?;
    match place {
        Place::Embedded { dir } => {
            let to = dir.join(FILE);
            if to.exists() {
                return Err(StoreError::CannotOpen(format!("{}: 已存在 / exists already", to.display())));
            }
            crate::store::make_private_dir(dir)?;
            sweep(dir);
            let part = Part::new(dir);
            snapshot(file, &part.0)?;
            if look(&part.0)?.events != found.events {
                return Err(StoreError::BadBackup(format!("{}: {} events", file.display(), found.events)));
            }
            File::open(&part.0).and_then(|f| f.sync_all()).map_err(disk(&part.0))?;
            fs::rename(&part.0, &to).map_err(disk(&to))?;
            sync(dir)?;
        }
        Place::Postgres { .. } => {
            crate::store::make_private_dir(data)?;
            sweep(data);
            let part = Part::new(data);
            snapshot(file, &part.0)?;
            portable::import(&part.0, place)?;
        }
    }
    let brought = Blobs::at(files_of(file));
    let files = match place {
        Place::Embedded { .. } => brought.copy_to(&data.join("files"))?,
        Place::Postgres { .. } => {
            let store = Store::open(place, Options::default())?;
            let put = brought.put_all(&Blobs::of(store.clone(), data.join("files")));
            store.close();
            put?
        }
    };
    Ok(Copied { files, ..found })
}

/// A file on its way; gone when it never gets its name.
struct Part(PathBuf);

const PART: &str = ".bancheng-backup-";

impl Part {
    fn new(dir: &Path) -> Self {
        Self(dir.join(format!("{PART}{}.part", std::process::id())))
    }
}
impl Drop for Part {
    fn drop(&mut self) {
        for tail in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(tail);
            drop(fs::remove_file(name));
        }
    }
}

/// Removes what backups left behind that were killed: their process is not there any more.
fn sweep(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|n| n.strip_prefix(PART)) else { continue };
        let Some(process) = rest.split('.').next().and_then(|p| p.parse::<u32>().ok()) else { continue };
        let runs = process != std::process::id() && Path::new(&format!("/proc/{process}")).exists();
        if !runs {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// What a database file holds, once it was read whole.
fn look(file: &Path) -> Result<Copied> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags).map_err(|e| at(file, &e))?;
    let said: String =
        conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| at(file, &e))?;
    if said != "ok" {
        return Err(StoreError::BadBackup(format!("{}: {said}", file.display())));
    }
    let int = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|e| at(file, &e));
    if int("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_step'")? == 0 {
        return Err(StoreError::BadBackup(format!(
            "{}: 不是本程序的数据库 / not of this program",
            file.display()
        )));
    }
    let schema = int("SELECT coalesce(max(number), 0) FROM schema_step")?;
    if schema > migrations::latest() {
        return Err(StoreError::NewerSchema { found: schema, known: migrations::latest() });
    }
    let events = int("SELECT seq FROM ledger_state WHERE id = 1")?;
    let seal = int("SELECT coalesce(max(k), 0) FROM seal")?;
    let bytes = fs::metadata(file).map(|m| m.len()).map_err(disk(file))?;
    Ok(Copied { bytes, events, schema, seal, files: 0 })
}

/// Copies an embedded database as it is at one moment.
fn snapshot(from: &Path, to: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags).map_err(|e| at(from, &e))?;
    source.busy_timeout(Duration::from_secs(10)).map_err(|e| at(from, &e))?;
    drop(private_file(to).map_err(disk(to))?);
    let mut target = Connection::open(to).map_err(|e| at(to, &e))?;
    {
        // All pages in one step: one snapshot, whatever is written meanwhile.
        let copying = Backup::new(&source, &mut target).map_err(|e| at(from, &e))?;
        copying.run_to_completion(i32::MAX, Duration::from_millis(50), None).map_err(|e| at(to, &e))?;
    }
    // A backup is one file: no journal beside it.
    target.pragma_update(None, "journal_mode", "DELETE").map_err(|e| at(to, &e))?;
    target.close().map_err(|(_, e)| at(to, &e))
}

fn dir_of(file: &Path) -> &Path {
    file.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(disk(dir))
}

fn disk(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    move |e| match e.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full(format!("{}: {e}", path.display())),
        _ => StoreError::Disk(format!("{}: {e}", path.display())),
    }
}

fn at(file: &Path, e: &rusqlite::Error) -> StoreError {
    match StoreError::sqlite(e) {
        StoreError::CannotOpen(why) => StoreError::CannotOpen(format!("{}: {why}", file.display())),
        StoreError::Damaged(why) => StoreError::BadBackup(format!("{}: {why}", file.display())),
        other => other,
    }
}
