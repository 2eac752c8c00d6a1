//! Every SQL text of the store is prepared on both engines, and answers only types that a row can read.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use store::{Dialect, Options, StoreError};

/// What stands in the holes of texts that are put together while the program runs: file, hole, and what it may be.
const HOLES: &[(&str, &str, &[&str])] = &[
    ("items.rs", "", &["$1"]),
    ("applications.rs", "", &["$1"]),
    (
        "companies.rs",
        "COLUMNS",
        &["c.id, c.code, c.ver, c.name, c.size, c.industry, c.region, c.commissioner, c.pass, c.updated"],
    ),
    ("office.rs", "of", &["0 = $4", "unit = $4"]),
    ("texts.rs", "table", &["text_doc", "text_reply"]),
    ("facts.rs", "table", &["fact", "text_doc", "text_reply"]),
    ("cells.rs", "table", &["cell_out", "cell_in"]),
    ("cells.rs", "done", &["taken", "done"]),
    ("cells.rs", "keep", &["NULL", "body"]),
    (
        "hotline.rs",
        "ORDER",
        &["id, hotline, number, case_id, state, ver, made, at, dispatched, due, next_at, doc, content"],
    ),
    ("cells.rs", "goes", &["'aside', 'taken'", "'aside', 'done'"]),
    (
        "ledger_rows/read.rs",
        "SEAL_COLUMNS",
        &["k, from_seq, to_seq, streams, at, ordered, root, prev, keyed, hash"],
    ),
];

/// Texts of one engine only: file, a part of the text, which engine.
const ONE_ENGINE: &[(&str, &str, Dialect)] = &[
    ("texts.rs", "rowid", Dialect::Sqlite),
    ("texts.rs", "unnest(", Dialect::Postgres),
    ("texts.rs", "FROM text_term ORDER", Dialect::Postgres),
    ("texts.rs", "INTO text_term (case_id", Dialect::Postgres),
    ("texts.rs", "FROM text_band WHERE case_id", Dialect::Postgres),
    ("texts.rs", "FROM text_term WHERE case_id", Dialect::Postgres),
    ("texts.rs", "INTO text_band (band", Dialect::Postgres),
    ("texts.rs", "gin_clean_pending_list", Dialect::Postgres),
    ("backup.rs", "sqlite_master", Dialect::Sqlite),
    ("vitals.rs", "sqlite_master", Dialect::Sqlite),
    ("vitals.rs", "pg_indexes", Dialect::Postgres),
    ("ledger_rows/append.rs", "WITH e AS", Dialect::Postgres),
    ("migrations/mod.rs", "sqlite_master", Dialect::Sqlite),
    ("migrations/mod.rs", "pg_tables", Dialect::Postgres),
    ("portable.rs", "sqlite_master", Dialect::Sqlite),
    ("portable.rs", "pragma_table_info", Dialect::Sqlite),
    ("portable.rs", "information_schema", Dialect::Postgres),
];

/// Texts that begin like a statement and are none, or run outside of a transaction: file, a part, why.
const NOT_PREPARED: &[(&str, &str, &str)] = &[
    ("cases/list.rs", "FROM case_file{}", "put together from conditions; the lists of `app` run them all"),
    (
        "applications.rs",
        "SELECT a.id {from}{}",
        "put together from conditions; the test of the list runs them all",
    ),
    (
        "cases/list.rs",
        "(SELECT 1 FROM case_file{}",
        "put together from conditions; the lists of `app` run them all",
    ),
    (
        "texts.rs",
        "CROSS JOIN LATERAL (SELECT case_id FROM (SELECT",
        "as many arrays as words; `texts.rs` of the tests runs it",
    ),
    ("texts.rs", "'delete-all'", "a command of the text index; `texts.rs` of the tests runs it"),
    ("", ": {sql}", "a message that cites a statement"),
    ("conn.rs", "{sql} FOR UPDATE", "any of the others, with a lock"),
    ("portable.rs", "{name", "any table; the test that moves a city runs it for each"),
    ("portable.rs", "setval", "any table; the test that moves a city runs it for each"),
    ("proof.rs", "{columns}", "columns of any table; the test of every column runs it for each"),
    ("postgres.rs", "ledger_state", "two statements at once; every commit runs it"),
    ("postgres.rs", "committed", "part of several statements at once; every commit runs it"),
    ("migrations/mod.rs", "pg_namespace", "every migration runs it"),
];

struct Text {
    file: String,
    sql: String,
}

fn sources(dir: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
}

/// The string literals of a source, in order, each with what stands before it on its line. Tests are left out.
fn literals(source: &str) -> Vec<(String, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let bytes: Vec<char> = source.chars().collect();
    let (mut all, mut i, mut line) = (Vec::new(), 0, String::new());
    while i < bytes.len() {
        let c = bytes[i];
        if c == '/' && bytes.get(i + 1) == Some(&'/') {
            while i < bytes.len() && bytes[i] != '\n' {
                i += 1;
            }
            continue;
        }
        if c == '\'' && (bytes.get(i + 2) == Some(&'\'') || bytes.get(i + 1) == Some(&'\\')) {
            // a character
            i += if bytes[i + 1] == '\\' { 4 } else { 3 };
            continue;
        }
        if c == 'r' && bytes.get(i + 1) == Some(&'#') && bytes.get(i + 2) == Some(&'"') {
            i += 3;
            while !(bytes[i] == '"' && bytes.get(i + 1) == Some(&'#')) {
                i += 1;
            }
            i += 2;
            continue;
        }
        if c == '"' {
            let (mut text, before) = (String::new(), line.clone());
            i += 1;
            while bytes[i] != '"' {
                if bytes[i] == '\\' {
                    i += 1;
                    match bytes[i] {
                        '\n' => {
                            while bytes[i + 1].is_whitespace() {
                                i += 1;
                            }
                        }
                        'n' => text.push('\n'),
                        other => text.push(other),
                    }
                } else {
                    text.push(bytes[i]);
                }
                i += 1;
            }
            all.push((before, text));
        }
        line.push(c);
        if c == '\n' || c == ';' {
            line.clear();
        }
        i += 1;
    }
    all
}

