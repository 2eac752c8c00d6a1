//! Seals in the database, and the key and the last seal outside of it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kernel::{Moment, StreamId};
use ledger::{Anchor, Seal, SealKey, Window, ZERO_HASH, hex, unhex};

use crate::conn::{Rd, Tx};
use crate::counters;
use crate::engine::Result;
use crate::error::StoreError;
use crate::settings;
use crate::store::Store;
use crate::vals;
use crate::value::Row;

pub(crate) const SEAL_COLUMNS: &str = "k, from_seq, to_seq, streams, at, ordered, root, prev, keyed, hash";
/// Most events one seal covers.
const WINDOW: i64 = 200_000;

pub(crate) fn seal_of(row: &Row<'_>) -> Result<Seal> {
    Ok(Seal {
        k: row.i64(0)?,
        from: row.i64(1)?,
        to: row.i64(2)?,
        streams: row.i64(3)?,
        at: row.moment(4)?,
        order: row.hash(5)?,
        root: row.hash(6)?,
        prev: row.hash(7)?,
        keyed: row.bool(8)?,
        hash: row.hash(9)?,
    })
}

/// The last seal, if there is one.
pub fn last_seal(rd: &mut Rd<'_>) -> Result<Option<Seal>> {
    rd.query_opt(&format!("SELECT {SEAL_COLUMNS} FROM seal ORDER BY k DESC LIMIT 1"), &[], seal_of)
}

/// The seals after number `after`, in order, at most `limit`.
pub fn seals(rd: &mut Rd<'_>, after: i64, limit: u32) -> Result<Vec<Seal>> {
    let sql = format!("SELECT {SEAL_COLUMNS} FROM seal WHERE k > $1 ORDER BY k LIMIT $2");
    rd.query(&sql, vals![after, limit], seal_of)
}

/// The seal with this number.
fn seal_at(rd: &mut Rd<'_>, k: i64) -> Result<Option<Seal>> {
    rd.query_opt(&format!("SELECT {SEAL_COLUMNS} FROM seal WHERE k = $1"), vals![k], seal_of)
}

/// The setting that holds each rollback an administrator confirmed, one version for each.
pub const ROLLBACKS: &str = "rollback";

/// A rollback that an administrator confirmed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rollback {
    /// the last seal that was noted beside the database; 0: none
    pub noted: i64,
    /// the last seal that the database held
    pub found: i64,
    /// when it was confirmed
    pub at: Moment,
    /// why the database was set back
    pub reason: String,
}

/// The rollbacks that were confirmed, the newest first.
pub fn rollbacks(rd: &mut Rd<'_>) -> Result<Vec<Rollback>> {
    let all = settings::history(rd, ROLLBACKS, 200)?;
    let read = |s: settings::Setting| {
        serde_json::from_str(&s.doc).map_err(|e| StoreError::Damaged(format!("setting {ROLLBACKS}: {e}")))
    };
    all.into_iter().map(read).collect()
}

/// Does the database still hold the seal that was noted beside it?
///
/// # Errors
/// `RolledBack`: it holds another seal in that place or none, and nobody has confirmed that it was set back.
pub fn check_anchor(rd: &mut Rd<'_>, key: &KeyFile) -> Result<()> {
    let last = last_seal(rd)?.map_or(0, |s| s.k);
    let Some(note) = key.last_noted()? else {
        // The first seal may have been made by a program that was ended before it could note it.
        return if last <= 1 { Ok(()) } else { Err(no_note(key, last)) };
    };
    if seal_at(rd, note.anchor.k)?.is_some_and(|s| s.hash == note.anchor.hash) {
        return Ok(());
    }
    let k = note.anchor.k;
    if rollbacks(rd)?.iter().any(|r| r.found < k && k <= r.noted && note.at <= r.at) {
        return Ok(());
    }
    Err(StoreError::RolledBack(format!(
        "数据库比留痕旧：{} 记着第 {k} 号封签，数据库里只有到第 {last} 号的另一段历史，可能被换成了旧备份，或封签被删改。\
         请先恢复最新的备份，或运行 bancheng ledger verify 查看；确认只能用这份数据库时，由管理员运行 \
         bancheng ledger accept-rollback --reason \"原因\" / the database is older than its record: {} notes seal {k}, \
         the database ends at seal {last} or holds another one there; an old backup may have been put in its place. \
         Restore the latest backup, or look with `bancheng ledger verify`; when this database is all there is, an \
         administrator confirms with `bancheng ledger accept-rollback --reason \"…\"`",
        key.last.display(),
        key.last.display(),
    )))
}

