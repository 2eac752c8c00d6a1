//! Reading what people write: search that leaks nothing, proposals that learn, verdicts that stay.

use assembly::{House, Worker};
use kernel::{Actor, Role, StreamId, StreamKind, US_PER_DAY, US_PER_HOUR, UnitId};
use people::NewUnit;
use resolve::{Command, Registration, Satisfaction, Solved};
use resolve_acts::{Judged, NewPrecedent, Shown};
use store::cases::{Query, Scope};
use testkit::HandClock;

use super::{Contact, city, coordinator, handler, matter, who};

fn letter(title: &str, words: &str) -> Registration {
    Registration { title: title.into(), words: words.into(), ..matter() }
}

fn lodge(app: &House, title: &str, words: &str) -> String {
    app.cases.register(coordinator(), letter(title, words), Contact::default()).wait().unwrap().number
}

fn duties(app: &House) {
    let unit = |key: &str, name: &str, region: &str, duties: &str| NewUnit {
        key: key.into(),
        name: name.into(),
        short: key.into(),
        kind: "department".into(),
        parent: None,
        region: region.parse().unwrap(),
        duties: duties.into(),
    };
    let units = vec![
        unit("市监局", "临江市市场监督管理局", "4306", "营业执照登记;食品安全;电梯安全监察;价格监督检查"),
        unit("住建局", "临江市住房和城乡建设局", "4306", "物业管理;施工许可;公租房;老旧小区改造"),
        unit("邻市", "邻市住房和城乡建设局", "4307", "物业管理;施工许可"),
    ];
    app.people.put_units(Actor::system(), units).wait().unwrap();
}

fn all() -> Query {
    Query::of(Scope::Region("4306".into()))
}

fn found(app: &House, actor: Actor, words: &str) -> Vec<String> {
    let hits = app.cases.search(actor, words.into(), all(), None).wait().unwrap().hits;
    hits.into_iter().map(|h| h.view.case.title).collect()
}

fn do_it(app: &House, actor: Actor, number: &str, asked: Command) {
    app.cases.act(actor, number.into(), asked, None).wait().unwrap();
}

/// Sends a case to a unit that takes it.
fn handled_by(app: &House, number: &str, unit: i64) {
    do_it(app, coordinator(), number, Command::Accept {});
    do_it(app, coordinator(), number, Command::Dispatch { unit: UnitId(unit), note: String::new() });
    do_it(app, handler(unit), number, Command::Take {});
}

fn close(app: &House, number: &str, unit: i64, text: &str) {
    do_it(app, handler(unit), number, Command::Reply { text: text.into(), basis: String::new() });
    let answer = Command::Callback {
        solved: Solved::Yes,
        satisfied: Some(Satisfaction::Satisfied),
        words: String::new(),
    };
    do_it(app, coordinator(), number, answer);
    do_it(
        app,
        coordinator(),
        number,
        Command::Archive { summary: String::new(), cause: Some(resolve::Cause::Other) },
    );
}

#[test]
fn search_finds_words_numbers_initials_and_nobody_else_s_cases() {
    city(|app, _| {
        let mine = lodge(app, "梧桐花园电梯坏了", "三号楼电梯停运半个月,老人上不了楼,报修电话 85550123");
        lodge(app, "学校食堂饭菜发霉", "第三中学食堂,孩子吃坏肚子");
        while app.cases.read_on(10).unwrap() > 0 {}
        for (words, n) in
            [("电梯", 1), ("85550123", 1), ("wthy", 1), ("四中 食堂", 0), ("食堂 -电梯", 1), ("楼梯", 0)]
        {
            assert_eq!(found(app, coordinator(), words).len(), n, "{words}");
        }
        assert_eq!(found(app, coordinator(), &mine).len(), 1, "by number");
        // The handler of a unit finds nothing until the case is theirs, and a neighbouring city never does.
        assert!(found(app, handler(3), "电梯").is_empty());
        assert!(found(app, who(Role::Coordinator, 4), "电梯").is_empty());
        handled_by(app, &mine, 3);
        while app.cases.read_on(10).unwrap() > 0 {}
        assert_eq!(found(app, handler(3), "电梯"), ["梧桐花园电梯坏了"]);
        assert!(found(app, handler(2), "电梯").is_empty());
        assert!(app.cases.search(who(Role::Volunteer, 1), "电梯".into(), all(), None).wait().is_err());
        // What was added and what was answered is found as well; an emptied index is built anew.
        do_it(app, coordinator(), &mine, Command::AddWords { words: "物业说要动用维修基金".into() });
        app.cases.forget_index(kernel::Actor::system()).wait().unwrap();
        assert!(found(app, coordinator(), "维修基金").is_empty());
        while app.cases.read_on(10).unwrap() > 0 {}
        let hit =
            app.cases.search(coordinator(), "维修基金".into(), all(), None).wait().unwrap().hits.remove(0);
        assert!(hit.excerpt.contains("维修基金"), "{}", hit.excerpt);
        for odd in ["", "   ", "\"", "a\" OR \"b", "😀", "-电梯", "0r4306", "{1,2}", &"电梯 ".repeat(100)]
        {
            app.cases.search(coordinator(), odd.into(), all(), None).wait().unwrap();
        }
    });
}

