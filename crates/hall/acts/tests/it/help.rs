//! 帮办代办 on both engines: asked for by page and by telephone, masked until somebody says what for, worked on by who helps, rated;
//! a mandate that is over suspends its order; rows are the replay of their events.

use hall::help::{
    Command as Help, Half, HelpKind, HelpOrder, Helper, HelperSort, Helping, Line, Stage as HelpStage,
};
use hall::help::{HelperRef, MandatePaper, Visit, Wish};
use hall_acts::{Grantor, HelpAsked, NewHelp};

use crate::*;

const ID: &str = "11010519491231002X";

fn helper(id: u32, staff: Option<StaffId>) -> Helper {
    Helper {
        id,
        name: format!("帮办员{id}"),
        staff,
        sort: HelperSort::Village,
        place: "河西村".into(),
        region: "4306".parse().unwrap(),
        kinds: HelpKind::ALL.to_vec(),
        trained_until: day("2026-12-31"),
    }
}

/// A volunteer of unit 3 with an account.
fn volunteer(app: &Town) -> Actor {
    let put = |tx: &mut Tx<'_>| {
        let region = "4306".parse().unwrap();
        let permit = decide(&Actor::system(), op::WriteUnits, access::City(&region))?;
        let row = StaffRow {
            id: StaffId(0),
            login: "v1".into(),
            name: "志愿者一".into(),
            role: Role::Volunteer,
            unit: UnitId(3),
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
        let id = office::put_staff(tx, &permit, &row)?;
        Ok::<_, Error>(StaffRow { id, ..row }.actor())
    };
    app.city.store().write(put).unwrap()
}

/// A hall with two helpers, the first with the account of the volunteer.
fn helping_hall(app: &Town) -> (i64, Actor) {
    let (id, _) = hall_with(app, 1);
    let me = volunteer(app);
    let mut hall = app.halls.hall(coordinator(), id).wait().unwrap().hall;
    hall.helping =
        Helping { helpers: vec![helper(1, me.staff), helper(2, None)], given: 2, ..Helping::default() };
    app.halls.put_hall(coordinator(), id, 1, hall).wait().unwrap();
    (id, me)
}

fn new(hall: i64, kind: HelpKind) -> NewHelp {
    NewHelp {
        hall,
        kind,
        item: String::new(),
        wants: "王小明的社保卡丢了，打 13800001234".into(),
        ground: "aged80".into(),
        exception: String::new(),
        region: String::new(),
        wish: Wish { day: None, half: Half::Any },
        contact: Contact {
            name: "王小明".into(),
            phone: "13800001234".into(),
            address: "河西村三组12号".into(),
            ..Contact::default()
        },
    }
}
fn by(id: u32) -> HelperRef {
    HelperRef { id, name: String::new(), staff: None }
}
fn visit(on: &str, hours: &str) -> Visit {
    Visit { day: day(on), hours: spans(hours)[0] }
}
fn mandate(until: &str) -> MandatePaper {
    MandatePaper {
        person: String::new(),
        agent: 0,
        agent_name: String::new(),
        matter: "补领社保卡".into(),
        scope: "代交材料、代领".into(),
        signed: day("2026-03-02"),
        until: day(until),
    }
}
fn accept(visit: Option<Visit>, mandate: Option<MandatePaper>) -> Help {
    Help::Accept { helper: by(1), mandate, visit, exception: String::new() }
}
fn grantor() -> Grantor {
    Grantor { name: "王小明".into(), id_number: ID.into() }
}
fn act(app: &Town, actor: &Actor, number: &str, asked: Help) -> Result<HelpOrder, Error> {
    act_by(app, actor, number, asked, Grantor::default())
}
fn act_by(app: &Town, actor: &Actor, number: &str, asked: Help, by: Grantor) -> Result<HelpOrder, Error> {
    let ver = app.halls.help_order(actor.clone(), number.to_owned()).wait()?.order.ver;
    app.halls.help_act(actor.clone(), number.to_owned(), ver, asked, by).wait()
}

