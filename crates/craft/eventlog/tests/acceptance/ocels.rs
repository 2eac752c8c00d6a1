//! The object-centric samples.

use eventlog::error::Limits;
use eventlog::ocel::{read_ocel_json, read_ocel_xml, write_ocel_json, write_ocel_xml};
use eventlog::{Order, log_stats};

use super::open;

#[test]
fn the_samples_read_and_survive() {
    let limits = Limits::small();
    let (json, report) = read_ocel_json(open("ocel/ocel20_example.jsonocel"), &limits).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!((json.object_types.len(), json.event_types.len()), (4, 8));
    assert_eq!((json.objects.len(), json.events.len()), (9, 13));
    let (xml, report) = read_ocel_xml(open("ocel/ocel20_example.xmlocel"), &limits).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    // The same log in two formats.
    assert_eq!(xml.objects.len(), json.objects.len());
    let key = |o: &eventlog::ocel::Ocel| {
        let mut all: Vec<_> =
            o.events.iter().map(|e| (e.id.clone(), e.kind.clone(), e.relationships.len())).collect();
        all.sort();
        all
    };
    assert_eq!(key(&xml), key(&json));
    let text = write_ocel_json(&json).unwrap();
    assert_eq!(read_ocel_json(text.as_bytes(), &limits).unwrap().0, json);
    assert_eq!(read_ocel_xml(write_ocel_xml(&xml).as_bytes(), &limits).unwrap().0, xml);
    let (flat, _) = json.flatten("Purchase Order", Order::Time).unwrap();
    let touching =
        |o: &str| json.events.iter().filter(|e| e.relationships.iter().any(|r| r.object_id == o)).count();
    let orders = json.objects.iter().filter(|o| o.kind == "Purchase Order");
    assert_eq!(flat.event_count(), orders.map(|o| touching(&o.id)).sum::<usize>());
}

#[test]
fn version_one_reads_too() {
    let (ocel, _) = read_ocel_json(open("ocel/recruiting-red.jsonocel"), &Limits::small()).unwrap();
    assert_eq!((ocel.objects.len(), ocel.events.len()), (1051, 6607));
    let (log, report) = ocel.flatten("applications", Order::Time).unwrap();
    assert!(report.complete);
    assert_eq!(log_stats(&log, Order::Time).out_of_order, 0);
    assert!(log.case_count() > 100 && log.event_count() > log.case_count());
    assert!(read_ocel_json(open("ocel/example_log.jsonocel"), &Limits::small()).is_ok());
}
