//! 发文: a paper from the draft to the archive with everybody's part, numbers without holes when many are signed at once, sources that
//! hear what becomes of theirs, and reminders.

use std::thread;

use ::supervise::{Ask, Filter, Form};
use kernel::Date;
use paper::gongwen::Document;
use papers::{Act, Address, Doing, NewPaper, PAPERS, PaperKind, PaperRules, Stage, Tab, body_of};
use seals::{Asked, Devices, NewSeal, SealAct, SealKind, Seals};
use supervise_acts::{ACCOUNT, AccountState, BULLETIN, Edited, Measure};

use crate::seals_of_papers::print;
use crate::*;

/// Accounts: three of the coordination office (one who writes, two who sign), one each of two other units.
struct People {
    drafter: Actor,
    checker: Actor,
    signer: Actor,
    other: Actor,
    clerk: Actor,
}

fn people_of(app: &House) -> People {
    let staff = |login: &str, role: Role, unit: &str| NewStaff {
        login: login.into(),
        name: format!("{login}某"),
        role,
        unit: unit.into(),
        position: String::new(),
        password: None,
    };
    let all = vec![
        staff("drafter", Role::Handler, "政管办"),
        staff("checker", Role::Coordinator, "政管办"),
        staff("signer", Role::Coordinator, "政管办"),
        staff("other", Role::UnitAdmin, "市监局"),
        staff("clerk", Role::Clerk, "住建局"),
    ];
    app.people.put_staff(Actor::system(), all).unwrap();
    let rules = PaperRules {
        signs: vec![(UnitId(1), "临政管".into()), (UnitId(2), "临市监".into())],
        ..PaperRules::default()
    };
    app.papers.set_rules(who(Role::SystemAdmin, 1), rules).wait().unwrap();
    let find = |login: &str| app.people.actor_of(login).unwrap().unwrap();
    People {
        drafter: find("drafter"),
        checker: find("checker"),
        signer: find("signer"),
        other: find("other"),
        clerk: find("clerk"),
    }
}

fn text(body: &str) -> Document {
    Document {
        mark: None,
        number: String::new(),
        title: "关于做好窗口延时服务的通知".into(),
        to: "市直有关单位".into(),
        blocks: body_of(body),
        attachments: vec![],
        org: "政管办全称".into(),
        date: Date::constant(2026, 3, 2),
        copies: String::new(),
        check: None,
    }
}

fn letter(form: &str, address: Address) -> NewPaper {
    NewPaper {
        kind: PaperKind::Letter,
        source: String::new(),
        subject: 0,
        form: form.into(),
        document: Some(text("请各单位自本月起开展延时服务。")),
        address,
    }
}

fn ver(app: &House, actor: &Actor, id: i64) -> i64 {
    app.papers.paper(actor.clone(), id).wait().unwrap().ver
}

fn does(
    app: &House,
    actor: &Actor,
    id: i64,
    act: Act,
    words: &str,
    next: Option<&Actor>,
) -> Result<(), Error> {
    // Who may not even see it has no version to send.
    let ver = app.papers.paper(actor.clone(), id).wait().map_or(1, |p| p.ver);
    let next = next.and_then(|n| n.staff);
    app.papers.act(actor.clone(), id, Doing { act: Some(act), ver, words: words.into(), next }).wait()
}

fn stage(app: &House, actor: &Actor, id: i64) -> Stage {
    app.papers.paper(actor.clone(), id).wait().unwrap().way.stage
}

/// A seal of the coordination office for every kind of paper.
fn with_seal(app: &House, place: &std::path::Path) -> (House, i64) {
    let key = seals::new_key("某人", "临江市", app.city.store().now(), None).unwrap();
    let path = place.join("office.pem");
    std::fs::write(&path, key).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let seals = Seals::new(app.city.clone(), Devices::in_folder(place.to_owned(), None));
    let new = NewSeal {
        name: String::new(),
        kind: SealKind::Unit,
        unit: UnitId(1),
        papers: PaperKind::ALL.to_vec(),
        roles: vec![Role::Handler, Role::Coordinator],
        picture: None,
    };
    let id = seals.apply(Actor::system(), new).wait().unwrap();
    for (ver, act) in (1..).zip([SealAct::Make, SealAct::File, SealAct::Enable]) {
        let asked = Asked {
            act,
            ver,
            device: "file:office".into(),
            valid_to: "2028-03-01".parse().ok(),
            filed: "43060000012345".into(),
            why: String::new(),
        };
        seals.act(&Actor::system(), id, &asked).unwrap();
    }
    (assembly::sealed_by(app.clone(), seals), id)
}

