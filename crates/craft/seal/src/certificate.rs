//! Certificates (数字证书, GB/T 20518): who holds a key, since when, until when, and who says so.

use kernel::{Moment, Said};

use crate::der::{self, Malformed, Tlv, oid};
use crate::key::PublicKey;
use crate::limits::{CHAIN, ITEMS};

/// A certificate as it came, and what it says.
#[derive(Clone, Debug)]
pub struct Certificate {
    raw: Vec<u8>,
    tbs: std::ops::Range<usize>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    serial: Vec<u8>,
    key: Key,
    value: Vec<u8>,
    key_id: Option<Vec<u8>>,
    signs: bool,
    is_ca: bool,
    /// First moment of its validity.
    pub not_before: Moment,
    /// Last moment of its validity.
    pub not_after: Moment,
    /// commonName of the holder.
    pub name: String,
    /// organizationName of the holder.
    pub organization: String,
    /// commonName of the issuer, else its organisation.
    pub issuer_name: String,
}

#[derive(Clone, Debug)]
enum Key {
    Sm2(Box<PublicKey>),
    /// A kind of key this office does not check, by its identifier.
    Other(String),
}

/// What came of checking a signature value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The holder of the key made it over these bytes.
    Good,
    /// Not so.
    Bad,
    /// The key is of another kind (its identifier).
    Foreign(String),
}

impl Certificate {
    /// Reads DER, or PEM with or without its frame; none when it is no certificate.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = unframed(bytes)?;
        Self::parse(&bytes).ok()
    }

    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (outer, _) = Tlv::first(bytes)?;
        let mut fields = outer.expect(der::SEQUENCE)?.inside();
        let tbs = fields.take(der::SEQUENCE)?;
        let algorithm = fields.take(der::SEQUENCE)?.inside().take(der::OID)?;
        let value = fields.any()?.whole_bytes()?.to_vec();

        let mut inside = tbs.inside();
        inside.maybe(der::ctx(0))?;
        let serial = inside.take(der::INTEGER)?.body.to_vec();
        if inside.take(der::SEQUENCE)?.inside().take(der::OID)? != algorithm {
            return Err(Malformed);
        }
        let issuer = inside.take(der::SEQUENCE)?;
        let mut validity = inside.take(der::SEQUENCE)?.inside();
        let not_before = der::moment(&validity.any()?).ok_or(Malformed)?;
        let not_after = der::moment(&validity.any()?).ok_or(Malformed)?;
        let subject = inside.take(der::SEQUENCE)?;
        let key = key_of(&inside.take(der::SEQUENCE)?)?;
        let mut found = Self {
            // The bytes begin with the outer header, so the position of the inner value is a difference of lengths.
            tbs: {
                let start = outer.raw.len() - outer.body.len();
                start..start + tbs.raw.len()
            },
            raw: outer.raw.to_vec(),
            issuer: issuer.raw.to_vec(),
            subject: subject.raw.to_vec(),
            serial,
            key,
            value,
            key_id: None,
            signs: true,
            is_ca: false,
            not_before,
            not_after,
            name: name_part(&subject, oid::COMMON_NAME),
            organization: name_part(&subject, oid::ORGANIZATION),
            issuer_name: {
                let name = name_part(&issuer, oid::COMMON_NAME);
                if name.is_empty() { name_part(&issuer, oid::ORGANIZATION) } else { name }
            },
        };
        while !inside.is_empty() {
            let field = inside.any()?;
            if field.tag == der::ctx(3) {
                found.extensions(&field)?;
            }
        }
        Ok(found)
    }

    fn extensions(&mut self, field: &Tlv<'_>) -> Result<(), Malformed> {
        for extension in field.inside().take(der::SEQUENCE)?.inside().all(ITEMS)? {
            let mut parts = extension.expect(der::SEQUENCE)?.inside();
            let id = parts.take(der::OID)?.body;
            parts.maybe(der::BOOLEAN)?;
            let value = parts.take(der::OCTET_STRING)?.body;
            let Ok((value, _)) = Tlv::first(value) else { continue };
            match id {
                // digitalSignature and contentCommitment are the first two bits.
                oid::KEY_USAGE => {
                    self.signs = value.bytes()?.first().is_some_and(|b| b & 0b1100_0000 != 0);
                }
                oid::BASIC_CONSTRAINTS => {
                    let ca = value.inside().maybe(der::BOOLEAN)?;
                    self.is_ca = ca.is_some_and(|b| b.body.iter().any(|b| *b != 0));
                }
                oid::SUBJECT_KEY_ID => self.key_id = value.bytes().ok().map(<[u8]>::to_vec),
                _ => {}
            }
        }
        Ok(())
    }

    /// All its bytes.
    pub fn der(&self) -> &[u8] {
        &self.raw
    }
    /// Serial number in hexadecimal.
    pub fn serial(&self) -> String {
        let digits = self.serial.iter().skip_while(|b| **b == 0).take(40);
        digits.map(|b| format!("{b:02X}")).collect()
    }
    /// Its SM2 key, if it has one.
    pub const fn sm2_key(&self) -> Option<&PublicKey> {
        match &self.key {
            Key::Sm2(key) => Some(key),
            Key::Other(_) => None,
        }
    }
    /// May its key sign documents, as far as the certificate says?
    pub const fn may_sign(&self) -> bool {
        self.signs
    }
    /// Is it valid at this moment?
    pub fn valid_at(&self, at: Moment) -> bool {
        self.not_before <= at && at <= self.not_after
    }
    /// Did its holder make it?
    pub fn is_self_made(&self) -> bool {
        self.subject == self.issuer
    }
    /// Did the holder of its key sign `message`?
    pub fn check(&self, message: &[u8], value: &[u8]) -> Checked {
        match &self.key {
            Key::Sm2(key) if key.verifies(message, value) => Checked::Good,
            Key::Sm2(_) => Checked::Bad,
            Key::Other(kind) => Checked::Foreign(kind.clone()),
        }
    }
    /// Does this issuer-and-serial or key identifier mean this certificate?
    pub(crate) fn is_meant_by(&self, id: &Tlv<'_>) -> bool {
        if id.tag == der::SEQUENCE {
            let mut parts = id.inside();
            let issuer = parts.any().is_ok_and(|t| t.raw == self.issuer);
            let plain = |n: &[u8]| n.iter().skip_while(|b| **b == 0).copied().collect::<Vec<u8>>();
            return issuer && parts.any().is_ok_and(|t| plain(t.body) == plain(&self.serial));
        }
        id.tag & 0x1f == 0 && self.key_id.as_deref() == Some(id.body)
    }
    /// How a signature names it: who issued it and its number there.
    pub(crate) fn issuer_and_serial(&self) -> Vec<u8> {
        der::seq(&[self.issuer.clone(), der::of(der::INTEGER, &self.serial)])
    }
    pub(crate) fn subject(&self) -> &[u8] {
        &self.subject
    }

    fn made_by(&self, issuer: &Self) -> bool {
        self.issuer == issuer.subject
            && self
                .raw
                .get(self.tbs.clone())
                .is_some_and(|tbs| issuer.check(tbs, &self.value) == Checked::Good)
    }

    /// Does a chain of valid certificates lead from this one to a trusted one at that moment? `others` are those at hand.
    pub fn is_known(&self, trusted: &[Self], others: &[Self], at: Moment) -> bool {
        let mut here = self;
        for _ in 0..CHAIN {
            if !here.valid_at(at) {
                return false;
            }
            if trusted.iter().any(|t| t.raw == here.raw || (here.made_by(t) && t.valid_at(at))) {
                return true;
            }
            match others.iter().find(|o| o.is_ca && o.raw != here.raw && here.made_by(o)) {
                Some(next) => here = next,
                None => return false,
            }
        }
        false
    }

    /// What is said of a certificate whose key is of a foreign kind.
    pub(crate) fn foreign(kind: &str) -> Said {
        Said::new(
            format!("签名用的不是 SM2 密钥（{kind}），本系统不能核验；请向出具单位索取国密签章的文件。"),
            format!(
                "Signed with a key that is not SM2 ({kind}) and cannot be checked here; ask the issuer for one sealed with SM2."
            ),
        )
    }
}

