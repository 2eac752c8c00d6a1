//! 排班: a plan never breaks a hard rule, whatever it is asked; all that is not covered is named with a reason; the bound is
//! below any plan; a re-plan with no change moves nothing.

use std::collections::BTreeMap;

use hall::roster::*;
use hall::*;
use kernel::{Date, StaffId};
use proptest::prelude::*;
use workday::WorkCalendar;

use super::{calendar, day, hall, spans};

/// A hall with random posts, shifts and rules, random leave and needs; all from one list of numbers.
#[derive(Clone, Debug)]
struct Given {
    hall: Hall,
    active: Vec<StaffId>,
    leave: Vec<Leave>,
    needs: Vec<Need>,
    fixed: Vec<Duty>,
    elsewhere: Vec<Elsewhere>,
    first: Date,
    last: Date,
}

impl Given {
    fn task<'a>(&'a self, calendar: &'a WorkCalendar) -> Task<'a> {
        Task {
            hall: &self.hall,
            calendar,
            first: self.first,
            last: self.last,
            active: &self.active,
            leave: &self.leave,
            elsewhere: &self.elsewhere,
            needs: &self.needs,
            fixed: &self.fixed,
            carried: &[],
        }
    }
}

fn shift(code: &str, hours: &str, rules: &[DayRule]) -> Shift {
    Shift { code: code.into(), name: format!("{code}班"), hours: spans(hours), rules: rules.to_vec() }
}

fn shifts() -> Vec<Shift> {
    use DayRule::*;
    vec![
        shift("早", "08:00-12:00", &[Workdays]),
        shift("中", "12:00-17:00", &[Workdays]),
        shift("晚", "14:00-21:00", &[Workdays]),
        shift("延", "09:00-12:00,13:00-18:00", &[Workdays]),
        shift("周", "09:00-12:00", &[Weekends, Holidays]),
    ]
}

fn given() -> impl Strategy<Value = Given> {
    let posts = prop::collection::vec((1u16..=4, 0i64..6, 0u8..8, prop::bool::ANY), 1..14);
    let leave = prop::collection::vec((0i64..6, 0i64..14, 0i64..4, 0u8..3), 0..6);
    let needs =
        prop::collection::vec((0i64..14, 0u8..7, prop::bool::ANY, 16u8..40, 1u16..4, 1usize..10), 0..24);
    let rules = (5u32..10, 10u32..44, 0u32..15, 1u32..7);
    let fixed = prop::collection::vec((-7i64..21, 0i64..6, 1u16..=4, 0usize..5), 0..8);
    let elsewhere = prop::collection::vec((-3i64..18, 0i64..6, 0usize..5), 0..6);
    let all = (posts, leave, needs, rules, fixed, elsewhere, 1i64..15);
    all.prop_map(|(posts, leave, needs, rules, fixed, elsewhere, n)| {
        let first = day("2026-04-29");
        let mut h = hall();
        h.windows.push(Window { number: 4, name: "4号".into(), queues: vec!["A".into()] });
        let trained = |until| Training {
            course: "岗前".into(),
            passed: day("2026-01-01"),
            valid_until: until,
            mark: String::new(),
        };
        h.posts = posts
            .into_iter()
            .map(|(window, staff, kind, second)| Post {
                window,
                staff: StaffId(staff),
                unit: kernel::UnitId(2),
                part: if second { Part::Second } else { Part::First },
                from: if kind == 1 { day("2026-05-04") } else { day("2026-01-01") },
                until: (kind == 2).then(|| day("2026-05-05")),
                authority: if kind == 3 { String::new() } else { "受理".into() },
                training: match kind {
                    4 => None,
                    5 => Some(trained(day("2026-05-03"))),
                    _ => Some(trained(day("2026-12-31"))),
                },
            })
            .collect();
        h.rostering = Rostering {
            shifts: shifts(),
            minimums: Vec::new(),
            rules: ShiftRules {
                day_hours: rules.0,
                week_hours: rules.1,
                rest_hours: rules.2,
                row_days: rules.3,
                ..ShiftRules::default()
            },
        };
        let line = |n: u8| match n {
            0 => Line::Hall,
            1 => Line::Queue("A".into()),
            2 => Line::Queue("B".into()),
            n => Line::Window(u16::from(n) - 2),
        };
        let leave = leave.into_iter().map(|(staff, from, n, hours)| Leave {
            staff: StaffId(staff),
            first: plus(first, from),
            last: plus(first, from + n),
            hours: (hours == 1).then(|| spans("08:00-12:00")[0]),
        });
        let needs = needs.into_iter().map(|(d, of, must, from, people, n)| Need {
            day: plus(first, d % 15),
            line: line(of),
            must,
            from,
            people: vec![people; n],
        });
        let fixed = fixed.into_iter().map(|(d, staff, window, s)| Duty {
            day: plus(first, d),
            staff: StaffId(staff),
            window,
            shift: shifts()[s].code.clone(),
        });
        Given {
            hall: h,
            active: (0..5).map(StaffId).collect(),
            leave: leave.collect(),
            needs: needs.collect(),
            fixed: fixed.collect(),
            elsewhere: elsewhere
                .into_iter()
                .map(|(d, staff, s)| Elsewhere {
                    day: plus(first, d),
                    staff: StaffId(staff),
                    hours: shifts()[s].hours.clone(),
                })
                .collect(),
            first,
            last: plus(first, n - 1),
        }
    })
}

