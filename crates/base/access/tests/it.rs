//! The matrix on paper is the matrix in force, and nobody sees what is not theirs.

use access::{
    Denied, OPERATIONS, Operation, REPORTER, Side, Sight, decide, may_see, may_see_reporter,
    may_speak_for_reporter, permission_matrix, sight,
};
use kernel::{Actor, CaseId, Moment, Role, StaffId, UnitId};
use resolve::{Act, Case, Channel, Command, Complexity, Kind, Registration, Rules, register};

fn case() -> Case {
    let now: Moment = "2026-03-02 10:00".parse().unwrap();
    let r = Registration {
        kind: Kind::Complaint,
        channel: Channel::Phone,
        region: "430602".parse().unwrap(),
        title: "窗口推诿".into(),
        words: "来了三次都说材料不齐".into(),
        first_asked: UnitId(1),
        complexity: Complexity::Simple,
        cause: None,
        item: None,
        campaign: None,
        place: None,
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: true,
        contact: None,
        lodged_at: None,
    };
    let h = register(r, now, &Rules::new(workday::WorkCalendar::official())).unwrap();
    Case::begin(CaseId(1), "4306-2026-0000001".into(), &h, now).unwrap()
}
fn who(role: Role, unit: i64, region: &str) -> Actor {
    Actor { staff: Some(StaffId(1)), role, unit: Some(UnitId(unit)), region: Some(region.parse().unwrap()) }
}

#[test]
fn the_printed_matrix_is_the_one_in_force() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/PERMISSIONS.md");
    let page = permission_matrix();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page, "docs/PERMISSIONS.md is stale: UPDATE_DOCS=1 cargo nextest run -p access");
}

#[test]
fn every_operation_has_a_rule() {
    for op in Operation::ALL {
        assert!(OPERATIONS.iter().any(|r| r.operation == *op), "{op:?}");
    }
}

#[test]
fn a_stranger_is_told_that_there_is_nothing() {
    let case = case();
    for role in Role::ALL {
        if matches!(role, Role::Resident | Role::System) {
            continue;
        }
        let far = who(role, 77, "4307");
        assert!(!may_see(&far, &case), "{role:?}");
        for op in [Operation::ReadCase, Operation::UnmaskContact, Operation::Act(Act::Note)] {
            assert_eq!(decide(&far, op, Some(&case)).unwrap_err(), Denied::Hidden, "{role:?} {op:?}");
        }
    }
    assert!(decide(&who(Role::Coordinator, 9, "4306"), Operation::ReadCase, Some(&case)).is_ok());
    assert!(decide(&who(Role::Clerk, 1, "430602"), Operation::Act(Act::Accept), Some(&case)).is_ok());
    let clerk = who(Role::Clerk, 1, "430602");
    assert!(matches!(decide(&clerk, Operation::Act(Act::Archive), Some(&case)), Err(Denied::Forbidden(_))));
    assert!(matches!(decide(&clerk, Operation::WriteLimits, None), Err(Denied::Forbidden(_))));
}

/// A case that unit 2 had, unit 3 answers now, unit 4 helps with and unit 5 has a task of; unit 1 took it down.
fn going_round(hide: bool) -> Case {
    let now: Moment = "2026-03-02 10:00".parse().unwrap();
    let rules = Rules::new(workday::WorkCalendar::official());
    let coordinator = who(Role::Coordinator, 9, "4306");
    let mut case = case();
    case.hide_reporter = hide;
    let dispatch = |unit| Command::Dispatch { unit: UnitId(unit), note: String::new() };
    let reason = || "不属本单位".to_owned();
    for asked in [
        dispatch(2),
        Command::Redispatch { unit: UnitId(3), reason: reason() },
        Command::AddCo { unit: UnitId(4), task: reason() },
    ] {
        case = case.act(asked, &coordinator, now, &rules).unwrap().0;
    }
    case.tasks.push(resolve::MeetingTask {
        unit: UnitId(5),
        what: reason(),
        due: "2026-03-09".parse().unwrap(),
        done: false,
    });
    case
}

/// C2: whatever the role, nobody of a unit that answers or answered learns who asked to stay unknown, and nobody of
/// it speaks in their place.
#[test]
fn the_unit_complained_about_does_not_learn_who_lodged_it_in_any_role() {
    for role in Role::ALL {
        assert_eq!(REPORTER.iter().filter(|(r, _)| *r == role).count(), 1, "{role:?} has one row");
    }
    for hide in [true, false] {
        let case = going_round(hide);
        for role in Role::ALL.into_iter().filter(|r| !matches!(r, Role::Resident | Role::System)) {
            for unit in 1..=9 {
                let reader = who(role, unit, "4306");
                let side = Side::of(&reader, &case);
                let wanted = match unit {
                    2..=5 => Side::Answering,
                    1 => Side::TookDown,
                    _ => Side::Elsewhere,
                };
                assert_eq!(side, wanted, "{unit}");
                let shown = may_see_reporter(&reader, &case);
                let at = format!("{role:?} of unit {unit}, hidden {hide}");
                if side == Side::Answering {
                    assert!(!(hide && shown), "{at}");
                    assert!(!may_speak_for_reporter(&reader, &case), "{at}");
                    let print = Command::PrintReceipt { purpose: "遗失".into() };
                    let now: Moment = "2026-03-03 10:00".parse().unwrap();
                    let rules = Rules::new(workday::WorkCalendar::official());
                    assert!(case.decide(print, &reader, now, &rules).is_err(), "{at}");
                } else {
                    assert!(may_speak_for_reporter(&reader, &case), "{at}");
                }
                assert!(!shown || may_see(&reader, &case), "{at}: only of a case that may be seen");
                match sight(role, side) {
                    Sight::Never => assert!(!shown, "{at}"),
                    Sight::UnlessHidden => assert_eq!(shown, !hide && may_see(&reader, &case), "{at}"),
                    Sight::Always => assert_eq!(shown, may_see(&reader, &case), "{at}"),
                }
            }
        }
    }
    let case = case();
    assert!(may_see_reporter(&who(Role::Coordinator, 9, "4306"), &case));
    assert!(may_see_reporter(&who(Role::Clerk, 1, "430602"), &case), "who took it down");
}
