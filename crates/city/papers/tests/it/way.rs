//! Random acts of everybody on a paper of any form: whatever is allowed leaves it with an owner and a next step, keeps people apart
//! where the rule says so, and equals its replay.

use kernel::{Moment, StaffId, US_PER_DAY, US_PER_SECOND, UnitId};
use papers::way::{Act, Address, Begun, Command, Happened, Number, Person, Stage, Way, usual};
use proptest::prelude::*;
use workday::WorkCalendar;

const HOUR: i64 = 3_600 * US_PER_SECOND;

fn who(staff: i64, unit: i64, writes: bool, signs: bool) -> Person {
    Person { staff: Some(StaffId(staff)), unit: Some(UnitId(unit)), writes, signs, takes: writes }
}

/// Unit 1 issues: two write, three sign too. Units 2 and 3 are asked and receive; nobody of 4 has to do with it.
fn people() -> Vec<Person> {
    vec![
        who(1, 1, true, false),
        who(2, 1, true, false),
        who(3, 1, true, true),
        who(4, 1, true, true),
        who(5, 1, true, true),
        who(21, 2, true, true),
        who(22, 2, true, false),
        who(31, 3, true, true),
        who(41, 4, true, true),
        Person { staff: None, unit: None, writes: true, signs: false, takes: false },
    ]
}

fn begun(form: usize, agree: usize, to: usize, answer: bool, at: Moment) -> Way {
    let units = |n: usize| [UnitId(2), UnitId(3)][..n].to_vec();
    let form = usual().swap_remove(form);
    let answer_by = (answer && to > 0).then(|| at.plus_us(9 * US_PER_DAY).date());
    let address = Address { agree: units(agree), to: units(to), answer_by };
    let (kind, by) = (form.kinds[0], StaffId(1));
    let b = Begun {
        unit: UnitId(1),
        kind,
        source: String::new(),
        subject: 0,
        written_there: false,
        form,
        by,
        address,
    };
    Way::begin(b, at).unwrap()
}

fn number(seq: i64) -> Option<Number> {
    Some(Number { sign: "云政管".into(), year: 2026, seq })
}

