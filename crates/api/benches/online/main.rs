//! The online benchmark: *create → dispatch → (sign for) → reply → read* over HTTP, on loopback only.
//!
//! This program is three: `serve DIR` is a server over a data directory; `drive …` is the load; without
//! arguments it is the benchmark, which starts the others and prints one section of Markdown.
//!
//! `BANCHENG_ONLINE_CASES=10000,1000000` sizes, `…_SECONDS=8` length of one run, `…_CONNECTIONS=64`,
//! `…_RUNS=3` runs of which the best counts, `BANCHENG_BIN=path` the program whose start and memory are
//! measured (`BIN serve --data-dir DIR --listen ADDRESS`).
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod client;
mod figures;
mod load;
mod preload;
mod server;

use std::path::PathBuf;
use std::time::Duration;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match args.first().map(String::as_str) {
        Some("serve") => server::serve(&PathBuf::from(&args[1])),
        Some("fill") => preload::fill(&PathBuf::from(&args[1]), args[2].parse().unwrap_or(10_000)),
        _ => benchmark(),
    }
}

fn setting(name: &str, usual: &str) -> String {
    std::env::var(format!("BANCHENG_ONLINE_{name}")).unwrap_or_else(|_| usual.to_owned())
}

fn benchmark() {
    let sizes: Vec<usize> =
        setting("CASES", "10000,1000000").split(',').filter_map(|s| s.trim().parse().ok()).collect();
    let seconds: f64 = setting("SECONDS", "8").parse().unwrap_or(8.0);
    let connections: usize = setting("CONNECTIONS", "64").parse().unwrap_or(64);
    let runs: usize = setting("RUNS", "3").parse().unwrap_or(3);
    println!("## online: create → dispatch → sign for → reply → read over HTTP\n");
    println!(
        "SQLite, WAL, fsync on; server and load are two processes on one machine, loopback, {connections} keep-alive \
         connections, closed loop, best of {runs} runs of {seconds} s. One lifecycle is five calls. \
         Load average when it began: {}.\n",
        figures::load_average()
    );
    let mut last = None;
    let mut rates = Vec::new();
    println!(
        "| cases | lifecycles/s | server CPU/lifecycle, user + system | load CPU/lifecycle | errors | p50 / p95 / p99 of a call |"
    );
    println!("|---|---|---|---|---|---|");
    for size in &sizes {
        let dir = data_dir(*size);
        let mut server = server::Child::start(&dir);
        let mut best: Option<load::Ran> = None;
        load::closed(&server, connections, Duration::from_secs_f64(1.0));
        for _ in 0..runs {
            let ran = load::closed(&server, connections, Duration::from_secs_f64(seconds));
            if best.as_ref().is_none_or(|b| ran.rate() > b.rate()) {
                best = Some(ran);
            }
        }
        let best = best.unwrap_or_default();
        println!(
            "| {size} | {:.0} | {} | {} | {} | {} |",
            best.rate(),
            best.server_cpu(),
            best.client_cpu(),
            best.errors,
            best.all().shown()
        );
        rates.push(best.rate());
        last = Some((server.take(), dir, best));
    }
    if rates.len() > 1 {
        println!(
            "\n{:.2} times slower with {} cases than with {}.",
            rates[0] / rates[rates.len() - 1],
            sizes[sizes.len() - 1],
            sizes[0]
        );
    }
    let Some((server, dir, best)) = last else { return };
    println!("\n| call | p50 | p95 | p99 |\n|---|---|---|---|");
    for (name, times) in best.calls() {
        let [p50, p95, p99] = times.percentiles();
        println!("| {name} | {p50:.1} ms | {p95:.1} ms | {p99:.1} ms |");
    }
    spike(&server, best.rate(), seconds);
    drop(server);
    figures::idle(&dir);
}

/// Load that does not wait for answers: half, twice, half of the rate that was reached.
fn spike(server: &server::Child, rate: f64, seconds: f64) {
    println!("\n### spike: 50 % → 200 % → 50 % of that rate, arrivals by the clock\n");
    println!(
        "| step | lifecycles/s offered | done/s | shed with 503 | other errors | p95 of a call that was not shed |"
    );
    println!("|---|---|---|---|---|---|");
    for share in [0.5, 2.0, 0.5, 0.5] {
        let ran = load::open(server, rate * share, Duration::from_secs_f64(seconds));
        println!(
            "| {:.0} % | {:.0} | {:.0} | {:.1} % | {} | {:.1} ms |",
            share * 100.0,
            ran.offered(),
            ran.rate(),
            ran.shed_share() * 100.0,
            ran.errors,
            ran.all().percentiles()[1]
        );
    }
}

/// A data directory with so many cases, made once.
fn data_dir(cases: usize) -> PathBuf {
    let root = std::env::var_os("BANCHENG_ONLINE_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let dir = root.join(format!("online-{cases}"));
    let ready = dir.join("filled");
    if !ready.exists() {
        drop(std::fs::remove_dir_all(&dir));
        preload::fill(&dir, cases);
        drop(std::fs::write(&ready, b"yes"));
    }
    dir
}
