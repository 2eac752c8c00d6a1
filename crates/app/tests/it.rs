//! The use cases on both engines, with a clock moved by hand.

#[path = "it/door.rs"]
mod door;
#[path = "it/erasures.rs"]
mod erasures;
#[path = "it/guard.rs"]
mod guard;
#[path = "it/keys.rs"]
mod keys;
#[path = "it/logs.rs"]
mod logs;
#[path = "it/office.rs"]
mod office;
#[path = "it/reach.rs"]
mod reach;
#[path = "it/reading.rs"]
mod reading;
#[path = "it/redesigns.rs"]
mod redesigns;
#[path = "it/reporter.rs"]
mod reporter;
#[path = "it/supervise.rs"]
mod supervise;
#[path = "it/walks.rs"]
mod walks;
#[path = "it/worker.rs"]
mod worker;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use app::{
    App, Contact, Error, ImportPlan, ImportRow, NewStaff, NewUnit, Outcome, Settings, StaffAct, Worker,
};
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::{
    Act, Channel, Command, Complexity, Kind, Light, LimitRule, Phase, RefusalCode, Registration, Solved,
    StageKind, default_limits,
};
use store::cases::{Query, Scope};
use store::{asides, jobs};
use testkit::{HandClock, TempDir, both_engines};

const START: &str = "2026-03-02 09:00";

/// A small city on both engines; the test gets it with its clock. At its end the worker must go.
fn city(test: impl Fn(&App, &HandClock)) {
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
fn city_with_poison(test: impl Fn(&App, &HandClock)) {
    let clock = HandClock::at(START.parse().unwrap());
    let options = store::Options { clock: clock.as_clock(), ..store::Options::default() };
    both_engines(&options, |store| {
        clock.set(START.parse().unwrap());
        let keys = TempDir::new();
        KEYS.set(keys.path().to_owned());
        let app = App::open(store.clone(), keys.path()).unwrap();
        let settings = Settings {
            city: "4306".parse().unwrap(),
            name: "临江市".into(),
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        app.set_city(Actor::system(), settings).wait().unwrap();
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
        app.put_units(Actor::system(), units).wait().unwrap();
        test(&app, &clock);
    });
}

/// What every city of these tests must stand at its end: all cares go, nothing is put aside, no job is dead.
fn ticks_clean(app: &App) {
    Worker::new(app.clone()).tick().unwrap();
    let listed = |rd: &mut store::Rd<'_>| Ok::<_, Error>((asides::list(rd, 9)?, jobs::dead(rd, 9)?));
    let (aside, dead) = app.store().read(listed).unwrap();
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
        lodged_at: None,
    }
}
fn wang() -> Contact {
    Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() }
}
fn lodge(app: &App) -> String {
    app.register(coordinator(), matter(), wang()).wait().unwrap().number
}
fn act(app: &App, actor: Actor, number: &str, asked: Command) -> Result<app::CaseView, Error> {
    app.act(actor, number.into(), asked, None).wait()
}
fn to(unit: i64) -> Command {
    Command::Dispatch { unit: UnitId(unit), note: String::new() }
}