/// The row of an order is the replay of its events, column by column.
fn replayed(app: &Town, number: &str) {
    let seen = app.halls.help_order(Actor::system(), number.to_owned()).wait().unwrap();
    assert_eq!(seen.events.last().unwrap().after, seen.order, "the row is the replay of its events");
    let of = number.to_owned();
    let row = app.city.store().read(move |rd| store::help::by_number(rd, &of)).unwrap().unwrap();
    let o = &seen.order;
    let staff = o.helper.as_ref().and_then(|h| h.staff);
    let said = (row.ver, row.kind.as_str(), row.stage.as_str(), row.staff, row.out, row.ended);
    assert_eq!(said, (o.ver, o.kind.word(), o.stage.word(), staff, o.originals_out() as i64, o.ended));
    assert_eq!(row.next_at, o.next_at(&seen.helping));
}

#[test]
fn somebody_comes_to_the_door_and_nothing_of_who_lives_there_is_seen_unasked() {
    city(|app, clock| {
        let (hall, me) = helping_hall(app);
        let clerk = app.clerk.clone();
        let begun = app.halls.ask_help(None, new(hall, HelpKind::Door)).wait().unwrap();
        assert!(begun.number.contains("-B"));
        // Who is not entitled is told what else there is; a page writes no exception; a clerk may.
        let outside =
            NewHelp { ground: String::new(), exception: "请通融".into(), ..new(hall, HelpKind::Door) };
        assert!(said(app.halls.ask_help(None, outside.clone()).wait()).contains("帮办"));
        let phoned = app.halls.ask_help_for(clerk.clone(), outside).wait().unwrap();
        let seen = app.halls.help_order(clerk.clone(), phoned.number.clone()).wait().unwrap();
        assert_eq!((seen.order.exception.as_str(), seen.order.channel), ("请通融", Channel::Counter));
        // Opening is nothing, a wrong code is nobody, staff use no resident's code.
        let follow =
            |signed, code: &str| app.halls.follow_help(signed, begun.number.clone(), code.into()).wait();
        assert_eq!(follow(None, &begun.code).unwrap().contact.phone, "13800001234");
        assert_eq!(follow(None, "00000000").unwrap_err(), Error::NotFound);
        assert!(follow(Some(clerk.clone()), &begun.code).is_err());
        // Covered at the desk, in lists and in the applicant's own words.
        let v = app.halls.help_order(clerk.clone(), begun.number.clone()).wait().unwrap();
        let lines = app.halls.help_orders(clerk.clone(), Some(hall)).wait().unwrap();
        let shown = format!("{v:?}{lines:?}");
        for secret in ["王小明", "13800001234", "河西村三组12号"] {
            assert!(!shown.contains(secret), "{secret}");
        }
        assert_eq!(v.contact.name, "王**");
        // Nor in the record, whatever staff write.
        let refuse =
            Help::Refuse { reason: "王小明不在辖区".into(), instead: "请打 13800001234".into() };
        let refused = act(app, &clerk, &phoned.number, refuse).unwrap();
        assert!(!format!("{refused:?}").contains("王小明") && !refused.instead.contains("13800001234"));
        // Nobody of elsewhere knows of it; who does not help in it neither.
        for stranger in [who(Role::Clerk, 4), who(Role::Coordinator, 4), who(Role::Volunteer, 3), me.clone()]
        {
            let asked = app.halls.help_order(stranger.clone(), begun.number.clone()).wait();
            assert!(matches!(asked, Err(Error::NotFound | Error::Forbidden(_))), "{stranger:?}: {asked:?}");
        }
        // Accepted for the volunteer, whose route it is on.
        assert!(said(act(app, &clerk, &begun.number, accept(None, None))).contains("上门的日期"));
        act(app, &clerk, &begun.number, accept(Some(visit("2026-03-02", "14:00-15:00")), None)).unwrap();
        let second = NewHelp {
            contact: Contact { address: "河东村1号".into(), ..new(hall, HelpKind::Door).contact },
            ..new(hall, HelpKind::Door)
        };
        let second = app.halls.ask_help(None, second).wait().unwrap();
        act(app, &clerk, &second.number, accept(Some(visit("2026-03-02", "10:00-11:00")), None)).unwrap();
        let route = app.halls.my_route(me.clone(), day("2026-03-02")).wait().unwrap();
        let numbers: Vec<_> = route.iter().map(|s| s.order.number.as_str()).collect();
        assert_eq!(numbers, [&second.number, &begun.number], "by hours");
        assert!(!format!("{route:?}").contains("13800001234"));
        assert_eq!(app.halls.my_route(me.clone(), day("2026-03-03")).wait().unwrap().len(), 0);
        // Shown with a purpose, which the applicant sees.
        assert!(app.halls.my_route_shown(me.clone(), day("2026-03-02"), " ".into()).wait().is_err());
        let full = app.halls.my_route_shown(me.clone(), day("2026-03-02"), "今天上门".into()).wait().unwrap();
        assert_eq!(full[1].contact.address, "河西村三组12号");
        let mine = follow(None, &begun.code).unwrap();
        assert!(
            mine.events
                .iter()
                .any(|e| matches!(&e.happened.asked, Help::Show { purpose } if purpose == "今天上门"))
        );
        assert!(app.halls.show_helped(me.clone(), begun.number.clone(), String::new()).wait().is_err());
        let unmask = |who: Actor| app.halls.show_helped(who, begun.number.clone(), "核对地址".into()).wait();
        assert_eq!(unmask(clerk.clone()).unwrap().1.phone, "13800001234");
        assert!(unmask(coordinator()).is_err() && unmask(who(Role::Analyst, 1)).is_err());
        // A second tap on what was seen before does nothing.
        let ver = app.halls.help_order(me.clone(), begun.number.clone()).wait().unwrap().order.ver;
        let tap = || {
            app.halls
                .help_act(me.clone(), begun.number.clone(), ver, Help::Visited {}, Grantor::default())
                .wait()
        };
        assert_eq!(tap().unwrap().visits.len(), 1);
        assert!(matches!(tap(), Err(Error::Changed(_))));
        // Papers change hands: an original out holds the end up until both say that it is back.
        let papers = vec![Line { name: "王小明的身份证".into(), original: true, pieces: 1 }];
        let o = act(app, &me, &begun.number, Help::Receive { papers, signed: true }).unwrap();
        assert_eq!(o.papers[0].line.name, "***的身份证");
        let finish = || Help::Finish { done: "新卡已送达".into(), kept: String::new() };
        assert!(said(act(app, &me, &begun.number, finish())).contains("原件"));
        act(app, &me, &begun.number, Help::GiveBack { lines: vec![0], signed: false }).unwrap();
        assert!(act(app, &me, &begun.number, finish()).is_err());
        let asked = |a| app.halls.help_act_by_code(None, begun.number.clone(), begun.code.clone(), a).wait();
        asked(HelpAsked::Acknowledge).unwrap();
        asked(HelpAsked::Say("谢谢，门铃坏了".into())).unwrap();
        clock.set(moment("2026-03-04 09:00"));
        act(app, &me, &begun.number, finish()).unwrap();
        replayed(app, &begun.number);
        replayed(app, &phoned.number);
        let done = follow(None, &begun.code).unwrap();
        assert_eq!(done.words[0].1, "谢谢，门铃坏了");
        assert_eq!(done.rate.as_deref(), Some(format!("help/{}", begun.number).as_str()), "it can be rated");
        // Figures, each with its list; the year is bounded.
        use hall::help::figures::Which;
        let days = (day("2026-03-01"), day("2026-03-31"));
        let f = app.halls.help_figures(coordinator(), None, days.0, days.1).wait().unwrap();
        assert_eq!((f.len(), f[0].tally.visits, f[0].refused.len()), (1, 1, 1));
        assert_eq!(f[0].tally.median_days, Some(2.0));
        for which in Which::all() {
            let list = app.halls.help_list(coordinator(), hall, days.0, days.1, which).wait().unwrap();
            assert_eq!(list.len(), f[0].tally.of(which), "{which:?}");
        }
        assert!(app.halls.help_figures(coordinator(), Some(hall), days.1, days.0).wait().is_err());
        assert!(
            app.halls
                .help_figures(who(Role::Coordinator, 4), None, days.0, days.1)
                .wait()
                .unwrap()
                .is_empty()
        );
        assert!(
            app.halls.help_figures(who(Role::Coordinator, 4), Some(hall), days.0, days.1).wait().is_err()
        );
        // What is kept of the applicant ends by itself; the order stays.
        clock.set(moment("2026-05-04 09:00"));
        app.halls.moments().unwrap();
        let over = follow(None, &begun.code).unwrap();
        assert!(over.contact.is_empty() && over.wants.is_empty() && !over.order.person_there);
        replayed(app, &begun.number);
    });
}