fn begins_like_sql(text: &str) -> bool {
    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "]
        .iter()
        .any(|verb| text.trim_start().starts_with(verb))
}

/// The names of the holes `{name}` of a text.
fn holes(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|t| t.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

fn filled(file: &str, text: &str, constants: &HashMap<String, String>) -> Vec<String> {
    let Some(hole) = holes(text).into_iter().next() else { return vec![text.to_owned()] };
    let named = format!("{{{hole}}}");
    if let Some(value) = constants.get(&hole) {
        return filled(file, &text.replace(&named, value), constants);
    }
    let known = HOLES.iter().find(|(f, h, _)| file.ends_with(f) && *h == hole);
    let (_, _, values) =
        known.unwrap_or_else(|| panic!("{file}: what may stand in {named} of {text:?}? Say it in HOLES"));
    // A hole without a name is filled one by one.
    let fill = |v: &&str| if hole.is_empty() { text.replacen("{}", v, 1) } else { text.replace(&named, v) };
    values.iter().map(fill).flat_map(|t| filled(file, &t, constants)).collect()
}

fn inventory() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let source = fs::read_to_string(&path).unwrap();
        let found = literals(&source);
        let name = |before: &str| {
            if let Some((_, rest)) = before.rsplit_once("const ") {
                return rest.split_once(':').map(|(name, _)| name.trim().to_owned());
            }
            let (_, rest) = before.rsplit_once("let ")?;
            rest.split_once(" =").map(|(name, _)| name.trim().to_owned())
        };
        let constants: HashMap<_, _> =
            found.iter().filter_map(|(before, text)| Some((name(before)?, text.clone()))).collect();
        for (_, text) in &found {
            let part_of_constant =
                holes(text).iter().any(|h| constants.get(h).is_some_and(|c| begins_like_sql(c)));
            if !begins_like_sql(text) && !part_of_constant {
                continue;
            }
            if NOT_PREPARED.iter().any(|(f, part, _)| file.ends_with(f) && text.contains(part)) {
                continue;
            }
            all.extend(
                filled(&file, text, &constants).into_iter().map(|sql| Text { file: file.clone(), sql }),
            );
        }
    }
    all
}

/// What [`store::value::Row`] reads.
const READABLE: &[&str] =
    &["int8", "int4", "int2", "bool", "float8", "text", "varchar", "name", "bytea", "_int8"];

#[test]
fn every_statement_is_prepared_on_both_engines() {
    let texts = inventory();
    assert!(texts.len() > 150, "only {} texts found: the reading of the source is wrong", texts.len());
    testkit::both_engines(&Options::default(), |store| {
        let mut bad = Vec::new();
        for Text { file, sql } in &texts {
            if ONE_ENGINE
                .iter()
                .any(|(f, part, d)| file.ends_with(f) && sql.contains(part) && *d != store.dialect())
            {
                continue;
            }
            // The beginning of a statement for many ids.
            let sql = &if sql.ends_with(" IN") { format!("{sql} (1)") } else { sql.clone() };
            match store.read(|rd| rd.describe(sql)) {
                Ok(columns) => {
                    let unreadable =
                        |t: &&String| store.dialect() == Dialect::Postgres && !READABLE.contains(&t.as_str());
                    if let Some(t) = columns.iter().find(unreadable) {
                        bad.push(format!(
                            "{file}: a column of type {t}, which no row reads (CAST AS BIGINT?): {sql}"
                        ));
                    }
                }
                Err(e) => bad.push(format!("{file}: {e}: {sql}")),
            }
        }
        assert!(
            bad.is_empty(),
            "{:?}: {} of {}\n{}",
            store.dialect(),
            bad.len(),
            texts.len(),
            bad.join("\n")
        );
    });
}

#[test]
fn sql_is_written_in_the_store_only() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|d| d.ends_with("crates")).unwrap();
    // `eventlog-files` reads logs that others keep in SQLite files.
    let own = ["store", "testkit", "eventlog-files", "tests", "benches"];
    let mut files = Vec::new();
    sources(crates, &mut files);
    files.retain(|f| !f.components().any(|c| own.iter().any(|o| c.as_os_str() == *o)));
    assert!(files.len() > 100, "only {} sources found", files.len());
    let mut bad = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let sql = |text: &str| {
            begins_like_sql(text) && [" FROM ", " INTO ", " SET "].iter().any(|w| text.contains(w))
        };
        bad.extend(
            literals(&source)
                .into_iter()
                .filter(|(_, text)| sql(text))
                .map(|(_, text)| format!("{}: {text}", file.display())),
        );
    }
    assert!(bad.is_empty(), "SQL outside of the store:\n{}", bad.join("\n"));
}

#[test]
fn a_sum_that_is_numeric_would_be_seen() {
    testkit::postgres(|place| {
        let store = store::Store::open(place, Options::default()).unwrap();
        let types = |sql: &str| store.read(|rd| rd.describe(sql)).unwrap();
        assert_eq!(types("SELECT coalesce(sum(size), 0) FROM upload"), ["numeric"]);
        assert!(matches!(
            store.read(|rd| rd.describe("SELECT no_such FROM upload")),
            Err(StoreError::Bug(_))
        ));
        store.close();
    });
}
