//! 多节点: the law that a request works at any node. Every step of bringing, keeping, signing in and being locked out, with the
//! requests going to two nodes by turns that have nothing in common but the database and the keys.

use axum::http::StatusCode;
use city::{Limits, Network, Way};
use store::blob_rows;

use crate::it::help::{Browser, City, PASSWORD, two_nodes};
use crate::it::imports::{seen_written_answered, send};
use crate::it::pages::{a_picture_comes, through_the_desk};

const MANY: Limits = Limits { forms: 1_000_000, pages: 1_000_000 };

/// Runs a story twice: begun at the one node and begun at the other.
fn at_any_node(limits: Limits, story: &impl AsyncFn(&City)) {
    for first in [0, 1] {
        testkit::postgres(|place| {
            let city = two_nodes(place, first, limits);
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(story(&city));
            let stores = [city.app.city.store(), city.other.as_ref().unwrap().city.store()].map(Clone::clone);
            drop(city);
            stores.into_iter().for_each(|s| s.close());
        });
    }
}

#[test]
fn a_matter_with_its_pictures_goes_round_at_any_node() {
    at_any_node(MANY, &async |city| through_the_desk(city).await);
    at_any_node(MANY, &async |city| a_picture_comes(city).await);
}

#[test]
fn a_table_is_brought_looked_at_and_taken_in_at_any_node() {
    at_any_node(MANY, &async |city| seen_written_answered(city).await);
}

#[test]
fn a_log_is_brought_its_columns_named_and_looked_at_at_any_node() {
    at_any_node(MANY, &async |city| {
        let mut b = Browser::signed_in(city, "analyst").await;
        let rows = "甲,乙,丙\n1,受理,2026-01-05 09:00:00\n1,办结,2026-01-06 09:00:00\n";
        for _ in 0..2 {
            let came = send(&b, "/desk/logs/upload", "log", rows).await;
            assert_eq!(came.status, StatusCode::SEE_OTHER, "{}", came.body);
            let asked = came.location().to_owned();
            assert!(asked.ends_with("/columns"), "{asked}");
            for _ in 0..2 {
                let page = b.get(&asked).await;
                assert!(page.status == StatusCode::OK && page.body.contains("办结"), "{}", page.body);
            }
            let other = Browser::signed_in(city, "coord").await;
            assert_eq!(other.get(&asked).await.status, StatusCode::NOT_FOUND, "another person's");
            let named = [("case", "甲"), ("activity", "乙"), ("time", "丙")];
            let done = b.post(&asked, &named).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
            let log = done.location().to_owned();
            for _ in 0..2 {
                let page = b.get(&log).await;
                assert!(page.status == StatusCode::OK && page.body.contains("受理"), "{}", page.body);
                assert_eq!(b.get(&asked).await.status, StatusCode::NOT_FOUND, "it waits no more");
            }
            assert_eq!(b.post(&format!("{log}/forget"), &[]).await.status, StatusCode::SEE_OTHER);
            for _ in 0..2 {
                assert_eq!(b.get(&log).await.status, StatusCode::NOT_FOUND, "deleted at both");
            }
        }
        let left = std::thread::scope(|s| s.spawn(|| city.app.city.store().read(blob_rows::count)).join());
        assert_eq!(left.unwrap().unwrap().0, 0, "nothing is left of them");
    });
}

#[test]
fn a_draft_is_kept_and_found_at_any_node() {
    at_any_node(MANY, &async |city| {
        let mut b = Browser::signed_in(city, "coord").await;
        for words in ["写了一半", "又写了一点", "快写完了"] {
            let kept = b.post("/desk/drafts", &[("_draft", "register"), ("words", words)]).await;
            assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.body);
            for _ in 0..2 {
                assert!(b.get("/desk/register?draft=1").await.body.contains(words), "{words}");
            }
        }
    });
}

#[test]
fn who_signs_out_or_is_turned_off_is_so_at_every_node_and_wrong_passwords_count_together() {
    at_any_node(MANY, &async |city| {
        let mut b = Browser::signed_in(city, "handler").await;
        for _ in 0..2 {
            assert_eq!(b.get("/desk/messages").await.status, StatusCode::OK);
        }
        let cookie = b.cookie.clone();
        let token = cookie.split_once('=').unwrap().1;
        let houses = [&city.app, city.other.as_ref().unwrap()];
        for house in houses {
            assert!(house.city.who(token).await.is_ok());
            assert!(house.city.known(token).is_none(), "nobody is taken for who they were a moment ago");
        }
        assert_eq!(b.post("/desk/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
        for _ in 0..2 {
            assert_ne!(b.get("/desk/messages").await.status, StatusCode::OK);
        }
        let mut stranger = Browser::new(city);
        let mut asked = async |password| {
            stranger.post("/desk/sign-in", &[("login", "other"), ("password", password)]).await.status
        };
        for n in 0..5 {
            assert_eq!(asked("wrong").await, StatusCode::UNAUTHORIZED, "{n}");
        }
        for _ in 0..2 {
            assert_ne!(asked(PASSWORD).await, StatusCode::SEE_OTHER, "locked at both");
        }
    });
}

#[test]
fn limits_are_those_of_the_city_and_a_city_without_accounts_has_one_address_to_set_it_up() {
    at_any_node(Limits { forms: 8, pages: 8 }, &async |city| {
        let [a, b] = [&city.app.city, &city.other.as_ref().unwrap().city];
        assert_eq!(a.vault().setup_token(), b.vault().setup_token());
        let flood = Network::of("203.0.113.7".parse().unwrap());
        let take = |city: &city::City| city.ask_as_stranger(Way::Form, flood).is_ok();
        assert!((0..6).all(|_| take(a)));
        let share = || [a, b].map(|city| city.share_limits().unwrap());
        std::thread::scope(|s| s.spawn(share).join()).unwrap();
        assert_eq!((0..8).filter(|_| take(b)).count(), 2, "six of eight were asked elsewhere");
        assert!(b.ask_as_stranger(Way::Form, Network::of("203.0.113.8".parse().unwrap())).is_ok());
    });
}

#[test]
fn who_reads_rules_at_one_node_sees_what_the_other_wrote_before() {
    at_any_node(MANY, &async |city| {
        let houses = [&city.app, city.other.as_ref().unwrap()];
        for n in 0..6_usize {
            let name = format!("第{n}市");
            let office = houses[n % 2].city.office_now().await.unwrap();
            let settings = city::Settings { name: name.clone(), ..office.settings.clone() };
            houses[n % 2].city.set_city(kernel::Actor::system(), settings).await.unwrap();
            for house in houses {
                assert_eq!(house.city.office_now().await.unwrap().settings.name, name);
            }
        }
    });
}
