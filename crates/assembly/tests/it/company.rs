//! Company files on both engines: entering, finding, importing, and their people at their own door.

use access::Nothing;
use city::{Contact, Error};
use company::policy::{Book, Truth};
use company_acts::{By, Incoming, NewCompany, NewWhistle, Taken, What, read_table};
use kernel::{Actor, Role, US_PER_DAY, US_PER_HOUR, UnitId};
use people::NewUnit;
use resolve::{ArriveWay, Command, Solved};
use store::companies::Query;
use tabular::records::Sheet;

use super::{city, coordinator, handler, who};

const CODE: &str = "91330100799655058B";
const OTHER: &str = "91110000100000392A";

fn new(code: &str) -> NewCompany {
    NewCompany {
        code: code.into(),
        name: "临江机械有限公司".into(),
        size: "小型企业".into(),
        industry: "制造业".into(),
        region: "430602".into(),
        contact: Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() },
        ..NewCompany::default()
    }
}

#[test]
fn a_company_is_entered_found_and_put_right() {
    city(|app, _| {
        let clerk = who(Role::Clerk, 2);
        let wrong = app.companies.put(clerk.clone(), new("91330100799655058C"), None).wait();
        assert!(matches!(wrong, Err(Error::Invalid { field, .. }) if field == "code"), "the check character");
        let code = app.companies.put(clerk.clone(), new(" 91330100799655058b "), None).wait().unwrap();
        assert_eq!(code, CODE);
        assert!(app.companies.put(clerk.clone(), new(CODE), None).wait().is_err(), "there is one already");
        let v = app.companies.company(handler(3), CODE.into()).wait().unwrap();
        assert_eq!(
            (v.row.industry.as_str(), v.row.size.as_str(), v.contact.phone.as_str()),
            ("C", "small", "138****1234")
        );
        assert_eq!(
            app.companies.company(handler(4), CODE.into()).wait().unwrap_err(),
            Error::NotFound,
            "another city"
        );
        let named =
            NewCompany {
                name: "临江重机有限公司".into(), code: CODE.into(), ..NewCompany::default()
            };
        assert!(matches!(
            app.companies.put(clerk.clone(), named.clone(), Some(9)).wait(),
            Err(Error::Changed(_))
        ));
        app.companies.put(clerk.clone(), named, Some(1)).wait().unwrap();
        let v = app.companies.company(clerk.clone(), CODE.into()).wait().unwrap();
        assert_eq!((v.row.name.as_str(), v.row.size.as_str(), v.row.ver), ("临江重机有限公司", "small", 2));
        for (text, n) in [("重机", 1), ("机械", 0), (CODE, 1), ("", 1)] {
            let q = Query { text: text.into(), ..Query::default() };
            assert_eq!(app.companies.list(clerk.clone(), q).wait().unwrap().total, n, "{text}");
        }
        let far = Query { industry: "D".into(), ..Query::default() };
        assert_eq!(app.companies.list(clerk, far).wait().unwrap().rows.len(), 0);
        assert!(access::decide(&who(Role::Walker, 2), access::op::ListCompanies, Nothing).is_err());
    });
}

#[test]
fn its_people_come_in_by_code_and_staff_do_not() {
    city(|app, _| {
        let clerk = who(Role::Clerk, 2);
        app.companies.put(clerk.clone(), new(CODE), None).wait().unwrap();
        assert!(app.companies.print_code(clerk.clone(), CODE.into(), " ".into()).wait().is_err(), "say why");
        let pass = app.companies.print_code(clerk.clone(), CODE.into(), "当面".into()).wait().unwrap();
        let own = app.companies.follow(None, CODE.into(), pass.to_lowercase()).wait().unwrap();
        assert!(own.view.lines.iter().any(|l| l.act == "print_code" && l.purpose == "当面"), "they see it");
        let staff = app.companies.follow(Some(clerk.clone()), CODE.into(), pass.clone()).wait();
        assert!(matches!(staff, Err(Error::Forbidden(_))));
        for (code, pass) in [(CODE, "00000000"), (OTHER, pass.as_str())] {
            assert_eq!(
                app.companies.follow(None, code.into(), pass.into()).wait().unwrap_err(),
                Error::NotFound
            );
        }
        let mine = app.companies.renew_code(None, CODE.into(), pass.clone()).wait().unwrap();
        assert_ne!(mine, pass);
        assert_eq!(app.companies.follow(None, CODE.into(), pass).wait().unwrap_err(), Error::NotFound);
        let said =
            vec![("insured@Y-1".to_owned(), "12".to_owned()), ("dispatch".to_owned(), "否".to_owned())];
        app.companies.say_facts(None, CODE.into(), mine.clone(), said).wait().unwrap();
        let own = app.companies.follow(None, CODE.into(), mine).wait().unwrap();
        let told: Vec<String> = own.view.facts.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("\"value\":false") && told[1].contains("\"as_of\":\"2025"), "{told:?}");
        let nosy = app.companies.unmask(clerk, CODE.into(), "回访".into()).wait();
        assert!(matches!(nosy, Err(Error::Forbidden(_))), "not the commissioner");
        let contact = app.companies.unmask(coordinator(), CODE.into(), "回访".into()).wait().unwrap();
        assert_eq!(contact.phone, "13800001234");
    });
}

