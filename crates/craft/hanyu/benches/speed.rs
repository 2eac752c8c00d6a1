//! Speed of reading text, with the plain cutter as the peer measured in the same run.
#![expect(clippy::print_stdout, reason = "the harness prints its report")]
#![expect(dead_code, reason = "the two harnesses share one support module")]

mod support;

use std::collections::HashMap;
use std::time::Instant;

use hanyu::classify::{Classifier, train_tables};
use hanyu::cut::Cutter;
use hanyu::hot::Hot;
use hanyu::index::indexed;
use hanyu::letters::Letter;
use hanyu::normalise::fold;
use hanyu::same::{BAND_CANDIDATES, bands, compare, shortlist, signature};
use hanyu::search::search_terms;
use support::{Seeded, cpu_seconds, letters, table};

/// Cases in the band index.
const CASES: usize = 1_000_000;

fn main() {
    let cutter = Cutter::standard();
    let all = letters("letters_supported.csv");
    let text = |l: &Letter| format!("{} {}", l.title, l.body);
    cutter.words("加载词典");
    let rate = |name: &str, peer: Option<f64>, f: &mut dyn FnMut(&Letter) -> usize| -> f64 {
        let start = thread_seconds();
        let sum: usize = all.iter().map(f).sum();
        let per_s = all.len() as f64 / (thread_seconds() - start);
        let ratio = peer.map_or_else(String::new, |p| format!("{:.2}", per_s / p));
        println!("| {name} | {per_s:.0} | {ratio} | {sum} |");
        per_s
    };
    println!("## 文本 / Reading text (hanyu)\n");
    println!(
        "4,326 real letters, one thread, letters per second of processor time; the peer is the segmenter alone.\n"
    );
    println!("| what | letters/s | to the peer | check |\n|---|---|---|---|");
    let folded: Vec<String> = all.iter().map(|l| fold(&text(l))).collect();
    let start = thread_seconds();
    let words: usize = folded.iter().map(|t| cutter.words(t).len()).sum();
    let peer = all.len() as f64 / (thread_seconds() - start);
    println!("| segmenter (peer) | {peer:.0} | 1.00 | {words} |");
    rate("normalise", Some(peer), &mut |l| fold(&text(l)).len());
    let (start, used) = (Instant::now(), cpu_seconds());
    let model = train_tables(cutter, &[table("letters_labelled.csv"), table("letters_labelled_tokens.csv")])
        .expect("trains");
    let (trained, used) = (start.elapsed().as_secs_f64(), cpu_seconds() - used);
    let mut c = Classifier::new(&model, cutter);
    rate("classify (7 labels)", Some(peer), &mut |l| c.probabilities(&l.title, &l.body).len());
    rate("signature, first time", Some(peer), &mut |l| bands(&signature(cutter, &l.title, &l.body)).len());
    rate("signature", Some(peer), &mut |l| bands(&signature(cutter, &l.title, &l.body)).len());
    rate("search terms", Some(peer), &mut |l| search_terms(cutter, &l.body).len());
    rate("for an index, two cuttings", Some(peer), &mut |l| {
        bands(&signature(cutter, &l.title, &l.body)).len() + search_terms(cutter, &text(l)).len()
    });
    rate("for an index, one cutting", Some(peer), &mut |l| {
        let found = indexed(cutter, &l.title, &l.body, "");
        bands(&found.signature).len() + found.terms.len()
    });
    let start = thread_seconds();
    let hot = Hot::new(cutter, &all).ranked(&all, 2).len();
    println!(
        "\nTraining on 9,496 letters {used:.1} s of processor time on up to three threads, {trained:.1} s by the clock. Hot groups of 4,326 letters {:.1} s of processor time ({hot} groups).",
        thread_seconds() - start
    );
    registration(cutter, &all);
}

/// Finding the same matter at registration among `CASES` cases, all in memory. Cases are made by drawing, band by
/// band, from the bands of real letters, so that common bands stay common.
fn registration(cutter: &Cutter, all: &[Letter]) {
    let signatures: Vec<_> = all.iter().map(|l| signature(cutter, &l.title, &l.body)).collect();
    let real: Vec<Vec<u64>> = signatures.iter().map(bands).collect();
    let mut r = Seeded(3);
    let mut index: HashMap<u64, Vec<u32>> = HashMap::new();
    for id in 0..CASES as u32 {
        let from = &real[r.below(real.len())];
        for (i, band) in from.iter().enumerate() {
            // Three of five bands are the case's own, the others shared with the real letter it was drawn from.
            let own = i % 5 < 4 && r.below(4) > 0;
            let band = if own { band ^ (u64::from(id) << 20 | 1 << 63) } else { *band };
            index.entry(band).or_default().push(id);
        }
    }
    let mut times: Vec<f64> = Vec::new();
    let mut compared = 0;
    for l in all.iter().step_by(5) {
        let start = Instant::now();
        let s = signature(cutter, &l.title, &l.body);
        let lists = bands(&s).into_iter().map(|b| {
            index.get(&b).map_or_else(Vec::new, |v| v.iter().rev().take(BAND_CANDIDATES).copied().collect())
        });
        let near = shortlist(lists);
        compared += near.len();
        let best = near
            .iter()
            .map(|i| compare(&s, &signatures[*i as usize % signatures.len()]).score)
            .fold(0.0, f32::max);
        std::hint::black_box(best);
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "\nThe same matter among {CASES} cases at registration, index in memory: median {:.2} ms, p95 {:.2} ms, most {:.2} ms; {} candidates compared on average.\n",
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1],
        compared / times.len()
    );
}

/// Seconds of processor time that this thread has used: what others run on the machine does not count.
fn thread_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
