//! Round trips and hostile files: whatever is changed in a file, a reader answers or refuses, never panics.

use std::sync::Arc;

use eventlog::error::Limits;
use eventlog::ocel::{Ocel, read_ocel_json};
use eventlog::{Error, Log, Order, XesOptions, read_xes, write_csv};
use eventlog_files::{
    FileError, first_parquet_rows, read_kept_parquet, read_ocel_sqlite, read_parquet, write_ocel_sqlite,
    write_parquet,
};
use proptest::prelude::*;

const OCEL: &str = r#"{"objectTypes":[{"name":"件 \"甲\"","attributes":[{"name":"级","type":"string"},{"name":"ocel_id","type":"integer"}]},{"name":"Object","attributes":[]}],
"eventTypes":[{"name":"受理","attributes":[{"name":"n","type":"integer"}]},{"name":"受 理","attributes":[]},{"name":"object","attributes":[]}],
"objects":[{"id":"o1","type":"件 \"甲\"","attributes":[{"name":"级","time":"1970-01-01T00:00:00+00:00","value":"急"},{"name":"级","time":"2024-01-02T00:00:00+00:00","value":"平"},{"name":"ocel_id","time":"1970-01-01T00:00:00+00:00","value":7}],
"relationships":[{"objectId":"o2","qualifier":"自"}]},{"id":"o2","type":"Object","attributes":[],"relationships":[]}],
"events":[{"id":"e1","type":"受理","time":"2024-01-02T08:00:00.250+00:00","attributes":[{"name":"n","value":3}],
"relationships":[{"objectId":"o1","qualifier":"q"},{"objectId":"gone","qualifier":""}]},{"id":"e2","type":"受 理","time":"2024-01-03T08:00:00+00:00","attributes":[],"relationships":[]},
{"id":"e3","type":"object","time":"2024-01-03T08:00:00+00:00","attributes":[{"name":"x","value":1.5}],"relationships":[]}]}"#;

fn ocel() -> Ocel {
    read_ocel_json(OCEL.as_bytes(), &Limits::small()).unwrap().0
}

#[test]
fn ocel_survives_sqlite() {
    let bytes = write_ocel_sqlite(&ocel()).unwrap();
    let (back, report) = read_ocel_sqlite(&bytes, &Limits::small()).unwrap();
    let wanted = ocel();
    assert_eq!(back.events, wanted.events);
    let mut first = back.objects[0].clone();
    // A name that the format needs itself, and the order of values: first those from the beginning.
    let renamed = first.attributes.iter_mut().find(|a| a.name == "ocel_id_2").unwrap();
    renamed.name = "ocel_id".into();
    first.attributes.sort_by_key(|a| (a.name.clone(), a.time.clone()));
    let mut told = wanted.objects[0].clone();
    told.attributes.sort_by_key(|a| (a.name.clone(), a.time.clone()));
    assert_eq!(first, told);
    assert_eq!(back.objects[1], wanted.objects[1]);
    let names =
        |o: &Ocel| o.event_types.iter().chain(&o.object_types).map(|t| t.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&back), names(&wanted));
    assert_eq!(report.count(eventlog::ProblemKind::Reference), 1, "{report:?}");
    assert!(report.complete);
}

#[test]
fn what_a_table_cannot_hold_is_refused() {
    let mut twice = ocel();
    twice.events.push(twice.events[0].clone());
    assert!(matches!(write_ocel_sqlite(&twice), Err(FileError::Unwritable { .. })));
    let mut twice = ocel();
    let again = twice.events[0].attributes[0].clone();
    twice.events[0].attributes.push(again);
    assert!(matches!(write_ocel_sqlite(&twice), Err(FileError::Unwritable { .. })));
}

/// The bytes of a database made by these statements.
fn database(sql: &str) -> Vec<u8> {
    let mut db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(sql).unwrap();
    db.serialize("main").unwrap().to_vec()
}

#[test]
fn databases_made_to_harm_are_refused() {
    let read = |sql: &str| read_ocel_sqlite(&database(sql), &Limits::small());
    let rest = "CREATE TABLE object (ocel_id, ocel_type); CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier);";
    // A view, a virtual table or a computed column in place of a table would run what the file says.
    for event in [
        "CREATE TABLE t (a); CREATE VIEW event AS SELECT a AS ocel_id, a AS ocel_type FROM t;",
        "CREATE VIRTUAL TABLE event USING fts5(ocel_id, ocel_type);",
        "CREATE TABLE event (ocel_id AS (hex(zeroblob(100000000))), ocel_type);INSERT INTO event VALUES (1);",
        "CREATE TABLE other (a);",
    ] {
        assert!(read(&format!("{event}{rest}")).is_err(), "{event}");
    }
    let many = "CREATE TABLE event (ocel_id, ocel_type); WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 3000) INSERT INTO event SELECT i, 'x' FROM n;";
    let bytes = database(&format!("{many}{rest}"));
    let limits = Limits { events: 2_000, ..Limits::small() };
    assert!(matches!(read_ocel_sqlite(&bytes, &limits), Err(FileError::Log(Error::TooLarge { .. }))));
    let (all, _) = read_ocel_sqlite(&bytes, &Limits::small()).unwrap();
    assert_eq!((all.events.len(), all.event_types[0].name.as_str()), (3_000, "x"));
    // A file that somebody still had open for writing.
    let mut bytes = write_ocel_sqlite(&ocel()).unwrap();
    bytes[18..20].fill(2);
    assert_eq!(read_ocel_sqlite(&bytes, &Limits::small()).unwrap().0.events.len(), 3);
    assert!(read_ocel_sqlite(b"SQLite format 3\0", &Limits::small()).is_err());
}

