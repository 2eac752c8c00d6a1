//! 热线: orders of a reference hotline on both engines. By hand: the whole way, what is returned, what is not understood, limits,
//! files, lists that are compared. A week of traffic: `hotline_week.rs`.

use std::collections::BTreeSet;

use assembly::House;
use city::Error;
use hotline::{Arrived, GapSort, NewLine, OrderView, Parcel, Ring, Rung, Sort, State, Taking};
use kernel::{Actor, CaseId, Date, Moment, Role, US_PER_DAY, US_PER_HOUR, UnitId};
use resolve::{Case, Channel, Command, Happened, ReturnReason, StageKind};
use serde_json::{Map, Value, json};
use store::cases;
use testkit::{HandClock, RefHotline, Sent};

use super::{act, city, coordinator, handler, who};

pub(super) const KEY: &str = "热线与城市共用的一把足够长的密钥-0123456789-abcdef";
pub(super) const CODE: &str = "12345";
pub(super) const DOT: &[u8] = include_bytes!("dot.png");

pub(super) fn admin() -> Actor {
    who(Role::SystemAdmin, 1)
}

/// The hotline of a city that has its table.
pub(super) fn line(app: &House) -> RefHotline {
    let new = NewLine {
        code: CODE.into(),
        name: "市12345热线".into(),
        address: "https://hotline.example/in".into(),
        secret: KEY.into(),
        active: true,
        shape: "shandong".into(),
    };
    app.hotlines.set_line(admin(), new).wait().unwrap();
    RefHotline::new(CODE, KEY, "4306")
}

pub(super) fn fields(words: &str, kind: &str) -> Map<String, Value> {
    let all = json!({
        "bt": format!("关于{words}"), "nr": words, "sqlx": kind, "cbdw": "市监局全称", "qhdm": "430602",
        "sfdz": "解放路1号", "ldr": "王小二", "lxdh": "13800001234", "sfbm": "是", "ldsj": "2026-03-02 08:30:00",
    });
    all.as_object().unwrap().clone()
}

pub(super) fn arrived(s: &Sent) -> Arrived {
    Arrived { id: s.id.clone(), at_s: s.at_s, signature: s.signature.clone(), body: s.body.clone() }
}

pub(super) fn comes(app: &House, hot: &mut RefHotline, s: &Sent) {
    let receipt = app.hotlines.receive(&arrived(s)).unwrap();
    hot.receipted(s, &serde_json::to_vec(&receipt).unwrap());
}

pub(super) fn goes(app: &House, hot: &mut RefHotline, p: &Parcel) {
    let receipt = hot.take(&p.id, p.at_s, &p.body, &p.signature).expect("signed as documented");
    app.hotlines.receipted(CODE, p, &receipt).unwrap();
}

pub(super) fn parcels(app: &House) -> Vec<Parcel> {
    app.hotlines.parcels(CODE, 100).unwrap()
}

/// Carries everything both ways until nothing is on its way.
pub(super) fn settle(app: &House, hot: &mut RefHotline, now: Moment) {
    for _ in 0..100 {
        let (came, went) = (hot.due(now), parcels(app));
        if came.is_empty() && went.is_empty() {
            return;
        }
        came.iter().for_each(|s| comes(app, hot, s));
        went.iter().for_each(|p| goes(app, hot, p));
    }
    panic!("messages without end");
}

pub(super) fn orders(app: &House) -> Vec<OrderView> {
    let of = |s: State| app.hotlines.orders(coordinator(), s, None).wait().unwrap();
    State::ALL.into_iter().flat_map(of).collect()
}

pub(super) fn find(app: &House, number: &str) -> OrderView {
    orders(app).into_iter().find(|o| o.number == number).unwrap_or_else(|| panic!("no order {number}"))
}

pub(super) fn case_of(app: &House, number: &str) -> Case {
    app.city.store().read(|rd| cases::by_number(rd, number)).unwrap().unwrap()
}

pub(super) fn history(app: &House, case: CaseId) -> Vec<Happened> {
    let all = app.city.store().read(|rd| cases::history(rd, case, 0)).unwrap();
    all.into_iter().map(|e| e.happened).collect()
}

pub(super) fn accept(app: &House, number: &str, unit: i64) -> String {
    let how = Taking { unit: Some(UnitId(unit)), note: String::new() };
    app.hotlines.accept(&coordinator(), find(app, number).id, how).unwrap()
}

