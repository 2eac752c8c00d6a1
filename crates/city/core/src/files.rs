//! 附件: bringing a file, making it part of an act, reading it again (rows R1, R7, X6).
//!
//! A file is looked at, cleaned, scanned and durable before anything refers to it; the form that brought it
//! holds a ticket. An act takes tickets and puts the files on record in its own transaction; when it is refused
//! they wait for the next try. What nobody used in a week is swept up.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use access::{Nothing, decide, op};
use kernel::{Actor, FileRef, Moment, Role, Said, StreamId};
use store::files::{self, Waiting};
use store::{StoreError, Tx, asked, waiting_logs};

use crate::guard::Network;
use crate::{City, Door as _, Error, Later, retention};

/// Most bytes of one file.
pub const FILE_MOST: usize = attach::MOST;
/// Files of one act at most.
pub const TICKETS_MAX: usize = 9;
/// Bytes that may wait from people without an account; more is a flood.
const PUBLIC_WAITING_MAX: i64 = 2 << 30;
/// The same from one network.
const NETWORK_WAITING_MAX: i64 = 200 << 20;
const FILLING_IN_US: i64 = 3_600 * 1_000_000;
const SCAN_MAX: Duration = Duration::from_secs(60);

/// A file that was brought and waits to be part of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// what the form has to hold
    pub ticket: String,
    /// the file as it is kept
    pub file: FileRef,
}

impl City {
    /// Brings a file. Works on this thread until the file is durable: not for asynchronous code.
    ///
    /// # Errors
    /// `Invalid` on field `file`: a kind that is not taken, too large, refused by the scan. The store or the disk.
    pub fn upload(&self, actor: &Actor, name: &str, bytes: Vec<u8>) -> Result<Uploaded, Error> {
        self.upload_from(Network::default(), actor, name, bytes)
    }

