//! Counts, directly-follows, variants, rework, durations: equal to the last unit.

use eventlog::Order;
use serde_json::{Value, json};

use super::{expected, stats_of};

fn close(got: &Value, wanted: &Value, what: &str) {
    let (a, b) = (got.as_f64().expect(what), wanted.as_f64().expect(what));
    // The references agree among themselves to about one part in 10^15.
    assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{what}: {a} instead of {b}");
}

fn pairs(list: &Value) -> Vec<(String, String, u64)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let one = |p: &Value| (text(&p["source"]), text(&p["target"]), p["count"].as_u64().unwrap());
    let mut all: Vec<_> = list.as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

/// The two logs with full references, in both orders.
#[test]
fn receipt_and_bpic2012_equal_their_references() {
    for (file, reference) in
        [("receipt.xes", "receipt"), ("receipt.xes.gz", "receipt"), ("bpic2012.xes.gz", "bpic2012")]
    {
        let e = expected(&format!("expected_{reference}.json"));
        for order in [Order::Time, Order::File] {
            let (_, got) = stats_of(file, order);
            let suffix = if order == Order::Time { "ts_sorted" } else { "doc_order" };
            for (ours, theirs) in [
                ("cases", "n_cases"),
                ("events", "n_events"),
                ("activities", "n_activities"),
                ("resources", "n_resources"),
                ("out_of_order", "out_of_order_pairs_in_doc_order"),
                ("ties", "tied_timestamp_pairs"),
                ("start_activities", &format!("start_activities_{suffix}")),
                ("end_activities", &format!("end_activities_{suffix}")),
                ("activity_counts", "activity_counts"),
                ("variants", "n_variants_pm4py"),
                ("top_variants", "top_variants_doc_order"),
                ("cases_with_repeat", "cases_with_any_repeat"),
                ("repeat_per_activity", "rework_per_activity"),
            ] {
                assert_eq!(got[ours], e[theirs], "{file} {order:?} {ours}");
            }
            assert_eq!(pairs(&got["directly_follows"]), pairs(&e["dfg_doc_order"]), "{file} {order:?}");
            assert_eq!(pairs(&got["directly_follows"]), pairs(&e["dfg_pm4py_sorted"]), "{file} {order:?}");
            times(&got["directly_follows"], &e["performance_dfg_ts_sorted_seconds"]);
            for (ours, theirs) in [
                ("mean", "mean"),
                ("min", "p0"),
                ("median", "p50"),
                ("p90", "p90"),
                ("p95", "p95"),
                ("p99", "p99"),
                ("max", "p100"),
            ] {
                close(&got["case_duration_s"][ours], &e["case_duration_seconds"][theirs], ours);
            }
            for key in ["mean", "min", "median", "max"] {
                close(&got["case_length"][key], &e["case_length"][key], key);
            }
            for key in ["distinct_pairs", "total", "self"] {
                assert_eq!(got["handover"][key], e["handover"][key], "{file} hand-over {key}");
            }
            assert_eq!(got["handover"]["top"][0]["count"], e["handover"]["top"][0]["n"]);
        }
    }
}

fn times(got: &Value, wanted: &Value) {
    for w in wanted.as_array().unwrap() {
        let same = |g: &&Value| g["source"] == w["source"] && g["target"] == w["target"];
        let g = got.as_array().unwrap().iter().find(same).expect("every pair");
        for (ours, theirs) in [("mean_s", "mean"), ("median_s", "median"), ("min_s", "min"), ("max_s", "max")]
        {
            let (a, b) = (g[ours].as_f64().unwrap(), w[theirs].as_f64().unwrap());
            assert!((a - b).abs() < 1.01e-6, "{} → {} {ours}: {a} instead of {b}", w["source"], w["target"]);
        }
    }
}

/// All other logs against an independent reader.
#[test]
fn every_public_log_equals_its_counts() {
    let e = expected("expected_counts.json");
    let all = e.as_object().unwrap();
    assert!(all.len() >= 8, "expected_counts.json lists the public logs");
    for (file, e) in all {
        let (stats, got) = stats_of(file, Order::File);
        assert_eq!(got["cases"], e["n_cases"], "{file}");
        assert_eq!(got["events"], e["n_events"], "{file}");
        assert_eq!(got["activities"], e["n_activities"], "{file}");
        assert_eq!(json!(stats.directly_follows.len()), e["dfg_edges"], "{file}");
        assert_eq!(
            json!(stats.directly_follows.iter().map(|f| f.count).sum::<u64>()),
            e["dfg_total"],
            "{file}"
        );
        assert_eq!(got["variants"], e["n_variants"], "{file}");
        let top: Vec<u64> = stats.top_variants.iter().take(5).map(|v| v.count).collect();
        assert_eq!(json!(top), e["top5_variant_counts"], "{file}");
        assert_eq!(got["cases_with_repeat"], e["cases_with_any_repeat"], "{file}");
        assert_eq!(got["out_of_order"], e["out_of_order_pairs"], "{file}");
        close(&got["case_duration_s"]["mean"], &e["case_duration_mean_s"], file);
        close(&got["case_duration_s"]["median"], &e["case_duration_median_s"], file);
        for edge in e["top10_edges"].as_array().unwrap() {
            let count = stats.directly_follows.iter().find(|f| f.source == edge[0] && f.target == edge[1]);
            assert_eq!(json!(count.map(|f| f.count)), edge[2], "{file} {edge}");
        }
    }
}

/// Nothing is lost on the way out and in again.
#[test]
fn every_public_log_survives_being_written() {
    let as_in_file = eventlog::XesOptions { order: Order::File, ..Default::default() };
    for file in [
        "receipt.xes",
        "running-example.xes",
        "reviewing.xes",
        "roadtraffic100traces.xes",
        "SEPSIS.xes.gz",
        "interval_event_log.xes",
    ] {
        let (log, report) = eventlog::read_xes(super::open(file), &as_in_file).unwrap();
        assert!(report.complete, "{file}: {report:?}");
        let mut bytes = Vec::new();
        eventlog::write_xes(&log, &mut bytes).unwrap();
        let (back, report) = eventlog::read_xes(&bytes[..], &as_in_file).unwrap();
        assert!(report.complete, "{file}: {report:?}");
        let again = |l| serde_json::to_string(&eventlog::log_stats(l, Order::File)).unwrap();
        assert!(again(&log) == again(&back), "{file}: other figures after a round trip");
        assert!(log.meta == back.meta, "{file}: other head after a round trip");
        let values = |l: &eventlog::Log| -> usize {
            l.event_columns.iter().chain(l.case_columns.iter()).map(eventlog::log::Column::len).sum()
        };
        assert_eq!(values(&log), values(&back), "{file}");
        let mut twice = Vec::new();
        eventlog::write_xes(&back, &mut twice).unwrap();
        assert!(bytes == twice, "{file}: written again it differs");
    }
}