pub(super) fn reply(app: &House, unit: i64, case: &str, text: &str, with_file: bool) -> Result<(), Error> {
    let asked = Command::Reply { text: text.into(), basis: String::new() };
    let tickets = if with_file {
        vec![app.city.upload(&handler(unit), "现场.png", DOT.to_vec()).unwrap().ticket]
    } else {
        Vec::new()
    };
    drop(act(app, handler(unit), case, Command::Take {}));
    app.cases.act_with(handler(unit), case.into(), asked, None, tickets).wait().map(drop)
}

#[test]
fn an_order_goes_the_whole_way() {
    city(|app, clock| {
        let mut hot = line(app);
        let mut order = fields("店铺油烟扰民，电话13800001234", "投诉");
        order.insert("qssx".into(), "2026-03-03 09:00:00".into());
        order.insert("bjsx".into(), "2026-03-09 18:00:00".into());
        order.insert("fj".into(), json!([{ "wjm": "油烟.png", "wjnr": base64(DOT) }]));
        hot.dispatch("G1", order, clock.now());
        let first = hot.due(clock.now()).remove(0);
        settle(app, &mut hot, clock.now());
        // It waits for a coordinator, with its limits; who called is sealed.
        let o = find(app, "G1");
        assert_eq!((o.state, o.known.unit), (State::Offered, Some(2)));
        assert_eq!(o.limit.unwrap().to_string(), "2026-03-03T09:00:00+08:00");
        assert!(!format!("{:?}", o.known).contains("13800001234"), "{:?}", o.known);
        let shown = app.hotlines.order(coordinator(), o.id).wait().unwrap().content.unwrap();
        assert!(!format!("{shown:?}").contains("13800001234"), "{shown:?}");
        // A county's coordinator decides nothing of the city's.
        assert!(app.hotlines.accept(&who(Role::Coordinator, 4), o.id, Taking::default()).is_err());
        let number = accept(app, "G1", 2);
        settle(app, &mut hot, clock.now());
        assert_eq!((hot.orders["G1"].theirs.as_str(), hot.orders["G1"].state.as_str()), (&*number, "办理中"));
        assert_eq!(hot.orders["G1"].progress, "已转承办单位");
        let case = case_of(app, &number);
        assert!(case.ordered && case.channel == Channel::Hotline && case.hide_reporter);
        assert_eq!(case.region.as_str(), "430602");
        assert_eq!(history(app, case.id)[0].files.len(), 1, "the picture came along");
        // The same message again changes nothing; its name with other words stands aside on both sides.
        let receipt = app.hotlines.receive(&arrived(&first)).unwrap();
        assert_eq!((receipt.state.as_str(), orders(app).len()), ("taken", 1));
        // Urged, added to, with a picture.
        hot.urge("G1");
        hot.add("G1", "又冒烟了", vec![("新图.png".into(), DOT.to_vec())]);
        settle(app, &mut hot, clock.now());
        let case = case_of(app, &number);
        assert_eq!(case.reminders, 1);
        let added: Vec<_> = history(app, case.id).into_iter().filter(|h| !h.files.is_empty()).collect();
        assert_eq!(added.len(), 2, "{added:?}");
        // Answered with a file, not found good, answered again, closed.
        reply(app, 2, &number, "已责令整改", true).unwrap();
        settle(app, &mut hot, clock.now());
        assert_eq!(hot.orders["G1"].answers, ["已责令整改"]);
        assert_eq!(hot.orders["G1"].files, [base64(DOT)]);
        assert!(case_of(app, &number).clock.open().is_none(), "the hotline calls back by its own clock");
        let own = Command::Callback { solved: resolve::Solved::Yes, satisfied: None, words: String::new() };
        assert!(act(app, coordinator(), &number, own).is_err(), "the hotline asks the person");
        hot.call_back("G1", "不满意", true);
        settle(app, &mut hot, clock.now());
        assert_eq!(case_of(app, &number).stage.kind(), StageKind::Handling);
        reply(app, 2, &number, "已安装净化设备", false).unwrap();
        settle(app, &mut hot, clock.now());
        hot.call_back("G1", "满意", false);
        settle(app, &mut hot, clock.now());
        assert_eq!(
            (find(app, "G1").state, case_of(app, &number).stage.kind()),
            (State::Closed, StageKind::CalledBack)
        );
        act(app, coordinator(), &number, Command::Archive { summary: String::new(), cause: None }).unwrap();
        settle(app, &mut hot, clock.now());
    });
}