/// Windows that are staffed for a line at a half hour, counted from the duties alone.
fn covered(g: &Given, duties: &[Duty], need: &Need, half: usize) -> u16 {
    let windows = need.line.windows(&g.hall);
    let (from, to) = (half as u16 * 30, half as u16 * 30 + 30);
    let sits = |d: &&Duty| {
        let shift = g.hall.rostering.shift(&d.shift).unwrap();
        d.day == need.day
            && windows.contains(&d.window)
            && shift.hours.iter().any(|h| h.from() <= from && to <= h.to())
    };
    duties.iter().filter(sits).count() as u16
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_breaks_no_hard_rule_names_every_gap_and_a_replan_without_change_moves_nothing(g in given()) {
        let calendar = calendar();
        let task = g.task(&calendar);
        let duties = plan(&task);
        // What stands around may break rules by itself; the plan adds nothing to that.
        prop_assert_eq!(broken(&task, &duties), broken(&task, &[]));
        prop_assert_eq!(&duties, &plan(&task), "the same task, the same plan");
        let report = look(&task, &duties);
        let mut named: BTreeMap<(Date, Line, bool, usize), Vec<u16>> = BTreeMap::new();
        for gap in &report.gaps {
            prop_assert!(!gap.why.is_empty() && gap.short > 0);
            prop_assert!(gap.why.iter().all(|w| w.0 != Why::Free), "somebody could be put there: {:?}", gap);
            for h in usize::from(gap.hours.from() / 30)..usize::from(gap.hours.to() / 30) {
                named.entry((gap.day, gap.line.clone(), gap.must, h)).or_default().push(gap.short);
            }
        }
        let mut unmet = [0, 0];
        let ours = |n: &&Need| g.first <= n.day && n.day <= g.last;
        for need in g.needs.iter().filter(ours) {
            for h in (0..HALVES).filter(|h| need.at(*h) > 0) {
                let short = need.at(h).saturating_sub(covered(&g, &duties, need, h));
                unmet[usize::from(!need.must)] += u32::from(short);
                let key = (need.day, need.line.clone(), need.must, h);
                prop_assert!(short == 0 || named.get(&key).is_some_and(|all| all.contains(&short)), "{:?}", key);
            }
        }
        prop_assert_eq!(unmet, report.unmet);
        prop_assert!((0..2).all(|n| report.bound[n] <= report.unmet[n]), "{:?} {:?}", report.bound, report.unmet);
        for f in &report.fair {
            prop_assert!(f.bound <= f.most && f.least <= f.most);
        }
        prop_assert_eq!(moved(&duties, &replan(&task, &duties)), 0);
    }

    #[test]
    fn a_duty_in_another_hall_takes_the_day_and_counts_for_rest_and_hours(g in given()) {
        let calendar = calendar();
        let task = g.task(&calendar);
        let duties = plan(&task);
        for d in &duties {
            let theirs = |e: &&Elsewhere| e.staff == d.staff;
            prop_assert!(!g.elsewhere.iter().filter(theirs).any(|e| e.day == d.day), "{:?}", d);
            let hours = &g.hall.rostering.shift(&d.shift).unwrap().hours;
            let (from, to) = (hours.iter().map(|h| h.from()).min().unwrap(), hours.iter().map(|h| h.to()).max().unwrap());
            let rest = i64::from(g.hall.rostering.rules.rest_hours) * 60;
            for e in g.elsewhere.iter().filter(theirs) {
                let begins = i64::from(e.hours.iter().map(|h| h.from()).min().unwrap());
                let ends = i64::from(e.hours.iter().map(|h| h.to()).max().unwrap());
                if e.day == plus(d.day, 1) {
                    prop_assert!(1_440 + begins - i64::from(to) >= rest, "{:?} {:?}", d, e);
                }
                if d.day == plus(e.day, 1) {
                    prop_assert!(1_440 + i64::from(from) - ends >= rest, "{:?} {:?}", d, e);
                }
            }
        }
        // Nobody who has a day elsewhere is said to be on leave for it.
        for gap in look(&task, &duties).gaps {
            let other = gap.why.iter().find(|w| w.0 == Why::OtherHall).map_or(0, |w| w.1);
            let on = g.elsewhere.iter().filter(|e| e.day == gap.day).map(|e| e.staff).collect::<std::collections::BTreeSet<_>>();
            prop_assert!(other as usize <= on.len());
        }
    }

    #[test]
    fn after_leave_only_what_must_moves(g in given(), who in 0i64..5, from in 0i64..14) {
        let calendar = calendar();
        let before = plan(&g.task(&calendar));
        let mut after = g.clone();
        let first = plus(g.first, from);
        after.leave.push(Leave { staff: StaffId(who), first, last: plus(first, 1), hours: None });
        let task = after.task(&calendar);
        let new = replan(&task, &before);
        prop_assert_eq!(broken(&task, &new), broken(&task, &[]));
        let lost: Vec<&Duty> = before.iter().filter(|d| d.staff == StaffId(who) && first <= d.day && d.day <= plus(first, 1)).collect();
        if lost.is_empty() {
            prop_assert_eq!(moved(&before, &new), 0, "leave of who is not on duty moves nobody");
        }
        // One who is gone is covered by a chain of two at most for each half hour that is won back.
        let (a, b) = (look(&task, &before), look(&task, &new));
        prop_assert!((b.unmet[0], b.unmet[1]) <= (a.unmet[0], a.unmet[1]), "a re-plan covers no less than leaving it");
        prop_assert!(b.gaps.iter().all(|g| g.why.iter().all(|w| w.0 != Why::Free)));
    }

    #[test]
    fn a_swap_never_breaks_a_hard_rule(g in given(), a in 0usize..40, b in 0usize..40, away in prop::bool::ANY) {
        let calendar = calendar();
        let task = g.task(&calendar);
        let duties = plan(&task);
        prop_assume!(!duties.is_empty());
        let (x, y) = (&duties[a % duties.len()], &duties[b % duties.len()]);
        let swap = Swap {
            id: 1,
            asker: x.staff,
            other: if x.staff == y.staff { StaffId((x.staff.0 + 1) % 5) } else { y.staff },
            gives: x.day,
            takes: (!away && x.staff != y.staff).then_some(y.day),
            stage: SwapStage::Agreed,
        };
        match with_swap(&task, &duties, &swap) {
            Ok(new) => {
                prop_assert_eq!(new.len(), duties.len());
                prop_assert_eq!(broken(&task, &new), broken(&task, &duties));
            }
            Err((said, worse)) => prop_assert!(!said.zh.is_empty() && !worse.is_empty()),
        }
    }
}

