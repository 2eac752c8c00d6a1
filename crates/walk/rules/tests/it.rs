//! The laws of syncing, played as phones play them: any order, twice, in parts, after a week, from two phones.

use std::collections::BTreeMap;

use kernel::{Moment, StaffId, US_PER_SECOND};
use proptest::prelude::*;
use walk::forms::{FORMS, Form};
use walk::ops::{FindingKind, Timed, Verdict};
use walk::record::StepPlace;
use walk::validity::Validity;
use walk::{Act, Hlc, Log, Op, OpId, WalkRecord, walker_shown_to};

fn at(s: i64) -> Moment {
    Moment::from_us(s * US_PER_SECOND)
}

/// One phone: its own counter and clock.
struct Phone {
    device: u64,
    counter: u32,
    clock: Hlc,
    log: Log,
}
impl Phone {
    fn new(device: u64) -> Self {
        Self { device, counter: 0, clock: Hlc { wall: at(0), logical: 0 }, log: Log::default() }
    }
    fn does(&mut self, now: i64, act: Act) -> OpId {
        self.clock = self.clock.tick(at(now));
        let id = OpId { device: self.device, counter: self.counter };
        self.counter += 1;
        let op = Op { id, at: self.clock, act };
        assert_eq!(op.fault(), None);
        self.log.add(op);
        id
    }
    fn hears(&mut self, other: &Log, now: i64) {
        for op in other.in_order() {
            self.clock = self.clock.observe(op.at, at(now));
        }
        self.log.merge(other);
    }
}

fn start(form: Form, simulated: bool) -> Act {
    Act::Start { form, identity: form.rule().identity, item: "i1".into(), version: 1, simulated }
}

fn act() -> impl Strategy<Value = Act> {
    let step = || prop::sample::select(vec!["s1", "s2", "s3"]).prop_map(str::to_owned);
    prop_oneof![
        Just(start(Form::Oneself, true)),
        Just(start(Form::AtWindow, false)),
        step().prop_map(|step| Act::StepBegan { step }),
        (step(), any::<bool>()).prop_map(|(step, through)| Act::StepEnded { step, through }),
        (step(), "m[1-4]", any::<bool>()).prop_map(|(step, material, in_guide)| Act::Asked {
            step,
            material,
            in_guide
        }),
        (step(), 0i64..500, 0i64..500).prop_map(|(step, from, n)| Act::Timer {
            step,
            kind: Timed::Waiting,
            from: at(from),
            to: at(from + n)
        }),
        (0u64..500, any::<bool>())
            .prop_map(|(fen, in_guide)| Act::Paid { name: "费".into(), fen, in_guide }),
        "[一-龥]{1,6}".prop_map(|place| Act::Visit { place }),
        (prop::sample::select(vec!["A1", "B7", "C6"]), any::<bool>()).prop_map(|(e, good)| Act::Checked {
            element: e.into(),
            verdict: if good { Verdict::Good } else { Verdict::Bad },
            note: String::new()
        }),
        (step(), "[一-龥]{1,9}").prop_map(|(step, text)| Act::Found {
            kind: FindingKind::Problem,
            step,
            text
        }),
        (0u64..3, 0u32..20).prop_map(|(device, counter)| Act::Measure {
            finding: OpId { device, counter },
            text: "改".into(),
            by: None
        }),
        (0u64..3, 0u32..20).prop_map(|(device, counter)| Act::Retract { op: OpId { device, counter } }),
        any::<bool>().prop_map(|reached_end| Act::Finish { reached_end }),
    ]
}

/// Operations of up to three phones; ids are single, times may be anything.
fn ops() -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec((0u64..3, 0i64..1000, 0u32..3, act()), 0..50).prop_map(|list| {
        let mut counters: BTreeMap<u64, u32> = BTreeMap::new();
        let mut out = Vec::new();
        for (device, s, logical, act) in list {
            let counter = counters.entry(device).or_insert(0);
            out.push(Op { id: OpId { device, counter: *counter }, at: Hlc { wall: at(s), logical }, act });
            *counter += 1;
        }
        out
    })
}

