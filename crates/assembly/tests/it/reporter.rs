//! 反映人: what readers learn of who lodged, path by path, and who speaks in their place.

use city::{Contact, Error};
use kernel::{Actor, Role, UnitId};
use resolve::{Act, Command, Registration, Satisfaction, Solved};
use supervise::{Level, RateChannel};
use supervise_acts::{NewRating, NewService};
use testkit::HandClock;

use super::{act, city, coordinator, handler, matter, to, who};

const SECRETS: [&str; 5] = ["王小二", "13800001234", "430101199003071230", "6222021234567890123", "502室"];

fn told_all() -> (Registration, Contact) {
    let words = "我叫王小二，电话13800001234，身份证430101199003071230，卡6222021234567890123，住3栋2单元502室。窗口推诿。";
    let registration = Registration {
        title: "王小二13800001234投诉窗口推诿".into(),
        words: words.into(),
        place: Some("3栋2单元502室".into()),
        ..matter()
    };
    let contact = Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() };
    (registration, contact)
}

/// C2, and the words of a letter: over every role of the unit that answers, on every path that a reader has.
#[test]
fn no_path_shows_the_unit_complained_about_who_it_was() {
    city(|app, _| {
        let file = app.city.upload(&coordinator(), "王小二投诉信.pdf", b"%PDF-1.7 x".to_vec()).unwrap();
        let (registration, contact) = told_all();
        let lodged =
            app.cases.register_with(coordinator(), registration, contact, vec![file.ticket]).wait().unwrap();
        let n = lodged.number;
        act(app, coordinator(), &n, to(2)).unwrap();
        act(app, handler(2), &n, Command::Take {}).unwrap();
        // What the office writes may repeat who it was.
        let reason = "王小二（13800001234）电话要求延期".to_owned();
        act(app, handler(2), &n, Command::AskExtension { days: 3, reason }).unwrap();
        while app.cases.read_on(10).unwrap() > 0 {}
        let mut logs = 0;
        for role in Role::ALL.into_iter().filter(|r| !matches!(r, Role::System | Role::Resident)) {
            let reader = who(role, 2);
            let mut told = String::new();
            if let Ok(v) = app.cases.case(reader.clone(), n.clone()).wait() {
                assert!(v.contact.is_none(), "{role:?}");
                told += &format!("{:?}", v.case);
            }
            if let Ok(all) = app.cases.events(reader.clone(), n.clone(), 0).wait() {
                told += &format!("{all:?}");
            }
            if let Ok((f, _)) = app.cases.file(reader.clone(), n.clone(), file.file.hash.clone()).wait() {
                told += &f.name;
            }
            if let Ok(read) = app.cases.case_reading(reader.clone(), n.clone()).wait() {
                told += &format!("{read:?}");
            }
            for scope in [store::cases::Scope::Party(UnitId(2)), store::cases::Scope::Region("4306".into())] {
                let query = store::cases::Query { limit: 50, ..store::cases::Query::of(scope) };
                if let Ok(page) = app.cases.list(reader.clone(), query).wait() {
                    told += &page.cases.iter().map(|v| format!("{:?}", v.case)).collect::<String>();
                }
            }
            // A piece of the letter found by its words, and the record as a log.
            for words in ["推诿", "窗口 延期", "单元", "13800001234"] {
                let query = store::cases::Query::of(store::cases::Scope::Party(UnitId(2)));
                if let Ok(found) = app.cases.search(reader.clone(), words.into(), query, None).wait() {
                    told += &found
                        .hits
                        .iter()
                        .map(|h| format!("{:?}{}", h.view.case, h.excerpt))
                        .collect::<String>();
                }
            }
            if let Ok(read) = app.logs.record_log(&reader, &optimise_acts::logs::RecordAsk::default()) {
                logs += read.log.event_count();
                let mut csv = Vec::new();
                eventlog::write_csv(&read.log, &mut csv).unwrap();
                told += &String::from_utf8(csv).unwrap();
            }
            if let Ok(draft) = app.supervision.publication_draft(reader.clone(), n.clone()).wait() {
                told += &format!("{draft:?}");
            }
            if let Ok(all) = app.city.inbox(reader.clone()).wait() {
                told += &format!("{all:?}");
            }
            for secret in SECRETS {
                let at = told.find(secret).map(|i| told[..i].chars().rev().take(300).collect::<Vec<_>>());
                let before: String = at.unwrap_or_default().into_iter().rev().collect();
                assert!(!told.contains(secret), "{role:?} of the unit reads {secret} after …{before}");
            }
            assert!(app.cases.unmask(reader.clone(), n.clone(), "核实".into()).wait().is_err(), "{role:?}");
            assert!(
                app.cases.print_receipt(reader.clone(), n.clone(), "核实".into()).wait().is_err(),
                "{role:?}"
            );
            let followed = app.cases.follow(Some(reader), n.clone(), lodged.code.clone()).wait();
            assert!(matches!(followed, Err(Error::Forbidden(_))), "{role:?} follows as the person");
        }
        assert!(logs > 0, "somebody reads the log");
        // Who may know sees it covered, and in full with a purpose.
        let covered = format!("{:?}", app.cases.events(coordinator(), n.clone(), 0).wait().unwrap());
        assert!(SECRETS.iter().all(|s| !covered.contains(s)));
        let open = app.cases.unmask(coordinator(), n, "电话核实".into()).wait().unwrap();
        let words = format!("{:?}", open.events);
        assert!(SECRETS.iter().all(|s| words.contains(s)), "nothing is lost");
        assert_eq!(open.contact.phone, "13800001234");
    });
}

