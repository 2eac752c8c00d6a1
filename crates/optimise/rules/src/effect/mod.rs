//! Did it help (成效评估, O7)? The real times before and after a change, honestly: season, drift, chance.
//!
//! Two looks at the same cases: the plain difference of before and after, and the break in the series of weeks beyond
//! the trend that was there ([`series`]). The judgement rests on the second wherever there are weeks enough.
//!
//! Knows observations (day, value). The answer names what was compared, how large the
//! difference is and how sure, and says so when nothing can be said. Deterministic by seed.

mod series;

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::OptimiseError;
use crate::rng::Rng;

/// One finished case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Beijing day number of its arrival (days since 1970-01-01)
    pub day: i64,
    /// how long it took, any unit
    pub value: f64,
}

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// 有效: shorter, and not by chance, drift or what happened elsewhere too
    Helped,
    /// 变差: longer, and not by chance
    Hurt,
    /// 看不出: no difference that chance does not explain
    NoEvidence,
    /// 不好说: shorter, but it was getting shorter already, or elsewhere as well
    Doubtful,
    /// 样本不足: too few cases
    TooFew,
}

/// The change beyond what would have come anyway, from the series of weeks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BeyondTrend {
    /// the change of the mean
    pub effect: f64,
    /// its 95 % interval
    pub interval: (f64, f64),
    /// chance of a change as clear when there is none
    pub p_value: f64,
    /// the smallest change that these cases would show four times in five
    pub detectable: f64,
    /// a yearly season was taken out
    pub season_removed: bool,
    /// likeness of neighbouring weeks, 0 to 1
    pub autocorrelation: f64,
    /// share of other days before the change that show one as clear; none when there are too few
    pub placebo_share: Option<f64>,
    /// days of one point of the series
    pub days: i64,
}

/// The effect of a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// cases before and after
    pub cases: (usize, usize),
    /// mean before and after
    pub mean: (f64, f64),
    /// median before and after
    pub median: (f64, f64),
    /// after minus before, typical case against typical case (Hodges–Lehmann), with its 95 % interval
    pub shift: f64,
    /// 95 % interval of `shift` (bootstrap by week)
    pub interval: (f64, f64),
    /// chance that a difference of the means as large arises when whole weeks are relabelled at random
    pub p_value: f64,
    /// the same difference among cases of the same weeks of the year only; none when no week is in both
    pub same_season: Option<f64>,
    /// change per week before the change (slope of weekly medians), times the weeks between the middles
    pub drift: f64,
    /// cases per week before and after
    pub volume: (f64, f64),
    /// the difference minus that of the comparison group, when one is given
    pub against_others: Option<f64>,
    /// the change beyond trend and season; none when there are too few weeks (or days) to tell them apart
    pub beyond_trend: Option<BeyondTrend>,
    /// what was predicted, and does the interval (of the change beyond the trend, where there is one) hold it
    pub predicted: Option<(f64, bool)>,
    /// the judgement
    pub judgement: Judgement,
    /// in words, also when it did not help
    pub reading: Said,
}

/// Cases needed on each side.
const FEWEST: usize = 20;
const ROUNDS: usize = 999;
const PAIRS: usize = 400;

