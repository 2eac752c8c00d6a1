//! The use cases on both engines, with a clock moved by hand.

#[path = "it/cells_by_hand.rs"]
mod cells_by_hand;
#[path = "it/cells.rs"]
mod cells_of_cities;
#[path = "it/company.rs"]
mod company;
#[path = "it/door.rs"]
mod door;
#[path = "it/erasures.rs"]
mod erasures;
#[path = "it/files.rs"]
mod files;
#[path = "it/first.rs"]
mod first;
#[path = "it/guard.rs"]
mod guard;
#[path = "it/hotline.rs"]
mod hotline_orders;
#[path = "it/hotline_week.rs"]
mod hotline_week;
#[path = "it/imports.rs"]
mod imports_desk;
#[path = "it/keys.rs"]
mod keys;
#[path = "it/log_doors.rs"]
mod log_doors;
#[path = "it/logs.rs"]
mod logs;
#[path = "it/office.rs"]
mod office;
#[path = "../../craft/paper/tests/it/offices.rs"]
mod offices;
#[path = "it/outbox.rs"]
mod outbox_of_people;
#[path = "it/papers.rs"]
mod papers_on_their_way;
#[path = "it/pay.rs"]
mod pay;
#[path = "it/reach.rs"]
mod reach;
#[path = "it/reading.rs"]
mod reading;
#[path = "it/redesigns.rs"]
mod redesigns;
#[path = "it/reporter.rs"]
mod reporter;
#[path = "it/roster_doors.rs"]
mod roster_doors;
#[path = "it/seals.rs"]
mod seals_of_papers;
#[path = "it/service.rs"]
mod service;
#[path = "it/service_lists.rs"]
mod service_lists;
#[path = "it/standards.rs"]
mod standards;
#[path = "it/supervise.rs"]
mod supervise;
#[path = "it/table_doors.rs"]
mod table_doors;
#[path = "it/templates.rs"]
mod templates;
#[path = "it/views.rs"]
mod views;
#[path = "it/walks.rs"]
mod walks;
#[path = "it/walls.rs"]
mod walls;
#[path = "it/worker.rs"]
mod worker;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use assembly::{House, Worker};
use city::{Contact, Error, Settings};
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, US_PER_HOUR, UnitId};
use people::{NewStaff, NewUnit, StaffAct};
use resolve::{
    Act, Channel, Command, Complexity, Kind, Light, LimitRule, Phase, RefusalCode, Registration, Solved,
    StageKind, default_limits,
};
use resolve_acts::{ImportPlan, ImportRow, Outcome};
use store::cases::{Query, Scope};
use store::{asides, jobs};
use testkit::{HandClock, TempDir, both_engines};

const START: &str = "2026-03-02 09:00";

/// A small city on both engines; the test gets it with its clock. At its end the worker must go.
fn city(test: impl Fn(&House, &HandClock)) {
    city_with_poison(|app, clock| {
        test(app, clock);
        ticks_clean(app);
    });
}

std::thread_local! {
    static KEYS: std::cell::RefCell<std::path::PathBuf> = std::cell::RefCell::default();
}

/// Where the keys of the city of this test are, for a second node of it.
fn keys() -> std::path::PathBuf {
    KEYS.with_borrow(Clone::clone)
}

