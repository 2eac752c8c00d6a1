//! Spellings a model may come in, and what is said when it is wrong.

use super::*;

fn read(text: &str) -> Model {
    Model::from_json(text).unwrap_or_else(|e| panic!("{e}"))
}
fn fault(text: &str) -> String {
    Model::from_json(text).expect_err("must be refused").to_string()
}

#[test]
fn chinese_and_english_spellings_are_the_same_model() {
    let a = read(
        r#"{"name":"甲","steps":[{"id":"a","name":"受理","unit":"大厅","days":1,"makes":["单"]},{"id":"b","name":"审查","unit":"局","days":5,"needs":["单"],"visits":2}],
        "orders":[{"from":"a","to":"b","ground":"law","cite":"某法"}],"materials":[{"name":"表","source":"applicant","copies":3}]}"#,
    );
    let b = read(
        r#"{"名称":"甲","环节":[{"编号":"a","名称":"受理","承办单位":"大厅","时限":"1个工作日","产出":"单"},{"编号":"b","名称":"审查","单位":"局","Limit_Days":5,"需要":["单"],"跑动次数":2}],
        "先后":[{"前":"受理","后":"审查","依据类型":"法定","依据":"某法"}],"材料":[{"名称":"表","来源":"申请人自备","份数":"3份"}]}"#,
    );
    assert_eq!(a, b);
}

#[test]
fn times_in_words_become_working_days() {
    for (text, days) in [
        ("5", 5.0),
        ("\"5个工作日\"", 5.0),
        ("\"4小时\"", 0.5),
        ("\"48 minutes\"", 0.1),
        ("\"即办\"", 0.0),
        ("\"7个自然日\"", 5.0),
        ("{\"value\":2,\"unit\":\"weeks\"}", 10.0),
        ("\"2 days\"", 2.0),
    ] {
        let m = read(&format!(r#"{{"steps":[{{"id":"a","days":{text}}}]}}"#));
        let got = m.days_of(&m.steps[0]);
        assert!((got - days).abs() < 1e-9, "{text}: {got}");
    }
}

#[test]
fn faults_name_their_place() {
    for (text, parts) in [
        ("{", &["JSON", "1"][..]),
        ("{}", &["steps"]),
        (r#"{"format":2,"steps":["a"]}"#, &["format", "2"]),
        (r#"{"steps":[{"id":"a","days":"soon"}]}"#, &["steps[0].days", "soon"]),
        (r#"{"steps":[{"id":"a","days":-1}]}"#, &["steps[0].days", "-1"]),
        (r#"{"steps":[{"id":"a"},{"id":"a"}]}"#, &["steps[1]", "重复"]),
        (r#"{"steps":[{"days":1}]}"#, &["steps[0]", "id"]),
        (
            r#"{"steps":["a","b"],"orders":[{"from":"a","to":"z","ground":"law"}]}"#,
            &["orders[0].to", "z", "a, b"],
        ),
        (
            r#"{"steps":["a","b"],"orders":[{"from":"a","to":"b","ground":"because"}]}"#,
            &["orders[0].ground", "because"],
        ),
        (r#"{"steps":[{"id":"a","probability":1.5}]}"#, &["steps[0].probability", "1.5"]),
        (
            r#"{"steps":[{"id":"a","duration":{"distribution":"uniform","min":5,"max":1}}]}"#,
            &["steps[0].duration"],
        ),
        (r#"{"steps":["a"],"materials":[{"name":"x","made_by":"q"}]}"#, &["materials[0].made_by", "q"]),
    ] {
        let said = fault(text);
        for part in parts {
            assert!(said.contains(part), "{text}: {said}");
        }
        assert!(said.contains(" / "), "both languages: {said}");
    }
}

#[test]
fn what_is_not_understood_is_a_warning_with_its_place() {
    let m = read(r#"{"steps":[{"id":"a","days":1,"colour":"red"}],"orders":[]}"#);
    assert!(m.warnings.iter().any(|w| w.en.contains("steps[0].colour")), "{:?}", m.warnings);
}

#[test]
fn items_are_joined_one_after_another() {
    let m = read(
        r#"{"theme":"一件事","items":[
        {"name":"甲","steps":[{"id":"a","days":1},{"id":"b","days":1}],"materials":["身份证"]},
        {"name":"乙","steps":[{"id":"c","days":1}],"materials":["身份证"]}]}"#,
    );
    assert_eq!(m.orders.len(), 2);
    assert_eq!(m.steps[2].item, "乙");
    let r = crate::redesign(&m).unwrap();
    assert_eq!((r.before.working_days, r.after.working_days), (3.0, 1.0));
    assert_eq!((r.before.materials, r.after.materials), (2.0, 1.0));
}

#[test]
fn objects_keyed_by_id_and_nested_needs_are_read() {
    let m = read(
        r#"{"steps":{"a":{"days":1,"makes":[{"name":"r"}]},"b":{"days":2,"needs":{"results":["r"],"data":["f"],"materials":["m"]}}},
        "units":{"局":3},"orders":["a->b"]}"#,
    );
    assert_eq!(m.steps[1].needs.len(), 3);
    assert_eq!(m.units[0].staff, Some(3));
    assert_eq!(m.orders[0].ground, Ground::Unknown);
}
