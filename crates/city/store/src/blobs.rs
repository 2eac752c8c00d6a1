//! 附件的内容: each file under its SM3 hash, in a directory beside the data or, for a city of several nodes, in the
//! database ([`crate::blob_rows`]). Added, never changed. What is read is looked for in both, so that files may be moved
//! while the city works.
//!
//! A file has its name only when it is whole and durable; what is half written is swept up later.

use std::fs::{self, File};
use std::io::{Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sm3::{Digest as _, Sm3};

use crate::blob_rows::{self, Home, PIECE};
use crate::conn::Rd;
use crate::engine::Result;
use crate::error::StoreError;
use crate::store::Store;

/// Where the bytes lie.
#[derive(Clone, Debug)]
pub struct Blobs {
    dir: PathBuf,
    store: Option<Store>,
}

/// What became of files that were moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// files that were carried over
    pub files: u64,
    /// their bytes
    pub bytes: u64,
    /// files that were there already
    pub there: u64,
    /// files that are damaged or could not be read, and stay where they are
    pub bad: u64,
}

fn disk(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    move |e| StoreError::Disk(format!("{}: {e}", path.display()))
}

/// Where files lie that do not have their name yet: swept as a whole.
const PARTS: &str = "part";

/// A file that does not have its name yet; gone when it never gets one.
struct Part(PathBuf);
impl Drop for Part {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// A file that arrives piece by piece (传输中的文件); gone when it is not kept.
pub struct Arriving {
    part: Part,
    file: File,
    hash: Sm3,
    size: u64,
}

impl std::fmt::Debug for Arriving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arriving({} bytes)", self.size)
    }
}

impl Arriving {
    /// The next piece.
    ///
    /// # Errors
    /// The disk could not.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).map_err(disk(&self.part.0))
    }
    /// Bytes that have come.
    pub const fn size(&self) -> u64 {
        self.size
    }
}

fn hash_of(bytes: &[u8]) -> String {
    ledger::hex(&Sm3::digest(bytes))
}

