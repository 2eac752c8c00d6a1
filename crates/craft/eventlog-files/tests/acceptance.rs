//! The public samples (panics when the folder `shared` is missing).

use std::path::PathBuf;

use eventlog::error::Limits;
use eventlog::ocel::{Ocel, read_ocel_json};
use eventlog::when::read_time;
use eventlog::{Order, XesOptions, log_stats, read_xes};
use eventlog_files::{read_ocel_sqlite, read_parquet, write_ocel_sqlite, write_parquet};

fn file(name: &str) -> Vec<u8> {
    let shared = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared")),
        PathBuf::from,
    );
    let path = shared.join("data/logs").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("acceptance needs {}: {e}", path.display()))
}

/// Everything of an object-centric log but its times, which the samples write in different zones.
fn content(ocel: &Ocel) -> Vec<String> {
    let mut all = Vec::new();
    for e in &ocel.events {
        let mut related: Vec<_> = e.relationships.iter().map(|r| (&r.object_id, &r.qualifier)).collect();
        related.sort();
        let mut values: Vec<_> = e.attributes.iter().map(|a| (&a.name, a.value.to_string())).collect();
        values.sort();
        all.push(format!("event {} {} {related:?} {values:?}", e.id, e.kind));
    }
    for o in &ocel.objects {
        let mut related: Vec<_> = o.relationships.iter().map(|r| (&r.object_id, &r.qualifier)).collect();
        related.sort();
        let mut values: Vec<_> = o.attributes.iter().map(|a| (&a.name, a.value.to_string())).collect();
        values.sort();
        all.push(format!("object {} {} {related:?} {values:?}", o.id, o.kind));
    }
    all.sort();
    all
}

#[test]
fn the_sqlite_sample_is_the_json_sample() {
    let limits = Limits::small();
    let (json, _) = read_ocel_json(&file("ocel/ocel20_example.jsonocel")[..], &limits).unwrap();
    let (ours, report) = read_ocel_sqlite(&file("ocel/ocel20_example.sqlite"), &limits).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!((ours.events.len(), ours.objects.len()), (13, 9));
    assert_eq!(content(&ours), content(&json));
    let bytes = write_ocel_sqlite(&json).unwrap();
    let (back, _) = read_ocel_sqlite(&bytes, &limits).unwrap();
    assert_eq!(content(&back), content(&json));
    let times = |o: &Ocel| -> Vec<_> {
        let mut all: Vec<_> =
            o.events.iter().map(|e| (e.id.clone(), read_time(e.time.as_bytes(), 0).unwrap().us)).collect();
        all.sort();
        all
    };
    assert_eq!(times(&back), times(&json));
}

#[test]
fn public_logs_survive_parquet() {
    for name in ["receipt.xes", "bpic2020_PrepaidTravelCost.xes.gz", "interval_event_log.xes"] {
        let (log, _) = read_xes(&file(name)[..], &XesOptions::default()).unwrap();
        let bytes = write_parquet(&log).unwrap();
        let (back, report, _) = read_parquet(bytes, None, Limits::default(), Order::Time).unwrap();
        assert!(report.complete);
        let figures = |l| serde_json::to_value(log_stats(l, Order::Time)).unwrap();
        let (mut a, mut b) = (figures(&log), figures(&back));
        // In a table a case begins with its first event in time.
        for v in [&mut a, &mut b] {
            v.as_object_mut().unwrap().remove("out_of_order");
        }
        assert_eq!(a, b, "{name}");
    }
}
