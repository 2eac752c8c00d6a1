//! `docs/api-matrix.md`: every operation × role × relation to the case → status, by really calling it.
//!
//! The operations come from the OpenAPI document: one that has no row here fails the test. `UPDATE_DOCS=1`
//! writes both documents.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use resolve::{Act, Word as _};
use serde_json::{Value, json};

use super::city::{City, ROLES, STANDS, on_postgres, on_sqlite};

const COORD: &str = "coordinator.region";
const OWNER: &str = "handler.owner";
const CO: &str = "handler.co";
const SUPER: &str = "supervisor.region";

/// Compares a generated document with the one in the repository.
fn same_as_committed(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let first = committed.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(committed == text, "docs/{name} is old at {first:?}; UPDATE_DOCS=1 writes it");
}

/// What an operation is about.
enum About {
    /// Nothing in particular: path and body.
    Office(fn(&City) -> (String, Option<Value>)),
    /// A case: the rest of the path and the body.
    Case(&'static str, fn(&City) -> Option<Value>),
    /// The acts on a case: a table of their own.
    Acts,
    /// A case whose code one has.
    Follow(&'static str, fn(&City, &str) -> Option<Value>),
}
use About::{Acts, Case, Follow, Office};

fn plain(path: &'static str) -> (String, Option<Value>) {
    (path.to_owned(), None)
}

const NOTICE: &str = r#"{"year":2027,"papers":["https://example.gov.cn/1"],"holidays":[
    {"name":"元旦","off":["2027-01-01"]}]}"#;

/// method, path as documented, what it is about
#[rustfmt::skip]
fn rows() -> Vec<(&'static str, &'static str, About)> {
    vec![
        ("POST", "/sessions", Office(|_| ("/sessions".into(), Some(json!({"login": COORD, "password": "correct horse"}))))),
        ("DELETE", "/sessions/current", Office(|_| plain("/sessions/current"))),
        ("GET", "/me", Office(|_| plain("/me"))),
        ("POST", "/tokens", Office(|_| ("/tokens".into(), Some(json!({"login": "clerk.first", "label": "x"}))))),
        ("POST", "/cases", Office(|c| ("/cases".into(), Some(c.case_body("matter"))))),
        ("GET", "/cases", Office(|_| plain("/cases"))),
        ("POST", "/lodge", Office(|_| ("/lodge".into(), Some(json!({"kind": "problem", "title": "t", "words": "w"}))))),
        ("GET", "/units", Office(|_| plain("/units"))),
        ("GET", "/limits", Office(|_| plain("/limits"))),
        ("PUT", "/limits", Office(|c| ("/limits".into(), Some(c.get(COORD, "/limits").json())))),
        ("POST", "/calendars", Office(|_| ("/calendars".into(), serde_json::from_str(NOTICE).ok()))),
        ("GET", "/calendar/due", Office(|_| plain("/calendar/due?from=2026-09-24&length=3"))),
        ("GET", "/figures/timeliness", Office(|_| plain("/figures/timeliness"))),
        ("GET", "/ledger/seals", Office(|_| plain("/ledger/seals"))),
        ("POST", "/ledger/verify", Office(|_| plain("/ledger/verify"))),
        ("GET", "/services", Office(|_| plain("/services"))),
        ("GET", "/services/next", Office(|_| plain("/services/next?theme=restaurant"))),
        ("POST", "/services/handled", Office(|_| ("/services/handled".into(), Some(json!({"records": [{}]}))))),
        ("POST", "/ratings", Office(|_| ("/ratings".into(), Some(json!({"records": [{}]}))))),
        ("GET", "/applications", Office(|_| plain("/applications"))),
        ("POST", "/applications", Office(|_| ("/applications".into(), Some(json!({"theme": "restaurant", "answers": ["a", "b", "a", "a", "a"]}))))),
        ("GET", "/applications/{number}", Office(|c| (format!("/applications/{}", c.application()), None))),
        ("GET", "/applications/{number}/form", Office(|c| (format!("/applications/{}/form", c.application()), None))),
        ("PUT", "/applications/{number}/form", Office(|c| (format!("/applications/{}/form", c.application()), Some(json!({}))))),
        ("POST", "/applications/{number}/acts", Office(|c| (format!("/applications/{}/acts", c.application()), Some(json!({"act": "note", "words": "批注"}))))),
        ("GET", "/changes/cases", Office(|_| plain("/changes/cases"))),
        ("GET", "/changes/applications", Office(|_| plain("/changes/applications"))),
        ("GET", "/items", Office(|_| plain("/items?text=%E9%A3%9F%E5%93%81"))),
        ("GET", "/items/{code}", Office(|_| plain("/items/none"))),
        ("GET", "/companies/{code}", Office(|_| plain("/companies/91330100799655058B"))),
        ("POST", "/companies/{code}/whistles", Office(|_| ("/companies/91330100799655058B/whistles".into(), Some(json!({"set": "2115", "words": "路堵了"}))))),
        ("GET", "/halls/earliest", Office(|_| plain("/halls/earliest?item=x"))),
        ("POST", "/bookings", Office(|_| ("/bookings".into(), Some(json!({"slot": 1, "item": "x", "contact": {"name": "王", "phone": "13800001234"}}))))),
        ("GET", "/bookings/{number}", Office(|_| plain("/bookings/9901-2026-Y0000001"))),
        ("GET", "/bulletins", Office(|_| plain("/bulletins"))),
        ("GET", "/bulletins/{id}", Office(|_| plain("/bulletins/1"))),
        ("GET", "/redesigns", Office(|_| plain("/redesigns"))),
        ("GET", "/campaigns", Office(|_| plain("/campaigns"))),
        ("GET", "/campaigns/{id}/walks", Office(|_| plain("/campaigns/1/walks"))),
        ("GET", "/figures/board", Office(|_| plain("/figures/board?from=2026-11-01&to=2026-11-23"))),
        ("GET", "/messages", Office(|_| plain("/messages"))),
        ("GET", "/healthz", Office(|_| plain("/healthz"))),
        ("GET", "/readyz", Office(|_| plain("/readyz"))),
        ("GET", "/openapi.json", Office(|_| plain("/openapi.json"))),
        ("GET", "/cases/{number}", Case("", |_| None)),
        ("GET", "/cases/{number}/events", Case("/events", |_| None)),
        ("GET", "/cases/{number}/clock", Case("/clock", |_| None)),
        ("POST", "/cases/{number}/contact", Case("/contact", |_| Some(json!({"purpose": "回访"})))),
        ("POST", "/cases/{number}/acts", Acts),
        ("GET", "/follow/{number}", Follow("?code=", |_, _| None)),
        ("POST", "/follow/{number}/acts", Follow("/acts", |_, code| Some(json!({"act": "add_words", "code": code, "words": "补充"})))),
    ]
}

