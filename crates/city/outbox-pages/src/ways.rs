//! 线路与接收方: by which ways people are told, and which units and systems asked to be.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Outreach;
use kernel::UnitId;
use outbox::{For, MailTls, Receiver, SetUp, Topic, Way};
use web_kit::{Fields, Oops, Opt, again, opt, render, unit_choices, word};

use crate::{Desk, Kit, Page, listed};

#[derive(Template)]
#[template(path = "outreach_ways.html")]
struct WaysHtml {
    p: Page,
    s: SetUp,
    tls: Vec<Opt>,
    hours: String,
    trouble: String,
}

fn tls_word(tls: MailTls) -> &'static str {
    MailTls::ALL.iter().find(|t| t.0 == tls).map_or("", |t| t.1)
}

fn ways_page(desk: &Desk, s: SetUp, trouble: String) -> Response {
    let p = desk.page.clone();
    let tls = MailTls::ALL.map(|(t, w)| {
        let label = match t {
            MailTls::Starttls => p.t.tls_starttls,
            MailTls::Wrapped => p.t.tls_wrapped,
            MailTls::None => p.t.tls_none,
        };
        opt(w, label, tls_word(s.mail.tls))
    });
    let hours: Vec<String> = s.set.digest_hours.iter().map(u8::to_string).collect();
    render(&WaysHtml { tls: tls.into(), hours: hours.join(" "), s, p, trouble })
}

/// `GET /desk/outreach/ways`
pub(crate) async fn form(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let mut s = kit.acts.outbox.set_up(desk.actor()).await?;
    if s.mail.port == 0 {
        s.mail.port = 587;
    }
    if s.set.base.is_empty() {
        s.set.base = kit.options.public_url.clone();
    }
    if s.sms.body.is_empty() {
        s.sms.body = "{\"phone\":\"{phone}\",\"template\":\"{template}\",\"number\":\"{number}\",\"stage\":\"{stage}\",\"link\":\"{link}\"}".to_owned();
    }
    Ok(ways_page(&desk, s, String::new()))
}

/// What was typed over what is kept.
fn read(f: &Fields, mut s: SetUp) -> SetUp {
    let text = |name: &str| f.get(name).trim().to_owned();
    let hour = |name: &str| f.get(name).trim().parse().unwrap_or(99);
    s.set = Outreach {
        base: text("base").trim_end_matches('/').to_owned(),
        mail_on: f.has("mail_on"),
        sms_on: f.has("sms_on"),
        quiet_from: hour("quiet_from"),
        quiet_to: hour("quiet_to"),
        digest_hours: (f.get("digest_hours").split([' ', ',', '，', '、']))
            .filter(|h| !h.is_empty())
            .map(|h| h.parse().unwrap_or(99))
            .collect(),
        allowed: text("allowed"),
        ..s.set
    };
    s.mail.host = text("mail_host");
    s.mail.port = f.get("mail_port").trim().parse().unwrap_or(0);
    s.mail.tls = MailTls::ALL.iter().find(|t| t.1 == f.get("mail_tls")).map_or(MailTls::Starttls, |t| t.0);
    s.mail.user = text("mail_user");
    s.mail.password = f.get("mail_password").to_owned();
    s.mail.from = text("mail_from");
    s.mail.trust = text("mail_trust");
    s.sms.url = text("sms_url");
    s.sms.headers = text("sms_headers");
    s.sms.body = text("sms_body");
    s.sms.taken_at = text("sms_taken_at");
    s.sms.taken_is = text("sms_taken_is");
    s
}

/// `POST /desk/outreach/ways`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let mut new = read(&f, kit.acts.outbox.set_up(desk.actor()).await?);
    let (set, mail, sms) = (new.set.clone(), new.mail.clone(), new.sms.clone());
    match kit.acts.outbox.set_ways(desk.actor(), set, mail, sms).await {
        Ok(()) => Ok(Redirect::to("/desk/outreach").into_response()),
        Err(e) => {
            // Secrets are not written into a page.
            new.mail.password = String::new();
            new.sms.headers = String::new();
            again(&desk.page, e, |trouble| async { Ok(ways_page(&desk, new, trouble)) }).await
        }
    }
}

