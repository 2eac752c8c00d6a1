//! Distributions of durations and intervals (分布): sampling, mean, variance, distribution function.
//!
//! Knows numbers without units; who uses a distribution says what one unit is. Must not know steps or units.

use serde::Serialize;

use crate::rng::Rng;

/// The shape of a distribution. Parameters are in the unit of the value itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "distribution", rename_all = "snake_case")]
pub enum Shape {
    /// 固定值
    Fixed {
        /// the value
        value: f64,
    },
    /// 指数分布, from `from` upwards
    Exponential {
        /// mean above `from`
        mean: f64,
        /// the least value
        #[serde(skip_serializing_if = "is_zero")]
        from: f64,
    },
    /// 正态分布
    Normal {
        /// mean
        mean: f64,
        /// standard deviation
        sd: f64,
    },
    /// 对数正态分布: exp of a normal
    LogNormal {
        /// mean of the logarithm
        mu: f64,
        /// standard deviation of the logarithm
        sigma: f64,
    },
    /// 伽马分布 (Erlang when the shape is whole)
    Gamma {
        /// shape
        shape: f64,
        /// scale; mean = shape × scale
        scale: f64,
    },
    /// 均匀分布
    Uniform {
        /// least
        min: f64,
        /// largest
        max: f64,
    },
    /// 三角分布
    Triangular {
        /// least
        min: f64,
        /// most likely
        mode: f64,
        /// largest
        max: f64,
    },
    /// 经验分布: linear between the points of the distribution function
    Empirical {
        /// edges, ascending; one more than `cdf` values or as many
        edges: Vec<f64>,
        /// distribution function at the end of each interval, ascending to 1
        cdf: Vec<f64>,
    },
    /// 观测值: one of the values, each equally often
    Observed {
        /// the values
        values: Vec<f64>,
    },
}

fn is_zero(x: &f64) -> bool {
    *x == 0.0
}

/// A shape with the bounds that a drawn value keeps (values outside are drawn again).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Distribution {
    /// The shape.
    #[serde(flatten)]
    pub shape: Shape,
    /// Least value; 0 when not stated, since times are not negative.
    #[serde(rename = "least", skip_serializing_if = "is_zero")]
    pub min: f64,
    /// Largest value, if bounded.
    #[serde(rename = "most", skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

const REDRAWS: usize = 64;

