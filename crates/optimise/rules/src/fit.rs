//! Fitting arrivals and durations from a log, with how well they fit (O6).
//!
//! Maximum likelihood for each family; the best by AIC; the Kolmogorov–Smirnov distance with a p-value from
//! parametric bootstrap, since parameters are estimated from the same values. When no family fits, the
//! values themselves are used. Deterministic: same values and seed, same answer.

use kernel::Said;
use serde::Serialize;

use crate::OptimiseError;
use crate::dist::{Distribution, Shape};
use crate::model::Shift;
use crate::rng::Rng;
use crate::sim::Calendar;
use crate::special::{digamma, gamma_p, ln_gamma, normal_cdf};

/// One family fitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fitted {
    /// the distribution, in the unit of the values
    pub distribution: Distribution,
    /// Akaike's criterion, smaller is better
    pub aic: f64,
    /// largest distance between the two distribution functions
    pub ks: f64,
    /// share of bootstrap samples that lie at least as far off; small: does not fit
    pub p_value: f64,
}

/// What was fitted to a set of values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// values used
    pub count: usize,
    /// mean
    pub mean: f64,
    /// standard deviation
    pub sd: f64,
    /// all families, best first
    pub families: Vec<Fitted>,
    /// what to simulate with: the best family if it fits (p ≥ 0.01), else the observed values
    pub chosen: Distribution,
    /// in words
    pub reading: Said,
}

/// Values used for the bootstrap at most (evenly thinned after sorting).
const THIN: usize = 1_500;
const BOOTSTRAP: usize = 99;
/// Values kept in an observed distribution at most.
const OBSERVED: usize = 5_000;

