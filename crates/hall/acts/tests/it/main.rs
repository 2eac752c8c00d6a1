//! Halls on both engines: a place is surely one's own, a life follows its rules, a window serves, and nobody reaches beyond.

mod help;
mod kiosk;
mod race;
mod roster;
mod told;

use std::collections::BTreeSet;

use access::{Permit, decide, op};
use city::{City, Contact, Error, Settings};
use hall::appointment::{Command as Booking, Stage};
use hall::ticket::Command;
use hall::{
    Availability, BookingRules, Channel, Closure, DayRule, Days, Hall, Handles, Hours, MisuseRules, Opening,
    Part, Places, Post, Priority, Queue, QueueRules, Span, Training, Window,
};
use hall_acts::{Asked, Begun, Call, HallHandovers, Halls, Standby, What};
use kernel::{Actor, Date, Moment, Role, StaffId, UnitId};
use store::Tx;
use store::office::{self, StaffRow, UnitRow};
use store::ratings::{self, ServiceRow};
use testkit::{HandClock, TempDir, both_engines};

/// A city with its halls.
struct Town {
    halls: Halls,
    city: City,
    /// the clerk who is posted at the first window
    clerk: Actor,
}

/// What was done at a window is kept to be rated; who rates what is the other movement's.
const HANDOVERS: HallHandovers = HallHandovers { ticket_becomes_service: kept, token_of_service: token };
fn token(_: &City, rd: &mut store::Rd<'_>, code: &str) -> Result<Option<String>, Error> {
    Ok(ratings::by_code(rd, code)?.map(|s| s.code))
}
fn kept(_: &City, tx: &mut Tx<'_>, permit: &Permit, row: &ServiceRow) -> Result<String, Error> {
    ratings::put_service(tx, permit, row)?;
    Ok(row.code.clone())
}

/// A small city on both engines: 1 政管办, 2 市监局, 3 住建局, 4 of another city; a clerk of unit 2.
fn city(test: impl Fn(&Town, &HandClock)) {
    let clock = HandClock::at(moment("2026-03-02 09:00"));
    let options = store::Options { clock: clock.as_clock(), ..store::Options::default() };
    both_engines(&options, |store| {
        clock.set(moment("2026-03-02 09:00"));
        let keys = TempDir::new();
        let city = City::open(store.clone(), keys.path(), |_| Ok(())).unwrap();
        let clerk = store.write(settle).unwrap();
        let settings = Settings {
            city: "4306".parse().unwrap(),
            name: "临江市".into(),
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        city.set_city(Actor::system(), settings).wait().unwrap();
        test(&Town { halls: Halls::new(city.clone(), HANDOVERS), city, clerk }, &clock);
    });
}

fn settle(tx: &mut Tx<'_>) -> Result<Actor, Error> {
    let region = "4306".parse().unwrap();
    let permit = decide(&Actor::system(), op::WriteUnits, access::City(&region))?;
    for (key, region) in [("政管办", "4306"), ("市监局", "4306"), ("住建局", "4306"), ("邻市", "4307")]
    {
        let unit = UnitRow {
            id: UnitId(0),
            key: key.into(),
            name: key.into(),
            short: key.into(),
            kind: "department".into(),
            parent: None,
            region: region.parse().unwrap(),
            duties: String::new(),
            active: true,
        };
        office::put_unit(tx, &permit, &unit)?;
    }
    let clerk = StaffRow {
        id: StaffId(0),
        login: "w1".into(),
        name: "窗口一".into(),
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
    let id = office::put_staff(tx, &permit, &clerk)?;
    Ok(StaffRow { id, ..clerk }.actor())
}

fn who(role: Role, unit: i64) -> Actor {
    let region = if unit == 4 { "4307" } else { "4306" };
    Actor {
        staff: Some(StaffId(unit * 1_000 + role as i64)),
        role,
        unit: Some(UnitId(unit)),
        region: region.parse().ok(),
    }
}
fn coordinator() -> Actor {
    who(Role::Coordinator, 1)
}

const MINUTE: i64 = 60 * kernel::US_PER_SECOND;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}
fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}
fn spans(text: &str) -> Vec<Span> {
    Span::read_all(text).unwrap()
}

