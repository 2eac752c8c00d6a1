//! 可以补充，不能改动: what the level above gives and what stands in a city, as two trees; what was added, what was altered, and
//! how a new version joins what was added. Pure.

use kernel::Said;
use serde_json::{Map, Value};

/// How a city stands to what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// it stands there and was not given
    Added,
    /// it was given otherwise, or does not stand there
    Altered,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// added or altered
    pub how: How,
    /// the field at the top
    pub field: String,
    /// what it is called; the field itself until somebody says
    pub named: Said,
    /// what it is about, in words of the text itself; empty when it is the field
    pub what: String,
}

/// By what an element of a list is the same in two lists: a code or a name, otherwise its whole text.
fn identity(v: &Value) -> String {
    let of = |key: &str| v.get(key).and_then(Value::as_str);
    match (of("id"), of("effective"), of("name")) {
        (Some(id), Some(from), _) => format!("{id}@{from}"),
        (_, _, Some(name)) => name.to_owned(),
        (Some(id), ..) => id.to_owned(),
        _ => text_of(v),
    }
}

/// What to call an element.
fn called(v: &Value) -> String {
    let of = |key: &str| v.get(key).and_then(Value::as_str).map(str::to_owned);
    let plain = || v.as_str().map_or_else(String::new, str::to_owned);
    of("name").or_else(|| of("source")).or_else(|| of("question")).unwrap_or_else(plain)
}

