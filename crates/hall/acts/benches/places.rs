//! The earliest place over 50 halls with 5,000,000 bookings in, and a thousand people at once for a hundred places over one
//! node and two, on both engines with the disk flushed. Prints one section of markdown.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::print_stderr, reason = "it says how far it is")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use access::{decide, op};
use city::{City, Error, Settings};
use hall::{
    Availability, BookingRules, Channel, DayRule, Days, Hall, Handles, Hours, MisuseRules, Opening, Places,
    Queue, QueueRules, Span, Window,
};
use hall_acts::{HallHandovers, Halls};
use kernel::{Actor, Moment, Role, StaffId, UnitId};
use store::office::{self, UnitRow};
use store::{Options, Place, Store, Tx, vals};
use testkit::{Cluster, HandClock, TempDir};

const HALLS: i64 = 50;
const QUEUES: usize = 8;
const PLACES: u16 = 22;
const BOOKINGS: i64 = 5_000_000;
const SEARCHES: usize = 600;

const HANDOVERS: HallHandovers = HallHandovers {
    ticket_becomes_service: |_, _, _, row| Ok(row.code.clone()),
    token_of_service: |_, _, _| Ok(None),
};

fn head() -> Actor {
    Actor {
        staff: Some(StaffId(1)),
        role: Role::Coordinator,
        unit: Some(UnitId(1)),
        region: "4306".parse().ok(),
    }
}

fn settle(tx: &mut Tx<'_>) -> Result<(), Error> {
    let region = "4306".parse().expect("a code");
    let permit = decide(&Actor::system(), op::WriteUnits, access::City(&region))?;
    let unit = UnitRow {
        id: UnitId(0),
        key: "hall".into(),
        name: "政管办".into(),
        short: "政管办".into(),
        kind: "department".into(),
        parent: None,
        region,
        duties: String::new(),
        active: true,
    };
    Ok(office::put_unit(tx, &permit, &unit).map(drop)?)
}

/// Eight queues of one window; each handles an item of one slot and one of two.
fn hall(n: i64, queues: usize, phone: u16, horizon: u16) -> Hall {
    let first = "2026-01-01".parse().expect("a day");
    let hours = || Span::read_all("09:00-12:00,13:00-17:00").unwrap_or_default();
    let letter = |q: usize| char::from(b'A' + u8::try_from(q).unwrap_or(0)).to_string();
    let queue = |q: usize| Queue {
        letter: letter(q),
        name: format!("业务{q}"),
        handles: Handles {
            items: vec![(format!("short{q}"), 1), (format!("long{q}"), 2)],
            ..Handles::default()
        },
        minutes: 10,
        availability: vec![Availability {
            days: Days::each(DayRule::Workdays, first),
            hours: hours(),
            breaks: Vec::new(),
            slot_minutes: 30,
            places: Places { phone, counter: 1, walk_in: 2 },
            lead_minutes: 30,
            horizon_days: horizon,
        }],
    };
    Hall {
        name: format!("第{n}政务服务大厅"),
        unit: UnitId(1),
        region: "4306".parse().expect("a code"),
        address: "人民路1号".into(),
        phone: String::new(),
        windows: vec![Window { number: 1, name: "综合".into(), queues: (0..queues).map(letter).collect() }],
        queues: (0..queues).map(queue).collect(),
        openings: vec![Opening {
            kind: Hours::Office,
            days: Days::each(DayRule::Workdays, first),
            hours: hours(),
        }],
        closures: Vec::new(),
        posts: Vec::new(),
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules { open_max: 0, same_item_day_max: 0, ..MisuseRules::default() },
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    }
}