/// A hall of unit 1 with two windows and a clerk of unit 2 posted at the first; so many places by phone in each slot.
fn hall_with(app: &Town, phone: u16) -> (i64, Actor) {
    hall_ruled(app, phone, 0)
}

/// The same with so many bookings of one item by one person on a day; 0: as many as they like.
fn hall_ruled(app: &Town, phone: u16, same_item_day_max: u32) -> (i64, Actor) {
    let clerk = app.clerk.clone();
    let first = day("2026-01-01");
    let hours = "09:00-12:00,13:00-17:00";
    let queue = |letter: &str, items: Vec<(String, u8)>| Queue {
        letter: letter.into(),
        name: format!("业务{letter}"),
        handles: Handles { items, ..Handles::default() },
        minutes: 10,
        availability: vec![Availability {
            days: Days::each(DayRule::Workdays, first),
            hours: spans(hours),
            breaks: Vec::new(),
            slot_minutes: 30,
            places: Places { phone, counter: 1, walk_in: 2 },
            lead_minutes: 30,
            horizon_days: 7,
        }],
    };
    let hall = Hall {
        name: "市政务服务中心".into(),
        unit: UnitId(1),
        region: "4306".parse().unwrap(),
        address: "人民路1号".into(),
        phone: "0999-1000".into(),
        windows: vec![
            Window { number: 1, name: "综合".into(), queues: vec!["A".into(), "B".into()] },
            Window { number: 2, name: "办不成事".into(), queues: vec!["B".into()] },
        ],
        queues: vec![
            queue("A", vec![("short".into(), 1), ("long".into(), 2)]),
            queue("B", vec![("other".into(), 1)]),
        ],
        openings: vec![Opening {
            kind: Hours::Office,
            days: Days::each(DayRule::Workdays, first),
            hours: spans(hours),
        }],
        closures: Vec::new(),
        posts: vec![Post {
            window: 1,
            staff: clerk.staff.unwrap(),
            unit: UnitId(2),
            part: Part::First,
            from: first,
            until: None,
            authority: "受理、出证".into(),
            training: Some(Training {
                course: "岗前".into(),
                passed: first,
                valid_until: day("2026-12-31"),
                mark: "92".into(),
            }),
        }],
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules { misses_max: 2, open_max: 0, same_item_day_max, ..MisuseRules::default() },
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    };
    (app.halls.put_hall(coordinator(), 0, 0, hall).wait().unwrap(), clerk)
}

fn offers(app: &Town, item: &str, n: u32) -> Vec<hall_acts::Offer> {
    app.halls.earliest(item.into(), None, None, n, Channel::Phone).wait().unwrap()
}
fn mine(phone: &str) -> Contact {
    Contact { name: "张三".into(), phone: phone.into(), ..Contact::default() }
}
fn said<T: std::fmt::Debug>(done: Result<T, Error>) -> String {
    match done {
        Err(Error::Invalid { said, .. } | Error::Forbidden(said)) => said.zh,
        other => panic!("{other:?}"),
    }
}
/// Booked by phone for a slot: number and code.
fn booked(app: &Town, slot: i64, phone: &str) -> (String, String) {
    let begun = app.halls.hold(slot, "short".into()).wait().unwrap();
    let confirm = Asked::Confirm(mine(phone));
    app.halls.act_by_code(None, begun.number.clone(), begun.code.clone(), confirm).wait().unwrap();
    (begun.number, begun.code)
}
fn stage(app: &Town, of: &(String, String)) -> Stage {
    app.halls.follow(None, of.0.clone(), of.1.clone()).wait().unwrap().appointment.stage
}

