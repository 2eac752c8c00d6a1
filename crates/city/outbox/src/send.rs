//! 送出: what is known of the ways out at this moment, and one message over one of them.

use std::collections::BTreeMap;
use std::time::Duration;

use city::{City, Office, Words};
use delivery::{Failure, Gateway, Hook, Mail, MailServer, Mailer, Networks, Sms, Web};
use kernel::{Moment, US_PER_SECOND};
use store::outbox::{End, Out};

use crate::receivers::{Way, unsealed};
use crate::set_up::opened;
use crate::tell::{HOOK, MAIL, SMS, bound, stop_of};
use crate::texts;
use crate::topic::{For, Topic};

/// How long one step of a conversation may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Messages that go out in one mail.
const TOGETHER_MAX: usize = 100;

enum Road {
    Mail(Mailer),
    Sms(Web, Gateway),
    Hook(Web, Hook),
    /// it cannot be told how: the reason, for every message
    None(Failure),
}

/// The way out of one lane.
pub(crate) struct Ways<'a> {
    city: &'a City,
    office: &'a Office,
    road: Road,
}

fn down(zh_en: &str) -> Failure {
    Failure { scope: delivery::Scope::Down, why: zh_en.to_owned() }
}

/// The mailer of these settings.
pub(crate) fn mailer(server: &MailServer) -> Result<Mailer, Failure> {
    if server.host.is_empty() {
        return Err(down("没有设置邮件服务器 / no mail server is set up"));
    }
    Mailer::new(server, PATIENCE)
}

/// What asks over HTTP with these settings.
pub(crate) fn web(office: &Office) -> Result<Web, Failure> {
    Web::new(Networks::read(&office.outreach.allowed).unwrap_or_default(), PATIENCE, "")
}

fn road(city: &City, office: &Office, lane: &str) -> Result<Road, Failure> {
    let set = &office.outreach;
    let broken = |_| down("设置读不出，请重新填写 / the setting cannot be read: write it again");
    if lane == MAIL {
        return Ok(Road::Mail(mailer(&opened::<MailServer>(city, &set.mail).map_err(broken)?)?));
    }
    if lane == SMS {
        let gateway: Gateway = opened(city, &set.sms).map_err(broken)?;
        if gateway.url.is_empty() {
            return Err(down("没有设置短信网关 / no SMS gateway is set up"));
        }
        return Ok(Road::Sms(web(office)?, gateway));
    }
    let id = lane.strip_prefix(HOOK).and_then(|id| id.parse::<i64>().ok());
    let Some(row) = office.receivers.iter().find(|r| Some(r.id) == id && r.active) else {
        return Err(Failure {
            scope: delivery::Scope::Never,
            why: "接收方已停用 / the receiver is turned off".into(),
        });
    };
    let open = |bytes: &[u8]| unsealed(city, bytes).map_err(broken);
    let url = open(&row.address)?;
    let secret = row.secret.as_deref().map(open).transpose()?.unwrap_or_default();
    Ok(Road::Hook(web(office)?, Hook { url, secret }))
}

/// What a row is filled with. Every place that is offered has something in it: a gateway is not sent `{number}` as it stands.
fn values(office: &Office, filled: &str, lang: &str, topic: Topic) -> Vec<(String, String)> {
    let mut all: BTreeMap<String, String> = serde_json::from_str(filled).unwrap_or_default();
    if let Some(path) = all.remove("path") {
        let base = office.outreach.base.trim_end_matches('/');
        all.insert("link".into(), format!("{base}{path}"));
    }
    all.insert("city".into(), office.settings.name.clone());
    all.insert("stage".into(), texts::stage(topic, lang));
    for place in texts::PLACES {
        all.entry(place.to_owned()).or_insert_with(|| "—".to_owned());
    }
    all.into_iter().collect()
}

impl<'a> Ways<'a> {
    pub fn new(city: &'a City, office: &'a Office, lane: &str) -> Self {
        let road = road(city, office, lane).unwrap_or_else(Road::None);
        Self { city, office, road }
    }