const XES: &str = r#"<log><trace><string key="concept:name" value="件1"/><float key="amount" value="12.5"/>
<event><string key="concept:name" value="受理, 登记"/><date key="time:timestamp" value="2026-03-02T10:00:00.123456+08:00"/><string key="org:resource" value="甲"/><int key="pages" value="3"/><string key="pages" value="three"/><boolean key="ok" value="true"/><date key="due" value="2026-03-05T00:00:00Z"/></event>
<event><string key="concept:name" value="审查"/><date key="time:timestamp" value="2026-03-03T10:00:00+08:00"/><string key="lifecycle:transition" value="complete"/><int key="l" value="1"><string key="m" value="a"/></int></event></trace>
<trace><string key="concept:name" value="2"/><event><string key="concept:name" value="受理"/></event></trace></log>"#;

fn log() -> Log {
    read_xes(XES.as_bytes(), &XesOptions::default()).unwrap().0
}

fn csv(log: &Log) -> String {
    let mut out = Vec::new();
    write_csv(log, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_log_survives_parquet() {
    let bytes = write_parquet(&log()).unwrap();
    let (back, report, used) = read_parquet(bytes.clone(), None, Limits::small(), Order::Time).unwrap();
    assert_eq!(used.case, "case:concept:name");
    // Of two attributes of one name the second has got a number.
    assert_eq!(csv(&back), csv(&log()).replacen("pages,pages", "pages,pages_2", 1));
    assert!(report.complete);
    // The way of logs that are kept gives the same.
    let (kept, report) = read_kept_parquet(bytes.clone(), Limits::small()).unwrap();
    assert_eq!((csv(&kept), report.complete), (csv(&back), true));
    let rows = first_parquet_rows(bytes.clone(), 3).unwrap();
    assert_eq!((rows.len(), rows[1][1].as_str()), (3, "受理, 登记"));
    let small = Limits { events: 2, ..Limits::small() };
    assert!(matches!(
        read_parquet(bytes, None, small, Order::Time),
        Err(FileError::Log(Error::TooLarge { .. }))
    ));
}

#[test]
fn what_unpacks_to_more_than_the_bounds_is_refused_before_it_does() {
    let long = "x".repeat(1_000_000);
    let xes = XES.replace("甲", &long);
    let (log, _) = read_xes(xes.as_bytes(), &XesOptions::default()).unwrap();
    let bytes = write_parquet(&log).unwrap();
    assert!(bytes.len() < 200_000, "it is packed: {}", bytes.len());
    let limits = Limits { bytes: 300_000, ..Limits::small() };
    assert!(matches!(
        read_parquet(bytes.clone(), None, limits, Order::Time),
        Err(FileError::Log(Error::TooLarge { .. }))
    ));
    assert!(read_parquet(bytes, None, Limits::small(), Order::Time).is_ok());
}

#[test]
fn times_of_other_writers_are_understood() {
    use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type;
    let text = |name| {
        let t = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String));
        Arc::new(t.with_repetition(Repetition::REQUIRED).build().unwrap())
    };
    let time = |name, zoned, unit| {
        let t = Type::primitive_type_builder(name, Physical::INT64);
        let t = t.with_logical_type(Some(LogicalType::timestamp(zoned, unit)));
        Arc::new(t.with_repetition(Repetition::REQUIRED).build().unwrap())
    };
    let fields = vec![
        text("办件编号"),
        text("环节"),
        time("时间", false, TimeUnit::NANOS),
        time("world", true, TimeUnit::MILLIS),
    ];
    let schema = Arc::new(Type::group_type_builder("schema").with_fields(fields).build().unwrap());
    let mut out = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut out, schema, Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for value in ["1", "受理"] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(value)], None, None).unwrap();
        column.close().unwrap();
    }
    for value in [1_700_000_000_123_456_789, 1_700_000_000_123] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[value], None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    let (log, _, _) = read_parquet(out, None, Limits::small(), Order::Time).unwrap();
    // Without a zone the clock on the wall in Beijing is meant.
    assert_eq!(log.time()[0], 1_700_000_000_123_456 - 8 * 3_600_000_000);
    assert_eq!(log.text_of(0, "world"), "2023-11-14T22:13:20.123+00:00");
}

/// One to five changes: a byte, an end, a piece taken out, a piece doubled.
fn mutated(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let change = (0usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>());
    proptest::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = bytes.clone();
        for (what, a, b, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let (i, j) = (a.index(bytes.len()), b.index(bytes.len()));
            match what {
                0 | 3 => bytes[i] = byte,
                1 if j % 4 == 0 => bytes.truncate(i.max(1)),
                _ => bytes.swap(i, j),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn mutated_sqlite_is_refused_or_usable(bytes in mutated(write_ocel_sqlite(&ocel()).unwrap())) {
        if let Ok((ocel, _)) = read_ocel_sqlite(&bytes, &Limits::small()) {
            for t in &ocel.object_types {
                let _ = ocel.flatten(&t.name, Order::Time);
            }
        }
    }
    #[test]
    fn mutated_parquet_is_refused_or_usable(bytes in mutated(write_parquet(&log()).unwrap())) {
        if let Ok((log, ..)) = read_parquet(bytes, None, Limits::small(), Order::Time) {
            prop_assert!(write_parquet(&log).is_ok());
        }
    }
    #[test]
    fn mutated_kept_logs_are_refused_or_usable(bytes in mutated(write_parquet(&log()).unwrap())) {
        if let Ok((log, ..)) = read_kept_parquet(bytes, Limits::small()) {
            prop_assert!(write_parquet(&log).is_ok());
        }
    }
}
