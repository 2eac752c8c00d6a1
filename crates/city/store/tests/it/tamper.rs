//! Behind the program's back: every kind of change to the rows of the record, in both databases.

use kernel::{Actor, Moment, StreamId};
use ledger::BreakKind;
use store::ledger_rows::{self, KeyFile, LedgerError};
use store::{NewEvent, Options, Place, Store, StoreError};
use testkit::{TempDir, behind, embedded, postgres};

use super::basics::case;

/// Nine events in three streams: 1 2 3 1 2 3 1 2 3; the first six are sealed.
fn fill(store: &Store, key: &KeyFile) {
    for round in 0..3 {
        store
            .write(move |tx| {
                let actor = Actor::system();
                let at = Moment::from_us(round);
                let e = |n| NewEvent {
                    stream: case(n),
                    expected: round,
                    at,
                    actor: &actor,
                    act: "act",
                    data: "{}",
                };
                tx.append_many(&[e(1), e(2), e(3)])
            })
            .unwrap();
        if round == 1 {
            assert_eq!(ledger_rows::seal_now(store, Some(key)).unwrap().len(), 1);
        }
    }
}

fn broken(store: &Store, key: &KeyFile) -> Option<ledger::Break> {
    match store.read(|rd| ledger_rows::verify(rd, Some(key.key().clone()), key.anchor())) {
        Ok(_) => None,
        Err(LedgerError::Broken(b)) => Some(*b),
        Err(other) => panic!("{other}"),
    }
}

/// name, SQL, kind, where it must show (`seq`)
const CHANGES: &[(&str, &str, BreakKind, Option<i64>)] = &[
    ("edit the data", "UPDATE event SET data = '{\"x\":1}' WHERE seq = 5", BreakKind::Edited, Some(5)),
    ("edit the moment", "UPDATE event SET at = at + 1 WHERE seq = 8", BreakKind::Edited, Some(8)),
    ("edit who acted", "UPDATE event SET staff = 9 WHERE seq = 1", BreakKind::Edited, Some(1)),
    ("edit the role to nonsense", "UPDATE event SET role = 'king' WHERE seq = 2", BreakKind::Edited, Some(2)),
    ("delete", "DELETE FROM event WHERE seq = 4", BreakKind::Deleted, Some(4)),
    (
        "delete and close the gap",
        "DELETE FROM event WHERE seq = 4; UPDATE event SET seq = -(seq - 1) WHERE seq > 4; \
         UPDATE event SET seq = -seq WHERE seq < 0; UPDATE ledger_state SET seq = 8",
        BreakKind::Deleted,
        Some(6),
    ),
    (
        "reorder inside a stream",
        "UPDATE event SET seq = -4 WHERE seq = 1; UPDATE event SET seq = 1 WHERE seq = 4; \
         UPDATE event SET seq = 4 WHERE seq = -4",
        BreakKind::Deleted,
        Some(1),
    ),
    (
        "reorder between streams recorded at the same moment",
        "UPDATE event SET seq = -1 WHERE seq = 1; UPDATE event SET seq = 1 WHERE seq = 2; \
         UPDATE event SET seq = 2 WHERE seq = -1",
        BreakKind::SealBroken,
        None,
    ),
    ("truncate", "DELETE FROM event WHERE seq > 7", BreakKind::Truncated, None),
    (
        "truncate and set the count back",
        "DELETE FROM event WHERE seq > 7; UPDATE ledger_state SET seq = 7",
        BreakKind::Truncated,
        None,
    ),
    (
        "truncate below the seal and mend everything that can be mended",
        "DELETE FROM event WHERE seq > 5; UPDATE ledger_state SET seq = 5; DELETE FROM seal; \
         DELETE FROM stream_head; INSERT INTO stream_head (stream, ver, hash) \
         SELECT e.stream, e.ver, e.hash FROM event e WHERE e.ver = (SELECT max(x.ver) FROM event x WHERE x.stream = e.stream)",
        BreakKind::SealMissing,
        None,
    ),
    (
        "re-insert an old event at the end",
        "INSERT INTO event (seq, stream, ver, at, recorded, staff, role, unit, region, act, data, hash) \
         SELECT 10, stream, 4, at, recorded + 999999999, staff, role, unit, region, act, data, hash FROM event WHERE seq = 1; \
         UPDATE ledger_state SET seq = 10",
        BreakKind::Edited,
        Some(10),
    ),
    ("remove a whole stream", "DELETE FROM event WHERE stream % 16 = 2", BreakKind::Deleted, Some(2)),
    (
        "remove a whole stream with its head, and renumber",
        "DELETE FROM event WHERE stream % 16 = 3; DELETE FROM stream_head WHERE stream % 16 = 3; \
         UPDATE event SET seq = -(seq - (seq - 1) / 3); UPDATE event SET seq = -seq; \
         UPDATE ledger_state SET seq = 6",
        BreakKind::SealBroken,
        None,
    ),
    ("remove all", "DELETE FROM event", BreakKind::Truncated, None),
    (
        "a head of another event",
        "UPDATE stream_head SET ver = 2 WHERE stream % 16 = 1",
        BreakKind::HeadWrong,
        None,
    ),
    ("a stream without head", "DELETE FROM stream_head WHERE stream % 16 = 1", BreakKind::HeadWrong, None),
    ("remove the seal", "DELETE FROM seal", BreakKind::SealMissing, None),
    ("edit the seal", "UPDATE seal SET at = at + 1", BreakKind::SealForged, None),
    ("make it a seal without key", "UPDATE seal SET keyed = 0", BreakKind::SealForged, None),
];

