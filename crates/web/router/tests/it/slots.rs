//! What movements put on each other's pages: the right reader sees it, nobody else, and a page never fails by it.

use axum::http::StatusCode;

use crate::it::help::{Browser, city};
use crate::it::pages::lodge;

#[tokio::test]
async fn a_service_is_rated_from_the_followed_case_once_it_was_answered() {
    let city = city();
    let (number, code) = lodge(&city).await;
    let (person, mine) = (Browser::new(&city), format!("/r/{number}/{code}"));
    let button = format!("action=\"{mine}/rate\"");
    assert!(!person.get(&mine).await.body.contains(&button), "nothing was answered yet");

    let mut coord = Browser::signed_in(&city, "coord").await;
    let act = |a: &str| format!("/desk/case/{number}/act/{a}");
    let done = coord.post(&act("dispatch"), &[("unit", "人社局")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let mut handler = Browser::signed_in(&city, "handler").await;
    for (a, fields) in
        [("take", vec![]), ("reply", vec![("text", "已经查明并当场办结，以后一次办好。"), ("sure", "1")])]
    {
        let done = handler.post(&act(a), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{a}: {}", done.body);
    }
    assert!(person.get(&mine).await.body.contains(&button), "it was answered");
}

#[tokio::test]
async fn the_way_backward_is_offered_beside_a_case_to_those_who_may_read_it() {
    let city = city();
    let (number, _) = lodge(&city).await;
    let link = format!("/desk/walks/backward?number={number}");
    let page = format!("/desk/case/{number}");
    let coord = Browser::signed_in(&city, "coord").await;
    assert!(coord.get(&page).await.body.contains(&link));
    let clerk = Browser::signed_in(&city, "clerk").await.get(&page).await;
    assert!(clerk.status != StatusCode::OK || !clerk.body.contains(&link));
}
