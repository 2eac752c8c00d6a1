//! 排班 on both engines: drawn, kept, published, swapped, re-planned after leave; everybody as far as they may.

use hall::roster::{LeaveKind, Minimum, Rostering, SheetState, Shift, SwapAct, SwapStage, Why, plus};
use hall_acts::{LeaveAct, Redraw};

use super::*;

/// An account of unit 2 that can be posted.
fn account(app: &Town, login: &str) -> Actor {
    let login = login.to_owned();
    let made = app.city.store().write(move |tx| {
        let region = "4306".parse().unwrap();
        let permit = decide(&Actor::system(), op::WriteUnits, access::City(&region))?;
        let staff = StaffRow {
            id: StaffId(0),
            login: login.clone(),
            name: format!("窗口{login}"),
            role: Role::Clerk,
            unit: UnitId(2),
            region,
            position: String::new(),
            secret: None,
            lent: false,
            totp: None,
            totp_step: 0,
            failed: 0,
            locked_until: None,
            active: true,
            subject: None,
            subject_asked: None,
        };
        let id = office::put_staff(tx, &permit, &staff)?;
        Ok::<_, Error>(StaffRow { id, ..staff }.actor())
    });
    made.unwrap()
}

fn ver_of(app: &Town, id: i64) -> i64 {
    app.halls.roster(coordinator(), id).wait().unwrap().ver
}

/// The hall with a second person at window 1, shifts for mornings and afternoons, and somebody at window 1 all day.
fn rostered(app: &Town) -> (i64, Actor, Actor) {
    let (id, one) = hall_with(app, 2);
    let two = account(app, "w2");
    let v = app.halls.hall(coordinator(), id).wait().unwrap();
    let mut h = v.hall;
    let mut post = h.posts[0].clone();
    (post.staff, post.part) = (two.staff.unwrap(), Part::Second);
    h.posts.push(post);
    let shift = |code: &str, hours: &str| Shift {
        code: code.into(),
        name: format!("{code}班"),
        hours: spans(hours),
        rules: vec![DayRule::Workdays],
    };
    h.rostering = Rostering {
        shifts: vec![shift("早", "09:00-12:00"), shift("中", "13:00-17:00")],
        minimums: vec![Minimum {
            window: Some(1),
            people: 1,
            rules: vec![DayRule::Workdays],
            hours: Vec::new(),
        }],
        ..Rostering::default()
    };
    app.halls.put_hall(coordinator(), id, v.ver, h).wait().unwrap();
    (id, one, two)
}

