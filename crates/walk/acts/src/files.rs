//! 走访附件: photos and recordings that a phone kept until there was a network. The phone names each by the digest of
//! its bytes; what is kept was cleaned of position data, so the record ties the two together. Sent twice, kept once.

use access::{Own, decide, op};
use kernel::{Actor, FileRef, StreamId, StreamKind};
use serde::{Deserialize, Serialize};
use store::walks;
use store::{Rd, ledger_rows};

use crate::Walks;
use crate::walks::see;
use city::{Door, Error, Later};

/// A file of a walk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WalkFile {
    /// what the operation of the phone names
    pub digest: String,
    /// the file as it is kept
    pub file: FileRef,
}

const ATTACH: &str = "attach_file";
/// Files of one walk at most.
const FILES_MAX: usize = 200;

fn stream(walk: i64) -> StreamId {
    StreamId::new(StreamKind::Walk, walk)
}

fn files_of(rd: &mut Rd<'_>, walk: i64) -> Result<Vec<WalkFile>, Error> {
    let attached = ledger_rows::stream(rd, stream(walk), 0)?.into_iter().filter(|e| e.act == ATTACH);
    attached.map(|e| serde_json::from_str(&e.data).map_err(Error::bug)).collect()
}

impl Walks {
    /// A file that was brought becomes part of the actor's walk. True when it was not there yet.
    pub fn attach_to_walk(&self, actor: Actor, name: String, digest: String, ticket: String) -> Later<bool> {
        self.write(move |_, tx| {
            let permit = decide(&actor, op::RecordWalk, Own(actor.staff))?;
            let found = walks::by_name(tx, &name)?.filter(|w| actor.staff == Some(w.staff));
            let mut row = found.ok_or(Error::NotFound)?;
            if digest.len() > 128 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(Error::invalid("digest", "附件编号不对", "a bad digest of the file"));
            }
            let there = files_of(tx, row.id)?;
            if there.iter().any(|f| f.digest == digest) {
                return Ok(false);
            }
            if there.len() >= FILES_MAX {
                return Err(Error::invalid(
                    "file",
                    "一次走访最多 200 个附件",
                    "at most 200 files in one walk",
                ));
            }
            row.ver += 1;
            let files =
                city::claim_files(tx, &actor, std::slice::from_ref(&ticket), stream(row.id), row.ver)?;
            let file = files.into_iter().next().ok_or(Error::NotFound)?;
            let data =
                serde_json::to_string(&WalkFile { digest: digest.clone(), file }).map_err(Error::bug)?;
            walks::put(tx, &permit, &row, ATTACH, &data)?;
            Ok(true)
        })
    }

    /// The files of a walk that the actor may read.
    pub fn walk_files(&self, actor: Actor, id: i64) -> Later<Vec<WalkFile>> {
        self.read(move |app, rd| {
            let row = walks::by_id(rd, id)?.ok_or(Error::NotFound)?;
            if actor.staff != Some(row.staff) {
                see(&actor, &row, &*app.city.office(rd)?)?;
            }
            files_of(rd, id)
        })
    }

    /// One file of a walk with its bytes.
    pub fn walk_file(&self, actor: Actor, id: i64, digest: String) -> Later<(FileRef, Vec<u8>)> {
        self.read(move |app, rd| {
            let row = walks::by_id(rd, id)?.ok_or(Error::NotFound)?;
            if actor.staff != Some(row.staff) {
                see(&actor, &row, &*app.city.office(rd)?)?;
            }
            let found = files_of(rd, id)?.into_iter().find(|f| f.digest == digest).ok_or(Error::NotFound)?;
            let bytes = app.city.blobs().get_in(rd, &found.file.hash)?;
            Ok((found.file, bytes))
        })
    }
}