fn every_change(place: &Place, change: &(&str, &str, BreakKind, Option<i64>)) {
    let (name, sql, kind, seq) = change;
    let keys = TempDir::new();
    let key = KeyFile::open(keys.path()).unwrap();
    let store = Store::open(place, Options::default()).unwrap();
    fill(&store, &key);
    assert_eq!(broken(&store, &key), None, "{name}: untouched");
    behind(place, sql);
    let found = broken(&store, &key).unwrap_or_else(|| panic!("{name}: not found"));
    assert_eq!((found.kind, seq.and(found.seq)), (*kind, *seq), "{name}: {found}");
    store.close();
}

#[test]
fn every_change_is_found_in_sqlite() {
    for change in CHANGES {
        embedded(|place| every_change(place, change));
    }
}

#[test]
fn every_change_is_found_in_postgresql() {
    for change in CHANGES {
        postgres(|place| every_change(place, change));
    }
}

#[test]
fn triggers_keep_events_and_seals_from_being_changed_by_mistake() {
    let run = |place: &Place| {
        let keys = TempDir::new();
        let key = KeyFile::open(keys.path()).unwrap();
        let store = Store::open(place, Options::default()).unwrap();
        fill(&store, &key);
        for sql in [
            "UPDATE event SET data = '' WHERE seq = 1",
            "DELETE FROM event WHERE seq = 1",
            "UPDATE seal SET at = 0 WHERE k = 1",
            "DELETE FROM seal WHERE k = 1",
        ] {
            let said = store.write(move |tx| tx.exec(sql, &[]));
            assert!(
                matches!(&said, Err(StoreError::Bug(why)) if why.contains("append-only")),
                "{sql}: {said:?}"
            );
        }
        assert_eq!(broken(&store, &key), None);
        store.close();
    };
    embedded(run);
    postgres(run);
}

#[test]
fn seals_go_on_where_the_last_one_ended_and_the_export_holds_without_the_database() {
    let run = |place: &Place| {
        let keys = TempDir::new();
        let key = KeyFile::open(keys.path()).unwrap();
        let store = Store::open(place, Options::default()).unwrap();
        assert!(ledger_rows::seal_now(&store, Some(&key)).unwrap().is_empty(), "nothing to seal");
        fill(&store, &key);
        let second = ledger_rows::seal_now(&store, Some(&key)).unwrap();
        assert_eq!((second[0].k, second[0].from, second[0].to, second[0].streams), (2, 6, 9, 3));
        assert!(ledger_rows::seal_now(&store, Some(&key)).unwrap().is_empty(), "nothing new");
        let verified =
            store.read(|rd| ledger_rows::verify(rd, Some(key.key().clone()), key.anchor())).unwrap();
        assert_eq!((verified.events, verified.seals, verified.unsealed), (9, 2, 0));
        let other = KeyFile::open(keys.path()).unwrap();
        assert_eq!(other.anchor().map(|a| a.k), Some(2), "the key and the last seal are read again");
        let now = store.now();
        let file = store.read(|rd| ledger_rows::export(rd, Vec::new(), "岳阳", now)).unwrap();
        let read = ledger::verify_export(file.as_slice(), Some(key.key().clone()), key.anchor()).unwrap();
        assert_eq!(read.verified, verified);
        let stranger = ledger::verify_export(file.as_slice(), None, None).unwrap();
        assert_eq!(stranger.verified.seals_without_proof, 2);
        let events = store.read(|rd| ledger_rows::events_after(rd, 7, 10)).unwrap();
        assert_eq!(events.iter().map(|e| e.seq).collect::<Vec<_>>(), [8, 9]);
        assert_eq!(store.read(|rd| ledger_rows::head_of(rd, StreamId(5))).unwrap(), None);
        store.close();
    };
    embedded(run);
    postgres(run);
}

#[test]
fn an_older_database_gets_no_new_seal_and_is_never_declared_whole() {
    let dir = TempDir::new();
    let keys = TempDir::new();
    let key = KeyFile::open(keys.path()).unwrap();
    let place = Place::Embedded { dir: dir.path().join("data") };
    let store = Store::open(&place, Options::default()).unwrap();
    fill(&store, &key);
    let old = dir.path().join("old.bak");
    let blobs = store::blobs::Blobs::at(dir.path().join("files"));
    store::backup::create(&store, &blobs, &old).unwrap();
    let grow = |store: &Store, n| {
        store
            .write(move |tx| tx.append(case(n), 0, Moment::from_us(9), &Actor::system(), "act", "{}"))
            .map(drop)
            .unwrap();
    };
    grow(&store, 50);
    ledger_rows::seal_now(&store, Some(&key)).unwrap();
    let noted = key.last_noted().unwrap();
    store.close();
    let back = Place::Embedded { dir: dir.path().join("back") };
    store::backup::restore(&old, &back, &dir.path().join("back")).unwrap();
    let store = Store::open(&back, Options::default()).unwrap();
    let look = |store: &Store| store.read(|rd| ledger_rows::check_anchor(rd, &key));
    for n in 60..64 {
        assert!(matches!(look(&store), Err(StoreError::RolledBack(_))));
        grow(&store, n);
        assert!(matches!(ledger_rows::seal_now(&store, Some(&key)), Err(StoreError::RolledBack(_))));
        assert_eq!(key.last_noted().unwrap(), noted, "the note stays");
        assert!(broken(&store, &key).is_some());
    }
    // A note that is lost or cannot be read is not taken for one that fits.
    std::fs::write(keys.path().join("seal.last"), "?").unwrap();
    assert!(matches!(look(&store), Err(StoreError::CannotOpen(_))));
    store.close();
}
