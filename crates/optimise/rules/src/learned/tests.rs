//! Made-up cities whose answers are known.

use super::*;

const HOUR: i64 = 3_600_000_000;

/// Cases every two hours: received, checked (one in three comes back once for correction), decided.
fn city(n: i64, slower_from: i64, factor: i64) -> Vec<Vec<Ran>> {
    let mut rng = Rng::new(5);
    (0..n)
        .map(|k| {
            let mut at = k * 2 * HOUR;
            let times = if k >= slower_from { factor } else { 1 };
            let mut case = Vec::new();
            let mut step = |name: &str, rng: &mut Rng, hours: f64| {
                let start = at;
                at += (hours * (0.5 + rng.unit()) * HOUR as f64) as i64 * times;
                case.push(Ran { activity: name.into(), start, end: at });
            };
            step("受理", &mut rng, 1.0);
            if k % 3 == 0 {
                step("补正", &mut rng, 48.0);
                step("再审", &mut rng, 4.0);
            } else {
                step("审查", &mut rng, 8.0);
            }
            step("决定", &mut rng, 2.0);
            case
        })
        .collect()
}

#[test]
fn what_it_has_not_seen_is_reproduced() {
    let r = reproduce(&city(1_500, i64::MAX, 1), 0.4, &|_| true, 1).unwrap();
    assert!(r.holds, "{} {r:?}", r.reading);
    assert!(r.distance < 0.1 && (r.mean_hours.1 / r.mean_hours.2 - 1.0).abs() < 0.1, "{r:?}");
}

#[test]
fn months_that_differ_are_told_with_the_part_that_fails() {
    let r = reproduce(&city(1_500, 900, 2), 0.4, &|_| true, 1).unwrap();
    assert!(!r.holds && r.distance_learned < DISTANCE_MOST, "{r:?}");
    assert!(r.reading.zh.contains("办结时间变了") && r.reading.zh.contains("在办件数"), "{}", r.reading);
    assert!(reproduce(&city(60, 900, 2), 0.4, &|_| true, 1).is_err());
}

#[test]
fn a_change_is_tried_on_the_same_numbers() {
    let learned = Learned::from_cases(&city(900, i64::MAX, 1), &|_| true, 1).unwrap();
    let s =
        learned.what_if(&[WhatIf::Faster { from: "受理".into(), to: "补正".into(), times: 0.5 }], 3).unwrap();
    // A third of the cases saves 24 of 48 hours.
    assert!((s.saved_hours.0 - 8.0).abs() < 0.8 && s.better > 0.99, "{s:?}");
    let without = learned.what_if(&[WhatIf::Without("补正".into())], 3).unwrap();
    assert!((without.saved_hours.0 - 16.0).abs() < 1.6, "{without:?}");
    assert!(learned.what_if(&[WhatIf::Without("不存在".into())], 3).is_err());
    let none = learned.what_if(&[], 3).unwrap();
    assert_eq!(none.saved_hours, (0.0, 0.0, 0.0));
}

#[test]
fn the_distance_is_that_of_moved_earth() {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    near(distance(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.0);
    near(distance(&[0.0], &[5.0, 7.0]), 6.0);
    near(distance(&[0.0, 10.0], &[0.0, 0.0, 10.0, 10.0]), 0.0);
    near(distance(&[1.0, 2.0], &[2.0, 3.0, 4.0]), 1.5);
}
