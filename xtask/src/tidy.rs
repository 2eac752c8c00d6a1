//! What no compiler checks: how long a file may be, what must not be in the tree. Who may know whom is in `edges.rs`,
//! what is cited in `citations.rs`.

use std::path::Path;

use anyhow::{Result, bail};

use crate::rooms::root;

const LINES_MAX: usize = 700;
/// Characters of a line of a template or a style sheet: they are source, an element, a block or a rule a line.
const WIDTH_MAX: usize = 160;

/// Folders that a machine has or has not.
const FOLDERS: [&str; 3] = ["/tmp/", "/home/", "/root/"];

/// All checks; every finding is named.
pub fn run() -> Result<()> {
    let rooms = crate::rooms::all()?;
    let mut found = crate::edges::check(&rooms)?;
    found.extend(crate::circles::check(&rooms, crate::edges::PURE)?);
    found.extend(crate::store_use::check(&rooms)?);
    let names = names()?;
    found.extend(strangers(&names));
    let files = files(&names);
    found.extend(sizes(&files));
    found.extend(tables(&files));
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
        let runs = [".rs", ".js", ".mjs", ".sh"].iter().any(|e| name.ends_with(e)) || name == "x";
        if runs && FOLDERS.iter().any(|f| text.contains(f)) && name != "xtask/src/tidy.rs" {
            found.push(format!("{name}: 写死了某台机器的目录 / a folder of one machine"));
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

/// Columns that a phone still shows side by side.
const COLUMNS_MAX: usize = 3;

/// A table of more columns is told row by row on a phone (`stack`), or is one that people read as a grid.
fn tables(files: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files.iter().filter(|(n, _)| n.ends_with(".html")) {
        for (at, _) in text.match_indices("<table") {
            let table = &text[at..];
            let Some(head) =
                table.find("</thead>").filter(|h| table.find("</table>").is_some_and(|e| h < &e))
            else {
                continue;
            };
            let tag = &table[..table.find('>').unwrap_or(0)];
            let columns = table[..head].matches("<th>").count() + table[..head].matches("<th ").count();
            if columns > COLUMNS_MAX && !["stack", "figures", "loads"].iter().any(|c| tag.contains(c)) {
                let line = text[..at].lines().count() + 1;
                found.push(format!(
                    "{name}:{line}: {columns} 列的表在手机上读不了，用 stack / too wide for a phone"
                ));
            }
        }
    }
    found
}

/// Files that are no text and no picture: nobody here wrote them.
fn strangers(names: &[String]) -> Vec<String> {
    let strange = |n: &&String| {
        !n.ends_with(".png")
            && std::fs::read(Path::new(&root()).join(n)).is_ok_and(|b| std::str::from_utf8(&b).is_err())
    };
    names
        .iter()
        .filter(strange)
        .map(|n| format!("{n}: 不是文本也不是图片 / neither text nor picture"))
        .collect()
}

/// Every file that git knows or would take.
fn names() -> Result<Vec<String>> {
    let args = ["-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"];
    let out = std::process::Command::new("git").args(args).current_dir(root()).output()?;
    Ok(String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect())
}

/// The texts among them.
fn files(names: &[String]) -> Vec<(String, String)> {
    let read = |n: &String| Some((n.clone(), std::fs::read_to_string(Path::new(&root()).join(n)).ok()?));
    names.iter().filter_map(read).collect()
}
