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

/// What one of the staff is busy with for a day is a working day, in every writing; a limit of a day is one of the calendar.
#[test]
fn a_day_of_work_is_a_working_day() {
    for (text, hours) in [
        ("半天", 4.0),
        ("1天", 8.0),
        ("一天", 8.0),
        ("１天", 8.0),
        ("一天半", 12.0),
        ("1.5天", 12.0),
        ("2日", 16.0),
        ("1个工作日", 8.0),
        ("1 day", 8.0),
        ("8小时", 8.0),
        ("1天4小时", 9.333_333_333),
        ("1周", 40.0),
        ("一周", 40.0),
        ("7个自然日", 40.0),
        ("2-3天", 24.0),
    ] {
        let m = read(&format!(r#"{{"steps":[{{"id":"a","days":5,"work":"{text}"}}]}}"#));
        let got = m.steps[0].work.as_ref().unwrap().mean();
        assert!((got - hours).abs() < 1e-6 || text.contains('时') && got >= 8.0, "{text}: {got}");
    }
}

#[test]
fn figures_in_every_writing() {
    let full = read(
        r#"{"hours_per_day":"８","steps":[{"id":"a","days":"１.５","visits":"２次","copies":"３份","fee":"１００元","refuse":"２０％"}]}"#,
    );
    let half = read(
        r#"{"hours_per_day":8,"steps":[{"id":"a","days":1.5,"visits":2,"copies":3,"fee":100,"refuse":0.2}]}"#,
    );
    assert_eq!(full, half);
    for (text, days, told) in [
        ("5-10", 10.0, "较长"),
        ("5~10", 10.0, "较长"),
        ("５－１０", 10.0, "较长"),
        ("3个工作日（不含公示期）", 3.0, "括号"),
        ("３个工作日(不含公示期)", 3.0, "括号"),
        ("5个工作日（特殊情况当场办结）", 5.0, "括号"),
        ("3-5个工作日（不含听证）", 5.0, "括号"),
    ] {
        let m = read(&format!(r#"{{"steps":[{{"id":"a","days":"{text}"}}]}}"#));
        assert_eq!(m.days_of(&m.steps[0]), days, "{text}");
        assert!(m.warnings.iter().any(|w| w.zh.contains(told)), "{text}: {:?}", m.warnings);
    }
    for bad in ["10-5", "5-", "2024-03-05"] {
        assert!(
            fault(&format!(r#"{{"steps":[{{"id":"a","days":"{bad}"}}]}}"#)).contains("steps[0].days"),
            "{bad}"
        );
    }
    for (text, yes) in [
        ("是", true),
        ("√", true),
        ("Ｙ", true),
        ("1", true),
        ("否", false),
        ("×", false),
        ("0", false),
        ("没有", false),
    ] {
        let m = read(&format!(r#"{{"steps":[{{"id":"a","days":1,"online":"{text}"}}]}}"#));
        assert_eq!(m.steps[0].online, yes, "{text}");
    }
    assert!(fault(r#"{"steps":[{"id":"a","days":1,"online":2}]}"#).contains("online"));
    for spread in [r#""sd":-2"#, r#""variance":-4"#] {
        for kind in ["normal", "lognormal", "gamma"] {
            let text = format!(
                r#"{{"steps":[{{"id":"a","days":1,"work":{{"distribution":"{kind}","mean":3,{spread}}}}}]}}"#
            );
            assert!(fault(&text).contains("steps[0].work"), "{text}");
        }
    }
}

#[test]
fn shifts_are_the_same_in_every_writing_and_never_by_guess() {
    let with = |days: &str| format!(r#"{{"steps":["a"],"calendar":[{{{days}"from":"9:00","to":"17:00"}}]}}"#);
    let want = read(&with(r#""days":[1,2,3,4,5],"#)).calendar;
    for days in [
        r#""周一至周五""#,
        r#""工作日""#,
        r#"["周一至周五"]"#,
        r#""mon-fri""#,
        r#"["mon","tue","wed","thu","fri"]"#,
        r#""1-5""#,
    ] {
        assert_eq!(read(&with(&format!(r#""days":{days},"#))).calendar, want, "{days}");
    }
    assert_eq!(read(&with("")).calendar, want);
    assert_eq!(read(&with(r#""days":"一三五","#)).calendar[0].days, [1, 3, 5]);
    for bad in [r#""days":"周一上午","#, r#""days":[],"#, r#""days":0,"#, r#""days":"月初","#] {
        assert!(fault(&with(bad)).contains("calendar"), "{bad}");
    }
    assert!(fault(r#"{"steps":["a"],"calendar":[]}"#).contains("calendar"));
    assert!(fault(r#"{"steps":["a"],"calendar":[{"from":"9:00","to":"9:00"}]}"#).contains("24:00"));
    let night = read(r#"{"steps":["a"],"calendar":[{"days":"周日","from":"22:00","to":"6:00"}]}"#).calendar;
    assert_eq!((night.len(), night[1].days.as_slice()), (2, &[1u8][..]));
}

#[test]
fn frequencies_are_on_one_scale_or_refused() {
    let shares = |x: &str, y: &str| {
        let m = read(&format!(
            r#"{{"situations":[{{"id":"x","frequency":{x}}},{{"id":"y","frequency":{y}}}],"steps":["a"]}}"#
        ));
        m.situations[0].frequency
    };
    for (x, y) in [
        ("\"70%\"", "30"),
        ("\"70%\"", "\"30\""),
        ("\"70％\"", "0.3"),
        ("70", "30"),
        ("7", "3"),
        ("0.7", "\"30%\""),
    ] {
        assert!((shares(x, y) - 0.7).abs() < 1e-9, "{x} {y}");
    }
    for bad in [
        r#"{"situations":[{"id":"x","frequency":0.7},{"id":"y","frequency":30}],"steps":["a"]}"#,
        r#"{"situations":[{"id":"x","frequency":70},{"id":"y","frequency":20},"z"],"steps":["a"]}"#,
    ] {
        assert!(fault(bad).contains("situations"), "{bad}");
    }
    let m = read(r#"{"situations":{"x":"80%","y":"60%"},"steps":["a"]}"#);
    assert!(m.warnings.iter().any(|w| w.zh.contains("140.0%")), "{:?}", m.warnings);
}

#[test]
fn staff_that_handles_nothing_is_told() {
    let m = read(r#"{"steps":[{"id":"a","unit":"U","days":1}],"staff":{"V":2}}"#);
    assert!(
        m.warnings.iter().any(|w| w.zh.contains("“V”") && w.zh.contains("“U”没有写人数")),
        "{:?}",
        m.warnings
    );
    let m = read(r#"{"steps":[{"id":"a","unit":"U","days":1}],"staff":{"U":2}}"#);
    assert!(m.warnings.is_empty(), "{:?}", m.warnings);
}