fn no_note(key: &KeyFile, last: i64) -> StoreError {
    let path = key.last.display();
    StoreError::RolledBack(format!(
        "缺少 {path}：数据库有 {last} 个封签，旁边却没有记下最后一个，无法判断数据库是否被换成了旧的。请把 seal.last 与 secret.key、\
         seal.key 一起放回；确已遗失时，由管理员运行 bancheng ledger accept-rollback --reason \"原因\" / {path} is \
         missing: the database has {last} seals and nothing beside it says which was the last, so an older database cannot \
         be told from the right one. Put seal.last back with secret.key and seal.key; when it is lost, an administrator \
         confirms with `bancheng ledger accept-rollback --reason \"…\"`"
    ))
}

/// Seals all events since the last seal; answers the seals it made. What has to be read is read beside the
/// writer; only the row of the seal is written. When two do it at once, one of them finds nothing to do.
///
/// # Errors
/// `RolledBack`: the database does not hold the seal that was noted last. Nothing is sealed then, and the note stays.
pub fn seal_now(store: &Store, key: Option<&KeyFile>) -> Result<Vec<Seal>> {
    let mut made = Vec::new();
    loop {
        let at = store.now();
        let seal = store.read(|rd| {
            if let Some(key) = key {
                check_anchor(rd, key)?;
            }
            let mut window = Window::after(last_seal(rd)?.as_ref());
            let sql = "SELECT seq, stream, ver, hash FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
            let mut whole = true;
            rd.each(sql, vals![window.to(), WINDOW], |row| {
                whole = window.push(row.i64(0)?, StreamId(row.i64(1)?), row.i64(2)?, &row.hash(3)?);
                Ok(whole)
            })?;
            if !whole {
                let gap = window.to() + 1;
                return Err(StoreError::Damaged(format!("event {gap} is missing: bancheng ledger verify")));
            }
            Ok(window.seal(key.map(KeyFile::key), at))
        })?;
        let Some(seal) = seal else { return Ok(made) };
        let Some(given) = store.write({
            let row = seal.clone();
            move |tx| put_seal(tx, &row)
        })?
        else {
            return Ok(made);
        };
        if let Some(key) = key {
            key.note(&seal, &given)?;
        }
        made.push(seal);
    }
}

/// Keeps a seal; answers the numbers that were given by then, or none when another program sealed meanwhile.
fn put_seal(tx: &mut Tx<'_>, row: &Seal) -> Result<Option<Vec<(String, i64)>>> {
    let last = last_seal(tx)?;
    if last.as_ref().map_or(0, |s| s.k) + 1 != row.k || last.map_or(ZERO_HASH, |s| s.hash) != row.prev {
        return Ok(None);
    }
    tx.exec(
        "INSERT INTO seal (k, from_seq, to_seq, streams, at, ordered, root, prev, keyed, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vals![
            row.k,
            row.from,
            row.to,
            row.streams,
            row.at,
            &row.order,
            &row.root,
            &row.prev,
            row.keyed,
            &row.hash
        ],
    )?;
    Ok(Some(counters::all(tx)?))
}

/// What is noted outside of the database with each seal (`seal.last`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The seal.
    pub anchor: Anchor,
    /// When it was made.
    pub at: Moment,
    /// The last number of each counter by then: a database that is set back must not give them again.
    pub given: Vec<(String, i64)>,
}

