//! The sections of docs/QUALITY.md besides classification.
#![expect(clippy::print_stdout, reason = "the harness prints its report")]

use std::collections::HashSet;

use hanyu::cut::Cutter;
use hanyu::hot::Hot;
use hanyu::letters::Letter;
use hanyu::precedent::{Matter, Precedents};
use hanyu::{reply, same};

use crate::support::{Seeded, cpu_seconds, letters};

/// Wilson's 95 % interval of a share.
fn wilson(right: usize, n: usize) -> String {
    let (p, n) = (right as f64 / n.max(1) as f64, n.max(1) as f64);
    let z = 1.96_f64;
    let mid = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z * ((p * (1.0 - p) + z * z / (4.0 * n)) / n).sqrt() / (1.0 + z * z / n);
    format!("{p:.3} ({:.3}–{:.3})", mid - half, mid + half)
}

pub fn same() {
    let all = letters("letters_supported.csv");
    let of = |name: &str| {
        let path = format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("annotated pairs");
        let rows = text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit()));
        rows.map(|l| marked(&all, l)).collect::<Vec<(f32, bool)>>()
    };
    let (hard, proposed) = (of("same_pairs.csv"), of("same_proposed.csv"));
    println!("### 同一事 / The same matter again\n");
    println!(
        "{} pairs drawn evenly over eight classes of score (`tests/same_pairs.csv`, hard ones). Weights and threshold come from its even rows; precision and recall below are on its odd rows, which neither has seen.\n",
        hard.len()
    );
    println!("| least score | proposed | precision | recall among annotated |\n|---|---|---|---|");
    let odd: Vec<_> = hard.iter().skip(1).step_by(2).collect();
    let same_all = odd.iter().filter(|r| r.1).count();
    for least in [0.3, 0.5, 0.6, same::SAME, 0.9] {
        let said: Vec<_> = odd.iter().filter(|r| r.0 >= least).collect();
        let right = said.iter().filter(|r| r.1).count();
        println!(
            "| {least} | {} | {} | {} |",
            said.len(),
            wilson(right, said.len()),
            wilson(right, same_all)
        );
    }
    let said: Vec<_> = proposed.iter().filter(|r| r.0 >= same::SAME).collect();
    let right = said.iter().filter(|r| r.1).count();
    println!(
        "\n{} pairs drawn evenly from all that the default setting proposes over 4,326 letters (`tests/same_proposed.csv`), marked by one reader: precision {}.\n",
        said.len(),
        wilson(right, said.len())
    );
}

/// Score and mark of one annotated row.
fn marked(all: &[Letter], line: &str) -> (f32, bool) {
    let f: Vec<&str> = line.split(',').collect();
    let sign = |id: &str| {
        let l = all.iter().find(|l| l.id == id).unwrap_or_else(|| panic!("letter {id}"));
        same::signature(Cutter::standard(), &l.title, &l.body)
    };
    (same::compare(&sign(f[0]), &sign(f[1])).score, f[2] == "1")
}

/// Candidate pairs for annotation, evenly over scores: `cargo bench … -- pairs`.
pub fn dump_pairs() {
    let all = letters("letters_supported.csv");
    let pairs = same::pairs(Cutter::standard(), &all, 0.2);
    let mut bins: Vec<Vec<&same::SamePair>> = vec![Vec::new(); 8];
    for p in &pairs {
        bins[(((p.similarity.score - 0.2) * 10.0) as usize).min(7)].push(p);
    }
    let mut r = Seeded(99);
    for (b, bin) in bins.iter_mut().enumerate() {
        println!("# bin {b}: {} pairs", bin.len());
        for _ in 0..22.min(bin.len()) {
            let p = bin.swap_remove(r.below(bin.len()));
            let (x, y) = (&all[p.a], &all[p.b]);
            let head = |l: &Letter| l.body.trim().chars().take(70).collect::<String>().replace('\n', " ");
            println!(
                "{},{} {:.2}\n   {} | {}\n   {} | {}",
                x.id,
                y.id,
                p.similarity.score,
                x.title,
                head(x),
                y.title,
                head(y)
            );
        }
    }
}

