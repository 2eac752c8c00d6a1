//! 毛病: one thing that is wrong in the document of a hall.

use kernel::Said;

/// Something wrong: the field, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// field of the form
    pub field: &'static str,
    /// what is wrong
    pub said: Said,
}

pub(crate) fn fault(field: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault { field, said: Said::new(zh, en) }
}
