//! Runs against the shared reference data. Panics with a clear message when the folder is missing.

use std::path::PathBuf;

fn shared(file: &str) -> String {
    let root = std::env::var("BANCHENG_SHARED").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join("data").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| {
        panic!("the shared data is missing: {} ({e}); set BANCHENG_SHARED to its folder", path.display())
    })
}

/// psplib: serial 158, critical path 38, optimum 43 proven; the large one has no proven optimum, the reference
/// found 88 in a minute.
#[test]
fn project_schedules_agree_with_the_reference() {
    let expected: serde_json::Value = serde_json::from_str(&shared("logs/expected_rcpsp.json")).unwrap();
    let small = optimise::read_psplib(&shared("logs/psplib/j301_1.sm")).unwrap();
    let e = &expected["j301_1"];
    assert_eq!(small.len() as u64, e["jobs"].as_u64().unwrap());
    assert_eq!(u64::from(small.serial()), e["serial_sum"].as_u64().unwrap());
    assert_eq!(u64::from(small.critical_path()), e["cpm_no_resources"][1].as_u64().unwrap());
    let s = small.solve(5_000_000);
    assert!(small.allows(&s.start));
    assert_eq!(
        (u64::from(s.makespan), s.proven),
        (e["rcpsp"][1].as_u64().unwrap(), true),
        "{} nodes",
        s.nodes
    );

    let large = optimise::read_psplib(&shared("logs/psplib/RG300_1.rcp")).unwrap();
    let e = &expected["RG300_1"];
    assert_eq!(large.len() as u64, e["jobs"].as_u64().unwrap());
    assert_eq!(u64::from(large.serial()), e["serial_sum"].as_u64().unwrap());
    assert_eq!(u64::from(large.critical_path()), e["cpm_no_resources"][1].as_u64().unwrap());
    let s = large.heuristic(200);
    assert!(large.allows(&s.start));
    let reference = e["rcpsp"][1].as_u64().unwrap() as u32;
    assert!(s.makespan <= reference + reference / 50, "{} against {reference}", s.makespan);
    assert!(s.lower_bound <= s.makespan && s.lower_bound >= large.critical_path());
    println!("j301_1 and RG300_1: large {} (bound {}), reference {reference}", s.makespan, s.lower_bound);

    let odd = optimise::read_psplib(&shared("logs/psplib/rcpsp_ps.txt"));
    assert!(odd.is_err(), "alternative structures are not read and must say so");
}
