//! 份额: how often each of several happens, some written per cent (`70%`), some bare (`30`, `0.3`): on one scale or not at all.

/// A share, and whether it was written with its per cent sign (then it is divided already).
pub(crate) type Written = (f64, bool);

/// Bare shares beside such with a sign fit when all add up to 1, as near as rounded figures do.
const NEAR: f64 = 0.02;

/// All shares on one scale, or none where what is meant cannot be told for certain. Only-bare ones stay as they are:
/// shares of 1, per cent or counts, in proportion the same.
pub(crate) fn on_one_scale(all: &[Written]) -> Option<Vec<f64>> {
    let plain = || all.iter().map(|s| s.0).collect::<Vec<f64>>();
    let bare = || all.iter().filter(|s| !s.1).map(|s| s.0).filter(|s| *s > 0.0);
    let (parts, large) = (bare().any(|s| s < 1.0), bare().any(|s| s > 1.0));
    if !all.iter().any(|s| s.1) {
        // 0.7 beside 30 may be one scale, or a share of 1 beside one per cent: together they would be a whole.
        let near = |sum: f64| (sum - 100.0).abs() <= 100.0 * NEAR;
        let mixed: f64 = bare().map(|s| if s < 1.0 { s * 100.0 } else { s }).sum();
        let unclear = parts && large && near(mixed) && !near(plain().iter().sum());
        return (!unclear).then(plain);
    }
    let percent = || all.iter().map(|s| if s.1 { s.0 } else { s.0 / 100.0 }).collect::<Vec<f64>>();
    if bare().next().is_none() {
        return Some(plain());
    }
    let whole = |list: &[f64]| (list.iter().sum::<f64>() - 1.0).abs() <= NEAR;
    match (whole(&plain()), whole(&percent())) {
        (true, false) => Some(plain()),
        (false, true) => Some(percent()),
        // 30 beside 70% is no share of 1, 0.3 no per cent.
        _ if large && !parts && !bare().any(|s| s == 1.0) => Some(percent()),
        _ if parts && !large && !bare().any(|s| s == 1.0) => Some(plain()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_writings() {
        let (signed, bare) = (|p: f64| (p / 100.0, true), |n: f64| (n, false));
        let same = |all: &[Written], want: &[f64]| {
            let got = on_one_scale(all).unwrap_or_else(|| panic!("{all:?}"));
            let (a, b): (f64, f64) = (got.iter().sum(), want.iter().sum());
            for (x, y) in got.iter().zip(want) {
                assert!((x / a - y / b).abs() < 1e-9, "{all:?}: {got:?}");
            }
        };
        // Two that make a whole: both with the sign, one, or none; what may be of two scales is refused.
        for (a, b) in [(70.0, 30.0), (50.0, 50.0), (60.0, 40.0), (12.5, 87.5)] {
            for all in [
                [signed(a), signed(b)],
                [signed(a), bare(b)],
                [signed(a), bare(b / 100.0)],
                [bare(a), signed(b)],
                [bare(a / 100.0), signed(b)],
                [bare(a), bare(b)],
                [bare(a / 100.0), bare(b / 100.0)],
            ] {
                same(&all, &[a, b]);
            }
            assert_eq!(on_one_scale(&[bare(a / 100.0), bare(b)]), None);
            assert_eq!(on_one_scale(&[bare(a), bare(b / 100.0)]), None);
        }
        same(&[bare(0.2), bare(1.8)], &[1.0, 9.0]);
        same(&[signed(60.0), bare(30.0), bare(10.0)], &[6.0, 3.0, 1.0]);
        same(&[bare(120.0), bare(60.0), bare(20.0)], &[6.0, 3.0, 1.0]);
        same(&[bare(99.5), bare(0.5)], &[199.0, 1.0]);
        for unclear in [vec![signed(50.0), bare(0.2), bare(40.0)], vec![signed(50.0), bare(1.0)]] {
            assert_eq!(on_one_scale(&unclear), None, "{unclear:?}");
        }
    }
}