/// A text of a tree that is the same however it was made: names of fields in their order, no blanks.
pub fn text_of(v: &Value) -> String {
    match v {
        Value::Object(all) => {
            let mut keys: Vec<&String> = all.keys().collect();
            keys.sort();
            let parts = keys.into_iter().map(|k| format!("{}:{}", Value::from(k.as_str()), text_of(&all[k])));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        Value::Array(all) => format!("[{}]", all.iter().map(text_of).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// How `own` stands to `given`. To the lists named in `closed` nothing may be added.
pub fn differences(given: &Value, own: &Value, closed: &[&str]) -> Vec<Difference> {
    let mut out = Vec::new();
    let (Some(given), Some(own)) = (given.as_object(), own.as_object()) else {
        if given != own {
            out.push(found(How::Altered, "", String::new()));
        }
        return out;
    };
    for (field, value) in given {
        let how = |out: &mut Vec<Difference>, how, what| {
            out.push(found(how, field, what));
        };
        match own.get(field) {
            None => how(&mut out, How::Altered, String::new()),
            Some(theirs) => below(value, theirs, &mut |h, what| {
                let shut = h == How::Added && closed.contains(&field.as_str());
                how(&mut out, if shut { How::Altered } else { h }, what);
            }),
        }
    }
    for field in own.keys().filter(|f| !given.contains_key(*f)) {
        let shut = closed.contains(&field.as_str());
        let how = if shut { How::Altered } else { How::Added };
        out.push(found(how, field, String::new()));
    }
    out
}

fn found(how: How, field: &str, what: String) -> Difference {
    Difference { how, field: field.to_owned(), named: Said::new(field, field), what }
}

fn below(given: &Value, own: &Value, say: &mut dyn FnMut(How, String)) {
    match (given, own) {
        (Value::Object(a), Value::Object(b)) => {
            let named = |key: &str, v: &Value| {
                let more = called(v);
                if more.is_empty() { key.to_owned() } else { format!("{key} {more}") }
            };
            for (key, v) in a.iter().filter(|(key, v)| b.get(*key) != Some(*v)) {
                say(How::Altered, named(key, v));
            }
            for (key, v) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                say(How::Added, named(key, v));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            let find = |all: &[Value], id: &str| all.iter().find(|v| identity(v) == id).cloned();
            for v in a {
                if find(b, &identity(v)).as_ref() != Some(v) {
                    say(How::Altered, called(v));
                }
            }
            for v in b.iter().filter(|v| find(a, &identity(v)).is_none()) {
                say(How::Added, called(v));
            }
        }
        _ if given == own => {}
        _ => say(How::Altered, String::new()),
    }
}

/// What stands in a city after a new version: all of it, with what the city had added to the version before. Of lists that were
/// not built on a version before nothing stays; fields that were not given stay as they are.
pub fn merged(given: &Value, before: Option<&Value>, own: Option<&Value>) -> Value {
    match (given, own) {
        (Value::Object(new), Some(Value::Object(mine))) => {
            let old = before.and_then(Value::as_object);
            let mut out = Map::new();
            for (key, v) in new {
                out.insert(key.clone(), merged(v, old.and_then(|o| o.get(key)), mine.get(key)));
            }
            let given_before = |key: &String| old.is_some_and(|o| o.contains_key(key));
            for (key, v) in mine.iter().filter(|(k, _)| !new.contains_key(*k) && !given_before(k)) {
                out.insert(key.clone(), v.clone());
            }
            Value::Object(out)
        }
        (Value::Array(new), Some(Value::Array(mine))) => {
            let mut out = new.clone();
            if let Some(old) = before.and_then(Value::as_array) {
                let has = |all: &[Value], v: &Value| all.iter().any(|o| identity(o) == identity(v));
                out.extend(mine.iter().filter(|v| !has(new, v) && !has(old, v)).cloned());
            }
            Value::Array(out)
        }
        (new, _) => new.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn how(given: &Value, own: &Value, closed: &[&str]) -> Vec<(How, String, String)> {
        differences(given, own, closed).into_iter().map(|d| (d.how, d.field, d.what)).collect()
    }

    #[test]
    fn what_is_added_is_told_from_what_is_altered() {
        let given = json!({ "year": 2027, "days": { "2027-01-01": { "name": "元旦", "off": true } } });
        let mut own = given.clone();
        assert_eq!(how(&given, &own, &[]), []);
        own["days"]["2027-03-03"] = json!({ "name": "三月三", "off": true });
        assert_eq!(how(&given, &own, &[]), [(How::Added, "days".into(), "2027-03-03 三月三".into())]);
        own["days"]["2027-01-01"]["off"] = json!(false);
        assert!(how(&given, &own, &[]).contains(&(How::Altered, "days".into(), "2027-01-01 元旦".into())));
        let list = json!({ "materials": [{ "name": "身份证" }] });
        let more = json!({ "materials": [{ "name": "身份证" }, { "name": "照片" }] });
        assert_eq!(how(&list, &more, &[])[0].0, How::Added);
        assert_eq!(how(&list, &more, &["materials"])[0].0, How::Altered, "a closed list");
        assert_eq!(how(&more, &list, &[]), [(How::Altered, "materials".into(), "照片".into())], "taken out");
    }

    #[test]
    fn a_new_version_keeps_what_was_added_and_nothing_of_the_old_one() {
        let part = |name: &str, most: f64| json!({ "name": name, "most": most });
        let old = json!({ "parts": [part("时效", 40.0), part("满意", 40.0)], "size": "replied" });
        let own = json!({ "parts": [part("时效", 40.0), part("满意", 40.0), part("本市", 20.0)], "size": "replied" });
        let new = json!({ "parts": [part("时效", 50.0), part("解决", 30.0)], "size": "replied" });
        let after = merged(&new, Some(&old), Some(&own));
        assert_eq!(after["parts"], json!([part("时效", 50.0), part("解决", 30.0), part("本市", 20.0)]));
        assert!(differences(&new, &after, &[]).iter().all(|d| d.how == How::Added));
        assert_eq!(merged(&new, None, Some(&own)), new, "a list that was not built on it goes");
        assert_eq!(merged(&new, None, None), new);
    }

    #[test]
    fn the_text_of_a_tree_is_one_whatever_the_order() {
        let (a, b) =
            (r#"{"a":[1,{"c":null,"b":"x\"y"}],"b":2.5}"#, r#"{"b":2.5,"a":[1,{"b":"x\"y","c":null}]}"#);
        let text = |t: &str| text_of(&serde_json::from_str(t).unwrap());
        assert_eq!(text(a), text(b));
        assert_eq!(text_of(&serde_json::from_str(&text(a)).unwrap()), text(a), "and it reads back");
    }

    /// Whatever a city has, after a version came nothing of it is altered; and what was added before is still there.
    #[test]
    fn whatever_stood_there_after_a_version_nothing_is_altered() {
        let mut seed = 7u64;
        let mut roll = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % n
        };
        for _ in 0..2_000 {
            let mut tree = |with_list: bool| {
                let days: Map<String, Value> = (0..roll(5))
                    .map(|_| {
                        (
                            format!("d{}", roll(6)),
                            json!({ "name": format!("n{}", roll(3)), "off": roll(2) == 0 }),
                        )
                    })
                    .collect();
                let mut parts: Vec<Value> = Vec::new();
                for _ in 0..roll(4) {
                    let part = json!({ "name": format!("p{}", roll(5)), "most": roll(3) });
                    if !parts.iter().any(|p| p["name"] == part["name"]) {
                        parts.push(part);
                    }
                }
                let mut tree = json!({ "days": days });
                if with_list {
                    tree["parts"] = Value::Array(parts);
                }
                tree
            };
            let (old, new, mine) = (tree(true), tree(true), tree(true));
            let first = merged(&old, None, Some(&mine));
            assert!(differences(&old, &first, &[]).iter().all(|d| d.how == How::Added), "{old} {mine}");
            let mut added = first.clone();
            added["parts"].as_array_mut().unwrap().push(json!({ "name": "ours", "most": 1 }));
            let second = merged(&new, Some(&old), Some(&added));
            assert!(differences(&new, &second, &[]).iter().all(|d| d.how == How::Added), "{new} {second}");
            assert!(second["parts"].as_array().unwrap().iter().any(|p| p["name"] == "ours"));
            assert_eq!(merged(&new, Some(&new), Some(&second)), second, "once more changes nothing");
        }
    }
}
