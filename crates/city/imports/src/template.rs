//! 列对应模板: how the files of one office are read, kept under a name and found again by the names of their columns.

use std::collections::BTreeSet;

use tabular::header;
use tabular::told::ColumnSeen;

use crate::gate::{How, Preview};
use crate::{Brought, Template};

/// Templates of one door that are looked through.
pub const TEMPLATES_MAX: u32 = 50;

/// The names of the columns of a file as they are compared.
pub fn heads(preview: &Preview) -> BTreeSet<String> {
    let seen = preview.parts.iter().flat_map(|p| &p.told.seen);
    seen.map(|c: &ColumnSeen| header::name(&c.name)).filter(|n| !n.is_empty()).collect()
}

/// How a template is read.
pub fn how_of(t: &Template) -> Option<How> {
    serde_json::from_str(&t.asked).ok()
}

/// Was the template made of a file with these columns?
pub fn fits(t: &Template, heads: &BTreeSet<String>) -> bool {
    let own: BTreeSet<String> = serde_json::from_str(&t.heads).unwrap_or_default();
    !own.is_empty() && own == *heads
}

/// How a file stands to be read.
pub fn how(b: &Brought) -> How {
    serde_json::from_str(&b.asked).unwrap_or_default()
}
