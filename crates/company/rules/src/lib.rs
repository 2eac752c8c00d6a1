//! 企: what companies are owed. Today: policies as rows, and which of them a company may have, and why not.
//!
//! Pure: no clock, no files, no database; the day of the question is an argument. Must not know pages or storage.
//! Rows P2, P3.

pub mod file;
pub mod policy;