pub(super) fn base64(bytes: &[u8]) -> String {
    // As the hotline writes it.
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let n = three.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(n >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[test]
fn strangers_learn_nothing_and_a_name_is_used_once() {
    city(|app, clock| {
        let mut hot = line(app);
        hot.dispatch("G1", fields("路灯不亮", "求助"), clock.now());
        let s = hot.due(clock.now()).remove(0);
        for changed in [
            Arrived { id: s.id.replace(CODE, "12346"), ..arrived(&s) },
            Arrived { body: s.body.replace("路灯", "路牌"), ..arrived(&s) },
            Arrived { at_s: s.at_s + 1, ..arrived(&s) },
            Arrived { id: format!("{CODE}/file/1"), ..arrived(&s) },
        ] {
            assert_eq!(app.hotlines.receive(&changed).unwrap_err(), Error::NotFound);
        }
        comes(app, &mut hot, &s);
        let mut other = RefHotline::new(CODE, KEY, "4306");
        other.dispatch("G2", fields("路牌倒了", "求助"), clock.now());
        let again = other.due(clock.now()).remove(0);
        let receipt = app.hotlines.receive(&arrived(&again)).unwrap();
        assert_eq!((receipt.state.as_str(), orders(app).len()), ("aside", 1), "{}", receipt.why);
    });
}

#[test]
fn an_order_is_returned_once_and_within_the_limit_of_the_hotline() {
    city(|app, clock| {
        let mut hot = line(app);
        let mut order = fields("公园座椅坏了", "求助");
        order.insert("qssx".into(), "2026-03-04 09:00:00".into());
        hot.dispatch("G1", order.clone(), clock.now());
        settle(app, &mut hot, clock.now());
        let back = |id: i64| {
            app.hotlines
                .give_back(coordinator(), id, ReturnReason::NotOurDuty, "属园林部门职责".into())
                .wait()
        };
        let id = find(app, "G1").id;
        assert!(
            app.hotlines.give_back(coordinator(), id, ReturnReason::NotOurDuty, " ".into()).wait().is_err()
        );
        hot.add("G1", "另有一处秋千", Vec::new());
        settle(app, &mut hot, clock.now());
        back(id).unwrap();
        settle(app, &mut hot, clock.now());
        assert_eq!(hot.orders["G1"].state, "已退单");
        // Sent again it is not returned a second time; what was added before is there.
        clock.move_us(US_PER_HOUR);
        hot.dispatch("G1", order.clone(), clock.now());
        settle(app, &mut hot, clock.now());
        let o = find(app, "G1");
        assert!(o.known.again && !o.may_return && o.state == State::Offered);
        assert!(back(o.id).is_err());
        let case = case_of(app, &accept(app, "G1", 3));
        let words = format!("{:?}", history(app, case.id));
        assert_eq!(words.matches("另有一处秋千").count(), 1, "{words}");
        // Another one, after the limit.
        hot.dispatch("G2", order, clock.now());
        settle(app, &mut hot, clock.now());
        clock.move_us(3 * US_PER_DAY);
        let o = find(app, "G2");
        assert!(o.over && !o.may_return);
        assert!(back(o.id).is_err());
    });
}

#[test]
fn a_word_that_is_not_known_stands_aside_until_it_is_said() {
    city(|app, clock| {
        let mut hot = line(app);
        hot.dispatch("G1", fields("半夜施工", "噪声"), clock.now());
        let mut second = fields("井盖丢失", "求助");
        second.insert("cbdw".into(), "城市管理综合行政执法支队".into());
        hot.dispatch("G2", second, clock.now());
        settle(app, &mut hot, clock.now());
        let asides = app.hotlines.asides(coordinator()).wait().unwrap();
        let lacks: Vec<_> = asides.iter().filter_map(|a| a.lack.clone()).collect();
        let right = [(Sort::Kind, "噪声".to_owned()), (Sort::Unit, "城市管理综合行政执法支队".to_owned())];
        assert_eq!(lacks, right);
        assert_eq!(hot.asides.len(), 2, "the hotline sees it too");
        // What comes about it meanwhile waits for it.
        hot.urge("G1");
        hot.add("G1", "昨晚又施工", Vec::new());
        settle(app, &mut hot, clock.now());
        assert!(orders(app).is_empty());
        let set = |sort, word: &str, means: &str| {
            app.hotlines.set_word(admin(), CODE.into(), sort, word.into(), means.into()).wait()
        };
        assert!(set(Sort::Kind, "噪声", "noise").is_err(), "that is no kind here");
        set(Sort::Kind, "噪声", "complaint").unwrap();
        // The unit is none of ours: the coordinator chooses.
        set(Sort::Unit, "城市管理综合行政执法支队", "").unwrap();
        assert!(app.hotlines.try_messages_again(&who(Role::Handler, 2)).is_err());
        assert_eq!(app.hotlines.try_messages_again(&coordinator()).unwrap(), 2);
        assert!(app.hotlines.asides(coordinator()).wait().unwrap().is_empty());
        let o = find(app, "G1");
        assert_eq!((o.known.kind.as_str(), o.known.urged), ("complaint", 1));
        let case = case_of(app, &accept(app, "G1", 2));
        assert!(format!("{:?}", history(app, case.id)).contains("昨晚又施工"));
        assert_eq!(find(app, "G2").known.unit, None);
        // A word of ours that the table does not have stands aside on its way out, and what follows on it waits.
        app.hotlines.drop_word(admin(), CODE.into(), Sort::Says, "accepted".into()).wait().unwrap();
        accept(app, "G2", 2);
        settle(app, &mut hot, clock.now());
        assert_eq!(hot.orders["G2"].state, "待签收");
        let asides = app.hotlines.asides(coordinator()).wait().unwrap();
        assert_eq!(asides.len(), 2, "{asides:?}");
        set(Sort::Says, "accepted", "签收").unwrap();
        app.hotlines.try_messages_again(&coordinator()).unwrap();
        settle(app, &mut hot, clock.now());
        assert_eq!((hot.orders["G1"].state.as_str(), hot.orders["G2"].state.as_str()), ("办理中", "办理中"));
    });
}

#[test]
fn limits_of_the_hotline_remind_who_has_the_order() {
    city(|app, clock| {
        let mut hot = line(app);
        let mut order = fields("楼道堆物", "求助");
        order.insert("bjsx".into(), "2026-03-06 18:00:00".into());
        hot.dispatch("G1", order, clock.now());
        settle(app, &mut hot, clock.now());
        accept(app, "G1", 2);
        let told = |app: &House| {
            let all = app.city.messages(&handler(2)).wait().unwrap();
            all.iter().filter(|m| format!("{m:?}").contains("热线时限")).count()
        };
        app.hotlines.moments().unwrap();
        assert_eq!(told(app), 0);
        clock.set("2026-03-05 10:00".parse().unwrap());
        app.hotlines.moments().unwrap();
        app.hotlines.moments().unwrap();
        assert_eq!(told(app), 1, "a working day before");
        // The hotline gives more time: it counts anew.
        hot.move_limit("G1", "2026-03-10 18:00:00".parse().unwrap());
        settle(app, &mut hot, clock.now());
        clock.set("2026-03-09 10:00".parse().unwrap());
        app.hotlines.moments().unwrap();
        clock.set("2026-03-11 10:00".parse().unwrap());
        app.hotlines.moments().unwrap();
        app.hotlines.moments().unwrap();
        clock.move_us(US_PER_DAY);
        assert_eq!(told(app), 3, "near again, then over");
        assert!(find(app, "G1").over);
    });
}

#[test]
fn a_withdrawn_order_ends_whatever_was_on_its_way() {
    city(|app, clock| {
        let mut hot = line(app);
        for n in ["G1", "G2", "G3"] {
            hot.dispatch(n, fields("噪音", "投诉"), clock.now());
        }
        settle(app, &mut hot, clock.now());
        let (one, two) = (accept(app, "G1", 2), accept(app, "G2", 2));
        reply(app, 2, &one, "已处理", false).unwrap();
        hot.withdraw("G1");
        hot.withdraw("G2");
        hot.withdraw("G3");
        settle(app, &mut hot, clock.now());
        for n in ["G1", "G2", "G3"] {
            assert_eq!((find(app, n).state, hot.orders[n].state.as_str()), (State::Withdrawn, "已撤销"));
        }
        assert_eq!(case_of(app, &one).stage.kind(), StageKind::CalledBack);
        // The other is still with its unit; once it is answered nobody waits for it.
        reply(app, 2, &two, "已处理", false).unwrap();
        app.hotlines.moments().unwrap();
        assert_eq!(case_of(app, &two).stage.kind(), StageKind::CalledBack);
        settle(app, &mut hot, clock.now());
    });
}

#[test]
fn missed_calls_are_rung_back_once_for_a_caller() {
    city(|app, clock| {
        let mut hot = line(app);
        hot.miss("C1", "13911112222", clock.now());
        hot.miss("C2", "13911112222", clock.now());
        hot.miss("C3", "13933334444", clock.now());
        settle(app, &mut hot, clock.now());
        let calls = || app.hotlines.calls(coordinator()).wait().unwrap();
        assert_eq!(calls().len(), 2);
        assert!(calls().iter().all(|c| !c.phone.contains("1111")), "masked until somebody takes it");
        let (first, other) = (calls()[0].id, calls()[1].id);
        assert_eq!(calls()[0].times, 2);
        let ring = |result, words: &str| Ring {
            result,
            words: words.into(),
            title: String::new(),
            name: "李女士".into(),
        };
        let note = |id, r| app.hotlines.note_call(coordinator(), id, r).wait();
        assert!(note(first, ring(Rung::Answered, "已解答")).is_err(), "nobody has taken it");
        app.hotlines.take_call(coordinator(), first).wait().unwrap();
        assert!(app.hotlines.take_call(who(Role::Clerk, 1), first).wait().is_err());
        assert_eq!(calls().iter().find(|c| c.id == first).unwrap().phone, "13911112222");
        let number = note(first, ring(Rung::Case, "小区停水三天")).unwrap();
        assert_eq!(case_of(app, &number).channel, Channel::Phone);
        // Nobody answers: it waits again, three times, then it ends.
        for _ in 0..3 {
            app.hotlines.take_call(who(Role::Clerk, 1), other).wait().unwrap();
            app.hotlines.note_call(who(Role::Clerk, 1), other, ring(Rung::NoAnswer, "")).wait().unwrap();
        }
        assert!(app.hotlines.take_call(coordinator(), other).wait().is_err());
        assert!(calls().iter().all(|c| c.phone.is_empty()), "telephones end with the call");
        settle(app, &mut hot, clock.now());
        let of = |c: &str| hot.calls[c].as_str();
        assert_eq!((of("C1"), of("C2"), of("C3")), ("已转工单", "已转工单", "无人接听"));
    });
}

pub(super) fn days(clock: &HandClock) -> (Date, Date) {
    ("2026-02-20".parse::<Moment>().unwrap().date(), clock.now().date())
}

pub(super) fn gaps(app: &House, hot: &RefHotline, clock: &HandClock) -> hotline::Gaps {
    let (from, to) = days(clock);
    let list = hot.list(Moment::start_of(from), clock.now().plus_us(US_PER_DAY));
    let text: Vec<String> = list.iter().map(|(n, s)| format!("{n}\t{s}")).collect();
    let theirs = app.hotlines.read_list(coordinator(), CODE.into(), text.join("\n")).wait().unwrap();
    app.hotlines.agree(coordinator(), CODE.into(), (from, to), theirs).wait().unwrap()
}

#[test]
fn lists_that_differ_are_named_and_repaired() {
    city(|app, clock| {
        let mut hot = line(app);
        for n in ["G1", "G2", "G3", "G4"] {
            hot.dispatch(n, fields("噪音", "投诉"), clock.now());
        }
        // One never arrives, and nobody sends it again: its receipt was made up on the way.
        let lost = hot.due(clock.now()).into_iter().find(|s| s.body.contains("G4")).unwrap();
        hot.forget_due(&lost.key);
        settle(app, &mut hot, clock.now());
        let (one, _) = (accept(app, "G1", 2), accept(app, "G2", 2));
        reply(app, 2, &one, "已处理", false).unwrap();
        app.hotlines
            .give_back(coordinator(), find(app, "G3").id, ReturnReason::Unclear, "看不懂".into())
            .wait()
            .unwrap();
        settle(app, &mut hot, clock.now());
        assert_eq!(gaps(app, &hot, clock).gaps.len(), 1);
        // The hotline is set back: it forgets what it heard.
        hot.forget(&BTreeSet::from(["G1".to_owned(), "G2".to_owned()]));
        let found = gaps(app, &hot, clock);
        let sorts: Vec<_> = found.gaps.iter().map(|g| (g.number.as_str(), g.sort)).collect();
        assert_eq!(sorts, [("G1", GapSort::Behind), ("G2", GapSort::Behind), ("G4", GapSort::MissingHere)]);
        app.hotlines.repair(coordinator(), CODE.into(), found.gaps).wait().unwrap();
        settle(app, &mut hot, clock.now());
        assert_eq!(gaps(app, &hot, clock).gaps, []);
        assert_eq!((hot.orders["G1"].theirs.as_str(), hot.orders["G1"].answers.len()), (&*one, 1));
        assert_eq!(find(app, "G4").state, State::Offered);
    });
}
