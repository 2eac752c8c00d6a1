//! What is cited can be opened: rows of docs/DOMAIN.md, chapters of the texts, sections of docs/STANDARDS.md, decisions.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use crate::rooms::{Room, root};

/// Every file that git knows, by name, with its text.
type Files = [(String, String)];

/// All findings.
pub fn check(files: &Files, rooms: &[Room]) -> Result<Vec<String>> {
    let read = |name: &str| std::fs::read_to_string(Path::new(&root()).join(name));
    let mut found = decisions(files);
    found.extend(names(files, rooms));
    found.extend(paths(files, |path| Path::new(&root()).join(path).exists()));
    found.extend(citations(files, &Known::of(&read("docs/DOMAIN.md")?, &read("docs/STANDARDS.md")?)));
    Ok(found)
}

/// What can be cited.
#[derive(Debug, Default)]
struct Known {
    rows: BTreeSet<String>,
    chapters: BTreeSet<String>,
    sections: BTreeSet<String>,
}

impl Known {
    /// Rows and chapters are the first cells of the tables, sections are headings; the list of ten is cited by its items.
    fn of(domain: &str, standards: &str) -> Self {
        let mut known = Self::default();
        for cell in domain.lines().filter_map(|l| l.strip_prefix("| ")?.split(" |").next()) {
            let into = if cell.contains('(') { &mut known.chapters } else { &mut known.rows };
            into.insert(cell.to_owned());
        }
        let mut ten = false;
        for line in standards.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                let number = heading.split(' ').next().unwrap_or_default();
                ten = number == "十";
                known.sections.insert(number.to_owned());
            } else if let Some((number, _)) = line.split_once(". ").filter(|_| ten) {
                known.sections.insert(format!("十({number})"));
            }
        }
        known
    }
}

/// The letters of the rows and the short names of the texts.
const ROWS: &str = "KWROESPX";
const TEXTS: &[&str] = &["YY", "HY", "CZ", "LC", "BD"];

fn citations(files: &Files, known: &Known) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        let ours = [".rs", ".md", ".sql", ".mjs", ".toml", ".html"].iter().any(|e| name.ends_with(e));
        if !ours || name.starts_with("xtask/") {
            continue;
        }
        for (line, words) in text.lines().zip(1..).map(|(l, n)| (n, l)) {
            for bad in wrong(words, known) {
                found.push(format!(
                    "{name}:{line}: {bad}: 找不到出处 / cited, but neither docs/DOMAIN.md nor docs/STANDARDS.md has it"
                ));
            }
        }
    }
    found
}

/// The citations of one line that lead nowhere.
fn wrong(line: &str, known: &Known) -> Vec<String> {
    let plain = line.replace('（', "(").replace('）', ")");
    let mut bad = Vec::new();
    for (at, word) in words(&plain) {
        let rest = &plain[at + word.len()..];
        let mut letters = word.chars();
        let row = letters.next().is_some_and(|c| ROWS.contains(c)) && number(letters.as_str()).is_some();
        // `%E7` is a byte of an address, `K9路` is a bus.
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let other = plain[..at].ends_with(|c: char| c == '%' || han(c)) || rest.starts_with(han);
        if row && !other && !known.rows.contains(word) {
            bad.push(word.to_owned());
        }
        if TEXTS.contains(&word)
            && let Some(chapter) = rest.strip_prefix(' ').and_then(chapter)
            && !known.chapters.contains(&format!("{word} {chapter}"))
        {
            bad.push(format!("{word} {chapter}"));
        }
        if word == "STANDARDS" {
            let section: String = rest
                .trim_start()
                .chars()
                .take_while(|c| c.is_ascii_digit() || "十.()".contains(*c))
                .collect();
            let section = section.trim_end_matches(['.', ')']);
            let listed = known.sections.contains(section) || known.sections.contains(&format!("{section})"));
            if section.starts_with(|c: char| c.is_ascii_digit() || c == '十') && !listed {
                bad.push(format!("STANDARDS {section}"));
            }
        }
        if word == "issue"
            && rest.strip_prefix(' ').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
        {
            bad.push(format!("issue{}", rest.chars().take(4).collect::<String>()));
        }
    }
    bad
}

/// Runs of ASCII letters and digits, with where they begin.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.split(move |c| !inside(c))
        .filter(|w| !w.is_empty())
        .map(|w| (w.as_ptr() as usize - line.as_ptr() as usize, w))
}

/// One or two digits that begin with none of zero.
fn number(text: &str) -> Option<u32> {
    (text.len() <= 2 && !text.starts_with('0')).then(|| text.parse().ok())?
}

/// `四(一)` at the beginning; a chapter alone (`四`) is the whole text and needs no row.
fn chapter(rest: &str) -> Option<String> {
    let end = rest.find(')')?;
    let (head, inner) = rest[..end].split_once('(')?;
    let numerals = |t: &str| !t.is_empty() && t.chars().all(|c| "一二三四五六七八九十".contains(c));
    (numerals(head) && numerals(inner)).then(|| format!("{head}({inner})"))
}