#[test]
fn a_place_is_held_confirmed_moved_and_given_back_with_a_delay() {
    city(|app, clock| {
        hall_with(app, 1);
        let all = offers(app, "short", 9);
        assert_eq!(all[0].start, moment("2026-03-02 09:30").max(all[0].start), "the lead of thirty minutes");
        let (a, b) = (all[0].slot, all[1].slot);
        let first = app.halls.hold(a, "short".into()).wait().unwrap();
        assert!(said(app.halls.hold(a, "short".into()).wait()).contains("约满"));
        // Nobody confirmed: the place is free again after the hold and the delay of release.
        clock.move_us(10 * MINUTE);
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &(first.number.clone(), first.code.clone())), Stage::Expired);
        let late = Asked::Confirm(mine("13800001234"));
        assert!(app.halls.act_by_code(None, first.number, first.code, late).wait().is_err());
        assert!(app.halls.hold(a, "short".into()).wait().is_err(), "not yet: nobody trades places");
        clock.move_us(5 * MINUTE);
        // A browser of staff uses no resident's code, and a wrong code finds nothing.
        let of = booked(app, b, "13800001234");
        let clerk = who(Role::Clerk, 2);
        assert!(
            said(app.halls.follow(Some(clerk.clone()), of.0.clone(), of.1.clone()).wait())
                .contains("工作人员")
        );
        assert_eq!(
            app.halls.follow(None, of.0.clone(), "AAAAAAAA".into()).wait().unwrap_err(),
            Error::NotFound
        );
        let view = app.halls.follow(None, of.0.clone(), of.1.clone()).wait().unwrap();
        assert_eq!((view.contact.phone.as_str(), view.hall.as_str()), ("13800001234", "市政务服务中心"));
        // Staff see it covered; in full with a purpose and on record.
        let here = who(Role::Clerk, 1);
        let seen = app.halls.appointment(here.clone(), of.0.clone()).wait().unwrap();
        assert_eq!(seen.contact.phone, "138****1234");
        assert!(app.halls.show_booker(here.clone(), of.0.clone(), String::new()).wait().is_err());
        let (_, full) = app.halls.show_booker(here, of.0.clone(), "通知改期".into()).wait().unwrap();
        assert_eq!(full.phone, "13800001234");
        // Moved: the new place is taken, the old one is given back.
        let to = offers(app, "short", 9)[1].slot;
        let act = |asked| app.halls.act_by_code(None, of.0.clone(), of.1.clone(), asked).wait();
        let moved = act(Asked::Move(to)).unwrap();
        assert_eq!((moved.appointment.at.slots.clone(), moved.appointment.moves), (vec![to], 1));
        assert!(said(act(Asked::Move(to))).contains("现在这个时间"));
        assert!(app.halls.hold(b, "short".into()).wait().is_err(), "released with a delay");
        clock.move_us(5 * MINUTE);
        app.halls.moments().unwrap();
        assert!(app.halls.hold(b, "short".into()).wait().is_ok());
        assert_eq!(act(Asked::Cancel).unwrap().appointment.stage, Stage::Cancelled);
        assert!(act(Asked::Cancel).is_err());
        // A long item takes two slots in a row, and gives both back.
        let long = offers(app, "long", 3);
        assert_eq!(long[0].minutes, 60);
        let held = app.halls.hold(long[0].slot, "long".into()).wait().unwrap();
        let v = app.halls.follow(None, held.number, held.code).wait().unwrap();
        assert_eq!(v.appointment.at.slots.len(), 2);
        for s in &v.appointment.at.slots {
            assert!(app.halls.hold(*s, "short".into()).wait().is_err(), "{s}");
        }
        assert!(said(app.halls.hold(long[2].slot, "nothing".into()).wait()).contains("不办该事项"));
    });
}

