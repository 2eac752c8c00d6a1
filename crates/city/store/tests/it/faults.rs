//! Bad places, bad clocks, bad lines: a clear message in both languages and no loss.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kernel::{Moment, US_PER_SECOND};
use store::{FILE, Options, Place, Store, StoreError, ledger_rows, migrations, vals};
use testkit::{Cluster, HandClock, Line, Proxy, TempDir, both_engines, embedded, postgres};

use super::basics::{add, case};

fn events(store: &Store) -> i64 {
    store.read(|rd| ledger_rows::verify(rd, None, None)).unwrap().events
}

fn in_both_languages(e: &StoreError) {
    let said = e.to_string();
    let (zh, en) = said.split_once(" / ").unwrap_or_else(|| panic!("one language only: {said}"));
    assert!(zh.chars().any(|c| c > '\u{4e00}') && en.is_char_boundary(0) && en.len() > 10, "{said}");
}

#[test]
fn several_threads_race_and_exactly_one_wins_each_version() {
    both_engines(&Options::default(), |store| {
        let won = Arc::new(AtomicI64::new(0));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (store, won) = (store.clone(), Arc::clone(&won));
                std::thread::spawn(move || {
                    for ver in 0..25 {
                        match add(&store, 1, ver) {
                            Ok(e) => {
                                assert_eq!(e.ver, ver + 1);
                                won.fetch_add(1, Ordering::SeqCst);
                            }
                            Err(StoreError::Conflict { expected, found, .. }) => assert!(found > expected),
                            Err(e) => panic!("{e}"),
                        }
                        // Nobody runs ahead: wait until this version exists.
                        while store.read(|rd| ledger_rows::head_of(rd, case(1))).unwrap().map_or(0, |h| h.0)
                            <= ver
                        {
                            std::thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(won.load(Ordering::SeqCst), 25);
        assert_eq!(events(store), 25);
    });
}

#[test]
fn two_programs_share_one_database() {
    let run = |place: &Place| {
        let stores: Vec<_> = (0..2).map(|_| Store::open(place, Options::default()).unwrap()).collect();
        let threads: Vec<_> = stores
            .iter()
            .cloned()
            .enumerate()
            .map(|(i, s)| {
                std::thread::spawn(move || (0..60).for_each(|n| drop(add(&s, n * 2 + i as i64, 0).unwrap())))
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(events(&stores[0]), 120);
        stores.into_iter().for_each(Store::close);
    };
    embedded(run);
    postgres(run);
}

#[test]
fn many_open_an_empty_place_at_once() {
    let run = |place: &Place| {
        let threads: Vec<_> = (0..4)
            .map(|n| {
                let place = place.clone();
                std::thread::spawn(move || {
                    add(&Store::open(&place, Options::default()).unwrap(), n, 0).unwrap()
                })
            })
            .collect();
        threads.into_iter().for_each(|t| drop(t.join().unwrap()));
        assert_eq!(events(&Store::open(place, Options::default()).unwrap()), 4);
    };
    embedded(run);
    postgres(run);
}

#[test]
fn a_full_queue_says_busy() {
    let options = Options { queue: 1, readers: 1, ..Options::default() };
    both_engines(&options, |store| {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let begun = Arc::new(std::sync::Barrier::new(2));
        let there = Arc::clone(&begun);
        let wait = std::sync::Mutex::new(wait);
        let slow = store.submit(move |_| -> Result<(), StoreError> {
            there.wait();
            wait.lock().unwrap().recv().map_err(|e| StoreError::Bug(e.to_string()))?;
            Ok(())
        });
        begun.wait();
        let answers: Vec<_> =
            (0..5).map(|_| store.submit(|tx| tx.exec("UPDATE counter SET last = 1", &[]))).collect();
        go.send(()).unwrap();
        slow.wait().unwrap();
        let said: Vec<_> = answers.into_iter().map(store::Answer::wait).collect();
        assert_eq!(said.iter().filter(|s| **s == Err(StoreError::Busy)).count(), 4, "{said:?}");
    });
}

#[test]
fn a_reader_does_not_wait_for_ever() {
    let options = Options { readers: 1, patience: Duration::from_millis(300), ..Options::default() };
    both_engines(&options, |store| {
        let inner = store.read(|_| Ok::<_, StoreError>(store.read(ledger_rows::event_count))).unwrap();
        assert_eq!(inner, Err(StoreError::Busy), "the only connection is in use");
        assert_eq!(store.read(ledger_rows::event_count), Ok(0));
    });
}

#[test]
fn asynchronous_callers_await_their_answers() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    both_engines(&Options::default(), |store| runtime.block_on(await_answers(store)));
}

async fn await_answers(store: &Store) {
    let one = store.submit(|tx| tx.exec("INSERT INTO counter (name, last) VALUES ('a', 1)", &[]));
    let two = store.submit(|tx| tx.exec("INSERT INTO counter (name, last) VALUES ('b', 2)", &[]));
    assert_eq!((one.await, two.await), (Ok::<_, StoreError>(1), Ok::<_, StoreError>(1)));
    let sum =
        store.ask(|rd| rd.query_one("SELECT CAST(sum(last) AS BIGINT) FROM counter", &[], |row| row.i64(0)));
    assert_eq!(sum.await, Ok::<_, StoreError>(3));
    let panics = store.ask(|_| -> Result<(), StoreError> { panic!("a reader that panics") });
    assert!(panics.await.is_err());
}

#[test]
fn a_clock_set_back_stops_writing_and_small_steps_stand_still() {
    let clock = HandClock::at(Moment::from_us(1_800_000_000_000_000));
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    both_engines(&options, |store| {
        let first = add(store, 1, 0).unwrap();
        clock.move_us(-200 * US_PER_SECOND);
        assert_eq!(add(store, 1, 1).unwrap().recorded, first.recorded, "it stands still");
        clock.move_us(-200 * US_PER_SECOND);
        let said = add(store, 1, 2).unwrap_err();
        assert!(matches!(said, StoreError::ClockBack { .. }), "{said}");
        in_both_languages(&said);
        assert_eq!(events(store), 2, "reading goes on");
        clock.move_us(400 * US_PER_SECOND);
        add(store, 1, 2).unwrap();
    });
}

/// The clock was ahead once, wrote, and was set right: a person says so with a reason, and the record stays whole.
#[test]
fn a_clock_that_was_ahead_has_a_way_out_on_record() {
    let clock = HandClock::at(Moment::from_us(1_800_000_000_000_000));
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    both_engines(&options, |store| {
        clock.set(Moment::from_us(1_800_000_000_000_000));
        let system = kernel::Actor::system();
        let ahead = add(store, 1, 0).unwrap();
        clock.move_us(-86_400 * US_PER_SECOND);
        assert!(matches!(add(store, 1, 1).unwrap_err(), StoreError::ClockBack { .. }));
        let said = store.accept_clock(&system, "  ").unwrap_err();
        assert!(matches!(said, StoreError::Unacceptable(_)), "{said}");
        in_both_languages(&said);
        assert!(
            matches!(add(store, 1, 1).unwrap_err(), StoreError::ClockBack { .. }),
            "nothing was accepted"
        );
        assert_eq!(store.accept_clock(&system, "主板电池更换").unwrap(), Some(ahead.recorded));
        let next = add(store, 1, 1).unwrap();
        assert!(next.recorded < ahead.recorded, "writing goes on from now");
        assert_eq!(store.accept_clock(&system, "再来").unwrap(), None, "nothing to accept any more");
        let all = store.read(|rd| ledger_rows::events_after(rd, 0, 9)).unwrap();
        assert!(all[1].act == ledger::ACCEPT_CLOCK && all[1].data.contains("主板电池更换"), "{all:?}");
        store.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
        // Any other event that steps back is still a break.
        let sql = format!("UPDATE event SET act = 'other' WHERE act = '{}'", ledger::ACCEPT_CLOCK);
        testkit::behind(store.place(), &sql);
        assert!(store.read(|rd| ledger_rows::verify(rd, None, None)).is_err());
    });
}

/// On PostgreSQL a node whose clock is ahead of the server's writes nothing, so that the others go on.
#[test]
fn a_node_that_is_ahead_of_its_database_writes_nothing() {
    let ahead = || Moment::from_us(store::system_clock().us() + 3_600 * US_PER_SECOND);
    let options = Options { clock: std::sync::Arc::new(ahead), database_clock: true, ..Options::default() };
    both_engines(&options, |store| match (store.dialect(), add(store, 1, 0)) {
        (store::Dialect::Sqlite, done) => drop(done.unwrap()),
        (store::Dialect::Postgres, done) => {
            let said = done.unwrap_err();
            assert!(matches!(said, StoreError::ClockAhead { .. }), "{said}");
            in_both_languages(&said);
            assert_eq!(events(store), 0);
        }
    });
}

#[test]
fn a_newer_schema_is_not_touched() {
    let run = |place: &Place| {
        let store = Store::open(place, Options::default()).unwrap();
        let newer = migrations::latest() + 1;
        store
            .write(move |tx| {
                tx.exec("INSERT INTO schema_step (number, name, at) VALUES ($1, 'x', 0)", vals![newer])
            })
            .unwrap();
        store.close();
        let said = Store::open(place, Options::default()).unwrap_err();
        assert_eq!(said, StoreError::NewerSchema { found: newer, known: newer - 1 });
        in_both_languages(&said);
    };
    embedded(run);
    postgres(run);
}

#[test]
fn every_version_is_brought_forward_to_the_same_schema() {
    let shape = |place: &Place| -> Vec<String> {
        let store = Store::open(place, Options::default()).unwrap();
        let sql = match place {
            Place::Embedded { .. } => {
                "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_master ORDER BY name"
            }
            Place::Postgres { .. } => {
                "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns \
                 WHERE table_schema = current_schema() UNION ALL SELECT indexdef FROM \
                 (SELECT replace(indexdef, current_schema(), '') AS indexdef FROM pg_indexes \
                 WHERE schemaname = current_schema()) x ORDER BY 1"
            }
        };
        store.read(|rd| rd.query(sql, &[], |row| row.string(0))).unwrap()
    };
    for version in 1..=migrations::latest() {
        let run = |place: &Place| {
            migrations::make_at(place, version).unwrap();
            let forward = shape(place);
            let fresh = std::cell::RefCell::new(Vec::new());
            match place {
                Place::Embedded { .. } => embedded(|p| *fresh.borrow_mut() = shape(p)),
                Place::Postgres { .. } => postgres(|p| *fresh.borrow_mut() = shape(p)),
            }
            assert_eq!(forward, fresh.into_inner(), "from version {version}");
        };
        embedded(run);
        postgres(run);
    }
}

#[test]
fn a_full_disk_undoes_the_group_and_loses_nothing() {
    embedded(|place| {
        let small = Options { max_bytes: Some(2_000_000), ..Options::default() };
        let store = Store::open(place, small).unwrap();
        let body = format!("\"{}\"", "满".repeat(5_000));
        let mut kept = 0;
        let said = loop {
            let body = body.clone();
            let done = store.write(move |tx| {
                let at = tx.now();
                tx.append(case(kept), 0, at, &kernel::Actor::resident(), "register", &body)
            });
            match done {
                Ok(_) => kept += 1,
                Err(e) => break e,
            }
        };
        assert!(matches!(said, StoreError::Full(_)), "{said:?}");
        in_both_languages(&said);
        assert!(kept > 5);
        assert_eq!(events(&store), kept);
        store.close();
        let store = Store::open(place, Options::default()).unwrap();
        add(&store, 1_000, 0).unwrap();
        assert_eq!(events(&store), kept + 1, "with room again it goes on");
    });
}

#[test]
fn a_damaged_file_is_named() {
    embedded(|place| {
        let Place::Embedded { dir } = place else { unreachable!() };
        let store = Store::open(place, Options::default()).unwrap();
        (0..200).for_each(|n| drop(add(&store, n, 0).unwrap()));
        store.close();
        let file = dir.join(FILE);
        let whole = std::fs::read(&file).unwrap();
        let mut bytes = whole.clone();
        bytes[..100].fill(b'x');
        std::fs::write(&file, &bytes).unwrap();
        let said = Store::open(place, Options::default()).unwrap_err();
        assert!(matches!(said, StoreError::Damaged(_)), "{said:?}");
        in_both_languages(&said);
        // The first page is whole, everything after it is not.
        let mut bytes = whole;
        bytes[4096..].fill(0x5a);
        std::fs::write(&file, &bytes).unwrap();
        let said =
            Store::open(place, Options::default()).and_then(|s| add(&s, 1_000, 0).map(drop)).unwrap_err();
        assert!(matches!(said, StoreError::Damaged(_)), "{said:?}");
    });
}

#[test]
fn a_held_file_is_waited_for_and_then_named() {
    embedded(|place| {
        let Place::Embedded { dir } = place else { unreachable!() };
        let options = Options { lock_patience: Duration::from_millis(200), ..Options::default() };
        let store = Store::open(place, options).unwrap();
        let other = rusqlite::Connection::open(dir.join(FILE)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let said = add(&store, 1, 0).unwrap_err();
        assert!(matches!(said, StoreError::Locked(_)), "{said:?}");
        in_both_languages(&said);
        other.execute_batch("ROLLBACK").unwrap();
        add(&store, 1, 0).unwrap();
    });
}

#[test]
fn bad_addresses_are_named() {
    let cluster = Cluster::shared();
    let place = |url: &str, schema: &str| Place::Postgres { url: url.into(), schema: schema.into() };
    for place in [
        place("postgres://127.0.0.1:1/x", "s"),
        place("nonsense", "s"),
        place(&cluster.url(), "Robert'); DROP"),
        place(&cluster.url().replace("/postgres", "/nowhere"), "s"),
        Place::Embedded { dir: "/proc/nowhere".into() },
        Place::Embedded { dir: "/dev/null/x".into() },
    ] {
        let options = Options { patience: Duration::from_secs(2), ..Options::default() };
        let said = Store::open(&place, options).unwrap_err();
        assert!(matches!(said, StoreError::CannotOpen(_) | StoreError::Lost(_)), "{place:?}: {said:?}");
        in_both_languages(&said);
    }
}

/// A store behind a line that can be cut, with short patience.
fn behind_a_line(test: impl FnOnce(&Store, &Proxy)) {
    let cluster = Cluster::shared();
    let proxy = Proxy::before(cluster.port);
    postgres(|place| {
        let Place::Postgres { schema, .. } = place else { unreachable!() };
        let place = Place::Postgres { url: cluster.url_at(proxy.port), schema: schema.clone() };
        let options = Options { patience: Duration::from_millis(1_500), ..Options::default() };
        let store = Store::open(&place, options).unwrap();
        test(&store, &proxy);
        proxy.set(Line::Open);
        store.close();
    });
}

#[test]
fn a_line_cut_in_the_middle_of_a_transaction_is_mended() {
    behind_a_line(|store, proxy| {
        add(store, 1, 0).unwrap();
        let proxy = Arc::new(std::sync::Mutex::new(Some(proxy.handle())));
        let runs = Arc::new(AtomicI64::new(0));
        let count = Arc::clone(&runs);
        let event = store
            .write(move |tx| {
                count.fetch_add(1, Ordering::SeqCst);
                let at = tx.now();
                let e = tx.append(case(1), 1, at, &kernel::Actor::resident(), "reply", "{}")?;
                if let Some(proxy) = proxy.lock().unwrap().take() {
                    proxy.set(Line::Cut);
                    std::thread::spawn(move || {
                        std::thread::sleep(Duration::from_millis(300));
                        proxy.set(Line::Open);
                    });
                }
                Ok::<_, StoreError>(e)
            })
            .unwrap();
        assert_eq!((event.seq, event.ver), (2, 2));
        assert_eq!(runs.load(Ordering::SeqCst), 2, "undone with the line, run again");
        assert_eq!(events(store), 2);
    });
}

#[test]
fn a_commit_whose_answer_is_lost_is_looked_up() {
    behind_a_line(|store, proxy| {
        add(store, 1, 0).unwrap();
        proxy.deaf_after(b"COMMIT");
        assert_eq!(add(store, 1, 1).unwrap().seq, 2, "it was written once and is answered");
        assert_eq!(add(store, 1, 2).unwrap().seq, 3);
        assert_eq!(events(store), 3);
    });
}

#[test]
fn a_line_that_stays_cut_or_silent_is_named_and_nothing_is_written() {
    behind_a_line(|store, proxy| {
        add(store, 1, 0).unwrap();
        for line in [Line::Cut, Line::Silent] {
            proxy.set(line);
            let said = add(store, 1, 1).unwrap_err();
            assert!(matches!(said, StoreError::Lost(_)), "{said:?}");
            in_both_languages(&said);
            let said = store.read(ledger_rows::event_count).unwrap_err();
            assert!(matches!(said, StoreError::Lost(_) | StoreError::CannotOpen(_)), "{said:?}");
            proxy.set(Line::Open);
            assert_eq!(events(store), 1);
        }
        proxy.delay_ms(5);
        add(store, 1, 1).unwrap();
    });
}

#[test]
fn while_nobody_leads_a_standby_is_read_where_that_is_allowed() {
    let cluster = Cluster::shared();
    let proxy = Proxy::before(cluster.port);
    postgres(|place| {
        let Place::Postgres { url, schema } = place else { unreachable!() };
        let leads = Place::Postgres { url: cluster.url_at(proxy.port), schema: schema.clone() };
        let patience = Duration::from_millis(1_500);
        let options = Options { patience, standby: Some(url.clone()), ..Options::default() };
        let store = Store::open(&leads, options).unwrap();
        add(&store, 1, 0).unwrap();
        proxy.set(Line::Cut);
        for _ in 0..3 {
            assert_eq!(events(&store), 1);
        }
        assert!(matches!(add(&store, 1, 1), Err(StoreError::Lost(_))), "nothing is written there");
        proxy.set(Line::Open);
        add(&store, 1, 1).unwrap();
        std::thread::sleep(Duration::from_millis(1_100));
        assert_eq!(events(&store), 2, "and then it is the leader again");
        store.close();
    });
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    // Root may write everywhere: a child without privileges tries.
    let dir = TempDir::new();
    let data = dir.path().join("data");
    let place = Place::Embedded { dir: data.clone() };
    let store = Store::open(&place, Options::default()).unwrap();
    add(&store, 1, 0).unwrap();
    store.close();
    super::kill::open_up(dir.path(), 0o755);
    super::kill::open_up(&data, 0o555);
    for name in std::fs::read_dir(&data).unwrap() {
        super::kill::open_up(&name.unwrap().path(), 0o444);
    }
    for (job, target) in [("open", data.clone()), ("open", dir.path().join("new"))] {
        let said = super::kill::child(job, &target, true).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains("CannotOpen") || said.contains("ReadOnly"), "{said}");
    }
    super::kill::open_up(&data, 0o755);
    super::kill::forget_copy();
}
