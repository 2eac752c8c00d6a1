//! Figures gathered while simulating, in memory that does not grow with the number of cases.

/// Batches kept at most; when full, neighbours are joined.
const BATCHES: usize = 1024;

/// Sums of consecutive cases, for warm-up detection and means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batches {
    /// cases in one batch
    size: u64,
    filled: u64,
    /// (time in the system, waiting)
    sums: Vec<(f64, f64)>,
}

impl Batches {
    pub fn add(&mut self, cycle: f64, wait: f64) {
        if self.size == 0 {
            self.size = 5;
        }
        if self.filled == 0 {
            if self.sums.len() == BATCHES {
                self.sums = self
                    .sums
                    .chunks(2)
                    .map(|c| c.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1)))
                    .collect();
                self.size *= 2;
            }
            self.sums.push((0.0, 0.0));
        }
        if let Some(last) = self.sums.last_mut() {
            last.0 += cycle;
            last.1 += wait;
        }
        self.filled = (self.filled + 1) % self.size;
    }
    /// Sum of the times in the system of all cases.
    pub fn total(&self) -> f64 {
        self.sums.iter().map(|s| s.0).sum()
    }
    /// Batches cut off as warm-up (MSER-5: the cut in the first half that makes the standard error of what
    /// is left smallest), the cases in them, and the means of the rest.
    pub fn settled(&self) -> (u64, f64, f64) {
        let whole = if self.filled == 0 { self.sums.len() } else { self.sums.len() - 1 };
        let means: Vec<f64> = self.sums[..whole].iter().map(|s| s.0 / self.size as f64).collect();
        let (mut sum, mut squares, mut n) = (0.0, 0.0, 0.0f64);
        let mut best = (f64::INFINITY, 0);
        for (d, m) in means.iter().enumerate().rev() {
            sum += m;
            squares += m * m;
            n += 1.0;
            if n >= 5.0 && d <= whole / 2 {
                let error = (squares - sum * sum / n).max(0.0) / (n * n);
                if error <= best.0 {
                    best = (error, d);
                }
            }
        }
        let cut = best.1;
        let rest = &self.sums[cut..];
        let cases = rest.len() as f64 * self.size as f64
            - if self.filled == 0 { 0.0 } else { (self.size - self.filled) as f64 };
        let total = rest.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        if cases <= 0.0 {
            return (0, 0.0, 0.0);
        }
        (cut as u64 * self.size, total.0 / cases, total.1 / cases)
    }
}

/// A histogram with buckets that grow by 4 %: quantiles within 2 %.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    pub n: u64,
}

const GROWTH: f64 = 1.04;

impl Histogram {
    pub fn new() -> Self {
        Self { counts: vec![0; 640], n: 0 }
    }
    pub fn add(&mut self, seconds: f64) {
        let k = if seconds <= 1.0 { 0.0 } else { seconds.ln() / GROWTH.ln() + 1.0 };
        let k = (k as usize).min(self.counts.len() - 1);
        self.counts[k] += 1;
        self.n += 1;
    }
    pub fn join(&mut self, other: &Self) {
        for (a, b) in self.counts.iter_mut().zip(&other.counts) {
            *a += b;
        }
        self.n += other.n;
    }
    pub fn quantile(&self, q: f64) -> f64 {
        let want = (q * self.n as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (k, c) in self.counts.iter().enumerate() {
            seen += c;
            if seen >= want {
                return if k == 0 { 0.0 } else { GROWTH.powf(k as f64 - 0.5) };
            }
        }
        0.0
    }
}

/// Half the width of the 95 % interval of the mean of independent replications (Student t).
pub(crate) fn half_width(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = values.iter().sum::<f64>() / n;
    let var = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    student(values.len() - 1) * (var / n).sqrt()
}

/// The 97.5 % point of Student's t.
pub(crate) fn student(degrees: usize) -> f64 {
    const T: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
        2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
        2.045, 2.042,
    ];
    match degrees {
        0 => f64::INFINITY,
        d if d <= 30 => T[d - 1],
        d => 1.96 + 2.4 / d as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warm_up_is_cut_and_memory_stays() {
        let mut b = Batches::default();
        for i in 0..200_000u32 {
            let start = if i < 10_000 { 50.0 } else { 0.0 };
            b.add(100.0 + start + f64::from(i % 7), 1.0);
        }
        assert!(b.sums.len() <= BATCHES);
        let (cut, mean, wait) = b.settled();
        assert!((9_500..12_000).contains(&cut), "{cut}");
        assert!((mean - 103.0).abs() < 0.01 && (wait - 1.0).abs() < 1e-9, "{mean} {wait}");
    }

    #[test]
    fn quantiles_are_within_two_per_cent() {
        let mut h = Histogram::new();
        for i in 1..=10_000u32 {
            h.add(f64::from(i) * 10.0);
        }
        assert!((h.quantile(0.5) / 50_000.0 - 1.0).abs() < 0.03);
        assert!((h.quantile(0.95) / 95_000.0 - 1.0).abs() < 0.03);
        assert!((half_width(&[1.0, 2.0, 3.0]) - 4.303 / 3f64.sqrt()).abs() < 1e-9);
    }
}
