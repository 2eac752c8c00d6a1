//! Appends a second on both engines with the disk flushed, against the bare engine in the same run.
#![expect(clippy::print_stdout, reason = "a benchmark prints its section")]

use std::time::{Duration, Instant};

use kernel::{Actor, CaseId, Moment, RegionCode, Role, StaffId, StreamId, UnitId};
use store::ledger_rows::{self, KeyFile};
use store::{NewEvent, Options, Place, Store, StoreError, vals};
use testkit::{Cluster, TempDir};

const CASES: i64 = 120_000;
const CHUNK: i64 = 2_000;

fn actor() -> Actor {
    Actor {
        staff: Some(StaffId(12)),
        role: Role::Coordinator,
        unit: Some(UnitId(3)),
        region: "4306".parse::<RegionCode>().ok(),
    }
}

fn body(n: i64) -> String {
    format!("{{\"n\":{n},\"text\":\"{}\"}}", "反映的问题".repeat(66))
}

/// The same rows with nothing but the engine: one table, one index, one prepared statement, one commit a chunk.
fn bare(dir: &std::path::Path, bodies: &[String]) -> Duration {
    let mut conn = rusqlite::Connection::open(dir.join("bare.sqlite3")).expect("bare");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE event (seq INTEGER PRIMARY KEY, stream INTEGER NOT NULL, ver INTEGER NOT NULL, at INTEGER NOT NULL,
         recorded INTEGER NOT NULL, staff INTEGER, role TEXT, unit INTEGER, region TEXT, act TEXT, data TEXT) STRICT;
         CREATE UNIQUE INDEX event_stream_ver ON event (stream, ver);",
    )
    .expect("bare");
    let begin = Instant::now();
    for (i, chunk) in bodies.chunks(CHUNK as usize).enumerate() {
        let tx = conn.transaction().expect("begin");
        {
            let mut insert = tx
                .prepare_cached("INSERT INTO event VALUES (?1, ?2, 1, ?3, ?3, 12, 'coordinator', 3, '4306', 'register', ?4)")
                .expect("prepare");
            for (j, body) in chunk.iter().enumerate() {
                let n = i as i64 * CHUNK + j as i64 + 1;
                insert
                    .execute(rusqlite::params![
                        n,
                        StreamId::case(CaseId(n)).0,
                        1_800_000_000_000_000i64,
                        body
                    ])
                    .expect("insert");
            }
        }
        tx.commit().expect("commit");
    }
    begin.elapsed()
}

fn bulk(store: &Store, bodies: &[String]) -> Duration {
    let begin = Instant::now();
    for (i, chunk) in bodies.chunks(CHUNK as usize).enumerate() {
        let chunk = chunk.to_vec();
        store
            .write(move |tx| {
                let actor = actor();
                let at = tx.now();
                let events: Vec<_> = chunk
                    .iter()
                    .enumerate()
                    .map(|(j, data)| {
                        let stream = StreamId::case(CaseId(i as i64 * CHUNK + j as i64 + 1));
                        NewEvent { stream, expected: 0, at, actor: &actor, act: "register", data }
                    })
                    .collect();
                tx.append_many(&events)
            })
            .expect("bulk");
    }
    begin.elapsed()
}

