//! The matrix on paper is the matrix in force, and nobody sees what is not theirs.

use access::{
    Account, City, Denied, GIVES, OPERATIONS, Operation, Place, REPORTER, Reach, Side, Sight, Standing,
    allowed, decide, gives, may_see, may_see_reporter, may_speak_for_reporter, op, permission_matrix,
    reach_heading, reach_matrix, sight,
};
use kernel::{Actor, CaseId, Moment, RegionCode, Role, StaffId, UnitId};
use resolve::{Act, Case, Channel, Command, Complexity, Kind, Registration, Rules, register};

fn case() -> Case {
    case_of(1, "430602")
}
fn case_of(unit: i64, region: &str) -> Case {
    let now: Moment = "2026-03-02 10:00".parse().unwrap();
    let r = Registration {
        kind: Kind::Complaint,
        channel: Channel::Phone,
        region: region.parse().unwrap(),
        title: "窗口推诿".into(),
        words: "来了三次都说材料不齐".into(),
        first_asked: UnitId(unit),
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
        set: None,
        ordered: false,
        lodged_at: None,
    };
    let h = register(r, now, &Rules::new(workday::WorkCalendar::official())).unwrap();
    Case::begin(CaseId(1), "4306-2026-0000001".into(), &h, now).unwrap()
}
fn who(role: Role, unit: i64, region: &str) -> Actor {
    Actor { staff: Some(StaffId(1)), role, unit: Some(UnitId(unit)), region: Some(region.parse().unwrap()) }
}

fn same_as_committed(name: &str, page: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/{name} is stale: UPDATE_DOCS=1 cargo nextest run -p access");
}

#[test]
fn the_printed_matrix_is_the_one_in_force() {
    same_as_committed("PERMISSIONS.md", &permission_matrix());
}

/// Own unit, other unit, lower region, higher region, other region, as seen from a unit of this region.
const AROUND: [(&str, &str, [&str; 5]); 2] = [
    ("市级人员", "9901", ["9901", "9901", "990102", "99", "9902"]),
    ("县级人员", "990102", ["990102", "990102", "990102001", "9901", "990103"]),
];
const STANDINGS: [&str; 5] = ["本单位", "同级别的单位", "下级区划", "上级区划", "其他区划"];

