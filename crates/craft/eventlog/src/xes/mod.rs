//! XES (IEEE 1849) in and out, also gzipped.
//!
//! Knows the elements of XES and what they mean for a log; nothing of statistics.

mod read;
mod shapes;
mod write;

pub use read::{XesOptions, read_xes};
pub use write::write_xes;