#[test]
fn nobody_acts_for_another_without_a_mandate_and_it_ends_with_its_term() {
    city(|app, clock| {
        let (hall, me) = helping_hall(app);
        let clerk = app.clerk.clone();
        let begun = app.halls.ask_help(None, new(hall, HelpKind::ActFor)).wait().unwrap();
        let take = |m, g| act_by(app, &clerk, &begun.number, accept(None, m), g);
        assert!(said(take(None, grantor())).contains("委托书"));
        assert!(said(take(Some(mandate("2026-03-05")), Grantor::default())).contains("证件号"));
        let typo = Grantor { id_number: "110105194912310021".into(), ..grantor() };
        assert!(said(take(Some(mandate("2026-03-05")), typo)).contains("证件号码不对"));
        let o = take(Some(mandate("2026-03-05")), grantor()).unwrap();
        let m = o.mandate.clone().unwrap();
        assert_eq!((m.agent, m.agent_name.as_str()), (1, "帮办员1"));
        // The identity number is in no row and no event.
        let number = begun.number.clone();
        let all = app.city.store().read(move |rd| {
            let row = store::help::by_number(rd, &number)?.unwrap();
            let events = store::ledger_rows::stream(rd, store::help::stream(row.id), 0)?;
            Ok::<_, store::StoreError>(format!("{row:?}{events:?}"))
        });
        assert!(!all.unwrap().contains(ID));
        let seen = app.halls.help_order(clerk.clone(), begun.number.clone()).wait().unwrap();
        assert!(seen.soon, "it ends within days");
        assert_ne!(seen.contact.id_number, ID);
        assert_eq!(app.halls.my_help(me.clone()).wait().unwrap().iter().filter(|l| l.soon).count(), 1);
        assert!(app.halls.help_orders(coordinator(), None).wait().unwrap()[0].soon);
        // Its last day is a day of it.
        clock.set(moment("2026-03-05 23:00"));
        app.halls.moments().unwrap();
        let stage =
            || app.halls.help_order(Actor::system(), begun.number.clone()).wait().unwrap().order.stage;
        assert_eq!(stage(), HelpStage::Accepted);
        clock.set(moment("2026-03-06 00:01"));
        app.halls.moments().unwrap();
        assert_eq!(stage(), HelpStage::Suspended);
        assert_eq!(app.halls.moments().unwrap(), 0, "once");
        // It goes on with another one; the grantor is known.
        let resume = |m| act(app, &me, &begun.number, Help::Resume { note: "续签".into(), mandate: m });
        assert!(said(resume(None)).contains("委托书"));
        resume(Some(mandate("2026-04-01"))).unwrap();
        // Another helper needs one too; the volunteer then sees nothing any more.
        let assign = |m| {
            act(app, &clerk, &begun.number, Help::Assign { helper: by(2), reason: "路远".into(), mandate: m })
        };
        assert!(assign(None).is_err());
        assign(Some(mandate("2026-04-01"))).unwrap();
        assert!(app.halls.help_order(me.clone(), begun.number.clone()).wait().is_err());
        assert!(app.halls.my_help(me.clone()).wait().unwrap().is_empty());
        // Withdrawn by a clerk for who calls.
        app.halls.help_asked_for(clerk.clone(), begun.number.clone(), HelpAsked::Withdraw).wait().unwrap();
        assert_eq!(stage(), HelpStage::Withdrawn);
        replayed(app, &begun.number);
    });
}