/// Every plan of a tiny hall, tried one by one: the bound is below the best of them, and the plan found is the best.
#[test]
fn of_a_tiny_hall_the_plan_is_the_best_there_is() {
    let calendar = calendar();
    let first = day("2026-03-02");
    let mut h = hall();
    h.posts.retain(|p| p.window != 3);
    let mut second = h.posts[0].clone();
    (second.window, second.part) = (2, Part::Second);
    h.posts.push(second);
    h.rostering = Rostering {
        shifts: shifts().into_iter().filter(|s| ["早", "中", "晚"].contains(&s.code.as_str())).collect(),
        minimums: Vec::new(),
        rules: ShiftRules { week_hours: 13, rest_hours: 12, ..ShiftRules::default() },
    };
    let need = |d: i64, line: Line, from: u8, people: &[u16]| Need {
        day: plus(first, d),
        line,
        must: false,
        from,
        people: people.to_vec(),
    };
    let needs = vec![
        need(0, Line::Hall, 16, &[2; 8]),
        need(0, Line::Window(2), 28, &[1; 12]),
        need(1, Line::Queue("A".into()), 16, &[1; 18]),
        need(2, Line::Hall, 24, &[2; 6]),
    ];
    let active = [StaffId(10), StaffId(20)];
    let task = Task {
        hall: &h,
        calendar: &calendar,
        first,
        last: plus(first, 2),
        active: &active,
        leave: &[],
        elsewhere: &[],
        needs: &needs,
        fixed: &[],
        carried: &[],
    };
    // Each person on each day: nothing, or one of three shifts at window 1 or 2.
    let mut best = u32::MAX;
    for mut n in 0..7u32.pow(6) {
        let mut duties = Vec::new();
        for d in 0..3 {
            for staff in active {
                let pick = n % 7;
                n /= 7;
                if pick > 0 {
                    duties.push(Duty {
                        day: plus(first, d),
                        staff,
                        window: 1 + (pick - 1) as u16 % 2,
                        shift: h.rostering.shifts[(pick - 1) as usize / 2].code.clone(),
                    });
                }
            }
        }
        if duties.iter().any(|d| d.staff == StaffId(20) && d.window == 1)
            || !broken(&task, &duties).is_empty()
        {
            continue;
        }
        let unmet = look(&task, &duties).unmet;
        best = best.min(unmet[1]);
    }
    let found = look(&task, &plan(&task));
    assert_eq!(found.unmet, [0, best]);
    assert!(found.bound[1] <= best && best > 0, "{} {best}", found.bound[1]);
}