fn log(ops: &[Op]) -> Log {
    Log::from(ops.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any order, any duplicates: the same log, the same walk, nothing lost.
    #[test]
    fn order_and_repetition_do_not_matter(ops in ops(), order in any::<u64>(), twice in proptest::collection::vec(any::<prop::sample::Index>(), 0..40)) {
        let straight = log(&ops);
        let mut sent = ops.clone();
        for i in twice {
            if !ops.is_empty() {
                sent.push(i.get(&ops).clone());
            }
        }
        sent.sort_by_key(|op| (op.id.counter as u64 ^ op.id.device).wrapping_mul(order | 1).rotate_left(17));
        let mixed = log(&sent);
        prop_assert_eq!(&straight, &mixed);
        prop_assert_eq!(straight.len(), ops.len(), "nothing is lost");
        prop_assert_eq!(WalkRecord::of(&straight), WalkRecord::of(&mixed));
    }

    /// a∪b = b∪a, (a∪b)∪c = a∪(b∪c), a∪a = a — also when two phones carry the same id with other content.
    #[test]
    fn merging_is_commutative_associative_idempotent(a in ops(), b in ops(), c in ops()) {
        let (a, b, c) = (log(&a), log(&b), log(&c));
        let m = |x: &Log, y: &Log| { let mut z = x.clone(); z.merge(y); z };
        prop_assert_eq!(m(&a, &b), m(&b, &a));
        prop_assert_eq!(m(&m(&a, &b), &c), m(&a, &m(&b, &c)));
        prop_assert_eq!(m(&a, &a), a);
    }

    /// The network drops answers: whatever part of each batch arrives, sending what the other side does not
    /// know until nothing is left ends with both sides equal.
    #[test]
    fn partial_resends_end_equal(ops in ops(), cuts in proptest::collection::vec(0usize..60, 0..12)) {
        let phone = log(&ops);
        let mut server = Log::default();
        for cut in cuts {
            let batch = phone.beyond(&server.known());
            for op in batch.into_iter().rev().take(cut) {
                server.add(op);
            }
        }
        for op in phone.beyond(&server.known()) {
            server.add(op);
        }
        prop_assert_eq!(&server, &phone);
        prop_assert!(phone.beyond(&server.known()).is_empty());
    }

    /// What goes over the wire comes back.
    #[test]
    fn json_round_trips(ops in ops()) {
        let a = log(&ops);
        let text = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<Log>(&text).unwrap(), a);
    }

    /// A phone's own operations keep their order whatever its clock does.
    #[test]
    fn a_clock_that_jumps_back_does_not_reorder(times in proptest::collection::vec(0i64..1000, 1..30)) {
        let mut p = Phone::new(1);
        let ids: Vec<_> = times.iter().map(|t| p.does(*t, Act::Visit { place: "厅".into() })).collect();
        let order: Vec<_> = p.log.in_order().iter().map(|op| op.id).collect();
        prop_assert_eq!(order, ids);
    }
}

#[test]
fn two_phones_one_walk_a_week_apart() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    a.does(10, start(Form::Oneself, false));
    a.does(20, Act::StepBegan { step: "s1".into() });
    let found = a.does(
        30,
        Act::Found { kind: FindingKind::Problem, step: "s1".into(), text: "让再去复印一份".into() },
    );
    b.hears(&a.log, 31);
    // B has no network for a week; its clock is behind.
    b.does(5, Act::Timer { step: "s1".into(), kind: Timed::Waiting, from: at(20), to: at(80) });
    b.does(6, Act::Measure { finding: found, text: "窗口代为复印".into(), by: None });
    a.does(60, Act::Timer { step: "s1".into(), kind: Timed::Waiting, from: at(50), to: at(110) });
    a.does(120, Act::StepEnded { step: "s1".into(), through: true });
    let wrong = a.does(121, Act::Paid { name: "误点".into(), fen: 900, in_guide: false });
    a.does(122, Act::Retract { op: wrong });
    a.does(130, Act::Finish { reached_end: true });
    a.hears(&b.log, 700_000);
    b.hears(&a.log, 700_000);
    assert_eq!(a.log, b.log);
    let w = WalkRecord::of(&a.log);
    assert_eq!(w.times_us().0, 90 * US_PER_SECOND, "two phones in one queue count once");
    assert_eq!(w.findings[0].measures, [("窗口代为复印".to_owned(), None)]);
    assert_eq!((w.paid_fen, w.finished), (0, Some(true)));
    assert_eq!(w.lacks(&[("s1", StepPlace::Window)], &Validity::default()), []);
}

#[test]
fn each_form_says_what_it_lacks() {
    let steps = [("s1", StepPlace::Window), ("s2", StepPlace::Inside)];
    for rule in &FORMS {
        let mut p = Phone::new(1);
        p.does(1, start(rule.form, false));
        p.does(2, Act::Finish { reached_end: true });
        let lacks = |p: &Phone| WalkRecord::of(&p.log).lacks(&steps, &Validity::default());
        assert!(!lacks(&p).is_empty(), "{} counts though nothing was walked", rule.zh);
        for s in ["s1", "s2"] {
            p.does(3, Act::StepEnded { step: s.into(), through: true });
        }
        p.does(4, Act::Visit { place: "工地".into() });
        let missing = usize::from(rule.needs_authorisation)
            + usize::from(rule.needs_companion)
            + usize::from(rule.needs_case);
        assert_eq!(lacks(&p).len(), missing, "{}: {:?}", rule.zh, lacks(&p));
        p.does(5, Act::Authorised { file: "f1".into() });
        p.does(6, Act::Companion { who: "企业办事员".into() });
        p.does(7, Act::FromCase { case: "2026-0001".into() });
        assert!(WalkRecord::of(&p.log).counts(&steps, &Validity::default()), "{}", rule.zh);
    }
}