/// Books the slots of a hall full: all of the first three weeks; later one pair in twenty has two places left each.
fn fill(store: &Store, hall: i64, full_until: Moment) -> i64 {
    let used = "CASE WHEN s.start >= $2 AND (s.id / 2) % 20 = 0 THEN s.phone - 2 ELSE s.phone END";
    let n = format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {PLACES} - 1)"
    );
    let of = format!("FROM hall_slot s, n WHERE s.hall = $1 AND n.i < {used}");
    let places = format!(
        "INSERT INTO hall_place (slot, place, appointment, until) {n} SELECT s.id, n.i, s.id * 32 + n.i, NULL {of}"
    );
    // As long as a real state is.
    let state = "x".repeat(420);
    let appointments = format!(
        "INSERT INTO appointment (id, number, ver, hall, queue, start, item, channel, stage, person, made, ended, \
         late_cancel, next_at, state) {n} SELECT s.id * 32 + n.i, '4306-2026-Y' || CAST(s.id * 32 + n.i AS TEXT), 2, \
         s.hall, s.queue, s.start, 'short', 'phone', 'confirmed', 'p' || CAST((s.id * 7919 + n.i * 104729) % 3000017 \
         AS TEXT), s.opens, NULL, 0, s.start + 1800000000, '{state}' {of}"
    );
    let count = format!("UPDATE hall_slot AS s SET used_phone = {used} WHERE s.hall = $1");
    store
        .write(move |tx| {
            tx.exec(&places, vals![hall, full_until])?;
            let made = tx.exec(&appointments, vals![hall, full_until])?;
            tx.exec(&count, vals![hall, full_until])?;
            Ok::<_, Error>(made)
        })
        .map(|n| i64::try_from(n).unwrap_or(0))
        .expect("booked")
}

fn town(store: &Store, keys: &TempDir) -> Halls {
    let city = City::open(store.clone(), keys.path(), |_| Ok(())).expect("the city");
    Halls::new(city, HANDOVERS)
}

fn p(all: &mut [Duration], percent: usize) -> String {
    all.sort_unstable();
    format!("{:.1}", all[(all.len() * percent / 100).min(all.len() - 1)].as_secs_f64() * 1e3)
}

fn search(app: &Halls, what: &str, askers: usize) -> Vec<Duration> {
    let took = Mutex::new(Vec::new());
    std::thread::scope(|s| {
        for a in 0..askers {
            let took = &took;
            s.spawn(move || {
                let mut mine = Vec::new();
                for i in 0..SEARCHES / askers {
                    let item = format!("{what}{}", (i + a * 3) % QUEUES);
                    let began = Instant::now();
                    let found = app.earliest(item, None, None, 3, Channel::Phone).wait().expect("found");
                    mine.push(began.elapsed());
                    assert_eq!(found.len(), HALLS as usize * 3, "each hall has places");
                }
                took.lock().expect("nobody else").extend(mine);
            });
        }
    });
    took.into_inner().expect("nobody else")
}

type Rows = Vec<(String, String)>;

/// 5,000,000 bookings in: the earliest place.
fn earliest(place: &Place, clock: &HandClock) -> Rows {
    let keys = TempDir::new();
    let store = Store::open(place, Options { clock: clock.as_clock(), ..Options::default() }).expect("store");
    let app = town(&store, &keys);
    store.write(settle).expect("units");
    named(&app);
    let (mut booked, began) = (0, Instant::now());
    for n in 1..=HALLS {
        let id = app.put_hall(head(), 0, 0, hall(n, QUEUES, PLACES, 60)).wait().expect("hall");
        booked += fill(&store, id, clock.now().plus_us(21 * kernel::US_PER_DAY));
        eprintln!("{:?}: hall {n}, {booked} bookings, {:.0?}", store.dialect(), began.elapsed());
    }
    assert!(booked >= BOOKINGS, "{booked} bookings");
    let mut rows = vec![("bookings in".to_owned(), booked.to_string())];
    for (what, said) in [("short", "one slot"), ("long", "two slots in a row")] {
        for askers in [1, 8] {
            drop(search(&app, what, askers));
            let mut all = search(&app, what, askers);
            let of = format!("earliest place over {HALLS} halls, {said}, {askers} at once: p50 / p95, ms");
            eprintln!("{:?}: {of}: {} / {}", store.dialect(), p(&mut all, 50), p(&mut all, 95));
            rows.push((of, format!("{} / {}", p(&mut all, 50), p(&mut all, 95))));
        }
    }
    store.close();
    rows
}

