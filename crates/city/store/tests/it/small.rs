//! Jobs, counters, idempotency, settings, backup.

use kernel::{Moment, US_PER_HOUR, US_PER_SECOND};
use store::idempotency::Kept;
use store::jobs::{self, NewJob};
use store::{Options, Place, Store, StoreError, backup, counters, idempotency, ledger_rows, settings};
use testkit::{HandClock, TempDir, both_engines, embedded};

use super::basics::add;

fn clock() -> (HandClock, Options) {
    let clock = HandClock::at(Moment::from_us(1_800_000_000_000_000));
    let options = Options { clock: clock.as_clock(), ..Options::default() };
    (clock, options)
}

const LEASE: i64 = 60 * US_PER_SECOND;

#[test]
fn a_job_is_claimed_by_one_and_takes_effect_once() {
    let (clock, options) = clock();
    both_engines(&options, |store| {
        let base = clock.now();
        store
            .write(move |tx| -> Result<(), StoreError> {
                for (key, after) in [("b", 2), ("a", 1), ("later", 1_000)] {
                    let due = base.plus_us(after * US_PER_SECOND);
                    assert!(
                        jobs::enqueue(tx, &NewJob { kind: "k", unique: Some(key), due, payload: "{}" })?
                            .is_some()
                    );
                }
                let twice = NewJob { kind: "k", unique: Some("a"), due: base, payload: "other" };
                assert_eq!(jobs::enqueue(tx, &twice)?, None);
                Ok(())
            })
            .unwrap();
        assert_eq!(store.write(|tx| jobs::claim(tx, LEASE, 10)).unwrap(), vec![], "nothing is due yet");
        assert_eq!(store.read(jobs::next_due).unwrap(), Some(base.plus_us(US_PER_SECOND)));
        clock.move_us(10 * US_PER_SECOND);
        let claims: Vec<_> = (0..4).map(|_| store.submit(|tx| jobs::claim(tx, LEASE, 1))).collect();
        let claims: Vec<_> = claims.into_iter().flat_map(|c| c.wait().unwrap()).collect();
        let keys: Vec<_> = claims.iter().filter_map(|j| j.unique.clone()).collect();
        assert_eq!(keys, ["a", "b"], "oldest first, each once");
        // The worker that holds `a` sleeps over its lease; another takes it and is done with it.
        clock.move_us(2 * LEASE);
        let again = store.write(|tx| jobs::claim(tx, LEASE, 10)).unwrap();
        assert_eq!(again.len(), 2);
        assert_eq!(again[0].attempts, 2);
        let (old, new) = (claims[0].clone(), again[0].clone());
        store.write(move |tx| counters::next(tx, "effect").and_then(|_| jobs::finish(tx, &new))).unwrap();
        let late = store.write(move |tx| counters::next(tx, "effect").and_then(|_| jobs::finish(tx, &old)));
        assert_eq!(late, Err(StoreError::LeaseLost(claims[0].id)));
        assert_eq!(store.write(|tx| counters::next(tx, "effect")).unwrap(), 2, "one effect so far");
        clock.set(base);
    });
}

#[test]
fn a_job_that_fails_waits_longer_and_is_put_aside_at_last() {
    let (clock, options) = clock();
    both_engines(&options, |store| {
        let base = clock.now();
        let job = NewJob { kind: "mail", unique: None, due: base, payload: "{}" };
        store.write(move |tx| jobs::enqueue(tx, &job)).unwrap();
        let mut waits = Vec::new();
        for attempt in 1..=jobs::ATTEMPTS_MAX {
            let job = store.write(|tx| jobs::claim(tx, LEASE, 1)).unwrap().remove(0);
            assert_eq!(job.attempts, attempt);
            let dead = store.write(move |tx| jobs::fail(tx, &job, "no route")).unwrap();
            assert_eq!(dead, attempt == jobs::ATTEMPTS_MAX);
            let due = store.read(jobs::next_due).unwrap().unwrap_or(clock.now());
            waits.push(due.us_since(clock.now()));
            clock.set(due);
        }
        assert!(waits.windows(2).take(6).all(|w| w[0] < w[1] && w[1] <= US_PER_HOUR), "{waits:?}");
        let dead = store.read(|rd| jobs::dead(rd, 10)).unwrap();
        assert_eq!(dead[0].error, "no route");
        let id = dead[0].id;
        assert!(store.write(move |tx| jobs::revive(tx, id)).unwrap());
        assert_eq!(store.write(|tx| jobs::claim(tx, LEASE, 1)).unwrap().len(), 1);
        clock.set(base);
    });
}