impl Blobs {
    /// In this directory, which is made with the first file.
    pub const fn at(dir: PathBuf) -> Self {
        Self { dir, store: None }
    }
    /// Of a city: in this directory or in its database, as [`blob_rows::home`] says.
    pub const fn of(store: Store, dir: PathBuf) -> Self {
        Self { dir, store: Some(store) }
    }
    /// The database, where new files go there.
    fn database(&self) -> Result<Option<&Store>> {
        let Some(store) = &self.store else { return Ok(None) };
        Ok((store.read(blob_rows::home)? == Home::Database).then_some(store))
    }
    /// Where the file of a hash is; none for what is no hash.
    pub fn path(&self, hash: &str) -> Option<PathBuf> {
        let good = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        good.then(|| self.dir.join(&hash[..2]).join(hash))
    }
    /// Keeps bytes; answers their hash. Durable when it returns. The same bytes are kept once. `pass` sees the
    /// file before it has its name and may refuse it; `unique` names it until then.
    ///
    /// # Errors
    /// The disk could not, or `pass` refused.
    pub fn put<E: From<StoreError>>(
        &self,
        bytes: &[u8],
        unique: &str,
        pass: impl FnOnce(&Path) -> std::result::Result<(), E>,
    ) -> std::result::Result<String, E> {
        let mut came = self.arriving(unique)?;
        came.write(bytes)?;
        self.keep(came, pass)
    }
    /// A file begins to arrive; `unique` names it until it is kept.
    ///
    /// # Errors
    /// The disk could not.
    pub fn arriving(&self, unique: &str) -> Result<Arriving> {
        let parts = self.dir.join(PARTS);
        crate::store::make_private_dir(&parts)?;
        let part = Part(parts.join(format!("{unique}.part")));
        let file = crate::store::private_file(&part.0).map_err(disk(&part.0))?;
        Ok(Arriving { part, file, hash: Sm3::new(), size: 0 })
    }
    /// Keeps a file that has arrived as a whole; answers its hash. Otherwise as [`Blobs::put`].
    ///
    /// # Errors
    /// The disk could not, or `pass` refused.
    pub fn keep<E: From<StoreError>>(
        &self,
        came: Arriving,
        pass: impl FnOnce(&Path) -> std::result::Result<(), E>,
    ) -> std::result::Result<String, E> {
        let Arriving { part, mut file, hash, size } = came;
        let hash = ledger::hex(&hash.finalize());
        if let Some(store) = self.database()? {
            if touched(store, &hash)? {
                return Ok(hash);
            }
            pass(&part.0)?;
            file.rewind().map_err(disk(&part.0))?;
            into_database(store, &hash, size, &mut file)?;
            return Ok(hash);
        }
        let path = self.path(&hash).ok_or_else(|| StoreError::Bug("hash".into()))?;
        let dir = path.parent().unwrap_or(&self.dir).to_owned();
        crate::store::make_private_dir(&dir)?;
        if let Ok(there) = File::options().append(true).open(&path) {
            // Young again: the sweep leaves it alone until whoever brings it now has used it.
            there.set_modified(SystemTime::now()).map_err(disk(&path))?;
            return Ok(hash);
        }
        file.sync_all().map_err(disk(&part.0))?;
        drop(file);
        pass(&part.0)?;
        let named = fs::rename(&part.0, &path).and_then(|()| File::open(&dir)?.sync_all());
        named.map_err(disk(&path))?;
        Ok(hash)
    }
    /// Opens the file of a hash, to be read piece by piece, wherever it lies. One from the database is copied to a file
    /// without a name first. Not inside of a read or a write.
    ///
    /// # Errors
    /// It is not there, or it is damaged.
    pub fn open(&self, hash: &str) -> Result<File> {
        let path = self.path(hash).ok_or_else(|| StoreError::Damaged(format!("附件 / file {hash}")))?;
        let Some(store) = &self.store else { return File::open(&path).map_err(disk(&path)) };
        if store.read(|rd| blob_rows::size_of(rd, hash))?.is_none() {
            return File::open(&path).map_err(|_| blob_rows::missing(hash));
        }
        let parts = self.dir.join(PARTS);
        crate::store::make_private_dir(&parts)?;
        let beside = parts.join(format!("{hash}-{:x}.part", next()));
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside).map_err(disk(&beside))?;
        drop(Part(beside.clone()));
        let mut digest = Sm3::new();
        store.read(|rd| {
            blob_rows::pieces(rd, hash, &mut |piece| {
                digest.update(piece);
                file.write_all(piece).map_err(disk(&beside))
            })
        })?;
        if ledger::hex(&digest.finalize()) != hash {
            return Err(damaged(hash));
        }
        file.rewind().map_err(disk(&beside))?;
        Ok(file)
    }
    /// The bytes of a hash, checked against it. Not inside of a read or a write: there it is [`Blobs::get_in`].
    ///
    /// # Errors
    /// It is not there, or it is damaged.
    pub fn get(&self, hash: &str) -> Result<Vec<u8>> {
        match &self.store {
            Some(store) => store.read(|rd| self.get_in(rd, hash)),
            None => self.get_of_dir(hash),
        }
    }
    /// The same in a view that is open.
    ///
    /// # Errors
    /// It is not there, or it is damaged.
    pub fn get_in(&self, rd: &mut Rd<'_>, hash: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let add = &mut |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        if !blob_rows::pieces(rd, hash, add)? {
            let there = self.path(hash).is_some_and(|p| p.exists());
            return if there { self.get_of_dir(hash) } else { Err(blob_rows::missing(hash)) };
        }
        if hash_of(&bytes) == hash { Ok(bytes) } else { Err(damaged(hash)) }
    }
    fn get_of_dir(&self, hash: &str) -> Result<Vec<u8>> {
        let path = self.path(hash).ok_or_else(|| StoreError::Damaged(format!("附件 / file {hash}")))?;
        let bytes = fs::read(&path).map_err(disk(&path))?;
        if hash_of(&bytes) != hash {
            return Err(damaged(&path.display().to_string()));
        }
        Ok(bytes)
    }
    /// Removes a file that nothing refers to, unless it was brought again within `young`. Not inside of a read or a write.
    pub fn remove_old(&self, hash: &str, young: Duration) {
        let Some(path) = self.path(hash) else { return };
        let age = fs::metadata(&path).and_then(|m| m.modified()).ok().and_then(|m| m.elapsed().ok());
        if age.is_some_and(|a| a >= young) {
            drop(fs::remove_file(path));
        }
        if let Some(store) = &self.store {
            let (hash, young) = (hash.to_owned(), i64::try_from(young.as_micros()).unwrap_or(i64::MAX));
            // Somebody may have come to refer to it since it was found free.
            drop(store.write(move |tx| {
                let before = kernel::Moment::from_us(tx.now().us().saturating_sub(young));
                if crate::files::is_free(tx, &hash)? {
                    blob_rows::remove(tx, &hash, before)?;
                }
                Ok::<_, StoreError>(())
            }));
        }
    }
    /// Removes what was half written longer than `young` ago: its program was ended.
    pub fn sweep_parts(&self, young: Duration) {
        for part in fs::read_dir(self.dir.join(PARTS)).into_iter().flatten().flatten() {
            let age = part.metadata().and_then(|m| m.modified()).ok().and_then(|m| m.elapsed().ok());
            if age.is_some_and(|a| a >= young) {
                drop(fs::remove_file(part.path()));
            }
        }
        if let Some(store) = &self.store {
            let young = i64::try_from(young.as_micros()).unwrap_or(i64::MAX);
            drop(store.write(move |tx| {
                let before = kernel::Moment::from_us(tx.now().us().saturating_sub(young));
                blob_rows::sweep(tx, before, 100).map(drop)
            }));
        }
    }
    /// Files of the directory.
    fn of_dir(&self) -> Result<Vec<String>> {
        let mut all = Vec::new();
        let Ok(dirs) = fs::read_dir(&self.dir) else { return Ok(all) };
        for dir in dirs {
            let dir = dir.map_err(disk(&self.dir))?.path();
            for file in fs::read_dir(&dir).into_iter().flatten() {
                let from = file.map_err(disk(&dir))?.path();
                let name = from.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
                all.extend(self.path(&name).is_some().then_some(name));
            }
        }
        Ok(all)
    }
    /// Files of the directory of this node: how many.
    ///
    /// # Errors
    /// The disk could not.
    pub fn in_directory(&self) -> Result<usize> {
        Ok(self.of_dir()?.len())
    }
    /// Copies every file that is not yet there to another directory, whole as it is on record; answers how many.
    ///
    /// # Errors
    /// The disk could not; a file is damaged.
    pub fn copy_to(&self, other: &Path) -> Result<u64> {
        let (there, mut copied) = (Self::at(other.to_owned()), 0);
        let mut put = |name: &str| {
            if there.path(name).is_some_and(|p| p.exists()) {
                return Ok(());
            }
            there.put(&self.get(name)?, name, |_| Ok::<_, StoreError>(()))?;
            copied += 1;
            Ok::<_, StoreError>(())
        };
        self.each_of_database(&mut put)?;
        self.of_dir()?.iter().try_for_each(|name| put(name))?;
        Ok(copied)
    }
    /// Puts every file of a directory where another keeps its own; answers how many.
    pub(crate) fn put_all(&self, other: &Self) -> Result<u64> {
        let all = self.of_dir()?;
        for name in &all {
            other.put(&self.get_of_dir(name)?, name, |_| Ok::<_, StoreError>(()))?;
        }
        Ok(all.len() as u64)
    }
    fn each_of_database(&self, f: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let Some(store) = &self.store else { return Ok(()) };
        let mut last = String::new();
        loop {
            let page = store.read(|rd| blob_rows::after(rd, &last, 200))?;
            let Some((end, _)) = page.last() else { return Ok(()) };
            last.clone_from(end);
            page.iter().try_for_each(|(name, _)| f(name))?;
        }
    }
    /// Carries every file of a city over to `to`, where new files go from now on; each is read again there before it is
    /// removed here. What was carried over stays so when this is broken off: called again it goes on.
    ///
    /// # Errors
    /// The disk or the database could not. The embedded engine keeps its files beside it.
    pub fn move_to(&self, to: Home, heard: &mut dyn FnMut(&Moved)) -> Result<Moved> {
        let Some(store) = &self.store else { return Err(StoreError::Bug("a directory alone".into())) };
        if to == Home::Database && store.dialect() == crate::engine::Dialect::Sqlite {
            return Err(StoreError::Unacceptable(
                "内嵌数据库只有一个节点，附件就放在数据目录里；用 PostgreSQL 时才移入数据库 / the embedded database has \
                 one node and keeps its files in the data directory: they are moved into PostgreSQL only"
                    .to_owned(),
            ));
        }
        store.write(move |tx| blob_rows::choose(tx, to))?;
        let mut moved = Moved::default();
        match to {
            Home::Database => {
                for name in self.of_dir()? {
                    self.move_in(store, &name, &mut moved)?;
                    heard(&moved);
                }
            }
            Home::Directory => {
                let dir = Self::at(self.dir.clone());
                self.each_of_database(&mut |name| {
                    if dir.get(name).is_ok() {
                        moved.there += 1;
                    } else {
                        let bytes = match self.get(name) {
                            Ok(bytes) => bytes,
                            Err(StoreError::Damaged(_)) => {
                                moved.bad += 1;
                                return Ok(());
                            }
                            Err(e) => return Err(e),
                        };
                        dir.put(&bytes, name, |_| Ok::<_, StoreError>(()))?;
                        dir.get(name)?;
                        moved.files += 1;
                        moved.bytes += bytes.len() as u64;
                    }
                    let name = name.to_owned();
                    store.write(move |tx| blob_rows::remove(tx, &name, tx.now()).map(drop))?;
                    heard(&moved);
                    Ok(())
                })?;
            }
        }
        Ok(moved)
    }
    fn move_in(&self, store: &Store, name: &str, moved: &mut Moved) -> Result<()> {
        let Some(path) = self.path(name) else { return Ok(()) };
        if touched(store, name)? {
            moved.there += 1;
        } else {
            let Ok(bytes) = self.get_of_dir(name) else {
                moved.bad += 1;
                return Ok(());
            };
            into_database(store, name, bytes.len() as u64, &mut bytes.as_slice())?;
            moved.files += 1;
            moved.bytes += bytes.len() as u64;
        }
        // Read again as anybody would.
        let mut digest = Sm3::new();
        store.read(|rd| {
            blob_rows::pieces(rd, name, &mut |piece| {
                digest.update(piece);
                Ok(())
            })
        })?;
        if ledger::hex(&digest.finalize()) != name {
            return Err(damaged(name));
        }
        fs::remove_file(&path).map_err(disk(&path))
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("{what}: 内容与留痕不符 / not what is on record"))
}