#[test]
fn the_offices_own_delay_is_no_no_show_and_a_warning_comes_before_a_bar() {
    city(|app, clock| {
        let (id, clerk) = hall_with(app, 9);
        let at_ten = || {
            let all = offers(app, "short", 9);
            all.iter().find(|o| o.start.beijing().time().hour() == 10).unwrap().slot
        };
        // Day one: nobody was called in the hall at all.
        let one = booked(app, at_ten(), "13800001234");
        clock.set(moment("2026-03-02 11:00"));
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &one), Stage::Excused);
        // Then the queue runs, and whoever does not come has missed it.
        let miss = |d: &str| {
            clock.set(moment(&format!("{d} 09:01")));
            app.halls.moments().unwrap();
            let of = booked(app, at_ten(), "13800001234");
            app.halls.take_for(clerk.clone(), id, "A".into(), Priority::Normal).wait().unwrap();
            let at = app.halls.next(clerk.clone(), id, 1, None).wait().unwrap();
            let t = at.current.unwrap();
            app.halls.serve(clerk.clone(), id, 1, t.id, t.ver, Command::Start {}).wait().unwrap();
            app.halls.serve(clerk.clone(), id, 1, t.id, t.ver + 1, Command::End {}).wait().unwrap();
            clock.set(moment(&format!("{d} 11:00")));
            app.halls.moments().unwrap();
            assert_eq!(stage(app, &of), Stage::Missed, "{d}");
            of
        };
        let first = miss("2026-03-03");
        let told = app.halls.follow(None, first.0.clone(), first.1.clone()).wait().unwrap();
        assert!(told.warning.unwrap().zh.contains("已爽约 1 次"), "a warning comes first");
        miss("2026-03-04");
        clock.set(moment("2026-03-05 08:00"));
        app.halls.moments().unwrap();
        let held = app.halls.hold(at_ten(), "short".into()).wait().unwrap();
        let confirm = || Asked::Confirm(mine("138-0000-1234"));
        let again = app.halls.act_by_code(None, held.number.clone(), held.code.clone(), confirm()).wait();
        assert!(said(again).contains("不能网上预约"));
        // The counter stays open, and an appeal that is upheld counts nothing.
        app.halls
            .book_for(who(Role::Clerk, 1), at_ten(), "short".into(), mine("13800001234"))
            .wait()
            .unwrap();
        let appeal = Asked::Appeal("当天大厅停电".into());
        let view = app.halls.act_by_code(None, first.0.clone(), first.1.clone(), appeal).wait().unwrap();
        assert_eq!((view.appointment.stage, view.appeal.as_str()), (Stage::Appealed, "当天大厅停电"));
        let waiting = app.halls.bookings(coordinator(), id, day("2026-03-05")).wait().unwrap().appealed;
        assert_eq!(waiting.len(), 1);
        let uphold = Booking::Uphold { reason: "属实".into() };
        assert!(app.halls.act_for(who(Role::Clerk, 1), first.0.clone(), uphold.clone()).wait().is_err());
        app.halls.act_for(coordinator(), first.0.clone(), uphold).wait().unwrap();
        app.halls.act_by_code(None, held.number, held.code, confirm()).wait().unwrap();
        // What is kept of people ends by itself.
        clock.set(moment("2026-06-05 08:00"));
        app.halls.moments().unwrap();
        let gone = app.halls.follow(None, first.0.clone(), first.1.clone()).wait().unwrap();
        assert_eq!((gone.contact, gone.appeal), (Contact::default(), String::new()));
    });
}

