//! DER (GB/T 16263.1), read with patience and written strictly.
//!
//! Seals of real vendors write `critical FALSE` where DER leaves it out, lengths longer than needed and texts in the
//! wrong kind of string; none of that changes what was signed, because digests are taken over the bytes as they came.
//! So the reader takes definite lengths of any size and says nothing about form, and the caller walks a fixed number
//! of levels: no input makes it recurse.

pub mod oid;
mod time;
mod write;

pub(crate) use time::{moment, moment_of_text};
pub(crate) use write::{
    bits, boolean, context, generalized_time, ia5, integer, integer_bytes, null, octets, of, oid as oid_of,
    seq, set, utf8,
};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The tag of a constructed context-specific field `[n]`.
pub(crate) const fn ctx(n: u8) -> u8 {
    0xa0 | n
}

/// Not DER where it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One value: its tag, all its bytes, and the bytes inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tlv<'a> {
    pub tag: u8,
    pub raw: &'a [u8],
    pub body: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The first value in `bytes` and what follows it.
    pub fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let [tag, length, ..] = *bytes else { return Err(Malformed) };
        // Nothing in a seal has a tag number above 30.
        if tag & 0x1f == 0x1f {
            return Err(Malformed);
        }
        let (header, length) = match length {
            0..=0x7f => (2, usize::from(length)),
            0x81..=0x84 => {
                let n = usize::from(length & 0x7f);
                let digits = bytes.get(2..2 + n).ok_or(Malformed)?;
                (2 + n, digits.iter().fold(0usize, |l, d| l << 8 | usize::from(*d)))
            }
            _ => return Err(Malformed),
        };
        let end = header.checked_add(length).ok_or(Malformed)?;
        let raw = bytes.get(..end).ok_or(Malformed)?;
        Ok((Self { tag, raw, body: &raw[header..] }, &bytes[end..]))
    }

    /// The only value in `bytes`, and whether bytes follow it that belong to nothing.
    pub fn whole(bytes: &'a [u8]) -> Result<(Self, bool), Malformed> {
        Self::first(bytes).map(|(tlv, rest)| (tlv, !rest.is_empty()))
    }

    /// The value itself when it has this tag.
    pub fn expect(self, tag: u8) -> Result<Self, Malformed> {
        if self.tag == tag { Ok(self) } else { Err(Malformed) }
    }

    /// Values inside.
    pub const fn inside(&self) -> Reader<'a> {
        Reader { rest: self.body }
    }

    /// The content of a BIT STRING or an OCTET STRING; the byte that counts unused bits is no content.
    pub fn bytes(&self) -> Result<&'a [u8], Malformed> {
        match self.tag {
            BIT_STRING => self.body.get(1..).ok_or(Malformed),
            OCTET_STRING => Ok(self.body),
            _ => Err(Malformed),
        }
    }

    /// A BIT STRING of whole bytes, as signatures and keys are.
    pub fn whole_bytes(&self) -> Result<&'a [u8], Malformed> {
        match self.expect(BIT_STRING)?.body {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// A text in any of the kinds of string in use.
    pub fn text(&self) -> Result<String, Malformed> {
        match self.tag {
            // BMPString
            0x1e => {
                let units = self.body.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]]));
                Ok(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }
            UTF8_STRING | IA5_STRING | 0x13 | 0x14 | 0x1a | 0x1b | 0x12 | OCTET_STRING => {
                Ok(match std::str::from_utf8(self.body) {
                    Ok(text) => text.to_owned(),
                    Err(_) => encoding_rs::GB18030.decode(self.body).0.into_owned(),
                })
            }
            _ => Err(Malformed),
        }
    }

    /// A small number.
    pub fn number(&self) -> Result<i64, Malformed> {
        let body = self.expect(INTEGER)?.body;
        if body.is_empty() || body.len() > 8 {
            return Err(Malformed);
        }
        let sign = if body[0] & 0x80 == 0 { 0i64 } else { -1 };
        Ok(body.iter().fold(sign, |n, b| n << 8 | i64::from(*b)))
    }
}

/// Values one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next value, whatever it is.
    pub fn any(&mut self) -> Result<Tlv<'a>, Malformed> {
        let (tlv, rest) = Tlv::first(self.rest)?;
        self.rest = rest;
        Ok(tlv)
    }
    /// The next value, which must have this tag.
    pub fn take(&mut self, tag: u8) -> Result<Tlv<'a>, Malformed> {
        self.any()?.expect(tag)
    }
    /// The next value if it has this tag.
    pub fn maybe(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
    /// All values, at most `most`.
    pub fn all(mut self, most: usize) -> Result<Vec<Tlv<'a>>, Malformed> {
        let mut found = Vec::new();
        while !self.is_empty() {
            if found.len() == most {
                return Err(Malformed);
            }
            found.push(self.any()?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_may_be_longer_than_needed_but_not_than_the_bytes() {
        assert_eq!(Tlv::first(&[4, 1, 7]).unwrap().0.body, [7]);
        assert_eq!(Tlv::first(&[4, 0x82, 0, 1, 7]).unwrap().0.body, [7]);
        for bad in [&[4u8][..], &[4, 2, 7], &[4, 0x80, 0, 0], &[4, 0x84, 255, 255, 255, 255], &[0x1f, 1, 0]] {
            assert_eq!(Tlv::first(bad), Err(Malformed), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(n in any::<i64>(), body in prop::collection::vec(any::<u8>(), 0..400)) {
            let bytes = seq(&[integer(n), octets(&body), bits(&body)]);
            let mut inside = Tlv::whole(&bytes).unwrap().0.inside();
            prop_assert_eq!(inside.any().unwrap().number().unwrap(), n);
            prop_assert_eq!(inside.any().unwrap().bytes().unwrap(), &body[..]);
            prop_assert_eq!(inside.any().unwrap().bytes().unwrap(), &body[..]);
            prop_assert!(inside.is_empty());
        }
        #[test]
        fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((tlv, _)) = Tlv::whole(&bytes) {
                let _ = (tlv.text(), tlv.number(), tlv.bytes(), moment(&tlv), tlv.inside().all(9));
            }
        }
    }
}
