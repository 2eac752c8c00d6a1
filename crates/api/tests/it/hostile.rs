//! Requests that mean harm, or were made by mistake: a 4xx that says why, never a 5xx.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use super::city::{City, on_sqlite};

const COORD: &str = "coordinator.region";

fn raw(city: &City, path: &str, kind: &str, body: impl Into<Body>) -> super::city::Got {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", city.token(COORD)))
        .header("content-type", kind)
        .body(body.into())
        .unwrap();
    city.send(request)
}

#[test]
fn malformed_bodies_are_refused_with_a_reason() {
    on_sqlite(|city| {
        let (number, _) = city.register("matter");
        let acts = format!("/cases/{number}/acts");
        let post = |body: &[u8]| raw(city, &acts, "application/json", body.to_vec());
        for bad in
            [&b""[..], b"{", b"{\"act\":", b"nul", b"{\"act\":\"note\",\"words\":\"\xff\xfe\"}", b"\x00\x01"]
        {
            post(bad).problem(400);
        }
        let nul = post(b"{\"act\":\"note\",\"words\":\"a\\u0000b\"}");
        nul.problem(422);
        assert_eq!(post(br#"{"act":"note","words":"a path: C:\\u0000"}"#).ok(200)["version"], 2);
        for (bad, field) in [
            (json!({"act": "dance"}), None),
            (json!({"act": "note"}), Some("words")),
            (json!({"act": "dispatch", "unit": "one"}), None),
            (json!({"act": "dispatch", "unit": 1.5}), None),
            (json!([1, 2, 3]), None),
            (json!("note"), None),
        ] {
            let problem = post(bad.to_string().as_bytes()).problem(422);
            assert_eq!(problem["field"].as_str(), field, "{bad}");
        }
        for act in ["register", "absorb", "release", "warn_yellow", "warn_red", "recompute"] {
            let mut body = city.case_body("matter");
            body.as_object_mut().unwrap().remove("contact");
            for (k, v) in [
                ("act", json!(act)),
                ("from", json!(number)),
                ("reporters", json!(1)),
                ("calendar", json!("x")),
            ] {
                body[k] = v;
            }
            post(body.to_string().as_bytes()).problem(422);
        }
        let mut extra = city.case_body("matter");
        extra["is_admin"] = json!(true);
        assert_eq!(city.post(COORD, "/cases", &extra).problem(422)["field"], "is_admin");
        let long = json!({"act": "note", "words": "长".repeat(20_001)});
        assert_eq!(city.act(COORD, &number, &long).problem(422)["field"], "words");
        assert_eq!(
            city.get(COORD, &format!("/cases/{number}")).ok(200)["version"],
            2,
            "nothing of it was kept"
        );
    });
}

#[test]
fn bodies_are_bounded_in_size_and_depth() {
    on_sqlite(|city| {
        let large = format!("{{\"act\":\"note\",\"words\":\"{}\"}}", "a".repeat(1 << 20));
        raw(city, "/cases", "application/json", large.clone()).problem(413);
        // Without a length in front it is stopped on the way.
        let stream = futures_util::stream::iter(
            large
                .into_bytes()
                .chunks(65_536)
                .map(|c| Ok::<_, std::io::Error>(bytes::Bytes::copy_from_slice(c)))
                .collect::<Vec<_>>(),
        );
        raw(city, "/cases", "application/json", Body::from_stream(stream)).problem(413);
        for open in ["[", "{\"a\":"] {
            let text = open.repeat(100_000);
            assert!(raw(city, "/cases", "application/json", text.clone()).status.is_client_error());
            assert!(raw(city, "/calendars", "application/json", text).status.is_client_error());
        }
        let deep = format!("{{\"act\":\"note\",\"words\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        let (number, _) = city.register("matter");
        raw(city, &format!("/cases/{number}/acts"), "application/json", deep).problem(400);
    });
}

#[test]
fn wrong_types_methods_places_and_headers_are_refused_with_a_reason() {
    on_sqlite(|city| {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "",
            "application/jsonx",
        ] {
            raw(city, "/cases", kind, "{}").problem(415);
        }
        let got = city.call(COORD, "PATCH", "/cases", None, &[]);
        got.problem(405);
        assert!(got.header("allow").contains("POST"), "{:?}", got.headers);
        city.get(COORD, "/nowhere").problem(404);
        city.get(COORD, "/cases/%00").problem(404);
        city.get(COORD, "/cases/%ff%fe").problem(404);
        city.get(COORD, &format!("/cases/{}", "9".repeat(5_000))).problem(404);
        city.get(COORD, "/cases/..%2f..%2fetc").problem(404);
        city.get(COORD, "/cases/9901'%20OR%201=1--").problem(404);
        let like = city.get(COORD, "/cases?text=%25%00").status;
        assert!(like.is_client_error(), "{like}");
        let sql = city.get(COORD, "/cases?campaign=x'%20OR%20'1'='1").ok(200);
        assert_eq!(sql["cases"], json!([]));
        for bad in
            ["", "Bearer", "Bearer ", "Basic abc", "Bearer short", &format!("Bearer {}", "a".repeat(5_000))]
        {
            city.call("", "GET", "/me", None, &[("authorization", bad)]).problem(401);
        }
        city.call("", "GET", "/me", None, &[("authorization", &format!("Bearer {}", "0".repeat(64)))])
            .problem(401);
        let huge = "x".repeat(60_000);
        let status = city.call(COORD, "GET", "/me", None, &[("x-anything", &huge), ("x-request-id", &huge)]);
        assert_eq!(status.status, StatusCode::OK);
        assert!(status.header("x-request-id").len() < 65, "a number of ours instead");
        city.call(COORD, "GET", "/me", None, &[("accept-language", &",;q=".repeat(5_000))]).ok(200);
        let key = "k".repeat(201);
        city.call(COORD, "POST", "/cases", Some(&city.case_body("matter")), &[("idempotency-key", &key)])
            .problem(400);
    });
}