/// Measures the effect. `others`: the same two periods elsewhere, where nothing changed; `predicted`: the
/// change of the mean that was foretold.
pub fn effect(
    before: &[Seen],
    after: &[Seen],
    others: Option<(&[Seen], &[Seen])>,
    predicted: Option<f64>,
    seed: u64,
) -> Result<Effect, OptimiseError> {
    if before.iter().chain(after).any(|s| !s.value.is_finite()) {
        return Err(OptimiseError::cannot("用时里有缺失", "a value is missing"));
    }
    let values = |s: &[Seen]| s.iter().map(|x| x.value).collect::<Vec<_>>();
    let (a, b) = (values(before), values(after));
    let mean = (mean_of(&a), mean_of(&b));
    let enough = a.len() >= FEWEST && b.len() >= FEWEST;
    let shift = hodges_lehmann(&a, &b);
    let (interval, p_value) =
        if enough { chance(before, after, seed) } else { ((f64::NEG_INFINITY, f64::INFINITY), 1.0) };
    let found = if enough { series::of(before, after) } else { None };
    let drift = match &found {
        Some(f) => {
            if f.trend_p < 0.05 {
                f.trend
            } else {
                0.0
            }
        }
        None => drift(before, after),
    };
    let elsewhere = others.and_then(|(x, y)| series::of(x, y));
    let against_others = others.map(|(x, y)| (mean.1 - mean.0) - (mean_of(&values(y)) - mean_of(&values(x))));
    let judgement = judge(&Seems {
        enough,
        difference: mean.1 - mean.0,
        p_value,
        drift,
        against_others,
        found: found.as_ref(),
        elsewhere: elsewhere.as_ref(),
    });
    let beyond_trend = found.map(|f| BeyondTrend {
        effect: f.effect,
        interval: f.interval,
        p_value: f.p_value,
        detectable: f.detectable,
        season_removed: f.season,
        autocorrelation: f.autocorrelation,
        placebo_share: f.placebo,
        days: f.days,
    });
    let held = beyond_trend.map_or(interval, |f| f.interval);
    let mut e = Effect {
        cases: (a.len(), b.len()),
        mean,
        median: (median(&a), median(&b)),
        shift,
        interval,
        p_value,
        same_season: same_season(before, after),
        drift,
        volume: (per_week(before), per_week(after)),
        against_others,
        beyond_trend,
        predicted: predicted.map(|p| (p, held.0 <= p && p <= held.1)),
        judgement,
        reading: Said::new("", ""),
    };
    e.reading = reading(&e);
    Ok(e)
}

/// What a judgement rests on.
struct Seems<'a> {
    enough: bool,
    difference: f64,
    p_value: f64,
    drift: f64,
    against_others: Option<f64>,
    found: Option<&'a series::Break>,
    elsewhere: Option<&'a series::Break>,
}

/// Share of other days that may look as clear as the true one.
const PLACEBO_MOST: f64 = 0.1;
const SURE: f64 = 0.05;

fn judge(s: &Seems<'_>) -> Judgement {
    let elsewhere_too = s.against_others.is_some_and(|d| d > s.difference / 2.0);
    if !s.enough {
        return Judgement::TooFew;
    }
    let Some(f) = s.found else {
        // Too few weeks to tell a trend: the plain difference, and the trend as far as it shows.
        return if s.p_value > SURE {
            Judgement::NoEvidence
        } else if s.difference > 0.0 {
            Judgement::Hurt
        } else if s.drift < s.difference / 2.0 || elsewhere_too {
            Judgement::Doubtful
        } else {
            Judgement::Helped
        };
    };
    if f.p_value > SURE {
        // It is shorter, and the trend that was there explains it.
        let trend_explains = s.drift < s.difference / 2.0;
        return if s.p_value <= SURE && s.difference < 0.0 && trend_explains {
            Judgement::Doubtful
        } else {
            Judgement::NoEvidence
        };
    }
    if f.effect > 0.0 {
        return Judgement::Hurt;
    }
    let net_of_elsewhere = s.elsewhere.is_some_and(|o| {
        let error = f.standard_error.hypot(o.standard_error);
        f.effect - o.effect > -2.0 * error
    });
    if elsewhere_too || net_of_elsewhere || f.placebo.is_some_and(|share| share > PLACEBO_MOST) {
        Judgement::Doubtful
    } else {
        Judgement::Helped
    }
}

fn mean_of(v: &[f64]) -> f64 {
    if v.is_empty() { 0.0 } else { v.iter().sum::<f64>() / v.len() as f64 }
}
fn median(v: &[f64]) -> f64 {
    let mut v = v.to_vec();
    v.sort_by(f64::total_cmp);
    match v.len() {
        0 => 0.0,
        n if n % 2 == 1 => v[n / 2],
        n => f64::midpoint(v[n / 2 - 1], v[n / 2]),
    }
}

