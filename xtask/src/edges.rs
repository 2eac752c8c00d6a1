//! Which room may know which, and that none claims to know what it never asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use crate::rooms::{Room, section};

/// The edges: a crate and the crates of this house it knows. Everything above `demo` is pure.
const EDGES: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("workday", &["kernel"]),
    ("ledger", &["kernel"]),
    ("tabular", &[]),
    ("attach", &["kernel"]),
    ("hanyu", &["kernel", "tabular"]),
    ("eventlog", &["tabular"]),
    ("catalogue", &["kernel", "tabular"]),
    ("walk", &["kernel"]),
    ("company", &["kernel", "tabular"]),
    ("resolve", &["kernel", "workday"]),
    ("optimise", &["kernel", "workday", "tabular", "eventlog", "catalogue"]),
    ("service", &["kernel", "workday", "catalogue", "optimise"]),
    ("supervise", &["kernel", "workday", "resolve"]),
    ("hall", &["kernel", "workday"]),
    ("access", &["kernel", "resolve"]),
    ("demo", &["kernel", "catalogue"]),
    ("paper", &["kernel", "tabular"]),
    ("seal", &["kernel"]),
    ("doctext", &["kernel", "tabular"]),
    ("eventlog-files", &["eventlog"]),
    ("sso", &["kernel"]),
    ("delivery", &[]),
    ("store", &["kernel", "workday", "ledger", "resolve", "access"]),
    ("city", &["kernel", "workday", "ledger", "attach", "hanyu", "tabular", "resolve", "access", "store"]),
    ("imports", &["kernel", "tabular", "paper", "store", "city"]),
    ("outbox", &["kernel", "ledger", "delivery", "access", "store", "city"]),
    ("cells", &["kernel", "ledger", "hanyu", "resolve", "delivery", "access", "store", "city", "outbox"]),
    ("cells-pages", &["kernel", "resolve", "supervise", "access", "city", "cells", "web-kit"]),
    (
        "hotline",
        &[
            "kernel", "workday", "ledger", "hanyu", "tabular", "resolve", "delivery", "access", "paper",
            "store", "city", "imports", "outbox",
        ],
    ),
    ("hotline-pages", &["kernel", "resolve", "access", "city", "hotline", "web-kit"]),
    ("outbox-pages", &["kernel", "city", "outbox", "web-kit"]),
    ("seals", &["kernel", "ledger", "paper", "seal", "access", "store", "city"]),
    ("seals-pages", &["kernel", "access", "city", "seals", "web-kit"]),
    ("papers", &["kernel", "workday", "access", "paper", "store", "city", "outbox", "seals"]),
    ("papers-pages", &["kernel", "access", "paper", "city", "papers", "web-kit"]),
    ("imports-pages", &["kernel", "tabular", "city", "imports", "web-kit"]),
    ("shelf", &["kernel", "catalogue", "access", "store", "city"]),
    ("people", &["kernel", "ledger", "tabular", "access", "paper", "sso", "store", "city", "imports"]),
    (
        "catalogue-acts",
        &["kernel", "ledger", "catalogue", "access", "store", "city", "shelf", "imports", "paper", "tabular"],
    ),
    (
        "walk-acts",
        &[
            "kernel",
            "ledger",
            "hanyu",
            "catalogue",
            "walk",
            "resolve",
            "access",
            "store",
            "city",
            "shelf",
            "imports",
            "paper",
            "tabular",
            "outbox",
        ],
    ),
    (
        "resolve-acts",
        &[
            "kernel", "workday", "ledger", "hanyu", "resolve", "access", "store", "city", "imports", "paper",
            "tabular", "outbox", "cells", "hotline", "papers",
        ],
    ),
    (
        "optimise-acts",
        &[
            "kernel",
            "tabular",
            "eventlog",
            "catalogue",
            "resolve",
            "optimise",
            "access",
            "paper",
            "eventlog-files",
            "store",
            "city",
            "ledger",
            "imports",
            "outbox",
        ],
    ),
    (
        "supervise-acts",
        &[
            "kernel",
            "workday",
            "ledger",
            "hanyu",
            "resolve",
            "supervise",
            "access",
            "store",
            "city",
            "papers",
            "imports",
            "paper",
            "tabular",
            "outbox",
        ],
    ),
    (
        "service-acts",
        &[
            "kernel",
            "workday",
            "ledger",
            "catalogue",
            "service",
            "supervise",
            "access",
            "store",
            "city",
            "shelf",
            "outbox",
            "imports",
            "paper",
            "tabular",
        ],
    ),
    (
        "company-acts",
        &[
            "kernel", "workday", "ledger", "tabular", "hanyu", "company", "resolve", "access", "store",
            "city", "imports", "outbox", "paper", "doctext",
        ],
    ),
    (
        "hall-acts",
        &[
            "kernel", "workday", "ledger", "hall", "access", "tabular", "paper", "store", "city", "outbox",
            "imports",
        ],
    ),
    (
        "assembly",
        &[
            "kernel",
            "catalogue",
            "walk",
            "resolve",
            "supervise",
            "access",
            "store",
            "city",
            "shelf",
            "people",
            "catalogue-acts",
            "walk-acts",
            "resolve-acts",
            "optimise-acts",
            "supervise-acts",
            "service-acts",
            "company-acts",
            "imports",
            "hall-acts",
            "seals",
            "papers",
            "outbox",
            "cells",
            "hotline",
        ],
    ),
    (
        "api",
        &[
            "kernel",
            "workday",
            "ledger",
            "resolve",
            "access",
            "store",
            "city",
            "people",
            "resolve-acts",
            "company",
            "company-acts",
            "hall",
            "hall-acts",
            "service",
            "optimise-acts",
            "service-acts",
            "shelf",
            "supervise",
            "supervise-acts",
            "assembly",
        ],
    ),
    ("web-kit", &["kernel", "workday", "tabular", "resolve", "access", "store", "city"]),
    ("portal", &["kernel", "seal", "city", "seals", "web-kit"]),
    (
        "catalogue-pages",
        &["kernel", "catalogue", "access", "paper", "store", "city", "shelf", "catalogue-acts", "web-kit"],
    ),
    (
        "walk-pages",
        &["kernel", "catalogue", "walk", "access", "paper", "city", "shelf", "walk-acts", "web-kit"],
    ),
    (
        "resolve-pages",
        &["kernel", "workday", "resolve", "access", "paper", "store", "city", "resolve-acts", "web-kit"],
    ),
    (
        "optimise-pages",
        &[
            "kernel",
            "workday",
            "tabular",
            "eventlog",
            "resolve",
            "optimise",
            "access",
            "paper",
            "store",
            "city",
            "shelf",
            "optimise-acts",
            "web-kit",
        ],
    ),
    (
        "supervise-pages",
        &["kernel", "supervise", "access", "paper", "store", "city", "papers", "supervise-acts", "web-kit"],
    ),
    (
        "service-pages",
        &["kernel", "workday", "access", "catalogue", "service", "service-acts", "paper", "city", "web-kit"],
    ),
    (
        "company-pages",
        &[
            "kernel",
            "workday",
            "company",
            "company-acts",
            "resolve",
            "access",
            "paper",
            "store",
            "city",
            "web-kit",
        ],
    ),
    (
        "hall-pages",
        &["kernel", "catalogue", "hall", "hall-acts", "access", "paper", "city", "shelf", "web-kit"],
    ),
    (
        "people-pages",
        &["kernel", "resolve", "workday", "access", "paper", "store", "city", "people", "web-kit"],
    ),
    (
        "web",
        &[
            "city",
            "assembly",
            "paper",
            "web-kit",
            "portal",
            "catalogue-pages",
            "walk-pages",
            "resolve-pages",
            "optimise-pages",
            "service-pages",
            "company-pages",
            "hall-pages",
            "supervise-pages",
            "people-pages",
            "imports-pages",
            "seals-pages",
            "papers-pages",
            "cells-pages",
            "hotline-pages",
            "outbox-pages",
        ],
    ),
    (
        "bancheng",
        &[
            "kernel",
            "workday",
            "ledger",
            "tabular",
            "hanyu",
            "eventlog",
            "catalogue",
            "walk",
            "company",
            "resolve",
            "optimise",
            "service",
            "service-acts",
            "company-acts",
            "hall",
            "hall-acts",
            "supervise",
            "demo",
            "paper",
            "doctext",
            "seal",
            "seals",
            "papers",
            "store",
            "city",
            "shelf",
            "people",
            "catalogue-acts",
            "walk-acts",
            "resolve-acts",
            "optimise-acts",
            "supervise-acts",
            "assembly",
            "api",
            "web",
            "cells",
            "imports",
        ],
    ),
    ("testkit", &["kernel", "store"]),
    ("xtask", &[]),
];

