//! Seals (封签): a Merkle root over the heads of all streams that changed since the seal before, chained.

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Moment, StreamId};
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};

use crate::hash::{Hash, ZERO_HASH};

const SEAL_TAG: &[u8] = b"bancheng/seal/1\0";

/// The secret that seals are made with; it lives outside the database.
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// From 32 secret bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// From 64 hexadecimal digits (white space around them is ignored).
    pub fn from_hex(text: &str) -> Option<Self> {
        crate::hash::unhex(text.trim()).map(Self)
    }
    /// What may be shown to tell one key from another: a keyed digest of nothing, 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let mac =
            Hmac::<Sm3>::new_from_slice(&self.0).map(|m| m.chain_update(b"bancheng/seal-key/fingerprint"));
        let digest: Hash = mac.map_or(ZERO_HASH, |m| m.finalize().into_bytes().into());
        crate::hash::hex(&digest[..16])
    }
    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// As hexadecimal text, to be written to the key file.
    pub fn to_hex(&self) -> String {
        crate::hash::hex(&self.0)
    }
}
impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// One seal, covering the events `from < seq <= to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Number: 1, 2, 3 …
    pub k: i64,
    /// Last event that the seal before covered (0 before the first).
    pub from: i64,
    /// Last event covered.
    pub to: i64,
    /// How many streams changed in between.
    pub streams: i64,
    /// When it was made.
    pub at: Moment,
    /// SM3 over the hashes of all covered events in the order of `seq`.
    #[serde(with = "crate::hash::hex_text")]
    pub order: Hash,
    /// Merkle root over (stream, ver, hash) of every changed stream, ordered by stream.
    #[serde(with = "crate::hash::hex_text")]
    pub root: Hash,
    /// Hash of the seal before ([`ZERO_HASH`] before the first).
    #[serde(with = "crate::hash::hex_text")]
    pub prev: Hash,
    /// Made with a key (HMAC-SM3) or without (SM3).
    pub keyed: bool,
    /// The seal itself.
    #[serde(with = "crate::hash::hex_text")]
    pub hash: Hash,
}

impl Seal {
    /// The hash that this seal should carry; `None` when it was made with a key and none is at hand.
    pub fn computed_hash(&self, key: Option<&SealKey>) -> Option<Hash> {
        let mut b = Vec::with_capacity(200);
        b.extend_from_slice(SEAL_TAG);
        b.extend_from_slice(&self.prev);
        for n in [self.k, self.from, self.to, self.streams, self.at.us(), i64::from(self.keyed)] {
            b.extend_from_slice(&n.to_be_bytes());
        }
        b.extend_from_slice(&self.order);
        b.extend_from_slice(&self.root);
        if !self.keyed {
            return Some(Sm3::digest(&b).into());
        }
        let mut mac = Hmac::<Sm3>::new_from_slice(&key?.0).ok()?;
        mac.update(&b);
        Some(mac.finalize().into_bytes().into())
    }
}

/// A Merkle root built leaf by leaf with memory for log2(n) nodes. The shape is that of RFC 6962:
/// the left subtree holds the largest power of two that is smaller than the number of leaves.
#[derive(Clone, Debug, Default)]
pub struct Merkle {
    /// (height, hash) of complete subtrees, the largest first.
    stack: Vec<(u32, Hash)>,
}

