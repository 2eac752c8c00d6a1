//! 省级标准: a province gives calendars, limits, formulas, codes and items to its cities over a network that loses, repeats,
//! disorders, changes and is silent. A city adds and never alters; both sides know which version is where.

use catalogue::{Limit, ServiceItem, sample};
use catalogue_acts::ItemOutcome;
use cells::{CityHolds, Issued, NewPeer, Parcel, Purpose, Rank, StandardsView, TakenView};
use city::given::How;
use city::{Error, StandardKind};
use kernel::{Actor, Date, RegionCode, Role, US_PER_DAY};
use store::{Options, Place, Store};
use supervise::{Formula, Part};
use testkit::{HandClock, TempDir, both_engines};

use super::cells_of_cities::{Dice, KEY, Net, Town, fill, settle, towns};
use super::{START, ticks_clean};
use assembly::House;

fn peer(of: &Town, rank: Rank) -> NewPeer {
    NewPeer {
        code: of.code.into(),
        name: of.name.into(),
        address: String::new(),
        rank,
        purposes: vec![Purpose::Standards],
        secret: KEY.into(),
        active: true,
    }
}

fn joins(city: &Town, top: &Town) {
    city.house.cells.set_peer(city.admin(), peer(top, Rank::Above)).wait().unwrap();
    top.house.cells.set_peer(top.admin(), peer(city, Rank::Below)).wait().unwrap();
}

/// Cities, and the province last.
fn province(clock: &HandClock, n: usize) -> Vec<Town> {
    let mut all = towns(clock, n);
    let dirs = (TempDir::new(), TempDir::new());
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    let store = Store::open(&Place::Embedded { dir: dirs.0.path().to_owned() }, options).unwrap();
    let house = House::open(store.clone(), dirs.1.path()).unwrap();
    fill(&house, "43", "湘省");
    all.push(Town { house, code: "43", name: "湘省", store, _dirs: dirs });
    let (top, cities) = all.split_last().unwrap();
    cities.iter().for_each(|city| joins(city, top));
    all
}

fn issue(top: &Town, about: StandardKind, word: &str) -> Issued {
    top.house.cells.issue(top.coordinator(), about, word.into()).wait().unwrap()
}

fn view(of: &Town) -> StandardsView {
    of.house.cells.standards(of.coordinator(), Default::default()).wait().unwrap()
}

fn taken(of: &Town, about: StandardKind) -> TakenView {
    view(of).taken.into_iter().find(|t| t.about == about).unwrap()
}

fn holds(top: &Town, about: StandardKind, city: &Town) -> CityHolds {
    let all = view(top).issued.into_iter().find(|i| i.about == about).unwrap().cities;
    all.into_iter().find(|c| c.name == city.name).unwrap()
}

fn notice(extra: &str) -> String {
    format!(
        r#"{{"year":2027,"papers":["https://example.gov.cn/2027"],"days":[
        {{"name":"元旦","date":"2027-01-01","isOffDay":true}},{{"name":"春节","date":"2027-02-08","isOffDay":true}}{extra}]}}"#
    )
}

