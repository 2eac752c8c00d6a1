//! 送信: messages are written in the transaction of the act and sent by a care of the worker, a thread for each peer, the oldest
//! first, until each is receipted. A peer that does not answer is asked again after a while, for as long as it takes.

use std::time::{Duration, Instant};

use city::{City, Error, Office, contained};
use delivery::{Hook, Networks, Receipted, Web};
use kernel::{Moment, US_PER_SECOND};
use store::cells::{self as rows, MessageRow, PeerRow};
use store::{Tx, counters};

use crate::Cells;
use crate::message::{Content, Message, Receipt, VERSION};

/// Messages sent to a peer in one go.
const BATCH: u32 = 50;
/// How long one thread sends before others have their turn.
const TURN: Duration = Duration::from_secs(30);
/// How long one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// A peer that does not answer is asked again after so long, doubled each time, up to this.
const PAUSE_US: i64 = 20 * US_PER_SECOND;
const PAUSE_MAX_US: i64 = 600 * US_PER_SECOND;

/// A message as it goes over the wire: headers and body of a signed webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// its number: names the receipt
    pub key: i64,
    /// `webhook-id`: the sender and the number
    pub id: String,
    /// `webhook-timestamp`: when it is sent
    pub at_s: i64,
    /// the message
    pub body: String,
    /// `webhook-signature`
    pub signature: String,
}

/// Writes a message into the outbox, in the transaction of the act that it tells of.
pub(crate) fn send(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    peer: &PeerRow,
    subject: &str,
    content: &Content,
) -> Result<(), Error> {
    let key = counters::next(tx, &format!("cell/{}", peer.code))?;
    let seq = rows::next_out(tx, peer.id, subject)?;
    let (kind, data) = content.parts().map_err(Error::bug)?;
    let at = tx.now();
    let message = Message {
        v: VERSION,
        from: office.settings.city.clone(),
        to: peer.code.parse().map_err(Error::bug)?,
        key,
        subject: subject.to_owned(),
        seq,
        at,
        kind: kind.clone(),
        data,
    };
    let text = serde_json::to_vec(&message).map_err(Error::bug)?;
    let body = city.vault().seal_bytes(key, &text)?;
    let row = MessageRow {
        id: 0,
        peer: peer.id,
        key,
        subject: subject.to_owned(),
        seq,
        kind,
        at,
        state: "due".to_owned(),
        ended: None,
        body: Some(body),
        why: String::new(),
    };
    Ok(rows::put_out(tx, &row)?)
}

fn pause_us(failed: i64) -> i64 {
    (PAUSE_US << u32::try_from(failed).unwrap_or(0).min(10)).min(PAUSE_MAX_US)
}

impl Cells {
    /// What a peer has not receipted, ready to go.
    ///
    /// # Errors
    /// There is no such peer; the store could not.
    pub fn parcels(&self, code: &str, most: u32) -> Result<Vec<Parcel>, Error> {
        let code = code.to_owned();
        let (own, peer, due) = self.city.store().read(|rd| {
            let peer = rows::peer(rd, &code)?.ok_or(Error::NotFound)?;
            let due = rows::due(rd, peer.id, most)?;
            Ok::<_, Error>((self.city.office(rd)?.settings.city.clone(), peer, due))
        })?;
        let secret = self.secret_of(&peer)?;
        let at_s = self.city.store().now().us().div_euclid(US_PER_SECOND);
        let mut out = Vec::with_capacity(due.len());
        for m in due {
            let Some(sealed) = &m.body else { continue };
            let body =
                String::from_utf8(self.city.vault().unseal_bytes(m.key, sealed)?).map_err(Error::bug)?;
            let id = format!("{own}/{}", m.key);
            let signature = delivery::signature(&secret, &id, at_s, &body);
            out.push(Parcel { key: m.key, id, at_s, body, signature });
        }
        Ok(out)
    }

