//! Random acts of everybody at random moments: no application without owner and next step, the clock equals its replay,
//! and what the system owes it may do.

use proptest::prelude::*;

use super::*;

/// A command for this act that could pass: what a person would enter who reads the page.
fn entered(act: Act, a: &Application, now: Moment, n: usize) -> Command {
    let tasks = &a.basis.tasks;
    let task = tasks[n % tasks.len()].id.clone();
    let materials = ["id", "later", "promise", "held", "extra"];
    let material = materials[n % materials.len()].to_owned();
    let words = "如实填写".to_owned();
    match act {
        Act::Begin => {
            Command::Begin(Box::new(Beginning { basis: basis(), channel: Channel::Window, applicant: None }))
        }
        Act::Save => Command::Save { form: sealed(), materials: vec![hand("id", file())] },
        Act::Rebase => Command::Rebase { basis: Box::new(basis()) },
        Act::Submit => submit(now),
        Act::Receive => Command::Receive {},
        Act::TellCorrection => {
            let lacks =
                vec![Lack { what: material, words: words.clone() }, Lack { what: "shop".into(), words }];
            Command::TellCorrection { lacks, advice: String::new() }
        }
        Act::Supplement => Command::Supplement {
            form: Some(sealed()),
            materials: materials.iter().map(|m| hand(m, file())).collect(),
        },
        Act::Accept => Command::Accept {},
        Act::AcceptBySilence => Command::AcceptBySilence {},
        Act::Refuse => {
            Command::Refuse { ground: RefuseGround::NotOurs, reason: words.clone(), remedy: words }
        }
        Act::StartTask => Command::StartTask { task },
        Act::FinishTask => Command::FinishTask { task, passed: !n.is_multiple_of(5), words },
        Act::SendBack => Command::SendBack { task, reason: words },
        Act::CallSurvey => Command::CallSurvey { day: now.date(), words },
        Act::FinishSurvey => Command::FinishSurvey { words, passed: true },
        Act::Pause => Command::Pause { kind: SpecialKind::Hearing, days: 1 + n as u32 % 9, notice: words },
        Act::Resume => Command::Resume { result: words },
        Act::Extend => Command::Extend { days: 1 + n as u32 % 15, reason: words },
        Act::Decide => {
            Command::Decide { task, granted: !n.is_multiple_of(4), reason: words.clone(), remedy: words }
        }
        Act::Issue => Command::Issue { part: n % 2, certificate: words, until: None },
        Act::Deliver => {
            let delivery = Delivery::ALL[n % Delivery::ALL.len()];
            Command::Deliver { delivery, trace: words }
        }
        Act::Sign => Command::Sign { words },
        Act::HandIn => Command::HandIn { handed: hand("later", file()) },
        Act::RemindPromise => Command::RemindPromise { material: "later".into() },
        Act::MissPromise => Command::MissPromise { material: "later".into() },
        Act::CheckCommitment => {
            Command::CheckCommitment { material: "promise".into(), kept: !n.is_multiple_of(3), words }
        }
        Act::SettlePromise => {
            let material = if n.is_multiple_of(2) { "later" } else { "promise" };
            Command::SettlePromise { material: material.into(), words }
        }
        Act::Withdraw => Command::Withdraw { reason: words },
        Act::Expire => Command::Expire {},
        Act::Note => Command::Note { words },
        Act::Show => Command::Show { purpose: words },
        Act::WarnYellow => Command::WarnYellow {},
        Act::WarnRed => Command::WarnRed {},
    }
}

/// What somebody enters who looks at the page: of what could be entered the first that is taken.
fn fitting(act: Act, a: &Application, who: &Actor, now: Moment, n: usize) -> Command {
    let tries = (n..n + 20).map(|n| entered(act, a, now, n));
    let taken = tries.into_iter().find(|c| a.decide(c.clone(), who, now, rules()).is_ok());
    taken.unwrap_or_else(|| entered(act, a, now, n))
}

fn everybody() -> Vec<Actor> {
    let mut all = vec![Actor::system(), Actor::resident(), actor(Role::Coordinator, 9)];
    for unit in [HALL, LEAD, FIRE, POWER, 8] {
        all.extend([Role::Clerk, Role::Handler, Role::UnitAdmin].map(|role| actor(role, unit)));
    }
    all
}

/// Acts that bring nothing forward.
const ASIDE: [Act; 5] = [Act::Note, Act::Show, Act::Withdraw, Act::Save, Act::Rebase];

/// One calendar for all: it is the same for every act.
fn rules() -> &'static Rules {
    static RULES: std::sync::OnceLock<Rules> = std::sync::OnceLock::new();
    RULES.get_or_init(super::rules)
}

