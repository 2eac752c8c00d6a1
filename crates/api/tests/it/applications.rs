//! An application from the first question to the delivery, by the interface alone, on both engines; what other systems send.

use serde_json::{Value, json};

use super::city::{City, on_both, on_sqlite};

const CLERK: &str = "clerk.first";
const UNIT: &str = "handler.owner";

fn act(city: &City, login: &str, number: &str, body: &Value) -> Value {
    city.post(login, &format!("/applications/{number}/acts"), body).ok(200)
}

fn filled() -> Value {
    json!({
        "applicant": "张记小面", "legal_name": "张三", "legal_id": "11010519491231002x", "phone": "19900001234",
        "address": "汀江大道 12 号", "area": "86", "seats": "24", "kind": "小餐饮", "open": "2027/1/1",
    })
}

/// Every material by a way that is offered for it.
fn ways(form: &Value) -> Value {
    let mut ways = json!({});
    for m in form["materials"].as_array().unwrap() {
        let way = if m["held"] == true {
            "held"
        } else if m["commitment"] == true {
            "commitment"
        } else if !m["defer_days"].is_null() {
            "later"
        } else {
            "seen"
        };
        ways[m["id"].as_str().unwrap()] = json!(way);
    }
    ways
}

#[test]
fn an_application_goes_its_whole_way() {
    on_both(|city| {
        // The questions, one after another, to what applies.
        let mut answers: Vec<String> = Vec::new();
        let ready = loop {
            let path = format!("/services/next?theme=restaurant&answers={}", answers.join(","));
            let next = city.get("", &path).ok(200);
            match next["state"].as_str().unwrap() {
                "ask" => answers.push(match answers.len() {
                    1 => "b".to_owned(),
                    _ => next["choices"][0]["id"].as_str().unwrap().to_owned(),
                }),
                "ready" => break next,
                other => panic!("{other}: {next}"),
            }
        };
        assert!(!ready["materials"].as_array().unwrap().is_empty());
        let key = [("idempotency-key", "begin-restaurant-1")];
        let new = json!({"theme": "restaurant", "answers": answers});
        let begin = || city.call(CLERK, "POST", "/applications", Some(&new), &key);
        let (one, two) = (begin(), begin());
        assert_eq!(one.ok(201), two.ok(201), "one request, one application");
        assert_eq!(two.header("idempotency-replayed"), "true");
        let number = one.json()["number"].as_str().unwrap().to_owned();
        let form_at = format!("/applications/{number}/form");
        let form = city.get(CLERK, &form_at).ok(200);
        assert_eq!(form["materials"].as_array().unwrap().len(), ready["materials"].as_array().unwrap().len());
        // Handed in too early: every fault at its field, nothing lost.
        let early = json!({"values": {"applicant": "张记小面"}, "submit": true});
        let sent = city.call(CLERK, "PUT", &form_at, Some(&early), &[]).ok(200);
        assert!(sent["faults"].as_array().unwrap().iter().any(|f| f["field"] == "f.legal_id"), "{sent}");
        let whole = json!({
            "values": filled(), "ways": ways(&form), "delivery": "post", "declared": true, "submit": true,
        });
        let sent = city.call(CLERK, "PUT", &form_at, Some(&whole), &[]).ok(200);
        assert_eq!(sent["faults"], json!([]), "{sent}");
        // Personal data leaves covered.
        let seen = sent["application"]["fields"].to_string();
        assert!(!seen.contains("19900001234") && !seen.contains("11010519491231002"), "{seen}");
        act(city, CLERK, &number, &json!({"act": "receive"}));
        act(city, CLERK, &number, &json!({"act": "accept"}));
        let at = format!("/applications/{number}");
        let read = city.get(CLERK, &at);
        let etag = read.header("etag").to_owned();
        let application = read.ok(200)["application"].clone();
        assert_eq!(application["stage"], "handling");
        // A copy that was overtaken is refused; one key is one act.
        act(city, UNIT, &number, &json!({"act": "note", "words": "先看图纸"}));
        let acts = format!("{at}/acts");
        let note = json!({"act": "note", "words": "二"});
        city.call(UNIT, "POST", &acts, Some(&note), &[("if-match", &etag)]).problem(412);
        let key = [("idempotency-key", "note-restaurant-1")];
        let send = || city.call(UNIT, "POST", &acts, Some(&note), &key);
        assert_eq!(send().ok(200)["version"], send().ok(200)["version"]);
        // Every step at its unit, in the order that is allowed.
        let mut left = 200;
        loop {
            left -= 1;
            let a = city.get(UNIT, &at).ok(200)["application"].clone();
            let tasks = a["tasks"].as_array().unwrap();
            let done = |id: &Value| tasks.iter().any(|t| &t["id"] == id && !t["finished"].is_null());
            let next = tasks
                .iter()
                .find(|t| t["finished"].is_null() && t["after"].as_array().unwrap().iter().all(&done));
            let Some(task) = next else { break };
            assert!(left > 0, "{a}");
            let id = &task["id"];
            city.post(UNIT, &acts, &json!({"act": "start_task", "task": id}));
            let finish = json!({"act": "finish_task", "task": id, "passed": true, "words": "符合"});
            if city.post(UNIT, &acts, &finish).status != 200 {
                act(
                    city,
                    UNIT,
                    &number,
                    &json!({"act": "decide", "task": id, "granted": true, "reason": "符合条件"}),
                );
            }
        }
        let a = city.get(UNIT, &at).ok(200)["application"].clone();
        for (n, part) in a["parts"].as_array().unwrap().iter().enumerate() {
            assert_eq!(part["granted"], true, "{part}");
            let issue = json!({"act": "issue", "part": n, "certificate": format!("证{n}")});
            city.post(UNIT, &acts, &issue);
        }
        let deliver = json!({"act": "deliver", "delivery": "post", "trace": "EMS 1234567890"});
        act(city, CLERK, &number, &deliver);
        act(city, CLERK, &number, &json!({"act": "sign", "words": "本人签收"}));
        // What was to be brought later is brought; then it is over.
        let brought = json!({"act": "hand_in", "material": "m4", "note": "制度原件"});
        act(city, CLERK, &number, &brought);
        let told = city.get(CLERK, &at).ok(200);
        let left = told["application"]["materials"].to_string();
        assert!(!left.contains("later"), "{left}");
        assert!(matches!(told["application"]["stage"].as_str(), Some("delivered" | "closed")), "{told}");
        assert!(told["events"].as_array().unwrap().len() > 10);
        let page = city.get(CLERK, "/applications?theme=restaurant&decided=true").ok(200);
        assert_eq!(page["applications"][0]["number"], json!(number));
        city.get("clerk.stranger", &at).problem(404);
    });
}

