//! 拒收的原因: what keeps an item from being taken in, with its place.

use kernel::Said;
use serde::Serialize;

/// One thing that keeps an item from being taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: `code`, `materials/m3/name`.
    pub path: String,
    /// What is wrong and what to do.
    pub said: Said,
}
