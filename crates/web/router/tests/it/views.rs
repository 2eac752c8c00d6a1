//! 常用视图与列 on the pages: keeping, opening, sharing; what no longer exists is said; groups fold; columns go into the file.

use axum::http::StatusCode;
use kernel::Actor;

use crate::it::help::{Browser, city};
use crate::it::pages::lodge;

#[tokio::test]
async fn a_view_is_kept_opened_and_changed() {
    let city = city();
    lodge(&city).await;
    let mut coord = Browser::signed_in(&city, "coord").await;
    let list = coord.get("/desk/cases?kind=matter&sort=newest").await;
    assert!(list.body.contains("保存为视图"));
    let fields =
        [("do", "save"), ("name", "办件 & <新>"), ("query", "sort=newest&kind=matter&after=3.4&nonsense=1")];
    let done = coord.post("/desk/views/cases", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let at = done.location().to_owned();
    assert!(at.starts_with("/desk/cases?kind=matter&sort=newest&view="), "{at}");
    let list = coord.get(&at).await;
    assert!(list.body.contains("办件 &#38; &#60;新&#62; <b>1</b>"), "its tab says how many: {}", list.body);
    assert!(!list.body.contains("<summary>保存为视图"), "it is a view already");
    // Another filter within it can be kept in its place.
    let view = at.rsplit('=').next().unwrap().to_owned();
    let list = coord.get(&format!("/desk/cases?kind=matter&late=1&view={view}")).await;
    assert!(list.body.contains("改为现在的筛选"));
    let done = coord.post("/desk/views/cases", &[("do", "ask"), ("view", &view), ("query", "late=1")]).await;
    assert_eq!(done.location(), format!("/desk/cases?late=1&view={view}"));
    // It opens first; whoever asks for something gets that.
    coord.post("/desk/views/cases", &[("do", "first"), ("view", &view)]).await;
    assert_eq!(coord.get("/desk/cases").await.location(), format!("/desk/cases?late=1&view={view}"));
    assert_eq!(coord.get("/desk/cases?stage=open").await.status, StatusCode::OK);
    // A name twice, a name too long: said, with what was typed.
    let again = [("do", "save"), ("name", "办件 & <新>"), ("query", "late=1")];
    let refused = coord.post("/desk/views/cases", &again).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("您已经有一个叫"));
    assert!(refused.body.contains("value=\"办件 &#38; &#60;新&#62;\""), "what was typed stays");
    // Nobody else's: neither seen nor changed.
    let mut other = Browser::signed_in(&city, "handler").await;
    let theirs = other.get(&format!("/desk/cases?late=1&view={view}")).await;
    assert!(theirs.status == StatusCode::OK && theirs.body.contains("这个视图已被删除，或不再与您共享"));
    for what in ["rename", "delete", "ask", "columns", "first", "share", "up"] {
        let done = other.post("/desk/views/cases", &[("do", what), ("view", &view), ("name", "x")]).await;
        assert_eq!(done.status, StatusCode::NOT_FOUND, "{what}");
    }
    assert_eq!(
        coord.post("/desk/views/cases", &[("do", "delete"), ("view", &view)]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(coord.get("/desk/cases").await.status, StatusCode::OK);
    // A list that one does not see has no page of views either.
    let walker = Browser::signed_in(&city, "walker").await;
    assert_eq!(walker.get("/desk/views/cases").await.status, StatusCode::FORBIDDEN);
    assert_eq!(coord.get("/desk/views/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_filter_that_no_longer_exists_is_said() {
    let city = city();
    let mut coord = Browser::signed_in(&city, "coord").await;
    for (address, said) in [
        ("kind=flying", "筛选“类别：flying”已经没有了"),
        ("unit=%E6%97%A7%E5%B1%80", "筛选“单位：旧局”已经没有了"),
        ("stage=nowhere", "筛选“环节：nowhere”已经没有了"),
        ("scope=moon", "已经没有了"),
        ("colour=red", "“colour”不是这个列表的筛选条件"),
    ] {
        let list = coord.get(&format!("/desk/cases?{address}")).await;
        assert!(list.status == StatusCode::OK && list.body.contains(said), "{address}: {}", list.body);
    }
    // It is not kept, either.
    let refused =
        coord.post("/desk/views/cases", &[("do", "save"), ("name", "a"), ("query", "unit=旧局")]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("旧局"));
    // A unit that had a name when the view was made.
    let done =
        coord.post("/desk/views/cases", &[("do", "save"), ("name", "人社"), ("query", "unit=人社局")]).await;
    let at = done.location().to_owned();
    assert!(!coord.get(&at).await.body.contains("已经没有了"));
    let renamed = people::NewUnit {
        key: "hrss".into(),
        name: "人力局".into(),
        short: "人力局".into(),
        kind: "department".into(),
        parent: None,
        region: "9901".parse().unwrap(),
        duties: String::new(),
    };
    std::thread::scope(|s| {
        s.spawn(|| city.app.people.put_units(Actor::system(), vec![renamed]).wait().unwrap()).join().unwrap()
    });
    let list = coord.get(&at).await;
    assert!(list.body.contains("筛选“单位：人社局”已经没有了"), "{}", list.body);
    assert!(list.body.contains("人社 <b>⚠</b>"), "and it is not counted as if it were everything");
    assert!(coord.get("/desk/views/cases").await.body.contains("筛选“单位：人社局”已经没有了"));
}

#[tokio::test]
async fn columns_are_chosen_for_the_list_and_for_a_view() {
    let city = city();
    lodge(&city).await;
    let mut coord = Browser::signed_in(&city, "coord").await;
    let head = |body: &str, name: &str| body.contains(&format!("<th scope=\"col\">{name}</th>"));
    assert!(!head(&coord.get("/desk/cases").await.body, "来源"));
    let fields = [
        ("do", "columns"),
        ("column", "channel"),
        ("column", "due"),
        ("at.channel", "1"),
        ("at.title", "2"),
        ("at.due", "3"),
    ];
    let done = coord.post("/desk/views/cases", &fields).await;
    assert_eq!(done.location(), "/desk/cases?");
    let list = coord.get("/desk/cases").await.body;
    assert!(head(&list, "来源") && !head(&list, "环节"), "{list}");
    assert!(list.find("来源</th>") < list.find(">事项</th>"), "in the order of their numbers");
    // A view has its own; the list keeps what it has.
    let done =
        coord.post("/desk/views/cases", &[("do", "save"), ("name", "a"), ("query", "kind=matter")]).await;
    let at = done.location().to_owned();
    let view = at.rsplit('=').next().unwrap().to_owned();
    coord.post("/desk/views/cases", &[("do", "columns"), ("view", &view), ("column", "region")]).await;
    assert!(head(&coord.get(&at).await.body, "区划") && !head(&coord.get(&at).await.body, "来源"));
    assert!(head(&coord.get("/desk/cases").await.body, "来源"));
    coord.post("/desk/views/cases", &[("do", "default")]).await;
    assert!(!head(&coord.get("/desk/cases").await.body, "来源"));
    // What is exported follows.
    let file = coord.get(&format!("/desk/cases.xlsx?kind=matter&view={view}")).await;
    assert!(file.status == StatusCode::OK && file.body.starts_with("PK"));
}

#[tokio::test]
async fn rows_are_grouped_by_lateness_and_groups_fold() {
    let city = city();
    let (number, _) = lodge(&city).await;
    for _ in 0..2 {
        lodge(&city).await;
    }
    let coord = Browser::signed_in(&city, "coord").await;
    let list = coord.get("/desk/cases?stage=all").await.body;
    let words: Vec<_> = resolve::Lateness::ALL
        .iter()
        .filter(|l| list.contains(&format!("▾</span> {} <b>3</b>", l.zh())))
        .collect();
    assert_eq!(words.len(), 1, "{list}");
    let word = words[0].word();
    assert!(list.contains(&format!("/desk/cases?stage=all&#38;fold={word}")));
    let folded = coord.get(&format!("/desk/cases?stage=all&fold={word}")).await.body;
    assert!(
        folded.contains("▸</span>") && folded.contains("<b>3</b>") && !folded.contains(&number),
        "{folded}"
    );
    assert!(folded.contains("/desk/cases?stage=all\""), "it opens again");
    // Another order has no groups.
    assert!(!coord.get("/desk/cases?stage=all&sort=newest").await.body.contains("rowgroup"));
}

#[tokio::test]
async fn a_wall_shows_figures_to_who_has_its_link_until_it_ends() {
    let city = city();
    let (number, _) = lodge(&city).await;
    let mut coord = Browser::signed_in(&city, "coord").await;
    let usual = [
        ("name", "大厅 <一>"),
        ("days", "30"),
        ("screen", "figures"),
        ("screen", "heat"),
        ("screen", "districts"),
        ("screen", "ranking"),
        ("seconds.figures", "20"),
        ("seconds.heat", "15"),
        ("seconds.districts", "15"),
        ("seconds.ranking", "15"),
        ("target.on_time_rate", "95"),
    ];
    let bad = coord.post("/desk/wall", &usual[..2]).await;
    assert!(bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.body.contains("请至少勾选一个看板"));
    assert!(bad.body.contains("value=\"大厅 &#60;一&#62;\""), "what was typed stays");
    assert_eq!(coord.post("/desk/wall", &usual).await.status, StatusCode::SEE_OTHER);
    let page = coord.get("/desk/wall").await.body;
    let at = page.find("/wall/1/").expect("its link");
    let link = page[at..].split(['"', '<']).next().unwrap().to_owned();
    // Nobody is signed in before the wall.
    let wall = Browser::new(&city);
    let shown = wall.get(&link).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert_eq!(shown.body.matches("<svg ").count(), 4);
    assert!(shown.body.contains("大厅 &#60;一&#62;") && shown.body.contains("目标 95%"));
    for secret in [number.as_str(), "13800001234", "王小二", "窗口"] {
        assert!(!shown.body.contains(secret), "{secret}");
    }
    assert!(shown.body.contains("content=\"20;url=?s=1\""), "it turns without a script");
    assert!(wall.get(&format!("{link}?s=1")).await.body.contains("content=\"15;url=?s=2\""));
    assert_eq!(wall.get(&format!("{link}0")).await.status, StatusCode::GONE);
    assert!(wall.get("/desk/wall").await.location().starts_with("/desk/sign-in"));
    coord.post("/desk/wall/1", &[]).await;
    let over = wall.get(&link).await;
    assert!(over.status == StatusCode::GONE && over.body.contains("这块大屏已停用或到期"));
    assert!(!over.body.contains("<svg") && coord.get("/desk/wall").await.body.contains("已停用"));
}

#[tokio::test]
async fn a_morning_is_five_sentences_that_open_their_lists() {
    let city = city();
    let coord = Browser::signed_in(&city, "coord").await;
    let quiet = coord.get("/desk/morning").await.body;
    assert!(quiet.contains("现在没有超期的件") && quiet.contains("近 7 天没有回访"), "{quiet}");
    assert!(quiet.contains("没有超期，不用点名") && quiet.contains("没有明显变化"));
    lodge(&city).await;
    let page = coord.get("/desk/morning").await.body;
    let told = page.split("<ol class=\"morning\">").nth(1).and_then(|p| p.split("</ol>").next()).unwrap();
    assert_eq!(told.matches("<li").count(), 5, "{told}");
    let links: Vec<_> = told
        .split("href=\"")
        .skip(1)
        .filter_map(|p| p.split('"').next())
        .filter(|h| h.starts_with("/desk/boards/list/"))
        .map(|h| h.replace("&#38;", "&"))
        .collect();
    assert!(links.len() >= 2);
    for link in links {
        assert_eq!(coord.get(&link).await.status, StatusCode::OK, "{link}");
    }
    let clerk = Browser::signed_in(&city, "clerk").await;
    assert_eq!(clerk.get("/desk/morning").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn ratings_have_views_by_the_same_part() {
    let city = city();
    let mut coord = Browser::signed_in(&city, "coord").await;
    let done = coord
        .post("/desk/views/ratings", &[("do", "save"), ("name", "待复核"), ("query", "state=appealed")])
        .await;
    let at = done.location().to_owned();
    assert!(at.starts_with("/desk/ratings?state=appealed&view="), "{at} {}", done.body);
    assert!(coord.get(&at).await.body.contains("待复核 <b>0</b>"));
    assert!(coord.get("/desk/ratings?state=nowhere").await.body.contains("已经没有了"));
    assert!(!coord.get("/desk/cases").await.body.contains("待复核"), "a view is of its list");
}
