//! What no compiler checks: how long a file may be, what must not be in the tree. Who may know whom is in `edges.rs`.

use std::path::Path;

use anyhow::{Result, bail};

use crate::rooms::root;

const LINES_MAX: usize = 700;

/// All checks; every finding is named.
pub fn run() -> Result<()> {
    let mut found = crate::edges::check(&crate::rooms::all()?)?;
    found.extend(files()?);
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}", found.join("\n"));
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
