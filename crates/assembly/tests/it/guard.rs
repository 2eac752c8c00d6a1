//! 门卫: tries, passwords, second factors, files of strangers, and what stands on record of all that.

use city::{Error, Network};
use kernel::{Actor, Role, StreamId, StreamKind, US_PER_HOUR};
use people::NewStaff;
use store::ledger_rows;

use super::files::photo;
use super::{act, city, coordinator, handler, lodge, to, who};

const RIGHT: &str = "four unrelated words";

fn staff(login: &str, role: Role) -> NewStaff {
    NewStaff {
        login: login.into(),
        name: login.into(),
        role,
        unit: "政管办".into(),
        position: String::new(),
        password: Some(RIGHT.into()),
    }
}

fn net(n: u8) -> Network {
    Network::of([192, 0, 2, n].into())
}

fn record(app: &assembly::House, stream: i64) -> Vec<(String, String)> {
    let stream = StreamId::new(StreamKind::Office, stream);
    let all = app.city.store().read(|rd| ledger_rows::stream(rd, stream, 0)).unwrap();
    all.into_iter().map(|e| (e.act, e.data)).collect()
}

/// H5: however many tries come at once, five of them are looked at.
#[test]
fn tries_sent_at_once_are_no_more_than_tries_one_after_another() {
    city(|app, clock| {
        app.people.put_staff(Actor::system(), vec![staff("li", Role::Clerk)]).unwrap();
        let wrong = std::thread::scope(|s| {
            let all: Vec<_> = (0..16)
                .map(|i| {
                    s.spawn(move || app.people.sign_in_at(net(1), "li", &format!("wrong {i} wrong"), ""))
                })
                .collect();
            all.into_iter().map(|t| t.join().unwrap()).filter(Result::is_err).count()
        });
        assert_eq!(wrong, 16);
        assert!(app.people.sign_in_at(net(1), "li", RIGHT, "").is_err(), "closed for that network");
        let failed = record(app, 6).iter().filter(|e| e.0 == "sign_in_failed").count();
        assert_eq!(failed, 5, "five were looked at, and each is on record");
        app.people.sign_in_at(net(2), "li", RIGHT, "").unwrap();
        clock.move_us(US_PER_HOUR / 2);
        app.people.sign_in_at(net(1), "li", RIGHT, "").unwrap();
        // From ten networks the account itself is closed, but not where its owner signs in.
        for n in 10..22 {
            for _ in 0..5 {
                app.people.sign_in_at(net(n), "li", "wrong wrong wrong", "").unwrap_err();
            }
        }
        assert!(app.people.sign_in_at(net(99), "li", RIGHT, "").is_err(), "closed for networks not known");
        app.people.sign_in_at(net(1), "li", RIGHT, "").expect("open where it was used before");
        let tells = record(app, 6).iter().all(|e| !e.1.contains("wrong") && !e.1.contains(RIGHT));
        assert!(tells, "no password stands on record");
    });
}

#[test]
fn passwords_are_none_when_they_are_common_and_never_the_old_one() {
    city(|app, _| {
        for bad in ["1234567890", "aaaaaaaaaa", "zhang.wei-1", "woaini1314520"] {
            let one = NewStaff { password: Some(bad.into()), ..staff("zhang.wei", Role::Clerk) };
            assert!(
                matches!(app.people.put_staff(Actor::system(), vec![one]), Err(Error::Invalid { .. })),
                "{bad}"
            );
        }
        app.people.put_staff(Actor::system(), vec![staff("zhang.wei", Role::Clerk)]).unwrap();
        let me = app.people.sign_in("zhang.wei", RIGHT, "").unwrap().staff.actor();
        assert!(app.people.change_password(&me, RIGHT, RIGHT).is_err());
        // Who finds a session open does not guess the password on.
        for _ in 0..5 {
            app.people.change_password(&me, "wrong wrong wrong", "another good one").unwrap_err();
        }
        let shut = app.people.change_password(&me, RIGHT, "another good one").unwrap_err();
        assert!(matches!(shut, Error::NotSignedIn(_)), "{shut:?}");
    });
}