#[test]
fn a_table_is_taken_in_row_by_row_and_twice_changes_nothing() {
    let rows = [
        vec!["全市企业名录", "", "", "", "", ""],
        vec!["统一社会信用代码", "企业名称", "规模", "区划", "参保人数@2024", "联系电话"],
        vec![CODE, "临江机械有限公司", "小型", "430602", "33", "13800001234"],
        vec![OTHER, "临江商贸有限公司", "微型", "", "未知", ""],
        vec!["91330100799655058X", "错码公司", "", "", "", ""],
        vec![CODE, "又来一次", "", "", "", ""],
        vec!["", "", "", "", "", ""],
    ];
    let rows = rows.into_iter().map(|r| r.into_iter().map(str::to_owned).collect()).collect();
    let sheet = Sheet { name: "企业".into(), rows, ..Sheet::default() };
    let table = read_table(&[sheet], &Book::default(), &tabular::records::NOTHING_ASKED).unwrap().unwrap();
    assert_eq!(table.rows.len(), 4);
    assert_eq!(table.rows[0].facts.len(), 1);
    assert_eq!(table.rows[1].facts.len(), 0, "said to be unknown is not known");
    let rows: Vec<Incoming> = table.rows;
    city(|app, _| {
        let taken = app.companies.import(Actor::system(), rows.clone()).wait().unwrap();
        assert_eq!(taken[..2], [Taken::Added, Taken::Added]);
        assert!(matches!(&taken[2], Taken::Refused(f, _) if f == "code"));
        assert!(matches!(&taken[3], Taken::Refused(_, why) if why.zh.contains("第 3 行")), "{taken:?}");
        let again = app.companies.import(Actor::system(), rows.clone()).wait().unwrap();
        assert_eq!(again[..2], [Taken::Same, Taken::Same]);
        assert_eq!(app.companies.company(coordinator(), OTHER.into()).wait().unwrap().row.ver, 1);
        let nobody = app.companies.import(who(Role::Clerk, 2), rows.clone()).wait();
        assert!(nobody.is_err(), "a clerk does not bring in the city");
    });
}

fn blown(app: &assembly::House, pass: &str, about: &str, secret: bool) -> String {
    let new = NewWhistle {
        set: "2115".into(),
        words: "厂门口道路施工三个月没有完工，货车进不来".into(),
        about: about.into(),
        secret,
        ..NewWhistle::default()
    };
    app.companies.whistle_as_company(None, CODE.into(), pass.into(), new).wait().unwrap()
}

fn do_(app: &assembly::House, who: Actor, number: &str, asked: Command) -> Result<(), Error> {
    app.cases.act(who, number.into(), asked, None).wait().map(drop)
}

