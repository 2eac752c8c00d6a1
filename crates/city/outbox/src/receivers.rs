//! 接收方: units and systems that asked to be told: who, by which way, of what.

use city::{City, Error};
use kernel::UnitId;
use store::outbox::ReceiverRow;

kernel::words! {
    /// By which way.
    inherent Way {
        Mail = "mail", "邮件";
        Sms = "sms", "短信";
        Hook = "hook", "回调接口";
    }
}

/// A receiver as an administrator writes it.
#[derive(Clone, Default)]
pub struct Receiver {
    /// id; 0 for a new one
    pub id: i64,
    /// by which way
    pub way: Option<Way>,
    /// what it is called
    pub name: String,
    /// mail address, number, or `https://…`
    pub address: String,
    /// what a webhook is signed with; empty: the one it has, or a new one
    pub secret: String,
    /// the unit whose messages it gets; none: what is told of every case and application
    pub unit: Option<UnitId>,
    /// what it is told of every case and application; empty: everything
    pub topics: Vec<String>,
    /// several in one message
    pub digest: bool,
    /// in English
    pub english: bool,
    /// is told at all
    pub active: bool,
}

impl std::fmt::Debug for Receiver {
    /// Without its secret, and without its address, which may hold a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver")
            .field("id", &self.id)
            .field("way", &self.way)
            .field("name", &self.name)
            .field("unit", &self.unit)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// What a receiver's address is sealed for.
const BOUND: i64 = 0x0072_6563_6569_7665;

pub(crate) fn sealed(city: &City, text: &str) -> Result<Vec<u8>, Error> {
    city.vault().seal_bytes(BOUND, text.as_bytes())
}

pub(crate) fn unsealed(city: &City, bytes: &[u8]) -> Result<String, Error> {
    String::from_utf8(city.vault().unseal_bytes(BOUND, bytes)?).map_err(Error::bug)
}

/// The row of what an administrator wrote; `old` is the one it takes the place of.
pub(crate) fn checked(
    city: &City,
    r: &Receiver,
    old: Option<&ReceiverRow>,
) -> Result<(ReceiverRow, String), Error> {
    let address = r.address.trim();
    let way = r.way.ok_or_else(|| Error::invalid("way", "请选择方式", "choose a way"))?;
    let ok = match way {
        Way::Mail => delivery::is_mailbox(address),
        Way::Sms => delivery::is_mobile(address),
        Way::Hook => {
            (address.starts_with("https://") || address.starts_with("http://")) && address.len() > 10
        }
    };
    if !ok {
        let (zh, en) = match way {
            Way::Mail => {
                ("请写邮件地址，如 office@example.cn", "write a mail address such as office@example.cn")
            }
            Way::Sms => ("请写 11 位手机号", "write a mobile number"),
            Way::Hook => ("请写以 https:// 开头的地址", "write an address that begins with https://"),
        };
        return Err(Error::invalid("address", zh, en));
    }
    if r.name.trim().is_empty() {
        return Err(Error::invalid("name", "请写名称", "give it a name"));
    }
    // The words for people say “you”: an office is told what it must do, by the messages of its unit.
    if way != Way::Hook && r.unit.is_none() {
        return Err(Error::invalid(
            "unit",
            "邮件、短信的接收方请选单位；每件的进展只能用回调接口接收",
            "mail and SMS go to a unit: the progress of every matter goes by webhook only",
        ));
    }
    // A secret is shown once, when it is made.
    let (secret, fresh) = match (way, r.secret.trim(), old.and_then(|o| o.secret.clone())) {
        (Way::Hook, "", Some(kept)) => (Some(kept), String::new()),
        (Way::Hook, "", None) => {
            let made = city.vault().new_token()?;
            (Some(sealed(city, &made)?), made)
        }
        (Way::Hook, given, _) if given.chars().count() < 16 => {
            return Err(Error::invalid(
                "secret",
                "密钥至少 16 个字符",
                "a secret has 16 characters at least",
            ));
        }
        (Way::Hook, given, _) => (Some(sealed(city, given)?), String::new()),
        _ => (None, String::new()),
    };
    let row = ReceiverRow {
        id: r.id,
        way: way.word().to_owned(),
        name: r.name.trim().chars().take(80).collect(),
        address: sealed(city, address)?,
        secret,
        unit: r.unit,
        // The messages of a unit are one topic: who has a unit has them all.
        topics: if r.unit.is_some() { String::new() } else { r.topics.join(",") },
        digest: r.digest,
        lang: if r.english { "en" } else { "zh" }.to_owned(),
        active: r.active,
    };
    Ok((row, fresh))
}