#[test]
fn a_second_factor_can_be_demanded_and_is_not_put_in_the_place_of_another() {
    city(|app, clock| {
        app.people
            .put_staff(
                Actor::system(),
                vec![staff("li", Role::Coordinator), staff("root", Role::SystemAdmin)],
            )
            .unwrap();
        let root = app.people.sign_in("root", RIGHT, "").unwrap().staff.actor();
        let signed = app.people.sign_in("li", RIGHT, "").unwrap();
        assert!(!app.city.owes_factor(&signed.staff));
        assert!(app.people.set_factor_roles(coordinator(), vec![Role::Coordinator]).wait().is_err());
        app.people.set_factor_roles(root.clone(), vec![Role::Coordinator]).wait().unwrap();
        app.city.office_now().wait().unwrap();
        assert!(
            app.city.owes_factor(&signed.staff) && record(app, 1).iter().any(|e| e.0 == "set_factor_roles")
        );
        let me = signed.staff.actor();
        let key = app.people.offer_factor(&me).unwrap().key;
        let code = |key: &str| {
            let secret = totp_rs::Secret::try_from_base32(key).unwrap();
            let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
            totp.generate((app.city.store().now().us() / 1_000_000) as u64).to_string()
        };
        app.people.confirm_factor(&me, &key, &code(&key)).unwrap();
        clock.move_us(60_000_000);
        assert!(!app.city.owes_factor(&app.people.sign_in("li", RIGHT, &code(&key)).unwrap().staff));
        // M5: another telephone only after the old one.
        let other = app.people.offer_factor(&me).unwrap().key;
        assert!(matches!(app.people.confirm_factor(&me, &other, &code(&other)), Err(Error::Invalid { .. })));
    });
}

/// H7: what one stranger leaves fills up their own share only.
#[test]
fn files_of_strangers_are_bounded_by_network_and_count_once() {
    city(|app, _| {
        let bring = |n: u8, bytes| app.city.upload_from(net(n), &Actor::resident(), "a.png", bytes);
        let waiting = || app.city.store().read(store::files::waiting_of_strangers).unwrap();
        for _ in 0..40 {
            bring(1, photo()).expect("the same bytes count once");
        }
        let (key, bytes) = waiting()[0];
        assert!(bytes < 10_000, "{bytes}");
        // As if that network had brought large pictures.
        let file = kernel::FileRef {
            hash: "f".repeat(64),
            name: "b.png".into(),
            kind: "image/png".into(),
            size: 200 << 20,
        };
        let much = store::files::Waiting { ticket: "t".into(), file, staff: None, net: Some(key) };
        app.city.store().write(move |tx| store::files::put(tx, &much)).unwrap();
        assert!(matches!(bring(1, photo()), Err(Error::TooOften { .. })));
        bring(2, photo()).expect("another network has room");
        app.city.upload(&handler(2), "b.png", photo()).expect("staff have room");
    });
}

/// What is powerful stands on record: signing in and out, and reading a case that is not with the own unit, once a day.
#[test]
fn signing_in_and_reading_beyond_the_own_unit_stand_on_record() {
    city(|app, clock| {
        app.people.put_staff(Actor::system(), vec![staff("li", Role::Clerk)]).unwrap();
        let signed = app.people.sign_in_at(net(7), "li", RIGHT, "").unwrap();
        app.city.sign_out(&signed.token).wait().unwrap();
        let told: Vec<_> = record(app, 6).into_iter().map(|e| e.0).collect();
        assert_eq!(told, ["sign_in", "sign_out"]);
        assert!(record(app, 6)[0].1.contains("192.0.2.7"));
        let n = lodge(app);
        act(app, coordinator(), &n, to(2)).unwrap();
        let read = |who: Actor| app.cases.events(who, n.clone(), 0).wait().unwrap().len();
        read(handler(2));
        read(coordinator());
        assert!(record(app, 7).is_empty(), "who has it, and who took it down, read what is theirs");
        let supervisor = Actor { staff: Some(kernel::StaffId(77)), ..who(Role::Supervisor, 3) };
        read(supervisor.clone());
        read(supervisor.clone());
        assert_eq!(record(app, 7), [("read_case".to_owned(), format!("{{\"number\":\"{n}\"}}"))]);
        clock.move_us(24 * US_PER_HOUR);
        read(supervisor);
        assert_eq!(record(app, 7).len(), 2, "once a day");
    });
}