#[test]
fn who_stands_by_is_offered_what_is_given_back() {
    city(|app, clock| {
        // One a day: who stood by has not booked already.
        let (id, clerk) = hall_ruled(app, 1, 1);
        let wish = |first: &str, last: &str, phone: &str| Standby {
            item: "short".into(),
            hall: id,
            first: day(first),
            last: day(last),
            contact: Contact { name: "候补人".into(), phone: phone.into(), ..Contact::default() },
        };
        // Everything of the day is taken.
        let today: Vec<_> =
            offers(app, "short", 40).into_iter().filter(|o| o.start.date() == day("2026-03-02")).collect();
        let all: Vec<_> =
            (0..).zip(&today).map(|(n, o)| booked(app, o.slot, &format!("1380000{n:04}"))).collect();
        let bad = app.halls.stand_by(wish("2026-03-05", "2026-03-03", "13900000001")).wait();
        assert!(said(bad).contains("起止日期"));
        let second = wish("2026-03-02", "2026-03-02", "13900000002");
        let first = app.halls.stand_by(wish("2026-03-02", "2026-03-02", "13900000001")).wait().unwrap();
        let second = app.halls.stand_by(second).wait().unwrap();
        let pair = |b: &Begun| (b.number.clone(), b.code.clone());
        assert_eq!(stage(app, &pair(&first)), Stage::Standby);
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &pair(&first)), Stage::Standby, "nothing is free on that day");
        let v = app.halls.bookings(clerk.clone(), id, day("2026-03-02")).wait().unwrap();
        assert_eq!((v.stands_by.len(), v.booked.len(), v.to_tell.len()), (2, all.len(), 0));
        // One is given back: with the delay, and to who waits longest.
        let gave = all.last().unwrap();
        app.halls.act_by_code(None, gave.0.clone(), gave.1.clone(), Asked::Cancel).wait().unwrap();
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &pair(&first)), Stage::Standby, "the delay of release");
        clock.move_us(6 * MINUTE);
        let stolen = app.halls.hold(today.last().unwrap().slot, "short".into()).wait();
        assert!(stolen.is_err(), "what is given back is nobody's before the worker offered it");
        app.halls.moments().unwrap();
        assert_eq!((stage(app, &pair(&first)), stage(app, &pair(&second))), (Stage::Held, Stage::Standby));
        let v = app.halls.bookings(clerk.clone(), id, day("2026-03-02")).wait().unwrap();
        assert_eq!(v.to_tell.iter().map(|b| &b.appointment.number).collect::<Vec<_>>(), [&first.number]);
        app.halls.act_for(clerk.clone(), first.number.clone(), Booking::Tell {}).wait().unwrap();
        let v = app.halls.bookings(clerk, id, day("2026-03-02")).wait().unwrap();
        assert!(v.to_tell.is_empty());
        // Who does not confirm in time loses it to the next; who confirms need not give the number again.
        let held = app.halls.follow(None, first.number.clone(), first.code.clone()).wait().unwrap();
        let until = held.appointment.held_until;
        clock.set(until.plus_us(-1));
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &pair(&first)), Stage::Held);
        clock.set(until);
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &pair(&first)), Stage::Expired);
        clock.move_us(6 * MINUTE);
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &pair(&second)), Stage::Held);
        let asked = Asked::Confirm(Contact::default());
        let v =
            app.halls.act_by_code(None, second.number.clone(), second.code.clone(), asked).wait().unwrap();
        assert_eq!((v.appointment.stage, v.contact.phone.as_str()), (Stage::Confirmed, "13900000002"));
        assert_eq!(v.appointment.at.slots, [today.last().unwrap().slot]);
        // Days that pass end the wish.
        let third = app.halls.stand_by(wish("2026-03-02", "2026-03-02", "13900000003")).wait().unwrap();
        clock.set(moment("2026-03-03 00:01"));
        app.halls.moments().unwrap();
        assert_eq!(stage(app, &pair(&third)), Stage::Expired);
    });
}

#[test]
fn a_closure_says_whom_it_would_cancel_before_it_does() {
    city(|app, _| {
        let (id, _) = hall_with(app, 3);
        let all = offers(app, "short", 40);
        let tomorrow = all.iter().find(|o| o.start.date() == day("2026-03-03")).unwrap();
        let (keeps, goes) =
            (booked(app, all[0].slot, "13800001234"), booked(app, tomorrow.slot, "13800005678"));
        let closure = Closure {
            first: day("2026-03-03"),
            last: day("2026-03-03"),
            hours: None,
            queues: Vec::new(),
            reason: "供电检修".into(),
        };
        let preview = app.halls.preview_closure(coordinator(), id, closure.clone()).wait().unwrap();
        assert_eq!(preview.iter().map(|t| &t.number).collect::<Vec<_>>(), [&goes.0]);
        assert!(said(app.halls.close(coordinator(), id, closure.clone(), 0).wait()).contains("会取消 1 个"));
        assert_eq!(app.halls.close(coordinator(), id, closure, 1).wait().unwrap(), 1);
        assert_eq!((stage(app, &keeps), stage(app, &goes)), (Stage::Confirmed, Stage::CalledOff));
        assert!(offers(app, "short", 40).iter().all(|o| o.start.date() != day("2026-03-03")));
        // What is wrong in the document is told at its field; a version that somebody else changed is not overwritten.
        let v = app.halls.hall(coordinator(), id).wait().unwrap();
        let mut bad = v.hall.clone();
        bad.openings.push(bad.openings[0].clone());
        assert!(said(app.halls.put_hall(coordinator(), id, v.ver, bad).wait()).contains("重叠"));
        assert!(matches!(
            app.halls.put_hall(coordinator(), id, 1, v.hall.clone()).wait(),
            Err(Error::Changed(_))
        ));
        // Fewer places than are taken: what is booked stays, nothing is given beyond.
        let mut fewer = v.hall;
        fewer.queues[0].availability[0].places.phone = 0;
        app.halls.put_hall(coordinator(), id, v.ver, fewer).wait().unwrap();
        assert!(offers(app, "short", 40).is_empty());
        assert_eq!(stage(app, &keeps), Stage::Confirmed);
    });
}