fn check(a: &Application, now: Moment) {
    let duties = a.duties();
    assert_eq!(duties.is_empty(), a.stage.is_end(), "{:?} owes {duties:?}", a.stage);
    // Somebody who owes the next step can really take one: by the table and the guards, entered as the page offers it.
    let owes = |who: &&Actor| match who.role {
        Role::Resident => duties.contains(&Duty::Applicant),
        _ => who.unit.is_some_and(|u| duties.contains(&Duty::Unit(u))),
    };
    let all = everybody();
    let can = |who: &Actor| {
        a.permitted(who)
            .iter()
            .filter(|act| !ASIDE.contains(act))
            .any(|act| (0..60).any(|n| a.decide(entered(*act, a, now, n), who, now, rules()).is_ok()))
    };
    // When its time has run out, the step is the system's.
    let system = a.owed(now, &rules().calendar).is_some();
    assert!(
        a.stage.is_end() || system || all.iter().filter(owes).any(can),
        "{:?} at {now}: {duties:?} can do nothing",
        a.stage
    );
    // What the system owes it may do, and the moment it is woken for is not later.
    if let Some(asked) = a.owed(now, &rules().calendar) {
        let act = asked.act();
        a.decide(asked, &Actor::system(), now, rules()).unwrap_or_else(|r| panic!("{act:?} owed: {r}"));
        assert!(
            a.next_at(&rules().calendar).is_some_and(|at| at <= now),
            "{act:?} is owed and nobody is woken"
        );
    }
    if let Some(at) = a.next_at(&rules().calendar)
        && at <= now
    {
        assert!(a.owed(now, &rules().calendar).is_some(), "woken at {at} for nothing, {:?}", a.stage);
    }
    assert!(a.clock.runs.iter().rev().skip(1).all(|r| r.stopped.is_some()), "one run is open at most");
    assert_eq!(a.ended.is_some(), a.stage.is_end());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn no_life_is_without_owner_and_next_step_and_the_clock_equals_its_replay(
        acts in proptest::collection::vec((0usize..33, 0usize..60, 0usize..18, 0i64..90, any::<bool>()), 1..90),
    ) {
        let began = at("2026-09-01 09:00");
        let (mut a, mut now) = (begun(began), began);
        let mut record: Vec<(Actor, Moment, String)> = Vec::new();
        let people = everybody();
        check(&a, now);
        for (act, n, who, hours, forward) in acts {
            now = now.plus_us(hours * kernel::US_PER_HOUR);
            // The worker does what is due first, as it does in life.
            while let Some(asked) = a.owed(now, &rules().calendar) {
                let (next, h) = a.act(asked, &Actor::system(), now, rules()).unwrap_or_else(|(_, r)| panic!("{r}"));
                record.push((Actor::system(), now, serde_json::to_string(&h).unwrap()));
                a = next;
            }
            check(&a, now);
            // Half of the time somebody does what the table permits; otherwise anybody tries anything.
            let person = &people[who % people.len()];
            let permitted = a.permitted(person);
            let act = if forward && !permitted.is_empty() { permitted[act % permitted.len()] } else { Act::ALL[act % Act::ALL.len()] };
            let asked = if forward { fitting(act, &a, person, now, n) } else { entered(act, &a, now, n) };
            match a.clone().act(asked, person, now, rules()) {
                Ok((next, h)) => {
                    prop_assert!(permitted.contains(&act));
                    record.push((person.clone(), now, serde_json::to_string(&h).unwrap()));
                    a = next;
                }
                Err((same, refusal)) => {
                    prop_assert_eq!(&same, &a);
                    prop_assert!(!refusal.said.zh.is_empty() && !refusal.said.en.is_empty());
                }
            }
            check(&a, now);
        }
        let mut again = begun(began);
        for (who, at, text) in &record {
            again = again.evolve(&serde_json::from_str(text).unwrap(), who, *at);
        }
        prop_assert_eq!(&again.clock, &a.clock);
        prop_assert_eq!(again, a);
    }
}

/// The random acts really come far: otherwise the law above says little.
#[test]
fn random_acts_reach_every_stage() {
    let mut seen = std::collections::BTreeSet::new();
    let mut state = 7u64;
    let mut dice = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let people = everybody();
    for run in 0..60usize {
        let mut now = at("2026-09-01 09:00");
        let mut a = begun(now);
        // Some lives are hurried, in some people take their time.
        let hours = [300, 3, 60, 3, 3, 3][run % 6];
        for _ in 0..200 {
            seen.insert(a.stage);
            now = now.plus_us(dice(hours) as i64 * kernel::US_PER_HOUR);
            if let Some(asked) = a.owed(now, &rules().calendar) {
                a = a.act(asked, &Actor::system(), now, rules()).unwrap_or_else(|(_, r)| panic!("{r}")).0;
                continue;
            }
            let ends = |x: &Act| matches!(x, Act::Withdraw | Act::Refuse | Act::SendBack | Act::Pause);
            let mut offered: Vec<(&Actor, Act)> = people
                .iter()
                .flat_map(|who| a.permitted(who).into_iter().map(move |act| (who, act)))
                .filter(|(_, act)| !ASIDE[..2].contains(act))
                .collect();
            let rare = dice(12) == 0;
            offered.retain(|(_, act)| rare || !ends(act));
            if offered.is_empty() {
                break;
            }
            let (who, act) = offered[dice(offered.len())];
            let asked = fitting(act, &a, who, now, dice(60));
            a = a.act(asked, who, now, rules()).map_or_else(|(same, _)| same, |(next, _)| next);
        }
        seen.insert(a.stage);
    }
    assert_eq!(seen.len(), StageKind::ALL.len(), "{seen:?}");
}