/// Crates that must not know I/O, threads, clocks or randomness, and the outside crates that would bring them.
pub const PURE: &[&str] = &[
    "kernel",
    "workday",
    "ledger",
    "attach",
    "seal",
    "hanyu",
    "tabular",
    "eventlog",
    "catalogue",
    "walk",
    "company",
    "resolve",
    "optimise",
    "service",
    "hall",
    "supervise",
    "access",
];
const IMPURE: &[&str] = &["tokio", "rusqlite", "tokio-postgres", "axum", "getrandom", "hyper", "reqwest"];

/// Three laws. The edges of the manifests are those of the table, no more and no fewer (tests may know more). A pure
/// room knows nothing impure. What a manifest names, its source uses.
pub fn check(rooms: &[Room]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let table: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(c, d)| (*c, d.iter().copied().collect())).collect();
    for room in rooms {
        let name = room.package.as_str();
        let Some(may) = table.get(name) else {
            found
                .push(format!("{name}: 不在允许的依赖表中 / not in the table of edges (xtask/src/edges.rs)"));
            continue;
        };
        let dependencies = names(&room.manifest, "[dependencies]");
        let ours: BTreeSet<&str> =
            dependencies.iter().map(String::as_str).filter(|d| table.contains_key(d)).collect();
        for dep in ours.difference(may) {
            found.push(format!("{name} → {dep}: 不允许的依赖 / not allowed (EDGES, xtask/src/edges.rs)"));
        }
        for dep in may.difference(&ours) {
            found.push(format!(
                "{name} → {dep}: 表中允许、实际没有,请从表中删去 / allowed and not there: strike it from EDGES (xtask/src/edges.rs)"
            ));
        }
        for dep in dependencies.iter().filter(|d| PURE.contains(&name) && IMPURE.contains(&d.as_str())) {
            found.push(format!("{name} → {dep}: 纯净的核心不能认识它 / a pure room must not know it"));
        }
        found.extend(unused(room, &dependencies)?);
    }
    for name in table.keys().filter(|n| rooms.iter().all(|r| r.package != **n)) {
        found.push(format!("{name}: 表中有、实际没有 / in EDGES, but there is no such crate"));
    }
    Ok(found)
}