#[test]
fn a_whistle_calls_offices_that_arrive_and_the_company_has_the_last_word() {
    city(|app, clock| {
        let clerk = who(Role::Clerk, 2);
        let centre = NewUnit {
            key: "诉求中心".into(),
            name: "市企业诉求中心".into(),
            short: "诉求中心".into(),
            kind: "coordination".into(),
            parent: None,
            region: "4306".parse().unwrap(),
            duties: String::new(),
        };
        app.people.put_units(Actor::system(), vec![centre]).wait().unwrap();
        app.companies.put(clerk.clone(), new(CODE), None).wait().unwrap();
        let pass = app.companies.print_code(clerk, CODE.into(), "当面".into()).wait().unwrap();
        let none = NewWhistle { set: "别的".into(), words: "x".into(), ..NewWhistle::default() };
        let wrong = app.companies.whistle_as_company(None, CODE.into(), pass.clone(), none).wait();
        assert!(matches!(wrong, Err(Error::Invalid { field, .. }) if field == "set"));
        let number = blown(app, &pass, "", false);
        let boss = coordinator();
        do_(app, boss.clone(), &number, Command::Dispatch { unit: UnitId(3), note: String::new() }).unwrap();
        do_(app, boss.clone(), &number, Command::AddCo { unit: UnitId(2), task: "协调运输".into() }).unwrap();
        let due = app.cases.case(boss.clone(), number.clone()).wait().unwrap();
        assert_eq!(due.clock.unwrap().workdays_left, 15, "the set says how long");
        assert!(due.case.calls.len() == 2 && due.case.first_asked == UnitId(5));
        let own = |pass: &str| app.companies.follow(None, CODE.into(), pass.to_owned()).wait().unwrap();
        let whistle = own(&pass).whistles.remove(0);
        // On site with the code that the company shows; on line without; nobody twice; nobody who was not called.
        clock.move_us(US_PER_HOUR);
        let arrive =
            |way, code: &str| Command::Arrive { way, code: code.into(), note: "见到王厂长".into() };
        let wrong = do_(app, handler(3), &number, arrive(ArriveWay::OnSite, "ABCDEF"));
        assert!(matches!(wrong, Err(Error::Invalid { field, .. }) if field == "code"));
        do_(app, handler(3), &number, arrive(ArriveWay::OnSite, &whistle.arrival_code.to_lowercase()))
            .unwrap();
        assert!(do_(app, handler(3), &number, arrive(ArriveWay::Online, "")).is_err());
        clock.move_us(US_PER_DAY);
        do_(app, handler(2), &number, arrive(ArriveWay::Online, "")).unwrap();
        let seen = own(&pass).whistles.remove(0).view;
        assert_eq!(seen.calls.iter().map(|c| c.in_time).collect::<Vec<_>>(), [true, false]);
        assert!(seen.calls[0].leads && seen.calls[0].in_time);
        do_(app, handler(2), &number, Command::CoReply { text: "已协调".into() }).unwrap();
        let reply = Command::Reply { text: "下月完工".into(), basis: String::new() };
        do_(app, handler(3), &number, reply.clone()).unwrap();
        // Not solved: it is worked on again, one level up.
        let say = |solved| Command::Callback { solved, satisfied: None, words: String::new() };
        let as_company = |asked| {
            app.cases.act_as_resident(None, number.clone(), whistle.code.clone(), asked).wait().map(drop)
        };
        as_company(say(Solved::No)).unwrap();
        assert_eq!(own(&pass).whistles[0].view.raised, 1);
        let above = Actor { unit: Some(UnitId(5)), ..coordinator() };
        let told = app.city.messages(&above).wait().unwrap();
        assert!(told.iter().any(|m| m.words.contains("提级")), "{told:?}");
        do_(app, handler(3), &number, reply).unwrap();
        as_company(say(Solved::Yes)).unwrap();
        // The same again: one matter, two whistles, and it says that it came again.
        let second = blown(app, &pass, &number, true);
        let all = own(&pass).whistles;
        assert_eq!(all[0].view.again.as_deref(), Some(number.as_str()));
        let (from, to) = (clock.now().plus_us(-90 * US_PER_DAY), clock.now().plus_us(1));
        let (line, parts) = app.companies.whistle_figures(boss.clone(), from, to).wait().unwrap();
        assert_eq!((line.matters, line.whistles, line.called, line.in_time), (1, 2, 2, 1));
        assert_eq!((line.said, line.solved, line.again, line.contact_minutes), (1, 1, 1, 60));
        let units = &parts.iter().find(|p| p.0 == By::Unit).unwrap().1;
        assert_eq!(units.iter().map(|l| (l.called, l.in_time)).collect::<Vec<_>>(), [(1, 0), (1, 1)]);
        for (by, lines) in &parts {
            for l in lines {
                let found =
                    app.companies.whistles(boss.clone(), from, to, Some((*by, l.key.clone())), None).wait();
                assert_eq!(found.unwrap().len(), l.whistles, "every figure opens its list");
            }
        }
        // The confidential way: who answers does not learn who blew.
        do_(app, boss.clone(), &second, Command::Dispatch { unit: UnitId(3), note: String::new() }).unwrap();
        let case = app.cases.case(boss.clone(), second).wait().unwrap().case.id;
        let seen = |who: Actor| app.companies.whistle_of_case(who, case).wait().unwrap().unwrap().company;
        assert_eq!(seen(handler(3)), None);
        assert!(seen(boss).is_some());
        let file = app.companies.company(handler(3), CODE.into()).wait().unwrap();
        assert_eq!(file.whistles.len(), 1, "nor from the file of the company");
        let blown = |lines: &[company_acts::EventLine]| lines.iter().filter(|l| l.act == "whistle").count();
        assert_eq!(blown(&file.lines), 1, "nor from when something happened to it");
        assert_eq!(blown(&own(&pass).view.lines), 2, "the company sees both");
        let whistle = app.companies.whistle_of_case(handler(3), case).wait().unwrap().unwrap();
        assert_eq!((whistle.again, whistle.matter), (None, case), "nor from what it goes on with");
    });
}

