//! 留痕 in the database: append, seal, read, verify, export.
//!
//! The chain, the seals and the verifier are those of the crate `ledger`; here are only their rows.

mod append;
mod erase;
mod read;
mod seals;

pub use append::NewEvent;
pub use erase::cover;
pub use read::{
    Change, LedgerError, birth, changes, event_count, events_after, events_of, export, head_of,
    last_recorded, stream, verify,
};
pub use seals::{
    KeyFile, Note, ROLLBACKS, Rollback, SEAL_KEY, check_anchor, last_seal, rollbacks, seal_now, seals,
};
