//! Reading intake files of 120,000 rows. Prints one markdown section.
#![expect(clippy::print_stdout, reason = "a benchmark prints its section")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::time::Instant;

use paper::sheet::intake::{self, Mapping};
use paper::sheet::{Book, Column, Kind, Limits, Table, Value, write_xlsx};

const ROWS: usize = 120_000;

/// Seconds this thread has been on a core, so that a busy machine does not blur the figures; the wall clock
/// where the system does not tell.
fn cpu(since: Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|s| s.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| since.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn body(i: usize) -> String {
    // As long as a real letter: about 300 characters, every one different.
    let seed = ["小区", "路灯", "物业", "噪音", "公交", "学校", "医保", "拆迁", "停车", "自来水"];
    (0..50).fold(format!("第{i}件:"), |mut s, k| {
        let _ = write!(s, "{}{}问题,", seed[(i * 7 + k * 3) % 10], (i + k) % 97);
        s
    })
}
fn read(bytes: &[u8]) -> (usize, f64) {
    let t = Instant::now();
    let from = cpu(t);
    let mut book = Book::open(Cursor::new(bytes), Limits::default()).expect("opens");
    let rows = intake::read(&mut book, &Mapping::default()).expect("a header");
    let n = rows.filter(|r| black_box(r).as_ref().is_ok_and(Result::is_ok)).count();
    (n, cpu(t) - from)
}
fn best(bytes: &[u8]) -> f64 {
    let one = || {
        let (n, s) = read(bytes);
        assert_eq!(n, ROWS, "every row is read");
        s
    };
    (0..3).map(|_| one()).fold(f64::MAX, f64::min)
}

fn main() {
    let text = |s: String| Value::Text(s);
    let at: kernel::Moment = "2019-01-06 12:09:38".parse().expect("a moment");
    let columns = ["编号", "留言用户", "主题", "时间", "内容", "点赞数"];
    let table = Table {
        sheet: "意见".into(),
        title: "全部意见".into(),
        columns: columns.map(|c| Column { name: c.into(), kind: Kind::Text, width: 20.0 }).into(),
    };
    let row = |i: usize| {
        let at = at.plus_us(i as i64 * 61_000_000);
        vec![
            Value::Number(i as f64),
            text(format!("A{i:08}")),
            text(format!("关于第{i}件的反映")),
            Value::Moment(at),
            text(body(i)),
            Value::Number((i % 50) as f64),
        ]
    };
    let t = Instant::now();
    let from = cpu(t);
    let xlsx = write_xlsx(&table, (0..ROWS).map(row)).expect("written");
    let written = cpu(t) - from;
    let mut csv = String::from("编号,留言用户,主题,时间,内容,点赞数\n");
    for i in 0..ROWS {
        let at = at.plus_us(i as i64 * 61_000_000).beijing().to_string().replace('T', " ");
        let _ = writeln!(csv, "{i},A{i:08},关于第{i}件的反映,{at},\"{}\",{}", body(i), i % 50);
    }
    let gbk = encoding_rs::GB18030.encode(&csv).0.into_owned();

    // The limits: inflating the workbook, and reading the records of the CSV, with nothing else done.
    let from = cpu(t);
    let mut zip = zip::ZipArchive::new(Cursor::new(&xlsx)).expect("a zip");
    let mut unzipped = 0;
    for i in 0..zip.len() {
        unzipped += std::io::copy(&mut zip.by_index(i).expect("a part").take(u64::MAX), &mut std::io::sink())
            .expect("inflates");
    }
    let inflate = cpu(t) - from;
    let from = cpu(t);
    let mut bare = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
    let mut record = csv::ByteRecord::new();
    while bare.read_byte_record(&mut record).expect("a record") {
        black_box(&record);
    }
    let bare = cpu(t) - from;

    println!("## paper: intake files of {ROWS} rows, one core\n");
    println!(
        "Six columns, about 300 characters a row. Read: opened, checked, header found, every row understood. CPU seconds.\n"
    );
    println!("| file | MB (unzipped) | CPU s | rows/s | limit in the same run |\n|---|---:|---:|---:|---|");
    let line = |name: &str, bytes: f64, s: f64, limit: String| {
        println!("| {name} | {:.0} | {s:.2} | {:.0} | {limit} |", bytes / 1e6, ROWS as f64 / s);
    };
    let s = best(&xlsx);
    line("XLSX", unzipped as f64, s, format!("inflating alone {inflate:.2} s: {:.1} ×", s / inflate));
    let s = best(csv.as_bytes());
    line("CSV, UTF-8", csv.len() as f64, s, format!("records alone {bare:.2} s: {:.1} ×", s / bare));
    let s = best(&gbk);
    line("CSV, GBK", gbk.len() as f64, s, format!("records alone {bare:.2} s: {:.1} ×", s / bare));
    line("XLSX written", unzipped as f64, written, String::new());
}
