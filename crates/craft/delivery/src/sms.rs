//! 短信: an HTTP gateway that sends by template. Gateways differ in their fields, not in kind: an address, some headers, a
//! body with places to fill, and the sign in the answer that says “taken”. All of that is data.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::read;
use crate::{Failure, Web, fill};

/// A gateway.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gateway {
    /// `https://…`; none: no gateway
    pub url: String,
    /// one header a line, `name: value`
    pub headers: String,
    /// the body, with places `{phone}`, `{template}`, `{text}` and those of the message
    pub body: String,
    /// where in the answer the sign is, as a JSON pointer (RFC 6901); empty: any 2xx answer is taken
    pub taken_at: String,
    /// what stands there when it was taken
    pub taken_is: String,
}

impl fmt::Debug for Gateway {
    /// Its key stands in the headers, with some in the address or the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("taken_at", &self.taken_at)
            .field("taken_is", &self.taken_is)
            .finish_non_exhaustive()
    }
}

/// One short message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms<'a> {
    /// to which number
    pub phone: &'a str,
    /// the id of the template at the gateway
    pub template: &'a str,
    /// the whole text, for gateways that take it
    pub text: &'a str,
    /// stays the same when it is sent again
    pub id: &'a str,
    /// what else may be filled in
    pub values: &'a [(String, String)],
}

/// A mobile number of the mainland, or an international one.
pub fn is_mobile(phone: &str) -> bool {
    let digits = |s: &str, from: usize, to: usize| {
        (from..=to).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit())
    };
    match phone.strip_prefix('+') {
        Some(rest) => digits(rest, 8, 15),
        None => digits(phone, 11, 11) && phone.starts_with('1') && !phone.starts_with("10"),
    }
}

/// Text inside quotation marks of JSON.
fn quoted(text: &str) -> String {
    let whole = Value::from(text).to_string();
    whole[1..whole.len() - 1].to_owned()
}

/// Text inside a form (`application/x-www-form-urlencoded`).
fn form(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

impl Gateway {
    /// Headers as pairs; the kind of body is told by the body when no header says it.
    fn pairs(&self) -> Vec<(String, String)> {
        let read = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        };
        let mut pairs: Vec<_> = self.headers.lines().filter_map(read).collect();
        if !pairs.iter().any(|p| p.0 == "content-type") {
            let kind = if self.is_json() { "application/json" } else { "application/x-www-form-urlencoded" };
            pairs.push(("content-type".to_owned(), format!("{kind}; charset=utf-8")));
        }
        pairs
    }
    fn is_json(&self) -> bool {
        self.body.trim_start().starts_with(['{', '['])
    }
    /// The body for one message.
    pub fn filled(&self, sms: &Sms<'_>) -> String {
        let escape = if self.is_json() { quoted } else { form };
        let own = [("phone", sms.phone), ("template", sms.template), ("text", sms.text), ("id", sms.id)];
        let mut values: Vec<(&str, String)> = own.into_iter().map(|(n, v)| (n, escape(v))).collect();
        values.extend(sms.values.iter().map(|(n, v)| (n.as_str(), escape(v))));
        fill(&self.body, |name| values.iter().find(|v| v.0 == name).map(|v| v.1.as_str()))
    }
    /// Hands one message over.
    ///
    /// # Errors
    /// The gateway did not answer, or did not take it.
    pub fn send(&self, web: &Web, sms: &Sms<'_>) -> Result<(), Failure> {
        let answer = web.post(&self.url, &self.pairs(), &self.filled(sms))?;
        if self.taken_at.is_empty() {
            return Ok(());
        }
        let answer: Value = serde_json::from_slice(&read(answer)?)
            .map_err(|_| Failure::later("网关的应答不是 JSON / the answer of the gateway is not JSON"))?;
        let sign = answer.pointer(&self.taken_at).map(|v| match v {
            Value::String(s) => s.clone(),
            other => other.to_string(),
        });
        if sign.as_deref() == Some(self.taken_is.as_str()) {
            return Ok(());
        }
        // A code is told, words are not: they may repeat the number.
        let code: String = sign.unwrap_or_default();
        let is_code = code.len() <= 40 && !code.bytes().any(|b| b.is_ascii_whitespace()) && code.is_ascii();
        let long_number = code.bytes().filter(u8::is_ascii_digit).count() >= 8;
        let told = if is_code && !long_number { code } else { "…".to_owned() };
        Err(Failure::later(format!("网关没有收：{told} / the gateway did not take it: {told}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(values: &[(String, String)]) -> Sms<'_> {
        Sms { phone: "13800001234", template: "SMS_1", text: "“受理”\n\"好\"&", id: "7", values }
    }

    #[test]
    fn a_body_is_filled_so_that_no_value_breaks_out_of_it() {
        let values = [("number".to_owned(), "A\"&B".to_owned())];
        let json = Gateway {
            body: "{\"to\":\"{phone}\",\"t\":\"{text}\",\"n\":\"{number}\",\"x\":\"{other}\"}".into(),
            ..Gateway::default()
        };
        let read: Value = serde_json::from_str(&json.filled(&sms(&values))).unwrap();
        assert_eq!(read["t"], "“受理”\n\"好\"&");
        assert_eq!((read["n"].as_str(), read["x"].as_str()), (Some("A\"&B"), Some("{other}")));
        let plain = Gateway { body: "to={phone}&t={text}&n={number}".into(), ..Gateway::default() };
        let filled = plain.filled(&sms(&values));
        assert!(filled.ends_with("&n=A%22%26B") && filled.matches('&').count() == 2, "{filled}");
    }

    #[test]
    fn a_mobile_number_is_told_from_a_landline() {
        assert!(is_mobile("13800001234") && is_mobile("+8613800001234") && is_mobile("19900001234"));
        for not in ["0730-8888123", "10086000000", "1380000123", "", "+86", "138000012345", "88881234"] {
            assert!(!is_mobile(not), "{not}");
        }
    }
}
