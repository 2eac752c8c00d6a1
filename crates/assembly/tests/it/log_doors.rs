//! The door of logs: whatever office sends the table, the same log comes out of it.

use std::io::Cursor;

use eventlog::log_stats;
use optimise_acts::logs::{ReadLog, ReadOptions, read_log};

use crate::offices::books::Book;
use crate::offices::{ALL, dressed};

const HEADER: [&str; 5] = ["办件编号", "环节", "办理时间", "办理人", "备注"];

fn steps() -> Vec<Vec<String>> {
    [
        ["B0012", "受理", "2024-03-05 09:00", "甲", "首次"],
        ["B0012", "审查", "2024年3月5日 下午2:30", "乙", "补正一次"],
        ["B0012", "办结", "2024/3/6 9:00", "乙", "送达"],
        ["B0013", "受理", "2024-03-05 10:00", "甲", "首次"],
        ["B0013", "办结", "2024-03-06 09:00", "丙", "送达"],
    ]
    .map(|r| r.map(str::to_owned).to_vec())
    .to_vec()
}

fn read(bytes: &[u8]) -> ReadLog {
    read_log(Cursor::new(bytes), &ReadOptions::default()).expect("reads")
}

#[test]
fn the_same_log_comes_out_of_every_dress() {
    let figures = |r: &ReadLog| serde_json::to_value(log_stats(&r.log, r.log.order())).expect("figures");
    let plain = read(&dressed(ALL[0], &HEADER, &steps()));
    assert_eq!((plain.log.case_count(), plain.log.event_count()), (2, 5));
    assert_eq!(figures(&plain)["without_time"], 0);
    for dress in ALL {
        let got = read(&dressed(dress, &HEADER, &steps()));
        assert_eq!(figures(&got), figures(&plain), "{dress:?}");
        // Below a heading of its own an attribute keeps both names.
        let notes = got.log.event_column("备注").or_else(|| got.log.event_column("其他信息/备注"));
        let notes = notes.unwrap_or_else(|| panic!("{dress:?}: no 备注"));
        assert_eq!(notes.len(), 5, "{dress:?}");
    }
    for book in Book::all() {
        let got = read(&book.bytes(&HEADER, &steps()));
        assert_eq!(figures(&got), figures(&plain), "{book:?}");
        let told = got.told.as_ref().expect("a table");
        assert_eq!(
            (told.set_aside.len(), told.sheets_other.len()),
            (book.aside(), book.others()),
            "{book:?}"
        );
        assert_eq!(told.hidden_rows, book.hidden_rows(), "{book:?}");
    }
}

#[test]
fn the_column_decides_the_order_of_dates_and_a_clock_stands_beside() {
    let first = |csv: &str| {
        let log = read(csv.as_bytes()).log;
        eventlog::when::write_time(log.time()[0])
    };
    assert_eq!(
        first("case,activity,timestamp\n1,A,03/04/2024 09:00\n1,B,03/14/2024 09:00\n"),
        "2024-03-04T01:00:00+00:00"
    );
    assert_eq!(
        first("办件编号,环节,办理日期,办理时刻\n1,A,2024-03-05,09:00:00\n1,B,2024-03-06,10:00\n"),
        "2024-03-05T01:00:00+00:00"
    );
    let open = "case,activity,timestamp\n1,A,03/04/2024 09:00\n1,B,05/06/2024 09:00\n";
    let error = read_log(Cursor::new(open), &ReadOptions::default()).expect_err("ambiguous");
    assert!(error.to_string().contains("--date-order"), "{error}");
    let told = ReadOptions { date_order: Some(tabular::DateOrder::DayFirst), ..ReadOptions::default() };
    let log = read_log(Cursor::new(open), &told).expect("reads").log;
    assert_eq!(eventlog::when::write_time(log.time()[0]), "2024-04-03T01:00:00+00:00");
}