/// Median of all differences between an after and a before (evenly thinned when there are very many).
fn hodges_lehmann(a: &[f64], b: &[f64]) -> f64 {
    let thin = |v: &[f64]| {
        let mut v = v.to_vec();
        v.sort_by(f64::total_cmp);
        let n = v.len();
        if n <= PAIRS { v } else { (0..PAIRS).map(|k| v[(k * 2 + 1) * n / (2 * PAIRS)]).collect() }
    };
    let (a, b) = (thin(a), thin(b));
    median(&b.iter().flat_map(|y| a.iter().map(move |x| y - x)).collect::<Vec<_>>())
}

/// Sum and number of each week: cases of one week are alike, so whole weeks are drawn.
fn weeks(s: &[Seen]) -> Vec<(f64, f64)> {
    let mut by = std::collections::BTreeMap::new();
    for x in s {
        let w: &mut (f64, f64) = by.entry((x.day + 3).div_euclid(7)).or_default();
        w.0 += x.value;
        w.1 += 1.0;
    }
    by.into_values().collect()
}

/// Bootstrap interval of the difference of the means, and the permutation p-value, both by whole weeks.
fn chance(before: &[Seen], after: &[Seen], seed: u64) -> ((f64, f64), f64) {
    let (a, b) = (weeks(before), weeks(after));
    let ratio = |w: &mut dyn Iterator<Item = (f64, f64)>| {
        let (s, n) = w.fold((0.0, 0.0), |t, w| (t.0 + w.0, t.1 + w.1));
        if n > 0.0 { s / n } else { 0.0 }
    };
    let observed = ratio(&mut b.iter().copied()) - ratio(&mut a.iter().copied());
    let mut rng = Rng::stream(seed, 77);
    let mut draws: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let y = ratio(&mut (0..b.len()).map(|_| b[rng.below(b.len())]));
            y - ratio(&mut (0..a.len()).map(|_| a[rng.below(a.len())]))
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    let interval = (draws[ROUNDS / 40], draws[ROUNDS - 1 - ROUNDS / 40]);
    let mut all: Vec<(f64, f64)> = a.iter().chain(&b).copied().collect();
    let mut as_far = 1;
    for _ in 0..ROUNDS {
        for i in (1..all.len()).rev() {
            all.swap(i, rng.below(i + 1));
        }
        let d = ratio(&mut all[a.len()..].iter().copied()) - ratio(&mut all[..a.len()].iter().copied());
        as_far += usize::from(d.abs() >= observed.abs() - 1e-12);
    }
    (interval, as_far as f64 / (ROUNDS + 1) as f64)
}

/// Days that two cases of the same week of the year lie apart at least, so that they are of different years.
const ANOTHER_YEAR: f64 = 300.0;

/// Difference of the means within the weeks of the year that both periods have, in different years, each week
/// weighing as its smaller side.
fn same_season(before: &[Seen], after: &[Seen]) -> Option<f64> {
    let by = |s: &[Seen]| {
        let mut weeks = [(0.0, 0.0, 0.0); 53];
        for x in s {
            let of_year = ((x.day as f64).rem_euclid(365.2425) / 7.0) as usize;
            let week = &mut weeks[of_year.min(52)];
            *week = (week.0 + x.value, week.1 + 1.0, week.2 + x.day as f64);
        }
        weeks
    };
    let (a, b) = (by(before), by(after));
    let apart = |x: &(f64, f64, f64), y: &(f64, f64, f64)| y.2 / y.1 - x.2 / x.1 >= ANOTHER_YEAR;
    let both = a.iter().zip(&b).filter(|(x, y)| x.1 > 0.0 && y.1 > 0.0 && apart(x, y));
    let (mut sum, mut weight) = (0.0, 0.0);
    for (x, y) in both {
        let w = f64::min(x.1, y.1);
        sum += w * (y.0 / y.1 - x.0 / x.1);
        weight += w;
    }
    (weight > 0.0).then(|| sum / weight)
}