/// C3: the code is printed again only on record, never for the unit that answers; what comes by it then is marked.
#[test]
fn a_printed_code_is_on_record_and_marks_what_comes_by_it() {
    city(|app, _| {
        let lodged = app.cases.register(coordinator(), matter(), Contact::default()).wait().unwrap();
        let n = lodged.number;
        assert!(app.cases.first_receipt(coordinator(), n.clone(), lodged.code.clone()).wait().is_ok());
        assert!(app.cases.first_receipt(coordinator(), n.clone(), "00000000".into()).wait().is_err());
        act(app, coordinator(), &n, to(2)).unwrap();
        act(app, handler(2), &n, Command::Reply { text: "已办".into(), basis: String::new() }).unwrap();
        assert!(
            app.cases.print_receipt(coordinator(), n.clone(), " ".into()).wait().is_err(),
            "a purpose is needed"
        );
        let printed = app.cases.print_receipt(coordinator(), n.clone(), "反映人遗失".into()).wait().unwrap();
        assert_eq!(printed.code, lodged.code);
        let answer = || Command::Callback {
            solved: Solved::Yes,
            satisfied: Some(Satisfaction::Satisfied),
            words: String::new(),
        };
        for role in [Role::Clerk, Role::Handler, Role::UnitAdmin, Role::Coordinator] {
            let own = app
                .cases
                .act_as_resident(Some(who(role, 2)), n.clone(), lodged.code.clone(), answer())
                .wait();
            assert!(matches!(own, Err(Error::Forbidden(_))), "{role:?}");
        }
        let other = who(Role::Clerk, 3);
        app.cases.act_as_resident(Some(other.clone()), n.clone(), lodged.code, answer()).wait().unwrap();
        let events = app.cases.events(coordinator(), n, 0).wait().unwrap();
        assert!(events.iter().any(|e| e.act == Act::PrintReceipt));
        let last = events.last().unwrap();
        assert!(last.by_resident && last.reprinted, "marked");
        assert_eq!(last.unit.as_deref(), Some("住建局"), "the account that was signed in stays beside it");
    });
}

/// E3, H10: nobody of the unit rates it; the unit reads neither minute nor window of a single rating.
#[test]
fn the_rated_unit_neither_rates_nor_learns_the_moment() {
    city(|app, clock: &HandClock| {
        clock.move_us(kernel::US_PER_HOUR + 53 * 60_000_000);
        let service = NewService {
            unit: Some(UnitId(2)),
            place: "社保专窗".into(),
            item: "补卡".into(),
            ..NewService::default()
        };
        let receipt = app.supervision.serve(who(Role::Clerk, 2), service).wait().unwrap();
        let rating = || NewRating {
            level: Level::VeryDissatisfied,
            reasons: Vec::new(),
            words: String::new(),
            channel: RateChannel::Qr,
            device: String::new(),
            phone: String::new(),
        };
        for role in Role::ALL.into_iter().filter(|r| !matches!(r, Role::System | Role::Resident)) {
            let own = Some(who(role, 2));
            assert!(matches!(
                app.supervision.rate_page(own.clone(), receipt.token.clone()).wait(),
                Err(Error::Forbidden(_))
            ));
            assert!(matches!(
                app.supervision.rate(own, receipt.token.clone(), rating()).wait(),
                Err(Error::Forbidden(_))
            ));
        }
        let (case, _) = app.supervision.rate(None, receipt.token, rating()).wait().unwrap().unwrap();
        act(app, coordinator(), &case, to(2)).unwrap();
        app.supervision.figures_ready().unwrap();
        let day = |m: kernel::Moment| m.us_of_day() == 0;
        for role in Role::ALL.into_iter().filter(|r| !matches!(r, Role::System | Role::Resident)) {
            let reader: Actor = who(role, 2);
            for v in app.supervision.ratings(reader.clone(), String::new(), 0).wait().unwrap_or_default() {
                assert!(
                    day(v.rating.at) && day(v.of.service.at) && v.of.service.place.is_empty(),
                    "{role:?}"
                );
            }
            if let Ok(all) = app.cases.events(reader.clone(), case.clone(), 0).wait() {
                assert!(!format!("{all:?}").contains("社保专窗") && day(all[0].at), "{role:?}");
            }
            if let Ok(v) = app.cases.case(reader.clone(), case.clone()).wait() {
                assert!(day(v.case.lodged), "{role:?}");
            }
            for key in ["ratings", "bad", "services"] {
                let ask = supervise::Ask {
                    from: "2026-03-01".parse().unwrap(),
                    to: "2026-03-09".parse().unwrap(),
                    filter: supervise::Filter::default(),
                };
                let figure = supervise::figure(key).unwrap();
                let Ok(list) = app.supervision.figure_list(reader.clone(), ask, figure, 0, 50).wait() else {
                    continue;
                };
                for e in list.entries {
                    let single = e.sort == supervise::Sort::Service;
                    assert!(!single || (day(e.at) && !e.title.contains("社保专窗")), "{role:?} {key}");
                }
            }
        }
        let seen = app.supervision.ratings(coordinator(), String::new(), 0).wait().unwrap();
        assert!(!day(seen[0].rating.at) && seen[0].of.service.place == "社保专窗", "others see it whole");
    });
}
