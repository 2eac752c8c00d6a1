//! 试点成效 (K4, S6): regions that try something beside regions that do not, before and after. The rate ratio of the pilots is set
//! against that of the others, so that what changed everywhere is not credited to them; regions that differ among themselves make the
//! interval wider. Must not know where the counts come from.

use serde::{Deserialize, Serialize};

/// One region, before and after the pilots began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// name of the region
    pub name: String,
    /// does it take part
    pub pilot: bool,
    /// people or companies who may apply, where that is known
    pub eligible: Option<i64>,
    /// handed in before
    pub before: i64,
    /// handed in since
    pub after: i64,
}

/// One side of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Side {
    /// regions
    pub regions: usize,
    /// handed in before
    pub before: i64,
    /// handed in since
    pub after: i64,
    /// for each 10,000 eligible in 30 days, before; none where one region does not say how many are eligible
    pub rate_before: Option<f64>,
    /// the same since
    pub rate_after: Option<f64>,
    /// since ÷ before, by day
    pub change: Option<f64>,
}

/// What the comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// nothing to be said: no others, no pilots, or nothing before
    Nothing,
    /// fewer than two regions on a side: differences between regions cannot be told from those of the pilot
    TooFew,
    /// no difference beyond chance
    Same,
    /// the pilots grew more
    More,
    /// the pilots grew less
    Less,
}

/// Pilots against others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// the pilots
    pub pilots: Side,
    /// the others
    pub others: Side,
    /// change of the pilots ÷ change of the others
    pub ratio: Option<f64>,
    /// 95 in 100 intervals of this kind hold the true one
    pub interval: Option<(f64, f64)>,
    /// how many times wider than chance alone the regions scatter (a variance; 1 at least)
    pub scatter: f64,
    /// in a word
    pub verdict: Verdict,
}

/// Compares over so many days before and after.
///
/// Given what a region had in all, what it has had since is a share of it: that share is the same in all regions of a side but for chance
/// and for what is the region's own. The logarithm of the ratio is the difference of the logits of both shares; its variance is that
/// of the counts, times the scatter of the regions around their side (a quasi-binomial with Pearson's estimate), with Student's t.
pub fn compare(arms: &[Arm], days_before: f64, days_after: f64) -> Compared {
    let pilots = side(arms, true, days_before, days_after);
    let others = side(arms, false, days_before, days_after);
    let of = |s: &Side| (s.before > 0 && s.after > 0).then_some((s.before as f64, s.after as f64));
    let nothing = |verdict| Compared {
        pilots: pilots.clone(),
        others: others.clone(),
        ratio: None,
        interval: None,
        scatter: 1.0,
        verdict,
    };
    let (Some((pb, pa)), Some((ob, oa))) = (of(&pilots), of(&others)) else {
        return nothing(Verdict::Nothing);
    };
    let log = (pa / pb).ln() - (oa / ob).ln();
    let free = arms.iter().filter(|a| a.before + a.after > 0).count().saturating_sub(2);
    let scatter = if free == 0 { 1.0 } else { (chi(arms, true) + chi(arms, false)) / free as f64 }.max(1.0);
    let wide = (scatter * (1.0 / pb + 1.0 / pa + 1.0 / ob + 1.0 / oa)).sqrt() * student(free);
    let few = pilots.regions < 2 || others.regions < 2;
    Compared {
        ratio: Some(log.exp()),
        interval: (!few).then(|| ((log - wide).exp(), (log + wide).exp())),
        scatter,
        verdict: match log {
            _ if few => Verdict::TooFew,
            l if l - wide > 0.0 => Verdict::More,
            l if l + wide < 0.0 => Verdict::Less,
            _ => Verdict::Same,
        },
        ..nothing(Verdict::Nothing)
    }
}

fn side(arms: &[Arm], pilot: bool, days_before: f64, days_after: f64) -> Side {
    let of: Vec<&Arm> = arms.iter().filter(|a| a.pilot == pilot).collect();
    let (before, after) = of.iter().fold((0, 0), |(b, a), r| (b + r.before, a + r.after));
    let eligible: Option<i64> = of.iter().map(|a| a.eligible.filter(|n| *n > 0)).sum();
    let rate = |n: i64, days: f64| {
        let people = eligible.filter(|n| *n > 0)? as f64;
        (days > 0.0).then(|| n as f64 / people * 10_000.0 / days * 30.0)
    };
    let change = (before > 0 && days_before > 0.0 && days_after > 0.0)
        .then(|| (after as f64 / days_after) / (before as f64 / days_before));
    Side {
        regions: of.len(),
        rate_before: rate(before, days_before),
        rate_after: rate(after, days_after),
        before,
        after,
        change,
    }
}