#[test]
fn one_case_goes_the_whole_way_and_the_resident_follows_it() {
    city(|app, clock| {
        let lodged = app.register(coordinator(), matter(), wang()).wait().unwrap();
        assert_eq!(lodged.number, "4306-2026-0000001");
        act(app, coordinator(), &lodged.number, to(2)).unwrap();
        clock.move_us(US_PER_HOUR);
        let view = act(app, handler(2), &lodged.number, Command::Take {}).unwrap();
        assert_eq!(view.owner.as_deref(), Some("市监局"));
        assert_eq!(view.clock.as_ref().unwrap().workdays_left, 3);
        assert!(view.acts.contains(&Act::Reply) && !view.acts.contains(&Act::Archive));
        assert!(view.contact.is_none(), "the person asked not to be known to the unit");
        let seen = app.case(coordinator(), lodged.number.clone()).wait().unwrap();
        assert_eq!(seen.contact.unwrap().phone, "138****1234");
        let reply = Command::Reply { text: "已核准".into(), basis: String::new() };
        act(app, handler(2), &lodged.number, reply).unwrap();
        let follow = app.follow(None, lodged.number.clone(), lodged.code.clone()).wait().unwrap();
        assert_eq!(
            follow.view.acts,
            vec![Act::Callback, Act::AddWords].into_iter().rev().collect::<Vec<_>>()
        );
        assert!(follow.events.iter().any(|e| e.act == Act::Reply));
        assert_eq!(
            app.follow(None, lodged.number.clone(), "00000000".into()).wait().unwrap_err(),
            Error::NotFound
        );
        let answer = Command::Callback { solved: Solved::Yes, satisfied: None, words: String::new() };
        app.act_as_resident(None, lodged.number.clone(), lodged.code, answer).wait().unwrap();
        let end =
            act(app, coordinator(), &lodged.number, Command::Archive { summary: String::new() }).unwrap();
        assert_eq!(end.case.stage.kind(), StageKind::Archived);
        let events = app.events(coordinator(), lodged.number, 0).wait().unwrap();
        assert_eq!(events.len() as i64, end.case.ver);
        assert!(store::ledger_rows::seal_now(app.store(), None).unwrap().len() == 1);
        app.store()
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
            assert_eq!(app.case(stranger.clone(), number.clone()).wait().unwrap_err(), Error::NotFound);
            assert_eq!(act(app, stranger.clone(), &number, Command::Accept {}).unwrap_err(), Error::NotFound);
            let unmask = app.unmask(stranger, number.clone(), "查".into()).wait();
            assert_eq!(unmask.unwrap_err(), Error::NotFound);
        }
        let purpose = "电话核实".to_owned();
        assert_eq!(app.unmask(coordinator(), number.clone(), purpose).wait().unwrap().contact, wang());
        assert!(matches!(app.unmask(coordinator(), number, " ".into()).wait(), Err(Error::Invalid { .. })));
    });
}

#[test]
fn a_merge_has_two_sides_and_is_undone_on_both() {
    city(|app, clock| {
        let (a, b) = (lodge(app), lodge(app));
        act(app, coordinator(), &a, Command::Merge { into: b.clone() }).unwrap();
        let main = app.case(coordinator(), b.clone()).wait().unwrap().case;
        assert_eq!((main.reporters, main.merged.clone()), (2, vec![a.clone()]));
        let again = act(app, coordinator(), &b, Command::Merge { into: a.clone() });
        assert!(matches!(again, Err(Error::Refused(r)) if r.code == RefusalCode::HasMerged));
        act(app, coordinator(), &a, Command::Unmerge { reason: "不是同一件".into() }).unwrap();
        let main = app.case(coordinator(), b.clone()).wait().unwrap().case;
        assert_eq!((main.reporters, main.merged.len()), (1, 0));
        let missing = act(app, coordinator(), &a, Command::Merge { into: "4306-2026-9999999".into() });
        assert!(matches!(missing, Err(Error::Invalid { field, .. }) if field == "into"));
        assert_eq!(
            app.case(coordinator(), a).wait().unwrap().case.stage.kind(),
            StageKind::Registered,
            "nothing half-way"
        );
        // A merged case owes nothing, however late it gets: the others of the city go on (the fixture ticks).
        let c = lodge(app);
        act(app, coordinator(), &c, Command::Merge { into: b }).unwrap();
        clock.move_us(90 * US_PER_DAY);
        Worker::new(app.clone()).tick().unwrap();
        let seen = app.case(coordinator(), c).wait().unwrap();
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
                s.spawn(|| match app.act(coordinator(), number.clone(), to(2), Some(1)).wait() {
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
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(app::LIGHTS), 0, "nothing is due yet");
        // Down for two weeks; then three workers at once.
        clock.move_us(14 * US_PER_DAY);
        let total = AtomicUsize::new(0);
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    total
                        .fetch_add(Worker::new(app.clone()).tick().unwrap().of(app::LIGHTS), Ordering::SeqCst)
                });
            }
        });
        assert_eq!(total.load(Ordering::SeqCst), 5);
        for n in &numbers {
            let events = app.events(coordinator(), n.clone(), 0).wait().unwrap();
            assert_eq!(events.iter().filter(|e| e.act == Act::WarnRed).count(), 1);
            let view = app.case(coordinator(), n.clone()).wait().unwrap();
            assert_eq!(view.clock.unwrap().light, Light::Red);
        }
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(app::LIGHTS), 0);
    });
}

