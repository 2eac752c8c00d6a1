//! 送信: messages are written in the transaction of the act, in our words, and put into those of the hotline when they go; the oldest
//! first, until each is receipted. A hotline that does not answer is asked again after a while, for as long as it takes. One without
//! an interface is handed a file.

use std::time::{Duration, Instant};

use access::{City, decide, op};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use city::{Door as _, Error, Later, contained};
use delivery::{Hook, Networks, Receipted, Web};
use kernel::{Actor, Moment, US_PER_SECOND};
use serde_json::Value;
use store::hotline::{self as rows, HotlineRow, OutRow};

use crate::Hotlines;
use crate::inbox::{Receipt, digest};
use crate::shape::{Saying, Shape, Unread};

/// Messages sent to a hotline in one go.
const BATCH: u32 = 50;
/// How long one thread sends before others have their turn.
const TURN: Duration = Duration::from_secs(30);
/// How long one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// A hotline that does not answer is asked again after so long, doubled each time, up to this.
const PAUSE_US: i64 = 20 * US_PER_SECOND;
const PAUSE_MAX_US: i64 = 600 * US_PER_SECOND;
/// The most that the files of one message may hold, bytes; what is more is named without its bytes.
const FILES_BYTES: usize = 20 << 20;

/// A message as it goes over the wire: headers and body of a signed webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// its id here
    pub row: i64,
    /// its name: the same when it is said again
    pub key: String,
    /// `webhook-id`: the sender and the name
    pub id: String,
    /// `webhook-timestamp`: when it is sent
    pub at_s: i64,
    /// the message
    pub body: String,
    /// `webhook-signature`
    pub signature: String,
}

fn pause_us(failed: i64) -> i64 {
    (PAUSE_US << u32::try_from(failed).unwrap_or(0).min(10)).min(PAUSE_MAX_US)
}

impl Hotlines {
    pub(crate) fn saying_of(&self, row: &OutRow) -> Result<(Saying, String), Error> {
        let sealed = row.body.as_deref().ok_or(Error::NotFound)?;
        let text = String::from_utf8(self.city.vault().unseal_bytes(row.id, sealed)?).map_err(Error::bug)?;
        let say: Saying = serde_json::from_str(&text).map_err(Error::bug)?;
        // After a restore an id is given a second time: with other words it is another message.
        let key = format!("{}-{}", row.id, &digest(&text)[..8]);
        Ok((say, key))
    }

    fn files_of(&self, say: &Saying) -> Result<Vec<String>, Error> {
        let mut left = FILES_BYTES;
        let mut out = Vec::with_capacity(say.files.len());
        for (_, hash) in &say.files {
            let bytes = self.city.blobs().get(hash)?;
            let fits = bytes.len() <= left;
            left -= if fits { bytes.len() } else { 0 };
            out.push(if fits { STANDARD.encode(&bytes) } else { String::new() });
        }
        Ok(out)
    }

    fn body_of(&self, shape: &Shape, say: &Saying) -> Result<Result<Value, Unread>, Error> {
        Ok(shape.write(say, self.files_of(say)?))
    }

    /// What a hotline has not receipted, ready to go. What cannot be put into its words is put aside with the reason.
    ///
    /// # Errors
    /// There is no such hotline; the store could not.
    pub fn parcels(&self, code: &str, most: u32) -> Result<Vec<Parcel>, Error> {
        let code = code.to_owned();
        let (own, hotline, shape, due) = self.city.store().read(|rd| {
            let hotline = rows::hotline(rd, &code)?.ok_or(Error::NotFound)?;
            let shape = Shape::new(rows::meanings(rd, hotline.id)?);
            let due = rows::due(rd, hotline.id, most)?;
            Ok::<_, Error>((self.city.office(rd)?.settings.city.clone(), hotline, shape, due))
        })?;
        let secret = self.secret_of(&hotline)?;
        let at_s = self.city.store().now().us().div_euclid(US_PER_SECOND);
        let mut out: Vec<Parcel> = Vec::with_capacity(due.len());
        let mut stopped = Vec::new();
        for row in due.into_iter().filter(|r| r.body.is_some()) {
            // What follows on a message that stands aside waits with it.
            if stopped.contains(&row.number) {
                continue;
            }
            let (say, key) = self.saying_of(&row)?;
            match self.body_of(&shape, &say)? {
                Ok(body) => {
                    let (id, body) = (format!("{own}/{key}"), body.to_string());
                    let signature = delivery::signature(&secret, &id, at_s, &body);
                    out.push(Parcel { row: row.id, key, id, at_s, body, signature });
                }
                Err(why) => {
                    stopped.push(row.number.clone());
                    let (id, why) = (row.id, why.said.to_string());
                    self.city.store().write(move |tx| {
                        let now = tx.now();
                        Ok::<_, Error>(rows::end_out(tx, id, "aside", now, &why)?)
                    })?;
                }
            }
        }
        Ok(out)
    }

