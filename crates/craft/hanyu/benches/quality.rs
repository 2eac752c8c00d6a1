//! Prints docs/QUALITY.md: every figure of this crate with its data, split, seed and interval.
#![expect(clippy::print_stdout, reason = "the harness prints its report")]

#[path = "support/sections.rs"]
mod sections;
mod support;

use hanyu::classify::{Classifier, Corpus, train_tables};
use hanyu::cut::Cutter;
use support::{Outcome, Seeded, cpu_seconds, ece, ece_floor, interval, letters, macro_f1, table, top};

fn main() {
    println!("## 文本质量 / Reading what people write\n");
    println!(
        "Made by `cargo xtask quality`; every split and seed is fixed in `crates/craft/hanyu/benches`. Intervals are 95 %, by 500 resamples (seed 20261122).\n"
    );
    let only = std::env::args().nth(1).filter(|a| !a.starts_with('-'));
    let want = |name: &str| only.as_deref().is_none_or(|o| o == name);
    if want("classify") {
        classify();
    }
    if want("taxonomy") {
        from_taxonomy();
    }
    if want("same") {
        sections::same();
    }
    if want("hot") {
        sections::hot();
    }
    if want("precedents") {
        sections::precedents();
    }
    if want("replies") {
        sections::replies();
    }
    if only.as_deref() == Some("pairs") {
        sections::dump_pairs();
    }
}

/// Seeds of the splits; the table is that of the first.
const SPLITS: [u64; 3] = [7, 8, 9];

/// Five parts of all letters, copies together; every letter is judged by a model that saw no copy of it. Raw
/// letters, cut rows.
fn judged(corpus: &Corpus, copies: &[usize], labels: &[String], seed: u64) -> [Vec<Outcome>; 2] {
    let mut groups: Vec<usize> = copies.to_vec();
    groups.sort_unstable();
    groups.dedup();
    let mut r = Seeded(seed);
    let part: std::collections::HashMap<usize, usize> = groups.iter().map(|g| (*g, r.below(5))).collect();
    let mut out = [Vec::new(), Vec::new()];
    for f in 0..5 {
        let model = corpus.train(|i| part[&copies[i]] != f).expect("trains");
        let mut c = Classifier::new(&model, Cutter::standard());
        for i in (0..corpus.len()).filter(|i| part[&copies[*i]] == f) {
            let truth = labels.iter().position(|l| l == corpus.label(i)).expect("known label");
            out[usize::from(!corpus.is_raw(i))].push(Outcome { truth, p: corpus.probabilities(&mut c, i) });
        }
    }
    out
}