#[test]
fn a_system_that_follows_the_changes_misses_nothing_and_sees_nothing_of_others() {
    on_both(|city| {
        let made: Vec<String> = (0..4).map(|_| city.application()).collect();
        let (case, _) = city.register("matter");
        city.act("coordinator.region", &case, &json!({"act": "note", "words": "一"})).ok(200);
        let follow = |login: &str, path: &str, limit: u32| {
            let (mut all, mut after) = (Vec::new(), 0);
            for _ in 0..100 {
                let page = city.get(login, &format!("{path}?after={after}&limit={limit}")).ok(200);
                all.extend(page["changes"].as_array().unwrap().iter().cloned());
                let next = page["next"].as_i64().unwrap();
                if next == after {
                    return all;
                }
                after = next;
            }
            panic!("it does not end");
        };
        for limit in [1, 3, 500] {
            let seen = follow("clerk.first", "/changes/applications", limit);
            let numbers: Vec<&str> = seen.iter().map(|c| c["number"].as_str().unwrap()).collect();
            assert_eq!(numbers, made.iter().map(String::as_str).collect::<Vec<_>>(), "{limit}");
            let cases = follow("coordinator.region", "/changes/cases", limit);
            let acts: Vec<&str> = cases.iter().map(|c| c["act"].as_str().unwrap()).collect();
            assert_eq!(acts, ["register", "note"], "{limit}");
        }
        assert!(follow("clerk.stranger", "/changes/applications", 500).is_empty());
        assert!(follow("clerk.stranger", "/changes/cases", 500).is_empty());
    });
}

#[test]
fn what_other_systems_send_is_answered_row_by_row() {
    on_sqlite(|city| {
        let row = |no: &str| {
            json!({"areaCode": "990103", "deptCode": "owner", "taskCode": "none", "taskName": "开办餐饮店", "projectNo": no,
                "proStatus": "3", "acceptDate": "2026-11-19 10:00:00"})
        };
        let batch = json!({"records": [row("X1"), row("X2"), {}]});
        let coordinator = "coordinator.region";
        let first = city.post(coordinator, "/services/handled", &batch);
        let rows = first.ok(200);
        assert_eq!(rows.as_array().unwrap().len(), 3);
        assert_eq!(rows[2]["what"], "refused");
        assert!(!rows[2]["field"].is_null() && !rows[2]["said"].is_null());
        city.post(coordinator, "/services/handled", &json!({"records": []})).problem(422);
        let much: Vec<Value> = (0..1_001).map(|_| json!({})).collect();
        city.post(coordinator, "/services/handled", &json!({"records": much})).problem(422);
    });
}

#[test]
fn what_is_asked_wrongly_is_named() {
    on_sqlite(|city| {
        for (path, field) in [
            ("/services/next", "theme"),
            ("/figures/board?from=2026-11-01&to=x", "to"),
            ("/figures/board?from=2026-11-01&to=2026-11-02&by=x", "by"),
            ("/applications?stage=x", "stage"),
            ("/applications?from=x", "from"),
            ("/halls/earliest?item=a&from=soon", "from"),
        ] {
            let login = "coordinator.region";
            assert_eq!(city.get(login, path).problem(422)["field"], field, "{path}");
        }
        let both = json!({"theme": "restaurant", "item": "x"});
        assert_eq!(city.post(CLERK, "/applications", &both).problem(422)["field"], "theme");
        let number = city.application();
        for bad in [json!({"act": "warn_red"}), json!({"act": "begin"}), json!({"act": "decide"}), json!({})]
        {
            city.post(CLERK, &format!("/applications/{number}/acts"), &bad).problem(422);
        }
    });
}