#[test]
fn a_moved_job_is_taken_from_its_worker() {
    let (clock, options) = clock();
    both_engines(&options, |store| {
        let base = clock.now();
        store.write(move |tx| jobs::enqueue_or_move(tx, "limit", "case/1", base, "1")).unwrap();
        let held = store.write(|tx| jobs::claim(tx, LEASE, 1)).unwrap().remove(0);
        store.write(move |tx| jobs::enqueue_or_move(tx, "limit", "case/1", base, "2")).unwrap();
        assert_eq!(store.write(move |tx| jobs::finish(tx, &held)), Err(StoreError::LeaseLost(1)));
        let held = store.write(|tx| jobs::claim(tx, LEASE, 1)).unwrap().remove(0);
        assert_eq!(held.payload, "2");
        assert!(store.write(|tx| jobs::cancel(tx, "limit", "case/1")).unwrap());
        assert_eq!(store.read(jobs::open_count).unwrap(), 0);
    });
}

#[test]
fn numbers_have_no_gaps() {
    both_engines(&Options::default(), |store| {
        assert_eq!(store.write(|tx| counters::next(tx, "4306/2026")).unwrap(), 1);
        let undone: Result<i64, StoreError> =
            store.write(|tx| counters::take(tx, "4306/2026", 5).and(Err(StoreError::Busy)));
        assert_eq!(undone, Err(StoreError::Busy));
        assert_eq!(store.write(|tx| counters::take(tx, "4306/2026", 3)).unwrap(), 2);
        assert_eq!(store.write(|tx| counters::next(tx, "4306/2026")).unwrap(), 5);
        assert_eq!(store.write(|tx| counters::next(tx, "4306/2027")).unwrap(), 1);
    });
}

#[test]
fn the_same_request_gets_the_same_answer() {
    let now = Moment::from_us(1_000);
    both_engines(&Options::default(), move |store| {
        let kept = Kept { status: 201, answer: "{\"id\":1}".into() };
        let keep = kept.clone();
        store.write(move |tx| idempotency::keep(tx, "u1", "k", b"d1", &keep, now.plus_us(10))).unwrap();
        let look = |actor, digest, at| store.read(|rd| idempotency::look(rd, actor, "k", digest, at));
        assert_eq!(look("u1", b"d1", now), Ok(Some(kept)));
        assert_eq!(look("u1", b"d2", now), Err(StoreError::KeyReused));
        assert_eq!(look("u2", b"d1", now), Ok(None));
        assert_eq!(look("u1", b"d1", now.plus_us(10)), Ok(None));
        assert_eq!(store.write(move |tx| idempotency::purge(tx, now, 9)), Ok(0));
        assert_eq!(store.write(move |tx| idempotency::purge(tx, now.plus_us(10), 9)), Ok(1));
    });
}

#[test]
fn a_setting_is_in_force_from_its_day() {
    both_engines(&Options::default(), |store| {
        let put = |since, doc: &'static str| {
            store.write(move |tx| settings::put(tx, "limits", Moment::from_us(since), None, doc)).unwrap()
        };
        assert_eq!((put(100, "a"), put(200, "b"), put(200, "c")), (1, 2, 3));
        let at = |us| {
            let found = store.read(|rd| settings::at(rd, "limits", Moment::from_us(us))).unwrap();
            found.map(|s| s.doc)
        };
        assert_eq!(
            [at(99), at(100), at(199), at(200)],
            [None, Some("a".into()), Some("a".into()), Some("c".into())]
        );
        assert_eq!(store.read(|rd| settings::history(rd, "limits", 9)).unwrap().len(), 3);
    });
}

#[test]
fn a_backup_made_while_writing_is_whole() {
    embedded(|place| {
        let store = Store::open(place, Options::default()).unwrap();
        for n in 1..=50 {
            add(&store, n, 0).unwrap();
        }
        let out = TempDir::new();
        let file = out.path().join("copy.sqlite3");
        let writing = store.clone();
        let writer = std::thread::spawn(move || {
            for n in 51..=150 {
                add(&writing, n, 0).unwrap();
            }
        });
        let copied = backup::backup(&store, &file).unwrap();
        writer.join().unwrap();
        assert!((50..=150).contains(&copied.events));
        assert!(
            matches!(backup::backup(&store, &file), Err(StoreError::CannotOpen(_))),
            "nothing is overwritten"
        );
        let dir = out.path().join("again");
        assert_eq!(backup::restore(&file, &dir).unwrap().events, copied.events);
        let again = Store::open(&Place::Embedded { dir: dir.clone() }, Options::default()).unwrap();
        let verified = again.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
        assert_eq!(verified.events, copied.events);
        add(&again, 1_000, 0).unwrap();
        assert!(backup::restore(&file, &dir).is_err());
        // A damaged copy is not believed.
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 6_000].fill(0x5a);
        std::fs::write(&file, bytes).unwrap();
        assert!(matches!(backup::check(&file), Err(StoreError::Damaged(_))));
    });
}
