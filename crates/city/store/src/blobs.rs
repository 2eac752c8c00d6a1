//! 附件的内容: bytes in a directory beside the database, each file under its SM3 hash. Added, never changed.
//!
//! A file has its name only when it is whole and on the disk; what is half written is swept up later.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sm3::{Digest as _, Sm3};

use crate::engine::Result;
use crate::error::StoreError;

/// Where the bytes lie.
#[derive(Clone, Debug)]
pub struct Blobs {
    dir: PathBuf,
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
        Self { dir }
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
        let hash = hash_of(bytes);
        let path = self.path(&hash).ok_or_else(|| StoreError::Bug("hash".into()))?;
        let dir = path.parent().unwrap_or(&self.dir).to_owned();
        crate::store::make_private_dir(&dir)?;
        if let Ok(there) = File::options().append(true).open(&path) {
            // Young again: the sweep leaves it alone until whoever brings it now has used it.
            there.set_modified(SystemTime::now()).map_err(disk(&path))?;
            return Ok(hash);
        }
        let parts = self.dir.join(PARTS);
        crate::store::make_private_dir(&parts)?;
        let part = Part(parts.join(format!("{unique}.part")));
        let written = crate::store::private_file(&part.0).and_then(|mut f| {
            f.write_all(bytes)?;
            f.sync_all()
        });
        written.map_err(disk(&part.0))?;
        pass(&part.0)?;
        let named = fs::rename(&part.0, &path).and_then(|()| File::open(&dir)?.sync_all());
        named.map_err(disk(&path))?;
        Ok(hash)
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
        let Arriving { part, file, hash, .. } = came;
        let hash = ledger::hex(&hash.finalize());
        let path = self.path(&hash).ok_or_else(|| StoreError::Bug("hash".into()))?;
        let dir = path.parent().unwrap_or(&self.dir).to_owned();
        crate::store::make_private_dir(&dir)?;
        if let Ok(there) = File::options().append(true).open(&path) {
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
    /// Opens the file of a hash, to be read piece by piece; its bytes were checked when it was kept.
    ///
    /// # Errors
    /// It is not there.
    pub fn open(&self, hash: &str) -> Result<File> {
        let path = self.path(hash).ok_or_else(|| StoreError::Damaged(format!("附件 / file {hash}")))?;
        File::open(&path).map_err(disk(&path))
    }
    /// The bytes of a hash, checked against it.
    ///
    /// # Errors
    /// It is not there, or it is damaged.
    pub fn get(&self, hash: &str) -> Result<Vec<u8>> {
        let path = self.path(hash).ok_or_else(|| StoreError::Damaged(format!("附件 / file {hash}")))?;
        let bytes = fs::read(&path).map_err(disk(&path))?;
        if hash_of(&bytes) != hash {
            return Err(StoreError::Damaged(format!(
                "{}: 内容与留痕不符 / not what is on record",
                path.display()
            )));
        }
        Ok(bytes)
    }
    /// Removes a file that nothing refers to, unless it was brought again within `young`.
    pub fn remove_old(&self, hash: &str, young: Duration) {
        let Some(path) = self.path(hash) else { return };
        let age = fs::metadata(&path).and_then(|m| m.modified()).ok().and_then(|m| m.elapsed().ok());
        if age.is_some_and(|a| a >= young) {
            drop(fs::remove_file(path));
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
    }
    /// Copies every file that is not yet there to another directory; answers how many.
    ///
    /// # Errors
    /// The disk could not.
    pub fn copy_to(&self, other: &Path) -> Result<u64> {
        let mut copied = 0;
        let Ok(dirs) = fs::read_dir(&self.dir) else { return Ok(0) };
        for dir in dirs {
            let dir = dir.map_err(disk(&self.dir))?.path();
            for file in fs::read_dir(&dir).map_err(disk(&dir))? {
                let from = file.map_err(disk(&dir))?.path();
                let name = from.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
                if self.path(&name).is_none() {
                    continue;
                }
                let there = Self::at(other.to_owned());
                if there.path(&name).is_some_and(|p| p.exists()) {
                    continue;
                }
                there.put(&self.get(&name)?, &name, |_| Ok::<_, StoreError>(()))?;
                copied += 1;
            }
        }
        Ok(copied)
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