    /// The same for who asks from a network: what strangers leave is counted by network, and where all of it is too
    /// much, the network that left most makes room.
    ///
    /// # Errors
    /// As [`App::upload`]; `TooOften` when this network has left too much.
    pub fn upload_from(
        &self,
        network: Network,
        actor: &Actor,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Uploaded, Error> {
        decide(actor, op::BringFile, Nothing)?;
        let from = if actor.role == Role::Resident { attach::From::Public } else { attach::From::Staff };
        let kept = attach::accept(bytes, from).map_err(refused)?;
        let ticket = self.vault.new_token()?;
        let net = (from == attach::From::Public).then(|| self.network_key(network));
        if let Some(net) = net {
            self.room_for_strangers(net, kept.bytes.len())?;
        }
        let hash = self.blobs.put(&kept.bytes, &ticket, |path| match &self.scan {
            Some(program) => scan(program, path),
            None => Ok(()),
        })?;
        let file = FileRef {
            hash,
            name: attach::safe_name(name, kept.media),
            kind: kept.media.to_owned(),
            size: i64::try_from(kept.bytes.len()).unwrap_or(i64::MAX),
        };
        let done = Uploaded { ticket: ticket.clone(), file: file.clone() };
        let waiting = Waiting { ticket, file, staff: actor.staff, net };
        self.store.write(move |tx| Ok::<_, Error>(files::put(tx, &waiting)?))?;
        Ok(done)
    }

    fn room_for_strangers(&self, net: i64, bytes: usize) -> Result<(), Error> {
        let all = self.store.read(|rd| Ok::<_, Error>(files::waiting_of_strangers(rd)?))?;
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let mine = all.iter().find(|(n, _)| *n == net).map_or(0, |(_, b)| *b);
        if mine + bytes > NETWORK_WAITING_MAX {
            return Err(Error::TooOften { after_s: 600 });
        }
        let most =
            all.first().filter(|_| all.iter().map(|(_, b)| b).sum::<i64>() + bytes > PUBLIC_WAITING_MAX);
        if let Some((most, _)) = most.copied() {
            // Somebody who fills in a form just now keeps what they have brought.
            self.store.write(move |tx| {
                let before = Moment::from_us(tx.now().us() - FILLING_IN_US);
                Ok::<_, Error>(files::expire(tx, most, before)?)
            })?;
            self.sweep_files()?;
        }
        Ok(())
    }

    /// A file begins to arrive that is to be read as a whole: a table to be imported, a log. Not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor, or the disk could not.
    pub fn arriving(&self, actor: &Actor) -> Result<store::blobs::Arriving, Error> {
        decide(actor, op::BringFile, Nothing)?;
        Ok(self.blobs.arriving(&self.vault.new_token()?)?)
    }

    /// Keeps such a file once it is whole and the scan lets it pass; answers its hash. Whoever calls notes at once who
    /// refers to it. Not for asynchronous code.
    ///
    /// # Errors
    /// `Invalid` on field `file`: refused by the scan. The disk.
    pub fn keep_arrived(&self, came: store::blobs::Arriving) -> Result<String, Error> {
        self.blobs.keep(came, |path| match &self.scan {
            Some(program) => scan(program, path),
            None => Ok(()),
        })
    }

    /// Files that wait behind these tickets, for a form that is shown again. Tickets that lead nowhere are left out.
    pub fn waiting_files(&self, actor: &Actor, tickets: Vec<String>) -> Later<Vec<Uploaded>> {
        let actor = actor.clone();
        self.read(move |app, rd| {
            decide(&actor, op::BringFile, Nothing)?;
            let staff = actor.staff;
            let since = waits_since(app.store.now());
            let mut all = Vec::new();
            for ticket in tickets.into_iter().take(TICKETS_MAX) {
                if let Some(file) = files::waiting(rd, &ticket, staff, since)? {
                    all.push(Uploaded { ticket, file });
                }
            }
            Ok(all)
        })
    }

    /// Backs the city up to a new file, with its attachments and a list of checksums.
    ///
    /// # Errors
    /// The file exists already, or the disk could not.
    pub fn back_up(&self, file: &Path) -> Result<store::backup::Copied, Error> {
        Ok(store::backup::create(&self.store, &self.blobs, file)?)
    }

    /// Forgets what nobody used.
    pub fn sweep_files(&self) -> Result<(), Error> {
        let free = self.store.write(|tx| {
            let before = waits_since(tx.now());
            let strangers = Moment::from_us(tx.now().us() - retention::days(retention::STRANGERS_DAYS));
            Ok::<_, Error>(files::sweep(tx, before, strangers, 200)?)
        })?;
        let waited = self.store.write(|tx| {
            let (now, minute) = (tx.now().us(), 60 * kernel::US_PER_SECOND);
            let days = |n| Moment::from_us(now - retention::days(n));
            asked::sweep(tx, Moment::from_us(now - 2 * minute), days(1))?;
            Ok::<_, Error>(waiting_logs::sweep(tx, days(retention::UNNAMED_DAYS), 200)?)
        })?;
        self.blobs.sweep_parts(Duration::from_secs(86_400));
        for hash in waited {
            self.blobs.remove_old(&hash, Duration::ZERO);
        }
        for hash in free {
            self.blobs.remove_old(&hash, Duration::from_secs(86_400));
        }
        Ok(())
    }
}

/// The files behind tickets become part of the event `ver` of a stream, in the transaction of the event.
pub fn claim_files(
    tx: &mut Tx<'_>,
    actor: &Actor,
    tickets: &[String],
    stream: StreamId,
    ver: i64,
) -> Result<Vec<FileRef>, Error> {
    if tickets.len() > TICKETS_MAX {
        return Err(Error::invalid(
            "file",
            format!("一次最多 {TICKETS_MAX} 个附件，其余请分次补充"),
            format!("at most {TICKETS_MAX} files at once: add the others afterwards"),
        ));
    }
    let since = waits_since(tx.now());
    let mut all = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let file = files::waiting(tx, ticket, actor.staff, since)?.ok_or_else(|| {
            Error::invalid(
                "file",
                "附件已失效，请重新选择文件",
                "the file is no longer there: choose it again",
            )
        })?;
        files::attach(tx, ticket, stream, ver)?;
        all.push(file);
    }
    Ok(all)
}

fn waits_since(now: Moment) -> Moment {
    Moment::from_us(now.us() - retention::days(retention::WAITING_DAYS))
}

fn refused(said: Said) -> Error {
    Error::Invalid { field: "file".to_owned(), said }
}

/// Shows a file to the city's scanner. A scanner that cannot be asked lets nothing pass.
fn scan(program: &Path, file: &Path) -> Result<(), Error> {
    let down = |e: String| {
        Error::Store(StoreError::Disk(format!("附件扫描 / file scan {}: {e}", program.display())))
    };
    let mut child = Command::new(program)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| down(e.to_string()))?;
    let begun = Instant::now();
    loop {
        match child.try_wait().map_err(|e| down(e.to_string()))? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => {
                return Err(refused(Said::new(
                    "附件没有通过安全检查，不能接收；请换一个文件",
                    "the file did not pass the security check: choose another one",
                )));
            }
            None if begun.elapsed() > SCAN_MAX => {
                drop(child.kill());
                drop(child.wait());
                return Err(down("超时 / timed out".to_owned()));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}
