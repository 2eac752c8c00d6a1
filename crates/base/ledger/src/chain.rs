//! The SM3 chain of one stream: canonical bytes and the hash that links them.

use sm3::{Digest, Sm3};

use crate::event::Draft;

/// An SM3 digest.
pub type Hash = [u8; 32];
/// What the first event of a stream and the first seal stand on.
pub const ZERO_HASH: Hash = [0; 32];

const EVENT_TAG: &[u8] = b"bancheng/event/1\0";

/// Links events. Holds one buffer that is reused, so that linking allocates nothing.
///
/// Canonical bytes, all integers big-endian: tag ‖ previous hash ‖ stream i64 ‖ ver i64 ‖ at i64 µs ‖
/// recorded i64 µs ‖ staff opt-i64 ‖ role text ‖ unit opt-i64 ‖ region opt-text ‖ act text ‖ data text,
/// where opt is one byte 0 or 1 before the value and a text is its length as u64 and its UTF-8 bytes.
/// No two different events have the same bytes: every field has a fixed place or a length before it.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    buf: Vec<u8>,
}

impl Chain {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The hash of `event` on top of `prev`, the hash of the event before it in its stream
    /// ([`ZERO_HASH`] for the first).
    pub fn link(&mut self, prev: &Hash, event: &Draft<'_>) -> Hash {
        let b = &mut self.buf;
        b.clear();
        b.extend_from_slice(EVENT_TAG);
        b.extend_from_slice(prev);
        for n in [event.stream.0, event.ver, event.at.us(), event.recorded.us()] {
            b.extend_from_slice(&n.to_be_bytes());
        }
        opt_int(b, event.actor.staff.map(|s| s.0));
        text(b, event.actor.role.word());
        opt_int(b, event.actor.unit.map(|u| u.0));
        match &event.actor.region {
            None => b.push(0),
            Some(r) => {
                b.push(1);
                text(b, r.as_str());
            }
        }
        text(b, event.act);
        text(b, event.data);
        Sm3::digest(&*b).into()
    }
}

fn opt_int(b: &mut Vec<u8>, n: Option<i64>) {
    match n {
        None => b.push(0),
        Some(n) => {
            b.push(1);
            b.extend_from_slice(&n.to_be_bytes());
        }
    }
}

fn text(b: &mut Vec<u8>, s: &str) {
    b.extend_from_slice(&(s.len() as u64).to_be_bytes());
    b.extend_from_slice(s.as_bytes());
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}

/// Reads 64 hexadecimal digits.
pub fn unhex(s: &str) -> Option<Hash> {
    if s.len() == 64 { unhex_bytes(s)?.try_into().ok() } else { None }
}

/// Reads any even number of hexadecimal digits, and nothing else.
pub fn unhex_bytes(s: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = s.as_bytes().as_chunks::<2>();
    let digit = |b: u8| char::from(b).to_digit(16);
    let byte = |[hi, lo]: &[u8; 2]| Some((digit(*hi)? << 4 | digit(*lo)?) as u8);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// Hashes as hexadecimal text in JSON.
pub mod hex_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{Hash, hex, unhex};

    /// Writes 64 digits.
    pub fn serialize<S: Serializer>(h: &Hash, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex(h))
    }
    /// Reads 64 digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Hash, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        unhex(&text).ok_or_else(|| D::Error::custom("不是 SM3 摘要 / not an SM3 digest"))
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Moment, StreamId};

    use super::*;

    #[test]
    fn only_digits_are_digits() {
        assert_eq!(unhex_bytes("00fF7a"), Some(vec![0, 255, 122]));
        for wrong in ["f", "+f", "0x", "é0", "00 0"] {
            assert_eq!(unhex_bytes(wrong), None, "{wrong}");
        }
        assert_eq!(unhex(&hex(&[7; 32])), Some([7; 32]));
        assert_eq!(unhex("00"), None);
    }
    #[test]
    fn sm3_is_the_standard_one() {
        // GB/T 32905-2016, appendix A, example 1.
        assert_eq!(
            hex(&Sm3::digest(b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }

    #[test]
    fn the_bytes_of_an_event_never_change() {
        // Changing this value breaks every ledger that exists.
        let actor = Actor::system();
        let d = Draft {
            stream: StreamId(7),
            ver: 1,
            at: Moment::from_us(1),
            recorded: Moment::from_us(2),
            actor: &actor,
            act: "register",
            data: "{}",
        };
        assert_eq!(
            hex(&Chain::new().link(&ZERO_HASH, &d)),
            "4c0db13e34109852999035b5593d05045dd39d1e599cee8f7f62600efeb47368"
        );
    }
}
