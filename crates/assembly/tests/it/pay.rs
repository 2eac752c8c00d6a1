//! 资金、兑付与免申即享 on both engines: a fund is never overspent and nobody is paid twice, whoever does what at once.

use company::batch::{Decision, Standing};
use company::claim::ClaimState;
use company_acts::{ClaimDoing, ClaimsAsked, Incoming, NewCompany, NewFund, NewTalk, NewWhistle};
use kernel::{Actor, Role, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::{Command, Solved, StageKind};
use serde_json::json;

use super::{city, coordinator, handler, who};

const BOOK: &str = r#"{
  "fields": [{"key": "insured", "name": "参保人数", "unit": "人", "type": "number", "source": "社保"}],
  "funds": [{"code": "f", "name": "稳岗资金", "balance": "1000"}],
  "items": [
    {"code": "a", "name": "扩岗补助", "policy": "临政〔2026〕1号", "clause": "第二条", "from": "2026-01-01", "to": "2026-12-31",
     "group": "稳岗", "fund": "f", "office": "市监局", "pay_days": 10,
     "conditions": [{"field": "insured", "op": ">=", "value": 2, "text": "参保不少于2人"}],
     "amount": {"expr": "insured * 50", "cap": 500}},
    {"code": "b", "name": "留工补助", "policy": "临政〔2026〕1号", "clause": "第三条", "from": "2026-01-01", "to": "2026-12-31",
     "group": "稳岗", "fund": "f", "office": "市监局", "pay_days": 10,
     "conditions": [{"field": "insured", "op": ">=", "value": 1, "text": "参保不少于1人"}], "amount": "30"},
    {"code": "c", "name": "稳岗返还", "policy": "临政〔2026〕1号", "clause": "第四条", "from": "2026-01-01", "to": "2026-12-31",
     "way": "免申即享", "fund": "f", "office": "市监局", "pay_days": 30, "publicity_days": 5,
     "conditions": [{"field": "insured", "op": ">=", "value": 2, "text": "参保不少于2人"}], "amount": "insured * 10.005"}
  ]}"#;

/// A credit code with a right check character, of this number.
fn code(n: u32) -> String {
    const SET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91430600MA4{n:06}");
    let (mut sum, mut weight) = (0, 1);
    for c in body.bytes() {
        let v = SET.iter().position(|x| *x == c).unwrap();
        sum = (sum + v * weight) % 31;
        weight = weight * 3 % 31;
    }
    format!("{body}{}", SET[(31 - sum) % 31] as char)
}

/// Companies with what is known of them, the book in force, and the fund.
fn begin(app: &assembly::House, companies: u32, insured: u32, amount: &str) {
    let rows = (0..companies)
        .map(|n| Incoming {
            row: u64::from(n) + 1,
            new: NewCompany {
                code: code(n),
                name: format!("第{n}公司"),
                size: "小型".into(),
                ..NewCompany::default()
            },
            facts: vec![json!({"field": "insured", "value": insured, "source": "社保"})],
        })
        .collect();
    app.companies.import(Actor::system(), rows).wait().unwrap();
    let ver = app.companies.propose_policies(Actor::system(), BOOK.into(), "上新".into()).wait().unwrap();
    app.companies.release_policies(Actor::system(), ver).wait().unwrap();
    app.companies.put_fund(coordinator(), fund(amount), None).wait().unwrap();
}

fn fund(amount: &str) -> NewFund {
    NewFund {
        code: "f".into(),
        name: "稳岗资金".into(),
        source: "市级财政".into(),
        year: "2026".into(),
        unit: "市监局".into(),
        amount: amount.into(),
        why: "年初预算".into(),
    }
}

fn pass(app: &assembly::House, n: u32) -> String {
    app.companies.print_code(who(Role::Clerk, 1), code(n), "当面".into()).wait().unwrap()
}

fn account(app: &assembly::House, n: u32, number: &str) {
    let (pass, number) = (pass(app, n), number.to_owned());
    app.companies.set_account(None, code(n), pass, "农行临江支行".into(), number).wait().unwrap();
}

fn ask(app: &assembly::House, n: u32, item: &str) -> Result<String, city::Error> {
    app.companies.ask_as_company(None, code(n), pass(app, n), item.into()).wait()
}

fn second() -> Actor {
    who(Role::UnitAdmin, 2)
}

