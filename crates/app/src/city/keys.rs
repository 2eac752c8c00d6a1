//! 密钥与回退: a city with records starts only on its own keys, and goes on from an older database only when an
//! administrator has confirmed it. Fingerprints of the keys stand in the database from the first start on; the
//! last seal and the numbers given stand beside it. Must not know pages or SQL.

use std::path::Path;
use std::sync::PoisonError;

use access::{decide, op};
use kernel::Actor;
use serde::{Deserialize, Serialize};
use store::ledger_rows::{self, ROLLBACKS, Rollback, SEAL_KEY};
use store::{Rd, Store, StoreError, Tx, contacts, counters, office, settings};

use crate::city::vault::{SECRET_KEY, Vault};
use crate::city::{City, Error};

/// The setting with the fingerprints of the keys.
const KEYS: &str = "keys";
/// Numbers that are passed over when a rollback is confirmed: what may have been given after the last seal was noted.
/// A city seals every few seconds.
const PASSED_OVER: i64 = 100_000;
/// The same for numbers of which a city gives some hundreds a year and people read the count.
const FEW_PASSED_OVER: i64 = 100;

/// The keys of a city as its database knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Noted {
    secret: String,
    seal: String,
    /// Cases whose first event has a later place than this have a code that is bound to that event; the code of
    /// those before belongs to their number alone.
    codes_after: i64,
}

/// What was made of a rollback that an administrator confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// what is on record now
    pub rollback: Rollback,
    /// counters that go on from a later number: name, the last one of the database, the last one that is passed over
    pub counters: Vec<(String, i64, i64)>,
}

/// The keys in `dir`, checked against the database, and the place of the last event whose case has a code of the
/// older kind. Keys are made only for a database without records.
pub fn open(store: &Store, dir: &Path) -> Result<(Vault, i64), Error> {
    let (noted, empty) = store.read(|rd| Ok::<_, Error>((noted(rd)?, is_empty(rd)?)))?;
    let missing: Vec<&str> = [SECRET_KEY, SEAL_KEY].into_iter().filter(|f| !dir.join(f).exists()).collect();
    if !missing.is_empty() && (noted.is_some() || !empty) {
        return Err(lost(dir, &missing));
    }
    let vault = Vault::open(dir)?;
    if let Some(noted) = noted {
        fit(&noted, &vault, dir)?;
        return Ok((vault, noted.codes_after));
    }
    if !empty {
        store.read(|rd| adopt(rd, &vault, dir))?;
    }
    let ours = (vault.fingerprint(), vault.seal_key().key().fingerprint());
    // A thread of its own: a city may be opened by a program that is asynchronous already.
    let note = || {
        store.write(move |tx| {
            if let Some(there) = self::noted(tx)? {
                return Ok::<_, Error>(there);
            }
            let new = Noted {
                secret: ours.0.clone(),
                seal: ours.1.clone(),
                codes_after: ledger_rows::event_count(tx)?,
            };
            let now = tx.now();
            settings::put(tx, KEYS, now, None, &serde_json::to_string(&new).map_err(Error::bug)?)?;
            Ok(new)
        })
    };
    let noted = std::thread::scope(|s| s.spawn(note).join())
        .unwrap_or_else(|_| Err(Error::bug("noting the keys")))?;
    if let Err(e) = fit(&noted, &vault, dir) {
        // Another node began the city at the same moment: keys made here for nothing are not left lying about.
        for made in missing {
            drop(std::fs::remove_file(dir.join(made)));
        }
        return Err(e);
    }
    Ok((vault, noted.codes_after))
}

fn noted(rd: &mut Rd<'_>) -> Result<Option<Noted>, Error> {
    let Some(s) = settings::history(rd, KEYS, 1)?.pop() else { return Ok(None) };
    serde_json::from_str(&s.doc)
        .map(Some)
        .map_err(|e| Error::Store(StoreError::Damaged(format!("setting {KEYS}: {e}"))))
}

fn is_empty(rd: &mut Rd<'_>) -> Result<bool, Error> {
    Ok(ledger_rows::event_count(rd)? == 0 && office::staff_count(rd)? == 0)
}

/// Whether keys fit a database of before fingerprints were kept: what was made with them must still open.
fn adopt(rd: &mut Rd<'_>, vault: &Vault, dir: &Path) -> Result<(), Error> {
    if let Some(seal) = ledger_rows::last_seal(rd)?.filter(|s| s.keyed)
        && seal.computed_hash(Some(vault.seal_key().key())) != Some(seal.hash)
    {
        return Err(wrong(dir, &[SEAL_KEY]));
    }
    if let Some((case, sealed)) = contacts::newest(rd)?
        && vault.unseal(case.0, &sealed).is_err()
    {
        return Err(wrong(dir, &[SECRET_KEY]));
    }
    Ok(())
}

fn fit(noted: &Noted, vault: &Vault, dir: &Path) -> Result<(), Error> {
    let mut bad = Vec::new();
    if noted.secret != vault.fingerprint() {
        bad.push(SECRET_KEY);
    }
    if noted.seal != vault.seal_key().key().fingerprint() {
        bad.push(SEAL_KEY);
    }
    if bad.is_empty() { Ok(()) } else { Err(wrong(dir, &bad)) }
}

