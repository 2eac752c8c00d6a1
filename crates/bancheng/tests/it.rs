//! The program from outside: what its commands answer, and that a kill at any moment loses and doubles nothing.

#[path = "it/doors.rs"]
mod doors;
#[path = "it/fuzz.rs"]
mod fuzz;
#[path = "it/kill_online.rs"]
mod kill_online;
#[path = "../../craft/paper/tests/it/offices.rs"]
mod offices;
#[path = "it/seal.rs"]
mod seal;
#[path = "../../craft/seal/tests/it/office.rs"]
#[expect(dead_code, reason = "the tests of seals use all of it")]
mod sealed;
#[path = "it/torture.rs"]
mod torture;
#[path = "it/watch.rs"]
mod watch;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

const ROWS: usize = 3_000;

fn program(args: &[&str], place: &[&str]) -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_bancheng"));
    c.args(args).args(place).stdin(Stdio::null()).env_remove("BANCHENG_DATA_DIR");
    c
}
fn run(args: &[&str], place: &[&str]) -> Output {
    program(args, place).output().expect("the program runs")
}
fn json(args: &[&str], place: &[&str]) -> Value {
    let out = run(args, place);
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// Letters of the model city, every one different.
fn write_letters(file: &Path, n: usize) {
    let mut writer = csv::Writer::from_path(file).expect("creates");
    writer.write_record(["留言编号", "留言用户", "留言主题", "留言时间", "留言详情"]).expect("writes");
    for l in demo::city(3).letters(n) {
        let no = l.no.to_string();
        writer
            .write_record([no.as_str(), &l.name, &l.title, "2026-09-01 10:00:00", &l.body])
            .expect("writes");
    }
    writer.flush().expect("writes");
}

#[test]
fn the_calendar_answers_as_promised() {
    let answer = json(&["calendar", "due", "2026-09-24", "3", "--json"], &[]);
    assert_eq!(answer["due"], "2026-09-30");
    assert_eq!(answer["provisional"], false);
    assert_eq!(
        answer["days"][0],
        serde_json::json!({"date":"2026-09-25","counts":false,"why":"中秋节","provisional":false})
    );
    assert_eq!(json(&["calendar", "count", "2026-09-24", "2026-09-30", "--json"], &[])["workdays"], 3);
}

#[test]
fn an_import_answers_row_by_row_and_a_second_run_adds_nothing() {
    let dir = testkit::TempDir::new();
    let file = dir.path().join("letters.csv");
    let mut out = std::fs::File::create(&file).unwrap();
    out.write_all("问政留言汇总,,,\n编号,标题,内容,时间\n１,路灯不亮,某路路灯不亮,2026年9月1日 9时5分\n2,停水,停水两天,2026/9/2\n１,路灯不亮,某路 路灯不亮,2026-09-01 09:05:00\n3,,,2026-09-03\n4,噪音,夜间施工,昨天\n".as_bytes()).unwrap();
    drop(out);
    let data = dir.path().join("data");
    let place = ["--data-dir", data.to_str().unwrap()];
    let path = file.to_str().unwrap();
    let dry = json(&["import", "cases", path, "--dry-run", "--json"], &place);
    assert_eq!((&dry["rows"], &dry["dry_run"]), (&5.into(), &true.into()));
    assert!(!data.join("bancheng.sqlite3").exists(), "a dry run writes nothing");
    let first = json(&["import", "cases", path, "--json"], &place);
    assert_eq!(first["rows"], 5, "{first}");
    assert_eq!(first["accepted"], 2, "{first}");
    assert_eq!(first["duplicates"], 1, "{first}");
    assert_eq!(first["rejected"], 2, "{first}");
    assert_eq!(first["duplicate_rows"][0]["of_row"], 3, "row 5 says what row 3 said: {first}");
    let again = json(&["import", "cases", path, "--json"], &place);
    assert_eq!((&again["accepted"], &again["duplicates"]), (&0.into(), &3.into()), "{again}");
    // The same rows in another file, too.
    let other = dir.path().join("again.csv");
    std::fs::write(&other, std::fs::read_to_string(&file).unwrap() + "\n").unwrap();
    let other = json(&["import", "cases", other.to_str().unwrap(), "--json"], &place);
    assert_eq!(other["accepted"], 0, "{other}");
    assert!(other["duplicate_rows"][0]["number"].as_str().unwrap().contains("-2026-"), "{other}");
    assert_eq!(json(&["ledger", "verify", "--json"], &place)["ok"], true);
}

#[test]
fn what_cannot_be_done_is_said_in_both_languages() {
    let dir = testkit::TempDir::new();
    let data = dir.path().join("data");
    let place = ["--data-dir", data.to_str().unwrap()];
    for args in [
        ["import", "cases", "no-such-file.xlsx"].as_slice(),
        &["import", "cases", env!("CARGO_BIN_EXE_bancheng")],
        &["report", "timeliness", "--database-url", "postgres://nobody@127.0.0.1:1/none"],
    ] {
        let out = run(args, &place);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success(), "{args:?}");
        assert!(said.contains(" / ") && said.chars().any(|c| c >= '\u{4e00}'), "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// `| head` has seen enough, a disk is full: told in a code, in words, never as a panic, whichever way a command writes.
#[test]
fn who_reads_no_further_is_not_shouted_at() {
    let dir = testkit::TempDir::new();
    let data = dir.path().join("data");
    let place = ["--data-dir", data.to_str().unwrap()];
    let log = dir.path().join("log.csv");
    std::fs::write(&log, "case,activity,time\n1,a,2026-01-05 09:00\n1,b,2026-01-06 09:00\n").unwrap();
    let log = log.to_str().unwrap();
    for args in [
        ["calendar", "due", "2026-09-24", "3"].as_slice(),
        &["calendar", "due", "2026-09-24", "3", "--json"],
        &["services", "stats"],
        &["services", "stats", "--json"],
        &["log", "stats", log],
        &["log", "ask", log, "--json"],
        &["report", "timeliness"],
        &["doctor"],
    ] {
        let mut child = program(args, &place).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert!(!String::from_utf8_lossy(&out.stderr).contains("panicked"), "{args:?}: {out:?}");
        let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { continue };
        let out = program(args, &place).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && !said.contains("panicked"), "{args:?}: {said}");
        assert!(said.contains("space") || said.contains("无法写"), "{args:?}: {said}");
    }
}

#[test]
fn the_model_city_plays_and_its_record_holds() {
    let dir = testkit::TempDir::new();
    let data = dir.path().join("city");
    let place = ["--data-dir", data.to_str().unwrap()];
    let out = run(&["demo", "--no-serve", "--cases", "60"], &place);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(
        said.contains("approve.coordinator1") && said.contains("bancheng-demo"),
        "who can sign in: {said}"
    );
    let verified = json(&["ledger", "verify", "--json"], &place);
    assert!(verified["verified"]["events"].as_i64().unwrap() > 200, "{verified}");
    assert!(json(&["report", "timeliness", "--json"], &place)["count"].as_i64().unwrap() > 20);
    let sheet = dir.path().join("list.xlsx");
    assert!(run(&["export", "cases", sheet.to_str().unwrap()], &place).status.success());
    let exported = dir.path().join("record.jsonl");
    assert!(run(&["ledger", "export", exported.to_str().unwrap()], &place).status.success());
    assert!(run(&["ledger", "check", exported.to_str().unwrap()], &place).status.success());
    let bad = std::fs::read_to_string(&exported).unwrap().replacen("register", "registEr", 1);
    std::fs::write(&exported, bad).unwrap();
    assert!(
        !run(&["ledger", "check", exported.to_str().unwrap()], &place).status.success(),
        "an edit is seen"
    );
}

#[test]
fn importing_a_year_recomputes_open_limits_and_says_so() {
    let dir = testkit::TempDir::new();
    let data = dir.path().join("city");
    let place = ["--data-dir", data.to_str().unwrap()];
    let due = json(&["calendar", "due", "2026-12-30", "3", "--json"], &place);
    assert_eq!(due["provisional"], true);
    let notice = dir.path().join("2027.json");
    std::fs::write(&notice, r#"{"year":2027,"papers":["https://example.gov.cn/2027"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-04","isOffDay":true}]}"#).unwrap();
    let out = run(&["calendar", "import", notice.to_str().unwrap()], &place);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let due = json(&["calendar", "due", "2026-12-30", "3", "--json"], &place);
    assert_eq!((&due["due"], &due["provisional"]), (&"2027-01-06".into(), &false.into()), "{due}");
}

/// Kills the import at any moment, again and again, until it is through; then every row is there once.
/// Answers how many kills met a running import.
fn killed(place: &[&str], kills: usize) -> usize {
    let dir = testkit::TempDir::new();
    let file = dir.path().join("letters.csv");
    write_letters(&file, ROWS);
    let args = ["import", "cases", file.to_str().unwrap(), "--json", "--chunk", "20"];
    let mut done = 0;
    // A fixed sequence of waits that looks like chance: the moments differ, the test does not.
    let mut dice = demo::Dice::new(11, "kill");
    while done < kills {
        let mut child = program(&args, place).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(dice.between(2_000, 60_000) as u64));
        let was_running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        if !was_running {
            break;
        }
        done += 1;
    }
    let last = json(&args, place);
    let total = last["resumed"].as_u64().unwrap()
        + last["accepted"].as_u64().unwrap()
        + last["duplicates"].as_u64().unwrap();
    assert_eq!(total as usize, ROWS, "{last}");
    let t = json(&["ledger", "verify", "--json"], place);
    assert_eq!(t["ok"], true, "{t}");
    // One stream for each case, and one for the office.
    assert_eq!(t["verified"]["streams"].as_u64().unwrap() as usize, ROWS + 1, "{t}");
    assert_eq!(json(&args, place)["accepted"], 0);
    done
}

#[test]
fn an_import_that_is_killed_100_times_loses_and_doubles_nothing() {
    let wanted = std::env::var("BANCHENG_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let mut kills = 0;
    // A fast machine finishes the file before the hundredth kill: then with another city.
    while kills < wanted {
        let dir = testkit::TempDir::new();
        let data = dir.path().join("city");
        kills += killed(&["--data-dir", data.to_str().unwrap()], (wanted - kills).min(25));
    }
}

#[test]
fn an_import_into_postgres_that_is_killed_loses_and_doubles_nothing() {
    let cluster = testkit::Cluster::shared();
    let schema = cluster.fresh_schema();
    let dir = testkit::TempDir::new();
    let keys = dir.path().join("keys");
    let url = cluster.url();
    killed(&["--data-dir", keys.to_str().unwrap(), "--database-url", &url, "--schema", &schema], 15);
}
