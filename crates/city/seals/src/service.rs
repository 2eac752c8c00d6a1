//! 参考签章服务: what a seal service answers, without the network: `bancheng seal serve` and the tests put one around it. It holds
//! one key, makes seals for it, and signs nothing but stamps with seals that it made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seal::Certificate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Device, Draft, Drafted, FileDevice, Message, SealMade, Signed, TheCertificate};

/// A seal service over a key file.
#[derive(Debug)]
pub struct Service {
    key: FileDevice,
    certificate: Certificate,
    token: String,
}

/// A question, as HTTP brings it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// GET, POST
    pub method: &'a str,
    /// without what stands behind `?`
    pub path: &'a str,
    /// the header of that name
    pub authorization: &'a str,
    /// what was sent
    pub body: &'a [u8],
}

/// Status and JSON.
pub type Answer = (u16, String);

#[derive(Serialize)]
struct Refusal<'a> {
    code: &'a str,
    message: &'a str,
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    (status, serde_json::to_string(&Refusal { code, message }).unwrap_or_default())
}

fn told<T: Serialize>(value: &T) -> Answer {
    serde_json::to_string(value).map_or_else(|_| refused(500, "bug", ""), |text| (200, text))
}

/// Equal, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

impl Service {
    /// Over a key; whoever asks must have the token.
    ///
    /// # Errors
    /// The key has no certificate that can be read, or the token is too short to be one.
    pub fn new(key: FileDevice, token: &str) -> Result<Self, city::Error> {
        if token.len() < 16 {
            return Err(city::Error::invalid(
                "token",
                "令牌至少 16 个字符",
                "the token has 16 characters at least",
            ));
        }
        let certificate = Certificate::read(&key.certificate()?)
            .ok_or_else(|| city::Error::bug("a key file without a certificate"))?;
        Ok(Self { key, certificate, token: token.to_owned() })
    }

    /// Answers one question.
    pub fn answer(&self, q: Question<'_>) -> Answer {
        if !same(q.authorization, &format!("Bearer {}", self.token)) {
            return refused(401, "token", "令牌不对 / wrong token");
        }
        let certificate = || TheCertificate { certificate: STANDARD.encode(self.certificate.der()) };
        match (q.method, q.path) {
            ("GET", "/v1/certificate") => told(&certificate()),
            ("POST", "/v1/seals") => self.make(q.body),
            ("POST", "/v1/sign") => self.sign(q.body),
            _ => refused(404, "address", "没有这个地址 / no such address"),
        }
    }

    fn make(&self, body: &[u8]) -> Answer {
        let Some(asked) = read::<Drafted>(body) else { return unread() };
        let Ok(picture) = STANDARD.decode(&asked.picture) else { return unread() };
        let draft = Draft {
            number: asked.number,
            name: asked.name,
            kind: asked.kind,
            created: asked.created,
            valid_to: asked.valid_to,
            picture,
            width: asked.width,
            height: asked.height,
        };
        match self.key.make(&draft) {
            Ok(seal) => told(&SealMade { seal: STANDARD.encode(seal) }),
            Err(t) => refused(422, t.code, &t.said.to_string()),
        }
    }

    fn sign(&self, body: &[u8]) -> Answer {
        let message = read::<Message>(body).and_then(|m| STANDARD.decode(m.message).ok());
        let Some(message) = message else { return unread() };
        if let Err(said) = seal::make::asked(&message, &self.certificate) {
            return refused(422, "not_a_stamp", &said.to_string());
        }
        match self.key.sign(&message) {
            Ok(value) => told(&Signed { value: STANDARD.encode(value) }),
            Err(t) => refused(422, t.code, &t.said.to_string()),
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

fn unread() -> Answer {
    refused(400, "body", "请求内容读不懂 / the body cannot be read")
}
