//! 收信: a message is kept in the transaction of its receipt, once, and done in the order of its subject. What comes too early
//! waits; what cannot be read or done stands aside with its reason, and what follows on it waits with it.

use access::{City, decide, op};
use city::{Door as _, Error, Later, Office};
use delivery::Receipted;
use kernel::Actor;
use sm3::{Digest as _, Sm3};
use store::cells::{self as rows, MessageRow, PeerRow};
use store::{Rd, Tx};

use crate::Cells;
use crate::message::{MESSAGE_MAX, Message, Receipt, unreadable};

/// A message as it came over the wire.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub at_s: i64,
    /// `webhook-signature`
    pub signature: String,
    /// the body
    pub body: String,
}

impl Cells {
    /// Takes a message in and answers its receipt. Who is no peer, or signs with another key, learns nothing.
    pub fn receive(&self, m: Arrived) -> Later<Receipt> {
        let first = m.clone();
        let look = move |app: &Self, rd: &mut Rd<'_>| app.known_peer(rd, &first).map(drop);
        self.look_then_write(look, move |app, tx| {
            let office = app.city.office(tx)?;
            decide(&Actor::system(), op::HandMatters, City(&office.settings.city))?;
            let (peer, key, secret) = app.known_peer(tx, &m)?;
            let now = tx.now();
            // What is sent a second time says nothing of how its sender is now.
            if rows::came(tx, peer.id, key)?.is_none() {
                rows::heard(tx, peer.id, now)?;
            }
            let (state, why) = app.take_in(tx, &office, &peer, key, &m.body)?;
            let of = Receipted { from: &peer.code, to: office.settings.city.as_str(), body: &m.body };
            Ok(Receipt::new(&secret, of, key, state, &why))
        })
    }

    /// Who signed it, its number, and the key that it was signed with.
    fn known_peer(&self, rd: &mut Rd<'_>, m: &Arrived) -> Result<(PeerRow, i64, String), Error> {
        let (from, key) = m.id.split_once('/').ok_or(Error::NotFound)?;
        let key: i64 = key.parse().map_err(|_| Error::NotFound)?;
        let peer = rows::peer(rd, from)?.filter(|p| p.active).ok_or(Error::NotFound)?;
        let secret = self.secret_of(&peer)?;
        if m.body.len() > MESSAGE_MAX || !delivery::signed(&secret, &m.id, m.at_s, &m.body, &m.signature) {
            return Err(Error::NotFound);
        }
        Ok((peer, key, secret))
    }

    fn take_in(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        key: i64,
        body: &str,
    ) -> Result<(&'static str, String), Error> {
        let digest = ledger::hex(&<[u8; 32]>::from(Sm3::digest(body.as_bytes())));
        if let Some(before) = rows::came(tx, peer.id, key)? {
            if rows::digest_in(tx, peer.id, key)?.is_some_and(|known| known != digest) {
                return Ok(("aside", restored()));
            }
            // Said again: the receipt was lost.
            let state = if before.state == "aside" { "aside" } else { "taken" };
            return Ok((state, before.why));
        }
        let read = read(office, peer, key, body);
        let (subject, seq, kind) = match &read {
            Ok(m) => (m.subject.clone(), m.seq, m.kind.clone()),
            Err(_) => (format!("unreadable/{key}"), 1, "unreadable".to_owned()),
        };
        if read.is_ok() && seq <= rows::done_to(tx, peer.id, &subject)? {
            // Nobody says so late again what was receipted.
            return Ok(("aside", restored()));
        }
        let why = read.as_ref().err().cloned().unwrap_or_default();
        let row = MessageRow {
            id: 0,
            peer: peer.id,
            key,
            subject: subject.clone(),
            seq,
            kind,
            at: tx.now(),
            state: if read.is_ok() { "waits" } else { "aside" }.to_owned(),
            ended: None,
            body: Some(self.city.vault().seal_bytes(key, body.as_bytes())?),
            why: why.clone(),
        };
        let id = rows::put_in(tx, &row, &digest)?;
        if read.is_err() {
            return Ok(("aside", why));
        }
        self.go_on(tx, office, peer, &subject)?;
        let after = rows::came(tx, peer.id, key)?.filter(|m| m.id == id && m.state == "aside");
        Ok(after.map_or(("taken", String::new()), |m| ("aside", m.why)))
    }

    /// Does what is next in a subject, as far as it has come.
    pub(crate) fn go_on(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        subject: &str,
    ) -> Result<(), Error> {
        while let Some(next) = rows::next_in(tx, peer.id, subject)? {
            let done = tx.part(|tx| self.do_one(tx, office, peer, &next));
            let now = tx.now();
            match done {
                Ok(()) => rows::end_in(tx, next.id, "done", now, "")?,
                // The store could not: the sender tries again.
                Err(e) if !e.is_about_the_subject() => return Err(e),
                Err(e) => {
                    rows::end_in(tx, next.id, "aside", now, &e.to_string())?;
                    break;
                }
            }
        }
        Ok(())
    }

    fn do_one(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        row: &MessageRow,
    ) -> Result<(), Error> {
        let sealed = row.body.as_deref().ok_or(Error::NotFound)?;
        let text = self.city.vault().unseal_bytes(row.key, sealed)?;
        let message: Message = serde_json::from_slice(&text).map_err(Error::bug)?;
        let content = message.content().map_err(|why| Error::told("message", &why))?;
        self.apply(tx, office, peer, &message, &content)
    }

    /// 再试一次: what stands aside here is read and done anew, what stands aside there is said again, by an administrator after an upgrade or a change; on record.
    pub fn try_messages_again(&self, actor: Actor) -> Later<u64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WritePeers, City(&office.settings.city))?;
            let peers = rows::peers(tx)?;
            let mut n = 0;
            for row in rows::unfinished_in(tx, "aside", 1_000)? {
                let Some(peer) = peers.iter().find(|p| p.id == row.peer) else { continue };
                let Some(sealed) = &row.body else { continue };
                let text = app.city.vault().unseal_bytes(row.key, sealed)?;
                let again = String::from_utf8_lossy(&text);
                if let Ok(m) = read(&office, peer, row.key, &again) {
                    rows::wait_again(tx, row.id, &m.subject, m.seq, &m.kind)?;
                    app.go_on(tx, &office, peer, &m.subject)?;
                    n += 1;
                }
            }
            n += rows::say_again(tx)?;
            city::note(tx, &permit, "try_messages_again", &serde_json::json!({ "tried": n }).to_string())?;
            Ok(n)
        })
    }
}

/// A number that was used before, with other words: the sender was set back to an older state and counts anew.
fn restored() -> String {
    "编号已用过而内容不同：对方可能恢复过备份，请两边管理员核对 / the number was used with other words: the sender may have \
     been restored from a backup; the administrators of both look into it"
        .to_owned()
}

/// The message, when it is one and is for this cell from that peer.
fn read(office: &Office, peer: &PeerRow, key: i64, body: &str) -> Result<Message, String> {
    let m: Message = serde_json::from_str(body).map_err(|e| unreadable(&e))?;
    if m.from.as_str() != peer.code || m.to != office.settings.city || m.key != key || m.seq < 1 {
        return Err("消息不是给本市的，或编号不符 / the message is for another city, or its number differs"
            .to_owned());
    }
    if m.subject.len() > 100 {
        return Err("消息的主题太长 / the subject of the message is too long".to_owned());
    }
    m.content()?;
    Ok(m)
}