fn day(name: &str, date: &str, off: bool) -> String {
    format!(r#",{{"name":"{name}","date":"{date}","isOffDay":{off}}}"#)
}

fn import(of: &Town, extra: &str) -> Result<i16, Error> {
    of.house.city.import_calendar(of.admin(), notice(extra)).wait()
}

fn off(of: &Town, date: &str) -> bool {
    let office = of.house.city.office_now().wait().unwrap();
    !office.rules.calendar.works(date.parse().unwrap())
}

fn refused<T: std::fmt::Debug>(done: Result<T, Error>, why: &str) {
    match done {
        Err(Error::Invalid { said, .. }) => {
            assert!(said.zh.contains(why), "{said}");
            assert!(!said.en.is_empty());
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_calendar_goes_down_a_city_adds_a_day_and_alters_none() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = province(&clock, 2);
    let (a, b, top) = (&all[0], &all[1], &all[2]);
    refused(
        top.house.cells.issue(top.coordinator(), StandardKind::Calendar, "2027".into()).wait(),
        "没有可下发的放假安排",
    );
    assert!(
        top.house
            .cells
            .issue(top.who(Role::Handler, 2), StandardKind::Calendar, "2026".into())
            .wait()
            .is_err()
    );
    import(top, "").unwrap();
    // The city had a day of its own before.
    import(a, &day("龙舟节", "2027-06-11", true)).unwrap();
    assert_eq!(issue(top, StandardKind::Calendar, "2027"), Issued::Version(1));
    assert_eq!(issue(top, StandardKind::Calendar, "2027"), Issued::Same(1), "nothing changed");
    assert_eq!(holds(top, StandardKind::Calendar, a).sent.map(|s| s.0), Some(1), "on its way");
    settle(&all);
    assert!(off(b, "2027-02-08") && off(a, "2027-06-11") && !off(b, "2027-06-11"));
    let seen = taken(a, StandardKind::Calendar);
    assert_eq!((seen.held.unwrap().0, seen.from.as_str(), seen.name.as_str()), (1, "湘省", "2027 年"));
    let added: Vec<_> = seen.differences.iter().map(|d| (d.how, d.what.as_str())).collect();
    assert_eq!(added, [(How::Added, "2027-06-11 龙舟节")]);
    let there = holds(top, StandardKind::Calendar, a);
    assert_eq!((there.version, there.added, there.altered, there.sent), (1, 1, 0, None));
    // A city takes nothing out and turns nothing round.
    refused(
        import(b, "").map(drop).and_then(|()| {
            let text =
                notice("").replace("2027-02-08\",\"isOffDay\":true", "2027-02-08\",\"isOffDay\":false");
            b.house.city.import_calendar(b.admin(), text).wait().map(drop)
        }),
        "可以补充，不能改动：日期 2027-02-08 春节",
    );
    let less = notice("").replace(r#",{"name":"春节","date":"2027-02-08","isOffDay":true}"#, "");
    refused(b.house.city.import_calendar(b.admin(), less).wait(), "第 1 版");
    // The next version: what the city added stays, and the province that was told a day keeps its own.
    import(top, &day("元旦", "2027-01-04", true)).unwrap();
    assert_eq!(issue(top, StandardKind::Calendar, "2027"), Issued::Version(2));
    settle(&all);
    assert!(off(a, "2027-06-11") && off(a, "2027-01-04") && off(b, "2027-01-04"));
    assert_eq!(holds(top, StandardKind::Calendar, a).version, 2);
    // A city that joins later has it from its first message on.
    let late = province(&clock, 3).remove(2);
    joins(&late, top);
    assert_eq!(top.house.cells.hand_down().unwrap(), 1);
    assert_eq!(top.house.cells.hand_down().unwrap(), 0);
    for p in top.parcels(&late) {
        top.house.cells.receipted(late.code, p.key, &late.takes(&p).unwrap()).unwrap();
    }
    assert!(off(&late, "2027-01-04"));
    all.iter().for_each(|t| ticks_clean(&t.house));
}

/// A message that the province signs, whatever it says.
fn forged(top: &Town, to: &Town, (key, seq): (i64, i64), data: &serde_json::Value) -> Parcel {
    let subject = format!("standard/{}/{}", data["about"].as_str().unwrap(), data["word"].as_str().unwrap());
    let at = top.store.now();
    let body = serde_json::json!({
        "v": 1, "from": top.code, "to": to.code, "key": key, "subject": subject, "seq": seq, "at": at,
        "kind": "standard", "data": data,
    })
    .to_string();
    let (id, at_s) = (format!("{}/{key}", top.code), at.us() / 1_000_000);
    let signature = delivery::signature(KEY, &id, at_s, &body);
    Parcel { key, id, at_s, body, signature }
}

#[test]
fn what_is_older_or_altered_is_refused_with_the_reason_on_both_sides() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = province(&clock, 1);
    let (a, top) = (&all[0], &all[1]);
    import(top, "").unwrap();
    issue(top, StandardKind::Calendar, "2027");
    settle(&all);
    import(top, &day("元旦", "2027-01-04", true)).unwrap();
    issue(top, StandardKind::Calendar, "2027");
    settle(&all);
    let doc = |extra: &str| {
        let notice = workday::YearNotice::parse(&notice(extra)).unwrap();
        city::standards::calendar_tree(&notice)
    };
    let sent = |version: i64, doc: &serde_json::Value, digest: Option<&str>| {
        let named = city::standards::digest_of(doc);
        serde_json::json!({
            "about": "calendar", "word": "2027", "version": version, "issued": top.store.now(),
            "digest": digest.unwrap_or(&named), "doc": doc,
        })
    };
    let other = doc(&day("五一", "2027-05-03", true));
    let cases = [
        (sent(1, &other, None), "第 1 版比现行的第 2 版旧"),
        (sent(2, &other, None), "第 2 版已经收到，内容不同"),
        (sent(3, &other, Some(&"0".repeat(64))), "内容与摘要不符"),
        (sent(3, &serde_json::json!({ "year": 2027, "papers": [], "days": {} }), None), "尚未公布"),
    ];
    for (n, (data, why)) in cases.into_iter().enumerate() {
        clock.move_us(US_PER_DAY);
        let n = n as i64;
        a.takes(&forged(top, a, (100 + n, 3 + n), &data)).unwrap();
        let seen = taken(a, StandardKind::Calendar);
        assert_eq!(seen.held.unwrap().0, 2, "what is in force stays");
        let (id, _, said) = seen.refused.unwrap();
        assert!(said.contains(why), "{said}");
        assert!(!a.house.cells.try_standard(a.admin(), id).wait().unwrap(), "it is as it was");
        settle(&all);
        assert!(holds(top, StandardKind::Calendar, a).refused.contains(why), "and the province knows");
        assert!(!off(a, "2027-05-03") && off(a, "2027-01-04"));
    }
    // The next good version makes an end of it; numbers go on after what a city holds.
    import(top, &day("五一", "2027-05-03", true)).unwrap();
    assert_eq!(issue(top, StandardKind::Calendar, "2027"), Issued::Version(3));
    let p = top.parcels(a).remove(0);
    let body: serde_json::Value = serde_json::from_str(&p.body).unwrap();
    clock.move_us(US_PER_DAY);
    a.takes(&forged(top, a, (200, 7), &body["data"])).unwrap();
    assert_eq!(taken(a, StandardKind::Calendar).held.unwrap().0, 3);
    assert!(taken(a, StandardKind::Calendar).refused.is_none());
}

fn part(name: &str, expr: &str, most: f64) -> Part {
    Part { name: name.into(), expr: expr.into(), most, needs: None }
}

fn formula(since: &str, parts: Vec<Part>) -> Formula {
    Formula {
        name: "全省效能考核".into(),
        since: since.parse().unwrap(),
        parts,
        size: "replied".into(),
        size_min: 5,
        adjust_most: 10.0,
    }
}

#[test]
fn what_conflicts_is_said_what_is_withdrawn_binds_nobody_and_what_comes_late_again_changes_nothing() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = province(&clock, 1);
    let (a, top) = (&all[0], &all[1]);
    // The city had the same day otherwise, and one of its own.
    let own = notice(&day("龙舟节", "2027-06-11", true))
        .replace("2027-02-08\",\"isOffDay\":true", "2027-02-08\",\"isOffDay\":false");
    let own = own.replace("example.gov.cn/2027", "example.gov.cn/own");
    a.house.city.import_calendar(a.admin(), own).wait().unwrap();
    import(top, "").unwrap();
    issue(top, StandardKind::Calendar, "2027");
    settle(&all);
    let seen = taken(a, StandardKind::Calendar);
    assert!(off(a, "2027-02-08") && seen.note.contains("1 日以下发的为准：2027-02-08 春节"), "{}", seen.note);
    let papers: Vec<_> = seen.differences.iter().filter(|d| d.field == "papers").map(|d| d.how).collect();
    assert_eq!(papers, [How::Added], "where the days of the city were published stays");
    let first = top_message(top, StandardKind::Calendar);
    import(top, &day("元旦", "2027-01-04", true)).unwrap();
    issue(top, StandardKind::Calendar, "2027");
    settle(&all);
    // Only who issues withdraws.
    let withdraw =
        |t: &Town, who: Actor| t.house.cells.withdraw(who, StandardKind::Calendar, "2027".into()).wait();
    assert!(withdraw(top, top.who(Role::Handler, 2)).is_err());
    assert!(matches!(withdraw(a, a.coordinator()), Err(Error::NotFound)), "a city issued nothing");
    refused(import(a, ""), "可以补充，不能改动");
    assert_eq!(withdraw(top, top.coordinator()).unwrap(), Issued::Version(3));
    assert_eq!(withdraw(top, top.coordinator()).unwrap(), Issued::Same(3));
    settle(&all);
    let seen = taken(a, StandardKind::Calendar);
    assert!(seen.withdrawn && seen.differences.is_empty() && seen.name == "2027 年");
    assert!(off(a, "2027-01-04"), "what was given is the city's own now");
    assert_eq!((holds(top, StandardKind::Calendar, a).version, view(top).issued[0].withdrawn), (3, true));
    import(a, "").unwrap();
    assert!(!off(a, "2027-01-04"), "a working Monday again");
    // It is issued again as it was.
    assert_eq!(issue(top, StandardKind::Calendar, "2027"), Issued::Version(4));
    settle(&all);
    assert!(off(a, "2027-01-04") && !taken(a, StandardKind::Calendar).withdrawn);
    refused(import(a, ""), "第 4 版");
    // The first version comes again in a new message: nothing is altered, nothing is refused, its row stays.
    a.takes(&forged(top, a, (100, 5), &first)).unwrap();
    let seen = taken(a, StandardKind::Calendar);
    assert_eq!((seen.held.unwrap().0, seen.refused.is_none(), off(a, "2027-01-04")), (4, true, true));
    let rows = |state: &str| {
        let state = state.to_owned();
        a.store.read(move |rd| store::standards::versions(rd, &state, "calendar", "2027", 9)).unwrap().len()
    };
    assert_eq!((rows("held"), rows("refused")), (4, 0));
    all.iter().for_each(|t| ticks_clean(&t.house));
}

/// What the newest version of a standard says in a message.
fn top_message(top: &Town, about: StandardKind) -> serde_json::Value {
    let kind = about.word();
    let row = top
        .store
        .read(move |rd| store::standards::versions(rd, "issued", kind, "2027", 1))
        .unwrap()
        .remove(0);
    let doc: serde_json::Value = serde_json::from_str(&row.doc).unwrap();
    serde_json::json!({
        "about": kind, "word": row.word, "version": row.version, "issued": row.issued, "digest": row.digest, "doc": doc,
    })
}

#[test]
fn a_formula_goes_down_and_a_city_adds_a_part() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = province(&clock, 1);
    let (a, top) = (&all[0], &all[1]);
    let set = |t: &Town, f: Formula| t.house.supervision.set_formula(t.who(Role::Supervisor, 1), f).wait();
    let now = |t: &Town, on: &str| {
        let day: Date = on.parse().unwrap();
        let ask = supervise::Ask { from: day, to: day, filter: supervise::Filter::default() };
        t.house.supervision.scores(t.who(Role::Supervisor, 1), ask).wait().unwrap().formula
    };
    let names = |t: &Town, on: &str| -> Vec<String> {
        now(t, on).map(|f| f.parts.into_iter().map(|p| p.name).collect()).unwrap_or_default()
    };
    let (timely, solved) = (part("时效", "40 * on_time_rate", 40.0), part("解决", "60 * solved_rate", 60.0));
    set(a, formula("2026-01-01", vec![part("本市旧项", "100 * on_time_rate", 100.0)])).unwrap();
    // One that is to come must not undo later what is given now.
    set(a, formula("2027-06-01", vec![part("本市来年", "100 * on_time_rate", 100.0)])).unwrap();
    set(top, formula("2026-12-01", vec![timely.clone(), solved.clone()])).unwrap();
    assert_eq!(issue(top, StandardKind::Formula, "formula"), Issued::Version(1));
    settle(&all);
    assert_eq!(names(a, "2026-12-01"), ["时效", "解决"]);
    assert_eq!(names(a, "2026-11-30"), ["本市旧项"], "days before it go by the old one");
    assert!(taken(a, StandardKind::Formula).note.contains("取代"));
    assert_eq!(names(a, "2027-06-01"), ["时效", "解决"]);
    assert!(taken(a, StandardKind::Formula).note.contains("2027-06-01 起的"));
    let mut changed = timely.clone();
    changed.most = 50.0;
    refused(set(a, formula("2026-12-10", vec![changed, solved.clone()])), "时效");
    refused(set(a, formula("2026-12-10", vec![solved.clone()])), "不能改动：考核项 时效");
    let own = part("本市", "5 * satisfied_rate", 5.0);
    set(a, formula("2026-12-01", vec![timely.clone(), solved.clone(), own.clone()])).unwrap();
    assert_eq!(names(a, "2026-12-01"), ["时效", "解决", "本市"], "of one day the newest is in force");
    assert_eq!(taken(a, StandardKind::Formula).differences[0].what, "本市");
    let next = part("时效", "45 * on_time_rate", 45.0);
    set(top, formula("2027-01-01", vec![next, solved])).unwrap();
    assert_eq!(issue(top, StandardKind::Formula, "formula"), Issued::Version(2));
    settle(&all);
    let after = now(a, "2027-01-01").unwrap();
    assert_eq!(after.parts.iter().map(|p| p.most).collect::<Vec<_>>(), [45.0, 60.0, 5.0]);
    assert_eq!(names(a, "2026-12-31"), ["时效", "解决", "本市"]);
    assert_eq!(now(a, "2027-06-01").unwrap().parts[0].most, 45.0);
    assert_eq!(holds(top, StandardKind::Formula, a).version, 2);
}

#[test]
fn an_item_keeps_what_is_the_citys_own_and_asks_for_no_more_than_is_given() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = province(&clock, 2);
    let (a, b, top) = (&all[0], &all[1], &all[2]);
    let of = |t: &Town| ServiceItem {
        region: t.code.parse().ok(),
        unit: format!("{}市监局", t.name),
        version: 1,
        effective_from: Some("2026-01-01".parse().unwrap()),
        effective_to: None,
        ..sample::full()
    };
    let take = |t: &Town, item: &ServiceItem| {
        let outcome = t.house.catalogue.take_in_items(&Actor::system(), vec![item.clone()]).unwrap();
        outcome.wait().unwrap().remove(0)
    };
    let newest = |t: &Town| {
        let word = shelf::key_of(&of(t).code, &of(t).handling_code);
        t.house.catalogue.item(None, word).wait().unwrap().history.versions().last().unwrap().clone()
    };
    let mut theirs = of(top);
    theirs.promised_limit = Some(Limit::work_days(3));
    assert_eq!(take(top, &theirs), ItemOutcome::Added);
    let mut ours = of(a);
    ours.materials[0].copies += 1;
    ours.promised_limit = Some(Limit::work_days(9));
    assert_eq!(take(a, &ours), ItemOutcome::Added);
    let word = shelf::key_of(&theirs.code, &theirs.handling_code);
    assert_eq!(issue(top, StandardKind::Item, &word), Issued::Version(1));
    settle(&all);
    let (of_a, of_b) = (newest(a), newest(b));
    assert_eq!(of_a.materials, theirs.materials, "what is asked for is as it is given");
    assert_eq!((of_a.version, of_a.promised_limit), (2, Some(Limit::work_days(3))));
    assert_eq!((&of_a.windows, &of_a.unit), (&ours.windows, &ours.unit), "windows and unit are the city's");
    assert_eq!((of_b.version, of_b.region.as_ref().map(RegionCode::as_str)), (1, Some(b.code)));
    assert!(of_b.windows.is_empty(), "no windows of the province");
    // The next version of the city: windows are its own, materials are not.
    let next = |change: &dyn Fn(&mut ServiceItem)| {
        let mut item = newest(a);
        item.version += 1;
        item.effective_from = item.effective_from.and_then(|d| d.tomorrow().ok());
        change(&mut item);
        take(a, &item)
    };
    let no = |outcome: ItemOutcome, why: &str| match outcome {
        ItemOutcome::Refused(said) => assert!(said.zh.contains(why), "{said}"),
        other => panic!("{other:?}"),
    };
    no(next(&|i| i.materials[0].name = "另一份材料".into()), "可以补充，不能改动");
    no(
        next(&|i| {
            let mut more = i.materials[0].clone();
            (more.id, more.name) = ("x9".into(), "多要的材料".into());
            i.materials.push(more);
        }),
        "多要的材料",
    );
    no(next(&|i| i.promised_limit = Some(Limit::work_days(4))), "不能更长");
    no(next(&|i| i.state = catalogue::ItemState::Cancelled), "只收在用的事项");
    no(next(&|i| i.effective_to = Some("2027-01-01".parse().unwrap())), "取消日期");
    assert_eq!(
        next(&|i| {
            i.promised_limit = Some(Limit::work_days(2));
            i.legal_basis.push("本市条例第三条".into());
            i.windows.clear();
        }),
        ItemOutcome::NewVersion
    );
    let seen = taken(a, StandardKind::Item);
    let found: Vec<_> = seen.differences.iter().map(|d| (d.how, d.field.as_str(), d.what.as_str())).collect();
    assert_eq!(found, [(How::Added, "legal_basis", "本市条例第三条")]);
    // The province changes the name: the shorter promise and the basis that was added stay.
    theirs.version = 2;
    theirs.effective_from = Some("2026-12-15".parse().unwrap());
    theirs.name = "食品经营许可（统一）".into();
    assert_eq!(take(top, &theirs), ItemOutcome::NewVersion);
    assert_eq!(issue(top, StandardKind::Item, &word), Issued::Version(2));
    settle(&all);
    let after = newest(a);
    assert_eq!(
        (after.name.as_str(), after.promised_limit),
        ("食品经营许可（统一）", Some(Limit::work_days(2)))
    );
    assert!(after.legal_basis.contains(&"本市条例第三条".to_owned()));
    assert_eq!(holds(top, StandardKind::Item, b).version, 2);
    // What the province ends is ended in each city.
    theirs.version = 3;
    theirs.effective_from = Some("2026-12-20".parse().unwrap());
    theirs.effective_to = Some("2027-06-01".parse().unwrap());
    assert_eq!(take(top, &theirs), ItemOutcome::NewVersion);
    assert_eq!(issue(top, StandardKind::Item, &word), Issued::Version(3));
    settle(&all);
    assert_eq!((newest(a).effective_to, newest(b).effective_to), (theirs.effective_to, theirs.effective_to));
    all.iter().for_each(|t| ticks_clean(&t.house));
}

