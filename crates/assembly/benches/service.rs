//! Applications on both engines: submitting with ten materials and six units, pages, lists, the board, and whole lives by
//! several at once. Prints one section of markdown. `BENCH_APPLICATIONS` says how many are in before it is measured
//! (20,000 when nothing is said).
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use assembly::House;
use catalogue::{ServiceItem, StepKind};
use city::Settings;
use kernel::{Actor, Moment, Role, StaffId, US_PER_DAY, UnitId};
use people::NewUnit;
use service::{Command, Delivery, StageKind, Theme};
use service_acts::{Begun, Draft, Service, What};
use store::Options;
use testkit::{TempDir, both_engines};

const UNITS: usize = 6;
const MATERIALS: usize = 10;
const LIVES: usize = 600;
const THREADS: usize = 8;

/// One item of a theme: a review and a decision at its own unit.
fn item(n: usize) -> ServiceItem {
    let mut item = catalogue::sample::food_licence();
    item.code = format!("{:018}3{n:012}", 119_901_000);
    item.name = format!("事项{n}");
    item.unit = format!("单位{n}");
    item.situations = None;
    let sample = item.materials[1].clone();
    let own = MATERIALS / UNITS + usize::from(n < MATERIALS % UNITS);
    item.materials = (0..own)
        .map(|k| catalogue::Material {
            id: format!("m{k}"),
            name: format!("材料{n}-{k}"),
            commitment: true,
            ..sample.clone()
        })
        .collect();
    item.steps.retain(|s| matches!(s.kind, StepKind::Review | StepKind::Decide));
    for s in &mut item.steps {
        s.unit.clone_from(&item.unit);
        s.consumes.clear();
        s.after.clear();
    }
    item.results[0].name = format!("证照{n}");
    item
}

fn city(app: &House) -> Service {
    let region = || "9901".parse().expect("a code");
    let settings = Settings {
        city: region(),
        name: "云汀市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(Actor::system(), settings).wait().expect("city");
    let unit = |n: usize| NewUnit {
        key: format!("u{n}"),
        name: format!("单位{n}"),
        short: format!("单位{n}"),
        kind: "department".into(),
        parent: None,
        region: region(),
        duties: String::new(),
    };
    app.people.put_units(Actor::system(), (0..UNITS).map(unit).collect()).wait().expect("units");
    let items: Vec<ServiceItem> = (0..UNITS).map(item).collect();
    let mut theme = Theme::of_item(&items[0]);
    theme.code = "bench".into();
    theme.name = "一件事".into();
    theme.items = items.iter().map(|i| i.code.clone()).collect();
    theme.lead = "单位0".into();
    app.catalogue.take_in_items(&Actor::system(), items).expect("items").wait().expect("items");
    let service = app.services.clone();
    service.put_theme(Actor::system(), theme).wait().expect("theme");
    service
}

fn officer(unit: UnitId) -> Actor {
    Actor { staff: Some(StaffId(unit.0)), role: Role::Handler, unit: Some(unit), region: "9901".parse().ok() }
}

fn begin(s: &Service) -> Begun {
    s.begin(Actor::resident(), What::Theme("bench".into()), vec![]).wait().expect("begin")
}

fn draft(n: usize) -> Draft {
    let values = [("applicant", format!("甲{n}")), ("phone", "19900001234".to_owned())];
    let ways: BTreeMap<String, String> =
        (1..=MATERIALS).map(|m| (format!("m{m}"), "commitment".to_owned())).collect();
    Draft {
        values: values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        ways,
        delivery: Some(Delivery::Electronic),
        declared: true,
        ..Draft::default()
    }
}

fn submit(s: &Service, b: &Begun, n: usize) {
    let sent = s.send(Actor::resident(), b.number.clone(), Some(b.code.clone()), draft(n), true);
    let sent = sent.wait().expect("submit");
    assert!(sent.faults.is_empty(), "{:?}", sent.faults);
}

/// Submit → accept → every step → every decision.
fn life(s: &Service, n: usize) {
    let b = begin(s);
    submit(s, &b, n);
    let act = |who: Actor, asked: Command| {
        s.act(who, b.number.clone(), asked, None).wait().expect("act").application
    };
    let mut a = act(officer(UnitId(1)), Command::Accept {});
    while a.stage == StageKind::Handling {
        let (task, unit) = a.at_hand().map(|(t, _)| (t.clone(), t.unit)).next().expect("a step");
        let who = officer(unit);
        a = if task.kind == StepKind::Decide {
            act(
                who,
                Command::Decide {
                    task: task.id,
                    granted: true,
                    reason: "符合".into(),
                    remedy: String::new(),
                },
            )
        } else {
            act(who.clone(), Command::StartTask { task: task.id.clone() });
            act(who, Command::FinishTask { task: task.id, passed: true, words: "符合".into() })
        };
    }
}

/// The 95th of a hundred, milliseconds.
fn p95(mut all: Vec<Duration>) -> f64 {
    all.sort();
    all.get(all.len() * 95 / 100).map_or(0.0, |d| d.as_secs_f64() * 1e3)
}

fn timed(n: usize, mut f: impl FnMut(usize)) -> f64 {
    p95((0..n)
        .map(|k| {
            let began = Instant::now();
            f(k);
            began.elapsed()
        })
        .collect())
}

fn side_by_side(s: &Service, lives: usize, f: impl Fn(&Service, usize) + Sync) -> f64 {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for t in 0..THREADS {
            let (s, f) = (s.clone(), &f);
            scope.spawn(move || (t..lives).step_by(THREADS).for_each(|n| f(&s, n)));
        }
    });
    lives as f64 / began.elapsed().as_secs_f64()
}

fn main() {
    let before: usize =
        std::env::var("BENCH_APPLICATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    println!("### Applications (办件)\n");
    println!("{before} handed in before; ten materials, six items at six units; p95 in milliseconds.\n");
    println!("| engine | hand in | page | list of a unit | list of a region | board | whole lives / s |");
    println!("|---|---|---|---|---|---|---|");
    both_engines(&Options::default(), |store| {
        let keys = TempDir::new();
        let app = House::open(store.clone(), keys.path()).expect("open");
        let s = city(&app);
        side_by_side(&s, before, |s, n| {
            let b = begin(s);
            submit(s, &b, n);
        });
        let mut begun: Vec<Begun> = (0..200).map(|_| begin(&s)).collect();
        let hand_in = timed(200, |n| submit(&s, &begun[n], n));
        let last = begun.remove(0);
        let page = timed(200, |_| {
            drop(s.follow(last.number.clone(), last.code.clone()).wait().expect("page"));
        });
        let unit = officer(UnitId(1));
        let list = timed(100, |_| drop(s.desk(unit.clone()).wait().expect("list")));
        let chief = Actor { role: Role::Coordinator, ..officer(UnitId(1)) };
        let region = timed(50, |_| drop(s.desk(chief.clone()).wait().expect("list")));
        let now = app.city.store().now();
        let board = timed(20, |_| {
            drop(
                s.handled(chief.clone(), Moment::from_us(0), now.plus_us(US_PER_DAY)).wait().expect("board"),
            );
        });
        let lives = side_by_side(&s, LIVES, life);
        let engine = format!("{:?}", app.city.store());
        let engine = if engine.to_lowercase().contains("postgres") { "PostgreSQL" } else { "SQLite" };
        println!(
            "| {engine} | {hand_in:.1} | {page:.1} | {list:.1} | {region:.1} | {board:.1} | {lives:.0} |"
        );
    });
}
