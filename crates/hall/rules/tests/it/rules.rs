use kernel::{Actor, Role, US_PER_DAY, US_PER_SECOND};

use super::*;
use hall::appointment::Stage;
use hall::ticket::{Command, Doing, Taken, Ticket};

const MINUTE: i64 = 60 * US_PER_SECOND;

fn ticket(id: i64, queue: &str, at: Moment, booked: Option<Moment>, priority: Priority) -> Ticket {
    let taken = Taken {
        queue: queue.into(),
        priority,
        booked: booked.map(|b| (id, b)),
        item: String::new(),
        ahead: 0,
        estimate: None,
        tap: None,
    };
    let h = hall::ticket::take(taken, &hall()).unwrap();
    Ticket::begin(id, 1, format!("{queue}{id:03}"), &h, at).unwrap()
}

#[test]
fn one_list_for_booked_and_walk_in() {
    let h = hall();
    let nine = moment("2026-03-02 09:00");
    let at = |m: i64| nine.plus_us(m * MINUTE);
    let waiting = vec![
        ticket(1, "A", at(0), None, Priority::Normal),
        ticket(2, "A", at(5), None, Priority::Elderly),
        ticket(3, "A", at(6), Some(at(10)), Priority::Normal),
        ticket(4, "A", at(7), Some(at(60)), Priority::Normal),
        ticket(5, "B", at(1), None, Priority::Normal),
    ];
    let order =
        |now| queue::line(&waiting, h.window(1).unwrap(), &h, now).iter().map(|t| t.id).collect::<Vec<_>>();
    assert_eq!(order(at(8)), [2, 1, 3, 4], "nobody's appointment has come: priority, then as they came");
    assert_eq!(order(at(12)), [3, 2, 1, 4], "the booked one's time has come");
    assert_eq!(order(at(61)), [1, 3, 4, 2], "who walked in does not wait for ever");
    assert_eq!(queue::next(&waiting, h.window(3).unwrap(), &h, at(12)).unwrap().id, 5);
}

#[test]
fn the_estimate_promises_nothing_when_no_window_works() {
    assert_eq!(queue::estimate(5, 2, 10.0), Some(25));
    assert_eq!(queue::estimate(0, 2, 10.0), Some(0));
    assert_eq!(queue::estimate(5, 0, 10.0), None);
    let mut few = [MINUTE; 4];
    assert!((queue::minutes_each(&mut few, 15) - 15.0).abs() < 1e-9);
    let mut many = [4 * MINUTE, 4 * MINUTE, 4 * MINUTE, 30 * MINUTE, 4 * MINUTE];
    assert!((queue::minutes_each(&mut many, 15) - 4.0).abs() < 1e-9);
}

#[test]
fn a_day_at_a_window_reads_like_a_hall() {
    let h = hall();
    let now = moment("2026-03-02 09:00");
    let clerk = Actor {
        staff: Some(StaffId(10)),
        role: Role::Clerk,
        unit: Some(UnitId(2)),
        region: "9901".parse().ok(),
    };
    let here = Here { unit: h.unit, region: &h.region, posted: true, at_window: true, helps: false };
    let doing = |busy| Doing { actor: &clerk, here, window: Some(1), busy };
    let mut t = ticket(1, "A", now, None, Priority::Normal);
    let mut act = |asked: Command, busy| {
        let done = t.decide(asked, &h, &doing(busy)).map_err(|r| r.code)?;
        t = t.clone().evolve(&done, &clerk, now.plus_us(MINUTE));
        Ok::<_, RefusalCode>(t.stage.word())
    };
    assert_eq!(act(Command::Start {}, None), Err(RefusalCode::NotAtThisStage));
    assert_eq!(act(Command::Call {}, Some("A009")), Err(RefusalCode::NotAtThisStage), "one ticket a window");
    assert_eq!(act(Command::Call {}, None), Ok("called"));
    assert_eq!(act(Command::Miss {}, None), Err(RefusalCode::TooEarly), "called twice at least");
    assert_eq!(act(Command::Recall {}, None), Ok("called"));
    assert_eq!(act(Command::Miss {}, None), Ok("missed"));
    assert_eq!(act(Command::Return {}, None), Ok("waiting"));
    assert_eq!(act(Command::Call {}, None), Ok("called"));
    assert_eq!(act(Command::Start {}, None), Ok("serving"));
    assert_eq!(act(Command::Park { reason: String::new() }, None), Err(RefusalCode::NeedsText));
    assert_eq!(act(Command::PassOn { queue: "A".into(), window: None }, None), Err(RefusalCode::NoSuch));
    assert_eq!(act(Command::End {}, None), Ok("ended"));
    assert_eq!(t.waited_us(), Some(MINUTE));
}

