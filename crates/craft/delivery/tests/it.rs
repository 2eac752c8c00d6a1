//! Each way over a real connection: a mail server with STARTTLS and sign-in, an HTTP receiver, a gateway; and what is said
//! when it does not go.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use delivery::{Gateway, Hook, Mail, MailServer, MailTls, Mailer, Networks, Scope, Sms, Web, signed};
use testkit::{MailRules, Mailbox, Postbox};

const PATIENCE: Duration = Duration::from_secs(5);

fn server(mailbox: &Mailbox) -> MailServer {
    MailServer {
        host: "localhost".into(),
        port: mailbox.port,
        tls: MailTls::Starttls,
        from: "政务服务 <no-reply@example.cn>".into(),
        trust: mailbox.pem.clone(),
        ..MailServer::default()
    }
}

fn mail(to: &str) -> Mail<'_> {
    Mail {
        to,
        subject: "编号 4306 已受理",
        text: "您反映的事项已受理。",
        id: "bancheng-1-1",
        stop: Some("https://bc.example.cn/stop/ab"),
    }
}

#[test]
fn a_mail_goes_out_encrypted_with_sign_in_and_stays_in_its_headers() {
    // \0user\0pass
    let rules = MailRules { sign_in: Some("AHVzZXIAcGFzcw=="), ..MailRules::default() };
    let mailbox = Mailbox::start(rules);
    let right = MailServer { user: "user".into(), password: "pass".into(), ..server(&mailbox) };
    let mailer = Mailer::new(&right, PATIENCE).unwrap();
    mailer.send(&mail("a@example.cn")).unwrap();
    let subject = Mail { subject: "两行\r\nBcc: b@example.cn", ..mail("a@example.cn") };
    mailer.send(&subject).unwrap();
    let got = mailbox.got();
    assert_eq!(got.len(), 2);
    assert!(got.iter().all(|g| g.secret && g.to == "a@example.cn"));
    assert!(got[0].data.contains("Message-ID: <bancheng-1-1@example.cn>"), "{}", got[0].data);
    assert!(got[0].data.contains("List-Unsubscribe: <https://bc.example.cn/stop/ab>"));
    assert!(!got[1].data.lines().any(|l| l.starts_with("Bcc:")), "{}", got[1].data);

    let wrong = MailServer { user: "user".into(), password: "no".into(), ..server(&mailbox) };
    let why = Mailer::new(&wrong, PATIENCE).unwrap().send(&mail("a@example.cn")).unwrap_err();
    assert_eq!((why.scope, why.why.as_str()), (Scope::Down, "SMTP 535"));
}

#[test]
fn a_server_that_cannot_be_trusted_or_encrypts_nothing_is_given_no_mail() {
    let mailbox = Mailbox::start(MailRules::default());
    let stranger = MailServer { trust: Mailbox::start(MailRules::default()).pem, ..server(&mailbox) };
    let why = Mailer::new(&stranger, PATIENCE).unwrap().send(&mail("a@example.cn")).unwrap_err();
    assert!(why.scope == Scope::Down && why.why.contains("证书不被信任"), "{why}");
    let plain = Mailbox::start(MailRules { plain: true, ..MailRules::default() });
    let why = Mailer::new(&server(&plain), PATIENCE).unwrap().send(&mail("a@example.cn")).unwrap_err();
    assert_eq!(why.scope, Scope::Down, "{why}");
    assert!(mailbox.got().is_empty() && plain.got().is_empty());
}