/// Dependencies that no line of source mentions, or that are named twice.
fn unused(room: &Room, dependencies: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut source = String::new();
    for folder in ["src", "templates"] {
        gather(&room.path.join(folder), &mut source)?;
    }
    let mut tests = source.clone();
    for folder in ["tests", "benches", "examples"] {
        gather(&room.path.join(folder), &mut tests)?;
    }
    // A module of tests that several crates share stands with one of them: `#[path = "../../…"]`.
    let shared: Vec<String> = tests
        .lines()
        .filter_map(|l| l.trim().strip_prefix("#[path = \"../")?.strip_suffix("\"]"))
        .map(|path| format!("../{path}"))
        .collect();
    for path in shared {
        tests.push_str(&std::fs::read_to_string(room.path.join("tests").join(path)).unwrap_or_default());
    }
    let for_tests = names(&room.manifest, "[dev-dependencies]");
    let all = dependencies.iter().map(|d| (d, &source)).chain(for_tests.iter().map(|d| (d, &tests)));
    for (dep, text) in all {
        if !mentions(text, &dep.replace('-', "_")) {
            found.push(format!("{} → {dep}: 没有用到,请删去 / nobody uses it, remove it", room.package));
        }
    }
    for dep in for_tests.iter().filter(|d| dependencies.contains(d)) {
        found.push(format!(
            "{} → {dep}: 写了两次 / named for the crate and again for its tests",
            room.package
        ));
    }
    Ok(found)
}