#[test]
fn only_the_posted_trained_and_authorised_sit_at_a_window() {
    let mut h = hall();
    let on = |h: &Hall, d: &str| h.posts_of(StaffId(10), day(d)).count();
    assert_eq!((on(&h, "2026-03-02"), on(&h, "2027-01-04")), (1, 0), "the training ran out");
    h.posts[0].authority.clear();
    assert_eq!(on(&h, "2026-03-02"), 0);
    assert!(warnings(&h, day("2026-03-02")).iter().any(|w| w.zh.contains("1 号窗口今天没有在岗人员")));
}

fn past(stage: Stage, days_ago: i64, late_cancel: bool) -> Past {
    let now = moment("2026-03-20 09:00");
    let ended = stage.is_end().then(|| now.plus_us(-days_ago * US_PER_DAY));
    Past { stage, item: "short".into(), made: now.plus_us(-(days_ago + 1) * US_PER_DAY), ended, late_cancel }
}

#[test]
fn a_warning_comes_first_and_what_the_office_did_counts_nothing() {
    let (rules, now) = (MisuseRules::default(), moment("2026-03-20 09:00"));
    let v = |all: &[Past]| verdict(&rules, all, "short", now);
    assert_eq!(v(&[]), Verdict::Free);
    assert_eq!(v(&[past(Stage::Missed, 3, false)]), Verdict::Warned { misses: 1, cancels: 0 });
    let three: Vec<_> = (1..4).map(|d| past(Stage::Missed, d, false)).collect();
    assert_eq!(v(&three), Verdict::Barred { until: day("2026-04-02"), misses: 3, cancels: 0 });
    let office: Vec<_> =
        (1..9).flat_map(|d| [past(Stage::Excused, d, false), past(Stage::CalledOff, d, false)]).collect();
    assert_eq!(v(&office), Verdict::Free);
    let old: Vec<_> = (31..40).map(|d| past(Stage::Missed, d, false)).collect();
    assert_eq!(v(&old), Verdict::Free);
    let late: Vec<_> = (1..6).map(|d| past(Stage::Cancelled, d, true)).collect();
    assert!(matches!(v(&late), Verdict::Barred { cancels: 5, .. }));
    let open = vec![past(Stage::Confirmed, 1, false); 3];
    assert_eq!(v(&open), Verdict::Full { open: 3 });
    // Whatever the numbers are, nobody is barred who missed once only.
    for misses_max in 0..9 {
        let rules = MisuseRules { misses_max, late_cancels_max: misses_max, ..rules.clone() };
        let once = [past(Stage::Missed, 1, false), past(Stage::Cancelled, 1, true)];
        assert!(!matches!(verdict(&rules, &once, "short", now), Verdict::Barred { .. }), "{misses_max}");
    }
}