fn act(app: &assembly::House, who: Actor, number: &str, doing: ClaimDoing) -> Result<(), city::Error> {
    let ver = app.companies.claim(handler(2), number.into()).wait().unwrap().line.row.ver;
    app.companies.act_on_claim(who, number.into(), ver, doing).wait()
}

/// The application that a claim goes by.
fn application(app: &assembly::House, number: &str) -> String {
    app.companies.claim(handler(2), number.into()).wait().unwrap().line.row.application
}

fn decides(app: &assembly::House, number: &str, granted: bool) -> Result<(), city::Error> {
    use service::Command;
    let of = application(app, number);
    // Others may have accepted it meanwhile.
    drop(app.services.act(handler(2), of.clone(), Command::Accept {}, None).wait());
    let (task, reason) = ("decide".to_owned(), "经核对".to_owned());
    let remedy = if granted { String::new() } else { "可申请行政复议".to_owned() };
    let asked = Command::Decide { task, granted, reason, remedy };
    app.services.act(handler(2), of, asked, None).wait().map(drop)
}

/// 准予 in the application, which makes the payment one to be paid.
fn grant(app: &assembly::House, number: &str) -> Result<(), city::Error> {
    decides(app, number, true)
}

#[expect(clippy::needless_pass_by_value, reason = "what a use case answered ends here")]
fn said(e: city::Error) -> String {
    e.to_string()
}

