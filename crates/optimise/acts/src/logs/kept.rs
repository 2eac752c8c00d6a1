//! 保存的日志: a log that was brought is kept as Parquet beside the city's data, named and described, shared with
//! colleagues of the region, opened again after a restart, deleted by whoever brought it.

use access::{Own, Region, decide, op};
use city::reach::{home, region_in};
use city::{Door as _, Error, Later, Office};
use eventlog::{Log, Report};
use kernel::{Actor, StaffId};
use store::kept_logs::{self, KeptLog};

use super::gate::{KeptMeta, limits};
use crate::Logs;

/// Logs of one person.
const OWN_MAX: usize = 50;
/// Logs that a list shows.
const LISTED: u32 = 200;
/// Characters of a name and of a description.
const NAME_MAX: usize = 80;
const NOTE_MAX: usize = 1_000;

/// A log as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// the log
    pub log: KeptLog,
    /// it is the reader's own
    pub own: bool,
    /// who brought it
    pub owner: String,
}

/// A log to be kept.
#[derive(Clone, Copy, Debug)]
pub struct ToKeep<'a> {
    /// token of its addresses
    pub id: &'a str,
    /// its name
    pub name: &'a str,
    /// the log
    pub log: &'a Log,
    /// how it was read and its figures
    pub meta: &'a KeptMeta,
}

/// A log that was opened again.
#[derive(Debug)]
pub struct Opened {
    /// what is kept of it beside its bytes
    pub kept: KeptLog,
    /// the log
    pub log: Log,
    /// what the reader of Parquet has to tell
    pub report: Report,
}

/// Tells on, until it must end: a later yes does not undo that.
fn hear_on(ended: &mut Result<(), Error>, heard: &mut dyn FnMut() -> Result<(), Error>) {
    if ended.is_ok() {
        *ended = heard();
    }
}

fn who(actor: &Actor) -> Result<StaffId, Error> {
    actor.staff.ok_or(Error::SignIn)
}

/// May this actor read it? What is not theirs and not shared does not exist for them.
fn may_read(actor: &Actor, office: &Office, k: &KeptLog) -> Result<(), Error> {
    decide(actor, op::ReadLogs, Region(&home(actor, office)))?;
    if Some(k.owner) == actor.staff {
        return Ok(());
    }
    let shared = k.shared && decide(actor, op::ReadLogs, Region(&region_in(&k.region, office))).is_ok();
    if shared { Ok(()) } else { Err(Error::NotFound) }
}

/// Only who brought it changes it; for others it does not exist.
fn may_keep(actor: &Actor, k: &KeptLog) -> Result<(), Error> {
    decide(actor, op::KeepLogs, Own(actor.staff))?;
    if Some(k.owner) == actor.staff { Ok(()) } else { Err(Error::NotFound) }
}

impl Logs {
    /// Keeps a log under a token of its own. Not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor, or too many.
    pub fn keep_log(&self, actor: &Actor, keep: ToKeep<'_>) -> Result<(), Error> {
        self.keep_heard(actor, keep, &mut || Ok(()))
    }

    /// The same; `heard` is called now and then and may end it.
    pub(super) fn keep_heard(
        &self,
        actor: &Actor,
        keep: ToKeep<'_>,
        heard: &mut dyn FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let ToKeep { id, name, log, meta } = keep;
        let owner = who(actor)?;
        decide(actor, op::KeepLogs, Own(Some(owner)))?;
        let office = self.city.office_now().wait()?;
        let mine = self.city.store().read(move |rd| kept_logs::list(rd, owner, LISTED))?;
        if mine.iter().filter(|k| k.owner == owner).count() >= OWN_MAX {
            return Err(Error::invalid(
                "log",
                format!("最多保存 {OWN_MAX} 份日志，请先删除不用的"),
                format!("at most {OWN_MAX} logs are kept: delete some first"),
            ));
        }
        let mut ended = Ok(());
        let mut hear = || hear_on(&mut ended, heard);
        let bytes = eventlog_files::write_parquet_heard(log, &mut hear).map_err(Error::bug)?;
        ended?;
        let mut file = self.city.arriving(actor)?;
        file.write(&bytes)?;
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let kept = KeptLog {
            id: id.to_owned(),
            owner,
            region: home(actor, &office).to_string(),
            name: name.chars().take(NAME_MAX).collect(),
            note: String::new(),
            shared: false,
            hash: self.city.keep_arrived(file)?,
            size: count(bytes.len()),
            cases: count(log.case_count()),
            events: count(log.event_count()),
            meta: serde_json::to_string(meta).map_err(Error::bug)?,
            at: self.city.store().now(),
        };
        Ok(self.city.store().write(move |tx| kept_logs::put(tx, &kept))?)
    }

