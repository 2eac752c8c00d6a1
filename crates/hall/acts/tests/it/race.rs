//! 抢号: 1,000 people at once for 100 places of four slots: exactly 100 have one and none twice, over one node and over two.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use store::{Options, Place, Store};
use testkit::{embedded, postgres};

use super::*;

/// Everybody tries one slot after the other until they have a place; half of them at each node.
fn run(nodes: &[Halls], slots: &[i64]) -> Vec<(String, i64)> {
    let (next, won) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|s| {
        for thread in 0..40 {
            let (app, next, won) = (&nodes[thread % nodes.len()], &next, &won);
            s.spawn(move || {
                loop {
                    let i = next.fetch_add(1, Ordering::SeqCst);
                    if i >= 1_000 {
                        return;
                    }
                    for n in 0..4 {
                        match app.hold(slots[(i + n) % 4], "short".into()).wait() {
                            Ok(b) => {
                                let v = app.follow(None, b.number.clone(), b.code).wait().unwrap();
                                won.lock().unwrap().push((b.number, v.appointment.at.slots[0]));
                                break;
                            }
                            Err(Error::Invalid { field, .. }) => assert_eq!(field, "slot"),
                            // Too much waits for the writer: asked again, as a browser would.
                            Err(Error::Store(store::StoreError::Busy)) => {
                                std::thread::sleep(Duration::from_millis(5));
                            }
                            Err(e) => panic!("{e}"),
                        }
                    }
                }
            });
        }
    });
    won.into_inner().unwrap()
}

fn judge(nodes: &[Halls], slots: &[i64]) {
    let won = run(nodes, slots);
    assert_eq!(won.len(), 100, "exactly as many as there are places");
    assert_eq!(won.iter().map(|w| &w.0).collect::<BTreeSet<_>>().len(), 100);
    for slot in slots {
        assert_eq!(won.iter().filter(|w| w.1 == *slot).count(), 25, "slot {slot}");
    }
}

#[test]
fn a_thousand_people_at_once_for_a_hundred_places() {
    city(|app, _| {
        hall_with(app, 25);
        let slots: Vec<i64> = offers(app, "short", 4).iter().map(|o| o.slot).collect();
        judge(std::slice::from_ref(&app.halls), &slots);
        assert!(offers(app, "short", 4).iter().all(|o| !slots.contains(&o.slot)), "they are full");
    });
}

#[test]
fn a_thousand_people_over_two_nodes() {
    let clock = HandClock::at(moment("2026-03-02 09:00"));
    let run = |place: &Place| {
        let keys = TempDir::new();
        let open = || {
            let options = Options { clock: clock.as_clock(), ..Options::default() };
            Store::open(place, options).unwrap()
        };
        let stores = [open(), open()];
        let city = |s: &Store| City::open(s.clone(), keys.path(), |_| Ok(())).unwrap();
        let cities = [city(&stores[0]), city(&stores[1])];
        let clerk = stores[0].write(settle).unwrap();
        let settings = Settings {
            city: "4306".parse().unwrap(),
            name: "临江市".into(),
            returns_max: None,
            extension_days_max: None,
            rounds_max: None,
        };
        cities[0].set_city(Actor::system(), settings).wait().unwrap();
        let town = Town { halls: Halls::new(cities[0].clone(), HANDOVERS), city: cities[0].clone(), clerk };
        hall_with(&town, 25);
        let slots: Vec<i64> = offers(&town, "short", 4).iter().map(|o| o.slot).collect();
        judge(&[town.halls.clone(), Halls::new(cities[1].clone(), HANDOVERS)], &slots);
        stores.into_iter().for_each(Store::close);
    };
    embedded(run);
    postgres(run);
}
