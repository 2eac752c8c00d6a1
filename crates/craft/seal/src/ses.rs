//! Electronic seals (电子印章) and what they make (电子签章): GM/T 0031-2014 (V1), GB/T 38540-2020 (V4),
//! GM/T 0031-2025 (V5).
//!
//! The layout is told by shape, the version by the number in the header. Everything is a view into the bytes as they
//! came, because the signatures are over those.

use kernel::Moment;

use crate::certificate::{Certificate, Checked};
use crate::der::{self, Malformed, Tlv, oid};
use crate::digest::Digest;
use crate::limits::ITEMS;

/// A seal: who may use it, what it looks like, until when, and the signature of its maker.
#[derive(Clone, Debug)]
pub(crate) struct Seal<'a> {
    /// All its bytes.
    pub raw: &'a [u8],
    pub version: i64,
    pub vendor: String,
    pub id: String,
    /// Kind of seal, a number of the issuing system (1 unit, 2 person in V1).
    pub kind: i64,
    pub name: String,
    pub users: Users,
    pub created: Option<Moment>,
    pub valid_from: Option<Moment>,
    pub valid_to: Option<Moment>,
    pub picture: Picture<'a>,
    pub maker: Option<Certificate>,
    /// The form around what is signed is not the one of the standard.
    pub irregular: bool,
    info: &'a [u8],
    signed_fields: Vec<u8>,
    value: &'a [u8],
}

/// Who may sign with a seal.
#[derive(Clone, Debug)]
pub(crate) enum Users {
    Certificates(Vec<Certificate>),
    Digests(Vec<Vec<u8>>),
    /// Nothing readable stands there.
    Unsaid,
}

/// What the seal looks like on paper.
#[derive(Clone, Debug)]
pub(crate) struct Picture<'a> {
    pub kind: String,
    pub data: &'a [u8],
    /// Millimetres.
    pub width: i64,
    pub height: i64,
}

/// A seal set under something: `SES_Signature`.
#[derive(Clone, Debug)]
pub(crate) struct Stamp<'a> {
    pub seal: Seal<'a>,
    /// V1 has room for a time-stamp here instead of a moment.
    pub time: Tlv<'a>,
    pub data_hash: Vec<u8>,
    /// Where the signed file lies, as the signer saw it.
    pub place: String,
    pub signer: Option<Certificate>,
    pub time_stamp: Option<&'a [u8]>,
    /// The form around what is signed is not the one of the standard, or bytes follow that belong to nothing.
    pub irregular: bool,
    tbs: &'a [u8],
    pub value: &'a [u8],
    pub value_raw: &'a [u8],
}

impl<'a> Seal<'a> {
    /// Reads a seal file or the seal inside a signature.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::of(&Tlv::whole(bytes)?.0)
    }

    fn of(outer: &Tlv<'a>) -> Result<Self, Malformed> {
        let fields = outer.expect(der::SEQUENCE)?.inside().all(8)?;
        let info = *fields.first().ok_or(Malformed)?;
        // V1 puts certificate, algorithm and value into a sequence of their own.
        let made: Vec<Tlv<'a>> = match &fields[1..] {
            [inner] => inner.expect(der::SEQUENCE)?.inside().all(8)?,
            rest => rest.to_vec(),
        };
        let [certificate, algorithm, value, ..] = made[..] else { return Err(Malformed) };

        let mut parts = info.expect(der::SEQUENCE)?.inside();
        let mut header = parts.take(der::SEQUENCE)?.inside();
        header.any()?;
        let version = header.take(der::INTEGER)?.number()?;
        let vendor = header.any().and_then(|t| t.text()).unwrap_or_default();
        let id = parts.any()?.text()?;
        let property = parts.take(der::SEQUENCE)?.inside().all(16)?;
        let mut picture = parts.take(der::SEQUENCE)?.inside();
        let picture = Picture {
            kind: picture.any()?.text()?,
            data: picture.any()?.bytes()?,
            width: picture.any()?.number().unwrap_or(0),
            height: picture.any()?.number().unwrap_or(0),
        };
        let mut property = property.into_iter();
        let mut next = || property.next().ok_or(Malformed);
        let kind = next()?.number()?;
        let name = next()?.text()?;
        let mut list = next()?;
        if list.tag == der::INTEGER {
            list = next()?;
        }
        let times = [next().ok(), next().ok(), next().ok()];
        let [created, valid_from, valid_to] = times.map(|t| t.and_then(|t| der::moment(&t)));
        Ok(Self {
            raw: outer.raw,
            version,
            vendor,
            id,
            kind,
            name,
            users: users(&list)?,
            created,
            valid_from,
            valid_to,
            picture,
            maker: certificate_in(&certificate),
            irregular: !is_regular(&algorithm, &value),
            info: info.raw,
            signed_fields: der::of(der::SEQUENCE, &[info.raw, certificate.raw, algorithm.raw].concat()),
            value: value.bytes()?,
        })
    }

    /// Did its maker sign it? The standards and their readers differ: over the information alone (V4), or over the
    /// information with certificate and algorithm (V1). Either binds all of the seal.
    pub fn check(&self) -> Option<Checked> {
        let maker = self.maker.as_ref()?;
        let first = maker.check(self.info, self.value);
        Some(if first == Checked::Bad { maker.check(&self.signed_fields, self.value) } else { first })
    }

    /// Does the seal's own span cover this moment? None when it does not say.
    pub fn valid_at(&self, at: Moment) -> Option<bool> {
        Some(self.valid_from? <= at && at <= self.valid_to?)
    }

    /// May the holder of this certificate sign with it? None when the seal does not say who may.
    pub fn may_be_used_by(&self, signer: &Certificate) -> Option<bool> {
        match &self.users {
            Users::Certificates(list) => Some(list.iter().any(|c| c.der() == signer.der())),
            Users::Digests(list) => {
                let sums = [Digest::Sm3, Digest::Sha256, Digest::Sha1].map(|m| m.of(signer.der()));
                Some(list.iter().any(|d| sums.contains(d)))
            }
            Users::Unsaid => None,
        }
    }
}