#[test]
fn a_claim_is_asked_for_decided_paid_and_given_back() {
    city(|app, clock| {
        begin(app, 3, 4, "1000");
        assert!(said(ask(app, 0, "a").unwrap_err()).contains("收款账户"), "where to is needed first");
        account(app, 0, "6228 4804 0256 4890");
        let number = ask(app, 0, "a").unwrap();
        assert!(said(ask(app, 0, "a").unwrap_err()).contains(&number), "one a year");
        assert!(said(ask(app, 0, "b").unwrap_err()).contains(&number), "and one of what excludes each other");
        assert!(ask(app, 0, "none").is_err());
        let seen = app.companies.claim(handler(2), number.clone()).wait().unwrap();
        assert_eq!((seen.line.row.amount, seen.line.state), (20_000, ClaimState::Asked));
        assert!(seen.grounds.iter().any(|g| g.text == "参保不少于2人") && seen.account.ends_with("****4890"));
        assert!(app.companies.claim(handler(3), number.clone()).wait().is_err(), "another unit's");
        let approve = ClaimDoing::Approve(20_000);
        assert!(act(app, coordinator(), &number, approve.clone()).is_err(), "the unit decides");
        let there = said(act(app, handler(2), &number, approve.clone()).unwrap_err());
        assert!(there.contains(&application(app, &number)), "it is decided in its application: {there}");
        let late = app.companies.act_on_claim(handler(2), number.clone(), 9, approve).wait();
        assert!(matches!(late, Err(city::Error::Changed(_))), "as it was looked at");
        grant(app, &number).unwrap();
        assert!(grant(app, &number).is_err(), "once");
        let money = app.companies.fund(handler(2), "f".into()).wait().unwrap().money;
        assert_eq!((money.reserved, money.paid, money.left()), (20_000, 0, 80_000));
        // The account in full is shown to who pays, on record.
        assert!(app.companies.show_account(handler(2), number.clone(), " ".into()).wait().is_err());
        let whole = app.companies.show_account(handler(2), number.clone(), "转账".into()).wait().unwrap();
        assert_eq!(whole.number, "6228480402564890");
        let told = |words: &str| {
            app.companies.moments().unwrap();
            let all = app.city.messages(&handler(2)).wait().unwrap();
            all.iter().filter(|m| m.words.contains(words) && m.words.contains(&number)).count()
        };
        assert_eq!((told("兑付将到期限"), told("兑付已过期限")), (0, 0));
        clock.move_us(20 * US_PER_DAY);
        assert_eq!(
            (told("兑付已过期限"), told("兑付已过期限")),
            (0, 0),
            "to be read when the office is open"
        );
        clock.move_us(4 * US_PER_DAY);
        assert_eq!((told("兑付已过期限"), told("兑付已过期限")), (1, 1), "late is told once");
        let late = ClaimsAsked { late: true, ..ClaimsAsked::default() };
        assert_eq!(app.companies.claims(handler(2), late.clone()).wait().unwrap().lines.len(), 1);
        assert_eq!(app.companies.fund(handler(2), "f".into()).wait().unwrap().late, 1);
        assert!(
            said(act(app, handler(2), &number, ClaimDoing::Pay("凭1".into())).unwrap_err())
                .contains("另一人")
        );
        act(app, second(), &number, ClaimDoing::Pay("凭1".into())).unwrap();
        assert!(act(app, second(), &number, ClaimDoing::Pay("凭2".into())).is_err(), "never twice");
        assert_eq!(app.companies.claims(handler(2), late).wait().unwrap().lines.len(), 0);
        // A receipt belongs to one payment of a fund.
        account(app, 1, "6228480402564891");
        let other = ask(app, 1, "b").unwrap();
        grant(app, &other).unwrap();
        assert!(
            said(act(app, second(), &other, ClaimDoing::Pay("凭1".into())).unwrap_err()).contains("凭证")
        );
        // A fund is not taken from what is bound.
        let ver = app.companies.fund(coordinator(), "f".into()).wait().unwrap().row.ver;
        assert!(app.companies.put_fund(coordinator(), fund("229"), Some(ver)).wait().is_err());
        app.companies.put_fund(coordinator(), fund("230"), Some(ver)).wait().unwrap();
        account(app, 2, "6228480402564892");
        let none = ask(app, 2, "b").unwrap();
        assert!(
            said(grant(app, &none).unwrap_err()).contains("还差 30 元"),
            "never granted without the money"
        );
        // What came back is there again; and paid again only while it suffices.
        assert!(act(app, second(), &number, ClaimDoing::GiveBack(" ".into())).is_err(), "say why");
        act(app, second(), &number, ClaimDoing::GiveBack("账号有误，银行退票".into())).unwrap();
        grant(app, &none).unwrap();
        assert!(
            said(act(app, second(), &number, ClaimDoing::Again("改好了".into())).unwrap_err())
                .contains("余额不足")
        );
        act(app, handler(2), &other, ClaimDoing::Refuse("核实后不符".into())).unwrap();
        act(app, second(), &number, ClaimDoing::Again("改好了".into())).unwrap();
        let again = app.companies.claim(handler(2), number.clone()).wait().unwrap().line.row;
        assert!(again.account.is_empty() && again.digest.is_empty(), "the account is that of then");
        // Who approved it does not pay it, also the second time.
        let own = act(app, handler(2), &number, ClaimDoing::Pay("凭9".into())).unwrap_err();
        assert!(said(own).contains("另一人"));
        act(app, second(), &number, ClaimDoing::Pay("凭9".into())).unwrap();
        let v = app.companies.claim(handler(2), number.clone()).wait().unwrap();
        assert_eq!(v.line.state, ClaimState::Paid);
        assert_eq!(
            v.lines.iter().rev().map(|l| l.act.as_str()).collect::<Vec<_>>(),
            ["ask", "approve", "show_account", "pay", "give_back", "again", "pay"]
        );
        // The company reads all of it on its own page, and takes back what nobody decided.
        let own = app.companies.follow(None, code(0), pass(app, 0)).wait().unwrap().view;
        assert_eq!(own.claims.len(), 1);
        let third = ask(app, 1, "a").unwrap();
        assert!(app.companies.withdraw_claim(None, code(0), pass(app, 0), third.clone()).wait().is_err());
        app.companies.withdraw_claim(None, code(1), pass(app, 1), third).wait().unwrap();
    });
}