#[test]
fn pages_of_a_search_are_complete_and_disjoint() {
    city(|app, _| {
        for i in 0..23 {
            lodge(app, &format!("路灯不亮第{i}处"), "晚上很黑");
        }
        while app.cases.read_on(10).unwrap() > 0 {}
        let (mut seen, mut before) = (std::collections::BTreeSet::new(), None);
        for _ in 0..10 {
            let q = Query { limit: 5, ..all() };
            let page = app.cases.search(coordinator(), "路灯".into(), q, before).wait().unwrap();
            seen.extend(page.hits.iter().map(|h| h.view.case.number.clone()));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 23);
    });
}

#[test]
fn units_are_proposed_from_duties_and_choices_go_on_record() {
    city(|app, _| {
        duties(app);
        let number = lodge(app, "小区物业乱收费", "物业管理混乱,物业公司乱收停车费,老旧小区没有改造");
        while app.cases.read_on(10).unwrap() > 0 {}
        let reading = app.cases.case_reading(coordinator(), number.clone()).wait().unwrap();
        let first = &reading.proposal.units[0];
        assert_eq!((first.unit, reading.proposal.model), (UnitId(3), 0), "{:?}", reading.proposal);
        assert!(first.p > 0.4 && !first.words.is_empty(), "{first:?}");
        assert!(reading.proposal.units.iter().all(|u| u.unit != UnitId(4)), "not competent here");
        // The unit does not choose and is shown no proposal.
        do_it(app, coordinator(), &number, Command::Accept {});
        let shown = Shown::parse(&reading.proposal.mark());
        let asked = Command::Dispatch { unit: UnitId(2), note: String::new() };
        app.cases.act_shown(coordinator(), number.clone(), asked, None, shown, Vec::new()).wait().unwrap();
        assert!(app.cases.case_reading(handler(2), number.clone()).wait().unwrap().proposal.units.is_empty());
        let view = app.cases.reading_view(coordinator()).wait().unwrap();
        let a = view.months[0].agreement;
        assert_eq!((a.choices, a.first), (1, 0));
        let case = app.cases.case(coordinator(), number).wait().unwrap().case;
        let stream = StreamId::new(StreamKind::Reading, case.id.0);
        let events = app
            .city
            .store()
            .read(|rd| Ok::<_, city::Error>(store::ledger_rows::events_of(rd, stream, 0, 10)?))
            .unwrap();
        assert_eq!(events.len(), 1);
        assert!(events[0].data.contains("\"chosen\":2"), "{}", events[0].data);
    });
}

/// 即派即学: what was decided for a letter holds for the like at once, beside the case, before it is registered, and for many.
#[test]
fn what_was_just_decided_is_not_contradicted_with_confidence() {
    city(|app, _| {
        duties(app);
        let (title, words) =
            ("营业执照经营范围怎么登记", "想在营业执照上增加一项校外培训的经营范围，不知道到哪里登记");
        let read = |title: &str, words: &str| {
            let region = "4306".parse().unwrap();
            let read = app.cases.read_draft(coordinator(), region, title.into(), words.into(), String::new());
            read.wait().unwrap().proposal
        };
        let by_words = read(title, words).units[0].unit;
        let decided = read("小区物业管理", "物业管理混乱").units[0].unit;
        assert_ne!(by_words, decided);
        let first = lodge(app, title, words);
        let before = app.cases.case_reading(coordinator(), first.clone()).wait().unwrap().proposal;
        assert_eq!(before.units[0].unit, by_words);
        do_it(app, coordinator(), &first, Command::Accept {});
        do_it(app, coordinator(), &first, Command::Dispatch { unit: decided, note: String::new() });
        while app.cases.read_on(10).unwrap() > 0 {}
        let draft = read(title, words);
        let second = lodge(app, title, words);
        while app.cases.read_on(10).unwrap() > 0 {}
        let many = app.cases.propose_many(coordinator(), vec![second.clone()]).wait().unwrap();
        let shown = app.cases.case_reading(coordinator(), second.clone()).wait().unwrap().proposal;
        for p in [draft, shown, many[&second].0.clone()] {
            assert_eq!(p.units[0].unit, decided, "{p:?}");
            assert!(p.units.iter().all(|u| u.unit != by_words || u.p < 0.5), "{p:?}");
        }
    });
}