/// What would have come anyway: the slope of the weekly means before (Theil–Sen), carried to the middle of
/// the time after; 0 with fewer than eight weeks.
fn drift(before: &[Seen], after: &[Seen]) -> f64 {
    let mut by = std::collections::BTreeMap::new();
    for x in before {
        let w: &mut (f64, f64) = by.entry((x.day + 3).div_euclid(7)).or_default();
        w.0 += x.value;
        w.1 += 1.0;
    }
    let points: Vec<(f64, f64)> = by.iter().map(|(w, (s, n))| (*w as f64, s / n)).collect();
    if points.len() < 8 || after.is_empty() {
        return 0.0;
    }
    let step = points.len().div_ceil(400).max(1);
    let points: Vec<_> = points.into_iter().step_by(step).collect();
    let slopes: Vec<f64> = points
        .iter()
        .enumerate()
        .flat_map(|(i, p)| points[i + 1..].iter().map(move |q| (q.1 - p.1) / (q.0 - p.0)))
        .collect();
    let middle = |s: &[Seen]| s.iter().map(|x| x.day as f64).sum::<f64>() / s.len() as f64 / 7.0;
    // A slope whose sign is not clear is no drift.
    let rising = slopes.iter().filter(|s| **s > 0.0).count() as f64 / slopes.len() as f64;
    if (0.3..0.7).contains(&rising) { 0.0 } else { median(&slopes) * (middle(after) - middle(before)) }
}

fn per_week(s: &[Seen]) -> f64 {
    let (first, last) = s.iter().fold((i64::MAX, i64::MIN), |(a, b), x| (a.min(x.day), b.max(x.day)));
    if s.is_empty() { 0.0 } else { s.len() as f64 * 7.0 / (last - first + 1) as f64 }
}