#[test]
fn a_payment_and_its_application_are_one_thing_whichever_side_moves() {
    use service::{Command, StageKind};
    city(|app, _| {
        begin(app, 5, 2, "1000");
        let state = |number: &str| app.companies.claim(handler(2), number.into()).wait().unwrap().line.state;
        let stage = |number: &str| {
            let of = application(app, number);
            app.services.application(handler(2), of).wait().unwrap().0.application.stage
        };
        for n in 0..5 {
            account(app, n, &format!("62284804025600{n:02}"));
        }
        let asked: Vec<String> = (0..5).map(|n| ask(app, n, "a").unwrap()).collect();
        // What is held is on the form: nobody types it again.
        let of = application(app, &asked[0]);
        let (view, _) = app.services.application(handler(2), of).wait().unwrap();
        let on_form: Vec<&String> = view.values.values().collect();
        for held in ["第***", &code(0), &asked[0], "100"] {
            assert!(on_form.iter().any(|v| *v == held), "{held}: {on_form:?}");
        }
        assert!(view.values.values().any(|v| v.starts_with("符合：")), "the sentences stand there");
        assert!(view.clock.is_some(), "the clock is that of the application");
        // The company withdraws on its own page, or on that of the application.
        app.companies.withdraw_claim(None, code(0), pass(app, 0), asked[0].clone()).wait().unwrap();
        assert_eq!((state(&asked[0]), stage(&asked[0])), (ClaimState::Withdrawn, StageKind::Withdrawn));
        let own = app.companies.follow(None, code(1), pass(app, 1)).wait().unwrap().view.claims.remove(0);
        let withdraw = Command::Withdraw { reason: String::new() };
        let of = own.row.application.clone();
        app.services.act_by_code(of, own.application_code, withdraw).wait().unwrap();
        assert_eq!(state(&asked[1]), ClaimState::Withdrawn);
        // Not granted is not paid, with the reason that was given there.
        decides(app, &asked[2], false).unwrap();
        let line = app.companies.claim(handler(2), asked[2].clone()).wait().unwrap().line;
        assert_eq!((line.state, line.row.reason.as_str()), (ClaimState::Refused, "经核对"));
        // What is known changed: it is reckoned again before it is granted.
        let new = NewCompany { code: code(3), name: "第3公司".into(), ..NewCompany::default() };
        let facts = vec![json!({"field": "insured", "value": 3, "source": "社保"})];
        app.companies.import(Actor::system(), vec![Incoming { row: 1, new, facts }]).wait().unwrap();
        assert!(said(grant(app, &asked[3]).unwrap_err()).contains("重新核算"));
        act(app, handler(2), &asked[3], ClaimDoing::Recount).unwrap();
        grant(app, &asked[3]).unwrap();
        let line = app.companies.claim(handler(2), asked[3].clone()).wait().unwrap().line;
        assert_eq!((line.state, line.row.amount), (ClaimState::Approved, 15_000));
        // What was asked for before claims went by applications is decided as it was.
        let old = app.companies.claim(handler(2), asked[0].clone()).wait().unwrap().line.row;
        app.city
            .store()
            .write(move |tx| {
                let (id, n) = store::claims::take_ids(tx, 2025, 1)?;
                let (number, state) = (format!("旧-{n}"), "asked".to_owned());
                let row = store::claims::ClaimRow {
                    id,
                    number,
                    ver: 1,
                    state,
                    application: String::new(),
                    ..old.clone()
                };
                let home: kernel::RegionCode = "430600".parse().unwrap();
                let permit =
                    access::decide(&Actor::system(), access::op::WriteCompany, access::Region(&home))
                        .unwrap();
                store::claims::put(tx, &permit, &row, "ask", "{}")
            })
            .unwrap();
        act(app, handler(2), "旧-1", ClaimDoing::Approve(10_000)).unwrap();
        assert_eq!(state("旧-1"), ClaimState::Approved);
    });
}