/// The same for a test that wants something to stay put aside.
fn city_with_poison(test: impl Fn(&House, &HandClock)) {
    let clock = HandClock::at(START.parse().unwrap());
    let options = store::Options { clock: clock.as_clock(), ..store::Options::default() };
    both_engines(&options, |store| {
        clock.set(START.parse().unwrap());
        let keys = TempDir::new();
        KEYS.set(keys.path().to_owned());
        let app = House::open(store.clone(), keys.path()).unwrap();
        let settings = Settings {
            city: "4306".parse().unwrap(),
            name: "临江市".into(),
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        app.city.set_city(Actor::system(), settings).wait().unwrap();
        let unit = |key: &str, region: &str| NewUnit {
            key: key.into(),
            name: format!("{key}全称"),
            short: key.into(),
            kind: "department".into(),
            parent: None,
            region: region.parse().unwrap(),
            duties: String::new(),
        };
        let units = vec![
            unit("政管办", "4306"),
            unit("市监局", "4306"),
            unit("住建局", "4306"),
            unit("邻市", "4307"),
        ];
        app.people.put_units(Actor::system(), units).wait().unwrap();
        test(&app, &clock);
    });
}

/// What every city of these tests must stand at its end: all cares go, nothing is put aside, no job is dead.
fn ticks_clean(app: &House) {
    Worker::new(app.clone()).tick().unwrap();
    let listed = |rd: &mut store::Rd<'_>| Ok::<_, Error>((asides::list(rd, 9)?, jobs::dead(rd, 9)?));
    let (aside, dead) = app.city.store().read(listed).unwrap();
    assert!(aside.is_empty() && dead.is_empty(), "{aside:?} {dead:?}");
}

fn who(role: Role, unit: i64) -> Actor {
    let region = if unit == 4 { "4307" } else { "4306" };
    Actor {
        staff: Some(StaffId(unit * 100 + role as i64)),
        role,
        unit: Some(UnitId(unit)),
        region: region.parse().ok(),
    }
}
fn coordinator() -> Actor {
    who(Role::Coordinator, 1)
}
fn handler(unit: i64) -> Actor {
    who(Role::Handler, unit)
}
fn matter() -> Registration {
    Registration {
        kind: Kind::Matter,
        channel: Channel::Window,
        region: "430602".parse().unwrap(),
        title: "经营范围无法登记".into(),
        words: "窗口说没有这个分类".into(),
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
        set: None,
        ordered: false,
        lodged_at: None,
    }
}
fn wang() -> Contact {
    Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() }
}
fn lodge(app: &House) -> String {
    app.cases.register(coordinator(), matter(), wang()).wait().unwrap().number
}
fn act(app: &House, actor: Actor, number: &str, asked: Command) -> Result<resolve_acts::CaseView, Error> {
    app.cases.act(actor, number.into(), asked, None).wait()
}
fn to(unit: i64) -> Command {
    Command::Dispatch { unit: UnitId(unit), note: String::new() }
}

#[test]
fn one_case_goes_the_whole_way_and_the_resident_follows_it() {
    city(|app, clock| {
        let lodged = app.cases.register(coordinator(), matter(), wang()).wait().unwrap();
        assert_eq!(lodged.number, "4306-2026-0000001");
        act(app, coordinator(), &lodged.number, to(2)).unwrap();
        clock.move_us(US_PER_HOUR);
        let view = act(app, handler(2), &lodged.number, Command::Take {}).unwrap();
        assert_eq!(view.owner.as_deref(), Some("市监局"));
        assert_eq!(view.clock.as_ref().unwrap().workdays_left, 3);
        assert!(view.acts.contains(&Act::Reply) && !view.acts.contains(&Act::Archive));
        assert!(view.contact.is_none(), "the person asked not to be known to the unit");
        let seen = app.cases.case(coordinator(), lodged.number.clone()).wait().unwrap();
        assert_eq!(seen.contact.unwrap().phone, "138****1234");
        let reply = Command::Reply { text: "已核准".into(), basis: String::new() };
        act(app, handler(2), &lodged.number, reply).unwrap();
        let follow = app.cases.follow(None, lodged.number.clone(), lodged.code.clone()).wait().unwrap();
        assert_eq!(
            follow.view.acts,
            vec![Act::Callback, Act::AddWords].into_iter().rev().collect::<Vec<_>>()
        );
        assert!(follow.events.iter().any(|e| e.act == Act::Reply));
        assert_eq!(
            app.cases.follow(None, lodged.number.clone(), "00000000".into()).wait().unwrap_err(),
            Error::NotFound
        );
        let answer = Command::Callback { solved: Solved::Yes, satisfied: None, words: String::new() };
        app.cases.act_as_resident(None, lodged.number.clone(), lodged.code, answer).wait().unwrap();
        let end = act(
            app,
            coordinator(),
            &lodged.number,
            Command::Archive { summary: String::new(), cause: Some(resolve::Cause::Other) },
        )
        .unwrap();
        assert_eq!(end.case.stage.kind(), StageKind::Archived);
        let events = app.cases.events(coordinator(), lodged.number, 0).wait().unwrap();
        assert_eq!(events.len() as i64, end.case.ver);
        assert!(store::ledger_rows::seal_now(app.city.store(), None).unwrap().len() == 1);
        app.city
            .store()
            .read(|rd| {
                store::ledger_rows::verify(rd, None, None)
                    .map_err(|e| store::StoreError::Damaged(e.to_string()))
            })
            .unwrap();
    });
}

