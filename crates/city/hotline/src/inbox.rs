//! 收信: a message of a hotline is kept in the transaction of its receipt, once under its name, and done when what it stands on is
//! there: all but an order wait for their order. Hotlines number nothing, so there is no other order among messages; what cannot be
//! read or done stands aside with its reason.

use std::collections::HashMap;

use access::{City, decide, op};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use city::{Door as _, Error, Later, Office};
use delivery::Receipted;
use kernel::{Actor, Said};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sm3::{Digest as _, Sm3};
use store::hotline::{self as rows, CameRow, HotlineRow};
use store::{Rd, Tx};

use crate::Hotlines;
use crate::shape::{FileIn, Shape, Unread, WORD_MAX};
use crate::words::{Event, Sort};

/// The largest message that is taken, bytes: nine files of a picture each, in base64.
pub const BODY_MAX: usize = 32 << 20;
/// Rounds over what waits for one order, at most.
const ROUNDS: usize = 500;

/// A message as it came over the wire.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// `webhook-id`: code of the hotline and name of the message
    pub id: String,
    /// `webhook-timestamp`
    pub at_s: i64,
    /// `webhook-signature`
    pub signature: String,
    /// the body
    pub body: String,
}

/// 回执: the answer to a message, of either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// name of the message
    pub key: String,
    /// `taken`: kept, and done or waiting for its order; `aside`: kept, and not understood or not done
    pub state: String,
    /// why it stands aside
    pub why: String,
    /// the signature of the receiver
    pub signature: String,
}

/// Files of a message that are durable: tickets by digest of their bytes; and what was not taken, with why.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brought {
    tickets: HashMap<String, String>,
    refused: HashMap<String, String>,
}

pub(crate) fn digest(text: &str) -> String {
    ledger::hex(&<[u8; 32]>::from(Sm3::digest(text.as_bytes())))
}

impl Brought {
    /// The tickets of some files; a file that was not taken is named in the second.
    ///
    /// # Errors
    /// They were not brought yet: the message is to be tried again.
    pub(crate) fn of(&self, files: &[FileIn]) -> Result<(Vec<String>, Vec<String>), Error> {
        let (mut tickets, mut not) = (Vec::new(), Vec::new());
        for f in files {
            let key = digest(&f.bytes);
            match (self.tickets.get(&key), self.refused.get(&key)) {
                (Some(t), _) if !tickets.contains(t) => tickets.push(t.clone()),
                (Some(_), _) => {}
                (None, Some(why)) => not.push(format!("附件“{}”没有收下：{why}", f.name)),
                (None, None) => {
                    return Err(Error::invalid(
                        "file",
                        "附件还没有取来，请再试一次",
                        "the files were not brought yet: try again",
                    ));
                }
            }
        }
        Ok((tickets, not))
    }
}

/// A number that was used before, with other words: the sender was set back to an older state, or numbers twice.
fn used_twice() -> String {
    "编号已用过而内容不同：热线可能恢复过备份，请两边管理员核对 / the name was used with other words: the hotline may have been \
     restored from a backup; the administrators of both look into it"
        .to_owned()
}

/// The body of a message, when it is JSON.
pub(crate) fn json_of(body: &str) -> Result<Value, Unread> {
    let not = |_| Unread {
        said: Said::new("消息不是完整的 JSON", "the message is no whole JSON"),
        lack: None,
    };
    serde_json::from_str(body).map_err(not)
}

impl From<Unread> for Error {
    /// The word that is lacking goes along as the field.
    fn from(u: Unread) -> Self {
        let field = match &u.lack {
            Some((sort, word)) => format!("lack/{}/{word}", sort.word()),
            None => "message".to_owned(),
        };
        Self::Invalid { field, said: u.said }
    }
}

/// The word that is lacking, where that is why.
fn lack_of(e: &Error) -> (String, String) {
    let Error::Invalid { field, .. } = e else { return Default::default() };
    let lack = field.strip_prefix("lack/").and_then(|f| f.split_once('/'));
    lack.map(|(s, w)| (s.to_owned(), w.to_owned())).unwrap_or_default()
}

impl Hotlines {
    /// Takes a message in and answers its receipt. Who is no hotline of this city, or signs with another key, learns nothing.
    /// Works on this thread until its files are durable: not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`: nobody who is known. The store could not.
    pub fn receive(&self, m: &Arrived) -> Result<Receipt, Error> {
        let (hotline, key) = self.city.store().read(|rd| self.known_hotline(rd, m))?;
        let shape = self.city.store().read(|rd| shape_of(rd, &hotline, &key))?;
        let brought = self.bring(&Actor::system(), &files_in(&shape, &m.body))?;
        let (own, arrived, secret) = (self.clone(), m.clone(), self.secret_of(&hotline)?);
        self.city.store().write(move |tx| {
            let office = own.city.office(tx)?;
            decide(&Actor::system(), op::TakeOrders, City(&office.settings.city))?;
            rows::heard(tx, hotline.id, tx.now())?;
            let (state, why) = own.take_in(tx, &office, &hotline, &key, &arrived.body, &brought)?;
            let of =
                Receipted { from: &hotline.code, to: office.settings.city.as_str(), body: &arrived.body };
            let signature = of.sign(&secret, &key, state, &why);
            Ok::<_, Error>(Receipt { key: key.clone(), state: state.to_owned(), why, signature })
        })
    }

