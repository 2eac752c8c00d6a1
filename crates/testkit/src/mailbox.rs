//! 收件: a small mail server over TCP, with STARTTLS and AUTH, that keeps what it is given.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How a [`Mailbox`] behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct MailRules {
    /// what it answers to a recipient; none: taken
    pub recipient: Option<fn(&str) -> &'static str>,
    /// waits so long before a mail is taken
    pub slow: Duration,
    /// `\0name\0password` in base64, as AUTH PLAIN sends it; none: nobody signs in
    pub sign_in: Option<&'static str>,
    /// offers no encryption
    pub plain: bool,
}

/// One mail as it came.
#[derive(Clone, Debug)]
pub struct Got {
    /// to whom
    pub to: String,
    /// header and text
    pub data: String,
    /// over TLS
    pub secret: bool,
}

/// A mail server on this machine.
#[derive(Debug)]
pub struct Mailbox {
    /// where it listens
    pub port: u16,
    /// its certificate, for `localhost`
    pub pem: String,
    got: Arc<Mutex<Vec<Got>>>,
}

trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

impl Mailbox {
    /// Begins to listen.
    pub fn start(rules: MailRules) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("certificate");
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("key");
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let port = listener.local_addr().expect("port").port();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (kept, config) = (Arc::clone(&got), Arc::new(config));
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let (kept, config) = (Arc::clone(&kept), Arc::clone(&config));
                std::thread::spawn(move || drop(talk(line, rules, &kept, &config)));
            }
        });
        Self { port, pem: made.cert.pem(), got }
    }
    /// What came so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().expect("kept").clone()
    }
}

fn talk(
    line: TcpStream,
    rules: MailRules,
    kept: &Mutex<Vec<Got>>,
    config: &Arc<ServerConfig>,
) -> io::Result<()> {
    line.set_nodelay(true)?;
    line.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut line: Box<dyn Line> = Box::new(line);
    line.write_all(b"220 localhost ready\r\n")?;
    let (mut line, mut secret) = (BufReader::new(line), false);
    let (mut to, mut signed) = (Vec::new(), rules.sign_in.is_none());
    loop {
        let mut said = String::new();
        if line.read_line(&mut said)? == 0 {
            return Ok(());
        }
        let upper = said.trim().to_ascii_uppercase();
        let answer: &str = if upper.starts_with("EHLO") {
            match (secret || rules.plain, rules.sign_in.is_some()) {
                (false, _) => "250-localhost\r\n250 STARTTLS",
                (true, true) => "250-localhost\r\n250 AUTH PLAIN",
                (true, false) => "250 localhost",
            }
        } else if upper == "STARTTLS" {
            line.get_mut().write_all(b"220 go\r\n")?;
            let inner = line.into_inner();
            let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            line = BufReader::new(Box::new(StreamOwned::new(connection, inner)));
            secret = true;
            continue;
        } else if let Some(given) = said.trim().strip_prefix("AUTH PLAIN ") {
            signed = rules.sign_in == Some(given);
            if signed { "235 welcome" } else { "535 5.7.8 no" }
        } else if upper.starts_with("MAIL FROM") {
            to.clear();
            if signed { "250 ok" } else { "530 5.7.0 sign in" }
        } else if upper.starts_with("RCPT TO") {
            let address = said.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            let answer = rules.recipient.map_or("250 ok", |r| r(&address));
            to.push(address);
            answer
        } else if upper == "DATA" {
            line.get_mut().write_all(b"354 go\r\n")?;
            let mut data = String::new();
            loop {
                let mut one = String::new();
                if line.read_line(&mut one)? == 0 {
                    return Ok(());
                }
                if one == ".\r\n" {
                    break;
                }
                data.push_str(&one);
            }
            std::thread::sleep(rules.slow);
            kept.lock().expect("kept").push(Got { to: to.join(","), data, secret });
            "250 taken"
        } else if upper == "QUIT" {
            "221 bye"
        } else {
            "250 ok"
        };
        line.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
        if upper == "QUIT" {
            return Ok(());
        }
    }
}
