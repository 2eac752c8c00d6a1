//! 过门: every use case that pages, interface and program can call passes the door. Read from the source: what a function
//! calls, and what that calls, until somebody asks `decide` (or one of the two that do nothing else).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Use cases that pass no door, and why that is right. The list may only get shorter.
const DOORLESS: &[(&str, &str)] = &[
    ("actor_of", "for a command of whoever keeps the machine; what is done as that person passes the door"),
    ("back_up", "the program's own: who calls it has the files"),
    ("blobs", "what the handles stand on"),
    ("case_rateable", "the code of the case is the proof"),
    ("codes_after", "what the handles stand on"),
    ("compare_some", "the worker's own"),
    ("ended", "the worker's own: a number"),
    ("gauges", "the program's own listener: numbers, nobody's data"),
    ("may_erase", "asks what is offered, decides nothing"),
    ("network_key", "a digest of what the caller has"),
    ("new", "makes a handle"),
    ("personal_in", "looks at words that the caller has"),
    ("staff_name", "names of staff stand on every case"),
    ("store", "what the handles stand on"),
    ("take_up", "hands over to the registration of a case, which decides"),
    ("try_again", "the program's own; an administrator goes through try_again_by"),
    ("vault", "keys, never given out"),
];

/// The handles of the house.
const HANDLES: [&str; 19] = [
    "House",
    "City",
    "People",
    "Items",
    "Catalogue",
    "Service",
    "Halls",
    "Walks",
    "Cases",
    "Redesigns",
    "Logs",
    "Supervision",
    "Companies",
    "Imports",
    "Outbox",
    "Seals",
    "Papers",
    "Cells",
    "Hotlines",
];

/// The crates that hold them.
const ROOMS: [&str; 18] = [
    "assembly",
    "city/core",
    "city/people",
    "city/shelf",
    "catalogue/acts",
    "service/acts",
    "hall/acts",
    "walk/acts",
    "resolve/acts",
    "optimise/acts",
    "supervise/acts",
    "company/acts",
    "city/imports",
    "city/outbox",
    "city/seals",
    "city/papers",
    "city/cells",
    "city/hotline",
];

/// Names that many things have: followed inside of one file only.
const COMMON: [&str; 16] = [
    "read", "write", "of", "new", "at", "get", "put", "text", "json", "parse", "note", "append", "stream",
    "found", "view", "wait",
];

struct Function {
    file: PathBuf,
    name: String,
    body: String,
    /// `pub fn` of a handle
    public: bool,
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// What stands between the brace at `from` and its partner.
fn block(text: &str, from: usize) -> &str {
    let mut depth = 0;
    for (i, c) in text[from..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return &text[from..=from + i],
            '}' => depth -= 1,
            _ => {}
        }
    }
    &text[from..]
}

fn functions(file: &Path, out: &mut Vec<Function>) {
    let text = std::fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    let mut inside = Vec::new();
    for handle in HANDLES {
        // What a movement has for itself alone is no way in.
        if text.contains(&format!("pub(crate) struct {handle} ")) {
            continue;
        }
        for (at, _) in text.match_indices(&format!("\nimpl {handle} {{")) {
            let open = at + text[at..].find('{').unwrap();
            inside.push(open..open + block(text, open).len());
        }
    }
    for (at, _) in text.match_indices("fn ") {
        let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let before = text[line..at].trim_start();
        let words =
            ["", "pub ", "pub(crate) ", "pub(super) ", "const ", "pub const ", "async ", "pub async "];
        if !words.contains(&before) {
            continue;
        }
        let name: String = text[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let Some(open) = text[at..].find('{').map(|n| at + n) else { continue };
        let public = before.starts_with("pub ") && inside.iter().any(|i| i.contains(&at));
        out.push(Function { file: file.to_owned(), name, body: block(text, open).to_owned(), public });
    }
}

/// The names that are called in a body.
fn calls(body: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (at, _) in body.match_indices('(') {
        let name = body[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if !name.is_empty() {
            out.insert(name.to_owned());
        }
    }
    out
}

#[test]
fn every_use_case_passes_the_door() {
    let mut files = Vec::new();
    for room in ROOMS {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(room).join("src"), &mut files);
    }
    let mut all = Vec::new();
    for file in &files {
        functions(file, &mut all);
    }
    let house = include_str!("../../src/house.rs");
    let house = block(house, house.find("pub struct House {").unwrap());
    for kind in house.lines().filter_map(|l| l.trim().strip_prefix("pub ")?.split_once(": ")) {
        assert!(HANDLES.contains(&kind.1.trim_end_matches(',')), "{} is not looked at", kind.1);
    }
    assert!(all.iter().filter(|f| f.public).count() > 150, "the source is written otherwise");
    // A common name stands for itself in its own file, any other for itself everywhere.
    let key = |file: &Path, name: &str| {
        if COMMON.contains(&name) { format!("{}:{name}", file.display()) } else { name.to_owned() }
    };
    let called: Vec<(String, BTreeSet<String>)> = all
        .iter()
        .map(|f| (key(&f.file, &f.name), calls(&f.body).iter().map(|c| key(&f.file, c)).collect()))
        .collect();
    let mut passes: BTreeSet<String> = ["decide", "public", "may_enter"].map(str::to_owned).into();
    loop {
        let more: Vec<String> = called
            .iter()
            .filter(|(name, calls)| !passes.contains(name) && calls.iter().any(|c| passes.contains(c)))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        passes.extend(more);
    }
    let right: BTreeMap<&str, &str> = DOORLESS.iter().copied().collect();
    let doorless: BTreeSet<&str> = all
        .iter()
        .filter(|f| f.public && !passes.contains(&key(&f.file, &f.name)))
        .map(|f| f.name.as_str())
        .collect();
    let unlisted: Vec<_> = doorless.iter().filter(|n| !right.contains_key(*n)).collect();
    assert!(unlisted.is_empty(), "use cases without a door: {unlisted:?}");
    let gone: Vec<_> = right.keys().filter(|n| !doorless.contains(*n)).collect();
    assert!(gone.is_empty(), "no longer without a door, take them from the list: {gone:?}");
}
