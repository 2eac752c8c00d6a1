//! 回调通知 (webhook): a JSON body with an id, a moment and a signature over the three, as in Standard Webhooks
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature`), with HMAC-SM3 in place of HMAC-SHA256: `v1sm3,<base64>`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;

use crate::{Failure, Web};

/// Where a webhook goes and the secret it is signed with.
#[derive(Clone)]
pub struct Hook {
    /// `https://…`
    pub url: String,
    /// the secret shared with the receiver
    pub secret: String,
}

impl fmt::Debug for Hook {
    /// Addresses of webhooks hold keys too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").finish_non_exhaustive()
    }
}

impl Hook {
    /// Sends `body` under `id`, which stays the same when it is sent again, at `at_s` seconds since 1970.
    ///
    /// # Errors
    /// It did not arrive, or the receiver did not take it.
    pub fn send(&self, web: &Web, id: &str, at_s: i64, body: &str) -> Result<(), Failure> {
        // 2xx is all that is asked: what stands in the answer, and how slowly it comes, is the receiver's own affair.
        self.post(web, id, at_s, body).map(drop)
    }

    /// The same, and answers what came back.
    ///
    /// # Errors
    /// As [`Hook::send`]; the answer is too long.
    pub fn ask(&self, web: &Web, id: &str, at_s: i64, body: &str) -> Result<Vec<u8>, Failure> {
        crate::http::read(self.post(web, id, at_s, body)?)
    }

    fn post(&self, web: &Web, id: &str, at_s: i64, body: &str) -> Result<ureq::Body, Failure> {
        let headers = [
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at_s.to_string()),
            ("webhook-signature", signature(&self.secret, id, at_s, body)),
        ];
        let headers = headers.map(|(n, v)| (n.to_owned(), v));
        web.post(&self.url, &headers, body)
    }
}

/// The signature over `id.moment.body`.
pub fn signature(secret: &str, id: &str, at_s: i64, body: &str) -> String {
    format!("v1sm3,{}", STANDARD.encode(mac(secret, id, at_s, body).finalize().into_bytes()))
}

fn mac(secret: &str, id: &str, at_s: i64, body: &str) -> Hmac<Sm3> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sm3>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!());
    mac.update(format!("{id}.{at_s}.{body}").as_bytes());
    mac
}

/// Is one of the signatures in the header this one? In a time that does not tell where they differ. What a receiver does.
pub fn signed(secret: &str, id: &str, at_s: i64, body: &str, header: &str) -> bool {
    header.split(' ').filter_map(|s| s.strip_prefix("v1sm3,")).any(|s| {
        STANDARD.decode(s).is_ok_and(|given| mac(secret, id, at_s, body).verify_slice(&given).is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_id_moment_and_body_alone() {
        let s = signature("密钥", "msg_1", 1_700_000_000, "{}");
        assert!(signed("密钥", "msg_1", 1_700_000_000, "{}", &format!("v1,abc {s}")));
        assert!(!signed("密", "msg_1", 1_700_000_000, "{}", &s));
        assert!(!signed("密钥", "msg_2", 1_700_000_000, "{}", &s));
        assert!(!signed("密钥", "msg_1", 1_700_000_001, "{}", &s));
        assert!(!signed("密钥", "msg_1", 1_700_000_000, "{ }", &s));
        assert!(!signed("密钥", "msg_1", 1_700_000_000, "{}", "v1sm3,"));
    }
}