#[test]
fn a_service_is_ordered_taken_done_and_rated_and_its_figures_follow() {
    use company::aid::OrderAct;
    use company_acts::{NewAid, OrdersAsked};
    city(|app, clock| {
        begin(app, 2, 2, "1000");
        let new = NewAid {
            name: "专利申请辅导".into(),
            kind: "patent".into(),
            unit: "市监局".into(),
            about: "为小微企业辅导专利申请".into(),
            price: "免费".into(),
            days: "5".into(),
            offered: true,
            ..NewAid::default()
        };
        let put = |who, new, ver| app.companies.put_aid(who, new, ver).wait();
        assert!(put(handler(2), new.clone(), None).is_err(), "the catalogue is the coordinator's");
        assert!(put(coordinator(), NewAid { days: "0".into(), ..new.clone() }, None).is_err());
        let aid = put(coordinator(), new.clone(), None).unwrap();
        let order = |n: u32, words: &str| {
            app.companies.order_as_company(None, code(n), pass(app, n), aid.clone(), words.into()).wait()
        };
        assert!(order(0, " ").is_err(), "say what is wanted");
        let number = order(0, "想申请一项实用新型专利").unwrap();
        assert!(said(order(0, "再来").unwrap_err()).contains(&number), "one at a time");
        let view = || app.companies.order(handler(2), number.clone()).wait().unwrap();
        assert!(app.companies.order(handler(3), number.clone()).wait().is_err(), "another unit's");
        let does = |act, said: &str| {
            let ver = view().row.ver;
            app.companies.act_on_order(handler(2), number.clone(), ver, act, said.into()).wait()
        };
        assert!(does(OrderAct::Finish, "好").is_err(), "nobody took it");
        assert!(does(OrderAct::Cancel, "").is_err(), "the company's alone");
        does(OrderAct::Take, "").unwrap();
        clock.move_us(10 * US_PER_DAY);
        assert!(view().late);
        let late = OrdersAsked { late: true, ..OrdersAsked::default() };
        assert_eq!(app.companies.orders(handler(2), late).wait().unwrap().0.len(), 1);
        // A number is as long as the list that it opens, for whoever reads it.
        for who in [handler(2), handler(3), coordinator()] {
            for (state, n) in app.companies.aids(who.clone()).wait().unwrap()[0].counts.clone() {
                let of = OrdersAsked { aid: aid.clone(), state: Some(state), ..OrdersAsked::default() };
                let (list, next) = app.companies.orders(who.clone(), of).wait().unwrap();
                assert_eq!((list.len() as i64, next), (n, 0), "{who:?} {state:?}");
            }
        }
        assert!(does(OrderAct::Finish, " ").is_err(), "say what came of it");
        does(OrderAct::Finish, "已完成检索并提交申请").unwrap();
        assert!(!view().late && view().level.is_none());
        // It is rated as every service is.
        let own = |n| app.companies.follow(None, code(n), pass(app, n)).wait().unwrap().view;
        let token = own(0).orders[0].token.clone();
        let rating = supervise_acts::NewRating {
            level: supervise::Level::Satisfied,
            channel: supervise::RateChannel::Qr,
            reasons: Vec::new(),
            words: String::new(),
            device: String::new(),
            phone: String::new(),
        };
        app.supervision.rate(None, token, rating).wait().unwrap();
        assert_eq!(own(0).orders[0].level, Some(4));
        let all = app.companies.aids(coordinator()).wait().unwrap();
        assert_eq!((all[0].rated, all[0].tenths), (1, 40));
        // Stopped, it is ordered no more; what was ordered stays.
        put(coordinator(), NewAid { code: aid.clone(), offered: false, ..new }, Some(1)).unwrap();
        assert!(order(1, "也要").is_err() && own(1).aids.is_empty());
        assert_eq!(own(0).orders.len(), 1);
    });
}

