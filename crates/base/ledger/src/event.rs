//! One event (一条留痕): who did what to which stream, when, and why.

use kernel::{Actor, Moment, StreamId};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;

/// Longest word of an act, in bytes.
pub const MAX_ACT_BYTES: usize = 64;
/// Longest data of one event, in bytes (4 MiB). Files are kept elsewhere; an event carries their digest.
pub const MAX_DATA_BYTES: usize = 4 << 20;

/// An appended event, as it is kept. Row X2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Place in the whole database: 1, 2, 3 … without gaps, in the order of commits.
    pub seq: i64,
    /// What it is about.
    pub stream: StreamId,
    /// Place in its stream: 1, 2, 3 …
    pub ver: i64,
    /// When it happened (an imported letter: its true time).
    pub at: Moment,
    /// When it was written; never earlier than that of the event before.
    pub recorded: Moment,
    /// Who acted, in which role, for which unit.
    pub actor: Actor,
    /// The word of the act, e.g. `register`.
    pub act: String,
    /// What exactly, as the JSON text that was written: these bytes are what the hash covers.
    pub data: String,
    /// SM3 over the hash of the event before in this stream and every field above except `seq`.
    #[serde(with = "crate::hash::hex_text")]
    pub hash: Hash,
}

/// The part of an event that its hash covers, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What it is about.
    pub stream: StreamId,
    /// Place in its stream.
    pub ver: i64,
    /// When it happened.
    pub at: Moment,
    /// When it was written.
    pub recorded: Moment,
    /// Who acted.
    pub actor: &'a Actor,
    /// The word of the act.
    pub act: &'a str,
    /// The JSON text.
    pub data: &'a str,
}

impl Event {
    /// The part that the hash covers.
    pub fn draft(&self) -> Draft<'_> {
        Draft {
            stream: self.stream,
            ver: self.ver,
            at: self.at,
            recorded: self.recorded,
            actor: &self.actor,
            act: &self.act,
            data: &self.data,
        }
    }
}
