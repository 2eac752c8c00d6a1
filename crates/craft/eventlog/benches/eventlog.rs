//! Prints one markdown section: what the log room reaches, beside the physical limits measured in the same run.
#![expect(clippy::print_stdout, reason = "a bench prints its section")]

use std::hint::black_box;
use std::io::Read;
use std::path::PathBuf;

use eventlog::dfg::pair_times;
use eventlog::{Dfg, Variants, WorkClock, XesOptions, read_xes};

/// CPU seconds of this thread (Linux); wall seconds elsewhere.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = stat.as_deref().and_then(|s| s.split(' ').next()).and_then(|n| n.parse::<f64>().ok());
    ns.map_or_else(
        || std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |d| d.as_secs_f64()),
        |ns| ns / 1e9,
    )
}

/// The best of several rounds, in CPU seconds of one run. Short work is repeated inside of a round, because the
/// kernel counts in steps.
fn best<T>(rounds: usize, mut f: impl FnMut() -> T) -> (f64, T) {
    let mut result = black_box(f());
    let mut least = f64::INFINITY;
    for _ in 0..rounds {
        let (from, mut runs) = (cpu(), 0.0);
        while runs == 0.0 || cpu() - from < 0.1 {
            result = black_box(f());
            runs += 1.0;
        }
        least = least.min((cpu() - from) / runs);
    }
    (least, result)
}

fn logs() -> PathBuf {
    let shared = std::env::var_os("BANCHENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared")),
        PathBuf::from,
    );
    shared.join("data/logs")
}

fn main() {
    let path = logs().join("bpic2012.xes.gz");
    println!("## Event logs\n");
    let Ok(gz) = std::fs::read(&path) else {
        println!("Not measured: the folder `shared` is missing.");
        return;
    };
    println!("bpic2012 (262,200 events), one thread, CPU seconds, best of several runs.\n");
    println!("| what | CPU s | rate |\n|---|---|---|");
    import(&gz);
    let Ok((log, _)) = read_xes(&gz[..], &XesOptions::default()) else { return };
    let events = log.event_count() as f64;
    let row = |what: &str, s: f64, n: f64| println!("| {what} | {s:.4} | {:.1} M events/s |", n / s / 1e6);
    row("directly-follows with counts", best(3, || Dfg::of(&log)).0, events);
    row("directly-follows with times", best(3, || pair_times(&log, None)).0, events);
    row("variants", best(3, || Variants::of(&log)).0, events);
    row("inductive miner, noise 0", best(2, || eventlog::inductive_miner(&log, 0.0)).0, events);
    row("inductive miner, noise 0.2", best(2, || eventlog::inductive_miner(&log, 0.2)).0, events);
    if let Ok(file) = std::fs::File::open(logs().join("models/bpic2012_imf_0.2.pnml"))
        && let Ok(net) = eventlog::model::read_pnml(file, eventlog::Limits::small())
    {
        let (s, c) = best(2, || eventlog::conformance(&log, &net, Default::default()));
        let cost = c.map_or(0, |c| c.total_cost);
        row(&format!("exact alignments of all 4,366 variants on imf_0.2 (cost {cost})"), s, events);
    }
    let big = log.repeated(10_000_000usize.div_ceil(log.event_count()));
    let n = big.event_count() as f64;
    println!("| *the same log repeated to {n} events:* | | |");
    row("directly-follows with counts", best(3, || Dfg::of(&big)).0, n);
    row("directly-follows with times", best(3, || pair_times(&big, None)).0, n);
    row("variants", best(3, || Variants::of(&big)).0, n);
    let clock = WorkClock::office(0, 7, 17).with_days(14_000, 5_000, |d| {
        if (d + 3).rem_euclid(7) < 5 { vec![(7 * 3_600_000_000, 17 * 3_600_000_000)] } else { vec![] }
    });
    let day = 86_400_000_000;
    let long = eventlog::Filter::Duration { min_us: Some(30 * day), max_us: None, working: false };
    row(
        "a filter by duration, and the filtered log",
        best(3, || eventlog::filter::apply(&big, std::slice::from_ref(&long), None)).0,
        n,
    );
    row("directly-follows in working time", best(3, || pair_times(&big, Some(&clock))).0, n);
    drop(big);
    huge(&log, &long);
}

/// Hundred million events in memory: the same log repeated, and said so.
fn huge(log: &eventlog::Log, long: &eventlog::Filter) {
    let huge = log.repeated(100_000_000usize.div_ceil(log.event_count()));
    let n = huge.event_count() as f64;
    println!("| *the same log repeated to {n} events, {:.1} GB:* | | |", huge.heap_bytes().0 as f64 / 1e9);
    let row = |what: &str, s: f64| println!("| {what} | {s:.3} | {:.1} M events/s |", n / s / 1e6);
    row("directly-follows with counts", best(1, || Dfg::of(&huge)).0);
    row("variants", best(1, || Variants::of(&huge)).0);
    let filter = || eventlog::filter::apply(&huge, std::slice::from_ref(long), None);
    row("a filter by duration, and the filtered log", best(1, || filter().0.event_count()).0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    println!("| most memory of this process, with a filtered log beside the whole one | | {peak} |");
}

fn import(gz: &[u8]) {
    let (unzip, xml) = best(5, || {
        let mut all = Vec::new();
        let read = flate2::read::MultiGzDecoder::new(gz).read_to_end(&mut all);
        assert!(read.is_ok(), "the log unpacks");
        all
    });
    let mb = xml.len() as f64 / 1e6;
    let row = |what: &str, s: f64| println!("| {what} | {s:.4} | {:.0} MB/s of XML |", mb / s);
    row("gunzip alone", unzip);
    row("looking at every `<` (memchr)", best(5, || memchr::memchr_iter(b'<', &xml).count()).0);
    let options = XesOptions::default();
    let (plain, _) = best(7, || read_xes(&xml[..], &options).map(|l| l.0.event_count()));
    row("import of the XML, all attributes", plain);
    let (zipped, log) = best(7, || read_xes(gz, &options));
    row("import of the .xes.gz, all attributes", zipped);
    if let Ok((log, _)) = log {
        let n = log.event_count() as f64;
        println!("| the same | | {:.2} M events/s |", n / zipped / 1e6);
        let (standard, attributes) = log.heap_bytes();
        println!("| bytes an event: standard columns | | {:.1} |", standard as f64 / n);
        println!("| bytes an event: all other attributes | | {:.1} |", attributes as f64 / n);
    }
}