#[test]
fn a_paper_goes_from_the_draft_to_the_archive_through_different_hands() {
    city(|app, clock| {
        let place = TempDir::new();
        let (app, seal) = with_seal(app, place.path());
        let app = &app;
        let p = people_of(app);
        let address = Address {
            agree: vec![UnitId(2)],
            to: vec![UnitId(2), UnitId(3)],
            answer_by: Some(Date::constant(2026, 3, 13)),
        };
        let id = app.papers.begin(p.drafter.clone(), letter("full", address)).wait().unwrap();
        // A draft is there for who has a hand in it and who signs in the unit, and for nobody else.
        for stranger in [&p.other, &p.clerk, &who(Role::Handler, 1), &who(Role::Coordinator, 4)] {
            assert_eq!(app.papers.paper(stranger.clone(), id).wait().unwrap_err(), Error::NotFound);
        }
        does(app, &p.drafter, id, Act::Submit, "", None).unwrap_err();
        does(app, &p.drafter, id, Act::Submit, "", Some(&p.drafter)).unwrap_err();
        does(app, &p.drafter, id, Act::Submit, "", Some(&p.other)).unwrap_err();
        does(app, &p.drafter, id, Act::Submit, "", Some(&p.checker)).unwrap();
        // Somebody who looked at an older version, or whose turn it is not, changes nothing.
        does(app, &p.drafter, id, Act::Approve, "", Some(&p.signer)).unwrap_err();
        let old = Doing { act: Some(Act::Approve), ver: 1, words: String::new(), next: p.signer.staff };
        assert!(matches!(app.papers.act(p.checker.clone(), id, old).wait(), Err(Error::Changed(_))));
        does(app, &p.checker, id, Act::SendBack, "", None).unwrap_err();
        does(app, &p.checker, id, Act::SendBack, "请补充依据", None).unwrap();
        assert_eq!(app.papers.paper(p.drafter.clone(), id).wait().unwrap().way.why, "请补充依据");
        let v = ver(app, &p.drafter, id);
        let better = text("依据上级要求，请各单位自本月起开展延时服务。");
        app.papers.write_text(p.drafter.clone(), id, v, Some(better), None).wait().unwrap();
        does(app, &p.drafter, id, Act::Submit, "", Some(&p.checker)).unwrap();
        let v = ver(app, &p.checker, id);
        let best = text("依据上级要求，请各单位自三月起开展延时服务。");
        app.papers.write_text(p.checker.clone(), id, v, Some(best), None).wait().unwrap();
        let diff = app.papers.compare(p.checker.clone(), id, 2, 3).wait().unwrap();
        assert_eq!((diff.older.who.as_str(), diff.newer.who.as_str()), ("drafter某", "checker某"));
        assert_eq!(diff.changes.iter().filter(|c| c.changed()).count(), 1);
        does(app, &p.checker, id, Act::Approve, "同意", Some(&p.checker)).unwrap_err();
        does(app, &p.checker, id, Act::Approve, "同意", Some(&p.signer)).unwrap();
        assert_eq!(stage(app, &p.signer, id), Stage::Agreeing);
        let mine = app.papers.list(p.other.clone(), Tab::Mine).wait().unwrap();
        assert_eq!(mine.iter().map(|l| l.id).collect::<Vec<_>>(), [id], "who is asked has it on the list");
        does(app, &p.clerk, id, Act::Agree, "", None).unwrap_err();
        does(app, &p.other, id, Act::Agree, "无意见", None).unwrap();
        assert_eq!(stage(app, &p.signer, id), Stage::Signing);
        does(app, &p.checker, id, Act::Issue, "", None).unwrap_err();
        does(app, &p.signer, id, Act::Issue, "发", None).unwrap();
        let seen = app.papers.paper(p.signer.clone(), id).wait().unwrap();
        assert_eq!(seen.document.number, "临政管〔2026〕1号");
        // Who signed does not seal.
        app.papers.seal(&p.signer, id, seal, print).unwrap_err();
        let mark = app.papers.seal(&p.drafter, id, seal, print).unwrap();
        let found = app.seals.by_code(&mark.code).wait().unwrap().unwrap();
        assert_eq!(found.row.number, "临政管〔2026〕1号");
        assert_eq!(app.papers.paper(p.clerk.clone(), id).wait().unwrap_err(), Error::NotFound, "not out yet");
        does(app, &p.drafter, id, Act::Publish, "", None).unwrap();
        let read = app.papers.paper(p.clerk.clone(), id).wait().unwrap();
        assert!(read.steps.is_empty() && read.versions.is_empty(), "who receives it reads what was sent");
        does(app, &p.clerk, id, Act::Take, "", None).unwrap();
        does(app, &p.clerk, id, Act::Take, "", None).unwrap_err();
        does(app, &p.clerk, id, Act::Answer, "", None).unwrap_err();
        does(app, &p.clerk, id, Act::Answer, "已安排两个窗口", None).unwrap();
        does(app, &p.drafter, id, Act::Archive, "", None).unwrap_err();
        // The other unit is reminded: of the receipt, and of the answer from the morning of the day.
        let remind = |days: i64| {
            clock.move_us(days * US_PER_DAY);
            Worker::new(app.clone()).tick().unwrap().of(PAPERS)
        };
        assert_eq!(remind(1), 0);
        assert_eq!(remind(2), 1);
        does(app, &p.other, id, Act::Take, "", None).unwrap();
        assert_eq!(remind(10), 1, "the answer is due");
        assert_eq!(remind(0), 0, "once");
        assert!(app.papers.list(p.drafter.clone(), Tab::Mine).wait().unwrap()[0].late);
        let told = |unit: i64| {
            let now = app.city.store().now().plus_us(9 * US_PER_DAY);
            let read = |rd: &mut store::Rd<'_>| store::office::messages(rd, UnitId(unit), now, 50);
            let all = app.city.store().read(read).unwrap();
            all.into_iter().map(|m| m.words).collect::<Vec<_>>().join("\n")
        };
        assert!(told(2).contains("催办：请反馈") && told(1).contains("到期未反馈"), "{}", told(2));
        does(app, &p.drafter, id, Act::Archive, "市监局另行报送", None).unwrap();
        assert_eq!(stage(app, &p.drafter, id), Stage::Archived);
        let tabs = |a: &Actor, t: Tab| app.papers.list(a.clone(), t).wait().unwrap().len();
        assert_eq!((tabs(&p.drafter, Tab::Mine), tabs(&p.checker, Tab::Handled)), (0, 1));
        assert_eq!((tabs(&p.signer, Tab::Sent), tabs(&p.clerk, Tab::Received)), (1, 1));
        // The way is its record.
        let read = |rd: &mut store::Rd<'_>| {
            let row = store::papers::by_id(rd, id)?.unwrap();
            let events = store::ledger_rows::events_of(rd, store::papers::stream(id), 0, 100)?;
            Ok::<_, Error>((row, events))
        };
        let (row, events) = app.city.store().read(read).unwrap();
        let mut replay: papers::way::Way = serde_json::from_str(&events[0].data).unwrap();
        for e in &events[1..] {
            replay = replay.evolve(&serde_json::from_str(&e.data).unwrap(), e.at);
        }
        assert_eq!(serde_json::to_string(&replay).unwrap(), row.doc);
        assert_eq!(row.ver, events.len() as i64);
        let compared = app.city.store().read(store::proof::compare_all).unwrap();
        assert!(compared.findings.is_empty(), "{:?}", compared.findings);
        // Taken back: its code says so.
        does(app, &p.signer, id, Act::Revoke, "依据已废止", None).unwrap();
        assert_eq!(app.seals.by_code(&mark.code).wait().unwrap().unwrap().row.state, "withdrawn");
        assert!(told(3).contains("撤销了来文"));
    });
}

