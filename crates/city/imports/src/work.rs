//! 导入作业: what was begun is taken in by a thread of its own, so that no other care waits for it. A run holds its file
//! for a limited time and renews that with each chunk; when the program ends in the middle, the next one goes on.

use std::io::{Read as _, Seek as _};
use std::sync::atomic::Ordering;

use city::{Error, contained, retention};
use kernel::{Moment, US_PER_SECOND};
use sha2::{Digest as _, Sha256};
use store::brought;

use crate::gate::{How, Run};
use crate::{Answer, Brought, Imports, State, aside_file, template};

/// How long a run may hold a file without a word.
const LEASE_US: i64 = 120 * US_PER_SECOND;
/// How often a file is begun.
const TRIES_MAX: i64 = 8;
/// How long it waits for the next try, times the tries.
const AGAIN_US: i64 = 10 * US_PER_SECOND;

fn lost() -> Error {
    Error::Store(store::StoreError::LeaseLost(0))
}

impl Imports {
    /// Sees to it that what was begun is taken in: starts a thread where there is something to do and none is at work.
    /// Says how many threads were started.
    ///
    /// # Errors
    /// The store or the system could not.
    pub fn work(&self) -> Result<usize, Error> {
        if self.working.load(Ordering::SeqCst) {
            return Ok(0);
        }
        let now = self.city.store().now();
        if !self.city.store().read(move |rd| brought::is_due(rd, now))?
            || self.working.swap(true, Ordering::SeqCst)
        {
            return Ok(0);
        }
        let own = self.clone();
        let started = std::thread::Builder::new().name("import".into()).spawn(move || {
            // What cannot be told to the file waits for its lease to run out.
            drop(contained(|| own.run_due()));
            own.working.store(false, Ordering::SeqCst);
        });
        match started {
            Ok(_) => Ok(1),
            Err(e) => {
                self.working.store(false, Ordering::SeqCst);
                Err(Error::bug(e))
            }
        }
    }

    /// Takes in everything that was begun, on this thread; says how many files.
    ///
    /// # Errors
    /// The store could not.
    pub fn run_due(&self) -> Result<usize, Error> {
        let mut done = 0;
        while let Some(b) = self.city.store().write(|tx| brought::claim(tx, LEASE_US))? {
            match contained(|| self.take_in(&b)) {
                Ok(answer) => {
                    self.end(&b, &answer)?;
                    done += 1;
                }
                Err(Error::Store(store::StoreError::LeaseLost(_))) => {}
                Err(e) if e.is_about_the_subject() || b.tries >= TRIES_MAX => {
                    let (b, said) = (b, e.to_string());
                    self.city.store().write(move |tx| brought::end(tx, &b, State::Failed, &said, ""))?;
                }
                Err(_) => {
                    let after = AGAIN_US * b.tries;
                    self.city.store().write(move |tx| brought::again(tx, &b, after))?;
                }
            }
        }
        Ok(done)
    }

    fn take_in(&self, b: &Brought) -> Result<Answer, Error> {
        let gate = self.gate(&b.door).ok_or(Error::NotFound)?;
        let id = b.staff;
        let staff = self.city.store().read(move |rd| store::office::staff_by_id(rd, id))?;
        // Who was turned off or sent elsewhere meanwhile takes nothing in.
        let actor = staff.filter(|s| s.active).ok_or(Error::SignIn)?.actor();
        gate.may(&actor, &*self.city.office_now().wait()?)?;
        let how = template::how(b);
        let mut file = self.open(b)?;
        let digest = digest_of(&mut file, &how)?;
        let (own, held) = (self.clone(), b.clone());
        let mut progress = move |rows: u64| {
            let (held, rows) = (held.clone(), i64::try_from(rows).unwrap_or(i64::MAX));
            match own.city.store().write(move |tx| brought::advance(tx, &held, rows, LEASE_US))? {
                true => Ok(()),
                false => Err(lost()),
            }
        };
        gate.take_in(Run { actor: &actor, name: &b.name, file, digest, how: &how, progress: &mut progress })
    }

    fn end(&self, b: &Brought, answer: &Answer) -> Result<(), Error> {
        let aside = match aside_file(&answer.aside, false)? {
            Some((_, bytes)) => {
                self.city.blobs().put(&bytes, &self.city.vault().new_token()?, |_| Ok::<_, Error>(()))?
            }
            None => String::new(),
        };
        let (b, json) = (b.clone(), serde_json::to_string(answer).map_err(Error::bug)?);
        let brief = self.gate(&b.door).is_some_and(|g| g.brief());
        let (ended, free) = self.city.store().write(move |tx| {
            let ended = brought::end(tx, &b, State::Done, &json, &aside)?;
            let free = if ended && brief { brought::drop_bytes(tx, &b)? } else { None };
            Ok::<_, store::StoreError>((ended, free))
        })?;
        if let Some(hash) = free {
            self.city.blobs().remove_old(&hash, std::time::Duration::ZERO);
        }
        if ended { Ok(()) } else { Err(lost()) }
    }

    /// Forgets what was brought long ago; says how many files.
    ///
    /// # Errors
    /// The store could not.
    pub fn sweep(&self) -> Result<usize, Error> {
        let now = self.city.store().now().us();
        let since = |days| Moment::from_us(now - retention::days(days));
        let (before, brief) = (since(retention::IMPORTS_DAYS), since(1));
        let mut old = self.city.store().read(move |rd| brought::old(rd, brief, 500))?;
        old.retain(|b| b.at < before || self.gate(&b.door).is_some_and(|g| g.brief()));
        old.iter().try_for_each(|b| self.remove(b))?;
        Ok(old.len())
    }
}

/// SHA-256 of a file, and of the sheet that is read where it was named: two sheets of one file are two runs.
///
/// # Errors
/// The disk could not.
pub fn digest_of(file: &mut std::fs::File, how: &How) -> Result<[u8; 32], Error> {
    let disk = |e: std::io::Error| Error::Store(store::StoreError::Disk(e.to_string()));
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = file.read(&mut buffer).map_err(disk)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    file.rewind().map_err(disk)?;
    if let Some(sheet) = &how.asked.sheet {
        hash.update(sheet.as_bytes());
    }
    Ok(hash.finalize().into())
}