#[test]
fn a_window_serves_who_booked_and_who_walked_in() {
    city(|app, clock: &HandClock| {
        let (id, clerk) = hall_with(app, 3);
        let of = booked(app, offers(app, "short", 9)[0].slot, "13800001234");
        let start = app.halls.follow(None, of.0.clone(), of.1.clone()).wait().unwrap().appointment.at.start;
        clock.set(moment("2026-03-02 09:30"));
        let kiosk = app.halls.kiosk_of(coordinator(), id).wait().unwrap();
        assert_eq!(app.halls.kiosk(id, "x".into()).wait().unwrap_err(), Error::NotFound);
        let take =
            || app.halls.take_at_kiosk(id, kiosk.clone(), "A".into(), Priority::Normal, None).wait().unwrap();
        let first = take();
        assert_eq!((first.number.as_str(), first.ahead, first.estimate), ("A001", 0, Some(0)));
        assert_eq!(take().estimate, Some(10), "one before, one window, ten minutes each");
        let sign_in = |last: &str| app.halls.sign_in(id, kiosk.clone(), of.0.clone(), last.into()).wait();
        assert!(said(sign_in("9999")).contains("后四位不对"));
        let mine = sign_in("1234").unwrap();
        assert_eq!(mine.number, "A003");
        assert!(sign_in("1234").is_err(), "signed in once");
        assert_eq!(stage(app, &of), Stage::Arrived);

        clock.set(start.plus_us(MINUTE));
        // Who is posted nowhere, or at another window, calls nobody.
        assert!(app.halls.next(who(Role::Clerk, 3), id, 1, None).wait().is_err());
        assert!(app.halls.next(clerk.clone(), id, 2, None).wait().is_err());
        let at = app.halls.next(clerk.clone(), id, 1, None).wait().unwrap();
        let t = at.current.unwrap();
        assert_eq!(t.number, "A003", "the booked one's time has come");
        let called = app.halls.screen(id).wait().unwrap().called;
        assert_eq!(called, [Call { number: "A003".into(), window: 1, calls: 1 }]);
        assert!(said(app.halls.next(clerk.clone(), id, 1, None).wait()).contains("还在本窗口"));
        let serve = |t: i64, ver, c| app.halls.serve(clerk.clone(), id, 1, t, ver, c).wait();
        serve(t.id, t.ver, Command::Start {}).unwrap();
        assert!(matches!(serve(t.id, t.ver, Command::Start {}), Err(Error::Changed(_))), "a double tap");
        clock.move_us(5 * MINUTE);
        let other = app.halls.next(clerk.clone(), id, 1, None).wait();
        assert!(
            matches!(other, Err(Error::Changed(_))),
            "a page that does not show who is served ends nobody"
        );
        let at = app.halls.next(clerk.clone(), id, 1, Some(t.id)).wait().unwrap();
        assert_eq!(at.current.as_ref().unwrap().number, "A001", "one key: ended, and the next is called");
        assert_eq!(stage(app, &of), Stage::Served);
        let token = at.rate.expect("what was done can be rated");
        assert!(token.starts_with("hall/1/2026-03-02/A003"));
        let t = at.current.unwrap();
        assert!(said(serve(t.id, t.ver, Command::Miss {})).contains("至少叫 2 次"));
        serve(t.id, t.ver, Command::Recall {}).unwrap();
        let at = serve(t.id, t.ver + 1, Command::Miss {}).unwrap();
        assert_eq!(at.aside.len(), 1);
        let t = app.halls.next(clerk.clone(), id, 1, None).wait().unwrap().current.unwrap();
        serve(t.id, t.ver, Command::PassOn { queue: "B".into(), window: Some(2) }).unwrap();

        let today = clock_day(clock);
        let f = app.halls.figures(coordinator(), id, today, today).wait().unwrap();
        assert_eq!((f.lines[0].taken, f.lines[0].ended, f.lines[0].waits.n, f.shows.came), (3, 1, 3, 1));
        let list = app.halls.figure_list(coordinator(), id, today, today, What::Window(1)).wait().unwrap();
        assert_eq!(list.len(), 2, "one was passed on to window 2");
        // The hall closes: what is open ends with its reason.
        clock.set(moment("2026-03-03 08:00"));
        app.halls.moments().unwrap();
        let present = app.halls.presence(coordinator(), id, today, today).wait().unwrap();
        assert_eq!(
            (present[0].of.ended, present[0].of.without_work(), present[0].name.as_str()),
            (1, false, "窗口一")
        );
        let f = app.halls.figures(coordinator(), id, today, today).wait().unwrap();
        assert_eq!(f.lines[0].ended, 1);
    });
}