/// The secret of the seals and the note of the last one: two files outside of the database, `seal.key` and
/// `seal.last`, readable by their owner only.
#[derive(Clone, Debug)]
pub struct KeyFile {
    key: SealKey,
    last: PathBuf,
}

/// The name of the file with the key of the seals.
pub const SEAL_KEY: &str = "seal.key";

impl KeyFile {
    /// Reads the key in `dir`, or makes one.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(SEAL_KEY);
        let said = |e: &io::Error| StoreError::CannotOpen(format!("{}: {e}", path.display()));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(|e| StoreError::CannotOpen(e.to_string()))?;
                match write_secret(&path, &SealKey::new(bytes).to_hex()) {
                    // Another process made one at the same moment: its key counts.
                    Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(said(&e)),
                    _ => fs::read_to_string(&path).map_err(|e| said(&e))?,
                }
            }
            Err(e) => return Err(said(&e)),
        };
        let key = SealKey::from_hex(&text)
            .ok_or_else(|| StoreError::CannotOpen(format!("{}: 64 hexadecimal digits", path.display())))?;
        Ok(Self { key, last: dir.join("seal.last") })
    }
    /// A key from elsewhere (the environment); the last seal is noted in `dir`.
    pub fn with_key(key: SealKey, dir: &Path) -> Self {
        Self { key, last: dir.join("seal.last") }
    }
    /// The key.
    pub const fn key(&self) -> &SealKey {
        &self.key
    }
    /// The last seal that was noted.
    pub fn anchor(&self) -> Option<Anchor> {
        self.last_noted().ok().flatten().map(|n| n.anchor)
    }
    /// The last seal that was noted, with what was noted beside it; none when there is no note.
    ///
    /// # Errors
    /// The note cannot be read: it is not taken for one that is not there.
    pub fn last_noted(&self) -> Result<Option<Note>> {
        let said = |why: &str| StoreError::CannotOpen(format!("{}: {why}", self.last.display()));
        match fs::read_to_string(&self.last) {
            Ok(text) => note_of(&text).map(Some).ok_or_else(|| said("不是封签记录 / not a note of a seal")),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(said(&e.to_string())),
        }
    }
    /// Notes a seal as the last one, with the numbers that were given by then.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn note(&self, seal: &Seal, given: &[(String, i64)]) -> Result<()> {
        let mut text = format!("{} {} {}", seal.k, hex(&seal.hash), seal.at.us());
        for (name, last) in given {
            text.push_str(&format!("\n{last} {name}"));
        }
        let beside = self.last.with_extension("new");
        let written = (|| {
            drop(fs::remove_file(&beside));
            write_secret(&beside, &text)?;
            fs::rename(&beside, &self.last)
        })();
        written.map_err(|e| StoreError::ReadOnly(format!("{}: {e}", self.last.display())))
    }
}

/// `k hash moment`, then one line `last name` for each counter; a note of an older program has `k hash` only.
fn note_of(text: &str) -> Option<Note> {
    let mut lines = text.lines();
    let mut head = lines.next()?.split_whitespace();
    let anchor = Anchor { k: head.next()?.parse().ok()?, hash: unhex(head.next()?)? };
    let at = Moment::from_us(head.next().map_or(Some(0), |t| t.parse().ok())?);
    let given = lines.filter(|l| !l.is_empty()).map(|l| {
        let (last, name) = l.split_once(' ')?;
        Some((name.to_owned(), last.parse().ok()?))
    });
    Some(Note { anchor, at, given: given.collect::<Option<_>>()? })
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Whole or not at all: who is killed half-way must not leave half a key.
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    drop(fs::remove_file(&beside));
    let mut file = options.open(&beside)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    let done = fs::hard_link(&beside, path);
    drop(fs::remove_file(&beside));
    done
}