fn reading(e: &Effect) -> Said {
    let d = e.mean.1 - e.mean.0;
    let base_zh = format!(
        "平均由 {:.2} 变为 {:.2}（差 {d:+.2}，95% 区间 {:+.2} 到 {:+.2}，p={:.3}）",
        e.mean.0, e.mean.1, e.interval.0, e.interval.1, e.p_value
    );
    let base_en = format!(
        "the mean went from {:.2} to {:.2} ({d:+.2}, 95 % interval {:+.2} to {:+.2}, p={:.3})",
        e.mean.0, e.mean.1, e.interval.0, e.interval.1, e.p_value
    );
    let (zh, en) = match e.judgement {
        Judgement::Helped => ("确有成效", "it helped"),
        Judgement::Hurt => ("没有成效，反而变长", "it did not help: it takes longer"),
        Judgement::NoEvidence => {
            ("看不出成效：差别不超过偶然波动", "no evidence that it helped: the difference is within chance")
        }
        Judgement::Doubtful => (
            "不能归功于这次改造：此前已在变短，或别处同样变短",
            "the change cannot take the credit: it was getting shorter before, or elsewhere as well",
        ),
        Judgement::TooFew => ("件数太少，还不能下结论", "too few cases to say"),
    };
    let mut zh = format!("{zh}。{base_zh}");
    let mut en = format!("{en}. {base_en}");
    if let Some(s) = e.same_season {
        zh += &format!("；同周比 {s:+.2}");
        en += &format!("; same weeks of the year {s:+.2}");
    } else if e.beyond_trend.is_none_or(|f| !f.season_removed) {
        zh += "；前后不到一年，没有可比的同期，季节影响未能排除";
        en += "; less than a year: no week of the year is in both, season is not excluded";
    }
    if let Some(f) = &e.beyond_trend {
        zh += &format!(
            "；扣除走势{}后的变化 {:+.2}（95% 区间 {:+.2} 到 {:+.2}，p={:.3}）",
            if f.season_removed { "和季节" } else { "" },
            f.effect,
            f.interval.0,
            f.interval.1,
            f.p_value
        );
        en += &format!(
            "; beyond trend{} it changed by {:+.2} (95 % interval {:+.2} to {:+.2}, p={:.3})",
            if f.season_removed { " and season" } else { "" },
            f.effect,
            f.interval.0,
            f.interval.1,
            f.p_value
        );
        if f.p_value > SURE {
            zh += &format!("；按现有件数，小于 {:.2} 的变化多半看不出来", f.detectable);
            en +=
                &format!("; a change below {:.2} would mostly stay unseen with so many cases", f.detectable);
        }
        if let Some(share) = f.placebo_share.filter(|s| *s > PLACEBO_MOST) {
            zh += &format!("；改造前另取的日子里有 {:.0}% 也显得同样明显", share * 100.0);
            en += &format!("; {:.0} % of other days before it look as clear", share * 100.0);
        }
    } else if e.judgement != Judgement::TooFew {
        zh += "；前后周数太少，走势分不开";
        en += "; too few weeks to tell a trend apart";
    }
    if e.drift != 0.0 {
        zh += &format!("；按此前走势本会 {:+.2}", e.drift);
        en += &format!("; the trend before would have brought {:+.2}", e.drift);
    }
    if let Some(o) = e.against_others {
        zh += &format!("；扣除对照后 {o:+.2}");
        en += &format!("; net of the comparison group {o:+.2}");
    }
    if e.volume.0 > 0.0 && (e.volume.1 / e.volume.0 - 1.0).abs() > 0.2 {
        zh += &format!("；件量由每周 {:.1} 变为 {:.1}", e.volume.0, e.volume.1);
        en += &format!("; volume went from {:.1} to {:.1} a week", e.volume.0, e.volume.1);
    }
    if let Some((p, held)) = e.predicted {
        zh += &format!("；预测 {p:+.2}，{}", if held { "在区间内" } else { "不在区间内" });
        en += &format!(
            "; predicted {p:+.2}, {}",
            if held { "inside the interval" } else { "outside the interval" }
        );
    }
    Said::new(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Distribution;

    fn days(from: i64, n: i64, seed: u64, f: impl Fn(i64) -> f64) -> Vec<Seen> {
        let d = Distribution::gamma(1.0, 0.3);
        let mut rng = Rng::new(seed);
        (0..n * 4).map(|k| Seen { day: from + k / 4, value: f(k / 4) * d.draw(&mut rng) }).collect()
    }
    fn judged(before: &[Seen], after: &[Seen]) -> Judgement {
        effect(before, after, None, None, 1).unwrap().judgement
    }

    #[test]
    fn a_real_effect_is_seen_and_no_effect_is_not() {
        let before = days(20_000, 180, 1, |_| 10.0);
        assert_eq!(judged(&before, &days(20_180, 180, 2, |_| 6.0)), Judgement::Helped);
        assert_eq!(judged(&before, &days(20_180, 180, 3, |_| 14.0)), Judgement::Hurt);
        assert_eq!(judged(&before, &days(20_180, 180, 4, |_| 10.0)), Judgement::NoEvidence);
        assert_eq!(judged(&before, &days(20_180, 3, 4, |_| 1.0)), Judgement::TooFew);
    }

    #[test]
    fn a_trend_that_was_there_before_is_not_credited() {
        let falling = |d: i64| 20.0 - d as f64 * 0.04;
        let before = days(20_000, 180, 1, falling);
        let after = days(20_180, 180, 2, |d| falling(d + 180));
        let e = effect(&before, &after, None, Some(-7.2), 1).unwrap();
        assert_eq!(e.judgement, Judgement::Doubtful, "{}", e.reading);
        // What was foretold is the effect of the change, and beyond the trend there is none.
        assert!(!e.predicted.unwrap().1, "{}", e.reading);
        assert!(e.drift < -6.0, "{}", e.reading);
    }

    #[test]
    fn what_happened_elsewhere_too_is_not_credited() {
        let before = days(20_000, 180, 1, |_| 10.0);
        let after = days(20_180, 180, 2, |_| 6.0);
        let (x, y) = (days(20_000, 180, 3, |_| 12.0), days(20_180, 180, 4, |_| 8.0));
        let e = effect(&before, &after, Some((&x, &y)), None, 1).unwrap();
        assert_eq!(e.judgement, Judgement::Doubtful, "{}", e.reading);
        assert!(e.same_season.is_none() || e.reading.zh.contains("同周"));
    }

    /// Half a year before and half after, four cases a day: level 10, `slope` a day, weeks that resemble each other by
    /// `like`, and a `step` on the day of the change.
    fn made(seed: u64, slope: f64, like: f64, step: f64) -> (Vec<Seen>, Vec<Seen>) {
        let d = Distribution::gamma(1.0, 0.4);
        let mut rng = Rng::new(seed);
        let mut mood = 0.0;
        let mut all = Vec::new();
        for day in 0..364 {
            if day % 7 == 0 {
                let shock: f64 = (0..12).map(|_| rng.unit()).sum::<f64>() - 6.0;
                mood = like * mood + 0.6 * shock * (1.0f64 - like * like).sqrt();
            }
            let level = 10.0 + slope * day as f64 + mood + if day >= 182 { step } else { 0.0 };
            all.extend((0..4).map(|_| Seen { day: 20_000 + day, value: level.max(0.5) * d.draw(&mut rng) }));
        }
        all.into_iter().partition(|s| s.day < 20_182)
    }

    /// In how many of 80 made-up cities the change is judged so.
    fn judged_so(slope: f64, like: f64, step: f64, wanted: Judgement) -> usize {
        let one = |seed: u64| {
            let (before, after) = made(seed * 7 + 1, slope, like, step);
            effect(&before, &after, None, None, seed).unwrap().judgement
        };
        (0..80u64).filter(|s| one(*s) == wanted).count()
    }

    /// A steady trend is never credited, whatever it is and however alike the weeks are: at most as often as chance
    /// allows (5 of 100, and no more than chance around it).
    #[test]
    fn a_steady_trend_is_not_credited() {
        for (slope, like) in [(0.0, 0.0), (0.0, 0.5), (-0.01, 0.0), (-0.02, 0.3), (-0.02, 0.5)] {
            let credited = judged_so(slope, like, 0.0, Judgement::Helped);
            assert!(credited <= 7, "slope {slope}, likeness {like}: {credited} of 80");
        }
    }

    #[test]
    fn a_real_step_is_found_beside_a_trend() {
        for (slope, like) in [(0.0, 0.0), (-0.01, 0.0), (-0.01, 0.3)] {
            let found = judged_so(slope, like, -3.0, Judgement::Helped);
            assert!(found >= 68, "slope {slope}, likeness {like}: {found} of 80");
        }
    }

    #[test]
    fn a_season_is_taken_out_when_a_year_is_there() {
        let wave = |day: i64| 10.0 + 3.0 * (day as f64 / 365.2425 * std::f64::consts::TAU).sin();
        let before = days(20_000, 500, 5, wave);
        let after = days(20_500, 150, 6, |d| wave(d + 500));
        let e = effect(&before, &after, None, None, 1).unwrap();
        let b = e.beyond_trend.unwrap();
        assert!(b.season_removed && b.p_value > 0.05, "{}", e.reading);
        assert!(!matches!(e.judgement, Judgement::Helped | Judgement::Hurt), "{}", e.reading);
        assert!(e.same_season.is_some());
        // Seven months of one year have no season to compare with.
        let e = effect(&days(20_000, 110, 7, wave), &days(20_110, 100, 8, |d| wave(d + 110)), None, None, 1);
        assert!(e.unwrap().same_season.is_none());
    }

    #[test]
    fn false_alarms_are_as_rare_as_stated() {
        let alarms = (0..60u64)
            .filter(|k| {
                let e = effect(
                    &days(20_000, 80, k * 2 + 100, |_| 5.0),
                    &days(20_080, 80, k * 2 + 101, |_| 5.0),
                    None,
                    None,
                    *k,
                );
                e.unwrap().p_value <= 0.05
            })
            .count();
        assert!(alarms <= 8, "{alarms} of 60");
    }
}
