//! 对外告知: people and systems are told in the transaction of the act; order, slow receivers, nights, what does not arrive.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use city::Outreach;
use kernel::US_PER_SECOND;
use outbox::{Gateway, MailServer, MailTls, Receiver, Topic, Way};
use resolve_acts::ErasureStep;
use testkit::{MailRules, Mailbox, Postbox};

use crate::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn admin() -> Actor {
    who(Role::SystemAdmin, 1)
}

fn reached() -> Contact {
    Contact { email: "wang@example.cn".into(), ..wang() }
}

/// Mail and short messages are set up; the mailbox is on this machine.
fn set_up(app: &House, mail: Option<&Mailbox>, sms: Option<&Postbox>) {
    let set = Outreach {
        base: "https://bc.example.cn".into(),
        mail_on: mail.is_some(),
        sms_on: sms.is_some(),
        allowed: "127.0.0.1".into(),
        ..Outreach::default()
    };
    let server = mail.map_or_else(MailServer::default, |m| MailServer {
        host: "localhost".into(),
        port: m.port,
        tls: MailTls::Starttls,
        from: "no-reply@example.cn".into(),
        trust: m.pem.clone(),
        ..MailServer::default()
    });
    let gateway = sms.map_or_else(Gateway::default, |s| Gateway {
        url: s.url.clone(),
        body: "{\"to\":\"{phone}\",\"n\":\"{number}\",\"s\":\"{stage}\",\"l\":\"{link}\"}".into(),
        ..Gateway::default()
    });
    app.outbox.set_ways(admin(), set, server, gateway).wait().unwrap();
}

fn hook(app: &House, to: &Postbox, name: &str) {
    let new = Receiver {
        way: Some(Way::Hook),
        name: name.into(),
        address: format!("{}/{name}", to.url),
        secret: "0123456789abcdef".into(),
        active: true,
        ..Receiver::default()
    };
    app.outbox.set_receiver(admin(), new).wait().unwrap();
}

fn lodge(app: &House, contact: &Contact) -> String {
    app.cases.register(coordinator(), matter(), contact.clone()).wait().unwrap().number
}

fn act(app: &House, number: &str, actor: Actor, asked: Command) {
    app.cases.act(actor, number.to_owned(), asked, None).wait().unwrap();
}

fn dispatch() -> Command {
    serde_json::from_value(serde_json::json!({ "act": "dispatch", "unit": 2 })).unwrap()
}

fn settle(app: &House) {
    assert!(app.outbox.settle(PATIENCE).unwrap(), "the outbox did not come to rest");
}

fn link_in(text: &str) -> (String, String) {
    let at = text.find("/see/c/").unwrap_or_else(|| panic!("no link: {text}"));
    let mut parts = text[at + 7..].split(['/', '\n', '"', '\r', ' ']);
    (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned())
}

#[test]
fn a_resident_is_told_at_each_stage_by_a_link_that_shows_and_never_acts() {
    city(|app, _| {
        let gateway = Postbox::start(|_, _| (200, "{}", Duration::ZERO));
        set_up(app, None, Some(&gateway));
        let number = lodge(app, &reached());
        act(app, &number, coordinator(), Command::Accept {});
        act(app, &number, coordinator(), dispatch());
        settle(app);
        let got: Vec<serde_json::Value> =
            gateway.got().iter().map(|p| serde_json::from_str(&p.body).unwrap()).collect();
        let stages: Vec<_> = got.iter().map(|g| g["s"].as_str().unwrap()).collect();
        assert_eq!(stages, ["已登记", "已受理", "已转办"]);
        assert!(got.iter().all(|g| g["to"] == "13800001234" && g["n"] == number.as_str()));

        let (of, token) = link_in(got[0]["l"].as_str().unwrap());
        let seen = app.cases.look(of.clone(), token.clone()).wait().unwrap();
        assert!(seen.view.acts.is_empty() && seen.view.contact.is_none());
        assert_eq!(seen.view.case.number, number);
        // It is not the code: nothing can be done by it.
        let acted = app.cases.act_as_resident(
            None,
            of.clone(),
            token.clone(),
            Command::AddWords { words: "x".into() },
        );
        assert!(matches!(acted.wait(), Err(Error::NotFound)));
        assert!(app.cases.look(of, "0000000000000000".into()).wait().is_err());
    });
}

