//! Kill -9 under online load, through HTTP: what was acknowledged is there afterwards, what was not is done once when
//! it is sent again under the same name, and nothing is there twice.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

const CLIENTS: usize = 4;

/// One request on a connection of its own; none when the server went away before it had answered.
pub(crate) fn send(
    at: SocketAddr,
    path: &str,
    token: &str,
    name: &str,
    body: &Value,
) -> Option<(u16, Value)> {
    let mut to = TcpStream::connect_timeout(&at, Duration::from_secs(2)).ok()?;
    to.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let body = body.to_string();
    let auth = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let once = if name.is_empty() { String::new() } else { format!("Idempotency-Key: {name}\r\n") };
    let method = if body == "null" { "GET" } else { "POST" };
    let body = if body == "null" { String::new() } else { body };
    write!(
        to,
        "{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {auth}{once}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).ok()?;
    let text = String::from_utf8(answer).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let (head, content) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
    // Half an answer is no answer.
    (length.is_none_or(|n| content.len() >= n))
        .then(|| (status, serde_json::from_str(content).unwrap_or(Value::Null)))
}

/// The program on a port the system gives, over `place`.
pub(crate) fn serve(place: &[&str]) -> (Child, SocketAddr) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bancheng"))
        .args(["serve", "--listen", &port.to_string()])
        .args(place)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("办成"), "{said}");
    (child, port)
}

/// What a client knows: the names it sent, and what was answered.
#[derive(Default)]
struct Known {
    acknowledged: Vec<(String, String)>,
    open: Vec<String>,
}

fn matter(name: &str) -> Value {
    json!({ "kind": "matter", "channel": "window", "region": "9901", "title": format!("第 {name} 件"),
        "words": format!("窗口说没有这个分类({name})"), "first_asked": 1, "source_id": name })
}

#[test]
fn killed_under_online_load_nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let kills: u32 = std::env::var("BANCHENG_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let dir = testkit::TempDir::new();
    let place = ["--data-dir", dir.path().to_str().unwrap()];
    let made = Command::new(env!("CARGO_BIN_EXE_bancheng"))
        .args(["demo", "--no-serve", "--cases", "1"])
        .args(place)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
    let (mut server, mut at) = serve(&place);
    let who = json!({ "login": "approve.coordinator1", "password": "bancheng-demo" });
    let token = send(at, "/sessions", "", "", &who).expect("signs in").1;
    let token = token["token"].as_str().expect("a token").to_owned();
    let known = Arc::new(Mutex::new(Known::default()));
    let next = Arc::new(AtomicU32::new(0));
    for round in 0..kills {
        let over = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (over, known, next, token) = (over.clone(), known.clone(), next.clone(), token.clone());
                std::thread::spawn(move || {
                    while !over.load(Ordering::SeqCst) {
                        // Half of what was left open is sent again under its name, the rest is new.
                        let again = known.lock().unwrap().open.pop();
                        let name =
                            again.unwrap_or_else(|| format!("n{:08}", next.fetch_add(1, Ordering::SeqCst)));
                        let answer = send(at, "/cases", &token, &name, &matter(&name));
                        let mut known = known.lock().unwrap();
                        match answer {
                            Some((201, body)) => {
                                let number = body["number"].as_str().expect("a number").to_owned();
                                known.acknowledged.push((name, number));
                            }
                            Some((503, _)) | None => known.open.push(name),
                            Some(other) => panic!("{name}: {other:?}"),
                        }
                    }
                })
            })
            .collect();
        // A moment that wanders over what the server does: 3 to 90 ms.
        std::thread::sleep(Duration::from_millis(3 + u64::from(round * 37 % 88)));
        server.kill().unwrap();
        server.wait().unwrap();
        over.store(true, Ordering::SeqCst);
        clients.into_iter().for_each(|c| c.join().unwrap());
        (server, at) = serve(&place);
    }
    let mut known = std::mem::take(&mut *known.lock().unwrap());
    for name in std::mem::take(&mut known.open) {
        let (status, body) = send(at, "/cases", &token, &name, &matter(&name)).expect("quiet now");
        assert_eq!(status, 201, "{body}");
        known.acknowledged.push((name, body["number"].as_str().unwrap().to_owned()));
    }
    for (name, number) in &known.acknowledged {
        let (status, body) =
            send(at, &format!("/cases/{number}"), &token, "", &Value::Null).expect("answers");
        assert_eq!(status, 200, "{name} {number} was acknowledged: {body}");
        assert_eq!(body["title"], format!("第 {name} 件"));
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let db = rusqlite::Connection::open(dir.path().join("bancheng.sqlite3")).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    let names: std::collections::HashSet<_> = known.acknowledged.iter().map(|a| &a.0).collect();
    assert_eq!(names.len(), known.acknowledged.len(), "a name was answered once as new");
    assert_eq!(
        count("SELECT count(*) FROM case_file WHERE title LIKE '第 n% 件'"),
        names.len() as i64,
        "none twice"
    );
    assert!(names.len() > kills as usize, "only {} cases under load", names.len());
    let verify =
        Command::new(env!("CARGO_BIN_EXE_bancheng")).args(["ledger", "verify"]).args(place).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
    eprintln!("{kills} kills, {} cases, all there once", names.len());
}
