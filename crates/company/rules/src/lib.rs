//! 企: what companies are owed: policies as rows, which of them a company may have and why not, and what it is paid.
//!
//! Pure: no clock, no files, no database; the day of the question is an argument. Must not know pages or storage.
//! Rows P2, P3.

pub mod aid;
pub mod batch;
pub mod claim;
mod draw;
pub mod file;
pub mod policy;
pub mod talk;

pub use draw::lives_page;
