//! The router from outside.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::it::help::{Browser, City, PASSWORD, city, city_limited, city_with};

const WORDS: &str = "我去窗口办社保转移,三次都说系统不通,请帮我看看。";

/// Lodges a matter and answers its number and code.
pub async fn lodge(city: &City) -> (String, String) {
    let mut b = Browser::new(city);
    let fields = [
        ("words", WORDS),
        ("kind", "matter"),
        ("region", "9901"),
        ("name", "王小二"),
        ("phone", "13800001234"),
    ];
    let page = b.post("/lodge", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let path = page.location().split('?').next().unwrap().to_owned();
    let mut parts = path.split('/').skip(2).map(str::to_owned);
    (parts.next().unwrap(), parts.next().unwrap())
}

#[tokio::test]
async fn a_matter_goes_from_the_phone_through_the_desk_and_back() {
    through_the_desk(&city()).await;
}

pub async fn through_the_desk(city: &City) {
    let (number, code) = lodge(city).await;
    let mut coord = Browser::signed_in(city, "coord").await;
    let home = coord.get("/desk").await;
    assert!(home.body.contains(&number), "it waits on the first page");
    let mut handler = Browser::signed_in(city, "handler").await;
    assert_eq!(
        handler.get(&format!("/desk/case/{number}")).await.status,
        StatusCode::NOT_FOUND,
        "a stranger"
    );
    let act = |name: &str| format!("/desk/case/{number}/act/{name}");
    let case = coord.get(&format!("/desk/case/{number}")).await;
    assert!(case.body.contains(WORDS) && case.body.contains("王**") && !case.body.contains("13800001234"));
    assert!(
        case.body.contains("/act/dispatch") && !case.body.contains("/act/reply\""),
        "only what may be done"
    );
    let done = coord.post(&act("dispatch"), &[("unit", "人社局"), ("ver", "1")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let late = coord.post(&act("note"), &[("words", "迟到的批注"), ("ver", "1")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody was faster");
    assert!(late.body.contains("迟到的批注"), "what was typed is kept");
    assert!(handler.get("/desk/messages").await.body.contains(&number));
    assert_eq!(handler.post(&act("take"), &[]).await.status, StatusCode::SEE_OTHER);
    let empty = handler.post(&act("reply"), &[("text", "")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("给群众的答复"));
    assert_eq!(
        handler.post(&act("reply"), &[("text", "已经为您办好。")]).await.status,
        StatusCode::SEE_OTHER
    );
    let mut person = Browser::new(city);
    let mine = format!("/r/{number}/{code}");
    let page = person.get(&mine).await;
    assert!(page.body.contains("已经为您办好。") && !page.body.contains("handler先生"), "no names of staff");
    let said = person.post(&format!("{mine}/answer"), &[("solved", "yes"), ("satisfied", "satisfied")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    let owed = coord.post(&act("archive"), &[]).await;
    assert_eq!(
        owed.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a matter that failed is not filed without its cause"
    );
    assert!(owed.body.contains("请选定办不成的原因"), "{}", owed.body);
    assert_eq!(coord.post(&act("archive"), &[("cause", "rigid_policy")]).await.status, StatusCode::SEE_OTHER);
    let end = person.get(&mine).await;
    assert!(end.body.contains("已归档"));
}

#[tokio::test]
async fn a_wrong_code_shows_nothing() {
    let city = city();
    let (number, _) = lodge(&city).await;
    let mut b = Browser::new(&city);
    assert_eq!(b.get(&format!("/r/{number}/00000000")).await.status, StatusCode::NOT_FOUND);
    let page = b.post("/follow", &[("number", &number), ("code", "0000-0000")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains(&number) && !page.body.contains("社保转移"));
}

#[tokio::test]
async fn forms_of_other_sites_and_without_the_token_are_refused() {
    let city = city();
    let (number, _) = lodge(&city).await;
    let coord = Browser::signed_in(&city, "coord").await;
    let token = coord.get("/desk/messages").await.token();
    let path = format!("/desk/case/{number}/act/accept");
    let with = vec![("_t".to_owned(), token)];
    for origin in ["http://evil.test", "null", "http://bc.test.evil.test", ""] {
        let page = coord.send(coord.form(&path, origin, &with)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{origin}");
    }
    for fields in [vec![], vec![("_t".to_owned(), "0".repeat(32))]] {
        assert_eq!(
            coord.send(coord.form(&path, "http://bc.test", &fields)).await.status,
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(coord.send(coord.form(&path, "http://bc.test", &with)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn sessions_begin_and_end_and_the_cookie_is_closed_to_others() {
    let city = city();
    let mut b = Browser::new(&city);
    let wrong = b.post("/desk/sign-in", &[("login", "coord"), ("password", "not this one")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.headers.get(header::SET_COOKIE).is_none());
    let right = b.post("/desk/sign-in", &[("login", "coord"), ("password", PASSWORD)]).await;
    let set = right.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    assert!(
        set.starts_with("session=") && set.contains("HttpOnly") && set.contains("SameSite=Strict"),
        "{set}"
    );
    b.cookie = set.split(';').next().unwrap().to_owned();
    assert_eq!(b.get("/desk").await.status, StatusCode::OK);
    assert_eq!(b.post("/desk/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(b.get("/desk").await.location(), "/desk/sign-in", "the old cookie opens nothing");
    let on_the_way = b.get("/desk/cases?q=%E7%94%B5%E6%A2%AF").await;
    let asked = on_the_way.location().to_owned();
    assert!(asked.starts_with("/desk/sign-in?to=%2Fdesk%2Fcases") && asked.ends_with("&over=1"), "{asked}");
    let page = b.get(&asked).await;
    assert!(
        page.body.contains("登录已过期") && page.body.contains("value=\"/desk/cases?q=%E7%94%B5%E6%A2%AF\"")
    );
    let form = [("login", "coord"), ("password", PASSWORD), ("to", "/desk/cases?q=1")];
    assert_eq!(Browser::new(&city).post("/desk/sign-in", &form).await.location(), "/desk/cases?q=1");
    let form = [("login", "coord"), ("password", PASSWORD), ("to", "https://evil.example/desk/")];
    assert_eq!(Browser::new(&city).post("/desk/sign-in", &form).await.location(), "/desk");
    let secure = city_with(web::Options { secure: true, ..web::Options::default() }, true);
    let page =
        Browser::new(&secure).post("/desk/sign-in", &[("login", "coord"), ("password", PASSWORD)]).await;
    let set = page.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(
        set.starts_with("__Host-session=") && set.ends_with("; Secure") && set.contains("Path=/;"),
        "{set}"
    );
}

const PATHS: [&str; 18] = [
    "/",
    "/lodge",
    "/follow",
    "/nothing-here",
    "/desk/sign-in",
    "/desk",
    "/desk/cases",
    "/desk/register",
    "/desk/dispatch",
    "/desk/messages",
    "/desk/office",
    "/desk/office/units",
    "/desk/office/staff",
    "/desk/office/limits",
    "/desk/cases?q=社&stage=all&late=1",
    "/desk/case/9901-2026-0000099",
    "/r/1/2",
    "/assets/none.css",
];

#[tokio::test]
async fn every_page_for_every_role_keeps_the_policy_and_breaks_nowhere() {
    let city = city();
    let (number, code) = lodge(&city).await;
    let mut readers = vec![Browser::new(&city)];
    for login in ["coord", "clerk", "admin", "super", "analyst", "walker", "handler", "unitadmin"] {
        readers.push(Browser::signed_in(&city, login).await);
    }
    let own =
        [format!("/desk/case/{number}"), format!("/desk/receipt/{number}"), format!("/r/{number}/{code}")];
    for reader in &mut readers {
        for lang in ["", "; lang=en"] {
            let cookie = reader.cookie.clone();
            reader.cookie.push_str(lang);
            for path in PATHS.iter().copied().chain(own.iter().map(String::as_str)) {
                let path = path.replace('社', "%E7%A4%BE");
                let page = reader.get(&path).await;
                assert!(!page.status.is_server_error(), "{path}: {}", page.status);
                let csp = page.headers.get("content-security-policy").map(|v| v.to_str().unwrap());
                let csp = csp.unwrap_or_else(|| panic!("{path} has no policy"));
                assert!(csp.starts_with("default-src 'none'") && !csp.contains("unsafe"), "{path}");
                assert_eq!(page.headers.get("x-content-type-options").unwrap(), "nosniff");
                // A script is one of our files, never a text in the page; and no page may need one.
                let ours = page.body.matches("<script type=\"module\" src=\"/assets/").count();
                assert_eq!(page.body.matches("<script").count(), ours, "{path}");
                assert!(!page.body.contains(" style=\""), "{path}");
                if page.status == StatusCode::OK {
                    assert!(page.body.contains("<h1>"), "{path} says what it is");
                    assert!(page.body.len() < 100_000, "{path} weighs {}", page.body.len());
                }
            }
            reader.cookie = cookie;
        }
    }
}

#[tokio::test]
async fn public_forms_have_a_rate() {
    let city = city_limited(web::Options::default(), true, city::Limits { forms: 3, pages: 5 });
    let mut b = Browser::new(&city);
    for _ in 0..3 {
        assert_ne!(b.post("/follow", &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    let page = b.post("/follow", &[]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.headers["retry-after"], "20");
    // Pages have a bucket of their own, also for those that need no account; those with one are not counted.
    for _ in 0..5 {
        assert_eq!(b.get("/follow").await.status, StatusCode::OK);
    }
    assert_eq!(b.get("/follow").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(b.get("/desk").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_set_up_address_works_once_and_only_with_its_token() {
    let options = web::Options { setup_token: Some("a".repeat(64)), ..web::Options::default() };
    let city = city_with(options, false);
    let mut b = Browser::new(&city);
    let right = format!("/setup/{}", "a".repeat(64));
    assert_eq!(b.get(&format!("/setup/{}", "b".repeat(64))).await.status, StatusCode::NOT_FOUND);
    assert_eq!(b.get(&right).await.status, StatusCode::OK);
    let mut fields = vec![
        ("city", "云汀市"),
        ("region", "9901"),
        ("unit", "云汀市行政审批服务局"),
        ("short", "市审批局"),
        ("name", "管理员"),
        ("login", "admin"),
        ("password", PASSWORD),
        ("again", "another one here"),
    ];
    assert_eq!(b.post(&right, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    fields.pop();
    fields.push(("again", PASSWORD));
    let page = b.post(&right, &fields).await;
    assert_eq!(page.location(), "/desk", "{}", page.body);
    assert!(page.headers.contains_key(header::SET_COOKIE), "signed in at once");
    assert_eq!(b.get(&right).await.status, StatusCode::NOT_FOUND, "only once");
}

#[tokio::test]
async fn a_clerk_registers_prints_and_answers_on_the_spot() {
    let city = city();
    let mut clerk = Browser::signed_in(&city, "clerk").await;
    let empty = clerk.post("/desk/register", &[("words", ""), ("name", "李四")]).await;
    assert!(
        empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("李四"),
        "nothing is lost"
    );
    let fields = [
        ("words", "咨询:新办营业执照要带什么?我住得远。"),
        ("kind", "consultation"),
        ("channel", "window"),
        ("complexity", "simple"),
        ("region", "9901"),
        ("name", "李四"),
    ];
    let page = clerk.post("/desk/register", &fields).await;
    let kept = page.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    let session = clerk.cookie.clone();
    clerk.cookie = format!("{session}; {}", kept.split(';').next().unwrap());
    let receipt = clerk.get(page.location()).await;
    assert!(receipt.body.contains("<svg") && receipt.body.contains("查询码"));
    let ended = receipt.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(ended.starts_with("receipt=;") && ended.contains("Max-Age=0"), "the code is shown once: {ended}");
    clerk.cookie = session;
    let later = clerk.get(page.location()).await;
    assert!(!later.body.contains("<svg") && later.body.contains("重打"), "{}", later.body);
    let without = clerk.post(page.location(), &[("purpose", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = clerk.post(page.location(), &[("purpose", "纸质凭证遗失")]).await;
    assert!(again.body.contains("<svg") && again.body.contains("查询码"), "{}", again.body);
    let number = page.location().rsplit('/').next().unwrap().to_owned();
    let said =
        clerk.post(&format!("/desk/case/{number}/act/answer_on_spot"), &[("text", "带身份证。")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
}

#[tokio::test]
async fn many_are_dispatched_at_once_with_a_result_for_each() {
    let city = city();
    let (one, _) = lodge(&city).await;
    let (two, _) = lodge(&city).await;
    let mut coord = Browser::signed_in(&city, "coord").await;
    let (taken, typed) = (format!("unit.{one}"), format!("other.{two}"));
    let fields = [
        ("pick", one.as_str()),
        ("pick", two.as_str()),
        (taken.as_str(), "人社局"),
        (typed.as_str(), "没有的局"),
    ];
    let page = coord.post("/desk/dispatch", &fields).await;
    assert!(
        page.body.contains("已转办给 人社局") && page.body.contains("没有单位“没有的局”"),
        "{}",
        page.body
    );
    assert!(page.body.contains(&format!("value=\"{two}\"")), "the one that failed still waits");
}

#[tokio::test]
async fn the_list_is_worked_through_and_a_case_knows_its_way_back() {
    let city = city();
    let (one, _) = lodge(&city).await;
    let (two, _) = lodge(&city).await;
    let mut coord = Browser::signed_in(&city, "coord").await;
    let list = coord.get("/desk/cases?kind=matter").await;
    let within = format!("/desk/case/{one}?in=kind%3Dmatter");
    assert!(list.body.contains(&within) && list.body.contains("未办结"), "a row knows its list");
    let case = coord.get(&within).await;
    let next = format!("/desk/case/{two}?in=kind%3Dmatter\" rel=\"next\"");
    assert!(case.body.contains(&next), "the next of the list");
    assert!(case.body.contains(&format!("/desk/cases?kind=matter#c-{one}")), "back to its row");
    let fields = [("in", "kind=matter"), ("ver", "1"), ("unit", "人社局")];
    let done = coord.post(&format!("/desk/case/{one}/act/dispatch"), &fields).await;
    assert_eq!(done.location(), format!("/desk/case/{one}?done=dispatch&in=kind%3Dmatter"));
    // Several at once: without a unit nothing is sent and the ticks stay; then each has its result.
    let both = [("pick", one.as_str()), ("pick", two.as_str()), ("do", "dispatch")];
    let none = coord.post("/desk/cases", &both).await;
    assert!(none.body.contains("请先在“转办给”里选择承办单位") && none.body.contains("checked"));
    let fields = [("pick", one.as_str()), ("pick", two.as_str()), ("do", "dispatch"), ("unit", "人社局")];
    let some = coord.post("/desk/cases", &fields).await;
    assert_eq!(some.body.matches("已转办给 人社局").count(), 1, "one was dispatched before");
    let remind = coord.post("/desk/cases", &[("pick", two.as_str()), ("do", "remind")]).await;
    assert!(remind.body.contains("已催办"), "{}", remind.body);
    let file = coord.post("/desk/cases", &[("pick", two.as_str()), ("do", "export")]).await;
    assert!(file.body.starts_with("PK"));
    let other = Browser::signed_in(&city, "handler").await;
    assert!(!other.get("/desk/cases").await.body.contains("value=\"export\""), "who may not is not asked");
}

#[tokio::test]
async fn a_draft_is_kept_for_its_writer_until_the_form_is_sent() {
    let city = city();
    let mut clerk = Browser::signed_in(&city, "clerk").await;
    let draft = [("_draft", "register"), ("words", "写到一半的话"), ("name", "李四"), ("ver", "9")];
    assert_eq!(clerk.post("/desk/drafts", &draft).await.status, StatusCode::NO_CONTENT);
    let mut coord = Browser::signed_in(&city, "coord").await;
    assert!(!coord.get("/desk/register").await.body.contains("draft=1"), "nobody else's");
    // A new session: the window was closed.
    let mut again = Browser::signed_in(&city, "clerk").await;
    assert!(again.get("/desk/register").await.body.contains("/desk/register?draft=1"));
    let page = again.get("/desk/register?draft=1").await;
    assert!(page.body.contains("写到一半的话") && page.body.contains("李四"), "{}", page.body);
    let fields = [
        ("words", "写完的话。"),
        ("kind", "matter"),
        ("channel", "window"),
        ("complexity", "simple"),
        ("region", "9901"),
    ];
    assert_eq!(again.post("/desk/register", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(!again.get("/desk/register").await.body.contains("draft=1"), "sent is no draft");
    let (number, _) = lodge(&city).await;
    let name = format!("case/{number}/note");
    let draft = [("_draft", name.as_str()), ("words", "批注写到一半")];
    assert_eq!(coord.post("/desk/drafts", &draft).await.status, StatusCode::NO_CONTENT);
    let case = coord.get(&format!("/desk/case/{number}")).await;
    assert!(case.body.contains("没有提交的草稿") && !case.body.contains("批注写到一半"));
    assert!(coord.get(&format!("/desk/case/{number}?draft=note")).await.body.contains("批注写到一半"));
    let drop = [("_draft", name.as_str()), ("_forget", "1"), ("_back", "//evil")];
    assert_eq!(coord.post("/desk/drafts", &drop).await.location(), "/desk");
    assert!(!coord.get(&format!("/desk/case/{number}")).await.body.contains("没有提交的草稿"));
}

#[tokio::test]
async fn what_the_letter_says_fills_what_nobody_chose() {
    let city = city();
    let mut clerk = Browser::signed_in(&city, "clerk").await;
    let words = "请问老人高龄津贴怎么办理，要带什么材料？";
    let mut fields = vec![
        ("look", "1"),
        ("words", words),
        ("kind", "matter"),
        ("auto.kind", "matter"),
        ("region", "9901"),
    ];
    let page = clerk.post("/desk/register", &fields).await;
    let read = "<option value=\"consultation\" selected>";
    assert!(page.body.contains(read) && page.body.contains("读出"), "{}", page.body);
    // A person said otherwise before.
    fields[3] = ("auto.kind", "-");
    let page = clerk.post("/desk/register", &fields).await;
    assert!(!page.body.contains(read) && !page.body.contains("读出"));
}

#[tokio::test]
async fn the_list_leaves_as_a_spreadsheet_for_those_who_may() {
    let city = city();
    lodge(&city).await;
    let coord = Browser::signed_in(&city, "coord").await;
    let list = coord.get("/desk/cases?stage=all&kind=matter").await;
    assert!(list.body.contains("/desk/cases.xlsx?stage=all&#38;kind=matter"), "the filter goes along");
    let file = coord.get("/desk/cases.xlsx?stage=all&kind=matter").await;
    assert!(file.status == StatusCode::OK && file.body.starts_with("PK"));
    assert!(file.headers.get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap().contains(".xlsx"));
    let handler = Browser::signed_in(&city, "handler").await;
    assert_eq!(handler.get("/desk/cases.xlsx").await.status, StatusCode::FORBIDDEN);
    assert!(!handler.get("/desk/cases").await.body.contains(".xlsx"));
}

#[tokio::test]
async fn full_contact_is_shown_only_for_a_purpose_on_record() {
    let city = city();
    let (number, _) = lodge(&city).await;
    let mut coord = Browser::signed_in(&city, "coord").await;
    let path = format!("/desk/case/{number}/unmask");
    assert_eq!(coord.post(&path, &[("purpose", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = coord.post(&path, &[("purpose", "电话回访")]).await;
    assert!(page.body.contains("13800001234"));
    assert!(!coord.get(&format!("/desk/case/{number}")).await.body.contains("13800001234"), "only once");
}

#[tokio::test]
async fn preferences_stay_and_lead_nowhere_else() {
    let city = city();
    let mut b = Browser::new(&city);
    let page = b.post("/prefs", &[("lang", "en"), ("back", "//evil.test")]).await;
    assert_eq!(page.location(), "/");
    b.cookie = "lang=en; size=large".into();
    let page = b.get("/").await;
    assert!(page.body.contains("<html lang=\"en\" class=\"large\">") && page.body.contains("Lodge a matter"));
    let request = Request::get("/").header(header::ACCEPT_LANGUAGE, "en-GB,en").body(Body::empty()).unwrap();
    assert!(b.send(request).await.body.contains("lang=\"en\""));
}

/// A form with one file, as a browser sends it.
fn with_file(
    b: &Browser<'_>,
    path: &str,
    fields: &[(&str, &str)],
    name: &str,
    bytes: &[u8],
) -> Request<Body> {
    let mut body = Vec::new();
    for (n, v) in fields {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n").bytes());
    }
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    Request::post(path)
        .header(header::COOKIE, &b.cookie)
        .header(header::HOST, "bc.test")
        .header(header::ORIGIN, "http://bc.test")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn a_picture_comes_with_the_matter_and_is_not_lost_when_a_field_is_wrong() {
    a_picture_comes(&city()).await;
}

pub async fn a_picture_comes(city: &City) {
    let b = Browser::new(city);
    let photo = b"\xff\xd8\xff\xc0\x00\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xda\x00\x08\x01\x01\0\0\x3f\0\x12\xff\xd9";
    let short = [("words", "短"), ("kind", "matter"), ("region", "9901")];
    let again = b.send(with_file(&b, "/lodge", &short, "门头.jpg", photo)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.body);
    assert!(again.body.contains("门头.jpg"), "it waits on the page");
    let at = again.body.find("name=\"file\" value=\"").unwrap() + 19;
    let ticket = again.body[at..at + 64].to_owned();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let full = [("words", WORDS), ("kind", "matter"), ("region", "9901"), ("file", ticket.as_str())];
    let refused = b.send(with_file(&b, "/lodge", &full, "照片.jpg", svg)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("只接收照片") && refused.body.contains(&ticket) && refused.body.contains(WORDS)
    );
    let done = b.send(with_file(&b, "/lodge", &full, "", b"")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let mine = b.get(done.location()).await;
    let at = mine.body.find("/file/").expect("a link to the picture") + 6;
    let hash = &mine.body[at..at + 64];
    let picture = b.get(&format!("{}/file/{hash}", done.location().split('?').next().unwrap())).await;
    assert_eq!(
        (picture.status, picture.headers[header::CONTENT_TYPE].to_str().unwrap()),
        (StatusCode::OK, "image/jpeg")
    );
    assert_eq!(picture.headers["x-content-type-options"], "nosniff");
    // Signed in, files of a form without the token are not even read.
    let coord = Browser::signed_in(city, "coord").await;
    let foreign = coord.send(with_file(&coord, "/desk/register", &[("words", WORDS)], "a.jpg", photo)).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}
