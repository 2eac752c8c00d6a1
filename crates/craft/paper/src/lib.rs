//! 函: the only crate that knows formats of files people open: spreadsheets, Word, PDF, OFD (X4, R1, R10, S2).
//!
//! Reads and writes bytes that it is handed; must not know cases, storage, or where a file comes from.
//! Pure but for the reader that is passed in: no clock, no randomness, no file names.

pub mod gongwen;
pub mod ofd;
pub mod pdf;
pub mod picture;
pub mod plates;
pub mod sheet;
pub mod word;