struct Line {
    form: ReceiverForm,
    what: String,
    test: String,
}

struct ReceiverForm {
    r: Receiver,
    ways: Vec<Opt>,
    unit: String,
    topics: Vec<Opt>,
}

#[derive(Template)]
#[template(path = "outreach_receivers.html")]
struct ReceiversHtml {
    p: Page,
    lines: Vec<Line>,
    new: ReceiverForm,
    units: Vec<(String, String)>,
    secret: String,
    trouble: String,
}

fn receiver_form(p: &Page, office: &city::Office, r: Receiver) -> ReceiverForm {
    let way = r.way.map_or("", Way::word);
    let topics = Topic::ALL.iter().filter(|t| t.whom() == For::Person).map(|t| Opt {
        value: t.word().to_owned(),
        label: listed(p, *t),
        on: r.topics.iter().any(|x| x == t.word()),
    });
    ReceiverForm {
        ways: Way::ALL.map(|w| opt(w.word(), &word(p.lang, w), way)).into(),
        unit: r.unit.and_then(|u| office.unit(u)).map_or_else(String::new, |u| u.key.clone()),
        topics: topics.collect(),
        r,
    }
}

async fn receivers_page(
    kit: &Kit,
    desk: &Desk,
    typed: Option<Receiver>,
    secret: String,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let set = kit.acts.outbox.set_up(desk.actor()).await?;
    let line = |r: Receiver| {
        let way = r.way.map_or_else(String::new, |w| word(p.lang, w));
        let whose = r.unit.map_or_else(|| p.t.receiver_every.to_owned(), |u| office.unit_name(u));
        let off = if r.active { String::new() } else { format!(" · {}", p.t.receiver_off) };
        Line {
            what: format!("{way} · {whose}{off}"),
            test: if r.way == Some(Way::Hook) { r.id.to_string() } else { r.address.clone() },
            form: receiver_form(&p, &office, r),
        }
    };
    let lines = set.receivers.into_iter().map(line).collect();
    let new = typed.unwrap_or_else(|| Receiver { way: Some(Way::Hook), active: true, ..Receiver::default() });
    let new = receiver_form(&p, &office, new);
    Ok(render(&ReceiversHtml { lines, new, units: unit_choices(&office), secret, trouble, p }))
}

/// `GET /desk/outreach/receivers`
pub(crate) async fn receivers(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    receivers_page(&kit, &desk, None, String::new(), String::new()).await
}

/// `POST /desk/outreach/receivers`
pub(crate) async fn save_receiver(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    let office = kit.city.office_now().await?;
    let unit = f.get("unit").trim();
    let unit =
        if unit.is_empty() { None } else { Some(office.unit_called(unit).map_or(UnitId(-1), |u| u.id)) };
    let new = Receiver {
        id: f.get("id").parse().unwrap_or(0),
        way: Way::read(f.get("way")),
        name: f.get("name").to_owned(),
        address: f.get("address").trim().to_owned(),
        secret: f.get("secret").to_owned(),
        unit,
        topics: f.all("topic").into_iter().filter(|t| Topic::read(t).is_some()).map(str::to_owned).collect(),
        digest: f.has("digest"),
        english: f.has("english"),
        active: f.has("active"),
    };
    match kit.acts.outbox.set_receiver(desk.actor(), new.clone()).await {
        Ok(secret) if secret.is_empty() => Ok(Redirect::to("/desk/outreach/receivers").into_response()),
        Ok(secret) => receivers_page(&kit, &desk, None, secret, String::new()).await,
        Err(e) => {
            let typed = Receiver { secret: String::new(), ..new };
            again(&desk.page, e, |trouble| receivers_page(&kit, &desk, Some(typed), String::new(), trouble))
                .await
        }
    }
}