#[test]
fn confirmed_dispatches_teach_what_duties_do_not_say() {
    city(|app, clock| {
        duties(app);
        // In this city complaints about noisy dancing go to 市监局, although no duty says so.
        for i in 0..24 {
            let (title, unit) = match i % 2 {
                0 => (format!("广场舞音响扰民{i}"), 2),
                _ => (format!("楼道杂物堆放{i}"), 3),
            };
            let number = lodge(app, &title, &format!("{title},每天晚上如此,请处理"));
            handled_by(app, &number, unit);
        }
        clock.move_us(US_PER_HOUR);
        Worker::new(app.clone()).tick().unwrap();
        Worker::new(app.clone()).tick().unwrap();
        let view = app.cases.reading_view(coordinator()).wait().unwrap();
        assert_eq!(view.models.len(), 1, "{view:?}");
        assert_eq!((view.models[0].examples, view.models[0].labels, view.behind), (24, 2, 0));
        let draft = app
            .cases
            .read_draft(
                coordinator(),
                "430602".parse().unwrap(),
                String::new(),
                "夜里跳广场舞音响太大".into(),
                String::new(),
            )
            .wait()
            .unwrap();
        assert_eq!(draft.proposal.units[0].unit, UnitId(2), "{:?}", draft.proposal);
        assert_eq!(draft.proposal.model, 1);
        assert!(!draft.proposal.units[0].cases.is_empty(), "earlier cases speak for it");
    });
}

#[test]
fn the_same_matter_is_proposed_once_rejected_it_stays_away() {
    city(|app, _| {
        let text = "A3区梧桐花园小区旁边的搅拌站每天半夜施工,噪音很大,严重扰民,粉尘也大,请查处";
        let first = lodge(app, "梧桐花园搅拌站扰民", text);
        let other = lodge(app, "梧桐花园搅拌站半夜施工扰民", &format!("{text}!"));
        while app.cases.read_on(10).unwrap() > 0 {}
        let reading = app.cases.case_reading(coordinator(), other.clone()).wait().unwrap();
        assert_eq!(reading.same.iter().map(|t| t.number.as_str()).collect::<Vec<_>>(), [first.as_str()]);
        assert!(reading.may_judge && reading.may_merge && !reading.same[0].why.is_empty());
        assert!(app.cases.judge(handler(2), other.clone(), first.clone(), Judged::NotSame).wait().is_err());
        app.cases.judge(coordinator(), other.clone(), first.clone(), Judged::NotSame).wait().unwrap();
        for n in [&first, &other] {
            assert!(app.cases.case_reading(coordinator(), n.clone()).wait().unwrap().same.is_empty());
        }
        // The neighbouring city must not learn that the case exists.
        let foreign = who(Role::Coordinator, 4);
        assert_eq!(
            app.cases.judge(foreign, other, first, Judged::NotSame).wait().unwrap_err(),
            city::Error::NotFound
        );
    });
}