impl Merkle {
    /// No leaves yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds the head of one stream.
    pub fn push(&mut self, stream: StreamId, ver: i64, head: &Hash) {
        let leaf: Hash = Sm3::new()
            .chain_update([0])
            .chain_update(stream.0.to_be_bytes())
            .chain_update(ver.to_be_bytes())
            .chain_update(head)
            .finalize()
            .into();
        self.stack.push((0, leaf));
        while let [.., (a, left), (b, right)] = self.stack.as_slice() {
            if a != b {
                break;
            }
            let parent = (a + 1, node(left, right));
            self.stack.truncate(self.stack.len() - 2);
            self.stack.push(parent);
        }
    }
    /// The root; the hash of nothing when there are no leaves.
    pub fn root(&self) -> Hash {
        let mut rest = self.stack.iter().rev();
        match rest.next() {
            None => Sm3::digest(b"").into(),
            Some((_, last)) => rest.fold(*last, |right, (_, left)| node(left, &right)),
        }
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sm3::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Gathers what one seal covers: feed every event since the seal before, in the order of `seq`.
#[derive(Clone, Debug)]
pub struct Window {
    k: i64,
    from: i64,
    to: i64,
    prev: Hash,
    order: Sm3,
    heads: std::collections::BTreeMap<StreamId, (i64, Hash)>,
}

impl Window {
    /// The window after `last`, or the first one.
    pub fn after(last: Option<&Seal>) -> Self {
        Self {
            k: last.map_or(1, |s| s.k + 1),
            from: last.map_or(0, |s| s.to),
            to: last.map_or(0, |s| s.to),
            prev: last.map_or(ZERO_HASH, |s| s.hash),
            order: Sm3::new(),
            heads: std::collections::BTreeMap::new(),
        }
    }
    /// Last event that is covered so far.
    pub const fn to(&self) -> i64 {
        self.to
    }
    /// Takes the next event. `false` when it is not the next one: the window must then be given up.
    #[must_use]
    pub fn push(&mut self, seq: i64, stream: StreamId, ver: i64, hash: &Hash) -> bool {
        if seq != self.to + 1 {
            return false;
        }
        self.to = seq;
        self.order.update(hash);
        self.heads.insert(stream, (ver, *hash));
        true
    }
    /// Makes the seal; none when nothing happened since the last.
    pub fn seal(self, key: Option<&SealKey>, at: Moment) -> Option<Seal> {
        if self.to == self.from {
            return None;
        }
        let mut tree = Merkle::new();
        for (stream, (ver, hash)) in &self.heads {
            tree.push(*stream, *ver, hash);
        }
        let mut seal = Seal {
            k: self.k,
            from: self.from,
            to: self.to,
            streams: self.heads.len() as i64,
            at,
            order: self.order.finalize().into(),
            root: tree.root(),
            prev: self.prev,
            keyed: key.is_some(),
            hash: ZERO_HASH,
        };
        seal.hash = seal.computed_hash(key)?;
        Some(seal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6962 section 2.1, word for word.
    fn by_definition(leaves: &[(StreamId, i64, Hash)]) -> Hash {
        match leaves {
            [] => Sm3::digest(b"").into(),
            [(s, v, h)] => {
                let mut m = Merkle::new();
                m.push(*s, *v, h);
                m.root()
            }
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node(&by_definition(&leaves[..split]), &by_definition(&leaves[split..]))
            }
        }
    }

    proptest! {
        #[test]
        fn the_tree_grows_to_the_shape_of_the_definition(n in 0usize..70) {
            let leaves: Vec<_> = (0..n).map(|i| (StreamId(i as i64), 1, [i as u8; 32])).collect();
            let mut tree = Merkle::new();
            for (s, v, h) in &leaves {
                tree.push(*s, *v, h);
            }
            prop_assert_eq!(tree.root(), by_definition(&leaves));
        }
    }

    #[test]
    fn a_keyed_seal_needs_the_key() {
        let mut w = Window::after(None);
        assert!(w.push(1, StreamId(1), 1, &[7; 32]));
        assert!(!w.push(3, StreamId(1), 2, &[8; 32]));
        let key = SealKey::new([9; 32]);
        let seal = w.seal(Some(&key), Moment::from_us(5)).unwrap();
        assert_eq!(seal.computed_hash(Some(&key)), Some(seal.hash));
        assert_ne!(seal.computed_hash(Some(&SealKey::new([8; 32]))), Some(seal.hash));
        assert_eq!(seal.computed_hash(None), None);
        assert!(Window::after(Some(&seal)).seal(None, Moment::from_us(6)).is_none());
    }
}