/// The doors of a helper stand in their calendar with the shifts: when and for what, and nothing of who lives there.
#[test]
fn a_visit_stands_in_the_calendar_of_the_helper_and_tells_nobody_where() {
    city(|app, _| {
        let (hall, me) = helping_hall(app);
        let begun = app.halls.ask_help(None, new(hall, HelpKind::Door)).wait().unwrap();
        let clerk = who(Role::Clerk, 1);
        let on = visit("2026-03-04", "09:00-10:30");
        act(app, &clerk, &begun.number, accept(Some(on), None)).unwrap();
        let address = app.halls.my_calendar(me.clone()).wait().unwrap();
        let (staff, token) = address.split_once('/').unwrap();
        let read = |token: &str| app.halls.shifts_calendar(staff.parse().unwrap(), token.to_owned()).wait();
        let text = read(token).unwrap();
        assert!(
            text.contains("DTSTART:20260304T010000Z") && text.contains("DTEND:20260304T023000Z"),
            "{text}"
        );
        assert!(text.contains(&begun.number.replace("4306-", "")) && text.contains("上门办"), "{text}");
        for secret in ["王小明", "13800001234", "河西村", "12号"] {
            assert!(!text.replace("\r\n ", "").contains(secret), "{secret}");
        }
        assert!(read("0123456789abcdef0123456789abcdef").is_err());
        // Done or withdrawn, it is no longer there.
        app.halls.help_asked_for(clerk, begun.number.clone(), HelpAsked::Withdraw).wait().unwrap();
        assert!(!read(token).unwrap().contains("上门办"));
    });
}

