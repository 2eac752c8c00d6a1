//! Set-up, the roster, accounts, single sign-on without a provider, exports on record, leads; on both engines.

use assembly::House;
use city::{Contact, Error};
use kernel::{Actor, Role, StreamId, StreamKind, UnitId};
use people::{Claim, Entered, FirstSetup, SignOn, StaffAct};
use resolve::Command;
use testkit::{HandClock, TempDir, both_engines};
use walk::leads::{LeadKind, LeadState};
use walk_acts::{LeadMove, NewLead};

use super::{START, act, city, coordinator, handler, lodge, to, who};

/// Sheets as they come out of a file.
fn as_read(sheets: &[(String, Vec<Vec<String>>)]) -> Vec<tabular::records::Sheet> {
    let one = |(name, rows): &(String, Vec<Vec<String>>)| tabular::records::Sheet {
        name: name.clone(),
        rows: rows.clone(),
        ..Default::default()
    };
    sheets.iter().map(one).collect()
}
fn root() -> Actor {
    who(Role::SystemAdmin, 1)
}
fn first(login: &str) -> FirstSetup {
    FirstSetup {
        region: "4306".parse().unwrap(),
        city: "临江市".into(),
        unit: "行政审批服务局".into(),
        short: "审批局".into(),
        login: login.into(),
        name: "王明".into(),
        password: "a long password".into(),
    }
}
fn entered(new: usize, changed: usize) -> Entered {
    Entered { new, changed }
}
fn rows(lines: &[&[&str]]) -> Vec<Vec<String>> {
    lines.iter().map(|l| l.iter().map(|c| (*c).to_owned()).collect()).collect()
}

