//! 电子邮件: over SMTP (RFC 5321), with STARTTLS or TLS from the start, the connection kept for the next mail.

use std::fmt;
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, SmtpTransport, Transport as _};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// by STARTTLS, and not without
    #[default]
    Starttls,
    /// TLS from the first byte (port 465)
    Wrapped,
    /// not: a server on the same machine
    None,
}

impl MailTls {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Starttls, "starttls"), (Self::Wrapped, "wrapped"), (Self::None, "none")];
}

/// A mail server.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailServer {
    /// its name; none: no mail
    pub host: String,
    /// its port: 587, 465, 25
    pub port: u16,
    /// how it is protected
    pub tls: MailTls,
    /// name at sign-in; none: without
    pub user: String,
    /// password
    pub password: String,
    /// sender, `办成 <no-reply@example.cn>` or an address alone
    pub from: String,
    /// certificates in PEM trusted instead of those of this machine; empty for those
    pub trust: String,
}

impl fmt::Debug for MailServer {
    /// Without the name and password at sign-in: what is printed is kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// One mail in plain text: it is read in whatever size and type the reader has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail<'a> {
    /// address
    pub to: &'a str,
    /// subject
    pub subject: &'a str,
    /// text
    pub text: &'a str,
    /// stays the same when it is sent again
    pub id: &'a str,
    /// the page where one says that no more is wanted (`List-Unsubscribe`, RFC 2369); none for mail inside the government
    pub stop: Option<&'a str>,
}

/// May this be written to? In ASCII and with a whole domain: what few mail servers take (`王@例.cn`, SMTPUTF8) would come back
/// as a failure of the server.
pub fn is_mailbox(text: &str) -> bool {
    let domain = text.rsplit_once('@').map_or("", |(_, d)| d);
    let whole = domain.contains('.') && !domain.starts_with('[');
    text.is_ascii() && whole && text.len() <= 254 && text.parse::<Address>().is_ok()
}

/// A connection to a mail server.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
}

impl Mailer {
    /// Gets ready; nothing is connected yet. One step of the conversation waits at most `patience`.
    ///
    /// # Errors
    /// The sender is no address, or the certificate none.
    pub fn new(server: &MailServer, patience: Duration) -> Result<Self, Failure> {
        let from: Mailbox = server
            .from
            .parse()
            .ok()
            .filter(|m: &Mailbox| AsRef::<str>::as_ref(&m.email).is_ascii())
            .ok_or_else(|| Failure::never("发件人不是邮件地址 / the sender is not a mail address"))?;
        let tls = match server.tls {
            MailTls::None => Tls::None,
            MailTls::Starttls => Tls::Required(parameters(server)?),
            MailTls::Wrapped => Tls::Wrapper(parameters(server)?),
        };
        let mut builder = SmtpTransport::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(patience))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .pool_config(PoolConfig::new().max_size(8));
        if !server.user.is_empty() {
            builder = builder.credentials(Credentials::new(server.user.clone(), server.password.clone()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Hands one mail over; the server has it when this answers.
    ///
    /// # Errors
    /// The server did not answer, or did not take it.
    pub fn send(&self, mail: &Mail<'_>) -> Result<(), Failure> {
        let to = Some(mail.to).filter(|to| is_mailbox(to)).and_then(|to| to.parse::<Address>().ok());
        let to = to.ok_or_else(|| Failure::never("收件地址不成立 / no mail address"))?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.replace(['\r', '\n'], " "))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN);
        // Nobody's absence notice answers a notice (RFC 3834).
        builder = builder.raw_header(raw("Auto-Submitted", "auto-generated"));
        if let Some(stop) = mail.stop.filter(|s| !s.contains(['<', '>', '\r', '\n'])) {
            builder = builder.raw_header(raw("List-Unsubscribe", &format!("<{stop}>")));
        }
        let message = builder
            .body(mail.text.to_owned())
            .map_err(|_| Failure::never("邮件写不成 / the mail cannot be written"))?;
        self.transport.send(&message).map(drop).map_err(|e| failure(&e))
    }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn parameters(server: &MailServer) -> Result<TlsParameters, Failure> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if !server.trust.trim().is_empty() {
        let own = Certificate::from_pem(server.trust.as_bytes())
            .map_err(|_| Failure::never("信任的证书不是 PEM / the trusted certificate is not PEM"))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(own);
    }
    builder.build().map_err(|_| Failure::down("证书或加密连接不成 / TLS failed"))
}

/// Does one of its reasons hold this word? The library tells of a certificate as of a line that broke, and of what one mail
/// cannot be sent with as of what the client cannot; the reason lies inside.
fn speaks_of(e: &lettre::transport::smtp::Error, word: &str) -> bool {
    let mut inner = std::error::Error::source(e);
    while let Some(cause) = inner {
        if cause.to_string().contains(word) {
            return true;
        }
        inner = cause.source();
    }
    false
}

fn failure(e: &lettre::transport::smtp::Error) -> Failure {
    if let Some(code) = e.status() {
        let told = format!("SMTP {code}");
        let n: u16 = code.into();
        return match n {
            // Sign-in, encryption, the whole service: so for every mail. 501 and 504 are said of a recipient too.
            421 | 454 | 500 | 502 | 503 | 530 | 534 | 535 | 538 => Failure::down(told),
            400..500 => Failure::later(told),
            _ => Failure::never(told),
        };
    }
    if speaks_of(e, "certificate") {
        Failure::down(
            "邮件服务器的证书不被信任：请填签发它的根证书（本身标为 CA 的证书不能直接当服务器证书用） / the certificate of the mail server is not trusted: give the root that issued it (one marked as an authority cannot serve itself)",
        )
    } else if e.is_tls() {
        Failure::down("证书或加密连接不成 / TLS failed")
    } else if e.is_timeout() {
        Failure::down("没有在时限内应答 / no answer in time")
    } else if e.is_client() && speaks_of(e, "non-ascii") {
        Failure::never("邮件服务器不收这样的地址或内容 / the mail server takes no such address or text")
    } else if e.is_client() {
        Failure::down(
            "邮件服务器不支持所要求的加密或登录 / the mail server lacks the encryption or sign-in asked for",
        )
    } else {
        Failure::down("连接不上邮件服务器 / cannot connect to the mail server")
    }
}