#[test]
fn a_roster_is_drawn_published_swapped_and_filled_up_after_leave() {
    city(|app, clock| {
        let (hall, one, two) = rostered(app);
        let first = day("2026-03-02");
        // Only the head draws; a roster begins on a Monday, once.
        assert!(matches!(
            app.halls.draw_roster(one.clone(), hall, first, 1).wait(),
            Err(Error::Forbidden(_))
        ));
        assert!(
            said(app.halls.draw_roster(coordinator(), hall, day("2026-03-03"), 1).wait()).contains("星期一")
        );
        let drawn = app.halls.draw_roster(coordinator(), hall, first, 2).wait().unwrap();
        let id = app.halls.keep_drawn(coordinator(), drawn.clone()).wait().unwrap();
        assert!(said(app.halls.keep_drawn(coordinator(), drawn).wait()).contains("已有排班表"));
        let v = app.halls.roster(coordinator(), id).wait().unwrap();
        assert_eq!((v.shown.len(), v.report.unmet, v.report.bound, v.broken.len()), (20, [0, 0], [0, 0], 0));
        // A draft is the head's.
        assert!(matches!(app.halls.roster(one.clone(), id).wait(), Err(Error::NotFound)));
        assert_eq!(app.halls.my_shifts(one.clone()).wait().unwrap().duties.len(), 0);
        app.halls.publish_roster(coordinator(), id, v.ver).wait().unwrap();
        assert!(matches!(app.halls.publish_roster(coordinator(), id, v.ver).wait(), Err(Error::Changed(_))));
        let mine = app.halls.my_shifts(one.clone()).wait().unwrap();
        assert_eq!(mine.duties.len(), 10);
        let wall = app.halls.wall(hall, first, 1).wait().unwrap().1;
        assert_eq!(wall.len(), 2, "both are named on the wall");

        // What would break a hard rule is refused with the rule, and changes nothing.
        let staff = one.staff.unwrap();
        let of = mine.duties[0].duty.clone();
        let other = if of.shift == "早" { "中" } else { "早" };
        let v = app.halls.roster(coordinator(), id).wait().unwrap();
        let set = |to| app.halls.set_duty(coordinator(), id, v.ver, (staff, of.day), to).wait();
        assert!(said(set(Some((1, other.to_owned())))).contains("同一窗口同一时间已有人"));
        assert!(said(set(Some((2, "早".to_owned())))).contains("没有在这个窗口定岗"));
        assert_eq!(app.halls.roster(coordinator(), id).wait().unwrap().ver, v.ver);

        // A swap on another day: asked by one, agreed by the other, approved by the head.
        let theirs = app.halls.my_shifts(two.clone()).wait().unwrap().duties;
        let (gives, takes) = (mine.duties[1].duty.day, theirs[1].duty.day);
        let asked = |takes| app.halls.ask_swap(one.clone(), id, gives, two.staff.unwrap(), takes).wait();
        assert!(said(asked(None)).contains("同一天有两个班"), "who has a shift that day takes no second one");
        let swap = asked(Some(takes)).unwrap();
        let act = |who: &Actor, act| app.halls.act_swap(who.clone(), id, swap, act).wait();
        assert!(act(&coordinator(), SwapAct::Approve).is_err(), "not before the other agrees");
        assert_eq!(act(&two, SwapAct::Agree).unwrap(), SwapStage::Agreed);
        assert!(act(&two, SwapAct::Approve).is_err(), "nobody approves their own");
        assert_eq!(act(&coordinator(), SwapAct::Approve).unwrap(), SwapStage::Done);
        let after = app.halls.my_shifts(one.clone()).wait().unwrap().duties;
        assert_ne!(after[1].duty.shift, mine.duties[1].duty.shift);
        let v = app.halls.roster(coordinator(), id).wait().unwrap();
        assert_eq!((v.sheet.state(), v.broken.len()), (SheetState::Published, 0));

        // The calendar is read by its address alone.
        let (who, token) = mine.calendar.split_once('/').unwrap();
        let text = app.halls.shifts_calendar(who.parse().unwrap(), token.to_owned()).wait().unwrap();
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 10);
        assert!(app.halls.shifts_calendar(who.parse().unwrap(), "00".repeat(16)).wait().is_err());

        // Leave: asked, approved by the head; the gap is named; filling up moves nobody else.
        let away = (day("2026-03-04"), day("2026-03-04"));
        let leave = app.halls.ask_leave(one.clone(), hall, None, LeaveKind::Sick, away, None).wait().unwrap();
        assert!(app.halls.act_leave(one.clone(), leave, 1, LeaveAct::Approve).wait().is_err());
        app.halls.act_leave(coordinator(), leave, 1, LeaveAct::Approve).wait().unwrap();
        let v = app.halls.roster(coordinator(), id).wait().unwrap();
        assert_eq!(v.broken.len(), 1, "who is away stands on the roster until it is filled up");
        assert!(said(app.halls.publish_roster(coordinator(), id, v.ver).wait()).contains("请假"));
        assert_eq!(app.halls.wall(hall, away.0, 1).wait().unwrap().1.len(), 1, "nobody is named who is away");
        let drawn =
            app.halls.redraw_roster(coordinator(), id, ver_of(app, id), Redraw::Least).wait().unwrap();
        // The afternoon is longer: when that one is lost, the other moves from the morning to it.
        let lost = &after.iter().find(|d| d.duty.day == away.0).unwrap().duty.shift;
        assert_eq!(drawn.moved, 1 + usize::from(lost == "中"));
        app.halls.keep_drawn(coordinator(), drawn).wait().unwrap();
        let v = app.halls.roster(coordinator(), id).wait().unwrap();
        assert_eq!((v.sheet.state(), v.sheet.unpublished() > 0), (SheetState::Changed, true));
        let [gap] = &v.report.gaps[..] else { panic!("{:?}", v.report.gaps) };
        assert_eq!((gap.day, &gap.why[..]), (away.0, &[(Why::Leave, 1), (Why::OtherShift, 1)][..]));
        // With changes that are not published there is no swap.
        assert!(
            said(app.halls.ask_swap(two.clone(), id, day("2026-03-05"), staff, None).wait())
                .contains("先发布")
        );
        app.halls.publish_roster(coordinator(), id, v.ver).wait().unwrap();
        let drawn =
            app.halls.redraw_roster(coordinator(), id, ver_of(app, id), Redraw::Least).wait().unwrap();
        assert_eq!(drawn.moved, 0, "nothing changed, nobody moves");
        // Who looked at an older state draws over nobody's changes.
        let old = app.halls.redraw_roster(coordinator(), id, ver_of(app, id) - 1, Redraw::Anew).wait();
        assert!(matches!(old, Err(Error::Changed(_))));
        // A shift that people were told keeps its hours; a roster of another century is a slip.
        let held = app.halls.hall(coordinator(), hall).wait().unwrap();
        let mut other = held.hall.clone();
        other.rostering.shifts[0].hours = spans("08:00-12:00");
        assert!(
            said(app.halls.put_hall(coordinator(), hall, held.ver, other).wait()).contains("另建一个班次")
        );
        let far = app.halls.draw_roster(coordinator(), hall, day("2062-03-06"), 1).wait();
        assert!(said(far).contains("核对年份"));

        // In the second week what is over stays as it was.
        clock.set(moment("2026-03-09 08:00"));
        let drawn = app.halls.redraw_roster(coordinator(), id, ver_of(app, id), Redraw::Anew).wait().unwrap();
        app.halls.keep_drawn(coordinator(), drawn).wait().unwrap();
        let new = app.halls.roster(coordinator(), id).wait().unwrap();
        let over = |all: &[hall::roster::Duty]| {
            all.iter().filter(|d| d.day < day("2026-03-09")).cloned().collect::<Vec<_>>()
        };
        assert_eq!(over(&new.shown), over(&v.shown));
        // The next roster begins after this one.
        let next = plus(first, 14);
        assert!(
            said(app.halls.draw_roster(coordinator(), hall, plus(first, 7), 1).wait()).contains("已有排班表")
        );
        let drawn = app.halls.draw_roster(coordinator(), hall, next, 1).wait().unwrap();
        app.halls.keep_drawn(coordinator(), drawn).wait().unwrap();
        assert_eq!(app.halls.rosters(coordinator(), hall).wait().unwrap().len(), 2);
        assert_eq!(app.halls.rosters(one, hall).wait().unwrap().len(), 1, "a draft is the head's");
        assert!(app.halls.rosters(who_of_another_city(), hall).wait().is_err());
    });
}