#[test]
fn strangers_get_the_answer_of_a_case_that_does_not_exist() {
    city(|app, _| {
        let number = lodge(app);
        for stranger in
            [handler(3), who(Role::Clerk, 3), who(Role::Coordinator, 4), who(Role::SystemAdmin, 1)]
        {
            assert_eq!(app.cases.case(stranger.clone(), number.clone()).wait().unwrap_err(), Error::NotFound);
            assert_eq!(act(app, stranger.clone(), &number, Command::Accept {}).unwrap_err(), Error::NotFound);
            let unmask = app.cases.unmask(stranger, number.clone(), "查".into()).wait();
            assert_eq!(unmask.unwrap_err(), Error::NotFound);
        }
        let purpose = "电话核实".to_owned();
        assert_eq!(app.cases.unmask(coordinator(), number.clone(), purpose).wait().unwrap().contact, wang());
        assert!(matches!(
            app.cases.unmask(coordinator(), number, " ".into()).wait(),
            Err(Error::Invalid { .. })
        ));
    });
}

#[test]
fn a_merge_has_two_sides_and_is_undone_on_both() {
    city(|app, clock| {
        let (a, b) = (lodge(app), lodge(app));
        act(app, coordinator(), &a, Command::Merge { into: b.clone() }).unwrap();
        let main = app.cases.case(coordinator(), b.clone()).wait().unwrap().case;
        assert_eq!((main.reporters, main.merged.clone()), (2, vec![a.clone()]));
        let again = act(app, coordinator(), &b, Command::Merge { into: a.clone() });
        assert!(matches!(again, Err(Error::Refused(r)) if r.code == RefusalCode::HasMerged));
        act(app, coordinator(), &a, Command::Unmerge { reason: "不是同一件".into() }).unwrap();
        let main = app.cases.case(coordinator(), b.clone()).wait().unwrap().case;
        assert_eq!((main.reporters, main.merged.len()), (1, 0));
        let missing = act(app, coordinator(), &a, Command::Merge { into: "4306-2026-9999999".into() });
        assert!(matches!(missing, Err(Error::Invalid { field, .. }) if field == "into"));
        assert_eq!(
            app.cases.case(coordinator(), a).wait().unwrap().case.stage.kind(),
            StageKind::Registered,
            "nothing half-way"
        );
        // A merged case owes nothing, however late it gets: the others of the city go on (the fixture ticks).
        let c = lodge(app);
        act(app, coordinator(), &c, Command::Merge { into: b }).unwrap();
        clock.move_us(90 * US_PER_DAY);
        Worker::new(app.clone()).tick().unwrap();
        let seen = app.cases.case(coordinator(), c).wait().unwrap();
        assert_eq!((seen.case.stage.kind(), seen.clock), (StageKind::Merged, None));
    });
}

#[test]
fn what_somebody_else_changed_is_not_overwritten() {
    city(|app, _| {
        let number = lodge(app);
        let wins = AtomicUsize::new(0);
        thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| match app.cases.act(coordinator(), number.clone(), to(2), Some(1)).wait() {
                    Ok(_) => {
                        wins.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(e) => assert!(matches!(e, Error::Changed(_)), "{e}"),
                });
            }
        });
        assert_eq!(wins.load(Ordering::SeqCst), 1, "exactly one of eight");
    });
}

