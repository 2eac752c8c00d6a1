//! 告知设置: what an administrator sets and sees: ways, words, receivers, how it stands, dead letters.

use access::{Permit, decide, op};
use city::{City, Door as _, Error, Later, OUTREACH, Office, Outreach, Words};
use delivery::{Failure, Gateway, MailServer, Networks};
use kernel::{Actor, Said, US_PER_DAY};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::outbox::{self, Dead, Standing};
use store::{Rd, Tx, settings};

use crate::receivers::{Receiver, Way, checked, unsealed};
use crate::topic::Topic;
use crate::{Outbox, send};

/// What the settings of a way are sealed for.
const BOUND: i64 = 0x006f_7574_7265_6163;

pub(crate) fn opened<T: DeserializeOwned + Default>(city: &City, sealed: &str) -> Result<T, Error> {
    if sealed.is_empty() {
        return Ok(T::default());
    }
    let bytes = ledger::unhex_bytes(sealed).ok_or_else(|| Error::bug("outreach setting"))?;
    serde_json::from_slice(&city.vault().unseal_bytes(BOUND, &bytes)?).map_err(Error::bug)
}

fn closed<T: Serialize>(city: &City, value: &T) -> Result<String, Error> {
    let text = serde_json::to_vec(value).map_err(Error::bug)?;
    Ok(ledger::hex(&city.vault().seal_bytes(BOUND, &text)?))
}

/// Everything that is set, opened; passwords are left out.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    /// what is not secret
    pub set: Outreach,
    /// the mail server, without its password
    pub mail: MailServer,
    /// a password is kept
    pub has_password: bool,
    /// the gateway; its headers hold the key, so they are shown only as “kept”
    pub sms: Gateway,
    /// headers are kept
    pub has_headers: bool,
    /// receivers; addresses in full, for whoever may set them
    pub receivers: Vec<Receiver>,
}

/// How it stands.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// each lane
    pub lanes: Vec<Standing>,
    /// dead letters, the newest
    pub dead: Vec<Dead>,
}

fn door(actor: &Actor, office: &Office) -> Result<Permit, Error> {
    Ok(decide(actor, op::WriteOutreach, access::City(&office.settings.city))?)
}

fn failed(why: &Failure) -> Error {
    let Said { zh, en } = Said::of_both(&why.why);
    Error::invalid("test", format!("没有送到：{zh}"), format!("not delivered: {en}"))
}

fn address_ok(url: &str) -> bool {
    url.is_empty() || url.starts_with("https://") || url.starts_with("http://")
}

/// Refuses what could not work, saying which field.
fn check(set: &Outreach, mail: &MailServer, sms: &Gateway) -> Result<(), Error> {
    if !address_ok(&set.base) {
        return Err(Error::invalid(
            "base",
            "请写以 https:// 开头的地址",
            "write an address that begins with https://",
        ));
    }
    if (set.mail_on || set.sms_on) && set.base.is_empty() {
        return Err(Error::invalid(
            "base",
            "要发告知，请先写本系统对外的地址，告知里的链接用它",
            "write the address of this system first: the links of messages begin with it",
        ));
    }
    if set.quiet_from > 23 || set.quiet_to > 23 || set.digest_hours.iter().any(|h| *h > 23) {
        return Err(Error::invalid("quiet_from", "请写 0 到 23 点", "hours are 0 to 23"));
    }
    Networks::read(&set.allowed).map_err(|word| {
        Error::invalid(
            "allowed",
            format!("“{word}”不是网段，请写如 10.1.0.0/16"),
            format!("{word:?} is no network: write 10.1.0.0/16"),
        )
    })?;
    if set.mail_on && mail.host.trim().is_empty() {
        return Err(Error::invalid("mail_host", "请写邮件服务器", "write the mail server"));
    }
    if !mail.host.is_empty() {
        send::mailer(mail).map_err(|why| {
            let Said { zh, en } = Said::of_both(&why.why);
            Error::invalid("mail_from", zh, en)
        })?;
    }
    if !address_ok(&sms.url) || set.sms_on && sms.url.is_empty() {
        return Err(Error::invalid("sms_url", "请写短信网关的地址", "write the address of the gateway"));
    }
    if set.sms_on && !sms.body.contains("{phone}") {
        return Err(Error::invalid(
            "sms_body",
            "请求内容里要有 {phone}，号码填在那里",
            "the body needs {phone}: the number goes there",
        ));
    }
    Ok(())
}