fn classify() {
    let cutter = Cutter::standard();
    let tables = [table("letters_labelled.csv"), table("letters_labelled_tokens.csv")];
    let start = cpu_seconds();
    let corpus = Corpus::read(cutter, &tables);
    let read = cpu_seconds() - start;
    let copies = corpus.copies();
    let start = cpu_seconds();
    let whole = corpus.train(|_| true).expect("trains");
    let train = cpu_seconds() - start;
    println!("### 分类 / Who should answer\n");
    println!(
        "{} examples. Training: {read:.1} s of processor time cutting and reading, {train:.1} s learning and calibrating.\n",
        corpus.len(),
    );
    let k = whole.labels().len();
    println!(
        "| judged on | n | macro-F1 | accuracy | top-3 | ECE | ECE of a perfect forecaster |\n|---|---|---|---|---|---|---|"
    );
    let mut lines = Vec::new();
    for seed in SPLITS {
        let found = judged(&corpus, &copies, whole.labels(), seed);
        let mut line = format!("| {seed} |");
        for (name, o) in ["raw letters", "cut rows"].iter().zip(&found) {
            let all: Vec<&Outcome> = o.iter().collect();
            let sure = all.iter().map(|o| f64::from(o.p[o.ranked()[0]])).sum::<f64>() / all.len() as f64;
            line +=
                &format!(" {:.4} | {:.4} | {sure:.4} | {:.4} |", macro_f1(&all, k), top(&all, 1), ece(&all));
            if seed != SPLITS[0] {
                continue;
            }
            let cell = |(v, low, high): (f64, f64, f64)| format!("{v:.4} ({low:.3}–{high:.3})");
            println!(
                "| {name} | {} | {} | {} | {} | {} | {} |",
                o.len(),
                cell(interval(o, |x| macro_f1(x, k))),
                cell(interval(o, |x| top(x, 1))),
                cell(interval(o, |x| top(x, 3))),
                cell(interval(o, ece)),
                cell(ece_floor(o)),
            );
        }
        lines.push(line);
    }
    println!(
        "\n| split | raw macro-F1 | raw accuracy | raw mean probability | raw ECE | cut macro-F1 | cut accuracy | cut mean probability | cut ECE |\n|---|---|---|---|---|---|---|---|---|\n{}",
        lines.join("\n")
    );
    let speed = letters("letters_supported.csv");
    let mut c = Classifier::new(&whole, cutter);
    let start = cpu_seconds();
    let sum: f32 = speed.iter().map(|l| c.probabilities(&l.title, &l.body)[0]).sum();
    let t = cpu_seconds() - start;
    let cut0 = cpu_seconds();
    let n: usize = speed
        .iter()
        .map(|l| cutter.words(&hanyu::normalise::fold(&format!("{} {}", l.title, l.body))).len())
        .sum();
    let cutting = cpu_seconds() - cut0;
    let chars: usize = speed.iter().map(|l| l.title.chars().count() + l.body.chars().count()).sum();
    println!(
        "\nFor comparison, cutting alone: {:.0} letters per second ({n} words, {} characters a letter).",
        speed.len() as f64 / cutting,
        chars / speed.len()
    );
    println!("\nOne core classifies {:.0} letters per second (checksum {sum:.1}).\n", speed.len() as f64 / t);
}

fn from_taxonomy() {
    let cutter = Cutter::standard();
    let model = train_tables(cutter, &[table("letter_taxonomy.csv")]).expect("taxonomy");
    let judged = letters("letters_labelled.csv");
    let mut names: Vec<String> = judged.iter().filter_map(|l| l.label.clone()).collect();
    names.sort();
    names.dedup();
    let mut c = Classifier::new(&model, cutter);
    let (mut all, mut seven) = (Vec::new(), Vec::new());
    for l in &judged {
        let p = c.probabilities(&l.title, &l.body);
        let label = l.label.as_deref().expect("labelled");
        let place = |x: &str| model.labels().iter().position(|m| m == x).expect("in the taxonomy");
        all.push(Outcome { truth: place(label), p: p.clone() });
        let p7: Vec<f32> = names.iter().map(|n| p[place(n)]).collect();
        let sum: f32 = p7.iter().sum();
        seven.push(Outcome {
            truth: names.iter().position(|n| n == label).expect("known"),
            p: p7.iter().map(|x| x / sum).collect(),
        });
    }
    println!(
        "### 只凭职责表 / From the taxonomy alone\n\n| among | n | macro-F1 | top-3 | ECE |\n|---|---|---|---|---|"
    );
    for (name, o, k) in [("all 15 labels", &all, model.labels().len()), ("the 7 labels in use", &seven, 7)] {
        let (f, low, high) = interval(o, |x| macro_f1(x, k));
        let x: Vec<&Outcome> = o.iter().collect();
        println!(
            "| {name} | {} | {f:.4} ({low:.3}–{high:.3}) | {:.4} | {:.4} |",
            o.len(),
            top(&x, 3),
            ece(&x)
        );
    }
    println!();
    if std::env::var_os("ERRORS").is_some() {
        for (l, o) in judged.iter().zip(&seven) {
            let best = o.ranked()[0];
            if best != o.truth {
                println!(
                    "{} -> {} | {} | {:?}",
                    names[o.truth],
                    names[best],
                    l.title,
                    c.reasons(&l.title, &l.body, &names[best], 6)
                        .iter()
                        .map(|r| format!("{}{:.1}", r.word, r.weight))
                        .collect::<Vec<_>>()
                );
            }
        }
    }
}
