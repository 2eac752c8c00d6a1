//! Every text is in the catalogue, in both languages; templates hold none of their own.

use std::fs;
use std::path::{Path, PathBuf};

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

#[test]
fn every_text_has_both_languages_and_the_same_gaps() {
    let gaps = |s: &str| {
        let mut found: Vec<String> =
            s.split('{').skip(1).filter_map(|p| p.split_once('}')).map(|p| p.0.into()).collect();
        found.sort();
        found
    };
    for (key, zh, en) in web::TEXTS.iter().flat_map(|(_, rooms)| rooms.iter().copied().flatten()) {
        assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{key}");
        assert_eq!(gaps(zh), gaps(en), "{key}: the same things are filled in");
        assert!(!en.chars().any(is_han) || *key == "other_lang", "{key}: {en}");
    }
}

#[test]
fn no_word_of_a_crate_hides_a_common_one() {
    let common: Vec<_> = web_kit::COMMON_TEXTS.iter().map(|t| t.0).collect();
    for (name, rooms) in &web::TEXTS[1..] {
        for (key, ..) in rooms[0] {
            assert!(!common.contains(key), "{name}: {key} is a common word");
        }
    }
}

#[test]
fn templates_have_no_text_style_or_script_of_their_own() {
    let mut seen = 0;
    for path in templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")) {
        // A script is one of our own assets; nothing is written into the page.
        let own = r#"<script type="module" src="{{ p.asset("#;
        let text = fs::read_to_string(&path).unwrap().replace(own, "");
        for bad in ["<script", "style=", " onclick", " onsubmit", "javascript:", "<style"] {
            assert!(!text.contains(bad), "{}: {bad}", path.display());
        }
        let han: String = text.chars().filter(|c| is_han(*c)).collect();
        assert!(han.is_empty(), "{}: {han} belongs into the catalogue", path.display());
        seen += 1;
    }
    assert!(seen >= 100, "only {seen} templates found");
}

#[test]
fn an_address_is_in_the_navigation_once() {
    let mut all: Vec<_> =
        web::AREAS.iter().flat_map(|a| a.places).copied().flatten().map(|p| p.path).collect();
    let n = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), n);
    assert!(n >= 20 && all.iter().all(|p| p.starts_with("/desk")));
}

/// Every template of every crate, wherever its room lies.
fn templates(crates: &Path) -> Vec<PathBuf> {
    let mut folders = vec![crates.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|x| x == "html") {
                assert!(entry.components().any(|c| c.as_os_str() == "templates"), "{}", entry.display());
                found.push(entry);
            }
        }
    }
    found
}