#[test]
fn a_unit_may_say_how_it_came_that_nobody_was_served() {
    city(|app, clock| {
        let (id, clerk) = hall_with(app, 1);
        clock.set(moment("2026-03-04 10:00"));
        let week = |who: Actor| app.halls.posted_week(who, day("2026-03-06")).wait().unwrap();
        let head = who(Role::UnitAdmin, 2);
        let all = week(head.clone());
        assert_eq!(
            (all.len(), all[0].of.days, all[0].of.without_work(), all[0].may_reply),
            (1, 2, true, true),
            "today is not over"
        );
        assert!(!week(clerk.clone())[0].may_reply, "the clerk sees it, the unit answers for it");
        assert!(week(who(Role::UnitAdmin, 3)).is_empty(), "another unit posted nobody");
        let about = (day("2026-03-04"), 1, clerk.staff.unwrap());
        let reply = |who: Actor, at, words: &str| app.halls.reply_posted(who, id, at, words.into()).wait();
        assert!(said(reply(head.clone(), about, " ")).contains("写明情况"));
        assert!(matches!(reply(who(Role::UnitAdmin, 3), about, "不是我"), Err(Error::Forbidden(_))));
        assert!(said(reply(head.clone(), (day("2025-03-04"), 1, about.2), "太早")).contains("最近"));
        reply(head, about, "本周窗口改造，人员在后台收件").unwrap();
        let all = week(coordinator());
        assert_eq!(all[0].replies[0].words, "本周窗口改造，人员在后台收件");
        assert!(all[0].of.without_work(), "a word changes no figure");
        // The document is untouched, and who keeps it sees that it moved.
        assert_eq!(app.halls.hall(coordinator(), id).wait().unwrap().ver, 2);
    });
}

fn clock_day(clock: &HandClock) -> Date {
    clock.now().date()
}

#[test]
fn halls_of_others_are_not_theirs_to_change() {
    city(|app, _| {
        let (id, clerk) = hall_with(app, 1);
        let v = app.halls.hall(coordinator(), id).wait().unwrap();
        let of = booked(app, offers(app, "short", 1)[0].slot, "13800001234");
        let beyond =
            |d: Result<(), Error>| assert!(matches!(d, Err(Error::Forbidden(_) | Error::NotFound)), "{d:?}");
        for role in Role::ALL.into_iter().filter(|r| !matches!(r, Role::System | Role::Resident)) {
            let far = who(role, 4);
            beyond(app.halls.put_hall(far.clone(), id, v.ver, v.hall.clone()).wait().map(drop));
            beyond(app.halls.hall(far.clone(), id).wait().map(drop));
            beyond(app.halls.next(far.clone(), id, 1, None).wait().map(drop));
            beyond(app.halls.appointment(far.clone(), of.0.clone()).wait().map(drop));
            beyond(app.halls.show_booker(far.clone(), of.0.clone(), "看".into()).wait().map(drop));
            beyond(
                app.halls
                    .act_for(far.clone(), of.0.clone(), Booking::CallOff { reason: "关".into() })
                    .wait()
                    .map(drop),
            );
            beyond(app.halls.kiosk_of(far.clone(), id).wait().map(drop));
            beyond(app.halls.figures(far.clone(), id, day("2026-03-02"), day("2026-03-02")).wait().map(drop));
            assert!(app.halls.halls(far).wait().unwrap().is_empty(), "{role:?}");
        }
        // A clerk who is posted there works there and sets nothing up.
        assert!(app.halls.hall(clerk.clone(), id).wait().is_ok());
        beyond(app.halls.put_hall(clerk, id, v.ver, v.hall).wait().map(drop));
    });
}