#[test]
fn what_a_mail_server_refuses_is_told_apart_and_no_address_is_repeated() {
    let rules = MailRules {
        recipient: Some(|to| match to {
            "gone@example.cn" => "550 5.1.1 <gone@example.cn> unknown",
            "full@example.cn" => "452 4.2.2 <full@example.cn> mailbox full",
            "odd@example.cn" => "501 5.1.3 <odd@example.cn> bad address",
            "part@example.cn" => "504 5.5.4 <part@example.cn> not here",
            "mad@example.cn" => "503 5.5.1 out of order",
            _ => "250 ok",
        }),
        ..MailRules::default()
    };
    let mailbox = Mailbox::start(rules);
    let mailer = Mailer::new(&server(&mailbox), PATIENCE).unwrap();
    // A recipient that this server cannot write to says nothing of the others.
    for (to, scope) in [
        ("gone@example.cn", Scope::Never),
        ("full@example.cn", Scope::Later),
        ("odd@example.cn", Scope::Never),
        ("part@example.cn", Scope::Never),
        ("mad@example.cn", Scope::Down),
        ("nobody", Scope::Never),
        ("王@例.cn", Scope::Never),
        ("wang@例.cn", Scope::Never),
    ] {
        let why = mailer.send(&mail(to)).unwrap_err();
        assert_eq!(why.scope, scope, "{why}");
        assert!(!why.why.contains('@'), "{why}");
    }
    mailer.send(&mail("here@example.cn")).unwrap();
    let gone = MailServer { port: 1, ..server(&mailbox) };
    assert_eq!(
        Mailer::new(&gone, PATIENCE).unwrap().send(&mail("a@example.cn")).unwrap_err().scope,
        Scope::Down
    );
}

fn web(allowed: &str) -> Web {
    Web::new(Networks::read(allowed).unwrap(), Duration::from_millis(500), "").unwrap()
}

#[test]
fn a_webhook_is_signed_and_a_receiver_inside_is_not_asked_unless_allowed() {
    let receiver = Postbox::start(|_, _| (200, "", Duration::ZERO));
    let hook =
        Hook { url: format!("{}/in", receiver.url), secret: "一个很长的密钥 0123456789".into() };
    let why = hook.send(&web(""), "m1", 1_700_000_000, "{}").unwrap_err();
    assert_eq!(why.scope, Scope::Never, "{why}");
    let by_name = Hook { url: hook.url.replace("127.0.0.1", "localhost"), ..hook.clone() };
    assert_eq!(by_name.send(&web(""), "m1", 0, "{}").unwrap_err().scope, Scope::Never);
    assert!(receiver.got().is_empty());

    hook.send(&web("127.0.0.0/8"), "m1", 1_700_000_000, "{\"a\":1}").unwrap();
    let got = &receiver.got()[0];
    assert_eq!((got.path.as_str(), got.body.as_str()), ("/in", "{\"a\":1}"));
    let at: i64 = got.header("webhook-timestamp").parse().unwrap();
    assert!(signed(&hook.secret, got.header("webhook-id"), at, &got.body, got.header("webhook-signature")));
}

#[test]
fn what_a_receiver_answers_says_whether_it_is_tried_again() {
    let receiver = Postbox::start(|p, _| {
        let status = p.path.trim_start_matches('/').parse().unwrap_or(200);
        let wait = if status == 299 { Duration::from_secs(2) } else { Duration::ZERO };
        (status, "{\"phone\":\"13800001234\"}", wait)
    });
    let web = web("127.0.0.1");
    for (status, scope) in [
        (500, Scope::Later),
        (503, Scope::Later),
        (429, Scope::Later),
        (400, Scope::Never),
        (410, Scope::Never),
        (302, Scope::Never),
        (401, Scope::Down),
        (404, Scope::Down),
        (299, Scope::Down),
    ] {
        let hook = Hook { url: format!("{}/{status}", receiver.url), secret: String::new() };
        let why = hook.send(&web, "m", 0, "{}").unwrap_err();
        assert_eq!(why.scope, scope, "{status}: {why}");
        assert!(!why.why.contains("138"), "{why}");
    }
}

/// Answers every request with this head and waits with its body; the lines that were asked for.
fn raw(head: &str, body_after: Duration) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, head) = (Arc::new(Mutex::new(Vec::new())), head.replace("{url}", &url));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut line in listener.incoming().flatten() {
            let mut text = [0; 4096];
            let n = line.read(&mut text).unwrap_or(0);
            let first = String::from_utf8_lossy(&text[..n]).lines().next().unwrap_or_default().to_owned();
            kept.lock().unwrap().push(first);
            drop(line.write_all(head.as_bytes()));
            std::thread::sleep(body_after);
        }
    });
    (url, asked)
}