fn who_of_another_city() -> Actor {
    who(Role::Coordinator, 4)
}

#[test]
fn a_window_is_handed_over_on_record_and_an_item_without_a_second_is_listed() {
    use hall::handover::{HandStage, HandWhy};
    city(|app, clock| {
        let (hall, one, two) = rostered(app);
        let drawn = app.halls.draw_roster(coordinator(), hall, day("2026-03-02"), 1).wait().unwrap();
        let id = app.halls.keep_drawn(coordinator(), drawn).wait().unwrap();
        app.halls.publish_roster(coordinator(), id, 1).wait().unwrap();
        // Who has the morning hands over to who has the afternoon.
        let (_, due) = app.halls.hand_overs(coordinator(), hall).wait().unwrap();
        let first = due.iter().find(|d| d.due.day == day("2026-03-02")).unwrap();
        let (gives, takes) = if Some(first.due.gives) == one.staff { (&one, &two) } else { (&two, &one) };
        assert_eq!(Some(first.due.takes), takes.staff);
        assert!(app.halls.my_hand_overs(gives.clone()).wait().unwrap().1.iter().any(|d| d.mine));
        // A number that is parked stands on the sheet.
        clock.set(moment("2026-03-02 10:00"));
        let kiosk = app.halls.kiosk_of(coordinator(), hall).wait().unwrap();
        app.halls.take_at_kiosk(hall, kiosk, "A".into(), Priority::Normal, None).wait().unwrap();
        let v = app.halls.next(gives.clone(), hall, 1, None).wait().unwrap();
        let t = v.current.unwrap();
        let v = app.halls.serve(gives.clone(), hall, 1, t.id, t.ver, Command::Start {}).wait().unwrap();
        let t = v.current.unwrap();
        let park = Command::Park { reason: "去复印".into() };
        app.halls.serve(gives.clone(), hall, 1, t.id, t.ver, park).wait().unwrap();
        let open = app.halls.open_at(gives.clone(), hall, 1).wait().unwrap();
        assert_eq!((open.tickets.len(), open.next), (1, takes.staff));
        let give = |who: &Actor, window, to: &Actor, mends| {
            let lines = "业务专用章一枚\n补正件 3 件".to_owned();
            let to = to.staff.unwrap();
            app.halls.give_over(who.clone(), (hall, window), HandWhy::Shift, to, lines, mends).wait()
        };
        assert!(said(give(gives, 2, takes, None)).contains("没有在这个窗口定岗"));
        assert!(said(give(gives, 1, gives, None)).contains("接收人"));
        let sheet = give(gives, 1, takes, None).unwrap();
        // Nobody but who takes it answers; returned it says what is missing, and is given again.
        let answer = |who: &Actor, ver, missing: Option<&str>| {
            app.halls.answer_hand_over(who.clone(), sheet, ver, missing.map(str::to_owned)).wait()
        };
        assert!(matches!(answer(gives, 1, None), Err(Error::NotFound)));
        assert!(matches!(answer(&coordinator(), 1, None), Err(Error::NotFound)));
        assert!(said(answer(takes, 1, Some(" "))).contains("缺什么"));
        answer(takes, 1, Some("少一把钥匙")).unwrap();
        assert!(said(answer(takes, 2, None)).contains("已经接收或退回"));
        assert_eq!(give(gives, 1, takes, Some(sheet)).unwrap(), sheet);
        assert!(matches!(answer(takes, 1, None), Err(Error::Changed(_))));
        answer(takes, 3, None).unwrap();
        let v = app.halls.hand_over(coordinator(), sheet).wait().unwrap();
        assert_eq!((v.sheet.stage, v.sheet.open.len(), v.sheet.lines.len()), (HandStage::Taken, 1, 2));
        assert!(matches!(
            app.halls.hand_over(who(Role::Clerk, 3), sheet).wait(),
            Err(Error::NotFound | Error::Forbidden(_))
        ));
        let (_, due) = app.halls.hand_overs(coordinator(), hall).wait().unwrap();
        assert!(due.iter().all(|d| d.due.day != day("2026-03-02")), "it is due no more");

        // AB岗: window 1 has a second, window 2 nobody; queue B is served by both.
        let ab = app.halls.first_and_second(coordinator(), hall).wait().unwrap();
        let of: Vec<_> =
            ab.queues.iter().map(|q| (q.queue.0.as_str(), q.first.len(), q.second.len())).collect();
        assert_eq!(of, [("A", 1, 1), ("B", 1, 1)]);
    });
}

