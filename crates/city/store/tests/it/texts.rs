//! The index of texts on both engines against a list that is looked through from end to end: stretches, pages, clauses,
//! cases that changed, bands.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::texts::{self, Doc, Wanted};
use store::{Options, StoreError};
use testkit::both_engines;

/// Ids on both sides of the borders of several stretches, and far apart.
fn id() -> impl Strategy<Value = i64> {
    prop_oneof![1_i64..6, 32_764_i64..32_772, 65_534_i64..65_538, 200_000_i64..200_004, Just(1_000_000)]
}

fn words() -> impl Strategy<Value = BTreeSet<String>> {
    let all = ["路灯", "电梯", "物业", "0u1", "0u2", "0pyldd", "x7"];
    proptest::sample::subsequence(all.to_vec(), 0..=all.len())
        .prop_map(|w| w.into_iter().map(str::to_owned).collect())
}

fn doc() -> impl Strategy<Value = Doc> {
    let band = prop_oneof![Just(u64::MAX), Just(7 << 40), any::<u64>()];
    let bands = proptest::collection::vec(band, 0..4);
    (id(), words(), bands).prop_map(|(case, terms, mut bands)| {
        bands.sort_unstable();
        bands.dedup();
        Doc { case, terms: terms.into_iter().collect(), signature: vec![case as u8; 3], bands }
    })
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let clause = || words().prop_map(|w| w.into_iter().take(3).collect::<Vec<_>>());
    let all = proptest::collection::vec(clause(), 1..4);
    (all, clause(), clause()).prop_map(|(all, not, scopes)| Wanted { all, not, scopes })
}

fn answers(known: &BTreeMap<i64, Doc>, w: &Wanted, before: i64, limit: usize) -> Vec<i64> {
    let one_of = |d: &Doc, terms: &[String]| terms.iter().any(|t| d.terms.contains(t));
    let fits = |d: &Doc| w.all.iter().all(|c| one_of(d, c)) && one_of(d, &w.scopes) && !one_of(d, &w.not);
    known.values().rev().filter(|d| d.case < before && fits(d)).take(limit).map(|d| d.case).collect()
}

#[test]
fn what_is_found_is_what_a_look_at_every_case_finds() {
    both_engines(&Options::default(), |store| {
        let mut runner =
            TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let steps = proptest::collection::vec(proptest::collection::vec(doc(), 1..8), 1..4);
        let asked = proptest::collection::vec((wanted(), id(), 1_u32..6), 8);
        runner
            .run(&(steps, asked), |(steps, asked)| {
                store.write(texts::clear).unwrap();
                let mut known: BTreeMap<i64, Doc> = BTreeMap::new();
                let mut under: BTreeMap<u64, BTreeSet<i64>> = BTreeMap::new();
                for step in steps {
                    let step: BTreeMap<i64, Doc> = step.into_iter().map(|d| (d.case, d)).collect();
                    for (case, d) in &step {
                        for band in &d.bands {
                            under.entry(*band).or_default().insert(*case);
                        }
                    }
                    known.extend(step.clone());
                    let docs: Vec<Doc> = step.into_values().collect();
                    store.write(move |tx| texts::put_many(tx, &docs)).unwrap();
                }
                for (w, before, limit) in asked {
                    for before in [before, i64::MAX] {
                        let expected = answers(&known, &w, before, limit as usize);
                        let w = w.clone();
                        let found = store.read(move |rd| texts::find(rd, &w, before, limit)).unwrap();
                        prop_assert_eq!(found.into_iter().map(|c| c.0).collect::<Vec<_>>(), expected);
                    }
                }
                // Of each band the newest; what was taken back may still be there.
                let bands: Vec<u64> = under.keys().copied().collect();
                let asked = bands.clone();
                let lists = store.read(move |rd| texts::banded(rd, &asked, 3)).unwrap();
                for (band, list) in bands.iter().zip(lists) {
                    let newest: Vec<i64> = under[band].iter().rev().take(3).copied().collect();
                    prop_assert_eq!(list, newest);
                }
                for (case, d) in &known {
                    let case = *case;
                    let kept = store.read(move |rd| texts::signature(rd, case)).unwrap();
                    prop_assert_eq!(kept.as_ref(), Some(&d.signature));
                }
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn words_that_are_none_are_a_fault_and_an_empty_question_finds_nothing() {
    both_engines(&Options::default(), |store| {
        let ask = |all: Vec<Vec<&str>>| {
            let all = all.into_iter().map(|c| c.into_iter().map(str::to_owned).collect()).collect();
            let w = Wanted { all, not: Vec::new(), scopes: vec!["0u1".into()] };
            store.read(move |rd| texts::find(rd, &w, i64::MAX, 5))
        };
        assert_eq!(ask(vec![]).unwrap(), vec![]);
        assert_eq!(ask(vec![vec![]]).unwrap(), vec![]);
        for bad in ["", "a\" OR \"b", "路 灯", "{1}"] {
            assert!(matches!(ask(vec![vec![bad]]), Err(StoreError::Bug(_))), "{bad}");
        }
    });
}
