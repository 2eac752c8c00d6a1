//! What careful clients rely on: versions, keys, pages, languages, shedding.

use std::collections::BTreeSet;

use serde_json::json;

use super::city::{City, on_both, on_sqlite, with_limit};

const COORD: &str = "coordinator.region";

#[test]
fn a_version_that_was_overtaken_is_refused_and_nothing_is_lost() {
    on_both(|city| {
        let (number, _) = city.register("matter");
        let path = format!("/cases/{number}");
        let read = city.get(COORD, &path);
        let etag = read.header("etag").to_owned();
        assert_eq!(city.call(COORD, "GET", &path, None, &[("if-none-match", &etag)]).status, 304);
        let acts = format!("{path}/acts");
        let note = json!({"act": "note", "words": "一"});
        let first = city.call(COORD, "POST", &acts, Some(&note), &[("if-match", &etag)]);
        assert_eq!(first.ok(200)["version"], 2);
        assert_ne!(first.header("etag"), etag);
        let late = city.call(COORD, "POST", &acts, Some(&note), &[("if-match", &etag)]).problem(412);
        assert_eq!(late["type"], "urn:bancheng:problem:changed");
        assert_eq!(city.call(COORD, "GET", &path, None, &[("if-none-match", &etag)]).ok(200)["version"], 2);
        city.call(COORD, "POST", &acts, Some(&note), &[("if-match", "abc")]).problem(400);
        // Tomorrow one working day less is left: the copy is old although nothing happened.
        let etag = city.get(COORD, &path).header("etag").to_owned();
        city.clock.move_us(86_400_000_000);
        assert_eq!(city.call(COORD, "GET", &path, None, &[("if-none-match", &etag)]).status, 200);
    });
}

#[test]
fn a_request_sent_twice_with_one_key_is_done_once() {
    on_both(|city| {
        let key = [("idempotency-key", "3f1c8a2e-registration")];
        let body = city.case_body("matter");
        let send = || city.call(COORD, "POST", "/cases", Some(&body), &key);
        let (one, two) = (send(), send());
        assert_eq!(one.ok(201), two.ok(201));
        assert_eq!((one.header("idempotency-replayed"), two.header("idempotency-replayed")), ("", "true"));
        let number = one.json()["number"].as_str().unwrap().to_owned();
        let other = city.case_body("problem");
        city.call(COORD, "POST", "/cases", Some(&other), &key).problem(422);
        // Another account has its own keys.
        city.call("clerk.region", "POST", "/cases", Some(&other), &key).ok(201);

        let key = [("idempotency-key", "3f1c8a2e-note")];
        let note = json!({"act": "note", "words": "一"});
        let path = format!("/cases/{number}/acts");
        let send = || city.call(COORD, "POST", &path, Some(&note), &key);
        let (one, two) = (send(), send());
        assert_eq!((one.ok(200), one.json()["version"].clone()), (two.ok(200), json!(2)));
        assert_eq!(two.header("idempotency-replayed"), "true");
        // What was refused is decided again when it is sent again.
        let key = [("idempotency-key", "3f1c8a2e-take")];
        let take = json!({"act": "take"});
        let take = || city.call("handler.owner", "POST", &path, Some(&take), &key);
        take().problem(404);
        city.act(COORD, &number, &json!({"act": "dispatch", "unit": city.unit("owner")})).ok(200);
        assert_eq!(take().ok(200)["stage"], "handling");
        // The key of a tracking code: the code is in no table.
        let code = send();
        assert_eq!(code.status, 200);
        city.call(COORD, "POST", &path, Some(&note), &[("idempotency-key", "short")]).problem(400);
    });
}

