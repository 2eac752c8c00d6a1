//! 中断时间序列: the times week by week with a break on the day of the change. Level, trend, season and the likeness
//! of neighbouring weeks are estimated together, so that what would have come anyway is not credited.
//!
//! Weekly means (daily ones when there are few weeks), weighted by their cases, errors that follow each other
//! (AR(1), Prais–Winsten with the small-sample correction of the autocorrelation), Student's t.

use super::Seen;
use crate::special::{student_p, student_quantile};

/// Bins needed before and after.
pub(super) const FEWEST: (usize, usize) = (8, 4);
/// Weeks before the change from which a season of the year can be told from a trend.
const SEASON_WEEKS: usize = 52;
/// Placebo days tried at most, and how many are needed to say anything.
const PLACEBOS: (usize, usize) = (60, 10);

/// The cases of one bin: when, how many, their mean.
#[derive(Clone, Copy, Debug)]
struct Bin {
    /// bins since the change; the first after it is 0
    at: i64,
    n: f64,
    mean: f64,
}

/// What the series says about the change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Break {
    /// the change of the mean beyond the trend, averaged over the cases after
    pub effect: f64,
    pub interval: (f64, f64),
    pub p_value: f64,
    pub standard_error: f64,
    /// what the trend alone brings from the middle of the time before to that after
    pub trend: f64,
    /// chance that the trend is none
    pub trend_p: f64,
    /// the smallest change that would be seen four times in five
    pub detectable: f64,
    /// the trend itself changed, and was estimated apart
    pub slope_changed: bool,
    /// a yearly season was taken out
    pub season: bool,
    /// likeness of neighbouring bins
    pub autocorrelation: f64,
    /// share of days before the change that would show as clear a change; none when too few can be tried
    pub placebo: Option<f64>,
    /// days of a bin
    pub days: i64,
    t: f64,
}

/// Estimates the break; `None` when there are too few bins.
pub(super) fn of(before: &[Seen], after: &[Seen]) -> Option<Break> {
    let change = after.iter().map(|s| s.day).min()?;
    let first = before.iter().map(|s| s.day).min()?;
    let last = after.iter().map(|s| s.day).max()?;
    let enough = |days: i64| {
        let of = |from: i64, to: i64| usize::try_from((to - from) / days).unwrap_or(0);
        of(first, change) >= FEWEST.0 + 4 && of(change, last + 1) >= FEWEST.1
    };
    let days = if enough(7) { 7 } else { 1 };
    let series = bins(before, after, change, days);
    let old = series.iter().filter(|b| b.at < 0).count();
    if old < FEWEST.0 || series.len() - old < FEWEST.1 {
        return None;
    }
    let season = days == 7 && series.first().is_some_and(|b| -b.at >= SEASON_WEEKS as i64);
    let plain = fit(&series, 0, season, false)?;
    // A slope of its own is estimated only where it shows: it makes every other figure less sure.
    let bent = fit(&series, 0, season, true).filter(|f| f.1 < 0.05);
    let slope_changed = bent.is_some();
    let mut found = bent.unwrap_or(plain).0;
    found.slope_changed = slope_changed;
    found.days = days;
    found.placebo = placebo(&series[..old], found.t, season);
    Some(found)
}

fn bins(before: &[Seen], after: &[Seen], change: i64, days: i64) -> Vec<Bin> {
    let mut by: std::collections::BTreeMap<i64, (f64, f64)> = std::collections::BTreeMap::new();
    for s in before.iter().filter(|s| s.day < change).chain(after) {
        let bin = by.entry((s.day - change).div_euclid(days)).or_default();
        *bin = (bin.0 + 1.0, bin.1 + s.value);
    }
    by.into_iter().map(|(at, (n, sum))| Bin { at, n, mean: sum / n }).collect()
}

