//! The law of what the system owes: for every stage and every state of a clock, what is owed is permitted to the system,
//! the index on the next moment agrees with it, and doing it comes to an end.

use kernel::{Actor, CaseId, Date, Moment, Role, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::*;
use workday::{Length, WorkCalendar, YearNotice};

use super::{at, new_case, rules};

const START: &str = "2026-03-02 09:00";

/// One stage of each kind; a new kind does not compile until it is here.
fn stage(kind: StageKind) -> Stage {
    let owner = UnitId(2);
    match kind {
        StageKind::Registered => Stage::Registered,
        StageKind::Accepted => Stage::Accepted,
        StageKind::Dispatched => Stage::Dispatched { owner },
        StageKind::Handling => Stage::Handling { owner },
        StageKind::ReturnAsked => Stage::ReturnAsked {
            owner,
            reason: ReturnReason::NotOurDuty,
            evidence: "三定".into(),
            suggest: None,
        },
        StageKind::Conferring => {
            Stage::Conferring { owner, meets: at("2026-03-04 09:00"), topic: "分类".into() }
        }
        StageKind::Escalated => Stage::Escalated { owner, level: Level::City, office: "市政管办".into() },
        StageKind::HandedOver => Stage::HandedOver {
            owner: Some(owner),
            peer: Beyond {
                cell: "4304".parse().unwrap(),
                name: "衡阳市".into(),
                number: None,
                step: BeyondStep::Offered,
            },
        },
        StageKind::NegativeReview => {
            let asked =
                Command::ReplyNegative {
                    text: "不行".into(), basis: "条例".into(), instead: "改走".into()
                };
            let (case, _) = new_case(Kind::Matter, at(START));
            let case = Case { stage: Stage::Handling { owner }, ..case };
            let who = Actor { unit: Some(owner), ..super::actor(Role::Handler, 7, 2) };
            case.act(asked, &who, at(START), &rules()).unwrap().0.stage
        }
        StageKind::Rectifying => Stage::Rectifying { owner, steps: Vec::new() },
        StageKind::Replied => Stage::Replied { owner, negative: false, missed_calls: 0 },
        StageKind::CalledBack => {
            Stage::CalledBack { owner: Some(owner), solved: Solved::Yes, satisfied: None }
        }
        StageKind::Archived => Stage::Archived { owner: Some(owner) },
        StageKind::Refused => Stage::Refused { reason: RefuseReason::ALL[0] },
        StageKind::Merged => Stage::Merged { into: "BC-2".into(), was: Box::new(Stage::Handling { owner }) },
    }
}

/// Every state of a clock: lights, standstills, extents, extensions, stopped, none.
fn clocks() -> Vec<Clock> {
    let (mut case, _) = new_case(Kind::Matter, at(START));
    let plain = case.clock.runs.remove(0);
    let until = Extent::Until(Date::constant(2026, 3, 6));
    let day = Length::Days(3);
    let mut all = vec![Clock::default()];
    for extent in [plain.extent, until, Extent::Length(day)] {
        for (yellow_lit, red_lit) in [(false, false), (true, false), (false, true), (true, true)] {
            for extended in [0, 5] {
                for stopped in [None, Some(at("2026-03-03 09:00"))] {
                    for still in [None, Some(None), Some(Some(at("2026-03-03 15:00")))] {
                        let standstills = still.map(|to| Standstill {
                            reason: PauseReason::Hearing,
                            from: at("2026-03-02 15:00"),
                            until: Date::constant(2026, 3, 10),
                            to,
                        });
                        let standstills = standstills.into_iter().collect();
                        let run = Run {
                            extent,
                            yellow_lit,
                            red_lit,
                            extended,
                            stopped,
                            standstills,
                            ..plain.clone()
                        };
                        all.push(Clock { runs: vec![run] });
                    }
                }
            }
        }
    }
    all
}

fn moments() -> impl Iterator<Item = Moment> {
    let start = at(START);
    (0..60).map(move |i| start.plus_us(i * 7 * US_PER_HOUR)).chain([start.plus_us(400 * US_PER_DAY)])
}

#[test]
fn what_the_system_owes_it_may_do_and_it_ends() {
    let (rules, system) = (rules(), Actor::system());
    let mut acted = std::collections::BTreeSet::new();
    for kind in StageKind::ALL {
        for clock in clocks() {
            let (case, _) = new_case(Kind::Matter, at(START));
            let case = Case { id: CaseId(1), stage: stage(*kind), clock, ..case };
            for now in moments() {
                let mut case = case.clone();
                let mut left = 4;
                loop {
                    let due = case.next_at(&rules.calendar).is_some_and(|next| next <= now);
                    let Some(asked) = case.owed(now, &rules.calendar) else {
                        assert!(
                            !due,
                            "{kind:?}: a moment came and nothing is owed: {:?} at {now}",
                            case.clock
                        );
                        break;
                    };
                    let act = asked.act();
                    assert!(!kind.is_end(), "{kind:?} owes {act:?}");
                    assert!(due, "{kind:?}: {act:?} is owed before its moment: {:?} at {now}", case.clock);
                    assert!(case.permitted(&system).iter().any(|p| p.act == act), "{kind:?}: {act:?}");
                    left -= 1;
                    assert!(left > 0, "{kind:?}: {act:?} again and again: {:?} at {now}", case.clock);
                    acted.insert(act);
                    case = match case.act(asked, &system, now, &rules) {
                        Ok((case, _)) => case,
                        Err((case, why)) => panic!("{kind:?}: {act:?} at {now}: {why} {:?}", case.clock),
                    };
                }
            }
            let again = Command::Recompute { calendar: "c".into(), before: None, after: None };
            let may = case.clone().act(again, &system, at(START), &rules).is_ok();
            assert_eq!(may, !kind.is_end(), "{kind:?}: a limit is computed again where one is watched");
            assert!(!kind.is_end() || case.watched().is_none(), "{kind:?} is at rest");
        }
    }
    let all = [Act::Resume, Act::WarnYellow, Act::WarnRed];
    assert_eq!(acted, all.into_iter().collect(), "the law was tried with each of them");
}

#[test]
fn a_merged_case_owes_nothing_and_owes_again_when_that_is_undone() {
    let (rules, system) = (rules(), Actor::system());
    let (case, _) = new_case(Kind::Matter, at(START));
    let coordinator = super::coordinator();
    let late = at(START).plus_us(90 * US_PER_DAY);
    let (case, _) =
        case.act(Command::Merge { into: "BC-2".into() }, &coordinator, at(START), &rules).unwrap();
    assert_eq!((case.next_at(&rules.calendar), case.owed(late, &rules.calendar)), (None, None));
    let undo = Command::Unmerge { reason: "不是一回事".into() };
    let (case, _) = case.act(undo, &coordinator, late, &rules).unwrap();
    let owed = case.owed(late, &rules.calendar).unwrap();
    assert_eq!(owed.act(), Act::WarnRed, "the clock ran on");
    case.act(owed, &system, late, &rules).unwrap();
}

/// A red light that a corrected notice takes back goes out, and comes again in its time.
#[test]
fn a_light_the_calendar_takes_back_comes_again() {
    let (mut rules, system) = (rules(), Actor::system());
    let (mut case, _) = new_case(Kind::Matter, at(START));
    let due = case.watched().unwrap().due(&rules.calendar).0;
    let now = due.plus_us(US_PER_HOUR);
    while let Some(asked) = case.owed(now, &rules.calendar) {
        case = case.act(asked, &system, now, &rules).unwrap().0;
    }
    assert!(case.watched().unwrap().red_lit && case.next_at(&rules.calendar).is_none());
    let days: Vec<String> =
        (2..=31).map(|d| format!(r#"{{"name":"假","date":"2026-03-{d:02}","isOffDay":true}}"#)).collect();
    let notice = format!(
        r#"{{"year":2026,"papers":["https://www.gov.cn/zhengce/2026.htm"],"days":[{}]}}"#,
        days.join(",")
    );
    rules.calendar = WorkCalendar::official().with_notice(YearNotice::parse(&notice).unwrap());
    let again = Command::Recompute { calendar: "更正".into(), before: Some(due), after: None };
    case = case.act(again, &system, now, &rules).unwrap().0;
    assert!(!case.watched().unwrap().red_lit && !case.watched().unwrap().yellow_lit);
    assert!(case.next_at(&rules.calendar).is_some_and(|at| at > now));
}
