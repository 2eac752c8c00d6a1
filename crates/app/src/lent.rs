//! 借用: what the acts of a movement in a crate of its own ask of the city: the office of a view, files, codes, sealing,
//! items of a day. Nothing here decides anything; `service-acts` is given it by `city.rs` there.

use std::sync::Arc;

use catalogue::ServiceItem;
use kernel::{Actor, Date, FileRef, StreamId, UnitId};
use ledger::Hash;
use store::ratings::ServiceRow;
use store::{Rd, Tx};

use crate::vault::Vault;
use crate::{App, Error, Office};

impl App {
    /// The office as this view sees it.
    ///
    /// # Errors
    /// The store could not.
    pub fn office_in(&self, rd: &mut Rd<'_>) -> Result<Arc<Office>, Error> {
        self.office(rd)
    }
    /// The files behind tickets become part of the event `ver` of a stream, in the transaction of the event.
    ///
    /// # Errors
    /// `Invalid` on `file`: too many, or one that is no longer there.
    pub fn files_of_act(
        tx: &mut Tx<'_>,
        actor: &Actor,
        tickets: &[String],
        stream: StreamId,
        ver: i64,
    ) -> Result<Vec<FileRef>, Error> {
        Self::claim_files(tx, actor, tickets, stream, ver)
    }
    /// A file of a stream with its bytes.
    ///
    /// # Errors
    /// `NotFound`: the stream has no such file.
    pub fn file_of_stream(
        &self,
        rd: &mut Rd<'_>,
        stream: StreamId,
        hash: &str,
    ) -> Result<(FileRef, Vec<u8>), Error> {
        let found = store::files::of_stream(rd, stream, hash)?.ok_or(Error::NotFound)?;
        Ok((found.0, self.blobs.get(hash)?))
    }
    /// 查询码 of a number, by the event that began what it names.
    pub fn code_of(&self, number: &str, birth: &Hash) -> String {
        self.vault.code(number, Some(birth))
    }
    /// Is this the code? Reads small letters, O for 0, I and L for 1.
    pub fn is_code(&self, number: &str, birth: &Hash, code: &str) -> bool {
        Vault::code_reads(code, &self.code_of(number, birth))
    }
    /// Seals what belongs to a stream.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn seal_for(&self, stream: StreamId, text: &[u8]) -> Result<Vec<u8>, Error> {
        self.vault.seal_bytes(stream.0, text)
    }
    /// Opens what was sealed for a stream.
    ///
    /// # Errors
    /// It was changed, or belongs to another.
    pub fn unseal_for(&self, stream: StreamId, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.vault.unseal_bytes(stream.0, sealed)
    }
    /// The version of an item that is in force on a day; none when there is none.
    ///
    /// # Errors
    /// The store could not, or its text is damaged.
    pub fn item_on(&self, rd: &mut Rd<'_>, code: &str, day: Date) -> Result<Option<ServiceItem>, Error> {
        let Some(row) = store::items::by_key(rd, code, "")? else { return Ok(None) };
        let (history, _) = crate::items::load(rd, &row, day)?;
        Ok(history.on(day).cloned())
    }
    /// Puts a service on record that can be rated, once under its code; answers the token of its rating.
    ///
    /// # Errors
    /// Not for this permit.
    pub fn service_to_rate(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        row: &ServiceRow,
    ) -> Result<String, Error> {
        let id = match store::ratings::by_code(tx, &row.code)? {
            Some(known) => known.id,
            None => self.put_service(tx, permit, row)?,
        };
        Ok(self.rate_token(id))
    }
    /// Tells a unit that something waits for it.
    ///
    /// # Errors
    /// The store could not.
    pub fn message_to(&self, tx: &mut Tx<'_>, unit: UnitId, words: &str) -> Result<(), Error> {
        let now = tx.now();
        Ok(store::office::put_message(tx, unit, now, None, words)?)
    }
}
