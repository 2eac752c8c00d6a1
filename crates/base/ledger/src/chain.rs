//! The SM3 chain of one stream: canonical bytes and the hash that links them.

use sm3::{Digest, Sm3};

use crate::event::{Draft, Event};
use crate::hash::Hash;

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
    /// (`ZERO_HASH` for the first).
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

impl Event {
    /// Does the hash fit the fields and the hash of the event before?
    pub fn hash_holds(&self, chain: &mut Chain, prev: &Hash) -> bool {
        chain.link(prev, &self.draft()) == self.hash
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Moment, StreamId};

    use super::*;
    use crate::hash::{ZERO_HASH, hex};

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
