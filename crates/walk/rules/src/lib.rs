//! 走流程 (W): campaigns, walks recorded without a network and merged in any order, what was found, the signs of
//! formal walks, and the coverage board.
//!
//! Pure: clocks, calendars and seeds are arguments. Must not know storage, pages, the catalogue or the loop.

pub mod backward;
pub mod board;
pub mod campaign;
pub mod checklist;
mod facts;
pub mod forms;
pub mod leads;
pub mod lists;
pub mod ops;
pub mod papers;
pub mod record;
pub mod signals;
#[cfg(test)]
mod signals_tests;
mod similar;
pub mod synthetic;
pub mod validity;

pub use forms::{Form, Identity};
pub use ops::{Act, Hlc, Log, Op, OpId};
pub use record::{WalkRecord, walker_shown_to};
