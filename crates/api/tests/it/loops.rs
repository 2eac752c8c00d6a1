//! The whole loop through the interface: one case of each kind from registration to archive.

use serde_json::{Value, json};

use super::city::{City, on_both};

const COORD: &str = "coordinator.region";
const OWNER: &str = "handler.owner";
const CO: &str = "handler.co";

fn to_archive(city: &City, kind: &str) {
    let (number, code) = city.register(kind);
    let done = |login: &str, body: Value| city.act(login, &number, &body).ok(200);
    let stage = |v: &Value, is: &str| assert_eq!(v["stage"], is, "{kind}: {v}");

    stage(&done("clerk.first", json!({"act": "accept"})), "accepted");
    let sent = done(COORD, json!({"act": "dispatch", "unit": city.unit("owner"), "note": "请尽快"}));
    stage(&sent, "dispatched");
    assert_eq!(sent["clock"]["phase"], "handle");
    assert_eq!(sent["owner"]["name"], "owner");
    stage(&done(OWNER, json!({"act": "take"})), "handling");
    done(OWNER, json!({"act": "add_co", "unit": city.unit("co"), "task": "核对材料"}));
    let early = city.act(OWNER, &number, &json!({"act": "reply", "text": "已办"})).problem(409);
    assert_eq!(early["type"], "urn:bancheng:problem:still_open");
    done(CO, json!({"act": "co_reply", "text": "核对完毕"}));
    stage(&done(OWNER, json!({"act": "reply", "text": "已补发证件", "basis": "办事指南第三条"})), "replied");

    let seen = city.get("", &format!("/follow/{number}?code={code}")).ok(200);
    let texts: Vec<_> =
        seen["events"].as_array().unwrap().iter().filter_map(|e| e["text"].as_str()).collect();
    assert_eq!(texts, ["已补发证件\n办事指南第三条"], "{seen}");
    assert!(!seen.to_string().contains("请尽快"), "a line for the unit is not for the person");
    let path = format!("/follow/{number}/acts");
    let answer = json!({"act": "callback", "code": code, "solved": "yes", "satisfied": "satisfied"});
    stage(&city.post("", &path, &answer).ok(200), "called_back");
    let end = done(COORD, json!({"act": "archive", "summary": "办结", "cause": "rigid_policy"}));
    stage(&end, "archived");
    assert!(end.get("clock").is_none() || end["clock"].is_null(), "{end}");

    let events = city.get(COORD, &format!("/cases/{number}/events")).ok(200);
    let acts: Vec<_> =
        events["events"].as_array().unwrap().iter().map(|e| e["data"]["act"].clone()).collect();
    let expected =
        ["register", "accept", "dispatch", "take", "add_co", "co_reply", "reply", "callback", "archive"];
    assert_eq!(acts, expected, "{kind}");
    assert_eq!(end["version"], 9);
}

#[test]
fn a_case_of_each_kind_goes_from_registration_to_archive_on_both_engines() {
    on_both(|city| {
        for kind in ["consultation", "matter", "problem", "opinion", "demand", "bad_rating", "complaint"] {
            to_archive(city, kind);
        }
        let list = city.get(COORD, "/cases?stage=archived&limit=500").ok(200);
        assert_eq!(list["cases"].as_array().unwrap().len(), 7);
        let verdict = city.call("supervisor.region", "POST", "/ledger/verify", None, &[]).ok(200);
        assert_eq!(verdict["intact"], true, "{verdict}");
    });
}

#[test]
fn a_negative_reply_is_reported_and_reaches_the_person_once_approved() {
    on_both(|city| {
        let (number, code) = city.register("complaint");
        let done = |login: &str, body: Value| city.act(login, &number, &body).ok(200);
        done(COORD, json!({"act": "dispatch", "unit": city.unit("owner")}));
        done(OWNER, json!({"act": "take"}));
        let no = json!({"act": "reply_negative", "text": "依法不能办", "basis": "条例第八条", "instead": "可申请复议"});
        done(OWNER, no);
        let follow = || city.get("", &format!("/follow/{number}?code={code}")).ok(200).to_string();
        assert!(!follow().contains("依法不能办"));
        done(COORD, json!({"act": "approve_negative"}));
        let seen = follow();
        assert!(seen.contains("依法不能办") && seen.contains("可申请复议"), "{seen}");
    });
}

#[test]
fn a_resident_lodges_follows_and_adds_without_an_account() {
    on_both(|city| {
        let body = json!({"kind": "problem", "title": "路灯不亮", "words": "三天了", "region": "990102"});
        let got = city.post("", "/lodge", &body).ok(201);
        let (number, code) = (got["number"].as_str().unwrap(), got["code"].as_str().unwrap());
        let path = format!("/follow/{number}");
        let seen = city.get("", &format!("{path}?code={}", code.to_lowercase())).ok(200);
        assert_eq!(seen["stage"], "registered");
        assert_eq!(seen["acts"], json!(["add_words"]));
        let wrong = if code.starts_with('0') { "1" } else { "0" };
        let wrong = format!("{wrong}{}", &code[1..]);
        city.get("", &format!("{path}?code={wrong}")).problem(404);
        let add = |code: &str| {
            city.post(
                "",
                &format!("{path}/acts"),
                &json!({"act": "add_words", "code": code, "words": "第四天"}),
            )
        };
        add(&wrong).problem(404);
        assert_eq!(add(code).ok(200)["events"].as_array().unwrap().len(), 2);
        let staff = city.get(COORD, &format!("/cases/{number}")).ok(200);
        assert_eq!(staff["first_asked"]["name"], "region", "the coordination office takes it in");
        assert_eq!(staff["channel"], "web");
    });
}