#[test]
fn what_came_back_is_confirmed_and_a_closed_case_becomes_a_precedent() {
    city(|app, clock: &HandClock| {
        let text = "A3区梧桐花园小区临街餐馆油烟直排,夜里噪音扰民,多次投诉";
        let old = lodge(app, "梧桐花园餐馆油烟扰民", text);
        handled_by(app, &old, 2);
        let answer = "经现场检查,油烟直排属实,已责令安装净化器并于 3 月 20 日前完成整改。联系电话 85550123。";
        let check = app.cases.check_reply(handler(2), old.clone(), answer.into()).wait().unwrap();
        let empty = app.cases.check_reply(handler(2), old.clone(), "已收悉,谢谢".into()).wait().unwrap();
        assert!(check.score > empty.score + 20, "{check:?} {empty:?}");
        assert!(!empty.signals.is_empty() && empty.advice.len() > check.advice.len());
        close(app, &old, 2, answer);
        let form = NewPrecedent {
            title: "餐馆油烟直排".into(),
            problem: "居民楼下餐馆油烟直排扰民".into(),
            obstacle: "两个部门都说不归自己管".into(),
            solution: "联合检查,安装净化器,按月复查".into(),
            basis: "大气污染防治法第八十一条".into(),
        };
        assert!(app.cases.make_precedent(handler(3), old.clone(), form.clone()).wait().is_err());
        app.cases.make_precedent(coordinator(), old.clone(), form).wait().unwrap();
        clock.move_us(60 * US_PER_DAY);
        let new = lodge(
            app,
            "梧桐花园楼下餐馆又排油烟",
            "A3区梧桐花园小区楼下餐馆又在直排油烟,夜里噪音扰民,投诉过",
        );
        handled_by(app, &new, 2);
        while app.cases.read_on(10).unwrap() > 0 {}
        let reading = app.cases.case_reading(coordinator(), new.clone()).wait().unwrap();
        assert_eq!(reading.back.first().map(|t| t.number.as_str()), Some(old.as_str()), "{reading:?}");
        assert_eq!(reading.back[0].days_after, Some(60));
        assert_eq!(reading.precedents.first().map(|p| p.form.title.as_str()), Some("餐馆油烟直排"));
        // It is a figure as soon as it is said, and none when it is taken back.
        let recurred = || {
            app.supervision.figures_ready().unwrap();
            let day = |m, d| kernel::Date::constant(2026, m, d);
            let ask =
                supervise::Ask { from: day(1, 1), to: day(12, 31), filter: supervise::Filter::default() };
            let board =
                app.supervision.board(who(Role::Supervisor, 1), ask, supervise::Dim::Unit).wait().unwrap();
            board.total.value(supervise::figure("recurred").unwrap()).text()
        };
        assert_eq!(recurred(), "0");
        for (judged, figure) in [(Judged::CameBack, "1"), (Judged::NotBack, "0"), (Judged::CameBack, "1")] {
            app.cases.judge(coordinator(), new.clone(), old.clone(), judged).wait().unwrap();
            assert_eq!(recurred(), figure);
        }
        let after = app.cases.case_reading(coordinator(), new.clone()).wait().unwrap();
        assert!(after.back.is_empty() && after.history[0].earlier);
        let earlier = app.cases.case_reading(coordinator(), old.clone()).wait().unwrap();
        assert!(!earlier.history[0].earlier, "its strike-off did not last");
        // The same reply to another problem is a signal.
        let third = lodge(app, "公园路灯坏了", "松湖公园路灯坏了三个月没有人来修,晚上散步看不见路");
        handled_by(app, &third, 2);
        let copied = app.cases.check_reply(handler(2), third, answer.into()).wait().unwrap();
        assert_eq!(copied.copied.map(|c| c.0), Some(Some(old)));
        // How many like it came in since is counted at most every ten minutes.
        let since = || {
            let found = app.cases.precedents(coordinator(), "油烟".into()).wait().unwrap();
            assert_eq!(found.len(), 1);
            found[0].since
        };
        assert_eq!(since(), 1);
        lodge(app, "梧桐花园餐馆还在排油烟", "A3区梧桐花园小区楼下餐馆还在直排油烟,夜里噪音扰民");
        while app.cases.read_on(10).unwrap() > 0 {}
        assert_eq!(since(), 1);
        clock.move_us(11 * 60 * kernel::US_PER_SECOND);
        assert_eq!(since(), 2);
    });
}

#[test]
fn hot_matters_are_grouped_and_hidden_from_those_who_see_none_of_them() {
    city(|app, clock| {
        for (i, t) in [
            "梧桐花园搅拌站半夜施工噪音扰民",
            "梧桐花园附近搅拌站粉尘噪音污染",
            "投诉梧桐花园旁违建搅拌站扰民",
        ]
        .iter()
        .enumerate()
        {
            lodge(app, t, &format!("{t},住户{i}"));
        }
        lodge(app, "医保卡异地报销怎么办理", "人在外地");
        clock.move_us(US_PER_HOUR);
        for _ in 0..6 {
            Worker::new(app.clone()).tick().unwrap();
        }
        let page = app.cases.hot(coordinator(), 30, None).wait().unwrap();
        assert_eq!(page.matters.first().map(|m| m.count), Some(3), "{page:?}");
        assert!(app.cases.hot(who(Role::Coordinator, 4), 30, None).wait().unwrap().matters.is_empty());
        // A handler sees one letter of three: the matter bears its name, and the others neither count nor show.
        let number = app
            .cases
            .search(coordinator(), "粉尘".into(), all(), None)
            .wait()
            .unwrap()
            .hits
            .remove(0)
            .view
            .case
            .number;
        handled_by(app, &number, 3);
        let part = app.cases.hot(handler(3), 30, None).wait().unwrap();
        assert_eq!(part.matters.len(), 1);
        let m = &part.matters[0];
        assert_eq!((m.count, m.heat.people, m.line.as_str()), (1, 1, "梧桐花园附近搅拌站粉尘噪音污染"));
        assert!(m.words.is_empty() && m.id == number);
        let one = app.cases.hot(coordinator(), 30, Some(page.matters[0].id.clone())).wait().unwrap();
        assert_eq!(one.matters[0].letters.len(), 3);
    });
}
