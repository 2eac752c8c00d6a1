//! Messages a minute through the outbox: registered cases told to four systems that answer at once and to one that takes a
//! second for each. `BENCH_CASES` sets how many (2,500: 10,000 messages and 2,500 for the slow one).
#![expect(clippy::print_stdout, reason = "the harness prints its report")]

use std::time::{Duration, Instant};

use assembly::House;
use city::{Contact, Outreach, Settings};
use kernel::{Actor, Role, StaffId, UnitId};
use outbox::{Gateway, MailServer, Receiver, Way};
use people::NewUnit;
use resolve::{Channel, Complexity, Kind, Registration};
use testkit::{Postbox, TempDir};

fn who(role: Role) -> Actor {
    Actor { staff: Some(StaffId(1)), role, unit: Some(UnitId(1)), region: "4306".parse().ok() }
}

fn main() {
    let many: usize = std::env::var("BENCH_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_500);
    let place = TempDir::new();
    let at = store::Place::Embedded { dir: place.path().join("data") };
    let store = store::Store::open(&at, store::Options::default()).expect("a store");
    let house = House::open(store, place.path()).expect("open");
    let settings = Settings {
        city: "4306".parse().expect("a code"),
        name: "临江市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    house.city.set_city(Actor::system(), settings).wait().expect("city");
    let unit = NewUnit {
        key: "政管办".into(),
        name: "政务服务管理办公室".into(),
        short: "政管办".into(),
        kind: "coordination".into(),
        parent: None,
        region: "4306".parse().expect("a code"),
        duties: String::new(),
    };
    house.people.put_units(Actor::system(), vec![unit]).wait().expect("unit");
    let set = Outreach { allowed: "127.0.0.1".into(), ..Outreach::default() };
    let admin = who(Role::SystemAdmin);
    house.outbox.set_ways(admin.clone(), set, MailServer::default(), Gateway::default()).wait().expect("set");
    let quick: Vec<Postbox> = (0..4).map(|_| Postbox::start(|_, _| (200, "", Duration::ZERO))).collect();
    let slow = Postbox::start(|_, _| (200, "", Duration::from_secs(1)));
    for (i, to) in quick.iter().chain([&slow]).enumerate() {
        let new = Receiver {
            way: Some(Way::Hook),
            name: format!("{i}"),
            address: to.url.clone(),
            active: true,
            ..Receiver::default()
        };
        house.outbox.set_receiver(admin.clone(), new).wait().expect("receiver");
    }
    let began = Instant::now();
    let lodged: Vec<_> = (0..many)
        .map(|i| {
            let registration = Registration {
                kind: Kind::Matter,
                channel: Channel::Window,
                region: "4306".parse().expect("a code"),
                title: format!("第{i}件"),
                words: "窗口说没有这个分类".into(),
                first_asked: UnitId(1),
                complexity: Complexity::Simple,
                cause: None,
                item: None,
                campaign: None,
                place: None,
                source_id: None,
                support: 0,
                against: 0,
                hide_reporter: false,
                contact: None,
                set: None,
                ordered: false,
                lodged_at: None,
            };
            house.cases.register(who(Role::Coordinator), registration, Contact::default())
        })
        .collect();
    for one in lodged {
        one.wait().expect("registered");
    }
    println!("registered {many} cases with {} messages in {:?}", many * 5, began.elapsed());
    let began = Instant::now();
    while quick.iter().any(|q| q.got().len() < many) && began.elapsed() < Duration::from_secs(600) {
        house.outbox.work().expect("work");
        std::thread::sleep(Duration::from_millis(20));
    }
    let took = began.elapsed();
    let sent: usize = quick.iter().map(|q| q.got().len()).sum();
    println!(
        "{sent} messages to four receivers in {took:?}: {:.0} a minute, while the slow one had {}",
        sent as f64 * 60.0 / took.as_secs_f64(),
        slow.got().len()
    );
    // What the slow one still waits for is not waited for.
    std::process::exit(0);
}