#[test]
fn what_is_late_beside_the_clock_is_told_once_to_who_owes_it() {
    city(|app, clock| {
        let clerk = who(Role::Clerk, 2);
        app.companies.put(clerk.clone(), new(CODE), None).wait().unwrap();
        let pass = app.companies.print_code(clerk, CODE.into(), "当面".into()).wait().unwrap();
        let number = blown(app, &pass, "", false);
        let boss = coordinator();
        do_(app, boss.clone(), &number, Command::Dispatch { unit: UnitId(3), note: String::new() }).unwrap();
        let late = |unit: i64| {
            let who = Actor { unit: Some(UnitId(unit)), ..handler(unit) };
            let all = app.city.messages(&who).wait().unwrap();
            all.into_iter().filter(|m| m.words.contains("至今没有")).map(|m| m.words).collect::<Vec<_>>()
        };
        app.companies.moments().unwrap();
        assert!(late(3).is_empty(), "nothing is late yet");
        clock.move_us(3 * US_PER_HOUR);
        for _ in 0..3 {
            app.companies.moments().unwrap();
            clock.move_us(6 * 60_000_000);
        }
        // It is read when the office is open again.
        clock.move_us(4 * US_PER_HOUR);
        let told = late(3);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("报到联系"), "{told:?}");
        // A day later the company still heard nothing, and then it did.
        clock.move_us(2 * US_PER_DAY);
        app.companies.moments().unwrap();
        clock.move_us(US_PER_DAY);
        app.companies.moments().unwrap();
        assert_eq!(late(3).len(), 2, "{:?}", late(3));
        let (from, to) = (clock.now().plus_us(-90 * US_PER_DAY), clock.now().plus_us(1));
        let (line, parts) = app.companies.whistle_figures(boss.clone(), from, to).wait().unwrap();
        assert_eq!((line.called, line.in_time, line.feedbacks, line.feedback_in_time), (1, 0, 1, 0));
        for (by, lines) in &parts {
            for l in lines {
                for (what, n) in
                    [(What::Arrivals, 1), (What::Feedback, 1), (What::Assist, 0), (What::Unsolved, 0)]
                {
                    let only = Some((*by, l.key.clone()));
                    let found =
                        app.companies.whistles(boss.clone(), from, to, only, Some(what)).wait().unwrap();
                    assert_eq!(found.len(), n, "{by:?} {what:?}");
                }
            }
        }
    });
}

const POLICIES: &str = include_str!("../../../../data/policies/city.json");