/// Pearson's chi-square of the regions of a side around the share of their side.
fn chi(arms: &[Arm], pilot: bool) -> f64 {
    let of = || arms.iter().filter(move |a| a.pilot == pilot && a.before + a.after > 0);
    let (all, after) = of().fold((0, 0), |(n, a), r| (n + r.before + r.after, a + r.after));
    if all == 0 || after == 0 || after == all {
        return 0.0;
    }
    let share = after as f64 / all as f64;
    of().map(|r| {
        let n = (r.before + r.after) as f64;
        (r.after as f64 - n * share).powi(2) / (n * share * (1.0 - share))
    })
    .sum()
}

/// Two-sided 95 % point of Student's t; of the normal where nothing was estimated.
fn student(free: usize) -> f64 {
    const POINTS: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
        2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
        2.045, 2.042,
    ];
    match free {
        0 => 1.960,
        n => POINTS.get(n - 1).copied().unwrap_or(1.960 + 2.4 / n as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(pilot: bool, before: i64, after: i64) -> Arm {
        Arm { name: String::new(), pilot, eligible: Some(10_000), before, after }
    }

    #[test]
    fn what_changed_everywhere_is_not_credited_to_the_pilots() {
        // All doubled.
        let arms: Vec<Arm> = (0..8).map(|n| arm(n < 3, 100 + n, 200 + 2 * n)).collect();
        let c = compare(&arms, 90.0, 90.0);
        assert_eq!(c.verdict, Verdict::Same);
        assert!((c.ratio.unwrap() - 1.0).abs() < 0.01 && c.interval.unwrap().0 < 1.0, "{c:?}");
        assert!((c.pilots.change.unwrap() - 2.0).abs() < 0.01);
        // Other lengths of time are no change.
        let arms: Vec<Arm> = (0..8).map(|n| arm(n < 3, 300, 100)).collect();
        assert_eq!(compare(&arms, 90.0, 30.0).verdict, Verdict::Same);
        assert!((compare(&arms, 90.0, 30.0).pilots.change.unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_real_difference_is_seen_and_scatter_of_regions_hides_it() {
        let plain: Vec<Arm> = [
            (true, 100, 150),
            (true, 90, 140),
            (true, 110, 160),
            (false, 100, 101),
            (false, 95, 94),
            (false, 105, 108),
        ]
        .map(|(p, b, a)| arm(p, b, a))
        .to_vec();
        let c = compare(&plain, 90.0, 90.0);
        assert_eq!(c.verdict, Verdict::More, "{c:?}");
        assert!(c.interval.unwrap().0 > 1.05 && (c.ratio.unwrap() - 1.5).abs() < 0.02, "{c:?}");
        // The same sums, from regions that have nothing in common.
        let wild: Vec<Arm> = [
            (true, 100, 20),
            (true, 100, 330),
            (true, 100, 100),
            (false, 100, 10),
            (false, 100, 190),
            (false, 100, 103),
        ]
        .map(|(p, b, a)| arm(p, b, a))
        .to_vec();
        let c = compare(&wild, 90.0, 90.0);
        assert!(c.scatter > 10.0 && c.verdict == Verdict::Same, "{c:?}");
        // One pilot proves nothing about pilots.
        assert_eq!(compare(&plain[2..], 90.0, 90.0).verdict, Verdict::TooFew);
        assert_eq!(compare(&plain[..3], 90.0, 90.0).verdict, Verdict::Nothing);
    }

    #[test]
    fn rates_are_said_only_where_everybody_says_how_many_may_apply() {
        let mut arms = vec![arm(true, 30, 60), arm(true, 30, 60), arm(false, 30, 30)];
        let c = compare(&arms, 30.0, 30.0);
        assert_eq!((c.pilots.rate_before, c.pilots.rate_after), (Some(30.0), Some(60.0)));
        arms[0].eligible = None;
        assert_eq!(compare(&arms, 30.0, 30.0).pilots.rate_after, None);
    }

    #[test]
    fn of_many_cities_without_a_difference_one_in_twenty_at_most_shows_one() {
        // Counts that scatter twice as wide as chance, from a fixed sequence.
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        let mut normal = move || (0..12).map(|_| next()).sum::<f64>() - 6.0;
        let wrong = (0..1_000)
            .filter(|_| {
                let mut draw = || (120.0 + 120.0_f64.sqrt() * 1.5 * normal()).max(1.0).round() as i64;
                let arms: Vec<Arm> = (0..10).map(|n| arm(n < 4, draw(), draw())).collect();
                matches!(compare(&arms, 90.0, 90.0).verdict, Verdict::More | Verdict::Less)
            })
            .count();
        assert!((15..=75).contains(&wrong), "{wrong} of 1,000");
    }
}
