//! The public logs of `shared/data/logs` against the figures that came with them.
//!
//! Needs the folder `shared` (beside the repository, or named by `BANCHENG_SHARED`); fails loudly without it.

use std::fs::File;
use std::path::PathBuf;

use eventlog::{Log, Order, Report, Stats, XesOptions, log_stats, read_xes};
use serde_json::Value;

mod bpmn;
mod counts;
mod models;
mod ocels;
mod tables;
mod views;
mod waits;

pub fn logs() -> PathBuf {
    let shared = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared")),
        PathBuf::from,
    );
    let logs = shared.join("data/logs");
    assert!(
        logs.is_dir(),
        "the folder {} is missing: set BANCHENG_SHARED to the folder `shared`",
        logs.display()
    );
    logs
}

pub fn open(name: &str) -> File {
    let path = logs().join(name);
    File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn expected(name: &str) -> Value {
    serde_json::from_reader(std::io::BufReader::new(open(name))).expect("expected figures are JSON")
}

pub fn xes(name: &str) -> (Log, Report) {
    read_xes(open(name), &XesOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub fn stats_of(name: &str, order: Order) -> (Stats, Value) {
    let stats = log_stats(&xes(name).0, order);
    let json = serde_json::to_value(&stats).expect("stats serialise");
    (stats, json)
}