fn keep(tx: &mut Tx<'_>, permit: &Permit, set: &Outreach) -> Result<(), Error> {
    let doc = serde_json::to_string(set).map_err(Error::bug)?;
    let now = tx.now();
    settings::put(tx, OUTREACH, now, permit.actor().staff, &doc)?;
    // The whole text is on record, its secrets sealed: links lead where it says, so nobody changes it unseen.
    city::record(tx, permit, "set_outreach", &doc)
}

impl Outbox {
    /// What is set.
    pub fn set_up(&self, actor: Actor) -> Later<SetUp> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            door(&actor, &office)?;
            app.opened(&office)
        })
    }

    fn opened(&self, office: &Office) -> Result<SetUp, Error> {
        let set = office.outreach.clone();
        let mut mail: MailServer = opened(&self.city, &set.mail)?;
        let mut sms: Gateway = opened(&self.city, &set.sms)?;
        let (has_password, has_headers) = (!mail.password.is_empty(), !sms.headers.is_empty());
        mail.password = String::new();
        sms.headers = String::new();
        let one = |r: &outbox::ReceiverRow| {
            Ok(Receiver {
                id: r.id,
                way: Way::read(&r.way),
                name: r.name.clone(),
                address: unsealed(&self.city, &r.address)?,
                secret: String::new(),
                unit: r.unit,
                topics: r.topics.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect(),
                digest: r.digest,
                english: r.lang == "en",
                active: r.active,
            })
        };
        let receivers = office.receivers.iter().map(one).collect::<Result<_, Error>>()?;
        Ok(SetUp { set, mail, has_password, sms, has_headers, receivers })
    }

    /// Sets the ways: an empty password, and empty headers, are those that are kept.
    pub fn set_ways(&self, actor: Actor, new: Outreach, mail: MailServer, sms: Gateway) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = door(&actor, &office)?;
            let (mut mail, mut sms) = (mail.clone(), sms.clone());
            let kept: MailServer = opened(&app.city, &office.outreach.mail)?;
            // A password is for one server and name, reached one way: for another it must be written again, or anybody who
            // may set the server could have it sent to their own, or in the clear.
            let trust = |m: &MailServer| m.trust.replace("\r\n", "\n").trim().to_owned();
            let same = (&kept.host, kept.port, kept.tls, &kept.user, trust(&kept))
                == (&mail.host, mail.port, mail.tls, &mail.user, trust(&mail));
            if mail.password.is_empty() && same {
                mail.password = kept.password;
            }
            let kept: Gateway = opened(&app.city, &office.outreach.sms)?;
            if sms.headers.trim().is_empty() && kept.url == sms.url {
                sms.headers = kept.headers;
            }
            check(&new, &mail, &sms)?;
            let set = Outreach {
                mail: if mail.host.is_empty() { String::new() } else { closed(&app.city, &mail)? },
                sms: if sms.url.is_empty() { String::new() } else { closed(&app.city, &sms)? },
                texts: office.outreach.texts.clone(),
                sms_templates: office.outreach.sms_templates.clone(),
                off: office.outreach.off.clone(),
                ..new.clone()
            };
            keep(tx, &permit, &set)?;
            app.unpause();
            Ok(())
        })
    }

    /// Sets the words of one topic in one language; the usual ones are forgotten, and so is whoever is told of it when `on`
    /// is false.
    pub fn set_words(
        &self,
        actor: Actor,
        topic: Topic,
        lang: &'static str,
        words: Words,
        template: String,
        on: bool,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = door(&actor, &office)?;
            let most = |s: &str, n: usize| s.chars().count() <= n;
            if !most(&words.subject, 200) || !most(&words.text, 2_000) || !most(&template, 80) {
                return Err(Error::invalid("text", "最多 2000 个字", "2,000 characters at most"));
            }
            let mut set = office.outreach.clone();
            let key = format!("{}/{lang}", topic.word());
            let text = words.text.replace("\r\n", "\n");
            let words = Words { subject: words.subject.trim().to_owned(), text: text.trim_end().to_owned() };
            if words.text.is_empty() || words == crate::usual(topic, lang) {
                set.texts.remove(&key);
            } else {
                set.texts.insert(key, words);
            }
            if template.trim().is_empty() {
                set.sms_templates.remove(topic.word());
            } else {
                set.sms_templates.insert(topic.word().to_owned(), template.trim().to_owned());
            }
            set.off.retain(|o| o != topic.word());
            if !on {
                set.off.push(topic.word().to_owned());
            }
            keep(tx, &permit, &set)
        })
    }

    /// Adds a receiver or changes one. Answers the secret that was made for it; empty when it has one.
    pub fn set_receiver(&self, actor: Actor, new: Receiver) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = door(&actor, &office)?;
            let old = office.receivers.iter().find(|r| r.id == new.id);
            if new.id != 0 && old.is_none() {
                return Err(Error::NotFound);
            }
            if let Some(unit) = new.unit.filter(|u| office.unit(*u).is_none()) {
                let (zh, en) = (format!("没有编号为 {unit} 的单位"), format!("there is no unit {unit}"));
                return Err(Error::invalid("unit", zh, en));
            }
            let (row, fresh) = checked(&app.city, &new, old)?;
            let id = outbox::put_receiver(tx, &permit, &row)?;
            let data =
                serde_json::json!({ "receiver": id, "way": row.way, "active": row.active }).to_string();
            city::record(tx, &permit, "set_receiver", &data)?;
            app.unpause();
            Ok(fresh)
        })
    }

    /// How it stands: each lane with what arrived in the last day, and dead letters.
    pub fn board(&self, actor: Actor) -> Later<Board> {
        self.read(move |app, rd: &mut Rd<'_>| {
            door(&actor, &*app.city.office(rd)?)?;
            let since = app.city.store().now().plus_us(-US_PER_DAY);
            Ok(Board { lanes: outbox::standing(rd, since)?, dead: outbox::dead(rd, 100)? })
        })
    }

    /// A dead letter is tried again (all of them for id 0), or given up for good.
    pub fn settle_dead(&self, actor: Actor, id: i64, again: bool) -> Later<u64> {
        self.write(move |app, tx| {
            let permit = door(&actor, &*app.city.office(tx)?)?;
            let n = if again { outbox::revive(tx, id)? } else { outbox::drop_dead(tx, id)? };
            let act = if again { "revive_letters" } else { "drop_letter" };
            city::note(tx, &permit, act, &serde_json::json!({ "letter": id, "n": n }).to_string())?;
            app.unpause();
            Ok(n)
        })
    }

    /// Sends a test at once and says how it went. `address`: mail address, number, or the id of a webhook. Waits for the
    /// receiver: call it where waiting harms nobody.
    ///
    /// # Errors
    /// It did not arrive, with why; or the actor may not.
    pub fn test(&self, actor: &Actor, way: Way, address: &str) -> Result<(), Error> {
        let office = self.city.store().read(|rd| self.city.office(rd))?;
        let permit = door(actor, &office)?;
        let address = address.trim().to_owned();
        let ok = match way {
            Way::Mail => delivery::is_mailbox(&address),
            Way::Sms => delivery::is_mobile(&address),
            Way::Hook => address.parse::<i64>().is_ok(),
        };
        if !ok {
            return Err(Error::invalid("test", "请写收测试的地址或号码", "write where the test goes"));
        }
        let sent = send::test(&self.city, &office, way, &address, self.city.store().now());
        let data = serde_json::json!({ "way": way.word(), "arrived": sent.is_ok() }).to_string();
        self.city.store().write(move |tx| city::note(tx, &permit, "test_outreach", &data))?;
        sent.map_err(|why| failed(&why))
    }

    /// Does whoever has this digest of their address want no more? None when it was never written to.
    pub fn stopped(&self, who: Vec<u8>) -> Later<bool> {
        self.read(move |_, rd| {
            city::reach::public(op::PublicOffice)?;
            let stopped = outbox::is_unsubscribed(rd, &who)?;
            if stopped || outbox::is_known(rd, &who)? { Ok(stopped) } else { Err(Error::NotFound) }
        })
    }

    /// 退订: whoever has the digest of their address wants no more, or wants to be told again.
    pub fn set_stopped(&self, who: Vec<u8>, stop: bool) -> Later<()> {
        self.write(move |_, tx| {
            city::reach::public(op::PublicOffice)?;
            if !outbox::is_unsubscribed(tx, &who)? && !outbox::is_known(tx, &who)? {
                return Err(Error::NotFound);
            }
            Ok(outbox::set_unsubscribed(tx, &who, stop)?)
        })
    }
}