#[test]
fn the_worker_lights_each_light_once_even_after_downtime_and_with_company() {
    city(|app, clock| {
        let numbers: Vec<_> = (0..5).map(|_| lodge(app)).collect();
        for n in &numbers {
            act(app, coordinator(), n, to(2)).unwrap();
        }
        assert_eq!(
            Worker::new(app.clone()).tick().unwrap().of(resolve_acts::LIGHTS),
            0,
            "nothing is due yet"
        );
        // Down for two weeks; then three workers at once.
        clock.move_us(14 * US_PER_DAY);
        let total = AtomicUsize::new(0);
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    total.fetch_add(
                        Worker::new(app.clone()).tick().unwrap().of(resolve_acts::LIGHTS),
                        Ordering::SeqCst,
                    )
                });
            }
        });
        assert_eq!(total.load(Ordering::SeqCst), 5);
        for n in &numbers {
            let events = app.cases.events(coordinator(), n.clone(), 0).wait().unwrap();
            assert_eq!(events.iter().filter(|e| e.act == Act::WarnRed).count(), 1);
            let view = app.cases.case(coordinator(), n.clone()).wait().unwrap();
            assert_eq!(view.clock.unwrap().light, Light::Red);
        }
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(resolve_acts::LIGHTS), 0);
    });
}

#[test]
fn importing_a_year_recomputes_what_rested_on_it() {
    city(|app, clock| {
        clock.set("2026-12-30 10:00".parse().unwrap());
        let number = lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        let before = app.cases.case(coordinator(), number.clone()).wait().unwrap().clock.unwrap();
        assert!(before.provisional);
        let notice = r#"{"year":2027,"papers":["国办发明电〔2026〕X号"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-04","isOffDay":true},{"name":"元旦","date":"2027-01-05","isOffDay":true}]}"#;
        assert!(matches!(
            app.city.import_calendar(coordinator(), notice.into()).wait(),
            Err(Error::Forbidden(_))
        ));
        app.city.import_calendar(who(Role::SystemAdmin, 1), notice.into()).wait().unwrap();
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(assembly::JOBS), 1);
        let after = app.cases.case(coordinator(), number.clone()).wait().unwrap().clock.unwrap();
        assert!(!after.provisional && after.due > before.due);
        let events = app.cases.events(coordinator(), number, 0).wait().unwrap();
        let Command::Recompute { before: was, after: is, .. } = &events.last().unwrap().happened.asked else {
            panic!("{:?}", events.last())
        };
        assert_eq!((*was, *is), (Some(before.due), Some(after.due)), "the record says what changed");
    });
}

#[test]
fn limits_are_data_and_hold_from_their_day() {
    city(|app, clock| {
        let mut limits = default_limits();
        limits.push(LimitRule {
            id: "市监局简单件".into(),
            phase: Phase::Handle,
            length: workday::Length::Workdays(2),
            yellow: workday::Length::Workdays(0),
            kind: None,
            complexity: None,
            channel: None,
            unit: Some(UnitId(2)),
            item: None,
            set: None,
            effective: "2026-03-04".parse().unwrap(),
            source: "本市规定".into(),
        });
        app.city.set_limits(who(Role::SystemAdmin, 1), limits).wait().unwrap();
        let due = |number: &str| {
            app.cases.case(coordinator(), number.into()).wait().unwrap().clock.unwrap().due.date().to_string()
        };
        let first = lodge(app);
        act(app, coordinator(), &first, to(2)).unwrap();
        assert_eq!(due(&first), "2026-03-05", "three working days: the new limit is not in force yet");
        clock.set("2026-03-04 09:00".parse().unwrap());
        let second = lodge(app);
        act(app, coordinator(), &second, to(2)).unwrap();
        assert_eq!(due(&second), "2026-03-06");
        assert_eq!(due(&first), "2026-03-05", "what runs keeps its limit");
        let why = app.cases.explain(coordinator(), second).wait().unwrap().unwrap();
        assert_eq!(why.days.iter().filter(|d| d.counts).count(), 2);
    });
}