/// Calls `f` with each level: its word, its actor and its five standings.
fn at_each_level(mut f: impl FnMut(&str, &Actor, &[Standing<'_>])) {
    let city: RegionCode = "9901".parse().unwrap();
    for (level, home, around) in AROUND {
        let regions: Vec<RegionCode> = around.iter().map(|r| r.parse().unwrap()).collect();
        let cases: Vec<Case> = (1..).zip(around).map(|(unit, region)| case_of(unit, region)).collect();
        let standings: Vec<Standing<'_>> = (0..5)
            .map(|i| Standing {
                zh: STANDINGS[i],
                place: Place {
                    city: &city,
                    region: &regions[i],
                    unit: UnitId(1 + i as i64),
                    staff: StaffId(1 + i as i64),
                    role: Role::Handler,
                    case: &cases[i],
                },
            })
            .collect();
        f(level, &who(Role::Clerk, 1, home), &standings);
    }
}

#[test]
fn the_printed_reach_is_what_the_door_answers() {
    let mut page = String::from(reach_heading());
    at_each_level(|level, actor, standings| page.push_str(&reach_matrix(level, actor, standings)));
    same_as_committed("REACH.md", &page);
}

#[test]
fn every_rule_reaches_what_its_subject_has() {
    for rule in OPERATIONS {
        let kind = rule.operation.kind();
        assert!(
            kind.reaches().contains(&rule.reach),
            "{:?}: {kind:?} has no {:?}",
            rule.operation,
            rule.reach
        );
    }
    for role in Role::ALL {
        for op in Operation::ALL {
            let n = OPERATIONS.iter().filter(|r| r.operation == *op && r.roles.contains(&role)).count();
            assert!(n <= 1, "{role:?} {op:?} stands in {n} rules");
        }
    }
}

/// The law of reach, over the whole table: nobody changes anything beside or above.
#[test]
fn nobody_reaches_beside_or_above_but_by_an_open_rule() {
    at_each_level(|level, actor, standings| {
        for op in Operation::ALL {
            for role in Role::ALL {
                if matches!(role, Role::System | Role::Resident) {
                    continue;
                }
                let who = Actor { role, ..actor.clone() };
                let reach = OPERATIONS
                    .iter()
                    .find(|r| r.operation == *op && r.roles.contains(&role))
                    .map(|r| r.reach);
                let may: Vec<bool> = standings.iter().map(|s| allowed(&who, *op, &s.place).is_ok()).collect();
                let city = level == AROUND[0].0;
                let expected: &[bool] = match reach {
                    None => &[false; 5],
                    Some(Reach::Open) => &[true; 5],
                    Some(Reach::City) => {
                        if city {
                            &[true; 5]
                        } else {
                            &[false; 5]
                        }
                    }
                    Some(Reach::Line) => &[true, true, true, true, false],
                    Some(Reach::Unit | Reach::Own) => &[true, false, false, false, false],
                    // Of a case a clerk, handler or unit administrator sees the own unit's only.
                    Some(Reach::Seen) if matches!(role, Role::Clerk | Role::Handler | Role::UnitAdmin) => {
                        &[true, false, false, false, false]
                    }
                    Some(Reach::Region | Reach::Seen) => &[true, true, true, false, false],
                };
                assert_eq!(may, expected, "{level} {role:?} {op:?} {reach:?}");
            }
        }
    });
}

#[test]
fn a_role_beyond_a_unit_comes_from_a_system_administrator_within_the_region() {
    let wide = |role: Role| {
        OPERATIONS.iter().any(|r| {
            r.roles.contains(&role)
                && matches!(r.reach, Reach::Region | Reach::City)
                && !matches!(
                    r.operation,
                    Operation::RegisterCase
                        | Operation::EnterRating
                        | Operation::WriteServices
                        | Operation::ApplyAtWindow
                        // Whoever serves companies knows their files, covered; the contact in full is for its commissioner.
                        | Operation::ReadCompany
                        | Operation::WriteCompany
                        | Operation::UnmaskCompany
                )
        })
    };
    for (giver, given) in GIVES {
        for role in *given {
            assert!(!matches!(role, Role::System | Role::Resident), "{giver:?} gives {role:?}");
            if *giver == Role::UnitAdmin {
                assert!(!wide(*role), "a unit administrator gives {role:?}");
            }
        }
    }
    at_each_level(|level, actor, standings| {
        for given in Role::ALL {
            for giver in Role::ALL {
                if giver == Role::System {
                    continue;
                }
                let who = Actor { role: giver, ..actor.clone() };
                for (i, s) in standings.iter().enumerate() {
                    let account = Account { unit: s.place.unit, region: s.place.region, role: given };
                    let near = match giver {
                        Role::SystemAdmin => i < 3,
                        Role::UnitAdmin => i == 0,
                        _ => false,
                    };
                    let expected = near && gives(giver, given);
                    assert_eq!(
                        decide(&who, op::WriteStaff, account).is_ok(),
                        expected,
                        "{level} {giver:?} {given:?} {i}"
                    );
                }
            }
        }
    });
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
        assert_eq!(decide(&far, op::ReadCase, &case).unwrap_err(), Denied::Hidden, "{role:?}");
        assert_eq!(decide(&far, op::UnmaskContact, &case).unwrap_err(), Denied::Hidden, "{role:?}");
        assert_eq!(decide(&far, op::Doing(Act::Note), &case).unwrap_err(), Denied::Hidden, "{role:?}");
    }
    assert!(decide(&who(Role::Coordinator, 9, "4306"), op::ReadCase, &case).is_ok());
    assert!(decide(&who(Role::Clerk, 1, "430602"), op::Doing(Act::Accept), &case).is_ok());
    let clerk = who(Role::Clerk, 1, "430602");
    assert!(matches!(decide(&clerk, op::Doing(Act::Archive), &case), Err(Denied::Forbidden(_))));
    assert!(matches!(
        decide(&clerk, op::WriteLimits, City(&"4306".parse().unwrap())),
        Err(Denied::Forbidden(_))
    ));
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
