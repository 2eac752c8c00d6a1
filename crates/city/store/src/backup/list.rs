//! The list of a backup: every file with its size and SM3, and an SM3 of the list itself, so that one bit that changed
//! anywhere is seen.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use sm3::{Digest as _, Sm3};

use super::{Copied, disk, files_of, list_of};
use crate::engine::Result;
use crate::error::StoreError;
use crate::store::private_file;

const HEAD: &str = "bancheng backup 1";

/// Size and SM3 of a file.
fn sum(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).map_err(disk(path))?;
    let (mut hash, mut size, mut buffer) = (Sm3::new(), 0, vec![0; 1 << 16]);
    loop {
        let n = file.read(&mut buffer).map_err(disk(path))?;
        if n == 0 {
            return Ok((size, ledger::hex(&hash.finalize())));
        }
        hash.update(&buffer[..n]);
        size += n as u64;
    }
}

/// The attachments below a directory, as they are named in the list.
fn attachments(dir: &Path) -> Result<BTreeMap<String, std::path::PathBuf>> {
    let mut all = BTreeMap::new();
    let Ok(parts) = fs::read_dir(dir) else { return Ok(all) };
    for part in parts {
        let part = part.map_err(disk(dir))?.path();
        for file in fs::read_dir(&part).into_iter().flatten() {
            let path = file.map_err(disk(&part))?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            if name.len() == 64 {
                all.insert(name, path);
            }
        }
    }
    Ok(all)
}

/// Writes the list of a backup whose database is at `part` and will be called `file`; answers how many attachments
/// there are.
pub(super) fn write(list: &Path, part: &Path, file: &Path, files: &Path, copied: &Copied) -> Result<u64> {
    let (size, digest) = sum(part)?;
    let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let mut text = format!(
        "{HEAD}\nschema {}\nevents {}\nseal {}\ndatabase {size} {digest} {name}\n",
        copied.schema, copied.events, copied.seal
    );
    let all = attachments(files)?;
    for (name, path) in &all {
        let (size, digest) = sum(path)?;
        if digest != *name {
            return Err(StoreError::Disk(format!(
                "{}: 内容与留痕不符 / not what is on record",
                path.display()
            )));
        }
        text.push_str(&format!("file {size} {digest}\n"));
    }
    text.push_str(&format!("end {}\n", ledger::hex(&Sm3::digest(text.as_bytes()))));
    let beside = list.with_extension("list-part");
    drop(fs::remove_file(&beside));
    let written = private_file(&beside).and_then(|mut f| {
        f.write_all(text.as_bytes())?;
        f.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, list)).map_err(disk(list))?;
    Ok(all.len() as u64)
}

fn bad(path: &Path, why: &str) -> StoreError {
    StoreError::BadBackup(format!("{}: {why}", path.display()))
}

/// Compares a backup with its list; answers how many attachments it has.
pub(super) fn check(file: &Path) -> Result<u64> {
    let list = list_of(file);
    let text = fs::read_to_string(&list).map_err(|e| {
        bad(
            &list,
            &format!(
                "没有可读的清单，备份没有做完，或由旧版程序做成（旧版备份请加 --unlisted）/ no list that can be read: the \
                 backup was not finished, or an older program made it (--unlisted): {e}"
            ),
        )
    })?;
    let changed = || bad(&list, "清单被改动 / the list was changed");
    let (body, end) = text.trim_end_matches('\n').rsplit_once('\n').ok_or_else(changed)?;
    let body = format!("{body}\n");
    if end != format!("end {}", ledger::hex(&Sm3::digest(body.as_bytes())))
        || !text.ends_with('\n')
        || text.len() != body.len() + end.len() + 1
        || !body.starts_with(HEAD)
    {
        return Err(changed());
    }
    let (mut databases, mut files) = (0, 0);
    for line in body.lines() {
        let mut words = line.split(' ');
        let (path, size, digest) = match (words.next(), words.next(), words.next()) {
            (Some("database"), Some(size), Some(digest)) => {
                databases += 1;
                (file.to_owned(), size, digest)
            }
            (Some("file"), Some(size), Some(digest)) => {
                files += 1;
                let part = digest.get(..2).ok_or_else(changed)?;
                (files_of(file).join(part).join(digest), size, digest)
            }
            _ => continue,
        };
        let found =
            sum(&path).map_err(|e| bad(&path, &format!("缺失或读不出 / missing or unreadable: {e}")))?;
        if found.0.to_string() != size || found.1 != digest {
            return Err(bad(
                &path,
                &format!("与清单不符（{} 字节，SM3 {}）/ not what the list says", found.0, found.1),
            ));
        }
    }
    if databases == 1 { Ok(files) } else { Err(changed()) }
}
