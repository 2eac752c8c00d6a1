//! 附件: a file as an event names it.

use serde::{Deserialize, Serialize};

/// A file that is part of an event: the hash is on record, the bytes lie beside the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// SM3 of the bytes, 64 hexadecimal digits
    pub hash: String,
    /// its name, as shown
    pub name: String,
    /// media type, told by its content
    pub kind: String,
    /// bytes
    pub size: i64,
}