#[test]
fn waits_no_shows_and_estimates() {
    let mut all: Vec<i64> = (1..=10).rev().map(|n| n * MINUTE).collect();
    let w = figures::waits(&mut all);
    assert_eq!((w.n, w.median_us, w.p90_us), (10, 5 * MINUTE, 9 * MINUTE));
    assert_eq!(figures::waits(&mut []), figures::Waits::default());
    let shows = figures::Shows { came: 9, missed: 1, late_cancels: 4, excused: 3, called_off: 2 };
    assert_eq!(shows.missed_percent(), Some(10.0));
    assert_eq!(figures::Shows::default().missed_percent(), None);
    assert_eq!(figures::kept(&[(10, 12 * MINUTE), (10, 21 * MINUTE), (0, 0)], 10), (2, 3));
}

#[test]
fn present_without_work_is_seen_by_days() {
    let h = hall();
    let all = presence(
        &h,
        &calendar(),
        day("2026-03-02"),
        day("2026-03-08"),
        &Rostered::default(),
        |staff, _, d| Done {
            ended: u32::from(staff == StaffId(20) && d == day("2026-03-03")),
            handled: u32::from(staff == StaffId(30) && d == day("2026-03-04")) * 3,
        },
    );
    let line = |n: i64| all.iter().find(|p| p.staff == StaffId(n)).unwrap();
    assert_eq!(
        (line(20).days, line(20).ended, line(20).idle.len(), line(20).without_work()),
        (5, 1, 4, false)
    );
    assert!(
        line(10).without_work(),
        "five days with office hours (the weekend is by turns) and nothing ended"
    );
    assert!(all[0].without_work() && !all[2].without_work());
    // Who handles what came in online is at work, whatever the queue says.
    assert_eq!((line(30).ended, line(30).handled, line(30).without_work()), (0, 3, false));
    assert!(!line(30).idle.contains(&day("2026-03-04")));
    // Where a roster was published, who is on it was present, and nobody else; before it, who is posted first.
    let mut h = h;
    h.rostering = roster::usual(&h);
    let duty = |d: &str, staff| roster::Duty {
        day: day(d),
        staff: StaffId(staff),
        window: staff as u16 / 10,
        shift: "日".into(),
    };
    let rostered = Rostered {
        days: vec![(day("2026-03-04"), day("2026-03-08"))],
        duties: vec![duty("2026-03-04", 10), duty("2026-03-06", 10), duty("2026-03-05", 20)],
    };
    let all =
        presence(&h, &calendar(), day("2026-03-02"), day("2026-03-08"), &rostered, |_, _, _| Done::default());
    let days = |n: i64| all.iter().find(|p| p.staff == StaffId(n)).map(|p| p.days);
    assert_eq!((days(10), days(20), days(30)), (Some(4), Some(3), Some(2)));
}

#[test]
fn what_is_wrong_in_a_hall_is_told_at_its_field() {
    assert!(faults(&hall()).is_empty(), "{:?}", faults(&hall()));
    let bad = |change: fn(&mut Hall)| {
        let mut h = hall();
        change(&mut h);
        faults(&h).iter().map(|f| f.field).collect::<Vec<_>>()
    };
    assert_eq!(bad(|h| h.name.clear()), ["name"]);
    assert_eq!(bad(|h| h.windows[1].number = 1), ["windows", "posts"]);
    assert_eq!(bad(|h| h.windows[1].queues.push("Z".into())), ["windows"]);
    assert_eq!(bad(|h| h.openings[1].hours = spans("16:00-18:00")), ["openings"]);
    let twice = bad(|h| {
        let one = h.queues[0].availability[0].clone();
        h.queues[0].availability.push(one);
    });
    assert_eq!(twice, ["availability"]);
    assert_eq!(bad(|h| h.queues[0].letter = "é".into()), ["queues", "windows", "windows"]);
    assert_eq!(bad(|h| h.misuse.misses_max = 1), ["misuse"]);
    assert_eq!(bad(|h| h.booking.keep_days = 1), ["misuse"]);
    assert_eq!(bad(|h| h.posts[0].window = 9), ["posts"]);
    assert_eq!(bad(|h| h.openings[0].days.every_weeks = 0), ["openings"]);
}