    /// The logs that this actor keeps or may read, the newest first.
    pub fn kept_logs(&self, actor: &Actor) -> Later<Vec<Kept>> {
        let actor = actor.clone();
        self.read(move |logs, rd| {
            let (office, owner) = (logs.city.office(rd)?, who(&actor)?);
            decide(&actor, op::ReadLogs, Region(&home(&actor, &office)))?;
            let mut all = Vec::new();
            for log in kept_logs::list(rd, owner, LISTED)? {
                if may_read(&actor, &office, &log).is_ok() {
                    let by = store::office::staff_by_id(rd, log.owner)?.map_or_else(String::new, |s| s.name);
                    all.push(Kept { own: log.owner == owner, owner: by, log });
                }
            }
            Ok(all)
        })
    }

    fn kept(&self, id: &str) -> Result<KeptLog, Error> {
        let id = id.to_owned();
        self.city.store().read(move |rd| kept_logs::get(rd, &id))?.ok_or(Error::NotFound)
    }

    /// Opens a log that is kept. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`, also for what is not this actor's and not shared. Damaged.
    pub fn open_log(&self, actor: &Actor, id: &str) -> Result<Opened, Error> {
        let kept = self.kept(id)?;
        may_read(actor, &*self.city.office_now().wait()?, &kept)?;
        let bytes = self.city.blobs().get(&kept.hash)?;
        let damaged = |e: eventlog_files::FileError| Error::Store(store::StoreError::Damaged(e.to_string()));
        let (log, report) = eventlog_files::read_kept_parquet(bytes, limits()).map_err(damaged)?;
        Ok(Opened { kept, log, report })
    }

    /// May this actor still read it? A log that is held in memory is asked about each time.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn log_is_open_to(&self, actor: &Actor, id: &str) -> Later<KeptLog> {
        let (actor, id) = (actor.clone(), id.to_owned());
        self.read(move |logs, rd| {
            let kept = kept_logs::get(rd, &id)?.ok_or(Error::NotFound)?;
            may_read(&actor, &*logs.city.office(rd)?, &kept)?;
            Ok(kept)
        })
    }

    /// Names and describes a log, and shares it with colleagues of the region or no longer.
    pub fn describe_log(&self, actor: &Actor, id: &str, name: &str, note: &str, shared: bool) -> Later<()> {
        let (actor, id) = (actor.clone(), id.to_owned());
        let (name, note) = (name.trim().to_owned(), note.trim().to_owned());
        self.write(move |_, tx| {
            let kept = kept_logs::get(tx, &id)?.ok_or(Error::NotFound)?;
            may_keep(&actor, &kept)?;
            if name.is_empty() || name.chars().count() > NAME_MAX || note.chars().count() > NOTE_MAX {
                return Err(Error::invalid(
                    "name",
                    format!("名称要填，不超过 {NAME_MAX} 字；说明不超过 {NOTE_MAX} 字"),
                    format!("a name of at most {NAME_MAX} characters, a description of at most {NOTE_MAX}"),
                ));
            }
            Ok(kept_logs::describe(tx, &id, &name, &note, shared)?)
        })
    }

    /// Deletes a log with its bytes. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`; not this actor's.
    pub fn delete_log(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        let kept = self.kept(id)?;
        may_keep(actor, &kept)?;
        let free = self.city.store().write(move |tx| kept_logs::delete(tx, &kept))?;
        if let Some(hash) = free {
            self.city.blobs().remove_old(&hash, std::time::Duration::ZERO);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_must_end_ends() {
        let mut said = [Ok(()), Err(Error::NotFound), Ok(())].into_iter();
        let mut ended = Ok(());
        for _ in 0..3 {
            hear_on(&mut ended, &mut || said.next().unwrap_or(Ok(())));
        }
        assert_eq!(ended, Err(Error::NotFound));
        assert_eq!(said.len(), 1, "nobody is asked again");
    }
}