fn named(app: &Halls) {
    let settings = Settings {
        city: "4306".parse().expect("a code"),
        name: "临江市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    city::Door::city(app).set_city(Actor::system(), settings).wait().expect("city");
}

/// A thousand people for a hundred places of four slots, each trying the next slot when one is full.
fn race(place: &Place, clock: &HandClock, nodes: usize) -> (String, String) {
    let keys = TempDir::new();
    let open = || {
        let options = Options { clock: clock.as_clock(), ..Options::default() };
        Store::open(place, options).expect("store")
    };
    let stores: Vec<Store> = (0..nodes).map(|_| open()).collect();
    let apps: Vec<Halls> = stores.iter().map(|s| town(s, &keys)).collect();
    stores[0].write(settle).expect("units");
    named(&apps[0]);
    apps[0].put_hall(head(), 0, 0, hall(1, 1, 25, 7)).wait().expect("hall");
    let found = apps[0].earliest("short0".into(), None, None, 4, Channel::Phone).wait().expect("found");
    let slots: Vec<i64> = found.iter().map(|o| o.slot).collect();
    let next = AtomicUsize::new(0);
    let (took, whole, won) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|s| {
        for thread in 0..40 {
            let (app, slots, next) = (&apps[thread % nodes], &slots, &next);
            let (took, whole, won) = (&took, &whole, &won);
            s.spawn(move || {
                loop {
                    let i = next.fetch_add(1, Ordering::SeqCst);
                    if i >= 1_000 {
                        return;
                    }
                    let came = Instant::now();
                    for n in 0..4 {
                        let began = Instant::now();
                        let done = app.hold(slots[(i + n) % 4], "short0".into()).wait();
                        took.lock().expect("nobody else").push(began.elapsed());
                        match done {
                            Ok(b) => {
                                won.lock().expect("nobody else").push(b.number);
                                break;
                            }
                            Err(Error::Invalid { .. }) => {}
                            Err(e) => panic!("{e}"),
                        }
                    }
                    whole.lock().expect("nobody else").push(came.elapsed());
                }
            });
        }
    });
    let (mut took, mut won) = (took.into_inner().expect("mine"), won.into_inner().expect("mine"));
    let mut whole = whole.into_inner().expect("mine");
    won.sort_unstable();
    won.dedup();
    assert_eq!(won.len(), 100, "exactly as many as there are places");
    let of = format!(
        "1,000 people at once for 100 places, {nodes} node{}: places given; tries, p95; p95 of a person until they have \
         one or all four slots are full, ms",
        if nodes == 1 { "" } else { "s" }
    );
    eprintln!("{}: {of}: {}", stores[0].dialect() == store::Dialect::Sqlite, p(&mut took, 95));
    let tries = took.len();
    let row = (of, format!("{}; {tries}, {}; {}", won.len(), p(&mut took, 95), p(&mut whole, 95)));
    stores.into_iter().for_each(Store::close);
    row
}

fn main() {
    let clock = HandClock::at("2026-03-02 09:00".parse().expect("a moment"));
    let dir = TempDir::new();
    let cluster = Cluster::durable(&dir.path().join("server"));
    let postgres = || Place::Postgres { url: cluster.url(), schema: cluster.fresh_schema() };
    let embedded = |name: &str| Place::Embedded { dir: dir.path().join(name) };
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for nodes in [1, 2] {
        a.push(race(&embedded(&format!("race{nodes}")), &clock, nodes));
        b.push(race(&postgres(), &clock, nodes));
    }
    a.extend(earliest(&embedded("halls"), &clock));
    b.extend(earliest(&postgres(), &clock));
    cluster.stop();
    println!("## Places: {HALLS} halls, {QUEUES} queues each, a horizon of 60 days\n");
    println!("| what | SQLite | PostgreSQL |\n|---|---|---|");
    for (a, b) in a.iter().zip(&b) {
        println!("| {} | {} | {} |", a.0, a.1, b.1);
    }
}
