//! 告知: what movements call inside their transaction: the person of a matter is told of a stage, a unit of what it must do.

use city::{City, Contact, Error, Office};
use kernel::{CaseId, Moment, UnitId};
use store::outbox::{self, NewOut};
use store::{Rd, Tx, office};

use crate::receivers::Way;
use crate::topic::Topic;

/// What is told of a matter.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// which stage
    pub topic: Topic,
    /// number of the case or application: order is kept within it
    pub number: &'a str,
    /// the unit that has it
    pub unit: String,
    /// the day it is due, `2026-03-05`; empty when none is
    pub date: String,
    /// the page that shows it and never acts, `/see/…`
    pub path: String,
}

/// The lane of mail to people and units.
pub(crate) const MAIL: &str = "mail";
/// The lane of short messages.
pub(crate) const SMS: &str = "sms";
/// What the lanes of webhooks begin with.
pub(crate) const HOOK: &str = "hook/";
/// Lanes of ways to people.
pub const PERSON: [&str; 2] = [MAIL, SMS];

/// The keyed digest of an address: tells that two are the same and nothing else.
pub(crate) fn digest(city: &City, way: &str, address: &str) -> [u8; 16] {
    let whole = city.vault().token_digest(&format!("outbox/{way}/{}", address.trim().to_lowercase()));
    std::array::from_fn(|i| whole[i])
}

/// What an address is sealed for.
pub(crate) fn bound(who: &[u8]) -> i64 {
    i64::from_be_bytes(std::array::from_fn(|i| who.get(i).copied().unwrap_or(0)))
}

/// The page where whoever has this digest says that no more is wanted.
pub fn stop_of(who: &[u8]) -> String {
    format!("/stop/{}", ledger::hex(who))
}

/// The digest in the address of such a page.
pub fn who_of(text: &str) -> Option<Vec<u8>> {
    ledger::unhex_bytes(text).filter(|who| who.len() == 16)
}

/// A message for a unit: in the house with the title of what it is about, outside without. A mail may be read by others, a short
/// message shows on a locked screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitWords {
    inside: String,
    outside: String,
}

impl UnitWords {
    /// The words around a title, which may be empty.
    pub fn around(title: &str, words: impl Fn(&str) -> String) -> Self {
        Self { inside: words(title), outside: words("") }
    }
}

impl From<&str> for UnitWords {
    /// No title stands in them.
    fn from(words: &str) -> Self {
        Self { inside: words.to_owned(), outside: words.to_owned() }
    }
}

/// A telephone number as a gateway takes it: without spaces, hyphens and the prefix of the country.
fn mobile(phone: &str) -> Option<String> {
    let plain: String = phone.chars().filter(|c| !matches!(c, ' ' | '-' | '（' | '）' | '(' | ')')).collect();
    let plain = plain.strip_prefix("+86").or_else(|| plain.strip_prefix("0086")).unwrap_or(&plain);
    delivery::is_mobile(plain).then(|| plain.to_owned())
}

struct Row<'a> {
    lane: &'a str,
    way: &'a str,
    address: &'a str,
    lang: &'a str,
    digest: bool,
}

fn put(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    told: (&str, Topic),
    filled: &serde_json::Value,
    at: Moment,
    row: &Row<'_>,
) -> Result<(), Error> {
    let who = digest(city, row.way, row.address);
    let sealed = city.vault().seal_bytes(bound(&who), row.address.as_bytes())?;
    let due = match (row.way, row.digest) {
        ("hook", _) => at,
        (_, true) => office.outreach.next_digest(at),
        (_, false) => office.outreach.after_quiet(at),
    };
    let new = NewOut {
        lane: row.lane,
        subject: told.0,
        topic: told.1.word(),
        who: &who,
        address: &sealed,
        filled: &filled.to_string(),
        lang: row.lang,
        digest: row.digest,
        due,
    };
    outbox::put(tx, &new)?;
    Ok(())
}

/// Tells the person of a matter of a stage, by every way that is set up and that they left an address for; and every system
/// that listens, without the link.
///
/// # Errors
/// The store could not.
pub fn to_person(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    told: &Told<'_>,
    contact: &Contact,
) -> Result<(), Error> {
    let topic = told.topic;
    if office.outreach.off.iter().any(|o| o == topic.word()) {
        return Ok(());
    }
    let now = tx.now();
    remind(city, tx, office, told, contact, now)?;
    let matter = (told.number, topic);
    let filled = serde_json::json!({ "number": told.number, "unit": told.unit, "date": told.date });
    for r in office.receivers.iter().filter(|r| r.active && r.unit.is_none() && wants(&r.topics, topic)) {
        to_receiver(city, tx, office, matter, &filled, now, r)?;
    }
    Ok(())
}

