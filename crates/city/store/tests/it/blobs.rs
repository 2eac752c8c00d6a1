//! 附件在库里: files that every node finds, moved between directory and database while a city works.

use std::io::Read as _;
use std::time::Duration;

use store::blob_rows::{self, Home, PIECE};
use store::blobs::Blobs;
use store::waiting_logs::{self, WaitingLog};
use store::{Options, Store, StoreError};
use testkit::{TempDir, both_engines, embedded, postgres};

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 31 % 251) as u8).collect()
}

fn put(blobs: &Blobs, bytes: &[u8]) -> Result<String, StoreError> {
    blobs.put(bytes, "a", |_| Ok::<_, StoreError>(()))
}

#[test]
fn what_one_node_was_given_every_node_has() {
    postgres(|place| {
        let stores = [(); 2].map(|()| Store::open(place, Options::default()).unwrap());
        let dirs = [TempDir::new(), TempDir::new()];
        let [a, b] = [0, 1].map(|i| Blobs::of(stores[i].clone(), dirs[i].path().join("files")));
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let all = bytes(size);
            let hash = put(&a, &all).unwrap();
            assert_eq!(put(&b, &all).unwrap(), hash, "kept once");
            assert_eq!(b.get(&hash).unwrap(), all, "{size}");
            let mut read = Vec::new();
            b.open(&hash).unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(read, all, "{size}");
        }
        assert_eq!((a.in_directory().unwrap(), b.in_directory().unwrap()), (0, 0));
        let refused = a.put("病毒".as_bytes(), "v", |_| Err(StoreError::Busy));
        assert_eq!(refused, Err(StoreError::Busy));
        assert_eq!(stores[0].read(blob_rows::count).unwrap().0, 6);
        // A node that ended in the middle left a piece: no file yet, whole when it is brought again, swept otherwise.
        let all = bytes(2 * PIECE);
        let hash = put(&Blobs::at(dirs[0].path().join("alone")), &all).unwrap();
        let (key, piece) = (hash.clone(), all[..PIECE].to_vec());
        let writes = stores[0].clone();
        let begin = move || {
            let (key, piece) = (key.clone(), piece.clone());
            writes.write(move |tx| {
                blob_rows::begin(tx, &key, 2 * PIECE as i64)?;
                blob_rows::put_piece(tx, &key, 0, &piece)
            })
        };
        begin().unwrap();
        assert!(b.get(&hash).is_err() && b.open(&hash).is_err(), "half of a file is no file");
        b.sweep_parts(Duration::ZERO);
        let left = "SELECT count(*) FROM blob_piece WHERE hash = $1";
        let key = hash.clone();
        let count =
            move |s: &Store| s.read(|rd| rd.query_one(left, &[key.as_str().into()], |r| r.i64(0))).unwrap();
        assert_eq!(count(&stores[1]), 0);
        begin().unwrap();
        assert_eq!(put(&b, &all).unwrap(), hash);
        assert_eq!(a.get(&hash).unwrap(), all);
        // Damage is seen, and a file that is free goes at every node.
        testkit::behind(place, &format!("UPDATE blob_piece SET bytes = 'x' WHERE hash = '{hash}' AND n = 0"));
        assert!(matches!(b.get(&hash), Err(StoreError::Damaged(_))) && b.open(&hash).is_err());
        b.remove_old(&hash, Duration::from_secs(3600));
        assert!(matches!(a.get(&hash), Err(StoreError::Damaged(_))), "it is young");
        b.remove_old(&hash, Duration::ZERO);
        assert_eq!(count(&stores[1]), 0);
        stores.into_iter().for_each(|s| s.close());
    });
}

#[test]
fn files_move_between_directory_and_database_and_go_on_where_it_was_broken_off() {
    postgres(|place| {
        let store = Store::open(place, Options::default()).unwrap();
        let dir = TempDir::new();
        let blobs = Blobs::of(store.clone(), dir.path().join("files"));
        blobs.move_to(Home::Directory, &mut |_| {}).unwrap();
        let all: Vec<_> = (1..=5).map(|n| put(&blobs, &bytes(n * 100_000)).unwrap()).collect();
        assert_eq!(blobs.in_directory().unwrap(), 5, "as somebody chose");
        let seen =
            || all.iter().enumerate().all(|(i, h)| blobs.get(h).is_ok_and(|b| b.len() == (i + 1) * 100_000));
        // Broken off after the second: what was moved stays so, everything is found meanwhile.
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            blobs.move_to(Home::Database, &mut |m| assert!(m.files < 2, "the power is gone"))
        }));
        assert!(broken.is_err() && blobs.in_directory().unwrap() == 3 && seen());
        // One that is damaged stays where it is and is told.
        let bad = all.iter().find(|h| blobs.path(h).is_some_and(|p| p.exists())).unwrap();
        let whole = std::fs::read(blobs.path(bad).unwrap()).unwrap();
        std::fs::write(blobs.path(bad).unwrap(), "x").unwrap();
        let moved = blobs.move_to(Home::Database, &mut |_| {}).unwrap();
        assert_eq!((moved.files, moved.bad, blobs.in_directory().unwrap()), (2, 1, 1));
        std::fs::write(blobs.path(bad).unwrap(), whole).unwrap();
        assert_eq!(blobs.move_to(Home::Database, &mut |_| {}).unwrap().files, 1);
        assert!(blobs.in_directory().unwrap() == 0 && seen());
        let back = blobs.move_to(Home::Directory, &mut |_| {}).unwrap();
        assert_eq!((back.files, blobs.in_directory().unwrap()), (5, 5));
        assert!(seen() && store.read(blob_rows::count).unwrap() == (0, 0));
        store.close();
    });
    embedded(|place| {
        let store = Store::open(place, Options::default()).unwrap();
        let dir = TempDir::new();
        let blobs = Blobs::of(store.clone(), dir.path().join("files"));
        assert!(matches!(blobs.move_to(Home::Database, &mut |_| {}), Err(StoreError::Unacceptable(_))));
        put(&blobs, b"x").unwrap();
        assert_eq!(blobs.in_directory().unwrap(), 1, "one machine keeps its files beside it");
        store.close();
    });
}

#[test]
fn one_table_of_each_person_waits_for_its_columns() {
    both_engines(&Options::default(), |store| {
        let table = |id: &str, hash: &str| WaitingLog {
            owner: kernel::StaffId(7),
            id: id.into(),
            name: "一月.csv".into(),
            hash: hash.into(),
            mapping: "{}".into(),
            trouble: String::new(),
        };
        let put = |w: WaitingLog| store.write(move |tx| waiting_logs::put(tx, &w)).unwrap();
        assert_eq!(put(table("a", "1")), None);
        assert_eq!(put(table("b", "1")), None, "the same bytes are still needed");
        assert_eq!(put(table("c", "2")), Some("1".into()), "of the one before nothing is left");
        let get = |owner, id: &'static str| {
            store.read(|rd| waiting_logs::get(rd, kernel::StaffId(owner), id)).unwrap()
        };
        assert_eq!((get(7, "c"), get(7, "b"), get(8, "c")), (Some(table("c", "2")), None, None));
        let forget =
            |id| store.write(move |tx| waiting_logs::forget(tx, kernel::StaffId(7), Some(id))).unwrap();
        assert_eq!((forget("b"), forget("c")), (None, Some("2".into())));
        put(table("d", "3"));
        let swept = store.write(|tx| waiting_logs::sweep(tx, tx.now().plus_us(1), 9)).unwrap();
        assert_eq!(swept, ["3"]);
    });
}