#[test]
fn lists_are_narrowed_to_what_is_ours_and_page_without_gaps() {
    city(|app, clock| {
        let mut numbers = Vec::new();
        for i in 0..25 {
            clock.move_us(US_PER_HOUR);
            let n = lodge(app);
            if i % 2 == 0 {
                act(app, coordinator(), &n, to(2)).unwrap();
            }
            numbers.push(n);
        }
        let all = |actor: Actor, scope: Scope, stages: Vec<StageKind>| {
            let mut q = Query { stages, limit: 4, ..Query::of(scope) };
            let mut found = Vec::new();
            loop {
                let page = app.cases.list(actor.clone(), q.clone()).wait().unwrap();
                found.extend(page.cases.into_iter().map(|c| c.case.number));
                match page.next {
                    Some(next) => q.after = Some(next),
                    None => return found,
                }
            }
        };
        let region = || Scope::Region("4306".into());
        let mut mine = all(coordinator(), region(), vec![]);
        mine.sort();
        assert_eq!(mine, numbers, "every case once");
        assert_eq!(all(handler(2), region(), vec![]).len(), 13, "a handler sees what the unit owns");
        assert_eq!(all(handler(3), region(), vec![]).len(), 0);
        assert_eq!(all(who(Role::Coordinator, 4), region(), vec![]).len(), 0, "another city");
        let two = all(coordinator(), region(), vec![StageKind::Registered, StageKind::Dispatched]);
        assert_eq!(two.len(), 25);
        let q = Query { stages: vec![StageKind::Dispatched], ..Query::of(region()) };
        assert_eq!(app.cases.count(coordinator(), q, 1000).wait().unwrap(), 13, "figure and list agree");
        let text = Query { text: Some("经营%".into()), ..Query::of(region()) };
        assert_eq!(
            app.cases.count(coordinator(), text, 1000).wait().unwrap(),
            0,
            "a percent sign is a percent sign"
        );
    });
}

#[test]
fn accounts_sign_in_lock_and_end() {
    city(|app, clock| {
        let staff = |login: &str, password: &str| NewStaff {
            login: login.into(),
            name: "李窗口".into(),
            role: Role::Clerk,
            unit: "政管办".into(),
            position: String::new(),
            password: Some(password.into()),
        };
        let admin = who(Role::SystemAdmin, 1);
        assert!(app.people.put_staff(admin.clone(), vec![staff("li", "short")]).is_err());
        app.people.put_staff(admin, vec![staff("li", "a-long-password")]).unwrap();
        let session = app.people.sign_in("li", "a-long-password", "").unwrap();
        assert_eq!(app.city.who(&session.token).wait().unwrap().login, "li");
        app.city.sign_out(&session.token).wait().unwrap();
        assert_eq!(app.city.who(&session.token).wait().unwrap_err(), Error::SignIn);
        let wrong = app.people.sign_in("li", "wrong-password", "").unwrap_err();
        assert_eq!(
            wrong,
            app.people.sign_in("nobody", "wrong-password", "").unwrap_err(),
            "no name is given away"
        );
        for _ in 0..4 {
            app.people.sign_in("li", "wrong-password", "").unwrap_err();
        }
        let locked = app.people.sign_in("li", "a-long-password", "").unwrap_err();
        assert_eq!(locked, wrong, "that it is locked tells nobody that it exists");
        let elsewhere = city::Network::of([198, 51, 100, 7].into());
        app.people
            .sign_in_at(elsewhere, "li", "a-long-password", "")
            .expect("nobody locks others out from afar");
        clock.move_us(16 * 60 * 1_000_000);
        let session = app.people.sign_in("li", "a-long-password", "").unwrap();
        clock.move_us(11 * US_PER_HOUR);
        assert_eq!(app.city.who(&session.token).wait().unwrap_err(), Error::SignIn, "sessions run out");
    });
}