#[test]
fn limits_and_codes_go_down_and_none_is_made_laxer_or_renamed() {
    let clock = HandClock::at(START.parse().unwrap());
    let all = province(&clock, 1);
    let (a, top) = (&all[0], &all[1]);
    let rules = |t: &Town| t.house.city.office_now().wait().unwrap().rules.limits.clone();
    let simple = rules(top).into_iter().find(|l| l.id == "simple").unwrap();
    let like = |id: &str, n: u32| resolve::LimitRule {
        id: id.into(),
        length: workday::Length::Workdays(n),
        channel: Some(resolve::Channel::Hotline),
        source: "本市规定".into(),
        ..simple.clone()
    };
    // The city has two of its own: a stricter and a laxer one.
    for l in [like("strict", 1), like("lax", 30)] {
        let l = resolve::LimitRule { channel: (l.id == "lax").then_some(resolve::Channel::Walk), ..l };
        a.house.city.change_limit(a.admin(), None, Some(l)).wait().unwrap();
    }
    issue(top, StandardKind::Limits, "limits");
    let region = |code: &str, name: &str| (code.parse::<RegionCode>().unwrap(), name.to_owned());
    let names = vec![region("430602", "东湖区"), region("430402", "雁峰区")];
    top.house.people.put_regions(top.who(Role::SystemAdmin, 1), names).wait().unwrap();
    a.house.people.put_regions(a.admin(), vec![region("430602001", "某街道")]).wait().unwrap();
    issue(top, StandardKind::Regions, "regions");
    settle(&all);
    let after = rules(a);
    assert_eq!(after.iter().filter(|l| l.source == "本市规定").count(), 1, "the laxer one is no more");
    assert!(taken(a, StandardKind::Limits).note.contains("1 条"));
    let found = taken(a, StandardKind::Limits).differences;
    assert_eq!(
        found.iter().map(|d| (d.how, d.what.as_str())).collect::<Vec<_>>(),
        [(How::Added, "本市规定")]
    );
    let change = |l| a.house.city.change_limit(a.admin(), None, Some(l)).wait();
    refused(change(like("more", 30)), "不能改动");
    refused(
        a.house.city.change_limit(a.admin(), Some(("simple".into(), simple.effective)), None).wait(),
        "不能改动",
    );
    change(like("less", 2)).unwrap();
    // Codes: a city names streets of its own and renames no district.
    let rename = |text: &str| a.house.people.keep_regions(a.admin(), text.into()).wait();
    refused(rename("430602 西湖区\n430602001 某街道"), "430602 东湖区");
    refused(rename("430602001 某街道"), "430602 东湖区");
    rename("430602 东湖区\n430602001 新街道").unwrap();
    let seen = taken(a, StandardKind::Regions);
    assert_eq!(seen.differences.len(), 1, "{:?}", seen.differences);
    assert_eq!(holds(top, StandardKind::Regions, a).altered, 0);
}

