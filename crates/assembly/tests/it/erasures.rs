//! 涂去: three people, and afterwards nobody finds the person, while every chain and every row holds.

use assembly::House;
use city::Contact;
use kernel::{Actor, Role, StaffId};
use resolve::{Command, Registration, Satisfaction, Solved};
use resolve_acts::ErasureStep;

use super::{act, city, coordinator, handler, matter, to, who};

const SECRETS: [&str; 4] = ["王小二", "13800001234", "430101199003071230", "502室"];

fn person(n: i64) -> Actor {
    Actor { staff: Some(StaffId(n)), ..coordinator() }
}

fn lodged(app: &House) -> String {
    let words =
        "我叫王小二，电话13800001234，身份证430101199003071230，住3栋2单元502室。窗口推诿，王小二很着急。";
    let registration = Registration { words: words.into(), ..matter() };
    let contact = Contact { name: "王小二".into(), phone: "13800001234".into(), ..Contact::default() };
    app.cases.register(coordinator(), registration, contact).wait().unwrap().number
}

fn finish(app: &House, n: &str) {
    act(app, coordinator(), n, to(2)).unwrap();
    act(app, handler(2), n, Command::Take {}).unwrap();
    let text = "已电话告知王小二（13800001234）：材料齐全，可以办理。请拨打12345。".to_owned();
    act(app, handler(2), n, Command::Reply { text, basis: String::new() }).unwrap();
    let words = "谢谢，王小二".to_owned();
    let answer = Command::Callback { solved: Solved::Yes, satisfied: Some(Satisfaction::Satisfied), words };
    act(app, coordinator(), n, answer).unwrap();
    act(
        app,
        coordinator(),
        n,
        Command::Archive { summary: String::new(), cause: Some(resolve::Cause::Other) },
    )
    .unwrap();
}

fn raw(app: &House) -> String {
    let all = app.city.store().read(|rd| store::ledger_rows::events_after(rd, 0, 10_000)).unwrap();
    all.into_iter().map(|e| e.data).collect()
}

#[test]
fn an_erased_person_is_nowhere_and_the_record_holds() {
    city(|app, clock| {
        let n = lodged(app);
        assert!(
            app.cases.ask_erasure(person(1), n.clone(), "本人申请".into()).wait().is_err(),
            "not yet over"
        );
        finish(app, &n);
        while app.cases.read_on(10).unwrap() > 0 {}
        assert!(raw(app).contains("王小二"));
        assert!(
            app.cases.ask_erasure(handler(2), n.clone(), "本人申请".into()).wait().is_err(),
            "not theirs"
        );
        assert!(app.cases.ask_erasure(person(1), n.clone(), " ".into()).wait().is_err());
        let id = app.cases.ask_erasure(person(1), n.clone(), "本人书面申请".into()).wait().unwrap();
        assert!(
            app.cases.ask_erasure(person(2), n.clone(), "再申请".into()).wait().is_err(),
            "once at a time"
        );
        let step = |by: i64, what| app.cases.step_erasure(person(by), id, what).wait();
        assert!(step(1, ErasureStep::Check).is_err(), "not who asked");
        assert!(step(2, ErasureStep::Approve).is_err(), "checked first");
        step(2, ErasureStep::Check).unwrap();
        assert!(step(1, ErasureStep::Approve).is_err() && step(2, ErasureStep::Approve).is_err());
        step(3, ErasureStep::Approve).unwrap();
        assert!(step(4, ErasureStep::Approve).is_err(), "done");
        let after = raw(app);
        for secret in SECRETS {
            assert!(!after.contains(secret), "{secret}");
        }
        assert!(after.contains("12345") && after.contains("窗口推诿"), "what is nobody's stays");
        // The contact is gone for whoever may unmask, the case reads on, and its row is what the record says.
        let open_words = app.cases.unmask(coordinator(), n.clone(), "核实".into()).wait().unwrap();
        assert!(open_words.contact.is_empty());
        assert!(SECRETS.iter().all(|s| !format!("{:?}", open_words.events).contains(s)));
        while app.cases.read_on(10).unwrap() > 0 {}
        let query = store::cases::Query::of(store::cases::Scope::Region("4306".into()));
        let found = app.cases.search(coordinator(), "13800001234".into(), query, None).wait().unwrap();
        assert!(found.hits.iter().all(|h| h.view.case.number != n), "search has forgotten");
        let root = who(Role::SystemAdmin, 1);
        app.city.verify_record(&root).unwrap().expect("every chain and seal holds");
        clock.move_us(60_000_000);
        let told = app.cases.erasures(coordinator()).wait().unwrap();
        assert_eq!((told[0].state.as_str(), told[0].by.len()), ("done", 3));
        // Another node did it: the list of what is to be ended again after a restore is whole at this one too.
        let list = app.city.keys().join("erased.list");
        let noted = std::fs::read_to_string(&list).unwrap();
        std::fs::remove_file(&list).unwrap();
        for _ in 0..2 {
            assert_eq!(app.cases.erase_again().unwrap(), 0);
            assert_eq!(std::fs::read_to_string(&list).unwrap(), noted);
        }
    });
}
