//! The desk of imports as a browser without scripts sees it: a file, the preview, a column said, the run, the answer;
//! and a log that is kept, shared and deleted.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::it::help::{Browser, City, Page, city};

pub async fn send(b: &Browser<'_>, path: &str, field: &str, text: &str) -> Page {
    let token = b.get("/desk/messages").await.token();
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"_t\"\r\n\r\n{token}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n--b--\r\n"
    );
    let request = Request::post(path)
        .header(header::COOKIE, &b.cookie)
        .header(header::HOST, "bc.test")
        .header(header::ORIGIN, "http://bc.test")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    b.send(request.body(Body::from(body)).unwrap()).await
}

/// What the worker does, on a thread of its own: a test runs inside a runtime.
fn work(city: &City) {
    std::thread::scope(|s| s.spawn(|| city.app.imports.run_due().unwrap()).join().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_seen_before_it_is_written_and_answered_afterwards() {
    seen_written_answered(&city()).await;
}

pub async fn seen_written_answered(city: &City) {
    let mut b = Browser::signed_in(city, "coord").await;
    let over = b.get("/desk/import").await;
    assert!(
        over.body.contains("/desk/import/cases") && over.body.contains("/desk/import/items"),
        "{}",
        over.body
    );
    let none = send(&b, "/desk/import/cases", "file", "").await;
    assert!(
        none.status == StatusCode::UNPROCESSABLE_ENTITY && none.body.contains("文件是空的"),
        "{}",
        none.body
    );
    let rows = "单号,事情,来信人\n1,桥下积水很深,张三\n2,,李四\n";
    let came = send(&b, "/desk/import/cases", "file", rows).await;
    assert_eq!(came.status, StatusCode::SEE_OTHER, "{}", came.body);
    let file = came.location().to_owned();
    let page = b.get(&file).await;
    for shown in ["桥下积水很深", "事情", "value=\"body\""] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(!page.body.contains("value=\"begin\""), "no column of words yet: nothing to take in");
    let fields = |act: &'static str| {
        [("do", act), ("n0", "单号"), ("w0", "id"), ("c0", "id"), ("n1", "事情"), ("w1", ""), ("c1", "body")]
    };
    assert_eq!(b.post(&file, &fields("look")).await.status, StatusCode::SEE_OTHER);
    let page = b.get(&file).await;
    assert!(
        page.body.contains("value=\"begin\"") && page.body.contains("共 2 行，可收 1 行，搁置 1 行"),
        "{}",
        page.body
    );
    assert_eq!(b.post(&file, &fields("begin")).await.status, StatusCode::SEE_OTHER);
    let running = b.get(&file).await;
    assert!(running.body.contains("<progress") && running.headers.contains_key(header::REFRESH));
    work(city);
    let done = b.get(&file).await;
    assert!(done.body.contains("id=\"answer\"") && done.body.contains("标题和内容都是空的"), "{}", done.body);
    assert!(!done.headers.contains_key(header::REFRESH));
    let json = b.get(&format!("{file}/answer.json")).await;
    assert!(json.body.contains("\"accepted\":1") && json.body.contains("\"rejected\":1"), "{}", json.body);
    let aside = b.get(&format!("{file}/aside")).await;
    assert!(aside.body.contains("李四") && aside.body.contains("未收原因"), "{}", aside.body);
    let other = Browser::signed_in(city, "admin").await;
    assert_eq!(other.get(&file).await.status, StatusCode::NOT_FOUND, "another person's file");
    let handler = Browser::signed_in(city, "handler").await;
    assert_eq!(handler.get("/desk/import/cases").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&handler, "/desk/import/cases", "file", rows).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_kept_shared_by_right_and_deleted_by_its_owner() {
    let mut city = city();
    let rows = "案件,环节,时间\n1,受理,2026-01-05 09:00:00\n1,办结,2026-01-06 09:00:00\n";
    let (log, cookie) = {
        let analyst = Browser::signed_in(&city, "analyst").await;
        let came = send(&analyst, "/desk/logs/upload", "log", rows).await;
        assert_eq!(came.status, StatusCode::SEE_OTHER, "{}", came.body);
        (came.location().to_owned(), analyst.cookie)
    };
    let overview = |body: &str| body.contains("受理") && body.contains("办结");
    // A restart forgets what is in memory, not what is kept.
    city.router = web::router(&city.app, web::Options::default());
    let mut analyst = Browser::new(&city);
    analyst.cookie = cookie;
    assert!(overview(&analyst.get(&log).await.body), "opened again");
    let mut other = Browser::signed_in(&city, "coord").await;
    assert_eq!(other.get(&log).await.status, StatusCode::NOT_FOUND, "not shared");
    let named = [("name", "一月的办件"), ("note", "试点"), ("shared", "1")];
    assert_eq!(other.post(&format!("{log}/keep"), &named).await.status, StatusCode::NOT_FOUND);
    assert_eq!(analyst.post(&format!("{log}/keep"), &named).await.status, StatusCode::SEE_OTHER);
    assert!(other.get("/desk/logs").await.body.contains("一月的办件"), "shared with colleagues");
    assert!(overview(&other.get(&log).await.body));
    assert_eq!(Browser::signed_in(&city, "clerk").await.get(&log).await.status, StatusCode::FORBIDDEN);
    assert_eq!(other.post(&format!("{log}/forget"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(analyst.post(&format!("{log}/forget"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.get(&log).await.status, StatusCode::NOT_FOUND, "deleted for everybody");
}