/// Whatever the network does and however long it is silent: in the end each city holds the newest version of each standard, as it was
/// issued, and the province knows it.
#[test]
fn versions_arrive_whatever_the_network_does() {
    for seed in 1..=3 {
        let clock = HandClock::at(START.parse().unwrap());
        let all = province(&clock, 2);
        let (top, cities) = all.split_last().unwrap();
        let (mut dice, mut net) = (Dice::new(seed), Net::default());
        let mut issued = [0i64; 2];
        for step in 0..160 {
            if dice.one_in(4) {
                let which = dice.roll(2);
                let date = format!("2027-{:02}-{:02}", 3 + dice.roll(9), 1 + dice.roll(28));
                if which == 0 && import(top, &day("假日", &date, true)).is_ok() {
                    if let Issued::Version(v) = issue(top, StandardKind::Calendar, "2027") {
                        issued[0] = v;
                    }
                } else {
                    let most = 10.0 + dice.roll(50) as f64;
                    let f = formula("2026-12-01", vec![part("时效", "40 * on_time_rate", most)]);
                    top.house.supervision.set_formula(top.who(Role::Supervisor, 1), f).wait().unwrap();
                    if let Issued::Version(v) = issue(top, StandardKind::Formula, "formula") {
                        issued[1] = v;
                    }
                }
            } else {
                net.step(&all, &mut dice);
            }
            clock.move_us(if dice.one_in(20) { 3 * US_PER_DAY } else { US_PER_DAY / 48 });
            // At no moment does a city hold what was never issued, or an older one than before.
            if step % 10 == 0 {
                for c in cities {
                    assert!(view(c).taken.iter().all(|t| t.refused.is_none()), "{:?}", view(c).taken);
                }
            }
        }
        settle(&all);
        for (_, to, p) in net.flying.drain(..) {
            all[to].takes(&p).unwrap();
        }
        settle(&all);
        for (about, version) in [(StandardKind::Calendar, issued[0]), (StandardKind::Formula, issued[1])] {
            assert!(version > 1, "the walk issues several");
            for c in cities {
                let seen = taken(c, about);
                assert_eq!(
                    (seen.held.unwrap().0, seen.differences.len()),
                    (version, 0),
                    "{about:?} at {}",
                    c.name
                );
                let there = holds(top, about, c);
                assert_eq!((there.version, there.refused.as_str(), there.sent), (version, "", None));
            }
        }
        for t in &all {
            assert!(t.house.cells.asides(t.coordinator()).wait().unwrap().is_empty());
            ticks_clean(&t.house);
        }
    }
}

