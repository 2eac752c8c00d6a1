//! Open, write, read, refuse, append, verify: the same on both engines.

use kernel::{Actor, CaseId, Moment, StreamId};
use store::{NewEvent, Options, Store, StoreError, ledger_rows, vals};
use testkit::both_engines;

pub fn case(n: i64) -> StreamId {
    StreamId::case(CaseId(n))
}

pub fn add(store: &Store, n: i64, expected: i64) -> Result<ledger::Event, StoreError> {
    store.write(move |tx| {
        let at = Moment::from_us(1_700_000_000_000_000);
        tx.append(case(n), expected, at, &Actor::resident(), "register", &format!("{{\"n\":{n}}}"))
    })
}

#[test]
fn events_get_places_versions_and_a_chain_that_holds() {
    both_engines(&Options::default(), |store| {
        assert_eq!(add(store, 1, 0).unwrap().seq, 1);
        let second = add(store, 1, 1).unwrap();
        assert_eq!((second.seq, second.ver), (2, 2));
        assert_eq!(add(store, 2, 0).unwrap().seq, 3);
        let refused = add(store, 1, 1).unwrap_err();
        assert_eq!(refused, StoreError::Conflict { stream: case(1), expected: 1, found: 2 });
        assert_eq!(add(store, 2, 1).unwrap().seq, 4, "a refused closure leaves no gap");
        let events = store.read(|rd| ledger_rows::events_of(rd, case(1), 0, 10)).unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!(events[1], second);
        let verified = store.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
        assert_eq!((verified.events, verified.streams), (4, 2));
    });
}

#[test]
fn a_refused_closure_is_undone_alone() {
    both_engines(&Options::default(), |store| {
        let answers: Vec<_> = (1..=20)
            .map(|n| {
                store.submit(move |tx| -> Result<i64, StoreError> {
                    tx.exec(
                        "INSERT INTO counter (name, last) VALUES ($1, $2)",
                        vals![format!("c{n}").as_str(), n],
                    )?;
                    match n % 3 {
                        0 => Err(StoreError::Unacceptable("no".into())),
                        1 if n > 15 => panic!("a closure that panics is refused like any other"),
                        _ => Ok(n),
                    }
                })
            })
            .collect();
        let kept: Vec<_> = answers.into_iter().filter_map(|a| a.wait().ok()).collect();
        let rows = store
            .read(|rd| rd.query("SELECT last FROM counter ORDER BY last", &[], |row| row.i64(0)))
            .unwrap();
        assert_eq!(rows, kept);
        assert_eq!(kept.len(), 12);
    });
}

#[test]
fn many_at_once_are_the_same_as_one_by_one() {
    both_engines(&Options::default(), |store| {
        add(store, 5, 0).unwrap();
        let first = store
            .write(|tx| {
                let actor = Actor::system();
                let at = tx.now();
                let e = |n, expected, data| NewEvent {
                    stream: case(n),
                    expected,
                    at,
                    actor: &actor,
                    act: "a",
                    data,
                };
                tx.append_many(&[e(5, 1, "1"), e(6, 0, "2"), e(5, 2, "3"), e(6, 1, "4"), e(7, 0, "5")])
            })
            .unwrap();
        assert_eq!(first, 2);
        let verified = store.read(|rd| ledger_rows::verify(rd, None, None)).unwrap();
        assert_eq!((verified.events, verified.streams), (6, 3));
        for (n, expected, found) in [(5, 2, 3), (6, 0, 2), (9, 1, 0)] {
            let refused = store.write(move |tx| {
                let actor = Actor::system();
                let at = tx.now();
                tx.append_many(&[NewEvent {
                    stream: case(n),
                    expected,
                    at,
                    actor: &actor,
                    act: "a",
                    data: "",
                }])
            });
            assert_eq!(refused, Err(StoreError::Conflict { stream: case(n), expected, found }));
        }
    });
}

#[test]
fn values_come_back_as_they_went_in() {
    both_engines(&Options::default(), |store| {
        store
            .write(|tx| {
                tx.exec(
                    "INSERT INTO idempotency (actor, name, digest, status, answer, until) VALUES ($2, $1, $3, $4, $5, $6)",
                    vals!["键 $1", "'q'", &[0u8, 255, 7][..], 200, "", i64::MIN],
                )
            })
            .unwrap();
        let row = store
            .read(|rd| {
                rd.query_one("SELECT name, actor, digest, status, answer, until FROM idempotency", &[], |r| {
                    Ok((r.string(0)?, r.string(1)?, r.blob(2)?.to_vec(), r.i64(3)?, r.string(4)?, r.i64(5)?))
                })
            })
            .unwrap();
        assert_eq!(row, ("键 $1".into(), "'q'".into(), vec![0, 255, 7], 200, String::new(), i64::MIN));
        let nul = store.write(|tx| tx.exec("INSERT INTO counter (name, last) VALUES ($1, 1)", vals!["a\0b"]));
        assert_eq!(nul, Err(StoreError::Unacceptable("U+0000".into())));
        let twice = store.write(|tx| {
            tx.exec("INSERT INTO counter (name, last) VALUES ($1, 1)", vals!["a"])?;
            tx.exec("INSERT INTO counter (name, last) VALUES ($1, 1)", vals!["a"])
        });
        assert_eq!(twice, Err(StoreError::Duplicate { what: "counter.name".into() }));
        let wrong: Result<u64, StoreError> = store.write(|tx| tx.exec("UPDATE nothing SET x = $1", vals![1]));
        assert!(matches!(wrong, Err(StoreError::Bug(_))));
        let write_in_read: Result<Vec<()>, StoreError> = store.read(|rd| {
            rd.query("INSERT INTO counter (name, last) VALUES ('r', 1) RETURNING 1", &[], |_| Ok(()))
        });
        assert!(matches!(write_in_read, Err(StoreError::ReadOnly(_))), "{write_in_read:?}");
    });
}