    /// What a hotline answered to a message: when it signed it, the message is done.
    ///
    /// # Errors
    /// It is no receipt of this hotline; the store could not.
    pub fn receipted(&self, code: &str, p: &Parcel, answer: &[u8]) -> Result<(), Error> {
        let code = code.to_owned();
        let not =
            || Error::invalid("receipt", "回执不是热线签的", "the receipt was not signed by the hotline");
        let (own, hotline) = self.city.store().read(|rd| {
            let hotline = rows::hotline(rd, &code)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>((self.city.office(rd)?.settings.city.clone(), hotline))
        })?;
        let of = Receipted { from: own.as_str(), to: &code, body: &p.body };
        let r: Receipt = serde_json::from_slice(answer).map_err(|_| not())?;
        let secret = self.secret_of(&hotline)?;
        if r.key != p.key || !of.holds(&secret, (&r.key, &r.state, &r.why), &r.signature) {
            return Err(not());
        }
        let state = if r.state == "aside" { "aside" } else { "taken" };
        let (row, why) = (p.row, r.why);
        self.city.store().write(move |tx| {
            let now = tx.now();
            rows::end_out(tx, row, state, now, &why)?;
            rows::reached(tx, hotline.id, now)?;
            Ok::<_, Error>(())
        })
    }

    /// Sends what is due: begins a thread for each hotline that has something and is not being spoken with. Waits for nobody.
    ///
    /// # Errors
    /// The store could not.
    pub fn work(&self) -> Result<usize, Error> {
        let now = self.city.store().now();
        let lines = self.city.store().read(rows::hotlines)?;
        let mut begun = 0;
        for line in lines.into_iter().filter(|h| h.active && !h.address.is_empty() && h.next_at <= now) {
            let waits = self.city.store().read(|rd| rows::waiting(rd, line.id))?.0 > 0;
            if !waits || !self.locked().insert(line.id) {
                continue;
            }
            let turn = Turn(self.clone(), line.id);
            let thread = std::thread::Builder::new().name("hotline".to_owned()).spawn(move || {
                // What fails here is the store: the next round tries again.
                drop(contained(|| turn.0.speak(&line)));
                drop(turn);
            });
            thread.map_err(|e| Error::bug(format!("thread: {e}")))?;
            begun += 1;
        }
        Ok(begun)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, std::collections::HashSet<i64>> {
        self.busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn hook(&self, line: &HotlineRow) -> Result<(Web, Hook), Error> {
        let office = self.city.store().read(|rd| self.city.office(rd))?;
        let web = Web::new(Networks::read(&office.outreach.allowed).unwrap_or_default(), PATIENCE, "")
            .map_err(|f| Error::bug(f.why))?;
        Ok((web, Hook { url: line.address.clone(), secret: self.secret_of(line)? }))
    }

    /// Speaks with one hotline, until nothing is due, it does not answer, or its turn is over.
    fn speak(&self, line: &HotlineRow) -> Result<usize, Error> {
        let begun = Instant::now();
        let (web, hook) = self.hook(line)?;
        let mut sent = 0;
        while begun.elapsed() < TURN {
            let parcels = self.parcels(&line.code, BATCH)?;
            if parcels.is_empty() {
                break;
            }
            for p in parcels {
                let answered = match hook.ask(&web, &p.id, p.at_s, &p.body) {
                    Ok(answer) => self.receipted(&line.code, &p, &answer).map_err(|e| e.to_string()),
                    Err(f) => Err(f.why),
                };
                if let Err(why) = answered {
                    self.not_reached(line, why)?;
                    return Ok(sent);
                }
                sent += 1;
            }
        }
        Ok(sent)
    }

    fn not_reached(&self, line: &HotlineRow, why: String) -> Result<(), Error> {
        let (id, code) = (line.id, line.code.clone());
        self.city.store().write(move |tx| {
            let failed = rows::hotline(tx, &code)?.map_or(0, |h| h.failed);
            let at: Moment = tx.now().plus_us(pause_us(failed));
            Ok::<_, Error>(rows::not_reached(tx, id, at, &why)?)
        })
    }

    /// 已交给热线: what waits for a hotline without an interface was handed over as a file, up to this message; on record.
    pub fn handed_over(&self, actor: Actor, code: String, up_to: i64) -> Later<u64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let line = rows::hotline(tx, &code)?.filter(|h| h.address.is_empty()).ok_or(Error::NotFound)?;
            let now = tx.now();
            let mut n = 0;
            for row in rows::due(tx, line.id, 1_000)?.into_iter().filter(|r| r.id <= up_to) {
                n += u64::from(rows::end_out(tx, row.id, "taken", now, "")?);
            }
            let data = serde_json::json!({ "hotline": code, "messages": n });
            city::note(tx, &permit, "hand_to_hotline", &data.to_string())?;
            Ok(n)
        })
    }
}

/// A hotline may be spoken with again, however this ended.
struct Turn(Hotlines, i64);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.locked().remove(&self.1);
    }
}
