//! 签章服务: the key is with a service of the city, asked over HTTP. It makes seals and signs stamps; what it answers is
//! judged before it is taken. The messages are those of `bancheng seal serve`, the reference service.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Moment;
use seal::Certificate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::http::Uri;

use crate::{Device, Draft, Trouble};

/// How long one question may take, from the name to the last byte.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most bytes of an answer; a seal holds its picture.
const ANSWER_MAX: u64 = 2 << 20;

/// `GET /v1/certificate`
#[derive(Debug, Serialize, Deserialize)]
pub struct TheCertificate {
    /// DER, Base64
    pub certificate: String,
}

/// `POST /v1/seals`: what is asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Drafted {
    /// 印章编码
    pub number: String,
    /// 印章名称
    pub name: String,
    /// 1 unit, 2 person
    pub kind: i64,
    /// when it is made, and its first moment
    pub created: Moment,
    /// last moment
    pub valid_to: Moment,
    /// PNG, Base64
    pub picture: String,
    /// millimetres
    pub width: i64,
    /// millimetres
    pub height: i64,
}

/// `POST /v1/seals`: what is answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealMade {
    /// the seal, DER, Base64
    pub seal: String,
}

/// `POST /v1/sign`: what is asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Message {
    /// the stamp to be signed (GB/T 38540-2020 `TBS_Sign`), Base64
    pub message: String,
}

/// `POST /v1/sign`: what is answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Signed {
    /// `SEQUENCE { r, s }`, Base64
    pub value: String,
}

/// A seal service.
pub struct ServiceDevice {
    url: String,
    token: String,
    agent: Agent,
}

impl std::fmt::Debug for ServiceDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceDevice({:?})", self.url)
    }
}

impl ServiceDevice {
    /// The service at an address, let in with a token.
    pub fn new(url: &str, token: &str) -> Self {
        Self::patient(url, token, PATIENCE)
    }
    /// The same, waiting only so long.
    pub fn patient(url: &str, token: &str, patience: Duration) -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(patience))
            .user_agent("bancheng")
            .build();
        Self { url: url.trim_end_matches('/').to_owned(), token: token.to_owned(), agent: config.into() }
    }

    /// The token goes over nothing that others can read along.
    fn safe(&self) -> Result<(), Trouble> {
        let uri = self.url.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(|u| u.host()).unwrap_or_default();
        let near = matches!(host, "127.0.0.1" | "localhost" | "[::1]" | "::1");
        match uri.as_ref().and_then(|u| u.scheme_str()) {
            Some("https") => Ok(()),
            Some("http") if near => Ok(()),
            _ => Err(Trouble::new(
                "address",
                "签章服务的地址须以 https:// 开头（本机除外），请系统管理员改正",
                "the address of the seal service begins with https:// unless it is this machine: mend BANCHENG_SEAL_SERVICE",
            )),
        }
    }

    fn ask<T: DeserializeOwned>(&self, path: &str, body: Option<&impl Serialize>) -> Result<T, Trouble> {
        self.safe()?;
        let url = format!("{}{path}", self.url);
        let bearer = format!("Bearer {}", self.token);
        let answer = match body {
            None => self.agent.get(&url).header("authorization", &bearer).call(),
            Some(body) => {
                let text = serde_json::to_string(body).map_err(|_| garbled())?;
                let ask = self.agent.post(&url).header("authorization", &bearer);
                ask.header("content-type", "application/json").send(text)
            }
        };
        let answer = answer.map_err(|e| failed(&e))?;
        match answer.status().as_u16() {
            200 => {}
            401 | 403 => {
                return Err(Trouble::new(
                    "token",
                    "签章服务不认本系统的令牌，请系统管理员核对",
                    "the seal service does not know our token: check BANCHENG_SEAL_TOKEN",
                ));
            }
            404 | 405 => {
                return Err(Trouble::new(
                    "address",
                    "签章服务的地址不对，请系统管理员核对",
                    "the address of the seal service is wrong: check BANCHENG_SEAL_SERVICE",
                ));
            }
            400..500 if answer.status().as_u16() != 429 => {
                return Err(Trouble::new(
                    "refused",
                    "签章服务拒绝了这次请求；请联系它的管理单位",
                    "the seal service refused: ask whoever runs it",
                ));
            }
            _ => {
                return Err(Trouble::new(
                    "busy",
                    "签章服务正忙或正在维护，请稍后再试",
                    "the seal service is busy or being mended: try again later",
                ));
            }
        }
        let read = answer.into_body().into_with_config().limit(ANSWER_MAX).read_to_vec();
        serde_json::from_slice(&read.map_err(|e| failed(&e))?).map_err(|_| garbled())
    }
}

fn garbled() -> Trouble {
    Trouble::new(
        "garbled",
        "读不懂签章服务的应答，没有采用；请联系它的管理单位",
        "the answer of the seal service cannot be read and was not taken: ask whoever runs it",
    )
}

fn failed(e: &ureq::Error) -> Trouble {
    match e {
        ureq::Error::Timeout(_) => Trouble::new(
            "slow",
            "签章服务没有在时限内应答，没有盖章；请稍后再试",
            "the seal service did not answer in time, nothing was sealed: try again later",
        ),
        ureq::Error::BodyExceedsLimit(_) => garbled(),
        _ => Trouble::new(
            "unreachable",
            "连接不上签章服务，没有盖章；请稍后再试或联系管理员",
            "the seal service cannot be reached, nothing was sealed: try again later or ask the administrator",
        ),
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, Trouble> {
    STANDARD.decode(text).map_err(|_| garbled())
}

impl Device for ServiceDevice {
    fn certificate(&self) -> Result<Vec<u8>, Trouble> {
        let answer: TheCertificate = self.ask("/v1/certificate", None::<&Message>)?;
        let der = bytes(&answer.certificate)?;
        if Certificate::read(&der).is_none() { Err(garbled()) } else { Ok(der) }
    }
    fn is_trial(&self) -> Result<bool, Trouble> {
        let der = self.certificate()?;
        Ok(Certificate::read(&der).ok_or_else(garbled)?.is_self_made())
    }
    fn make(&self, draft: &Draft) -> Result<Vec<u8>, Trouble> {
        let asked = Drafted {
            number: draft.number.clone(),
            name: draft.name.clone(),
            kind: draft.kind,
            created: draft.created,
            valid_to: draft.valid_to,
            picture: STANDARD.encode(&draft.picture),
            width: draft.width,
            height: draft.height,
        };
        let answer: SealMade = self.ask("/v1/seals", Some(&asked))?;
        bytes(&answer.seal)
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Trouble> {
        let asked = Message { message: STANDARD.encode(message) };
        let answer: Signed = self.ask("/v1/sign", Some(&asked))?;
        bytes(&answer.value)
    }
}