/// Coverage is counted by what was published, over the days asked for; a draft covers nothing, leave uncovers.
#[test]
fn coverage_is_counted_by_what_was_published() {
    city(|app, _| {
        let (hall, one, _) = rostered(app);
        let first = day("2026-03-02");
        let of = |last: &str| app.halls.coverage(coordinator(), hall, first, day(last)).wait().unwrap();
        let drawn = app.halls.draw_roster(coordinator(), hall, first, 1).wait().unwrap();
        let id = app.halls.keep_drawn(coordinator(), drawn).wait().unwrap();
        assert!(of("2026-03-06").is_empty(), "a draft is nobody's roster");
        app.halls.publish_roster(coordinator(), id, 1).wait().unwrap();
        let whole = of("2026-03-06").remove(0);
        // Seven hours on five days at window 1.
        assert_eq!((whole.roster, whole.asked[0], whole.unmet[0]), (id, 70, 0));
        assert_eq!(whole.windows, [(1, 70, 0)]);
        assert_eq!(of("2026-03-03").remove(0).windows, [(1, 28, 0)], "of the days asked for");
        let tuesday = (day("2026-03-03"), day("2026-03-03"));
        app.halls.ask_leave(coordinator(), hall, one.staff, LeaveKind::Sick, tuesday, None).wait().unwrap();
        let short = of("2026-03-06").remove(0);
        assert!(short.unmet[0] >= 6, "a morning at least: {short:?}");
        assert_eq!(short.windows, [(1, 70, short.unmet[0])]);
        assert!(matches!(
            app.halls.coverage(who(Role::Handler, 3), hall, first, first).wait(),
            Err(Error::Forbidden(_))
        ));
    });
}