/// Small closures from many callers: read a row, write a row, append an event; each waits for its answer.
fn online(store: &Store, callers: i64, each: i64, base: i64) -> Duration {
    let begin = Instant::now();
    let threads: Vec<_> = (0..callers)
        .map(|c| {
            let store = store.clone();
            std::thread::spawn(move || {
                for i in 0..each {
                    let n = base + c * each + i;
                    store.write(move |tx| small(tx, n)).expect("online");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().expect("thread"));
    begin.elapsed()
}

fn small(tx: &mut store::Tx<'_>, n: i64) -> Result<i64, StoreError> {
    let name = format!("case/{n}");
    tx.query_opt("SELECT last FROM counter WHERE name = $1", vals![&name], |row| row.i64(0))?;
    tx.exec("INSERT INTO counter (name, last) VALUES ($1, $2)", vals![&name, n])?;
    let at = tx.now();
    let stream = StreamId::case(CaseId(n));
    Ok(tx.append(stream, 0, at, &actor(), "register", "{\"text\":\"反映的问题\"}")?.seq)
}

/// CPU time of this process so far, seconds (Linux counts hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |i: usize| after.split_whitespace().nth(i).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn flushes_a_second(dir: &std::path::Path) -> f64 {
    use std::io::Seek;
    use std::io::Write;
    let mut file = std::fs::File::create(dir.join("flush")).expect("file");
    file.write_all(&vec![0; 300 * 4096])
        .and_then(|()| file.sync_all())
        .and_then(|()| file.rewind())
        .expect("file");
    let begin = Instant::now();
    for _ in 0..300 {
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("flush");
    }
    300.0 / begin.elapsed().as_secs_f64()
}

fn per_second(n: i64, time: Duration) -> String {
    format!("{:.0}", n as f64 / time.as_secs_f64())
}

/// What the bare engine needed for all rows, seconds.
struct Bare {
    wall: f64,
    cpu: f64,
}

struct Figures {
    rows: Vec<(String, String)>,
}

impl Figures {
    fn add(&mut self, what: &str, figure: String) {
        eprintln!("{what}: {figure}");
        self.rows.push((what.to_owned(), figure));
    }
}

fn engine(figures: &mut Figures, name: &str, place: &Place, bodies: &[String], bare: &Bare, keys: &TempDir) {
    let store = Store::open(place, Options::default()).expect("open");
    let n = bodies.len() as i64;
    let cpu = cpu_seconds();
    let time = bulk(&store, bodies);
    let cpu = cpu_seconds() - cpu;
    figures.add(
        &format!("{name}: {n} cases of 1 KB in chunks of {CHUNK}, seconds (CPU of this process)"),
        format!("{:.2} ({cpu:.2})", time.as_secs_f64()),
    );
    figures.add(&format!("{name}: events a second in bulk"), per_second(n, time));
    let part = CASES as f64 / n as f64;
    figures.add(
        &format!("{name}: ratio to the bare SQLite insert (of CPU)"),
        format!("{:.2} ({:.2})", time.as_secs_f64() / bare.wall * part, cpu / bare.cpu * part),
    );
    let alone = online(&store, 1, 300, 10_000_000);
    figures.add(&format!("{name}: commands a second, 1 caller"), per_second(300, alone));
    let many = online(&store, 64, 300, 20_000_000);
    figures.add(&format!("{name}: commands a second, 64 callers"), per_second(64 * 300, many));
    let begin = Instant::now();
    let answers: Vec<_> = (0..20_000)
        .map(|i| {
            if i % 2_000 == 1_999 {
                std::thread::sleep(Duration::from_millis(1));
            }
            store.submit(move |tx| small(tx, 30_000_000 + i))
        })
        .collect();
    let done = answers.into_iter().filter_map(|a| a.wait().ok()).count() as i64;
    figures.add(&format!("{name}: commands a second, queue always full"), per_second(done, begin.elapsed()));
    let begin = Instant::now();
    let key = KeyFile::open(keys.path()).expect("key");
    ledger_rows::seal_now(&store, Some(&key)).expect("seal");
    figures.add(&format!("{name}: sealed in seconds"), format!("{:.2}", begin.elapsed().as_secs_f64()));
    let begin = Instant::now();
    let verified = store.read(|rd| ledger_rows::verify(rd, Some(key.key().clone()), None)).expect("verify");
    figures.add(&format!("{name}: events verified a second"), per_second(verified.events, begin.elapsed()));
    store.close();
}

fn main() {
    let dir = TempDir::new();
    let mut figures = Figures { rows: Vec::new() };
    let bodies: Vec<_> = (1..=CASES).map(body).collect();
    figures.add("disk: flushes of 4 KiB a second", format!("{:.0}", flushes_a_second(dir.path())));
    let mut chain = ledger::Chain::new();
    let actor = actor();
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    let mut prev = ledger::ZERO_HASH;
    for b in &bodies {
        let at = Moment::from_us(0);
        let draft = ledger::Draft {
            stream: StreamId(1),
            ver: 1,
            at,
            recorded: at,
            actor: &actor,
            act: "register",
            data: b,
        };
        prev = chain.link(&prev, &draft);
    }
    let time = begin.elapsed();
    let bytes = bodies.iter().map(String::len).sum::<usize>() as f64;
    figures.add("SM3 chain: events of 1 KB a second", per_second(CASES, time));
    let cpu = cpu_seconds() - cpu;
    figures.add(
        "SM3 chain: MB a second (a CPU second)",
        format!("{:.0} ({:.0})", bytes / 1e6 / time.as_secs_f64(), bytes / 1e6 / cpu),
    );
    let cpu = cpu_seconds();
    let wall = bare(dir.path(), &bodies).as_secs_f64();
    let bare = Bare { wall, cpu: cpu_seconds() - cpu };
    figures.add(
        &format!("bare SQLite: {CASES} rows, seconds (CPU)"),
        format!("{:.2} ({:.2})", bare.wall, bare.cpu),
    );
    let place = Place::Embedded { dir: dir.path().join("data") };
    engine(&mut figures, "SQLite", &place, &bodies, &bare, &dir);
    let durable = Cluster::durable(dir.path());
    let place = Place::Postgres { url: durable.url(), schema: "bench".into() };
    engine(&mut figures, "PostgreSQL", &place, &bodies[..30_000], &bare, &dir);
    durable.stop();
    println!("## store: appends with the disk flushed\n");
    println!(
        "`cargo bench -p store`; rows of 1 KB, SQLite and PostgreSQL with fsync on, all on one machine.\n"
    );
    println!("| what | figure |\n|---|---:|");
    for (what, figure) in figures.rows {
        println!("| {what} | {figure} |");
    }
}
