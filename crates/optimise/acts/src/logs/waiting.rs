//! 待认列的日志: a table that was brought and whose columns nobody could guess waits, with its bytes among the files of the
//! city, until whoever brought it says which means what: at whatever node. One of each person, for a day.

use access::{Own, decide, op};
use city::Error;
use eventlog::Mapping;
use kernel::{Actor, StaffId};
use store::waiting_logs::{self, WaitingLog};

use crate::Logs;

/// A table that waits for somebody to say which column means what.
#[derive(Clone, Debug)]
pub struct Unnamed {
    /// token of its address
    pub id: String,
    /// name of the file
    pub name: String,
    /// what was said of its columns so far
    pub mapping: Mapping,
    /// why it waits
    pub trouble: String,
}

fn own(actor: &Actor) -> Result<StaffId, Error> {
    decide(actor, op::KeepLogs, Own(actor.staff))?;
    actor.staff.ok_or(Error::SignIn)
}

impl Logs {
    /// Keeps a table until its columns are named, in place of the one before. Not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor; refused by the scan.
    pub fn wait_for_columns(&self, actor: &Actor, table: &Unnamed, bytes: &[u8]) -> Result<(), Error> {
        let owner = own(actor)?;
        let mut file = self.city.arriving(actor)?;
        file.write(bytes)?;
        let row = WaitingLog {
            owner,
            id: table.id.clone(),
            name: table.name.clone(),
            hash: self.city.keep_arrived(file)?,
            mapping: serde_json::to_string(&table.mapping).map_err(Error::bug)?,
            trouble: table.trouble.clone(),
        };
        let free = self.city.store().write(move |tx| waiting_logs::put(tx, &row))?;
        self.remove(free);
        Ok(())
    }

    /// The table of this actor that waits under this token, with its bytes. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`, also for what another person brought.
    pub fn waiting_for_columns(&self, actor: &Actor, id: &str) -> Result<(Unnamed, Vec<u8>), Error> {
        let owner = own(actor)?;
        self.city.store().read(|rd| {
            let row = waiting_logs::get(rd, owner, id)?.ok_or(Error::NotFound)?;
            let bytes = self.city.blobs().get_in(rd, &row.hash)?;
            let mapping = serde_json::from_str(&row.mapping).unwrap_or_default();
            Ok((Unnamed { id: row.id, name: row.name, mapping, trouble: row.trouble }, bytes))
        })
    }

    /// It became a log. Not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor.
    pub fn columns_are_named(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        let (owner, id) = (own(actor)?, id.to_owned());
        let free = self.city.store().write(move |tx| waiting_logs::forget(tx, owner, Some(&id)))?;
        self.remove(free);
        Ok(())
    }

    fn remove(&self, free: Option<String>) {
        if let Some(hash) = free {
            self.city.blobs().remove_old(&hash, std::time::Duration::ZERO);
        }
    }
}
