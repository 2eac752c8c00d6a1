//! Inside a pure crate modules do not go round in circles: who reads one file need not have read another that needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use crate::rooms::Room;

/// Circles that were judged and stay; the list may only become shorter.
const KEPT: &[(&str, &[&str])] = &[
    // An item holds its tree of questions; the tree is answered over the item: one noun in two files.
    ("catalogue", &["item", "situation"]),
    // A redesign says what was observed of it; what is observed is compared with the redesign.
    ("optimise", &["evidence", "redesign"]),
];

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Every circle of every crate named.
pub fn check(rooms: &[Room], pure: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut there = BTreeSet::new();
    for room in rooms.iter().filter(|r| pure.contains(&r.package.as_str())) {
        let mut sources = Vec::new();
        gather(&room.path.join("src"), None, &mut sources)?;
        for circle in circles(&graph(&sources)) {
            let names: Vec<&str> = circle.iter().map(String::as_str).collect();
            if let Some(k) = KEPT.iter().position(|k| *k == (room.package.as_str(), names.as_slice())) {
                there.insert(k);
            } else {
                found.push(format!(
                    "{}: {}: 模块互相依赖 / modules in a circle",
                    room.package,
                    names.join(" ↔ ")
                ));
            }
        }
    }
    for (_, kept) in KEPT.iter().enumerate().filter(|k| !there.contains(&k.0)) {
        found.push(format!(
            "{kept:?}: 已解开,请从表中删去 / opened: strike it from KEPT (xtask/src/circles.rs)"
        ));
    }
    Ok(found)
}

/// Module and text of each file; a folder is one module. Tests may know everything.
fn gather(folder: &Path, module: Option<&str>, sources: &mut Vec<(String, String)>) -> Result<()> {
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            gather(&path, Some(module.unwrap_or(&stem)), sources)?;
        } else if path.extension().is_some_and(|x| x == "rs") && stem != "tests" && !stem.ends_with("_tests")
        {
            let text = std::fs::read_to_string(&path)?;
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let name = module.unwrap_or(&stem);
            if name != "lib" {
                sources.push((name.to_owned(), code.to_owned()));
            }
        }
    }
    Ok(())
}

/// Who names whom by `crate::module`.
fn graph(sources: &[(String, String)]) -> Graph {
    let modules: BTreeSet<&str> = sources.iter().map(|s| s.0.as_str()).collect();
    let mut graph = Graph::new();
    for (name, code) in sources {
        let knows = graph.entry(name.clone()).or_default();
        for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let other: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if other != *name && modules.contains(other.as_str()) {
                    knows.insert(other);
                }
            }
        }
    }
    graph
}

/// Groups of modules that all reach each other.
fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = graph.keys().map(|n| (n, reached(graph, n))).collect();
    let mut done = BTreeSet::new();
    let mut found = Vec::new();
    for (n, far) in &reach {
        let circle: Vec<String> = far
            .iter()
            .filter(|m| reach.get(*m).is_some_and(|r| r.contains(n)))
            .map(|m| (*m).clone())
            .collect();
        if circle.len() > 1 && done.insert(circle.clone()) {
            found.push(circle);
        }
    }
    found
}

fn reached<'g>(graph: &'g Graph, from: &'g String) -> BTreeSet<&'g String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(n) = open.pop() {
        for m in graph.get(n).into_iter().flatten() {
            if seen.insert(m) {
                open.push(m);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_and_a_line_is_none() {
        let file = |name: &str, code: &str| (name.to_owned(), code.to_owned());
        let ring = [
            file("a", "use crate::b::B;"),
            file("b", "use crate::c::C;"),
            file("c", "let x = crate::a::f();"),
            file("d", "use crate::a::A;"),
        ];
        assert_eq!(circles(&graph(&ring)), [["a", "b", "c"]]);
        assert!(circles(&graph(&ring[..2])).is_empty());
        assert!(circles(&graph(&[file("a", "// crate::b"), file("b", "use crate::a::A;")])).is_empty());
    }
}
