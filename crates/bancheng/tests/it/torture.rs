//! Mutated requests against the description of the interface, and damage of the database file.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::kill_online::{send, serve};
use super::run;

fn wanted(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

/// A model city with some cases, for one test.
fn small_city(dir: &Path) -> Vec<String> {
    let place = vec!["--data-dir".to_owned(), dir.join("city").to_str().unwrap().to_owned()];
    let at: Vec<&str> = place.iter().map(String::as_str).collect();
    let out = run(&["demo", "--no-serve", "--cases", "12"], &at);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    place
}

/// A raw request; status and body, none when the connection was closed without an answer.
fn raw(at: SocketAddr, request: &[u8]) -> Option<(u16, String)> {
    let mut to = TcpStream::connect(at).ok()?;
    to.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    to.write_all(request).ok()?;
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).ok()?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    Some((text.get(9..12)?.parse().ok()?, text.split_once("\r\n\r\n")?.1.to_owned()))
}

/// Something that does not belong where it is put.
fn odd(dice: &mut demo::Dice) -> Value {
    match dice.between(0, 13) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(i64::MAX),
        3 => json!(1.5e308),
        4 => json!(true),
        5 => json!(""),
        6 => json!(" \u{0} \u{feff}\u{202e}'; DROP TABLE staff; --"),
        7 => json!("龘".repeat(dice.between(1, 30_000))),
        8 => json!([[], {}, [null]]),
        9 => json!({ "a": { "b": ["c"] } }),
        10 => json!("2026-02-30"),
        11 => json!("9901-2026-0000001"),
        12 => json!("9999-12-31T23:59:60Z"),
        _ => json!("<script>alert(1)</script>"),
    }
}

