//! 总装: opens the store, makes the handle of each movement, joins what they hand over, and runs what is due.
//!
//! The only crate that knows the use cases of every movement. Decides nothing: read `handover.rs` to see the loop close.
//! Must not know pages, HTTP or SQL.

mod gauges;
mod handover;
mod house;
mod jobs;
mod standards;
mod worker;

pub use gauges::Gauge;
pub use house::{House, sealed_by};
pub use worker::{CARES, Care, JOBS, Tick, Trouble, Worker};