/// The break at bin `cut`, and how likely a change of slope as clear is by chance.
fn fit(series: &[Bin], cut: i64, season: bool, bent: bool) -> Option<(Break, f64)> {
    let is_new = |b: &Bin| b.at >= cut;
    let row = |b: &Bin| {
        let new = f64::from(u8::from(is_new(b)));
        let since = (b.at - cut) as f64;
        let mut x = vec![1.0, since, new];
        if bent {
            x.push(new * since);
        }
        if season {
            let turn = b.at as f64 * 7.0 / 365.2425 * std::f64::consts::TAU;
            x.extend([turn.sin(), turn.cos()]);
        }
        x
    };
    let rows: Vec<Vec<f64>> = series.iter().map(row).collect();
    let typical = series.iter().map(|b| b.n).sum::<f64>() / series.len() as f64;
    let weights: Vec<f64> = series.iter().map(|b| (b.n / typical).sqrt()).collect();
    let scaled: Vec<(Vec<f64>, f64)> = rows
        .iter()
        .zip(series)
        .zip(&weights)
        .map(|((x, b), w)| (x.iter().map(|v| v * w).collect(), b.mean * w))
        .collect();
    let (first, _, _) = least_squares(&scaled)?;
    let rest = |(x, y): &(Vec<f64>, f64)| y - dot(x, &first);
    let rho = likeness(series, &scaled.iter().map(rest).collect::<Vec<_>>());
    let mut whitened = Vec::with_capacity(scaled.len());
    for (i, (x, y)) in scaled.iter().enumerate() {
        // What the bin before foretells is taken out, and what is left is made as wide as for neighbours.
        let before = i.checked_sub(1).map(|j| &scaled[j]);
        let gap = i.checked_sub(1).map_or(0, |j| series[i].at - series[j].at);
        let r = if before.is_some() { rho.powi(i32::try_from(gap).unwrap_or(i32::MAX)) } else { 0.0 };
        let scale = ((1.0 - rho * rho) / (1.0 - r * r)).sqrt();
        let less = |v: f64, u: f64| (v - r * u) * scale;
        let x = x.iter().enumerate().map(|(k, v)| less(*v, before.map_or(0.0, |b| b.0[k]))).collect();
        whitened.push((x, less(*y, before.map_or(0.0, |b| b.1))));
    }
    let (b, inverse, squares) = least_squares(&whitened)?;
    let free = whitened.len().checked_sub(b.len() + 1).filter(|n| *n >= 3)? as f64;
    let variance = squares / free;
    let mean_at = |new: bool| {
        let part = series.iter().filter(|x| is_new(x) == new);
        let (sum, n) = part.fold((0.0, 0.0), |t, x| (t.0 + x.n * (x.at - cut) as f64, t.1 + x.n));
        if n > 0.0 { sum / n } else { 0.0 }
    };
    let mut wanted = vec![0.0; b.len()];
    wanted[2] = 1.0;
    if bent {
        wanted[3] = mean_at(true);
    }
    let spread: Vec<f64> = inverse.iter().map(|line| dot(line, &wanted)).collect();
    let standard_error = (variance * dot(&spread, &wanted)).max(0.0).sqrt().max(1e-12);
    let effect = dot(&b, &wanted);
    let p_of = |k: usize| student_p(b[k] / (variance * inverse[k][k]).max(1e-24).sqrt(), free);
    let half = student_quantile(0.975, free) * standard_error;
    let found = Break {
        effect,
        interval: (effect - half, effect + half),
        p_value: student_p(effect / standard_error, free),
        standard_error,
        trend: b[1] * (mean_at(true) - mean_at(false)),
        trend_p: p_of(1),
        detectable: (student_quantile(0.975, free) + student_quantile(0.8, free)) * standard_error,
        slope_changed: bent,
        season,
        autocorrelation: rho,
        placebo: None,
        days: 0,
        t: effect / standard_error,
    };
    Some((found, if bent { p_of(3) } else { 1.0 }))
}

/// The autocorrelation of neighbours, corrected for how a fitted trend hides it, never negative.
fn likeness(series: &[Bin], rest: &[f64]) -> f64 {
    let (mut with, mut own) = (0.0, 0.0);
    for (i, pair) in rest.windows(2).enumerate() {
        if series[i + 1].at == series[i].at + 1 {
            with += pair[0] * pair[1];
            own += pair[0] * pair[0];
        }
    }
    let n = rest.len() as f64;
    let plain = if own > 0.0 { with / own } else { 0.0 };
    (n.mul_add(plain, 3.0) / (n - 4.0).max(1.0)).clamp(0.0, 0.9)
}

/// Share of the days before the change that show as clear a break as the true day.
fn placebo(old: &[Bin], t: f64, season: bool) -> Option<f64> {
    let places = FEWEST.0..old.len().saturating_sub(FEWEST.1);
    let step = places.len().div_ceil(PLACEBOS.0).max(1);
    let tried: Vec<f64> = places
        .step_by(step)
        .filter_map(|i| fit(old, old[i].at, season && old.len() >= 2 * SEASON_WEEKS, false))
        .map(|f| f.0.t)
        .collect();
    let as_clear = tried.iter().filter(|x| x.abs() >= t.abs()).count();
    (tried.len() >= PLACEBOS.1).then(|| as_clear as f64 / tried.len() as f64)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Coefficients, the inverse of XᵀX, and the sum of squares left; `None` when the columns depend on each other.
fn least_squares(rows: &[(Vec<f64>, f64)]) -> Option<(Vec<f64>, Vec<Vec<f64>>, f64)> {
    let k = rows.first()?.0.len();
    let mut m = vec![vec![0.0; 2 * k]; k];
    for (i, line) in m.iter_mut().enumerate() {
        for (j, v) in line.iter_mut().take(k).enumerate() {
            *v = rows.iter().map(|r| r.0[i] * r.0[j]).sum();
        }
        line[k + i] = 1.0;
    }
    for i in 0..k {
        let p = (i..k).max_by(|a, b| m[*a][i].abs().total_cmp(&m[*b][i].abs()))?;
        if m[p][i].abs() < 1e-9 {
            return None;
        }
        m.swap(i, p);
        let pivot = m[i][i];
        m[i].iter_mut().for_each(|v| *v /= pivot);
        for j in (0..k).filter(|j| *j != i) {
            let factor = m[j][i];
            let line = m[i].clone();
            m[j].iter_mut().zip(&line).for_each(|(v, x)| *v -= factor * x);
        }
    }
    let inverse: Vec<Vec<f64>> = m.into_iter().map(|line| line[k..].to_vec()).collect();
    let moments: Vec<f64> = (0..k).map(|i| rows.iter().map(|r| r.0[i] * r.1).sum()).collect();
    let b: Vec<f64> = inverse.iter().map(|line| dot(line, &moments)).collect();
    let squares = rows.iter().map(|(x, y)| (y - dot(x, &b)).powi(2)).sum();
    Some((b, inverse, squares))
}