#[test]
fn of_several_who_set_up_at_once_one_succeeds() {
    let clock = HandClock::at(START.parse().unwrap());
    let options = store::Options { clock: clock.as_clock(), ..store::Options::default() };
    both_engines(&options, |store| {
        let keys = TempDir::new();
        let app = House::open(store.clone(), keys.path()).unwrap();
        assert!(app.people.set_up(FirstSetup { password: "short".into(), ..first("a") }).is_err());
        let done: Vec<_> = std::thread::scope(|s| {
            let one = |name: String| {
                let app = app.clone();
                s.spawn(move || app.people.set_up(first(&name)))
            };
            let all: Vec<_> = (0..4).map(|i| one(format!("admin{i}"))).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1, "{done:?}");
        assert!(done.iter().all(|d| matches!(d, Ok(()) | Err(Error::NotFound))), "{done:?}");
        let staff = app.people.staff_list(root(), String::new(), kernel::StaffId(0), 10).wait().unwrap();
        assert_eq!(staff.len(), 1);
        assert!(app.people.sign_in(&staff[0].login, "a long password", "").is_ok());
    });
}

#[test]
fn a_roster_comes_back_as_it_went_and_one_with_a_fault_changes_nothing() {
    city(|app, _| {
        let sheets = vec![
            (
                "单位".to_owned(),
                rows(&[
                    &["2026 年名册"],
                    &["编码", "全称", "简称", "类型", "上级编码", "区划", "职责"],
                    &["sub", "市监局大桥所", "大桥所", "部门", "市监局", "430602", "登记；检查"],
                    &[],
                    &["市监局", "市场监督管理局", "市监局", "部门", "", "4306", ""],
                ]),
            ),
            (
                "人员".to_owned(),
                rows(&[
                    &["账号", "姓名", "角色", "单位编码", "职务", "初始密码"],
                    &["zhao", "赵敏", "承办人", "sub", "科员", "first password"],
                    &["qian", "钱进", "handler", "市监局", "", ""],
                ]),
            ),
        ];
        let taken = app.people.take_in_roster(&root(), &as_read(&sheets)).unwrap();
        assert_eq!((taken.units, taken.staff, taken.wrong.len()), (entered(1, 1), entered(2, 0), 0));
        assert!(app.people.sign_in("zhao", "first password", "").is_ok());
        assert!(app.people.sign_in("qian", "", "").is_err(), "nobody signs in without a password");
        let office = app.city.office_now().wait().unwrap();
        let sub = office.unit_called("大桥所").unwrap();
        assert_eq!(sub.duties, "登记\n检查");
        assert_eq!(sub.parent, office.unit_called("市监局").map(|u| u.id));
        let out = app.people.roster(root()).wait().unwrap();
        let again = app.people.take_in_roster(&root(), &as_read(&out)).unwrap();
        assert_eq!(
            (again.units, again.staff, again.wrong.len()),
            (entered(0, 4), entered(0, 2), 0),
            "without the unit of another city"
        );
        assert!(
            app.people.sign_in("zhao", "first password", "").is_ok(),
            "an empty password changes nothing"
        );

        let bad = vec![
            (
                "单位".to_owned(),
                rows(&[
                    &["编码", "全称", "区划", "上级编码"],
                    &["new", "新单位", "4306", ""],
                    &["x", "", "4306", ""],
                    &["y", "乙", "430", ""],
                    &["p", "甲", "4306", "q"],
                    &["q", "丁", "4306", "p"],
                    &["new", "又一个", "4306", ""],
                ]),
            ),
            (
                "人员".to_owned(),
                rows(&[
                    &["账号", "姓名", "角色", "单位编码", "初始密码"],
                    &["a", "甲", "皇帝", "new", ""],
                    &["b", "乙", "承办人", "nowhere", ""],
                    &["c", "丙", "承办人", "new", "short"],
                    &["c", "丙", "承办人", "new", ""],
                ]),
            ),
        ];
        let refused = app.people.take_in_roster(&root(), &as_read(&bad)).unwrap();
        let places: Vec<_> = refused.wrong.iter().map(|w| (w.sheet.as_str(), w.row)).collect();
        let units = [("单位", 3), ("单位", 4), ("单位", 7), ("单位", 5), ("单位", 6)];
        assert_eq!(places[..5], units);
        assert_eq!(places[5..], [("人员", 2), ("人员", 3), ("人员", 4), ("人员", 5)]);
        assert!(app.city.office_now().wait().unwrap().unit_called("新单位").is_none(), "a part was taken");

        // A unit administrator enters people of the own unit only, and no units.
        let own = who(Role::UnitAdmin, 2);
        let only = |unit: &str, role: &str| {
            let sheet = rows(&[&["账号", "姓名", "角色", "单位编码"], &["sun", "孙悦", role, unit]]);
            app.people.take_in_roster(&own, &as_read(&[("人员".to_owned(), sheet)])).unwrap().wrong.len()
        };
        assert_eq!(
            (only("住建局", "承办人"), only("市监局", "系统管理员"), only("市监局", "承办人")),
            (1, 1, 0)
        );
        assert!(app.people.take_in_roster(&own, &as_read(&sheets[..1])).is_err());
        assert!(app.people.take_in_roster(&handler(2), &as_read(&sheets)).is_err());
        assert!(matches!(app.people.take_in_roster(&root(), &[]), Err(Error::Invalid { .. })));
    });
}

#[test]
fn nobody_is_entered_over_somebody_elses_account() {
    city(|app, _| {
        let staff = |login: &str, unit: &str, role: Role, password: &str| people::NewStaff {
            login: login.into(),
            name: "李明".into(),
            role,
            unit: unit.into(),
            position: String::new(),
            password: Some(password.into()).filter(|p: &String| !p.is_empty()),
        };
        let root_s = staff("boss", "市监局", Role::SystemAdmin, "first password");
        let others = staff("zhou", "住建局", Role::Handler, "first password");
        let own = staff("li", "市监局", Role::Handler, "first password");
        app.people.put_staff(root(), vec![root_s, others, own]).unwrap();
        let token = app.people.sign_in("li", "first password", "").unwrap().token;
        let admin = who(Role::UnitAdmin, 2);
        // The administrator of a unit gives the name of an account that belongs elsewhere, or stands above.
        for taken in ["boss", "zhou"] {
            let one = staff(taken, "市监局", Role::Handler, "stolen password");
            let refused = app.people.put_staff(admin.clone(), vec![one]).unwrap_err();
            assert!(matches!(&refused, Error::Invalid { field, .. } if field == "login"), "{refused}");
            let sheet = rows(&[
                &["账号", "姓名", "角色", "单位编码", "初始密码"],
                &["new", "新人", "承办人", "市监局", "first password"],
                &[taken, "李明", "承办人", "市监局", "stolen password"],
            ]);
            let told = app.people.take_in_roster(&admin, &as_read(&[("人员".to_owned(), sheet)])).unwrap();
            assert_eq!(told.wrong.iter().map(|w| w.row).collect::<Vec<_>>(), [3]);
            assert!(
                app.people.sign_in(taken, "first password", "").is_ok()
                    && app.people.sign_in("new", "first password", "").is_err()
            );
        }
        let found = |actor: &Actor, part: &str| {
            let page =
                app.people.staff_list(actor.clone(), part.into(), kernel::StaffId(0), 10).wait().unwrap();
            page.into_iter().map(|s| s.login).collect::<Vec<_>>().join(" ")
        };
        let top = root();
        assert_eq!(
            [
                found(&top, ""),
                found(&top, "zh"),
                found(&top, "住建局"),
                found(&top, "%"),
                found(&top, "李明")
            ],
            ["boss zhou li", "zhou", "zhou", "", "boss zhou li"]
        );
        assert_eq!([found(&admin, ""), found(&admin, "住建局"), found(&admin, "zhou")], ["boss li", "", ""]);
        // A new password ends what the old one opened; without one nothing ends.
        app.people.put_staff(admin.clone(), vec![staff("li", "市监局", Role::Handler, "")]).unwrap();
        assert!(app.city.who(&token).wait().is_ok());
        app.people
            .put_staff(admin.clone(), vec![staff("li", "市监局", Role::Handler, "second password")])
            .unwrap();
        assert!(app.city.who(&token).wait().is_err());
        // What an administrator chose is lent; what its owner chose is his own, and stays it when the roster comes again.
        let lent = || app.people.staff_called(root(), "li".into()).wait().unwrap().lent;
        assert!(lent());
        let li = app.people.sign_in("li", "second password", "").unwrap().staff.actor();
        app.people.change_password(&li, "second password", "a password of li").unwrap();
        app.people.put_staff(admin.clone(), vec![staff("li", "市监局", Role::Handler, "")]).unwrap();
        assert!(!lent() && app.people.sign_in("li", "a password of li", "").is_ok());
        // Who was turned off stays so when the roster comes again.
        app.people.act_on_staff(root(), "li".into(), StaffAct::TurnOff).wait().unwrap();
        app.people.put_staff(admin, vec![staff("li", "市监局", Role::Handler, "third password")]).unwrap();
        assert!(app.people.sign_in("li", "third password", "").is_err());
    });
}

#[test]
fn a_sheet_that_is_too_long_is_refused_and_not_cut() {
    city(|app, _| {
        let mut lines = rows(&[&["账号", "姓名", "角色", "单位编码"]]);
        lines.extend(
            (0..=20_000).map(|i| vec![format!("u{i}"), "甲".into(), "承办人".into(), "市监局".into()]),
        );
        let told = app.people.take_in_roster(&root(), &as_read(&[("人员".to_owned(), lines)])).unwrap();
        assert_eq!(told.wrong.iter().map(|w| w.row).collect::<Vec<_>>(), [20_002]);
        assert!(
            app.people.staff_list(root(), String::new(), kernel::StaffId(0), 10).wait().unwrap().is_empty()
        );
    });
}

#[test]
fn an_account_that_is_turned_off_is_out_at_once() {
    city(|app, _| {
        let sheet = rows(&[
            &["账号", "姓名", "角色", "单位编码", "初始密码"],
            &["li", "李明", "承办人", "市监局", "first password"],
        ]);
        app.people.take_in_roster(&root(), &as_read(&[("人员".to_owned(), sheet)])).unwrap();
        let token = app.people.sign_in("li", "first password", "").unwrap().token;
        let does = |actor: Actor, what| app.people.act_on_staff(actor, "li".into(), what).wait();
        assert!(does(who(Role::UnitAdmin, 3), StaffAct::TurnOff).is_err(), "another unit");
        does(root(), StaffAct::TurnOff).unwrap();
        assert!(
            app.city.who(&token).wait().is_err() && app.people.sign_in("li", "first password", "").is_err()
        );
        does(who(Role::UnitAdmin, 2), StaffAct::TurnOn).unwrap();
        assert!(app.city.who(&token).wait().is_err(), "the old session stays ended");
        assert!(app.people.sign_in("li", "first password", "").is_ok());
    });
}

#[test]
fn single_sign_on_is_kept_only_when_the_provider_answers() {
    city(|app, _| {
        assert!(app.people.leave_for_sign_on().is_err(), "none is set up");
        let nowhere = SignOn {
            on: true,
            label: "省统一身份认证".into(),
            issuer: "http://127.0.0.1:9".into(),
            client: "bancheng".into(),
            secret: "kept sealed".into(),
            site: "https://bc.example".into(),
            claim: Claim::Username,
            second_factor: false,
        };
        assert!(matches!(app.people.set_sign_on(&root(), nowhere.clone()), Err(Error::Invalid { .. })));
        let plain = SignOn { issuer: "http://id.example.gov.cn".into(), ..nowhere.clone() };
        assert!(
            matches!(app.people.set_sign_on(&root(), plain), Err(Error::Invalid { .. })),
            "not protected"
        );
        assert!(app.people.set_sign_on(&coordinator(), nowhere.clone()).is_err(), "not an administrator");
        // Kept while it is off; the secret is not in the record and never comes out again.
        app.people.set_sign_on(&root(), SignOn { on: false, ..nowhere }).unwrap();
        let shown = app.people.sign_on(root()).wait().unwrap();
        assert_eq!((shown.secret.as_str(), shown.client.as_str()), ("", "bancheng"));
        assert_eq!(app.people.sign_on_label().wait().unwrap(), None);
        let stream = StreamId::new(StreamKind::Office, 1);
        let told = app.city.store().read(|rd| store::ledger_rows::events_of(rd, stream, 0, 500)).unwrap();
        assert!(told.iter().any(|e| e.act == "set_sign_on"));
        assert!(told.iter().all(|e| !e.data.contains("kept sealed")));
        assert!(
            app.people.sign_in_from(city::Network::default(), "", "code", "state").is_err()
                && app.people.sign_in_from(city::Network::default(), "00ff", "c", "s").is_err()
        );
    });
}

#[test]
fn an_export_is_on_record() {
    city(|app, _| {
        assert!(app.cases.note_export(handler(2), "全部".into(), 3).wait().is_err(), "not for handlers");
        app.cases.note_export(coordinator(), "环节：转办".into(), 3).wait().unwrap();
        let stream = StreamId::new(StreamKind::Office, 1);
        let told = app.city.store().read(|rd| store::ledger_rows::events_of(rd, stream, 0, 500)).unwrap();
        let event = told.iter().find(|e| e.act == "export_cases").unwrap();
        assert!(event.data.contains("环节：转办") && event.data.contains('3'));
    });
}

fn lead(text: &str, phone: &str) -> NewLead {
    NewLead {
        kind: LeadKind::AskCompany,
        item: String::new(),
        text: text.into(),
        region: "430602".parse().unwrap(),
        contact: Contact { name: "吴桂芳".into(), phone: phone.into(), ..Contact::default() },
    }
}

#[test]
fn a_lead_ends_with_a_callback_and_its_telephone_is_shown_on_record() {
    city(|app, clock| {
        assert!(app.walks.lodge_lead(lead("想请", "13800138000")).wait().is_err(), "too short");
        assert!(app.walks.lodge_lead(lead("想请人陪我走一遍", "12")).wait().is_err(), "nobody to call");
        let id = app.walks.lodge_lead(lead("想请人陪我走一遍", "13800138000")).wait().unwrap();
        let new = app.walks.leads(coordinator(), LeadState::New, 0).wait().unwrap();
        assert_eq!((new.len(), new[0].id), (1, id));
        assert!(!new[0].contact.phone.contains("0013") && !new[0].acts.is_empty());
        assert!(app.walks.leads(who(Role::Coordinator, 4), LeadState::New, 0).wait().unwrap().is_empty());
        assert!(app.walks.unmask_lead(who(Role::Coordinator, 4), id).wait().is_err(), "another city");
        let why = |d: &str| LeadMove::Decline(d.into());
        assert!(app.walks.move_lead(coordinator(), id, why(" ")).wait().is_err(), "no reason");
        assert!(app.walks.move_lead(coordinator(), id, LeadMove::Walked).wait().is_err(), "not planned yet");
        app.walks.move_lead(coordinator(), id, why("不属于政务服务")).wait().unwrap();
        assert_eq!(app.walks.unmask_lead(coordinator(), id).wait().unwrap().phone, "13800138000");
        assert!(app.walks.move_lead(coordinator(), id, LeadMove::CalledBack(String::new())).wait().is_err());
        app.walks.move_lead(coordinator(), id, LeadMove::CalledBack("知道了".into())).wait().unwrap();
        assert_eq!(app.walks.leads(coordinator(), LeadState::CalledBack, 0).wait().unwrap().len(), 1);
        let stream = StreamId::new(StreamKind::Lead, id);
        let told = app.city.store().read(|rd| store::ledger_rows::events_of(rd, stream, 0, 50)).unwrap();
        let kinds: Vec<_> = told.iter().map(|e| e.act.as_str()).collect();
        assert_eq!(kinds, ["lodge_lead", "act_on_lead", "unmask_lead", "act_on_lead"]);
        assert!(told.iter().all(|e| !e.data.contains("13800138000") && !e.data.contains("吴桂芳")));
        // A year later nobody is called any more: the contact ends, the lead stays.
        for (day, kept) in [("2027-02-20 10:00", true), ("2027-03-20 10:00", false)] {
            clock.set(day.parse().unwrap());
            assembly::Worker::new(app.clone()).tick().unwrap();
            let all = app.walks.leads(coordinator(), LeadState::CalledBack, 0).wait().unwrap();
            assert_eq!((all.len(), all[0].contact.phone.is_empty()), (1, !kept), "{day}");
        }
        let ended = app.walks.unmask_lead(coordinator(), id).wait().unwrap_err();
        assert!(ended.to_string().contains("保存期"), "{ended}");
    });
}

#[test]
fn a_case_is_told_backward_with_the_unit_that_had_it() {
    city(|app, clock| {
        let number = lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        clock.set("2026-03-09 10:00".parse().unwrap());
        act(app, handler(2), &number, Command::Take {}).unwrap();
        let told = app.walks.walk_backward(coordinator(), number.clone()).wait().unwrap();
        let units: Vec<_> = told.line.iter().map(|s| s.unit).collect();
        assert_eq!(units, [Some(UnitId(2)), Some(UnitId(1))]);
        assert!(!told.line[0].gaps.is_empty(), "a week without anything");
        assert!(told.line[1].gaps.is_empty());
        // A case that the reader may not see is not there.
        for other in [who(Role::Walker, 3), who(Role::UnitAdmin, 3), who(Role::Coordinator, 4)] {
            assert_eq!(app.walks.walk_backward(other, number.clone()).wait().unwrap_err(), Error::NotFound);
        }
        assert!(app.walks.walk_backward(coordinator(), "none".into()).wait().is_err());
    });
}