    /// Who signed it, and its name.
    fn known_hotline(&self, rd: &mut Rd<'_>, m: &Arrived) -> Result<(HotlineRow, String), Error> {
        let (code, key) = m.id.split_once('/').ok_or(Error::NotFound)?;
        let hotline = rows::hotline(rd, code)?.filter(|h| h.active).ok_or(Error::NotFound)?;
        let secret = self.secret_of(&hotline)?;
        let plain = !key.is_empty() && key.len() <= WORD_MAX && !key.starts_with("file/");
        if !plain
            || m.body.len() > BODY_MAX
            || !delivery::signed(&secret, &m.id, m.at_s, &m.body, &m.signature)
        {
            return Err(Error::NotFound);
        }
        Ok((hotline, key.to_owned()))
    }

    /// Keeps files. What a file may not be is told to nobody but the reader of the message.
    pub(crate) fn bring(&self, actor: &Actor, files: &[FileIn]) -> Result<Brought, Error> {
        let mut out = Brought::default();
        for f in files {
            let key = digest(&f.bytes);
            if out.tickets.contains_key(&key) || out.refused.contains_key(&key) {
                continue;
            }
            let Ok(bytes) = STANDARD.decode(f.bytes.as_bytes()) else {
                out.refused.insert(key, "内容不是 base64".to_owned());
                continue;
            };
            match self.city.upload(actor, &f.name, bytes) {
                Ok(up) => _ = out.tickets.insert(key, up.ticket),
                Err(Error::Invalid { said, .. }) => _ = out.refused.insert(key, said.zh),
                Err(e) => return Err(e),
            }
        }
        Ok(out)
    }

    pub(crate) fn take_in(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        key: &str,
        body: &str,
        brought: &Brought,
    ) -> Result<(&'static str, String), Error> {
        let digest = digest(body);
        if let Some(before) = rows::came(tx, hotline.id, key)? {
            if before.digest != digest {
                return Ok(("aside", used_twice()));
            }
            // Said again: the receipt was lost.
            return Ok(if before.state == "aside" {
                ("aside", before.why)
            } else {
                ("taken", String::new())
            });
        }
        let shape = shape_of(tx, hotline, key)?;
        let label = json_of(body).ok().map(|v| shape.label(&v)).unwrap_or_default();
        let row = CameRow {
            id: 0,
            hotline: hotline.id,
            key: key.to_owned(),
            digest,
            number: label.1.clone(),
            kind: label.0,
            came: tx.now(),
            state: "waits".to_owned(),
            body: Some(self.city.vault().seal_bytes(hotline.id, body.as_bytes())?),
            why: String::new(),
            lack: Default::default(),
        };
        rows::put_in(tx, &row)?;
        self.go_on(tx, office, hotline, &row.number, brought)?;
        let after = rows::came(tx, hotline.id, key)?.filter(|m| m.state == "aside");
        Ok(after.map_or(("taken", String::new()), |m| ("aside", m.why)))
    }