    /// Sends one message, or several to one address in one.
    pub fn send(&self, together: &[&Out], now: Moment) -> Result<End, Failure> {
        let Some(first) = together.first() else { return Ok(End::Sent) };
        let hook = matches!(self.road, Road::Hook(..));
        if first.stopped && !hook {
            return Ok(End::Stopped);
        }
        let Some(sealed) = &first.address else { return Ok(End::Stopped) };
        // It may have waited into the night.
        let quiet = self.office.outreach.after_quiet(now);
        if !hook && quiet > now {
            return Ok(End::Release(quiet));
        }
        let never = |why: &str| Failure { scope: delivery::Scope::Never, why: why.to_owned() };
        let address = self
            .city
            .vault()
            .unseal_bytes(bound(&first.who), sealed)
            .ok()
            .and_then(|b| String::from_utf8(b).ok())
            .ok_or_else(|| never("地址打不开 / the address does not open"))?;
        let topic = Topic::read(&first.topic).ok_or_else(|| never("不认识的事由 / an unknown topic"))?;
        let id = format!("bancheng-{}-{}", first.made.us(), first.id);
        match &self.road {
            Road::None(why) => Err(why.clone()),
            Road::Mail(mailer) => {
                let words = self.words(together, topic, first);
                let base = self.office.outreach.base.trim_end_matches('/');
                let stop = format!("{base}{}", stop_of(&first.who));
                let person = topic.whom() == For::Person && !base.is_empty();
                let text = if person {
                    let more = if first.lang == "en" { "No more of these" } else { "不再接收" };
                    format!("{}\n{more}: {stop}\n", words.text)
                } else {
                    words.text
                };
                mailer.send(&Mail {
                    to: &address,
                    subject: &words.subject,
                    text: &text,
                    id: &id,
                    stop: person.then_some(&stop),
                })?;
                Ok(End::Sent)
            }
            Road::Sms(web, gateway) => {
                let words = self.words(together, topic, first);
                let values = values(self.office, &first.filled, &first.lang, topic);
                let template = self.office.outreach.sms_templates.get(topic.word());
                let sms = Sms {
                    phone: &address,
                    template: template.map_or("", String::as_str),
                    text: &words.text,
                    id: &id,
                    values: &values,
                };
                gateway.send(web, &sms)?;
                Ok(End::Sent)
            }
            Road::Hook(web, hook) => {
                let kept: serde_json::Value = serde_json::from_str(&first.filled).unwrap_or_default();
                let body = serde_json::json!({
                    "id": id, "topic": first.topic, "stage": topic.zh(), "at": first.made.to_string(),
                    "subject": first.subject, "data": kept,
                });
                hook.send(web, &id, now.us() / US_PER_SECOND, &body.to_string())?;
                Ok(End::Sent)
            }
        }
    }

    /// The words of one message, or of several under one subject.
    fn words(&self, together: &[&Out], topic: Topic, first: &Out) -> Words {
        let of = |out: &Out| {
            let topic = Topic::read(&out.topic).unwrap_or(topic);
            let words = texts::words(&self.office.outreach, topic, &out.lang);
            texts::filled(&words, &values(self.office, &out.filled, &out.lang, topic))
        };
        let one = of(first);
        if together.len() < 2 {
            return one;
        }
        let lines: Vec<String> = together.iter().take(TOGETHER_MAX).map(|o| of(o).text).collect();
        let n = together.len();
        let subject = if first.lang == "en" {
            format!("{n} messages")
        } else {
            format!("{}（{n} 条）", one.subject)
        };
        Words { subject, text: lines.join("\n\n") }
    }
}

/// Says whether a way works, with a message that nobody asked for.
pub(crate) fn test(
    city: &City,
    office: &Office,
    way: Way,
    address: &str,
    now: Moment,
) -> Result<(), Failure> {
    let lane = match way {
        Way::Mail => MAIL.to_owned(),
        Way::Sms => SMS.to_owned(),
        Way::Hook => format!("{HOOK}{address}"),
    };
    let words = texts::usual(Topic::Test, "zh");
    let values = values(office, "{}", "zh", Topic::Test);
    let words = texts::filled(&words, &values);
    let id = format!("bancheng-test-{}", now.us());
    match road(city, office, &lane)? {
        Road::Mail(mailer) => {
            let mail = Mail { to: address, subject: &words.subject, text: &words.text, id: &id, stop: None };
            mailer.send(&mail)
        }
        Road::Sms(web, gateway) => {
            let template = office.outreach.sms_templates.get(Topic::Test.word()).map_or("", String::as_str);
            gateway.send(&web, &Sms { phone: address, template, text: &words.text, id: &id, values: &values })
        }
        Road::Hook(web, hook) => {
            let body = serde_json::json!({ "id": id, "topic": Topic::Test.word(), "at": now.to_string() });
            hook.send(&web, &id, now.us() / US_PER_SECOND, &body.to_string())
        }
        Road::None(why) => Err(why),
    }
}
