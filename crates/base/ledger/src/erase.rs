//! 涂去: covering what an event says of a person, when the law gives them an end. The event keeps its place, its moment, who
//! acted and its hash, so that every chain and every seal holds; only its words are others. That it was covered, by whose
//! decision, and how the words read since then, stands in a later event with a proof that only the key of the city makes.
//! Words that read otherwise than sealed, without such an event, are an edit.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sm3::Sm3;

use crate::chain::Chain;
use crate::event::Event;
use crate::hash::{Hash, ZERO_HASH, hex};
use crate::seal::SealKey;

/// The act of the event that says what was covered.
pub const ERASE: &str = "erase_words";
/// What covered data holds; nothing else is taken for covered.
pub const MARK: &str = "\"erased\":true";

/// One event that was covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// its place in the whole database
    pub seq: i64,
    /// the hash it was sealed with, and still carries
    #[serde(with = "crate::hash::hex_text")]
    pub hash: Hash,
    /// the hash that its fields, with the words as they read since then, would have in its place
    #[serde(with = "crate::hash::hex_text")]
    pub digest: Hash,
    /// HMAC-SM3 over the three with the key of the seals, hexadecimal
    pub proof: String,
}

/// The content of the event that says what was covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// number of the case
    pub number: String,
    /// which request was approved
    pub request: i64,
    /// the events
    pub events: Vec<Erased>,
}

impl Erased {
    /// This event, whose data are covered already, after the one with the hash `prev` in its stream.
    pub fn of(covered: &Event, prev: &Hash, key: &SealKey) -> Self {
        let digest = Chain::new().link(prev, &covered.draft());
        let proof = key.erasure_proof(covered.seq, &covered.hash, &digest);
        Self { seq: covered.seq, hash: covered.hash, digest, proof }
    }
    /// Was it made with this key?
    pub fn is_proved(&self, key: &SealKey) -> bool {
        self.proof == key.erasure_proof(self.seq, &self.hash, &self.digest)
    }
}

impl SealKey {
    fn erasure_proof(&self, seq: i64, hash: &Hash, digest: &Hash) -> String {
        let mac = Hmac::<Sm3>::new_from_slice(self.bytes()).map(|m| {
            m.chain_update(b"bancheng/erase/1")
                .chain_update(seq.to_be_bytes())
                .chain_update(hash)
                .chain_update(digest)
        });
        let made: Hash = mac.map_or(ZERO_HASH, |m| m.finalize().into_bytes().into());
        hex(&made)
    }
}