#[test]
fn an_import_keeps_true_times_and_hands_over() {
    city(|app, _| {
        let plan = ImportPlan {
            name: "f".into(),
            digest: [7; 32],
            campaign: Some("建言".into()),
            kind: Kind::Opinion,
        };
        let import = app.cases.begin_import(&coordinator(), plan.clone()).unwrap();
        let at = |s: &str| s.parse::<Moment>().ok();
        let row = |row: u64| ImportRow {
            row,
            title: format!("第{row}件"),
            body: "内容".into(),
            ..ImportRow::default()
        };
        let rows = vec![
            ImportRow {
                at: at("2020-01-02 10:00"),
                reply: "已办".into(),
                reply_at: at("2020-01-09"),
                ..row(1)
            },
            ImportRow { unit: "住建局".into(), at: at("2026-02-01"), ..row(2) },
            ImportRow { unit: "没有的局".into(), ..row(3) },
            ImportRow { title: "第2件".into(), at: at("2026-02-01"), ..row(4) },
        ];
        let got = import.chunk(rows, vec![]).unwrap().wait().unwrap().rows;
        let Outcome::Accepted(first) = &got[0].1 else { panic!("{got:?}") };
        let Outcome::Accepted(second) = &got[1].1 else { panic!("{got:?}") };
        assert!(
            matches!(got[2].1, Outcome::Rejected(_)) && got[3].1 == Outcome::DuplicateOfRow(2),
            "{got:?}"
        );
        let events = app.cases.events(coordinator(), first.clone(), 0).wait().unwrap();
        assert_eq!(events[1].at, at("2020-01-09").unwrap());
        assert!(events[1].recorded > events[1].at, "when it was written is another thing");
        let open = app.cases.case(coordinator(), second.clone()).wait().unwrap();
        assert_eq!(open.case.stage.kind(), StageKind::Dispatched);
        assert_eq!(
            open.clock.unwrap().due.date().to_string(),
            "2026-03-09",
            "five working days from the hand-over"
        );
        let t = app.supervision.timeliness(&coordinator()).unwrap();
        assert_eq!((t.count, t.max_workdays), (1, 5));
        assert_eq!(
            app.cases.begin_import(&coordinator(), plan).unwrap().done,
            4,
            "it goes on behind what is done"
        );
    });
}

#[test]
fn every_order_and_filter_pages_without_gaps_in_both_ways() {
    use store::cases::{Sort, cursor_of, list_by};
    city(|app, clock| {
        let kinds = [Kind::Matter, Kind::Consultation, Kind::Complaint];
        for i in 0..40_u32 {
            let region = ["430602", "430621", "430602001", "4306"][i as usize % 4];
            let registration = Registration {
                kind: kinds[i as usize % 3],
                region: region.parse().unwrap(),
                support: if i % 5 == 0 { i64::from(i) / 2 } else { 0 },
                campaign: (i % 2 == 0).then(|| "建言献策".to_owned()),
                ..matter()
            };
            let number =
                app.cases.register(coordinator(), registration, Contact::default()).wait().unwrap().number;
            clock.move_us(US_PER_HOUR / 7);
            if i % 3 == 0 {
                act(app, coordinator(), &number, to(2 + i64::from(i % 2))).unwrap();
            }
            if i % 9 == 0 {
                let unit = 2 + i64::from(i % 2);
                let reason = resolve::ReturnReason::NotOurDuty;
                let back = Command::Return { reason, evidence: "三定方案".into(), suggest: None };
                act(app, handler(unit), &number, back).unwrap();
                let ground = "职责目录".into();
                act(app, coordinator(), &number, Command::Arbitrate { unit: UnitId(unit), ground }).unwrap();
            }
        }
        let city = || Query::of(Scope::Region("4306".into()));
        let filters = [
            city(),
            Query::of(Scope::Region("430602".into())),
            Query::of(Scope::Region("430602001".into())),
            Query::of(Scope::Owned(UnitId(2))),
            Query::of(Scope::FirstAsked(UnitId(1))),
            Query { kind: Some("complaint".into()), ..city() },
            Query { stages: vec![StageKind::Registered, StageKind::Dispatched], ..city() },
            Query { campaign: Some("建言献策".into()), kind: Some("matter".into()), ..city() },
            Query { returned: true, ..city() },
            Query { unit: Some(UnitId(3)), ..city() },
        ];
        for filter in filters {
            for sort in [Sort::Due, Sort::Newest, Sort::Support] {
                let query = Query { sort, ..filter.clone() };
                let whole = Query { limit: 500, ..query.clone() };
                let n = query.clone();
                app.city
                    .store()
                    .read(|rd| {
                        let count = store::cases::count(rd, &n, 1000)?;
                        let all = list_by(rd, &whole, 1000)?;
                        assert_eq!(all.len() as i64, count, "{n:?}");
                        let keys: Vec<_> = all.iter().map(|r| cursor_of(r, sort)).collect();
                        let mut sorted = keys.clone();
                        if sort == Sort::Due {
                            sorted.sort_unstable();
                        } else {
                            sorted.sort_unstable_by(|a, b| b.cmp(a));
                        }
                        assert_eq!(keys, sorted, "{n:?}");
                        for few in [1, 1000] {
                            let (mut paged, mut after) = (Vec::new(), None);
                            loop {
                                let page = list_by(rd, &Query { after, limit: 7, ..n.clone() }, few)?;
                                after = page.last().map(|r| cursor_of(r, sort));
                                paged.extend(page.iter().map(|r| r.id));
                                if page.len() < 7 {
                                    break;
                                }
                            }
                            let ids: Vec<_> = all.iter().map(|r| r.id).collect();
                            assert_eq!(paged, ids, "{few} {n:?}");
                        }
                        Ok::<_, Error>(())
                    })
                    .unwrap();
            }
        }
    });
}

