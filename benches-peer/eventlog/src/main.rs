//! The same work on the same file in the same run: `process_mining` and `eventlog`, CPU seconds.

use std::hint::black_box;

use eventlog::{Dfg, Variants, XesOptions, read_xes};
use process_mining::core::event_data::case_centric::utils::activity_projection::EventLogActivityProjection;
use process_mining::core::event_data::case_centric::xes::{XESImportOptions, import_xes_slice};
use process_mining::discovery::case_centric::dfg::discover_dfg;

/// CPU seconds of this thread; both crates do this work on one.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn best<T>(mut f: impl FnMut() -> T) -> f64 {
    (0..9)
        .map(|_| {
            let (from, mut runs) = (cpu(), 0.0);
            while runs == 0.0 || cpu() - from < 0.2 {
                black_box(f());
                runs += 1.0;
            }
            (cpu() - from) / runs
        })
        .fold(f64::INFINITY, f64::min)
}

fn main() {
    let Some(path) = std::env::args().nth(1) else {
        println!("usage: eventlog-peer FILE.xes.gz");
        return;
    };
    let bytes = std::fs::read(&path).expect("the file can be read");
    println!("## Event logs beside process_mining 0.6.2\n\n| what | process_mining | eventlog | ratio |\n|---|---|---|---|");
    let row = |what: &str, peer: f64, own: f64| println!("| {what} | {peer:.4} | {own:.4} | {:.1} |", peer / own);
    let options = XesOptions::default();
    row(
        "import .xes.gz, all attributes",
        best(|| import_xes_slice(&bytes, true, XESImportOptions::default()).map(|l| l.traces.len()).ok()),
        best(|| read_xes(&bytes[..], &options).map(|l| l.0.case_count()).ok()),
    );
    let theirs = import_xes_slice(&bytes, true, XESImportOptions::default()).expect("the peer reads it");
    let (ours, _) = read_xes(&bytes[..], &options).expect("we read it");
    row("directly-follows", best(|| discover_dfg(&theirs).directly_follows_relations.len()), best(|| Dfg::of(&ours)));
    row("variants", best(|| EventLogActivityProjection::from(&theirs).traces.len()), best(|| Variants::of(&ours)));
}
