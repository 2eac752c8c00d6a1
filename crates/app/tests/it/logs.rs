//! Logs: our own record as a log, and files told apart by what they contain.

use std::io::Cursor;

use app::logs::{Format, LogFileError, ReadOptions, RecordAsk, first_rows, read_log, write_sheet};
use eventlog::{Order, log_stats};

use super::*;

#[test]
fn the_record_is_a_log_of_what_the_actor_may_see() {
    city(|app, clock| {
        let number = lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        clock.move_us(3 * US_PER_HOUR);
        act(app, handler(2), &number, Command::Take {}).unwrap();
        clock.move_us(US_PER_HOUR);
        lodge(app);
        let read = app.logs.record_log(&coordinator(), &RecordAsk::default()).unwrap();
        let stats = log_stats(&read.log, Order::Time);
        assert_eq!((stats.cases, stats.events), (2, 4));
        assert!(!read.cut && read.report.complete && read.report.problems.is_empty(), "{:?}", read.report);
        let longest = &stats.top_variants.iter().max_by_key(|v| v.trace.len()).unwrap().trace;
        assert_eq!(longest, &["登记", "转办", "签收"].map(str::to_owned));
        let gap = stats.directly_follows.iter().find(|f| f.target == "签收").unwrap();
        assert_eq!(gap.mean_s, Some(3.0 * 3600.0));
        assert!((0..2).any(|c| read.log.case_name(c) == number));
        assert_eq!(eventlog::log::show(read.log.case_column("类型").unwrap().get(0).unwrap()), "办件");
        assert!(!read.log.resources.iter().any(|r| r.contains("王小二")), "no name of who lodged");
        // Others see less, or nothing.
        let elsewhere = app.logs.record_log(&who(Role::Coordinator, 4), &RecordAsk::default()).unwrap();
        assert_eq!(elsewhere.log.case_count(), 0);
        assert!(app.logs.record_log(&handler(2), &RecordAsk::default()).is_err());
        let later = RecordAsk { from: Some(clock.now()), ..RecordAsk::default() };
        assert_eq!(app.logs.record_log(&coordinator(), &later).unwrap().log.case_count(), 1);
    });
}

#[test]
fn files_are_told_apart_by_their_content() {
    let csv = "编号,环节,时间\n1,受理,2024-01-02 09:00\n1,办结,2024-01-03 10:00\n2,受理,2024-01-04 09:00\n";
    let options = ReadOptions::default();
    let log = read_log(Cursor::new(csv), &options).unwrap();
    assert_eq!((log.format, log.log.event_count()), (Format::Csv, 3));
    // A spreadsheet with a title above its header, made by ourselves, gives the same log.
    let sheet = write_sheet(&log.log, "测试").unwrap();
    let back = read_log(Cursor::new(&sheet), &options).unwrap();
    assert_eq!(back.format, Format::Sheet);
    let figures = |l| serde_json::to_value(log_stats(l, Order::Time)).unwrap();
    assert_eq!(figures(&back.log), figures(&log.log));
    assert_eq!(back.mapping.unwrap().case, "办件编号");
    assert_eq!(first_rows(Cursor::new(&sheet), 3).unwrap()[1][0], "办件编号");
    let mut xes = Vec::new();
    eventlog::write_xes(&log.log, &mut eventlog::gzip(&mut xes)).unwrap();
    assert_eq!(read_log(Cursor::new(&xes), &options).unwrap().format, Format::Xes);
    let parquet = app::logs::write_parquet(&log.log).unwrap();
    let back = read_log(Cursor::new(&parquet), &options).unwrap();
    assert_eq!((back.format, figures(&back.log)), (Format::Parquet, figures(&log.log)));
    assert_eq!(first_rows(Cursor::new(&parquet), 3).unwrap()[1][0], "1");
    let unknown = read_log(Cursor::new("甲,乙\n1,2\n"), &options).unwrap_err();
    assert!(matches!(unknown, LogFileError::Log(eventlog::Error::Unmapped { .. })), "{unknown}");
    for bytes in [&b"PAR1...."[..], b"SQLite format 3\0rest"] {
        assert!(matches!(read_log(Cursor::new(bytes), &options), Err(LogFileError::File(_))));
    }
    for bytes in [&b""[..], b"\x1f\x8b", b"PK\x03\x04 no zip", b"{", b"<a", b"\xff\xfe", b"\0\0\0"] {
        assert!(read_log(Cursor::new(bytes), &options).is_err(), "{bytes:?}");
    }
    let two = r#"{"objectTypes":[],"eventTypes":[],"objects":[{"id":"a","type":"件"},{"id":"b","type":"人"}],
        "events":[{"id":"e","type":"受理","time":"2024-01-02T08:00:00Z","relationships":[{"objectId":"b","qualifier":""}]}]}"#;
    let read = read_log(Cursor::new(two), &options).unwrap();
    assert_eq!((read.object_types[0].0.as_str(), read.log.event_count()), ("人", 1));
    let (ocel, _) = app::logs::read_objects(Cursor::new(two), &options.limits).unwrap();
    let sqlite = app::logs::write_ocel_sqlite(&ocel).unwrap();
    let back = read_log(Cursor::new(&sqlite), &options).unwrap();
    assert_eq!((back.format, figures(&back.log)), (Format::OcelSqlite, figures(&read.log)));
    let flat = app::logs::read_objects(Cursor::new(csv), &options.limits);
    assert!(matches!(flat, Err(LogFileError::NoObjects)));
    let wrong = ReadOptions { object_type: Some("物".into()), ..ReadOptions::default() };
    assert!(matches!(read_log(Cursor::new(two), &wrong), Err(LogFileError::ObjectType { .. })));
}
