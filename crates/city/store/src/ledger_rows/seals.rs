//! Seals in the database, and the key and the last seal outside of it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kernel::StreamId;
use ledger::{Anchor, Seal, SealKey, Window, hex, unhex};

use crate::conn::Rd;
use crate::engine::Result;
use crate::error::StoreError;
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

/// Seals all events since the last seal; answers the seals it made. What has to be read is read beside the
/// writer; only the row of the seal is written. When two do it at once, one of them finds nothing to do.
pub fn seal_now(store: &Store, key: Option<&KeyFile>) -> Result<Vec<Seal>> {
    let mut made = Vec::new();
    loop {
        let at = store.now();
        let seal = store.read(|rd| {
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
        let row = seal.clone();
        let is_mine = store.write(move |tx| -> Result<bool> {
            if last_seal(tx)?.map_or(0, |s| s.k) + 1 != row.k {
                return Ok(false);
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
            Ok(true)
        })?;
        if !is_mine {
            return Ok(made);
        }
        if let Some(key) = key {
            key.note(&seal)?;
        }
        made.push(seal);
    }
}

/// The secret of the seals and the note of the last one: two files outside of the database, `seal.key` and
/// `seal.last`, readable by their owner only.
#[derive(Clone, Debug)]
pub struct KeyFile {
    key: SealKey,
    last: PathBuf,
}

impl KeyFile {
    /// Reads the key in `dir`, or makes one.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("seal.key");
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
        let text = fs::read_to_string(&self.last).ok()?;
        let (k, hash) = text.trim().split_once(' ')?;
        Some(Anchor { k: k.parse().ok()?, hash: unhex(hash)? })
    }
    fn note(&self, seal: &Seal) -> Result<()> {
        let beside = self.last.with_extension("new");
        let written = (|| {
            drop(fs::remove_file(&beside));
            write_secret(&beside, &format!("{} {}", seal.k, hex(&seal.hash)))?;
            fs::rename(&beside, &self.last)
        })();
        written.map_err(|e| StoreError::ReadOnly(format!("{}: {e}", self.last.display())))
    }
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
