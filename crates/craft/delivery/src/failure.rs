//! 未达: why something was not delivered, and what that says about the next try.

use std::fmt;

/// How far a failure reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// this message will never go this way: no such mailbox, refused for good
    Never,
    /// this message not now: try again later
    Later,
    /// nothing goes this way now: the receiver does not answer, or does not let us in
    Down,
}

/// Why something was not delivered. Its words hold status codes and protocol words only: never an address, a number, or
/// what a receiver answered in words, which may repeat them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// how far it reaches
    pub scope: Scope,
    /// in a few words, Chinese and English
    pub why: String,
}

impl Failure {
    pub(crate) fn never(why: impl Into<String>) -> Self {
        Self { scope: Scope::Never, why: why.into() }
    }
    pub(crate) fn later(why: impl Into<String>) -> Self {
        Self { scope: Scope::Later, why: why.into() }
    }
    pub(crate) fn down(why: impl Into<String>) -> Self {
        Self { scope: Scope::Down, why: why.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Failure {}