#[test]
fn one_telephone_fills_no_hall_and_bad_input_is_told() {
    city(|app, _| {
        let (hall, _) = helping_hall(app);
        let ask = |n: NewHelp| app.halls.ask_help(None, n).wait();
        let base = || new(hall, HelpKind::Door);
        let contact = |f: &dyn Fn(&mut Contact)| {
            let mut n = base();
            f(&mut n.contact);
            n
        };
        assert!(said(ask(contact(&|c| c.name = " ".into()))).contains("姓名"));
        assert!(said(ask(contact(&|c| c.phone = "12".into()))).contains("电话"));
        assert!(said(ask(contact(&|c| c.address = String::new()))).contains("地址"));
        assert!(said(ask(NewHelp { wants: String::new(), ..base() })).contains("办什么事"));
        assert!(said(ask(NewHelp { wants: "长".repeat(501), ..base() })).contains("500"));
        assert!(said(ask(NewHelp { item: "no-such".into(), ..base() })).contains("没有这个事项"));
        assert!(said(ask(NewHelp { region: "4307".into(), ..base() })).contains("区划"));
        let past = Wish { day: Some(day("2026-03-01")), half: Half::Any };
        assert!(said(ask(NewHelp { wish: past, ..base() })).contains("已过"));
        assert!(ask(NewHelp { hall: 99, ..base() }).is_err());
        // However it is written and in whichever hall: counted by the digest, without opening what is sealed.
        let mut second = app.halls.hall(coordinator(), hall).wait().unwrap().hall;
        second.name = "分大厅".into();
        let second = app.halls.put_hall(coordinator(), 0, 0, second).wait().unwrap();
        let first = ask(base()).unwrap();
        ask(contact(&|c| c.phone = "138-0000-1234".into())).unwrap();
        ask(NewHelp { hall: second, ..base() }).unwrap();
        assert!(said(ask(base())).contains("等待受理"));
        assert!(said(ask(NewHelp { hall: second, ..base() })).contains("等待受理"));
        // One that is answered makes room; with the applicant the digest goes.
        app.halls.help_act_by_code(None, first.number, first.code, HelpAsked::Withdraw).wait().unwrap();
        ask(base()).unwrap();
        let left = |sql: &'static str| {
            app.city.store().read(move |rd| rd.query_one(sql, &[], |r| r.i64(0))).unwrap()
        };
        assert_eq!(left("SELECT COUNT(*) FROM help_person WHERE digest IS NULL"), 0);
        assert_eq!(left("SELECT COUNT(DISTINCT digest) FROM help_person"), 1);
        ask(contact(&|c| c.phone = "13900001234".into())).unwrap();
        // A hall that names an account which cannot help is refused.
        let mut doc = app.halls.hall(coordinator(), hall).wait().unwrap().hall;
        doc.helping.helpers[1].staff = Some(StaffId(987));
        assert!(said(app.halls.put_hall(coordinator(), hall, 2, doc).wait()).contains("账号"));
    });
}