#[test]
fn what_is_not_done_is_not_told_and_who_left_no_address_is_not_written_to() {
    city(|app, _| {
        let gateway = Postbox::start(|_, _| (200, "{}", Duration::ZERO));
        set_up(app, None, Some(&gateway));
        let number = lodge(app, &reached());
        lodge(app, &Contact { phone: "0730-8888123".into(), ..Contact::default() });
        lodge(app, &Contact::default());
        let refused = app.cases.act(handler(3), number.clone(), Command::Accept {}, None).wait();
        assert!(refused.is_err());
        settle(app);
        let got = gateway.got();
        assert!(got.len() == 1 && got[0].body.contains("已登记") && got[0].body.contains(&number), "{got:?}");
    });
}

#[test]
fn nobody_is_woken_and_who_has_unsubscribed_or_was_erased_is_not_told() {
    city(|app, clock| {
        let mailbox = Mailbox::start(MailRules::default());
        set_up(app, Some(&mailbox), None);
        clock.set("2026-03-02 22:30".parse().unwrap());
        let number = lodge(app, &reached());
        settle(app);
        assert!(mailbox.got().is_empty(), "it is night");
        clock.set("2026-03-03 08:00".parse().unwrap());
        settle(app);
        let got = mailbox.got();
        assert_eq!(got.len(), 1);
        assert!(got[0].secret && got[0].data.contains("/stop/"));
        // Delivered: the address is gone, what was told stays.
        let text =
            |sql: &'static str| app.city.store().read(|rd| rd.query(sql, &[], |r| r.string(0))).unwrap();
        assert_eq!(text("SELECT state FROM outbox WHERE address IS NULL AND filled = '{}'"), ["sent"]);

        let at = got[0].data.find("/stop/").unwrap();
        let hex: String = got[0].data[at + 6..].chars().take_while(char::is_ascii_hexdigit).collect();
        let who: Vec<u8> =
            (0..32).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        assert!(!app.outbox.stopped(who.clone()).wait().unwrap());
        app.outbox.set_stopped(who.clone(), true).wait().unwrap();
        act(app, &number, coordinator(), Command::Accept {});
        settle(app);
        assert_eq!(mailbox.got().len(), 1, "unsubscribed");
        app.outbox.set_stopped(who, false).wait().unwrap();
        act(app, &number, coordinator(), dispatch());
        settle(app);
        assert_eq!(mailbox.got().len(), 2);
        assert!(app.outbox.stopped(vec![7; 16]).wait().is_err(), "nobody of this digest was ever written to");
    });
}

#[test]
fn an_erased_reporter_is_forgotten_by_the_outbox_too() {
    city(|app, clock| {
        let mailbox = Mailbox::start(MailRules::default());
        let system = Postbox::start(|_, _| (200, "", Duration::ZERO));
        set_up(app, Some(&mailbox), None);
        hook(app, &system, "system");
        clock.set("2026-03-02 22:30".parse().unwrap());
        let number = lodge(app, &reached());
        let refuse = serde_json::json!({ "act": "answer_on_spot", "text": "请到税务局办理" });
        act(app, &number, coordinator(), serde_json::from_value(refuse).unwrap());
        act(
            app,
            &number,
            coordinator(),
            serde_json::from_value(serde_json::json!({"act": "archive", "cause": "other"})).unwrap(),
        );
        let by = |n: i64| Actor { staff: Some(StaffId(n)), ..coordinator() };
        let id = app.cases.ask_erasure(by(901), number, "本人申请".into()).wait().unwrap();
        app.cases.step_erasure(by(902), id, ErasureStep::Check).wait().unwrap();
        app.cases.step_erasure(by(903), id, ErasureStep::Approve).wait().unwrap();
        clock.set("2026-03-03 09:00".parse().unwrap());
        settle(app);
        assert!(mailbox.got().is_empty());
        assert_eq!(system.got().len(), 3, "what names nobody goes on");
        let left = app.city.store().read(|rd| {
            let sql = "SELECT count(*) FROM outbox WHERE address IS NOT NULL OR filled <> '{}'";
            rd.query_one(sql, &[], |r| r.i64(0))
        });
        assert_eq!(left.unwrap(), 0);
    });
}