    /// What a peer answered to a message: when it signed it, the message is done.
    ///
    /// # Errors
    /// It is no receipt of this peer; the store could not.
    pub fn receipted(&self, code: &str, key: i64, answer: &[u8]) -> Result<(), Error> {
        let code = code.to_owned();
        let not =
            || Error::invalid("receipt", "回执不是对方签的", "the receipt was not signed by the other side");
        let (own, peer, sent) = self.city.store().read(|rd| {
            let peer = rows::peer(rd, &code)?.ok_or(Error::NotFound)?;
            let sent = rows::sent(rd, peer.id, key)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>((self.city.office(rd)?.settings.city.clone(), peer, sent))
        })?;
        // It was receipted before, and its words are gone.
        let Some(sealed) = &sent.body else { return Ok(()) };
        let body = String::from_utf8(self.city.vault().unseal_bytes(key, sealed)?).map_err(Error::bug)?;
        let of = Receipted { from: own.as_str(), to: &code, body: &body };
        let receipt: Receipt = serde_json::from_slice(answer).map_err(|_| not())?;
        if receipt.key != key || !receipt.holds(&self.secret_of(&peer)?, of) {
            return Err(not());
        }
        let state = if receipt.state == "aside" { "aside" } else { "taken" };
        self.city.store().write(move |tx| {
            let now = tx.now();
            rows::end_out(tx, peer.id, key, state, now, &receipt.why)?;
            rows::reached(tx, peer.id, now)?;
            Ok::<_, Error>(())
        })
    }

    /// Sends what is due: begins a thread for each peer that has something and is not being spoken with. Waits for nobody.
    ///
    /// # Errors
    /// The store could not.
    pub fn work(&self) -> Result<usize, Error> {
        let now = self.city.store().now();
        let peers = self.city.store().read(rows::peers)?;
        let mut begun = 0;
        for peer in peers.into_iter().filter(|p| p.active && !p.address.is_empty() && p.next_at <= now) {
            let waits = self.city.store().read(|rd| rows::waiting(rd, peer.id))?.0 > 0;
            if !waits || !self.locked().insert(peer.id) {
                continue;
            }
            let turn = Turn(self.clone(), peer.id);
            let thread = std::thread::Builder::new().name("cells".to_owned()).spawn(move || {
                // What fails here is the store: the next round tries again.
                drop(contained(|| turn.0.speak(&peer)));
                drop(turn);
            });
            thread.map_err(|e| Error::bug(format!("thread: {e}")))?;
            begun += 1;
        }
        Ok(begun)
    }

    /// Sends what waits, until nothing does or nobody answers, at most for so long; says whether nothing waits.
    ///
    /// # Errors
    /// The store could not.
    pub fn settle(&self, patience: Duration) -> Result<bool, Error> {
        let until = Instant::now() + patience;
        for peer in self.city.store().read(rows::peers)?.into_iter().filter(|p| p.active) {
            if Instant::now() < until && !peer.address.is_empty() && self.locked().insert(peer.id) {
                let turn = Turn(self.clone(), peer.id);
                turn.0.speak(&peer)?;
            }
        }
        let waits = |rd: &mut store::Rd<'_>| {
            let all = rows::peers(rd)?.into_iter().map(|p| Ok(rows::waiting(rd, p.id)?.0));
            all.sum::<Result<i64, Error>>()
        };
        Ok(self.city.store().read(waits)? == 0)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, std::collections::HashSet<i64>> {
        self.busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Speaks with one peer, until nothing is due, it does not answer, or its turn is over.
    fn speak(&self, peer: &PeerRow) -> Result<usize, Error> {
        let begun = Instant::now();
        let office = self.city.store().read(|rd| self.city.office(rd))?;
        let web = Web::new(Networks::read(&office.outreach.allowed).unwrap_or_default(), PATIENCE, "")
            .map_err(|f| Error::bug(f.why))?;
        let hook = Hook { url: format!("{}/cells/inbox", peer.address), secret: self.secret_of(peer)? };
        let mut sent = 0;
        while begun.elapsed() < TURN {
            let parcels = self.parcels(&peer.code, BATCH)?;
            if parcels.is_empty() {
                break;
            }
            for p in parcels {
                let answered = match hook.ask(&web, &p.id, p.at_s, &p.body) {
                    Ok(answer) => self.receipted(&peer.code, p.key, &answer).map_err(|e| e.to_string()),
                    Err(f) => Err(f.why),
                };
                if let Err(why) = answered {
                    self.not_reached(peer, why)?;
                    return Ok(sent);
                }
                sent += 1;
            }
        }
        Ok(sent)
    }

    fn not_reached(&self, peer: &PeerRow, why: String) -> Result<(), Error> {
        let (id, code) = (peer.id, peer.code.clone());
        self.city.store().write(move |tx| {
            let failed = rows::peer(tx, &code)?.map_or(0, |p| p.failed);
            let at: Moment = tx.now().plus_us(pause_us(failed));
            Ok::<_, Error>(rows::not_reached(tx, id, at, &why)?)
        })
    }
}

/// A peer may be spoken with again, however this ended.
struct Turn(Cells, i64);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.locked().remove(&self.1);
    }
}