/// Who is asked for something does it, whatever happened before, and it comes to its end.
fn goes_on(mut way: Way, mut now: Moment, cal: &WorkCalendar) -> Result<(), TestCaseError> {
    let people = people();
    let find = |id: Option<StaffId>| people.iter().copied().find(|p| p.staff == id && id.is_some());
    for _ in 0..40 {
        if way.stage.is_end() {
            return Ok(());
        }
        now = now.plus_us(HOUR);
        let free = |stage: Stage, not: Option<StaffId>| {
            people.iter().copied().find(|p| p.staff != not && way.may_hold(stage, p).is_ok())
        };
        let head = |unit: UnitId| people.iter().copied().find(|p| p.unit == Some(unit) && p.signs);
        let owes = way.owes();
        let (by, c) = match way.stage {
            Stage::Drafting | Stage::Checking => {
                let by = find(way.holder).unwrap();
                let act = if way.stage == Stage::Drafting { Act::Submit } else { Act::Approve };
                let next = way.names().and_then(|s| free(s, by.staff));
                if next.is_none() && way.names().is_some() {
                    // Too few people are left that did nothing to it yet: it is given up, and says why.
                    return Ok(());
                }
                (by, Command { next, ..Command::only(act) })
            }
            Stage::Agreeing => (head(owes.agree[0]).unwrap(), Command::only(Act::Agree)),
            Stage::Signing => {
                (find(way.holder).unwrap(), Command { number: number(1), ..Command::only(Act::Issue) })
            }
            Stage::Sealing => (find(way.holder).unwrap(), Command::only(Act::Seal)),
            Stage::Publishing => (find(way.holder).unwrap(), Command::only(Act::Publish)),
            Stage::Published => match (owes.take.first(), owes.answer.first()) {
                (Some(unit), _) => (head(*unit).unwrap(), Command::only(Act::Take)),
                (_, Some(unit)) => {
                    (head(*unit).unwrap(), Command { words: "已落实".into(), ..Command::only(Act::Answer) })
                }
                _ => (find(way.holder).unwrap(), Command::only(Act::Archive)),
            },
            _ => unreachable!(),
        };
        let h = way
            .decide(&c, &by, now, cal)
            .map_err(|e| TestCaseError::fail(format!("{:?} {:?}: {}", way.stage, c.act, e.zh)))?;
        way = way.evolve(&h, now);
    }
    Err(TestCaseError::fail(format!("it never ends: {:?}", way.stage)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn nobody_acts_twice_where_the_rule_forbids_and_no_paper_is_without_an_owner(
        form in 0usize..4,
        agree in 0usize..3,
        to in 0usize..3,
        answer in any::<bool>(),
        acts in prop::collection::vec((0usize..16, 0usize..10, 0usize..10, any::<bool>(), 0i64..60), 1..80),
    ) {
        let cal = WorkCalendar::official();
        let mut now: Moment = "2026-03-02T09:00:00+08:00".parse().unwrap();
        let (mut way, people) = (begun(form, agree, to, answer, now), people());
        let first = way.clone();
        let mut record: Vec<(Moment, String)> = Vec::new();
        let mut wrote = vec![StaffId(1)];
        let (mut sealed_by, mut issued) = (None, 0);
        for (act, by, next, says, hours) in acts {
            now = now.plus_us(hours * HOUR);
            let (act, by) = (Act::ALL[act], people[by]);
            let words = if says { "写明".to_owned() } else { String::new() };
            let address = (act == Act::Write && says && way.stage == Stage::Drafting)
                .then(|| Address { agree: vec![UnitId(3)], to: vec![UnitId(2), UnitId(2)], answer_by: None });
            let c = Command { act, words, next: Some(people[next]), number: number(7), address };
            let may = way.permitted(&by, now, &cal);
            let Ok(h) = way.decide(&c, &by, now, &cal) else { continue };
            prop_assert!(may.contains(&act), "{act:?} was done and not offered");
            let before = way.clone();
            way = way.evolve(&h, now);
            record.push((now, serde_json::to_string(&h).unwrap()));

            if before.stage == Stage::Drafting && matches!(act, Act::Write | Act::Pass) {
                wrote.extend(if act == Act::Write { by.staff } else { way.holder });
            }
            match act {
                Act::Approve => prop_assert!(!wrote.contains(&by.staff.unwrap()), "who drafts does not check"),
                Act::Issue => {
                    issued += 1;
                    prop_assert!(by.signs && !wrote.contains(&by.staff.unwrap()), "who drafts does not sign");
                    prop_assert!(way.checker.is_none() || way.checker != by.staff, "who checks does not sign");
                    prop_assert_eq!(way.checker.is_some(), way.form.check, "what must be checked was");
                    prop_assert!(!way.form.agree || way.agreeing.iter().all(|a| a.by.is_some()), "all agreed");
                }
                Act::Seal => sealed_by = by.staff,
                Act::Publish => prop_assert_eq!(sealed_by.is_some(), way.form.seal, "what must be sealed was"),
                _ => {}
            }
            prop_assert!(sealed_by.is_none() || sealed_by != way.signer, "who signs does not seal");
            prop_assert!(issued <= 1, "signed once");
            prop_assert_eq!(way.number.is_some(), way.stage.is_issued(), "a number from signing on, and kept");
            prop_assert!(by.unit != Some(UnitId(4)), "who has nothing to do with it does nothing to it");
            if !way.stage.is_end() {
                prop_assert!(!way.owes().is_empty(), "{:?} waits for nobody", way.stage);
                prop_assert!(way.next_stage().is_some());
            }
            if matches!(way.stage, Stage::Checking | Stage::Signing | Stage::Sealing) {
                let holder = people.iter().find(|p| p.staff == way.holder).unwrap();
                prop_assert!(way.may_hold(way.stage, holder).is_ok(), "it waits for somebody who may not");
                prop_assert!(way.next_at(&cal).is_some(), "and is reminded of");
            }
        }
        // The record says it all.
        let replayed = record.iter().fold(first, |w, (at, text)| {
            w.evolve(&serde_json::from_str::<Happened>(text).unwrap(), *at)
        });
        prop_assert_eq!(&replayed, &way);
        let text = serde_json::to_string(&way).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Way>(&text).unwrap(), &way);
        goes_on(way, now, &cal)?;
    }
}

#[test]
fn reminders_come_and_end() {
    let cal = WorkCalendar::official();
    // A Monday.
    let mut now: Moment = "2026-03-02T09:00:00+08:00".parse().unwrap();
    let mut way = begun(1, 0, 1, true, now);
    let (drafter, signer, unit) = (people()[0], people()[2], people()[6]);
    let does = |way: &mut Way, now: Moment, by: &Person, c: Command| {
        *way = way.evolve(&way.decide(&c, by, now, &cal).unwrap(), now);
    };
    assert_eq!(way.next_at(&cal), None, "nobody is reminded of a draft");
    does(&mut way, now, &drafter, Command { next: Some(signer), ..Command::only(Act::Submit) });
    let at = way.next_at(&cal).unwrap();
    assert_eq!(at.date().to_string(), "2026-03-04");
    let system = people()[9];
    assert!(way.decide(&Command::only(Act::Remind), &system, now, &cal).is_err(), "not before it is time");
    now = at;
    does(&mut way, now, &system, Command::only(Act::Remind));
    assert_eq!(way.next_at(&cal).unwrap().date().to_string(), "2026-03-06", "and again");
    does(&mut way, now, &signer, Command { number: number(1), ..Command::only(Act::Issue) });
    does(&mut way, now, &drafter, Command::only(Act::Seal));
    does(&mut way, now, &drafter, Command::only(Act::Publish));
    does(&mut way, now, &unit, Command::only(Act::Take));
    assert_eq!(way.next_at(&cal).unwrap().date(), way.answer_by.unwrap(), "on the morning of the day");
    now = way.next_at(&cal).unwrap();
    does(&mut way, now, &system, Command::only(Act::Remind));
    assert!(way.next_at(&cal).unwrap() > now && !way.is_late(now));
    now = now.plus_us(2 * US_PER_DAY);
    assert!(way.is_late(now));
    does(&mut way, now, &unit, Command { words: "已办结".into(), ..Command::only(Act::Answer) });
    assert_eq!((way.next_at(&cal), way.is_late(now)), (None, false));
}