/// What begins or moves something can be sent twice: by its key, or because each row is answered by its own number.
#[test]
fn every_operation_that_makes_something_can_be_sent_twice() {
    /// Each with the reason why no key is needed.
    const NONE_NEEDED: [(&str, &str); 8] = [
        ("/sessions", "another session does no harm"),
        ("/tokens", "another token is seen and taken back"),
        ("/calendars", "the same notice changes nothing"),
        ("/ledger/verify", "reads"),
        ("/cases/{number}/contact", "reads, on record each time"),
        ("/follow/{number}/acts", "by the code of the case, refused where it was done"),
        ("/services/handled", "a row that is there changes nothing"),
        ("/ratings", "a row that is there changes nothing"),
    ];
    let document: Value = serde_json::to_value(api::document()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(post) = operations.get("post") else { continue };
        let params = post["parameters"].as_array().cloned().unwrap_or_default();
        let keyed = params.iter().any(|p| p["name"] == "Idempotency-Key");
        let listed = NONE_NEEDED.iter().any(|(p, _)| p == path);
        assert!(keyed != listed, "{path}: a key, or a reason why not");
    }
}

/// What must have happened before an act can be done, and the act.
#[rustfmt::skip]
fn scene(c: &City, act: Act, another: &str) -> Option<(Vec<(&'static str, Value)>, Value)> {
    let (owner, co, other) = (c.unit("owner"), c.unit("co"), c.unit("stranger"));
    let registered = vec![];
    let accepted = vec![(COORD, json!({"act": "accept"}))];
    let dispatched = vec![
        (COORD, json!({"act": "dispatch", "unit": owner})),
        (COORD, json!({"act": "add_co", "unit": co, "task": "核对"})),
    ];
    let then = |mut before: Vec<(&'static str, Value)>, more: Vec<(&'static str, Value)>| { before.extend(more); before };
    let handling = then(dispatched.clone(), vec![(OWNER, json!({"act": "take"}))]);
    let plan = json!({"act": "plan", "steps": [{"what": "整改", "due": "2027-01-20"}]});
    let rectifying = then(handling.clone(), vec![(OWNER, plan.clone())]);
    let finished = then(rectifying.clone(), vec![(OWNER, json!({"act": "finish_step", "step": 1, "evidence": "照片"}))]);
    let co_done = then(handling.clone(), vec![(CO, json!({"act": "co_reply", "text": "毕"}))]);
    let reply = json!({"act": "reply", "text": "办好了"});
    let replied = then(co_done.clone(), vec![(OWNER, reply.clone())]);
    let yes = json!({"act": "callback", "solved": "yes", "satisfied": "satisfied"});
    let called_back = then(replied.clone(), vec![(COORD, yes.clone())]);
    let negative = json!({"act": "reply_negative", "text": "不能", "basis": "条例", "instead": "复议"});
    let in_review = then(handling.clone(), vec![(OWNER, negative.clone())]);
    let give_back = json!({"act": "return", "reason": "not_our_duty", "evidence": "三定方案"});
    let returned = then(dispatched.clone(), vec![(OWNER, give_back.clone())]);
    let ask = json!({"act": "ask_extension", "days": 2, "reason": "需检测"});
    let asked = then(handling.clone(), vec![(OWNER, ask.clone())]);
    let pause = json!({"act": "pause", "reason": "hearing", "until": "2026-12-20", "notice": "听证通知"});
    let paused = then(handling.clone(), vec![(COORD, pause.clone())]);
    let confer = json!({"act": "confer", "units": [owner, co], "meets": "2026-11-25T09:00:00+08:00", "topic": "牵头"});
    let conferring = then(handling.clone(), vec![(COORD, confer.clone())]);
    let conclude = json!({"act": "conclude", "minutes": "纪要", "lead": owner, "tasks": [{"unit": co, "what": "配合", "due": "2026-12-01"}]});
    let escalate = json!({"act": "escalate", "level": "city", "office": "市政府", "question": "请示"});
    let order = json!({"act": "supervise", "words": "限期办结", "answer_by": "2026-12-01"});
    let merge = json!({"act": "merge", "into": another});
    let refuse = json!({"act": "refuse", "reason": "litigation", "explain": "诉讼中", "where_to": "法院"});
    Some(match act {
        Act::Register | Act::Absorb | Act::Release | Act::WarnYellow | Act::WarnRed | Act::Recompute | Act::PrintReceipt | Act::Arrive => return None,
        Act::HandOver | Act::PeerAccept | Act::PeerReturn | Act::PeerAnswer | Act::PeerCallback => return None,
        Act::Accept => (registered, json!({"act": "accept"})),
        Act::Refuse => (registered, refuse),
        Act::AnswerOnSpot => (accepted, json!({"act": "answer_on_spot", "text": "是这样"})),
        Act::Amend => (handling, json!({"act": "amend", "complexity": "complex", "reason": "跨部门"})),
        Act::AddWords => (handling, json!({"act": "add_words", "words": "补充"})),
        Act::Note => (handling, json!({"act": "note", "words": "批注"})),
        Act::Dispatch => (accepted, json!({"act": "dispatch", "unit": owner})),
        Act::Redispatch => (handling, json!({"act": "redispatch", "unit": other, "reason": "职责"})),
        Act::Take => (dispatched, json!({"act": "take"})),
        Act::Return => (handling, give_back),
        Act::Arbitrate => (returned, json!({"act": "arbitrate", "unit": owner, "ground": "三定方案"})),
        Act::AddCo => (handling, json!({"act": "add_co", "unit": other, "task": "配合"})),
        Act::CoReply => (handling, json!({"act": "co_reply", "text": "毕"})),
        Act::DropCo => (handling, json!({"act": "drop_co", "unit": co, "reason": "不需要"})),
        Act::Remind => (handling, json!({"act": "remind", "words": "请抓紧"})),
        Act::Supervise => (handling, order),
        Act::AnswerOrder => (then(handling, vec![(SUPER, order)]), json!({"act": "answer_order", "order": 1, "text": "已办"})),
        Act::AskExtension => (handling, ask),
        Act::GrantExtension => (asked, json!({"act": "grant_extension", "days": 2})),
        Act::DenyExtension => (asked, json!({"act": "deny_extension", "reason": "可以按期"})),
        Act::Pause => (handling, pause),
        Act::Resume => (paused, json!({"act": "resume", "note": "听证毕"})),
        Act::Merge => (handling, merge),
        Act::Unmerge => (then(handling, vec![(COORD, merge)]), json!({"act": "unmerge", "reason": "不是一事"})),
        Act::Confer => (handling, confer),
        Act::Conclude => (conferring, conclude),
        Act::FinishTask => (then(conferring, vec![(COORD, conclude)]), json!({"act": "finish_task", "task": 1, "text": "毕"})),
        Act::Escalate => (handling, escalate),
        Act::ComeBack => (then(handling, vec![(COORD, escalate)]), json!({"act": "come_back", "answer": "同意"})),
        Act::Plan => (handling, plan),
        Act::FinishStep => (rectifying, json!({"act": "finish_step", "step": 1, "evidence": "照片"})),
        Act::StrikeOff => (finished, json!({"act": "strike_off", "step": 1, "checked": "实地"})),
        Act::RejectStep => (finished, json!({"act": "reject_step", "step": 1, "reason": "未完成"})),
        Act::Reply => (co_done, reply),
        Act::ReplyNegative => (handling, negative),
        Act::ApproveNegative => (in_review, json!({"act": "approve_negative"})),
        Act::SendBackNegative => (in_review, json!({"act": "send_back_negative", "reason": "再查"})),
        Act::MissedCall => (replied, json!({"act": "missed_call"})),
        Act::Callback => (replied, yes),
        Act::Reopen => (called_back, json!({"act": "reopen", "reason": "抽查不实"})),
        Act::Archive => (called_back, json!({"act": "archive", "cause": "other"})),
        Act::Backfill => (registered, json!({"act": "backfill", "text": "旧答复"})),
    })
}

fn prepared(c: &City, before: &[(&'static str, Value)]) -> (String, String) {
    let (number, code) = c.register("matter");
    for (login, body) in before {
        c.act(login, &number, body).ok(200);
    }
    (number, code)
}

fn handling(c: &City) -> (String, String) {
    let (before, _) = scene(c, Act::Note, "").unwrap();
    prepared(c, &before)
}

fn office_table(c: &City, out: &mut String) {
    out.push_str("\n## 与具体件无关的操作\n\n| 操作 | 未登录 |");
    for role in ROLES {
        let _ = write!(out, " {} |", role.zh());
    }
    let _ = write!(out, "\n|---|{}", "---|".repeat(ROLES.len() + 1));
    for (method, path, about) in rows() {
        let Office(what) = about else { continue };
        let _ = write!(out, "\n| {method} {path} |");
        let logins = std::iter::once(String::new()).chain(ROLES.map(|r| format!("{r}.region")));
        for login in logins {
            let (path, body) = what(c);
            // Signing out ends the token: use one that nobody needs again.
            let got = if method == "DELETE" && !login.is_empty() {
                let body = json!({"login": login, "label": "x"});
                let token = c.post("system_admin.region", "/tokens", &body).ok(201)["token"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                c.call("", method, &path, None, &[("authorization", &format!("Bearer {token}"))])
            } else {
                c.call(&login, method, &path, body.as_ref(), &[])
            };
            assert!(got.status.as_u16() < 500, "{method} {path} {login}: {}", got.status);
            let _ = write!(out, " {} |", got.status.as_u16());
        }
    }
    out.push('\n');
}

fn case_tables(c: &City, out: &mut String) {
    out.push_str("\n## 一件的操作\n\n件在办理中,有承办、协办、首问单位。\n");
    out.push_str(
        "\n| 操作 | 角色 | 承办单位 | 协办单位 | 首问单位 | 本区划 | 无关 |\n|---|---|---|---|---|---|---|",
    );
    let (number, _) = handling(c);
    for (method, path, about) in rows() {
        let Case(rest, body) = about else { continue };
        let at = format!("/cases/{number}{rest}");
        let none = c.call("", method, &at, body(c).as_ref(), &[]).status.as_u16();
        let _ = write!(out, "\n| {method} {path} | 未登录 | {none} | {none} | {none} | {none} | {none} |");
        for role in ROLES {
            let _ = write!(out, "\n| {method} {path} | {} |", role.zh());
            for (_, key) in STANDS {
                let got = c.call(&format!("{role}.{key}"), method, &at, body(c).as_ref(), &[]);
                let _ = write!(out, " {} |", got.status.as_u16());
            }
        }
    }
    out.push('\n');
}

fn follow_table(c: &City, out: &mut String) {
    out.push_str("\n## 反映人的操作\n\n| 操作 | 查询码正确 | 查询码错误 | 没有这件 |\n|---|---|---|---|");
    let (number, code) = handling(c);
    let wrong = format!("{}{}", if code.starts_with('0') { '1' } else { '0' }, &code[1..]);
    for (method, path, about) in rows() {
        let Follow(rest, body) = about else { continue };
        let _ = write!(out, "\n| {method} {path} |");
        for (number, code) in [(number.as_str(), &code), (&number, &wrong), ("9901-2026-9999999", &code)] {
            let query = if rest.ends_with('=') { code.as_str() } else { "" };
            let got =
                c.call("", method, &format!("/follow/{number}{rest}{query}"), body(c, code).as_ref(), &[]);
            let _ = write!(out, " {} |", got.status.as_u16());
        }
    }
    out.push('\n');
}

fn acts_table(c: &City, out: &mut String) {
    out.push_str(
        "\n## 办理一件 POST /cases/{number}/acts\n\n每个动作都在它可做的环节上试。– 表示此环节没有这种关系。\
         系统自己做的动作(登记、并入、放出、亮灯、重算)一律 422。\n\n\
         | 动作 | 角色 | 承办单位 | 协办单位 | 首问单位 | 本区划 | 无关 |\n|---|---|---|---|---|---|---|",
    );
    for act in Act::ALL {
        let Some((before, body)) = scene(c, *act, &c.register("matter").0) else { continue };
        let has_units = before.iter().any(|(_, b)| b["act"] == "dispatch");
        let (mut number, _) = prepared(c, &before);
        let none = c.act("", &number, &body).status.as_u16();
        let _ = write!(
            out,
            "\n| {} `{}` | 未登录 | {none} | {none} | {none} | {none} | {none} |",
            act.zh(),
            act.word()
        );
        for role in ROLES {
            let _ = write!(out, "\n| {} `{}` | {} |", act.zh(), act.word(), role.zh());
            for (_, key) in STANDS {
                if !has_units && matches!(key, "owner" | "co") {
                    out.push_str(" – |");
                    continue;
                }
                let got = c.act(&format!("{role}.{key}"), &number, &body);
                let _ = write!(out, " {} |", got.status.as_u16());
                match got.status.as_u16() {
                    200 => number = prepared(c, &before).0,
                    // 409 and 422: the role may, but what it entered does not fit.
                    403 | 404 | 409 | 422 => {}
                    _ => panic!("{role}.{key} {body}: {}", String::from_utf8_lossy(&got.body)),
                }
            }
        }
    }
    out.push('\n');
}

#[test]
fn every_operation_by_every_role_in_every_relation() {
    on_sqlite(|c| {
        let listed: BTreeSet<_> = rows().iter().map(|r| format!("{} {}", r.0, r.1)).collect();
        let document = serde_json::to_value(api::document()).unwrap();
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        assert_eq!(listed, documented, "an operation is missing from the matrix, or from the interface");
        let mut out = String::from(
            "# 接口权限 Status by role and relation\n\n由测试真实调用生成,请勿手改 (`UPDATE_DOCS=1 cargo nextest run -p api`). \
             Generated by really calling the interface. 404:无权知道有这件;403:看得到但不能做。\n",
        );
        office_table(c, &mut out);
        case_tables(c, &mut out);
        follow_table(c, &mut out);
        acts_table(c, &mut out);
        same_as_committed("api-matrix.md", &out);
    });
}

#[test]
fn the_same_on_postgres_for_some() {
    on_postgres(|c| {
        let (number, code) = handling(c);
        for (login, status) in [
            ("handler.owner", 200),
            ("handler.stranger", 404),
            ("walker.region", 404),
            ("analyst.region", 200),
        ] {
            assert_eq!(c.get(login, &format!("/cases/{number}")).status.as_u16(), status, "{login}");
        }
        assert_eq!(
            c.act("clerk.region", &number, &json!({"act": "reply", "text": "x"})).status.as_u16(),
            404
        );
        assert_eq!(c.act("handler.co", &number, &json!({"act": "reply", "text": "x"})).status.as_u16(), 403);
        assert_eq!(c.get("", &format!("/follow/{number}?code={code}")).status.as_u16(), 200);
        assert_eq!(c.get("", "/readyz").status.as_u16(), 204);
    });
}

#[test]
fn the_document_is_the_committed_one() {
    let mut text = api::document().to_pretty_json().unwrap();
    text.push('\n');
    same_as_committed("openapi.json", &text);
}
