//! A zip, unpacked part by part within one budget.

use std::io::{Cursor, Read as _};

use kernel::Said;
use zip::ZipArchive;

use crate::{UNPACKED_MOST, said};

/// Parts of one file at most.
const PARTS_MOST: usize = 5_000;

pub(crate) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

fn damaged() -> Said {
    said("文件已损坏，请重新导出后上传", "the file is damaged: export it again")
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Said> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if zip.len() > PARTS_MOST {
            return Err(damaged());
        }
        Ok(Self { zip, left: UNPACKED_MOST as u64 })
    }
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }
    /// The part of this name; none when there is none.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Said> {
        let Some(at) = self.zip.index_for_name(name) else { return Ok(None) };
        let part = self.zip.by_index(at).map_err(|_| damaged())?;
        let mut out = Vec::new();
        part.take(self.left + 1).read_to_end(&mut out).map_err(|_| damaged())?;
        let n = out.len() as u64;
        if n > self.left {
            return Err(said("文件解开后太大，无法读取", "the file unpacks to too much"));
        }
        self.left -= n;
        Ok(Some(out))
    }
}