/// A value that the schema describes, with something odd in it now and then.
fn value_of(all: &Value, schema: &Value, dice: &mut demo::Dice, depth: usize) -> Value {
    if depth > 6 || dice.between(0, 9) == 0 {
        return odd(dice);
    }
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return value_of(all, &all["components"]["schemas"][name], dice, depth + 1);
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        if let Some(some) = schema[many].as_array().filter(|a| !a.is_empty()) {
            let one = &some[dice.between(0, some.len() - 1)];
            return value_of(all, one, dice, depth + 1);
        }
    }
    if let Some(words) = schema["enum"].as_array().filter(|a| !a.is_empty()) {
        return words[dice.between(0, words.len() - 1)].clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default();
    match kind {
        "object" => {
            let mut out = serde_json::Map::new();
            for (name, of) in schema["properties"].as_object().into_iter().flatten() {
                if dice.between(0, 6) > 0 {
                    out.insert(name.clone(), value_of(all, of, dice, depth + 1));
                }
            }
            if dice.between(0, 8) == 0 {
                out.insert("unasked".into(), odd(dice));
            }
            Value::Object(out)
        }
        "array" => {
            (0..dice.between(0, 3)).map(|_| value_of(all, &schema["items"], dice, depth + 1)).collect()
        }
        "integer" | "number" => json!(dice.between(0, 6) as i64 - 3),
        "boolean" => json!(dice.between(0, 1) == 1),
        _ => json!(["9901", "note", "正文", "2026-03-02", "matter", "window"][dice.between(0, 5)]),
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Whatever is sent, the answer is one that the description knows: never a fault of the program, an error always as
/// `application/problem+json` with its status, and the city answers on.
#[test]
fn mutated_requests_are_answered_as_described() {
    let often = wanted("BANCHENG_REQUESTS", 1_500);
    let dir = testkit::TempDir::new();
    let place = small_city(dir.path());
    let mut at: Vec<&str> = place.iter().map(String::as_str).collect();
    at.extend(["--forms-per-minute", "1000000"]);
    let (mut server, address) = serve(&at);
    let token = |login: &str| {
        let who = json!({ "login": login, "password": "bancheng-demo" });
        let (status, body) = send(address, "/sessions", "", "", &who).expect("signs in");
        assert_eq!(status, 201, "{login}: {body}");
        body["token"].as_str().unwrap().to_owned()
    };
    let tokens = [String::new(), token("approve.coordinator1"), token("hrss.handler1"), token("admin")];
    let described =
        raw(address, b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let all: Value = serde_json::from_str(&described.expect("the description").1).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in all["paths"].as_object().unwrap() {
        for (method, op) in methods.as_object().unwrap() {
            // Signing out or verifying everything would only make the others wait.
            if !(path.contains("verify") || path.contains("sessions") && method == "delete") {
                operations.push((path.clone(), method.to_uppercase(), op.clone()));
            }
        }
    }
    assert!(operations.len() > 20);
    let mut dice = demo::Dice::new(15, "http");
    let mut by_status = std::collections::BTreeMap::<u16, usize>::new();
    let mut faults = Vec::new();
    for n in 0..often {
        let (path, method, op) = &operations[n % operations.len()];
        let (mut address_of, mut query) = (path.clone(), Vec::new());
        for p in op["parameters"].as_array().into_iter().flatten() {
            let name = p["name"].as_str().unwrap_or_default();
            let value = match value_of(&all, &p["schema"], &mut dice, 0) {
                Value::String(s) => s.chars().take(2_000).collect(),
                other => other.to_string(),
            };
            match p["in"].as_str() {
                Some("path") => address_of = address_of.replace(&format!("{{{name}}}"), &escaped(&value)),
                Some("query") => query.push(format!("{name}={}", escaped(&value))),
                _ => {}
            }
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let schema = &op["requestBody"]["content"]["application/json"]["schema"];
        let mut body =
            if schema.is_null() { String::new() } else { value_of(&all, schema, &mut dice, 0).to_string() };
        if dice.between(0, 20) == 0 {
            let cut = dice.between(0, body.len());
            body = body.chars().take(cut).collect::<String>() + "\u{0}{";
        }
        let token = &tokens[dice.between(0, 3)];
        let auth =
            if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let version = if dice.between(0, 4) == 0 { "If-Match: \"7\"\r\n" } else { "" };
        let request = format!(
            "{method} /api/v1{address_of}{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{auth}{version}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let Some((status, answer)) = raw(address, request.as_bytes()) else {
            faults.push(format!("{method} {path}: no answer"));
            continue;
        };
        *by_status.entry(status).or_default() += 1;
        let parsed: Option<Value> = serde_json::from_str(&answer).ok();
        // Too long an address is refused by the server before anything of ours has seen it.
        let ours = !matches!(status, 414 | 431);
        if status >= 500 && status != 503 {
            faults.push(format!("{method} {path}: {status} {answer}\n{request}"));
        } else if status >= 400
            && ours
            && parsed.as_ref().is_none_or(|p| p["status"] != status || p["detail"] == "")
        {
            faults.push(format!("{method} {path}: {status} is no problem: {answer}"));
        }
    }
    let me = send(address, "/me", &tokens[1], "", &Value::Null).expect("the city answers on");
    assert_eq!(me.0, 200);
    server.kill().unwrap();
    server.wait().unwrap();
    eprintln!("{often} requests: {by_status:?}");
    assert!(by_status.len() > 5 && by_status.contains_key(&200), "{by_status:?}");
    faults.truncate(5);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// What is watched: the record and what people read of it. The rest can be made anew from it, or holds no truth.
const WATCHED: [&str; 5] = ["event", "stream_head", "seal", "case_file", "case_party"];

/// Everything that a table holds, as text.
fn contents(db: &rusqlite::Connection, table: &str) -> Result<String, rusqlite::Error> {
    let mut query = db.prepare(&format!("SELECT * FROM {table} NOT INDEXED"))?;
    let columns = query.column_count();
    let mut rows = query.query([])?;
    let mut out = String::new();
    while let Some(row) = rows.next()? {
        for i in 0..columns {
            out += &format!("{:?}|", row.get_ref(i)?);
        }
        out.push('\n');
    }
    Ok(out)
}

/// However a file is damaged: either the program says so when it verifies, or what is watched reads as it did.
#[test]
fn damage_of_the_file_is_named_or_harmless() {
    let often = wanted("BANCHENG_DAMAGES", 25);
    let dir = testkit::TempDir::new();
    let place = small_city(dir.path());
    let at: Vec<&str> = place.iter().map(String::as_str).collect();
    assert!(run(&["ledger", "verify"], &at).status.success());
    let file = dir.path().join("city").join("bancheng.sqlite3");
    // Everything is in the file, nothing beside it.
    let db = rusqlite::Connection::open(&file).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let before: Vec<String> = WATCHED.iter().map(|t| contents(&db, t).unwrap()).collect();
    drop(db);
    let whole = std::fs::read(&file).unwrap();
    let mut dice = demo::Dice::new(16, "damage");
    let (mut named, mut harmless, mut served) = (0, 0, Vec::new());
    for n in 0..often {
        let mut bytes = whole.clone();
        let from = dice.between(0, bytes.len() - 1);
        // One bit, a few bytes, or a sector of nothing.
        match n % 3 {
            0 => bytes[from] ^= 1 << dice.between(0, 7),
            1 => (0..8).for_each(|i| {
                if let Some(b) = bytes.get_mut(from + i) {
                    *b = dice.between(0, 255) as u8;
                }
            }),
            _ => {
                let end = (from + 512).min(bytes.len());
                bytes[from..end].fill(0);
            }
        }
        for beside in ["-wal", "-shm"] {
            drop(std::fs::remove_file(dir.path().join("city").join(format!("bancheng.sqlite3{beside}"))));
        }
        std::fs::write(&file, &bytes).unwrap();
        let verified = run(&["ledger", "verify"], &at);
        let said = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert!(!said.contains("panicked"), "{said}");
        if !verified.status.success() {
            named += 1;
            continue;
        }
        let db = rusqlite::Connection::open(&file).unwrap();
        let after: Result<Vec<String>, _> = WATCHED.iter().map(|t| contents(&db, t)).collect();
        if after.is_ok_and(|after| after == before) {
            harmless += 1;
        } else {
            served.push(format!("#{n} at {from} of {}", whole.len()));
        }
    }
    eprintln!("{often} damages: {named} named, {harmless} harmless, {} unseen", served.len());
    assert!(named > 0, "some of them are seen");
    assert!(served.is_empty(), "verified although it reads otherwise: {served:?}");
}
