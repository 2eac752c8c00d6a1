//! 线性分类器: one-against-rest support vector machines by dual coordinate descent (L2 loss, as in liblinear's
//! method), all labels in one pass; and the calibration of its scores. Deterministic. Must not know text.
#![expect(clippy::needless_range_loop, reason = "lanes run side by side over several arrays")]

/// Labels per model at most; weights of one feature lie together in one row of this many.
pub const LANES: usize = 8;

/// A sparse row: (feature, value).
pub type Row = Vec<(u32, f32)>;

/// One group of up to `LANES` labels: weights for each feature side by side.
#[derive(Clone, Debug)]
pub struct Weights {
    /// One row for each feature.
    pub rows: Vec<[f32; LANES]>,
    /// Constant terms.
    pub bias: [f32; LANES],
}

impl Weights {
    fn zero(space: usize) -> Self {
        Self { rows: vec![[0.0; LANES]; space], bias: [0.0; LANES] }
    }
    /// Scores of a row for each label.
    pub fn scores(&self, row: &[(u32, f32)]) -> [f32; LANES] {
        let mut s = self.bias;
        for (f, v) in row {
            let w = &self.rows[*f as usize];
            for l in 0..LANES {
                s[l] += w[l] * v;
            }
        }
        s
    }
}

/// Passes over the data; fixed, so that training time is known.
const EPOCHS: usize = 10;
/// Weight of an error.
const COST: f32 = 0.8;

/// A shuffler that is the same on every machine (xorshift).
struct Shuffle(u64);
impl Shuffle {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Rows side by side in memory, their features numbered by how many rows hold them: what is touched most lies
/// together.
struct Packed {
    cells: Vec<(u32, f32)>,
    ends: Vec<usize>,
    /// The feature behind each number.
    feature: Vec<u32>,
}

impl Packed {
    fn of(rows: &[&Row], space: usize, least: u32) -> Self {
        let mut held = vec![0_u32; space];
        rows.iter().flat_map(|r| r.iter()).for_each(|(f, _)| held[*f as usize] += 1);
        let mut feature: Vec<u32> = (0..space as u32).filter(|f| held[*f as usize] >= least).collect();
        feature.sort_unstable_by_key(|f| (std::cmp::Reverse(held[*f as usize]), *f));
        let mut number = vec![u32::MAX; space];
        feature.iter().enumerate().for_each(|(n, f)| number[*f as usize] = n as u32);
        let mut cells = Vec::with_capacity(rows.iter().map(|r| r.len()).sum());
        let mut ends = vec![0];
        for r in rows {
            let kept = r.iter().map(|(f, v)| (number[*f as usize], *v)).filter(|(n, _)| *n != u32::MAX);
            cells.extend(kept);
            ends.push(cells.len());
        }
        Self { cells, ends, feature }
    }
    fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.cells[self.ends[i]..self.ends[i + 1]]
    }
}

/// Trains labels `0..LANES` on rows with label numbers and features below `space`; rare labels weigh more. Features
/// that fewer than `least` rows hold are passed over. `share` is how much of all rows these are: of a part each row
/// weighs the more, so that its scores lie as far apart as those of the whole.
pub fn train(rows: &[&Row], labels: &[u8], groups: usize, space: usize, least: u32, share: f32) -> Weights {
    let n = rows.len();
    let packed = Packed::of(rows, space, least);
    let mut counts = [0.0_f32; LANES];
    for l in labels {
        if usize::from(*l) < LANES {
            counts[usize::from(*l)] += 1.0;
        }
    }
    let cost = COST / share.max(0.1);
    let cost_up = counts.map(|c| cost * (n as f32 / (groups as f32 * c.max(1.0))).clamp(0.2, 20.0));
    let squares: Vec<f32> =
        (0..n).map(|i| 1.0 + packed.row(i).iter().map(|(_, v)| v * v).sum::<f32>()).collect();
    let mut w = Weights::zero(packed.feature.len());
    let mut alpha = vec![[0.0_f32; LANES]; n];
    let mut order: Vec<u32> = (0..n as u32).collect();
    let mut shuffle = Shuffle(0x5eed_1234_abcd_0001);
    // Passes in a row in which a letter changed nothing; it is then asked in every third pass only.
    let mut idle = vec![0_u8; n];
    for epoch in 0..EPOCHS {
        for i in (1..n).rev() {
            order.swap(i, shuffle.below(i + 1));
        }
        for i in &order {
            let i = *i as usize;
            if idle[i] >= 2 && !(i + epoch).is_multiple_of(3) {
                continue;
            }
            let row = packed.row(i);
            let s = w.scores(row);
            let mut step = [0.0_f32; LANES];
            let mut moved = false;
            for l in 0..LANES {
                let (y, c) = if usize::from(labels[i]) == l { (1.0, cost_up[l]) } else { (-1.0, cost) };
                let d = 0.5 / c;
                let a = alpha[i][l];
                let g = y * s[l] - 1.0 + d * a;
                let to = (a - g / (squares[i] + d)).max(0.0);
                step[l] = (to - a) * y;
                alpha[i][l] = to;
                moved |= (to - a).abs() > 1e-4;
            }
            idle[i] = if moved { 0 } else { idle[i].saturating_add(1) };
            if moved {
                for (f, v) in row {
                    let r = &mut w.rows[*f as usize];
                    for l in 0..LANES {
                        r[l] += step[l] * v;
                    }
                }
                for l in 0..LANES {
                    w.bias[l] += step[l];
                }
            }
        }
    }
    let mut out = Weights { rows: vec![[0.0; LANES]; space], bias: w.bias };
    packed.feature.iter().zip(w.rows).for_each(|(f, r)| out.rows[*f as usize] = r);
    out
}

