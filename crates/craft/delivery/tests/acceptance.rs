//! A real mail server, started by `e2e/smtp.sh`: `BANCHENG_SMTP` is `port of STARTTLS, port of TLS, name, password,
//! certificate file, recipient`, separated by spaces.

use std::time::Duration;

use delivery::{Mail, MailServer, MailTls, Mailer, Scope};

#[test]
fn a_real_mail_server_takes_mail_with_starttls_and_tls_and_refuses_a_wrong_password() {
    let Ok(told) = std::env::var("BANCHENG_SMTP") else {
        eprintln!(
            "没有真实邮件服务器，未试：请运行 e2e/smtp.sh / no real mail server, NOT TRIED: run e2e/smtp.sh"
        );
        return;
    };
    let parts: Vec<&str> = told.split(' ').collect();
    let trust = std::fs::read_to_string(parts[4]).expect("the certificate");
    let server = |tls, port: &str, password: &str| MailServer {
        host: "localhost".into(),
        port: port.parse().expect("a port"),
        tls,
        user: parts[2].into(),
        password: password.into(),
        from: "政务服务 <no-reply@example.cn>".into(),
        trust: trust.clone(),
    };
    let send = |server: &MailServer, n: usize| {
        let mailer = Mailer::new(server, Duration::from_secs(10)).expect("ready");
        (0..n).try_for_each(|i| {
            let id = format!("bancheng-trial-{i}");
            let text = "您反映的事项已受理。\n.一行以点开头\n";
            mailer.send(&Mail { to: parts[5], subject: "已受理", text, id: &id, stop: None })
        })
    };
    let began = std::time::Instant::now();
    send(&server(MailTls::Starttls, parts[0], parts[3]), 200).expect("STARTTLS");
    eprintln!("200 mails over STARTTLS: {:?}", began.elapsed());
    send(&server(MailTls::Wrapped, parts[1], parts[3]), 1).expect("TLS");
    let why = send(&server(MailTls::Starttls, parts[0], "wrong"), 1).expect_err("a wrong password");
    assert_eq!(why.scope, Scope::Down, "{why}");
    let stranger = MailServer { trust: String::new(), ..server(MailTls::Starttls, parts[0], parts[3]) };
    assert_eq!(send(&stranger, 1).expect_err("nobody vouches for it").scope, Scope::Down);
}
