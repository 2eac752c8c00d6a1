//! What tests of every room share: a fresh database on each engine, a clock to move, a line to cut.
//!
//! Must not know any rule of an office. Panics, in two languages, when the machine lacks something: a test
//! must never pass because it did not run.

mod behind;
mod clock;
mod cluster;
mod hotline;
mod mailbox;
mod place;
mod postbox;
mod proxy;

pub use behind::behind;
pub use clock::HandClock;
pub use cluster::Cluster;
pub use hotline::{RefHotline, RefOrder, Sent};
pub use mailbox::{Got, MailRules, Mailbox};
pub use place::{TempDir, both_engines, embedded, postgres};
pub use postbox::{Postbox, Posted, Reply};
pub use proxy::{Line, LineHandle, Proxy};
