//! Benchmarks and quality figures: each prints one section, which is put into its document between marks.

use std::process::Command;

use anyhow::{Result, bail};

use crate::rooms::{root, section};

/// Package, bench target.
const BENCHES: &[(&str, &str)] = &[
    ("workday", "workday"),
    ("store", "store"),
    ("bancheng", "bulk"),
    ("api", "online"),
    ("paper", "sheets"),
    ("eventlog", "eventlog"),
    ("hanyu", "speed"),
    ("assembly", "reading"),
    ("optimise", "optimise"),
    ("catalogue", "catalogue"),
    ("walk", "walk"),
    ("assembly", "walks"),
    ("supervise", "figures"),
    ("company", "policy"),
    ("assembly", "service"),
    ("hall", "roster"),
    ("hall-acts", "places"),
];
const QUALITY: &[(&str, &str)] = &[("hanyu", "quality")];

/// All benchmarks, or the one named after `bench`.
pub fn run() -> Result<()> {
    gather(BENCHES, "docs/BENCHMARKS.md")
}

/// All quality figures.
pub fn quality() -> Result<()> {
    gather(QUALITY, "docs/QUALITY.md")
}

fn gather(list: &[(&str, &str)], document: &str) -> Result<()> {
    let only = std::env::args().nth(2);
    let rooms = crate::rooms::all()?;
    let path = std::path::Path::new(&root()).join(document);
    let mut text = std::fs::read_to_string(&path).unwrap_or_default();
    for (package, bench) in list {
        if only.as_deref().is_some_and(|o| o != *package && o != *bench) {
            continue;
        }
        let room = rooms.iter().find(|r| r.package == *package);
        if !room
            .is_some_and(|r| section(&r.manifest, "[[bench]]").any(|l| l == format!("name = \"{bench}\"")))
        {
            bail!("{package} {bench}: 没有这个测速 / no such benchmark (BENCHES in xtask/src/bench.rs)");
        }
        println!("{package} {bench} …");
        let out = Command::new("cargo")
            // One selection for all, so that no dependency is built twice with other features.
            .args(["bench", "--quiet", "--workspace", "--bench", bench])
            .current_dir(root())
            .stderr(std::process::Stdio::inherit())
            .output()?;
        if !out.status.success() {
            bail!("{package} {bench}: {}", out.status);
        }
        let section = String::from_utf8_lossy(&out.stdout);
        println!("{section}");
        put(&mut text, &format!("{package}/{bench}"), section.trim());
    }
    std::fs::write(path, text)?;
    Ok(())
}

/// Puts a section between its marks, at the end when there are none yet.
fn put(text: &mut String, name: &str, section: &str) {
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- end {name} -->"));
    let block = format!("{begin}\n{}\n\n{section}\n{end}", machine());
    match (text.find(&begin), text.find(&end)) {
        (Some(a), Some(b)) if a < b => text.replace_range(a..b + end.len(), &block),
        _ => {
            text.push_str("\n\n");
            text.push_str(&block);
            text.push('\n');
        }
    }
}

/// On what, and how busy it was: said with every figure.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split(": ").nth(1)).unwrap_or("?");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    format!("*{model}, {cores} cores; load before the run {load} (above {cores}: others were at work too)*")
}
