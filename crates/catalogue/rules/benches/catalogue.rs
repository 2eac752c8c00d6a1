//! 100,000 items through the pure rooms: out as JSON lines and in again, check-up, comparison, guides. Prints one
//! section of markdown.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::Instant;

use catalogue::guide::{Variant, guide};
use catalogue::json::{export_line, import_lines};
use catalogue::situation::resolve;
use catalogue::{ServiceItem, checkup, compare, sample};

const ITEMS: usize = 100_000;

fn item(n: usize) -> ServiceItem {
    let mut item = sample::food_licence();
    item.code = format!("{:018}3{n:012}", 119_901_000);
    if n.is_multiple_of(7) {
        item.visit_reason.clear();
    }
    item
}

fn row(what: &str, n: usize, from: Instant) {
    let s = from.elapsed().as_secs_f64();
    println!("| {what} | {s:.2} | {:.0} |", n as f64 / s);
}

fn main() {
    println!("## Catalogue: {ITEMS} items, one thread\n");
    println!("| what | seconds | a second |\n|---|---|---|");
    let items: Vec<ServiceItem> = (0..ITEMS).map(item).collect();
    let t = Instant::now();
    let mut text = String::new();
    for item in &items {
        text.push_str(&export_line(item).expect("an item"));
        text.push('\n');
    }
    row("written as JSON lines", ITEMS, t);
    let bytes = text.len();
    let t = Instant::now();
    let mut taken = 0;
    let sum =
        import_lines(text.as_bytes(), |i| taken += usize::from(!i.code.is_empty())).expect("bytes in memory");
    assert_eq!((taken, sum.refused), (ITEMS, 0));
    row("read and validated", ITEMS, t);
    let t = Instant::now();
    let found: usize = items.iter().map(|i| checkup(i).len()).sum();
    assert!(found >= ITEMS / 7);
    row("guide check-up, all rules", ITEMS, t);
    let t = Instant::now();
    let changes: usize = items.windows(2).take(10_000).map(|w| compare(&w[0], &w[1]).len()).sum();
    assert!(changes > 0);
    row("two versions compared", 10_000, t);
    let variant = Variant { region: "990102".parse().expect("a code"), helper: None, tips: Vec::new() };
    let t = Instant::now();
    for item in items.iter().take(10_000) {
        black_box(guide(item, &variant));
        black_box(resolve(item, &["b", "a"]).expect("a way"));
    }
    row("guide with readability, and one situation", 10_000, t);
    println!("\n{:.1} MB of JSON lines.", bytes as f64 / 1e6);
}
