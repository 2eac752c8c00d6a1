//! Jobs, counters, idempotency, settings, backup.

use kernel::{Moment, US_PER_HOUR, US_PER_SECOND};
use store::blobs::Blobs;
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
fn the_setting_written_last_is_in_force() {
    both_engines(&Options::default(), |store| {
        let put = |since, doc: &'static str| {
            store.write(move |tx| settings::put(tx, "limits", Moment::from_us(since), None, doc)).unwrap()
        };
        assert_eq!((put(100, "a"), put(200, "b"), put(200, "c")), (1, 2, 3));
        // Whatever a node's clock says: what was written last is in force.
        let newest = |name: &'static str| store.read(|rd| settings::newest(rd, name)).unwrap().map(|s| s.doc);
        assert_eq!((newest("limits"), newest("none")), (Some("c".into()), None));
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
        let blobs = Blobs::at(out.path().join("blobs"));
        blobs.put("照片".as_bytes(), "a", |_| Ok::<_, StoreError>(())).unwrap();
        let writing = store.clone();
        let writer = std::thread::spawn(move || {
            for n in 51..=150 {
                add(&writing, n, 0).unwrap();
            }
        });
        let copied = backup::create(&store, &blobs, &file).unwrap();
        writer.join().unwrap();
        assert!((50..=150).contains(&copied.events));
        assert!(
            matches!(backup::create(&store, &blobs, &file), Err(StoreError::CannotOpen(_))),
            "nothing is overwritten"
        );
        let dir = out.path().join("again");
        let place = Place::Embedded { dir: dir.clone() };
        assert_eq!(backup::check(&file).unwrap(), copied);
        assert_eq!(backup::restore(&file, &place, &dir).unwrap(), copied);
        let again = Store::open(&place, Options::default()).unwrap();
        let verified = again.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
        assert_eq!(verified.events, copied.events);
        add(&again, 1_000, 0).unwrap();
        assert!(backup::restore(&file, &place, &dir).is_err());
    });
}

fn flip(path: &std::path::Path, bit: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn one_bit_that_changed_anywhere_in_a_backup_is_found() {
    embedded(|place| {
        let store = Store::open(place, Options::default()).unwrap();
        for n in 1..=20 {
            add(&store, n, 0).unwrap();
        }
        let out = TempDir::new();
        let blobs = Blobs::at(out.path().join("blobs"));
        let hash = blobs.put("门头照片".as_bytes(), "a", |_| Ok::<_, StoreError>(())).unwrap();
        let file = out.path().join("b.bak");
        assert_eq!(backup::create(&store, &blobs, &file).unwrap().files, 1);
        let attachment = backup::files_of(&file).join(&hash[..2]).join(&hash);
        let parts = [file.clone(), backup::list_of(&file), attachment.clone()];
        // The first, the last and many in between, of each file.
        for path in &parts {
            let bits = std::fs::metadata(path).unwrap().len() as usize * 8;
            for i in 0..60 {
                let bit = if i == 0 { bits - 1 } else { (i - 1) * bits / 59 };
                flip(path, bit);
                assert!(matches!(backup::check(&file), Err(StoreError::BadBackup(_))), "{path:?} bit {bit}");
                flip(path, bit);
            }
            backup::check(&file).unwrap();
        }
        for path in parts {
            let aside = path.with_extension("aside");
            std::fs::rename(&path, &aside).unwrap();
            assert!(matches!(backup::check(&file), Err(StoreError::BadBackup(_))), "without {path:?}");
            std::fs::rename(&aside, &path).unwrap();
        }
        backup::check(&file).unwrap();
    });
}

#[test]
fn what_a_killed_backup_left_is_swept_and_files_are_for_their_owner_only() {
    embedded(|place| {
        let store = Store::open(place, Options::default()).unwrap();
        add(&store, 1, 0).unwrap();
        let out = TempDir::new();
        // No process has this number.
        let left = out.path().join(".bancheng-backup-4194304999.part");
        let of_none = out.path().join(".bancheng-backup-4194305.part");
        std::fs::write(&of_none, "half").unwrap();
        std::fs::write(&left, "half").unwrap();
        let blobs = Blobs::at(out.path().join("blobs"));
        let file = out.path().join("b.bak");
        backup::create(&store, &blobs, &file).unwrap();
        assert!(!of_none.exists());
        let names: Vec<_> = std::fs::read_dir(out.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(
            names.iter().all(|n| n == "b.bak" || n == "b.list" || n == ".bancheng-backup-4194304999.part"),
            "{names:?}"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |p: &std::path::Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
            let Place::Embedded { dir } = place else { unreachable!() };
            assert_eq!(mode(dir), 0o700);
            for tail in ["", "-wal", "-shm"] {
                assert_eq!(mode(&dir.join(format!("{}{tail}", store::FILE))), 0o600, "{tail}");
            }
            assert_eq!((mode(&file), mode(&backup::list_of(&file))), (0o600, 0o600));
        }
    });
}

#[test]
fn a_city_moves_between_the_engines_by_a_backup() {
    testkit::postgres(|from| {
        let store = Store::open(from, Options::default()).unwrap();
        for n in 1..=30 {
            add(&store, n, 0).unwrap();
        }
        ledger_rows::seal_now(&store, None).unwrap();
        store.write(|tx| counters::take(tx, "case/2026", 7)).unwrap();
        let keep = |tx: &mut store::Tx<'_>| {
            tx.insert("INSERT INTO message (unit, at, words) VALUES (1, 2, '请阅') RETURNING id", &[])
        };
        assert_eq!(store.write(keep).unwrap(), 1);
        let out = TempDir::new();
        let blobs = Blobs::at(out.path().join("blobs"));
        blobs.put("附件".as_bytes(), "a", |_| Ok::<_, StoreError>(())).unwrap();
        let file = out.path().join("b.bak");
        let copied = backup::create(&store, &blobs, &file).unwrap();
        assert_eq!((copied.events, copied.seal, copied.files), (30, 1, 1));
        assert_eq!(backup::check(&file).unwrap(), copied);
        let whole = |place: &Place| {
            let store = Store::open(place, Options::default()).unwrap();
            let verified = store.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
            assert_eq!((verified.events, verified.seals), (30, 1), "{place:?}");
            assert_eq!(store.write(|tx| counters::next(tx, "case/2026")).unwrap(), 8);
            assert_eq!(store.write(keep).unwrap(), 2, "ids go on");
            store.close();
        };
        let dir = out.path().join("embedded");
        let embedded = Place::Embedded { dir: dir.clone() };
        backup::restore(&file, &embedded, &dir).unwrap();
        whole(&embedded);
        testkit::postgres(|to| {
            let data = out.path().join("data");
            backup::restore(&file, to, &data).unwrap();
            whole(to);
            let again = Store::open(to, Options::default()).unwrap();
            let seen = Blobs::of(again.clone(), data.join("files"));
            assert_eq!(seen.in_directory().unwrap(), 0, "the database has them");
            assert_eq!(seen.copy_to(&out.path().join("seen")).unwrap(), 1);
            again.close();
            assert!(backup::restore(&file, to, &data).is_err(), "nothing is overwritten");
        });
        store.close();
    });
}
