//! What a machine needs, checked with a message that says how to get it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// A thing that must be there, how to see that it is, and how to get it.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    name: &'static str,
    there: fn() -> bool,
    get: &'static str,
}

/// What tests need besides Rust.
pub const FOR_TESTS: &[Need] = &[
    Need {
        name: "cargo-nextest",
        there: || has("cargo", &["nextest", "--version"]),
        get: "cargo install cargo-nextest --locked",
    },
    Need { name: "PostgreSQL (initdb, postgres)", there: postgres, get: "apt-get install postgresql" },
    Need {
        name: "Node.js ≥ 20, npm",
        there: || has("npm", &["--version"]),
        get: "apt-get install nodejs npm",
    },
    Need {
        name: "Chromium",
        there: || Path::new("/usr/bin/chromium").exists(),
        get: "apt-get install chromium",
    },
];

/// Says everything that is missing at once.
pub fn check(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|n| !(n.there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing.iter().map(|n| format!("  {} — {}", n.name, n.get)).collect();
    bail!("缺少以下软件,请先安装 / these are missing, install them first:\n{}", lines.join("\n"));
}

/// Does this program run?
pub fn has(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn postgres() -> bool {
    let dirs = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    dirs.map(|d| d.path().join("bin/initdb")).any(|p| p.exists()) || has("initdb", &["--version"])
}

/// Is the folder with the real data there?
pub fn shared_data() -> bool {
    let folder = std::env::var_os("BANCHENG_SHARED")
        .map_or_else(|| PathBuf::from(crate::rooms::root()).join("../shared"), PathBuf::from);
    folder.join("data/README.md").exists()
}
