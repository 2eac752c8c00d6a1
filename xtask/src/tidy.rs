//! What no compiler checks: which room may know which, how long a file may be, what must not be in the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

/// The allowed edges: a crate and the crates of this house it may know. Everything above `paper` is pure.
const EDGES: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("workday", &["kernel"]),
    ("ledger", &["kernel"]),
    ("attach", &["kernel"]),
    ("hanyu", &["kernel"]),
    ("eventlog", &["kernel", "workday"]),
    ("catalogue", &["kernel", "workday"]),
    ("walk", &["kernel", "workday", "catalogue"]),
    ("resolve", &["kernel", "workday"]),
    ("optimise", &["kernel", "workday", "eventlog", "catalogue"]),
    ("supervise", &["kernel", "workday", "resolve"]),
    ("access", &["kernel", "resolve"]),
    ("demo", &["kernel", "catalogue"]),
    ("paper", &["kernel"]),
    ("eventlog-files", &["eventlog"]),
    ("sso", &["kernel"]),
    ("store", &["kernel", "ledger", "access", "resolve", "workday"]),
    (
        "app",
        &[
            "kernel",
            "workday",
            "ledger",
            "hanyu",
            "eventlog",
            "eventlog-files",
            "catalogue",
            "walk",
            "resolve",
            "optimise",
            "supervise",
            "access",
            "attach",
            "paper",
            "sso",
            "store",
        ],
    ),
    ("api", &["kernel", "workday", "resolve", "access", "store", "app", "ledger"]),
    ("web-kit", &["kernel", "workday", "resolve", "access", "store", "app"]),
    ("web-portal", &["kernel", "workday", "resolve", "access", "store", "app", "web-kit"]),
    ("web-desk", &["kernel", "workday", "resolve", "access", "store", "app", "paper", "web-kit"]),
    (
        "web-walk",
        &["kernel", "workday", "resolve", "access", "store", "app", "paper", "web-kit", "catalogue", "walk"],
    ),
    (
        "web-log",
        &[
            "kernel", "workday", "resolve", "access", "store", "app", "paper", "web-kit", "eventlog",
            "optimise",
        ],
    ),
    (
        "web-process",
        &[
            "kernel",
            "workday",
            "resolve",
            "access",
            "store",
            "app",
            "paper",
            "web-kit",
            "catalogue",
            "eventlog",
            "optimise",
        ],
    ),
    (
        "web-supervise",
        &["kernel", "workday", "resolve", "access", "store", "app", "paper", "web-kit", "supervise"],
    ),
    (
        "web",
        &[
            "kernel",
            "app",
            "web-kit",
            "web-portal",
            "web-desk",
            "web-walk",
            "web-log",
            "web-process",
            "web-supervise",
        ],
    ),
    (
        "bancheng",
        &[
            "kernel",
            "workday",
            "ledger",
            "hanyu",
            "eventlog",
            "catalogue",
            "walk",
            "resolve",
            "optimise",
            "supervise",
            "access",
            "demo",
            "paper",
            "store",
            "app",
            "api",
            "web",
            "web-portal",
            "web-desk",
            "web-walk",
            "web-log",
            "web-process",
            "web-supervise",
        ],
    ),
    ("testkit", &["kernel", "store"]),
    ("xtask", &[]),
];

/// Crates that must not know I/O, threads, clocks or randomness, and the outside crates that would bring them.
const PURE: &[&str] = &[
    "kernel",
    "workday",
    "ledger",
    "attach",
    "hanyu",
    "eventlog",
    "catalogue",
    "walk",
    "resolve",
    "optimise",
    "supervise",
    "access",
];
const IMPURE: &[&str] = &["tokio", "rusqlite", "tokio-postgres", "axum", "getrandom", "hyper", "reqwest"];

const LINES_MAX: usize = 700;

/// The root of the repository.
pub fn root() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..").to_owned()
}

/// All checks; every finding is named.
pub fn run() -> Result<()> {
    let mut found = edges()?;
    found.extend(files()?);
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}", found.join("\n"));
}

/// Reads the manifests themselves: normal dependencies only, tests may know more.
fn edges() -> Result<Vec<String>> {
    let mut found = Vec::new();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(c, d)| (*c, d.iter().copied().collect())).collect();
    let ours: BTreeSet<&str> = allowed.keys().copied().collect();
    let mut rooms: Vec<_> =
        std::fs::read_dir(Path::new(&root()).join("crates"))?.flatten().map(|d| d.path()).collect();
    rooms.sort();
    for room in rooms {
        let Ok(manifest) = std::fs::read_to_string(room.join("Cargo.toml")) else { continue };
        let name = room.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let Some(may) = allowed.get(name.as_str()) else {
            found.push(format!(
                "crates/{name}: 不在允许的依赖表中 / not in the table of edges (xtask/src/tidy.rs)"
            ));
            continue;
        };
        for dep in dependencies(&manifest) {
            if ours.contains(dep.as_str()) && !may.contains(dep.as_str()) {
                found.push(format!("crates/{name} → {dep}: 不允许的依赖 / this edge is not allowed"));
            }
            if PURE.contains(&name.as_str()) && IMPURE.contains(&dep.as_str()) {
                found.push(format!(
                    "crates/{name} → {dep}: 纯净的核心不能认识它 / a pure room must not know it"
                ));
            }
        }
    }
    Ok(found)
}

/// Names in `[dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && !line.starts_with('#') && line.contains('=') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            names.push(name.to_owned());
        }
    }
    names
}

fn files() -> Result<Vec<String>> {
    let mut found = Vec::new();
    let out = std::process::Command::new("git").args(["ls-files"]).current_dir(root()).output()?;
    for name in String::from_utf8_lossy(&out.stdout).lines() {
        let path = Path::new(&root()).join(name);
        let code = ["rs", "ts", "js", "mjs", "css", "html"]
            .iter()
            .any(|e| path.extension().is_some_and(|x| x == *e));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lines = text.lines().count();
        if code && lines > LINES_MAX {
            found.push(format!("{name}: {lines} 行,超过 {LINES_MAX} / lines, more than one sitting"));
        }
        if path.extension().is_some_and(|x| x == "rs") && !name.starts_with("xtask/") {
            for word in ["todo!(", "unimplemented!(", "#[ignore", "dbg!("] {
                if text.contains(word) {
                    found.push(format!("{name}: {word}"));
                }
            }
        }
    }
    Ok(found)
}