#[test]
fn a_second_factor_is_asked_for_works_once_and_can_be_taken_back() {
    city(|app, clock| {
        let new = |login: &str, role| NewStaff {
            login: login.into(),
            name: login.into(),
            role,
            unit: "政管办".into(),
            position: String::new(),
            password: Some("a-long-password".into()),
        };
        app.people
            .put_staff(Actor::system(), vec![new("li", Role::Coordinator), new("root", Role::SystemAdmin)])
            .unwrap();
        let me = app.people.sign_in("li", "a-long-password", "").unwrap().staff.actor();
        let offered = app.people.offer_factor(&me).unwrap();
        assert!(offered.address.starts_with("otpauth://totp/") && offered.address.contains(&offered.key));
        let code = |app: &House| {
            let secret = totp_rs::Secret::try_from_base32(&offered.key).unwrap();
            let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
            totp.generate((app.city.store().now().us() / 1_000_000) as u64).to_string()
        };
        assert!(
            app.people.confirm_factor(&me, &offered.key, "000000").is_err(),
            "it must be in the authenticator"
        );
        app.people.confirm_factor(&me, &offered.key, &code(app)).unwrap();
        assert!(app.people.sign_in("li", "a-long-password", "").is_err(), "asked for");
        assert!(
            app.people.sign_in("li", "a-long-password", &code(app)).is_err(),
            "this one was used to turn it on"
        );
        clock.move_us(60_000_000);
        app.people.sign_in("li", "a-long-password", &code(app)).unwrap();
        assert!(app.people.sign_in("li", "a-long-password", &code(app)).is_err(), "a code works once");
        clock.move_us(60_000_000);
        assert!(app.people.sign_in("li", "wrong-password-", &code(app)).is_err());
        let root = app.people.sign_in("root", "a-long-password", "").unwrap().staff.actor();
        app.people.act_on_staff(root, "li".into(), StaffAct::ResetFactor).wait().unwrap();
        let session = app.people.sign_in("li", "a-long-password", "").unwrap();
        assert!(app.people.change_password(&me, "a-long-password", "short").is_err());
        app.people.change_password(&me, "a-long-password", "another-password").unwrap();
        assert!(app.city.who(&session.token).wait().is_err(), "every session ended");
        assert!(app.people.sign_in("li", "a-long-password", "").is_err());
        app.people.sign_in("li", "another-password", "").unwrap();
    });
}