#[test]
fn the_rows_of_standards_are_the_same_on_both_engines() {
    let clock = HandClock::at(START.parse().unwrap());
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    both_engines(&options, |store| {
        let keys = TempDir::new();
        let house = House::open(store.clone(), keys.path()).unwrap();
        fill(&house, "43", "湘省");
        let top = Town {
            house,
            code: "43",
            name: "湘省",
            store: store.clone(),
            _dirs: (TempDir::new(), TempDir::new()),
        };
        let city = towns(&clock, 1).remove(0);
        joins(&city, &top);
        let all = [city, top];
        for year in ["2024", "2025", "2026"] {
            issue(&all[1], StandardKind::Calendar, year);
        }
        settle(&all);
        let cells = &all[1].house.cells;
        assert_eq!(
            cells.send_standard_again(all[1].admin(), StandardKind::Calendar, "2026".into()).wait().unwrap(),
            0
        );
        let seen = view(&all[1]);
        assert_eq!((seen.totals, seen.issued.len(), seen.may_issue), ((0, 3), 3, true));
        assert!(seen.issued.iter().all(|i| i.cities[0].version == 1));
        let rest = cells.standards(all[1].coordinator(), ("calendar".into(), "2024".into())).wait().unwrap();
        assert_eq!(rest.issued.iter().map(|i| i.word.as_str()).collect::<Vec<_>>(), ["2025", "2026"]);
        assert_eq!((view(&all[0]).totals, view(&all[0]).may_issue), ((3, 0), false));
    });
}
