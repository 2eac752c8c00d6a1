//! The store is no back door: which crate asks which of its modules. A movement's tables are asked by the movement; what
//! several ask (counters, the record, the office, put-aside rows) is named for each of them. The table is exact both ways.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use crate::rooms::{Room, root};

/// A crate and the modules of `store` it asks.
const ASKS: &[(&str, &[&str])] = &[
    ("api", &["cases", "office", "supervision"]),
    (
        "assembly",
        &[
            "applications",
            "asides",
            "cells",
            "drafts",
            "facts",
            "hotline",
            "idempotency",
            "jobs",
            "ledger_rows",
            "leads",
            "migrations",
            "office",
            "outbox",
            "texts",
            "tries",
            "vitals",
        ],
    ),
    (
        "bancheng",
        &[
            "asides",
            "backup",
            "blob_rows",
            "cases",
            "jobs",
            "ledger_rows",
            "migrations",
            "proof",
            "seals",
            "vitals",
        ],
    ),
    ("catalogue-acts", &["counters", "guides", "items", "ledger_rows", "settings"]),
    ("catalogue-pages", &["items"]),
    (
        "city",
        &[
            "asides",
            "asked",
            "backup",
            "blobs",
            "cases",
            "contacts",
            "counters",
            "drafts",
            "files",
            "idempotency",
            "jobs",
            "ledger_rows",
            "office",
            "outbox",
            "proof",
            "settings",
            "standards",
            "views",
            "waiting_logs",
        ],
    ),
    ("cells", &["cases", "cells", "counters", "standards"]),
    (
        "company-acts",
        &[
            "aids",
            "asides",
            "batches",
            "cases",
            "claims",
            "companies",
            "funds",
            "office",
            "ratings",
            "settings",
            "talks",
            "whistles",
        ],
    ),
    ("company-pages", &["companies"]),
    ("hotline", &["cases", "hotline"]),
    ("imports", &["blobs", "brought", "office"]),
    (
        "optimise-acts",
        &["counters", "kept_logs", "ledger_rows", "log_boards", "office", "redesigns", "waiting_logs"],
    ),
    (
        "hall-acts",
        &[
            "applications",
            "appointments",
            "asides",
            "counters",
            "halls",
            "help",
            "items",
            "ledger_rows",
            "office",
            "ratings",
            "rosters",
            "settings",
            "slots",
            "tickets",
        ],
    ),
    ("outbox", &["office", "outbox", "settings"]),
    ("papers", &["asides", "counters", "ledger_rows", "office", "papers", "settings"]),
    ("people", &["facts", "items", "office", "settings", "standing", "tries"]),
    ("people-pages", &["office"]),
    (
        "resolve-acts",
        &[
            "asides",
            "cases",
            "cells",
            "contacts",
            "counters",
            "erasures",
            "files",
            "hotline",
            "imports",
            "jobs",
            "ledger_rows",
            "office",
            "readings",
            "replies",
            "texts",
        ],
    ),
    ("resolve-pages", &["cases"]),
    (
        "service-acts",
        &[
            "applications",
            "asides",
            "counters",
            "data_share",
            "files",
            "held",
            "items",
            "ledger_rows",
            "office",
            "ratings",
            "settings",
            "themes",
        ],
    ),
    ("seals", &["counters", "ledger_rows", "seals"]),
    ("shelf", &["counters", "items"]),
    (
        "supervise-acts",
        &[
            "asides",
            "campaigns",
            "cases",
            "counters",
            "facts",
            "files",
            "indicators",
            "ledger_rows",
            "office",
            "ratings",
            "settings",
            "supervision",
            "wall",
        ],
    ),
    ("supervise-pages", &["supervision"]),
    ("walk-acts", &["campaigns", "cases", "counters", "items", "leads", "ledger_rows", "office", "walks"]),
    ("web-kit", &["blobs", "office"]),
];

/// A finding for each module that is asked and not in the table, or in the table and not asked.
pub fn check(rooms: &[Room]) -> Result<Vec<String>> {
    let lib = std::fs::read_to_string(Path::new(&root()).join("crates/city/store/src/lib.rs"))?;
    let modules: BTreeSet<&str> =
        lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for room in rooms.iter().filter(|r| !["store", "testkit", "xtask"].contains(&r.package.as_str())) {
        let mut sources = Vec::new();
        below(&room.path.join("src"), &mut sources)?;
        for text in sources {
            for name in names(&text) {
                if let Some(module) = modules.get(name.as_str()) {
                    asked.entry(&room.package).or_default().insert(module);
                }
            }
        }
    }
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ASKS.iter().map(|(p, m)| (*p, m.iter().copied().collect())).collect();
    let mut found = Vec::new();
    for package in asked.keys().chain(allowed.keys()).copied().collect::<BTreeSet<_>>() {
        let empty = BTreeSet::new();
        let (is, may) = (asked.get(package).unwrap_or(&empty), allowed.get(package).unwrap_or(&empty));
        let more: Vec<_> = is.difference(may).copied().collect();
        let less: Vec<_> = may.difference(is).copied().collect();
        if !more.is_empty() {
            found.push(format!(
                "{package}: 用了 store 的 {0},表(xtask/src/store_use.rs)里没有 / asks {0} of the store, which the table does not allow",
                more.join(", ")
            ));
        }
        if !less.is_empty() {
            found.push(format!("{package}: 表里有而没有用 / allowed and never asked: {}", less.join(", ")));
        }
    }
    Ok(found)
}

fn below(folder: &Path, out: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            below(&path, out)?;
        } else if path.extension().is_some_and(|x| x == "rs") {
            out.push(std::fs::read_to_string(path)?);
        }
    }
    Ok(())
}

/// What follows `store::`, alone or in a group.
fn names(text: &str) -> BTreeSet<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut out = BTreeSet::new();
    for (at, _) in text.match_indices("store::") {
        let inside = text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let rest = &text[at + "store::".len()..];
        if inside {
            continue;
        }
        match rest.strip_prefix('{').and_then(|r| r.split_once(';')) {
            Some((group, _)) => out.extend(group.split([',', '{', '}']).map(|n| word(n.trim()))),
            None => _ = out.insert(word(rest)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_alone_and_in_groups() {
        let text = "use store::{Rd, cases::{self, Query}, office};\nfn f() { store::facts::all() }\nmy_store::walks::x();";
        let found = names(text);
        for name in ["cases", "office", "facts", "Rd"] {
            assert!(found.contains(name), "{name}");
        }
        assert!(!found.contains("walks"));
    }
}
