//! A city starts on its own keys only, and goes on from an older database only when somebody confirmed it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use assembly::House;
use city::{Contact, Error};
use kernel::Actor;
use resolve_acts::Lodged;
use store::backup::{self, create};
use store::blobs::Blobs;
use store::{Options, Place, Store, StoreError, ledger_rows};
use testkit::TempDir;

use super::{coordinator, matter};

fn begin(place: &Place, keys: &Path) -> Result<House, Error> {
    House::open(Store::open(place, Options::default()).unwrap(), keys)
}

fn set_up(app: &House) {
    let settings = city::Settings {
        city: "4306".parse().unwrap(),
        name: "临江市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(Actor::system(), settings).wait().unwrap();
    let unit = people::NewUnit {
        key: "政管办".into(),
        name: "政管办".into(),
        short: "政管办".into(),
        kind: "coordination".into(),
        parent: None,
        region: "4306".parse().unwrap(),
        duties: String::new(),
    };
    app.people.put_units(Actor::system(), vec![unit]).wait().unwrap();
}

fn lodge(app: &House, phone: &str) -> Lodged {
    let contact = Contact { phone: phone.into(), ..Contact::default() };
    app.cases.register(coordinator(), matter(), contact).wait().unwrap()
}

fn seal(app: &House) {
    ledger_rows::seal_now(app.city.store(), Some(app.city.vault().seal_key())).unwrap();
}

fn wrong<T: std::fmt::Debug>(opened: Result<T, Error>, files: &[&str]) {
    let Err(Error::Store(StoreError::WrongKeys(said))) = opened else { panic!("{opened:?}") };
    assert!(files.iter().all(|f| said.contains(f)) && said.contains(" / "), "{said}");
}

#[test]
fn a_city_with_records_starts_only_on_its_own_keys() {
    let dir = TempDir::new();
    let (keys, other) = (dir.path().join("keys"), dir.path().join("other"));
    let run = |place: &Place| {
        for d in [&keys, &other] {
            drop(fs::remove_dir_all(d));
        }
        let app = begin(place, &keys).unwrap();
        set_up(&app);
        let lodged = lodge(&app, "13800001234");
        seal(&app);
        app.city.store().clone().close();
        drop(app);
        // A second node without keys, or with keys of its own.
        wrong(begin(place, &other), &["secret.key", "seal.key"]);
        assert!(!other.join("secret.key").exists(), "no new key was made");
        for file in ["secret.key", "seal.key"] {
            let aside = keys.join("aside");
            fs::rename(keys.join(file), &aside).unwrap();
            wrong(begin(place, &keys), &[file]);
            fs::write(keys.join(file), "7".repeat(64)).unwrap();
            wrong(begin(place, &keys), &[file]);
            fs::rename(&aside, keys.join(file)).unwrap();
        }
        // With the city's own keys the second node starts, and every code is as it was.
        fs::create_dir_all(&other).unwrap();
        for file in ["secret.key", "seal.key", "seal.last"] {
            fs::copy(keys.join(file), other.join(file)).unwrap();
        }
        let app = begin(place, &other).unwrap();
        assert!(app.cases.follow(None, lodged.number, lodged.code).wait().is_ok());
        app.city.store().clone().close();
    };
    testkit::embedded(run);
    testkit::postgres(run);
}

#[test]
fn a_database_from_before_fingerprints_is_taken_over_by_keys_that_open_it_only() {
    testkit::embedded(|place| {
        let dir = TempDir::new();
        let keys = dir.path().join("keys");
        let app = begin(place, &keys).unwrap();
        set_up(&app);
        let lodged = lodge(&app, "13800001234");
        seal(&app);
        app.city.store().write(|tx| tx.exec("DELETE FROM setting WHERE name = 'keys'", &[])).unwrap();
        app.city.store().clone().close();
        drop(app);
        for file in ["secret.key", "seal.key"] {
            let kept = fs::read(keys.join(file)).unwrap();
            fs::write(keys.join(file), "7".repeat(64)).unwrap();
            wrong(begin(place, &keys), &[file]);
            fs::write(keys.join(file), kept).unwrap();
        }
        let app = begin(place, &keys).unwrap();
        // A case from before has the code that belongs to its number alone; a new one is bound to its event.
        let old = app
            .cases
            .print_receipt(coordinator(), lodged.number.clone(), "反映人遗失".into())
            .wait()
            .unwrap()
            .code;
        assert_ne!(old, lodged.code);
        assert!(app.cases.follow(None, lodged.number, old).wait().is_ok());
        let new = lodge(&app, "13800005678");
        assert!(app.cases.follow(None, new.number, new.code).wait().is_ok());
        app.city.store().clone().close();
    });
}

#[test]
fn after_a_confirmed_rollback_no_number_and_no_code_is_given_twice() {
    // How many cases before the backup, after it and sealed, after it and not sealed, and after the restore.
    for (before, sealed, unsealed, after) in [(1, 0, 1, 2), (2, 3, 0, 4), (3, 2, 2, 3), (1, 5, 4, 6)] {
        let dir = TempDir::new();
        let keys = dir.path().join("keys");
        let place = Place::Embedded { dir: dir.path().join("data") };
        let app = begin(&place, &keys).unwrap();
        set_up(&app);
        let given = RefCell::new(HashMap::<String, String>::new());
        let mut codes: HashMap<String, String> = HashMap::new();
        let mut take = |l: Lodged| {
            assert!(
                given.borrow_mut().insert(l.number.clone(), l.code.clone()).is_none(),
                "{} twice",
                l.number
            );
            assert!(codes.insert(l.code.clone(), l.number.clone()).is_none(), "{} twice", l.code);
        };
        let old: Vec<Lodged> = (0..before).map(|_| lodge(&app, "13800000001")).collect();
        for l in &old {
            take(l.clone());
        }
        seal(&app);
        let file = dir.path().join("b.bak");
        create(app.city.store(), &Blobs::at(keys.join("files")), &file).unwrap();
        (0..sealed).for_each(|_| take(lodge(&app, "13800000002")));
        seal(&app);
        (0..unsealed).for_each(|_| take(lodge(&app, "13800000003")));
        app.city.store().clone().close();
        drop(app);
        let place = Place::Embedded { dir: dir.path().join("again") };
        backup::check(&file).unwrap();
        backup::restore(&file, &place, &keys).unwrap();
        let opened = begin(&place, &keys);
        let app = if sealed > 0 {
            let Err(Error::Store(StoreError::RolledBack(said))) = opened else { panic!("{opened:?}") };
            assert!(said.contains("accept-rollback") && said.contains(" / "), "{said}");
            let app = House::open_to_check(Store::open(&place, Options::default()).unwrap(), &keys).unwrap();
            assert!(app.city.accept_rollback("  ").is_err(), "a reason is wanted");
            let accepted = app.city.accept_rollback("磁盘损坏，恢复了昨夜的备份").unwrap();
            assert!(accepted.rollback.found < accepted.rollback.noted);
            assert!(app.city.accept_rollback("再来一次").is_err(), "there is nothing more to confirm");
            seal(&app);
            app.city.store().clone().close();
            drop(app);
            begin(&place, &keys).unwrap()
        } else {
            // Nothing was sealed after the backup: nobody can tell, but a number never opens with an earlier code.
            opened.unwrap()
        };
        for l in old {
            assert!(
                app.cases.follow(None, l.number, l.code).wait().is_ok(),
                "codes of cases that are there stay good"
            );
        }
        for _ in 0..after {
            let new = lodge(&app, "13800000004");
            if sealed > 0 {
                take(new);
            } else {
                assert_ne!(given.borrow().get(&new.number), Some(&new.code));
            }
        }
        let key = app.city.vault().seal_key();
        let verified = app
            .city
            .store()
            .read(|rd| ledger_rows::verify(rd, Some(key.key().clone()), key.anchor()))
            .unwrap();
        assert!(verified.events > 0);
        let kept = app.city.store().read(ledger_rows::rollbacks).unwrap();
        assert_eq!(kept.len(), usize::from(sealed > 0), "on record");
        app.city.store().clone().close();
    }
}

#[test]
fn every_edit_of_a_case_past_the_program_is_named() {
    super::city(|app, clock| {
        let number = super::lodge(app);
        super::act(app, coordinator(), &number, super::to(2)).unwrap();
        clock.move_us(kernel::US_PER_HOUR);
        super::act(app, super::handler(2), &number, resolve::Command::Take {}).unwrap();
        super::lodge(app);
        let look = |tx: &mut store::Rd<'_>| store::proof::compare_all(tx);
        let whole = app.city.store().read(look).unwrap();
        assert_eq!(whole.findings, []);
        assert!(whole.rows >= 3, "cases and settings: {whole:?}");
        let edits = [
            ("case_file", "title", "title || '改'"),
            ("case_file", "state", "replace(state, '经营', '经济')"),
            ("case_file", "kind", "'complaint'"),
            ("case_file", "channel", "'web'"),
            ("case_file", "region", "'430603'"),
            ("case_file", "first_asked", "first_asked + 1"),
            ("case_file", "unit", "coalesce(unit, 0) + 1"),
            ("case_file", "stage", "'archived'"),
            ("case_file", "lodged", "lodged + 1"),
            ("case_file", "closed", "coalesce(closed, 0) + 1"),
            ("case_file", "rounds", "rounds + 1"),
            ("case_file", "returns", "returns + 1"),
            ("case_file", "support", "support + 1"),
            ("case_file", "campaign", "'行动'"),
            ("case_file", "item", "'11'"),
            ("case_file", "ver", "ver + 1"),
            ("setting", "doc", "replace(doc, '临江', '临海')"),
            ("setting", "since", "since + 1"),
        ];
        for (table, column, other) in edits {
            let tried = app.city.store().write(move |tx| -> Result<(), StoreError> {
                let only = if table == "setting" { "name = 'city'" } else { "id = 1" };
                assert_eq!(tx.exec(&format!("UPDATE {table} SET {column} = {other} WHERE {only}"), &[])?, 1);
                let found = store::proof::compare_all(tx)?.findings;
                assert!(
                    found.iter().any(|f| f.table == table && f.column == column && f.stands != f.should),
                    "{table}.{column}: {found:?}"
                );
                Err(StoreError::Busy)
            });
            assert_eq!(tried, Err(StoreError::Busy), "{table}.{column}");
        }
        // The rolling comparison comes round to all of it.
        let (mut at, mut rows) = (store::proof::Place::default(), 0);
        for _ in 0..20 {
            let (found, next) = app.city.store().read(|rd| store::proof::sample(rd, at, 1)).unwrap();
            assert_eq!(found.findings, []);
            (at, rows) = (next, rows + found.rows);
        }
        assert!(rows > 10, "{rows}");
    });
}
