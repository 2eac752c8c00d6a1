//! kill -9 while writing: every acknowledged event is there afterwards, none twice, and the chain holds.
//!
//! The child is this very test binary, asked by its environment to run [`child_that_writes`].

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kernel::Actor;
use store::{Options, Place, Store, StoreError, ledger_rows};
use testkit::{embedded, postgres};

use super::basics::case;

const JOB: &str = "BANCHENG_TEST_CHILD";
const TARGET: &str = "BANCHENG_TEST_TARGET";

pub fn open_up(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn copy_of_this_binary() -> PathBuf {
    std::env::temp_dir().join(format!("bancheng-child-{}", std::process::id()))
}

/// Removes what an unprivileged child needed.
pub fn forget_copy() {
    std::fs::remove_file(copy_of_this_binary()).unwrap();
}

/// Starts this test binary again with a job to do, without privileges when wanted and possible.
pub fn child(job: &str, target: &Path, unprivileged: bool) -> Child {
    let exe = std::env::current_exe().unwrap();
    let mut program = exe.clone();
    if unprivileged {
        // The binary may lie where the other user cannot look: give it a copy that can be run.
        program = copy_of_this_binary();
        std::fs::copy(&exe, &program).unwrap();
        open_up(&program, 0o755);
    }
    let mut command = Command::new(program);
    if unprivileged && std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    command.args(["--exact", "it::kill::child_that_writes", "--nocapture"]).current_dir("/");
    command.env(JOB, job).env(TARGET, target).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Not a test of its own: what the child does when a test asks for it.
#[test]
fn child_that_writes() {
    let (Ok(job), Ok(target)) = (std::env::var(JOB), std::env::var(TARGET)) else { return };
    let place = match target.split_once('|') {
        Some((url, schema)) => Place::Postgres { url: url.into(), schema: schema.into() },
        None => Place::Embedded { dir: target.into() },
    };
    let mut out = std::io::stdout().lock();
    let store = match Store::open(&place, Options::default()) {
        Ok(store) => store,
        Err(e) => return writeln!(out, "{e:?}").unwrap(),
    };
    if job == "open" {
        let done = store.write(|tx| tx.exec("UPDATE counter SET last = 0", &[]));
        return writeln!(out, "{done:?}").unwrap();
    }
    let mut next = store.read(ledger_rows::event_count).unwrap() * 1_000;
    loop {
        let answers: Vec<_> = (0..16)
            .map(|i| {
                let n = next + i;
                store.submit(move |tx| {
                    let at = tx.now();
                    tx.append(case(n), 0, at, &Actor::system(), "register", "{}").map(|e| (n, e.seq))
                })
            })
            .collect();
        next += 16;
        for answer in answers {
            let (n, seq) = answer.wait().unwrap_or_else(|e: StoreError| panic!("{e}"));
            writeln!(out, "ack {n} {seq}").unwrap();
        }
        out.flush().unwrap();
    }
}

fn rounds(place: &Place, target: &str, rounds: u64) {
    Store::open(place, Options::default()).unwrap().close();
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        let mut child = child("write", Path::new(target), false);
        let out = BufReader::new(child.stdout.take().unwrap());
        let (heard, acks) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let parse = |line: String| -> Option<(i64, i64)> {
                let mut words = line.strip_prefix("ack ")?.split(' ').map(str::parse::<i64>);
                Some((words.next()?.ok()?, words.next()?.ok()?))
            };
            out.lines().map_while(Result::ok).filter_map(parse).all(|ack| heard.send(ack).is_ok())
        });
        // A different moment in each round: while it starts, after the first acts, among many.
        for _ in 0..round * 7 % 45 {
            acknowledged.push(acks.recv_timeout(Duration::from_secs(60)).unwrap());
        }
        std::thread::sleep(Duration::from_micros(round * 1_937 % 9_000));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(acks);
        assert!(reader.join().unwrap());
        let store = Store::open(place, Options::default()).unwrap();
        let verified = store.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
        assert_eq!(verified.events, verified.streams, "no case twice");
        store.close();
    }
    let store = Store::open(place, Options::default()).unwrap();
    for (n, seq) in &acknowledged {
        let events = store.read(|rd| ledger_rows::events_of(rd, case(*n), 0, 9)).unwrap();
        assert_eq!(events.iter().map(|e| e.seq).collect::<Vec<_>>(), [*seq], "case {n}");
    }
    assert!(acknowledged.len() > rounds as usize * 10, "children wrote: {}", acknowledged.len());
    store.close();
}

#[test]
fn a_killed_writer_loses_nothing_in_sqlite() {
    embedded(|place| {
        let Place::Embedded { dir } = place else { unreachable!() };
        rounds(place, &dir.display().to_string(), 25);
    });
}

#[test]
fn a_killed_writer_loses_nothing_in_postgresql() {
    postgres(|place| {
        let Place::Postgres { url, schema } = place else { unreachable!() };
        rounds(place, &format!("{url}|{schema}"), 20);
    });
}