#[test]
fn importing_a_year_recomputes_what_rested_on_it() {
    city(|app, clock| {
        clock.set("2026-12-30 10:00".parse().unwrap());
        let number = lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        let before = app.case(coordinator(), number.clone()).wait().unwrap().clock.unwrap();
        assert!(before.provisional);
        let notice = r#"{"year":2027,"papers":["国办发明电〔2026〕X号"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-04","isOffDay":true},{"name":"元旦","date":"2027-01-05","isOffDay":true}]}"#;
        assert!(matches!(app.import_calendar(coordinator(), notice.into()).wait(), Err(Error::Forbidden(_))));
        app.import_calendar(who(Role::SystemAdmin, 1), notice.into()).wait().unwrap();
        assert_eq!(Worker::new(app.clone()).tick().unwrap().of(app::JOBS), 1);
        let after = app.case(coordinator(), number.clone()).wait().unwrap().clock.unwrap();
        assert!(!after.provisional && after.due > before.due);
        let events = app.events(coordinator(), number, 0).wait().unwrap();
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
            effective: "2026-03-04".parse().unwrap(),
            source: "本市规定".into(),
        });
        app.set_limits(who(Role::SystemAdmin, 1), limits).wait().unwrap();
        let due = |number: &str| {
            app.case(coordinator(), number.into()).wait().unwrap().clock.unwrap().due.date().to_string()
        };
        let first = lodge(app);
        act(app, coordinator(), &first, to(2)).unwrap();
        assert_eq!(due(&first), "2026-03-05", "three working days: the new limit is not in force yet");
        clock.set("2026-03-04 09:00".parse().unwrap());
        let second = lodge(app);
        act(app, coordinator(), &second, to(2)).unwrap();
        assert_eq!(due(&second), "2026-03-06");
        assert_eq!(due(&first), "2026-03-05", "what runs keeps its limit");
        let why = app.explain(coordinator(), second).wait().unwrap().unwrap();
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
                let page = app.list(actor.clone(), q.clone()).wait().unwrap();
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
        assert_eq!(app.count(coordinator(), q, 1000).wait().unwrap(), 13, "figure and list agree");
        let text = Query { text: Some("经营%".into()), ..Query::of(region()) };
        assert_eq!(
            app.count(coordinator(), text, 1000).wait().unwrap(),
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
        assert!(app.put_staff(admin.clone(), vec![staff("li", "short")]).is_err());
        app.put_staff(admin, vec![staff("li", "a-long-password")]).unwrap();
        let session = app.sign_in("li", "a-long-password", "").unwrap();
        assert_eq!(app.who(&session.token).wait().unwrap().login, "li");
        app.sign_out(&session.token).wait().unwrap();
        assert_eq!(app.who(&session.token).wait().unwrap_err(), Error::SignIn);
        let wrong = app.sign_in("li", "wrong-password", "").unwrap_err();
        assert_eq!(wrong, app.sign_in("nobody", "wrong-password", "").unwrap_err(), "no name is given away");
        for _ in 0..4 {
            app.sign_in("li", "wrong-password", "").unwrap_err();
        }
        let locked = app.sign_in("li", "a-long-password", "").unwrap_err();
        assert_eq!(locked, wrong, "that it is locked tells nobody that it exists");
        let elsewhere = app::Network::of([198, 51, 100, 7].into());
        app.sign_in_at(elsewhere, "li", "a-long-password", "").expect("nobody locks others out from afar");
        clock.move_us(16 * 60 * 1_000_000);
        let session = app.sign_in("li", "a-long-password", "").unwrap();
        clock.move_us(11 * US_PER_HOUR);
        assert_eq!(app.who(&session.token).wait().unwrap_err(), Error::SignIn, "sessions run out");
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
        let import = app.begin_import(&coordinator(), plan.clone()).unwrap();
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
        let events = app.events(coordinator(), first.clone(), 0).wait().unwrap();
        assert_eq!(events[1].at, at("2020-01-09").unwrap());
        assert!(events[1].recorded > events[1].at, "when it was written is another thing");
        let open = app.case(coordinator(), second.clone()).wait().unwrap();
        assert_eq!(open.case.stage.kind(), StageKind::Dispatched);
        assert_eq!(
            open.clock.unwrap().due.date().to_string(),
            "2026-03-09",
            "five working days from the hand-over"
        );
        let t = app::timeliness(app, &coordinator()).unwrap();
        assert_eq!((t.count, t.max_workdays), (1, 5));
        assert_eq!(app.begin_import(&coordinator(), plan).unwrap().done, 4, "it goes on behind what is done");
    });
}

