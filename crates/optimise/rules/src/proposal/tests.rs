use kernel::{Moment, StaffId, UnitId};

use super::*;
use crate::{Ground, Model};

const MODEL: &str = r#"{"name":"试","steps":[
  {"id":"a","name":"受理","unit":"大厅","days":1,"makes":["通知"]},
  {"id":"b","name":"审查","unit":"规划局","days":5,"needs":["通知"]},
  {"id":"c","name":"核查","unit":"住建局","days":3,"needs":["通知"]}],
  "orders":[{"from":"a","to":"b","ground":"habit"},{"from":"b","to":"c","ground":"habit"}]}"#;

fn unit(name: &str) -> Option<UnitId> {
    ["大厅", "规划局", "住建局"].iter().position(|n| *n == name).map(|k| UnitId(k as i64 + 1))
}

fn at(day: i64) -> Moment {
    Moment::from_us(1_800_000_000_000_000 + day * kernel::US_PER_DAY)
}

fn drafted() -> Proposal {
    let model = Model::from_json(MODEL).unwrap();
    let (_, summary) = summary(&model).unwrap();
    let first = Happened::Drafted {
        title: "试".into(),
        item: None,
        region: "9901".parse().unwrap(),
        unit: UnitId(9),
        model: model.to_json(),
        summary,
        source: None,
    };
    Proposal::begin(&first, Some(StaffId(1))).unwrap()
}

fn may(p: &Proposal, h: &Happened, by: i64) -> bool {
    refusal(p, h, Some(StaffId(by)), at(0).date()).is_none()
}

fn insist(unit: i64, ground: Ground, cite: &str) -> Constraint {
    Constraint {
        unit: UnitId(unit),
        from: "b".into(),
        to: "c".into(),
        ground,
        cite: cite.into(),
        words: "须先审查".into(),
    }
}

fn submitted() -> Proposal {
    let mut p = drafted();
    let units = vec![(UnitId(2), "规划局".to_owned()), (UnitId(3), "住建局".to_owned())];
    p.apply(&Happened::Submitted { units }, Some(StaffId(1)), at(0));
    p
}

fn prediction() -> Prediction {
    Prediction {
        target: None,
        lawful_days: (9.0, 6.0),
        simulated_days: (9.0, 6.0),
        saved_hours: (1.0, 0.5, 1.5),
        seed: 1,
        cases: 10,
        overloaded: false,
        warnings: vec![],
    }
}

#[test]
fn an_objection_becomes_a_constraint_and_units_that_moved_look_again() {
    let mut p = submitted();
    assert_eq!((p.summary.before.working_days, p.summary.after.working_days), (9.0, 6.0));
    let agreed = Happened::Agreed { unit: UnitId(3), words: String::new() };
    assert!(may(&p, &agreed, 7));
    p.apply(&agreed, Some(StaffId(7)), at(1));
    assert!(!may(&p, &agreed, 7), "once");
    let h = objection(&p, insist(2, Ground::Law, "某法第三条"), &unit).unwrap();
    assert!(may(&p, &h, 8));
    p.apply(&h, Some(StaffId(8)), at(2));
    assert_eq!(p.summary.after.working_days, 9.0, "a constraint makes it longer");
    assert_eq!(p.review_of(UnitId(2)).unwrap().answer, Answer::Objected);
    assert_eq!(p.review_of(UnitId(3)).unwrap().answer, Answer::Pending, "its step moved: it looks again");
    let back = recall(&p, UnitId(2), ("b", "c"), &unit).unwrap();
    p.apply(&back, Some(StaffId(8)), at(3));
    assert_eq!((p.summary.after.working_days, p.constraints.len()), (6.0, 0));
}

#[test]
fn a_need_is_a_ground_too_and_is_taken_back_whole() {
    let mut p = submitted();
    let h = objection(&p, insist(3, Ground::Need, "审查意见"), &unit).unwrap();
    p.apply(&h, Some(StaffId(8)), at(1));
    assert_eq!(p.summary.after.working_days, 9.0);
    let before = drafted().model;
    p.apply(&recall(&p, UnitId(3), ("b", "c"), &unit).unwrap(), Some(StaffId(8)), at(2));
    assert_eq!(p.model, before);
}

#[test]
fn habit_no_rule_a_circle_and_strangers_are_refused() {
    let p = submitted();
    let with =
        |c| Happened::Objected { constraint: c, model: String::new(), summary: p.summary, lapsed: vec![] };
    assert!(!may(&p, &with(insist(2, Ground::Habit, "一向如此")), 8));
    assert!(!may(&p, &with(insist(2, Ground::Law, " ")), 8));
    assert!(!may(&p, &with(insist(9, Ground::Law, "某法")), 8), "was not asked");
    let mut circle = insist(2, Ground::Law, "某法");
    (circle.from, circle.to) = ("b".into(), "a".into());
    let e = objection(&p, circle, &unit).unwrap_err();
    assert!(e.to_string().contains("成环"), "{e}");
}

#[test]
fn all_units_answer_and_somebody_else_approves() {
    let mut p = submitted();
    let approve = Happened::Approved { words: String::new(), prediction: prediction() };
    assert!(!may(&p, &approve, 5), "two units have not answered");
    for u in [2, 3] {
        p.apply(&Happened::Agreed { unit: UnitId(u), words: String::new() }, Some(StaffId(7)), at(1));
    }
    assert!(!may(&p, &approve, 1), "who drew it up may not");
    assert!(refusal(&p, &approve, None, at(0).date()).is_some(), "nobody may not");
    assert!(may(&p, &approve, 5));
    p.apply(&approve, Some(StaffId(5)), at(2));
    let publish = |from| Happened::Published(Publication { from, version: 2, guide: vec![], item: None });
    assert!(!may(&p, &publish(at(0).date()), 5) && may(&p, &publish(at(2).date()), 5));
    let edit = Happened::Edited { model: p.model.clone(), summary: p.summary, words: "改".into() };
    assert!(!may(&p, &edit, 1), "an approved proposal is not changed");
    p.apply(&publish(at(2).date()), Some(StaffId(5)), at(2));
    assert_eq!(p.stage, Stage::Published);
}

#[test]
fn what_happened_is_read_back_as_it_was_written() {
    let p = submitted();
    let all = [
        objection(&p, insist(2, Ground::Law, "某法"), &unit).unwrap(),
        Happened::Approved { words: "同意".into(), prediction: prediction() },
        Happened::Withdrawn { words: "重复".into() },
    ];
    for h in all {
        let text = serde_json::to_string(&h).unwrap();
        assert!(text.contains(&format!("\"act\":\"{}\"", h.word())));
        assert_eq!(serde_json::from_str::<Happened>(&text).unwrap(), h);
    }
    assert_eq!(serde_json::from_str::<Proposal>(&serde_json::to_string(&p).unwrap()).unwrap(), p);
}