#[test]
fn a_redirection_is_not_followed_to_a_receiver_that_would_take_it() {
    let (url, asked) =
        raw("HTTP/1.1 307 x\r\nlocation: {url}/other\r\ncontent-length: 0\r\n\r\n", Duration::ZERO);
    let hook = Hook { url: format!("{url}/in"), secret: String::new() };
    assert_eq!(hook.send(&web("127.0.0.1"), "m", 0, "{}").unwrap_err().scope, Scope::Never);
    assert_eq!(*asked.lock().unwrap(), ["POST /in HTTP/1.1"]);
}

#[test]
fn a_webhook_that_was_taken_is_taken_however_long_or_slow_the_answer() {
    let long =
        Postbox::start(|_, _| (200, Box::leak("x".repeat(100 << 10).into_boxed_str()), Duration::ZERO));
    let hook = Hook { url: long.url.clone(), secret: String::new() };
    hook.send(&web("127.0.0.1"), "m", 0, "{}").unwrap();
    let (slow, _) = raw("HTTP/1.1 200 x\r\ncontent-length: 10\r\n\r\n", Duration::from_secs(2));
    let hook = Hook { url: slow, secret: String::new() };
    hook.send(&web("127.0.0.1"), "m", 0, "{}").unwrap();
    // A gateway whose sign stands in the answer is another matter.
    let gateway =
        Gateway { url: long.url.clone(), body: "{}".into(), taken_at: "/code".into(), ..Gateway::default() };
    let sms = Sms { phone: "13800001234", template: "", text: "", id: "1", values: &[] };
    assert_eq!(gateway.send(&web("127.0.0.1"), &sms).unwrap_err().scope, Scope::Later);
    Gateway { taken_at: String::new(), ..gateway }.send(&web("127.0.0.1"), &sms).unwrap();
}

#[test]
fn what_is_printed_holds_no_secret() {
    let server = MailServer { user: "u-geheim".into(), password: "p-geheim".into(), ..MailServer::default() };
    let gateway = Gateway {
        url: "https://x/?key=geheim".into(),
        headers: "authorization: geheim".into(),
        body: "geheim".into(),
        ..Gateway::default()
    };
    let hook = Hook { url: "https://x/geheim".into(), secret: "geheim".into() };
    assert!(!format!("{server:?} {gateway:?} {hook:?}").contains("geheim"));
}

#[test]
fn a_gateway_is_asked_by_its_own_form_and_its_refusal_is_seen() {
    let receiver = Postbox::start(|p, _| {
        let taken = p.body.contains("SMS_1") && p.header("authorization") == "Bearer k";
        (200, if taken { "{\"code\":\"OK\"}" } else { "{\"code\":\"isv.NO 13800001234\"}" }, Duration::ZERO)
    });
    let gateway = Gateway {
        url: receiver.url.clone(),
        headers: "Authorization: Bearer k".into(),
        body: "{\"to\":\"{phone}\",\"tpl\":\"{template}\",\"p\":{\"n\":\"{number}\"}}".into(),
        taken_at: "/code".into(),
        taken_is: "OK".into(),
    };
    let values = [("number".to_owned(), "4306-1".to_owned())];
    let sms = Sms { phone: "13800001234", template: "SMS_1", text: "", id: "1", values: &values };
    gateway.send(&web("127.0.0.1"), &sms).unwrap();
    assert_eq!(receiver.got()[0].body, "{\"to\":\"13800001234\",\"tpl\":\"SMS_1\",\"p\":{\"n\":\"4306-1\"}}");
    let why = gateway.send(&web("127.0.0.1"), &Sms { template: "X", ..sms }).unwrap_err();
    assert!(why.scope == Scope::Later && !why.why.contains("138"), "{why}");
}