fn lost(dir: &Path, files: &[&str]) -> Error {
    let (dir, files) = (dir.display(), files.join("、"));
    Error::Store(StoreError::WrongKeys(format!(
        "{dir} 里缺少密钥 {files}，而数据库已有记录；没有启动，也没有生成新密钥。请把这座城市自己的 secret.key、seal.key（和 \
         seal.last）从保管处放回该目录（第二个节点、从备份恢复后也一样），再启动 / {dir} lacks {files} although the \
         database holds records: not started, and no new key was made. Put this city's own secret.key and seal.key (and \
         seal.last) back from where they are kept, also for a second node and after a restore, then start again"
    )))
}

fn wrong(dir: &Path, files: &[&str]) -> Error {
    let (dir, files) = (dir.display(), files.join("、"));
    Error::Store(StoreError::WrongKeys(format!(
        "{dir} 里的 {files} 不是这座城市的密钥，没有启动：用它打不开反映人信息，查询码会全部失效，封签也接不上。请换成建库时的 \
         secret.key、seal.key / {files} in {dir} are not the keys of this city, not started: contacts could not be opened, \
         every code would be dead and the seals would not go on. Put the secret.key and seal.key there that the database \
         was begun with"
    )))
}

/// How many numbers of a counter are passed over.
fn passed_over(name: &str) -> i64 {
    if name.starts_with("redesign-") { FEW_PASSED_OVER } else { PASSED_OVER }
}

fn accept(
    tx: &mut Tx<'_>,
    rollback: &Rollback,
    given: &[(String, i64)],
) -> Result<Vec<(String, i64, i64)>, Error> {
    let city = crate::Office::load(tx)?.settings.city;
    let permit = decide(&Actor::system(), op::WriteUnits, access::City(&city))?;
    let mut all: std::collections::BTreeMap<String, (i64, i64)> =
        counters::all(tx)?.into_iter().map(|(name, last)| (name, (last, last))).collect();
    for (name, last) in given {
        let known = all.entry(name.clone()).or_insert((0, 0));
        known.1 = known.1.max(*last);
    }
    let mut moved = Vec::with_capacity(all.len());
    for (name, (before, most)) in all {
        let past = most.saturating_add(passed_over(&name));
        counters::skip_past(tx, &name, past)?;
        moved.push((name, before, past));
    }
    let doc = serde_json::to_string(rollback).map_err(Error::bug)?;
    let now = tx.now();
    settings::put(tx, ROLLBACKS, now, None, &doc)?;
    crate::city::office::record(tx, &permit, "accept_rollback", &doc)?;
    Ok(moved)
}

impl City {
    /// An administrator confirms that this database was set back and goes on from where it stands: on record, with
    /// the reason. No number that may have been given before is given again.
    ///
    /// # Errors
    /// The reason is missing, or the database was not set back.
    pub fn accept_rollback(&self, reason: &str) -> Result<Accepted, Error> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Error::invalid(
                "reason",
                "请写明数据库为什么退回到较早的状态（1–500 字）",
                "say why the database was set back (1 to 500 characters)",
            ));
        }
        let key = self.vault.seal_key();
        match self.store.read(|rd| ledger_rows::check_anchor(rd, key)) {
            Err(StoreError::RolledBack(_)) => {}
            Ok(()) => {
                return Err(Error::invalid(
                    "reason",
                    "数据库与记下的最后一个封签相符，没有回退，不需要确认",
                    "the database holds the seal that was noted last: nothing to confirm",
                ));
            }
            Err(other) => return Err(other.into()),
        }
        let note = key.last_noted()?;
        let last = self.store.read(ledger_rows::last_seal)?;
        let found = last.as_ref().map_or(0, |s| s.k);
        let noted = note.as_ref().map_or(0, |n| n.anchor.k);
        let noted_at = note.as_ref().map(|n| n.at);
        let given = note.map(|n| n.given).unwrap_or_default();
        let (rollback, counters) = self.store.write(move |tx| {
            // Never before the note it is about, whatever this clock says.
            let at = noted_at.map_or(tx.now(), |at| at.max(tx.now()));
            let rollback = Rollback { noted, found, at, reason: reason.clone() };
            let counters = accept(tx, &rollback, &given)?;
            Ok::<_, Error>((rollback, counters))
        })?;
        if let Some(last) = last {
            key.note(&last, &self.store.read(counters::all)?)?;
        }
        Ok(Accepted { rollback, counters })
    }

    /// Compares the next `n` cases, items and walks and one table of papers with the record; comes round to everything.
    ///
    /// # Errors
    /// What is to be compared cannot be read.
    pub fn compare_some(&self, n: u32) -> Result<store::proof::Compared, Error> {
        let at = *self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, next) = self.store.read(|rd| store::proof::sample(rd, at, n))?;
        *self.compared.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(found)
    }
}