/// A number that this process gives once.
fn next() -> u64 {
    static N: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let n = N.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    (u64::from(std::process::id()) << 32) | n
}

fn touched(store: &Store, hash: &str) -> Result<bool> {
    let hash = hash.to_owned();
    store.write(move |tx| blob_rows::touch(tx, &hash))
}

/// Puts a file into the database, a piece in a transaction, so that nobody waits long; durable when it returns.
fn into_database(store: &Store, hash: &str, size: u64, mut from: &mut dyn Read) -> Result<()> {
    let size = i64::try_from(size).map_err(|_| StoreError::Bug("size".into()))?;
    let key = hash.to_owned();
    store.write(move |tx| blob_rows::begin(tx, &key, size))?;
    let mut n = 0;
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        (&mut from)
            .take(PIECE as u64)
            .read_to_end(&mut piece)
            .map_err(|e| StoreError::Disk(format!("{hash}: {e}")))?;
        if piece.is_empty() {
            break;
        }
        let key = hash.to_owned();
        store.write(move |tx| blob_rows::put_piece(tx, &key, n, &piece))?;
        n += 1;
    }
    let key = hash.to_owned();
    match store.write(move |tx| blob_rows::finish(tx, &key, size))? {
        true => Ok(()),
        // Whoever removes this very file meanwhile; brought again it comes whole.
        false => Err(StoreError::Busy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_once_found_again_and_never_damaged_unseen() {
        let dir = std::env::temp_dir().join(format!("bancheng-blobs-{}", std::process::id()));
        let blobs = Blobs::at(dir.clone());
        let put = |unique| blobs.put("门头照片".as_bytes(), unique, |_| Ok::<_, StoreError>(()));
        let refused = blobs.put("病毒".as_bytes(), "v", |part| {
            assert_eq!(fs::read(part).unwrap(), "病毒".as_bytes());
            Err(StoreError::Busy)
        });
        assert_eq!(refused, Err(StoreError::Busy));
        let files = fs::read_dir(&dir).unwrap().flat_map(|d| fs::read_dir(d.unwrap().path()).unwrap());
        assert_eq!(files.count(), 0, "nothing is left of what was refused");
        let hash = put("a").unwrap();
        assert_eq!(put("b").unwrap(), hash);
        assert_eq!(blobs.get(&hash).unwrap(), "门头照片".as_bytes());
        blobs.remove_old(&hash, Duration::from_secs(3600));
        assert!(blobs.get(&hash).is_ok(), "it is young");
        fs::write(blobs.path(&hash).unwrap(), "别的").unwrap();
        assert!(matches!(blobs.get(&hash), Err(StoreError::Damaged(_))));
        assert!(blobs.path("../../etc/passwd").is_none() && blobs.path(&"g".repeat(64)).is_none());
        blobs.remove_old(&hash, Duration::ZERO);
        assert!(blobs.get(&hash).is_err());
        fs::remove_dir_all(dir).unwrap();
    }
}