#[test]
fn a_simulated_item_is_walked_to_its_end_and_only_where_it_may_be() {
    let mut p = Phone::new(1);
    p.does(1, start(Form::Oneself, true));
    p.does(2, Act::StepEnded { step: "s1".into(), through: true });
    p.does(3, Act::Finish { reached_end: false });
    let lacks = WalkRecord::of(&p.log).lacks(&[("s1", StepPlace::Window)], &Validity::default());
    assert!(lacks[0].zh.contains("虚拟事项也要跑完"), "{lacks:?}");
    let op = Op { id: OpId { device: 1, counter: 9 }, at: p.clock, act: start(Form::AtWindow, true) };
    assert!(op.fault().unwrap().zh.contains("不能用虚拟事项"));
}

#[test]
fn an_unannounced_walker_is_hidden_until_it_is_over() {
    let mut p = Phone::new(1);
    p.does(1, start(Form::Unannounced, false));
    let seen =
        |p: &Phone, who, supervises| walker_shown_to(&WalkRecord::of(&p.log), StaffId(7), who, supervises);
    assert_eq!(seen(&p, Some(StaffId(8)), false), None);
    assert_eq!(seen(&p, None, false), None);
    assert_eq!(seen(&p, Some(StaffId(7)), false), Some(StaffId(7)), "oneself");
    assert_eq!(seen(&p, Some(StaffId(9)), true), Some(StaffId(7)), "the supervision office");
    p.does(2, Act::Finish { reached_end: true });
    assert_eq!(seen(&p, Some(StaffId(8)), false), Some(StaffId(7)));
}

#[test]
fn hostile_operations_are_refused_by_everyone_alike() {
    let op = |act| Op { id: OpId { device: 1, counter: 1 }, at: Hlc { wall: at(1), logical: 0 }, act };
    let long = op(Act::Noted { step: String::new(), text: "字".repeat(2_001) });
    assert!(long.fault().unwrap().zh.contains("分开记"));
    assert!(
        op(Act::Timer { step: "s".into(), kind: Timed::Waiting, from: at(2), to: at(1) }).fault().is_some()
    );
    let unknown = op(Act::Checked { element: "Z9".into(), verdict: Verdict::Good, note: String::new() });
    assert!(unknown.fault().is_some());
    let far = Hlc { wall: at(99_999_999), logical: 0 };
    let here = Hlc { wall: at(5), logical: 0 };
    assert_eq!(here.observe(far, at(10)), here, "a clock three years ahead is not followed");
}

/// Each condition of a campaign alone keeps a walk from counting, and is said once it is met no more.
#[test]
fn each_condition_of_a_campaign_keeps_a_walk_from_counting() {
    let steps = [("s1", StepPlace::Window), ("s2", StepPlace::Inside)];
    let none = Validity { all_steps: false, ..Validity::default() };
    let walked = |acts: &[(i64, Act)]| {
        let mut p = Phone::new(1);
        p.does(0, start(Form::Oneself, false));
        for (second, act) in acts {
            p.does(*second, act.clone());
        }
        p.does(1, Act::Finish { reached_end: true });
        WalkRecord::of(&p.log)
    };
    let ended = |s: &str| Act::StepEnded { step: s.into(), through: true };
    let bad = |note: &str| Act::Checked { element: "A1".into(), verdict: Verdict::Bad, note: note.into() };
    let visit = Act::Visit { place: "政务大厅".into() };
    let photo = Act::Attached { file: "f".into(), shows: String::new() };
    // The condition; a walk that lacks it; what makes it good.
    let table = [
        (Validity { all_steps: true, ..none }, vec![(1, ended("s1"))], vec![(1, ended("s2"))]),
        (none, vec![], vec![(1, ended("s1"))]),
        (
            Validity { answered_percent: 3, ..none },
            vec![(1, ended("s1")), (1, bad("排队"))],
            vec![(1, Act::Checked { element: "A2".into(), verdict: Verdict::Good, note: String::new() })],
        ),
        (
            Validity { shown: true, ..none },
            vec![(1, ended("s1")), (1, bad(" "))],
            vec![(1, bad("要复印三份"))],
        ),
        (Validity { seconds_online: 20, ..none }, vec![(1, ended("s1"))], vec![(30, ended("s1"))]),
        (
            Validity { seconds_on_site: 60, ..none },
            vec![(1, visit.clone()), (40, ended("s1"))],
            vec![(61, ended("s1"))],
        ),
        (Validity { photo: true, ..none }, vec![(1, visit), (1, ended("s1"))], vec![(1, photo)]),
    ];
    for (n, (by, short, more)) in table.into_iter().enumerate() {
        let lacks = walked(&short).lacks(&steps, &by);
        assert_eq!(lacks.len(), 1, "{n}: {lacks:?}");
        let whole: Vec<(i64, Act)> = short.into_iter().chain(more).collect();
        assert_eq!(walked(&whole).lacks(&steps, &by), [], "{n}");
    }
    // D3: four steps in seconds and nothing answered.
    let hasty = walked(&[
        (1, ended("s1")),
        (1, ended("s2")),
        (1, Act::Attached { file: "f".into(), shows: "".into() }),
    ]);
    assert!(hasty.counts(&steps, &Validity::default()) && !hasty.counts(&steps, &Validity::PROPOSED));
    assert!(
        Validity { answered_percent: 101, ..none }.fault().is_some() && Validity::PROPOSED.fault().is_none()
    );
    assert!(Validity::PROPOSED.said().len() >= 4);
}