/// A small picture that says where it was taken.
fn photo() -> Vec<u8> {
    let mut p = b"\xff\xd8\xff\xe1\x00\x15Exif\0\0GPS 38.04,114".to_vec();
    p.extend(
        b"\xff\xc0\x00\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xda\x00\x08\x01\x01\0\0\x3f\0\x12\x34\xff\xd9",
    );
    p
}

#[test]
fn a_file_waits_until_its_act_is_done_and_then_belongs_to_the_case() {
    city(|app, clock| {
        let number = lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        act(app, handler(2), &number, Command::Take {}).unwrap();
        let reply = |text: &str| Command::Reply { text: text.into(), basis: String::new() };
        let up = app.upload(&handler(2), "../门头.jpeg", photo()).unwrap();
        assert_eq!((up.file.name.as_str(), up.file.kind.as_str()), ("门头.jpg", "image/jpeg"));
        let with = |who: Actor, text: &str, ticket: &str| {
            app.act_with(who, number.clone(), reply(text), None, vec![ticket.to_owned()]).wait()
        };
        // Refused: the file is still there for the next try, and only for whoever brought it.
        assert!(matches!(with(handler(2), "", &up.ticket), Err(Error::Refused(_))));
        let stolen = with(who(Role::UnitAdmin, 2), "别人的附件", &up.ticket);
        assert!(
            matches!(stolen, Err(Error::Invalid { .. } | Error::Forbidden(_) | Error::Refused(_))),
            "{stolen:?}"
        );
        with(handler(2), "已办好，见照片。", &up.ticket).unwrap();
        assert!(with(handler(2), "再来一次", &up.ticket).is_err(), "a ticket is used once");
        let events = app.events(coordinator(), number.clone(), 0).wait().unwrap();
        let on_record = events.iter().flat_map(|e| &e.happened.files).cloned().collect::<Vec<_>>();
        assert_eq!(on_record, std::slice::from_ref(&up.file));
        let (file, bytes) = app.file(coordinator(), number.clone(), up.file.hash.clone()).wait().unwrap();
        assert_eq!((file, bytes.len() as i64), (up.file.clone(), up.file.size));
        assert!(!bytes.windows(3).any(|w| w == b"GPS"), "where it was taken is gone");
        let printed = app.print_receipt(coordinator(), number.clone(), "反映人遗失".into()).wait().unwrap();
        let code = printed.code;
        assert!(
            app.file_for_resident(None, number.clone(), code.clone(), up.file.hash.clone()).wait().is_ok()
        );
        assert_eq!(app.file(handler(3), number.clone(), up.file.hash.clone()).wait(), Err(Error::NotFound));
        let other = lodge(app);
        assert_eq!(app.file(coordinator(), other, up.file.hash.clone()).wait(), Err(Error::NotFound));
        // An internal note with a file is not the resident's.
        let note = app.upload(&coordinator(), "内部.pdf", b"%PDF-1.7 x".to_vec()).unwrap();
        let words = Command::Note { words: "内部材料".into() };
        app.act_with(coordinator(), number.clone(), words, None, vec![note.ticket]).wait().unwrap();
        let hidden = app.file_for_resident(None, number.clone(), code, note.file.hash).wait();
        assert_eq!(hidden, Err(Error::NotFound));
        // What nobody used in a week is no longer taken, and swept.
        let late = app.upload(&coordinator(), "旧.pdf", b"%PDF-1.7 old".to_vec()).unwrap();
        clock.move_us(8 * US_PER_DAY);
        assert!(app.waiting_files(&coordinator(), vec![late.ticket]).wait().unwrap().is_empty());
        Worker::new(app.clone()).tick().unwrap();
        assert!(app.file(coordinator(), number.clone(), up.file.hash.clone()).wait().is_ok());
    });
}