/// Tells the person alone, when a moment comes: a reminder. Systems know when it is.
///
/// # Errors
/// The store could not.
pub fn remind(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    told: &Told<'_>,
    contact: &Contact,
    at: Moment,
) -> Result<(), Error> {
    let set = &office.outreach;
    let topic = told.topic;
    if set.off.iter().any(|o| o == topic.word()) {
        return Ok(());
    }
    let filled = serde_json::json!({
        "number": told.number, "unit": told.unit, "date": told.date, "path": told.path,
    });
    let lang = if contact.lang == "en" { "en" } else { "zh" };
    let matter = (told.number, topic);
    if set.mail_on && delivery::is_mailbox(contact.email.trim()) {
        let row = Row { lane: MAIL, way: "mail", address: contact.email.trim(), lang, digest: false };
        put(city, tx, office, matter, &filled, at, &row)?;
    }
    if let Some(phone) = mobile(&contact.phone).filter(|_| set.sms_on) {
        let row = Row { lane: SMS, way: "sms", address: &phone, lang, digest: false };
        put(city, tx, office, matter, &filled, at, &row)?;
    }
    Ok(())
}

/// Leaves a message for a unit (站内消息), and tells whoever receives for it outside, without a title.
///
/// # Errors
/// The store could not.
pub fn to_unit(
    city: &City,
    tx: &mut Tx<'_>,
    unit: UnitId,
    at: Moment,
    case: Option<CaseId>,
    words: impl Into<UnitWords>,
) -> Result<(), Error> {
    let words = words.into();
    office::put_message(tx, unit, at, case, &words.inside)?;
    let office = city.office(tx)?;
    let topic = Topic::UnitMessage;
    let subject = format!("unit/{unit}");
    // A receiver of a unit gets what its unit gets: its topics are those of cases and applications, and do not count.
    let mine = |r: &&store::outbox::ReceiverRow| r.active && r.unit == Some(unit);
    for r in office.receivers.iter().filter(mine) {
        let filled = serde_json::json!({ "words": words.outside, "unit": office.unit_name(unit), "path": "/desk/messages" });
        to_receiver(city, tx, &office, (&subject, topic), &filled, at, r)?;
    }
    Ok(())
}

fn to_receiver(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    told: (&str, Topic),
    filled: &serde_json::Value,
    at: Moment,
    r: &store::outbox::ReceiverRow,
) -> Result<(), Error> {
    let Some(way) = Way::read(&r.way) else { return Ok(()) };
    let on = match way {
        Way::Mail => office.outreach.mail_on,
        Way::Sms => office.outreach.sms_on,
        Way::Hook => true,
    };
    if !on {
        return Ok(());
    }
    let address = crate::receivers::unsealed(city, &r.address)?;
    let hook = format!("{HOOK}{}", r.id);
    let lane = match way {
        Way::Mail => MAIL,
        Way::Sms => SMS,
        Way::Hook => &hook,
    };
    let row =
        Row { lane, way: way.word(), address: &address, lang: &r.lang, digest: r.digest && way == Way::Mail };
    put(city, tx, office, told, filled, at, &row)
}

/// Does a list of topics name this one? An empty one names all.
fn wants(topics: &str, topic: Topic) -> bool {
    topics.is_empty() || topics.split(',').any(|t| t == topic.word())
}

/// The data of a person end: to whom messages about a matter went is forgotten, and those that wait are not sent.
///
/// # Errors
/// The store could not.
pub fn forget(tx: &mut Tx<'_>, number: &str) -> Result<(), Error> {
    outbox::forget(tx, number)?;
    Ok(())
}

/// Has a message about a subject arrived where its person left an address?
///
/// # Errors
/// The store could not.
pub fn has_arrived(rd: &mut Rd<'_>, number: &str, topic: Topic) -> Result<bool, Error> {
    Ok(outbox::has_arrived(rd, number, topic.word())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it_and_a_landline_is_not_written_to() {
        for (written, read) in [
            ("138 0000 1234", Some("13800001234")),
            ("+86-138-0000-1234", Some("13800001234")),
            ("008613800001234", Some("13800001234")),
            ("0730-8888123", None),
            ("", None),
        ] {
            assert_eq!(mobile(written).as_deref(), read, "{written}");
        }
    }
}