    /// Does what can be done about an order, again while something was done.
    fn go_on(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        number: &str,
        brought: &Brought,
    ) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let mut did = false;
            for row in rows::unfinished_of(tx, hotline.id, number, "waits")? {
                did |= self.try_one(tx, office, hotline, row, brought)?;
            }
            if !did {
                break;
            }
        }
        Ok(())
    }

    /// Does one message; says whether it moved anything. What it stands on may not be there yet: then it waits on.
    fn try_one(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        mut row: CameRow,
        brought: &Brought,
    ) -> Result<bool, Error> {
        let tried = tx.part(|tx| self.do_one(tx, office, hotline, &row, brought));
        let now = tx.now();
        match tried {
            Ok(None) => return Ok(false),
            Ok(Some((kind, number))) => {
                (row.state, row.kind, row.number) = ("done".to_owned(), kind.word().to_owned(), number);
                (row.why, row.lack) = Default::default();
            }
            // The store could not: the sender tries again.
            Err(e) if !e.is_about_the_subject() => return Err(e),
            Err(e) => {
                row.state = "aside".to_owned();
                row.lack = lack_of(&e);
                row.why = e.to_string();
            }
        }
        rows::stand_in(tx, &row, now)?;
        Ok(row.state == "done")
    }

    fn do_one(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        hotline: &HotlineRow,
        row: &CameRow,
        brought: &Brought,
    ) -> Result<Option<(Event, String)>, Error> {
        let text = self.text_of(hotline, row)?;
        let shape = shape_of(tx, hotline, &row.key)?;
        let heard = shape.read(office, &json_of(&text)?)?;
        let done = self.apply(tx, office, hotline, &row.key, &heard, brought)?;
        Ok(done.then_some((heard.event, heard.number)))
    }

    fn text_of(&self, hotline: &HotlineRow, row: &CameRow) -> Result<String, Error> {
        let sealed = row.body.as_deref().ok_or(Error::NotFound)?;
        String::from_utf8(self.city.vault().unseal_bytes(hotline.id, sealed)?).map_err(Error::bug)
    }

    /// 再试一次: what stands aside here is read and done anew, what stands aside on its way out is said again; on record. Works on
    /// this thread: not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor; the store could not.
    pub fn try_messages_again(&self, actor: &Actor) -> Result<u64, Error> {
        let (asides, lines) = self.city.store().read(|rd| {
            let office = self.city.office(rd)?;
            decide(actor, op::TakeOrders, City(&office.settings.city))
                .or_else(|_| decide(actor, op::WriteHotlines, City(&office.settings.city)))?;
            Ok::<_, Error>((rows::unfinished_in(rd, "aside", 1_000)?, rows::hotlines(rd)?))
        })?;
        let mut brought = Brought::default();
        for row in &asides {
            let Some(hotline) = lines.iter().find(|h| h.id == row.hotline) else { continue };
            if row.body.is_none() {
                continue;
            }
            let shape = self.city.store().read(|rd| shape_of(rd, hotline, &row.key))?;
            let more = self.bring(&Actor::system(), &files_in(&shape, &self.text_of(hotline, row)?))?;
            brought.tickets.extend(more.tickets);
            brought.refused.extend(more.refused);
        }
        let (own, actor) = (self.clone(), actor.clone());
        self.city.store().write(move |tx| {
            let office = own.city.office(tx)?;
            let city = City(&office.settings.city);
            let permit = decide(&actor, op::TakeOrders, City(&office.settings.city))
                .or_else(|_| decide(&actor, op::WriteHotlines, city))?;
            let mut n = 0;
            for row in &asides {
                let Some(hotline) = lines.iter().find(|h| h.id == row.hotline) else { continue };
                let Some(mut now) = rows::came_by_id(tx, row.id)?.filter(|r| r.state == "aside") else {
                    continue;
                };
                if now.body.is_none() {
                    continue;
                }
                now.state = "waits".to_owned();
                let shape = shape_of(tx, hotline, &now.key)?;
                let text = own.text_of(hotline, &now)?;
                (now.kind, now.number) = json_of(&text).ok().map(|v| shape.label(&v)).unwrap_or_default();
                let at = tx.now();
                rows::stand_in(tx, &now, at)?;
                own.go_on(tx, &office, hotline, &now.number, &brought)?;
                n += 1;
            }
            n += rows::say_again(tx)?;
            city::note(tx, &permit, "try_hotline_again", &serde_json::json!({ "tried": n }).to_string())?;
            Ok::<_, Error>(n)
        })
    }

    /// 不再处理: a message that stands aside is left, with the reason on record.
    pub fn drop_aside(&self, actor: Actor, id: i64, reason: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let mut row = rows::came_by_id(tx, id)?.filter(|r| r.state == "aside").ok_or(Error::NotFound)?;
            let reason = reason.trim();
            if reason.is_empty() || reason.chars().count() > 300 {
                return Err(Error::invalid(
                    "reason",
                    "请写明为什么不再处理（300 字以内）",
                    "say why it is left, 300 characters at most",
                ));
            }
            let data = serde_json::json!({ "key": row.key, "number": row.number, "kind": row.kind, "reason": reason });
            row.state = "dropped".to_owned();
            let now = tx.now();
            rows::stand_in(tx, &row, now)?;
            city::note(tx, &permit, "drop_hotline_message", &data.to_string())
        })
    }
}

/// The table of a hotline as it reads a message of this name: rows of a file have our names for fields.
pub(crate) fn shape_of(rd: &mut Rd<'_>, hotline: &HotlineRow, key: &str) -> Result<Shape, Error> {
    let shape = Shape::new(rows::meanings(rd, hotline.id)?);
    Ok(if key.starts_with("file/") { shape.neutral() } else { shape })
}

/// The files that a message brings to a case that is there; those of an order wait with it.
fn files_in(shape: &Shape, body: &str) -> Vec<FileIn> {
    let Ok(body) = json_of(body) else { return Vec::new() };
    if shape.label(&body).0 == Event::Order.word() {
        return Vec::new();
    }
    shape.files_of(&body)
}

/// The sort of a word that is lacking, for its page.
pub(crate) fn lacking(row: &CameRow) -> Option<(Sort, String)> {
    Sort::read(&row.lack.0).map(|s| (s, row.lack.1.clone()))
}
