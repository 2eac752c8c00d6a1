//! What is due beside the clock, by the set of limits of a whistle (R11): each set as its source has it, day by day.

use kernel::{Actor, CaseId, Moment, Role, UnitId};
use resolve::*;

use super::{actor, at, coordinator, registration, rules};

/// A whistle with everything that happened to it.
struct Told {
    case: Case,
    past: Vec<(Moment, Actor, Happened)>,
}

impl Told {
    fn new(set: &str, now: &str) -> Self {
        let mut r = registration(Kind::Demand);
        (r.channel, r.set) = (Channel::Whistle, Some(set.to_owned()));
        let h = register(r, at(now), &rules()).unwrap();
        let case = Case::begin(CaseId(1), "BC4306-2026-000001".into(), &h, at(now)).unwrap();
        Self { case, past: vec![(at(now), actor(Role::Clerk, 1, 1), h)] }
    }
    fn act(&mut self, who: &Actor, now: &str, asked: Command) -> Result<(), Refusal> {
        match self.case.clone().act(asked, who, at(now), &rules()) {
            Ok((case, h)) => {
                self.case = case;
                self.past.push((at(now), who.clone(), h));
                Ok(())
            }
            Err((_, refusal)) => Err(refusal),
        }
    }
    fn sides(&self) -> Vec<Side> {
        let seen = self.past.iter().map(|(at, actor, happened)| Seen { at: *at, actor, happened });
        self.case.sides(seen, &rules())
    }
    fn side(&self, phase: Phase, unit: Option<i64>) -> Side {
        let all = self.sides();
        let found = all.iter().find(|s| s.phase == phase && s.unit == unit.map(UnitId));
        found.unwrap_or_else(|| panic!("{phase:?} {unit:?} in {all:?}")).clone()
    }
}

fn handler(unit: i64) -> Actor {
    actor(Role::Handler, 70 + unit, unit)
}
fn dispatch(unit: i64) -> Command {
    Command::Dispatch { unit: UnitId(unit), note: String::new() }
}
fn give_back() -> Command {
    Command::Return {
        reason: ReturnReason::NotOurDuty,
        evidence: "三定方案".into(),
        suggest: Some(UnitId(4)),
    }
}
fn more(days: u32) -> Command {
    Command::AskExtension { days, reason: "等专家论证".into() }
}

#[test]
fn an_objection_has_a_day_is_decided_the_same_day_and_is_final() {
    // 2026-03-05 is a Thursday.
    let mut t = Told::new("3-7", "2026-03-05 09:00");
    t.act(&coordinator(), "2026-03-05 10:00", dispatch(2)).unwrap();
    let mut late = Told { case: t.case.clone(), past: t.past.clone() };
    let why = late.act(&handler(2), "2026-03-09 08:30", give_back()).unwrap_err();
    assert_eq!(why.code, RefusalCode::AfterExpiry);
    assert!(why.said.zh.contains("2026-03-06"), "{}", why.said.zh);
    t.act(&handler(2), "2026-03-06 16:00", give_back()).unwrap();
    let ruling = t.side(Phase::Ruling, None);
    assert_eq!((ruling.due.date(), ruling.done), (at("2026-03-06 16:00").date(), None));
    assert!(
        ruling.open() && ruling.in_time(at("2026-03-06 17:00")) && !ruling.in_time(at("2026-03-09 09:00"))
    );
    let rule = Command::Arbitrate { unit: UnitId(3), ground: "三定方案第五条".into() };
    t.act(&coordinator(), "2026-03-06 16:40", rule).unwrap();
    assert!(t.side(Phase::Ruling, None).in_time(at("2026-04-01 09:00")));
    assert_eq!(
        t.act(&handler(3), "2026-03-06 17:00", give_back()).unwrap_err().code,
        RefusalCode::TooManyReturns
    );
}

#[test]
fn who_helps_has_three_days_who_leads_seven_and_more_is_asked_for_a_day_before() {
    let mut t = Told::new("3-7", "2026-03-02 09:00");
    t.act(&coordinator(), "2026-03-02 10:00", dispatch(2)).unwrap();
    t.act(&handler(2), "2026-03-02 10:30", Command::Take {}).unwrap();
    t.act(&handler(2), "2026-03-02 11:00", Command::AddCo { unit: UnitId(3), task: "核地块".into() })
        .unwrap();
    let run = t.case.clock.open().unwrap();
    assert_eq!(run.due(&rules().calendar).0.date(), at("2026-03-11 09:00").date());
    let help = t.side(Phase::Assist, Some(3));
    assert_eq!(help.due.date(), at("2026-03-05 09:00").date());
    t.act(&handler(3), "2026-03-06 09:00", Command::CoReply { text: "已核".into() }).unwrap();
    assert!(!t.side(Phase::Assist, Some(3)).in_time(at("2026-03-06 09:00")), "late, and stays late");
    // The day before the last is early enough; the last day is not.
    let mut early = Told { case: t.case.clone(), past: t.past.clone() };
    early.act(&handler(2), "2026-03-10 17:00", more(3)).unwrap();
    let why = t.act(&handler(2), "2026-03-11 09:00", more(3)).unwrap_err();
    assert_eq!(why.code, RefusalCode::AfterExpiry);
    assert!(why.said.zh.contains("2026-03-10"), "{}", why.said.zh);
}

#[test]
fn each_set_limits_what_its_source_limits_and_nothing_else() {
    for set in rules().sets(at("2026-03-02 09:00").date()) {
        let mut t = Told::new(&set.name, "2026-03-02 09:00");
        t.act(&coordinator(), "2026-03-02 09:00", dispatch(2)).unwrap();
        t.act(&handler(2), "2026-03-02 09:00", Command::AddCo { unit: UnitId(3), task: "协助".into() })
            .unwrap();
        t.act(&handler(2), "2026-03-02 09:00", give_back()).unwrap();
        let has = |phase| set.parts.iter().any(|(p, _)| *p == phase);
        for phase in [Phase::Contact, Phase::Feedback, Phase::Assist, Phase::Ruling] {
            let found: Vec<Side> = t.sides().into_iter().filter(|s| s.phase == phase).collect();
            assert_eq!(!found.is_empty(), has(phase), "{} {phase:?}", set.name);
            for side in found {
                let (_, length) = set.parts.iter().find(|(p, _)| *p == phase).unwrap();
                let due = workday::due(side.since, *length, &rules().calendar, &[]).at().unwrap();
                assert_eq!(side.due, due, "{} {phase:?}", set.name);
            }
        }
        assert!(has(Phase::Handle), "{}", set.name);
    }
}

#[test]
fn what_is_over_is_owed_no_more() {
    let mut t = Told::new("2115", "2026-03-02 09:00");
    t.act(&coordinator(), "2026-03-02 09:10", dispatch(2)).unwrap();
    assert!(t.sides().iter().all(Side::open), "{:?}", t.sides());
    let merge = Command::Merge { into: "BC4306-2026-000002".into() };
    t.act(&coordinator(), "2026-03-02 09:20", merge).unwrap();
    assert!(t.sides().iter().all(|s| s.void), "{:?}", t.sides());
}