/// From scores to probabilities: `softmax(matrix · scores + bias)`, fitted on scores of letters that the scorer
/// had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Row per label.
    pub matrix: Vec<Vec<f32>>,
    /// Constant per label.
    pub bias: Vec<f32>,
}

impl Calibration {
    /// Before anything is known: one sharpness for all.
    pub fn plain(k: usize, sharpness: f32) -> Self {
        let row = |i: usize| (0..k).map(|j| if i == j { sharpness } else { 0.0 }).collect();
        Self { matrix: (0..k).map(row).collect(), bias: vec![0.0; k] }
    }

    /// Probabilities, which sum to one.
    pub fn apply(&self, scores: &[f32]) -> Vec<f32> {
        let mut p = Vec::with_capacity(self.bias.len());
        self.apply_into(scores, &mut p);
        p
    }

    /// The same into what is reused.
    pub fn apply_into(&self, scores: &[f32], p: &mut Vec<f32>) {
        let logit = |(row, b): (&Vec<f32>, &f32)| row.iter().zip(scores).map(|(a, s)| a * s).sum::<f32>() + b;
        p.clear();
        p.extend(self.matrix.iter().zip(&self.bias).map(logit));
        let top = p.iter().copied().fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for v in &mut *p {
            *v = (*v - top).exp();
            sum += *v;
        }
        p.iter_mut().for_each(|v| *v /= sum);
    }

    /// Fits by gradient descent with momentum on weighted log loss; a pull toward one common sharpness keeps
    /// few letters from bending it.
    pub fn fit(scores: &[Vec<f32>], labels: &[u8], weights: &[f32], k: usize) -> Self {
        let mut c = Self::plain(k, 2.5);
        let total: f32 = weights.iter().sum::<f32>().max(1.0);
        let mut speed = vec![vec![0.0_f32; k + 1]; k];
        let mut grad = vec![vec![0.0_f32; k + 1]; k];
        let mut p = Vec::with_capacity(k);
        for _ in 0..STEPS {
            grad.iter_mut().for_each(|g| g.fill(0.0));
            for ((s, y), w) in scores.iter().zip(labels).zip(weights) {
                c.apply_into(s, &mut p);
                for l in 0..k {
                    let e = (p[l] - if usize::from(*y) == l { 1.0 } else { 0.0 }) * w / total;
                    for j in 0..k {
                        grad[l][j] += e * s[j];
                    }
                    grad[l][k] += e;
                }
            }
            let mean = (0..k).map(|l| c.matrix[l][l]).sum::<f32>() / k as f32;
            for l in 0..k {
                for j in 0..k {
                    let home = if l == j { mean } else { 0.0 };
                    grad[l][j] += PULL * (c.matrix[l][j] - home);
                    speed[l][j] = 0.9 * speed[l][j] - 0.4 * grad[l][j];
                    c.matrix[l][j] += speed[l][j];
                }
                grad[l][k] += PULL * c.bias[l];
                speed[l][k] = 0.9 * speed[l][k] - 0.4 * grad[l][k];
                c.bias[l] += speed[l][k];
            }
        }
        c
    }
}

/// Steps of `Calibration::fit`.
const STEPS: usize = 300;
/// Strength of the pull in `Calibration::fit`.
const PULL: f32 = 0.003;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separable_rows_are_separated_and_twice_is_the_same() {
        let rows: Vec<Row> = (0..40_u32).map(|i| vec![(i % 4, 1.0), (10 + i, 0.5)]).collect();
        let labels: Vec<u8> = (0..40).map(|i| (i % 4) as u8).collect();
        let refs: Vec<&Row> = rows.iter().collect();
        let w = train(&refs, &labels, 4, 64, 1, 1.0);
        for (r, l) in rows.iter().zip(&labels) {
            let s = w.scores(r);
            let best = (0..4).max_by(|a, b| s[*a].total_cmp(&s[*b])).unwrap();
            assert_eq!(best, usize::from(*l));
        }
        assert_eq!(train(&refs, &labels, 4, 64, 1, 1.0).rows[2], w.rows[2]);
    }

    #[test]
    fn calibrated_probabilities_match_frequencies() {
        // One score, right in 8 of 10 cases: the probability becomes about 0.8.
        let scores: Vec<Vec<f32>> = (0..1000).map(|_| vec![0.5, -0.5]).collect();
        let labels: Vec<u8> = (0..1000).map(|i| u8::from(i % 5 == 0)).collect();
        let c = Calibration::fit(&scores, &labels, &vec![1.0; 1000], 2);
        assert!((c.apply(&[0.5, -0.5])[0] - 0.8).abs() < 0.02, "{:?}", c.apply(&[0.5, -0.5]));
    }
}