#[test]
fn webhooks_keep_the_order_of_a_subject_through_failures_and_no_receiver_holds_up_another() {
    city(|app, clock| {
        // Fails every second time, is slow, is gone.
        let shaky =
            Postbox::start(
                |_, n| if n % 2 == 0 { (503, "", Duration::ZERO) } else { (200, "", Duration::ZERO) },
            );
        let slow = Postbox::start(|_, _| (200, "", Duration::from_millis(400)));
        let quick = Postbox::start(|_, _| (200, "", Duration::ZERO));
        set_up(app, None, None);
        for (to, name) in [(&shaky, "shaky"), (&slow, "slow"), (&quick, "quick")] {
            hook(app, to, name);
        }
        let begun = Instant::now();
        let numbers: Vec<String> = (0..12).map(|_| lodge(app, &wang())).collect();
        for number in &numbers {
            act(app, number, coordinator(), Command::Accept {});
        }
        app.outbox.work().unwrap();
        while quick.got().len() < 24 && begun.elapsed() < PATIENCE {
            app.outbox.work().unwrap();
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(slow.got().len() < 24, "the quick one did not wait for the slow one");
        for _ in 0..40 {
            settle(app);
            clock.move_us(US_PER_HOUR);
        }
        settle(app);
        for (to, name) in [(&shaky, "shaky"), (&slow, "slow"), (&quick, "quick")] {
            let mut seen: std::collections::HashMap<String, Vec<String>> = Default::default();
            let mut ids = std::collections::HashSet::new();
            for p in to.got() {
                let body: serde_json::Value = serde_json::from_str(&p.body).unwrap();
                assert!(body["data"]["number"].is_string(), "{}", p.body);
                assert!(
                    body["data"].get("path").is_none() && !p.body.contains("/see/"),
                    "no link for systems"
                );
                if ids.insert(p.header("webhook-id").to_owned()) {
                    let topic = body["topic"].as_str().unwrap().to_owned();
                    seen.entry(body["subject"].as_str().unwrap().to_owned()).or_default().push(topic);
                }
            }
            assert_eq!(seen.len(), 12, "{name}");
            let order = [Topic::CaseRegistered.word(), Topic::CaseAccepted.word()];
            assert!(seen.values().all(|t| t == &order), "{name}: {seen:?}");
        }
        let board = app.outbox.board(admin()).wait().unwrap();
        assert!(board.dead.is_empty() && board.lanes.iter().all(|l| l.waiting == 0), "{board:?}");
    });
}

#[test]
fn what_never_arrives_becomes_a_dead_letter_that_a_person_settles() {
    city(|app, clock| {
        let gone = Postbox::start(|_, n| (if n < 2 { 400 } else { 200 }, "", Duration::ZERO));
        set_up(app, None, None);
        hook(app, &gone, "old");
        let first = lodge(app, &Contact::default());
        let second = lodge(app, &Contact::default());
        settle(app);
        let board = app.outbox.board(admin()).wait().unwrap();
        assert_eq!(board.dead.len(), 2, "{board:?}");
        assert_eq!(board.dead[0].error, "HTTP 400");
        let of = |number: &str| board.dead.iter().find(|d| d.subject == number).unwrap().id;
        assert!(app.outbox.board(coordinator()).wait().is_err(), "only who sets it up sees it");
        app.outbox.settle_dead(admin(), of(&first), false).wait().unwrap();
        app.outbox.settle_dead(admin(), of(&second), true).wait().unwrap();
        settle(app);
        assert_eq!(gone.got().len(), 3);
        assert!(gone.got()[2].body.contains(&second));
        assert!(app.outbox.board(admin()).wait().unwrap().dead.is_empty());

        // A receiver that does not answer at all: its lane pauses, and in two days it is given up.
        let nowhere = Receiver {
            way: Some(Way::Hook),
            name: "nowhere".into(),
            address: "http://127.0.0.1:1/".into(),
            active: true,
            ..Receiver::default()
        };
        assert!(!app.outbox.set_receiver(admin(), nowhere).wait().unwrap().is_empty(), "a secret was made");
        let third = lodge(app, &Contact::default());
        for _ in 0..80 {
            settle(app);
            clock.move_us(US_PER_HOUR);
        }
        let board = app.outbox.board(admin()).wait().unwrap();
        assert_eq!(board.dead.len(), 1, "{board:?}");
        assert!(board.dead[0].subject == third && board.dead[0].attempts == 16);
    });
}

#[test]
fn a_unit_is_told_by_mail_of_what_it_must_do_several_in_one() {
    city(|app, clock| {
        let mailbox = Mailbox::start(MailRules::default());
        set_up(app, Some(&mailbox), None);
        let unit = Receiver {
            way: Some(Way::Mail),
            name: "市监局值班".into(),
            address: "duty@example.cn".into(),
            unit: Some(UnitId(2)),
            digest: true,
            active: true,
            ..Receiver::default()
        };
        app.outbox.set_receiver(admin(), unit).wait().unwrap();
        for _ in 0..3 {
            let number = lodge(app, &Contact::default());
            act(app, &number, coordinator(), Command::Accept {});
            act(app, &number, coordinator(), dispatch());
        }
        settle(app);
        assert!(mailbox.got().is_empty(), "collected until the hour");
        clock.set("2026-03-02 14:00".parse().unwrap());
        settle(app);
        let got = mailbox.got();
        assert_eq!(got.len(), 1, "{got:?}");
        assert_eq!(got[0].to, "duty@example.cn");
        assert!(!got[0].data.contains("/stop/"), "an office does not unsubscribe by a link");
    });
}

#[test]
fn secrets_are_kept_sealed_and_are_not_given_to_another_server() {
    city(|app, _| {
        let mailbox =
            Mailbox::start(MailRules { sign_in: Some("AHVzZXIAcGFzcy13b3Jk"), ..MailRules::default() });
        let set = Outreach { base: "https://bc.example.cn".into(), mail_on: true, ..Outreach::default() };
        let server = MailServer {
            host: "localhost".into(),
            port: mailbox.port,
            user: "user".into(),
            password: "pass-word".into(),
            from: "no-reply@example.cn".into(),
            trust: mailbox.pem.clone(),
            ..MailServer::default()
        };
        app.outbox.set_ways(admin(), set.clone(), server.clone(), Gateway::default()).wait().unwrap();
        app.outbox.test(&admin(), Way::Mail, "a@example.cn").unwrap();
        let shown = app.outbox.set_up(admin()).wait().unwrap();
        assert!(shown.mail.password.is_empty() && shown.has_password);
        let docs =
            app.city.store().read(|rd| rd.query("SELECT doc FROM setting", &[], |r| r.string(0))).unwrap();
        assert!(docs.iter().all(|d| !d.contains("pass-word") && !d.contains("localhost")));
        // Nothing typed: the same server keeps its password, another one does not get it.
        app.outbox
            .set_ways(
                admin(),
                set.clone(),
                MailServer { password: String::new(), ..server.clone() },
                Gateway::default(),
            )
            .wait()
            .unwrap();
        app.outbox.test(&admin(), Way::Mail, "a@example.cn").unwrap();
        let keeps = |other: MailServer| {
            app.outbox.set_ways(admin(), set.clone(), server.clone(), Gateway::default()).wait().unwrap();
            let other = MailServer { password: String::new(), ..other };
            app.outbox.set_ways(admin(), set.clone(), other, Gateway::default()).wait().unwrap();
            app.outbox.set_up(admin()).wait().unwrap().has_password
        };
        assert!(keeps(MailServer { trust: server.trust.replace('\n', "\r\n"), ..server.clone() }));
        assert!(!keeps(MailServer { port: 25, ..server.clone() }));
        assert!(!keeps(MailServer { tls: MailTls::None, ..server.clone() }));
        assert!(!keeps(MailServer { trust: String::new(), ..server.clone() }));
        assert!(!keeps(MailServer { user: "other".into(), ..server.clone() }));
        assert!(!keeps(MailServer { host: "127.0.0.1".into(), ..server.clone() }));
        assert!(app.outbox.test(&admin(), Way::Mail, "a@example.cn").is_err());
        assert!(app.outbox.test(&coordinator(), Way::Mail, "a@example.cn").is_err());
    });
}

#[test]
fn at_the_end_what_is_on_its_way_is_noted_and_the_rest_given_back() {
    city(|app, _| {
        let slow = Postbox::start(|_, _| (200, "", Duration::from_millis(300)));
        set_up(app, None, None);
        hook(app, &slow, "slow");
        for _ in 0..12 {
            let number = lodge(app, &Contact::default());
            act(app, &number, coordinator(), Command::Accept {});
        }
        app.outbox.work().unwrap();
        let begun = Instant::now();
        while slow.got().is_empty() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(app.outbox.stop());
        let sent = slow.got().len();
        assert!(sent > 0 && sent < 24, "{sent}");
        let count = |state: &str| {
            let sql = format!("SELECT count(*) FROM outbox WHERE state = '{state}'");
            app.city.store().read(|rd| rd.query_one(&sql, &[], |r| r.i64(0))).unwrap()
        };
        assert_eq!((count("sent"), count("leased")), (i64::try_from(sent).unwrap(), 0));
        app.outbox.work().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(slow.got().len(), sent, "nothing is begun any more");
    });
}

#[test]
fn slow_systems_do_not_keep_people_waiting() {
    city(|app, _| {
        let mailbox = Mailbox::start(MailRules::default());
        let slow = Postbox::start(|_, _| (200, "", Duration::from_secs(1)));
        set_up(app, Some(&mailbox), None);
        for n in 0..10 {
            hook(app, &slow, &format!("slow{n}"));
        }
        for _ in 0..40 {
            lodge(app, &reached());
        }
        // Asked once: nobody has to end before mail has its turn.
        app.outbox.work().unwrap();
        let begun = Instant::now();
        while mailbox.got().len() < 40 && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(mailbox.got().len(), 40);
        assert!(app.outbox.stop());
    });
}

static OPEN: AtomicBool = AtomicBool::new(false);

#[test]
fn parts_that_fail_at_once_pause_their_lane_once_and_a_person_ends_the_pause() {
    city(|app, clock| {
        let door =
            Postbox::start(|_, _| (if OPEN.load(Ordering::SeqCst) { 200 } else { 401 }, "", Duration::ZERO));
        let arrived = || {
            let sql = "SELECT count(*) FROM outbox WHERE state = 'sent'";
            let n = app.city.store().read(|rd| rd.query_one(sql, &[], |r| r.i64(0))).unwrap();
            usize::try_from(n).unwrap()
        };
        OPEN.store(false, Ordering::SeqCst);
        set_up(app, None, None);
        hook(app, &door, "door");
        let lodge_16 = || (0..16).for_each(|_| drop(lodge(app, &Contact::default())));
        lodge_16();
        settle(app);
        let failed = door.got().len();
        assert!((1..=8).contains(&failed), "{failed}");
        OPEN.store(true, Ordering::SeqCst);
        settle(app);
        assert_eq!(arrived(), 0, "it pauses");
        // One failure, 20 s, however many parts found the same.
        clock.move_us(25 * US_PER_SECOND);
        settle(app);
        assert_eq!(arrived(), 16 - failed);
        clock.move_us(10 * US_PER_SECOND);
        settle(app);
        assert_eq!(arrived(), 16);

        OPEN.store(false, Ordering::SeqCst);
        let before = door.got().len();
        lodge_16();
        settle(app);
        let failed = door.got().len() - before;
        OPEN.store(true, Ordering::SeqCst);
        set_up(app, None, None);
        settle(app);
        assert_eq!(arrived(), 32 - failed, "what was given back is sent at once");
    });
}

#[test]
fn a_receiver_of_a_unit_gets_its_messages_whatever_is_ticked_and_no_title() {
    city(|app, _| {
        let system = Postbox::start(|_, _| (200, "", Duration::ZERO));
        set_up(app, None, None);
        let unit = Receiver {
            way: Some(Way::Hook),
            name: "市监局系统".into(),
            address: system.url.clone(),
            unit: Some(UnitId(2)),
            topics: vec![Topic::CaseRegistered.word().into()],
            active: true,
            ..Receiver::default()
        };
        app.outbox.set_receiver(admin(), unit).wait().unwrap();
        let number = lodge(app, &reached());
        act(app, &number, coordinator(), Command::Accept {});
        act(app, &number, coordinator(), dispatch());
        settle(app);
        let got = system.got();
        assert_eq!(got.len(), 1, "{got:?}");
        let title = matter().title;
        assert!(got[0].body.contains(&format!("新转办件：{number}\"")), "{}", got[0].body);
        assert!(!title.is_empty() && !got[0].body.contains(&title), "{}", got[0].body);
    });
}

#[test]
fn what_waited_three_days_is_not_sent_until_a_person_says_so() {
    city(|app, clock| {
        let system = Postbox::start(|_, n| (if n == 0 { 503 } else { 400 }, "", Duration::ZERO));
        set_up(app, None, None);
        hook(app, &system, "system");
        lodge(app, &Contact::default());
        clock.move_us(73 * US_PER_HOUR);
        settle(app);
        let board = app.outbox.board(admin()).wait().unwrap();
        assert!(system.got().is_empty() && board.dead.len() == 1, "{board:?}");
        assert!(board.dead[0].error.contains("三天"), "{board:?}");
        app.outbox.settle_dead(admin(), 0, true).wait().unwrap();
        settle(app);
        assert_eq!(system.got().len(), 1);
        // Of the reasons of a lane the newest is shown.
        assert_eq!(app.outbox.board(admin()).wait().unwrap().lanes[0].error, "HTTP 503");
        lodge(app, &Contact::default());
        settle(app);
        assert_eq!(app.outbox.board(admin()).wait().unwrap().lanes[0].error, "HTTP 400");
    });
}
