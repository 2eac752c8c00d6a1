//! 100,000 items taken in and searched; a campaign of 20,000 walks with 200,000 observations on the board, on both
//! engines. Prints one section of markdown.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::time::Instant;

use assembly::House;
use catalogue::ServiceItem;
use city::Settings;
use kernel::{Actor, Moment, Role, StaffId, US_PER_SECOND, UnitId};
use people::{NewStaff, NewUnit};
use shelf::ItemAsk;
use store::{Options, Store};
use testkit::{TempDir, both_engines};
use walk::campaign::{Campaign, Target};
use walk::ops::FindingKind;
use walk::{Act, Form, Hlc, Op, OpId};
use walk_acts::WalkSync;

const ITEMS: usize = 100_000;
const WALKS: usize = 20_000;
const STAFF: i64 = 5_000;
const UNITS: i64 = 300;
const WHAT: [&str; 20] = [
    "食品经营许可",
    "公司设立登记",
    "工伤认定申请",
    "异地就医备案",
    "不动产转移登记",
    "施工许可",
    "排污许可",
    "教师资格认定",
    "残疾人证办理",
    "契税申报",
    "公积金提取",
    "道路运输许可",
    "卫生许可",
    "低保确认",
    "护照签发",
    "结婚登记",
    "用水报装",
    "燃气报装",
    "法律援助",
    "种粮补贴",
];
const HOW: [&str; 10] = ["新办", "变更", "延续", "注销", "补办", "换领", "备案", "年审", "预约", "查询"];

fn item(n: usize) -> ServiceItem {
    let mut item = catalogue::sample::food_licence();
    item.code = format!("{:018}3{n:012}", 119_901_000);
    item.name = format!("{}（{}，{}号）", WHAT[n % 20], HOW[n / 20 % 10], n / 200);
    item.unit = format!("单位{}", n % UNITS as usize);
    item.region = "4306".parse().ok();
    if n.is_multiple_of(7) {
        item.visit_reason.clear();
    }
    item
}