pub fn hot() {
    let cutter = Cutter::standard();
    let all = letters("letters_supported.csv");
    let start = cpu_seconds();
    let hot = Hot::new(cutter, &all);
    let groups = hot.ranked(&all, 2);
    let took = cpu_seconds() - start;
    println!("### 热点 / What is hot\n");
    println!(
        "{} letters, {} groups of two and more, {took:.1} s of processor time.\n",
        all.len(),
        groups.len()
    );
    println!(
        "| rank | heat | letters | people | support | focus | density | growth | words |\n|---|---|---|---|---|---|---|---|---|"
    );
    for (i, g) in groups.iter().take(15).enumerate() {
        let h = &g.heat;
        println!(
            "| {} | {:.1} | {} | {} | {} | {:.2} | {:.2} | {:.2} | {} |",
            i + 1,
            h.value,
            g.ids.len(),
            h.people,
            h.support,
            h.focus,
            h.density,
            h.growth,
            g.words[..g.words.len().min(4)].join(" ")
        );
    }
    // Stability: the last tenth comes in one by one; how many pairs of letters stay together or apart?
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|i| (all[*i].at, *i));
    let sorted: Vec<Letter> = order.iter().map(|i| all[*i].clone()).collect();
    let cut = sorted.len() * 9 / 10;
    let mut grown = Hot::new(cutter, &sorted[..cut]);
    sorted[cut..].iter().for_each(|l| {
        grown.add(cutter, l);
    });
    let whole = Hot::new(cutter, &sorted);
    let top: Vec<HashSet<usize>> = whole.ranked(&sorted, 2)[..10]
        .iter()
        .map(|g| {
            let ids: HashSet<&str> = g.ids.iter().map(String::as_str).collect();
            (0..sorted.len()).filter(|i| ids.contains(sorted[*i].id.as_str())).collect()
        })
        .collect();
    let kept: Vec<f64> = top
        .iter()
        .map(|t| {
            let both = |g: &Vec<usize>| g.iter().filter(|i| t.contains(i)).count();
            grown
                .groups()
                .iter()
                .map(|g| both(g) as f64 / (t.len() + g.len() - both(g)) as f64)
                .fold(0.0, f64::max)
        })
        .collect();
    println!(
        "\nStability: grouped at once, or nine tenths at once and the last tenth one by one: the ten hottest groups agree by {:.2} (mean Jaccard), the worst by {:.2}.\n",
        kept.iter().sum::<f64>() / 10.0,
        kept.iter().copied().fold(1.0, f64::min)
    );
}

/// Nearest labelled letters: how often do they carry the label of the letter asked for?
pub fn precedents() {
    let cutter = Cutter::standard();
    let all = letters("letters_labelled.csv");
    let m = |l: &Letter| Matter { title: l.title.clone(), body: l.body.clone(), ..Matter::default() };
    let p = Precedents::build(cutter, all.iter().enumerate().map(|(i, l)| (i.to_string(), m(l))));
    let (mut same, mut asked, mut first) = (0, 0, 0);
    for (i, l) in all.iter().enumerate() {
        let found: Vec<usize> = p
            .rank(cutter, &m(l), 6)
            .iter()
            .filter_map(|f| f.id.parse().ok())
            .filter(|j| *j != i)
            .take(5)
            .collect();
        asked += found.len();
        same += found.iter().filter(|j| all[**j].label == l.label).count();
        first += usize::from(found.first().is_some_and(|j| all[*j].label == l.label));
    }
    println!("### 先例 / Solved before\n");
    println!(
        "Among {} labelled raw letters, of the five nearest to each (itself left out) {} carry its label; of the nearest {}. By chance it would be 0.18.\n",
        all.len(),
        wilson(same, asked),
        wilson(first, all.len())
    );
    let replied = letters("letters_replied.csv");
    let body = |l: &Letter| Matter { body: l.body.clone(), ..Matter::default() };
    let p = Precedents::build(cutter, replied.iter().enumerate().map(|(i, l)| (i.to_string(), body(l))));
    let mut r = Seeded(5);
    let (mut at1, mut at10, n) = (0, 0, 300);
    for _ in 0..n {
        let i = r.below(replied.len());
        let q = Matter { title: replied[i].title.clone(), ..Matter::default() };
        let found = p.rank(cutter, &q, 10);
        let place = found.iter().position(|f| f.id == i.to_string());
        at1 += usize::from(place == Some(0));
        at10 += usize::from(place.is_some());
    }
    println!(
        "Known item: asked with the title alone, the body it belongs to among {} bodies is first {} and in the first ten {} ({n} drawn, seed 5).\n",
        replied.len(),
        wilson(at1, n),
        wilson(at10, n)
    );
}

pub fn replies() {
    let all = letters("letters_replied.csv");
    let s = reply::report(Cutter::standard(), &all).summary;
    println!("### 答复质量 / Reply quality\n");
    println!(
        "{} real replies, {} letters without. Score: mean {:.1}, quartiles {:?}; median {} days to the reply. Copied pairs (same wording, different letters): {}.\n",
        s.replies,
        s.unanswered,
        s.score_mean,
        s.quartiles,
        s.days_median.unwrap_or(0),
        s.copied
    );
    println!("| lacks | replies |\n|---|---|");
    for (part, n) in &s.missing {
        println!("| {part:?} | {:.1} % |", *n as f64 * 100.0 / s.replies as f64);
    }
    for (signal, n) in &s.signals {
        println!("| signal {signal:?} | {:.1} % |", *n as f64 * 100.0 / s.replies as f64);
    }
    println!(
        "\nThe score follows a table of parts, not a judge: no human marks of these replies exist, so it has no accuracy to report.\n"
    );
}