#[test]
fn a_hall_is_read_back_from_its_document() {
    let text = serde_json::to_string(&hall()).unwrap();
    assert_eq!(serde_json::from_str::<Hall>(&text).unwrap(), hall());
}

/// A number that a kiosk makes without a network is never one that a queue gives, and no two kiosks make the same.
#[test]
fn a_spare_number_is_nobody_elses() {
    let mut seen = std::collections::BTreeSet::new();
    for letter in ["A", "AB"] {
        for n in 1..=12_000 {
            assert!(seen.insert(ticket::queue_number(letter, n)));
        }
        for kiosk in 1..=ticket::SPARE_MAX {
            for n in 1..=ticket::SPARE_MAX {
                let number = ticket::spare_number(letter, kiosk, n).unwrap();
                assert!(seen.insert(number.clone()), "{number}");
            }
        }
    }
    assert_eq!(ticket::spare_number("A", 1, 3).as_deref(), Some("A0103"));
    assert!(
        [(0, 1), (1, 0), (100, 1), (1, 100)].iter().all(|(k, n)| ticket::spare_number("A", *k, *n).is_none())
    );
}

/// What was taken while the network failed stands where it was taken, and not where it was told; a clock that goes ahead wins
/// nothing.
#[test]
fn a_number_of_a_failed_network_stands_at_its_time() {
    let h = hall();
    let nine = moment("2026-03-02 09:00");
    let at = |m: i64| nine.plus_us(m * MINUTE);
    let late = |id: i64, given: Moment, told: Moment| {
        let taken = Taken {
            queue: "A".into(),
            priority: Priority::Normal,
            booked: None,
            item: String::new(),
            ahead: 0,
            estimate: None,
            tap: Some(ticket::Tap { id: format!("tap-000{id}"), given: Some(given) }),
        };
        let h = hall::ticket::take(taken, &h).unwrap();
        Ticket::begin(id, 1, format!("A010{id}"), &h, told).unwrap()
    };
    let all = [
        ticket(1, "A", at(0), None, Priority::Normal),
        ticket(2, "A", at(6), None, Priority::Normal),
        late(3, at(3), at(8)),
        late(4, at(90), at(8)),
    ];
    let order: Vec<i64> = queue::line(&all, h.window(1).unwrap(), &h, at(9)).iter().map(|t| t.id).collect();
    assert_eq!(order, [1, 3, 2, 4]);
    assert_eq!((all[2].taken, all[3].taken), (at(3), at(8)));
}

/// 弹性: open for who booked. Places are laid out and people are asked for who is booked; nobody is asked for by a rule of least
/// people, and who walks in is told.
#[test]
fn elastic_hours_are_for_who_booked() {
    let mut h = hall();
    let from = day("2026-01-01");
    h.openings.push(Opening {
        kind: Hours::Elastic,
        days: Days::each(DayRule::Workdays, from),
        hours: spans("19:00-20:00"),
    });
    let told = |h: &Hall| warnings(h, from).iter().any(|w| w.zh.contains("没有号源：这段时间只办预约的"));
    assert!(told(&h), "nobody can book it yet");
    let evening = Availability { hours: spans("19:00-20:00"), ..h.queues[0].availability[0].clone() };
    h.queues[0].availability.push(evening);
    h.rostering = roster::usual(&h);
    assert!(faults(&h).is_empty() && !told(&h), "{:?}", faults(&h));
    let monday = day("2026-03-02");
    let letter = h.queues[0].letter.clone();
    let of =
        |kind| slots(&h, &letter, monday, &calendar()).into_iter().filter(move |s| s.kind == kind).count();
    assert!(of(Hours::Elastic) > 0 && of(Hours::Office) > 0);
    let walks = |at: &str| ticket::takes_walk_ins(&h, moment(at), &calendar());
    assert!(walks("2026-03-02 10:00").is_ok() && walks("2026-03-02 22:00").is_ok());
    assert!(walks("2026-03-02 19:30").unwrap_err().said.zh.contains("弹性"));
    // Somebody came at such an hour before: that asks for nobody. Who is booked does.
    let came = vec![(day("2026-02-23"), letter.clone(), 38, true)];
    let needs = |booked| {
        let past = roster::Before { came: came.clone(), booked, ..Default::default() };
        let all = roster::demand(&h, &calendar(), (monday, monday), &past);
        all.iter().map(|n| u32::from(n.at(38))).sum::<u32>()
    };
    assert_eq!(needs(Vec::new()), 0);
    assert!(needs(vec![(monday, letter.clone(), 38)]) > 0);
    assert!(
        h.rostering.shifts.iter().any(|s| s.hours.iter().any(|x| x.to() == 20 * 60)),
        "a shift reaches it"
    );
}

