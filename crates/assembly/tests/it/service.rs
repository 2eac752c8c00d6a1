//! The use cases of applications on both engines, with a clock moved by hand: one theme from the questions to the archive.

use std::collections::BTreeMap;

use assembly::{House, Worker};
use city::{Error, Settings};
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, US_PER_HOUR, UnitId};
use people::NewUnit;
use service::{Act, Command, Delivery, Lack, Light, Next, StageKind, Theme, ThemeFile};
use service_acts::{Draft, Service, What};
use store::asides;
use testkit::{HandClock, TempDir, both_engines};

const START: &str = "2026-03-02 09:00";
const RESTAURANT: &str = include_str!("../../../../data/themes/restaurant.json");

pub(crate) struct City {
    pub app: House,
    pub service: Service,
    pub clock: HandClock,
    pub units: BTreeMap<String, UnitId>,
}

/// A small city with the restaurant theme, on both engines. At its end the worker must go.
pub(crate) fn city(test: impl Fn(&City)) {
    let clock = HandClock::at(START.parse().unwrap());
    let options = store::Options { clock: clock.as_clock(), ..store::Options::default() };
    both_engines(&options, |store| {
        clock.set(START.parse().unwrap());
        let keys = TempDir::new();
        let app = House::open(store.clone(), keys.path()).unwrap();
        let settings = Settings {
            city: "9901".parse().unwrap(),
            name: "云汀市".into(),
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        app.city.set_city(Actor::system(), settings).wait().unwrap();
        let file = ThemeFile::parse(RESTAURANT).unwrap();
        let mut names: Vec<String> = vec![file.theme.reception.clone(), file.theme.lead.clone()];
        for item in &file.items {
            names.push(item.unit.clone());
            names.extend(item.steps.iter().map(|s| s.unit.clone()).filter(|u| !u.is_empty()));
        }
        names.sort();
        names.dedup();
        let unit = |name: &String| NewUnit {
            key: name.clone(),
            name: name.clone(),
            short: name.trim_start_matches("云汀").into(),
            kind: "department".into(),
            parent: None,
            region: "9901".parse().unwrap(),
            duties: String::new(),
        };
        app.people.put_units(Actor::system(), names.iter().map(unit).collect()).wait().unwrap();
        let office = app.city.office_now().wait().unwrap();
        let units = names.iter().map(|n| (n.clone(), office.unit_called(n).unwrap().id)).collect();
        app.catalogue.take_in_items(&Actor::system(), file.items).unwrap().wait().unwrap();
        let service = app.services.clone();
        assert_eq!(service.put_theme(Actor::system(), file.theme).wait().unwrap(), 1);
        let city = City { app: app.clone(), service, clock: clock.clone(), units };
        test(&city);
        Worker::new(app.clone()).tick().unwrap();
        let aside = app.city.store().read(|rd| Ok::<_, Error>(asides::list(rd, 9)?)).unwrap();
        assert!(aside.is_empty(), "{aside:?}");
    });
}

impl City {
    pub fn who(&self, role: Role, unit: &str) -> Actor {
        let id = self.units[&format!("云汀市{unit}")];
        Actor {
            staff: Some(StaffId(id.0 * 100 + role as i64)),
            role,
            unit: Some(id),
            region: "9901".parse().ok(),
        }
    }
    pub fn officer(&self, unit: UnitId) -> Actor {
        Actor {
            staff: Some(StaffId(unit.0)),
            role: Role::Handler,
            unit: Some(unit),
            region: "9901".parse().ok(),
        }
    }
    pub fn clerk(&self) -> Actor {
        self.who(Role::Clerk, "政务服务中心")
    }
    pub fn hours(&self, n: i64) {
        self.clock.move_us(n * US_PER_HOUR);
    }
}

pub(crate) fn restaurant() -> What {
    What::Theme("restaurant".into())
}

/// 招牌, not large, stove, oneself, cooks.
pub(crate) fn answers() -> Vec<String> {
    ["a", "b", "a", "a", "a"].map(str::to_owned).to_vec()
}

fn values() -> BTreeMap<String, String> {
    [
        ("applicant", "张记小面"),
        ("legal_name", "张三"),
        ("legal_id", "11010519491231002x"),
        ("phone", "19900001234"),
        ("address", "云汀市汀江大道 12 号"),
        ("area", "86"),
        ("seats", "24"),
        ("kind", "小餐饮"),
        ("open", "2026/4/1"),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .collect()
}

/// How everything comes in, as a resident fills the form in: pictures are brought, the rest by the ways that are offered.
pub(crate) fn draft(c: &City, number: &str, code: Option<&str>, actor: &Actor) -> Draft {
    let page = c.service.draft(actor.clone(), number.into(), code.map(str::to_owned)).wait().unwrap();
    let mut d =
        Draft { values: values(), delivery: Some(Delivery::Post), declared: true, ..Draft::default() };
    for w in &page.view.application.basis.materials {
        let way = if w.held {
            "held"
        } else if w.commitment {
            "commitment"
        } else if w.need == catalogue::Need::Deferrable {
            "later"
        } else if actor.role == Role::Resident {
            let png = include_bytes!("dot.png").to_vec();
            let up = c.app.city.upload(actor, "材料.png", png).unwrap();
            d.tickets.push((w.id.clone(), up.ticket));
            continue;
        } else {
            "seen"
        };
        d.ways.insert(w.id.clone(), way.into());
    }
    d
}

pub(crate) fn submitted(c: &City) -> (String, String) {
    let me = Actor::resident();
    let b = c.service.begin(me.clone(), restaurant(), answers()).wait().unwrap();
    let d = draft(c, &b.number, Some(&b.code), &me);
    let sent = c.service.send(me, b.number.clone(), Some(b.code.clone()), d, true).wait().unwrap();
    assert!(sent.faults.is_empty(), "{:?}", sent.faults);
    assert_eq!(sent.view.application.stage, StageKind::Submitted);
    (b.number, b.code)
}

#[test]
fn a_resident_applies_for_a_theme_and_everything_is_handled_to_its_end() {
    city(|c| {
        let Next::Ask(q) = c.service.ask(restaurant(), vec![]).wait().unwrap().1 else { panic!() };
        assert_eq!(q.answers.len(), 2);
        let me = Actor::resident();
        let b = c.service.begin(me.clone(), restaurant(), answers()).wait().unwrap();
        let code = Some(b.code.clone());
        assert_eq!(
            c.service.draft(me.clone(), b.number.clone(), Some("00000000".into())).wait().unwrap_err(),
            Error::NotFound
        );
        // Half filled in, saved, and gone on with another day: nothing typed is lost.
        let half = Draft {
            values: [("applicant".to_owned(), "张记小面".to_owned())].into(),
            ..Draft::default()
        };
        let sent =
            c.service.send(me.clone(), b.number.clone(), code.clone(), half.clone(), true).wait().unwrap();
        assert_eq!(sent.view.application.stage, StageKind::Draft);
        let at: Vec<&str> = sent.faults.iter().map(|f| f.0.as_str()).collect();
        assert!(
            at.contains(&"f.legal_id") && at.iter().any(|f| *f == "materials" || f.starts_with("m.")),
            "{at:?}"
        );
        c.clock.move_us(3 * US_PER_DAY);
        let mut d = draft(c, &b.number, code.as_deref(), &me);
        d.values.remove("applicant");
        let sent = c.service.send(me.clone(), b.number.clone(), code.clone(), d, true).wait().unwrap();
        assert!(sent.faults.is_empty(), "{:?}", sent.faults);
        assert_eq!(sent.view.values["applicant"], "张记小面");
        assert_eq!(sent.view.values["legal_id"], "11010519491231002X", "kept as it is checked");
        // Sent twice it is not handed in twice.
        let twice = c.service.send(me.clone(), b.number.clone(), code.clone(), half, true).wait();
        assert!(matches!(twice, Err(Error::Invalid { .. })));

        let clerk = c.clerk();
        let lists = c.service.desk(clerk.clone()).wait().unwrap();
        assert_eq!((lists.intake.all, lists.intake.lines[0].light), (1, Light::Green));
        let act = |who: &Actor, asked: Command| {
            c.hours(1);
            c.service.act(who.clone(), b.number.clone(), asked, None).wait().unwrap().application
        };
        act(&clerk, Command::Receive {});
        let drawing = sent
            .view
            .application
            .basis
            .materials
            .iter()
            .find(|m| m.name.contains("平面"))
            .unwrap()
            .id
            .clone();
        let lacks = vec![Lack { what: drawing.clone(), words: "请标明流程方向".into() }];
        act(&clerk, Command::TellCorrection { lacks, advice: String::new() });
        let png = include_bytes!("dot.png").to_vec();
        let up = c.app.city.upload(&me, "平面图.png", png).unwrap();
        let mend = Draft { tickets: vec![(drawing, up.ticket)], ..Draft::default() };
        let sent = c.service.send(me.clone(), b.number.clone(), code.clone(), mend, true).wait().unwrap();
        assert_eq!((sent.faults, sent.view.application.stage), (vec![], StageKind::Received));
        let a = act(&clerk, Command::Accept {});
        assert!(a.at_hand().count() >= 4, "tasks go to all units at once");

        // Each unit finds its step in its own list, does it, and the last decision ends the handling.
        let mut rounds = 0;
        let mut a = a;
        while a.stage == StageKind::Handling {
            rounds += 1;
            assert!(rounds < 60);
            let (task, unit) = a.at_hand().map(|(t, _)| (t.clone(), t.unit)).next().unwrap();
            let who = c.officer(unit);
            let mine = c.service.desk(who.clone()).wait().unwrap().tasks.lines;
            assert!(
                mine.iter().any(|l| l.number == b.number && l.tasks.contains(&task.name)),
                "{}",
                task.name
            );
            a = if task.kind == catalogue::StepKind::Decide {
                let reason = "符合《食品安全法》第三十五条".to_owned();
                act(&who, Command::Decide { task: task.id, granted: true, reason, remedy: String::new() })
            } else {
                act(&who, Command::StartTask { task: task.id.clone() });
                act(&who, Command::FinishTask { task: task.id, passed: true, words: "符合".into() })
            };
        }
        assert_eq!(a.stage, StageKind::Decided);
        for part in a.to_issue().collect::<Vec<_>>() {
            let who = c.officer(a.basis.parts[part].unit);
            a = act(&who, Command::Issue { part, certificate: format!("ZJ{part}"), until: None });
        }
        assert_eq!(c.service.desk(clerk.clone()).wait().unwrap().deliver.all, 1);
        let a = act(&clerk, Command::Deliver { delivery: Delivery::Post, trace: "EMS1".into() });
        assert_eq!(a.stage, StageKind::Delivered);
        let v =
            c.service.act_by_code(b.number.clone(), b.code.clone(), Command::Sign { words: "收到".into() });
        let v = v.wait().unwrap();
        let owed: Vec<String> = v.application.open_promises().map(|(_, d)| d.material.clone()).collect();
        assert!(!owed.is_empty(), "what was promised is owed");
        let promised: Vec<_> =
            v.application.open_promises().map(|(_, d)| (d.material.clone(), d.sort)).collect();
        let lead = c.officer(v.application.basis.lead);
        let mut last = v.application;
        for (material, sort) in promised {
            last = if sort == catalogue::deferred::Sort::Commitment {
                act(&lead, Command::CheckCommitment { material, kept: true, words: "核实".into() })
            } else {
                let png = include_bytes!("dot.png").to_vec();
                let up = c.app.city.upload(&me, "制度.png", png).unwrap();
                let of = (b.number.clone(), code.clone());
                c.service
                    .hand_in(me.clone(), of.0, of.1, material, vec![up.ticket])
                    .wait()
                    .unwrap()
                    .application
            };
        }
        assert_eq!(last.stage, StageKind::Closed);
        // Its service can be rated, once and by this link.
        let rate = c.service.rating_of(b.number.clone(), b.code.clone()).wait().unwrap().unwrap();
        assert_eq!(c.service.rating_of(b.number.clone(), b.code.clone()).wait().unwrap(), Some(rate.clone()));
        assert!(c.app.supervision.rate_page(None, rate).wait().unwrap().open);
        let h = c.service.handled(
            c.who(Role::Coordinator, "市场监督管理局"),
            START.parse().unwrap(),
            c.app.city.store().now().plus_us(US_PER_DAY),
        );
        let h = h.wait().unwrap();
        assert_eq!((h.total.handed_in, h.total.decided, h.total.online), (1, 1, 1));
        // It is a case of a log, each step with its start where somebody began it, and who applied is not in it (O3).
        let read = c.app.logs.applications_log(&c.who(Role::Coordinator, "市场监督管理局")).unwrap();
        assert!(
            read.log.case_count() == 1 && !read.cut && read.report.problems.is_empty(),
            "{:?}",
            read.report
        );
        assert_eq!(read.log.case_name(0), b.number);
        let steps = &eventlog::log_stats(&read.log, eventlog::Order::Time).top_variants[0].trace;
        assert!(steps.len() > rounds + 5 && steps.iter().any(|s| s == "受理"), "{steps:?}");
        let begun = read.log.begin().unwrap().iter().zip(read.log.time()).filter(|(b, t)| b < t).count();
        assert!(begun >= 4, "steps that took their time: {begun}");
        let whole = format!("{:?}", read.log);
        assert!(!whole.contains("张三") && !whole.contains("张记"), "who applied stands in the log");
        assert!(c.app.logs.applications_log(&clerk).is_err());
        // What was issued here the next office does not ask for: found at the window, on record, and seen by the person.
        let sign = last.basis.parts.iter().find(|p| p.name.contains("招牌")).unwrap().item.clone();
        let next = c.service.begin(clerk.clone(), What::Item(sign), vec![]).wait().unwrap();
        let mut d = draft(c, &next.number, None, &clerk);
        for m in d.ways.values_mut() {
            *m = "seen".into();
        }
        d.values = [("applicant", "张三"), ("applicant_id", "11010519491231002X"), ("phone", "19900001234")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
        let sent = c.service.send(clerk.clone(), next.number, None, d, true).wait().unwrap();
        assert!(sent.faults.is_empty(), "{:?}", sent.faults);
        let a = &sent.view.application;
        let licence = a.basis.materials.iter().find(|m| m.name == "营业执照").unwrap();
        let how = a.material(&licence.id).unwrap().how.as_ref().unwrap();
        let service::How::Held { resource, found } = how else { panic!("{how:?}") };
        assert!(resource.starts_with("issued/") && found.contains("ZJ0"), "{resource} {found}");
        let uses = c.service.follow(b.number.clone(), b.code.clone()).wait().unwrap().uses;
        assert!(uses.len() == 1 && uses[0].result == "used" && uses[0].name == "营业执照", "{uses:?}");
        // The record alone gives the same application.
        let again = c.app.city.store().read(|rd| {
            let row = store::applications::by_number(rd, &b.number)?.unwrap();
            let mut a: Option<service::Application> = None;
            for e in store::applications::history(rd, row.id, 0)? {
                let h: service::Happened = serde_json::from_str(&e.data).unwrap();
                a = Some(match a {
                    None => service::Application::begin(row.id, row.number.clone(), &h, e.at).unwrap(),
                    Some(a) => a.evolve(&h, &e.actor, e.at),
                });
            }
            Ok::<_, Error>(a.unwrap())
        });
        assert_eq!(again.unwrap(), last);
        // When its time is over the sealed form is gone; what was decided stays, and its page opens.
        let swept = |ended, drafts| {
            let store = c.app.city.store();
            store
                .write(move |tx| Ok::<_, Error>(store::applications::sweep_forms(tx, ended, drafts, 9)?))
                .unwrap()
        };
        let now = c.app.city.store().now();
        let later = kernel::Moment::from_us(now.us() + kernel::US_PER_DAY);
        let long_ago = kernel::Moment::from_us(now.us() - 400 * kernel::US_PER_DAY);
        assert_eq!(swept(long_ago, later), 0, "it was handed in, and its time is not over");
        assert_eq!(swept(later, later), 1);
        assert_eq!(swept(later, later), 0);
        let kept = c.service.follow(b.number.clone(), b.code.clone()).wait().unwrap();
        assert_eq!(kept.view.application, last);
    });
}

#[test]
fn nobody_beside_sees_it_and_who_looks_is_seen() {
    city(|c| {
        let (number, code) = submitted(c);
        let stranger = Actor { unit: Some(UnitId(999)), region: "9902".parse().ok(), ..c.clerk() };
        for who in [stranger, Actor { role: Role::Walker, ..c.clerk() }] {
            let seen = c.service.application(who.clone(), number.clone()).wait();
            assert!(matches!(seen, Err(Error::NotFound | Error::Forbidden(_))), "{who:?}");
            let done = c.service.act(who, number.clone(), Command::Accept {}, None).wait();
            assert!(matches!(done, Err(Error::NotFound | Error::Forbidden(_))));
        }
        let clerk = c.clerk();
        let (v, _) = c.service.application(clerk.clone(), number.clone()).wait().unwrap();
        assert!(v.values["legal_id"].contains('*') && v.values["phone"].contains('*'), "{:?}", v.values);
        assert!(v.acts.contains(&Act::Accept) && !v.acts.contains(&Act::Decide));
        let none = c.service.unmask(clerk.clone(), number.clone(), " ".into()).wait();
        assert!(matches!(none, Err(Error::Invalid { .. })), "a purpose is needed");
        let (_, full) = c.service.unmask(clerk.clone(), number.clone(), "核对证件".into()).wait().unwrap();
        assert_eq!(full["legal_id"], "11010519491231002X");
        let mine = c.service.follow(number.clone(), code).wait().unwrap();
        assert!(mine.events.iter().any(|e| e.act == Act::Show), "the applicant sees who looked");
        // Nothing that was typed is on record in clear.
        let clear = c.app.city.store().read(|rd| {
            let row = store::applications::by_number(rd, &number)?.unwrap();
            let events = store::applications::history(rd, row.id, 0)?;
            Ok::<_, Error>(events.into_iter().map(|e| e.data).collect::<String>() + &row.state)
        });
        let clear = clear.unwrap();
        assert!(
            !clear.contains("11010519491231002X")
                && !clear.contains("19900001234")
                && !clear.contains("张三")
        );
        // Another version is refused, nothing is lost.
        let old = c.service.act(clerk, number, Command::Accept {}, Some(1)).wait();
        assert!(matches!(old, Err(Error::Changed(_))));
    });
}

#[test]
fn the_worker_accepts_in_silence_and_a_clerk_applies_with_the_person() {
    city(|c| {
        let (number, _) = submitted(c);
        let at = |text: &str| text.parse::<Moment>().unwrap();
        c.clock.set(at("2026-03-10 09:00"));
        c.service.moments().unwrap();
        let (v, _) = c.service.application(c.clerk(), number.clone()).wait().unwrap();
        assert_eq!(v.application.stage, StageKind::Handling, "five working days passed without a word");
        assert_eq!(v.application.accepted, v.application.submitted);
        // The deferred material is missed by itself.
        c.clock.set(at("2026-04-20 09:00"));
        c.service.moments().unwrap();
        let (v, events) = c.service.application(c.clerk(), number).wait().unwrap();
        let acts: Vec<Act> = events.iter().map(|e| e.act).collect();
        assert!(acts.contains(&Act::RemindPromise) || acts.contains(&Act::MissPromise), "{acts:?}");
        assert!(acts.contains(&Act::WarnRed), "{acts:?}");
        assert_eq!(v.clock.unwrap().light, Light::Red);
        assert_eq!(c.service.moments().unwrap(), 0, "what was done is not due again");

        let clerk = c.clerk();
        let b = c.service.begin(clerk.clone(), restaurant(), answers()).wait().unwrap();
        let d = draft(c, &b.number, None, &clerk);
        let sent = c.service.send(clerk.clone(), b.number.clone(), None, d, true).wait().unwrap();
        assert!(sent.faults.is_empty(), "{:?}", sent.faults);
        assert_eq!(c.service.code_at_window(clerk, b.number.clone()).wait().unwrap(), b.code);
    });
}

#[test]
fn a_theme_that_contradicts_itself_is_not_offered_and_a_new_version_is_told() {
    city(|c| {
        let file = ThemeFile::parse(RESTAURANT).unwrap();
        let put = |t: Theme| c.service.put_theme(Actor::system(), t).wait();
        let mut bad = file.theme.clone();
        bad.items.push("无此事项".into());
        let Err(Error::Invalid { said, .. }) = put(bad) else { panic!("it was offered") };
        assert!(said.zh.contains("不在事项库"), "{said}");
        assert_eq!(put(file.theme.clone()).unwrap(), 1, "the same again is no new version");
        let me = Actor::resident();
        let b = c.service.begin(me.clone(), restaurant(), answers()).wait().unwrap();
        let half =
            Draft { values: [("applicant".to_owned(), "张记".to_owned())].into(), ..Draft::default() };
        c.service.send(me.clone(), b.number.clone(), Some(b.code.clone()), half, false).wait().unwrap();
        let mut new = file.theme.clone();
        new.summary = "新版".into();
        assert_eq!(put(new).unwrap(), 2);
        let page = c.service.draft(me.clone(), b.number.clone(), Some(b.code.clone())).wait().unwrap();
        assert!(page.newer);
        let v = c.service.rebase(me.clone(), b.number.clone(), Some(b.code.clone())).wait().unwrap();
        assert_eq!((v.application.basis.theme_version, v.values["applicant"].as_str()), (2, "张记"));
        let unknown = c.service.begin(me, What::Theme("none".into()), vec![]).wait();
        assert_eq!(unknown.unwrap_err(), Error::NotFound);
    });
}

/// 数据共享 (X8): what items issue is in the directory, papers asked for in spite of it are named, and what is shared on conditions is seen
/// when it was asked for, checked and granted, a refusal argued over included.
#[test]
fn what_is_held_is_listed_asked_for_and_granted() {
    city(|c| {
        assert!(c.service.directory_on().unwrap() > 0);
        assert_eq!(c.service.directory_on().unwrap(), 0, "read once");
        let clerk = c.clerk();
        let (all, total) = c.service.data_directory(clerk.clone(), String::new(), 0).wait().unwrap();
        assert!(total > 1 && all.len() as i64 == total, "{total}");
        let licence = all.iter().find(|r| r.resource.name.contains("营业执照")).unwrap();
        let asked = c.service.asked_although_held(clerk.clone(), String::new(), 0).wait().unwrap();
        let papers: i64 = asked.units.iter().map(|u| u.1).sum();
        assert_eq!(papers, asked.papers.len() as i64);
        assert!(asked.papers.iter().all(|p| all.iter().any(|r| r.id == p.resource)));

        let holder = licence.resource.provider.trim_start_matches("云汀市").to_owned();
        let other = c.units.keys().map(|u| u.trim_start_matches("云汀市").to_owned());
        let other = other.into_iter().find(|u| *u != holder && u != "政务服务中心").unwrap();
        let (asker, stranger) = (c.who(Role::Handler, &other), c.clerk());
        let provider = c.who(Role::UnitAdmin, &holder);
        let authority = c.who(Role::Coordinator, "政务服务中心");
        assert!(c.service.data_resource(asker.clone(), licence.id).wait().unwrap().sees, "shared freely");

        let mut new = service_acts::NewResource {
            name: "改不了".into(),
            summary: "企业登记信息".into(),
            sharing: "conditional".into(),
            condition: String::new(),
            updates: "实时".into(),
            items: "统一社会信用代码 字符型\n成立日期（日期型）".into(),
        };
        let put = |who: &Actor, new: &service_acts::NewResource, ver| {
            c.service.write_data_resource(who.clone(), new.clone(), Some((licence.id, ver))).wait()
        };
        assert!(matches!(put(&provider, &new, 0), Err(Error::Invalid { .. })), "a condition is owed");
        new.condition = "仅用于核验经营资格".into();
        assert!(matches!(put(&c.who(Role::UnitAdmin, &other), &new, 0), Err(Error::Forbidden(_))));
        put(&provider, &new, 0).unwrap();
        assert!(matches!(put(&provider, &new, 0), Err(Error::Changed(_))), "somebody changed it meanwhile");
        let seen = c.service.data_resource(asker.clone(), licence.id).wait().unwrap();
        assert_eq!((seen.sees, seen.may_ask, seen.resource.items.len()), (false, true, 2));
        assert_eq!(seen.resource.name, licence.resource.name, "its name is the catalogue's");
        // A resource of one's own: once under its name, and told so.
        let own = service_acts::NewResource { name: "企业年报".into(), ..new.clone() };
        let enter = || c.service.write_data_resource(provider.clone(), own.clone(), None).wait();
        let first = enter().unwrap();
        assert!(matches!(enter(), Err(Error::Invalid { .. })));
        assert_eq!(c.service.data_resource(clerk.clone(), first).wait().unwrap().resource.name, "企业年报");
        // When items come again, what was changed by hand stands, and every resource keeps its address.
        let again = ThemeFile::parse(RESTAURANT).unwrap().items.into_iter().map(|i| {
            let from = Some("2026-03-09".parse().unwrap());
            catalogue::ServiceItem {
                version: i.version + 1,
                effective_from: from,
                consult: "12345".into(),
                ..i
            }
        });
        c.app.catalogue.take_in_items(&Actor::system(), again.collect()).unwrap().wait().unwrap();
        assert!(c.service.directory_on().unwrap() > 0);
        let (now, _) = c.service.data_directory(clerk.clone(), String::new(), 0).wait().unwrap();
        for r in &all {
            let n = now.iter().find(|n| n.id == r.id).expect("a resource lost its address");
            assert_eq!((&n.resource.code, &n.resource.name), (&r.resource.code, &r.resource.name));
        }
        assert_eq!(now.len(), all.len() + 1);
        let hand = c.service.data_resource(asker.clone(), licence.id).wait().unwrap();
        assert_eq!((hand.ver, hand.resource.items.len()), (1, 2));

        let ask = |purpose: &str| {
            c.service
                .ask_for_data(asker.clone(), licence.id, purpose.into(), "食品安全法第三十五条".into())
                .wait()
        };
        assert!(matches!(ask(" "), Err(Error::Invalid { .. })));
        let number = ask("核验经营资格").unwrap();
        let view = |who: &Actor| c.service.data_request(who.clone(), number.clone()).wait();
        assert_eq!(view(&stranger).unwrap_err(), Error::NotFound);
        assert!(c.service.data_requests(stranger.clone(), 0).wait().unwrap().0.is_empty());
        assert_eq!(view(&authority).unwrap().due.unwrap().date().to_string(), "2026-03-04");
        let act = |who: &Actor, ver, act: &str, reason: &str| {
            c.hours(1);
            c.service.move_data_request(who.clone(), number.clone(), ver, act.into(), reason.into()).wait()
        };
        assert!(act(&provider, 1, "grant", "").is_err(), "it is checked first");
        act(&authority, 1, "check", "").unwrap();
        assert!(
            matches!(act(&authority, 1, "check", ""), Err(Error::Changed(_))),
            "done twice it is done once"
        );
        assert!(act(&asker, 2, "grant", "").is_err());
        assert!(matches!(act(&provider, 2, "refuse", " "), Err(Error::Invalid { .. })));
        act(&provider, 2, "refuse", "用途不在条件之内").unwrap();
        act(&asker, 3, "dispute", "条件写明可以核验").unwrap();
        assert!(!c.service.data_resource(asker.clone(), licence.id).wait().unwrap().sees);
        act(&provider, 4, "give_way", "").unwrap();
        assert!(c.service.data_resource(asker.clone(), licence.id).wait().unwrap().sees);
        let end = view(&asker).unwrap();
        assert_eq!((end.lines.len(), end.acts.len(), end.due), (5, 0, None));
        assert_eq!(end.lines[2].reason, "用途不在条件之内");
        // What is not shared at all is not asked for in vain: nobody else can fetch it, whatever was granted before.
        (new.sharing, new.condition) = ("closed".into(), String::new());
        put(&provider, &new, 1).unwrap();
        let seen = c.service.data_resource(asker.clone(), licence.id).wait().unwrap();
        assert_eq!((seen.sees, seen.may_ask), (false, false));
        let asked = c.service.asked_although_held(clerk, String::new(), 0).wait().unwrap();
        assert!(asked.papers.iter().all(|p| p.resource != licence.id));
    });
}