#[test]
fn policies_are_released_by_a_second_person_and_a_company_reads_what_it_may_have() {
    city(|app, _| {
        let (one, two) = (coordinator(), who(Role::Supervisor, 1));
        let propose =
            |text: &str| app.companies.propose_policies(one.clone(), text.to_owned(), "上新".into()).wait();
        for bad in ["", "[]", "{\"items\": [{\"code\": \"a\", \"amount\": {\"expr\": \"1 +\"}}]}"] {
            assert!(matches!(propose(bad), Err(Error::Invalid { field, .. }) if field == "book"), "{bad}");
        }
        let long = propose(&"长".repeat(900_001));
        assert!(matches!(long, Err(Error::Invalid { said, .. }) if said.zh.contains("超过")));
        let ver = propose(POLICIES).unwrap();
        assert!(app.companies.release_policies(one.clone(), ver).wait().is_err(), "not the same person");
        assert!(app.companies.release_policies(handler(2), ver).wait().is_err(), "nor anybody");
        assert!(app.companies.release_policies(two.clone(), ver + 1).wait().is_err(), "as it was looked at");
        app.companies.put(who(Role::Clerk, 2), new(CODE), None).wait().unwrap();
        let pass = app.companies.print_code(who(Role::Clerk, 2), CODE.into(), "当面".into()).wait().unwrap();
        let own = || app.companies.follow(None, CODE.into(), pass.clone()).wait().unwrap().view;
        assert!(own().pack.is_none(), "what is only proposed is nobody's");
        app.companies.release_policies(two.clone(), ver).wait().unwrap();
        let kitchen = app.companies.kitchen(two).wait().unwrap();
        assert!(kitchen.draft.is_none() && kitchen.released.unwrap().items.len() == 42);
        // Nothing is known: what hangs on it is unknown, and the questions come in an order.
        let before = own().pack.unwrap();
        assert!(!before.pack.unknown.is_empty() && !before.asks.is_empty(), "{}", before.pack.said);
        let say = |facts: &[(&str, &str)]| {
            let facts = facts.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect();
            app.companies.say_facts(None, CODE.into(), pass.clone(), facts).wait()
        };
        let wrong = say(&[("insured@Y-1", "许多")]);
        assert!(
            matches!(wrong, Err(Error::Invalid { field, .. }) if field == "facts"),
            "refused, not dropped"
        );
        say(&[
            ("insured@Y-1", "20"),
            ("claimants@Y-1", "1"),
            ("paid_months@Y-1", "12"),
            ("unemployment_paid@Y-1", "10000"),
            ("dispatch", "否"),
        ])
        .unwrap();
        let after = own().pack.unwrap();
        let of = |code: &str| after.pack.answers.iter().find(|a| a.item == code).unwrap();
        // 1 of 20 is 5 %; nobody has said yet whether it is seriously dishonest, and a company is not asked that.
        assert_eq!(of("wengang-sme").verdict, Truth::Unknown);
        assert_eq!(of("wengang-large").verdict, Truth::Unmet, "the file says that it is small");
        assert!(after.asks.iter().all(|a| a.field != "serious_dishonest"));
        assert!(after.pack.unknown.len() < before.pack.unknown.len(), "knowing more settles more");
        let register =
            vec![serde_json::json!({"field": "serious_dishonest", "value": false, "source": "信用中国"})];
        let known = Incoming { row: 1, new: new(CODE), facts: register };
        app.companies.import(Actor::system(), vec![known]).wait().unwrap();
        let after = own().pack.unwrap();
        let got = after.pack.met.iter().find(|g| g.item == "wengang-sme").unwrap();
        assert_eq!(got.amount.unwrap().to_string(), "6000", "60 % of what was paid");
        // The replay says what a change costs before anybody is paid.
        let more = POLICIES.replace("\"小型\": \"60%\"", "\"小型\": \"70%\"");
        propose(&more).unwrap();
        let replay = app.companies.replay_policies(one.clone()).wait().unwrap();
        let (_, r) = replay.iter().find(|r| r.1.item == "wengang-sme").unwrap();
        assert_eq!((r.all.met, r.gain, r.all.cost.to_string()), (1, 1, "7000".to_owned()));
        assert!(r.fund.as_ref().unwrap().2, "the fund suffices");
        let still = own().pack.unwrap();
        let got = still.pack.met.iter().find(|g| g.item == "wengang-sme").unwrap();
        assert_eq!(got.amount.unwrap().to_string(), "6000", "a draft changes nothing");
    });
}
