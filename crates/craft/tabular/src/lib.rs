//! 格: what tables from offices mean, wherever they come from: encodings, separators, headers, footers, times,
//! guarded and spoiled values, and how an import gives account of them.
//!
//! One reader for all doors: letters, items, rosters, walks, ratings, logs. Pure: bytes and texts in, values out;
//! no clock, no I/O but the reader that is passed in. Must not know workbooks or what a door does with a row.

pub mod aside;
pub mod beside;
pub mod csv;
pub mod days;
pub mod header;
pub mod kind;
pub mod plain;
pub mod records;
pub mod script;
pub mod text;
pub mod told;
pub mod value;
pub mod when;

pub use told::Told;
pub use when::{BEIJING_S, DateOrder};
