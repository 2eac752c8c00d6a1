//! 政策判定: 100,000 companies × 200 items on one core, one company, one new fact.
#![expect(clippy::print_stdout, reason = "a benchmark prints its section")]

use std::time::Instant;

use company::policy::evaluate::batch;
use company::policy::pack::pack;
use company::policy::{Book, Engine, Facts, Truth};
use serde_json::json;

const COMPANIES: usize = 100_000;
const ITEMS: usize = 200;

/// Five conditions an item, of the kinds that policies have: number, rate, list, code, at least n.
fn items() -> Book {
    let items: Vec<_> = (0..ITEMS)
        .map(|i| {
            json!({"code": format!("p{i}"), "to": "2027-12-31", "conditions": {"all": [
                {"field": "months", "op": ">=", "value": i % 24},
                {"expr": format!("(insured@Y-2 - insured@Y-1) / insured@Y-2"), "op": "<=", "value": "5.5%"},
                {"field": "size", "op": "in", "value": ["小型", "微型"]},
                {"at_least": 2, "of": [
                    {"field": "industry", "op": "starts_with", "value": format!("C{}", 10 + i % 30)},
                    {"field": "revenue", "op": ">", "value": i * 100_000},
                    {"field": "listed", "op": "=", "value": false}
                ]}
            ]}, "amount": {"expr": "min(paid * if(size == \"微型\", 60%, 30%), 500000)"}})
        })
        .collect();
    Book::read(&json!(items).to_string()).unwrap_or_default()
}

fn facts(book: &Book) -> Facts {
    let header = [
        "company",
        "months",
        "insured@2024",
        "insured@2025",
        "size",
        "industry",
        "revenue",
        "listed",
        "paid",
    ]
    .map(str::to_owned);
    let rows = (0..COMPANIES).map(|c| {
        let pick = |of: &[&str]| of[c % of.len()].to_owned();
        // One value in nine is missing.
        let some = |n: usize, text: String| if (c + n).is_multiple_of(9) { String::new() } else { text };
        vec![
            format!("9143{c:014}"),
            some(0, (c % 40).to_string()),
            some(1, (10 + c % 300).to_string()),
            some(2, (9 + c % 305).to_string()),
            pick(&["小型", "微型", "中型", "大型"]),
            some(3, format!("C{}", 10 + c % 33)),
            some(4, (c * 977 % 50_000_000).to_string()),
            pick(&["否", "否", "是"]),
            some(5, (c * 31 % 90_000).to_string()),
        ]
    });
    Facts::from_table(&header, rows, book).unwrap_or_default()
}

fn main() {
    let book = items();
    let facts = facts(&book);
    let at = kernel::Date::constant(2026, 6, 1);
    let engine = Engine::new(&book, &facts, at);
    let began = Instant::now();
    let one = batch(&engine, &facts.companies, 1);
    let whole = began.elapsed();
    let began = Instant::now();
    let two = batch(&engine, &facts.companies, 2);
    let both = began.elapsed();
    let count = |t: Truth| one.iter().filter(|(v, _)| *v == t).count();
    println!("### 政策判定 / policies\n");
    println!("| what | figure | bound |\n| --- | --- | --- |");
    println!(
        "| {COMPANIES} companies × {ITEMS} items, one thread | {:.2} s ({:.0} ns an answer; met {}, unmet {}, unknown {}) | 10 s |",
        whole.as_secs_f64(),
        whole.as_nanos() as f64 / one.len() as f64,
        count(Truth::Met),
        count(Truth::Unmet),
        count(Truth::Unknown)
    );
    println!("| the same with two threads | {:.2} s, answers equal: {} | |", both.as_secs_f64(), one == two);
    let mut slowest = std::time::Duration::ZERO;
    for company in facts.companies.iter().step_by(1_000) {
        let began = Instant::now();
        let _ = std::hint::black_box(pack(&engine, company));
        slowest = slowest.max(began.elapsed());
    }
    println!(
        "| one company, {ITEMS} items with trace and questions, slowest of 100 | {:.2} ms | 20 ms |",
        slowest.as_secs_f64() * 1e3
    );
}
