//! What the program says of itself while it serves: a line for each request without anybody's data, the numbers of
//! `/metrics`, and `doctor`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{json, run};

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn ask(at: SocketAddr, request: &str) -> String {
    let mut to = TcpStream::connect(at).unwrap();
    to.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    to.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    to.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(at: SocketAddr, path: &str) -> String {
    ask(at, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
}

fn post(at: SocketAddr, path: &str, kind: &str, more: &str, body: &str) -> String {
    ask(
        at,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n{more}\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

/// What must stand nowhere in the log: as it is, and as addresses and forms write it.
const SECRETS: [&str; 9] = [
    "王小二",
    "%E7%8E%8B%E5%B0%8F%E4%BA%8C",
    "13800001234",
    "430101199003071230",
    "6222021234567890123",
    "502室",
    "not-my-password",
    "bancheng-demo",
    "翠湖小区",
];

#[test]
fn the_log_has_a_line_for_each_request_and_nobodys_data() {
    let dir = testkit::TempDir::new();
    let data = dir.path().join("city");
    let place = ["--data-dir", data.to_str().unwrap()];
    assert!(run(&["demo", "--no-serve", "--cases", "5"], &place).status.success());
    let (at, watch) = (free(), free());
    let log = dir.path().join("log");
    let mut server = Command::new(env!("CARGO_BIN_EXE_bancheng"))
        .args(["serve", "--listen", &at.to_string(), "--watch-listen", &watch.to_string(), "--log", "json"])
        .args(place)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(dir.path().join("out")).unwrap())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while TcpStream::connect(at).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it serves");
        std::thread::sleep(Duration::from_millis(50));
    }
    let form = "application/x-www-form-urlencoded";
    // A run as people make it: pages, wrong addresses, letters, wrong passwords, searches, things that are refused.
    for path in [
        "/",
        "/lodge",
        "/follow",
        "/no-such-page?q=13800001234",
        "/items?q=%E7%8E%8B%E5%B0%8F%E4%BA%8C",
        "/r/9901-2026-0000001/13800001234",
        "/desk/cases?q=13800001234",
        "/api/v1/cases/430101199003071230",
    ] {
        get(at, path);
    }
    post(
        at,
        "/lodge",
        form,
        "",
        "words=%E7%8E%8B%E5%B0%8F%E4%BA%8C13800001234&name=%E7%8E%8B%E5%B0%8F%E4%BA%8C",
    );
    post(at, "/desk/sign-in", form, "", "login=13800001234&password=not-my-password");
    let json_kind = "application/json";
    post(at, "/api/v1/sessions", json_kind, "", r#"{"login":"王小二","password":"not-my-password"}"#);
    post(at, "/api/v1/sessions", json_kind, "", r#"{"login":"王小二13800001234","password":7}"#);
    let words = "我叫王小二，电话13800001234，身份证430101199003071230，卡6222021234567890123，住翠湖小区3栋2单元502室。";
    let letter = format!(
        r#"{{"kind":"matter","region":"9901","title":"王小二投诉","words":"{words}","contact":{{"name":"王小二","phone":"13800001234"}}}}"#
    );
    post(
        at,
        "/api/v1/lodge",
        json_kind,
        "Idempotency-Key: 13800001234-a\r\nX-Request-Id: 13800001234\r\n",
        &letter,
    );
    post(at, "/api/v1/lodge", json_kind, "", &letter.replace("9901", &"王小二".repeat(400)));
    let who = r#"{"login":"approve.coordinator1","password":"bancheng-demo"}"#;
    let signed = post(at, "/api/v1/sessions", json_kind, "", who);
    let token: Value = serde_json::from_str(signed.split_once("\r\n\r\n").unwrap().1).unwrap();
    let auth = format!("Authorization: Bearer {}\r\n", token["token"].as_str().unwrap());
    let listed =
        ask(at, &format!("GET /api/v1/cases?limit=3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{auth}\r\n"));
    assert!(listed.starts_with("HTTP/1.1 200"), "{listed}");
    // The number that the reader is shown is the number of the line.
    let refused = get(at, "/api/v1/me");
    let number = refused.lines().find_map(|l| l.strip_prefix("x-request-id: ")).unwrap().trim().to_owned();
    let metrics = get(watch, "/metrics");
    for name in [
        "bancheng_events ",
        "bancheng_worker_silent_seconds",
        "bancheng_request_seconds_bucket{route=\"/lodge\"",
    ] {
        assert!(metrics.contains(name), "{name} in\n{metrics}");
    }
    assert!(get(watch, "/healthz").contains("200 OK") && get(watch, "/readyz").contains("ready"));
    server.kill().unwrap();
    server.wait().unwrap();
    let said =
        std::fs::read_to_string(&log).unwrap() + &std::fs::read_to_string(dir.path().join("out")).unwrap();
    for secret in SECRETS {
        let line = said.lines().find(|l| l.contains(secret));
        assert!(line.is_none(), "{secret} stands in the log: {line:?}");
        assert!(!metrics.contains(secret), "{secret} stands in the metrics");
    }
    let lines: Vec<Value> = said.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let requests: Vec<&Value> = lines.iter().filter(|l| l["target"] == "request").collect();
    assert!(requests.len() >= 17, "{} lines\n{said}", requests.len());
    for line in &requests {
        for part in ["number", "route", "method", "status", "actor", "ms", "cause"] {
            assert!(!line[part].is_null(), "{part} in {line}");
        }
    }
    assert!(requests.iter().any(|l| l["number"] == number.as_str() && l["cause"] == "sign_in"), "{number}");
    assert!(requests.iter().any(|l| l["actor"].as_i64().is_some_and(|a| a > 0)), "who asked");
    assert!(requests.iter().any(|l| l["route"] == "/r/{number}/{code}"), "routes are patterns\n{said}");
    // The same city, looked at.
    let doctor = run(&["doctor", "--json"], &place);
    let told: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let state =
        |what: &str| told.as_array().unwrap().iter().find(|f| f["what"] == what).unwrap()["state"].clone();
    for what in ["keys", "permissions", "schema", "record", "clock", "indexes"] {
        assert_eq!(state(what), "well", "{what}: {told}");
    }
    assert_eq!(state("backups"), "soon", "nobody said where they are");
    std::fs::rename(data.join("seal.key"), data.join("kept")).unwrap();
    let doctor = run(&["doctor"], &place);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.code() == Some(2) && text.contains("seal.key"), "{text}");
    std::fs::rename(data.join("kept"), data.join("seal.key")).unwrap();
    assert_eq!(json(&["ledger", "verify", "--json"], &place)["ok"], true);
}