fn key_of(info: &Tlv<'_>) -> Result<Key, Malformed> {
    let mut parts = info.inside();
    let mut algorithm = parts.take(der::SEQUENCE)?.inside();
    let kind = algorithm.take(der::OID)?.body;
    let curve = algorithm.maybe(der::OID)?.map(|t| t.body);
    let point = parts.any()?.whole_bytes()?;
    let sm2 = kind == oid::SM2 || kind == oid::SM2_SIGN || (kind == oid::EC_KEY && curve == Some(oid::SM2));
    match PublicKey::from_point(point) {
        Some(key) if sm2 => Ok(Key::Sm2(Box::new(key))),
        _ if kind == oid::RSA_KEY => Ok(Key::Other("RSA".into())),
        _ => Ok(Key::Other(oid::dotted(curve.unwrap_or(kind)))),
    }
}

/// The first value of one kind in a name.
fn name_part(name: &Tlv<'_>, kind: &[u8]) -> String {
    let Ok(sets) = name.inside().all(ITEMS) else { return String::new() };
    let pairs = sets.iter().flat_map(|set| set.inside().all(ITEMS).unwrap_or_default());
    for pair in pairs {
        let mut parts = pair.inside();
        if parts.take(der::OID).is_ok_and(|id| id.body == kind)
            && let Ok(text) = parts.any().and_then(|t| t.text())
        {
            return text.trim().to_owned();
        }
    }
    String::new()
}

/// DER out of DER, PEM or bare Base64.
pub(crate) fn unframed(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.first() == Some(&der::SEQUENCE) {
        return Some(bytes.to_vec());
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let text = match text.find("-----BEGIN") {
        Some(at) => text[at..].lines().skip(1).take_while(|l| !l.starts_with("-----")).collect::<String>(),
        None => text.to_owned(),
    };
    crate::text::base64(&text)
}
