//! What no compiler checks: how long a file may be, what must not be in the tree. Who may know whom is in `edges.rs`,
//! what is cited in `citations.rs`.

use std::path::Path;

use anyhow::{Result, bail};

use crate::rooms::root;

const LINES_MAX: usize = 700;
/// Characters of a line of a template or a style sheet: they are source, an element, a block or a rule a line.
const WIDTH_MAX: usize = 160;

/// All checks; every finding is named.
pub fn run() -> Result<()> {
    let rooms = crate::rooms::all()?;
    let mut found = crate::edges::check(&rooms)?;
    found.extend(crate::circles::check(&rooms, crate::edges::PURE)?);
    found.extend(crate::store_use::check(&rooms)?);
    let files = files()?;
    found.extend(sizes(&files));
    found.extend(crate::citations::check(&files, &rooms)?);
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}", found.join("\n"));
}

fn sizes(files: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        let code = [".rs", ".ts", ".js", ".mjs", ".css", ".html"].iter().any(|e| name.ends_with(e));
        let lines = text.lines().count();
        if code && lines > LINES_MAX {
            found.push(format!("{name}: {lines} 行,超过 {LINES_MAX} / lines, more than one sitting"));
        }
        if name.ends_with(".html") || name.ends_with(".css") {
            for (at, line) in text.lines().enumerate().filter(|(_, l)| l.chars().count() > WIDTH_MAX) {
                let (n, at) = (line.chars().count(), at + 1);
                found.push(format!("{name}:{at}: {n} 字,超过 {WIDTH_MAX} / characters, wider than a page"));
            }
        }
        if name.ends_with(".rs") && !name.starts_with("xtask/") {
            for word in ["todo!(", "unimplemented!(", "#[ignore", "dbg!("] {
                if text.contains(word) {
                    found.push(format!("{name}: {word}"));
                }
            }
        }
    }
    found
}

/// Every text file that git knows or would take.
fn files() -> Result<Vec<(String, String)>> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let out = std::process::Command::new("git").args(args).current_dir(root()).output()?;
    let names = String::from_utf8_lossy(&out.stdout).into_owned();
    Ok(names
        .lines()
        .filter_map(|n| Some((n.to_owned(), std::fs::read_to_string(Path::new(&root()).join(n)).ok()?)))
        .collect())
}
