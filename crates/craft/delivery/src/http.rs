//! 网上请求: a POST that follows no redirection, goes through no proxy, waits a bounded time, and asks no address that is
//! not allowed: what is connected to is what was checked, so that a name cannot be pointed elsewhere in between.

use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use crate::{Failure, Networks, forbidden};

/// Most of an answer that is read, bytes.
const ANSWER_MAX: u64 = 64 << 10;

/// Asks over HTTP.
#[derive(Clone, Debug)]
pub struct Web(Agent);

#[derive(Debug)]
struct Checked {
    inner: DefaultResolver,
    allowed: Networks,
}

/// What a refused address is called inside; it never leaves this room.
const REFUSED: &str = "address not allowed";

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if found.iter().any(|a| forbidden(a.ip(), &self.allowed)) {
            return Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, REFUSED)));
        }
        Ok(found)
    }
}

impl Web {
    /// Waits at most `patience` for one request, from the name to the last byte. `trust`: certificates in PEM that are
    /// trusted instead of those of this machine; empty for those.
    ///
    /// # Errors
    /// `trust` is no certificate.
    pub fn new(allowed: Networks, patience: Duration, trust: &str) -> Result<Self, Failure> {
        let roots = if trust.trim().is_empty() {
            RootCerts::PlatformVerifier
        } else {
            let own = Certificate::from_pem(trust.as_bytes())
                .map_err(|_| Failure::never("信任的证书不是 PEM / the trusted certificate is not PEM"))?;
            RootCerts::new_with_certs(&[own])
        };
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(patience))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent("bancheng")
            .build();
        let resolver = Checked { inner: DefaultResolver::default(), allowed };
        Ok(Self(Agent::with_parts(config, DefaultConnector::default(), resolver)))
    }

    /// Sends a body; what came back is taken once the status is 2xx, and [read](read) only by who needs it.
    pub(crate) fn post(&self, url: &str, headers: &[(String, String)], body: &str) -> Result<Body, Failure> {
        let mut request = self.0.post(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.send(body).map_err(|e| failure(&e))?;
        let status = answer.status().as_u16();
        match status {
            200..300 => Ok(answer.into_body()),
            // What says “not now”, and what a receiver that is being mended answers.
            408 | 425 | 429 | 500..600 => Err(Failure::later(format!("HTTP {status}"))),
            // The key is wrong, or the address is: that is so for every message, and is mended by a person.
            401 | 403 | 404 | 405 => Err(Failure::down(format!("HTTP {status}"))),
            _ => Err(Failure::never(format!("HTTP {status}"))),
        }
    }
}

/// What came back, when it is not too long.
pub(crate) fn read(answer: Body) -> Result<Vec<u8>, Failure> {
    answer.into_with_config().limit(ANSWER_MAX).read_to_vec().map_err(|e| failure(&e))
}

fn failure(e: &ureq::Error) -> Failure {
    use ureq::Error as E;
    match e {
        E::Io(io) if io.to_string() == REFUSED => Failure::never(
            "地址在内网或本机，没有放行 / the address is on this machine or an inner network and not allowed",
        ),
        E::Timeout(_) => Failure::down("没有在时限内应答 / no answer in time"),
        E::HostNotFound => Failure::down("找不到主机 / no such host"),
        E::Io(io) => Failure::down(format!("连接不上 / cannot connect: {:?}", io.kind())),
        E::ConnectionFailed => Failure::down("连接不上 / cannot connect"),
        E::Tls(_) | E::Rustls(_) | E::Pem(_) => Failure::down("证书或加密连接不成 / TLS failed"),
        E::BadUri(_) | E::Http(_) => Failure::never("地址或请求头写得不对 / a wrong address or header"),
        E::BodyExceedsLimit(_) => Failure::later("应答过长 / the answer is too long"),
        _ => Failure::later("应答读不懂 / the answer cannot be read"),
    }
}