/// All source below a folder, without lines that are only comment.
fn gather(folder: &Path, text: &mut String) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, text)?;
        } else if path.extension().is_some_and(|x| x == "rs" || x == "html") {
            lines(&path, text)?;
        }
    }
    Ok(())
}

/// The lines of a file, and those of the files of another crate that it takes as modules by `#[path]`.
fn lines(path: &Path, text: &mut String) -> Result<()> {
    for line in std::fs::read_to_string(path)?.lines().filter(|l| !l.trim_start().starts_with("//")) {
        text.push_str(line);
        text.push('\n');
        let elsewhere = line.trim().strip_prefix("#[path = \"../").and_then(|l| l.strip_suffix("\"]"));
        if let (Some(name), Some(folder)) = (elsewhere, path.parent()) {
            lines(&folder.join("..").join(name), text)?;
        }
    }
    Ok(())
}

/// A path that begins with the crate (`name::`), or its import as a whole (`use name as`, `use name;`).
fn mentions(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let before = source[..at].chars().next_back().unwrap_or(' ');
        let after = &source[at + name.len()..];
        let path = after.starts_with("::") && !before.is_alphanumeric() && !matches!(before, '_' | ':' | '.');
        path || (source[..at].ends_with("use ") && (after.starts_with(';') || after.starts_with(" as ")))
    })
}

/// Names of crates in one section of a manifest.
fn names(manifest: &str, header: &str) -> Vec<String> {
    section(manifest, header)
        .map(|line| line.split(['.', '=', ' ']).next().unwrap_or_default().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_used_by_a_path_that_begins_with_it() {
        for yes in [
            "use resolve::{Case, Rules};",
            "x: &resolve::Case",
            "use serde_json as json;",
            "<serde_json::Value>",
        ] {
            assert!(mentions(yes, "resolve") || mentions(yes, "serde_json"), "{yes}");
        }
        for no in [
            "fn resolve() {}",
            "crate::resolve::Case",
            "my_resolve::Case",
            "resolve(x)",
            "self.resolve::<u8>()",
        ] {
            assert!(!mentions(no, "resolve"), "{no}");
        }
    }

    #[test]
    fn a_finding_for_each_kind_of_wrong_manifest() {
        let room = |package: &str, lines: &str| Room {
            package: package.into(),
            path: "/nowhere".into(),
            manifest: format!("[package]\nname = \"{package}\"\n[dependencies]\n{lines}"),
        };
        let says = |room: Room| check(&[room]).unwrap().join("\n");
        assert!(
            says(room("ledger", "kernel.workspace = true\nstore.workspace = true"))
                .contains("ledger → store: 不允许")
        );
        assert!(says(room("ledger", "")).contains("ledger → kernel: 表中允许"));
        assert!(says(room("ledger", "tokio = { workspace = true }")).contains("ledger → tokio: 纯净"));
        assert!(says(room("ledger", "kernel.workspace = true")).contains("ledger → kernel: 没有用到"));
        assert!(says(room("attic", "")).contains("attic: 不在"));
    }
}
