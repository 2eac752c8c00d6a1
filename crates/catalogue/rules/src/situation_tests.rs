//! Situations: what each flaw looks like, and laws over any tree.

use crate::ServiceItem;
use crate::sample;
use crate::situation::*;
use proptest::prelude::*;

#[test]
fn answers_lead_to_exactly_what_applies() {
    let item = sample::food_licence();
    assert_eq!(check(&item), []);
    let ids = |way: &[&str]| -> Vec<String> {
        resolve(&item, way).unwrap().materials.iter().map(|m| m.id.clone()).collect()
    };
    assert_eq!(ids(&["a", "a"]), ["m1", "m2", "m4"]);
    assert_eq!(ids(&["b", "a"]), ["m1", "m2", "m3", "m4"]);
    assert!(resolve(&item, &["a", "b"]).unwrap().refused.unwrap().contains("备案"));
    assert_eq!(resolve(&item, &["a"]), Err(NoWay::Ask("q2".into())));
    assert!(matches!(resolve(&item, &["x"]), Err(NoWay::NoSuchAnswer { .. })));
    assert_eq!(ways(item.situations.as_ref().unwrap()).0.len(), 4);
}

#[test]
fn each_flaw_is_found() {
    type Spoil = (Flaw, &'static str, fn(&mut ServiceItem));
    fn q(i: &mut ServiceItem, n: usize) -> &mut Question {
        &mut i.situations.as_mut().unwrap().questions[n]
    }
    let table: [Spoil; 11] = [
        (Flaw::Gap, "不存在", |i| q(i, 0).answers[1].adds = vec!["m9".into()]),
        (Flaw::Gap, "环节编号“s9”不存在", |i| {
            q(i, 0).answers[1].drops_steps = vec!["s9".into()];
        }),
        (Flaw::Gap, "却没有要求提交", |i| q(i, 0).answers[0].drops = vec!["m2".into()]),
        (Flaw::Contradiction, "既要求又免除", |i| q(i, 1).answers[0].drops = vec!["m3".into()]),
        (Flaw::Contradiction, "都写着", |i| q(i, 0).answers[1].text = "法定代表人本人".into()),
        (Flaw::DeadEnd, "不存在", |i| q(i, 0).answers[0].next = Some("q7".into())),
        (Flaw::DeadEnd, "不足两个选项", |i| q(i, 1).answers.truncate(1)),
        (Flaw::DeadEnd, "绕成了圈", |i| q(i, 1).answers[0].next = Some("q1".into())),
        (Flaw::DeadEnd, "永远问不到", |i| q(i, 0).answers.iter_mut().for_each(|a| a.next = None)),
        (Flaw::DeadEnd, "没有任何材料和环节", |i| {
            q(i, 1).answers[0].drops = (1..5).map(|n| format!("m{n}")).collect();
            q(i, 1).answers[0].drops_steps = (1..6).map(|n| format!("s{n}")).collect();
            q(i, 0).answers.truncate(1);
        }),
        (Flaw::Idle, "结果都一样", |i| q(i, 0).answers[1].adds.clear()),
    ];
    for (flaw, words, spoil) in table {
        let mut item = sample::food_licence();
        spoil(&mut item);
        let found = check(&item);
        assert!(found.iter().any(|f| f.flaw == flaw && f.said.zh.contains(words)), "{words}: {found:?}");
    }
}

/// Any tree over three materials and two steps, sound or broken.
fn tree() -> impl Strategy<Value = Situations> {
    let some = |list: &'static [&'static str]| {
        proptest::sample::subsequence(list, 0..=list.len().min(2))
            .prop_map(|l| l.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let answer = (
        proptest::option::of(0usize..7),
        some(&["m1", "m2", "m3", "m9"]),
        some(&["m1", "m2", "m3"]),
        some(&["s1", "s2"]),
        some(&["s1", "s2"]),
        prop::bool::weighted(0.1),
    );
    let answers = proptest::collection::vec(answer, 0..4);
    proptest::collection::vec(answers, 0..7).prop_map(|questions| Situations {
        questions: questions
            .into_iter()
            .enumerate()
            .map(|(n, answers)| Question {
                id: format!("q{n}"),
                ask: format!("问题{n}"),
                answers: answers
                    .into_iter()
                    .enumerate()
                    .map(|(k, (next, adds, drops, adds_steps, drops_steps, refuse))| Answer {
                        id: format!("{k}"),
                        text: format!("答{k}"),
                        next: next.map(|n| format!("q{n}")),
                        adds,
                        drops,
                        adds_steps,
                        drops_steps,
                        refuse: if refuse { "请改办别的".into() } else { String::new() },
                    })
                    .collect(),
            })
            .collect(),
    })
}

/// Trees whose questions follow each other and that add without contradiction; most are sound.
fn likely_sound() -> impl Strategy<Value = Situations> {
    let answer = (0usize..4, proptest::sample::subsequence(vec!["m3"], 0..=1), prop::bool::weighted(0.1));
    let answers = proptest::collection::vec(answer, 2..4);
    proptest::collection::vec(answers, 1..6).prop_map(|questions| {
        let n = questions.len();
        let next = |at: usize, step: usize| (step > 0 && at + step < n).then(|| format!("q{}", at + step));
        let answer = |q: usize, k: usize, (step, adds, refuse): (usize, Vec<&str>, bool)| Answer {
            id: format!("{k}"),
            text: format!("答{k}"),
            next: next(q, if k == 0 { 1 } else { step }),
            adds: adds.into_iter().map(str::to_owned).collect(),
            refuse: if refuse && k > 0 { "请改办别的".into() } else { String::new() },
            ..Answer::default()
        };
        let question = |(q, answers): (usize, Vec<_>)| Question {
            id: format!("q{q}"),
            ask: format!("问题{q}"),
            answers: answers.into_iter().enumerate().map(|(k, a)| answer(q, k, a)).collect(),
        };
        Situations { questions: questions.into_iter().enumerate().map(question).collect() }
    })
}

fn item_with(tree: Situations) -> ServiceItem {
    let mut item = sample::food_licence();
    item.materials.truncate(3);
    item.steps.truncate(2);
    item.steps[1].consumes = vec!["m2".into()];
    item.situations = Some(tree);
    item
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_global_rejects: 60_000, ..ProptestConfig::default() })]
    /// Whatever the tree: no panic, no endless way, and what applies is a part of the item, once each, in order.
    #[test]
    fn every_way_ends_in_a_part_of_the_item(tree in tree(), answers in proptest::collection::vec(0usize..4, 0..9)) {
        let item = item_with(tree);
        let found = check(&item);
        let answers: Vec<_> = answers.iter().map(ToString::to_string).collect();
        let answers: Vec<_> = answers.iter().map(String::as_str).collect();
        if let Ok(a) = resolve(&item, &answers) {
            let order: Vec<_> = a.materials.iter().map(|m| item.materials.iter().position(|x| x.id == m.id)).collect();
            prop_assert!(order.windows(2).all(|w| w[0] < w[1]));
            prop_assert_eq!(&a, &resolve(&item, &answers).unwrap());
        }
        prop_assert!(found.len() <= 200);
    }

    /// A tree without flaws keeps its word: every way resolves, every step finds its materials, no question
    /// is asked in vain, and any wrong answer is refused with what is asked now.
    #[test]
    fn a_sound_tree_keeps_its_word(tree in likely_sound()) {
        let item = item_with(tree);
        prop_assume!(check(&item).is_empty() && !item.situations.as_ref().unwrap().questions.is_empty());
        let (all, cut) = ways(item.situations.as_ref().unwrap());
        prop_assert!(!cut && !all.is_empty());
        let mut asked = std::collections::BTreeSet::new();
        for way in &all {
            let a = resolve(&item, way).unwrap();
            asked.extend(a.way.iter().map(|(q, _)| q.to_string()));
            if a.refused.is_none() {
                for s in &a.steps {
                    prop_assert!(s.consumes.iter().all(|m| a.materials.iter().any(|x| &x.id == m)));
                }
            }
            for n in 0..way.len() {
                prop_assert!(matches!(resolve(&item, &way[..n]), Err(NoWay::Ask(_))), "a shorter way is not an end");
            }
        }
        prop_assert_eq!(asked.len(), item.situations.as_ref().unwrap().questions.len());
    }
}
