//! 签名存取: a signature as bytes and back, about 1.5 KB, little-endian. What cannot be read answers none: the
//! signature is made anew from the text. Must not know where the bytes are kept.

use crate::minhash::Fingerprint;
use crate::same::Signature;

/// First byte; a new layout gets a new one.
const LAYOUT: u8 = 1;
/// Steps of a weight.
const STEPS: f32 = 65_535.0;

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
    fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }
    fn text(&mut self) -> Option<String> {
        let n = usize::from(self.u16()?);
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        String::from_utf8(head.to_vec()).ok()
    }
    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.u16()?;
        (0..n).map(|_| one(self)).collect()
    }
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes());
}

fn texts(out: &mut Vec<u8>, all: &[String]) {
    count(out, all.len());
    for t in all {
        let t = if t.len() > 400 { "" } else { t };
        count(out, t.len());
        out.extend_from_slice(t.as_bytes());
    }
}

impl Signature {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1_600);
        out.push(LAYOUT);
        count(&mut out, self.print.0.len());
        self.print.0.iter().for_each(|v| out.extend_from_slice(&v.to_le_bytes()));
        count(&mut out, self.terms.len());
        for (k, w) in &self.terms {
            out.extend_from_slice(&(*k as u32).to_le_bytes());
            out.extend_from_slice(&((w.clamp(0.0, 1.0) * STEPS).round() as u16).to_le_bytes());
        }
        texts(&mut out, &self.words);
        texts(&mut out, &self.places);
        texts(&mut out, &self.areas);
        count(&mut out, self.days.len());
        self.days.iter().for_each(|d| out.extend_from_slice(&d.to_le_bytes()));
        out
    }

    /// What `to_bytes` wrote; none for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        if *first != LAYOUT {
            return None;
        }
        let mut r = Reader(rest);
        Some(Self {
            print: Fingerprint(r.list(Reader::u32)?),
            terms: r.list(|r| Some((u64::from(r.u32()?), f32::from(r.u16()?) / STEPS)))?,
            words: r.list(Reader::text)?,
            places: r.list(Reader::text)?,
            areas: r.list(Reader::text)?,
            days: r.list(Reader::u16)?,
        })
    }
}

impl Fingerprint {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|v| v.to_le_bytes()).collect()
    }
    /// What `to_bytes` wrote.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cut::Cutter;
    use crate::same::{compare, signature};

    proptest! {
        #[test]
        fn what_was_written_is_read_and_compares_alike(a in "\\PC{0,120}", b in "[一-龥A3区0-9]{3,80}") {
            let make = |t: &str| signature(Cutter::standard(), "", t);
            let (x, y) = (make(&a), make(&b));
            let again = Signature::from_bytes(&x.to_bytes()).unwrap();
            prop_assert!((compare(&x, &y).score - compare(&again, &y).score).abs() < 1e-3);
            prop_assert!(again.to_bytes() == x.to_bytes());
        }
        #[test]
        fn anything_else_answers_none_or_a_signature(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Signature::from_bytes(&bytes);
        }
    }
}
