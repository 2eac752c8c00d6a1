//! 留痕: looking at the record and having it verified.

use access::{decide, op};
use kernel::Actor;
use ledger::{Seal, Verified};
use store::ledger_rows::{self, LedgerError};

use crate::city::{City, Door as _, Error, Later};

impl City {
    /// Seals after number `after`, in order, at most `limit` (500).
    pub fn seals(&self, actor: Actor, after: i64, limit: u32) -> Later<Vec<Seal>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadLedger, access::City(&app.office(rd)?.settings.city))?;
            Ok(ledger_rows::seals(rd, after, limit.min(500))?)
        })
    }

    /// Reads the whole record and answers what it holds, or the first break. Takes minutes for millions of
    /// events and holds one reader: call it on a thread of its own, one at a time.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn verify_record(&self, actor: &Actor) -> Result<Result<Verified, Box<ledger::Break>>, Error> {
        let office = self.office_now().wait()?;
        decide(actor, op::ReadLedger, access::City(&office.settings.city))?;
        let key = self.vault.seal_key();
        let found =
            self.store.read(|rd| match ledger_rows::verify(rd, Some(key.key().clone()), key.anchor()) {
                Ok(verified) => Ok(Ok(verified)),
                Err(LedgerError::Broken(at)) => Ok(Err(at)),
                Err(LedgerError::Store(e)) => Err(e),
                Err(LedgerError::Export(e)) => Err(store::StoreError::Bug(e.to_string())),
            })?;
        Ok(found)
    }
}