fn people(app: &House) {
    let settings = Settings {
        city: "4306".parse().expect("a code"),
        name: "临江市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(Actor::system(), settings).wait().expect("city");
    let unit = |n: i64| NewUnit {
        key: format!("u{n}"),
        name: format!("单位{n}"),
        short: format!("单位{n}"),
        kind: if n == 0 { "coordination".into() } else { "department".into() },
        parent: None,
        region: "4306".parse().expect("a code"),
        duties: String::new(),
    };
    app.people.put_units(Actor::system(), (0..UNITS).map(unit).collect()).wait().expect("units");
    let staff = |n: i64| NewStaff {
        login: format!("s{n}"),
        name: format!("走查人{n}"),
        role: Role::Walker,
        unit: format!("u{}", n % UNITS),
        position: "局长".into(),
        password: None,
    };
    app.people.put_staff(Actor::system(), (0..STAFF).map(staff).collect()).expect("staff");
}

fn ops(n: usize, item: &ServiceItem, at: Moment) -> Vec<serde_json::Value> {
    let steps: Vec<&str> = item.steps.iter().map(|s| s.id.as_str()).collect();
    let step = |i: usize| steps[i % steps.len()].to_owned();
    let found = Act::Found {
        kind: FindingKind::Problem,
        step: step(0),
        text: format!("第 {n} 次走访:要了指南外的材料"),
    };
    let form = Form::Oneself;
    let mut acts = vec![Act::Start {
        form,
        identity: form.rule().identity,
        item: item.code.clone(),
        version: 1,
        simulated: false,
    }];
    acts.extend(steps.iter().map(|s| Act::StepEnded { step: (*s).to_owned(), through: true }));
    acts.push(found);
    acts.push(Act::Finish { reached_end: true });
    while acts.len() < 10 {
        acts.insert(1, Act::Noted { step: step(acts.len()), text: "排队有人引导".into() });
    }
    acts.truncate(10);
    acts.into_iter()
        .enumerate()
        .map(|(i, act)| {
            let id = OpId { device: n as u64, counter: i as u32 };
            let at = Hlc { wall: at.plus_us(i as i64 * 60 * US_PER_SECOND), logical: 0 };
            serde_json::to_value(Op { id, at, act }).expect("an operation")
        })
        .collect()
}

fn ms(from: Instant) -> f64 {
    from.elapsed().as_secs_f64() * 1e3
}

/// The median of a few runs, ms.
fn median(mut f: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..9)
        .map(|_| {
            let t = Instant::now();
            f();
            ms(t)
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn run(store: &Store) -> Vec<(&'static str, String)> {
    let keys = TempDir::new();
    let app = House::open(store.clone(), keys.path()).expect("the system");
    people(&app);
    let mut rows = Vec::new();
    let t = Instant::now();
    let mut ahead = std::collections::VecDeque::new();
    for first in (0..ITEMS).step_by(1_000) {
        if ahead.len() >= 2 {
            let later: city::Later<Vec<catalogue_acts::ItemOutcome>> = ahead.pop_front().expect("a chunk");
            later.wait().expect("taken in");
        }
        ahead.push_back(
            app.catalogue
                .take_in_items(&Actor::system(), (first..first + 1_000).map(item).collect())
                .expect("ready"),
        );
    }
    for later in ahead {
        later.wait().expect("taken in");
    }
    rows.push((
        "100,000 items: checked, taken in, each a version on record (limit 30 s), s",
        format!("{:.1}", ms(t) / 1e3),
    ));
    let t = Instant::now();
    let shelf = app.items.shelf().wait().expect("shelf");
    assert_eq!(shelf.rows().len(), ITEMS);
    rows.push(("the shelf read again after a change, ms", format!("{:.0}", ms(t))));
    for (what, text) in [
        ("search, two words, 500 found (limit 30 ms), ms", "食品经营许可 新办"),
        ("search, one word, 5,000 found, ms", "工伤"),
        ("search by the end of a code, ms", "000000077777"),
    ] {
        let ask = ItemAsk { text: text.into(), limit: 50, ..ItemAsk::default() };
        let took = median(|| assert!(app.items.shelf().wait().expect("shelf").search(&ask).total > 0));
        rows.push((what, format!("{took:.1}")));
    }
    rows.push(("check-up by unit, ms", format!("{:.1}", median(|| drop(shelf.units(|_| true))))));

    let chief =
        Actor { staff: None, role: Role::Coordinator, unit: Some(UnitId(1)), region: "4306".parse().ok() };
    let day = store.now().date();
    let target = Target {
        positions: vec!["局长".into()],
        units: vec![],
        regions: vec![],
        walks_each: 4,
        by: day,
        forms: vec![],
        cross: false,
    };
    let campaign = Campaign {
        name: "走流程".into(),
        from: day,
        to: day,
        targets: vec![target],
        documents_due: day,
        yearly: false,
        planned_groups: vec![],
        validity: walk::validity::Validity::default(),
    };
    let id = app.walks.make_campaign(chief.clone(), campaign).wait().expect("campaign");
    let at = store.now();
    let t = Instant::now();
    for first in (0..WALKS).step_by(50) {
        let staff = first as i64 / 4 % STAFF + 1;
        let who = Actor {
            staff: Some(StaffId(staff)),
            role: Role::Walker,
            unit: Some(UnitId(staff % UNITS + 1)),
            ..chief.clone()
        };
        let walks = (first..first + 50)
            .map(|n| WalkSync {
                name: format!("bench-walk-{n:08}"),
                staff,
                campaign: Some(id),
                assignment: None,
                ops: ops(n, &item(n % ITEMS), at),
                known: BTreeMap::from([(n as u64, 10)]),
            })
            .collect();
        let done = app.walks.sync_walks(who, walks).wait().expect("synced");
        assert!(
            done.iter().all(|s| s.refused.is_none() && s.lacks.is_empty() && s.cases.len() == 1),
            "{:?}",
            done[0]
        );
    }
    let sync = ms(t);
    rows.push((
        "20,000 walks with 200,000 observations synced, each finding a case, s",
        format!("{:.1}", sync / 1e3),
    ));
    let board = median(|| {
        let b = app.walks.walk_board(chief.clone(), id, day).wait().expect("board").board;
        assert_eq!((b.walks.len(), b.problems.len()), (WALKS, WALKS));
    });
    rows.push(("board with all lists (limit 100 ms), ms", format!("{board:.0}")));
    let lists =
        median(|| assert_eq!(app.walks.three_lists(chief.clone(), id).wait().expect("lists").len(), WALKS));
    rows.push(("the three lists, all 20,000 rows, ms", format!("{lists:.0}")));
    rows
}

fn main() {
    println!("## Items and walks: {ITEMS} items, {WALKS} walks, {} observations\n", WALKS * 10);
    println!("| what | SQLite | PostgreSQL |\n|---|---|---|");
    let all = std::sync::Mutex::new(Vec::new());
    both_engines(&Options::default(), |store| {
        let rows = run(store);
        all.lock().expect("nobody else").push(rows);
    });
    let all = all.into_inner().expect("nobody else");
    for (a, b) in all[0].iter().zip(&all[1]) {
        println!("| {} | {} | {} |", a.0, a.1, b.1);
    }
}
