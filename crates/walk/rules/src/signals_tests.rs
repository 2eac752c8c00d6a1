//! Signals: each on its fault, honest walks that must not be flagged, and how well they tell on generated walks.

use kernel::{Moment, StaffId, US_PER_SECOND};
use proptest::prelude::*;

use crate::forms::Form;
use crate::signals::*;
use crate::synthetic;

fn honest(walk: u32) -> WalkFacts {
    WalkFacts {
        walk,
        staff: StaffId(i64::from(walk)),
        item: "i1".into(),
        form: Form::Oneself,
        online: false,
        place: "市大厅".into(),
        planned_group: false,
        began: Moment::from_us(i64::from(walk) * 3600 * US_PER_SECOND),
        ended: Moment::from_us((i64::from(walk) * 3600 + 1800) * US_PER_SECOND),
        steps: (5, 5),
        ops: 30,
        // Forty characters of one's own.
        words: (0..40).filter_map(|k| char::from_u32(0x4e00 + walk * 40 + k)).collect(),
        files: 2,
        located: Some((40, 30)),
        findings: 1,
        answers: (20, 12),
    }
}

fn ids(j: &Judged) -> Vec<&'static str> {
    j.signals.iter().map(|s| s.id).collect()
}

#[test]
fn each_sign_is_seen_alone_with_its_evidence() {
    let stock = "通过此次活动深入了解了办事流程，工作人员服务热情周到，流程清晰，办理高效，群众满意度高，继续优化服务。";
    type Spoil = (&'static str, fn(&mut WalkFacts));
    let table: [Spoil; 5] = [
        ("pace", |w| w.ended = w.began.plus_us(40 * US_PER_SECOND)),
        ("no_evidence", |w| {
            w.words.clear();
            w.files = 0;
            w.located = None;
        }),
        ("elsewhere", |w| w.located = Some((9_000, 30))),
        ("straight_line", |w| {
            w.answers = (34, 34);
            w.words.clear();
        }),
        ("skipped", |w| w.steps = (1, 6)),
    ];
    for (id, spoil) in table {
        let mut walks: Vec<_> = (1..6).map(honest).collect();
        spoil(&mut walks[2]);
        let judged = judge(&walks);
        assert_eq!(ids(&judged[2]), [id]);
        assert!(!judged[2].signals[0].said.zh.is_empty() && judged[2].chance > judged[0].chance);
        assert!(judged.iter().enumerate().all(|(i, j)| i == 2 || j.signals.is_empty()), "{id} spread");
    }
    let mut walks: Vec<_> = (1..6).map(honest).collect();
    walks[0].words = stock.into();
    walks[3].words = format!("{stock}很好。");
    let judged = judge(&walks);
    assert_eq!((ids(&judged[0]), &judged[0].signals[0].walks), (vec!["same_words"], &vec![4]));
    assert!(judged[0].is_shown() && judged[3].is_shown() && !judged[1].is_shown());
}

#[test]
fn a_planned_group_and_a_short_complete_online_walk_are_left_alone() {
    let together = |planned| -> Vec<WalkFacts> {
        (1..8)
            .map(|n| WalkFacts {
                began: Moment::from_us(i64::from(n) * 10 * US_PER_SECOND),
                ended: Moment::from_us(3600 * US_PER_SECOND),
                planned_group: planned,
                ..honest(n)
            })
            .collect()
    };
    assert!(judge(&together(true)).iter().all(|j| j.signals.is_empty()));
    assert!(judge(&together(false)).iter().all(|j| ids(j) == ["group"] && j.is_shown()));
    // Many at one counter for different matters: a busy hall.
    let mut hall = together(false);
    hall.iter_mut().enumerate().for_each(|(i, w)| w.item = format!("i{i}"));
    assert!(judge(&hall).iter().all(|j| j.signals.is_empty()));
    // Four steps online in two minutes, a screenshot, nothing to complain about.
    let online = WalkFacts {
        online: true,
        form: Form::OnlineThroughout,
        place: String::new(),
        located: None,
        steps: (4, 4),
        ended: honest(9).began.plus_us(120 * US_PER_SECOND),
        findings: 0,
        words: String::new(),
        files: 1,
        answers: (6, 6),
        ..honest(9)
    };
    assert_eq!(judge(&[honest(1), online])[1].signals, []);
}

#[test]
fn never_a_problem_needs_others_who_found_some() {
    let mut walks: Vec<_> = (0..30).map(honest).collect();
    for w in &mut walks[..4] {
        w.staff = StaffId(500);
        w.findings = 0;
    }
    let judged = judge(&walks);
    assert_eq!(ids(&judged[0]), ["never_a_problem"]);
    assert!(!judged[0].is_shown(), "alone it is no reason to be shown");
    walks.iter_mut().for_each(|w| w.findings = 0);
    assert!(judge(&walks).iter().all(|j| j.signals.is_empty()), "an item in order has no problem");
}

/// Walks that the weights were not fitted on.
#[test]
fn faked_walks_are_told_and_few_honest_ones_are_shown() {
    for seed in [2, 3] {
        let (walks, faked) = synthetic::walks(seed, 2_000);
        let q = quality(&judge(&walks), &faked);
        assert!(q.auc > 0.95 && q.false_positive_rate < 0.02 && q.true_positive_rate > 0.9, "{seed}: {q:?}");
    }
}

/// The documented weights are the fitted ones.
#[test]
fn the_weights_of_the_table_are_what_the_fit_gives() {
    let (walks, faked) = synthetic::walks(1, 4_000);
    let judged = judge(&walks);
    let (bias, weights) = fit(&judged, &faked, RIDGE);
    let fitted: Vec<_> = DETECTORS.iter().zip(&weights).map(|(d, w)| (d.id, *w, d.weight)).collect();
    assert!((bias - BIAS).abs() < 0.15, "bias {bias}");
    for (id, fitted, table) in &fitted {
        assert!(
            (fitted - table).abs() < 0.15,
            "{id}: fitted {fitted}, table {table}; all: bias {bias} {fitted:?}"
        );
    }
}

#[test]
fn quality_of_a_perfect_a_useless_and_a_reversed_judge() {
    let judged = |c: [f64; 4]| -> Vec<Judged> {
        c.iter().map(|c| Judged { walk: 0, signals: vec![], chance: *c }).collect()
    };
    let truth = [false, false, true, true];
    assert_eq!(quality(&judged([0.1, 0.2, 0.8, 0.9]), &truth).auc, 1.0);
    assert_eq!(quality(&judged([0.5; 4]), &truth).auc, 0.5);
    assert_eq!(quality(&judged([0.9, 0.8, 0.2, 0.1]), &truth).auc, 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// A judgement does not depend on the order of the walks, strengths lie in 0–1, a signal never lowers the chance.
    #[test]
    fn judgements_are_sane(seed: u64, n in 0usize..80) {
        let (mut walks, _) = synthetic::walks(seed, n);
        let mut a = judge(&walks);
        walks.reverse();
        let mut b = judge(&walks);
        a.sort_by_key(|j| j.walk);
        b.sort_by_key(|j| j.walk);
        let none = chance(&[]);
        for (x, y) in a.iter().zip(&b) {
            prop_assert!((x.chance - y.chance).abs() < 1e-9);
            prop_assert!(x.signals.iter().all(|s| s.strength > 0.0 && s.strength <= 1.0));
            prop_assert!(x.chance >= none);
        }
    }
}