impl<'a> Stamp<'a> {
    /// Reads `SES_Signature`.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (outer, trailing) = Tlv::whole(bytes)?;
        let fields = outer.expect(der::SEQUENCE)?.inside().all(8)?;
        let [tbs, rest @ ..] = &fields[..] else { return Err(Malformed) };
        let inside = tbs.expect(der::SEQUENCE)?.inside().all(16)?;
        let [_, seal, time, data_hash, place, more @ ..] = &inside[..] else { return Err(Malformed) };
        // V1 keeps certificate and algorithm among what is signed, later versions behind it.
        let (certificate, algorithm, value, time_stamp) = match (rest, more) {
            ([value], [certificate, algorithm, ..]) => (*certificate, *algorithm, *value, None),
            ([certificate, algorithm, value, more @ ..], _) => {
                (*certificate, *algorithm, *value, more.first())
            }
            _ => return Err(Malformed),
        };
        let time_stamp = match time_stamp {
            Some(field) if field.tag & 0xe0 == 0xa0 => {
                let inner = field.inside().any()?;
                Some(inner.bytes().unwrap_or(inner.raw))
            }
            Some(field) => field.bytes().ok(),
            None => None,
        };
        Ok(Self {
            seal: Seal::of(seal)?,
            time: *time,
            data_hash: hash_in(data_hash)?,
            place: place.text().unwrap_or_default(),
            signer: certificate_in(&certificate),
            time_stamp,
            irregular: trailing || !is_regular(&algorithm, &value),
            tbs: tbs.raw,
            value: value.bytes()?,
            value_raw: value.raw,
        })
    }

    /// Did the signer make it?
    pub fn check(&self) -> Option<Checked> {
        Some(self.signer.as_ref()?.check(self.tbs, self.value))
    }
}

/// SM2 by one of its identifiers, and a value of whole bytes.
fn is_regular(algorithm: &Tlv<'_>, value: &Tlv<'_>) -> bool {
    let id = match algorithm.tag {
        der::SEQUENCE => algorithm.inside().any(),
        _ => Ok(*algorithm),
    };
    let known = [oid::SM2_WITH_SM3, oid::SM2_SIGN, oid::SM2];
    id.is_ok_and(|id| id.tag == der::OID && known.contains(&id.body)) && value.whole_bytes().is_ok()
}

/// A digest as bits; some writers put it into a string of bytes inside, or write it as Base64.
fn hash_in(tlv: &Tlv<'_>) -> Result<Vec<u8>, Malformed> {
    let bytes = tlv.bytes()?;
    Ok(match Tlv::whole(bytes) {
        Ok((inner, false)) if inner.tag == der::OCTET_STRING => inner.body.to_vec(),
        _ if matches!(bytes.len(), 16 | 20 | 32) => bytes.to_vec(),
        _ => std::str::from_utf8(bytes).ok().and_then(crate::text::digest).unwrap_or_else(|| bytes.to_vec()),
    })
}

/// A certificate inside a string of bytes, or standing there itself.
fn certificate_in(tlv: &Tlv<'_>) -> Option<Certificate> {
    Certificate::read(tlv.bytes().unwrap_or(tlv.raw))
}

fn users(list: &Tlv<'_>) -> Result<Users, Malformed> {
    let entries = match list.tag {
        der::SEQUENCE | der::SET | 0xa0 | 0xa1 => list.inside().all(ITEMS)?,
        _ => return Ok(Users::Unsaid),
    };
    let certificates: Vec<_> = entries.iter().filter_map(certificate_in).collect();
    if !certificates.is_empty() {
        return Ok(Users::Certificates(certificates));
    }
    let digest = |entry: &Tlv<'_>| {
        let inner = entry.inside().all(4).ok()?;
        let bytes = inner.iter().find_map(|t| t.bytes().ok())?;
        Some(std::str::from_utf8(bytes).ok().and_then(crate::text::digest).unwrap_or_else(|| bytes.to_vec()))
    };
    let digests: Vec<_> = entries.iter().filter_map(digest).collect();
    Ok(if digests.is_empty() { Users::Unsaid } else { Users::Digests(digests) })
}

/// A standards’ name of a version.
pub(crate) const fn standard(version: i64) -> &'static str {
    match version {
        1..=3 => "GM/T 0031-2014",
        4 => "GB/T 38540-2020",
        5 => "GM/T 0031-2025",
        _ => "?",
    }
}