/// A duty in another hall is no leave: it takes the day, and counts for the rest between two shifts.
#[test]
fn a_duty_in_another_hall_is_no_leave_and_counts_for_rest() {
    city(|app, _| {
        let (id, one, _) = rostered(app);
        let v = app.halls.hall(coordinator(), id).wait().unwrap();
        let mut h = v.hall;
        h.rostering.rules.rest_hours = 12;
        app.halls.put_hall(coordinator(), id, v.ver, h).wait().unwrap();
        // The same person is posted in a second hall, whose only shift ends late.
        let v = app.halls.hall(coordinator(), id).wait().unwrap();
        let mut other = v.hall.clone();
        other.name = "分大厅".into();
        other.posts.retain(|p| Some(p.staff) == one.staff);
        other.openings[0].hours = spans("09:00-12:00,13:00-17:00,19:00-22:00");
        other.rostering.shifts = vec![Shift {
            code: "晚".into(),
            name: "晚班".into(),
            hours: spans("19:00-22:00"),
            rules: vec![DayRule::Workdays],
        }];
        other.rostering.minimums[0].hours = spans("19:00-22:00");
        let other = app.halls.put_hall(coordinator(), 0, 0, other).wait().unwrap();
        let monday = day("2026-03-09");
        let draw = |hall| {
            let drawn = app.halls.draw_roster(coordinator(), hall, monday, 1).wait().unwrap();
            app.halls.keep_drawn(coordinator(), drawn).wait().unwrap()
        };
        let there = draw(other);
        // All evenings but one are given up there, so that mornings after are free again.
        let me = one.staff.unwrap();
        for n in [0, 2, 3, 4] {
            let at = (me, plus(monday, n));
            app.halls.set_duty(coordinator(), there, ver_of(app, there), at, None).wait().unwrap();
        }
        app.halls.publish_roster(coordinator(), there, ver_of(app, there)).wait().unwrap();
        let here = draw(id);
        let v = app.halls.roster(coordinator(), here).wait().unwrap();
        assert!(v.leave.is_empty(), "nobody asked for leave");
        let days: Vec<_> = v.elsewhere.iter().map(|e| (e.staff, e.day)).collect();
        assert_eq!(days, [(me, plus(monday, 1))]);
        let mine = |n: i64| v.shown.iter().find(|d| d.staff == me && d.day == plus(monday, n)).cloned();
        assert!(mine(1).is_none(), "they are in the other hall");
        assert!(
            mine(2).is_none_or(|d| d.shift == "中"),
            "from ten at night to nine are less than twelve hours"
        );
        let gap = v.report.gaps.iter().find(|g| g.day == plus(monday, 1)).unwrap();
        assert!(gap.why.iter().any(|w| w.0 == Why::OtherHall), "{gap:?}");
        assert!(gap.why.iter().all(|w| w.0 != Why::Leave), "{gap:?}");
        // By hand neither: the day, and the morning after the late evening.
        let set = |n: i64, shift: &str| {
            let to = Some((1, shift.to_owned()));
            let ver = ver_of(app, here);
            app.halls.set_duty(coordinator(), here, ver, (me, plus(monday, n)), to).wait()
        };
        assert!(said(set(1, "早")).contains("其他大厅"));
        assert!(said(set(2, "早")).contains("休息不够"), "22:00 to 09:00 with a rest of twelve hours");
    });
}
