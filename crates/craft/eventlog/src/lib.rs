//! 日志: event logs in and out, counted, mined, checked and drawn.
//!
//! Knows process mining and nothing of government: an office's questions are asked by other crates with the
//! answers given here. Pure: bytes and readers in, values out; no clock, no randomness that shows, no I/O of
//! its own. Every reader is bounded and never panics; what it cannot keep it reports.

pub mod bpmn;
mod builder;
pub mod columns;
pub mod conform;
pub mod csv;
pub mod dfg;
pub mod draw;
pub mod error;
pub mod filter;
pub mod grouped;
pub mod intern;
pub mod lifecycle;
pub mod log;
pub mod mine;
pub mod model;
pub mod ocel;
pub mod signals;
mod source;
pub mod stats;
pub mod table;
pub mod variants;
pub mod waiting;
pub mod when;
pub mod work;
pub mod xes;
pub mod xml;

pub use columns::Mapping;
pub use conform::{Conformance, conformance, conformance_until};
pub use csv::{CsvReader, read_csv, write_csv};
pub use dfg::Dfg;
pub use draw::{Map, MapOptions};
pub use error::{Error, Limits, Problem, ProblemKind, Report};
pub use filter::{Effect, Filter};
pub use grouped::GroupedRows;
pub use log::{Log, Order};
pub use mine::inductive_miner;
pub use model::{Net, Tree};
pub use source::{gzip, unpack};
pub use stats::{Stats, log_stats};
pub use table::{RowIn, TableBuilder, TableIntake};
pub use variants::Variants;
pub use work::WorkClock;
pub use xes::{XesOptions, read_xes, write_xes};