impl Distribution {
    /// A shape whose values are not negative and otherwise unbounded.
    pub const fn of(shape: Shape) -> Self {
        Self { shape, min: 0.0, max: None }
    }
    /// Always the same value.
    pub const fn fixed(value: f64) -> Self {
        Self::of(Shape::Fixed { value })
    }
    /// Exponential with this mean.
    pub const fn exponential(mean: f64) -> Self {
        Self::of(Shape::Exponential { mean, from: 0.0 })
    }
    /// Log-normal with this mean and standard deviation (of the value, not of its logarithm).
    pub fn lognormal(mean: f64, sd: f64) -> Self {
        let ratio = if mean > 0.0 { sd / mean } else { 0.0 };
        let s2 = ratio.mul_add(ratio, 1.0).ln();
        Self::of(Shape::LogNormal { mu: mean.max(f64::MIN_POSITIVE).ln() - s2 / 2.0, sigma: s2.sqrt() })
    }
    /// Gamma with this mean and variance.
    pub fn gamma(mean: f64, variance: f64) -> Self {
        if mean <= 0.0 || variance <= 0.0 {
            return Self::fixed(mean.max(0.0));
        }
        Self::of(Shape::Gamma { shape: mean * mean / variance, scale: variance / mean })
    }
    /// The same with bounds.
    pub const fn within(mut self, min: f64, max: Option<f64>) -> Self {
        self.min = min;
        self.max = max;
        self
    }
    /// Every value multiplied by `k` (a change of unit).
    pub fn scaled(&self, k: f64) -> Self {
        let each = |v: &[f64]| v.iter().map(|x| x * k).collect();
        let shape = match &self.shape {
            Shape::Fixed { value } => Shape::Fixed { value: value * k },
            Shape::Exponential { mean, from } => Shape::Exponential { mean: mean * k, from: from * k },
            Shape::Normal { mean, sd } => Shape::Normal { mean: mean * k, sd: sd * k },
            Shape::LogNormal { mu, sigma } => Shape::LogNormal { mu: mu + k.ln(), sigma: *sigma },
            Shape::Gamma { shape, scale } => Shape::Gamma { shape: *shape, scale: scale * k },
            Shape::Uniform { min, max } => Shape::Uniform { min: min * k, max: max * k },
            Shape::Triangular { min, mode, max } => {
                Shape::Triangular { min: min * k, mode: mode * k, max: max * k }
            }
            Shape::Empirical { edges, cdf } => Shape::Empirical { edges: each(edges), cdf: cdf.clone() },
            Shape::Observed { values } => Shape::Observed { values: each(values) },
        };
        Self { shape, min: self.min * k, max: self.max.map(|m| m * k) }
    }
    /// One value, within the bounds.
    #[inline]
    pub fn draw(&self, rng: &mut Rng) -> f64 {
        let top = self.max.unwrap_or(f64::INFINITY);
        let mut x = self.raw(rng);
        for _ in 0..REDRAWS {
            if x >= self.min && x <= top {
                return x;
            }
            x = self.raw(rng);
        }
        x.max(self.min).min(top)
    }
    fn raw(&self, rng: &mut Rng) -> f64 {
        match &self.shape {
            Shape::Fixed { value } => *value,
            Shape::Exponential { mean, from } => from - mean * rng.open().ln(),
            Shape::Normal { mean, sd } => mean + sd * rng.normal(),
            Shape::LogNormal { mu, sigma } => (mu + sigma * rng.normal()).exp(),
            Shape::Gamma { shape, scale } => scale * gamma_draw(*shape, rng),
            Shape::Uniform { min, max } => min + (max - min) * rng.unit(),
            Shape::Triangular { min, mode, max } => triangular_draw(*min, *mode, *max, rng.unit()),
            Shape::Empirical { edges, cdf } => empirical_draw(edges, cdf, rng.unit()),
            Shape::Observed { values } => values.get(rng.below(values.len())).copied().unwrap_or(0.0),
        }
    }
    /// Mean of the shape (bounds not counted).
    pub fn mean(&self) -> f64 {
        match &self.shape {
            Shape::Fixed { value } => *value,
            Shape::Exponential { mean, from } => mean + from,
            Shape::Normal { mean, .. } => *mean,
            Shape::LogNormal { mu, sigma } => (mu + sigma * sigma / 2.0).exp(),
            Shape::Gamma { shape, scale } => shape * scale,
            Shape::Uniform { min, max } => f64::midpoint(*min, *max),
            Shape::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            Shape::Empirical { edges, cdf } => moments(edges, cdf).0,
            Shape::Observed { values } => mean_of(values),
        }
    }
    /// Variance of the shape (bounds not counted).
    pub fn variance(&self) -> f64 {
        match &self.shape {
            Shape::Fixed { .. } => 0.0,
            Shape::Exponential { mean, .. } => mean * mean,
            Shape::Normal { sd, .. } => sd * sd,
            Shape::LogNormal { mu, sigma } => {
                let s2 = sigma * sigma;
                s2.exp_m1() * (2.0 * mu + s2).exp()
            }
            Shape::Gamma { shape, scale } => shape * scale * scale,
            Shape::Uniform { min, max } => (max - min) * (max - min) / 12.0,
            Shape::Triangular { min: a, mode: c, max: b } => {
                (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0
            }
            Shape::Empirical { edges, cdf } => moments(edges, cdf).1,
            Shape::Observed { values } => {
                let m = mean_of(values);
                mean_of(&values.iter().map(|x| (x - m) * (x - m)).collect::<Vec<_>>())
            }
        }
    }
}

fn mean_of(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Marsaglia and Tsang's method; below shape 1 by the power of a uniform.
fn gamma_draw(shape: f64, rng: &mut Rng) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        let u = rng.open();
        return gamma_draw(shape + 1.0, rng) * u.powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = rng.normal();
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && rng.open().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

fn triangular_draw(min: f64, mode: f64, max: f64, u: f64) -> f64 {
    let width = max - min;
    if width <= 0.0 {
        return min;
    }
    let split = (mode - min) / width;
    if u < split {
        min + (u * width * (mode - min)).sqrt()
    } else {
        max - ((1.0 - u) * width * (max - mode)).sqrt()
    }
}

/// `edges` has one more point than `cdf` (intervals) or as many (points; the first interval starts there).
fn empirical_draw(edges: &[f64], cdf: &[f64], u: f64) -> f64 {
    let k = cdf.partition_point(|c| *c < u).min(cdf.len().saturating_sub(1));
    let below = if k == 0 { 0.0 } else { cdf[k - 1] };
    let (lo, hi) = interval(edges, cdf, k);
    let mass = cdf.get(k).copied().unwrap_or(1.0) - below;
    if mass <= 0.0 { lo } else { lo + (hi - lo) * ((u - below) / mass).clamp(0.0, 1.0) }
}

fn interval(edges: &[f64], cdf: &[f64], k: usize) -> (f64, f64) {
    let at = |i: usize| edges.get(i).or(edges.last()).copied().unwrap_or(0.0);
    if edges.len() > cdf.len() { (at(k), at(k + 1)) } else { (at(k.saturating_sub(1)), at(k)) }
}

fn moments(edges: &[f64], cdf: &[f64]) -> (f64, f64) {
    let (mut m, mut s, mut below) = (0.0, 0.0, 0.0);
    for (k, c) in cdf.iter().enumerate() {
        let (lo, hi) = interval(edges, cdf, k);
        let p = c - below;
        below = *c;
        m += p * f64::midpoint(lo, hi);
        s += p * (lo * lo + lo * hi + hi * hi) / 3.0;
    }
    (m, (s - m * m).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_variance_that_are_stated() {
        let shapes = [
            Distribution::fixed(3.0),
            Distribution::exponential(4.0),
            Distribution::of(Shape::Exponential { mean: 2.0, from: 1.0 }),
            Distribution::of(Shape::Normal { mean: 50.0, sd: 3.0 }),
            Distribution::lognormal(5.0, 2.0),
            Distribution::gamma(6.0, 9.0),
            Distribution::gamma(1.0, 4.0),
            Distribution::of(Shape::Uniform { min: 2.0, max: 9.0 }),
            Distribution::of(Shape::Triangular { min: 1.0, mode: 2.0, max: 6.0 }),
            Distribution::of(Shape::Empirical { edges: vec![0.0, 1.0, 5.0], cdf: vec![0.25, 1.0] }),
            Distribution::of(Shape::Observed { values: vec![1.0, 2.0, 6.0] }),
        ];
        for d in shapes {
            let mut rng = Rng::stream(11, 3);
            let n = 200_000;
            let (mut s, mut q) = (0.0, 0.0);
            for _ in 0..n {
                let x = d.draw(&mut rng);
                s += x;
                q += x * x;
            }
            let mean = s / f64::from(n);
            let var = q / f64::from(n) - mean * mean;
            let off = 5.0 * (d.variance() / f64::from(n)).sqrt() + 1e-9;
            assert!((mean - d.mean()).abs() < off, "{d:?}: {mean} against {}", d.mean());
            assert!((var - d.variance()).abs() <= 0.06 * d.variance() + 1e-6, "{d:?}: {var}");
        }
    }

    #[test]
    fn bounds_are_kept_and_units_change() {
        let d = Distribution::gamma(10.0, 100.0).within(5.0, Some(12.0));
        let mut rng = Rng::new(2);
        assert!((0..2000).map(|_| d.draw(&mut rng)).all(|x| (5.0..=12.0).contains(&x)));
        for d in [Distribution::lognormal(3.0, 1.0), Distribution::gamma(3.0, 1.0)] {
            assert!((d.scaled(60.0).mean() - 180.0).abs() < 1e-9);
            assert!((d.scaled(60.0).variance() - 3600.0).abs() < 1e-6);
        }
        let impossible = Distribution::fixed(9.0).within(0.0, Some(4.0));
        assert_eq!(impossible.draw(&mut rng), 4.0);
    }
}
