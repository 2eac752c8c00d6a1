//! The CSV logs of the public folder.

use eventlog::error::Limits;
use eventlog::{Order, read_csv};

use super::open;

#[test]
fn every_csv_log_reads_without_a_mapping() {
    for (file, cases, events) in [
        ("wta/manual_log_1.csv", 4, 12),
        ("wta/manual_log_4.csv", 15, 33),
        ("wta/prioritization.csv", 2, 2),
        ("knockout/synthetic_example_enriched.csv.gz", 0, 0),
        ("sim/out_loan_sc_lu_5000.csv.gz", 5000, 0),
        ("sim/out_o2_bpi12_5000.csv.gz", 5000, 0),
    ] {
        let (log, report, mapping) = read_csv(open(file), None, Limits::default(), Order::Time)
            .unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(report.complete, "{file}: {report:?}");
        assert!(
            mapping.time.is_some() && mapping.start.is_some() && mapping.resource.is_some(),
            "{file}: {mapping:?}"
        );
        assert!(cases == 0 || log.case_count() == cases, "{file}: {} cases", log.case_count());
        assert!(events == 0 || log.event_count() == events, "{file}: {} events", log.event_count());
        assert!(log.event_count() > log.case_count() || cases == 2, "{file}");
        assert_eq!(log.time().iter().filter(|&&t| t == i64::MIN).count(), 0, "{file}: {mapping:?}");
    }
}