#[cfg(unix)]
#[test]
fn what_the_citys_scanner_refuses_is_not_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    city(|app, _| {
        let dir = TempDir::new();
        let program = dir.path().join("scan.sh");
        std::fs::write(&program, "#!/bin/sh\n! grep -q VIRUS \"$1\"\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let app = app.clone().scan_with(Some(&program));
        assert!(app.upload(&coordinator(), "a.pdf", b"%PDF-1.7 fine".to_vec()).is_ok());
        let bad = app.upload(&coordinator(), "b.pdf", b"%PDF-1.7 VIRUS".to_vec());
        assert!(matches!(bad, Err(Error::Invalid { .. })), "{bad:?}");
        let down = app.scan_with(Some(&dir.path().join("gone"))).upload(
            &coordinator(),
            "c.pdf",
            b"%PDF-1.7 c".to_vec(),
        );
        assert!(matches!(down, Err(Error::Store(_))), "nothing passes a scanner that is down");
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
            let number = app.register(coordinator(), registration, Contact::default()).wait().unwrap().number;
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
                app.store()
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
        app.put_staff(Actor::system(), vec![new("li", Role::Coordinator), new("root", Role::SystemAdmin)])
            .unwrap();
        let me = app.sign_in("li", "a-long-password", "").unwrap().staff.actor();
        let offered = app.offer_factor(&me).unwrap();
        assert!(offered.address.starts_with("otpauth://totp/") && offered.address.contains(&offered.key));
        let code = |app: &App| {
            let secret = totp_rs::Secret::try_from_base32(&offered.key).unwrap();
            let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
            totp.generate((app.store().now().us() / 1_000_000) as u64).to_string()
        };
        assert!(app.confirm_factor(&me, &offered.key, "000000").is_err(), "it must be in the authenticator");
        app.confirm_factor(&me, &offered.key, &code(app)).unwrap();
        assert!(app.sign_in("li", "a-long-password", "").is_err(), "asked for");
        assert!(app.sign_in("li", "a-long-password", &code(app)).is_err(), "this one was used to turn it on");
        clock.move_us(60_000_000);
        app.sign_in("li", "a-long-password", &code(app)).unwrap();
        assert!(app.sign_in("li", "a-long-password", &code(app)).is_err(), "a code works once");
        clock.move_us(60_000_000);
        assert!(app.sign_in("li", "wrong-password-", &code(app)).is_err());
        let root = app.sign_in("root", "a-long-password", "").unwrap().staff.actor();
        app.act_on_staff(root, "li".into(), StaffAct::ResetFactor).wait().unwrap();
        let session = app.sign_in("li", "a-long-password", "").unwrap();
        assert!(app.change_password(&me, "a-long-password", "short").is_err());
        app.change_password(&me, "a-long-password", "another-password").unwrap();
        assert!(app.who(&session.token).wait().is_err(), "every session ended");
        assert!(app.sign_in("li", "a-long-password", "").is_err());
        app.sign_in("li", "another-password", "").unwrap();
    });
}