#[test]
fn numbers_have_no_holes_when_many_are_signed_at_once() {
    city(|app, _| {
        let p = people_of(app);
        let ready = |form: &str| {
            let id = app.papers.begin(p.drafter.clone(), letter(form, Address::default())).wait().unwrap();
            does(app, &p.drafter, id, Act::Submit, "", Some(&p.signer)).unwrap();
            id
        };
        let ids: Vec<i64> = (0..12).map(|_| ready("inner")).collect();
        let other = ready("letter");
        thread::scope(|s| {
            for id in &ids {
                // Two press the button at the same moment; one of them is refused and takes no number.
                for _ in 0..2 {
                    s.spawn(|| drop(does(app, &p.signer, *id, Act::Issue, "", None)));
                }
                s.spawn(|| does(app, &p.checker, *id, Act::Issue, "", None).unwrap_err());
            }
        });
        does(app, &p.signer, other, Act::Issue, "", None).unwrap();
        let mut numbers: Vec<i64> = ids
            .iter()
            .map(|id| app.papers.paper(p.signer.clone(), *id).wait().unwrap().way.number.unwrap().seq)
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        let number = app.papers.paper(p.signer.clone(), other).wait().unwrap().document.number;
        assert_eq!(number, "临政管函〔2026〕1号", "another series");
        // A unit without a sign signs nothing, and two signs that read alike are not registered.
        let two = |sign: &str| PaperRules {
            signs: vec![(UnitId(1), "临政管".into()), (UnitId(2), sign.into())],
            ..PaperRules::default()
        };
        let set = |rules: PaperRules| app.papers.set_rules(who(Role::SystemAdmin, 1), rules).wait();
        for wrong in ["临政管", "临政管函", "LZG", ""] {
            set(two(wrong)).unwrap_err();
        }
        set(PaperRules::default()).unwrap();
        let id = ready("inner");
        let e = does(app, &p.signer, id, Act::Issue, "", None).unwrap_err();
        assert!(e.to_string().contains("机关代字"), "{e}");
        assert!(matches!(
            app.papers.set_rules(p.drafter.clone(), PaperRules::default()).wait(),
            Err(Error::Forbidden(_))
        ));
    });
}

