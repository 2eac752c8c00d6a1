//! 库: the only crate that knows SQL. One code, two engines: SQLite (embedded) and PostgreSQL.
//!
//! Knows how to open, migrate, write in groups, read consistent views, append to the ledger, and the small
//! tables everybody needs (jobs, counters, idempotency, settings). Must not know any rule of an office.
//! The next developer starts at `docs/store.md`.

pub mod applications;
pub mod appointments;
pub mod asides;
pub mod backup;
pub mod batches;
pub mod blobs;
pub mod brought;
pub mod campaigns;
pub mod cases;
pub mod cells;
pub mod claims;
mod clock;
pub mod companies;
mod conn;
pub mod contacts;
pub mod counters;
pub mod drafts;
mod engine;
pub mod erasures;
mod error;
pub mod facts;
pub mod files;
pub mod funds;
pub mod guides;
pub mod halls;
pub mod held;
pub mod help;
pub mod idempotency;
pub mod imports;
pub mod items;
pub mod jobs;
pub mod kept_logs;
pub mod leads;
pub mod ledger_rows;
pub mod migrations;
pub mod office;
pub mod outbox;
mod pool;
mod portable;
mod postgres;
pub mod proof;
pub mod ratings;
pub mod readings;
pub mod redesigns;
pub mod rosters;
pub mod seals;
pub mod settings;
pub mod slots;
mod sqlite;
pub mod standing;
mod store;
pub mod supervision;
pub mod talks;
pub mod texts;
pub mod themes;
pub mod tickets;
mod tls;
pub mod tries;
mod value;
pub mod views;
pub mod vitals;
pub mod walks;
pub mod wall;
pub mod whistles;
mod writer;

pub use conn::{Rd, Tx};
pub use engine::Dialect;
pub use error::StoreError;
pub use ledger_rows::NewEvent;
pub use store::{Answer, Clock, FILE, Load, Options, Place, Store, private_file, system_clock};
pub use value::{Row, Value};
pub use writer::CLOCK_SLACK_US;
