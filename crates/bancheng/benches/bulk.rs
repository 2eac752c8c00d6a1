//! Bulk intake against the limit: 120,000 opinions through the program, and the same rows through a bare SQLite
//! batch insert, both with fsync, in one run. Prints one section of docs/BENCHMARKS.md.

#![expect(clippy::print_stdout, reason = "a benchmark prints its section")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

const ROWS: usize = 120_000;
const RUNS: usize = 2;

fn main() {
    let place = testkit::TempDir::new();
    let file = place.path().join("opinions.csv");
    let source = write_opinions(&file);
    let bytes = std::fs::metadata(&file).expect("written").len();
    let (mut through, mut bare, mut cpu, mut reading) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut database = 0;
    for run in 0..RUNS {
        let dir = place.path().join(format!("run{run}"));
        reading.push(program(&["import", "cases", path(&file), "--dry-run", "--json"], &dir).0);
        let before = children_cpu();
        let (took, answer) =
            program(&["import", "cases", path(&file), "--campaign", "建言献策", "--json"], &dir);
        cpu.push(children_cpu() - before);
        assert!(answer.contains(&format!("\"accepted\":{ROWS}")), "{answer}");
        through.push(took);
        let made = dir.join("bancheng.sqlite3");
        database = std::fs::metadata(&made).expect("made").len();
        bare.push(bare_insert(&made, &place.path().join(format!("bare{run}.sqlite3"))));
        searchable(&made);
    }
    let (through, bare) = (least(&through), least(&bare));
    let ratio = through.as_secs_f64() / bare.as_secs_f64();
    let mb = 1e-6;
    println!("## Bulk intake: {ROWS} opinions\n");
    println!(
        "Source: {source}; CSV of {:.0} MB, database of {:.0} MB. Best of {RUNS} runs; whole process, from start to the last fsync and the seal.\n",
        bytes as f64 * mb,
        database as f64 * mb
    );
    println!("| what | seconds | rows/s |\n|---|---|---|");
    line("`bancheng import cases`, checked, numbered, limited, chained, sealed", through);
    line("of which reading and checking the file (`--dry-run`)", least(&reading));
    line("CPU of the import, user + system", least(&cpu));
    line("bare SQLite batch insert of the same rows into the same tables", bare);
    println!("\nRatio to the bare insert: **{ratio:.2}** (goal ≤ 3), goal for the time: 10 s.");
}

fn line(what: &str, took: Duration) {
    println!("| {what} | {:.2} | {:.0} |", took.as_secs_f64(), ROWS as f64 / took.as_secs_f64());
}
fn least(all: &[Duration]) -> Duration {
    all.iter().min().copied().unwrap_or_default()
}
fn path(p: &Path) -> &str {
    p.to_str().expect("UTF-8")
}

fn program(args: &[&str], dir: &Path) -> (Duration, String) {
    let began = Instant::now();
    let out = Command::new(env!("CARGO_BIN_EXE_bancheng"))
        .args(args)
        .args(["--data-dir", path(dir)])
        .output()
        .expect("the program runs");
    let took = began.elapsed();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    (took, String::from_utf8_lossy(&out.stdout).into_owned())
}

/// CPU of the children that have ended, from /proc/self/stat (ticks of 10 ms).
fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// Every case is found by its number through the index.
fn searchable(made: &Path) {
    let db = Connection::open(made).expect("opens");
    let n: i64 = db
        .query_row(
            "SELECT count(*) FROM case_file WHERE number BETWEEN '0' AND ':' AND next_at IS NOT NULL",
            [],
            |r| r.get(0),
        )
        .expect("counts");
    assert_eq!(n as usize, ROWS);
}

/// What a case consists of.
const BARE: [&str; 5] = ["event", "stream_head", "case_file", "contact", "import_row"];

/// The rows that the import made, put into empty tables of the same shape by prepared statements.
fn bare_insert(made: &Path, target: &Path) -> Duration {
    let from = Connection::open(made).expect("opens");
    let mut tables = Vec::new();
    for table in BARE {
        let mut stmt = from.prepare(&format!("SELECT * FROM {table}")).expect("table");
        let columns = stmt.column_count();
        let mut rows = Vec::with_capacity(ROWS);
        let mut found = stmt.query([]).expect("rows");
        while let Some(row) = found.next().expect("row") {
            rows.push((0..columns).map(|i| row.get::<_, Value>(i).expect("value")).collect::<Vec<_>>());
        }
        tables.push((table, columns, rows));
    }
    let schema: Vec<String> = from
        .prepare(
            "SELECT sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')",
        )
        .and_then(|mut s| {
            s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<Vec<(String, String)>, _>>()
        })
        .map(|all| all.into_iter().filter(|(_, t)| BARE.contains(&t.as_str())).map(|(sql, _)| sql).collect())
        .expect("schema");
    drop(std::fs::remove_file(target));
    let mut db = Connection::open(target).expect("opens");
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;")
        .expect("pragma");
    for sql in &schema {
        db.execute_batch(sql).expect("schema");
    }
    let began = Instant::now();
    let chunk = 2_000;
    for start in (0..ROWS).step_by(chunk) {
        let tx = db.transaction().expect("begins");
        for (table, columns, rows) in &tables {
            let marks = vec!["?"; *columns].join(",");
            let mut stmt =
                tx.prepare_cached(&format!("INSERT INTO {table} VALUES ({marks})")).expect("prepares");
            let share = rows.len() / ROWS.max(1);
            let range = start * share..((start + chunk) * share).min(rows.len());
            for row in &rows[range] {
                stmt.execute(params_from_iter(row)).expect("inserts");
            }
        }
        tx.commit().expect("commits");
    }
    began.elapsed()
}

/// 120,000 opinions: real letters with a mark that makes each of them different, or letters of the model city.
fn write_opinions(file: &Path) -> &'static str {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).expect("creates"));
    writeln!(out, "留言编号,留言用户,留言主题,留言时间,留言详情,点赞数,反对数").expect("writes");
    let shared = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let real = std::fs::read_to_string(shared.join("data/letters_supported.csv")).ok();
    if let Some(real) = real {
        let mut reader = csv::ReaderBuilder::new().from_reader(real.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
        let mut writer = csv::Writer::from_writer(&mut out);
        for i in 0..ROWS {
            let r = &records[i % records.len()];
            let field = |n: usize| r.get(n).unwrap_or("");
            let id = format!("{}-{}", field(0), i / records.len());
            let body = format!("{}({})", field(4), i);
            let row = [&id, field(1), field(2), field(3), &body, field(6), field(5)];
            writer.write_record(row).expect("writes");
        }
        writer.flush().expect("writes");
        return "the 4,326 real letters of letters_supported.csv, each some 28 times with a mark that makes it different";
    }
    let letters = demo::city(1).letters(ROWS);
    let mut writer = csv::Writer::from_writer(&mut out);
    for l in letters {
        let no = l.no.to_string();
        let row = [no.as_str(), &l.name, &l.title, "2026-09-01 10:00:00", &l.body, "0", "0"];
        writer.write_record(row).expect("writes");
    }
    writer.flush().expect("writes");
    "letters of the model city (the real ones are not at hand)"
}