#[test]
fn a_bulletin_is_signed_by_another_and_then_stays() {
    city(|app, _| {
        let p = people_of(app);
        app.supervision.figures_ready().unwrap();
        let ask = Ask {
            from: Date::constant(2026, 2, 1),
            to: Date::constant(2026, 2, 28),
            filter: Filter::default(),
        };
        let bulletin = app.supervision.draft_bulletin(p.checker.clone(), Form::Monthly, ask).wait().unwrap();
        let state = || app.supervision.bulletin(p.checker.clone(), bulletin).wait().unwrap().row;
        let edit = |title: &str| {
            let b = app.supervision.bulletin(p.checker.clone(), bulletin).wait().unwrap().bulletin;
            let edited = Edited {
                title: title.into(),
                to: b.to,
                org: "政管办全称".into(),
                date: b.date,
                copies: String::new(),
                texts: vec![],
            };
            app.supervision.save_bulletin(p.checker.clone(), bulletin, state().ver, edited).wait()
        };
        let new = || NewPaper {
            kind: PaperKind::Letter,
            source: BULLETIN.into(),
            subject: bulletin,
            form: "letter".into(),
            document: None,
            address: Address::default(),
        };
        // Who may not write bulletins sends none.
        app.papers.begin(p.drafter.clone(), new()).wait().unwrap_err();
        let id = app.papers.begin(p.checker.clone(), new()).wait().unwrap();
        app.papers.begin(p.checker.clone(), new()).wait().unwrap_err();
        edit("二月情况").unwrap();
        does(app, &p.checker, id, Act::Submit, "", Some(&p.signer)).unwrap();
        let seen = app.papers.paper(p.signer.clone(), id).wait().unwrap();
        assert_eq!((seen.document.title.as_str(), seen.way.version), ("二月情况", 1), "as it is there");
        assert_eq!(state().state, "moving");
        edit("改").unwrap_err();
        does(app, &p.signer, id, Act::SendBack, "数据再核", None).unwrap();
        assert_eq!(state().state, "draft");
        edit("二月办件情况").unwrap();
        does(app, &p.checker, id, Act::Submit, "", Some(&p.signer)).unwrap();
        let diff = app.papers.compare(p.signer.clone(), id, 1, 2).wait().unwrap();
        assert!(diff.changes[0].changed(), "what was changed there is the next version here");
        does(app, &p.signer, id, Act::Issue, "", None).unwrap();
        let b = app.supervision.bulletin(p.checker.clone(), bulletin).wait().unwrap();
        assert_eq!((b.row.state.as_str(), b.bulletin.number.as_str()), ("issued", "临政管函〔2026〕1号"));
        assert_eq!(b.bulletin.title, "二月办件情况");
        edit("再改").unwrap_err();
    });
}

