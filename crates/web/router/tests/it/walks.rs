//! The recorder and the pages of items and walks, from outside.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Actor;
use serde_json::{Value, json};

use crate::it::help::{Browser, City, Page, city};

fn stocked() -> (City, catalogue::ServiceItem) {
    let city = city();
    let mut item = catalogue::sample::food_licence();
    (item.unit, item.region) = ("人社局".into(), "9901".parse().ok());
    std::thread::scope(|s| {
        s.spawn(|| {
            city.app.catalogue.take_in_items(&Actor::system(), vec![item.clone()]).unwrap().wait().unwrap()
        });
    });
    (city, item)
}

async fn sync(b: &Browser<'_>, origin: &str, body: &Value) -> Page {
    let request = Request::post("/walk/sync")
        .header(header::COOKIE, &b.cookie)
        .header(header::HOST, "bc.test")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    b.send(request).await
}

#[tokio::test]
async fn the_recorder_can_be_installed_and_everything_it_keeps_is_there() {
    let (city, _) = stocked();
    let b = Browser::new(&city);
    let shell = b.get("/walk/").await;
    assert!(shell.status == StatusCode::OK && shell.body.contains("/walk/manifest.json"));
    let worker = b.get("/walk/sw.js").await;
    assert_eq!(worker.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert!(!worker.body.contains("__"), "filled in");
    let at = worker.body.find("const KEEP = ").unwrap() + 13;
    let list = &worker.body[at..at + worker.body[at..].find(';').unwrap()];
    let kept: Vec<String> = serde_json::from_str(list).unwrap();
    assert!(kept.len() >= 6, "{kept:?}");
    for path in kept {
        assert_eq!(b.get(&path).await.status, StatusCode::OK, "{path}");
        assert!(shell.body.contains(&path) || path == "/walk/", "the shell uses {path}");
    }
    let manifest: Value = serde_json::from_str(&b.get("/walk/manifest.json").await.body).unwrap();
    assert_eq!(manifest["scope"], "/walk/");
}

#[tokio::test]
async fn a_phone_is_told_in_json_and_only_the_signed_in_walker_is_heard() {
    let (city, item) = stocked();
    let nobody = Browser::new(&city);
    assert_eq!(nobody.get("/walk/pack.json").await.status, StatusCode::UNAUTHORIZED);
    let walker = Browser::signed_in(&city, "walker").await;
    let pack: Value = serde_json::from_str(&walker.get("/walk/pack.json").await.body).unwrap();
    assert_eq!(pack["forms"].as_array().unwrap().len(), 11);
    let elements: usize =
        pack["checklist"].as_array().unwrap().iter().map(|g| g["elements"].as_array().unwrap().len()).sum();
    assert_eq!(elements, 34);
    let me = pack["me"]["id"].as_i64().unwrap();
    let op = |counter: u32, act: Value| json!({"id": {"device": 7, "counter": counter}, "at": {"wall": "2026-05-11T01:02:03.456Z", "logical": counter}, "act": act});
    let start = json!({"act": "start", "form": "oneself", "identity": "applicant", "item": item.code, "version": 1, "simulated": false});
    let found =
        json!({"act": "found", "kind": "problem", "step": item.steps[0].id, "text": "要了指南外的材料"});
    let walk = |staff: i64| json!({"walks": [{"name": "phone-walk-1", "staff": staff, "ops": [op(1, found.clone()), op(0, start.clone())], "known": {}}]});
    assert_eq!(sync(&nobody, "http://bc.test", &walk(me)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sync(&walker, "http://evil.test", &walk(me)).await.status, StatusCode::FORBIDDEN);
    let other: Value =
        serde_json::from_str(&sync(&walker, "http://bc.test", &walk(me + 1)).await.body).unwrap();
    assert!(other["walks"][0]["refused"].as_str().unwrap().contains("另一个账号"));
    for _ in 0..2 {
        let done: Value =
            serde_json::from_str(&sync(&walker, "http://bc.test", &walk(me)).await.body).unwrap();
        let w = &done["walks"][0];
        assert_eq!((w["ops"].as_array().unwrap().len(), w["cases"].as_array().unwrap().len()), (2, 1), "{w}");
    }
    assert_eq!(
        sync(&walker, "http://bc.test", &json!({"walks": 5})).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let handler = Browser::signed_in(&city, "handler").await;
    assert_eq!(sync(&handler, "http://bc.test", &walk(me)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn items_guides_and_a_campaign_are_pages() {
    let (city, item) = stocked();
    let mut coord = Browser::signed_in(&city, "coord").await;
    let public = Browser::new(&city);
    for path in [
        "/guides?q=食品".to_owned(),
        format!("/guide/{}", item.code),
        format!("/guide/{}?a=a&a=a", item.code),
    ] {
        assert_eq!(public.get(&path).await.status, StatusCode::OK, "{path}");
    }
    let notice = public.get(&format!("/guide/{}/notice?a=b&a=a", item.code)).await;
    assert!(notice.body.contains("授权委托书") && notice.body.contains("<svg"), "exactly this situation");
    let plate = public.get("/p/NONSENSE").await;
    assert!(plate.status == StatusCode::GONE && plate.body.contains("这不是办事门牌的码"));
    assert_eq!(public.get("/guide/none").await.status, StatusCode::NOT_FOUND);
    for path in [
        "/desk/items",
        "/desk/items/checkup",
        "/desk/items/hall",
        "/desk/items/plates",
        "/desk/import/items",
        "/desk/walks",
    ] {
        assert_eq!(coord.get(path).await.status, StatusCode::OK, "{path}");
    }
    let page = coord.get(&format!("/desk/items/i/{}", item.code)).await;
    assert!(page.status == StatusCode::OK && page.body.contains(&item.name));
    let xlsx = coord.get("/desk/items/export.xlsx").await;
    assert!(xlsx.status == StatusCode::OK && xlsx.body.starts_with("PK"));
    assert_eq!(coord.get("/desk/items/template.xlsx").await.status, StatusCode::OK);
    let wrong = [("name", "五月行动"), ("from", "2026-05-31"), ("to", "2026-05-01")];
    let refused = coord.post("/desk/walks", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("五月行动"), "what was typed stays");
    let right =
        [("name", "五月行动"), ("from", "2026-05-01"), ("to", "2026-05-31"), ("each", "1"), ("yearly", "1")];
    let made = coord.post("/desk/walks", &right).await;
    assert_eq!((made.status, made.location()), (StatusCode::SEE_OTHER, "/desk/walks/1/given"));
    assert_eq!(coord.post("/desk/walks/1/given", &[("seed", "1")]).await.status, StatusCode::SEE_OTHER);
    for path in [
        "",
        "/given",
        "/list?what=leader.missing",
        "/list?what=problems",
        "/lists",
        "/papers",
        "/paper/summary",
    ] {
        assert_eq!(coord.get(&format!("/desk/walks/1{path}")).await.status, StatusCode::OK, "{path}");
    }
    let summary = [("unit", "1"), ("kind", "summary")];
    assert_eq!(coord.post("/desk/walks/1/papers", &summary).await.status, StatusCode::SEE_OTHER);
    assert!(coord.post("/desk/walks/1/repeat", &[]).await.location().ends_with("/2"));
    assert_eq!(coord.get("/desk/walks/1/signals").await.status, StatusCode::FORBIDDEN);
    let supervisor = Browser::signed_in(&city, "super").await;
    assert_eq!(supervisor.get("/desk/walks/1/signals").await.status, StatusCode::OK);
    let mut clerk = Browser::signed_in(&city, "clerk").await;
    assert_eq!(clerk.post("/desk/walks", &right).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.get("/desk/import/items").await.status, StatusCode::FORBIDDEN);
}
