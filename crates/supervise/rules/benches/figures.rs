//! Boards and bulletins over a million cases of ten thousand units, in memory.
#![expect(clippy::print_stdout, reason = "a bench prints its section")]

use std::time::Instant;

use kernel::{Date, Moment, US_PER_DAY, UnitId};
use supervise::{Ask, Dim, Facts, Filter, Mark, Sort, Span, Standing, Subject, What, figure};

fn subject(i: i64) -> Subject {
    let at = |d: i64| {
        Moment::start_of(Date::constant(2025, 1, 1))
            .plus_us((i % 400 + d) * US_PER_DAY + i % 86_400 * 1_000_000)
    };
    let unit = Some(UnitId(i.wrapping_mul(7919) % 10_000));
    let span = |from, to, standing| Span { from, to, standing, unit, due: Some(at(3)), yellow: Some(at(2)) };
    let end = i % 10 > 0;
    Subject {
        sort: Sort::Case,
        id: i,
        region: format!("4306{:02}{:03}", i % 12, i % 90),
        item: format!("item-{}", i % 300),
        campaign: String::new(),
        theme: String::new(),
        channel: ["web", "window", "hotline"][i as usize % 3].to_owned(),
        kind: "matter".to_owned(),
        window: String::new(),
        cause: String::new(),
        spans: vec![
            span(at(0), Some(at(1)), Standing::Intake),
            span(at(1), end.then(|| at(4)), Standing::Handling),
            span(at(4), end.then(|| at(6)), if end { Standing::Replied } else { Standing::Ended }),
            span(at(6), None, Standing::Ended),
        ][..if end { 4 } else { 2 }]
            .to_vec(),
        marks: [
            What::Registered,
            What::Matter,
            What::Dispatched,
            What::Replied,
            What::CalledBack,
            What::Solved,
        ]
        .into_iter()
        .enumerate()
        .take(if end { 6 } else { 3 })
        .map(|(k, what)| Mark { at: at(k as i64), what, unit })
        .collect(),
    }
}

fn timed<T>(what: &str, f: impl Fn() -> T) {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let t = Instant::now();
        std::hint::black_box(f());
        best = best.min(t.elapsed().as_secs_f64() * 1000.0);
    }
    println!("| {what} | {best:.0} ms |");
}

fn main() {
    let n = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    println!(
        "## 督 supervise: figures in memory\n\n{n} cases of 10,000 units; the best of three, one core.\n\n| | |\n|---|---|"
    );
    let t = Instant::now();
    let mut facts = Facts::new();
    for i in 0..n {
        facts.put(&subject(i));
    }
    println!("| taken in (not decoded) | {:.0} ms |", t.elapsed().as_secs_f64() * 1000.0);
    let ask =
        Ask { from: Date::constant(2025, 6, 1), to: Date::constant(2025, 6, 30), filter: Filter::default() };
    let now = Moment::start_of(Date::constant(2026, 11, 1));
    timed("board by unit (10,000 lines)", || facts.board(&ask, Dim::Unit, now));
    timed("board by region", || facts.board(&ask, Dim::Region, now));
    timed("board of one county by unit", || {
        facts.board(
            &Ask { filter: Filter { region: "430602".into(), ..Filter::default() }, ..ask.clone() },
            Dim::Unit,
            now,
        )
    });
    let open = figure("open").expect("in the table");
    timed("list behind “open”, first page", || facts.list(&ask, open, now, 0, 50));
}
