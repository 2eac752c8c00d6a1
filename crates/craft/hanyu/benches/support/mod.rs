//! What the harnesses share: where the data is, reading it, and intervals.

use std::path::PathBuf;

use hanyu::letters::{Letter, Table, read_table};

/// The folder of shared data.
pub fn shared() -> PathBuf {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared");
    let path = std::env::var_os("BANCHENG_SHARED").map_or_else(|| PathBuf::from(here), PathBuf::from);
    let data = path.join("data");
    assert!(data.is_dir(), "data folder missing: set BANCHENG_SHARED / 缺少数据目录,请设置 BANCHENG_SHARED");
    data
}

pub fn table(name: &str) -> Table {
    let bytes = std::fs::read(shared().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    read_table(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub fn letters(name: &str) -> Vec<Letter> {
    match table(name) {
        Table::Letters(l) => l,
        _ => panic!("{name}: no letters"),
    }
}

/// Small reproducible numbers for drawing samples.
pub struct Seeded(pub u64);
impl Seeded {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// One prediction: truth, ranked label numbers, probability of the first.
pub struct Outcome {
    pub truth: usize,
    pub p: Vec<f32>,
}

impl Outcome {
    pub fn ranked(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.p.len()).collect();
        order.sort_by(|a, b| self.p[*b].total_cmp(&self.p[*a]));
        order
    }
}

pub fn macro_f1(outcomes: &[&Outcome], k: usize) -> f64 {
    let (mut tp, mut said, mut true_) = (vec![0.0_f64; k], vec![0.0_f64; k], vec![0.0_f64; k]);
    for o in outcomes {
        let best = o.ranked()[0];
        said[best] += 1.0;
        true_[o.truth] += 1.0;
        tp[o.truth] += f64::from(u8::from(best == o.truth));
    }
    let present: Vec<usize> = (0..k).filter(|i| true_[*i] > 0.0).collect();
    present.iter().map(|i| 2.0 * tp[*i] / (said[*i] + true_[*i]).max(1.0)).sum::<f64>() / present.len() as f64
}

pub fn top(outcomes: &[&Outcome], n: usize) -> f64 {
    outcomes.iter().filter(|o| o.ranked()[..n.min(o.p.len())].contains(&o.truth)).count() as f64
        / outcomes.len() as f64
}

/// Expected calibration error of the first label, ten bins of equal width.
pub fn ece(outcomes: &[&Outcome]) -> f64 {
    let mut bins = vec![(0.0, 0.0, 0.0); 10];
    for o in outcomes {
        let best = o.ranked()[0];
        let p = f64::from(o.p[best]);
        let b = &mut bins[((p * 10.0) as usize).min(9)];
        *b = (b.0 + 1.0, b.1 + p, b.2 + f64::from(u8::from(best == o.truth)));
    }
    bins.iter().map(|(_, p, right)| (p - right).abs()).sum::<f64>() / outcomes.len() as f64
}

/// The calibration error that a forecaster would show whose probabilities are right, because few letters are noise:
/// truths drawn from the probabilities themselves, 500 times; mean and 95 % interval.
pub fn ece_floor(outcomes: &[Outcome]) -> (f64, f64, f64) {
    let mut r = Seeded(20_261_122);
    let mut v: Vec<f64> = (0..500)
        .map(|_| {
            let drawn: Vec<Outcome> = outcomes
                .iter()
                .map(|o| {
                    let mut left = r.below(1 << 24) as f32 / (1 << 24) as f32;
                    let truth = o.p.iter().position(|p| {
                        left -= p;
                        left < 0.0
                    });
                    Outcome { truth: truth.unwrap_or(o.p.len() - 1), p: o.p.clone() }
                })
                .collect();
            ece(&drawn.iter().collect::<Vec<_>>())
        })
        .collect();
    v.sort_by(f64::total_cmp);
    (v.iter().sum::<f64>() / v.len() as f64, v[12], v[487])
}

/// 95 % interval by 500 resamples with a fixed seed.
pub fn interval(outcomes: &[Outcome], f: impl Fn(&[&Outcome]) -> f64) -> (f64, f64, f64) {
    let all: Vec<&Outcome> = outcomes.iter().collect();
    let mut r = Seeded(20_261_122);
    let mut v: Vec<f64> = (0..500)
        .map(|_| {
            let s: Vec<&Outcome> = (0..all.len()).map(|_| all[r.below(all.len())]).collect();
            f(&s)
        })
        .collect();
    v.sort_by(f64::total_cmp);
    (f(&all), v[12], v[487])
}

/// Seconds of processor time that this process has used, all threads (hundredths).
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
