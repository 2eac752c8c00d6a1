//! 留痕: the record of everything that happened, and the proof that nobody changed it.
//!
//! Knows events, their SM3 chains, the seals over all stream heads, the verifier and the export file.
//! Must not know SQL, clocks or what an act means. Pure: keys, moments, readers and writers are arguments.
//! How it holds together is told in `docs/ledger.md`.

mod chain;
mod erase;
mod event;
mod export;
mod hash;
mod seal;
mod verify;

pub use chain::Chain;
pub use erase::{ERASE, Erased, Erasure, MARK};
pub use event::{Draft, Event, MAX_ACT_BYTES, MAX_DATA_BYTES};
pub use export::{ExportError, Exported, Exporter, Header, MAX_LINE_BYTES, verify_export};
pub use hash::{Hash, ZERO_HASH, hex, unhex, unhex_bytes};
pub use seal::{Merkle, Seal, SealKey, Window};
pub use verify::{ACCEPT_CLOCK, Anchor, Break, BreakKind, Head, Totals, Verified, Verifier};