/// Folders and files that a document names in backquotes are there.
fn paths(files: &Files, there: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files.iter().filter(|f| f.0.ends_with(".md") && f.0 != "CHANGELOG.md") {
        for quoted in text.split('`').skip(1).step_by(2) {
            let path = quoted.split(['*', '{', '<']).next().unwrap_or_default();
            let ours = ["crates/", "xtask/", "docs/", "e2e/", "data/"].iter().any(|p| quoted.starts_with(p));
            let plain = path == quoted
                && !path.contains([' ', '…'])
                && !path.contains("N_")
                && !path.contains("YYYY");
            if ours && plain && !there(path) {
                found.push(format!("{name}: `{path}`: 没有这个文件 / there is no such file"));
            }
        }
    }
    found
}

/// What the glossary and the map call by a path (`walk::leads`) is in that crate.
fn names(files: &Files, rooms: &[Room]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files.iter().filter(|f| f.0 == "docs/GLOSSARY.md" || f.0 == "ARCHITECTURE.md") {
        for quoted in text.split('`').skip(1).step_by(2) {
            let Some((package, path)) = quoted.split_once("::") else { continue };
            let Some(room) = rooms.iter().find(|r| r.package == package) else { continue };
            let last = path.split("::").last().unwrap_or_default();
            let last = last.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let here = room.path.strip_prefix(root()).unwrap_or(&room.path).join("src");
            let here = here.to_string_lossy().into_owned();
            if !files.iter().any(|f| f.0.starts_with(&here) && words(&f.1).any(|w| w.1 == last)) {
                found.push(format!("{name}: `{quoted}`: 代码中没有 / not in the code of `{package}`"));
            }
        }
    }
    found
}

/// Decisions have numbers of their own, say them in the first line, and those that are cited exist.
fn decisions(files: &Files) -> Vec<String> {
    let mut found = Vec::new();
    let mut numbers = BTreeSet::new();
    for (name, text) in files.iter().filter(|f| f.0.starts_with("docs/adr/")) {
        let number = name["docs/adr/".len()..].get(..4).unwrap_or_default();
        if !text.starts_with(&format!("# {number} · ")) {
            found.push(format!(
                "{name}: 首行应为“# {number} · 标题” / the first line is to be “# {number} · title”"
            ));
        }
        if !numbers.insert(number) {
            found.push(format!("{name}: 编号重复 / the number {number} is taken"));
        }
    }
    for (name, text) in files.iter().filter(|f| !f.0.starts_with("xtask/") && !f.0.contains("Cargo.lock")) {
        for mark in ["ADR ", "adr/"] {
            for (at, _) in text.match_indices(mark) {
                let cited = text[at + mark.len()..].get(..4).unwrap_or_default();
                if cited.len() == 4 && cited.bytes().all(|b| b.is_ascii_digit()) && !numbers.contains(cited) {
                    found.push(format!("{name}: {mark}{cited}: 没有这个决定 / there is no such decision"));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known::of(
            "| id | what |\n| R3 | limits |\n| HY 五(二) | ledger |\n",
            "## 十 · Ten\n1. one\n10. ten\n## 2.1 Ratings\n1. not one of ten\n",
        )
    }

    #[test]
    fn what_is_there_may_be_cited() {
        for line in [
            "R3 HY 五（二） 逐一销号",
            "STANDARDS 2.1.",
            "(STANDARDS 2.1)",
            "\"STANDARDS 十(10) 纸面\"",
            "%E7%A4",
            "R300 X",
            "HY 四",
            "BR99",
            "K9路",
        ] {
            assert!(wrong(line, &known()).is_empty(), "{line}: {:?}", wrong(line, &known()));
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let cases = [
            ("R99", "R99"),
            ("(X6)", "X6"),
            ("HY 五（三）", "HY 五(三)"),
            ("STANDARDS 2.9: x", "STANDARDS 2.9"),
            ("STANDARDS 十(11)", "STANDARDS 十(11"),
            ("(issue 5)", "issue 5)"),
        ];
        for (line, bad) in cases {
            assert_eq!(wrong(line, &known()), [bad], "{line}");
        }
    }

    #[test]
    fn a_document_names_what_is_there() {
        let files =
            [("docs/x.md".to_owned(), "`crates/a` and `crates/b`, `data/*.json`, not `b/c`".to_owned())];
        let found = paths(&files, |p| p == "crates/a");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("crates/b"));
    }

    #[test]
    fn a_number_taken_twice_or_cited_in_vain() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let files = [
            file("docs/adr/0001-a.md", "# 0001 · A\n"),
            file("docs/adr/0001-b.md", "# 0001 · B\n"),
            file("docs/adr/0002-c.md", "# C\n"),
            file("docs/x.md", "see ADR 0001, adr/0009-z.md"),
        ];
        let found = decisions(&files).join("\n");
        assert!(
            found.contains("0001-b.md: 编号重复")
                && found.contains("0002-c.md: 首行")
                && found.contains("adr/0009")
        );
        assert_eq!(found.lines().count(), 3, "{found}");
    }
}