/// Fits `values` (not negative).
pub fn fit(values: &[f64], seed: u64) -> Result<Fit, OptimiseError> {
    let mut v: Vec<f64> = values.iter().copied().filter(|x| x.is_finite() && *x >= 0.0).collect();
    if v.len() < 2 || v.len() != values.len() {
        return Err(OptimiseError::cannot(
            "拟合至少要 2 个不为负的数值，且不能有缺失",
            "fitting needs at least 2 values, none negative or missing",
        ));
    }
    v.sort_by(f64::total_cmp);
    let n = v.len() as f64;
    let mean = v.iter().sum::<f64>() / n;
    let sd = (v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
    if sd <= 1e-12 * mean.max(1e-300) {
        let chosen = Distribution::fixed(mean);
        let reading = Said::new(
            format!("全部 {} 个值相同，按固定值", v.len()),
            format!("all {} values are equal: fixed", v.len()),
        );
        return Ok(Fit { count: v.len(), mean, sd: 0.0, families: Vec::new(), chosen, reading });
    }
    let thin = thinned(&v, THIN);
    let mut families: Vec<Fitted> = FAMILIES
        .iter()
        .filter_map(|family| {
            let d = estimate(*family, &v)?;
            let likelihood: f64 = v.iter().map(|x| ln_density(&d, *x)).sum();
            let ks = distance(&d, &v);
            let p_value = bootstrap(*family, &d, &thin, seed);
            Some(Fitted { distribution: d, aic: 2.0 * family.1 - 2.0 * likelihood, ks, p_value })
        })
        .filter(|f| f.aic.is_finite())
        .collect();
    families.sort_by(|a, b| a.aic.total_cmp(&b.aic));
    // The bootstrap cannot say less than one in its number of draws: that least value is a refusal.
    let best = families.iter().find(|f| f.p_value > 0.02);
    let (chosen, reading) = match best {
        Some(f) => (
            f.distribution.clone(),
            Said::new(
                format!(
                    "{} 个值，{} 拟合（KS {:.3}，p={:.2}）",
                    v.len(),
                    word(&f.distribution),
                    f.ks,
                    f.p_value
                ),
                format!(
                    "{} values, {} fits (KS {:.3}, p={:.2})",
                    v.len(),
                    word(&f.distribution),
                    f.ks,
                    f.p_value
                ),
            ),
        ),
        None => (
            Distribution::of(Shape::Observed { values: thinned(&v, OBSERVED) }),
            Said::new(
                format!("{} 个值，没有一种分布拟合得上，直接用观测值", v.len()),
                format!("{} values, no family fits: the observed values are used", v.len()),
            ),
        ),
    };
    Ok(Fit { count: v.len(), mean, sd, families, chosen, reading })
}

/// A family by name and its number of parameters.
type Family = (&'static str, f64);
const FAMILIES: [Family; 5] =
    [("exponential", 1.0), ("normal", 2.0), ("lognormal", 2.0), ("gamma", 2.0), ("uniform", 2.0)];

fn word(d: &Distribution) -> &'static str {
    match d.shape {
        Shape::Exponential { .. } => "exponential",
        Shape::Normal { .. } => "normal",
        Shape::LogNormal { .. } => "lognormal",
        Shape::Gamma { .. } => "gamma",
        Shape::Uniform { .. } => "uniform",
        _ => "other",
    }
}

fn thinned(sorted: &[f64], most: usize) -> Vec<f64> {
    if sorted.len() <= most {
        return sorted.to_vec();
    }
    (0..most).map(|k| sorted[(k * 2 + 1) * sorted.len() / (2 * most)]).collect()
}

fn estimate(family: Family, v: &[f64]) -> Option<Distribution> {
    let n = v.len() as f64;
    let mean = v.iter().sum::<f64>() / n;
    let var = v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    let positive = v.iter().all(|x| *x > 0.0);
    let shape = match family.0 {
        "exponential" => Shape::Exponential { mean, from: 0.0 },
        "normal" => Shape::Normal { mean, sd: var.sqrt() },
        "uniform" => {
            let (min, max) = v.iter().fold((f64::INFINITY, 0.0f64), |(a, b), x| (a.min(*x), b.max(*x)));
            Shape::Uniform { min, max }
        }
        "lognormal" if positive => {
            let mu = v.iter().map(|x| x.ln()).sum::<f64>() / n;
            let s2 = v.iter().map(|x| (x.ln() - mu) * (x.ln() - mu)).sum::<f64>() / n;
            (s2 > 1e-18).then(|| Shape::LogNormal { mu, sigma: s2.sqrt() })?
        }
        "gamma" if positive => {
            let s = mean.ln() - v.iter().map(|x| x.ln()).sum::<f64>() / n;
            let k = gamma_shape(s)?;
            Shape::Gamma { shape: k, scale: mean / k }
        }
        _ => return None,
    };
    Some(Distribution::of(shape))
}

/// Solves ln k − ψ(k) = s by Newton's method.
fn gamma_shape(s: f64) -> Option<f64> {
    if !(1e-9..1e3).contains(&s) {
        return None;
    }
    let mut k = (3.0 - s + ((s - 3.0) * (s - 3.0) + 24.0 * s).sqrt()) / (12.0 * s);
    for _ in 0..60 {
        let f = k.ln() - digamma(k) - s;
        let h = k * 1e-5;
        let slope = ((k + h).ln() - digamma(k + h) - (k - h).ln() + digamma(k - h)) / (2.0 * h);
        let next = (k - f / slope).max(k / 3.0);
        if (next - k).abs() < 1e-11 * k {
            break;
        }
        k = next;
    }
    k.is_finite().then_some(k)
}

fn ln_density(d: &Distribution, x: f64) -> f64 {
    const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_7;
    match d.shape {
        Shape::Exponential { mean, .. } => -mean.ln() - x / mean,
        Shape::Normal { mean, sd } => -0.5 * ((x - mean) / sd).powi(2) - sd.ln() - LN_SQRT_2PI,
        Shape::LogNormal { mu, sigma } => {
            -0.5 * ((x.ln() - mu) / sigma).powi(2) - sigma.ln() - x.ln() - LN_SQRT_2PI
        }
        Shape::Gamma { shape, scale } => {
            (shape - 1.0) * x.ln() - x / scale - shape * scale.ln() - ln_gamma(shape)
        }
        Shape::Uniform { min, max } => -(max - min).ln(),
        _ => f64::NEG_INFINITY,
    }
}

fn cdf(d: &Distribution, x: f64) -> f64 {
    match d.shape {
        Shape::Exponential { mean, .. } => -(-x / mean).exp_m1(),
        Shape::Normal { mean, sd } => normal_cdf((x - mean) / sd),
        Shape::LogNormal { mu, sigma } if x > 0.0 => normal_cdf((x.ln() - mu) / sigma),
        Shape::Gamma { shape, scale } => gamma_p(shape, x / scale),
        Shape::Uniform { min, max } => ((x - min) / (max - min)).clamp(0.0, 1.0),
        _ => 0.0,
    }
}

/// Kolmogorov–Smirnov distance to sorted values.
fn distance(d: &Distribution, sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let off = |(i, x): (usize, &f64)| {
        let f = cdf(d, *x);
        (f - i as f64 / n).abs().max(((i + 1) as f64 / n - f).abs())
    };
    sorted.iter().enumerate().map(off).fold(0.0, f64::max)
}

fn bootstrap(family: Family, d: &Distribution, sorted: &[f64], seed: u64) -> f64 {
    let seen = distance(d, sorted);
    let mut free = d.clone();
    free.min = f64::NEG_INFINITY;
    let mut as_far = 1;
    for k in 0..BOOTSTRAP {
        let mut rng = Rng::stream(seed, k as u64 + 1);
        let mut sample: Vec<f64> = sorted.iter().map(|_| free.draw(&mut rng)).collect();
        sample.sort_by(f64::total_cmp);
        as_far += usize::from(estimate(family, &sample).is_none_or(|e| distance(&e, &sample) >= seen));
    }
    as_far as f64 / (BOOTSTRAP + 1) as f64
}

/// Working hours between consecutive arrivals (µs since the epoch, any order), by the weekly `shifts`.
/// Nights and week ends are not counted, so that the gaps can be drawn and laid over the same calendar.
pub fn arrival_gaps(arrivals: &[i64], shifts: &[Shift]) -> Vec<f64> {
    // 1970-01-05 0:00 in Beijing was a Monday.
    const MONDAY: f64 = 4.0 * 86_400.0 - 8.0 * 3_600.0;
    let calendar = Calendar::new(shifts);
    let mut at = arrivals.to_vec();
    at.sort_unstable();
    let seconds = |us: i64| us as f64 / 1e6 - MONDAY;
    at.windows(2).map(|w| calendar.between(seconds(w[0]), seconds(w[1])) / 3_600.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_that_made_the_values_is_found_and_fits() {
        for (d, name) in [
            (Distribution::exponential(4.0), "exponential"),
            (Distribution::lognormal(5.0, 6.0), "lognormal"),
            (Distribution::gamma(6.0, 9.0), "gamma"),
            (Distribution::of(Shape::Normal { mean: 50.0, sd: 4.0 }), "normal"),
            (Distribution::of(Shape::Uniform { min: 2.0, max: 9.0 }), "uniform"),
        ] {
            let mut rng = Rng::new(5);
            let v: Vec<f64> = (0..800).map(|_| d.draw(&mut rng)).collect();
            let f = fit(&v, 1).unwrap();
            // Families less than two AIC apart cannot be told from each other (a gamma of shape 160 is a normal).
            let best = f.families[0].aic;
            let found = f.families.iter().find(|x| word(&x.distribution) == name && x.aic < best + 2.0);
            let found = found.unwrap_or_else(|| panic!("{name}: {:?}", f.families));
            assert!(found.p_value > 0.02, "{found:?}");
            assert!((f.chosen.mean() / d.mean() - 1.0).abs() < 0.1);
        }
    }

    #[test]
    fn what_fits_nothing_is_used_as_observed() {
        let mut v = vec![1.0; 300];
        v.extend(vec![100.0; 200]);
        v.extend((0..100).map(|k| f64::from(k) * 0.001 + 50.0));
        let f = fit(&v, 1).unwrap();
        assert!(matches!(f.chosen.shape, Shape::Observed { .. }));
        assert!(fit(&[1.0], 1).is_err() && fit(&[1.0, -2.0], 1).is_err());
        assert_eq!(fit(&[3.0, 3.0, 3.0], 1).unwrap().chosen, Distribution::fixed(3.0));
    }

    #[test]
    fn nights_do_not_count_between_arrivals() {
        let at = |s: &str| s.parse::<kernel::Moment>().unwrap().us();
        // Friday 17:00 to Monday 9:30, hours 8:30-12 and 13:30-18: one hour and one hour.
        let gaps = arrival_gaps(&[at("2026-09-21 09:30"), at("2026-09-18 17:00")], &Shift::office());
        assert!((gaps[0] - 2.0).abs() < 1e-9, "{gaps:?}");
    }
}
