//! Signing in and out, cookies, tokens, the office.

use serde_json::{Value, json};

use super::city::{on_both, on_sqlite};

#[test]
fn a_session_opens_with_a_password_and_ends() {
    on_both(|city| {
        let sign = |password: &str| {
            city.post("", "/sessions", &json!({"login": "coordinator.region", "password": password}))
        };
        sign("wrong password").problem(401);
        let token = sign("correct horse").ok(201)["token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let me = || city.call("", "GET", "/me", None, &[("authorization", &bearer)]);
        assert_eq!(me().ok(200)["role"], "coordinator");
        assert_eq!(
            city.call("", "DELETE", "/sessions/current", None, &[("authorization", &bearer)]).status,
            204
        );
        me().problem(401);
    });
}

#[test]
fn a_cookie_writes_only_from_our_own_pages() {
    on_sqlite(|city| {
        let cookie = format!("a=b; __Host-session={}", city.token("coordinator.region"));
        let body = city.case_body("matter");
        let post = |more: &[(&str, &str)]| {
            let mut all = vec![("cookie", cookie.as_str())];
            all.extend(more);
            city.call("", "POST", "/cases", Some(&body), &all)
        };
        city.call("", "GET", "/me", None, &[("cookie", &cookie)]).ok(200);
        post(&[]).problem(403);
        post(&[("sec-fetch-site", "cross-site")]).problem(403);
        post(&[("origin", "https://evil.example"), ("host", "city.example")]).problem(403);
        post(&[("sec-fetch-site", "same-origin")]).ok(201);
        post(&[("origin", "https://city.example"), ("host", "city.example")]).ok(201);
    });
}

#[test]
fn the_office_is_read_and_set() {
    on_both(|city| {
        let admin = "system_admin.region";
        let units = city.get("handler.owner", "/units").ok(200);
        assert_eq!(units.as_array().unwrap().len(), 5);
        let limits = city.get("handler.owner", "/limits").ok(200);
        let mut changed = limits.as_array().unwrap().clone();
        changed[0]["length"] = json!({"workdays": 7});
        let changed = Value::Array(changed);
        city.call("handler.owner", "PUT", "/limits", Some(&changed), &[]).problem(403);
        assert_eq!(city.call(admin, "PUT", "/limits", Some(&changed), &[]).status, 204);
        assert_eq!(city.get("handler.owner", "/limits").ok(200), changed);
        city.call(admin, "PUT", "/limits", Some(&json!([])), &[]).problem(422);

        let due = city.get("handler.owner", "/calendar/due?from=2026-09-24&length=3").ok(200);
        assert_eq!(due["due"]["at"].as_str().map(|t| &t[..10]), Some("2026-09-30"), "{due}");
        city.get("handler.owner", "/calendar/due?from=2026-09-24&length=99999").problem(422);
        city.get("handler.owner", "/calendar/due?from=soon&length=3").problem(422);

        let made = city.post(admin, "/tokens", &json!({"login": "clerk.first", "label": "窗口系统"})).ok(201);
        let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
        let me = city.call("", "GET", "/me", None, &[("authorization", &bearer)]).ok(200);
        assert_eq!(me["login"], "clerk.first");

        let (number, _) = city.register("matter");
        city.act("coordinator.region", &number, &json!({"act": "dispatch", "unit": city.unit("owner")}))
            .ok(200);
        let messages = city.get("handler.owner", "/messages").ok(200);
        assert!(messages[0]["words"].as_str().unwrap().contains(&number), "{messages}");
        let clock = city.get("handler.owner", &format!("/cases/{number}/clock")).ok(200);
        assert!(clock["days"].as_array().unwrap().len() >= 3, "{clock}");
        let masked = city.get("coordinator.region", &format!("/cases/{number}")).ok(200);
        assert_eq!(masked["contact"]["name"], "王**");
        let path = format!("/cases/{number}/contact");
        city.post("coordinator.region", &path, &json!({"purpose": " "})).problem(422);
        let whole = city.post("coordinator.region", &path, &json!({"purpose": "回访"})).ok(200);
        assert_eq!(whole["phone"], "13800001234");
    });
}