#[test]
fn many_clerks_at_once_never_overspend_a_fund_nor_pay_twice() {
    const CLERKS: usize = 8;
    city(|app, _| {
        begin(app, 30, 2, "1000");
        let numbers: Vec<String> = (0..30)
            .map(|n| {
                account(app, n, &format!("62284804025600{n:02}"));
                ask(app, n, "a").unwrap()
            })
            .collect();
        // Each is 100 yuan: ten of thirty have room. Eight clerks try all of them, each from another end.
        std::thread::scope(|s| {
            for clerk in 0..CLERKS {
                let (app, numbers) = (app.clone(), &numbers);
                s.spawn(move || {
                    for i in 0..numbers.len() {
                        let number = &numbers[(i + clerk * 4) % numbers.len()];
                        drop(grant(&app, number));
                        let money = app.companies.fund(handler(2), "f".into()).wait().unwrap().money;
                        assert!(money.left() >= 0, "{money:?}");
                    }
                });
            }
        });
        let money = app.companies.fund(handler(2), "f".into()).wait().unwrap().money;
        assert_eq!((money.reserved, money.left(), money.asked), (100_000, 0, 200_000));
        let paid = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|s| {
            for clerk in 0..CLERKS {
                let (app, numbers, paid) = (app.clone(), &numbers, &paid);
                s.spawn(move || {
                    for number in numbers {
                        let doing = ClaimDoing::Pay(format!("{clerk}-{number}"));
                        if app.companies.act_on_claim(second(), number.clone(), 2, doing).wait().is_ok() {
                            paid.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(paid.load(std::sync::atomic::Ordering::Relaxed), 10);
        let money = app.companies.fund(handler(2), "f".into()).wait().unwrap().money;
        assert_eq!((money.paid, money.reserved, money.left()), (100_000, 0, 0));
        // Two windows ask for one company at the same time: one of them has it.
        let clerk = who(Role::Clerk, 1);
        begin_one(app);
        let got: Vec<bool> = std::thread::scope(|s| {
            let all: Vec<_> = ["a", "b", "a", "b"]
                .map(|item| {
                    let (app, clerk) = (app.clone(), clerk.clone());
                    s.spawn(move || app.companies.ask_for(clerk, code(77), item.into()).wait().is_ok())
                })
                .into_iter()
                .collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(got.iter().filter(|g| **g).count(), 1);
    });
}

fn begin_one(app: &assembly::House) {
    let new = NewCompany { code: code(77), name: "后来公司".into(), ..NewCompany::default() };
    let facts = vec![json!({"field": "insured", "value": 2, "source": "社保"})];
    app.companies.import(Actor::system(), vec![Incoming { row: 1, new, facts }]).wait().unwrap();
    account(app, 77, "6228480402567777");
}

#[test]
fn a_list_is_drawn_shown_objected_to_approved_paid_and_says_the_same_again() {
    city(|app, clock| {
        begin(app, 6, 2, "1000");
        for (n, number) in
            [(0, "62284800"), (1, "62284801"), (2, "62284802"), (3, "62284802"), (4, "62284804")]
        {
            account(app, n, number);
        }
        assert!(app.companies.draw_up(handler(2), "a".into()).wait().is_err(), "that one is applied for");
        let drawn = app.companies.draw_up(handler(2), "c".into()).wait().unwrap();
        let number = app.companies.keep_batch(handler(2), drawn.clone()).wait().unwrap();
        assert!(said(app.companies.keep_batch(handler(2), drawn).wait().unwrap_err()).contains(&number));
        let view = || app.companies.batch(handler(2), number.clone()).wait().unwrap();
        let ver = || view().row.ver;
        let of = |n: u32| view().lines.into_iter().find(|l| l.row.code == code(n)).unwrap();
        assert_eq!((view().due, view().sum), (3, 3 * 2_001), "20.01 yuan each, by the formula");
        assert_eq!((of(2).standing, of(3).standing), (Standing::SameAccount, Standing::SameAccount));
        assert_eq!(of(5).standing, Standing::NoAccount);
        assert!(of(0).grounds.iter().any(|g| g.text == "参保不少于2人"), "which sentence");
        // A person finds out whose the account is.
        let settle = |n, due| {
            app.companies
                .settle_line(handler(2), number.clone(), ver(), code(n), due, "核实为总分公司".into())
                .wait()
        };
        settle(2, true).unwrap();
        assert!(settle(5, true).is_err(), "without an account nobody is paid");
        let show = || app.companies.show_batch(handler(2), number.clone(), ver()).wait();
        assert!(
            app.companies.approve_batch(second(), number.clone(), ver()).wait().is_err(),
            "not shown yet"
        );
        show().unwrap();
        assert!(show().is_err());
        let public = app.companies.publicity().wait().unwrap();
        assert_eq!((public.len(), public[0].lines.len()), (1, 4));
        // Objections: one holds, one does not.
        let object = |n, about: &str| {
            app.companies
                .object_as_company(
                    None,
                    code(n),
                    pass(app, n),
                    number.clone(),
                    about.into(),
                    "不符合条件".into(),
                )
                .wait()
        };
        object(5, &code(1)).unwrap();
        app.companies.take_objection(handler(2), number.clone(), code(4), "来电反映".into()).wait().unwrap();
        let approve = |who| app.companies.approve_batch(who, number.clone(), ver()).wait();
        assert!(said(approve(second()).unwrap_err()).contains("公示到"));
        clock.move_us(10 * US_PER_DAY);
        assert!(object(5, "").is_err(), "the days are over");
        assert!(said(approve(second()).unwrap_err()).contains("2 条异议"));
        for (o, decision) in view().objections.into_iter().zip([Decision::Upheld, Decision::Rejected]) {
            app.companies
                .decide_objection(second(), number.clone(), o.row.id, decision, "已核实".into())
                .wait()
                .unwrap();
        }
        assert_eq!(of(1).standing, Standing::Out);
        assert!(approve(handler(2)).is_err(), "a handler does not approve");
        assert_eq!(approve(second()).unwrap(), 3);
        assert!(approve(second()).is_err(), "once");
        let (paid, left) =
            app.companies.pay_batch(handler(2), number.clone(), "批20260312".into()).wait().unwrap();
        assert_eq!((paid, left.len()), (3, 0));
        assert_eq!(app.companies.pay_batch(handler(2), number.clone(), "再".into()).wait().unwrap().0, 0);
        let money = app.companies.fund(handler(2), "f".into()).wait().unwrap().money;
        assert_eq!((money.paid, money.reserved), (3 * 2_001, 0));
        // The same again says the same, and pays nobody twice.
        let again = app.companies.rerun_batch(handler(2), number.clone()).wait().unwrap();
        assert!(again.same && again.differs.is_empty(), "{again:?}");
        let drawn = app.companies.draw_up(handler(2), "c".into()).wait().unwrap();
        let next = app.companies.keep_batch(handler(2), drawn).wait().unwrap();
        let next = app.companies.batch(handler(2), next).wait().unwrap();
        let had = next.lines.iter().filter(|l| l.standing == Standing::Had).count();
        assert_eq!(had, 3);
        assert!(next.lines.iter().all(|l| l.standing != Standing::Due || l.row.code == code(1)));
        // What is known changed: the list says what differs.
        let new = NewCompany { code: code(0), name: "第0公司".into(), ..NewCompany::default() };
        let facts = vec![json!({"field": "insured", "value": 3, "source": "社保"})];
        app.companies.import(Actor::system(), vec![Incoming { row: 1, new, facts }]).wait().unwrap();
        let again = app.companies.rerun_batch(handler(2), number.clone()).wait().unwrap();
        assert_eq!(again.differs, [(code(0), Some(2_001), Some(3_002))]);
    });
}

#[test]
fn an_item_is_changed_as_a_form_and_the_book_as_a_workbook() {
    city(|app, _| {
        let (one, two) = (coordinator(), who(Role::Analyst, 1));
        begin(app, 0, 1, "1000");
        let of = ("b".to_owned(), "2026-01-01".to_owned());
        let form = || app.companies.item_form(one.clone(), of.clone()).wait().unwrap();
        let put =
            |form, why: &str| app.companies.put_item(one.clone(), Some(of.clone()), form, why.into()).wait();
        let mut changed = form();
        assert_eq!(
            (changed.cells[0].as_str(), changed.conditions[0][2].as_str()),
            ("b", "参保人数"),
            "as people call it"
        );
        changed.cells[14] = "40".into();
        changed.conditions.push(["2", "满足其一", "", "", "", "", "", ""].map(str::to_owned).to_vec());
        changed.conditions.push(
            ["2.1", "条件", "size", "", "属于", "小型、微型", "", "小微企业"].map(str::to_owned).to_vec(),
        );
        assert!(put(changed.clone(), " ").is_err(), "say why");
        let mut wrong = changed.clone();
        wrong.cells[14] = "40 +".into();
        assert!(matches!(put(wrong, "改"), Err(city::Error::Invalid { .. })), "a formula that is none");
        put(changed.clone(), "提高").unwrap();
        let kitchen = app.companies.kitchen(one.clone()).wait().unwrap();
        let draft = kitchen.draft.clone().unwrap();
        assert_eq!(kitchen.changes().map(|c| c.len()), [0, 1, 0], "one item is changed, the others stand");
        let b = draft.items.iter().find(|i| i.code == "b").unwrap();
        assert_eq!((b.amount.as_str(), b.conditions.len()), ("40", 3));
        assert!(put(changed, "再").is_err(), "the draft that was looked at is no longer the newest");
        let mut late = form();
        late.cells[1] = "别名".into();
        let other = app.companies.put_item(two.clone(), Some(of.clone()), late, "改名".into()).wait();
        assert!(other.is_err(), "another person's draft is not taken over");
        // A new one, and one out.
        let mut new = form();
        new.cells[0] = "d".into();
        app.companies.put_item(one.clone(), None, new.clone(), "新增".into()).wait().unwrap();
        new.draft = form().draft;
        assert!(app.companies.put_item(one.clone(), None, new, "新增".into()).wait().is_err(), "it is there");
        let draft = form().draft;
        app.companies
            .drop_item(one.clone(), ("a".into(), "2026-01-01".into()), draft, "停".into())
            .wait()
            .unwrap();
        let kitchen = app.companies.kitchen(one.clone()).wait().unwrap();
        assert_eq!(kitchen.changes().map(|c| c.len()), [1, 1, 1]);
        // What the workbook says is what the book says.
        let sheets = app.companies.book_sheets(one.clone()).wait().unwrap();
        let again = company::policy::sheets::from_sheets(&sheets).unwrap().to_string();
        app.companies.propose_policies(one.clone(), again, "传回".into()).wait().unwrap();
        let same = app.companies.kitchen(one.clone()).wait().unwrap();
        assert_eq!(same.draft.unwrap().items, kitchen.draft.unwrap().items);
    });
}

#[test]
fn a_promise_of_a_talk_is_a_case_the_same_day_and_is_followed_until_the_company_agrees() {
    city(|app, clock| {
        begin(app, 2, 1, "1000");
        let boss = coordinator();
        let new = NewTalk {
            kind: "talk".into(),
            title: "用工恳谈会".into(),
            place: "三楼会议室".into(),
            at: Some(clock.now().plus_us(US_PER_HOUR)),
            agenda: "一、用工；二、用电".into(),
            codes: vec![code(0), code(1), code(0)],
        };
        let plan = |new: NewTalk| app.companies.plan_talk(boss.clone(), new, None).wait();
        assert!(plan(NewTalk { codes: vec!["X".into()], ..new.clone() }).is_err(), "who is not on file");
        assert!(app.companies.plan_talk(handler(2), new.clone(), None).wait().is_err());
        let number = plan(new).unwrap();
        let view = || app.companies.talk(handler(2), number.clone()).wait().unwrap();
        assert_eq!(view().companies.len(), 2, "each once");
        let own = || app.companies.follow(None, code(0), pass(app, 0)).wait().unwrap();
        assert_eq!(own().view.talks[0].title, "用工恳谈会", "it reads that it is invited");
        let hold = |minutes: &str| {
            let ver = view().row.ver;
            app.companies.hold_talk(boss.clone(), number.clone(), ver, minutes.into(), vec![code(0)]).wait()
        };
        let promise = |n: u32, unit: &str, set: &str| {
            let words = "下月前开通产业园公交".to_owned();
            let new = NewWhistle { set: set.into(), words, ..NewWhistle::default() };
            let ver = view().row.ver;
            app.companies.promise(boss.clone(), number.clone(), ver, code(n), unit.into(), new).wait()
        };
        assert!(hold("纪要").is_err(), "it has not begun");
        assert!(promise(0, "市监局", "2115").is_err(), "nothing was promised yet");
        clock.move_us(2 * US_PER_HOUR);
        hold("企业反映公交不便；市监局承诺协调").unwrap();
        assert_eq!(view().companies.iter().map(|c| c.1).collect::<Vec<_>>(), [true, false]);
        for (unit, set) in [("没有这个单位", "2115"), ("市监局", "没有")] {
            assert!(promise(0, unit, set).is_err(), "an owner and a limit are needed");
        }
        assert!(view().promises.is_empty(), "what was refused left nothing");
        let case = promise(0, "市监局", "2115").unwrap();
        let p = view().promises.remove(0);
        assert_eq!((p.whistle.stage, p.late, p.row.unit), (StageKind::Dispatched, false, UnitId(2)));
        assert!(p.whistle.due.is_some(), "with a limit");
        // It is followed on the page of the company, like all that it whistles for.
        let reply = Command::Reply { text: "已开通".into(), basis: String::new() };
        app.cases.act(handler(2), case.clone(), Command::Take {}, None).wait().unwrap();
        app.cases.act(handler(2), case.clone(), reply, None).wait().unwrap();
        assert_eq!(view().agreed(), 0, "an answer alone is not enough");
        let whistle = own().whistles.remove(0);
        assert_eq!(whistle.view.number, case);
        let solved = Command::Callback { solved: Solved::Yes, satisfied: None, words: String::new() };
        app.cases.act_as_resident(None, case, whistle.code, solved).wait().unwrap();
        assert_eq!(view().agreed(), 1);
        // The next day is late, and said so.
        clock.move_us(US_PER_DAY);
        promise(1, "住建局", "3-7").unwrap();
        assert!(view().promises[1].late);
        let all = app.companies.talks(boss.clone(), clock.now().plus_us(-3 * US_PER_DAY), clock.now()).wait();
        assert_eq!(all.unwrap().len(), 1);
        let ver = view().row.ver;
        assert!(
            app.companies.call_off_talk(boss.clone(), number.clone(), ver, "改期".into()).wait().is_err()
        );
    });
}