#[test]
fn a_notice_of_the_register_stands_when_its_paper_is_signed_and_not_before_the_unit_was_heard() {
    city(|app, clock| {
        let p = people_of(app);
        let held = app
            .supervision
            .hold_account(p.checker.clone(), UnitId(2), Measure::Notice, "三件超期未办".into(), vec![])
            .wait()
            .unwrap();
        let state = || app.supervision.accounts(p.checker.clone()).wait().unwrap()[0].state;
        // Not at once by pressing a button.
        let close = app.supervision.move_account(p.checker.clone(), held, AccountState::Final, "维持".into());
        assert!(close.wait().unwrap_err().to_string().contains("出文"));
        let drawn = app.papers.drawn(p.checker.clone(), ACCOUNT.into(), held).wait().unwrap();
        assert_eq!(drawn.address.to, [UnitId(2)]);
        let new = NewPaper {
            kind: PaperKind::Notice,
            source: ACCOUNT.into(),
            subject: held,
            form: drawn.form.into(),
            document: Some(drawn.document),
            address: drawn.address,
        };
        // The unit itself does not send it.
        app.papers.begin(p.other.clone(), new.clone()).wait().unwrap_err();
        let id = app.papers.begin(p.checker.clone(), new).wait().unwrap();
        does(app, &p.checker, id, Act::Submit, "", Some(&p.signer)).unwrap();
        let e = does(app, &p.signer, id, Act::Issue, "", None).unwrap_err();
        assert!(e.to_string().contains("申辩期"), "{e}");
        clock.move_us(10 * US_PER_DAY);
        does(app, &p.signer, id, Act::Issue, "", None).unwrap();
        assert_eq!(state(), AccountState::Final);
        let seen = app.papers.paper(p.signer.clone(), id).wait().unwrap();
        assert_eq!(seen.document.number, "临政管告〔2026〕1号", "the refusal took no number");
        does(app, &p.checker, id, Act::Revoke, "事实有误", None).unwrap();
        assert_eq!(state(), AccountState::Withdrawn);
    });
}

#[test]
fn a_case_becomes_a_notice_to_its_unit() {
    city(|app, _| {
        let p = people_of(app);
        let number = lodge(app);
        let case = app.cases.case(coordinator(), number.clone()).wait().unwrap().case;
        let ask = |actor: &Actor| app.papers.drawn(actor.clone(), papers::OF_CASES.into(), case.id.0).wait();
        assert!(ask(&p.checker).unwrap_err().to_string().contains("承办单位"));
        act(app, coordinator(), &number, to(2)).unwrap();
        let drawn = ask(&p.checker).unwrap();
        assert_eq!(drawn.address.to, [UnitId(2)]);
        assert!(drawn.document.title.contains(&number) && drawn.address.answer_by.is_some());
        for no in [&p.other, &p.clerk, &p.drafter] {
            ask(no).unwrap_err();
        }
    });
}