#[test]
fn demand_is_read_from_who_came_and_who_is_booked() {
    let h = Hall {
        helping: hall::help::Helping::default(),
        rostering: Rostering {
            minimums: vec![Minimum {
                window: Some(1),
                people: 1,
                rules: vec![DayRule::Workdays],
                hours: spans("09:00-10:00"),
            }],
            ..Rostering::default()
        },
        ..hall()
    };
    let monday = |n: i64| plus(day("2026-03-23"), 7 * n);
    // Two Mondays before, six walked in to A at half past nine each time, two of them booked; one Tuesday nobody.
    let mut past = Before::default();
    for w in [-1, -2] {
        past.came.extend((0..6).map(|n| (monday(w), "A".to_owned(), 19, n < 2)));
    }
    past.minutes.insert("A".into(), 10);
    let needs = |past: &Before| demand(&h, &calendar(), (monday(0), monday(0)), past);
    let at = |all: &[Need], line: &Line, must, half| {
        all.iter().filter(|n| n.line == *line && n.must == must).map(|n| n.at(half)).sum::<u16>()
    };
    let all = needs(&past);
    let queue = Line::Queue("A".into());
    // (4 walk in + 2 booked) × 10 minutes ÷ (30 minutes × 85 %) = 2.4, so three windows.
    assert_eq!((at(&all, &queue, false, 19), at(&all, &Line::Hall, false, 19)), (3, 3));
    assert_eq!((at(&all, &queue, false, 18), at(&all, &Line::Window(1), true, 18)), (0, 1));
    // Five are booked for the day itself: (4 + 5) × 10 ÷ 25.5 = 3.5.
    past.booked = vec![(monday(0), "A".into(), 19); 5];
    assert_eq!(at(&needs(&past), &queue, false, 19), 4);
    // Closed for lunch: nothing is asked for, whoever came.
    past.came.push((monday(-1), "A".into(), 24, false));
    assert_eq!(at(&needs(&past), &queue, false, 24), 0);
}

#[test]
fn usual_shifts_fit_the_hours_of_the_hall_and_pass_the_check_up() {
    let mut h = hall();
    h.rostering = usual(&h);
    assert_eq!(faults(&h), []);
    let of: Vec<(String, String)> =
        h.rostering.shifts.iter().map(|s| (s.code.clone(), Span::list(&s.hours))).collect();
    let want = [("日", "09:00-12:00,13:00-17:00"), ("延", "09:00-12:00,13:00-18:00"), ("周", "09:00-12:00")];
    assert_eq!(of, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
    // What a roster may not be is said in words.
    let mut bad = h.clone();
    bad.rostering.shifts[0].hours = spans("09:10-12:00");
    bad.rostering.shifts[1].code = "日".into();
    bad.rostering.minimums[0].people = 2;
    bad.rostering.rules.row_days = 0;
    let said: Vec<String> = faults(&bad).iter().map(|f| f.said.zh.clone()).collect();
    assert_eq!(said.len(), 4, "{said:?}");
}

#[test]
fn a_swap_goes_by_its_table() {
    let mut s = Swap {
        id: 1,
        asker: StaffId(1),
        other: StaffId(2),
        gives: day("2026-03-02"),
        takes: None,
        stage: SwapStage::Asked,
    };
    assert_eq!(s.after(StaffId(3), true, SwapAct::Approve), None, "not before the other agrees");
    assert_eq!(s.after(StaffId(1), false, SwapAct::Agree), None, "nobody agrees for the other");
    s.stage = s.after(StaffId(2), false, SwapAct::Agree).unwrap();
    assert_eq!(s.after(StaffId(2), true, SwapAct::Approve), None, "nobody approves their own");
    assert_eq!(s.after(StaffId(3), false, SwapAct::Approve), None, "only the head");
    assert_eq!(s.after(StaffId(3), true, SwapAct::Approve), Some(SwapStage::Done));
    for (from, ..) in SWAPS {
        assert!(!matches!(from, SwapStage::Done | SwapStage::Refused | SwapStage::Withdrawn));
    }
}