fn numbers(city: &City, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for _ in 0..50 {
        let page = city.get(COORD, &format!("/cases?limit=3{query}{cursor}")).ok(200);
        let cases = page["cases"].as_array().unwrap();
        all.extend(cases.iter().map(|c| c["number"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
    panic!("the pages do not end");
}

#[test]
fn pages_show_every_case_once_in_the_order_of_due_moments() {
    on_both(|city| {
        let made: BTreeSet<_> = (0..10)
            .map(|i| {
                city.clock.move_us(i * 3_600_000_000 * 9);
                city.register(if i % 2 == 0 { "matter" } else { "opinion" }).0
            })
            .collect();
        let all = numbers(city, "");
        assert_eq!(all.len(), 10);
        assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), made);
        let dues: Vec<_> = city.get(COORD, "/cases?limit=500").ok(200)["cases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["clock"]["due"].as_str().unwrap().to_owned())
            .collect();
        assert!(dues.is_sorted(), "{dues:?}");
        assert_eq!(numbers(city, "&kind=opinion").len(), 5);
        assert_eq!(numbers(city, "&stage=registered,accepted").len(), 10);
        assert_eq!(numbers(city, "&stage=archived").len(), 0);
        assert!(numbers(city, "&late=true").len() < 10);
        assert_eq!(numbers(city, "&text=%E8%B7%91%E4%BA%86").len(), 10);
        for bad in ["cursor=x", "stage=nowhere", "scope=all", "limit=many", "unknown=1", "due_before=soon"] {
            let got = city.get(COORD, &format!("/cases?{bad}"));
            assert!(matches!(got.status.as_u16(), 400 | 422), "{bad}: {}", got.status);
        }
    });
}

#[test]
fn problems_speak_the_language_of_the_reader() {
    on_sqlite(|city| {
        let zh = city.get("", "/me").problem(401);
        let en = city.call("", "GET", "/me", None, &[("accept-language", "en-GB,en;q=0.9")]).problem(401);
        assert_eq!((zh["title"].as_str(), zh["detail"].as_str()), (Some("请先登录"), Some("请先登录")));
        assert_eq!(en["detail"], "sign in first");
        let (number, _) = city.register("matter");
        let refused = city.act(COORD, &number, &json!({"act": "archive", "cause": "other"})).problem(409);
        let allowed = refused["allowed"].as_array().unwrap();
        assert!(allowed.contains(&json!("accept")) && !allowed.contains(&json!("archive")), "{refused}");
        let empty = city.act(COORD, &number, &json!({"act": "note", "words": " "})).problem(422);
        assert_eq!(empty["field"], "words");
        let id = city.call("", "GET", "/me", None, &[("x-request-id", "abc-1")]);
        assert_eq!((id.header("x-request-id"), id.json()["instance"].as_str()), ("abc-1", Some("abc-1")));
    });
}

#[test]
fn what_is_too_much_is_shed_at_once_and_the_house_still_says_that_it_stands() {
    testkit::embedded(|place| {
        let tight = api::Options { in_flight_max: 1, ..api::Options::default() };
        with_limit(place, tight, 2, &|city| {
            // The only place is taken by a request whose body does not come.
            let (hold, body) = tokio::sync::oneshot::channel::<()>();
            let (inside, is_inside) = std::sync::mpsc::channel();
            let never = axum::body::Body::from_stream(futures_util::stream::once(async move {
                inside.send(()).unwrap();
                let _ = body.await;
                Err::<bytes::Bytes, std::io::Error>(std::io::Error::other("gone"))
            }));
            let request = axum::http::Request::post("/cases")
                .header("authorization", format!("Bearer {}", city.token(COORD)))
                .header("content-type", "application/json")
                .body(never)
                .unwrap();
            let router = city.router.clone();
            let waiting = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    tower::ServiceExt::oneshot(router, request).await.unwrap().status()
                })
            });
            is_inside.recv().unwrap();
            let shed = city.get(COORD, "/me");
            shed.problem(503);
            assert_eq!(shed.header("retry-after"), "1");
            assert_eq!(city.get("", "/healthz").status, 204);
            assert_eq!(city.get("", "/readyz").status, 204);
            drop(hold);
            assert_eq!(waiting.join().unwrap(), 400);
            city.get(COORD, "/me").ok(200);
            // Strangers have a bucket.
            let body = json!({"kind": "problem", "title": "路灯", "words": "不亮"});
            assert_eq!(city.post("", "/lodge", &body).status, 201);
            assert_eq!(city.post("", "/lodge", &body).status, 201);
            let much = city.post("", "/lodge", &body);
            much.problem(429);
            assert!(much.header("retry-after").parse::<u32>().unwrap() >= 1);
        });
    });
}