#[test]
fn load_is_counted_by_weekday_and_hour_and_hours_have_their_kind() {
    let load = figures::Load::of(
        ["2026-03-02 09:59", "2026-03-09 09:00", "2026-03-08 17:30"].map(moment).into_iter(),
    );
    assert_eq!((load.at(0, 9), load.at(6, 17), load.most()), (2, 1, 2), "two Mondays, one Sunday");
    assert_eq!(load.hours(), Some((9, 17)));
    assert_eq!(figures::Load::default().hours(), None);
    let kind = |at: &str| hall().hours_at(moment(at), &calendar());
    assert_eq!(kind("2026-03-02 09:00"), Some(Hours::Office));
    assert_eq!(kind("2026-03-02 12:00"), None, "closed at noon");
    assert_eq!(kind("2026-03-02 17:59"), Some(Hours::Extended));
    assert_eq!(kind("2026-03-07 10:00"), Some(Hours::Weekend));
}

#[test]
fn firsts_seconds_and_what_is_to_be_handed_over() {
    let mut h = hall();
    let today = day("2026-03-02");
    let cover = |h: &Hall| {
        let of = |c: ab::Cover| (c.letter, c.first.len(), c.second.len());
        ab::cover(h, today, |_| true).into_iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(cover(&h), [("A".into(), 2, 0), ("B".into(), 2, 0)]);
    // Second at window 3, which serves B only; who is the only first of a queue is not its second.
    let mut second = h.posts[0].clone();
    (second.window, second.part) = (3, Part::Second);
    h.posts.push(second.clone());
    h.posts.push(Post { staff: StaffId(20), ..second });
    // 20 is first at window 2 and second to 30 at window 3: each stands in for somebody else.
    assert_eq!(cover(&h), [("A".into(), 2, 0), ("B".into(), 2, 2)]);
    // Whose account is turned off, or who is away, covers nobody; the only first is second to nobody.
    let alone = ab::cover(&h, today, |s| s == StaffId(20));
    assert_eq!(alone.iter().map(|c| (c.first.len(), c.second.len())).collect::<Vec<_>>(), [(1, 0), (1, 0)]);

    h.rostering = roster::usual(&h);
    let duty = |d: &str, staff, window, shift: &str| roster::Duty {
        day: day(d),
        staff: StaffId(staff),
        window,
        shift: shift.into(),
    };
    h.posts[1].until = Some(today);
    h.posts[3].window = 2;
    let duties =
        [duty("2026-03-02", 30, 3, "日"), duty("2026-03-03", 30, 3, "日"), duty("2026-03-04", 10, 3, "日")];
    let due = handover::due(&h, &duties, (today, day("2026-03-05")));
    let of: Vec<_> = due.iter().map(|d| (d.day, d.window, d.gives.0, d.takes.0, d.post)).collect();
    assert_eq!(of, [(today, 2, 20, 10, true), (day("2026-03-03"), 3, 30, 10, false)]);
    assert!(
        handover::lines_of(&"x\n".repeat(51)).is_err()
            && handover::lines_of(" a \n\n b").unwrap() == ["a", "b"]
    );
}
